#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run-bats.sh FILE.bats: runs one file for ctest. Fails when a test fails or
# when fewer or more results come than the plan promised (a file that dies in
# the middle is no success). Exits with 77 when all tests were skipped, and,
# where skips are failures, with 1 when any was. A line "# jobs: N" of the file: N of
# its tests run at once. Tests with the tag "long" run with CTLSMITH_LONG=1 alone.
set -euo pipefail

file=$1
results=$(mktemp)
trap 'rm -f "$results"' EXIT

if ! command -v bats >/dev/null; then
	echo "bats is not installed; ./dev deps says what to do" >&2
	exit 1
fi

# The names of the tests that are to run, a line each.
chosen() {
	awk -v long="${CTLSMITH_LONG:-}" '/^@test / && (long == 1 || !tagged)
		{ tagged = /^# bats test_tags=long$/ }' "$file"
}

status=0
options=()
[ "${CTLSMITH_LONG:-}" = 1 ] || options=(--filter-tags '!long')
jobs=$(sed -n 's/^# jobs: \([0-9][0-9]*\)$/\1/p' "$file")
[ -z "$jobs" ] || options+=(--jobs "$jobs")
bats --tap --print-output-on-failure "${options[@]}" "$file" </dev/null >"$results" ||
	status=$?
cat "$results"

number_of() {
	grep -cE "$1" "$results" || true
}

planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$results")
written=$(chosen | wc -l)
results_seen=$(number_of '^(not )?ok [0-9]+')
skipped=$(number_of '^ok [0-9]+ .*# skip')
failed=$(number_of '^not ok ')

if [ "$planned" != "$results_seen" ] || [ "$planned" != "$written" ] ||
	[ "$planned" = 0 ]; then
	echo "run-bats: $written tests in the file, ${planned:-none} planned," \
		"$results_seen results"
	exit 1
fi
if [ "$status" != 0 ] || [ "$failed" != 0 ]; then
	exit 1
fi
if [ "$skipped" != 0 ] &&
	{ [ "${CI:-}" = true ] || [ "${CTLSMITH_NO_SKIP:-}" = 1 ]; }; then
	echo "run-bats: $skipped skipped, and here a skip is a failure"
	exit 1
fi
[ "$skipped" != "$planned" ] || exit 77
