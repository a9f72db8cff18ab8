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
	cp "$SRC/tests/listings/118893-5.txt" pasted.txt
	"$AUDITLOG" audit.log 4
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
	session_lines "$1" >shown
	[ -s shown ] || {
		echo "$1 shows no session"
		return 1
	}
	session_replay "$1" >happened
	diff -u shown happened
}
