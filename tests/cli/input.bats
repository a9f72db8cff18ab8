#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Whatever the input is: a clear end, a message that says which file and
# where, nothing raw on the terminal, and JSON that can be read.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/cli/golden.sh
	. "$SRC/tests/cli/golden.sh"
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	unset TZ
	good=$CASES/ok-tokenless-4947/CTLFile.tlv
	rlo=$(printf '\342\200\256')
	esc=$(printf '\033')
	cp "$good" good
	cp "$CASES/bad-signature/CTLFile.tlv" forged
	printf '\001\000\002' >short
	: >empty
	background=
}

teardown() {
	[ -z "$background" ] || kill "$background" 2>/dev/null || true
}

# try STATUS ARGUMENT...: runs ctlsmith, whose output is then in out and err;
# it ends with STATUS and writes nothing that a terminal would act on.
try() {
	local wanted=$1 status=0

	shift
	"$CTLSMITH" "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith $*: $status instead of $wanted"
		cat err
		return 1
	}
	harmless out
	harmless err
}

# No control character but tab and newline, nothing that turns text around.
harmless() {
	! LC_ALL=C grep -qaP '[\x00-\x08\x0b-\x1f\x7f]' "$1" &&
		! grep -qa "$rlo" "$1"
}

# try_all STATUS FILE...: every form of show and verify; JSON is an array
# with an element for each file.
try_all() {
	local wanted=$1 command

	shift
	for command in show verify; do
		try "$wanted" "$command" "$@"
		try "$wanted" "$command" --json "$@"
		elements $#
	done
	try "$wanted" show --long --hex "$@"
}

# out is a JSON array of $1 elements.
elements() {
	/usr/bin/python3 -m json.tool out >pretty &&
		[ "$(head -c 1 pretty)" = '[' ] &&
		[ "$(grep -c '^        "schema": 1,$' pretty)" = "$1" ]
}

# refused FILE TEXT: by show and verify, exit 1, in one line that names FILE
# and goes on with TEXT, a pattern; standard output stays empty.
refused() {
	try_all 1 "$1"
	[ ! -s out ]
	[ "$(wc -l <err)" = 1 ]
	[[ $(cat err) == "ctlsmith: $1: "$2 ]] || {
		cat err
		return 1
	}
}

# The cases that are refused, but for the empty one.
refused_cases() {
	local name

	for name in $(golden_cases | grep '^bad-'); do
		"$CTLSMITH" verify "$CASES/$name/$(golden_file "$name")" \
			>/dev/null 2>&1 || [ $? != 1 ] ||
			[ "$name" = bad-empty-file ] || echo "$name"
	done
}

# Writes a list to FILE, whose signer is called $2, and which calls itself $3.
named() {
	cat >odd.yaml <<-RECIPE
		certs:
		- name: pub
		  key: rsa1024-a
		  subject: ["CN=$2", O=Example]
		  serial: 4A:11:22:33:44:55:66:77
		header:
		  filename: "$3"
		  digest: sha1
		  timestamp: 2024-05-01T12:00:00Z
		signer: {record: 1}
		records:
		- {cert: pub, role: SAST, dns: "$2", ip: 192.0.2.10}
	RECIPE
	"$TWIN" make odd.yaml -o . --keys "$SRC/softhsm-fixtures/keys"
	find odd -type f ! -name '*.pem' -exec mv {} "$1" \;
	rm -r odd
}

@test "a directory that holds no list" {
	mkdir none
	try_all 1 none
	grep -qx 'ctlsmith: none: this folder holds no trust list .*' err
}

@test "a file that is not there" {
	refused nothing '*No such file or directory'
}

@test "files that cannot be opened" {
	refused good/beneath '*Not a directory'
	ln -s loop loop
	refused loop '*Too many levels of symbolic links'
	refused "$(printf '%0300d' 0)" '*File name too long'
	if [ "$(id -u)" != 0 ]; then
		chmod 0 forged
		refused forged '*Permission denied'
	fi
}

@test "an empty file and one of 3 bytes" {
	refused empty '*empty*'
	refused short '*byte 0: *'
}

@test "5 GB are refused by their size, and the limit is named" {
	truncate -s 5G big
	refused big '*limit of 67108864 bytes; --max-size *'
	try 1 verify --max-size 1M big
	grep -q 'limit of 1048576 bytes' err
	try 1 show - <big
	grep -q 'limit of 67108864 bytes' err
}

@test "what has no end is read up to the limit" {
	try 1 show --max-size 1M /dev/zero
	grep -q '^ctlsmith: /dev/zero: .*limit of 1048576 bytes' err
	try 1 show --json --max-size 1M - </dev/zero
	elements 1
	grep -q 'limit of 1048576 bytes' err
	try 1 verify --signer /dev/zero --max-size 1M good
	grep -q '^ctlsmith: /dev/zero: .*limit of 1048576 bytes' err
}

@test "a list cut short anywhere" {
	local n

	for n in 1 2 4 7 9 10 12 100 157 335 337 1000 1491 1493 4946; do
		head -c $n good >part
		refused part '*byte +([0-9]): ?*'
	done
	# between two records it is a list again, but not the signed one
	for n in 336 1492 2648; do
		head -c $n good >part
		try_all 3 part
		run -1 grep -w verified out
	done
}

@test "a list with one bit flipped" {
	local n byte end

	for n in 0 3 9 15 170 200 311 330 340 352 1000 2000 4000 4946; do
		byte=$(xxd -s $n -l 1 -p good)
		cp good flipped
		printf %02x $((0x$byte ^ 1)) | xxd -r -p |
			dd of=flipped bs=1 seek=$n conv=notrunc status=none
		end=0
		"$CTLSMITH" verify flipped >out 2>err || end=$?
		[ $end = 1 ] || [ $end = 3 ]
		run -1 grep -w verified out
		try_all $end flipped
	done
}

@test "every refusal of a case names file, place and reason" {
	local name

	refused_cases >names
	[ "$(wc -l <names)" -ge 20 ]
	while read -r name; do
		cp "$CASES/$name/$(golden_file "$name")" "$name"
		refused "$name" '*, byte +([0-9]): ?*' || {
			echo "$name"
			return 1
		}
		grep -qE ": (header|record [1-9]|after record [1-9])( / |, )" err
	done <names
}

@test "lying lengths say the byte of the length that lies" {
	cp "$CASES/bad-recordlength-beyond/CTLFile.tlv" beyond
	refused beyond 'record 2 / RECORDLENGTH (1), byte 1291: *65535*3045*'
	cp "$CASES/bad-headerlength-beyond/CTLFile.tlv" header
	refused header 'header / HEADERLENGTH (2), byte 5: *65535*4336*'
	cp "$CASES/bad-container-length/CTLFile.tlv" group
	refused group 'header / SIGNERID (3) / CANAME (6), byte 76: *49*48*'
	cp "$CASES/bad-truncated-record/CTLFile.tlv" cut
	refused cut 'record 4 / RECORDLENGTH (1), byte 3321: *1015*915*'
}

@test "a NUL and an escape sequence inside a name" {
	cp "$CASES/bad-name-nul/CTLFile.tlv" nul
	refused nul 'record 4 / SUBJECTNAME (3), byte 3356: *NUL*'
	cp "$CASES/bad-name-escape/CTLFile.tlv" escape
	refused escape 'header / *, byte +([0-9]): *control*'
}

@test "a name that turns text around is shown, but does not turn it" {
	named turned '\u202Egnp.exe' 'CTL\u202EFile.tlv'
	LC_ALL=C grep -qa "CN=$rlo" turned
	try 0 show --long turned
	grep -q '^4	SIGNERNAME	.*	CN=\\xe2\\x80\\xaegnp.exe;' out
	grep -q '^	file name  *CTL\\xe2\\x80\\xaeFile.tlv$' out
	grep -q '^	subject .*CN=\\xe2\\x80\\xaegnp.exe' out
	grep -q '^Made by: .*\\xe2\\x80\\xaegnp.exe (record 1)' out
	try 0 verify turned
	grep -q '\\xe2\\x80\\xaegnp.exe' out
	try_all 0 turned
}

@test "bytes that are no UTF-8 do not reach the terminal raw" {
	cp "$CASES/ok-name-t61/CTLFile.tlv" latin
	try_all 0 latin
	iconv -f UTF-8 -t UTF-8 out >same
	cmp out same
	grep -q 'CN=M\\xfcnchen' out
}

@test "ESC, newline and U+202E in a file's name" {
	local name

	for name in "a${esc}[31mred" $'two\nlines' "x${rlo}vlt" $'\377\376'; do
		cp forged "$name"
		try_all 3 "$name"
		try_all 3 "$name" forged
		[ "$(grep -c '^==> .* <==$' out)" = 2 ]
		try_all 1 "$name.nothing"
		[ "$(wc -l <err)" = 1 ]
		try 1 verify --trusted "$name.nothing" good
		try 1 verify --signer "$name.nothing" good
		try 1 verify --trusted forged --max-size 1 "$name"
	done
	try 3 verify "a${esc}[31mred"
	grep -q '^a\\x1b\[31mred: .*FAILED: ' out
	try 2 show "--a${esc}[31mred"
	try 2 "a${rlo}"
	try 2 show --kind "a$rlo" good
	try 2 show --tz "a$esc" good
	try 2 show --records "1$esc" good
	try 2 show --max-size "1$esc" good
	try 2 help "$esc"
}

@test "standard input, as -, as /dev/stdin, and a FIFO" {
	"$CTLSMITH" show good | sed 's/good/-/' >wanted
	try 0 show - <good
	cmp wanted out
	try 0 show /dev/stdin <good
	cmp wanted out
	mkfifo fifo
	cat good >fifo 3>&- &
	background=$!
	try 0 show fifo
	cmp wanted out
	wait $background
	background=
	# a pipe, whose size nobody knows beforehand
	try 0 show - < <(cat good)
	cmp wanted out
	try 3 verify - <forged
	grep -q '^-: .*FAILED: ' out
	try 1 verify - </dev/null
	grep -q '^ctlsmith: -: .*empty' err
	cp good same
	try 0 verify --trusted - good <same
	try 1 verify - <.
	try 0 show --json - <good
	elements 1
	grep -qx '    "path": "-",' out
}

@test "a file named - is ./-" {
	cp forged ./-
	try 0 verify - <good
	try 3 verify ./- <good
	try 3 verify -- ./- <good
	try 0 verify -- - <good
}

@test "of several files one bad one does not hide the others" {
	try 1 show good nothing good short forged
	[ "$(grep -c '^==> good <==$' out)" = 2 ]
	[ "$(grep -c '^==> forged <==$' out)" = 1 ]
	[ "$(grep -c '^==> ' out)" = 3 ]
	[ "$(grep -c '^ctlsmith: \(nothing\|short\): ' err)" = 2 ]
	[ "$(wc -l <err)" = 2 ]
	try 1 verify good nothing good short forged
	[ "$(sed 's/: .*//' out | tr '\n' ' ')" = 'good good forged ' ]
	mkdir none
	try_all 1 good nothing good short forged none
}

@test "1 beats 3, and 3 beats 0, in any order" {
	try_all 0 good good
	try_all 3 good forged
	try_all 3 forged good
	try_all 3 forged forged good
	try_all 1 good short
	try_all 1 short good
	try_all 1 short forged
	try_all 1 forged short
	try_all 1 forged short good
	try_all 1 good forged nothing
}

# no_output ARGUMENT...: to a full disk and to no descriptor at all.
no_output() {
	local status=0

	"$CTLSMITH" "$@" >/dev/full 2>err || status=$?
	[ $status = 1 ] || [ $status = 2 ]
	grep -q '^ctlsmith: .*standard output' err
	status=0
	"$CTLSMITH" "$@" >&- 2>err || status=$?
	[ $status = 1 ] || [ $status = 2 ]
	grep -q '^ctlsmith: .*standard output' err
}

@test "nowhere to write to is a failure, and is said" {
	local argument

	for argument in show 'show --json' 'show --long --hex' verify \
		'verify --json'; do
		# shellcheck disable=SC2086 # words
		no_output $argument good
		# shellcheck disable=SC2086 # words
		no_output $argument good forged short
		# a failure to write is no usage error and no verdict
		run -1 eval "\"\$CTLSMITH\" $argument forged >/dev/full"
	done
	for argument in --help --version help 'help show' 'show --help' \
		'completion bash'; do
		# shellcheck disable=SC2086 # words
		no_output $argument
		run -1 eval "\"\$CTLSMITH\" $argument >/dev/full"
	done
}

@test "a closed standard error changes no end" {
	local status=0

	"$CTLSMITH" show good 2>&- >out
	cmp -s out <("$CTLSMITH" show good)
	"$CTLSMITH" show short 2>&- >out || status=$?
	[ $status = 1 ]
	"$CTLSMITH" verify short good 2>&- >out || status=$?
	[ $status = 1 ]
	[ "$(wc -l <out)" = 1 ]
}

@test "a closed standard input" {
	try 1 show - <&-
	grep -q '^ctlsmith: -: .*Bad file descriptor' err
	try 1 verify --json - <&-
	elements 1
	try 0 show good <&-
	try 1 verify --trusted - good <&-
	try 0 verify --trusted good good <&-
}

@test "what a hostile file says is no format and no option" {
	cp forged '%s%n%d'
	try_all 3 '%s%n%d'
	try 1 show '%n%n'
	grep -q '^ctlsmith: %n%n: ' err
	cp good ./--json
	try 0 verify -- --json
	grep -q '^--json: .*verified' out
	named percent '%s%n%99d' '%s%n.tlv'
	try_all 0 percent
	grep -q '	CN=%s%n%99d;' out
}

@test "the checks of this file notice what they look for" {
	printf 'a\033[31m' >out
	run ! harmless out
	printf 'a\200\n\tb' >out
	harmless out
	printf 'a%s' "$rlo" >out
	run ! harmless out
	printf 'a\rb' >out
	run ! harmless out
	printf '[{"schema": 1, "a": 1},\n]\n' >out
	run ! elements 1
	printf '[{"schema": 1, "a": 1}]\n' >out
	elements 1
	run ! elements 2
	run ! try 1 verify good
}
