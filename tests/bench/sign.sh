#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# sign.sh BUILD SRC [ROUNDS]: `ctlsmith sign` of 2,000 files of 8 KB, whole
# processes, against a bare loop over the dlopened module that does the same
# durable work for each (bench_sign), in one and two sessions, and against one
# that only signs. All on the same SoftHSM token and the same disk; then its
# peak memory. Exit status 1 where a limit is exceeded.
set -euo pipefail

build=$(cd "$1" && pwd)
src=$2
rounds=${3:-7}
limit=0.90
flat=1.15
num=2000
ctlsmith=$build/src/cli/ctlsmith
bench=$build/tests/bench
folder=$build/bench-sign

"$src/softhsm-fixtures/setup.sh" "$build/bench-tokens" >/dev/null
# shellcheck source=/dev/null
. "$build/bench-tokens/env.sh"
export XDG_STATE_HOME=$folder/state CTLSMITH_CONFIG='' PIN=$PIN_HSM

rm -rf "$folder"
mkdir -p "$folder/in" "$folder/many"
# files FOLDER NUM: as many, of 8 KB, each another one.
files() {
	head -c $(($2 * 8192)) /dev/urandom |
		(cd "$1" && split -b 8192 -a 5 -d - f)
}
files "$folder/in" $num
inputs=("$folder"/in/*)

# run COMMAND...: the seconds and the peak memory of a whole process, once what
# was written before is gone, and the disk has come to rest.
run() {
	rm -rf "$folder/out"
	find "$folder/in" -name '*.bench' -delete
	sync -f "$folder"
	"$bench/bench_run" "$@"
}

# ours SESSIONS FOLDER
ours() {
	run "$ctlsmith" sign "$2" -o "$folder/out" --jobs "$1" \
		--module "$MODULE" --pin-env PIN --signer "$URI_HSM;id=%21"
}

# theirs files|bare SESSIONS
theirs() {
	run "$bench/bench_sign" "$1" "$MODULE" "$LABEL_HSM" "$PIN" 21 "$2" \
		"${inputs[@]}"
}

seconds() {
	cut -d' ' -f1
}

# ratio files|bare SESSIONS: their time by ours, the median of rounds in which
# they run in turn.
ratio() {
	local i a b

	for ((i = 0; i < rounds; i++)); do
		if ((i % 2 == 0)); then
			a=$(ours "$2" "$folder/in" | seconds)
			b=$(theirs "$1" "$2" | seconds)
		else
			b=$(theirs "$1" "$2" | seconds)
			a=$(ours "$2" "$folder/in" | seconds)
		fi
		echo "$b $a"
	done | awk '{ print $1 / $2 }' | sort -g | awk '{ r[NR] = $1 }
		END { printf "%.3f", r[int((NR + 1) / 2)] }'
}

failed=0
echo "$num files of 8 KB, RSA 2048 on SoftHSM, $rounds rounds; read, SHA-1," \
	"C_Sign, verify, write, fsync, rename in a bare loop = 1"
for sessions in 1 2; do
	got=$(ratio files "$sessions")
	echo "sign, $sessions session(s): ratio $got (at least $limit)"
	awk -v got="$got" -v limit="$limit" \
		'BEGIN { exit !(got >= limit) }' || failed=1
	echo "sign, $sessions session(s), against C_Sign alone: ratio $(
		ratio bare "$sessions"
	) (no limit)"
done

few=$(ours 2 "$folder/in" | cut -d' ' -f2)
files "$folder/many" $((5 * num))
many=$(ours 2 "$folder/many" | cut -d' ' -f2)
awk -v a="$few" -v b="$many" -v n=$num -v limit=$flat 'BEGIN {
	printf "sign: peak memory %.1f MiB of %d files, %.1f MiB of %d:" \
	    " ratio %.2f (limit %.2f)\n", a / 1024, n, b / 1024, 5 * n, b / a,
	    limit
	exit b / a > limit
}' || failed=1
rm -rf "$folder"
exit $failed
