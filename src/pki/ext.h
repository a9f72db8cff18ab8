/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a certificate or a request says of its use: key usage, extended key
 * usage, basic constraints, key identifiers (RFC 5280, 4.2.1), and the other
 * names of its subject. Read only, from hostile bytes: an extension that does
 * not decode, or stands twice, is said to be there and broken, never guessed.
 */
#ifndef PKI_EXT_H
#define PKI_EXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"
#include "pki/cert.h"

/* Bits of keyUsage: id, name. */
#define EXT_KEY_USAGES(X)                            \
	X(EXT_DIGITAL_SIGNATURE, "digitalSignature") \
	X(EXT_NON_REPUDIATION, "nonRepudiation")     \
	X(EXT_KEY_ENCIPHERMENT, "keyEncipherment")   \
	X(EXT_DATA_ENCIPHERMENT, "dataEncipherment") \
	X(EXT_KEY_AGREEMENT, "keyAgreement")         \
	X(EXT_KEY_CERT_SIGN, "keyCertSign")          \
	X(EXT_CRL_SIGN, "cRLSign")                   \
	X(EXT_ENCIPHER_ONLY, "encipherOnly")         \
	X(EXT_DECIPHER_ONLY, "decipherOnly")

/* Purposes of extendedKeyUsage that matter here: id, name, OID. */
#define EXT_PURPOSES(X)                                       \
	X(EXT_SERVER_AUTH, "serverAuth", "1.3.6.1.5.5.7.3.1") \
	X(EXT_CLIENT_AUTH, "clientAuth", "1.3.6.1.5.5.7.3.2") \
	X(EXT_IPSEC_END_SYSTEM, "ipsecEndSystem", "1.3.6.1.5.5.7.3.5")

enum ext_key_usage {
#define EXT_ENUM(id, name) id,
	EXT_KEY_USAGES(EXT_ENUM)
#undef EXT_ENUM
	EXT_NUM_KEY_USAGES
};

enum ext_purpose {
#define EXT_ENUM(id, name, oid) id,
	EXT_PURPOSES(EXT_ENUM)
#undef EXT_ENUM
	EXT_NUM_PURPOSES
};

const char *ext_key_usage_name(enum ext_key_usage bit);
const char *ext_purpose_name(enum ext_purpose purpose);
/* False where there is none of that name. */
bool ext_key_usage_of(const char *name, enum ext_key_usage *ret);
bool ext_purpose_of(const char *name, enum ext_purpose *ret);

enum ext_state {
	EXT_ABSENT,
	EXT_PRESENT,
	EXT_BROKEN /* twice, or undecodable */
};

/* A kind of other name: id, as openssl prints it. */
#define EXT_NAME_TYPES(X)                \
	X(EXT_NAME_DNS, "DNS")           \
	X(EXT_NAME_IP, "IP")             \
	X(EXT_NAME_EMAIL, "email")       \
	X(EXT_NAME_URI, "URI")           \
	X(EXT_NAME_DIRECTORY, "DirName") \
	X(EXT_NAME_OTHER, "other")

enum ext_name_type {
#define EXT_ENUM(id, name) id,
	EXT_NAME_TYPES(EXT_ENUM)
#undef EXT_ENUM
};

struct ext_name {
	enum ext_name_type type;
	struct bytes value; /* text as it stands there, of an IP 4 or 16 bytes,
			     * else DER */
};

struct ext {
	enum ext_state key_usage, purposes, constraints, alt_names;
	unsigned key_usage_bits;   /* 1u << enum ext_key_usage */
	unsigned purpose_bits;     /* 1u << enum ext_purpose */
	struct buf other_purposes; /* dotted, one behind another with a blank */
	bool ca;
	long path_len; /* -1: no limit */
	bool key_usage_critical, constraints_critical;
	struct buf other_critical; /* names of other critical extensions */
	struct ext_name *names;    /* of subjectAltName: sorted, each once */
	size_t num_names;
	size_t num_repeats;                    /* names that stood twice */
	struct buf subject_key, authority_key; /* identifiers, may be empty */
	struct buf memory;                     /* of the names */
};

/* Most names that are read of one subjectAltName. */
#define EXT_MAX_NAMES 10000

/* Reads those of C. ERR_TOO_BIG over EXT_MAX_NAMES; ERR_NOMEM. */
MUST_CHECK enum err ext_of_cert(const struct cert *c, struct ext *ret,
    struct diag *d);
void ext_clear(struct ext *x);

/* Names compare by type and value; DNS names and addresses of mail in any
 * case. As strcmp(). */
int ext_name_compare(const struct ext_name *a, const struct ext_name *b);

/* X has that name. */
bool ext_has_name(const struct ext *x, const struct ext_name *name);

/* Appends "DNS:a.example.org", not made safe for a terminal. */
void ext_put_name(struct buf *out, const struct ext_name *name);

#endif
