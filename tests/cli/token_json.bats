#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What the commands of `ctlsmith token` print with --json is what
# docs/ctlsmith.schema.json says; and the schema refuses what it should.

bats_require_minimum_version 1.5.0
load custody.bash

setup_file() {
	custody_file
}

setup() {
	custody_setup
}

# Each line of standard input is Python that changes the output, an array named
# doc, so that the schema refuses it.
refused_all() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" --refuses out \
		"$SRC/docs/ctlsmith.schema.json"
}

@test "modules: the one that is named, and those that are registered" {
	try 0 modules --json
	holds 'len(o) == 1 and o[0]["tokens"] == 8 and o[0]["error"] is None'
	holds "o[0]['path'] == '$MODULE'"
	refused_all <<-'CHANGES'
		doc[0]["schema"] = 2
		doc[0]["modules"][0]["error"] = ""
		doc[0]["modules"][0]["version"] = 2.6
		del doc[0]["modules"][0]["path"]
		doc[0]["modules"][0]["extra"] = 1
		doc[0]["tokens"] = []
		del doc[0]["modules"]
	CHANGES
	# whatever is registered here, and whatever it prints
	"$CTLSMITH" token modules --json >out 2>err
	holds 'all((m["error"] is None) == (m["cryptoki"] != "0.0") for m in o)'
}

@test "list: tokens in use, and one that is not initialised" {
	try 0 list --json
	holds 'len(o) == 8'
	holds '[t["flags"]["initialised"] for t in o].count(False) == 1'
	holds "[t['serial'] for t in o if t['label'] == 'hsm'] == ['$SERIAL_HSM']"
	refused_all <<-'CHANGES'
		doc[0]["tokens"][0]["uri"] = "sast-1"
		doc[0]["tokens"][0]["flags"]["pinpad"] = None
		del doc[0]["tokens"][0]["flags"]["pin_locked"]
		doc[0]["tokens"][0]["tries_left"] = -1
		doc[0]["tokens"][0]["logged_in"] = False
		doc.append({})
	CHANGES
}

@test "list: what a token says of itself, and one that does not answer" {
	with_faults
	printf '%s\n' 'only sast-1' 'label "\x1b[2J\xff"' 'flags +CKF_PROTECTED_AUTHENTICATION_PATH' >plan
	try 0 list --json
	holds '[t["label_hex"] for t in o if "label_hex" in t] == ["1b5b324aff"]'
	holds '[t["flags"]["pinpad"] for t in o if "label_hex" in t] == [True]'
	echo 'fail C_GetTokenInfo CKR_DEVICE_ERROR at 1' >plan
	try 0 list --json
	holds '[t["error"] for t in o if t["error"]] != []'
}

@test "show: each class of object, with and without a login" {
	PIN=$PIN_HSM try 0 show --json --pin-env PIN "$URI_HSM"
	holds 'o["logged_in"] and len(o["objects"]) == 18'
	holds '{x["class"] for x in o["objects"]} == {"private key", "public key", "certificate"}'
	holds '{x["curve"] for x in o["objects"] if x["class"] == "private key"} == {None, "P-256", "P-384"}'
	holds '[x["label"] for x in o["objects"] if x["class"] == "certificate" and x["pairs_with"] is None] == ["without-key"]'
	holds 'all(x["attributes"]["sensitive"] and x["attributes"]["extractable"] is False for x in o["objects"] if x["class"] == "private key")'
	refused_all <<-'CHANGES'
		doc[0]["token"]["objects"][0]["class"] = "key"
		doc[0]["token"]["objects"][0]["id"] = "2"
		doc[0]["token"]["objects"][0]["pairs_with"] = None
		doc[0]["token"]["objects"][0]["certificate"] = None
		doc[0]["token"]["objects"][0]["attributes"]["sensitive"] = "yes"
		del doc[0]["token"]["objects"][0]["attributes"]
		del doc[0]["token"]["objects"][-1]["pairs_with"]
		del doc[0]["token"]["objects"][-1]["certificate"]
		doc[0]["token"]["objects"][-1]["certificate"]["serial"] = "2001"
		doc[0]["token"]["objects"][-1]["bits"] = 2048
		del doc[0]["token"]["logged_in"]
	CHANGES
	try 0 show --json --public "$URI_SAST_1"
	holds 'not o["logged_in"]'
	holds 'o["objects"][-1]["certificate"]["serial"] == "2A:11:A2:AF:00:00:00:31:C0:DE"'
	holds "o['objects'][-1]['certificate']['sha1'] == '$(sha1_of sast-1)'"
	try 0 show --json --public "$URI_EMPTY"
	holds 'o["objects"] == []'
}

@test "show: a certificate that does not decode, data, a secret key" {
	with_copy
	printf hello >data
	pkcs11-tool --module "$MODULE" --token-label empty --login --pin "$PIN_EMPTY" \
		--write-object data --type data --label data
	pkcs11-tool --module "$MODULE" --token-label empty --login --pin "$PIN_EMPTY" \
		--keygen --key-type AES:32 --label aes
	PIN=$PIN_EMPTY try 0 show --json --pin-env PIN "$URI_EMPTY"
	holds '{x["class"] for x in o["objects"]} == {"data", "secret key"}'
	with_faults
	printf '%s\n' 'lie CKA_VALUE short' >plan
	try 0 show --json --public "$URI_SAST_1"
	holds '[x["certificate"] for x in o["objects"] if x["class"] == "certificate"] == [None]'
}

@test "mechanisms" {
	try 0 mechanisms --json "$URI_HSM"
	holds '[m["uses"] for m in o if m["name"] == "CKM_RSA_PKCS"][0].count("sign") == 1'
	holds 'len(o) > 40'
	refused_all <<-'CHANGES'
		doc[0]["mechanisms"][0]["name"] = "RSA"
		doc[0]["mechanisms"][0]["uses"] = ["signing"]
		doc[0]["mechanisms"][0]["type"] = "0x1"
		del doc[0]["mechanisms"][0]["min_size"]
	CHANGES
}

@test "test: all ways, a rate, and ways that fail" {
	PIN=$PIN_SAST_1 try 0 test --json --pin-env PIN "$URI_SAST_1"
	holds 'all(w["ok"] for w in o["ways"]) and o["rate"] is None'
	holds 'o["label"] == "sast-1" and o["id"] == "01"'
	refused_all <<-'CHANGES'
		doc[0]["test"]["ways"] = []
		doc[0]["test"]["ways"][0]["ok"] = False
		doc[0]["test"]["ways"][0]["error"] = "why"
		doc[0]["test"]["ways"][0]["digest"] = "md5"
		doc[0]["test"]["token"]["objects"] = []
		del doc[0]["test"]["rate"]
	CHANGES
	PIN=$PIN_SAST_1 try 0 test --json --seconds 1 --sessions 2 --pin-env PIN "$URI_SAST_1"
	holds 'o["rate"]["sessions"] == 2 and o["rate"]["signatures"] > 0'
	refused_all <<-'CHANGES'
		doc[0]["test"]["rate"]["per_second"] = "fast"
		del doc[0]["test"]["rate"]["sessions"]
	CHANGES
	with_faults
	echo 'fail C_Sign CKR_FUNCTION_FAILED at 1' >plan
	PIN=$PIN_SAST_1 try 4 test --json --pin-env PIN "$URI_SAST_1"
	holds '[w["ok"] for w in o["ways"]].count(False) == 1'
}

# done_by COMMAND ARGUMENT...: the command succeeds, its JSON is valid, and so
# is that of --dry-run, which is asked before.
done_by() {
	local command=$1

	shift
	try 0 "$command" --json --dry-run "$@"
	holds 'o["dry_run"] and o["token"]["flags"]["initialised"] is not None'
	try 0 "$command" --json "$@"
	holds 'not o["dry_run"]'
}

@test "what changes a token, or makes something of it" {
	local uri

	with_copy
	uri=$URI_EMPTY
	printf '%s\n' "$PIN_EMPTY" >pin
	printf '%s\n' "$SO_PIN_EMPTY" >so
	chmod 600 pin so
	done_by keygen --type rsa:2048 --label one --id 01 "$uri?pin-source=pin"
	holds 'o["operation"] == "key-generate" and o["key"]["bits"] == 2048'
	refused_all <<-'CHANGES'
		doc[0]["done"]["operation"] = "generate"
		doc[0]["done"]["dry_run"] = True
		doc[0]["done"]["key"]["id"] = "1"
		doc[0]["done"]["pin"] = "user"
		doc[0]["done"]["file"] = "x"
		del doc[0]["done"]["key"]
		del doc[0]["done"]["token"]
	CHANGES
	done_by keygen --type ec:p256 --label two --id 02 "$uri?pin-source=pin"
	holds 'o["key"]["curve"] == "P-256"'
	done_by selfsign --subject CN=one --days 9 -o one.pem \
		"$uri;id=%01?pin-source=pin"
	holds 'o["operation"] == "certificate-selfsign" and o["file"] == "one.pem"'
	refused_all <<-'CHANGES'
		del doc[0]["done"]["file"]
		del doc[0]["done"]["subject"]
		doc[0]["done"]["uri"] = "pkcs11:"
	CHANGES
	done_by csr --subject CN=one -o one.csr "$uri;id=%01?pin-source=pin"
	holds 'o["operation"] == "certificate-request"'
	done_by import-cert "$uri;id=%01?pin-source=pin" one.pem
	holds 'o["uri"].endswith(";type=cert")'
	done_by export-cert -o again.pem "$uri;id=%01?pin-source=pin"
	holds 'o["operation"] == "certificate-export" and o["subject"] == "CN=one"'
	done_by import-key --label three --inventory tokens.yaml \
		"$uri?pin-source=pin" "$SRC/softhsm-fixtures/keys/rsa2048-a.pem"
	holds 'o["operation"] == "key-import" and o["certificate"] is False'
	done_by delete --yes "$uri;id=%01?pin-source=pin"
	holds '[x["class"] for x in o["objects"]] == ["private key", "public key", "certificate"]'
	done_by 'pin change' --yes --pin-fd 3 --new-pin-fd 4 "$uri" 3<pin 4<pin
	holds 'o["pin"] == "user"'
	refused_all <<-'CHANGES'
		del doc[0]["done"]["pin"]
		doc[0]["done"]["pin"] = "12345678"
	CHANGES
	done_by 'pin reset' --yes --so-pin-fd 3 --new-pin-fd 4 "$uri" 3<so 4<pin
	done_by init --yes --force --label new --so-pin-fd 3 --new-pin-fd 4 \
		"$uri" 3<so 4<pin
	holds 'o["token"]["label"] == "new"'
}

@test "no PIN is in what is printed" {
	PIN=$PIN_SAST_1 try 0 test --json --pin-env PIN "$URI_SAST_1"
	run ! grep -q "$PIN_SAST_1" out err
}
