# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Certificates and requests as an authority makes them, by the openssl command.

# Keys and an authority in the folder $1, once for a whole file.
certs_setup() {
	(
		cd "$1" || return
		openssl genrsa -out rsa.key 2048
		openssl genrsa -out other.key 2048
		openssl ecparam -name prime256v1 -genkey -noout -out ec.key
		openssl ecparam -name prime256v1 -genkey -noout -out root.key
		openssl ecparam -name prime256v1 -genkey -noout -out sub.key
		certs_root root root.key /CN=Lab-Root
		request sub sub.key /CN=Lab-Sub '' '' ''
		issue sub root root.key \
			'basicConstraints=critical,CA:TRUE' \
			'keyUsage=critical,keyCertSign,cRLSign'
		request pub rsa.key "$subject" "$san" "$usage" "$purposes"
		issue pub sub sub.key "subjectAltName=$san" \
			"keyUsage=$usage" "extendedKeyUsage=$purposes"
		mkdir trust
		cp root.pem sub.pem trust
	) >"$1/log" 2>&1
}

subject=/O=Lab/CN=pub.lab.example
san=DNS:pub.lab.example
usage=digitalSignature,dataEncipherment
purposes=serverAuth,clientAuth

# certs_root NAME KEY SUBJECT: a self-signed authority.
certs_root() {
	openssl req -x509 -new -key "$2" -subj "$3" -days 3650 -out "$1.pem" \
		-addext basicConstraints=critical,CA:TRUE \
		-addext keyUsage=critical,keyCertSign,cRLSign
}

# request NAME KEY SUBJECT SAN USAGE PURPOSES: NAME.csr; what is "" is not
# asked for.
request() {
	{
		printf '[req]\ndistinguished_name=dn\n'
		[ -z "$4$5$6" ] || printf 'req_extensions=ext\n'
		printf '[dn]\n[ext]\n'
		[ -z "$4" ] || printf 'subjectAltName=%s\n' "$4"
		[ -z "$5" ] || printf 'keyUsage=%s\n' "$5"
		[ -z "$6" ] || printf 'extendedKeyUsage=%s\n' "$6"
	} >"$1.cnf"
	openssl req -new -utf8 -key "$2" -subj "$3" -config "$1.cnf" \
		-out "$1.csr"
}

# issue NAME CA CAKEY EXTENSION...: NAME.pem of NAME.csr, or of $csr; $serial
# is its number, $start and $end its dates (20240101000000Z).
issue() {
	local name=$1 ca=$2 key=$3

	shift 3
	{
		printf '[ca]\ndefault_ca=it\n[it]\ndatabase=db\nserial=serial\n'
		printf 'new_certs_dir=.\nunique_subject=no\npolicy=any\n'
		printf 'default_md=sha256\nx509_extensions=ext\n'
		printf 'default_days=700\n[any]\nO=optional\nOU=optional\n'
		printf 'CN=optional\n[ext]\n'
		printf '%s\n' "$@"
	} >ca.cnf
	: >db
	# shellcheck disable=SC2154 # the caller's, or not set
	echo "${serial:-$(openssl rand -hex 8 | sed 's/^./1/')}" >serial
	openssl ca -batch -notext -utf8 -preserveDN -config ca.cnf \
		-cert "$ca.pem" -keyfile "$key" -in "${csr:-$name.csr}" \
		-out "$name.pem" ${start:+-startdate "$start"} \
		${end:+-enddate "$end"} 2>>log
}

# check STATUS ARGUMENT...: what `ctlsmith cert check` prints is then in out
# and err.
check() {
	local wanted=$1 status=0

	shift
	"$CTLSMITH" cert check "$@" >out 2>err || status=$?
	[ "$status" = "$wanted" ] || {
		echo "cert check $*: $status instead of $wanted"
		cat out err
		return 1
	}
}

# says RESULT CHECK [TEXT]: the line of CHECK has that result, and that text.
says() {
	grep -E "^$1 +[-E0-9]+ +$2: " out >line || {
		echo "$2 is not $1:"
		grep -E "^[a-z-]+ +[-E0-9]+ +$2: " out
		return 1
	}
	[ $# = 2 ] || grep -qF -- "$3" line || {
		echo "$2 does not say: $3"
		cat line
		return 1
	}
}

# shows TEXT: the appliance would show it.
shows() {
	grep -qxF -- "                  the appliance: $1" out || {
		echo "not shown: $1"
		grep 'the appliance' out
		return 1
	}
}

# remedy TEXT: one of them begins so.
remedy() {
	grep -qF -- "                  -> $1" out
}
