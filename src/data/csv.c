/* SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define NOWHERE ((size_t)-1)

/* A place in the text. */
struct spot {
	size_t at; /* byte */
	unsigned line, column;
};

/* One field of a row: in the text, or in the row's own buffer where quotes
 * were doubled. */
struct field {
	struct bytes in_text;
	size_t unquoted; /* where in the buffer it begins, or NOWHERE */
	size_t len;
	unsigned line, column;
};

struct csv {
	struct bytes text;
	struct spot spot; /* where reading goes on */
	char separator;
	const struct csv_column *wanted;
	size_t num_wanted;
	size_t where[CSV_WANTED_MAX]; /* the column of each, or NOWHERE */
	struct buf ignored;
	size_t num_columns;
	struct field row[CSV_COLUMNS_MAX];
	size_t num; /* fields of the row at hand */
	struct buf unquoted;
	unsigned line; /* of the row at hand */
};

/* ---- Characters ----------------------------------------------------------------- */

/* The byte at hand, or -1 at the end. */
static int
peek(const struct csv *c)
{
	return c->spot.at < c->text.len ? c->text.ptr[c->spot.at] : -1;
}

/* Steps over one byte. A column is a character: what continues one in UTF-8 is
 * none of its own. */
static void
step(struct csv *c)
{
	uint8_t b = c->text.ptr[c->spot.at++];

	if (b == '\n') {
		c->spot.line++;
		c->spot.column = 1;
	} else if ((b & 0xc0) != 0x80) {
		c->spot.column++;
	}
}

static enum err
refuse(struct diag *d, unsigned line, unsigned column, const char *what)
{
	(void)diag_set(d, ERR_SYNTAX, "%s", what);
	diag_line(d, line, column);
	return ERR_SYNTAX;
}

static enum err
refuse_here(const struct csv *c, struct diag *d, const char *what)
{
	return refuse(d, c->spot.line, c->spot.column, what);
}

/* A line break at hand: its length, or 0. */
static size_t
line_break(const struct csv *c)
{
	int b = peek(c);

	if (b == '\n')
		return 1;
	return b == '\r' && c->spot.at + 1 < c->text.len &&
		c->text.ptr[c->spot.at + 1] == '\n'
	    ? 2
	    : 0;
}

/* What no field may have at all. */
static const char *
fault_of(const struct csv *c, int b)
{
	if (b == '\0')
		return "a NUL; save the table as text, CSV in UTF-8";
	if (b == '\r' && line_break(c) == 0)
		return "a carriage return that ends no row; save the table "
		       "with line ends as Windows or Linux have them";
	return NULL;
}

/* The first byte that is no UTF-8. */
static enum err
check_utf8(struct csv *c, struct diag *d)
{
	struct spot begin = c->spot;
	size_t end, len;

	if (text_is_utf8(c->text))
		return ERR_OK;
	while (c->spot.at < c->text.len) {
		/* a character has at most 4 bytes */
		for (len = 1, end = c->spot.at; len <= 4; len++)
			if (end + len <= c->text.len &&
			    text_is_utf8(bytes_of(c->text.ptr + end, len)))
				break;
		if (len > 4)
			break;
		while (len-- > 0)
			step(c);
	}
	(void)refuse_here(c, d,
	    "bytes that are not UTF-8; save the table as CSV UTF-8");
	c->spot = begin;
	return ERR_SYNTAX;
}

/* ---- Fields --------------------------------------------------------------------- */

static enum err
too_long(const struct csv *c, const struct field *f, size_t len, struct diag *d)
{
	(void)c;
	if (len <= CSV_FIELD_MAX)
		return ERR_OK;
	(void)diag_set(d, ERR_TOO_BIG, "a field of more than %d bytes",
	    CSV_FIELD_MAX);
	diag_line(d, f->line, f->column);
	return ERR_TOO_BIG;
}

static void
skip_blanks(struct csv *c)
{
	while (peek(c) == ' ' || (peek(c) == '\t' && c->separator != '\t'))
		step(c);
}

static bool
ends_field(const struct csv *c)
{
	int b = peek(c);

	return b < 0 || b == c->separator || line_break(c) > 0;
}

/* The rest of a field whose first quote was stepped over. Doubled quotes make a
 * copy of it. */
static enum err
take_quoted(struct csv *c, struct field *f, struct diag *d)
{
	const uint8_t *run;
	size_t from;

	f->unquoted = c->unquoted.len;
	for (;;) {
		from = c->spot.at;
		run = c->text.ptr + from;
		while (peek(c) >= 0 && peek(c) != '"') {
			/* a line break of its own may be of any sort */
			if (peek(c) == '\0')
				return refuse_here(c, d, fault_of(c, '\0'));
			step(c);
		}
		if (peek(c) < 0)
			return refuse(d, f->line, f->column,
			    "the quote is never closed");
		buf_put(&c->unquoted, bytes_of(run, c->spot.at - from));
		step(c);
		if (peek(c) != '"')
			break;
		buf_u8(&c->unquoted, '"');
		step(c);
		if (c->unquoted.len - f->unquoted > CSV_FIELD_MAX)
			break;
	}
	f->len = c->unquoted.len - f->unquoted;
	if (!buf_ok(&c->unquoted))
		return diag_nomem(d);
	if (f->len > CSV_FIELD_MAX)
		return too_long(c, f, f->len, d);
	skip_blanks(c);
	if (!ends_field(c))
		return refuse_here(c, d,
		    "characters behind the closing quote; a quote within a "
		    "field is written twice");
	return ERR_OK;
}

static enum err
take_plain(struct csv *c, struct field *f, struct diag *d)
{
	size_t from = c->spot.at, end;

	while (!ends_field(c)) {
		const char *fault = fault_of(c, peek(c));

		if (fault == NULL && peek(c) == '"')
			fault = "a quote within a field that does not begin "
				"with one";
		if (fault != NULL)
			return refuse_here(c, d, fault);
		step(c);
	}
	end = c->spot.at;
	while (end > from &&
	    (c->text.ptr[end - 1] == ' ' || c->text.ptr[end - 1] == '\t'))
		end--;
	f->in_text = bytes_of(c->text.ptr + from, end - from);
	return too_long(c, f, f->in_text.len, d);
}

static enum err
take_field(struct csv *c, struct field *f, struct diag *d)
{
	*f = (struct field){ .unquoted = NOWHERE };
	skip_blanks(c);
	f->line = c->spot.line;
	f->column = c->spot.column;
	if (peek(c) != '"')
		return take_plain(c, f, d);
	step(c);
	return take_quoted(c, f, d);
}

static struct bytes
field_bytes(const struct csv *c, const struct field *f)
{
	if (f->unquoted == NOWHERE)
		return f->in_text;
	return bytes_of(c->unquoted.ptr + f->unquoted, f->len);
}

/* ---- Rows ----------------------------------------------------------------------- */

static void
skip_empty(struct csv *c)
{
	while (line_break(c) > 0) {
		size_t n = line_break(c);

		while (n-- > 0)
			step(c);
	}
}

static enum err
keep_field(struct csv *c, const struct field *f, size_t max, struct diag *d)
{
	if (c->num < max) {
		c->row[c->num++] = *f;
		return ERR_OK;
	}
	if (field_bytes(c, f).len == 0)
		return ERR_OK;
	if (max == CSV_COLUMNS_MAX)
		(void)diag_set(d, ERR_TOO_BIG, "more than %d columns",
		    CSV_COLUMNS_MAX);
	else
		(void)diag_set(d, ERR_SYNTAX,
		    "the row has more fields than the first row has names, "
		    "which are %zu; a field with a separator in it stands in "
		    "quotes",
		    max);
	diag_line(d, f->line, f->column);
	return max == CSV_COLUMNS_MAX ? ERR_TOO_BIG : ERR_SYNTAX;
}

/* Reads the fields of a row of at most MAX. */
static enum err
take_row(struct csv *c, size_t max, struct diag *d)
{
	struct field f;
	enum err e;
	size_t n;

	c->num = 0;
	c->unquoted.len = 0;
	c->line = c->spot.line;
	for (;;) {
		e = take_field(c, &f, d);
		if (e == ERR_OK)
			e = keep_field(c, &f, max, d);
		if (e != ERR_OK)
			return e;
		if (peek(c) != c->separator)
			break;
		step(c);
	}
	for (n = line_break(c); n > 0; n--)
		step(c);
	if (c->spot.line <= CSV_LINES_MAX)
		return ERR_OK;
	return diag_set(d, ERR_TOO_BIG, "more than %d lines", CSV_LINES_MAX);
}

/* ---- The first row -------------------------------------------------------------- */

/* The separator that the row at hand has most of, outside quotes. */
static char
find_separator(const struct csv *c)
{
	static const char marks[] = { ',', ';', '\t' };
	size_t i, at, num[3] = { 0 }, best = 0;
	bool quoted = false;

	for (at = c->spot.at; at < c->text.len; at++) {
		uint8_t b = c->text.ptr[at];

		if (b == '"')
			quoted = !quoted;
		else if (b == '\n' && !quoted)
			break;
		for (i = 0; !quoted && i < sizeof(marks); i++)
			num[i] += b == (uint8_t)marks[i];
	}
	for (i = 1; i < sizeof(marks); i++)
		if (num[i] > num[best])
			best = i;
	return marks[best];
}

/* "sep=;" in a line of its own, as spreadsheets write it. */
static bool
take_said_separator(struct csv *c)
{
	struct bytes rest = bytes_of(c->text.ptr + c->spot.at,
	    c->text.len - c->spot.at);
	struct csv after = *c;

	if (rest.len < 5 || strncasecmp((const char *)rest.ptr, "sep=", 4) != 0)
		return false;
	after.spot.at += 5;
	if (line_break(&after) == 0 ||
	    (rest.ptr[4] != ',' && rest.ptr[4] != ';' && rest.ptr[4] != '\t'))
		return false;
	c->separator = (char)rest.ptr[4];
	c->spot.at += 5;
	skip_empty(c);
	return true;
}

static bool
is_named(struct bytes name, const char *wanted)
{
	return wanted != NULL && strlen(wanted) == name.len &&
	    strncasecmp((const char *)name.ptr, wanted, name.len) == 0;
}

/* Says which wanted column the one at COLUMN is. */
static enum err
place_column(struct csv *c, size_t column, struct diag *d)
{
	struct bytes name = field_bytes(c, &c->row[column]);
	const struct field *f = &c->row[column];
	size_t i;

	for (i = 0; i < c->num_wanted; i++) {
		if (!is_named(name, c->wanted[i].name) &&
		    !is_named(name, c->wanted[i].also))
			continue;
		if (c->where[i] != NOWHERE) {
			(void)diag_set(d, ERR_SYNTAX,
			    "the column '%s' stands twice", c->wanted[i].name);
			diag_line(d, f->line, f->column);
			return ERR_SYNTAX;
		}
		c->where[i] = column;
		return ERR_OK;
	}
	if (name.len > 0 && c->ignored.len > 0)
		buf_str(&c->ignored, ", ");
	buf_put(&c->ignored, name);
	return buf_ok(&c->ignored) ? ERR_OK : diag_nomem(d);
}

static enum err
check_wanted(const struct csv *c, struct diag *d)
{
	size_t i;

	for (i = 0; i < c->num_wanted; i++) {
		if (!c->wanted[i].required || c->where[i] != NOWHERE)
			continue;
		(void)diag_set(d, ERR_SYNTAX,
		    "the first row names no column '%s'%s%s%s",
		    c->wanted[i].name, c->wanted[i].also == NULL ? "" : " or '",
		    c->wanted[i].also == NULL ? "" : c->wanted[i].also,
		    c->wanted[i].also == NULL ? "" : "'");
		diag_line(d, c->line, 1);
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err
read_names(struct csv *c, struct diag *d)
{
	enum err e;
	size_t i;

	skip_empty(c);
	if (!take_said_separator(c))
		c->separator = find_separator(c);
	if (peek(c) < 0)
		return refuse(d, 1, 1, "the table is empty");
	e = take_row(c, CSV_COLUMNS_MAX, d);
	for (i = 0; e == ERR_OK && i < c->num; i++)
		e = place_column(c, i, d);
	if (e == ERR_OK)
		e = check_wanted(c, d);
	c->num_columns = c->num;
	return e;
}

/* UTF-16 is what "Unicode text" of a spreadsheet is. */
static enum err
check_encoding(struct csv *c, struct diag *d)
{
	static const uint8_t little[] = { 0xff, 0xfe }, big[] = { 0xfe, 0xff },
			     mark[] = { 0xef, 0xbb, 0xbf };

	if (bytes_starts(c->text, bytes_of(little, 2)) ||
	    bytes_starts(c->text, bytes_of(big, 2)))
		return refuse(d, 1, 1,
		    "this is UTF-16; save the table as CSV UTF-8");
	if (bytes_starts(c->text, bytes_of(mark, 3)))
		c->spot.at = 3;
	return check_utf8(c, d);
}

enum err
csv_open(struct bytes text, const struct csv_column *columns, size_t num,
    struct csv **ret, struct diag *d)
{
	struct csv *c = calloc(1, sizeof(*c));
	enum err e;
	size_t i;

	if (c == NULL)
		return diag_nomem(d);
	c->text = text;
	c->spot = (struct spot){ .line = 1, .column = 1 };
	c->wanted = columns;
	c->num_wanted = num;
	for (i = 0; i < CSV_WANTED_MAX; i++)
		c->where[i] = NOWHERE;
	e = check_encoding(c, d);
	if (e == ERR_OK)
		e = read_names(c, d);
	if (e == ERR_OK)
		*ret = c;
	else
		csv_free(&c);
	return e;
}

void
csv_free(struct csv **c)
{
	if (*c == NULL)
		return;
	buf_clear(&(*c)->ignored);
	buf_clear(&(*c)->unquoted);
	free(*c);
	*c = NULL;
}

bool
csv_has(const struct csv *c, size_t column)
{
	return c->where[column] != NOWHERE;
}

void
csv_put_ignored(const struct csv *c, struct buf *out)
{
	buf_put(out, buf_bytes(&c->ignored));
}

/* A row of separators alone, as spreadsheets leave behind the last. */
static bool
is_empty_row(const struct csv *c)
{
	size_t i;

	for (i = 0; i < c->num; i++)
		if (field_bytes(c, &c->row[i]).len > 0)
			return false;
	return true;
}

enum err
csv_next(struct csv *c, bool *ret, struct diag *d)
{
	enum err e;

	do {
		skip_empty(c);
		if (peek(c) < 0) {
			*ret = false;
			return ERR_OK;
		}
		e = take_row(c, c->num_columns, d);
		if (e != ERR_OK)
			return e;
	} while (is_empty_row(c));
	*ret = true;
	return ERR_OK;
}

struct bytes
csv_field(const struct csv *c, size_t column)
{
	size_t i = c->where[column];

	if (i >= c->num) /* NOWHERE, too */
		return bytes_of("", 0);
	return field_bytes(c, &c->row[i]);
}

unsigned
csv_line(const struct csv *c)
{
	return c->line;
}

enum err
csv_refuse(const struct csv *c, size_t column, struct diag *d, const char *fmt,
    ...)
{
	size_t i = c->where[column];
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (i < c->num)
		return refuse(d, c->row[i].line, c->row[i].column, text);
	return refuse(d, c->line, 1, text);
}
