#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The commands about certificates and trust stores while memory, open and read
# fail (tests/cli/faults.sh): no verdict is for want of memory.

# shellcheck disable=SC2030,SC2031,SC2034,SC2086,SC2154 # of stores.bash
bats_require_minimum_version 1.5.0
load stores

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	unset TZ COLUMNS NO_COLOR
	cluster d/pub
	make d/pub/CallManager-trust/old.pem $org/CN=pub.lab.example "$past"
	make d/pub/CAPF-trust/CAPF-2.pem $org/CN=CAPF-22222222 "$past"
	make d/pub/tomcat-trust/sub9.pem $org/CN=sub9.lab.example "$past"
	make d/pub/Phone-SAST-trust/x.pem /O=X/CN=x "$past"
	{
		printed_own sub.lab.example
		echo 'admin:show cert list trust'
		echo 'tomcat-trust/b.pem: Trust Certificate'
	} >list
	printf 'CN=CAPF-22222222 3\n' >lsc
}

# faults ONCE ONWARD COMMAND...
faults() {
	local once=$1 onward=$2

	shift 2
	[ "${CTLSMITH_LONG:-}" != 1 ] || once=1 onward=1
	"$SRC/tests/cli/faults.sh" malloc once $((RANDOM % once + 1)) "$once" \
		"$@"
	"$SRC/tests/cli/faults.sh" malloc onward $((RANDOM % onward + 1)) \
		"$onward" "$@"
}

@test "memory: trust-store check" {
	local all=(--now 2026-01-01 --lsc-issuers lsc --former d/pub/own
		--nodes pub --list "$CASES/ok-tokenless-4947/CTLFile.tlv" list d)

	faults 97 397 trust-store check "${all[@]}"
	faults 97 397 trust-store check --json "${all[@]}"
}

@test "memory: cert calendar" {
	faults 97 397 cert calendar --now 2026-01-01 d list
	faults 97 397 cert calendar --now 2026-01-01 --json d list
	faults 97 397 cert calendar --now 2026-01-01 --ical d list
}

@test "memory: cert check" {
	openssl req -new -key k -subj $org/CN=pub.lab.example -out csr.pem \
		2>>log
	local all=(--now 2026-01-01 --unit CallManager --csr csr.pem --trust
		d/pub/CallManager-trust d/pub/own/CallManager.pem)

	faults 97 397 cert check "${all[@]}"
	faults 97 397 cert check --json "${all[@]}"
}
