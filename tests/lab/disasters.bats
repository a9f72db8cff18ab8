#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Orders that are known to lose phones lose them in the lab, typed by hand, and
# those that are known to be good lose none. The judge is the lab's status.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
}

teardown() {
	lab_down_all
}

# at NODE STEP...: a person at the NODE-th node (1 is the publisher). Steps:
#
#	regen UNIT	set cert regen
#	ctl COMMAND	utils ctl, which asks; or not (reset localkey)
#	restart NAME	utils service restart
#	quiet COMMAND	a command that asks nothing
at() {
	local address=${LAB_ADDRESS%.*}.$((${LAB_ADDRESS##*.} + $1 - 1)) step

	shift
	{
		printf 'password\n> admin:\n'
		for step in "$@"; do
			case $step in
			regen*)
				printf '< set cert %s\n> (yes|no)?\n< yes\n' "$step"
				printf '> Successfully Regenerated\n'
				;;
			ctl\ reset*) printf '< utils %s\n' "$step" ;;
			ctl*) printf '< utils %s\n> (y/n):\n< y\n> CTL\n' "$step" ;;
			restart*)
				printf '< utils service %s\n' "$step"
				printf '> %s[STARTED]\n' "${step#restart }"
				;;
			quiet*) printf '< %s\n' "${step#quiet }" ;;
			esac
			printf '> admin:\n'
		done
		printf '< quit\nend\n'
	} >dialog
	lab_type "$address" <dialog >seen || {
		cat seen
		return 1
	}
}

# Both nodes read all that there is.
restart_all() {
	local node

	for node in 1 2; do
		at $node "restart Cisco Tftp" "restart Cisco CallManager" \
			"restart Cisco Trust Verification Service"
	done
}

reset_all() {
	lab_ask "$lab" reset-phones
	lab_ask "$lab" settle
}

# are WHAT NUMBER: so many phones are trusting, working, refused.
are() {
	local number

	lab_ask "$lab" settle
	number=$(lab_count "$lab" ".phones.$1") || return
	[ "$number" = "$2" ] || {
		echo "$number phones are $1, not $2"
		return 1
	}
}

all_well() {
	are trusting 6 && are working 6 && are refused 0
}

small() {
	lab_up "$lab" --nodes 2 --phones 6 "$@"
	all_well
}

@test "CallManager and ITLRecovery anew, then the CTL: nobody takes it" {
	small --mode tokenless --release 12.5
	at 1 "regen CallManager" "regen ITLRecovery" "ctl update CTLFile"
	restart_all
	reset_all
	are trusting 0
	are working 0
	are refused 6
}

@test "the same one after the other, with the key that is left: nobody is lost" {
	small --mode tokenless --release 12.5
	at 1 "regen ITLRecovery" "ctl reset localkey"
	restart_all
	reset_all
	all_well
	at 1 "ctl update CTLFile"
	restart_all
	reset_all
	all_well
	at 1 "regen CallManager" "ctl update CTLFile"
	restart_all
	reset_all
	all_well
}

@test "ITLRecovery anew and the CTL at once: who cannot ask TVS is lost" {
	cat >s.yaml <<-'YAML'
		tvs_list: true
		phones:
		- {sort: no-sbd, percent: 50}
	YAML
	small --mode tokenless --release 12.5 --scenario s.yaml
	at 1 "regen ITLRecovery" "ctl update CTLFile"
	restart_all
	reset_all
	are trusting 3
	are refused 3
}

@test "CallManager and TVS at once, ITLs by CallManager: phones are lost" {
	# at once: before a phone has started, which takes it 30 s
	echo 'service_delay: 30' >s.yaml
	small --mode non-secure --release 11.5 --scenario s.yaml --speed 1
	at 1 "regen CallManager" "regen TVS"
	at 2 "regen CallManager" "regen TVS"
	restart_all
	reset_all
	are working 0
	are refused 6
}

@test "CallManager first, TVS when all phones are back: nobody is lost" {
	local node

	small --mode non-secure --release 11.5
	for node in 1 2; do
		at $node "regen CallManager"
		restart_all
		reset_all
		all_well
	done
	for node in 1 2; do
		at $node "regen TVS"
		restart_all
		reset_all
		all_well
	done
}

@test "a list with tokens, replaced without them: by what made it" {
	cat >s.yaml <<-'YAML'
		phones:
		- {sort: no-sbd, percent: 50}
	YAML
	small --mode token --release 12.5 --list-made-on 11.5
	at 1 "ctl update CTLFile"
	restart_all
	reset_all
	all_well
	lab_down "$lab"
	lab_up "$lab" --nodes 2 --phones 6 --mode token --release 10.5 \
		--scenario s.yaml
	all_well
	at 1 "ctl update CTLFile"
	restart_all
	reset_all
	are trusting 3
	are refused 3
}

@test "CallManager anew without a CTL update: nobody works after the restart" {
	small --mode tokenless --release 12.5
	at 1 "regen CallManager"
	restart_all
	are working 0
	at 1 "ctl update CTLFile"
	restart_all
	reset_all
	all_well
}

@test "14 and later read a new CallManager by themselves" {
	small --mode tokenless --release 14
	at 1 "regen CallManager"
	are working 0
	at 1 "ctl update CTLFile"
	reset_all
	all_well
}

@test "the rollback parameter in mixed mode: TVS can help nobody any more" {
	echo 'rollback: true' >s.yaml
	lab_up "$lab" --nodes 2 --phones 6 --mode tokenless --release 12.5 \
		--scenario s.yaml
	all_well
	at 1 "regen CallManager" "ctl reset localkey"
	restart_all
	reset_all
	are trusting 0
	are working 0
	lab_down "$lab"
	small --mode tokenless --release 12.5
	at 1 "regen CallManager" "ctl reset localkey"
	restart_all
	reset_all
	all_well
}

@test "a list that the tokens signed goes all the way to the phones" {
	local node

	small --mode token --release 12.5
	curl -sS --fail --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" -o old.tlv
	for node in 1 2; do
		uri=URI_SAST_$node label=LABEL_SAST_$node
		pkcs11-tool --module "$MODULE" --token-label "${!label}" \
			--read-object --type cert --id 01 -o "cert-$node.der"
		# byte for byte what is in the list
		/usr/bin/python3 -c 'import sys
assert open(sys.argv[1], "rb").read() in open(sys.argv[2], "rb").read()' \
			"cert-$node.der" old.tlv
		[ -n "${!uri}" ]
	done
	at 1 "regen CallManager" "restart Cisco CallManager"
	openssl s_client -connect "$LAB_ADDRESS:2443" -tls1_2 \
		-cipher 'aRSA@SECLEVEL=0' </dev/null 2>/dev/null |
		openssl x509 -out new.pem
	"$CTLSMITH" edit old.tlv -o CTLFile.tlv --module "$MODULE" \
		--signer "$URI_SAST_2" --pin-env PIN_SAST_2 \
		--replace ccm+tftp=new.pem
	"$CTLSMITH" verify --trusted old.tlv CTLFile.tlv
	for node in cucm1 cucm2; do
		lab_ask "$lab" upload-tftp "$node" CTLFile.tlv
	done
	restart_all
	reset_all
	all_well
	are current 6
}
