#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What phones of the lab do on the wire: downloads, alarms, web pages.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
}

teardown() {
	lab_down_all
	[ -z "${listener:-}" ] || kill "$listener" 2>/dev/null || true
}

# listen udp|tcp COUNT: what listens puts COUNT lines into `heard`, and its port
# into `port`.
listen() {
	cat >listen.py <<-'PY'
		import socket, sys
		kind, count, limit = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
		tcp = kind == "tcp"
		s = socket.socket(socket.AF_INET,
		    socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
		s.bind(("127.0.0.1", 0))
		s.settimeout(limit)
		if tcp: s.listen(1)
		port = open("port", "w")
		print(s.getsockname()[1], file=port)
		port.close()
		if tcp: lines = s.accept()[0].makefile()
		heard = open("heard", "w")
		for i in range(count):
		    heard.write(next(lines) if tcp else s.recv(9000).decode() + "\n")
		heard.close()
	PY
	mkfifo port
	/usr/bin/python3 listen.py "$1" "$2" "$LAB_LIMIT" 3>&- &
	listener=$!
	exec {fd}<>port
	read -r -t "$LAB_LIMIT" -u "$fd" number
	exec {fd}<&-
}

@test "the sample downloads, HTTP first" {
	echo 'sample: 3' >s.yaml
	lab_up "$lab" --nodes 2 --phones 10 --mode tokenless --scenario s.yaml
	lab_ask "$lab" reset-phones
	lab_ask "$lab" settle
	[ "$(lab_count "$lab" .downloads.http)" = 6 ]
	[ "$(lab_count "$lab" .downloads.tftp)" = 0 ]
	[ "$(lab_count "$lab" .downloads.failed)" = 0 ]
	[ "$(lab_count "$lab" .downloads.different)" = 0 ]
}

@test "where HTTP makes no sense, TFTP does" {
	printf 'sample: 2\nnodes: [{name: one, http: garbage}]\n' >s.yaml
	lab_up "$lab" --nodes 1 --phones 4 --mode tokenless --scenario s.yaml
	lab_ask "$lab" reset-phones
	lab_ask "$lab" settle
	[ "$(lab_count "$lab" .downloads.tftp)" = 4 ]
	[ "$(lab_count "$lab" .downloads.http)" = 0 ]
	[ "$(lab_count "$lab" .downloads.failed)" = 0 ]
	[ "$(lab_count "$lab" .downloads.different)" = 0 ]
}

@test "each phone that starts tells by syslog, over UDP and TCP" {
	local kind

	for kind in udp tcp; do
		rm -f port heard
		listen $kind 8
		lab_up "$lab" --nodes 2 --phones 8 --mode tokenless \
			--syslog "$kind://127.0.0.1:$number"
		lab_ask "$lab" reset-phones
		lab_ask "$lab" settle
		wait "$listener"
		[ "$(wc -l <heard)" = 8 ]
		[ "$(grep -c '%UC_PHONE-6-DeviceTLInfo: %\[DeviceName=SEP' heard)" = 8 ]
		[ "$(grep -o 'DeviceName=[^]]*' heard | sort -u | wc -l)" = 8 ]
		grep -q '\[CTL_Signature=[0-9A-F:]*\]\[CTL_TFTP_Server=127' heard
		grep -q '\[ITL_Signature=[0-9A-F:]*\]\[ITL_TFTP_Server=127' heard
		run ! grep -q 'StatusCode' heard
		lab_down "$lab"
	done
}

@test "a phone that refuses the new list says so, and stays where it was" {
	listen udp 4
	printf 'phones: [{sort: no-sbd, percent: 100}]\n' >s.yaml
	lab_up "$lab" --nodes 1 --phones 4 --mode token --list-made-on 10.5 \
		--scenario s.yaml --syslog "127.0.0.1:$number"
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< utils ctl update CTLFile
		> (y/n):
		< y
		> Updated
		> admin:
		< utils service restart Cisco Tftp
		> Cisco Tftp[STARTED]
		> admin:
		< quit
		end
	TXT
	lab_ask "$lab" reset-phones
	lab_ask "$lab" settle
	wait "$listener"
	[ "$(grep -c '\[StatusCode=5\]' heard)" = 4 ]
	[ "$(lab_count "$lab" .phones.refused)" = 4 ]
}

@test "reset-phones takes names, also by the environment" {
	listen udp 3
	lab_up "$lab" --nodes 2 --phones 8 --mode tokenless \
		--syslog "127.0.0.1:$number"
	mapfile -t names < <(sed -n 's/^\(SEP[^,]*\),.*/\1/p' "$lab/phones.csv")
	lab_ask "$lab" reset-phones "${names[0]}"
	CTLSMITH_PHONES=${names[3]} lab_ask "$lab" reset-phones
	echo "${names[5]}" >names.txt
	CTLSMITH_PHONES=$PWD/names.txt lab_ask "$lab" reset-phones
	CTLSMITH_PHONES=$PWD/nothing run -1 lab_ask "$lab" reset-phones
	lab_ask "$lab" settle
	wait "$listener"
	grep -q "${names[0]}" heard
	grep -q "${names[3]}" heard
	grep -q "${names[5]}" heard
	run -1 lab_ask "$lab" reset-phones SEPNOTHING
}

# page FIELD: of the first phone whose model is $1.
page() {
	curl -sS --fail --noproxy '*' "http://$address:$LAB_PHONE_PORT$1"
}

@test "web pages: the hash of the CTL, by model" {
	printf 'sample: 1\nphones: [{sort: sbd, percent: 100}]\n' >s.yaml
	lab_up "$lab" --nodes 1 --phones 1 --mode tokenless --scenario s.yaml
	address=$(sed -n '2s/.*,//p' "$lab/phones.csv")
	page '/CGI/Java/Serviceability?adapter=device.statistics.configuration' \
		>html
	md5=$(curl -sS --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" | md5sum |
		cut -c1-32)
	grep 'CTL file' html | grep -qi "$md5"
	page '/CGI/Java/Serviceability?adapter=device.statistics.statusmessages' \
		>html
	grep -q 'CTL and ITL installed' html
	run -22 page /NetworkConfiguration
	lab_down "$lab"
	printf 'sample: 1\nphones: [{sort: no-sbd, percent: 100}]\n' >s.yaml
	lab_up "$lab" --nodes 1 --phones 1 --mode tokenless --scenario s.yaml
	address=$(sed -n '2s/.*,//p' "$lab/phones.csv")
	sha1=$(curl -sS --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" | sha1sum |
		cut -c1-40)
	page /NetworkConfiguration | grep 'CTL file' | grep -qi "$sha1"
}
