/* SPDX-License-Identifier: Apache-2.0 */
/* Self-signed certificates for keys that stay where they are. */
#ifndef PKI_SELFSIGN_H
#define PKI_SELFSIGN_H

#include <stdint.h>

#include "pki/request.h"

/* When a self-signed certificate is valid, and its number. */
struct request_validity {
	int64_t from;        /* seconds since 1970 */
	unsigned days;       /* at least 1; it ends DAYS * 86400 s after FROM */
	struct bytes serial; /* 1 to 20 bytes, big-endian, not 0; absent: 16
			      * random bytes. The first bit must be 0 where it
			      * has 20 bytes. */
};

/* Checks WHEN alone, as request_check() does the rest. ERR_USAGE. */
MUST_CHECK enum err selfsign_check(const struct request_validity *when,
    struct diag *d);

/* Appends the DER of a certificate (version 3, with a subject key identifier)
 * of and by SPEC's subject, signed by SIGNER over DIGEST; errors as
 * request_make() and selfsign_check(). For PEM: cert_put_pem(). */
MUST_CHECK enum err selfsign_make(const struct request_spec *spec,
    const struct request_validity *when, struct evp_pkey_st *signer,
    enum digest digest, struct buf *ret_der, struct diag *d);

#endif
