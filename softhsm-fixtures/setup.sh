#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# setup.sh DIR: makes the SoftHSM tokens of the manifest in DIR, with
# DIR/softhsm2.conf, DIR/env.sh and the certificates in DIR/certs. Does
# nothing where DIR is up to date; several may run at once.
# setup.sh --copy DIR NEW: a copy of DIR, to be changed at will.
#
# Exits with 77 where a program is missing, and with 1 where skips are
# failures.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

die() {
	echo "setup.sh: $*" >&2
	exit 1
}

missing() {
	echo "setup.sh: $1 is missing; ./dev deps installs it ($2)" >&2
	if [ "${CI:-}" = true ] || [ "${CTLSMITH_NO_SKIP:-}" = 1 ] ||
		[ "${CTLSMITH_TOKENS_REQUIRED:-}" = 1 ]; then
		exit 1
	fi
	exit 77
}

find_module() {
	local file

	for file in "/usr/lib/$(uname -m)-linux-gnu/softhsm/libsofthsm2.so" \
		/usr/lib/softhsm/libsofthsm2.so \
		/usr/lib64/pkcs11/libsofthsm2.so; do
		if [ -e "$file" ]; then
			echo "$file"
			return
		fi
	done
	return 1
}

# What the tokens depend on; in DIR/made when they are all there.
fingerprint() {
	(cd "$here" && sha256sum manifest setup.sh keys/*.pem certs/*.pem)
	echo "$module"
}

# note NAME VALUE: one more of the variables that hold wherever DIR is.
note() {
	printf "%s='%s'\nexport %s\n" "$1" "$2" "$1" >>"$dir/variables"
}

# write_env DIR: the files that hold the place of the tokens, $1.
write_env() {
	cat >"$1/softhsm2.conf" <<-CONF
		directories.tokendir = $1/tokens
		objectstore.backend = file
		objectstore.umask = 0077
		log.level = ERROR
		slots.removable = false
		slots.mechanisms = ALL
	CONF
	{
		echo "# Made by softhsm-fixtures/setup.sh; to be sourced."
		echo "SOFTHSM2_CONF='$1/softhsm2.conf'"
		echo "CERTS='$1/certs'"
		echo "export SOFTHSM2_CONF CERTS"
		cat "$1/variables"
	} >"$1/env.sh"
}

write_openssl_conf() {
	cat >"$work/openssl.cnf" <<-CONF
		[req]
		distinguished_name = dn
		string_mask = utf8only
		[dn]
		[ca]
		default_ca = lab
		[lab]
		database = $work/index
		serial = $work/serial
		new_certs_dir = $work
		unique_subject = no
		preserve = yes
		policy = any
		[any]
		organizationName = optional
		organizationalUnitName = optional
		commonName = optional
		[usual]
		subjectKeyIdentifier = hash
		[authority]
		subjectKeyIdentifier = hash
		basicConstraints = critical,CA:TRUE
		[comment]
		subjectKeyIdentifier = none
		authorityKeyIdentifier = none
		nsComment = \$ENV::COMMENT
	CONF
}

# certificate NAME KEY ISSUER DIGEST SERIAL COMMENT SUBJECT
do_certificate() {
	local name=$1 key=$here/keys/$2.pem issuer=$3 digest=$4 serial=$5
	local signer extensions=comment

	COMMENT=.
	case $6 in
	-) extensions=usual ;;
	ca) extensions=authority ;;
	*) COMMENT=$(printf "%$6s" "" | tr ' ' .) ;;
	esac
	export COMMENT
	if [ "$issuer" = self ]; then
		signer=(-selfsign -keyfile "$key")
	else
		signer=(-cert "$dir/certs/$issuer.pem" -keyfile
			"$work/$issuer.key")
	fi
	ln -sf "$key" "$work/$name.key"
	: >"$work/index"
	echo "$serial" >"$work/serial"
	openssl req -new -config "$work/openssl.cnf" -key "$key" -utf8 \
		-subj "$7" -out "$work/csr"
	openssl ca -config "$work/openssl.cnf" -batch -notext -in "$work/csr" \
		"${signer[@]}" -md "$digest" -extensions "$extensions" \
		-startdate 20150101000000Z -enddate 20350101000000Z \
		-out "$dir/certs/$name.pem"
}

do_committed() {
	cp "$here/certs/$1.pem" "$dir/certs/"
}

# token NAME PIN SO-PIN LABEL
do_token() {
	local name=$1 label=$4 out serial

	pin=$2
	out=$(softhsm2-util --init-token --free --label "$label" \
		--pin "$pin" --so-pin "$3")
	slot=${out##* }
	serial=$(softhsm2-util --show-slots | awk -v slot="$slot" '
		/^Slot / { here = $2 == slot }
		here && $1 == "Serial" { print $3 }')
	[ -n "$serial" ] || die "no serial number for $label: $out"
	note "LABEL_$name" "$label"
	note "SERIAL_$name" "$serial"
	note "PIN_$name" "$pin"
	note "SO_PIN_$name" "$3"
	note "URI_$name" "pkcs11:token=$label;serial=$serial"
}

on_slot() {
	pkcs11-tool --module "$module" --slot "$slot" --login --pin "$pin" "$@"
}

# key ID LABEL KEY [always]
do_key() {
	local key=$here/keys/$3.pem object=(--id "$1" --label "$2")

	if [ "${4:-}" != always ]; then
		softhsm2-util --import "$key" --slot "$slot" --pin "$pin" \
			--force "${object[@]}"
		return
	fi
	openssl pkey -in "$key" -outform DER -out "$work/key.der"
	openssl pkey -in "$key" -pubout -outform DER -out "$work/pub.der"
	on_slot --write-object "$work/key.der" --type privkey --private \
		--sensitive --always-auth --usage-sign "${object[@]}"
	on_slot --write-object "$work/pub.der" --type pubkey --usage-sign \
		"${object[@]}"
}

# cert ID LABEL NAME
do_cert() {
	openssl x509 -in "$dir/certs/$3.pem" -outform DER -out "$work/cert.der"
	on_slot --write-object "$work/cert.der" --type cert --id "$1" \
		--label "$2"
}

run_manifest() {
	local line words

	while IFS= read -r line; do
		case $line in
		'' | '#'*) continue ;;
		certificate*)
			# the subject keeps its blanks
			read -ra words <<<"${line%%/*}"
			line=${line%;}
			words+=("/${line#*/}")
			;;
		*) read -ra words <<<"$line" ;;
		esac
		case ${words[0]} in
		certificate | committed | token | key | cert) ;;
		*) die "the manifest has a line that is none: $line" ;;
		esac
		echo "setup.sh: $line" >"$work/log"
		"do_${words[0]}" "${words[@]:1}" </dev/null >>"$work/log" 2>&1
	done <"$here/manifest"
}

# An error in what a line of the manifest wants ends the script, there and
# then: stderr is still the log, and 8 what it was before.
explain() {
	local status=$?

	[ $status = 0 ] || [ ! -e "$work/log" ] || cat "$work/log" >&8
}

make_tokens() {
	local final=$1

	dir=$final.new
	work=$dir/work
	rm -rf "$dir"
	mkdir -p "$dir/tokens" "$dir/certs" "$work"
	: >"$dir/variables"
	note MODULE "$module"
	write_openssl_conf
	write_env "$dir"
	exec 8>&2
	trap explain EXIT
	export SOFTHSM2_CONF=$dir/softhsm2.conf
	run_manifest
	rm -rf "$work" "$final"
	mv "$dir" "$final"
	write_env "$final"
	fingerprint >"$final/made"
}

setup() {
	local final=$1

	module=$(find_module) || missing "the SoftHSM module" softhsm2
	command -v softhsm2-util >/dev/null || missing softhsm2-util softhsm2
	command -v pkcs11-tool >/dev/null || missing pkcs11-tool opensc
	command -v openssl >/dev/null || missing openssl openssl
	mkdir -p "$(dirname "$final")"
	exec 9>"$final.lock"
	flock 9
	if [ -e "$final/made" ] && fingerprint | cmp -s - "$final/made"; then
		return
	fi
	make_tokens "$final"
}

copy() {
	[ -e "$1/made" ] || die "$1 holds no finished tokens"
	[ ! -e "$2" ] || die "$2 is already there"
	cp -a "$1" "$2"
	write_env "$2"
}

case $#/${1:-} in
1/-* | 0/*) die "usage: setup.sh DIR | setup.sh --copy DIR NEW" ;;
1/*) setup "$(realpath -m "$1")" ;;
3/--copy) copy "$(realpath "$2")" "$(realpath -m "$3")" ;;
*) die "usage: setup.sh DIR | setup.sh --copy DIR NEW" ;;
esac
