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

#include "base/buf.h"
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

/* Makes an RSA key of its two numbers, big-endian, leading zeros allowed, as
 * PKCS#11 gives CKA_MODULUS and CKA_PUBLIC_EXPONENT. ERR_SYNTAX where one is
 * 0 or absent, ERR_TOO_BIG over 16384 bits. */
MUST_CHECK enum err pubkey_from_rsa_parts(struct bytes modulus,
    struct bytes exponent, struct pubkey **ret, struct diag *d);

/* Makes an EC key of CKA_EC_PARAMS (the DER of a named curve's OID) and
 * CKA_EC_POINT: an uncompressed point, either in the DER OCTET STRING that
 * PKCS#11 asks for or bare, as some modules give it. ERR_UNSUPPORTED: explicit
 * parameters, a curve given by a printed name, a curve that OpenSSL does not
 * know, a compressed point. ERR_SYNTAX: a point of the wrong length, or not on
 * its curve. */
MUST_CHECK enum err pubkey_from_ec(struct bytes params_der, struct bytes point,
    struct pubkey **ret, struct diag *d);

/* Frees *K and sets it to NULL; NULL is allowed. */
void pubkey_free(struct pubkey **k);

enum pubkey_type pubkey_type(const struct pubkey *k);

/* "RSA", "EC" or "other". */
const char *pubkey_type_name(enum pubkey_type type);

/* Size in bits: of the modulus or of the curve. */
unsigned pubkey_bits(const struct pubkey *k);

/* Both are the same key. */
bool pubkey_equal(const struct pubkey *a, const struct pubkey *b);

/* "P-256", "P-384", "P-521", OpenSSL's short name ("secp256k1") for another
 * named curve; NULL where K is no EC key, or its curve has no name. */
const char *pubkey_curve_name(const struct pubkey *k);

/* Appends the DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7). */
MUST_CHECK enum err pubkey_put_spki(const struct pubkey *k, struct buf *out,
    struct diag *d);

/* Appends the SHA-1 of the content of subjectPublicKey, 20 bytes (RFC 5280,
 * 4.2.1.2, method 1): the subject key identifier of the certificates that we
 * make, and the CKA_ID of the keys that we make. */
MUST_CHECK enum err pubkey_put_id(const struct pubkey *k, struct buf *out,
    struct diag *d);

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

/* Checks SIG against the digest VALUE, both made with WHICH (ERR_UNSUPPORTED
 * for MD5, and for a key that is not RSA; sig_check() of pki/sig.h knows other
 * keys and paddings). */
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
