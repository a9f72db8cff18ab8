/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether phones take a list and work afterwards: what `ctlsmith accept` is
 * given, and what it found. src/trust judges; this asks each question once,
 * counts the phones, and says it.
 */
#ifndef CLI_ACCEPT_H
#define CLI_ACCEPT_H

#include <jansson.h>

#include "cli/accept_phones.h"
#include "cli/config.h"
#include "cli/custody.h"
#include "cli/fill.h"
#include "cli/json_put.h"

/* What the command line says; all may be NULL, empty or false. */
struct accept_wish {
	struct accept_nodes_wish nodes;
	struct opt_strings installed;
	const char *phones, *groups, *models, *archive, *inventory;
	bool verbose;
};

/* Whose keys somebody holds: the last list that was asked about. */
struct accept_held {
	const struct custody *custody;
	const struct ctl_file *f;
	struct sasts sasts;
};

/* What becomes of phones, or, where no phones.csv says which there are, of
 * classes: id, JSON name, for people, of several and of one. Fine: it takes the
 * list and works. Refuses: it does not take it. Broken: it does not work with
 * it. */
#define ACCEPT_FATES(X)                                        \
	X(ACCEPT_FINE, "fine", "take it and work then",        \
	    "takes it and works then")                         \
	X(ACCEPT_REFUSE, "refuses", "refuse it", "refuses it") \
	X(ACCEPT_BROKEN, "broken", "do not work with it",      \
	    "does not work with it")                           \
	X(ACCEPT_UNKNOWN, "unknown", "are not known", "is not known")

enum accept_fate {
#define ACCEPT_ENUM(id, name, several, one) id,
	ACCEPT_FATES(ACCEPT_ENUM)
#undef ACCEPT_ENUM
	ACCEPT_NUM_FATES
};

const char *accept_fate_name(enum accept_fate fate);
/* What NUM phones do. */
const char *accept_fate_text(enum accept_fate fate, size_t num);
enum accept_fate accept_fate_of(const struct accept *a);

/* All-zero is legal to close. */
struct accept_run {
	const struct accept_wish *wish;
	const char *path;  /* of the new list */
	const char *where; /* whose failure a diag is about, or NULL */
	struct config config;
	struct custody custody;
	struct accept_held held;
	struct accept_nodes nodes;
	struct accept_phones phones;
	struct ctl_memo *memo;
	struct ctl_verdict *verdict; /* of each list by itself */
	bool judged;                 /* the new list verifies */
	size_t sum[ACCEPT_NUM_FATES];
	size_t total;
};

/* Loads and judges. ERR_USAGE for what the command line says wrongly, others
 * with R->where. OUT gets what was left out. CONFIG of R is the caller's. R is
 * to be cleared whatever the outcome. */
MUST_CHECK enum err accept_run(struct accept_run *r,
    const struct accept_wish *wish, const char *path, struct out *out,
    struct diag *d);
void accept_run_clear(struct accept_run *r);

/* How many count for question Q: its phones, or the class itself. */
size_t accept_weight(const struct accept_run *r,
    const struct accept_question *q);

/* Question Q has a say in the exit status. */
bool accept_matters(const struct accept_run *r,
    const struct accept_question *q);

/* The exit status: CMD_OK, or CMD_POLICY. */
enum cmd_exit accept_end(const struct accept_run *r);

/* How well the rule that decided Q is known: "documented" and so on. */
const char *accept_evidence(const struct trust_judgement *j);

/* Appends the sentence that says it all. */
void accept_put_sum(const struct accept_run *r, struct buf *out);

/* Appends all of it for people. ERR_NOMEM. */
MUST_CHECK enum err accept_put(const struct accept_run *r,
    const struct fill *fill, struct buf *out, struct diag *d);

/* The element of `accept --json`; NULL: out of memory. WHY: it could not be
 * judged, or NULL. */
json_t *accept_json(const struct accept_run *r, const struct diag *why);

#endif
