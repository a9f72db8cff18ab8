#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# token.sh BUILD SRC [ROUNDS [SECONDS]]: `ctlsmith token test` against a bare
# loop over the dlopened module that signs and verifies each signature, in one
# and two sessions, and against one that only signs; `ctlsmith token list`, as
# a whole process, against the least that loads, lists and finalises. All on
# the same SoftHSM token. Exit status 1 where a limit is exceeded.
set -euo pipefail

build=$(cd "$1" && pwd)
src=$2
rounds=${3:-7}
seconds=${4:-2}
limit=0.97
ctlsmith=$build/src/cli/ctlsmith
bench=$build/tests/bench/bench_token

"$src/softhsm-fixtures/setup.sh" "$build/bench-tokens" >/dev/null
# shellcheck source=/dev/null
. "$build/bench-tokens/env.sh"
export XDG_STATE_HOME=$build/bench-tokens/state CTLSMITH_CONFIG=

# ours SESSIONS: verified signatures a second.
ours() {
	PIN=$PIN_HSM "$ctlsmith" token test --json --module "$MODULE" \
		--pin-env PIN --seconds "$seconds" --sessions "$1" \
		"$URI_HSM;id=%21" |
		sed -n 's/.*"per_second": \([0-9.]*\).*/\1/p'
}

# theirs sign|bare SESSIONS
theirs() {
	"$bench" "$1" "$MODULE" "$LABEL_HSM" "$PIN_HSM" 21 "$seconds" "$2"
}

# ratio sign|bare SESSIONS: ours by theirs, the median of rounds in which they
# run in turn.
ratio() {
	local i a b

	for ((i = 0; i < rounds; i++)); do
		if ((i % 2 == 0)); then
			a=$(ours "$2")
			b=$(theirs "$1" "$2")
		else
			b=$(theirs "$1" "$2")
			a=$(ours "$2")
		fi
		echo "$a $b"
	done | awk '{ print $1 / $2 }' | sort -g | awk '{ r[NR] = $1 }
		END { printf "%.3f", r[int((NR + 1) / 2)] }'
}

failed=0
echo "RSA 2048 on SoftHSM, $rounds rounds of $seconds s;" \
	"C_Sign and EVP_PKEY_verify in a bare loop = 1"
for sessions in 1 2; do
	got=$(ratio sign "$sessions")
	echo "token test, $sessions session(s): ratio $got (at least $limit)"
	awk -v got="$got" -v limit="$limit" \
		'BEGIN { exit !(got >= limit) }' || failed=1
done
echo "token test, 1 session, against C_Sign alone: ratio $(ratio bare 1)" \
	"(no limit; 0.965 at most, since each is verified)"
"$build/tests/bench/bench_spawn" "token list whole process" 1.5 100 \
	"$ctlsmith" token list --module "$MODULE" -- \
	"$bench" list "$MODULE" || failed=1
exit $failed
