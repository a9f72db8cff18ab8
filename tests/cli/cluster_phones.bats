#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cluster phones: against the lab, whose own count is the judge, and with alarms
# that the test sends itself, good and hostile.

bats_require_minimum_version 1.5.0

setup_file() {
	export CTLSMITH_LAB=${CTLSMITH_LAB:-$BUILD/src/lab/ctlsmith-lab}
	export LAB_SYSLOG_PORT
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_FILE_TMPDIR" || return
	LAB_SYSLOG_PORT=$(/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	echo "sample: 6" >scenario.yaml
	lab_up "$BATS_FILE_TMPDIR/lab" --nodes 2 --phones 6 --release 12.5 \
		--mode tokenless --scenario scenario.yaml \
		--syslog "127.0.0.1:$LAB_SYSLOG_PORT"
}

teardown_file() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	lab_ask "$BATS_FILE_TMPDIR/lab" down
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	export LC_ALL=C.UTF-8
	lab=$BATS_FILE_TMPDIR/lab
	# shellcheck disable=SC1091 # it is made
	. "$lab/env.sh"
	phones=("$CTLSMITH" cluster phones --inventory "$LAB_INVENTORY" --batch)
	curl -s -o list.tlv "$LAB_HTTP_URL/CTLFile.tlv"
	sha1=$(sha1sum <list.tlv | cut -c1-40)
	md5=$(md5sum <list.tlv | cut -c1-32)
}

teardown() {
	if [ -n "${listener:-}" ]; then
		kill "$listener" 2>/dev/null || true
	fi
}

# watch ARGUMENT...: begins to listen, and returns when it listens and has told
# how far it is, which is when a signal ends it in order; sets port. What is
# printed goes to out, what is said to err.
watch() {
	local line fd

	rm -f said
	mkfifo said
	timeout "$LAB_LIMIT" "${phones[@]}" "$@" >out 2>said 3>&- &
	listener=$!
	exec {fd}<said
	IFS= read -r -t "$LAB_LIMIT" -u "$fd" line
	[[ $line == *"listening on port "* ]]
	port=${line#*port }
	port=${port%%,*}
	until [[ $line == *" proven, "* ]]; do
		IFS= read -r -t "$LAB_LIMIT" -u "$fd" line
	done
	cat <&"$fd" >err 3>&- &
	exec {fd}<&-
}

listen() {
	watch --no-login --listen 127.0.0.1:0 --from any "$@"
}

# ended: waits for the listener, and sets status.
ended() {
	status=0
	wait "$listener" || status=$?
	listener=
}

# stopped: the same, after an interrupt. What was sent before has come.
stopped() {
	kill -INT "$(pgrep -P "$listener")"
	ended
}

# alarm NAME FIELD...: as the appliance relays it, over UDP.
alarm() {
	local name=$1

	shift
	printf '<190>1: cucm1: Jan 01 2038 00:00:00.1 UTC :  %s[DeviceName=%s]%s' \
		'%UC_PHONE-6-DeviceTLInfo: %' "$name" "$*" \
		>"/dev/udp/127.0.0.1/$port"
}

# The report out, by a path of python: d is the element's "phones".
json() {
	/usr/bin/python3 -c 'import json, sys
d = json.load(open("out"))[0]["phones"]
print(eval(sys.argv[1]))' "$1"
}

fits_schema() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
}

@test "pages: what is proven is what the lab's phones hold" {
	"${phones[@]}" --web --web-port "$LAB_PHONE_PORT" --json >out
	fits_schema
	[ "$(json 'd["states"]["proven"]')" = \
		"$(lab_count "$lab" .phones.trusting)" ]
	[ "$(json 'd["list"]["md5"]')" = "$md5" ]
	[ "$(json 'd["list"]["sha1"]')" = "$sha1" ]
	[ "$(json 'd["counts"]["pages"]')" = 6 ]
	[ "$(json '{x["why"] for x in d["devices"]}')" = \
		"{\"its page has the list's hash\"}" ]
}

@test "another list is not what they hold: nobody is proven, exit 3" {
	list=$(find "$CASES/ok-tokenless-4947" -name '*.tlv')
	run -3 "${phones[@]}" --web --web-port "$LAB_PHONE_PORT" --list "$list"
	[[ $output == *"6 phones: 0 proven, 0 refused, 6 alive only"* ]]
	[[ $output == *"its page has another list's hash"* ]]
}

@test "alarms and pages: a reset of the lab's phones is heard" {
	{
		printf 'name\nSEPNOBODY\n'
		printf 'SEP0011AABB000%s\n' 1 2 3 4 5 6
	} >phones.csv
	watch --web --web-port "$LAB_PHONE_PORT" --json --csv phones.csv \
		--listen "127.0.0.1:$LAB_SYSLOG_PORT" --from 127.0.0.1
	lab_ask "$lab" reset-phones
	lab_ask "$lab" settle
	alarm SEPNOBODY "[CTL_Signature=$sha1]"
	ended
	[ "$status" = 0 ]
	fits_schema
	[ "$(json 'd["states"]["proven"]')" = 7 ]
	[ "$(json '[(x["is"], x["phones"]) for x in d["signatures"]]')" = \
		"[('the-list', 6), ('the-list', 1)]" ]
	[ "$(json 'd["counts"]["lost"]')" = 0 ]
	[ "$(json 'd["counts"]["messages"]')" = 7 ]
	[ "$(json 'd["counts"]["pages"] > 6')" = True ]
}

@test "each state, from alarms; all proven ends it with 0" {
	printf 'name,group\nSEP1,HQ\nSEP2,HQ\n' >phones.csv
	listen --csv phones.csv
	alarm SEP1 "[CTL_Signature=$sha1][StatusCode=1]"
	alarm sep2 "[CTL_Signature=$md5]"
	ended
	[ "$status" = 0 ]
	grep -q '2 phones: 2 proven' out

	printf 'name\nSEP1\nSEP2\nSEP3\nSEP4\nSEP5\nEND\n' >phones.csv
	listen --csv phones.csv --json
	alarm SEP1 "[CTL_Signature=$sha1]"
	alarm SEP2 "[CTL_Signature=$sha1][StatusCode=5]"
	alarm SEP3 "[CTL_Signature=aa:bb]"
	alarm SEP4 "[CTL_Signature=Not Installed][StatusCode=3]"
	alarm STRANGER "[CTL_Signature=aa:bb]"
	alarm 'a b' "[CTL_Signature=aa:bb]"
	printf '\xff\x1b]0;x\x07' >"/dev/udp/127.0.0.1/$port"
	printf '<1>%s Expiration:Sun Mar 26 12:30:59:000 CES][NodeID=n]\n' \
		'%UC_CERT-0-CertExpired: %[Message=Certificate name:t.der Unit:t Type:o' \
		>"/dev/tcp/127.0.0.1/$port"
	stopped
	[ "$status" = 3 ]
	fits_schema
	[ "$(json '[x["state"] for x in d["devices"]]')" = "['absent', $(
	)'proven', 'refused', 'alive-only', 'alive-only', 'absent', $(
	)'alive-only']" ]
	[ "$(json '[x["name"] for x in d["devices"] if not x["expected"]]')" = \
		"['STRANGER']" ]
	[ "$(json 'd["certificates"][0]["certificate"]')" = t.der ]
	[ "$(json '[(x["value"], x["phones"]) for x in d["signatures"]][-1]')" = \
		"('aa:bb', 2)" ]
}

@test "senders that are no node are not believed, nor alarms from before" {
	printf 'name\nSEP1\n' >phones.csv
	listen --csv phones.csv --since 2039-01-01
	alarm SEP1 "[CTL_Signature=$sha1]"
	stopped
	[ "$status" = 3 ]
	grep -q '1 alarms are older than the list' out
	# without --from any: the nodes of the lab have other addresses
	watch --no-login --listen 127.0.0.1:0 --csv phones.csv
	alarm SEP1 "[CTL_Signature=$sha1]"
	stopped
	[ "$status" = 3 ]
	grep -q '1 alarms are of senders that are no node' out
}

@test "--for and an interrupt end it with the report" {
	printf 'name\nSEP1\n' >phones.csv
	listen --csv phones.csv
	stopped
	[ "$status" = 3 ]
	grep -q '1 phones: 0 proven' out
	listen --csv phones.csv --for 1
	ended
	[ "$status" = 3 ]
	grep -q '1 phones: 0 proven' out
}

@test "hostile names and values reach no terminal" {
	printf 'name,group\nSEP1,"\x1b]0;owned\x07"\n' >phones.csv
	listen --csv phones.csv
	alarm SEP1 $'[CTL_Signature=\e[31m\xff]'
	stopped
	run ! grep -q $'\e' out err
	grep -qF '\x1b]0;owned\x07' out
}

@test "--setup: with the address, without an inventory, in 40 columns" {
	run -0 "$CTLSMITH" cluster phones --setup --listen 10.1.2.3:1514
	[[ $output == *"10.1.2.3."* ]]
	grep -E '^.{81}' <<<"$output" && return 1
	output=$(tr -s ' \n' ' ' <<<"$output")
	[[ $output == *"Exclude End Point Alarms must not be checked"* ]]
	[[ $output == *"port 1514 through the firewall"* ]]
	[[ $output == *" ? "* ]]
	run -0 "$CTLSMITH" cluster phones --setup
	[[ $output == *"this machine's address"* ]]
	/usr/bin/python3 "$SRC/tests/cli/terminal.py" 40 - "$CTLSMITH" \
		cluster phones --setup >shown
	run ! grep -E '^.{42}' shown
}

@test "what cannot be: wrong options, no list, no phones, a busy port" {
	local args

	for args in '--web-port 0' '--web-port 65536' '--web-port x' \
		'--listen x' '--listen localhost:1' '--no-login --csv' 'x'; do
		# shellcheck disable=SC2086 # words
		run -2 "${phones[@]}" $args
	done
	run -1 "${phones[@]}" --list nowhere.tlv
	[[ $output == *nowhere.tlv* ]]
	run -1 "${phones[@]}" --list "$BATS_TEST_FILENAME"
	run -1 "${phones[@]}" --csv nowhere.csv
	[[ $output == *nowhere.csv* ]]
	printf 'name,group\n,x\n' >phones.csv
	run -1 "${phones[@]}" --csv phones.csv
	[[ $output == *"phones.csv: line 2, column 1: a phone without"* ]]
	printf 'name\nSEP1\n' >phones.csv
	listen --csv phones.csv
	run -1 "${phones[@]}" --listen "127.0.0.1:$port"
	[[ $output == *"cannot listen"* ]]
	env -u LAB_PASSWORD "${phones[@]}" 2>err || status=$?
	[ "$status" != 0 ]
	grep -q LAB_PASSWORD err
}

@test "each node is asked who is registered with it" {
	local own=$BATS_TEST_TMPDIR/own

	echo 'nodes: [{name: cucm1, cli: {fails: show risdb}}, {name: cucm2}]' \
		>scenario.yaml
	lab_up "$own" --nodes 2 --phones 3 --release 12.5 --mode tokenless \
		--scenario scenario.yaml
	lab_ask "$own" status --json >status.json
	/usr/bin/python3 -c 'import json
print("name")
for phone in json.load(open("status.json"))["phones"]["list"][:3]:
    print(phone["name"])' >phones.csv
	run "$CTLSMITH" cluster phones --inventory "$own/cluster.yaml" --batch \
		--csv phones.csv
	[[ $output == *"who is registered is not known, the publisher"* ]]
	[ "$(grep -c '^SEP.*alive-only' <<<"$output")" = 3 ]
	lab_down_all
}

@test "the publisher cannot be asked: with a CSV it goes on, and says so" {
	printf 'name\nSEP1\n' >phones.csv
	sed 's/ssh: 2222/ssh: 1/' "$LAB_INVENTORY" >cluster.yaml
	cp "$lab"/*.pem .
	run -3 "$CTLSMITH" cluster phones --batch --inventory cluster.yaml \
		--csv phones.csv
	[[ $output == *"who is registered is not known"* ]]
	sed -i '/^phones:/d' cluster.yaml
	run -1 "$CTLSMITH" cluster phones --batch --inventory cluster.yaml
	[[ $output == *"publisher:"* ]]
}
