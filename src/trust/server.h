/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within trust/ only: the SASTs of the appliance's own servers, CallManager's
 * and ITLRecovery's, that a change takes away. Whose a SAST is, OLD and NEW
 * tell together: CallManager in either is CallManager.
 */
#ifndef TRUST_SERVER_H
#define TRUST_SERVER_H

#include "trust/match.h"
#include "trust/trust.h"

/* One of the two lists. All-zero is legal to clear. */
struct side {
	const struct ctl_file *f;
	struct match_index sasts;   /* MATCH_SAST */
	struct match_index servers; /* MATCH_SERVER_KEY */
	struct match_index hosts;   /* MATCH_HOST */
	struct match_index certs;   /* MATCH_CERT */
};

struct sides {
	struct side old, new;
};

/* ERR_NOMEM; clear SS all the same. */
MUST_CHECK enum err server_sides_fill(const struct ctl_file *old,
    const struct ctl_file *new, struct sides *ss, struct diag *d);
void server_sides_clear(struct sides *ss);

/* Of record INDEX of F, a SAST of one of the two. */
enum trust_owner server_owner(const struct sides *ss, const struct ctl_file *f,
    size_t index);

/* What became of the SASTs of one owner; records of OLD, the first, or 0. */
struct server_loss {
	size_t gone;   /* NEW has it not, nor another one of that server */
	size_t untied; /* NEW has it, but no server any more with its key, nor
			* another SAST of that server */
};

/* Looks at those of OWNER, who is no token. ERR_NOMEM. */
MUST_CHECK enum err server_look(const struct sides *ss, enum trust_owner owner,
    struct server_loss *ret, struct diag *d);

#endif
