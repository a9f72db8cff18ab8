#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith diff: what is said of two lists, files or texts of the appliance, and
# when their trust is the same.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	unset TZ COLUMNS
	schema=$SRC/docs/ctlsmith.schema.json
	KEYS=$SRC/softhsm-fixtures/keys
	cp "$CASES/ok-tokenless-4947/CTLFile.tlv" list.tlv
	cp "$CASES/ok-token-5728/CTLFile.tlv" token.tlv
	chmod 644 ./*.tlv
}

# diff STATUS ARGUMENT...: what it prints is then in out and err.
diff_of() {
	local wanted=$1 status=0

	shift
	timeout -k 5 60 "$CTLSMITH" diff "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "diff $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# says TEXT...: each stands in out, over line ends.
says() {
	local text

	tr '\n' ' ' <out | tr -s ' ' >one-line
	for text; do
		grep -qF -- "$text" one-line || {
			echo "not in out: $text"
			cat out
			return 1
		}
	done
}

# json STATUS ARGUMENT...: the same with --json, which is what the schema says.
json() {
	diff_of "$1" --json "${@:2}"
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$schema"
}

# of PYTHON: what it makes of the JSON in out, of which o is the object.
of() {
	/usr/bin/python3 - "$1" <<-'PY'
		import json, sys
		(element,) = json.load(open("out"))
		assert element["schema"] == 1
		o = element["diff"]
		print(eval("(" + sys.argv[1] + ")"))
	PY
}

# The records of the JSON in out that are not the same: "removed 3>-, ...".
changes() {
	of '", ".join("%s %s>%s" % (r["change"], r["old"]["record"] if r["old"]
	    else "-", r["new"]["record"] if r["new"] else "-")
	    for r in o["difference"]["records"] if r["change"] != "same")'
}

# notes: their ids in out.
notes() {
	of '" ".join(n["id"] for n in o["notes"])'
}

# edit ARGUMENT...: list.tlv, edited, by its own signer.
edit() {
	(umask 077 && cp "$KEYS/rsa1024-a.pem" pub.key)
	cp "$CASES/ok-tokenless-4947/pub.pem" .
	"$CTLSMITH" edit list.tlv --signer pub.key --signer-cert pub.pem \
		--unverified --orphan-phones --drop-server-sast \
		"$@" >edited 2>&1 || {
		cat edited
		return 1
	}
}

# new_cert FILE KEY CN: a certificate that no list has.
new_cert() {
	openssl req -x509 -config <(printf '[req]\ndistinguished_name=d\n[d]\n') \
		-key "$KEYS/$2.pem" -utf8 -subj "/CN=$3/OU=Lab/O=Example" \
		-days 300 -out "$1"
}

# reorder FILE NEW NUMBER...: NEW has these records of FILE in this order,
# without a new signature.
reorder() {
	/usr/bin/python3 - "$@" <<-'PY'
		import sys
		data = open(sys.argv[1], "rb").read()
		at = int.from_bytes(data[8:10], "big")
		head, records = data[:at], [b""]
		while at < len(data):
		    n = int.from_bytes(data[at + 3:at + 5], "big")
		    records.append(data[at:at + n])
		    at += n
		open(sys.argv[2], "wb").write(
		    head + b"".join(records[int(i)] for i in sys.argv[3:]))
	PY
}

@test "the same file" {
	diff_of 0 list.tlv list.tlv
	[ "$(cat out)" = "The two are the same, byte for byte." ]
	[ ! -s err ]
	cp list.tlv copy.tlv
	json 0 list.tlv copy.tlv
	[ "$(of 'o["same_bytes"], o["difference"]["same_trust"], o["notes"]')" = \
		"(True, True, [])" ]
	[ "$(changes)" = "" ]
	[ "$(of 'len(o["difference"]["records"])')" = 4 ]
	[ "$(of 'o["compared_by"]')" = bytes ]
}

@test "another time, and nothing else: the trust is the same" {
	edit --timestamp 2020-01-02T03:04:05Z -o later.tlv
	diff_of 0 list.tlv later.tlv
	says "HEADER OLD NEW time 2015-03-06T20:56:07Z 2020-01-02T03:04:05Z" \
		"No record changes." "A phone that holds list.tlv accepts it" \
		"The trust is the same."
	[ "$(grep -c . out)" = 5 ]
	json 0 list.tlv later.tlv
	[ "$(of 'o["same_bytes"], o["difference"]["header"]["timestamp"],
		o["difference"]["header"]["signer"],
		o["difference"]["same_trust"]')" = "(False, True, False, True)" ]
}

@test "another digest is another trust" {
	edit --timestamp 2020-01-02T03:04:05Z --digest sha512 -o other.tlv
	diff_of 3 list.tlv other.tlv
	says "digest SHA-1 SHA-512" "No record changes." \
		"The trust is not the same."
	json 3 list.tlv other.tlv
	[ "$(of 'o["difference"]["header"]["digest"]')" = True ]
}

@test "a certificate replaced: old and new serial, validity and key" {
	local which file at not

	new_cert capf.pem rsa2048-b CAPF-11223344
	edit --replace capf=capf.pem -o new.tlv
	"$CTLSMITH" extract list.tlv -o was >log
	diff_of 3 list.tlv new.tlv
	grep -qE '^~ +3 +capf +cucm-1051-a-pub +CAPF-e41e7d87, serial 74:4B:' out
	grep -qE '^ +3 +CAPF-11223344, serial ' out
	json 3 list.tlv new.tlv
	[ "$(changes)" = "replaced 3>3" ]
	# openssl says the same of both
	for which in old new; do
		file=capf.pem
		[ $which = new ] || file=$(echo was/03-*.pem)
		at="[r for r in o['difference']['records']
			if r['change'] == 'replaced'][0]['$which']"
		[ "$(of "${at}['serial'].replace(':', '').lstrip('0')")" = \
			"$(openssl x509 -in "$file" -noout -serial |
				sed 's/^serial=0*//')" ]
		for not in before after; do
			[ "$(of "${at}['not_$not']")" = "$(openssl x509 -in "$file" \
				-noout -dates | sed -n "s/^not${not^}=//p" |
				date -u -f - +%FT%TZ)" ]
		done
		[ "$(of "${at}['key']['spki_sha256']")" = "$(openssl x509 -in \
			"$file" -noout -pubkey | openssl pkey -pubin -outform DER |
			sha256sum | cut -c 1-64)" ]
		[ "$(of "'%(type)s %(bits)d' % ${at}['key']")" = \
			"$([ $which = new ] && echo RSA 2048 || echo RSA 1024)" ]
		openssl x509 -in "$file" -noout -dates >dates
		mapfile -t dates < <(sed 's/^not[A-Za-z]*=//' dates |
			date -u -f - +%F)
		"$CTLSMITH" diff list.tlv new.tlv >text || [ $? = 3 ]
		grep -qE "^ +${dates[0]} to ${dates[1]}, RSA [0-9]+, key $(of \
			"${at}['key']['spki_sha256'][:20]")\$" text
	done
}

@test "added and removed, wherever they stand" {
	new_cert sast.pem rsa1024-f SAST-3
	edit --add sast=sast.pem --remove 3 -o new.tlv
	diff_of 3 list.tlv new.tlv
	grep -qE '^- +3 +capf' out
	grep -qE '^\+ +[0-9] +sast +.*SAST-3, serial' out
	json 3 list.tlv new.tlv
	[ "$(of 'sorted(r["change"] for r in o["difference"]["records"])')" = \
		"['added', 'removed', 'same', 'same', 'same']" ]
	[ "$(of 'o["effect"]["added_sast"], o["effect"]["removed_sast"]')" = \
		"(1, 0)" ]
	# the other way round
	json 3 new.tlv list.tlv
	[ "$(of 'o["effect"]["added_sast"], o["effect"]["removed_sast"]')" = \
		"(0, 1)" ]
}

@test "the order of records is no difference of trust, but said" {
	reorder list.tlv other.tlv 4 3 2 1
	# the signature is wrong now, and that is said
	diff_of 3 list.tlv other.tlv
	says "warning: other.tlv does not verify, so no phone takes it as it is" \
		"No record changes, but their order is another." \
		"The trust is not the same."
	json 3 list.tlv other.tlv
	[ "$(notes)" = not-verified ]
	[ "$(changes)" = "" ]
	[ "$(of 'o["difference"]["order"], o["new"]["verification"]["status"]')" = \
		"(True, 'failed')" ]
	(umask 077 && cp "$KEYS/rsa1024-a.pem" pub.key)
	cp "$CASES/ok-tokenless-4947/pub.pem" .
	"$CTLSMITH" edit other.tlv --unverified --signer pub.key \
		--signer-cert pub.pem -o signed.tlv >log
	diff_of 0 list.tlv signed.tlv
	says "No record changes, but their order is another." \
		"The trust is the same."
}

@test "a forged list is never the same trust, unless it is the same file" {
	cp list.tlv forged.tlv
	printf UUUU | dd of=forged.tlv bs=1 seek=250 conv=notrunc status=none
	diff_of 3 list.tlv forged.tlv
	says "warning: forged.tlv does not verify" "No record changes."
	diff_of 3 forged.tlv list.tlv
	says "warning: forged.tlv does not verify"
	diff_of 0 forged.tlv forged.tlv
	says "warning: forged.tlv does not verify" \
		"The two are the same, byte for byte."
}

@test "token to tokenless: signer, origin, and what it means for phones" {
	diff_of 3 token.tlv list.tlv
	says "signer SAST-ADN008580ef, serial 31:AF:45:55:00:00:00:08:E9:83 cucm-1051-a-pub, serial 70:CA:" \
		"made by token tokenless-callmanager" \
		"A phone that holds token.tlv refuses it." \
		"[signer-not-in-old]" "[no-shared-sast]" \
		"other: DNSNAME (now cucm-1051-a-pub), SIGNATURE"
	json 3 token.tlv list.tlv
	[ "$(changes)" = "removed 1>-, added ->1, respelt 2>2, respelt 3>3, $(
	)respelt 4>4, removed 5>-" ]
	[ "$(of 'o["effect"]["phone"]["verdict"]')" = refuses ]
	[ "$(of 'o["old"]["origin"], o["new"]["origin"]')" = \
		"('token', 'tokenless-callmanager')" ]
	[ "$(of '[r["fields"] for r in o["difference"]["records"]][2]')" = \
		"['DNSNAME', 'SIGNATURE']" ]
	[ "$(of 'o["difference"]["records"][0]["old"]["dialect"]')" = token ]
}

@test "a SAST in another spelling is another one for phones" {
	cp "$CASES/ok-token-5728/CTLFile.tlv" old.tlv
	/usr/bin/python3 - <<-'PY'
		data = bytearray(open("old.tlv", "rb").read())
		# the SASTs' issuer, "cn=Cisco M..." in the records alone
		at = data.index(b"cn=Cisco Manufacturing", 304)
		data[at:at + 2] = b"CN"
		open("new.tlv", "wb").write(data)
	PY
	diff_of 3 old.tlv new.tlv
	says "other: ISSUERNAME; spelt appliance, was token" \
		"a SAST is spelt otherwise: for phones record 1 of old.tlv"
	json 3 old.tlv new.tlv
	[ "$(of '[r["renamed"] for r in o["difference"]["records"]]')" = \
		"[True, False, False, False, False]" ]
	[ "$(of '[(r["old"]["dialect"], r["new"]["dialect"])
		for r in o["difference"]["records"]][0]')" = \
		"('token', 'appliance')" ]
}

@test "a key that is another beside the same certificate is another trust" {
	/usr/bin/python3 - <<-'PY'
		data = bytearray(open("list.tlv", "rb").read())
		at = int.from_bytes(data[8:10], "big")
		for i in range(2):      # to record 3, that of CAPF
		    at += int.from_bytes(data[at + 3:at + 5], "big")
		at = data.index(bytes([7, 0, 140, 0x30]), at)
		data[at + 40] ^= 1      # within the modulus
		open("other.tlv", "wb").write(data)
	PY
	(umask 077 && cp "$KEYS/rsa1024-a.pem" pub.key)
	cp "$CASES/ok-tokenless-4947/pub.pem" .
	"$CTLSMITH" edit other.tlv --unverified --signer pub.key \
		--signer-cert pub.pem -o signed.tlv >log 2>&1 || {
		cat log
		return 1
	}
	diff_of 3 list.tlv signed.tlv
	run -1 grep "does not verify" out
	says "record 3 of signed.tlv has the certificate of record 3 of list.tlv, but PUBLICKEY is another" \
		"The trust is not the same."
	json 3 list.tlv signed.tlv
	[ "$(of '[r["rekeyed"] for r in o["difference"]["records"]]')" = \
		"[False, False, True, False]" ]
}

@test "a file and its own text" {
	"$CTLSMITH" show list.tlv >list.txt
	for pair in "list.tlv list.txt" "list.txt list.tlv"; do
		read -r a b <<<"$pair"
		diff_of 0 "$a" "$b"
		says "note: list.txt is the text of a list" \
			"by the checksums both are the same file" \
			"No record changes." "The trust is the same."
	done
	json 0 list.tlv list.txt
	[ "$(notes)" = "text same-checksums" ]
	[ "$(of 'o["compared_by"], o["new"]["listing"]["whole"],
		o["effect"]["phone"]["verdict"]')" = "('sha1', True, 'accepts')" ]
	[ "$(of 'o["difference"]["header"]["digest"]')" = None ]
	[ "$(of 'o["difference"]["header"]["signer"]')" = False ]
	diff_of 0 list.txt list.txt
}

@test "two texts, and a text beside another list" {
	"$CTLSMITH" show list.tlv >list.txt
	"$CTLSMITH" show token.tlv >token.txt
	json 3 token.tlv list.tlv
	changes >wanted
	for pair in "token.txt list.tlv" "token.tlv list.txt" \
		"token.txt list.txt"; do
		read -r a b <<<"$pair"
		json 3 "$a" "$b"
		changes | diff -u wanted -
		[ "$(of 'o["effect"]["phone"]["verdict"]')" = refuses ]
		[ "$(of '[l["id"] for l in o["effect"]["losses"]]')" = \
			"['signer-not-in-old', 'no-shared-sast']" ]
		[ "$(of '"other-checksums" in [n["id"] for n in o["notes"]]')" = \
			True ]
	done
	# what is a file shows its certificates all the same
	json 3 token.txt list.tlv
	[ "$(of '[r["old"] and r["old"]["not_after"],
		r["new"] and r["new"]["not_after"]]
		if (r := o["difference"]["records"][1]) else 0')" = \
		"[None, '2035-01-01T00:00:00Z']" ]
	[ "$(of 'o["difference"]["records"][0]["old"]["key"]')" = None ]
}

@test "the texts tell what the files tell, for every made case" {
	local case list status n=0 same=0

	for case in "$CASES"/ok-*/; do
		for list in "$case"*LFile.tlv; do
			[ -f "$list" ] || continue
			n=$((n + 1))
			"$CTLSMITH" show "$list" >shown || [ $? = 3 ]
			diff_of 0 "$list" shown
			says "by the checksums both are the same file"
			# without them; damaged names, or no signer, leave doubt
			sed '/(MD5)$/d; /(SHA1)$/d' shown >text
			status=0
			"$CTLSMITH" diff "$list" text >out || status=$?
			same=$((same + (status == 0)))
			[ $status = 0 ] || grep -qE "cannot be told|verify" out
			run -1 grep -E '^[-+~?] ' out
		done
	done
	[ "$n" -gt 20 ]
	[ "$((n - same))" -lt 3 ]
}

@test "a paste: prompts, CRLF, a pager" {
	"$CTLSMITH" show list.tlv >plain
	{
		printf 'Command Line Interface is starting up\nadmin:show ctl\n'
		sed '20a\Press <enter> for 1 line, <space> for one page, or <q> to quit' \
			plain
		printf 'admin:\n'
	} | sed 's/$/\r/' >paste.txt
	diff_of 0 list.tlv paste.txt
	says "The trust is the same."
}

@test "two outputs in one paste" {
	"$CTLSMITH" show list.tlv >one
	cat one one >two
	diff_of 1 list.tlv two
	[ ! -s out ]
	grep -q '^ctlsmith: two: .*a second output of show ctl' err
	json 1 list.tlv two
	[ "$(of 'o["new"]["error"]["line"] > 10, o["old"]["error"],
		"difference" in o')" = "(True, None, False)" ]
}

@test "a text from which records are missing" {
	"$CTLSMITH" show list.tlv >plain
	# record 3, and nothing that ends the output
	sed '/CTL Record #:3/,/CTL Record #:4/{/CTL Record #:4/!d}' plain >part.txt
	# checksums would tell
	sed -i '/(MD5)/d; /(SHA1)$/d' part.txt
	diff_of 3 list.tlv part.txt
	says "note: part.txt lacks something" \
		"What it means for phones cannot be told from this text." \
		"Whether the trust is the same cannot be told."
	grep -qE '^\? +3 +capf' out
	# records keep their numbers
	json 3 list.tlv part.txt
	[ "$(notes)" = "text records-left-out" ]
	[ "$(changes)" = "removed 3>-" ]
	[ "$(of '[(r["new"]["record"], r["certain"]) if r["new"] else r["certain"]
		for r in o["difference"]["records"]]')" = \
		"[(1, True), (2, True), False, (4, True)]" ]
	[ "$(of 'o["effect"], o["difference"]["same_trust"]')" = "(None, None)" ]
	json 3 part.txt list.tlv
	[ "$(changes)" = "added ->3" ]
	[ "$(of '[r["certain"] for r in o["difference"]["records"]]')" = \
		"[True, True, False, True]" ]
	# what is there and another is another for certain
	diff_of 3 token.tlv part.txt
	says "The trust is not the same."
}

@test "with the checksums of the file, missing records are no doubt" {
	"$CTLSMITH" show list.tlv >plain
	sed '/CTL Record #:3/,/CTL Record #:4/{/CTL Record #:4/!d}' plain >part.txt
	diff_of 0 list.tlv part.txt
	says "by the checksums both are the same file" "The trust is the same."
}

@test "checksums do not outweigh what the records say" {
	# the head of one paste, the records of another
	"$CTLSMITH" show list.tlv | sed '/Length of CTL/,$d' >mixed.txt
	"$CTLSMITH" show token.tlv | sed -n '/Length of CTL/,$p' >>mixed.txt
	json 3 list.tlv mixed.txt
	[ "$(notes)" = "text same-checksums" ]
	[ "$(of 'o["difference"]["same_trust"]')" = False ]
}

@test "a text that the appliance itself does not believe" {
	"$CTLSMITH" show list.tlv |
		sed '/(MD5)/d; /(SHA1)$/d
			s/^The CTL file was verified successfully.$/Verification of the CTL File failed./' \
			>bad.txt
	diff_of 3 list.tlv bad.txt
	says "the appliance itself says that bad.txt does not verify"
}

@test "a node that has no list" {
	diff_of 1 list.tlv "$SRC/tests/listings/118892-3.txt"
	grep -q 'by this text the node has no such list' err
}

@test "the published transcripts" {
	local text

	# nothing crashes, and each says something
	for text in "$SRC"/tests/listings/*.txt; do
		run "$CTLSMITH" diff list.tlv "$text"
		[ "$status" = 3 ] || [ "$status" = 1 ]
		echo "$output" >err
		[ "$status" = 3 ] || grep -q 'no such list' err
	done
	# its SAST is this cluster's, but with another certificate here
	json 3 list.tlv "$SRC/tests/listings/118893-5.txt"
	[ "$(of 'o["difference"]["header"]["signer"]')" = False ]
	# the CTL client with two tokens, then tokenless, in Cisco's own words
	json 3 "$SRC/tests/listings/118893-6.txt" "$SRC/tests/listings/118893-7.txt"
	[ "$(of '"records-left-out" in [n["id"] for n in o["notes"]]')" = True ]
}

@test "texts without hashes or serial numbers" {
	"$CTLSMITH" show list.tlv | sed '/(MD5)/d; /(SHA1)$/d' >plain
	sed 's/\(CERTIFICATE	[0-9]*\)	.*/\1/' plain >no-hash
	json 0 list.tlv no-hash
	[ "$(notes)" = "text by-issuer-and-serial" ]
	[ "$(of 'o["compared_by"]')" = issuer-and-serial ]
	json 0 no-hash list.tlv
	[ "$(of 'o["compared_by"]')" = issuer-and-serial ]
	sed '/SERIALNUMBER/s/\(	[0-9]*\)	.*/\1/' no-hash >nothing
	json 3 list.tlv nothing
	[ "$(notes)" = "text signer-not-told by-name" ]
	[ "$(changes)" = "" ]
	[ "$(of 'o["difference"]["same_trust"], o["effect"],
		o["difference"]["header"]["signer"]')" = "(None, None, None)" ]
	diff_of 3 list.tlv nothing
	says "Whether the trust is the same cannot be told."
}

@test "who signed, by the line in the records" {
	"$CTLSMITH" show token.tlv |
		sed '/(MD5)/d; /(SHA1)$/d; /^3	SIGNERID/,/^15	/d' >headless
	run -1 grep SIGNERNAME headless
	json 3 list.tlv headless
	[ "$(of 'o["difference"]["header"]["signer"]')" = True ]
	json 0 token.tlv headless
	[ "$(of 'o["difference"]["header"]["signer"]')" = False ]
}

@test "a CTL is not compared with an ITL" {
	cp "$CASES/ok-itl-callmanager/ITLFile.tlv" .
	diff_of 1 list.tlv ITLFile.tlv
	[ ! -s out ]
	grep -qF 'ctlsmith: list.tlv is a CTL and ITLFile.tlv is an ITL: phones hold both side by side' err
	json 1 ITLFile.tlv list.tlv
	[ "$(of 'o["error"]["code"], o["old"]["kind"], "notes" in o')" = \
		"('not supported', 'itl', False)" ]
	diff_of 0 ITLFile.tlv ITLFile.tlv
	cp "$CASES/ok-itl-itlrecovery/ITLFile.tlv" other.tlv
	diff_of 3 ITLFile.tlv other.tlv
	says "while no CTL is installed"
}

@test "what cannot be read" {
	diff_of 1 list.tlv missing.tlv
	grep -q '^ctlsmith: missing.tlv: .*No such file' err
	# both are said
	diff_of 1 missing.tlv "$CASES/bad-leftover/CTLFile.tlv"
	[ "$(grep -c '^ctlsmith: ' err)" = 2 ]
	json 1 "$CASES/bad-leftover/CTLFile.tlv" list.tlv
	[ "$(of 'o["old"]["error"]["code"], o["new"]["error"]')" = \
		"('bytes left over', None)" ]
	diff_of 1 "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn" list.tlv
	grep -q 'no trust list, and has no records' err
	diff_of 1 . list.tlv
	: >empty
	diff_of 1 list.tlv empty
	json 1 list.tlv empty
	diff_of 1 list.tlv /dev/null
}

@test "the command line" {
	diff_of 2
	grep -q 'two lists are missing' err
	diff_of 2 list.tlv
	grep -q 'the list to compare it with is missing' err
	diff_of 2 list.tlv list.tlv list.tlv
	grep -q 'two lists at a time, not 3' err
	diff_of 2 - -
	grep -q 'read only once' err
	diff_of 2 --nothing list.tlv list.tlv
	[ ! -s out ]
}

@test "standard input is one of the two" {
	cp list.tlv copy.tlv
	diff_of 0 - list.tlv <copy.tlv
	diff_of 3 token.tlv - <list.tlv
	says "A phone that holds token.tlv refuses it."
	"$CTLSMITH" show list.tlv | "$CTLSMITH" diff list.tlv - >out
	says "note: - is the text of a list"
}

@test "hostile names do not reach the terminal" {
	cp "$CASES/bad-name-escape/CTLFile.tlv" bad.tlv
	# the name of a file, and names in a list that parses
	cp list.tlv $'a\033[31mb.tlv'
	new_cert capf.pem rsa2048-b $'x\302\233\342\200\256y'
	edit --replace capf=capf.pem -o hostile.tlv
	diff_of 3 $'a\033[31mb.tlv' hostile.tlv
	LC_ALL=C run -1 grep -P '[^\n\x20-\x7e]' out
	grep -qF 'x\xc2\x9b\xe2\x80\xaey' out
	grep -qF 'a\x1b[31mb.tlv' out
	json 3 $'a\033[31mb.tlv' hostile.tlv
	[ "$(of 'o["old"]["file"]["path"] == "a\x1b[31mb.tlv"')" = True ]
	diff_of 1 bad.tlv list.tlv
	run -1 grep -P '[^\n\x20-\x7e]' err
}

@test "a narrow terminal, and colours" {
	local terminal="$SRC/tests/cli/terminal.py"

	/usr/bin/python3 "$terminal" 40 - "$CTLSMITH" diff token.tlv list.tlv \
		>screen || [ $? = 3 ]
	grep -q $'\033\[31m-' screen
	grep -q $'\033\[32m+' screen
	sed 's/\x1b\[[0-9;]*m//g; s/\r$//' screen >plain
	# all but serial numbers, which can be copied, has room
	run -1 grep -vE '^( *[0-9A-F:]+[),]*|.{0,40})$' plain
	grep -qE '^- +old 1 +sast' plain
	grep -qE '^~ +old 3 +new 3 +capf' plain
	grep -qx '    45:DA:A2:AF:00:00:00:27:F9:3C' plain
	NO_COLOR=1 /usr/bin/python3 "$terminal" 40 - "$CTLSMITH" diff token.tlv \
		list.tlv >screen || [ $? = 3 ]
	run -1 grep $'\033' screen
	# a wide one has the table that a pipe has
	NO_COLOR=1 /usr/bin/python3 "$terminal" 250 - "$CTLSMITH" diff token.tlv \
		list.tlv >screen || [ $? = 3 ]
	diff_of 3 token.tlv list.tlv
	tr -d '\r' <screen | head -n 16 | diff -u - <(head -n 16 out)
}

@test "the real list against a copy of it that was edited" {
	local real=$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv

	[ -f "$real" ] || skip "no real list: set CTLSMITH_SAMPLES"
	diff_of 0 "$real" "$real"
	reorder "$real" edited.tlv 1 2 4 5 6 3
	json 3 "$real" edited.tlv
	[ "$(changes)" = "" ]
	[ "$(of 'o["difference"]["order"]')" = True ]
	[ "$(notes)" = not-verified ]
	reorder "$real" edited.tlv 1 2 4 5 6
	json 3 "$real" edited.tlv
	[ "$(changes)" = "removed 3>-" ]
	/usr/bin/openssl version >/dev/null
	diff_of 3 "$real" edited.tlv
	grep -qE '^- +3 +ccm\+tftp +gigantic-7 +gigantic-7.cisco.com, serial 63:30:98:1C:01:7C:47:43$' out
	# its own text, by the appliance's sibling: names alone are told
	diff_of 3 "$real" "$SRC/tests/listings/scfparser.txt"
	says "No record changes." "Whether the trust is the same cannot be told."
}

@test "the largest list there may be, shuffled" {
	/usr/bin/python3 - <<-'PY'
		import random
		data = open("list.tlv", "rb").read()
		at = int.from_bytes(data[8:10], "big")
		n = int.from_bytes(data[at + 3:at + 5], "big")
		head, first = data[:at], data[at:at + n]
		host = b"\x02\x00\x08h%06d\0"
		def record(i):
		    body = host % i + b"\x04\x00\x02\x00\x02"
		    return b"\x01\x00\x02" + (len(body) + 5).to_bytes(2, "big") + body
		records = [record(i) for i in range(9999)]
		open("a.tlv", "wb").write(head + first + b"".join(records))
		random.seed(1)
		random.shuffle(records)
		records[17] = record(20000)
		open("b.tlv", "wb").write(head + first + b"".join(records))
	PY
	json 3 a.tlv b.tlv
	[ "$(of 'sorted({r["change"] for r in o["difference"]["records"]})')" = \
		"['added', 'removed', 'same']" ]
	[ "$(of 'sum(r["change"] == "same" for r in o["difference"]["records"])')" = \
		9999 ]
}
