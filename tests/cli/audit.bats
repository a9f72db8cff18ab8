#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# audit verify, on logs that tests/tools/auditlog.c appends to.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	schema=$SRC/docs/ctlsmith.schema.json
	"$AUDITLOG" log 9
}

# try STATUS ARGUMENT...: what ctlsmith audit verify prints is then in out and
# err.
try() {
	local wanted=$1 status=0

	shift
	"$CTLSMITH" audit verify "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith audit verify $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

wrong() {
	try 2 "$@"
	[ ! -s out ]
	grep -qx "Try 'ctlsmith audit verify --help'." err
}

# broken LINE ID [FILE]: the log is broken at that line, in text and in JSON.
broken() {
	try 3 "${3:-bad}"
	grep -q "^${3:-bad}: BROKEN at line $1, byte " out
	[ ! -s err ]
	try 3 --json "${3:-bad}"
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	/usr/bin/python3 - "$@" <<-'PY'
		import json, sys
		b = json.load(open("out"))[0]["audit"]["break"]
		assert (b["line"], b["id"]) == (int(sys.argv[1]), sys.argv[2]), b
		text = open(sys.argv[3] if len(sys.argv) > 3 else "bad", "rb").read()
		assert text[:b["offset"]].count(b"\n") == b["line"] - 1
		assert b["offset"] == 0 or text[b["offset"] - 1:][:1] == b"\n"
	PY
}

# The hash of line $1 of the file $2, by tools alone.
hash_of() {
	sed -n "$1p" "$2" | tr -d '\n' | sha256sum | cut -c 1-64
}

# Walks the chain of the file $1 on its own, as the manual in audit.h says.
walk() {
	/usr/bin/python3 - "$1" <<-'PY'
		import hashlib, json, sys
		sha = lambda b: hashlib.sha256(b).hexdigest()
		text = open(sys.argv[1], "rb").read()
		assert text.endswith(b"\n") and text.isascii()
		since, torn = b"", False
		for n, line in enumerate(text[:-1].split(b"\n"), 1):
		    if line.endswith(b" #torn"):
		        since, torn = since + b"\n" + line, True
		        continue
		    o = json.loads(line)
		    assert json.dumps(o, separators=(",", ":")).lower().encode() == \
		        line.lower(), line
		    body = line[:line.index(b',"sum":"')]
		    assert o["line"] == n and o["sum"] == sha(body)
		    if n == 1:
		        assert o["format"] == "ctlsmith-audit"
		    else:
		        assert o["prev"] == sha(since)
		        assert o.get("after_torn_line", False) == torn
		    since, torn = line, False
		print(n)
	PY
}

@test "a log that is whole" {
	try 0 log
	[ ! -s err ]
	cat >wanted <<-TEXT
		log: whole, 9 records
		  log        3a9d510c77e24fb8961dc3602bf48e15, begun 2024-05-01T12:00:00Z
		  from       2024-05-01T12:02:00Z
		  to         2024-05-01T12:10:00Z
		  last line  10
		  last hash  $(hash_of 10 log)
		Whether lines were cut off at the end does not show. Note the last hash down
		elsewhere: --last HASH tells later whether it still stands in the log.
	TEXT
	diff -u wanted out
	[ "$(walk log)" = 10 ]
	[ "$(stat -c %a log)" = 600 ]
}

@test "a log without a record" {
	"$AUDITLOG" new 0
	try 0 new
	grep -qx 'new: whole, 0 records' out
	grep -qx "  last hash  $(hash_of 1 new)" out
	run -1 grep -E '^  (from|to) ' out
	"$AUDITLOG" new 1
	try 0 new
	grep -qx 'new: whole, 1 record' out
}

@test "standard input, and a pipe" {
	"$CTLSMITH" audit verify - <log >out
	grep -qx -- '-: whole, 9 records' out
	# shellcheck disable=SC2002 # a pipe is wanted
	cat log | "$CTLSMITH" audit verify /dev/stdin >out
	grep -qx '/dev/stdin: whole, 9 records' out
	sed 5d log | "$CTLSMITH" audit verify - >out || [ $? = 3 ]
	grep -q '^-: BROKEN at line 5,' out
}

@test "lines changed, taken out, put in, moved" {
	sed '4s/wrong/right/' log >bad
	broken 4 changed
	sed '4s/"file"/"File"/' log >bad
	broken 4 member
	sed '4s/"file"/file/' log >bad
	broken 4 not-json
	sed 4d log >bad
	broken 4 number
	sed 4p log >bad
	broken 5 number
	sed '4{h;d};5G' log >bad
	broken 4 number
	sed '4s/.*/hello/' log >bad
	broken 4 not-json
	sed '4s/.*/& #torn/' log >bad
	broken 5 torn
	sed 1d log >bad
	broken 1 member
	: >bad
	broken 1 empty
	head -c 70000 /dev/zero | tr '\0' x >bad
	broken 1 line-too-long
	{ cat log && head -c 70000 /dev/zero; } >bad
	broken 11 line-too-long
}

@test "a line that was written anew, with a sum that fits" {
	local body

	body=$(sed -n 4p log | sed 's/,"sum".*//; s/the PIN is wrong/ok/')
	{
		sed -n 1,3p log
		printf '%s,"sum":"%s"}\n' "$body" \
			"$(printf %s "$body" | sha256sum | cut -c 1-64)"
		sed -n '5,$p' log
	} >bad
	[ "$(sed -n 4p bad)" != "$(sed -n 4p log)" ]
	broken 5 prev
}

@test "what is broken is said, and how far it is whole" {
	sed '4s/wrong/right/' log >bad
	try 3 bad
	cat >wanted <<-TEXT
		bad: BROKEN at line 4, byte $(head -n 3 log | wc -c): its sum does not fit its text
		  meaning    this line was damaged or changed after it was written
		  chain      whole up to line 3, 2 records
		  log        3a9d510c77e24fb8961dc3602bf48e15, begun 2024-05-01T12:00:00Z
		  from       2024-05-01T12:02:00Z
		  to         2024-05-01T12:03:00Z
		  last line  3
		  last hash  $(hash_of 3 log)
		From that line on nothing was judged, and nothing is proven.
	TEXT
	diff -u wanted out
	try 3 "$SRC/README.md"
	grep -q 'BROKEN at line 1, byte 0: ' out
	grep -q 'or this is no audit log$' out
	[ "$(wc -l <out)" = 3 ]
}

@test "--last: the hash of each line is found, and of no other" {
	local n hash

	for n in 1 2 9 10; do
		hash=$(hash_of $n log)
		try 0 --last "$hash" log
		grep -qx "  noted      the hash of line $n: up to there .*" out
		run -1 grep '^Whether' out
		try 0 --last "${hash^^}" log
	done
	"$AUDITLOG" log 2
	try 0 --last "$hash" log
	grep -q '^  noted      the hash of line 10:' out
	try 3 --last "$(printf %064d 0)" log
	grep -qx 'log: NOT THE SAME LOG: no line of it has the hash of --last' out
	grep -q '^  meaning    lines at the end were cut off,' out
}

@test "--last: an end that was cut off, and another log" {
	local hash

	hash=$(hash_of 10 log)
	sed '$d' log >bad
	try 0 bad
	try 3 --last "$hash" bad
	"$AUDITLOG" other 9 other-key
	try 0 other
	try 3 --last "$hash" other
	# before a break it is found, behind it it is not
	sed '6s/lab-sast/my-sast/' log >bad
	try 3 --last "$(hash_of 5 log)" bad
	grep -q '^  noted      the hash of line 5:' out
	try 3 --last "$hash" bad
	grep -qx '  noted      no line before that has the hash of --last' out
}

@test "--last refuses what is no hash" {
	local hash

	hash=$(hash_of 10 log)
	for hash in '' 0 "${hash}0" "${hash%?}" "${hash%?}g" "0x${hash%??}" \
		"${hash%??} 1"; do
		wrong --last "$hash" log
		grep -q '^ctlsmith: --last wants a hash of 64 hex digits' err
	done
	wrong log --last
}

@test "--json says what the text says" {
	try 0 --json --last "$(hash_of 3 log)" log
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	/usr/bin/python3 - "$(hash_of 10 log)" "$(hash_of 3 log)" <<-'PY'
		import json, sys
		(e,) = json.load(open("out"))
		assert e == {"schema": 1, "file": {"path": "log"}, "error": None,
		    "audit": {"status": "whole", "break": None, "lines": 10,
		    "records": 9, "id": "3a9d510c77e24fb8961dc3602bf48e15",
		    "created": "2024-05-01T12:00:00Z",
		    "first_time": "2024-05-01T12:02:00Z",
		    "last_time": "2024-05-01T12:10:00Z", "last_line": 10,
		    "last_hash": sys.argv[1], "num_torn": 0, "torn": [],
		    "wanted": {"hash": sys.argv[2], "line": 3}}}, e
	PY
	try 3 --json --last "$(printf %064d 0)" log
	grep -q '"line": null' out
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	: >empty
	try 3 --json empty
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	# the schema can refuse
	sed 's/"status": "broken"/"status": "whole"/' out >changed
	run -1 /usr/bin/python3 "$SRC/tests/cli/schema.py" changed "$schema"
}

@test "what cannot be read" {
	local file

	sed -n 1p log | sed 's/"format_version":1/"format_version":2/; s/,"sum".*//' |
		tr -d '\n' >later
	printf ',"sum":"%s"}\n' "$(sha256sum <later | cut -c 1-64)" >>later
	for file in nothing . later; do
		try 1 "$file"
		[ ! -s out ]
		grep -q "^ctlsmith: $file: ..*" err
		try 1 --json "$file"
		/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
		grep -q "^ctlsmith: $file: ..*" err
	done
	grep -q 'format version 2' err
}

@test "a wrong command line is said to be one" {
	wrong
	wrong --json
	wrong log log
	wrong --nothing log
	try 2 --last
	status=0
	"$CTLSMITH" audit >out 2>err || status=$?
	[ $status = 2 ]
	"$CTLSMITH" audit nothing 2>err || status=$?
	[ $status = 2 ]
}

@test "a name that a terminal would act on" {
	local odd

	odd=$(printf 'l\033[31m\nog')
	cp log "$odd"
	try 0 "$odd"
	[ "$(head -n 1 out)" = 'l\x1b[31m\x0aog: whole, 9 records' ]
	odd=$(printf 'l\377g')
	cp log "$odd"
	try 0 --json "$odd"
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	grep -q '"path_hex": "6cff67"' out
}

@test "hostile labels" {
	"$AUDITLOG" log 1 "$(printf '"}\n{\\\033[31m\377\342\200\256')"
	try 0 log
	[ "$(walk log)" = 11 ]
	run -1 grep -qP '[^\x20-\x7e]' log
	/usr/bin/python3 - <<-'PY'
		import json
		key = json.loads(open("log").read().splitlines()[-1])["key"]
		assert key["label"] == '"}\n{\\\x1b[31m\ufffd\u202e', key
		assert bytes.fromhex(key["label_hex"]) == \
		    b'"}\n{\\\x1b[31m\xff\xe2\x80\xae'
	PY
}

@test "a line that was cut short is a note, and the log goes on" {
	local size

	size=$(stat -c %s log)
	truncate -s $((size - 100)) log
	try 0 log
	grep -q '^log: whole, 8 records$' out
	grep -q '^  cut short  line 10, byte [0-9]*, as by a crash; the next ' out
	"$AUDITLOG" log 2
	try 0 log
	grep -q '^log: whole, 10 records$' out
	grep -q '^  cut short  line 10, byte [0-9]*, as by a crash; the log says ' out
	[ "$(walk log)" = 12 ]
	[ "$(tail -n 2 log | grep -c after_torn_line)" = 1 ]
	try 0 --json log
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	# many of them
	for size in {1..20}; do
		printf '{"line":' >>log
		"$AUDITLOG" log 1
	done
	try 0 log
	[ "$(grep -c '^  cut short ' out)" = 16 ]
	grep -qx ' *and 5 lines more' out
	walk log
	try 0 --json log
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
}
