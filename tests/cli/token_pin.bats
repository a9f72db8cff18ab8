#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Where PINs come from, when one is sent and when not, and that it is left
# nowhere. Asked of `ctlsmith token` over SoftHSM, with the shim between them.

bats_require_minimum_version 1.5.0
load tokens

setup_file() {
	tokens_setup_file
}

setup() {
	tokens_setup
	PIN=$PIN_SAST_1
}

teardown() {
	[ -z "${PID:-}" ] || kill -KILL "$PID" 2>/dev/null || true
}

# The last message is about $1, and no PIN was sent.
refused() {
	grep -q "$1" err || {
		echo "not said: $1"
		cat err
		return 1
	}
	[ "$(calls C_Login)" = 0 ]
	[ ! -s out ]
}

# A file with the bytes of the format $1, for one's own eyes.
pin_file() {
	# shellcheck disable=SC2059 # the format is the content
	(umask 077 && rm -f pin && printf "$1" >pin)
}

# ---- Sources

@test "--pin-env: used, and gone from the environment of the process" {
	plan 'hang C_Sign'
	SECRET=$PIN background test --pin-env SECRET "$URI"
	await_trace 'C_Sign hangs'
	tr '\0' '\n' <"/proc/$PID/environ" >environ
	grep -q '^P11FAULT_PLAN=' environ
	run ! grep -q "$PIN" environ
	# its name may stay
	run ! grep -q '^SECRET=.' environ
	kill -KILL "$PID"
	plan ''
	try 2 show --pin-env NOT_SET "$URI"
	refused 'the environment variable NOT_SET is not set'
}

@test "--pin-fd: a line, or all there is" {
	try 0 show --pin-fd 5 "$URI" 5<<<"$PIN"
	grep -q '^private key' out
	try 0 show --pin-fd 5 "$URI" 5< <(printf '%s' "$PIN")
	[ "$(calls C_Login)" = 2 ]
	: >trace
	try 4 show --pin-fd 5 "$URI" 5</dev/null
	refused 'the PIN that was given is empty'
	try 2 show --pin-fd 77 "$URI"
	refused 'wants the number of an open file descriptor'
	try 2 show --pin-fd x "$URI"
	refused 'wants the number of an open file descriptor'
}

@test "pin-source: a file of one's own; the end of its line is no part of it" {
	local end

	for end in '' '\n' '\r\n'; do
		pin_file "$PIN$end"
		try 0 show "$URI?pin-source=$PWD/pin"
		grep -q '^private key' out
		try 0 show "$URI?pin-source=file:$PWD/pin"
	done
	[ "$(calls C_Login)" = 6 ]
	[ ! -s err ]
}

@test "pin-source: refused where others may read it, or it is no file" {
	local mode

	pin_file "$PIN"
	for mode in 640 604 620 602; do
		chmod "$mode" pin
		try 4 show "$URI?pin-source=$PWD/pin"
		refused 'others may open the file of the PIN'
	done
	mkfifo -m 600 fifo
	try 4 show "$URI?pin-source=$PWD/fifo"
	refused 'from a regular file only'
	try 4 show "$URI?pin-source=%7Ctouch%20$PWD/was-run"
	refused 'names a command, and none is run'
	[ ! -e was-run ]
	try 4 show "$URI?pin-source=https://example.org/pin"
	refused 'pin-source is a file'
	try 4 show "$URI?pin-source=$PWD/missing"
	refused 'cannot open the file of the PIN'
	pin_file "$PIN\nsomething else\n"
	try 4 show "$URI?pin-source=$PWD/pin"
	refused 'something follows the line with the PIN'
}

@test "pin-value: works, with a warning, and is wiped from the command line" {
	try 0 show "$URI?pin-value=$PIN"
	grep -q '^private key' out
	grep -q 'a PIN on the command line is seen by other users' err
	plan 'hang C_Sign'
	background test "$URI?pin-value=$PIN"
	await_trace 'C_Sign hangs'
	tr '\0' '\n' <"/proc/$PID/cmdline" >cmdline
	grep -q "^$URI" cmdline
	run ! grep -q "$PIN" cmdline
	run ! grep -q "$PIN" err
	kill -KILL "$PID"
	# escaped as URIs are
	try 0 show "$URI?pin-value=%3${PIN:0:1}${PIN:1}"
}

@test "two sources at once are refused" {
	pin_file "$PIN"
	export PIN
	try 2 show --pin-env PIN --pin-fd 5 "$URI" 5<pin
	refused 'env and --pin-fd both give a PIN; name one'
	try 2 show --pin-env PIN "$URI?pin-value=$PIN"
	refused 'both give a PIN'
	try 2 show --pin-env PIN "$URI?pin-source=$PWD/pin"
	refused 'both give a PIN'
	try 2 show --pin-fd 5 "$URI?pin-value=$PIN" 5<pin
	refused 'both give a PIN'
	try 2 show "$URI?pin-value=$PIN&pin-source=$PWD/pin"
	refused 'both give a PIN'
	run ! grep -q "$PIN" err
}

@test "no source and no terminal: exit 4, and the options are named" {
	try 4 show "$URI"
	refused 'a PIN is needed: give it with --pin-env or --pin-fd, or run this at a terminal'
	try 4 test "$URI"
	refused 'give it with --pin-env or --pin-fd'
}

@test "an empty PIN is not sent" {
	try_pin '' 4 show "$URI"
	refused 'the PIN that was given is empty'
	[ -z "$(failures)" ]
}

# ---- At a terminal

@test "terminal: asked without echo; a wrong PIN, then the right one" {
	at_terminal 0 show "$URI" <<-EXPECT
		want "PIN of token 'sast-1' (serial $SERIAL_SAST_1): "
		type 9988776
		want "the PIN is wrong"
		want "PIN of token 'sast-1' (serial $SERIAL_SAST_1, few tries left): "
		type $PIN
		want "private key"
	EXPECT
	run ! grep -qE "9988776|$PIN" shown
	[ "$(calls C_Login)" = 2 ]
	[ "$(failures)" = 0 ]
}

@test "terminal: the same wrong PIN is not sent twice" {
	at_terminal 4 show "$URI" <<-'EXPECT'
		want "): "
		type 9988776
		want "the PIN is wrong"
		want "): "
		type 9988776
		want "was refused by the token before, and is not sent again"
		want "): "
		type ""
		want "no PIN was given"
	EXPECT
	[ "$(calls C_Login)" = 1 ]
	[ "$(failures)" = 1 ]
}

@test "terminal: each try is counted, and the last is not used" {
	plan 'tries 3'
	at_terminal 4 show "$URI" <<-'EXPECT'
		want "): "
		type 9988776
		want "): "
		type 8877665
		want "one try is left before the PIN locks; --final-try uses it"
	EXPECT
	[ "$(calls C_Login)" = 2 ]
}

@test "terminal: interrupted, it has its echo again" {
	cat >shell.sh <<-'SH'
		trap : INT
		"$@"
		echo "ended $?"
		stty -a
	SH
	cat >script.exp <<-'EXPECT'
		set timeout 30
		spawn -noecho bash shell.sh {*}$argv
		expect -ex "): "
		send "\003"
		expect "ended 130" {} timeout { exit 99 }
		expect eof
	EXPECT
	expect -f script.exp -- "$CTLSMITH" token show --module "$MODULE" \
		"$URI" >shown 2>&1
	grep -qE '(^|[^-])\becho\b' shown
	[ "$(calls C_Login)" = 0 ]
	[ "$(calls C_Initialize)" = 1 ]
}

@test "terminal: interrupted within a line that has no end, it has its echo again" {
	cat >shell.sh <<-'SH'
		trap : INT
		"$@"
		echo "ended $?"
		stty -a
	SH
	cat >script.exp <<-'EXPECT'
		set timeout 30
		spawn -noecho bash shell.sh {*}$argv
		expect -ex "): "
		send "12\004"
		send "\003"
		expect "ended 130" {} timeout { exit 99 }
		expect eof
	EXPECT
	expect -f script.exp -- "$CTLSMITH" token show --module "$MODULE" \
		"$URI" >shown 2>&1
	grep -qE '(^|[^-])\becho\b' shown
	[ "$(calls C_Login)" = 0 ]
}

# ---- May it be sent?

@test "a PIN that is to be changed is not used" {
	plan 'only sast-1' to-be-changed
	try_pin "$PIN" 4 show "$URI"
	refused 'the PIN of the token must be changed first'
	try 0 list
	grep -q '^sast-1 .*PIN to be changed' out
}

@test "a locked PIN is not sent" {
	plan 'only sast-1' 'flags +CKF_USER_PIN_LOCKED'
	try_pin "$PIN" 4 show "$URI"
	refused 'the PIN of the token is locked'
	try_pin "$PIN" 4 show --final-try "$URI"
	refused 'the PIN of the token is locked'
	try 0 list
	grep -q '^sast-1 .*PIN locked' out
	# of others nothing is said
	grep -q '^sast-2 .* ready' out
}

@test "the last try is used with --final-try alone" {
	plan 'only sast-1' 'flags +CKF_USER_PIN_FINAL_TRY'
	try_pin "$PIN" 4 show "$URI"
	refused 'one try is left before the PIN locks; --final-try uses it'
	try_pin "$PIN" 0 show --final-try "$URI"
	[ "$(calls C_Login)" = 1 ]
}

@test "a token without any PIN yet" {
	plan 'only sast-1' 'flags -CKF_USER_PIN_INITIALIZED'
	try_pin "$PIN" 4 show "$URI"
	refused 'the token has no PIN yet'
}

@test "a token that shows no flags: two failures, then none is sent" {
	plan 'only sast-1' 'tries 9 noflags'
	try_pin 9988776 4 show "$URI"
	try_pin 8877665 4 show "$URI"
	[ "$(failures)" = 2 ]
	[ "$(calls C_Login)" = 2 ]
	: >trace
	try_pin "$PIN" 4 show "$URI"
	refused '2 logins with a wrong PIN since the last good one (the last at 2.*Z), and this token does not tell how many tries are left; --final-try goes on'
	try_pin 7766554 4 show --final-try "$URI"
	[ "$(failures)" = 3 ]
	try_pin "$PIN" 0 show --final-try "$URI"
	[ "$(failures)" = 0 ]
	try_pin "$PIN" 0 show "$URI"
}

@test "the configuration sets how many failures" {
	plan 'only sast-1' 'tries 9 noflags'
	echo 'pin_failures: 1' >config
	export CTLSMITH_CONFIG=$PWD/config
	try_pin 9988776 4 show "$URI"
	: >trace
	try_pin "$PIN" 4 show "$URI"
	refused '1 login'
}

@test "failures are counted for each token, and by --state" {
	plan 'only sast-1' 'tries 9 noflags'
	try_pin 9988776 4 show "$URI"
	try_pin 8877665 4 show "$URI"
	try_pin "$PIN_SAST_2" 0 show "$URI_SAST_2"
	try_pin "$PIN" 4 show "$URI"
	try_pin "$PIN" 0 show --state "$PWD/other" "$URI"
	[ -n "$(ls other)" ]
}

@test "killed while the module has the PIN: it counts as a failure" {
	plan 'hang C_Login'
	SECRET=$PIN background show --pin-env SECRET "$URI"
	await_trace 'C_Login .*hangs'
	kill -KILL "$PID"
	end_with 137
	[ "$(failures)" = 1 ]
	plan ''
	try_pin "$PIN" 0 show "$URI"
	[ "$(failures)" = 0 ]
}

@test "where the failures cannot be counted no PIN is sent" {
	local log

	: >state
	try_pin "$PIN" 4 show "$URI" || try_pin "$PIN" 1 show "$URI"
	refused 'cannot make the folder of failed PINs'
	rm state
	mkdir -p state/ctlsmith
	chmod 755 state/ctlsmith
	try_pin "$PIN" 3 show "$URI" || try_pin "$PIN" 1 show "$URI"
	refused 'the folder of failed PINs must belong to you and nobody else'
	chmod 700 state/ctlsmith
	try_pin "$PIN" 0 show "$URI"
	log=$(echo state/ctlsmith/token-*.user)
	echo "failures 0" >"$log"
	: >trace
	try_pin "$PIN" 1 show "$URI" || try_pin "$PIN" 4 show "$URI"
	refused 'a ledger of failed PINs cannot be read'
	rm "$log"
	mkdir "$log"
	try_pin "$PIN" 1 show "$URI" || try_pin "$PIN" 4 show "$URI"
	refused 'ledger of failed PINs'
}

@test "what a module answers without looking at the PIN is no failure" {
	plan 'fail C_Login CKR_USER_TYPE_INVALID'
	try_pin "$PIN" 4 show "$URI"
	[ "$(failures)" = 0 ]
	plan 'fail C_Login CKR_GENERAL_ERROR'
	try_pin "$PIN" 4 show "$URI"
	[ "$(failures)" = 1 ]
}

@test "tries that the token's maker tells of" {
	plan 'only sast-1' 'manufacturer "SafeNet, Inc."' 'vendor-tries 4 15'
	try 0 list
	grep -qE '^sast-1 .* 4 of 15( |$)' out
	try 0 list --json
	[ "$(query "[(t['tries_left'], t['tries_max']) for t in j
	    if t['label'] == 'sast-1']")" = "[(4, 15)]" ]
	at_terminal 0 show "$URI" <<-EXPECT
		want "(serial $SERIAL_SAST_1, 4 tries left): "
		type $PIN
	EXPECT
	plan 'only sast-1' 'manufacturer "SafeNet, Inc."' 'vendor-tries 1 15'
	try_pin "$PIN" 4 show "$URI"
	refused 'one try is left'
	plan 'only sast-1' 'manufacturer "SafeNet, Inc."' 'vendor-tries 0 15'
	try_pin "$PIN" 4 show "$URI"
	refused 'the PIN of the token is locked'
	# of another maker that object means nothing
	plan 'only sast-1' 'vendor-tries 0 15'
	try_pin "$PIN" 0 show "$URI"
}

@test "a wrong PIN: how many tries are left is said" {
	plan 'only sast-1' 'manufacturer SafeNet' 'tries 5' vendor-tries-counted
	try_pin 9988776 4 show "$URI"
	grep -q 'the PIN is wrong .*; 4 tries are left$' err
	plan 'only sast-1' 'tries 2'
	rm tries
	try_pin 9988776 4 show "$URI"
	grep -q 'the PIN is wrong .*; one try is left before it locks$' err
	try_pin 8877665 4 show --final-try "$URI"
	grep -q 'the PIN is wrong .*; it is locked now$' err
}

@test "pinpad: no PIN is asked for or sent, and people are told" {
	export P11FAULT_PINPAD_PIN=$PIN
	plan 'only sast-1' pinpad
	try 0 show "$URI"
	grep -q '^private key' out
	[ "$(cat err)" = 'ctlsmith: the PIN is to be typed at the token' ]
	# the shim ends the program where it is given one
	try_pin "$PIN" 0 show "$URI"
	at_terminal 0 show "$URI" <<<'want "is to be typed at the token"'
	run ! grep -q 'PIN of token' shown
	export P11FAULT_PINPAD_PIN=9988776
	try 4 show "$URI"
	[ "$(failures)" = 1 ]
}

# ---- No way to lock a token

# The commands of `ctlsmith token` whose help has the option $1, a line each.
commands_with() {
	local group name

	for group in token $(listed token | sed 's/^/token_/'); do
		for name in $(listed "${group//_/ }"); do
			# shellcheck disable=SC2086 # words
			"$CTLSMITH" ${group//_/ } "$name" --help 2>/dev/null |
				grep -q "^  $1 " &&
				echo "${group//_/ } $name" | cut -d' ' -f2-
		done
	done
	true
}

# The commands that the help of ctlsmith $1 lists.
listed() {
	# shellcheck disable=SC2086 # words
	"$CTLSMITH" $1 --help | awk '/^Commands:/ { on = 1; next }
		/^$/ { on = 0 }
		on { print $1 }'
}

# use COMMAND: sets what it is run with: the words behind its name are then in
# words, of its arguments the URI in uri and those behind it in rest.
use() {
	read -ra words <<<"$1"
	uri=$URI_HSM rest=()
	case $1 in
	test | report) uri+=';id=%21' ;;
	# what everybody sees needs no PIN: one that is not there
	export-cert) uri+=';id=%31' words+=(-o cert.pem) ;;
	csr | selfsign)
		uri+=';id=%21'
		words+=(--subject CN=a --usage sast -o cert.pem)
		[ "$1" = csr ] || words+=(--days 9)
		;;
	delete) uri+=';id=%21' words+=(--yes) ;;
	drill) words+=(--inventory "$PWD/tokens.yaml" --place here) ;;
	keygen) words+=(--type rsa:2048 --label new) ;;
	import-key)
		words+=(--label new)
		rest=("$SRC/softhsm-fixtures/keys/rsa2048-d.pem")
		;;
	import-cert)
		words+=(--force --label new)
		rest=("$CERTS/sast-1.pem")
		;;
	init) words+=(--label new --force) ;;
	esac
	case $1 in
	'pin change --so') words+=(--yes --new-so-pin-env NEW_PIN) ;;
	pin* | init) words+=(--yes --new-pin-env NEW_PIN) ;;
	esac
}

# once SOURCE PIN: a login with a wrong PIN, from that source. Another end than
# 4 fails, so a new command that wants other arguments is noticed.
once() {
	local wrong=$2

	case $1 in
	env) try_pin "$wrong" 4 "${words[@]}" "$uri" "${rest[@]}" ;;
	fd) try 4 "${words[@]}" --pin-fd 5 "$uri" "${rest[@]}" 5<<<"$wrong" ;;
	file)
		pin_file "$wrong"
		try 4 "${words[@]}" "$uri?pin-source=$PWD/pin" "${rest[@]}"
		;;
	value) try 4 "${words[@]}" "$uri?pin-value=$wrong" "${rest[@]}" ;;
	so-env)
		SO_PIN=$wrong try 4 "${words[@]}" --so-pin-env SO_PIN "$uri"
		;;
	so-fd) try 4 "${words[@]}" --so-pin-fd 5 "$uri" 5<<<"$wrong" ;;
	terminal)
		at_terminal 4 "${words[@]}" "$uri" "${rest[@]}" <<-EXPECT
			expect {
				"): " {
					type "$wrong"
					want "\n"
					expect {
						"): " { type "${wrong}1" }
						"ctlsmith: " {}
					}
				}
				"ctlsmith: " {}
			}
			catch { expect -timeout 1 "): " { type "" } }
		EXPECT
		;;
	esac
}

# never_locks RULE COMMAND SOURCE...: wrong PINs from all sources.
never_locks() {
	local source words uri rest wrong=100000

	rm -rf tries state
	plan 'only hsm' "$1"
	use "$2"
	for source in "${@:3}"; do
		wrong=$((wrong + 10))
		once "$source" "$wrong"
	done
	[ "$(grep -cE '^[0-9]+ C_(Login|SetPIN|InitToken) ' trace)" = 2 ] || {
		echo "$2: not two PINs with $1"
		cat err
		return 1
	}
	run ! grep -q 'fault=locked' trace
}

@test "no command, whatever gives the PIN, locks a token without --final-try" {
	local rule command

	echo "tokens: [{label: hsm, serial: $SERIAL_HSM}]" >tokens.yaml
	export NEW_PIN=4455667
	commands_with --pin-env >commands
	grep -qx show commands
	grep -qx test commands
	while read -r command; do
		for rule in 'tries 3' 'tries 3 noflags'; do
			never_locks "$rule" "$command" env fd file value terminal
		done
	done <commands
	for rule in 'tries 3 locked-at-once' 'tries 3 noflags locked-at-once'; do
		never_locks "$rule" test env fd file value terminal
	done
	try_pin "$PIN_HSM" 0 show --final-try "$URI_HSM"
}

@test "nor the security officer's" {
	local rule command

	export NEW_PIN=4455667
	commands_with --so-pin-env | grep -vx 'pin change' >commands
	grep -qx init commands
	echo 'pin change --so' >>commands
	while read -r command; do
		for rule in 'so-tries 3' 'so-tries 3 noflags'; do
			never_locks "$rule" "$command" so-env so-fd so-env so-fd
		done
	done <commands
}

# ---- Left nowhere

# What is searched for: a PIN that is nothing else.
long_pin() {
	head -c 60 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

# start SOURCE: `token test` with the PIN $LONG, until it hangs in C_Sign.
start() {
	plan 'hang C_Sign'
	case $1 in
	env) SECRET=$LONG background test --pin-env SECRET "$URI" ;;
	fd)
		printf '%s' "$LONG" >fd.pin
		background test --pin-fd 5 "$URI" 5<fd.pin
		rm fd.pin
		;;
	file)
		pin_file "$LONG"
		background test "$URI?pin-source=$PWD/pin"
		;;
	value) background test "$URI?pin-value=$LONG" ;;
	terminal)
		cat >script.exp <<-'EXPECT'
			set timeout 60
			spawn -noecho {*}$argv
			puts [open pid w] [exp_pid]
			expect -ex "): "
			gets [open typed r] pin
			send "$pin\r"
			expect eof
		EXPECT
		printf '%s' "$LONG" >typed
		expect -f script.exp -- "$CTLSMITH" token test \
			--module "$MODULE" "$URI" >shown 2>&1 3>&- 4>&- &
		PID=$!
		await_trace 'C_Sign hangs'
		PID=$(pgrep -P $!)
		rm typed
		;;
	esac
	await_trace 'C_Sign hangs'
	rm -f pin
}

# Beside a sanitizer there is no core: it is the size of all addresses.
has_cores() {
	[ -n "${CTLSMITH_LIB:-}" ]
}

# No file here has the PIN.
nowhere() {
	local where

	where=$(grep -rlF "$LONG" . || true)
	[ -z "$where" ] || {
		echo "the PIN is in $where ($1)"
		return 1
	}
}

change_pin() {
	LONG=$(long_pin)
	pkcs11-tool --module "$P11FAULT_REAL" --token-label sast-1 --login \
		--pin "$PIN" --change-pin --new-pin "$LONG" >/dev/null 2>&1
}

@test "the PIN is in no core that gdb takes, and in no file" {
	local source

	has_cores || return 0
	change_pin
	for source in env fd file value terminal; do
		start "$source"
		gcore -o dump "$PID" >gdb.log 2>&1
		# that is a whole one, with what the heap holds
		grep -qF 'sast-1' "dump.$PID"
		kill -KILL "$PID"
		nowhere "$source"
		rm "dump.$PID"
	done
}

@test "the PIN is in no core that the kernel writes" {
	local source

	has_cores || return 0
	# a pipe, or a folder elsewhere, would take it away
	[ "$(cat /proc/sys/kernel/core_pattern)" = core ] ||
		skip "wants /proc/sys/kernel/core_pattern to be \"core\""
	ulimit -c unlimited
	change_pin
	for source in env fd file value terminal; do
		start "$source"
		[[ $(grep 'Max core file size' "/proc/$PID/limits") == *unlimited* ]]
		kill -ABRT "$PID"
		wait 2>/dev/null || true
		[ -s core ] || mv core.* core
		grep -qF 'sast-1' core
		nowhere "$source"
		rm core
	done
}

@test "a token that does not say that it wants a login is logged in to" {
	plan 'only sast-1' 'flags -CKF_LOGIN_REQUIRED'
	try_pin "$PIN" 0 test "$URI"
	[ "$(calls C_Login)" = 1 ]
}
