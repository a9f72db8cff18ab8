#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# status, collect and phones, each against every release and mode, and against
# all that is tried on a driver (S numbers: docs/lab.md).

bats_require_minimum_version 1.5.0

# shellcheck source=tests/lab/look.sh
. "$SRC/tests/lab/look.sh"

# phones [OPTION...]: with the list that the publisher gives out.
phones() {
	timeout "$LAB_LIMIT" "$CTLSMITH" cluster phones --batch --web \
		--web-port "$LAB_PHONE_PORT" \
		--inventory "$lab/cluster.yaml" "$@"
}

# ends STATUS PATTERN COMMAND...: with that, and says so.
ends() {
	run "${@:3}"
	if [ "$status" != "$1" ]; then
		echo "$status, not $1: ${*:3}"
		echo "$output"
		return 1
	fi
	is_said "$2"
}

# judged STATUS PATTERN: status says so, and what collect has gathered says the
# same later, without the cluster.
judged() {
	ends "$1" "$2" status
	ends 0 'pieces of 2 nodes' collect seen.tar
	ends "$1" "$2" "$CTLSMITH" cluster status --offline seen.tar
}

# delivered NUM: so many of the six phones are proven; all trust, the lab
# says. none: no node has a CTL, and that is said.
delivered() {
	if [ "$1" = none ]; then
		ends 1 'no node gives CTLFile.tlv.*--list' phones
		return
	fi
	[ "$(lab_count "$lab" .phones.trusting)" = 6 ]
	ends $(($1 == 6 ? 0 : 3)) \
		"^6 phones: $1 proven, 0 refused, $((6 - $1)) alive only, 0 absent" \
		phones
}

# trial STATUS PATTERN YAML [OPTION...]: all three, in a lab of its own.
trial() {
	as "sample: 6
$3" --phones 6 "${@:4}"
	judged "$1" "$2"
	case "$*" in
	*non-secure* | *no_ctl*) delivered none ;;
	*stale_list*) delivered 3 ;; # those of the publisher
	*) delivered 6 ;;
	esac
	lab_down "$lab"
}

# S N STATUS PATTERN YAML [OPTION...]: the same, until all_of_them.
S() {
	beside trial "${@:2}"
}

@test "every release in every mode" {
	local release mode

	for release in 10.5 11.5 12.5 14 15; do
		for mode in token tokenless non-secure; do
			beside trial 0 "^Cluster lab, release $release" \
				'seed: 1' --release $release --mode $mode
		done
		all_of_them
	done
}

@test "S1 to S9" {
	S 1 0 '^Good: R1' 'cli: {banner_delay: 6000, double_prompt: true}'
	S 2 0 '^Good: R1' 'cli: {pager: true, pager_anyway: true}'
	S 3 0 '^Good: R1' 'seed: 3'
	S 4 0 '^Good: R1' 'seed: 4'
	S 5 0 '^Good: R1' 'no_licence: true'
	all_of_them
	S 6 3 '^bad R1 cucm1: CallManager-ECDSA' 'made_on: "10.5"' --release 14
	S 6 0 '^Good: R1, R3, R5' 'made_on: "11.5"' --release 15 --mode token
	S 7 0 ' same .* same ' 'seed: 7'
	S 8 0 '^Good: R1' 'service_delay: 60000'
	S 9 3 'R5 the cluster is in mixed mode, and no node has a CTL' \
		'no_ctl: true'
	all_of_them
}

@test "S10 to S17" {
	S 10 3 '^bad R1 cucm1: CAPF of cucm1 on disk' 'stale_capf: true'
	S 11 0 '^Good: R1' 'cli: {drop_type_ahead: true}'
	S 12 3 'unknown R15 ' 'cli: {fails: run sql select paramname}'
	S 13 0 '^Good: R1' 'cli: {max_sessions: 1}'
	S 14 3 '^cucm2 +unknown ' \
		'nodes: [{name: cucm1}, {name: cucm2, cli: {idle: 1}}]'
	all_of_them
	S 15 0 '^Good: R1' 'cli: {keyboard_only: true}'
	S 15 0 '^Good: R1' 'cli: {password_only: true}'
	S 16 0 '^Good: R1' 'seed: 16'
	S 17 3 '^bad R5 cucm2: its CTL is ' \
		'nodes: [{name: cucm1}, {name: cucm2, stale_list: true}]'
	all_of_them
}
