/* SPDX-License-Identifier: Apache-2.0 */
/* Where a finished list goes: its name, and what stands there. build, edit and
 * attach write lists through this alone. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <limits.h>

#include "base/buf.h"
#include "pki/digest.h"

/* For one name; a caller sets path, force, folders and base, the rest is all-zero. */
struct place {
	const char *path;
	bool force;                      /* replace what stands there */
	bool folders;                    /* make those that are missing */
	const struct digest_value *base; /* SHA-256 of the only list that may
					  * be replaced; NULL: any may */
	struct buf old;                  /* what stands there */
	bool there;                      /* something does */
	bool done;                       /* and it is what was to be written */
	char kept[PATH_MAX];             /* the name that it got, or "" */
};

/* Looks what stands there, and whether DATA may be written; DATA without bytes
 * is not known yet. ERR_EXISTS without FORCE, ERR_POLICY where another list than
 * BASE stands there, ERR_IO where no file can be made, ERR_USAGE where the path
 * names none. Messages name the path. P is to be cleared whatever the outcome. */
MUST_CHECK enum err place_check(struct place *p, struct bytes data,
    struct diag *d);

/* The same for what is no list: a request, a signature. What stands there is
 * not remembered. */
MUST_CHECK enum err place_check_other(const char *path, bool force,
    struct diag *d);

/* Writes such a file; what it replaces stays beside it, as NAME.bak-TIME.
 * ERR_EXISTS without FORCE. Messages name the path. */
MUST_CHECK enum err place_write_other(const char *path, bool force,
    struct bytes data, struct diag *d);

/* P holds DATA. */
bool place_holds(const struct place *p, struct bytes data);

/* Writes DATA, whole or not at all, where what P saw stands there still; that
 * stays beside it, as NAME.bak-TIME. Nothing happens where P is done. */
MUST_CHECK enum err place_write(struct place *p, struct bytes data,
    struct diag *d);

void place_clear(struct place *p);

#endif
