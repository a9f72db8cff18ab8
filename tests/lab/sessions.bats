#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What a session at the lab's command line meets beside its commands, by hand and
# by our driver: questions in two forms (S3), refusals (S4, S5, S12), the end of
# an idle session (S14), files that are sent to a server (S16).

bats_require_minimum_version 1.5.0

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_TEST_TMPDIR/lab
	server=
}

teardown() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	lab_down_all
}

# small [OPTION...] <SCENARIO
small() {
	cat >scenario.yaml
	lab_up "$lab" --nodes 2 --phones 2 --mode tokenless \
		--scenario scenario.yaml "$@"
}

# on N COMMAND...: by our driver, on the Nth node.
on() {
	LAB_PASSWORD=$LAB_PASSWORD timeout "$LAB_LIMIT" "$NODESHELL" \
		-h "${LAB_ADDRESS%.*}.$1" -p "$LAB_SSH_PORT" -u "$LAB_USER" \
		-e LAB_PASSWORD -k "$LAB_DIR/known_hosts" -n "cucm$1" "${@:2}"
}

# takes_files: a server that takes those of one connection; sets server and port.
takes_files() {
	export SFTP_PASSWORD=let-files-in

	rm -f told
	mkfifo told
	"$SFTPD" >told 3>&- &
	server=$!
	read -r -t "$LAB_LIMIT" port <told
}

# has_come FILE: what the server was sent is what TFTP gives out.
has_come() {
	wait "$server"
	server=
	curl -sS --fail --noproxy '*' -o served "$LAB_HTTP_URL/$1"
	cmp served "sent/$1"
}

@test "a letter here, a word there, and the other one is not taken (S3)" {
	small --release 12.5 <<<'seed: 1'
	lab_type "$LAB_ADDRESS" >seen <<-'TXT'
		password
		> admin:
		< utils ctl update CTLFile
		> continue? (y/n):
		< yes
		> Invalid input
		< y
		> CTL file Updated
		> admin:
		< set cert regen TVS
		> (yes|no)?
		< y
		> Invalid input
		< yes
		> Successfully Regenerated Certificate for TVS.
		> admin:
		< quit
		end
	TXT
	run ! grep -q 'did not come' seen
}

@test "a subscriber refuses utils ctl, in words that the driver knows (S4)" {
	small --release 12.5 <<<'seed: 1'
	lab_type "${LAB_ADDRESS%.*}.2" >seen <<-'TXT'
		password
		> admin:
		< utils ctl update CTLFile
		> must be executed on the publisher
		> Executed command unsuccessfully
		> admin:
		< quit
		end
	TXT
	run ! grep -q 'Updated' seen
	on 2 ctl-update | grep -qx '== ctl-update not-here'
}

@test "an export licence is asked for from 12.0 on (S5)" {
	small --release 12.5 <<<'no_licence: true'
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< utils ctl update CTLFile
		> is not registered to a Smart/Virtual Account with Allow export
		> admin:
		< quit
		end
	TXT
	on 1 ctl-update | grep -qx '== ctl-update no-licence'
	lab_down "$lab"
	small --release 11.5 <<<'no_licence: true'
	on 1 ctl-update | grep -qx '== ctl-update worked'
}

@test "a session that is idle for too long is ended, and only that one (S14)" {
	small --speed 20 <<-'YAML'
		nodes:
		- {name: cucm1, cli: {idle: 20}}
		- {name: cucm2}
	YAML
	# nothing is typed behind the prompt; the other node's session stays
	idle() {
		lab_type "$LAB_ADDRESS" <<-'TXT'
			password
			> admin:
			> Session timed out due to inactivity.
			end
		TXT
	}
	declare -f idle lab_type lab_ssh_options >functions
	lab_type "${LAB_ADDRESS%.*}.2" <<-'TXT'
		password
		> admin:
		! . ./functions && idle
		< show myself
		> admin:
		< quit
		end
	TXT
	# within a question, too
	lab_type "$LAB_ADDRESS" >seen <<-'TXT'
		password
		> admin:
		< utils ctl update CTLFile
		> continue? (y/n):
		> Session timed out due to inactivity.
		end
	TXT
	run ! grep -q 'Updated' seen
}

@test "the time that a session may be idle is that of new sessions (S14)" {
	small --speed 1000 <<<'seed: 1'
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< set cli session timeout 5
		> Continue (y/n)?
		< y
		> admin:
		< quit
		end
	TXT
	# 300 s, at a thousand times the speed
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		> Session timed out due to inactivity.
		end
	TXT
}

@test "our driver says that a session has timed out (S14)" {
	small --speed 1000 <<<'cli: {idle: 1}'
	run on 1 show-ctl
	[ "$status" = 1 ]
	[[ $output == *'ERROR: '*'timed out due to inactivity'* ]]
}

@test "file get sends the bytes that TFTP gives out (S16)" {
	local release question

	mkdir sent
	for release in 11.5 15; do
		small --release $release <<<'seed: 1'
		takes_files
		# up to 11.5 it asks for the server's key
		question='> Transfer completed.'
		[ $release = 15 ] || question='> connecting (yes/no)?
			< yes
			> Transfer completed.'
		sed 's/^\t*//' >dialog <<-TXT
			password
			> admin:
			< file get tftp CTLFile.tlv
			> Number of files affected: 1
			> Would you like to proceed [y/n]?
			< y
			> SFTP server IP:
			< 127.0.0.1
			> SFTP server port [22]:
			< $port
			> User ID:
			< me
			> Password:
			< $SFTP_PASSWORD
			> Download directory:
			< $PWD/sent
			$question
			> admin:
			< quit
			end
		TXT
		lab_type "$LAB_ADDRESS" <dialog >seen
		run ! grep -q "$SFTP_PASSWORD" seen
		has_come CTLFile.tlv
		lab_down "$lab"
	done
}

@test "file get by our driver, a server that refuses, and a no (S16)" {
	mkdir sent
	small --release 14 <<<'seed: 1'
	takes_files
	get=file-get-tftp,file=ITLFile.tlv,sftp_host=127.0.0.1
	get+=,sftp_user=me,sftp_folder=$PWD/sent
	on 1 "$get,sftp_port=$port,sftp_password=$SFTP_PASSWORD" >seen
	grep -qx '== file-get-tftp worked' seen
	run ! grep -q "$SFTP_PASSWORD" seen
	has_come ITLFile.tlv
	takes_files
	on 1 "$get,sftp_port=$port,sftp_password=wrong" >seen
	grep -qx '== file-get-tftp refused' seen
	grep -q '^Transfer failed: the login was refused' seen
	wait "$server"
	server=
	lab_type "$LAB_ADDRESS" <<-'TXT'
		password
		> admin:
		< file get tftp CTLFile.tlv
		> Would you like to proceed [y/n]?
		< n
		> Files transfer cancelled.
		> admin:
		< quit
		end
	TXT
}
