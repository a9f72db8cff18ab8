# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Re-runs the sessions that a document shows. A session is a fenced block whose
# first line is "$ COMMAND"; a line without "$ " is output of the command
# before it.

# The folder that the sessions of all documents happen in.
session_setup() {
	PATH=$(dirname "$CTLSMITH"):$PATH
	export LC_ALL=C.UTF-8
	unset TZ
	cd "$BATS_TEST_TMPDIR" || return
	cp "$CASES/ok-tokenless-4947/CTLFile.tlv" \
		"$CASES/ok-tokenless-4947/pub.pem" .
	cp "$CASES/ok-token-5728/CTLFile.tlv" OLD.tlv
	cp "$CASES/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn" .
	cp "$CASES/ok-cnf-sgn-sha1/pub.pem" tftp.pem
	(umask 077 && cat "$SRC/softhsm-fixtures/keys/rsa2048-a.pem" \
		>signing.pem)
	export XDG_STATE_HOME=$PWD/state CTLSMITH_CONFIG=
	cp "$SRC/tests/listings/118893-5.txt" pasted.txt
	"$AUDITLOG" audit.log 4
	cp "$SRC"/tests/certs/{cucm.*,node.txt} .
	mkdir -p store
	cp "$SRC/tests/certs/root.pem" store
}

# The same with the tokens sast-1 and sast-2, which list.tlv has as its SASTs,
# the PIN of the first in the file pin, and a configuration.
session_setup_tokens() {
	local serial

	"$SRC/softhsm-fixtures/setup.sh" "$BUILD/tokens"
	"$SRC/softhsm-fixtures/setup.sh" --copy "$BUILD/tokens" all
	# shellcheck source=/dev/null
	. all/env.sh
	for serial in "$SERIAL_HSM" "$SERIAL_ALWAYS" "$SERIAL_EMPTY" \
		"$SERIAL_TWIN_A" "$SERIAL_TWIN_B"; do
		softhsm2-util --delete-token --serial "$serial" >/dev/null
	done
	cp "$CASES/ok-softhsm-sast/CTLFile.tlv" list.tlv
	(umask 077 && echo "module: $MODULE" >config.yaml &&
		echo "$PIN_SAST_1" >pin)
	chmod go-w .
	export CTLSMITH_CONFIG=$PWD/config.yaml XDG_STATE_HOME=$PWD/state
}

# The same for a list that is edited: its next CAPF certificate, and an
# inventory in which the other token is.
session_setup_edit() {
	session_setup_tokens
	cp "$CASES/ok-fresh-list/capf.pem" .
	cat >tokens.yaml <<-END
		tokens:
		- serial: 00d4e5f6
		  certificates:
		  - sha1: $(openssl x509 -in "$CERTS/sast-2.pem" -outform DER |
			sha1sum | cut -c 1-40)
	END
}

# The same for a list that is made anew: the certificates for it.
session_setup_build() {
	session_setup_tokens
	cp "$CASES/ok-softhsm-sast"/{pub,capf}.pem .
	cp "$CERTS"/sast-{1,2}.pem .
}

# The same with the key and the certificate of sast-1 as files.
session_setup_detached() {
	session_setup_tokens
	cp "$CERTS/sast-1.pem" .
	cp "$SRC/softhsm-fixtures/keys/rsa1024-g.pem" sast-1.key
}

# No tokens at all, and neither configuration nor state.
session_setup_softhsm() {
	"$SRC/softhsm-fixtures/setup.sh" "$BUILD/tokens"
	# shellcheck source=/dev/null
	. "$BUILD/tokens/env.sh"
	chmod go-w .
	mkdir tokens
	echo "directories.tokendir = $PWD/tokens" >softhsm2.conf
	export SOFTHSM2_CONF=$PWD/softhsm2.conf MODULE \
		CTLSMITH_CONFIG=$PWD/config.yaml XDG_STATE_HOME=$PWD/state
}

# Lists that a cluster had, in the folder archive.
session_setup_rescue() {
	# shellcheck source=tests/cli/history.bash
	. "$SRC/tests/cli/history.bash"
	history_archive
}

# The same with a cluster of two nodes, for accept.
session_setup_accept() {
	# shellcheck source=tests/cli/accept.bash
	. "$SRC/tests/cli/accept.bash"
	accept_setup "$PWD"
	accept_guide
}

# session_setup_lab OPTION...: the cluster of a lab, whose folder is the one that
# the session happens in; ends with lab_down_all.
session_setup_lab() {
	# shellcheck source=tests/change/change.sh
	. "$SRC/tests/change/change.sh"
	PATH=$(dirname "$CTLSMITH_LAB"):$PATH
	mkdir lab
	cd lab || return
	echo "sample: 10" >scenario.yaml
	lab_up . --nodes 2 --phones 10 --speed 100 --seed 1 \
		--scenario scenario.yaml "$@" || return
	export CTLSMITH_CONFIG=$PWD/config.yaml
	echo "${MODULE:+module: $MODULE}" >config.yaml
	chmod go-w . config.yaml
}

# The same where the cluster has signed the list of phones with tokens by itself.
session_setup_recovery() {
	session_setup_lab --release 12.5 --mode token --list-made-on 10.5 ||
		return
	change_type "utils ctl update CTLFile" y
	change_type "utils service restart Cisco Tftp"
	LAB_ADDRESS=${LAB_ADDRESS%.*}.2 \
		change_type "utils service restart Cisco Tftp"
	lab_ask . settle
	lab_ask . reset-phones
	lab_ask . settle
}

# What the sessions of the document $1 need.
session_setup_for() {
	session_setup
	case ${1##*/} in
	ctlsmith-token.1.scd) session_setup_tokens ;;
	ctlsmith-accept.1.scd | guide-accept.md) session_setup_accept ;;
	ctlsmith-build.1.scd | guide-asterisk.md) session_setup_build ;;
	ctlsmith-edit.1.scd) session_setup_edit ;;
	ctlsmith-attach.1.scd | ctlsmith-sign-request.1.scd | \
		guide-detached.md) session_setup_detached ;;
	ctlsmith-rescue.1.scd) session_setup_rescue ;;
	guide-tokens.md) session_setup_softhsm ;;
	guide-capf.md | guide-callmanager.md)
		session_setup_lab --release 15 --mode tokenless
		;;
	guide-tokens-to-tokenless.md)
		session_setup_lab --release 12.5 --mode token
		;;
	guide-recovery.md) session_setup_recovery ;;
	esac
}

# Takes out what differs in each run: the serial numbers that SoftHSM gives.
session_mask() {
	sed -E 's/\b[0-9a-f]{16}\b/################/g'
}

# Puts names for what differs in each run of a lab: times, its network, digests,
# folders. Lines that come by the clock are left out.
session_stable() {
	[ -n "${LAB_DIR:-}" ] || {
		cat
		return
	}
	/usr/bin/python3 "$SRC/tests/cli/stable.py" "$BATS_TEST_TMPDIR"
}

# The lines of all sessions in the file $1.
session_lines() {
	awk '
	/^```/ { inside = !inside; first = inside; wanted = 0; next }
	inside && first { wanted = /^\$ /; first = 0 }
	inside && wanted { print }' "$1"
}

# Runs the commands of $1 and prints what a terminal would show.
session_replay() {
	local line status=0

	session_lines "$1" | sed -n 's/^\$ //p' >commands
	while IFS= read -r line; do
		printf '$ %s\n' "$line"
		# a session may print the $? of the command before
		line="(exit $status); $line"
		status=0
		eval "$line" 2>&1 </dev/null || status=$?
	done <commands
}

# True where the document $1 has a session and every one comes out as shown.
session_holds() {
	session_lines "$1" | session_mask >shown
	[ -s shown ] || {
		echo "$1 shows no session"
		return 1
	}
	session_replay "$1" >really
	session_stable <really >happened
	session_mask <happened | diff -u shown -
}
