# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Changes of a lab for tests. To be sourced; lab.sh comes with it.
#
#	change_up [OPTION...]	a lab in ./lab: two nodes, ten phones that all
#				send alarms, and have web pages; ./s.yaml, where
#				it is there, is added to its scenario
#	change_plan WHAT...	plan.yaml
#	change_go VERB [OPTION...]
#				run, resume, undo, ... of that plan, answered as
#				routine has it; what is printed goes to said
#	change_through [OPTION...]
#				runs to the end, as an authority and a person
#				(change_hand KEY) between
#	change_is_well UNIT...	the end is good: phones trust and work, all nodes
#				have one list, and of the certificates only those
#				of UNIT are others than before
#
# A run is by virtual time at a hundred times the speed: the clocks of nodes may be
# 300 s apart before it is refused, which are three seconds of a busy machine.

export LAB_LIMIT=${LAB_LIMIT:-900} # of a whole run
# shellcheck source=tests/lab/lab.sh
. "$SRC/tests/lab/lab.sh"
export LC_ALL=C.UTF-8 NO_COLOR=1

# An address for alarms that no other test has: by the number of the process.
change_listen() {
	local n=$BASHPID

	echo "127.$((224 + (n >> 16) % 31)).$((n >> 8 & 255)).$((n & 255)):5514"
}

change_up() {
	export XDG_STATE_HOME=$PWD/state CHANGE_LISTEN
	CHANGE_LISTEN=$(change_listen)
	echo "sample: 10" >scenario.yaml
	[ ! -e s.yaml ] || cat s.yaml >>scenario.yaml
	lab_up "$PWD/lab" --nodes 2 --phones 10 --speed 100 \
		--scenario scenario.yaml \
		--syslog "$CHANGE_LISTEN" "$@"
	change_options=(--batch --web --web-port "$LAB_PHONE_PORT"
		--listen "$CHANGE_LISTEN")
	[ -z "${MODULE:-}" ] || change_options+=(--module "$MODULE")
	change_judge certs >certs.before
}

change_plan() {
	timeout "$LAB_LIMIT" "$CTLSMITH" change plan "$@" \
		--inventory "$LAB_INVENTORY" -o plan.yaml --force \
		"${change_options[@]}"
}

change_go() {
	local verb=$1 status=0 pin=()

	shift
	[ -z "${PIN_SAST_1:-}" ] || pin=(--pin-env PIN_SAST_1)
	timeout "$LAB_LIMIT" "$CTLSMITH" change "$verb" plan.yaml --yes \
		--phone-wait 60 "${change_options[@]}" "${pin[@]}" "$@" \
		>said 2>&1 ||
		status=$?
	cat said >>said.all
	return $status
}

# What the authority puts into a certificate for UNIT.
change_extensions() {
	case $1 in
	CAPF)
		echo "extendedKeyUsage = serverAuth, clientAuth"
		echo "basicConstraints = critical, CA:TRUE, pathlen:0"
		echo "keyUsage = critical, digitalSignature, keyEncipherment," \
			"keyCertSign"
		;;
	*)
		echo "extendedKeyUsage = serverAuth, clientAuth, ipsecEndSystem"
		echo "basicConstraints = critical, CA:FALSE"
		echo "keyUsage = critical, digitalSignature, keyEncipherment," \
			"dataEncipherment, keyAgreement"
		;;
	esac
}

# Signs what waits for an authority; false: nothing does.
change_sign() {
	local folder csr name did=1

	folder=$(dirname "$(find state -name journal.jsonl)")
	[ -e ca.pem ] || openssl req -x509 -newkey rsa:2048 -nodes -days 4000 \
		-keyout ca.key -out ca.pem -subj "/O=Lab/CN=Lab Root" \
		-addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
	for csr in "$folder"/*.csr; do
		name=$(basename "$csr" .csr)
		if [ ! -e "$csr" ] || [ -e "$folder/from-ca/$name.pem" ]; then
			continue
		fi
		openssl x509 -req -in "$csr" -CA ca.pem -CAkey ca.key \
			-copy_extensions copy -days 1000 \
			-extfile <(change_extensions "${name#*-}") \
			-set_serial "0x$(openssl rand -hex 15)" \
			-out "$folder/from-ca/$name.pem" 2>/dev/null || return
		cp ca.pem "$folder/from-ca/$name-chain.pem"
		did=0
	done
	return $did
}

# What a step of a person wants done, by its key. To be replaced; false: nobody
# does it.
change_hand() {
	return 1
}

# shellcheck disable=SC2120 # options are seldom given
change_through() {
	local status=0 key answers=(--answer experimental=experimental)

	change_go run "${answers[@]}" "$@" || status=$?
	while [ $status = 5 ]; do
		key=$(sed -n "s/.*--answer '\([^=']*\)=yes'.*/\1/p" said | tail -n 1)
		if [ -n "$key" ] && change_hand "$key"; then
			answers+=(--answer "$key=yes")
		else
			change_sign || break
		fi
		status=0
		change_go resume "${answers[@]}" "$@" || status=$?
	done
	[ $status = 0 ] || {
		cat said
		return $status
	}
}

# change_type COMMAND [ANSWER]: at the publisher, by hand.
change_type() {
	lab_type "$LAB_ADDRESS" >>typed <<-TXT
		password
		> admin:
		< $1
		${2:+> (
		< $2}
		> admin:
		< quit
		end
	TXT
}

# change_judge WHAT...: see judge.py.
change_judge() {
	lab_ask "$PWD/lab" status --json |
		/usr/bin/python3 "$SRC/tests/change/judge.py" "$@"
}

change_is_well() {
	lab_ask "$PWD/lab" settle
	change_judge wrong certs.before "$@" >judged
	[ ! -s judged ] || {
		cat judged
		return 1
	}
}
