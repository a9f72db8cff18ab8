# SPDX-License-Identifier: Apache-2.0
#
# with-token.sh where no token can be started.
# shellcheck disable=SC2030,SC2031 # each test has its own environment

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p tests/token
	cp "$SRC"/tests/token/{with-token,lib}.sh tests/token/
	unset CI CTLSMITH_NO_SKIP CTLSMITH_TOKENS_REQUIRED
	# a KIND as they all are, and what it does
	cat >tests/token/kind-odd.sh <<-'KIND'
		# shellcheck shell=bash
		kind_needs() { $ODD_NEEDS; }
		kind_caps() { echo keygen; }
		kind_start() { TOKEN_MODULE=/module; $ODD_START; }
		kind_stop() { echo stopped; }
	KIND
	export ODD_NEEDS=: ODD_START=:
}

with_odd() {
	tests/token/with-token.sh odd "$@"
}

@test "what is missing is named, with its package; 77, or 1 where required" {
	export ODD_NEEDS="need_program no-such-program no-such-package"
	run -77 with_odd true
	[[ $output == *no-such-program*no-such-package*"./dev deps"* ]]
	CI=true run -1 with_odd true
	CTLSMITH_NO_SKIP=1 run -1 with_odd true
	CTLSMITH_TOKENS_REQUIRED=1 run -1 with_odd true
}

@test "what does not start is no success, and is cleaned up" {
	export ODD_START=false TMPDIR=$BATS_TEST_TMPDIR
	run -1 with_odd echo reached
	[[ $output != *reached* ]]
	[[ $output == *stopped* ]]
	export ODD_START="cannot there is no reason"
	run -77 with_odd echo reached
	[[ $output == *"odd: there is no reason"* ]]
	CI=true run -1 with_odd echo reached
	run ! compgen -G "$TMPDIR/token-odd.*"
}

@test "the status is that of the command" {
	run -42 with_odd sh -c 'exit 42'
	run -0 with_odd true
}

@test "a daemon is ended" {
	export ODD_START="daemon d sleep 1000"
	# shellcheck disable=SC2016
	run -0 with_odd sh -c 'pgrep -P $PPID -x sleep'
	run ! kill -0 "${lines[0]}"
}

@test "the environment is complete, and the pipe from stdin too" {
	run -0 with_odd sh -c 'cat; env | sort | grep ^TOKEN_' <<<"from stdin"
	[ "${lines[0]}" = "from stdin" ]
	[[ $output == *TOKEN_CAPS=keygen*TOKEN_KIND=odd*TOKEN_LABEL=ctlsmith* ]]
	[[ $output == *TOKEN_MODULE=/module*TOKEN_PIN=*TOKEN_SO_PIN=* ]]
	[[ $output == *TOKEN_URI=pkcs11:token=ctlsmith* ]]
}

# table FILE: a line a word and KIND that has it, from the table in FILE.
table() {
	awk -F '|' '
		$2 ~ /^ word/ { for (i = 4; i < NF; i++) kind[i] = $i }
		$2 ~ /^ `/ { for (i = 4; i < NF; i++)
			if ($i ~ /yes/) print kind[i], $2 }' "$1" |
		tr -d '`' | tr -s ' ' | sort
}

# The same from the files that TOKEN_CAPS comes from.
declared() {
	local file word

	for file in "$SRC"/tests/token/kind-*.sh; do
		for word in $(
			here=$SRC/tests/token
			# shellcheck source=tests/token/lib.sh
			. "$here/lib.sh"
			# shellcheck source=/dev/null
			. "$file"
			kind_caps
		); do
			echo "$file $word"
		done
	done | sed 's/.*kind-\([a-z0-9]*\)\.sh/ \1/; s/$/ /' | sort
}

@test "the table in caps.md is what TOKEN_CAPS says" {
	table "$SRC/tests/token/caps.md" >documented
	declared >found
	[ "$(wc -l <found)" -gt 40 ]
	diff -u found documented
	# shellcheck disable=SC2016 # the backquotes are those of the table
	sed 's/`ec`\(.*\)| yes |/`ec`\1| |/' "$SRC/tests/token/caps.md" >wrong.md
	table wrong.md >wrong
	run ! cmp -s found wrong
}

@test "usage errors" {
	run -2 tests/token/with-token.sh
	[[ $output == *odd* ]]
	run -2 tests/token/with-token.sh odd
	run -2 tests/token/with-token.sh none true
	run -2 tests/token/with-token.sh ../odd true
	run -2 tests/token/with-token.sh --fresh odd true
}
