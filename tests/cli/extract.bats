#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith extract: every certificate, and nothing else.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	list=$CASES/ok-tokenless-4947/CTLFile.tlv
}

# try STATUS ARGUMENT...: what extract prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	"$CTLSMITH" extract "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "extract $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# "record sha256" of each certificate that `show --json` knows in FILE.
known() {
	"$CTLSMITH" show --json "$1" | /usr/bin/python3 -c 'if True:
		import json, sys
		for r in json.load(sys.stdin)[0]["records"]:
		    if r["certificate"] and "error" not in r["certificate"]:
		        print(r["index"], r["certificate"]["sha256"])'
}

# The same of the files in the folder DIR.
written() {
	/usr/bin/python3 -c 'if True:
		import hashlib, os, ssl, sys
		for name in sorted(os.listdir(sys.argv[1])):
		    pem = open(os.path.join(sys.argv[1], name)).read()
		    der = ssl.PEM_cert_to_DER_cert(pem)
		    print(int(name.split("-")[0]), hashlib.sha256(der).hexdigest())
		' "$1"
}

@test "every certificate of every made case" {
	local file dir n=0

	for file in "$CASES"/*/*LFile.tlv; do
		dir=${file%/*}
		dir=${dir##*/}
		known "$file" >wanted 2>/dev/null || continue
		[ -s wanted ] || continue
		"$CTLSMITH" extract "$file" -o "$dir" >out 2>err || true
		written "$dir" | diff -u wanted -
		[ "$(wc -l <out)" = "$(wc -l <wanted)" ]
		n=$((n + 1))
	done
	[ $n -gt 50 ]
}

@test "the real list" {
	local real=$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv

	[ -e "$real" ] || skip "no real list: set CTLSMITH_SAMPLES"
	try 0 "$real" -o real
	[ ! -s err ]
	known "$real" >wanted
	written real | diff -u wanted -
	[ "$(head -n 1 out)" = real/01-sast-gigantic-6.cisco.com.pem ]
}

@test "openssl reads them" {
	local file

	try 0 "$list" -o here
	for file in here/*; do
		openssl x509 -in "$file" -noout -subject >>subjects
	done
	[ "$(grep -c 'CN = cucm-1051-a-pub' subjects)" = 2 ]
	grep -q 'CN = CAPF-e41e7d87' subjects
}

@test "-o, --output: files are named by record, role and common name" {
	try 0 "$list" -o here
	cat >wanted <<-'TXT'
		here/01-sast-cucm-1051-a-pub.pem
		here/02-ccm+tftp-cucm-1051-a-pub.pem
		here/03-capf-CAPF-e41e7d87.pem
		here/04-ccm+tftp-cucm-1051-a-sub1.pem
	TXT
	diff -u wanted out
	printf '%s\n' here/* | diff -u wanted -
	[ "$(head -n 1 here/03*)" = "-----BEGIN CERTIFICATE-----" ]
	[ ! -s err ]
	try 0 --output=there/ "$list"
	grep -qx 'there/01-sast-cucm-1051-a-pub.pem' out
}

@test "nothing is overwritten, and then nothing is written" {
	mkdir taken
	echo mine >taken/03-capf-CAPF-e41e7d87.pem
	try 1 "$list" -o taken
	[ "$(ls taken)" = 03-capf-CAPF-e41e7d87.pem ]
	[ "$(cat taken/*)" = mine ]
	[ ! -s out ]
	grep -q 'taken/03-capf-CAPF-e41e7d87.pem: it exists already' err
	rm taken/*
	ln -s nowhere taken/02-ccm+tftp-cucm-1051-a-pub.pem
	try 1 "$list" -o taken
	[ "$(ls taken)" = 02-ccm+tftp-cucm-1051-a-pub.pem ]
	[ ! -e nowhere ]
}

@test "--dry-run names the files and writes none" {
	try 0 --dry-run "$list" -o here
	[ ! -e here ]
	mv out dry
	try 0 "$list" -o here
	cmp dry out
	try 1 --dry-run "$list" -o here
	grep -q 'exists already' err
}

@test "a common name never leads out of the folder" {
	local odd=$CASES/ok-odd-names/CTLFile.tlv name

	try 0 "$odd" -o here
	[ "$(find . -type f -name '*.pem' | wc -l)" = "$(find here -type f | wc -l)" ]
	for name in here/*; do
		[[ ${name##*/} =~ ^[0-9]{2}-[a-z+-]+-[A-Za-z0-9_][A-Za-z0-9._-]*\.pem$ ]]
	done
}

@test "a record that holds something else is said, and the others written" {
	try 1 "$CASES/bad-certificate-garbage/CTLFile.tlv" -o here
	grep -q ': record 4, byte [0-9]*: this is not the DER' err
	[ "$(find here -type f | wc -l)" = 3 ]
}

@test "a list that does not verify is extracted with a warning" {
	try 0 "$CASES/bad-signature/CTLFile.tlv" -o here
	[ "$(find here -type f | wc -l)" = 4 ]
	grep -q ': beware, this list does not verify: ' err
}

@test "a file that holds no certificates" {
	try 1 "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn" -o here
	grep -q 'it holds no certificate' err
	try 1 "$SRC/tests/listings/118893-5.txt" -o here
	grep -q 'only the file itself holds certificates' err
	try 1 "$CASES/bad-leftover/CTLFile.tlv" -o here
	try 1 nothing -o here
	[ ! -e here ]
}

@test "a folder that cannot be made or written to" {
	echo >file
	try 1 "$list" -o file/sub
	grep -q 'file/sub: the folder cannot be made' err
	try 1 "$list" -o file
	[ "$(cat file)" = "" ]
	try 1 "$list" -o missing/sub
	[ ! -e missing ]
}

@test "--kind and --max-size" {
	try 1 --kind signed-file "$list" -o here
	try 1 --max-size 10 "$list" -o here
	[ ! -e here ]
	try 2 --kind nothing "$list" -o here
}

@test "a command line that is wrong" {
	try 2 "$list"
	grep -q -- '-o DIR is missing' err
	try 2 -o here
	try 2 "$list" "$list" -o here
	try 2 "$list" -o ''
	try 2 "$list" -o
	[ ! -e here ]
}

@test "standard input" {
	try 0 - -o here <"$list"
	[ "$(find here -type f | wc -l)" = 4 ]
}

@test "a limit on the size of files: said, and nothing half-written" {
	local status=0

	# 1 is 1024 bytes; a certificate of the list has more as PEM
	(
		ulimit -f 1
		"$CTLSMITH" extract "$CASES/ok-tokenless-6113/CTLFile.tlv" \
			-o here >out 2>err
	) || status=$?
	[ $status = 1 ]
	[ -z "$(ls -A here)" ]
	grep -q 'File too large' err
}
