/* SPDX-License-Identifier: Apache-2.0 */
/* Within trust/ only: the rules W at work, one file for a few of them. */
#ifndef TRUST_WORKS_PARTS_H
#define TRUST_WORKS_PARTS_H

#include "trust/match.h"
#include "trust/works.h"

struct works_job {
	const struct works_input *in;
	unsigned traits;            /* of its class */
	struct match_index content; /* MATCH_CONTENT of the list */
	struct works *ret;
	struct diag *d;
};

/* Answers RULE, with a sentence, unless it has been answered as bad as that,
 * or worse. */
void works_say(struct works_job *w, enum works_rule rule,
    enum works_answer answer, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Roles, as bits. */
#define WORKS_ROLE(role) (1u << (role))

/* Where the list has a certificate. */
struct works_found {
	size_t record;  /* the first, of a role that was asked for; or 0 */
	size_t here;    /* the first whose address is not another one's */
	size_t renamed; /* the first that spells it otherwise */
	bool roams;     /* it stands for more than one address */
};

/* Looks for C in records of ROLES; those for another address than ADDRESS, text
 * or NULL, are not here. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err works_find(const struct works_job *w, const struct cert *c,
    unsigned roles, const char *address, struct works_found *ret);

/* What the record says of the server's address: YES, it is ADDRESS; NO, it is
 * another; not known, it says nothing that can be compared. */
enum trust_known works_is_at(const struct ctl_record *r, const char *address);

MUST_CHECK enum err works_itl(struct works_job *w);    /* W1 */
MUST_CHECK enum err works_config(struct works_job *w); /* W2 */
MUST_CHECK enum err works_tls(struct works_job *w);    /* W3 */
MUST_CHECK enum err works_capf(struct works_job *w);   /* W4 */
MUST_CHECK enum err works_next(struct works_job *w);   /* W5 */

/* W6 of LIST alone. WHY: the sentence. ERR_NOMEM. */
MUST_CHECK enum err works_read(const struct ctl_file *list, enum class class,
    enum works_answer *ret, struct diag *why, struct diag *d);

#endif
