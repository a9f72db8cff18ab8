/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/status.h"
#include "cli/table.h"

#define INDENT 2
#define WIDE 80 /* columns */
#define DAY ((int64_t)86400)
#define SUM_DIGITS 8 /* of the MD5, as phones show it */

enum column {
	COLUMN_NODE,
	COLUMN_STATE,
	COLUMN_MODE,
	COLUMN_CTL,
	COLUMN_SHOW_CTL,
	COLUMN_ITL,
	COLUMN_SHOW_ITL,
	COLUMN_VERDICT,
	COLUMN_SIGNER,
	COLUMN_AGE
};

static const struct table_column columns[] = {
	[COLUMN_NODE] = { "NODE", TABLE_WRAP },
	[COLUMN_STATE] = { "STATE", 0 },
	[COLUMN_MODE] = { "MODE", TABLE_WRAP },
	[COLUMN_CTL] = { "CTL", TABLE_WRAP },
	[COLUMN_SHOW_CTL] = { "SHOW", TABLE_WRAP },
	[COLUMN_ITL] = { "ITL", TABLE_WRAP },
	[COLUMN_SHOW_ITL] = { "SHOW", TABLE_WRAP },
	[COLUMN_VERDICT] = { "VERIFY", TABLE_WRAP },
	[COLUMN_SIGNER] = { "SIGNER", TABLE_WRAP },
	[COLUMN_AGE] = { "AGE", TABLE_RIGHT },
};
#define NUM_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static enum table_colour
colour_of(enum health_grade grade)
{
	switch (grade) {
	case HEALTH_BAD:
		return TABLE_BAD;
	case HEALTH_UNKNOWN:
	case HEALTH_NOTE:
		return TABLE_WARN;
	case HEALTH_GOOD:
		return TABLE_GOOD;
	case HEALTH_NOT_ASKED:
		break;
	}
	return TABLE_PLAIN;
}

/* ---- A line a node ----------------------------------------------------------------- */

/* What a download came to. */
static const char *
verdict_of(const struct health_list *l)
{
	if (l->file != NULL)
		return l->verified ? "verified" : "failed";
	if (l->md5[0] != '\0')
		return "broken";
	return l->why.code == ERR_ABSENT ? "none" : "no answer";
}

static void
put_sum(struct table *t, size_t column, const struct health_list *l)
{
	if (l->md5[0] != '\0')
		table_printf(t, column, "%.*s", SUM_DIGITS, l->md5);
	else
		table_str(t, column, l->why.code == ERR_ABSENT ? "none" : "?");
}

/* What the node says of it: that it is the same, or what else. */
static void
put_told(struct table *t, size_t column, const struct health_list *l, bool has,
    const struct said_list *told)
{
	if (!has) {
		table_str(t, column, "?");
	} else if (told->absent) {
		table_str(t, column, "none");
	} else if (strcmp(told->md5, l->md5) == 0) {
		table_str(t, column, "same");
	} else {
		table_printf(t, column, "%.*s", SUM_DIGITS, told->md5);
		table_colour(t, column, TABLE_BAD);
	}
}

static const char *
mode_of(const struct status *s)
{
	if (!s->survey.has_mode)
		return "?";
	return s->survey.mixed ? "mixed" : "non-secure";
}

static void
put_age(struct table *t, const struct status *s, const struct health_list *l)
{
	int64_t age = s->now - l->time;

	if (!l->has_time)
		return;
	if (age < 0)
		table_str(t, COLUMN_AGE, "future");
	else if (age < 2 * DAY)
		table_printf(t, COLUMN_AGE, "%lld h", (long long)(age / 3600));
	else
		table_printf(t, COLUMN_AGE, "%lld d", (long long)(age / DAY));
}

static void
put_node(struct table *t, const struct status *s, size_t i)
{
	const struct survey_node *n = &s->survey.node[i];
	const struct health_node *h = &s->health.node[i];

	table_row(t);
	table_str(t, COLUMN_NODE, n->entry->name);
	table_str(t, COLUMN_STATE, health_grade_name(h->grade));
	table_colour(t, COLUMN_STATE, colour_of(h->grade));
	if (n->entry->role == INVENTORY_IMP) {
		table_str(t, COLUMN_MODE, "presence");
		return;
	}
	table_str(t, COLUMN_MODE, mode_of(s));
	put_sum(t, COLUMN_CTL, &h->ctl);
	put_told(t, COLUMN_SHOW_CTL, &h->ctl, n->has_told_ctl, &n->told_ctl);
	put_sum(t, COLUMN_ITL, &h->itl);
	put_told(t, COLUMN_SHOW_ITL, &h->itl, n->has_told_itl, &n->told_itl);
	table_str(t, COLUMN_VERDICT, verdict_of(&h->ctl));
	table_colour(t, COLUMN_VERDICT,
	    h->ctl.verified ? TABLE_GOOD : TABLE_WARN);
	table_str(t, COLUMN_SIGNER, h->ctl.signer);
	put_age(t, s, &h->ctl);
}

/* The usual terminal has room for all but a signer's name: nothing else is cut
 * into parts there. */
static bool
is_wide(const struct fill *fill)
{
	return fill->width == 0 || fill->width >= WIDE;
}

static enum err
put_nodes(const struct status *s, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	struct table_column wide[NUM_COLUMNS];
	struct table *t;
	enum err e;
	size_t i;

	memcpy(wide, columns, sizeof(wide));
	for (i = 0; i < NUM_COLUMNS; i++)
		if (i != COLUMN_SIGNER)
			wide[i].flags &= ~(unsigned)TABLE_WRAP;
	t = table_new(is_wide(fill) ? wide : columns, NUM_COLUMNS);
	for (i = 0; i < s->survey.num_nodes; i++)
		put_node(t, s, i);
	e = table_print(t, fill, out, d);
	table_free(&t);
	return e;
}

/* ---- Findings ------------------------------------------------------------------------ */

static const char *
colour_text(const struct fill *fill, enum health_grade grade)
{
	if (!fill->colours)
		return "";
	switch (colour_of(grade)) {
	case TABLE_BAD:
		return "\x1b[31m";
	case TABLE_WARN:
		return "\x1b[33m";
	case TABLE_GOOD:
		return "\x1b[32m";
	case TABLE_PLAIN:
		break;
	}
	return "";
}

/* "bad R1 cucm2: what; to do". TODO: the latter, too. */
static void
put_finding(const struct health_finding *f, bool todo, const struct fill *fill,
    struct buf *out)
{
	struct buf line = { 0 };
	const char *colour = colour_text(fill, f->grade);

	buf_printf(&line, "%s%s%s %s ", colour, health_grade_name(f->grade),
	    colour[0] == '\0' ? "" : "\x1b[0m", health_rule_name(f->rule));
	if (f->node != NULL) {
		text_put_safe(&line, bytes_of_str(f->node));
		buf_str(&line, ": ");
	}
	text_put_safe(&line, bytes_of_str(f->what));
	if (todo && f->todo[0] != '\0') {
		buf_str(&line, "; ");
		text_put_safe(&line, bytes_of_str(f->todo));
	}
	out->failed |= line.failed;
	fill_put(fill, out, buf_bytes(&line), INDENT);
	buf_clear(&line);
}

/* A finding before the Ith says the same grade of the same rule. */
static bool
is_repeated(const struct health *h, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (h->finding[k].grade == h->finding[i].grade &&
		    h->finding[k].rule == h->finding[i].rule)
			return true;
	return false;
}

/* The rules of which nothing worse than GRADE is said, in one line. */
static void
put_rules(const struct status *s, enum health_grade grade, const char *what,
    const struct fill *fill, struct buf *out)
{
	struct buf line = { 0 };
	size_t i, num = 0;

	buf_str(&line, what);
	for (i = 0; i < s->health.num_findings; i++) {
		const struct health_finding *f = &s->health.finding[i];

		if (f->grade != grade || is_repeated(&s->health, i))
			continue;
		buf_printf(&line, "%s%s", num++ == 0 ? " " : ", ",
		    health_rule_name(f->rule));
	}
	out->failed |= line.failed;
	if (num > 0)
		fill_put(fill, out, buf_bytes(&line), INDENT);
	buf_clear(&line);
}

/* X and Y are of one node, or both of the cluster. */
static bool
is_of_one(const struct health_finding *x, const struct health_finding *y)
{
	if (x->node == NULL || y->node == NULL)
		return x->node == y->node;
	return strcmp(x->node, y->node) == 0;
}

/* What is to be done that more can be seen is said once a node. */
static bool
is_news(const struct status *s, size_t i)
{
	const struct health_finding *f = s->health.finding;
	size_t k;

	for (k = 0; k < i && f[i].grade == HEALTH_UNKNOWN; k++)
		if (f[k].grade == HEALTH_UNKNOWN && is_of_one(&f[k], &f[i]) &&
		    strcmp(f[k].todo, f[i].todo) == 0)
			return false;
	return true;
}

static void
put_findings(const struct status *s, const struct fill *fill, struct buf *out)
{
	size_t i;

	for (i = 0; i < s->health.num_findings; i++)
		if (s->health.finding[i].grade >= HEALTH_NOTE)
			put_finding(&s->health.finding[i], is_news(s, i), fill,
			    out);
	put_rules(s, HEALTH_GOOD, "Good:", fill, out);
	put_rules(s, HEALTH_NOT_ASKED, "Not asked:", fill, out);
}

/* ---- What else is to be said ------------------------------------------------------------ */

static void
put_line(const struct fill *fill, struct buf *out, const char *node,
    const char *text, const char *more)
{
	struct buf line = { 0 };

	text_put_safe(&line, bytes_of_str(node));
	buf_str(&line, text);
	text_put_safe(&line, bytes_of_str(more));
	out->failed |= line.failed;
	fill_put(fill, out, buf_bytes(&line), INDENT);
	buf_clear(&line);
}

static void
put_notes(const struct status *s, const struct fill *fill, struct buf *out)
{
	size_t i;

	for (i = 0; i < s->survey.num_nodes; i++) {
		const struct survey_node *n = &s->survey.node[i];

		if (!n->reached)
			put_line(fill, out, n->entry->name,
			    " could not be reached over SSH: ",
			    n->why == NULL ? "" : n->why);
		if (n->weak != NULL)
			put_line(fill, out, n->entry->name,
			    ": the session used old algorithms: ", n->weak);
	}
	for (i = 0; s->doubts[i] != NULL; i++)
		put_line(fill, out, "",
		    "Not understood, and left out: ", s->doubts[i]);
}

static void
put_head(const struct status *s, const struct fill *fill, struct buf *out)
{
	struct buf line = { 0 };
	size_t i;

	buf_str(&line, "Cluster ");
	text_put_safe(&line, bytes_of_str(s->inventory.name));
	for (i = 0; i < s->survey.num_nodes; i++)
		if (s->survey.node[i].entry->role == INVENTORY_PUBLISHER &&
		    s->survey.node[i].has_version) {
			buf_str(&line, ", release ");
			text_put_safe(&line,
			    bytes_of_str(s->survey.node[i].version.active));
		}
	buf_printf(&line, ", %s mode, seen ",
	    s->survey.has_mode ? mode_of(s) : "unknown");
	text_put_rfc3339(&line, s->now);
	out->failed |= line.failed;
	fill_put(fill, out, buf_bytes(&line), INDENT);
	buf_clear(&line);
}

enum err
status_put(const struct status *s, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	enum err e;

	put_head(s, fill, out);
	buf_str(out, "\n");
	e = put_nodes(s, fill, out, d);
	if (e != ERR_OK)
		return e;
	buf_str(out, "\n");
	put_notes(s, fill, out);
	put_findings(s, fill, out);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

void
status_put_lines(const struct status *s, struct buf *out)
{
	const struct fill plain = { .width = 0 };
	size_t i;

	for (i = 0; i < s->survey.num_nodes; i++)
		if (!s->survey.node[i].reached)
			put_line(&plain, out, s->survey.node[i].entry->name,
			    " could not be reached over SSH", "");
	for (i = 0; i < s->health.num_findings; i++)
		if (s->health.finding[i].grade >= HEALTH_NOTE)
			put_finding(&s->health.finding[i], true, &plain, out);
}
