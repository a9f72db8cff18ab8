#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What all commands that sign have in common, asked of tests/tools/signwith.c:
# where the key is, its certificate, PINs and passphrases, the audit log,
# threads.
# shellcheck disable=SC2030,SC2031 # each test has its own environment
# shellcheck disable=SC2034,SC2153 # tokens.bash and env.sh use and set them

bats_require_minimum_version 1.5.0
load tokens

setup_file() {
	tokens_setup_file
}

setup() {
	tokens_setup
	real=$P11FAULT_REAL
	COMMAND=("$SIGNWITH" sign)
	KEYS=$SRC/softhsm-fixtures/keys
	PIN=$PIN_SAST_1
	echo content >file
	# as one keeps it
	(umask 077 && cp "$KEYS/rsa2048-a.pem" key.pem)
	CERT=$CERTS/signer-2048.pem
}

teardown() {
	[ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || true
}

# The last message has $1.
says() {
	grep -qF -- "$1" err || {
		echo "not said: $1"
		cat out err
		return 1
	}
}

# try_file STATUS ARGUMENT...: without a token.
try_file() {
	local wanted=$1 status=0

	shift
	timeout -k 5 60 "$SIGNWITH" sign "$@" >out 2>err </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "sign $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# try_load STATUS ARGUMENT...: certificates alone.
try_load() {
	COMMAND=("$SIGNWITH" load)
	try "$@"
}

# openssl agrees that out has the signature over each file by the certificate
# $1, with the digest $2; and there are $3 of them.
verifies() {
	local file hex num=0

	openssl x509 -in "$1" -noout -pubkey >pub.pem
	while read -r file hex; do
		case $file in *:) continue ;; esac
		xxd -r -p <<<"$hex" >sig
		openssl dgst "-$2" -verify pub.pem -signature sig "$file" >/dev/null
		num=$((num + 1))
	done <out
	[ "$num" = "$3" ]
}

# A certificate of the key $1 with the name $2, in $2.pem; more words go to
# openssl.
new_cert() {
	openssl req -x509 -config <(printf '[req]\ndistinguished_name=d\n[d]\n') \
		-key "$KEYS/$1.pem" -subj "/CN=$2" -out "$2.pem" "${@:3}"
}

# store FILE ID LABEL: a certificate on the token "hsm".
store() {
	openssl x509 -in "$1" -outform DER -out stored.der
	pkcs11-tool --module "$real" --token-label hsm --login --pin "$PIN_HSM" \
		--write-object stored.der --type cert --id "$2" --label "$3" \
		>/dev/null 2>&1
}

# ---- A key on a token

@test "a token signs, and openssl verifies" {
	try_pin "$PIN" 0 --signer "$URI" file
	grep -qxF "certificate: CN=SAST-ADN00a1b2c3       \\ ,OU=IPCBU,O=Cisco Systems\\, Inc." out
	grep -qxF "key: key 'sast-1' on token 'sast-1' (serial $SERIAL_SAST_1)" out
	verifies "$CERTS/sast-1.pem" sha512 1
	[ ! -s err ]
	try_pin "$PIN" 0 --signer "$URI" --digest sha1 file
	verifies "$CERTS/sast-1.pem" sha1 1
	try_pin "$PIN_HSM" 0 --signer "$URI_HSM;id=%41;type=private" file
	verifies "$CERTS/signer-4096.pem" sha512 1
}

@test "a token that digests itself is given the message" {
	plan 'no-mechanism CKM_RSA_PKCS' 'no-mechanism CKM_RSA_X_509'
	try_pin "$PIN" 0 --signer "$URI" file
	verifies "$CERTS/sast-1.pem" sha512 1
}

@test "the certificate is found without a login" {
	try 0 --signer "$URI" --find
	grep -q 'SAST-ADN00a1b2c3' out
	try 0 --signer "$URI_HSM;id=%22" --find
	grep -qxF 'certificate: CN=spare-2048,OU=Lab,O=Example' out
	try 0 --signer "$URI_HSM;object=signer-4096" --find
	grep -q 'CN=signer-4096' out
	# the type of the URI is that of the key
	try 0 --signer "$URI_HSM;object=signer-4096;type=private" --find
	grep -q 'CN=signer-4096' out
	[ "$(calls C_Login)" = 0 ]
}

@test "an EC key is refused, and nobody is asked for a PIN" {
	try 1 --signer "$URI_HSM;id=%e1" file
	says 'phones verify RSA signatures alone, and the key of its certificate is EC'
	[ "$(calls C_Login)" = 0 ]
	# the key alone
	try_pin "$PIN_HSM" 1 --signer "$URI_HSM;id=%e1" --signer-cert "$CERT" file
	says 'phones verify RSA signatures alone, and that key is EC'
	try_file 1 --signer "$KEYS/ec256-a.pem" file
	says 'the key in the file is EC'
	try_file 3 --signer key.pem --signer-cert "$CERTS/ec256-a.pem" file
	[ ! -s out ]
}

@test "no certificate: said with what to do" {
	try_pin "$PIN_HSM" 1 --signer "$URI_HSM;id=%31" file
	says 'the token has no certificate of that key: --signer-cert names one'
	new_cert rsa2048-d given
	try_pin "$PIN_HSM" 0 --signer "$URI_HSM;id=%31" --signer-cert given.pem file
	verifies given.pem sha512 1
	try_file 1 --signer key.pem file
	says 'key.pem: the file has no certificate of its key; --signer-cert names one'
}

@test "a certificate under other names is found by the key" {
	new_cert rsa2048-d other
	store other.pem 77 'something else'
	try_pin "$PIN_HSM" 0 --signer "$URI_HSM;id=%31" file
	grep -qxF 'certificate: CN=other' out
	[ "$(calls C_Login)" = 1 ]
}

@test "two certificates of one id: the one of the key" {
	store "$CERTS/keyless.pem" 21 signer-2048
	try 4 --signer "$URI_HSM;id=%21" --find
	says 'a PIN is needed'
	try_pin "$PIN_HSM" 0 --signer "$URI_HSM;id=%21" file
	grep -qxF 'certificate: CN=signer-2048,OU=Lab,O=Example' out
	[ "$(calls C_Login)" = 1 ]
}

@test "two certificates of the key: refused, and one is given" {
	new_cert rsa2048-a renewed
	store renewed.pem 21 signer-2048
	try_pin "$PIN_HSM" 4 --signer "$URI_HSM;id=%21" file
	says '2 certificates are of the key of --signer; --signer-cert names'
	[ "$(grep -c 'candidate: pkcs11:.*;id=%21;object=signer-2048;type=cert' err)" = 2 ]
	run ! grep -q certificate out
	try_pin "$PIN_HSM" 0 --signer "$URI_HSM;id=%21" --signer-cert renewed.pem file
	grep -qxF 'certificate: CN=renewed' out
	verifies renewed.pem sha512 1
	# by the id alone there are two, and one has the label too
	store renewed.pem 99 signer-4096
	try 0 --signer "$URI_HSM;object=signer-4096;id=%41" --find
	grep -q 'CN=signer-4096' out
}

@test "the same certificate twice is one" {
	store "$CERT" 21 again
	try 0 --signer "$URI_HSM;id=%21" --find
	grep -qxF 'certificate: CN=signer-2048,OU=Lab,O=Example' out
}

@test "a certificate of another key: nothing is signed" {
	try_pin "$PIN_HSM" 3 --signer "$URI_HSM;id=%21" \
		--signer-cert "$CERTS/spare-2048.pem" file
	says "the certificate of CN=spare-2048,OU=Lab,O=Example does not belong to key 'signer-2048' on token 'hsm'"
	[ "$(calls C_Sign)" = 0 ]
	store "$CERTS/keyless.pem" 31 ''
	try_pin "$PIN_HSM" 3 --signer "$URI_HSM;id=%31" file
	says "does not belong to key 'without-certificate' on token 'hsm'"
	[ "$(calls C_Sign)" = 0 ]
	try_file 3 --signer key.pem --signer-cert "$CERTS/spare-2048.pem" file
	says 'no certificate there belongs to the key of --signer'
	[ ! -s out ]
}

@test "several keys or tokens match: all are told" {
	try_pin "$PIN_HSM" 4 --signer "$URI_HSM" file
	says '6 private keys match'
	try_pin "$PIN_TWIN_A" 4 --signer pkcs11:token=twin file
	says 'several tokens match'
	[ "$(grep -c 'candidate: pkcs11:' err)" = 2 ]
}

@test "a key that is not there, a module that is not named" {
	try_pin "$PIN_HSM" 4 --signer "$URI_HSM;id=%32" file
	says 'no private key on the token matches'
	try_file 2 --signer "$URI" file
	says 'which PKCS#11 module? --module PATH names it'
	try 2 file
	says '--signer is missing'
	try 2 --signer-cert "$CERT" file
	says '--signer is missing: without a key nothing is signed here'
	try 0 --signer-cert "$CERT" --find
	grep -q 'CN=signer-2048' out
}

@test "an expired certificate will do" {
	mkdir ca && : >ca/index
	cat >ca/conf <<-'EOF'
		[ca]
		default_ca = a
		[a]
		new_certs_dir = ca
		database = ca/index
		rand_serial = yes
		default_md = sha256
		policy = p
		[p]
		commonName = supplied
	EOF
	openssl req -new -config <(printf '[req]\ndistinguished_name=d\n[d]\n') \
		-key key.pem -subj /CN=expired -out ca/req
	openssl ca -batch -config ca/conf -selfsign -keyfile key.pem -in ca/req \
		-startdate 20100101000000Z -enddate 20110101000000Z -notext \
		-out expired.pem 2>/dev/null
	run ! openssl x509 -in expired.pem -noout -checkend 0
	try_file 0 --signer key.pem --signer-cert expired.pem file
	grep -qxF 'certificate: CN=expired' out
	verifies expired.pem sha512 1
}

# ---- A key in a file

@test "a file signs, and openssl makes the same bytes" {
	local key

	for key in rsa1024-a rsa2048-a rsa2048-e3 rsa3072-a rsa4096-a; do
		new_cert "$key" cert -sha256
		cat "$KEYS/$key.pem" cert.pem >both.pem
		for digest in sha1 sha512; do
			try_file 0 --signer both.pem --digest "$digest" file
			openssl dgst "-$digest" -sign both.pem -out wanted file
			[ "$(sed -n 's/^file //p' out)" = \
				"$(xxd -p wanted | tr -d '\n')" ]
		done
	done
	grep -qxF 'key: the key in both.pem' out
}

@test "a key too short for the digest is refused" {
	new_cert rsa512-a cert -sha1
	cat "$KEYS/rsa512-a.pem" cert.pem >both.pem
	try_file 0 --signer both.pem --digest sha1 file
	try_file 1 --signer both.pem --digest sha512 file
	says 'a key of 512 bits is too short to sign sha512'
}

@test "a file with key and certificates: the one of the key" {
	cat "$CERTS/spare-2048.pem" key.pem "$CERT" "$CERTS/keyless.pem" >both.pem
	try_file 0 --signer both.pem file
	grep -qxF 'certificate: CN=signer-2048,OU=Lab,O=Example' out
	cat key.pem "$CERTS/spare-2048.pem" >both.pem
	try_file 1 --signer both.pem file
	says 'both.pem: the file has no certificate of its key'
	new_cert rsa2048-a renewed
	cat key.pem "$CERT" renewed.pem >both.pem
	try_file 1 --signer both.pem file
	says '2 certificates are of the key of --signer'
	try_file 0 --signer both.pem --signer-cert renewed.pem file
	grep -qxF 'certificate: CN=renewed' out
	# what is damaged is nobody's
	{
		cat key.pem
		printf -- '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'
		cat "$CERT"
	} >both.pem
	try_file 0 --signer both.pem file
}

@test "a passphrase: from the environment, a descriptor, a person; tried once" {
	local form

	openssl pkcs8 -topk8 -in key.pem -passout pass:secret -out 8.pem
	openssl rsa -in key.pem -aes128 -traditional -passout pass:secret -out t.pem
	cat "$CERT" >>8.pem
	cat "$CERT" >>t.pem
	openssl pkcs12 -export -inkey key.pem -in "$CERT" -passout pass:secret \
		-out p.p12
	for form in 8.pem t.pem p.p12; do
		P=secret try_file 0 --signer "$form" --passphrase-env P file
		verifies "$CERT" sha512 1
		[ ! -s err ]
		try_file 0 --signer "$form" --passphrase-fd 7 file 7<<<secret
		P=wrong try_file 1 --signer "$form" --passphrase-env P file
		says "$form: the passphrase is wrong"
		run ! grep -q '^file' out
		try_file 4 --signer "$form" file
		says 'the passphrase of the file is needed'
	done
	# the certificate of a PEM file does not take it
	try_file 0 --signer 8.pem --find
	grep -q 'CN=signer-2048' out
	try_file 4 --signer p.p12 --find
	at_terminal 0 --signer 8.pem file <<-'EXPECT'
		want "Passphrase of 8.pem: "
		type secret
		want "key: the key in 8.pem"
	EXPECT
	at_terminal 1 --signer 8.pem file <<-'EXPECT'
		want "Passphrase of 8.pem: "
		type wrong
		want "8.pem: the passphrase is wrong"
	EXPECT
	[ "$(grep -c 'Passphrase of' shown)" = 1 ]
}

@test "other forms of key files; none, a folder, a FIFO, too large" {
	openssl pkey -in key.pem -outform DER -out key.der
	chmod 600 key.der
	try_file 0 --signer key.der --signer-cert "$CERT" file
	verifies "$CERT" sha512 1
	# from a pipe it can be read once
	"$SIGNWITH" sign --signer - file >out < <(cat key.pem "$CERT")
	verifies "$CERT" sha512 1
	"$SIGNWITH" sign --signer <(cat key.pem "$CERT") file >out
	verifies "$CERT" sha512 1
	P=secret "$SIGNWITH" sign --passphrase-env P --signer <(
		openssl pkcs8 -topk8 -in key.pem -passout pass:secret
		cat "$CERT"
	) file >out
	verifies "$CERT" sha512 1
	try_file 1 --signer missing.pem file
	says 'missing.pem: '
	try_file 1 --signer . file
	try_file 1 --signer file file
	says 'file: this holds no private key'
	truncate -s 2M large
	try_file 1 --signer large file
	says 'large: '
	printf '\033[31m' >$'odd\033[31mname'
	try_file 1 --signer $'odd\033[31mname' file
	says 'odd\x1b[31mname'
	run ! grep -q $'\033' err
}

@test "a key that others may read: a warning, unless it has a passphrase" {
	local mode

	for mode in 640 604 644; do
		chmod "$mode" key.pem
		try_file 0 --signer key.pem --signer-cert "$CERT" file
		says 'key.pem: others may read the file, and its key has no passphrase; chmod 600 shuts them out'
	done
	chmod 600 key.pem
	try_file 0 --signer key.pem --signer-cert "$CERT" file
	[ ! -s err ]
	openssl pkcs8 -topk8 -in key.pem -passout pass:secret -out 8.pem
	chmod 644 8.pem
	P=secret try_file 0 --signer 8.pem --passphrase-env P --signer-cert "$CERT" file
	[ ! -s err ]
}

# ---- Certificates

@test "a certificate: PEM, DER, with a key beside it, on a token" {
	openssl x509 -in "$CERT" -outform DER -out cert.der
	cat key.pem "$CERT" >both.pem
	openssl x509 -in "$CERT" -text >text.pem
	sed 's/$/\r/' "$CERT" >crlf.pem
	sed 's/ CERTIFICATE/ X509 CERTIFICATE/' "$CERT" >x509.pem
	try_load 0 "$CERT" cert.der both.pem text.pem crlf.pem x509.pem \
		"$URI_HSM;id=%21" "$URI_HSM;object=signer-2048;id=%21;type=private"
	[ "$(grep -cxF 'certificate: CN=signer-2048,OU=Lab,O=Example' out)" = 8 ]
	[ "$(calls C_Login)" = 0 ]
	[ ! -s err ]
	[ "$(calls C_CloseSession)" = "$(calls C_OpenSession)" ]
	"$SIGNWITH" load - <"$CERT" >out
	grep -q 'CN=signer-2048' out
}

@test "a certificate: what is refused, and by which name" {
	local n=0

	cat "$CERT" "$CERTS/keyless.pem" >two.pem
	try_load 1 two.pem
	says 'two.pem: there are 2 certificates; give the one that is meant'
	try_load 1 key.pem
	says 'key.pem: this holds no X.509 certificate'
	try_load 1 file
	says 'file: '
	: >empty
	try_load 1 empty
	says 'empty: '
	head -c 700 "$CERT" >cut.pem
	try_load 1 cut.pem
	says 'cut.pem: '
	{
		cat "$CERT"
		head -c 700 "$CERTS/keyless.pem"
	} >half.pem
	try_load 1 half.pem
	says 'half.pem: '
	openssl x509 -in "$CERT" -outform DER -out more.der
	echo x >>more.der
	try_load 1 more.der
	says 'more.der: 2 more byte(s) follow'
	truncate -s 2M large
	try_load 1 large
	says 'large: '
	try_load 1 missing
	try_load 1 .
	while [ $n -lt 1025 ]; do
		n=$((n + 1))
		echo "-----BEGIN CERTIFICATE-----"
		echo "-----END CERTIFICATE-----"
	done >many.pem
	try_load 1 many.pem
	[ ! -s out ]
}

@test "a certificate by URI: none, several, other tokens, no module" {
	try_load 4 "$URI_HSM"
	says 'there are 6 certificates; give the one that is meant'
	[ "$(grep -c 'candidate: pkcs11:.*type=cert' err)" = 6 ]
	try_load 4 "$URI_HSM;id=%31"
	says 'no certificate on the token matches that is seen without a login'
	try_load 4 pkcs11:token=twin
	says 'several tokens match'
	try_load 4 pkcs11:token=nobody
	says 'no token matches'
	try_load 1 pkcs11:tokn=x
	says 'there is no attribute "tokn"'
	MODULE='' run ! "$SIGNWITH" load "$URI_HSM;id=%21"
	[[ $output == *'which PKCS#11 module?'* ]]
	"$SIGNWITH" load "$URI_HSM;id=%21?module-path=$real" >out
	grep -q 'CN=signer-2048' out
	printf 'module: %s\n' "$real" >config
	CTLSMITH_CONFIG=$PWD/config "$SIGNWITH" load "$URI_HSM;id=%21" >out
	grep -q 'CN=signer-2048' out
}

@test "a key in a file, its certificate on a token, and the other way round" {
	try 0 --signer key.pem --signer-cert "$URI_HSM;id=%21" file
	verifies "$CERT" sha512 1
	[ "$(calls C_Login)" = 0 ]
	# several: the one of the key
	try 0 --signer key.pem --signer-cert "$URI_HSM" file
	grep -qxF 'certificate: CN=signer-2048,OU=Lab,O=Example' out
	cat "$CERTS/keyless.pem" "$CERT" "$CERTS/spare-2048.pem" >chain.pem
	try_pin "$PIN_HSM" 0 --signer "$URI_HSM;id=%21" --signer-cert chain.pem file
	grep -qxF 'certificate: CN=signer-2048,OU=Lab,O=Example' out
	verifies "$CERT" sha512 1
	try_pin "$PIN_HSM" 3 --signer "$URI_HSM;id=%31" --signer-cert chain.pem file
	says 'chain.pem: no certificate there belongs to the key of --signer'
	new_cert rsa2048-a renewed
	cat renewed.pem >>chain.pem
	try_pin "$PIN_HSM" 1 --signer "$URI_HSM;id=%21" --signer-cert chain.pem file
	says 'chain.pem: 2 certificates there are of the key of --signer'
}

# ---- PINs

@test "a PIN: from the environment, a descriptor, a file; and none" {
	try 0 --signer "$URI" --pin-fd 7 file 7<<<"$PIN"
	verifies "$CERTS/sast-1.pem" sha512 1
	(umask 077 && printf '%s\n' "$PIN" >pin)
	try 0 --signer "$URI?pin-source=$PWD/pin" file
	verifies "$CERTS/sast-1.pem" sha512 1
	[ "$(calls C_Login)" = 2 ]
	try 4 --signer "$URI" file
	says 'a PIN is needed: give it with --pin-env or --pin-fd'
	try_pin 999999 4 --signer "$URI" file
	says 'the PIN is wrong'
	run ! grep -q '^file' out
	[ "$(failures)" = 1 ]
	try_pin "$PIN" 2 --signer "$URI?pin-value=$PIN" file
	says 'both give a PIN'
}

@test "pin-value in --signer: wiped from the command line, in either form" {
	local form

	for form in --signer= '--signer '; do
		plan 'hang C_Sign'
		# shellcheck disable=SC2086 # one word or two
		background $form"$URI?pin-value=$PIN" file
		await_trace 'C_Sign hangs'
		tr '\0' '\n' <"/proc/$PID/cmdline" >cmdline
		grep -qF "$URI" cmdline
		run ! grep -q "$PIN" cmdline
		run ! grep -q "$PIN" err
		grep -q 'a PIN on the command line is seen by other users' err
		kill -KILL "$PID"
	done
}

@test "pin-value elsewhere: wiped, refused, and not shown" {
	plan 'hang C_Login'
	try 2 --signer "$URI?pin-value=$PIN" --signer "$URI" file
	says 'pin-value is taken in the URI of --signer alone'
	try 2 --signer key.pem --signer-cert "$URI?pin-value=$PIN" file
	says 'pin-value is taken in the URI of --signer alone'
	try 2 --signer "$URI" "$URI?pin-value=$PIN"
	run ! grep -q "$PIN" out err
	# whatever else is wrong
	try 2 --signer "$URI?pin-value=$PIN" --pin-env NOT_SET file
	run ! grep -q "$PIN" out err
	[ "$(calls C_Login)" = 0 ]
}

@test "a key that always authenticates is given its PIN for each signature" {
	cp file other
	export PIN=$PIN_ALWAYS KEY=$PIN_ALWAYS
	try 0 --signer "$URI_ALWAYS" --pin-env PIN --key-pin-env KEY file other
	verifies "$CERTS/always-2048.pem" sha512 2
	[ "$(calls C_Login)" = 3 ]
	try 4 --signer "$URI_ALWAYS" --pin-env PIN file
	says 'the PIN of the key is needed'
	run ! grep -q '^file' out
	try 0 --jobs 3 --signer "$URI_ALWAYS" --pin-env PIN --key-pin-env KEY \
		file other file
	verifies "$CERTS/always-2048.pem" sha512 3
}

@test "a keypad: nobody is asked here" {
	export P11FAULT_PINPAD_PIN=$PIN
	plan 'only sast-1' pinpad
	try 0 --signer "$URI" file
	verifies "$CERTS/sast-1.pem" sha512 1
}

# ---- The audit log

@test "the audit log: signatures by a token and by a file" {
	cat key.pem "$CERT" >both.pem
	try_pin "$PIN" 0 --audit log --signer "$URI" file
	try_file 0 --audit log --signer both.pem --digest sha1 file
	try_file 0 --signer both.pem file
	"$CTLSMITH" audit verify log
	/usr/bin/python3 - "$(sha1sum <file | cut -c1-40)" <<-'EOF'
		import json, sys
		_, a, b = [json.loads(line) for line in open("log")]
		assert a["operation"] == b["operation"] == "sign"
		assert a["result"] == b["result"] == "ok"
		assert a["file"] == b["file"] == "file"
		assert a["token"]["label"] == "sast-1" and "token" not in b
		assert b["key"] == {
		    "id": "a52bfe4edd4875c3e145f6ff5ad7753429f8912c",
		    "label": "both.pem"}, b
		assert b["digest"] == {"algorithm": "sha1", "value": sys.argv[1]}, b
		assert b["mechanism"] == "PKCS#1 v1.5"
	EOF
	run ! grep -q "$PIN" log
}

@test "the audit log: what failed is noted" {
	new_cert rsa512-a cert -sha1
	cat "$KEYS/rsa512-a.pem" cert.pem >both.pem
	try_file 1 --audit log --signer both.pem file
	grep -q '"result":"a key of 512 bits is too short' log
}

@test "the audit log: what cannot be noted is not given out" {
	local status

	cat key.pem "$CERT" >both.pem
	mkfifo pipe
	for signer in both.pem "$URI"; do
		rm -f log
		export PIN
		background --audit log --signer "$signer" --pin-env PIN pipe
		# it waits for what it is to sign
		exec 7>pipe
		rm log
		echo content >&7
		exec 7>&-
		status=0
		wait "$PID" || status=$?
		[ "$status" = 1 ]
		says 'the audit log takes no line, so nothing is given out'
		run ! grep -qE 'pipe|part of a signature' out
	done
}

# ---- Threads, and a token that goes away

@test "several threads: the same bytes" {
	local i

	for i in {1..40}; do
		echo "$i" >"n$i"
	done
	cat key.pem "$CERT" >both.pem
	export PIN
	try 0 --signer "$URI" --pin-env PIN --audit log n*
	sort out >one
	try 0 --jobs 4 --signer "$URI" --pin-env PIN --audit log n*
	sort out | cmp one -
	[ "$(calls C_Login)" = 2 ]
	verifies "$CERTS/sast-1.pem" sha512 40
	try_file 0 --signer both.pem n*
	sort out >one
	try_file 0 --jobs 8 --audit log --signer both.pem n*
	sort out | cmp one -
	verifies "$CERT" sha512 40
	"$CTLSMITH" audit verify log
	[ "$(grep -c '"operation":"sign"' log)" = 120 ]
}

@test "no more sessions than the token has" {
	plan 'only sast-1' 'sessions 1'
	try_pin "$PIN" 1 --jobs 3 --signer "$URI" file file file
	says 'C_OpenSession: CKR_SESSION_COUNT'
}

@test "pulled while it signs: exit 4 without a terminal" {
	plan 'only sast-1' 'remove-after C_SignInit'
	try_pin "$PIN" 4 --signer "$URI" file
	says 'C_Sign: CKR_DEVICE_REMOVED'
	run ! grep -q '^file' out
	[ "$(calls C_Login)" = 1 ]
}

@test "pulled and put back: the PIN is asked again, and it goes on" {
	plan 'only sast-1' 'remove-after C_SignInit for 2'
	at_terminal 0 --signer "$URI" file <<-EXPECT
		want "PIN of token 'sast-1' (serial $SERIAL_SAST_1): "
		type $PIN
		want "was removed. Put it back and press Enter: "
		type ""
		want "is not there. Put it back and press Enter: "
		type ""
		want "PIN of token 'sast-1' (serial $SERIAL_SAST_1): "
		type $PIN
		want "file "
	EXPECT
	[ "$(calls C_Login)" = 2 ]
	grep '^file ' shown | tr -d '\r' >out
	verifies "$CERTS/sast-1.pem" sha512 1
}

# ---- What stays in memory

# Beside a sanitizer there is no core: it is the size of all addresses.
has_cores() {
	[ -n "${CTLSMITH_LIB:-}" ]
}

@test "the PIN of --signer is in no core" {
	local long=0123456789abcdefABCDEFghijklmnop form

	has_cores || return 0
	pkcs11-tool --module "$real" --token-label sast-1 --login --pin "$PIN" \
		--change-pin --new-pin "$long" >/dev/null 2>&1
	for form in --signer= '--signer '; do
		plan 'hang C_Sign'
		# shellcheck disable=SC2086 # one word or two
		background $form"$URI?pin-value=$long" --audit log file
		await_trace 'C_Sign hangs'
		gcore -o dump "$PID" >gdb.log 2>&1
		grep -qF sast-1 "dump.$PID"
		kill -KILL "$PID"
		run ! grep -rlF "$long" .
		rm "dump.$PID"
	done
}

@test "a key in a file and its passphrase are in no core" {
	local pass=correct-horse-battery-staple-0815

	has_cores || return 0
	openssl pkcs8 -topk8 -in key.pem -passout "pass:$pass" -out 8.pem
	cat "$CERT" >>8.pem
	cat key.pem "$CERT" >plain.pem
	openssl pkey -in key.pem -outform DER -out key.der
	mkfifo pipe
	for form in 8.pem plain.pem; do
		PASS=$pass background --signer "$form" --passphrase-env PASS file pipe
		# it has signed once, and waits
		exec 7>pipe
		gcore -o dump "$PID" >gdb.log 2>&1
		exec 7>&-
		wait "$PID"
		grep -q '^file ' out
		/usr/bin/python3 - "dump.$PID" "$pass" <<-'EOF'
			import base64, sys
			core = open(sys.argv[1], "rb").read()
			der = open("key.der", "rb").read()
			assert b"signer-2048" in core
			# Behind the modulus, 16 bytes at a time; a copy in
			# OpenSSL leaves 32 bytes of the last part (the
			# coefficient, which does not sign) in a register.
			for at in range(320, len(der) - 160, 16):
			    some = der[at:at + 16]
			    assert some not in core, at
			    assert some[::-1] not in core, at
			assert sys.argv[2].encode() not in core
			# as it stands in the file
			pem = open("key.pem").read().split("\n")
			for line in pem[8:-5]:
			    assert line.encode() not in core, line
		EOF
		rm "dump.$PID"
	done
}
