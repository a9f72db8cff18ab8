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

# The commands that the help of ctlsmith $1 lists; $1 may be "".
commands() {
	# shellcheck disable=SC2086 # no word, where it is empty
	program $1 --help | awk '/^Commands:/ { on = 1; next }
		/^$/ { on = 0 }
		on { print $1 }'
}

# The commands in the group $1 that are no groups, without its name, and so are
# those of the groups in it: "list", "pin change".
leaves() {
	local sub leaf

	for sub in $(commands "$1"); do
		if [ -z "$(commands "$1 $sub")" ]; then
			echo "$sub"
			continue
		fi
		leaves "$1 $sub" | while read -r leaf; do
			echo "$sub $leaf"
		done
	done
}

# "--kind KIND", "--json" or "-o, --output DIR" for each option in the help of
# the command $1, which may be several words.
help_options() {
	# shellcheck disable=SC2086 # words
	program $1 --help | awk '/^Options:/ { on = 1; next }
		on && match($0, /^  (-[a-z], )?--[a-z0-9-]+( [A-Z][^ ]*)?/) {
			print substr($0, 3, RLENGTH - 2)
		}' | sort
}

# The same from the page $1: of its section OPTIONS, and, where $2 names one,
# of the part "## $2" of its section COMMANDS.
page_options() {
	awk -v part="## ${2:-}" '
		/^# / { options = /^# OPTIONS/; commands = /^# COMMANDS/ }
		/^#/ { mine = commands && $0 == part }
		(options || mine) && /^\*-/ { gsub(/[*_]/, ""); print }' "$1" |
		sort
}

# The options that the completion script knows for the command $1.
completed_options() {
	program completion bash |
		sed -n "s/^\t'$1') opts='\([^']*\)'.*/\1/p" | tr ' ' '\n' | sort
}

# The words that it knows behind the group $1.
completed_words() {
	program completion bash |
		sed -n "s/^\t\t'$1') names='\([^']*\)'.*/\1/p" | tr ' ' '\n' |
		sort
}

# differ WHERE WHAT LEFT RIGHT: says what only one of two lists has.
differ() {
	comm -3 <(printf '%s\n' "$3") <(printf '%s\n' "$4") |
		sed -e "s|^\t\(.*\)|$1:1: $2 does not have \1|" \
			-e "t" -e "s|^|$1:1: $2 alone has |"
}

# judge_options PAGE COMMAND [PART]: the options of COMMAND are those of the
# page, or of that part of it, and are completed.
judge_options() {
	local page=$1 options

	options=$(help_options "$2")
	[ -n "$options" ] || echo "ctlsmith:1: $2 --help lists no options"
	differ "$page" "the page on $2" "$(page_options "$page" "${3:-}")" \
		"$options"
	differ src/cli/completion.c "the completion of $2" \
		"$(completed_options "$2")" \
		"$(sed 's/^-[a-z], //; s/ .*//' <<<"$options" | sort)"
	grep -q "^\*ctlsmith $2\*" "$page" ||
		echo "$page:1: no synopsis of ctlsmith $2"
}

# judge_names GROUP: each word behind the group, and behind those in it, is
# completed.
judge_names() {
	local sub subs

	subs=$(commands "$1")
	differ src/cli/completion.c "the completion of $1" \
		"$(completed_words "$1")" \
		"$(printf '%s\n' "$subs" --help | sort)"
	for sub in $subs; do
		[ -z "$(commands "$1 $sub")" ] || judge_names "$1 $sub"
	done
}

# judge_group PAGE GROUP: the page has a part for each command of the group,
# and no other, and each is completed.
judge_group() {
	local leaf

	differ "$1" "the page" \
		"$(awk '/^# / { on = /^# COMMANDS/ }
			on && sub(/^## /, "")' "$1" | sort)" \
		"$(leaves "$2" | sort)"
	judge_names "$2"
	while read -r leaf; do
		judge_options "$1" "$2 $leaf" "$leaf"
	done < <(leaves "$2")
}

judge_command() {
	local page=docs/man/ctlsmith-$1.1.scd

	grep -qxF "*$1*" docs/man/ctlsmith.1.scd ||
		echo "docs/man/ctlsmith.1.scd:1: the command $1 is not in it"
	if [ ! -e "$page" ]; then
		echo "$page:1: the command $1 has no page"
		return
	fi
	if [ -n "$(commands "$1")" ]; then
		judge_group "$page" "$1"
	else
		judge_options "$page" "$1"
	fi
}

# Each page belongs to a command, but for that of ctlsmith-lab, a program.
judge_pages() {
	local page name

	for page in docs/man/ctlsmith-*.1.scd; do
		name=${page#docs/man/ctlsmith-}
		[ "$name" != lab.1.scd ] || continue
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
		sed -n "s/^\tlocal names='\(.*\)'$/\1/p" | tr ' ' '\n' | sort)
	differ src/cli/completion.c "the completion" "$completed" \
		"$(printf '%s\n' "$1" help --help --version | sort)"
}

judge() {
	local list command

	list=$(commands "")
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
	plant_program "s/names='show verify /names='show /"
}

# The program tree, whose commands stand on two levels, takes the place of
# ctlsmith, and has the pages it needs.
plant_group() {
	local section

	: "${TREE:?names the program}"
	printf '#!/bin/sh\n"%s" "$@"\n' "$TREE" >planted
	chmod +x planted
	find docs/man -name 'ctlsmith-*.scd' ! -name '*-completion.*' -delete
	{
		for section in NAME DESCRIPTION 'EXIT STATUS' NOTES \
			'SEE ALSO'; do
			printf '# %s\n\nText.\n\n' "$section"
		done
		printf '# OPTIONS\n\n*--help*\n\tHelp.\n\n# SYNOPSIS\n\n'
	} >docs/man/ctlsmith-show.1.scd
	{
		cat docs/man/ctlsmith-show.1.scd
		printf '*ctlsmith sample %s*\n\n' list init
		printf '# COMMANDS\n\n## %s\n\n%s\n\tText.\n\n' \
			list '*--json*'
		printf '## %s\n\n%s\n\tText.\n\n' \
			init '*-l*, *--label* _TEXT_'
	} >docs/man/ctlsmith-sample.1.scd
	printf '*ctlsmith show*\n' >>docs/man/ctlsmith-show.1.scd
	printf '*sample*\n' >>docs/man/ctlsmith.1.scd
}

plant_group_option_in_other_part() {
	plant_group
	sed -i 's/^## list/## LIST/; s/^## init/## list/; s/^## LIST/## init/' \
		docs/man/ctlsmith-sample.1.scd
}

plant_group_option_in_all_parts() {
	plant_group
	sed -i 's/^\*--help\*/*--json*\n\tText.\n\n&/' \
		docs/man/ctlsmith-sample.1.scd
}

plant_group_part_missing() {
	plant_group
	sed -i '/^## list/,/^## init/{/^## init/!d}' \
		docs/man/ctlsmith-sample.1.scd
}

plant_group_part_too_many() {
	plant_group
	printf '## delete\n\nText.\n' >>docs/man/ctlsmith-sample.1.scd
}

plant_group_no_synopsis() {
	plant_group
	sed -i '/^\*ctlsmith sample init\*/d' docs/man/ctlsmith-sample.1.scd
}

plant_group_option_not_completed() {
	plant_group
	sed -i "\$s/\$/ | sed 's|--json --help|--help|'/" planted
}

plant_group_command_not_completed() {
	plant_group
	sed -i "\$s/\$/ | sed 's|list init --help|list --help|'/" planted
}

plant_inner_group_part_missing() {
	sed -i 's/^## pin reset$/## reset/' docs/man/ctlsmith-token.1.scd
}

plant_inner_group_not_completed() {
	plant_program "s/names='change reset /names='change /"
}

self_accepted=(plant_group)
self_tests=(plant_option_in_page plant_option_not_in_page plant_value
	plant_letter plant_page_missing plant_page_too_many
	plant_command_not_in_overview plant_section_missing
	plant_option_not_completed plant_option_in_program
	plant_command_in_program plant_command_not_completed
	plant_group_option_in_other_part plant_group_option_in_all_parts
	plant_group_part_missing plant_group_part_too_many
	plant_group_no_synopsis plant_group_option_not_completed
	plant_group_command_not_completed plant_inner_group_part_missing
	plant_inner_group_not_completed)
lint_main "$@"
