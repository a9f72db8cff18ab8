/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_token.h"
#include "cli/custody_opts.h"
#include "cli/json_custody.h"
#include "cli/match.h"
#include "cli/token_print.h"

#include "base/text.h"

struct match_opts {
	struct token_opts token;
	struct custody_opts custody;
};

static const struct opt opts[] = {
	CUSTODY_OPTS(struct match_opts),
	TOKEN_OPTS(struct match_opts),
	OPT_END,
};

static const struct table_column token_columns[] = {
	{ "TOKEN", 0 },
	{ "SERIAL", 0 },
	{ "LIST", TABLE_WRAP },
	{ "CERTIFICATE", TABLE_WRAP },
	{ "IS", TABLE_WRAP },
};

static const struct table_column sast_columns[] = {
	{ "LIST", TABLE_WRAP },
	{ "RECORD", TABLE_RIGHT },
	{ "SAST", TABLE_WRAP },
	{ "TOKEN", TABLE_WRAP },
};

/* ---- Tokens by list ------------------------------------------------------------ */

static const char *
standing(const struct match_cell *cell, bool signer)
{
	switch (cell->hold) {
	case CUSTODY_CERT:
		if (cell->recorded)
			return signer ? "in the list, signed it, by the "
					"inventory"
				      : "in the list, by the inventory";
		return signer ? "in the list, signed it" : "in the list";
	case CUSTODY_HELD:
		return "not in it: the record has its content, under another "
		       "name";
	case CUSTODY_KEY:
		return "not in it: the key is, without its certificate";
	case CUSTODY_NAMED:
		return "not in it: another certificate has its names";
	case CUSTODY_NOTHING:
		break;
	}
	return "";
}

static void
put_head_cells(struct table *t, const struct match *m,
    const struct match_token *k, size_t n)
{
	table_row(t);
	table_put(t, 0, tok_text_bytes(&k->info->label));
	table_put(t, 1, tok_text_bytes(&k->info->serial));
	table_put(t, 2, buf_bytes(&m->custody->lists[n].path));
}

static void
put_nothing(struct table *t, const struct match_token *k)
{
	if (k->objects == NULL) {
		table_str(t, 4, "cannot be read");
		table_colour(t, 4, TABLE_BAD);
	} else if (k->hidden) {
		table_printf(t, 4,
		    "%zu object%s seen; certificates may be hidden until a "
		    "login",
		    tok_objects_num(k->objects),
		    tok_objects_num(k->objects) == 1 ? "" : "s");
		table_colour(t, 4, TABLE_WARN);
	} else {
		table_str(t, 4, "not in it");
	}
}

/* What token K is in list N: a row for each of its SASTs, or one. */
static void
put_token(struct table *t, const struct match *m, const struct match_token *k,
    size_t n)
{
	const struct custody_list *l = &m->custody->lists[n];
	struct buf who = { 0 };
	size_t i, rows = 0;

	for (i = 0; i < l->sasts.num; i++) {
		const struct match_cell *cell = match_cell(m, k, n, i);

		if (cell->hold == CUSTODY_NOTHING)
			continue;
		rows++;
		put_head_cells(t, m, k, n);
		custody_put_sast(&who, l, i);
		table_put(t, 3, buf_bytes(&who));
		buf_clear(&who);
		table_str(t, 4, standing(cell, l->sasts.at[i].signer));
		table_colour(t, 4,
		    cell->hold == CUSTODY_CERT ? TABLE_GOOD : TABLE_WARN);
	}
	if (rows > 0)
		return;
	put_head_cells(t, m, k, n);
	put_nothing(t, k);
}

static enum err
put_tokens(struct buf *text, const struct match *m, struct diag *d)
{
	struct table *t = table_new(token_columns,
	    sizeof(token_columns) / sizeof(token_columns[0]));
	size_t k, n;

	for (k = 0; k < m->num_tokens; k++)
		for (n = 0; n < m->custody->num_lists; n++)
			put_token(t, m, &m->tokens[k], n);
	if (m->num_tokens == 0)
		buf_str(text, "No token is connected.\n");
	return token_put_table(&t, text, d);
}

/* ---- SASTs by list -------------------------------------------------------------- */

static bool
is_connected(const struct match *m, const struct tokenfile_token *t)
{
	size_t k;

	for (k = 0; k < m->num_tokens; k++)
		if (m->tokens[k].record == t)
			return true;
	return false;
}

static void
put_sep(struct buf *out)
{
	if (out->len > 0)
		buf_str(out, "; ");
}

/* Where the tokens of a SAST are. */
static void
put_where(struct buf *out, const struct match *m, size_t n, size_t i)
{
	const struct tokenfile_token *t;
	size_t at = 0, k;

	for (k = 0; k < m->num_tokens; k++) {
		if (!match_has(m, &m->tokens[k], n, i))
			continue;
		put_sep(out);
		buf_put(out, tok_text_bytes(&m->tokens[k].info->label));
		buf_str(out, ", connected");
	}
	while ((t = match_recorded(m, n, i, &at)) != NULL) {
		const char *place = custody_place(t);

		if (is_connected(m, t))
			continue;
		put_sep(out);
		buf_printf(out, "%s, %s%s",
		    t->label != NULL ? t->label : t->serial,
		    place != NULL ? "kept at " : "recorded without a place",
		    place != NULL ? place : "");
	}
}

static void
put_sast(struct table *t, const struct match *m, size_t n, size_t i)
{
	const struct custody_list *l = &m->custody->lists[n];
	struct buf text = { 0 };

	table_row(t);
	table_put(t, 0, buf_bytes(&l->path));
	table_printf(t, 1, "%zu", l->sasts.at[i].record);
	custody_put_sast(&text, l, i);
	table_put(t, 2, buf_bytes(&text));
	buf_clear(&text);
	put_where(&text, m, n, i);
	if (text.len == 0) {
		table_str(t, 3, "none connected or recorded");
		table_colour(t, 3,
		    n == m->custody->newest ? TABLE_BAD : TABLE_WARN);
	} else {
		table_put(t, 3, buf_bytes(&text));
	}
	buf_clear(&text);
}

static enum err
put_sasts(struct buf *text, const struct match *m, struct diag *d)
{
	struct table *t = table_new(sast_columns,
	    sizeof(sast_columns) / sizeof(sast_columns[0]));
	size_t i, n;

	for (n = 0; n < m->custody->num_lists; n++)
		for (i = 0; i < m->custody->lists[n].sasts.num; i++)
			put_sast(t, m, n, i);
	if (table_num_rows(t) > 0)
		buf_str(text, "\n");
	return token_put_table(&t, text, d);
}

/* ---- Sentences -------------------------------------------------------------------- */

static void
put_findings(struct buf *text, const struct match *m)
{
	struct fill fill = fill_for_stdout();
	struct buf safe = { 0 };
	size_t i;

	if (m->num_findings > 0)
		buf_str(text, "\n");
	for (i = 0; i < m->num_findings; i++) {
		buf_str(&safe, "- ");
		text_put_safe(&safe, buf_bytes(&m->findings[i].text));
		text->failed |= safe.failed;
		fill_put(&fill, text, buf_bytes(&safe), 2);
		buf_clear(&safe);
	}
}

static void
put_signers(struct buf *text, const struct match *m)
{
	const struct custody_list *l = &m->custody->lists[m->custody->newest];
	const char *sep = ": ";
	size_t k;

	if (m->num_signers == 0)
		return;
	buf_str(text, "\nCan sign the next version of ");
	text_put_safe(text, buf_bytes(&l->path));
	for (k = 0; k < m->num_tokens; k++) {
		if (!match_signs(m, &m->tokens[k], m->custody->newest))
			continue;
		buf_str(text, sep);
		text_put_safe(text, tok_text_bytes(&m->tokens[k].info->label));
		sep = ", ";
	}
	buf_str(text, "\n");
}

static enum cmd_exit
print_text(const struct match *m, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	e = put_tokens(&text, m, d);
	if (e == ERR_OK)
		e = put_sasts(&text, m, d);
	put_signers(&text, m);
	put_findings(&text, m);
	return token_print_made(&text, e, d);
}

/* ---- The command ---------------------------------------------------------------- */

static enum cmd_exit
match(const struct cmd *cmd, struct token_run *r, const void *opts_given)
{
	const struct match_opts *o = opts_given;
	struct custody_wish w = { .inventory = o->custody.inventory,
		.lists = &o->custody.lists,
		.config = &r->config };
	struct match m = { .custody = NULL };
	struct custody c = { .num_lists = 0 };
	enum cmd_exit end;
	struct diag d;
	enum err e;

	e = custody_open(&w, &c, &d);
	if (e == ERR_OK && c.num_lists == 0)
		e = diag_set(&d, ERR_USAGE,
		    "which trust lists? --ctl FILE names one, or the inventory "
		    "does");
	if (e == ERR_OK)
		e = match_read(r, &c, &m, &d);
	if (e != ERR_OK)
		end = cmd_refuse(cmd, &d);
	else
		end = o->token.json
		    ? token_print_element("match", json_match(&m))
		    : print_text(&m, &d);
	if (end == CMD_OK && m.num_signers == 0)
		end = CMD_POLICY;
	match_clear(&m);
	custody_close(&c);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_look look = { TOKEN_URI_MAYBE, false, match };
	struct match_opts o = { 0 };

	return token_look_run(cmd, line, &look, &o, &o.token);
}

const struct cmd cmd_token_match = {
	.name = "token match",
	.args = "[URI]",
	.summary = "Say which tokens are signers of which trust lists",
	.text = "Compares the certificates on the connected tokens with the "
		"administrators'\ntokens (SAST) of trust lists, without a "
		"PIN: which token is in which list, which\nSAST has no token "
		"that is connected or in the inventory, and whether the "
		"next\nversion of the newest list can be signed. The newest is "
		"told by the lists'\ntime stamps.\n\n"
		"Exit status 0 if a connected token can sign that version, "
		"3 if none can.\n",
	.opts = opts,
	.run = run,
};
