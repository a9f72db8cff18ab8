#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Our driver on the lab's command line, with every way in which a node misbehaves
# there. One lab has a node for each, so that few labs are begun.

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

# begin NODES TEXT [OPTION...]: a lab with this scenario.
begin() {
	local nodes=$1

	printf '%s\n' "$2" >scenario.yaml
	shift 2
	lab_up "$lab" --nodes "$nodes" --phones 2 --scenario scenario.yaml "$@"
}

# on N [OPTION...] COMMAND...: commands on the Nth node.
on() {
	local n=$1

	shift
	LAB_PASSWORD=$LAB_PASSWORD timeout "$LAB_LIMIT" "$NODESHELL" \
		-h "${LAB_ADDRESS%.*}.$n" -p "$LAB_SSH_PORT" -u "$LAB_USER" \
		-e LAB_PASSWORD -k "$LAB_DIR/known_hosts" -n "cucm$n" "$@"
}

# The CTL's lines of a plain node, to be compared with.
plain_ctl() {
	on "$1" show-ctl >plain.txt
	grep -q '^== show-ctl worked$' plain.txt
	grep -q '^The CTL file was verified successfully.$' plain.txt
}

@test "every command that only looks is known on every release" {
	for release in 10.5 11.5 12.5 14 15; do
		lab_up "$lab" --nodes 2 --phones 3 --release $release \
			--mode tokenless
		for n in 1 2; do
			on $n show-ctl show-itl show-version show-date \
				show-network-cluster cert-list-own \
				cert-list-trust cert-own,unit=CallManager \
				csr-list show-web-security service-list \
				dbreplication drs-history-backup \
				drs-history-restore drs-status-backup \
				'file-list-tftp,file=*' \
				file-dump-tftp,file=CTLFile.tlv risdb-phones \
				"perf-query,class=Cisco CallManager,counter=RegisteredHardwarePhones" \
				sql-mode sql-parameters sql-nodes \
				sql-certificates sql-devices >seen
			[ "$(grep -c '^== ' seen)" = 24 ]
			[ "$(grep -c '^== .* worked$' seen)" = 24 ]
			# no echo, prompt or sequence is left
			run grep -nE $'admin:|\033|\r|Press <enter>' seen
			[ "$status" = 1 ]
		done
		lab_down "$lab"
	done
}

@test "every command that changes something" {
	begin 2 '{}' --mode tokenless
	on 1 ctl-update cert-regen,unit=CAPF cert-regen,unit=CallManager \
		csr-gen,unit=tomcat csr-list csr-own,unit=tomcat \
		"service-restart,service=Cisco Tftp" \
		"service-stop,service=Cisco Tftp" \
		"service-start,service=Cisco Tftp" itl-reset \
		ctl-reset-localkey file-delete-tftp,file=CTLFile.tlv show-ctl \
		ctl-non-secure ctl-mixed \
		set-web-security,ou=A,o=B,l=C,st=D >seen
	grep '^== ' seen >results
	diff - results <<-TXT
		== ctl-update worked
		== cert-regen worked
		== cert-regen worked
		== csr-gen worked
		== csr-list worked
		== csr-own worked
		== service-restart worked
		== service-stop worked
		== service-start worked
		== itl-reset worked
		== ctl-reset-localkey worked
		== file-delete-tftp worked
		== show-ctl absent
		== ctl-non-secure worked
		== ctl-mixed worked
		== set-web-security worked
	TXT
	# what is said of a failure
	on 2 ctl-update itl-reset ctl-mixed >seen
	grep '^== ' seen >results
	diff - results <<-TXT
		== ctl-update not-here
		== itl-reset not-here
		== ctl-mixed not-here
	TXT
	on 1 file-delete-tftp,file=none.tlv csr-own,unit=TVS \
		"service-start,service=Cisco Nothing" \
		cert-trust,unit=CallManager-trust,certificate=none.pem \
		cert-delete,unit=CallManager-trust,certificate=none.pem >seen
	grep '^== ' seen >results
	diff - results <<-TXT
		== file-delete-tftp absent
		== csr-own absent
		== service-start absent
		== cert-trust absent
		== cert-delete absent
	TXT
}

@test "a restart ends the session, and is good" {
	begin 1 '{}' --mode tokenless
	on 1 system-restart >seen
	grep -q '^== system-restart worked$' seen
}

@test "a licence that is refused" {
	begin 1 'no_licence: true' --mode non-secure
	on 1 ctl-mixed >seen
	grep -q '^== ctl-mixed no-licence$' seen
}

@test "slow starts, prompts twice, counters, sequences, pagers: the same text" {
	begin 8 'nodes:
  - {name: cucm1}
  - {name: cucm2, cli: {banner_delay: 400000, double_prompt: true}}
  - {name: cucm3, cli: {pager: true}}
  - {name: cucm4, cli: {pager: true, pager_anyway: true}}
  - {name: cucm5, cli: {counter: true}}
  - {name: cucm6, cli: {ansi: true, counter: true}}
  - {name: cucm7, cli: {drop_type_ahead: true}}
  - {name: cucm8, cli: {idle: 600000, prompt: "ccmadm:"}}' \
		--mode tokenless
	plain_ctl 1
	for n in 2 3 4 5 6 7; do
		on $n show-ctl >seen
		diff plain.txt seen
	done
	on 8 -P 'ccmadm:' show-ctl >seen
	diff plain.txt seen
	# the driver does not take another prompt for its own
	run on 8 -s 2 show-ctl
	[ "$status" = 1 ]
	[[ $output == *'no prompt came within 2 s; last came: '*'ccmadm:'* ]]
	on 7 -d 5 cert-regen,unit=TVS >seen
	grep -q '^== cert-regen worked$' seen
}

@test "one method only, and a password that is wrong is sent once" {
	begin 3 'nodes:
  - {name: cucm1, cli: {keyboard_only: true}}
  - {name: cucm2, cli: {password_only: true}}'
	for n in 1 2 3; do
		on $n show-version | grep -q '^== show-version worked$'
		LAB_PASSWORD=wrong run on $n show-version
		[ "$status" = 1 ]
		[[ $output == *'ERROR: PIN: '*'tried once'* ]]
	done
}

@test "old algorithms: refused, or allowed and named" {
	begin 1 'cli: {old_algorithms: true}'
	run on 1 show-version
	[ "$status" = 1 ]
	[[ $output == *'ERROR: refused by a rule: '*'--legacy-ssh'* ]]
	on 1 -l show-version >seen 2>err
	grep -q '^weak: diffie-hellman-group.*ssh-rsa' err
	grep -q '^== show-version worked$' seen
}

@test "a command that fails" {
	begin 1 'cli: {fails: show date}'
	on 1 show-date show-version >seen
	grep -q '^== show-date refused$' seen
	grep -q '^== show-version worked$' seen
}

@test "a connection that is cut in the middle" {
	begin 2 'nodes:
  - {name: cucm1, cli: {cut: utils ctl update CTLFile}}
  - {name: cucm2, cli: {cut: show ctl}}' --mode tokenless
	run on 1 ctl-update
	[ "$status" = 1 ]
	[[ $output == *'lost in the middle of ctl-update; it is not known whether it took effect'* ]]
	run on 2 show-ctl
	[ "$status" = 1 ]
	[[ $output == *'lost in the middle of show-ctl; last came: '* ]]
	[[ $output != *'not known'* ]]
}

@test "hostile nodes: a clear error, or the text without what does not belong" {
	begin 9 'nodes:
  - {name: cucm1}
  - {name: cucm2, cli: {hostile: banner}}
  - {name: cucm3, cli: {idle: 600000, hostile: no-prompt}}
  - {name: cucm4, cli: {hostile: garbage}}
  - {name: cucm5, cli: {hostile: escape}}
  - {name: cucm6, cli: {hostile: utf8}}
  - {name: cucm7, cli: {hostile: prompt-in-cert}}
  - {name: cucm8, cli: {hostile: other-node}}
  - {name: cucm9, cli: {hostile: host-key}}' --mode tokenless
	plain_ctl 1
	run on 2 show-ctl
	[ "$status" = 1 ]
	[[ $output == *'more than 1 MiB came before the prompt'* ]]
	run on 3 -s 3 show-ctl
	[ "$status" = 1 ]
	[[ $output == *'no prompt came within 3 s'* ]]
	run on 4 show-ctl
	[ "$status" = 1 ]
	[[ $output == *'ERROR: '* ]]
	on 5 show-ctl >seen
	diff plain.txt seen
	on 6 show-ctl >seen
	LC_ALL=C sed $'2s/\xe2\x82$//' seen | diff plain.txt -
	on 7 cert-own,unit=CallManager show-version >seen
	grep -q '^admin:$' seen
	grep -q '^== show-version worked$' seen
	run on 8 show-version
	[ "$status" = 1 ]
	[[ $output == *'says that it is '*', and not cucm8'* ]]
	on 9 show-version >seen # its key changes now
	run on 9 -y show-version
	[ "$status" = 1 ]
	[[ $output == *'is not the one in'*'ssh-keygen -R'* ]]
	[[ $output != *trusted:* ]]
}

@test "a first contact is written down, and the transcript has no password" {
	begin 1 '{}'
	run on 1 -k new show-version
	[ "$status" = 1 ]
	[[ $output == *'is not known: SHA256:'* ]]
	[ ! -e new ]
	on 1 -k new -y -t transcript show-version 2>err >/dev/null
	grep -q "^trusted: $LAB_ADDRESS SHA256:" err
	on 1 -k new show-version >/dev/null
	grep -q '^> *$' transcript
	grep -q '^< Active Master Version' transcript
	run grep -F "$LAB_PASSWORD" transcript
	[ "$status" = 1 ]
	pin=$(sed -n 's/^trusted: [^ ]* //p' err)
	on 1 -k /dev/null -f "$pin" show-version >/dev/null
	run on 1 -k new -f SHA256:AAAA show-version
	[ "$status" = 1 ]
	[[ $output == *'change host_key'* ]]
}
