/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate signing requests (PKCS#10), read only. pki/request.h makes
 * them. */
#ifndef PKI_CSR_H
#define PKI_CSR_H

#include "pki/ext.h"

struct csr;

/* Decodes one DER request; nothing may follow it, and the extensions that it
 * asks for must decode. ERR_SYNTAX; ERR_TOO_BIG over EXT_MAX_NAMES. */
MUST_CHECK enum err csr_from_der(struct bytes der, struct csr **ret,
    struct diag *d);

void csr_free(struct csr **c);

/* Borrowed from C. */
struct bytes csr_der(const struct csr *c);
/* Appends it as PEM. */
MUST_CHECK enum err csr_put_pem(const struct csr *c, struct buf *out,
    struct diag *d);
/* NULL where OpenSSL does not know its kind. */
const struct pubkey *csr_key(const struct csr *c);
/* Of its extensionRequest. */
const struct ext *csr_ext(const struct csr *c);

/* *RET: its own signature is right: whoever made it had the key. */
MUST_CHECK enum err csr_is_signed(const struct csr *c, bool *ret,
    struct diag *d);

/* Appends its subject as RFC 4514 writes it, UTF-8; its first CN. */
MUST_CHECK enum err csr_put_name(const struct csr *c, struct buf *out,
    struct diag *d);
MUST_CHECK enum err csr_put_cn(const struct csr *c, struct buf *out,
    struct diag *d);

#endif
