#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Commands on two levels, `ctlsmith GROUP COMMAND`, over the commands of the
# program tree.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
}

# try STATUS ARGUMENT...: what tree prints is then in out and err.
try() {
	local wanted=$1 status=0

	shift
	"$TREE" "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "tree $*: $status instead of $wanted"
		cat err
		return 1
	}
}

# wrong COMMAND MESSAGE ARGUMENT...: a usage error that points to COMMAND.
wrong() {
	printf 'ctlsmith: %s\n%s\n' "$2" \
		"Try 'ctlsmith ${1:+$1 }--help'." >wanted
	shift 2
	try 2 "$@"
	diff -u wanted err
	[ ! -s out ]
}

# Completes the last of the words behind "ctlsmith"; one line.
complete_words() {
	(
		# shellcheck disable=SC1090
		source <("$TREE" completion bash)
		COMP_WORDS=(ctlsmith "$@") COMP_CWORD=$#
		COMPREPLY=()
		_ctlsmith
		echo "${COMPREPLY[*]}"
	)
}

@test "a command of a group runs, with its own options and arguments" {
	try 0 sample list --json
	[ "$(cat out)" = "sample list json=1 label=" ]
	try 0 sample init -l a x --label=b -- --json
	[ "$(cat out)" = "sample init json=0 label=b x --json" ]
	try 0 sample list help list
	[ "$(cat out)" = "sample list json=0 label= help list" ]
}

@test "options of another command are none of this one" {
	wrong 'sample list' '--label is no option of this command, or short '$(
	)'for several' sample list --label
	wrong 'sample init' '--json is no option of this command, or short '$(
	)'for several' sample init --json
	wrong sample "'--json' is no option of ctlsmith sample" \
		sample --json list
	wrong sample "'--version' is no option of ctlsmith sample" \
		sample --version
}

@test "a group alone is a usage error" {
	wrong sample 'a command behind sample is missing' sample
	wrong '' 'a command is missing'
}

@test "a word that is no command is said to be none" {
	local long

	wrong sample "there is no command 'sample nonsense'; known: list, init" \
		sample nonsense
	wrong sample "there is no command 'sample '; known: list, init" \
		sample ''
	wrong '' "there is no command '4711'; known: show, sample, completion" \
		4711
	wrong sample "there is no command 'sample \\x1b[1m'; known: list, init" \
		sample $'\e[1m'
	long=$(printf '%0250d' 0)
	wrong '' "there is no command '${long:0:80}'; known: show, sample, $(
	)completion" "$long"
}

@test "a word with a mistake gets an answer" {
	wrong sample "there is no command 'sample lst'; did you mean \"list\"" \
		sample lst
	wrong sample "there is no command 'sample int'; did you mean \"init\"" \
		sample int
	wrong '' "there is no command 'sampel'; did you mean \"sample\"" \
		sampel list
	wrong '' "there is no command 'sohw'; did you mean \"show\"" help sohw
	wrong sample "there is no command 'sample lsit'; did you mean \"list\"" \
		help sample lsit
}

@test "help is the same wherever it is asked for" {
	local command

	try 0 sample --help
	[ ! -s err ]
	mv out wanted
	grep -qx 'Usage: ctlsmith sample COMMAND \[OPTION...\] .*' wanted
	grep -qx 'Work on samples\.' wanted
	grep -qx '  list         List samples' wanted
	grep -qx '  init         Make a sample' wanted
	grep -q "man ctlsmith-sample" wanted
	for command in 'help sample' 'sample help' 'sample -h'; do
		# shellcheck disable=SC2086 # words
		try 0 $command
		cmp wanted out
	done
	try 0 sample init --help
	mv out wanted
	grep -qx 'Usage: ctlsmith sample init \[OPTION...\] FILE' wanted
	grep -qx '  -l, --label TEXT      what the sample is called' wanted
	for command in 'help sample init' 'sample help init' \
		'--help sample init' 'sample init x -h'; do
		# shellcheck disable=SC2086 # words
		try 0 $command
		cmp wanted out
	done
	try 0 sample list --help
	grep -qx 'Usage: ctlsmith sample list \[OPTION...\]' out
	try 0 --help
	grep -qx '  sample       Work on samples' out
	run -1 grep -E '^  (list|init) ' out
}

@test "the completion knows both levels" {
	[ "$(complete_words '')" = \
		"show sample completion help --help --version" ]
	[ "$(complete_words sa)" = sample ]
	[ "$(complete_words sample '')" = "list init --help" ]
	[ "$(complete_words sample i)" = init ]
	[ "$(complete_words sample list --)" = "--json --help" ]
	[ "$(complete_words sample init --l)" = --label ]
	[ "$(complete_words sample init --label '')" = "red green" ]
	[ "$(complete_words sample nothing --)" = "" ]
	[ "$(complete_words show --)" = --help ]
	[ "$(complete_words completion '')" = bash ]
}

@test "the completion knows what help is asked for" {
	[ "$(complete_words help '')" = "show sample completion" ]
	[ "$(complete_words help sample '')" = "list init --help" ]
	[ "$(complete_words help sample l)" = list ]
}

@test "the completion gives files to what takes them" {
	: >a-file
	[ "$(complete_words sample init a-)" = a-file ]
	[ "$(complete_words sample init --label red a-)" = a-file ]
}
