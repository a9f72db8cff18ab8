/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pkcs11/names.h"
#include "pkcs11/token.h"

/* Other programs may give a session back soon: what is waited before each try
 * to open one, in ms. */
static const long open_waits[] = { 0, 50, 100, 200 };
#define OPEN_TRIES (sizeof(open_waits) / sizeof(open_waits[0]))

static void
wait_for(long ms)
{
	const struct timespec t = { 0, ms * 1000000 };

	if (ms > 0)
		(void)nanosleep(&t, NULL);
}

static CK_RV
open_handle(const struct tok *t, CK_SESSION_HANDLE *ret)
{
	CK_FLAGS flags = t->mode == TOK_WRITE ? CKF_RW_SESSION : 0;
	CK_RV rv = CKR_OK;
	size_t i;

	for (i = 0; i < OPEN_TRIES; i++) {
		wait_for(open_waits[i]);
		rv = p11_open_session(&t->module->p11, t->slot, flags, ret);
		if (rv != CKR_SESSION_COUNT)
			break;
	}
	return rv;
}

enum err
session_ready(struct tok_session *s, struct diag *d)
{
	const struct tok *t = s->tok;
	CK_RV rv;

	if (s->open && s->age == t->age)
		return ERR_OK;
	s->open = false;
	rv = open_handle(t, &s->handle);
	if (rv != CKR_OK)
		return rv_fail(d, "C_OpenSession", rv);
	s->open = true;
	s->age = t->age;
	return ERR_OK;
}

void
session_close(struct tok_session *s)
{
	if (s->open && s->age == s->tok->age)
		(void)p11_close_session(&s->tok->module->p11, s->handle);
	s->open = false;
}

CK_SESSION_HANDLE
session_handle(const struct tok_session *s)
{
	return s->open && s->age == s->tok->age ? s->handle : CK_INVALID_HANDLE;
}

/* A login ends with the last session. */
static void
replace_own(struct tok *t)
{
	struct tok_session old = t->own;

	if (open_handle(t, &t->own.handle) == CKR_OK) {
		session_close(&old);
		return;
	}
	t->logged_in = false;
	session_close(&t->own);
}

void
session_drop(struct tok_session *s)
{
	if (s == &s->tok->own && s->open && s->tok->logged_in)
		replace_own(s->tok);
	else
		session_close(s);
}

enum err
session_fail(struct tok_session *s, struct diag *d, const char *api, CK_RV rv)
{
	enum err e = rv_fail(d, api, rv);

	/* What is opened in place of a session whose token is gone would be
	 * another token's; a device may have failed for a moment only. */
	if (!rv_is_gone(rv) || rv == CKR_DEVICE_ERROR) {
		session_drop(s);
		return e;
	}
	session_close(s);
	if (s == &s->tok->own)
		s->tok->logged_in = false;
	return e;
}

enum err
tok_session_open(struct tok *t, struct tok_session **ret, struct diag *d)
{
	struct tok_session *s;
	enum err e;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return diag_nomem(d);
	s->tok = t;
	e = session_ready(s, d);
	if (e == ERR_TOKEN && d->native == (long)CKR_SESSION_COUNT)
		e = d->code = ERR_TOO_BIG;
	if (e == ERR_OK)
		*ret = s;
	else
		free(s);
	return e;
}

void
tok_session_close(struct tok_session **s)
{
	if (*s == NULL)
		return;
	session_close(*s);
	pubkey_checker_free(&(*s)->checker);
	free(*s);
	*s = NULL;
}
