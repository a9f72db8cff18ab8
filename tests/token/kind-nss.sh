# shellcheck shell=bash disable=SC2034,SC2154 # used by, or from, with-token.sh
# SPDX-License-Identifier: Apache-2.0
#
# The certificate store of NSS. The module wants arguments at C_Initialize, so
# TOKEN_MODULE is a configuration file of p11-kit. Its two tokens have the
# same serial number.

kind_needs() {
	need_file "$libs/libsoftokn3.so" libnss3
	need_program certutil libnss3-tools
}

kind_caps() {
	cat <<-CAPS
		keygen rsa1024 rsa4096 ec extractable-default create-object
		import-key
	CAPS
}

kind_start() {
	mkdir "$TOKEN_DIR/db"
	(umask 077 && echo "$TOKEN_PIN" >"$TOKEN_DIR/db/pin")
	certutil -N -d "sql:$TOKEN_DIR/db" -f "$TOKEN_DIR/db/pin" </dev/null
	rm "$TOKEN_DIR/db/pin"
	TOKEN_MODULE=$TOKEN_DIR/nss.module
	TOKEN_LABEL="NSS Certificate DB"
	TOKEN_URI=pkcs11:token=NSS%20Certificate%20DB
	cat >"$TOKEN_MODULE" <<-CONF
		module: $libs/libsoftokn3.so
		x-init-reserved: configdir='sql:$TOKEN_DIR/db' certPrefix='' keyPrefix='' secmod='secmod.db' flags= tokenDescription='$TOKEN_LABEL'
	CONF
}
