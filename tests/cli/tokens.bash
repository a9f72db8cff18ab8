# shellcheck shell=bash disable=SC2034 # used by those who load it
# SPDX-License-Identifier: Apache-2.0
#
# What tests of `ctlsmith token` over SoftHSM and the shim (tests/shim/p11)
# share. Each test has a copy of the tokens of softhsm-fixtures, and a ledger of
# its own.

tokens_setup_file() {
	"$SRC/softhsm-fixtures/setup.sh" "$BUILD/tokens"
}

tokens_setup() {
	cd "$BATS_TEST_TMPDIR" || return
	"$SRC/softhsm-fixtures/setup.sh" --copy "$BUILD/tokens" tokens
	# shellcheck source=/dev/null
	. tokens/env.sh
	export LC_ALL=C.UTF-8 CTLSMITH_CONFIG='' XDG_STATE_HOME=$PWD/state
	export P11FAULT_REAL=$MODULE P11FAULT_PLAN=$PWD/plan \
		P11FAULT_TRACE=$PWD/trace P11FAULT_STATE=$PWD/tries
	# a PIN is where a test puts it, and nowhere else
	export -n "${!PIN_@}" "${!SO_PIN_@}"
	unset P11FAULT_PINPAD_PIN P11FAULT_PINPAD_SO_PIN P11FAULT_PINPAD_NEW_PIN
	MODULE=$P11FAULT
	URI=$URI_SAST_1
	COMMAND=("$CTLSMITH" token) # that the functions below run
	: >plan
	: >trace
}

# plan RULE...: what the shim does from now on.
plan() {
	printf '%s\n' "$@" >plan
	: >trace
}

# token COMMAND ARGUMENT...: with the shim.
token() {
	timeout -k 5 60 "${COMMAND[@]}" "$@" --module "$MODULE"
}

# try STATUS COMMAND ARGUMENT...: what it prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	token "$@" >out 2>err </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "${COMMAND[*]} $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# The same with the PIN given.
try_pin() {
	PIN=$1 try "${@:2}" --pin-env PIN
}

# How many calls of the function $1 the trace has.
calls() {
	grep -c "^[0-9]* $1 " trace || true
}

# The failures that the ledger of the token with the URI $URI counts.
failures() {
	cat state/ctlsmith/token-*.user 2>/dev/null |
		sed -n 's/^failures //p'
}

# background COMMAND ARGUMENT...: token in the background; its process id is
# then in PID.
background() {
	# 3 and 4 are those of bats
	"${COMMAND[@]}" "$@" --module "$MODULE" >out 2>err 3>&- 4>&- &
	PID=$!
}

# Waits until the trace has a line that matches $1.
await_trace() {
	local i

	for ((i = 0; i < 500; i++)); do
		! grep -q "$1" trace || return 0
		kill -0 "$PID" 2>/dev/null || break
		sleep 0.02
	done
	echo "never in the trace: $1"
	cat trace err
	return 1
}

# end_with STATUS: the process PID does.
end_with() {
	local status=0

	wait "$PID" 2>/dev/null || status=$?
	[ "$status" = "$1" ] || {
		echo "it ended with $status instead of $1"
		cat out err
		return 1
	}
}

# query EXPRESSION: what Python makes of the JSON in out, whose one element has
# j beside its schema.
query() {
	/usr/bin/python3 -c 'import json, sys
(element,) = json.load(open("out"))
element.pop("schema")
(j,) = element.values()
print(eval(sys.argv[1]))' "$1"
}

# at_terminal STATUS COMMAND ARGUMENT...: token at a terminal, as the Expect
# script on stdin says; what the terminal shows is then in shown. The script
# may use `want TEXT`, which waits for it, and `type TEXT`.
at_terminal() {
	local wanted=$1 status=0

	shift
	{
		cat <<-'EXPECT'
			set timeout 30
			proc want {text} {
				expect {
					-ex $text {}
					timeout { puts "\nnever came: $text"; exit 99 }
					eof { puts "\nended before: $text"; exit 98 }
				}
			}
			proc type {text} { send -- "$text\r" }
			spawn -noecho {*}$argv
		EXPECT
		cat
		cat <<-'EXPECT'
			catch { expect eof }
			exit [lindex [wait] 3]
		EXPECT
	} >script.exp
	expect -f script.exp -- "${COMMAND[@]}" "$@" \
		--module "$MODULE" >shown 2>&1 </dev/null || status=$?
	[ "$status" = "$wanted" ] || {
		echo "token $* at a terminal: $status"
		cat shown
		return 1
	}
}
