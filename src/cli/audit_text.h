/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to say of an audit log, for people. */
#ifndef CLI_AUDIT_TEXT_H
#define CLI_AUDIT_TEXT_H

#include "audit/audit.h"
#include "base/buf.h"

/* Appends what V says of the log PATH. WANT: the hash that was asked for, or
 * absent. */
void audit_text_put(struct buf *out, const char *path,
    const struct audit_verdict *v, struct bytes want);

#endif
