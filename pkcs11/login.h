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
	/* Sends it; a PIN with ptr NULL is typed at the token. */
	CK_RV (*send)(void *arg, struct bytes pin);
	void *arg;
};

/* Asks for the PIN and does Y with it; asks again where a person typed a wrong
 * one. ERR_PIN where it was refused here or there. */
MUST_CHECK enum err login_by_pin(struct tok *t, const struct login_try *y,
    struct diag *d);

/* Asks the owner for a new PIN of KIND and checks its length. */
MUST_CHECK enum err login_new_pin(struct tok *t, enum tok_pin_kind kind,
    struct secret *ret, struct diag *d);

/* Wipes the PINs that failed. */
void login_forget(struct lib_refused *list);

#endif
