/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/drill.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/custody_record.h"
#include "cli/token_prove.h"

/* ---- Which tokens ---------------------------------------------------------------- */

/* T is drilled where nobody named one. */
static bool
is_ours(const struct match *m, const struct match_token *t)
{
	size_t n;

	if (t->record != NULL || t->cisco)
		return true;
	for (n = 0; n < m->custody->num_lists; n++)
		if (match_signs(m, t, n))
			return true;
	return false;
}

static bool
is_chosen(const struct drill *r, const struct match_token *t)
{
	return r->run->uri != NULL || is_ours(&r->match, t);
}

static enum err
check_chosen(const struct drill *r, struct diag *d)
{
	bool can_ask = true;
	size_t i, num = 0;

	for (i = 0; i < r->match.num_tokens; i++) {
		const struct match_token *t = &r->match.tokens[i];

		if (!is_chosen(r, t))
			continue;
		num++;
		if (tok_has(t->info, TOK_LOGIN) &&
		    !token_can_ask(r->run, PIN_USER, t->info))
			can_ask = false;
	}
	if (num == 0)
		return diag_set(d, ERR_TOKEN,
		    r->run->uri != NULL
			? "no token that the URI names is connected"
			: "no token is connected that is in the inventory or "
			  "holds a SAST; a URI names another");
	if (num > 1 && pin_sources_have(&r->run->pins, PIN_USER))
		return diag_set(d, ERR_USAGE,
		    "a PIN belongs to one token, and %zu would be drilled: "
		    "name one by its URI, or have the PINs asked for",
		    num);
	if (!can_ask)
		return diag_set(d, ERR_PIN,
		    "a PIN is needed: give it with --pin-env or --pin-fd, or "
		    "run this at a terminal; nothing was recorded");
	return ERR_OK;
}

/* ---- One key ---------------------------------------------------------------------- */

/* NULL where memory is short. */
static struct drill_result *
new_result(struct drill *r, const struct match_token *t)
{
	struct drill_result *more = realloc(r->results,
	    (r->num_results + 1) * sizeof(*more));

	if (more == NULL)
		return NULL;
	r->results = more;
	more += r->num_results++;
	*more = (struct drill_result){ .info = t->info,
		.when = (int64_t)time(NULL) };
	diag_init(&more->failed);
	return more;
}

/* What the inventory knows of the last drill of that key. */
static void
find_before(const struct tokenfile_token *t, struct drill_result *res)
{
	const struct tokenfile_drill *drill = t == NULL ? NULL : t->drills.item;
	size_t i;

	for (i = t == NULL ? 0 : t->drills.num; i > 0; i--) {
		const struct tokenfile_drill *one = &drill[i - 1];

		if (one->key.len > 0 && res->id.len > 0 &&
		    !bytes_equal(one->key, buf_bytes(&res->id)))
			continue;
		res->has_before = true;
		res->before = one->when;
		res->before_passed = one->result == TOKENFILE_PASSED;
		if (one->place != NULL)
			buf_str(&res->before_place, one->place);
		return;
	}
}

static enum err
note(struct drill *r, const struct drill_result *res, struct diag *d)
{
	struct audit_record record = { .time = res->when,
		.op = AUDIT_DRILL,
		.token_label = tok_text_bytes(&res->info->label),
		.token_serial = tok_text_bytes(&res->info->serial),
		.key_id = buf_bytes(&res->id),
		.key_label = buf_bytes(&res->label),
		.file = r->place,
		.error = res->failed.code == ERR_OK ? NULL : res->failed.msg,
		.version = CTLSMITH_VERSION };
	enum err e;

	if (r->run->log == NULL)
		return ERR_OK;
	(void)pthread_mutex_lock(&r->run->lock);
	e = audit_append(r->run->log, &record, d);
	(void)pthread_mutex_unlock(&r->run->lock);
	return e;
}

/* Closes RES: E is what came of it, described by its `failed`. */
static enum err
conclude(struct drill *r, const struct match_token *t, struct drill_result *res,
    enum err e, struct diag *d)
{
	if (e != ERR_OK)
		res->failed.code = e;
	if (token_is_ours(e)) {
		*d = res->failed;
		r->num_results--;
		buf_clear(&res->label);
		buf_clear(&res->id);
		return e;
	}
	r->num_failed += e != ERR_OK;
	find_before(t->record, res);
	return note(r, res, d);
}

static enum err
prove(struct drill *r, struct tok *t, const struct tok_key *k, struct diag *d)
{
	if (tok_key_always_authenticates(k) &&
	    !token_can_ask(r->run, PIN_KEY, tok_info(t)))
		return diag_set(d, ERR_PIN,
		    "the key wants its PIN for each use: --key-pin-env or "
		    "--key-pin-fd gives it");
	return token_prove(t, k, NULL, d);
}

/* Drills the private key O, or, where it is NULL, the one that the argument
 * names. *RET_OK: it signed. */
static enum err
drill_key(struct drill *r, const struct match_token *t,
    const struct tok_object *o, bool *ret_ok, struct diag *d)
{
	struct drill_result *res = new_result(r, t);
	struct tok_key *k = NULL;
	enum err e = ERR_OK;

	*ret_ok = false;
	if (res == NULL)
		return diag_nomem(d);
	if (o != NULL) {
		buf_put(&res->label, o->label);
		buf_put(&res->id, o->id);
		e = token_find_object_key(t->tok, o, &k, &res->failed);
	} else {
		e = tok_find_key(t->tok, r->run->uri, &k, &res->failed);
	}
	if (e == ERR_OK && o == NULL) {
		buf_put(&res->label, tok_key_label(k));
		buf_put(&res->id, tok_key_id(k));
	}
	if (e == ERR_OK)
		e = prove(r, t->tok, k, &res->failed);
	*ret_ok = e == ERR_OK;
	tok_key_free(&k);
	return conclude(r, t, res, e, d);
}

/* ---- One token --------------------------------------------------------------------- */

/* O is the certificate of a SAST of any list; in the newest one, where OK, it
 * is proven now. */
static enum err
judge_cert(struct drill *r, const struct tok_object *o, bool ok, bool *ret,
    struct diag *d)
{
	const struct custody *c = r->custody;
	enum custody_hold hold;
	enum err e = ERR_OK;
	size_t i, n;

	*ret = false;
	if (o->cert != NULL)
		e = sast_is_cisco(o->cert, ret, d);
	for (n = 0; n < c->num_lists; n++) {
		for (i = 0; e == ERR_OK && i < c->lists[n].sasts.num; i++) {
			e = custody_hold(&c->lists[n], i, o, &hold, d);
			if (e != ERR_OK || hold != CUSTODY_CERT)
				continue;
			*ret = true;
			if (ok && n == c->newest)
				r->proven[i] = true;
		}
	}
	return e;
}

/* Whether private key AT of ALL is that of a SAST's certificate; and where OK,
 * that it signed. */
static enum err
judge_key(struct drill *r, const struct tok_objects *all, size_t at, bool ok,
    bool *ret, struct diag *d)
{
	enum err e = ERR_OK;
	bool is = false;
	size_t i;

	*ret = false;
	for (i = 0; e == ERR_OK && i < tok_objects_num(all); i++) {
		const struct tok_object *o = tok_object(all, i);

		if (o->class != TOK_CERTIFICATE || o->pair != at)
			continue;
		e = judge_cert(r, o, ok, &is, d);
		if (e == ERR_OK && is)
			*ret = true;
	}
	return e;
}

/* Drills the keys of SASTs, or, where SASTS is not set, all that may sign. */
static enum err
drill_keys(struct drill *r, const struct match_token *t,
    const struct tok_objects *all, bool sasts, size_t *ret_num, struct diag *d)
{
	enum err e = ERR_OK;
	bool is = false, ok = false;
	size_t i;

	*ret_num = 0;
	for (i = 0; e == ERR_OK && i < tok_objects_num(all); i++) {
		const struct tok_object *o = tok_object(all, i);

		if (o->class != TOK_PRIVATE_KEY)
			continue;
		e = judge_key(r, all, i, false, &is, d);
		if (e != ERR_OK || (sasts && !is) ||
		    (!sasts && o->attr[TOK_ATTR_SIGN] == TOK_NO))
			continue;
		(*ret_num)++;
		e = drill_key(r, t, o, &ok, d);
		if (e == ERR_OK && ok)
			e = judge_key(r, all, i, true, &is, d);
	}
	return e;
}

/* What the argument names, else the keys of SASTs, else all. */
static enum err
choose_keys(struct drill *r, const struct match_token *t,
    const struct tok_objects *all, struct diag *d)
{
	size_t num = 0;
	enum err e;
	bool ok = false;

	if (r->run->uri != NULL && tok_uri_names_object(r->run->uri))
		return drill_key(r, t, NULL, &ok, d);
	e = drill_keys(r, t, all, true, &num, d);
	if (e == ERR_OK && num == 0)
		e = drill_keys(r, t, all, false, &num, d);
	/* says that there is none */
	if (e == ERR_OK && num == 0)
		e = drill_key(r, t, NULL, &ok, d);
	return e;
}

/* ---- The inventory ------------------------------------------------------------------ */

/* The results from FIRST on, which are those of one token. */
static enum err
record_drills(struct drill *r, struct tokenfile_token *t, size_t first,
    struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = first; e == ERR_OK && i < r->num_results; i++) {
		struct drill_result *res = &r->results[i];
		struct tokenfile_drill drill = { .when = res->when,
			.place = r->place,
			.result = res->failed.code == ERR_OK
			    ? TOKENFILE_PASSED
			    : TOKENFILE_FAILED };

		if (res->id.len > 0)
			drill.key = buf_bytes(&res->id);
		e = tokenfile_add_drill(&r->custody->inventory, t, &drill, d);
	}
	return e;
}

/* The file as it is by now, with what came of the token of INFO. */
static enum err
record(struct drill *r, const struct tok_info *info,
    const struct tok_objects *all, size_t first, struct diag *d)
{
	struct tokenfile_token *t = NULL;
	enum err e;

	e = custody_record(r->custody, info, all, &t, d);
	if (e == ERR_OK)
		e = record_drills(r, t, first, d);
	if (e == ERR_OK)
		e = custody_save(r->custody, d);
	return e;
}

/* ---- All ------------------------------------------------------------------------------ */

/* The token could not even be looked at. */
static enum err
fail_token(struct drill *r, const struct match_token *t, enum err failed,
    const struct diag *why, struct diag *d)
{
	struct drill_result *res = new_result(r, t);

	if (res == NULL)
		return diag_nomem(d);
	res->failed = *why;
	return conclude(r, t, res, failed, d);
}

static enum err
drill_token(struct drill *r, const struct match_token *t, struct diag *d)
{
	size_t first = r->num_results;
	struct tok_objects *all = NULL;
	struct diag why;
	enum err e;

	diag_init(&why);
	e = tok_login(t->tok, TOK_USER, &why);
	if (e == ERR_OK)
		e = tok_objects_read(t->tok, NULL, &all, &why);
	if (e != ERR_OK)
		e = fail_token(r, t, e, &why, d);
	else
		e = choose_keys(r, t, all, d);
	if (e == ERR_OK)
		e = record(r, t->info, all, first, d);
	tok_objects_free(&all);
	return e;
}

/* The records of all tokens, which a reload moves. */
static enum err
find_records(struct drill *r, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < r->match.num_tokens; i++)
		e = custody_find(r->custody, r->match.tokens[i].info,
		    &r->match.tokens[i].record, d);
	return e;
}

static enum err
begin(struct drill *r, struct diag *d)
{
	const struct custody *c = r->custody;
	enum err e;

	if (c->num_lists > 0) {
		r->proven = calloc(c->lists[c->newest].sasts.num + 1,
		    sizeof(*r->proven));
		if (r->proven == NULL)
			return diag_nomem(d);
	}
	e = match_read(r->run, r->custody, &r->match, d);
	return e == ERR_OK ? check_chosen(r, d) : e;
}

enum err
drill_run(struct drill *r, struct diag *d)
{
	bool *chosen;
	size_t i;
	enum err e;

	e = begin(r, d);
	if (e != ERR_OK)
		return e;
	/* before the inventory changes */
	chosen = calloc(r->match.num_tokens + 1, sizeof(*chosen));
	if (chosen == NULL)
		return diag_nomem(d);
	for (i = 0; i < r->match.num_tokens; i++)
		chosen[i] = is_chosen(r, &r->match.tokens[i]);
	for (i = 0; e == ERR_OK && i < r->match.num_tokens; i++) {
		if (!chosen[i])
			continue;
		e = drill_token(r, &r->match.tokens[i], d);
		if (e == ERR_OK)
			e = find_records(r, d);
	}
	free(chosen);
	return e;
}

void
drill_clear(struct drill *r)
{
	size_t i;

	for (i = 0; i < r->num_results; i++) {
		buf_clear(&r->results[i].label);
		buf_clear(&r->results[i].id);
		buf_clear(&r->results[i].before_place);
	}
	free(r->results);
	free(r->proven);
	match_clear(&r->match);
	memset(r, 0, sizeof(*r));
}
