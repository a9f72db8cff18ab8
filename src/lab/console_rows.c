/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run sql: the rows of a statement, as wide as they are.
 */
#include <stdlib.h>
#include <string.h>

#include "lab/console_query.h"

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
		q->base->value(q->c, q->row, q->picked[i].column, &row[i]);
}

static void
gather(struct query *q, struct cells *cells)
{
	size_t num = q->base->num(q->c), count = 0;

	for (q->row = 0; q->row < num && !q->failed && !q->c->over; q->row++) {
		if (!console_query_wants(q))
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
	size_t width[QUERY_COLUMNS], i, j, num = q->num_picked;

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

void
console_query_answer(struct query *q)
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
		q->word = calloc(QUERY_WORDS, sizeof(*q->word));
	if (q == NULL || q->word == NULL) {
		c->over = true;
		free(q);
		return false;
	}
	q->c = c;
	world_lock(c->world);
	if (console_query_read(q, a->rest))
		console_query_answer(q);
	good = !q->failed;
	world_unlock(c->world);
	free(c->place);
	c->place = NULL;
	free(q->word);
	free(q);
	return good;
}
