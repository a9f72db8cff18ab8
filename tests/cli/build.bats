#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith build: what is asked for is what is made, and nothing else is left.

bats_require_minimum_version 1.5.0
load build

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
	unset TZ
	build_setup
}

# ---- What is written ----------------------------------------------------------

@test "every dialect, digest, modulus, role and kind of key: as the twin writes it" {
	local recipe name digest

	mkdir recipes
	"$SRC/tests/cli/built.py" recipes recipes
	"$TWIN" make recipes/*.yaml -o made --keys "$SRC/softhsm-fixtures/keys"
	for recipe in recipes/*.yaml; do
		name=$(basename "$recipe" .yaml)
		rebuild "made/$name/CTLFile.tlv"
		cmp "made/$name/CTLFile.tlv" again/list.tlv
		digest=${name#*-}
		openssl_verifies again/list.tlv "made/$name/signer.pem" \
			"${digest%-*}"
	done
	[ "$(find made -name CTLFile.tlv | wc -l)" = 18 ]
	[ "$(roles again/list.tlv)" = "sast sast ccm+tftp sast sast ccm ccm $(
	)ccm+tftp ccm+tftp tftp tftp capf capf srst srst firewall firewall $(
	)app-server app-server tvs tvs" ]
}

@test "lists of the appliance, of tokens and of builders come out as they were" {
	local name list

	for name in tokenless-4947 tokenless-6113 itl-callmanager \
		itl-itlrecovery itl-rollback ec-records rsa4096-sha512 rsa512 \
		name-t61 name-bmp name-utf8 name-utf8-200 name-many-ous \
		name-dropped-attributes name-255 odd-names serial-high-bit-der \
		signer-last signer-builder-first mixed-dialects three-sast \
		softhsm-sast server-empty-all version-1-9 filename-phone \
		builder-sha1 builder-sha512 certificates-39 size-65536 pads-0 \
		pads-1 pads-2 pads-3; do
		list=$(echo "$CASES/ok-$name"/*.tlv)
		rebuild "$list" || {
			echo "$name"
			return 1
		}
		cmp "$list" again/list.tlv
	done
}

@test "the real list, from its own certificates, but for the signature" {
	local real=$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv

	[ -f "$real" ] || skip "the sample is missing"
	mkdir again
	# nobody has its key
	"$SRC/tests/cli/built.py" spec "$real" again >/dev/null || [ -f again/spec.yaml ]
	"$SRC/tests/cli/built.py" cut "$real" again
	build 0 --spec again/spec.yaml --signer-cert again/signer.der \
		-o again/list.tlv --detached-request request.json
	/usr/bin/python3 -c 'if True:
		import base64, json
		(item,) = json.load(open("request.json"))["items"]
		open("preimage", "wb").write(base64.b64decode(item["preimage"]))'
	cmp preimage again/preimage
	[ ! -e again/list.tlv ]
}

@test "records stand in the order of the command line" {
	build_pub 0 --capf capf.pem --ccm sub.pem --sast recovery.pem \
		--tftp sub.pem --sast pub.pem --ccm-tftp pub.pem --srst sub.pem \
		--tvs sub.pem --app-server sub.pem --firewall sub.pem -o a.tlv
	[ "$(roles a.tlv)" = "capf ccm sast tftp sast ccm+tftp srst tvs $(
	)app-server firewall" ]
	openssl_verifies a.tlv pub.pem
}

@test "the signer becomes the first SAST where it is none" {
	build_pub 0 --capf capf.pem --ccm-tftp pub.pem -o a.tlv
	[ "$(roles a.tlv)" = "sast capf ccm+tftp" ]
	# a CCM+TFTP record of the same certificate is no SAST
	build_pub 0 --sast recovery.pem --sast pub.pem -o b.tlv
	[ "$(roles b.tlv)" = "sast sast" ]
	openssl x509 -in pub.pem -outform DER -out pub.der
	[ "$(field a.tlv 1 9)" = "$(od -An -v -tx1 pub.der | tr -d ' \n')" ]
	[ "$(field b.tlv 2 9)" = "$(field a.tlv 1 9)" ]
	build_pub 0 -o c.tlv
	[ "$(roles c.tlv)" = sast ]
}

@test "host, address and dialect are those behind the certificate" {
	local file=$'odd,host=x, na\xc3\xafme.pem'

	cp capf.pem "$file"
	build_pub 0 --ccm-tftp "sub.pem,ip=192.0.2.1,host=a b" \
		--capf "$file,host=h=1" --tftp sub.pem,host= \
		--ccm sub.pem,dialect=token --srst sub.pem,dialect=builder -o a.tlv
	[ "$(field a.tlv 2 2)" = "$(hex 'a b')" ]
	[ "$(field a.tlv 2 10)" = c0000201 ]
	[ "$(field a.tlv 3 2)" = "$(hex 'h=1')" ]
	[ -z "$(field a.tlv 3 10)" ]
	[ "$(field a.tlv 4 2)" = 00 ]
	[ "$(field a.tlv 5 5)" = "$(hex 'cn=sub;o=Example')" ]
	[ "$(field a.tlv 5 10)" = 00000000 ]
	[ "$(field a.tlv 6 5)" = "$(hex 'CN=sub,O=Example')" ]
	[ -z "$(field a.tlv 6 2)" ]
	build_pub 0 --dialect token --ccm-tftp sub.pem \
		--capf capf.pem,dialect=appliance -o b.tlv
	[ "$(field b.tlv 2 5)" = "$(hex 'cn=sub;o=Example')" ]
	[ "$(field b.tlv 3 5)" = "$(hex 'CN=CAPF-1a2b3c4d;O=Example;C=DE')" ]
}

@test "the dialect is chosen by who issued a certificate" {
	build_pub 0 --sast "$CASES/ok-softhsm-sast/sast-1.pem" \
		--ccm-tftp pub.pem -o a.tlv
	[ "$(field a.tlv 2 5)" = \
		"$(hex 'cn=Cisco Manufacturing CA;o=Cisco Systems')" ]
	[ "$(field a.tlv 1 5)" = "$(hex 'CN=pub;OU=Lab;O=Example;L=Town;ST=State;C=DE')" ]
}

@test "a server without a certificate: a cluster that is not in secure mode" {
	build_pub 0 --ccm-tftp host=pub,ip=192.0.2.10 \
		--ccm-tftp ip=192.0.2.11 --capf capf.pem -o a.tlv
	[ "$(roles a.tlv)" = "sast ccm+tftp ccm+tftp capf" ]
	[ "$(field a.tlv 2 2)" = "$(hex pub)" ]
	[ "$(field a.tlv 2 10)" = c000020a ]
	[ -z "$(field a.tlv 2 9)" ]
	[ "$(field a.tlv 3 10)" = c000020b ]
	# a file of that name
	cp capf.pem host=x
	build_pub 0 --ccm-tftp pub.pem --capf ./host=x -o b.tlv
	[ -n "$(field b.tlv 3 9)" ]
}

@test "certificates are PEM or DER" {
	openssl x509 -in capf.pem -outform DER -out capf.der
	build_pub 0 --ccm-tftp pub.pem --capf capf.der --output a.tlv \
		--timestamp 2024-05-01
	build_pub 0 --ccm-tftp pub.pem --capf capf.pem -o b.tlv \
		--timestamp 2024-05-01
	cmp a.tlv b.tlv
}

@test "--kind, --filename, --digest, --timestamp are in the header" {
	build_pub 0 "${SERVERS[@]}" -o a.tlv --timestamp 2024-05-01T12:00:00Z
	[ "$(field a.tlv 0 1)" = 0102 ]
	[ "$(field a.tlv 0 8)" = 01 ]
	[ "$(field a.tlv 0 11)" = 02 ]
	[ "$(field a.tlv 0 14)" = "$(hex CTLFile.tlv)" ]
	[ "$(field a.tlv 0 15)" = 66322ec0 ]
	build_pub 0 "${SERVERS[@]}" --kind itl --tvs sub.pem -o b.tlv \
		--digest sha512
	[ "$(field b.tlv 0 14)" = "$(hex ITLFile.tlv)" ]
	[ "$(field b.tlv 0 8)" = 03 ]
	openssl_verifies b.tlv pub.pem sha512
	build_pub 0 "${SERVERS[@]}" --filename dir/CTLFile.tlv -o c.tlv
	[ "$(field c.tlv 0 14)" = "$(hex dir/CTLFile.tlv)" ]
	[ $((0x$(field c.tlv 0 15))) -ge $(($(date +%s) - 600)) ]
	[ $((0x$(field c.tlv 0 15))) -le "$(date +%s)" ]
}

@test "the same inputs, time and key: the same bytes, on every run" {
	local i

	for i in 1 2 3; do
		build_pub 0 "${SERVERS[@]}" -o "$i.tlv" --timestamp 2024-05-01
		sleep 1
	done
	cmp 1.tlv 2.tlv
	cmp 1.tlv 3.tlv
}

# ---- Specifications -------------------------------------------------------------

# A specification in a folder of its own, with the certificates beside it.
write_spec() {
	mkdir -p lists/certs
	cp capf.pem recovery.pem sub.pem pub.pem lists/certs
	cat >lists/spec.yaml <<-'SPEC'
		# of the lab
		kind: ctl
		digest: sha512
		filename: sub/CTLFile.tlv
		timestamp: 2024-05-01T12:00:00Z
		version: "1.1"
		records:
		  - {role: sast, cert: certs/recovery.pem}
		  - role: ccm-tftp
		    cert: certs/pub.pem
		    host: pub
		    ip: 192.0.2.10
		  - role: capf
		    cert: certs/capf.pem
		    dialect: token
	SPEC
}

@test "--spec: all that it says" {
	write_spec
	build_pub 0 --spec lists/spec.yaml -o a.tlv
	[ "$(roles a.tlv)" = "sast sast ccm+tftp capf" ]
	[ "$(field a.tlv 0 1)" = 0101 ]
	[ "$(field a.tlv 0 8)" = 03 ]
	[ "$(field a.tlv 0 14)" = "$(hex sub/CTLFile.tlv)" ]
	[ "$(field a.tlv 0 15)" = 66322ec0 ]
	[ "$(field a.tlv 3 2)" = "$(hex pub)" ]
	[ "$(field a.tlv 3 10)" = c000020a ]
	[ "$(field a.tlv 4 5)" = "$(hex 'cn=CAPF-1a2b3c4d;o=Example;c=DE')" ]
	/usr/bin/python3 -c 'if True:
		import json, sys, yaml
		# a time is text to the schema
		loader = yaml.SafeLoader
		loader.yaml_implicit_resolvers = {k: [r for r in v if "timestamp"
			not in r[0]] for k, v in
			loader.yaml_implicit_resolvers.items()}
		json.dump(yaml.load(open("lists/spec.yaml"), loader),
			open("spec.json", "w"))'
	/usr/bin/python3 "$SRC/tests/cli/schema.py" spec.json "$SRC/docs/build.schema.json"
	# from standard input, beside where one is
	(cd lists && "$CTLSMITH" build --spec - --signer ../pub.key \
		--signer-cert ../pub.pem -o ../b.tlv <spec.yaml >/dev/null)
	cmp a.tlv b.tlv
}

@test "options go before the specification, and add to it" {
	write_spec
	build_pub 0 --spec lists/spec.yaml --kind itl --digest sha1 \
		--filename ITLFile.tlv --timestamp 2025-01-01 --tvs sub.pem -o a.tlv
	[ "$(roles a.tlv)" = "sast sast ccm+tftp capf tvs" ]
	[ "$(field a.tlv 0 8)" = 01 ]
	[ "$(field a.tlv 0 14)" = "$(hex ITLFile.tlv)" ]
	[ "$(field a.tlv 0 15)" = 67748580 ]
}

@test "a specification that is wrong: file, line and column" {
	write_spec
	sed -i 's/role: capf/role: cap/' lists/spec.yaml
	build_pub 1 --spec lists/spec.yaml -o a.tlv
	says "ctlsmith: lists/spec.yaml, line 13, column 11: "
	says capf
	write_spec
	sed -i 's/192.0.2.10/2001:db8::1/' lists/spec.yaml
	build_pub 1 --spec lists/spec.yaml -o a.tlv
	says "lists/spec.yaml, line 9, column 5: '2001:db8::1' is an IPv6"
	write_spec
	rm lists/certs/capf.pem
	build_pub 1 --spec lists/spec.yaml -o a.tlv
	says "lists/spec.yaml, line 13, column 5: lists/certs/capf.pem: "
	write_spec
	echo "colour: red" >>lists/spec.yaml
	build_pub 1 --spec lists/spec.yaml -o a.tlv
	says "lists/spec.yaml, line 16, column 1: "
	build_pub 1 --spec nowhere.yaml -o a.tlv
	says "nowhere.yaml: "
	[ ! -e a.tlv ]
	[ ! -s out ]
}

@test "a hostile specification costs little and is refused" {
	local i

	# what unfolds; what is deep; what is no text; what is long
	/usr/bin/python3 -c 'if True:
		lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
		lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]"
			for i in range(1, 12)]
		open("1.yaml", "w").write("\n".join(lines))
		open("2.yaml", "w").write("records: " + "[" * 100000)
		open("3.yaml", "wb").write(bytes(range(256)) * 20)
		open("4.yaml", "wb").write(b"filename: " + b"x" * 5000000)
		open("5.yaml", "w").write("filename: \"a\\0b\"")
		open("6.yaml", "w").write("records:\n" +
			"- {role: capf, host: h}\n" * 10001)
		open("7.yaml", "w").write("filename: \"\\e[31m\"")
		open("8.yaml", "w").write("")'
	for i in 1 2 3 4 5 6 7 8; do
		(
			# a sanitizer wants more
			[ -z "${CTLSMITH_LIB:-}" ] || ulimit -v 1000000
			"$CTLSMITH" build --spec "$i.yaml" --signer pub.key \
				--signer-cert pub.pem -o a.tlv >out 2>err
		) && false
		[ "$?" -le 2 ]
		grep -q '^ctlsmith: ' err
		run ! grep -q $'\033' err
		[ ! -e a.tlv ]
	done
}

# ---- Who signs --------------------------------------------------------------------

@test "a key in a file with its certificate" {
	cat pub.key capf.pem pub.pem >both.pem
	chmod 600 both.pem
	build 0 --signer both.pem "${SERVERS[@]}" -o a.tlv
	openssl_verifies a.tlv pub.pem
	build 1 --signer pub.key "${SERVERS[@]}" -o b.tlv
	says --signer-cert
	openssl rsa -in pub.key -aes256 -passout pass:secret -out locked.key
	PASS=secret build 0 --signer locked.key --signer-cert pub.pem \
		--passphrase-env PASS "${SERVERS[@]}" -o c.tlv
	openssl_verifies c.tlv pub.pem
	[ ! -e b.tlv ]
}

@test "a certificate that is not the key's, and keys that phones cannot verify" {
	build 3 --signer pub.key --signer-cert capf.pem "${SERVERS[@]}" -o a.tlv
	says "no certificate there belongs to the key"
	certificate ec ec256-a /CN=ec
	build 1 --signer ec.key --signer-cert ec.pem "${SERVERS[@]}" -o a.tlv
	says "phones verify RSA signatures alone"
	certificate big rsa3072-a /CN=big
	build 1 --signer big.key --signer-cert big.pem "${SERVERS[@]}" -o a.tlv
	says "3072 bits"
	says "no code"
	[ ! -e a.tlv ]
	[ ! -s out ]
}

# ---- What is refused ----------------------------------------------------------------

@test "--max-sast, and the note of more than two" {
	build_pub 3 --sast recovery.pem --sast sub.pem "${SERVERS[@]:2}" \
		--max-sast 2 -o a.tlv
	says "3 SAST records, and --max-sast allows 2"
	[ ! -e a.tlv ]
	build_pub 0 --sast recovery.pem --sast sub.pem "${SERVERS[@]:2}" \
		--max-sast 3 -o a.tlv
	tells "note: 3 SAST records: phones of CME"
	build_pub 0 "${SERVERS[@]}" --max-sast 2 -o b.tlv
	run ! grep -q 'SAST records:' out
	build_pub 2 "${SERVERS[@]}" --max-sast 0 -o c.tlv
}

@test "SHA-512 and 4096 bits: a note of who cannot read it" {
	certificate big rsa4096-a /CN=big
	build 0 --signer big.key --signer-cert big.pem --digest sha512 \
		"${SERVERS[@]}" -o a.tlv
	tells "note: signed with SHA-512: older phones know SHA-1 alone"
	tells "note: signed with RSA of 4096 bits: older phones refuse"
	build_pub 0 "${SERVERS[@]}" -o b.tlv
	run ! grep -q '^note: signed' out
}

# Two certificates with one issuer and serial number, and two keys.
same_names() {
	certificate "$1" rsa2048-e /CN=same 0x99
	certificate "$2" rsa2048-f /CN=same 0x99
}

@test "findings that are errors are refused, unless --allow names them" {
	same_names one two
	build_pub 3 "${SERVERS[@]}" --ccm one.pem --ccm two.pem -o a.tlv
	tells "a.tlv: error: record 6"
	says "the list is not made: "
	says "--allow two-keys"
	[ ! -e a.tlv ]
	build_pub 3 "${SERVERS[@]}" --ccm one.pem --ccm two.pem -o a.tlv \
		--allow no-sast
	build_pub 0 "${SERVERS[@]}" --ccm one.pem --ccm two.pem -o a.tlv \
		--allow no-sast --allow two-keys
	tells "[two-keys]"
	openssl_verifies a.tlv pub.pem
	build_pub 2 "${SERVERS[@]}" --allow two-kexs -o b.tlv
	says "there is no finding 'two-kexs'; did you mean \"two-keys\""
	build_pub 2 "${SERVERS[@]}" --allow everything -o b.tlv
	says "in brackets at the end of its line, and docs/findings.md lists all"
}

# A list of more than 39 certificates in a specification.
many_certificates() {
	local i

	openssl ecparam -name prime256v1 -genkey -noout -out ec.key
	echo "records:" >many.yaml
	for ((i = 0; i < 40; i++)); do
		openssl req -x509 -new -key ec.key -subj "/CN=sub$i" \
			-days 5000 -set_serial "$((i + 100))" -out "m$i.pem"
		echo "- {role: ccm+tftp, cert: m$i.pem}" >>many.yaml
	done
}

@test "more than 39 certificates and 64 KiB: an ITL is refused, of a CTL is warned" {
	many_certificates
	build_pub 0 --spec many.yaml -o a.tlv
	tells "a.tlv: warning: "
	tells "[certificates-over-39]"
	build_pub 3 --spec many.yaml --kind itl -o b.tlv
	tells "b.tlv: error: "
	says "--allow certificates-over-39"
	[ ! -e b.tlv ]
	# the same certificate often enough
	for i in {1..60}; do
		echo "- {role: ccm+tftp, cert: pub.pem, host: h$i}"
	done >>many.yaml
	build_pub 3 --spec many.yaml --kind itl -o b.tlv \
		--allow certificates-over-39
	says "--allow size-over-64k"
	build_pub 0 --spec many.yaml --kind itl -o b.tlv \
		--allow certificates-over-39 --allow size-over-64k
	[ "$(stat -c %s b.tlv)" -gt 65536 ]
	openssl_verifies b.tlv pub.pem
	build_pub 0 --spec many.yaml -o c.tlv
	tells "[size-over-64k]"
}

@test "what a field cannot hold is refused" {
	/usr/bin/python3 -c 'if True:
		import json
		for name, n in ("fits", 65000), ("long", 65536), ("sum", 64900):
		    json.dump({"records": [{"role": "capf", "cert": "capf.pem",
		        "host": "x" * n}]}, open(name + ".yaml", "w"))
		json.dump({"filename": "x" * 65600}, open("name.yaml", "w"))'
	build_pub 1 --spec long.yaml -o a.tlv
	says "long.yaml, line 1, column "
	build_pub 1 --spec fits.yaml -o a.tlv
	build_pub 1 --spec name.yaml -o a.tlv
	[ ! -e a.tlv ]
	build_pub 2 --filename $'a\nb' -o a.tlv
	build_pub 2 --filename '' -o a.tlv
}

@test "a name of a certificate that is no text is refused" {
	certificate odd rsa2048-e $'/CN=a\nb'
	build_pub 1 --capf capf.pem --ccm-tftp odd.pem,host=x -o a.tlv
	says "ctlsmith: --ccm-tftp odd.pem,host=x: the subject of the certificate"
	[ ! -e a.tlv ]
}

@test "a command line that is wrong" {
	build 2 "${SERVERS[@]}" -o a.tlv
	build_pub 2 "${SERVERS[@]}"
	says "-o FILE is missing"
	build_pub 2 "${SERVERS[@]}" -o a.tlv --kind firmware
	says "--kind is ctl or itl, not 'firmware'"
	build_pub 2 "${SERVERS[@]}" -o a.tlv --kind foo
	says "--kind is ctl or itl, not 'foo'"
	build_pub 2 "${SERVERS[@]}" -o a.tlv --digest md5
	build_pub 2 "${SERVERS[@]}" -o a.tlv --dialect cisco
	build_pub 2 "${SERVERS[@]}" -o a.tlv --timestamp yesterday
	build_pub 2 "${SERVERS[@]}" -o a.tlv --timestamp 1969-12-31
	build_pub 2 "${SERVERS[@]}" -o a.tlv --timestamp 2106-02-08
	build_pub 2 "${SERVERS[@]}" -o - --json
	[ ! -s out ]
	build_pub 2 --capf capf.pem,ip=fe80::1 -o a.tlv
	says "--capf capf.pem,ip=fe80::1: 'fe80::1' is an IPv6 address"
	build_pub 2 --capf capf.pem,ip=10.0.0 -o a.tlv
	build_pub 2 --capf capf.pem,host=a,host=b -o a.tlv
	build_pub 2 --sast '' -o a.tlv
	build_pub 2 "${SERVERS[@]}" -o a.tlv unexpected
	build_pub 1 --capf capf.pem,hots=pub -o a.tlv
	says "behind the certificate may stand host=, ip= and dialect="
	build_pub 2 --sast pkcs11:object=x -o a.tlv
	[ ! -e a.tlv ]
	[ ! -s out ]
}

# ---- The file ------------------------------------------------------------------------

@test "a file that is there stays, but with --force, which keeps a copy" {
	build_pub 0 "${SERVERS[@]}" -o a.tlv --timestamp 2024-05-01
	cp a.tlv old
	build_pub 1 "${SERVERS[@]}" -o a.tlv
	says "a.tlv is there already; --force replaces it"
	cmp a.tlv old
	chmod 640 a.tlv
	touch -d 2020-01-01 a.tlv
	build_pub 0 "${SERVERS[@]}" -o a.tlv --force
	run ! cmp -s a.tlv old
	[ "$(stat -c %a a.tlv)" = 640 ]
	[ "$(stat -c %Y a.tlv)" -ge $(($(date +%s) - 600)) ]
	[[ $(echo a.tlv.bak-*) =~ ^a.tlv.bak-20[0-9]{6}T[0-9]{6}Z$ ]]
	cmp a.tlv.bak-* old
	tells "$(echo a.tlv.bak-*)"
	[ "$(find . -name '.*.*' -type f | wc -l)" = 0 ]
	# no old file, no copy
	build_pub 0 "${SERVERS[@]}" -o b.tlv --force
	no_backup b.tlv
	# something else than a list is kept, too
	echo text >c.tlv
	build_pub 0 "${SERVERS[@]}" -o c.tlv --force
	[ "$(cat c.tlv.bak-*)" = text ]
	tells "note: c.tlv is no trust list now"
	cp "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn" d.tlv
	build_pub 0 "${SERVERS[@]}" -o d.tlv --force
	tells "note: d.tlv is no trust list now"
	[ "$(id -u)" != 0 ] || {
		chown 12345:23456 c.tlv
		build_pub 0 "${SERVERS[@]}" -o c.tlv --force --timestamp 2040-01-01
		[ "$(stat -c %u:%g c.tlv)" = 12345:23456 ]
	}
}

@test "a target that is a folder, a link or a FIFO" {
	mkdir folder
	build_pub 1 "${SERVERS[@]}" -o folder
	says "folder: this is a folder"
	build_pub 1 "${SERVERS[@]}" -o folder --force
	says "folder: this is a folder"
	mkfifo fifo
	build_pub 1 "${SERVERS[@]}" -o fifo --force
	says "fifo: this is no regular file"
	[ -p fifo ]
	ln -s a.tlv link
	build_pub 1 "${SERVERS[@]}" -o link
	says "link: this is a link to nothing"
	build_pub 1 "${SERVERS[@]}" -o link --force
	says "link: this is a link to nothing"
	[ ! -e a.tlv ]
	build_pub 0 "${SERVERS[@]}" -o a.tlv --timestamp 2024-05-01
	cp a.tlv old
	build_pub 0 "${SERVERS[@]}" -o link --force
	[ -L link ]
	run ! cmp -s a.tlv old
	openssl_verifies a.tlv pub.pem
	build_pub 1 "${SERVERS[@]}" -o nowhere/a.tlv
	says "nowhere/a.tlv"
}

@test "--dry-run signs and writes nothing" {
	build_pub 0 "${SERVERS[@]}" -o a.tlv --dry-run
	tells "4  capf"
	tells "dry run"
	run ! grep -q 'MD5' out
	[ ! -e a.tlv ]
	# who has no key at hand may look, too
	build 0 --signer-cert pub.pem "${SERVERS[@]}" --dry-run
	tells "a key that is elsewhere"
	build_pub 3 --dry-run "${SERVERS[@]}" --max-sast 1
	build 0 --signer-cert pub.pem "${SERVERS[@]}" -o a.tlv --dry-run \
		--detached-request request.json
	[ ! -e request.json ]
}

@test "-o - writes the list to standard output, and the report beside it" {
	build_pub 0 "${SERVERS[@]}" -o - --timestamp 2024-05-01
	build_pub 0 "${SERVERS[@]}" -o a.tlv --timestamp 2024-05-01
	"$CTLSMITH" build --signer pub.key --signer-cert pub.pem \
		"${SERVERS[@]}" -o - --timestamp 2024-05-01 >b.tlv 2>err
	cmp a.tlv b.tlv
	says "sast, signs"
	says "Written:    -"
	# what does not arrive is no success
	"$CTLSMITH" build --signer pub.key --signer-cert pub.pem \
		"${SERVERS[@]}" -o - >/dev/full 2>err && false
	says "No space left on device"
	build_pub 3 "${SERVERS[@]}" -o - --max-sast 1
	[ ! -s out ]
	says "sast, signs"
}

@test "what is said of the list is true of it" {
	build_pub 0 "${SERVERS[@]}" -o a.tlv
	tells "1  sast, signs"
	tells "3  ccm+tftp     pub   192.0.2.10  pub"
	tells "CTL 1.2, CTLFile.tlv, 4 records, $(stat -c %s a.tlv) bytes"
	tells "CN=pub;OU=Lab;O=Example;L=Town;ST=State;C=DE"
	tells "SHA-1, RSA 2048, the key in pub.key"
	tells "$(md5sum <a.tlv | cut -d' ' -f1)"
	tells "$(sha1sum <a.tlv | cut -d' ' -f1)"
	tells "Written:    a.tlv"
	"$CTLSMITH" verify --signer pub.pem a.tlv
}

@test "--json: the same, as its schema says" {
	build_pub 0 "${SERVERS[@]}" -o a.tlv --json
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	/usr/bin/python3 -c 'if True:
		import hashlib, json
		(element,) = json.load(open("out"))
		made = element["made"]
		data = open("a.tlv", "rb").read()
		assert made["operation"] == "build" and made["kind"] == "ctl"
		assert made["file"]["size"] == len(data)
		assert made["file"]["md5"] == hashlib.md5(data).hexdigest()
		assert made["file"]["sha1"] == hashlib.sha1(data).hexdigest()
		assert made["error"] is None and made["dry_run"] is False
		assert made["backup"] is None and made["request"] is None
		assert [r["role"] for r in made["records"]] == ["sast", "sast",
			"ccm+tftp", "capf"]
		assert made["header"]["digest"] == "sha1"
		assert "sha1" in [f["id"] for f in made["findings"]]'
	build_pub 0 "${SERVERS[@]}" -o a.tlv --json --force \
		--timestamp 2030-01-01
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	grep -q '"backup": "a.tlv.bak-' out
	build_pub 3 "${SERVERS[@]}" -o b.tlv --json --max-sast 1
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	/usr/bin/python3 -c 'if True:
		import json
		(element,) = json.load(open("out"))
		assert "--max-sast" in element["made"]["error"]["message"]'
	says "--max-sast allows 1"
	build_pub 0 "${SERVERS[@]}" --json --dry-run
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	build 0 --signer-cert pub.pem "${SERVERS[@]}" -o b.tlv --json \
		--detached-request request.json
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	grep -q '"request": "request.json"' out
	build_pub 1 --sast nowhere.pem -o b.tlv --json
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
}

@test "a narrow terminal, and colours" {
	"$SRC/tests/cli/terminal.py" 44 - "$CTLSMITH" build --signer pub.key \
		--signer-cert pub.pem --sast sub.pem "${SERVERS[@]}" \
		-o a.tlv >shown
	tr -d '\r' <shown | sed 's/\x1b\[[0-9;]*m//g' >plain
	[ "$(wc -L <plain)" -le 48 ]
	grep -q $'\033\\[36mnote\033\\[0m: 3 SAST records' shown
}

# ---- The list that is replaced ----------------------------------------------------------

@test "a time that is not later than that of the list replaced" {
	build_pub 0 "${SERVERS[@]}" -o a.tlv --timestamp 2030-01-01
	cp a.tlv old
	build_pub 3 "${SERVERS[@]}" -o a.tlv --force
	says "its time would not be later than that of a.tlv, 2030-01-01T00:00:00Z; --timestamp"
	cmp a.tlv old
	build_pub 0 "${SERVERS[@]}" -o a.tlv --force --timestamp 2030-01-01
	tells "note: the time in the header is not later than that of a.tlv"
	cmp a.tlv old
	build_pub 0 "${SERVERS[@]}" -o a.tlv --force \
		--timestamp 2030-01-01T00:00:01Z
	run ! grep -q 'not later' out
	# that of a specification is not typed
	echo "timestamp: 2030-01-01T00:00:01Z" >spec.yaml
	build_pub 3 --spec spec.yaml "${SERVERS[@]}" -o a.tlv --force
	[ "$(echo a.tlv.bak-* | wc -w)" = 2 ]
}

@test "the signer is spelt as the list replaced spells it" {
	local tag

	# of a builder, which writes names and serial number otherwise
	build_pub 0 --dialect builder "${SERVERS[@]}" -o a.tlv \
		--timestamp 2024-05-01
	cp a.tlv old
	build_pub 0 "${SERVERS[@]}" -o a.tlv --force
	for tag in 4 5 6; do
		[ "$(field a.tlv 0 $tag)" = "$(field old 0 $tag)" ]
	done
	[ "$(field a.tlv 0 4)" = \
		"$(hex 'CN=pub,OU=Lab,O=Example,L=Town,ST=State,C=DE')" ]
	# the other records are the appliance's
	[ "$(field a.tlv 4 5)" = "$(hex 'CN=CAPF-1a2b3c4d;O=Example;C=DE')" ]
	build_pub 3 --dialect appliance "${SERVERS[@]}" -o a.tlv --force \
		--timestamp 2040-01-01
	says "phones know the signer as record 1 of a.tlv spells it"
	openssl_verifies a.tlv pub.pem
}

@test "errors that the list replaced has already are not refused" {
	same_names one two
	build_pub 0 "${SERVERS[@]}" --ccm one.pem --ccm two.pem -o a.tlv \
		--allow two-keys --timestamp 2024-05-01
	build_pub 0 "${SERVERS[@]}" --ccm one.pem --ccm two.pem -o a.tlv --force
	run ! grep -q 'two-keys' out
	certificate three rsa2048-g /CN=other 0x9a
	certificate four rsa2048-h /CN=other 0x9a
	build_pub 3 "${SERVERS[@]}" --ccm one.pem --ccm two.pem \
		--ccm three.pem --ccm four.pem -o a.tlv --force \
		--timestamp 2040-01-01
	says "--allow two-keys"
}

# old.tlv is what a.tlv was.
still_old() {
	cmp a.tlv old.tlv
	no_backup a.tlv
}

@test "a list that would leave phones behind is refused, but for --orphan-phones" {
	build_pub 0 "${SERVERS[@]}" -o a.tlv --timestamp 2024-05-01
	cp a.tlv old.tlv
	build 3 --signer sub.key --signer-cert sub.pem "${SERVERS[@]:2}" \
		-o a.tlv --force
	tells "A phone that holds a.tlv refuses it"
	says --orphan-phones
	still_old
	build 3 --signer sub.key --signer-cert sub.pem "${SERVERS[@]:2}" \
		-o a.tlv --force --json
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	/usr/bin/python3 -c 'if True:
		import json
		(element,) = json.load(open("out"))
		effect = element["made"]["effect"]
		assert effect["phone"]["verdict"] == "refuses"
		assert effect["shared_sast"] == 0'
	still_old
	# an error besides is the one that is said
	build 3 --signer sub.key --signer-cert sub.pem "${SERVERS[@]}" \
		-o a.tlv --force --max-sast 1
	says "--max-sast allows 1"
	tells "A phone that holds a.tlv refuses it"
	build 0 --signer sub.key --signer-cert sub.pem "${SERVERS[@]:2}" \
		-o a.tlv --force --orphan-phones --drop-server-sast
	openssl_verifies a.tlv sub.pem
	# the same signer
	build 0 --signer sub.key --signer-cert sub.pem "${SERVERS[@]}" \
		-o a.tlv --force --timestamp 2040-01-01
	tells "A phone that holds a.tlv accepts it"
}

@test "what is replaced must be a list that phones can hold" {
	build_pub 0 "${SERVERS[@]}" -o a.tlv --timestamp 2024-05-01
	cp a.tlv whole.tlv
	# damaged
	head -c 1500 whole.tlv >a.tlv
	cp a.tlv old.tlv
	build 3 --signer sub.key --signer-cert sub.pem "${SERVERS[@]:2}" \
		-o a.tlv --force
	says "a.tlv begins as a list does, but is damaged"
	still_old
	build_pub 0 "${SERVERS[@]}" -o a.tlv --force --orphan-phones
	tells "a.tlv is no trust list now"
	rm a.tlv.bak-*
	# of another kind
	cp whole.tlv a.tlv
	cp a.tlv old.tlv
	build_pub 3 "${SERVERS[@]}" -o a.tlv --force --kind itl --orphan-phones
	says "a.tlv is of another kind (ctl) than the file that would replace it (itl)"
	still_old
	# of a signature that is not right
	printf XXXX | dd of=a.tlv bs=1 seek=250 conv=notrunc status=none
	cp a.tlv old.tlv
	build_pub 3 "${SERVERS[@]}" -o a.tlv --force
	says "a.tlv does not verify, so no phone holds it"
	still_old
	build_pub 0 "${SERVERS[@]}" -o a.tlv --force --unverified
	tells "A phone that holds a.tlv accepts it"
}

@test "--drop-server-sast and --inventory, of a list that a token signs" {
	certificate other rsa2048-e /CN=other 0x77
	build 0 --signer sub.key --signer-cert sub.pem --sast pub.pem \
		"${SERVERS[@]}" -o a.tlv --timestamp 2024-05-01
	cp a.tlv old.tlv
	build 3 --signer sub.key --signer-cert sub.pem --sast pub.pem \
		"${SERVERS[@]:2}" -o a.tlv --force
	says --drop-server-sast
	still_old
	build 0 --signer sub.key --signer-cert sub.pem --sast pub.pem \
		"${SERVERS[@]:2}" -o a.tlv --force --drop-server-sast
	# two keys of administrators, one of them known to be held
	build 0 --signer sub.key --signer-cert sub.pem --sast other.pem \
		"${SERVERS[@]:2}" -o b.tlv --timestamp 2024-05-01
	cat >tokens.yaml <<-END
		tokens:
		- serial: 1
		  certificates:
		  - sha1: $(openssl x509 -in sub.pem -outform DER |
			sha1sum | cut -c 1-40)
	END
	build 3 --signer other.key --signer-cert other.pem "${SERVERS[@]:2}" \
		-o b.tlv --force --inventory tokens.yaml
	tells "[last-held-sast]"
	build 0 --signer other.key --signer-cert other.pem "${SERVERS[@]:2}" \
		-o b.tlv --force
	build 1 --signer other.key --signer-cert other.pem "${SERVERS[@]:2}" \
		-o b.tlv --force --timestamp 2040-01-01 \
		--inventory nowhere.yaml
}

@test "--detached-request: nothing is signed, and what is to be is written" {
	build 0 --signer-cert pub.pem "${SERVERS[@]}" -o a.tlv \
		--detached-request request.json
	tells "To be signed:"
	tells request.json
	[ ! -e a.tlv ]
	grep -q '"command": "build"' request.json
	run ! grep -q '"base": {' request.json
	build_pub 0 "${SERVERS[@]}" -o old.tlv --timestamp 2024-05-01
	build 0 --signer-cert pub.pem "${SERVERS[@]}" -o old.tlv --force \
		--detached-request more.json
	grep -q "$(sha256sum <old.tlv | cut -c 1-64)" more.json
	no_backup old.tlv
	build 1 --signer-cert pub.pem "${SERVERS[@]}" -o a.tlv \
		--detached-request request.json
	build 2 --signer-cert pub.pem "${SERVERS[@]}" \
		--detached-request other.json
	build 0 --signer-cert pub.pem "${SERVERS[@]}" -o a.tlv \
		--detached-request - --timestamp 2024-05-01
	grep -q '"command": "build"' out
	says "sast, signs"
}
