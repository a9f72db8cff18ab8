#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cluster status and cluster collect against clusters of ctlsmith-lab: every
# release and mode, what goes wrong with them (S numbers: docs/lab.md), nodes that
# mean harm. Time runs slower than in other labs, since an idle session ends.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
	pids=()
	export LC_ALL=C.UTF-8 NO_COLOR=1
}

teardown() {
	lab_down_all
}

# up OPTION...: a lab of two nodes.
up() {
	lab_up "$lab" --nodes 2 --phones 10 --release 12.5 --mode tokenless \
		--speed 20 "$@"
}

# as YAML: the same by a scenario.
as() {
	printf '%s\n' "$1" >scenario.yaml
	shift
	up --scenario scenario.yaml "$@"
}

# status [OPTION...]
status() {
	timeout "$LAB_LIMIT" "$CTLSMITH" cluster status \
		--inventory "$lab/cluster.yaml" --batch "$@"
}

# collect FILE [OPTION...]
collect() {
	local to=$1

	shift
	timeout "$LAB_LIMIT" "$CTLSMITH" cluster collect \
		--inventory "$lab/cluster.yaml" --batch -o "$to" "$@"
}

# is_said PATTERN...: each is in the output, as a line or a part of one.
is_said() {
	local pattern

	for pattern in "$@"; do
		grep -qE -- "$pattern" <<<"$output" || {
			echo "not said: $pattern"
			echo "$output"
			return 1
		}
	done
}

# beside COMMAND...: in a folder and with a lab of its own, beside others, until
# all_of_them: a look waits most of its time for prompts.
beside() {
	local n=${#pids[@]}
	local lab=$PWD/$n/lab

	mkdir "$n"
	(
		cd "$n" || exit
		trap lab_down_all EXIT
		"$@"
	) >"$n.said" 2>&1 3>&- &
	pids+=($!)
}

all_of_them() {
	local n bad=0

	for n in "${!pids[@]}"; do
		wait "${pids[n]}" || {
			cat "$n.said"
			bad=1
		}
		rm -rf "$n"
	done
	pids=()
	return $bad
}

# one_case STATUS PATTERN YAML [OPTION...]: a lab, what status ends with, and says.
one_case() {
	as "${@:3}"
	run "-$1" status
	is_said "$2" || {
		echo "$3"
		return 1
	}
	lab_down "$lab"
}

# case_of ...: the same, until all_of_them.
case_of() {
	beside one_case "$@"
}

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
	case_of 3 '^unknown R5 cucm1: .* show ctl could not be had' \
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

@test "old algorithms are used only where they are allowed, and are named" {
	as 'cli: {old_algorithms: true}'
	sed -i '/legacy: true/d' "$lab/cluster.yaml"
	run status
	is_said 'could not be reached over SSH'
	run -0 status --legacy-ssh
	is_said 'cucm1: the session used old algorithms: .*sha1'
}

@test "what the inventory says of release and mode is compared, and stops" {
	up
	printf 'release: "14"\n' >>"$lab/cluster.yaml"
	run -3 status
	is_said 'the inventory says release 14, but cucm1 runs 12.5.1'
	[ "${#lines[@]}" = 1 ]
	sed -i '$d' "$lab/cluster.yaml"
	printf 'mode: non-secure\n' >>"$lab/cluster.yaml"
	run -3 status --save stopped.tar
	is_said 'in mode non-secure, but ClusterSecurityMode says mixed'
	sed -i '$d' "$lab/cluster.yaml"
	printf 'release: "12.5"\nmode: mixed\n' >>"$lab/cluster.yaml"
	run -0 status
}

@test "lists that were seen go into the archive, once, by their hash" {
	local f

	up
	printf 'archive: seen\n' >>"$lab/cluster.yaml"
	run -0 status
	is_said 'Not asked: R2, R4'
	# one CTL, and an ITL of each node
	[ "$(find "$lab/seen" -type f | wc -l)" = 3 ]
	for f in "$lab"/seen/*.tlv; do
		[ "$(sha256sum <"$f" | cut -d' ' -f1)" = "$(basename "$f" .tlv)" ]
		"$CTLSMITH" verify "$f"
	done
	touch -d 2020-01-01 "$lab"/seen/*
	run -0 status
	[ "$(find "$lab/seen" -newermt 2021-01-01 -type f | wc -l)" = 0 ]
	# the one before it is what phones hold
	lab_type "$LAB_ADDRESS" >typed <<-'TXT'
		password
		> admin:
		< utils ctl update CTLFile
		> (y/n)
		< y
		> admin:
		< utils service restart Cisco Tftp
		> [STARTED]
		> admin:
		< quit
		end
	TXT
	lab_ask "$lab" settle
	run status
	is_said '^Good: .*R2, .*R4'
	[ "$(find "$lab/seen" -type f | wc -l)" = 4 ]
}

@test "a bundle says, offline, byte for byte what was said online" {
	local option

	as 'nodes: [{name: cucm1}, {name: cucm2, stale_list: true}]'
	printf 'archive: seen\n' >>"$lab/cluster.yaml"
	run -3 --separate-stderr status --save seen.tar
	printf '%s\n' "$output" >online.txt
	mkdir elsewhere
	cp seen.tar elsewhere
	lab_down "$lab"
	rm -rf "$lab"
	cd elsewhere
	run -3 --separate-stderr "$CTLSMITH" cluster status --offline seen.tar
	printf '%s\n' "$output" >offline.txt
	cmp ../online.txt offline.txt
	for option in watch save=x transcripts=x probe-p12; do
		run -2 "$CTLSMITH" cluster status --offline seen.tar --$option
		[ ! -e x ]
	done
	head -c 3000 seen.tar >short.tar
	run -1 "$CTLSMITH" cluster status --offline short.tar
	is_said 'short.tar: '
	run -1 "$CTLSMITH" cluster status --offline nowhere.tar
}

@test "no secret is in a bundle, in transcripts, or in what is printed" {
	local secret all=0

	up --mode token
	collect seen.tar --probe-p12 --phones --transcripts said >printed 2>&1
	grep -q 'pieces of 2 nodes' printed
	run -3 status --probe-p12 --transcripts said
	printf '%s\n' "$output" >>printed
	mkdir files
	tar -xf seen.tar -C files
	grep -q SEP files/bundle/cucm1/cli/sql-devices
	[ "$(stat -c %a seen.tar)" = 600 ]
	[ -s said/cucm1.txt ] && [ -s said/cucm2.txt ]
	for secret in $(env | sed -n 's/^LAB_[A-Z0-9_]*\(PASSWORD\|PIN\)[A-Z0-9_]*=//p'); do
		all=$((all + 1))
		run -1 grep -rlaF -- "$secret" files said printed
	done
	[ $all -ge 1 ]
	run -1 grep -rla -e 'PRIVATE KEY' -e 'site_commands' -e LAB_PASSWORD \
		-e "$lab" files
	# what a p12 begins with, whole
	curl -sS --noproxy '*' "$LAB_HTTP_URL/ITLRecovery.p12" -o p12
	[ -s p12 ]
	/usr/bin/python3 - p12 files <<-'PY'
		import os, sys
		p12 = open(sys.argv[1], "rb").read()
		for folder, _, names in os.walk(sys.argv[2]):
		    for name in names:
		        content = open(os.path.join(folder, name), "rb").read()
		        assert p12[:64] not in content, name
	PY
}

@test "collect needs a place, and replaces nothing by itself" {
	up
	run -2 "$CTLSMITH" cluster collect --inventory "$lab/cluster.yaml"
	is_said 'output names the bundle'
	echo mine >seen.tar
	run -1 collect seen.tar
	[ "$(cat seen.tar)" = mine ]
	run -0 collect seen.tar --force
	run -0 "$CTLSMITH" cluster status --offline seen.tar
}

@test "JSON is what the schema says" {
	as 'nodes: [{name: cucm1}, {name: cucm2, stale_list: true}]'
	run -3 --separate-stderr status --json
	printf '%s\n' "$output" >status.json
	/usr/bin/jsonschema -i status.json "$SRC/docs/ctlsmith.schema.json"
	/usr/bin/python3 - <<-'PY'
		import json
		status = json.load(open("status.json"))[0]["status"]
		assert status["cluster"] == "lab" and status["mode"] == "mixed"
		assert status["stale"] and status["grade"] == "bad"
		assert [n["name"] for n in status["nodes"]] == ["cucm1", "cucm2"]
		assert status["nodes"][0]["ctl"]["verified"]
		a, b = (n["ctl"]["sha1"] for n in status["nodes"])
		assert a != b
		rules = {f["rule"] for f in status["findings"]}
		want = {"R%d" % i for i in range(1, 16)} | {"W%d" % i for i in range(1, 7)}
		assert rules == want, rules ^ want
		bad = [f for f in status["findings"] if f["grade"] == "bad"]
		assert bad and bad[0] is status["findings"][0]
		assert bad[0]["node"] == "cucm2" and bad[0]["todo"]
	PY
}

@test "a narrow screen and colours" {
	as 'nodes: [{name: cucm1}, {name: cucm2, stale_list: true}]'
	COLUMNS=40 run -3 status
	is_said 'R5'
	run -3 status --save seen.tar
	unset NO_COLOR
	TERM=xterm run -3 /usr/bin/python3 "$SRC/tests/cli/terminal.py" 40 - \
		"$CTLSMITH" cluster status --offline seen.tar
	[[ $output == *$'\e[31m'* ]]
}

@test "--watch --batch prints what changes, and ends on SIGINT" {
	local pid line

	up
	mkfifo changes
	"$CTLSMITH" cluster status --inventory "$lab/cluster.yaml" --batch \
		--watch --every 1 >changes 2>err 3>&- &
	pid=$!
	exec 8<changes
	lab_type "$LAB_ADDRESS" >typed <<-'TXT'
		password
		> admin:
		< set cert regen CallManager
		> (yes|no)
		< yes
		> admin:
		< quit
		end
	TXT
	IFS= read -r -t "$LAB_LIMIT" -u 8 line
	[[ $line == *Z\ +\ bad\ R1\ cucm1:\ CallManager\ of\ cucm1\ on\ disk* ]]
	kill -INT $pid
	exec 8<&-
	wait $pid || [ $? = 3 ]
}

@test "--watch on a terminal clears it, shows all, and ends by a key or Ctrl-C" {
	local key

	up
	for key in x '\003'; do
		run -0 timeout "$LAB_LIMIT" expect -c "
			set timeout $LAB_LIMIT
			spawn -noecho {$CTLSMITH} cluster status --watch \
				--inventory {$lab/cluster.yaml}
			expect -ex {Not asked:} {} timeout {exit 9} eof {exit 8}
			expect -ex {R13} {} timeout {exit 9} eof {exit 8}
			send $key
			expect eof {} timeout {exit 9}
			exit [lindex [wait] 3]"
		[[ $output == *$'\e[H\e[2J\e[3J'*cucm2*'Good: R1'* ]]
	done
}

@test "--watch ends at once on a signal, also while a node says nothing" {
	local pid tasks

	as 'nodes: [{name: cucm1}, {name: cucm2, cli: {hostile: no-prompt}}]'
	"$CTLSMITH" cluster status --inventory "$lab/cluster.yaml" --batch \
		--watch >seen 2>&1 3>&- &
	pid=$!
	while :; do # until it asks nodes
		tasks=("/proc/$pid/task/"*)
		[ "${#tasks[@]}" -lt 2 ] || break
		kill -0 $pid
	done
	# not SIGINT, which the shell has what is behind & ignore
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ "$status" = 143 ]
	[ ! -s seen ]
}

@test "a hostile node is a clear error, and costs little; nothing of it is kept" {
	local i=2 h

	{
		echo 'nodes:'
		echo '- {name: cucm1}'
		for h in banner no-prompt garbage escape utf8 prompt-in-cert \
			other-node ssh-banner; do
			echo "- {name: cucm$i, cli: {hostile: $h}}"
			i=$((i + 1))
		done
		for h in garbage stall endless wrong-block short; do
			echo "- {name: cucm$i, tftp: $h}"
			i=$((i + 1))
		done
		for h in garbage stall endless short; do
			echo "- {name: cucm$i, http: $h, tftp: $h}"
			i=$((i + 1))
		done
	} >scenario.yaml
	lab_up "$lab" --nodes $((i - 1)) --phones 5 --release 12.5 \
		--mode tokenless --speed 20 --scenario scenario.yaml
	sed -i 's/^ssh:/archive: seen\nssh:\n  slow_start: 5/' \
		"$lab/cluster.yaml"
	# shellcheck disable=SC2016 # the inner shell expands
	run -3 bash -c 'ulimit -v 3000000 && exec timeout "$LAB_LIMIT" "$@"' \
		status "$CTLSMITH" cluster status --inventory \
		"$lab/cluster.yaml" --batch
	is_said '^cucm2 could not be reached over SSH: cucm2: more than 1 MiB' \
		'^cucm3 could not be reached over SSH: cucm3: no prompt came' \
		'^cucm4 could not be reached over SSH' \
		'^cucm8 could not be reached over SSH: .* says that it is' \
		'^cucm9 could not be reached over SSH: .*banner' \
		'^note R5 cucm11: its CTL could not be had by TFTP' \
		'^(bad|unknown) R5 cucm15' '^(bad|unknown) R5 cucm16' \
		'^(bad|unknown) R5 cucm17' '^(bad|unknown) R5 cucm18' \
		'^cucm1 .*verified'
	[[ $output != *$'\e'* ]]
	# one CTL, and the ITLs of nodes that gave one
	for h in "$lab"/seen/*; do
		"$CTLSMITH" verify "$h"
	done
}

@test "a host key that changed is refused" {
	up
	run -0 status
	sed -i '0,/host_key: .*/s//host_key: "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"/' \
		"$lab/cluster.yaml"
	run status
	is_said '^cucm1 could not be reached over SSH: .*host key'
}

@test "what goes wrong here is said, and no node is asked" {
	run -1 "$CTLSMITH" cluster status --inventory nowhere.yaml
	is_said 'nowhere.yaml'
	up
	run -2 status --watch --json
	run -2 status --every 5
	LAB_PASSWORD='' run status
	[ "$status" -ne 0 ]
	LAB_PASSWORD=wrong run -3 status
	is_said 'cucm1 could not be reached over SSH: .*refused'
}
