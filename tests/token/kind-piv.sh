# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # used by, or from, with-token.sh
# SPDX-License-Identifier: Apache-2.0
#
# A smart card: piv.py in a virtual reader, pcscd and OpenSC. pcscd's socket is
# in /run, so it has one of its own.

kind_isolate=system

kind_needs() {
	need_file "$libs/opensc-pkcs11.so" opensc-pkcs11
	need_file /usr/lib/pcsc/drivers/serial/libifdvpcd.so vsmartcard-vpcd
	need_program pcscd pcscd
	need_program /usr/bin/python3 python3
	need_program openssl openssl
	need_program softhsm2-util softhsm2
	need_program pkcs11-tool opensc
}

kind_caps() {
	cat <<-CAPS
		always-auth pin-flags pin-lock removal
	CAPS
}

# A port that is free, and the one after it, which vpcd takes as well.
free_port() {
	/usr/bin/python3 - <<-'PYTHON'
		import socket
		while True:
		    with socket.socket() as a, socket.socket() as b:
		        a.bind(("127.0.0.1", 0))
		        port = a.getsockname()[1]
		        try:
		            b.bind(("127.0.0.1", port + 1))
		        except (OSError, OverflowError):
		            continue
		        print(port)
		        break
	PYTHON
}

pcscd_listens() {
	[ -S /run/pcscd/pcscd.comm ]
}

card_is_there() {
	pkcs11-tool --module "$TOKEN_MODULE" --list-token-slots </dev/null |
		grep -q 'token label'
}

kind_start() {
	local made=${BUILD:-$root/build/dev}/tokens port
	local keys=$root/softhsm-fixtures/keys

	"$root/softhsm-fixtures/setup.sh" "$made"
	private_system
	port=$(free_port)
	mkdir "$TOKEN_DIR/readers"
	cat >"$TOKEN_DIR/readers/vpcd" <<-CONF
		FRIENDLYNAME "Virtual PCD"
		DEVICENAME /dev/null:$(printf '0x%X' "$port")
		LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so
		CHANNELID $(printf '0x%X' "$port")
	CONF
	mkdir /run/pcscd
	daemon pcscd pcscd --foreground --config "$TOKEN_DIR/readers"
	await "socket of pcscd" pcscd_listens
	TOKEN_PIN=123456
	TOKEN_SO_PIN=87654321
	daemon card /usr/bin/python3 "$root/tests/token/piv.py" "$port" \
		"$TOKEN_PIN" "$TOKEN_SO_PIN" \
		"$keys/rsa2048-a.pem" "$made/certs/signer-2048.pem" \
		"$keys/rsa2048-b.pem" "$made/certs/spare-2048.pem"
	TOKEN_MODULE=$libs/opensc-pkcs11.so
	await "card" card_is_there
	# OpenSC takes the name in the first certificate
	TOKEN_LABEL=signer-2048
	TOKEN_KEY=01
	TOKEN_ALWAYS_KEY=02
	TOKEN_REMOVE="kill -USR1 ${daemons[1]}"
	TOKEN_INSERT=$TOKEN_REMOVE
}
