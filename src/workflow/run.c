/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/run.h"

#include <string.h>

#include "base/text.h"
#include "workflow/run_parts.h"

/* ---- May it begin? ---- */

static enum err
check_window(struct run *r, const struct plan_step *s, struct diag *d)
{
	const struct run_world *w = r->setup->world;
	int64_t opens = 0;
	struct buf when = { 0 };
	enum err e;

	if (w->window == NULL ||
	    !(plan_kind_changes((enum plan_kind)s->kind) ||
		plan_kind_phones((enum plan_kind)s->kind)) ||
	    w->window(r->setup->arg, run_now(r), &opens))
		return ERR_OK;
	text_put_rfc3339(&when, opens);
	if (buf_cstr(&when) == NULL)
		e = diag_nomem(d);
	else
		e = diag_set(d, ERR_WAITING,
		    "the maintenance window is shut; it opens %s",
		    buf_cstr(&when));
	buf_clear(&when);
	return e;
}

/* Typed beforehand: in the journal all the same. */
static enum err
note_no_return(struct run *r, const struct plan_step *s, struct diag *d)
{
	return run_note(r, s, JOURNAL_OVERRIDE,
	    r->setup->past_no_return
		? RUN_KEY_NO_RETURN "=" RUN_NO_RETURN " (--past-no-return)"
		: RUN_KEY_NO_RETURN "=" RUN_NO_RETURN " (--yes)",
	    NULL, d);
}

static enum err
check_no_return(struct run *r, const struct plan_step *s, struct diag *d)
{
	const struct run_setup *u = r->setup;
	size_t at = plan_no_return(u->plan);
	struct run_question q = { .key = RUN_KEY_NO_RETURN,
		.want = RUN_NO_RETURN };
	struct buf text = { 0 };
	enum err e;

	if (at == plan_num_steps(u->plan) || plan_step(u->plan, at) != s ||
	    run_overridden(u->journal, s, q.key))
		return ERR_OK;
	if (u->past_no_return || (u->yes && plan_keeps_all(u->plan)))
		return note_no_return(r, s, d);
	buf_printf(&text,
	    "Step %s is the point of no return: %s. Behind it there is no way "
	    "back but %s.",
	    s->id, s->title == NULL ? s->id : s->title,
	    s->back_text == NULL ? "to go on" : s->back_text);
	q.text = buf_cstr(&text);
	e = q.text == NULL ? diag_nomem(d) : run_ask(r, s, &q, d);
	buf_clear(&text);
	return e;
}

static enum err
check_strands(struct run *r, const struct plan_step *s, struct diag *d)
{
	struct run_question q = { .key = RUN_KEY_LOST };
	struct buf text = { 0 }, num = { 0 };
	enum err e;

	if (s->strands == NULL)
		return ERR_OK;
	buf_printf(&text, "Step %s loses %u phones: %s. Type their number.",
	    s->id, s->strands_num, s->strands);
	buf_printf(&num, "%u", s->strands_num);
	q.text = buf_cstr(&text);
	q.want = buf_cstr(&num);
	e = q.text == NULL || q.want == NULL ? diag_nomem(d)
					     : run_ask(r, s, &q, d);
	buf_clear(&text);
	buf_clear(&num);
	return e;
}

static enum err
before(struct run *r, const struct plan_step *s, struct diag *d)
{
	const struct run_kind *k = run_kind(r, s);
	const struct run_world *w = r->setup->world;
	void *arg = r->setup->arg;
	enum err e = ERR_OK;

	if (w->gate != NULL && plan_kind_changes((enum plan_kind)s->kind))
		e = w->gate(arg, r, s, d);
	return e != ERR_OK || k->before == NULL ? e : k->before(arg, r, s, d);
}

static enum err
check_allowed(struct run *r, const struct plan_step *s, struct diag *d)
{
	enum err e = check_window(r, s, d);

	if (e == ERR_OK)
		e = check_no_return(r, s, d);
	if (e == ERR_OK)
		e = check_strands(r, s, d);
	if (e == ERR_OK)
		e = before(r, s, d);
	return e;
}

/* ---- One step. ---- */

/* The facts of its first begin, where it was begun. */
static enum err
take_begun(struct run *r, const struct plan_step *s, struct diag *d)
{
	const struct journal_line *l = run_begin_line(r->setup->journal, s);

	run_facts_clear(&r->begun);
	return l == NULL
	    ? ERR_OK
	    : run_facts_merge(&r->begun, l->facts, l->num_facts, d);
}

/* Its effect is there: checked, and written as EVENT. */
static enum err
finish(struct run *r, const struct plan_step *s, enum journal_event event,
    struct diag *d)
{
	const struct run_kind *k = run_kind(r, s);
	const struct run_facts *facts = NULL;
	enum err e = ERR_OK;

	if (k->check != NULL)
		e = k->check(r->setup->arg, r, s, &r->begun, d);
	if (e == ERR_OK && k->touches != NULL) {
		e = run_settle(r, s, d);
		facts = &r->seen;
	}
	return e == ERR_OK ? run_note(r, s, event, NULL, facts, d) : e;
}

static enum err
perform(struct run *r, const struct plan_step *s, struct diag *d)
{
	const struct run_kind *k = run_kind(r, s);
	enum err e = check_allowed(r, s, d);

	/* a person takes time, and the world does not wait */
	if (e == ERR_OK && r->asked)
		e = run_look(r, s, d);
	if (e == ERR_OK)
		e = run_note(r, s, JOURNAL_BEGIN, NULL, &r->seen, d);
	if (e == ERR_OK)
		e = take_begun(r, s, d);
	if (e == ERR_OK && k->act != NULL)
		e = k->act(r->setup->arg, r, s, d);
	return e == ERR_OK ? finish(r, s, JOURNAL_DONE, d) : e;
}

static enum err
go_on(struct run *r, const struct plan_step *s, struct diag *d)
{
	const struct run_kind *k = run_kind(r, s);
	bool begun = run_phase(r->setup->journal, s) == RUN_PHASE_BEGUN;
	bool there = false;
	enum err e = run_look(r, begun ? s : NULL, d);

	if (e == ERR_OK && begun && k->there != NULL) {
		e = take_begun(r, s, d);
		if (e == ERR_OK)
			e = k->there(r->setup->arg, r, s, &r->begun, &there, d);
	}
	if (e != ERR_OK)
		return e;
	return there ? finish(r, s, JOURNAL_FOUND, d) : perform(r, s, d);
}

static enum err
step(struct run *r, const struct plan_step *s, struct diag *d)
{
	enum err e;

	run_forget_kept(r);
	e = go_on(r, s, d);
	return e == ERR_OK ? ERR_OK : run_stopped(r, s, e, d);
}

/* ---- All of them. ---- */

static bool
has_ended(const struct journal *j)
{
	size_t i;

	for (i = journal_num(j); i-- > 0;) {
		enum journal_event event = journal_at(j, i)->event;

		if (event == JOURNAL_END)
			return true;
		if (event != JOURNAL_OPEN)
			return false;
	}
	return false;
}

static enum err
all(struct run *r, size_t end, size_t *at, struct diag *d)
{
	const struct run_setup *u = r->setup;
	enum err e = ERR_OK;

	for (*at = 0; *at < end; (*at)++) {
		const struct plan_step *s = plan_step(u->plan, *at);

		if (run_phase(u->journal, s) != RUN_PHASE_DONE)
			e = step(r, s, d);
		if (e != ERR_OK)
			return e;
	}
	run_forget_kept(r);
	if (end < plan_num_steps(u->plan) || has_ended(u->journal))
		return ERR_OK;
	return run_note(r, NULL, JOURNAL_END, NULL, NULL, d);
}

/* ---- Dry. ---- */

struct dry {
	enum err e; /* of the first that failed */
	struct diag why;
	size_t at;
	bool open; /* a step before would have changed something */
};

/* What a step before has to make is not there yet. */
static bool
is_later(const struct dry *dry, enum err e)
{
	return dry->open && (e == ERR_ABSENT || e == ERR_WAITING);
}

static void
dry_step(struct run *r, size_t i, struct dry *dry)
{
	const struct plan_step *s = plan_step(r->setup->plan, i);
	struct diag d;
	enum err e;

	diag_init(&d);
	e = check_window(r, s, &d);
	if (e != ERR_OK)
		run_say(r, s, JOURNAL_WAITING, d.msg);
	diag_init(&d);
	e = before(r, s, &d);
	if (e != ERR_OK)
		run_say(r, s,
		    is_later(dry, e) ? JOURNAL_WAITING : JOURNAL_FAILED, d.msg);
	if (e != ERR_OK && !is_later(dry, e) && dry->e == ERR_OK) {
		dry->e = e;
		dry->why = d;
		dry->at = i;
	}
	dry->open = true;
}

static enum err
all_dry(struct run *r, size_t end, size_t *at, struct diag *d)
{
	const struct run_setup *u = r->setup;
	struct dry dry = { .e = ERR_OK, .at = end };
	const struct plan_step *s;
	bool looked = false;
	size_t i;

	for (i = 0; i < end; i++) {
		s = plan_step(u->plan, i);
		if (run_phase(u->journal, s) == RUN_PHASE_DONE)
			continue;
		if (!looked) {
			enum err e = run_look(r,
			    run_phase(u->journal, s) == RUN_PHASE_BEGUN ? s
									: NULL,
			    d);

			*at = i;
			if (e != ERR_OK)
				return e;
			looked = true;
		}
		dry_step(r, i, &dry);
	}
	*at = dry.at;
	if (dry.e != ERR_OK && d != NULL)
		*d = dry.why;
	return dry.e;
}

enum err
run_go(const struct run_setup *setup, size_t *ret_at, struct diag *d)
{
	size_t last, end = plan_num_steps(setup->plan);
	struct diag own;
	struct run r;
	enum err e;

	diag_init(&own);
	*ret_at = 0;
	if (setup->until != NULL) {
		if (!plan_find(setup->plan, setup->until, &last))
			return diag_set(d, ERR_USAGE,
			    "the plan has no step called %.100s", setup->until);
		end = last + 1;
	}
	e = run_start(&r, setup, &own);
	if (e == ERR_OK)
		e = setup->dry ? all_dry(&r, end, ret_at, &own)
			       : all(&r, end, ret_at, &own);
	run_finish(&r);
	if (e != ERR_OK && d != NULL)
		*d = own;
	return e;
}
