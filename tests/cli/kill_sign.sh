#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# kill_sign.sh KIND MODE FIRST STEP JOBS ARGUMENT...: runs `ctlsmith sign
# ARGUMENT...` with JOBS threads over the folder in of a copy of the folder start
# again and again, while its call FIRST of KIND strikes, then FIRST + STEP, and
# so on to the last (tests/shim/faults.h); then once more. The arguments give a
# time, so that every run makes the same bytes. Ends with 1, and says why, where
#	- a result is neither absent nor whole
#	- the next run does not end well, does not make the rest, or has left
#	  anything behind
#	- a file whose result, or temporary file, was whole is signed or written
#	  again; or, after a kill, more other ones than the threads were at
#	- a failure is not said, or has another status than 1 or 5 (4: the key)
#	- the audit log is broken
set -euo pipefail

kind=$1
mode=$2
n=$3
step=$4
jobs=$5
shift 5
command=(sign in --jobs "$jobs" --audit log "$@")
status=0

complain() {
	echo "ctlsmith ${command[*]} with FAULTS=$fault: $1"
	echo "--- exit status $status, standard output:"
	head -c 600 out
	echo "--- standard error:"
	cat err
	ls -la now/in
	exit 1
}

# run NAME=VALUE...: the command in the folder now.
run() {
	status=0
	{
		(cd now && exec env XDG_STATE_HOME="$PWD/state" "$@" \
			"$CTLSMITH" "${command[@]}" >../out 2>../err \
			</dev/null) || status=$?
	} 2>/dev/null
}

fresh() {
	rm -rf now
	cp -a start now
}

# Fills made with the inputs that have a result, or a whole temporary file, and
# with what the file system says of the former.
look() {
	local name found

	made=()
	for name in "${inputs[@]}"; do
		if [ -e "now/in/$name.sgn" ]; then
			cmp -s "whole/in/$name.sgn" "now/in/$name.sgn" ||
				complain "$name.sgn is neither absent nor whole"
			made[$name]=$(stat -c '%i %y' "now/in/$name.sgn")
			continue
		fi
		for found in now/in/."$name".sgn.*; do
			! cmp -s "whole/in/$name.sgn" "$found" || made[$name]=
		done
	done
}

# A line for each signature; none before the first, if there is a log at all.
check_log() {
	[ -s now/log ] || return 0
	"$CTLSMITH" audit verify now/log >log.out 2>&1 || {
		cat log.out
		complain "the audit log"
	}
}

check_status() {
	local line

	case $status in
	137) [[ $mode == kill* ]] || complain "killed" ;;
	0) [ ${#made[@]} = ${#inputs[@]} ] || complain "success, not all made" ;;
	1 | 5) grep -q . err || complain "no word of the failure" ;;
	*) complain "a wrong end" ;;
	esac
	[ "$status" = 137 ] || while IFS= read -r line; do
		[[ $line == 'ctlsmith: '?* || $line == ' '* ]] ||
			complain "a raw message"
	done <err
}

# Once more, and all is as if nothing had been.
again() {
	local fault="$fault, then again" name lines twice=0
	declare -A before

	for name in "${!made[@]}"; do
		before[$name]=${made[$name]}
	done
	run
	[ "$status" = 0 ] || complain "another end"
	look
	check_log
	for name in "${inputs[@]}"; do
		[ -n "${made[$name]:-}" ] || complain "$name is not signed"
		[ -z "${before[$name]:-}" ] ||
			[ "${before[$name]}" = "${made[$name]}" ] ||
			complain "$name is written again"
		lines=$(grep -c "\"file\":\"in/$name.sgn\"" now/log || true)
		[ "$lines" -le 1 ] || [ -z "${before[$name]+set}" ] ||
			complain "$name was whole and is signed again"
		[ "$lines" -le 2 ] || complain "$name: $lines signatures"
		[ "$lines" -le 1 ] || twice=$((twice + 1))
	done
	# what the disk did not take is thrown away, signed or not
	[[ $mode != kill* ]] || [ $twice -le "$jobs" ] ||
		complain "$twice files signed twice"
	num_twice=$((num_twice + twice))
	(cd now && find . ! -path './state*' | sort) | diff - names.whole ||
		complain "other files"
	[ -z "$(find now/state -name '*.journal')" ] ||
		complain "the journal stays"
}

strike() {
	fault=$kind:$n:$mode
	fresh
	run FAULTS="$fault" FAULTS_MARK="$mark/$n" FAULTS_OWN=1 \
		LD_PRELOAD="$CTLSMITH_LIB"
	[ -e "$mark/$n" ]
}

mark=$(mktemp -d)
trap 'rm -rf "$mark"' EXIT
declare -A made
fault=none num_twice=0
mapfile -t inputs < <(ls start/in)
fresh
run
[ "$status" = 0 ] || complain "it fails without a fault"
rm -rf whole
mv now whole
(cd whole && find . ! -path './state*' | sort) >names.whole
[ ${#inputs[@]} -gt 1 ]
# those of start, a result for each, and the log
[ "$(wc -l <names.whole)" = $(($(find start | wc -l) + ${#inputs[@]} + 1)) ]

first=$n
while strike; do
	look
	check_status
	check_log
	again
	n=$((n + step))
done
look
[ "$status" = 0 ] || complain "another end without a fault"
check_status
[ "$n" -gt "$first" ] || complain "not a single fault"
echo "${command[*]}: $kind $mode, from $first, every $step, to $n;" \
	"$num_twice signed twice"
