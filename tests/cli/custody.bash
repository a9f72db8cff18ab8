# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# For the tests of who keeps which key: tokens of softhsm-fixtures, two trust
# lists (old.tlv: sast-1 and a lost token; new.tlv: sast-1 and sast-2, both
# signed by the first), and the shim before the module.

custody_file() {
	"$SRC/softhsm-fixtures/setup.sh" "$BUILD/tokens"
}

custody_setup() {
	# shellcheck source=/dev/null
	. "$BUILD/tokens/env.sh"
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
	schema=$SRC/docs/ctlsmith.schema.json
	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" new.tlv
	cp "$CASES/ok-softhsm-sast-older/CTLFile.tlv" old.tlv
	echo "lists: [old.tlv, new.tlv]" >tokens.yaml
}

# The tokens behind the shim, which does as the file plan says.
with_faults() {
	export P11FAULT_REAL=$MODULE P11FAULT_PLAN=$PWD/plan \
		P11FAULT_TRACE=$PWD/trace
	MODULE=$P11FAULT
}

# A copy of the tokens, to be changed.
with_copy() {
	"$SRC/softhsm-fixtures/setup.sh" --copy "$BUILD/tokens" copy
	# shellcheck source=/dev/null
	. copy/env.sh
}

# try STATUS COMMAND ARGUMENT...: what ctlsmith token COMMAND prints is then in
# out and err.
try() {
	local wanted=$1 command=$2 status=0

	shift 2
	# shellcheck disable=SC2086 # may be words, as in "pin change"
	"$CTLSMITH" token $command --module "$MODULE" "$@" >out 2>err ||
		status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith token $command $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# holds PYTHON: the JSON in out is valid, and the expression is true of it; o is
# the element's value.
holds() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	/usr/bin/python3 - "$1" <<-'PY'
		import json, sys
		doc = json.load(open("out"))
		assert len(doc) == 1 and doc[0]["schema"] == 1
		o = [v for k, v in doc[0].items() if k != "schema"][0]
		assert eval(sys.argv[1]), json.dumps(o, indent=1)
	PY
}

# The SHA-1 of the certificate $1 of the fixtures.
sha1_of() {
	openssl x509 -in "$CERTS/$1.pem" -outform DER | sha1sum | cut -c 1-40
}
