/* SPDX-License-Identifier: Apache-2.0 */
/* The drill: tokens prove that they sign, and the inventory notes it. */
#ifndef CLI_DRILL_H
#define CLI_DRILL_H

#include "cli/match.h"

/* One key, or a token that was not got as far as that. */
struct drill_result {
	const struct tok_info *info;
	struct buf label, id; /* of the key; both empty: see above */
	struct diag failed;   /* code ERR_OK: it signed */
	int64_t when;
	/* The drill before this one of the same key. */
	bool has_before, before_passed;
	int64_t before;
	struct buf before_place; /* empty: not said */
};

/* All-zero is legal to clear. */
struct drill {
	struct token_run *run;
	struct custody *custody; /* with an inventory that has a path */
	const char *place;       /* or NULL */
	struct match match;
	struct drill_result *results;
	size_t num_results, num_failed;
	bool *proven; /* of each SAST of the newest list; NULL: no list */
};

/* Chooses tokens and drills them, one after the other, with the inventory
 * written after each. D->run, custody and place are set; the rest is empty. A
 * token that fails is a result. Errors: no token to drill (ERR_TOKEN), a PIN
 * that is given for several tokens (ERR_USAGE) or not to be had (ERR_PIN), and
 * whatever keeps the inventory or the audit log from being written; results
 * are then those so far. */
MUST_CHECK enum err drill_run(struct drill *r, struct diag *d);

void drill_clear(struct drill *r);

#endif
