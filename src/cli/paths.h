/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that a command line names, one after another. An argument that is
 * a folder (or a symbolic link to one) stands for the files in it and below,
 * sorted by name as strcmp() does; symbolic links within are not followed.
 *
 * In a folder a file counts when its name ends in .tlv, .sgn, .loads or .sbn,
 * in any case, or when it begins as such a file does, or as the text of one
 * (ctl_is_listing()). Names that begin with a dot are left out; everything else
 * is passed over and counted. A file that cannot be opened counts: nobody knows
 * what it is.
 *
 * Of several arguments one with such a name is taken for a file, and the system
 * is not asked what it is: whoever reads it may find that it is a folder after all,
 * and then turns to paths_of_folder().
 *
 * Whoever wants other files than those brings a taste of his own.
 *
 * Memory is bounded whatever a folder holds: of a large one a part of the
 * names at a time, for which it is read several times.
 */
#ifndef CLI_PATHS_H
#define CLI_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

/* One file to work on, or one failure to find any. */
struct path {
	const char *name;         /* as a person would name it; "-" is stdin */
	bool found;               /* a regular file in a folder */
	size_t root;              /* found: where in NAME its name within the
				   * folder that was named begins; else 0 */
	const struct diag *error; /* NULL, or why there is nothing to read:
				   * a folder that cannot be read, or holds no
				   * such file. NAME is then the folder. */
};

/* What counts in a folder. */
struct paths_taste {
	/* A file NAME, with its folder PATH, does. */
	bool (*wants)(const char *path, const char *name);
	const char *none; /* what is said of a folder where none does */
	bool ask;         /* every argument may be a folder, whatever its
			   * name */
};

struct paths;

/* ARGS, which a NULL ends, is borrowed. */
MUST_CHECK enum err paths_new(struct paths **ret, char *const *args,
    struct diag *d);

/* The same with TASTE, which is borrowed too. */
MUST_CHECK enum err paths_new_by(struct paths **ret,
    const struct paths_taste *taste, char *const *args, struct diag *d);

/* The same for one FOLDER, which is known to be one. */
MUST_CHECK enum err paths_of_folder(struct paths **ret, const char *folder,
    struct diag *d);

/* Frees *P and sets it to NULL; NULL is allowed. */
void paths_free(struct paths **p);

/* The next one, borrowed until the next call; false at the end. For one thread
 * at a time. */
bool paths_next(struct paths *p, struct path *ret);

/* How many files in folders were passed over so far. */
size_t paths_num_passed_over(const struct paths *p);

/* How many paths_next() will give for ARGS; 0 where memory is short. Walks
 * through all folders. */
size_t paths_count(char *const *args);

/* The same with TASTE. */
size_t paths_count_by(const struct paths_taste *taste, char *const *args);

/* False where ARGS is one file, or nothing. */
bool paths_are_several(char *const *args);

#endif
