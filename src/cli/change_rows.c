/* SPDX-License-Identifier: Apache-2.0 */
/* The records that a change is about, as a table for people. */
#include "base/text.h"
#include "cli/change.h"
#include "cli/record_facts.h"
#include "cli/select.h"
#include "cli/table.h"
#include "cli/token_print.h"
#include "trust/told.h"

#define KEY_SHOWN 10 /* bytes of a key's SHA-256 */
#define NARROW 100   /* columns that the table does not fit in */
#define DATE_LEN 10  /* of 2015-03-06T18:45:13Z */

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

/* ---- Details -------------------------------------------------------------------- */

static void
put_date(struct buf *out, int64_t when)
{
	struct buf text = { 0 };

	text_put_rfc3339(&text, when);
	buf_put(out,
	    bytes_of(text.ptr, text.len < DATE_LEN ? text.len : DATE_LEN));
	out->failed |= !buf_ok(&text);
	buf_clear(&text);
}

static void
put_key(struct buf *out, const struct record_facts *rf)
{
	const char *curve = pubkey_curve_name(rf->key);

	buf_str(out, pubkey_type_name(pubkey_type(rf->key)));
	if (curve != NULL)
		buf_printf(out, " %s", curve);
	else
		buf_printf(out, " %u", pubkey_bits(rf->key));
	buf_str(out, ", key ");
	text_put_hex(out, bytes_of(rf->spki.byte, KEY_SHOWN), "", TEXT_LOWER);
}

/* "2014-01-01 to 2019-01-01, RSA 1024, key ...", as far as it is known. */
static void
put_facts(const struct change *c, enum change_which which, size_t index,
    struct buf *text)
{
	struct record_facts rf = { .cert = NULL };

	if (!c->details || change_shown_is_text(c, which))
		return;
	if (record_facts_read(change_shown(c, which), index, &rf, NULL) !=
	    ERR_OK)
		text->failed = true;
	if (rf.cert != NULL) {
		put_date(text, cert_not_before(rf.cert));
		buf_str(text, " to ");
		put_date(text, cert_not_after(rf.cert));
	}
	if (rf.key != NULL) {
		buf_str(text, text->len > 0 ? ", " : "");
		put_key(text, &rf);
	}
	record_facts_clear(&rf);
}

/* Where the names of fields go. */
struct fields {
	const struct ctl_record *new;
	struct buf text;
};

/* A field that is another; of the host, what it is now. */
static void
put_field(void *arg, const char *name, uint8_t code)
{
	struct fields *f = arg;
	struct buf *text = &f->text;
	struct bytes host = ctl_record_text(f->new, CTL_REC_DNS_NAME);

	buf_str(text, text->len > 0 ? ", " : "");
	if (name != NULL)
		buf_str(text, name);
	else if (code == TOLD_TAG_ROWS)
		buf_str(text, "lengths");
	else
		buf_printf(text, "tag %u", code);
	if (code == CTL_REC_DNS_NAME && host.len > 0) {
		buf_str(text, " (now ");
		buf_put(text, host);
		buf_str(text, ")");
	}
}

/* Of a respelt record, what is spelt otherwise. */
static void
put_spelling(const struct change *c, const struct diff_row *row,
    struct buf *text)
{
	const struct ctl_record *a = ctl_record(c->old, row->old);
	const struct ctl_record *b = ctl_record(c->new, row->new);
	struct fields f = { .new = b };

	if (!c->details)
		return;
	record_facts_differing(a, b, put_field, &f);
	buf_str(text, "other: ");
	if (f.text.len > 0)
		buf_put(text, buf_bytes(&f.text));
	else
		buf_str(text, "the order of fields");
	if (a->dialect != b->dialect)
		buf_printf(text, "; spelt %s, was %s",
		    ctl_dialect_name(b->dialect), ctl_dialect_name(a->dialect));
	text->failed |= !buf_ok(&f.text);
	buf_clear(&f.text);
}

/* ---- Lines ---------------------------------------------------------------------- */

#define MAX_LINES 4

/* What is said of one row, apart from its number, role and host. */
struct lines {
	struct buf text[MAX_LINES];
	bool is_new[MAX_LINES]; /* here begins what NEW has in OLD's place */
	size_t num;
};

static void
add_cert(struct lines *ls, const struct change *c, enum change_which which,
    size_t index)
{
	select_put_cert(&ls->text[ls->num], change_shown(c, which), index);
	ls->num++;
	put_facts(c, which, index, &ls->text[ls->num]);
	if (ls->text[ls->num].len > 0 || ls->text[ls->num].failed)
		ls->num++;
}

static void
make_lines(const struct change *c, const struct diff_row *row, struct lines *ls)
{
	if (row->kind == DIFF_RESPELT) {
		select_put_cert(&ls->text[0], change_shown(c, CHANGE_OLD),
		    row->old);
		put_spelling(c, row, &ls->text[1]);
		ls->num = c->details ? 2 : 1;
		return;
	}
	if (row->old != 0)
		add_cert(ls, c, CHANGE_OLD, row->old);
	ls->is_new[ls->num] = row->kind == DIFF_REPLACED;
	if (row->new != 0)
		add_cert(ls, c, CHANGE_NEW, row->new);
}

static void
clear_lines(struct lines *ls)
{
	size_t i;

	for (i = 0; i < MAX_LINES; i++)
		buf_clear(&ls->text[i]);
}

/* ---- Rows ----------------------------------------------------------------------- */

/* The record that ROW is about, as it is shown. */
static const struct ctl_record *
record_of(const struct change *c, const struct diff_row *row)
{
	if (row->old != 0)
		return ctl_record(change_shown(c, CHANGE_OLD), row->old);
	return ctl_record(change_shown(c, CHANGE_NEW), row->new);
}

static void
put_mark(struct table *t, const struct change *c, const struct diff_row *row)
{
	bool certain = change_is_certain(c, row);

	table_str(t, COL_MARK, certain ? marks[row->kind].mark : "?");
	table_colour(t, COL_MARK,
	    certain ? marks[row->kind].colour : TABLE_WARN);
}

static void
put_number(struct table *t, size_t column, const char *word,
    const struct change *c, enum change_which which, size_t index)
{
	if (index != 0)
		table_printf(t, column, "%s%zu", word,
		    change_number(c, which, index));
}

/* All of the row at hand but its certificate. */
static void
put_head(struct table *t, const struct change *c, const struct diff_row *row,
    bool named)
{
	const struct ctl_record *r = record_of(c, row);

	put_mark(t, c, row);
	put_number(t, COL_OLD, named ? "old " : "", c, CHANGE_OLD, row->old);
	if (named || row->kind != DIFF_REPLACED)
		put_number(t, COL_NEW, named ? "new " : "", c, CHANGE_NEW,
		    row->new);
	table_str(t, COL_ROLE, r->has_role ? ctl_role_name(r->role) : "none");
	table_put(t, COL_HOST, ctl_record_text(r, CTL_REC_DNS_NAME));
}

static void
put_row(struct table *t, const struct change *c, const struct diff_row *row,
    const struct lines *ls)
{
	size_t i;

	table_row(t);
	put_head(t, c, row, false);
	for (i = 0; i < ls->num; i++) {
		if (i > 0)
			table_row(t);
		if (ls->is_new[i])
			put_number(t, COL_NEW, "", c, CHANGE_NEW, row->new);
		table_put(t, COL_CERT, buf_bytes(&ls->text[i]));
	}
}

/* The same for a narrow terminal, where a serial number has no room in a
 * column: what there is to say of a certificate stands below. */
static enum err
put_block(const struct change *c, const struct diff_row *row,
    const struct lines *ls, struct buf *out, struct diag *d)
{
	static const struct table_column head[COL_CERT] = {
		[COL_HOST] = { NULL, TABLE_WRAP },
	};
	struct table *t = table_new(head, COL_CERT);
	struct fill fill = fill_for_stdout();
	struct buf line = { 0 };
	enum err e;
	size_t i;

	table_row(t);
	put_head(t, c, row, true);
	e = token_put_table(&t, out, d);
	for (i = 0; e == ERR_OK && i < ls->num; i++) {
		buf_str(&line, "    ");
		buf_str(&line, ls->is_new[i] ? "now " : "");
		text_put_safe(&line, buf_bytes(&ls->text[i]));
		out->failed |= !buf_ok(&line);
		fill_put(&fill, out, buf_bytes(&line), 4);
		buf_clear(&line);
	}
	return e;
}

static bool
is_narrow(const struct change *c)
{
	struct fill fill = fill_for_stdout();

	return c->details && fill.width > 0 && fill.width < NARROW;
}

static enum err
put_one(const struct change *c, const struct diff_row *row, struct table *t,
    struct buf *out, struct diag *d)
{
	struct lines ls = { .num = 0 };
	enum err e = ERR_OK;
	size_t i;

	make_lines(c, row, &ls);
	for (i = 0; i < MAX_LINES; i++)
		if (!buf_ok(&ls.text[i]))
			e = diag_nomem(d);
	if (e == ERR_OK && is_narrow(c))
		e = put_block(c, row, &ls, out, d);
	else if (e == ERR_OK)
		put_row(t, c, row, &ls);
	clear_lines(&ls);
	return e;
}

enum err
change_put_rows(const struct change *c, struct buf *out, size_t *ret_same,
    struct diag *d)
{
	struct table *t = table_new(columns, NUM_COLS);
	enum err e = ERR_OK;
	size_t i;

	*ret_same = 0;
	for (i = 0; e == ERR_OK && i < c->diff.num; i++) {
		if (c->diff.rows[i].kind == DIFF_SAME)
			(*ret_same)++;
		else
			e = put_one(c, &c->diff.rows[i], t, out, d);
	}
	if (e == ERR_OK)
		return token_put_table(&t, out, d);
	table_free(&t);
	return e;
}
