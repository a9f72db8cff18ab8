#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The examples of the man pages and of docs/json.md are real output.

bats_require_minimum_version 1.5.0
load session

setup() {
	session_setup
}

@test "ctlsmith-show(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-show.1.scd"
}

@test "ctlsmith-verify(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-verify.1.scd"
}

@test "ctlsmith-lint(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-lint.1.scd"
}

@test "ctlsmith-accept(1): the examples" {
	session_setup_for ctlsmith-accept.1.scd
	session_holds "$SRC/docs/man/ctlsmith-accept.1.scd"
}

@test "ctlsmith-extract(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-extract.1.scd"
}

@test "ctlsmith-diff(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-diff.1.scd"
}

@test "ctlsmith-build(1): the examples" {
	session_setup_for ctlsmith-build.1.scd
	session_holds "$SRC/docs/man/ctlsmith-build.1.scd"
}

@test "ctlsmith-edit(1): the examples" {
	session_setup_for ctlsmith-edit.1.scd
	session_holds "$SRC/docs/man/ctlsmith-edit.1.scd"
}

@test "ctlsmith-rescue(1): the examples" {
	session_setup_for ctlsmith-rescue.1.scd
	session_holds "$SRC/docs/man/ctlsmith-rescue.1.scd"
}

@test "ctlsmith-sign-request(1): the examples" {
	session_setup_for ctlsmith-sign-request.1.scd
	session_holds "$SRC/docs/man/ctlsmith-sign-request.1.scd"
}

@test "ctlsmith-attach(1): the examples" {
	session_setup_for ctlsmith-attach.1.scd
	session_holds "$SRC/docs/man/ctlsmith-attach.1.scd"
}

@test "ctlsmith-sign(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-sign.1.scd"
}

@test "ctlsmith-unsign(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-unsign.1.scd"
}

@test "ctlsmith-token(1): the examples" {
	session_setup_for ctlsmith-token.1.scd
	session_holds "$SRC/docs/man/ctlsmith-token.1.scd"
}

@test "ctlsmith-cert(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-cert.1.scd"
}

@test "ctlsmith-trust-store(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-trust-store.1.scd"
}

@test "ctlsmith-audit(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-audit.1.scd"
}

@test "ctlsmith-order(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-order.1.scd"
}

@test "ctlsmith-completion(1): the examples" {
	session_holds "$SRC/docs/man/ctlsmith-completion.1.scd"
}

@test "docs/json.md: the examples" {
	session_holds "$SRC/docs/json.md"
}

@test "a changed example is noticed" {
	sed 's/RSA, 1024 bits/RSA, 1023 bits/' \
		"$SRC/docs/man/ctlsmith-show.1.scd" >changed
	run ! session_holds changed
}

@test "the completion script completes" {
	local words

	# shellcheck disable=SC1090
	words=$(
		source <("$CTLSMITH" completion bash)
		complete -p ctlsmith
		COMP_WORDS=(ctlsmith verify --tr) COMP_CWORD=2
		_ctlsmith
		printf '%s\n' "${COMPREPLY[@]}"
		COMP_WORDS=(ctlsmith verify --kind 'fi') COMP_CWORD=3
		_ctlsmith
		printf '%s\n' "${COMPREPLY[@]}"
		COMP_WORDS=(ctlsmith verify tf) COMP_CWORD=2
		_ctlsmith
		printf '%s\n' "${COMPREPLY[@]}"
	)
	[ "$words" = "complete -o filenames -F _ctlsmith ctlsmith
--trusted
firmware
tftp.pem" ]
}
