/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check of a signature that a token made, for all kinds of key that a
 * token may hold, in the form in which PKCS#11 gives it. No policy has a say:
 * neither the size of the key nor the age of the digest.
 */
#ifndef PKI_SIG_H
#define PKI_SIG_H

#include "pki/pubkey.h"

/* Scheme, and its name for people. */
#define SIG_SCHEMES(X)                                                         \
	/* RSA PKCS#1 v1.5 with DigestInfo */                                  \
	X(SIG_PKCS1, "PKCS#1 v1.5")                                            \
	/* RSA PSS: MGF1 with the same digest, a salt as long as the digest */ \
	X(SIG_PSS, "PSS")                                                      \
	/* r and s, each as long as the order of the curve (2n bytes) */       \
	X(SIG_ECDSA, "ECDSA")                                                  \
	/* RSA with neither padding nor digest */                              \
	X(SIG_RAW, "raw RSA")

enum sig_scheme {
#define SIG_ENUM(id, name) id,
	SIG_SCHEMES(SIG_ENUM)
#undef SIG_ENUM
};

/* "PSS" and so on; never NULL. */
const char *sig_scheme_name(enum sig_scheme scheme);

/* What is said to be signed. */
struct sig_content {
	enum sig_scheme scheme;
	enum digest which;   /* of no account for SIG_RAW */
	struct bytes digest; /* its value; for SIG_RAW the whole block, as long
			      * as the modulus */
};

/*
 * *RET_GOOD: SIG is K's signature over WHAT. A signature of the wrong length
 * is not good, nor is any by an RSA key with an exponent that is 1 or even;
 * that is no error.
 *
 * ERR_UNSUPPORTED: MD5, or a scheme that is not for this kind of key.
 * ERR_USAGE: the digest or block has the wrong length. ERR_NOMEM.
 */
MUST_CHECK enum err sig_check(const struct pubkey *k,
    const struct sig_content *what, struct bytes sig, bool *ret_good,
    struct diag *d);

/* Appends the DER of DigestInfo, what CKM_RSA_PKCS is given to sign (RFC 8017,
 * 9.2). ERR_UNSUPPORTED for MD5. */
MUST_CHECK enum err sig_put_digest_info(enum digest which, struct bytes digest,
    struct buf *out, struct diag *d);

/* Appends the block of SIZE bytes (as long as the modulus) that PKCS#1 v1.5
 * raises to the private exponent: 00 01 FF...FF 00 DigestInfo. ERR_UNSUPPORTED
 * for MD5, and where the key is too short for the digest. */
MUST_CHECK enum err sig_put_block(enum digest which, struct bytes digest,
    size_t size, struct buf *out, struct diag *d);

/* Appends the DER of Ecdsa-Sig-Value made of R_AND_S, two numbers of the same
 * length: what certificates hold. ERR_SYNTAX where it has no two halves. */
MUST_CHECK enum err sig_put_ecdsa_der(struct bytes r_and_s, struct buf *out,
    struct diag *d);

#endif
