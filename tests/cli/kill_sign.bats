#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `ctlsmith sign` of 20 files, killed before and after every call that changes
# what the disk holds, and with every such call failing (tests/cli/kill_sign.sh):
# each result is absent or whole, the next run makes the rest, and signs nothing
# again. Every third call, from one that is printed; every one with
# CTLSMITH_LONG=1. Random moments are in sign_kill.bats.

bats_require_minimum_version 1.5.0
load killed

setup_file() {
	killed_file
}

setup() {
	local i

	killed_setup
	rm start/cucm.* start/new.*
	mkdir start/in
	for i in {1..20}; do
		head -c $((i * 137)) /dev/urandom >start/in/"f$i.xml"
	done
	sign=(--signer signer.key --signer-cert signer.pem
		--timestamp 2026-01-01T00:00:00Z)
}

# sweep STEP KIND MODE JOBS ARGUMENT...
sweep() {
	local step=$1

	[ "${CTLSMITH_LONG:-}" != 1 ] || step=1
	"$SRC/tests/cli/kill_sign.sh" "$2" "$3" $((RANDOM % step + 1)) \
		"$step" "${@:4}"
}

# To be called after a sweep: what it compared with is right.
verified() {
	"$CTLSMITH" verify --signer start/signer.pem whole/in/*.sgn >out
	[ "$(grep -c ': signed-file: verified' out)" = 20 ]
}

@test "killed before a call" {
	sweep 4 disk kill 1 "${sign[@]}"
	verified
}

@test "killed after a call; two threads" {
	sweep 4 disk killed 2 "${sign[@]}"
	verified
}

@test "a disk that is full, or takes no more" {
	sweep 6 disk once:ENOSPC 2 "${sign[@]}"
	sweep 9 disk once:EIO 1 "${sign[@]}"
	sweep 9 disk once:EROFS 2 "${sign[@]}"
	# (what is said is written, too)
	sweep 5 create onward:ENOSPC 2 "${sign[@]}"
	sweep 5 rename onward:EIO 1 "${sign[@]}"
	sweep 5 fsync onward:EIO 2 "${sign[@]}"
}

@test "with a key on a token" {
	# shellcheck source=/dev/null
	. "$BUILD/tokens/env.sh"
	export PIN=$PIN_SAST_1
	sweep 19 disk killed 2 --signer "$URI_SAST_1" --module "$MODULE" \
		--pin-env PIN --timestamp 2026-01-01T00:00:00Z
}

@test "memory" {
	"$SRC/tests/cli/kill_sign.sh" malloc once $((RANDOM % 1999 + 1)) 1999 \
		2 "${sign[@]}"
	"$SRC/tests/cli/kill_sign.sh" malloc onward $((RANDOM % 1999 + 1)) \
		1999 1 "${sign[@]}"
}
