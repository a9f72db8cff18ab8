#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/cluster.sh BUILD [NODES]: cluster status of NODES lab nodes (200), each of
# which takes 300 ms for every answer, against the slowest of them alone, the
# publisher, who is asked the most. Both looks are of one lab, in one run.
#
# The bound is for a cluster that is not secure, whose lists are as long as those of
# real ones. In mixed mode 200 nodes have a CTL of 403 records, half a megabyte, which
# no phone reads and each node gives out three times: that measures how fast this
# machine moves and verifies it, on both sides at once, and is told without a bound.
set -euo pipefail

build=$(realpath "$1")
nodes=${2:-200}
most=120 # percent of one node
SRC=$(realpath "$(dirname "$0")/../..")
export SRC BUILD=$build CTLSMITH_LAB=$build/src/lab/ctlsmith-lab
# shellcheck source=tests/lab/lab.sh
. "$SRC/tests/lab/lab.sh"

folder=$(mktemp -d "${TMPDIR:-/tmp}/ctlsmith-bench.XXXXXX")
trap 'lab_down_all; rm -rf "$folder"' EXIT
# 300 ms on the wall, and little of what commands take beside it
cat >"$folder/scenario.yaml" <<'YAML'
shared_keys: true
cli: {delay: 30000, idle: 10000000}
YAML
# The milliseconds of processor that the lab has used so far.
lab_cpu() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, "")
		printf "%d\n", ($12 + $13) * 1000 / hz }' \
		"/proc/${LAB_PIDS[-1]}/stat"
}

# Those of the programs that this shell has waited for.
own_cpu() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, "")
		printf "%d\n", ($14 + $15) * 1000 / hz }' "/proc/$$/stat"
}

# Those that the host gave to others while this machine wanted them, and those in
# which nobody here wanted one.
stolen() {
	awk -v hz="$(getconf CLK_TCK)" '$1 == "cpu" {
		printf "%d\n", $9 * 1000 / hz }' /proc/stat
}
idle() {
	awk -v hz="$(getconf CLK_TCK)" '$1 == "cpu" {
		printf "%d\n", $5 * 1000 / hz }' /proc/stat
}

# look INVENTORY: milliseconds, and those of processor that it and the lab used.
look() {
	local begun ended status=0 lab_before own_before stolen_before idle_before

	lab_before=$(lab_cpu)
	own_before=$(own_cpu)
	stolen_before=$(stolen)
	idle_before=$(idle)
	begun=$(date +%s%N)
	"$build/src/cli/ctlsmith" cluster status --batch \
		--inventory "$1" >"$folder/said" 2>&1 || status=$?
	ended=$(date +%s%N)
	if [ $status != 0 ] && [ $status != 3 ]; then
		cat "$folder/said" >&2
		return 1
	fi
	ms=$(((ended - begun) / 1000000))
	own=$(($(own_cpu) - own_before))
	lab=$(($(lab_cpu) - lab_before))
	stolen=$(($(stolen) - stolen_before))
	idle=$(($(idle) - idle_before))
}

# compare MODE: *percent*, what all nodes took of what the publisher took alone.
compare() {
	local lab_dir=$folder/$1 one all

	lab_up "$lab_dir" --nodes "$nodes" --phones 0 --release 12.5 \
		--mode "$1" --speed 100 --scenario "$folder/scenario.yaml"
	# the publisher alone is all before the second node
	awk '/^- name:/ { n++ } n < 2' "$lab_dir/cluster.yaml" \
		>"$lab_dir/one.yaml"
	look "$lab_dir/one.yaml"
	one=$ms
	look "$lab_dir/cluster.yaml"
	all=$ms
	if grep -q 'could not be reached' "$folder/said"; then
		grep 'could not be reached' "$folder/said" | head -n 5
		echo "a node of $nodes was not reached" >&2
		return 1
	fi
	percent=$((100 * all / one))
	echo "cluster status, $1: 1 node $one ms, $nodes nodes $all ms:" \
		"$percent %; processor of the latter: $own ms, and $lab ms in" \
		"the lab, on $(nproc); $idle ms were idle, and the host gave" \
		"$stolen ms to others"
	lab_down "$lab_dir"
}

compare tokenless
compare non-secure
echo "at most $most % of one node"
[ "$percent" -le $most ]
