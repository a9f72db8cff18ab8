/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who logs in. A password is sent once: by keyboard-interactive where the server
 * has that, by the method password only where it has not.
 */
#include <string.h>

#include "cluster/pty_inner.h"

#define WHAT "logging in"
#define ROUNDS_MAX 8 /* of keyboard-interactive, those without a question too */

/* Repeats STEP, a method, until the server has answered. */
#define REPEAT(p, setup, d, rv, err, step)                          \
	do {                                                        \
		while (((rv) = (step)) == SSH_AUTH_AGAIN) {         \
			(err) = pty_wait((p), (setup), WHAT, (d));  \
			if ((err) != ERR_OK)                        \
				return (err);                       \
		}                                                   \
		if ((rv) == SSH_AUTH_ERROR)                         \
			return pty_failed((p), (setup), WHAT, (d)); \
	} while (0)

static enum err
refused(const struct pty_setup *setup, const char *method, struct diag *d)
{
	return diag_set(d, ERR_PIN,
	    "%s port %u refused the password of %s (%s); it was tried once, and "
	    "is not tried again",
	    setup->host, setup->port, setup->user, method);
}

/* *RET_RV: the last answer of the server. */
static enum err
by_key(struct pty *p, const struct pty_setup *setup, int *ret_rv,
    struct diag *d)
{
	ssh_key key = NULL;
	enum err err = ERR_OK;
	int rv;

	rv = ssh_pki_import_privkey_file(setup->key, "", NULL, NULL, &key);
	if (rv != SSH_OK)
		return diag_set(d, rv == SSH_EOF ? ERR_ABSENT : ERR_CRYPTO,
		    "%s is no private key that can be read without a "
		    "passphrase",
		    setup->key);
	while ((rv = ssh_userauth_publickey(p->session, NULL, key)) ==
	    SSH_AUTH_AGAIN) {
		err = pty_wait(p, setup, WHAT, d);
		if (err != ERR_OK)
			break;
	}
	if (err == ERR_OK && rv == SSH_AUTH_ERROR)
		err = pty_failed(p, setup, WHAT, d);
	ssh_key_free(key);
	*ret_rv = rv;
	return err;
}

/* The one question that is answered: one, and hidden. */
static bool
is_for_password(struct pty *p)
{
	char echo = 1;

	return ssh_userauth_kbdint_getnprompts(p->session) == 1 &&
	    ssh_userauth_kbdint_getprompt(p->session, 0, &echo) != NULL &&
	    echo == 0;
}

static enum err
answer(struct pty *p, const struct pty_setup *setup, bool *given,
    struct diag *d)
{
	if (ssh_userauth_kbdint_getnprompts(p->session) == 0)
		return ERR_OK; /* a notice */
	if (*given)
		return diag_set(d, ERR_PIN,
		    "%s port %u asks %s for more than the password, or for it "
		    "again; it was sent once, and is not sent again",
		    setup->host, setup->port, setup->user);
	if (!is_for_password(p))
		return diag_set(d, ERR_PIN,
		    "%s port %u asks %s for something that is no password",
		    setup->host, setup->port, setup->user);
	*given = true;
	if (ssh_userauth_kbdint_setanswer(p->session, 0,
		(const char *)setup->password->page) < 0)
		return diag_nomem(d);
	return ERR_OK;
}

static enum err
by_keyboard(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	bool given = false;
	unsigned rounds;
	enum err err;
	int rv;

	for (rounds = 0; rounds < ROUNDS_MAX; rounds++) {
		REPEAT(p, setup, d, rv, err,
		    ssh_userauth_kbdint(p->session, NULL, NULL));
		if (rv == SSH_AUTH_SUCCESS)
			return ERR_OK;
		if (rv != SSH_AUTH_INFO)
			return refused(setup, "keyboard-interactive", d);
		err = answer(p, setup, &given, d);
		if (err != ERR_OK)
			return err;
	}
	return diag_set(d, ERR_PIN,
	    "%s port %u asks again and again, and never for a password",
	    setup->host, setup->port);
}

static enum err
by_password(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	enum err err;
	int rv;

	REPEAT(p, setup, d, rv, err,
	    ssh_userauth_password(p->session, NULL,
		(const char *)setup->password->page));
	return rv == SSH_AUTH_SUCCESS ? ERR_OK : refused(setup, "password", d);
}

/* The password has no NUL, which would cut it. */
static enum err
check_password(const struct pty_setup *setup, struct diag *d)
{
	const struct secret *s = setup->password;

	if (s == NULL || s->page == NULL)
		return diag_set(d, ERR_PIN,
		    "%s port %u wants a password of %s, and none is given",
		    setup->host, setup->port, setup->user);
	if (memchr(s->page, '\0', s->len) != NULL)
		return diag_set(d, ERR_USAGE,
		    "a password with a NUL cannot be sent");
	return ERR_OK;
}

enum err
pty_login(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	enum err err;
	int rv, methods;

	REPEAT(p, setup, d, rv, err, ssh_userauth_none(p->session, NULL));
	if (rv == SSH_AUTH_SUCCESS)
		return ERR_OK;
	methods = ssh_userauth_list(p->session, NULL);
	if (setup->key != NULL && (methods & SSH_AUTH_METHOD_PUBLICKEY)) {
		err = by_key(p, setup, &rv, d);
		if (err != ERR_OK || rv == SSH_AUTH_SUCCESS)
			return err;
		methods = ssh_userauth_list(p->session, NULL);
	}
	if (setup->key != NULL &&
	    (setup->password == NULL || setup->password->page == NULL))
		return diag_set(d, ERR_PIN,
		    "%s port %u does not let %s in with the key %s",
		    setup->host, setup->port, setup->user, setup->key);
	err = check_password(setup, d);
	if (err != ERR_OK)
		return err;
	if (methods & SSH_AUTH_METHOD_INTERACTIVE)
		return by_keyboard(p, setup, d);
	if (methods & SSH_AUTH_METHOD_PASSWORD)
		return by_password(p, setup, d);
	return diag_set(d, ERR_PIN, "%s port %u lets nobody in with a password",
	    setup->host, setup->port);
}
