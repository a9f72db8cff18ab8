/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/accept.h"
#include "cli/accept_why.h"
#include "cli/table.h"

#define INDENT 4
#define LABELS_SHOWN 8 /* without --verbose */
#define NAMES_SHOWN 5

static const char *
colour_of(enum table_colour colour)
{
	static const char *const codes[] = { [TABLE_PLAIN] = "",
		[TABLE_GOOD] = "\033[32m",
		[TABLE_WARN] = "\033[33m",
		[TABLE_BAD] = "\033[31m" };

	return codes[colour];
}

static enum table_colour
colour_of_verdict(enum trust_verdict verdict)
{
	if (verdict == TRUST_REFUSES)
		return TABLE_BAD;
	return verdict == TRUST_UNKNOWN ? TABLE_WARN : TABLE_GOOD;
}

static enum table_colour
colour_of_answer(enum works_answer answer)
{
	switch (answer) {
	case WORKS_NO:
		return TABLE_BAD;
	case WORKS_UNKNOWN:
		return TABLE_WARN;
	case WORKS_YES:
		return TABLE_GOOD;
	case WORKS_NOT_NEEDED:
		break;
	}
	return TABLE_PLAIN;
}

/* Fills RAW, from outside, and empties it. */
static void
put_line(const struct fill *fill, struct buf *out, struct buf *raw,
    size_t indent)
{
	struct buf safe = { 0 };

	text_put_safe(&safe, buf_bytes(raw));
	out->failed |= raw->failed || safe.failed;
	fill_put(fill, out, buf_bytes(&safe), indent);
	buf_clear(&safe);
	buf_clear(raw);
}

/* ---- The sentence --------------------------------------------------------------- */

/* Appends " (no-tvs, ata)": the classes with FATE. */
static void
put_classes(const struct accept_run *r, enum accept_fate fate, struct buf *out)
{
	bool seen[CLASS_NUM] = { false };
	const struct accept_question *q;
	size_t i, num = 0;

	for (i = 0; i < r->phones.num_questions; i++) {
		q = &r->phones.question[i];
		if (accept_fate_of(&q->answer) != fate || seen[q->class])
			continue;
		seen[q->class] = true;
		buf_printf(out, "%s%s", num++ == 0 ? " (" : ", ",
		    class_name(q->class));
	}
	if (num > 0)
		buf_str(out, ")");
}

static const char *
noun(const struct accept_run *r)
{
	if (r->phones.is_given)
		return r->total == 1 ? "phone" : "phones";
	return r->phones.has_groups ? "classes of phones in groups"
				    : "classes of phones";
}

void
accept_put_sum(const struct accept_run *r, struct buf *out)
{
	size_t lost = r->sum[ACCEPT_REFUSE] + r->sum[ACCEPT_BROKEN];
	const char *separator = ": ";
	int fate;

	if (!r->judged) {
		buf_printf(out,
		    "nothing is judged: %s does not verify, so that every "
		    "phone refuses it, or nobody can check it",
		    r->path);
		return;
	}
	if (lost > 0)
		buf_printf(out, "%zu of %zu %s %s lost", lost, r->total,
		    noun(r), lost == 1 ? "is" : "are");
	else
		buf_printf(out, "of %zu %s none is %slost", r->total, noun(r),
		    r->sum[ACCEPT_UNKNOWN] > 0 ? "known to be " : "");
	for (fate = ACCEPT_REFUSE; fate <= ACCEPT_BROKEN; fate++) {
		if (r->sum[fate] == 0)
			continue;
		buf_printf(out, "%s%zu %s", separator, r->sum[fate],
		    accept_fate_text((enum accept_fate)fate, r->sum[fate]));
		put_classes(r, (enum accept_fate)fate, out);
		separator = ", ";
	}
	if (r->sum[ACCEPT_UNKNOWN] == 0)
		return;
	buf_printf(out, "; of %zu nobody can tell", r->sum[ACCEPT_UNKNOWN]);
	put_classes(r, ACCEPT_UNKNOWN, out);
}

static void
put_sum(const struct accept_run *r, const struct fill *fill, struct buf *out)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s: ", r->path);
	accept_put_sum(r, &line);
	put_line(fill, out, &line, INDENT);
}

/* ---- The tables ----------------------------------------------------------------- */

static void
row_answer(struct table *t, const struct accept_run *r,
    const struct accept_question *q)
{
	const struct accept *a = &q->answer;
	struct buf label = { 0 };

	table_row(t);
	accept_why_put_label(r, q, &label);
	table_put(t, 0, buf_bytes(&label));
	table_str(t, 1, trust_verdict_name(a->judgement.verdict));
	table_colour(t, 1, colour_of_verdict(a->judgement.verdict));
	table_printf(t, 2, "%s%s", works_answer_name(a->works.all),
	    a->keeps ? ", with the old" : "");
	table_colour(t, 2, colour_of_answer(a->works.all));
	if (r->phones.is_given)
		table_printf(t, 3, "%zu", q->num);
	buf_clear(&label);
}

static enum err
put_answers(const struct accept_run *r, const struct fill *fill,
    struct buf *out, struct diag *d)
{
	static const struct table_column columns[] = {
		{ "CLASS", TABLE_WRAP },
		{ "VERDICT", TABLE_WRAP },
		{ "WORKS", TABLE_WRAP },
		{ "PHONES", TABLE_RIGHT },
	};
	struct table *t = table_new(columns, r->phones.is_given ? 4 : 3);
	enum err e;
	size_t i;

	buf_str(out, "\n");
	for (i = 0; i < r->phones.num_questions; i++)
		row_answer(t, r, &r->phones.question[i]);
	e = table_print(t, fill, out, d);
	table_free(&t);
	return e;
}

static void
row_works(struct table *t, const struct accept_run *r,
    const struct accept_question *q)
{
	static const char *const marks[] = { [WORKS_NOT_NEEDED] = "-",
		[WORKS_YES] = "yes",
		[WORKS_UNKNOWN] = "?",
		[WORKS_NO] = "no" };
	const struct works *w = &q->answer.works;
	struct buf label = { 0 };
	size_t i;

	table_row(t);
	accept_why_put_label(r, q, &label);
	table_put(t, 0, buf_bytes(&label));
	for (i = 0; i < WORKS_NUM; i++) {
		table_str(t, i + 1, marks[w->answer[i]]);
		table_colour(t, i + 1, colour_of_answer(w->answer[i]));
	}
	buf_clear(&label);
}

static enum err
put_works(const struct accept_run *r, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	struct table_column columns[1 + WORKS_NUM] = { { "CLASS",
	    TABLE_WRAP } };
	struct table *t;
	enum err e;
	size_t i;

	for (i = 0; i < WORKS_NUM; i++)
		columns[i + 1].heading = works_rule_name((enum works_rule)i);
	t = table_new(columns, 1 + WORKS_NUM);
	buf_str(out, "\n");
	for (i = 0; i < r->phones.num_questions; i++)
		row_works(t, r, &r->phones.question[i]);
	e = table_print(t, fill, out, d);
	table_free(&t);
	return e;
}

/* ---- What decides --------------------------------------------------------------- */

/* The first question from I on that WHY is not about. */
static size_t
next_other(const struct accept_whys *ws, size_t why, size_t i)
{
	while (ws->why_of[i] == why)
		i++;
	return i;
}

/* Appends the questions of WHY; or, ALL_BUT, those that it is not about. */
static void
put_labels(const struct accept_run *r, const struct accept_whys *ws, size_t why,
    bool all_but, struct buf *out)
{
	size_t total = r->phones.num_questions, num = 0;
	size_t max = r->wish->verbose ? total : LABELS_SHOWN;
	size_t all = all_but ? total - ws->num[why] : ws->num[why];
	size_t i = all_but ? 0 : ws->head[why];

	while (num < all) {
		if (all_but)
			i = next_other(ws, why, i);
		if (num == max && all > max + 1) {
			buf_printf(out, " and %zu others", all - num);
			break;
		}
		buf_str(out, num++ == 0 ? "" : ", ");
		accept_why_put_label(r, &r->phones.question[i], out);
		i = all_but ? i + 1 : ws->next[i];
	}
}

/* Appends whom WHY is about: "no-tvs, ata: ", "all but mra: ". */
static void
put_members(const struct accept_run *r, const struct accept_whys *ws,
    size_t why, struct buf *out)
{
	size_t total = r->phones.num_questions, num = ws->num[why];
	bool all_but = num > LABELS_SHOWN / 2 &&
	    total - num <= LABELS_SHOWN / 2;

	if (total > 1 && num == total) {
		buf_str(out, "all: ");
		return;
	}
	if (all_but)
		buf_str(out, "all but ");
	put_labels(r, ws, why, all_but, out);
	buf_str(out, ": ");
}

/* A reason on its way out: "refuses [A4, documented] no-tvs, ata: the ...". */
struct saying {
	const struct accept_run *r;
	const struct accept_whys *ws;
	const struct fill *fill;
	const char *word; /* in colour */
	enum table_colour colour;
	char behind[80];
};

static void
put_why(const struct saying *s, size_t why, struct buf *out)
{
	const struct accept_question *q =
	    &s->r->phones.question[s->ws->head[why]];
	struct buf raw = { 0 }, line = { 0 };

	if (s->fill->colours)
		buf_str(&line, colour_of(s->colour));
	buf_str(&line, s->word);
	if (s->fill->colours)
		buf_str(&line, "\033[0m");
	buf_str(&line, s->behind);
	put_members(s->r, s->ws, why, &raw);
	buf_str(&raw, accept_why_text(s->ws, q));
	text_put_safe(&line, buf_bytes(&raw));
	out->failed |= line.failed || raw.failed;
	fill_put(s->fill, out, buf_bytes(&line), INDENT);
	buf_clear(&raw);
	buf_clear(&line);
}

static void
put_verdict(struct saying *s, size_t why, struct buf *out)
{
	const struct trust_judgement *j =
	    &s->r->phones.question[s->ws->head[why]].answer.judgement;
	bool leg = j->leg != TRUST_LEG_NONE;

	s->word = trust_verdict_name(j->verdict);
	s->colour = colour_of_verdict(j->verdict);
	(void)snprintf(s->behind, sizeof(s->behind), " [%s, %s] %s%s%s",
	    trust_rule_name(j->rule), accept_evidence(j), leg ? "[by " : "",
	    leg ? trust_leg_name(j->leg) : "", leg ? "] " : "");
	put_why(s, why, out);
}

static void
put_rule(struct saying *s, enum works_rule rule, size_t why, struct buf *out)
{
	const struct accept_question *q =
	    &s->r->phones.question[s->ws->head[why]];
	enum works_answer answer = q->answer.works.answer[rule];

	bool said = q->answer.judgement.rule == TRUST_RULE_REMOTE &&
	    answer == WORKS_UNKNOWN; /* by the verdict */

	if ((answer == WORKS_NOT_NEEDED || said) && !s->r->wish->verbose)
		return;
	s->word = works_rule_name(rule);
	s->colour = colour_of_answer(answer);
	(void)snprintf(s->behind, sizeof(s->behind), " %s [%s] ",
	    works_answer_name(answer), works_rule_evidence(rule));
	put_why(s, why, out);
}

/* Every reason of the answers ABOUT: see accept_why_sort(). */
static enum err
put_whys(const struct accept_run *r, int about, const struct fill *fill,
    struct buf *out, struct diag *d)
{
	struct accept_whys ws;
	struct saying s = { .r = r, .ws = &ws, .fill = fill };
	enum err e;
	size_t i;

	e = accept_why_sort(r, about, &ws, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < ws.keys.num; i++)
		if (about == ACCEPT_WHY_VERDICT)
			put_verdict(&s, i, out);
		else
			put_rule(&s, (enum works_rule)about, i, out);
	accept_why_clear(&ws);
	return ERR_OK;
}

/* ---- Phones, and what is to be said besides ------------------------------------- */

/* The names of the phones with FATE. */
static void
put_names(const struct accept_run *r, enum accept_fate fate,
    const struct fill *fill, struct buf *out)
{
	const struct accept_phones *p = &r->phones;
	size_t i, j, num = 0, all = r->sum[fate];
	size_t max = r->wish->verbose ? all : NAMES_SHOWN;
	struct buf line = { 0 };

	buf_printf(&line, "%zu %s: ", all, accept_fate_text(fate, all));
	for (i = 0; i < p->num_questions; i++) {
		if (accept_fate_of(&p->question[i].answer) != fate)
			continue;
		for (j = 0; j < p->question[i].num && num < max; j++) {
			buf_str(&line, num++ == 0 ? "" : ", ");
			buf_put(&line,
			    accept_phones_name(p, p->question[i].first + j));
		}
	}
	if (num < all)
		buf_printf(&line, " and %zu other%s (--verbose names all)",
		    all - num, all - num == 1 ? "" : "s");
	put_line(fill, out, &line, INDENT);
}

static void
put_phones(const struct accept_run *r, const struct fill *fill, struct buf *out)
{
	int fate;

	if (!r->phones.is_given)
		return;
	buf_str(out, "\n");
	for (fate = 0; fate < ACCEPT_NUM_FATES; fate++)
		if (r->sum[fate] > 0)
			put_names(r, (enum accept_fate)fate, fill, out);
}

static void
put_notes(const struct accept_run *r, const struct fill *fill, struct buf *out)
{
	struct buf notes = { 0 }, line = { 0 };
	struct bytes rest;
	size_t len;

	accept_why_put_notes(r, &notes);
	out->failed |= notes.failed;
	if (notes.len > 0 && r->judged)
		buf_str(out, "\n");
	for (rest = buf_bytes(&notes); rest.len > 0;
	     rest = bytes_of(rest.ptr + len, rest.len - len)) {
		const uint8_t *end = memchr(rest.ptr, '\n', rest.len);

		len = end == NULL ? rest.len : (size_t)(end - rest.ptr) + 1;
		buf_str(&line, "note: ");
		buf_put(&line, bytes_of(rest.ptr, end == NULL ? len : len - 1));
		put_line(fill, out, &line, 6);
	}
	buf_clear(&notes);
}

enum err
accept_put(const struct accept_run *r, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	enum err e = ERR_OK;
	int rule;

	put_sum(r, fill, out);
	if (r->judged) {
		e = put_answers(r, fill, out, d);
		buf_str(out, "\n");
		if (e == ERR_OK)
			e = put_whys(r, ACCEPT_WHY_VERDICT, fill, out, d);
		if (e == ERR_OK)
			e = put_works(r, fill, out, d);
		buf_str(out, "\n");
		for (rule = 0; e == ERR_OK && rule < WORKS_NUM; rule++)
			e = put_whys(r, rule, fill, out, d);
		put_phones(r, fill, out);
	}
	put_notes(r, fill, out);
	if (e != ERR_OK)
		return e;
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
