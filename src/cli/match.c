/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/match.h"

#include <stdlib.h>
#include <string.h>

const char *
match_rule_name(enum match_rule rule)
{
	static const char *const names[] = {
#define MATCH_RULE_NAME(id, name) [id] = (name),
		MATCH_RULES(MATCH_RULE_NAME)
#undef MATCH_RULE_NAME
	};

	return names[rule];
}

/* ---- One token --------------------------------------------------------------- */

static enum err
judge_object(const struct custody *c, struct match_token *t,
    const struct tok_object *o, struct diag *d)
{
	enum custody_hold hold;
	bool cisco = false;
	enum err e = ERR_OK;
	size_t i, n;

	if (o->cert != NULL)
		e = sast_is_cisco(o->cert, &cisco, d);
	t->cisco |= cisco;
	for (n = 0; n < c->num_lists; n++) {
		for (i = 0; e == ERR_OK && i < c->lists[n].sasts.num; i++) {
			struct match_cell *cell =
			    &t->cells[c->lists[n].first + i];

			e = custody_hold(&c->lists[n], i, o, &hold, d);
			if (e == ERR_OK && hold > cell->hold)
				*cell = (struct match_cell){ hold, o, false };
		}
	}
	return e;
}

static void
judge_record(const struct custody *c, struct match_token *t)
{
	const struct tokenfile_cert *cert = t->record->certificates.item;
	enum custody_hold hold;
	size_t i, k, n;

	for (k = 0; k < t->record->certificates.num; k++) {
		t->cisco |= custody_is_cisco(&cert[k]);
		for (n = 0; n < c->num_lists; n++) {
			for (i = 0; i < c->lists[n].sasts.num; i++) {
				struct match_cell *cell =
				    &t->cells[c->lists[n].first + i];

				hold = custody_hold_recorded(&c->lists[n], i,
				    &cert[k]);
				if (hold == CUSTODY_CERT &&
				    cell->hold != CUSTODY_CERT)
					*cell = (struct match_cell){ hold, NULL,
						true };
			}
		}
	}
}

/* Certificates may be there that only a login shows. */
static bool
hides(const struct match_token *t)
{
	size_t i;

	if (!tok_has(t->info, TOK_LOGIN))
		return false;
	for (i = 0; i < tok_objects_num(t->objects); i++)
		if (tok_object(t->objects, i)->class == TOK_CERTIFICATE)
			return false;
	return true;
}

static enum err
read_token(struct custody *c, struct tok *tok, struct match_token *t,
    struct diag *d)
{
	enum err e;
	size_t i;

	diag_init(&t->trouble);
	t->tok = tok;
	t->info = tok_info(tok);
	t->cells = calloc(c->num_sasts + 1, sizeof(*t->cells));
	if (t->cells == NULL)
		return diag_nomem(d);
	e = custody_find(c, t->info, &t->record, d);
	if (e != ERR_OK)
		return e;
	e = tok_objects_read(tok, NULL, &t->objects, &t->trouble);
	if (e != ERR_OK)
		return e == ERR_NOMEM ? diag_nomem(d) : ERR_OK;
	for (i = 0; e == ERR_OK && i < tok_objects_num(t->objects); i++)
		e = judge_object(c, t, tok_object(t->objects, i), d);
	t->hidden = hides(t);
	if (e == ERR_OK && t->hidden && t->record != NULL)
		judge_record(c, t);
	return e;
}

const struct match_cell *
match_cell(const struct match *m, const struct match_token *t, size_t n,
    size_t i)
{
	return &t->cells[m->custody->lists[n].first + i];
}

bool
match_has(const struct match *m, const struct match_token *t, size_t n,
    size_t i)
{
	return match_cell(m, t, n, i)->hold == CUSTODY_CERT;
}

bool
match_signs(const struct match *m, const struct match_token *t, size_t n)
{
	size_t i;

	for (i = 0; i < m->custody->lists[n].sasts.num; i++)
		if (match_has(m, t, n, i))
			return true;
	return false;
}

/* SAST I of list N was looked for on the token of RECORD, and is not there,
 * whatever is recorded. */
static bool
is_seen_without(const struct match *m, const struct tokenfile_token *record,
    size_t n, size_t i)
{
	size_t k;

	for (k = 0; k < m->num_tokens; k++) {
		const struct match_token *t = &m->tokens[k];

		if (t->record == record && t->objects != NULL && !t->hidden)
			return !match_has(m, t, n, i);
	}
	return false;
}

const struct tokenfile_token *
match_recorded(const struct match *m, size_t n, size_t i, size_t *at)
{
	const struct custody *c = m->custody;
	const struct tokenfile_token *t;
	const struct tokenfile_cert *cert;
	size_t k;

	while (*at < c->inventory.num_tokens) {
		t = &c->inventory.tokens[(*at)++];
		cert = t->certificates.item;
		if (is_seen_without(m, t, n, i))
			continue;
		for (k = 0; k < t->certificates.num; k++)
			if (custody_hold_recorded(&c->lists[n], i, &cert[k]) ==
			    CUSTODY_CERT)
				return t;
	}
	return NULL;
}

/* ---- What is wrong -------------------------------------------------------------- */

/* A new finding, whose text is to be written; NULL where memory is short. */
static struct buf *
found(struct match *m, enum match_rule rule)
{
	struct match_finding *more = realloc(m->findings,
	    (m->num_findings + 1) * sizeof(*more));

	if (more == NULL)
		return NULL;
	m->findings = more;
	more[m->num_findings] = (struct match_finding){ .rule = rule };
	return &more[m->num_findings++].text;
}

static void
put_token(struct buf *out, const struct tok_info *i)
{
	buf_str(out, "Token '");
	buf_put(out, tok_text_bytes(&i->label));
	buf_str(out, "' (serial ");
	buf_put(out, tok_text_bytes(&i->serial));
	buf_str(out, ")");
}

static void
put_list(struct buf *out, const struct match *m, size_t n)
{
	buf_put(out, buf_bytes(&m->custody->lists[n].path));
}

/* A token is connected that has the SAST. */
static bool
is_connected(const struct match *m, size_t n, size_t i)
{
	size_t k;

	for (k = 0; k < m->num_tokens; k++)
		if (match_has(m, &m->tokens[k], n, i))
			return true;
	return false;
}

/* Somebody could fetch a token that has it. */
static bool
is_reachable(const struct match *m, size_t n, size_t i)
{
	const struct tokenfile_token *t;
	size_t at = 0;

	if (is_connected(m, n, i))
		return true;
	while ((t = match_recorded(m, n, i, &at)) != NULL)
		if (custody_place(t) != NULL)
			return true;
	return false;
}

static bool
find_left(struct match *m)
{
	size_t i, left = 0, last = 0, n = m->custody->newest;
	const struct custody_list *l = &m->custody->lists[n];
	struct buf *text;

	for (i = 0; i < l->sasts.num; i++) {
		if (!is_reachable(m, n, i))
			continue;
		left++;
		last = i;
	}
	if (left >= 2)
		return true;
	text = found(m, left == 0 ? MATCH_NONE_LEFT : MATCH_ONE_LEFT);
	if (text == NULL)
		return false;
	buf_str(text, left == 0 ? "No SAST of " : "Only one SAST of ");
	put_list(text, m, n);
	buf_str(text, " can be had");
	if (left == 1) {
		buf_printf(text, ", record %zu, ", l->sasts.at[last].record);
		custody_put_sast(text, l, last);
	}
	buf_str(text,
	    left == 0 ? ": no token with one is connected, or recorded with a "
			"place."
		      : ": once its token is lost or broken, no phone "
			"takes another list.");
	return true;
}

static bool
find_signer(struct match *m)
{
	size_t k, n = m->custody->newest;
	struct buf *text;

	for (k = 0; k < m->num_tokens; k++)
		m->num_signers += match_signs(m, &m->tokens[k], n);
	if (m->num_signers > 0)
		return true;
	text = found(m, MATCH_NO_SIGNER);
	if (text == NULL)
		return false;
	buf_str(text, "No connected token can sign the next version of ");
	put_list(text, m, n);
	buf_str(text, ": none holds the certificate of a SAST of it.");
	return true;
}

static bool
find_one_sast(struct match *m)
{
	size_t n = m->custody->newest;
	struct buf *text;

	if (m->custody->lists[n].sasts.num > 1)
		return true;
	text = found(m, MATCH_ONE_SAST);
	if (text == NULL)
		return false;
	put_list(text, m, n);
	buf_printf(text, " has %s SAST.",
	    m->custody->lists[n].sasts.num == 0 ? "no" : "only one");
	return true;
}

/* SASTs of the newest list that nobody knows a token for. */
static bool
find_no_token(struct match *m)
{
	size_t i, at, n = m->custody->newest;
	const struct custody_list *l = &m->custody->lists[n];
	struct buf *text;

	for (i = 0; i < l->sasts.num; i++) {
		at = 0;
		if (is_connected(m, n, i) ||
		    match_recorded(m, n, i, &at) != NULL)
			continue;
		text = found(m, MATCH_NO_TOKEN);
		if (text == NULL)
			return false;
		put_list(text, m, n);
		buf_printf(text, ", record %zu, ", l->sasts.at[i].record);
		custody_put_sast(text, l, i);
		buf_str(text, ": no token is connected or recorded.");
	}
	return true;
}

/* The newest list does not know T, and somebody will think it does. */
static bool
is_left_out(const struct match *m, const struct match_token *t)
{
	bool before = t->cisco || t->record != NULL;
	size_t n;

	for (n = 0; !before && n < m->custody->num_lists; n++)
		before = match_signs(m, t, n);
	return before && !match_signs(m, t, m->custody->newest);
}

static bool
find_of_token(struct match *m, const struct match_token *t)
{
	bool left_out = t->objects != NULL && is_left_out(m, t);
	struct buf *text;

	if (t->objects != NULL && !t->hidden && !left_out)
		return true;
	text = found(m,
	    t->objects == NULL ? MATCH_UNREADABLE
		: t->hidden    ? MATCH_HIDDEN
			       : MATCH_NOT_IN_NEWEST);
	if (text == NULL)
		return false;
	put_token(text, t->info);
	if (t->objects == NULL) {
		buf_printf(text, " cannot be read: %s.", t->trouble.msg);
	} else if (t->hidden) {
		buf_printf(text,
		    ": %zu object%s seen; certificates may be hidden until a "
		    "login.",
		    tok_objects_num(t->objects),
		    tok_objects_num(t->objects) == 1 ? "" : "s");
	} else {
		buf_str(text, " is no SAST of ");
		put_list(text, m, m->custody->newest);
		buf_str(text, ": what it signs, no phone takes.");
	}
	return true;
}

static enum err
find_all(struct match *m, struct diag *d)
{
	bool ok;
	size_t k;

	ok = find_signer(m) && find_left(m) && find_one_sast(m) &&
	    find_no_token(m);
	for (k = 0; ok && k < m->num_tokens; k++)
		ok = find_of_token(m, &m->tokens[k]);
	for (k = 0; ok && k < m->num_findings; k++)
		ok = buf_ok(&m->findings[k].text);
	return ok ? ERR_OK : diag_nomem(d);
}

/* Tokens that the module cannot even tell the label of. */
static enum err
find_troubled(struct match *m, struct tok_lib *lib, struct diag *d)
{
	struct tok_info *list = NULL;
	struct buf *text;
	size_t i, num = 0;
	enum err e;

	e = tok_list(lib, &list, &num, d);
	for (i = 0; e == ERR_OK && i < num; i++) {
		if (list[i].trouble.code == ERR_OK)
			continue;
		text = found(m, MATCH_UNREADABLE);
		if (text == NULL) {
			e = diag_nomem(d);
			break;
		}
		buf_str(text, "The token in slot '");
		buf_put(text, tok_text_bytes(&list[i].slot));
		buf_printf(text, "' cannot be read: %s.", list[i].trouble.msg);
	}
	free(list);
	return e;
}

/* ---- All -------------------------------------------------------------------------- */

static enum err
read_tokens(struct match *m, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	m->tokens = calloc(m->num_toks + 1, sizeof(*m->tokens));
	if (m->tokens == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < m->num_toks; i++)
		if (tok_has(tok_info(m->toks[i]), TOK_INITIALISED))
			e = read_token(m->custody, m->toks[i],
			    &m->tokens[m->num_tokens++], d);
	return e;
}

enum err
match_read(struct token_run *r, struct custody *c, struct match *ret,
    struct diag *d)
{
	struct match m = { .custody = c };
	enum err e;

	e = find_troubled(&m, r->lib, d);
	if (e == ERR_OK)
		e = tok_open_all(r->lib, r->uri, TOK_READ, &m.toks, &m.num_toks,
		    d);
	if (e == ERR_OK)
		e = read_tokens(&m, d);
	if (e == ERR_OK && c->num_lists > 0)
		e = find_all(&m, d);
	if (e == ERR_OK)
		*ret = m;
	else
		match_clear(&m);
	return e;
}

void
match_clear(struct match *m)
{
	size_t i;

	for (i = 0; i < m->num_tokens; i++) {
		free(m->tokens[i].cells);
		tok_objects_free(&m->tokens[i].objects);
	}
	for (i = 0; i < m->num_findings; i++)
		buf_clear(&m->findings[i].text);
	free(m->tokens);
	free(m->findings);
	tok_close_all(&m->toks, m->num_toks);
	memset(m, 0, sizeof(*m));
}
