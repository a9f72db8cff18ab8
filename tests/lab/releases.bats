#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Each release in each mode comes up, and what it gives out is good.

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
}

teardown() {
	lab_down_all
}

# all_good MODE: the lists of all nodes of each release verify.
all_good() {
	local release node

	for release in 10.5 11.5 12.5 14 15; do
		lab_up "$lab" --nodes 3 --phones 10 --release $release --mode "$1"
		for node in 1 2 3; do
			curl -sS --fail --noproxy '*' -o ctl.tlv -o itl.tlv \
				"http://${LAB_ADDRESS%.*}.$node:6970/CTLFile.tlv" \
				"http://${LAB_ADDRESS%.*}.$node:6970/ITLFile.tlv"
			"$CTLSMITH" verify ctl.tlv
			"$CTLSMITH" verify itl.tlv
		done
		lab_ask "$lab" status >said
		grep -q '^phones: 10, trusting 10, working 10, refused 0' said
		lab_down "$lab"
	done
}

@test "tokens" {
	all_good token
}

@test "without tokens, from 10.5 on" {
	all_good tokenless
}

@test "not secure: there is no CTL" {
	local release

	for release in 10.5 11.5 12.5 14 15; do
		lab_up "$lab" --nodes 2 --phones 10 --release $release \
			--mode non-secure
		run -22 curl -sS --fail --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv"
		curl -sS --fail --noproxy '*' -o itl.tlv \
			"$LAB_HTTP_URL/ITLFile.tlv"
		"$CTLSMITH" verify itl.tlv
		lab_type "$LAB_ADDRESS" <<-'TXT'
			password
			> admin:
			< show ctl
			> CTL File not found.
			> admin:
			< quit
			end
		TXT
		lab_down "$lab"
	done
}

@test "an upgraded cluster keeps its list" {
	lab_up "$lab" --nodes 2 --phones 10 --release 12.5 --list-made-on 10.5 \
		--mode token
	curl -sS --fail --noproxy '*' -o ctl.tlv "$LAB_HTTP_URL/CTLFile.tlv"
	"$CTLSMITH" show ctl.tlv >shown
	[ "$(grep -c 'System Administrator Security Token\|SAST' shown)" -ge 2 ]
	run ! grep -q ITLRecovery shown
	"$CTLSMITH" verify ctl.tlv
}

@test "an ITL has TVS of its own node, and of 16 others" {
	local node

	echo 'shared_keys: true' >s.yaml
	lab_up "$lab" --nodes 20 --phones 0 --release 12.5 --mode tokenless \
		--scenario s.yaml
	for node in 1 20; do
		curl -sS --fail --noproxy '*' -o itl.tlv \
			"http://${LAB_ADDRESS%.*}.$node:6970/ITLFile.tlv"
		"$CTLSMITH" show itl.tlv >shown
		[ "$(grep -c 'FUNCTION.*TVS' shown)" = 17 ]
		grep -B 3 'FUNCTION.*TVS' shown | grep "DNSNAME.*cucm$node\$"
	done
}

@test "200 nodes" {
	echo 'shared_keys: true' >s.yaml
	lab_up "$lab" --nodes 200 --phones 200 --mode tokenless \
		--scenario s.yaml
	for node in 1 100 200; do
		address=$(awk -v n=$node '/addresses:/ && ++i == n {
			gsub(/[^0-9.]/, ""); print }' "$lab/cluster.yaml")
		curl -sS --fail --noproxy '*' -o ctl.tlv \
			"http://$address:6970/CTLFile.tlv"
		"$CTLSMITH" verify ctl.tlv
		curl -sS --fail --noproxy '*' "tftp://$address:6969/CTLFile.tlv" |
			cmp - ctl.tlv
		curl -sS --fail --noproxy '*' -k \
			"https://$address:6971/CTLFile.tlv" | cmp - ctl.tlv
		openssl s_client -connect "$address:5061" </dev/null 2>/dev/null |
			openssl x509 -noout
		lab_type "$address" <<-'TXT'
			password
			> admin:
			< quit
			end
		TXT
	done
}
