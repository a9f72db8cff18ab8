#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The guard over tokens that cannot be had again, asked by tests/tools/guard.c.

bats_require_minimum_version 1.5.0

load custody.bash

setup_file() {
	custody_file
}

setup() {
	custody_setup
}

# ask STATUS ARGUMENT...: what the guard says is then in err.
ask() {
	local wanted=$1 status=0

	shift
	"$GUARD" --module "$MODULE" "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "guard $*: $status instead of $wanted"
		cat out err
		return 1
	}
	[ ! -s out ]
}

# A list whose only SAST is the key of the token hsm.
own_list() {
	cat >own.yaml <<-YAML
		certs:
		- name: own
		  key: rsa2048-b
		  subject: [CN=own]
		  serial: 4A:01
		header: {filename: CTLFile.tlv, digest: sha1, timestamp: 2024-05-01T12:00:00Z}
		signer: {record: 1}
		records:
		- {cert: own, role: SAST}
	YAML
	(cd "$SRC" && "$TWIN" make "$OLDPWD/own.yaml" -o "$OLDPWD/made")
	cp made/own/CTLFile.tlv own.tlv
}

@test "a token of Cisco's is refused, without any list" {
	ask 3 "$URI_SAST_1"
	grep -q "token 'sast-1' (serial $SERIAL_SAST_1) is a security token of Cisco's: nobody issues" err
	grep -q 'only --destroy-sast SERIAL' err
	run ! grep -q 'loses a signer' err
}

@test "what the lists lose is said, list by list" {
	ask 3 --inventory tokens.yaml "$URI_SAST_1"
	grep -qx 'ctlsmith: old.tlv loses a signer, 1 of 2 are left: record 1, SAST-ADN00a1b2c3' err
	grep -qx 'ctlsmith: new.tlv loses a signer, 1 of 2 are left: record 1, SAST-ADN00a1b2c3' err
	ask 3 --inventory tokens.yaml "$URI_SAST_2"
	run ! grep -q 'old.tlv' err
	grep -qx 'ctlsmith: new.tlv loses a signer, 1 of 2 are left: record 2, SAST-ADN00d4e5f6' err
}

@test "the serial number in full lets it pass, after the same words" {
	ask 0 --inventory tokens.yaml --destroy-sast "$SERIAL_SAST_1" "$URI_SAST_1"
	grep -q 'nobody issues' err
	[ "$(grep -c 'loses a signer' err)" = 2 ]
	ask 3 --destroy-sast "${SERIAL_SAST_1%?}" "$URI_SAST_1"
	ask 3 --destroy-sast "${SERIAL_SAST_1}0" "$URI_SAST_1"
	ask 3 --destroy-sast '' "$URI_SAST_1"
	ask 3 --destroy-sast "$SERIAL_SAST_2" "$URI_SAST_1"
	grep -q 'names another token than' err
}

@test "other tokens pass, unless --destroy-sast is meant for another" {
	ask 0 --inventory tokens.yaml "$URI_HSM"
	[ ! -s err ]
	ask 0 --inventory tokens.yaml "$URI_EMPTY"
	ask 0 --inventory tokens.yaml --destroy-sast "$SERIAL_HSM" "$URI_HSM"
	[ ! -s err ]
	ask 3 --inventory tokens.yaml --destroy-sast "$SERIAL_SAST_1" "$URI_HSM"
}

@test "a key alone is enough" {
	own_list
	echo "lists: [own.tlv]" >tokens.yaml
	with_copy
	softhsm2-util --import "$SRC/softhsm-fixtures/keys/rsa2048-b.pem" \
		--token empty --pin "$PIN_EMPTY" --id 77 --label own
	PIN=$PIN_EMPTY ask 3 --inventory tokens.yaml --login --pin-env PIN \
		"$URI_EMPTY"
	grep -q "token 'empty' .* that key cannot be made again" err
	grep -q 'own.tlv loses a signer, 0 of 1 are left: record 1, own' err
	ask 0 --inventory tokens.yaml "$URI_ALWAYS"
}

@test "what is hidden is known from the inventory" {
	cat >>tokens.yaml <<-YAML
		tokens:
		- serial: $SERIAL_EMPTY
		  certificates: [{sha1: $(sha1_of sast-2)}]
		- serial: $SERIAL_TWIN_A
		  certificates:
		  - sha1: 0000000000000000000000000000000000000000
		    subject: CN=SAST-ADN01,O=Cisco
		    issuer: CN=Cisco Manufacturing CA,O=Cisco Systems
		- serial: $SERIAL_TWIN_B
		  certificates: [{sha1: 0000000000000000000000000000000000000000}]
	YAML
	ask 3 --inventory tokens.yaml "$URI_EMPTY"
	grep -q 'new.tlv loses a signer, .* record 2' err
	ask 3 --inventory tokens.yaml "$URI_TWIN_A"
	grep -q "security token of Cisco's" err
	ask 0 --inventory tokens.yaml "$URI_TWIN_B"
}

@test "no part of the lists is enough: one that cannot be read ends it" {
	echo "lists: [old.tlv, lost.tlv]" >tokens.yaml
	ask 1 --inventory tokens.yaml "$URI_HSM"
	grep -q 'lost.tlv: ' err
	head -c 900 new.tlv >lost.tlv
	ask 1 --inventory tokens.yaml "$URI_HSM"
	ask 1 --inventory nothing.yaml "$URI_HSM"
	printf 'inventory: %s/nothing.yaml\n' "$PWD" >config.yaml
	chmod 600 config.yaml
	CTLSMITH_CONFIG=$PWD/config.yaml ask 0 "$URI_HSM"
	grep -q 'nothing.yaml: the inventory is not there yet' err
}

@test "a token that cannot be read is not judged to be empty" {
	with_faults
	echo 'fail C_FindObjectsInit CKR_GENERAL_ERROR' >plan
	ask 4 "$URI_HSM"
	grep -q 'fault=' trace
	ask 0 --destroy-sast "$SERIAL_HSM" "$URI_HSM"
	grep -q 'cannot be read, and what is lost with it is not known' err
}

@test "what a token says of itself is made safe" {
	with_faults
	printf '%s\n' 'only sast-1' 'label "\x1b[31mred\xff"' >plan
	ask 3 "pkcs11:serial=$SERIAL_SAST_1"
	grep -qF 'x1b[31mred' err
	run ! grep -q $'\x1b' err
}
