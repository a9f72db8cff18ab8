/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files a command has written, or is about to: two inputs that lead to
 * the same output must not replace each other's. 8 to 16 bytes a file.
 */
#ifndef CLI_SEEN_H
#define CLI_SEEN_H

#include "base/buf.h"
#include "base/diag.h"

/* All-zero is an empty one. For one thread. */
struct seen {
	struct buf slots; /* of uint64_t, 0: free */
	size_t num;
	struct buf folder, real; /* of the last path, and what it really is */
};

void seen_clear(struct seen *s);

/* Adds PATH. *RET_NEW: it was not in it. FOLDER: its folder is there, and is
 * the same under whatever name; otherwise names are compared as they are. */
MUST_CHECK enum err seen_add(struct seen *s, const char *path, bool folder,
    bool *ret_new, struct diag *d);

#endif
