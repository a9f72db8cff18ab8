/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The condition of a statement of run sql, for one row.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/console_query.h"

static bool eval_any(struct query *q);

/* The value of a column, of a row that has it. */
static const char *
value_here(struct query *q, struct buf *value)
{
	bool lower = console_query_take(q, "lower") ||
	    console_query_take(q, "upper");
	size_t column;

	if (lower && !console_query_take(q, "("))
		(void)console_query_wrong(q);
	if (console_query_here(q)->kind != QUERY_NAME ||
	    !console_query_find(q, console_query_here(q)->text, &column)) {
		(void)console_query_no_column(q, console_query_here(q)->text);
		return "";
	}
	q->at++;
	if (lower && !console_query_take(q, ")"))
		(void)console_query_wrong(q);
	q->base->value(q->c, q->row, column, value);
	return buf_cstr(value) == NULL ? "" : buf_cstr(value);
}

/* A column of a join, or a value. */
static const char *
other_here(struct query *q, struct buf *value)
{
	const struct query_word *w = console_query_here(q);
	size_t column;

	if (w->kind == QUERY_SYMBOL || w->kind == QUERY_END) {
		(void)console_query_wrong(q);
		return "";
	}
	q->at++;
	if (w->kind == QUERY_STRING || !console_query_find(q, w->text, &column))
		return w->text;
	q->base->value(q->c, q->row, column, value);
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

	if (!console_query_take(q, "("))
		return console_query_wrong(q);
	do {
		if (console_query_here(q)->kind == QUERY_SYMBOL ||
		    console_query_here(q)->kind == QUERY_END)
			return console_query_wrong(q);
		is = is || order(value, console_query_here(q)->text) == 0;
		q->at++;
	} while (console_query_take(q, ","));
	return console_query_take(q, ")") ? is : console_query_wrong(q);
}

/* LIKE goes by lower case where the column does: patterns are written so. */
static bool
eval_like(struct query *q, const char *value, bool lower)
{
	char text[QUERY_WORD * 4];
	size_t i;

	if (console_query_here(q)->kind != QUERY_STRING)
		return console_query_wrong(q);
	(void)snprintf(text, sizeof(text), "%s", value);
	for (i = 0; lower && text[i] != '\0'; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	q->at++;
	return console_like(text, q->word[q->at - 1].text, '%', '_');
}

static bool
eval_order(struct query *q, const char *value)
{
	const char *sign = console_query_here(q)->text;
	struct buf other = { 0 };
	bool is;
	int how;

	if (console_query_here(q)->kind != QUERY_SYMBOL ||
	    strchr("=<>!", *sign) == NULL)
		return console_query_wrong(q);
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
	bool lower = console_query_is_at(q, "lower"), negated;
	struct buf own = { 0 };
	const char *value = value_here(q, &own);
	bool is;

	if (console_query_take(q, "is")) {
		negated = console_query_take(q, "not");
		is = console_query_take(q, "null") ? (*value == '\0') != negated
						   : console_query_wrong(q);
	} else {
		negated = console_query_take(q, "not");
		if (console_query_take(q, "in"))
			is = eval_in(q, value) != negated;
		else if (console_query_take(q, "like"))
			is = eval_like(q, value, lower) != negated;
		else
			is = negated ? console_query_wrong(q)
				     : eval_order(q, value);
	}
	buf_clear(&own);
	return is;
}

static bool
eval_one(struct query *q)
{
	bool is;

	if (q->failed || ++q->depth > QUERY_DEPTH)
		return console_query_wrong(q);
	if (console_query_take(q, "not")) {
		is = !eval_one(q);
	} else if (console_query_take(q, "(")) {
		is = eval_any(q);
		if (!console_query_take(q, ")"))
			is = console_query_wrong(q);
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

	while (!q->failed && console_query_take(q, "and"))
		is = eval_one(q) && is;
	return is;
}

static bool
eval_any(struct query *q)
{
	bool is = eval_all(q);

	while (!q->failed && console_query_take(q, "or"))
		is = eval_all(q) || is;
	return is;
}

bool
console_query_wants(struct query *q)
{
	bool is;

	if (q->where == 0)
		return true;
	q->at = q->where;
	q->depth = 0;
	is = eval_any(q);
	if (console_query_here(q)->kind != QUERY_END &&
	    !console_query_is_at(q, "order"))
		return console_query_wrong(q);
	return is && !q->failed;
}
