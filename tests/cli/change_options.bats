#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is wrong with the command line of a change, or with its plan, is said
# before any node is asked and before anything is written.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 XDG_STATE_HOME=$PWD/state HOME=$PWD/home
	unset TZ
	# shellcheck disable=SC2016 # marks of a block
	sed -n '/^```yaml$/,/^```$/{/^```/!p}' "$SRC/docs/plan.md" >plan.yaml
	[ -s plan.yaml ]
}

teardown() {
	[ ! -e state ]
	[ ! -e home ]
}

# refuses STATUS WORDS ARGUMENT...: `change ARGUMENT...` ends with STATUS and
# says WORDS.
refuses() {
	local wanted=$1 words=$2 status=0

	shift 2
	"$CTLSMITH" change "$@" >out 2>err </dev/null || status=$?
	if [ "$status" != "$wanted" ] || [ -s out ] ||
		! grep -qF -- "$words" err; then
		echo "change $*: $status instead of $wanted"
		cat out err
		return 1
	fi
}

@test "a group and its commands know no other words" {
	local command

	refuses 2 '' nothing
	for command in plan run resume status undo report; do
		refuses 2 nothing "$command" --nothing
	done
	for command in run resume status undo report; do
		refuses 2 'one plan at a time' "$command" plan.yaml plan.yaml
	done
}

@test "plan: what its command line must not say" {
	refuses 2 'what is to be changed?' plan
	refuses 2 'do not go together' plan --self-signed --ca-signed CAPF
	refuses 2 "not 'nonsense'" plan --allow nonsense CAPF
	refuses 2 "not 'nonsense'" plan --allow lose-phones --allow nonsense CAPF
	cp plan.yaml before
	refuses 1 plan.yaml plan -o plan.yaml CAPF
	cmp plan.yaml before
	# an inventory that is not there is the next that is missed
	refuses 1 cluster.yaml plan --force -o plan.yaml CAPF
	refuses 1 other.yaml plan --inventory other.yaml -o new.yaml CAPF
	cmp plan.yaml before
	[ ! -e new.yaml ]
}

@test "a plan that cannot be read" {
	local command

	refuses 2 'the plan is missing' run
	printf 'version: [\n' >garbage
	sed 's/^version: 1$/version: 2/' plan.yaml >newer
	for command in run resume status undo report; do
		refuses 1 absent.yaml "$command" absent.yaml
		refuses 1 'garbage: line ' "$command" garbage
		refuses 1 'newer: line 1' "$command" newer
	done
}

@test "run: an inventory that is not there" {
	refuses 1 absent.yaml run plan.yaml --inventory absent.yaml
}

@test "a run that never was" {
	local command

	for command in resume status undo report; do
		refuses 1 'no run is kept in' "$command"
		refuses 1 'never run on this machine' "$command" plan.yaml
		refuses 1 there/changes "$command" --state there
		[ ! -e there ]
	done
	refuses 2 'do not go together' report --html a.html --json
	refuses 1 'no run is kept in' report --html a.html
	[ ! -e a.html ]
	: >a.html
	refuses 1 '--force replaces it' report --html a.html
	refuses 1 'no run is kept in' report --html a.html --force
	[ ! -s a.html ]
}

@test "without a home --state has to say where runs are" {
	local command

	unset XDG_STATE_HOME HOME
	for command in run resume status undo report; do
		refuses 2 '--state DIR' "$command" plan.yaml
	done
}
