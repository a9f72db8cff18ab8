/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that cannot be had again are not emptied by mistake: one that holds
 * what Cisco sold as a security token, or that signs one of our trust lists,
 * is left alone by whatever destroys, unless its serial number is typed in
 * full.
 */
#ifndef CLI_TOKEN_GUARD_H
#define CLI_TOKEN_GUARD_H

#include "cli/custody.h"
#include "cli/token.h"

struct token_guard_opts {
	const char *inventory, *destroy;
};

/* The rows of an option table whose struct T has a struct token_guard_opts
 * guard. */
#define TOKEN_GUARD_AT(T, member) \
	offsetof(T, guard) + offsetof(struct token_guard_opts, member)

#define TOKEN_GUARD_OPTS(T)                                                   \
	{ "inventory", "FILE", OPT_STRING, TOKEN_GUARD_AT(T, inventory),      \
		"the token inventory (default: the configuration's)",         \
		OPT_FILES, 0 },                                               \
	{                                                                     \
		"destroy-sast", "SERIAL", OPT_STRING,                         \
		    TOKEN_GUARD_AT(T, destroy),                               \
		    "do it even to the SAST with this serial number", NULL, 0 \
	}

/*
 * Call it before anything is changed on T, and where the command logs in
 * anyhow, behind that: without a login, what is public decides, and what the
 * inventory records of the token's serial number.
 *
 * Refuses (ERR_POLICY) a token with a certificate that sast_is_cisco(), or
 * with a certificate, a key or merely the names of a SAST of any list of C,
 * having said on stderr what would be lost: that it cannot be issued again,
 * and each list that loses a signer. Where DESTROY is the token's serial
 * number that is said all the same, and T passes. A DESTROY (may be NULL) that
 * is another number is refused whatever the token holds.
 *
 * What cannot be read cannot be judged: then the error is that of the module,
 * unless DESTROY lets the token pass. A token with a certificate that does not
 * decode, or an object that the module says nothing of, is refused too. A token that is not initialised holds
 * nothing, but the inventory's record of it counts.
 */
MUST_CHECK enum err token_guard_check(struct custody *c, struct tok *t,
    const char *destroy, struct diag *d);

/* The same with the lists of the inventory that O or the configuration names.
 * None of them: what Cisco sold is known without. */
MUST_CHECK enum err token_guard(struct token_run *r, struct tok *t,
    const struct token_guard_opts *o, struct diag *d);

#endif
