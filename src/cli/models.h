/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which class of phones a model belongs to: a data file that is built into the
 * program (src/cli/tables/phone-models.yaml), or another of its kind.
 * docs/models.schema.json describes it, and a test compares it with the table
 * here.
 */
#ifndef CLI_MODELS_H
#define CLI_MODELS_H

#include "data/doc.h"
#include "trust/class.h"

/* One row of the file. */
struct models_row {
	struct doc_strings names; /* patterns */
	enum class class;
	const char *evidence, *source;
	const char *note; /* or NULL */
};

/* All-zero is an empty one. */
struct models {
	const struct models_row *row;
	size_t num;
	struct doc *doc; /* owns the texts */
};

/* The class of a model that no row has: it holds a list, and asks nobody. */
#define MODELS_UNKNOWN CLASS_NO_TVS

/* The table of the file, for the test of its schema. */
extern const struct doc_table models_table;

/* Reads TEXT. ERR_SYNTAX with line and column, ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK enum err models_read(struct bytes text, struct models *ret,
    struct diag *d);

/* The same for the file PATH, with the errors of file_load(); NULL: the one
 * that is built in. */
MUST_CHECK enum err models_load(const char *path, struct models *ret,
    struct diag *d);

/* Frees what M owns; it is all-zero again. */
void models_clear(struct models *m);

/* The first row that has MODEL, or NULL. In about the time of going through
 * the file. */
const struct models_row *models_find(const struct models *m,
    struct bytes model);

#endif
