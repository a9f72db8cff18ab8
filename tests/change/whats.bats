#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Every change that can be planned, run to its end on the newest release that has
# it: all phones trust and work, nodes agree, and nothing else is changed. With
# CTLSMITH_LONG=1 all of them; else those of which releases.bats and kill.bats have
# nothing that is much the same.
#
# jobs: 5

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/change/change.sh
	. "$SRC/tests/change/change.sh"
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	lab_down_all
}

# does OPTION... -- WHAT... -- UNIT...: a lab, the plan, the run, the judgement.
does() {
	local up=() what=()

	while [ "$1" != -- ]; do
		up+=("$1")
		shift
	done
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		what+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	change_up "${up[@]}"
	change_plan "${what[@]}"
	change_through
	change_is_well "$@"
}

# A person answers these, and has nothing to do in the lab.
idle() {
	local names=" $* "

	eval "change_hand() { [[ '$names' == *\" \$1 \"* ]]; }"
}

# bats test_tags=long
@test "CAPF" {
	does --release 15 --mode tokenless -- CAPF -- CAPF
	grep -q 'replaced: capf CN=CAPF' said.all
}

@test "CAPF, signed by an authority" {
	does --release 15 --mode tokenless -- --ca-signed CAPF -- CAPF
}

# bats test_tags=long
@test "CAPF, the list signed by a token" {
	does --release 12.5 --mode token -- CAPF -- CAPF
	! grep -qF "$PIN_SAST_1" -r state said.all || return
}

# bats test_tags=long
@test "CallManager" {
	does --release 15 --mode tokenless -- CallManager -- CallManager
}

# bats test_tags=long
@test "CallManager, signed by an authority" {
	does --release 15 --mode tokenless -- --ca-signed CallManager -- \
		CallManager
}

# bats test_tags=long
@test "CallManager, the list signed by a token" {
	does --release 12.5 --mode token -- CallManager -- CallManager
}

# 3 minutes: what looks at a node whose TFTP is stopped waits for it.
# bats test_tags=long
@test "CallManager without a CTL: phones fetch from the other server meanwhile" {
	echo 'second_tftp: true' >s.yaml
	does --release 11.5 --mode non-secure -- CallManager -- CallManager
	# TFTP of one is stopped from before its certificate changes until all
	# phones hold the other's ITL
	sed -n 's/.* done *\(st[^ ]*-cucm.\|regen[^ ]*\|prove[^ ]*\)$/\1/p' \
		said.all >order
	diff order - <<-'TXT'
		stop-cucm1
		regenerate-callmanager-cucm1
		prove
		start-cucm1
		stop-cucm2
		regenerate-callmanager-cucm2
		prove-2
		start-cucm2
	TXT
}

@test "CallManager of the subscriber alone" {
	does --release 15 --mode tokenless -- CallManager@cucm2 -- CallManager
	[ "$(diff certs.before <(change_judge certs) | grep -c '^> cucm1')" = 0 ]
}

@test "CAPF, of phones that the subscriber alone knows, by their web pages" {
	echo 'nodes: [{name: cucm1, cli: {fails: show risdb}}]' >s.yaml
	change_up --release 15 --mode tokenless
	change_options=(--batch --web --web-port "$LAB_PHONE_PORT")
	change_plan CAPF
	change_through
	change_is_well CAPF
}

# bats test_tags=long
@test "CallManager-ECDSA" {
	does --release 15 --mode tokenless -- CallManager-ECDSA -- \
		CallManager-ECDSA
}

# bats test_tags=long
@test "TVS" {
	does --release 15 --mode tokenless -- TVS -- TVS
}

# bats test_tags=long
@test "tomcat" {
	idle sso-off sso-on
	does --release 15 --mode tokenless -- --ca-signed tomcat -- tomcat
}

# bats test_tags=long
@test "ipsec" {
	does --release 15 --mode tokenless -- --ca-signed ipsec -- ipsec
}

@test "ITLRecovery" {
	does --release 15 --mode tokenless -- ITLRecovery -- ITLRecovery
}

# bats test_tags=long
@test "several at once" {
	does --release 15 --mode tokenless -- CAPF CallManager ITLRecovery -- \
		CAPF CallManager ITLRecovery
}

@test "LSC" {
	idle lsc-default
	does --release 15 --mode tokenless -- LSC
}

@test "enable-mixed-mode" {
	does --release 15 --mode non-secure -- enable-mixed-mode
	lab_ask lab status | grep -q '^release .*, mixed,'
}

@test "disable-mixed-mode" {
	idle profiles
	does --release 15 --mode tokenless -- disable-mixed-mode
	lab_ask lab status | grep -q '^release .*, non-secure,'
}

@test "to-tokenless" {
	does --release 12.5 --mode token -- to-tokenless
	run -0 "$CTLSMITH" show "$LAB_HTTP_URL/CTLFile.tlv"
	[[ $output != *Manufacturing* ]]
}

# paste STORE FILE: at the publisher, by hand.
paste() {
	{
		printf '%s\n' password "> admin:" "< set cert import trust $1" \
			"> Paste"
		sed 's/^/< /' "$2"
		printf '%s\n' "> admin:" "< quit" end
	} | lab_type "$LAB_ADDRESS" >>typed
}

# own_token LABEL FILE: its certificate.
own_token() {
	pkcs11-tool --module "$MODULE" --token-label "$1" --read-object \
		--type cert --id 01 2>/dev/null |
		openssl x509 -inform DER -out "$2"
}

@test "to-token, of a cluster that signed its lists itself" {
	change_up --release 12.5 --mode token
	change_plan to-tokenless
	change_through
	change_is_well
	own_token "$LABEL_SAST_1" first.pem
	own_token "$LABEL_SAST_2" second.pem
	# shellcheck disable=SC2317 # change_through calls it
	change_hand() {
		paste Phone-SAST-trust first.pem
		paste Phone-SAST-trust second.pem
	}
	change_plan to-token=first.pem,second.pem
	change_through
	change_is_well
	curl -sS --fail --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" -o now.tlv
	run -0 "$CTLSMITH" show now.tlv
	[[ $output == *Manufacturing* ]]
}

@test "update-ctl, of what somebody renewed before, and did not restart" {
	change_up --release 12.5 --mode tokenless
	change_type "set cert regen CAPF" yes
	change_plan update-ctl
	change_through
	change_is_well CAPF
}

# third: another token's certificate.
third() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout third.key \
		-out third.pem -subj "/CN=SAST-3/O=Lab" 2>/dev/null
}

# token_sha256 LABEL
token_sha256() {
	pkcs11-tool --module "$MODULE" --token-label "$1" --read-object \
		--type cert --id 01 2>/dev/null | sha256sum | cut -c1-64
}

# has_sast COUNT: the list of the publisher.
has_sasts() {
	curl -sS --fail --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" -o now.tlv
	[ "$("$CTLSMITH" show --json now.tlv |
		grep -c '"role": *"SAST"')" = "$1" ] || {
		"$CTLSMITH" show now.tlv
		return 1
	}
}

@test "add-token" {
	third
	does --release 12.5 --mode token -- add-token=third.pem
	openssl x509 -in third.pem -outform DER -out third.der
	curl -sS --fail --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" -o now.tlv
	/usr/bin/python3 -c 'import sys
assert open(sys.argv[1], "rb").read() in open(sys.argv[2], "rb").read()' \
		third.der now.tlv
}

# bats test_tags=long
@test "replace-token" {
	third
	change_up --release 12.5 --mode token
	change_plan "replace-token=$(token_sha256 "$LABEL_SAST_2"),third.pem"
	change_through
	change_is_well
	curl -sS --fail --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" -o now.tlv
	pkcs11-tool --module "$MODULE" --token-label "$LABEL_SAST_2" \
		--read-object --type cert --id 01 -o second.der 2>/dev/null
	openssl x509 -in third.pem -outform DER -out third.der
	/usr/bin/python3 -c 'import sys
new, old, now = (open(path, "rb").read() for path in sys.argv[1:])
assert new in now and old not in now' third.der second.der now.tlv
}

@test "lost-token" {
	change_up --release 12.5 --mode token
	change_plan "lost-token=$(token_sha256 "$LABEL_SAST_2")"
	change_through
	change_is_well
}

@test "change-address: the list has both, and phones hold it, before" {
	change_up --release 12.5 --mode token
	change_plan change-address@cucm2=192.0.2.77
	change_through --until prove
	curl -sS --fail --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" -o now.tlv
	run -0 "$CTLSMITH" show now.tlv
	[[ $output == *192.0.2.77* ]]
	change_is_well
}

@test "remove-node" {
	change_up --release 12.5 --mode token
	change_plan remove-node@cucm2
	grep -q 'delete cucm2 from the database' plan.yaml
}

@test "subject" {
	# shellcheck disable=SC2317 # change_through calls it
	change_hand() {
		case $1 in
		sso-*) ;;
		*) change_type "set web-security unit org city state PL" yes ;;
		esac
	}
	change_up --nodes 1 --release 15 --mode tokenless
	change_plan subject
	change_through
	change_is_well tomcat
}

@test "phone-sast-trust-add, and -remove" {
	third
	change_hand() {
		paste Phone-SAST-trust third.pem
	}
	change_up --release 15 --mode tokenless
	change_plan phone-sast-trust-add=third.pem
	change_through
	change_is_well
	lab_type "$LAB_ADDRESS" >listed <<-TXT
		password
		> admin:
		< show cert list trust
		> admin:
		< quit
		end
	TXT
	name=$(sed -n 's,.*Phone-SAST-trust/\(SAST.3[^: ]*\.pem\).*,\1,p' listed)
	change_plan "phone-sast-trust-remove=$name"
	change_through
	change_is_well
}

@test "recover, with a token that phones know" {
	change_up --release 12.5 --mode token
	# somebody has the cluster sign the list itself
	change_type "utils ctl update CTLFile" y
	change_type "utils service restart Cisco Tftp"
	lab_ask lab settle
	change_plan recover
	change_through
	change_is_well
}

@test "recover, where the token is a SAST of what phones hold alone" {
	local list status=0

	change_up --release 12.5 --list-made-on 10.5 --mode token
	list=$(printf '%s' "$LAB_HTTP_URL")/CTLFile.tlv
	curl -sf "$list" -o held.tlv
	change_type "utils ctl update CTLFile" y
	change_type "utils service restart Cisco Tftp"
	lab_ask lab settle
	[ "$(lab_count lab .phones.refused)" = 10 ]
	change_plan recover
	grep -q 'kind: reset-localkey' plan.yaml
	change_plan recover --installed held.tlv
	grep -q 'kind: sign-ctl' plan.yaml
	run ! grep -q 'kind: reset-localkey' plan.yaml
	cp held.tlv keep.tlv
	curl -sf "$list" -o held.tlv
	change_go run || status=$?
	[ "$status" = 3 ] || cat said
	grep -q 'not the list any more' said
	cp keep.tlv held.tlv
	change_through
	change_is_well
}
