#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith unsign: the content and nothing else, and never what does not verify.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	umask 022
	name=SEP001122334455.cnf.xml
	cp "$CASES/ok-cnf-sgn-sha1/$name.sgn" "$CASES/ok-cnf-sgn-sha1/pub.pem" .
	cp "$CASES/ok-itl-callmanager/ITLFile.tlv" \
		"$CASES/ok-tokenless-4947/CTLFile.tlv" .
	content "$name.sgn" >wanted
}

# What stands behind the header of a file.
content() {
	tail -c +$((16#$(xxd -s 8 -l 2 -p "$1") + 1)) "$1"
}

# try STATUS ARGUMENT...: what unsign prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	"$CTLSMITH" unsign "$@" >out 2>err </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "unsign $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# The JSON in out is valid, and PYTHON is true of its elements, u.
json() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	/usr/bin/python3 -c 'import json, sys
u = [e["unsign"] for e in json.load(open("out"))]
assert eval(sys.argv[1]), u' "$1"
}

@test "the content is written beside the file, and not said to be verified" {
	try 0 "$name.sgn"
	cmp wanted "$name"
	[ "$(cat out)" = "$name.sgn: wrote $name, NOT VERIFIED: no --signer or $(
	)--trusted" ]
	[ ! -s err ]
	[ "$(stat -c %a "$name")" = 644 ]
}

@test "--signer and --trusted: verified, and said so" {
	try 0 --signer pub.pem "$name.sgn"
	cmp wanted "$name"
	[ "$(cat out)" = "$name.sgn: wrote $name, verified with the $(
	)certificate given" ]
	rm "$name"
	try 0 --trusted ITLFile.tlv "$name.sgn"
	cmp wanted "$name"
	[ "$(cat out)" = "$name.sgn: wrote $name, verified with the trusted list" ]
}

@test "--signer and --trusted: what does not verify is not written" {
	local other

	try 3 --trusted CTLFile.tlv "$name.sgn"
	grep -q "^ctlsmith: $name.sgn: nothing is written, since it does not" err
	[ ! -e "$name" ] && [ ! -s out ]
	other=$CASES/ok-tokenless-4947/pub.pem
	try 3 --signer "$other" "$name.sgn"
	[ ! -e "$name" ]
	try 3 --signer "$other" "$name.sgn" -o -
	[ ! -s out ]
	# one bit of the content
	printf '\001' | dd of="$name.sgn" bs=1 seek=$(($(stat -c %s "$name.sgn") - 9)) \
		conv=notrunc status=none
	try 3 --signer pub.pem "$name.sgn"
	[ ! -e "$name" ]
	try 3 --json --signer pub.pem "$name.sgn"
	json 'u[0]["result"] == "failed" and u[0]["verification"] == "failed"'
	json 'u[0]["error"]["code"] == "refused by a rule"'
	try 2 --signer pub.pem --trusted ITLFile.tlv "$name.sgn"
}

@test "--output: a file, a folder, standard input and output" {
	try 0 "$name.sgn" -o other
	cmp wanted other
	mkdir folder
	try 0 "$name.sgn" -o folder
	cmp wanted "folder/$name"
	try 0 "$name.sgn" -o new/folder/
	cmp wanted "new/folder/$name"
	try 0 "$name.sgn" -o -
	cmp wanted out
	[ ! -s err ]
	"$CTLSMITH" unsign - -o - <"$name.sgn" >out
	cmp wanted out
	"$CTLSMITH" unsign - -o piped <"$name.sgn" >out
	cmp wanted piped
	"$CTLSMITH" unsign - <"$name.sgn" >out 2>err || [ $? = 1 ]
	grep -q 'standard input has no name' err
	try 2 "$name.sgn" "$name.sgn" -o -
	try 2 --json "$name.sgn" -o -
	try 2 "$name.sgn" -o ''
	[ "$(find . -name '.*' -type f)" = "" ]
}

@test "--output: folders keep their tree" {
	mkdir -p in/a/b
	cp "$name.sgn" in/x.xml.sgn
	cp "$name.sgn" in/a/b/y.xml.SHA512
	try 0 in -o out1
	cmp wanted out1/x.xml
	cmp wanted out1/a/b/y.xml
	[ "$(find out1 -type f | wc -l)" = 2 ]
	# and beside
	try 0 in
	cmp wanted in/x.xml
	cmp wanted in/a/b/y.xml
	# what was named has its name alone
	try 0 in/a/b/y.xml.SHA512 in/x.xml.sgn -o out2
	cmp wanted out2/y.xml
	cmp wanted out2/x.xml
}

@test "--force: replaces files that are there, and keeps their mode" {
	echo old >"$name"
	chmod 600 "$name"
	try 1 "$name.sgn"
	grep -q 'exists already' err
	[ "$(cat "$name")" = old ]
	try 1 --dry-run "$name.sgn"
	[ "$(cat "$name")" = old ]
	try 0 --force "$name.sgn"
	cmp wanted "$name"
	[ "$(stat -c %a "$name")" = 600 ]
	rm "$name"
	mkdir "$name"
	try 1 --force "$name.sgn"
	[ -d "$name" ]
}

@test "--force: nothing is written through a link" {
	mkdir real
	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" real/C.tlv
	ln -s real/C.tlv "$name"
	for option in --force --dry-run; do
		try 1 $option "$name.sgn"
		grep -q "$name is a symbolic link, and nothing is written" err
		try 1 $option "$name.sgn" -o ./
		try 1 $option "$name.sgn" -o "$name"
	done
	cmp "$CASES/ok-softhsm-sast/CTLFile.tlv" real/C.tlv
	[ -L "$name" ]
	# of a folder that is one nobody minds
	ln -s real there
	try 0 "$name.sgn" -o there/
	cmp wanted "real/$name"
}

@test "--force: two files that lead to one name: the second fails" {
	mkdir a b
	cp "$name.sgn" a/
	cp "$CASES/ok-cnf-sgn-sha512/"*.sha512 "b/$name.sgn"
	for option in --dry-run --force; do
		try 1 $option "a/$name.sgn" "b/$name.sgn" -o out1
		grep -q "^ctlsmith: b/$name.sgn: " err
		[ "$(wc -l <err)" = 1 ]
	done
	cmp wanted "out1/$name"
	# also where the name is spelt in another way
	rm out1/*
	try 1 --force "a/$name.sgn" "a/../a/$name.sgn"
	cmp wanted "a/$name"
}

@test "--dry-run writes nothing" {
	try 0 --dry-run --signer pub.pem "$name.sgn" -o new/
	[ "$(cat out)" = "$name.sgn: would write new/$name, verified with the $(
	)certificate given" ]
	[ ! -e new ]
	try 0 --dry-run --json "$name.sgn"
	json 'u[0]["result"] == "planned" and u[0]["verification"] == "not-checked"'
	[ ! -e "$name" ]
}

@test "--json: an element a file, whatever became of it" {
	try 1 --json --signer pub.pem "$name.sgn" nothing CTLFile.tlv
	json '[e["result"] for e in u] == ["written", "failed", "failed"]'
	json 'u[0]["size"] == '"$(stat -c %s wanted)"' and u[0]["output"] == "'"$name"'"'
	json 'u[0]["verification"] == "verified" and u[1]["size"] is None'
	try 1 --json nothing
	json 'len(u) == 1 and u[0]["error"]["code"] == "not there"'
}

@test "--max-size counts" {
	try 1 --max-size 100 "$name.sgn"
	grep -q 'limit of 100 bytes' err
	[ ! -e "$name" ]
	try 0 --max-size 1K "$name.sgn"
}

@test "lists stay whole, and others fare well beside them" {
	try 1 CTLFile.tlv ITLFile.tlv "$name.sgn"
	[ "$(grep -c 'this is a trust list' err)" = 2 ]
	cmp wanted "$name"
	try 1 "$SRC/tests/listings/118893-5.txt"
	grep -q 'text of a list' err
	try 1 -o x CTLFile.tlv
	[ ! -e x ]
}

@test "what is not signed, or has no suffix, is refused" {
	echo '<xml/>' >plain.sgn
	try 1 plain.sgn
	[ ! -e plain ]
	cp "$name.sgn" plain
	try 1 plain
	grep -q 'ends neither in .sgn nor in .sha512' err
	try 0 plain -o fine
	cmp wanted fine
	cp "$name.sgn" .sgn
	try 1 .sgn
	cp "$CASES"/ok-firmware-loads/*.loads f.loads
	try 1 f.loads
	try 0 f.loads -o f
	content f.loads | cmp - f
	cp "$CASES"/ok-enc-sgn/*.enc.sgn e.enc.sgn
	try 0 e.enc.sgn
	content e.enc.sgn | cmp - e.enc
}

@test "standard output that takes no more is said" {
	local status=0

	"$CTLSMITH" unsign "$name.sgn" -o - >/dev/full 2>err || status=$?
	[ "$status" = 1 ]
	[ -s err ]
}
