/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of run sql: SELECTs of one table, and of what is joined to it.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lab/console_query.h"

#define ERROR_SYNTAX "A syntax error has occurred.\n"
#define ERROR_TABLE "The specified table (%s) is not in the database.\n"
#define ERROR_COLUMN                                                  \
	"Column (%s) not found in any table in the query (or SLV is " \
	"undefined).\n"

/* ---- Words. ---- */

static bool
add_word(struct query *q, enum query_kind kind, const char *from, size_t len)
{
	struct query_word *w = &q->word[q->num_words];

	if (q->num_words >= QUERY_WORDS - 1 || len >= QUERY_WORD)
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
		return from[len] == quote &&
		    add_word(q, QUERY_STRING, from, len);
	}
	while (is_name(from[len]))
		len++;
	if (len > 0) {
		*s = from + len;
		return add_word(q, QUERY_NAME, from, len);
	}
	len = symbol_len(from);
	*s = from + len;
	return len > 0 && add_word(q, QUERY_SYMBOL, from, len);
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
	q->word[q->num_words].kind = QUERY_END;
	return true;
}

/* ---- Reading on. ---- */

const struct query_word *
console_query_here(const struct query *q)
{
	return &q->word[q->at];
}

bool
console_query_is_at(const struct query *q, const char *text)
{
	const struct query_word *w = console_query_here(q);

	return (w->kind == QUERY_NAME || w->kind == QUERY_SYMBOL) &&
	    strcasecmp(w->text, text) == 0;
}

bool
console_query_take(struct query *q, const char *text)
{
	bool is = console_query_is_at(q, text);

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

bool
console_query_wrong(struct query *q)
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
		if (console_query_is_at(q, words[i]))
			return true;
	return console_query_here(q)->kind != QUERY_NAME;
}

static bool
read_table(struct query *q)
{
	struct query_table *r = &q->ref[q->num_refs];

	if (console_query_here(q)->kind != QUERY_NAME ||
	    q->num_refs >= QUERY_TABLES)
		return console_query_wrong(q);
	r->table = r->alias = console_query_here(q)->text;
	if (!console_table_known(r->table))
		return fail(q, ERROR_TABLE, r->table);
	q->num_refs++;
	q->at++;
	if (console_query_take(q, "as") || !is_word(q)) {
		if (console_query_here(q)->kind != QUERY_NAME)
			return console_query_wrong(q);
		r->alias = console_query_here(q)->text;
		q->at++;
	}
	return true;
}

/* What stands behind "on": a column of the one table, and one of the other. */
static bool
skip_on(struct query *q)
{
	bool bracket;

	if (!console_query_take(q, "on"))
		return console_query_wrong(q);
	do {
		bracket = console_query_take(q, "(");
		if (console_query_here(q)->kind != QUERY_NAME)
			return console_query_wrong(q);
		q->at++;
		if (!console_query_take(q, "=") ||
		    console_query_here(q)->kind == QUERY_END)
			return console_query_wrong(q);
		q->at++;
		if (bracket && !console_query_take(q, ")"))
			return console_query_wrong(q);
	} while (console_query_take(q, "and"));
	return true;
}

static bool
read_tables(struct query *q)
{
	bool joined = false;

	if (!read_table(q))
		return false;
	while (true) {
		joined = console_query_take(q, "inner") ||
		    console_query_take(q, "left") ||
		    console_query_take(q, "right");
		(void)console_query_take(q, "outer");
		if (console_query_take(q, "join")) {
			if (!read_table(q) || !skip_on(q))
				return false;
		} else if (joined) {
			return console_query_wrong(q);
		} else if (!console_query_take(q, ",")) {
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

/* QUERY_NAME of the table TABLE of the statement. */
static bool
find_in(const struct query *q, const char *table, const char *name, size_t *ret)
{
	char full[2 * QUERY_WORD + 2];
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
bool
console_query_find(const struct query *q, const char *text, size_t *ret)
{
	const char *dot = strchr(text, '.');
	const struct query_table *r;
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
	struct query_column *p = &q->picked[q->num_picked];

	if (q->num_picked >= QUERY_COLUMNS)
		return console_query_wrong(q);
	*p = (struct query_column){ 0 };
	p->count = strcmp(text, "*") == 0;
	if (!p->count && !console_query_find(q, text, &p->column))
		return console_query_no_column(q, text);
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
	const char *text = console_query_here(q)->text, *header = NULL;

	if (console_query_take(q, "*"))
		return pick_all(q);
	if (console_query_take(q, "count")) {
		if (!console_query_take(q, "(") ||
		    !console_query_take(q, "*") || !console_query_take(q, ")"))
			return console_query_wrong(q);
		text = "*";
	} else if (console_query_here(q)->kind != QUERY_NAME) {
		return console_query_wrong(q);
	} else {
		q->at++;
	}
	if (console_query_take(q, "as")) {
		if (console_query_here(q)->kind != QUERY_NAME)
			return console_query_wrong(q);
		header = console_query_here(q)->text;
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
		if (q->word[i].kind == QUERY_NAME &&
		    strcasecmp(q->word[i].text, "from") == 0)
			return i;
	return 0;
}

static bool
read_statement(struct query *q)
{
	size_t from = find_from(q);

	if (!console_query_is_at(q, "select") || from == 0)
		return console_query_wrong(q);
	q->at = from + 1;
	if (!read_tables(q))
		return false;
	q->base = console_table(names_table, q);
	if (q->base == NULL)
		return fail(q, ERROR_TABLE, q->ref[0].table);
	if (console_query_is_at(q, "where"))
		q->where = q->at + 1;
	else if (console_query_here(q)->kind != QUERY_END &&
	    !console_query_is_at(q, "order"))
		return console_query_wrong(q);
	q->at = 1;
	(void)console_query_take(q, "distinct");
	do
		if (!read_item(q))
			return false;
	while (console_query_take(q, ","));
	return q->at == from || console_query_wrong(q);
}

bool
console_query_no_column(struct query *q, const char *name)
{
	return fail(q, ERROR_COLUMN, name);
}

bool
console_query_read(struct query *q, const char *text)
{
	return read_words(q, text) ? read_statement(q) : console_query_wrong(q);
}
