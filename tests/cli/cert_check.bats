#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cert check: each error of the appliance has a certificate that triggers it
# and one that does not; where openssl can say the same, it is asked.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # certs.bash has them
bats_require_minimum_version 1.5.0
load certs

setup_file() {
	certs_setup "$BATS_FILE_TMPDIR"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$BATS_FILE_TMPDIR"/. .
	export LC_ALL=C.UTF-8
	unset TZ
	own=(--unit CallManager --release 14SU2 --csr pub.csr --trust trust)
}

# again EXTENSION...: pub.csr signed once more, as pub.pem.
again() {
	issue pub sub sub.key "$@"
}

@test "a good certificate: every check has its line, none speaks against it" {
	check 0 "${own[@]}" pub.pem
	run -1 grep -E '^(refused|hurts-later|warning) ' out
	for name in dates format one-per-file chain csr key san usage \
		extra-usage critical not-ca wildcard key-size name-length \
		serial same-name multi-server node-missing; do
		says passed "$name"
	done
	says note stale-csr "$(openssl req -in pub.csr -outform DER | sha256sum |
		cut -c 1-64)"
	says not-checked revoked
	says note ctl-update
	says not-checked ctl-signer
	says note services 'Cisco CallManager'
	says passed sso
	says not-checked backup
	[ "$(grep -cE '^[a-z-]+ +(E[0-9]+|-) +[a-z-]+: ' out)" = 25 ]
	openssl verify -CAfile root.pem -untrusted sub.pem pub.pem
	[ -z "$(cat err)" ]
}

@test "what was not given is not checked, and that is said" {
	check 0 --unit CallManager --release 14SU2 pub.pem
	for name in chain csr key stale-csr san same-name; do
		says not-checked "$name"
	done
	grep -q '^pub.pem: nothing speaks against the upload: ' out
}

@test "E1: the chain must be in the store, every link of it" {
	rm trust/sub.pem
	run -2 openssl verify -CAfile root.pem pub.pem
	check 3 "${own[@]}" pub.pem
	says refused chain 'the store has no certificate of its issuer'
	says refused chain 'missing: CN=Lab-Sub'
	shows 'CA certificate is not available in the trust-store'
	remedy 'upload the root first'
	grep -q 'CallManager-trust' out
	# the link alone does not do, although OpenSSL can be told to take it
	cp sub.pem trust
	rm trust/root.pem
	openssl verify -partial_chain -CAfile sub.pem pub.pem
	check 3 "${own[@]}" pub.pem
	says refused chain 'missing: CN=Lab-Root'
	# an empty store
	mkdir empty
	check 3 "${own[@]}" --trust empty pub.pem
	says refused chain
	# beside the certificate in its own file it is not in the store
	cat pub.pem sub.pem root.pem >chain.pem
	check 3 "${own[@]}" --trust empty chain.pem
	says refused chain
}

@test "E1: an issuer of the same name with another key, one that is no CA" {
	certs_root sub other.key /CN=Lab-Sub 2>>log
	cp sub.pem trust
	run -2 openssl verify -CAfile sub.pem pub.pem
	check 3 "${own[@]}" pub.pem
	says refused chain 'another key'
	# the right one beside it
	cp "$BATS_FILE_TMPDIR/sub.pem" trust/right.pem
	check 0 "${own[@]}" pub.pem
	says passed chain
	cp "$BATS_FILE_TMPDIR/sub.csr" sub.csr
	issue sub root root.key basicConstraints=CA:FALSE
	rm trust/right.pem
	cp sub.pem trust/sub.pem
	run -2 openssl verify -CAfile root.pem -untrusted sub.pem pub.pem
	check 3 "${own[@]}" pub.pem
	says refused chain 'is no CA'
}

@test "E1: names are compared as openssl does, whatever their strings" {
	# the issuer as UTF8String, the subject of the root as PrintableString
	openssl req -x509 -new -key root.key -subj /CN=Lab-Other -days 9 \
		-config <(printf '[req]\ndistinguished_name=dn\n%s\n[dn]\n' \
			string_mask=pkix) \
		-addext basicConstraints=critical,CA:TRUE -out two.pem 2>>log
	openssl req -x509 -new -key root.key -subj /CN=Lab-Other -days 9 \
		-config <(printf '[req]\ndistinguished_name=dn\n%s\n[dn]\n' \
			string_mask=utf8only) \
		-addext basicConstraints=critical,CA:TRUE -out one.pem 2>>log
	issue pub one root.key "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	mkdir names
	cp two.pem names
	openssl verify -CAfile two.pem pub.pem
	check 0 "${own[@]}" --trust names pub.pem
	says passed chain
}

@test "E1: a chain that goes round ends" {
	# two authorities that have signed each other, and no root
	for name in a b; do
		openssl ecparam -name prime256v1 -genkey -noout -out $name.key
		certs_root $name $name.key /CN=Loop-$name 2>>log
		cp $name.pem $name-root.pem
		request $name $name.key /CN=Loop-$name '' '' ''
	done
	issue a b-root b.key basicConstraints=CA:TRUE
	issue b a-root a.key basicConstraints=CA:TRUE
	issue pub a a.key "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	mkdir loop
	cp a.pem b.pem loop
	timeout 60 "$CTLSMITH" cert check "${own[@]}" --trust loop pub.pem \
		>out || [ $? = 3 ]
	says refused chain 'comes back to where it was'
	# with the root of one of them it is complete
	cp b-root.pem loop
	check 0 "${own[@]}" --trust loop pub.pem
	says passed chain
}

@test "E1: a store may be one file, and units of EC share that of RSA" {
	cat root.pem sub.pem >store.pem
	check 0 "${own[@]}" --trust store.pem pub.pem
	says passed chain
	request ec ec.key "$subject" "$san" "$usage" "$purposes"
	issue ec sub sub.key "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 0 --unit CallManager-ECDSA --release 14SU2 --csr ec.csr \
		--trust trust ec.pem
	rm trust/root.pem
	check 3 --unit CallManager-ECDSA --release 14SU2 --csr ec.csr \
		--trust trust ec.pem
	grep -q 'to CallManager-trust on that node' out
	run -1 grep -q 'ECDSA-trust' out
}

@test "E2: no request of the ledger is of the certificate" {
	local unit path

	mkdir ledger
	request other other.key "$subject" "$san" "$usage" "$purposes"
	cp other.csr ledger/sub1-CallManager.csr
	for unit in CallManager CAPF tomcat ipsec TVS; do
		check 3 --unit $unit --release 14SU2 --csr-ledger ledger pub.pem
		says refused csr
		case $unit in
		CallManager | CAPF) path=/usr/local/cm/.security ;;
		*) path=/usr/local/platform/.security ;;
		esac
		shows "File $path/$unit/keys/$unit.csr does not exist"
		shows "The file /usr/local/platform/upload/certs//$unit.der $(
		)could not be uploaded."
	done
	cp pub.csr ledger/pub-CallManager.csr
	check 0 --unit CallManager --release 14SU2 --csr-ledger ledger \
		--trust trust pub.pem
	says note csr 'node pub, unit CallManager (ledger/pub-CallManager.csr)'
	says passed key
	says passed san
	# of another unit
	mv ledger/pub-CallManager.csr ledger/pub-tomcat.csr
	check 3 --unit CallManager --release 14SU2 --csr-ledger ledger pub.pem
	says refused csr 'node pub, unit tomcat'
}

@test "E3: the key of another request, and whose it is" {
	request other other.key "$subject" "$san" "$usage" "$purposes"
	[ "$(openssl req -in other.csr -noout -pubkey)" != \
		"$(openssl x509 -in pub.pem -noout -pubkey)" ]
	check 3 "${own[@]}" --csr other.csr pub.pem
	says refused key 'the key is not that of the request'
	shows 'CSR Public Key and Certificate Public Key do not match'
	# a folder a node, a file a unit
	mkdir -p ledger/cucm-sub1
	cp pub.csr ledger/cucm-sub1/CallManager.csr
	check 3 "${own[@]}" --csr other.csr --csr-ledger ledger pub.pem
	says refused key 'of the request of node cucm-sub1, unit CallManager'
	# any other name: the CN
	mv ledger/cucm-sub1/CallManager.csr ledger/x.pem
	check 3 "${own[@]}" --csr other.csr --csr-ledger ledger pub.pem
	says refused key 'of the request of node pub.lab.example (ledger/x.pem)'
	mv ledger/x.pem ledger/a-b-CallManager-ECDSA.csr
	check 3 "${own[@]}" --csr other.csr --csr-ledger ledger pub.pem
	says refused key 'of the request of node a-b, unit CallManager-ECDSA '
	[ "$(openssl req -in pub.csr -noout -pubkey)" = \
		"$(openssl x509 -in pub.pem -noout -pubkey)" ]
	check 0 "${own[@]}" pub.pem
	says passed key
}

# The names that openssl sees in $1, sorted.
names_of() {
	openssl "$1" -in "$2" -noout -text |
		sed -n '/Subject Alternative Name/{n;s/ //g;p;}' | tr , '\n' |
		sort -u
}

@test "E4: the names must be the same set" {
	local more

	for more in DNS:www.lab.example DNS:lab IP:10.1.1.1 email:a@b.example \
		URI:https://lab.example; do
		again "subjectAltName=$san,$more" "keyUsage=$usage" \
			"extendedKeyUsage=$purposes"
		[ "$(names_of req pub.csr)" != "$(names_of x509 pub.pem)" ]
		check 3 "${own[@]}" pub.pem
		says refused san
		shows 'CSR SAN and Certificate SAN does not match'
		grep -qx " *request: $san" out
		grep -qxE " *certificate: .*" out
		grep -qxF "                  added: $more" out
		grep -qx ' *left out: none' out
		for n in 1 2 3 4 5; do
			remedy "$n. "
		done
	done
	again "keyUsage=$usage" "extendedKeyUsage=$purposes"
	check 3 "${own[@]}" pub.pem
	says refused san
	grep -qx " *certificate: none" out
	grep -qx " *left out: $san" out
}

@test "E4: order, repetition and case have no say; the kind of name does" {
	request pub rsa.key "$subject" DNS:b.lab,DNS:a.lab,IP:10.1.1.1 \
		"$usage" "$purposes"
	again subjectAltName=IP:10.1.1.1,DNS:A.lab,DNS:b.lab,DNS:a.lab \
		"keyUsage=$usage" "extendedKeyUsage=$purposes"
	check 0 "${own[@]}" pub.pem
	says passed san '(3)'
	again subjectAltName=DNS:10.1.1.1,DNS:a.lab,DNS:b.lab \
		"keyUsage=$usage" "extendedKeyUsage=$purposes"
	check 3 "${own[@]}" pub.pem
	says refused san
	grep -qx ' *added: DNS:10.1.1.1' out
	grep -qx ' *left out: IP:10.1.1.1' out
}

@test "E4: a request without names is not compared" {
	request pub rsa.key "$subject" '' "$usage" "$purposes"
	check 0 "${own[@]}" pub.pem
	says passed san 'not compared'
	# nor is one that has attributes, but no extensions
	openssl req -new -key rsa.key -config <(printf '%s\n' '[req]' \
		prompt=no distinguished_name=dn attributes=at '[dn]' CN=x \
		'[at]' challengePassword=abcdefg) -out pub.csr
	check 0 "${own[@]}" pub.pem
	says passed san 'not compared'
}

@test "E5: a certificate of the same CN in the store" {
	local start

	start=20250101000000Z issue pub sub sub.key "subjectAltName=$san" \
		"keyUsage=$usage" "extendedKeyUsage=$purposes"
	cp pub.pem older.pem
	start=20250601000000Z issue pub sub sub.key "subjectAltName=$san" \
		"keyUsage=$usage" "extendedKeyUsage=$purposes"
	cp pub.pem newer.pem
	cp older.pem trust/x.pem
	check 0 "${own[@]}" newer.pem
	says note same-name 'which this one replaces'
	cp newer.pem trust/x.pem
	check 3 "${own[@]}" older.pem
	says hurts-later same-name 'it stays, and nobody says so'
	remedy 'delete that one first'
	# itself is no collision
	check 0 "${own[@]}" newer.pem
	says passed same-name
	# valid from the same second on
	start=20250601000000Z issue pub sub sub.key "subjectAltName=$san" \
		"keyUsage=$usage" "extendedKeyUsage=$purposes"
	check 3 "${own[@]}" pub.pem
	says hurts-later same-name
	# the latest of several counts
	cp newer.pem trust/a.pem
	cp "$BATS_FILE_TMPDIR/pub.pem" trust/z.pem
	cp older.pem trust/x.pem
	check 3 "${own[@]}" newer.pem
	says hurts-later same-name
}

@test "E5: of a certificate for the store itself" {
	local start

	csr=sub.csr
	start=20250101000000Z issue a root root.key basicConstraints=CA:TRUE
	start=20250601000000Z issue b root root.key basicConstraints=CA:TRUE
	rm trust/sub.pem
	store=(--unit CallManager-trust --trust trust)
	check 0 "${store[@]}" a.pem
	says passed same-name
	says passed chain
	# no check of a unit's own
	run -1 grep -E ' (csr|key|san|usage|not-ca|node-missing): ' out
	cp b.pem trust
	check 3 "${store[@]}" a.pem
	says hurts-later same-name
	cp a.pem trust/b.pem
	check 0 "${store[@]}" b.pem
	says note same-name
	# an expired one is refused
	check 3 "${store[@]}" --now 2039-01-01 b.pem
	says refused dates 'it has expired'
	# the same file name by another subject
	request c sub.key /O=Lab/CN=Lab-Sub '' '' ''
	unset csr
	issue c root root.key basicConstraints=CA:TRUE
	check 0 "${store[@]}" c.pem
	says warning same-name 'another subject'
	# an authority whose own root is not there is taken, with a warning
	rm trust/root.pem
	check 0 "${store[@]}" b.pem
	says warning chain
	check 0 "${store[@]}" root.pem
	says passed chain 'no issuer needed'
	# the store of the EC unit is that of RSA
	check 0 --unit CallManager-ECDSA-trust root.pem
	grep -q '^root.pem: for CallManager-trust' out
}

@test "E6: expired, and not valid yet, by the clock of the appliance" {
	start=20250101000000Z end=20250201000000Z issue pub sub sub.key \
		"subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 3 "${own[@]}" --now 2025-02-01T00:00:01Z pub.pem
	says refused dates 'it has expired: valid from 2025-01-01T00:00:00Z'
	check 0 "${own[@]}" --now 2025-02-01T00:00:00Z pub.pem
	says passed dates
	check 0 "${own[@]}" --now 2025-01-01T00:00:00Z pub.pem
	check 3 "${own[@]}" --now 2024-12-31T23:59:59Z pub.pem
	says refused dates 'it is not valid yet'
	remedy 'compare `show date`'
	# a link of its chain
	csr=sub.csr end=20250115000000Z start=20240101000000Z \
		issue short root root.key basicConstraints=CA:TRUE
	cp short.pem trust/sub.pem
	check 0 "${own[@]}" --now 2025-01-20 pub.pem
	says warning dates 'link 2 of its chain has expired'
	check 0 "${own[@]}" --now 2025-01-10 pub.pem
	run -1 grep -E '^warning .* dates: ' out
}

@test "E7: wildcards" {
	again "subjectAltName=$san,DNS:*.lab.example" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 3 "${own[@]}" pub.pem
	says refused wildcard
	request pub rsa.key '/CN=*.lab.example' "$san" "$usage" "$purposes"
	again "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 3 "${own[@]}" pub.pem
	says refused wildcard
	request pub rsa.key '/CN=a.*.lab.example' "$san" "$usage" "$purposes"
	again "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 0 "${own[@]}" pub.pem
	says passed wildcard
}

@test "E8: the file" {
	openssl x509 -in pub.pem -outform DER -out pub.der
	check 0 "${own[@]}" pub.der
	says passed format DER
	sed 's/$/\r/' pub.pem >crlf.pem
	check 0 "${own[@]}" crlf.pem
	says warning format 'CR LF'
	head -c -1 pub.pem >cut.pem
	check 0 "${own[@]}" cut.pem
	says warning format 'end of the last line'
	{
		echo 'admin:show cert own CallManager'
		cat pub.pem
		echo 'admin:'
	} >around.pem
	check 0 "${own[@]}" around.pem
	says warning format 'other text around it'
	{
		printf '\377\376'
		sed 's/$/\r/' pub.pem | iconv -t UTF-16LE
	} >utf16.pem
	check 3 "${own[@]}" utf16.pem
	says refused format 'UTF-16, with line ends of Windows'
	{
		printf '\376\377'
		iconv -t UTF-16BE pub.pem
	} >utf16.pem
	check 3 "${own[@]}" utf16.pem
	says refused format 'as UTF-16'
	{
		printf '\357\273\277'
		cat pub.pem
	} >bom.pem
	check 3 "${own[@]}" bom.pem
	says refused format 'byte order mark'
	openssl crl2pkcs7 -nocrl -certfile pub.pem -out pub.p7b
	check 3 "${own[@]}" pub.p7b
	says refused format 'PKCS#7'
	says passed one-per-file
	cat sub.pem pub.pem >two.pem
	check 3 "${own[@]}" two.pem
	says refused one-per-file '2 certificates'
	# the one of the request's key was judged
	says passed key
	# what the remedy says helps
	for name in crlf cut around utf16 bom; do
		"$CTLSMITH" cert show --pem $name.pem >clean.pem
		cmp pub.pem clean.pem
		check 0 "${own[@]}" clean.pem
		says passed format
	done
}

@test "E8: the key" {
	local bits

	for bits in 2048 3072 4096 4104; do
		openssl genrsa -out big.key $bits 2>>log
		request big big.key "$subject" "$san" "$usage" "$purposes"
		issue big sub sub.key "subjectAltName=$san" "keyUsage=$usage" \
			"extendedKeyUsage=$purposes"
		case $bits in
		2048) wanted=0 result=passed ;;
		4104) wanted=3 result=refused ;;
		*) wanted=0 result=warning ;;
		esac
		check $wanted "${own[@]}" --csr big.csr big.pem
		says $result key-size "RSA of $bits bits"
	done
	# no phone looks at it
	check 3 --unit ipsec --release 14SU2 --csr big.csr big.pem
	request ec ec.key "$subject" "$san" "$usage" "$purposes"
	issue ec sub sub.key "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 3 "${own[@]}" --csr ec.csr ec.pem
	says refused key-size 'CallManager is for keys of RSA'
	check 3 "${own[@]}" --unit CallManager-ECDSA pub.pem
	says refused key-size 'CallManager-ECDSA is for keys of EC'
	openssl genpkey -algorithm ed25519 -out ed.key
	request ed ed.key "$subject" "$san" "$usage" "$purposes"
	issue ed sub sub.key "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 3 "${own[@]}" --csr ed.csr ed.pem
	says refused key-size 'of a kind'
}

@test "E8: an authority whose key is large makes trouble in mixed mode" {
	openssl genrsa -out big.key 4096 2>>log
	certs_root big big.key /CN=Big 2>>log
	issue pub big big.key "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	cp big.pem trust
	check 0 "${own[@]}" pub.pem
	says warning key-size 'link 2 of its chain'
	remedy 'try it where no phone depends on it (CSCup54818)'
	check 0 --unit CallManager-trust big.pem
	says warning key-size
	check 0 --unit CallManager-trust root.pem
	says passed key-size
}

@test "E9: names of more than 255 bytes" {
	local ou

	ou=$(printf 'x%.0s' {1..60})
	for n in 1 2 3 4; do
		subject="$subject/OU=$ou"
	done
	request pub rsa.key "$subject" "$san" "$usage" "$purposes"
	again "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	[ "$(openssl x509 -in pub.pem -noout -subject -nameopt RFC2253 |
		sed 's/^subject=//' | tr -d '\n' | wc -c)" -gt 255 ]
	check 3 "${own[@]}" pub.pem
	says hurts-later name-length 'its subject takes '
	grep -q ChangeToClusterModeSecurityFailed out
	# 255 exactly, and 256
	for n in 255 256; do
		ou=$(printf 'x%.0s' $(seq 60))
		subject=/CN=a/OU=$ou/OU=$ou/OU=$ou/OU=
		have=$(printf 'OU=,OU=%s,OU=%s,OU=%s,CN=a' "$ou" "$ou" "$ou" |
			wc -c)
		subject=$subject$(printf 'y%.0s' $(seq $((n - have))))
		request pub rsa.key "$subject" "$san" "$usage" "$purposes"
		again "subjectAltName=$san" "keyUsage=$usage" \
			"extendedKeyUsage=$purposes"
		[ "$(openssl x509 -in pub.pem -noout -subject \
			-nameopt RFC2253 | sed 's/^subject=//' |
			tr -d '\n' | wc -c)" = $n ]
		check $((n == 256 ? 3 : 0)) "${own[@]}" pub.pem
	done
}

@test "E10: usages that the authority has left out" {
	again "subjectAltName=$san" keyUsage=digitalSignature \
		"extendedKeyUsage=$purposes"
	check 3 "${own[@]}" pub.pem
	says hurts-later usage 'missing: dataEncipherment, by the request'
	grep -qF "\"Ensure that 'Data Encipherment' bit is not changed or $(
	)removed\"" out
	again "subjectAltName=$san" "keyUsage=$usage" extendedKeyUsage=serverAuth
	check 3 "${own[@]}" pub.pem
	says hurts-later usage 'missing: clientAuth'
	run -1 grep -q 'Data Encipherment' out
	again "subjectAltName=$san"
	check 3 "${own[@]}" pub.pem
	says hurts-later usage \
		'digitalSignature, dataEncipherment, serverAuth, clientAuth'
	again "subjectAltName=$san" "keyUsage=$usage,keyAgreement" \
		"extendedKeyUsage=$purposes,codeSigning"
	check 0 "${own[@]}" pub.pem
	says warning extra-usage 'keyAgreement, 1.3.6.1.5.5.7.3.3'
	says passed usage
}

@test "E10: critical, and neither key usage nor basic constraints" {
	again "subjectAltName=critical,$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 3 "${own[@]}" pub.pem
	says hurts-later critical 'Subject Alternative Name'
	again "subjectAltName=$san" "keyUsage=critical,$usage" \
		"extendedKeyUsage=$purposes" basicConstraints=critical,CA:FALSE
	check 0 "${own[@]}" pub.pem
	says passed critical
}

@test "E10: without a request the table of the release is asked" {
	# UNIT RELEASE USAGE PURPOSES: what each asks for
	while read -r unit release ku eku; do
		again "subjectAltName=$san" "keyUsage=$ku" \
			"extendedKeyUsage=$eku" basicConstraints=CA:TRUE
		check 0 --unit "$unit" --release "$release" pub.pem
		says passed usage "by the table of $unit, release "
		says passed extra-usage
		# each bit of it is needed
		for bit in ${ku//,/ }; do
			[ "$ku" != "$bit" ] || continue
			again "subjectAltName=$san" "keyUsage=$(
				tr , '\n' <<<"$ku" | grep -vx "$bit" | paste -sd,
			)" \
				"extendedKeyUsage=$eku" basicConstraints=CA:TRUE
			check 3 --unit "$unit" --release "$release" pub.pem
			says hurts-later usage "missing: $bit, by the table"
		done
		for bit in ${eku//,/ }; do
			[ "$eku" != "$bit" ] || continue
			again "subjectAltName=$san" "keyUsage=$ku" \
				"extendedKeyUsage=$(tr , '\n' <<<"$eku" |
					grep -vx "$bit" | paste -sd,)" \
				basicConstraints=CA:TRUE
			check 3 --unit "$unit" --release "$release" pub.pem
			says hurts-later usage 'missing: '
		done
	done <<-'TABLE'
		CallManager 8.6 digitalSignature,keyEncipherment,dataEncipherment,keyAgreement serverAuth,clientAuth,ipsecEndSystem
		CAPF 10.5 digitalSignature,keyCertSign serverAuth,ipsecEndSystem
		CallManager 12.5(1)SU6 digitalSignature,keyEncipherment,dataEncipherment serverAuth,clientAuth
		ipsec 12.5 digitalSignature,keyEncipherment,dataEncipherment serverAuth,clientAuth,ipsecEndSystem
		CAPF 12.5 digitalSignature,keyCertSign serverAuth
		tomcat 14SU2 digitalSignature,dataEncipherment serverAuth,clientAuth
		TVS 15 digitalSignature,keyEncipherment,dataEncipherment serverAuth,clientAuth
		CAPF 14SU2 digitalSignature,keyCertSign serverAuth,clientAuth
	TABLE
}

@test "E11: CAPF must be an authority" {
	capf=(--unit CAPF --release 14SU2)
	again keyUsage=digitalSignature,keyCertSign \
		"extendedKeyUsage=$purposes" basicConstraints=critical,CA:TRUE
	check 0 "${capf[@]}" pub.pem
	says passed not-ca
	remedy 'upload its root to CallManager-trust, too (CSCut87382)'
	again keyUsage=digitalSignature,keyCertSign \
		"extendedKeyUsage=$purposes" \
		basicConstraints=critical,CA:TRUE,pathlen:0
	check 0 "${capf[@]}" pub.pem
	says passed not-ca
	again keyUsage=digitalSignature,keyCertSign \
		"extendedKeyUsage=$purposes" basicConstraints=CA:FALSE
	check 3 "${capf[@]}" pub.pem
	says hurts-later not-ca '(not CA:TRUE)'
	again keyUsage=digitalSignature "extendedKeyUsage=$purposes" \
		basicConstraints=CA:TRUE
	check 3 "${capf[@]}" pub.pem
	says hurts-later not-ca '(no keyCertSign)'
	again keyUsage=digitalSignature "extendedKeyUsage=$purposes"
	check 3 "${capf[@]}" pub.pem
	says hurts-later not-ca '(not CA:TRUE, no keyCertSign)'
}

@test "E12: an OU that the certificate does not have is no matter" {
	request pub rsa.key "/OU=Voice$subject" "$san" "$usage" "$purposes"
	cp pub.csr with-ou.csr
	request pub rsa.key "$subject" "$san" "$usage" "$purposes"
	again "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	[ "$(openssl req -in with-ou.csr -noout -subject)" != \
		"$(openssl x509 -in pub.pem -noout -subject)" ]
	check 0 "${own[@]}" --csr with-ou.csr pub.pem
	run -1 grep -E '^(refused|hurts-later|warning) ' out
}

@test "E13: multi-server certificates" {
	local two=DNS:pub.lab.example,DNS:sub1.lab.example,DNS:lab.example

	request pub rsa.key /CN=pub-ms.lab.example "$two" "$usage" "$purposes"
	again "subjectAltName=$two" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 0 "${own[@]}" pub.pem
	says warning multi-server 'since 14SU2'
	remedy 'upload it in OS Administration'
	check 0 "${own[@]}" --release 12.5 pub.pem
	says note multi-server
	check 3 "${own[@]}" --unit ipsec pub.pem
	says refused multi-server 'ipsec of release 14SU2 has none'
	# by the CN alone, and by the names alone
	request pub rsa.key /CN=pub-ms "$san" "$usage" "$purposes"
	again "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 0 "${own[@]}" pub.pem
	says warning multi-server
	request pub rsa.key /CN=pub "$two" "$usage" "$purposes"
	again "subjectAltName=$two" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 0 "${own[@]}" pub.pem
	says warning multi-server
	# one server under its short name, and the domain it is in
	two=DNS:pub,DNS:PUB.lab.example,DNS:lab.example
	request pub rsa.key /CN=pub-msa.lab "$two" "$usage" "$purposes"
	again "subjectAltName=$two" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 0 "${own[@]}" pub.pem
	says passed multi-server
}

@test "E14: a request that was damaged, and one that may be stale" {
	openssl req -in pub.csr -outform DER -out pub.der
	size=$(stat -c %s pub.der)
	head -c $((size - 1)) pub.der >bad.der
	tail -c 1 pub.der | tr '\000-\377' '\001-\377\000' >>bad.der
	run openssl req -inform DER -in bad.der -noout -verify
	check 0 "${own[@]}" --csr bad.der pub.pem
	says warning stale-csr 'the signature of the request is wrong'
	check 0 "${own[@]}" pub.pem
	says note stale-csr
	remedy 'compare it with `show csr own UNIT`'
}

@test "E15: a node that came after the request" {
	local two=DNS:pub.lab.example,DNS:sub1.lab.example,IP:10.1.1.3

	request pub rsa.key /CN=pub-ms "$two" "$usage" "$purposes"
	again "subjectAltName=$two" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	check 0 "${own[@]}" pub.pem
	says not-checked node-missing
	for nodes in pub,sub1 PUB.lab.example,sub1 pub,10.1.1.3; do
		check 0 "${own[@]}" --nodes $nodes pub.pem
		says passed node-missing
	done
	for nodes in sub2 sub sub1.lab sub1.lab.example.org 10.1.1.4 \
		lab.example ::1; do
		check 3 "${own[@]}" --nodes "pub,$nodes" pub.pem
		says hurts-later node-missing "it does not name $nodes"
	done
	check 3 "${own[@]}" --nodes a,pub,b pub.pem
	says hurts-later node-missing 'it does not name a, b'
}

@test "E17: serial numbers" {
	local serial

	for serial in 01 7f$(printf '0%.0s' {1..38}); do
		serial=$serial again "subjectAltName=$san" "keyUsage=$usage" \
			"extendedKeyUsage=$purposes"
		check 0 "${own[@]}" pub.pem
		says passed serial
	done
	# 21 bytes as DER has it, and many
	for serial in 80$(printf '0%.0s' {1..38}) 01$(printf '0%.0s' {1..40}) \
		$(printf '4a%.0s' {1..60}); do
		openssl x509 -req -in pub.csr -CA sub.pem -CAkey sub.key \
			-set_serial "0x$serial" -copy_extensions copyall \
			-out pub.pem 2>>log
		check 3 "${own[@]}" pub.pem
		says hurts-later serial 'at most 20 are allowed (CSCup88555)'
	done
	openssl x509 -req -in pub.csr -CA sub.pem -CAkey sub.key \
		-set_serial -5 -copy_extensions copyall -out pub.pem 2>>log
	check 3 "${own[@]}" pub.pem
	says hurts-later serial negative
}

@test "E17: issuer and serial number that another certificate has" {
	serial=4711 again "subjectAltName=$san" "keyUsage=$usage" \
		"extendedKeyUsage=$purposes"
	request twin other.key /CN=twin '' '' ''
	serial=4711 issue twin sub sub.key keyUsage=digitalSignature
	cp twin.pem trust
	check 3 "${own[@]}" pub.pem
	says hurts-later serial 'another certificate of the store'
	# the same number by another authority
	serial=4711 issue twin root root.key keyUsage=digitalSignature
	cp twin.pem trust
	check 0 "${own[@]}" pub.pem
	says passed serial
	run -1 grep -E '^hurts-later' out
}

@test "which profile was used is said" {
	check 0 --unit CallManager --csr pub.csr pub.pem
	grep -q '^no --release: judged by the profile of 14SU2 for CallManager' out
	check 0 --unit CallManager --csr pub.csr --release 14SU2 pub.pem
	run -1 grep 'judged by the' out
	check 0 --unit CallManager --csr pub.csr --release 15 pub.pem
	grep -qx 'judged by the profile of 14SU2 to 15SU4' out
	check 0 --unit CallManager --csr pub.csr --release 14 pub.pem
	grep -q '^no profile of 14 for CallManager: judged by the one of 12.5' out
	for release in 13 9.9 99SU3; do
		check 0 --unit CallManager --csr pub.csr --release $release \
			pub.pem
		grep -q "^release $release is not known here; " out
	done
	check 0 --unit CallManager --csr pub.csr --release 7 pub.pem
	grep -q 'judged by the oldest there is, of 8.6' out
	# what no longer is the release's table proves nothing
	again "subjectAltName=$san" "keyUsage=$usage" extendedKeyUsage=serverAuth
	check 3 --unit tomcat --release 15SU4 pub.pem
	says hurts-later usage 'missing: clientAuth'
	check 0 --unit tomcat --release 15SU5 pub.pem
	says warning usage 'missing: clientAuth'
	grep -q 'since 15SU5 clientAuth is in a certificate of its own' out
	check 0 --unit tomcat-client --release '15(1)SU5' pub.pem
	says not-checked usage
	grep -q '^no table for tomcat-client: no table found' out
}

@test "a table of one's own" {
	cat >mine.yaml <<-END
		releases: ['14SU2']
		profiles:
		- release: '14SU2'
		  until: '14SU9'
		  units:
		  - unit: mine
		    source: me
		    key_usage: [digitalSignature]
		    max_bits: 1024
	END
	check 3 --unit mine --profiles mine.yaml --release 14SU2 pub.pem
	says passed usage 'by the table of mine, release 14SU2 (me)'
	says refused key-size 'at most 1024'
	check 2 --unit tomcat --profiles mine.yaml pub.pem
	grep -q "there is no unit 'tomcat'" err
	sed -i 's/digitalSignature/digital/' mine.yaml
	check 1 --unit mine --profiles mine.yaml pub.pem
	grep -q '^ctlsmith: mine.yaml: .*line 6.*there is no key usage' err
}

@test "transcripts, and the text of show cert own" {
	{
		echo 'admin:show csr own CallManager'
		sed 's/$/  \r/' pub.csr
		echo 'admin:'
	} >csr.txt
	check 0 "${own[@]}" --csr csr.txt pub.pem
	says passed key
	modulus=$(openssl rsa -in rsa.key -noout -modulus | cut -d= -f2)
	cat >dump.txt <<-END
		admin:show cert own CallManager
		[
		  Version: V3
		  Serial Number: 4A112233
		  SignatureAlgorithm: SHA256withRSA (1.2.840.113549.1.1.11)
		  Issuer Name: CN=Lab-Sub
		  Validity From: Tue Mar 30 02:19:31 UTC 2021
		           To:   Sun Mar 29 02:19:30 UTC 2026
		  Subject Name: CN=pub.lab.example, O=Lab
		  Key: RSA (1.2.840.113549.1.1.1)
		    Key value: 3082010a0282010100$modulus
		]
	END
	check 0 "${own[@]}" --now 2025-01-01 dump.txt
	grep -q 'only its fields are compared' out
	says passed dates 'valid from 2021-03-30T02:19:31Z'
	says passed serial
	says passed key 'the key in the text is that of the request'
	says not-checked chain 'only fields'
	says not-checked san
	check 3 "${own[@]}" --now 2026-04-01 dump.txt
	says refused dates
	request other other.key "$subject" "$san" "$usage" "$purposes"
	check 0 "${own[@]}" --now 2025-01-01 --csr other.csr dump.txt
	says note key 'is not that of the request'
}

@test "wrong command lines" {
	check 2 pub.pem
	grep -q 'unit UNIT is missing' err
	check 2 --unit CallManager
	check 2 --unit CallManager pub.pem pub.pem
	check 2 --unit CallManger pub.pem
	grep -q 'CallManager' err
	for release in '' x 12.5.1.2 12. 12.5SU '12.5()' '12.5(1' 14SU2x2 -1 014 \
		14SU200; do
		check 2 --unit CallManager --release "$release" pub.pem
		grep -q 'release wants' err
	done
	check 2 --unit CallManager --nodes a,,b pub.pem
	check 2 --unit CallManager --csr - - <pub.pem
	check 2 --unit '../-trust' pub.pem
	check 2 --unit CallManager --now yesterday pub.pem
}

@test "what cannot be read" {
	check 1 --unit CallManager nothing.pem
	[ ! -s out ]
	check 1 --unit CallManager --csr nothing.csr pub.pem
	grep -q '^ctlsmith: nothing.csr: ' err
	check 1 --unit CallManager --csr pub.pem pub.pem
	grep -q 'holds no certificate signing request' err
	cat pub.csr sub.csr >two.csr
	check 1 --unit CallManager --csr two.csr pub.pem
	check 1 --unit CallManager pub.csr
	grep -q 'a request and no certificate' err
	check 1 --unit CallManager --trust nothing pub.pem
	# a key: refused, and nothing of it said
	check 3 --unit CallManager rsa.key
	key=$(sed -n 2p rsa.key)
	run -1 grep -qF "$key" out err
	grep -q 'private key' err
	check 3 --unit CallManager --csr rsa.key pub.pem
	# what is of no use in a store is left out, and that is said
	cp rsa.key trust
	echo hello >trust/notes.txt
	check 0 "${own[@]}" pub.pem
	grep -q '^ctlsmith: trust/rsa.key: .*private key' err
	grep -q '^ctlsmith: trust/notes.txt: ' err
	says passed chain
	check 1 --unit CallManager --json nothing.pem
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	check 1 --unit CallManager --json --csr nothing.csr pub.pem
	[ "$(tr -d '\n' <out)" = '[]' ]
}

@test "what JSON says is what the text says, and the schema knows it" {
	again "subjectAltName=$san,DNS:www" keyUsage=digitalSignature
	check 3 "${own[@]}" pub.pem
	grep -oE '^[a-z-]+ +[-E0-9]+ +[a-z-]+: ' out |
		sed -E 's/ +- / null /; s/ +/ /g; s/: $//' >wanted
	check 3 "${own[@]}" --json pub.pem
	/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	/usr/bin/python3 - >is <<-'PY'
		import json
		e = json.load(open("out"))[0]["cert_check"]
		for c in e["checks"]:
		    print(c["result"], c["code"] or "null", c["check"])
		assert not e["fit"] and e["worst"] == "refused"
		san, = [c for c in e["checks"] if c["check"] == "san"]
		assert san["appliance"] == \
		    ["CSR SAN and Certificate SAN does not match"]
		assert len(san["remedy"]) == 5 and len(san["text"]) == 5
	PY
	diff wanted is
	for more in '--unit CallManager-trust root.pem' '--unit ipsec pub.pem' \
		'--unit TVS --release 15SU5 root.pem'; do
		# shellcheck disable=SC2086 # words
		"$CTLSMITH" cert check --json $more >out || [ $? = 3 ]
		/usr/bin/python3 "$SRC/tests/cli/schema.py" out "$SRC/docs/ctlsmith.schema.json"
	done
}
