/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: the texts of a request, read. */
#ifndef PKI_REQUEST_PARTS_H
#define PKI_REQUEST_PARTS_H

#include <openssl/x509v3.h>

#include "base/bytes.h"
#include "base/diag.h"

/* The longest text of a name, or of alternative names, in bytes. */
#define REQUEST_MAX_TEXT 4096

/* Reads a distinguished name as request.h describes it. */
MUST_CHECK enum err request_name_read(const char *text, X509_NAME **ret,
    struct diag *d);

/* Reads alternative names; at least one. */
MUST_CHECK enum err request_alt_read(const char *text, GENERAL_NAMES **ret,
    struct diag *d);

/* Says what is wrong in TEXT at the byte AT, and where that is. */
enum err request_wrong(struct diag *d, const char *text, const char *at,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
