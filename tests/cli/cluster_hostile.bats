#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cluster status where all nodes but the publisher are hostile (docs/lab.md): each
# is said with its cause, what else is known of it and the others are whole, memory
# is bounded, and nothing is written that was not there.

bats_require_minimum_version 1.5.0

# shellcheck source=tests/lab/look.sh
. "$SRC/tests/lab/look.sh"

# What is kept here, by name and hash.
kept() {
	find "$lab/archive" "$lab/known_hosts" "$lab/cluster.yaml" state \
		-type f -exec sha256sum {} + 2>/dev/null | sort -k 2
}

# status, in less than 300 MB; a sanitizer takes more.
bounded() {
	[ -n "${CTLSMITH_LIB:-}" ] || {
		status "$@"
		return
	}
	/usr/bin/python3 - "$CTLSMITH" cluster status --batch \
		--inventory "$lab/cluster.yaml" <<-'PY'
			import resource, subprocess, sys
			end = subprocess.run(sys.argv[1:]).returncode
			most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
			sys.exit(end if most < 300000 else f"{most} KiB")
		PY
}

# begin: a lab with a node of each sort, of which the third is waited for 5 s.
begin() {
	as 'nodes:
  - {name: cucm1}
  - {name: cucm2, cli: {hostile: banner}}
  - {name: cucm3, cli: {idle: 600000, hostile: no-prompt}}
  - {name: cucm4, cli: {hostile: garbage}}
  - {name: cucm5, cli: {hostile: escape}}
  - {name: cucm6, cli: {hostile: utf8}}
  - {name: cucm7, cli: {hostile: prompt-in-cert}}
  - {name: cucm8, cli: {hostile: other-node}}
  - {name: cucm9, cli: {hostile: host-key}}
  - {name: cucm10, cli: {hostile: ssh-banner}}' --nodes 10
	sed -i 's/^  user: admin$/&\n  slow_start: 5/' "$lab/cluster.yaml"
	printf 'archive: archive\n' >>"$lab/cluster.yaml"
	export XDG_STATE_HOME=$PWD/state
	: >"$lab/known_hosts"
}

@test "hostile nodes are said, the others are whole, and nothing is written" {
	local n

	begin
	run -3 bounded
	is_said '^cucm1 +good .* same .* same .*verified' \
		'^cucm5 +good .* same .* same .*verified' \
		'^cucm9 +good .* same .* same .*verified' \
		'^cucm2 could not .*more than 1 MiB came before the prompt' \
		'^cucm3 could not .*no prompt came within 5 s' \
		'^cucm4 could not .*nothing that the table of commands knows' \
		'left out: cucm6/cli/show-date: line 1' \
		'^unknown R16 cucm6: .*what show date says cannot be read' \
		'^unknown R16 cucm7: .*show date could not be had: not asked: ' \
		'^unknown R5 cucm7: .*show ctl could not be had: .*came back changed' \
		'^cucm8 could not .* says that it is cucm9, and not cucm8' \
		'^cucm10 could not .*too large banner'
	# what needs no login is known of them, too
	for n in 2 3 4 6 7 8 10; do
		is_said "^cucm$n +unknown .*verified"
	done
	# nothing of theirs reaches the terminal as it is
	[ "$(LC_ALL=C tr -d '\n\40-\176' <<<"$output" | wc -c)" = 0 ]
	[ "$(find "$lab/archive" -type f | wc -l)" -gt 1 ]
	kept >before
	# one of them has another key now
	run -3 bounded
	is_said '^cucm1 +good' '^cucm5 +good' '^cucm9 +unknown .*verified' \
		'^cucm9 could not .*the host key of .* is SHA256:'
	kept >after
	diff before after
	[ ! -s "$lab/known_hosts" ]
}
