# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Labs for bats tests. To be sourced:
#
#	setup() { load lab.sh; ... }	# or: . "$SRC/tests/lab/lab.sh"
#	teardown() { lab_down_all; }
#
#	lab_up DIR [OPTION...]	begins a lab, and returns when all of it answers;
#				its variables (LAB_PASSWORD, ...) are set then
#	lab_down DIR		ends it; fails where it did not end well
#	lab_down_all		ends what this test has begun
#	lab_ask DIR COMMAND [ARGUMENT...]
#				status, settle, reset-phones, ...
#	lab_type ADDRESS [OPTION...] [-- COMMAND...] <DIALOG
#				OpenSSH's ssh, by hand: see type.exp
#	lab_count DIR FILTER	a number of `status --json`, by jq's path, as
#				.phones.working
#
# All of them have a limit that only stops what hangs, and say so.

export LAB_LIMIT=${LAB_LIMIT:-300} # seconds
: "${CTLSMITH_LAB:?names the program ctlsmith-lab}"
LAB_BEGUN=()
LAB_PIDS=()

# lab_up DIR [OPTION...]: at full speed unless an option says otherwise.
lab_up() {
	local dir=$1 first fd

	shift
	"$SRC/softhsm-fixtures/lab-keys.sh" "$BUILD/lab-keys" || return
	export CTLSMITH_LAB_KEYS=$BUILD/lab-keys
	rm -f "$dir.up"
	mkfifo "$dir.up"
	"$CTLSMITH_LAB" up --dir "$dir" --speed 1000 "$@" \
		>"$dir.up" 2>"$dir.err" </dev/null 3>&- &
	LAB_BEGUN+=("$dir")
	LAB_PIDS+=("$!")
	exec {fd}<"$dir.up"
	if ! IFS= read -r -t "$LAB_LIMIT" -u "$fd" first ||
		[ ! -e "$dir/ready" ]; then
		echo "lab_up $dir $*: it did not come up in $LAB_LIMIT s" \
			"(${first:-no word}):"
		cat "$dir.err"
		exec {fd}<&-
		return 1
	fi
	exec {fd}<&-
	# shellcheck disable=SC1091 # it is made
	. "$dir/env.sh"
}

# lab_ask DIR COMMAND [ARGUMENT...]
lab_ask() {
	local dir=$1 command=$2 status=0

	shift 2
	timeout "$LAB_LIMIT" "$CTLSMITH_LAB" "$command" --dir "$dir" "$@" ||
		status=$?
	[ $status != 124 ] || echo "lab_ask $command: no answer in $LAB_LIMIT s"
	return $status
}

# lab_down DIR
lab_down() {
	local i status=0

	lab_ask "$1" down || return
	for i in "${!LAB_BEGUN[@]}"; do
		if [ "${LAB_BEGUN[i]}" = "$1" ]; then
			wait "${LAB_PIDS[i]}" || status=$?
			unset "LAB_BEGUN[i]" "LAB_PIDS[i]"
		fi
	done
	[ $status = 0 ] || {
		echo "lab_down $1: the lab ended with $status:"
		cat "$1.err"
		return 1
	}
}

# lab_down_all: in a teardown. What does not end is killed.
lab_down_all() {
	local i status=0

	for i in "${!LAB_BEGUN[@]}"; do
		[ -e "${LAB_BEGUN[i]}/control" ] || continue
		lab_down "${LAB_BEGUN[i]}" || {
			status=1
			kill -9 "${LAB_PIDS[i]}" 2>/dev/null || true
		}
	done
	LAB_BEGUN=()
	LAB_PIDS=()
	return $status
}

# What ssh needs to know of the lab in LAB_DIR.
lab_ssh_options() {
	ret=(-F none -p "$LAB_SSH_PORT" -l "$LAB_USER"
		-o UserKnownHostsFile="$LAB_DIR/known_hosts"
		-o GlobalKnownHostsFile=/dev/null
		-o StrictHostKeyChecking=yes -o IdentityFile=/dev/null)
}

# lab_type ADDRESS [OPTION...] [-- COMMAND...] <DIALOG: options of ssh stand above
# those that it has by itself.
lab_type() {
	local address=$1 ret options=()

	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	lab_ssh_options
	expect "$SRC/tests/lab/type.exp" \
		"${options[@]}" "${ret[@]}" "$address" "$@"
}

# lab_count DIR FILTER
lab_count() {
	lab_ask "$1" status --json >"$1.json" || return
	/usr/bin/python3 -c 'if True:
		import json, sys
		value = json.load(open(sys.argv[1]))
		for key in sys.argv[2].strip(".").split("."):
			value = value[int(key) if isinstance(value, list) else key]
		print(value if not isinstance(value, bool) else str(value).lower())
	' "$1.json" "$2"
}
