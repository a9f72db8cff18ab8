/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token_prove.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "cli/prompt.h"

enum err
token_find_object_key(struct tok *t, const struct tok_object *o,
    struct tok_key **ret, struct diag *d)
{
	struct tok_uri *uri = NULL;
	struct buf text = { 0 };
	enum err e;

	tok_put_object_uri(&text, tok_info(t), o);
	e = buf_cstr(&text) != NULL ? tok_uri_parse(buf_cstr(&text), &uri, d)
				    : diag_nomem(d);
	if (e == ERR_OK)
		e = tok_find_key(t, uri, ret, d);
	tok_uri_free(&uri);
	buf_clear(&text);
	return e;
}

/* What the token lists and cannot do is no failure of the key. */
static bool
goes_on(enum err e, const struct diag *d)
{
	return (e == ERR_TOKEN || e == ERR_UNSUPPORTED) && !tok_is_gone(d);
}

/* A session of its own, where the token has one to spare: what goes wrong in
 * it does not end the login. */
static enum err
open_session(struct tok *t, struct tok_session **ret, struct diag *d)
{
	enum err e = tok_session_open(t, ret, d);

	return e == ERR_TOO_BIG ? ERR_OK : e;
}

enum err
token_prove(struct tok *t, const struct tok_key *k, const char **ret,
    struct diag *d)
{
	struct tok_session *session = NULL;
	struct tok_way *ways = NULL;
	struct buf sig = { 0 };
	uint8_t message[64];
	size_t i, num = 0;
	enum err e;

	if (getrandom(message, sizeof(message), 0) != (ssize_t)sizeof(message))
		return diag_errno(d, "getrandom", errno, "no random number");
	e = tok_ways(k, &ways, &num, d);
	if (e == ERR_OK && num == 0)
		e = diag_set(d, ERR_UNSUPPORTED,
		    "the token offers no mechanism to sign with this key");
	if (e == ERR_OK)
		e = open_session(t, &session, d);
	if (e != ERR_OK)
		num = 0;
	for (i = 0; i < num; i++) {
		e = tok_sign_way(session, k, &ways[i],
		    bytes_of(message, sizeof(message)), &sig, d);
		if (e == ERR_OK && ret != NULL)
			*ret = ways[i].name;
		if (e == ERR_OK || !goes_on(e, d))
			break;
	}
	tok_session_close(&session);
	buf_clear(&sig);
	free(ways);
	return e;
}

bool
token_can_ask(const struct token_run *r, enum pin_which which,
    const struct tok_info *i)
{
	return pin_sources_have(&r->pins, which) || tok_has(i, TOK_PINPAD) ||
	    prompt_has_terminal();
}

bool
token_is_ours(enum err e)
{
	return e == ERR_NOMEM || e == ERR_IO || e == ERR_SYNTAX ||
	    e == ERR_ABSENT;
}
