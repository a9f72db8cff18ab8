#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# sign-request and attach where memory is short, a disk fails, or the process
# is killed.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG=''
	cp "$SRC/tests/fuzz/requests/one.json" \
		"$SRC/tests/fuzz/requests/two.json" .
	behind_nul one-signed >signature
	behind_nul two-answered >response
}

behind_nul() {
	/usr/bin/python3 -c 'import sys
data = open(sys.argv[1], "rb").read()
sys.stdout.buffer.write(data[data.index(b"\0") + 1:])' \
		"$SRC/tests/fuzz/requests/$1"
}

# memory STEP COMMAND...: memory fails at every STEPth call, and from there on.
memory() {
	local step=$1

	shift
	[ "${CTLSMITH_LONG:-}" != 1 ] || step=1
	"$SRC/tests/cli/faults.sh" malloc once $((RANDOM % step + 1)) "$step" \
		"$@"
	"$SRC/tests/cli/faults.sh" malloc onward $((RANDOM % step + 1)) \
		"$step" "$@"
}

@test "memory: sign-request --dry-run" {
	memory 61 sign-request --dry-run two.json
	memory 61 sign-request --dry-run --json two.json
}

@test "memory: attach --dry-run" {
	memory 61 attach --dry-run two.json response
	memory 61 attach --dry-run --json two.json response
	memory 61 attach --dry-run one.json signature
}

# strike FAULT: attach over another list, with that fault; false where it
# does not strike. Then the old list or the new one is there, whole, and the
# next run makes it the new one, and leaves nothing lying about.
strike() {
	local status=0 name

	rm -rf f mark
	mkdir f
	cp "$CASES/ok-token-3746/CTLFile.tlv" f/list.tlv
	FAULTS=$1 FAULTS_OWN=1 FAULTS_MARK=mark LD_PRELOAD=$CTLSMITH_LIB \
		"$CTLSMITH" attach one.json signature -o f/list.tlv --force \
		--orphan-phones --drop-server-sast \
		>out 2>err || status=$?
	[ -e mark ] || return 1
	cmp -s f/list.tlv new.tlv ||
		cmp -s f/list.tlv "$CASES/ok-token-3746/CTLFile.tlv" ||
		wrong "$1: neither the old list nor the new one"
	[ $status != 0 ] || cmp -s f/list.tlv new.tlv ||
		wrong "$1: it says that it was written, and it was not"
	[[ $1 == *:kill* || $status == [01] ]] || wrong "$1: status $status"
	"$CTLSMITH" attach one.json signature -o f/list.tlv --force \
		--orphan-phones --drop-server-sast \
		>out 2>err || wrong "$1: not again: $(cat err)"
	cmp -s f/list.tlv new.tlv || wrong "$1: not even the second time"
	# one killed in between may have kept it under a name of its own
	[ "$(find f -name 'list.tlv.bak-*' | wc -l)" -ge 1 ] ||
		wrong "$1: the old list is lost"
	find f -type f ! -name list.tlv >names
	while read -r name; do
		[[ $name == f/list.tlv.bak-* ]] || wrong "$1: $name is left"
		cmp -s "$name" "$CASES/ok-token-3746/CTLFile.tlv" ||
			wrong "$1: $name is not the old list"
	done <names
}

wrong() {
	echo "$*" >>wrongs
}

@test "attach: the old list or the new one, wherever it is stopped" {
	local n mode struck=0

	: >wrongs
	"$CTLSMITH" attach one.json signature -o new.tlv
	for mode in once onward kill killed; do
		for ((n = 1; n < 100; n++)); do
			strike disk:$n:$mode || break
			struck=$((struck + 1))
		done
	done
	cat wrongs
	[ ! -s wrongs ]
	echo "$struck calls"
	[ $struck -ge 16 ]
}
