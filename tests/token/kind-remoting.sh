# shellcheck shell=bash disable=SC2034,SC2154 # used by, or from, with-token.sh
# SPDX-License-Identifier: Apache-2.0
#
# The tokens of kind-softhsm.sh through p11-kit: a server on a unix socket, and
# p11-kit's client module before it. The server has a process for each client.

# shellcheck source=tests/token/kind-softhsm.sh
. "$here/kind-softhsm.sh"

kind_isolate=processes

kind_needs() {
	need_file "$libs/softhsm/libsofthsm2.so" libsofthsm2
	need_program softhsm2-util softhsm2
	need_program pkcs11-tool opensc
	need_program p11-kit p11-kit
	need_file "$libs/pkcs11/p11-kit-client.so" p11-kit-modules
}

kind_caps() {
	cat <<-CAPS
		keygen rsa1024 rsa4096 ec create-object import-key always-auth
		so-login pin-flags unblock init breaks
	CAPS
}

kind_start() {
	local socket=$TOKEN_DIR/server

	use_fixtures
	# a socket has a short name
	daemon server p11-kit server --foreground --name "$socket" \
		--provider "$MODULE" pkcs11:
	await "socket of the server" [ -S "$socket" ]
	export P11_KIT_SERVER_ADDRESS=unix:path=$socket
	# its other programs need nothing of SoftHSM
	unset SOFTHSM2_CONF
	TOKEN_MODULE=$libs/pkcs11/p11-kit-client.so
	# the server has a child for each client; the kernel's own list of them
	# may miss one while another ends
	TOKEN_BREAK="pkill -KILL -P ${daemons[0]}"
}
