#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The lab's command line, by hand: OpenSSH's ssh, and expect at its terminal.

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

# scenario TEXT: a file of it.
scenario() {
	printf '%s\n' "$1" >scenario.yaml
}

small() {
	lab_up "$lab" --nodes 2 --phones 4 "$@"
}

# fingerprint: SHA-1 of the CTL that TFTP gives out.
fingerprint() {
	curl -sS --noproxy '*' "$LAB_TFTP_URL/CTLFile.tlv" | sha1sum | cut -c1-40
}

@test "an update of the CTL, as a person types it" {
	small --mode tokenless
	before=$(fingerprint)
	lab_type "$LAB_ADDRESS" >seen <<-TXT
		password
		> Command Line Interface is starting up, please wait ...
		> Welcome to the Platform Command Line Interface
		> admin:
		< show ctl
		> $before(SHA1)
		> admin:
		< utils ctl update CTLFile
		> (y/n):
		< y
		> CTL file Updated
		> admin:
		< utils service restart Cisco Tftp
		> Cisco Tftp[STARTED]
		> admin:
		< quit
		end
	TXT
	after=$(fingerprint)
	[ "$before" != "$after" ]
	lab_type "$LAB_ADDRESS" <<-TXT
		password
		> admin:
		< show ctl
		> $after(SHA1)
		> verified successfully
		> admin:
		< exit
		end
	TXT
}

@test "a certificate made anew asks yes or no, and is served then" {
	small --mode tokenless
	served() {
		openssl s_client -connect "$LAB_ADDRESS:3804" -tls1_2 </dev/null \
			2>/dev/null | openssl x509 -noout -serial
	}
	before=$(served)
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< set cert regen CAPF
		> WARNING: This operation will overwrite any CA signed certificate
		> Proceed with regeneration (yes|no)?
		< yes
		> Successfully Regenerated Certificate for CAPF.
		> admin:
		< utils service restart Cisco Certificate Authority Proxy Function
		> [STARTED]
		> admin:
		< quit
		end
	TXT
	[ -n "$before" ]
	[ "$(served)" != "$before" ]
}

@test "a stopped TFTP service answers nobody, and does again" {
	small --mode tokenless
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< utils service stop Cisco Tftp
		> Cisco Tftp[STOPPED]
		> admin:
		< quit
		end
	TXT
	run -7 curl -sS --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv"
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< utils service start Cisco Tftp
		> Cisco Tftp[STARTED]
		> admin:
		< quit
		end
	TXT
	curl -sS --noproxy '*' --fail "$LAB_HTTP_URL/CTLFile.tlv" -o list
	curl -sS --noproxy '*' --fail "$LAB_TFTP_URL/CTLFile.tlv" | cmp - list
}

@test "the pager stops, goes on, and quits" {
	scenario 'cli: {pager: true}'
	small --mode tokenless --scenario scenario.yaml
	lab_type "$LAB_ADDRESS" >seen <<-'TXT'
		password
		> admin:
		< show ctl
		> Press <enter> for 1 line, <space> for one page, or <q> to quit
		. \x20
		> Press <enter> for 1 line
		. q
		> admin:
		< quit
		end
	TXT
	run ! grep -q 'verified successfully' seen
}

@test "a wrong password is asked for again, and the third one is the last" {
	small --mode tokenless
	run -255 lab_type "$LAB_ADDRESS" -o NumberOfPasswordPrompts=9 <<-'TXT'
		> assword:
		< wrong
		> assword:
		< wrong
		> assword:
		< wrong
		end
	TXT
	[[ $output != *admin:* ]]
	[[ $output == *'Connection closed'* ]]
	lab_type "$LAB_ADDRESS" <<-'TXT'
		> assword:
		< wrong
		password
		> admin:
		< quit
		end
	TXT
	run -255 lab_type "$LAB_ADDRESS" -l nobody <<-'TXT'
		password
		> assword:
		< x
		> assword:
		< x
		end
	TXT
}

@test "keyboard-interactive alone (S15), and password alone" {
	scenario 'nodes:
- {name: one, cli: {keyboard_only: true}}
- {name: two, cli: {password_only: true}}'
	small --mode tokenless --scenario scenario.yaml
	run -255 lab_type "$LAB_ADDRESS" -o PreferredAuthentications=password <<-'TXT'
		> Permission denied (keyboard-interactive)
		end
	TXT
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< quit
		end
	TXT
	run -255 lab_type "${LAB_ADDRESS%.*}.2" \
		-o PreferredAuthentications=keyboard-interactive <<-'TXT'
			> Permission denied (password)
			end
		TXT
	lab_type "${LAB_ADDRESS%.*}.2" <<-'TXT'
		password
		> admin:
		< quit
		end
	TXT
}

@test "old algorithms alone: the usual client refuses, and takes them if told" {
	scenario 'cli: {old_algorithms: true}'
	small --mode tokenless --scenario scenario.yaml
	run -255 lab_type "$LAB_ADDRESS" <<-'TXT'
		> no matching
		end
	TXT
	[[ $output == *diffie-hellman-group14-sha1* ]]
	run -255 lab_type "$LAB_ADDRESS" \
		-o KexAlgorithms=+diffie-hellman-group14-sha1 <<-'TXT'
			> no matching host key type found. Their offer: ssh-rsa
			end
		TXT
	lab_type "$LAB_ADDRESS" -o KexAlgorithms=+diffie-hellman-group14-sha1 \
		-o HostKeyAlgorithms=+ssh-rsa <<-'TXT'
			password
			> admin:
			< quit
			end
		TXT
}

@test "a shell with a terminal, and nothing else" {
	small --mode tokenless
	run -255 lab_type "$LAB_ADDRESS" -- show version <<-'TXT'
		password
		end
	TXT
	[[ $output != *admin:* ]]
	[[ $output == *'exec request failed'* ]]
	run -255 lab_type "$LAB_ADDRESS" -s -- sftp <<-'TXT'
		password
		end
	TXT
	[[ $output == *'subsystem request failed'* ]]
	run -255 lab_type "$LAB_ADDRESS" -T <<-'TXT'
		password
		end
	TXT
	[[ $output == *'shell request failed'* ]]
}

@test "a host key that changes at the second connection" {
	scenario 'cli: {hostile: host-key}'
	small --mode tokenless --scenario scenario.yaml
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< quit
		end
	TXT
	run -255 lab_type "$LAB_ADDRESS" <<-'TXT'
		> REMOTE HOST IDENTIFICATION HAS CHANGED
		end
	TXT
}

@test "more sessions than there may be (S13)" {
	scenario 'cli: {max_sessions: 1}'
	small --mode tokenless --scenario scenario.yaml
	second() {
		lab_type "$LAB_ADDRESS" >second <<-'TXT' || true
			password
			> maximum number of CLI sessions
			end
		TXT
		grep -q 'maximum number' second
		! grep -q 'did not come' second
	}
	declare -f second lab_type lab_ssh_options >functions
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		! . ./functions && second
		< quit
		end
	TXT
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< quit
		end
	TXT
}

@test "an endless banner, before SSH begins and behind the login" {
	scenario 'nodes:
- {name: one, cli: {hostile: ssh-banner}}
- {name: two, cli: {hostile: banner}}'
	small --mode tokenless --scenario scenario.yaml
	timeout "$LAB_LIMIT" bash -c \
		"head -c 20000000 </dev/tcp/$LAB_ADDRESS/2222 | wc -c" >got
	[ "$(cat got)" = 20000000 ]
	lab_type "${LAB_ADDRESS%.*}.2" >seen <<-'TXT' || true
		password
		> Authorised users only
		> Authorised users only
	TXT
	grep -q 'Authorised users only' seen
	run ! grep -q 'did not come' seen
}

@test "an answer that is cut off" {
	scenario 'cli: {cut: show version}'
	small --mode tokenless --scenario scenario.yaml
	run -255 lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< show version
		end
	TXT
	[[ $output == *closed* ]]
}
