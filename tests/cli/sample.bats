#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Files that a real system wrote: what ctlsmith says of them agrees with the
# reviewed text, with Cisco's own parser, and with openssl alone.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/cli/golden.sh
	. "$SRC/tests/cli/golden.sh"
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	real=$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv
	scf=$CTLSMITH_SAMPLES/cisco_gigantic-6_SCFParser_output.txt
}

# Where there are no samples, there is nothing to test.
need_samples() {
	[ -d "$CTLSMITH_SAMPLES" ] ||
		skip "no samples in $CTLSMITH_SAMPLES"
	[ "$(sha256sum <"$real")" = "1e8d2ea5b034b1f1367b0d50f8a16cf7$(
	)0964c21ef06872308a42606cc2450813  -" ]
}

# allow WHAT NUMBER FILE EDIT: WHAT is a known difference; the sed script EDIT
# removes it, in just NUMBER lines.
allow() {
	local what=$1 number=$2 file=$3 edit=$4 changed

	sed -E "$edit" "$file" >edited
	changed=$(diff "$file" edited | grep -c '^<') || true
	[ "$changed" = "$number" ] || {
		echo "$what: $changed lines, not $number"
		return 1
	}
	mv edited "$file"
}

# The lines of a table, and what stands above it.
table() {
	grep -E '^([0-9]+	|		[0-9a-f]|BYTEPOS|-------|Version|Header)'
}

# The numbers of the records whose certificate SCFParser found to have signed
# ($1: Verified) or not (failed).
scf_signers() {
	tr -d '\r' <"$scf" | awk -v word="^Signature .*$1" '
		/^\tCTL Record  #: / { n = $NF }
		$0 ~ word { print n }'
}

# The numbers of the records that show says ($1: was) to have signed.
show_signers() {
	awk -v said="^This etoken $1 used to sign the CTL file" '
		/^\tCTL Record #:/ { sub(/.*:/, ""); n = $0 }
		$0 ~ said { print n }' shown
}

# Field TAG of SPACE (0: the header, N: record N) of the file dumped by the
# twin: its offset and length.
field() {
	awk -v space="$1" -v tag="$2" '
		$1 == space && $4 == tag { print $2, $5 }' tlvs
}

# Bytes OFFSET to OFFSET + LENGTH of FILE.
cut_bytes() {
	tail -c "+$(($2 + 1))" "$1" | head -c "$3"
}

# openssl_says FILE RECORD DIGEST: whether openssl, without any of our code
# but the twin's dump, finds that the key of RECORD signed FILE.
openssl_says() {
	local file=$1 offset length size

	size=$(stat -c %s "$file")
	"$TWIN" dump "$1" >tlvs
	read -r offset length < <(field 0 12)
	cut_bytes "$file" $((offset + 3)) "$length" >sig
	cut_bytes "$file" 0 "$offset" >signed
	cut_bytes "$file" $((offset + 3 + length)) "$size" >>signed
	[ "$(stat -c %s signed)" = $((size - length - 3)) ]
	read -r offset length < <(field "$2" 9)
	cut_bytes "$file" $((offset + 3)) "$length" >cert.der
	openssl x509 -inform DER -in cert.der -noout -pubkey >key.pem
	openssl dgst "-$3" -verify key.pem -signature sig signed 2>&1
}

# agree FILE RECORD DIGEST: openssl and ctlsmith say that it verifies.
agree() {
	run -0 openssl_says "$@"
	[ "$output" = "Verified OK" ]
	run -0 "$CTLSMITH" verify "$1"
	[[ $output == *": verified, but only with itself (record $2, "* ]]
}

# disagree FILE RECORD DIGEST: both say that it does not.
disagree() {
	run -1 openssl_says "$@"
	[[ $output == *"Verification failure"* ]]
	run -3 "$CTLSMITH" verify "$1"
	[[ $output == *": FAILED: header / SIGNATURE (12), byte "* ]]
}

@test "the real list says what was reviewed" {
	need_samples
	mkdir got
	golden_write_sample "$PWD/got"
	golden_same "$SRC/tests/golden/sample" got cisco_gigantic-6_CTLFile
	[ "$(find "$SRC/tests/golden/sample" -type f | wc -l)" = 2 ]
	grep -qx 'exit 0' got/*.txt
	run ! grep -E '^exit [^0]' got/*.txt
}

@test "the real list row by row as Cisco's SCFParser prints it" {
	need_samples
	tr -d '\r' <"$scf" | table >theirs
	"$CTLSMITH" show "$real" | table >ours
	[ "$(wc -l <theirs)" = 104 ]
	allow 'a tab behind LENGTH, with or without a VALUE' 40 theirs \
		's/	$//'
	allow "SIGNATUREINFO: CANAME's 55 is left over" 1 theirs \
		's/^(7	SIGNATUREINFO	2	)55$/\115/'
	allow 'LENGTH 2 for what has one byte (8, 10, 11)' 3 theirs \
		'/^(8	DIGESTALGO|10	SIGNATUREALGO|11	SIGNATUREMODULUS)	/s/2$/1/'
	allow 'no VALUE for SIGNATUREALGOINFO' 1 theirs \
		's/^9	SIGNATUREALGOINFO	2$/&	8/'
	allow 'the names DIGESTALGO and SIGNATUREALGO' 2 theirs \
		's/(DIGEST|SIGNATURE)ALGO	/\1ALGORTITHM	/'
	allow 'SERIALNUMBER in two words in records' 6 theirs \
		's/^6	SERIAL NUMBER	/6	SERIALNUMBER	/'
	allow 'one tab behind CANAME' 1 theirs \
		's/^6	CANAME	/&	/'
	allow 'a shorter name of SAST' 2 theirs \
		's/	Security Token$/	System Administrator Security Token/'
	allow 'two digits for every byte of SIGNATURE' 6 theirs \
		'/^		/s/([	 ])0([0-9a-f])/\1\2/g'
	allow 'it prints no names in the header' 2 ours \
		's/^((4	SIGNERNAME|6	CANAME	)	55)	CN=.*/\1/'
	allow 'it prints no serial numbers' 7 ours \
		's/^([56]	SERIALNUMBER	(8|16))	[0-9A-F:]+$/\1/'
	allow 'it prints no SHA-1 of certificates' 6 ours \
		's/^(9	CERTIFICATE	[0-9]+)	([0-9A-F]{2} ){20}.*/\1/'
	diff -u theirs ours
}

@test "the real list: record numbers and signer as SCFParser finds them" {
	need_samples
	"$CTLSMITH" show "$real" >shown
	tr -d '\r' <"$scf" | sed -n 's/^	CTL Record  #: /	CTL Record #:/p' >theirs
	grep '^	CTL Record' shown >ours
	diff -u theirs ours
	[ "$(scf_signers Verified)" = 1 ]
	[ "$(show_signers was)" = 1 ]
	[ "$(scf_signers failed)" = 5 ]
	[ "$(show_signers 'was not')" = 5 ]
}

@test "a difference that is not allowed is noticed" {
	printf '8	DIGESTALGO	2\n9	X	2\n' >theirs
	run -1 allow 'too many' 1 theirs 's/2$/1/'
	run -1 allow 'too few' 1 theirs 's/3$/1/'
	allow 'just right' 1 theirs '/^8/s/2$/1/'
	[ "$(cat theirs)" = $'8\tDIGESTALGO\t1\n9\tX\t2' ]
}

@test "real firmware parses, with 0 to 3 pads" {
	local name pads

	need_samples
	while read -r pads name; do
		run -3 --separate-stderr "$CTLSMITH" show --json \
			"$CTLSMITH_SAMPLES/$name"
		[ -z "${stderr-}" ]
		grep -qx "    \"pads\": $pads," <<<"$output"
		grep -qx '  "kind": "firmware",' <<<"$output"
		grep -qx '    "status": "not-possible",' <<<"$output"
		grep -q '^    "reason": ".*key that only the phones hold' \
			<<<"$output"
		[ "$("$TWIN" dump "$CTLSMITH_SAMPLES/$name" |
			grep -c '^0 [0-9]* 0 13 ')" = "$pads" ]
	done <<-'FILES'
		0 SCCP31.9-2-1S.loads
		1 SIP42.8-5-3S.loads
		2 CP7921G-1.4.6.3.LOADS
		3 SCCP11.9-4-2SR3-1S.loads
	FILES
}

@test "openssl alone: the real list" {
	need_samples
	agree "$real" 1 sha1
	run -1 openssl_says "$real" 5 sha1
	cp "$real" changed.tlv
	printf 'x' | dd of=changed.tlv bs=1 seek=320 conv=notrunc status=none
	disagree changed.tlv 1 sha1
}

@test "openssl alone: the appliance's dialect" {
	agree "$CASES/ok-tokenless-4947/CTLFile.tlv" 1 sha1
	agree "$CASES/ok-tokenless-6113/CTLFile.tlv" 1 sha1
	agree "$CASES/ok-itl-itlrecovery/ITLFile.tlv" 1 sha512
}

@test "openssl alone: the token's dialect" {
	agree "$CASES/ok-token-5728/CTLFile.tlv" 5 sha1
	agree "$CASES/ok-token-3746/CTLFile.tlv" 1 sha1
}

@test "openssl alone: the builder's dialect, and SHA-256" {
	agree "$CASES/ok-builder-sha1/CTLFile.tlv" 1 sha1
	agree "$CASES/ok-builder-sha512/CTLFile.tlv" 1 sha512
	agree "$CASES/ok-sha256/CTLFile.tlv" 1 sha256
}

@test "openssl alone: what does not verify" {
	disagree "$CASES/bad-signature/CTLFile.tlv" 1 sha1
	disagree "$CASES/bad-content-changed/CTLFile.tlv" 1 sha1
	disagree "$CASES/bad-signer-key-elsewhere/CTLFile.tlv" 1 sha1
}
