/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust lists and signed files as the lab's clusters write them: a header, the
 * records, the signature over them. lab/wire.h underneath.
 */
#ifndef LAB_LIST_H
#define LAB_LIST_H

#include "lab/dialect.h"
#include "lab/wire.h"

struct list_head {
	const char *file; /* FILENAME */
	enum mint_digest digest;
	uint32_t when;
	const struct dialect_record *signer; /* spelt as its record is */
	const struct mint_key *key;          /* RSA */
};

/* Each appends to W: first the header, then what else, then the seal. */
MUST_CHECK enum err list_put_head(const struct list_head *head, struct wire *w,
    struct diag *diag);
MUST_CHECK enum err list_put_record(const struct dialect_record *record,
    struct wire *w, struct diag *diag);
MUST_CHECK enum err list_seal(const struct list_head *head, struct wire *w,
    struct diag *diag);

#endif
