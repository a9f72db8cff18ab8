/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of signing_keys, as they are without a login (R11). */
#include "base/text.h"
#include "workflow/health_parts.h"

#define DAY ((int64_t)86400)
#define SOON 60 /* days, as for R3 */

static void
say(struct health_case *c, enum health_grade grade, const char *name,
    const char *todo, const char *what)
{
	struct buf safe = { 0 };

	text_put_safe(&safe, bytes_of_str(name));
	if (buf_cstr(&safe) == NULL)
		c->nomem = true;
	else
		health_say(c, HEALTH_TRIES, grade, NULL, todo,
		    "token %.120s %s", buf_cstr(&safe), what);
	buf_clear(&safe);
}

static void
say_unseen(struct health_case *c, const struct health_token *t)
{
	switch ((enum health_token_seen)t->seen) {
	case HEALTH_TOKEN_NOT_ASKED:
		say(c, HEALTH_NOT_ASKED, t->name, "",
		    "was not asked: no PKCS#11 module is named");
		break;
	case HEALTH_TOKEN_ABSENT:
		say(c, HEALTH_NOTE, t->name,
		    "before a list is to be signed, see that it is there and "
		    "answers",
		    "is not here: how many tries it has left is not known");
		break;
	case HEALTH_TOKEN_FAILED:
	case HEALTH_TOKEN_SEEN:
		say(c, HEALTH_UNKNOWN, t->name, "ctlsmith token list says more",
		    "could not be looked at");
	}
}

/* *RET where something was said of it. */
static void
judge_pin(struct health_case *c, const struct health_token *t, bool *ret)
{
	const char *todo = "do not try its PIN: sign with another token, and "
			   "have the PIN reset (ctlsmith token pin-reset)";

	*ret = true;
	if (t->locked || (t->has_tries && t->tries == 0))
		say(c, HEALTH_BAD, t->name, todo, "is locked");
	else if (t->final_try || (t->has_tries && t->tries == 1))
		say(c, HEALTH_BAD, t->name, todo, "has one try left");
	else if (t->low)
		say(c, HEALTH_NOTE, t->name,
		    "make sure of its PIN before it is typed again; a good "
		    "login takes this back",
		    "was given a wrong PIN since its last login: fewer tries "
		    "are left");
	else
		*ret = false;
}

static void
judge_end(struct health_case *c, const struct health_token *t, bool *ret)
{
	struct buf what = { 0 }, date = { 0 };
	const char *until;
	int64_t left = (t->ends - c->in->now) / DAY;

	*ret = t->ends != 0 && (t->ends < c->in->now || left < SOON);
	if (!*ret)
		return;
	text_put_rfc3339(&date, t->ends);
	until = buf_cstr(&date);
	if (t->ends < c->in->now)
		buf_printf(&what, "has a certificate that ended at %s",
		    until == NULL ? "" : until);
	else
		buf_printf(&what,
		    "has a certificate that ends at %s, in %lld days",
		    until == NULL ? "" : until, (long long)left);
	if (until == NULL || buf_cstr(&what) == NULL)
		c->nomem = true;
	else
		say(c, HEALTH_NOTE, t->name,
		    "no source says that phones look at it; plan new tokens "
		    "while they still sign",
		    buf_cstr(&what));
	buf_clear(&what);
	buf_clear(&date);
}

static void
judge_token(struct health_case *c, const struct health_token *t)
{
	bool pin, end;

	if (t->seen != HEALTH_TOKEN_SEEN) {
		say_unseen(c, t);
		return;
	}
	judge_pin(c, t, &pin);
	judge_end(c, t, &end);
	if (!pin && !end)
		say(c, HEALTH_GOOD, t->name, "",
		    "is here, and its PIN was not mistyped");
}

enum err
health_tries(struct health_case *c)
{
	size_t i;

	for (i = 0; i < c->in->num_tokens; i++)
		judge_token(c, &c->in->token[i]);
	if (c->in->num_tokens == 0)
		health_say(c, HEALTH_TRIES, HEALTH_NOT_ASKED, NULL, "",
		    "no token was asked: the inventory has no signing_keys");
	return ERR_OK;
}
