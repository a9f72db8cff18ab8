/* SPDX-License-Identifier: Apache-2.0 */
/* Where a finished list goes: its name, and the list that stood there. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <limits.h>

#include "base/buf.h"
#include "pki/digest.h"

struct place {
	const char *path;
	bool force;                      /* replace what stands there */
	const struct digest_value *base; /* SHA-256 of the only list that may
					  * be replaced; NULL: any may */
	struct buf old;                  /* what stands there */
	bool there;                      /* something does */
	bool done;                       /* and it is what was to be written */
	char suffix[32];                 /* of the name that it is to get */
	char kept[PATH_MAX];             /* the name that it got, or "" */
};

/* A struct place is for one name; a caller sets path, force and base. */

/* Looks whether DATA may be written there. ERR_EXISTS without FORCE, ERR_POLICY
 * where another list than BASE stands there; messages name the path. P is to be
 * cleared whatever the outcome. */
MUST_CHECK enum err place_check(struct place *p, struct bytes data,
    struct diag *d);

/* Writes DATA, whole or not at all; what stood there stays beside it, as
 * NAME.bak-TIME. Nothing happens where P is done. */
MUST_CHECK enum err place_write(struct place *p, struct bytes data,
    struct diag *d);

void place_clear(struct place *p);

#endif
