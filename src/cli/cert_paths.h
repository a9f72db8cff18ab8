/* SPDX-License-Identifier: Apache-2.0 */
/* The files that arguments name, where any file may be one of certificates. */
#ifndef CLI_CERT_PATHS_H
#define CLI_CERT_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

#define CERT_FILES_MAX 10000

/* Paths, in order. All-zero is an empty list. */
struct cert_paths {
	char **at;
	size_t num;
};

/* Adds PATH to L, or, where it is a folder, the files in it and below, sorted
 * as strcmp() does; names that begin with a dot are left out, and symbolic
 * links within it. ERR_TOO_BIG over CERT_FILES_MAX; errors of folder_read(). */
MUST_CHECK enum err cert_paths_add(struct cert_paths *l, const char *path,
    struct diag *d);

/* The same for an argument, into L, an empty one; ERR_ABSENT where PATH is a
 * folder without a file. */
MUST_CHECK enum err cert_paths_of(struct cert_paths *l, const char *path,
    struct diag *d);
void cert_paths_clear(struct cert_paths *l);

/* PATH is a folder, or a link to one. */
bool cert_paths_is_folder(const char *path);

#endif
