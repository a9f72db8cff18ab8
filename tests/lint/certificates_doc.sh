#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/certificates.md and docs/ctlsmith.schema.json say what the table of
# checks in src/pki/fit.h says.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
script=$(cd "$(dirname "$0")" && pwd)/certificates_doc.py

judge() {
	/usr/bin/python3 "$script"
}

plant_doc_name() {
	sed -i 's/^### wildcard$/### wild/' docs/certificates.md
}

plant_doc_code() {
	sed -i '/^### san$/,/^E4$/s/^E4$/E5/' docs/certificates.md
}

plant_doc_order() {
	sed -i 's/^### dates$/### X/; s/^### format$/### dates/
		s/^### X$/### format/' docs/certificates.md
}

plant_doc_empty() {
	sed -i '/^### backup$/,$d' docs/certificates.md
	printf '### backup\n\n-\n' >>docs/certificates.md
}

plant_doc_mark() {
	sed -i '/^### serial$/,/^### /s/\[observed/[believed/' \
		docs/certificates.md
}

plant_code_check() {
	sed -i 's/X(FIT_DATES,/X(FIT_X, "E99", "x", FIT_BOTH) &/' src/pki/fit.h
}

plant_code_code() {
	sed -i 's/X(FIT_SSO, ""/X(FIT_SSO, "E1"/' src/pki/fit.h
}

plant_schema_check() {
	sed -i 's/"wildcard", //' docs/ctlsmith.schema.json
}

plant_schema_level() {
	sed -i 's/"hurts-later", //' docs/ctlsmith.schema.json
}

self_tests=(plant_doc_name plant_doc_code plant_doc_order plant_doc_empty
	plant_doc_mark plant_code_check plant_code_code plant_schema_check
	plant_schema_level)
lint_main "$@"
