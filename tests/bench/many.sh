#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# many.sh BUILD SRC [ROUNDS]: 10,000 lists by 16 signers through the command,
# as whole processes, against a bare loop over the same bytes in memory
# (bench_many), and its peak memory. Exit status 1 where a limit is exceeded.
set -euo pipefail

build=$1
src=$2
rounds=${3:-15}
limit=0.70
flat=1.15
folder=$build/many
ctlsmith=$build/src/cli/ctlsmith
bench=$build/tests/bench

rm -rf "$folder" "$folder-1000"
"$(dirname "$0")/make.sh" "$build" "$src" "$folder" 10000
"$(dirname "$0")/make.sh" "$build" "$src" "$folder-1000" 1000

# The seconds of one whole run.
seconds() {
	"$bench/bench_run" "$ctlsmith" "$@" | cut -d' ' -f1
}

# The peak memory of one run, in KiB.
peak() {
	"$bench/bench_run" "$ctlsmith" "$@" | cut -d' ' -f2
}

# What the loop works on: all lists. Those of RSA 1024 have the even numbers.
lists=("$folder"/*)
small=("$folder"/*{0,2,4,6,8}.tlv)

# ratio NUM ARGUMENT...: the loop's time by the command's, the median of NUM
# rounds in which they run in turn.
ratio() {
	local num=$1 i loop ours

	shift
	for ((i = 0; i < num; i++)); do
		if ((i % 2 == 0)); then
			loop=$("$bench/bench_many" "${lists[@]}")
			ours=$(seconds "$@")
		else
			ours=$(seconds "$@")
			loop=$("$bench/bench_many" "${lists[@]}")
		fi
		echo "$loop $ours"
	done | awk '{ print $1 / $2 }' | sort -g | awk '{ r[NR] = $1 }
		END { printf "%.2f", r[int((NR + 1) / 2)] }'
}

# at_least WHAT RATIO
at_least() {
	echo "$1: ratio $2 (at least $limit)"
	awk -v got="$2" -v limit="$limit" 'BEGIN { exit !(got >= limit) }' ||
		failed=1
}

# flat WHAT COMMAND...: the peak is as high for 1,000 files as for 10,000.
flat() {
	local what=$1 few many

	shift
	few=$(peak "$@" "$folder-1000")
	many=$(peak "$@" "$folder")
	awk -v what="$what" -v a="$few" -v b="$many" -v limit=$flat 'BEGIN {
		printf "%s: peak memory %.1f MiB of 1,000 files, %.1f MiB of" \
		    " 10,000: ratio %.2f (limit %.2f)\n", what, a / 1024,
		    b / 1024, b / a, limit
		exit b / a > limit
	}' || failed=1
}

failed=0
echo "10,000 lists by 16 signers, $(nproc) cores, $rounds rounds;" \
	"EVP_DigestVerify loop over the bytes in memory = 1"
at_least "verify FOLDER" "$(ratio "$rounds" verify "$folder")"
at_least "verify FILE..." "$(ratio "$rounds" verify "${lists[@]}")"
echo "verify FILE..., RSA 1024 alone: ratio $(
	lists=("${small[@]}")
	ratio "$rounds" verify "${small[@]}"
) (no limit)"
flat "verify" verify
flat "show --json" show --json
for command in 'show --json' lint; do
	"$ctlsmith" "${command%% *}" --help >/dev/null 2>&1 || continue
	# shellcheck disable=SC2086 # words
	echo "$command FOLDER: ratio $(ratio 3 $command "$folder") (no limit)"
done
exit $failed
