#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cert show: what it says is what openssl says; files as people have them, and
# as nobody should.

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

# show STATUS ARGUMENT...: what `ctlsmith cert show` prints is in out and err.
show() {
	local wanted=$1 status=0

	shift
	timeout 60 "$CTLSMITH" cert show "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "cert show $*: $status instead of $wanted"
		head -n 50 out err
		return 1
	}
}

# row NAME VALUE: is in out.
row() {
	grep -qE "^$1: +" out
	grep -E "^$1: +" out | sed -E 's/^[^:]*: +//' | grep -qxF -- "$2" || {
		grep -E "^$1: " out
		return 1
	}
}

# json: out is what the schema says; prints what PYTHON, about e, the first
# element, says.
json() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	/usr/bin/python3 -c "import json
doc = json.load(open('out'))
e = doc[0]
$1"
}

# odd EXTENSION... : odd.pem, an odd one by the root.
odd() {
	request odd ec.key "${dn:-/CN=odd}" '' '' ''
	issue odd root root.key "$@"
}

@test "a certificate: every field is what openssl says" {
	local serial

	csr=pub.csr start=20250101000000Z end=20260101000000Z odd \
		"subjectAltName=$san,IP:10.1.1.1,IP:2001:db8::1,email:a@b.c" \
		"keyUsage=critical,$usage" "extendedKeyUsage=$purposes,emailProtection" \
		basicConstraints=critical,CA:TRUE,pathlen:3 \
		subjectKeyIdentifier=hash authorityKeyIdentifier=keyid
	show 0 --now 2025-12-31 odd.pem
	grep -qx 'odd.pem: certificate' out
	row Subject 'CN=pub.lab.example,O=Lab'
	row Issuer 'CN=Lab-Root'
	serial=$(openssl x509 -in odd.pem -noout -serial | cut -d= -f2)
	row Serial "$(sed 's/../&:/g; s/:$//' <<<"$serial")"
	row Reversed "$(fold -w2 <<<"$serial" | tac | paste -sd:)"
	row 'Valid from' 2025-01-01T00:00:00Z
	row 'Valid until' '2026-01-01T00:00:00Z, 1 days left'
	row Key 'RSA, 2048 bits'
	row 'Key SHA-256' "$(openssl x509 -in odd.pem -noout -pubkey |
		openssl pkey -pubin -outform DER | sha256sum | cut -c 1-64)"
	row 'Key id' "$(openssl x509 -in odd.pem -noout -ext \
		subjectKeyIdentifier | sed -n '2s/[ :]//gp' | tr A-F a-f)"
	row Signature ecdsa-with-SHA256
	for name in DNS:pub.lab.example IP:10.1.1.1 IP:2001:db8::1 email:a@b.c; do
		grep -qE "(^|names: +| {5})$name\$" out
	done
	row 'Key usage' 'digitalSignature, dataEncipherment'
	row Extended 'serverAuth, clientAuth, 1.3.6.1.5.5.7.3.4'
	row CA 'yes, at most 3 below it'
	row SHA-1 "$(openssl x509 -in odd.pem -outform DER | sha1sum |
		cut -c 1-40)"
	row SHA-256 "$(openssl x509 -in odd.pem -outform DER | sha256sum |
		cut -c 1-64)"
	row File pem
	show 0 --now 2026-01-03 odd.pem
	row 'Valid until' '2026-01-01T00:00:00Z, EXPIRED 2 days ago'
	show 0 --now 2024-12-31 odd.pem
	row 'Valid from' '2025-01-01T00:00:00Z, NOT YET VALID'
	show 0 --json --now 2026-01-03 odd.pem
	json '
c = e["certificates"][0]
assert (c["validity"], c["days_left"]) == ("expired", -2)
assert c["path_length"] == 3 and c["ca"] and not c["self_signed"]
assert c["names"] == ["DNS:pub.lab.example", "IP:10.1.1.1",
    "IP:2001:db8::1", "email:a@b.c"], c["names"]
assert c["key_usage"] == ["digitalSignature", "dataEncipherment"]
assert c["purposes"] == ["serverAuth", "clientAuth", "1.3.6.1.5.5.7.3.4"]
assert c["serial"].split(":") == c["serial_reversed"].split(":")[::-1]
assert e["traits"] == ["pem"] and e["text_dump"] is None'
}

@test "a request, and a root" {
	show 0 pub.csr root.pem
	grep -qx 'pub.csr: request' out
	row Signature 'right: whoever made it had the key'
	row 'Signed by' itself
	[ "$(grep -c '^$' out)" = 1 ]
	show 0 --json pub.csr root.pem
	json '
assert len(doc) == 2 and e["requests"][0]["signature_right"]
assert doc[1]["certificates"][0]["self_signed"]'
	# signed by another key under the same name
	certs_root fake other.key /CN=Lab-Root 2>>log
	csr=sub.csr issue fake fake other.key basicConstraints=CA:TRUE
	dn=/CN=Lab-Root csr='' odd basicConstraints=CA:TRUE
	show 0 odd.pem
	row 'Signed by' 'its own name, but not its own key'
}

@test "--pem prints clean PEM of all there is" {
	{
		echo 'admin:show cert own x'
		sed 's/^/  /; s/$/\r/' sub.pem
		cat root.pem pub.csr
	} >all.txt
	show 0 --pem all.txt
	cat sub.pem root.pem pub.csr | cmp - out
	openssl crl2pkcs7 -nocrl -certfile sub.pem -certfile root.pem \
		-outform DER -out b.p7b
	show 0 --pem b.p7b
	grep -c BEGIN out
	[ "$(grep -c 'BEGIN CERTIFICATE' out)" = 2 ]
	for name in sub root; do
		openssl x509 -in $name.pem -outform DER -out one.der
		show 0 --pem one.der
		cmp $name.pem out
	done
	openssl req -in pub.csr -outform DER -out one.der
	show 0 --pem one.der
	cmp pub.csr out
	show 2 --pem --json pub.pem
}

@test "a folder, several files, one of which is nothing" {
	mkdir -p d/e d/.hidden
	cp pub.pem d/2.pem
	cp sub.pem d/e/1.pem
	cp root.pem d/.hidden
	show 0 d
	grep ': certificate$' out | diff - <(printf '%s: certificate\n' \
		d/2.pem d/e/1.pem)
	show 1 pub.pem nothing.pem root.pem
	[ "$(grep -c ': certificate$' out)" = 2 ]
	grep -q '^ctlsmith: nothing.pem: ' err
	show 1 --json pub.pem nothing.pem
	json 'assert len(doc) == 2 and doc[1]["error"]["code"] == "not there"'
	mkdir none
	show 1 none
	show 3 pub.pem rsa.key
	show 1 rsa.key nothing.pem
	show 2
	"$CTLSMITH" cert show - <pub.pem >out
	grep -qx -- '-: certificate' out
}

@test "a private key is refused in every form, and nothing of it printed" {
	local secret name

	openssl pkcs8 -topk8 -nocrypt -in rsa.key -out p8.pem
	openssl pkcs8 -topk8 -nocrypt -in rsa.key -outform DER -out p8.der
	openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:x -in rsa.key \
		-out enc.pem
	openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:x -in rsa.key \
		-outform DER -out enc.der
	{
		openssl rsa -in rsa.key -traditional -out pkcs1.pem
		openssl rsa -in rsa.key -traditional -outform DER -out pkcs1.der
		openssl ec -in ec.key -outform DER -out ec.der
	} 2>>log
	openssl pkcs12 -export -inkey rsa.key -in pub.pem -passout pass:x \
		-out both.p12
	cat pub.pem rsa.key >both.pem
	{
		printf '\377\376'
		iconv -t UTF-16LE rsa.key
	} >utf16.pem
	cp ec.key ec.pem
	for name in p8.pem p8.der enc.pem enc.der pkcs1.pem pkcs1.der ec.der \
		ec.pem both.p12 both.pem utf16.pem; do
		for option in '' --json --pem; do
			# shellcheck disable=SC2086 # none, where it is empty
			show 3 $option $name
			grep -q "^ctlsmith: $name: .*private key" err
			for secret in "$(sed -n 2p rsa.key)" \
				"$(sed -n 3p pkcs1.pem)" "$(sed -n 2p ec.key)"; do
				run -1 grep -qF -- "$secret" out err
			done
		done
	done
}

@test "broken and odd files say what is wrong, and where" {
	head -n 5 pub.pem >cut.pem
	show 1 cut.pem
	grep -q '^ctlsmith: cut.pem: .*line 1.*no END line' err
	# one that is cut, before one that is not
	cat cut.pem root.pem >two.pem
	show 1 two.pem
	grep -q 'line 1.*no END line' err
	sed '3s/./*/' pub.pem >bad.pem
	show 1 bad.pem
	grep -q 'line 1.*does not decode' err
	{
		cat root.pem
		cat bad.pem
	} >late.pem
	show 1 late.pem
	grep -q "line $(($(wc -l <root.pem) + 1))" err
	openssl x509 -in pub.pem -outform DER -out pub.der
	cp pub.der more.der
	printf 'xyz' >>more.der
	show 1 more.der
	grep -q '3 more byte(s) follow' err
	openssl crl2pkcs7 -nocrl -certfile sub.pem -outform DER -out b.p7b
	printf 'xyz' >>b.p7b
	show 1 b.p7b
	openssl crl2pkcs7 -nocrl -outform DER -out b.p7b
	show 1 b.p7b
	: >empty
	show 1 empty
	echo 0 >zero
	show 1 zero
	grep -q 'no certificate and no request' err
	# a text that begins as DER does
	{
		echo '09:15:01 show cert own tomcat'
		cat pub.pem
	} >clock.txt
	show 0 clock.txt
	row File 'pem, text-around'
	show 1 "$CASES/ok-tokenless-4947/CTLFile.tlv"
	# a request whose extensions are none
	openssl req -new -key ec.key -config <(printf '%s\n' '[req]' \
		distinguished_name=dn prompt=no req_extensions=x '[dn]' CN=x \
		'[x]' 2.5.29.17=DER:0401) -out x.csr
	show 0 --json x.csr
	json 'assert e["requests"][0]["broken"] == ["names"]'
}

@test "hostile: names, numbers and dates" {
	odd 2.5.29.17=DER:30:0a:82:08:61:2e:62:00:2e:63:2e:64
	show 0 odd.pem
	grep -qF 'DNS:a.b\x00.c.d' out
	show 0 --json odd.pem
	json 'assert e["certificates"][0]["names"] == ["DNS:a.b\0.c.d"]'
	odd 2.5.29.15=DER:0500 2.5.29.37=DER:0500 2.5.29.19=DER:0500
	show 0 --json odd.pem
	json 'assert e["certificates"][0]["broken"] == \
    ["key_usage", "purposes", "ca"]'
	show 0 odd.pem
	row 'Key usage' 'DOES NOT DECODE, or stands twice'
	# a terminal's escape, and a change of direction
	dn=$'/CN=\e[31mred\u202e' odd basicConstraints=CA:FALSE
	show 0 odd.pem
	run -1 grep -qP '\x1b|\xe2\x80\xae' out
	# no names at all
	dn=/ odd "subjectAltName=critical,DNS:x"
	show 0 odd.pem
	row Subject empty
	row 'Also critical' 'X509v3 Subject Alternative Name'
	for n in "-set_serial -5" "-set_serial 0" \
		"-set_serial 0x$(printf '4a%.0s' {1..60})"; do
		# shellcheck disable=SC2086 # words
		openssl x509 -req -in sub.csr -CA root.pem -CAkey root.key $n \
			-out odd.pem 2>>log
		show 0 odd.pem
		show 0 --json odd.pem
		json 'e["certificates"][0]["serial"]'
	done
	openssl x509 -req -in sub.csr -CA root.pem -CAkey root.key \
		-set_serial -5 -out odd.pem 2>>log
	show 0 odd.pem
	row Serial -05
	start=19300101000000Z end=99991231235959Z odd basicConstraints=CA:FALSE
	show 0 odd.pem
	row 'Valid from' 1930-01-01T00:00:00Z
	grep -q '^Valid until: *9999-12-31T23:59:59Z, ' out
	start=00010101000000Z end=19491231235959Z odd basicConstraints=CA:FALSE
	show 0 --json odd.pem
	json 'assert e["certificates"][0]["not_before"] == "0001-01-01T00:00:00Z"'
	"$CTLSMITH" cert check --unit tomcat odd.pem >out || [ $? = 3 ]
	grep -q '^refused .* dates: it has expired' out
}

@test "hostile: size" {
	local n status

	# 9,999 names are read, 100,000 are too many
	for n in 9999 100000; do
		/usr/bin/python3 - "$n" >names.hex <<-'PY'
			import sys
			def tlv(tag, body):
			    n = len(body)
			    size = bytes([n]) if n < 128 else \
			        bytes([0x80 + (n.bit_length() + 7) // 8]) + \
			        n.to_bytes((n.bit_length() + 7) // 8, "big")
			    return bytes([tag]) + size + body
			names = b"".join(tlv(0x82, b"n%06d.lab" % i)
			                 for i in range(int(sys.argv[1])))
			print(tlv(0x30, names).hex())
		PY
		odd "2.5.29.17=DER:$(cat names.hex)"
		status=0
		show 0 odd.pem
		timeout 60 "$CTLSMITH" cert check --unit tomcat --nodes a,b \
			odd.pem >out 2>err || status=$?
		if [ "$n" = 9999 ]; then
			[ "$status" = 3 ]
			grep -q '^hurts-later .* node-missing: ' out
		else
			[ "$status" = 1 ]
			grep -q '100000 names' err
		fi
	done
	# 10 MB of nothing, of text before a certificate, of certificates
	head -c 10000000 /dev/zero >zero
	show 1 zero
	{
		printf '\060\203\230\226\177'
		head -c 10000000 /dev/zero
	} >der
	show 1 der
	{
		yes 'admin: nothing' | head -c 10000000
		echo
		cat pub.pem
	} >long.txt
	show 0 long.txt
	for n in {1..1000}; do
		cat root.pem
	done >many.pem
	show 0 --pem many.pem
	cat root.pem >>many.pem
	show 1 many.pem
	grep -q 'more than 1000' err
	head -c 17000000 /dev/zero >large
	show 1 large
	grep -q 'limit of' err
}

@test "every text dump of the appliance that is known is read as fields" {
	cat >old.txt <<-'END'
		admin:show cert own CAPF
		[
		  Version: V3
		  Serial Number: 744B49997704
		  SignatureAlgorithm: SHA1withRSA (1.2.840.113549.1.1.5)
		  Issuer Name: L=Krakow, CN=CAPF-e41e7d87, C=PL
		  Validity From: Thu Jan 01 00:00:00 UTC 2015
		           To:   Mon Jan 01 00:00:00 UTC 2035
		  Subject Name: L=Krakow, CN=CAPF-e41e7d87, C=PL
		]
	END
	cat >new.txt <<-'END'
		IssuerDN: C=PL,CN=CAPF-e41e7d87,L=Krakow
		Start Date: Thu Jan 01 00:00:00 UTC 2015
		Final Date: Mon Jan 01 00:00:00 UTC 2035
		SubjectDN: C=PL,CN=CAPF-e41e7d87,L=Krakow
		SerialNumber: 744B49997704
	END
	for name in old new; do
		show 0 $name.txt
		grep -qx "$name.txt: text" out
		row Serial 744B49997704
		row 'Valid until' 'Mon Jan 01 00:00:00 UTC 2035'
		show 0 --json $name.txt
		json '
assert e["certificates"] == e["requests"] == []
assert e["text_dump"]["serial"] == "744B49997704"
assert e["traits"] == ["text-dump"]'
		show 1 --pem $name.txt
	done
	# too few fields
	sed -i '/Subject/d' old.txt
	show 1 old.txt
}

@test "on a terminal: colour where it is bad, none where none is wanted" {
	script -qc "stty cols 60; TERM=xterm '$CTLSMITH' cert show \
		--now 2090-01-01 pub.pem" /dev/null >out </dev/null
	grep -qP '\x1b\[31m.*EXPIRED' out
	script -qc "NO_COLOR=1 TERM=xterm '$CTLSMITH' cert show \
		--now 2090-01-01 pub.pem" /dev/null >out </dev/null
	run -1 grep -qP '\x1b' out
	script -qc "stty cols 60; NO_COLOR=1 TERM=xterm '$CTLSMITH' cert \
		check --unit tomcat pub.pem" /dev/null >out </dev/null
	tr -d '\r' <out >lines
	[ "$(awk '{ print length }' lines | sort -n | tail -n 1)" -le 60 ]
}
