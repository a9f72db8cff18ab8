/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: distinguished names of certificates and requests. What
 * the functions do is said where pki/cert.h has them. */
#ifndef PKI_NAME_H
#define PKI_NAME_H

#include <openssl/x509.h>

#include "pki/cert.h"

size_t name_num_attrs(const X509_NAME *name);
void name_attr(const X509_NAME *name, size_t i, struct cert_attr *ret);
MUST_CHECK enum err name_put_attr_utf8(const X509_NAME *name, size_t i,
    struct buf *out, struct diag *d);
MUST_CHECK enum err name_put_cn(const X509_NAME *name, struct buf *out,
    struct diag *d);
MUST_CHECK enum err name_put_rfc4514(const X509_NAME *name, struct buf *out,
    struct diag *d);

#endif
