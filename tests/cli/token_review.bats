#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What a hostile reader found in the commands for tokens: each was wrong once.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
}

@test "a PIN in an argument too many is not shown" {
	local uri='pkcs11:token=b?pin-value=13579'

	run -2 "$CTLSMITH" token show --module /none pkcs11:token=a "$uri"
	[[ $output != *13579* ]]
	run -2 "$CTLSMITH" token list --module /none "$uri"
	[[ $output != *13579* ]]
	run -2 "$CTLSMITH" token modules "$uri"
	[[ $output != *13579* ]]
	run -2 "$CTLSMITH" token list --module /none "$uri&pin-value=24680"
	[[ $output != *13579* && $output != *24680* ]]
}

@test "a module that hangs while it is loaded is given up" {
	run -4 timeout 60 "$CTLSMITH" token list --timeout 1 --module "$HANGS"
	[[ $output == *'has not come back from loading in 1 s'* ]]
}
