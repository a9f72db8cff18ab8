/* SPDX-License-Identifier: Apache-2.0 */
/* What the inventory notes of a token that is connected. */
#ifndef CLI_CUSTODY_RECORD_H
#define CLI_CUSTODY_RECORD_H

#include "cli/custody.h"

/* Reads the inventory of C anew, which has a path, and brings up to date what
 * it says of the token I: its label, the certificates among ALL (may be NULL),
 * and all of it where it was not there. *RET is its record, for more;
 * custody_save() writes the file, and until then, or until C is closed, other
 * processes that want to write it wait. */
MUST_CHECK enum err custody_record(struct custody *c, const struct tok_info *i,
    const struct tok_objects *all, struct tokenfile_token **ret,
    struct diag *d);

MUST_CHECK enum err custody_save(struct custody *c, struct diag *d);

/* After something was destroyed on the token that I told of before: the
 * inventory that PATH or the configuration names, if there is one, forgets the
 * certificates that are not among LEFT (NULL: all of them), lest the token be
 * taken for a signer. What is recorded of keys that exist elsewhere stays. */
MUST_CHECK enum err custody_forget(const char *path,
    const struct config *config, const struct tok_info *i,
    const struct tok_objects *left, struct diag *d);

#endif
