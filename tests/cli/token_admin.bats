#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The commands of `ctlsmith token` that change tokens. What they did is asked of
# pkcs11-tool and openssl.
# shellcheck disable=SC2030,SC2031 # each test has its own environment

bats_require_minimum_version 1.5.0
load custody.bash

setup_file() {
	custody_file
}

setup() {
	custody_setup
	with_copy
	real=$MODULE
	keys=$SRC/softhsm-fixtures/keys
}

# act STATUS WORD...: ctlsmith token WORD... ; what it prints is in out and err.
act() {
	local wanted=$1 status=0

	shift
	timeout 120 "$CTLSMITH" token "$@" --module "$MODULE" >out 2>err ||
		status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith token $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# at_terminal STATUS WORDS=ANSWER... -- WORD...: the same at a terminal, which
# shows what is then in screen.
at_terminal() {
	local wanted=$1 status=0 answers=()

	shift
	while [ "$1" != -- ]; do
		answers+=("$1")
		shift
	done
	shift
	timeout 120 "$SRC/tests/cli/typist.py" out "${answers[@]}" -- \
		"$CTLSMITH" token "$@" --module "$MODULE" >screen || status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith token $*: $status instead of $wanted"
		cat out screen
		return 1
	}
}

# done_is PYTHON: the JSON in out says so; o is what was done.
done_is() {
	/usr/bin/python3 - "$1" <<-'PY'
		import json, sys
		doc = json.load(open("out"))
		assert len(doc) == 1 and doc[0]["schema"] == 1
		o = doc[0]["done"]
		assert eval(sys.argv[1]), json.dumps(o, indent=1)
	PY
}

# objects NAME: what the token of that name of the manifest has.
objects() {
	local pin=PIN_$1 serial=SERIAL_$1 slot

	slot=$(softhsm2-util --show-slots | awk -v serial="${!serial}" '
		/^Slot / { slot = $2 } $1 == "Serial" && $3 == serial { print slot }')
	pkcs11-tool --module "$real" --slot "$slot" --login --pin "${!pin}" \
		--list-objects 2>/dev/null
}

# opens LABEL PIN: the PIN is the user's of that token.
opens() {
	pkcs11-tool --module "$real" --token-label "$1" --login --pin "$2" \
		--list-objects >/dev/null 2>&1
}

# so_opens LABEL PIN: the same for the security officer.
so_opens() {
	pkcs11-tool --module "$real" --token-label "$1" --login \
		--login-type so --so-pin "$2" --session-rw --list-objects >/dev/null 2>&1
}

# unchanged NAME COMMAND...: the token of that name is the same after it.
unchanged() {
	local name=$1 before

	shift
	before=$(objects "$name")
	"$@"
	[ "$(objects "$name")" = "$before" ]
}

# nothing_left FILE: neither it nor a part of it is there.
nothing_left() {
	[ ! -e "$1" ]
	[ -z "$(find . -maxdepth 1 -name ".$1.*")" ]
}

# ---- init ---------------------------------------------------------------------

@test "init: of several tokens the one that is not initialised is taken" {
	export NEW=1234 SO=12345678

	act 0 init pkcs11: --label fresh --dry-run
	grep -qx "This initialises token '' (serial ) as 'fresh', which holds nothing yet." out
	run ! opens fresh 1234
	act 0 init pkcs11: --label fresh --yes --json --audit log \
		--new-so-pin-env SO --new-pin-env NEW
	done_is 'o["operation"] == "token-init" and o["dry_run"] is False'
	done_is 'o["token"]["label"] == "fresh" and o["token"]["flags"]["pin_set"]'
	opens fresh 1234
	so_opens fresh 12345678
	grep -q '"operation":"token-init".*"result":"ok"' log
	run ! grep -qE '1234"|12345678' log
	# the next one is another
	act 0 init pkcs11: --label fresher --yes --new-so-pin-env SO \
		--new-pin-env NEW
	grep -q "^Initialised: token 'fresher'" out
	opens fresh 1234
}

@test "init: what is wrong is said before anything is sent" {
	export NEW=1234 SO=12345678 SHORT=12

	act 2 init pkcs11:
	grep -q -- '--label is missing' err
	act 2 init pkcs11: --label x --new-so-pin-env SO --new-pin-env NEW
	grep -q 'no terminal to confirm it at' err
	act 4 init pkcs11: --label x --yes --new-so-pin-env SO
	grep -q 'a new PIN is needed: give it with --new-pin-env' err
	act 4 init pkcs11: --label x --yes --new-pin-env NEW
	grep -q 'a new SO PIN is needed: give it with --new-so-pin-env' err
	act 4 init pkcs11: --label x --yes --new-pin-env SHORT --new-so-pin-env SO
	grep -q 'the new PIN is too short' err
	act 4 init pkcs11:token=nobody --label x --yes
	act 4 init pkcs11:token=twin --label x --yes
	[ "$(grep -c candidate err)" = 2 ]
	run ! opens x 1234
	[ "$(softhsm2-util --show-slots | grep -c 'Initialized:.*no')" = 1 ]
}

@test "init: a token with something on it wants --force, and its SO PIN" {
	export NEW=9999 SO=$SO_PIN_TWIN_A

	unchanged TWIN_A act 3 init "$URI_TWIN_A" --label gone --yes \
		--so-pin-env SO --new-pin-env NEW
	grep -q 'has 2 objects that everybody sees, and may have private ones' err
	unchanged TWIN_A act 4 init "$URI_TWIN_A" --label gone --yes --force \
		--so-pin-env NEW --new-pin-env SO
	act 0 init "$URI_TWIN_A" --label gone --yes --force --so-pin-env SO \
		--new-pin-env NEW
	opens gone 9999
	[ -z "$(pkcs11-tool --module "$real" --token-label gone --login \
		--pin 9999 --list-objects 2>/dev/null)" ]
	objects TWIN_B | grep -q 'Private Key Object'
}

@test "init: a token on which nothing is seen may be full all the same" {
	export NEW=9999 SO=$SO_PIN_EMPTY

	unchanged EMPTY act 3 init "$URI_EMPTY" --label new --yes \
		--so-pin-env SO --new-pin-env NEW
	grep -q 'without its PIN nothing is seen on' err
}

@test "init: the label is typed, and nothing else will do" {
	export NEW=9999 SO=$SO_PIN_EMPTY

	unchanged EMPTY at_terminal 3 "Type 'empty' to go on=emty" -- \
		init "$URI_EMPTY" --force --label new --so-pin-env SO \
		--new-pin-env NEW
	grep -q "what was typed is not 'empty'" screen
	at_terminal 0 "Type 'empty' to go on=empty" "New PIN=4321" \
		"The same again=4321" "SO PIN of token=$SO" -- \
		init "$URI_EMPTY" --force --label new
	opens new 4321
	run ! grep -q 4321 screen
	# one without a label: the new one
	at_terminal 0 "Type 'first' to go on=first" "New SO PIN=87654321" \
		"The same again=87654321" "New PIN=1357" "The same again=1357" \
		-- init pkcs11: --label first
	opens first 1357
	so_opens first 87654321
}

# ---- pin -----------------------------------------------------------------------

@test "pin change: the user's and the SO's" {
	export OLD=$PIN_EMPTY SO=$SO_PIN_EMPTY NEW=2468 NEW_SO=24682468

	act 0 pin change "$URI_EMPTY" --dry-run
	grep -qx "This changes the PIN of token 'empty' (serial $SERIAL_EMPTY)." out
	opens empty "$OLD"
	act 2 pin change "$URI_EMPTY" --pin-env OLD --new-pin-env NEW
	act 0 pin change "$URI_EMPTY" --pin-env OLD --new-pin-env NEW --yes \
		--audit log
	opens empty 2468
	run ! opens empty "$OLD"
	act 4 pin change "$URI_EMPTY" --pin-env OLD --new-pin-env NEW --yes
	act 0 pin change --so "$URI_EMPTY" --so-pin-env SO \
		--new-so-pin-env NEW_SO --yes --json --audit log
	done_is 'o["operation"] == "pin-change" and o["pin"] == "so"'
	so_opens empty 24682468
	[ "$(grep -c '"operation":"pin-change".*"result":"ok"' log)" = 2 ]
}

@test "pin reset: by the SO, and confirmed at the terminal" {
	at_terminal 3 "Type 'empty' to go on=no" -- pin reset "$URI_EMPTY"
	opens empty "$PIN_EMPTY"
	at_terminal 0 "Type 'empty' to go on=empty" "SO PIN=$SO_PIN_EMPTY" \
		"New PIN=1111" "again=1111" -- pin reset "$URI_EMPTY" --audit log
	opens empty 1111
	grep -q '"operation":"pin-unblock".*"result":"ok"' log
	# a SAST may be reset: nothing on it is lost
	NEW=2222 SO=$SO_PIN_SAST_1 act 0 pin reset "$URI_SAST_1" --so-pin-env SO \
		--new-pin-env NEW --yes --json
	done_is 'o["operation"] == "pin-reset"'
	opens sast-1 2222
}

@test "pin reset: without a new PIN the SO's is not sent" {
	with_faults
	: >plan
	SO=$SO_PIN_EMPTY act 4 pin reset "$URI_EMPTY" --so-pin-env SO --yes
	grep -q 'a new PIN is needed' err
	run ! grep -q C_Login trace
	export SO=$SO_PIN_EMPTY NEW=12
	act 4 pin reset "$URI_EMPTY" --so-pin-env SO --new-pin-env NEW --yes
	opens empty "$PIN_EMPTY"
}

@test "pin unblock: a locked PIN; a SAST is guarded" {
	export SO=$SO_PIN_EMPTY NEW=3333 BAD=0000

	with_faults
	export P11FAULT_STATE=$PWD/tries
	printf '%s\n' 'only empty' 'tries 1' >plan
	PIN=$BAD act 4 show "$URI_EMPTY" --pin-env PIN --final-try
	PIN=$PIN_EMPTY act 4 show "$URI_EMPTY" --pin-env PIN
	grep -q 'locked' err
	act 3 pin reset "$URI_EMPTY" --so-pin-env SO --new-pin-env NEW --yes
	grep -q 'is for .ctlsmith token pin unblock' err
	act 0 pin unblock "$URI_EMPTY" --so-pin-env SO --new-pin-env NEW --yes
	run ! grep -q 'does not say' err
	opens empty 3333
	SO=$SO_PIN_SAST_1 act 3 pin unblock "$URI_SAST_1" --so-pin-env SO \
		--new-pin-env NEW --yes
	opens sast-1 "$PIN_SAST_1"
	SO=$SO_PIN_SAST_1 act 0 pin unblock "$URI_SAST_1" --so-pin-env SO \
		--new-pin-env NEW --yes --destroy-sast "$SERIAL_SAST_1"
	opens sast-1 3333
}

# ---- keygen ----------------------------------------------------------------------

@test "keygen: each kind, and what it prints names it" {
	local type

	export PIN=$PIN_EMPTY
	for type in rsa:1024 rsa:2048 ec:p256 ec:p384; do
		act 0 keygen "$URI_EMPTY" --type "$type" --label "my $type" \
			--pin-env PIN --audit log
		act 0 test "$(tail -n 1 out)" --pin-env PIN
	done
	objects EMPTY >list
	[ "$(grep -c '^Private Key Object' list)" = 4 ]
	[ "$(grep -c '^Public Key Object' list)" = 4 ]
	grep -q '^Public Key Object; RSA 1024' list
	grep -q '^Public Key Object; EC  *EC_POINT 384' list
	[ "$(grep -c '"operation":"key-generate".*"result":"ok"' log)" = 4 ]
	act 0 keygen "$URI_EMPTY" --type rsa:1024 --label one --id 0x21:a2 \
		--pin-env PIN --json
	grep -q "what Cisco's eTokens hold" err
	done_is 'o["key"]["id"] == "21a2" and o["key"]["bits"] == 1024'
	done_is 'o["key"]["uri"].endswith("id=%21%A2;object=one;type=private")'
	act 1 keygen "$URI_EMPTY" --type rsa:1024 --label two --id 21a2 --pin-env PIN
}

@test "keygen: what is wrong is said before a PIN is asked for" {
	act 2 keygen "$URI_EMPTY" --label x
	act 2 keygen "$URI_EMPTY" --type rsa:512 --label x
	act 2 keygen "$URI_EMPTY" --type rsa:2048
	act 2 keygen "$URI_EMPTY" --type rsa:2048 --label x --id 1
	act 2 keygen "$URI_EMPTY" --type rsa:2048 --label x --id zz
	act 2 keygen "$URI_EMPTY" --type rsa:2048 --label x --id ''
	act 4 keygen "$URI_EMPTY" --type rsa:2048 --label x
	act 0 keygen "$URI_EMPTY" --type rsa:2048 --label x --dry-run
	grep -qx "This makes an RSA 2048 key 'x' (id random) on token 'empty' (serial $SERIAL_EMPTY)." out
	[ -z "$(objects EMPTY)" ]
}

@test "keygen: a key that asks for each use" {
	export PIN=$PIN_EMPTY KEY=$PIN_EMPTY

	act 0 keygen "$URI_EMPTY" --type ec:p256 --label each --id 05 \
		--always-authenticate --pin-env PIN --key-pin-env KEY
	objects EMPTY | grep -q 'always authenticate'
}

@test "keygen: a key that the token cannot vouch for is destroyed" {
	local lie

	with_faults
	export PIN=$PIN_EMPTY
	for lie in CKA_SENSITIVE=0 CKA_EXTRACTABLE=1 CKA_LOCAL=0 \
		CKA_NEVER_EXTRACTABLE=0; do
		printf '%s\n' 'only empty' "attr $lie" >plan
		: >trace
		act 3 keygen "$URI_EMPTY" --type rsa:1024 --label x --pin-env PIN
		[ ! -s out ]
		grep -q 'C_GetAttributeValue.*fault=' trace
		[ -z "$(objects EMPTY)" ]
	done
	printf '%s\n' 'only empty' 'wrong-signature' >plan
	act 1 keygen "$URI_EMPTY" --type rsa:1024 --label x --pin-env PIN
	[ -z "$(objects EMPTY)" ]
}

@test "keygen: a terminal shows that something is being done" {
	PIN=$PIN_EMPTY TERM=xterm at_terminal 0 -- keygen "$URI_EMPTY" \
		--type rsa:4096 --label long --pin-env PIN
	grep -q "^Made RSA 4096 key 'long'" out
	# where it took long enough, the line is gone again
	if grep -q 'makes the key' screen; then
		[ "$(tail -c 4 screen)" = $'\r\033[K' ]
	fi
}

# ---- csr, selfsign ---------------------------------------------------------------------

@test "csr: openssl verifies it and reads what was asked for" {
	export PIN=$PIN_HSM

	act 0 csr "$URI_HSM;id=%21" --subject 'CN=a.example.org,O=Example' \
		--san DNS:a.example.org,IP:10.0.0.1 --usage callmanager \
		-o req.pem --pin-env PIN --audit log
	openssl req -in req.pem -verify -noout -subject -text >text 2>&1
	grep -q 'verify OK' text
	grep -q 'subject=O = Example, CN = a.example.org' text
	grep -q 'DNS:a.example.org, IP Address:10.0.0.1' text
	openssl req -in req.pem -noout -pubkey |
		cmp - <(openssl pkey -in "$keys/rsa2048-a.pem" -pubout)
	grep -q '"operation":"sign".*"result":"ok"' log
	act 0 csr "$URI_HSM;id=%E2" --subject /O=Example/CN=b --der -o - \
		--pin-env PIN
	openssl req -inform DER -in out -verify -noout
	# before a PIN is asked for
	act 1 csr "$URI_HSM;id=%E2" --subject CN=b -o req.pem
	grep -q 'req.pem is there already; --force replaces it' err
	openssl req -in req.pem -noout -subject | grep -q a.example.org
	act 0 csr "$URI_HSM;id=%E2" --subject CN=b -o req.pem --pin-env PIN \
		--force --json
	done_is 'o["subject"] == "CN=b" and o["file"] == "req.pem"'
	openssl req -in req.pem -noout -subject | grep -q 'CN = b'
}

@test "csr: mistakes are said before a PIN is asked for" {
	act 2 csr "$URI_HSM;id=%21" -o req.pem
	act 2 csr "$URI_HSM;id=%21" --subject CN=a
	act 2 csr "$URI_HSM;id=%21" --subject nonsense -o req.pem
	act 2 csr "$URI_HSM;id=%21" --subject CN=a --san x:y -o req.pem
	act 2 csr "$URI_HSM;id=%21" --subject CN=a --usage x -o req.pem
	act 2 csr "$URI_HSM;id=%21" --subject CN=a --json -o -
	act 4 csr "$URI_HSM;id=%21" --subject CN=a -o req.pem
	act 0 csr "$URI_HSM;id=%21" --subject CN=a -o req.pem --dry-run
	grep -q '^This makes a request for CN=a' out
	nothing_left req.pem
}

@test "selfsign: openssl verifies it; every usage" {
	local usage

	export PIN=$PIN_HSM
	for usage in sast callmanager capf tvs tftp; do
		act 0 selfsign "$URI_HSM;id=%21" --subject "CN=$usage" --days 30 \
			--usage "$usage" -o "$usage.pem" --pin-env PIN
		openssl verify -CAfile "$usage.pem" "$usage.pem"
		openssl x509 -in "$usage.pem" -noout -checkend $((29 * 86400))
		run ! openssl x509 -in "$usage.pem" -noout -checkend $((31 * 86400))
	done
	act 0 selfsign "$URI_HSM;id=%E1" --subject CN=ec --days 1 --der -o ec.der \
		--pin-env PIN
	openssl x509 -inform DER -in ec.der -noout -text |
		grep -q 'ecdsa-with-SHA256'
	act 2 selfsign "$URI_HSM;id=%21" --subject CN=x -o x.pem --pin-env PIN
	grep -q -- '--days is missing' err
	nothing_left x.pem
}

@test "csr and selfsign: a signature that is wrong leaves no file" {
	with_faults
	export PIN=$PIN_HSM
	printf '%s\n' 'only hsm' wrong-signature >plan
	run ! act 0 csr "$URI_HSM;id=%21" --subject CN=a -o req.pem --pin-env PIN
	nothing_left req.pem
	run ! act 0 selfsign "$URI_HSM;id=%21" --subject CN=a --days 9 -o a.pem \
		--pin-env PIN
	nothing_left a.pem
	grep -q 'fault=' trace
	# nor does a log that takes no line
	: >plan
	run ! act 0 csr "$URI_HSM;id=%21" --subject CN=a -o req.pem --pin-env PIN \
		--audit /dev/full
	nothing_left req.pem
	act 1 csr "$URI_HSM;id=%21" --subject CN=a -o no/such/req.pem --pin-env PIN
}

# ---- import-cert, export-cert ---------------------------------------------------------

@test "import-cert: goes beside its key, and nowhere else" {
	export PIN=$PIN_HSM

	openssl req -x509 -key "$keys/rsa2048-d.pem" -subj /CN=mine -days 9 \
		-out mine.pem
	unchanged HSM act 0 import-cert "$URI_HSM" mine.pem --pin-env PIN --dry-run
	grep -q '^This stores CN=mine on' out
	act 0 import-cert "$URI_HSM" mine.pem --pin-env PIN --json
	done_is 'o["subject"] == "CN=mine"'
	done_is '"id=%31;object=without-certificate;type=cert" in o["uri"]'
	objects HSM | grep -A 4 '^Certificate Object' |
		grep -A 1 'without-certificate' | grep -q 'CN=mine'
	act 1 import-cert "$URI_HSM" mine.pem --pin-env PIN
	grep -q 'holds this certificate already' err
	openssl x509 -in mine.pem -outform DER -out mine.der
	openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=other \
		-days 9 -out other.pem 2>log
	unchanged HSM act 3 import-cert "$URI_HSM" other.pem --pin-env PIN
	unchanged HSM act 3 import-cert "$URI_HSM;id=%31" other.pem --pin-env PIN
	unchanged HSM act 1 import-cert "$URI_HSM" "$keys/rsa2048-d.pem" --pin-env PIN
	unchanged HSM act 1 import-cert "$URI_HSM" nothing.pem --pin-env PIN
	act 2 import-cert "$URI_HSM"
	act 0 import-cert "$URI_HSM" other.pem --pin-env PIN --force --label l --id 99
	objects HSM | grep -A 4 '^Certificate Object' | grep -q 'ID: *99'
}

@test "import-cert: a certificate of an EC key, in DER, from standard input" {
	export PIN=$PIN_HSM

	openssl req -x509 -key "$keys/ec256-a.pem" -subj /CN=ec -days 9 \
		-outform DER -out ec.der
	act 0 import-cert "$URI_HSM" - --pin-env PIN --label second <ec.der
	grep -q 'id=%E1;object=second;type=cert' out
	act 0 export-cert "$URI_HSM;object=second" --der -o second.der
	cmp ec.der second.der
}

@test "import-cert: a private key that does not tell its public half" {
	openssl req -x509 -key "$keys/rsa2048-d.pem" -subj /CN=mine -days 9 \
		-out mine.pem
	with_faults
	printf '%s\n' 'only hsm' 'attr CKA_MODULUS=unavailable' >plan
	PIN=$PIN_HSM act 0 import-cert "$URI_HSM" mine.pem --pin-env PIN
	grep -q 'id=%31;object=without-certificate;type=cert' out
	grep -q 'C_GetAttributeValue.*fault=' trace
}

@test "import-cert: what the token refuses leaves nothing" {
	export PIN=$PIN_HSM

	openssl req -x509 -key "$keys/rsa2048-d.pem" -subj /CN=mine -days 9 \
		-out mine.pem
	with_faults
	printf '%s\n' 'only hsm' 'fail C_CreateObject CKR_DEVICE_MEMORY' >plan
	unchanged HSM act 4 import-cert "$URI_HSM" mine.pem --pin-env PIN
	grep -q 'C_CreateObject.*fault=' trace
	printf '%s\n' 'only hsm' 'fail-after C_CreateObject CKR_DEVICE_ERROR' >plan
	unchanged HSM act 4 import-cert "$URI_HSM" mine.pem --pin-env PIN
}

@test "export-cert: exactly one, and no PIN for what is public" {
	act 0 export-cert "$URI_HSM;object=signer-4096" -o cert.pem
	cmp cert.pem "$CERTS/signer-4096.pem"
	act 1 export-cert "$URI_HSM;object=signer-4096" -o cert.pem
	act 0 export-cert "$URI_HSM;id=%21" -o cert.pem --force --json
	done_is 'o["subject"].startswith("CN=signer-2048") and o["file"] == "cert.pem"'
	act 0 export-cert "$URI_HSM;id=%E1" --der -o -
	openssl x509 -in "$CERTS/ec256-a.pem" -outform DER | cmp - out
	act 4 export-cert "$URI_HSM;object=signer-2048" -o two.pem
	[ "$(grep -c 'candidate: .*type=cert$' err)" = 2 ]
	act 4 export-cert "$URI_HSM;id=%AB" -o two.pem
	PIN=$PIN_HSM act 4 export-cert "$URI_HSM;id=%AB" -o two.pem --pin-env PIN
	act 2 export-cert "$URI_HSM;id=%21"
	act 0 export-cert "$URI_HSM;id=%21" -o two.pem --dry-run
	nothing_left two.pem
}

# ---- delete -------------------------------------------------------------------------------

@test "delete: all that has the id, and no more" {
	export PIN=$PIN_HSM

	unchanged HSM act 0 delete "$URI_HSM;id=%21" --pin-env PIN --dry-run --json
	done_is 'sorted(x["class"] for x in o["objects"]) == ["certificate", "private key", "public key"]'
	done_is 'o["operation"] == "key-delete" and o["dry_run"]'
	act 0 delete "$URI_HSM;id=%21" --pin-env PIN --yes --audit log
	grep -q "^  private key 'signer-2048' (RSA 2048)$" out
	objects HSM >list
	run ! grep -q 'ID: *21$' list
	[ "$(grep -c 'ID: *22$' list)" = 3 ]
	grep -q '"operation":"key-delete".*"result":"ok"' log
}

@test "delete: what is not named as a whole stays" {
	export PIN=$PIN_HSM

	unchanged HSM act 3 delete "$URI_HSM;id=%21;type=cert" --pin-env PIN --yes
	grep -q 'names 1 of the 3 objects that have this id' err
	unchanged HSM act 4 delete "$URI_HSM;object=signer-2048" --pin-env PIN --yes
	unchanged HSM act 4 delete "$URI_HSM;id=%AB" --pin-env PIN --yes
	unchanged HSM act 2 delete "$URI_HSM" --pin-env PIN --yes
	unchanged HSM act 2 delete "$URI_HSM;id=%21" --pin-env PIN
	unchanged HSM at_terminal 3 "Type 'hsm' to go on=signer-2048" -- \
		delete "$URI_HSM;id=%21" --pin-env PIN
	at_terminal 0 "Type 'hsm' to go on=hsm" -- \
		delete "$URI_HSM;object=signer-p256" --pin-env PIN
	grep -q "private key 'signer-p256' (P-256)" screen
	run ! grep -q 'signer-p256' <(objects HSM)
}

# ---- import-key -------------------------------------------------------------------------------

# The PKCS#12 NAME.p12 of key and certificate, as old programs make it.
old_p12() {
	openssl pkcs12 -export -legacy -inkey "$keys/$2.pem" -in "$3" \
		-out "$1.p12" -passout pass:geheim
}

@test "import-key: a PKCS#12 with its certificate" {
	export PIN=$PIN_EMPTY PASS=geheim

	openssl req -x509 -key "$keys/rsa2048-d.pem" -subj /CN=d -days 9 -out d.pem
	old_p12 d rsa2048-d d.pem
	unchanged EMPTY act 0 import-key "$URI_EMPTY" d.p12 --label d --dry-run \
		--passphrase-env PASS
	grep -q "^This brings in RSA 2048 key 'd' (id .*) and its certificate on" out
	act 4 import-key "$URI_EMPTY" d.p12 --label d --pin-env PIN
	grep -q 'the passphrase of the file is needed' err
	PASS=falsch act 1 import-key "$URI_EMPTY" d.p12 --label d --pin-env PIN \
		--passphrase-env PASS
	act 0 import-key "$URI_EMPTY" d.p12 --label d --id 11 --pin-env PIN \
		--passphrase-env PASS --audit log
	grep -q 'there is no inventory' err
	run ! grep -q geheim log
	act 0 test "$URI_EMPTY;id=%11" --pin-env PIN
	act 0 export-cert "$URI_EMPTY;id=%11" -o got.pem
	cmp got.pem d.pem
	objects EMPTY >list
	[ "$(grep -c 'ID: *11$' list)" = 3 ]
	grep -A 6 '^Private Key Object' list | grep -q 'sensitive'
	act 1 import-key "$URI_EMPTY" d.p12 --label e --id 11 --pin-env PIN \
		--passphrase-env PASS
}

@test "import-key: a SAST of the list, which the inventory notes" {
	export PIN=$PIN_EMPTY PASS=geheim

	old_p12 sast rsa1024-g "$CERTS/sast-1.pem"
	openssl req -x509 -key "$keys/rsa1024-g.pem" -subj /CN=d -days 9 -out d.pem
	old_p12 other rsa1024-g d.pem
	unchanged EMPTY act 3 import-key "$URI_EMPTY" other.p12 --label s \
		--pin-env PIN --passphrase-env PASS --ctl new.tlv
	grep -q 'that of no SAST of the lists' err
	unchanged EMPTY act 3 import-key "$URI_EMPTY" "$keys/rsa1024-g.pem" \
		--label s --pin-env PIN --ctl new.tlv
	grep -q 'has no certificate of its key' err
	unchanged EMPTY act 1 import-key "$URI_EMPTY" sast.p12 --label s \
		--pin-env PIN --passphrase-env PASS --ctl nothing.tlv
	old_p12 second rsa1024-h "$CERTS/sast-2.pem"
	unchanged EMPTY act 3 import-key "$URI_EMPTY" second.p12 --label s \
		--pin-env PIN --passphrase-env PASS --ctl old.tlv
	act 0 import-key "$URI_EMPTY" second.p12 --label s2 --dry-run \
		--passphrase-env PASS --ctl old.tlv --ctl new.tlv
	act 0 import-key "$URI_EMPTY" sast.p12 --label s --id 07 --pin-env PIN \
		--passphrase-env PASS --ctl new.tlv --inventory tokens.yaml --json
	done_is 'o["certificate"] and o["key"]["id"] == "07"'
	[ ! -s err ]
	grep -q 'imported: true' tokens.yaml
	grep -q 'from: sast.p12' tokens.yaml
	grep -q "sha1: \"$(sha1_of sast-1)\"" tokens.yaml
	# and from now on it is guarded
	act 3 delete "$URI_EMPTY;id=%07" --pin-env PIN --yes
}

@test "import-key: an EC key of PEM; a passphrase at the terminal" {
	export PIN=$PIN_EMPTY

	act 0 import-key "$URI_EMPTY" "$keys/ec256-a.pem" --label ec --pin-env PIN
	act 0 test "$(tail -n 1 out)" --pin-env PIN
	openssl pkcs8 -topk8 -in "$keys/rsa2048-b.pem" -passout pass:kurz -out b.pem
	at_terminal 0 'Passphrase of b.pem=kurz' -- import-key "$URI_EMPTY" b.pem \
		--label b --pin-env PIN
	run ! grep -q kurz screen
	act 2 import-key "$URI_EMPTY" b.pem --pin-env PIN
	act 1 import-key "$URI_EMPTY" "$CERTS/sast-1.pem" --label x --pin-env PIN
}

@test "import-key: a key that the token would give out again is destroyed" {
	with_faults
	printf '%s\n' 'only empty' 'attr CKA_EXTRACTABLE=1' >plan
	PIN=$PIN_EMPTY act 3 import-key "$URI_EMPTY" "$keys/rsa2048-b.pem" \
		--label x --pin-env PIN --inventory tokens.yaml
	[ -z "$(objects EMPTY)" ]
	run ! grep -q imported tokens.yaml
}

# ---- The guard ---------------------------------------------------------------------------------

@test "a SAST is not destroyed, even with --force" {
	export PIN=$PIN_SAST_1 SO=$SO_PIN_SAST_1 NEW=9999
	local guard=(--inventory tokens.yaml)

	unchanged SAST_1 act 3 init "$URI_SAST_1" --label x --force --yes \
		--so-pin-env SO --new-pin-env NEW "${guard[@]}"
	grep -qx 'ctlsmith: new.tlv loses a signer, 1 of 2 are left: record 1, SAST-ADN00a1b2c3' err
	unchanged SAST_1 act 3 init "$URI_SAST_1" --label x --force --dry-run
	unchanged SAST_1 act 3 delete "$URI_SAST_1;id=%01" --yes --pin-env PIN \
		"${guard[@]}"
	unchanged SAST_1 act 3 keygen "$URI_SAST_1" --type rsa:1024 --label x \
		--pin-env PIN "${guard[@]}"
	unchanged SAST_1 act 3 pin unblock "$URI_SAST_1" --yes --so-pin-env SO \
		--new-pin-env NEW
	unchanged SAST_1 act 3 init "$URI_SAST_1" --label x --force --yes \
		--so-pin-env SO --new-pin-env NEW --destroy-sast "$SERIAL_SAST_2"
}

@test "a SAST whose serial number is typed is, after it was said what is lost" {
	export PIN=$PIN_SAST_1 SO=$SO_PIN_SAST_1 NEW=9999
	local guard=(--inventory tokens.yaml --destroy-sast "$SERIAL_SAST_1")

	act 0 keygen "$URI_SAST_1" --type rsa:1024 --label x --id 05 \
		--pin-env PIN "${guard[@]}"
	[ "$(grep -c 'loses a signer' err)" = 2 ]
	act 0 delete "$URI_SAST_1;id=%05" --pin-env PIN --yes "${guard[@]}"
	act 3 init "$URI_SAST_1" --label x --yes --so-pin-env SO \
		--new-pin-env NEW "${guard[@]}"
	grep -q -- '--force initialises it' err
	act 0 init "$URI_SAST_1" --label x --yes --force --so-pin-env SO \
		--new-pin-env NEW "${guard[@]}"
	[ "$(grep -c 'loses a signer' err)" = 2 ]
	opens x 9999
}
