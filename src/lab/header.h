/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a recipe's file, as fields.
 */
#ifndef LAB_HEADER_H
#define LAB_HEADER_H

#include "lab/fields.h"

/* What a header needs to know beside the recipe. */
struct header_source {
	const struct recipe_doc *doc;
	struct fields_source fields;
	struct bytes name;   /* SIGNERNAME, absent: none */
	struct bytes serial; /* SERIALNUMBER */
	struct bytes ca;     /* CANAME */
	size_t key_bits;
};

/* Appends the header of the recipe to F. */
MUST_CHECK enum err header_fields(const struct header_source *from,
    struct fields *f, struct diag *diag);

#endif
