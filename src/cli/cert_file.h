/* SPDX-License-Identifier: Apache-2.0 */
/* One file of certificates and requests, as people have it. */
#ifndef CLI_CERT_FILE_H
#define CLI_CERT_FILE_H

#include "pki/pasted.h"

/* What is read of one at most. */
#define CERT_FILE_MAX ((size_t)16 * 1024 * 1024)

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

#endif
