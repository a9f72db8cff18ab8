/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of trust stores: a data file that is built into the program
 * (src/cli/tables/trust-stores.yaml), or another of its kind.
 * docs/store-rules.schema.json describes it, and a test compares it with the
 * table here.
 */
#ifndef CLI_STORE_RULES_H
#define CLI_STORE_RULES_H

#include "data/doc.h"
#include "pki/store.h"

/* All-zero is an empty one. */
struct store_rules_file {
	struct store_rules rules; /* borrowed from doc */
	struct doc *doc;
};

/* The table of the file, for the test of its schema. */
extern const struct doc_table store_rules_table;

/* Reads TEXT. ERR_SYNTAX with line and column, ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK enum err store_rules_read(struct bytes text,
    struct store_rules_file *ret, struct diag *d);

/* The same for the file PATH, with the errors of file_load(); NULL: the one
 * that is built in. */
MUST_CHECK enum err store_rules_load(const char *path,
    struct store_rules_file *ret, struct diag *d);
void store_rules_clear(struct store_rules_file *f);

#endif
