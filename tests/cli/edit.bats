#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith edit: which records change, what is said of it, what is refused, and
# what is written. tests/cli/build.bats has what it shares with build.
# shellcheck disable=SC2030,SC2031 # each test has its own environment

bats_require_minimum_version 1.5.0
load tokens

setup_file() {
	tokens_setup_file
}

setup() {
	tokens_setup
	schema=$SRC/docs/ctlsmith.schema.json
	KEYS=$SRC/softhsm-fixtures/keys
	# as one keeps them
	(umask 077 && cp "$KEYS"/rsa*.pem .)
	chmod 600 rsa*.pem
	# two SASTs, pub and recovery; pub is CCM+TFTP, too; tags nobody knows
	take ok-unknown-tags lab.tlv
	BY_PUB=(--signer rsa1024-a.pem --signer-cert pub.pem)
	BY_RECOVERY=(--signer rsa1024-d.pem --signer-cert recovery.pem)
}

# take CASE FILE: its list as FILE, and its certificates.
take() {
	cp "$CASES/$1"/*.pem .
	cp "$CASES/$1"/*LFile.tlv "$2"
	chmod 644 "$2"
}

# A list of three nodes, two SASTs of tokens and the certificates of both.
take_tokens() {
	take ok-softhsm-sast tokens.tlv
	BY_ONE=(--signer rsa1024-g.pem --signer-cert sast-1.pem)
	BY_TWO=(--signer rsa1024-h.pem --signer-cert sast-2.pem)
}

# new_cert FILE KEY CN [ARGUMENT...]: a certificate that no list has.
new_cert() {
	openssl req -x509 -config <(printf '[req]\ndistinguished_name=d\n[d]\n') \
		-key "$KEYS/$2.pem" -subj "/CN=$3/OU=Lab/O=Example" -days 300 \
		-out "$1" "${@:4}"
}

# edit STATUS ARGUMENT...: what it prints is then in out and err.
edit() {
	local wanted=$1 status=0

	shift
	timeout -k 5 60 "$CTLSMITH" edit "$@" >out 2>err </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "edit $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# says FILE TEXT...: each stands in out or err.
says() {
	local file=$1 text

	shift
	tr '\n' ' ' <"$file" >one-line
	for text; do
		grep -qF -- "$text" one-line || {
			echo "not in $file: $text"
			cat "$file"
			return 1
		}
	done
}

# of PYTHON: what it makes of the JSON in out, of which o is the object.
of() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
	/usr/bin/python3 - "$1" <<-'PY'
		import json, sys
		(element,) = json.load(open("out"))
		assert element["schema"] == 1
		o = element["made"]
		print(eval(sys.argv[1]))
	PY
}

# The changed records of the JSON in out: "removed 3>-, ...".
changes() {
	of '", ".join("%s %s>%s" % (r["change"], r["old"]["record"] if r["old"]
	    else "-", r["new"]["record"] if r["new"] else "-")
	    for r in o["difference"]["records"] if r["change"] != "same")'
}

# losses: their ids in out, those that were taken with a "+".
losses() {
	of '" ".join(l["id"] + "+" * l["accepted"]
	    for l in o["effect"]["losses"])'
}

# record FILE N: its bytes.
record() {
	"$CTLSMITH" show --json "$1" >shown || true
	/usr/bin/python3 - "$1" "$2" <<-'PY'
		import json, sys
		r = json.load(open("shown"))[0]["records"][int(sys.argv[2]) - 1]
		at = r["offset"]
		sys.stdout.buffer.write(
		    open(sys.argv[1], "rb").read()[at:at + r["length"]])
	PY
}

# same OLD N NEW M: record N of OLD is record M of NEW, byte for byte.
same() {
	record "$1" "$2" >a
	record "$3" "$4" >b
	[ -s a ]
	cmp a b
}

# value FILE SPACE TAG: in hex, as the twin reads it. Space 0 is the header.
value() {
	"$TWIN" dump "$1" | awk -v s="$2" -v t="$3" \
		'$1 == s && $4 == t { print $6 }'
}

# holds FILE N CERT: record N has the certificate, and the twin agrees.
holds() {
	[ "$(value "$1" "$2" 9)" = \
		"$(openssl x509 -in "$3" -outform DER | xxd -p | tr -d '\n')" ]
}

# verifies FILE CERT: openssl alone, and ctlsmith.
verifies() {
	/usr/bin/python3 "$SRC/tests/cli/built.py" cut "$1" .
	openssl x509 -in "$2" -noout -pubkey >key.pub
	openssl dgst "-${3:-sha1}" -verify key.pub -signature signature preimage
	"$CTLSMITH" verify "$1"
}

logins() {
	calls C_Login
}

# ---- Which records ------------------------------------------------------------

@test "every kind of selector: --remove" {
	local selector

	new_cert other.pem rsa2048-c lab-sub
	edit 0 lab.tlv -o list.tlv "${BY_PUB[@]}" \
		--add ccm+tftp=other.pem,host=lab-sub,ip=192.0.2.11
	for selector in 5 record=5 ccm+tftp,host=lab-sub host=LAB-sub \
		cn=lab-sub CCM+TFTP,cn=LAB-SUB \
		"serial=$(openssl x509 -in other.pem -noout -serial | cut -d= -f2)" \
		5,ccm+tftp,host=lab-sub,cn=lab-sub; do
		edit 0 list.tlv --dry-run "${BY_PUB[@]}" --timestamp 2030-01-01 \
			--json --remove "$selector"
		[ "$(changes)" = "removed 5>-" ] || {
			echo "$selector: $(changes)"
			return 1
		}
	done
}

@test "every kind of selector: --replace" {
	local selector

	new_cert new.pem rsa2048-c CAPF-00000000
	for selector in 4 record=4 capf capf,host=lab-pub cn=CAPF-1a2b3c4d \
		serial=4C11223344556677 serial=4c:11:22:33:44:55:66:77; do
		edit 0 lab.tlv --dry-run "${BY_PUB[@]}" --json \
			--replace "$selector=new.pem"
		[ "$(changes)" = "replaced 4>4" ] || {
			echo "$selector: $(changes)"
			return 1
		}
	done
}

@test "a token's serial number in either order of bytes" {
	local serial

	take_tokens
	for serial in 1B22B3C000000032C0DE 1b:22:b3:c0:00:00:00:32:c0:de \
		DE:C0:32:00:00:00:C0:B3:22:1B; do
		edit 0 tokens.tlv --dry-run "${BY_ONE[@]}" --json \
			--remove "serial=$serial"
		[ "$(changes)" = "removed 2>-" ]
	done
	edit 1 tokens.tlv --dry-run "${BY_ONE[@]}" \
		--remove serial=3B22B3C000000032C0DE
}

@test "what names no record, or several, is refused with those that may be meant" {
	edit 1 lab.tlv --dry-run "${BY_PUB[@]}" --remove sast,cn=nobody
	says err "ctlsmith: lab.tlv: --remove: no record is 'sast,cn=nobody'; there $(
	)are record 1 (sast, lab-pub), record 3 (sast, lab-pub)"
	edit 2 lab.tlv --dry-run "${BY_PUB[@]}" --remove sast
	says err "'sast' is more than one record; a number says which: record 1" \
		"Try 'ctlsmith edit --help'."
	edit 1 lab.tlv --dry-run "${BY_PUB[@]}" --replace 9=pub.pem
	says err "--replace: no record is '9'; there are record 1"
	edit 2 lab.tlv --dry-run "${BY_PUB[@]}" --replace sast=pub.pem,host=x \
		--replace x=y
	says err "--replace: there is no role 'x'"
	[ ! -s out ]
}

@test "options that are wrong are said to be, before anything is read" {
	local args

	while read -r args; do
		# shellcheck disable=SC2086 # words
		edit 2 absent.tlv --dry-run "${BY_PUB[@]}" $args
		says err "Try 'ctlsmith edit --help'."
	done <<-'END'
		--remove 0
		--remove a=b
		--remove 1=pub.pem
		--replace sast
		--replace sast=
		--replace 1=pub.pem,ip=10.0.0.1
		--replace 1=host=lab-pub
		--replace host=a,capf=pub.pem,host=b
		--add pub.pem
		--add nobody=pub.pem
		--add capf=pub.pem,ip=nowhere
		--digest sha256
		--allow nonsense
	END
	edit 2 --dry-run "${BY_PUB[@]}" --remove 1
	says err "the list that is to be edited is missing"
	edit 2 lab.tlv lab.tlv --dry-run "${BY_PUB[@]}" --remove 1
	says err "one list at a time"
	edit 2 lab.tlv "${BY_PUB[@]}" --remove 1
	says err "-o FILE is missing"
	edit 2 lab.tlv -o x
	says err "--signer is missing"
	edit 2 lab.tlv --dry-run "${BY_PUB[@]}" --add capf=
	says err "ctlsmith: --add capf=: the certificate has no name"
	new_cert odd.pem rsa2048-c $'a\nb'
	edit 1 lab.tlv --dry-run "${BY_PUB[@]}" --add ccm=pub.pem \
		--add capf=odd.pem,host=x
	says err "ctlsmith: --add capf=odd.pem,host=x: the subject of the"
	edit 1 lab.tlv --dry-run "${BY_PUB[@]}" --replace capf=odd.pem
	says err "ctlsmith: --replace capf=odd.pem: the subject of the"
}

@test "two that want one record contradict each other" {
	edit 2 lab.tlv --dry-run "${BY_RECOVERY[@]}" --remove 2 \
		--replace ccm+tftp=recovery.pem
	says err "--remove 2 and --replace ccm+tftp=recovery.pem both want $(
	)record 2 (ccm+tftp, lab-pub)"
	edit 2 lab.tlv --dry-run "${BY_RECOVERY[@]}" --remove 4 --remove capf
	says err "--remove 4 and --remove capf both want record 4"
}

@test "a record that is there already is not added a second time" {
	edit 1 lab.tlv --dry-run "${BY_PUB[@]}" --add capf=capf.pem,host=lab-pub
	says err "--add capf=capf.pem,host=lab-pub: the list has this record already"
	# unless it goes
	edit 0 lab.tlv --dry-run "${BY_PUB[@]}" --json --remove capf \
		--add capf=capf.pem,host=lab-pub
	# or is another host's
	edit 0 lab.tlv --dry-run "${BY_PUB[@]}" --json \
		--add ccm+tftp=pub.pem,host=lab-sub
	[ "$(changes)" = "added ->5" ]
}

@test "numbers are those of the list as it was, whatever the order" {
	new_cert new.pem rsa2048-c CAPF-00000000
	new_cert one.pem rsa2048-d node-1
	new_cert two.pem rsa2048-e node-2
	edit 0 lab.tlv -o a.tlv "${BY_PUB[@]}" --timestamp 2030-01-01 \
		--orphan-phones --drop-server-sast --remove 3 \
		--add ccm+tftp=one.pem,host=node-1 --replace 4=new.pem \
		--add ccm+tftp=two.pem,host=node-2
	edit 0 lab.tlv -o b.tlv "${BY_PUB[@]}" --timestamp 2030-01-01 \
		--orphan-phones --drop-server-sast --replace 4=new.pem \
		--add ccm+tftp=one.pem,host=node-1 \
		--add ccm+tftp=two.pem,host=node-2 --remove 3
	cmp a.tlv b.tlv
	same lab.tlv 1 a.tlv 1
	same lab.tlv 2 a.tlv 2
	holds a.tlv 3 new.pem
	holds a.tlv 4 one.pem
	holds a.tlv 5 two.pem
	[ "$(value a.tlv 6 4)" = "" ]
}

# ---- What becomes of them ----------------------------------------------------

@test "untouched records stay byte for byte; tags that nobody knows are kept" {
	local n

	new_cert new.pem rsa2048-c node-1
	edit 0 lab.tlv -o new.tlv "${BY_PUB[@]}" --add ccm+tftp=new.pem,host=node-1
	for n in 1 2 3 4; do
		same lab.tlv $n new.tlv $n
	done
	[ "$(value new.tlv 0 40)" = c0ffee ]
	[ "$(value new.tlv 0 200)" = "$(value lab.tlv 0 200)" ]
	[ "$(value new.tlv 2 99)" = 0102 ]
	[ "$(value new.tlv 4 13)" = 0d0d0d ]
	verifies new.tlv pub.pem
	# a record that is replaced keeps its own, too
	new_cert capf2.pem rsa2048-d CAPF-00000000
	edit 0 lab.tlv -o new.tlv --force --replace-other "${BY_PUB[@]}" \
		--replace capf=capf2.pem --timestamp 2031-01-01
	holds new.tlv 4 capf2.pem
	[ "$(value new.tlv 4 13)" = 0d0d0d ]
	[ "$(value new.tlv 4 2)" = "$(value lab.tlv 4 2)" ]
	[ "$(value new.tlv 4 10)" = "$(value lab.tlv 4 10)" ]
	for n in 1 2 3; do
		same lab.tlv $n new.tlv $n
	done
	verifies new.tlv pub.pem
}

@test "a record is added with role, host and address" {
	new_cert new.pem rsa2048-c node-1
	edit 0 lab.tlv -o new.tlv "${BY_PUB[@]}" \
		--add ccm+tftp=new.pem,host=node-1,ip=192.0.2.77 \
		--add tftp=new.pem
	holds new.tlv 5 new.pem
	[ "$(value new.tlv 5 4)" = 0002 ]
	[ "$(value new.tlv 5 2)" = "$(printf 'node-1\0' | xxd -p)" ]
	[ "$(value new.tlv 5 10)" = c000024d ]
	[ "$(value new.tlv 6 4)" = 0003 ]
	verifies new.tlv pub.pem
}

@test "a new CallManager takes the old one's place in every role" {
	new_cert new.pem rsa2048-c lab-pub
	edit 0 lab.tlv -o new.tlv "${BY_RECOVERY[@]}" --json \
		--replace ccm+tftp=new.pem
	[ "$(changes)" = "replaced 1>1, replaced 2>2" ]
	holds new.tlv 1 new.pem
	holds new.tlv 2 new.pem
	[ "$(value new.tlv 1 4) $(value new.tlv 2 4)" = "0000 0002" ]
	same lab.tlv 3 new.tlv 3
	same lab.tlv 4 new.tlv 4
	[ "$(losses)" = "" ]
	verifies new.tlv recovery.pem
	# by a number in that record alone, and it says so
	edit 0 lab.tlv -o two.tlv "${BY_RECOVERY[@]}" --replace 2=new.pem --json
	[ "$(changes)" = "replaced 2>2" ]
	[ "$(of '[n["id"] for n in o["notes"]]')" = "['old-certificate-stays']" ]
	same lab.tlv 1 two.tlv 1
}

@test "several nodes: the new certificate's names, or a host, say which" {
	local n

	take ok-tokenless-4947 nodes.tlv
	new_cert pub2.pem rsa2048-c cucm-1051-a-pub
	new_cert sub2.pem rsa2048-d whoever \
		-addext subjectAltName=DNS:cucm-1051-a-sub1
	new_cert else.pem rsa2048-e elsewhere
	for n in sub2.pem else.pem,host=cucm-1051-a-sub1; do
		edit 0 nodes.tlv --dry-run "${BY_PUB[@]}" --json \
			--replace ccm+tftp=$n
		[ "$(changes)" = "replaced 4>4" ]
	done
	edit 0 nodes.tlv --dry-run "${BY_PUB[@]}" --json \
		--replace ccm+tftp,host=cucm-1051-a-sub1=else.pem
	[ "$(changes)" = "replaced 4>4" ]
	edit 2 nodes.tlv --dry-run "${BY_PUB[@]}" --replace ccm+tftp=else.pem
	says err "'ccm+tftp' is more than one record, with different $(
	)certificates, and the names of the new one do not tell which; say $(
	)host=, cn= or a number: record 2 (ccm+tftp, cucm-1051-a-pub), record 4"
	# the signer itself: its record cannot go
	edit 3 nodes.tlv --dry-run "${BY_PUB[@]}" --replace ccm+tftp=pub2.pem
	says err "record 1, the SAST that signs, would be gone"
}

@test "a certificate that is there already stays, and it is said" {
	edit 0 lab.tlv -o new.tlv "${BY_PUB[@]}" --json --replace capf=capf.pem
	[ "$(changes)" = "" ]
	[ "$(of '[n["id"] for n in o["notes"]]')" = \
		"['no-change', 'same-certificate']" ]
	same lab.tlv 4 new.tlv 4
}

@test "nothing at all: signed anew" {
	local n

	edit 0 lab.tlv -o new.tlv "${BY_PUB[@]}"
	says out "nothing but the time is another" "No record changes."
	for n in 1 2 3 4; do
		same lab.tlv $n new.tlv $n
	done
	[ "$(value new.tlv 0 15)" != "$(value lab.tlv 0 15)" ]
	verifies new.tlv pub.pem
	# by another SAST, or with another digest, it is no longer nothing
	edit 0 lab.tlv -o two.tlv "${BY_RECOVERY[@]}" --digest sha512
	run ! grep 'nothing but' out
	says out "The header has another signer, digest."
	verifies two.tlv recovery.pem sha512
}

@test "another order of the records is said, and is not nothing" {
	edit 0 lab.tlv -o new.tlv "${BY_PUB[@]}" --remove 1 \
		--add sast=pub.pem,host=lab-pub,ip=192.0.2.10 --dry-run
	says out "No record changes, but their order is another."
	run ! grep 'nothing but' out
	edit 0 lab.tlv -o new.tlv "${BY_PUB[@]}" --remove 1 \
		--add sast=pub.pem,host=lab-pub,ip=192.0.2.10 --json --dry-run
	[ "$(of 'o["difference"]["order"]')" = True ]
}

@test "a SAST that is spelt otherwise is another one to phones, and that is said" {
	take_tokens
	edit 0 tokens.tlv "${BY_ONE[@]}" --remove 2 --dry-run --orphan-phones \
		--add sast=sast-2.pem,dialect=appliance
	says out "for phones record 2 of tokens.tlv," "has gone and record $(
	)4 is new"
	edit 0 tokens.tlv "${BY_ONE[@]}" --remove 2 --dry-run --orphan-phones \
		--json --add sast=sast-2.pem,dialect=appliance
	[ "$(of '[r["old"]["record"] for r in o["difference"]["records"]
	    if r["renamed"]]')" = "[2]" ]
}

@test "an ITL" {
	take ok-itl-callmanager itl.tlv
	new_cert new.pem rsa2048-c lab-tvs
	edit 0 itl.tlv -o new.tlv --signer "$(key_of pub.pem)" \
		--signer-cert pub.pem --json --add tvs=new.pem,host=lab-tvs
	[ "$(of 'o["kind"]')" = itl ]
	[ "$(value new.tlv 0 14)" = "$(printf 'ITLFile.tlv\0' | xxd -p)" ]
	same itl.tlv 1 new.tlv 1
	verifies new.tlv pub.pem
	# a phone that has a CTL asks that
	[ "$(of 'o["effect"]["phone"]["if_no_ctl"]')" = True ]
	edit 0 itl.tlv --dry-run --signer "$(key_of pub.pem)" \
		--signer-cert pub.pem --add tvs=new.pem,host=lab-tvs
	says out "A phone that holds itl.tlv accepts it while no CTL is installed: "
}

# key_of CERT: the file with its key.
key_of() {
	local file

	for file in rsa*.pem; do
		if [ "$(openssl pkey -in "$file" -pubout)" = \
			"$(openssl x509 -in "$1" -noout -pubkey)" ]; then
			echo "$file"
			return
		fi
	done
}

# ---- Who signs --------------------------------------------------------------

@test "the header has the signer's names as the old record spells them" {
	local n

	take_tokens
	new_cert new.pem rsa2048-c node-1
	for n in 1 2; do
		uri=URI_SAST_$n pin=PIN_SAST_$n
		PIN=${!pin} edit 0 tokens.tlv -o new$n.tlv --module "$MODULE" \
			--signer "${!uri}" --pin-env PIN \
			--add ccm+tftp=new.pem,host=node-1
		[ "$(value new$n.tlv 0 4)" = "$(value tokens.tlv $n 3)" ]
		[ "$(value new$n.tlv 0 5)" = "$(value tokens.tlv $n 6)" ]
		[ "$(value new$n.tlv 0 6)" = "$(value tokens.tlv $n 5)" ]
		verifies new$n.tlv sast-$n.pem
		"$CTLSMITH" verify --trusted tokens.tlv new$n.tlv
	done
	[ "$(value new1.tlv 0 5)" != "$(value new2.tlv 0 5)" ]
}

@test "a header whose serial number stood forwards is spelt as the record is" {
	take ok-token-serial-two-orders list.tlv
	new_cert new.pem rsa2048-c node-1
	edit 0 list.tlv -o new.tlv --signer "$(key_of token1.pem)" \
		--signer-cert token1.pem --add ccm+tftp=new.pem,host=node-1
	[ "$(value list.tlv 0 5)" != "$(value list.tlv 1 6)" ]
	[ "$(value new.tlv 0 5)" = "$(value list.tlv 1 6)" ]
}

@test "no PIN is asked for before all is refused that can be" {
	local args

	take_tokens
	cp tokens.tlv there.tlv
	echo "tokens: [{serial: a, certificates: [{sha1: $(openssl x509 \
		-in sast-2.pem -outform DER | sha1sum | cut -c 1-40)}]}]" >held.yaml
	while read -r args; do
		: >trace
		# shellcheck disable=SC2086 # words
		PIN=$PIN_SAST_1 edit 3 tokens.tlv $args --module "$MODULE" \
			--signer "$URI_SAST_1" --pin-env PIN --inventory held.yaml
		[ "$(logins)" = 0 ]
	done <<-'END'
		-o new.tlv --remove 2
		-o new.tlv --remove 1
		-o new.tlv --max-sast 1
		--dry-run --remove 2
	END
	: >trace
	PIN=$PIN_SAST_1 edit 1 tokens.tlv -o there.tlv --module "$MODULE" \
		--signer "$URI_SAST_1" --pin-env PIN
	PIN=$PIN_SAST_1 edit 1 tokens.tlv -o new.tlv --module "$MODULE" \
		--signer "$URI_SAST_1" --pin-env PIN --remove 9
	PIN=$PIN_SAST_1 edit 0 tokens.tlv --dry-run --module "$MODULE" \
		--signer "$URI_SAST_1" --pin-env PIN
	[ "$(logins)" = 0 ]
	PIN=$PIN_SAST_1 edit 0 tokens.tlv -o new.tlv --module "$MODULE" \
		--signer "$URI_SAST_1" --pin-env PIN
	[ "$(logins)" = 1 ]
}

@test "where only a passphrase shows who signs, what is lost anyhow is refused first" {
	take_tokens
	openssl pkcs12 -export -inkey rsa1024-g.pem -in sast-1.pem \
		-passout pass:secret -out one.p12
	chmod 600 one.p12
	echo "tokens: [{serial: a, certificates: [{sha1: $(openssl x509 \
		-in sast-2.pem -outform DER | sha1sum | cut -c 1-40)}]}]" >held.yaml
	# nobody is there to be asked
	edit 4 tokens.tlv -o new.tlv --signer one.p12
	edit 3 tokens.tlv -o new.tlv --signer one.p12 --inventory held.yaml \
		--remove 2
	says out "[last-held-sast]" "-    2"
	edit 3 tokens.tlv -o new.tlv --signer one.p12 --inventory held.yaml \
		--remove 2 --json
	[ "$(losses)" = last-held-sast ]
	[ "$(of 'o["error"]["code"]')" = "refused by a rule" ]
	edit 4 tokens.tlv -o new.tlv --signer one.p12 --inventory held.yaml \
		--remove 2 --orphan-phones
	P=secret edit 0 tokens.tlv -o new.tlv --signer one.p12 \
		--passphrase-env P --inventory held.yaml --remove 2 --orphan-phones
	edit 0 tokens.tlv -o two.tlv --signer one.p12 --passphrase-fd 5 \
		5<<<secret
	verifies new.tlv sast-1.pem
}

@test "the signer's own record does not go" {
	new_cert new.pem rsa2048-c lab-pub
	edit 3 lab.tlv --dry-run "${BY_PUB[@]}" --replace ccm+tftp=new.pem
	says err "record 1, the SAST that signs, would be gone"
	take_tokens
	edit 3 tokens.tlv --dry-run "${BY_ONE[@]}" --remove 1 --orphan-phones
	says err "record 1, the SAST that signs, would be gone"
	# by the other it does
	edit 0 tokens.tlv -o new.tlv "${BY_TWO[@]}" --remove 1
	same tokens.tlv 2 new.tlv 1
	verifies new.tlv sast-2.pem
}

@test "what a token wants: PIN, a key's own PIN, audit log, state, time" {
	take_tokens
	edit 0 tokens.tlv --output new.tlv --module "$MODULE" \
		--signer "$URI_SAST_1" --pin-fd 5 --audit log --state failed \
		--timeout 20 --final-try 5<<<"$PIN_SAST_1"
	grep -q '"operation":"sign".*"file":"new.tlv","result":"ok"' log
	"$CTLSMITH" audit verify log
	edit 4 tokens.tlv --output two.tlv --module "$MODULE" \
		--signer "$URI_SAST_1" --pin-fd 5 --state failed 5<<<wrong
	ls failed/token-*.user
	[ ! -e two.tlv ]
	# a key that asks each time
	edit 0 tokens.tlv --output two.tlv --module "$MODULE" --orphan-phones \
		--signer "$URI_ALWAYS" --pin-fd 5 --key-pin-fd 6 \
		5<<<"$PIN_ALWAYS" 6<<<"$PIN_ALWAYS"
	verifies two.tlv "$CERTS/always-2048.pem"
	A=$PIN_ALWAYS B=$PIN_ALWAYS edit 0 tokens.tlv --output three.tlv \
		--module "$MODULE" --orphan-phones --signer "$URI_ALWAYS" \
		--pin-env A --key-pin-env B
}

# ---- Who is left behind --------------------------------------------------------

@test "signer-not-in-old, no-shared-sast: refused, and not with --orphan-phones" {
	local n

	new_cert new.pem rsa2048-c "new signer"
	for n in "" --dry-run --json "--json --dry-run"; do
		# shellcheck disable=SC2086 # words
		edit 3 lab.tlv -o new.tlv --signer rsa2048-c.pem \
			--signer-cert new.pem $n
		[ ! -e new.tlv ]
	done
	[ "$(losses)" = signer-not-in-old ]
	[ "$(of 'o["effect"]["phone"]["verdict"]')" = refuses ]
	[ "$(of 'o["effect"]["phone"]["rule"]')" = A4 ]
	edit 3 lab.tlv -o new.tlv --signer rsa2048-c.pem --signer-cert new.pem
	says out "A phone that holds lab.tlv refuses it." "[signer-not-in-old]"
	says err "phones would be left behind (signer-not-in-old); $(
	)--orphan-phones makes it all the same"
	edit 3 lab.tlv -o new.tlv --signer rsa2048-c.pem --signer-cert new.pem \
		--drop-server-sast
	edit 0 lab.tlv -o new.tlv --signer rsa2048-c.pem --signer-cert new.pem \
		--orphan-phones --json
	[ "$(losses)" = signer-not-in-old+ ]
	holds new.tlv 1 new.pem
	same lab.tlv 1 new.tlv 2
	same lab.tlv 4 new.tlv 5
	verifies new.tlv new.pem
	# added by hand it is as unknown to phones
	edit 3 lab.tlv --dry-run --signer rsa2048-c.pem --signer-cert new.pem \
		--add sast=new.pem
	# no SAST in common
	edit 3 lab.tlv -o two.tlv --signer rsa2048-c.pem --signer-cert new.pem \
		--json --remove 1 --remove 3 --drop-server-sast
	[[ $(losses) == *no-shared-sast* ]]
	edit 0 lab.tlv -o two.tlv --signer rsa2048-c.pem --signer-cert new.pem \
		--json --remove 1 --remove 3 --drop-server-sast --orphan-phones
	[[ $(losses) == *no-shared-sast+* ]]
	verifies two.tlv new.pem
}

@test "last-held-sast: by the inventory, of the option or the configuration" {
	take_tokens
	echo "tokens: [{serial: a, certificates: [{sha1: $(openssl x509 \
		-in sast-2.pem -outform DER | sha1sum | cut -c 1-40)}]}]" >held.yaml
	# its lists are not asked for
	echo "lists: [gone.tlv]" >>held.yaml
	# nobody is known to hold either
	edit 0 tokens.tlv --dry-run "${BY_ONE[@]}" --remove 2
	edit 3 tokens.tlv -o new.tlv "${BY_ONE[@]}" --remove 2 \
		--inventory held.yaml
	says out "error: of no SAST of the new list is it known who holds its key"
	[ ! -e new.tlv ]
	edit 3 tokens.tlv -o new.tlv "${BY_ONE[@]}" --remove 2 \
		--inventory held.yaml --drop-server-sast
	edit 0 tokens.tlv --dry-run "${BY_ONE[@]}" --remove 2 \
		--inventory held.yaml --orphan-phones
	says out "warning: of no SAST of the new list"
	# the other one may go: the second is still held
	edit 0 tokens.tlv --dry-run "${BY_TWO[@]}" --remove 1 \
		--inventory held.yaml
	# one that is held comes in its place
	sed 's/sha1: [0-9a-f]*/sha1: '"$(openssl x509 -in pub.pem -outform DER |
		sha1sum | cut -c 1-40)"'/; s/serial: a/serial: b/; s/tokens: .\(.*\)./\1/' \
		<(grep tokens held.yaml) >other
	echo "tokens: [$(sed -n 's/tokens: .\(.*\)./\1/p' held.yaml), $(cat other)]" \
		>both.yaml
	edit 0 tokens.tlv --dry-run "${BY_ONE[@]}" --remove 2 --add sast=pub.pem \
		--inventory both.yaml
	# by the configuration
	(umask 077 && echo "inventory: held.yaml" >config.yaml)
	chmod go-w .
	CTLSMITH_CONFIG=$PWD/config.yaml edit 3 tokens.tlv --dry-run \
		"${BY_ONE[@]}" --remove 2
	# an inventory that is not there guards nothing, and says so
	edit 1 tokens.tlv --dry-run "${BY_ONE[@]}" --inventory absent.yaml
}

@test "server-sast: refused, and not with --drop-server-sast" {
	take_tokens
	new_cert itl.pem rsa2048-c ITLRECOVERY_lab-pub
	edit 0 tokens.tlv -o four.tlv "${BY_ONE[@]}" --timestamp 2030-01-01 \
		--add sast=pub.pem,host=lab-pub --add sast=itl.pem,host=lab-pub
	edit 3 four.tlv -o new.tlv "${BY_ONE[@]}" --timestamp 2030-01-02 --json \
		--remove sast,cn=lab-pub
	[ "$(losses)" = server-sast ]
	edit 3 four.tlv -o new.tlv "${BY_ONE[@]}" --timestamp 2030-01-02 \
		--remove sast,cn=ITLRECOVERY_lab-pub --orphan-phones
	says err "phones would be left behind (server-sast); $(
	)--drop-server-sast makes it all the same"
	says out "the SAST of ITLRecovery"
	[ ! -e new.tlv ]
	edit 0 four.tlv -o new.tlv "${BY_ONE[@]}" --timestamp 2030-01-02 --json \
		--remove sast,cn=ITLRECOVERY_lab-pub --drop-server-sast
	[ "$(losses)" = server-sast+ ]
	# a new CallManager that signs and so becomes SAST is no loss, which is
	# seen only once the passphrase was given
	new_cert ccm.pem rsa2048-e lab-pub
	openssl pkcs12 -export -inkey rsa2048-e.pem -in ccm.pem \
		-passout pass:secret -out ccm.p12
	chmod 600 ccm.p12
	P=secret edit 0 four.tlv -o six.tlv --signer ccm.p12 --passphrase-env P \
		--timestamp 2030-01-02 --json --orphan-phones \
		--remove sast,cn=lab-pub --replace 3=ccm.pem
	[ "$(losses)" = signer-not-in-old+ ]
	# a new one in its place is no loss
	new_cert itl2.pem rsa2048-d ITLRECOVERY_lab-pub
	edit 0 four.tlv -o two.tlv "${BY_ONE[@]}" --timestamp 2030-01-02 --json \
		--replace sast=itl2.pem
	[ "$(changes)" = "replaced 6>6" ]
	[ "$(losses)" = "" ]
}

@test "adding on top leaves nobody behind; who was off is said" {
	take_tokens
	new_cert new.pem rsa2048-c "another token"
	edit 0 tokens.tlv -o new.tlv "${BY_ONE[@]}" --json --add sast=new.pem
	[ "$(losses)" = "" ]
	[ "$(of 'o["effect"]["late"]')" = None ]
	[ "$(of 'o["effect"]["added_sast"], o["effect"]["shared_sast"]')" = \
		"(1, 2)" ]
	edit 0 tokens.tlv --dry-run "${BY_TWO[@]}" --remove 1
	says out "note: phones that missed the old list take the new one only if"
}

# ---- The list ------------------------------------------------------------------

@test "standard input" {
	local status=0

	"$CTLSMITH" edit - -o new.tlv "${BY_PUB[@]}" --remove 4 \
		--allow no-capf <lab.tlv >out 2>err || status=$?
	[ "$status" = 0 ] || {
		cat out err
		return 1
	}
	same lab.tlv 3 new.tlv 3
	verifies new.tlv pub.pem
}

@test "what is no list is refused with words" {
	"$CTLSMITH" show lab.tlv >pasted.txt
	edit 1 pasted.txt --dry-run "${BY_PUB[@]}"
	says err "pasted.txt: this is the text of a list"
	edit 1 "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn" --dry-run \
		"${BY_PUB[@]}"
	says err "this is no trust list"
	head -c 1000 lab.tlv >cut.tlv
	edit 1 cut.tlv --dry-run "${BY_PUB[@]}"
	says err "ctlsmith: cut.tlv: "
	edit 1 absent.tlv --dry-run "${BY_PUB[@]}"
	says err "absent.tlv"
	truncate -s 5G huge.tlv
	edit 1 huge.tlv --dry-run "${BY_PUB[@]}"
	says err 'huge.tlv: larger than the limit of 67108864 bytes'
	# which this command has not
	run ! grep -q max-size err
}

@test "a list that does not verify is edited with --unverified alone" {
	take bad-signature bad.tlv
	new_cert new.pem rsa2048-c node-1
	edit 3 bad.tlv -o new.tlv "${BY_PUB[@]}" --add ccm+tftp=new.pem,host=node-1
	says err "bad.tlv: it does not verify, so no phone holds it" \
		"(--unverified edits it all the same)"
	[ ! -e new.tlv ]
	edit 0 bad.tlv -o new.tlv "${BY_PUB[@]}" --add ccm+tftp=new.pem,host=node-1 \
		--unverified
	verifies new.tlv pub.pem
}

@test "an error of the old list is no leave for the same one of another record" {
	local name

	for name in e f c; do
		new_cert $name.pem rsa2048-$name same -set_serial 0x99
	done
	edit 0 lab.tlv -o old.tlv "${BY_PUB[@]}" --add ccm=e.pem,host=e \
		--add ccm=f.pem,host=f --allow two-keys \
		--timestamp 2025-01-01T00:00:00Z
	edit 3 old.tlv -o new.tlv "${BY_PUB[@]}" --remove host=f \
		--add ccm=c.pem,host=c
	says err "--allow two-keys"
	# that of a record which stays is known, wherever it stands now
	edit 0 old.tlv -o new.tlv "${BY_PUB[@]}" --remove capf --allow no-capf
	run ! grep -q two-keys out
	# and so is that of its certificate
	edit 0 old.tlv -o new.tlv --force --replace-other "${BY_PUB[@]}" \
		--remove host=f --add ccm=f.pem,host=g --timestamp 2031-01-01
	run ! grep -q two-keys out
}

# ---- What is written -------------------------------------------------------------

@test "OUT may be IN with --force: mode stays, the old list is kept" {
	local old

	cp lab.tlv before.tlv
	chmod 640 lab.tlv
	touch -d 2001-01-01 lab.tlv
	edit 1 lab.tlv -o lab.tlv "${BY_PUB[@]}"
	says err "lab.tlv is there already; --force replaces it"
	cmp lab.tlv before.tlv
	edit 0 lab.tlv -o lab.tlv --force "${BY_PUB[@]}" --json
	[ "$(stat -c %a lab.tlv)" = 640 ]
	[ "$(stat -c %Y lab.tlv)" -gt 1000000000 ]
	old=$(of 'o["backup"]')
	[[ $old == lab.tlv.bak-* ]]
	cmp "$old" before.tlv
	run ! cmp lab.tlv before.tlv
	verifies lab.tlv pub.pem
	[ "$(find . -name '*lab.tlv*' | wc -l)" = 2 ]
}

@test "a signer that IN spells twice: as the record that stays has it" {
	local first

	new_cert new.pem rsa2048-c node-1
	"$CTLSMITH" build -o two.tlv "${BY_PUB[@]}" \
		--sast pub.pem,dialect=appliance --sast pub.pem,dialect=builder \
		--ccm-tftp new.pem --capf new.pem --timestamp 2024-05-01 >out
	edit 0 two.tlv -o new.tlv "${BY_PUB[@]}" --remove 1
	same two.tlv 2 new.tlv 1
	[ "$(value new.tlv 0 4)" = "$(value two.tlv 2 3)" ]
	edit 0 two.tlv -o three.tlv "${BY_PUB[@]}" --remove 2
	first=$(value two.tlv 1 3)
	[ "$(value three.tlv 0 4)" = "$first" ]
	[ "$(value two.tlv 2 3)" != "$first" ]
	"$CTLSMITH" verify --trusted two.tlv new.tlv three.tlv
	# where none stays the hint names the record, and how it is spelt
	edit 3 two.tlv --dry-run "${BY_PUB[@]}" --remove 1 --remove 2 \
		--add sast=pub.pem,dialect=token --orphan-phones
	says err "record 1 of two.tlv spells it, and record 3 here is spelt $(
	)otherwise; spell that one by the dialect appliance, too"
}

@test "OUT is another list than IN: refused, or judged as well" {
	take_tokens
	new_cert new.pem rsa2048-c node-1
	cp tokens.tlv out.tlv
	edit 0 out.tlv -o out.tlv --force "${BY_ONE[@]}" \
		--add ccm+tftp=new.pem,host=node-1 --timestamp 2030-06-01
	rm out.tlv.bak-*
	cp out.tlv old.tlv
	edit 3 tokens.tlv -o out.tlv --force "${BY_ONE[@]}"
	says err "out.tlv is there, and is another list than tokens.tlv"
	edit 3 tokens.tlv -o out.tlv --force --dry-run "${BY_ONE[@]}"
	# its time is the later one
	edit 3 tokens.tlv -o out.tlv --force --replace-other "${BY_ONE[@]}"
	says err "not be later than that of out.tlv, 2030-06-01T00:00:00Z"
	says out "A phone that holds out.tlv accepts it"
	cmp out.tlv old.tlv
	edit 0 tokens.tlv -o out.tlv --force --replace-other "${BY_ONE[@]}" \
		--timestamp 2030-01-01 --json --dry-run
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	[ "$(of '[r["change"] for r in o["replaced"]["difference"]["records"] if r["change"] != "same"]')" = \
		"['removed']" ]
	edit 0 tokens.tlv -o out.tlv --force --replace-other "${BY_ONE[@]}" \
		--timestamp 2030-06-02
	says out "A phone that holds out.tlv accepts it"
	cmp out.tlv.bak-* old.tlv
	# of another cluster
	cp lab.tlv out.tlv
	edit 3 tokens.tlv -o out.tlv --force --replace-other "${BY_ONE[@]}" \
		--timestamp 2030-06-02
	says err "phones would be left behind (signer-not-in-old, no-shared-sast"
	cmp out.tlv lab.tlv
	# damaged, or no list at all
	head -c 1500 lab.tlv >out.tlv
	edit 3 tokens.tlv -o out.tlv --force --replace-other "${BY_ONE[@]}"
	says err "out.tlv begins as a list does, but is damaged"
	echo hello >out.tlv
	edit 0 tokens.tlv -o out.tlv --force "${BY_ONE[@]}"
}

@test "a time that is not later is refused without --timestamp" {
	edit 0 lab.tlv -o late.tlv "${BY_PUB[@]}" --timestamp 2100-01-01
	edit 3 late.tlv -o new.tlv "${BY_PUB[@]}"
	says err "--timestamp"
	[ ! -e new.tlv ]
	edit 0 late.tlv -o new.tlv "${BY_PUB[@]}" --timestamp 2099-12-31T23:59:59Z
	[ "$(value new.tlv 0 15)" = "$(printf %08x "$(date -d 2099-12-31T23:59:59Z +%s)")" ]
	# the last one that there is
	edit 0 lab.tlv -o last.tlv "${BY_PUB[@]}" \
		--timestamp 2106-02-07T06:28:15Z
	edit 3 last.tlv --dry-run "${BY_PUB[@]}"
	says err "last.tlv has the last time that a header can have, 2106-02-07"
	edit 0 last.tlv --dry-run "${BY_PUB[@]}" --timestamp 2030-01-01
}

@test "--dry-run: says all, writes nothing, ends as the run would" {
	edit 0 lab.tlv -o new.tlv --dry-run "${BY_PUB[@]}" --json --remove 4 \
		--allow no-capf
	[ ! -e new.tlv ]
	[ "$(of 'o["dry_run"]')" = True ]
	[ "$(changes)" = "removed 4>-" ]
	edit 0 lab.tlv --dry-run "${BY_PUB[@]}"
	edit 3 lab.tlv --dry-run "${BY_PUB[@]}" --max-sast 1
}

@test "same list, time and key: the same bytes" {
	local n

	new_cert new.pem rsa2048-c node-1
	for n in 1 2; do
		edit 0 lab.tlv -o $n.tlv "${BY_PUB[@]}" --timestamp 2030-01-01 \
			--add ccm+tftp=new.pem,host=node-1
	done
	cmp 1.tlv 2.tlv
}

@test "--digest, --filename, --dialect, --max-sast, --allow" {
	take_tokens
	new_cert new.pem rsa2048-c node-1
	edit 0 tokens.tlv -o new.tlv "${BY_ONE[@]}" --digest sha512 \
		--filename CTLSEP001122334455.tlv --dialect builder \
		--add ccm+tftp=new.pem --json
	verifies new.tlv sast-1.pem sha512
	[ "$(of '[o["difference"]["header"][k] for k in ("digest", "filename")]')" = \
		"[True, True]" ]
	[ "$(of 'o["records"][4]["dialect"]')" = builder ]
	edit 0 tokens.tlv -o two.tlv "${BY_ONE[@]}" --dialect builder \
		--add ccm+tftp=new.pem,dialect=appliance,host=x --json
	[ "$(of 'o["records"][4]["dialect"]')" = appliance ]
	new_cert capf2.pem rsa2048-d CAPF-00000000
	edit 0 tokens.tlv -o three.tlv "${BY_ONE[@]}" --json \
		--replace capf=capf2.pem,dialect=builder
	[ "$(of 'o["records"][3]["dialect"]')" = builder ]
	edit 3 tokens.tlv --dry-run "${BY_ONE[@]}" --max-sast 1
	edit 0 tokens.tlv --dry-run "${BY_ONE[@]}" --max-sast 2
}

@test "a digest that no phone is known to read is not taken over" {
	local by=(--signer rsa2048-a.pem --signer-cert pub.pem)

	take ok-sha256 old.tlv
	edit 3 old.tlv -o new.tlv "${by[@]}"
	says err 'old.tlv is signed over sha256, which no phone is known to read'
	[ ! -e new.tlv ]
	edit 0 old.tlv -o new.tlv "${by[@]}" --digest sha512
	says out 'note: signed with SHA-512' 'SHA-512, RSA 2048'
	verifies new.tlv pub.pem sha512
	edit 0 old.tlv -o sha1.tlv "${by[@]}" --digest sha1
	verifies sha1.tlv pub.pem
}

@test "what would be refused once it is signed is refused before" {
	/usr/bin/python3 - lab.tlv <<-'PY'
		import sys
		data = open(sys.argv[1], "rb").read()
		# the signer in header and record alike, not in the certificate
		name = b"CN=lab-pub;OU=Lab"
		assert data.count(name) > 2
		open("odd.tlv", "wb").write(data.replace(name, b"CN=lab-pux;OU=Lab"))
	PY
	for how in --dry-run '-o new.tlv --audit log' \
		'-o new.tlv --detached-request new.json'; do
		# shellcheck disable=SC2086 # words
		edit 3 odd.tlv --unverified $how "${BY_PUB[@]}" \
			--orphan-phones --drop-server-sast
		says err 'the list is not made: in the new list, record 1'
		run ! grep -q '"operation":"sign"' log
		[ ! -e new.tlv ]
		[ ! -e new.json ]
	done
}

@test "a name that no file can have is said to be, at once" {
	edit 2 lab.tlv -o '' "${BY_PUB[@]}"
	says err '-o: the name is empty'
	edit 2 lab.tlv -o x/ "${BY_PUB[@]}" --audit log
	says err '-o: x/ names a folder; name a file in it'
	edit 2 lab.tlv -o x "${BY_PUB[@]}" --detached-request ''
	says err '--detached-request: the name is empty'
	edit 2 lab.tlv --dry-run -o x/ "${BY_PUB[@]}"
	[ ! -e log ]
}

@test "--detached-request: what is to be signed, and nothing is" {
	edit 0 lab.tlv -o new.tlv --signer-cert pub.pem --detached-request request
	[ ! -e new.tlv ]
	[ -s request ]
	grep -q '"edit"' request
	# refused as ever
	edit 3 lab.tlv -o new.tlv --signer-cert capf.pem --detached-request two
	[ ! -e two ]
}

# ---- What is shown ---------------------------------------------------------------

@test "the difference on a terminal: marks, colours, narrow" {
	new_cert capf2.pem rsa2048-d CAPF-00000000 -set_serial 0x4D1122
	new_cert new.pem rsa2048-c node-1 -set_serial 0x4E1122
	args=(edit lab.tlv --dry-run "${BY_PUB[@]}" --replace capf=capf2.pem
		--add "ccm+tftp=new.pem,host=node-1" --remove 3 --orphan-phones)
	unset NO_COLOR COLUMNS
	export TERM=xterm
	edit 0 "${args[@]:1}"
	sed -n '/OLD  NEW/,/stay/p' out >plain
	diff -u - plain <<-'END'
		   OLD  NEW  ROLE      HOST     CERTIFICATE
		-    3       sast      lab-pub  ITLRECOVERY_lab-pub, serial 4B:11:22:33:44:55:66:77
		~    4       capf      lab-pub  CAPF-1a2b3c4d, serial 4C:11:22:33:44:55:66:77
		          3                     CAPF-00000000, serial 4D:11:22
		+         4  ccm+tftp  node-1   node-1, serial 4E:11:22
		2 records stay as they are, byte for byte.
	END
	/usr/bin/python3 "$SRC/tests/cli/terminal.py" 60 - \
		"$CTLSMITH" "${args[@]}" | tr -d '\r' >wide
	grep -q "$(printf '\033')" wide
	sed "s/$(printf '\033')\[[0-9;]*m//g" wide >bare
	# what wraps does, and nothing is lost
	[ "$(awk '/OLD +NEW/ { on = 1 } /stay as/ { on = 0 }
		on && length($0) > 60' bare)" = "" ]
	tr -d ' \n' <bare | grep -qF "ITLRECOVERY_lab-pub,serial$(
	)4B:11:22:33:44:55:66:77~4capflab-pub"
	NO_COLOR=1 /usr/bin/python3 "$SRC/tests/cli/terminal.py" 60 - \
		"$CTLSMITH" "${args[@]}" | tr -d '\r' >grey
	run ! grep "$(printf '\033')" grey
}

@test "names from certificates are made safe" {
	# it would turn what follows around
	new_cert evil.pem rsa2048-c "$(printf 'a\342\200\256b')" -utf8
	edit 0 lab.tlv --dry-run "${BY_PUB[@]}" --add app-server=evil.pem
	run ! grep "$(printf '\342\200\256')" out err
	says out 'a\xe2\x80\xaeb, serial'
	edit 0 lab.tlv --dry-run "${BY_PUB[@]}" --add app-server=evil.pem --json
	[ "$(of 'ascii(o["difference"]["records"][-1]["new"]["name"])')" = \
		"'a\\u202eb'" ]
}

@test "JSON: difference, judgement and effect" {
	new_cert new.pem rsa2048-c lab-pub -set_serial 0x4E1122
	edit 0 lab.tlv -o new.tlv "${BY_RECOVERY[@]}" --replace ccm+tftp=new.pem \
		--json
	[ "$(of 'o["operation"]')" = edit ]
	of '{k: v if k not in ("old", "new") else {k: v[k] for k in
	    ("record", "name", "serial", "dialect")}
	    for k, v in o["difference"]["records"][1].items()}' >row
	[ "$(cat row)" = "{'change': 'replaced', 'role': 'ccm+tftp', $(
	)'host': 'lab-pub', 'old': {'record': 2, 'name': 'lab-pub', $(
	)'serial': '4A:11:22:33:44:55:66:77', 'dialect': 'appliance'}, $(
	)'new': {'record': 2, 'name': 'lab-pub', 'serial': '4E:11:22', $(
	)'dialect': 'appliance'}, 'fields': [], 'renamed': False, $(
	)'rekeyed': False, 'certain': True}" ]
	[ "$(of 'o["difference"]["records"][2]["change"]')" = same ]
	[ "$(of 'o["difference"]["header"]')" = "{'signer': True, $(
	)'digest': False, 'filename': False, 'timestamp': True, $(
	)'version': False, 'other_fields': False}" ]
	[ "$(of 'o["difference"]["same_trust"]')" = False ]
	[ "$(of '[o["effect"]["phone"][k] for k in ("verdict", "rule", "record")]')" = \
		"['accepts', 'A2', 3]" ]
	[ "$(of 'sorted(o["effect"])')" = "['added_sast', 'late', 'losses', $(
	)'phone', 'removed_sast', 'shared_sast', 'untied']" ]
	[ "$(of 'o["error"]')" = None ]
}
