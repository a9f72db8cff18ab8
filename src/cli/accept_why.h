/* SPDX-License-Identifier: Apache-2.0 */
/* Which questions are answered for one and the same reason, so that it is said
 * once; and what text and JSON say alike. */
#ifndef CLI_ACCEPT_WHY_H
#define CLI_ACCEPT_WHY_H

#include "cli/accept.h"

/* For accept_why_sort() beside the rules W. */
#define ACCEPT_WHY_VERDICT WORKS_NUM

/* Reasons, in the order of the first question that each decides. */
struct accept_whys {
	int about; /* an enum works_rule, or ACCEPT_WHY_VERDICT */
	struct intern keys;
	size_t *head;   /* of each reason: its first question */
	size_t *num;    /* and how many */
	size_t *next;   /* of each question; ACCEPT_NONE ends */
	size_t *why_of; /* of each question: its reason */
	size_t *tail;
};

/* ERR_NOMEM. */
MUST_CHECK enum err accept_why_sort(const struct accept_run *r, int about,
    struct accept_whys *ret, struct diag *d);
void accept_why_clear(struct accept_whys *ws);

/* The sentence about question Q; raw. */
const char *accept_why_text(const struct accept_whys *ws,
    const struct accept_question *q);

/* Appends how Q is called: its class, and group and list where they differ;
 * raw. */
void accept_why_put_label(const struct accept_run *r,
    const struct accept_question *q, struct buf *out);

/* The list that the phones of Q hold, or NULL. */
const char *accept_why_list(const struct accept_run *r,
    const struct accept_question *q);

/* Appends what is to be said besides, a line each; raw. */
void accept_why_put_notes(const struct accept_run *r, struct buf *out);

#endif
