# shellcheck shell=bash disable=SC2034 # used by those who load it
# SPDX-License-Identifier: Apache-2.0
#
# What tests of requests for signatures made elsewhere share: the tokens of
# softhsm-fixtures, and the keys on them as files, for openssl.

detached_setup_file() {
	"$SRC/softhsm-fixtures/setup.sh" "$BUILD/tokens"
}

detached_setup() {
	cd "$BATS_TEST_TMPDIR" || return
	"$SRC/softhsm-fixtures/setup.sh" --copy "$BUILD/tokens" tokens
	# shellcheck source=/dev/null
	. tokens/env.sh
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
	cp "$SRC/softhsm-fixtures/keys/rsa1024-g.pem" key.pem
	cp "$CERTS/sast-1.pem" cert.pem
	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" list.tlv
	cp "$CASES/ok-cnf-sgn-sha1/pub.pem" tftp.pem
	(umask 077 && echo "$PIN_SAST_1" >pin)
	TOKEN_SIGNER="$URI_SAST_1;object=sast-1?pin-source=$PWD/pin"
}

# try STATUS ARGUMENT...: what ctlsmith prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	timeout -k 5 60 "$CTLSMITH" "$@" >out 2>err </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# request [OPTION...]: request.json, for a new CTLFile.tlv signed by cert.pem.
request() {
	try 0 build -o CTLFile.tlv --signer-cert cert.pem --spec spec.yaml \
		--timestamp 2024-06-01T12:00:00Z \
		--detached-request request.json "$@"
}

# A specification with records of all shapes.
spec() {
	cat >spec.yaml <<-YAML
		records:
		- {role: sast, cert: $CERTS/sast-1.pem}
		- {role: sast, cert: $CERTS/sast-2.pem}
		- {role: ccm+tftp, cert: tftp.pem, host: cucm1, ip: 192.0.2.1}
		- {role: capf, cert: $CERTS/ec256-a.pem, host: cucm1}
	YAML
}

# part PART: writes it to PART.bin.
part() {
	try 0 sign-request --extract "$1" request.json -o "$1.bin" \
		--force
}

# attached STATUS SIGNATURE... [OPTION...]: attach, to out.tlv.
attached() {
	local wanted=$1

	shift
	try "$wanted" attach request.json -o out.tlv "$@"
}

# change STATEMENTS: Python, which changes the request r, and its first item i.
change() {
	/usr/bin/python3 -c 'import base64, hashlib, json, sys
r = json.load(open("request.json"))
i = r["items"][0]
exec(sys.argv[1])
json.dump(r, open("changed.json", "w"))' "$1"
}

# ask EXPRESSION: what Python makes of it, with r and i as above.
ask() {
	/usr/bin/python3 -c 'import base64, hashlib, json, sys
r = json.load(open("request.json"))
i = r["items"][0]
print(eval(sys.argv[1]))' "$1"
}

# Two items in request.json: what $1 and $2 ask for.
merge_requests() {
	/usr/bin/python3 -c 'import json, sys
a, b = (json.load(open(name)) for name in sys.argv[1:])
a["items"] += b["items"]
json.dump(a, open("request.json", "w"))' "$1" "$2"
}

# openssl_sign PART.bin OUT: as PKCS#1 v1.5 over the DigestInfo.
openssl_sign() {
	openssl pkeyutl -sign -inkey key.pem -in "$1" -out "$2"
}

# valid SCHEMA FILE...: the file is, by that schema of docs.
valid() {
	local schema=$1 file

	shift
	for file; do
		/usr/bin/python3 "$SRC/tests/cli/schema.py" "$file" "$SRC/docs/$schema"
	done
}
