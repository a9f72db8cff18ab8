#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# File servers of the lab that misbehave, each in its own way: what curl,
# tftp-hpa and a bare socket see of it.

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

# misbehaving HOW: a lab whose publisher does, and whose subscriber does not;
# the subscriber's list is in good.tlv.
misbehaving() {
	echo "nodes: [{name: one, tftp: $1, http: $1}]" >s.yaml
	lab_up "$lab" --nodes 2 --phones 2 --mode tokenless --scenario s.yaml
	curl -sS --fail --noproxy '*' -o good.tlv \
		"http://${LAB_ADDRESS%.*}.2:6970/CTLFile.tlv"
}

# get STATUS URL [OPTION...]: curl ends with STATUS; got.tlv is what came.
get() {
	local wanted=$1 url=$2 status=0

	shift 2
	rm -f got.tlv
	curl -sS --fail --noproxy '*' -o got.tlv "$@" "$url/CTLFile.tlv" 2>err ||
		status=$?
	[ "$status" = "$wanted" ] || {
		echo "curl ended with $status instead of $wanted"
		cat err
		return 1
	}
}

@test "garbage" {
	misbehaving garbage
	get 1 "$LAB_HTTP_URL"
	/usr/bin/python3 - "$LAB_ADDRESS" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(120)
		s.sendto(b"\0\1CTLFile.tlv\0octet\0", (sys.argv[1], 6969))
		answer = s.recv(70000)
		assert answer[:2] not in (b"\0\3", b"\0\5", b"\0\6"), answer
		assert len(answer) == 516
	PY
}

@test "short: HTTP breaks off, TFTP ends too early and says nothing" {
	misbehaving short
	get 18 "$LAB_HTTP_URL"
	[ "$(stat -c %s got.tlv)" = $(($(stat -c %s good.tlv) / 2)) ]
	get 18 "$LAB_HTTPS_URL" -k || get 56 "$LAB_HTTPS_URL" -k
	get 0 "$LAB_TFTP_URL" --tftp-no-options
	[ "$(stat -c %s got.tlv)" = $(($(stat -c %s good.tlv) / 2)) ]
	cmp -n "$(stat -c %s got.tlv)" got.tlv good.tlv
}

@test "stall: half of it, then nothing" {
	misbehaving stall
	/usr/bin/python3 - "$LAB_ADDRESS" good.tlv "$LAB_LIMIT" <<-'PY'
		import socket, sys
		good, limit = open(sys.argv[2], "rb").read(), float(sys.argv[3])
		s = socket.create_connection((sys.argv[1], 6970), limit)
		s.sendall(b"GET /CTLFile.tlv HTTP/1.1\r\n\r\n")
		head, got = b"", b""
		while not head.endswith(b"\r\n\r\n"):
		    head += s.recv(1)
		assert b"Content-Length: %d\r\n" % len(good) in head, head
		while len(got) < len(good) // 2:
		    got += s.recv(1)
		assert good.startswith(got)
		s.setblocking(False)
		try:
		    sys.exit("more came: %r" % s.recv(1))
		except BlockingIOError:
		    pass
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(limit)
		s.sendto(b"\0\1CTLFile.tlv\0octet\0", (sys.argv[1], 6969))
		block, sender = s.recvfrom(600)
		assert block == b"\0\3\0\1" + good[:512]
		s.sendto(b"\0\4\0\1", sender)
		# an answer to this shows that the one above has been read
		other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		other.settimeout(limit)
		other.sendto(b"\0\1nothing\0octet\0", (sys.argv[1], 6969))
		assert other.recv(600)[:4] == b"\0\5\0\1"
		s.setblocking(False)
		try:
		    sys.exit("more came: %r" % s.recv(600)[:4])
		except BlockingIOError:
		    pass
	PY
}

@test "endless" {
	misbehaving endless
	curl -sS --noproxy '*' "$LAB_HTTP_URL/CTLFile.tlv" |
		head -c 5000000 | wc -c >num || true
	[ "$(cat num)" = 5000000 ]
	curl -sS --noproxy '*' --tftp-blksize 1400 \
		"$LAB_TFTP_URL/CTLFile.tlv" | head -c 2000000 | wc -c >num ||
		true
	[ "$(cat num)" = 2000000 ]
}

@test "wrong-block: a block with another's number" {
	misbehaving wrong-block
	/usr/bin/python3 - "$LAB_ADDRESS" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(120)
		s.sendto(b"\0\1CTLFile.tlv\0octet\0", (sys.argv[1], 6969))
		answer, sender = s.recvfrom(70000)
		assert answer[:4] == b"\0\3\0\1", answer[:4]
		s.sendto(b"\0\4\0\1", sender)
		answer = s.recv(70000)
		assert answer[:2] == b"\0\3" and answer[2:4] != b"\0\2", answer[:4]
	PY
	get 18 "$LAB_HTTP_URL"
}

@test "a node that is down answers nowhere, and the others do" {
	local port

	echo 'nodes: [{name: one}, {name: two, down: true}]' >s.yaml
	lab_up "$lab" --nodes 2 --phones 2 --mode tokenless --scenario s.yaml
	for port in 2222 6970 6971 6972 2443 5061 3804 2445 8443; do
		run -7 curl -sS --noproxy '*' "http://${LAB_ADDRESS%.*}.2:$port/"
	done
	/usr/bin/python3 - "${LAB_ADDRESS%.*}.2" "$LAB_ADDRESS" <<-'PY'
		import socket, sys
		def ask(host):
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    s.settimeout(120)
		    s.sendto(b"\0\1CTLFile.tlv\0octet\0", (host, 6969))
		    return s
		two, one = ask(sys.argv[1]), ask(sys.argv[2])
		assert one.recv(600)[:4] == b"\0\3\0\1"
		two.setblocking(False)
		try:
		    print(two.recv(600))
		except BlockingIOError:
		    sys.exit(0)
		sys.exit("a node that is down has answered")
	PY
}
