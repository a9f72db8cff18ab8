/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `ctlsmith order` is given: a cluster and the changes that are wanted,
 * as YAML, as options, or both: options add to lists, and go before what
 * stands alone. docs/change.schema.json describes the file, and a test compares
 * it with the table here.
 */
#ifndef CLI_STEPS_H
#define CLI_STEPS_H

#include "cli/accept_file.h"
#include "cli/opt.h"
#include "data/doc.h"
#include "trust/order.h"

#define STEPS_NAME_MAX 63 /* bytes of a node's name */

struct steps_opts {
	const char *installed, *served, *release, *upgrade_to;
	unsigned tokens, new_tokens; /* 0: not said */
	struct opt_strings nodes;    /* NAME:ROLE,ROLE */
	struct opt_strings changes, done, classes, allow;
	bool cache;
	bool json;
};

/* All-zero is legal to clear. It points into itself: never copied. */
struct steps {
	struct order_input in;
	struct doc *doc;
	struct accept_file list[2];
	struct order_node node[ORDER_MAX_NODES];
	bool none[ORDER_MAX_NODES]; /* it runs neither CallManager nor TFTP */
	char name[ORDER_MAX_NODES][STEPS_NAME_MAX + 1];
	struct order_wish *wish;
};

/* The table of the file, for the test of its schema. */
extern const struct doc_table steps_table;

/*
 * Reads PATH ("-": standard input; NULL: there is no file) and O, and loads the
 * lists; their names are beside PATH where they stand in it. ERR_SYNTAX with
 * line and column for the file, ERR_USAGE for options and for what is missing,
 * and the errors of the lists, of which RET_FILE says which one it is. RET is
 * to be cleared whatever the outcome: RET_FILE may stand in it.
 */
MUST_CHECK enum err steps_load(const char *path, const struct steps_opts *o,
    struct steps *ret, const char **ret_file, struct diag *d);
void steps_clear(struct steps *s);

/* "12.5(1)SU6" is 1251; false where it is no release. */
bool steps_release(const char *text, unsigned *ret);

/* Appends O for people. ERR_NOMEM. */
MUST_CHECK enum err steps_put(const struct steps *s, const struct order *o,
    struct buf *out, struct diag *d);

/* The element of --json, or NULL where memory is short. */
struct json_t;
struct json_t *steps_json(const struct steps *s, const struct order *o);

#endif
