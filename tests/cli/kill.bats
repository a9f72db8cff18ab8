#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Commands that write files, killed before and after every call that changes
# what the disk holds, and with every such call failing (tests/shim/faults.h,
# tests/cli/kill.sh): the target is the old file or the new one, whole, and the
# next run ends as if nothing had been.

# shellcheck disable=SC2154 # of killed.bash

bats_require_minimum_version 1.5.0

load killed

setup_file() {
	killed_file
}

setup() {
	killed_setup
}

# sweep TARGET COMMAND...: with all faults.
sweep() {
	local mode

	for mode in kill killed once:ENOSPC once:EROFS once:EDQUOT; do
		"$SRC/tests/cli/kill.sh" disk $mode 1 1 "$@"
	done
}

@test "build: a new list" {
	AUDIT=log sweep list "${make[@]}" --audit log -o list \
		--timestamp 2026-01-01T00:00:00Z
	"$CTLSMITH" verify whole/list
}

@test "build --force: over an old list" {
	make list --timestamp 2025-01-01T00:00:00Z
	sweep list "${make[@]}" --force -o list \
		--timestamp 2026-01-01T00:00:00Z
	"$CTLSMITH" verify --trusted start/list whole/list
}

@test "build: with a key on a token" {
	# shellcheck source=/dev/null
	. "$BUILD/tokens/env.sh"
	export PIN=$PIN_SAST_1
	# shellcheck disable=SC2030
	make=(build --signer "$URI_SAST_1" --module "$MODULE" --pin-env PIN
		--sast signer.pem)
	make list --timestamp 2025-01-01T00:00:00Z
	sweep list "${make[@]}" --force -o list --max-sast 2 \
		--timestamp 2026-01-01T00:00:00Z
	"$CTLSMITH" verify whole/list
}

@test "edit: in its place" {
	edited
	AUDIT=log sweep list "${edit[@]}" --signer signer.key --audit log \
		-o list --force
	"$CTLSMITH" verify --trusted start/list whole/list
}

@test "edit: to another name; IN stays what it is" {
	edited
	sweep other "${edit[@]}" --signer signer.key -o other
	cmp start/list whole/list
	"$CTLSMITH" verify --trusted start/list whole/other
	cp whole/other start/other
	sweep other "${edit[@]}" --signer signer.key -o other --force \
		--replace-other --add capf=cucm.pem
}

@test "a request for a signature, the signature, and the list made of it" {
	edited
	sweep request "${edit[@]}" -o list --force --detached-request request
	cp whole/request start
	sweep answer sign-request --yes --signer signer.key -o answer request
	cp whole/answer start
	sweep list attach --force request answer
	"$CTLSMITH" verify --trusted start/list whole/list
}

# refuses PATTERN SCRIPT: kill.sh does not accept a program that does what SCRIPT
# says while a fault strikes, and says what PATTERN says. Without one it writes
# "new" into the file list, and keeps the old.
refuses() {
	local pattern=$1

	cat >fake - <<-'FAKE'
		#!/bin/bash
		good() {
			[ ! -e stop ] || exit 9
			cp list list.bak-1
			echo new >list
			exit 0
		}
		fail() {
			echo "ctlsmith: no" >&2
			exit 1
		}
		[ -n "$FAULTS" ] || good
		n=${FAULTS#*:}
		[ "${n%%:*}" -lt 3 ] || good
		: >"$FAULTS_MARK"
	FAKE
	echo "$2" >>fake
	chmod +x fake
	rm -rf start
	mkdir start
	echo old >start/list
	! CTLSMITH=$PWD/fake CTLSMITH_LIB="" "$SRC/tests/cli/kill.sh" disk \
		kill 1 1 list it >said
	grep -q "$pattern" said || {
		cat said
		return 1
	}
}

# shellcheck disable=SC2016 # the fake's own
@test "what a program may not do is noticed" {
	refuses 'neither old nor new' 'printf n >list; kill -KILL $$'
	refuses 'neither old nor new' 'rm list; kill -KILL $$'
	refuses 'the old file is lost' 'echo new >list; kill -KILL $$'
	refuses 'list.bak-1 is neither' 'printf o >list.bak-1; kill -KILL $$'
	refuses 'success, but the target is old' 'exit 0'
	refuses 'a failure, but the target is new' '(good); fail'
	refuses 'a wrong end' 'exit 3'
	refuses 'no word of the failure' 'exit 1'
	refuses 'a raw message' 'echo ouch >&2; exit 1'
	refuses 'other files' 'echo t >.list.01234567; fail'
	refuses 'other files' 'echo t >mine; fail'
	refuses 'another end' 'touch stop; fail'
	refuses 'not a single fault' 'rm "$FAULTS_MARK"; good'
}
