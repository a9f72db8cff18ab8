/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The web page of a phone, as far as trust lists go: network setup with the
 * hashes of the lists that it holds, and status messages. No phone was looked
 * at for the layout; the rows' names are those of the published guides.
 */
#ifndef LAB_PHONEPAGE_H
#define LAB_PHONEPAGE_H

#include "lab/world.h"

/* Appends the page PATH of PHONE, HTML. ERR_ABSENT: it has none such; older models
 * have only the older paths. */
MUST_CHECK enum err phonepage_get(struct world *w, size_t phone,
    const char *path, struct buf *ret, struct diag *diag);

/* The phone shows MD5 hashes, and not SHA-1. */
bool phonepage_is_md5(const char *model);

#endif
