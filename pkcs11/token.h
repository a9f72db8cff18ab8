/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of struct tok and struct tok_session. */
#ifndef PKCS11_TOKEN_H
#define PKCS11_TOKEN_H

#include "pkcs11/lib.h"

struct tok_session {
	struct tok *tok;
	CK_SESSION_HANDLE handle;
	bool open;
	unsigned age; /* the token's when it was opened */
	/* to check signatures with, made of that key */
	struct pubkey_checker *checker;
};

struct tok {
	struct tok_lib *lib;
	const struct lib_module *module;
	CK_SLOT_ID slot;
	struct tok_info info;
	enum tok_mode mode;
	struct tok_session own; /* while it is open, a login lasts */
	unsigned age;           /* how often the token came back */
	bool logged_in;
	enum tok_user who;
};

/* Opens S where it is closed. */
MUST_CHECK enum err session_ready(struct tok_session *s, struct diag *d);

/* Closes S, where nobody knows what state the module left it in. The token's
 * own session is replaced first, so that the login lasts. */
void session_drop(struct tok_session *s);

/* After API returned RV, which is an error: records that, and drops S. Returns
 * the error. */
enum err session_fail(struct tok_session *s, struct diag *d, const char *api,
    CK_RV rv);

void session_close(struct tok_session *s);

#endif
