#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# lab-keys.sh DIR [RSA [EC]]: makes a pool of keys for the lab's clusters in DIR,
# so that a lab need not wait for them: DIR/pool.pem with RSA keys of 2048 bits
# (64 unless said otherwise) and keys on P-256 and P-384 (16 of each), under a
# heading each; and those keys of the tokens sast-1 and sast-2, and of the CA
# that signed them, which are in keys/. Does nothing where DIR is up to date;
# several may run at once.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?"lab-keys.sh DIR [RSA [EC]]"}
rsa=${2:-64}
ec=${3:-16}

# make HEADING COUNT ARGUMENT...
make() {
	local heading=$1 i

	echo "# $heading"
	for ((i = 0; i < $2; i++)); do
		openssl genpkey "${@:3}" 2>/dev/null
	done
}

fill() {
	cp "$here"/keys/rsa1024-[gh].pem "$here"/keys/rsa2048-h.pem "$1/"
	{
		make rsa2048 "$rsa" -algorithm RSA -pkeyopt rsa_keygen_bits:2048
		make ec256 "$ec" -algorithm EC -pkeyopt \
			ec_paramgen_curve:P-256 -pkeyopt \
			ec_param_enc:named_curve
		make ec384 "$ec" -algorithm EC -pkeyopt \
			ec_paramgen_curve:P-384 -pkeyopt \
			ec_param_enc:named_curve
	} >"$1/pool.pem"
}

made="$rsa $ec $(sha256sum <"$here/lab-keys.sh")"
mkdir -p "$dir"
exec 9>"$dir/.lock"
flock 9
[ "$(cat "$dir/made" 2>/dev/null || true)" != "$made" ] || exit 0
fill "$dir"
echo "$made" >"$dir/made"
