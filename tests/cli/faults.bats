#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Whole commands while memory, open and read fail, one call after the other
# (tests/shim/faults.h): a clean end, nothing half printed, and no good word
# about a bad file. With CTLSMITH_LONG=1 at each call of each command; else
# most take one in some, from one that is printed and differs every time.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	cp "$CASES/ok-tokenless-4947/CTLFile.tlv" list
	cp "$CASES/ok-tokenless-4947/pub.pem" .
	cp "$CASES/bad-signature/CTLFile.tlv" forged
}

faults() {
	"$SRC/tests/cli/faults.sh" "$@"
}

# memory ONCE ONWARD COMMAND...: memory fails once, at every ONCEth call, and
# from every ONWARDth on.
memory() {
	local once=$1 onward=$2

	shift 2
	[ "${CTLSMITH_LONG:-}" != 1 ] || once=1 onward=1
	faults malloc once $((RANDOM % once + 1)) "$once" "$@"
	faults malloc onward $((RANDOM % onward + 1)) "$onward" "$@"
}

@test "memory: verify" {
	memory 35 35 verify list
}

@test "memory: verify --trusted" {
	memory 35 35 verify --trusted list list
}

@test "memory: verify --signer" {
	memory 35 35 verify --signer pub.pem list
}

@test "memory: verify --json" {
	memory 35 35 verify --json list
}

@test "memory: verify of a forged list" {
	memory 35 35 verify forged
}

@test "memory: show" {
	memory 35 35 show list
}

@test "memory: show --long --hex" {
	memory 83 83 show --long --hex list
}

@test "memory: show --json" {
	memory 83 83 show --json list
}

@test "memory: show of a forged list" {
	memory 83 83 show forged
}

@test "memory: show --json of a forged list" {
	memory 83 83 show --json forged
}

@test "memory: accept" {
	# shellcheck source=tests/cli/accept.bash
	. "$SRC/tests/cli/accept.bash"
	accept_setup "$PWD"
	accept_all
	printf 'name,model,group,hash\nA,7965,G,\nB,7960,H,%s\n' \
		"$(md5sum <renewed.tlv | cut -c 1-32)" >phones.csv
	printf 'group,node\nG,pub\n' >groups.csv
	mkdir archive
	cp renewed.tlv archive
	all+=(--installed old.tlv --phones phones.csv --groups groups.csv
		--archive archive)
	export CTLSMITH_CONFIG=
	memory 5007 5007 accept "${all[@]}" new.tlv
	memory 5007 5007 accept --json "${all[@]}" new.tlv
}

@test "memory: rescue, accept --history" {
	load history
	mkdir archive
	history_list archive/2013.tlv 2013-05-02T10:00:00Z 1 1 2
	history_list archive/2015.tlv 2015-03-06T18:45:13Z 2 2 3
	history_list archive/2018.tlv 2018-09-11T07:30:00Z 3 3 4
	cp archive/2015.tlv archive/copy.tlv
	printf 'name,class,hash\nSEP1,no-tvs,%s\n' \
		"$(md5sum <archive/2013.tlv | cut -c 1-32)" >phones
	memory 399 999 rescue --installed archive/2013.tlv --archive archive
	memory 399 999 rescue --json --installed archive/2013.tlv \
		--archive archive
	memory 399 999 rescue --dot --installed archive/2013.tlv --archive archive
	memory 399 999 accept --history archive --phones phones
	memory 399 999 accept --history archive --json archive/2018.tlv
}

@test "memory, open and read: diff" {
	cp "$CASES/ok-token-5728/CTLFile.tlv" other
	"$CTLSMITH" show list >text
	memory 999 1995 diff other list
	memory 999 1995 diff --json list list
	memory 999 1995 diff list forged
	memory 999 1995 diff other text
	memory 999 1995 diff --json list text
	for kind in open read; do
		faults $kind once 1 1 diff other list
		faults $kind once 1 1 diff --json list text
	done
}

@test "memory, open and read: audit verify" {
	"$AUDITLOG" log 3
	sed 's/wrong/right/; s/lab-sast/my-sast/' log >broken
	for file in log broken; do
		memory 13 41 audit verify $file
		memory 41 41 audit verify --json $file
		faults open once 1 1 audit verify $file
		faults read once 1 1 audit verify $file
	done
}

@test "an audit log goes on after a kill at any call" {
	local kind n

	for kind in write fsync open rename; do
		for n in 1 2 3 4 5; do
			rm -f new mark
			{
				FAULTS=$kind:$n:kill FAULTS_MARK=mark \
					LD_PRELOAD=$CTLSMITH_LIB \
					"$AUDITLOG" new 3 || [ $? = 137 ]
			} 2>err
			"$AUDITLOG" new 2
			"$CTLSMITH" audit verify new >out
			grep -qE '^new: whole, [2345] records$' out
			[ -e mark ] || break
		done
		[ "$n" -gt 1 ]
	done
}

# Here since sanitizers take address space. 100 MB, 200,000 lines, in 60 MB of address space.
@test "a large audit log takes no more memory than a small one" {
	"$AUDITLOG" log 9
	/usr/bin/python3 - <<-'PY'
		import hashlib
		sha = lambda s: hashlib.sha256(s.encode()).hexdigest()
		last = open("log").read().splitlines()[-1]
		head, tail = last.split('"time":', 1)
		tail = '"time":' + tail.split(',"sum":')[0]
		with open("log", "a") as out:
		    for n in range(11, 200001):
		        line = '{"line":%d,"prev":"%s",%s' % (n, sha(last), tail)
		        last = '%s,"sum":"%s"}' % (line, sha(line))
		        out.write(last + "\n")
	PY
	[ "$(stat -c %s log)" -gt 90000000 ]
	(
		ulimit -v 60000
		"$AUDITLOG" log 1
		"$CTLSMITH" audit verify log >out
	)
	grep -qx 'log: whole, 200000 records' out
	grep -qx '  last line  200001' out
}

# several MODE COMMAND...: over several files in threads, at every 61st call. A
# run ends as without a fault, or with 1, having said why, and with lines that
# would have been there without it.
several() {
	local mode=$1 n=$((RANDOM % 61 + 1)) status

	shift
	"$CTLSMITH" "$@" >wanted
	sort wanted >sorted
	: >other
	echo "from $n"
	while :; do
		rm -f mark
		status=0
		FAULTS=malloc:$n:$mode FAULTS_MARK=mark \
			LD_PRELOAD=$CTLSMITH_LIB timeout 60 "$CTLSMITH" "$@" \
			>out 2>err || status=$?
		[ -e mark ] || break
		case $status in
		0) cmp wanted out ;;
		1)
			grep -q '^ctlsmith: .*out of memory$' err
			sort out | comm -23 - sorted >other
			[ ! -s other ]
			;;
		*) false ;;
		esac || {
			echo "malloc:$n:$mode: $status"
			cat err other
			return 1
		}
		n=$((n + 61))
	done
	[ "$n" -gt 500 ]
	[ $status = 0 ]
	cmp wanted out
}

@test "memory: several files, in threads" {
	mkdir -p many/folder.tlv
	for name in a b c d e; do
		cp list many/$name.tlv
		cp list many/folder.tlv/$name
	done
	several once verify --jobs 3 list many many/folder.tlv list
	several onward verify --jobs 3 list many many/folder.tlv list
	several once show --jobs 3 list many
}

# every_command KIND: fails at each call, once and from there on.
every_command() {
	local line mode command

	for line in 'verify list' 'verify --trusted list list' \
		'verify --signer pub.pem list' 'verify forged' 'show list' \
		'show --long --hex list' 'show --json list' 'show forged' \
		'show --json forged' 'verify --json forged'; do
		read -ra command <<<"$line"
		for mode in once onward; do
			faults "$1" $mode 1 1 "${command[@]}"
		done
	done
}

@test "open fails" {
	every_command open
}

@test "read fails" {
	every_command read
}

# harmless MODE COMMAND...: runs the command with the fault at each of its
# reads; none of them may tell.
harmless() {
	local mode=$1 n=1

	shift
	"$CTLSMITH" "$@" >wanted
	while FAULTS=read:$n:$mode FAULTS_MARK=mark.$mode.$n \
		LD_PRELOAD=$CTLSMITH_LIB "$CTLSMITH" "$@" >out &&
		[ -e "mark.$mode.$n" ]; do
		cmp wanted out
		n=$((n + 1))
	done
	cmp wanted out
	[ "$n" -gt 1 ]
}

@test "a read that is interrupted, or gives half, changes nothing" {
	harmless intr show list
	rm mark.*
	harmless short show list
	rm mark.*
	harmless short verify --trusted list list
}

# The fault $1 strikes the command.
strikes() {
	local fault=$1

	shift
	rm -f mark
	FAULTS=$fault FAULTS_MARK=mark LD_PRELOAD=$CTLSMITH_LIB \
		"$CTLSMITH" "$@" >out 2>err || true
	[ -e mark ]
}

@test "of a file that is too large not a byte is read" {
	truncate -s 5G big
	run ! strikes read:1:once verify big
	grep -q 'limit of 67108864 bytes' err
	strikes read:1:once verify list
}

@test "no call syncs or renames a file, or makes one" {
	run ! strikes fsync:1:once show --json list
	run ! strikes rename:1:once show --json list
	: >files
	find . | sort >files
	"$CTLSMITH" show --json list nothing >out 2>err || [ $? = 1 ]
	find . | sort | diff files -
}

# refuses PATTERN SCRIPT: faults.sh does not accept a program that does what
# SCRIPT says while a fault strikes, and says what PATTERN says.
refuses() {
	local pattern=$1

	cat >fake - <<-'FAKE'
		#!/bin/bash
		good() {
			echo "list: verified"
			exit 0
		}
		[ -n "$FAULTS" ] || good
		n=${FAULTS#*:}
		[ "${n%:*}" -lt 3 ] || good
		: >"$FAULTS_MARK"
	FAKE
	echo "$2" >>fake
	chmod +x fake
	! CTLSMITH=$PWD/fake faults malloc once 1 1 verify list >said
	grep -q "$pattern" said
}

@test "what a program may not do is noticed" {
	refuses 'a wrong end' 'exit 3'
	refuses 'a wrong end' 'exit 2'
	# shellcheck disable=SC2016 # the fake's own
	refuses 'a wrong end' 'kill -SEGV $$'
	refuses 'other output' 'echo "list: FAILED"; exit 0'
	refuses 'no word of the failure' 'exit 1'
	refuses 'a part of the output' 'echo li; echo ctlsmith: x >&2; exit 1'
	refuses 'a raw message' 'echo Aborted >&2; exit 1'
	# shellcheck disable=SC2016 # the fake's own
	refuses 'not a single fault' 'rm "$FAULTS_MARK"; good'
}

@test "memory: an order is searched for" {
	local job=(order --installed list --release 12.5 --node 'pub:publisher,tftp'
		--node sub:ccm --change CallManager --change TVS --allow
		reset-localkey)

	memory 83 195 "${job[@]}"
	memory 195 83 "${job[@]}" --json
}
