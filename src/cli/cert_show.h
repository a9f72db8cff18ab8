/* SPDX-License-Identifier: Apache-2.0 */
/* What `ctlsmith cert show` says of a file. */
#ifndef CLI_CERT_SHOW_H
#define CLI_CERT_SHOW_H

#include <jansson.h>

#include "cli/cert_file.h"
#include "cli/fill.h"
#include "pki/ext.h"

/* Appends all that F holds, for people. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err cert_show_put(const struct cert_file *f, int64_t now,
    const struct fill *fill, struct buf *out, struct diag *d);

/* Appends its certificates and requests as PEM. */
MUST_CHECK enum err cert_show_put_pem(const struct cert_file *f,
    struct buf *out, struct diag *d);

/* The element of `cert show --json`; NULL: out of memory. WHY: F could not be
 * read, or NULL. */
json_t *cert_show_json(const struct cert_file *f, int64_t now,
    const struct diag *why);

#endif
