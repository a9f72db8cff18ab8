/* SPDX-License-Identifier: Apache-2.0 */
/* A private key out of a file of the command line. */
#ifndef CLI_KEYLOAD_H
#define CLI_KEYLOAD_H

#include "cli/pin.h"
#include "pki/keyfile.h"

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
