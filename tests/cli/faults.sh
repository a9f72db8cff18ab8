#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# faults.sh KIND MODE FIRST STEP COMMAND...: runs `ctlsmith COMMAND...` in the
# folder at hand again and again, while its call FIRST of KIND fails, then
# FIRST + STEP, and so on to the last (tests/shim/faults.h). Ends with 1, and
# says why, where one run ends as none may; see judge. A script of its own,
# since bats would look at each of its many steps.
set -euo pipefail

kind=$1
mode=$2
n=$3
step=$4
shift 4
command=("$@")

# slurp FILE VARIABLE: without a process.
slurp() {
	IFS= read -r -d '' "$2" <"$1" || true
}

complain() {
	echo "ctlsmith ${command[*]} with FAULTS=$fault: $1"
	echo "--- exit status $status, standard output:"
	head -c 600 out
	echo "--- standard error:"
	cat err
	exit 1
}

# The text in got, judged once, is a whole JSON array or nothing.
declare -A judged=()
json_holds() {
	[ -n "$got" ] && [ -z "${judged[$got]-}" ] || return 0
	/usr/bin/python3 -m json.tool out >/dev/null || complain "no JSON"
	judged[$got]=1
}

# A run may end as it does without a fault: then with the same output. Or with
# 1 and a message: then with no output, or with JSON that can be read. In
# particular it may not take lack of memory for a verdict.
judge() {
	local got said line

	slurp out got
	slurp err said
	if [ "$status" = "$right" ]; then
		[ "$got" = "$wanted" ] || complain "other output"
	else
		[ "$status" = 1 ] || complain "a wrong end"
		[ -n "$said" ] || complain "no word of the failure"
		[ -z "$got" ] || [[ " ${command[*]} " == *' --json '* ]] ||
			complain "a part of the output"
	fi
	[[ " ${command[*]} " != *' --json '* ]] || json_holds
	[ "$right" = 0 ] || [[ ! $got =~ (: |\")verified ]] ||
		complain "verified"
	while [ -n "$said" ] && IFS= read -r line; do
		[[ $line == 'ctlsmith: '?* ]] || complain "a raw message"
	done <err
}

# One run; false where there were not so many calls.
strike() {
	fault=$kind:$n:$mode
	status=0
	FAULTS=$fault FAULTS_MARK=$mark/$n LD_PRELOAD=$CTLSMITH_LIB \
		"$CTLSMITH" "${command[@]}" >out 2>err || status=$?
	[ -e "$mark/$n" ]
}

mark=$(mktemp -d)
trap 'rm -r "$mark"' EXIT
right=0
"$CTLSMITH" "${command[@]}" >out 2>err || right=$?
slurp out wanted
[ "$right" = 0 ] || [ "$right" = 3 ]
[ ! -s err ]
[ -n "$wanted" ]

first=$n
while strike; do
	judge
	n=$((n + step))
done
# behind the last call nothing fails
judge
[ "$status" = "$right" ] || complain "another end without a fault"
[ "$n" -gt "$first" ] || complain "not a single fault"
echo "${command[*]}: $kind $mode, from $first, every $step, to $n"
