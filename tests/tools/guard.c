/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard URI [--module M] [--inventory FILE] [--destroy-sast SERIAL] [--login]
 *	asks token_guard() about a token, as the commands that destroy do, and
 *	does nothing. Exits as they would.
 */
#include <stdio.h>

#include "cli/token_guard.h"

struct guard_opts {
	struct token_opts token;
	struct token_guard_opts guard;
	bool login;
};

static const struct opt opts[] = {
	TOKEN_OPTS(struct guard_opts),
	TOKEN_LOGIN_OPTS(struct guard_opts),
	TOKEN_GUARD_OPTS(struct guard_opts),
	{ "login", NULL, OPT_FLAG, offsetof(struct guard_opts, login),
	    "log in before", NULL, 0 },
	OPT_END,
};

static const struct cmd cmd;

static enum cmd_exit
guard(struct token_run *r, const struct guard_opts *o)
{
	struct tok *t = NULL;
	struct diag d;
	enum err e;

	e = token_open(r, TOK_WRITE, &t, &d);
	if (e == ERR_OK && o->login)
		e = tok_login(t, TOK_USER, &d);
	if (e == ERR_OK)
		e = token_guard(r, t, &o->guard, &d);
	tok_close(&t);
	return e == ERR_OK ? CMD_OK : cmd_refuse(&cmd, &d);
}

static enum cmd_exit
run(const struct cmd *self, struct opt_line *line)
{
	struct guard_opts o = { .login = false };
	struct token_run r;
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(self, line, &o, &done);
	if (done)
		return end;
	if (token_begin(&r, &o.token, line->args, TOKEN_URI_WANTED, &d) !=
	    ERR_OK)
		return cmd_refuse(self, &d);
	end = guard(&r, &o);
	token_end(&r);
	return end;
}

static const struct cmd cmd = { .name = "guard",
	.args = "URI",
	.summary = "",
	.text = "",
	.opts = opts,
	.run = run };

int
main(int argc, char **argv)
{
	struct opt_line line = { .argc = argc, .argv = argv };

	return (int)run(&cmd, &line);
}
