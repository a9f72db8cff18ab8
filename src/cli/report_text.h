/* SPDX-License-Identifier: Apache-2.0 */
/* The custody report as a document. */
#ifndef CLI_REPORT_TEXT_H
#define CLI_REPORT_TEXT_H

#include "cli/report.h"

/* Appends the whole of it, laid out for stdout. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err report_text_put(const struct report *r, struct buf *out,
    struct diag *d);

#endif
