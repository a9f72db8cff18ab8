/* SPDX-License-Identifier: Apache-2.0 */
/* In words: who made a list, why we think so, and who can make the next. */
#ifndef CLI_ORIGIN_H
#define CLI_ORIGIN_H

#include "ctl/ctl.h"

/* Each appends a phrase without a full stop; what it quotes from F is as it
 * stands there, not yet made safe. */
void origin_put_maker(const struct ctl_file *f, struct buf *out);
void origin_put_reason(const struct ctl_file *f, struct buf *out);

/* WHERE is where the other SASTs stand: "below", "of the list". */
void origin_put_updater(const struct ctl_file *f, const char *where,
    struct buf *out);

#endif
