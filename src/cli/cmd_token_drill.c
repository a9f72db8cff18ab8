/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/custody_opts.h"
#include "cli/drill.h"
#include "cli/json_custody.h"
#include "cli/out.h"
#include "cli/token_print.h"

struct drill_opts {
	struct token_opts token;
	struct custody_opts custody;
	const char *place;
};

static const struct opt opts[] = {
	CUSTODY_OPTS(struct drill_opts),
	{ "place", "TEXT", OPT_STRING, offsetof(struct drill_opts, place),
	    "where the drill is held, for the inventory", NULL, 0 },
	TOKEN_OPTS(struct drill_opts),
	TOKEN_LOGIN_OPTS(struct drill_opts),
	TOKEN_SIGN_OPTS(struct drill_opts),
	OPT_END,
};

static const struct table_column columns[] = {
	{ "TOKEN", 0 },
	{ "SERIAL", 0 },
	{ "KEY", TABLE_WRAP },
	{ "RESULT", TABLE_WRAP },
	{ "BEFORE", TABLE_WRAP },
};

static void
put_before(struct table *t, const struct drill_result *r)
{
	struct buf text = { 0 };

	if (!r->has_before) {
		table_str(t, 4, "never");
		return;
	}
	text_put_rfc3339(&text, r->before);
	if (r->before_place.len > 0) {
		buf_str(&text, ", ");
		buf_put(&text, buf_bytes(&r->before_place));
	}
	if (!r->before_passed)
		buf_str(&text, ", failed");
	table_put(t, 4, buf_bytes(&text));
	buf_clear(&text);
}

static void
put_row(struct table *t, const struct drill_result *r)
{
	struct buf key = { 0 };

	buf_put(&key, buf_bytes(&r->label));
	if (r->id.len > 0) {
		buf_str(&key, key.len > 0 ? ", id " : "id ");
		text_put_hex(&key, buf_bytes(&r->id), "", TEXT_LOWER);
	}
	table_row(t);
	table_put(t, 0, tok_text_bytes(&r->info->label));
	table_put(t, 1, tok_text_bytes(&r->info->serial));
	table_put(t, 2, buf_bytes(&key));
	table_str(t, 3,
	    r->failed.code == ERR_OK ? "signed and verified" : r->failed.msg);
	table_colour(t, 3, r->failed.code == ERR_OK ? TABLE_GOOD : TABLE_BAD);
	put_before(t, r);
	buf_clear(&key);
}

/* SASTs of the newest list that have proven nothing now. */
static void
put_missing(struct buf *text, const struct drill *r)
{
	const struct custody *c = r->custody;
	const struct custody_list *l;
	struct buf who = { 0 };
	size_t i;

	if (c->num_lists == 0)
		return;
	l = &c->lists[c->newest];
	for (i = 0; i < l->sasts.num; i++) {
		if (r->proven[i])
			continue;
		buf_str(text, "- ");
		text_put_safe(text, buf_bytes(&l->path));
		buf_printf(text, ", record %zu, ", l->sasts.at[i].record);
		custody_put_sast(&who, l, i);
		text_put_safe(text, buf_bytes(&who));
		buf_clear(&who);
		buf_str(text, ": not proven by this drill.\n");
	}
}

static enum cmd_exit
print_text(const struct drill *r)
{
	struct table *t = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	struct buf text = { 0 }, missing = { 0 };
	struct diag d;
	enum err e;
	size_t i;

	for (i = 0; i < r->num_results; i++)
		put_row(t, &r->results[i]);
	e = token_put_table(&t, &text, &d);
	put_missing(&missing, r);
	if (missing.len > 0) {
		buf_str(&text, "\n");
		buf_put(&text, buf_bytes(&missing));
	}
	text.failed |= missing.failed;
	buf_clear(&missing);
	return token_print_made(&text, e, &d);
}

/* ---- The command ------------------------------------------------------------------ */

/* Before anything signs: what cannot be recorded is of no use. */
static enum err
check_place(const char *place, struct diag *d)
{
	if (place == NULL ||
	    (place[0] != '\0' && text_is_utf8(bytes_of_str(place))))
		return ERR_OK;
	return diag_set(d, ERR_USAGE, "--place is %s",
	    place[0] == '\0' ? "empty" : "no UTF-8");
}

static enum err
load(const struct token_run *r, const struct drill_opts *o, struct custody *c,
    struct diag *d)
{
	struct custody_wish w = { .inventory = o->custody.inventory,
		.lists = &o->custody.lists,
		.config = &r->config,
		.creates = true };
	enum err e;

	e = custody_open(&w, c, d);
	if (e == ERR_OK && c->path.len == 0) {
		custody_close(c);
		e = diag_set(d, ERR_USAGE,
		    "where is the drill to be recorded? --inventory FILE names "
		    "the inventory, or the configuration does");
	}
	return e;
}

static enum cmd_exit
drill(const struct cmd *cmd, struct token_run *r, const void *opts_given)
{
	const struct drill_opts *o = opts_given;
	struct custody c = { .num_lists = 0 };
	struct drill work = { .run = r, .custody = &c, .place = o->place };
	enum cmd_exit end = CMD_OK, printed = CMD_OK;
	struct diag d;
	enum err e;

	r->purpose = "drill";
	e = check_place(o->place, &d);
	if (e == ERR_OK)
		e = load(r, o, &c, &d);
	if (e == ERR_OK)
		e = drill_run(&work, &d);
	if (work.num_failed > 0)
		end = CMD_TOKEN;
	if (e == ERR_OK || work.num_results > 0)
		printed = o->token.json
		    ? token_print_element("drill", json_drill(&work))
		    : print_text(&work);
	if (e != ERR_OK)
		end = out_worse(end, cmd_refuse(cmd, &d));
	drill_clear(&work);
	custody_close(&c);
	return out_worse(end, printed);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_look look = { TOKEN_URI_MAYBE, false, drill };
	struct drill_opts o = { 0 };

	return token_look_run(cmd, line, &look, &o, &o.token);
}

const struct cmd cmd_token_drill = {
	.name = "token drill",
	.args = "[URI]",
	.summary = "Prove that the tokens still sign, and record it",
	.text =
	    "Makes each connected token sign random data, verifies the signature, and notes\n"
	    "in the inventory when, where and with what result. Without a URI: all tokens\n"
	    "that are in the inventory or hold a SAST of a list. The keys: that of the URI,\n"
	    "else those with the certificate of a SAST, else all that may sign. A token\n"
	    "that is new is added.\n\n"
	    "A PIN by option is for one token: for several, each PIN is asked for. Exit\n"
	    "status 4 if a key did not sign; that is recorded, too.\n",
	.opts = opts,
	.run = run,
};
