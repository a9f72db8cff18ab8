#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What show and verify say of every made case is what somebody has read and
# found right: tests/golden. And what the recipes expect is what happens.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/cli/golden.sh
	. "$SRC/tests/cli/golden.sh"
	cd "$BATS_TEST_TMPDIR" || return
	golden=$SRC/tests/golden
	mkdir got
	mapfile -t good < <(golden_cases | grep '^ok-')
	mapfile -t bad < <(golden_cases | grep '^bad-')
	[ ${#good[@]} -ge 33 ]
	[ ${#bad[@]} -ge 48 ]
}

# Writes the golden files of each case NAME to the folder got.
write() {
	local name

	for name in "$@"; do
		golden_write "$name" "$PWD/got"
	done
}

# Case NAME as a person would ask for it: sets status and output, in which
# the lines of standard error stand too.
ask() {
	local name=$1

	shift
	cd "$CASES/$name" || return
	run "$CTLSMITH" "$@" "$(golden_file "$name")"
}

# The "# Expect:" of case NAME, in one line.
expectation() {
	sed -n '/^# Expect: /,/^[^#]/s/^# *//p' "$SRC/tests/cases/$1.yaml" |
		tr '\n' ' '
}

# The exit statuses of `verify` that the expectation $1 allows.
allowed() {
	case $1 in
	'Expect: refused, or '*) echo 0 1 3 ;;
	'Expect: parses or is refused'*) echo 0 1 3 ;;
	'Expect: refused'* | *'as bad-container-length'*) echo 1 ;;
	'Expect: parses as a signed file; '*) echo 3 ;;
	'Expect: parses; verifies'*) echo 0 ;;
	'Expect: parses; a complaint'*) echo 0 3 ;;
	'Expect: parses; cannot be verified'*) echo 3 ;;
	'Expect: parses; not '* | 'Expect: parses; does not verify'*) echo 3 ;;
	'Expect: parses; refused: '*) echo 3 ;;
	esac
}

# Case NAME ends as its recipe expects, signed by the record it names.
ends_as_expected() {
	local name=$1 expected statuses

	expected=$(expectation "$name")
	statuses=$(allowed "$expected")
	[ -n "$statuses" ] || {
		echo "$name: not understood: $expected"
		return 1
	}
	ask "$name" verify
	[[ " $statuses " == *" $status "* ]] || {
		echo "$name: status $status, $output. $expected"
		return 1
	}
	[ "$status" != 0 ] || [[ ! $expected =~ record\ ([0-9]+) ]] ||
		[[ $expected != *"verifies, signed by"* ]] ||
		[[ $output == *"(record ${BASH_REMATCH[1]},"* ]] || {
		echo "$name: $output. $expected"
		return 1
	}
}

@test "every ok- case says what was reviewed" {
	write "${good[@]}"
	golden_same "$golden" got "${good[@]}"
}

@test "every bad- case says what was reviewed" {
	write "${bad[@]}"
	golden_same "$golden" got "${bad[@]}"
}

@test "each case has its golden files, and each golden file its case" {
	golden_cases | sed 's/$/.json/; p; s/json$/txt/' | sort >wanted
	(cd "$golden" && ls ./*.txt ./*.json) | sed 's|^\./||' | sort >there
	diff -u wanted there
}

@test "a changed, a missing and a cut golden file are noticed" {
	local name=ok-pads-0

	write $name
	mkdir wanted
	cp got/$name.* wanted
	golden_same wanted got $name
	sed -i 's/^HeaderLength:	300/HeaderLength:	301/' wanted/$name.txt
	run -1 golden_same wanted got $name
	[[ $output == *'-HeaderLength:	301'* ]]
	cp got/$name.txt wanted
	rm wanted/$name.json
	run -1 golden_same wanted got $name
	[ "$output" = "$name.json is missing" ]
	head -n 3 got/$name.json >wanted/$name.json
	run -1 golden_same wanted got $name
}

@test "the JSON of every case is an array of one" {
	/usr/bin/python3 - "$golden"/*.json <<-'PY'
		import json, sys
		assert len(sys.argv) > 80
		for name in sys.argv[1:]:
		    text = open(name, encoding="utf-8").read()
		    doc = json.loads(text)
		    assert isinstance(doc, list) and len(doc) == 1, name
	PY
}

# From here on no update of the golden files changes what must hold.

@test "each case ends as its recipe expects" {
	local name failed=0

	for name in "${good[@]}" "${bad[@]}"; do
		ends_as_expected "$name" || failed=1
	done
	[ $failed = 0 ]
}

@test "a list is trusted by itself and by no other" {
	local one=ok-token-5728 other=ok-tokenless-4947

	for one in ok-token-5728 ok-tokenless-4947; do
		ask $one verify --trusted CTLFile.tlv
		[ "$status" = 0 ]
		[[ $output == *': verified with the trusted list (record '* ]]
		ask $one verify --trusted "../$other/CTLFile.tlv"
		[ "$status" = 3 ]
		[[ $output == *': FAILED: '* ]]
		other=ok-token-5728
	done
}

@test "a signed file needs its signer, and no other will do" {
	local name

	for name in ok-cnf-sgn-sha1 ok-cnf-sgn-sha512 ok-enc-sgn; do
		ask $name verify
		[ "$status" = 3 ]
		[[ $output == *': not possible: '* ]]
		ask $name verify --trusted ../ok-itl-callmanager/ITLFile.tlv
		[ "$status" = 0 ]
		[[ $output == *'trusted list (record 3, lab-pub)' ]]
		ask $name verify --signer pub.pem
		[ "$status" = 0 ]
		ask $name verify --signer ../ok-token-5728/token1.pem
		[ "$status" = 3 ]
		ask $name verify --trusted ../ok-token-5728/CTLFile.tlv
		[ "$status" = 3 ]
	done
}
