/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which services are restarted after which change, by unit and release: data
 * (services.yaml, built in), each row with its source. A release that no row
 * names gets the superset of all rows of the unit, and that is said.
 */
#ifndef WORKFLOW_SERVICES_H
#define WORKFLOW_SERVICES_H

#include "data/doc.h"

struct services_row {
	const char *unit;     /* "CallManager", "ctl" (after any new CTL) */
	unsigned from, until; /* releases, 1251 is 12.5(1)SU..., UNTIL itself
			       * too; 0: open */
	bool publisher;       /* there only */
	struct doc_strings names; /* in the order of the restart */
	const char *source;
};

struct services;

/* The built-in table, or YAML. ERR_SYNTAX with line and column; also where more
 * services are named than a plan has room for. */
MUST_CHECK enum err services_load(struct bytes yaml, struct services **ret,
    struct diag *d);
void services_free(struct services **s);

#define SERVICES_FOUND_MAX 32 /* of a whole table */

struct services_found {
	const char *name[SERVICES_FOUND_MAX]; /* each once */
	size_t num;
	bool sure;          /* a row names the release */
	const char *source; /* of the first row; NULL: there is none */
};

/* What a change of UNIT wants restarted; its texts live as long as S. */
void services_of(const struct services *s, const char *unit, unsigned release,
    bool publisher, struct services_found *ret);

#endif
