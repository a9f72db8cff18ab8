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
	/usr/bin/jsonschema -i out "$SRC/docs/ctlsmith.schema.json" || return
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

@test "the steps name all that is done" {
	# one certificate of several nodes is no matter of set cert regen, and
	# all of them are restarted
	try 0 --installed ccm.tlv --release 11.5 \
		--node 'pub:publisher,tftp,ccm,multi-san' \
		--node sub:ccm,multi-san --class tvs --change CallManager
	grep -q 'pub: upload the new CallManager certificate' out
	grep -q 'sub: utils service restart of each: Cisco Tftp' out
	try 0 --json change.yaml
	value '[s["command"] for s in order["steps"]]' >commands
	grep -q 'being registered is no proof' commands
	grep -q 'CTLFile; utils service restart Cisco Tftp, on all TFTP' commands
	# the documents of an upgrade are not those of a renewal
	try 0 --change upgrade --upgrade-to 14 --json change.yaml
	value '[s["source"] for s in order["steps"] if
		s["kind"] == "update-ctl" and s["change"] == "upgrade"]' |
		grep -qx "\['SG12.5'\]"
	# nobody has a CTL Client for 14
	cp "$CASES/ok-tokenless-6113/CTLFile.tlv" later.tlv
	set -- --release 14 --change to-token --new-tokens 2 --class tvs
	try 0 "$@" --allow phone-sast-trust --installed later.tlv change.yaml
	grep -q 'there is no CTL Client' out
	run ! grep 'CTL Client (Update' out
	# whose token is not given is told how
	try 3 --installed token.tlv --class tvs change.yaml
	head -n 1 out | grep -q '^There is no order'
	grep -q 'say how many tokens of the list can (tokens)' out
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
		nodes:\n- {name: a, roles: [king]}|line 2, column 3: 'king' is no role
		nodes:\n- {name: a}\n- {name: a}|line 3, column 3: node 'a' stands there twice
		nodes:\n- {name: a@b}|line 2, column 3:
		changes: [Callmanager]|line 1, column 1: 'Callmanager' is no change
		changes: [TVS@a]|line 1, column 1: 'TVS@a': there is no node
		changes: [address]|line 1, column 1: whose address
		changes: [CAPF@a]|line 1, column 1: CAPF is not one a node
		allow: [magic]|line 1, column 1: 'magic' is no help
		classes: [x]|line 1, column 1: 'x' is no class
		release: twelve|line 1, column 1: 'twelve' is no release
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

@test "what is missing, contradicts itself or cannot be read" {
	try 2
	grep -q 'the list that phones hold is missing' err
	try 2 --installed ccm.tlv
	grep -q 'the release is missing' err
	try 2 --installed ccm.tlv --release 12.5
	grep -q 'the nodes are missing' err
	try 2 --installed ccm.tlv --release 12.5 --node a
	grep -q 'nodes are the publisher' err
	# without roles nothing would be asked of it, and no CallManager changed
	try 2 --installed ccm.tlv --release 12.5 --node a:publisher --node b \
		--change CallManager
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

@test "on a narrow terminal no line is longer, but what is copied" {
	COLUMNS=40 script -qefc "stty cols 40; '$CTLSMITH' order change.yaml" \
		/dev/null >out </dev/null
	tr -d '\r' <out >lines
	run ! grep -E '^.{41}' lines
}
