#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith sign: what it writes is what phones, openssl and the twin read; one
# bad file does not stop the rest; a run that is stopped goes on.
# shellcheck disable=SC2030,SC2031 # each test has its own environment

bats_require_minimum_version 1.5.0
load tokens

setup_file() {
	tokens_setup_file
}

setup() {
	tokens_setup
	umask 022
	KEY="$URI_HSM;id=%21"
	# shellcheck disable=SC2153 # the folder
	CERT=$CERTS/signer-2048.pem
	PIN=$PIN_HSM
	export PIN
	mkdir in
	printf '<CiscoIPPhone/>\n' >in/a.xml
	: >in/empty
	head -c 70000 /dev/urandom >in/large.bin
}

# try STATUS ARGUMENT...: sign with the key on the token; what it prints is
# then in out and err.
try() {
	try_with "$1" --signer "$KEY" --module "$MODULE" --pin-env PIN "${@:2}"
}

# The same with a signer of one's own.
try_with() {
	local wanted=$1 status=0

	shift
	timeout -k 5 60 "$CTLSMITH" sign "$@" >out 2>err </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "sign $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# key_file NAME: a copy that nobody else may read.
key_file() {
	(umask 077 && cat "$SRC/softhsm-fixtures/keys/$1.pem" >"$1.pem")
}

# What the twin reads of the TLV $2 in the header of the file $1, as hex.
tlv() {
	"$TWIN" dump "$1" | awk -v tag="$2" '$1 == 0 && $4 == tag { print $6 }'
}

text() {
	tlv "$@" | xxd -r -p | tr -d '\0'
}

# good FILE CONTENT NAME [CERT [DIGEST]]: FILE is the signed form of CONTENT,
# with this file name; openssl verifies it, and it alone.
good() {
	local at len digest=${5:-sha1}

	len=$((16#$(xxd -s 8 -l 2 -p "$1")))
	tail -c +$((len + 1)) "$1" | cmp - "$2"
	[ "$(text "$1" 14)" = "$3" ]
	[ "$(xxd -l 5 -p "$1")" = 0100020100 ]
	tlv "$1" 12 | xxd -r -p >sig
	at=$("$TWIN" dump "$1" | awk '$1 == 0 && $4 == 12 { print $2 }')
	(head -c "$at" "$1" && tail -c +$((at + 4 + $(stat -c %s sig))) "$1") \
		>covered
	openssl x509 -in "${4:-$CERT}" -noout -pubkey >key.pub
	openssl dgst "-$digest" -verify key.pub -signature sig covered >verdict
	"$CTLSMITH" verify --signer "${4:-$CERT}" "$1" >verdict
}

# The JSON in out is valid, and PYTHON is true of its elements, s.
json() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	/usr/bin/python3 -c 'import json, sys
s = [e["sign"] for e in json.load(open("out"))]
assert eval(sys.argv[1]), s' "$1"
}

# Nothing is left that a run had only for itself.
tidy() {
	[ -z "$(find . -name '.*' -type f)" ]
	[ -z "$(find . -name '*.journal')" ]
}

# numbered NUM: so many files, in many/.
numbered() {
	mkdir many
	/usr/bin/python3 -c 'import sys
for i in range(int(sys.argv[1])):
    open(f"many/f{i:04}", "w").write(f"file {i}\n" * (i % 50))' "$1"
}

# ---- What is written

@test "one file: beside it, with its own name" {
	try 0 in/a.xml
	good in/a.xml.sgn in/a.xml a.xml.sgn
	[[ $(cat out) == "signed 1 file in 1 login: key 'signer-2048' on token $(
	)'hsm' (serial $SERIAL_HSM), timestamp 20"* ]]
	[ ! -s err ]
	[ "$(stat -c %a in/a.xml.sgn)" = 644 ]
	[ "$(calls C_Login)" = 1 ]
	tidy
}

@test "several files: each beside it, in one login" {
	try 0 in/a.xml in/empty in/large.bin
	good in/a.xml.sgn in/a.xml a.xml.sgn
	good in/empty.sgn in/empty empty.sgn
	good in/large.bin.sgn in/large.bin large.bin.sgn
	[[ $(cat out) == 'signed 3 files in 1 login: '* ]]
	[ "$(calls C_Login)" = 1 ]
	[ "$(calls C_Sign)" = 3 ]
	# one time for all
	[ "$(for f in in/*.sgn; do tlv "$f" 15; done | sort -u | wc -l)" = 1 ]
	tidy
}

@test "--digest sha512: .sha512" {
	try 0 --digest sha512 in/a.xml in/empty
	good in/a.xml.sha512 in/a.xml a.xml.sha512 "$CERT" sha512
	good in/empty.sha512 in/empty empty.sha512 "$CERT" sha512
	[ "$(find in -name '*.sgn')" = '' ]
	try 0 --digest sha1 in/a.xml
	good in/a.xml.sgn in/a.xml a.xml.sgn
	try 2 --digest sha256 in/a.xml
	try 2 --digest SHA1 in/a.xml
}

@test "a folder: names are those within it, also under --output" {
	mkdir -p in/English_United_States/deep
	echo '<x/>' >in/English_United_States/x.xml
	echo '<y/>' >in/English_United_States/deep/y
	try 0 in
	good in/English_United_States/x.xml.sgn in/English_United_States/x.xml \
		English_United_States/x.xml.sgn
	good in/a.xml.sgn in/a.xml a.xml.sgn
	try 0 in/ --output new/out/
	good new/out/English_United_States/deep/y.sgn \
		in/English_United_States/deep/y \
		English_United_States/deep/y.sgn
	[ "$(find new -type f | wc -l)" = 5 ]
	# what was signed before is no input
	grep -q 'passed over 5 files: signed already' err
	# what was named has its name alone
	try 0 -o flat in/English_United_States/x.xml in/a.xml
	good flat/x.xml.sgn in/English_United_States/x.xml x.xml.sgn
	[ "$(find flat | wc -l)" = 3 ]
	tidy
}

@test "--name: the whole of it, or what all begin with" {
	try 0 --name English_United_States/x.sgn in/a.xml
	good in/a.xml.sgn in/a.xml English_United_States/x.sgn
	try 0 --name German_Germany/ --force in/a.xml
	good in/a.xml.sgn in/a.xml German_Germany/a.xml.sgn
	try 0 --name Desktops/ in -o out1
	good out1/large.bin.sgn in/large.bin Desktops/large.bin.sgn
	for name in x ''; do
		try 2 --name "$name" in/a.xml in/empty
		try 2 --name "$name" in
	done
	# what readers would take for something else
	for name in CTLFile.tlv x.loads x.enc.sgn $'x\ty'; do
		try 1 --name "$name" in/empty
		[ ! -e in/empty.sgn ]
	done
	tidy
}

@test "--timestamp: that of the header" {
	for time in 2026-03-01 2026-03-01T00:00:00Z 2026-03-01T01:00:00+01:00; do
		try 0 --timestamp $time --force in/a.xml
		[ "$(tlv in/a.xml.sgn 15)" = 69a38180 ]
	done
	for time in -1 1969-12-31 2106-02-07T06:28:16Z yesterday ''; do
		try 2 --timestamp "$time" in/empty
	done
	try 0 --timestamp 2106-02-07T06:28:15Z in/empty
	[ "$(tlv in/empty.sgn 15)" = ffffffff ]
	before=$(date +%s)
	try 0 in/large.bin
	stamp=$((16#$(tlv in/large.bin.sgn 15)))
	[ "$stamp" -ge "$before" ] && [ "$stamp" -le "$(date +%s)" ]
}

@test "--dialect: the signer as each spells it" {
	local dialect

	for dialect in appliance token builder; do
		try 0 --dialect $dialect in/a.xml -o $dialect
		good $dialect/a.xml.sgn in/a.xml a.xml.sgn
		# as the twin spells it in a list of that dialect
		"$TWIN" dump $dialect/a.xml.sgn |
			awk '$1 == 0 && $4 <= 6 { print $4 }' |
			tr '\n' ' ' >$dialect.order
	done
	[ "$(text appliance/a.xml.sgn 4)" = 'CN=signer-2048;OU=Lab;O=Example' ]
	[ "$(text builder/a.xml.sgn 4)" != "$(text appliance/a.xml.sgn 4)" ]
	[ "$(cat appliance.order)" = '1 2 3 4 5 6 ' ]
	[ "$(cat builder.order)" = '1 2 3 4 6 5 ' ]
	try 0 in/a.xml -o default
	[ "$(text default/a.xml.sgn 4)" = "$(text appliance/a.xml.sgn 4)" ]
	try 2 --dialect other in/a.xml
	try 2 --dialect token --trusted x in/a.xml
}

@test "a security token is spelt as its client does, and is no server" {
	local cert=$CERTS/sast-1.pem dialect

	PIN=$PIN_SAST_1
	KEY=$URI_SAST_1
	try 0 in/a.xml -o token
	good token/a.xml.sgn in/a.xml a.xml.sgn "$cert"
	[[ $(text token/a.xml.sgn 4) == cn=* ]]
	grep -q 'the signer is a security token: phones take signed files' err
	for dialect in appliance builder; do
		try 0 --dialect $dialect in/a.xml -o $dialect
		good $dialect/a.xml.sgn in/a.xml a.xml.sgn "$cert"
		[[ $(text $dialect/a.xml.sgn 4) != cn=* ]]
	done
	[ "$(tlv token/a.xml.sgn 5)" != "$(tlv appliance/a.xml.sgn 5)" ]
	# asked for no PIN, with a list that says so
	"$CTLSMITH" build -o own.tlv --signer "$KEY" --module "$MODULE" \
		--pin-env PIN --sast "$CERTS/sast-2.pem" >built
	: >trace
	try 3 --trusted own.tlv in/a.xml
	grep -q 'one of a SAST (record 1), who signs lists alone' err
	[ "$(calls C_Login)" = 0 ]
	[ ! -e in/a.xml.sgn ]
	# who is none is not warned of
	KEY="$URI_HSM;id=%21" PIN=$PIN_HSM
	try 0 in/a.xml
	[ ! -s err ]
}

@test "a made case, signed here, is the case byte for byte" {
	local name=SEP001122334455.cnf.xml case=$CASES/ok-cnf-sgn-sha1 suffix

	key_file rsa2048-a
	for suffix in sgn sha512; do
		case=$CASES/ok-cnf-sgn-${suffix/sgn/sha1}
		tail -c +$((16#$(xxd -s 8 -l 2 -p "$case/$name.$suffix") + 1)) \
			"$case/$name.$suffix" >$name
		try_with 0 --signer rsa2048-a.pem --signer-cert "$case/pub.pem" \
			--timestamp 2024-05-01T12:00:00Z $name \
			--digest ${suffix/sgn/sha1}
		cmp $name.$suffix "$case/$name.$suffix"
	done
	[[ $(cat out) == 'signed 1 file: the key in rsa2048-a.pem, '* ]]
}

@test "--trusted: names are those of the list, byte for byte, or nothing" {
	local list=$CASES/ok-itl-callmanager/ITLFile.tlv tags

	key_file rsa2048-a
	cp "$CASES/ok-cnf-sgn-sha1/pub.pem" .
	try_with 0 --signer rsa2048-a.pem --signer-cert pub.pem \
		--trusted "$list" in/a.xml
	good in/a.xml.sgn in/a.xml a.xml.sgn pub.pem
	"$CTLSMITH" verify --trusted "$list" in/a.xml.sgn
	# a list that spells the signer in its own way, which no dialect does
	/usr/bin/python3 - "$list" <<-'PYTHON'
		import sys
		data = open(sys.argv[1], "rb").read()
		name = b"CN=lab-pub;OU=Lab"
		assert data.count(name) > 2
		open("own.tlv", "wb").write(data.replace(name, b"OU=lab-pub;CN=Lab"))
	PYTHON
	try_with 0 --signer rsa2048-a.pem --signer-cert pub.pem \
		--trusted "$list" in -o out1
	rm -r out1
	# that record does not agree with its certificate: phones would not take
	# it, and nothing is written
	try_with 3 --signer rsa2048-a.pem --signer-cert pub.pem \
		--trusted own.tlv in/a.xml -o out1
	[ -z "$(find out1 -type f)" ]
	# a list in another spelling than ours
	list=$CASES/ok-builder-sha512/CTLFile.tlv
	try_with 0 --signer rsa2048-a.pem --signer-cert pub.pem \
		--trusted "$list" in/a.xml -o builder
	good builder/a.xml.sgn in/a.xml a.xml.sgn pub.pem
	"$CTLSMITH" verify --trusted "$list" builder/a.xml.sgn
	# tags 3, 5 and 6 of the second record are tags 4, 6 and 5 of the header
	for tags in '3 4' '5 6' '6 5'; do
		[ "$(tlv builder/a.xml.sgn "${tags#* }")" = "$("$TWIN" dump \
			"$list" | awk -v tag="${tags% *}" '$1 == 2 &&
				$4 == tag { print $6 }')" ]
		[ -n "$(tlv builder/a.xml.sgn "${tags#* }")" ]
	done
	[ "$(text builder/a.xml.sgn 4)" != "$(text in/a.xml.sgn 4)" ]
	# a signer that is in the list, but as a SAST alone
	key_file rsa2048-d
	try_with 3 --signer rsa2048-d.pem --trusted "$list" in/empty \
		--signer-cert "$CASES/ok-builder-sha512/recovery.pem" --audit log
	grep -q 'no TFTP or CCM+TFTP record' err
	run -1 grep '"operation":"sign"' log
	# one that is not in it
	try 3 --trusted "$list" in/empty
	grep -q 'no TFTP or CCM+TFTP record' err
	[ "$(calls C_Login)" = 0 ]
	[ "$(calls C_Sign)" = 0 ]
	[ ! -e in/empty.sgn ]
	try 1 --trusted in/a.xml in/empty
	try 1 --trusted "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn" in
	grep -q 'no CTL and no ITL' err
}

@test "the same bytes on every run, and however many threads" {
	local jobs

	numbered 150
	for jobs in 1 2 3 8; do
		try 0 many -o out$jobs --jobs $jobs --timestamp 2026-03-01
		diff -r out1 out$jobs
	done
	[ "$(find out1 -type f | wc -l)" = 150 ]
	good out1/f0149.sgn many/f0149 f0149.sgn
	try 2 --jobs 0 many
	try 2 --jobs 257 many
	# a token with two sessions
	plan 'sessions 2'
	try 0 many -o out9 --jobs 8 --timestamp 2026-03-01
	diff -r out1 out9
}

@test "keys of all sizes, and those that no phone verifies" {
	local bits

	for bits in 512 1024 4096; do
		key_file rsa$bits-a
		openssl req -x509 -new -key rsa$bits-a.pem -subj "/CN=k$bits" \
			-days 30 -md5 -out k$bits.crt 2>/dev/null ||
			openssl req -x509 -new -key rsa$bits-a.pem \
				-subj "/CN=k$bits" -days 30 -sha1 -out k$bits.crt
		try_with 0 --signer rsa$bits-a.pem --signer-cert k$bits.crt \
			in/a.xml -o out$bits
		good out$bits/a.xml.sgn in/a.xml a.xml.sgn k$bits.crt
	done
	key_file rsa3072-a
	openssl req -x509 -new -key rsa3072-a.pem -subj /CN=k -out k.crt
	try_with 1 --signer rsa3072-a.pem --signer-cert k.crt in
	grep -q 3072 err
	key_file ec256-a
	openssl req -x509 -new -key ec256-a.pem -subj /CN=k -out e.crt
	try_with 1 --signer ec256-a.pem --signer-cert e.crt in
	grep -q 'phones verify RSA' err
	[ "$(wc -l <err)" = 1 ]
	[ "$(find in -type f | wc -l)" = 3 ]
}

# ---- What is in the way

@test "what is signed already is refused, and passed over in folders" {
	try 0 --timestamp 2026-03-01 in/a.xml
	cp in/a.xml.sgn in/other
	cp "$CASES/ok-tokenless-4947/CTLFile.tlv" in
	try 1 in/other
	grep -q 'in/other: this is signed already' err
	try 1 in/CTLFile.tlv in/empty
	grep -q 'in/CTLFile.tlv: this is signed already, or a trust list' err
	[ -e in/empty.sgn ] && [ ! -e in/CTLFile.tlv.sgn ]
	# by its name alone
	echo x >lonely.sgn
	try 1 lonely.sgn
	# a pattern names both
	rm in/empty.sgn
	try 1 in/*
	[ "$(wc -l <err)" = 4 ]
	grep -q 'in/other: this is signed' err
	grep -q 'in/CTLFile.tlv: this is signed' err
	grep -q 'in/a.xml: in/a.xml.sgn exists already' err
	grep -q 'passed over 1 file: signed already' err
	try 0 in -o out1
	grep -q 'passed over 5 files' err
	[ "$(find out1 -type f | wc -l)" = 3 ]
	mkdir only && cp in/a.xml.sgn only
	try 1 only
	grep -q 'holds no file to sign' err
}

@test "--force: an existing target is refused, or replaced as it was" {
	echo old >in/a.xml.sgn
	echo old >in/empty.sgn
	chmod 640 in/a.xml.sgn
	try 1 in/a.xml in/large.bin
	grep -qx "ctlsmith: in/a.xml: in/a.xml.sgn exists already; --force $(
	)replaces it" err
	[ "$(cat in/a.xml.sgn)" = old ]
	[ -e in/large.bin.sgn ]
	try 0 --force in/a.xml in/large.bin
	good in/a.xml.sgn in/a.xml a.xml.sgn
	[ "$(stat -c %a in/a.xml.sgn)" = 640 ]
	try 1 in/empty
	try 0 --force in/empty
	good in/empty.sgn in/empty empty.sgn
	tidy
}

@test "a target that is no file is never replaced" {
	mkdir in/a.xml.sgn
	ln -s /dev/null in/empty.sgn
	mkfifo in/large.bin.sgn
	try 1 --force in/a.xml in/empty in/large.bin
	[ "$(grep -c 'is no regular file' err)" = 3 ]
	[ -d in/a.xml.sgn ] && [ -L in/empty.sgn ] && [ -p in/large.bin.sgn ]
	[ "$(calls C_Sign)" = 0 ]
	try 1 --force in/a.xml
	tidy
}

@test "what is there already as it would be written is left alone" {
	try 0 --timestamp 2026-03-01 in
	: >trace
	try 0 --timestamp 2026-03-01 in
	[ "$(cat out)" = '3 files are there already, as they would be written' ]
	[ "$(calls C_Sign)" = 0 ]
	try 0 --timestamp 2026-03-01 in/a.xml
	[ "$(cat out)" = '1 file is there already, as it would be written' ]
	# another content is another matter
	echo more >>in/a.xml
	try 1 --timestamp 2026-03-01 in
	[ "$(grep -c 'exists already' err)" = 1 ]
	# and so is a forged one
	printf XXXX | dd of=in/empty.sgn bs=1 seek=200 conv=notrunc status=none
	try 1 --timestamp 2026-03-01 in/empty
}

@test "two inputs that lead to one name: the second fails" {
	mkdir -p b/sub
	echo b >b/a.xml
	echo b >b/sub/x
	for option in --dry-run --force; do
		try 1 $option in/a.xml b/a.xml -o out1
		grep -q '^ctlsmith: b/a.xml: another FILE .* leads to out1/a.xml.sgn' \
			err
	done
	good out1/a.xml.sgn in/a.xml a.xml.sgn
	try 1 in b -o out2
	good out2/a.xml.sgn in/a.xml a.xml.sgn
	try 1 b/sub/x b/../b/sub/x
	good b/sub/x.sgn b/sub/x x.sgn
	try 1 --force b b -o out3
	[ "$(wc -l <err)" = 3 ]
	tidy
}

@test "one bad file does not stop the rest" {
	mkdir in/folder.sgn
	ln -s nowhere in/dangling
	try 1 in/a.xml in/nothing in/dangling in/empty
	[ "$(wc -l <err)" = 2 ]
	good in/a.xml.sgn in/a.xml a.xml.sgn
	good in/empty.sgn in/empty empty.sgn
	# in folders links are not followed
	rm in/*.sgn in/dangling || true
	ln -s /etc in/etc
	ln -s a.xml in/b.xml
	try 0 in
	grep -q 'passed over 2 files' err
	try 1 in/folder.sgn
	grep -q 'holds no file to sign' err
	try 1 in/nothing
	tidy
}

@test "the options of the signer reach it" {
	# --key-pin-env and --key-pin-fd: a key that asks for each use, one at a
	# time
	export PIN_A=$PIN_ALWAYS PIN_B=$PIN_ALWAYS
	try_with 0 --signer "$URI_ALWAYS" --module "$MODULE" --pin-env PIN_A \
		--key-pin-env PIN_B in -o out1 --jobs 4 --timeout 60 --final-try
	good out1/a.xml.sgn in/a.xml a.xml.sgn "$CERTS/always-2048.pem"
	[ "$(calls C_OpenSession)" = 1 ]
	try_with 0 --signer "$URI_ALWAYS" --module "$MODULE" --pin-env PIN_A \
		--key-pin-fd 7 in/a.xml -o out2 7<<<"$PIN_ALWAYS"
	try_with 0 --signer "$KEY" --module "$MODULE" --pin-fd 7 in/empty \
		7<<<"$PIN_HSM"
	# --passphrase-env, --passphrase-fd: a file
	(umask 077 && openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:abc \
		-in "$SRC/softhsm-fixtures/keys/rsa2048-a.pem" -out enc.pem)
	PASS=abc try_with 0 --signer enc.pem --passphrase-env PASS \
		--signer-cert "$CASES/ok-cnf-sgn-sha1/pub.pem" in -o out3
	good out3/a.xml.sgn in/a.xml a.xml.sgn \
		"$CASES/ok-cnf-sgn-sha1/pub.pem"
	try_with 0 --signer enc.pem --passphrase-fd 7 \
		--signer-cert "$CASES/ok-cnf-sgn-sha1/pub.pem" in -o out4 7<<<abc
	try_with 3 --signer enc.pem --passphrase-fd 7 \
		--signer-cert "$CERTS/signer-4096.pem" \
		in -o out5 7<<<abc
	[ ! -e out5 ]
}

@test "--max-size: larger files fail alone" {
	try 1 --max-size 10K in
	grep -q 'in/large.bin: larger than the limit of 10240 bytes; --max-size' err
	[ "$(find in -name '*.sgn' | wc -l)" = 2 ]
	try 0 --max-size 70000 in/large.bin
}

@test "a large file, above and below what is held alone" {
	head -c 9000000 /dev/urandom >in/l1
	cp in/l1 in/l2
	try 0 in --jobs 3
	good in/l1.sgn in/l1 l1.sgn
	good in/l2.sgn in/l2 l2.sgn
}

@test "odd names: blanks, newlines, bytes that are no UTF-8, 255 bytes" {
	local long

	long=$(printf 'n%.0s' {1..251})
	mkdir odd
	echo 1 >"odd/a b%41"
	echo 2 >"odd/$long"
	try 0 odd
	good "odd/a b%41.sgn" "odd/a b%41" "a b%41.sgn"
	good "odd/$long.sgn" "odd/$long" "$long.sgn"
	tidy
	echo 3 >$'odd/\xff'
	try 0 --json odd -o out1
	json 's[2]["file"] == "odd/\ufffd" and s[2]["file_hex"] == "6f64642fff"'
	# phones could not even ask for it
	echo 4 >$'odd/x\ny'
	try 1 odd -o out2
	grep -q 'odd/x\\x0ay: .*control character' err
	# the suffix does not fit
	echo 5 >"odd/$long.txt"
	try 1 "odd/$long.txt"
}

@test "a command line that is wrong" {
	try 2
	try 2 -
	try 2 ''
	try 2 in -o ''
	try_with 2 in
	try_with 2 --signer "$KEY" in
	for option in --nothing --journal --state; do
		try 2 in $option
	done
}

# ---- What is said

@test "--dry-run: says what would be, writes nothing, asks for no PIN" {
	echo old >in/empty.sgn
	try_with 1 --signer "$KEY" --module "$MODULE" --dry-run in -o out1 \
		in/nothing
	[ "$(head -n 1 out)" = "in/a.xml: would write out1/a.xml.sgn, $(
	)file name a.xml.sgn" ]
	[ "$(tail -n 1 out)" = 'would sign 3 files' ]
	[ ! -e out1 ]
	[ "$(calls C_Login)" = 0 ]
	try_with 1 --signer "$KEY" --module "$MODULE" --dry-run in/empty
	grep -q 'exists already' err
	try_with 0 --signer "$KEY" --module "$MODULE" --dry-run --force in/empty
	grep -q 'in/empty: would replace in/empty.sgn' out
	[ "$(cat in/empty.sgn)" = old ]
	[ ! -e state/ctlsmith ] || tidy
}

@test "--json: an element a file, in order" {
	try 1 --json --timestamp 2026-03-01 in/a.xml nothing in/empty
	json '[e["file"] for e in s] == ["in/a.xml", "nothing", "in/empty"]'
	json '[e["result"] for e in s] == ["signed", "failed", "signed"]'
	json 's[0]["output"] == "in/a.xml.sgn" and s[0]["filename"] == "a.xml.sgn"'
	json 's[0]["timestamp"] == "2026-03-01T00:00:00Z" and s[0]["digest"] == "sha1"'
	json "s[0]['size'] == $(stat -c %s in/a.xml.sgn)"
	json 's[1]["error"]["code"] == "not there" and s[1]["size"] is None'
	try 0 --json --timestamp 2026-03-01 in/a.xml
	json 's[0]["result"] == "unchanged"'
	json "s[0]['size'] == $(stat -c %s in/a.xml.sgn)"
	try 0 --json --dry-run in/large.bin
	json 's[0]["result"] == "planned" and s[0]["error"] is None'
	numbered 600
	try 0 --json many --jobs 3
	json '[e["file"] for e in s] == [f"many/f{i:04}" for i in range(600)]'
	PIN=0000 try 4 --json in/empty
	[ "$(tr -d '\n' <out)" = '[]' ]
}

@test "--detached-request: asks for no key, and says what it asks for" {
	ask=(--signer-cert "$CERT" --timestamp 2026-03-01 --detached-request)
	try_with 0 in -o out1 "${ask[@]}" r.json --dry-run
	[ "$(head -n 1 out)" = "in/a.xml: would write out1/a.xml.sgn, $(
	)file name a.xml.sgn" ]
	[ "$(tail -n 1 out)" = 'would ask for the signatures of 3 files' ]
	[ ! -e r.json ]
	try_with 1 in nothing "${ask[@]}" r.json --json
	json '[e["result"] for e in s] == ["planned"] * 3 + ["failed"]'
	[ ! -e r.json ]
	try 0 in/a.xml --timestamp 2026-03-01
	try_with 0 in/a.xml in/empty "${ask[@]}" r.json --json
	json '[e["result"] for e in s] == ["unchanged", "requested"]'
	json 's[1]["size"] is None and s[1]["output"] == "in/empty.sgn"'
	rm r.json
	# from the token comes the certificate alone
	: >trace
	try_with 0 in/empty --signer "$KEY" --module "$MODULE" \
		--detached-request r.json
	[ "$(calls C_Login)" = 0 ]
	tidy
	try_with 2 in "${ask[@]}" ''
	try_with 2 in "${ask[@]}" r2.json --journal j
	try_with 2 in "${ask[@]}" r2.json --restart
	try_with 2 in "${ask[@]}" - --json
	try_with 2 in --detached-request r2.json
	[ ! -e r2.json ]
}

@test "--audit: a line for each signature, with what it was for" {
	numbered 20
	try 0 --audit log many -o out1
	[ "$(grep -c '"operation":"sign"' log)" = 20 ]
	grep -q '"file":"out1/f0007.sgn"' log
	"$CTLSMITH" audit verify log
	# what cannot be noted is not given out
	rm -r out1
	try 1 --audit /dev/full many -o out1
	[ -z "$(find out1 -type f 2>/dev/null)" ]
	tidy
}

# ---- Stopping, and going on

# Until the clock shows another second: another timestamp.
next_second() {
	local now

	now=$(date +%s)
	while [ "$(date +%s)" = "$now" ]; do
		:
	done
}

@test "a token that is pulled midway: the rest the next time, nothing twice" {
	numbered 300
	plan 'fail C_Sign CKR_DEVICE_REMOVED at 120' 'remove-after C_Sign at 120'
	try 5 many --jobs 1
	grep -q 'run the same command again' err
	[ "$(find many -name '*.sgn' | wc -l)" = 119 ]
	[ -z "$(find many -name '.*')" ]
	[ "$(find state -name '*.journal' | wc -l)" = 1 ]
	stamp=$(tlv many/f0000.sgn 15)
	plan
	try 0 many --jobs 2
	grep -q 'going on with a run that was not ended, timestamp 20' err
	[ "$(calls C_Sign)" = 181 ]
	[[ $(head -n 1 out) == 'signed 181 files in 1 login: '* ]]
	[ "$(tail -n 1 out)" = '119 files are there already, as they would be written' ]
	[ "$(find many -name '*.sgn' | wc -l)" = 300 ]
	[ "$(tlv many/f0299.sgn 15)" = "$stamp" ]
	tidy
}

@test "a token that is pulled before anything is signed is status 4" {
	plan 'fail C_Sign CKR_DEVICE_REMOVED at 1' 'remove-after C_Sign'
	try 4 in
	tidy
	plan 'fail C_Sign CKR_DEVICE_REMOVED at 1' 'remove-after C_Sign'
	try 4 in/a.xml
	PIN=00000 try 4 in
	[ "$(find in -name '*.sgn')" = '' ]
	tidy
}

@test "a token that is put back: the person is asked, and it goes on" {
	numbered 60
	plan 'fail C_Sign CKR_DEVICE_REMOVED at 30' 'remove-after C_Sign at 30 for 2'
	# one thread: the shim closes sessions, which SoftHSM does not survive
	# while another one signs in it
	ctlsmith_at_terminal 0 sign many --signer "$KEY" --module "$MODULE" \
		--jobs 1 <<-EXPECT
			want "PIN of token 'hsm' (serial $SERIAL_HSM): "
			type $PIN
			want "The token 'hsm' (serial $SERIAL_HSM) was removed. Put it back and press Enter: "
			type ""
			want "is not there. Put it back and press Enter: "
			type ""
			want "PIN of token 'hsm' (serial $SERIAL_HSM): "
			type $PIN
			want "signed 60 files in 2 logins"
		EXPECT
	[ "$(find many -name '*.sgn' | wc -l)" = 60 ]
	good many/f0059.sgn many/f0059 f0059.sgn
	tidy
}

@test "a person who waits sees how far it is" {
	# a long key in a file takes its time
	key_file rsa4096-a
	numbered 150
	openssl req -x509 -new -key rsa4096-a.pem -subj /CN=long -days 9 \
		-out long.pem
	timeout 120 "$SRC/tests/cli/terminal.py" 80 out "$CTLSMITH" sign \
		--jobs 1 --signer rsa4096-a.pem --signer-cert long.pem many >screen
	grep -qaP '\r\[#* *\]  \d+/150 files\x1b\[K\r' screen
	grep -qa '#' screen
	# at the end nothing of it is left
	[ "$(tail -c 4 screen | xxd -p)" = 0d1b5b4b ]
	grep -q '^signed 150 files' out
}

# Starts a run over many/.
running() {
	# a shell that nobody types into has its background ignore SIGINT
	/usr/bin/python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' \
		"$CTLSMITH" sign many --signer "$KEY" --module "$MODULE" \
		--pin-env PIN --jobs 1 >out 2>err 3>&- 4>&- &
	PID=$! # what end_with waits for
}

@test "Ctrl-C: what is ready is kept, the rest comes the next time" {
	numbered 1000
	running
	await_trace ' C_Sign '
	kill -INT $PID
	end_with 5
	grep -q '^ctlsmith: stopped, not all is done: ' err
	n=$(find many -name '*.sgn' | wc -l)
	[ "$n" -gt 0 ] && [ "$n" -lt 1000 ]
	[ "$(calls C_Sign)" = "$n" ]
	[ -z "$(find many -name '.*')" ]
	: >trace
	try 0 many
	[ "$(calls C_Sign)" = $((1000 - n)) ]
	[ "$(find many -name '*.sgn' | wc -l)" = 1000 ]
	tidy
}

@test "the same run twice at a time is refused; another one is not" {
	numbered 1000
	running
	await_trace ' C_Sign '
	kill -STOP $PID
	try 3 many
	grep -q 'another process is at work on the same files' err
	try 0 in
	kill -CONT $PID
	kill -TERM $PID
	end_with 5
	try 0 many
	tidy
}

@test "a target that comes meanwhile is not replaced" {
	numbered 1000
	running
	await_trace ' C_Sign '
	kill -STOP $PID
	[ ! -e many/f0000.sgn ]
	echo foreign >many/f0000.sgn
	kill -CONT $PID
	end_with 1
	[ "$(cat many/f0000.sgn)" = foreign ]
	grep -q '^ctlsmith: many/f0000: many/f0000.sgn exists already' err
	[ "$(find many -name '*.sgn' | wc -l)" = 1000 ]
	tidy
}

# killed N: a run over many/ that was killed in its Nth signature, or a little
# later.
killed() {
	running
	await_trace_num "$1"
	kill -KILL $PID
	end_with 137
}

await_trace_num() {
	until [ "$(calls C_Sign)" -ge "$1" ]; do
		kill -0 $PID
	done
}

@test "killed: temporary files that are whole are used, the others made anew" {
	local temps

	numbered 1000
	killed 40
	# the one whose signature it was killed in is empty
	mapfile -t temps < <(find many -name '.*' -size +0 | sort)
	[ ${#temps[@]} -gt 5 ]
	# one is cut short, one is another's, one is of a file that is gone, and
	# of one the content has changed
	truncate -s -1 "${temps[0]}"
	cp "${temps[2]}" "${temps[1]}"
	gone=${temps[3]##*/.} && gone=${gone%.sgn.*}
	rm "many/$gone"
	changed=${temps[4]##*/.} && changed=${changed%.sgn.*}
	echo changed >"many/$changed"
	made=$(find many -name '*.sgn' | wc -l)
	: >trace
	try 0 many
	echo "$made made, ${#temps[@]} temporary, $(calls C_Sign) signed"
	cat out err
	[ "$(calls C_Sign)" = $((1000 - 1 - made - (${#temps[@]} - 4))) ]
	[ "$(find many -name '*.sgn' | wc -l)" = 999 ]
	good "many/$changed.sgn" "many/$changed" "$changed.sgn"
	good many/f0000.sgn many/f0000 f0000.sgn
	tidy
}

@test "an input that changed after its target was made is signed anew" {
	numbered 600
	killed 400
	[ -e many/f0003.sgn ]
	echo changed >many/f0003
	try 0 many
	good many/f0003.sgn many/f0003 f0003.sgn
	[ "$(find many -name '*.sgn' | wc -l)" = 600 ]
	tidy
}

@test "--restart: begins anew, and leaves nothing of the old run" {
	numbered 600
	killed 400
	[ -n "$(find many -name '.*')" ]
	made=$(find many -name '*.sgn' | wc -l)
	try 1 --restart many --timestamp 2026-03-01
	next_second
	try 1 --restart many
	[ "$(grep -c 'exists already' err)" = 600 ]
	tidy
	rm many/*.sgn
	killed 100
	next_second
	began=$(date +%s)
	try 0 --restart many
	run -1 grep 'going on' err
	[ $((16#$(tlv many/f0000.sgn 15))) -ge "$began" ]
	tidy
}

@test "--journal: in a file of one's own; another's is left alone" {
	numbered 300
	plan 'fail C_Sign CKR_DEVICE_REMOVED at 9' 'remove-after C_Sign at 9'
	try 5 many --journal mine --jobs 1
	[ -s mine ]
	[ -z "$(find state -name '*.journal')" ]
	plan
	# of another run, of nobody
	cp mine copy
	try 1 in --journal mine
	grep -q 'journal of another run' err
	cmp mine copy
	echo 'no journal' >other
	cp other copy
	try 1 many --journal other
	printf torn >other
	try 1 many --journal other
	[ "$(cat other)" = torn ]
	ln -s mine link
	try 1 many --journal link
	try 1 many --journal in
	try 0 many --journal mine
	[ ! -e mine ]
	[ "$(find many -name '*.sgn' | wc -l)" = 300 ]
}

@test "--journal: what it says of others' files is not believed" {
	numbered 300
	plan 'fail C_Sign CKR_DEVICE_REMOVED at 9' 'remove-after C_Sign at 9'
	try 5 many --journal mine --jobs 1
	plan
	: >precious
	: >.precious.ctlsmith-0000000000000000
	cp mine whole
	for path in "$PWD/precious" "$PWD/.precious.ctlsmith-0000000000000000" \
		precious '%zz' '%00'; do
		cp whole mine
		echo "temp 9 $path" >>mine
		try 1 many --journal mine
		[ -e precious ] && [ -e .precious.ctlsmith-0000000000000000 ]
	done
	rm .precious*
	# a last line that was cut short is none
	cp whole mine
	printf 'temp 9 /tm' >>mine
	try 0 many --journal mine
	[ -e precious ]
	tidy
}

@test "--state: the journal is kept there" {
	numbered 20
	plan 'fail C_Sign CKR_DEVICE_REMOVED at 9' 'remove-after C_Sign at 9'
	try 5 many --state here --jobs 1
	[ "$(find here -name 'sign-*.journal' | wc -l)" = 1 ]
	[ "$(stat -c %a here)" = 700 ]
	plan
	try 0 many --state here
	[ "$(find here -name 'sign-*.journal' | wc -l)" = 0 ]
}

@test "a pattern of the shell brings the results too, and resumes all the same" {
	numbered 300
	plan 'fail C_Sign CKR_DEVICE_REMOVED at 9' 'remove-after C_Sign at 9'
	try 5 many/* --jobs 1
	[ -e many/f0000.sgn ]
	plan
	try 0 many/*
	grep -q 'going on' err
	[ "$(find many -name '*.sgn' | wc -l)" = 300 ]
	[ "$(calls C_Sign)" = 292 ]
	tidy
}
