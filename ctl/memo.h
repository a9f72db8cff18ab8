/* SPDX-License-Identifier: Apache-2.0 */
/* Within ctl/ only: what a memo holds. */
#ifndef CTL_MEMO_H
#define CTL_MEMO_H

#include "ctl/ctl.h"

/* A digest, and the signature that is said to be over it. */
struct ctl_signed {
	struct digest_value digest;
	struct bytes sig;
};

/* The certificate of a record with exactly the bytes of RECORD, and the note
 * that ctl_agree() made, both borrowed until the next ctl_memo_put(); NULL
 * where it is not remembered. */
const struct cert *ctl_memo_find(struct ctl_memo *m, struct bytes record,
    const char **ret_note);

/* Remembers RECORD, whose decoded certificate is *CERT. Takes *CERT over and
 * makes it NULL, unless memory is short, which only costs time later. */
void ctl_memo_put(struct ctl_memo *m, struct bytes record, struct cert **cert,
    const char *note);

/* As digest_of() and pubkey_verify(), with what the memo of ANCHOR keeps
 * ready: for KEYs that belong to it or to the anchor's certificate. Without a
 * memo, and for any other key, the same the long way. */
MUST_CHECK enum err ctl_memo_digest(const struct ctl_anchor *anchor,
    enum digest which, const struct bytes parts[2], struct digest_value *ret,
    struct diag *d);
MUST_CHECK enum err ctl_memo_check(const struct ctl_anchor *anchor,
    const struct pubkey *key, enum digest which, const struct ctl_signed *what,
    enum pubkey_match *ret, struct diag *d);

#endif
