#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# update.sh BUILD: writes tests/golden anew from what BUILD's ctlsmith says of
# BUILD's cases and, where it is there, of the real list. No test runs this.
# Read every difference before it is committed: it is a change of what the
# program promises.
set -euo pipefail

if [ ! -x "${1:-}/src/cli/ctlsmith" ]; then
	echo "usage: update.sh BUILD (a folder with a built ctlsmith)" >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "$1" && pwd)
SRC=$(cd "$here/../.." && pwd)
export BUILD SRC CASES=$BUILD/cases CTLSMITH=$BUILD/src/cli/ctlsmith
export CTLSMITH_SAMPLES=${CTLSMITH_SAMPLES:-$SRC/../shared/samples}
# shellcheck source=tests/cli/golden.sh
. "$SRC/tests/cli/golden.sh"

rm -f "$here"/*.txt "$here"/*.json
for name in $(golden_cases); do
	golden_write "$name" "$here"
done
if [ -d "$CTLSMITH_SAMPLES" ]; then
	golden_write_sample "$here/sample"
else
	echo "no samples: tests/golden/sample stays as it is" >&2
fi
echo "written; now read what changed"
