/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate signing requests (PKCS#10) for keys that stay where they are;
 * pki/selfsign.h makes certificates of the same.
 *
 * The signer is an EVP_PKEY whose private operations may happen on a token;
 * nothing else is asked of it, and it is forward-declared here so that the
 * caller needs no header of OpenSSL. The public half comes apart from it, in
 * the spec, and what was made is decoded anew and checked with that before it
 * is returned: a signer with another key is an error, not a bad request.
 */
#ifndef PKI_REQUEST_H
#define PKI_REQUEST_H

#include "base/buf.h"
#include "pki/pubkey.h"

struct evp_pkey_st; /* EVP_PKEY */

/*
 * What the key is for, from which follow keyUsage, extendedKeyUsage and
 * basicConstraints: CA:TRUE with pathlen:0 for CAPF, CA:FALSE for the rest.
 * request.c has the table, with the source of each row.
 */
enum request_preset {
	REQUEST_PLAIN, /* "": neither key usage nor extended key usage */
	REQUEST_SAST,
	REQUEST_CALLMANAGER,
	REQUEST_CAPF,
	REQUEST_TVS,
	REQUEST_TFTP,
	REQUEST_NUM_PRESETS
};

/* "sast", "callmanager" and so on; never NULL. */
const char *request_preset_name(enum request_preset preset);

/* The preset of that name; false where there is none. */
MUST_CHECK bool request_preset_of(const char *name, enum request_preset *ret);

/* What stands in a request or a certificate; all borrowed. */
struct request_spec {
	/*
	 * The distinguished name, as people type it, UTF-8:
	 *   CN=a.example.org,OU=Voice,O=Example,C=DE   (RFC 4514)
	 *   /C=DE/O=Example/OU=Voice/CN=a.example.org  (openssl -subj)
	 * The first is in RFC 4514's order, the most specific attribute first,
	 * and is encoded from its end. ',' or ';' separates, '+' joins
	 * attributes into one; a value may stand in double quotes, and "\,",
	 * "\2C" (hex) are escapes; blanks around a value count only where
	 * they are quoted or escaped. In the second '/' separates and all
	 * blanks count. Attributes are known by their short name in any case
	 * (CN OU O L ST C STREET DC UID E serialNumber SN GN title), or in
	 * dotted decimal.
	 */
	const char *subject;
	/* "DNS:a.example.org,IP:10.0.0.1,email:x@example.org,URI:sip:x", or
	 * NULL; a comma within a value is written "\,". */
	const char *alt_names;
	enum request_preset preset;
	const struct pubkey *key; /* the public half, RSA or EC */
};

/* Checks the texts of SPEC alone (its key may be NULL here), so that a mistyped
 * name is said before a token is asked for its PIN. ERR_USAGE: the message names the attribute, and
 * line (always 1) and column of D say where. */
MUST_CHECK enum err request_check(const struct request_spec *spec,
    struct diag *d);

/*
 * Appends the DER of a request signed by SIGNER over DIGEST (SHA-256 is the
 * usual one; RSA: PKCS#1 v1.5). ERR_USAGE as request_check(); ERR_UNSUPPORTED:
 * MD5, or a key that is neither RSA nor EC; ERR_CRYPTO: the signer refused, or
 * what it made does not verify with SPEC's key. After ERR_CRYPTO the signer's
 * own account (a PKCS#11 error, say) is of more use than D.
 */
MUST_CHECK enum err request_make(const struct request_spec *spec,
    struct evp_pkey_st *signer, enum digest digest, struct buf *ret_der,
    struct diag *d);

/* Appends a request as PEM. */
MUST_CHECK enum err request_put_pem(struct bytes der, struct buf *out,
    struct diag *d);

#endif
