#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# token match: connected tokens, trust lists and the inventory.

bats_require_minimum_version 1.5.0
load custody.bash

setup_file() {
	custody_file
}

setup() {
	custody_setup
}

# row PATTERN: a line of the table matches, blanks run together.
row() {
	tr -s ' ' <out | grep -qxE "$1" || {
		echo "no row: $1"
		cat out
		return 1
	}
}

@test "who is in which list, and who signed it" {
	try 0 match --ctl old.tlv --ctl new.tlv
	row "sast-1 $SERIAL_SAST_1 old.tlv SAST-ADN00a1b2c3 in the list, signed it"
	row "sast-1 $SERIAL_SAST_1 new.tlv SAST-ADN00a1b2c3 in the list, signed it"
	row "sast-2 $SERIAL_SAST_2 old.tlv not in it"
	row "sast-2 $SERIAL_SAST_2 new.tlv SAST-ADN00d4e5f6 in the list"
	row "hsm $SERIAL_HSM new.tlv not in it"
	row 'old.tlv 1 SAST-ADN00a1b2c3 sast-1, connected'
	row 'old.tlv 2 SAST-ADN00070707 none connected or recorded'
	row 'new.tlv 2 SAST-ADN00d4e5f6 sast-2, connected'
	grep -qx 'Can sign the next version of new.tlv: sast-[12], sast-[12]' out
	[ ! -s err ]
}

@test "the newest list is the newest, whatever the order" {
	try 0 match --json --ctl new.tlv --ctl old.tlv
	holds '[l["path"] for l in o["lists"] if l["newest"]] == ["new.tlv"]'
}

@test "the lists are those of the inventory, and the inventory that of the configuration" {
	try 0 match --json --inventory tokens.yaml
	holds '[l["path"] for l in o["lists"]] == ["old.tlv", "new.tlv"]'
	mkdir sub
	mv ./*.tlv tokens.yaml sub
	echo "inventory: $PWD/sub/tokens.yaml" >config.yaml
	chmod 600 config.yaml
	CTLSMITH_CONFIG=$PWD/config.yaml try 0 match --json
	holds 'all(l["path"].endswith("/sub/new.tlv") for l in o["lists"] if l["newest"])'
}

@test "no PIN is asked for: nobody logs in" {
	with_faults
	: >plan
	try 0 match --ctl new.tlv
	grep -q C_FindObjects trace
	run ! grep -q C_Login trace
}

@test "nobody connected can sign" {
	try 3 match --ctl new.tlv "$URI_HSM"
	grep -q '^- No connected token can sign the next version of new.tlv' out
	grep -q '^- No SAST of new.tlv can be had: ' out
	run ! grep -q '^Can sign' out
	try 3 match --json --ctl new.tlv "$URI_HSM"
	holds 'o["can_sign"] is False'
	holds '[f["id"] for f in o["findings"]] == ["no-signer", "none-left", "no-token", "no-token"]'
	try 3 match --ctl new.tlv pkcs11:token=nobody
	grep -qx 'No token is connected.' out
	# what was a SAST once does not sign for it now
	try 3 match --json --ctl "$CASES/ok-token-5728/CTLFile.tlv" "$URI_SAST_1"
	holds '"not-in-newest" in [f["id"] for f in o["findings"]]'
}

@test "only one is left" {
	try 0 match --json --ctl new.tlv "$URI_SAST_1"
	holds '[f["id"] for f in o["findings"]] == ["one-left", "no-token"]'
	try 0 match --ctl new.tlv "$URI_SAST_1"
	grep -q '^- Only one SAST of new.tlv can be had, record 1, SAST-ADN00a1b2c3: ' out
	# recorded without a place is not to be had, with one it is
	cat >>tokens.yaml <<-YAML
		tokens:
		- serial: $SERIAL_SAST_2
		  label: sast-2
		  certificates: [{sha1: $(sha1_of sast-2)}]
	YAML
	try 0 match --json --inventory tokens.yaml "$URI_SAST_1"
	holds '[f["id"] for f in o["findings"]] == ["one-left"]'
	try 0 match --inventory tokens.yaml "$URI_SAST_1"
	row 'new.tlv 2 SAST-ADN00d4e5f6 sast-2, recorded without a place'
	echo '  place: a safe' >>tokens.yaml
	try 0 match --json --inventory tokens.yaml "$URI_SAST_1"
	holds 'o["findings"] == []'
	holds 'o["lists"][1]["sasts"][1]["recorded"][0]["place"] == "a safe"'
	try 0 match --inventory tokens.yaml "$URI_SAST_1"
	row 'new.tlv 2 SAST-ADN00d4e5f6 sast-2, kept at a safe'
}

@test "a token that the newest list does not know" {
	try 3 match --json --ctl old.tlv "$URI_SAST_2"
	holds '[f["id"] for f in o["findings"]][-1] == "not-in-newest"'
	try 0 match --json --inventory tokens.yaml
	holds '"not-in-newest" not in [f["id"] for f in o["findings"]]'
	printf 'tokens:\n- serial: %s\n' "$SERIAL_HSM" >>tokens.yaml
	try 0 match --inventory tokens.yaml
	grep -q "^- Token 'hsm' (serial $SERIAL_HSM) is no SAST of new.tlv: " out
}

@test "what may be hidden is not said to be missing" {
	try 3 match --ctl new.tlv "$URI_EMPTY"
	row "empty $SERIAL_EMPTY new.tlv 0 objects seen; certificates may be hidden until a login"
	run ! grep -q 'not in it' out
	try 3 match --json --ctl new.tlv "$URI_EMPTY"
	holds 'o["tokens"][0]["hidden"]'
	cat >>tokens.yaml <<-YAML
		tokens:
		- serial: $SERIAL_EMPTY
		  certificates: [{sha1: $(sha1_of sast-2)}]
	YAML
	try 0 match --json --inventory tokens.yaml "$URI_EMPTY"
	holds '[s["holds"] for s in o["tokens"][0]["sasts"]] == ["recorded"]'
	# where certificates are seen, what was recorded no longer counts
	sed -i "s/$SERIAL_EMPTY/$SERIAL_HSM/" tokens.yaml
	try 3 match --json --inventory tokens.yaml "$URI_HSM"
	holds 'o["tokens"][0]["sasts"] == []'
}

@test "a key without its certificate signs nothing" {
	with_copy
	pkcs11-tool --module "$MODULE" --token-label sast-1 --login \
		--pin "$PIN_SAST_1" --delete-object --type cert --id 01
	try 3 match --json --ctl new.tlv "$URI_SAST_1"
	holds '[s["holds"] for s in o["tokens"][0]["sasts"]] == ["key"]'
	try 3 match --ctl new.tlv "$URI_SAST_1"
	grep -q 'certificates may be hidden' out
}

@test "what tokens say is hostile" {
	with_faults
	printf '%s\n' 'only sast-1' 'label "\x1b[2J\xe2\x80\xae\xff"' >plan
	try 0 match --ctl new.tlv
	grep -qF 'x1b[2J' out
	run ! grep -qP '\x1b|\xe2\x80\xae|\xff' out
	try 0 match --json --ctl new.tlv
	holds 'any(t.get("label_hex", "").startswith("1b") for t in o["tokens"])'
	printf '%s\n' 'only sast-1' 'objects 300 x' >plan
	try 0 match --ctl new.tlv "$URI_SAST_1"
	printf '%s\n' 'only sast-1' 'lie CKA_VALUE huge' >plan
	try 3 match --ctl new.tlv "$URI_SAST_1"
	grep -q 'fault=' trace
}

@test "a token that fails is said, and the others are matched" {
	with_faults
	echo 'fail C_FindObjectsInit CKR_DEVICE_ERROR at 1' >plan
	try 0 match --ctl new.tlv
	[ "$(grep -c 'new.tlv  *cannot be read$' out)" = 1 ]
	[ "$(grep -c "^- Token '.* cannot be read: .*CKR_DEVICE_ERROR" out)" = 1 ]
	[ "$(grep -c 'in the list\|not in it\|hidden until a login$' out)" = 6 ]
	echo 'fail C_GetTokenInfo CKR_DEVICE_ERROR at 1' >plan
	try 0 match --json --ctl new.tlv
	holds '"unreadable" in [f["id"] for f in o["findings"]]'
}

@test "what is no list, and no list at all" {
	try 2 match
	grep -q 'which trust lists?' err
	try 1 match --ctl nothing.tlv
	grep -q 'nothing.tlv: ' err
	try 1 match --ctl new.tlv --ctl "$CASES/ok-cnf-sgn-sha1/"*.sgn
	grep -q 'this is no trust list' err
	head -c 1000 new.tlv >cut.tlv
	try 1 match --ctl cut.tlv
	"$CTLSMITH" show new.tlv >text.tlv || :
	try 1 match --ctl text.tlv
	try 1 match --inventory nothing.yaml --ctl new.tlv
	[ ! -s out ]
}

@test "--ctl completes files, and --help has all" {
	try 0 match --help
	grep -q -- '--ctl FILE' out
	"$CTLSMITH" completion bash | grep -q -- '--ctl) COMPREPLY=(.*compgen -f'
}
