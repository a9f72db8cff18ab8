#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every source file says its licence in its first line, or, after a "#!" or
# a directive for a tool, in its second.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

judge() {
	local file

	find . \( -path ./build -o -path ./.git \) -prune -o -type f \( \
		-name '*.[ch]' -o -name '*.sh' -o -name '*.bash' -o \
		-name '*.bats' -o -name '*.cmake' -o -name CMakeLists.txt -o \
		-name '*.py' -o -path ./dev -o -path ./.ci/run \) -print |
		sort | while read -r file; do
		head -n 2 "$file" |
			grep -q 'SPDX-License-Identifier: Apache-2\.0' ||
			echo "${file#./}:1: no SPDX-License-Identifier"
	done
}

plant_c_file() {
	echo 'int x;' >src/base/planted.c
}

plant_other_licence() {
	echo '/* SPDX-License-Identifier: MIT */' >src/base/planted.h
}

plant_late() {
	printf '\n\n# SPDX-License-Identifier: Apache-2.0\n' >tests/planted.sh
}

self_tests=(plant_c_file plant_other_licence plant_late)
lint_main "$@"
