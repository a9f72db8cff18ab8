#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/findings.md and docs/ctlsmith.schema.json say what the table of rules
# in ctl/rules.h says.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
script=$(cd "$(dirname "$0")" && pwd)/findings_doc.py

judge() {
	/usr/bin/python3 "$script"
}

plant_doc_name() {
	sed -i 's/^### one-sast$/### lone-sast/' docs/findings.md
}

plant_doc_severity() {
	sed -i '/^### no-capf$/,/^CTL/s/ITL: -/ITL: warning/' docs/findings.md
}

plant_doc_order() {
	sed -i 's/^### no-file$/### X/; s/^### said-failed$/### no-file/
		s/^### X$/### said-failed/' docs/findings.md
}

plant_doc_section_missing() {
	sed -i '/^### pads$/,/^### /{/^### header-incomplete/!d}' \
		docs/findings.md
}

plant_doc_section_twice() {
	sed -n '/^### pads$/,/^### /{/^### header/!p}' docs/findings.md \
		>>docs/findings.md.more
	cat docs/findings.md.more >>docs/findings.md
}

plant_doc_empty() {
	sed -i '/^### sha1$/,/^## /{/^CTL\|^#/!d}' docs/findings.md
}

plant_doc_dates() {
	sed -i '/^### certificate-expired$/,/^### /s/No source/A source/' \
		docs/findings.md
}

plant_doc_mark() {
	sed -i '/^### pads$/,/^### /s/\[observed/[believed/' docs/findings.md
}

plant_code_severity() {
	sed -i '/X(CTL_RULE_SHA1,/s/CTL_NOTE/CTL_ERROR/' ctl/rules.h
}

plant_code_rule() {
	sed -i 's/X(CTL_RULE_NO_FILE,/X(CTL_RULE_X, "x", CTL_NOTE, CTL_NOTE, CTL_NOTE, "y") &/' \
		ctl/rules.h
}

# plant_schema EDIT: makes sure that the schema knows findings, then changes
# them by EDIT, a line of Python about the definition "f" of one.
plant_schema() {
	/usr/bin/python3 - "$1" <<-'PY'
		import json, pathlib, re, sys
		table = pathlib.Path("ctl/rules.h").read_text()
		ids = re.findall(r'X\(CTL_RULE_\w+,[\s\\]*"([^"]*)"', table)
		f = {"properties": {"id": {"enum": ids},
		                    "severity": {"enum": ["note", "warning", "error"]}}}
		exec(sys.argv[1])
		file = pathlib.Path("docs/ctlsmith.schema.json")
		schema = json.loads(file.read_text())
		schema["$defs"]["planted"] = {"properties": {"findings": {
		    "type": "array", "items": {"$ref": "#/$defs/one"}}}}
		schema["$defs"]["one"] = f
		file.write_text(json.dumps(schema))
	PY
}

plant_schema_id_missing() {
	plant_schema 'ids.remove("pads")'
}

plant_schema_id_more() {
	plant_schema 'ids.append("planted")'
}

plant_schema_id_order() {
	plant_schema 'ids.reverse()'
}

plant_schema_id_free() {
	plant_schema 'f["properties"]["id"] = {"type": "string"}'
}

plant_schema_severity() {
	plant_schema 'f["properties"]["severity"]["enum"].append("fatal")'
}

self_tests=(plant_doc_name plant_doc_severity plant_doc_order
	plant_doc_section_missing plant_doc_section_twice plant_doc_empty
	plant_doc_dates plant_doc_mark plant_code_severity plant_code_rule
	plant_schema_id_missing plant_schema_id_more plant_schema_id_order
	plant_schema_id_free plant_schema_severity)
lint_main "$@"
