#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# CAPF, CallManager or both on every release. With CTLSMITH_LONG=1 both, with lists of
# tokens and without, signed by the node and by an authority, and with lists that
# were made by 10.5.
#
# jobs: 5

# shellcheck disable=SC2119 # change_through takes options of a run, not ours
bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/change/change.sh
	. "$SRC/tests/change/change.sh"
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	lab_down_all
}

# cell RELEASE MADE-ON MODE SIGNED UNIT
cell() {
	local name="$1-$2-$3-$4-$5"

	mkdir "$name"
	(
		cd "$name" || exit
		trap lab_down_all EXIT
		change_up --release "$1" --list-made-on "$2" --mode "$3"
		change_plan "--$4" "$5"
		change_through
		change_is_well "$5"
	) >"$name.said" 2>&1 3>&- || {
		echo "$name:"
		cat "$name.said"
		return 1
	}
}

# on RELEASE UNIT...: what is done of it here, with UNIT alone where it is short.
on() {
	local made mode signed unit

	if [ "${CTLSMITH_LONG:-}" != 1 ]; then
		for unit in "${@:2}"; do
			cell "$1" "$1" tokenless self-signed "$unit"
		done
		return
	fi
	for made in 10.5 "$1"; do
		for mode in tokenless token; do
			# no client with tokens makes a list of these
			[ $mode = tokenless ] || case $made in
			14 | 15) continue ;;
			esac
			for signed in self-signed ca-signed; do
				for unit in CAPF CallManager; do
					[ -e "$1-$made-$mode-$signed-$unit" ] ||
						cell "$1" "$made" $mode \
							$signed $unit
				done
			done
		done
	done
}

@test "10.5" {
	on 10.5 CAPF CallManager
}

@test "11.5" {
	on 11.5 CallManager
}

@test "12.5" {
	on 12.5 CAPF
}

@test "14" {
	on 14 CallManager
}

@test "15" {
	on 15 CAPF CallManager
}
