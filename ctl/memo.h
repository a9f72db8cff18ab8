/* SPDX-License-Identifier: Apache-2.0 */
/* Within ctl/ only: what a memo holds. */
#ifndef CTL_MEMO_H
#define CTL_MEMO_H

#include "ctl/ctl.h"

/* The certificate of a record with exactly the bytes of RECORD, and the note
 * that ctl_agree() made, both borrowed until the next ctl_memo_put(); NULL where it
 * is not remembered. */
const struct cert *ctl_memo_find(const struct ctl_memo *m, struct bytes record,
    const char **ret_note);

/* Remembers RECORD, whose decoded certificate is *CERT. Takes *CERT over and
 * makes it NULL, unless memory is short, which only costs time later. */
void ctl_memo_put(struct ctl_memo *m, struct bytes record, struct cert **cert,
    const char *note);

#endif
