/* SPDX-License-Identifier: Apache-2.0 */
/* The records that a change is about, as a table for people. */
#include "base/text.h"
#include "cli/change.h"
#include "cli/record_facts.h"
#include "cli/select.h"
#include "cli/table.h"
#include "cli/token_print.h"
#include "trust/told.h"

#define KEY_SHOWN 8 /* bytes of a key's SHA-256 */
#define DATE_LEN 10 /* of 2015-03-06T18:45:13Z */

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
	const struct change *c;
	struct table *table;
	bool failed;
};

/* Fills the cell COL_CERT of the row at hand with TEXT, and empties that. */
static void
put_text(struct rows *rs, struct buf *text)
{
	rs->failed |= !buf_ok(text);
	table_put(rs->table, COL_CERT, buf_bytes(text));
	buf_clear(text);
}

static void
put_cert(struct rows *rs, enum change_which which, size_t index)
{
	struct buf text = { 0 };

	select_put_cert(&text, change_shown(rs->c, which), index);
	put_text(rs, &text);
}

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

/* A row below a certificate: "2014-01-01 to 2019-01-01, RSA 1024, key ...". */
static void
put_facts(struct rows *rs, enum change_which which, size_t index)
{
	struct record_facts rf = { .cert = NULL };
	struct buf text = { 0 };

	if (!rs->c->details || change_shown_is_text(rs->c, which))
		return;
	if (record_facts_read(change_shown(rs->c, which), index, &rf, NULL) !=
	    ERR_OK)
		rs->failed = true;
	if (rf.cert != NULL) {
		put_date(&text, cert_not_before(rf.cert));
		buf_str(&text, " to ");
		put_date(&text, cert_not_after(rf.cert));
	}
	if (rf.key != NULL) {
		buf_str(&text, text.len > 0 ? ", " : "");
		put_key(&text, &rf);
	}
	if (text.len > 0) {
		table_row(rs->table);
		put_text(rs, &text);
	}
	buf_clear(&text);
	record_facts_clear(&rf);
}

/* A field that is another, "FIELD, FIELD" in ARG. */
static void
put_field(void *arg, const char *name, uint8_t code)
{
	struct buf *text = arg;

	buf_str(text, text->len > 0 ? ", " : "");
	if (name != NULL)
		buf_str(text, name);
	else if (code == TOLD_TAG_ROWS)
		buf_str(text, "lengths");
	else
		buf_printf(text, "tag %u", code);
}

/* A row below a record that is respelt: what is spelt otherwise. */
static void
put_spelling(struct rows *rs, const struct diff_row *row)
{
	const struct ctl_record *a = ctl_record(rs->c->old, row->old);
	const struct ctl_record *b = ctl_record(rs->c->new, row->new);
	struct buf names = { 0 }, text = { 0 };

	if (!rs->c->details)
		return;
	record_facts_differing(a, b, put_field, &names);
	buf_str(&text, "other: ");
	if (names.len > 0)
		buf_put(&text, buf_bytes(&names));
	else
		buf_str(&text, "the order of fields");
	if (a->dialect != b->dialect)
		buf_printf(&text, "; spelt %s, was %s",
		    ctl_dialect_name(b->dialect), ctl_dialect_name(a->dialect));
	text.failed |= !buf_ok(&names);
	buf_clear(&names);
	table_row(rs->table);
	put_text(rs, &text);
}

/* ---- Rows ----------------------------------------------------------------------- */

/* Role, host and certificate of record INDEX. */
static void
put_record(struct rows *rs, enum change_which which, size_t index)
{
	const struct ctl_record *r = ctl_record(change_shown(rs->c, which),
	    index);

	table_str(rs->table, COL_ROLE,
	    r->has_role ? ctl_role_name(r->role) : "none");
	table_put(rs->table, COL_HOST, ctl_record_text(r, CTL_REC_DNS_NAME));
	put_cert(rs, which, index);
}

static void
put_number(struct rows *rs, size_t column, enum change_which which,
    size_t index)
{
	if (index != 0)
		table_printf(rs->table, column, "%zu",
		    change_number(rs->c, which, index));
}

static void
put_mark(struct rows *rs, const struct diff_row *row)
{
	bool certain = change_is_certain(rs->c, row);

	table_row(rs->table);
	table_str(rs->table, COL_MARK, certain ? marks[row->kind].mark : "?");
	table_colour(rs->table, COL_MARK,
	    certain ? marks[row->kind].colour : TABLE_WARN);
}

static void
put_row(struct rows *rs, const struct diff_row *row)
{
	bool replaced = row->kind == DIFF_REPLACED;

	put_mark(rs, row);
	put_number(rs, COL_OLD, CHANGE_OLD, row->old);
	if (row->old != 0)
		put_record(rs, CHANGE_OLD, row->old);
	if (replaced) {
		put_facts(rs, CHANGE_OLD, row->old);
		table_row(rs->table);
	}
	put_number(rs, COL_NEW, CHANGE_NEW, row->new);
	if (replaced)
		put_cert(rs, CHANGE_NEW, row->new);
	else if (row->old == 0)
		put_record(rs, CHANGE_NEW, row->new);
	if (row->kind == DIFF_RESPELT)
		put_spelling(rs, row);
	else if (row->new != 0)
		put_facts(rs, CHANGE_NEW, row->new);
	else
		put_facts(rs, CHANGE_OLD, row->old);
}

enum err
change_put_rows(const struct change *c, struct buf *out, size_t *ret_same,
    struct diag *d)
{
	struct rows rs = { .c = c, .table = table_new(columns, NUM_COLS) };
	size_t i;

	*ret_same = 0;
	for (i = 0; i < c->diff.num; i++) {
		if (c->diff.rows[i].kind == DIFF_SAME)
			(*ret_same)++;
		else
			put_row(&rs, &c->diff.rows[i]);
	}
	if (rs.failed) {
		table_free(&rs.table);
		return diag_nomem(d);
	}
	return token_put_table(&rs.table, out, d);
}
