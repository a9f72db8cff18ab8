/* SPDX-License-Identifier: Apache-2.0 */
/* A private key out of a file of the command line. */
#ifndef CLI_KEYLOAD_H
#define CLI_KEYLOAD_H

#include "cli/pin.h"
#include "pki/keyfile.h"

/* A file on its way. All-zero is legal to end. */
struct keyload {
	const char *path;
	struct buf content;   /* while it waits for its passphrase */
	struct keyfile *file; /* NULL until it is open */
};

/* Reads PATH, which must live as long, once ("-": standard input), and opens
 * it where that takes no passphrase. Warns where memory cannot be locked. On
 * failure L is ended. */
MUST_CHECK enum err keyload_begin(struct keyload *l, const char *path,
    struct diag *d);

/* After keyload_begin(): warns where L is open and others may read the file. */
void keyload_warn(const struct keyload *l);

/* Opens it, unless that was done; asks P for the passphrase, which is tried
 * once; after a failure only keyload_end() is of use. */
MUST_CHECK enum err keyload_open(struct keyload *l, struct pin_sources *p,
    struct diag *d);

void keyload_end(struct keyload *l);

/* Reads PATH ("-": standard input), asks P for the passphrase where the file
 * has one, and wipes what it has read. Messages name the file. Errors as
 * keyfile_read() and file_load(). */
MUST_CHECK enum err keyload_read(const char *path, struct pin_sources *p,
    struct keyfile **ret, struct diag *d);

/* The first certificate of the file that belongs to its key; absent where it
 * has none. */
MUST_CHECK enum err keyload_cert(const struct keyfile *k, struct bytes *ret,
    struct diag *d);

#endif
