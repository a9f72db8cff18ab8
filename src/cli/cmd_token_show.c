/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/json_put.h"
#include "cli/out.h"
#include "cli/token.h"
#include "cli/token_print.h"
#include "cli/token_show.h"

struct show_opts {
	struct token_opts token;
	bool public;
};

static const struct opt opts[] = {
	TOKEN_OPTS(struct show_opts),
	TOKEN_LOGIN_OPTS(struct show_opts),
	{ "public", NULL, OPT_FLAG, offsetof(struct show_opts, public),
	    "show what is seen without a PIN", NULL, 0 },
	OPT_END,
};

static const struct table_column columns[] = {
	{ "CLASS", 0 },
	{ "LABEL", TABLE_WRAP },
	{ "ID", TABLE_WRAP },
	{ "KIND", 0 },
	{ "WHAT IT IS", TABLE_WRAP },
};

/* ---- Text ------------------------------------------------------------------------ */

/* The words for what an auditor looks at in a private key. */
static void
put_attrs(struct buf *out, const struct tok_object *o)
{
	static const struct {
		enum tok_attr attr;
		enum tok_answer when;
		const char *words;
	} said[] = {
		{ TOK_ATTR_SENSITIVE, TOK_YES, "sensitive" },
		{ TOK_ATTR_SENSITIVE, TOK_NO, "NOT SENSITIVE" },
		{ TOK_ATTR_EXTRACTABLE, TOK_YES, "EXTRACTABLE" },
		{ TOK_ATTR_EXTRACTABLE, TOK_NO, "not extractable" },
		{ TOK_ATTR_NEVER_EXTRACTABLE, TOK_YES, "never was" },
		{ TOK_ATTR_LOCAL, TOK_YES, "made on the token" },
		{ TOK_ATTR_LOCAL, TOK_NO, "not made on the token" },
		{ TOK_ATTR_ALWAYS_AUTH, TOK_YES, "a PIN for each use" },
		{ TOK_ATTR_SIGN, TOK_NO, "may not sign" },
	};
	const char *sep = "";
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (o->attr[said[i].attr] != said[i].when)
			continue;
		buf_printf(out, "%s%s", sep, said[i].words);
		sep = ", ";
	}
	for (i = 0; i < o->num_allowed; i++) {
		const char *name = tok_mechanism_name(o->allowed[i]);

		buf_printf(out, "%s%s%s", i == 0 ? sep : ", ",
		    i == 0 ? "only by " : "",
		    name != NULL ? name : "a mechanism of its vendor");
	}
}

static void
put_cert(struct buf *out, const struct tok_object *o)
{
	struct diag d;

	if (o->cert == NULL) {
		buf_str(out, "does not decode as a certificate");
		return;
	}
	if (cert_put_name(o->cert, CERT_SUBJECT, out, &d) != ERR_OK)
		return;
	buf_str(out, ", until ");
	text_put_rfc3339(out, cert_not_after(o->cert));
}

/* Begins the next of several facts. */
static void
put_sep(struct buf *out)
{
	if (out->len > 0)
		buf_str(out, "; ");
}

static void
put_pair(struct buf *out, const struct tok_objects *all,
    const struct tok_object *o)
{
	const struct tok_object *key;

	if (o->pair == TOK_NO_PAIR) {
		put_sep(out);
		buf_str(out, "no private key seen");
		return;
	}
	key = tok_object(all, o->pair);
	put_sep(out);
	buf_str(out, "of private key ");
	if (key->id.len > 0)
		text_put_hex(out, key->id, "", TEXT_LOWER);
	else
		buf_put(out, key->label);
}

static void
put_row(struct table *t, const struct tok_objects *all,
    const struct tok_object *o)
{
	struct buf text = { 0 };

	table_row(t);
	table_str(t, 0, tok_class_name(o->class));
	table_put(t, 1, o->label);
	text_put_hex(&text, o->id, "", TEXT_LOWER);
	table_put(t, 2, buf_bytes(&text));
	buf_clear(&text);
	token_put_key_kind(&text, o);
	table_put(t, 3, buf_bytes(&text));
	buf_clear(&text);
	if (o->class == TOK_PRIVATE_KEY || o->class == TOK_SECRET_KEY)
		put_attrs(&text, o);
	if (o->class == TOK_CERTIFICATE)
		put_cert(&text, o);
	if (o->class == TOK_CERTIFICATE ||
	    (o->class == TOK_PUBLIC_KEY && o->pair != TOK_NO_PAIR))
		put_pair(&text, all, o);
	table_put(t, 4, buf_bytes(&text));
	if (o->class == TOK_PRIVATE_KEY &&
	    (o->attr[TOK_ATTR_SENSITIVE] == TOK_NO ||
		o->attr[TOK_ATTR_EXTRACTABLE] == TOK_YES))
		table_colour(t, 4, TABLE_BAD);
	buf_clear(&text);
}

static void
put_head(struct buf *text, const struct tok_info *i)
{
	struct buf state = { 0 };

	buf_str(text, "Token ");
	text_put_safe(text, tok_text_bytes(&i->label));
	buf_str(text, ", serial ");
	text_put_safe(text, tok_text_bytes(&i->serial));
	buf_str(text, " (");
	text_put_safe(text, tok_text_bytes(&i->manufacturer));
	buf_str(text, ", ");
	text_put_safe(text, tok_text_bytes(&i->model));
	buf_str(text, "): ");
	token_put_state(&state, i);
	text_put_safe(text, buf_bytes(&state));
	buf_str(text, "\n\n");
	buf_clear(&state);
}

static enum cmd_exit
print_text(const struct tok *t, const struct tok_objects *all, struct diag *d)
{
	struct table *table = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	struct buf text = { 0 };
	size_t i;

	put_head(&text, tok_info(t));
	for (i = 0; i < tok_objects_num(all); i++)
		put_row(table, all, tok_object(all, i));
	if (tok_objects_num(all) == 0)
		buf_str(&text,
		    tok_logged_in(t) ? "Nothing is on it.\n"
				     : "Nothing is seen without a PIN.\n");
	return token_print_made(&text, token_put_table(&table, &text, d), d);
}

/* ---- JSON ------------------------------------------------------------------------- */

static enum cmd_exit
print_json(const struct tok *t, const struct tok_objects *all)
{
	json_t *token = token_json(tok_info(t)), *list = json_array();
	struct json_sink s = { token == NULL };
	size_t i;

	for (i = 0; i < tok_objects_num(all); i++)
		json_append(&s, list, token_json_object(tok_info(t), all, i));
	json_put(&s, token, "logged_in", json_boolean(tok_logged_in(t)));
	json_put(&s, token, "objects", list);
	if (s.failed) {
		json_decref(token);
		token = NULL;
	}
	return token_print_element("token", token);
}

static enum err
load(struct token_run *r, const struct show_opts *o, struct tok **t,
    struct tok_objects **all, struct diag *d)
{
	enum err e;

	e = token_open(r, TOK_READ, t, d);
	if (e == ERR_OK && !o->public)
		e = tok_login(*t, TOK_USER, d);
	if (e == ERR_OK)
		e = tok_objects_read(*t, r->uri, all, d);
	return e;
}

static enum cmd_exit
show(const struct cmd *cmd, struct token_run *r, const void *opts_given)
{
	const struct show_opts *o = opts_given;
	struct tok_objects *all = NULL;
	struct tok *t = NULL;
	enum cmd_exit end;
	struct diag d;

	if (load(r, o, &t, &all, &d) != ERR_OK)
		end = cmd_refuse(cmd, &d);
	else
		end = o->token.json ? print_json(t, all)
				    : print_text(t, all, &d);
	tok_objects_free(&all);
	tok_close(&t);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_look look = { TOKEN_URI_WANTED, false, show };
	struct show_opts o = { 0 };

	return token_look_run(cmd, line, &look, &o, &o.token);
}

const struct cmd cmd_token_show = {
	.name = "token show",
	.args = "URI",
	.summary = "Show what is on a token",
	.text = "Prints keys with the attributes that protect them, and "
		"certificates with the key\nthat they go with. Private keys "
		"are seen with the PIN alone; --public asks for\nnone. A URI "
		"with id=, object= or type= shows what it names.\n",
	.opts = opts,
	.run = run,
};
