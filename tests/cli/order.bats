#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith order: what it is given as a file and as options, what it prints, and
# how it ends.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	unset COLUMNS
	# SASTs: CallManager alone; and two tokens, ITLRecovery, CallManager
	cp "$CASES/ok-tokenless-4947/CTLFile.tlv" ccm.tlv
	cp "$CASES/ok-token-5728/CTLFile.tlv" token.tlv
	cat >change.yaml <<-'YAML'
		installed: ccm.tlv
		release: 11.5
		nodes:
		- {name: pub, roles: [publisher, tftp, ccm]}
		- {name: sub, roles: [ccm]}
		changes: [TVS, CAPF]
	YAML
}

# try STATUS ARGUMENT...: what order prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	timeout 60 "$CTLSMITH" order "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith order $*: $status instead of $wanted"
		cat err
		return 1
	}
}

# golden NAME: out is tests/golden/order/NAME.
golden() {
	[ -z "${UPDATE_GOLDEN-}" ] || cp out "$SRC/tests/golden/order/$1"
	diff -u "$SRC/tests/golden/order/$1" out
}

# The value of PYTHON, of the element that is in out.
value() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json" || return
	/usr/bin/python3 - "$1" <<-'PY'
		import json, sys
		order = json.load(open("out"))[0]["order"]
		print(eval(sys.argv[1]))
	PY
}

@test "an order, by rounds" {
	try 0 change.yaml
	[ ! -s err ]
	golden rounds.txt
	# nothing else was looked at, and nothing written
	[ "$(ls)" = "$(printf '%s\n' ccm.tlv change.yaml err out token.tlv)" ]
}

@test "the same from options, in any part" {
	try 0 change.yaml
	mv out wanted
	try 0 --installed ccm.tlv --release 11.5 --node pub:publisher,tftp,ccm \
		--node sub:ccm --change TVS --change CAPF
	cmp wanted out
	sed -i '/^release/d; /changes/d' change.yaml
	try 0 --release '11.5(1)SU3' --change TVS@pub --change CAPF \
		--change TVS@sub change.yaml
	cmp wanted out
	mkdir -p lists
	mv change.yaml ccm.tlv lists
	try 0 --release 11.5 --change TVS --change CAPF lists/change.yaml
	cmp wanted out
	(cd lists && "$CTLSMITH" order --release 11.5 --change TVS \
		--change CAPF - <change.yaml) >out
	cmp wanted out
	# an option goes before the file
	try 0 --installed lists/ccm.tlv --served lists/ccm.tlv --release 11.5 \
		--change TVS --change CAPF lists/change.yaml
	cmp wanted out
}

@test "no order: where it ends, what helps, and that it is not enough to know" {
	sed -i 's/^changes.*/changes: [ITLRecovery]/; s/11.5/12.5(1)/' change.yaml
	try 3 change.yaml
	golden helped.txt
	try 3 --json change.yaml
	[ "$(value 'order["possible"], order["helped"], order["helps"]')" = \
		"(False, True, ['reset-localkey'])" ]
	[ "$(value 'order["dead_ends"][0]["kind"]')" = update-ctl ]
	try 0 --allow reset-localkey --json change.yaml
	[ "$(value 'order["possible"], order["helps"]')" = \
		"(True, ['reset-localkey'])" ]
	# nor is more used than it takes
	try 0 --tokens 2 --allow second-sast --allow reset-localkey --json \
		--installed token.tlv change.yaml
	[ "$(value 'order["possible"], order["helps"]')" = "(True, [])" ]
}

@test "no order, whatever is allowed" {
	try 3 --done CallManager@pub --done TVS@pub change.yaml
	golden none.txt
	try 3 --done CallManager@pub --done TVS@pub --json change.yaml
	[ "$(value 'order["helped"], order["steps"]')" = "(False, [])" ]
	value '[end["rule"] for end in order["dead_ends"]]' | grep A3
}

@test "--class says whose phones there are" {
	sed -i 's/^changes.*/changes: [CallManager]/' change.yaml
	try 3 change.yaml
	grep -q 'class no-tvs' out
	try 0 --class tvs --json change.yaml
	[ "$(value 'order["classes"]')" = "['tvs']" ]
	value '[s["through_tvs"] for s in order["steps"]]' | grep -q tvs
	try 0 --class tvs change.yaml
	grep -qx 'Through TVS alone take a list: tvs\.' out
	try 2 --class phones change.yaml
	grep -q "'phones' is no class of phones" err
}

@test "--tokens, --new-tokens, --upgrade-to and --tvs-ctl-cache" {
	sed -i 's/^changes.*/changes: []/' change.yaml
	try 2 --change to-token change.yaml
	grep -q 'no new token' err
	try 0 --change to-token --new-tokens 2 --allow phone-sast-trust --json \
		change.yaml
	[ "$(value '[s["kind"] for s in order["steps"]]')" = \
		"['upload', 'update-ctl', 'fetch', 'sign-token', 'fetch']" ]
	try 2 --change upgrade change.yaml
	try 2 --change upgrade --upgrade-to 11.5 change.yaml
	try 0 --change upgrade --upgrade-to 14SU2 --json change.yaml
	[ "$(value '[s["kind"] for s in order["steps"]]')" = \
		"['update-ctl', 'fetch', 'renew', 'update-ctl', 'fetch']" ]
	# whom the list on the node's own disk has: ITLRecovery
	sed -i 's/^changes.*/changes: [to-tokenless]/' change.yaml
	set -- --installed ccm.tlv --served token.tlv --release 12.5 --class tvs
	try 3 "$@" change.yaml
	try 0 "$@" --tvs-ctl-cache change.yaml
	grep -q 'the CTL on its disk has it, on which sources disagree' out
	# the published log shows a miss in the database
	try 0 --installed token.tlv --release 11.5 --change CAPF --class tvs \
		--allow second-sast --node p:publisher,tftp
	grep -q 'no published log shows that for a token' out
}

@test "an upgrade to 12.5 before SU3 makes a new ITLRecovery" {
	local to

	sed -i 's/^changes.*/changes: [upgrade]/; s/ccm.tlv/token.tlv/' change.yaml
	for to in 12.5 '12.5(1)' '12.5(1)SU2'; do
		try 0 --tokens 2 --upgrade-to "$to" change.yaml
		grep -q 'makes a new ITLRecovery' out
	done
	for to in '12.5(1)SU3' '12.5(1)SU10' 14; do
		try 0 --tokens 2 --upgrade-to "$to" change.yaml
		run ! grep 'makes a new ITLRecovery' out
	done
	# not from 12.5 to 12.5
	try 2 --tokens 2 --release 12.5 --upgrade-to '12.5' change.yaml
}

@test "nothing to do" {
	sed -i 's/^changes.*/changes: []/' change.yaml
	try 0 change.yaml
	[ "$(cat out)" = 'There is nothing to do.' ]
}

@test "hostile YAML: each mistake has its place" {
	local text says

	while IFS='|' read -r text says; do
		printf '%b' "$text" >bad.yaml
		try 1 bad.yaml
		grep -q "^ctlsmith: bad.yaml: $says" err || {
			cat err
			return 1
		}
		[ ! -s out ]
	done <<-'BAD'
		installed: [a]|line 1, column 12:
		installed: a\nnothing: b|line 2, column 1:
		release: 12.5\nrelease: 12|line 2, column 1:
		nodes:\n- {roles: [tftp]}|line 2, column 3:
		nodes:\n- {name: a, roles: [king]}|line 2, column 21: 'king' is no role
		nodes:\n- {name: a}\n- {name: a}|line 3, column 10: there is a node 'a' already
		nodes:\n- {name: a@b}|line 2, column 10:
		changes: [Callmanager]|line 1, column 11: 'Callmanager' is no change
		changes: [TVS@a]|line 1, column 11: 'TVS@a' names no node
		changes: [address]|line 1, column 11: whose address
		changes: [CAPF@a]|line 1, column 11: CAPF is of the whole cluster
		allow: [magic]|line 1, column 9: 'magic' is nothing to allow
		classes: [x]|line 1, column 11: 'x' is no class
		release: twelve|line 1, column 10: 'twelve' is no release
		tokens: -1|line 1, column 9:
		tokens: 257|line 1, column 9:
		tvs-ctl-cache: 1|line 1, column 16:
		\x1b[31m: 1|line 1, column 1: control characters
	BAD
	/usr/bin/python3 -c 'print("nodes:"); [print("- {name: n%d}" % i)
		for i in range(65)]' >bad.yaml
	try 1 bad.yaml
	head -c 5000000 /dev/zero >bad.yaml
	try 1 bad.yaml
}

@test "of phones behind an Expressway it says that nobody knows" {
	try 0 --class mra change.yaml
	grep -q '^mra: what phones behind an Expressway are given' out
	try 0 change.yaml
	run ! grep -q '^mra:' out
}

@test "servers of the list that are no node are named" {
	local said='Servers of the list that are no node here: '

	try 0 change.yaml
	grep -qxF "${said}cucm-1051-a-pub, cucm-1051-a-sub1; $(
	)nothing is said of them." out
	sed -i 's/name: pub/name: CUCM-1051-A-PUB.lab/' change.yaml
	try 0 change.yaml
	grep -qxF "${said}cucm-1051-a-sub1; nothing is said of them." out
	sed -i 's/name: sub/name: cucm-1051-a-sub1/' change.yaml
	try 0 change.yaml
	run ! grep -qF "$said" out
}

@test "roles that nobody says: the first is the publisher, each runs both" {
	local common=(--installed ccm.tlv --release 11.5
		--change CallManager-ECDSA)

	try 0 "${common[@]}" --node a:publisher,tftp,ccm --node b:tftp,ccm
	mv out said
	try 0 "${common[@]}" --node a --node b
	cmp said out
	grep -q 'CallManager-ECDSA of b' out
	try 0 "${common[@]}" --node a:none --node b:publisher
	run ! grep -q 'CallManager-ECDSA of a' out
	grep -q 'CallManager-ECDSA of b' out
}

@test "what is missing, contradicts itself or cannot be read" {
	try 2
	grep -q -e '--installed LIST is missing' err
	try 2 --installed ccm.tlv
	grep -q -e '--release RELEASE is missing' err
	try 2 --installed ccm.tlv --release 12.5
	grep -q -e '--node NODE is missing' err
	try 2 --installed ccm.tlv --release 12.5 --node a:publisher \
		--node b:publisher --change CAPF
	grep -q 'one node is the publisher, and not 2' err
	try 2 --installed ccm.tlv --release 12.5 --node a:none,ccm \
		--change CAPF
	grep -q "node 'a' has the role none, and tftp or ccm" err
	try 2 --installed ccm.tlv --release 12.5 --node a:none \
		--change CallManager
	grep -q 'no node has the role tftp or ccm, so none has CallManager' err
	try 2 --installed ccm.tlv --release 12.5 --node a:ccm --change CAPF
	grep -q 'no node is a TFTP server' err
	try 2 --change TVS@pub --done TVS@pub change.yaml
	grep -q 'TVS of pub is wanted twice' err
	try 2 --release 12.5.1 change.yaml
	try 2 --release 12.5x change.yaml
	try 2 --release '' change.yaml
	try 2 --node 'x:king' change.yaml
	try 2 --change to-token --change to-tokenless --new-tokens 1 change.yaml
	try 2 change.yaml change.yaml
	try 2 --installed - - <change.yaml
	try 1 nothing.yaml
	grep -q '^ctlsmith: nothing.yaml: ' err
	try 1 --installed nothing.tlv change.yaml
	grep -q '^ctlsmith: nothing.tlv: ' err
	try 1 --served change.yaml change.yaml
	grep -q '^ctlsmith: change.yaml: header' err
	# a byte of the signature
	cp ccm.tlv bad.tlv
	printf '\0\1\2\3' | dd of=bad.tlv bs=1 seek=240 conv=notrunc status=none
	try 1 --served bad.tlv change.yaml
	grep -q '^ctlsmith: bad.tlv: it does not verify by itself' err
	try 1 --installed bad.tlv change.yaml
	[ ! -s out ]
}

@test "64 nodes, all certificates, in no time" {
	{
		echo 'installed: token.tlv'
		echo 'release: 12.5'
		echo 'tokens: 2'
		echo 'nodes:'
		echo '- {name: n0, roles: [publisher, tftp, ccm]}'
		for i in $(seq 63); do
			echo "- {name: n$i, roles: [tftp, ccm]}"
		done
		echo 'changes: [CallManager, CallManager-ECDSA, CAPF, TVS,' \
			'ITLRecovery, tomcat, ipsec]'
	} >large.yaml
	try 0 --json large.yaml
	[ "$(value 'max(s["round"] for s in order["steps"])')" = 195 ]
}

# lines TEXT...: these stand in out, one behind the other.
lines() {
	printf '%s\n' "$@" >wanted
	/usr/bin/python3 - <<-'PY' || { cat out && return 1; }
		wanted = open("wanted").read()
		raise SystemExit(("\n" + wanted) not in "\n" + open("out").read())
	PY
}

# step KIND CHANGE PYTHON: of the first such step, with c its commands.
step() {
	value "[$3 for s in order['steps'] for c in [s['commands']]
		if s['kind'] == '$1' and s['change'] == $2][0]"
}

# commands KIND CHANGE: NODES: COMMAND, of the first such step.
commands() {
	step "$1" "$2" '"\n".join(",".join(a["nodes"]) + ": " + a["text"] +
		(" ?" if a["when"] else "") for a in c if a["how"] == "cli")'
}

# Nodes of each role, on one of which TFTP alone runs, and on one nothing.
cluster() {
	cluster=(--release "$1" --installed "$2.tlv" --tokens 2
		--node 'pub:publisher,tftp,ccm' --node sub:ccm
		--node files:tftp --node idle:none)
}

@test "one command a line, on the nodes that have what it is for" {
	cluster 12.5 token
	try 0 "${cluster[@]}" --change CAPF
	lines '  3. On pub:' \
		'       utils service restart Cisco Certificate Authority Proxy Function' \
		'     On pub, sub, files, one after the other:' \
		'       utils service restart Cisco Trust Verification Service' \
		'     On pub, files, one after the other:' \
		'       utils service restart Cisco Tftp'
	run ! grep -E 'restart Cisco .*(,|; utils)' out
	try 0 "${cluster[@]}" --change CAPF --change CallManager --change tomcat \
		--change ipsec --change TVS --change CallManager-ECDSA --json
	# no command is two; each says who asks for it; nobody restarts on idle
	[ "$(value '{a["text"] for s in order["steps"] for a in s["commands"]
		if a["how"] == "cli" and
		("," in a["text"] or a["text"].count("Cisco") > 1)}')" = 'set()' ]
	value '{a["text"] for s in order["steps"] if s["kind"] == "restart"
		for a in s["commands"] if not a["source"]}' | grep -x 'set()'
	[ "$(value 'sorted({a["text"] for s in order["steps"]
		for a in s["commands"] if "idle" in a["nodes"]
		and "service restart" in a["text"]})')" = \
		"['utils service restart Cisco DRF Local', 'utils service restart Cisco Tomcat', 'utils service restart Cisco Trust Verification Service']" ]
	[ "$(commands restart "'CallManager'")" = "$(printf '%s\n' \
		'pub: utils service restart Cisco Tftp' \
		'pub: utils service restart Cisco CallManager' \
		'pub: utils service restart Cisco CTIManager ?' \
		'pub: utils service restart Cisco HAProxy ?' \
		'pub: utils service restart Cisco Trust Verification Service')" ]
	value '[a["nodes"][0] + a["text"][28:] for s in order["steps"]
		if s["kind"] == "restart" and s["change"] == "ipsec"
		for a in s["commands"]]' >services
	grep -qx "\['pubDRF Local', 'subDRF Local', 'filesDRF Local', 'pubDRF Master', 'idleDRF Local'\]" services
	[ "$(commands restart "'tomcat'")" = \
		'pub: utils service restart Cisco Tomcat' ]
	# ITLs of all servers have it, once it is new on the round's last node
	value '[(a["nodes"], a["text"][28:]) for s in order["steps"]
		if s["kind"] == "restart" and s["change"] == "TVS" and
		s["round"] == order["steps"][-1]["round"]
		for a in s["commands"]]' >services
	grep -qx "\[(\['files'\], 'Trust Verification Service'), (\['pub', 'files'\], 'Tftp')\]" services
}

@test "after a list every TFTP server is restarted, and once" {
	cluster 12.5 token
	try 0 "${cluster[@]}" --change CallManager@files --change to-tokenless \
		--json
	[ "$(value '[(s["kind"], a["nodes"]) for s in order["steps"]
		for a in s["commands"] if a["text"].endswith("Cisco Tftp")]')" = \
		"[('sign-token', ['pub']), ('restart', ['files']), ('update-ctl', ['pub', 'files'])]" ]
	[ "$(commands update-ctl None)" = "$(printf '%s\n' \
		'pub: utils ctl update CTLFile' \
		'pub,files: utils service restart Cisco Tftp' \
		'pub,sub: utils service restart Cisco CallManager' \
		'pub,sub: utils service restart Cisco CTIManager ?')" ]
}

@test "a fetch says what proves it, and that registered does not" {
	cluster 12.5 token
	try 0 "${cluster[@]}" --change CAPF --change TVS
	grep -q 'Wait for the proof, which being registered is not:' out
	run ! grep -q 'all are back' out
	try 0 "${cluster[@]}" --change CAPF --change TVS --json
	[ "$(step fetch "'CAPF'" '[(a["nodes"], a["text"]) for a in c][0]')" = \
		"(['pub', 'sub', 'files', 'idle'], 'show ctl')" ]
	step fetch "'CAPF'" 'c[0]["when"]' | grep 'same checksum'
	step fetch "'CAPF'" 'c[2]["text"]' | grep CTL_Signature |
		grep 'web page'
	step fetch "'CAPF'" 'c[3]["text"]' | grep '^ctlsmith accept'
	# TVS is in ITLs, of which each server has its own
	[ "$(commands fetch "'TVS'")" = 'pub,files: show itl ?' ]
	step fetch "'TVS'" 'c[2]["text"]' | grep ITL_Signature
}

@test "what a CA signed is uploaded, not made anew by the command" {
	local regen

	cluster 12.5 token
	try 0 "${cluster[@]}" --change CAPF --change ITLRecovery --json
	[ "$(step renew "'CAPF'" '[a["how"] for a in c]')" = "['cli', 'page']" ]
	step renew "'CAPF'" 'c[1]["when"]' | grep 'instead, if a CA signed it'
	# nobody signs that
	[ "$(step renew "'ITLRecovery'" '[a["text"] for a in c]')" = \
		"['set cert regen ITLRecovery']" ]
	try 0 --installed ccm.tlv --release 11.5 --class tvs \
		--node pub:publisher,tftp,ccm,multi-san \
		--node sub:tftp,ccm,multi-san --change CallManager --json
	regen="$(step renew "'CallManager'" '[a["how"] for a in c]')"
	[ "$regen" = "['page', 'page', 'hand']" ]
	step renew "'CallManager'" 'c[1]["text"]' | grep 'as CallManager$'
}

@test "a token signs by the CTL Client, and from 14 on nobody knows" {
	cluster 12.5 token
	try 0 "${cluster[@]}" --change CAPF
	lines '  2. On the PC that has the CTL Client, with the token:' \
		'       Update CTL File'
	run ! grep -qE 'TFTP File Management|file delete' out
	cluster 14 token
	try 0 "${cluster[@]}" --change CAPF
	grep -q 'from 14 on there is no CTL Client' out
	lines '     On pub, files, one after the other:' \
		'       OS Administration > Software Upgrades > TFTP File Management: upload it as CTLFile.tlv' \
		'     Not known:'
	run ! grep -q 'Update CTL File' out
	# and so behind an upgrade
	cluster 12.5 token
	try 0 "${cluster[@]}" --change upgrade --upgrade-to 14 --change CAPF
	grep -q 'Update CTL File' out
	cluster 12.5 ccm
	try 0 --change to-token --new-tokens 2 --allow phone-sast-trust \
		--release 11.5 change.yaml
	grep -qx ' *file delete tftp CTLFile.tlv' out
	grep -qx ' *export the certificate of each new token' out
}

@test "an address: one server, its commands, and the list before" {
	cluster 12.5 token
	try 0 "${cluster[@]}" --change address@files
	lines '     On files:' \
		'       set network ip eth0 ADDRESS MASK GATEWAY' \
		'     Mind:'
	grep -q '^       this server alone; a new host name' out
	grep -q '^       Add TFTP Server: the address' out
	lines '  5. On pub, sub, files, idle, one after the other:' \
		'       utils system restart'
	# not those of certificates
	try 0 "${cluster[@]}" --change address@files --json
	[ "$(value '[s["source"] for s in order["steps"]
		if s["kind"] == "sign-token"]')" = \
		"['ADM15, IPCHG', 'ADM15, IPCHG']" ]
	try 0 --change upgrade --upgrade-to 14SU2 --json change.yaml
	[ "$(value '[s["source"] for s in order["steps"]
		if s["kind"] == "update-ctl" and s["change"] != "CAPF"]')" = \
		"['SG12.5']" ]
}

@test "what is one for all is done on the publisher, wherever it stands" {
	try 0 --installed token.tlv --tokens 2 --release 12.5 --node a:ccm \
		--node b:publisher,tftp,ccm --change CAPF --json
	[ "$(value '[s["node"] for s in order["steps"]
		if s["change"] == "CAPF"]')" = "['b', 'b', 'b', 'b']" ]
	[ "$(step renew "'CAPF'" 'c[0]["nodes"]')" = "['b']" ]
	step restart "'CAPF'" 'c[0]["nodes"]' | grep -x "\['b'\]"
}

@test "the verdict is first, then why, then what would help" {
	sed -i 's/^changes.*/changes: [ITLRecovery]/; s/11.5/12.5(1)/' change.yaml
	try 3 change.yaml
	grep -nE '^(There is|Why|What would|ROUND)' out | cut -d: -f2 |
		cut -c-9 >heads
	printf '%s\n' 'There is ' 'Why' 'What woul' 'ROUND  CH' | diff - heads
	[ "$(head -n 1 out)" = 'There is no order, unless more is allowed.' ]
	try 3 --done CallManager@pub --done TVS@pub change.yaml
	[ "$(head -c 17 out)" = 'There is no order' ]
}

@test "on a narrow terminal no line is longer, but what is copied" {
	COLUMNS=40 script -qefc "stty cols 40; '$CTLSMITH' order change.yaml" \
		/dev/null >out </dev/null
	tr -d '\r' <out >lines
	grep -E '^.{41}' lines >long
	run ! grep -vE '^ {7}(utils|set|show|file) ' long
	# a command is whole
	grep -qx ' *utils service restart Cisco Certificate Authority Proxy Function' lines
}
