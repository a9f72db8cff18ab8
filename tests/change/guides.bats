#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The sessions of the guides are real: of a lab, and one of SoftHSM's tokens alone.
#
# jobs: 5

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/cli/session.bash
	. "$SRC/tests/cli/session.bash"
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	[ -z "${LAB_DIR:-}" ] || lab_down_all
}

# holds NAME
holds() {
	guide=$SRC/docs/guide-$1.md
	session_setup_for "$guide"
	session_holds "$guide"
}

@test "CAPF" {
	holds capf
}

@test "CallManager" {
	holds callmanager
}

@test "from tokens to tokenless" {
	holds tokens-to-tokenless
}

@test "Asterisk, and a changed guide is noticed" {
	holds asterisk
	rm -rf tftp SEP*
	sed 's/^Time:  /Tame:  /' "$guide" >guide-asterisk.md
	run ! cmp -s "$guide" guide-asterisk.md
	run ! session_holds guide-asterisk.md
	[[ $output == *'-Tame:  '* ]]
}

@test "recovery" {
	holds recovery
}

@test "what differs in each run gets a name, and equal things the same" {
	local LAB_DIR=/x sha=0123456789abcdef0123456789abcdef01234567

	cat >one <<-TXT
		$sha and $sha, not ${sha/0/f} of $BATS_TEST_TMPDIR/lab
		2 proven, 1 refused
		127.9.0.1 at 2025-01-02T03:04:05Z
	TXT
	sed "s/$sha/${sha/1/e}/g; s/127.9/127.77/; s/2025/2026/" one >two
	run ! cmp -s one two
	session_stable <one >one.out
	session_stable <two >two.out
	cmp one.out two.out
	[ "$(wc -l <one.out)" = 2 ]
	[ "$(grep -oE '[0-9a-f]{40}' one.out | sort -u | wc -l)" = 2 ]
}

@test "links lead somewhere" {
	local guide link

	for guide in capf callmanager tokens-to-tokenless asterisk recovery; do
		sed -n 's/.*](\([^)#]*\)[)#].*/\1/p' \
			"$SRC/docs/guide-$guide.md" | grep . >links
		while read -r link; do
			[ -e "$SRC/docs/$link" ] || {
				echo "$guide: no $link"
				return 1
			}
		done <links
	done
}
