# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # used by, or from, with-token.sh
# SPDX-License-Identifier: Apache-2.0
#
# SoftHSM 2: the token `empty` of a copy of the fixtures, so the others are
# there beside it; TOKEN_FIXTURES/env.sh describes them.

kind_needs() {
	need_file "$libs/softhsm/libsofthsm2.so" libsofthsm2
	need_program softhsm2-util softhsm2
	need_program pkcs11-tool opensc
}

kind_caps() {
	cat <<-CAPS
		keygen rsa1024 rsa4096 ec create-object import-key always-auth
		so-login pin-flags unblock init fresh
	CAPS
}

# A copy of the fixtures in TOKEN_DIR; sets what is about its empty token.
use_fixtures() {
	local made=${BUILD:-$root/build/dev}/tokens

	"$root/softhsm-fixtures/setup.sh" "$made"
	export TOKEN_FIXTURES=$TOKEN_DIR/fixtures
	"$root/softhsm-fixtures/setup.sh" --copy "$made" "$TOKEN_FIXTURES"
	# shellcheck source=/dev/null
	. "$TOKEN_FIXTURES/env.sh"
	TOKEN_LABEL=$LABEL_EMPTY
	TOKEN_PIN=$PIN_EMPTY
	TOKEN_SO_PIN=$SO_PIN_EMPTY
	TOKEN_URI=$URI_EMPTY
}

kind_start() {
	use_fixtures
	TOKEN_MODULE=$MODULE
	if [ "$fresh" = yes ]; then
		# SoftHSM shows one slot more than it has tokens
		TOKEN_URI=pkcs11:slot-id=$(grep -c '^URI_' \
			"$TOKEN_FIXTURES/env.sh")
	fi
}
