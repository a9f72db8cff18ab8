/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "cli/cmd_token.h"
#include "cli/custody_opts.h"
#include "cli/json_custody.h"
#include "cli/report_text.h"
#include "cli/token_print.h"

struct report_opts {
	struct token_opts token;
	struct custody_opts custody;
	int64_t at;
};

static const struct opt opts[] = {
	{ "at", "DATE", OPT_DATE, offsetof(struct report_opts, at),
	    "judge certificates at this date (default now)", NULL, 0 },
	CUSTODY_OPTS(struct report_opts),
	TOKEN_OPTS(struct report_opts),
	TOKEN_LOGIN_OPTS(struct report_opts),
	TOKEN_SIGN_OPTS(struct report_opts),
	OPT_END,
};

static enum cmd_exit
print_text(const struct report *r, struct diag *d)
{
	struct buf text = { 0 };

	return token_print_made(&text, report_text_put(r, &text, d), d);
}

static enum cmd_exit
report(const struct cmd *cmd, struct token_run *r, const void *opts_given)
{
	const struct report_opts *o = opts_given;
	struct custody_wish w = { .inventory = o->custody.inventory,
		.lists = &o->custody.lists,
		.config = &r->config };
	struct custody c = { .num_lists = 0 };
	struct report work = { .run = r, .custody = &c, .at = o->at };
	enum cmd_exit end;
	struct diag d;
	enum err e;

	r->purpose = "report";
	e = custody_open(&w, &c, &d);
	if (e == ERR_OK)
		e = report_read(&work, &d);
	if (e != ERR_OK)
		end = cmd_refuse(cmd, &d);
	else
		end = o->token.json
		    ? token_print_element("report", json_report(&work))
		    : print_text(&work, &d);
	if (end == CMD_OK && work.num_findings > 0)
		end = CMD_POLICY;
	report_clear(&work);
	custody_close(&c);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_look look = { TOKEN_URI_WANTED, false,
		report };
	struct report_opts o = { .at = (int64_t)time(NULL) };

	return token_look_run(cmd, line, &look, &o, &o.token);
}

const struct cmd cmd_token_report = {
	.name = "token report",
	.args = "URI",
	.summary = "Report on a token and its keys, for an auditor",
	.text = "Prints what the token says of itself and of its keys, proves "
		"by a signature that\na private key and its certificate "
		"belong together, and says when certificates\nend, which "
		"trust lists know them, and who could have a copy of a "
		"key.\n\n"
		"Exit status 3 if a key is extractable or not sensitive, or "
		"did not prove that it\nbelongs to what stands beside it; "
		"otherwise 0.\n",
	.opts = opts,
	.run = run,
};
