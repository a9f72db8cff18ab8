#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cert calendar: what ends when, of whatever files; openssl says the dates, and
# a reader that others wrote reads the calendar.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # certs.bash has them
bats_require_minimum_version 1.5.0
load certs

setup_file() {
	certs_setup "$BATS_FILE_TMPDIR"
	cd "$BATS_FILE_TMPDIR" || return
	"$SRC/tests/cli/calendar.py" recipe >cluster.yaml
	"$TWIN" make cluster.yaml -o made --keys "$SRC/softhsm-fixtures/keys"
	"$SRC/tests/cli/calendar.py" place made/cluster cluster
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$BATS_FILE_TMPDIR"/. .
	export LC_ALL=C.UTF-8
	unset TZ
	golden=$SRC/tests/golden/calendar
}

# calendar STATUS ARGUMENT...: what `ctlsmith cert calendar` prints is in out
# and err.
calendar() {
	local wanted=$1 status=0

	shift
	timeout 60 "$CTLSMITH" cert calendar "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "cert calendar $*: $status instead of $wanted"
		head -n 50 out err
		return 1
	}
}

# rows: the lines of the table in out.
rows() {
	awk '/^UNTIL/ { on = 1; next } /^$/ { exit } on' out
}

# row DATE DAYS UNIT NAME: the table has just that line.
row() {
	[ "$(rows | tr -s ' ' | grep -cxF -- "$*")" = 1 ] || {
		echo "no row: $*"
		cat out
		return 1
	}
}

# json PYTHON: out is what the schema says, and of c, the calendar, and r, its
# rows, PYTHON holds.
json() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json" >log || {
		head -c 2000 log
		return 1
	}
	/usr/bin/python3 -c "import json
doc = json.load(open('out'))
c = doc[0]['calendar']
r = c['rows']
$1"
}

# made NAME UNTIL [SUBJECT [DAYS]]: NAME.pem by the root, which ends then.
made() {
	request made ec.key "${3:-/CN=$1}" '' '' ''
	csr=made.csr start=20200101000000Z end=$2 issue "$1" root root.key \
		basicConstraints=CA:FALSE
}

# alarm NAME CERT UNIT TYPE EXPIRATION [NODE]: a line as the appliance logs it.
alarm() {
	printf '%s : 42: cucm1: Nov 01 2026 10:00:00.19 UTC :  %%%s: %%[%s' \
		'Nov  1 12:00:00 cucm1 local7 2' "UC_CERT-2-$1" \
		"Message=Certificate expiration Notification. "
	printf 'Certificate name:%s Unit:%s Type:%s Expiration:%s]' \
		"$2" "$3" "$4" "$5"
	printf '[AppID=Cisco Certificate Monitor][ClusterID=][NodeID=%s]: %s\n' \
		"${6:-cucm1}" 'Certificate needs to be changed'
}

# list FILE...: "FILE DATE" of each certificate, by openssl.
list() {
	local file

	for file in "$@"; do
		printf '%s %s\n' "$(openssl x509 -in "$file" -outform DER |
			sha256sum | cut -c 1-64)" \
			"$(date -u +%Y%m%dT%H%M%SUTC -d "$(openssl x509 \
				-in "$file" -noout -enddate | cut -d= -f2)")"
	done | sort -u
}

# ---- Reviewed ----

@test "the real sample says what was reviewed" {
	[ -d "$CTLSMITH_SAMPLES" ] ||
		skip "no samples in $CTLSMITH_SAMPLES"
	cp "$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv" sample.tlv
	calendar 3 --now 2016-02-01 sample.tlv
	diff -u "$golden/sample.txt" out
	calendar 3 --now 2016-02-01 --json sample.tlv
	diff -u "$golden/sample.json" out
	calendar 3 --now 2016-02-01 --ical sample.tlv
	tr -d '\r' <out | diff -u "$golden/sample.ics" -
	"$SRC/tests/cli/calendar.py" events out >seen
	"$CTLSMITH" extract sample.tlv -o certs
	list certs/*.pem >wanted
	[ "$(wc -l <wanted)" = 5 ]
	sed -E 's/^([0-9a-f]+)@ctlsmith ([^ ]+) .*/\1 \2/' seen | sort |
		diff wanted -
}

@test "a cluster of 16 nodes says what was reviewed" {
	calendar 3 --now 2026-11-01 cluster
	diff -u "$golden/cluster.txt" out
	calendar 3 --now 2026-11-01 --days 30 cluster
	diff -u "$golden/cluster-30.txt" out
	[ ! -s err ]
}

# ---- Dates, by others ----

@test "an icalendar reader finds the dates that openssl says" {
	calendar 3 --now 2026-11-01 --ical cluster
	"$SRC/tests/cli/calendar.py" events out >seen
	list made/cluster/*.pem >wanted
	[ "$(wc -l <wanted)" = 75 ]
	sed -E 's/^([0-9a-f]+)@ctlsmith ([^ ]+) .*/\1 \2/' seen | sort |
		diff wanted -
	# what has ended reminds nobody
	[ "$(cut -d' ' -f3 seen | sort | uniq -c | tr -s ' \n' ' ')" = \
		' 2 0 73 4 ' ]
	grep -qF 'Certificate ends: CAPF of CAPF-0a1b2c3d' seen
	# the clock of the calendar is that of --now
	[ "$(grep -c '^DTSTAMP:20261101T000000Z' out)" = 75 ]
	# what is near alone
	calendar 3 --now 2026-11-01 --ical --days 30 cluster
	"$SRC/tests/cli/calendar.py" events out >seen
	[ "$(wc -l <seen)" = 4 ]
}

@test "the same certificate is the same event another day" {
	calendar 0 --now 2021-01-01 --ical made/cluster/pub-tomcat.pem
	grep -A1 ^UID out >first
	calendar 0 --now 2022-01-01 --ical cluster/pub/tomcat.pem
	grep -A1 ^UID out | diff first -
}

@test "days are counted from --now, and expired is what openssl says it is" {
	made a 20261201120000Z
	for now in 2026-11-01 2026-12-01T11:59:59Z 2026-12-01T12:00:00Z \
		2026-12-01T12:00:01Z 2027-01-01; do
		expected=0
		openssl verify -partial_chain -trusted a.pem -attime \
			"$(date -u -d "$now" +%s)" a.pem >/dev/null ||
			expected=3
		# RFC 5280, 4.1.2.5: valid through that second; openssl is before
		[[ $now != *12:00:00Z ]] || expected=0
		calendar $expected --now "$now" a.pem
	done
	calendar 0 --now 2026-11-01 a.pem
	row 2026-12-01 30 not known a
	calendar 0 --now 2026-12-01T12:00:00Z a.pem
	row 2026-12-01 0 not known a
	calendar 3 --now 2026-12-01T12:00:01Z a.pem
	row 2026-12-01 -1 not known a
	grep -q 'EXPIRED since 2026-12-01T12:00:00Z' out
	# without --now it is the clock
	made b 20250101000000Z
	calendar 3 b.pem
	made c "$(date -u -d '+121 hours' +%Y%m%d%H%M%SZ)"
	calendar 0 c.pem
	[ "$(rows | tr -s ' ' | cut -d' ' -f2)" = 5 ]
}

@test "--days limits what is printed, and decides the end" {
	made a 20261201120000Z
	made b 20270201000000Z
	made c 20201201000000Z
	calendar 0 --now 2026-11-01 a.pem b.pem
	[ "$(rows | wc -l)" = 2 ]
	grep -q ': 1 within 90 days, 1 later$' out
	calendar 0 --now 2026-11-01 --days 29 a.pem b.pem
	[ "$(rows | wc -l)" = 0 ]
	grep -q ': 2 later$' out
	calendar 0 --now 2026-11-01 --days 30 b.pem
	calendar 3 --now 2026-11-01 --days 31 a.pem b.pem
	[ "$(rows | wc -l)" = 1 ]
	row 2026-12-01 30 not known a
	calendar 3 --now 2026-11-01 --days 0 a.pem b.pem c.pem
	[ "$(rows | wc -l)" = 1 ]
	row 2020-12-01 -2161 not known c
	calendar 3 --now 2026-11-01 --days 31 --json a.pem b.pem c.pem
	json '
assert [x["state"] for x in r] == ["expired", "due"], r
assert c["left_out"] == 1 and c["days"] == 31
assert [x["days_left"] for x in r] == [-2161, 30]'
}

# ---- Whose it is ----

@test "the role in a list tells, and the key of EC another store" {
	calendar 3 --now 2026-11-01 --json cluster/CTLFile.tlv
	json '
by = {x["name"]: x for x in r}
assert len(r) == 20, len(r)
assert by["CAPF-0a1b2c3d"]["stores"] == ["CAPF"]
assert by["SAST-ADN0054f500"]["stores"] == ["token-SAST"]
assert by["ITLRECOVERY_pub.lab.example"]["stores"] == ["ITLRecovery"]
assert by["ITLRECOVERY_pub.lab.example"]["places"][0]["role"] == "sast"
pub = by["pub.lab.example"]
assert pub["stores"] == ["CallManager"]
assert [(p["record"], p["role"], p["node"]) for p in pub["places"]] == \
    [(3, "sast", "pub"), (6, "ccm+tftp", "pub")], pub["places"]
assert by["sub7.lab.example"]["places"][0]["told_by"] == "role"'
	# an ITL, with TVS, and one of EC
	cat >itl.yaml <<-END
		certs:
		- {name: pub, key: rsa1024-a, subject: [CN=pub], serial: '01'}
		- {name: tvs, key: rsa1024-b, subject: [CN=tvs], serial: '02'}
		- {name: curve, key: ec256-a, subject: [CN=curve], serial: '03',
		  issuer: pub}
		- {name: other, key: rsa1024-c, subject: [CN=other], serial: '04'}
		- {name: app, key: rsa1024-d, subject: [CN=app], serial: '05'}
		header: {filename: ITLFile.tlv, timestamp: 2024-05-01T12:00:00Z}
		signer: {record: 1}
		records:
		- {cert: pub, role: SAST}
		- {cert: pub, role: TFTP}
		- {cert: tvs, role: TVS}
		- {cert: curve, role: CCM+TFTP}
		- {cert: other, role: SAST}
		- {cert: app, role: GEN-APP}
	END
	"$TWIN" make itl.yaml -o made --keys "$SRC/softhsm-fixtures/keys"
	calendar 0 --now 2026-11-01 made/itl/ITLFile.tlv
	row 2035-01-01 2983 CallManager pub
	row 2035-01-01 2983 TVS tvs
	row 2035-01-01 2983 CallManager-ECDSA curve
	row 2035-01-01 2983 SAST other
	row 2035-01-01 2983 not known app
}

@test "file and folder tell" {
	mkdir -p c/n1/tomcat-trust c/CallManager-trust c/n2/TVS
	made a 20301201000000Z
	cp a.pem c/n1/CallManager-ECDSA.pem
	cp root.pem c/n1/tomcat-trust/x.pem
	cp sub.pem c/CallManager-trust/y.pem
	cp pub.pem c/n2/TVS/tvs.der
	made b 20301202000000Z
	cp b.pem c/sub4-tomcat-ECDSA.pem
	made d 20301203000000Z
	cp d.pem c/hello.pem
	calendar 0 --now 2021-01-01 --json c
	json '
by = {x["name"]: x["places"][0] for x in r}
def is_(name, store, node):
    p = by[name]
    assert (p["store"], p["node"]) == (store, node), p
    assert p["told_by"] == ("path" if store else "nothing"), p
is_("a", "CallManager-ECDSA", "n1")
is_("Lab-Root", "tomcat-trust", "n1")
is_("Lab-Sub", "CallManager-trust", None)
is_("pub.lab.example", "TVS", "n2")
is_("b", "tomcat-ECDSA", "sub4")
is_("d", None, None)'
	# a file with its authorities behind it: they are not the unit
	cat pub.pem sub.pem root.pem >c/n1/tomcat.pem
	calendar 0 --now 2021-01-01 c/n1/tomcat.pem
	[ "$(rows | grep -c ' tomcat ')" = 1 ]
	grep -q ' tomcat  *pub.lab.example' out
	# the folder that was named itself is no node
	(cd c/n1 && cp tomcat.pem ipsec.pem)
	calendar 0 --now 2021-01-01 --json c/n1
	json 'assert {p["node"] for x in r for p in x["places"]} == {None}'
	# and --as goes before all
	calendar 0 --now 2021-01-01 --as TVS c/hello.pem c/n1/tomcat-trust
	[ "$(rows | grep -c ' TVS ')" = 2 ]
	calendar 2 --as nothing c
	grep -q "no store 'nothing'" err
	calendar 2 --as CTL c
}

@test "its own name tells: CAPF, LSC, MIC, tokens, ITLRecovery, manufacturers" {
	mkdir flat
	for name in capf lsc0 mic token0 recovery maker stranger; do
		cp made/cluster/$name.pem flat/a_$name.pem
	done
	calendar 3 --now 2026-11-01 --json flat
	json '
by = {x["name"]: (x["stores"], x["places"][0]["told_by"]) for x in r}
assert by["CAPF-0a1b2c3d"] == (["CAPF"], "name")
assert by["SEP001122334400"] == (["LSC"], "name")
assert by["CP-7965G-SEP001122334409"] == (["MIC"], "name")
assert by["SAST-ADN0054f500"] == (["token-SAST"], "name")
assert by["ITLRECOVERY_pub.lab.example"] == (["ITLRecovery"], "name")
assert by["Cisco Manufacturing CA"] == (["manufacturing-CA"], "name")
assert by["stranger"] == ([], "nothing")'
	# a CAPF that a company signed has another name: its LSCs are told by it
	request mycapf rsa.key '/CN=our own capf' '' '' ''
	local start=20200101000000Z end=20301201000000Z
	issue mycapf root root.key basicConstraints=CA:TRUE
	request phone ec.key /CN=SEP998877665544 '' '' ''
	issue phone mycapf rsa.key basicConstraints=CA:FALSE
	mkdir own
	cp mycapf.pem own/CAPF.pem
	cp phone.pem own
	calendar 0 --now 2026-01-01 --json own
	json '
by = {x["name"]: x for x in r}
assert by["SEP998877665544"]["stores"] == ["LSC"]
assert by["SEP998877665544"]["places"][0]["told_by"] == "issuer"
assert by["SEP998877665544"]["issued_by"] == by["our own capf"]["id"]
assert by["our own capf"]["issued"] == 1
# both end in the same second
assert not by["SEP998877665544"]["outlives_issuer"]'
}

@test "the prompt before it tells, of a certificate and of a text" {
	{
		echo 'admin:show cert own CallManager'
		cat pub.pem
		echo 'admin:show cert own tomcat/tomcat.pem'
		cat <<-'END'
			[
			  Version: V3
			  Serial Number: 744B49997704
			  Issuer Name: CN=pub.lab.example, O=Lab
			  Validity From: Mon Dec 06 11:24:12 CET 2021
			           To:   Sat Dec 05 11:24:11 CET 2026
			  Subject Name: CN=pub.lab.example, O=Lab
			]
		END
		echo 'admin:show cert trust CallManager-trust/CAPF-1a.pem'
		cat <<-'END'
			IssuerDN: CN=CAPF-1a,O=Lab
			Start Date: Mon Dec 06 11:24:12 UTC 2021
			Final Date: Sun Dec 06 11:24:11 UTC 2026
			SubjectDN: CN=CAPF-1a,O=Lab
			SerialNumber: 744B49997705
		END
		echo 'admin:show cert list own'
	} >transcript.txt
	calendar 0 --now 2026-11-01 --json transcript.txt
	json '
by = {x["stores"][0]: x for x in r}
assert set(by) == {"CallManager", "tomcat", "CallManager-trust"}, by
assert by["CallManager"]["source"] == "certificate"
assert by["CallManager"]["zone_known"]
t = by["tomcat"]
assert t["source"] == "text-dump" and not t["zone_known"]
assert t["until"] == "2026-12-05T11:24:11Z", t["until"]
assert t["name"] == "pub.lab.example" and t["serial"] == "74:4B:49:99:77:04"
assert {x["places"][0]["told_by"] for x in r} == {"prompt"}'
	# as UTF-16, with line ends of Windows
	sed 's/$/\r/' transcript.txt | iconv -t UTF-16 >wide.txt
	cp out narrow
	calendar 0 --now 2026-11-01 --json wide.txt
	sed 's/wide.txt/transcript.txt/' out | diff narrow -
}

@test "a text of a certificate that is here, too, is no row of its own" {
	made a 20261205102411Z
	serial=$(openssl x509 -in a.pem -noout -serial | cut -d= -f2)
	dump() {
		printf 'admin:show cert own tomcat\n'
		printf 'IssuerDN: CN=x\nSubjectDN: CN=a\nSerialNumber: %s\n' \
			"$1"
		printf 'Final Date: %s\n' "$2"
	}
	# the zone may be any, the minutes are the same
	dump "$serial" 'Sat Dec 05 11:24:11 CET 2026' >text.txt
	calendar 0 --now 2026-11-01 --json a.pem text.txt
	json '
assert len(r) == 1 and r[0]["source"] == "certificate"
assert r[0]["until"] == "2026-12-05T10:24:11Z" and r[0]["zone_known"]
assert r[0]["stores"] == ["tomcat"] and len(r[0]["places"]) == 2'
	dump "${serial%?}0" 'Sat Dec 05 11:24:11 CET 2026' >text.txt
	[ "${serial: -1}" = 0 ] || {
		calendar 0 --now 2026-11-01 a.pem text.txt
		[ "$(rows | wc -l)" = 2 ]
	}
	for when in 'Sat Dec 05 11:25:11 CET 2026' \
		'Sun Dec 06 11:24:11 CET 2026'; do
		dump "$serial" "$when" >text.txt
		calendar 0 --now 2026-11-01 a.pem text.txt
		[ "$(rows | wc -l)" = 2 ]
	done
}

# ---- Alarms ----

@test "alarms of the appliance are rows, with what they say" {
	# as a document of Cisco's has it: two in one line, their dates cut
	printf '%s' 'Jun 19 12:00:00 hcs local99 0 : 42: hcs.test.net:
Jun 19 2019 10:00:00.19 UTC :  %UC_CERT-0-CertExpired: %[Message=Certificate expiration Notification. Certificate name:tomcat.der Unit:tomcat Type:own-cert Expiration:Sun Mar 26 12:30:59:000 CES][AppID=Cisco Certificate Monitor][ClusterID=][NodeID=hcs]: Certificate has Expired and needs to be changed at the earliest Jun 19 12:00:00 hcs local99 0 : 43: hcs.test.net: Jun 19 2019 10:00:00.21 UTC :  %UC_CERT-0-CertExpired: %[Message=Certificate expiration Notification. Certificate name:ipsec.der Unit:ipsec Type:own-cert Expiration:Sun Mar 26 12:30:57:000 CEST ][AppID=Cisco Certificate Monitor][ClusterID=][NodeID=hcs]: Certificate has Expired
' >syslog
	calendar 3 --now 2026-11-01 syslog
	row 2017-03-26 -3507 ipsec ipsec.der
	row 2017-03-26 -3507 tomcat tomcat.der
	grep -q '^  alarm CertExpired of hcs, on 2019-06-19$' out
	# one that is to come, in the year after
	alarm CertValidLessThanMonth CAPF-12.der CAPF-trust trust-certs \
		'Mon Nov 30 10:10:10:000 ED' >syslog
	alarm CertValidityOver30Days x.der tomcat-trust trust-certs \
		'Fri Jan 01 00:00:00:000 UT' >>syslog
	calendar 0 --now 2028-02-02 syslog || true
	calendar 0 --now 2026-11-01 syslog
	row 2026-11-30 29 CAPF-trust CAPF-12.der
	row 2027-01-01 61 tomcat-trust x.der
	# the year, where there is one
	alarm CertValidLessThanMonth y.der TVS own-cert \
		'Tue Jul 23 10:53:00 CEST 2030' >syslog
	calendar 0 --now 2026-11-01 --json syslog
	json '
assert r[0]["until"] == "2030-07-23T10:53:00Z"
assert not r[0]["year_deduced"] and not r[0]["zone_known"]'
}

@test "an alarm that comes each day is one row, of all nodes where it is trusted" {
	for node in cucm1 cucm2 cucm1 cucm1; do
		alarm CertValidLessThanMonth ldap.der tomcat-trust trust-certs \
			'Mon Nov 30 10:10:10:000 ED' $node
		alarm CertValidLessThanADay TVS.der TVS own-cert \
			'Mon Nov 02 10:10:10:000 ED' $node
	done >syslog
	calendar 0 --now 2026-11-01 --json syslog
	json '
by = {}
for x in r:
    by.setdefault(x["stores"][0], []).append(x)
t, = by["tomcat-trust"]
assert sorted((a["node"], a["times"]) for a in t["alarms"]) == \
    [("cucm1", 3), ("cucm2", 1)]
assert sorted(p["node"] for p in t["places"]) == ["cucm1", "cucm2"]
# each node has its own TVS
assert len(by["TVS"]) == 2'
}

@test "an alarm about a certificate that is here is a word of its row" {
	alarm CertValidLessThanMonth CallManager.der CallManager own-cert \
		'Tue Dec 01 07:00:00:000 CET' pub >syslog
	calendar 3 --now 2026-11-01 --json cluster syslog
	json '
x, = [x for x in r if x["alarms"]]
assert x["name"] == "pub.lab.example" and x["stores"] == ["CallManager"]
assert x["until"] == "2026-12-01T06:00:00Z" and x["zone_known"]
assert x["alarms"][0]["name"] == "CertValidLessThanMonth"
assert len(x["places"]) == 4 and len(r) == 75'
	# of another node, of another time: not the same
	for more in "'Tue Dec 01 07:00:00:000 CET' sub1" \
		"'Tue Dec 01 07:00:01:000 CET' pub"; do
		eval "alarm CertValidLessThanMonth CallManager.der \
			CallManager own-cert $more" >syslog
		calendar 3 --now 2026-11-01 --json cluster syslog
		json 'assert len(r) == 76'
	done
	# by its file name, which is its common name
	alarm CertValidLessThanMonth CAPF-0a1b2c3d.der CallManager-trust \
		trust-certs 'Fri Jan 15 00:00:00:000 UTC' >syslog
	calendar 3 --now 2026-11-01 --json cluster syslog
	json '
x, = [x for x in r if x["alarms"]]
assert x["stores"] == ["CAPF", "CallManager-trust"], x["stores"]'
}

@test "an alarm whose date cannot be read stands first" {
	alarm CertValidLessThanMonth z.der TVS own-cert 'Xxx Foo' >syslog
	made a 20200101000000Z
	calendar 3 --now 2026-11-01 a.pem syslog
	[ "$(rows | head -n 1 | tr -s ' ')" = 'unknown TVS z.der' ]
	grep -q 'its date could not be read' out
	calendar 0 --now 2026-11-01 --days 3 syslog
	grep -q ': 1 with a date that could not be read$' out
	calendar 0 --now 2026-11-01 --ical syslog
	run -1 grep VEVENT out
	# the alarm itself says that it is over
	sed -i 's/CertValidLessThanMonth/CertExpired/' syslog
	calendar 3 --now 2026-11-01 --json syslog
	json 'assert r[0]["until"] is None and r[0]["state"] == "expired"'
}

# ---- Who depends on whom ----

@test "what a CAPF issued is renewed with it, also where it ends later" {
	calendar 3 --now 2026-11-01 --json cluster
	json '
by = {x["name"]: x for x in r}
capf = by["CAPF-0a1b2c3d"]
lsc = [by["SEP00112233440%d" % i] for i in range(3)]
assert [x["issued_by"] for x in lsc] == [capf["id"]] * 3
assert [x["outlives_issuer"] for x in lsc] == [False, True, True]
assert (capf["issued"], capf["issued_ending_later"]) == (3, 2)
# nobody renews what a manufacturer made
maker = by["Cisco Manufacturing CA"]
assert by["CP-7965G-SEP001122334409"]["issued_by"] == maker["id"]
assert by["CP-7965G-SEP001122334409"]["until"] > maker["until"]
assert not by["CP-7965G-SEP001122334409"]["outlives_issuer"]
assert (maker["issued"], maker["issued_ending_later"]) == (3, 0)
stores = {x["store"]: x for x in c["stores"]}
assert [d["store"] for d in stores["CAPF"]["dependents"]][:2] == \
    ["LSC", "CTL"]
assert stores["CAPF"]["needs_ctl"] and not stores["TVS"]["needs_ctl"]'
	for chain in root sub; do
		openssl verify -partial_chain -no_check_time -trusted \
			made/cluster/capf.pem made/cluster/lsc0.pem
	done
	# another key of the same name has not issued them
	openssl req -x509 -new -key other.key -subj /CN=CAPF-0a1b2c3d/O=Lab \
		-days 9 -out other.pem
	[ "$(openssl x509 -in other.pem -noout -subject_hash)" = \
		"$(openssl x509 -in cluster/pub/CAPF.pem -noout -subject_hash)" ]
	calendar 0 --now 2026-11-01 --json other.pem cluster/others
	json '
assert len(r) == 6
assert all(x["issued_by"] is None for x in r if "SEP0011223344" in x["name"]
    and not x["name"].startswith("CP"))'
}

@test "a certificate in many places is one row with its places" {
	calendar 3 --now 2026-11-01 --json cluster
	json '
by = {x["name"]: x for x in r}
ldap = by["ldap.lab.example"]
assert len(ldap["places"]) == 16
assert len({p["node"] for p in ldap["places"]}) == 16'
	# the same file twice is one place
	calendar 0 --now 2021-01-01 --json pub.pem pub.pem
	json 'assert len(r) == 1 and len(r[0]["places"]) == 1'
}

# ---- For people ----

@test "it is readable on a narrow terminal, and in colour" {
	for width in 40 80; do
		"$SRC/tests/cli/terminal.py" $width - "$CTLSMITH" cert \
			calendar --now 2026-11-01 cluster | tr -d '\r' >got ||
			true
		sed "s/$(printf '\033')\[[0-9;]*m//g" got >bare
		# but for what is no longer when it is broken
		awk -v width=$width 'length($0) > width' bare |
			grep -vE '^ {0,4}[^ ]+,?$|cluster/' >wide || true
		[ ! -s wide ]
	done
	NO_COLOR=1 "$SRC/tests/cli/terminal.py" 80 - "$CTLSMITH" cert \
		calendar --now 2026-11-01 cluster >grey || true
	run -1 grep "$(printf '\033')" grey
	grep -q "$(printf '\033')" got
}

# ---- What nobody should have ----

@test "hostile names stay within their lines" {
	evil=$(printf 'a;b,c\\d"\nBEGIN:VEVENT\r\nX\342\200\256\033[31m')
	made evil 20270101000000Z "/CN=$(sed 's/[\\/+]/\\&/g' <<<"$evil")"
	calendar 0 --now 2026-11-01 evil.pem
	run -1 grep -P '[\x00-\x08\x0b-\x1f]' out
	run -1 grep -F "$(printf '\342\200\256')" out
	calendar 0 --now 2026-11-01 --json evil.pem
	json 'assert "BEGIN:VEVENT" in r[0]["name"] and "\n" in r[0]["name"]'
	calendar 0 --now 2026-11-01 --ical evil.pem
	"$SRC/tests/cli/calendar.py" events out >seen
	[ "$(wc -l <seen)" = 1 ]
	grep -qF 'a;b,c\d"\x0aBEGIN:VEVENT' seen
	# a long one, of characters of several bytes
	made long 20270101000000Z "/CN=$(printf 'ä€%.0s' {1..30})"
	calendar 0 --now 2026-11-01 --ical long.pem
	"$SRC/tests/cli/calendar.py" events out >seen
	grep -qF "$(printf 'ä€%.0s' {1..30})" seen
	# a file that is called so
	name=$(printf 'x\nEND:VCALENDAR;,.pem')
	cp pub.pem "$name"
	calendar 0 --now 2021-01-01 --ical "$name"
	"$SRC/tests/cli/calendar.py" events out
	# in an alarm
	alarm CertValidLessThanMonth "$(printf 'x;\033,y.der')" "T'VS" own-cert \
		'Mon Nov 30 10:10:10:000 ED' >syslog
	calendar 0 --now 2026-11-01 --ical syslog
	"$SRC/tests/cli/calendar.py" events out
	calendar 0 --now 2026-11-01 syslog
	run -1 grep -P '[\x00-\x08\x0b-\x1f]' out
}

@test "dates before 1950, and those that never come" {
	request made ec.key /CN=old '' '' ''
	csr=made.csr start=19000101000000Z end=19491231235959Z issue old root \
		root.key basicConstraints=CA:FALSE
	csr=made.csr start=20200101000000Z end=99991231235959Z issue never \
		root root.key basicConstraints=CA:FALSE
	csr=made.csr start=20200101000000Z end=99981231235959Z issue far \
		root root.key basicConstraints=CA:FALSE
	calendar 3 --now 2026-11-01 old.pem never.pem far.pem
	row 1949-12-31 -28064 not known old
	[ "$(rows | tail -n 1 | tr -s ' ')" = 'never not known old' ]
	row 9998-12-31 2911773 not known old
	grep -q ': 1 expired, 1 later, 1 without an end$' out
	calendar 3 --now 2026-11-01 --ical old.pem never.pem far.pem
	"$SRC/tests/cli/calendar.py" events out >seen
	[ "$(cut -d' ' -f2 seen | tr '\n' ' ')" = \
		'19491231T235959UTC 99981231T235959UTC ' ]
	calendar 3 --now 2026-11-01 --json old.pem never.pem
	json 'assert r[1]["state"] == "endless" and r[1]["days_left"] is None'
	calendar 0 --now 2026-11-01 --days 36500 never.pem
	# a year that no calendar has
	openssl x509 -in old.pem -outform DER -out zero.der
	/usr/bin/python3 - <<-'PY'
		data = open("zero.der", "rb").read()
		assert data.count(b"19491231235959Z") == 1
		open("zero.der", "wb").write(
		    data.replace(b"19491231235959Z", b"00001231235959Z"))
	PY
	calendar 3 --now 2026-11-01 zero.der
	calendar 3 --now 2026-11-01 --ical zero.der
	run -1 grep VEVENT out
	calendar 3 --now 2026-11-01 --json zero.der
	json 'assert r[0]["until"].startswith("0000-")'
}

@test "a private key is refused, and nothing of it printed" {
	calendar 3 rsa.key
	grep -q 'private key' err
	[ ! -s out ]
	cat pub.pem rsa.key >both.pem
	openssl pkey -in rsa.key -outform DER -out key.der
	{
		echo 'admin:show cert own tomcat'
		cat pub.pem
		echo 'admin:'
		cat rsa.key
	} >late.txt
	for file in both.pem key.der late.txt; do
		calendar 3 --now 2021-01-01 --json $file
		json '
assert r == [] and c["failed"][0]["error"]["code"] == "refused by a rule"'
		run -1 grep -qF "$(sed -n 2p rsa.key)" out err
	done
	# the others are printed all the same
	calendar 3 --now 2021-01-01 rsa.key pub.pem
	[ "$(rows | wc -l)" = 1 ]
}

@test "what cannot be read is said, and the rest is printed" {
	head -c 100 cluster/CTLFile.tlv >cut.tlv
	echo hello >hello.txt
	cp pub.csr request.csr
	sed '3d' pub.pem >broken.pem
	mkdir empty
	: >nothing.pem
	calendar 1 --now 2021-01-01 cut.tlv hello.txt request.csr broken.pem \
		empty nothing.pem absent.pem pub.pem
	for name in cut.tlv hello.txt request.csr broken.pem empty nothing.pem \
		absent.pem; do
		grep -q "^ctlsmith: $name: " err
	done
	grep -q '^ctlsmith: broken.pem: line 1' err
	grep -q '^ctlsmith: hello.txt: nothing here ends on a date' err
	[ "$(rows | wc -l)" = 1 ]
	calendar 1 --now 2021-01-01 --json cut.tlv hello.txt pub.pem
	json '
assert [f["path"] for f in c["failed"]] == ["cut.tlv", "hello.txt"]
assert len(r) == 1'
	calendar 1 --now 2021-01-01 --ical cut.tlv pub.pem
	"$SRC/tests/cli/calendar.py" events out
	# a line number of a transcript counts from its begin
	{
		echo 'admin:show cert own tomcat'
		cat pub.pem
		echo 'admin:show cert own TVS'
		cat broken.pem
	} >late.txt
	calendar 1 late.txt
	grep -q "^ctlsmith: late.txt: line $(($(wc -l <pub.pem) + 3))" err
	# nothing at all
	calendar 1 hello.txt
	[ ! -s out ]
	calendar 1 --json hello.txt
	json 'assert r == [] and c["stores"] == []'
}

@test "a record that cannot be read hides no other" {
	# the certificate of record 5 is none
	der=$(openssl x509 -in made/cluster/capf.pem -outform DER | xxd -p |
		tr -d '\n' | cut -c 1-16)
	/usr/bin/python3 - <<-PY
		data = open("cluster/CTLFile.tlv", "rb").read()
		der = bytes.fromhex("$der")
		assert data.count(der) == 1
		open("bad.tlv", "wb").write(data.replace(der, bytes(len(der))))
	PY
	calendar 3 --now 2026-11-01 bad.tlv || calendar 1 --now 2026-11-01 bad.tlv
	grep -q '^ctlsmith: bad.tlv: record 5' err
	[ "$(rows | wc -l)" = 19 ]
}

@test "large files end" {
	head -c 10000000 /dev/zero >zeros.der
	calendar 1 zeros.der
	head -c 10000000 /dev/zero | tr '\0' A >text.txt
	calendar 1 text.txt
	head -c 17000000 /dev/zero >larger
	calendar 1 larger
	grep -q 'limit of' err
	yes "$(alarm CertExpired x.der TVS own-cert 'Sun Mar 26 12:30:59:000 CES')" |
		head -n 20000 >syslog
	calendar 3 --now 2026-11-01 --json syslog
	json 'assert r[0]["alarms"][0]["times"] == 20000 and len(r) == 1'
	yes -- "$(cat pub.pem)" | head -n 30000 >many.pem
	calendar 1 many.pem
	grep -q 'more than 1000' err
	yes 'admin:show cert own tomcat' | head -n 300000 >prompts.txt
	calendar 1 prompts.txt
}

# ---- The command line ----

@test "another table of stores is taken, or refused with a reason" {
	cat >mine.yaml <<-'END'
		stores:
		- store: Kiosk
		  kind: neighbour
		  risk: high
		  breaks: [{text: the kiosk, source: me, mark: observed}]
		  todo: [{text: go there, source: me, mark: assumed}]
	END
	cp pub.pem Kiosk.pem
	calendar 0 --now "$(date -u +%F)" --stores mine.yaml Kiosk.pem
	grep -q ' Kiosk ' out
	calendar 3 --now 2040-01-01 --stores mine.yaml Kiosk.pem
	grep -qx '  - the kiosk \[observed: me\]' out
	grep -qx 'Kiosk, risk high' out
	calendar 3 --now 2040-01-01 --as Kiosk --stores mine.yaml --json pub.pem
	json 'assert r[0]["stores"] == ["Kiosk"]'
	sed -i 's/kind: neighbour/kind: neighbor/' mine.yaml
	calendar 1 --stores mine.yaml pub.pem
	grep -q '^ctlsmith: mine.yaml: line 3' err
	calendar 1 --stores mine.yaml --json pub.pem
	[ "$(tr -d '\n' <out)" = '[]' ]
	calendar 1 --stores absent.yaml pub.pem
}

@test "the command line is checked" {
	calendar 2
	calendar 2 --json --ical pub.pem
	grep -q 'exclude each other' err
	calendar 2 --days -1 pub.pem
	calendar 2 --days 36501 pub.pem
	calendar 2 --now yesterday pub.pem
	calendar 2 - -
	calendar 2 --stores - -
	"$CTLSMITH" cert calendar --now 2021-01-01 - <pub.pem >out
	[ "$(rows | wc -l)" = 1 ]
	calendar 0 --help
	grep -q -- '--days' out
}
