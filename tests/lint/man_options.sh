#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The program CTLSMITH, its man pages and its completion script agree: every
# command has a page and is completed, and every option with the name of its
# value stands in all of them, and nothing else does.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
: "${CTLSMITH:?names the program}"

# The program, or, in a self-test, what stands for it.
program() {
	if [ -x ./planted ]; then
		./planted "$@"
	else
		"$CTLSMITH" "$@"
	fi
}

# The commands that --help lists.
commands() {
	program --help | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 }
		on { print $1 }'
}

# "--kind KIND", "--json" or "-o, --output DIR" for each option in the help of
# the command $1.
help_options() {
	program "$1" --help | awk '/^Options:/ { on = 1; next }
		on && match($0, /^  (-[a-z], )?--[a-z-]+( [A-Z][^ ]*)?/) {
			print substr($0, 3, RLENGTH - 2)
		}' | sort
}

# The same from the section OPTIONS of the page $1.
page_options() {
	awk '/^# / { on = /^# OPTIONS/ }
		on && /^\*-/ { gsub(/[*_]/, ""); print }' "$1" | sort
}

# The options that the completion script knows for the command $1.
completed_options() {
	program completion bash |
		sed -n "s/^\t$1) opts='\([^']*\)'.*/\1/p" | tr ' ' '\n' | sort
}

# differ WHERE WHAT LEFT RIGHT: says what only one of two lists has.
differ() {
	comm -3 <(printf '%s\n' "$3") <(printf '%s\n' "$4") |
		sed -e "s|^\t\(.*\)|$1:1: $2 does not have \1|" \
			-e "t" -e "s|^|$1:1: $2 alone has |"
}

judge_command() {
	local page=docs/man/ctlsmith-$1.1.scd options

	options=$(help_options "$1")
	[ -n "$options" ] || echo "ctlsmith:1: $1 --help lists no options"
	if [ ! -e "$page" ]; then
		echo "$page:1: the command $1 has no page"
		return
	fi
	differ "$page" "the page" "$(page_options "$page")" "$options"
	differ src/cli/cmd_completion.c "the completion of $1" \
		"$(completed_options "$1")" \
		"$(sed 's/^-[a-z], //; s/ .*//' <<<"$options" | sort)"
	grep -q "^\*ctlsmith $1\*" "$page" ||
		echo "$page:1: no synopsis of ctlsmith $1"
	grep -qxF "*$1*" docs/man/ctlsmith.1.scd ||
		echo "docs/man/ctlsmith.1.scd:1: the command $1 is not in it"
}

# Each page belongs to a command.
judge_pages() {
	local page name

	for page in docs/man/ctlsmith-*.1.scd; do
		name=${page#docs/man/ctlsmith-}
		grep -qxF "${name%.1.scd}" <<<"$1" ||
			echo "$page:1: there is no such command"
	done
}

# Sections that every page must have.
judge_sections() {
	local page section

	for page in docs/man/*.scd; do
		for section in NAME SYNOPSIS DESCRIPTION OPTIONS "EXIT STATUS" \
			NOTES "SEE ALSO"; do
			grep -qxF "# $section" "$page" ||
				echo "$page:1: no section $section"
		done
	done
}

# The first word is completed from the commands and from what ctlsmith itself
# knows.
judge_first_word() {
	local completed

	completed=$(program completion bash |
		sed -n "s/^\t\twords='\(.*\)'$/\1/p" | tr ' ' '\n' | sort)
	differ src/cli/cmd_completion.c "the completion" "$completed" \
		"$(printf '%s\n' "$1" help --help --version | sort)"
}

judge() {
	local list command

	list=$(commands)
	[ -n "$list" ] || echo "ctlsmith:1: --help lists no commands"
	for command in $list; do
		judge_command "$command"
	done
	judge_pages "$list"
	judge_sections
	judge_first_word "$list"
}

plant_option_in_page() {
	sed -i 's/^\*--hex\*/*--octal*\n\tPrint octal.\n\n&/' \
		docs/man/ctlsmith-show.1.scd
}

plant_option_not_in_page() {
	sed -i '/^\*--hex\*/d' docs/man/ctlsmith-show.1.scd
}

plant_letter() {
	sed -i 's/^\*-o\*, \*--output\*/*--output*/' \
		docs/man/ctlsmith-extract.1.scd
}

plant_value() {
	sed -i 's/^\*--trusted\* _LIST_/*--trusted* _FILE_/' \
		docs/man/ctlsmith-verify.1.scd
}

plant_page_missing() {
	rm docs/man/ctlsmith-completion.1.scd
}

plant_page_too_many() {
	cp docs/man/ctlsmith-show.1.scd docs/man/ctlsmith-sign.1.scd
}

plant_command_not_in_overview() {
	sed -i '/^\*verify\*$/d' docs/man/ctlsmith.1.scd
}

plant_section_missing() {
	sed -i 's/^# NOTES/# REMARKS/' docs/man/ctlsmith-verify.1.scd
}

# plant_program EXPRESSION: a program whose output sed changes.
plant_program() {
	printf '#!/bin/sh\n"%s" "$@" | sed -e "%s"\n' "$CTLSMITH" "$1" >planted
	chmod +x planted
}

plant_option_not_completed() {
	plant_program "s/--hex --records /--hex /"
}

plant_option_in_program() {
	plant_program "s/^  --json  /  --yaml               print YAML\\\\n&/"
}

plant_command_in_program() {
	plant_program "s/^  verify  /  sign         Sign a list\\\\n&/"
}

plant_command_not_completed() {
	plant_program "s/words='show verify /words='show /"
}

self_tests=(plant_option_in_page plant_option_not_in_page plant_value
	plant_letter plant_page_missing plant_page_too_many plant_command_not_in_overview
	plant_section_missing plant_option_not_completed
	plant_option_in_program plant_command_in_program
	plant_command_not_completed)
lint_main "$@"
