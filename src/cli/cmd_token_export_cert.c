/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/out.h"
#include "cli/token_key.h"

struct export_opts {
	struct token_opts token;
	struct token_change_opts change;
	struct token_file_opts file;
};

static const struct opt opts[] = {
	TOKEN_FILE_OPTS(struct export_opts),
	TOKEN_DRY_OPTS(struct export_opts),
	TOKEN_OPTS(struct export_opts),
	TOKEN_LOGIN_OPTS(struct export_opts),
	OPT_END,
};

static enum err
check(struct token_change *c, struct diag *d)
{
	const struct export_opts *o = c->opts;

	return token_file_check(&o->file, c, d);
}

static void
tell_candidate(const struct token_change *c, const struct tok_object *o)
{
	struct buf text = { 0 };
	struct diag d;

	tok_put_object_uri(&text, tok_info(c->tok), o);
	diag_set(&d, ERR_OK, "  candidate: %s",
	    buf_cstr(&text) != NULL ? buf_cstr(&text) : "");
	out_complain(NULL, &d);
	buf_clear(&text);
}

/* The certificates among ALL; *RET is the last. */
static size_t
count(const struct tok_objects *all, const struct tok_object **ret)
{
	size_t i, num = 0;

	for (i = 0; i < tok_objects_num(all); i++)
		if (tok_object(all, i)->class == TOK_CERTIFICATE) {
			*ret = tok_object(all, i);
			num++;
		}
	return num;
}

static enum err
refuse_several(const struct token_change *c, const struct tok_objects *all,
    struct diag *d)
{
	size_t i;

	for (i = 0; i < tok_objects_num(all); i++)
		if (tok_object(all, i)->class == TOK_CERTIFICATE)
			tell_candidate(c, tok_object(all, i));
	return diag_set(d, ERR_TOKEN,
	    "several certificates match; name one, by its id or its label");
}

/* What is seen without a login, or where that is nothing, with one. */
static enum err
look(struct token_change *c, struct tok_objects **ret, struct diag *d)
{
	const struct tok_object *o;
	enum err e;

	e = tok_objects_read(c->tok, c->run.uri, ret, d);
	if (e != ERR_OK || count(*ret, &o) > 0)
		return e;
	tok_objects_free(ret);
	e = tok_login(c->tok, TOK_USER, d);
	if (e == ERR_OK)
		e = tok_objects_read(c->tok, c->run.uri, ret, d);
	return e;
}

static void
say(struct token_change *c, const struct tok_object *o)
{
	const struct export_opts *x = c->opts;
	struct buf *out = &c->said.text, uri = { 0 };
	struct diag d;

	buf_str(out, c->change->dry_run ? "This writes " : "Wrote ");
	if (cert_put_name(o->cert, CERT_SUBJECT, &uri, &d) != ERR_OK)
		c->said.sink.failed = true;
	text_put_safe(out, buf_bytes(&uri));
	json_put_buf(&c->said.sink, c->said.json, "subject", &uri);
	buf_str(out, ": ");
	text_put_safe(out, bytes_of_str(x->file.output));
	buf_str(out, "\n");
	tok_put_object_uri(&uri, tok_info(c->tok), o);
	json_put_buf(&c->said.sink, c->said.json, "uri", &uri);
	json_put_str(&c->said.sink, c->said.json, "file", x->file.output);
}

static enum err
write_it(struct token_change *c, struct bytes der, struct diag *d)
{
	const struct export_opts *o = c->opts;
	struct buf pem = { 0 };
	enum err e;

	e = cert_put_pem(der, &pem, d);
	if (e == ERR_OK)
		e = token_file_write(&o->file,
		    o->file.der ? der : buf_bytes(&pem), c, d);
	buf_clear(&pem);
	return e;
}

static enum err export(struct token_change *c, const struct tok_objects *all,
    struct diag *d) {
	const struct tok_object *o = NULL; size_t num = count(all, &o);

	    if (num > 1) return refuse_several(c, all, d);
	    if (num == 0) return diag_set(d, ERR_TOKEN,
		"no certificate matches; `ctlsmith token show` lists those "
		"that are there");
	    if (o->cert == NULL) return diag_set(d, ERR_SYNTAX,
		"what the token has there does not decode as a "
		"certificate");
	    say(c, o);
	    return c->change->dry_run ? ERR_OK : write_it(c, o->value, d);
}

static enum err
work(struct token_change *c, struct diag *d)
{
	struct tok_objects *all = NULL;
	enum err e;

	e = token_open(&c->run, TOK_READ, &c->tok, d);
	if (e == ERR_OK)
		e = look(c, &all, d);
	if (e == ERR_OK)
		e = export(c, all, d);
	tok_objects_free(&all);
	return e;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_job job = { TOKEN_URI_WANTED,
		"certificate-export", check, work };
	struct export_opts o = { .file = { .output = NULL } };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	return done ? end : token_change_run(&c, &job, line);
}

const struct cmd cmd_token_export_cert = {
	.name = "token export-cert",
	.args = "URI",
	.summary = "Write a certificate of a token into a file",
	.text = "The URI names exactly one. A PIN is asked for only where no "
		"certificate is seen\nwithout.\n",
	.opts = opts,
	.run = run,
};
