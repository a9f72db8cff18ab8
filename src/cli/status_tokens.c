/* SPDX-License-Identifier: Apache-2.0 */
/* How the tokens of signing_keys are, without a PIN and without a login: as
 * evidence, and read from there. */
#include <stdlib.h>
#include <string.h>

#include "cli/status.h"
#include "cli/token.h"
#include "data/doc_write.h"

#define PIECE "cluster/tokens"

/* ---- The piece ------------------------------------------------------------------- */

static const struct doc_name seen_names[] = { { "seen", HEALTH_TOKEN_SEEN },
	{ "not-asked", HEALTH_TOKEN_NOT_ASKED },
	{ "absent", HEALTH_TOKEN_ABSENT }, { "failed", HEALTH_TOKEN_FAILED },
	{ NULL, 0 } };

#define FIELD(member, kind)             \
	.key = #member, .type = (kind), \
	.offset = offsetof(struct health_token, member)

static const struct doc_field token_fields[] = {
	{ FIELD(name, DOC_STRING), .required = true },
	{ FIELD(seen, DOC_ENUM), .required = true, .names = seen_names },
	{ FIELD(locked, DOC_BOOL) },
	{ FIELD(final_try, DOC_BOOL) },
	{ FIELD(low, DOC_BOOL) },
	{ FIELD(has_tries, DOC_BOOL) },
	{ FIELD(tries, DOC_UNSIGNED) },
	{ FIELD(ends, DOC_TIME) },
};

static const struct doc_table token_table = { .what = "token",
	.size = sizeof(struct health_token),
	.fields = token_fields,
	.num_fields = DOC_NUM(token_fields) };

static const struct doc_field piece_fields[] = {
	{ .key = "tokens", .type = DOC_MAPS, .table = &token_table },
};

static const struct doc_table piece_table = { .what = "look at tokens",
	.size = sizeof(struct doc_maps),
	.fields = piece_fields,
	.num_fields = DOC_NUM(piece_fields) };

enum err
status_read_tokens(struct status *s, struct diag *d)
{
	const struct evidence_piece *p = evidence_find(s->evidence, PIECE);
	struct diag why;
	enum err e;

	if (p == NULL || p->error != ERR_OK)
		return ERR_OK;
	diag_init(&why);
	e = doc_read(p->bytes, &piece_table, &s->tokens, &s->token_doc, &why);
	return e == ERR_OK
	    ? ERR_OK
	    : diag_set(d, e, "the tokens of the bundle: %s", why.msg);
}

/* ---- One token -------------------------------------------------------------------- */

/* What its URI calls it, as it stands there; else its place in the list. */
static enum err
put_name(struct buf *out, const char *uri, size_t number, struct diag *d)
{
	const char *at = strstr(uri, "token=");
	size_t len = at == NULL ? 0 : strcspn(at += 6, ";?");

	if (len > 0)
		buf_printf(out, "%.*s", (int)len, at);
	else
		buf_printf(out, "%zu of signing_keys", number);
	return buf_cstr(out) != NULL ? ERR_OK : diag_nomem(d);
}

static void
take_info(const struct tok_info *i, struct health_token *ret)
{
	ret->locked = tok_has(i, TOK_PIN_LOCKED);
	ret->final_try = tok_has(i, TOK_PIN_FINAL);
	ret->low = tok_has(i, TOK_PIN_LOW);
	ret->has_tries = i->tries >= 0;
	ret->tries = i->tries >= 0 ? (unsigned)i->tries : 0;
}

/* The end that comes first, of those that are seen without a login. */
static enum err
take_end(struct tok *t, const struct tok_uri *u, struct health_token *ret,
    struct diag *d)
{
	struct tok_objects *all = NULL;
	enum err e = tok_certs_read(t, u, &all, d);
	size_t i;

	for (i = 0; e == ERR_OK && i < tok_objects_num(all); i++) {
		const struct cert *cert = tok_object(all, i)->cert;

		if (cert != NULL &&
		    (ret->ends == 0 || cert_not_after(cert) < ret->ends))
			ret->ends = cert_not_after(cert);
	}
	tok_objects_free(&all);
	return e;
}

static enum err
look_at(struct token_run *r, const struct tok_uri *u, struct health_token *ret,
    struct diag *d)
{
	struct tok **all = NULL;
	size_t num = 0;
	enum err e = tok_open_all(r->lib, u, TOK_READ, &all, &num, d);

	if (e != ERR_OK)
		return e;
	if (num == 0)
		ret->seen = HEALTH_TOKEN_ABSENT;
	else if (num > 1)
		e = diag_set(d, ERR_TOKEN,
		    "%zu tokens match; its serial number tells them apart",
		    num);
	else if (tok_info(all[0])->trouble.code != ERR_OK)
		e = diag_set(d, ERR_TOKEN, "%s", tok_info(all[0])->trouble.msg);
	if (e == ERR_OK && num == 1) {
		take_info(tok_info(all[0]), ret);
		e = take_end(all[0], u, ret, d);
	}
	tok_close_all(&all, num);
	return e;
}

/* The PIN of the URI, if there is a source of one, is left where it is. */
static enum err
look(const char *uri, const char *module, struct health_token *ret,
    struct diag *d)
{
	const struct token_opts opts = { .module = module };
	struct tok_uri *u = NULL;
	struct token_run r;
	enum err e = tok_uri_parse(uri, &u, d);

	if (e == ERR_OK)
		e = token_begin_maybe(&r, &opts, NULL, d);
	if (e != ERR_OK) {
		tok_uri_free(&u);
		return e;
	}
	r.owner.tell = NULL;
	e = token_load(&r, u, d);
	if (e == ERR_USAGE) {
		ret->seen = HEALTH_TOKEN_NOT_ASKED;
		e = ERR_OK;
	} else if (e == ERR_OK) {
		e = look_at(&r, u, ret, d);
	}
	token_end(&r);
	tok_uri_free(&u);
	return e;
}

/* ---- All of them ------------------------------------------------------------------- */

static enum err
put_piece(struct evidence *e, const struct health_token *t, size_t num,
    struct diag *d)
{
	const struct doc_maps all = { t, num };
	struct buf text = { 0 };
	enum err err = doc_write(&piece_table, &all, &text, d);

	if (err == ERR_OK)
		err = evidence_put(e, PIECE, survey_time(e), buf_bytes(&text),
		    d);
	buf_clear(&text);
	return err;
}

static enum err
look_at_all(const struct doc_strings *keys, const char *module,
    struct health_token *t, struct buf *name, struct out *out, struct diag *d)
{
	struct diag why;
	enum err e;
	size_t i;

	for (i = 0; i < keys->num; i++) {
		e = put_name(&name[i], keys->item[i], i + 1, d);
		if (e != ERR_OK)
			return e;
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		t[i].name = buf_cstr(&name[i]);
		diag_init(&why);
		e = look(keys->item[i], module, &t[i], &why);
		if (e == ERR_NOMEM)
			return diag_nomem(d);
		if (e == ERR_OK)
			continue;
		t[i].seen = HEALTH_TOKEN_FAILED;
		out_error(out, t[i].name, &why);
	}
	return ERR_OK;
}

enum err
status_add_tokens(struct evidence *e, const struct inventory *inv,
    const char *module, struct out *out, struct diag *d)
{
	const struct doc_strings *keys = &inv->signing_keys;
	struct health_token *t = calloc(keys->num + 1, sizeof(*t));
	struct buf *name = calloc(keys->num + 1, sizeof(*name));
	enum err err = ERR_OK;
	size_t i;

	if (t == NULL || name == NULL)
		err = diag_nomem(d);
	if (err == ERR_OK && keys->num > 0) {
		err = look_at_all(keys, module, t, name, out, d);
		if (err == ERR_OK)
			err = put_piece(e, t, keys->num, d);
	}
	for (i = 0; name != NULL && i < keys->num; i++)
		buf_clear(&name[i]);
	free(name);
	free(t);
	return err;
}
