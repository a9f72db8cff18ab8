/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SELECT statement while it is read and answered: for run sql's own files.
 * A statement is read once into words, and its condition again for each row.
 */
#ifndef LAB_CONSOLE_QUERY_H
#define LAB_CONSOLE_QUERY_H

#include "lab/console_parts.h"

#define QUERY_WORD 256
#define QUERY_WORDS 256
#define QUERY_TABLES 16
#define QUERY_COLUMNS 32
#define QUERY_DEPTH 16

enum query_kind {
	QUERY_NAME,
	QUERY_STRING,
	QUERY_SYMBOL,
	QUERY_END
};

struct query_word {
	enum query_kind kind;
	char text[QUERY_WORD];
};

struct query_table {
	const char *table, *alias;
};

struct query_column {
	size_t column;
	bool count; /* count(*) */
	const char *header;
};

struct query {
	struct console *c;
	struct query_word *word;
	size_t num_words, at;
	struct query_table ref[QUERY_TABLES];
	size_t num_refs;
	const struct console_table *base;
	struct query_column picked[QUERY_COLUMNS];
	size_t num_picked;
	size_t where; /* first word of the condition; 0: none */
	size_t row;
	unsigned depth;
	bool failed; /* its text is in out already */
};

/* ---- Reading on. ---- */

const struct query_word *console_query_here(const struct query *q);

/* The next word is TEXT, of either case, and not in quotes; console_query_take() goes
 * behind it then. */
bool console_query_is_at(const struct query *q, const char *text);
bool console_query_take(struct query *q, const char *text);

/* Says what is wrong, once. False. */
bool console_query_wrong(struct query *q);
bool console_query_no_column(struct query *q, const char *name);

/* The column of the rows that "name", "d.name" or "device.name" is. */
bool console_query_find(const struct query *q, const char *text, size_t *ret);

/* ---- The parts, in their order. ---- */

/* Reads TEXT: tables, columns, where the condition is. */
bool console_query_read(struct query *q, const char *text);

/* Whether the row is wanted. */
bool console_query_wants(struct query *q);

/* Appends the rows. */
void console_query_answer(struct query *q);

#endif
