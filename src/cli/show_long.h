/* SPDX-License-Identifier: Apache-2.0 */
/* What the appliance's layout hides, for `show --long`. */
#ifndef CLI_SHOW_LONG_H
#define CLI_SHOW_LONG_H

#include "ctl/ctl.h"

/* Each appends indented lines. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err show_long_head(const struct ctl_file *f, struct buf *out,
    struct diag *d);
MUST_CHECK enum err show_long_record(const struct ctl_file *f, size_t index,
    struct buf *out, struct diag *d);

#endif
