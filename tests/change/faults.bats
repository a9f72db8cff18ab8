#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What goes wrong in the middle of a change: it stops, says what happened and what
# to do, no phone is lost by it, and resume ends it well once that was done.
#
# jobs: 5

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/change/change.sh
	. "$SRC/tests/change/change.sh"
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	lab_down_all
}

# begun WHAT OPTION...: a lab, and the plan, done as far as the backup.
begun() {
	local what=$1

	shift
	change_up --release 12.5 "$@"
	change_plan "$what"
	change_through --until backup
}

trouble() {
	lab_ask lab trouble "$@"
}

# stops STATUS TEXT... -- [OPTION...]: resume ends so, and says so; stops_run: run.
stops() {
	stops_at resume "$@"
}

stops_run() {
	stops_at run "$@"
}

stops_at() {
	local verb=$1 wanted=$2 status=0 text=()

	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		text+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	change_go "$verb" --answer experimental=experimental "$@" || status=$?
	[ $status = "$wanted" ] || {
		echo "ended with $status, not $wanted:"
		cat said
		return 1
	}
	for wanted in "${text[@]}" 'change resume'; do
		grep -qE -- "$wanted" said || {
			echo "not said: $wanted"
			cat said
			return 1
		}
	done
	[ "$(lab_count lab .phones.trusting)" = 10 ]
}

# ends UNIT...: resume does the rest.
ends() {
	change_go resume --answer experimental=experimental || {
		cat said
		return 1
	}
	change_is_well "$@"
}

# typed COUNT COMMAND: at the publisher, by the run.
typed() {
	local count

	count=$(cat state/ctlsmith/changes/*/*/transcripts/cucm1.txt |
		grep -cxF ">. $2") || true
	[ "$count" = "$1" ] || {
		echo "$2: typed $count times"
		return 1
	}
}

@test "a node is down" {
	begun CAPF --mode tokenless
	trouble cucm2 down
	stops 3 cucm2
	trouble cucm2 up
	lab_ask lab settle
	ends CAPF
	typed 1 "set cert regen CAPF"
}

@test "a session is cut in the middle of an answer" {
	begun CAPF --mode tokenless
	trouble cucm1 cut "utils ctl update CTLFile"
	stops 1 cucm1
	ends CAPF
	typed 1 "set cert regen CAPF"
	typed 1 "utils ctl update CTLFile"
}

@test "a wrong PIN, which is tried once" {
	local pin

	begun CAPF --mode token
	pin=$PIN_SAST_1
	PIN_SAST_1=135791 stops 4 PIN
	export PIN_SAST_1=$pin
	ends CAPF
	typed 1 "set cert regen CAPF"
}

@test "no token answers any more" {
	begun CAPF --mode token
	mv lab/tokens lab/gone
	mkdir lab/tokens
	stops 4 'no token answers|token'
	rmdir lab/tokens
	mv lab/gone lab/tokens
	ends CAPF
}

@test "the licence is refused" {
	begun CAPF --mode tokenless
	trouble cucm1 no-licence
	stops 3 'export-controlled'
	trouble cucm1 clear
	ends CAPF
	typed 1 "set cert regen CAPF"
}

@test "replication breaks" {
	change_up --release 12.5 --mode tokenless
	change_plan CAPF
	trouble cucm1 replication broken
	stops_run 3 'replication of cucm1 is in state'
	change_is_well
	trouble cucm1 replication good
	ends CAPF
}

@test "a service does not start" {
	begun CAPF --mode tokenless
	trouble cucm2 dead-service "Cisco Tftp"
	stops 1 'Cisco Tftp' cucm2
	trouble cucm2 clear
	ends CAPF
	typed 1 "utils ctl update CTLFile"
}

@test "a node keeps the old list" {
	begun CAPF --mode tokenless
	trouble cucm2 stale-list
	stops 3 'cucm2 still has another CTL' 'no phone is reset'
	trouble cucm2 clear
	change_type "utils ctl update CTLFile" y
	ends CAPF
}

@test "the disk of the publisher is full" {
	begun CAPF --mode tokenless
	trouble cucm1 disk-full
	stops 1 cucm1
	trouble cucm1 clear
	ends CAPF
}

@test "half of the phones refuse the list, though all are registered" {
	begun CAPF --mode tokenless
	trouble cucm1 refuse-half
	change_go resume && return 1
	grep -q 'phones refuse the list' said
	[ "$(lab_count lab .phones.registered)" = 10 ]
	trouble cucm1 clear
	lab_ask lab reset-phones
	lab_ask lab settle
	ends CAPF
}

@test "our own disk is full" {
	begun CAPF --mode tokenless
	(
		ulimit -f 0
		change_go resume
	) 2>/dev/null && return 1
	ends CAPF
	typed 1 "set cert regen CAPF"
}
