#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is said of a change after a real run, signed by a token.

# shellcheck disable=SC2119 # change_through takes options of a run, not ours
bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/change/change.sh
	. "$SRC/tests/change/change.sh"
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	lab_down_all
}

# tell COMMAND...: of the run, JSON in json as its schema has it.
tell() {
	"$CTLSMITH" change "$@" plan.yaml --json >json || [ $? = 5 ]
	/usr/bin/python3 "$SRC/tests/cli/schema.py" json "$SRC/docs/ctlsmith.schema.json"
}

# is EXPRESSION: true of the change in json, c.
is() {
	/usr/bin/python3 -c 'if True:
		import json, sys
		c = json.load(open("json"))[0]["change"]
		sys.exit(0 if eval("(" + sys.argv[1] + ")") else
			f"not so: {sys.argv[1]}: " + json.dumps(c)[:4000])
	' "$1"
}

html() {
	"$CTLSMITH" change report plan.yaml --html report.html --force
	/usr/bin/python3 "$SRC/tests/change/report.py" report.html \
		"$LAB_PASSWORD" ${PIN_SAST_1:+"$PIN_SAST_1" "$SO_PIN_SAST_1"} \
		>text
}

half_way() {
	change_go run --until save
	tell status
	is 'not c["ended"]'
	is '[s["state"] for s in c["steps"]][:3] == ["done", "done", "open"]'
	run -5 "$CTLSMITH" change status plan.yaml
	[[ $output == *"2 of "*" steps are done."* ]]
	html
	grep -q 'It is not at its end' text
}

in_text() {
	run -0 "$CTLSMITH" change report plan.yaml
	[[ $output == *'it is at its end'* ]]
	[[ $output == *'Typed: experimental=experimental'* ]]
	[[ $output == *'Has to follow: '*'<script>'* ]]
	[[ $output == *'Phones at the begin: 10 registered, 0 absent.'* ]]
	grep -qE '^cert/cucm1/CAPF +[0-9a-f]{16}  [0-9a-f]{16}$' <<<"$output"
	grep -qE '^cert/cucm1/TVS +[0-9a-f]{16}  the same$' <<<"$output"
	grep -qE '^[0-9a-f]{64}  CTLFile.tlv$' <<<"$output"
	run ! grep -F "$PIN_SAST_1" <<<"$output"
}

in_json() {
	tell report
	is 'c["ended"] and c["proof"] and c["phones"] == 10'
	is 'all(s["state"] == "done" and s["begun"] <= s["ended"]
	    for s in c["steps"])'
	is '{f["name"] for f in c["facts"] if f["before"] != f["after"]} >=
	    {"cert/cucm1/CAPF", "ctl/cucm1", "ctl/cucm2"}'
	is 'any("<script>" in f for f in c["follow_up"])'
	is '[o["typed"] for o in c["overrides"]].count(
	    "experimental=experimental") == 1'
	is 'len(c["devices"]) == 10 and all(d["state"] == "registered" and
	    not d["waived"] for d in c["devices"])'
}

# The file on the disk is the one whose checksum is told.
sums_are_right() {
	local folder

	folder=$(dirname "$(find state -name journal.jsonl)")
	"$CTLSMITH" change report plan.yaml |
		grep -E '^[0-9a-f]{64}  ' >"$folder/sums"
	(cd "$folder" && sha256sum -c --quiet sums)
	[ "$(wc -l <"$folder/sums")" -gt 20 ]
}

in_html() {
	html
	local piece

	for piece in 'Change of lab: CAPF' 'Before and after (SHA-256)' \
		cert/cucm1/CAPF 'sign a new CTL with a token' Transcripts \
		'set cert regen CAPF' 'Has to follow' Phones \
		SEP0011AABB000A POINT\ OF\ NO\ RETURN; do
		grep -qF "$piece" text || {
			echo "not in it: $piece"
			return 1
		}
	done
	# as text, and so escaped
	grep -qF '<script>alert(1)</script>' text
	run ! grep -qiF '<script' report.html
	[ "$(stat -c %a report.html)" = 600 ]
	run -1 "$CTLSMITH" change report plan.yaml --html report.html
	[[ $output == *'is there already; --force replaces it'* ]]
}

@test "text, JSON and HTML of a change" {
	change_up --release 12.5 --mode token
	cat >>"$LAB_INVENTORY" <<-'TXT'
		neighbours:
		- name: "<script>alert(1)</script>"
		  kind: uccx
	TXT
	change_plan CAPF
	half_way
	change_through
	in_text
	in_json
	sums_are_right
	in_html
}

@test "phones that are absent, or waived, are named" {
	printf '%s\n' 'phones:' '- {sort: sbd, percent: 20, off: 50}' >s.yaml
	change_up --release 15 --mode tokenless
	change_plan update-ctl
	change_through --waive SEP0011AABB0005
	grep -q 'absent, will need a visit or rescue: SEP0011AABB0001' said.all
	grep -q 'waived: SEP0011AABB0005 will need a visit or rescue' said.all
	grep -q 'proven: 8 of 9 phones' said.all
	tell report
	is '[d["name"] for d in c["devices"] if d["state"] == "absent"] ==
	    ["SEP0011AABB0001"]'
	is '[d["name"] for d in c["devices"] if d["waived"]] ==
	    c["waived"] == ["SEP0011AABB0005"]'
	run -0 "$CTLSMITH" change report plan.yaml
	[[ $output == *'Phones at the begin: 9 registered, 1 absent.'* ]]
	[[ $output == *'Absent: SEP0011AABB0001'* ]]
	[[ $output == *'Waived: SEP0011AABB0005'* ]]
	html
	grep -qx 'SEP0011AABB0001' text
}

@test "what the judge of the HTML refuses" {
	local bad

	for bad in '<p>' '</p>' '<img src="x">' '<script></script>' \
		'<p onclick="x">a</p>' '<style>a{background:url(x)}</style>' \
		'<p>sesame</p>'; do
		printf "<p>default-src 'none'</p>%s" "$bad" >bad.html
		run ! /usr/bin/python3 "$SRC/tests/change/report.py" \
			bad.html sesame
	done
	printf "<p>default-src 'none'</p>" >good.html
	/usr/bin/python3 "$SRC/tests/change/report.py" good.html sesame
}
