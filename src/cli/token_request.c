/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token_request.h"

#include <time.h>

#include "base/text.h"
#include "cli/token_key.h"

static enum err
fill_spec(const struct token_request *r, struct request_spec *ret,
    struct diag *d)
{
	*ret = (struct request_spec){ .subject = r->subject,
		.alt_names = r->san };
	if (r->certificate && r->days == 0)
		return diag_set(d, ERR_USAGE,
		    "--days is missing: how long is it to be valid?");
	if (r->subject == NULL)
		return diag_set(d, ERR_USAGE,
		    "--subject is missing, such as --subject "
		    "CN=a.example.org,O=Example");
	if (r->usage != NULL &&
	    (r->usage[0] == '\0' || !request_preset_of(r->usage, &ret->preset)))
		return diag_set(d, ERR_USAGE,
		    "--usage wants sast, callmanager, capf, tvs or tftp, not "
		    "'%s'",
		    r->usage);
	return request_check(ret, d);
}

static enum err
check(struct token_change *c, struct diag *d)
{
	const struct token_request *r = c->opts;
	struct request_spec spec;
	enum err e;

	e = fill_spec(r, &spec, d);
	return e == ERR_OK ? token_file_check(&r->file, c, d) : e;
}

static enum err
sign(const struct token_request *r, struct token_change *c,
    const struct tok_key *k, struct buf *ret_der, struct diag *d)
{
	const struct request_validity when = { .from = (int64_t)time(NULL),
		.days = r->days };
	struct request_spec spec;
	enum err e;

	e = fill_spec(r, &spec, d);
	if (e != ERR_OK)
		return e;
	spec.key = tok_key_public(k);
	c->run.purpose = r->file.output;
	return r->certificate ? tok_selfsign(k, &spec, &when, ret_der, d)
			      : tok_request(k, &spec, ret_der, d);
}

static enum err
write_it(const struct token_request *r, struct token_change *c,
    struct bytes der, struct diag *d)
{
	struct buf pem = { 0 };
	enum err e = ERR_OK;

	if (!r->file.der)
		e = r->certificate ? cert_put_pem(der, &pem, d)
				   : request_put_pem(der, &pem, d);
	if (e == ERR_OK)
		e = token_file_write(&r->file,
		    r->file.der ? der : buf_bytes(&pem), c, d);
	buf_clear(&pem);
	return e;
}

static void
say(const struct token_request *r, struct token_change *c, const char *verb)
{
	struct buf *out = &c->said.text;

	buf_printf(out, "%s %s for ", verb,
	    r->certificate ? "a certificate" : "a request");
	text_put_safe(out, bytes_of_str(r->subject));
	buf_str(out, " by a key of ");
	token_put_name(out, tok_info(c->tok));
	buf_str(out, ": ");
	text_put_safe(out, bytes_of_str(r->file.output));
	buf_str(out, "\n");
	json_put_str(&c->said.sink, c->said.json, "subject", r->subject);
	json_put_str(&c->said.sink, c->said.json, "file", r->file.output);
}

static enum err
make(struct token_change *c, struct diag *d)
{
	const struct token_request *r = c->opts;
	struct tok_key *k = NULL;
	struct buf der = { 0 };
	enum err e;

	e = token_open(&c->run, TOK_READ, &c->tok, d);
	if (e == ERR_OK && c->change->dry_run) {
		say(r, c, "This makes");
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = tok_find_key(c->tok, c->run.uri, &k, d);
	if (e == ERR_OK)
		e = sign(r, c, k, &der, d);
	if (e == ERR_OK)
		say(r, c, "Made");
	if (e == ERR_OK)
		e = write_it(r, c, buf_bytes(&der), d);
	buf_clear(&der);
	tok_key_free(&k);
	return e;
}

enum cmd_exit
token_request_run(const struct cmd *cmd, struct opt_line *line,
    struct token_request *r)
{
	const struct token_job job = { TOKEN_URI_WANTED,
		r->certificate ? "certificate-selfsign" : "certificate-request",
		check, make };
	struct token_change c = { .cmd = cmd,
		.opts = r,
		.token = &r->token,
		.change = &r->change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, r, &done);
	return done ? end : token_change_run(&c, &job, line);
}
