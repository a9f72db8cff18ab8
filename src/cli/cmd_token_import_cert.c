/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/input.h"
#include "cli/token_key.h"

/* No certificate is larger. */
#define CERT_FILE_MAX ((size_t)1024 * 1024)

struct import_opts {
	struct token_opts token;
	struct token_change_opts change;
	const char *label, *id;
	bool force;
	struct cert *cert; /* what is brought in */
};

static const struct opt opts[] = {
	{ "label", "LABEL", OPT_STRING, offsetof(struct import_opts, label),
	    "its label (default: that of its key)", NULL, 0 },
	{ "id", "HEX", OPT_STRING, offsetof(struct import_opts, id),
	    "its id (default: that of its key)", NULL, 0 },
	{ "force", NULL, OPT_FLAG, offsetof(struct import_opts, force),
	    "also where the token has no key for it", NULL, 0 },
	TOKEN_DRY_OPTS(struct import_opts),
	TOKEN_OPTS(struct import_opts),
	TOKEN_LOGIN_OPTS(struct import_opts),
	TOKEN_AUDIT_OPTS(struct import_opts),
	OPT_END,
};

/* Where it goes. */
struct place {
	struct buf label, id;
};

static void
place_clear(struct place *p)
{
	buf_clear(&p->label);
	buf_clear(&p->id);
}

/* ---- Its key ---------------------------------------------------------------------- */

/* *RET is NULL where none is there. */
static enum err
find_key(const struct tok_objects *all, const struct cert *c,
    const struct tok_object **ret, struct diag *d)
{
	const struct tok_object *found = NULL;
	size_t i;

	for (i = 0; i < tok_objects_num(all); i++) {
		const struct tok_object *o = tok_object(all, i);

		if (o->class != TOK_PRIVATE_KEY || o->key == NULL ||
		    !cert_has_key(c, o->key))
			continue;
		if (found != NULL)
			return diag_set(d, ERR_TOKEN,
			    "the token has the certificate's key more than "
			    "once; name one by id= in the URI");
		found = o;
	}
	*ret = found;
	return ERR_OK;
}

static enum err
no_key(const struct token_change *c, struct diag *d)
{
	struct buf name = { 0 };
	enum err e;

	token_put_name(&name, tok_info(c->tok));
	e = diag_set(d, ERR_POLICY,
	    "nothing was written: %s has no private key that this certificate "
	    "belongs to; --force stores it all the same",
	    buf_cstr(&name) != NULL ? buf_cstr(&name) : "the token");
	buf_clear(&name);
	return e;
}

static void
place_at(struct place *p, struct bytes label, struct bytes id)
{
	buf_put(&p->label, label);
	buf_put(&p->id, id);
}

/* Beside the key that the URI names, if it is the certificate's. */
static enum err
beside_named(struct token_change *c, struct place *p, struct diag *d)
{
	const struct import_opts *o = c->opts;
	struct tok_key *k = NULL;
	enum err e;

	e = tok_find_key(c->tok, c->run.uri, &k, d);
	if (e == ERR_OK && !o->force &&
	    !cert_has_key(o->cert, tok_key_public(k)))
		e = diag_set(d, ERR_POLICY,
		    "nothing was written: the certificate does not belong to "
		    "the key that the URI names; --force stores it all the "
		    "same");
	if (e == ERR_OK)
		place_at(p, tok_key_label(k), tok_key_id(k));
	tok_key_free(&k);
	return e;
}

/* Without a key, under the names that a key would have. */
static enum err
alone(const struct cert *cert, struct place *p, struct diag *d)
{
	enum err e = ERR_OK;

	if (cert_key(cert) != NULL)
		e = pubkey_put_id(cert_key(cert), &p->id, d);
	return e == ERR_OK ? cert_put_cn(cert, CERT_SUBJECT, &p->label, d) : e;
}

static enum err
beside_found(struct token_change *c, struct place *p, struct diag *d)
{
	const struct import_opts *o = c->opts;
	const struct tok_object *key = NULL;
	struct tok_objects *all = NULL;
	enum err e;

	e = tok_login(c->tok, TOK_USER, d);
	if (e == ERR_OK)
		e = tok_objects_read(c->tok, NULL, &all, d);
	if (e == ERR_OK)
		e = find_key(all, o->cert, &key, d);
	if (e == ERR_OK && key != NULL)
		place_at(p, key->label, key->id);
	else if (e == ERR_OK)
		e = o->force ? alone(o->cert, p, d) : no_key(c, d);
	tok_objects_free(&all);
	return e;
}

/* ---- The certificate ---------------------------------------------------------------- */

static enum err
read_cert(const char *path, struct cert **ret, struct diag *d)
{
	struct buf content = { 0 };
	struct diag why;
	enum err e;

	diag_init(&why);
	e = input_load(path, CERT_FILE_MAX, &content, &why);
	if (e == ERR_OK)
		e = cert_from_file(buf_bytes(&content), ret, &why);
	buf_clear(&content);
	return e == ERR_OK ? ERR_OK : diag_set(d, e, "%s: %s", path, why.msg);
}

/* What the options say is put in place of what P has. */
static enum err
name_it(const struct import_opts *o, struct place *p, struct diag *d)
{
	enum err e = ERR_OK;

	if (o->label != NULL) {
		buf_clear(&p->label);
		buf_str(&p->label, o->label);
	}
	if (o->id != NULL) {
		buf_clear(&p->id);
		e = token_id_parse(o->id, &p->id, d);
	}
	if (e == ERR_OK && (!buf_ok(&p->label) || !buf_ok(&p->id)))
		e = diag_nomem(d);
	if (e == ERR_OK && (p->label.len == 0 || p->id.len == 0))
		e = diag_set(d, ERR_USAGE,
		    "there is no %s to take from the key or the certificate; "
		    "give one",
		    p->label.len == 0 ? "label" : "id");
	return e;
}

static void
say(struct token_change *c, const struct place *p)
{
	const struct import_opts *o = c->opts;
	struct buf *out = &c->said.text, text = { 0 };
	struct diag d;

	buf_str(out, c->change->dry_run ? "This stores " : "Stored ");
	if (cert_put_name(o->cert, CERT_SUBJECT, &text, &d) != ERR_OK)
		c->said.sink.failed = true;
	text_put_safe(out, buf_bytes(&text));
	json_put_buf(&c->said.sink, c->said.json, "subject", &text);
	buf_str(out, " on ");
	token_put_name(out, tok_info(c->tok));
	buf_str(out, ".\n");
	token_put_key_uri(&text, tok_info(c->tok), TOK_CERTIFICATE,
	    buf_bytes(&p->label), buf_bytes(&p->id));
	buf_put(out, buf_bytes(&text));
	buf_str(out, "\n");
	json_put_buf(&c->said.sink, c->said.json, "uri", &text);
}

static enum err
check(struct token_change *c, struct diag *d)
{
	const struct import_opts *o = c->opts;
	struct buf id = { 0 };
	enum err e = ERR_OK;

	if (o->id != NULL)
		e = token_id_parse(o->id, &id, d);
	buf_clear(&id);
	return e;
}

static enum err
work(struct token_change *c, struct diag *d)
{
	struct import_opts *o = c->opts;
	struct place p = { .label = { .len = 0 } };
	enum err e;

	e = read_cert(c->args[1], &o->cert, d);
	if (e == ERR_OK)
		e = token_open(&c->run, TOK_WRITE, &c->tok, d);
	if (e == ERR_OK)
		e = tok_uri_names_object(c->run.uri) ? beside_named(c, &p, d)
						     : beside_found(c, &p, d);
	if (e == ERR_OK)
		e = name_it(o, &p, d);
	if (e == ERR_OK && !c->change->dry_run)
		e = tok_import_cert(c->tok, cert_der(o->cert),
		    buf_bytes(&p.label), buf_bytes(&p.id), d);
	if (e == ERR_OK)
		say(c, &p);
	place_clear(&p);
	return e;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_job job = { TOKEN_URI_FILE,
		"certificate-import", check, work };
	struct import_opts o = { .force = false };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (!done)
		end = token_change_run(&c, &job, line);
	cert_free(&o.cert);
	return end;
}

const struct cmd cmd_token_import_cert = {
	.name = "token import-cert",
	.args = "URI FILE",
	.summary = "Put a certificate beside its key on a token",
	.text = "FILE is PEM or DER (-: standard input). The certificate must "
		"belong to a private\nkey on the token, or to the one that the "
		"URI names, and gets its label and id.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
