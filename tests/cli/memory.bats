#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Commands that write files, while memory fails (tests/cli/kill.sh): the target
# is the old file or the new one, whole; a failure is said; and the next run ends
# as if nothing had been. With CTLSMITH_LONG=1 at many more calls.
# shellcheck disable=SC2154 # of killed.bash

bats_require_minimum_version 1.5.0
load killed

setup_file() {
	killed_file
}

setup() {
	killed_setup
}

# memory TARGET COMMAND...: it fails once, or from a call on; at calls here and
# there, and at many of the last, where our own code is at work alone.
memory() {
	local step=1999 mode

	[ "${CTLSMITH_LONG:-}" != 1 ] || step=61
	for mode in once onward; do
		"$SRC/tests/cli/kill.sh" malloc $mode \
			$((RANDOM % step + 1)) $step "$@"
		"$SRC/tests/cli/kill.sh" malloc $mode -200 9 "$@"
	done
}

@test "build: memory" {
	memory list "${make[@]}" --audit log -o list \
		--timestamp 2026-01-01T00:00:00Z
}

@test "edit: memory" {
	edited
	memory list "${edit[@]}" --signer signer.key -o list --force
}

@test "attach: memory" {
	edited
	(
		cd start
		"$CTLSMITH" "${edit[@]}" -o list --force \
			--detached-request request >out
		"$CTLSMITH" sign-request --yes --signer signer.key request \
			>out 2>&1
	)
	memory list attach --force request request.sig
	rm start/request.sig
	memory request.sig sign-request --yes --signer signer.key request
}
