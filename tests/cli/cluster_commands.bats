#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A table of the appliance's commands that the inventory names.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
	export LC_ALL=C.UTF-8 NO_COLOR=1
	lab_up "$lab" --nodes 1 --phones 0 --release 12.5 --mode tokenless \
		--speed 20
	cp "$lab"/cluster.yaml "$lab"/known_hosts "$lab"/phones.csv .
	echo 'commands: own.yaml' >>cluster.yaml
	cp "$SRC/src/cluster/tables/commands.yaml" own.yaml
}

teardown() {
	lab_down_all
}

# status END: it ends so.
status() {
	run -"$1" --separate-stderr timeout "$LAB_LIMIT" "$CTLSMITH" \
		cluster status --batch
}

@test "a table of one's own is what is typed" {
	status 0
	[[ ${lines[2]} =~ ^cucm1\ .*\ mixed\ +[0-9a-f]{8}\ +same\  ]]
	sed -i "s/line: 'show ctl'/line: 'show itl'/" own.yaml
	status 0
	[[ ${lines[2]} =~ ^cucm1\ .*\ mixed\ +[0-9a-f]{8}\ +\?\  ]]
}

@test "a table that is missing or wrong is named with its line" {
	printf 'commands:\n- {id: show-ctl}\n' >own.yaml
	status 1
	[[ $stderr == *"own.yaml: line 2, column 3: "* ]]
	rm own.yaml
	status 1
	[[ $stderr == *"own.yaml: "*"No such file"* ]]
	[ -z "$output" ]
}
