#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# save.sh DRIVER LIBFAULTS: saves a file with every single call to the system
# failing in turn, from there on, interrupted, done by half, and with the
# process killed in its place or after it. Whatever happens, the name holds all
# of the old content or all of the new one, and no temporary file stays, but for
# a killed process, which may leave one (two, where it makes a copy), and the
# next save removes it.
set -euo pipefail

driver=$1
shim=$2
len=20000
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
num_struck=0
num_wrong=0

wrong() {
	echo "$where: $*"
	num_wrong=$((num_wrong + 1))
}

# What the file $1 holds: old, new, absent, or broken.
content() {
	if [ ! -e "$dir/f/$1" ]; then
		echo absent
	elif [ "$(wc -c <"$dir/f/$1")" != $len ]; then
		echo broken
	else
		case $(tr -s on <"$dir/f/$1") in
		o) echo old ;;
		n) echo new ;;
		*) echo broken ;;
		esac
	fi
}

fill() {
	rm -rf "$dir/f" "$dir/mark"
	mkdir "$dir/f"
	[ "$1" = absent ] || head -c $len /dev/zero | tr '\0' o >"$dir/f/name"
}

# One allocation and one file are those of the search for temporary files of
# the killed, for which no save fails.
is_search() {
	[ "$n" = $((2 + (${#flags[@]} > 1))) ]
}

# A failure is reported, by the status and in words; a success is one.
check_status() {
	case $rc in
	0)
		[ "$now" = new ] || wrong "success, but the content is $now"
		case $kind:$mode in
		*:short | *:intr | close:*) ;;
		malloc:* | open:once) is_search || wrong "not reported" ;;
		*) wrong "the failure was not reported" ;;
		esac
		;;
	1)
		case $mode:$kind in
		short:* | intr:write) wrong "a $mode $kind was not repeated" ;;
		esac
		[ -s "$dir/err" ] || wrong "no message"
		[ "$now" = "$before" ] ||
			grep -q 'is written, but its folder' "$dir/err" ||
			wrong "failure, but the content is $now"
		;;
	137) [[ $mode == kill* ]] || wrong "killed" ;;
	*) wrong "exit status $rc" ;;
	esac
}

check() {
	local temps=("$dir"/f/.name.*)

	now=$(content name)
	[ "$now" = new ] || [ "$now" = "$before" ] ||
		wrong "the content is $now"
	check_status
	[ -e "${temps[0]}" ] || temps=()
	[ ${#temps[@]} = 0 ] || { [ $rc = 137 ] && [ ${#temps[@]} -le $most ]; } ||
		wrong "left behind: ${temps[*]}"
	[ "$(find "$dir/f" -mindepth 1 ! -name name ! -name '.name.*' \
		! -name name.bak)" = "" ] || wrong "strange names left behind"
	check_kept
	[ $rc != 137 ] || check_next
}

# The old file is not lost where it was to be kept, and has no second name where
# it stays what it is.
check_kept() {
	local kept

	kept=$(content name.bak)
	case ${#flags[@]}:$now:$kept in
	[01]:*:absent | 2:new:old | 2:old:absent) ;;
	2:old:old) [ $rc = 137 ] || wrong "kept, but not replaced" ;;
	*) wrong "the old file is $kept" ;;
	esac
}

# The next save removes what the killed one left, and keeps what it kept.
check_next() {
	local flags=("${flags[@]}") left

	[ "$now" = absent ] || [ ${#flags[@]} != 0 ] || flags=(clobber)
	"$driver" "$dir/f/name" n "${flags[@]}" 2>"$dir/err" ||
		wrong "the next save fails: $(cat "$dir/err")"
	[ "$(content name)" = new ] || wrong "the next save does not save"
	[ ${#flags[@]} != 2 ] || [ "$(content name.bak)" = old ] ||
		wrong "the next save loses what was kept"
	left=$(find "$dir/f" -mindepth 1 ! -name name ! -name 'name.bak*')
	[ "$left" = "" ] || wrong "the next save leaves $left"
	left=$(find "$dir/f" -name 'name.bak*' -size -$((len / 512))b)
	[ "$left" = "" ] || wrong "a part of a copy"
}

# The shell says "Killed" on its own standard error, the driver what failed.
run_driver() {
	{
		LD_PRELOAD=$shim FAULTS=$kind:$1:$mode FAULTS_MARK=$dir/mark \
			"$driver" "$dir/f/name" n "${flags[@]}" 2>"$dir/err"
	} 2>/dev/null
}

# Every Nth call of KIND, until the fault no longer strikes.
every() {
	local n

	for ((n = 1; ; n++)); do
		where="$before $kind:$n:$mode"
		fill "$before"
		rc=0
		run_driver "$n" || rc=$?
		[ -e "$dir/mark" ] || break
		num_struck=$((num_struck + 1))
		check
	done
	[ $n -gt "$(least)" ] || wrong "struck only $((n - 1)) times"
	[ "$rc" = 0 ] || wrong "status $rc without a fault"
}

# So many calls there are at the least, or the shim does not see them.
least() {
	case $kind in
	write) echo 5 ;;
	disk) echo 9 ;;
	open | fsync) echo 2 ;;
	*) echo 1 ;;
	esac
}

# every_kind: with all faults.
every_kind() {
	for kind in malloc open write fsync rename close; do
		for mode in once onward; do
			every
		done
	done
	mode=intr kind=write
	every
	mode=short
	every
	kind=disk
	for mode in once:EROFS once:EDQUOT kill killed; do
		every
	done
}

# most: so many temporary files there are at a time.
where=shim
before=absent flags=() most=1
every_kind
before=old flags=(clobber)
every_kind
flags=(clobber keep)
every_kind
export FAULTS_NO_LINKS=1
most=2
every_kind
echo "$num_struck faults, $num_wrong wrong"
[ $num_wrong = 0 ]
