/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connected tokens against trust lists: which token holds which SAST, which
 * SAST nobody has, and whether somebody can sign the next version. No PIN is
 * asked for.
 */
#ifndef CLI_MATCH_H
#define CLI_MATCH_H

#include "cli/custody.h"
#include "cli/token.h"

/* What a token has of one SAST: the best of its objects. */
struct match_cell {
	enum custody_hold hold;
	const struct tok_object *object; /* that one */
	bool recorded; /* nothing was seen: the inventory says so */
};

struct match_token {
	struct tok *tok;
	const struct tok_info *info;
	struct tok_objects *objects;    /* NULL: see trouble */
	struct diag trouble;            /* ERR_OK, or why nothing was read */
	struct tokenfile_token *record; /* or NULL */
	bool hidden; /* no certificate is seen, which a login may change */
	bool cisco;  /* holds what Cisco sold */
	struct match_cell *cells; /* of each list, each SAST: match_cell() */
};

/* What is wrong: id, its name in JSON. */
#define MATCH_RULES(X)                          \
	X(MATCH_NO_SIGNER, "no-signer")         \
	X(MATCH_NONE_LEFT, "none-left")         \
	X(MATCH_ONE_LEFT, "one-left")           \
	X(MATCH_ONE_SAST, "one-sast")           \
	X(MATCH_NO_TOKEN, "no-token")           \
	X(MATCH_NOT_IN_NEWEST, "not-in-newest") \
	X(MATCH_HIDDEN, "hidden")               \
	X(MATCH_UNREADABLE, "unreadable")

enum match_rule {
#define MATCH_RULE_ID(id, name) id,
	MATCH_RULES(MATCH_RULE_ID)
#undef MATCH_RULE_ID
};

const char *match_rule_name(enum match_rule rule);

struct match_finding {
	enum match_rule rule;
	struct buf text; /* a sentence, not made safe */
};

/* All-zero is legal to clear. */
struct match {
	struct custody *custody;
	struct tok **toks;
	size_t num_toks;
	struct match_token *tokens; /* those that are initialised */
	size_t num_tokens;
	size_t num_signers; /* of them: can sign the newest list's next */
	struct match_finding *findings;
	size_t num_findings;
};

/* Reads the tokens that the argument of R matches, or all, and judges them by
 * C; without a list there are no findings. Both must live as long. On failure RET is
 * cleared. */
MUST_CHECK enum err match_read(struct token_run *r, struct custody *c,
    struct match *ret, struct diag *d);

void match_clear(struct match *m);

/* What T has of SAST I of list N. */
const struct match_cell *match_cell(const struct match *m,
    const struct match_token *t, size_t n, size_t i);

/* SAST I of list N is on T, as far as is seen, or is recorded and hidden. */
bool match_has(const struct match *m, const struct match_token *t, size_t n,
    size_t i);

/* T holds a SAST of list N. */
bool match_signs(const struct match *m, const struct match_token *t, size_t n);

/* The token of the inventory with a record of that SAST's certificate, from
 * the one with index *AT on, which is set behind it; NULL: no more. One that is
 * connected, and shows that it has the certificate no more, is passed over. */
const struct tokenfile_token *match_recorded(const struct match *m, size_t n,
    size_t i, size_t *at);

#endif
