# SPDX-License-Identifier: Apache-2.0
#
# What softhsm-fixtures/setup.sh makes is what its manifest and its README
# promise. The tokens are made once, in BUILD/tokens, as every test does.

setup_file() {
	"$SRC/softhsm-fixtures/setup.sh" "$BUILD/tokens"
}

setup() {
	# shellcheck source=/dev/null
	. "$BUILD/tokens/env.sh"
	cd "$BATS_TEST_TMPDIR" || return
}

# p11 NAME ARGUMENT...: on the token of that name in the manifest, logged in.
p11() {
	local slot pin=PIN_$1 serial=SERIAL_$1

	shift
	# SoftHSM's slot is the end of the serial number
	slot=$((0x${!serial:8} & 0x7fffffff))
	pkcs11-tool --module "$MODULE" --slot "$slot" --login \
		--pin "${!pin}" "$@"
}

der_of() {
	openssl x509 -in "$1" -outform DER
}

# objects NAME: one line an object, sorted: type, id, label.
objects() {
	p11 "$1" --list-objects | awk '
		/^[A-Z].* Object/ { type = $1 == "Certificate" ? "cert" : $1 }
		$1 == "label:" { label = $2 }
		$1 == "ID:" { print type, $2, label }' | sort
}

# The same from the manifest, for the token NAME.
promised() {
	awk -v token="$1" '
		$1 == "token" { here = $2 == token }
		here && $1 == "cert" { print "cert", $2, $3 }
		here && $1 == "key" { print "Private", $2, $3
			print "Public", $2, $3 }' \
		"$SRC/softhsm-fixtures/manifest" | sort
}

@test "every token holds what the manifest says" {
	local name seen=0

	for name in SAST_1 SAST_2 HSM ALWAYS EMPTY TWIN_A TWIN_B; do
		promised "$name" >wanted
		objects "$name" >found
		diff -u wanted found
		seen=$((seen + $(wc -l <found)))
	done
	[ "$seen" = 33 ]
}

@test "keys and certificates of one id belong together" {
	local name id

	echo text >text
	for name in SAST_1:01 SAST_2:01 HSM:21 HSM:22 HSM:41 ALWAYS:51 \
		TWIN_A:61 TWIN_B:61; do
		id=${name#*:}
		name=${name%:*}
		p11 "$name" --sign --mechanism SHA256-RSA-PKCS --id "$id" \
			-i text -o signature
		p11 "$name" --read-object --type cert --id "$id" -o cert.der
		openssl x509 -in cert.der -inform DER -noout -pubkey >key.pem
		openssl dgst -sha256 -verify key.pem -signature signature text
		openssl x509 -in cert.der -inform DER -noout -subject >>subjects
	done
	[ "$(sort -u subjects | wc -l)" = 8 ]
}

@test "the elliptic keys belong to their certificates" {
	local id

	openssl rand 32 >digest
	for id in e1 e2; do
		p11 HSM --sign --mechanism ECDSA --id "$id" -i digest \
			-o signature --signature-format openssl
		p11 HSM --read-object --type cert --id "$id" -o cert.der
		openssl x509 -in cert.der -inform DER -noout -pubkey >key.pem
		openssl pkeyutl -verify -pubin -inkey key.pem -in digest \
			-sigfile signature
	done
}

@test "keys do not leave their token" {
	local name

	for name in SAST_1 HSM ALWAYS TWIN_A; do
		p11 "$name" --list-objects --type privkey >keys
		[ "$(grep -c 'Access:.*sensitive' keys)" = \
			"$(grep -c 'Private Key Object' keys)" ]
		! grep -q extract keys
	done
	p11 ALWAYS --list-objects --type privkey | grep 'always authenticate'
}

@test "the certificates of the recipes are those on the tokens" {
	local name

	for name in ok-softhsm-sast/sast-1 ok-softhsm-sast/sast-2 \
		ok-softhsm-sast-older/sast-1; do
		der_of "$CASES/$name.pem" >wanted
		der_of "$CERTS/${name#*/}.pem" >made
		cmp wanted made
	done
	p11 SAST_2 --read-object --type cert --id 01 -o stored
	cmp <(der_of "$CERTS/sast-2.pem") stored
}

@test "made again, the certificates are the same and the serial numbers not" {
	"$SRC/softhsm-fixtures/setup.sh" again
	diff -r again/certs "$CERTS"
	# shellcheck disable=SC1091,SC2030,SC2031
	(
		first=$SERIAL_HSM
		. again/env.sh
		[ "$first" != "$SERIAL_HSM" ]
	)
}

@test "what is up to date is left alone, what is not is made anew" {
	cp -a "$BUILD/tokens" here
	touch here/mine
	"$SRC/softhsm-fixtures/setup.sh" here
	[ -e here/mine ]
	echo changed >>here/made
	"$SRC/softhsm-fixtures/setup.sh" here
	[ ! -e here/mine ]
}

@test "a copy is its own" {
	"$SRC/softhsm-fixtures/setup.sh" --copy "$BUILD/tokens" copy
	# shellcheck disable=SC1091,SC2030,SC2031
	(
		. copy/env.sh
		p11 HSM --delete-object --type privkey --id 21
		[ "$(objects HSM | wc -l)" = 17 ]
	)
	[ "$(objects HSM | wc -l)" = 18 ]
	run "$SRC/softhsm-fixtures/setup.sh" --copy "$BUILD/tokens" copy
	[ "$status" = 1 ]
}

@test "one slot more than tokens, not initialised; one label twice" {
	softhsm2-util --show-slots >slots
	[ "$(grep -c '^Slot ' slots)" = 8 ]
	[ "$(grep -c 'Initialized: *no' slots)" = 1 ]
	[ "$(grep -c 'Label: *twin ' slots)" = 2 ]
	[ "$SERIAL_TWIN_A" != "$SERIAL_TWIN_B" ]
}

@test "an error in the manifest is said, and nothing is left to be used" {
	cp -a "$SRC/softhsm-fixtures" broken
	echo "key 71 label rsa2048-z" >>broken/manifest
	run broken/setup.sh made
	[ "$status" != 0 ]
	[[ $output == *"key 71 label rsa2048-z"* ]]
	[ ! -e made/env.sh ]
}
