/* SPDX-License-Identifier: Apache-2.0 */
/* Proof that a key signs and is the one that it is said to be. */
#ifndef CLI_TOKEN_PROVE_H
#define CLI_TOKEN_PROVE_H

#include "cli/token.h"

/* The private key O of the token that I describes. */
MUST_CHECK enum err token_find_object_key(struct tok *t,
    const struct tok_object *o, struct tok_key **ret, struct diag *d);

/* Makes K sign random data, in the first way that the token really has, and
 * verifies the signature with tok_key_public(). *RET (may be NULL): the
 * mechanism. ERR_CRYPTO where the signature is not that key's; ERR_UNSUPPORTED
 * where the token offers no mechanism; else as tok_sign_way(). */
MUST_CHECK enum err token_prove(struct tok *t, const struct tok_key *k,
    const char **ret, struct diag *d);

/* That PIN of the token may be had: it is given, a person can be asked, or the
 * token asks itself. */
bool token_can_ask(const struct token_run *r, enum pin_which which,
    const struct tok_info *i);

/* E is no failure of a token: the command cannot go on. */
bool token_is_ours(enum err e);

#endif
