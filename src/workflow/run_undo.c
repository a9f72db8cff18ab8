/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/run_parts.h"

static bool
has_no_way_back(const struct plan_step *s)
{
	return s->back == PLAN_RESTORE || s->back == PLAN_NONE;
}

/* Whether something of S may be there. Where it was begun and did not end: not,
 * when it says so and no fact has changed since. */
static enum err
is_there(struct run *r, const struct plan_step *s, bool *ret, struct diag *d)
{
	const struct journal *j = r->setup->journal;
	const struct run_kind *k = run_kind(r, s);
	const struct journal_line *l = run_begin_line(j, s);
	enum err e;

	*ret = true;
	if (k->there == NULL || l == NULL ||
	    run_phase(j, s) != RUN_PHASE_BEGUN || run_is_undoing(j, s))
		return ERR_OK;
	run_facts_clear(&r->begun);
	e = run_facts_merge(&r->begun, l->facts, l->num_facts, d);
	if (e == ERR_OK)
		e = k->there(r->setup->arg, r, s, &r->begun, ret, d);
	if (e == ERR_OK && run_facts_differ(&r->begun, &r->seen) != NULL)
		*ret = true;
	return e;
}

/* Nothing of ours goes this way: a person does, and says so. */
static enum err
ask_person(struct run *r, const struct plan_step *s, struct diag *d)
{
	struct run_question q = { .key = s->id };
	struct buf text = { 0 };
	enum err e;

	buf_printf(&text, "Take back step %s by hand: %s. Is it done?", s->id,
	    s->back_text == NULL ? "as the plan says" : s->back_text);
	q.text = buf_cstr(&text);
	e = q.text == NULL ? diag_nomem(d) : run_ask(r, s, &q, d);
	buf_clear(&text);
	return e;
}

static enum err
take_back(struct run *r, const struct plan_step *s, struct diag *d)
{
	const struct run_kind *k = run_kind(r, s);
	enum err e;

	e = run_note(r, s, JOURNAL_UNDOING, NULL, &r->seen, d);
	if (e == ERR_OK && k->undo != NULL)
		e = k->undo(r->setup->arg, r, s, d);
	else if (e == ERR_OK && s->back != PLAN_NOTHING)
		e = ask_person(r, s, d);
	if (e == ERR_OK)
		e = run_settle(r, s, d);
	return e == ERR_OK ? run_note(r, s, JOURNAL_UNDONE, NULL, &r->seen, d)
			   : e;
}

/* *RET_STOP: it stays, and so does all before it. */
static enum err
go_back(struct run *r, const struct plan_step *s, bool *ret_stop,
    struct diag *d)
{
	bool begun = run_phase(r->setup->journal, s) == RUN_PHASE_BEGUN;
	bool there = true;
	enum err e = run_look(r, begun ? s : NULL, d);

	if (e == ERR_OK)
		e = is_there(r, s, &there, d);
	if (e != ERR_OK)
		return e;
	*ret_stop = there && has_no_way_back(s);
	if (*ret_stop)
		return ERR_OK;
	if (r->setup->dry) {
		run_say(r, s, JOURNAL_UNDOING, s->back_text);
		return ERR_OK;
	}
	return there ? take_back(r, s, d)
		     : run_note(r, s, JOURNAL_UNDONE, NULL, &r->seen, d);
}

static enum err
back(struct run *r, size_t *at, struct diag *d)
{
	const struct run_setup *u = r->setup;
	bool stop = false;
	enum err e = ERR_OK;
	size_t i;

	*at = plan_num_steps(u->plan);
	for (i = *at; i-- > 0;) {
		const struct plan_step *s = plan_step(u->plan, i);

		run_forget_kept(r);
		if (run_phase(u->journal, s) != RUN_PHASE_OPEN)
			e = go_back(r, s, &stop, d);
		if (e != ERR_OK)
			return u->dry ? e : run_stopped(r, s, e, d);
		if (stop)
			return ERR_OK;
		*at = i;
	}
	return ERR_OK;
}

enum err
run_undo(const struct run_setup *setup, size_t *ret_at, struct diag *d)
{
	struct diag own;
	struct run r;
	enum err e;

	diag_init(&own);
	*ret_at = plan_num_steps(setup->plan);
	e = run_start(&r, setup, &own);
	if (e == ERR_OK)
		e = back(&r, ret_at, &own);
	run_finish(&r);
	if (e != ERR_OK && d != NULL)
		*d = own;
	return e;
}
