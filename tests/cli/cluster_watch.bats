#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cluster status on screens, again and again, and against nodes that mean harm.

bats_require_minimum_version 1.5.0

# shellcheck source=tests/lab/look.sh
. "$SRC/tests/lab/look.sh"

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

@test "nobody waits for a node that swallows everything" {
	local address line

	as 'nodes: [{name: cucm1}, {name: cucm2}, {name: cucm3, down: true}]' \
		--nodes 3
	address=$(sed -n 's/.*addresses: \[\(.*\)]/\1/p' \
		"$lab/cluster.yaml" | tail -n 1)
	coproc hole { exec "$SRC/tests/cli/black_hole.py" "$address" 2222 6970; }
	IFS= read -r -t "$LAB_LIMIT" -u "${hole[0]}" line
	[ "$line" = ready ]
	# the hole ends only when the others are done
	# shellcheck disable=SC2154 # of coproc
	run -3 timeout "$LAB_LIMIT" expect -c "
		set timeout $LAB_LIMIT
		spawn -noecho {$CTLSMITH} cluster status \
			--inventory {$lab/cluster.yaml}
		expect -re {1/3 cucm[12]} {} timeout {exit 9} eof {exit 8}
		expect -re {2/3 cucm[12]} {} timeout {exit 9} eof {exit 8}
		exec kill $hole_PID
		expect eof {} timeout {exit 9}
		exit [lindex [wait] 3]"
	is_said '3/3 cucm3: ' '^cucm1 .*verified' '^cucm2 .*verified' \
		'cucm3 could not be reached over SSH: '
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
	run -3 bash -c '[ -z "${CTLSMITH_LIB:-}" ] || ulimit -v 3000000
		exec timeout "$LAB_LIMIT" "$@"' \
		status "$CTLSMITH" cluster status --inventory \
		"$lab/cluster.yaml" --batch --save seen.tar
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
	# a server that keeps silent costs its limit once
	tar -xOf seen.tar bundle/MANIFEST >pieces
	grep 'cucm11/tftp/ITLFile.tlv.*waited for in vain' pieces
	grep 'cucm16/http/ITLFile.tlv.*waited for in vain' pieces
	run -1 grep 'cucm1/.*waited for in vain' pieces
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
