/* SPDX-License-Identifier: Apache-2.0 */
/* The CTL that phones hold where it is not the one that is served, as a person
 * names it for a plan. */
#ifndef CLI_CHANGE_HELD_H
#define CLI_CHANGE_HELD_H

#include "ctl/ctl.h"

/* All-zero is legal: none, and to clear. */
struct change_held {
	struct buf bytes;
	char sha256[65];
	char *path;            /* whole */
	struct ctl_file *file; /* borrows BYTES */
};

/* SHA256 (may be NULL): it has to be the one that had it. ERR_POLICY: it is
 * another one; ERR_CRYPTO: it does not verify; ERR_UNSUPPORTED: no CTL. Errors
 * name PATH. */
MUST_CHECK enum err change_held_load(struct change_held *h, const char *path,
    const char *sha256, struct diag *d);
void change_held_clear(struct change_held *h);

/* As a plan and its run name files: 64 digits, and a NUL. */
MUST_CHECK enum err change_sha256(struct bytes of, char ret[65],
    struct diag *d);

#endif
