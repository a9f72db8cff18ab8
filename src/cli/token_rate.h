/* SPDX-License-Identifier: Apache-2.0 */
/* How many signatures a token makes in a second, each verified. */
#ifndef CLI_TOKEN_RATE_H
#define CLI_TOKEN_RATE_H

#include "pkcs11/tok.h"

struct rate_plan {
	struct tok *tok;
	const struct tok_key *key;
	const struct tok_way *way;
	unsigned seconds, sessions;
};

struct rate {
	unsigned sessions; /* that the token gave */
	uint64_t signatures;
	double seconds;
};

/* Signs until the time is over. The first failure of a signature ends it; a
 * session that the token does not give is none. */
MUST_CHECK enum err token_rate(const struct rate_plan *p, struct rate *ret,
    struct diag *d);

#endif
