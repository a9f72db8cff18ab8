/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables in: CSV (RFC 4180) as spreadsheets and databases write it, row by row,
 * by a table of the columns that are wanted.
 *
 * The first row names the columns, in any order and in any case; those that are
 * in nobody's table are passed over. The separator is the one of comma,
 * semicolon and tab that the first row has most of, outside quotes; or what a
 * line "sep=;" before it says. Rows end with LF or CR LF; a byte order mark in
 * front is passed over, and so are empty rows. A row may lack its last fields,
 * which are empty then (spreadsheets cut them), and may have empty ones beyond
 * the last column. Blanks around a field that is not quoted do not count.
 *
 * Refused, as ERR_SYNTAX with line and column, from 1, columns in characters:
 * bytes that are not UTF-8, a NUL, a carriage return that ends no row, a quote
 * within a field that does not begin with one, characters behind a closing
 * quote, a quote that is never closed, a row with more fields than there are
 * columns, a column that is missing or named twice. ERR_TOO_BIG for the limits
 * below.
 */
#ifndef DATA_CSV_H
#define DATA_CSV_H

#include "base/buf.h"
#include "base/diag.h"

#define CSV_COLUMNS_MAX 256 /* in the file */
#define CSV_WANTED_MAX 32   /* in a table */
#define CSV_FIELD_MAX 65536 /* bytes of one field */
#define CSV_LINES_MAX 16777216

/* A column that is wanted. */
struct csv_column {
	const char *name;
	const char *also; /* another name of it, or NULL */
	bool required;
};

/* A text on its way in. It borrows the text. */
struct csv;

/* Reads the first row of TEXT, which must live as long as *RET, by NUM
 * COLUMNS, which are borrowed too. */
MUST_CHECK enum err csv_open(struct bytes text,
    const struct csv_column *columns, size_t num, struct csv **ret,
    struct diag *d);

/* Frees *C and sets it to NULL; NULL is allowed. */
void csv_free(struct csv **c);

/* The first row names that column. */
bool csv_has(const struct csv *c, size_t column);

/* Appends the names of the columns that nobody wants, with commas between. */
void csv_put_ignored(const struct csv *c, struct buf *out);

/* Reads the next row; *RET is false behind the last. */
MUST_CHECK enum err csv_next(struct csv *c, bool *ret, struct diag *d);

/* The field of the row at hand in the wanted COLUMN, empty where there is none;
 * borrowed until csv_next(). */
struct bytes csv_field(const struct csv *c, size_t column);

/* The line that the row at hand begins in. */
unsigned csv_line(const struct csv *c);

/* Records in D that the field of the row at hand in COLUMN is not acceptable;
 * returns ERR_SYNTAX. */
enum err csv_refuse(const struct csv *c, size_t column, struct diag *d,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
