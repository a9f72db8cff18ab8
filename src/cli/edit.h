/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `edit` is asked to do to a list:
 *
 *	--add ROLE=CERT[,host=NAME,ip=ADDRESS]	a record more, at the end
 *	--remove SELECTOR                      	a record less
 *	--replace SELECTOR=CERT                	its certificate, in every role
 *
 * Selectors (cli/select.h) are about the list as it was: numbers do not move,
 * what is added cannot be named, and the order of the options says nothing but
 * in which order records are added. So two of them that want the same record
 * contradict each other, and are refused.
 *
 *	edit_parse() -> edit_load() -> edit_resolve() -> edit_apply()
 */
#ifndef CLI_EDIT_H
#define CLI_EDIT_H

#include "cli/entry.h"
#include "cli/produce.h"
#include "cli/select.h"

enum edit_kind {
	EDIT_ADD,
	EDIT_REMOVE,
	EDIT_REPLACE
};

/* One option. */
struct edit_step {
	enum edit_kind kind;
	const char *option, *value; /* as typed, borrowed */
	struct select select;       /* unless EDIT_ADD */
	struct entry entry;         /* unless EDIT_REMOVE */
	struct select_found found;  /* once it is resolved */
	bool same; /* EDIT_REPLACE: some of them held the certificate already,
		    * and are not found */
};

/* All-zero is legal to clear. */
struct edit {
	struct edit_step *steps;
	size_t num;
};

/* The rows of an option table whose struct T has a struct opt_ordered
 * steps. */
#define EDIT_OPTS(T)                                                         \
	{ "add", "ROLE=CERT", OPT_ORDERED, offsetof(T, steps),               \
		"add a record; ,host=NAME and ,ip=ADDRESS may follow", NULL, \
		0 },                                                         \
	    { "remove", "SELECTOR", OPT_ORDERED, offsetof(T, steps),         \
		    "take a record out", NULL, 0 },                          \
	{                                                                    \
		"replace", "SELECTOR=CERT", OPT_ORDERED, offsetof(T, steps), \
		    "put CERT in the place of a certificate", NULL, 0        \
	}

/* Reads the options, which must live as long as RET. ERR_USAGE. */
MUST_CHECK enum err edit_parse(const struct opt_ordered *options,
    struct edit *ret, struct diag *d);

void edit_clear(struct edit *ed);

/* Loads the certificates; RUN as certload() has it. */
MUST_CHECK enum err edit_load(struct edit *ed, struct token_run *run,
    struct diag *d);

/* Finds the records of F. ERR_ABSENT, ERR_USAGE as select_one(); ERR_USAGE
 * where two steps want one record. */
MUST_CHECK enum err edit_resolve(struct edit *ed, const struct ctl_file *f,
    struct diag *d);

/* Changes DR, which is still as the list that ED was resolved for: replaces,
 * then removes, then adds. ERR_EXISTS where a record that is to be added is
 * there already; else as ctl_draft_add(). */
MUST_CHECK enum err edit_apply(const struct edit *ed,
    const struct produce_opts *o, struct ctl_draft *dr, struct diag *d);

/* Says what people may not expect of ED and F, the list it was resolved for. */
void edit_note(const struct edit *ed, const struct ctl_file *f,
    struct produce *p);

#endif
