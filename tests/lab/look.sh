# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What bats tests of `cluster status` and `cluster collect` have in common: a lab
# of two nodes, and a look at it. To be sourced; setup() and teardown() are here.
# Time runs slower than in other labs, since an idle session ends.

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
	pids=()
	export LC_ALL=C.UTF-8 NO_COLOR=1
}

teardown() {
	lab_down_all
}

# up OPTION...: a lab of two nodes.
up() {
	lab_up "$lab" --nodes 2 --phones 10 --release 12.5 --mode tokenless \
		--speed 20 "$@"
}

# as YAML: the same by a scenario.
as() {
	printf '%s\n' "$1" >scenario.yaml
	shift
	up --scenario scenario.yaml "$@"
}

# status [OPTION...]
status() {
	timeout "$LAB_LIMIT" "$CTLSMITH" cluster status \
		--inventory "$lab/cluster.yaml" --batch "$@"
}

# collect FILE [OPTION...]
collect() {
	local to=$1

	shift
	timeout "$LAB_LIMIT" "$CTLSMITH" cluster collect \
		--inventory "$lab/cluster.yaml" --batch -o "$to" "$@"
}

# is_said PATTERN...: each is in the output, as a line or a part of one.
is_said() {
	local pattern

	for pattern in "$@"; do
		# shellcheck disable=SC2154 # of run
		grep -qE -- "$pattern" <<<"$output" || {
			echo "not said: $pattern"
			echo "$output"
			return 1
		}
	done
}

# beside COMMAND...: in a folder and with a lab of its own, beside others, until
# all_of_them: a look waits most of its time for prompts.
beside() {
	local n=${#pids[@]}
	local lab=$PWD/$n/lab

	mkdir "$n"
	(
		cd "$n" || exit
		trap lab_down_all EXIT
		"$@"
	) >"$n.said" 2>&1 3>&- &
	pids+=($!)
}

all_of_them() {
	local n bad=0

	for n in "${!pids[@]}"; do
		wait "${pids[n]}" || {
			cat "$n.said"
			bad=1
		}
		rm -rf "$n"
	done
	pids=()
	return $bad
}

# one_case STATUS PATTERN YAML [OPTION...]: a lab, what status ends with, and says.
one_case() {
	as "${@:3}"
	run "-$1" status
	is_said "$2" || {
		echo "$3"
		return 1
	}
	lab_down "$lab"
}

# case_of ...: the same, until all_of_them.
case_of() {
	beside one_case "$@"
}
