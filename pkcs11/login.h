/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever sends a PIN to a token goes through here: the rules at the top of
 * tok.h are kept in this one place. */
#ifndef PKCS11_LOGIN_H
#define PKCS11_LOGIN_H

#include "pkcs11/token.h"

/* One thing to do with a PIN. */
struct login_try {
	enum tok_pin_kind kind; /* USER, SO or KEY: whose tries it uses */
	bool changes;           /* it gives a new PIN: one that is to be
				 * changed is no hindrance */
	struct bytes key_label; /* TOK_PIN_KEY */
	const char *api;        /* the call that takes the PIN */
	/* Called with ARG once the PIN is there, or is to be typed at the
	 * token, and before it is counted and sent; an error ends it. May be
	 * NULL. */
	enum err (*ready)(void *arg, struct diag *d);
	/* Sends it; a PIN with ptr NULL is typed at the token. */
	CK_RV (*send)(void *arg, struct bytes pin);
	void *arg;
};

/* Asks for the PIN and does Y with it; asks again where a person typed a wrong
 * one. ERR_PIN where it was refused here or there. */
MUST_CHECK enum err login_by_pin(struct tok *t, const struct login_try *y,
    struct diag *d);

/* Logs the SO in with a PIN that the token has just taken, by the same rules;
 * ptr NULL: it is typed at the token. */
MUST_CHECK enum err login_so_with(struct tok *t, struct bytes pin,
    struct diag *d);

/* The user's PIN (KIND is TOK_PIN_USER), or the SO's (TOK_PIN_SO), is another
 * now: those that failed before may be right, and the count begins anew. */
MUST_CHECK enum err login_changed(struct tok *t, enum tok_pin_kind kind,
    struct diag *d);

/* Logs out and closes the token's own session. */
void login_end(struct tok *t);

/* As tok_login(), also where the token says that it wants no login. */
MUST_CHECK enum err login_whatever(struct tok *t, enum tok_user who,
    struct diag *d);

/* Asks the owner for a new PIN of KIND and checks its length. */
MUST_CHECK enum err login_new_pin(struct tok *t, enum tok_pin_kind kind,
    struct secret *ret, struct diag *d);

/* Wipes the PINs that failed. */
void login_forget(struct lib_refused *list);

#endif
