/* SPDX-License-Identifier: Apache-2.0 */
/* Trust stores: what `ctlsmith trust-store check` is given, and what it found.
 */
#ifndef CLI_STORE_CHECK_H
#define CLI_STORE_CHECK_H

#include <jansson.h>

#include "cli/cert_pile.h"
#include "cli/fill.h"
#include "cli/opt.h"
#include "cli/store_list.h"
#include "cli/store_rules.h"
#include "ctl/ctl.h"

/* What the command line says; NULL and empty: nothing. */
struct store_check_wish {
	struct opt_strings lists; /* trust lists in use */
	struct opt_strings lsc;   /* files or folders of LSCs */
	const char *lsc_issuers, *former, *nodes, *rules, *release;
	int64_t now;
	unsigned days;
};

#define STORE_CHECK_NODES_MAX 256

/* A trust list in use. */
struct store_trust_list {
	const char *path;
	struct buf content;
	struct ctl_file *file; /* or NULL: it is a text */
	struct ctl_listing *listing;
};

/* What one argument was. */
struct store_source {
	struct cert_pile pile;  /* a folder */
	struct store_list list; /* or a text */
	struct pasted *dump;    /* of each in it */
	size_t num_dumps;
};

/* All-zero is an empty one. */
struct store_check {
	const struct store_check_wish *wish;
	struct store_rules_file rules;
	struct store_source *source;
	size_t num_sources;
	struct store_item *item, *own;
	size_t num, num_own, max, max_own;
	char **text; /* texts that were built */
	size_t num_texts, max_texts;
	struct store_facts *former;
	size_t num_former;
	struct cert_pile former_pile;
	struct store_lsc *lsc;
	size_t num_lsc, max_lsc;
	struct store_trust_list *list;
	size_t num_lists;
	const char *node[STORE_CHECK_NODES_MAX]; /* of --nodes */
	size_t num_nodes;
	bool old;     /* a release in which a deletion is one on one node */
	bool several; /* there are several arguments */
	bool unread;  /* a file could not be read */
	bool passed;  /* something that was read is nothing of a store */
	const char *where; /* whose failure a diag is about, or NULL */
	struct store_judged judged;
};

/* Loads what WISH names but the arguments. ERR_USAGE for what the command line
 * says wrongly. OUT gets what was left out. C is to be cleared whatever the
 * outcome. */
MUST_CHECK enum err store_check_open(struct store_check *c,
    const struct store_check_wish *wish, struct out *out, struct diag *d);

/* Adds what PATH, a folder or the text of a terminal, has. */
MUST_CHECK enum err store_check_add(struct store_check *c, const char *path,
    struct out *out, struct diag *d);

/* Judges all that was added. */
MUST_CHECK enum err store_check_judge(struct store_check *c, struct diag *d);
void store_check_clear(struct store_check *c);

/* TEXT as one of C, or NULL without memory. */
const char *store_check_keep(struct store_check *c, struct bytes text);

/* Marks the items that are SASTs of the lists. */
MUST_CHECK enum err store_check_hold(struct store_check *c, struct diag *d);

/* Adds the issuers of LSCs that WISH names. */
MUST_CHECK enum err store_check_lsc(struct store_check *c, struct out *out,
    struct diag *d);

/* What is to be typed on one node: the items whose deletion belongs there. */
struct store_orders {
	const char *node;
	size_t *item; /* indices of C->item */
	size_t num;
};

/* The nodes with something to do, in the order of the input, in *RET, which
 * store_check_orders_free() frees. A deletion that is one on all nodes stands on the
 * first alone. Those whose names are not safe are in none of them. */
MUST_CHECK enum err store_check_orders(const struct store_check *c,
    struct store_orders **ret, size_t *ret_num, struct diag *d);
void store_check_orders_free(struct store_orders *o, size_t num);

/* Item I is to be deleted, and its names are not safe in a command. */
bool store_check_is_unsafe(const struct store_check *c, size_t i);

/* Something is left for a person: a refusal, undecided, unsafe, passed over. */
bool store_check_is_open(const struct store_check *c);

/* Appends what was found, for people. ERR_NOMEM. */
MUST_CHECK enum err store_check_put(const struct store_check *c,
    const struct fill *fill, struct buf *out, struct diag *d);

/* The element of `trust-store check --json`; NULL: out of memory. WHY: it could
 * not be judged, or NULL. */
json_t *store_check_json(const struct store_check *c, const struct diag *why);

#endif
