#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A function has at most 80 lines, a file at most 900. Tables are data, not
# functions, and count only towards the file.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

judge() {
	c_files "${product[@]}" tests | xargs -r awk '
	FNR == 1 { start = 0 }
	FNR == 901 { print FILENAME ":901: a file of more than 900 lines" }
	/^{/ { start = FNR }
	/^}/ && start > 0 {
		if (FNR - start + 1 > 80)
			print FILENAME ":" start ": a function of " \
			    FNR - start + 1 " lines"
		start = 0
	}'
}

plant_function() {
	{
		printf '/* x */\nint\nplanted(void)\n{\n'
		seq -f '	planted(%g);' 79
		printf '}\n'
	} >src/base/planted.c
}

plant_file() {
	seq -f '/* %g */' 901 >src/base/planted.c
}

self_tests=(plant_function plant_file)
lint_main "$@"
