#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench.sh BUILD FILE [ROUNDS]: compares the command, as whole processes, with
# the least that does the same work. Exit status 1 where a limit is exceeded.
set -euo pipefail

build=$1
file=$2
rounds=${3:-400}

"$build/tests/bench/bench_min" "$file" >/dev/null || {
	echo "bench.sh: bench_min cannot verify $file" >&2
	exit 2
}
"$build/tests/bench/bench_spawn" "verify whole process" 1.3 "$rounds" \
	"$build/src/cli/ctlsmith" verify "$file" -- \
	"$build/tests/bench/bench_min" "$file"
