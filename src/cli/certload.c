/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/certload.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/input.h"

/* No file with certificates is larger. */
#define CERT_FILE_MAX ((size_t)1024 * 1024)
/* So that the content does not move while it is read: it may be a key. */
#define ROOM (CERT_FILE_MAX + (size_t)256 * 1024)

#define SCHEME "pkcs11:"

bool
certload_is_uri(const char *where)
{
	return strncasecmp(where, SCHEME, sizeof(SCHEME) - 1) == 0;
}

static enum err
load_file(const char *path, struct certlist *l, struct diag *d)
{
	struct buf content = { 0 };
	size_t before = l->num;
	enum err e;

	buf_reserve(&content, ROOM);
	e = input_load(path, CERT_FILE_MAX, &content, d);
	if (e == ERR_OK)
		e = certlist_add_file(l, buf_bytes(&content), d);
	if (e == ERR_OK && l->num == before)
		e = diag_set(d, ERR_SYNTAX,
		    "this holds no X.509 certificate, neither PEM nor DER");
	if (content.ptr != NULL)
		explicit_bzero(content.ptr, content.cap);
	buf_clear(&content);
	return e;
}

/* ---- On a token -------------------------------------------------------------------- */

static enum err
load_token(struct token_run *run, const struct tok_uri *u, struct certlist *l,
    struct diag *d)
{
	struct tok *t = NULL;
	size_t before = l->num;
	enum err e;

	e = token_load(run, u, d);
	if (e == ERR_OK)
		e = tok_open(run->lib, u, TOK_READ, &t, d);
	if (e == ERR_OK)
		e = certlist_add_token(l, t, u, d);
	if (e == ERR_OK && l->num == before)
		e = diag_set(d, ERR_TOKEN,
		    "no certificate on the token matches that is seen without "
		    "a login; `ctlsmith token show` lists what is there");
	tok_close(&t);
	return e;
}

static enum err
load_uri(const char *where, struct token_run *run, struct certlist *l,
    struct diag *d)
{
	struct tok_uri *u = NULL;
	enum err e;

	if (run == NULL)
		return diag_set(d, ERR_USAGE,
		    "there is no PKCS#11 module to look there with; --module "
		    "PATH names one");
	e = tok_uri_parse(where, &u, d);
	if (e == ERR_OK)
		e = load_token(run, u, l, d);
	tok_uri_free(&u);
	return e;
}

/* ---- Either -------------------------------------------------------------------------- */

/* A PIN that somebody wrote into WHERE is not shown. */
static enum err
named(const char *where, enum err e, const struct diag *why, struct diag *d)
{
	struct secret pin = { 0 };
	struct diag other;
	bool found = false;
	char *copy;

	if (e == ERR_NOMEM)
		return diag_nomem(d);
	copy = strdup(where);
	if (copy == NULL)
		return diag_nomem(d);
	if (certload_is_uri(where) &&
	    tok_uri_take_pin(copy, &pin, &found, &other) != ERR_OK)
		found = true; /* wiped all the same */
	secret_clear(&pin);
	diag_set(d, e, "%.160s: %s", copy, why->msg);
	d->api = why->api;
	d->native = why->native;
	free(copy);
	return e;
}

enum err
certload_all(const char *where, struct token_run *run, struct certlist *l,
    struct diag *d)
{
	struct diag why;
	enum err e;

	diag_init(&why);
	e = certload_is_uri(where) ? load_uri(where, run, l, &why)
				   : load_file(where, l, &why);
	return e == ERR_OK ? ERR_OK : named(where, e, &why, d);
}

enum err
certload(const char *where, struct token_run *run, const struct pubkey *key,
    struct cert **ret, struct diag *d)
{
	struct certlist l = { 0 };
	struct diag why;
	enum err e;

	e = certload_all(where, run, &l, d);
	if (e != ERR_OK)
		goto out;
	if (l.num > 1 && key != NULL)
		certlist_keep(&l, key);
	diag_init(&why);
	e = certlist_only(&l, ret, &why);
	if (e == ERR_ABSENT)
		e = diag_set(&why, ERR_POLICY,
		    "none of the certificates is of that key");
	else if (e == ERR_SYNTAX && certload_is_uri(where))
		e = why.code = ERR_TOKEN;
	if (e != ERR_OK)
		e = named(where, e, &why, d);
out:
	certlist_clear(&l);
	return e;
}
