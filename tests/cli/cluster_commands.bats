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

# status END: it ends so, and says out and err.
status() {
	local got=0

	timeout "$LAB_LIMIT" "$CTLSMITH" cluster status --batch \
		>out 2>err || got=$?
	[ $got = "$1" ] || {
		cat out err
		return 1
	}
}

@test "a table of one's own is what is typed" {
	status 0
	grep -qE '^cucm1 .* mixed +[0-9a-f]{8} +same ' out
	sed -i "s/line: 'show ctl'/line: 'show itl'/" own.yaml
	status 3
	grep -qE '^cucm1 .* mixed +[0-9a-f]{8} +[?] ' out
}

@test "a table that is missing or wrong is named with its line" {
	printf 'commands:\n- {id: show-ctl}\n' >own.yaml
	status 1
	grep -qF 'own.yaml: line 2, column 3: ' err
	rm own.yaml
	status 1
	grep -qE 'own\.yaml: .*No such file' err
	[ ! -s out ]
}
