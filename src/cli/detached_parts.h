/* SPDX-License-Identifier: Apache-2.0 */
/* What the files detached*.c share. */
#ifndef CLI_DETACHED_PARTS_H
#define CLI_DETACHED_PARTS_H

#include "cli/detached.h"

#define DETACHED_FORMAT "ctlsmith-request"
#define DETACHED_RESPONSE "ctlsmith-signatures"
#define DETACHED_VERSION 1

/* What is computed of the key's certificate: said in a request, and compared
 * when one is read. All-zero is legal to clear. */
struct detached_key {
	struct buf subject, id;
	struct digest_value sha1, sha256;
};

MUST_CHECK enum err detached_key_of(const struct cert *cert,
    struct detached_key *ret, struct diag *d);
void detached_key_clear(struct detached_key *k);

/* Appends an item with copies of all texts of WHAT; its said and num_said are
 * not looked at, the lines of SAID are taken. *U is taken over, and then all
 * zero, unless it fails. */
MUST_CHECK enum err detached_append(struct detached *r,
    const struct detached_item *what, struct bytes said, struct ctl_unsigned *u,
    struct diag *d);

/* SIG, bytes, is the signature for item I; errors as detached_take(). */
MUST_CHECK enum err detached_check(const struct detached *r, size_t i,
    struct bytes sig, struct diag *d);

#endif
