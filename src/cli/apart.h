/* SPDX-License-Identifier: Apache-2.0 */
/* What a command writes is none of the files that it reads, nor one that it
 * writes for another purpose: --force is no leave for that. */
#ifndef CLI_APART_H
#define CLI_APART_H

#include "base/diag.h"
#include "cli/opt.h"

/* One file that is to be written. */
struct apart {
	const char *path;   /* NULL or "-": there is none */
	const char *option; /* without dashes, for messages */
};

/* ERR_USAGE where A is the file OTHER, whatever the two names are: links count,
 * and so does a file that is not there yet. OTHER may be NULL, "-", or a pkcs11:
 * URI, which is no file. */
MUST_CHECK enum err apart_check(const struct apart *a, const char *other,
    struct diag *d);

/* The same for the files that the options of TABLE name, read into TARGET, A's
 * own excepted, and for ARGS, which may be NULL. Options of records are not
 * looked at. */
MUST_CHECK enum err apart_check_all(const struct apart *a,
    const struct opt *table, const void *target, char **args, struct diag *d);

#endif
