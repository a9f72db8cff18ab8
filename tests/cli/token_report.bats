#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# token report: the token, its keys, what is proven, who could have a copy.

bats_require_minimum_version 1.5.0
load custody.bash

setup_file() {
	custody_file
}

setup() {
	custody_setup
	export PIN PIN2
}

# p11 NAME ARGUMENT...: pkcs11-tool on that token, logged in.
p11() {
	local pin=PIN_$1 label=LABEL_$1

	shift
	pkcs11-tool --module "$MODULE" --token-label "${!label}" --login \
		--pin "${!pin}" "$@"
}

# said NAME VALUE: a row of the document, its blanks run together.
said() {
	tr -s ' ' <out | grep -qF -- "$1: $2" || {
		echo "not said: $1: $2"
		cat out
		return 1
	}
}

@test "the document" {
	PIN=$PIN_SAST_1
	try 0 report --at 2024-05-01 --inventory tokens.yaml --pin-env PIN \
		"$URI_SAST_1"
	[ "$(sed -n 2p out)" = "As of 2024-05-01T00:00:00Z, by $("$CTLSMITH" --version | head -n 1)" ]
	said Label sast-1
	said 'Serial number' "$SERIAL_SAST_1"
	said Inventory 'does not have it'
	grep -qx "Private key 'sast-1', id 01" out
	said Kind 'RSA 1024'
	said Attributes 'sensitive: yes, extractable: no, '
	said 'Signs by' 'CKM_RSA_PKCS, '
	said Proof 'proven: signed random data (CKM_'
	said Copies 'The token says that it was brought in: whoever had it before may have a copy.'
	said Subject 'CN=SAST-ADN00a1b2c3 '
	said 'Valid until' '2035-01-01T00:00:00Z, 3897 days from then on'
	said 'Goes with' "private key 'sast-1', id 01: proven by its signature"
	said 'SAST of' 'old.tlv, record 1, signed it; new.tlv, record 1, signed it (the newest list)'
	grep -qx 'No key is extractable, and no pairing failed.' out
	cp out before
	try 0 report --at 2024-05-01 --inventory tokens.yaml --pin-env PIN \
		"$URI_SAST_1"
	diff before out
}

@test "the same as JSON" {
	PIN=$PIN_SAST_1
	try 0 report --json --at 2024-05-01 --ctl new.tlv --pin-env PIN \
		"$URI_SAST_1"
	holds 'o["at"] == "2024-05-01T00:00:00Z" and o["token"]["label"] == "sast-1"'
	holds 'o["inventory"] is None and o["findings"] == []'
	holds '[k["proof"] for k in o["keys"]] == ["proven"]'
	holds '"CKM_RSA_PKCS" in o["keys"][0]["mechanisms"]'
	holds 'o["keys"][0]["copies"] == "possible"'
	holds '[c["pairing"] for c in o["certificates"]] == ["proven"]'
	holds 'o["certificates"][0]["days_left"] == 3897'
	holds '[s["record"] for s in o["certificates"][0]["sasts"]] == [1]'
	holds '[p["pairing"] for p in o["public_keys"]] == ["proven"]'
}

@test "certificates end" {
	PIN=$PIN_SAST_1
	try 0 report --at 2036-01-01 --pin-env PIN "$URI_SAST_1"
	said 'Valid until' '2035-01-01T00:00:00Z, EXPIRED 365 days before'
	try 0 report --json --at 2036-01-01 --pin-env PIN "$URI_SAST_1"
	holds 'o["certificates"][0]["validity"] == "expired"'
	holds 'o["certificates"][0]["days_left"] == -365'
	try 0 report --json --at 2014-01-01 --pin-env PIN "$URI_SAST_1"
	holds 'o["certificates"][0]["validity"] == "not-yet"'
}

@test "many keys: each is proven by itself" {
	PIN=$PIN_HSM
	try 0 report --json --ctl new.tlv --pin-env PIN "$URI_HSM"
	holds 'len(o["keys"]) == 6 and all(k["proof"] == "proven" for k in o["keys"])'
	holds 'sorted(c["pairing"] for c in o["certificates"]) == ["none"] + ["proven"] * 5'
	holds 'all(c["sasts"] == [] for c in o["certificates"])'
	try 0 report --ctl new.tlv --pin-env PIN "$URI_HSM"
	said 'Private key' 'none on this token'
	said 'SAST of' 'none of the lists'
}

@test "a key that asks for each use" {
	PIN=$PIN_ALWAYS PIN2=$PIN_ALWAYS
	try 0 report --pin-env PIN "$URI_ALWAYS"
	said Proof 'not proven: the key asks for a PIN for each use'
	said 'Goes with' "private key 'always-2048', id 51: said to be, not proven"
	try 0 report --json --pin-env PIN "$URI_ALWAYS"
	holds 'o["keys"][0]["proof"] == "asks-for-pin"'
	try 0 report --json --pin-env PIN --key-pin-env PIN2 "$URI_ALWAYS"
	holds 'o["keys"][0]["proof"] == "proven"'
	PIN2=wrong
	try 4 report --json --pin-env PIN --key-pin-env PIN2 "$URI_ALWAYS"
	[ ! -s out ]
}

@test "a key made on the token" {
	with_copy
	p11 EMPTY --keypairgen --key-type rsa:2048 --id 77 --label own
	PIN=$PIN_EMPTY
	try 0 report --pin-env PIN "$URI_EMPTY"
	said Copies 'It was made on the token and never could leave it: nobody has a copy, as far as the token tells.'
	try 0 report --json --pin-env PIN "$URI_EMPTY"
	holds 'o["keys"][0]["copies"] == "none-known"'
}

@test "what was brought in is known for ever" {
	cat >>tokens.yaml <<-YAML
		tokens:
		- serial: $SERIAL_HSM
		  place: safe
		  holder: somebody
		  imported_keys:
		  - {id: "21", from: "backup.p12", when: 2020-02-03T04:05:06Z}
		  drills:
		  - {when: 2023-01-02T03:04:05Z, place: lab, result: failed}
	YAML
	PIN=$PIN_HSM
	try 0 report --inventory tokens.yaml --pin-env PIN "$URI_HSM"
	said Copies 'It exists outside this token, from backup.p12, since 2020-02-03T04:05:06Z, and always will.'
	said Place safe
	said Holder somebody
	said 'Last drill' '2023-01-02T03:04:05Z, lab, FAILED'
	try 0 report --json --inventory tokens.yaml --pin-env PIN "$URI_HSM"
	holds '[k["object"]["id"] for k in o["keys"] if k["copies"] == "exists"] == ["21"]'
	holds '[k["imported"]["from"] for k in o["keys"] if k["imported"]] == ["backup.p12"]'
	holds 'o["inventory"]["last_drill"]["result"] == "failed"'
}

@test "extractable, or not sensitive, is status 3" {
	with_faults
	PIN=$PIN_SAST_1
	echo 'attr CKA_EXTRACTABLE=1' >plan
	try 3 report --pin-env PIN "$URI_SAST_1"
	grep -qx -- "- The private key 'sast-1', id 01 is extractable." out
	said Copies 'The token says that it was brought in: whoever had it before may have a copy. It is extractable: '
	echo 'attr CKA_SENSITIVE=0' >plan
	try 3 report --json --pin-env PIN "$URI_SAST_1"
	holds '[f["id"] for f in o["findings"]] == ["not-sensitive"]'
	holds 'o["keys"][0]["copies"] == "can-be-taken"'
	# what is not said is not taken for good
	printf 'attr CKA_%s\n' LOCAL=unavailable NEVER_EXTRACTABLE=1 \
		ALWAYS_SENSITIVE=1 >plan
	try 0 report --json --pin-env PIN "$URI_SAST_1"
	holds 'o["keys"][0]["copies"] == "possible"'
	printf 'attr CKA_%s\n' LOCAL=1 NEVER_EXTRACTABLE=0 ALWAYS_SENSITIVE=1 >plan
	try 0 report --json --pin-env PIN "$URI_SAST_1"
	holds 'o["keys"][0]["copies"] == "possible"'
}

@test "a key that is not the one beside it" {
	with_faults
	PIN=$PIN_HSM
	echo 'wrong-key without-certificate' >plan
	try 3 report --json --pin-env PIN "$URI_HSM"
	grep -q 'fault=' trace
	holds 'sum(k["proof"] == "failed" for k in o["keys"]) >= 2'
	holds '"pairing" in [f["id"] for f in o["findings"]]'
	echo 'wrong-signature at 1' >plan
	try 3 report --pin-env PIN "$URI_HSM"
	[ "$(grep -c '^Proof: *FAILED: the signature that the token made' out)" = 1 ]
	grep -q '^- The private key .* did not prove its public half: ' out
}

@test "a certificate with the id of another key" {
	with_copy
	openssl x509 -in "$CERTS/sast-2.pem" -outform DER -out other.der
	p11 SAST_1 --delete-object --type cert --id 01
	p11 SAST_1 --write-object other.der --type cert --id 01 --label other
	PIN=$PIN_SAST_1
	try 3 report --ctl new.tlv --pin-env PIN "$URI_SAST_1"
	said 'Goes with' "private key 'sast-1', id 01: NOT ITS OWN, although the id is"
	grep -q "^- The certificate 'other', id 01 is of another key than the private key 'sast-1', id 01.$" out
	try 3 report --json --ctl new.tlv --pin-env PIN "$URI_SAST_1"
	holds '[c["pairing"] for c in o["certificates"]] == ["differs"]'
}

@test "no PIN, a wrong one, and a token that goes" {
	try 4 report "$URI_SAST_1"
	[ ! -s out ]
	PIN=wrong
	try 4 report --pin-env PIN "$URI_SAST_1"
	try 2 report
	with_faults
	rm -r state
	PIN=$PIN_SAST_1
	echo 'remove-after C_SignInit' >plan
	try 4 report --pin-env PIN "$URI_SAST_1"
	[ ! -s out ]
}

@test "what the token says is hostile" {
	with_faults
	printf '%s\n' 'only sast-1' 'label "\x1b[2J\xe2\x80\xae\xff"' \
		'attr CKA_LABEL=hex:1b5b324aff any-class' >plan
	PIN=$PIN_SAST_1
	try 0 report --pin-env PIN "pkcs11:serial=$SERIAL_SAST_1"
	grep -qF 'x1b[2J' out
	run ! grep -qP '\x1b|\xe2\x80\xae|\xff' out
	try 0 report --json --pin-env PIN "pkcs11:serial=$SERIAL_SAST_1"
	holds 'o["keys"][0]["object"]["label_hex"] == "1b5b324aff"'
}
