#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# ctlsmith sign of 20 files, killed at every write, fsync, rename, open and
# close (tests/shim/faults.h), or while one of them fails: whatever stands under
# a target is whole, the next run does the rest, and nothing is left.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
	(umask 077 && cat "$SRC/softhsm-fixtures/keys/rsa2048-a.pem" >key.pem)
	cp "$CASES/ok-cnf-sgn-sha1/pub.pem" .
	mkdir in
	for ((i = 0; i < 20; i++)); do
		printf 'file %s\n' $i >"in/f$i"
	done
	# what every run must come to; --timestamp makes it the same bytes
	sign -o wanted
}

# sign ARGUMENT...
sign() {
	"$CTLSMITH" sign in --signer key.pem --signer-cert pub.pem \
		--timestamp 2026-03-01 --jobs 2 "$@" >out 2>err </dev/null
}

# faulty KIND N MODE ARGUMENT...: status of a run with that fault.
faulty() {
	local status=0

	rm -f mark
	LD_PRELOAD=$CTLSMITH_LIB FAULTS=$1:$2:$3 FAULTS_MARK=mark \
		"$CTLSMITH" sign in --signer key.pem --signer-cert pub.pem \
		--timestamp 2026-03-01 --jobs 2 "${@:4}" >out 2>err \
		</dev/null || status=$?
	return $status
}

# Every file under a name that is no temporary one is as it should be, or was
# there before: OLD.
whole() {
	local file

	for file in result/*; do
		[ -e "$file" ] || continue
		cmp -s "$file" "wanted/${file##*/}" ||
			[ "$(cat "$file")" = OLD ] || {
			echo "$file is not whole"
			return 1
		}
	done
}

# After a run with a fault: one without comes to the end.
comes_to_an_end() {
	local status=0

	whole
	sign -o result --audit log "$@" || status=$?
	[ $status = 0 ] || {
		echo "the next run: $status"
		cat err
		return 1
	}
	diff -r wanted result
	[ -z "$(find in result* -name '.*' -type f)" ]
	[ -z "$(find state -name '*.journal')" ]
	# made, and lost before it was written: one a thread
	"$CTLSMITH" audit verify log >out
	[ "$(grep -c '"operation":"sign"' log)" -le 22 ]
}

# each KIND MODE [ARGUMENT...]: at every call of the kind.
each() {
	local n kind=$1 mode=$2 status

	shift 2
	for ((n = 1; n < 2000; n++)); do
		rm -rf result state log
		[ "$*" = '' ] || {
			mkdir result
			for ((i = 0; i < 20; i++)); do
				echo OLD >"result/f$i.sgn"
			done
		}
		status=0
		faulty "$kind" $n "$mode" -o result --audit log "$@" || status=$?
		[ -e mark ] || break
		case $mode in
		kill) [ $status = 137 ] ;;
		*) [ $status != 137 ] && [ $status -le 5 ] ;;
		esac || {
			echo "$kind $n $mode: $status"
			cat err
			return 1
		}
		if [ $status = 0 ] || [ $status = 1 ]; then
			# it came to its end, with a file that failed or none
			whole
			[ -z "$(find in result* -name '.*' -type f)" ]
			continue
		fi
		comes_to_an_end "$@"
	done
	echo "$kind $mode: $n"
	[ $n -gt 1 ] && [ $n -lt 2000 ]
}

@test "killed at every write" {
	each write kill
}

@test "killed at every fsync" {
	each fsync kill
}

@test "killed at every rename" {
	each rename kill
	each rename kill --force
}

@test "killed at every open and close" {
	each open kill
	each close kill
}

@test "the disk is full from some write on" {
	each write onward --force
}

@test "a rename fails, once and for good" {
	each rename once --force
	each rename onward
}

@test "what cannot be flushed is not given a name" {
	each fsync onward
}

@test "the disk is full: it says so once, and how to go on" {
	local status=0

	faulty write 12 once -o result || status=$?
	[ $status = 5 ]

	grep -q 'No space left on device' err
	grep -q 'run the same command again' err
	[ "$(wc -l <err)" -le 3 ]
	sign -o result
	diff -r wanted result
}
