#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# with-token.sh [--fresh] KIND COMMAND...: starts a module with one token that is ready
# for use, runs COMMAND, cleans up, and exits as COMMAND did. All of it is in
# a folder of its own, and in namespaces of its own where the module has but
# one place for its state. caps.md says what each KIND can.
# With --fresh the token is as it comes, not initialised, and TOKEN_URI has
# its slot-id; TOKEN_SO_PIN is the one it comes with, if it comes with one.
#
# COMMAND finds in its environment:
#	TOKEN_KIND	softhsm, opencryptoki, nss, remoting, tpm2 or piv
#	TOKEN_DIR	the folder
#	TOKEN_MODULE	the module's file, or a configuration file of p11-kit
#			(*.module) for one that needs arguments
#	TOKEN_URI	of the token, RFC 7512, which only it matches
#	TOKEN_LABEL	its label
#	TOKEN_PIN, TOKEN_SO_PIN
#	TOKEN_CAPS	words, each an ability (caps.md)
#	TOKEN_KEY	the id, in hex, of an RSA key that is there already,
#			where the token cannot generate one
#	TOKEN_ALWAYS_KEY	the same of one that demands the PIN each time
#	TOKEN_REMOVE, TOKEN_INSERT
#			with `removal`: commands, to be given to eval
#	TOKEN_BREAK	with `breaks`: one after which the module's calls fail
#	TOKEN_FLUSH	a command, maybe empty, to be given to eval after a
#			program that may not have ended properly
# and what else the module itself needs.
#
# Where the KIND cannot be started it says why and exits with 77, or with 1
# where CTLSMITH_TOKENS_REQUIRED or CTLSMITH_NO_SKIP is 1 or CI is true.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fresh=no
# shellcheck source=tests/token/lib.sh
. "$here/lib.sh"

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
	local pid

	for pid in "${daemons[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	kind_stop || true
	rm -rf "$TOKEN_DIR"
}

# The namespaces that a KIND asks for in kind_isolate; "-r" is for those who
# are not root. All processes in one end with it, whatever happens.
isolate() {
	local how=(--mount --pid --fork --kill-child --mount-proc)

	case $kind_isolate in
	no) return ;;
	system) how+=(--ipc) ;;
	esac
	[ "$(id -u)" = 0 ] || how+=(-r)
	if unshare "${how[@]}" true 2>/dev/null; then
		export WITH_TOKEN_INSIDE=$kind_isolate
		[ $fresh = no ] || set -- --fresh "$kind" "$@"
		[ $fresh = yes ] || set -- "$kind" "$@"
		exec unshare "${how[@]}" "$here/with-token.sh" "$@"
	fi
}

main() {
	local status=0

	if [ "${1:-}" = --fresh ]; then
		fresh=yes
		shift
	fi
	kind=${1:-}
	if [ $# -lt 2 ] || [[ ! $kind =~ ^[a-z0-9]+$ ]] ||
		[ ! -e "$here/kind-$kind.sh" ]; then
		echo "usage: with-token.sh [--fresh] KIND COMMAND..., KIND one of" \
			"$(cd "$here" && echo kind-*.sh)" |
			sed 's/kind-\([a-z0-9]*\)\.sh/\1/g' >&2
		exit 2
	fi
	shift
	# shellcheck source=/dev/null
	. "$here/kind-$kind.sh"
	kind_needs
	[ ${#lacks[@]} = 0 ] || cannot "missing: $(
		IFS=,
		echo "${lacks[*]}"
	); ./dev deps --all-tokens installs what the tests need"
	if [ $fresh = yes ] && ! kind_caps | grep -qw fresh; then
		echo "with-token.sh: $kind: has no token that is fresh" >&2
		exit 2
	fi
	[ -n "${WITH_TOKEN_INSIDE:-}" ] || isolate "$@"
	export TOKEN_DIR TOKEN_KIND=$kind TOKEN_LABEL=ctlsmith \
		TOKEN_PIN=1234567 TOKEN_SO_PIN=87654321 TOKEN_KEY='' \
		TOKEN_ALWAYS_KEY='' TOKEN_REMOVE='' TOKEN_INSERT='' TOKEN_BREAK='' \
		TOKEN_FLUSH='' TOKEN_MODULE TOKEN_URI TOKEN_CAPS
	TOKEN_DIR=$(mktemp -d "${TMPDIR:-/tmp}/token-$kind.XXXXXX")
	trap clean_up EXIT
	trap 'exit 143' TERM
	trap 'exit 130' INT
	TOKEN_CAPS=$(kind_caps | tr '\n' ' ')
	kind_start
	: "${TOKEN_URI:=pkcs11:token=$TOKEN_LABEL}"
	unset WITH_TOKEN_INSIDE
	"$@" || status=$?
	exit $status
}

main "$@"
