#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith build, signed by keys on SoftHSM tokens, with the shim between: who
# is asked for a PIN and when, and what a module can do wrong.

bats_require_minimum_version 1.5.0
load tokens
load build

setup_file() {
	tokens_setup_file
}

setup() {
	tokens_setup
	build_setup
	SERVERS=("${SERVERS[@]:2}")
}

# sign STATUS PIN ARGUMENT...: build with the module and the PIN.
sign() {
	PIN=$2 build "$1" --module "$MODULE" --pin-env PIN "${@:3}" \
		--timestamp 2024-05-01
}

# same_as_file LIST KEY CERT ARGUMENT...: LIST is what the key gives where it is
# in a file.
same_as_file() {
	install -m 600 "$SRC/softhsm-fixtures/keys/$2.pem" file.key
	rm -f file.tlv
	build 0 --signer file.key --signer-cert "$3" "${@:4}" -o file.tlv \
		--timestamp 2024-05-01
	cmp "$1" file.tlv
}

@test "RSA 1024, 2048 and 4096 on a token, whose certificate is found there" {
	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" "${SERVERS[@]}" -o a.tlv
	openssl_verifies a.tlv "$CERTS/sast-1.pem"
	[ "$(roles a.tlv)" = "sast ccm+tftp capf" ]
	[ "$(field a.tlv 0 11)" = 01 ]
	[ "$(field a.tlv 1 5)" = \
		"$(hex 'cn=Cisco Manufacturing CA;o=Cisco Systems')" ]
	tells "key 'sast-1' on token 'sast-1' (serial $SERIAL_SAST_1)"
	tells "note: the publisher's CallManager and ITLRecovery are no SAST"
	same_as_file a.tlv rsa1024-g "$CERTS/sast-1.pem" "${SERVERS[@]}"
	sign 0 "$PIN_HSM" --signer "$URI_HSM;id=%21" "${SERVERS[@]}" -o b.tlv
	openssl_verifies b.tlv "$CERTS/signer-2048.pem"
	[ "$(field b.tlv 0 11)" = 02 ]
	same_as_file b.tlv rsa2048-a "$CERTS/signer-2048.pem" "${SERVERS[@]}"
	sign 0 "$PIN_HSM" --signer "$URI_HSM;object=signer-4096" \
		"${SERVERS[@]}" --digest sha512 -o c.tlv
	openssl_verifies c.tlv "$CERTS/signer-4096.pem" sha512
	[ "$(field c.tlv 0 11)" = 03 ]
	same_as_file c.tlv rsa4096-a "$CERTS/signer-4096.pem" \
		"${SERVERS[@]}" --digest sha512
}

@test "both tokens and the publisher's own SASTs: no note" {
	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" --sast "$CERTS/sast-2.pem" \
		--sast pub.pem --sast recovery.pem "${SERVERS[@]}" -o a.tlv
	[ "$(roles a.tlv)" = "sast sast sast sast ccm+tftp capf" ]
	run ! grep -q 'no SAST here' out
	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" --sast "$CERTS/sast-2.pem" \
		--sast recovery.pem "${SERVERS[@]}" -o b.tlv
	tells "note: the publisher's CallManager is no SAST here"
	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" --sast "$CERTS/sast-2.pem" \
		--sast pub.pem "${SERVERS[@]}" -o c.tlv
	tells "note: the publisher's ITLRecovery is no SAST here"
	[ "$(calls C_Sign)" = 3 ]
	# what the appliance signs itself has no need of it
	build_pub 0 --sast "$CERTS/sast-2.pem" "${SERVERS[@]}" -o d.tlv
	run ! grep -q 'no SAST here' out
}

@test "certificates out of a token, by options and in a specification" {
	cat >spec.yaml <<-SPEC
		records:
		- role: sast
		  cert: "$URI_SAST_2"
	SPEC
	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" --spec spec.yaml \
		--app-server "$URI_HSM;object=signer-4096,host=x" -o a.tlv
	[ "$(roles a.tlv)" = "sast sast app-server" ]
	openssl x509 -in "$CERTS/sast-2.pem" -outform DER -out two.der
	[ "$(field a.tlv 2 9)" = "$(od -An -v -tx1 two.der | tr -d ' \n')" ]
	[ "$(field a.tlv 3 2)" = "$(hex x)" ]
	[ "$(calls C_Login)" = 1 ]
}

@test "which key: several, none, elliptic, without a certificate, another's" {
	sign 4 "$PIN_HSM" --signer "$URI_HSM;object=signer-2048" \
		"${SERVERS[@]}" -o a.tlv
	sign 4 "$PIN_HSM" --signer "$URI_HSM;object=nobody" "${SERVERS[@]}" \
		-o a.tlv
	sign 1 "$PIN_HSM" --signer "$URI_HSM;object=signer-p256" \
		"${SERVERS[@]}" -o a.tlv
	says "phones verify RSA signatures alone"
	sign 1 "$PIN_HSM" --signer "$URI_HSM;object=without-certificate" \
		"${SERVERS[@]}" -o a.tlv
	says --signer-cert
	sign 3 "$PIN_HSM" --signer "$URI_HSM;id=%21" --signer-cert capf.pem \
		"${SERVERS[@]}" -o a.tlv
	[ ! -e a.tlv ]
	# rsa2048-d is the key of recovery.pem
	sign 0 "$PIN_HSM" --signer "$URI_HSM;object=without-certificate" \
		--signer-cert recovery.pem "${SERVERS[@]}" -o a.tlv
	openssl_verifies a.tlv recovery.pem
}

@test "what is refused asks nobody for a PIN, and neither does --dry-run" {
	local args

	same() { certificate "$1" "$2" /CN=same 0x99; }
	same one rsa2048-e
	same two rsa2048-f
	touch there.tlv
	plan
	while read -r status args; do
		# shellcheck disable=SC2086 # words
		sign "$status" "$PIN_SAST_1" --signer "$URI_SAST_1" \
			"${SERVERS[@]}" $args
		[ "$(calls C_Login)" = 0 ] || {
			echo "a login for $args"
			return 1
		}
	done <<-'REFUSED'
		0 -o a.tlv --dry-run
		2 -o a.tlv --digest md5
		2 -o a.tlv --ccm one.pem,ip=::1
		2 -o a.tlv --allow nothing
		1 -o there.tlv
		1 -o .
		1 -o a.tlv --ccm nowhere.pem
		1 -o a.tlv --spec nowhere.yaml
		1 -o a.tlv --spec one.pem
		3 -o a.tlv --ccm one.pem --ccm two.pem
		3 -o a.tlv --max-sast 1 --sast one.pem
	REFUSED
	[ ! -e a.tlv ]
}

@test "a wrong PIN, a signature that is wrong, a token that is pulled" {
	local status rule

	sign 4 9999999 --signer "$URI_SAST_1" "${SERVERS[@]}" -o a.tlv
	[ "$(calls C_Login)" = 1 ]
	echo old >b.tlv
	while read -r status rule; do
		plan "$rule"
		sign "$status" "$PIN_SAST_1" --signer "$URI_SAST_1" \
			"${SERVERS[@]}" -o a.tlv
		grep -q fault= trace
		plan "$rule"
		sign "$status" "$PIN_SAST_1" --signer "$URI_SAST_1" \
			"${SERVERS[@]}" -o b.tlv --force
		[ "$(cat b.tlv)" = old ]
	done <<-'RULES'
		4 wrong-signature
		4 wrong-data
		4 lie C_Sign zero
		4 fail C_Sign CKR_DEVICE_ERROR
		4 fail C_SignInit CKR_FUNCTION_FAILED
		4 remove-after C_Login
		4 remove-after C_SignInit
	RULES
	[ "$(find . -maxdepth 1 -name '*a.tlv*' -o -maxdepth 1 -name '?*b.tlv?*')" = "" ]
}

@test "a key that asks for a PIN each time" {
	sign 4 "$PIN_ALWAYS" --signer "$URI_ALWAYS" "${SERVERS[@]}" -o a.tlv
	KEYPIN=$PIN_ALWAYS sign 0 "$PIN_ALWAYS" --signer "$URI_ALWAYS" \
		--key-pin-env KEYPIN "${SERVERS[@]}" -o a.tlv
	openssl_verifies a.tlv "$CERTS/always-2048.pem"
}

@test "--audit says what was signed, for which file" {
	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" "${SERVERS[@]}" \
		-o lists.tlv --audit log
	grep -q '"file": *"lists.tlv"' log
	"$CTLSMITH" audit verify log
	# where nothing can be noted nothing is signed
	sign 1 "$PIN_SAST_1" --signer "$URI_SAST_1" "${SERVERS[@]}" -o a.tlv \
		--audit nowhere/log
	[ ! -e a.tlv ]
}

@test "a list that somebody changes before the PIN is typed is not replaced" {
	local status=0

	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" "${SERVERS[@]}" -o a.tlv
	echo other >b.tlv
	cat >script.exp <<-'EXPECT'
		set timeout 30
		set pin [lindex $argv 0]
		spawn -noecho {*}[lrange $argv 1 end]
		expect {
			-ex "PIN" {}
			timeout { exit 99 }
			eof { exit 98 }
		}
		exec mv b.tlv a.tlv
		send -- "$pin\r"
		catch { expect eof }
		exit [lindex [wait] 3]
	EXPECT
	expect -f script.exp -- "$PIN_SAST_1" "$CTLSMITH" build \
		--module "$MODULE" --signer "$URI_SAST_1" "${SERVERS[@]}" \
		-o a.tlv --force >out </dev/null || status=$?
	[ "$status" = 1 ]
	tells "a.tlv: "
	[ "$(cat a.tlv)" = other ]
	no_backup a.tlv
}

@test "PINs and passphrases from descriptors, --state, --final-try, --timeout" {
	build 0 --module "$MODULE" --signer "$URI_SAST_1" --pin-fd 5 \
		"${SERVERS[@]}" -o a.tlv --state here --timeout 20 5<<<"$PIN_SAST_1"
	build 0 --module "$MODULE" --signer "$URI_ALWAYS" --pin-fd 5 \
		--key-pin-fd 6 "${SERVERS[@]}" -o b.tlv 5<<<"$PIN_ALWAYS" \
		6<<<"$PIN_ALWAYS"
	openssl rsa -in pub.key -aes256 -passout pass:secret -out locked.key
	build 0 --signer locked.key --signer-cert pub.pem --passphrase-fd 5 \
		"${SERVERS[@]}" -o c.tlv 5<<<secret
	openssl_verifies c.tlv pub.pem
	PIN=9999999 build 4 --module "$MODULE" --signer "$URI_SAST_1" \
		--pin-env PIN "${SERVERS[@]}" -o d.tlv --state here
	ls here/*.user
	plan 'flags +CKF_USER_PIN_FINAL_TRY'
	sign 4 "$PIN_SAST_1" --signer "$URI_SAST_1" "${SERVERS[@]}" -o d.tlv
	[ "$(calls C_Login)" = 0 ]
	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" "${SERVERS[@]}" -o d.tlv \
		--final-try
	plan 'hang C_Sign'
	sign 4 "$PIN_SAST_1" --signer "$URI_SAST_1" "${SERVERS[@]}" -o e.tlv \
		--timeout 1
	says C_Sign
	[ ! -e e.tlv ]
}

@test "--json of a token" {
	sign 0 "$PIN_SAST_1" --signer "$URI_SAST_1" "${SERVERS[@]}" -o a.tlv --json
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	[ "$(query "j['notes'][0]['id']")" = server-sast ]
	[ "$(query "j['signer']")" = \
		"key 'sast-1' on token 'sast-1' (serial $SERIAL_SAST_1)" ]
	run ! grep -q "$PIN_SAST_1" out
}
