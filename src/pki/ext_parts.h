/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: where extensions come from. */
#ifndef PKI_EXT_PARTS_H
#define PKI_EXT_PARTS_H

#include <openssl/x509v3.h>

#include "pki/ext.h"

/* Reads EXTS, which may be NULL, into RET; errors as ext_of_cert(). */
MUST_CHECK enum err ext_read(const STACK_OF(X509_EXTENSION) * exts,
    struct ext *ret, struct diag *d);

/* Reads the names among EXTS into X. */
MUST_CHECK enum err ext_read_names(const STACK_OF(X509_EXTENSION) * exts,
    struct ext *x, struct diag *d);

#endif
