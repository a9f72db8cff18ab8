#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# README.md shows what the program does, not what it did once.

bats_require_minimum_version 1.5.0
load session

setup() {
	session_setup
}

@test "the README's session comes out as it is shown" {
	session_holds "$SRC/README.md"
}

@test "a changed README is noticed" {
	sed 's/^CTLFile.tlv: ctl: verified/CTLFile.tlv: ctl: varified/' \
		"$SRC/README.md" >README.md
	run ! session_holds README.md
	[[ $output == *'-CTLFile.tlv: ctl: varified'* ]]
}

@test "a README without a session is noticed" {
	grep -v '^\$ ' "$SRC/README.md" >README.md
	run ! session_holds README.md
}

@test "the README stays short, and its links lead somewhere" {
	local link

	[ "$(wc -l <"$SRC/README.md")" -lt 120 ]
	sed -n 's/.*](\([^)#]*\)[)#].*/\1/p' "$SRC/README.md" >links
	[ -s links ]
	while read -r link; do
		[ -e "$SRC/$link" ] || {
			echo "no $link"
			return 1
		}
	done <links
}
