#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith-lab as a program: up, down, status, what it writes, and what it
# refuses.
#
# shellcheck disable=SC2030,SC2031 # a test is meant to have its own

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
}

teardown() {
	lab_down_all
}

small() {
	lab_up "$lab" --nodes 2 --phones 6 --mode tokenless "$@"
}

@test "up, what it writes, down" {
	small
	for file in ready cluster.yaml env.sh known_hosts phones.csv control; do
		[ -e "$lab/$file" ]
	done
	[ "$(stat -c %a "$lab")" = 700 ]
	[ "$(stat -c %a "$lab/env.sh")" = 600 ]
	[ "$(stat -c %a "$lab/control")" = 700 ]
	[ "$(wc -l <"$lab/known_hosts")" = 2 ]
	[ "$(wc -l <"$lab/phones.csv")" = 7 ]
	/usr/bin/python3 - "$lab/cluster.yaml" "$CTLSMITH_LAB" "$lab" \
		"$SRC/docs/cluster.schema.json" <<-'PY'
			import json, jsonschema, sys, yaml
			inventory = yaml.safe_load(open(sys.argv[1]))
			jsonschema.validate(inventory, json.load(open(sys.argv[4])))
			assert [n["role"] for n in inventory["nodes"]] == [
			    "publisher", "subscriber"], inventory
			assert inventory["site_commands"]["reset_phones"] == [
			    sys.argv[2], "reset-phones", "--dir", sys.argv[3]], inventory
			assert inventory["ssh"]["password_env"] == "LAB_PASSWORD"
		PY
	lab_down "$lab"
	[ ! -e "$lab/ready" ]
	[ ! -e "$lab/control" ]
	run -1 "$CTLSMITH_LAB" status --dir "$lab"
	[[ $output == *'no lab is up'* ]]
}

@test "a second lab in the same folder is refused, one beside it is not" {
	small
	first=$LAB_ADDRESS
	run -1 timeout "$LAB_LIMIT" "$CTLSMITH_LAB" up --dir "$lab"
	[[ $output == *'a lab is up in'* ]]
	[ -e "$lab/ready" ]
	lab_up "$lab.2" --nodes 2 --phones 2 --mode tokenless
	[ "$first" != "$LAB_ADDRESS" ]
	lab_ask "$lab" status >/dev/null
	lab_ask "$lab.2" status >/dev/null
}

@test "what a crash has left is removed" {
	small
	kill -9 "${LAB_PIDS[0]}"
	wait "${LAB_PIDS[0]}" || true
	LAB_BEGUN=() LAB_PIDS=()
	[ -e "$lab/ready" ]
	run -1 "$CTLSMITH_LAB" status --dir "$lab"
	[[ $output == *'no lab is up'* ]]
	small
	lab_ask "$lab" status >/dev/null
}

@test "SIGTERM, SIGINT and SIGHUP end it well" {
	local signal

	for signal in TERM INT HUP; do
		small
		kill -s $signal "${LAB_PIDS[0]}"
		wait "${LAB_PIDS[0]}"
		LAB_BEGUN=() LAB_PIDS=()
		[ ! -e "$lab/ready" ]
	done
}

@test "down ends it also where sessions are open and transfers hang" {
	echo 'nodes: [{name: one, tftp: stall, http: stall}]' >s.yaml
	small --scenario s.yaml
	exec 5<>"/dev/tcp/$LAB_ADDRESS/2222" 6<>"/dev/tcp/$LAB_ADDRESS/6970" \
		7<>"/dev/tcp/$LAB_ADDRESS/2443"
	printf 'GET /CTLFile.tlv HTTP/1.1\r\n\r\n' >&6
	head -c 20 <&6 >/dev/null
	lab_down "$lab"
	exec 5>&- 6>&- 7>&-
}

@test "status: phones and nodes, for people and for programs" {
	small
	lab_ask "$lab" status >text
	grep -q '^phones: 6, trusting 6, working 6, refused 0' text
	grep -q "$LAB_ADDRESS" text
	[ "$(lab_count "$lab" .phones.total)" = 6 ]
	[ "$(lab_count "$lab" .phones.trusting)" = 6 ]
	[ "$(lab_count "$lab" .phones.working)" = 6 ]
	[ "$(lab_count "$lab" .phones.refused)" = 0 ]
}

@test "a file that was put into the TFTP folder is there after a restart" {
	small
	echo something >new.txt
	lab_ask "$lab" upload-tftp "$LAB_ADDRESS" new.txt
	CTLSMITH_NODE=$LAB_ADDRESS CTLSMITH_FILE=$PWD/new.txt \
		CTLSMITH_NAME=other.txt lab_ask "$lab" upload-tftp
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< utils service restart Cisco Tftp
		> Cisco Tftp[STARTED]
		> admin:
		< quit
		end
	TXT
	for name in new.txt other.txt; do
		curl -sS --fail --noproxy '*' "$LAB_HTTP_URL/$name" | cmp - new.txt
	done
	run -1 lab_ask "$lab" upload-tftp nowhere new.txt
	[[ $output == *'no node nowhere'* ]]
	run -1 lab_ask "$lab" upload-tftp "$LAB_ADDRESS" no-file
	run -2 lab_ask "$lab" upload-tftp
}

@test "a backup is in the history" {
	small
	lab_ask "$lab" backup
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< utils disaster_recovery history backup
		> SUCCESS
		> admin:
		< quit
		end
	TXT
}

@test "the tokens of a cluster with tokens hold its keys" {
	lab_up "$lab" --nodes 2 --phones 2 --mode token
	[ -n "$PIN_SAST_1" ]
	[ -n "$URI_SAST_2" ]
	pkcs11-tool --module "$MODULE" --token-label "$LABEL_SAST_1" --login \
		--pin "$PIN_SAST_1" --list-objects >objects
	grep -q 'Private Key Object' objects
	grep -q 'Certificate Object' objects
	curl -sS --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" -o list.tlv
	pkcs11-tool --module "$MODULE" --token-label "$LABEL_SAST_1" \
		--read-object --type cert --id 01 -o cert.der
	"$CTLSMITH" verify --signer cert.der list.tlv
}

@test "without SoftHSM's programs it says so, and is there without" {
	mkdir bin
	ln -s "$(command -v pkcs11-tool)" bin/
	PATH=$PWD/bin:/nowhere "$CTLSMITH_LAB" up --dir "$lab" --mode token \
		--nodes 1 --phones 1 --keys "$BUILD/lab-keys" </dev/null \
		>up.fifo 2>err 3>&- &
	LAB_BEGUN+=("$lab") LAB_PIDS+=("$!")
	timeout "$LAB_LIMIT" tail -n +1 -f up.fifo --pid $! 3>&- |
		grep -q -m 1 'The lab is up'
	grep -q 'softhsm2-util is not installed' err
}

@test "keys that a lab had to make are those of the next one" {
	local turn folder=$PWD/cache/ctlsmith/lab-keys

	mkdir cache

	for turn in 1 2; do
		env -u CTLSMITH_LAB_KEYS XDG_CACHE_HOME="$PWD/cache" \
			"$CTLSMITH_LAB" up --dir "$lab" --mode token \
			--nodes 1 --phones 1 </dev/null >up.$turn 2>err 3>&- &
		LAB_BEGUN+=("$lab") LAB_PIDS+=("$!")
		timeout "$LAB_LIMIT" tail -n +1 -F up.$turn --pid $! 2>&1 3>&- |
			grep -q -m 1 'The lab is up'
		[ "$(stat -c %a "$folder" "$folder/pool.pem")" = $'700\n600' ]
		sha256sum "$folder"/*.pem >sums.$turn
		stat -c '%i %n' "$folder"/*.pem >>sums.$turn
		lab_down "$lab"
	done
	[ "$(grep -c pool.pem sums.1)" = 2 ]
	cmp sums.1 sums.2
}

@test "a lab that has to make keys loses none of those that it did not take" {
	local folder=$PWD/cache/ctlsmith/lab-keys

	mkdir -p "$folder"
	chmod 700 "$folder"
	"$SRC/softhsm-fixtures/lab-keys.sh" "$folder" 2 20
	env -u CTLSMITH_LAB_KEYS XDG_CACHE_HOME="$PWD/cache" \
		"$CTLSMITH_LAB" up --dir "$lab" --mode tokenless --nodes 2 \
		--phones 1 --release 12.5 </dev/null >said 2>err 3>&- &
	LAB_BEGUN+=("$lab") LAB_PIDS+=("$!")
	timeout "$LAB_LIMIT" tail -n +1 -F said --pid $! 2>&1 3>&- |
		grep -q -m 1 'The lab is up'
	lab_down "$lab"
	# more of RSA, and all on curves that there were
	awk '/^# / { kind = substr($2, 1, 2) } /^-----BEGIN/ { n[kind]++ }
		END { print n["rs"], n["ec"] }' "$folder/pool.pem" >numbers
	[ "$(cut -d ' ' -f 1 numbers)" -gt 2 ]
	[ "$(cut -d ' ' -f 2 numbers)" -ge 40 ]
	[ "$(grep -c BEGIN "$folder/pool.pem")" = "$(openssl storeutl -keys \
		"$folder/pool.pem" | grep -c 'BEGIN PRIVATE KEY')" ]
}

@test "a scenario that is wrong, with line and column" {
	printf 'cli:\n  pagr: true\n' >s.yaml
	run -1 timeout "$LAB_LIMIT" "$CTLSMITH_LAB" up --dir "$lab" --scenario s.yaml
	[[ $output == *'line 2, column 3'* ]]
	run -1 timeout "$LAB_LIMIT" "$CTLSMITH_LAB" up --dir "$lab" --scenario nowhere.yaml
}

@test "wrong command lines end with 2" {
	local line

	while read -r line; do
		# shellcheck disable=SC2086 # words
		run -2 "$CTLSMITH_LAB" $line
		[ "${#lines[@]}" -ge 1 ]
	done <<-'TXT'
		up
		up --dir x --nodes 0
		up --dir x --nodes 257
		up --dir x --release 13
		up --dir x --mode mixed
		up --dir x --speed fast
		up --dir x --nonsense
		up --dir x extra
		up --dir
		status
		status --dir x extra
		nonsense
	TXT
	run -2 "$CTLSMITH_LAB"
}

@test "help and version" {
	local command

	run -0 "$CTLSMITH_LAB" --version
	[ "$output" = "$("$CTLSMITH" --version | sed 's/ctlsmith/&-lab/')" ]
	run -0 "$CTLSMITH_LAB" --help
	for command in up down status reset-phones upload-tftp backup settle; do
		[[ $output == *"  $command "* ]]
		"$CTLSMITH_LAB" $command --help >help
		grep -q "^Usage: ctlsmith-lab $command" help
		[ "$(awk 'length > 80' help)" = "" ]
	done
}

@test "the man page names each option and command" {
	local command option

	for command in up down status reset-phones upload-tftp backup settle; do
		"$CTLSMITH_LAB" $command --help |
			sed -n 's/^  --\([a-z-]*\).*/\1/p' >options
		while read -r option; do
			grep -q "^\*--$option\*" "$SRC/docs/man/ctlsmith-lab.1.scd"
		done <options
		grep -qE "[*|]${command}[*|]|lab ${command}[*]" \
			"$SRC/docs/man/ctlsmith-lab.1.scd"
	done
}

@test "docs/lab.md names a test of each thing that is tried, S1 to S17" {
	local number file name

	# shellcheck disable=SC2016 # the backquotes are those of the table
	sed -n 's/^| \(S[0-9]*\) |.*| `\([a-z_]*\)`: \(.*\) |$/\1\t\2\t\3/p' \
		"$SRC/docs/lab.md" >rows
	[ "$(cut -f 1 rows | tr '\n' ' ')" = "$(printf 'S%s ' {1..17})" ]
	while IFS=$'\t' read -r number file name; do
		grep -qxF "@test \"$name\" {" \
			"$SRC"/tests/{lab,cli}/"$file.bats" 2>/dev/null || {
			echo "$number: no such test"
			return 1
		}
	done <rows
}
