/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_token.h"
#include "cli/token_request.h"

struct csr_opts {
	struct token_opts token;
	struct token_change_opts change;
	struct token_request_opts request;
	struct token_file_opts file;
};

static const struct opt opts[] = {
	TOKEN_REQUEST_OPTS(struct csr_opts),
	TOKEN_FILE_OPTS(struct csr_opts),
	TOKEN_DRY_OPTS(struct csr_opts),
	TOKEN_OPTS(struct csr_opts),
	TOKEN_LOGIN_OPTS(struct csr_opts),
	TOKEN_AUDIT_OPTS(struct csr_opts),
	OPT_END,
};

static struct token_request
request(const struct token_change *c)
{
	const struct csr_opts *o = c->opts;

	return (struct token_request){ &o->request, &o->file, "a request", 0 };
}

static enum err
check(struct token_change *c, struct diag *d)
{
	struct token_request r = request(c);

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
		"certificate-request", check, work };
	struct csr_opts o = { .request = { NULL, NULL, NULL } };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	return done ? end : token_change_run(&c, &job, line);
}

const struct cmd cmd_token_csr = {
	.name = "token csr",
	.args = "URI",
	.summary = "Make a certificate signing request by a key on a token",
	.text =
	    "A request (PKCS#10) that an authority makes a certificate of. The URI names\n"
	    "one key. --usage says what the certificate is for, and sets its key usage.\n"
	    "Nothing is written where something fails.\n",
	.opts = opts,
	.run = run,
};
