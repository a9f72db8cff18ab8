/* SPDX-License-Identifier: Apache-2.0 */
/* An order, for people. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/fill.h"
#include "cli/steps_do.h"
#include "cli/table.h"
#include "cli/token_print.h"

#define INDENT 4
#define STEP_INDENT 5 /* behind "  1. " */
#define ACT_INDENT 7
#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Layout. ---- */

static void
put_line(struct buf *out, const struct buf *text, size_t indent)
{
	struct fill fill = fill_for_stdout();
	struct buf safe = { 0 };

	text_put_safe(&safe, buf_bytes(text));
	out->failed |= !buf_ok(text) || !buf_ok(&safe);
	fill_put(&fill, out, buf_bytes(&safe), indent);
	buf_clear(&safe);
}

static void
put_sentence(struct buf *out, const char *head, const char *sentence)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s%s.", head, sentence);
	put_line(out, &text, INDENT);
	buf_clear(&text);
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* They stand under one head. */
static bool
is_beside(const struct steps_act *a, const struct steps_act *b)
{
	return a->nodes == b->nodes && is_same(a->where, b->where) &&
	    is_same(a->when, b->when);
}

/* "On pub, sub, one after the other, if it runs there:" */
static void
put_head(const struct steps *s, const struct steps_act *act, struct buf *text)
{
	const char *sep = "On ";
	size_t i;

	for (i = 0; i < s->in.num_nodes; i++)
		if ((act->nodes >> i & 1) != 0) {
			buf_printf(text, "%s%s", sep, s->name[i]);
			sep = ", ";
		}
	if ((act->nodes & (act->nodes - 1)) != 0)
		buf_str(text, ", one after the other");
	buf_printf(text, "%s%s%s:", act->where == NULL ? "" : act->where,
	    act->when == NULL ? "" : ", ", act->when == NULL ? "" : act->when);
}

/* A command is copied as it stands, so that it is never folded. */
static void
put_act(const struct steps_act *act, struct buf *out)
{
	struct buf text = { 0 };

	buf_printf(&text, "%*s%s", ACT_INDENT, "", act->text);
	if (act->how == STEPS_CLI) {
		buf_put(out, buf_bytes(&text));
		buf_u8(out, '\n');
		out->failed |= !buf_ok(&text);
	} else {
		put_line(out, &text, ACT_INDENT);
	}
	buf_clear(&text);
}

/* Heads, and what is done under each; then why. */
static void
put_step(const struct steps *s, const struct order *o, size_t i,
    struct buf *out)
{
	const struct order_step *step = &o->step[i];
	struct buf text = { 0 };
	struct steps_acts acts;
	size_t k;

	steps_acts_of(s, o, i, &acts);
	buf_printf(&text, "%3zu. ", i + 1);
	for (k = 0; k < acts.num; k++) {
		if (k == 0 || !is_beside(&acts.act[k - 1], &acts.act[k])) {
			if (k > 0)
				buf_printf(&text, "%*s", STEP_INDENT, "");
			put_head(s, &acts.act[k], &text);
			put_line(out, &text, STEP_INDENT);
			buf_clear(&text);
		}
		put_act(&acts.act[k], out);
	}
	buf_printf(&text, "%*sWhy: %s%s%s%s", STEP_INDENT, "", step->why.msg,
	    step->source == NULL ? "" : " [",
	    step->source == NULL ? "" : step->source,
	    step->source == NULL ? "" : "]");
	put_line(out, &text, STEP_INDENT);
	buf_clear(&text);
}

static void
put_rounds(const struct steps *s, const struct order *o, struct buf *out)
{
	size_t i, round = 0;

	for (i = 0; i < o->num; i++) {
		if (o->step[i].round != round) {
			round = o->step[i].round;
			buf_printf(out, "\nRound %zu\n", round);
		}
		put_step(s, o, i, out);
	}
}

/* ---- All rounds at a glance. ---- */

/* Appends "CallManager of pub, sub" for the renewals from FIRST on. */
static void
put_changes(const struct steps *s, const struct order *o, size_t first,
    struct buf *out)
{
	const struct order_step *step, *last = NULL;
	size_t i;

	for (i = first; i < o->num && o->step[i].round == o->step[first].round;
	     i++) {
		step = &o->step[i];
		if (step->kind != ORDER_RENEW)
			continue;
		if (last == NULL || last->change != step->change)
			buf_printf(out, "%s%s of %s", last == NULL ? "" : "; ",
			    order_change_name(step->change),
			    s->name[steps_node_of(s, step)]);
		else
			buf_printf(out, ", %s",
			    s->name[steps_node_of(s, step)]);
		last = step;
	}
}

/* Appends the upload and the list of the round. */
static void
put_list(const struct order *o, size_t first, struct buf *out)
{
	const struct order_step *step;
	size_t i;

	for (i = first; i < o->num && o->step[i].round == o->step[first].round;
	     i++) {
		step = &o->step[i];
		if (step->kind == ORDER_UPDATE_CTL ||
		    step->kind == ORDER_LOCALKEY ||
		    step->kind == ORDER_SIGN_TOKEN ||
		    (step->kind == ORDER_TRUST_UPLOAD &&
			(i == first || step[-1].kind != step->kind)))
			buf_printf(out, "%s%s", out->len == 0 ? "" : ", ",
			    order_kind_name(step->kind));
	}
}

static enum err
put_overview(const struct steps *s, const struct order *o, struct buf *out,
    struct diag *d)
{
	static const struct table_column columns[] = { { "ROUND", TABLE_RIGHT },
		{ "CHANGES", TABLE_WRAP }, { "LIST", 0 } };
	struct table *t = table_new(columns, NUM(columns));
	struct buf changes = { 0 }, list = { 0 };
	bool ok = true;
	size_t i;

	for (i = 0; i < o->num; i++) {
		if (i > 0 && o->step[i].round == o->step[i - 1].round)
			continue;
		put_changes(s, o, i, &changes);
		put_list(o, i, &list);
		ok = ok && buf_ok(&changes) && buf_ok(&list);
		table_row(t);
		table_printf(t, 0, "%zu", o->step[i].round);
		table_put(t, 1, buf_bytes(&changes));
		table_put(t, 2, buf_bytes(&list));
		buf_clear(&changes);
		buf_clear(&list);
	}
	if (ok)
		return token_put_table(&t, out, d);
	table_free(&t);
	return diag_nomem(d);
}

static void
put_through_tvs(const struct order *o, struct buf *out)
{
	unsigned classes = 0;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < o->num; i++)
		classes |= o->step[i].through_tvs;
	for (i = 0; i < CLASS_NUM; i++)
		if ((classes & 1u << i) != 0)
			buf_printf(&text, "%s%s", text.len == 0 ? "" : ", ",
			    class_name((enum class)i));
	if (classes != 0 && buf_cstr(&text) != NULL)
		put_sentence(out,
		    "Through TVS alone take a list: ", buf_cstr(&text));
	out->failed |= !buf_ok(&text);
	buf_clear(&text);
}

/* ---- Servers of the list that are no node. ---- */

#define OTHERS_SHOWN 5

/* A and B are a host's name, with or without its domain, in any case. */
static bool
is_host(struct bytes a, struct bytes b)
{
	const uint8_t *dot_a = memchr(a.ptr, '.', a.len);
	const uint8_t *dot_b = memchr(b.ptr, '.', b.len);
	size_t len_a = dot_a == NULL ? a.len : (size_t)(dot_a - a.ptr);
	size_t len_b = dot_b == NULL ? b.len : (size_t)(dot_b - b.ptr);

	if (dot_a != NULL && dot_b != NULL) {
		len_a = a.len;
		len_b = b.len;
	}
	return len_a == len_b &&
	    strncasecmp((const char *)a.ptr, (const char *)b.ptr, len_a) == 0;
}

static bool
is_among(struct bytes host, const struct bytes *others, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (is_host(host, others[i]))
			return true;
	return false;
}

static bool
is_node(const struct steps *s, struct bytes host)
{
	size_t i;

	for (i = 0; i < s->in.num_nodes; i++)
		if (is_host(host, bytes_of_str(s->in.nodes[i].name)))
			return true;
	return false;
}

/* What phones are told of and the order was not: it says nothing of them. */
static void
put_others(const struct steps *s, struct buf *out)
{
	struct bytes host, others[OTHERS_SHOWN + 1];
	struct buf text = { 0 };
	size_t i, num = 0;

	for (i = 1; i <= ctl_num_records(s->in.installed); i++) {
		const struct ctl_record *r = ctl_record(s->in.installed, i);

		host = ctl_record_text(r, CTL_REC_DNS_NAME);
		if (ctl_record_is_server(r) && host.len > 0 &&
		    num <= OTHERS_SHOWN && !is_node(s, host) &&
		    !is_among(host, others, num))
			others[num++] = host;
	}
	for (i = 0; i < num && i < OTHERS_SHOWN; i++)
		buf_printf(&text, "%s%.*s", i == 0 ? "" : ", ",
		    (int)others[i].len, (const char *)others[i].ptr);
	if (num > OTHERS_SHOWN)
		buf_str(&text, " and others");
	buf_str(&text, "; nothing is said of them");
	if (num > 0 && buf_cstr(&text) != NULL)
		put_sentence(out, "Servers of the list that are no node here: ",
		    buf_cstr(&text));
	out->failed |= !buf_ok(&text);
	buf_clear(&text);
}

static void
put_helps(unsigned helps, struct buf *text)
{
	const char *sep = "";
	size_t i;

	for (i = 0; i < ORDER_NUM_HELPS; i++)
		if ((helps & 1u << i) != 0) {
			buf_printf(text, "%s%s", sep,
			    order_help_name((enum order_help)i));
			sep = ", ";
		}
}

/* Why there is none: where the search ended. */
static void
put_dead_ends(const struct order *o, struct buf *out)
{
	const struct order_dead_end *end;
	struct buf text = { 0 };
	size_t i;

	if (o->num_dead_ends > 0)
		buf_str(out, "\nWhy: the search ended at\n");
	for (i = 0; i < o->num_dead_ends; i++) {
		end = &o->dead_end[i];
		buf_printf(&text, "  - %s%s%s: %s%s%s%s",
		    order_kind_name(end->step.kind),
		    order_change_name(end->step.change)[0] == '\0' ? ""
								   : " for ",
		    order_change_name(end->step.change), end->why.msg,
		    end->rule[0] == '\0' ? "" : " [", end->rule,
		    end->rule[0] == '\0' ? "" : "]");
		put_line(out, &text, INDENT);
		buf_clear(&text);
	}
}

static void
put_verdict(const struct order *o, struct buf *out)
{
	struct buf text = { 0 };

	if (o->possible && o->num == 0)
		buf_str(&text, "There is nothing to do.");
	else if (o->possible)
		buf_printf(&text,
		    "%s %zu round%s: no phone is lost at any step.",
		    "There is an order, in", o->step[o->num - 1].round,
		    o->step[o->num - 1].round == 1 ? "" : "s");
	else if (o->helped)
		buf_str(&text, "There is no order, unless more is allowed.");
	else
		buf_str(&text, "There is no order, whatever is allowed.");
	put_line(out, &text, 0);
	buf_clear(&text);
}

/* What it uses; or, where there is no order, what would help. */
static void
put_help(const struct order *o, struct buf *out)
{
	struct buf text = { 0 };

	if (!o->possible)
		buf_printf(&text, "What would help: %s",
		    o->helped ? "allow " : "nothing that --allow knows");
	else if (o->helps != 0)
		buf_printf(&text, "%*sIt uses: ", INDENT, "");
	put_helps(o->helps, &text);
	if (text.len > 0) {
		buf_str(out, o->possible ? "" : "\n");
		buf_str(&text, o->helped && !o->possible ? "; then:" : ".");
		put_line(out, &text, INDENT);
	}
	out->failed |= !buf_ok(&text);
	buf_clear(&text);
}

enum err
steps_put(const struct steps *s, const struct order *o, struct buf *out,
    struct diag *d)
{
	enum err e;

	put_verdict(o, out);
	if (!o->possible)
		put_dead_ends(o, out);
	put_help(o, out);
	if (o->num > 0)
		buf_str(out, "\n");
	e = put_overview(s, o, out, d);
	if (e != ERR_OK)
		return e;
	put_rounds(s, o, out);
	if (o->num > 0 && o->agrees.msg[0] != '\0') {
		buf_str(out, "\n");
		put_sentence(out, "Cisco's documents: ", o->agrees.msg);
	}
	put_through_tvs(o, out);
	if (o->num > 0 || !o->possible)
		put_others(s, out);
	if ((s->in.classes & 1u << CLASS_MRA) != 0)
		put_sentence(out, "mra: ",
		    "what phones behind an Expressway are given no source "
		    "says; they were taken for phones that ask no TVS");
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
