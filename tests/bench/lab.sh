#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/lab.sh BUILD: how long a lab of 4 nodes and 500 phones takes until it is
# ready, in each mode: the best of ten, from the start of the program to
# DIR/ready, with the pool of keys made beforehand.
set -euo pipefail

build=$(realpath "$1")
most=500 # ms
SRC=$(realpath "$(dirname "$0")/../..")
export SRC BUILD=$build CTLSMITH_LAB=$build/src/lab/ctlsmith-lab
# shellcheck source=tests/lab/lab.sh
. "$SRC/tests/lab/lab.sh"

folder=$(mktemp -d "${TMPDIR:-/tmp}/ctlsmith-bench.XXXXXX")
trap 'lab_down_all; rm -rf "$folder"' EXIT

# up MODE RELEASE: milliseconds until one is ready.
up() {
	local begun ended

	begun=$(date +%s%N)
	lab_up "$folder/lab" --nodes 4 --phones 500 --mode "$1" \
		--release "$2" --speed 1000
	ended=$(date +%s%N)
	lab_down_all
	rm -rf "$folder/lab"
	ms=$(((ended - begun) / 1000000))
}

slow=0
while read -r mode release; do
	best=
	for _ in {1..10}; do
		up "$mode" "$release"
		if [ -z "$best" ] || [ "$ms" -lt "$best" ]; then
			best=$ms
		fi
	done
	echo "lab up: $mode $release, 4 nodes, 500 phones: $best ms" \
		"(at most $most)"
	[ "$best" -lt $most ] || slow=1
done <<'END'
non-secure 15
tokenless 15
token 12.5
END
[ $slow = 0 ]
