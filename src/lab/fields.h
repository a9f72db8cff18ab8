/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of one header or record, on their way to lab/wire.h, and the
 * changes a recipe makes to them.
 */
#ifndef LAB_FIELDS_H
#define LAB_FIELDS_H

#include "lab/pool.h"
#include "lab/wire.h"

#define FIELDS_MAX 300 /* more than libctl reads in one place */

/* Appending past the end sets overflow, and does nothing more. */
struct fields {
	struct wire_field item[FIELDS_MAX];
	size_t num;
	bool overflow;
};

/* Appends a value, which must live as long as the list. */
void fields_put(struct fields *f, uint8_t tag, unsigned depth,
    struct bytes value);

/* Appends a field without a value of its own. */
void fields_put_kind(struct fields *f, uint8_t tag, unsigned depth,
    enum wire_kind kind, size_t size);

/* The value of the first field with TAG; absent where there is none. */
struct bytes fields_value(const struct fields *f, uint8_t tag);

/* Where changes take values from. */
struct fields_source {
	struct doc *arena;
	const struct pool *pool;
	struct dialect_record record; /* its dialect, for a cert's fields */
	bool header;                  /* tags 4, 5, 6 are a signer's */
};

/* The record tag that holds what TAG of a header's SIGNERID does: the
 * subject for SIGNERNAME, the issuer for CANAME. */
uint8_t fields_record_tag(uint8_t tag);

/* Carries out EDITS, an array of struct recipe_edit, in their order: "set"
 * replaces the first field with that tag, or appends one; "add" puts one in
 * before another, or appends it; "drop" takes out the first with that tag,
 * and leaves what is in it. Nothing is appended behind pads. */
MUST_CHECK enum err fields_edit(struct fields *f, const struct doc_maps *edits,
    const struct fields_source *from, struct diag *diag);

#endif
