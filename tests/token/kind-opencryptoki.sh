# shellcheck shell=bash disable=SC2034,SC2154 # used by, or from, with-token.sh
# SPDX-License-Identifier: Apache-2.0
#
# openCryptoki's software token. Its state is in /var/lib/opencryptoki, its
# daemon is one for the machine: both are put into namespaces of their own
# where that is allowed.
# The token is as after its first use: PINs changed from those it came with.

kind_isolate=system
folders=/usr/lib/tmpfiles.d/opencryptoki.conf

kind_needs() {
	# its files belong to a group, which a user's namespace does not have
	[ "$(id -u)" = 0 ] || cannot "needs root"
	need_file "$libs/pkcs11/libopencryptoki.so" opencryptoki
	need_program pkcsslotd opencryptoki
	need_file "$folders" opencryptoki
	need_program pkcs11-tool opensc
}

kind_caps() {
	cat <<-CAPS
		keygen rsa1024 rsa4096 extractable-default create-object
		import-key so-login pin-flags pin-lock unblock to-be-changed fresh
	CAPS
}

# Where namespaces are not allowed, as in some containers: the state of the
# machine, if there is none yet, one at a time.
whole_machine() {
	exec 9>/run/lock/ctlsmith-opencryptoki
	flock 9
	[ ! -e /run/pkcsslotd.socket ] ||
		cannot "pkcsslotd is running, and it is not ours"
	[ ! -e /var/lib/opencryptoki/swtok/NVTOK.DAT ] ||
		cannot "there is a token in /var/lib/opencryptoki, not ours"
	on_machine=yes
}

kind_stop() {
	[ "${on_machine:-}" != yes ] ||
		rm -rf /var/lib/opencryptoki/swtok /run/pkcsslotd.* \
			/dev/shm/var.lib.opencryptoki.*
}

kind_start() {
	local slot=(--slot 3) so=(--login --login-type so --so-pin)

	if [ "${WITH_TOKEN_INSIDE:-}" = system ]; then
		private_system /var/lib/opencryptoki
	else
		whole_machine
	fi
	# what systemd-tmpfiles would do, which is not everywhere
	sed -n 's/^d \([^ ]*\) .*/\1/p' "$folders" |
		xargs mkdir -p -m 0770
	# nobody else may hold the lock when this is over
	daemon pkcsslotd pkcsslotd -f 9>&-
	await "socket of pkcsslotd" [ -S /run/pkcsslotd.socket ]
	TOKEN_MODULE=$libs/pkcs11/libopencryptoki.so
	if [ "$fresh" = yes ]; then
		TOKEN_URI=pkcs11:slot-id=3
		return
	fi
	TOKEN_SO_PIN=7654321
	# the PIN of the security officer that comes with every token
	p11 "${slot[@]}" --init-token --label "$TOKEN_LABEL" --so-pin 87654321
	p11 "${slot[@]}" "${so[@]}" 87654321 --change-pin \
		--new-pin "$TOKEN_SO_PIN"
	p11 "${slot[@]}" "${so[@]}" "$TOKEN_SO_PIN" --init-pin --new-pin 12345
	p11 "${slot[@]}" --login --pin 12345 --change-pin \
		--new-pin "$TOKEN_PIN"
}
