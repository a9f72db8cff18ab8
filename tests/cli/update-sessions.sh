#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# update-sessions.sh BUILD [DOCUMENT...]: puts real output into the sessions
# that the documents show (all of them, where none is named). No test calls
# it; what it changes wants to be read before it is kept.
set -euo pipefail

SRC=$(realpath "$(dirname "$0")/../..")
BUILD=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- README.md docs/json.md docs/guide-tokens.md \
	docs/guide-accept.md docs/guide-detached.md docs/guide-capf.md \
	docs/guide-callmanager.md docs/guide-tokens-to-tokenless.md \
	docs/guide-asterisk.md docs/guide-recovery.md docs/man/*.scd
export CTLSMITH=$BUILD/src/cli/ctlsmith CASES=$BUILD/cases \
	AUDITLOG=$BUILD/tests/auditlog TWIN=$BUILD/tests/twin \
	CTLSMITH_LAB=$BUILD/src/lab/ctlsmith-lab CERTS=$BUILD/tests/certs
BATS_TEST_TMPDIR=$(mktemp -d)
trap 'rm -rf "$BATS_TEST_TMPDIR"' EXIT

# shellcheck source=tests/cli/session.bash
. "$SRC/tests/cli/session.bash"

# Puts the replayed sessions of the file "happened" into the document $1.
put_back() {
	awk '
	FNR == NR { if (/^\$ /) n++; out[n] = out[n] $0 "\n"; next }
	/^```/ { inside = !inside; first = inside; wanted = 0; print; next }
	inside && first { wanted = /^\$ /; first = 0 }
	!(inside && wanted) { print; next }
	/^\$ / { printf "%s", out[++k] }' happened "$1"
}

# The serial numbers of tokens differ each time; in a document they do not.
name_serials() {
	/usr/bin/python3 -c 'import re, sys
names = {}
def name(match):
    return names.setdefault(match[0], f"{len(names) + 1:x}a2c3d4e5f607182")
sys.stdout.write(re.sub(r"\b[0-9a-f]{16}\b", name, sys.stdin.read()))'
}

for document; do
	document=$SRC/$document
	session_setup_for "$document"
	[ -n "$(session_lines "$document")" ] || continue
	session_replay "$document" >really
	session_stable <really | name_serials >happened
	put_back "$document" >updated
	cmp -s updated "$document" || {
		cp updated "$document"
		echo "changed: $document"
	}
	[ -z "${LAB_DIR:-}" ] || lab_down_all
	unset LAB_DIR
	rm -rf "${BATS_TEST_TMPDIR:?}"/*
done
