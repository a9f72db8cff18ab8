# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Lists that a cluster had one after the other, made by the twin, for tests of
# phones that were off. Run in a folder of the test's own.

# history_list FILE TIME SIGNER SAST...: a list with these tokens, numbers from
# 1 to 5, as SAST, signed by SIGNER, one of the five. TIME may be "none".
history_list() {
	local file=$1 when=$2 signer=$3 n keys=(- d e f g h) work

	shift 3
	work=$(mktemp -d)
	{
		echo certs:
		for n in 1 2 3 4 5; do
			echo "- {name: t$n, key: rsa1024-${keys[n]}, issuer_key:" \
				"rsa2048-h, issuer_subject: [O=Cisco Systems," \
				"CN=Cisco Manufacturing CA], subject: ['O=Cisco" \
				"Systems, Inc.', OU=IPCBU, CN=SAST-$n], serial:" \
				"'45:DA:A2:AF:00:00:00:27:F9:0$n'}"
		done
		echo "- {name: pub, key: rsa1024-a, subject: [CN=pub, O=Lab]," \
			"serial: '70:CA:F6:4E'}"
		echo "header: {filename: ${HISTORY_NAME-CTLFile.tlv}, timestamp: $when}" |
			sed 's/, timestamp: none//'
		echo "signer: {cert: t$signer, dialect: token}"
		echo records:
		for n; do
			echo "- {cert: t$n, dialect: token, ip: 0.0.0.0}"
		done
		echo "- {cert: pub, dialect: ctl-client, role: CCM+TFTP," \
			"dns: pub, ip: 10.0.0.1}"
	} >"$work/list.yaml"
	"$TWIN" make "$work/list.yaml" -o "$work/made" \
		--keys "$SRC/softhsm-fixtures/keys" >/dev/null
	cp "$work"/made/list/*LFile.tlv "$file"
	rm -rf "$work"
}

# The folder archive: four lists, each of which knows the signer of the next
# one alone, and one that nobody knows any more; and NEW.tlv, the newest.
history_archive() {
	mkdir -p archive/old
	history_list archive/2013.tlv 2013-05-02T10:00:00Z 1 1 2
	history_list archive/2015.tlv 2015-03-06T18:45:13Z 2 2 3
	history_list archive/2018.tlv 2018-09-11T07:30:00Z 3 3 4
	history_list archive/old/2011.tlv 2011-01-20T12:00:00Z 5 5
	history_list archive/CTLFile.tlv 2021-06-30T16:20:00Z 4 3 4
}
