#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What the lab's nodes give out, to clients that nobody here wrote: curl,
# tftp-hpa, openssl s_client. One lab for all of them.

bats_require_minimum_version 1.5.0

setup_file() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_FILE_TMPDIR" || return
	lab_up "$BATS_FILE_TMPDIR/lab" --nodes 2 --phones 20 --release 12.5 \
		--mode tokenless
}

teardown_file() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	lab_ask "$BATS_FILE_TMPDIR/lab" down
}

setup() {
	# shellcheck source=tests/lab/lab.sh
	. "$SRC/tests/lab/lab.sh"
	cd "$BATS_TEST_TMPDIR" || return
	lab=$BATS_FILE_TMPDIR/lab
	# shellcheck disable=SC1091 # it is made
	. "$lab/env.sh"
	second=${LAB_ADDRESS%.*}.2
}

# get URL FILE [OPTION...]
get() {
	local url=$1 file=$2

	shift 2
	curl -sS --fail --noproxy '*' --max-time "$LAB_LIMIT" -o "$file" "$@" "$url"
}

# The MD5 that show ctl on $1 prints.
typed_md5() {
	lab_type "$1" >typed <<-'TXT'
		password
		> admin:
		< set cli pagination off
		> admin:
		< show ctl
		> (MD5)
		> The CTL file was verified successfully.
		> admin:
		< quit
		end
	TXT
	sed -n 's/^\([0-9a-f]\{32\}\)(MD5).*/\1/p' typed
}

@test "TFTP, HTTP and HTTPS give the bytes that show ctl names" {
	get "$LAB_TFTP_URL/CTLFile.tlv" tftp.tlv
	get "$LAB_HTTP_URL/CTLFile.tlv" http.tlv
	get "$LAB_HTTPS_URL/CTLFile.tlv" https.tlv -k
	get "https://$LAB_ADDRESS:6972/CTLFile.tlv" mra.tlv -k
	tftp -m binary "$LAB_ADDRESS" 6969 -c get CTLFile.tlv hpa.tlv
	cmp tftp.tlv http.tlv
	cmp tftp.tlv https.tlv
	cmp tftp.tlv mra.tlv
	cmp tftp.tlv hpa.tlv
	[ "$(typed_md5 "$LAB_ADDRESS")" = "$(md5sum <tftp.tlv | cut -c1-32)" ]
	"$CTLSMITH" verify tftp.tlv
}

@test "subscribers give out the same list" {
	get "http://$second:6970/CTLFile.tlv" two.tlv
	get "$LAB_HTTP_URL/CTLFile.tlv" one.tlv
	cmp one.tlv two.tlv
}

@test "TFTP with options: blksize, tsize, timeout" {
	local size

	get "$LAB_HTTP_URL/CTLFile.tlv" plain.tlv
	for size in 8 512 1428 65464; do
		get "$LAB_TFTP_URL/CTLFile.tlv" got.tlv --tftp-blksize "$size"
		cmp plain.tlv got.tlv
	done
	get "$LAB_TFTP_URL/CTLFile.tlv" got.tlv --tftp-no-options
	cmp plain.tlv got.tlv
	/usr/bin/python3 - "$LAB_ADDRESS" "$(stat -c %s plain.tlv)" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(120)
		s.sendto(b"\0\1CTLFile.tlv\0octet\0tsize\0000\0timeout\0007\0blksize\00099999\0"
			b"windowsize\00016\0", (sys.argv[1], 6969))
		answer = s.recv(1000)
		want = b"\0\6timeout\0007\0tsize\0" + sys.argv[2].encode() + b"\0"
		assert answer == want, (answer, want)
	PY
}

@test "many transfers at once" {
	local i pids=()

	get "$LAB_HTTP_URL/CTLFile.tlv" plain.tlv
	for i in $(seq 40); do
		get "$LAB_TFTP_URL/CTLFile.tlv" "got$i.tlv" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	for i in $(seq 40); do
		cmp plain.tlv "got$i.tlv"
	done
}

@test "TFTP: files that fill their last block, or nearly, or have none" {
	local size sizes=(0 1 511 512 513 1023 1024 1025)

	for size in "${sizes[@]}"; do
		head -c "$size" /dev/urandom >"f$size"
		lab_ask "$lab" upload-tftp "$second" "f$size"
	done
	lab_type "$second" <<-'TXT'
		password
		> admin:
		< utils service restart Cisco Tftp
		> Cisco Tftp[STARTED]
		> admin:
		< quit
		end
	TXT
	for size in "${sizes[@]}"; do
		: >got
		# of an empty file curl does not take the size
		[ "$size" = 0 ] || get "tftp://$second:6969/f$size" got
		cmp got "f$size"
		: >got
		get "tftp://$second:6969/f$size" got --tftp-no-options
		cmp got "f$size"
		: >got
		get "http://$second:6970/f$size" got
		cmp got "f$size"
	done
}

@test "what is not there, and what is not allowed" {
	run -22 get "$LAB_HTTP_URL/nothing.tlv" x
	[[ $output == *404* ]]
	run -68 get "$LAB_TFTP_URL/nothing.tlv" x
	run ! get "$LAB_HTTP_URL/../../etc/passwd" x --path-as-is
	run ! get "$LAB_HTTP_URL/%2e%2e/lock" x --path-as-is
	run -22 get "$LAB_HTTP_URL/CTLFile.tlv" x -X DELETE
	echo hello >up
	run ! get "$LAB_TFTP_URL/CTLFile.tlv" x -T up
	tftp -m ascii "$LAB_ADDRESS" 6969 -c get CTLFile.tlv ascii.tlv >out 2>&1 ||
		true
	grep -q octet out
}

@test "HTTP: HEAD, several files on one connection, the end of it" {
	curl -sS --noproxy '*' -I "$LAB_HTTP_URL/CTLFile.tlv" >top
	get "$LAB_HTTP_URL/CTLFile.tlv" plain.tlv
	grep -q "^Content-Length: $(stat -c %s plain.tlv)" top
	curl -sS --noproxy '*' -o a -o b -w '%{num_connects}' \
		"$LAB_HTTP_URL/CTLFile.tlv" "$LAB_HTTP_URL/ITLFile.tlv" >connects
	[ "$(cat connects)" = 10 ]
	cmp a plain.tlv
	curl -sS --noproxy '*' --http1.0 -D top "$LAB_HTTP_URL/CTLFile.tlv" -o c
	cmp c plain.tlv
	grep -qi '^Connection: close' top
}

@test "HTTPS shows the certificate that the lab wrote down" {
	local name=cucm1

	name=$(sed -n 's/^- name: //p' "$lab/cluster.yaml" | head -n 1)
	openssl s_client -connect "$LAB_ADDRESS:6971" -tls1_2 \
		-sigalgs RSA+SHA256 </dev/null 2>/dev/null |
		openssl x509 -outform DER >shown.der
	openssl x509 -in "$lab/cert-$name.pem" -outform DER | cmp - shown.der
	host=$(openssl x509 -in "$lab/cert-$name.pem" -noout -ext subjectAltName |
		sed -n 's/.*DNS:\([^,]*\).*/\1/p' | head -n 1)
	get "https://${host:-$name}:6971/CTLFile.tlv" got.tlv \
		--cacert "$lab/cert-$name.pem" \
		--resolve "${host:-$name}:6971:$LAB_ADDRESS" --tls-max 1.2 \
		--ciphers ECDHE-RSA-AES256-GCM-SHA384
	"$CTLSMITH" verify got.tlv
	run -60 get "$LAB_HTTPS_URL/CTLFile.tlv" x
	# the pin is that of what a client gets that takes both kinds of keys
	openssl s_client -connect "$LAB_ADDRESS:6971" </dev/null 2>/dev/null |
		openssl x509 -outform DER | sha256sum | cut -c1-64 >pin
	sed -n 's/^  pin: "\(.*\)"/\1/p' "$lab/cluster.yaml" | head -n 1 |
		cmp - pin
}

# kinds PORT: the keys of the certificates that PORT shows.
kinds() {
	local with

	for with in RSA+SHA256 ECDSA+SHA256:ECDSA+SHA384; do
		openssl s_client -connect "$LAB_ADDRESS:$1" -tls1_2 -sigalgs "$with" \
			</dev/null 2>/dev/null |
			openssl x509 -noout -text 2>/dev/null |
			sed -n 's/.*Public Key Algorithm: //p'
	done
}

@test "TLS ports show RSA or ECDSA by what the client takes" {
	[ "$(kinds 8443)" = "rsaEncryption
id-ecPublicKey" ]
	[ "$(kinds 5061 | head -n 1)" = rsaEncryption ]
	[ "$(kinds 2443 | head -n 1)" = rsaEncryption ]
	[ "$(kinds 2445 | head -n 1)" = rsaEncryption ]
	[ "$(kinds 3804 | head -n 1)" = rsaEncryption ]
}

@test "TLS from 1.0 on, at security level 0" {
	local version

	for version in -tls1 -tls1_1 -tls1_2 -tls1_3; do
		openssl s_client -connect "$LAB_ADDRESS:8443" "$version" \
			-cipher DEFAULT:@SECLEVEL=0 </dev/null >said 2>&1
		grep -q 'BEGIN CERTIFICATE' said
	done
}

@test "TVS asks for a certificate, CAPF insists" {
	openssl s_client -connect "$LAB_ADDRESS:2445" -tls1_2 </dev/null >tvs 2>&1
	grep -q 'Client Certificate Types' tvs
	run ! openssl s_client -connect "$LAB_ADDRESS:3804" -tls1_2 </dev/null
	[[ $output == *'BEGIN CERTIFICATE'* ]]
	[[ $output == *'alert'* ]]
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert \
		-subj /CN=me 2>/dev/null
	openssl s_client -connect "$LAB_ADDRESS:3804" -tls1_2 -cert cert -key key \
		</dev/null >capf 2>&1
	grep -q 'BEGIN CERTIFICATE' capf
}

@test "a server that is asked nothing, or nonsense, is not disturbed" {
	local i

	for i in $(seq 50); do
		head -c 3000 /dev/urandom >noise
		for port in 2222 6970 6971 2443; do
			timeout "$LAB_LIMIT" bash -c \
				"cat noise >/dev/tcp/$LAB_ADDRESS/$port" 2>/dev/null || true
		done
		bash -c "cat noise >/dev/udp/$LAB_ADDRESS/6969" || true
	done
	get "$LAB_TFTP_URL/CTLFile.tlv" got.tlv
	"$CTLSMITH" verify got.tlv
}
