/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change_tell.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/table.h"

/* ---- What is known ----------------------------------------------------------------- */

static bool
is_of(const struct journal_line *l, const struct plan_step *s)
{
	return l->step != NULL && strcmp(l->step, s->id) == 0;
}

void
change_tell_step(const struct journal *j, const struct plan_step *s,
    struct change_step *ret)
{
	const struct journal_line *last = journal_last(j, s->id);
	size_t i;

	*ret = (struct change_step){ .state = run_state(j, s) };
	if (last != NULL)
		ret->why = last->why;
	for (i = 0; i < journal_num(j); i++) {
		const struct journal_line *l = journal_at(j, i);

		if (!is_of(l, s))
			continue;
		if (l->event == JOURNAL_BEGIN) {
			ret->tries++;
			if (ret->begun == 0)
				ret->begun = l->at;
		}
		if (l->event == JOURNAL_DONE || l->event == JOURNAL_FOUND)
			ret->ended = l->at;
	}
	if (ret->state != RUN_DONE)
		ret->ended = 0;
}

bool
change_tell_ended(const struct change_run *r)
{
	size_t i;

	for (i = journal_num(r->journal); i-- > 0;)
		if (journal_at(r->journal, i)->event != JOURNAL_OPEN)
			return journal_at(r->journal, i)->event == JOURNAL_END;
	return false;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct change_fact *)a)->name,
	    ((const struct change_fact *)b)->name);
}

static struct change_fact *
fact_of(struct change_fact *f, size_t *num, const char *name)
{
	size_t i;

	for (i = 0; i < *num; i++)
		if (strcmp(f[i].name, name) == 0)
			return &f[i];
	f[*num] = (struct change_fact){ .name = name };
	return &f[(*num)++];
}

enum err
change_tell_facts(const struct change_run *r, struct change_fact **ret,
    size_t *ret_num, struct diag *d)
{
	const struct journal *j = r->journal;
	struct change_fact *f, *one;
	size_t i, k, most = 0, num = 0;

	for (i = 0; i < journal_num(j); i++)
		most += journal_at(j, i)->num_facts;
	f = calloc(most + 1, sizeof(*f));
	if (f == NULL)
		return diag_nomem(d);
	for (i = 0; i < journal_num(j); i++)
		for (k = 0; k < journal_at(j, i)->num_facts; k++) {
			const struct journal_pair *p =
			    &journal_at(j, i)->facts[k];

			one = fact_of(f, &num, p->name);
			if (one->before == NULL)
				one->before = p->value;
			one->after = p->value;
		}
	qsort(f, num, sizeof(*f), by_name);
	*ret = f;
	*ret_num = num;
	return ERR_OK;
}

/* ---- A plan ------------------------------------------------------------------------- */

static void
put_line(struct buf *out, const struct fill *fill, const char *before,
    const char *text)
{
	struct buf line = { 0 };

	buf_str(&line, before);
	text_put_safe(&line, bytes_of_str(text));
	if (buf_cstr(&line) != NULL)
		fill_put(fill, out, buf_bytes(&line), 2);
	buf_clear(&line);
}

static void
put_wishes(const struct plan *p, struct buf *out)
{
	size_t i;

	for (i = 0; i < p->wishes.num; i++) {
		buf_str(out, i == 0 ? "" : ", ");
		text_put_safe(out, bytes_of_str(p->wishes.item[i]));
	}
}

static void
put_title(const struct plan *p, struct buf *out)
{
	buf_str(out, "Change of ");
	text_put_safe(out, bytes_of_str(p->cluster));
	buf_str(out, ", release ");
	text_put_safe(out, bytes_of_str(p->release));
	buf_str(out, ": ");
	put_wishes(p, out);
	buf_str(out, p->ca_signed ? " (signed by a CA)\n" : "\n");
}

static void
put_step(struct table *t, size_t i, const struct plan_step *s)
{
	table_row(t);
	table_printf(t, 0, "%zu", i + 1);
	table_str(t, 1, s->title);
	table_str(t, 2, plan_actor_name((enum plan_actor)s->who));
	table_str(t, 3, plan_back_name((enum plan_back)s->back));
	if (s->resets > 0)
		table_printf(t, 4, "%u", s->resets);
	if (s->minutes > 0)
		table_printf(t, 5, "%u", s->minutes);
	if (s->strands != NULL)
		table_colour(t, 1, TABLE_BAD);
}

static enum err
put_steps(const struct plan *p, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	static const struct table_column columns[] = { { "#", TABLE_RIGHT },
		{ "STEP", TABLE_WRAP }, { "WHO", 0 }, { "WAY BACK", 0 },
		{ "RESETS", TABLE_RIGHT }, { "MIN", TABLE_RIGHT } };
	struct table *t = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	size_t i, no_return = plan_no_return(p);
	enum err e;

	for (i = 0; i < plan_num_steps(p); i++) {
		if (i == no_return) {
			table_row(t);
			table_str(t, 1, "POINT OF NO RETURN");
			table_colour(t, 1, TABLE_BAD);
		}
		put_step(t, i, plan_step(p, i));
	}
	e = table_print(t, fill, out, d);
	table_free(&t);
	return e;
}

static void
put_sums(const struct plan *p, struct buf *out)
{
	unsigned long resets = 0, minutes = 0;
	size_t i;

	for (i = 0; i < plan_num_steps(p); i++) {
		resets += plan_step(p, i)->resets;
		minutes += plan_step(p, i)->minutes;
	}
	buf_printf(out,
	    "\n%zu steps, about %lu minutes; %u phones, %lu resets of "
	    "phones.\n",
	    plan_num_steps(p), minutes, p->phones, resets);
	if (plan_no_return(p) == plan_num_steps(p))
		buf_str(out, "Every step has a way back.\n");
	if (!plan_keeps_all(p))
		buf_str(out,
		    "THIS PLAN LOSES PHONES: their number has to be typed.\n");
}

static void
put_todo(const struct plan *p, const struct fill *fill, struct buf *out)
{
	size_t i;
	bool any = false;

	for (i = 0; i < plan_num_steps(p); i++) {
		const struct plan_step *s = plan_step(p, i);

		if (s->strands != NULL)
			put_line(out, fill, "Loses phones: ", s->strands);
		if (s->todo == NULL || s->who != PLAN_ADMINISTRATOR)
			continue;
		if (!any)
			buf_str(out, "\nWhat you will be asked to do:\n");
		any = true;
		buf_printf(out, "%3zu ", i + 1);
		put_line(out, fill, "", s->todo);
	}
}

enum err
change_tell_plan(const struct plan *p, const char *path,
    const struct fill *fill, struct buf *out, struct diag *d)
{
	size_t i;
	enum err e;

	put_title(p, out);
	for (i = 0; i < p->warnings.num; i++)
		put_line(out, fill, "! ", p->warnings.item[i]);
	buf_str(out, "\n");
	e = put_steps(p, fill, out, d);
	if (e != ERR_OK)
		return e;
	put_sums(p, out);
	put_todo(p, fill, out);
	for (i = 0; i < p->follow_up.num; i++)
		put_line(out, fill, "Afterwards: ", p->follow_up.item[i]);
	if (path != NULL) {
		buf_str(out, "\nWritten to ");
		text_put_safe(out, bytes_of_str(path));
		buf_str(out, "; `ctlsmith change run ");
		text_put_safe(out, bytes_of_str(path));
		buf_str(out, "` does it.\n");
	} else {
		buf_str(out, "\nNothing was written: -o PLAN does so.\n");
	}
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

/* ---- How far it is ---------------------------------------------------------------------- */

static void
put_time(struct table *t, size_t column, int64_t when)
{
	struct buf text = { 0 };

	if (when == 0)
		return;
	text_put_rfc3339(&text, when);
	table_put(t, column, buf_bytes(&text));
	buf_clear(&text);
}

static enum err
put_states(const struct change_run *r, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	static const struct table_column columns[] = { { "#", TABLE_RIGHT },
		{ "STEP", 0 }, { "STATE", 0 }, { "BEGUN", 0 }, { "ENDED", 0 },
		{ "WHY", TABLE_WRAP } };
	struct table *t = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	struct change_step step;
	size_t i;
	enum err e;

	for (i = 0; i < plan_num_steps(&r->plan); i++) {
		const struct plan_step *s = plan_step(&r->plan, i);

		change_tell_step(r->journal, s, &step);
		table_row(t);
		table_printf(t, 0, "%zu", i + 1);
		table_str(t, 1, s->id);
		table_str(t, 2, run_state_name(step.state));
		put_time(t, 3, step.begun);
		put_time(t, 4, step.ended);
		if (step.why != NULL && step.state != RUN_DONE)
			table_str(t, 5, step.why);
	}
	e = table_print(t, fill, out, d);
	table_free(&t);
	return e;
}

static void
put_state(const struct change_run *r, struct buf *out)
{
	size_t i, done = 0, num = plan_num_steps(&r->plan);
	struct change_step step;

	for (i = 0; i < num; i++) {
		change_tell_step(r->journal, plan_step(&r->plan, i), &step);
		done += step.state == RUN_DONE;
	}
	buf_printf(out, "%zu of %zu steps are done%s.\n", done, num,
	    change_tell_ended(r) ? "; it is at its end" : "");
	buf_printf(out, "Plan %.12s, in ", r->sha256);
	text_put_safe(out, buf_bytes(&r->folder));
	buf_str(out, "\n\n");
}

/* ---- The report --------------------------------------------------------------------------- */

static void
put_value(struct table *t, size_t column, const char *value)
{
	table_printf(t, column, "%.16s", value == NULL ? "-" : value);
}

static enum err
put_facts(const struct change_run *r, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	static const struct table_column columns[] = { { "WHAT", 0 },
		{ "BEFORE", 0 }, { "AFTER", 0 } };
	struct change_fact *f = NULL;
	struct table *t;
	size_t i, num = 0;
	enum err e = change_tell_facts(r, &f, &num, d);

	if (e != ERR_OK || num == 0) {
		free(f);
		return e;
	}
	t = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	for (i = 0; i < num; i++) {
		bool same = strcmp(f[i].before, f[i].after) == 0;

		table_row(t);
		table_str(t, 0, f[i].name);
		put_value(t, 1, f[i].before);
		if (same)
			table_str(t, 2, "the same");
		else
			put_value(t, 2, f[i].after);
	}
	buf_str(out,
	    "\nSHA-256 of lists and certificates, the first 16 "
	    "digits:\n");
	e = table_print(t, fill, out, d);
	table_free(&t);
	free(f);
	return e;
}

static void
put_files(const struct change_run *r, struct buf *out)
{
	bool any = false;
	size_t i, k;

	for (i = 0; i < journal_num(r->journal); i++) {
		const struct journal_line *l = journal_at(r->journal, i);

		for (k = 0; k < l->num_files; k++) {
			if (!any)
				buf_str(out,
				    "\nFiles that were kept, SHA-256:"
				    "\n");
			any = true;
			text_put_safe(out, bytes_of_str(l->files[k].value));
			buf_str(out, "  ");
			text_put_safe(out, bytes_of_str(l->files[k].name));
			buf_str(out, "\n");
		}
	}
}

/* Those that are absent by name: they will need a visit. */
static enum err
put_devices(const struct change_run *r, const struct fill *fill,
    struct buf *out, struct diag *d)
{
	struct change_devices l = { .num = 0 };
	enum err e = change_tell_devices(r, &l, d);
	size_t i, absent = 0;

	for (i = 0; i < l.num; i++)
		absent += strcmp(l.item[i].state, "absent") == 0;
	if (l.num > 0)
		buf_printf(out,
		    "\nPhones at the begin: %zu registered, %zu absent.\n",
		    l.num - absent, absent);
	for (i = 0; i < l.num; i++)
		if (strcmp(l.item[i].state, "absent") == 0)
			put_line(out, fill, "Absent: ", l.item[i].name);
	change_devices_clear(&l);
	return e;
}

static void
put_typed(const struct change_run *r, const struct fill *fill, struct buf *out)
{
	size_t i, k;

	for (i = 0; i < journal_num(r->journal); i++) {
		const struct journal_line *l = journal_at(r->journal, i);

		if (l->event == JOURNAL_OVERRIDE)
			put_line(out, fill,
			    "Typed: ", l->why == NULL ? "" : l->why);
		for (k = 0; l->event == JOURNAL_WAIVED && k < l->num_names; k++)
			put_line(out, fill, "Waived: ", l->names[k]);
	}
}

enum err
change_tell_text(const struct change_run *r, bool long_,
    const struct fill *fill, struct buf *out, struct diag *d)
{
	size_t i;
	enum err e;

	put_title(&r->plan, out);
	put_state(r, out);
	e = put_states(r, fill, out, d);
	if (e != ERR_OK || !long_)
		return e;
	buf_str(out, "\n");
	for (i = 0; i < r->plan.warnings.num; i++)
		put_line(out, fill, "! ", r->plan.warnings.item[i]);
	put_typed(r, fill, out);
	e = put_facts(r, fill, out, d);
	put_files(r, out);
	if (e == ERR_OK)
		e = put_devices(r, fill, out, d);
	for (i = 0; i < r->plan.follow_up.num; i++)
		put_line(out, fill,
		    "Has to follow: ", r->plan.follow_up.item[i]);
	if (e == ERR_OK && !buf_ok(out))
		e = diag_nomem(d);
	return e;
}
