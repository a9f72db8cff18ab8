#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith lint: which findings, of what, in which words, and how it ends.
# What triggers each finding is tests/unit/test_validate.c.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	unset COLUMNS NO_COLOR
	fresh=$CASES/ok-fresh-list/CTLFile.tlv
	one=$CASES/bad-one-sast/CTLFile.tlv
	bad=$CASES/bad-header-unaligned/CTLFile.tlv
	cut=$CASES/bad-leftover/CTLFile.tlv
	sgn=$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn
}

# try STATUS ARGUMENT...: what lint prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	"$CTLSMITH" lint "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "lint $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# The ids in out, in order, as "a b c".
ids() {
	sed -n 's/.* \[\([a-z0-9-]*\)\]$/\1/p' out | tr '\n' ' ' | sed 's/ $//'
}

# The same of the JSON array in out.
json_ids() {
	/usr/bin/python3 -c 'if True:
		import json
		for e in json.load(open("out")):
		    for f in e["findings"]:
		        print(f["id"], end=" ")' | sed 's/ $//'
}

# on_terminal COLUMNS ARGUMENT...: the same on a terminal that wide, to out.
on_terminal() {
	local columns=$1

	shift
	TERM=${TERM_WANTED-xterm} COLUMNS=$columns \
		script -qec "$(printf '%q ' "$CTLSMITH" lint "$@")" /dev/null \
		>out </dev/null || true
}

@test "a list as it should be: notes, and success even with --strict" {
	try 0 --strict --at 2024-06-01 "$fresh"
	[ "$(ids)" = sha1 ]
	[ ! -s err ]
	[ "$(tail -n 1 out)" = "$fresh: ctl: 1 note" ]
}

@test "--strict makes a warning a failure, and nothing else" {
	try 0 --at 2024-06-01 "$one"
	grep -q ": warning: .* \[one-sast\]$" out
	mv out relaxed
	try 3 --at 2024-06-01 --strict "$one"
	cmp relaxed out
}

@test "an error ends with 3, a file that is refused with 1" {
	try 3 --at 2024-06-01 "$bad"
	[ "$(ids)" = "header-unaligned sha1 rsa-1024 rsa-1024 rsa-1024" ]
	[ ! -s err ]
	try 1 "$cut"
	[ "$(ids)" = leftover ]
	[ ! -s err ]
	[ "$(tail -n 1 out)" = "$cut: 1 error" ]
	try 1 nothing
	[ ! -s out ]
	grep -q '^ctlsmith: nothing: cannot open: ' err
}

@test "over many files 1 beats 3 beats 0, and none is left out" {
	try 3 --at 2024-06-01 "$fresh" "$bad" "$one"
	[ "$(grep -c '/CTLFile.tlv: ctl: ' out)" = 3 ]
	try 1 --at 2024-06-01 "$bad" nothing "$cut" "$fresh"
	[ "$(grep -cE '/CTLFile.tlv: (ctl: )?[0-9]' out)" = 3 ]
	[ "$(wc -l <err)" = 1 ]
}

@test "errors come first, notes last, each by place" {
	try 3 --at 2024-06-01 "$CASES/bad-two-keys/CTLFile.tlv" "$bad"
	sed -nE 's/^.*: (error|warning|note): .*/\1/p' out >severities
	[ "$(uniq severities | tr '\n' ' ')" = "error note error note " ]
}

@test "a line says file, severity, place, finding, advice and id" {
	try 3 --at 2024-06-01 "$bad"
	[ "$(head -n 1 out)" = "$bad: error: header / HEADERLENGTH (2), byte 5: $(
	)the header has 299 bytes, which is no multiple of 4; have the file $(
	)made anew: phones complain of a header that does not end at a $(
	)multiple of 4 [header-unaligned]" ]
}

@test "--at: the day a certificate ends, and the day after" {
	# they are valid up to 2035-01-01T00:00:00Z
	local list=$CASES/ok-pads-0/CTLFile.tlv

	try 0 --at 2035-01-01T00:00:00Z --days 0 "$list"
	grep -q "ends on 2035-01-01; .* \[signer-expires\]$" out
	grep -q "ends on 2035-01-01; .* \[certificate-expires\]$" out
	run -1 grep expired out
	try 0 --at 2035-01-01T00:00:01Z --days 0 "$list"
	grep -q ": warning: .* ended on 2035-01-01; .* \[signer-expired\]$" out
	grep -q ": note: .* ended on 2035-01-01; .* \[certificate-expired\]$" out
	run -1 grep expires out
	try 0 --at 2014-12-31 "$list"
	grep -q ": note: .* \[certificate-early\]$" out
}

@test "--at is now where it is not given" {
	# a certificate that ended long ago, whatever the clock says
	try 0 "$CASES/ok-pads-0/CTLFile.tlv"
	mv out implicit
	try 0 --at "$(date +%F)" "$CASES/ok-pads-0/CTLFile.tlv"
	cmp implicit out
	try 0 --at 2034-12-25 "$CASES/ok-pads-0/CTLFile.tlv"
	run -1 cmp -s implicit out
}

@test "--days: 30 where it is not given" {
	local list=$CASES/ok-pads-0/CTLFile.tlv

	try 0 --at 2034-12-02T00:00:00Z "$list"
	grep -q signer-expires out
	try 0 --at 2034-12-01T23:59:59Z "$list"
	run -1 grep expires out
	try 0 --days 31 --at 2034-12-01T23:59:59Z "$list"
	grep -q signer-expires out
	try 0 --days 0 --at 2034-12-31T23:59:59Z "$list"
	run -1 grep expires out
}

@test "dates and days that are none" {
	local value

	for value in '' 2015 2015-13-01 tomorrow 2015-05-20T12 -1; do
		try 2 --at "$value" "$fresh"
		grep -q '^ctlsmith: --at wants a date' err
	done
	for value in '' -1 1.5 36501 x; do
		try 2 --days "$value" "$fresh"
		grep -q '^ctlsmith: --days wants a number' err
	done
}

@test "--json says the same" {
	local file

	for file in "$fresh" "$one" "$bad" "$cut" "$sgn"; do
		"$CTLSMITH" lint --at 2024-06-01 "$file" >out || true
		ids | tr ' ' '\n' | sort >lines
		"$CTLSMITH" lint --at 2024-06-01 --json "$file" >out || true
		json_ids | tr ' ' '\n' | sort >elements
		[ -s lines ]
		diff -u lines elements
	done
	try 1 --json nothing "$cut"
	[ "$(json_ids)" = leftover ]
}

@test "the real list, judged at its own date, passes --strict" {
	local real=$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv

	[ -e "$real" ] || skip "no real list: set CTLSMITH_SAMPLES"
	try 0 --strict --at 2015-05-20 "$real"
	[ "$(tail -n 1 out)" = "$real: ctl: 7 notes" ]
}

@test "--signer and --trusted: a signed file is checked, or a note says not" {
	try 0 "$sgn"
	[ "$(ids)" = "signature-unchecked sha1" ]
	try 0 --signer "$CASES/ok-cnf-sgn-sha1/pub.pem" "$sgn"
	[ "$(ids)" = sha1 ]
	try 0 --trusted "$CASES/ok-itl-callmanager/ITLFile.tlv" "$sgn"
	[ "$(ids)" = sha1 ]
	try 3 --trusted "$CASES/ok-token-5728/CTLFile.tlv" "$sgn"
	[ "$(ids)" = "signer-unknown sha1" ]
}

@test "--signer and --trusted: a list is judged with itself too" {
	local case=$CASES/bad-signer-ccm-tftp

	try 3 --at 2024-06-01 --signer "$case/sub.pem" "$case/CTLFile.tlv"
	[ "$(grep -c '\[signer-not-sast\]$' out)" = 1 ]
	run -1 grep signer-unknown out
	try 3 --at 2024-06-01 --signer "$case/pub.pem" "$case/CTLFile.tlv"
	[ "$(grep -c '\[signer-not-sast\]$' out)" = 1 ]
	[ "$(grep -c '\[signer-unknown\]$' out)" = 1 ]
	try 0 --at 2024-06-01 --trusted "$fresh" "$fresh"
	[ "$(ids)" = sha1 ]
	# what both find is said once
	try 3 --trusted "$CASES/bad-signature/CTLFile.tlv" \
		"$CASES/bad-signature/CTLFile.tlv"
	[ "$(grep -c '\[signature-bad\]$' out)" = 1 ]
}

@test "--kind: each kind has its own rules" {
	local list=$CASES/bad-no-capf/CTLFile.tlv

	try 0 --at 2024-06-01 "$list"
	grep -q '\[no-capf\]$' out
	try 0 --at 2024-06-01 --kind itl "$list"
	run -1 grep '\[no-capf\]$' out
	grep -q ": warning: .* \[filename-differs\]$" out
}

@test "--max-size and --jobs" {
	try 1 --max-size 100 "$fresh"
	grep -q 'larger than the limit of 100 bytes' err
	try 3 --at 2024-06-01 --jobs 2 "$fresh" "$bad"
	mv out two
	try 3 --at 2024-06-01 --jobs 1 "$fresh" "$bad"
	cmp two out
}

@test "the text of show ctl" {
	try 0 "$SRC/tests/listings/118893-5.txt"
	[ "$(ids)" = "one-sast signature-unchecked" ]
	try 0 "$SRC/tests/listings/118892-2.txt"
	grep -q ', line [0-9]*: no CCM+TFTP record .* \[non-secure\]$' out
	try 0 "$SRC/tests/listings/118893-1.txt"
	[ "$(ids)" = no-file ]
	try 3 --strict "$SRC/tests/listings/118893-1.txt"
	[ "$(ids)" = no-file ]
	sed 's/was verified successfully/is nice/
		s/^The CTL file is nice./Verification of the CTL File failed./' \
		"$SRC/tests/listings/118893-5.txt" >failed.txt
	try 3 failed.txt
	grep -q ": error: .* \[said-failed\]$" out
	try 0 - <"$SRC/tests/listings/118892-2.txt"
}

@test "a text without records, and one that is refused" {
	sed '/^CTL Record #/,$d' "$SRC/tests/listings/118893-5.txt" >head.txt
	try 3 head.txt
	[ "$(ids)" = "text-empty signature-unchecked" ]
	cat "$SRC/tests/listings/118893-5.txt" \
		"$SRC/tests/listings/118893-6.txt" >two.txt
	try 1 two.txt
	[ "$(ids)" = text-refused ]
	grep -q ': line [0-9]*: .* \[text-refused\]$' out
}

@test "a text that ctlsmith printed is judged as the list" {
	local dates='expire|early|sha1|rsa-|unchecked'

	for file in "$fresh" "$CASES/ok-token-5728/CTLFile.tlv" "$one"; do
		try 0 --at 2024-06-01 "$file"
		ids | tr ' ' '\n' | grep -vE "$dates" >from_file || true
		"$CTLSMITH" show --long "$file" >text
		try 0 text
		ids | tr ' ' '\n' | grep -vE "$dates" >from_text || true
		diff -u from_file from_text
	done
}

@test "on a terminal: filled to its width, and coloured" {
	local columns

	for columns in 40 80 132; do
		on_terminal $columns --at 2024-06-01 "$bad"
		grep -q $'\033\[1;31merror\033\[0m' out
		sed 's/\x1b\[[0-9;]*m//g; s/\r$//' out >plain
		# words that are longer stand alone
		awk -v max=$columns 'length($0) > max && NF > 1 &&
			!/CTLFile.tlv: / { print; bad = 1 }
			END { exit bad }' plain
		# nothing is lost
		"$CTLSMITH" lint --at 2024-06-01 "$bad" >wide || true
		[ "$(tr -s '[:space:]' '\n' <plain)" = \
			"$(tr -s '[:space:]' '\n' <wide)" ]
	done
}

@test "no colours where nobody wants them" {
	NO_COLOR=1 on_terminal 80 --at 2024-06-01 "$bad"
	run -1 grep $'\033' out
	TERM_WANTED=dumb on_terminal 80 --at 2024-06-01 "$bad"
	run -1 grep $'\033' out
	try 3 --at 2024-06-01 "$bad"
	run -1 grep $'\033' out
}

@test "hostile names do not reach the terminal" {
	local odd

	odd=$(printf 'a\033[31m\nb.tlv')
	cp "$cut" "$odd"
	try 1 "$odd"
	run -1 grep $'\033' out
	[ "$(wc -l <out)" = 2 ]
}

@test "nowhere to write to is a failure" {
	local status=0

	"$CTLSMITH" lint "$fresh" >/dev/full 2>err || status=$?
	[ $status = 1 ]
	grep -q 'cannot write to standard output' err
}
