#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# accept.sh BUILD SRC [ROUNDS]: `ctlsmith accept` for 10,000 and for 100,000
# phones of 20 models in 4 CallManager groups, who hold any of 50 lists, as whole
# processes. The time may grow as the phones do, and so may the memory; beside it
# stands awk, which only counts what is the same. Exit status 1 where a limit is
# exceeded.
set -euo pipefail

build=$(realpath "$1")
src=$(realpath "$2")
rounds=${3:-7}
limit=13.0 # ten times as many phones
folder=$build/accept
ctlsmith=$build/src/cli/ctlsmith
versions=50

export SRC=$src TWIN=$build/tests/twin CTLSMITH_CONFIG=
# shellcheck source=tests/cli/accept.bash
. "$src/tests/cli/accept.bash"

rm -rf "$folder"
mkdir -p "$folder/archive"
accept_setup "$folder"
cd "$folder"
for ((i = 0; i < versions; i++)); do
	sed "s/timestamp: .*}/timestamp: $((1400000000 + i * 86400))}/" \
		old.yaml >"v$i.yaml"
	"$TWIN" make "v$i.yaml" -o made --keys "$src/softhsm-fixtures/keys" \
		>/dev/null
	mv "made/v$i/CTLFile.tlv" "archive/v$i.tlv"
done
printf 'group,node\nG0,pub\nG1,sub\nG2,pub sub\nG3,sub pub\n' >groups.csv
sha256sum archive/*.tlv | cut -d' ' -f1 >hashes

# phones NUM: NUM.csv.
phones() {
	awk -v num="$1" 'BEGIN {
			split("7960 7940 7945 7965 7975 7941 7961 7942 7962" \
			    " 7821 7841 7861 8811 8841 8851 8861 8865 9951" \
			    " 9971 ATA_187", model, " ")
			srand(7)
		}
		{ hash[NR] = $1 }
		END {
			print "name,model,group,hash"
			for (i = 0; i < num; i++)
				printf "SEP%012X,Cisco %s,G%d,%s\n", i,
				    model[1 + int(rand() * 20)],
				    int(rand() * 4), hash[1 + int(rand() * NR)]
		}' hashes | tr _ ' ' >"$1.csv"
}

# ours NUM: seconds and peak memory in KiB.
ours() {
	accept_all
	"$build/tests/bench/bench_run" "$ctlsmith" accept --phones "$1.csv" \
		--groups groups.csv --archive archive --installed old.tlv \
		"${all[@]}" new.tlv
}

# theirs NUM: the same of awk.
# shellcheck disable=SC2016,SC2317 # its own; by its name
theirs() {
	"$build/tests/bench/bench_run" /usr/bin/awk -F, \
		'NR > 1 { n[$2, $3, $4]++ } END { for (k in n) print k, n[k] }' \
		"$1.csv"
}

# median FUNCTION NUM COLUMN
median() {
	local i

	for ((i = 0; i < rounds; i++)); do
		"$1" "$2"
	done | cut -d' ' -f"$3" | sort -g | sed -n "$(((rounds + 1) / 2))p"
}

phones 10000
phones 100000
few=$(median ours 10000 1)
many=$(median ours 100000 1)
echo "accept: phones of 20 models, 4 groups, $versions lists; $rounds rounds"
failed=0
awk -v a="$few" -v b="$many" -v limit=$limit 'BEGIN {
	printf "accept: %.3f s for 10,000 phones, %.3f s for 100,000: ratio" \
	    " %.2f (limit %.2f)\n", a, b, b / a, limit
	exit b / a > limit
}' || failed=1
awk -v a="$(ours 10000 | cut -d' ' -f2)" -v b="$(ours 100000 |
	cut -d' ' -f2)" -v limit=$limit 'BEGIN {
	printf "accept: peak memory %.1f MiB of 10,000 phones, %.1f MiB of" \
	    " 100,000: ratio %.2f (limit %.2f)\n", a / 1024, b / 1024, b / a,
	    limit
	exit b / a > limit
}' || failed=1
awk -v a="$(median theirs 100000 1)" -v b="$many" 'BEGIN {
	printf "accept: 100,000 phones cost %.2f times what awk takes to count" \
	    " them (no limit)\n", b / a
}'
rm -rf "$folder"
exit $failed
