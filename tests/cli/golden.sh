# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the golden files under tests/golden hold; golden.bats and sample.bats
# compare with it, tests/golden/update.sh writes it. NAME.txt is a session:
# each command, its standard output, its standard error with "2> " before
# every line, and its exit status. NAME.json is what `show --json` prints.

# Runs ctlsmith in the folder at hand and prints the session's part.
golden_run() {
	local status=0 err

	printf '$ ctlsmith %s\n' "$*"
	{
		err=$("$CTLSMITH" "$@" 2>&1 >&3) ||
			status=$?
	} 3>&1
	[ -z "$err" ] || printf '2> %s\n' "${err//$'\n'/$'\n2> '}"
	printf 'exit %d\n\n' "$status"
}

# The lists that another case is checked with, from its folder.
golden_anchors() {
	case $1 in
	ok-cnf-sgn-* | ok-enc-sgn | ok-sgn-of-sgn | bad-list-as-*)
		echo ../ok-itl-callmanager/ITLFile.tlv
		;;
	bad-forged-key) echo ../bad-signature/CTLFile.tlv ;;
	ok-token-5728) echo CTLFile.tlv ../ok-tokenless-4947/CTLFile.tlv ;;
	ok-tokenless-4947) echo CTLFile.tlv ../ok-token-5728/CTLFile.tlv ;;
	esac
}

# The case's certificates that its file is checked with.
golden_signers() {
	case $1 in
	ok-cnf-sgn-* | ok-enc-sgn | ok-sgn-of-sgn | ok-tokenless-4947)
		ls ./*.pem
		;;
	esac
}

# Goes to the folder DIR, where neither zone nor language may tell.
golden_enter() {
	cd "$1" || return
	unset TZ
	export LC_ALL=C.UTF-8
}

# The session about FILE in the folder at hand.
golden_session() {
	golden_run show "$1"
	golden_run show --long "$1"
	golden_run verify "$1"
}

# The rest of the session of case NAME, about FILE.
golden_anchored() {
	local list cert

	for list in $(golden_anchors "$1"); do
		golden_run verify --trusted "$list" "$2"
		golden_run verify --json --trusted "$list" "$2"
		golden_run show --trusted "$list" "$2"
	done
	for cert in $(golden_signers "$1"); do
		golden_run verify --signer "$cert" "$2"
		golden_run verify --json --signer "$cert" "$2"
	done
}

# The name of the file that the case NAME makes.
golden_file() {
	local file

	for file in "$CASES/$1"/*; do
		[[ $file == *.pem ]] || basename "$file"
	done
}

# The names of all cases, in order.
golden_all_cases() {
	local recipe

	for recipe in "$SRC"/tests/cases/*.yaml; do
		basename "$recipe" .yaml
	done
}

# The names of those that have golden files.
golden_cases() {
	local name

	for name in $(golden_all_cases); do
		grep -q '^# No golden files: ' \
			"$SRC/tests/cases/$name.yaml" || echo "$name"
	done
}

# Writes the golden files of the case NAME to the folder OUT.
golden_write() {
	local file out=$2

	file=$(golden_file "$1")
	(
		golden_enter "$CASES/$1" || exit
		{
			golden_session "$file"
			golden_anchored "$1" "$file"
		} >"$out/$1.txt"
		"$CTLSMITH" show --json "$file" 2>/dev/null \
			>"$out/$1.json" || true
	)
}

# Writes the golden files of the real list to the folder OUT.
golden_write_sample() {
	local file=cisco_gigantic-6_CTLFile.tlv out=$1

	(
		golden_enter "$CTLSMITH_SAMPLES" || exit
		golden_session "$file" >"$out/${file%.tlv}.txt"
		"$CTLSMITH" show --json "$file" \
			>"$out/${file%.tlv}.json" || true
	)
}

# golden_same WANTED GOT NAME...: true where the golden files of each NAME are
# the same in both folders; shows how they differ.
golden_same() {
	local wanted=$1 got=$2 file differs=0

	shift 2
	for file in "${@/%/.txt}" "${@/%/.json}"; do
		if [ ! -e "$wanted/$file" ]; then
			echo "$file is missing"
			differs=1
		elif ! diff -u "$wanted/$file" "$got/$file"; then
			differs=1
		fi
	done
	return $differs
}
