#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The man pages are built, render without a complaint, and are installed.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 MANWIDTH=80
}

# render PAGE: as a terminal shows it; complaints make it fail.
render() {
	man --warnings -l "$1" >rendered 2>warnings
	[ ! -s warnings ] || {
		cat warnings
		return 1
	}
}

@test "each page is built, renders, and has no markup left" {
	local source page

	for source in "$SRC"/docs/man/*.scd; do
		page=$BUILD/docs/$(basename "$source" .scd)
		[ -s "$page" ] || {
			echo "$page was not built; is scdoc installed?"
			return 1
		}
		render "$page"
		grep -q '^NAME' rendered
		run -1 grep -E '\*-|\*ctlsmith|(^|[^A-Z0-9])_[A-Z]+_' rendered
	done
}

@test "a page that man complains of is noticed" {
	printf '.TH x 1\n.nosuchmacro\n' >bad.1
	run ! render bad.1
}

@test "pages and completion are installed" {
	local source

	cmake --install "$BUILD" --component docs --prefix "$PWD/root" >log
	for source in "$SRC"/docs/man/*.scd; do
		[ -s "root/share/man/man1/$(basename "$source" .scd)" ]
	done
	"$CTLSMITH" completion bash |
		cmp - root/share/bash-completion/completions/ctlsmith
}
