/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/store_check.h"
#include "cli/table.h"

#define INDENT 2
/* Nodes that are named rather than counted. */
#define NODES_NAMED 3

enum column {
	COLUMN_ADVICE,
	COLUMN_CLASS,
	COLUMN_EXPIRES,
	COLUMN_STORE,
	COLUMN_NAME,
	COLUMN_NODES
};

static const struct table_column columns[] = {
	[COLUMN_ADVICE] = { "ADVICE", 0 },
	[COLUMN_CLASS] = { "CLASS", 0 },
	[COLUMN_EXPIRES] = { "EXPIRES", 0 },
	[COLUMN_STORE] = { "STORE", TABLE_CUT },
	[COLUMN_NAME] = { "NAME", TABLE_WRAP },
	[COLUMN_NODES] = { "NODES", TABLE_WRAP },
};
#define NUM_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static enum table_colour
colour_of(enum store_advice advice)
{
	switch (advice) {
	case STORE_DELETE:
	case STORE_WITHHELD:
		return TABLE_BAD;
	case STORE_LOOK:
	case STORE_RENEW:
		return TABLE_WARN;
	case STORE_KEEP:
		return TABLE_GOOD;
	case STORE_NUM_ADVICES:
		break;
	}
	return TABLE_PLAIN;
}

/* ---- Rows ------------------------------------------------------------------------- */

/* An item on its place among the rows: those that differ by their nodes alone
 * stand behind each other, and are one row. */
struct row {
	const struct store_check *c;
	size_t item;
};

static int
row_order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	const struct store_item *i = &x->c->item[x->item],
				*j = &x->c->item[y->item];
	const struct store_verdict *v = &x->c->judged.verdict[x->item],
				   *w = &x->c->judged.verdict[y->item];
	int order = strcmp(i->store, j->store);

	if (order == 0)
		order = strcmp(i->name, j->name);
	if (order == 0)
		order = bytes_order(buf_bytes(&v->reason),
		    buf_bytes(&w->reason));
	if (order == 0)
		order = (i->facts.not_after > j->facts.not_after) -
		    (i->facts.not_after < j->facts.not_after);
	return order;
}

/* As qsort() wants it: no two are equal. */
static int
row_place(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = row_order(a, b);

	if (order != 0)
		return order;
	return x->item < y->item ? -1 : x->item > y->item;
}

/* How many of NUM ROWS, which begin one, are it. */
static size_t
row_length(const struct row *rows, size_t num)
{
	size_t n = 1;

	while (n < num && row_order(&rows[0], &rows[n]) == 0)
		n++;
	return n;
}

static void
put_nodes(const struct row *rows, size_t num, struct buf *out)
{
	size_t i;

	if (num > NODES_NAMED) {
		buf_printf(out, "%zu nodes", num);
		return;
	}
	for (i = 0; i < num; i++) {
		if (i > 0)
			buf_str(out, ", ");
		buf_str(out, rows[i].c->item[rows[i].item].node);
	}
}

/* ---- Lines -------------------------------------------------------------------------- */

struct putting {
	const struct store_check *c;
	const struct fill *fill;
	struct buf *out;
};

/* Appends RAW as a paragraph and empties it. */
static void
put_raw(const struct putting *p, struct buf *raw, size_t indent)
{
	struct buf safe = { 0 };

	text_put_safe(&safe, buf_bytes(raw));
	p->out->failed |= raw->failed || safe.failed;
	fill_put(p->fill, p->out, buf_bytes(&safe), indent);
	buf_clear(&safe);
	buf_clear(raw);
}

static void
put_line(const struct putting *p, size_t indent, const char *text)
{
	struct buf raw = { 0 };

	buf_str(&raw, text);
	put_raw(p, &raw, indent);
}

static void
put_heading(const struct putting *p, const char *text)
{
	struct buf line = { 0 };

	buf_u8(p->out, '\n');
	if (p->fill->colours)
		buf_str(&line, "\033[1m");
	buf_str(&line, text);
	if (p->fill->colours)
		buf_str(&line, "\033[0m");
	p->out->failed |= line.failed;
	fill_put(p->fill, p->out, buf_bytes(&line), INDENT);
	buf_clear(&line);
}

/* ---- The table and the reasons --------------------------------------------------------- */

/* False without memory. */
static bool
fill_row(struct table *t, const struct row *rows, size_t num)
{
	const struct store_item *item = &rows[0].c->item[rows[0].item];
	const struct store_verdict *v =
	    &rows[0].c->judged.verdict[rows[0].item];
	struct buf text = { 0 };
	bool well;

	table_row(t);
	table_str(t, COLUMN_ADVICE, store_advice_name(v->advice));
	table_colour(t, COLUMN_ADVICE, colour_of(v->advice));
	table_str(t, COLUMN_CLASS, store_class_name(v->class));
	if (item->facts.has_dates)
		text_put_rfc3339(&text, item->facts.not_after);
	else
		buf_str(&text, "?");
	table_put(t, COLUMN_EXPIRES,
	    bytes_of(text.ptr, text.len > 10 ? 10 : text.len));
	if (v->expiry == STORE_EXPIRED || v->expiry == STORE_SOON)
		table_colour(t, COLUMN_EXPIRES,
		    v->expiry == STORE_SOON ? TABLE_WARN : TABLE_BAD);
	table_str(t, COLUMN_STORE, item->store);
	table_str(t, COLUMN_NAME, item->name);
	well = buf_ok(&text);
	buf_clear(&text);
	put_nodes(rows, num, &text);
	if (text.len == 0)
		buf_str(&text, "-");
	table_put(t, COLUMN_NODES, buf_bytes(&text));
	well = well && buf_ok(&text);
	buf_clear(&text);
	return well;
}

static enum err
put_table(const struct putting *p, const struct row *rows, struct diag *d)
{
	struct table *t = table_new(columns, NUM_COLUMNS);
	size_t i, n, num = p->c->num;
	enum err e;

	for (i = 0; i < num; i += n) {
		n = row_length(rows + i, num - i);
		if (!fill_row(t, rows + i, n))
			p->out->failed = true;
	}
	e = table_print(t, p->fill, p->out, d);
	table_free(&t);
	return e;
}

static void
put_reasons(const struct putting *p, const struct row *rows)
{
	const struct store_check *c = p->c;
	struct buf raw = { 0 };
	size_t i, n;

	if (c->num > 0)
		put_heading(p, "Reasons:");
	for (i = 0; i < c->num; i += n) {
		const struct store_item *item = &c->item[rows[i].item];

		n = row_length(rows + i, c->num - i);
		buf_printf(&raw, "%s/%s", item->store, item->name);
		if (n <= NODES_NAMED && i + n < c->num &&
		    item->node[0] != '\0' &&
		    strcmp(item->name, c->item[rows[i + n].item].name) == 0) {
			buf_str(&raw, " on ");
			put_nodes(rows + i, n, &raw);
		}
		buf_str(&raw, ": ");
		buf_put(&raw,
		    buf_bytes(&c->judged.verdict[rows[i].item].reason));
		put_raw(p, &raw, INDENT);
	}
}

/* ---- What to do --------------------------------------------------------------------------- */

static void
put_refusal(const struct putting *p)
{
	struct bytes rest = buf_bytes(&p->c->judged.refusal), line;
	const uint8_t *end;
	struct buf raw = { 0 };

	put_heading(p, "NOTHING IS TO BE DELETED NOW:");
	while (rest.len > 0) {
		end = memchr(rest.ptr, '\n', rest.len);
		if (end == NULL ||
		    !bytes_take(&rest, (size_t)(end - rest.ptr) + 1, &line))
			break;
		buf_put(&raw, bytes_of(line.ptr, line.len - 1));
		put_raw(p, &raw, INDENT);
	}
}

static void
put_unsafe(const struct putting *p)
{
	const struct store_check *c = p->c;
	struct buf raw = { 0 };
	bool any = false;
	size_t i;

	for (i = 0; i < c->num; i++) {
		if (!store_check_is_unsafe(c, i))
			continue;
		if (!any)
			put_heading(p,
			    "Without a command, since the name is not safe in "
			    "one:");
		any = true;
		buf_printf(&raw, "%s/%s", c->item[i].store, c->item[i].name);
		if (c->item[i].node[0] != '\0')
			buf_printf(&raw, " on %s", c->item[i].node);
		buf_str(&raw,
		    ": delete it in OS Administration, where nothing is typed");
		put_raw(p, &raw, INDENT);
	}
}

/* Something is to be deleted from the store of RULE. */
static bool
is_touched(const struct store_check *c, const struct store_rule *rule)
{
	size_t i;

	for (i = 0; i < c->num; i++)
		if (c->judged.verdict[i].advice == STORE_DELETE &&
		    store_rule_of(&c->rules.rules, c->item[i].store) == rule)
			return true;
	return false;
}

/* The stores of which one command is enough. */
static void
put_once(const struct putting *p)
{
	const struct store_rules *r = &p->c->rules.rules;
	const char *separator = "- what is deleted from ";
	struct buf raw = { 0 };
	size_t k;

	for (k = 0; !p->c->old && k < r->num_rules; k++) {
		if (!r->rule[k].all_nodes || !is_touched(p->c, &r->rule[k]))
			continue;
		buf_printf(&raw, "%s%s", separator, r->rule[k].store);
		separator = ", ";
	}
	if (raw.len == 0 && buf_ok(&raw))
		return;
	buf_str(&raw,
	    " is deleted on all servers: once is enough, and it stands above "
	    "on one node alone");
	put_raw(p, &raw, INDENT);
}

/* What is restarted after deletions, once a store. */
static void
put_restarts(const struct putting *p)
{
	const struct store_rules *r = &p->c->rules.rules;
	struct buf raw = { 0 };
	size_t k;

	for (k = 0; k < r->num_rules; k++) {
		if (r->rule[k].restart == NULL ||
		    !is_touched(p->c, &r->rule[k]))
			continue;
		buf_printf(&raw,
		    "- after deletions from %s restart, one node at a time, "
		    "the publisher first: %s",
		    r->rule[k].store, r->rule[k].restart);
		put_raw(p, &raw, INDENT);
	}
}

static void
put_before(const struct putting *p)
{
	put_line(p, INDENT,
	    "- first see in the Disaster Recovery System that a backup is newer "
	    "than the last change of a certificate");
	if (p->c->old)
		put_line(p, INDENT,
		    "- first, on every node of the cluster: `utils service "
		    "stop Cisco Certificate Change Notification`; when all is "
		    "deleted on every node, `utils service start Cisco "
		    "Certificate Change Notification` on each");
	else if (p->c->wish->release == NULL)
		put_line(p, INDENT,
		    "- releases up to 11.5 are another matter: there Cisco "
		    "Certificate Change Notification is stopped on all nodes "
		    "first, and each node deletes its own; run this again with "
		    "--release 11.5 for the commands");
}

static void
put_after(const struct putting *p)
{
	put_restarts(p);
	put_line(p, INDENT,
	    "- devices do not always restart by themselves after a deletion "
	    "(CSCut58407): reset those that use it");
	put_line(p, INDENT,
	    "- deleted certificates may come back (CSCto86463): Certificate "
	    "Change Notification copies every 30 minutes");
	put_line(p, INDENT,
	    "- so check again, now and after 30 minutes: paste `show cert list "
	    "own` and `show cert list trust` of every node, and run this again");
}

/* "pub, for all nodes" and so on. */
static void
put_where(const struct putting *p, const struct store_orders *o)
{
	struct buf raw = { 0 };

	buf_u8(p->out, '\n');
	if (o->node[0] != '\0')
		buf_printf(&raw, "On %s:", o->node);
	else
		buf_str(&raw, "On the node:");
	put_raw(p, &raw, 0);
}

static void
put_orders(const struct putting *p, const struct store_orders *o, size_t num)
{
	const struct store_item *item;
	size_t i, k;

	put_heading(p, "To delete (ctlsmith deletes nothing itself):");
	put_before(p);
	for (i = 0; i < num; i++) {
		put_where(p, &o[i]);
		for (k = 0; k < o[i].num; k++) {
			item = &p->c->item[o[i].item[k]];
			/* whole, so that it can be copied */
			buf_printf(p->out, "    set cert delete %s %s\n",
			    item->store, item->name);
		}
	}
	buf_u8(p->out, '\n');
	put_once(p);
	put_after(p);
}

/* "12 certificates: never 7, live-copy 3; to delete 2". */
static void
put_sum(const struct putting *p)
{
	const struct store_judged *j = &p->c->judged;
	size_t i, n = 0;
	struct buf raw = { 0 };
	const char *separator = ": ";

	for (i = 0; i < j->num; i++)
		n += j->verdict[i].advice == STORE_DELETE;
	buf_printf(&raw, "%zu certificate%s", j->num, j->num == 1 ? "" : "s");
	for (i = 0; i < STORE_NUM_CLASSES; i++) {
		if (j->num_of[i] == 0)
			continue;
		buf_printf(&raw, "%s%s %zu", separator,
		    store_class_name((enum store_class)i), j->num_of[i]);
		separator = ", ";
	}
	buf_printf(&raw, "; to delete %zu", n);
	buf_u8(p->out, '\n');
	put_raw(p, &raw, INDENT);
}

static enum err
put_advice(const struct putting *p, struct diag *d)
{
	struct store_orders *o = NULL;
	size_t num = 0;
	enum err e;

	if (p->c->judged.refusal.len > 0) {
		put_refusal(p);
		return ERR_OK;
	}
	e = store_check_orders(p->c, &o, &num, d);
	if (e != ERR_OK)
		return e;
	put_unsafe(p);
	if (num > 0)
		put_orders(p, o, num);
	store_check_orders_free(o, num);
	return ERR_OK;
}

enum err
store_check_put(const struct store_check *c, const struct fill *fill,
    struct buf *out, struct diag *d)
{
	struct putting p = { .c = c, .fill = fill, .out = out };
	struct row *rows;
	enum err e;
	size_t i;

	rows = calloc(c->num + 1, sizeof(*rows));
	if (rows == NULL)
		return diag_nomem(d);
	for (i = 0; i < c->num; i++)
		rows[i] = (struct row){ .c = c, .item = i };
	qsort(rows, c->num, sizeof(*rows), row_place);
	e = put_table(&p, rows, d);
	if (e == ERR_OK)
		put_reasons(&p, rows);
	free(rows);
	if (e == ERR_OK)
		e = put_advice(&p, d);
	if (e == ERR_OK)
		put_sum(&p);
	return e == ERR_OK && !buf_ok(out) ? diag_nomem(d) : e;
}
