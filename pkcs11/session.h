/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of struct tok_session: a session that is opened where it is needed,
 * and closed after any error. */
#ifndef PKCS11_SESSION_H
#define PKCS11_SESSION_H

#include "pkcs11/lib.h"

struct tok_session {
	struct tok *tok;
	CK_SESSION_HANDLE handle;
	bool open;
	unsigned age; /* the token's when it was opened */
	/* to check signatures with, made of that key */
	struct pubkey_checker *checker;
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

/* CK_INVALID_HANDLE where S is closed. */
CK_SESSION_HANDLE session_handle(const struct tok_session *s);

#endif
