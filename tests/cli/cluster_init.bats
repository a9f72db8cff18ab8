#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cluster init: a first inventory, by examples, and learned from the lab's
# publisher.

bats_require_minimum_version 1.5.0

setup_file() {
	export CTLSMITH_LAB=${CTLSMITH_LAB:-$BUILD/src/lab/ctlsmith-lab}
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_FILE_TMPDIR" || return
	lab_up "$BATS_FILE_TMPDIR/lab" --nodes 3 --phones 1 --release 12.5 \
		--mode tokenless
}

teardown_file() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	lab_ask "$BATS_FILE_TMPDIR/lab" down
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	lab=$BATS_FILE_TMPDIR/lab
	# shellcheck disable=SC1091 # it is made
	. "$lab/env.sh"
	second=${LAB_ADDRESS%.*}.2
	third=${LAB_ADDRESS%.*}.3
	from=(--from "$LAB_ADDRESS:$LAB_SSH_PORT" --user "$LAB_USER")
}

# The file $1 is one that docs/cluster.schema.json describes.
fits_schema() {
	/usr/bin/python3 -c 'import json, sys, yaml
json.dump(yaml.safe_load(open(sys.argv[1])), open("inventory.json", "w"))' "$1"
	/usr/bin/python3 "$SRC/tests/cli/schema.py" inventory.json "$SRC/docs/cluster.schema.json"
}

# A value of the inventory $1: names and numbers, as nodes.0.name.
value() {
	/usr/bin/python3 -c 'import sys, yaml
at = yaml.safe_load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    at = at[int(key) if isinstance(at, list) else key]
print(at)' "$1" "$2"
}

# typed WORDS=ANSWER... -- ARGUMENT...: cluster init at a terminal, which shows
# what is then in shown.
typed() {
	local answers=()

	while [ "$1" != -- ]; do
		answers+=("$1")
		shift
	done
	shift
	/usr/bin/python3 "$SRC/tests/cli/typist.py" out "${answers[@]}" -- \
		"$CTLSMITH" cluster init "$@" >shown
}

@test "without a publisher: examples, which read" {
	run -0 "$CTLSMITH" cluster init
	[ "$output" = "cluster.yaml: written, with examples in place of $(
	)your nodes" ]
	fits_schema cluster.yaml
	sed 's/#~//' cluster.yaml >all.yaml
	fits_schema all.yaml
	run ! grep -nE '.{81}|	| $' cluster.yaml
	"$CTLSMITH" cluster init --output - >printed
	diff cluster.yaml printed
	"$CTLSMITH" cluster init -o mine.yaml --user ccmadm
	[ "$(value mine.yaml ssh.user)" = ccmadm ]
}

@test "--force: a file that is there is only replaced with it" {
	echo mine >cluster.yaml
	run -1 "$CTLSMITH" cluster init
	[[ $output == *'cluster.yaml: the file exists; --force replaces it' ]]
	# before anybody is asked for anything
	run -1 "$CTLSMITH" cluster init "${from[@]}"
	[[ $output == *'--force replaces it' ]]
	[ "$(cat cluster.yaml)" = mine ]
	"$CTLSMITH" cluster init --force
	fits_schema cluster.yaml
}

@test "wrong command lines" {
	run -2 "$CTLSMITH" cluster init more
	run -2 "$CTLSMITH" cluster init --from "$LAB_ADDRESS"
	[[ $output == *'--from needs --user NAME'* ]]
	for host in '' : 'h:' h:0 h:70000 h:x '[::1' '[::1]x' '[]'; do
		run -2 "$CTLSMITH" cluster init --batch --from "$host" --user a
		[[ $output == *'--from wants HOST, HOST:PORT or [HOST]:PORT'* ]]
	done
	run -2 "$CTLSMITH" cluster init -o tftp://192.0.2.1/cluster.yaml
	run -2 "$CTLSMITH" cluster init "${from[@]}" --password-fd 99
	run -2 "$CTLSMITH" cluster init "${from[@]}" --password-env NOT_SET
	[ ! -e cluster.yaml ]
}

@test "from a publisher whose nodes are in --known-hosts: nothing is asked" {
	run -0 "$CTLSMITH" cluster init "${from[@]}" --batch \
		--password-env LAB_PASSWORD --known-hosts "$lab/known_hosts"
	[ "$output" = 'cluster.yaml: written, 3 nodes, 3 host keys pinned' ]
	fits_schema cluster.yaml
	for node in 0 1 2; do
		for key in name role addresses ports.ssh ssh.host_key; do
			[ "$(value cluster.yaml nodes.$node.$key)" = \
				"$(value "$lab/cluster.yaml" nodes.$node.$key)" ]
		done
	done
	[ "$(value cluster.yaml ssh.password_env)" = LAB_PASSWORD ]
	grep -q '^#~release: "12\.5' cluster.yaml
	run ! grep -F "$LAB_PASSWORD" cluster.yaml
}

@test "a person types the password, sees fingerprints, and says yes or not" {
	typed "Password of $LAB_USER on $LAB_ADDRESS=$LAB_PASSWORD" \
		"key of $LAB_ADDRESS is=yes" "key of $second is=yes" \
		"key of $third is=no" -- "${from[@]}" --known-hosts hosts
	[ "$(cat out)" = 'cluster.yaml: written, 3 nodes, 2 host keys pinned' ]
	run ! grep -F "$LAB_PASSWORD" shown cluster.yaml
	for node in 0 1; do
		pin=$(value "$lab/cluster.yaml" nodes.$node.ssh.host_key)
		grep -qF "$pin" shown
		[ "$(value cluster.yaml nodes.$node.ssh.host_key)" = "$pin" ]
	done
	grep -qF 'you did not say yes; its host key is not pinned' shown
	run ! value cluster.yaml nodes.2.ssh
	# only where somebody logged in
	[ "$(cut -d' ' -f1 hosts)" = "[$LAB_ADDRESS]:$LAB_SSH_PORT" ]
}

@test "the publisher's key is not confirmed: no password is sent" {
	run ! typed "Password of=$LAB_PASSWORD" "is not known=no" -- \
		"${from[@]}" --known-hosts hosts
	grep -q 'was not trusted' shown
	[ ! -e hosts ] && [ ! -e cluster.yaml ]
}

@test "--batch, and no terminal: nobody is asked" {
	run -3 "$CTLSMITH" cluster init "${from[@]}" --batch \
		--password-env LAB_PASSWORD --known-hosts hosts
	[[ $output == *'is not known: SHA256:'* ]]
	# nor at a terminal
	run -3 typed "Password of=$LAB_PASSWORD" "is not known=yes" -- \
		"${from[@]}" --batch --password-env LAB_PASSWORD \
		--known-hosts hosts
	grep -q 'is not known: SHA256:' shown
	run -4 typed "Password of=$LAB_PASSWORD" -- "${from[@]}" --batch
	run -4 "$CTLSMITH" cluster init "${from[@]}" --batch </dev/null
	[[ $output == *'the password of '*' is needed: give it with'* ]]
	head -n 1 "$lab/known_hosts" >hosts
	run -0 "$CTLSMITH" cluster init "${from[@]}" --batch \
		--password-fd 5 --known-hosts hosts 5<<<"$LAB_PASSWORD"
	[[ $output == *'3 nodes, 1 host key pinned' ]]
	[ "$(wc -l <hosts)" = 1 ]
}

@test "a key that changed, a wrong password, a subscriber, nobody there" {
	local key

	key=$(sed -n 2p "$lab/known_hosts" | cut -d' ' -f2-)
	echo "[$LAB_ADDRESS]:$LAB_SSH_PORT $key" >hosts
	run -3 "$CTLSMITH" cluster init "${from[@]}" --batch \
		--password-env LAB_PASSWORD --known-hosts hosts
	PW=wrong run -4 "$CTLSMITH" cluster init "${from[@]}" --batch \
		--password-env PW --known-hosts "$lab/known_hosts"
	[[ $output == *'it was tried once, and is not tried again' ]]
	run -3 "$CTLSMITH" cluster init --from "$second:$LAB_SSH_PORT" --batch \
		--user "$LAB_USER" --password-env LAB_PASSWORD \
		--known-hosts "$lab/known_hosts"
	[[ $output == *"$second is no publisher: that is cucm1, $LAB_ADDRESS" ]]
	run -1 "$CTLSMITH" cluster init --from 127.0.0.1:1 --user a --batch \
		--password-env LAB_PASSWORD
	[ ! -e cluster.yaml ]
}
