#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# token drill: keys prove that they sign, and the inventory notes it.

bats_require_minimum_version 1.5.0
load custody.bash

setup_file() {
	custody_file
}

setup() {
	custody_setup
	export PIN PIN2
}

# noted PYTHON: the inventory is valid by its schema, and the expression is true
# of it; t is its first token.
noted() {
	/usr/bin/python3 - "$1" "${2:-tokens.yaml}" <<-'PY'
		import json, sys, yaml
		class Plain(yaml.SafeLoader):
		    pass
		Plain.yaml_implicit_resolvers = {
		    k: [r for r in v if "timestamp" not in r[0]]
		    for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
		o = yaml.load(open(sys.argv[2]), Plain)
		json.dump(o, open("inventory.json", "w"))
		t = o["tokens"][0]
		assert eval(sys.argv[1]), json.dumps(o, indent=1)
	PY
	/usr/bin/python3 "$SRC/tests/cli/schema.py" inventory.json "$SRC/docs/tokens.schema.json"
}

@test "a new token is proven and added" {
	PIN=$PIN_SAST_1
	try 0 drill --inventory new.yaml --ctl new.tlv --place 'the safe' \
		--pin-env PIN "$URI_SAST_1"
	grep -q "^sast-1 *$SERIAL_SAST_1 *sast-1, id 01 *signed and verified *never$" out
	grep -qx -- '- new.tlv, record 2, SAST-ADN00d4e5f6: not proven by this drill.' out
	run ! grep -q 'record 1' out
	noted "t['serial'] == '$SERIAL_SAST_1' and t['label'] == 'sast-1'" new.yaml
	noted "[c['sha1'] for c in t['certificates']] == ['$(sha1_of sast-1)']" new.yaml
	noted "len(t['drills']) == 1 and t['drills'][0]['result'] == 'ok'" new.yaml
	noted "t['drills'][0]['key'] == '01' and t['drills'][0]['place'] == 'the safe'" new.yaml
	noted "t['uri'].startswith('pkcs11:') and 'place' not in t" new.yaml
	# and match knows it by then
	try 0 match --json --inventory new.yaml --ctl new.tlv "$URI_SAST_2"
	holds 'o["lists"][0]["sasts"][0]["recorded"][0]["place"] == "the safe"'
}

@test "the one before is said, and what else is in the inventory stays" {
	cat >tokens.yaml <<-YAML
		# ours
		lists: [old.tlv, new.tlv]
		tokens:
		- serial: $SERIAL_SAST_1
		  place: safe
		  holder: somebody
		  drills:
		  - {when: 2020-01-02T03:04:05Z, key: "01", place: lab, result: failed}
		- serial: other
		  label: another
	YAML
	PIN=$PIN_SAST_1
	try 0 drill --inventory tokens.yaml --pin-env PIN "$URI_SAST_1"
	grep -q 'signed and verified *2020-01-02T03:04:05Z, lab, failed$' out
	noted 'len(t["drills"]) == 2 and "place" not in t["drills"][1]'
	noted 't["place"] == "safe" and t["holder"] == "somebody"'
	noted 'o["tokens"][1] == {"serial": "other", "label": "another"}'
	[ "$(head -n 1 tokens.yaml)" = '# ours' ]
	try 0 drill --json --inventory tokens.yaml --pin-env PIN "$URI_SAST_1"
	holds 'o["results"][0]["before"]["result"] == "ok"'
	holds 'o["results"][0]["key"] == {"label": "sast-1", "id": "01"}'
	holds '[m["record"] for m in o["not_proven"]] == [2]'
}

@test "several tokens: each PIN is asked for" {
	"$SRC/tests/cli/typist.py" out "token 'sast-1'=$PIN_SAST_1" \
		"token 'sast-2'=$PIN_SAST_2" -- "$CTLSMITH" token drill \
		--module "$MODULE" --inventory tokens.yaml >screen
	[ "$(grep -c 'signed and verified *never$' out)" = 2 ]
	run ! grep -q 'not proven' out
	noted 'len(o["tokens"]) == 2'
	noted '[d["result"] for t in o["tokens"] for d in t["drills"]] == ["ok"] * 2'
}

@test "a PIN by option is for one token: none is tried" {
	with_faults
	: >plan
	PIN=$PIN_SAST_1
	try 2 drill --inventory tokens.yaml --pin-env PIN
	grep -q 'a PIN belongs to one token, and 2 would be drilled' err
	run ! grep -q C_Login trace
	run ! grep -q tokens: tokens.yaml
	try 4 drill --inventory tokens.yaml
	grep -q 'a PIN is needed: .*nothing was recorded' err
	run ! grep -q tokens: tokens.yaml
}

@test "without a URI: what is in the inventory or a SAST" {
	printf 'tokens: [{serial: %s}]\n' "$SERIAL_TWIN_B" >tokens.yaml
	cp tokens.yaml before.yaml
	"$SRC/tests/cli/typist.py" out "token 'sast-1'=$PIN_SAST_1" \
		"token 'sast-2'=$PIN_SAST_2" "serial $SERIAL_TWIN_B=$PIN_TWIN_B" \
		-- "$CTLSMITH" token drill --json --module "$MODULE" \
		--inventory tokens.yaml >screen
	holds 'sorted(r["label"] for r in o["results"]) == ["sast-1", "sast-2", "twin"]'
	noted '[d["key"] for d in t["drills"]] == ["61"]'
	try 4 drill --inventory tokens.yaml pkcs11:token=nobody
	grep -q 'no token that the URI names' err
}

@test "the key of the URI, else all that may sign" {
	PIN=$PIN_HSM
	try 0 drill --json --inventory tokens.yaml --pin-env PIN "$URI_HSM;id=%21"
	holds '[r["key"]["id"] for r in o["results"]] == ["21"]'
	try 0 drill --json --inventory tokens.yaml --pin-env PIN "$URI_HSM"
	holds 'len(o["results"]) > 4 and all(r["result"] == "ok" for r in o["results"])'
	noted 'len(o["tokens"]) == 1 and len(t["drills"]) > 5'
	PIN=$PIN_EMPTY
	try 4 drill --json --inventory tokens.yaml --pin-env PIN "$URI_EMPTY"
	holds 'o["results"][0]["result"] == "failed" and o["results"][0]["key"] is None'
}

@test "a key that asks for each use" {
	PIN=$PIN_ALWAYS PIN2=$PIN_ALWAYS
	try 0 drill --inventory tokens.yaml --pin-env PIN --key-pin-env PIN2 \
		"$URI_ALWAYS"
	try 4 drill --inventory tokens.yaml --pin-env PIN "$URI_ALWAYS"
	grep -q 'the key wants its PIN for each use' out
}

@test "a failure is recorded, too" {
	with_faults
	: >plan
	PIN=wrong
	try 4 drill --inventory tokens.yaml --pin-env PIN "$URI_SAST_1"
	noted '[d["result"] for d in t["drills"]] == ["failed"]'
	noted '"key" not in t["drills"][0]'
	PIN=$PIN_SAST_1
	for plan in 'wrong-signature at 1' 'fail C_Sign CKR_DEVICE_ERROR' \
		'fail C_Login CKR_DEVICE_ERROR'; do
		echo "$plan" >plan
		: >trace
		try 4 drill --inventory tokens.yaml --pin-env PIN "$URI_SAST_1"
		grep -q 'fault=' trace
		run ! grep -q 'signed and verified' out
		grep -q 'new.tlv, record 1, .*: not proven by this drill' out
	done
	noted '[d["result"] for d in t["drills"]] == ["failed"] * 4'
	: >plan
	try 0 drill --inventory tokens.yaml --pin-env PIN "$URI_SAST_1"
	grep -q ', failed$' out
	noted '[d["result"] for d in t["drills"]][4] == "ok"'
}

@test "the audit log has the drill" {
	PIN=$PIN_SAST_1
	try 0 drill --inventory tokens.yaml --audit log --pin-env PIN \
		--place lab "$URI_SAST_1"
	grep -q '"operation":"sign".*"result":"ok"' log
	tail -n 1 log | grep '"operation":"drill"' | grep '"label":"sast-1"' |
		grep '"file":"lab"' | grep -q '"result":"ok"'
	"$CTLSMITH" audit verify log
	# where that cannot be written, nothing counts
	cp tokens.yaml before.yaml
	sed -i 's/"result":"ok"/"result":"no"/' log
	try 1 drill --inventory tokens.yaml --audit log --pin-env PIN \
		"$URI_SAST_1"
	cmp tokens.yaml before.yaml
}

@test "what somebody writes meanwhile stays" {
	with_faults
	: >plan
	: >trace
	# the PIN comes once the tokens were looked at, and behind an edit
	try 0 drill --inventory tokens.yaml --pin-fd 5 "$URI_SAST_1" 5< <(
		until grep -q C_FindObjectsFinal trace; do :; done
		printf 'tokens: [{serial: edited}]\n' >edited.yaml
		mv edited.yaml tokens.yaml
		echo "$PIN_SAST_1"
	)
	noted '[t["serial"] for t in o["tokens"]][0] == "edited" and len(o["tokens"]) == 2'
}

@test "an inventory that cannot be written is said" {
	PIN=$PIN_SAST_1
	try 1 drill --inventory nowhere/tokens.yaml --pin-env PIN "$URI_SAST_1"
	grep -q 'nowhere' err
	printf 'tokens: 7\n' >tokens.yaml
	try 1 drill --inventory tokens.yaml --pin-env PIN "$URI_SAST_1"
	grep -q 'tokens.yaml: ' err
	[ "$(cat tokens.yaml)" = 'tokens: 7' ]
	try 2 drill --pin-env PIN "$URI_SAST_1"
	grep -q 'where is the drill to be recorded?' err
}

@test "names that are hostile are recorded as plain text" {
	with_faults
	printf '%s\n' 'only sast-1' 'label "\x1b[2J\xff: - {"' 'serial "a: #\xfe"' >plan
	PIN=$PIN_SAST_1
	try 0 drill --inventory tokens.yaml --pin-env PIN "pkcs11:model=SoftHSM%20v2;serial=a:%20%23%FE"
	noted 't["serial"] == "a: #\\xfe" and t["label"] == "\\x1b[2J\\xff: - {"'
	try 0 drill --inventory tokens.yaml --pin-env PIN "pkcs11:model=SoftHSM%20v2;serial=a:%20%23%FE"
	noted 'len(o["tokens"]) == 1 and len(t["drills"]) == 2'
	run ! grep -q $'\x1b' out
	printf '%s\n' 'only sast-1' 'serial " "' >plan
	try 4 drill --inventory tokens.yaml --pin-env PIN "pkcs11:token=sast-1"
	grep -q 'without serial number' err
}
