#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Signatures made elsewhere: what a request says, whoever signs it, what attach
# takes and what it refuses.

bats_require_minimum_version 1.5.0
load build
load detached

keys=$SRC/softhsm-fixtures/keys

setup_file() {
	detached_setup_file
}

setup() {
	detached_setup
	spec
}

# refused STATUS PATTERN SIGNATURE...: attach does, and says so; no file is
# left.
refused() {
	local status=$1 pattern=$2

	shift 2
	attached "$status" "$@"
	grep -q -e "$pattern" err || {
		cat err
		return 1
	}
	[ ! -e out.tlv ]
	[ ! -s out ]
}

# bad STATUS PATTERN STATEMENTS: request.json, changed by Python, is refused by
# both commands.
bad() {
	change "$3"
	try "$1" sign-request --dry-run changed.json
	grep -q -e "^ctlsmith: changed.json: .*$2" err || {
		echo "after $3:"
		cat err
		return 1
	}
	[ ! -s out ]
	try "$1" attach changed.json signature -o out.tlv
	grep -q -e "^ctlsmith: changed.json: .*$2" err
	[ ! -e out.tlv ]
}

@test "a request says what openssl says of its key and its bytes" {
	request
	[ ! -e CTLFile.tlv ]
	valid request.schema.json request.json
	ask 'r["key"]["certificate"]' >request.pem
	openssl x509 -in request.pem -outform DER -out a.der
	openssl x509 -in cert.pem -outform DER | cmp - a.der
	[ "$(ask 'r["key"]["sha1"]')" = "$(sha1sum <a.der | cut -c-40)" ]
	[ "$(ask 'r["key"]["sha256"]')" = "$(sha256sum <a.der | cut -c-64)" ]
	[ "$(ask 'r["key"]["subject"]')" = "$(openssl x509 -in cert.pem -noout \
		-subject -nameopt RFC2253 | cut -c9-)" ]
	[ "$(ask 'r["key"]["serial"].replace(":", "")')" = "$(openssl x509 \
		-in cert.pem -noout -serial | cut -c8-)" ]
	[ "$(ask 'r["key"]["id"]')" = "$(openssl rsa -in key.pem \
		-RSAPublicKey_out -outform DER 2>/dev/null | sha1sum |
		cut -c-40)" ]
	part preimage
	part digest
	part digest-info
	ask 'i["preimage"]' | base64 -d | cmp - preimage.bin
	[ "$(ask 'i["digest_value"]')" = \
		"$(sha1sum <preimage.bin | cut -c-40)" ]
	[ "$(ask 'i["digest_value"]')" = "$(xxd -p digest.bin)" ]
	[ "$(ask 'i["digest_info"]')" = "$(xxd -p -c 99 digest-info.bin)" ]
	openssl asn1parse -inform DER -in digest-info.bin >asn1
	grep -q 'OBJECT *:sha1$' asn1
	grep -q "OCTET STRING .*:$(xxd -p -u digest.bin)$" asn1
	[ "$(ask 'i["command"], i["target"], i["kind"], "replaces" in i')" = \
		"('build', 'CTLFile.tlv', 'ctl', False)" ]
}

@test "the same inputs ask in the same bytes" {
	request
	mv request.json first.json
	request
	cmp first.json request.json
}

@test "a request is not written over, or only with --force" {
	request
	try 1 build -o CTLFile.tlv --signer-cert cert.pem --spec spec.yaml \
		--detached-request request.json
	grep -q 'request.json is there already' err
	request --force
}

@test "a request is never one of the files that are read, nor the list itself" {
	local args

	try 0 build -o old.tlv --signer key.pem --signer-cert cert.pem \
		--spec spec.yaml --timestamp 2024-01-01
	cp -p key.pem mine.pem
	cp tftp.pem more.pem
	ln -s old.tlv link.tlv
	ln old.tlv second.tlv
	mkdir sub
	sha256sum -- *.tlv *.pem spec.yaml >before
	while read -r args; do
		# shellcheck disable=SC2086 # words, on purpose
		try 2 $args --force
		grep -q 'is the same file as .*, which would be lost' err || {
			echo "after $args:"
			cat err
			return 1
		}
		[ ! -e new.tlv ]
	done <<-'ROWS'
		edit old.tlv -o new.tlv --signer-cert cert.pem --detached-request old.tlv
		edit old.tlv -o new.tlv --signer-cert cert.pem --detached-request sub/../old.tlv
		edit old.tlv -o new.tlv --signer-cert cert.pem --detached-request link.tlv
		edit old.tlv -o new.tlv --signer-cert cert.pem --detached-request second.tlv
		edit old.tlv -o old.tlv --signer-cert cert.pem --detached-request old.tlv
		edit old.tlv -o new.tlv --signer-cert cert.pem --detached-request new.tlv
		edit old.tlv -o new.tlv --signer-cert cert.pem --detached-request sub/../new.tlv
		edit old.tlv -o new.tlv --signer-cert cert.pem --detached-request cert.pem
		edit old.tlv -o new.tlv --signer-cert cert.pem --signer mine.pem --detached-request mine.pem
		edit old.tlv -o new.tlv --signer-cert cert.pem --add tftp=more.pem,host=x --detached-request ./more.pem
		edit old.tlv -o new.tlv --signer-cert cert.pem --replace ccm+tftp=more.pem --detached-request more.pem
		build -o new.tlv --signer-cert cert.pem --spec spec.yaml --detached-request spec.yaml
		build -o new.tlv --signer-cert cert.pem --spec spec.yaml --detached-request tftp.pem
		build -o new.tlv --signer-cert cert.pem --tftp more.pem,host=x --detached-request more.pem
		build -o mine.pem --signer-cert cert.pem --signer mine.pem
	ROWS
	sha256sum --quiet -c before
	# names of two files are no hindrance
	try 0 build -o sub/request.json --signer-cert cert.pem --spec spec.yaml \
		--detached-request request.json
}

@test "what a request replaces stays beside it" {
	cp key.pem other.pem
	try 0 build -o CTLFile.tlv --signer-cert cert.pem --spec spec.yaml \
		--detached-request other.pem --force
	grep -q ctlsmith-request other.pem
	cmp key.pem other.pem.bak-*
}

@test "a signature is never the request, nor the key, and keeps what it replaces" {
	request
	cp key.pem mine.pem
	ln -s request.json link.json
	cp request.json before.json
	for name in request.json ./request.json link.json; do
		try 2 sign-request request.json --yes --signer mine.pem \
			-o "$name" --force
		grep -q 'is the same file as request.json, which would be' err
		try 2 sign-request request.json --extract digest -o "$name" --force
	done
	try 2 sign-request request.json --yes --signer mine.pem -o mine.pem \
		--force
	try 2 sign-request request.json --yes --signer mine.pem --audit log \
		-o log --force
	[ ! -e log ]
	cmp before.json request.json
	cmp key.pem mine.pem
	cp list.tlv over.tlv
	try 0 sign-request request.json --extract digest -o over.tlv --force
	[ "$(stat -c %s over.tlv)" = 20 ]
	cmp list.tlv over.tlv.bak-*
	cp list.tlv more.tlv
	try 0 sign-request request.json --yes --signer key.pem -o more.tlv --force
	cmp list.tlv more.tlv.bak-*
}

@test "whoever signs, and however: the file that build itself makes" {
	local signature

	request
	part preimage
	part digest
	part digest-info
	openssl pkeyutl -sign -inkey key.pem -pkeyopt digest:sha1 \
		-in digest.bin -out by-pkeyutl
	openssl_sign digest-info.bin by-pkeyutl-info
	openssl dgst -sha1 -sign key.pem -out by-dgst preimage.bin
	pkcs11-tool --module "$MODULE" --token-label sast-1 --login \
		--pin "$PIN_SAST_1" --id 01 --sign -m RSA-PKCS \
		--input-file digest-info.bin --output-file by-p11
	pkcs11-tool --module "$MODULE" --token-label sast-1 --login \
		--pin "$PIN_SAST_1" --id 01 --sign -m SHA1-RSA-PKCS \
		--input-file preimage.bin --output-file by-p11-sha1
	try 0 sign-request request.json --yes --module "$MODULE" \
		--signer "$TOKEN_SIGNER" -o by-us-token
	try 0 sign-request request.json --yes --signer key.pem
	mv request.json.sig by-us-file
	try 0 build -o direct.tlv --signer key.pem --signer-cert cert.pem \
		--spec spec.yaml --timestamp 2024-06-01T12:00:00Z
	for signature in by-*; do
		[ "$(stat -c %s "$signature")" = 128 ]
		attached 0 "$signature"
		cmp direct.tlv out.tlv
		rm out.tlv
	done
	[ "$(echo by-* | wc -w)" = 7 ]
	try 0 attach request.json by-p11
	cmp direct.tlv CTLFile.tlv
	grep -q "^Written: CTLFile.tlv (ctl, .* SHA-1 $(sha1sum <direct.tlv |
		cut -c-40))$" out
	try 0 verify --trusted list.tlv CTLFile.tlv
}

@test "SHA-512, and keys of 2048 and 4096 bits" {
	local key cert digest

	while read -r key cert; do
		for digest in sha1 sha512; do
			rm -f request.json out.tlv key.pem
			cp "$keys/$key" key.pem
			cp "$CERTS/$cert" cert.pem
			request --digest $digest
			valid request.schema.json request.json
			part preimage
			part digest
			openssl dgst -$digest -sign key.pem -out one \
				preimage.bin
			openssl pkeyutl -sign -inkey key.pem -out two \
				-pkeyopt digest:$digest -in digest.bin
			cmp one two
			attached 0 one
			try 0 verify out.tlv
		done
	done <<-EOF
		$(signers)
	EOF
}

# "KEY CERTIFICATE" of the token hsm, by their public keys.
signers() {
	local cert key

	for cert in signer-2048.pem signer-4096.pem; do
		for key in "$keys"/rsa[24]*.pem; do
			cmp -s <(openssl pkey -in "$key" -pubout) \
				<(openssl x509 -in "$CERTS/$cert" -noout \
					-pubkey) && echo "${key##*/} $cert"
		done
	done
}

@test "signatures as text: hex and base64, however they are broken" {
	request
	part digest-info
	openssl_sign digest-info.bin raw
	xxd -p raw >hex
	xxd -p -u -c 999 raw >hex-upper
	openssl base64 -in raw -out base64
	openssl base64 -A -in raw -out base64-line
	sed 's/$/\r/' base64 >base64-crlf
	xxd -p raw | fold -w 2 | paste -sd : >hex-colons
	sed 's/../& /g' hex >hex-blanks
	for text in hex* base64*; do
		attached 0 "$text"
		try 0 verify out.tlv
		rm out.tlv
	done
	tail -n +2 base64 >short
	refused 1 '^ctlsmith: short: 8[0-9] bytes, where .* 128: it was cut' short
	head -c 100 base64-line >short
	refused 1 'short: 7[0-9] bytes, where a signature by this key has 128' short
	head -c 99 base64-line >short
	refused 1 'short: this is text, and neither hex nor base64' short
}

@test "a signature through a pipe" {
	local status=0

	request
	part digest-info
	openssl_sign digest-info.bin raw
	"$CTLSMITH" attach request.json - -o out.tlv <raw
	try 0 verify out.tlv
	"$CTLSMITH" sign-request - --extract digest -o - <request.json |
		cmp - <(ask 'i["digest_value"]' | xxd -r -p)
	"$CTLSMITH" sign-request - --signer key.pem --yes <request.json \
		>out 2>err || status=$?
	[ $status = 2 ]
	"$CTLSMITH" sign-request - --signer key.pem --yes -o - <request.json \
		2>err | cmp - raw
}

@test "a wrong signature: what it probably is" {
	request
	part preimage
	part digest
	part digest-info
	openssl_sign digest-info.bin good
	openssl_sign digest.bin bare
	refused 3 '^ctlsmith: bare: it signs the bare digest, without' bare
	openssl dgst -sha256 -sign key.pem -out sha256 preimage.bin
	refused 3 'sha256: the tool digested .* by another digest' sha256
	openssl dgst -sha256 -sign key.pem -out sha256 digest-info.bin
	refused 3 'sha256: the tool digested .* by another digest' sha256
	openssl dgst -sha1 -sign key.pem -out twice digest-info.bin
	refused 3 'twice: the tool digested once more' twice
	openssl dgst -sha1 -sign key.pem -out twice digest.bin
	refused 3 'twice: the tool digested once more' twice
	{
		head -c 93 /dev/zero
		cat digest-info.bin
	} >block
	openssl pkeyutl -decrypt -inkey key.pem -pkeyopt rsa_padding_mode:none \
		-in block -out unpadded
	refused 3 'unpadded: it has no padding' unpadded
	{
		head -c 108 /dev/zero
		cat digest.bin
	} >block
	openssl pkeyutl -decrypt -inkey key.pem -pkeyopt rsa_padding_mode:none \
		-in block -out unpadded
	refused 3 'unpadded: it has no padding' unpadded
	openssl dgst -sha1 -sign key.pem -sigopt rsa_padding_mode:pss \
		-sigopt rsa_pss_saltlen:20 -out pss preimage.bin
	refused 3 'pss: it is padded by PSS' pss
	xxd -p -c 1 good | tac | xxd -r -p >backwards
	refused 3 'backwards: its bytes stand in the opposite order' backwards
	openssl pkeyutl -sign -inkey "$keys/rsa1024-h.pem" \
		-in digest-info.bin -out other
	refused 3 'other: it is no signature by the key of the request' other
	openssl pkeyutl -sign -inkey "$keys/rsa2048-a.pem" \
		-in digest-info.bin -out larger
	refused 1 'larger: 256 bytes, where .* 128: made by a larger' larger
	echo something else >else
	openssl dgst -sha1 -sign key.pem -out changed else
	refused 3 'changed: it is no signature by the key' changed
	head -c 127 good >short
	refused 1 'short: 127 bytes, where .* 128: it was cut short' short
	{
		cat good
		echo
	} >long
	refused 1 'long: 129 bytes, where .* 128: made by a larger key, or' long
	: >empty
	refused 1 'empty: the signature is empty' empty
	refused 1 'digest.bin: this is the digest itself' digest.bin
	refused 1 'preimage.bin: these are the bytes that are to be' preimage.bin
	refused 1 'cert.pem: this is text, and neither' cert.pem
	refused 1 'request.json: line .* is not a key of a response' request.json
	refused 1 'nothing: .*No such file' nothing
	printf 'not base64!\n' >text
	refused 1 'text: this is text, and neither' text
	printf '   \n' >blanks
	refused 1 'blanks: this is text, and neither' blanks
	head -c 70000 /dev/zero >huge
	refused 1 'huge: ' huge
}

@test "no flipped bit of a signature is attached" {
	local k

	request
	part digest-info
	openssl_sign digest-info.bin good
	for k in 0 1 17 64 126 127; do
		/usr/bin/python3 -c 'import sys
b = bytearray(open("good", "rb").read())
b[int(sys.argv[1])] ^= 1 << int(sys.argv[1]) % 8
open("flipped", "wb").write(b)' $k
		refused 3 'flipped: it is no signature' flipped
	done
}

# ---- What is replaced --------------------------------------------------------

# request.json to change list.tlv itself.
edited() {
	try 0 edit list.tlv -o list.tlv --force --signer-cert cert.pem \
		--add tftp=tftp.pem,host=cucm2 \
		--timestamp 2024-06-01T12:00:00Z \
		--detached-request request.json
	part digest-info
	openssl_sign digest-info.bin signature
}

@test "an edit of one list that replaces another" {
	local other

	for other in CTLFile.tlv copy.tlv; do
		cp "$CASES/ok-softhsm-sast-older/CTLFile.tlv" CTLFile.tlv
		cp list.tlv copy.tlv
		cp $other before.tlv
		try 0 edit list.tlv -o $other --force --signer-cert cert.pem \
			--add tftp=tftp.pem,host=cucm2 --detached-request request.json \
			--timestamp 2024-06-01T12:00:00Z --replace-other
		# but what IN was, if that is there
		[ "$(ask '"replaces" in i')" = "$(cmp -s $other list.tlv &&
			echo True || echo False)" ]
		part digest-info
		openssl_sign digest-info.bin signature
		try 0 attach request.json signature --force
		cmp before.tlv $other.bak-*
		rm request.json
	done
}

# How many copies of lists that were replaced there are.
copies() {
	find . -maxdepth 1 -name '*.tlv.bak-20[0-9]*T[0-9]*Z' | wc -l
}

@test "an edit replaces the list that it was made from, and keeps a copy" {
	edited
	valid request.schema.json request.json
	[ "$(ask 'i["replaces"]')" = "$(sha256sum <list.tlv | cut -c-64)" ]
	ask '"\n".join(i["judgement"])' >said
	grep -q 'A phone that holds list.tlv accepts it' said
	cp list.tlv before.tlv
	try 1 attach request.json signature
	grep -q 'list.tlv is there already; --force replaces it' err
	cmp before.tlv list.tlv
	chmod 640 list.tlv
	try 0 attach request.json signature --force --dry-run
	grep -q '^Would be written: list.tlv ' out
	cmp before.tlv list.tlv
	try 0 attach request.json signature --force
	try 0 verify --trusted before.tlv list.tlv
	[ "$(stat -c %a list.tlv)" = 640 ]
	[ "$(copies)" = 1 ]
	cmp before.tlv list.tlv.bak-*
}

@test "a list that has changed since is not replaced" {
	edited
	cp "$CASES/ok-softhsm-sast-older/CTLFile.tlv" list.tlv
	cp list.tlv before.tlv
	try 3 attach request.json signature --force
	grep -q 'list.tlv is not the list that the new one was made from' err
	grep -q -e '--replace-other' err
	cmp before.tlv list.tlv
	[ "$(copies)" = 0 ]
	try 3 attach request.json signature --force --dry-run
	# it says nothing of whether there may be one at all
	try 1 attach request.json signature --replace-other
	try 0 attach request.json signature --force --replace-other
	cmp before.tlv list.tlv.bak-*
	try 0 verify list.tlv
	# nor is one whose place is empty a reason to refuse
	rm list.tlv*
	try 0 attach request.json signature
	try 0 verify list.tlv
}

# asked [OPTION...]: request.json for a list with other SASTs than list.tlv has,
# to a name that is free, and its signature.
asked() {
	certificate other rsa2048-e /CN=other 0x77
	certificate tftp2 rsa2048-g /CN=tftp2 0x78
	try 0 build -o free.tlv --signer-cert other.pem \
		--ccm-tftp tftp2.pem,host=tftp2 --capf tftp.pem \
		--timestamp 2030-01-01 --detached-request request.json "$@"
	try 0 sign-request request.json --yes --signer other.key \
		-o signature
}

@test "no list is replaced unjudged: phones that would be left behind" {
	cp list.tlv before.tlv
	asked
	[ "$(ask '"replaces" in i')" = False ]
	refuses_over "(signer-not-in-old, no-shared-sast); "
	grep -q '^A phone that holds list.tlv refuses it' out
	refuses_over "no-shared-sast" --dry-run
	refuses_over "no-shared-sast" --json
	try 0 attach request.json signature -o list.tlv --force \
		--orphan-phones --drop-server-sast --dry-run --json
	valid ctlsmith.schema.json out
	/usr/bin/python3 -c 'if True:
		import json
		(element,) = json.load(open("out"))
		(file,) = element["attached"]["files"]
		assert file["effect"]["phone"]["verdict"] == "refuses"
		assert file["difference"]["records"]'
	cmp before.tlv list.tlv
	try 0 attach request.json signature -o list.tlv --force \
		--orphan-phones --drop-server-sast
	cmp before.tlv list.tlv.bak-*
	try 0 verify list.tlv
	# attached again, it is there
	try 0 attach request.json signature -o list.tlv --force
}

# refuses_over TEXT [OPTION...]: attach does not replace list.tlv, and says so.
refuses_over() {
	try 3 attach request.json signature -o list.tlv --force "${@:2}"
	grep -qF -e "$1" err || {
		cat err
		return 1
	}
	cmp before.tlv list.tlv
	[ "$(copies)" = 0 ]
}

@test "no list is replaced unjudged: its time, an inventory" {
	cp list.tlv before.tlv
	try 0 build -o free.tlv --signer-cert cert.pem --spec spec.yaml \
		--timestamp 2001-01-01 --detached-request request.json
	try 0 sign-request request.json --yes --signer key.pem -o signature
	refuses_over "its time is not later than that of list.tlv, 20"
	try 1 attach request.json signature -o list.tlv --force \
		--inventory none.yaml
	grep -q 'none.yaml' err
	try 0 attach request.json signature -o list.tlv --force --orphan-phones
}

@test "no list is replaced unjudged: one that is damaged, or of another kind" {
	asked
	head -c 2000 "$CASES/ok-softhsm-sast/CTLFile.tlv" >list.tlv
	cp list.tlv before.tlv
	refuses_over "list.tlv begins as a list does, but is damaged: "
	try 0 attach request.json signature -o list.tlv --force --orphan-phones
	rm list.tlv.bak-*
	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" list.tlv
	printf XXXX | dd of=list.tlv bs=1 seek=200 conv=notrunc
	cp list.tlv before.tlv
	refuses_over "list.tlv does not verify"
	refuses_over "no-shared-sast" --unverified
	rm request.json signature
	asked --kind itl
	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" list.tlv
	cp list.tlv before.tlv
	refuses_over "list.tlv is of another kind (ctl)" --orphan-phones
	# what is no list is a file as any other
	echo hello >list.tlv
	try 0 attach request.json signature -o list.tlv --force
}

@test "attached twice: nothing happens the second time" {
	request
	part digest-info
	openssl_sign digest-info.bin signature
	try 0 attach request.json signature
	touch -d 2001-01-01 CTLFile.tlv
	try 0 attach request.json signature
	grep -q '^Is there already: CTLFile.tlv ' out
	[ "$(stat -c %Y CTLFile.tlv)" = "$(date -d 2001-01-01 +%s)" ]
	try 0 attach request.json signature --force
	[ "$(copies)" = 0 ]
}

@test "a target that is no ordinary file" {
	request
	part digest-info
	openssl_sign digest-info.bin signature
	mkdir CTLFile.tlv
	try 1 attach request.json signature
	try 1 attach request.json signature --force
	grep -q '^ctlsmith: CTLFile.tlv: ' err
	[ -z "$(ls -A CTLFile.tlv)" ]
	rmdir CTLFile.tlv
	mkfifo CTLFile.tlv
	try 1 attach request.json signature --force
	[ -p CTLFile.tlv ]
	rm CTLFile.tlv
	cp list.tlv there.tlv
	ln -s there.tlv CTLFile.tlv
	try 1 attach request.json signature
	try 0 attach request.json signature --force
	[ -L CTLFile.tlv ]
	try 0 verify there.tlv
	try 1 attach request.json signature -o nowhere/CTLFile.tlv
	grep -q '^ctlsmith: nowhere/CTLFile.tlv: ' err
	[ -z "$(find . -name '.*.??????*' -type f)" ]
}

@test "a target whose name is no UTF-8, or acts on a terminal" {
	local name

	for name in $'b\xffd.tlv' $'b\e[31md.tlv' $'b\nd.tlv' 'ä"\\.tlv'; do
		rm -f request.json
		try 0 build -o "$name" --signer-cert cert.pem --spec spec.yaml \
			--detached-request request.json
		valid request.schema.json request.json
		run ! grep -q $'\e' request.json
		part digest-info
		openssl_sign digest-info.bin signature
		try 0 attach request.json signature
		[ -e "$name" ]
		run ! grep -q $'[\e\xff]' out
		[ "$(wc -l <out)" = 1 ]
	done
}

# ---- Several -------------------------------------------------------------------

two_items() {
	request
	mv request.json a.json
	try 0 build -o Second.tlv --signer-cert cert.pem --spec spec.yaml \
		--timestamp 2024-06-02T12:00:00Z --detached-request b.json
	merge_requests a.json b.json
	valid request.schema.json request.json
}

@test "several items: a response, or a signature for each in their order" {
	local k

	two_items
	try 0 sign-request request.json --yes --module "$MODULE" \
		--signer "$TOKEN_SIGNER" -o response.json
	grep -q '^Item 2: ctl CTLFile.tlv, ' out
	valid request.schema.json response.json
	try 0 attach request.json response.json
	try 0 verify CTLFile.tlv Second.tlv
	mkdir by-response
	mv CTLFile.tlv Second.tlv by-response
	for k in 1 2; do
		try 0 sign-request request.json --extract digest-info \
			--item $k -o info-$k
		openssl_sign info-$k signature-$k
	done
	try 0 attach request.json signature-1 signature-2
	cmp CTLFile.tlv by-response/CTLFile.tlv
	cmp Second.tlv by-response/Second.tlv
	rm CTLFile.tlv Second.tlv
	try 3 attach request.json signature-2 signature-1
	grep -q '^ctlsmith: signature-2: it is the signature of another item' err
	try 2 attach request.json signature-1
	grep -q 'one signature, and the request has 2 items' err
	try 2 attach request.json signature-1 signature-2 signature-2
	try 2 attach request.json response.json response.json signature-1
	try 2 attach request.json signature-1 signature-2 -o out.tlv
	try 2 sign-request request.json --extract digest -o digest
	grep -q 'the request has 2 items: --item N names one' err
	for k in 0 3 -1 x '' 99999999999999999999; do
		try 2 sign-request request.json --extract digest --item "$k" \
			-o digest
		grep -q -e '--item wants a number from 1 to 2' err
	done
	[ ! -e CTLFile.tlv ]
	[ ! -e Second.tlv ]
	[ ! -e digest ]
}

# answer STATEMENTS: response.json, whose list of signatures is s, is changed
# into answer.json.
answer() {
	/usr/bin/python3 -c 'import json, sys
r = json.load(open("response.json"))
s = r["signatures"]
exec(sys.argv[1])
json.dump(r, open("answer.json", "w"))' "$1"
}

@test "a response: any order will do, anything else will not" {
	two_items
	try 0 sign-request request.json --yes --signer key.pem -o response.json
	answer 's.reverse()'
	try 0 attach request.json answer.json --dry-run
	while IFS='|' read -r status pattern statements; do
		answer "$statements"
		try "$status" attach request.json answer.json
		grep -q "^ctlsmith: answer.json: .*$pattern" err || {
			echo "$statements"
			cat err
			return 1
		}
		[ ! -e CTLFile.tlv ]
		[ ! -s out ]
	done <<-'ROWS'
		3|1 signatures, and the request 2 items|del s[0]
		3|3 signatures, and the request 2 items|s.append(s[0])
		3|no signature for item 2|s[1] = s[0]
		3|line .*: it is the signature of another item|s[0]["signature"] = s[1]["signature"]
		3|no signature for item 1|s[0]["digest_value"] = "00" * 20
		3|no signature for item 1|s[0]["digest"] = "sha256"
		1|line .*: signature is not base64|s[0]["signature"] = "!"
		1|line .*: signature is not base64|s[0]["signature"] = s[0]["signature"] + "\n"
		1|line .*: 3 bytes, where|s[0]["signature"] = "AAAA"
		1|signature must be 1 to|s[0]["signature"] = ""
		1|"x" is not a key of a signature|s[0]["x"] = 1
		1|"x" is not a key of a response|r["x"] = 1
		1|this is a 'x', and not a|r["format"] = "x"
		1|a response of format version 2|r["format_version"] = 2
		1|this signature has no digest|del s[0]["digest"]
		1|this response has no signatures|del r["signatures"]
		1|signatures must be 1 to 4096 elements|del s[:]
		1|signatures must be a list|r["signatures"] = {}
	ROWS
}

@test "several items: nothing is written where one cannot be" {
	two_items
	try 0 sign-request request.json --yes --signer key.pem -o response.json
	cp list.tlv Second.tlv
	try 1 attach request.json response.json
	grep -q 'Second.tlv is there already' err
	[ ! -e CTLFile.tlv ]
	rm Second.tlv
	change 'r["items"][1]["target"] = "nowhere/Second.tlv"'
	try 1 attach changed.json response.json
	grep -q '^ctlsmith: nowhere/Second.tlv: cannot open folder nowhere/' err
	[ ! -e CTLFile.tlv ]
	# two items with one target, however it is spelt
	ln -s . link
	ln -s CTLFile.tlv other.tlv
	for target in CTLFile.tlv ./CTLFile.tlv link/CTLFile.tlv; do
		change "r['items'][1]['target'] = '$target'"
		try 1 attach changed.json response.json --force
		grep -q "item 2 of the request goes to $target, and so does" err
		[ ! -s out ]
		[ ! -e CTLFile.tlv ]
	done
	cp list.tlv CTLFile.tlv
	change 'r["items"][1]["target"] = "other.tlv"'
	try 1 attach changed.json response.json --force
	grep -q 'item 2 of the request goes to other.tlv, and so does' err
	cmp list.tlv CTLFile.tlv
	rm CTLFile.tlv
	# what was written is no hindrance for the next try
	try 0 sign-request a.json --yes --signer key.pem -o a.sig
	try 0 attach a.json a.sig
	change 'r["items"][1]["target"] = "nowhere/Second.tlv"'
	mkdir nowhere
	try 0 attach changed.json response.json
	grep -q '^Is there already: CTLFile.tlv ' out
	grep -q '^Written: nowhere/Second.tlv ' out
}

# ---- What sign asks for ------------------------------------------------------------

# in/: three files, one in a sub-folder, one of 9 MiB; key and certificate are
# those of 2048 bits on the token hsm.
files_to_sign() {
	local cert

	# shellcheck disable=SC2153 # the folder
	read -r key cert <<<"$(signers | head -n 1)"
	cp "$keys/$key" key.pem
	cp "$CERTS/$cert" cert.pem
	mkdir -p in/sub
	echo one >in/a.xml
	echo two >in/sub/b.xml
	head -c 9437184 /dev/urandom >in/large.bin
}

# sign_asked STATUS ARGUMENT...: sign asks for signatures of these.
sign_asked() {
	try "$1" sign "${@:2}" --signer-cert cert.pem \
		--timestamp 2024-06-01T12:00:00Z --detached-request request.json
}

@test "sign: the files that it would write itself, whoever signs" {
	local k hsm

	files_to_sign
	hsm="$URI_HSM;id=%21?pin-value=$PIN_HSM"
	sign_asked 0 in -o out1
	[ "$(cat out)" = \
		"3 files to be signed: request.json, timestamp 2024-06-01T12:00:00Z" ]
	[ ! -e out1 ]
	[ -z "$(find in -name '*.sgn')" ]
	valid request.schema.json request.json
	[ "$(ask '[(x["command"], x["kind"], x["target"]) for x in r["items"]]')" = \
		"[('sign', 'signed-file', 'out1/a.xml.sgn'), $(
		)('sign', 'signed-file', 'out1/large.bin.sgn'), $(
		)('sign', 'signed-file', 'out1/sub/b.xml.sgn')]" ]
	[ "$(ask '"replaces" in i or "judgement" in i')" = False ]
	try 0 sign in -o direct --signer key.pem --signer-cert cert.pem \
		--timestamp 2024-06-01T12:00:00Z
	try 0 sign-request request.json --yes --module "$MODULE" \
		--signer "$hsm" -o response.json
	try 0 attach request.json response.json
	diff -r direct out1
	# and of openssl one by one
	rm -r out1
	for k in 1 2 3; do
		try 0 sign-request request.json --extract preimage --item $k \
			-o preimage --force
		openssl dgst -sha1 -sign key.pem -out signature-$k preimage
	done
	try 0 attach request.json signature-1 signature-2 signature-3
	diff -r direct out1
	# nothing is left to be asked for
	rm request.json
	sign_asked 0 in -o out1
	[ "$(cat out)" = '3 files are there already, as they would be written' ]
	[ ! -e request.json ]
	# what is there is left out
	rm out1/a.xml.sgn
	sign_asked 0 in -o out1
	[ "$(ask 'len(r["items"]), i["target"]')" = "(1, 'out1/a.xml.sgn')" ]
}

@test "sign: header and names are those of sign" {
	files_to_sign
	sign_asked 0 in/sub/b.xml --name English/b.sha512 --digest sha512 \
		--dialect token
	try 0 sign-request request.json --yes --signer key.pem
	try 0 sign in/sub/b.xml --name English/b.sha512 --digest sha512 \
		--dialect token --signer key.pem --signer-cert cert.pem \
		--timestamp 2024-06-01T12:00:00Z -o direct
	try 0 attach request.json request.json.sig
	cmp in/sub/b.xml.sha512 direct/b.xml.sha512
	rm request.json*
	# phones that hold this list do not know the signer
	sign_asked 3 in/a.xml --trusted list.tlv
	[ ! -e request.json ]
}

@test "sign: one bad file, and there is no request" {
	files_to_sign
	mkdir in/c.xml.sgn
	sign_asked 1 in/a.xml in/nothing in/sub
	grep -q '^ctlsmith: in/nothing: ' err
	grep -q 'no request is written: 1 file cannot be signed' err
	echo mine >in/a.xml.sgn
	sign_asked 1 in
	grep -q '^ctlsmith: in/a.xml: in/a.xml.sgn exists already; --force' err
	sign_asked 1 in/large.bin in/sub/b.xml in/sub/../sub/b.xml
	grep -q 'another FILE of this command leads to' err
	[ ! -e request.json ]
	[ ! -s out ]
	sign_asked 0 in --force
	try 0 sign-request request.json --yes --signer key.pem
	try 1 attach request.json request.json.sig
	[ "$(cat in/a.xml.sgn)" = mine ]
	try 0 attach request.json request.json.sig --force
	try 0 verify --signer cert.pem in/a.xml.sgn
	[ "$(cat in/a.xml.sgn.bak-*)" = mine ]
}

@test "sign: a request that is there already, or cannot be written" {
	files_to_sign
	echo mine >request.json
	sign_asked 1 in/a.xml
	grep -q 'request.json is there already; --force replaces it' err
	[ "$(cat request.json)" = mine ]
	sign_asked 0 in/a.xml --force
	valid request.schema.json request.json
	try 1 sign in/a.xml --signer-cert cert.pem \
		--detached-request nowhere/request.json
	try 0 sign in/a.xml --signer-cert cert.pem --detached-request - \
		--timestamp 2024-06-01T12:00:00Z
	cmp out request.json
	grep -q '^1 file to be signed: -, timestamp 2024' err
}

@test "sign: more than one request can hold" {
	files_to_sign
	mkdir many
	(cd many && seq 4097 | split -l 1 -a 4 -d)
	sign_asked 1 many
	grep -q 'more than 4096 files for one request; sign them in several' err
	[ ! -e request.json ]
	sign_asked 1 many --dry-run
	rm many/x0000
	sign_asked 0 many
	try 0 sign-request request.json --dry-run
	rm request.json
	# each is read before it is known; all of them are never in memory
	head -c 33554432 /dev/zero >in/half
	ln in/half in/other
	sign_asked 1 in/half in/other
	grep -q 'too large for one request.*; sign them in several' err
	# as JSON it is a little too large
	head -c 50331000 /dev/zero >in/half
	sign_asked 1 in/half
	grep -q 'the request would have .*; sign fewer files at a time' err
	sign_asked 1 in/half --dry-run
	[ ! -e request.json ]
}

@test "attach: folders are made for files that sign asked for" {
	files_to_sign
	sign_asked 0 in/a.xml -o one//two/three
	try 0 sign-request request.json --yes --signer key.pem
	try 1 attach request.json request.json.sig -o other/a.sgn
	: >one
	try 1 attach request.json request.json.sig --dry-run
	grep -q '^ctlsmith: one//two/three/a.xml.sgn: ' err
	rm one
	try 0 attach request.json request.json.sig --dry-run
	[ ! -e one ]
	try 0 attach request.json request.json.sig
	try 0 verify --signer cert.pem one/two/three/a.xml.sgn
}

# ---- Hostile requests ------------------------------------------------------------

@test "a request that says what is not true of its bytes" {
	request
	part digest-info
	openssl_sign digest-info.bin signature
	cp "$CERTS/sast-2.pem" two.pem
	while IFS='|' read -r pattern statements; do
		bad 3 "line 1, column .*$pattern.*: the request was changed" \
			"$statements"
	done <<-'ROWS'
		digest_value is not the digest of preimage|i["digest_value"] = "00" * 20
		digest_value is not|i["digest_value"] = i["digest_value"][2:]
		digest_info is not that|i["digest_info"] = i["digest_info"][:-2] + "00"
		digest_info is not that|i["digest_info"] = i["digest_value"]
		digest is not the one|i["digest"] = "sha512"
		digest is not the one|i["digest"] = "md5"
		kind is not that of|i["kind"] = "itl"
		digest_value is not|b = bytearray(base64.b64decode(i["preimage"])); b[-1] ^= 1; i["preimage"] = base64.b64encode(b).decode()
		target is not what target_hex is|i["target_hex"] = "2f746d70"
		sha1 is not that of|r["key"]["sha1"] = "00" * 20
		sha256 is not that of|r["key"]["sha256"] = "00" * 32
		id is not that of|r["key"]["id"] = "00" * 20
		serial is not that of|r["key"]["serial"] = "01"
		subject is not that of|r["key"]["subject"] = "CN=x"
		bits is not the size of|r["key"]["bits"] = 2048
		sha256 is not that of|r["key"]["certificate"] = open("two.pem").read()
	ROWS
}

@test "a request whose key is another than the header names" {
	request
	part digest-info
	cp "$CERTS/sast-2.pem" two.pem
	openssl x509 -in two.pem -outform DER -out two.der
	change 'd = open("two.der", "rb").read()
k = r["key"]
k["certificate"] = open("two.pem").read()
k["sha1"] = hashlib.sha1(d).hexdigest()
k["sha256"] = hashlib.sha256(d).hexdigest()
k["serial"] = "1B:22:B3:C0:00:00:00:32:C0:DE"
k["subject"] = k["subject"].replace("a1b2c3", "d4e5f6")
k["id"] = "'"$(openssl x509 -in two.pem -noout -pubkey | openssl rsa -pubin \
		-RSAPublicKey_out -outform DER 2>/dev/null | sha1sum |
		cut -c-40)"'"'
	try 1 sign-request changed.json --yes --signer "$keys/rsa1024-h.pem" \
		-o other
	# whoever signs so, it is not attached
	openssl pkeyutl -sign -inkey "$keys/rsa1024-h.pem" \
		-in digest-info.bin -out other
	try 1 attach changed.json other -o out.tlv
	[ ! -e out.tlv ]
}

@test "what is no request" {
	request
	part digest-info
	openssl_sign digest-info.bin signature
	while IFS='|' read -r pattern statements; do
		bad 1 "line 1, column [0-9]*: .*$pattern" "$statements"
	done <<-'ROWS'
		"x" is not a key of a request|r["x"] = 1
		"x" is not a key of a key|r["key"]["x"] = 1
		"Digest" is not a key of a item|i["Digest"] = 1
		this is a 'ctlsmith-signatures', and not a|r["format"] = "ctlsmith-signatures"
		a request of format version 2; this program|r["format_version"] = 2
		format_version must be a number|r["format_version"] = "1"
		this item has no digest_info|del i["digest_info"]
		this request has no key|del r["key"]
		key must be a map|r["key"] = []
		items must be 1 to 4096 elements|r["items"] = []
		items must be 1 to 4096 elements|r["items"] = [i] * 4097
		item must be a map|r["items"] = [1]
		is not a known digest|i["digest"] = "sha3"
		is not a known kind|i["kind"] = "text"
		preimage is not base64|i["preimage"] = i["preimage"][:-1]
		preimage is not base64|i["preimage"] += "\n"
		preimage must be 1 to|i["preimage"] = ""
		target must not contain a NUL|i["target"] = "a\0b"
		target_hex has a NUL in it|i["target_hex"] = "00"
		target must be 1 to|i["target"] = ""
		target must be 1 to|i["target"] = "x" * 12286
		command must be a string|i["command"] = 5
		summary must be a list|i["summary"] = "x"
		summary has no value|i["summary"] = None
		judgement must be 0 to 1000 el|i["judgement"] = [""] * 1001
		replaces must be 32 to 32 bytes|i["replaces"] = "00"
		replaces must be hex digits|i["replaces"] = "x" * 64
		must be |r["key"]["certificate"] = ""
		|r["key"]["certificate"] = "x"
		|r["key"]["certificate"] *= 2
		|i["preimage"] = base64.b64encode(base64.b64decode(i["preimage"])[:-1]).decode()
		|i["preimage"] = base64.b64encode(base64.b64decode(i["preimage"]) + b"\1").decode()
		|i["preimage"] = "AAAA"
	ROWS
}

@test "a request that is damaged as JSON: where" {
	request
	: >signature
	sed 's/"items"/"items" "items"/' request.json >changed.json
	try 1 sign-request --dry-run changed.json
	grep -q "changed.json: line 13, column 11: '\"' stands where ':'" err
	sed 's/^  "format_version": 1,$/&&/' request.json >changed.json
	try 1 sign-request --dry-run changed.json
	grep -q 'line 3, column 25: format_version stands twice' err
	head -c 1000 request.json >changed.json
	try 1 sign-request --dry-run changed.json
	grep -q 'the text ends where the end of a string should stand' err
	{
		cat request.json
		echo '{}'
	} >changed.json
	try 1 sign-request --dry-run changed.json
	grep -q "stands where the end of the text should" err
	printf '%0100000d' 0 | tr 0 '[' >changed.json
	try 1 attach changed.json signature
	grep -q 'more than 64 levels' err
	: >changed.json
	try 1 attach changed.json signature
	grep -q 'line 1, column 1: the text ends' err
	try 1 attach list.tlv signature
	try 1 attach /dev/zero signature
	grep -q 'limit of 67108864 bytes' err
	try 1 attach . signature
	try 1 attach nothing signature
}

@test "nothing in a request reaches the terminal as it is" {
	request
	change 'i["target"] = "\x1b]0;x\x07\u202e.tlv"
i["command"] = "\x1b[31m"
i["summary"] = ["\x1b[31mharmless"]
i["judgement"] = ["\x1b[31mharmless"]'
	part digest-info
	openssl_sign digest-info.bin signature
	try 0 sign-request --dry-run changed.json
	grep -qxF '| \x1b[31mharmless' out
	run ! grep -q -e $'\e' -e $'\u202e' -e '^[^|].*harmless' out
	try 0 attach changed.json signature --dry-run
	run ! grep -q -e $'\e' -e $'\u202e' out err
	grep -qF 'Would be written: \x1b]0;x\x07\xe2\x80\xae.tlv' out
	change 'i["\x1b[31m"] = 1'
	try 1 attach changed.json signature
	run ! grep -q $'\e' err
}

# ---- Where the key is ------------------------------------------------------------

@test "the summary is made of the bytes, and not read" {
	request
	try 0 sign-request --dry-run request.json
	ask '"\n".join(i["summary"])' | diff <(sed '/^The other/,$d' out) -
	cp out wanted
	cat >expected <<-EOF
		ctl CTLFile.tlv, $(ask 'len(base64.b64decode(i["preimage"])) + 131') bytes when it is signed, 4 records
		time 2024-06-01T12:00:00Z
	EOF
	head -n 2 out | diff expected -
	grep -qx "sha1 $(ask 'i["digest_value"]')" out
	grep -qx "record 1: sast, address 0.0.0.0, CN 'SAST-ADN00a1b2c3        ', serial 2A:11:A2:AF:00:00:00:31:C0:DE, SHA-1 $(
		openssl x509 -in cert.pem -outform DER | sha1sum | cut -c-40
	)" out
	grep -q "^record 3: ccm+tftp, host 'cucm1', address 192.0.2.1, CN '" out
	grep -q "^record 4: capf, host 'cucm1', CN " out
	change 'i["summary"] = ["nothing to worry about"]'
	try 0 sign-request --dry-run changed.json
	diff wanted out
	try 0 sign-request --yes --signer key.pem changed.json
	head -n -1 out | diff wanted -
	[ "$(tail -n 1 out)" = \
		'Signed with the key in key.pem: changed.json.sig' ]
}

@test "what only the request says is shown, and as unchecked" {
	try 0 build -o old.tlv --signer key.pem --signer-cert cert.pem \
		--spec spec.yaml --timestamp 2024-01-01
	try 0 edit old.tlv -o zz9.tlv --signer-cert cert.pem --remove 2 \
		--orphan-phones --detached-request request.json
	# the difference and the judgement, not the table of all records
	run ! grep -q 'ADDRESS' request.json
	grep -q '"judgement": \[' request.json
	try 0 sign-request --dry-run request.json
	cp out shown
	sed -n '/^The other machine says (not checked):$/,$p' out >said
	[ "$(sed -n 2p said)" = "| edit, to zz9.tlv" ]
	grep -q '^| -    2       sast ' said
	grep -q '^| A phone that holds old.tlv accepts it' said
	[ "$(sed 1d said | grep -vc '^|')" = 0 ]
	run ! grep -q '^|' <(sed '/^The other machine/,$d' out)
	try 0 sign-request request.json --yes --signer key.pem -o - 2>/dev/null
	[ "$(stat -c %s out)" = 128 ]
	sed '/^Signed with /d; /^ctlsmith: /d' err | cmp - shown
	try 0 sign-request request.json --dry-run --json
	valid ctlsmith.schema.json out
	grep -q '"A phone that holds old.tlv accepts it' out
	# nothing of it looks as if it were checked
	change 'i["judgement"] = ["record 1: sast", "\x1b[2Jtime", ""]; i["command"] = "x\nrecord 9: sast"'
	try 0 sign-request --dry-run changed.json
	grep -qxF '| record 1: sast' out
	grep -qxF '|' out
	run ! grep -q "$(printf '\033')" out
	run ! grep -q '^record 9' out
}

@test "of a judgement that is too long the middle is missing, and that is said" {
	local i

	{
		echo 'records:'
		echo "- {role: ccm+tftp, cert: tftp.pem, host: first}"
		for ((i = 0; i < 1200; i++)); do
			echo "- {role: tftp, host: node-$i, ip: 192.0.2.1}"
		done
	} >many.yaml
	try 0 build -o old.tlv --signer key.pem --signer-cert cert.pem \
		--spec spec.yaml --timestamp 2024-01-01
	try 0 build -o old.tlv --force --signer-cert cert.pem --spec many.yaml \
		--orphan-phones --drop-server-sast \
		--allow server-without-certificate \
		--detached-request request.json
	[ "$(ask 'len(i["judgement"])')" = 1000 ]
	[ "$(ask 'sum("lines are left out" in x for x in i["judgement"])')" = 1 ]
	# not what it comes to
	try 0 sign-request --dry-run request.json
	grep -q '^| A phone that holds old.tlv accepts it' out
	sed -n '/^| +/p; /left out/p' out >rows
	grep -qE '^\| \([0-9]+ lines are left out\)$' rows
}

@test "a record that lies about its certificate is shown as such" {
	request
	part preimage
	# another host in SUBJECTNAME of record 4, of the same length
	/usr/bin/python3 -c 'import base64, hashlib, json
r = json.load(open("request.json"))
i = r["items"][0]
b = base64.b64decode(i["preimage"])
at = b.rindex(b"CN=")
b = b[:at + 3] + bytes([b[at + 3] ^ 1]) + b[at + 4:]
v = hashlib.sha1(b).hexdigest()
i["preimage"] = base64.b64encode(b).decode()
i["digest_info"] = i["digest_info"].replace(i["digest_value"], v)
i["digest_value"] = v
json.dump(r, open("changed.json", "w"))'
	try 0 sign-request --dry-run changed.json
	grep -q '^record 4: .*, BUT its fields are not the certificate.s: ' out
	[ "$(grep -c BUT out)" = 1 ]
}

# terminal STATUS WORD ARGUMENT...: sign-request with a terminal, at which WORD
# is typed; what it shows is then in shown.
terminal() {
	local wanted=$1 word=$2 status=0

	shift 2
	cat >script.exp <<-'EXPECT'
		set timeout 30
		spawn -noecho {*}[lrange $argv 1 end]
		expect {
			-ex "Type 'sign'" {}
			timeout { exit 99 }
			eof { exit 98 }
		}
		send -- "[lindex $argv 0]\r"
		expect eof
		exit [lindex [wait] 3]
	EXPECT
	expect -f script.exp -- "$word" "$CTLSMITH" sign-request "$@" \
		>shown 2>&1 </dev/null || status=$?
	[ $status = "$wanted" ] || {
		echo "status $status"
		cat shown
		return 1
	}
}

@test "at a terminal it is shown, and confirmed" {
	request
	terminal 3 no request.json --signer key.pem
	grep -q "nothing was signed: what was typed is not 'sign'" shown
	[ ! -e request.json.sig ]
	terminal 0 sign request.json --signer key.pem
	tr -d '\r' <shown >plain
	[ "$(grep -c "^record 3: ccm+tftp, host 'cucm1'" plain)" = 1 ]
	grep -q "^Type 'sign' to sign this with the key in key.pem: " plain
	attached 0 request.json.sig
	# nobody is there: neither signed nor asked for a PIN
	rm request.json.sig
	try 2 sign-request request.json --signer key.pem
	grep -q 'there is no terminal to confirm it at; --yes goes without' err
	[ ! -e request.json.sig ]
}

@test "another key is refused" {
	request
	try 3 sign-request request.json --yes --signer "$keys/rsa1024-h.pem"
	grep -q 'the request is for the key of CN=SAST-ADN00a1b2c3.*, and --signer is another' err
	try 3 sign-request request.json --yes --module "$MODULE" \
		--signer "$URI_SAST_2;object=sast-2?pin-value=$PIN_SAST_2"
	grep -q 'the request is for the key of CN=SAST-ADN00a1b2c3' err
	try 1 sign-request request.json --yes --signer "$keys/ec256-a.pem"
	[ ! -e request.json.sig ]
}

@test "where the signature goes" {
	request
	echo mine >request.json.sig
	try 1 sign-request request.json --yes --signer key.pem
	grep -q 'request.json.sig is there already; --force replaces it' err
	[ "$(cat request.json.sig)" = mine ]
	try 0 sign-request request.json --yes --signer key.pem --force
	attached 0 request.json.sig
	try 1 sign-request request.json --yes --signer key.pem -o nowhere/x
	try 2 sign-request request.json --yes --signer key.pem -o - --json
	try 0 sign-request request.json --dry-run
	try 1 sign-request --extract digest request.json -o request.json.sig
	try 0 sign-request --extract digest request.json -o request.json.sig \
		--force
	[ "$(stat -c %s request.json.sig)" = 20 ]
}

@test "where no signature can go: said before it is made" {
	local name pattern

	request
	mkdir folder
	ln -s nothing link
	while IFS='|' read -r status name pattern; do
		for force in --force --yes; do
			try "$status" sign-request request.json --yes \
				--signer key.pem --audit log -o "$name" "$force"
			grep -qxF "ctlsmith: $pattern" err || {
				echo "$name:"
				cat err
				return 1
			}
			try "$status" sign-request request.json \
				--extract digest -o "$name" "$force"
			grep -qxF "ctlsmith: $pattern" err
		done
	done <<-'ROWS'
		1|folder|folder: this is a folder, and nothing of that kind is replaced
		1|link|link: this is a link to nothing
		1|nowhere/x|nowhere/x: cannot open folder nowhere/: No such file or directory
		2||'' is no name of a file
		2|x/|'x/' is no name of a file
	ROWS
	[ ! -e log ]
	[ ! -e nothing ]
}

@test "the PIN by an option, a passphrase, the audit log" {
	request
	openssl pkcs8 -topk8 -in key.pem -passout pass:secret -out locked.pem
	PIN=$PIN_SAST_1 try 0 sign-request request.json --yes --timeout 20 \
		--module "$MODULE" --signer "$URI_SAST_1;object=sast-1" \
		--pin-env PIN --audit log --state state2 --final-try -o one
	try 0 audit verify log
	grep -q '"file":"CTLFile.tlv"' log
	try 0 sign-request request.json --yes --module "$MODULE" \
		--signer "$URI_SAST_1;object=sast-1" --pin-fd 5 -o two \
		5<pin
	WORD=secret try 0 sign-request request.json --yes --signer locked.pem \
		--passphrase-env WORD -o three
	try 0 sign-request request.json --yes --signer locked.pem \
		--passphrase-fd 5 -o four 5<<<secret
	cmp one two
	cmp one three
	cmp one four
	try 4 sign-request request.json --yes --module "$MODULE" \
		--signer "$URI_SAST_1;object=sast-1" -o five
	[ ! -e five ]
	run ! grep -rqE "$PIN_SAST_1|secret" log state state2 out err
}

@test "a key that asks for its PIN at each use" {
	local signer="$URI_ALWAYS;type=private"

	cp "$CERTS/always-2048.pem" cert.pem
	request
	PIN=$PIN_ALWAYS PIN2=$PIN_ALWAYS try 0 sign-request request.json \
		--yes --module "$MODULE" --signer "$signer" --pin-env PIN \
		--key-pin-env PIN2 -o one --force
	PIN=$PIN_ALWAYS try 0 sign-request request.json --yes \
		--module "$MODULE" --signer "$signer" --pin-env PIN \
		--key-pin-fd 5 -o two 5<<<"$PIN_ALWAYS"
	attached 0 one
	cmp one two
}

@test "--json is what its schema says" {
	two_items
	try 0 sign-request request.json --dry-run --json
	valid ctlsmith.schema.json out
	try 0 sign-request request.json --yes --signer key.pem --json -o s.json
	valid ctlsmith.schema.json out
	grep -q '"output": "s.json"' out
	try 0 attach request.json s.json --json --dry-run
	valid ctlsmith.schema.json out
	try 0 attach request.json s.json --json
	valid ctlsmith.schema.json out
	/usr/bin/python3 -c 'import json, hashlib
(e,) = json.load(open("out"))
for f in e["attached"]["files"]:
    b = open(f["file"]["path"], "rb").read()
    assert f["file"]["sha256"] == hashlib.sha256(b).hexdigest()
    assert f["written"] is True and f["backup"] is None'
	try 0 attach request.json s.json --json
	grep -q '"written": false' out
	sed 's/"written"/"writtem"/' out >wrong
	run -1 /usr/bin/python3 "$SRC/tests/cli/schema.py" wrong "$SRC/docs/ctlsmith.schema.json"
	try 1 attach request.json nothing --json
	[ ! -s out ]
}

@test "the schema of requests refuses what is none" {
	two_items
	while read -r statements; do
		change "$statements"
		run -1 /usr/bin/python3 "$SRC/tests/cli/schema.py" changed.json \
			"$SRC/docs/request.schema.json"
	done <<-'ROWS'
		r["x"] = 1
		r["format_version"] = 2
		r["items"] = []
		i["x"] = 1
		del i["preimage"]
		i["digest"] = "md5"
		i["preimage"] += "!"
		i["replaces"] = "00"
		r["key"]["bits"] = 3072
		r["key"]["certificate"] = "x"
	ROWS
}

@test "wrong command lines" {
	request
	: >signature
	try 2 attach
	try 2 attach request.json
	try 2 attach request.json signature -o -
	try 2 attach request.json signature --nothing
	try 2 sign-request
	try 2 sign-request request.json
	grep -q -e '--signer is missing' err
	try 2 sign-request request.json request.json --dry-run
	try 2 sign-request request.json --extract digest
	grep -q -e '-o FILE is missing' err
	try 2 sign-request request.json --extract signature -o x
	grep -q -e '--extract is digest, digest-info or preimage' err
	try 2 sign-request request.json --extract digest --signer key.pem -o x
	try 2 sign-request request.json --extract digest --dry-run -o x
	try 2 sign-request request.json --item 1 --signer key.pem --yes
	try 2 sign-request request.json --signer-cert cert.pem --dry-run
	[ ! -e x ]
}
