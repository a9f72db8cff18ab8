#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Lists built to the numbers of the published transcripts print what the
# appliance printed, line by line: tests/golden/transcripts/README.md.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	rows=$SRC/tests/golden/transcripts
}

# What show prints, without what cannot or need not be the appliance's.
printed() {
	"$CTLSMITH" show --tz Europe/Warsaw "$1" | awk '
	# the hex digits of SIGNATURE and SHA-1
	/^\t\t/ {
		if ($0 !~ /^\t\t[0-9a-f]+(  [0-9a-f]+)*$/)
			print "no hex digits: " $0
		if (!hex++)
			printf "\t*"
		next
	}
	{ if (NR > 1) printf "%s", end; hex = 0; end = "\n" }
	/^9\tCERTIFICATE\t/ { gsub(/([0-9A-F][0-9A-F] )+\(/, "* (") }
	# the two checksums
	/^The checksum value of the CTL file:$/ && NR == 1 ||
	/^[0-9a-f]+\(MD5\)$/ && NR == 2 ||
	/^[0-9a-f]+\(SHA1\)$/ && NR == 3 { end = ""; next }
	# what we add
	/^Made by: / || /^Note: / || /^It only agrees with itself: / ||
	/^such a file\. --trusted / { end = ""; next }
	# indentation and empty lines
	/^$/ { end = ""; next }
	{ sub(/^[ \t]+/, ""); printf "%s", $0 }
	END { printf "%s", end }'
}

# True where the lines of the file $2 are the rows in $1; "[...]" stands for
# any number of lines.
matches() {
	awk '
	NR == FNR { row[NR] = $0; num_rows = NR; next }
	{ line[++num] = $0 }
	END {
		at = 1
		for (i = 1; i <= num_rows; i++) {
			if (row[i] == "[...]") { gap = 1; continue }
			first = at
			while (gap && at <= num && line[at] != row[i])
				at++
			if (at > num || line[at] != row[i]) {
				print "row " i " of the transcript: " row[i]
				print "printed instead: " line[first]
				exit 1
			}
			at++
			gap = 0
		}
		if (num_rows < 20 || (at <= num && !gap)) {
			print "printed beyond it: " line[at]
			exit 1
		}
	}' "$1" "$2"
}

# The case NAME prints the rows of N.
agrees() {
	printed "$CASES/$1/CTLFile.tlv" >lines
	matches "$rows/$2.rows" lines
	[ "$(stat -c %s "$CASES/$1/CTLFile.tlv")" = "$2" ]
}

@test "118893: the tokenless list of 4947 bytes" {
	agrees ok-tokenless-4947 4947
}

@test "118893: the token list of 5728 bytes" {
	agrees ok-token-5728 5728
}

@test "118893: the tokenless list of 6113 bytes, key of 2048 bits" {
	agrees ok-tokenless-6113 6113
}

@test "118892: the list of a cluster back in non-secure mode" {
	agrees ok-token-3746 3746
}

@test "no row is lost between transcript and file" {
	# header rows, record heads, record rows, etoken lines, verdicts
	count() {
		cat "$rows"/*.rows | grep -cE "$1"
	}
	[ "$(count '^(BYTEPOS|-------)	')" = 30 ]
	[ "$(count '^CTL Record #:[1-5]$')" = 13 ]
	[ "$(count '^[0-9]+	[A-Z]+	')" = 137 ]
	[ "$(count '^This etoken was used to sign the CTL file\.$')" = 4 ]
	[ "$(count '^This etoken was not used to sign the CTL file\.$')" = 2 ]
	[ "$(count '^The CTL file was verified successfully\.$')" = 4 ]
	[ "$(count ' CET 2015 \(header\)$')" = 4 ]
	[ "$(count '; |	[^	]*	$| 	')" = 0 ]
}

@test "a row that differs by a tab, is missing, or is too many is noticed" {
	local n=4947 edit

	printed "$CASES/ok-tokenless-$n/CTLFile.tlv" >lines
	for edit in 's/^6	CANAME		/6	CANAME	/' \
		'/^10	IPADDRESS/d' 's/etoken was used/etoken was not used/' \
		's/ (header)$//' '20p' "\$p"; do
		sed "$edit" lines >changed
		run ! cmp -s lines changed
		run -1 matches "$rows/$n.rows" changed
		sed "$edit" "$rows/$n.rows" >changed
		run -1 matches changed lines
	done
}
