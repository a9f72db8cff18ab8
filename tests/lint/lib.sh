# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the lint scripts share. A script sets self_tests to the names of
# functions, each of which plants one violation in the project copied to the
# folder it runs in, defines judge, and ends with `lint_main "$@"`. It may set
# self_accepted to the names of those that plant what is none.
#
#	judge		prints each problem of the folder it runs in, as
#			FILE:LINE: TEXT

self_accepted=()

# The folders that hold the product.
# shellcheck disable=SC2034 # the scripts read it
product=(src ctl pkcs11)

# The C files below the folders given.
c_files() {
	local dir

	for dir in "$@"; do
		[ ! -d "$dir" ] || find "$dir" -name '*.[ch]'
	done | sort
}

# Judges the project at $1; true where there is no problem.
lint_run() {
	local problems

	problems=$(cd "$1" && judge)
	[ -n "$problems" ] || return 0
	printf '%s\n' "$problems"
	return 1
}

# A copy of the source without what was built.
lint_copy() {
	tar -C "$1" --exclude=./build --exclude='./.git' -cf - . |
		tar -C "$2" -xf -
}

# Plants nothing.
nothing() {
	:
}

# lint_planted DIR PLANT WANTED: true where the copy of the project at DIR, in
# which PLANT plants, is accepted or refused, as WANTED.
lint_planted() {
	local verdict=accepted said

	(cd "$1" && "$2")
	said=$(lint_run "$1") || verdict=refused
	echo "$2: $verdict${said:+: $(head -n 1 <<<"$said")}"
	[ "$verdict" = "$3" ]
}

# Each planted violation must be seen, and nothing where none is planted.
lint_self_test() {
	local root=$1 dir plant wanted=accepted failed=0

	dir=$(mktemp -d)
	# shellcheck disable=SC2154 # the scripts set it
	for plant in nothing "${self_accepted[@]}" : "${self_tests[@]}"; do
		if [ "$plant" = : ]; then
			wanted=refused
			continue
		fi
		mkdir "$dir/$plant"
		lint_copy "$root" "$dir/$plant"
		lint_planted "$dir/$plant" "$plant" $wanted || failed=1
		rm -rf "${dir:?}/$plant"
	done
	rm -rf "$dir"
	return $failed
}

lint_main() {
	local root

	root=$(cd "$(dirname "$0")/../.." && pwd)
	case ${1:-} in
	--self-test) lint_self_test "$root" ;;
	*) lint_run "${1:-$root}" ;;
	esac
}
