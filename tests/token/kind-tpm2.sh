# shellcheck shell=bash disable=SC2034,SC2154 # used by, or from, with-token.sh
# SPDX-License-Identifier: Apache-2.0
#
# tpm2-pkcs11 over a TPM in software. Nothing manages the few places that a
# TPM has for keys in use; TOKEN_FLUSH empties them.

kind_isolate=processes

kind_needs() {
	need_file "$libs/pkcs11/libtpm2_pkcs11.so" libtpm2-pkcs11-1
	need_program swtpm swtpm
	need_program tpm2_flushcontext tpm2-tools
	need_file "$libs/libtss2-tcti-swtpm.so.0" libtss2-tcti-swtpm0
	need_program pkcs11-tool opensc
}

kind_caps() {
	cat <<-CAPS
		keygen rsa1024 ec create-object always-auth so-login pin-lock
		fresh
	CAPS
}

kind_start() {
	local socket=$TOKEN_DIR/tpm

	mkdir "$TOKEN_DIR/state" "$TOKEN_DIR/store"
	daemon swtpm swtpm socket --tpm2 --tpmstate "dir=$TOKEN_DIR/state" \
		--server "type=unixio,path=$socket" \
		--ctrl "type=unixio,path=$socket.ctrl" \
		--flags not-need-init,startup-clear
	await "socket of swtpm" [ -S "$socket.ctrl" ]
	export TPM2_PKCS11_TCTI=swtpm:path=$socket \
		TPM2TOOLS_TCTI=swtpm:path=$socket TSS2_LOG=all+NONE \
		TPM2_PKCS11_STORE=$TOKEN_DIR/store TPM2_PKCS11_LOG_LEVEL=0
	TOKEN_MODULE=$libs/pkcs11/libtpm2_pkcs11.so
	TOKEN_FLUSH="tpm2_flushcontext -t"
	await "answer of the TPM" tpm2_flushcontext -t
	if [ "$fresh" = yes ]; then
		TOKEN_URI=pkcs11:slot-id=1
		return
	fi
	p11 --slot-index 0 --init-token --label "$TOKEN_LABEL" \
		--so-pin "$TOKEN_SO_PIN"
	tpm2_flushcontext -t
	p11 --slot 1 --login --login-type so --so-pin "$TOKEN_SO_PIN" \
		--init-pin --new-pin "$TOKEN_PIN"
	tpm2_flushcontext -t
}
