#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The sessions of docs/guide-accept.md are real: the twin's cluster.

bats_require_minimum_version 1.5.0
load session

setup() {
	guide=$SRC/docs/guide-accept.md
	session_setup_for "$guide"
}

@test "the guide's sessions come out as they are shown" {
	session_holds "$guide"
}

@test "a changed guide is noticed" {
	sed 's/^both.tlv: 4 of 4/both.tlv: 3 of 4/' "$guide" >guide-accept.md
	run ! cmp -s "$guide" guide-accept.md
	run ! session_holds guide-accept.md
	[[ $output == *'-both.tlv: 3 of 4'* ]]
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
