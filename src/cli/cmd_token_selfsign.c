/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_token.h"
#include "cli/token_request.h"

struct selfsign_opts {
	struct token_opts token;
	struct token_change_opts change;
	struct token_request_opts request;
	struct token_file_opts file;
	unsigned days;
};

static const struct opt opts[] = {
	TOKEN_REQUEST_OPTS(struct selfsign_opts),
	{ "days", "N", OPT_DAYS, offsetof(struct selfsign_opts, days),
	    "how long it is valid, from now on", NULL, 0 },
	TOKEN_FILE_OPTS(struct selfsign_opts),
	TOKEN_DRY_OPTS(struct selfsign_opts),
	TOKEN_OPTS(struct selfsign_opts),
	TOKEN_LOGIN_OPTS(struct selfsign_opts),
	TOKEN_AUDIT_OPTS(struct selfsign_opts),
	OPT_END,
};

static struct token_request
request(const struct token_change *c)
{
	const struct selfsign_opts *o = c->opts;

	return (struct token_request){ &o->request, &o->file, "a certificate",
		o->days };
}

static enum err
check(struct token_change *c, struct diag *d)
{
	struct token_request r = request(c);

	if (r.days == 0)
		return diag_set(d, ERR_USAGE,
		    "--days is missing: how long is it to be valid?");
	return token_request_check(&r, c, d);
}

static enum err
work(struct token_change *c, struct diag *d)
{
	struct token_request r = request(c);

	return token_request_make(&r, c, d);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_job job = { TOKEN_URI_WANTED,
		"certificate-selfsign", check, work };
	struct selfsign_opts o = { .request = { NULL, NULL, NULL } };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	return done ? end : token_change_run(&c, &job, line);
}

const struct cmd cmd_token_selfsign = {
	.name = "token selfsign",
	.args = "URI",
	.summary = "Make a self-signed certificate by a key on a token",
	.text =
	    "A certificate of a key on the token by itself, as a list that CTL clients of\n"
	    "our own sign needs. The URI names one key. --usage says what the certificate\n"
	    "is for. Nothing is written where something fails; `ctlsmith token import-cert`\n"
	    "puts the certificate beside its key.\n",
	.opts = opts,
	.run = run,
};
