#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is published about phones that were lost: no plan leads there. What does
# is refused with the reason, and with the override, typed, the lab shows it.
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

# refused TEXT WHAT...: no plan, status 3, and that is said.
refused() {
	local text=$1 status=0

	shift
	rm -f plan.yaml
	change_plan "$@" >said 2>&1 || status=$?
	if [ $status != 3 ] || [ -e plan.yaml ] ||
		! grep -qE -- "$text" said; then
		echo "change plan $*: status $status"
		cat said
		return 1
	fi
}

# between FIRST SECOND: a proof stands between these steps of the plan.
between() {
	/usr/bin/python3 -c 'import sys, yaml
ids = [step["id"] for step in yaml.safe_load(open("plan.yaml"))["steps"]]
first, second = ids.index(sys.argv[1]), ids.index(sys.argv[2])
low, high = min(first, second), max(first, second)
assert any(name.startswith("prove") for name in ids[low:high]), ids' "$@"
}

phones() {
	[ "$(lab_count lab ".phones.$1")" = "$2" ] || {
		echo "$1: $(lab_count lab ".phones.$1"), not $2"
		return 1
	}
}

@test "CallManager and ITLRecovery: one is on all phones before the other" {
	change_up --release 12.5 --mode tokenless
	change_plan CallManager ITLRecovery
	between regenerate-callmanager-cucm1 regenerate-itlrecovery-cucm1
	between regenerate-callmanager-cucm2 regenerate-itlrecovery-cucm1
}

@test "CallManager and TVS: never in one go" {
	local how

	for how in "11.5 --mode non-secure" "15 --mode tokenless"; do
		# shellcheck disable=SC2086 # words
		change_up --release $how
		change_plan CallManager TVS
		between regenerate-callmanager-cucm1 regenerate-tvs-cucm1
		between regenerate-callmanager-cucm1 \
			regenerate-callmanager-cucm2
		between regenerate-callmanager-cucm2 regenerate-tvs-cucm1
		[[ $how == *tokenless ]] || lab_down_all
	done
	change_through
	change_is_well CallManager TVS
}

@test "ITLRecovery, where phones cannot ask TVS: by CallManager's key" {
	printf '%s\n' 'phones:' '- {sort: no-sbd, percent: 50}' >s.yaml
	change_up --release 12.5 --mode tokenless
	change_plan ITLRecovery
	grep -q 'kind: reset-localkey' plan.yaml
	change_through
	change_is_well ITLRecovery
}

@test "tokens are left behind, and phones know nothing else: refused" {
	printf '%s\n' 'phones:' '- {sort: no-sbd, percent: 50}' >s.yaml
	change_up --release 10.5 --mode token
	refused 'no order of this keeps every phone' to-tokenless
	change_plan --allow lose-phones to-tokenless >said
	grep -q 'THIS PLAN LOSES PHONES' said
	grep -q 'strands_num: 5' plan.yaml
	# --yes is not enough, nor is another number
	run -5 change_go run
	grep -q -- "--answer 'lost=5'" said
	run -3 change_go resume --answer lost=4
	phones trusting 10
	# typed: it happens
	change_go resume --answer lost=5 --answer past-no-return='no way back' ||
		true
	lab_ask lab settle
	phones refused 5
}

@test "the rollback parameter: nothing is begun in mixed mode" {
	echo 'rollback: true' >s.yaml
	change_up --release 12.5 --mode tokenless
	change_plan CAPF >said 2>&1 || [ $? = 3 ]
	[ ! -e plan.yaml ] || {
		run -3 change_go run
		grep -qi rollback said
	}
	change_judge certs >certs.after
	cmp certs.before certs.after
}

@test "an address of a tokenless cluster: refused, with what can be done" {
	change_up --release 15 --mode tokenless
	refused 'address' change-address@cucm2=192.0.2.9
	refused 'not supported|takes no tokens' to-token=/dev/null
	refused 'mixed' enable-mixed-mode
	refused 'install the node' add-node@cucm9
}

@test "what a release does not have is refused with the reason" {
	change_up --release 10.5 --mode tokenless --nodes 1
	refused 'ECDSA' CallManager-ECDSA
}

@test "no proof can be had: asked once, and said what it risks" {
	change_up --release 15 --mode tokenless
	change_options=(--batch)
	change_plan CAPF
	grep -q 'proof: false' plan.yaml || ! grep -q 'proof: true' plan.yaml
	change_go run --until baseline && return 1
	grep -q -- "--answer 'proof=" said
	change_go resume --until baseline --answer \
		"$(sed -n "s/.*--answer '\(proof=[^']*\)'.*/\1/p" said | tail -n 1)"
}
