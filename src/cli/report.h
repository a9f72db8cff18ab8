/* SPDX-License-Identifier: Apache-2.0 */
/* The custody report: what a token is, whether its keys are what they are said
 * to be, and who could have a copy of them. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/custody.h"
#include "cli/token.h"

/* Whether a private key was proven by a signature: id, JSON name. */
#define REPORT_PROOFS(X)                       \
	X(REPORT_PROVEN, "proven")             \
	X(REPORT_FAILED, "failed")             \
	X(REPORT_ASKS, "asks-for-pin")         \
	X(REPORT_MAY_NOT, "may-not-sign")      \
	X(REPORT_NO_MECHANISM, "no-mechanism") \
	X(REPORT_NO_PUBLIC_HALF, "no-public-half")

/* A public key or a certificate and the private key. */
#define REPORT_PAIRINGS(X)                                                  \
	X(REPORT_PAIR_PROVEN, "proven")         /* the key signed */        \
	X(REPORT_PAIR_NOT_PROVEN, "not-proven") /* it did not, or cannot */ \
	X(REPORT_PAIR_DIFFERS, "differs")       /* one id, two keys */      \
	X(REPORT_PAIR_NONE, "none")             /* no private key */

/* Who has a copy of a private key, from the best on. */
#define REPORT_COPIES(X)                    \
	X(REPORT_COPY_NOBODY, "none-known") \
	X(REPORT_COPY_POSSIBLE, "possible") \
	X(REPORT_COPY_OPEN, "can-be-taken") \
	X(REPORT_COPY_OUTSIDE, "exists")

/* What is bad enough to say at the end. */
#define REPORT_RULES(X)                          \
	X(REPORT_EXTRACTABLE, "extractable")     \
	X(REPORT_NOT_SENSITIVE, "not-sensitive") \
	X(REPORT_PAIRING, "pairing")

#define REPORT_ID(id, name) id,
enum report_proof {
	REPORT_PROOFS(REPORT_ID)
};
enum report_pairing {
	REPORT_PAIRINGS(REPORT_ID)
};
enum report_copy {
	REPORT_COPIES(REPORT_ID)
};
enum report_rule {
	REPORT_RULES(REPORT_ID)
};
#undef REPORT_ID

const char *report_proof_name(enum report_proof p);
const char *report_pairing_name(enum report_pairing p);
const char *report_copy_name(enum report_copy c);
const char *report_rule_name(enum report_rule r);

/* One object of the token. */
struct report_item {
	const struct tok_object *object;
	/* private keys */
	struct tok_key *key; /* or NULL */
	enum report_proof proof;
	struct diag why;       /* where it is not proven */
	const char *mechanism; /* that proved it, or NULL */
	struct tok_way *ways;
	size_t num_ways;
	const struct tokenfile_key *imported; /* or NULL */
	enum report_copy copy;
	struct buf copies; /* sentences */
	/* public keys and certificates */
	enum report_pairing pairing;
	size_t pair; /* the private key among the items, or TOK_NO_PAIR */
};

struct report_finding {
	enum report_rule rule;
	struct buf text; /* a sentence, not made safe */
};

/* All-zero is legal to clear. */
struct report {
	struct token_run *run;
	struct custody *custody;
	int64_t at; /* certificates are judged at this time */
	struct tok *tok;
	struct tok_objects *objects;
	struct tokenfile_token *record; /* or NULL */
	struct report_item *items;      /* in the order of objects */
	size_t num_items;
	struct report_finding *findings;
	size_t num_findings;
};

/* Opens the token that the argument of R->run names, logs in, and looks.
 * R->run, custody and at are set, the rest is empty. */
MUST_CHECK enum err report_read(struct report *r, struct diag *d);

void report_clear(struct report *r);

/* Certificate O is that of SAST I of list N. */
MUST_CHECK enum err report_is_sast(const struct report *r,
    const struct tok_object *o, size_t n, size_t i, bool *ret, struct diag *d);

/* Appends "key 'LABEL', id 01", not made safe. */
void report_put_name(struct buf *out, const struct tok_object *o);

#endif
