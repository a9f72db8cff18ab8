/* SPDX-License-Identifier: Apache-2.0 */
/* RSA-OAEP, for a key that is brought onto a token under another one. */
#ifndef PKI_OAEP_H
#define PKI_OAEP_H

#include "pki/pubkey.h"

/* Appends IN, encrypted for K with SHA-1 and MGF1 over SHA-1, which is what
 * every token knows (RFC 8017, 7.1; no property of SHA-1 that is broken
 * matters there). ERR_UNSUPPORTED where K is not RSA, ERR_TOO_BIG where IN
 * does not fit. */
MUST_CHECK enum err oaep_put(const struct pubkey *k, struct bytes in,
    struct buf *out, struct diag *d);

#endif
