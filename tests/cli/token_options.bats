#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Options of `ctlsmith token`: where PINs, passphrases and names come from, and
# what is made of them.

bats_require_minimum_version 1.5.0
load custody.bash

setup_file() {
	custody_file
}

setup() {
	custody_setup
	with_copy
	export PIN=$PIN_EMPTY SO=$SO_PIN_EMPTY
}

# key TYPE LABEL ID [OPTION...]: makes one on the token empty.
key() {
	local type=$1 label=$2 id=$3

	shift 3
	try 0 keygen --type "$type" --label "$label" --id "$id" --pin-env PIN \
		"$@" "$URI_EMPTY"
}

@test "--so-pin-env, --new-pin-env and --new-so-pin-env" {
	NEW=9876543 try 0 'pin reset' --yes --so-pin-env SO --new-pin-env NEW \
		"$URI_EMPTY"
	PIN=9876543 try 0 show --pin-env PIN "$URI_EMPTY"
	PIN=9876543 NEW=$PIN_EMPTY try 0 'pin change' --yes --pin-env PIN \
		--new-pin-env NEW "$URI_EMPTY"
	NEW=11223344 try 0 'pin change' --so --yes --so-pin-env SO \
		--new-so-pin-env NEW "$URI_EMPTY"
	NEW=9876543 try 4 'pin reset' --yes --so-pin-env SO --new-pin-env NEW \
		"$URI_EMPTY"
	grep -q 'the SO PIN is wrong\|the PIN is wrong' err
	SO=11223344 NEW=7654321 try 0 init --yes --force --label again --so-pin-env SO \
		--new-pin-env NEW "$URI_EMPTY"
	PIN=7654321 try 0 show --pin-env PIN pkcs11:token=again
	SO=11223344 NEW=1357911 try 0 'pin unblock' --yes --so-pin-env SO \
		--new-pin-env NEW pkcs11:token=again
	grep -q 'does not say that its PIN is locked' err
	PIN=1357911 try 0 show --pin-env PIN pkcs11:token=again
}

@test "--always-authenticate makes a key that --key-pin-fd and --key-pin-env serve" {
	KEY=$PIN_EMPTY key rsa:2048 each 07 --always-authenticate \
		--key-pin-env KEY
	try 4 test --pin-env PIN "$URI_EMPTY;id=%07"
	grep -q 'the PIN of the key is needed' err
	KEY=$PIN_EMPTY try 0 test --pin-env PIN --key-pin-env KEY \
		"$URI_EMPTY;id=%07"
	try 0 test --pin-env PIN --key-pin-fd 4 "$URI_EMPTY;id=%07" \
		4<<<"$PIN_EMPTY"
	try 0 show --pin-env PIN "$URI_EMPTY"
	grep -q '^private key .* a PIN for each use' out
}

@test "--san, --usage, --der and --output of requests and certificates" {
	key rsa:2048 one 01
	try 0 csr --pin-env PIN --subject CN=a.example.org \
		--san DNS:a.example.org,IP:10.0.0.1 --usage callmanager \
		--output a.csr "$URI_EMPTY;id=%01"
	openssl req -in a.csr -noout -verify -text >text
	grep -q 'DNS:a.example.org, IP Address:10.0.0.1' text
	try 1 csr --pin-env PIN --subject CN=a -o a.csr "$URI_EMPTY;id=%01"
	grep -q 'a.csr is there already; --force replaces it' err
	try 0 csr --pin-env PIN --subject CN=a -o a.csr --force --der \
		"$URI_EMPTY;id=%01"
	openssl req -in a.csr -inform DER -noout -verify
	try 0 selfsign --pin-env PIN --subject CN=b --usage sast --days 30 \
		--san DNS:b --der --output - "$URI_EMPTY;id=%01"
	mv out b.der
	openssl x509 -in b.der -inform DER -noout -checkend $((29 * 86400))
	run ! openssl x509 -in b.der -inform DER -noout \
		-checkend $((31 * 86400))
	try 0 import-cert --pin-env PIN --label cert "$URI_EMPTY" b.der
	try 0 export-cert --output - --der "$URI_EMPTY;object=cert"
	cmp out b.der
	try 0 export-cert --output b.pem "$URI_EMPTY;object=cert"
	openssl x509 -in b.pem -outform DER | cmp - b.der
}

@test "--passphrase-env and --passphrase-fd open the file of a key" {
	openssl pkcs12 -export -inkey "$SRC/softhsm-fixtures/keys/rsa2048-a.pem" \
		-in "$CERTS/signer-2048.pem" -passout pass:open -out key.p12
	WORD=wrong try 1 import-key --pin-env PIN --label k --passphrase-env WORD \
		"$URI_EMPTY" key.p12
	WORD=open try 0 import-key --pin-env PIN --label k --id 0a \
		--passphrase-env WORD --inventory inv.yaml "$URI_EMPTY" key.p12
	grep -q 'imported: true' inv.yaml
	try 0 show --pin-env PIN "$URI_EMPTY;id=%0a"
	[ "$(grep -c '^\(private key\|public key\|certificate\)  *k ' out)" = 3 ]
	try 0 delete --yes --pin-env PIN "$URI_EMPTY;id=%0a"
	try 0 import-key --pin-env PIN --label k --passphrase-fd 4 \
		"$URI_EMPTY" key.p12 4<<<open
	grep -q 'nobody will know that this key exists outside' err
	run ! grep -q open out
}

@test "--ctl keeps out a key that is no SAST of the list" {
	try 3 import-key --pin-env PIN --label k --ctl new.tlv "$URI_EMPTY" \
		"$SRC/softhsm-fixtures/keys/rsa2048-a.pem"
	cat "$SRC/softhsm-fixtures/keys/rsa1024-g.pem" "$CERTS/sast-1.pem" >sast
	try 0 import-key --pin-env PIN --label k --ctl new.tlv "$URI_EMPTY" sast
	try 0 match --ctl new.tlv "$URI_EMPTY"
}

@test "--state and the configuration's state hold the ledger" {
	PIN=99999 try 4 show --pin-env PIN --state here "$URI_EMPTY"
	[ "$(find here -name 'token-*.user' | wc -l)" = 1 ]
	[ ! -e state ]
	(umask 077 && echo "state: there" >config.yaml)
	CTLSMITH_CONFIG=$PWD/config.yaml PIN=99999 try 4 show --pin-env PIN \
		"$URI_EMPTY"
	[ "$(find there -name 'token-*.user' | wc -l)" = 1 ]
}
