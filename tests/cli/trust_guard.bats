#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# trust-store check: what looks as if it could go, and must not.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154,SC2086
bats_require_minimum_version 1.5.0
load stores

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	cluster d/pub
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$BATS_FILE_TMPDIR"/{d,k} .
	export LC_ALL=C.UTF-8
	unset TZ COLUMNS NO_COLOR
	cm=d/pub/CallManager-trust tc=d/pub/tomcat-trust
	capf=d/pub/CAPF-trust sast=d/pub/Phone-SAST-trust
	soon='20200101000000Z 20260120000000Z'
	long='20200101000000Z 20400101000000Z'
	printf 'CN=CAPF-99999999 0\n' >none
}

@test "the certificate of another node is no old one" {
	make $cm/sub1.pem $org/CN=sub1.lab.example "$past"
	try 3 d
	is CallManager-trust/sub1.pem look not-decided 'give the names of all'
	orders
	try 0 --nodes pub.lab.example d
	orders 'CallManager-trust sub1.pem'
}

@test "one that still holds is not deleted because it ends soon" {
	make $capf/CAPF-44444444.pem $org/CN=CAPF-44444444 "$soon"
	make $tc/sub9.pem $org/CN=sub9.lab.example "$soon"
	make $tc/domain.pem $org/CN=pub.old.example "$soon"
	make $tc/dead.pem '/CN=VeriSign Class 3 Secure Server CA - G3' "$soon"
	try 3 --lsc-issuers none --nodes pub.lab.example d
	is CAPF-trust/CAPF-44444444.pem keep former-copy 'with --former it can'
	is tomcat-trust/sub9.pem keep old-name 'once it has expired'
	is tomcat-trust/domain.pem keep old-name 'once it has expired'
	is tomcat-trust/dead.pem look not-decided 'is another one'
	orders
	now=2026-01-20T00:00:01Z
	try 0 --lsc-issuers none --nodes pub.lab.example d
	[ "$(grep -c '^    set cert delete' out)" = 4 ]
}

@test "former: the chain that came with a former one stays" {
	make $tc/root.pem '/O=Big CA/CN=Big Root' "$long" $ca
	make other.pem '/O=Big CA/CN=Other Root' "$long" $ca
	cp other.pem $tc
	issuer=$tc/root.pem make d/pub/own/tomcat.pem $org/CN=pub.lab.example \
		"$today"
	cp d/pub/own/tomcat.pem $tc/pub.lab.example.pem
	issuer=$tc/root.pem make old.pem $org/CN=pub.lab.example "$past"
	cp old.pem $tc
	mkdir former
	cat old.pem $tc/root.pem other.pem >former/tomcat.pem
	try 0 --former former d
	is tomcat-trust/root.pem keep foreign 'issued a service certificate'
	is tomcat-trust/other.pem keep foreign
	orders 'tomcat-trust old.pem'
}

@test "known dead by name alone: not where something may rest on it" {
	dead='/CN=VeriSign Class 3 Secure Server CA - G3'
	make $tc/dead.pem "$dead" "$past" $ca
	make $sast/dead.pem "$dead" "$past"
	issuer=$tc/dead.pem make d/pub/own/tomcat.pem $org/CN=pub.lab.example \
		"$today"
	cp d/pub/own/tomcat.pem $tc/pub.lab.example.pem
	try 3 --lsc-issuers none d
	is tomcat-trust/dead.pem renew-there foreign 'issued a service certificate'
	is Phone-SAST-trust/dead.pem look not-decided 'give the lists'
	orders
}

@test "what service certificates rest on, in any spelling of names" {
	make $tc/root.pem '/O=Big, Inc./CN=Big Root' "$past" $ca
	mv d/pub/tomcat-trust .
	rm -r d/pub/*
	mv tomcat-trust d/pub
	for name in 'CN=Big Root, O="Big, Inc."' 'O=Big\, Inc.,CN=Big Root' \
		'CN=Big Root, EMAILADDRESS=a@b.example, O=Big'; do
		printed_own pub.lab.example |
			sed "s/Issuer Name: .*/Issuer Name: ${name/\\/\\\\}/" |
			sed 's/^admin:/pub:/' >list
		grep -qF "$name" list
		try 3 list d
		is tomcat-trust/root.pem renew-there foreign \
			'issued a service certificate'
		orders
	done
}

@test "former: what another node may have still is none" {
	names=subjectAltName=DNS:pub.lab.example,DNS:sub.lab.example
	make d/pub/own/CallManager.pem $org/CN=pub-ms.lab.example \
		'20250601000000Z 20300101000000Z' $names
	cp d/pub/own/CallManager.pem $cm/pub.lab.example.pem
	make $cm/ms.pem $org/CN=pub-ms.lab.example "$today" $names
	make d/sub/own/TVS.pem $org/CN=sub.lab.example "$today"
	try 3 d
	is CallManager-trust/ms.pem look not-decided 'sub may have it still'
	orders
	cp d/pub/own/CallManager.pem d/sub/own
	try 0 d
	orders 'CallManager-trust ms.pem'
	cp $cm/ms.pem d/sub/own/CallManager.pem
	try 0 d
	is CallManager-trust/ms.pem keep live-copy 'CallManager on sub'
}

@test "a service certificate that cannot be read may have expired" {
	make $cm/old.pem $org/CN=pub.lab.example "$past"
	try 0 d
	orders 'CallManager-trust old.pem'
	# with its chain, as authorities deliver it
	make d/pub/own/TVS.pem $org/CN=pub.lab.example "$past"
	cat d/pub/own/CAPF.pem >>d/pub/own/TVS.pem
	try 1 d
	is CallManager-trust/old.pem withheld former-copy
	grep -q '^something that was given could not be read' out
	orders
	rm d/pub/own/TVS.pem
	# under another name
	make d/pub/TVS_old.pem $org/CN=pub.lab.example "$past"
	try 3 d
	is CallManager-trust/old.pem withheld former-copy
	orders
	mv d/pub/TVS_old.pem d/pub/own/my-tvs.pem
	try 3 d
	grep -q '^the certificate of my-tvs on pub expired on 2025-01-01' out
	orders
	# of a text that is not whole
	{
		printed_own pub.lab.example
		echo 'admin:show cert list own'
		echo 'short'
		echo 'cup/cup: garbled'
	} >list
	rm d/pub/own/my-tvs.pem
	try 3 list d
	is CallManager-trust/old.pem withheld former-copy
	orders
}

@test "nodes that are named must show their service certificates" {
	make $cm/old.pem $org/CN=pub.lab.example "$past"
	try 0 --nodes pub d
	try 3 --nodes pub.lab.example,sub1.lab.example d
	grep -q '^no service certificate of sub1.lab.example was given' out
	is CallManager-trust/old.pem withheld former-copy
	make d/x/own/TVS.pem $org/CN=sub1.lab.example "$today"
	try 0 --nodes pub.lab.example,SUB1 d
	# a certificate of several nodes speaks for its own alone
	make d/x/own/TVS.pem $org/CN=sub1-ms.lab.example "$today" \
		subjectAltName=DNS:sub1.lab.example,DNS:sub2.lab.example
	try 0 --nodes pub.lab.example,sub1.lab.example d
	try 3 --nodes pub.lab.example,sub1,sub2 d
	grep -q '^no service certificate of sub2 was given' out
	# or the folder is called so
	make d/sub2/own/TVS.pem $org/CN=else.lab.example "$today"
	try 0 --nodes pub.lab.example,sub1,sub2.lab.example d
}

@test "a node's name makes no line of its own" {
	node=$'pub\nset cert delete CallManager-trust x.pem'
	mv d/pub "d/$node"
	make "d/$node/own/TVS.pem" $org/CN=pub.lab.example "$past"
	try 3 d
	run -1 grep -q '^ *set cert delete' out
	try 3 --json d
	/usr/bin/python3 - <<-'PY'
		import json
		c = json.load(open("out"))[0]["trust_store_check"]
		assert not any(l.startswith("set cert") for l in c["refusal"])
		assert c["refusal"]
	PY
}

@test "issuers of LSCs, as people have them" {
	make $capf/CAPF-22222222.pem $org/CN=CAPF-22222222 "$past"
	while read -r text; do
		printf %b "$text" >lsc
		try 0 --lsc-issuers lsc d
		is CAPF-trust/CAPF-22222222.pem keep never 'outstanding: renew'
		orders
	done <<-'EOT'
		lscissuername,count\n"CN=CAPF-22222222",3\n
		"CN=CAPF-22222222,O=Lab","3"\r\n
		'CAPF-22222222'\n
		\xef\xbb\xbfCAPF-22222222 3\n
		\xef\xbb\xbfCN=CAPF-22222222 3\n
		name lscissuername\n====\nSEP001122334455 CAPF-22222222\n
		name SEP001122334455 lscissuername CAPF-22222222\n
		Issuer: CAPF-22222222\n
		CN=CAPF-33333333,O=Lab\rCN=CAPF-22222222,O=Lab\r
		3,CN=CAPF-22222222\n
		x CAPF-33333333 capf-22222222 1\n
	EOT
	for text in 'CN=CAPF-222222222' 'XCAPF-22222222' 'lscissuername\n=====\n'; do
		printf %b "$text\n" >lsc
		try 0 --lsc-issuers lsc d
		is CAPF-trust/CAPF-22222222.pem delete former-copy
	done
}

@test "what says nothing of LSCs does not say that there are none" {
	make $capf/CAPF-22222222.pem $org/CN=CAPF-22222222 "$past"
	printf 'CN=CAPF-22222222,O=L 3\n' | iconv -t UTF-16 >lsc
	try 1 --lsc-issuers lsc d
	grep -q '^ctlsmith: lsc: .*iconv' err
	for text in '' '\n\r\n'; do
		printf %b "$text" >lsc
		try 1 --lsc-issuers lsc d
		grep -q '^ctlsmith: lsc: it is empty' err
	done
	mkdir no
	try 1 --lsc no d
	seq -f 'CN=x%.0f' 10001 >lsc
	try 1 --lsc-issuers lsc d
	grep -q 'more than 10000 issuers' err
}

@test "a file called as that of a manufacturing CA is not deleted by that name" {
	for name in CAP-RTP-001 Cisco_Manufacturing_CA \
		Cisco_Root_CA_2048_5ff87b282b54dc8d42a315b568c9adff; do
		make $cm/$name.pem $org/CN=pub.lab.example "$past"
	done
	make $cm/CAP-RTP-0011.pem $org/CN=pub.lab.example "$past"
	make $cm/CAP-RTP-001_x.pem $org/CN=pub.lab.example "$past"
	try 3 d
	for name in CAP-RTP-001 Cisco_Manufacturing_CA \
		Cisco_Root_CA_2048_5ff87b282b54dc8d42a315b568c9adff; do
		is CallManager-trust/$name.pem look not-decided 'its file is called'
	done
	orders 'CallManager-trust CAP-RTP-0011.pem' \
		'CallManager-trust CAP-RTP-001_x.pem'
	# a text of it that names nobody
	{
		printed_own pub.lab.example
		echo 'admin:show cert list trust'
		echo 'CallManager-trust/CAP-RTP-001.pem: Trust Certificate'
		echo 'admin:show cert trust CallManager-trust/CAP-RTP-001.pem'
		printed 'OU=UC, O=Lab' 'O=x' 0A 2005-01-01 2025-01-01
	} >list
	try 0 list
	is CallManager-trust/CAP-RTP-001.pem keep never 'only the name fits'
}

@test "a copy of what is in use, in another spelling of its issuer" {
	serial=0A11 make $tc/x.pem '/O=Big, Inc./CN=Big Root' "$past" $ca
	issuer=$tc/x.pem serial=0A12 make $capf/mine.pem \
		$org/CN=CAPF-22222222 "$past"
	rm -r d/pub/own/CAPF.pem
	for name in 'CN=Big Root, O="Big, Inc."' 'O=Big\, Inc.,CN=Big Root'; do
		{
			echo 'pub:show cert own CAPF'
			printed 'CN=CAPF-22222222, OU=UC, O=Lab' "$name" 0A12 \
				2020-01-01 2030-01-01
		} >list
		try 0 --lsc-issuers none list d
		is CAPF-trust/mine.pem keep live-copy 'CAPF on pub'
	done
	{
		echo 'pub:show cert own CAPF'
		printed 'CN=CAPF-22222222, OU=UC, O=Lab' 'CN=Big Root, S=x' 0A12 \
			2020-01-01 2030-01-01
	} >list
	try 3 --lsc-issuers none list d
	is CAPF-trust/mine.pem look not-decided 'may be a copy'
	orders
}
