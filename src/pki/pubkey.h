/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys and the check of a PKCS#1 v1.5 signature.
 *
 * A signature is checked by recovering its block and comparing it, byte for
 * byte, with the one block that is right: no tolerance in the ASN.1, and no
 * policy of the system (security level, disabled SHA-1) has a say.
 *
 * Threads may share a struct pubkey; a struct pubkey_checker is for one thread
 * at a time.
 */
#ifndef PKI_PUBKEY_H
#define PKI_PUBKEY_H

#include "base/bytes.h"
#include "base/diag.h"
#include "pki/digest.h"

struct pubkey;

enum pubkey_type {
	PUBKEY_RSA,
	PUBKEY_EC,
	PUBKEY_OTHER
};

/* Decodes a PKCS#1 RSAPublicKey (SEQUENCE of n and e, RFC 8017 A.1.1).
 * ERR_SYNTAX where it is none, or is not the DER encoding of one. */
MUST_CHECK enum err pubkey_from_rsa(struct bytes der, struct pubkey **ret,
    struct diag *d);

/* Frees *K and sets it to NULL; NULL is allowed. */
void pubkey_free(struct pubkey **k);

enum pubkey_type pubkey_type(const struct pubkey *k);

/* "RSA", "EC" or "other". */
const char *pubkey_type_name(enum pubkey_type type);

/* Size in bits: of the modulus or of the curve. */
unsigned pubkey_bits(const struct pubkey *k);

/* *RET: signatures by K prove something: it is RSA, and its exponent is odd and
 * above 1. */
MUST_CHECK enum err pubkey_can_sign(const struct pubkey *k, bool *ret,
    struct diag *d);

/* What a signature turned out to be. */
enum pubkey_match {
	PUBKEY_GOOD,    /* by this key, over this digest */
	PUBKEY_CHANGED, /* by this key, over something else */
	/* no PKCS#1 signature by this key, or its exponent is 1 or even */
	PUBKEY_FOREIGN
};

/* Checks SIG against the digest VALUE, both made with WHICH (SHA-1, SHA-256
 * or SHA-512; ERR_UNSUPPORTED for another, and for a key that is not RSA). */
MUST_CHECK enum err pubkey_verify(const struct pubkey *k, enum digest which,
    const struct digest_value *value, struct bytes sig, enum pubkey_match *ret,
    struct diag *d);

/* A key made ready, for whoever checks many signatures with it: what depends
 * on the key alone is done once. */
struct pubkey_checker;

/* K is not needed afterwards. */
MUST_CHECK enum err pubkey_checker_new(const struct pubkey *k,
    struct pubkey_checker **ret, struct diag *d);

/* Frees *C and sets it to NULL; NULL is allowed. */
void pubkey_checker_free(struct pubkey_checker **c);

/* C was made of K, and not of another key that stood where K does. */
bool pubkey_checker_is_of(const struct pubkey_checker *c,
    const struct pubkey *k);

/* As pubkey_verify(). */
MUST_CHECK enum err pubkey_check(struct pubkey_checker *c, enum digest which,
    const struct digest_value *value, struct bytes sig, enum pubkey_match *ret,
    struct diag *d);

#endif
