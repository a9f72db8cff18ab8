/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/custody_record.h"
#include "cli/token_guard.h"
#include "cli/token_key.h"
#include "cli/token_show.h"

struct delete_opts {
	struct token_opts token;
	struct token_change_opts change;
	struct token_guard_opts guard;
};

static const struct opt opts[] = {
	TOKEN_CONFIRM_OPTS(struct delete_opts),
	TOKEN_GUARD_OPTS(struct delete_opts),
	TOKEN_OPTS(struct delete_opts),
	TOKEN_LOGIN_OPTS(struct delete_opts),
	TOKEN_AUDIT_OPTS(struct delete_opts),
	OPT_END,
};

/* ---- What goes -------------------------------------------------------------------- */

/* What tok_delete() takes away. */
static bool
may_go(const struct tok_object *o)
{
	return o->class == TOK_PRIVATE_KEY || o->class == TOK_PUBLIC_KEY ||
	    o->class == TOK_CERTIFICATE;
}

/* The id that all of NAMED have. */
static enum err
find_id(const struct tok_objects *named, struct bytes *ret, struct diag *d)
{
	struct bytes id = bytes_of(NULL, 0);
	size_t i, num = 0;

	for (i = 0; i < tok_objects_num(named); i++) {
		const struct tok_object *o = tok_object(named, i);

		if (!may_go(o))
			continue;
		if (o->id.len == 0)
			return diag_set(d, ERR_UNSUPPORTED,
			    "nothing was changed: one of the objects has no "
			    "id, and only what has one can be deleted");
		if (num++ > 0 && !bytes_equal(id, o->id))
			return diag_set(d, ERR_TOKEN,
			    "nothing was changed: objects with several ids "
			    "match; name one by id= in the URI");
		id = o->id;
	}
	if (num == 0)
		return diag_set(d, ERR_TOKEN,
		    "no key and no certificate matches; `ctlsmith token show` "
		    "lists those that are there");
	*ret = id;
	return ERR_OK;
}

/* How many of ALL have ID and go. */
static size_t
count(const struct tok_objects *all, struct bytes id)
{
	size_t i, num = 0;

	for (i = 0; i < tok_objects_num(all); i++)
		if (may_go(tok_object(all, i)) &&
		    bytes_equal(tok_object(all, i)->id, id))
			num++;
	return num;
}

/* An object that goes, "  private key 'LABEL' (RSA 2048)". */
static void
put_object(struct buf *out, const struct tok_object *o)
{
	struct diag d;
	struct buf name = { 0 };

	buf_printf(out, "  %s '", tok_class_name(o->class));
	text_put_safe(out, o->label);
	buf_str(out, "'");
	if (o->class != TOK_CERTIFICATE) {
		buf_str(out, " (");
		token_put_key_kind(out, o);
		buf_str(out, ")");
	} else if (o->cert != NULL &&
	    cert_put_name(o->cert, CERT_SUBJECT, &name, &d) == ERR_OK) {
		buf_str(out, " (");
		text_put_safe(out, buf_bytes(&name));
		buf_str(out, ")");
	}
	buf_clear(&name);
	buf_str(out, "\n");
}

/* The first word and the list. */
static void
put_list(struct buf *out, const struct token_change *c, const char *verb,
    const struct tok_objects *all, struct bytes id)
{
	size_t i;

	buf_printf(out, "%s what has the id ", verb);
	text_put_hex(out, id, "", TEXT_LOWER);
	buf_str(out, " on ");
	token_put_name(out, tok_info(c->tok));
	buf_str(out, ":\n");
	for (i = 0; i < tok_objects_num(all); i++)
		if (may_go(tok_object(all, i)) &&
		    bytes_equal(tok_object(all, i)->id, id))
			put_object(out, tok_object(all, i));
}

static json_t *
json_list(struct token_change *c, const struct tok_objects *all,
    struct bytes id)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < tok_objects_num(all); i++)
		if (may_go(tok_object(all, i)) &&
		    bytes_equal(tok_object(all, i)->id, id))
			json_append(&c->said.sink, list,
			    token_json_object(tok_info(c->tok), all, i));
	return list;
}

/* ---- Deleting ---------------------------------------------------------------------- */

static enum err
confirm(const struct token_change *c, const struct tok_objects *all,
    struct bytes id, struct diag *d)
{
	struct buf what = { 0 };
	enum err e;

	put_list(&what, c, "This destroys", all, id);
	buf_str(&what, "A key that is destroyed cannot be had again");
	e = buf_cstr(&what) != NULL
	    ? token_confirm(c, bytes_of(NULL, 0), buf_cstr(&what), d)
	    : diag_nomem(d);
	buf_clear(&what);
	return e;
}

/* The inventory learns what is left. */
static enum err
note(struct token_change *c, struct diag *d)
{
	const struct delete_opts *o = c->opts;
	struct tok_objects *left = NULL;
	struct diag why;
	enum err e;

	diag_init(&why);
	e = tok_objects_read(c->tok, NULL, &left, &why);
	if (e == ERR_OK)
		e = custody_forget(o->guard.inventory, &c->run.config,
		    tok_info(c->tok), left, &why);
	tok_objects_free(&left);
	if (e != ERR_OK)
		(void)diag_set(d, e,
		    "they are destroyed, but the inventory does not say so: %s",
		    why.msg);
	return e;
}

/* Whoever names a certificate alone does not mean its key. */
static enum err
refuse_more(size_t num, size_t named, struct diag *d)
{
	return diag_set(d, ERR_POLICY,
	    "nothing was changed: the URI names %zu of the %zu objects that "
	    "have this id, and all of them would go; name them by id= alone",
	    named, num);
}

static enum err
destroy(struct token_change *c, const struct tok_objects *named, struct diag *d)
{
	bool dry = c->change->dry_run;
	struct tok_objects *all = NULL;
	struct bytes id = bytes_of(NULL, 0);
	size_t num = 0;
	enum err e;

	e = find_id(named, &id, d);
	if (e == ERR_OK)
		e = tok_objects_read(c->tok, NULL, &all, d);
	if (e == ERR_OK && count(all, id) != count(named, id))
		e = refuse_more(count(all, id), count(named, id), d);
	if (e == ERR_OK && !dry)
		e = confirm(c, all, id, d);
	if (e == ERR_OK && !dry)
		e = tok_delete(c->tok, id, &num, d);
	if (e == ERR_OK && !dry)
		e = note(c, d);
	if (e == ERR_OK) {
		put_list(&c->said.text, c, dry ? "This destroys" : "Destroyed",
		    all, id);
		json_put(&c->said.sink, c->said.json, "objects",
		    json_list(c, all, id));
	}
	tok_objects_free(&all);
	return e;
}

static enum err
work(struct token_change *c, struct diag *d)
{
	const struct delete_opts *o = c->opts;
	struct tok_objects *named = NULL;
	enum err e = ERR_OK;

	if (!tok_uri_names_object(c->run.uri))
		e = diag_set(d, ERR_USAGE,
		    "what is to be deleted? Name it in the URI, by id= or "
		    "object=; `ctlsmith token init` empties a token");
	if (e == ERR_OK)
		e = token_open(&c->run, TOK_WRITE, &c->tok, d);
	/* What is private goes too, and is seen with the PIN alone. */
	if (e == ERR_OK)
		e = tok_login(c->tok, TOK_USER, d);
	if (e == ERR_OK)
		e = token_guard(&c->run, c->tok, &o->guard, d);
	if (e == ERR_OK)
		e = tok_objects_read(c->tok, c->run.uri, &named, d);
	if (e == ERR_OK)
		e = destroy(c, named, d);
	tok_objects_free(&named);
	return e;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_job job = { TOKEN_URI_WANTED, "key-delete",
		NULL, work };
	struct delete_opts o = { .guard = { NULL, NULL } };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	return done ? end : token_change_run(&c, &job, line);
}

const struct cmd cmd_token_delete = {
	.name = "token delete",
	.args = "URI",
	.summary = "Destroy a key and its certificates on a token",
	.text = "The URI names an id, or a label that only objects with one id "
		"have: the private\nkey, the public key and the certificates "
		"with that id go, all of them. They are\nlisted, and the label "
		"of the token is to be typed, unless --yes.\n",
	.opts = opts,
	.run = run,
};
