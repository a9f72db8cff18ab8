/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_token.h"
#include "cli/token_request.h"

static const struct opt opts[] = {
	TOKEN_REQUEST_NAME_OPTS,
	TOKEN_REQUEST_OPTS,
	OPT_END,
};

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct token_request r = { .certificate = false };

	return token_request_run(cmd, line, &r);
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
