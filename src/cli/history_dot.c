/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history_dot.h"

#include <stdlib.h>

#include "base/text.h"

/* A graph at work. */
struct graph {
	const struct history *h;
	bool *marked; /* of each list: its first step is on a ladder */
	bool all;     /* ladders of all lists are: colours tell the fates */
	size_t num_steps;
	struct buf *out;
	struct diag *d;
};

/* Appends TEXT for a label: safe for a terminal, and without what Graphviz reads
 * there, as \N, &amp; or the end of the string. */
static void
put_label(struct buf *out, struct bytes text)
{
	struct buf safe = { 0 };
	size_t i;

	text_put_safe(&safe, text);
	for (i = 0; i < safe.len; i++) {
		if (safe.ptr[i] == '"' || safe.ptr[i] == '\\')
			buf_u8(out, '\\');
		if (safe.ptr[i] == '&')
			buf_str(out, "&amp;");
		else
			buf_u8(out, safe.ptr[i]);
	}
	out->failed |= safe.failed;
	buf_clear(&safe);
}

static const char *
style_of(const struct graph *g, size_t i, size_t held)
{
	static const char *const fates[] = {
		[HISTORY_HOLDS] = ", peripheries=2",
		[HISTORY_DIRECT] = "",
		[HISTORY_STRANDED] = ", color=red",
	};

	if (g->all)
		return g->h->row[i].fate == HISTORY_STRANDED &&
			g->h->row[i].rungs == 0
		    ? ", color=red, style=dashed"
		    : fates[g->h->row[i].fate];
	if (i == g->h->newest)
		return ", peripheries=2";
	return i == held ? ", penwidth=3" : "";
}

static enum err
put_node(const struct graph *g, const struct archive_list *l, size_t i,
    const char *style)
{
	struct bytes raw = buf_bytes(&l->bytes);
	struct digest_value md5;
	uint32_t when;
	enum err e;

	e = digest_of(DIGEST_MD5, &raw, 1, &md5, g->d);
	if (e != ERR_OK)
		return e;
	buf_printf(g->out, "\tn%zu [label=\"", i + 1);
	put_label(g->out, bytes_of_str(archive_name(l)));
	if (archive_time(l, &when)) {
		buf_str(g->out, "\\n");
		text_put_rfc3339(g->out, when);
	}
	buf_str(g->out, "\\nMD5 ");
	text_put_hex(g->out, digest_bytes(&md5), "", TEXT_LOWER);
	buf_printf(g->out, "\"%s];\n", style);
	return ERR_OK;
}

static enum err
put_step(void *arg, size_t from, size_t to)
{
	struct graph *g = arg;
	bool marked = g->marked[from] && g->h->row[from].next == to;

	if (++g->num_steps > HISTORY_DOT_MAX)
		return diag_set(g->d, ERR_TOO_BIG,
		    "the graph would have more than %d steps, too many to "
		    "look at",
		    HISTORY_DOT_MAX);
	buf_printf(g->out, "\tn%zu -> n%zu%s;\n", from + 1, to + 1,
	    marked ? " [color=red, penwidth=3]" : "");
	return buf_ok(g->out) ? ERR_OK : diag_nomem(g->d);
}

/* Marks where the ladder of list I of the history goes. */
static void
mark(struct graph *g, size_t i)
{
	while (!g->marked[i] && g->h->row[i].rungs > 0) {
		g->marked[i] = true;
		i = g->h->row[i].next;
	}
}

static enum err
put_graph(struct graph *g, const struct archive *a,
    const struct archive_choice *c, size_t held)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < c->num; i++)
		if (g->all || i == held)
			mark(g, i);
	buf_str(g->out,
	    "digraph history {\n\trankdir=LR;\n\tnode [shape=box];\n");
	for (i = 0; e == ERR_OK && i < c->num; i++)
		e = put_node(g, &a->list[c->of[i]], i, style_of(g, i, held));
	if (e == ERR_OK)
		e = history_each_step(c->lists, c->num, put_step, g, g->d);
	buf_str(g->out, "}\n");
	return e == ERR_OK && !buf_ok(g->out) ? diag_nomem(g->d) : e;
}

enum err
history_dot_put(const struct archive *a, const struct archive_choice *c,
    const struct history *h, size_t held, struct buf *out, struct diag *d)
{
	struct graph g = { .h = h,
		.all = held == ARCHIVE_LEFT,
		.out = out,
		.d = d };
	enum err e;

	g.marked = calloc(c->num + 1, sizeof(*g.marked));
	if (g.marked == NULL)
		return diag_nomem(d);
	e = put_graph(&g, a, c, g.all ? 0 : c->at[held]);
	free(g.marked);
	return e;
}
