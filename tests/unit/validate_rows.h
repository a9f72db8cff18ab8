/* SPDX-License-Identifier: Apache-2.0 */
/* Which case breaks which rule, and which just does not: the tables of
 * test_validate.c. */
#ifndef TESTS_UNIT_VALIDATE_ROWS_H
#define TESTS_UNIT_VALIDATE_ROWS_H

#include <string.h>

#include "ctl/ctl.h"

#define NOW 1714564800   /* when most cases were made: 2024-05-01T12:00:00Z */
#define BEGIN 1420070400 /* when most certificates begin, */
#define END 2051222400   /* and end */
#define DAY ((int64_t)86400)
#define DAYS 30

/* How a case is looked at. */
struct look {
	const char *name;
	enum ctl_kind kind;
	int64_t at;
	unsigned days;
};

#define CASE(name)                             \
	{                                      \
		name, CTL_KIND_AUTO, NOW, DAYS \
	}
#define CASE_AS(name, kind)           \
	{                             \
		name, kind, NOW, DAYS \
	}
#define CASE_AT(name, at)                     \
	{                                     \
		name, CTL_KIND_AUTO, at, DAYS \
	}
#define CASE_IN(name, at, days)               \
	{                                     \
		name, CTL_KIND_AUTO, at, days \
	}

/* Instead of a tag: the file as a whole; the beginning of the record; where
 * ctl_parse() stopped. */
#define WHOLE 256
#define RECORD 257
#define STOP 258

/* A case that breaks RULE, NUM times, first at TAG of RECORD; and one that
 * does not. */
struct row {
	enum ctl_rule rule;
	size_t num;
	size_t record;
	unsigned tag;
	struct look has;
	struct look has_not;
};

static const struct row rows[] = {
	{ CTL_RULE_MALFORMED, 1, 0, STOP, CASE("bad-pad-bytes"),
	    CASE("ok-pads-3") },
	{ CTL_RULE_MALFORMED, 1, 4, STOP, CASE("bad-function-1-byte"),
	    CASE("bad-role-missing") },
	{ CTL_RULE_MALFORMED, 1, 2, STOP, CASE("bad-recordlength-small"),
	    CASE("bad-recordlength-beyond") },
	{ CTL_RULE_CUT_SHORT, 1, 4, STOP, CASE("bad-truncated-record"),
	    CASE("bad-appended") },
	{ CTL_RULE_CUT_SHORT, 1, 0, STOP, CASE("bad-empty-file"),
	    CASE("ok-empty-list") },
	{ CTL_RULE_LEFTOVER, 1, 0, STOP, CASE("bad-appended"),
	    CASE("bad-truncated-record") },
	{ CTL_RULE_OVER_LIMIT, 1, 4, STOP, CASE("bad-tags-257"),
	    CASE("ok-tags-256") },

	{ CTL_RULE_HEADER_UNALIGNED, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-header-unaligned"), CASE("ok-pads-0") },
	{ CTL_RULE_HEADER_UNALIGNED, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-header-unaligned"), CASE("bad-pads-4") },
	{ CTL_RULE_HEADER_UNALIGNED, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-header-unaligned-2"), CASE("ok-pads-2") },
	{ CTL_RULE_PADS, 1, 0, CTL_PAD, CASE("bad-pads-4"), CASE("ok-pads-3") },
	{ CTL_RULE_PADS, 1, 0, CTL_PAD, CASE("ok-pads-7"), CASE("ok-pads-0") },
	{ CTL_RULE_HEADER_INCOMPLETE, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-no-signature"), CASE("ok-header-bare") },
	{ CTL_RULE_HEADER_INCOMPLETE, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-no-issuer"), CASE("bad-signer-nobody") },
	{ CTL_RULE_HEADER_INCOMPLETE, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-no-serial"), CASE("bad-header-serial-reversed") },
	{ CTL_RULE_HEADER_INCOMPLETE, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-no-digest"), CASE("bad-digest-code-4") },
	{ CTL_RULE_HEADER_INCOMPLETE, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-no-algorithm"), CASE("bad-algorithm-1") },
	{ CTL_RULE_HEADER_INCOMPLETE, 1, 0, CTL_HDR_LENGTH,
	    CASE("bad-no-modulus"), CASE("bad-modulus-unknown") },
	{ CTL_RULE_CONTAINER_LENGTH, 1, 0, CTL_HDR_SIGNATURE_INFO,
	    CASE("bad-container-unknown-tag"), CASE("ok-unknown-tags") },
	{ CTL_RULE_CONTAINER_LENGTH, 2, 0, CTL_HDR_SIGNATURE_INFO,
	    CASE("bad-no-modulus"), CASE("ok-builder-old") },
	{ CTL_RULE_HEADER_UNUSUAL, 1, 0, CTL_HDR_VERSION, CASE("bad-version-2"),
	    CASE("ok-version-1-9") },
	{ CTL_RULE_HEADER_UNUSUAL, 1, 0, CTL_HDR_VERSION, CASE("bad-version-2"),
	    CASE("ok-enc-sgn") },
	{ CTL_RULE_HEADER_UNUSUAL, 1, 0, CTL_HDR_SIGNER_ID,
	    CASE("bad-header-order"), CASE("ok-builder-sha1") },
	{ CTL_RULE_HEADER_UNUSUAL, 3, 0, CTL_HDR_ENCRYPTION,
	    CASE("bad-list-encryption"), CASE("ok-mixed-dialects") },
	{ CTL_RULE_ALGORITHM_UNKNOWN, 1, 0, CTL_HDR_DIGEST,
	    CASE("bad-digest-code-4"), CASE("ok-itl-itlrecovery") },
	{ CTL_RULE_ALGORITHM_UNKNOWN, 1, 0, CTL_HDR_SIGALG,
	    CASE("bad-algorithm-1"), CASE("ok-pads-0") },
	{ CTL_RULE_ALGORITHM_UNKNOWN, 1, 0, CTL_HDR_SIGALG,
	    CASE("bad-cnf-algorithm-1"), CASE("ok-cnf-sgn-sha1") },
	{ CTL_RULE_MODULUS_WRONG, 1, 0, CTL_HDR_MODULUS,
	    CASE("bad-modulus-code"), CASE("bad-modulus-unknown") },
	{ CTL_RULE_MODULUS_WRONG, 1, 0, CTL_HDR_MODULUS,
	    CASE("bad-cnf-modulus-code"), CASE("ok-cnf-sgn-sha1") },
	{ CTL_RULE_MODULUS_WRONG, 1, 0, CTL_HDR_MODULUS,
	    CASE("bad-signature-length"), CASE("bad-signature") },
	{ CTL_RULE_MODULUS_UNKNOWN, 1, 0, CTL_HDR_MODULUS,
	    CASE("bad-modulus-unknown"), CASE("bad-modulus-code") },
	{ CTL_RULE_MODULUS_UNKNOWN, 1, 0, CTL_HDR_MODULUS,
	    CASE("bad-modulus-3072"), CASE("ok-rsa4096-sha512") },
	{ CTL_RULE_FILENAME_DIFFERS, 1, 0, CTL_HDR_FILENAME,
	    CASE_AS("ok-itl-callmanager", CTL_KIND_CTL),
	    CASE("ok-itl-callmanager") },
	{ CTL_RULE_FILENAME_DIFFERS, 1, 0, CTL_HDR_FILENAME,
	    CASE("bad-filename-other"), CASE("ok-filename-phone") },
	{ CTL_RULE_FILENAME_DIFFERS, 1, 0, CTL_HDR_FILENAME,
	    CASE("bad-list-as-signed"), CASE("ok-header-bare") },
	{ CTL_RULE_SHA1, 1, 0, CTL_HDR_DIGEST, CASE("ok-pads-0"),
	    CASE("ok-sha256") },

	{ CTL_RULE_SIGNER_UNKNOWN, 1, 0, CTL_HDR_SIGNER_ID,
	    CASE("bad-signer-nobody"), CASE("bad-signer-not-sast") },
	{ CTL_RULE_SIGNER_UNKNOWN, 1, 0, CTL_HDR_SIGNER_ID,
	    CASE("bad-header-serial-reversed"),
	    CASE("ok-token-serial-two-orders") },
	{ CTL_RULE_SIGNER_NOT_SAST, 1, 0, CTL_HDR_SIGNER_ID,
	    CASE("bad-signer-not-sast"), CASE("bad-signer-nobody") },
	{ CTL_RULE_SIGNER_NOT_SAST, 1, 0, CTL_HDR_SIGNER_ID,
	    CASE("bad-signer-ccm-tftp"), CASE("ok-signer-last") },
	{ CTL_RULE_SIGNER_REVERSED, 1, 0, CTL_HDR_SERIAL,
	    CASE("ok-token-serial-two-orders"), CASE("ok-token-5728") },
	{ CTL_RULE_SIGNATURE_BAD, 1, 0, CTL_HDR_SIGNATURE,
	    CASE("bad-signature"), CASE("bad-forged-key") },
	{ CTL_RULE_SIGNATURE_BAD, 1, 0, CTL_HDR_SIGNATURE,
	    CASE("bad-signature-length"), CASE("bad-modulus-code") },
	{ CTL_RULE_SIGNATURE_UNCHECKED, 1, 0, CTL_HDR_SIGNER_ID,
	    CASE("ok-firmware-loads"), CASE("ok-pads-0") },
	{ CTL_RULE_SIGNATURE_UNCHECKED, 1, 0, CTL_HDR_SIGNER_ID,
	    CASE("ok-cnf-sgn-sha1"), CASE("bad-algorithm-1") },
	{ CTL_RULE_SIGNER_EXPIRED, 1, 1, CTL_REC_CERTIFICATE,
	    CASE_AT("ok-tokenless-4947", END + 1),
	    CASE_AT("ok-tokenless-4947", END) },
	{ CTL_RULE_SIGNER_EXPIRED, 1, 5, CTL_REC_CERTIFICATE,
	    CASE_AT("ok-token-5728", END + 1), CASE("ok-token-5728") },
	{ CTL_RULE_SIGNER_EXPIRED, 1, 1, CTL_REC_CERTIFICATE,
	    CASE_AT("ok-signer-builder-first", END + 1),
	    CASE_AT("ok-signer-builder-first", END) },
	{ CTL_RULE_SIGNER_EXPIRES, 1, 1, CTL_REC_CERTIFICATE,
	    CASE_AT("ok-tokenless-4947", END - DAYS * DAY),
	    CASE_AT("ok-tokenless-4947", END - DAYS * DAY - 1) },
	{ CTL_RULE_SIGNER_EXPIRES, 1, 1, CTL_REC_CERTIFICATE,
	    CASE_IN("ok-tokenless-4947", END, 0),
	    CASE_IN("ok-tokenless-4947", END - 1, 0) },
	{ CTL_RULE_SIGNER_EXPIRES, 1, 1, CTL_REC_CERTIFICATE,
	    CASE_AT("ok-tokenless-4947", END),
	    CASE_AT("ok-tokenless-4947", END + 1) },

	{ CTL_RULE_CERTIFICATE_UNREADABLE, 1, 4, CTL_REC_CERTIFICATE,
	    CASE("bad-certificate-garbage"), CASE("ok-hash-algorithms") },
	{ CTL_RULE_CERTIFICATE_UNREADABLE, 1, 4, CTL_REC_CERTIFICATE,
	    CASE("bad-certificate-trailing"), CASE("ok-key-only") },
	{ CTL_RULE_CERTIFICATE_UNREADABLE, 1, 1, CTL_REC_CERTIFICATE,
	    CASE("bad-certificate-garbage-signer"), CASE("ok-pads-0") },
	{ CTL_RULE_CERTIFICATE_UNREADABLE, 1, 4, CTL_REC_CERTIFICATE,
	    CASE("bad-certificate-not-text"), CASE("ok-name-t61") },
	{ CTL_RULE_KEY_UNREADABLE, 2, 1, CTL_REC_PUBLIC_KEY,
	    CASE("bad-signer-key-ec"), CASE("ok-ec-records") },
	{ CTL_RULE_KEY_UNREADABLE, 3, 4, CTL_REC_PUBLIC_KEY,
	    CASE("bad-key-garbage"), CASE("ok-key-only") },
	{ CTL_RULE_KEY_WEAK, 3, 4, CTL_REC_PUBLIC_KEY, CASE("bad-key-weak"),
	    CASE("ok-key-only") },
	{ CTL_RULE_KEY_WEAK, 1, 4, CTL_REC_PUBLIC_KEY, CASE("bad-key-511"),
	    CASE("ok-rsa512") },
	{ CTL_RULE_KEY_WEAK, 1, 3, CTL_REC_PUBLIC_KEY,
	    CASE("bad-sast-exponent-1"), CASE("bad-sast-ec") },
	{ CTL_RULE_HASH_UNREADABLE, 4, 4, CTL_REC_CERT_HASH, CASE("bad-hash"),
	    CASE("ok-hash-algorithms") },
	{ CTL_RULE_FIELD_DISAGREES, 3, 4, CTL_REC_SUBJECT,
	    CASE("bad-capf-differs"), CASE("ok-name-dropped-attributes") },
	{ CTL_RULE_FIELD_DISAGREES, 1, 1, CTL_REC_SERIAL,
	    CASE("bad-serial-reversed"), CASE("ok-token-5728") },
	{ CTL_RULE_FIELD_DISAGREES, 1, 1, CTL_REC_CERT_HASH,
	    CASE("bad-cert-hash-differs"), CASE("ok-signer-twice") },
	{ CTL_RULE_FIELD_DISAGREES, 1, 2, CTL_REC_SUBJECT,
	    CASE("bad-server-differs"), CASE("ok-name-many-ous") },
	{ CTL_RULE_FIELD_DISAGREES, 2, 1, CTL_REC_SIGNATURE,
	    CASE("bad-record-signature"), CASE("ok-pads-0") },
	{ CTL_RULE_HEADER_UNUSUAL, 1, 0, CTL_HDR_SIGNER_NAME,
	    CASE("bad-signer-name"), CASE("ok-token-5728") },
	{ CTL_RULE_ROLE_MISSING, 1, 4, RECORD, CASE("bad-role-missing"),
	    CASE("ok-every-role") },
	{ CTL_RULE_ROLE_MISSING, 1, 4, RECORD, CASE("bad-record-bare"),
	    CASE("ok-server-empty-all") },
	{ CTL_RULE_ROLE_UNKNOWN, 4, 10, CTL_REC_ROLE, CASE("ok-every-role"),
	    CASE("bad-role-missing") },
	{ CTL_RULE_KEY_MISSING, 1, 4, CTL_REC_ROLE, CASE("bad-key-missing"),
	    CASE("ok-key-only") },
	{ CTL_RULE_KEY_MISSING, 1, 4, CTL_REC_ROLE, CASE("bad-key-missing"),
	    CASE("bad-server-empty") },
	{ CTL_RULE_KEY_MISSING, 1, 4, CTL_REC_ROLE, CASE("bad-tvs-empty"),
	    CASE("ok-itl-rollback") },
	{ CTL_RULE_KEY_MISSING, 1, 4, CTL_REC_ROLE, CASE("bad-key-missing"),
	    CASE("bad-record-bare") },
	{ CTL_RULE_FIELD_MISSING, 4, 2, RECORD, CASE("bad-fields-missing"),
	    CASE("ok-key-nameless") },
	{ CTL_RULE_FIELD_MISSING, 1, 3, RECORD, CASE("bad-sast-no-serial"),
	    CASE("ok-itl-cert-hashes") },
	{ CTL_RULE_SERVER_WITHOUT_CERTIFICATE, 4, 4, CTL_REC_ROLE,
	    CASE("bad-server-empty"), CASE("ok-server-empty-all") },
	{ CTL_RULE_SERVER_WITHOUT_CERTIFICATE, 4, 4, CTL_REC_ROLE,
	    CASE("bad-server-empty"), CASE("ok-server-hash") },
	{ CTL_RULE_NAME_LONG, 8, 0, CTL_HDR_SIGNER_NAME, CASE("bad-name-256"),
	    CASE("ok-name-255") },
	{ CTL_RULE_NAME_LONG, 1, 2, CTL_REC_DNS_NAME, CASE("bad-name-utf8-256"),
	    CASE("ok-name-utf8-200") },
	{ CTL_RULE_NAME_WITHOUT_NUL, 2, 0, CTL_HDR_SIGNER_NAME,
	    CASE("bad-name-no-nul"), CASE("ok-dns-two-nuls") },
	{ CTL_RULE_NAME_WITHOUT_NUL, 1, 4, CTL_REC_DNS_NAME,
	    CASE("bad-dns-missing-nul"), CASE("ok-token-5728") },
	{ CTL_RULE_NAME_WITHOUT_NUL, 1, 4, CTL_REC_DNS_NAME,
	    CASE("bad-dns-zero"), CASE("ok-token-3746") },
	{ CTL_RULE_ADDRESS_LENGTH, 1, 4, CTL_REC_ADDRESS, CASE("ok-ipv6"),
	    CASE("ok-pads-0") },
	{ CTL_RULE_ADDRESS_LENGTH, 1, 4, CTL_REC_ADDRESS, CASE("bad-address-3"),
	    CASE("ok-itl-callmanager") },
	{ CTL_RULE_WILDCARD, 3, 5, CTL_REC_CERTIFICATE, CASE("bad-wildcards"),
	    CASE("ok-asterisks") },
	{ CTL_RULE_WILDCARD, 1, 5, CTL_REC_CERTIFICATE,
	    CASE("bad-wildcard-bmp"), CASE("ok-name-bmp") },
	{ CTL_RULE_RSA_OVER_2048, 1, 1, CTL_REC_CERTIFICATE,
	    CASE("bad-modulus-3072"), CASE("ok-fresh-list") },
	{ CTL_RULE_RSA_OVER_2048, 1, 1, CTL_REC_CERTIFICATE,
	    CASE("ok-rsa4096-sha512"), CASE("ok-ec-records") },
	{ CTL_RULE_RSA_OVER_2048, 1, 4, CTL_REC_PUBLIC_KEY,
	    CASE("ok-key-4096-bare"), CASE("ok-key-only") },
	{ CTL_RULE_RSA_1024, 3, 1, CTL_REC_CERTIFICATE,
	    CASE("ok-tokenless-4947"), CASE("ok-fresh-list") },
	{ CTL_RULE_RSA_1024, 1, 1, CTL_REC_CERTIFICATE, CASE("ok-rsa512"),
	    CASE("ok-ec-records") },
	{ CTL_RULE_RSA_1024, 3, 1, CTL_REC_CERTIFICATE, CASE("ok-key-only"),
	    CASE("ok-key-4096-bare") },
	{ CTL_RULE_CA_KEY_4096, 2, 4, CTL_REC_CERTIFICATE,
	    CASE("bad-ca-key-4096"), CASE("ok-ca-key-3072") },
	{ CTL_RULE_CERTIFICATE_EXPIRED, 2, 3, CTL_REC_CERTIFICATE,
	    CASE_AT("ok-tokenless-4947", END + 1),
	    CASE_AT("ok-tokenless-4947", END) },
	{ CTL_RULE_CERTIFICATE_EXPIRES, 2, 3, CTL_REC_CERTIFICATE,
	    CASE_AT("ok-tokenless-4947", END - DAYS * DAY),
	    CASE_AT("ok-tokenless-4947", END - DAYS * DAY - 1) },
	{ CTL_RULE_CERTIFICATE_EARLY, 3, 1, CTL_REC_CERTIFICATE,
	    CASE_AT("ok-tokenless-4947", BEGIN - 1),
	    CASE_AT("ok-tokenless-4947", BEGIN) },
	{ CTL_RULE_TOKEN_DIALECT, 2, 1, CTL_REC_ISSUER, CASE("ok-token-5728"),
	    CASE("ok-builder-sha1") },
	{ CTL_RULE_UNKNOWN_TAG, 5, 0, 40, CASE("ok-unknown-tags"),
	    CASE("ok-builder-sha1") },
	{ CTL_RULE_UNKNOWN_TAG, 246, 4, 99, CASE("ok-tags-256"),
	    CASE("ok-itl-cert-hashes") },

	{ CTL_RULE_TWO_KEYS, 1, 6, CTL_REC_ROLE, CASE("bad-two-keys"),
	    CASE("ok-one-key-renewed") },
	{ CTL_RULE_TWO_KEYS, 1, 5, CTL_REC_ROLE,
	    CASE("bad-two-sast-one-serial"), CASE("ok-signer-twice") },
	{ CTL_RULE_TWO_KEYS, 1, 5, CTL_REC_ROLE, CASE("bad-two-hashes"),
	    CASE("ok-one-serial-two-issuers") },
	{ CTL_RULE_TWO_KEYS, 1, 6, CTL_REC_ROLE, CASE("bad-two-keys-third"),
	    CASE("ok-key-nameless") },
	{ CTL_RULE_TWO_KEYS, 1, 6, CTL_REC_ROLE, CASE("bad-hash-key-hash"),
	    CASE("bad-one-serial-nameless") },
	{ CTL_RULE_CERTIFICATE_TWICE, 1, 6, CTL_REC_ROLE,
	    CASE("bad-certificate-twice"), CASE("ok-tokenless-4947") },
	{ CTL_RULE_CERTIFICATE_TWICE, 1, 6, CTL_REC_ROLE,
	    CASE("bad-certificate-twice"), CASE("ok-multi-server") },
	{ CTL_RULE_CERTIFICATE_TWICE, 1, 5, CTL_REC_ROLE,
	    CASE("bad-hash-twice"), CASE("bad-two-hashes") },
	{ CTL_RULE_CERTIFICATE_TWICE, 1, 5, CTL_REC_ROLE,
	    CASE("bad-sast-twice"), CASE("ok-three-sast") },
	{ CTL_RULE_CERTIFICATE_TWICE, 1, 5, CTL_REC_ROLE,
	    CASE("bad-certificate-twice-nameless"),
	    CASE("ok-multi-server-nameless") },
	{ CTL_RULE_ONE_SAST, 1, 0, WHOLE, CASE("bad-one-sast"),
	    CASE("ok-pads-0") },
	{ CTL_RULE_ONE_SAST, 1, 0, WHOLE, CASE("ok-signer-twice"),
	    CASE("bad-no-sast") },
	{ CTL_RULE_ONE_SAST, 1, 0, WHOLE, CASE("bad-sast-same-key"),
	    CASE("ok-signer-builder-first") },
	{ CTL_RULE_ONE_SAST, 1, 0, WHOLE, CASE("bad-sast-no-serial"),
	    CASE("bad-fields-missing") },
	{ CTL_RULE_ONE_SAST, 1, 0, WHOLE, CASE("bad-sast-ec"),
	    CASE("ok-key-only") },
	{ CTL_RULE_ONE_SAST, 1, 0, WHOLE, CASE("bad-sast-exponent-1"),
	    CASE("bad-key-weak") },
	{ CTL_RULE_ONE_SAST, 1, 0, WHOLE, CASE("bad-sasts-unusable"),
	    CASE("ok-hashes-40") },
	{ CTL_RULE_MANY_SAST, 1, 0, WHOLE, CASE("ok-three-sast"),
	    CASE("bad-role-missing") },
	{ CTL_RULE_NO_SAST, 1, 0, WHOLE, CASE("bad-no-sast"),
	    CASE("bad-one-sast") },
	{ CTL_RULE_SAST_UNUSABLE, 1, 3, CTL_REC_ROLE,
	    CASE("bad-sast-no-serial"), CASE("bad-sast-same-key") },
	{ CTL_RULE_SAST_UNUSABLE, 1, 3, CTL_REC_ROLE, CASE("bad-sast-ec"),
	    CASE("ok-ec-records") },
	{ CTL_RULE_SAST_UNUSABLE, 1, 3, CTL_REC_ROLE,
	    CASE("bad-sast-exponent-1"), CASE("bad-key-weak") },
	{ CTL_RULE_SAST_UNUSABLE, 2, 1, CTL_REC_ROLE,
	    CASE("bad-sasts-unusable"), CASE("bad-no-sast") },
	{ CTL_RULE_NO_CAPF, 1, 0, WHOLE, CASE("bad-no-capf"),
	    CASE("ok-pads-0") },
	{ CTL_RULE_NO_CAPF, 1, 0, WHOLE, CASE("bad-no-capf"),
	    CASE_AS("bad-no-capf", CTL_KIND_ITL) },
	{ CTL_RULE_NO_CCM_TFTP, 1, 0, WHOLE, CASE("bad-no-tftp"),
	    CASE("ok-ccm-and-tftp") },
	{ CTL_RULE_NO_CCM_TFTP, 1, 0, WHOLE, CASE("bad-no-ccm"),
	    CASE_AS("bad-no-ccm", CTL_KIND_ITL) },
	{ CTL_RULE_NO_CCM_TFTP, 1, 0, WHOLE,
	    CASE_AS("bad-no-tftp", CTL_KIND_ITL), CASE("bad-one-sast") },
	{ CTL_RULE_TVS_IN_CTL, 1, 5, CTL_REC_ROLE, CASE("bad-tvs-in-ctl"),
	    CASE_AS("bad-tvs-in-ctl", CTL_KIND_ITL) },
	{ CTL_RULE_NON_SECURE, 1, 3, CTL_REC_ROLE, CASE("ok-token-3746"),
	    CASE("bad-server-empty") },
	{ CTL_RULE_NON_SECURE, 1, 4, CTL_REC_ROLE, CASE("ok-server-empty-all"),
	    CASE_AS("ok-server-empty-all", CTL_KIND_ITL) },
	{ CTL_RULE_ROLLBACK, 1, 3, CTL_REC_ROLE, CASE("ok-itl-rollback"),
	    CASE_AS("ok-itl-rollback", CTL_KIND_CTL) },
	{ CTL_RULE_ROLLBACK, 1, 3, CTL_REC_ROLE, CASE("ok-itl-rollback"),
	    CASE("ok-itl-cert-hashes") },
	{ CTL_RULE_SIZE_OVER_64K, 1, 0, WHOLE, CASE("bad-size-65537"),
	    CASE("ok-size-65536") },
	{ CTL_RULE_SIZE_OVER_64K, 1, 0, WHOLE,
	    CASE_AS("bad-size-65537", CTL_KIND_ITL),
	    CASE_AS("ok-size-65536", CTL_KIND_ITL) },
	{ CTL_RULE_CERTIFICATES_OVER_39, 1, 0, WHOLE,
	    CASE("bad-certificates-40"), CASE("ok-certificates-39") },
	{ CTL_RULE_CERTIFICATES_OVER_39, 1, 0, WHOLE,
	    CASE_AS("bad-certificates-40", CTL_KIND_ITL),
	    CASE_AS("ok-certificates-39", CTL_KIND_ITL) },
	{ CTL_RULE_CERTIFICATES_OVER_39, 1, 0, WHOLE,
	    CASE("bad-certificates-40"), CASE("ok-hashes-40") },
};

#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

/* Texts made here: the head of one, and one record that is not all there. */
#define TEXT_HEAD                               \
	"admin:show ctl\n"                      \
	"The checksum value of the CTL file:\n" \
	"2e7a6113eadbdae67ffa918d81376902(MD5)\n"
#define TEXT_RECORD                                 \
	"CTL Record #:1\n"                          \
	"----\n"                                    \
	"BYTEPOS TAG LENGTH VALUE\n"                \
	"------- --- ------ -----\n"                \
	"1       RECORDLENGTH    2       28\n"      \
	"2       DNSNAME         8       lab-pub\n" \
	"4       FUNCTION        2       CAPF\n"
#define TEXT_ADDRESS "10      IPADDRESS       4\n"

/* The same for texts: of tests/listings, or made here, where WAS is replaced
 * by IS. */
struct text_row {
	enum ctl_rule rule;
	size_t num;
	size_t record;
	unsigned line;
	const char *has;
	const char *has_not;
	const char *was, *is; /* in has */
};

#define IS_TEXT(name) (strchr(name, '\n') != NULL)

static const struct text_row text_rows[] = {
	{ CTL_RULE_NO_FILE, 1, 0, 0, "118893-1", "118893-5", NULL, NULL },
	{ CTL_RULE_NO_FILE, 1, 0, 0, "118892-3", "118892-2", NULL, NULL },
	{ CTL_RULE_SAID_FAILED, 1, 0, 0, "118893-5", "118893-5",
	    "The CTL file was verified successfully.",
	    "Verification of the CTL File failed." },
	{ CTL_RULE_TEXT_INCOMPLETE, 1, 0, 0, "118893-2", "118893-5", NULL,
	    NULL },
	{ CTL_RULE_TEXT_DAMAGED, 2, 1, 14, "118893-6", "118892-2", NULL, NULL },
	{ CTL_RULE_NON_SECURE, 1, 3, 59, "118892-2", "118893-5", NULL, NULL },
	{ CTL_RULE_ONE_SAST, 1, 0, 0, "118893-5", "118892-2", NULL, NULL },
	/* a list that is not whole is not said to lack anything */
	{ CTL_RULE_SIGNATURE_UNCHECKED, 1, 0, 0, "118893-2", "118893-1", NULL,
	    NULL },
	{ CTL_RULE_TEXT_REFUSED, 1, 0, 23, "118893-6", "118893-6",
	    "CTL Record #:5", "CTL Record #:1" },
	{ CTL_RULE_TEXT_EMPTY, 1, 0, 0, TEXT_HEAD, TEXT_HEAD TEXT_RECORD, NULL,
	    NULL },
	{ CTL_RULE_TEXT_EMPTY, 1, 0, 0, TEXT_HEAD, "118893-1", NULL, NULL },
	{ CTL_RULE_TEXT_TORN, 1, 1, 4, TEXT_HEAD TEXT_RECORD, TEXT_HEAD, NULL,
	    NULL },
};

#define NUM_TEXT_ROWS (sizeof(text_rows) / sizeof(text_rows[0]))

#endif
