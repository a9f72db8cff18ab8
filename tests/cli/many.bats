#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Many files at once: folders, threads, one order, one end.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 TERM=xterm
	unset TZ
	good=$CASES/ok-tokenless-4947/CTLFile.tlv
	forged=$CASES/bad-signature/CTLFile.tlv
	sgn=$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn
	printf '\001\000\002' >short.tlv
	background=
}

teardown() {
	[ -z "$background" ] || kill "$background" 2>/dev/null || true
}

# later SECONDS: after that long the good list goes through the FIFO "fifo".
later() {
	rm -f fifo
	mkfifo fifo
	(
		exec 3>&-
		sleep "$1"
		exec cat "$good"
	) >fifo &
	background=$!
}

# try STATUS ARGUMENT...: what ctlsmith prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	"$CTLSMITH" "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith $*: $status instead of $wanted"
		cat err
		return 1
	}
}

# The names of the files that the lines in out are about, in order.
names() {
	sed 's/: .*//' out | tr '\n' ' '
}

# out is a JSON array of $1 elements.
elements() {
	/usr/bin/python3 -c 'import json, sys
doc = json.load(open("out"))
assert isinstance(doc, list) and len(doc) == int(sys.argv[1]), len(doc)' "$1"
}

# A folder "many" with $1 names of the good list.
many() {
	mkdir many
	cp "$good" many/0.tlv
	# shellcheck disable=SC2016 # the inner shell's
	seq -f 'many/%06g.tlv' "$1" | tail -n +2 |
		xargs -n 1000 sh -c 'for n; do ln many/0.tlv "$n"; done' sh
}

# --- Order. ---

@test "however many threads there are, the output is the same" {
	local jobs command

	for command in verify 'verify --json' show 'show --json' \
		'show --long --hex'; do
		# shellcheck disable=SC2086 # words
		"$CTLSMITH" $command --jobs 1 "$CASES" >wanted 2>&1 || [ $? = 1 ]
		[ "$(wc -l <wanted)" -gt 90 ]
		for jobs in 2 7 256; do
			# shellcheck disable=SC2086 # words
			"$CTLSMITH" $command --jobs $jobs "$CASES" \
				>got 2>&1 || [ $? = 1 ]
			cmp wanted got
		done
		# shellcheck disable=SC2086 # words
		"$CTLSMITH" $command "$CASES" >got 2>&1 || [ $? = 1 ]
		cmp wanted got
	done
}

@test "a folder is the files that find and sort find, one by one" {
	local file

	# a folder's name is compared without what stands in it
	find "$CASES" -type f ! -name '*.pem' ! -name '.*' | tr / '\001' |
		LC_ALL=C sort | tr '\001' / >files
	[ "$(wc -l <files)" -gt 90 ]
	"$CTLSMITH" verify --jobs 3 "$CASES" >got 2>&1 || [ $? = 1 ]
	while read -r file; do
		"$CTLSMITH" verify "$file" 2>&1 || [ $? != 2 ]
	done <files >wanted
	diff <(grep -v ': passed over ' got) wanted
}

@test "the order is that of the arguments, and each counts" {
	cp "$good" b.tlv
	cp "$good" a.tlv
	for jobs in 1 2 5; do
		try 3 verify --jobs $jobs b.tlv "$forged" a.tlv b.tlv
		[ "$(names)" = "b.tlv $forged a.tlv b.tlv " ]
		try 0 show --jobs $jobs b.tlv a.tlv b.tlv
		[ "$(sed -n 's/^==> \(.*\) <==$/\1/p' out | tr '\n' ' ')" = \
			'b.tlv a.tlv b.tlv ' ]
	done
}

@test "thousands of paths come out in order" {
	many 3000
	try 0 verify --jobs 4 many
	diff <(sed 's/: .*//' out) <(find many -name '*.tlv' | LC_ALL=C sort)
	find many -name '*.tlv' | shuf --random-source="$good" >paths
	xargs "$CTLSMITH" verify --jobs 4 <paths >out
	diff <(sed 's/: .*//' out) paths
	try 0 verify --json --jobs 4 many
	elements 3000
}

# --- Ends. ---

@test "1 beats 3, and 3 beats 0, whatever the order and the number of threads" {
	local jobs

	for jobs in 1 2 4; do
		try 0 verify --jobs $jobs "$good" "$good" "$good"
		try 3 verify --jobs $jobs "$good" "$forged" "$good"
		try 3 verify --jobs $jobs "$good" "$sgn"
		try 1 verify --jobs $jobs "$forged" "$good" short.tlv "$sgn"
		try 1 verify --jobs $jobs nothing "$forged" "$good"
		try 1 verify --jobs $jobs "$good" "$forged" nothing
	done
}

@test "in a folder too" {
	mkdir d
	cp "$good" d/a.tlv
	cp "$good" d/c.tlv
	try 0 verify d
	cp "$forged" d/b.tlv
	try 3 verify d
	cp short.tlv d/a0.tlv
	try 1 verify d
	[ "$(names)" = 'd/a.tlv d/b.tlv d/c.tlv ' ]
	grep -q '^ctlsmith: d/a0.tlv: ' err
}

@test "one bad file never stops the rest" {
	many 400
	cp short.tlv many/000007.tlv.x
	mv many/000007.tlv.x many/000007.tlv
	: >empty
	mv empty many/000200.tlv
	rm many/000399.tlv
	ln -s nowhere many/zz.tlv
	try 1 verify --jobs 3 many nothing many/000399.tlv "$good"
	[ "$(wc -l <out)" = 398 ]
	[ "$(grep -c '^ctlsmith: ' err)" = 5 ]
	[ "$(tail -n 1 out | sed 's/: .*//')" = "$good" ]
}

@test "nor is it forgotten where the output of its chunk comes in pieces" {
	many 400
	rm many/000190.tlv
	cp short.tlv many/000190.tlv
	try 1 show --json --jobs 3 many
	elements 400
	rm many/000190.tlv
	cp "$forged" many/000190.tlv
	try 3 show --json --jobs 3 many
}

@test "each file is that of its own folder" {
	mkdir a b
	cp "$good" a/1.tlv
	cp "$good" a/2.tlv
	cp "$forged" b/1.tlv
	cp "$forged" b/2.tlv
	for jobs in 1 2; do
		try 1 verify --jobs $jobs a/1.tlv a/2.tlv b/1.tlv b/2.tlv \
			a/2.tlv a/1.tlv 1.tlv
		[ "$(names)" = 'a/1.tlv a/2.tlv b/1.tlv b/2.tlv a/2.tlv a/1.tlv ' ]
		[ "$(grep -n FAILED out | cut -d: -f1 | tr '\n' ' ')" = '3 4 ' ]
		grep -q '^ctlsmith: 1.tlv: cannot open: No such' err
	done
}

# --- Folders. ---

@test "a file in a folder counts by its name, in any case" {
	mkdir d
	for name in a.tlv b.TLV c.sgn d.Loads e.SBN; do
		printf x >d/$name
	done
	try 1 verify d
	[ "$(sed -n 's/^ctlsmith: \([^:]*\): .*/\1/p' err | tr '\n' ' ')" = \
		'd/a.tlv d/b.TLV d/c.sgn d/d.Loads d/e.SBN ' ]
	printf x >d/tlv
	printf x >d/x.tlv.bak
	printf x >d/.sgn
	try 1 verify d
	[ "$(grep -c '^ctlsmith: d/' err)" = 5 ]
	grep -qx 'ctlsmith: passed over 2 files that are no trust lists; name them to see why' err
}

@test "or by how it begins" {
	mkdir d
	cp "$good" d/list
	cp "$good" d/README
	printf '\001\000\003' >d/other
	printf '\001\000' >d/cut
	: >d/nothing
	try 0 verify d
	[ "$(names)" = 'd/README d/list ' ]
	grep -q 'passed over 3 files' err
	rm d/cut d/nothing
	try 0 verify d
	grep -qx 'ctlsmith: passed over 1 file that is no trust list; name it to see why' err
}

@test "a hidden file is passed over in silence, and so is a hidden folder" {
	mkdir -p d/.git
	cp "$good" d/.hidden.tlv
	cp "$good" d/.git/a.tlv
	try 1 verify d
	cp "$good" d/a.tlv
	try 0 verify d
	[ "$(names)" = 'd/a.tlv ' ]
	[ ! -s err ]
	# by name it is read
	try 0 verify d/.hidden.tlv d/.git
	[ "$(names)" = 'd/.hidden.tlv d/.git/a.tlv ' ]
}

@test "folders in a folder are walked, in one order of names" {
	mkdir -p d/b/c d/b.tlv d/z
	cp "$good" d/b/c/1.tlv
	cp "$good" d/b/2.tlv
	cp "$good" d/b.tlv/3.tlv
	cp "$good" d/a.tlv
	cp "$good" d/c.tlv
	cp "$good" d/B.tlv
	try 0 verify d
	[ "$(names)" = 'd/B.tlv d/a.tlv d/b/2.tlv d/b/c/1.tlv d/b.tlv/3.tlv d/c.tlv ' ]
	try 0 verify d/
	[ "$(names)" = 'd/B.tlv d/a.tlv d/b/2.tlv d/b/c/1.tlv d/b.tlv/3.tlv d/c.tlv ' ]
	(cd d && "$CTLSMITH" verify . >../out)
	[ "$(names)" = './B.tlv ./a.tlv ./b/2.tlv ./b/c/1.tlv ./b.tlv/3.tlv ./c.tlv ' ]
}

@test "a symbolic link in a folder is not followed, one that is named is" {
	mkdir d other
	cp "$good" other/a.tlv
	ln -s ../other d/folder
	ln -s ../other/a.tlv d/file.tlv
	ln -s . d/loop
	try 1 verify d
	grep -q 'd: this folder holds no trust list' err
	grep -q 'passed over 3 files' err
	ln -s other link
	ln -s other link.tlv
	try 0 verify link d/file.tlv d/folder link.tlv
	[ "$(names)" = 'link/a.tlv d/file.tlv d/folder/a.tlv link.tlv/a.tlv ' ]
}

@test "FIFOs, sockets and devices in a folder are not waited for" {
	mkdir d
	mkfifo d/fifo d/fifo.tlv
	/usr/bin/python3 -c 'import socket
socket.socket(socket.AF_UNIX).bind("d/socket.tlv")'
	cp "$good" d/a.tlv
	try 0 verify d
	[ "$(names)" = 'd/a.tlv ' ]
	grep -q 'passed over 3 files' err
}

@test "a folder without a list is an error, named as it was" {
	mkdir -p d/e/f
	for folder in d d/ d/e; do
		try 1 verify "$folder"
		printf 'ctlsmith: %s: this folder holds no trust list and no signed file\n' \
			"$folder" | cmp - err
		try 1 show --json "$folder" "$good"
		elements 2
	done
	cp "$good" d/e/f/a.tlv
	try 0 verify d
	mkdir x.tlv
	printf x >x.tlv/other
	try 1 verify "$good" x.tlv "$good"
	[ "$(wc -l <out)" = 2 ]
	grep -qx 'ctlsmith: x.tlv: this folder holds no .*' err
	grep -q 'passed over 1 file' err
}

@test "a folder that cannot be read is an error, and the rest goes on" {
	local name i

	name=$(printf '%0250d' 0)
	mkdir d
	cp "$good" d/a.tlv
	cp "$good" d/z.tlv
	(
		cd d
		# longer in all than a path may be
		for ((i = 0; i < 18; i++)); do
			mkdir "$name" && cd "$name" || exit
		done
	)
	for jobs in 1 2; do
		try 1 verify --jobs $jobs d "$good"
		[ "$(names)" = "d/a.tlv d/z.tlv $good " ] ||
			[ "$(names)" = "d/z.tlv d/a.tlv $good " ]
		grep -q '^ctlsmith: d/0*.*: cannot read this folder: File name too long$' err
		[ "$(wc -l <err)" = 1 ]
		try 1 verify --json --jobs $jobs d "$good"
		elements 4
	done
	(
		cd d
		for ((i = 0; i < 18; i++)); do cd "$name"; done
		for ((i = 0; i < 18; i++)); do cd .. && rmdir "$name"; done
	)
	if [ "$(id -u)" != 0 ]; then
		mkdir d/locked
		cp "$good" d/locked/a.tlv
		chmod 0 d/locked
		try 1 verify d
		chmod 700 d/locked
		[ "$(wc -l <out)" = 2 ]
		grep -q 'd/locked: cannot read this folder: Permission' err
	fi
}

@test "standard input among others, and a FIFO by name" {
	cp "$good" in
	try 0 verify --jobs 3 "$good" - "$good" <in
	[ "$(names)" = "$good - $good " ]
	later 0
	ln fifo f.tlv
	try 0 verify --jobs 3 "$good" f.tlv "$good"
	[ "$(names)" = "$good f.tlv $good " ]
	try 1 verify "$good" - <.
	grep -q '^ctlsmith: -: .*directory' err
}

@test "trusted and signer hold for every thread" {
	many 200
	try 0 verify --jobs 4 --trusted "$good" many
	[ "$(grep -c 'verified with the trusted list' out)" = 200 ]
	try 0 verify --jobs 4 --signer "${good%/*}/pub.pem" many
	[ "$(grep -c 'verified with the certificate given' out)" = 200 ]
	try 3 verify --jobs 4 --signer \
		"$CASES/ok-token-5728/token1.pem" many
	[ "$(grep -c FAILED out)" = 200 ]
	try 0 show --tz Europe/Berlin --jobs 4 many
	[ "$(grep -c ' 21:56:07 CET 2015 ' out)" = 200 ]
}

# --- JSON. ---

@test "the JSON array is complete, whatever fails" {
	local arguments

	mkdir none
	while read -r arguments; do
		for command in show verify; do
			# shellcheck disable=SC2086 # words
			try 1 $command --json ${arguments#* }
			elements "${arguments%% *}"
		done
	done <<-ARGUMENTS
		0 $good --trusted nothing
		0 $good --trusted short.tlv
		0 $good $good --trusted $sgn
		0 none --signer nothing
		0 $good --signer $good
		1 none
		1 nothing
		2 nothing short.tlv
		3 $good none nothing
		4 --jobs 3 $good none nothing short.tlv
		1 --max-size 1 $good
	ARGUMENTS
	# a wrong command line is no array
	try 2 show --json
	[ ! -s out ]
}

# --- A standard output that takes no more. ---

@test "a full disk stops everything, with one message" {
	local command

	many 2000
	for command in verify 'verify --json' 'show --json' show; do
		for jobs in 1 2 7; do
			status=0
			# shellcheck disable=SC2086 # words
			timeout 60 "$CTLSMITH" $command --jobs $jobs many \
				>/dev/full 2>err || status=$?
			[ $status = 1 ]
			[ "$(wc -l <err)" = 1 ]
			grep -q '^ctlsmith: cannot write to standard output: No space' err
		done
	done
}

@test "a reader that goes away stops everything" {
	many 2000
	for jobs in 1 4; do
		status=0
		(
			trap '' PIPE
			set +e
			timeout 60 "$CTLSMITH" show --jobs $jobs many 2>err
			echo $? >status
		) | head -c 1000 >/dev/null
		[ "$(cat status)" = 1 ]
		[ "$(cat err)" = 'ctlsmith: cannot write to standard output: Broken pipe' ]
		# not ignored, SIGPIPE ends it
		run timeout 60 bash -c "\"$CTLSMITH\" show --jobs $jobs many |
			head -c 1000 >/dev/null; exit \${PIPESTATUS[0]}"
		[ "$status" = 141 ]
	done
}

@test "a closed standard error changes neither output nor end" {
	local status=0

	"$CTLSMITH" verify --jobs 3 "$CASES" >wanted 2>err || [ $? = 1 ]
	"$CTLSMITH" verify --jobs 3 "$CASES" 2>&- >out || status=$?
	[ $status = 1 ]
	cmp wanted out
}

# --- Memory. ---

# peak ARGUMENT...: the most memory that a run takes, in KiB; where a sanitizer
# is at work, without what it keeps of freed memory.
peak() {
	local -x ASAN_OPTIONS=$ASAN_OPTIONS:quarantine_size_mb=0

	/usr/bin/python3 - "$CTLSMITH" "$@" <<-'PY'
		import os, resource, subprocess, sys
		subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,
		               stderr=subprocess.DEVNULL)
		print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	PY
}

@test "ten times the files take no more memory" {
	local few much command

	many 300
	mv many few
	many 3000
	for command in verify 'show --json'; do
		# shellcheck disable=SC2086 # words
		few=$(peak $command --jobs 2 few)
		# shellcheck disable=SC2086 # words
		much=$(peak $command --jobs 2 many)
		echo "$command: $few, $much"
		[ "$much" -lt $((few + few / 5)) ]
	done
}

@test "what waits behind a slow file is bounded" {
	# 300 files of 256 KiB make 300 MB of text; the first one, a FIFO,
	# keeps all of it waiting
	mkdir big
	/usr/bin/python3 - "$sgn" <<-'PY'
		import sys
		open("big/0.sgn", "wb").write(open(sys.argv[1], "rb").read())
	PY
	"$TWIN" dump "$good" >/dev/null
	/usr/bin/python3 - <<-'PY'
		# a record of 60,000 bytes of a tag that nobody knows, and more
		head = bytes([1, 0, 2, 1, 2, 2, 0, 2, 0, 10])
		record = bytes([1, 0, 2, 0xea, 0x65, 200, 0xea, 0x5d]) + bytes(60000 - 3)
		record = bytes([1, 0, 2]) + (5 + 3 + 60000).to_bytes(2, "big") + \
		    bytes([200]) + (60000).to_bytes(2, "big") + bytes(60000)
		open("big/0.tlv", "wb").write(head + record * 4)
	PY
	rm big/0.sgn
	seq -f 'big/%g.tlv' 300 | while read -r name; do
		ln big/0.tlv "$name"
	done
	later 3
	grown=$(peak show --hex --jobs 4 fifo big)
	echo "$grown KiB"
	[ "$grown" -lt 120000 ]
	"$CTLSMITH" show --hex big/0.tlv >out || [ $? = 3 ]
	[ "$(wc -c <out)" -gt 500000 ]
}

# --- The progress bar. ---

# slow COLUMNS OUT ARGUMENT...: with a terminal as standard error, and files
# that take their time.
slow() {
	local columns=$1 out=$2

	shift 2
	later 1.2
	timeout 60 "$SRC/tests/cli/terminal.py" "$columns" "$out" "$CTLSMITH" "$@" >screen
}

@test "a person who waits sees how far it is" {
	many 50
	slow 80 out verify --jobs 1 many fifo many
	grep -qaP '\r\[#{20} {20}\]  51/101 files\x1b\[K\r' screen
	# at the end nothing of it is left
	[ "$(tail -c 4 screen | xxd -p)" = 0d1b5b4b ]
	[ "$(wc -l <out)" = 101 ]
	slow 80 out verify --jobs 3 many fifo many
	grep -qaP '\r\[#* *\]  \d+/101 files\x1b\[K\r' screen
	[ "$(tail -c 4 screen | xxd -p)" = 0d1b5b4b ]
}

@test "it is erased before anything else is written to the terminal" {
	many 50
	slow 80 - verify --jobs 2 many fifo many
	grep -qa '/101 files' screen
	# what was drawn last before a line is erased
	/usr/bin/python3 - <<-'PY'
		import re
		text = open("screen", "rb").read()
		for at in re.finditer(rb"files\x1b\[K\r", text):
		    rest = text[at.end():]
		    assert rest.startswith((b"\r[", b"\r\x1b[K")), rest[:40]
	PY
	[ "$(sed 's/\r//g; s/\x1b\[K//g' screen | grep -ac ': ctl: verified')" = 101 ]
}

@test "it fits into a narrow terminal" {
	local columns width

	many 50
	for columns in 79 40 31 30 29 20 14; do
		slow $columns out verify many fifo
		grep -qa '/51 files' screen
		width=$(tr '\r' '\n' <screen | sed 's/\x1b\[K//g' |
			awk '{ if (length($0) > w) w = length($0) } END { print w }')
		[ "$width" -lt $columns ]
		if [ $columns -lt 30 ]; then
			run -1 grep -a '#' screen
		else
			grep -qa '\[#' screen
		fi
	done
	slow 9 out verify many fifo
	[ "$(tr -d '\r' <screen | sed 's/\x1b\[K//g')" = '' ]
}

@test "and is not there for a dumb terminal, a file, or one file" {
	many 50
	TERM=dumb slow 80 out verify many fifo
	[ ! -s screen ]
	TERM='' slow 80 out verify many fifo
	[ ! -s screen ]
	slow 80 out verify fifo
	[ ! -s screen ]
	later 1.2
	"$CTLSMITH" verify many fifo 2>err >out
	[ ! -s err ]
	# quick work needs none
	"$SRC/tests/cli/terminal.py" 80 out "$CTLSMITH" verify many/000002.tlv \
		many/000003.tlv >screen
	[ ! -s screen ]
}

@test "the checks of this file notice what they look for" {
	printf '[{}, {}' >out
	run ! elements 2
	printf '[{}, {}]' >out
	elements 2
	run ! elements 1
	many 3
	[ "$(find many -type f | wc -l)" = 3 ]
}

@test "stdout fails while a thread waits for a file that never comes" {
	local status=0

	mkfifo never.tlv
	timeout 60 "$CTLSMITH" verify --jobs 2 \
		"$CASES/ok-tokenless-4947/CTLFile.tlv" never.tlv \
		>/dev/full 2>err || status=$?
	[ $status = 1 ]
	grep -q 'cannot write to standard output' err
}

@test "an element of JSON ends its line, so a complaint begins one" {
	local good=$CASES/ok-tokenless-4947/CTLFile.tlv

	"$CTLSMITH" verify --json "$good" nothing "$good" >out 2>&1 || true
	grep -q '^ctlsmith: nothing: ' out
	grep -v '^ctlsmith: ' out >array
	/usr/bin/python3 -c \
		'import json; assert len(json.load(open("array"))) == 3'
}

@test "few descriptors make fewer threads, not failures" {
	local i

	mkdir few
	for i in $(seq 200); do
		ln "$CASES/ok-tokenless-4947/CTLFile.tlv" "few/$i.tlv" ||
			cp "$CASES/ok-tokenless-4947/CTLFile.tlv" "few/$i.tlv"
	done 2>/dev/null
	(
		ulimit -n 20
		"$CTLSMITH" verify --jobs 64 few few/1.tlv >out 2>err
	)
	[ "$(grep -c ': verified, ' out)" = 201 ]
	[ ! -s err ]
}

@test "an empty name is no folder" {
	"$CTLSMITH" verify "" >out 2>err || [ $? = 1 ]
	grep -q '^ctlsmith: : cannot open: No such file' err
}
