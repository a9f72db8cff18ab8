# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A cluster of two nodes, pub and sub, for the tests of accept: its lists, made
# by the twin, and what its nodes show.

# A certificate of every recipe: NAME KEY SUBJECT SERIAL [MORE].
accept_cert() {
	printf -- '- {name: %s, key: %s, subject: [%s], serial: "%s"%s}\n' \
		"$1" "$2" "$3" "$4" "${5:-}"
}

accept_certs() {
	local n=4A:11:22:33:44:55:66

	echo certs:
	accept_cert recovery rsa2048-d "CN=ITLRECOVERY_pub, O=Lab" $n:01
	accept_cert pub rsa2048-a "CN=pub.lab.example, O=Lab" $n:02
	accept_cert sub rsa2048-b "CN=sub.lab.example, O=Lab" $n:03
	accept_cert capf rsa2048-c "CN=CAPF-1a2b3c4d, O=Lab" $n:04
	accept_cert tvs-pub rsa2048-e "CN=pub.lab.example, O=TVS" $n:05
	accept_cert tvs-sub rsa2048-f "CN=sub.lab.example, O=TVS" $n:06
	accept_cert pub2 rsa2048-g "CN=pub.lab.example, O=Lab" $n:07
	accept_cert recovery2 rsa2048-h "CN=ITLRECOVERY_pub, O=Lab" $n:08
	accept_cert ec ec256-a "CN=pub-EC.lab.example, O=Lab" $n:09 \
		', issuer: pub'
	accept_cert big rsa4096-a "CN=big, O=Lab" $n:0A
	accept_cert token1 rsa1024-g "CN=SAST-1, O=Lab" $n:0B
	accept_cert token2 rsa1024-h "CN=SAST-2, O=Lab" $n:0C
	accept_cert tvs-new rsa1024-a "CN=sub.lab.example, O=TVS" $n:0D
	accept_cert capf2 rsa1024-b "CN=CAPF-5e6f7a8b, O=Lab" $n:0E
}

# rec CERT ROLE [NODE]: a record, of the publisher unless NODE is another.
rec() {
	case ${3:-pub} in
	pub) set -- "$1" "$2" pub.lab.example 192.0.2.10 ;;
	sub) set -- "$1" "$2" sub.lab.example 192.0.2.11 ;;
	*) set -- "$1" "$2" "$3" 192.0.2.12 ;;
	esac
	printf -- '- {cert: %s, role: %s, dns: %s, ip: %s}\n' "$@"
}

# make_list NAME FILENAME SIGNER DIGEST HOUR: NAME.tlv with the records of the
# standard input; SIGNER is the number of the record that signs.
make_list() {
	{
		accept_certs
		printf 'header: {filename: %s, digest: %s, timestamp: %s}\n' \
			"$2" "$4" "2024-05-01T$5:00:00Z"
		printf 'signer: {record: %s}\nrecords:\n' "$3"
		cat
	} >"$1.yaml"
	"$TWIN" make "$1.yaml" -o made --keys "$SRC/softhsm-fixtures/keys" \
		>/dev/null
	mv "made/$1/$2" "$1.tlv"
	[ -d pem ] || { mkdir pem && cp "made/$1"/*.pem pem; }
}

# The records of servers, with the CallManager of pub in $1.
servers() {
	rec "${1:-pub}" CCM+TFTP
	rec sub CCM+TFTP sub
	rec ec CCM+TFTP
	rec "${2:-capf}" CAPF
}

# pair SAST SAST [CALLMANAGER [CAPF]]: the records of a CTL.
pair() {
	rec "$1" SAST
	rec "$2" SAST
	servers "${@:3}"
}

# ctl NAME SIGNER HOUR [DIGEST]: a CTL of the records on standard input.
ctl() {
	make_list "$1" CTLFile.tlv "$2" "${4:-sha1}" "$3"
}

# itl NAME SIGNER-CERT CALLMANAGER NODE: an ITL.
itl() {
	{
		rec "$2" SAST
		rec "$3" CCM+TFTP "$4"
		rec tvs-pub TVS
		rec tvs-sub TVS sub
	} | make_list "$1" ITLFile.tlv 1 sha1 10
}

# All of it in the folder $1, once for a file of tests.
accept_setup() {
	cd "$1" || return
	pair recovery pub | ctl old 1 10
	pair recovery pub | ctl new 1 11
	# a CallManager that is renewed, and then the key that signs
	pair recovery pub2 pub2 | ctl renewed 1 12
	pair recovery2 pub2 pub2 | ctl both 1 13
	pair pub2 recovery2 pub2 | ctl bypub2 1 13
	pair token1 token2 | ctl token 1 14
	itl itl-pub recovery pub pub
	itl itl-sub recovery sub sub
	itl itl-pub2 recovery2 pub2 pub
	itl itl-sub2 recovery2 sub sub
	mkdir -p served/pub served/sub tvs trust
	cp pem/pub.pem served/pub/CallManager.pem
	cp pem/capf.pem served/pub/CAPF.pem
	cp pem/ec.pem served/pub/CallManager-ECDSA.pem
	cp pem/ec.pem served/pub/5061-ecdsa.pem
	# as `openssl s_client -showcerts` prints them
	{
		printf 'CONNECTED(00000003)\n---\nCertificate chain\n 0 s:x\n'
		cat pem/pub.pem
		printf ' 1 s:y\n'
		cat pem/capf.pem
	} >served/pub/5061-rsa.pem
	cp pem/sub.pem served/sub/CallManager.pem
	cp pem/sub.pem served/sub/2443.pem
	cp pem/sub.pem served/sub/5061.pem
	cp pem/tvs-pub.pem tvs/pub.pem
	cp pem/tvs-sub.pem tvs/sub.pem
	rm -rf made
}

# All that there is to be told of the cluster, in the array all.
accept_all() {
	# shellcheck disable=SC2034 # the tests use it
	all=(--itl pub=itl-pub.tlv --itl sub=itl-sub.tlv --served served
		--tvs-certs tvs --phone-sast-trust trust)
}

# accept STATUS ARGUMENT...: what `ctlsmith accept` prints is then in out and
# err.
accept() {
	local wanted=$1 status=0

	shift
	timeout 60 "$CTLSMITH" accept "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "accept $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# row LABEL: what the first table has of it: "VERDICT WORKS", and PHONES.
row() {
	awk -v l="$1" 'BEGIN { n = length(l) } /^$/ { table++ }
		table == 1 && substr($0, 1, n + 2) == l "  " {
			$0 = substr($0, n + 3); $1 = $1; print; exit }' out
}

# works LABEL: what the second table has of it: W1 to W6.
works() {
	awk -v l="$1" 'BEGIN { n = length(l) } /^CLASS  *W1/ { on = 1 }
		on && substr($0, 1, n + 2) == l "  " {
			$0 = substr($0, n + 3); $1 = $1; print; exit }' out
}

# is LABEL ROW [WORKS]: both tables say so.
is() {
	[ "$(row "$1")" = "$2" ] || {
		echo "$1: '$(row "$1")', not '$2'"
		cat out
		return 1
	}
	[ $# = 2 ] || [ "$(works "$1")" = "$3" ] || {
		echo "$1: '$(works "$1")', not '$3'"
		cat out
		return 1
	}
}

# said TEXT: a line of out has it.
said() {
	grep -qF -- "$1" out || {
		echo "not said: $1"
		cat out
		return 1
	}
}

# of RULE ANSWER TEXT: a line about RULE has that answer and that text.
of() {
	grep -E -- "^$1 $2 \[" out >lines || {
		echo "$1 is not $2"
		grep "^$1 " out
		return 1
	}
	grep -qF -- "$3" lines || {
		echo "$1 does not say: $3"
		cat lines
		return 1
	}
}

# What the sessions of docs/guide-accept.md and ctlsmith-accept(1) need besides.
accept_guide() {
	mkdir itl archive served-new served-new/pub
	mv itl-pub.tlv itl/pub.tlv
	mv itl-sub.tlv itl/sub.tlv
	mkdir itl-new
	mv itl-pub2.tlv itl-new/pub.tlv
	mv itl-sub2.tlv itl-new/sub.tlv
	cp -r served/. served-new
	cp pem/pub2.pem served-new/pub/CallManager.pem
	cp pem/pub2.pem served-new/pub/5061-rsa.pem
	cp pem/recovery2.pem recovery-new.pem
	cp pem/tvs-new.pem .
	mv renewed.tlv unused.tlv
	pair recovery pub | ctl renewed-by-hand 1 15
	pair token1 pub | ctl 2019 1 09
	mv 2019.tlv token.tlv archive
	cat >phones.csv <<-'END'
		name,model,group
		SEP001122334401,Cisco 7965,CMG-1
		SEP001122334402,Cisco 8861,CMG-2
		SEP001122334403,Cisco 7960,CMG-1
		CSFALICE,Cisco Unified Client Services Framework,CMG-2
	END
	printf 'group,node\nCMG-1,pub\nCMG-2,sub pub\n' >groups.csv
	cat >hashes.csv <<-END
		name,model,hash
		SEP001122334403,Cisco 7960,
		SEP001122334404,Cisco 7960,$(md5sum <archive/2019.tlv | cut -c 1-32)
		SEP001122334405,Cisco 7960,$(md5sum <archive/token.tlv | cut -c 1-32)
		SEP001122334406,Cisco 7960,00000000000000000000000000000000
	END
}
