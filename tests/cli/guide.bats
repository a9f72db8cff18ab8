#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The sessions of docs/guide-tokens.md are real: over a SoftHSM without tokens,
# and through p11-kit's remoting.

bats_require_minimum_version 1.5.0
load session

setup() {
	guide=$SRC/docs/guide-tokens.md
	session_setup_for "$guide"
}

@test "the guide's sessions come out as they are shown" {
	session_holds "$guide"
}

@test "a changed guide is noticed" {
	sed 's/^Made RSA 2048 key/Made RSA 1024 key/' "$guide" >guide-tokens.md
	run ! cmp -s "$guide" guide-tokens.md
	run ! session_holds guide-tokens.md
	[[ $output == *'-Made RSA 1024 key'* ]]
}

@test "its links lead somewhere" {
	local link

	sed -n 's/.*](\([^)#]*\)[)#].*/\1/p' "$guide" | grep . >links
	while read -r link; do
		[ -e "$SRC/docs/$link" ] || {
			echo "no $link"
			return 1
		}
	done <links
}

@test "no PIN is in what is shown but where it is written" {
	session_lines "$guide" | grep -vE '^\$ echo ' >shown
	[ -s shown ]
	run ! grep -E '12345678|87654321|11111111' shown
}
