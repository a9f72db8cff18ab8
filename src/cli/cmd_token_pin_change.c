/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_token.h"
#include "cli/token_change.h"

struct change_opts {
	struct token_opts token;
	struct token_change_opts change;
	bool so;
};

static const struct opt opts[] = {
	{ "so", NULL, OPT_FLAG, offsetof(struct change_opts, so),
	    "the SO PIN instead of the user's", NULL, 0 },
	TOKEN_CONFIRM_OPTS(struct change_opts),
	TOKEN_OPTS(struct change_opts),
	TOKEN_LOGIN_OPTS(struct change_opts),
	TOKEN_SO_OPTS(struct change_opts),
	TOKEN_NEW_OPTS(struct change_opts),
	TOKEN_NEW_SO_OPTS(struct change_opts),
	TOKEN_AUDIT_OPTS(struct change_opts),
	OPT_END,
};

static const char *
whose(const struct token_change *c)
{
	const struct change_opts *o = c->opts;

	return o->so ? "SO PIN" : "PIN";
}

static void
put_what(struct buf *out, const struct token_change *c, const char *verb)
{
	buf_printf(out, "%s the %s of ", verb, whose(c));
	token_put_name(out, tok_info(c->tok));
}

static enum err
confirm(const struct token_change *c, struct diag *d)
{
	struct buf what = { 0 };
	enum err e;

	put_what(&what, c, "This changes");
	e = buf_cstr(&what) != NULL
	    ? token_confirm(c, bytes_of(NULL, 0), buf_cstr(&what), d)
	    : diag_nomem(d);
	buf_clear(&what);
	return e;
}

static enum err
work(struct token_change *c, struct diag *d)
{
	const struct change_opts *o = c->opts;
	bool dry = c->change->dry_run;
	enum err e;

	e = token_open(&c->run, TOK_WRITE, &c->tok, d);
	if (e == ERR_OK && !dry)
		e = confirm(c, d);
	if (e == ERR_OK && !dry)
		e = tok_pin_change(c->tok, o->so ? TOK_SO : TOK_USER, d);
	if (e != ERR_OK)
		return e;
	put_what(&c->said.text, c, dry ? "This changes" : "Changed");
	buf_str(&c->said.text, ".\n");
	json_put_str(&c->said.sink, c->said.json, "pin", o->so ? "so" : "user");
	return ERR_OK;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_job job = { TOKEN_URI_WANTED, "pin-change",
		NULL, work };
	struct change_opts o = { .so = false };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	return done ? end : token_change_run(&c, &job, line);
}

const struct cmd cmd_token_pin_change = {
	.name = "token pin change",
	.args = "URI",
	.summary = "Change the PIN, or the SO PIN",
	.text = "The PIN that it was is wanted too. The label of the token is "
		"to be typed before,\nunless --yes. A new PIN that the token "
		"does not take leaves the old one.\n",
	.opts = opts,
	.run = run,
};
