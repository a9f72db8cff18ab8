/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists side by side, for people. */
#include "base/text.h"
#include "cli/compare.h"
#include "cli/findings.h"
#include "cli/table.h"
#include "cli/token_print.h"

/* ---- The headers ---------------------------------------------------------------- */

static void
put_signer(const struct ctl_file *f, struct buf *out)
{
	const struct ctl_header *h = ctl_header(f);
	struct bytes serial = ctl_header_value(h, CTL_HDR_SERIAL);
	struct bytes name = ctl_common_name(
	    ctl_header_text(h, CTL_HDR_SIGNER_NAME));

	if (name.len == 0)
		name = ctl_common_name(ctl_header_text(h, CTL_HDR_ISSUER));
	buf_put(out, name);
	if (serial.len > 0) {
		buf_str(out, name.len > 0 ? ", serial " : "serial ");
		text_put_hex(out, serial, ":", TEXT_UPPER);
	}
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

/* Appends the row KEY where PUT says that OLD and NEW differ, or where they
 * differ otherwise. */
static void
put_pair(struct table *t, const char *key, bool differs,
    void (*put)(const struct ctl_file *f, struct buf *out),
    const struct change *c, bool *ret_failed)
{
	const struct ctl_file *f[] = { change_shown(c, CHANGE_OLD),
		change_shown(c, CHANGE_NEW) };
	struct buf value[2] = { { .len = 0 }, { .len = 0 } };
	size_t i;

	for (i = 0; differs && i < 2; i++) {
		put(f[i], &value[i]);
		if (value[i].len == 0)
			buf_str(&value[i], "none");
		*ret_failed |= !buf_ok(&value[i]);
	}
	if (differs) {
		table_row(t);
		table_str(t, 0, key);
		table_put(t, 1, buf_bytes(&value[0]));
		table_put(t, 2, buf_bytes(&value[1]));
	}
	buf_clear(&value[0]);
	buf_clear(&value[1]);
}

static enum err
put_headers(const struct compare *c, struct buf *out, struct diag *d)
{
	static const struct table_column columns[] = { { "HEADER", 0 },
		{ "OLD", TABLE_WRAP }, { "NEW", TABLE_WRAP } };
	const struct change *ch = &c->change;
	const struct diff *df = &ch->diff;
	struct table *t = table_new(columns, 3);
	bool failed = false;

	put_pair(t, "signer", df->signer, put_signer, ch, &failed);
	put_pair(t, "made by", ctl_origin(ch->old) != ctl_origin(ch->new),
	    put_origin, ch, &failed);
	put_pair(t, "digest", df->digest, put_digest, ch, &failed);
	put_pair(t, "time", df->timestamp, put_time, ch, &failed);
	put_pair(t, "file name", df->filename, put_filename, ch, &failed);
	put_pair(t, "version", df->version, put_version, ch, &failed);
	if (failed) {
		table_free(&t);
		return diag_nomem(d);
	}
	return token_put_table(&t, out, d);
}

/* ---- The rest ------------------------------------------------------------------- */

static void
put_note(void *arg, enum compare_note note, const struct buf *text)
{
	struct buf *out = arg;

	change_put_sentence(note == COMPARE_UNVERIFIED ? CTL_WARNING : CTL_NOTE,
	    text, out);
}

/* A key that is another beside the same certificate. */
static void
put_rekeyed(const struct compare *c, struct buf *out)
{
	const struct diff_row *row;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < c->change.diff.num; i++) {
		row = &c->change.diff.rows[i];
		if (!row->rekeyed)
			continue;
		buf_printf(&text,
		    "record %zu of %s has the certificate of record %zu of %s, "
		    "but PUBLICKEY is another",
		    change_number(&c->change, CHANGE_NEW, row->new),
		    c->in[1].path,
		    change_number(&c->change, CHANGE_OLD, row->old),
		    c->in[0].path);
		change_put_sentence(CTL_WARNING, &text, out);
		buf_clear(&text);
	}
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
