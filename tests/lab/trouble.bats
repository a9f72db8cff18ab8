#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What a lab that is up is made to do wrong from then on, and that `clear` ends it.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
	lab_up "$lab" --nodes 2 --phones 10 --mode tokenless
}

teardown() {
	lab_down_all
}

trouble() {
	lab_ask "$lab" trouble "$@"
}

# types NODE <DIALOG: by hand at that node, behind the login.
types() {
	local dialog

	dialog=$(cat)
	printf 'password\n> admin:\n%s\n> admin:\n< quit\nend\n' "$dialog" |
		lab_type "${LAB_ADDRESS%.*}.$1" >seen
}

updates() {
	types 1 <<-'TXT'
		< utils ctl update CTLFile
		> continue? (y/n):
		< y
		> CTL file Updated
	TXT
}

# restarted: both TFTP services give out what is on their disks.
restarted() {
	local node

	for node in 1 2; do
		types $node <<-'TXT'
			< utils service restart Cisco Tftp
			> Cisco Tftp[STARTED]
		TXT
		curl -sS --fail --noproxy '*' -o "list$node" \
			"http://${LAB_ADDRESS%.*}.$node:6970/CTLFile.tlv"
	done
}

@test "what is no trouble is refused, and says what is" {
	run ! trouble cucm1 rain
	[[ $output == *"rain is no trouble; it is one of down, up"* ]]
	run ! trouble cucm9 down
	[[ $output == *"the lab has no node cucm9"* ]]
	run ! trouble cucm1 cut
	[[ $output == *"cut: say which"* ]]
	run ! trouble cucm1 down now
	[[ $output == *"down takes no other word"* ]]
	run ! trouble cucm1 dead-service Bakery
	[[ $output == *"cucm1 has no service Bakery"* ]]
	run ! trouble cucm1 replication odd
	[[ $output == *"odd is neither broken nor good"* ]]
	run ! trouble cucm1 stale-list
	[[ $output == *"the publisher makes the list"* ]]
}

@test "a node is down, and up" {
	trouble cucm2 down
	[ "$(lab_count "$lab" .nodes.1.down)" = true ]
	run ! curl -sS --fail --noproxy '*' -o list \
		"http://${LAB_ADDRESS%.*}.2:6970/CTLFile.tlv"
	trouble cucm2 up
	types 2 <<<'< show version active'
}

@test "a command fails, a session is cut: the next one only" {
	trouble cucm1 fails 'show version active'
	types 1 <<-'TXT'
		< show version active
		> Executed command unsuccessfully
		> admin:
		< show version active
		> Active Master Version
	TXT
	trouble cucm1 cut 'show ctl'
	# 255: it broke off; it did not come to the prompt
	status=0
	lab_type "$LAB_ADDRESS" >seen <<-'TXT' || status=$?
		password
		> admin:
		< show ctl
		end
	TXT
	[ $status != 99 ]
	run ! grep -q 'verified successfully' seen
	types 1 <<-'TXT'
		< show ctl
		> verified successfully
	TXT
}

@test "a service that is dead stops, and starts when that is over" {
	trouble cucm2 dead-service 'Cisco Tftp'
	types 2 <<-'TXT'
		< utils service stop Cisco Tftp
		> Cisco Tftp[STOPPED]
		> admin:
		< utils service start Cisco Tftp
		> Cisco Tftp[STOPPED]
		> Executed command unsuccessfully
	TXT
	lab_ask "$lab" settle
	run ! curl -sS --fail --noproxy '*' -o list \
		"http://${LAB_ADDRESS%.*}.2:6970/CTLFile.tlv"
	trouble cucm2 clear
	types 2 <<-'TXT'
		< utils service start Cisco Tftp
		> Cisco Tftp[STARTED]
	TXT
}

@test "one CTL does not reach a node, and the next one does" {
	trouble cucm2 stale-list
	updates
	restarted
	run ! cmp list1 list2
	updates
	restarted
	cmp list1 list2
}

@test "half of the phones refuse a list until that is over" {
	trouble cucm1 refuse-half
	updates
	restarted
	lab_ask "$lab" reset-phones
	lab_ask "$lab" settle
	[ "$(lab_count "$lab" .phones.refused)" = 5 ]
	trouble cucm1 clear
	lab_ask "$lab" reset-phones
	lab_ask "$lab" settle
	[ "$(lab_count "$lab" .phones.refused)" = 0 ]
}

@test "no licence, no room, no replication" {
	trouble cucm1 no-licence
	trouble cucm2 replication broken
	[ "$(lab_count "$lab" .licensed)" = false ]
	[ "$(lab_count "$lab" .nodes.1.replication)" = "(4) Setup Failed" ]
	trouble cucm1 clear
	trouble cucm2 replication good
	[ "$(lab_count "$lab" .licensed)" = true ]
	trouble cucm1 disk-full
	types 1 <<-'TXT'
		< utils ctl update CTLFile
		> continue? (y/n):
		< y
		> Executed command unsuccessfully
	TXT
	trouble cucm1 clear
	updates
}
