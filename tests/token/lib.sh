# shellcheck shell=bash disable=SC2034,SC2154 # used by, or from, the others
# SPDX-License-Identifier: Apache-2.0
#
# What a file kind-KIND.sh may use, and what it must set: the functions
#	kind_needs	calls need_file and need_program
#	kind_caps	prints its words, caps.md
#	kind_start	starts the token in TOKEN_DIR and sets TOKEN_MODULE and,
#			where they are others, TOKEN_URI, TOKEN_LABEL, ...;
#			with fresh=yes the token is as it comes
#	kind_stop	if any: ends what `daemon` did not start
# and, if it is not "no", kind_isolate: "processes" for a process namespace,
# without which it can do; "system" for one that
# private_system works in. Where they are not allowed kind_start must see to it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
libs=/usr/lib/$(uname -m)-linux-gnu
lacks=()
daemons=()

cannot() {
	echo "with-token.sh: $kind: $*" >&2
	if [ "${CI:-}" = true ] || [ "${CTLSMITH_NO_SKIP:-}" = 1 ] ||
		[ "${CTLSMITH_TOKENS_REQUIRED:-}" = 1 ]; then
		exit 1
	fi
	exit 77
}

# What a KIND needs: need_file FILE PACKAGE, need_program NAME PACKAGE.
need_file() {
	[ -e "$1" ] || lacks+=("$1 (package $2)")
}

need_program() {
	command -v "$1" >/dev/null || lacks+=("$1 (package $2)")
}

# await WHAT COMMAND...: until COMMAND is true; it is so soon, or never.
await() {
	local what=$1 tries=200

	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" != 0 ] || cannot "no $what: $(
			tail -n 5 "$TOKEN_DIR"/*.log 2>/dev/null
		)"
		sleep 0.05
	done
}

# daemon NAME COMMAND...: in the background, with its output in NAME.log.
daemon() {
	local name=$1

	shift
	# bats waits for whoever holds its descriptor 3
	"$@" </dev/null >"$TOKEN_DIR/$name.log" 2>&1 3>&- 4>&- &
	daemons+=($!)
}

# p11 ARGUMENT...: pkcs11-tool; what it says is shown where it fails.
p11() {
	pkcs11-tool --module "$TOKEN_MODULE" "$@" </dev/null \
		>"$TOKEN_DIR/p11.log" 2>&1 ||
		cannot "pkcs11-tool $*: $(cat "$TOKEN_DIR/p11.log")"
}

# private_system FOLDER...: empty folders that nobody else sees over /run,
# /dev/shm and those given. The files of tests may be in one of them, and stay.
private_system() {
	local folder tests=${TMPDIR:-/tmp}

	[ "${WITH_TOKEN_INSIDE:-}" = system ] ||
		cannot "refuses to touch the state of this machine"
	mount --bind "$tests" /mnt
	for folder in /run /dev/shm "$@"; do
		mount -t tmpfs tmpfs "$folder"
	done
	mkdir -p "$tests"
	mount --bind /mnt "$tests"
	mkdir -m 1777 /run/lock
}

# What a KIND may leave as it is.
kind_isolate=no
kind_stop() {
	:
}
