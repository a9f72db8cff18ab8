#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/cluster.sh BUILD [NODES]: cluster status of NODES lab nodes (200), each of
# which takes 300 ms for every answer, against the slowest of them alone, the
# publisher, who is asked the most. Both looks are of one lab, in one run.
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
lab_up "$folder/lab" --nodes "$nodes" --phones 0 --release 12.5 \
	--mode tokenless --speed 100 --scenario "$folder/scenario.yaml"
# the nodes of an inventory: the publisher alone is all before the second one
awk '/^- name:/ { n++ } n < 2' "$folder/lab/cluster.yaml" \
	>"$folder/lab/one.yaml"

# The milliseconds of processor that the lab has used so far.
lab_cpu() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, "")
		printf "%d\n", ($12 + $13) * 1000 / hz }' \
		"/proc/${LAB_PIDS[0]}/stat"
}

# Those of the programs that this shell has waited for.
own_cpu() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, "")
		printf "%d\n", ($14 + $15) * 1000 / hz }' "/proc/$$/stat"
}

# look INVENTORY: milliseconds, and those of processor that it and the lab used.
look() {
	local begun ended status=0 lab_before own_before

	lab_before=$(lab_cpu)
	own_before=$(own_cpu)
	begun=$(date +%s%N)
	"$build/src/cli/ctlsmith" cluster status --batch \
		--inventory "$folder/lab/$1" >"$folder/said" 2>&1 || status=$?
	ended=$(date +%s%N)
	if [ $status != 0 ] && [ $status != 3 ]; then
		cat "$folder/said" >&2
		return 1
	fi
	ms=$(((ended - begun) / 1000000))
	own=$(($(own_cpu) - own_before))
	lab=$(($(lab_cpu) - lab_before))
}

look one.yaml
one=$ms
look cluster.yaml
all=$ms
if grep -q 'could not be reached' "$folder/said"; then
	grep 'could not be reached' "$folder/said" | head -n 5
	echo "a node of $nodes was not reached" >&2
	exit 1
fi
echo "cluster status: 1 node $one ms, $nodes nodes $all ms:" \
	"$((100 * all / one)) % (at most $most); processor of the latter:" \
	"$own ms, and $lab ms in the lab, on $(nproc)"
[ $((100 * all / one)) -le $most ]
