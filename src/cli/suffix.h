/* SPDX-License-Identifier: Apache-2.0 */
/* The names of signed files: the name of their content and a suffix, which
 * tells phones the digest. */
#ifndef CLI_SUFFIX_H
#define CLI_SUFFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "pki/digest.h"

/* ".sgn", for DIGEST_SHA512 ".sha512". */
const char *suffix_of(enum digest which);

/* How long NAME is without such a suffix, in upper or lower case; 0 where it
 * has none, or is nothing else. */
size_t suffix_cut(const char *name);

/* NAME is one of a signed file or of a trust list: it ends as suffix_of() says,
 * or in .tlv. */
bool suffix_is_signed(const char *name);

/* What stands behind the last slash of PATH. */
const char *suffix_base(const char *path);

/* Makes the folders that PATH, a file, stands in, with MODE less umask where
 * they are missing. ERR_IO. */
MUST_CHECK enum err suffix_make_folders(const char *path, unsigned mode,
    struct diag *d);

#endif
