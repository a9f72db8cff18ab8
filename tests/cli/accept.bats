#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# accept: every class, every verdict, every rule, each input that is missing,
# phones, and what is hostile.

# shellcheck disable=SC2030,SC2031,SC2154 # accept.bash has them
bats_require_minimum_version 1.5.0
load accept

setup_file() {
	accept_setup "$BATS_FILE_TMPDIR"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$BATS_FILE_TMPDIR"/. .
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG=
	unset TZ COLUMNS
	schema=$SRC/docs/ctlsmith.schema.json
	judged=0
	asking=(tvs tvs-changed off)
	alone=(no-tvs ata telepresence soft-client two-sast sha1 rsa2048)
	accept_all
}

# What judge() has printed as JSON is what the schema says.
teardown() {
	[ "$judged" -gt 0 ] || return 0
	/usr/bin/python3 - judged.* >all.json <<-'PY'
		import json, sys
		elements = [json.load(open(name)) for name in sys.argv[1:]]
		assert all(len(e) == 1 for e in elements)
		print(json.dumps([e[0] for e in elements]))
	PY
	/usr/bin/python3 "$SRC/tests/cli/schema.py" all.json "$schema"
}

# judge STATUS NEW ARGUMENT...: NEW for phones that hold old.tlv, as text and as
# JSON.
judge() {
	local status=$1 new=$2

	shift 2
	accept "$status" --json --installed old.tlv "$@" "$new"
	mv out json
	judged=$((judged + 1))
	cp json "judged.$judged"
	accept "$status" --installed old.tlv "$@" "$new"
}

# json PYTHON: holds for a, the first element's "accept"; c is its answer by class.
json() {
	/usr/bin/python3 - "$1" <<-'PY'
		import json, sys
		e = json.load(open("json"))[0]
		a = e.get("accept")
		c = {x["class"]: x for x in a["answers"]} if a else {}
		w = lambda k: [r["answer"] for r in c[k]["works"]["rules"]]
		assert eval("(" + sys.argv[1] + ")"), (sys.argv[1], a and a["text"])
	PY
}

# inventory CERT...: tokens.yaml, with a token for each.
inventory() {
	local cert n=0

	echo tokens: >tokens.yaml
	for cert; do
		n=$((n + 1))
		printf -- '- serial: "%s"\n  certificates:\n  - sha1: %s\n' \
			"0000$n" "$(openssl x509 -in "pem/$cert.pem" \
				-outform DER | sha1sum | cut -c 1-40)" \
			>>tokens.yaml
	done
}

# ---- Classes and verdicts -----------------------------------------------------------

@test "the list that phones hold, made anew: every class takes it and works" {
	judge 0 new.tlv "${all[@]}"
	said 'new.tlv: of 13 classes of phones none is known to be lost; of 1 nobody can tell (mra)'
	is nothing-installed 'accepts-first yes' 'yes yes yes yes yes yes'
	for class in "${asking[@]}"; do
		is "$class" 'accepts yes' 'yes yes yes yes yes yes'
	done
	for class in "${alone[@]}"; do
		is "$class" 'accepts yes' '- yes yes yes yes yes'
	done
	is cti 'accepts yes' '- - yes yes yes yes'
	is mra 'unknown unknown' '? ? ? ? yes ?'
	said 'accepts-first [A1, documented] nothing-installed: no list is installed'
	said 'accepts [A2, documented] all but nothing-installed, mra: the signer is record 1 of the installed list'
	said 'unknown [A6, assumed] mra: '
	run ! grep note: out
	[ -z "$(cat err)" ]
	json 'len(a["answers"]) == 13 and a["sum"]["fine"] == 12'
	json 'c["no-tvs"]["counts"] and not c["tvs"]["counts"]'
	json 'c["ata"]["record"] == 1 and c["ata"]["rule"] == "A2"'
	json 'c["nothing-installed"]["installed"] is None'
	json 'c["cti"]["installed"] == "old.tlv"'
	json 'w("cti")[:2] == ["not-needed", "not-needed"]'
	json '[n["publisher"] for n in a["nodes"]] == ["yes", "no"]'
	# 0, although of one class nobody can tell: no phone of it is counted
	json 'a["sum"]["unknown"] == 1'
}

@test "a stranger signs: who asks nobody refuses, and works on with the old one" {
	judge 3 token.tlv "${all[@]}"
	for class in "${alone[@]}" cti tvs; do
		[ "$(row "$class")" = 'refuses yes, with the old' ]
	done
	said 'refuses [A4, documented] no-tvs, ata, '
	said 'refuses [A3, documented] tvs, off: '
	said 'upload it to Phone-SAST-trust'
	said 'there record 1 ("ITLRECOVERY_pub"), record 2 ("pub.lab.example")'
	json 'c["tvs"]["works"]["with_old"] and c["tvs"]["node"] is not None'
	json 'c["ata"]["lost"] == "yes" and c["ata"]["fate"] == "refuses"'
	json 'c["ata"]["record"] is None and c["ata"]["node"] is None'
	json 'a["sum"]["refuses"] == 11 and a["sum"]["of"] == "classes"'
}

@test "TVS vouches by its database: CallManager of a node" {
	cp pem/pub2.pem served/pub/CallManager.pem
	cp pem/pub2.pem served/pub/5061-rsa.pem
	judge 3 bypub2.tlv "${all[@]}"
	is tvs 'accepts-through-tvs no'
	[[ $(row no-tvs) == refuses* ]]
	[[ $(row tvs-changed) == refuses* ]]
	said 'accepts-through-tvs [A3, documented] [by database] tvs: '
	# one that was off may have missed ITLs, and what TVS shows
	[[ $(row off) == unknown* ]]
	json 'c["tvs"]["leg"] == "database" and c["tvs"]["rule"] == "A3"'
	json 'c["tvs"]["evidence"] == "documented"'
	json 'c["no-tvs"]["leg"] is None'
}

@test "TVS vouches by its database: Phone-SAST-trust" {
	cp pem/token1.pem trust
	judge 3 token.tlv "${all[@]}"
	[[ $(row tvs) == accepts-through-tvs* ]]
	[[ $(row ata) == refuses* ]]
	# the other token is not the signer
	cp pem/token2.pem trust/token1.pem
	judge 3 token.tlv "${all[@]}"
	[[ $(row tvs) == refuses* ]]
}

@test "the list on the nodes' disks counts with --tvs-ctl-cache alone, and is named" {
	mkdir -p disk/sub
	cp token.tlv disk/pub.tlv
	cp token.tlv disk/sub/CTLFile.tlv
	judge 3 token.tlv "${all[@]}" --tvs-ctl-cache disk
	said 'accepts-through-tvs [A3, assumed] [by ctl-cache] tvs: '
	json 'c["tvs"]["leg"] == "ctl-cache" and c["tvs"]["evidence"] == "assumed"'
	# one node with the old file decides for all
	cp old.tlv disk/sub/CTLFile.tlv
	judge 3 token.tlv "${all[@]}" --tvs-ctl-cache disk
	[[ $(row tvs) == refuses* ]]
	json 'c["tvs"]["node"] == "sub"'
	# one whose file is not here is unknown
	rm -r disk/sub
	judge 3 token.tlv "${all[@]}" --tvs-ctl-cache disk
	[[ $(row tvs) == unknown* ]]
	said 'missing its CTLFile.tlv'
	judge 3 token.tlv "${all[@]}"
	[[ $(row tvs) == refuses* ]]
}

@test "a file of a node's disk that is no CTL, or does not verify, vouches for nobody" {
	mkdir disk
	cp itl-pub2.tlv disk/pub.tlv
	cp both.tlv disk/sub.tlv
	judge 3 both.tlv "${all[@]}" --tvs-ctl-cache disk
	[[ $(row tvs) == unknown* ]]
	grep -q '^ctlsmith: disk/pub.tlv: this is no CTL' err
	cp both.tlv disk/pub.tlv
	judge 3 both.tlv "${all[@]}" --tvs-ctl-cache disk
	[[ $(row tvs) == accepts-through-tvs* ]]
	printf XXXX | dd of=disk/pub.tlv bs=1 seek=340 conv=notrunc status=none
	judge 3 both.tlv "${all[@]}" --tvs-ctl-cache disk
	[[ $(row tvs) == unknown* ]]
	grep -q '^ctlsmith: disk/pub.tlv: it does not verify: ' err
}

@test "a TVS with another certificate than the ITLs have decides for its group" {
	cp pem/token1.pem trust
	cp pem/tvs-new.pem tvs/sub.pem
	judge 3 token.tlv "${all[@]}"
	[[ $(row tvs) == refuses* ]]
	json 'c["tvs"]["node"] == "sub"'
	json '{n["name"]: n["tvs_in_itl"] for n in a["nodes"]} ==
		{"pub": "yes", "sub": "no"}'
	printf 'group,node\nCMG-1,pub\nCMG-2,sub\nCMG-2,pub\nCMG-3,"pub sub"\n' \
		>groups.csv
	judge 3 token.tlv "${all[@]}" --groups groups.csv
	[[ $(row 'tvs in CMG-1') == accepts-through-tvs* ]]
	[[ $(row 'tvs in CMG-2') == refuses* ]]
	[[ $(row 'tvs in CMG-3') == refuses* ]]
	[[ $(row 'ata in CMG-1') == refuses* ]]
	said 'of 39 classes of phones in groups are lost'
	# the ITL of one node alone lacks it
	cp pem/tvs-sub.pem tvs/sub.pem
	{
		rec recovery SAST
		rec sub CCM+TFTP sub
		rec tvs-pub TVS
	} | make_list itl-sub ITLFile.tlv 1 sha1 10
	judge 3 token.tlv "${all[@]}"
	[[ $(row tvs) == refuses* ]]
	json 'c["tvs"]["node"] == "sub"'
}

# ---- Works afterwards ---------------------------------------------------------------

@test "a list that every phone accepts and that kills them all (W1, W2)" {
	{
		rec recovery SAST
		rec pub2 SAST
		rec pub2 CCM+TFTP
		rec sub CCM+TFTP sub
		rec capf CAPF
	} | ctl kill 1 12
	all[1]=pub=itl-pub2.tlv
	judge 3 kill.tlv "${all[@]}"
	for class in "${asking[@]}"; do
		[ "$(row "$class")" = 'accepts no' ]
		[[ $(works "$class") == 'no no no '* ]]
	done
	for class in "${alone[@]}" cti; do
		[ "$(row "$class")" = 'accepts no' ]
	done
	said 'kill.tlv: 13 of 13 classes of phones are lost: 13 do not work with it'
	of W1 no 'the ITL of pub is signed by "ITLRECOVERY_pub" (serial 4A:11:22:33:44:55:66:08)'
	of W2 no 'the CallManager certificate of pub is not in the list, which has another one in record 3'
	of W3 no 'what is served on'
	json 'a["sum"]["broken"] == 13 and c["tvs"]["fate"] == "broken"'
	# with the list that phones hold, those who take ITLs are hurt already,
	# and no phone that asks nobody
	judge 0 old.tlv "${all[@]}"
	of W1 no 'the ITL of pub'
	[[ $(works ata) == '- yes '* ]]
}

@test "TVS and CallManager renewed at once: the ITL that is served is not the phone's" {
	{
		rec pub SAST
		rec recovery SAST
		servers
	} | ctl before 1 09
	{
		rec pub2 SAST
		rec recovery SAST
		servers pub2
	} | ctl after 1 12
	tvs_itl() {
		rec "$1" SAST
		rec "$1" CCM+TFTP
		rec "$2" TVS
		rec tvs-sub TVS sub
	}
	tvs_itl pub tvs-pub | make_list itl-held ITLFile.tlv 1 sha1 09
	tvs_itl pub2 tvs-new | make_list itl-pub ITLFile.tlv 1 sha1 12
	cp pem/pub2.pem served/pub/CallManager.pem
	cp pem/pub2.pem served/pub/5061-rsa.pem
	cp pem/tvs-new.pem tvs/pub.pem
	printf 'name,model\nSEP1,Cisco 8861\n' >phones.csv
	all=(--itl pub=itl-pub.tlv --served served --tvs-certs tvs
		--phone-sast-trust trust --nodes "pub,sub" --phones phones.csv)
	accept 3 --installed before.tlv "${all[@]}" after.tlv
	[[ $(row tvs) == unknown* ]]
	said "missing its certificate or the phone's ITL"
	accept 3 --installed before.tlv "${all[@]}" --phone-itl itl-held.tlv after.tlv
	[[ $(row tvs) == refuses* ]]
	said "TVS of pub shows a certificate that the phone's ITL lacks"
	# CallManager alone
	cp pem/tvs-pub.pem tvs/pub.pem
	accept 3 --installed before.tlv "${all[@]}" --phone-itl itl-held.tlv after.tlv
	[[ $(row tvs) == accepts-through-tvs* ]]
	# an ITL that nobody can hold
	cp itl-held.tlv itl-bad.tlv
	printf XXXX | dd of=itl-bad.tlv bs=1 seek=340 conv=notrunc status=none
	accept 3 --installed before.tlv "${all[@]}" --phone-itl itl-bad.tlv after.tlv
	grep -q '^ctlsmith: itl-bad.tlv: it does not verify, so no phone holds it' err
	accept 1 --installed before.tlv --phone-itl before.tlv after.tlv
	grep -q '^ctlsmith: before.tlv: this is no ITL' err
	cp itl-bad.tlv itl-pub.tlv
	cp pem/tvs-new.pem tvs/pub.pem
	accept 3 "${all[@]}" after.tlv
	said "missing the list that is installed"
}

@test "W1: TVS vouches for the signer of the ITL, for those who ask it" {
	cp pem/recovery2.pem trust
	all[1]=pub=itl-pub2.tlv
	cp pem/pub2.pem served/pub/CallManager.pem
	judge 3 new.tlv "${all[@]}"
	[[ $(works tvs) == 'yes no '* ]]
	[[ $(works nothing-installed) == 'no no '* ]]
	of W1 yes 'through TVS'
}

@test "W2: the CallManager that signs the configuration is in the list" {
	cp pem/pub2.pem served/pub/CallManager.pem
	judge 3 new.tlv "${all[@]}"
	[[ $(works ata) == '- no yes '* ]]
	[[ $(works cti) == '- - yes '* ]]
	[[ $(works tvs) == 'yes no yes '* ]]
}

@test "W2, W3: a TFTP address changed before the list" {
	mv served/pub served/192.0.2.99
	judge 3 new.tlv --itl 192.0.2.99=itl-pub.tlv --itl sub=itl-sub.tlv \
		--served served --nodes 192.0.2.99,sub
	of W2 no 'but for another address than 192.0.2.99; bring phones a list with the new address before it changes'
	of W3 no 'but for another address than 192.0.2.99'
	json 'a["nodes"][0]["address"] == "192.0.2.99"'
	# that is its address in the list
	mv served/192.0.2.99 served/192.0.2.10
	judge 0 new.tlv --itl 192.0.2.10=itl-pub.tlv --itl sub=itl-sub.tlv \
		--served served --nodes 192.0.2.10,sub
	of W2 yes 'the CallManager certificate of 192.0.2.10'
	mv served/192.0.2.10 served/2001:db8::1
	judge 0 new.tlv --served served --nodes 2001:db8::1,sub
	of W2 yes 'of 2001:db8::1, which signs'
}

@test "a list for another address: accept and diff agree" {
	{
		rec recovery SAST
		rec pub SAST
		servers | sed '1s/pub.lab/new.lab/'
	} | ctl moved 1 12
	judge 3 moved.tlv "${all[@]}"
	of W2 no 'but for another address than pub.lab.example'
	run -3 "$CTLSMITH" diff old.tlv moved.tlv
	[[ $output == *'warning: record 3 of moved.tlv is for another server than record 3 of old.tlv'* ]]
	[[ $output == *'The trust is not the same.' ]]
	run -3 "$CTLSMITH" diff --json old.tlv moved.tlv
	[[ $output == *'"same_trust": false'* ]]
	run -0 "$CTLSMITH" diff old.tlv new.tlv
}

@test "nodes: one name in two domains is two nodes" {
	{
		rec recovery SAST
		rec pub CCM+TFTP cm.east.example
		rec sub CCM+TFTP cm.west.example
	} |
		ctl two 1 12
	mkdir -p shown/CM
	cp pem/pub.pem shown/CM/CallManager.pem
	cp pem/pub.pem shown/CM/5061.pem
	judge 3 two.tlv --served shown
	of W2 unknown 'missing the CallManager certificate of cm.west.example'
	of W3 unknown 'missing what cm.west.example serves'
	json '[n["name"] for n in a["nodes"]][:2] == ["CM", "cm.west.example"]'
	mv shown/CM shown/cm.east.example
	judge 3 two.tlv --served shown
	of W2 unknown 'missing the CallManager certificate of cm.west.example'
}

@test "W3: all that a node serves, RSA and ECDSA, first of a chain" {
	pair recovery pub | grep -v 'cert: ec,' >without
	ctl noec 1 12 <without
	judge 3 noec.tlv "${all[@]}"
	of W3 no 'on 5061-ecdsa of pub'
	[[ $(works ata) == '- yes no yes '* ]]
	rm served/pub/5061-ecdsa.pem
	judge 3 noec.tlv "${all[@]}"
	of W3 no 'on CallManager-ECDSA of pub'
	rm served/pub/CallManager-ECDSA.pem
	judge 0 noec.tlv "${all[@]}"
	# the chain begins with another one
	cat pem/pub2.pem pem/pub.pem >served/pub/5061-rsa.pem
	judge 3 noec.tlv "${all[@]}"
	of W3 no 'on 5061-rsa of pub'
	cat pem/pub.pem pem/pub2.pem >served/pub/5061-rsa.pem
	judge 0 noec.tlv "${all[@]}"
	cp pem/pub2.pem served/sub/2443.pem
	judge 3 noec.tlv "${all[@]}"
	of W3 no 'on 2443 of sub'
}

@test "W3: ECDSA alone is half of what a node serves" {
	rm served/pub/5061-rsa.pem
	judge 3 new.tlv "${all[@]}"
	of W3 unknown 'missing what pub serves on 2443 and 5061 with RSA'
	# what is there and is not in the list is said all the same
	cp pem/pub2.pem served/sub/2443.pem
	judge 3 new.tlv "${all[@]}"
	of W3 no 'on 2443 of sub'
}

@test "W4: the publisher's CAPF, unless --no-capf" {
	pair recovery pub pub capf2 | ctl other 1 12
	judge 3 other.tlv "${all[@]}"
	of W4 no 'the CAPF certificate of pub is not in the list, which has another one in record 6'
	judge 0 other.tlv "${all[@]}" --no-capf
	is ata 'accepts yes' '- yes yes - yes yes'
	# every node has one, the publisher's counts
	cp pem/capf2.pem served/sub/CAPF.pem
	judge 3 other.tlv "${all[@]}"
	of W4 unknown 'missing the CAPF certificate of the publisher'
	judge 0 other.tlv "${all[@]}" --publisher sub
	judge 3 other.tlv "${all[@]}" --publisher pub
	of W4 no 'of pub'
	accept 2 --installed old.tlv "${all[@]}" --publisher nobody other.tlv
	grep -q "no node is called 'nobody'" err
}

@test "W5: two keys that somebody holds, by the inventory" {
	judge 3 token.tlv "${all[@]}"
	of W5 unknown 'who holds the key of record 1 ("SAST-1") is not known'
	said 'note: who holds which token is not known: --inventory FILE says it'
	inventory token1
	judge 3 token.tlv "${all[@]}" --inventory tokens.yaml
	of W5 no 'only the key of record 1 ("SAST-1") is known to be held'
	run ! grep note: out
	inventory token1 token2
	judge 3 token.tlv "${all[@]}" --inventory tokens.yaml
	of W5 yes 'record 1 ("SAST-1") and record 2 ("SAST-2") can sign'
	inventory capf
	judge 3 token.tlv "${all[@]}" --inventory tokens.yaml
	of W5 no 'of no SAST is it known'
	pair recovery pub | grep -v 'cert: pub, role: SAST' >alone
	ctl one 1 12 <alone
	judge 3 one.tlv "${all[@]}"
	of W5 no 'of all SASTs only the key of record 1'
	# the configuration's
	inventory token1 token2
	printf 'inventory: tokens.yaml\n' >config.yaml
	chmod go-w . config.yaml
	CTLSMITH_CONFIG=$PWD/config.yaml judge 3 token.tlv "${all[@]}"
	of W5 yes 'record 1 ("SAST-1")'
	accept 1 --installed old.tlv --inventory none.yaml new.tlv
}

@test "W6: what a class cannot read it refuses" {
	{
		rec token1 SAST
		pair recovery pub
	} | ctl three 2 12
	judge 3 three.tlv "${all[@]}"
	[[ $(row two-sast) == refuses* ]]
	is no-tvs 'accepts yes'
	said 'refuses [A5, documented] two-sast: '
	pair recovery pub | ctl sha 1 12 sha512
	judge 3 sha.tlv "${all[@]}"
	[[ $(row sha1) == refuses* ]]
	is no-tvs 'accepts yes'
	{
		pair recovery pub
		rec big TFTP big
	} | ctl large 1 12
	judge 3 large.tlv "${all[@]}" --nodes pub,sub
	[[ $(row rsa2048) == refuses* ]]
	is no-tvs 'accepts yes'
	{
		pair recovery pub
		printf -- '- {cert: capf, role_code: 9, dns: x}\n'
	} | ctl role 1 12
	judge 3 role.tlv "${all[@]}"
	said '[A5, documented]'
	[[ $(row no-tvs) == refuses* ]]
}

# ---- What is not given --------------------------------------------------------------

@test "each input that is missing is named, and its answer is unknown" {
	accept 3 new.tlv "${all[@]}"
	is ata 'unknown yes'
	is nothing-installed 'accepts-first yes'
	said 'missing the list that is installed'
	said 'note: which list is installed is not known: --installed FILE'
	judge 0 new.tlv --itl pub=itl-pub.tlv "${all[@]:4}"
	is tvs 'accepts unknown' '? yes yes yes yes yes'
	of W1 unknown 'missing the ITL of sub'
	[[ $(works ata) == '- yes '* ]]
	mv served/sub/CallManager.pem .
	judge 3 new.tlv "${all[@]}"
	of W2 unknown 'missing the CallManager certificate of sub'
	mv CallManager.pem served/sub
	rm served/sub/2443.pem served/sub/5061.pem
	judge 3 new.tlv "${all[@]}"
	of W3 unknown 'missing what sub serves on 2443 and 5061'
	# unless it runs no CallManager
	judge 0 new.tlv "${all[@]}" --nodes pub,sub=tftp
	rm served/pub/CAPF.pem
	judge 3 new.tlv "${all[@]}"
	of W4 unknown 'missing the CAPF certificate of the publisher'
}

@test "what nobody can know of phones behind an Expressway is no exit status" {
	printf 'name,class\nSEP1,no-tvs\nSEP2,mra\n' >phones.csv
	judge 0 new.tlv --phones phones.csv "${all[@]}"
	said 'of 2 phones none is known to be lost; of 1 nobody can tell (mra)'
	printf 'SEP3,no-tvs\n' >>phones.csv
	judge 3 token.tlv --phones phones.csv "${all[@]}"
}

@test "what TVS would say is unknown without its database, certificate, ITL" {
	printf 'name,model\nSEP1,Cisco 7965\n' >phones.csv
	judge 3 token.tlv --phones phones.csv "${all[@]:0:8}"
	[[ $(row tvs) == unknown* ]]
	said 'missing the certificates of Phone-SAST-trust, --phone-sast-trust DIR'
	rm served/sub/CallManager.pem
	judge 3 token.tlv --phones phones.csv "${all[@]}"
	[[ $(row tvs) == unknown* ]]
	said 'missing the certificate of CallManager of every node, --served DIR'
	judge 3 token.tlv --phones phones.csv
	said 'CallManager of all nodes and Phone-SAST-trust'
	# of a phone, and not of the class, what TVS shows is not known
	cp pem/token1.pem trust
	judge 3 token.tlv --phones phones.csv "${all[@]:0:6}" "${all[@]:8}"
	[[ $(row tvs) == unknown* ]]
	said "missing its certificate or the phone's ITL"
	judge 3 token.tlv "${all[@]:0:6}" "${all[@]:8}"
	[[ $(row tvs) == accepts-through-tvs* ]]
	judge 3 token.tlv --phones phones.csv "${all[@]}"
	[[ $(row tvs) == accepts-through-tvs* ]]
	judge 3 token.tlv --phones phones.csv "${all[@]:4}"
	[[ $(row tvs) == unknown* ]]
}

@test "what a folder holds that cannot be read is said, and left out" {
	echo garbage >served/sub/CallManager.pem
	judge 3 new.tlv "${all[@]}"
	of W2 unknown 'missing the CallManager certificate of sub'
	grep -q 'served/sub/CallManager.pem: ' err
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 \
		-out served/sub/CallManager.pem 2>/dev/null
	judge 3 new.tlv "${all[@]}"
	of W2 unknown 'missing the CallManager certificate of sub'
	run ! grep -qF "$(sed -n 2p served/sub/CallManager.pem)" err out json
	cp pem/sub.pem served/sub/CallManager.pem
	cp pem/sub.pem served/stray.pem
	cp pem/sub.pem served/sub/tomcat.pem
	judge 0 new.tlv "${all[@]}"
	said 'note: served/stray.pem is left out: --served takes NODE/CallManager.pem'
	said 'note: served/sub/tomcat.pem is left out'
	echo x >trust/broken.pem
	judge 3 token.tlv "${all[@]}"
	[[ $(row tvs) == unknown* ]]
	accept 1 --installed old.tlv --served none new.tlv
	grep -q '^ctlsmith: none: ' err
	accept 1 --installed old.tlv --itl none.tlv new.tlv
	accept 1 --installed none.tlv new.tlv
	accept 1 --installed old.tlv none.tlv
	accept 1 --installed old.tlv --tvs-certs none new.tlv
	accept 1 --installed old.tlv --phone-sast-trust none new.tlv
	accept 1 --installed old.tlv --tvs-ctl-cache none new.tlv
}

@test "which node an ITL is of: NODE=FILE, its folder, its name, its server" {
	mkdir -p pub x
	cp itl-pub.tlv pub/ITLFile.tlv
	cp itl-sub.tlv sub.tlv
	judge 0 new.tlv --itl pub/ITLFile.tlv --itl sub.tlv "${all[@]:4}"
	cp itl-pub.tlv ITLFile.tlv
	judge 0 new.tlv --itl ITLFile.tlv --itl sub.tlv "${all[@]:4}"
	accept 2 --installed old.tlv --itl sub.tlv --itl SUB=itl-pub.tlv new.tlv
	grep -q 'an ITL of the node sub already, sub.tlv' err
	accept 1 --installed old.tlv --itl pub=old.tlv new.tlv
	grep -q 'this is no ITL' err
}

@test "--nodes: all that there are; others are left out, and that is said" {
	judge 3 new.tlv "${all[@]}" --nodes pub,sub,third
	of W2 unknown 'missing the CallManager certificate of third'
	judge 0 new.tlv "${all[@]}" --nodes pub
	said 'note: sub is none of the nodes that --nodes names, and left out'
	json 'len(a["nodes"]) == 1'
	judge 0 new.tlv "${all[@]}" --nodes pub.lab.example,sub
	judge 3 new.tlv "${all[@]}" --nodes pub,sub,third=ccm
	of W3 unknown 'missing what third serves on 2443 and 5061'
	[[ $(works tvs) == 'yes yes ? '* ]]
	judge 3 new.tlv "${all[@]}" --nodes pub,sub,192.0.2.99=tftp
	[[ $(works tvs) == '? ? yes '* ]]
	accept 2 --installed old.tlv --nodes pub=x new.tlv
	grep -q "'x' is neither ccm nor tftp" err
	accept 2 --installed old.tlv --nodes , new.tlv
	# hosts of the lists are nodes, by name or by address
	judge 3 new.tlv
	json '[n["name"] for n in a["nodes"]] ==
		["pub.lab.example", "sub.lab.example"]'
	judge 3 new.tlv --nodes 192,sub
	json '[n["address"] for n in a["nodes"]] == [None, "sub.lab.example"]'
	judge 3 new.tlv --nodes 192.0.2.10,sub
	json '[n["address"] for n in a["nodes"]] ==
		["pub.lab.example", "sub.lab.example"]'
}

# ---- The lists themselves -----------------------------------------------------------

@test "a new list that does not verify is not judged, and that is said first" {
	printf XXXX | dd of=new.tlv bs=1 seek=900 conv=notrunc 2>/dev/null
	judge 3 new.tlv "${all[@]}"
	[ "$(head -n 1 out)" = "new.tlv: nothing is judged: new.tlv does not verify, so that every phone refuses it, or nobody can check it" ]
	run ! grep CLASS out
	said 'note: new.tlv does not verify: '
	json 'a["answers"] == [] and not a["judged"]'
	json 'a["signature"]["status"] == "failed"'
}

@test "a new list that somebody forged by his own key under our names is refused" {
	sed 's/name: recovery, key: rsa2048-d/name: recovery, key: rsa2048-h/' \
		new.yaml >forged.yaml
	"$TWIN" make forged.yaml -o made --keys "$SRC/softhsm-fixtures/keys" \
		>/dev/null
	judge 3 made/forged/CTLFile.tlv "${all[@]}"
	[[ $(row ata) == refuses* ]]
	[[ $(row tvs) == refuses* ]]
	said '[A2, documented]'
}

@test "an installed list that does not verify is said" {
	printf XXXX | dd of=old.tlv bs=1 seek=900 conv=notrunc 2>/dev/null
	judge 3 new.tlv "${all[@]}"
	said 'note: old.tlv does not verify, so phones should not hold it: '
	json 'a["installed"][0]["status"] == "failed"'
}

@test "what is no CTL is refused" {
	accept 1 --installed old.tlv itl-pub.tlv
	grep -q '^ctlsmith: itl-pub.tlv: this is no CTL' err
	accept 1 --installed itl-pub.tlv new.tlv
	accept 1 --installed old.tlv "$SRC/tests/listings/118893-5.txt"
	grep -q 'this is the text of a list' err
	accept 1 --installed old.tlv pem/pub.pem
	accept 1 --json --installed old.tlv pem/pub.pem
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	/usr/bin/python3 -c 'import json
e = json.load(open("out"))[0]
assert e["error"] and "accept" not in e and e["file"]["path"] == "pem/pub.pem"'
}

@test "a wrong command line is said to be one" {
	accept 2
	grep -q 'name one list' err
	accept 2 --installed old.tlv new.tlv old.tlv
	accept 2 --installed old.tlv --models x new.tlv
	grep -q -- '--models is about the phones of --phones' err
	accept 2 --installed old.tlv --archive . new.tlv
	accept 2 --installed - - </dev/null
	accept 0 "${all[@]}" --installed - new.tlv <old.tlv
	accept 0 "${all[@]}" --installed old.tlv - <new.tlv
}

# ---- Phones -------------------------------------------------------------------------

# phones ROW...: phones.csv.
phones() {
	printf '%s\n' "$@" >phones.csv
}

@test "phones.csv: counts and names, by model, class, hash and group" {
	phones name,model,hash,class \
		'SEP1,Cisco 7965,,' 'SEP2,Cisco 7960,,' 'SEP3,Cisco 7960,,' \
		'SEP4,Cisco ATA 187,none,' 'SEP5,Cisco 8861,,sha1' \
		'CSF1,Cisco Unified Client Services Framework,,'
	judge 0 new.tlv "${all[@]}" --phones phones.csv
	said 'new.tlv: of 6 phones none is lost'
	is no-tvs 'accepts yes 2'
	is nothing-installed 'accepts-first yes 1'
	is sha1 'accepts yes 1'
	is soft-client 'accepts yes 1'
	is tvs 'accepts yes 1'
	said '6 take it and work then: SEP4, SEP1, SEP2, SEP3, CSF1 and 1 other (--verbose names all)'
	judge 3 token.tlv "${all[@]}" --phones phones.csv
	said 'token.tlv: 6 of 6 phones are lost: 5 refuse it (tvs, no-tvs, soft-client, sha1), 1 does not work with it (nothing-installed)'
	said '5 refuse it: SEP1, SEP2, SEP3, CSF1, SEP5'
	json 'a["sum"] == {"of": "phones", "total": 6, "fine": 0, "refuses": 5,
		"broken": 1, "unknown": 0}'
	json 'c["no-tvs"]["names"] == ["SEP2", "SEP3"] and
		c["no-tvs"]["phones"] == 2'
}

@test "phones.csv: names are limited, and all with --verbose" {
	{
		echo name,model
		for i in $(seq 100 199); do echo "SEP$i,Cisco 7960"; done
	} >phones.csv
	judge 0 new.tlv "${all[@]}" --phones phones.csv
	said 'SEP104 and 95 others'
	json 'len(c["no-tvs"]["names"]) == 20'
	judge 0 new.tlv "${all[@]}" --phones phones.csv -v
	said 'SEP198, SEP199'
	json 'len(c["no-tvs"]["names"]) == 100'
	judge 0 new.tlv "${all[@]}" --phones phones.csv --verbose
}

@test "phones.csv: a hash finds its list, of any digest; one that no file has is unknown" {
	pair token1 pub | ctl older 2 09
	mkdir archive
	cp older.tlv archive/a.tlv
	cp token.tlv archive/b.tlv
	echo junk >archive/c.tlv
	sum() { "${1}sum" "$2" | cut -d' ' -f1; }
	phones name,model,hash \
		"A,7960,$(sum md5 old.tlv)" "B,7960,$(sum sha1 old.tlv)" \
		"C,7960,$(sum sha256 old.tlv | tr a-f A-F)" \
		"D,7960,$(sum sha512 old.tlv | sed 's/../&:/g; s/:$//')" \
		"E,7960,$(sum md5 token.tlv)" "F,7960,$(sum sha1 older.tlv)" \
		"G,7960,$(sum sha256 new.tlv)" "H,7960,$(printf %032d 7)"
	judge 3 new.tlv "${all[@]}" --phones phones.csv --archive archive
	is 'no-tvs with old.tlv' 'accepts yes 4'
	[[ $(row 'no-tvs with b.tlv') == refuses*1 ]]
	[[ $(row 'no-tvs with a.tlv') == refuses*1 ]]
	is 'no-tvs with new.tlv' 'accepts yes 1'
	is 'no-tvs with an unknown list' 'unknown yes 1'
	said 'note: 1 phone has a list that none of the files is: --installed FILE or --archive DIR brings it'
	said '1 is not known: H'
	json 'a["installed"][1]["file"]["path"] == "archive/a.tlv"'
	judge 3 new.tlv "${all[@]}" --phones phones.csv
	is 'no-tvs with an unknown list' 'unknown yes 3'
	judge 3 new.tlv "${all[@]}" --phones phones.csv --installed token.tlv
	is 'no-tvs with an unknown list' 'unknown yes 2'
	[[ $(row 'no-tvs with token.tlv') == refuses* ]]
	# no --installed, and no hash
	phones name,model A,7960
	accept 3 new.tlv "${all[@]}" --phones phones.csv
	is no-tvs 'unknown yes 1'
}

@test "phones.csv: each CallManager group has its own verdict" {
	cp pem/token1.pem trust
	cp pem/tvs-new.pem tvs/sub.pem
	printf 'group;node\r\nCMG-1;pub\r\nCMG-2;sub\r\n' >groups.csv
	phones 'name;model;group' 'A;7965;CMG-1' 'B;7965;CMG-2' 'C;7965;CMG-9' \
		'D;7965;'
	judge 3 token.tlv "${all[@]}" --phones phones.csv --groups groups.csv
	[[ $(row 'tvs in CMG-1') == accepts-through-tvs* ]]
	[[ $(row 'tvs in CMG-2') == refuses* ]]
	[[ $(row 'tvs in ?') == unknown*2 ]]
	said 'note: 2 phones are in a group whose nodes --groups does not say'
	json '[x["group"] for x in a["answers"]] == ["CMG-1", "CMG-2", "?"]'
	# without --groups each asks all nodes
	judge 3 token.tlv "${all[@]}" --phones phones.csv
	[[ $(row tvs) == refuses*4 ]]
	printf 'group,node\nA,\n' >groups.csv
	accept 1 --installed old.tlv --groups groups.csv new.tlv
	grep -q '^ctlsmith: groups.csv: line 2.*a group without a node' err
	printf 'group,node\n' >groups.csv
	accept 1 --installed old.tlv --groups groups.csv new.tlv
}

@test "groups: a node that --nodes does not name is refused, since it may decide" {
	printf 'group,node\nA,pub\nB,pub other\n' >groups.csv
	accept 1 --installed old.tlv "${all[@]}" --nodes pub,sub \
		--groups groups.csv new.tlv
	grep -q "^ctlsmith: groups.csv: line 3, column 3: 'other' is none of the nodes that --nodes names" err
}

@test "phones.csv: what is odd is said" {
	phones 'Device Name,Device Type,Room,Floor' 'A,Cisco 7960,1,2' \
		'B,Snom 300,1,2' 'C,Snom 300,1,2' 'A,Cisco 8945,1,2'
	judge 0 new.tlv "${all[@]}" --phones phones.csv
	said 'note: columns that are not looked at: Room, Floor'
	said 'note: not in the table of models: Snom 300; 2 phones taken for class no-tvs, which asks nobody'
	said 'note: 1 row has a name that was there before (A), and is counted too'
	said 'note: 8941* (1 phone): its firmware refuses a whole list'
	is no-tvs 'accepts yes 3'
	cat >models.yaml <<-'END'
		models:
		- names: ['Snom *']
		  class: two-sast
		  evidence: assumed
		  source: we have tried
	END
	judge 0 new.tlv "${all[@]}" --phones phones.csv --models models.yaml
	is two-sast 'accepts yes 2'
	is no-tvs 'accepts yes 2'
	echo 'models: 7' >models.yaml
	accept 1 --installed old.tlv --phones phones.csv --models models.yaml \
		new.tlv
	grep -q '^ctlsmith: models.yaml: line 1' err
}

@test "phones.csv: a line break in a field makes no line of its own" {
	local fake=$'note: 9 of 9 phones are fine'

	printf 'name,model,"x\n%s"\n"A\n%s","m\n%s",\n"A\n%s",7960,\n' "$fake" \
		"$fake" "$fake" "$fake" >phones.csv
	printf 'group,node\nG,pub\n' >groups.csv
	cp pem/pub.pem "served/x"$'\n'"$fake.pem"
	judge 0 new.tlv "${all[@]}" --phones phones.csv
	run ! grep "^$fake" out
	run ! grep "^note: $fake" out
	said 'columns that are not looked at: x\x0anote: 9'
	said 'not in the table of models: m\x0anote: 9'
	said 'was there before (A\x0anote: 9'
	json 'not any(n.startswith(("9", "note", "4 of")) for n in a["notes"])'
}

@test "phones.csv: every class by name" {
	local class

	echo name,class >phones.csv
	for class in nothing-installed tvs tvs-changed no-tvs ata telepresence \
		soft-client cti mra two-sast sha1 rsa2048 off; do
		echo "P-$class,$class" >>phones.csv
	done
	judge 0 new.tlv "${all[@]}" --phones phones.csv
	# of phones over MRA nobody can tell, and these do not count
	json 'len(a["answers"]) == 13 and all(x["phones"] == 1 and
		x["counts"] == (x["class"] != "mra") and
		x["names"] == ["P-" + x["class"]] for x in a["answers"])'
	grep -v mra phones.csv >others.csv
	judge 0 new.tlv "${all[@]}" --phones others.csv
}

@test "phones.csv: nothing installed lifts no limit of a class" {
	local class

	{
		rec recovery SAST
		rec pub SAST
		rec token1 SAST
		servers
		rec big CCM
	} |
		ctl much 1 13 sha512
	echo name,class,hash >phones.csv
	for class in sha1 two-sast rsa2048 mra tvs; do
		echo "P-$class,$class,none" >>phones.csv
	done
	judge 3 much.tlv "${all[@]}" --phones phones.csv
	said 'much.tlv: 3 of 5 phones are lost: 3 refuse it (two-sast, sha1, rsa2048)'
	for class in sha1 two-sast rsa2048; do
		[[ $(row "$class with no list") == refuses*1 ]]
	done
	is 'mra with no list' 'unknown unknown 1'
	is nothing-installed 'accepts-first yes 1'
	said 'refuses [A5, documented] two-sast with no list: '
	json 'c["sha1"]["installed"] is None and c["sha1"]["rule"] == "A5"'
	json 'not c["sha1"]["works"]["with_old"]'
	# what they can read they take
	grep -v mra phones.csv >others.csv
	judge 0 new.tlv "${all[@]}" --phones others.csv
	is 'sha1 with no list' 'accepts-first yes 1'
	said 'accepts-first [A1, documented] '
}

@test "phones.csv: what cannot be read is refused with line and column" {
	check_row() {
		printf 'name,model,hash,class\nA,7960,,\n%s\n' "$1" >phones.csv
		accept 1 --installed old.tlv --phones phones.csv new.tlv
		grep -qE "^ctlsmith: phones.csv: line 3, column $2: .*$3" err || {
			cat err
			return 1
		}
		[ ! -s out ]
	}
	check_row ',7960,,' 1 'without a name'
	check_row 'B,,,' 3 'neither a model nor a class'
	check_row 'B,7960,12,' 8 'hash'
	check_row 'B,7960,xyz,' 8 'hash'
	check_row "B,7960,$(printf %040000d 0)," 8 'hash'
	check_row 'B,,,tsv' 5 "no class 'tsv'; did you mean \"tvs\""
	check_row 'B,7960,00000000000000000000000000000000,nothing-installed' \
		8 'has no hash'
	check_row 'B,7960,,,x' 10 'more fields'
	check_row 'B,"7960' 3 'never closed'
	printf 'model\n7960\n' >phones.csv
	accept 1 --installed old.tlv --phones phones.csv new.tlv
	grep -q "no column 'name'" err
	printf 'name\n' >phones.csv
	accept 1 --installed old.tlv --phones phones.csv new.tlv
	grep -q 'there is no phone in it' err
	: >phones.csv
	accept 1 --installed old.tlv --phones phones.csv new.tlv
	grep -q 'the table is empty' err
	head -c 100000 /dev/urandom >phones.csv
	accept 1 --installed old.tlv --phones phones.csv new.tlv
	accept 1 --installed old.tlv --phones none.csv new.tlv
	accept 1 --json --installed old.tlv --phones none.csv new.tlv
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
}

@test "hostile names reach no terminal" {
	local esc=$'\033]0;x\a' bidi=$'\342\200\256'

	printf 'name,model,%s\n"A\n%s",%sx,\n' "$esc" "$esc$bidi" "$esc" \
		>phones.csv
	printf 'group,node\n%s,"%s"\n' "$esc" "n$bidi" >groups.csv
	mkdir -p "served/$esc"
	cp pem/sub.pem "served/$esc/CallManager.pem"
	cp pem/sub.pem "served/$esc.pem"
	cp new.tlv "$esc.tlv"
	judge 3 "$esc.tlv" "${all[@]}" --phones phones.csv --groups groups.csv
	run ! grep -q $'[\033\a]' out err
	run ! grep -qF "$bidi" out err
	said '\x1b]0;x\x07'
}

@test "100,000 phones of many sorts end soon" {
	awk 'BEGIN { print "name,model,group,hash"
		for (i = 0; i < 100000; i++)
			printf "SEP%012d,Model %d,G%d,%032d\n", i, i, i, i }' \
		>phones.csv
	accept 3 --installed old.tlv --phones phones.csv "${all[@]}" new.tlv
	said '100000 phones have a list that none of the files is'
	said ' and 99995 others; 100000 phones taken for class no-tvs'
	is 'no-tvs with an unknown list' 'unknown yes 100000'
}

# ---- For people ---------------------------------------------------------------------

@test "narrow, in colour, and in a pipe" {
	/usr/bin/python3 "$SRC/tests/cli/terminal.py" 40 - "$CTLSMITH" accept \
		--installed old.tlv "${all[@]}" token.tlv >seen || [ $? = 3 ]
	grep -q $'\033\\[31m' seen
	grep -q $'\033\\[32m' seen
	tr -d '\r' <seen | sed 's/\x1b\[[0-9;]*m//g' >plain
	[ "$(awk 'length($0) > 40 && !/[^ ]{20}/' plain | wc -l)" = 0 ]
	accept 3 --installed old.tlv "${all[@]}" token.tlv
	run ! grep -q $'\033' out
	# the same words
	diff <(tr -d ' \n' <plain | sed 's/-//g' | head -c 150) \
		<(tr -d ' \n' <out | sed 's/-//g' | head -c 150)
	NO_COLOR=1 /usr/bin/python3 "$SRC/tests/cli/terminal.py" 80 - \
		"$CTLSMITH" accept --installed old.tlv token.tlv >seen ||
		[ $? = 3 ]
	run ! grep -q $'\033\\[3' seen
}

@test "a real list: what phones that hold it make of it, and of another" {
	local real=$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv

	[ -d "$CTLSMITH_SAMPLES" ] || skip "no samples in $CTLSMITH_SAMPLES"
	accept 3 --installed "$real" "$real"
	[[ $(row no-tvs) == 'accepts '* ]]
	[[ $(row tvs) == 'accepts '* ]]
	said 'this very list is installed already'
	of W2 unknown 'missing the CallManager certificate of'
	accept 3 --installed "$real" new.tlv
	[[ $(row no-tvs) == 'refuses '* ]]
	said 'is no SAST of the installed list'
}
