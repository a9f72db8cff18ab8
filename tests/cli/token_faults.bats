#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# `ctlsmith token` with modules and tokens that fail, hang, lie or disappear:
# SoftHSM with the shim before it. With CTLSMITH_LONG=1 each call fails with
# each code; else each call fails with one of them.
# shellcheck disable=SC2030,SC2031 # each test has its own variables

bats_require_minimum_version 1.5.0
load tokens

setup_file() {
	tokens_setup_file
}

setup() {
	tokens_setup
	PIN=$PIN_SAST_1
}

teardown() {
	[ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || true
}

# says TEXT: the command does, on stderr.
says() {
	grep -qF -- "$1" err || {
		echo "not said: $1"
		cat err
		return 1
	}
}

# The fault came, and the module was finalised after it.
finalised() {
	grep -q 'fault=' trace
	[[ $(tail -n 1 trace) == *" C_Finalize 0x0" ]]
}

# ---- Calls that fail

# sweep COMMAND ARGUMENT...: each call fails.
sweep() {
	local code rule step=8 first=1

	export PIN MODULE
	[ "${CTLSMITH_LONG:-}" != 1 ] || step=1
	for code in CKR_DEVICE_ERROR CKR_GENERAL_ERROR 0x80000123 \
		CKR_HOST_MEMORY; do
		rule=fail-nth-call
		"$SRC/tests/cli/token_sweep.py" calls $first $step $rule $code \
			token "$@"
		[ $step = 1 ] || first=$((first + 2))
		[ $step != 1 ] ||
			"$SRC/tests/cli/token_sweep.py" calls 1 1 \
				fail-after-nth-call $code token "$@" --json
	done
}

@test "list: whatever call fails, it is named, and all is ended" {
	sweep list
	sweep list --json
}

@test "mechanisms: whatever call fails" {
	sweep mechanisms "$URI"
}

@test "show: whatever call fails" {
	sweep show --public "$URI"
	sweep show --json --final-try --pin-env PIN "$URI"
}

@test "test: whatever call fails" {
	sweep test --final-try --pin-env PIN "$URI"
}

@test "a token that cannot be read leaves the others, and shows no numbers" {
	plan 'fail C_GetTokenInfo CKR_DEVICE_ERROR at 3'
	try 0 list --json
	[ "$(query "[(t['free_memory'], t['max_sessions'], t['pin_max'],
	    'C_GetTokenInfo: CKR_DEVICE_ERROR, 0x30' in t['error'])
	    for t in j if t['error']]")" = "[(None, None, None, True)]" ]
	[ "$(query "len([t for t in j if t['label'] and t['serial']])")" -ge 6 ]
	try 4 mechanisms pkcs11:token=nothing
	says 'no token that can be read matches; one cannot: '
	finalised
}

@test "a module that cannot be loaded, and one that is none" {
	MODULE=/nonexistent/module.so
	try 1 list || try 4 list
	says "cannot stat" || says "the module '/nonexistent/module.so'"
	MODULE=module.so
	try 2 list
	says 'no absolute path'
	MODULE=$PWD/plan
	try 4 list
	says 'no PKCS#11 module'
	MODULE=$PWD
	try 1 list
	says 'is no file, so no module'
	[ "$(calls C_Initialize)" = 0 ]
}

# ---- Calls that do not come back

@test "a call that hangs is named, and ends the command" {
	local call

	for call in C_Initialize C_GetTokenInfo C_OpenSession C_FindObjectsInit \
		C_Login C_Sign; do
		plan "hang $call"
		try_pin "$PIN" 4 test --timeout 1 --final-try "$URI"
		says "the token's module has not come back from $call in 1 s; giving up"
		[ ! -s out ]
		[[ $(tail -n 1 trace) == *" $call "*hangs* ]]
	done
}

# ---- Signatures

@test "a signature that does not verify is thrown away" {
	local rule

	for rule in wrong-signature wrong-data 'wrong-key signer-4096' \
		'lie C_Sign short' 'lie C_Sign zero'; do
		plan 'only hsm' "$rule"
		try_pin "$PIN_HSM" 4 test "$URI_HSM;id=%21"
		grep -q 'does not verify with the public half of the key, and is thrown away' out
		run ! grep -q 'signed and verified' out
		finalised
	done
	plan 'only hsm' 'wrong-signature at 2'
	try_pin "$PIN_HSM" 4 test --json "$URI_HSM;id=%21"
	[ "$(query "[i for i, w in enumerate(j['ways']) if not w['ok']]")" = "[1]" ]
}

@test "another key of the same size signs: refused" {
	plan 'only hsm' 'wrong-key without-certificate'
	try_pin "$PIN_HSM" 4 test "$URI_HSM;id=%21"
	grep -q 'does not verify' out
	run ! grep -q 'signed and verified' out
}

@test "no CKM_RSA_PKCS: others sign; none at all: words" {
	local mechanism plan=('only sast-1' 'no-mechanism CKM_RSA_PKCS')

	plan "${plan[@]}"
	try_pin "$PIN" 0 test "$URI"
	run ! grep -q '^CKM_RSA_PKCS ' out
	grep -q '^CKM_SHA1_RSA_PKCS  *sha1  *token  *signed and verified' out
	for mechanism in CKM_{SHA1,SHA224,SHA256,SHA384,SHA512}_RSA_PKCS{,_PSS} \
		CKM_RSA_PKCS_PSS CKM_RSA_X_509; do
		plan+=("no-mechanism $mechanism")
	done
	plan "${plan[@]}"
	try_pin "$PIN" 4 test "$URI"
	says 'the token offers no mechanism to sign with this key'
	[ ! -s out ]
}

@test "sessions: as many as the token allows" {
	plan 'only sast-1' 'sessions 2'
	try_pin "$PIN" 0 test --seconds 1 --sessions 8 "$URI"
	grep -qE '^[0-9.]+ verified signatures a second in 1 session \(the token allows no more, of 8 wanted\)$' out
	grep -q 'C_OpenSession 0xb1 .*fault=' trace
	plan 'only sast-1' 'sessions 0'
	try_pin "$PIN" 4 test "$URI"
	says 'C_OpenSession: CKR_SESSION_COUNT, 0xb1'
}

# ---- A token that is pulled

@test "pulled while it signs: exit 4 without a terminal" {
	plan 'only sast-1' 'remove-after C_SignInit'
	try_pin "$PIN" 4 test "$URI"
	says 'C_Sign: CKR_DEVICE_REMOVED, 0x32'
	[ ! -s out ]
	[ "$(calls C_Login)" = 1 ]
	finalised
}

@test "pulled and put back: the PIN is asked again, and it goes on" {
	plan 'only sast-1' 'remove-after C_SignInit for 2'
	at_terminal 0 test "$URI" <<-EXPECT
		want "PIN of token 'sast-1' (serial $SERIAL_SAST_1): "
		type $PIN
		want "The token 'sast-1' (serial $SERIAL_SAST_1) was removed. Put it back and press Enter: "
		type ""
		want "is not there. Put it back and press Enter: "
		type ""
		want "PIN of token 'sast-1' (serial $SERIAL_SAST_1): "
		type $PIN
		want "signed and verified"
	EXPECT
	[ "$(calls C_Login)" = 2 ]
	finalised || grep -q removed trace
}

@test "pulled and put back: a PIN that no person types is not sent again" {
	plan 'only sast-1' 'remove-after C_SignInit for 1'
	export PIN
	at_terminal 4 test --pin-env PIN "$URI" <<-'EXPECT'
		want "Put it back and press Enter: "
		type ""
		want "the PIN that was given is used once, and was"
	EXPECT
	[ "$(calls C_Login)" = 1 ]
}

@test "another token in its place: refused, and gets no PIN" {
	plan 'only sast-1' 'remove-after C_SignInit for 1 other sast-2'
	at_terminal 4 test "$URI" <<-EXPECT
		want "): "
		type $PIN
		want "was removed. Put it back"
		type ""
		want "is not there"
		type ""
		want "is not there"
		send "\004"
	EXPECT
	[ "$(calls C_Login)" = 1 ]
	# while the PIN is typed: nothing is sent
	plan 'only sast-1' 'remove-after C_OpenSession for 1 other sast-2'
	try_pin "$PIN" 4 test "$URI"
	[ "$(calls C_Login)" = 0 ]
	[ ! -s out ]
}

# ---- What it says of itself

@test "no text of a token reaches the terminal as it is" {
	local text='\x1b[31mred\x9b\x00\x07\x7f\xff\xe2\x80\xae\xc2\x85end'
	local field command

	plan 'only sast-1' "label \"$text\"" 'serial "\x1b]0;x\x07\xff"' \
		'manufacturer "\x0d\x0amaker\xe2\x80\xae"' 'model "\xc2\x9b1m"' \
		"slot-description \"$text\""
	for command in list 'mechanisms pkcs11:' 'show --public pkcs11:' \
		"show --public pkcs11:serial=%1b%5d0;manufacturer=x"; do
		# shellcheck disable=SC2086 # words
		token $command >out 2>err </dev/null || true
		cat out err >both
		# no C0 but newline, no C1, no overrides, and all is UTF-8
		/usr/bin/python3 -c 'import sys, unicodedata
text = open("both", "rb").read().decode()
bad = [c for c in text if c != "\n" and
       unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn")]
sys.exit(f"{bad}" if bad or not text else 0)'
	done
	try 0 list --json
	for field in label serial manufacturer model slot; do
		[ "$(query "[t['${field}_hex'] is not None for t in j
		    if t.get('${field}_hex')]" || true)" != "" ]
	done
	[ "$(query "[t['label_hex'][:8] for t in j if t.get('label_hex')]")" = \
		"['1b5b3331']" ]
	[ "$(query "[t['serial_hex'] for t in j if t.get('serial_hex')]")" = \
		"['1b5d303b7807ff']" ]
}

# A line a lie: WHAT for each thing that has a length, with each HOW.
lies() {
	local what how

	for what in "$@"; do
		for how in huge over grow short zero unavailable; do
			case $what/$how in
			C_FindObjects/grow) ;;
			*) echo "only hsm;lie $what $how" ;;
			esac
		done
	done
}

@test "lies about every length: no crash, no half of an answer" {
	local attributes=(CKA_{CLASS,LABEL,ID,KEY_TYPE,MODULUS,VALUE}
		CKA_{PUBLIC_EXPONENT,EC_PARAMS,EC_POINT,ALLOWED_MECHANISMS}
		CKA_{SENSITIVE,EXTRACTABLE,ALWAYS_SENSITIVE,NEVER_EXTRACTABLE}
		CKA_{LOCAL,ALWAYS_AUTHENTICATE,PRIVATE,MODIFIABLE,SIGN,DECRYPT}
		CKA_{UNWRAP,DERIVE})

	export PIN=$PIN_HSM MODULE
	# all that the code asks for is in the list
	grep -ohE '\bCKA_[A-Z_]+' "$SRC/pkcs11/object.c" | sort -u >asked
	printf '%s\n' "${attributes[@]}" | sort -u | diff -u asked -
	# those that are yes or no are read in one way
	[ "${CTLSMITH_LONG:-}" = 1 ] || attributes=("${attributes[@]:0:11}")
	lies "${attributes[@]}" C_FindObjects C_GetSlotList |
		"$SRC/tests/cli/token_sweep.py" plans token show --json \
			--final-try --pin-env PIN "$URI_HSM"
	lies CKA_{CLASS,KEY_TYPE,MODULUS,PUBLIC_EXPONENT} C_Sign \
		CKA_ALLOWED_MECHANISMS C_FindObjects C_GetMechanismList |
		"$SRC/tests/cli/token_sweep.py" plans token test --final-try \
			--pin-env PIN "$URI_HSM;id=%21;object=signer-2048"
	lies C_GetMechanismList C_GetSlotList |
		"$SRC/tests/cli/token_sweep.py" plans token mechanisms \
			"$URI_HSM"
	lies C_GetSlotList | sed 's/.*;//' |
		"$SRC/tests/cli/token_sweep.py" plans token list --json
}

@test "what cannot be read of an object is not made up" {
	plan 'only sast-1' 'lie CKA_LABEL grow'
	try_pin "$PIN" 0 show --json "$URI"
	[ "$(query "[o['label'] for o in j['objects']]")" = "['', '', '']" ]
	plan 'only sast-1' 'lie CKA_MODULUS short'
	try_pin "$PIN" 4 test "$URI"
	run ! grep -q 'signed and verified' out
}

@test "attributes that a token does not tell are not made up" {
	plan 'only sast-1' 'attr CKA_SENSITIVE=unavailable' \
		'attr CKA_EXTRACTABLE=1'
	try_pin "$PIN" 0 show "$URI"
	grep -q '^private key .* EXTRACTABLE' out
	run ! grep -q sensitive out
	try_pin "$PIN" 0 show --json "$URI;type=private"
	[ "$(query "[(o['attributes']['sensitive'],
	    o['attributes']['extractable']) for o in j['objects']]")" = \
		"[(None, True)]" ]
}

@test "ten thousand objects: all are shown, in memory that is bounded" {
	local few many

	plan 'only sast-1' 'objects 1000'
	try 0 show --public --json "$URI"
	few=$(wc -l <trace)
	plan 'only sast-1' 'objects 10000'
	(
		# a sanitizer takes all the addresses there are
		[ -z "${CTLSMITH_LIB:-}" ] || ulimit -v 300000
		try 0 show --public --json "$URI"
	)
	many=$(wc -l <trace)
	[ "$(query "len(j['objects'])")" = 10002 ]
	[ "$many" -lt $((few * 11)) ]
	try_pin "$PIN" 0 test "$URI"
}

@test "more objects, slots or mechanisms than are believed" {
	plan 'lie C_GetSlotList huge'
	try 4 list
	says 'the module claims 2147483647 slots'
	plan 'lie C_GetMechanismList huge'
	try 4 mechanisms "$URI"
	says 'the module claims 2147483647 mechanisms'
	plan 'lie C_FindObjects huge'
	try 4 show --public "$URI"
	says 'the module claims more than'
}

# ---- Tokens that look the same

@test "two tokens with one label are told apart by their serial numbers" {
	try 4 mechanisms pkcs11:token=twin
	says "candidate: pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=$SERIAL_TWIN_A;token=twin"
	says "candidate: pkcs11:model=SoftHSM%20v2;manufacturer=SoftHSM%20project;serial=$SERIAL_TWIN_B;token=twin"
	says 'several tokens match; name one, by its serial number'
	try_pin "$PIN_TWIN_A" 4 show pkcs11:token=twin
	[ "$(calls C_Login)" = 0 ]
	try_pin "$PIN_TWIN_A" 0 test "$URI_TWIN_A"
	try_pin "$PIN_TWIN_B" 0 test "$URI_TWIN_B"
}

@test "two tokens with one label and one serial number are refused" {
	plan 'serial 1234' 'label same'
	try_pin "$PIN" 4 test 'pkcs11:token=same;serial=1234'
	says 'two tokens have the same label and serial number; name one with slot-description='
	says '(slot: SoftHSM slot ID 0x'
	[ "$(calls C_Login)" = 0 ]
	[[ $(tail -n 1 trace) == *" C_Finalize 0x0" ]]
}

# ---- What is not asked

# settings NAME: a configuration of OpenSSL that loads the engine NAME.
settings() {
	cat <<-CONF
		openssl_conf = init
		[init]
		engines = engines
		[engines]
		pkcs11 = pkcs11
		[pkcs11]
		engine_id = pkcs11
		dynamic_path = $1
		MODULE_PATH = $P11FAULT_REAL
		init = 1
	CONF
}

@test "OPENSSL_CONF has no say" {
	try_pin "$PIN" 0 test "$URI"
	mv out wanted
	settings "$PWD/engine.so" >engine.cnf
	head -c 3000 /dev/urandom >garbage.cnf
	for OPENSSL_CONF in $PWD/engine.cnf $PWD/garbage.cnf; do
		export OPENSSL_CONF
		LD_DEBUG=files LD_DEBUG_OUTPUT=$PWD/loaded \
			try_pin "$PIN" 0 test "$URI"
		cmp out wanted
		[ ! -s err ]
		grep -q libsofthsm2 loaded.*
		run ! grep -q engine.so loaded.*
		rm loaded.*
	done
}

# registered COMMAND ARGUMENT...: where the modules in the folder registered are
# those of the system.
registered() {
	local how=(--mount)

	[ "$(id -u)" = 0 ] || how+=(-r)
	# shellcheck disable=SC2016 # for the inner shell
	unshare "${how[@]}" sh -c 'mount --bind registered "$0" && exec "$@"' \
		"$(pkg-config p11-kit-1 --variable=p11_module_configs)" "$@"
}

@test "what p11-kit has registered is read by \`modules\` alone" {
	unshare --mount true 2>/dev/null || unshare -r --mount true ||
		skip "needs unshare"
	mkdir registered
	echo "module: $PWD/broken.so" >registered/broken.module
	echo "module: $P11FAULT" >registered/fault.module
	echo nothing >broken.so
	registered "$CTLSMITH" token modules >out 2>err
	grep -q '^fault .* ok ' out
	[ "$(calls C_Initialize)" = 1 ]
	: >trace
	registered "$CTLSMITH" token list --module "$P11FAULT_REAL" >out 2>err
	grep -q '^sast-1 ' out
	[ ! -s err ]
	[ ! -s trace ]
	echo 'what is this' >registered/garbage.module
	status=0
	registered "$CTLSMITH" token modules >out 2>err || status=$?
	[ "$status" = 4 ]
	says 'garbage.module'
	registered "$CTLSMITH" token list --module "$P11FAULT_REAL" >out 2>err
	grep -q '^sast-1 ' out
	[ ! -s err ]
}

@test "modules: each with what is wrong with it" {
	try 0 modules
	[ "$(wc -l <out)" = 2 ]
	grep -q 'Implementation of PKCS11  *2.6 .* ok ' out
	try 0 modules --json
	[ "$(query "[(m['path'] == '$P11FAULT', m['error'], m['tokens'])
	    for m in j]")" = "[(True, None, 8)]" ]
	plan 'fail C_GetInfo CKR_GENERAL_ERROR'
	try 0 modules --json
	[ "$(query "['C_GetInfo: CKR_GENERAL_ERROR, 0x5' in m['error']
	    for m in j]")" = "[True]" ]
}

@test "a library that writes to stderr, and a reader that goes away" {
	plan noise
	try 0 list
	plan ''
	token list --json | true
	[ "${PIPESTATUS[0]}" != 141 ]
	token list >/dev/full 2>err || status=$?
	[ "$status" = 1 ]
	says 'cannot write to standard output'
	[[ $(tail -n 1 trace) == *" C_Finalize 0x0" ]]
}
