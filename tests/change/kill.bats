#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A run that is killed before or after each call that changes a file of its own,
# and goes on (tests/change/kill.sh): it ends as one that was left alone, and what
# must not be done twice was done once. One lab sees one run from its beginning to
# its end. Here every third call is struck, and of each cluster one side of the calls;
# with CTLSMITH_LONG=1 each call, and both sides, and 500 calls at random, over all plans
# that nobody has to help.
#
# jobs: 4

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/change/change.sh
	. "$SRC/tests/change/change.sh"
	cd "$BATS_TEST_TMPDIR" || return
	[ -n "${CTLSMITH_LIB:-}" ] || skip "no shim with a sanitizer"
	stride=3
	[ "${CTLSMITH_LONG:-}" != 1 ] || stride=1
}

teardown() {
	lab_down_all
}

# killed MODE: plan.yaml. A process that is killed in a login leaves it counted as
# one that failed, which asks for --final-try.
killed() {
	local pin=()

	[ -z "${PIN_SAST_1:-}" ] || pin=(--pin-env PIN_SAST_1 --final-try)
	"$SRC/tests/change/kill.sh" "$1" "$stride" 400 change run plan.yaml \
		--yes --phone-wait 60 --answer experimental=experimental \
		"${change_options[@]}" "${pin[@]}" || {
		tail -n 20 said struck
		return 1
	}
	sort struck | uniq -c
}

# Plans: RELEASE MODE WHAT: UNITS of certificates that are others at the end.
plans=(
	"15 tokenless CAPF: CAPF"
	"15 tokenless CallManager: CallManager"
	"15 tokenless CAPF CallManager: CAPF CallManager"
	"15 tokenless CallManager-ECDSA: CallManager-ECDSA"
	"15 tokenless TVS: TVS"
	"15 tokenless ipsec: ipsec"
	"15 tokenless ITLRecovery: ITLRecovery"
	"15 tokenless update-ctl:"
	"15 non-secure enable-mixed-mode:"
	"11.5 tokenless CAPF: CAPF"
	"10.5 tokenless CallManager: CallManager"
	"12.5 token CAPF: CAPF"
	"12.5 token CallManager: CallManager"
	"12.5 token to-tokenless:"
)

# random_kills NUM SEED: so many, in one plan after another. Says the seed.
random_kills() {
	local struck=0 seed=$2 plan release mode what units

	while [ $struck -lt "$1" ]; do
		plan=${plans[seed % ${#plans[@]}]}
		read -r release mode what <<<"${plan%:*}"
		read -r -a units <<<"${plan##*:}"
		echo "seed $seed: $plan"
		change_up --mode "$mode" --release "$release" --nodes 1 \
			--phones 2
		# shellcheck disable=SC2086 # words
		change_plan $what
		stride=$seed
		killed random
		change_is_well "${units[@]}"
		struck=$((struck + $(wc -l <struck)))
		lab_down_all
		unset PIN_SAST_1 MODULE
		rm -rf lab state
		seed=$((seed + 1))
	done
}

# Each step was struck, and each kind of call.
struck_all() {
	local step kind

	sed -n 's/.*"event":"done".*"step":"\([^"]*\)".*/\1/p' \
		"$(find state -name journal.jsonl)" | sort -u >steps
	[ -s steps ]
	while read -r step; do
		grep -q " $step " struck || {
			echo "$step was never struck"
			return 1
		}
	done <steps
	for kind in create write fsync rename; do
		grep -q " $kind " struck || {
			echo "no $kind was ever struck"
			return 1
		}
	done
}

# made_once UNIT: of cucm1, or list: there were the one before and the one after.
made_once() {
	[ "$(grep "^cucm1 $1 " made | sort -u | wc -l)" = 2 ] || {
		grep "^cucm1 $1 " made | uniq -c
		return 1
	}
}

# is_well UNIT
is_well() {
	struck_all
	change_is_well "$1"
	made_once "$1"
	made_once list
}

@test "CAPF, no tokens: before each call" {
	change_up --mode tokenless --nodes 1 --phones 2
	change_plan --self-signed CAPF
	killed kill
	is_well CAPF
}

# bats test_tags=long
@test "CAPF, no tokens: behind each call" {
	change_up --mode tokenless --nodes 1 --phones 2
	change_plan --self-signed CAPF
	killed killed
	is_well CAPF
}

# bats test_tags=long
@test "CallManager, the list signed by a token: before each call" {
	change_up --release 12.5 --mode token --nodes 1 --phones 2
	change_plan --self-signed CallManager
	killed kill
	is_well CallManager
}

@test "CallManager, the list signed by a token: behind each call" {
	change_up --release 12.5 --mode token --nodes 1 --phones 2
	change_plan --self-signed CallManager
	killed killed
	is_well CallManager
}

# KILL_SEED=N draws the same ones again.
# bats test_tags=long
@test "100 calls at random" {
	random_kills 100 "${KILL_SEED:-$RANDOM}"
}

# bats test_tags=long
@test "100 more" {
	random_kills 100 "${KILL_SEED:-$RANDOM}"
}

# bats test_tags=long
@test "100 more, the third" {
	random_kills 100 "${KILL_SEED:-$RANDOM}"
}

# bats test_tags=long
@test "100 more, the fourth" {
	random_kills 100 "${KILL_SEED:-$RANDOM}"
}

# bats test_tags=long
@test "100 more, the last" {
	random_kills 100 "${KILL_SEED:-$RANDOM}"
}
