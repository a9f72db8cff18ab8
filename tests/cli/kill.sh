#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# kill.sh KIND MODE FIRST STEP TARGET COMMAND...: runs `ctlsmith COMMAND...` in
# a copy of the folder start again and again, while its call FIRST of KIND
# strikes, then FIRST + STEP, and so on to the last (tests/shim/faults.h), and
# looks at the file TARGET: it is what it was, or what a run without a fault
# makes of it, to the byte; so the command must make the same bytes each time.
# Ends with 1, and says why, where that does not hold, or where
#	- a failure is not said, says no more than a number, or is no 1
#	- TARGET is new, and no copy of the old one is left, though a run without
#	  a fault leaves one
#	- the command, run again, does not end as it does without a fault, or has
#	  left anything behind
#	- the audit log ($AUDIT, a path in the folder, if set) is broken
# Of calls only those of the program itself count. A negative FIRST counts from
# the last call back.
# A script of its own, since bats would look at each of its many steps.
set -euo pipefail

kind=$1
mode=$2
n=$3
step=$4
target=$5
shift 5
command=("$@")
base=$PWD

complain() {
	echo "ctlsmith ${command[*]} with FAULTS=$fault: $1"
	echo "--- exit status $status, standard output:"
	head -c 600 "$base/out"
	echo "--- standard error:"
	cat "$base/err"
	ls -lai "$base/now"
	exit 1
}

# run NAME=VALUE...: the command in the folder now.
run() {
	status=0
	{
		(cd now && exec env "$@" "$CTLSMITH" "${command[@]}" >../out \
			2>../err </dev/null) || status=$?
	} 2>/dev/null
}

fresh() {
	rm -rf now
	cp -a start now
}

# same FILE FILE: both are there, and hold the same, or none is.
same() {
	[ -e "$1" ] || [ -e "$2" ] || return 0
	cmp -s "$1" "$2"
}

# The names in the folder $1, less the log, and less the time and the number of
# a backup.
names() {
	(cd "$1" && find . ! -path "./${AUDIT:-.}" |
		sed -E 's/\.bak-[0-9TZ]+(-[0-9]+)?$/.bak/' | sort -u)
}

# Sets now to old or new.
look() {
	if same start/"$target" now/"$target"; then
		now=old
	elif same whole/"$target" now/"$target"; then
		now=new
	else
		complain "$target is neither old nor new"
	fi
}

# Every copy is whole, and where the new file stands there is one of the old.
check_copies() {
	local copy kept=''

	for copy in now/"$target".bak*; do
		[ -e "$copy" ] || continue
		if cmp -s "$copy" start/"$target"; then
			kept=1
		elif ! cmp -s "$copy" whole/"$target"; then
			complain "$copy is neither old nor new"
		fi
	done
	[ $now = old ] || [ -n "$kept" ] || [ -z "$keeps" ] ||
		complain "the old file is lost"
}

check_status() {
	local line

	case $status in
	137) [[ $mode == kill* ]] || complain "killed" ;;
	"$right") ;;
	1)
		[ -s err ] || complain "no word of the failure"
		[ $now = old ] || grep -qE 'is written, but its folder|to standard output' err ||
			complain "a failure, but the target is new"
		;;
	*) complain "a wrong end" ;;
	esac
	[ "$status" = 137 ] || while IFS= read -r line; do
		[[ $line == 'ctlsmith: '?* || $line == ' '* ]] ||
			complain "a raw message"
	done <err
	[ $status = 137 ] || [ "$status" != "$right" ] || [ $now = new ] ||
		complain "success, but the target is old"
}

check_log() {
	[ -n "${AUDIT:-}" ] && [ -e now/"$AUDIT" ] || return 0
	"$CTLSMITH" audit verify now/"$AUDIT" >log.out 2>&1 || {
		cat log.out
		complain "the audit log"
	}
}

# Once more, and all is as if nothing had been. A command that replaces nothing
# may find its work done.
again() {
	local fault="$fault, then again"

	run
	if [ $now = new ] && [ "$right" = 0 ] && [ $status = 1 ]; then
		grep -qE 'exists already|is there already' err ||
			complain "another end"
		# what was left is not its own to remove
		find now -name '.*.????????' -delete
	else
		[ "$status" = "$right" ] || complain "another end"
	fi
	look
	[ $now = new ] || complain "the target is still old"
	check_copies
	check_log
	names now | diff - names.whole || complain "other files"
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
fault=none
fresh
run
right=$status
rm -rf whole
mv now whole
[ "$right" = 0 ] || complain "it fails without a fault"
[ ! -e whole/"$target" ] || same start/"$target" whole/"$target" &&
	complain "it does nothing"
names whole >names.whole
keeps=
for copy in whole/"$target".bak*; do
	[ ! -e "$copy" ] || keeps=1
done

if [ "$n" -lt 0 ]; then
	fresh
	run FAULTS=$kind:0:once FAULTS_COUNT=../count FAULTS_OWN=1 \
		LD_PRELOAD="$CTLSMITH_LIB"
	n=$(($(cat count) + n + 1))
	[ "$n" -gt 0 ] || n=1
	fresh
fi
first=$n
while strike; do
	look
	check_status
	check_copies
	check_log
	again
	n=$((n + step))
done
look
check_status
[ "$n" -gt "$first" ] || complain "not a single fault"
echo "${command[*]}: $kind $mode, from $first, every $step, to $n"
