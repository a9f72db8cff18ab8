/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names in a folder, in order. A folder may have any number of names, and
 * only so many are in memory: the first ones behind a given name.
 */
#ifndef CLI_FOLDER_H
#define CLI_FOLDER_H

#include "base/buf.h"
#include "base/diag.h"

enum folder_kind {
	FOLDER_FILE, /* a regular file */
	FOLDER_DIR,
	FOLDER_OTHER /* a symbolic link, a FIFO, a device, a socket */
};

/* A part of a folder. All-zero is an empty one. */
struct folder {
	struct buf names; /* for each its kind, its characters, a NUL */
	struct buf index; /* of size_t: where each begins, sorted */
	bool more;        /* others follow behind the last one */
};

/* Fills F with the first MAX names of PATH that come behind AFTER, as
 * strcmp() orders them ("": all do); those that begin with a dot are left
 * out. What F held before is gone, and its memory used again. ERR_IO,
 * ERR_ABSENT, ERR_NOMEM; F is then empty. */
MUST_CHECK enum err folder_read(struct folder *f, const char *path,
    const char *after, size_t max, struct diag *d);

void folder_clear(struct folder *f);

size_t folder_num(const struct folder *f);

/* Name I, from 0, borrowed from F. */
const char *folder_name(const struct folder *f, size_t i);
enum folder_kind folder_kind(const struct folder *f, size_t i);

#endif
