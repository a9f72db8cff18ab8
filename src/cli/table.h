/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables for people: columns with headings, as wide as they need to be, or as
 * the terminal lets them.
 *
 *	SERIAL    LABEL   KEYS
 *	0123abcd  SAST 1     2
 *
 * A struct table has a sticky error like a struct buf: fill it and ask once,
 * table_print() says whether memory was short. What is put into a cell may
 * come from anywhere; it is made safe here (text_put_safe()). Characters that
 * are two columns wide, or none, count as such; a table in which one may be
 * (beyond ASCII, Latin, Greek and Cyrillic) is as wide as it needs to be on any
 * terminal.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/buf.h"
#include "cli/fill.h"

enum table_flag {
	TABLE_RIGHT = 1, /* to the right, for numbers */
	/* what gives way on a narrow terminal; a column with neither stays as
	 * it is, so that it can be copied, and the line may be too long */
	TABLE_CUT = 2, /* the end is cut off */
	TABLE_WRAP = 4 /* goes on in the next line */
};

struct table_column {
	const char *heading; /* NULL in all columns: no headings */
	unsigned flags;
};

enum table_colour {
	TABLE_PLAIN,
	TABLE_GOOD,
	TABLE_WARN,
	TABLE_BAD
};

struct table;

/* An empty table with NUM columns; COLUMNS is not needed afterwards. Returns
 * NULL where memory is short, which every function here takes. */
struct table *table_new(const struct table_column *columns, size_t num);

/* A table of two columns without headings, for table_pair(). */
struct table *table_new_pairs(void);

/* Frees *T and sets it to NULL; NULL is allowed. */
void table_free(struct table **t);

/* Begins a row. Cells that are not put stay empty. */
void table_row(struct table *t);

/* Fills the cell of COLUMN, from 0, in the row at hand, once. */
void table_put(struct table *t, size_t column, struct bytes value);
void table_str(struct table *t, size_t column, const char *value);
void table_printf(struct table *t, size_t column, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* The colour of that cell, where there are colours. */
void table_colour(struct table *t, size_t column, enum table_colour colour);

/* A row "KEY:" and VALUE. */
void table_pair(struct table *t, const char *key, struct bytes value);

size_t table_num_rows(const struct table *t);

/* Appends the table, laid out for FILL, in which blanks end no line; a table
 * without rows is nothing at all, without headings. ERR_NOMEM, and then OUT is
 * as it was. */
MUST_CHECK enum err table_print(struct table *t, const struct fill *fill,
    struct buf *out, struct diag *d);

#endif
