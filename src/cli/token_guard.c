/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token_guard.h"

#include <stdlib.h>

#include "cli/out.h"

/* What would be lost with a token. */
struct loss {
	struct custody *custody;
	bool cisco, any;
	bool unread; /* something on it may be a SAST's certificate */
	bool *held;  /* of each list, each SAST */
};

static void
take(struct loss *l, size_t list, size_t sast, enum custody_hold hold)
{
	if (hold == CUSTODY_NOTHING)
		return;
	l->any = true;
	l->held[l->custody->lists[list].first + sast] = true;
}

/* The module does not give it out, or not as it is. */
static bool
is_unread(const struct tok_object *o)
{
	return !o->readable || (o->class == TOK_CERTIFICATE && o->cert == NULL);
}

static enum err
judge_object(struct loss *l, const struct tok_object *o, struct diag *d)
{
	enum custody_hold hold;
	bool cisco = false;
	enum err e = ERR_OK;
	size_t i, n;

	l->unread |= is_unread(o);
	if (o->cert != NULL)
		e = sast_is_cisco(o->cert, &cisco, d);
	l->cisco |= cisco;
	for (n = 0; n < l->custody->num_lists; n++) {
		const struct custody_list *list = &l->custody->lists[n];

		for (i = 0; e == ERR_OK && i < list->sasts.num; i++) {
			e = custody_hold(list, i, o, &hold, d);
			if (e == ERR_OK)
				take(l, n, i, hold);
		}
	}
	return e;
}

static enum err
judge_objects(struct loss *l, struct tok *t, struct diag *d)
{
	struct tok_objects *all = NULL;
	enum err e;
	size_t i;

	if (!tok_has(tok_info(t), TOK_INITIALISED))
		return ERR_OK;
	e = tok_objects_read(t, NULL, &all, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; e == ERR_OK && i < tok_objects_num(all); i++)
		e = judge_object(l, tok_object(all, i), d);
	tok_objects_free(&all);
	return e;
}

static void
judge_record(struct loss *l, const struct tokenfile_token *t)
{
	const struct tokenfile_cert *c = t->certificates.item;
	size_t i, n, s;

	for (i = 0; i < t->certificates.num; i++) {
		l->cisco |= custody_is_cisco(&c[i]);
		for (n = 0; n < l->custody->num_lists; n++) {
			const struct custody_list *list = &l->custody->lists[n];

			for (s = 0; s < list->sasts.num; s++)
				take(l, n, s,
				    custody_hold_recorded(list, s, &c[i]));
		}
	}
}

/* ---- What is said -------------------------------------------------------------- */

/* One line for people. TEXT is emptied. */
static void
say(struct buf *text)
{
	struct diag d;

	(void)diag_set(&d, ERR_OK, "%s",
	    buf_cstr(text) != NULL ? buf_cstr(text) : "out of memory");
	out_complain(NULL, &d);
	buf_clear(text);
}

static void
say_list(const struct loss *l, size_t n)
{
	const struct custody_list *list = &l->custody->lists[n];
	struct buf text = { 0 }, who = { 0 };
	size_t i, lost = 0;

	for (i = 0; i < list->sasts.num; i++) {
		if (!l->held[list->first + i])
			continue;
		buf_printf(&who, "%srecord %zu, ", lost++ == 0 ? "" : "; ",
		    list->sasts.at[i].record);
		custody_put_sast(&who, list, i);
	}
	if (lost > 0) {
		buf_put(&text, buf_bytes(&list->path));
		buf_printf(&text, " loses a signer, %zu of %zu are left: ",
		    list->sasts.num - lost, list->sasts.num);
		buf_put(&text, buf_bytes(&who));
		say(&text);
	}
	buf_clear(&who);
}

static void
put_token(struct buf *out, const struct tok_info *i)
{
	buf_str(out, "token '");
	buf_put(out, tok_text_bytes(&i->label));
	buf_str(out, "' (serial ");
	buf_put(out, tok_text_bytes(&i->serial));
	buf_str(out, ")");
}

static void
say_loss(const struct loss *l, const struct tok_info *info)
{
	struct buf text = { 0 };
	size_t i;

	put_token(&text, info);
	if (l->cisco)
		buf_str(&text,
		    " is a security token of Cisco's: nobody issues its "
		    "certificate and its key again");
	else if (l->any)
		buf_str(&text,
		    " holds the key or the certificate of a SAST: that key "
		    "cannot be made again");
	else
		buf_str(&text,
		    " holds something that cannot be read, and may be the "
		    "certificate of a SAST, which nobody issues again");
	say(&text);
	for (i = 0; i < l->custody->num_lists; i++)
		say_list(l, i);
}

static enum err
refuse(const struct tok_info *i, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	put_token(&text, i);
	e = diag_set(d, ERR_POLICY,
	    "nothing was changed: only --destroy-sast SERIAL, with the serial "
	    "number of the token typed in full, destroys %s",
	    buf_cstr(&text) != NULL ? buf_cstr(&text) : "a SAST");
	buf_clear(&text);
	return e;
}

static enum err
refuse_other(const struct tok_info *i, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	put_token(&text, i);
	e = diag_set(d, ERR_POLICY,
	    "nothing was changed: --destroy-sast names another token than %s",
	    buf_cstr(&text) != NULL ? buf_cstr(&text) : "this");
	buf_clear(&text);
	return e;
}

/* ---- Judging ----------------------------------------------------------------------- */

/* The module could not say what is on T, which may go nevertheless. */
static enum err
pass_unread(struct tok *t, const struct diag *why)
{
	struct buf text = { 0 };

	put_token(&text, tok_info(t));
	buf_str(&text,
	    " cannot be read, and what is lost with it is not known: ");
	buf_str(&text, why->msg);
	say(&text);
	return ERR_OK;
}

static enum err
judge(struct loss *l, struct tok *t, bool named, struct diag *d)
{
	struct tokenfile_token *record = NULL;
	struct diag why;
	enum err e;

	diag_init(&why);
	e = custody_find(l->custody, tok_info(t), &record, d);
	if (e != ERR_OK)
		return e;
	if (record != NULL)
		judge_record(l, record);
	e = judge_objects(l, t, &why);
	if (e != ERR_OK && e != ERR_NOMEM && named)
		return pass_unread(t, &why);
	if (e != ERR_OK && d != NULL)
		*d = why;
	return e;
}

enum err
token_guard_check(struct custody *c, struct tok *t, const char *destroy,
    struct diag *d)
{
	const struct tok_info *i = tok_info(t);
	struct bytes serial = tok_text_bytes(&i->serial);
	bool named = destroy != NULL && serial.len > 0 &&
	    bytes_equal(bytes_of_str(destroy), serial);
	struct loss l = { 0 };
	enum err e;

	if (destroy != NULL && !named)
		return refuse_other(i, d);
	l.custody = c;
	l.held = calloc(c->num_sasts + 1, sizeof(*l.held));
	if (l.held == NULL)
		return diag_nomem(d);
	e = judge(&l, t, named, d);
	if (e == ERR_OK && (l.cisco || l.any || l.unread)) {
		say_loss(&l, i);
		if (!named)
			e = refuse(i, d);
	}
	free(l.held);
	return e;
}

enum err
token_guard(struct token_run *r, struct tok *t,
    const struct token_guard_opts *o, struct diag *d)
{
	struct custody_wish w = { .inventory = o->inventory,
		.config = &r->config };
	struct custody c;
	enum err e;

	e = custody_open(&w, &c, d);
	if (e != ERR_OK)
		return e;
	e = token_guard_check(&c, t, o->destroy, d);
	custody_close(&c);
	return e;
}
