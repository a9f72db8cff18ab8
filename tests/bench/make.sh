#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make.sh BUILD SRC FOLDER NUM: fills FOLDER with NUM lists by 16 signers, one
# after another in turn: the tokenless lists of 118893, half of them as they were
# signed first (RSA 1024, 4947 bytes), half as later (RSA 2048, 6113 bytes). Their
# keys are made for this.
set -euo pipefail

build=$1
src=$2
folder=$3
num=$4
signers=16
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

mkdir -p "$folder" "$work/keys"
cp "$src"/softhsm-fixtures/keys/rsa????-?.pem "$work/keys"
for ((i = 0; i < signers; i++)); do
	name=$(printf 'bench%02d' $i)
	bits=$((i % 2 == 0 ? 1024 : 2048))
	recipe=ok-tokenless-$((i % 2 == 0 ? 4947 : 6113)).yaml
	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:$bits \
		-out "$work/keys/$name.pem" 2>/dev/null
	sed "s/rsa$bits-a/$name/; s/cucm-1051-a-pub/cucm-10$(printf '%02d' $i)-a-pub/" \
		"$src/tests/cases/$recipe" >"$work/$name.yaml"
	"$build/tests/twin" make "$work/$name.yaml" -o "$work" \
		--keys "$work/keys" >/dev/null
	"$build/tests/bench/bench_make" "$work/$name/CTLFile.tlv" \
		"$work/keys/$name.pem" "$folder" $i $signers "$num"
done
