#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# save.sh DRIVER LIBFAULTS: saves a file with every single call to the system
# failing in turn, from there on, interrupted, done by half, and with the
# process killed in its place. Whatever happens, the name holds all of the old
# content or all of the new one, and no temporary file stays, but for a killed
# process, which may leave one.
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

# What the name holds: old, new, absent, or broken.
content() {
	if [ ! -e "$dir/f/name" ]; then
		echo absent
	elif [ "$(wc -c <"$dir/f/name")" != $len ]; then
		echo broken
	else
		case $(tr -s on <"$dir/f/name") in
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

# The second allocation and the second file are those of the search for
# temporary files of the killed, for which no save fails.
is_sweep() {
	[ "$n" = 2 ]
}

# A failure is reported, by the status and in words; a success is one.
check_status() {
	case $rc in
	0)
		[ "$now" = new ] || wrong "success, but the content is $now"
		case $kind:$mode in
		*:short | *:intr | close:*) ;;
		malloc:* | open:once) is_sweep || wrong "not reported" ;;
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
	137) [ "$mode" = kill ] || wrong "killed" ;;
	*) wrong "exit status $rc" ;;
	esac
}

check() {
	local temps=("$dir"/f/.name.*)

	now=$(content)
	[ "$now" = new ] || [ "$now" = "$before" ] ||
		wrong "the content is $now"
	check_status
	[ -e "${temps[0]}" ] || temps=()
	if [ ${#temps[@]} -gt 1 ] || { [ $rc != 137 ] && [ ${#temps[@]} -gt 0 ]; }; then
		wrong "left behind: ${temps[*]}"
	fi
	[ "$(find "$dir/f" -mindepth 1 ! -name name ! -name '.name.*')" = "" ] ||
		wrong "strange names left behind"
}

# The shell says "Killed" on its own standard error, the driver what failed.
run_driver() {
	{
		LD_PRELOAD=$shim FAULTS=$kind:$1:$mode FAULTS_MARK=$dir/mark \
			"$driver" "$dir/f/name" n "${clobber[@]}" 2>"$dir/err"
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
	open | fsync) echo 2 ;;
	*) echo 1 ;;
	esac
}

where=shim
for before in absent old; do
	clobber=()
	[ $before = absent ] || clobber=(clobber)
	for kind in malloc open write fsync rename close; do
		for mode in once onward kill; do
			every
		done
	done
	mode=intr kind=write
	every
	mode=short
	every
done
echo "$num_struck faults, $num_wrong wrong"
[ $num_wrong = 0 ]
