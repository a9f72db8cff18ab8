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
	mapfile -t all < <(golden_all_cases)
	# no fewer than there once were
	[ ${#good[@]} -ge 57 ]
	[ ${#bad[@]} -ge 85 ]
	[ ${#all[@]} -le $((${#good[@]} + ${#bad[@]} + 2)) ]
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

# The "# Expect:" of case NAME, in one line; "as OTHER" is OTHER's.
expectation() {
	local text

	text=$(sed -n '/^# Expect: /,/^[^#]/s/^# *//p' \
		"$SRC/tests/cases/$1.yaml" | tr '\n' ' ')
	if [[ $text =~ ^'Expect: as '([a-z0-9-]+) ]]; then
		expectation "${BASH_REMATCH[1]}"
	else
		echo "$text"
	fi
}

# The exit statuses of `verify` that the expectation $1 allows.
allowed() {
	case $1 in
	'Expect: refused, or '*) echo 0 1 3 ;;
	'Expect: parses or is refused'*) echo 0 1 3 ;;
	'Expect: refused'*) echo 1 ;;
	'Expect: parses as a signed file; '*) echo 3 ;;
	'Expect: parses as a list; does not verify'*) echo 3 ;;
	'Expect: parses; verifies'*) echo 0 ;;
	'Expect: parses; a complaint'*) echo 0 3 ;;
	'Expect: parses; cannot be verified'*) echo 3 ;;
	'Expect: parses; not '* | 'Expect: parses; does not verify'*) echo 3 ;;
	'Expect: parses; refused: '*) echo 3 ;;
	esac
}

# What `verify` ended with, $1, and said, $2, is what the expectation $3 says.
answer_fits() {
	local statuses signer

	statuses=$(allowed "$3")
	[[ -n $statuses && " $statuses " == *" $1 "* ]] || return
	[ "$1" = 0 ] || return 0
	signer=$(sed -n 's/.*verifies,* .*signed by record \([0-9]*\).*/\1/p' \
		<<<"$3")
	[ -z "$signer" ] || [[ $2 == *"(record $signer,"* ]]
}

# "verifies with record N of LIST", and not without it.
verifies_with_list() {
	local record list

	[[ $2 =~ 'verifies with record '([0-9]+)' of '(ok-[a-z0-9-]+) ]] ||
		return 0
	record=${BASH_REMATCH[1]}
	list=${BASH_REMATCH[2]}
	ask "$1" verify --trusted "../$list/$(golden_file "$list")"
	[ "$status" = 0 ] && [[ $output == *"(record $record,"* ]]
}

# Case NAME ends as its recipe expects.
ends_as_expected() {
	local expected

	expected=$(expectation "$1")
	ask "$1" verify
	if answer_fits "$status" "$output" "$expected" &&
		verifies_with_list "$1" "$expected"; then
		return
	fi
	echo "$1: status $status, $output. $expected"
	return 1
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

	for name in "${all[@]}"; do
		ends_as_expected "$name" || failed=1
	done
	[ $failed = 0 ]
}

@test "an end that the recipe does not expect is noticed" {
	local said='x: verified (record 2, lab-pub)'

	answer_fits 0 "$said" 'Expect: parses; verifies, signed by record 2.'
	run ! answer_fits 0 "$said" \
		'Expect: parses; verifies, signed by record 1.'
	run ! answer_fits 0 "$said" 'Expect: parses; does not verify.'
	run ! answer_fits 0 "$said" 'Expect: refused, with the offset.'
	run ! answer_fits 0 "$said" 'Expect: something else.'
	answer_fits 1 '' 'Expect: refused: why.'
	run ! answer_fits 1 '' 'Expect: parses; cannot be verified: why.'
	[[ $(expectation bad-list-as-signed) == 'Expect: parses as a list;'* ]]
	[ -z "$(for name in "${all[@]}"; do
		[ -n "$(allowed "$(expectation "$name")")" ] || echo "$name"
	done)" ]
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

@test "a key that bears the right name is not the key of that name" {
	ask bad-forged-key verify
	[ "$status" = 0 ]
	[[ $output == *'only with itself'* ]]
	ask bad-forged-key verify --trusted ../bad-signature/CTLFile.tlv
	[ "$status" = 3 ]
	[[ $output == *': FAILED: '* ]]
}

@test "a signed file needs its signer, and no other will do" {
	local name

	for name in ok-cnf-sgn-sha1 ok-cnf-sgn-sha512 ok-enc-sgn \
		ok-sgn-of-sgn; do
		ask $name verify
		[ "$status" = 3 ]
		[[ $output == *': not possible: '* ]]
		ask $name verify --trusted ../ok-itl-callmanager/ITLFile.tlv
		[ "$status" = 0 ]
		[[ $output == *': verified with the trusted list (record 3, '*lab-pub')' ]]
		ask $name verify --signer pub.pem
		[ "$status" = 0 ]
		ask $name verify --signer ../ok-token-5728/token1.pem
		[ "$status" = 3 ]
		ask $name verify --trusted ../ok-token-5728/CTLFile.tlv
		[ "$status" = 3 ]
	done
}
