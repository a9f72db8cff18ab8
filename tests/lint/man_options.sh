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
script=$(cd "$(dirname "$0")" && pwd)/man_options.py

judge() {
	/usr/bin/python3 "$script"
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
