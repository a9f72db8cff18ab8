#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Two programs: ctlsmith, without a network library, and ctlsmith-net, which it
# becomes for the network and for nothing else.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	net=${CTLSMITH%/*}/ctlsmith-net
	list=$CASES/ok-tokenless-4947/CTLFile.tlv
}

# The libraries that the program $1 names.
needed() {
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p'
}

# An installation of its own: bin/ctlsmith, and, in the folder given, something
# in the place of ctlsmith-net that says how it was started.
install_spy() {
	mkdir -p bin "$1"
	cp "$CTLSMITH" bin/ctlsmith
	cat >spy.c <<-'C'
		#include <fcntl.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <sys/resource.h>

		int
		main(int argc, char **argv)
		{
			struct rlimit core;
			int i;

			(void)getrlimit(RLIMIT_CORE, &core);
			(void)printf("spy %s core %lld fd7 %d in %s\n", argv[0],
			    (long long)core.rlim_cur,
			    fcntl(7, F_GETFD) != -1, getenv("CALLER"));
			for (i = 1; i < argc; i++)
				(void)printf("[%s]\n", argv[i]);
			return 42;
		}
	C
	cc -o "$1/ctlsmith-net" spy.c
}

# spied ARGUMENT...: ctlsmith becomes the spy, with these arguments.
spied() {
	local status=0

	CALLER=me bin/ctlsmith "$@" >out 2>err || status=$?
	[ "$status" = 42 ]
	tail -n +2 out >said
	printf '[%s]\n' "$@" >wanted
	diff wanted said
}

# alone ARGUMENT...: ctlsmith does not.
alone() {
	CALLER=me bin/ctlsmith "$@" >out 2>err || :
	run ! grep '^spy ' out
}

@test "ctlsmith names no network library, and ctlsmith-net does" {
	needed "$CTLSMITH" >mine
	cat mine
	grep -q '^libcrypto\.so' mine
	run ! grep -E '^lib(ssh|curl|ssl|archive|gnutls|ldap|gssapi|nghttp)' mine
	# nor is what says that there is no network in the program that has it
	grep -q 'the part of ctlsmith for networks' "$CTLSMITH"
	run ! grep -q 'the part of ctlsmith for networks' "$net"
}

@test "a network command is ctlsmith-net's, with the same arguments" {
	install_spy bin
	spied cluster init --from 'a b' ''
	grep -qx 'spy bin/ctlsmith core .* fd7 0 in me' out
	spied cluster init --help
	alone cluster --help
	alone help cluster init
	alone cluster
	alone cluster nothing
	alone show "$list"
	alone completion bash
}

@test "so is a command line with a URL, wherever it stands" {
	install_spy bin
	spied show tftp://192.0.2.1/CTLFile.tlv
	spied verify --trusted=HTTP://192.0.2.1:6970/CTLFile.tlv "$list"
	spied verify --trusted https://192.0.2.1:6972/CTLFile.tlv "$list"
	spied edit "$list" --replace capf=http://192.0.2.1/capf.pem
	alone show ./http://192.0.2.1/CTLFile.tlv
	alone show http:/192.0.2.1
	alone show ftp://192.0.2.1/CTLFile.tlv
	alone no-such-command http://192.0.2.1/
}

@test "ctlsmith-net has the descriptors and the limits" {
	install_spy bin
	(ulimit -c 0 && spied cluster init 7</dev/null)
	grep -qx 'spy bin/ctlsmith core 0 fd7 1 in me' out
}

@test "it is found in libexec too, and never in PATH or the current folder" {
	install_spy libexec/ctlsmith
	spied cluster init
	mkdir away
	mv libexec/ctlsmith/ctlsmith-net away
	cp away/ctlsmith-net .
	PATH=$PWD/away:$PATH alone cluster init
	grep -q 'ctlsmith: this command needs ctlsmith-net' err
}

@test "a symbolic link to ctlsmith finds the one beside the program" {
	install_spy bin
	mkdir links
	ln -s ../bin/ctlsmith links/ctl
	CALLER=me run -42 links/ctl cluster init
	[[ ${lines[0]} == 'spy links/ctl '* ]]
}

@test "a ctlsmith-net that is not there is an error that says what to do" {
	mkdir bin
	cp "$CTLSMITH" bin
	run -1 --separate-stderr bin/ctlsmith cluster init
	[ -z "$output" ]
	# shellcheck disable=SC2154 # run sets it
	said=$stderr
	[[ $said == 'ctlsmith: this command needs ctlsmith-net, '* ]]
	[[ $said == *' which is not there: install it'* ]]
	[[ $said == *"$PWD/bin/ctlsmith-net"* ]]
	run -1 --separate-stderr bin/ctlsmith show tftp://192.0.2.1/CTLFile.tlv
	[[ $stderr == 'ctlsmith: tftp://192.0.2.1/CTLFile.tlv: a URL needs ctlsmith-net, '* ]]
	# JSON is an array all the same
	run -1 --separate-stderr bin/ctlsmith show --json http://192.0.2.1/x
	/usr/bin/python3 -c 'import json, sys; json.loads(sys.argv[1])' "$output"
	: >bin/ctlsmith-net
	run -1 --separate-stderr bin/ctlsmith cluster init
	[[ $stderr == *' which cannot be run: '* ]]
}

@test "without it, help and wrong command lines are as with it" {
	local args

	mkdir bin
	cp "$CTLSMITH" bin
	for args in 'cluster init --help' 'cluster init --nothing' \
		'cluster init --user' 'cluster --help' 'cluster' \
		'cluster nothing'; do
		# shellcheck disable=SC2086 # words
		"$CTLSMITH" $args >with 2>&1 && status=0 || status=$?
		# shellcheck disable=SC2086 # words
		bin/ctlsmith $args >without 2>&1 && other=0 || other=$?
		echo "$args: $status $other"
		[ "$status" = "$other" ]
		diff -u with without
	done
}

@test "ctlsmith-net does all that ctlsmith does, and is installed in libexec" {
	"$CTLSMITH" show "$list" >wanted
	"$net" show "$list" >said
	diff wanted said
	DESTDIR=$PWD/root cmake --install "$BUILD" --component Unspecified \
		>/dev/null
	find root -name 'ctlsmith*' -type f -perm /1 >found
	mine=$(grep '/bin/ctlsmith$' found)
	grep -q '/libexec/ctlsmith/ctlsmith-net$' found
	run ! grep '/bin/ctlsmith-net$' found
	# and found there: it complains as ctlsmith-net does
	"$mine" cluster init --from 2>err && false
	grep -q '^ctlsmith: --from wants a value' err
}

@test "OPENSSL_CONF has no say in ctlsmith-net either" {
	printf 'openssl_conf = a\n[a]\nalg_section = b\n[b]\n%s\n' \
		'default_properties = fips=yes' >no.cnf
	OPENSSL_CONF=$PWD/no.cnf run ! openssl sha1 "$list"
	OPENSSL_CONF=$PWD/no.cnf "$net" verify "$list"
	OPENSSL_CONF=$PWD/no.cnf "$CTLSMITH" verify "$list"
}

@test "a URL is no name of an output, and a private key is not fetched" {
	run -2 "$CTLSMITH" extract -o http://192.0.2.1/out "$list"
	[[ $output == *'nothing is ever written to one'* ]]
	run ! "$CTLSMITH" sign --signer http://192.0.2.1/key.pem \
		--signer-cert "$list" "$list"
	[[ $output == *'a private key is never fetched'* ]]
}

@test "who takes a node's password leaves no core" {
	cat >crash.py <<-'PY'
		import os, resource, signal, sys

		most = resource.RLIM_INFINITY
		resource.setrlimit(resource.RLIMIT_CORE, (most, most))
		fd, keep = os.pipe()
		os.set_inheritable(fd, True)
		pid = os.fork()
		if pid == 0:
		    os.execv(sys.argv[1], [sys.argv[1], "cluster", "init",
		        "--from", "127.0.0.1", "--user", "me", "--password-fd",
		        str(fd), "-o", "cluster.yaml"])
		limit = ""
		while "0                    0" not in limit: # until bats gives up
		    with open("/proc/%d/limits" % pid) as f:
		        limit = [l for l in f if "core file" in l][0]
		    if os.waitpid(pid, os.WNOHANG)[0] != 0:
		        sys.exit("it ended")
		os.kill(pid, signal.SIGSEGV)
		status = os.waitpid(pid, 0)[1]
		print(os.WTERMSIG(status), os.WCOREDUMP(status))
	PY
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:handle_segv=0 \
		run -0 timeout 100 /usr/bin/python3 crash.py "$CTLSMITH"
	[ "$output" = "11 False" ]
	[ ! -e core ]
}
