#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/appliance.md has a row for each command that ctlsmith types, and names
# the readers that there are.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
script=$(cd "$(dirname "$0")" && pwd)/appliance_doc.py

judge() {
	/usr/bin/python3 "$script"
}

plant_row_missing() {
	sed -i '/^| show-ctl |/d' docs/appliance.md
}

plant_row_twice() {
	sed -i 's/^| show-ctl |.*/&\n&/' docs/appliance.md
}

plant_row_order() {
	sed -i '/^| show-itl |/{h;d};/^| ctl-mixed |/{G}' docs/appliance.md
}

plant_command() {
	sed -i 's/^  - id: show-date$/  - id: show-clock/' \
		src/cluster/tables/commands.yaml
}

plant_line() {
	sed -i "s/^    line: 'show date'/    line: 'show time'/" \
		src/cluster/tables/commands.yaml
}

plant_mark() {
	sed -i '/^| show-ctl |/s/verbatim/certain/' docs/appliance.md
}

plant_reader() {
	sed -i '/^| show-ctl |/s/said_list/said_lists/' docs/appliance.md
}

plant_reader_unnamed() {
	sed -i 's/^MUST_CHECK enum err said_date(/MUST_CHECK enum err said_day(/' \
		src/cluster/said.h
}

plant_level() {
	sed -i '/^| show-ctl |/s/| 0 |/| 2 |/' docs/appliance.md
}

plant_why() {
	sed -i '/^| show-date |/s/| the node[^|]*|/| |/' docs/appliance.md
}

self_tests=(plant_row_missing plant_row_twice plant_row_order plant_command
	plant_line plant_mark plant_reader plant_reader_unnamed plant_level
	plant_why)
lint_main "$@"
