#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cluster status against clusters of ctlsmith-lab: every release and mode, and
# what goes wrong with them (S numbers: docs/lab.md).

bats_require_minimum_version 1.5.0

# shellcheck source=tests/lab/look.sh
. "$SRC/tests/lab/look.sh"

# is_well RELEASE MODE
is_well() {
	local seen=verified

	up --release "$1" --mode "$2"
	run -0 status
	[ "$2" != non-secure ] || seen=none
	is_said "^Cluster lab, release ${1%.*}.*mode, seen" \
		"^cucm1 .* same .*$seen" \
		"^cucm2 .* same .*$seen" \
		'^Good: R1, .*R3, .*R5, .*R9.*W1, W2, W3, W4'
	[[ $output != *$'\nbad '* ]]
	[ "$(sed -n 's/^cucm1 *good *[^ ]* *\([^ ]*\).*/\1/p' \
		<<<"$output")" = "$(sed -n \
			's/^cucm2 *good *[^ ]* *\([^ ]*\).*/\1/p' \
			<<<"$output")" ]
	lab_down "$lab"
}

@test "every release and mode is well" {
	local release mode

	for mode in token tokenless non-secure; do
		for release in 10.5 11.5 12.5 14 15; do
			beside is_well $release $mode
		done
		all_of_them
	done
}

@test "a list of an older release is judged by what it has (S6)" {
	# its servers had no certificate with a curve
	case_of 3 '^bad R1 cucm1: CallManager-ECDSA of cucm1 on disk' \
		'made_on: "10.5"' --release 14
	case_of 3 '^Good: R3, R5' 'made_on: "10.5"' --release 12.5 --mode token
	all_of_them
}

@test "ways in which a command line misbehaves are no findings" {
	case_of 0 '^Good: R1' \
		'cli: {banner_delay: 6000, double_prompt: true}' # S1
	case_of 0 '^Good: R1' 'cli: {pager: true}'        # S2
	case_of 0 '^Good: R1' 'cli: {pager_anyway: true}' # S2
	case_of 0 '^Good: R1' 'cli: {ansi: true, counter: true}'
	case_of 0 '^Good: R1' 'cli: {drop_type_ahead: true}' # S11
	case_of 0 '^Good: R1' 'cli: {max_sessions: 1}'       # S13
	case_of 0 '^Good: R1' 'cli: {keyboard_only: true}'   # S15
	case_of 0 '^Good: R1' 'cli: {password_only: true}'   # S15
	all_of_them
}

@test "what is no matter of a look is none (S5, S8)" {
	case_of 0 '^Good: R1' 'no_licence: true'
	case_of 0 '^Good: R1' 'service_delay: 60000'
	all_of_them
}

@test "the CTL is absent, or of other certificates (S9, S10)" {
	case_of 3 'R5 the cluster is in mixed mode, and no node has a CTL' \
		'no_ctl: true'
	case_of 3 '^bad R1 cucm1: CAPF of cucm1 on disk.* is not in the CTL as CAPF' \
		'stale_capf: true'
	all_of_them
}

@test "a subscriber has another list (S17)" {
	case_of 3 '^bad R5 cucm2: its CTL is [0-9a-f]{12}, but that of cucm1 is' \
		'nodes: [{name: cucm1}, {name: cucm2, stale_list: true}]'
	all_of_them
}

@test "what is wrong with parameters, services and lists is found" {
	case_of 3 '^bad R15 .* is True' 'rollback: true'
	case_of 3 '^bad R14 cucm2: Cisco CTL Provider does not run' \
		'nodes: [{name: cucm1}, {name: cucm2, stopped: [Cisco CTL Provider]}]' \
		--release 14
	all_of_them
}

@test "certificates of every sort are in order" {
	case_of 0 '^Good: R1' 'ecdsa: true'
	case_of 0 '^Good: R1' 'multi_san: true'
	case_of 0 '^Good: R1' 'ca_signed: true'
	case_of 0 '^Good: R1' 'sha512: true'
	all_of_them
}

@test "a command that fails, or a session that is cut, is not known (S12)" {
	case_of 0 '^cucm1 .* same .* \? .*verified' 'cli: {fails: show itl}'
	case_of 3 'unknown R15 .* could not be read' \
		'cli: {fails: run sql select paramname}'
	case_of 3 '^unknown R5 cucm1: .* show ctl could not be had: .*connection' \
		'cli: {cut: show ctl}'
	case_of 3 '^cucm2 +unknown .* \? .*verified' \
		'nodes: [{name: cucm1}, {name: cucm2, cli: {hostile: garbage}}]'
	case_of 0 '^imp1 +unknown +presence' \
		'nodes: [{name: cucm1}, {name: cucm2}, {name: imp1, role: presence, down: true}]' \
		--nodes 3
	all_of_them
}

@test "a node that is down is said, and the others are whole" {
	as 'nodes: [{name: cucm1}, {name: cucm2, down: true}]'
	run -3 status
	is_said 'cucm2 could not be reached over SSH: .*refused' \
		'^cucm1 .*verified' '^unknown R5 cucm2: its CTL could not be had' \
		'^Good: .*R3'
	# why, and what to do, once a node and not once a finding
	[ "$(grep -c 'refused' <<<"$output")" = 1 ]
	[ "$(grep -c '^unknown R5 cucm2' <<<"$output")" = 1 ]
	[ "$(grep -c '^unknown W' <<<"$output")" = 2 ]
	[ "$(grep -c 'see whether what is missing' <<<"$output")" = 1 ]
	lab_down "$lab"
	rm -rf "$lab"
	as 'nodes: [{name: cucm1, down: true}, {name: cucm2, down: true}]'
	run -1 status
	is_said 'cucm1 could not be reached' 'cucm2 could not be reached'
}

@test "ITLRecovery.p12 is asked for only where somebody wants it" {
	as 'no_p12: false'
	run -0 status
	is_said 'Not asked: .*R13'
	run -3 status --probe-p12 --save seen.tar
	is_said '^bad R13 cucm1: ITLRecovery.p12 is given to everybody over TFTP'
	mkdir seen
	tar -xf seen.tar -C seen
	[ "$(cat seen/bundle/cucm1/tftp/ITLRecovery.p12)" = "given out" ]
	lab_down "$lab"
	rm -rf "$lab"
	as 'no_p12: true'
	run -0 status --probe-p12
	is_said '^Good: .*R13'
}
