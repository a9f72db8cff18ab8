#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith rescue and accept --history: which phones that were off take the
# newest list, and the ladders of the others. What a step is, tests/unit/
# test_history.c tries on all pairs; here the rungs are checked by verify.

bats_require_minimum_version 1.5.0
load history

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	history_archive
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$BATS_FILE_TMPDIR/archive" .
	export LC_ALL=C.UTF-8
	unset COLUMNS NO_COLOR TZ
	schema=$SRC/docs/ctlsmith.schema.json
}

# ctl STATUS ARGUMENT...: what it prints is then in out and err.
ctl() {
	local wanted=$1 status=0

	shift
	timeout -k 5 60 "$CTLSMITH" "$@" >out 2>err </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "$*: $status instead of $wanted"
		cat out err
		return 1
	}
}

rescue() {
	ctl "$1" rescue --archive archive "${@:2}"
}

history() {
	ctl "$1" accept --history archive "${@:2}"
}

# says FILE TEXT...: each stands in out or err.
says() {
	local file=$1 text

	shift
	tr '\n' ' ' <"$file" | tr -s ' ' >one-line
	for text; do
		grep -qF -- "$text" one-line || {
			echo "not in $file: $text"
			cat "$file"
			return 1
		}
	done
}

# of PYTHON: what it makes of the JSON in out, of which o is the object.
of() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema" >complaint 2>&1 || {
		tail -c 300 complaint
		return 1
	}
	/usr/bin/python3 - "$1" <<-'PY'
		import json, sys
		document = json.load(open("out"))
		assert len(document) == 1
		o = document[0].get("rescue") or document[0]["history"]
		print(eval("(" + sys.argv[1] + ")"))
	PY
}

# The files that out says to serve, in order.
rungs() {
	sed -n 's/^ *[0-9]*\. Serve \(.*\) as CTLFile.tlv and .*/\1/p' out |
		tr '\n' ' '
}

hash_of() {
	"$1sum" <"$2" | cut -d' ' -f1
}

# damage FILE BYTE: inverts it, counted from the end where it is negative.
damage() {
	/usr/bin/python3 - "$1" "$2" <<-'PY'
		import sys
		data = bytearray(open(sys.argv[1], "rb").read())
		data[int(sys.argv[2])] ^= 0xff
		open(sys.argv[1], "wb").write(data)
	PY
}

@test "rescue: the shortest ladder, as a technician follows it" {
	rescue 0 --installed archive/2013.tlv
	[ ! -s err ]
	cmp out - <<-END
		The phone holds archive/2013.tlv (MD5 $(hash_of md5 archive/2013.tlv)) and does not take archive/CTLFile.tlv: the signer, "SAST-4" (serial 45:DA:A2:AF:00:00:00:27:F9:04), is no SAST of the installed list.

		It takes 3 lists one after the other. Serve them from a TFTP server that this phone alone can reach, in a network without the cluster, and point the phone to it (DHCP option 150, or its own network settings). Phones ask for CTLSEP<MAC>.tlv before CTLFile.tlv, and on HTTP port 6970 before TFTP: have no such file there, and nothing on that port.

		 1. Serve archive/2015.tlv as CTLFile.tlv and reset the phone.
		    It is signed by SAST-2 and dates from 2015-03-06T18:45:13Z. Go on when the phone shows, of this list,
		    MD5   $(hash_of md5 archive/2015.tlv)
		    SHA-1 $(hash_of sha1 archive/2015.tlv)
		 2. Serve archive/2018.tlv as CTLFile.tlv and reset the phone.
		    It is signed by SAST-3 and dates from 2018-09-11T07:30:00Z. Go on when the phone shows, of this list,
		    MD5   $(hash_of md5 archive/2018.tlv)
		    SHA-1 $(hash_of sha1 archive/2018.tlv)
		 3. Serve archive/CTLFile.tlv as CTLFile.tlv and reset the phone.
		    It is signed by SAST-4 and dates from 2021-06-30T16:20:00Z. Go on when the phone shows, of this list,
		    MD5   $(hash_of md5 archive/CTLFile.tlv)
		    SHA-1 $(hash_of sha1 archive/CTLFile.tlv)

		Then it holds the newest list: take it back to its cluster.
	END
}

@test "rescue: each rung verifies with the one before, and no shorter way does" {
	local held=archive/2013.tlv rung

	rescue 0 --installed $held
	[ "$(rungs)" = "archive/2015.tlv archive/2018.tlv archive/CTLFile.tlv " ]
	for rung in archive/2018.tlv archive/CTLFile.tlv; do
		ctl 3 verify --trusted $held $rung
	done
	ctl 3 verify --trusted archive/2015.tlv archive/CTLFile.tlv
	rescue 0 --installed $held
	for rung in $(rungs); do
		ctl 0 verify --trusted "$held" "$rung"
		held=$rung
	done
	[ "$held" = archive/CTLFile.tlv ]
}

@test "rescue: the list by any hash, as phones and tools show it" {
	local sum hash

	for sum in md5 sha1 sha256 sha512; do
		hash=$(hash_of $sum archive/2015.tlv)
		rescue 0 --installed "$hash"
		[ "$(rungs)" = "archive/2018.tlv archive/CTLFile.tlv " ]
		mv out wanted
		hash=$(sed 's/../&:/g; s/:$//' <<<"${hash^^}")
		rescue 0 --installed "$hash"
		cmp out wanted
		rescue 0 --json --installed "$hash"
		[ "$(of 'o["hash"]["digest"], o["hash"]["value"]')" = \
			"('$sum', '$(hash_of $sum archive/2015.tlv)')" ]
	done
	# one digit less, or a colon too few, is a file that is not there
	rescue 1 --installed "${hash%?}"
	says err 'No such file'
	rescue 1 --installed "${hash:0:2}${hash:3}"
	# what is spelt as a hash is one, unless it is a path
	hash=$(hash_of md5 archive/2015.tlv)
	cp archive/2018.tlv "$hash"
	rescue 0 --installed "$hash"
	says out 'The phone holds archive/2015.tlv'
	rescue 0 --installed "./$hash"
	says out 'the phone holds archive/2018.tlv'
}

@test "rescue: a hash that no list has" {
	local hash=00112233445566778899aabbccddeeff

	rescue 3 --installed $hash
	says out "No list of archive has the MD5 $hash, so nobody can tell"
	rescue 3 --json --installed $hash
	[ "$(of 'o["answer"], o["installed"], o["ladder"], o["judgement"]')" = \
		"('unknown-list', None, [], None)" ]
	rescue 3 --dot --installed $hash
	[ ! -s out ]
	says err 'no list of archive has this hash'
}

@test "rescue: nothing is needed" {
	rescue 0 --installed archive/2018.tlv
	says out 'Nothing is needed: the phone holds archive/2018.tlv and takes archive/CTLFile.tlv as it is'
	rescue 0 --json --installed archive/2018.tlv
	[ "$(of 'o["answer"], len(o["ladder"]), o["judgement"]["verdict"]')" = \
		"('direct', 1, 'accepts')" ]
	rescue 0 --installed archive/CTLFile.tlv
	says out 'Nothing is needed: the phone holds archive/CTLFile.tlv, which is the newest.'
	rescue 0 --json --installed archive/CTLFile.tlv
	[ "$(of 'o["answer"], o["ladder"]')" = "('nothing-needed', [])" ]
}

@test "rescue: no ladder" {
	rescue 3 --installed archive/old/2011.tlv
	says out 'does not take archive/CTLFile.tlv' \
		'No list of archive leads from one to the other.'
	rescue 3 --json --installed archive/old/2011.tlv
	[ "$(of 'o["answer"], o["ladder"], o["judgement"]["rule"]')" = \
		"('no-ladder', [], 'A4')" ]
	# a rung that is missing
	rm archive/2015.tlv
	rescue 3 --installed archive/2013.tlv
	# and another that takes its place
	history_list archive/again.tlv 2016-01-01T00:00:00Z 1 1 4
	rescue 0 --installed archive/2013.tlv
	[ "$(rungs)" = "archive/again.tlv archive/CTLFile.tlv " ]
}

@test "rescue: --target, in the archive or outside" {
	rescue 0 --installed archive/2013.tlv --target archive/2018.tlv
	[ "$(rungs)" = "archive/2015.tlv archive/2018.tlv " ]
	history_list NEW.tlv 2022-01-01T00:00:00Z 3 3
	rescue 0 --installed archive/2013.tlv --target NEW.tlv
	[ "$(rungs)" = "archive/2015.tlv NEW.tlv " ]
	# what the phone holds is not the newest because it is newer
	rescue 0 --installed NEW.tlv
	says out 'holds NEW.tlv (MD5' 'archive/2018.tlv as CTLFile.tlv' \
		'archive/CTLFile.tlv as CTLFile.tlv'
	damage NEW.tlv 300
	rescue 3 --installed archive/2013.tlv --target NEW.tlv
	says err 'NEW.tlv: it does not verify by itself'
	[ ! -s out ]
	HISTORY_NAME=ITLFile.tlv history_list itl.tlv 2022-01-01T00:00:00Z 3 3
	rescue 3 --installed archive/2013.tlv --target itl.tlv
	says err "itl.tlv: the phone's list is of kind ctl, and this one itl"
	ctl 1 rescue --archive archive \
		--installed "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn"
	rescue 1 --installed archive/2013.tlv --target nothing
	says err 'nothing: cannot open'
}

@test "rescue: which is the newest is said where the lists do not say it" {
	history_list archive/none.tlv none 4 4
	rescue 3 --installed archive/2013.tlv
	says err 'archive/none.tlv has no TIMESTAMP' 'name it with --target'
	rescue 0 --installed archive/2013.tlv --target archive/CTLFile.tlv
	rm archive/none.tlv
	history_list archive/twin.tlv 2021-06-30T16:20:00Z 3 3 4
	rescue 3 --installed archive/2013.tlv
	says err 'archive/CTLFile.tlv and archive/twin.tlv have the same TIMESTAMP'
	rescue 3 --json --installed archive/2013.tlv
	[ "$(tr -d '\n ' <out)" = '[]' ]
}

@test "rescue: files with the same bytes are one list" {
	cp archive/2015.tlv archive/old/copy.tlv
	cp archive/CTLFile.tlv archive/a.tlv
	rescue 0 --installed archive/2013.tlv
	[ "$(rungs)" = "archive/2015.tlv archive/2018.tlv archive/CTLFile.tlv " ]
	rescue 0 --json --installed archive/2013.tlv
	[ "$(of '[[n["path"] for n in l["same_bytes"]] for l in o["ladder"]]')" = \
		"[['archive/old/copy.tlv'], [], ['archive/a.tlv']]" ]
	history 3 --json
	[ "$(of 'len(o["versions"]), o["newest"]')" = "(5, 'archive/CTLFile.tlv')" ]
}

@test "rescue: what does not verify, or is another kind, is no rung" {
	damage archive/2015.tlv 300
	HISTORY_NAME=ITLFile.tlv history_list archive/itl.tlv \
		2016-01-01T00:00:00Z 1 1 4
	rescue 3 --installed archive/2013.tlv
	says out 'No list of archive leads' \
		'Left out: archive/2015.tlv: it does not verify by itself: ' \
		'Left out: archive/itl.tlv: it is of another kind, itl'
	run ! grep 'should not hold it' out
	[ ! -s err ]
	rescue 3 --json --installed archive/2013.tlv
	[ "$(of '[l["file"]["path"] for l in o["left_out"]]')" = \
		"['archive/2015.tlv', 'archive/itl.tlv']" ]
	# but phones may hold it
	rescue 0 --installed archive/2015.tlv
	says out 'note: archive/2015.tlv does not verify by itself, so a phone should not hold it: '
	[ "$(rungs)" = "archive/2018.tlv archive/CTLFile.tlv " ]
	# an ITL has a history of its own
	HISTORY_NAME=ITLFile.tlv history_list archive/itl2.tlv \
		2017-01-01T00:00:00Z 4 4
	rescue 0 --installed archive/itl.tlv
	says out 'takes archive/itl2.tlv as it is' \
		'That is so for a phone without a CTL'
}

@test "rescue: what cannot be read is said, the rest is done" {
	head -c 900 archive/2018.tlv >archive/old/cut.tlv
	cp archive/2018.tlv archive/old/firmware.sgn
	echo hello >archive/notes.txt
	cp "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn" archive
	rescue 1 --installed archive/2013.tlv
	[ "$(rungs)" = "archive/2015.tlv archive/2018.tlv archive/CTLFile.tlv " ]
	says err 'ctlsmith: archive/old/cut.tlv: ' \
		'archive: passed over 2 files that are no CTL and no ITL'
	rescue 1 --json --installed archive/2013.tlv
	[ "$(of 'o["whole"], o["passed_over"]')" = '(False, 2)' ]
	rm archive/old/cut.tlv
	rescue 0 --installed archive/2013.tlv
	rescue 1 --installed archive/2013.tlv --max-size 100
	says err '--max-size raises it'
	ctl 1 rescue --archive nowhere --installed archive/2013.tlv
	says err 'ctlsmith: nowhere: '
	[ "$(wc -l <err)" = 1 ]
	mkdir empty
	ctl 1 rescue --archive empty --installed archive/2013.tlv
	cp archive/*.sgn empty
	ctl 1 rescue --archive empty --installed archive/2013.tlv
	says err 'there is no CTL and no ITL in it'
}

@test "rescue: from standard input" {
	"$CTLSMITH" rescue --archive archive --installed - \
		<archive/2013.tlv >out
	[ "$(rungs)" = "archive/2015.tlv archive/2018.tlv archive/CTLFile.tlv " ]
}

@test "a graph that Graphviz reads, with the ladder marked" {
	rescue 0 --dot --installed archive/2013.tlv
	sed 's/^>/\t/' <<-END | cmp out -
		digraph history {
		>rankdir=LR;
		>node [shape=box];
		>n1 [label="archive/old/2011.tlv\n2011-01-20T12:00:00Z\nMD5 $(hash_of md5 archive/old/2011.tlv)"];
		>n2 [label="archive/2013.tlv\n2013-05-02T10:00:00Z\nMD5 $(hash_of md5 archive/2013.tlv)", penwidth=3];
		>n3 [label="archive/2015.tlv\n2015-03-06T18:45:13Z\nMD5 $(hash_of md5 archive/2015.tlv)"];
		>n4 [label="archive/2018.tlv\n2018-09-11T07:30:00Z\nMD5 $(hash_of md5 archive/2018.tlv)"];
		>n5 [label="archive/CTLFile.tlv\n2021-06-30T16:20:00Z\nMD5 $(hash_of md5 archive/CTLFile.tlv)", peripheries=2];
		>n2 -> n3 [color=red, penwidth=3];
		>n3 -> n4 [color=red, penwidth=3];
		>n4 -> n5 [color=red, penwidth=3];
		>n5 -> n4;
		}
	END
	dot -Tsvg out >svg
	[ "$(grep -c 'class="node"' svg)" = 5 ]
	[ "$(grep -c 'class="edge"' svg)" = 4 ]
	# a phone in the middle: only its own way
	rescue 0 --dot --installed archive/2015.tlv
	[ "$(grep -c 'color=red' out)" = 2 ]
	# no way at all
	rescue 3 --dot --installed archive/old/2011.tlv
	[ "$(grep -c 'color=red' out)" = 0 ]
	history 3 --dot
	dot -Tsvg out >svg
	[ "$(grep -c 'n. -> n. \[color=red' out)" = 3 ]
	grep -q 'n1 .*color=red, style=dashed\];$' out
	grep -q 'n2 .*", color=red\];$' out
	grep -q 'n4 .*"\];$' out
	grep -q 'n5 .*, peripheries=2\];$' out
}

@test "names from outside change neither terminal nor graph nor JSON" {
	local odd=$'a"b\\N\\l&lt;{x|y}\n\e[31m\xff\u202e.tlv'

	mv archive/2015.tlv "archive/$odd"
	rescue 0 --installed archive/2013.tlv
	run -1 grep -P '[\x00-\x08\x0b-\x1f\x7f]|\x{202e}' out
	says out 'archive/a"b\N\l&lt;{x|y}\x0a\x1b[31m\xff\xe2\x80\xae.tlv as CTLFile'
	rescue 0 --json --installed archive/2013.tlv
	[ "$(of 'bytes.fromhex(o["ladder"][0]["file"]["path_hex"]).decode(
		"utf8", "surrogateescape") == "archive/" + '"$(
		/usr/bin/python3 -c 'import sys; print(ascii(sys.argv[1]))' "$odd"
	)")" = True ]
	history 3
	says out 'a"b\N\l&lt;{x|y}\x0a'
	rescue 0 --dot --installed archive/2013.tlv
	dot -Tplain out >plain
	[ "$(grep -c ^node plain)" = 5 ]
	# shown as it is: Graphviz replaced nothing
	dot -Tsvg out >svg
	grep -qF 'a&quot;b\N\l&amp;lt;{x|y}\x0a\x1b[31m\xff' svg
}

@test "rescue: on a narrow terminal, in colour" {
	TERM=xterm COLUMNS=40 script -qec "$(printf '%q ' "$CTLSMITH" rescue \
		--archive archive --installed archive/2013.tlv)" /dev/null \
		>out </dev/null
	tr -d '\r' <out | sed 's/SHA-1 .*//' | awk 'length > 48 { exit 1 }'
	status=0
	TERM=xterm COLUMNS=60 script -qec "$(printf '%q ' "$CTLSMITH" accept \
		--history archive)" /dev/null >out </dev/null || status=$?
	[ "$(grep -c $'\e\\[' out)" = 5 ]
	grep -q $'\e\\[31mstranded, no ladder' out
}

@test "accept --history: what becomes of each version" {
	history 3
	[ ! -s err ]
	cmp out - <<-'END'
		TIMESTAMP             FILE                  SIGNED BY  PHONE WITH IT
		2011-01-20T12:00:00Z  archive/old/2011.tlv  SAST-5     stranded, no ladder
		2013-05-02T10:00:00Z  archive/2013.tlv      SAST-1     stranded, ladder of 3
		2015-03-06T18:45:13Z  archive/2015.tlv      SAST-2     stranded, ladder of 2
		2018-09-11T07:30:00Z  archive/2018.tlv      SAST-3     direct
		2021-06-30T16:20:00Z  archive/CTLFile.tlv   SAST-4     holds the newest

		The newest is archive/CTLFile.tlv, by TIMESTAMP. Of 5 versions 3 are stranded: a phone that was off since then does not take it. For those with a ladder `ctlsmith rescue` prints what to serve; 1 has none.
	END
	history 3 --json
	[ "$(of '[(v["fate"], v["rungs"], v["next"]) for v in o["versions"]]')" = \
		"[('stranded', 0, None), ('stranded', 3, 'archive/2015.tlv'), $(
		)('stranded', 2, 'archive/2018.tlv'), ('direct', 1, $(
		)'archive/CTLFile.tlv'), ('holds', 0, None)]" ]
	[ "$(of 'o["stranded"], o["without_ladder"], o["newest_named"],
		o["phones"], o["versions"][0]["phones"]')" = \
		"(3, 1, False, None, None)" ]
}

@test "accept --history: NEW is the newest, whatever its time" {
	history 3 archive/2018.tlv
	says out 'The newest is archive/2018.tlv, as named.' \
		'2 are stranded' '1 has none'
	history_list NEW.tlv none 3 3
	history 3 --json NEW.tlv
	[ "$(of 'o["newest"], o["newest_named"], len(o["versions"])')" = \
		"('NEW.tlv', True, 6)" ]
	history 3 NEW.tlv
	says out 'no TIMESTAMP NEW.tlv'
	rm -r archive/old archive/2013.tlv
	history 0 NEW.tlv
	says out 'A phone that was off at any of these versions takes it as it is.'
	damage NEW.tlv 300
	history 3 NEW.tlv
	says err 'NEW.tlv: it does not verify by itself'
	history_list archive/none.tlv none 4 4
	history 3
	says err 'archive/none.tlv has no TIMESTAMP' 'name it as NEW.tlv'
	history 1 nothing
}

@test "accept --history: phones by what they hold" {
	local md5

	md5=$(hash_of md5 archive/2013.tlv)
	cat >phones.csv <<-END
		name,class,hash
		SEP1,no-tvs,$md5
		SEP2,no-tvs,$(hash_of sha1 archive/2013.tlv)
		SEP3,no-tvs,$(hash_of sha512 archive/2018.tlv)
		SEP4,no-tvs,
		SEP4,no-tvs,00112233445566778899aabbccddeeff
	END
	history 3 --phones phones.csv
	says out 'SAST-1 stranded, ladder of 3 2 2015' 'direct 1 2021' \
		'Of 5 phones 2 hold a list that is stranded; 1 holds one that is not here; of 1 it is not said.' \
		'note: 1 row has a name that was there before (SEP4)'
	history 3 --json --phones phones.csv
	[ "$(of 'o["phones"], [v["phones"] for v in o["versions"]],
		len(o["notes"])')" = "({'total': 5, 'stranded': 2, 'other_list':$(
	) 1, 'not_said': 1}, [0, 2, 0, 1, 0], 1)" ]
	sed -i s/no-tvs/nonsense/ phones.csv
	history 1 --phones phones.csv
	says err "phones.csv: " "nonsense"
}

@test "accept --history: what is left out, what cannot be read" {
	damage archive/2015.tlv 300
	HISTORY_NAME=ITLFile.tlv history_list archive/itl.tlv \
		2016-01-01T00:00:00Z 1 1 4
	history 3
	says out 'Left out: archive/2015.tlv: it does not verify by itself: ' \
		'Left out: archive/itl.tlv: it is of another kind, itl' \
		'Of 4 versions 2 are stranded' '2 have none'
	head -c 900 archive/2018.tlv >archive/cut.tlv
	history 1
	says err 'ctlsmith: archive/cut.tlv: '
	says out 'Of 4 versions 2 are stranded'
	# ITLs alone have a history too
	rm archive/*.tlv archive/old/*.tlv
	HISTORY_NAME=ITLFile.tlv history_list archive/itl.tlv \
		2016-01-01T00:00:00Z 1 1 4
	history 0
}

@test "wrong command lines" {
	rescue 2
	says err '--installed FILE is missing'
	ctl 2 rescue --installed archive/2013.tlv
	says err '--archive DIR is missing'
	rescue 2 --installed archive/2013.tlv archive/2015.tlv
	rescue 2 --installed archive/2013.tlv --json --dot
	says err '--json and --dot exclude each other'
	rescue 2 --installed - --target -
	history 2 archive/2013.tlv archive/2015.tlv
	history 2 --json --dot
	history 2 --installed archive/2013.tlv
	says err 'with --history go --phones'
	history 2 --models x
	history 2 --phones - -
	ctl 2 accept --dot archive/2013.tlv
	says err '--dot needs --history'
}

@test "the real list" {
	local real=$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv

	[ -e "$real" ] || skip "no samples in $CTLSMITH_SAMPLES"
	cp "$real" archive/real.tlv
	rescue 3 --installed "$(hash_of md5 "$real")" --target archive/CTLFile.tlv
	says out 'archive/real.tlv' 'No list of archive leads'
	rescue 3 --installed archive/2013.tlv --target archive/real.tlv
	rescue 0 --installed archive/real.tlv --target archive/real.tlv
	history 3 archive/real.tlv
	says out 'holds the newest' '5 are stranded'
}

@test "10,000 lists by few signers" {
	local i

	[ "${CTLSMITH_LONG:-}" = 1 ] || {
		# as many as make a difference
		set -- 500
	}
	mkdir many
	for i in 1 2 3 4; do
		"$BUILD/tests/bench/bench_make" "archive/$(
			cut -d' ' -f$i <<<'2013 2015 2018 CTLFile'
		).tlv" "$SRC/softhsm-fixtures/keys/rsa1024-$(
			cut -d' ' -f$i <<<'d e f g'
		).pem" many $((i * ${1:-10000} / 4 - ${1:-10000} / 4)) 1 \
			$((i * ${1:-10000} / 4))
	done
	[ "$(find many -type f | wc -l)" = "${1:-10000}" ]
	ctl 3 accept --history many --json "many/$(find many -type f |
		sort | tail -n 1 | cut -d/ -f2)"
	/usr/bin/python3 - "${1:-10000}" <<-'PY'
		import json, sys, collections
		o = json.load(open("out"))[0]["history"]
		n = int(sys.argv[1]) // 4
		assert collections.Counter(v["rungs"] for v in o["versions"]) == \
		    {0: 1, 1: 2 * n - 1, 2: n, 3: n}
	PY
}
