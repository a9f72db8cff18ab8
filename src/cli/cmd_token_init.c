/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/custody_record.h"
#include "cli/out.h"
#include "cli/token_change.h"
#include "cli/token_guard.h"

struct init_opts {
	struct token_opts token;
	struct token_change_opts change;
	struct token_guard_opts guard;
	const char *label;
	bool force;
};

static const struct opt opts[] = {
	{ "label", "LABEL", OPT_STRING, offsetof(struct init_opts, label),
	    "what the token is to be called (at most 32 bytes)", NULL, 0 },
	{ "force", NULL, OPT_FLAG, offsetof(struct init_opts, force),
	    "also one with something on it, which is lost", NULL, 0 },
	TOKEN_CONFIRM_OPTS(struct init_opts),
	TOKEN_GUARD_OPTS(struct init_opts),
	TOKEN_OPTS(struct init_opts),
	TOKEN_SO_OPTS(struct init_opts),
	TOKEN_NEW_SO_OPTS(struct init_opts),
	TOKEN_NEW_OPTS(struct init_opts),
	TOKEN_STATE_OPTS(struct init_opts),
	TOKEN_AUDIT_OPTS(struct init_opts),
	OPT_END,
};

static enum err
check(struct token_change *c, struct diag *d)
{
	const struct init_opts *o = c->opts;

	if (o->label == NULL || o->label[0] == '\0')
		return diag_set(d, ERR_USAGE,
		    "--label is missing: what is the token to be called?");
	return ERR_OK;
}

static bool
is_initialised(const struct tok *t)
{
	return tok_has(tok_info(t), TOK_INITIALISED);
}

/* The one that the URI names, or of several the one that is not initialised. */
static enum err
choose(struct token_change *c, struct diag *d)
{
	struct tok **all = NULL;
	size_t i, num = 0, at = 0, fresh = 0;
	enum err e;

	e = tok_open_all(c->run.lib, c->run.uri, TOK_WRITE, &all, &num, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < num; i++) {
		if (is_initialised(all[i]))
			continue;
		at = i;
		fresh++;
	}
	if (num == 1 || fresh == 1) {
		c->tok = all[at];
		all[at] = NULL;
	}
	tok_close_all(&all, num);
	if (c->tok == NULL)
		e = token_open(&c->run, TOK_WRITE, &c->tok, d);
	return e;
}

/* Counts what is seen without a login. */
static enum err
count_objects(struct token_change *c, size_t *ret, struct diag *d)
{
	struct tok_objects *all = NULL;
	enum err e;

	*ret = 0;
	if (!is_initialised(c->tok))
		return ERR_OK;
	e = tok_objects_read(c->tok, NULL, &all, d);
	if (e == ERR_OK)
		*ret = tok_objects_num(all);
	tok_objects_free(&all);
	return e;
}

static enum err
refuse_full(const struct tok *t, size_t num, struct diag *d)
{
	struct buf name = { 0 };
	enum err e;

	token_put_name(&name, tok_info(t));
	e = diag_set(d, ERR_POLICY,
	    "nothing was changed: %s has %zu %s that everybody sees, and may "
	    "have private ones; --force initialises it all the same",
	    buf_cstr(&name) != NULL ? buf_cstr(&name) : "the token", num,
	    num == 1 ? "object" : "objects");
	buf_clear(&name);
	return e;
}

static enum err
judge(struct token_change *c, size_t *ret_num, struct diag *d)
{
	const struct init_opts *o = c->opts;
	struct diag why;
	enum err e;

	/* The guard says more of a token that is not to be lost. */
	e = token_guard(&c->run, c->tok, &o->guard, d);
	if (e != ERR_OK)
		return e;
	diag_init(&why);
	e = count_objects(c, ret_num, &why);
	if (e == ERR_OK && *ret_num > 0 && !o->force)
		return refuse_full(c->tok, *ret_num, d);
	if (e != ERR_OK && (e == ERR_NOMEM || !o->force)) {
		*d = why;
		return e;
	}
	return ERR_OK;
}

static void
put_plan(struct buf *out, const struct token_change *c, size_t num)
{
	const struct init_opts *o = c->opts;

	buf_str(out, "This initialises ");
	token_put_name(out, tok_info(c->tok));
	buf_str(out, " as '");
	text_put_safe(out, bytes_of_str(o->label));
	if (!is_initialised(c->tok))
		buf_str(out, "', which holds nothing yet");
	else if (num == 0)
		buf_str(out,
		    "'; nothing is seen on it, but what is private is lost "
		    "too");
	else
		buf_printf(out, "'; %zu %s, and all private ones, are lost",
		    num, num == 1 ? "object" : "objects");
}

static enum err
confirm(const struct token_change *c, size_t num, struct diag *d)
{
	const struct init_opts *o = c->opts;
	struct bytes word = bytes_of(NULL, 0);
	struct buf plan = { 0 };
	enum err e;

	if (!is_initialised(c->tok))
		word = bytes_of_str(o->label);
	put_plan(&plan, c, num);
	e = buf_cstr(&plan) != NULL ? token_confirm(c, word, buf_cstr(&plan), d)
				    : diag_nomem(d);
	buf_clear(&plan);
	return e;
}

/* All PINs that will be wanted are there, before the first is sent: a token
 * without a PIN is half a token. */
static enum err
find_pins(struct token_change *c, struct diag *d)
{
	struct pin_sources *p = &c->run.pins;
	const struct tok_info *i = tok_info(c->tok);
	enum err e;

	if (tok_has(i, TOK_PINPAD))
		return ERR_OK;
	if (is_initialised(c->tok))
		e = pin_can_give(p, TOK_PIN_SO, d);
	else
		e = pin_take_new(p, i, TOK_PIN_SO_NEW, d);
	return e == ERR_OK ? pin_take_new(p, i, TOK_PIN_USER_NEW, d) : e;
}

/* The serial number may be another afterwards. */
static enum err
init(struct token_change *c, struct diag *d)
{
	const struct init_opts *o = c->opts;
	struct tok_info before = *tok_info(c->tok);
	struct diag why;
	enum err e;

	e = tok_init(c->tok, bytes_of_str(o->label), true, d);
	if (e != ERR_OK)
		return e;
	diag_init(&why);
	e = custody_forget(o->guard.inventory, &c->run.config, &before, NULL,
	    &why);
	if (e != ERR_OK)
		(void)diag_set(d, e,
		    "the token is initialised, but the inventory does not say "
		    "so: %s",
		    why.msg);
	return e;
}

static void
say(struct token_change *c)
{
	struct buf *out = &c->said.text;

	buf_str(out, "Initialised: ");
	token_put_name(out, tok_info(c->tok));
	buf_str(out, ".\n");
	tok_put_uri(out, tok_info(c->tok));
	buf_str(out, "\n");
}

static enum err
work(struct token_change *c, struct diag *d)
{
	size_t num = 0;
	enum err e;

	e = choose(c, d);
	if (e == ERR_OK)
		e = judge(c, &num, d);
	if (e == ERR_OK && c->change->dry_run) {
		put_plan(&c->said.text, c, num);
		buf_str(&c->said.text, ".\n");
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = confirm(c, num, d);
	if (e == ERR_OK)
		e = find_pins(c, d);
	if (e == ERR_OK)
		e = init(c, d);
	if (e == ERR_OK)
		say(c);
	return e;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_job job = { TOKEN_URI_WANTED, "token-init",
		check, work };
	struct init_opts o = { .force = false };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	return done ? end : token_change_run(&c, &job, line);
}

const struct cmd cmd_token_init = {
	.name = "token init",
	.args = "URI",
	.summary = "Initialise a token: it loses all that it has",
	.text = "Gives a token a label, and its user a new PIN. One that was "
		"never initialised\ngets a new SO PIN too; for another one its "
		"own is wanted. Of several tokens that\nthe URI names the only "
		"one that is not initialised is taken. The label is to be\n"
		"typed before (of a token without, the new one).\n",
	.opts = opts,
	.run = run,
};
