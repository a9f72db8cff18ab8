/* SPDX-License-Identifier: Apache-2.0 */
/* `token pin reset` and `token pin unblock`: for PKCS#11 they are the same. */
#include "cli/cmd_token.h"
#include "cli/out.h"
#include "cli/token_change.h"
#include "cli/token_guard.h"

struct reset_opts {
	struct token_opts token;
	struct token_change_opts change;
	struct token_guard_opts guard;
};

#define RESET_OPTS                                                            \
	TOKEN_CONFIRM_OPTS(struct reset_opts), TOKEN_OPTS(struct reset_opts), \
	    TOKEN_SO_OPTS(struct reset_opts),                                 \
	    TOKEN_NEW_OPTS(struct reset_opts),                                \
	    TOKEN_STATE_OPTS(struct reset_opts),                              \
	    TOKEN_AUDIT_OPTS(struct reset_opts)

static const struct opt reset_table[] = { RESET_OPTS, OPT_END };

static const struct opt unblock_table[] = {
	RESET_OPTS,
	TOKEN_GUARD_OPTS(struct reset_opts),
	OPT_END,
};

static bool
unblocks(const struct token_change *c)
{
	return c->cmd == &cmd_token_pin_unblock;
}

static void
put_what(struct buf *out, const struct token_change *c, bool done)
{
	if (unblocks(c))
		buf_str(out, done ? "Unblocked " : "This unblocks ");
	else
		buf_str(out, done ? "Reset " : "This resets ");
	buf_str(out, "the PIN of ");
	token_put_name(out, tok_info(c->tok));
	if (!done)
		buf_str(out, "; the user's PIN is then a new one");
}

static enum err
judge(struct token_change *c, struct diag *d)
{
	const struct reset_opts *o = c->opts;
	struct diag hint;

	if (!unblocks(c) && tok_has(tok_info(c->tok), TOK_PIN_LOCKED))
		return diag_set(d, ERR_POLICY,
		    "nothing was changed: the PIN is locked, and that is for "
		    "`ctlsmith token pin unblock`");
	if (!unblocks(c))
		return ERR_OK;
	if (!tok_has(tok_info(c->tok), TOK_PIN_LOCKED)) {
		diag_set(&hint, ERR_OK,
		    "the token does not say that its PIN is locked");
		out_complain(NULL, &hint);
	}
	return token_guard(&c->run, c->tok, &o->guard, d);
}

static enum err
confirm(const struct token_change *c, struct diag *d)
{
	struct buf what = { 0 };
	enum err e;

	put_what(&what, c, false);
	e = buf_cstr(&what) != NULL
	    ? token_confirm(c, bytes_of(NULL, 0), buf_cstr(&what), d)
	    : diag_nomem(d);
	buf_clear(&what);
	return e;
}

/* The new PIN first: without one there is no use in the SO's. */
static enum err
reset(struct token_change *c, struct diag *d)
{
	enum err e;

	e = confirm(c, d);
	if (e == ERR_OK && !tok_has(tok_info(c->tok), TOK_PINPAD))
		e = pin_can_give(&c->run.pins, TOK_PIN_USER_NEW, d);
	return e == ERR_OK ? tok_pin_reset(c->tok, d) : e;
}

static enum err
work(struct token_change *c, struct diag *d)
{
	bool dry = c->change->dry_run;
	enum err e;

	e = token_open(&c->run, TOK_WRITE, &c->tok, d);
	if (e == ERR_OK)
		e = judge(c, d);
	if (e == ERR_OK && !dry)
		e = reset(c, d);
	if (e != ERR_OK)
		return e;
	put_what(&c->said.text, c, !dry);
	buf_str(&c->said.text, ".\n");
	return ERR_OK;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	const struct token_job job = { TOKEN_URI_WANTED,
		cmd == &cmd_token_pin_unblock ? "pin-unblock" : "pin-reset",
		NULL, work };
	struct reset_opts o = { .guard = { NULL, NULL } };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	return done ? end : token_change_run(&c, &job, line);
}

const struct cmd cmd_token_pin_reset = {
	.name = "token pin reset",
	.args = "URI",
	.summary = "Give the user a new PIN, by the SO PIN",
	.text = "For a PIN that nobody knows any more, or that is to be handed "
		"over. The label of\nthe token is to be typed before, unless "
		"--yes.\n",
	.opts = reset_table,
	.run = run,
};

const struct cmd cmd_token_pin_unblock = {
	.name = "token pin unblock",
	.args = "URI",
	.summary = "Unlock a locked PIN by a new one, by the SO PIN",
	.text = "For a PIN that is locked after too many tries. A wrong SO PIN "
		"may lock the token\nfor good: so one that holds a SAST is "
		"refused unless its serial number is given.\n",
	.opts = unblock_table,
	.run = run,
};
