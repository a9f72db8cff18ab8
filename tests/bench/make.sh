#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make.sh BUILD SRC FOLDER NUM: fills FOLDER with NUM lists by 16 signers, one
# after another in turn. Their keys are made for this.
set -euo pipefail

build=$1
src=$2
folder=$3
num=$4
signers=16
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

mkdir -p "$folder" "$work/keys"
cp "$src"/softhsm-fixtures/keys/rsa1024-?.pem "$work/keys"
for ((i = 0; i < signers; i++)); do
	name=$(printf 'bench%02d' $i)
	openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 \
		-out "$work/keys/$name.pem" 2>/dev/null ||
		openssl genrsa -out "$work/keys/$name.pem" 1024 2>/dev/null
	sed "s/rsa1024-a/$name/; s/cucm-1051-a-pub/cucm-10$(printf '%02d' $i)-a-pub/" \
		"$src/tests/cases/ok-tokenless-4947.yaml" >"$work/$name.yaml"
	"$build/tests/twin" make "$work/$name.yaml" -o "$work" \
		--keys "$work/keys" >/dev/null
	"$build/tests/bench/bench_make" "$work/$name/CTLFile.tlv" \
		"$work/keys/$name.pem" "$folder" $i $signers "$num"
done
