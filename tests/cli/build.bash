# shellcheck shell=bash disable=SC2034 # used by those who load it
# SPDX-License-Identifier: Apache-2.0
#
# What tests of the commands that make lists share: keys and certificates of
# files, lists judged by openssl alone, and by the twin.

# certificate NAME KEY SUBJECT [SERIAL]: NAME.pem, by a key of
# softhsm-fixtures, of which NAME.key is a copy.
certificate() {
	install -m 600 "$SRC/softhsm-fixtures/keys/$2.pem" "$1.key"
	openssl req -x509 -new -key "$1.key" -subj "$3" -out "$1.pem" \
		-set_serial "${4:-0x4A1122334455}" -days 5000
}

# What a small list is made of: the certificates of a publisher, of CAPF, of
# ITLRecovery and of a subscriber.
build_setup() {
	certificate pub rsa2048-a /CN=pub/OU=Lab/O=Example/L=Town/ST=State/C=DE \
		0x4A11223344556677
	certificate capf rsa2048-b /C=DE/O=Example/CN=CAPF-1a2b3c4d 0x4C11
	certificate recovery rsa2048-d /CN=ITLRECOVERY_pub/O=Example 0x8B11
	certificate sub rsa2048-c /CN=sub/O=Example 0x4D11
	SERVERS=(--sast recovery.pem --ccm-tftp pub.pem,host=pub,ip=192.0.2.10
		--capf capf.pem,host=pub,ip=192.0.2.10)
}

# build STATUS ARGUMENT...: what it prints is then in out and err.
build() {
	local wanted=$1 status=0

	shift
	timeout -k 5 60 "$CTLSMITH" build "$@" >out 2>err </dev/null ||
		status=$?
	[ "$status" = "$wanted" ] || {
		echo "build $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# The same with the key of the publisher, in a file.
build_pub() {
	build "$1" --signer pub.key --signer-cert pub.pem "${@:2}"
}

# says TEXT: it stands in err, filled or not.
says() {
	grep -qF -e "$1" err || {
		echo "err has no '$1':"
		cat err
		return 1
	}
}

# The same for out.
tells() {
	grep -qF -e "$1" out || {
		echo "out has no '$1':"
		cat out
		return 1
	}
}

# openssl_verifies LIST CERT [DIGEST]: without a line of ctlsmith.
openssl_verifies() {
	local folder=$BATS_TEST_TMPDIR/cut

	mkdir -p "$folder"
	"$SRC/tests/cli/built.py" cut "$1" "$folder"
	openssl x509 -in "$2" -noout -pubkey >"$folder/key"
	openssl dgst "-${3:-sha1}" -verify "$folder/key" \
		-signature "$folder/signature" "$folder/preimage" >/dev/null
}

# roles LIST: "sast ccm+tftp ..." as the twin reads them.
roles() {
	"$SRC/tests/cli/built.py" roles "$1"
}

# field LIST SPACE TAG: its value in hex, as the twin reads it.
field() {
	"$TWIN" dump "$1" | awk -v s="$2" -v t="$3" '$1 == s && $4 == t {
		print $6; exit }'
}

# hex TEXT: the bytes of a name with its NUL.
hex() {
	printf '%s\0' "$1" | od -An -v -tx1 | tr -d ' \n'
}

# rebuild LIST [OPTION...]: builds LIST again from what the twin reads in it,
# into again/LIST's name, by the key that signed it.
rebuild() {
	local list=$1 key

	shift
	rm -rf again
	mkdir again
	key=$("$SRC/tests/cli/built.py" spec "$list" again --dialects)
	install -m 600 "$key" again/key
	build 0 --spec again/spec.yaml --signer again/key \
		--signer-cert again/signer.der -o again/list.tlv "$@"
}
