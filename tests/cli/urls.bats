#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A URL in place of a file, in every command that takes one: what is said is what
# is said of the file itself.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export LC_ALL=C.UTF-8
	mkdir files
	cp "$CASES/ok-tokenless-4947/CTLFile.tlv" files/CTLFile.tlv
	cp "$CASES/ok-token-5728/CTLFile.tlv" files/other.tlv
	cp "$CASES/ok-itl-callmanager/ITLFile.tlv" files/ITLFile.tlv
	cp "$CASES"/ok-cnf-sgn-sha1/SEP001122334455.cnf.xml.sgn files/cnf.sgn
	cp "$CASES"/ok-cnf-sgn-sha1/pub.pem files
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=tftp \
		-addext subjectAltName=IP:127.0.0.1 -keyout key.pem \
		-out cert.pem 2>/dev/null
	cp key.pem files
	mkfifo alive
	/usr/bin/python3 "$SRC/tests/cli/served.py" files ../ready ../cert.pem \
		../key.pem <alive 3>&- &
	server=$!
	exec 9>alive
	until [ -e ready ]; do
		kill -0 $server
	done
	read -r tftp http https <ready
	pin=SHA256:$(openssl x509 -in cert.pem -outform DER |
		sha256sum | cut -d' ' -f1)
}

teardown() {
	exec 9>&-
	wait
}

# same WORD ARGUMENT...: the command prints and ends the same with each argument
# @FILE as the file, and as URLs of it; names aside.
same() {
	local url args status=0 other=0

	args=("${@/#@/files/}")
	"$CTLSMITH" "${args[@]}" >wanted 2>&1 </dev/null || status=$?
	[ -s wanted ]
	for url in "tftp://127.0.0.1:$tftp/" "http://127.0.0.1:$http/"; do
		args=("${@/#@/$url}")
		other=0
		"$CTLSMITH" "${args[@]}" >out 2>&1 </dev/null || other=$?
		sed "s|$url|files/|g" out >said
		echo "${args[*]}: $other instead of $status"
		diff -u wanted said
		[ $other = $status ]
	done
}

@test "files that inspecting commands take" {
	same show @CTLFile.tlv
	same show --json @ITLFile.tlv @cnf.sgn
	same verify @CTLFile.tlv @other.tlv
	same verify --jobs 4 @CTLFile.tlv @other.tlv @ITLFile.tlv
	same verify --trusted @CTLFile.tlv files/CTLFile.tlv
	same verify --signer @pub.pem @cnf.sgn
	same lint @CTLFile.tlv
	same extract --dry-run -o out @CTLFile.tlv
	same diff @CTLFile.tlv @other.tlv
	same accept --installed @CTLFile.tlv @other.tlv
	same accept --installed @CTLFile.tlv --served @CTLFile.tlv \
		--itl @ITLFile.tlv @CTLFile.tlv
	same order --installed @ITLFile.tlv --release 12.5 --node pub \
		--change CallManager
	same unsign -o - @cnf.sgn
}

@test "certificates, requests and tables" {
	same cert show @pub.pem
	same cert calendar @CTLFile.tlv @pub.pem
	same cert check --now 2024-01-01 --release 12.5 --unit tomcat @pub.pem
	same trust-store check --now 2024-01-01 @pub.pem
	openssl req -new -key key.pem -subj /CN=a -out files/a.csr
	same cert show @a.csr
}

@test "what makes lists" {
	local args=(--signer key.pem --signer-cert cert.pem
		--timestamp 2024-01-01T00:00:00Z --dry-run)

	cp cert.pem files/cert.pem
	same build -o new.tlv "${args[@]}" --sast @cert.pem --sast @pub.pem
	same edit @CTLFile.tlv --replace capf=@pub.pem "${args[@]}" -o new.tlv
	same edit @CTLFile.tlv --add "sast,cert=@pub.pem" "${args[@]}" \
		-o new.tlv
}

@test "signed files: there is nothing beside a URL" {
	local url=http://127.0.0.1:$http/page.xml

	echo '<a/>' >files/page.xml
	run -2 "$CTLSMITH" sign --signer key.pem --signer-cert cert.pem "$url"
	[[ $output == *"'$url' is a URL, and nothing can be written beside it"* ]]
	mkdir made
	"$CTLSMITH" sign --signer key.pem --signer-cert cert.pem -o made "$url"
	"$CTLSMITH" verify --signer cert.pem made/page.xml.sgn
	cp made/page.xml.sgn files
	run -2 "$CTLSMITH" unsign "$url.sgn"
	"$CTLSMITH" unsign --signer cert.pem -o - "$url.sgn" >out
	diff files/page.xml out
	run ! "$CTLSMITH" sign --signer "http://127.0.0.1:$http/key.pem" \
		--signer-cert cert.pem files/page.xml
	[[ $output == *'a private key is never fetched'* ]]
	[ ! -e http: ]
}

@test "an audit log" {
	"$AUDITLOG" files/log 3
	same audit verify @log
}

@test "https wants to know whom to believe" {
	local url=https://127.0.0.1:$https/CTLFile.tlv

	"$CTLSMITH" verify "$url#pin=$pin"
	"$CTLSMITH" verify "$url#ca=cert.pem"
	run -1 "$CTLSMITH" verify "$url"
	[[ $output == *'https needs to be told whom to believe'* ]]
	run -1 "$CTLSMITH" verify "$url#pin=SHA256:$(printf '0%.0s' {1..64})"
	[[ $output == *'is not the one that is pinned'* ]]
	run -1 "$CTLSMITH" verify "$url#ca=files/pub.pem"
	run -1 "$CTLSMITH" verify "$url#key=x"
	[[ $output == *'behind the # of a URL stands pin=SHA256:... or ca=FILE'* ]]
	run -1 "$CTLSMITH" verify "http://127.0.0.1:$http/CTLFile.tlv#pin=$pin"
	[[ $output == *'only https shows a certificate'* ]]
}

@test "limits, and what is not there" {
	run -1 "$CTLSMITH" show --max-size 100 \
		"tftp://127.0.0.1:$tftp/CTLFile.tlv"
	[[ $output == *'--max-size raises it'* ]]
	run -1 "$CTLSMITH" show "http://127.0.0.1:$http/nothing"
	[ "$output" = "ctlsmith: http://127.0.0.1:$http/nothing: $(
	)the server has no such file" ]
	run -1 "$CTLSMITH" show "http://127.0.0.1:$http/"$'\e[2J'
	[[ $output != *$'\e'* ]]
}

@test "a URL within a file names nothing, in either program" {
	cat >order.yaml <<-Y
		installed: http://127.0.0.1:$http/ITLFile.tlv
		release: "12.5"
		changes: [CallManager]
		nodes: [{name: pub}]
	Y
	run -1 "$CTLSMITH" order order.yaml
	[[ $output == *"/ITLFile.tlv: cannot open: No such file or directory" ]]
	# what a fetched file names is beside it
	sed 's|http.*/ITL|CTL|' order.yaml >files/order.yaml
	run -3 "$CTLSMITH" order "http://127.0.0.1:$http/order.yaml"
}
