#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# kill.sh MODE STEP LIMIT COMMAND...: runs `ctlsmith COMMAND...`, which begins a
# run or goes on with one, again and again until it ends. Each time SIGKILL
# strikes in place of a call that changes a file below $XDG_STATE_HOME (MODE kill)
# or behind it (killed): the journal, what the run keeps, its lock, transcripts
# (tests/shim/faults.h). The first process is struck at its first call, the next
# STEP calls later than where it would be at the same, and so on, and when a step
# of the journal has ended, at the first call behind the beginning: so the calls of
# each step are struck one after the other, though each process begins anew, and
# each gets further than the one before.
#
# Where an action of a step may have been done and its end was not written, the
# next process finds it done and makes fewer calls: it is struck at the first one
# behind the beginning, too.
#
# With MODE random STEP is a seed: which call is struck, and whether before it or behind
# it, is drawn each time.
#
# After each process the lab is looked at: made has all certificates and lists that
# were ever there (judge.py). A line of struck is a call that was struck: MODE, the last step in the journal
# with its event, kind, and file without what is random in its name. Ends with what
# the last process ended, with 1 where LIMIT processes were not enough.
set -euo pipefail

mode=$1
step=$2
limit=$3
shift 3
n=1
side=$mode
ended=0
probed=' '
: >struck
: >made

# How many steps have ended, and the last line but "open".
journal() {
	find "$XDG_STATE_HOME" -name journal.jsonl -exec cat {} +
}

num_ended() {
	journal | grep -cE '"event":"(done|found)"' || true
}

last() {
	journal | sed -n 's/.*"event":"\([a-z]*\)".*"step":"\([^"]*\)".*/\1 \2/p' |
		tail -n 1
}

# Calls up to where a process looks at the first step.
beginning() {
	awk '$1 == "create" && /journal.jsonl/ { opened = 1 }
		opened && $1 == "fsync" && !/journal.jsonl/ { print NR; exit }' log
}

# A run without kills makes 100 to 300 calls.
draw() {
	local sides=(kill killed)

	n=$((1 + RANDOM % 90))
	side=${sides[RANDOM % 2]}
}

[ "$mode" != random ] || RANDOM=$step

for ((i = 1; i <= limit; i++)); do
	rm -f log mark
	[ "$mode" != random ] || draw
	status=0
	{
		FAULTS=disk:$n:$side FAULTS_UNDER=$XDG_STATE_HOME/ FAULTS_OWN=1 \
			FAULTS_LOG=$PWD/log FAULTS_MARK=$PWD/mark \
			LD_PRELOAD=$CTLSMITH_LIB "$CTLSMITH" "$@" \
			>said 2>&1 </dev/null || status=$?
	} 2>/dev/null
	cat said >>said.all
	# shellcheck disable=SC2094 # made is a word, too
	"$CTLSMITH_LAB" status --dir lab --json |
		/usr/bin/python3 "$SRC/tests/change/judge.py" made >>made
	if [ ! -e mark ]; then
		echo "$((i - 1)) times killed, $mode"
		exit $status
	fi
	[ $status = 137 ] || {
		echo "status $status of a process that was killed"
		exit 1
	}
	echo "$side $(last) $(tail -n 1 log |
		sed -E 's, .*/, ,; s/\.[0-9a-f]{8}$//')" >>struck
	now=$(num_ended)
	at=$(last)
	if [ "$now" != "$ended" ] || { [ "${at% *}" = begin ] &&
		tail -n 1 log | grep -q /transcripts/ &&
		[[ $probed != *" ${at#* } "* ]]; }; then
		[ "$now" != "$ended" ] || probed+="${at#* } "
		ended=$now
		n=$(($(beginning) + 1))
	else
		n=$((n + step))
	fi
done
echo "no end in $limit processes:"
tail -n 20 struck
exit 1
