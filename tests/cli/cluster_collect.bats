#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cluster status and cluster collect against a lab: inventory, archive, bundles,
# secrets, JSON.

bats_require_minimum_version 1.5.0

# shellcheck source=tests/lab/look.sh
. "$SRC/tests/lab/look.sh"

@test "a node that answers everywhere but over SSH is unknown: status 3" {
	as 'nodes: [{name: cucm1}, {name: cucm2, cli: {old_algorithms: true}}]' \
		--mode non-secure
	sed -i '/legacy: true/d' "$lab/cluster.yaml"
	run -3 status
	is_said '^cucm2 could not be reached over SSH' '^cucm1 +good '
	run -0 status --legacy-ssh
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
	/usr/bin/python3 "$SRC/tests/cli/schema.py" status.json "$SRC/docs/ctlsmith.schema.json"
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
		want = {"R%d" % i for i in range(1, 17)} | {"W%d" % i for i in range(1, 7)}
		assert rules == want, rules ^ want
		bad = [f for f in status["findings"] if f["grade"] == "bad"]
		assert bad and bad[0] is status["findings"][0]
		assert bad[0]["node"] == "cucm2" and bad[0]["todo"]
	PY
}
