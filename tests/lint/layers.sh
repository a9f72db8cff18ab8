#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Who may include whom. An include of ours is written "LAYER/FILE.h", also for
# a header of the same folder; of another library only the
# layers named here may know. A header that no list names is refused, so that
# a new dependency is a line in this file.
set -euo pipefail
# shellcheck source=tests/lint/lib.sh
. "$(dirname "$0")/lib.sh"

# The functions below answer in $ret, since a subshell for each include of the
# project takes its time.

# What the layer $1 may include of ours, beside itself.
ours() {
	case $1 in
	data | pki) ret="base" ;;
	audit) ret="pki data base" ;;
	ctl | pkcs11) ret="pki base" ;;
	trust) ret="ctl pki base" ;;
	cluster) ret="pki data base" ;;
	workflow) ret="cluster trust ctl pki audit data base" ;;
	lab) ret="data base" ;;
	cli) ret="workflow cluster trust ctl pkcs11 pki audit data base" ;;
	*) ret="" ;;
	esac
}

# Who may include the header $1 of another library; "any" for the C library,
# and nothing where the header is not known.
theirs() {
	case $1 in
	openssl/crypto.h) ret="pki lab cli" ;;
	openssl/ssl.h | openssl/err.h | openssl/x509.h) ret="pki cluster lab" ;;
	openssl/*) ret="pki lab" ;;
	yaml.h) ret="data" ;;
	jansson.h) ret="data audit lab workflow cli" ;;
	libsmartcols/libsmartcols.h) ret="cli" ;;
	p11-kit/* | libp11.h) ret="pkcs11" ;;
	libssh/*) ret="cluster lab" ;;
	curl/* | archive.h | archive_entry.h) ret="cluster" ;;
	arpa/* | net/* | netinet/* | sys/* | assert.h | ctype.h | dirent.h | \
		dlfcn.h | errno.h | fcntl.h | getopt.h | inttypes.h | \
		langinfo.h | limits.h | locale.h | netdb.h | poll.h | \
		pthread.h | pwd.h | regex.h | sched.h | search.h | signal.h | \
		spawn.h | stdalign.h | stdarg.h | stdatomic.h | stdbool.h | stddef.h | \
		stdint.h | stdio.h | stdlib.h | stdnoreturn.h | string.h | \
		strings.h | termios.h | threads.h | time.h | unistd.h | \
		wchar.h) ret="any" ;;
	*) ret="" ;;
	esac
}

# The header $2 of the layer $1 is not for others: libraries have one public
# header each.
is_private() {
	case $1 in
	ctl) [ "$2" != ctl/ctl.h ] ;;
	pkcs11) [ "$2" != pkcs11/tok.h ] ;;
	*) false ;;
	esac
}

# An include in quotes: what is wrong with it, or nothing.
judge_ours() {
	local layer=$1 path=$2 to=${2%%/*}

	ours "$layer"
	if [[ $path != */* || $path == *..* ]]; then
		ret="\"$path\" is not written LAYER/FILE.h"
	elif [ "$to" = "$layer" ]; then
		ret=""
	elif [[ " $ret " != *" $to "* ]]; then
		ret="$layer may not include $to (\"$path\")"
	elif is_private "$to" "$path"; then
		ret="\"$path\" is private to $to"
	else
		ret=""
	fi
}

judge_theirs() {
	local layer=$1 path=$2

	theirs "$path"
	if [ -z "$ret" ]; then
		ret="<$path> is in no list of tests/lint/layers.sh"
	elif [ "$ret" = any ] || [[ " $ret " == *" $layer "* ]]; then
		ret=""
	else
		ret="$layer may not include <$path>"
	fi
}

judge_includes() {
	local file line text layer ret

	c_files "${product[@]}" |
		xargs -r grep -HnE '^[[:space:]]*#[[:space:]]*include' |
		while IFS=: read -r file line text; do
			layer=${file#src/}
			layer=${layer%%/*}
			case $text in
			*\"*\"*)
				text=${text#*\"}
				judge_ours "$layer" "${text%%\"*}"
				;;
			*\<*\>*)
				text=${text#*<}
				judge_theirs "$layer" "${text%%>*}"
				;;
			*) ret="an include that cannot be judged" ;;
			esac
			[ -z "$ret" ] || echo "$file:$line: $ret"
		done
}

# Words of one library that must not even be mentioned in another.
judge_words() {
	c_files ctl | xargs -r grep -HnE '\bCK_[A-Z]' |
		sed -E 's/^([^:]*:[0-9]+):.*/\1: ctl knows no CK_ type/' || true
	c_files pkcs11 | xargs -r grep -HnE '\bCTL_(HDR|REC)_' |
		sed -E 's/^([^:]*:[0-9]+):.*/\1: pkcs11 knows no tag/' || true
}

judge() {
	judge_includes
	judge_words
}

plant() {
	mkdir -p "$(dirname "$1")"
	echo "$2" >>"$1"
}

plant_upwards() {
	plant src/base/bytes.c '#include "pki/cert.h"'
}
plant_sideways() {
	plant src/pki/planted.c '#include "data/doc.h"'
}
plant_lab_and_ctl() {
	plant src/lab/planted.c '#include "ctl/ctl.h"'
}
plant_cli_and_lab() {
	plant src/cli/planted.c '#include "lab/wire.h"'
}
plant_audit_and_ctl() {
	plant src/audit/planted.c '#include "ctl/ctl.h"'
}
plant_private() {
	plant src/cli/planted.c '#include "ctl/file.h"'
}
plant_relative() {
	plant src/data/planted.c '#include "../pki/cert.h"'
}
plant_bare() {
	plant src/data/planted.c '#include "doc.h"'
}
plant_openssl() {
	plant ctl/planted.c '	#  include <openssl/evp.h>'
}
plant_openssl_cli() {
	plant src/cli/planted.c '#include <openssl/evp.h>'
}
plant_yaml() {
	plant src/cli/planted.c '#include <yaml.h>'
}
plant_token() {
	plant src/workflow/planted.c '#include <libp11.h>'
}
plant_network() {
	plant src/trust/planted.h '#include <curl/curl.h>'
}
plant_unknown() {
	plant src/base/planted.c '#include <glib.h>'
}
plant_macro() {
	plant src/base/planted.c '#include WHERE_FROM'
}
plant_ck() {
	plant ctl/planted.c 'static CK_RV rv;'
}
plant_tag() {
	plant pkcs11/planted.c 'static int tag = CTL_REC_ROLE;'
}

self_tests=(plant_upwards plant_sideways plant_lab_and_ctl plant_cli_and_lab
	plant_audit_and_ctl plant_private plant_relative plant_bare plant_openssl
	plant_openssl_cli plant_yaml plant_token plant_network plant_unknown
	plant_macro plant_ck plant_tag)
lint_main "$@"
