/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists side by side, for people. */
#include "base/text.h"
#include "cli/compare.h"
#include "cli/select.h"
#include "cli/table.h"
#include "cli/token_print.h"

#define NARROW 100 /* columns that names and serial numbers have no room in */

/* ---- The headers ---------------------------------------------------------------- */

/* As its record is shown; where there is none, as the header names it. */
static void
put_signer(const struct ctl_file *f, struct buf *out)
{
	const struct ctl_header *h = ctl_header(f);
	struct bytes serial = ctl_header_value(h, CTL_HDR_SERIAL);
	struct bytes name = ctl_common_name(
	    ctl_header_text(h, CTL_HDR_SIGNER_NAME));

	if (ctl_signer_record(f) != 0) {
		select_put_cert(out, f, ctl_signer_record(f));
		return;
	}
	if (name.len == 0)
		name = ctl_common_name(ctl_header_text(h, CTL_HDR_ISSUER));
	buf_put(out, name);
	if (serial.len > 0) {
		buf_str(out, name.len > 0 ? ", serial " : "serial ");
		text_put_hex(out, serial, ":", TEXT_UPPER);
	}
}

static void
put_signer_name(const struct ctl_file *f, struct buf *out)
{
	buf_put(out, ctl_header_text(ctl_header(f), CTL_HDR_SIGNER_NAME));
}

static void
put_signer_issuer(const struct ctl_file *f, struct buf *out)
{
	buf_put(out, ctl_header_text(ctl_header(f), CTL_HDR_ISSUER));
}

static void
put_origin(const struct ctl_file *f, struct buf *out)
{
	buf_str(out, ctl_origin_name(ctl_origin(f)));
}

static void
put_digest(const struct ctl_file *f, struct buf *out)
{
	const char *name;
	uint32_t code;

	if (!ctl_header_number(ctl_header(f), CTL_HDR_DIGEST, &code))
		return;
	name = ctl_digest_print_name(code);
	if (name != NULL)
		buf_str(out, name);
	else
		buf_printf(out, "unknown (%u)", code);
}

static void
put_time(const struct ctl_file *f, struct buf *out)
{
	uint32_t when;

	if (ctl_header_number(ctl_header(f), CTL_HDR_TIMESTAMP, &when))
		text_put_rfc3339(out, when);
}

static void
put_filename(const struct ctl_file *f, struct buf *out)
{
	buf_put(out, ctl_header_text(ctl_header(f), CTL_HDR_FILENAME));
}

static void
put_version(const struct ctl_file *f, struct buf *out)
{
	buf_printf(out, "%u.%u", ctl_header(f)->major, ctl_header(f)->minor);
}

/* The lines about the headers, at work: a table, or on a narrow terminal
 * paragraphs, since names and serial numbers are long. */
struct pairs {
	const struct change *c;
	struct table *table;
	struct fill fill;
	struct buf *out;
	bool failed;
};

static void
put_line(struct pairs *p, const char *key, const struct buf *value)
{
	struct buf line = { 0 };

	buf_printf(&line, "    %s ", key);
	text_put_safe(&line, buf_bytes(value));
	p->failed |= !buf_ok(&line);
	fill_put(&p->fill, p->out, buf_bytes(&line), 8);
	buf_clear(&line);
}

/* Where DIFFERS, says what PUT says of both under KEY. */
static void
put_pair(struct pairs *p, const char *key, bool differs,
    void (*put)(const struct ctl_file *f, struct buf *out))
{
	struct buf old = { 0 }, new = { 0 };

	if (!differs)
		return;
	put(change_shown(p->c, CHANGE_OLD), &old);
	put(change_shown(p->c, CHANGE_NEW), &new);
	if (old.len == 0)
		buf_str(&old, "none");
	if (new.len == 0)
		buf_str(&new, "none");
	p->failed |= !buf_ok(&old) || !buf_ok(&new);
	if (p->fill.width > 0 && p->fill.width < NARROW) {
		buf_printf(p->out, "%s\n", key);
		put_line(p, "old", &old);
		put_line(p, "new", &new);
	} else {
		table_row(p->table);
		table_str(p->table, 0, key);
		table_put(p->table, 1, buf_bytes(&old));
		table_put(p->table, 2, buf_bytes(&new));
	}
	buf_clear(&old);
	buf_clear(&new);
}

/* The signers, or, where these look the same, what is spelt otherwise. */
static void
put_signers(struct pairs *p)
{
	struct buf old = { 0 }, new = { 0 };
	bool differs = p->c->diff.signer, same;

	put_signer(change_shown(p->c, CHANGE_OLD), &old);
	put_signer(change_shown(p->c, CHANGE_NEW), &new);
	p->failed |= !buf_ok(&old) || !buf_ok(&new);
	same = bytes_equal(buf_bytes(&old), buf_bytes(&new));
	buf_clear(&old);
	buf_clear(&new);
	put_pair(p, "signer", differs && !same, put_signer);
	put_pair(p, "SIGNERNAME", differs && same, put_signer_name);
	put_pair(p, "CANAME", differs && same, put_signer_issuer);
}

static enum err
put_headers(const struct compare *c, struct buf *out, struct diag *d)
{
	static const struct table_column columns[] = { { "HEADER", 0 },
		{ "OLD", TABLE_WRAP }, { "NEW", TABLE_WRAP } };
	const struct diff *df = &c->change.diff;
	struct pairs p = { .c = &c->change,
		.table = table_new(columns, 3),
		.fill = fill_for_stdout(),
		.out = out };

	put_signers(&p);
	put_pair(&p, "made by",
	    !c->is_vague &&
		ctl_origin(c->change.old) != ctl_origin(c->change.new),
	    put_origin);
	put_pair(&p, "digest", df->digest, put_digest);
	put_pair(&p, "time", df->timestamp, put_time);
	put_pair(&p, "file name", df->filename, put_filename);
	put_pair(&p, "version", df->version, put_version);
	if (p.failed) {
		table_free(&p.table);
		return diag_nomem(d);
	}
	return token_put_table(&p.table, out, d);
}

/* ---- The rest ------------------------------------------------------------------- */

static void
put_note(void *arg, enum compare_note note, const struct buf *text)
{
	struct buf *out = arg;

	change_put_sentence(note == COMPARE_UNVERIFIED ? CTL_WARNING : CTL_NOTE,
	    text, out);
}

/* "record 2 of NEW" VERB "record 3 of OLD" MORE, of one row. */
static void
put_two(const struct compare *c, const struct diff_row *row, const char *verb,
    const char *more, struct buf *out)
{
	struct buf text = { 0 };

	buf_printf(&text, "record %zu of %s %s record %zu of %s%s",
	    change_number(&c->change, CHANGE_NEW, row->new), c->in[1].path,
	    verb, change_number(&c->change, CHANGE_OLD, row->old),
	    c->in[0].path, more);
	change_put_sentence(CTL_WARNING, &text, out);
	buf_clear(&text);
}

/* A key that is another beside the same certificate. */
static void
put_rekeyed(const struct compare *c, struct buf *out)
{
	size_t i;

	for (i = 0; i < c->change.diff.num; i++)
		if (c->change.diff.rows[i].rekeyed)
			put_two(c, &c->change.diff.rows[i],
			    "has the certificate of",
			    ", but PUBLICKEY is another", out);
}

/* A server whose certificate has gone to another host or address. */
static void
put_moved(const struct compare *c, struct buf *out)
{
	size_t i;

	for (i = 0; i < c->change.diff.num; i++)
		if (c->change.diff.rows[i].moved)
			put_two(c, &c->change.diff.rows[i],
			    "is for another server than",
			    ": phones do not find its certificate where it "
			    "was, unless that server has moved (W2, W3)",
			    out);
}

static void
put_end(const struct compare *c, struct buf *out)
{
	static const char *const ends[] = {
		[COMPARE_SAME_TRUST] = "The trust is the same.\n",
		[COMPARE_OTHER_TRUST] = "The trust is not the same.\n",
		[COMPARE_UNKNOWN] =
		    "Whether the trust is the same cannot be told.\n",
	};

	buf_str(out, ends[c->end]);
}

static void
put_effect(const struct compare *c, struct buf *out)
{
	static const struct change_leave leave = { .orphan_phones = false };

	if (c->is_vague)
		buf_str(out,
		    "What it means for phones cannot be told from this "
		    "text.\n");
	else
		change_put_effect(&c->change, &leave, out);
	put_rekeyed(c, out);
	put_moved(c, out);
}

enum err
compare_put(const struct compare *c, struct buf *out, struct diag *d)
{
	size_t same, before;
	enum err e;

	compare_notes(c, put_note, out);
	if (c->same_bytes && !c->as_text) {
		buf_str(out, "The two are the same, byte for byte.\n");
		return buf_ok(out) ? ERR_OK : diag_nomem(d);
	}
	before = out->len;
	e = put_headers(c, out, d);
	if (e == ERR_OK && out->len > before)
		buf_str(out, "\n");
	before = out->len;
	if (e == ERR_OK)
		e = change_put_rows(&c->change, out, &same, d);
	if (e != ERR_OK)
		return e;
	if (out->len > before)
		buf_str(out, "\n");
	change_put_same(&c->change, same, out);
	if (c->change.diff.other_fields)
		buf_str(out, "Other fields of the header differ, too.\n");
	put_effect(c, out);
	put_end(c, out);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
