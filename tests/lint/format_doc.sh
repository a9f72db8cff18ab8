#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# docs/ctl-format.md and docs/ctlsmith.schema.json say what the tables in
# ctl/ctl.h say, and the sections that the code cites are there.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"
script=$(cd "$(dirname "$0")" && pwd)/format_doc.py

judge() {
	/usr/bin/python3 "$script"
}

plant_doc_name() {
	sed -i 's/^| 6 | CANAME |/| 6 | ISSUERNAME |/' docs/ctl-format.md
}

plant_doc_shape() {
	sed -i 's/^| 12 | HASH ALGORITHM | u8 |/| 12 | HASH ALGORITHM | u16 |/' \
		docs/ctl-format.md
}

plant_doc_container() {
	sed -i 's/^| 25 | ENCRYPTIONKEY | bytes | 21 |/| 25 | ENCRYPTIONKEY | bytes | 17 |/' \
		docs/ctl-format.md
}

plant_doc_row_missing() {
	sed -i '/^| 21 | tvs | TVS |/d' docs/ctl-format.md
}

plant_doc_row_more() {
	sed -i 's/^| 3 | 4096 |/&\n| 4 | 3072 |/' docs/ctl-format.md
}

plant_doc_origin() {
	sed -i 's/^| .own-key. |/| own |/' docs/ctl-format.md
}

plant_code_tag() {
	sed -i 's/X(CTL_REC_ADDRESS, 10,/X(CTL_REC_PLANTED, 13, "X", CTL_U8) &/' \
		ctl/ctl.h
}

plant_code_digest() {
	sed -i 's/X(3, DIGEST_SHA512, "SHA-512")/X(4, DIGEST_SHA512, "SHA-512")/' \
		ctl/ctl.h
}

plant_schema() {
	sed -i 's/"trusted-file"/"trusted"/' docs/ctlsmith.schema.json
}

plant_citation() {
	printf '/* Format 4.9 */\n' >>ctl/parse.c
}

self_tests=(plant_doc_name plant_doc_shape plant_doc_container
	plant_doc_row_missing plant_doc_row_more plant_doc_origin
	plant_code_tag plant_code_digest plant_schema plant_citation)
lint_main "$@"
