/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: the text that somebody has pasted. */
#ifndef PKI_PASTED_PARTS_H
#define PKI_PASTED_PARTS_H

#include "pki/pasted.h"

/* Puts CONTENT into P->text, UTF-16 as UTF-8 and without a byte order mark,
 * and notes that in P->traits. */
MUST_CHECK enum err pasted_decode(struct bytes content, struct pasted *p,
    struct diag *d);

/* Fills RET with the fields that TEXT has; false where it has too few to be
 * the dump of a certificate. */
bool pasted_read_dump(struct bytes text, struct pasted_dump *ret);

#endif
