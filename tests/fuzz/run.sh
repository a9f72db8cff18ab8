#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh BUILD SECONDS [TARGET...]: runs the fuzz targets, two at a time, each
# for so long. What they learn stays in BUILD/corpus; a finding is left in
# BUILD/findings and belongs, once mended, into tests/fuzz/regress/TARGET.
set -euo pipefail

here=$(dirname "$0")
build=$1
seconds=$2
shift 2

targets=("${@#fuzz_}")
if [ ${#targets[@]} = 0 ]; then
	for program in "$build"/tests/fuzz/fuzz_*; do
		[ ! -f "$program" ] || [ ! -x "$program" ] ||
			targets+=("${program##*/fuzz_}")
	done
fi
[ ${#targets[@]} -gt 0 ] || {
	echo "fuzz: no target is built in $build" >&2
	exit 1
}

export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# The folder that target $1 begins with: made lists, or texts.
seeds_of() {
	case $1 in
	csv) echo "$here/tables" ;;
	alarm) echo "$here/alarms" ;;
	listing) echo "$here/../listings" ;;
	request) echo "$here/requests" ;;
	stores) echo "$here/stores" ;;
	said) echo "$here/../transcripts" ;;
	inventory) echo "$here/inventories" ;;
	dialog) echo "$here/dialogs" ;;
	frame) echo "$here/frames" ;;
	webpage) echo "$here/webpages" ;;
	uri) echo "$here/uris" ;;
	*) echo "$build/cases" ;;
	esac
}

# Runs one target; its last words go to a log of its own.
fuzz() {
	local name=$1 seeds=() folder
	local corpus=$build/corpus/$name findings=$build/findings/$name

	mkdir -p "$corpus" "$findings"
	for folder in "$here/regress/$name" "$(seeds_of "$name")"; do
		[ ! -d "$folder" ] || seeds+=("$folder")
	done
	"$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" \
		-dict="$here/ctl.dict" -artifact_prefix="$findings/" \
		-print_final_stats=1 -timeout=10 -rss_limit_mb=1024 \
		-max_len=65536 "$corpus" "${seeds[@]}" \
		>"$build/fuzz_$name.log" 2>&1
}

# Reports on one target; false where there is a finding.
report() {
	local name=$1 status=$2 log=$build/fuzz_$1.log execs

	execs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	if [ "$status" = 0 ] && [ "${execs:-0}" -gt 0 ]; then
		echo "fuzz_$name: $execs inputs, nothing found"
		return 0
	fi
	echo "fuzz_$name: FOUND something, or could not run:"
	grep -E '^(==|SUMMARY|.*: not true:|.*runtime error)' "$log" |
		head -n 5 || tail -n 5 "$log"
	sed -n 's/.*Test unit written to /  reproducer: /p' "$log"
	echo "  all of it: $log"
	return 1
}

failed=0
for ((i = 0; i < ${#targets[@]}; i += 2)); do
	pair=("${targets[@]:i:2}")
	pids=()
	for name in "${pair[@]}"; do
		[ -x "$build/tests/fuzz/fuzz_$name" ] || {
			echo "fuzz: there is no target $name" >&2
			exit 1
		}
		fuzz "$name" &
		pids+=($!)
	done
	for k in "${!pair[@]}"; do
		status=0
		wait "${pids[k]}" || status=$?
		report "${pair[k]}" $status || failed=$((failed + 1))
	done
done
echo "$((${#targets[@]} - failed)) passed, $failed failed"
[ $failed = 0 ]
