#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Hostile certificates and requests, before every command that reads them: each
# ends with a status that it promises, and with none of their bytes as they are.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # certs.bash has them
bats_require_minimum_version 1.5.0
load certs

setup_file() {
	certs_setup "$BATS_FILE_TMPDIR"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$BATS_FILE_TMPDIR"/. .
	export LC_ALL=C.UTF-8
	unset TZ
}

# ends FILE: all commands do.
ends() {
	local status args

	rm -rf s
	mkdir -p s/own s/tomcat-trust former
	cp pub.pem s/own/tomcat.pem
	cp "$1" s/tomcat-trust/x.pem
	cp "$1" former/x.pem
	for args in "show $1" "calendar $1" "calendar --ical $1" \
		"check --unit tomcat $1" "check --unit tomcat-trust $1" \
		"check --unit tomcat --trust former pub.pem" \
		"check --unit tomcat --csr $1 pub.pem"; do
		status=0
		# shellcheck disable=SC2086 # words
		timeout 60 "$CTLSMITH" cert $args >out 2>err || status=$?
		[[ $status == [013] ]] || {
			echo "cert $args: $status"
			return 1
		}
		run -1 grep -qP '[\x00-\x08\x0b\x0c\x0e-\x1f]' out err
	done
	for args in '' '--json' '--former former' '--lsc former'; do
		status=0
		# shellcheck disable=SC2086 # words
		timeout 60 "$CTLSMITH" trust-store check $args s >out 2>err ||
			status=$?
		[[ $status == [013] ]] || {
			echo "trust-store check $args, $1: $status"
			return 1
		}
		run -1 grep -q 'set cert delete' out
	done
}

@test "every command ends on every hostile certificate" {
	cp sub.csr odd.csr
	# a NUL in a CN, which no appliance makes a file name of
	openssl x509 -in root.pem -outform DER -out nul.der
	/usr/bin/python3 - <<-'PY'
		data = open("nul.der", "rb").read()
		assert data.count(b"Lab-Root") == 2
		open("nul.der", "wb").write(data.replace(b"Lab-Root", b"Lab\0Root"))
		der = open("nul.der", "rb").read()
		open("tail.der", "wb").write(der + b"tail")
		open("cut.der", "wb").write(der[:-1])
	PY
	ends nul.der
	ends tail.der
	ends cut.der
	for number in -5 0 "0x$(printf '4a%.0s' {1..60})"; do
		openssl x509 -req -in sub.csr -CA root.pem -CAkey root.key \
			-set_serial "$number" -out odd.pem 2>>log
		ends odd.pem
	done
	start=00010101000000Z end=19491231235959Z issue odd root root.key \
		basicConstraints=CA:FALSE
	ends odd.pem
	start=19300101000000Z end=99991231235959Z issue odd root root.key \
		basicConstraints=CA:FALSE
	ends odd.pem
	# a year with five digits
	openssl x509 -in odd.pem -outform DER -out five.der
	sed -i 's/99991231235959Z/100001231359Z00/' five.der
	ends five.der
	sed 's/$/\r/' pub.pem | iconv -t UTF-16 >utf16.pem
	ends utf16.pem
	openssl crl2pkcs7 -nocrl -certfile root.pem -certfile sub.pem \
		-out bundle.p7b
	ends bundle.p7b
	ends rsa.key
	head -c 10000000 /dev/zero >zero
	ends zero
}

@test "a request whose key is a few bytes, beside the text of show cert own" {
	/usr/bin/python3 - <<-'PY'
		def tlv(tag, body):
		    assert len(body) < 128
		    return bytes([tag, len(body)]) + body
		key = tlv(0x30, tlv(2, b"\0" + bytes(range(200, 208))) + tlv(2, b"\3"))
		rsa = bytes.fromhex("300d06092a864886f70d0101010500")
		signed = bytes.fromhex("300d06092a864886f70d01010b0500")
		spki = tlv(0x30, rsa + tlv(3, b"\0" + key))
		assert len(spki) < 40
		info = tlv(0x30, tlv(2, b"\0") + tlv(0x30, b"") + spki +
		           tlv(0xa0, b""))
		open("tiny.csr", "wb").write(tlv(0x30, info + signed +
		                             tlv(3, b"\0" + bytes(8))))
	PY
	openssl req -inform DER -in tiny.csr -noout
	cat >dump.txt <<-'END'
		[
		  Version: V3
		  Serial Number: 4A112233
		  Issuer Name: CN=Lab-Sub
		  Validity From: Tue Mar 30 02:19:31 UTC 2021
		           To:   Sun Mar 29 02:19:30 UTC 2026
		  Subject Name: CN=pub.lab.example, O=Lab
		  Key: RSA (1.2.840.113549.1.1.1)
		    Key value: 3082010a0282010100aabb
		]
	END
	check 0 --unit CallManager --release 14SU2 --now 2025-01-01 \
		--csr tiny.csr dump.txt
	says note key 'is not that of the request'
}
