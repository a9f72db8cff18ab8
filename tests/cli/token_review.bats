#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What a hostile reader found in the commands for tokens: each was wrong once.

bats_require_minimum_version 1.5.0
load tokens

setup_file() {
	tokens_setup_file
}

setup() {
	tokens_setup
}

@test "a PIN in an argument too many is not shown" {
	local uri='pkcs11:token=b?pin-value=13579'

	run -2 "$CTLSMITH" token show --module /none pkcs11:token=a "$uri"
	[[ $output != *13579* ]]
	run -2 "$CTLSMITH" token list --module /none "$uri"
	[[ $output != *13579* ]]
	run -2 "$CTLSMITH" token modules "$uri"
	[[ $output != *13579* ]]
	run -2 "$CTLSMITH" token list --module /none "$uri&pin-value=24680"
	[[ $output != *13579* && $output != *24680* ]]
}

@test "a module that hangs while it is loaded is given up" {
	run -4 timeout 60 "$CTLSMITH" token list --timeout 1 --module "$HANGS"
	[[ $output == *'has not come back from loading in 1 s'* ]]
}

@test "a certificate that cannot be read may be a SAST's" {
	local rule

	for rule in 'attr CKA_VALUE=hex:3003020101 any-class' \
		'lie CKA_VALUE unavailable' 'lie CKA_VALUE zero' \
		'lie CKA_VALUE short' 'lie CKA_CLASS unavailable'; do
		plan 'only sast-1' "$rule"
		try 3 init "$URI_SAST_1" --label z --force --dry-run
		grep -q 'may be the certificate of a SAST' err
		try 0 init "$URI_SAST_1" --label z --force --dry-run \
			--destroy-sast "$SERIAL_SAST_1"
	done
}

@test "a blank token that was taken out meanwhile is not initialised" {
	local n pins=(--new-so-pin-env SO --new-pin-env PIN)

	for n in 8 9 11; do
		plan 'only ""' "remove-after C_GetTokenInfo at $n other sast-1"
		SO=$SO_PIN_SAST_1 PIN=13579 try 4 init \
			'pkcs11:manufacturer=SoftHSM%20project' --label z \
			--yes "${pins[@]}"
		[ "$(calls C_InitToken)" = 0 ]
	done
	plan
	SO=$SO_PIN_SAST_1 PIN=13579 try 0 init \
		'pkcs11:manufacturer=SoftHSM%20project' --label z --yes \
		"${pins[@]}"
	[ "$(calls C_InitToken)" = 1 ]
}

# A list with sast-1 and sast-2, and an inventory that names it.
inventory() {
	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" list.tlv
	printf 'lists: [list.tlv]\n' >tokens.yaml
	try_pin "$PIN_SAST_1" 0 drill "$URI_SAST_1" --inventory tokens.yaml
	grep -q 'Manufacturing CA' tokens.yaml
}

@test "a SAST that was destroyed is no signer by the inventory" {
	inventory
	SO=$SO_PIN_SAST_1 PIN=13579 try 0 init "$URI_SAST_1" --label z --force \
		--yes --so-pin-env SO --new-pin-env PIN --inventory tokens.yaml \
		--destroy-sast "$SERIAL_SAST_1"
	run ! grep -q 'Manufacturing CA' tokens.yaml
	grep -q 'result: ok' tokens.yaml
	try 3 match pkcs11:token=z --inventory tokens.yaml
}

@test "a key and a certificate that were deleted leave the inventory" {
	inventory
	try_pin "$PIN_SAST_1" 0 delete "$URI_SAST_1;id=%01" --yes --dry-run \
		--inventory tokens.yaml --destroy-sast "$SERIAL_SAST_1"
	grep -q 'Manufacturing CA' tokens.yaml
	try_pin "$PIN_SAST_1" 0 delete "$URI_SAST_1;id=%01" --yes \
		--inventory tokens.yaml --destroy-sast "$SERIAL_SAST_1"
	run ! grep -q 'Manufacturing CA' tokens.yaml
	try 3 match "$URI_SAST_1" --inventory tokens.yaml
}

@test "what is recorded of a connected token does not outweigh what is seen" {
	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" list.tlv
	cat >tokens.yaml <<-END
		lists: [list.tlv]
		tokens:
		- serial: $SERIAL_HSM
		  place: safe
		  certificates:
		  - sha1: $(openssl x509 -in "$CERTS/sast-2.pem" -outform DER |
			sha1sum | cut -c 1-40)
	END
	try 3 match "$URI_HSM" --inventory tokens.yaml
	grep -q 'No SAST of list.tlv can be had' out
	# elsewhere, it counts
	try 0 match "$URI_SAST_1" --inventory tokens.yaml
	run ! grep -q 'can be had' out
}

@test "what several note in the inventory at once is all there" {
	local i n uri pin

	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" list.tlv
	# the longer it takes to write, the likelier it is that two meet
	for ((i = 0; i < 2000; i++)); do printf '# %080d\n' "$i"; done >tokens.yaml
	echo 'lists: [list.tlv]' >>tokens.yaml
	for i in 1 2 3 4 5 6; do
		for n in 1 2; do
			uri=URI_SAST_$n pin=PIN_SAST_$n
			PIN=${!pin} token drill "${!uri}" --pin-env PIN \
				--state "state-$i-$n" --inventory tokens.yaml \
				>"out-$i-$n" 2>&1 </dev/null 3>&- 4>&- &
		done
	done
	wait
	# SoftHSM itself loses a login or a token at times: then there is no row
	cat out-* >out
	n=$(grep -c '^sast-' out)
	[ "$n" -ge 6 ]
	[ "$(grep -c 'when:' tokens.yaml)" = "$n" ]
}

@test "a key from a file with an odd name is noted all the same" {
	local file=$'k\xff\n.pem'

	echo 'tokens: []' >tokens.yaml
	cp "$SRC/softhsm-fixtures/keys/rsa2048-b.pem" "$file"
	try_pin "$PIN_EMPTY" 0 import-key "$URI_EMPTY" "$file" --label k \
		--inventory tokens.yaml
	grep -q 'imported: true' tokens.yaml
	grep -qF 'k\\xff' tokens.yaml
}

@test "a place that cannot be recorded is refused before the drill" {
	local place

	echo 'tokens: []' >tokens.yaml
	for place in '' $'a\xffb'; do
		try_pin "$PIN_SAST_1" 2 drill "$URI_SAST_1" \
			--inventory tokens.yaml --place "$place"
		[ "$(calls C_Sign)" = 0 ]
	done
}

@test "a rehearsal refuses the label that the token would" {
	try 2 init "$URI_EMPTY" --force --label $'a\xff' --dry-run
	try 2 init "$URI_EMPTY" --force --label "$(printf '%033d' 0)" --dry-run
	try 0 init "$URI_EMPTY" --force --label "$(printf '%032d' 0)" --dry-run
}
