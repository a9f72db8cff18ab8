/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_token.h"
#include "cli/token_request.h"

static const struct opt opts[] = {
	TOKEN_REQUEST_NAME_OPTS,
	{ "days", "N", OPT_DAYS, offsetof(struct token_request, days),
	    "how long it is valid, from now on", NULL, 0 },
	TOKEN_REQUEST_OPTS,
	OPT_END,
};

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct token_request r = { .certificate = true };

	return token_request_run(cmd, line, &r);
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
