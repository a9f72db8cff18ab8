/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cert_check.h"
#include "cli/table.h"

enum column {
	COL_LEVEL,
	COL_CODE,
	COL_CHECK,
	COL_TEXT
};

static const struct table_column columns[] = {
	[COL_LEVEL] = { "RESULT", 0 },
	[COL_CODE] = { "CODE", 0 },
	[COL_CHECK] = { "CHECK", 0 },
	[COL_TEXT] = { "WHAT WAS FOUND", TABLE_WRAP },
};

static enum table_colour
colour_of(enum fit_level level)
{
	switch (level) {
	case FIT_REFUSED:
	case FIT_HURTS:
		return TABLE_BAD;
	case FIT_WARNING:
		return TABLE_WARN;
	case FIT_PASSED:
		return TABLE_GOOD;
	case FIT_NOTE:
	case FIT_NOT_CHECKED:
	case FIT_NUM_LEVELS:
		break;
	}
	return TABLE_PLAIN;
}

static bool
take_line(struct bytes *text, struct bytes *ret)
{
	size_t len = 0;

	if (text->len == 0)
		return false;
	while (len < text->len && text->ptr[len] != '\n')
		len++;
	*ret = bytes_of(text->ptr, len);
	if (len < text->len)
		len++;
	*text = bytes_of(text->ptr + len, text->len - len);
	return true;
}

/* The lines of TEXT, the first in the row at hand where there is one, each
 * behind PREFIX. */
static void
put_lines(struct table *t, const struct buf *text, const char *prefix,
    bool has_row)
{
	struct bytes rest = buf_bytes(text), line;
	struct buf cell = { 0 };

	while (take_line(&rest, &line)) {
		if (!has_row)
			table_row(t);
		has_row = false;
		buf_str(&cell, prefix);
		buf_put(&cell, line);
		table_put(t, COL_TEXT, buf_bytes(&cell));
		buf_clear(&cell);
	}
}

static void
put_finding(struct table *t, const struct fit_finding *f)
{
	table_row(t);
	table_str(t, COL_LEVEL, fit_level_name(f->level));
	table_colour(t, COL_LEVEL, colour_of(f->level));
	table_str(t, COL_CODE, fit_check_code(f->check));
	table_str(t, COL_CHECK, fit_check_name(f->check));
	put_lines(t, &f->text, "", true);
	put_lines(t, &f->shown, "the appliance: ", false);
	put_lines(t, &f->remedy, "-> ", false);
}

static void
put_line(const struct fill *fill, struct buf *out, struct buf *raw)
{
	struct buf safe = { 0 };

	text_put_safe(&safe, buf_bytes(raw));
	out->failed |= raw->failed || safe.failed;
	fill_put(fill, out, buf_bytes(&safe), 4);
	buf_clear(&safe);
	buf_clear(raw);
}

static void
put_head(const struct cert_check *c, const struct fill *fill, struct buf *out)
{
	const struct fit_profile *p = &c->found.profile;
	struct buf line = { 0 };

	buf_printf(&line, "%s: for %s", c->file.path, p->unit);
	if (!p->trust)
		buf_printf(&line, ", profile of release %s (%s)", p->release,
		    p->source);
	put_line(fill, out, &line);
	if (c->found.note.len > 0) {
		buf_put(&line, buf_bytes(&c->found.note));
		put_line(fill, out, &line);
	}
	if (c->cert == NULL) {
		buf_str(&line,
		    "this is a text, so that only its fields are compared; "
		    "give the certificate itself for the rest");
		put_line(fill, out, &line);
	}
}

static size_t
count(const struct fit *fit, enum fit_level level)
{
	size_t i, n = 0;

	for (i = 0; i < fit->num; i++)
		n += fit->finding[i].level == level;
	return n;
}

/* "1 refused, 2 warning, 12 passed". */
static void
put_sum(const struct cert_check *c, const struct fill *fill, struct buf *out)
{
	struct buf line = { 0 };
	const char *separator = "";
	int level;
	size_t n;

	buf_printf(&line, "%s: %s: ", c->file.path,
	    fit_is_unfit(&c->fit) ? "DO NOT UPLOAD IT SO"
				  : "nothing speaks against the upload");
	for (level = FIT_NUM_LEVELS - 1; level >= 0; level--) {
		n = count(&c->fit, (enum fit_level)level);
		if (n == 0)
			continue;
		buf_printf(&line, "%s%zu %s", separator, n,
		    fit_level_name((enum fit_level)level));
		separator = ", ";
	}
	put_line(fill, out, &line);
}

enum err
cert_check_put(const struct cert_check *c, const struct fill *fill,
    struct buf *out, struct diag *d)
{
	struct table *t = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	enum err e;
	size_t i;

	for (i = 0; i < c->fit.num; i++)
		put_finding(t, &c->fit.finding[i]);
	put_head(c, fill, out);
	e = table_print(t, fill, out, d);
	put_sum(c, fill, out);
	table_free(&t);
	if (e == ERR_OK && !buf_ok(out))
		e = diag_nomem(d);
	return e;
}
