#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A function that a header declares begins with its module's name: that of the
# layer, or of a header in the same folder.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

# The name that a layer goes by.
prefix() {
	case $1 in
	src/data) echo doc ;;
	src/pki) echo cert ;;
	src/audit) echo audit ;;
	src/trust) echo trust ;;
	src/cluster) echo node ;;
	src/workflow) echo flow ;;
	src/cli) echo cmd ;;
	src/lab) echo lab ;;
	ctl) echo ctl ;;
	pkcs11) echo 'tok|rv|mech|attribute' ;;
	*) echo base ;;
	esac
}

# LINE NAME of each function that the header $1 declares or defines. A word in
# capitals before "(" is a macro, and what stands in braces is no declaration.
functions() {
	awk '
	{ line = $0; gsub(/"([^"\\]|\\.)*"/, "", line) }
	in_comment && !sub(/^.*\*\//, "", line) { next }
	{
		in_comment = 0
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
		in_comment = sub(/\/\*.*/, "", line)
	}
	in_macro || line ~ /^[ \t]*#/ { in_macro = $0 ~ /\\$/; next }
	{
		for (i = 1; i <= length(line); i++) {
			c = substr(line, i, 1)
			if (c == "{") { if (depth == 0) end(); depth++ }
			else if (c == "}") { depth--; text = "" }
			else if (depth > 0) continue
			else if (c == ";") end()
			else { if (text ~ /^[ \t]*$/) start = FNR; text = text c }
		}
		text = text " "
	}
	function end(word) {
		gsub(/__attribute__[ ]*\(\(.*\)\)/, "", text)
		while (match(text, /[A-Za-z_][A-Za-z0-9_]*[ ]*\(/)) {
			word = substr(text, RSTART, RLENGTH - 1)
			sub(/ +$/, "", word)
			if (word !~ /^[A-Z0-9_]+$/) {
				print start, word
				break
			}
			text = substr(text, RSTART + RLENGTH)
		}
		text = ""
	}' "$1"
}

judge() {
	local folder header allowed line name

	for folder in src/* ctl pkcs11; do
		allowed=$(prefix "$folder")
		for header in "$folder"/*.h; do
			header=${header##*/}
			allowed="$allowed|${header%.h}"
		done
		for header in "$folder"/*.h; do
			[ -e "$header" ] || continue
			functions "$header" | while read -r line name; do
				[[ $name =~ ^($allowed)_ ]] ||
					echo "$header:$line: $name() lacks" \
						"the prefix of its module"
			done
		done
	done
}

plant_prototype() {
	echo 'MUST_CHECK bool planted(struct bytes a, int b);' \
		>>src/base/bytes.h
}
plant_two_lines() {
	printf 'struct bytes *\nplanted(\n    int a);\n' >>ctl/ctl.h
}
plant_after_comment() {
	printf '/* a (b) */ /* c */ enum err planted_x(void) PRINTF_LIKE(1, 2);\n' \
		>>src/data/doc.h
}
plant_inline() {
	printf 'static inline int\nplanted(void)\n{\n\treturn doc_x();\n}\n' \
		>>src/data/doc.h
}

self_tests=(plant_prototype plant_two_lines plant_after_comment plant_inline)
lint_main "$@"
