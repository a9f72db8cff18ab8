/* SPDX-License-Identifier: Apache-2.0 */
/* What a change means, for people. */
#include "base/text.h"
#include "cli/change.h"
#include "cli/findings.h"
#include "cli/select.h"
#include "cli/table.h"
#include "cli/token_print.h"

#define INDENT 4

/* ---- Records -------------------------------------------------------------------- */

enum {
	COL_MARK,
	COL_OLD,
	COL_NEW,
	COL_ROLE,
	COL_HOST,
	COL_CERT,
	NUM_COLS
};

static const struct table_column columns[NUM_COLS] = {
	[COL_MARK] = { "", 0 },
	[COL_OLD] = { "OLD", TABLE_RIGHT },
	[COL_NEW] = { "NEW", TABLE_RIGHT },
	[COL_ROLE] = { "ROLE", 0 },
	[COL_HOST] = { "HOST", 0 },
	[COL_CERT] = { "CERTIFICATE", TABLE_WRAP },
};

static const struct {
	const char *mark;
	enum table_colour colour;
} marks[] = {
	[DIFF_SAME] = { " ", TABLE_PLAIN },
	[DIFF_RESPELT] = { "~", TABLE_WARN },
	[DIFF_REPLACED] = { "~", TABLE_WARN },
	[DIFF_REMOVED] = { "-", TABLE_BAD },
	[DIFF_ADDED] = { "+", TABLE_GOOD },
};

/* A table at work. */
struct rows {
	struct table *table;
	bool failed;
};

static void
put_cert(struct rows *rs, const struct ctl_file *f, size_t index)
{
	struct buf text = { 0 };

	select_put_cert(&text, f, index);
	rs->failed |= !buf_ok(&text);
	table_put(rs->table, COL_CERT, buf_bytes(&text));
	buf_clear(&text);
}

/* Role, host and certificate of record INDEX of F. */
static void
put_record(struct rows *rs, const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);

	table_str(rs->table, COL_ROLE,
	    r->has_role ? ctl_role_name(r->role) : "none");
	table_put(rs->table, COL_HOST, ctl_record_text(r, CTL_REC_DNS_NAME));
	put_cert(rs, f, index);
}

static void
put_row(struct rows *rs, const struct change *c, const struct diff_row *row)
{
	table_row(rs->table);
	table_str(rs->table, COL_MARK, marks[row->kind].mark);
	table_colour(rs->table, COL_MARK, marks[row->kind].colour);
	if (row->old != 0) {
		table_printf(rs->table, COL_OLD, "%zu", row->old);
		put_record(rs, c->old, row->old);
	}
	if (row->kind == DIFF_REPLACED)
		table_row(rs->table);
	if (row->new != 0)
		table_printf(rs->table, COL_NEW, "%zu", row->new);
	if (row->kind == DIFF_REPLACED)
		put_cert(rs, c->new, row->new);
	else if (row->old == 0)
		put_record(rs, c->new, row->new);
}

/* The rows that are not as they were; *RET_SAME: how many are. */
static enum err
put_rows(const struct change *c, struct buf *out, size_t *ret_same,
    struct diag *d)
{
	struct rows rs = { .table = table_new(columns, NUM_COLS) };
	size_t i;

	*ret_same = 0;
	for (i = 0; i < c->diff.num; i++) {
		if (c->diff.rows[i].kind == DIFF_SAME)
			(*ret_same)++;
		else
			put_row(&rs, c, &c->diff.rows[i]);
	}
	if (rs.failed) {
		table_free(&rs.table);
		return diag_nomem(d);
	}
	return token_put_table(&rs.table, out, d);
}

/* ---- Sentences ------------------------------------------------------------------ */

static void
put_same(const struct change *c, size_t same, struct buf *out)
{
	size_t others = c->diff.num - same;

	if (others == 0 && c->diff.order)
		buf_str(out,
		    "No record changes, but their order is another.\n");
	else if (others == 0)
		buf_str(out, "No record changes.\n");
	else if (same == 1)
		buf_str(out, "1 record stays as it is, byte for byte.\n");
	else if (same > 1)
		buf_printf(out,
		    "%zu records stay as they are, byte for byte.\n", same);
	if (others > 0 && c->diff.order)
		buf_str(out, "The order of the records is another.\n");
}

/* What else of the header is another; its time always is. */
static void
put_header(const struct change *c, struct buf *out)
{
	const struct diff *df = &c->diff;
	const struct {
		bool differs;
		const char *name;
	} parts[] = {
		{ df->signer, "signer" },
		{ df->digest, "digest" },
		{ df->filename, "file name" },
		{ df->version, "version" },
	};
	const char *sep = "The header has another ";
	size_t i, before = out->len;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].differs)
			continue;
		buf_printf(out, "%s%s", sep, parts[i].name);
		sep = ", ";
	}
	if (out->len > before)
		buf_str(out, ".\n");
	if (df->other_fields)
		buf_str(out, "Other fields of the header differ, too.\n");
}

/* "SEVERITY: TEXT". */
static void
put_sentence(enum ctl_severity severity, const struct buf *text,
    struct buf *out)
{
	struct fill fill = fill_for_stdout();
	struct buf line = { 0 };

	findings_put_severity(&fill, severity, &line);
	buf_str(&line, ": ");
	text_put_safe(&line, buf_bytes(text));
	out->failed |= !buf_ok(&line) || !buf_ok(text);
	fill_put(&fill, out, buf_bytes(&line), INDENT);
	buf_clear(&line);
}

/* SASTs that phones do not find any more, though they are there. */
static void
put_renamed(const struct change *c, struct buf *out)
{
	const struct diff_row *row;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < c->diff.num; i++) {
		row = &c->diff.rows[i];
		if (!row->renamed)
			continue;
		buf_printf(&text,
		    "a SAST is spelt otherwise: for phones record %zu of %s, ",
		    row->old, c->old_path);
		select_put_cert(&text, c->old, row->old);
		buf_printf(&text, ", has gone and record %zu is new", row->new);
		put_sentence(CTL_WARNING, &text, out);
		buf_clear(&text);
	}
}

/* A refusal's reason stands among the losses. */
static void
put_judgement(const struct change *c, struct buf *out)
{
	const struct trust_judgement *j = &c->effect.judgement;
	bool why = !change_loses(c, TRUST_LOSS_SIGNER);
	struct fill fill = fill_for_stdout();
	struct buf text = { 0 }, safe = { 0 };

	buf_printf(&text, "A phone that holds %s %s%s%s%s.", c->old_path,
	    trust_verdict_text(j->verdict),
	    j->no_ctl ? " while no CTL is installed" : "", why ? ": " : "",
	    why ? j->why.msg : "");
	text_put_safe(&safe, buf_bytes(&text));
	out->failed |= !buf_ok(&text) || !buf_ok(&safe);
	fill_put(&fill, out, buf_bytes(&safe), 0);
	buf_clear(&text);
	buf_clear(&safe);
}

static void
put_losses(const struct change *c, const struct change_leave *l,
    struct buf *out)
{
	struct buf text = { 0 };
	int loss;

	for (loss = 0; loss < TRUST_NUM_LOSSES; loss++) {
		enum trust_loss which = (enum trust_loss)loss;

		if (!change_loses(c, which))
			continue;
		buf_printf(&text, "%s [%s]", c->effect.why[loss].msg,
		    trust_loss_name(which));
		put_sentence(change_is_left(l, which) ? CTL_WARNING : CTL_ERROR,
		    &text, out);
		buf_clear(&text);
	}
	if (c->effect.untied.msg[0] != '\0') {
		buf_str(&text, c->effect.untied.msg);
		put_sentence(CTL_WARNING, &text, out);
		buf_clear(&text);
	}
	if (!c->effect.strands_late)
		return;
	buf_str(&text, c->effect.late.msg);
	put_sentence(CTL_NOTE, &text, out);
	buf_clear(&text);
}

enum err
change_put(const struct change *c, const struct change_leave *l,
    struct buf *out, struct diag *d)
{
	size_t same;
	enum err e;

	e = put_rows(c, out, &same, d);
	if (e != ERR_OK)
		return e;
	put_same(c, same, out);
	put_header(c, out);
	put_judgement(c, out);
	put_renamed(c, out);
	put_losses(c, l, out);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
