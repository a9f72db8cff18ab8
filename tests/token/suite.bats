# SPDX-License-Identifier: Apache-2.0
#
# `ctlsmith token` on every KIND of token: run by `with-token.sh KIND`. What not
# all of them can do is asked of TOKEN_CAPS.

bats_require_minimum_version 1.5.0

# The key that signs: the token's own, or one that is made, which stays.
setup_file() {
	export KEY=${TOKEN_KEY:-7001}
	[ -n "$TOKEN_KEY" ] || "$PROBE" sign
	# shellcheck disable=SC2001 # each byte
	KEY_URI="$TOKEN_URI;id=$(sed 's/../%&/g' <<<"$KEY")"
	export KEY_URI
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
}

teardown() {
	eval "$TOKEN_FLUSH"
}

has() {
	[[ " $TOKEN_CAPS " == *" $1 "* ]]
}

# try STATUS COMMAND ARGUMENT...: what `ctlsmith token` prints is then in out
# and err.
try() {
	local wanted=$1 command=$2 status=0

	shift 2
	timeout 100 "$CTLSMITH" token "$command" --module "$TOKEN_MODULE" "$@" \
		>out 2>err </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "token $command $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# The same with the PIN.
try_pin() {
	PIN=$TOKEN_PIN try "$@" --pin-env PIN
}

# query EXPRESSION: what Python makes of the JSON in out, whose one element has
# j beside its schema.
query() {
	/usr/bin/python3 -c 'import json, sys
(element,) = json.load(open("out"))
element.pop("schema")
(j,) = element.values()
print(eval(sys.argv[1]))' "$1"
}

# The label that TOKEN_URI names.
label() {
	local text=${TOKEN_URI#*token=}

	printf '%b' "${text%%;*}" | sed 's/%20/ /g'
}

# How show says whether KEY is extractable; the probe leaves that to the token.
exportable() {
	if has extractable-default; then
		echo EXTRACTABLE
	else
		echo 'not extractable'
	fi
}

# Messages of ours alone; some modules write to stderr, too.
said() {
	grep '^ctlsmith: ' err || true
}

@test "list: label and URI; the same in JSON" {
	try 0 list
	grep -qE "^$(label) +[^ ]+ +.* ready" out
	[ "$(grep -c "^pkcs11:.*;token=${TOKEN_URI#*token=}\$" out)" = 1 ] ||
		[[ $TOKEN_URI == *serial=* ]]
	[ -z "$(said)" ]
	try 0 list --json
	[ "$(query "[t['flags']['initialised'] and t['error'] for t in j
	    if t['label'] == '$(label)' and t['serial']]")" = "[None]" ]
}

@test "the URI that list prints names the token" {
	local uri

	try 0 list --json
	uri=$(query "[t['uri'] for t in j if t['label'] == '$(label)'][0]")
	grep -qxF "$uri" <(timeout 100 "$CTLSMITH" token list \
		--module "$TOKEN_MODULE" 2>/dev/null)
	try 0 mechanisms "$uri"
}

@test "show: the key with its attributes, by the PIN" {
	try_pin 0 show "$TOKEN_URI"
	grep -qE "^private key .* $KEY +RSA 2048 +sensitive, $(exportable)" out
	grep -qE "^public key .* $KEY +RSA 2048 +of private key $KEY" out
	try_pin 0 show --json "$KEY_URI;type=private"
	[ "$(query "[(o['bits'], o['attributes']['sensitive'])
	    for o in j['objects']]")" = "[(2048, True)]" ]
	[ "$(query "(j['logged_in'], j['label'])")" = "(True, '$(label)')" ]
}

@test "show --public asks for no PIN" {
	try 0 show --public "$TOKEN_URI"
	grep -q "^Token $(label), serial" out
	[ -z "$(said)" ]
	[ ! -e state ]
	try 0 show --public --json "$TOKEN_URI"
	[ "$(query "j['logged_in']")" = False ]
	try 4 show "$TOKEN_URI"
	[[ $(said) == *"a PIN is needed: give it with --pin-env or --pin-fd"* ]]
}

@test "mechanisms: names, sizes, uses" {
	try 0 mechanisms "$TOKEN_URI"
	grep -qE '^CKM_RSA_PKCS +[0-9]+ +[0-9]+ +.*sign' out
	try 0 mechanisms --json "$TOKEN_URI"
	[ "$(query "['sign' in m['uses'] and m['type'] for m in j
	    if m['name'] == 'CKM_RSA_PKCS']")" = "[1]" ]
}

@test "test: a key signs in every way there is" {
	try_pin 0 test "$KEY_URI"
	grep -qx 'CKM_RSA_PKCS  *sha1  *us  *signed and verified' out
	grep -qx 'CKM_RSA_PKCS  *sha512  *us  *signed and verified' out
	[ "$(grep -c '^CKM_' out)" = "$(grep -c 'signed and verified$' out)" ]
	try_pin 0 test --json "$KEY_URI"
	[ "$(query "len(j['ways']) > 4 and \
	    all(w['ok'] and w['error'] is None for w in j['ways'])")" = True ]
}

@test "test: a key that demands the PIN each time" {
	has always-auth || return 0
	[ -n "$TOKEN_ALWAYS_KEY" ] || return 0
	try 4 test --json "$TOKEN_URI;id=%$TOKEN_ALWAYS_KEY"
	PIN=$TOKEN_PIN KEYPIN=$TOKEN_PIN try 0 test --json --pin-env PIN \
		--key-pin-env KEYPIN "$TOKEN_URI;id=%$TOKEN_ALWAYS_KEY"
	[ "$(query "all(w['ok'] for w in j['ways'])")" = True ]
}

@test "test --seconds: several sessions sign at once" {
	try_pin 0 test --json --seconds 1 --sessions 2 "$KEY_URI"
	[ "$(query "j['rate']['sessions'] in (1, 2) and \
	    j['rate']['signatures'] > 0")" = True ]
}

@test "build: a list that openssl alone verifies, and the same bytes again" {
	local name

	try_pin 0 selfsign "$KEY_URI" --subject 'CN=signer,O=Example' \
		-o signer.pem
	for name in one two; do
		PIN=$TOKEN_PIN timeout 100 "$CTLSMITH" build \
			--module "$TOKEN_MODULE" --signer "$KEY_URI" \
			--signer-cert signer.pem --pin-env PIN \
			--timestamp 2026-05-20 -o "$name.tlv" </dev/null
	done
	cmp one.tlv two.tlv
	mkdir cut
	"$SRC/tests/cli/built.py" cut one.tlv cut
	openssl x509 -in signer.pem -noout -pubkey >cut/key
	openssl dgst -sha1 -verify cut/key -signature cut/signature cut/preimage
	"$CTLSMITH" verify --signer signer.pem one.tlv
}

@test "a wrong PIN is sent once, and many do not lock the token" {
	local i

	PIN=9999999 try 4 show --pin-env PIN "$TOKEN_URI"
	[ ! -s out ]
	[[ $(said) == *"the PIN is wrong (C_Login: CKR_PIN_INCORRECT, 0xa0)"* ]]
	[ "$(grep -h ^failures state/ctlsmith/token-*.user)" = "failures 1" ]
	if has pin-flags && [ "$TOKEN_KIND" != piv ]; then
		try 0 list
		grep -qE "^$(label) .*(PIN low|PIN final try)" out
	fi
	for i in 1 2 3 4 5 6; do
		PIN=999999$i try 4 show --pin-env PIN "$TOKEN_URI"
		[[ $(said) != *"is locked"* ]]
	done
	# the others have no end of tries, or tell how they stand
	if has pin-lock; then
		[[ $(said) == *--final-try* ]]
		try_pin 4 show "$TOKEN_URI"
	fi
	try_pin 0 show --final-try "$TOKEN_URI"
	try_pin 0 show "$TOKEN_URI"
	[ "$(grep -h ^failures state/ctlsmith/token-*.user)" = "failures 0" ]
}

@test "a URI that matches nothing, or several: exit 4, and words" {
	try 4 mechanisms 'pkcs11:token=no%20such%20token'
	[[ $(said) == *"no token matches; \`ctlsmith token list\` shows"* ]]
	[ ! -s out ]
	[ "$("$CTLSMITH" token list --module "$TOKEN_MODULE" 2>/dev/null |
		grep -c ^pkcs11:)" -gt 1 ] || return 0
	try 4 mechanisms pkcs11:
	[[ $(said) == *"candidate: pkcs11:"*"candidate: pkcs11:"* ]]
	[[ $(said) == *"several tokens match; name one, by its serial number" ]]
	[ ! -s out ]
}

@test "breaks: what the module talks to dies; exit 4, and no signal's death" {
	local status=0 i

	has breaks || return 0
	PIN=$TOKEN_PIN "$CTLSMITH" token test --module "$TOKEN_MODULE" \
		--pin-env PIN --audit "$PWD/log" --seconds 60 "$KEY_URI" \
		>out 2>err </dev/null 3>&- 4>&- &
	# it signs: the log has lines
	for ((i = 0; i < 500; i++)); do
		[ ! -s log ] || break
		sleep 0.02
	done
	[ -s log ]
	eval "$TOKEN_BREAK"
	wait $! || status=$?
	[ "$status" = 4 ]
	[[ $(said) == *CKR_* ]]
	[ ! -s out ]
}
