/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only, but for ossl_forget_errors(): OpenSSL's objects and its
 * error queue. */
#ifndef PKI_OSSL_H
#define PKI_OSSL_H

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "pki/cert.h"
#include "pki/pubkey.h"

/* Ends a failed call into OpenSSL that always says why (d2i, RSA): empties the
 * error queue and records CODE and WHAT, or ERR_NOMEM where the queue shows
 * that memory ran out, or is empty because there was none even for the error.
 */
enum err ossl_fail(struct diag *d, enum err code, const char *what);

/* The same where memory is all that can have failed. */
enum err ossl_nomem(struct diag *d);

/* Empties the error queue: what others left there is no error of ours. */
void ossl_forget_errors(void);

/* Wraps EVP, of which it takes a reference. */
MUST_CHECK enum err pubkey_wrap(EVP_PKEY *evp, struct pubkey **ret,
    struct diag *d);

/* The certificate within C, borrowed. */
X509 *cert_x509(const struct cert *c);

/* The key within K, borrowed. */
EVP_PKEY *pubkey_evp(const struct pubkey *k);

/* OpenSSL's object, which is static. */
const EVP_MD *digest_md(enum digest which);

/* The DER of DigestInfo up to the digest itself; absent for MD5. */
struct bytes digest_info(enum digest which);

/* *RET: EVP, which is RSA, has an exponent that is odd and above 1. */
MUST_CHECK enum err pubkey_has_exponent(EVP_PKEY *evp, bool *ret,
    struct diag *d);

/* Appends the block that SIG holds: SIG raised to the exponent of K, which is
 * RSA. *RET_OK is false, and nothing appended, where no signature by K is that
 * long, or K has an exponent that proves nothing. */
MUST_CHECK enum err pubkey_open(const struct pubkey *k, struct bytes sig,
    struct buf *ret_block, bool *ret_ok, struct diag *d);

/* Appends DER as PEM of the type NAME ("CERTIFICATE"). */
MUST_CHECK enum err ossl_put_pem(const char *name, struct bytes der,
    struct buf *out, struct diag *d);

/* The curve that the DER PARAMS names; errors as pubkey_from_ec(). */
MUST_CHECK enum err ossl_ec_group(struct bytes params, EC_GROUP **ret,
    struct diag *d);

#endif
