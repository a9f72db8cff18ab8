# shellcheck shell=bash disable=SC2034 # used by those who load it
# SPDX-License-Identifier: Apache-2.0
#
# For tests of commands that write, with kill.sh: a folder start with keys and
# certificates, and commands on them.

killed_file() {
	local name

	"$SRC/softhsm-fixtures/setup.sh" "$BUILD/tokens"
	cd "$BATS_FILE_TMPDIR" || return
	for name in signer cucm new; do
		openssl req -x509 -newkey rsa:2048 -nodes -days 3000 \
			-keyout $name.key -out $name.pem \
			-subj "/O=Lab/CN=$name" 2>/dev/null
	done
}

killed_setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
	mkdir start
	cp "$BATS_FILE_TMPDIR"/* start
	make=(build --signer signer.key --signer-cert signer.pem
		--ccm-tftp 'cucm.pem,host=cucm1,ip=10.0.0.1')
}

# make FILE ARGUMENT...: in the folder start.
make() {
	(cd start && "$CTLSMITH" "${make[@]}" -o "$@" >/dev/null)
}

# A list, and what becomes of it.
edited() {
	make list --timestamp 2025-01-01T00:00:00Z
	edit=(edit list --replace ccm+tftp=new.pem --signer-cert signer.pem
		--timestamp 2026-01-01T00:00:00Z)
}
