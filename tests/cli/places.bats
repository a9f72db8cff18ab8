#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Where commands cannot write: a full disk, one that is read-only, a target that
# is no file, an audit log that takes no line, a token that is pulled. Each ends
# with words and the right status, and nothing is lost, nor left behind.
# shellcheck disable=SC2030,SC2031 # each test has its own environment
# shellcheck disable=SC2154 # of killed.bash
# shellcheck disable=SC2016 # scripts for an inner shell

bats_require_minimum_version 1.5.0
load killed

setup_file() {
	killed_file
}

# The commands that write list, which is there, and what they need.
setup() {
	killed_setup
	edited
	cd start || return
	"$CTLSMITH" "${edit[@]}" -o list --force --detached-request request >out
	"$CTLSMITH" sign-request --yes --signer signer.key -o answer request \
		>out
	rm out
	COMMANDS=(
		"${make[*]} -o list --force"
		"${edit[*]} --signer signer.key -o list --force"
		"attach --force request answer"
	)
}

# What there is, less out and err.
snapshot() {
	find . -type f ! -name out ! -name err -exec md5sum {} + | sort -k2
	find . ! -type f -printf '%p %y %l\n' | sort
}

# refused STATUS PATTERN COMMAND...: it ends so, says so, and changes nothing.
refused() {
	local wanted=$1 pattern=$2 status=0

	shift 2
	snapshot >../before
	timeout 60 "$CTLSMITH" "$@" >../out 2>../err </dev/null || status=$?
	if [ "$status" != "$wanted" ] || ! grep -qE -- "$pattern" ../err; then
		echo "$*: $status instead of $wanted, or no '$pattern'"
		cat ../err
		return 1
	fi
	snapshot | diff ../before -
	# every line is one of ours
	! grep -qvE '^(ctlsmith: | |Try )' ../err
}

# each PATTERN: no command can write.
each() {
	local line words

	for line in "${COMMANDS[@]}"; do
		read -ra words <<<"$line"
		refused 1 "$1" "${words[@]}"
	done
}

# mounted OPTIONS SCRIPT: the functions above, in a copy of this folder that is
# a file system of its own.
mounted() {
	local how=(--mount)

	unshare --mount true 2>/dev/null || unshare -r --mount true ||
		skip "needs unshare"
	[ "$(id -u)" = 0 ] || how+=(-r)
	mkdir ../small
	export -f snapshot refused each
	# an array is not exported
	printf '%s\n' "${COMMANDS[@]}" >../commands
	unshare "${how[@]}" bash -euc '
		mapfile -t COMMANDS <../commands
		mount -t tmpfs -o "$0" none ../small
		cp -a . ../small
		cd ../small
		eval "$1"' "$1" "$2"
}

@test "a full disk" {
	mounted size=80k '
		cat /dev/zero >filling 2>/dev/null || true
		each "list: .*No space left on device"
		ls -A | grep -c "^\." | grep -qx 0
		# with room again all goes well
		rm filling
		'"$CTLSMITH"' ${COMMANDS[1]} >../out'
}

@test "a disk without room for one file more" {
	mounted nr_inodes=20 '
		n=0
		while : >"file$((n += 1))"; do :; done 2>/dev/null || true
		each "list: cannot create a file beside .*: No space left"'
}

@test "a disk that is read-only" {
	mounted size=1m '
		mount -o remount,ro ../small
		each "list: cannot create a file beside .*: Read-only file system"'
}

@test "a folder in which nothing may be made" {
	[ "$(id -u)" = 0 ] || {
		chmod 555 .
		each 'list: cannot create a file beside .*: Permission denied'
		chmod 755 .
		return
	}
	# root may, but not behind this flag
	mounted size=1m '
		chmod 755 .
		chown -R 12345 .
		chmod 555 .
		snapshot >../before
		for line in "${COMMANDS[@]}"; do
			status=0
			setpriv --reuid 12345 --clear-groups --inh-caps=-all \
				'"$CTLSMITH"' $line >../out 2>../err || status=$?
			[ $status = 1 ]
			grep -q "list: cannot create a file beside .*: Permission denied" ../err
		done
		snapshot | diff ../before -'
}

@test "a target that is a folder, a FIFO, a link to nothing, or no file's name" {
	local old

	mv list old
	make=("${make[@]}" -o list)
	edit=("${edit[@]/#list/old}" -o list --signer signer.key)
	for old in 'mkdir list' 'mkfifo list' 'ln -s nowhere list' \
		'ln -s list list' 'ln -s /dev/null list'; do
		$old
		refused 1 '^ctlsmith: list' "${make[@]}"
		refused 1 '^ctlsmith: list' "${make[@]}" --force
		refused 1 '^ctlsmith: list' "${edit[@]}"
		refused 1 '^ctlsmith: list' "${edit[@]}" --force
		refused 1 'list: this is' attach request answer
		refused 1 'list: this is' attach --force request answer
		rm -r list
	done
	[ -c /dev/null ]
	refused 1 'none/list: ' "${make[@]/%list/none/list}"
	refused 1 'old/list: ' "${make[@]/%list/old/list}"
}

@test "through a link: what it leads to is replaced, and kept beside itself" {
	local words

	mkdir real
	mv list real/list
	ln -s real/list list
	cp real/list ../old
	for line in "${COMMANDS[@]}"; do
		cp ../old real/list
		read -ra words <<<"$line"
		"$CTLSMITH" "${words[@]}" >../out
		[ "$(readlink list)" = real/list ]
		! cmp -s ../old real/list
		cmp ../old real/list.bak-*
		"$CTLSMITH" verify --trusted ../old list
		rm real/list.bak-*
	done
	[ "$(ls real)" = list ]
}

@test "mode and owner of the old file; its time is now" {
	local line words

	cp -a list ../old
	for line in "${COMMANDS[@]}"; do
		rm -f list*
		cp ../old list
		chmod 640 list
		[ "$(id -u)" != 0 ] || chown 12345:678 list
		touch -d 2001-01-01 list
		stat -c '%a %u %g' list >../rights
		read -ra words <<<"$line"
		"$CTLSMITH" "${words[@]}" >../out
		stat -c '%a %u %g' list | diff ../rights -
		[ list -nt ../rights ]
		# what was kept is the old one in all
		[ "$(stat -c %Y list.bak-*)" = "$(date -d 2001-01-01 +%s)" ]
		stat -c '%a %u %g' list.bak-* | diff ../rights -
	done
}

@test "an audit log that takes no line: nothing is signed" {
	local audit

	mkdir folder
	echo garbage >garbage
	mkfifo fifo
	for audit in folder garbage fifo none/log /dev/full; do
		refused 1 "the audit log $audit: " "${make[@]}" -o list \
			--force --audit $audit
		refused 1 "the audit log $audit: " "${edit[@]}" -o list \
			--force --signer signer.key --audit $audit
		refused 1 "the audit log $audit: " sign-request --yes \
			--signer signer.key -o new --audit $audit request
	done
	# it is full once the signature is there: that is not given out. Beside
	# a sanitizer nothing can be made to fail.
	[ -n "${CTLSMITH_LIB:-}" ] || return 0
	"$CTLSMITH" "${make[@]}" -o other --audit log >../out
	rm other
	snapshot >../before
	status=0
	FAULTS=write:1:onward LD_PRELOAD=$CTLSMITH_LIB "$CTLSMITH" \
		"${edit[@]}" -o list --force --signer signer.key --audit log \
		>../out 2>/dev/null || status=$?
	[ "$status" = 1 ]
	snapshot | diff ../before -
	# as long as a file may be, and what is said of it
	while [ "$(stat -c %s log)" -le 1024 ]; do
		"$CTLSMITH" "${make[@]}" -o other --force --audit log >../out
	done
	snapshot >../before
	status=0
	(
		trap '' XFSZ
		ulimit -f 1
		"$CTLSMITH" "${edit[@]}" -o list --force --signer signer.key \
			--audit log >../out 2>../err
	) || status=$?
	[ "$status" = 1 ]
	grep -q 'the audit log log takes no line, .*; --audit FILE names another' \
		../err
	snapshot | diff ../before -
}

# ---- With a token

# The lists of a token behind the shim.
with_token() {
	"$SRC/softhsm-fixtures/setup.sh" --copy "$BUILD/tokens" ../tokens
	# shellcheck source=/dev/null
	. ../tokens/env.sh
	export -n "${!PIN_@}" "${!SO_PIN_@}"
	export PIN=$PIN_SAST_1 P11FAULT_REAL=$MODULE P11FAULT_PLAN=$PWD/plan \
		P11FAULT_TRACE=$PWD/../trace
	: >plan
	rm -f list*
	token=(--signer "$URI_SAST_1" --module "$P11FAULT" --pin-env PIN)
	make=(build "${token[@]}" --sast signer.pem)
	edit=(edit list --add "ccm+tftp=cucm.pem,host=cucm1" "${token[@]}")
	"$CTLSMITH" "${make[@]}" -o list --timestamp 2025-01-01T00:00:00Z \
		--audit log >../out
}

@test "a token that is pulled, or signs wrongly: the old list stays" {
	local status rule

	with_token
	while read -r status rule; do
		printf '%s\n' 'only sast-1' "$rule" >plan
		refused "$status" . "${make[@]}" -o list --force
		refused "$status" . "${make[@]}" -o new
		refused "$status" . "${edit[@]}" -o list --force
		refused "$status" . "${edit[@]}" -o new
		refused "$status" . sign "${token[@]}" cucm.pem
	done <<-'RULES'
		4 remove-after C_SignInit
		4 remove-after C_Login
		4 remove-after C_OpenSession
		4 fail C_Sign CKR_DEVICE_ERROR
		4 lie C_Sign huge
		4 lie C_Sign short
		4 wrong-signature
	RULES
}

# meanwhile STATUS SCRIPT ARGUMENT...: ctlsmith, and before its PIN is typed
# happens what SCRIPT does.
meanwhile() {
	local status=0

	cat >../script.exp <<-'EXPECT'
		set timeout 30
		spawn -noecho {*}[lrange $argv 1 end]
		expect {
			-ex "PIN" {}
			timeout { exit 99 }
			eof { exit 98 }
		}
		exec sh -c [lindex $argv 0]
		send -- "$env(PIN)\r"
		catch { expect eof }
		exit [lindex [wait] 3]
	EXPECT
	expect -f ../script.exp -- "$2" "$CTLSMITH" "${@:3}" >../out \
		</dev/null || status=$?
	[ "$status" = "$1" ] || {
		cat ../out
		return 1
	}
}

@test "what a list means is shown before the PIN is asked for, and once" {
	local command

	with_token
	token=(--signer "$URI_SAST_1" --module "$P11FAULT")
	for command in "edit list -o new" "build -o other"; do
		read -ra words <<<"$command"
		meanwhile 0 : "${words[@]}" "${token[@]}" --digest sha512 \
			"$([ "${words[0]}" = edit ] && echo --add || echo --capf)" \
			"$([ "${words[0]}" = edit ] && echo capf=)cucm.pem"
		sed '/^PIN of token/q' ../out >before
		grep -q '1  sast, signs ' before
		grep -q 'signed with SHA-512: ' before
		[ "${words[0]}" = build ] ||
			grep -q '^A phone that holds list accepts it' before
		run ! grep -q '^Written:' before
		[ "$(grep -c '1  sast, signs ' ../out)" = 1 ]
		[ "$(grep -c '^Written:' ../out)" = 1 ]
	done
}

@test "what others do while the PIN is typed is not undone" {
	local name script holds

	with_token
	token=(--signer "$URI_SAST_1" --module "$P11FAULT")
	cp list ../old
	# a name that was free
	meanwhile 1 'echo other >new' build "${token[@]}" -o new
	[ "$(cat new)" = other ]
	# a list that is changed, is another, goes: by its name or another one
	for name in list second third; do
		while IFS='|' read -r script holds; do
			rm -rf list second third
			cp ../old list
			ln list second
			ln -s list third
			meanwhile 1 "$script" edit $name "${token[@]}" \
				--add "capf=cucm.pem" -o list --force
			bash -c "$holds"
			[ -z "$(find . -name 'list.*' -o -name '.list.*')" ]
		done <<-'CASES'
			echo more >>list|[ "$(tail -c 5 list)" = more ]
			echo other >x; mv x list|[ "$(cat list)" = other ]
			rm list|[ ! -e list ]
			rm list; mkdir list|[ -d list ]
		CASES
	done
	# nor in a file that is there and is not IN
	rm -rf list
	cp ../old list
	cp ../old second
	meanwhile 1 'echo more >>list' edit second "${token[@]}" \
		--add "capf=cucm.pem" -o list --force
	[ "$(tail -c 5 list)" = more ]
	[ -z "$(find . -name 'list.*' -o -name '.list.*')" ]
}

@test "a folder that is not there, or takes no file: no PIN is asked for" {
	local words line

	with_token
	: >../trace
	for line in '-o none/list' '-o new --detached-request none/request'; do
		read -ra words <<<"$line"
		refused 1 'none/[a-z]*: cannot open folder none/: No such' \
			"${make[@]}" "${words[@]}"
		refused 1 'none/[a-z]*: cannot open folder none/: No such' \
			"${edit[@]}" "${words[@]}"
	done
	refused 1 'none/answer: cannot open folder none/: No such' \
		sign-request --yes "${token[@]}" -o none/answer request
	export MAKE=${make[*]} EDIT=${edit[*]}
	mounted size=1m '
		mount -o remount,ro ../small
		for words in "-o list --force" "-o new"; do
			for command in "$MAKE" "$EDIT"; do
				refused 1 "cannot create a file beside .*: Read-only" \
					$command $words
			done
		done'
	run ! grep -qE 'C_Login|C_Sign' ../trace
}

@test "no PIN is in what is written: lists, copies, requests, logs, JSON" {
	local long=0123456789abcdefABCDEFghijklmnop

	with_token
	pkcs11-tool --module "$P11FAULT_REAL" --token-label sast-1 --login \
		--pin "$PIN" --change-pin --new-pin "$long" >/dev/null 2>&1
	export PIN=$long XDG_STATE_HOME=$PWD/state
	"$CTLSMITH" "${make[@]}" -o list --force --audit log --json \
		--timestamp 2025-01-02T00:00:00Z >json 2>err
	"$CTLSMITH" "${edit[@]}" -o list --force --audit log --json \
		>json.2 2>err.2
	"$CTLSMITH" "${edit[@]}" -o other --json --signer-cert "$CERTS/sast-1.pem" \
		--detached-request asked >json.3 2>err.3 || true
	run ! "$CTLSMITH" "${edit[@]}" -o . --audit log --json
	echo "$output" >json.4
	[ -s json ]
	[ -s json.2 ]
	[ "$(grep -c '"operation":"sign"' log)" = 3 ]
	[ -e list ]
	run ! grep -rlF "$long" .
	run ! grep -rlF "$(printf %s "$long" | xxd -p)" .
}
