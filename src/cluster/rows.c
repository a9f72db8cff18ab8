/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of `run sql`: names, a line of = as wide as the widest value of each
 * column, rows. A value is cut out by these widths, in characters, or in bytes
 * where only these fit. A certificate in PEM goes over several lines: its
 * lines belong to its column up to the END line, behind which the columns go on
 * after the blanks that fill the width.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cluster/said_parts.h"

#define COLUMNS_MAX 512
#define CELLS_MAX ((size_t)2 << 20)
#define BEGIN "-----BEGIN "
#define END "-----END "

struct column {
	size_t width; /* in characters */
	char *name;
};

struct said_rows {
	struct buf text; /* what the cells point into */
	struct column *column;
	size_t num_columns, num_rows;
	struct bytes *cell;
	unsigned *line; /* of each row */
};

struct reader {
	struct said_text t;
	struct said_rows *rows;
	size_t cap;       /* rows */
	struct bytes *at; /* the cells of the row that is being read */
	bool utf8;        /* the widths of this line are in characters */
};

/* ---- Text and widths ---------------------------------------------------------- */

/* TEXT with \n alone at the end of lines. */
static enum err
normalise(struct bytes text, struct buf *out, struct diag *diag)
{
	size_t i, from = 0;

	buf_reserve(out, text.len);
	for (i = 0; i + 1 < text.len; i++)
		if (text.ptr[i] == '\r' &&
		    (text.ptr[i + 1] == '\n' || text.ptr[i + 1] == '\r')) {
			buf_put(out, bytes_of(text.ptr + from, i - from));
			from = i + 1;
		}
	buf_put(out, said_from(text, from));
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

/* A line with the blanks at its end. */
static bool
raw_line(struct said_text *t, struct bytes *ret)
{
	struct bytes before = t->rest;

	if (!said_line(t, ret))
		return false;
	ret->len = (size_t)(t->rest.ptr - before.ptr);
	if (ret->len > 0 && ret->ptr[ret->len - 1] == '\n')
		ret->len--;
	return true;
}

/* How many bytes the first N characters of IN have; all of them, where it has
 * fewer. */
static size_t
bytes_in(const struct reader *r, struct bytes in, size_t n)
{
	size_t i = 0;

	if (!r->utf8)
		return n < in.len ? n : in.len;
	for (; n > 0 && i < in.len; n--)
		for (i++; i < in.len && (in.ptr[i] & 0xc0) == 0x80;)
			i++;
	return i;
}

/* Moves the first N characters of LINE into RET, or all that there are. */
static struct bytes
take(const struct reader *r, struct bytes *line, size_t n)
{
	struct bytes ret = bytes_of(line->ptr, bytes_in(r, *line, n));

	*line = said_from(*line, ret.len);
	return ret;
}

static size_t
characters_in(const struct reader *r, struct bytes in)
{
	size_t i, n = 0;

	for (i = 0; i < in.len; i++)
		n += !r->utf8 || (in.ptr[i] & 0xc0) != 0x80;
	return n;
}

static bool
is_empty(struct bytes line)
{
	return said_trimmed(line).len == 0;
}

static bool
is_ruler(struct bytes line)
{
	size_t i;

	if (line.len == 0 || line.ptr[0] != '=')
		return false;
	for (i = 0; i < line.len; i++)
		if (line.ptr[i] != '=' &&
		    (line.ptr[i] != ' ' || line.ptr[i - 1] != '='))
			return false;
	return true;
}

/* ---- Columns ------------------------------------------------------------------ */

static enum err
add_column(struct reader *r, struct bytes *header, size_t width,
    struct diag *diag)
{
	struct said_rows *rows = r->rows;
	struct column *c;
	struct bytes name;

	if (rows->num_columns == COLUMNS_MAX)
		return said_wrong(&r->t, ERR_TOO_BIG,
		    "the table has too many columns", diag);
	name = said_trimmed(take(r, header, width));
	(void)take(r, header, 1);
	if (name.len == 0 || memchr(name.ptr, 0, name.len) != NULL)
		return said_wrong(&r->t, ERR_SYNTAX,
		    "a column of the table has no name", diag);
	c = &rows->column[rows->num_columns];
	c->width = width;
	c->name = strndup((const char *)name.ptr, name.len);
	if (c->name == NULL)
		return diag_nomem(diag);
	rows->num_columns++;
	return ERR_OK;
}

static enum err
read_columns(struct reader *r, struct bytes header, struct bytes ruler,
    struct diag *diag)
{
	enum err e = ERR_OK;
	size_t i = 0, from;

	r->utf8 = text_is_utf8(header);
	r->rows->column = calloc(COLUMNS_MAX, sizeof(*r->rows->column));
	r->at = calloc(COLUMNS_MAX, sizeof(*r->at));
	if (r->rows->column == NULL || r->at == NULL)
		return diag_nomem(diag);
	while (e == ERR_OK && i < ruler.len) {
		from = i;
		while (i < ruler.len && ruler.ptr[i] == '=')
			i++;
		e = add_column(r, &header, i - from, diag);
		i++; /* the blank between */
	}
	return e;
}

/* Goes to the first row. *RET false: there is no table, and no row. */
static enum err
read_head(struct reader *r, bool *ret, struct diag *diag)
{
	struct bytes line, header = { NULL, 0 };

	while (raw_line(&r->t, &line)) {
		if (said_starts(said_trimmed(line), "No records found", NULL)) {
			*ret = false;
			return ERR_OK;
		}
		while (line.len > 0 && said_is_blank(line.ptr[line.len - 1]))
			line.len--;
		if (is_ruler(line) && header.ptr != NULL) {
			*ret = true;
			return read_columns(r, header, line, diag);
		}
		if (header.ptr != NULL)
			break;
		if (!is_empty(line))
			header = line;
	}
	return said_wrong(&r->t, ERR_SYNTAX, "the output is no table", diag);
}

/* ---- Rows ----------------------------------------------------------------------- */

/* VALUE begins a certificate, or the like, that goes on in further lines. */
static bool
begins_pem(struct bytes value)
{
	return said_starts(value, BEGIN, NULL) && !said_finds(value, END, NULL);
}

/* Goes to the END line of what begins at BEGUN, which is then *RET; *LINE is
 * what follows it there. */
static bool
find_end(struct reader *r, struct bytes begun, struct bytes *line,
    struct bytes *ret)
{
	size_t skip = strlen(END);
	const uint8_t *end;
	struct bytes l;

	do {
		if (!raw_line(&r->t, &l) || said_starts(l, BEGIN, NULL))
			return false;
	} while (!said_starts(l, END, NULL));
	end = memmem(l.ptr + skip, l.len - skip, "-----", 5);
	if (end == NULL)
		return false;
	end += 5;
	*ret = bytes_of(begun.ptr, (size_t)(end - begun.ptr));
	*line = said_from(l, (size_t)(end - l.ptr));
	return true;
}

/* The value ends with a newline of its own, so that what fills its width is at
 * the start of the next line: *LINE becomes what follows that. Where the next
 * line does not begin so, nothing follows. False: there is no next line. */
static bool
go_on_below(struct reader *r, size_t fill, struct bytes *line)
{
	struct said_text t = r->t;
	struct bytes next;

	if (!raw_line(&t, &next))
		return false;
	if (is_empty(next) || !is_empty(take(r, &next, fill)) ||
	    next.len == 0 || next.ptr[0] != ' ')
		return true;
	*line = next;
	r->t = t;
	return true;
}

/* The certificate of column C that begins at BEGUN; *LINE is then what stands
 * behind its width. */
static bool
take_pem(struct reader *r, const struct column *c, bool last,
    struct bytes begun, struct bytes *line, struct bytes *ret)
{
	size_t used;

	if (!find_end(r, begun, line, ret))
		return false;
	if (last)
		return true;
	used = characters_in(r, *ret);
	if (used > c->width)
		return false;
	if (!is_empty(*line))
		return is_empty(take(r, line, c->width - used));
	return used == c->width || go_on_below(r, c->width - used - 1, line);
}

/* The cells of the row that LINE begins. */
static bool
cut_row(struct reader *r, struct bytes line)
{
	size_t num = r->rows->num_columns, i;
	const struct column *c;
	struct bytes value;

	for (i = 0; i < num; i++) {
		c = &r->rows->column[i];
		if (i > 0 && !is_empty(take(r, &line, 1)))
			return false;
		value = take(r, &line, c->width);
		if (begins_pem(value) &&
		    !take_pem(r, c, i + 1 == num, value, &line, &value))
			return false;
		r->at[i] = said_trimmed(value);
	}
	return is_empty(line);
}

static enum err
keep_row(struct reader *r, unsigned line, struct diag *diag)
{
	struct said_rows *rows = r->rows;
	size_t n = rows->num_columns, more;
	void *p;

	if (rows->num_rows >= CELLS_MAX / n)
		return said_wrong(&r->t, ERR_TOO_BIG,
		    "the table has too many rows", diag);
	if (rows->num_rows == r->cap) {
		more = r->cap == 0 ? 16 : r->cap * 2;
		p = reallocarray(rows->cell, more * n, sizeof(*rows->cell));
		if (p == NULL)
			return diag_nomem(diag);
		rows->cell = p;
		p = reallocarray(rows->line, more, sizeof(*rows->line));
		if (p == NULL)
			return diag_nomem(diag);
		rows->line = p;
		r->cap = more;
	}
	memcpy(rows->cell + rows->num_rows * n, r->at, n * sizeof(*r->at));
	rows->line[rows->num_rows++] = line;
	return ERR_OK;
}

static enum err
read_row(struct reader *r, struct bytes line, struct diag *diag)
{
	struct said_text before = r->t;

	r->utf8 = text_is_utf8(line);
	if (!cut_row(r, line)) {
		r->t = before;
		r->utf8 = false;
		if (!cut_row(r, line)) {
			r->t = before;
			return said_wrong(&r->t, ERR_SYNTAX,
			    "this row does not fit the columns of the table",
			    diag);
		}
	}
	return keep_row(r, before.line, diag);
}

static enum err
read_rows(struct reader *r, struct diag *diag)
{
	struct bytes line;
	bool table = false;
	enum err e;

	e = read_head(r, &table, diag);
	while (e == ERR_OK && table && raw_line(&r->t, &line)) {
		if (is_empty(line))
			continue;
		if (r->rows->num_rows == 0 &&
		    said_starts(said_trimmed(line), "No records found", NULL))
			break;
		e = read_row(r, line, diag);
	}
	return e;
}

enum err
said_rows(struct bytes text, struct said_rows **ret, struct diag *diag)
{
	struct reader r = { .cap = 0 };
	enum err e;

	e = said_begin(text, &r.t, diag);
	if (e != ERR_OK)
		return e;
	r.rows = calloc(1, sizeof(*r.rows));
	if (r.rows == NULL)
		return diag_nomem(diag);
	e = normalise(text, &r.rows->text, diag);
	if (e == ERR_OK) {
		r.t.rest = buf_bytes(&r.rows->text);
		e = read_rows(&r, diag);
	}
	free(r.at);
	if (e == ERR_OK)
		*ret = r.rows;
	else
		said_rows_free(&r.rows);
	return e;
}

void
said_rows_free(struct said_rows **r)
{
	size_t i;

	if (*r == NULL)
		return;
	for (i = 0; i < (*r)->num_columns; i++)
		free((*r)->column[i].name);
	free((*r)->column);
	free((*r)->cell);
	free((*r)->line);
	buf_clear(&(*r)->text);
	free(*r);
	*r = NULL;
}

size_t
said_rows_num(const struct said_rows *r)
{
	return r->num_rows;
}

static size_t
find_column(const struct said_rows *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->num_columns; i++)
		if (strcasecmp(r->column[i].name, name) == 0)
			break;
	return i;
}

bool
said_rows_has(const struct said_rows *r, const char *name)
{
	/* a table of no rows may have no columns */
	return r->num_columns == 0 || find_column(r, name) < r->num_columns;
}

struct bytes
said_rows_value(const struct said_rows *r, size_t i, const char *name)
{
	size_t c = find_column(r, name);

	if (i >= r->num_rows || c == r->num_columns)
		return bytes_of(NULL, 0);
	return r->cell[i * r->num_columns + c];
}

unsigned
said_rows_line(const struct said_rows *r, size_t i)
{
	return i < r->num_rows ? r->line[i] : 0;
}
