#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The sessions of docs/guide-detached.md are real: SoftHSM is the HSM, and
# pkcs11-tool and openssl sign, too.

bats_require_minimum_version 1.5.0
load session

setup() {
	guide=$SRC/docs/guide-detached.md
	session_setup_for "$guide"
}

@test "the guide's sessions come out as they are shown" {
	session_holds "$guide"
	# and did what they are there for
	cmp signature-1 signature-3
	[ -s new.tlv ]
	[ ! -e other.tlv ]
}

@test "a changed guide is noticed" {
	sed 's/^Written: new.tlv/Written: old.tlv/' "$guide" >guide-detached.md
	run ! cmp -s "$guide" guide-detached.md
	run ! session_holds guide-detached.md
	[[ $output == *'-Written: old.tlv'* ]]
}

@test "it shows every way to sign that it promises" {
	session_lines "$guide" | grep '^\$ ' >shown
	for way in 'ctlsmith sign-request .* --signer' 'pkcs11-tool .* RSA-PKCS' \
		'pkcs11-tool .* SHA1-RSA-PKCS' 'openssl pkeyutl -sign' \
		'openssl dgst -sha1 -sign'; do
		grep -qe "$way" shown
	done
}

@test "its links lead somewhere" {
	local link

	sed -n 's/.*](\([^)#]*\)[)#].*/\1/p' "$guide" | grep . >links
	while read -r link; do
		[ -e "$SRC/docs/$link" ] || {
			echo "no $link"
			return 1
		}
	done <links
}
