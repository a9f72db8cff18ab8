/* SPDX-License-Identifier: Apache-2.0 */
/* Files of certificates and requests, as people have them. */
#ifndef CLI_CERT_FILES_H
#define CLI_CERT_FILES_H

#include "cli/out.h"
#include "pki/pasted.h"

/* What is read of one file at most, and of one folder. */
#define CERT_FILE_MAX ((size_t)16 * 1024 * 1024)
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
void cert_paths_clear(struct cert_paths *l);

/* One file; all-zero is none. */
struct cert_file {
	const char *path; /* borrowed */
	struct buf content;
	bool loaded; /* content is the whole file */
	struct pasted pasted;
};

/* Reads PATH ("-": standard input) into F; errors of input_load() and of
 * pasted_read(). F is to be cleared whatever the outcome. */
MUST_CHECK enum err cert_file_load(const char *path, struct cert_file *f,
    struct diag *d);
void cert_file_clear(struct cert_file *f);

/* All that stands in a folder, or in one file. */
struct cert_pile {
	struct cert_paths paths;
	struct cert_file *file; /* those that could be read */
	size_t num;
	const struct cert **cert; /* of all of them */
	size_t num_certs;
};

/* Loads what WHERE names. What cannot be read of a folder is left out, which
 * OUT says; of a file it is an error. P is to be cleared whatever the
 * outcome. */
MUST_CHECK enum err cert_pile_load(const char *where, struct cert_pile *p,
    struct out *out, struct diag *d);
void cert_pile_clear(struct cert_pile *p);

#endif
