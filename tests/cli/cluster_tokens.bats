#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cluster status looks at the tokens of signing_keys: SoftHSM's, of a lab whose
# list they signed, through the shim that traces each call (tests/shim/p11).

bats_require_minimum_version 1.5.0

# shellcheck source=tests/lab/look.sh
. "$SRC/tests/lab/look.sh"

# of_tokens: a lab with two tokens, and the shim before its module.
of_tokens() {
	up --mode token
	export P11FAULT_REAL=$MODULE P11FAULT_PLAN=$PWD/plan \
		P11FAULT_TRACE=$PWD/trace P11FAULT_STATE=$PWD/tries
	export CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
	: >plan
	: >trace
}

# look STATUS [OPTION...]
look() {
	local wanted=$1

	shift
	: >trace
	run "-$wanted" status --module "$P11FAULT" "$@"
}

# The test's shell has the PINs: nobody may log in all the same.
no_login() {
	grep -q C_GetTokenInfo trace
	run ! grep -E 'C_Login|C_SetPIN|C_InitPIN|C_Sign' trace
}

@test "tokens that are well are good, and nobody logs in" {
	of_tokens
	look 0
	is_said '^Good: .*R10, R11, R12'
	no_login
	look 0 --json
	for label in "$LABEL_SAST_1" "$LABEL_SAST_2"; do
		is_said "token $label is here, and its PIN was not mistyped"
	done
}

@test "without a module nothing is asked, and the rest is looked at" {
	of_tokens
	run -0 status
	is_said '^Good: R1,' '^Not asked: .*R11'
	[ ! -s trace ]
	printf 'module: %s\n' "$P11FAULT" >config.yaml
	chmod 600 config.yaml
	CTLSMITH_CONFIG=$PWD/config.yaml run -0 status
	is_said '^Good: .*R10, R11, R12'
	no_login
}

@test "a wrong PIN, the last try and a locked token are said of their token" {
	of_tokens
	run ! pkcs11-tool --module "$MODULE" --token-label "$LABEL_SAST_2" \
		--login --pin 00000000 --list-objects
	look 0
	is_said "^note R11 token $LABEL_SAST_2 was given a wrong PIN" \
		'^Good: .*R11'
	no_login
	echo 'flags +CKF_USER_PIN_FINAL_TRY' >plan
	look 3
	is_said "^bad R11 token $LABEL_SAST_1 has one try left; do not try" \
		"^bad R11 token $LABEL_SAST_2 has one try left"
	no_login
	echo 'flags +CKF_USER_PIN_LOCKED' >plan
	look 3
	is_said "^bad R11 token $LABEL_SAST_1 is locked; do not try its PIN"
	no_login
}

@test "a token that is not here is a note, one that fails is unknown" {
	of_tokens
	sed -i "s/serial=.*\"/serial=0000000000000000\"/" "$lab/cluster.yaml"
	look 0
	is_said "^note R11 token $LABEL_SAST_1 is not here" \
		"^note R11 token $LABEL_SAST_2 is not here"
	sed -i "s/token=.*\"/manufacturer=SoftHSM%20project\"/" \
		"$lab/cluster.yaml"
	look 0
	is_said '^ctlsmith: 1 of signing_keys: 3 tokens match' \
		'^unknown R11 token 1 of signing_keys could not be looked at' \
		'^unknown R11 token 2 of signing_keys could not'
	run -0 status --module "$PWD/trace"
	is_said '^ctlsmith: 1 of signing_keys: .*trace' \
		'^unknown R11 token 1 of signing_keys' '^Good: R1,'
}

@test "a certificate that ends is said" {
	of_tokens
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem \
		-subj /CN=old -days 20 -outform DER -out old.der 2>/dev/null
	pkcs11-tool --module "$MODULE" --token-label "$LABEL_SAST_1" --login \
		--pin "$PIN_SAST_1" --write-object old.der --type cert --id 77
	look 0
	is_said "^note R11 token $LABEL_SAST_1 has a certificate that ends at .*days"
	no_login
}

@test "a bundle has what was seen, and neither URI nor serial number" {
	local serial

	of_tokens
	serial=$SERIAL_SAST_1
	echo 'flags +CKF_USER_PIN_FINAL_TRY' >plan
	: >trace
	run -0 collect seen.tar --module "$P11FAULT"
	no_login
	mkdir seen
	tar -xf seen.tar -C seen
	grep -q "name: .*$LABEL_SAST_1" seen/bundle/cluster/tokens
	run ! grep -rE "pkcs11:|$serial|$PIN_SAST_1|$P11FAULT" seen
	: >plan
	: >trace
	run -3 "$CTLSMITH" cluster status --offline seen.tar
	is_said "^bad R11 token $LABEL_SAST_1 has one try left"
	[ ! -s trace ]
	run -2 "$CTLSMITH" cluster status --offline seen.tar --module x
	is_said 'asks nobody'
}
