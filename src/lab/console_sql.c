/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run sql: a reader of SELECT statements of one table and what is joined to it.
 *
 * A statement is read once into words, and its condition again for each row.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lab/console_parts.h"

#define WORD_LEN 256
#define WORDS_MAX 256
#define TABLES_MAX 16
#define COLUMNS_MAX 32
#define DEPTH_MAX 16

#define ERROR_SYNTAX "A syntax error has occurred.\n"
#define ERROR_TABLE "The specified table (%s) is not in the database.\n"
#define ERROR_COLUMN                                                  \
	"Column (%s) not found in any table in the query (or SLV is " \
	"undefined).\n"

enum kind {
	NAME,
	STRING,
	SYMBOL,
	END
};

struct word {
	enum kind kind;
	char text[WORD_LEN];
};

struct ref {
	const char *table, *alias;
};

struct picked {
	size_t column;
	bool count; /* count(*) */
	const char *header;
};

struct query {
	struct console *c;
	struct word *word;
	size_t num_words, at;
	struct ref ref[TABLES_MAX];
	size_t num_refs;
	const struct console_table *base;
	struct picked picked[COLUMNS_MAX];
	size_t num_picked;
	size_t where; /* first word of the condition; 0: none */
	size_t row;
	unsigned depth;
	bool failed; /* its text is in out already */
};

/* ---- Words. ---- */

static bool
add_word(struct query *q, enum kind kind, const char *from, size_t len)
{
	struct word *w = &q->word[q->num_words];

	if (q->num_words >= WORDS_MAX - 1 || len >= WORD_LEN)
		return false;
	w->kind = kind;
	memcpy(w->text, from, len);
	w->text[len] = '\0';
	q->num_words++;
	return true;
}

static size_t
symbol_len(const char *s)
{
	static const char *const two[] = { "!=", "<>", "<=", ">=" };
	size_t i;

	for (i = 0; i < sizeof(two) / sizeof(two[0]); i++)
		if (strncmp(s, two[i], 2) == 0)
			return 2;
	return strchr("(),=<>*;", *s) != NULL ? 1 : 0;
}

static bool
is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* The next word at *S, which moves on. */
static bool
read_word(struct query *q, const char **s)
{
	const char *from = *s;
	size_t len = 0;
	char quote = *from;

	if (quote == '\'' || quote == '"') {
		from++;
		while (from[len] != '\0' && from[len] != quote)
			len++;
		*s = from + len + 1;
		return from[len] == quote && add_word(q, STRING, from, len);
	}
	while (is_name(from[len]))
		len++;
	if (len > 0) {
		*s = from + len;
		return add_word(q, NAME, from, len);
	}
	len = symbol_len(from);
	*s = from + len;
	return len > 0 && add_word(q, SYMBOL, from, len);
}

static bool
read_words(struct query *q, const char *s)
{
	while (true) {
		while (isspace((unsigned char)*s) || *s == ';')
			s++;
		if (*s == '\0')
			break;
		if (!read_word(q, &s))
			return false;
	}
	q->word[q->num_words].kind = END;
	return true;
}

/* ---- Reading on. ---- */

static const struct word *
here(const struct query *q)
{
	return &q->word[q->at];
}

static bool
is_at(const struct query *q, const char *text)
{
	const struct word *w = here(q);

	return (w->kind == NAME || w->kind == SYMBOL) &&
	    strcasecmp(w->text, text) == 0;
}

static bool
take(struct query *q, const char *text)
{
	bool is = is_at(q, text);

	q->at += is ? 1 : 0;
	return is;
}

static bool
fail(struct query *q, const char *form, const char *what)
{
	if (!q->failed) {
		if (strcmp(form, ERROR_TABLE) == 0)
			buf_printf(&q->c->out, ERROR_TABLE, what);
		else if (strcmp(form, ERROR_COLUMN) == 0)
			buf_printf(&q->c->out, ERROR_COLUMN, what);
		else
			buf_str(&q->c->out, ERROR_SYNTAX);
	}
	q->failed = true;
	return false;
}

static bool
wrong(struct query *q)
{
	return fail(q, ERROR_SYNTAX, "");
}

/* ---- Tables and columns. ---- */

static bool
is_word(const struct query *q)
{
	static const char *const words[] = { "where", "inner", "left", "right",
		"outer", "join", "on", "order", "group", "as" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_at(q, words[i]))
			return true;
	return here(q)->kind != NAME;
}

static bool
read_table(struct query *q)
{
	struct ref *r = &q->ref[q->num_refs];

	if (here(q)->kind != NAME || q->num_refs >= TABLES_MAX)
		return wrong(q);
	r->table = r->alias = here(q)->text;
	if (!console_table_known(r->table))
		return fail(q, ERROR_TABLE, r->table);
	q->num_refs++;
	q->at++;
	if (take(q, "as") || !is_word(q)) {
		if (here(q)->kind != NAME)
			return wrong(q);
		r->alias = here(q)->text;
		q->at++;
	}
	return true;
}

/* What stands behind "on": a column of the one table, and one of the other. */
static bool
skip_on(struct query *q)
{
	bool bracket;

	if (!take(q, "on"))
		return wrong(q);
	do {
		bracket = take(q, "(");
		if (here(q)->kind != NAME)
			return wrong(q);
		q->at++;
		if (!take(q, "=") || here(q)->kind == END)
			return wrong(q);
		q->at++;
		if (bracket && !take(q, ")"))
			return wrong(q);
	} while (take(q, "and"));
	return true;
}

static bool
read_tables(struct query *q)
{
	bool joined = false;

	if (!read_table(q))
		return false;
	while (true) {
		joined = take(q, "inner") || take(q, "left") ||
		    take(q, "right");
		(void)take(q, "outer");
		if (take(q, "join")) {
			if (!read_table(q) || !skip_on(q))
				return false;
		} else if (joined) {
			return wrong(q);
		} else if (!take(q, ",")) {
			return true;
		} else if (!read_table(q)) {
			return false;
		}
	}
}

static bool
names_table(const void *arg, const char *table)
{
	const struct query *q = arg;
	size_t i;

	for (i = 0; i < q->num_refs; i++)
		if (strcasecmp(q->ref[i].table, table) == 0)
			return true;
	return false;
}

/* NAME of the table TABLE of the statement. */
static bool
find_in(const struct query *q, const char *table, const char *name, size_t *ret)
{
	char full[2 * WORD_LEN + 2];
	size_t i;

	if (strcasecmp(table, q->base->name) == 0)
		(void)snprintf(full, sizeof(full), "%s", name);
	else
		(void)snprintf(full, sizeof(full), "%s.%s", table, name);
	for (i = 0; q->base->column[i] != NULL; i++)
		if (strcasecmp(q->base->column[i], full) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

/* "name", "d.name", "device.name". */
static bool
find_column(const struct query *q, const char *text, size_t *ret)
{
	const char *dot = strchr(text, '.');
	const struct ref *r;
	size_t i, len;

	for (i = 0; i < q->num_refs; i++) {
		r = &q->ref[i];
		len = dot == NULL ? 0 : (size_t)(dot - text);
		if (dot != NULL &&
		    !(strlen(r->alias) == len &&
			strncasecmp(r->alias, text, len) == 0) &&
		    !(strlen(r->table) == len &&
			strncasecmp(r->table, text, len) == 0))
			continue;
		if (find_in(q, r->table, dot == NULL ? text : dot + 1, ret))
			return true;
	}
	return false;
}

/* ---- What is selected. ---- */

static bool
pick(struct query *q, const char *text, const char *header)
{
	const char *dot = strchr(text, '.');
	struct picked *p = &q->picked[q->num_picked];

	if (q->num_picked >= COLUMNS_MAX)
		return wrong(q);
	*p = (struct picked){ 0 };
	p->count = strcmp(text, "*") == 0;
	if (!p->count && !find_column(q, text, &p->column))
		return fail(q, ERROR_COLUMN, text);
	p->header = header != NULL ? header
	    : p->count             ? "(count(*))"
	    : dot == NULL          ? text
				   : dot + 1;
	q->num_picked++;
	return true;
}

static bool
pick_all(struct query *q)
{
	size_t i;

	for (i = 0; q->base->column[i] != NULL; i++)
		if (strchr(q->base->column[i], '.') == NULL &&
		    !pick(q, q->base->column[i], NULL))
			return false;
	return true;
}

static bool
read_item(struct query *q)
{
	const char *text = here(q)->text, *header = NULL;

	if (take(q, "*"))
		return pick_all(q);
	if (take(q, "count")) {
		if (!take(q, "(") || !take(q, "*") || !take(q, ")"))
			return wrong(q);
		text = "*";
	} else if (here(q)->kind != NAME) {
		return wrong(q);
	} else {
		q->at++;
	}
	if (take(q, "as")) {
		if (here(q)->kind != NAME)
			return wrong(q);
		header = here(q)->text;
		q->at++;
	}
	return pick(q, text, header);
}

/* Where the word stands that the tables follow; 0: there is none. */
static size_t
find_from(const struct query *q)
{
	size_t i;

	for (i = 0; i < q->num_words; i++)
		if (q->word[i].kind == NAME &&
		    strcasecmp(q->word[i].text, "from") == 0)
			return i;
	return 0;
}

static bool
read_statement(struct query *q)
{
	size_t from = find_from(q);

	if (!is_at(q, "select") || from == 0)
		return wrong(q);
	q->at = from + 1;
	if (!read_tables(q))
		return false;
	q->base = console_table(names_table, q);
	if (q->base == NULL)
		return fail(q, ERROR_TABLE, q->ref[0].table);
	if (is_at(q, "where"))
		q->where = q->at + 1;
	else if (here(q)->kind != END && !is_at(q, "order"))
		return wrong(q);
	q->at = 1;
	(void)take(q, "distinct");
	do
		if (!read_item(q))
			return false;
	while (take(q, ","));
	return q->at == from || wrong(q);
}

/* ---- The condition. ---- */

static bool eval_any(struct query *q);

/* The value of a column, of a row that has it. */
static const char *
value_here(struct query *q, struct buf *value)
{
	bool lower = take(q, "lower") || take(q, "upper");
	size_t column;

	if (lower && !take(q, "("))
		(void)wrong(q);
	if (here(q)->kind != NAME || !find_column(q, here(q)->text, &column)) {
		(void)fail(q, ERROR_COLUMN, here(q)->text);
		return "";
	}
	q->at++;
	if (lower && !take(q, ")"))
		(void)wrong(q);
	(void)q->base->value(q->c, q->row, column, value);
	return buf_cstr(value) == NULL ? "" : buf_cstr(value);
}

/* A column of a join, or a value. */
static const char *
other_here(struct query *q, struct buf *value)
{
	const struct word *w = here(q);
	size_t column;

	if (w->kind == SYMBOL || w->kind == END) {
		(void)wrong(q);
		return "";
	}
	q->at++;
	if (w->kind == STRING || !find_column(q, w->text, &column))
		return w->text;
	(void)q->base->value(q->c, q->row, column, value);
	return buf_cstr(value) == NULL ? "" : buf_cstr(value);
}

static int
order(const char *a, const char *b)
{
	char *end_a, *end_b;
	long long x = strtoll(a, &end_a, 10), y = strtoll(b, &end_b, 10);

	if (*a != '\0' && *b != '\0' && *end_a == '\0' && *end_b == '\0')
		return x < y ? -1 : x > y;
	return strcmp(a, b);
}

static bool
eval_in(struct query *q, const char *value)
{
	bool is = false;

	if (!take(q, "("))
		return wrong(q);
	do {
		if (here(q)->kind == SYMBOL || here(q)->kind == END)
			return wrong(q);
		is = is || order(value, here(q)->text) == 0;
		q->at++;
	} while (take(q, ","));
	return take(q, ")") ? is : wrong(q);
}

/* LIKE goes by lower case where the column does: patterns are written so. */
static bool
eval_like(struct query *q, const char *value, bool lower)
{
	char text[WORD_LEN * 4];
	size_t i;

	if (here(q)->kind != STRING)
		return wrong(q);
	(void)snprintf(text, sizeof(text), "%s", value);
	for (i = 0; lower && text[i] != '\0'; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	q->at++;
	return console_like(text, q->word[q->at - 1].text, '%', '_');
}

static bool
eval_order(struct query *q, const char *value)
{
	const char *sign = here(q)->text;
	struct buf other = { 0 };
	bool is;
	int how;

	if (here(q)->kind != SYMBOL || strchr("=<>!", *sign) == NULL)
		return wrong(q);
	q->at++;
	how = order(value, other_here(q, &other));
	buf_clear(&other);
	is = strcmp(sign, "=") == 0   ? how == 0
	    : strcmp(sign, "<") == 0  ? how < 0
	    : strcmp(sign, ">") == 0  ? how > 0
	    : strcmp(sign, "<=") == 0 ? how <= 0
	    : strcmp(sign, ">=") == 0 ? how >= 0
				      : how != 0;
	return is;
}

static bool
eval_term(struct query *q)
{
	bool lower = is_at(q, "lower"), not ;
	struct buf own = { 0 };
	const char *value = value_here(q, &own);
	bool is;

	if (take(q, "is")) {
		not = take(q, "not");
		is = take(q, "null") ? (*value == '\0') != not : wrong(q);
	} else {
		not = take(q, "not");
		if (take(q, "in"))
			is = eval_in(q, value) != not ;
		else if (take(q, "like"))
			is = eval_like(q, value, lower) != not ;
		else
			is = not ? wrong(q) : eval_order(q, value);
	}
	buf_clear(&own);
	return is;
}

static bool
eval_one(struct query *q)
{
	bool is;

	if (q->failed || ++q->depth > DEPTH_MAX)
		return wrong(q);
	if (take(q, "not")) {
		is = !eval_one(q);
	} else if (take(q, "(")) {
		is = eval_any(q);
		if (!take(q, ")"))
			is = wrong(q);
	} else {
		is = eval_term(q);
	}
	q->depth--;
	return is;
}

static bool
eval_all(struct query *q)
{
	bool is = eval_one(q);

	while (!q->failed && take(q, "and"))
		is = eval_one(q) && is;
	return is;
}

static bool
eval_any(struct query *q)
{
	bool is = eval_all(q);

	while (!q->failed && take(q, "or"))
		is = eval_all(q) || is;
	return is;
}

static bool
is_wanted(struct query *q)
{
	bool is;

	if (q->where == 0)
		return true;
	q->at = q->where;
	q->depth = 0;
	is = eval_any(q);
	if (here(q)->kind != END && !is_at(q, "order"))
		return wrong(q);
	return is && !q->failed;
}

/* ---- The answer. ---- */

struct cells {
	struct buf *cell; /* a row after the other */
	size_t num_rows;
	size_t cap;
};

static bool
grow(struct cells *cells, size_t columns)
{
	size_t cap = cells->cap == 0 ? 64 : 2 * cells->cap;
	struct buf *more;

	if (cells->num_rows < cells->cap)
		return true;
	more = realloc(cells->cell, cap * columns * sizeof(*more));
	if (more == NULL)
		return false;
	memset(more + cells->cap * columns, 0,
	    (cap - cells->cap) * columns * sizeof(*more));
	cells->cell = more;
	cells->cap = cap;
	return true;
}

static void
add_row(struct query *q, struct cells *cells)
{
	struct buf *row;
	size_t i;

	if (!grow(cells, q->num_picked)) {
		q->c->over = true;
		return;
	}
	row = cells->cell + cells->num_rows++ * q->num_picked;
	for (i = 0; i < q->num_picked; i++)
		(void)q->base->value(q->c, q->row, q->picked[i].column,
		    &row[i]);
}

static void
gather(struct query *q, struct cells *cells)
{
	size_t num = q->base->num(q->c), count = 0;

	for (q->row = 0; q->row < num && !q->failed && !q->c->over; q->row++) {
		if (!is_wanted(q))
			continue;
		count++;
		if (!q->picked[0].count)
			add_row(q, cells);
	}
	if (!q->picked[0].count || !grow(cells, q->num_picked))
		return;
	cells->num_rows = 1;
	buf_printf(&cells->cell[0], "%zu", count);
}

static size_t
width_of(const struct query *q, const struct cells *cells, size_t column)
{
	size_t i, width = strlen(q->picked[column].header), len;

	for (i = 0; i < cells->num_rows; i++) {
		len = cells->cell[i * q->num_picked + column].len;
		width = len > width ? len : width;
	}
	return width;
}

static void
put_cell(struct buf *out, struct bytes text, size_t width, bool last)
{
	buf_put(out, text);
	if (text.len < width)
		buf_fill(out, width - text.len, ' ');
	buf_str(out, last ? "\n" : " ");
}

static void
put_cells(struct query *q, const struct cells *cells)
{
	struct buf *out = &q->c->out;
	size_t width[COLUMNS_MAX], i, j, num = q->num_picked;

	for (j = 0; j < num; j++) {
		width[j] = width_of(q, cells, j);
		put_cell(out, bytes_of_str(q->picked[j].header), width[j],
		    j + 1 == num);
	}
	for (j = 0; j < num; j++) {
		buf_fill(out, width[j], '=');
		buf_str(out, j + 1 == num ? "\n" : " ");
	}
	for (i = 0; i < cells->num_rows; i++)
		for (j = 0; j < num; j++)
			put_cell(out, buf_bytes(&cells->cell[i * num + j]),
			    width[j], j + 1 == num);
	buf_str(out, "\n");
}

static void
answer(struct query *q)
{
	struct cells cells = { 0 };
	size_t i;

	gather(q, &cells);
	if (!q->failed && cells.num_rows == 0)
		buf_str(&q->c->out, "No records found\n");
	else if (!q->failed)
		put_cells(q, &cells);
	for (i = 0; i < cells.num_rows * q->num_picked; i++)
		buf_clear(&cells.cell[i]);
	free(cells.cell);
}

bool
console_sql(struct console *c, const struct console_args *a)
{
	struct query *q = calloc(1, sizeof(*q));
	bool good = false;

	if (q != NULL)
		q->word = calloc(WORDS_MAX, sizeof(*q->word));
	if (q == NULL || q->word == NULL) {
		c->over = true;
		free(q);
		return false;
	}
	q->c = c;
	world_lock(c->world);
	if (!read_words(q, a->rest))
		(void)wrong(q);
	else if (read_statement(q))
		answer(q);
	good = !q->failed;
	world_unlock(c->world);
	free(q->word);
	free(q);
	return good;
}
