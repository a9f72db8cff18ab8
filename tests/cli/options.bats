#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Every option does what its help says, a wrong command line is said to be
# one, and nothing from outside the command line has a say.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	unset TZ
	list=$CASES/ok-tokenless-4947/CTLFile.tlv
	other=$CASES/ok-token-5728/CTLFile.tlv
	itl=$CASES/ok-itl-callmanager/ITLFile.tlv
	sgn=$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn
	pem=$CASES/ok-cnf-sgn-sha1/pub.pem
}

# try STATUS ARGUMENT...: what ctlsmith prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	"$CTLSMITH" "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "ctlsmith $*: $status instead of $wanted"
		cat err
		return 1
	}
}

# wrong COMMAND ARGUMENT...: a usage error, which points to COMMAND's help;
# COMMAND may be "".
wrong() {
	local command=$1

	shift
	# shellcheck disable=SC2086 # none, where there is no command
	try 2 $command "$@"
	printf 'ctlsmith: WHY\n%s\n' \
		"Try 'ctlsmith ${command:+$command }--help'." >wanted
	sed '1s/^ctlsmith: ..*/ctlsmith: WHY/' err >said
	diff -u wanted said
	[ ! -s out ]
}

# The numbers of the records in out, as "1 2 3 ".
records() {
	sed -n 's/^	CTL Record #:\([0-9]*\)$/\1/p' out | tr '\n' ' '
}

# The commands that the help of ctlsmith GROUP... lists, and so on for the
# groups among them, a line each.
commands() {
	local name

	for name in $(listed "$@" --help); do
		if [ -z "$(listed "$@" "$name" --help)" ]; then
			echo "${*:+$* }$name"
		else
			commands "$@" "$name"
		fi
	done
}

# The commands that the help of ctlsmith ARGUMENT... lists.
listed() {
	"$CTLSMITH" "$@" | awk '/^Commands:/ { on = 1; next }
		/^$/ { on = 0 }
		on { print $1 }'
}

# The options that a command's help lists, without --help, in order.
options_of() {
	# shellcheck disable=SC2086 # words
	"$CTLSMITH" $1 --help |
		sed -nE 's/^  (-[a-z], )?--([a-z0-9-]*).*/\2/p' | grep -vx help |
		sort | tr '\n' ' '
}

# Completes the last of the words behind "ctlsmith".
complete_words() {
	(
		# shellcheck disable=SC1090
		source <("$CTLSMITH" completion bash)
		COMP_WORDS=(ctlsmith "$@") COMP_CWORD=$#
		COMPREPLY=()
		_ctlsmith
		[ ${#COMPREPLY[@]} = 0 ] || printf '%s\n' "${COMPREPLY[@]}"
	)
}

# Values as show --hex prints them below their rows: byte (in hex) and value.
dumped() {
	awk '
	/^\t\t[0-9a-f]+  [0-9a-f][0-9a-f]( [0-9a-f][0-9a-f])*$/ &&
	    length($1) == 8 {
		at = $1
		line = $0
		sub(/^\t\t[0-9a-f]+  /, "", line)
		gsub(/ /, "", line)
		if (!dump++)
			printf "%s ", at
		printf "%s", line
		next
	}
	dump { print ""; dump = 0 }' out
}

# The same, from the twin: all that is no container, and of the header
# neither VERSION, HEADERLENGTH nor pads, which have no row.
values() {
	"$TWIN" dump "$1" | awk '
	$1 == "content" { next }
	$1 == 0 && $4 ~ /^(1|2|3|7|9|13|16|17|21)$/ { next }
	$5 > 0 { printf "%08x %s\n", $2 + 3, $6 }'
}

@test "every option that the help lists is tested in this file" {
	local command option

	[ "$(commands | grep -vE '^(token|cluster|change)' | tr '\n' ,)" = \
		"show,verify,lint,extract,diff,accept,rescue,order,build,edit,sign,$(
		)unsign,sign-request,attach,cert show,cert check,cert calendar,$(
		)trust-store check,audit verify,completion," ]
	[ "$(commands token | cut -d' ' -f2- | tr '\n' ,)" = "modules,list,$(
	)show,mechanisms,test,match,drill,report,init,keygen,csr,$(
	)selfsign,import-key,import-cert,export-cert,delete,$(
	)pin change,pin reset,pin unblock," ]
	[ "$(commands change | cut -d' ' -f2- | tr '\n' ,)" = "plan,run,resume,$(
	)status,undo,report," ]
	# change_options.bats, and those of the runs, have them
	[ "$(options_of 'change plan')" = "allow batch ca-signed force $(
	)from installed inventory known-hosts legacy-ssh listen module output $(
	)password-env password-fd self-signed timeout web web-port " ]
	for command in run resume; do
		[ "$(options_of "change $command")" = "answer audit $(
		)batch canary dry-run final-try from inventory known-hosts $(
		)legacy-ssh listen module password-env password-fd $(
		)past-no-return phone-wait pin-env pin-fd state timeout until $(
		)waive web web-port yes " ]
	done
	[ "$(options_of 'change undo')" = "answer audit batch dry-run $(
	)final-try from inventory known-hosts legacy-ssh listen module $(
	)password-env password-fd phone-wait pin-env pin-fd state $(
	)timeout web web-port yes " ]
	[ "$(options_of 'change status')" = "json state " ]
	[ "$(options_of 'change report')" = "force html json state " ]
	[ "$(commands cluster | cut -d' ' -f2- | tr '\n' ,)" = "collect,init,phones,status," ]
	[ "$(options_of 'cluster collect')" = "batch force inventory known-hosts $(
	)legacy-ssh module output password-env password-fd phones probe-p12 $(
	)transcripts " ]
	# cluster_phones.bats has them
	[ "$(options_of 'cluster phones')" = "batch csv for from inventory $(
	)jobs json known-hosts legacy-ssh list listen no-login $(
	)password-env password-fd setup since web web-port " ]
	[ "$(options_of 'cluster status')" = "batch every inventory json $(
	)known-hosts legacy-ssh module offline password-env password-fd $(
	)probe-p12 save transcripts watch " ]
	[ "$(options_of 'cluster init')" = "batch force from known-hosts $(
	)legacy-ssh output password-env password-fd user " ]
	[ "$(options_of show)" = "hex jobs json kind long max-size records signer $(
	)trusted tz " ]
	[ "$(options_of verify)" = "jobs json kind max-size signer trusted " ]
	[ "$(options_of lint)" = "at days jobs json kind max-size signer $(
	)strict trusted " ]
	[ "$(options_of accept)" = "archive dot groups history installed inventory $(
	)itl json models no-capf nodes phone-itl phone-sast-trust phones $(
	)publisher served tvs-certs tvs-ctl-cache verbose " ]
	for option in $(options_of accept); do
		grep -qE -- "--$option( |\$|\)|$)" \
			"$SRC/tests/cli/accept.bats" \
			"$SRC/tests/cli/accept.bash" "$SRC/tests/cli/rescue.bats"
	done
	[ "$(options_of extract)" = "dry-run kind max-size output " ]
	[ "$(options_of diff)" = "json " ]
	[ "$(options_of build)" = "allow app-server audit capf ccm ccm-tftp $(
	)detached-request dialect digest drop-server-sast dry-run filename $(
	)final-try firewall force inventory json key-pin-env key-pin-fd kind $(
	)max-sast module orphan-phones output passphrase-env passphrase-fd $(
	)pin-env pin-fd sast signer signer-cert spec srst state tftp timeout $(
	)timestamp tvs unverified " ]
	[ "$(options_of edit)" = "add allow audit detached-request dialect $(
	)digest drop-server-sast dry-run filename final-try force inventory $(
	)json key-pin-env key-pin-fd max-sast module orphan-phones output $(
	)passphrase-env passphrase-fd pin-env pin-fd remove replace $(
	)replace-other signer signer-cert state timeout timestamp unverified " ]
	[ "$(options_of sign-request)" = "audit dry-run extract final-try $(
	)force item json key-pin-env key-pin-fd module output $(
	)passphrase-env passphrase-fd pin-env pin-fd signer state timeout yes " ]
	[ "$(options_of attach)" = "drop-server-sast dry-run force inventory $(
	)json orphan-phones output replace-other unverified " ]
	[ "$(options_of sign)" = "audit detached-request dialect digest dry-run $(
	)final-try force jobs journal json key-pin-env key-pin-fd max-size $(
	)module name output passphrase-env passphrase-fd pin-env pin-fd restart signer $(
	)signer-cert state timeout timestamp trusted " ]
	[ "$(options_of unsign)" = "dry-run force json max-size output signer $(
	)trusted " ]
	[ "$(options_of 'cert show')" = "json now pem " ]
	[ "$(options_of 'cert check')" = "csr csr-ledger json nodes now $(
	)profiles release trust unit " ]
	[ "$(options_of 'cert calendar')" = "as days ical json now stores " ]
	for option in $(options_of 'cert show') $(options_of 'cert check') \
		$(options_of 'cert calendar'); do
		grep -qE -- "--$option( |\$|\)|$)" \
			"$SRC/tests/cli/cert_calendar.bats" \
			"$SRC/tests/cli/cert_show.bats" \
			"$SRC/tests/cli/cert_check.bats"
	done
	[ "$(options_of 'trust-store check')" = "days former json list lsc $(
	)lsc-issuers nodes now release rules " ]
	for option in $(options_of 'trust-store check'); do
		grep -qE -- "--$option( |\$|\)|$)" \
			"$SRC/tests/cli/trust_store.bats" \
			"$SRC/tests/cli/stores.bash"
	done
	[ "$(options_of 'audit verify')" = "json last " ]
	[ "$(options_of order)" = "allow change class done installed json $(
	)new-tokens node release served tokens tvs-ctl-cache upgrade-to " ]
	[ "$(options_of completion)" = "" ]
	for option in $(options_of order); do
		grep -q -e "--$option" "${BATS_TEST_FILENAME%/*}/order.bats"
	done
	for option in $(options_of show); do
		grep -q "^@test \"--$option" "$BATS_TEST_FILENAME"
	done
	for option in $(options_of lint); do
		grep -q "^@test \".*--$option" "$BATS_TEST_FILENAME" \
			"${BATS_TEST_FILENAME%/*}/lint.bats"
	done
	for option in $(options_of extract); do
		grep -q "^@test \".*--$option" "$BATS_TEST_FILENAME" \
			"${BATS_TEST_FILENAME%/*}/extract.bats"
	done
	for option in $(options_of sign-request) $(options_of attach); do
		case $option in output) option=o ;; esac
		grep -qE -e "[[:space:]]--?$option( |$)" \
			"${BATS_TEST_FILENAME%/*}/detached.bats"
	done
	for option in $(options_of 'audit verify'); do
		grep -q "^@test \".*--$option" \
			"${BATS_TEST_FILENAME%/*}/audit.bats"
	done
	for option in $(options_of build); do
		grep -q -e "--$option" "${BATS_TEST_FILENAME%/*}"/*build.bats || {
			echo "build: no test of --$option"
			return 1
		}
	done
	for option in $(options_of edit); do
		grep -q -e "--$option" "${BATS_TEST_FILENAME%/*}/edit.bats" \
			"${BATS_TEST_FILENAME%/*}/build.bats" \
			"${BATS_TEST_FILENAME%/*}/signer.bats"
	done
	for option in $(options_of rescue); do
		grep -q -e "--$option" "${BATS_TEST_FILENAME%/*}/rescue.bats"
	done
	for command in sign unsign; do
		for option in $(options_of $command); do
			grep -q -e "--$option" \
				"${BATS_TEST_FILENAME%/*}/$command.bats" || {
				echo "$command: no test of --$option"
				return 1
			}
		done
	done
}

@test "every option of a token command is used in its tests" {
	local command option all="${BATS_TEST_FILENAME%/*}"

	cat "$all"/token_*.bats "$all"/*.bash "$all/../token"/*.bats \
		"$SRC/docs/guide-tokens.md" >tests
	commands token >names
	while read -r command; do
		[ -n "$(options_of "$command")" ]
		for option in $(options_of "$command"); do
			grep -q -e "--$option" tests || {
				echo "$command: no test of --$option"
				return 1
			}
		done
	done <names
}

@test "every token command says what is wrong with its command line" {
	local command

	commands token >names
	while read -r command; do
		wrong "$command" --nothing
		wrong "$command" --module
		wrong "$command" --timeout 0
		wrong "$command" --timeout 86401
		# none of them guesses a module, and several arguments are too many
		CTLSMITH_CONFIG='' wrong "$command" pkcs11: b c d
	done <names
	for command in token 'token pin'; do
		wrong "$command"
		wrong "$command" nothing
	done
}

@test "--records shows these and no others" {
	local choice wanted

	while IFS='|' read -r choice wanted; do
		try 0 show --records "$choice" "$list"
		[ "$(records)" = "$wanted" ]
		[ ! -s err ]
	done <<-'CHOICES'
		1|1 
		4|4 
		1,3-4|1 3 4 
		3-4,1|1 3 4 
		2-2|2 
		1-4|1 2 3 4 
		2,2|2 
	CHOICES
	try 0 show "$list"
	[ "$(records)" = '1 2 3 4 ' ]
	try 0 show --records=2 --json "$list"
	[ "$(grep -c '^      "index": ' out)" = 1 ]
	grep -qx '      "index": 2,' out
	# it does not change what is judged
	grep -qx '    "signer_record": 1,' out
}

@test "--records beyond the end is a failure, and shows what there is" {
	try 1 show --records 4-5 "$list"
	[ "$(records)" = '4 ' ]
	grep -q 'no record 5, the file has 4$' err
	try 1 show --records 1,4294967297 "$list"
	[ "$(records)" = '1 ' ]
	try 1 show --records 5 --json "$list"
	grep -qx '  "records": \[\],' out
	try 1 show --records 5 "$list" "$other"
	[ "$(records)" = '5 ' ]
	[ "$(wc -l <err)" = 1 ]
}

@test "--hex prints the bytes that stand there in the file" {
	local name file

	for name in ok-tokenless-4947 ok-token-5728 ok-builder-sha512 \
		ok-unknown-tags ok-enc-sgn ok-itl-cert-hashes ok-pads-7; do
		file=$(find "$CASES/$name" -type f ! -name '*.pem')
		"$CTLSMITH" show --hex "$file" >out || [ $? = 3 ]
		dumped >got
		values "$file" >wanted
		[ -s wanted ]
		diff -u wanted got
		# and xxd finds the same there
		while read -r at value; do
			[ "$(xxd -s $((16#$at)) -l $((${#value} / 2)) -p \
				"$file" | tr -d '\n')" = "$value" ]
		done < <(shuf -n 5 got)
	done
}

@test "--hex adds lines and changes none" {
	try 0 show "$list"
	mv out plain
	try 0 show --hex "$list"
	diff plain out | grep '^[<>]' >changes
	run -1 grep '^<' changes
	run -1 grep -v '^> 		[0-9a-f]\{8\}  ' changes
	[ "$(wc -l <changes)" -gt 200 ]
}

@test "--long adds lines and changes none" {
	local key

	try 0 show "$list"
	mv out plain
	try 0 show --long "$list"
	diff plain out | grep '^[<>]' >changes
	run -1 grep '^<' changes
	run -1 grep -vE '^> ?(	.*)?$' changes
	for key in kind 'file name' made digest modulus pads payload SHA-256; do
		grep -qE "^> 	$key  +[^ ]" changes
	done
	for key in record role address subject issuer valid key SHA-256; do
		[ "$(grep -cE "^> 	$key  +[^ ]" changes)" -ge 4 ]
	done
}

@test "--long: what it says is what openssl and the system say" {
	try 0 show --long --records 3 "$list"
	openssl x509 -in "${list%/*}/capf.pem" -outform DER -out cert.der
	grep -qx "	SHA-256      $(sha256sum <"$list" | cut -c1-64)" out
	grep -qx "	SHA-256      $(sha256sum <cert.der | cut -c1-64)" out
	[ "$(sed -n 's/^	valid .* to \(.*\)/\1/p' out)" = "$(
		date -u +%FT%TZ -d "$(openssl x509 -in cert.der -noout \
			-enddate | cut -d= -f2)"
	)" ]
	[ "$(sed -n 's/^	subject  *//p' out)" = "$(openssl x509 \
		-in cert.der -noout -subject -nameopt RFC2253 | cut -c9-)" ]
}

@test "--tz prints the date of that zone, summer and winter" {
	local zone name wanted

	while IFS='|' read -r zone name wanted; do
		try 0 show --tz "$zone" "$CASES/$name/CTLFile.tlv"
		grep -qx "The CTL File was last modified on $wanted (header)" out
	done <<-'ZONES'
		Europe/Berlin|ok-pads-0|Wed May 01 14:00:00 CEST 2024
		Europe/Berlin|ok-tokenless-4947|Fri Mar 06 21:56:07 CET 2015
		UTC|ok-pads-0|Wed May 01 12:00:00 UTC 2024
		America/New_York|ok-pads-0|Wed May 01 08:00:00 EDT 2024
		Asia/Kolkata|ok-tokenless-4947|Sat Mar 07 02:26:07 IST 2015
	ZONES
}

@test "--tz is the only zone: not TZ, and not what JSON prints" {
	export TZ=Asia/Tokyo
	try 0 show "$list"
	grep -qx 'The CTL File .* 20:56:07 UTC 2015 (header)' out
	try 0 show --tz Europe/Berlin "$list"
	grep -qx 'The CTL File .* 21:56:07 CET 2015 (header)' out
	try 0 show --json --tz Europe/Berlin "$list"
	grep -qx '    "timestamp": "2015-03-06T20:56:07Z",' out
	try 0 show --long --tz Europe/Berlin "$list"
	grep -qx '	made         2015-03-06T20:56:07Z' out
}

@test "--tz refuses what is no zone" {
	local zone

	for zone in Europe/Berlim '' Europe ../zoneinfo/UTC /etc/localtime \
		tzdata.zi zone.tab CET-1CEST . "$(printf '%0500d' 0)"; do
		wrong show --tz "$zone" "$list"
	done
}

@test "--kind overrides what the file says of itself" {
	local kind

	try 0 show --kind itl "$list"
	grep -qx 'The ITL file was verified successfully.' out
	grep -qx 'This etoken was used to sign the ITL file.' out
	try 0 show --kind ctl "$itl"
	grep -qx 'Length of CTL file: .*' out
	for kind in signed-file encrypted firmware; do
		try 3 show --kind $kind --json "$list"
		grep -qx "  \"kind\": \"$kind\"," out
		grep -qx '  "records": \[\],' out
		grep -qx '    "status": "not-possible",' out
		try 3 verify --kind $kind "$list"
		grep -q ': not possible: ' out
	done
	# the content of a signed file is no list of records
	try 1 verify --kind ctl "$sgn"
	grep -q ': .*byte 444: ' err
	# but --signer judges it all the same
	try 0 verify --kind signed-file --signer "${list%/*}/pub.pem" "$list"
	for kind in CTL '' 'ctl,' list; do
		wrong verify --kind "$kind" "$list"
	done
}

@test "--max-size counts bytes, K, M and G" {
	local size

	for size in 4947 4948 5K 1M 1G 0004947; do
		try 0 verify --max-size $size "$list"
		try 0 show --max-size=$size "$list"
	done
	for size in 4946 4K 1; do
		try 1 verify --max-size $size "$list"
		grep -q "limit of $(numfmt --from=iec $size) bytes" err
		[ ! -s out ]
	done
	for size in 0 -1 +1 1X 1KB 1k '' ' 1' '1 ' 1.5M 0x10 K \
		99999999999999999999 99999999999G; do
		wrong verify --max-size "$size" "$list"
	done
	# a list to trust and a certificate are files like others
	try 1 verify --max-size 5K --trusted "$other" "$list"
	grep -q "^ctlsmith: $other: .*limit of 5120 bytes" err
}

@test "--jobs takes 1 to 256, and changes nothing that is printed" {
	local jobs

	"$CTLSMITH" verify "$list" "$other" "$itl" "$sgn" >wanted || [ $? = 3 ]
	for jobs in 1 2 3 007 256; do
		try 3 verify --jobs $jobs "$list" "$other" "$itl" "$sgn"
		cmp wanted out
		try 0 show --jobs=$jobs "$list"
	done
	for jobs in 0 257 -1 +1 1x x1 1.5 '' ' 1' '1 ' 0x10 4294967297 \
		18446744073709551617 all; do
		wrong verify --jobs "$jobs" "$list"
		grep -q ": --jobs wants a number from 1 to 256, not '$jobs'$" err
	done
}

@test "--signer takes PEM and DER, and no other certificate" {
	try 3 verify "$sgn"
	try 0 verify --signer "$pem" "$sgn"
	grep -q "^$sgn: .*verified with the certificate given$" out
	openssl x509 -in "$pem" -outform DER -out cert.der
	try 0 verify --signer cert.der "$sgn"
	try 0 show --signer cert.der "$sgn"
	grep -qx 'The signed file was verified successfully.' out
	# with words around the PEM, as openssl writes it
	openssl x509 -in "$pem" -text -out text.pem
	try 0 verify --signer text.pem "$sgn"
	try 3 verify --signer "${other%/*}/token1.pem" "$sgn"
	grep -q ': FAILED: ' out
	try 3 verify --signer "${other%/*}/token1.pem" "$list"
	try 0 verify --signer "${list%/*}/pub.pem" "$list"
	grep -q ': verified with the certificate given$' out
}

@test "--signer refuses what is no certificate" {
	local key

	try 1 verify --signer nothing "$sgn"
	grep -q '^ctlsmith: nothing: .*No such file' err
	try 1 verify --signer "$list" "$sgn"
	key=$(find "$SRC/softhsm-fixtures/keys" -name '*.pem' | head -n 1)
	try 1 verify --signer "$key" "$sgn"
	: >empty
	try 1 verify --signer empty "$sgn"
	sed '5d' "$pem" >broken.pem
	try 1 verify --signer broken.pem "$sgn"
	[ ! -s out ]
	grep -q '^ctlsmith: broken.pem: ' err
	wrong verify --signer "$pem" --trusted "$itl" "$sgn"
}

@test "--trusted takes the keys of another list" {
	try 0 verify --trusted "$list" "$list"
	try 0 verify --trusted "$itl" "$sgn"
	grep -q "^$sgn: .*verified with the trusted list (record 3, .*lab-pub)$" out
	try 0 show --trusted "$itl" "$sgn"
	grep -qx 'Checked with record 3 of the trusted list.' out
	try 3 verify --trusted "$other" "$list"
	try 3 verify --trusted "$list" "$other" "$itl"
	[ "$(grep -c ': FAILED: ' out)" = 2 ]
	try 0 verify --json --trusted "$list" "$list"
	grep -qx '    "anchor": "trusted-file",' out
	try 0 verify --json "$list"
	grep -qx '    "anchor": "self",' out
}

@test "--trusted refuses what is no list, and a list that lies" {
	try 1 verify --trusted nothing "$list"
	grep -q '^ctlsmith: nothing: .*No such file' err
	try 1 verify --trusted "$sgn" "$list"
	grep -q "^ctlsmith: $sgn: .*no CTL" err
	try 1 verify --trusted "$pem" "$list"
	head -c 4000 "$list" >part
	try 1 verify --trusted part "$list"
	grep -q '^ctlsmith: part: record 4 / .*byte [0-9]*: ' err
	[ ! -s out ]
}

@test "--json prints what the text says" {
	try 0 show --json "$list" "$other"
	/usr/bin/python3 - "$list" "$other" <<-'PY'
		import hashlib, json, sys
		doc = json.load(open("out"))
		assert len(doc) == 2
		for name, element in zip(sys.argv[1:], doc):
		    raw = open(name, "rb").read()
		    assert element["file"]["path"] == name
		    assert element["file"]["size"] == len(raw)
		    for how in "md5", "sha1", "sha256":
		        assert element["file"][how] == \
		            hashlib.new(how, raw).hexdigest()
		    assert element["verification"]["status"] == "verified"
		    assert sum(r["length"] for r in element["records"]) == \
		        len(raw) - element["header"]["length"]
	PY
	try 0 verify --json "$list"
	grep -qx '    "status": "verified",' out
	wrong verify --json=yes "$list"
}

@test "a wrong command line is said to be one" {
	wrong ""
	wrong "" nothing
	wrong "" --nothing
	wrong "" -x
	wrong "" ""
	wrong "" help nothing
	wrong "" Show "$list"
	wrong show
	wrong show --json
	wrong show --nothing "$list"
	wrong show -x "$list"
	wrong show "$list" --tz
	wrong show --long=1 "$list"
	wrong verify
	wrong verify --nothing "$list"
	wrong verify --hex "$list"
	wrong verify "$list" --signer
	wrong completion
	wrong completion zsh
	wrong completion bash bash
	wrong completion --json bash
}

@test "a PIN in an argument of a command that takes none is not shown" {
	local cmd

	for cmd in show verify lint extract unsign 'cert show' build; do
		# shellcheck disable=SC2086 # one word or two
		run -2 "$CTLSMITH" $cmd 'pkcs11:token=x?pin-value=987654'
		[[ $output == *URI* ]]
		[[ $output != *987654* ]]
	done
}

@test "a wrong choice of records is said to be one" {
	local choice

	for choice in 0 3-1 a '1,' ',1' 1- -1 1-2-3 1,,2 '' ' ' '1 2' 1.5 \
		99999999999999999999 "$(seq -s, 100)"; do
		wrong show --records "$choice" "$list"
	done
}

@test "standard input is read once" {
	wrong show - - <"$list"
	wrong verify --trusted - - <"$list"
}

@test "options may stand behind files, and -- ends them" {
	cd "${list%/*}" || return
	"$CTLSMITH" show CTLFile.tlv --records 2 >"$BATS_TEST_TMPDIR/a"
	"$CTLSMITH" show --records 2 -- CTLFile.tlv >"$BATS_TEST_TMPDIR/b"
	cd "$BATS_TEST_TMPDIR" || return
	cmp a b
	try 1 show -- --records
	grep -q '^ctlsmith: --records: .*No such file' err
}

@test "help is the same wherever it is asked for" {
	local command

	commands >list
	while read -ra command; do
		try 0 "${command[@]}" --help
		[ ! -s err ]
		mv out wanted
		grep -qx "Usage: ctlsmith ${command[*]} \[OPTION...\].*" wanted
		try 0 help "${command[@]}"
		cmp wanted out
		try 0 "${command[@]}" -h
		cmp wanted out
		# whatever else is asked for
		try 0 "${command[@]}" nothing --help
		cmp wanted out
	done <list
	try 0 --help
	[ ! -s err ]
	mv out wanted
	for command in $(listed --help); do
		grep -qE "^  $command +[A-Z]" wanted
	done
	for command in help -h; do
		try 0 $command
		cmp wanted out
	done
}

@test "no line of help is longer than 80 columns" {
	{
		echo
		listed --help
		commands
	} >list
	while read -ra command; do
		try 0 help "${command[@]}"
		[ "$(wc -l <out)" -gt 5 ]
		run -1 grep -E '.{81}' out
		run -1 grep -nE '	| $' out
	done <list
}

@test "--version is the project's" {
	try 0 --version
	[ ! -s err ]
	grep -qxE 'ctlsmith [0-9]+\.[0-9]+\.[0-9]+' out
	[ "$(cut -d' ' -f2 out)" = "$(sed -n \
		's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$BUILD/CMakeCache.txt")" ]
}

@test "the completion script is bash, and completes commands" {
	try 0 completion bash
	bash -n out
	[ "$(complete_words v)" = verify ]
	[ "$(complete_words '' | sort | tr '\n' ' ')" = \
		"--help --version accept attach audit build cert change cluster $(
		)completion diff edit extract help lint order rescue show sign $(
		)sign-request token trust-store unsign verify " ]
	[ "$(complete_words --v)" = --version ]
	[ "$(complete_words completion '')" = bash ]
	[ "$(complete_words nothing '-')" = "" ]
	[ "$(complete_words token m | sort | tr '\n' ' ')" = \
		"match mechanisms modules " ]
	[ "$(complete_words token pin u)" = unblock ]
	[ "$(complete_words token pin unblock --des)" = --destroy-sast ]
	[ "$(complete_words token keygen --type ec | sort | tr '\n' ' ')" = \
		"ec:p256 ec:p384 " ]
}

@test "the completion script completes options and their values" {
	local command

	for command in show verify lint extract; do
		[ "$(complete_words $command -- | sort | tr '\n' ' ')" = \
			"$(echo "$(options_of $command)help" | tr ' ' '\n' |
				sed 's/^/--/' | sort | tr '\n' ' ')" ]
		[ "$(complete_words $command --kind '' | sort | tr '\n' ' ')" = \
			"ctl encrypted firmware itl signed-file " ]
		[ "$(complete_words $command --kind e)" = encrypted ]
	done
}

@test "each kind that is completed is a kind" {
	for kind in $(complete_words show --kind ''); do
		"$CTLSMITH" verify --kind "$kind" "$list" >out || [ $? = 3 ]
	done
	[ -n "$kind" ]
}

@test "the completion script completes file names" {
	local option

	: >a-list.tlv
	: >a-cert.pem
	[ "$(complete_words show a-l)" = a-list.tlv ]
	[ "$(complete_words verify --json a-l)" = a-list.tlv ]
	[ "$(complete_words verify a- | sort | tr '\n' ' ')" = \
		"a-cert.pem a-list.tlv " ]
	for option in --signer --trusted; do
		[ "$(complete_words show $option a-c)" = a-cert.pem ]
		[ "$(complete_words verify $option a-c)" = a-cert.pem ]
	done
}

# Writes an OpenSSL configuration in which MORE stands.
configuration() {
	cat >openssl.cnf <<-CNF
		openssl_conf = init
		[init]
		$1
	CNF
	export OPENSSL_CONF=$PWD/openssl.cnf
}

# Every verdict and every checksum is what it is without a configuration.
unchanged() {
	local name

	for name in ok-tokenless-4947 ok-builder-sha512 ok-rsa512 bad-signature; do
		for command in 'show --long' 'show --json' verify; do
			# shellcheck disable=SC2086 # words
			"$CTLSMITH" $command "$CASES/$name/CTLFile.tlv" \
				>with 2>&1 || true
			# shellcheck disable=SC2086 # words
			env -u OPENSSL_CONF "$CTLSMITH" $command \
				"$CASES/$name/CTLFile.tlv" >without 2>&1 || true
			[ -s with ]
			cmp with without
		done
	done
	try 0 verify --signer "$pem" "$sgn"
}

@test "OPENSSL_CONF: fips=yes takes no digest away" {
	configuration "alg_section = algs
[algs]
default_properties = fips=yes"
	# it bites
	run ! openssl dgst -sha1 "$list"
	unchanged
}

@test "OPENSSL_CONF: no providers" {
	configuration "providers = provs
[provs]
null = only
[only]
activate = 1"
	run ! openssl dgst -sha1 "$list"
	unchanged
}

@test "OPENSSL_CONF: SECLEVEL, MinProtocol and no SHA-1 signatures" {
	configuration "ssl_conf = ssl
alg_section = evp
[evp]
rh-allow-sha1-signatures = no
[ssl]
system_default = default
[default]
MinProtocol = TLSv1.3
CipherString = DEFAULT@SECLEVEL=5"
	unchanged
}

@test "OPENSSL_CONF: a file that is none, and one that is not there" {
	printf '\0[[[\n= =' >openssl.cnf
	export OPENSSL_CONF=$PWD/openssl.cnf
	unchanged
	export OPENSSL_CONF=$PWD/nothing.cnf
	unchanged
	export OPENSSL_MODULES=$PWD OPENSSL_ENGINES=$PWD
	unchanged
}

@test "the binary needs what it is built with, and no more" {
	readelf -d "$CTLSMITH" |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' >needed
	grep -qx 'libcrypto\.so\.3' needed
	# the last three come with a sanitizer
	run -1 grep -vxE "(libcrypto|libjansson|libyaml(-0)?|libsmartcols|libp11-kit|libp11|$(
	)libc|libasan|$(
	)libubsan|libclang_rt\..*)\.so(\.[0-9]+)*" needed
	readelf -d "$CTLSMITH" >dynamic
	run -1 grep -E 'RPATH|RUNPATH' dynamic
}
