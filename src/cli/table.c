/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

struct table {
	struct libscols_table *scols;
	struct libscols_line *row; /* the last; owned by scols */
	bool failed;
	bool odd; /* a cell holds a character that may not be one column wide */
};

static int
scols_flags(unsigned flags)
{
	int ret = 0;

	if (flags & TABLE_RIGHT)
		ret |= SCOLS_FL_RIGHT;
	if (flags & TABLE_CUT)
		ret |= SCOLS_FL_TRUNC;
	if (flags & TABLE_WRAP)
		ret |= SCOLS_FL_WRAP;
	return ret;
}

static bool
add_columns(struct table *t, const struct table_column *columns, size_t num)
{
	const char *heading;
	size_t i;

	if (scols_table_enable_noheadings(t->scols,
		columns[0].heading == NULL) != 0 ||
	    /* it would escape our escapes */
	    scols_table_enable_noencoding(t->scols, 1) != 0 ||
	    scols_table_set_column_separator(t->scols, "  ") != 0)
		return false;
	for (i = 0; i < num; i++) {
		heading = columns[i].heading == NULL ? "" : columns[i].heading;
		if (scols_table_new_column(t->scols, heading, 0,
			scols_flags(columns[i].flags)) == NULL)
			return false;
	}
	return true;
}

struct table *
table_new(const struct table_column *columns, size_t num)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->scols = scols_new_table();
	if (t->scols == NULL || !add_columns(t, columns, num))
		table_free(&t);
	return t;
}

struct table *
table_new_pairs(void)
{
	static const struct table_column columns[] = { { NULL, 0 },
		{ NULL, TABLE_WRAP } };

	return table_new(columns, 2);
}

void
table_free(struct table **t)
{
	if (*t != NULL && (*t)->scols != NULL)
		scols_unref_table((*t)->scols);
	free(*t);
	*t = NULL;
}

void
table_row(struct table *t)
{
	if (t == NULL || t->failed)
		return;
	t->row = scols_table_new_line(t->scols, NULL);
	t->failed = t->row == NULL;
}

/* TEXT, UTF-8, is of ASCII, Latin, Greek and Cyrillic letters alone, each one
 * column wide. The soft hyphen is not. */
static bool
is_narrow(struct bytes text)
{
	size_t i;
	uint8_t c;

	for (i = 0; i < text.len; i++) {
		c = text.ptr[i];
		if (c < 0xc0)
			continue;
		if (c == 0xc2 ? i + 1 < text.len && text.ptr[i + 1] == 0xad
			      : c == 0xcc || c == 0xcd || c > 0xd1)
			return false;
	}
	return true;
}

void
table_put(struct table *t, size_t column, struct bytes value)
{
	struct buf safe = { 0 };

	if (t == NULL || t->failed || value.len == 0)
		return;
	text_put_safe(&safe, value);
	t->odd |= !is_narrow(buf_bytes(&safe));
	t->failed = buf_cstr(&safe) == NULL ||
	    scols_line_set_data(t->row, column, buf_cstr(&safe)) != 0;
	buf_clear(&safe);
}

void
table_str(struct table *t, size_t column, const char *value)
{
	table_put(t, column, bytes_of_str(value));
}

void
table_printf(struct table *t, size_t column, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	if (t == NULL || t->failed)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text == NULL)
		t->failed = true;
	else
		table_str(t, column, text);
	free(text);
}

void
table_colour(struct table *t, size_t column, enum table_colour colour)
{
	static const char *const names[] = { [TABLE_PLAIN] = NULL,
		[TABLE_GOOD] = "green",
		[TABLE_WARN] = "yellow",
		[TABLE_BAD] = "red" };

	if (t == NULL || t->failed || names[colour] == NULL)
		return;
	t->failed = scols_cell_set_color(scols_line_get_cell(t->row, column),
			names[colour]) != 0;
}

void
table_pair(struct table *t, const char *key, struct bytes value)
{
	table_row(t);
	table_printf(t, 0, "%s:", key);
	table_put(t, 1, value);
}

size_t
table_num_rows(const struct table *t)
{
	return t == NULL ? 0 : scols_table_get_nlines(t->scols);
}

/* Appends TEXT without the blanks at the ends of its lines. */
static void
put_lines(struct buf *out, struct bytes text)
{
	size_t i, blanks = 0;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] == ' ') {
			blanks++;
			continue;
		}
		if (text.ptr[i] != '\n')
			buf_fill(out, blanks, ' ');
		blanks = 0;
		buf_u8(out, text.ptr[i]);
	}
}

static bool
lay_out(struct table *t, const struct fill *fill, FILE *to)
{
	struct libscols_table *tb = t->scols;
	/* libsmartcols 2.38 wraps for ever where a character of two columns
	 * does not fit into what is left of a cell */
	size_t width = t->odd ? 0 : fill->width;
	int force = width > 0 ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER;

	return scols_table_enable_colors(tb, fill->colours) == 0 &&
	    scols_table_set_termforce(tb, force) == 0 &&
	    (width == 0 || scols_table_set_termwidth(tb, width) == 0) &&
	    scols_table_set_stream(tb, to) == 0 && scols_print_table(tb) == 0;
}

/* libsmartcols asks the locale how wide a character is. What we print is
 * UTF-8 whatever the locale says, and other threads keep theirs. */
static bool
print_as_utf8(struct table *t, const struct fill *fill, FILE *to)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before;
	bool ok;

	if (utf8 == (locale_t)0)
		return false;
	before = uselocale(utf8);
	ok = lay_out(t, fill, to);
	(void)uselocale(before);
	freelocale(utf8);
	return ok;
}

static ssize_t
put_written(void *arg, const char *text, size_t len)
{
	buf_put(arg, bytes_of(text, len));
	return (ssize_t)len;
}

enum err
table_print(struct table *t, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	static const cookie_io_functions_t calls = { .write = put_written };
	struct buf text = { 0 };
	FILE *to;
	bool ok;

	if (t == NULL || t->failed)
		return diag_nomem(d);
	/* not scols_print_table_to_string(), nor a stream in memory of the C
	 * library: both take a part for the whole where memory runs out
	 * between */
	to = fopencookie(&text, "w", calls);
	if (to == NULL)
		return diag_nomem(d);
	ok = table_num_rows(t) == 0 || print_as_utf8(t, fill, to);
	ok = ferror(to) == 0 && ok;
	ok = fclose(to) == 0 && ok && buf_ok(&text);
	if (ok)
		put_lines(out, buf_bytes(&text));
	buf_clear(&text);
	return ok && buf_ok(out) ? ERR_OK : diag_nomem(d);
}
