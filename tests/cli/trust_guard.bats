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
