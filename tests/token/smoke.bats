# SPDX-License-Identifier: Apache-2.0
#
# What with-token.sh promises of a KIND, asked without ctlsmith: run by
# `with-token.sh KIND`, with tests/token/probe.c as PROBE.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	eval "$TOKEN_FLUSH"
}

with_token() {
	"$SRC/tests/token/with-token.sh" "$@"
}

has() {
	[[ " $TOKEN_CAPS " == *" $1 "* ]]
}

@test "the module lists the token, and the URI matches only it" {
	"$PROBE" list >tokens
	[ "$(grep -cE "^$TOKEN_LABEL +[^ ]+ +initialised login pin\$" tokens)" = 1 ]
}

@test "with the PIN a key signs, and the signature verifies" {
	"$PROBE" sign
}

@test "it can do what TOKEN_CAPS says, no less and no more" {
	with_token "$TOKEN_KIND" "$PROBE" caps >measured.unsorted
	sort measured.unsorted >measured
	# these three are tested below
	for word in $TOKEN_CAPS; do
		case $word in
		removal | breaks | fresh) ;;
		*) echo "$word" ;;
		esac
	done | sort >declared
	diff -u declared measured
}

@test "fresh: a token as it comes can be initialised" {
	if ! has fresh; then
		run with_token --fresh "$TOKEN_KIND" true
		[ "$status" = 2 ]
		return
	fi
	run -0 with_token --fresh "$TOKEN_KIND" "$PROBE" init
	if has to-be-changed; then
		[[ $output == *"initialised, and a PIN had to be changed" ]]
	else
		[[ $output == *initialised ]]
	fi
}

@test "removal, breaks: calls fail after it, and a new start helps" {
	if has breaks; then
		"$PROBE" break
	else
		[ -z "$TOKEN_BREAK" ]
	fi
	if has removal; then
		"$PROBE" remove
	else
		[ -z "$TOKEN_REMOVE$TOKEN_INSERT" ]
	fi
	"$PROBE" sign
}

@test "nothing stays, and the status is that of the command" {
	# shellcheck disable=SC2016
	run with_token "$TOKEN_KIND" sh -c 'echo "$TOKEN_DIR"; exit 42'
	[ "$status" = 42 ]
	[[ ${lines[-1]} == /*/token-"$TOKEN_KIND".* ]]
	[ "${lines[-1]}" != "$TOKEN_DIR" ]
	[ ! -e "${lines[-1]}" ]
	run ! pgrep -f "${lines[-1]}"
}
