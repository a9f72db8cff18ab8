#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What --json prints is what docs/ctlsmith.schema.json says, for every made
# case and for the real list; and the schema refuses what it should.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	schema=$SRC/docs/ctlsmith.schema.json
	options=()
	find "$CASES" -mindepth 2 -type f ! -name '*.pem' | sort >files
}

# Judges the document $1 by the schema.
validate() {
	/usr/bin/python3 "$SRC/tests/cli/schema.py" "$1" "$schema"
}

# How many elements the array in $1 has.
elements() {
	/usr/bin/python3 -c \
		'import json, sys; print(len(json.load(open(sys.argv[1]))))' "$1"
}

# print_json COMMAND FILE...: to the file out. Ends with 0, 1 or 3, never
# with a signal.
print_json() {
	local command=$1 status=0

	shift
	"$CTLSMITH" "$command" --json "$@" >out 2>err || status=$?
	[ "$status" = 0 ] || [ "$status" = 1 ] || [ "$status" = 3 ]
}

# Each command over FILE..., with the options in the array options: each file
# is one element.
holds_for() {
	local command

	for command in show verify lint; do
		print_json "$command" "${options[@]}" "$@"
		validate out
		[ "$(elements out)" = $# ]
	done
}

@test "every made case" {
	[ "$(wc -l <files)" = "$(find "$SRC/tests/cases" -name '*.yaml' | wc -l)" ]
	mapfile -t files <files
	holds_for "${files[@]}"
}

@test "every made case as every other kind" {
	local kind

	mapfile -t files <files
	for kind in ctl itl signed-file firmware encrypted; do
		options=(--kind "$kind")
		holds_for "${files[@]}"
	done
}

@test "the real list, alone and with anchors" {
	local real=$CTLSMITH_SAMPLES/cisco_gigantic-6_CTLFile.tlv

	[ -e "$real" ] || skip "no real list: set CTLSMITH_SAMPLES"
	holds_for "$real"
	print_json verify --trusted "$real" "$real"
	validate out
	print_json verify --trusted "$CASES/ok-token-5728/CTLFile.tlv" "$real"
	validate out
	print_json verify --signer "$CASES/ok-cnf-sgn-sha1/pub.pem" "$real"
	validate out
}

@test "the texts of show ctl" {
	holds_for "$SRC"/tests/listings/*.txt
	print_json show "$SRC/tests/listings/118893-5.txt"
	/usr/bin/python3 - <<-'PY'
		import json
		e = json.load(open("out"))[0]
		v, r = e["verification"], e["records"]
		assert (v["status"], v["reason"]) == ("not-possible", "text only")
		assert [x["role"] for x in r] == ["sast", "ccm+tftp", "capf", "ccm+tftp"]
		assert r[2]["certificate"]["sha1"] == \
		    "46ee5a972465b0177e5f7e44f76c0af363354fa7"
		assert r[0]["is_signer"] and not r[1]["is_signer"]
		assert e["listing"]["length"] == 4947 and e["listing"]["whole"]
	PY
	print_json show --records 2 "$SRC/tests/listings/118893-5.txt"
	validate out
	[ "$(grep -c '"index"' out)" = 1 ]
}

@test "real firmware" {
	mapfile -t files < <(find "$CTLSMITH_SAMPLES" -iname '*.loads' 2>&1)
	[ -e "${files[0]}" ] || skip "no real firmware: set CTLSMITH_SAMPLES"
	holds_for "${files[@]}"
}

@test "files that cannot be read or parsed" {
	: >empty
	printf '\001\000\002' >short
	holds_for nothing empty short . "$SRC/README.md"
	print_json verify --max-size 1 short
	validate out
	[ "$(elements out)" = 1 ]
}

@test "names that are not UTF-8, in the file and on the command line" {
	local odd

	odd=$(printf 'n\377me')
	cp "$CASES/ok-name-t61/CTLFile.tlv" "$odd"
	holds_for "$odd"
	print_json show "$odd"
	grep -q '"path_hex": "6eff6d65"' out
	grep -q '"subject_hex": ' out
}

@test "a choice of records" {
	print_json show --records 2 "$CASES/ok-tokenless-4947/CTLFile.tlv"
	validate out
	grep -q '"index": 2,' out
	run ! grep -q '"index": 1,' out
}

@test "every schema is one" {
	local each

	for each in "$SRC"/docs/*.schema.json; do
		/usr/bin/python3 "$SRC/tests/cli/schema.py" --itself "$each"
	done
}

@test "the schema refuses a changed document" {
	print_json show "$CASES/ok-tokenless-4947/CTLFile.tlv" nothing
	validate out
	/usr/bin/python3 "$SRC/tests/cli/schema.py" --refuses out "$schema" \
		<<-'CHANGES'
			doc[0]["schema"] = 2
			doc[0]["kind"] = "CTL"
			doc[0]["extra"] = 1
			del doc[0]["origin"]
			del doc[0]["header"]
			doc[0]["error"] = "no"
			doc[0]["file"]["sha1"] = "00"
			del doc[0]["file"]["size"]
			doc[0]["header"]["timestamp"] = 1425675367
			doc[0]["header"]["digest"] = "SHA-1"
			doc[0]["header"]["modulus_bits"] = 3072
			doc[0]["header"]["signer"]["serial"] = "70caf6"
			doc[0]["header"]["tags"][0]["tag"] = 256
			doc[0]["records"][0]["role"] = "SAST"
			doc[0]["records"][0]["role"] = "unknown"
			doc[0]["records"][0]["function"] = None
			doc[0]["records"][0]["ip_address"] = "2001:db8::1"
			doc[0]["records"][0]["certificate"]["error"] = "both"
			doc[0]["records"][0]["dialect"] = None
			doc[0]["records"][0]["subject_HEX"] = "00"
			doc[0]["verification"]["status"] = "failed"
			doc[0]["verification"]["anchor"] = None
			doc[0]["verification"]["reason"] = "verified, and yet"
			doc[0]["origin"]["method"] = "tokenless"
			doc[1]["kind"] = "ctl"
			doc[1]["error"]["code"] = "ENOENT"
			del doc[1]["error"]["offset"]
			doc[1]["error"] = None
			doc.append({})
		CHANGES
}

@test "every key that the schema knows stands in docs/json.md" {
	/usr/bin/python3 - "$schema" "$SRC/docs/json.md" <<-'PY'
		import json, re, sys
		schema = json.load(open(sys.argv[1]))
		text = open(sys.argv[2]).read()
		text = text[text.index("## The keys"):]
		words = set(re.findall(r"[a-z0-9_]+(?:-[a-z0-9]+)*", " ".join(
		    re.findall(r"`([^`]*)`", text))))
		def keys(node):
		    if isinstance(node, list):
		        for item in node:
		            yield from keys(item)
		    elif isinstance(node, dict):
		        if isinstance(node.get("properties"), dict):
		            yield from node["properties"]
		        for item in node.values():
		            yield from keys(item)
		missing = sorted({key for key in keys(schema)
		    if not key.endswith("_hex") and key not in words})
		assert len(words) > 40, "docs/json.md names too little"
		assert not missing, "docs/json.md does not explain " + \
		    ", ".join(missing)
	PY
}
