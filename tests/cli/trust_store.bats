#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# trust-store check: each class has a certificate that is of it, and one that
# just is not; nothing in use is ever to be deleted; texts as people paste them.

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
	printf 'CN=CAPF-99999999 0\n' >none
}

@test "copies of what is in use stay, and all is decided" {
	try 0 d
	is CallManager-trust/pub.lab.example.pem keep live-copy \
		'the certificate of CallManager on pub'
	is tomcat-trust/pub.lab.example.pem keep live-copy 'tomcat on pub'
	is CAPF-trust/CAPF-11111111.pem keep live-copy 'CAPF on pub'
	tail -n 1 out | grep -qx '3 certificates: live-copy 3; to delete 0'
	orders
	[ -z "$(cat err)" ]
	run -1 grep -q CSC out
}

@test "never: the manufacturing CAs, whatever their dates" {
	for name in CAP-RTP-001 CAP-RTP-002; do
		make "$cm/$name.pem" "/O=Cisco Systems/CN=$name" "$past"
	done
	serial=5FF87B282B54DC8D42A315B568C9ADFF make \
		$cm/Cisco_Root_CA_M2_x.pem '/O=Cisco/CN=Cisco Root CA M2' "$past"
	serial=01 make $cm/Cisco_Root_CA_M2.pem '/O=Cisco/CN=Cisco Root CA M2' \
		"$past"
	serial=61096e7d00000000000c make $cm/ACT2_SUDI_CA.pem \
		'/O=Cisco/CN=ACT2 SUDI CA' "$past"
	serial=6a6967b3000000000003 make $cm/Cisco_Manufacturing_CA.pem \
		'/O=Cisco Systems/CN=Cisco Manufacturing CA' "$past"
	serial=02 make $cm/Cisco_Manufacturing_CA_SHA2.pem \
		'/O=Cisco/CN=Cisco Manufacturing CA SHA2' "$past"
	serial=02 make $tc/other.pem \
		'/O=Cisco/CN=Cisco Manufacturing CA of mine' "$past"
	try 3 d
	for name in CAP-RTP-001 CAP-RTP-002; do
		is CallManager-trust/$name.pem keep never 'only the name fits'
	done
	for name in Cisco_Root_CA_M2 ACT2_SUDI_CA Cisco_Manufacturing_CA \
		Cisco_Manufacturing_CA_SHA2; do
		is CallManager-trust/$name.pem keep never \
			'name and serial number fit'
	done
	is CallManager-trust/Cisco_Root_CA_M2_x.pem look not-decided \
		'is another certificate'
	is tomcat-trust/other.pem renew-there foreign
	orders
}

@test "never: one whose SHA-1 is known must have it" {
	serial=5FF87B282B54DC8D42A315B568C9ADFF make \
		$cm/Cisco_Root_CA_2048.pem \
		'/O=Cisco Systems/CN=Cisco Root CA 2048' "$past"
	try 3 d
	is CallManager-trust/Cisco_Root_CA_2048.pem look not-decided \
		'is another certificate'
	sha1=$(openssl x509 -in $cm/Cisco_Root_CA_2048.pem -outform DER |
		sha1sum | cut -c 1-40)
	sed "s/sha1: .*/sha1: '$sha1'/" \
		"$SRC/src/cli/tables/trust-stores.yaml" >rules.yaml
	try 0 --rules rules.yaml d
	is CallManager-trust/Cisco_Root_CA_2048.pem keep never 'its SHA-1 fits'
}

@test "never: the seven, by the names of their files alone" {
	{
		printed_own pub.lab.example
		echo 'admin:show cert list trust'
		for name in CAP-RTP-001 CAP-RTP-002 Cisco_Root_CA_2048 \
			Cisco_Root_CA_M2_01 ACT2_SUDI_CA_61096e7d00000000000c \
			Cisco_Manufacturing_CA_6a6967b3000000000003 \
			Cisco_Manufacturing_CA_SHA2; do
			echo "CallManager-trust/$name.pem: Trust Certificate"
		done
		echo 'CallManager-trust/Cisco_Root_CA_2047.pem: Trust'
	} >list
	try 3 list
	[ "$(grep -c '^keep  *never ' out)" = 7 ]
	is CallManager-trust/Cisco_Root_CA_2047.pem look not-decided \
		'`show cert trust CallManager-trust/Cisco_Root_CA_2047.pem`'
	grep -F Cisco_Root_CA_2048.pem: out | grep -qF 'only the name fits'
	grep -F Cisco_Root_CA_M2_01.pem: out | grep -qF 'serial number fit'
}

@test "never: a SAST of a list in use, in Phone-SAST-trust" {
	list=$CASES/ok-tokenless-4947/CTLFile.tlv
	"$CTLSMITH" extract "$list" -o certs >/dev/null
	mkdir $sast
	cp certs/01-sast-*.pem $sast/one.pem
	cp certs/01-sast-*.pem $tc/one.pem
	make $sast/other.pem /O=Tokens/CN=SAST-other "$past"
	now=2014-01-01 try 3 --lsc-issuers none --nodes pub.lab.example d
	now=2031-01-01
	try 3 --list "$list" --lsc-issuers none d # CallManager has expired
	now=2026-01-01
	try 0 --list "$list" --lsc-issuers none d
	is Phone-SAST-trust/one.pem keep never "a SAST of $list (record 1)"
	is Phone-SAST-trust/other.pem renew-there foreign
	run -1 grep -E '^keep +never +[-0-9]+ +tomcat-trust' out
	# the text of `show ctl` does as well
	"$CTLSMITH" show "$list" >ctl.txt
	try 0 --list ctl.txt --lsc-issuers none d
	is Phone-SAST-trust/one.pem keep never 'a SAST of ctl.txt (record 1)'
	is Phone-SAST-trust/other.pem renew-there foreign
	# and of several lists any
	try 0 --list "$CASES/ok-fresh-list/CTLFile.tlv" --list ctl.txt \
		--lsc-issuers none d
	is Phone-SAST-trust/one.pem keep never ctl.txt
	# also one that did not sign
	"$CTLSMITH" extract "$CASES/ok-token-5728/CTLFile.tlv" -o more >/dev/null
	cp more/01-sast-*.pem $sast/first.pem
	cp more/05-sast-*.pem $sast/second.pem
	try 0 --list "$CASES/ok-token-5728/CTLFile.tlv" --list ctl.txt \
		--lsc-issuers none d
	for name in one first second; do
		is Phone-SAST-trust/$name.pem keep never 'a SAST of'
	done
	# without lists nothing there is decided
	try 3 --lsc-issuers none d
	is Phone-SAST-trust/one.pem look not-decided 'give the lists'
	is Phone-SAST-trust/other.pem look not-decided 'give the lists'
}

@test "never: a SAST by issuer and serial number, where there is no more" {
	list=$CASES/ok-token-5728/CTLFile.tlv
	"$CTLSMITH" extract "$list" -o certs >/dev/null
	token=$(ls certs/01-sast-*.pem)
	"$CTLSMITH" show "$list" >ctl.txt
	serial=$(openssl x509 -in "$token" -noout -serial | cut -d= -f2)
	{
		printed_own pub.lab.example
		echo 'admin:show cert list trust'
		echo 'Phone-SAST-trust/token.pem: Trust Certificate'
		echo 'Phone-SAST-trust/next.pem: Trust Certificate'
		echo 'admin:show cert trust Phone-SAST-trust/token.pem'
		printed 'CN=x, O=Cisco Systems' \
			"$(openssl x509 -in "$token" -noout -issuer -nameopt \
				RFC2253,sep_comma_plus_space | cut -d= -f2-)" \
			"$serial" 2005-01-01 2025-01-01
		echo 'admin:show cert trust Phone-SAST-trust/next.pem'
		printed 'CN=y, O=Cisco Systems' 'CN=other' "$serial" \
			2005-01-01 2025-01-01
	} >list
	for in in "$list" ctl.txt; do
		try 0 --list "$in" list
		is Phone-SAST-trust/token.pem keep never "a SAST of $in"
		is Phone-SAST-trust/next.pem renew-there foreign
	done
}

@test "never: CAPF with LSCs outstanding, and where nobody knows" {
	make $capf/CAPF-22222222.pem $org/CN=CAPF-22222222 "$past"
	cp $capf/CAPF-22222222.pem $cm
	make $capf/elsewhere.pem /O=E/CN=elsewhere "$past"
	try 0 d
	for name in CAPF-trust/CAPF-22222222 CallManager-trust/CAPF-22222222 \
		CAPF-trust/elsewhere; do
		is $name.pem keep never 'is not known, which counts as yes'
	done
	orders
	printf 'lscissuername count\n============= =====\nCN=CAPF-22222222,O=Lab 3\n' >lsc
	try 0 --lsc-issuers lsc d
	is CAPF-trust/CAPF-22222222.pem keep never '3 LSCs of it are outstanding'
	is CallManager-trust/CAPF-22222222.pem keep never '3 LSCs'
	is CAPF-trust/elsewhere.pem renew-there foreign
	# a name a line, as the query prints them without a count
	printf 'admin:run sql select lscissuername from device\r\nlscissuername\r\n=====\r\nCAPF-22222222\r\nCAPF-22222222\r\n\r\nadmin:' >lsc
	try 0 --lsc-issuers lsc d
	is CAPF-trust/CAPF-22222222.pem keep never '2 LSCs of it are outstanding'
	try 0 --lsc-issuers none d
	is CAPF-trust/CAPF-22222222.pem delete former-copy 'no LSC of it'
	is CallManager-trust/CAPF-22222222.pem delete former-copy
	orders 'CAPF-trust CAPF-22222222.pem' \
		'CallManager-trust CAPF-22222222.pem'
	printf 'CN=CAPF-22222222 0\n' >lsc
	try 0 --lsc-issuers lsc d
	is CAPF-trust/CAPF-22222222.pem delete former-copy
}

@test "never: --lsc counts the issuers of certificates, and who issued those" {
	make root.pem $org/CN=Root "$past" $ca
	issuer=root.pem make $capf/CAPF-33333333.pem $org/CN=CAPF-33333333 \
		"$past" $ca
	cp root.pem $capf/Root.pem
	issuer=$capf/CAPF-33333333.pem make lsc/SEP1.pem /CN=SEP1 "$today"
	issuer=$capf/CAPF-33333333.pem make lsc/SEP2.pem /CN=SEP2 "$today"
	try 0 --lsc lsc d
	is CAPF-trust/CAPF-33333333.pem keep never '2 LSCs of it are outstanding'
	is CAPF-trust/Root.pem keep never 'it issued a CAPF certificate'
	try 0 --lsc lsc/SEP1.pem d
	is CAPF-trust/CAPF-33333333.pem keep never '1 LSC of it is outstanding'
	mkdir no
	make no/SEP3.pem /CN=SEP3 "$today"
	try 0 --lsc no d
	is CAPF-trust/CAPF-33333333.pem delete former-copy
	is CAPF-trust/Root.pem delete foreign
}

@test "a number behind a name may be the name's: both are taken" {
	make "$capf/CAPF 2.pem" "$org/CN=CAPF 2" "$past"
	printf 'CN=CAPF 2\n' >lsc
	try 0 --lsc-issuers lsc d
	is 'CAPF-trust/CAPF 2.pem' keep never
}

@test "known dead, and one that bears the name" {
	dead=/CN='VeriSign Class 3 Secure Server CA - G3'
	make $tc/dead.pem "$dead" "$past"
	make $tc/alive.pem "$dead" "$today"
	try 3 d
	is tomcat-trust/dead.pem delete known-dead Call-Home
	is tomcat-trust/alive.pem look not-decided 'is another one'
	orders 'tomcat-trust dead.pem'
}

@test "former: the same name and unit, older" {
	make $cm/old.pem $org/CN=pub.lab.example "$past"
	make $cm/new.pem $org/CN=pub.lab.example '20250601000000Z 20310101000000Z'
	make d/pub/ipsec-trust/old.pem $org/CN=pub.lab.example "$past"
	try 3 d
	is CallManager-trust/old.pem delete former-copy 'CallManager on pub before'
	is CallManager-trust/new.pem look not-decided 'is not older'
	# ipsec of that node was not given
	is ipsec-trust/old.pem look not-decided 'no certificate that was given'
	orders 'CallManager-trust old.pem'
	# it need not have expired
	make $cm/old.pem $org/CN=pub.lab.example '20240101000000Z 20290101000000Z'
	try 3 d
	is CallManager-trust/old.pem delete former-copy
}

@test "former: --former, which names certificates and no names" {
	make d/pub/ipsec-trust/old.pem $org/CN=pub.lab.example "$past"
	make d/pub/ipsec-trust/older.pem $org/CN=pub.lab.example "$past"
	mkdir former
	cp d/pub/ipsec-trust/old.pem former/x.pem
	cp d/pub/own/CallManager.pem former
	try 3 --former former d
	is ipsec-trust/old.pem delete former-copy 'former service certificates'
	is ipsec-trust/older.pem look not-decided
	# what is in use is no former one, whatever is said
	is CallManager-trust/pub.lab.example.pem keep live-copy
	orders 'ipsec-trust old.pem'
}

@test "former: CAPF of before stays while it may be another cluster's" {
	make $capf/CAPF-22222222.pem $org/CN=CAPF-22222222 "$today"
	try 0 --lsc-issuers none d
	is CAPF-trust/CAPF-22222222.pem keep former-copy 'with --former it can go'
	mkdir former
	cp $capf/CAPF-22222222.pem former
	try 0 --lsc-issuers none --former former d
	is CAPF-trust/CAPF-22222222.pem delete former-copy
	rm d/pub/own/CAPF.pem
	try 3 --lsc-issuers none d
	is CAPF-trust/CAPF-22222222.pem look not-decided 'was not given'
}

@test "old names: a domain, a host, and those that are still there" {
	make $tc/domain.pem $org/CN=pub.old.example "$past"
	make $tc/alike.pem /O=X/CN=pub.else.example "$past"
	make $tc/host.pem $org/CN=sub9.lab.example "$past"
	make $tc/ours.pem $org/CN=sub1.lab.example "$past"
	make $tc/theirs.pem /O=X/CN=sub9.lab.example "$past"
	make $tc/ms.pem $org/CN=sub8-ms.lab.example "$past" \
		subjectAltName=DNS:sub8.lab.example
	make $tc/ca.pem "$org/CN=Lab-Root" "$past" $ca
	make d/sub1/own/TVS.pem $org/CN=sub1.lab.example "$today"
	try 3 --nodes pub.lab.example,sub1 d
	is tomcat-trust/alike.pem look not-decided 'somebody else whose host'
	is tomcat-trust/domain.pem delete old-name 'in a domain where no node is'
	is tomcat-trust/host.pem delete old-name 'a host that is no node now'
	is tomcat-trust/ms.pem delete old-name
	is tomcat-trust/ours.pem look not-decided 'names a host of the cluster'
	is tomcat-trust/theirs.pem renew-there foreign
	is tomcat-trust/ca.pem delete foreign
	rm -r d/sub1 $tc/alike.pem
	try 0 --nodes pub.lab.example d
	is tomcat-trust/ours.pem delete old-name
	# one that has not expired waits
	make $tc/host.pem $org/CN=sub9.lab.example "$today"
	try 0 --nodes pub.lab.example --days 2000 d
	is tomcat-trust/host.pem keep old-name 'once it has expired'
	# it may be that of a node which nobody named
	try 3 d
	is tomcat-trust/host.pem look not-decided 'give the names of all'
	is tomcat-trust/ours.pem look not-decided 'give the names of all'
	orders 'tomcat-trust ca.pem' 'tomcat-trust domain.pem'
}

@test "foreign: whose it is, and that it is renewed there" {
	make $tc/cuc1.pem /O=Voice/CN=cuc1.voice.example "$past"
	make $tc/cucumber.pem /O=Voice/CN=cucumber.voice.example "$past"
	make $tc/exp.pem /CN=vcs-expe.voice.example "$today"
	make $tc/root.pem '/O=Big CA/CN=Big Root' "$past" $ca
	make $tc/sub.pem '/O=Big CA/CN=Big Sub' "$today" $ca
	make $tc/soon.pem /O=Voice/CN=soon.voice.example \
		'20200101000000Z 20260130000000Z'
	try 0 d
	is tomcat-trust/cuc1.pem renew-there foreign 'Cisco Unity Connection cuc1'
	is tomcat-trust/cucumber.pem renew-there foreign \
		'the owner of cucumber.voice.example, Voice'
	is tomcat-trust/exp.pem keep foreign 'Cisco Expressway vcs-expe'
	is tomcat-trust/root.pem delete foreign 'authority Big Root, Big CA'
	is tomcat-trust/sub.pem keep foreign 'authority Big Sub'
	is tomcat-trust/soon.pem renew-there foreign
	orders 'tomcat-trust root.pem'
	try 0 --days 29 d
	is tomcat-trust/soon.pem keep foreign
	# once the new one is there the old one can go
	make $tc/cuc1-new.pem /O=Voice/CN=cuc1.voice.example "$today"
	try 0 d
	is tomcat-trust/cuc1.pem delete foreign 'a newer one of the same name'
	is tomcat-trust/cuc1-new.pem keep foreign
}

@test "foreign: who issued a certificate in use is needed, up to the root" {
	make $tc/root.pem '/O=Big CA/CN=Big Root' "$past" $ca
	issuer=$tc/root.pem make $tc/sub.pem '/O=Big CA/CN=Big Sub' "$past" $ca
	issuer=$tc/sub.pem make d/pub/own/tomcat.pem $org/CN=pub.lab.example \
		"$today"
	cp d/pub/own/tomcat.pem $tc/pub.lab.example.pem
	make $tc/third.pem '/O=Big CA/CN=Third' "$past" $ca
	try 0 d
	is tomcat-trust/root.pem renew-there foreign 'issued a service certificate'
	is tomcat-trust/sub.pem renew-there foreign 'issued a service certificate'
	is tomcat-trust/third.pem delete foreign
	orders 'tomcat-trust third.pem'
}

@test "nothing is to be deleted while a service certificate has expired" {
	make $cm/old.pem $org/CN=pub.lab.example "$past"
	make d/pub/own/TVS.pem $org/CN=pub.lab.example "$past"
	try 3 d
	is CallManager-trust/old.pem withheld former-copy
	grep -q '^NOTHING IS TO BE DELETED NOW:$' out
	grep -q '^the certificate of TVS on pub expired on 2025-01-01: renew it first (`set cert regen TVS`' out
	orders
	run -1 grep -q 'set cert delete' out
	# openssl agrees about the dates of all own ones
	run -1 openssl x509 -in d/pub/own/TVS.pem -noout -checkend 0
	rm d/pub/own/TVS.pem
	try 0 d
	orders 'CallManager-trust old.pem'
	# the very second: it holds to the end
	make d/pub/own/TVS.pem $org/CN=pub.lab.example \
		'20200101000000Z 20260101000000Z'
	now=2026-01-01T00:00:00Z try 0 d
	now=2026-01-01T00:00:01Z try 3 d
}

@test "nothing is to be deleted where no service certificate was given" {
	make d/sub/tomcat-trust/root.pem '/O=Big CA/CN=Big Root' "$past" $ca
	try 3 d
	grep -q '^no service certificate of sub was given' out
	is tomcat-trust/root.pem withheld foreign
	make d/sub/tomcat.pem $org/CN=sub.lab.example "$today"
	try 0 d
	is tomcat-trust/root.pem delete foreign
	rm -r d/pub/own d/sub/tomcat.pem
	try 3 d
	[ "$(grep -c '^no service certificate of ' out)" = 2 ]
}

@test "a list whose service certificates have no dates decides nothing" {
	printf 'admin:show cert list own\ntomcat/tomcat.pem: Self-signed certificate generated by system\nadmin:show cert list trust\ntomcat-trust/a.pem: Trust Certificate\n' >list
	try 3 list
	grep -q '^when the certificate of tomcat expires is not known: paste `show cert own tomcat` there' out
	is tomcat-trust/a.pem look not-decided 'may be a copy of the certificate of tomcat'
}

@test "hostile names: shown escaped, and in no command" {
	make "$tc/x; reboot.pem" '/O=Big CA/CN=Big Root' "$past" $ca
	make "$tc/"$'a\e[31mb\nc.pem' '/O=Big CA/CN=Big Root 2' "$past" $ca
	make "$tc/-a.pem" '/O=Big CA/CN=Big Root 3' "$past" $ca
	make "$tc/\$(id).pem" '/O=Big CA/CN=Big Root 4' "$past" $ca
	make "$tc/good-1.b_c.pem" '/O=Big CA/CN=Big Root 5' "$past" $ca
	make "d/pub/a b-trust/good.pem" '/O=Big CA/CN=Big Root 6' "$past" $ca
	try 3 d
	orders 'tomcat-trust good-1.b_c.pem'
	[ "$(grep -c 'delete it in OS Administration' out)" = 5 ]
	grep -qF 'a\x1b[31mb\x0ac.pem' out
	run -1 grep -q "$(printf '\033')" out
	# names in a reason do not become commands either
	printf 'admin:show cert list own\nadmin:show cert list trust\ntomcat-trust/a b;c.pem: Trust\n' >list
	try 3 list
	run -1 grep -q 'show cert trust tomcat-trust/a b' out
	grep -q 'look at it in OS Administration' out
	# a command is what JSON has, too
	try 3 --json d
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json" >log
	/usr/bin/python3 - <<-'PY'
		import json
		c = json.load(open("out"))[0]["trust_store_check"]
		assert c["delete"] == [{"node": "pub", "commands": [
		    "set cert delete tomcat-trust good-1.b_c.pem"]}], c["delete"]
		assert sum(not t["safe_name"] for t in c["trusted"]) == 5
	PY
}

@test "a name that must stay on another node keeps all of that name" {
	make $tc/root.pem '/O=Big CA/CN=Big Root' "$past" $ca
	make d/sub/own/tomcat.pem $org/CN=sub.lab.example "$today"
	make d/sub/tomcat-trust/root.pem '/O=Big CA/CN=Big Root' "$today" $ca
	make d/pub/ipsec-trust/root.pem '/O=Big CA/CN=Big Root' "$past" $ca
	make d/sub/ipsec-trust/root.pem '/O=Big CA/CN=Big Root' "$today" $ca
	try 3 d
	is tomcat-trust/root.pem look foreign \
		'but on sub one of that name stays'
	# ipsec-trust is each node's own
	orders 'ipsec-trust root.pem'
}

@test "commands: once where a deletion is one on all nodes, else on each" {
	for node in pub sub1 sub2; do
		make d/$node/own/tomcat.pem $org/CN=$node.lab.example "$today"
		mkdir -p d/$node/{tomcat,ipsec}-trust
	done
	cp d/pub/own/tomcat.pem $tc/pub.lab.example.pem
	make root.pem '/O=Big CA/CN=Big Root' "$past" $ca
	for node in pub sub1 sub2; do
		cp root.pem d/$node/tomcat-trust
		cp root.pem d/$node/ipsec-trust
	done
	try 0 d
	orders 'ipsec-trust root.pem' 'tomcat-trust root.pem' \
		'ipsec-trust root.pem' 'ipsec-trust root.pem'
	grep -qx 'On sub2:' out
	grep -q '^- what is deleted from tomcat-trust is deleted on all' out
	grep -q '^- releases up to 11.5 are another matter' out
	grep -q '^- after deletions from tomcat-trust restart.*Cisco Tomcat$' out
	grep -q '^- after deletions from ipsec-trust restart.*Cisco DRF Local$' out
	grep -q 'CSCut58407' out
	grep -q 'CSCto86463' out
	grep -q '^- so check again' out
	run -1 grep -q 'stop Cisco Certificate Change Notification' out
	is tomcat-trust/root.pem delete foreign
	grep -q '^delete .* tomcat-trust  *root.pem  *pub, sub1, sub2$' out
	for release in 11.5 '11.5(1)SU8' 10.5; do
		try 0 --release "$release" d
		[ "$(grep -c '^    set cert delete tomcat-trust' out)" = 3 ]
		grep -q 'utils service stop Cisco Certificate Change Notification' out
		run -1 grep -q 'once is enough' out
	done
	for release in 12.0 14SU2 15; do
		try 0 --release "$release" d
		[ "$(grep -c '^    set cert delete tomcat-trust' out)" = 1 ]
		run -1 grep -q 'Certificate Change Notification`' out
		run -1 grep -q 'releases up to' out
	done
}

# A text with all that a terminal does to it.
pasted() {
	printed_own pub.lab.example
	printf 'admin:show cert list trust\n\n'
	echo 'CallManager-trust/old.pem: Trust Certificate'
	echo 'tomcat-trust/USERTrust_RSA_Certification_Authority_with_a_name_th'
	echo 'at_is_long_01fd6d30fca3ca51a81bbc640e35032d.pem: Trust Certificate'
	printf '\033[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\033[0m\033[K\r                \r'
	echo 'tomcat-trust/b.pem: Trust Certificate'
	echo 'admin:show cert trust CallManager-trust/old.pem'
	printed 'CN=pub.lab.example, OU=UC, O=Lab, C=US' 'CN=pub.lab.example, OU=UC, O=Lab, C=US' \
		0A11 2020-01-01 2025-01-01
	echo 'admin:show cert trust tomcat-trust/b.pem'
	new=1 printed 'CN=sub9.lab.example,O=Lab,OU=UC,C=US' \
		'C=US,O=Lab,OU=UC,CN=sub9.lab.example' 0A12 2020-01-01 2025-01-01
	printf 'admin:'
}

@test "pasted texts: CR LF, the pager, codes, a wrapped line, both layouts" {
	pasted >list
	try 3 --nodes pub.lab.example list
	is CallManager-trust/old.pem delete former-copy
	is tomcat-trust/b.pem delete old-name
	is 'tomcat-trust/USERTrust_RSA_Certification_Authority_with_a_name_that_is_long_01fd6d30fca3ca51a81bbc640e35032d.pem' \
		look not-decided
	[ -z "$(cat err)" ]
	tail -n 1 out | grep -q '^3 certificates'
	cp out plain
	sed 's/$/\r/' list >crlf
	try 3 --nodes pub.lab.example crlf
	diff -u plain out
	printf '\xef\xbb\xbf' | cat - list >bom
	try 3 --nodes pub.lab.example bom
	diff -u plain out
	try 3 --nodes pub.lab.example - <list
	diff -u plain out
	# PEM in place of the text says the same, and knows more
	make p.pem $org/CN=old "$past"
	{
		pasted | sed '/^admin:show cert trust tomcat-trust/,$d'
		printf 'show cert trust tomcat-trust/b.pem\n'
		sed 's/$/\r/' p.pem
		echo 'admin:quit'
	} >pem
	try 3 --nodes pub.lab.example pem
	is tomcat-trust/b.pem renew-there foreign 'the owner of old'
	iconv -t UTF-16 list >utf16
	try 1 utf16
	grep -q 'iconv -f UTF-16' err
	printf 'nothing of the kind\n' >nothing
	try 1 nothing
	grep -q 'no line of `show cert list own`' err
}

@test "pasted texts: a dump that is cut short, and a line that is none" {
	{
		printed_own pub.lab.example
		echo 'admin:show cert list trust'
		echo 'tomcat-trust/b.pem: Trust Certificate'
		echo 'what is this'
		echo 'admin:show cert trust tomcat-trust/b.pem'
		echo '  Serial Number: 01'
		echo 'admin:'
	} >list
	try 3 list
	is tomcat-trust/b.pem look not-decided
	grep -qx 'ctlsmith: list: line 52, column 1: what .show cert. printed of this certificate is not whole' err
	grep -q 'names no certificate' err
}

# The lists of node $1, whose tomcat-trust has $2 with a past.
node_lists() {
	printed_own "$1"
	echo 'admin:show cert list trust'
	echo "tomcat-trust/$2.pem: Trust Certificate"
	echo "admin:show cert trust tomcat-trust/$2.pem"
	printed "CN=$2.lab.example, OU=UC, O=Lab, C=US" \
		"CN=$2.lab.example, OU=UC, O=Lab, C=US" 0A12 2020-01-01 2025-01-01
	echo 'admin:'
}

@test "pasted texts: several nodes, by prompts, ssh, Host Name, or nothing" {
	nodes=pub.lab.example,sub.lab.example
	{
		node_lists pub.lab.example gone1 | sed 's/^admin:/pub:/'
		node_lists sub.lab.example gone2 | sed 's/^admin:/sub:/'
	} >list
	try 0 --nodes $nodes list
	grep -qx 'On pub:' out
	grep -qx 'On sub:' out
	orders 'tomcat-trust gone1.pem' 'tomcat-trust gone2.pem'
	{
		echo '$ ssh administrator@pub'
		node_lists pub.lab.example gone1
		echo '$ ssh -p 22 administrator@sub'
		node_lists sub.lab.example gone2
	} >list
	try 0 --nodes $nodes list
	grep -qx 'On sub:' out
	{
		printf 'admin:show status\n\nHost Name          : pub\nDate : x\n'
		node_lists pub.lab.example gone1
		printf 'admin:show status\n\nHost Name          : sub\nDate : x\n'
		node_lists sub.lab.example gone2
	} >list
	try 0 --nodes $nodes list
	grep -qx 'On pub:' out
	grep -qx 'On sub:' out
	{
		node_lists pub.lab.example gone1
		node_lists sub.lab.example gone2
	} >list
	try 0 --nodes $nodes list
	grep -qx 'On the node:' out
	grep -qx 'On 2:' out
	# two nodes under one name are none
	{
		echo 'Host Name : pub'
		node_lists pub.lab.example gone1
		node_lists sub.lab.example gone2
	} >list
	try 1 list
	grep -q '^ctlsmith: list: line [0-9]*, column 1: .* printed before' err
	# several files, of which none says whose it is
	node_lists pub.lab.example gone1 >one.txt
	node_lists sub.lab.example gone2 >two.txt
	try 0 --nodes $nodes one.txt two.txt
	grep -qx 'On one:' out
	grep -qx 'On two:' out
}

# Sixteen nodes, with all classes among them.
sixteen() {
	local i node

	for i in $(seq 1 16); do
		node=node$i.lab.example
		printf 'admin:show status\n\nHost Name : node%s\n' "$i"
		printed_own $node
		echo 'admin:show cert list trust'
		printf 'CallManager-trust/%s.pem: Trust Certificate\n' CAP-RTP-001 \
			CAP-RTP-002 Cisco_Root_CA_M2_01 CAPF-0a1b2c3d
		printf 'tomcat-trust/%s.pem: Trust Certificate\n' \
			VeriSign_Class_3_Secure_Server_CA_-_G3 cuc1 node17 \
			Big_Root unknown
		echo 'ipsec-trust/Big_Root.pem: Trust Certificate'
		name=tomcat-trust/VeriSign_Class_3_Secure_Server_CA_-_G3
		echo "admin:show cert trust $name.pem"
		printed 'CN=VeriSign Class 3 Secure Server CA - G3, C=US' \
			'CN=VeriSign, C=US' 0B01 2010-02-08 2020-02-07
		echo 'admin:show cert trust tomcat-trust/cuc1.pem'
		printed 'CN=cuc1.voice.example, O=Voice' \
			'CN=cuc1.voice.example, O=Voice' 0B02 2015-01-01 2026-01-15
		echo 'admin:show cert trust tomcat-trust/node17.pem'
		printed 'CN=node17.lab.example, OU=UC, O=Lab, C=US' \
			'CN=node17.lab.example, OU=UC, O=Lab, C=US' 0B03 \
			2015-01-01 2020-01-01
		for name in tomcat-trust ipsec-trust; do
			echo "admin:show cert trust $name/Big_Root.pem"
			printed 'CN=Big Root, O=Big CA' 'CN=Big Root, O=Big CA' \
				0B04 2015-01-01 2035-01-01
		done
		echo 'admin:show cert list trust'
		printf 'tomcat-trust/old%s.pem: Trust Certificate\n' $i
		printf 'ipsec-trust/ipsec-old.pem: Trust Certificate\n'
		echo "admin:show cert trust tomcat-trust/old$i.pem"
		printed "CN=$node, OU=UC, O=Lab, C=US" \
			"CN=$node, OU=UC, O=Lab, C=US" 0B05$((10 + i)) \
			2015-01-01 2020-01-01
		echo 'admin:show cert trust ipsec-trust/ipsec-old.pem'
		printed 'CN=node17.lab.example, OU=UC, O=Lab, C=US' \
			'CN=node17.lab.example, OU=UC, O=Lab, C=US' 0B06 \
			2015-01-01 2020-01-01
		echo 'admin:'
	done
}

@test "a cluster of 16 nodes: reviewed" {
	sixteen >list
	nodes=$(printf ",node%s.lab.example" {1..16})
	try 3 --nodes "${nodes#,}" list
	diff -u "$SRC/tests/golden/stores/sixteen.txt" out
	[ ! -s err ]
	try 3 --nodes "${nodes#,}" --json list
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json" >log
	/usr/bin/python3 - <<-'PY'
		import json
		c = json.load(open("out"))[0]["trust_store_check"]
		assert len(c["own"]) == 64 and len(c["trusted"]) == 192
		assert [d["node"] for d in c["delete"]] == [
		    f"node{i}" for i in range(1, 17)]
		assert sum(len(d["commands"]) for d in c["delete"]) == 34
	PY
	# the same as text with all lines of Windows
	sed 's/$/\r/' list >crlf
	try 3 --nodes "${nodes#,}" crlf
	diff -u "$SRC/tests/golden/stores/sixteen.txt" out
}

@test "folders: where files are, of which nodes, in which form" {
	mkdir e
	cp -r d/pub/own d/pub/CallManager-trust e
	try 0 e
	is CallManager-trust/pub.lab.example.pem keep live-copy
	run -1 grep -q ' on pub' out
	mkdir -p f/x/pub
	cp -r d/pub/CallManager-trust f/x/pub
	cp d/pub/own/*.pem f/x/pub
	openssl x509 -in d/pub/own/CallManager.pem -outform DER \
		-out f/x/pub/CallManager-trust/pub.lab.example.der
	try 0 f
	grep -q 'pub.lab.example.pem  *pub' out
	tail -n 1 out | grep -q '^2 certificates: live-copy 2'
	# a text that `show cert trust` printed is a file of it
	printed 'CN=pub.lab.example, OU=UC, O=Lab' 'CN=pub.lab.example, OU=UC, O=Lab' \
		0A11 2020-01-01 2025-01-01 >f/x/pub/CallManager-trust/old.txt
	try 0 f
	is CallManager-trust/old.pem delete former-copy
	echo text >f/x/notes.txt
	try 1 f
	grep -q '^ctlsmith: f/x/notes.txt: ' err
	cp d/pub/own/CallManager.pem f/x/notes.txt
	try 3 f
	grep -q 'f/x/notes.txt: passed over' err
	rm f/x/notes.txt
	cat d/pub/own/*.pem >f/x/pub/CallManager-trust/three.pem
	try 1 f
	grep -q 'there are 3 certificates in it' err
	cp k f/x/pub/CallManager-trust/three.pem
	try 1 f
	run -1 grep -q 'PRIVATE' out err
	mkdir empty
	try 1 empty
	try 1 missing
}

@test "dates are what openssl says" {
	for end in 20260101000000Z 20251231235959Z 20260130235959Z \
		20260131000000Z 20500101000000Z; do
		make $tc/e$end.pem "/O=Big CA/CN=Root $end" "20200101000000Z $end" $ca
	done
	now=2026-01-01T00:00:00Z try 0 --json d
	/usr/bin/python3 - >is <<-'PY'
		import json
		for t in json.load(open("out"))[0]["trust_store_check"]["trusted"]:
		    if t["name"].startswith("e2"):
		        print(t["name"], t["not_after"], t["serial"].replace(":", ""),
		            t["expiry"])
	PY
	for file in "$tc"/e*.pem; do
		end=$(openssl x509 -in "$file" -noout -enddate | cut -d= -f2)
		left=$(($(date -d "$end" +%s) - $(date -d 2026-01-01T00:00:00Z +%s)))
		if [ $left -lt 0 ]; then
			word=expired
		elif [ $left -lt $((30 * 86400)) ]; then
			word=soon
		else
			word=valid
		fi
		echo "$(basename "$file") $(date -u -d "$end" +%Y-%m-%dT%H:%M:%SZ)" \
			"$(openssl x509 -in "$file" -noout -serial | cut -d= -f2) $word"
	done >wanted
	diff -u wanted is
	[ "$(cut -d' ' -f4 is | sort | uniq -c | tr -s ' \n' ' ')" = \
		' 1 expired 2 soon 2 valid ' ]
}

@test "--rules: another table, and what is wrong with one" {
	printf 'stores:\n- store: tomcat-trust\n  source: x\nmanufacturing:\n- name: Big Root\n  source: mine\ndead: []\nowners: []\n' >rules.yaml
	make $tc/root.pem '/O=Big CA/CN=Big Root' "$past" $ca
	try 0 --rules rules.yaml d
	is tomcat-trust/root.pem keep never '; mine)'
	printf 'stores: []\n' >rules.yaml
	try 1 --rules rules.yaml d
	grep -q '^ctlsmith: rules.yaml: line 1, column 1: ' err
	try 1 --rules rules.yaml --json d
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json" >log
	printf 'stores:\n- store: a\n  source: x\n- store: a\n  source: x\nmanufacturing: []\ndead: []\nowners: []\n' >rules.yaml
	try 1 --rules rules.yaml d
	grep -q 'line 4, column 3: the store a stands there twice' err
}

@test "the command line: what is wrong with it" {
	for args in '' '--nothing' '--nodes a,,b d' '--release x d' '--days x d' \
		'- -' '--list - -' '--lsc-issuers - --lsc - d'; do
		try 2 $args
		[ ! -s out ]
	done
	try 1 --list missing d
	grep -q '^ctlsmith: missing: ' err
	try 1 --list k d
	try 1 --former missing d
	try 1 --lsc missing d
	try 1 --lsc-issuers missing d
	try 1 --list "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn" d
	grep -q 'no trust list' err
}

@test "on a terminal: colours, 40 columns; none in a file" {
	make $tc/root.pem '/O=Big CA/CN=Big Root' "$past" $ca
	TERM=xterm "$SRC/tests/cli/terminal.py" 40 - "$CTLSMITH" trust-store \
		check --now $now d >screen
	grep -q "$(printf '\033\[[0-9;]*m')" screen
	# what is no table, no command and no long word keeps to the width
	sed 's/\x1b\[[0-9;]*m//g; s/\r$//' screen |
		sed -n '/^Reasons:/,$p' | grep -v 'set cert delete' |
		awk 'length > 40 && /  *[^ ]+ [^ ]+ / { print; bad = 1 }
			END { exit bad }'
	NO_COLOR=1 TERM=xterm "$SRC/tests/cli/terminal.py" 40 - "$CTLSMITH" \
		trust-store check --now $now d >screen
	run -1 grep -q "$(printf '\033')" screen
	try 0 d
	run -1 grep -q "$(printf '\033')" out
}
