#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# all.sh BUILD: every check of the source, from the root of the project. BUILD
# is configured for the second compiler; its compile_commands.json names what
# is compiled. Shows all problems, and how many checks found some.
set -euo pipefail

build=$1
passed=0
failed=0

# run NAME COMMAND...: one check; its output is shown where it fails.
run() {
	local name=$1 out

	shift
	if out=$("$@" 2>&1 </dev/null); then
		echo "ok      $name"
		passed=$((passed + 1))
	else
		echo "FAILED  $name"
		[ -z "$out" ] || echo "        ${out//$'\n'/$'\n'        }"
		failed=$((failed + 1))
	fi
}

c_files() {
	local folder

	for folder in src ctl pkcs11 tests; do
		[ ! -d "$folder" ] || find "$folder" -name '*.[ch]'
	done | sort
}

# The C files that this build compiles.
compiled() {
	sed -n 's/^  "file": "\(.*\)",\{0,1\}$/\1/p' \
		"$build/compile_commands.json" | sort -u
}

scripts() {
	echo dev
	echo .ci/run
	find tests softhsm-fixtures docs -name '*.sh' 2>/dev/null | sort
}

bats_files() {
	find tests -name '*.bats' -o -name '*.bash' | sort
}

format() {
	c_files | xargs -r clang-format-14 --dry-run -Werror
}

# All that does not compile, not the first.
second_compiler() {
	local log=$build.log

	cmake --build "$build" -- -k 0 >"$log" || {
		grep -vE '^(\[|ninja:|FAILED:|/usr/bin/clang)' "$log"
		return 1
	}
}

# One file at a time: with several, the analyser of clang 14 forgets va_start
# and more after the first, and reports what is not there.
tidy() {
	compiled | xargs -r -P2 -n1 clang-tidy-14 --quiet -p "$build" 2>&1 |
		sed '/^[0-9]* warnings\{0,1\} generated\.$/d'
}

cppcheck_all() {
	compiled | sed "s|^$PWD/||" | xargs -r cppcheck --quiet --std=c11 \
		--enable=warning,performance,portability --inline-suppr \
		--suppressions-list=tests/lint/cppcheck.supp \
		--error-exitcode=1 -j2 -D_GNU_SOURCE -I. -Isrc \
		--template='{file}:{line}: {severity} ({id}): {message}'
}

shellcheck_all() {
	scripts | xargs -r shellcheck -x
	bats_files | xargs -r shellcheck -x -s bats
}

shfmt_all() {
	scripts | xargs -r shfmt -d
	bats_files | xargs -r shfmt -ln bats -d
}

run "format (clang-format)" format
for script in layers names sizes spdx; do
	run "house rules: $script" "tests/lint/$script.sh"
done
run "scripts (shellcheck)" shellcheck_all
run "scripts (shfmt)" shfmt_all
run "second compiler (clang)" second_compiler
run "cppcheck" cppcheck_all
run "clang-tidy" tidy

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
