/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "workflow/run_parts.h"

#define READINGS_MAX 5

const struct run_kind *
run_kind(const struct run *r, const struct plan_step *s)
{
	return &r->setup->kinds[s->kind];
}

int64_t
run_now(const struct run *r)
{
	return r->setup->world->now(r->setup->arg);
}

const struct plan *
run_plan(const struct run *r)
{
	return r->setup->plan;
}

struct journal *
run_journal(const struct run *r)
{
	return r->setup->journal;
}

bool
run_is_dry(const struct run *r)
{
	return r->setup->dry;
}

/* ---- What the world should be. ---- */

static enum err
put_fact(struct run_facts *f, const char *const part[3], const char *value,
    struct diag *d)
{
	struct buf name = { 0 };
	const char *text;
	enum err e;

	buf_printf(&name, "%s/%s", part[0], part[1]);
	if (part[2] != NULL)
		buf_printf(&name, "/%s", part[2]);
	text = buf_cstr(&name);
	e = text == NULL ? diag_nomem(d) : run_facts_put(f, text, value, d);
	buf_clear(&name);
	return e;
}

/* What the plan was made for. */
static enum err
expect_plan(struct run *r, struct diag *d)
{
	const struct plan *p = r->setup->plan;
	const struct plan_list *list = p->lists.item;
	const struct plan_cert *cert = p->certs.item;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < p->lists.num; i++)
		e = put_fact(&r->expect,
		    (const char *const[]){ "ctl", list[i].node, NULL },
		    list[i].sha256, d);
	for (i = 0; e == ERR_OK && i < p->certs.num; i++)
		e = put_fact(&r->expect,
		    (const char *const[]){ "cert", cert[i].node, cert[i].unit },
		    cert[i].sha256, d);
	return e;
}

enum err
run_start(struct run *r, const struct run_setup *setup, struct diag *d)
{
	const struct journal *j = setup->journal;
	enum err e;
	size_t i;

	*r = (struct run){ .setup = setup };
	e = expect_plan(r, d);
	for (i = 0; e == ERR_OK && i < journal_num(j); i++)
		e = run_facts_merge(&r->expect, journal_at(j, i)->facts,
		    journal_at(j, i)->num_facts, d);
	return e == ERR_OK ? run_check_kept(r, d) : e;
}

void
run_finish(struct run *r)
{
	run_facts_clear(&r->expect);
	run_facts_clear(&r->seen);
	run_facts_clear(&r->begun);
	run_forget_kept(r);
}

/* ---- What it is. ---- */

static bool
touches(const struct run *r, const struct plan_step *s, const char *fact)
{
	const struct run_kind *kind = s == NULL ? NULL : run_kind(r, s);

	return kind != NULL && kind->touches != NULL && kind->touches(s, fact);
}

/* A fact that is not as expected, and that S does not touch; NULL. */
static const char *
strange(const struct run *r, const struct plan_step *s)
{
	size_t i;

	for (i = 0; i < r->expect.num; i++) {
		const struct journal_pair *p = &r->expect.pair[i];
		const char *is = run_facts_get(&r->seen, p->name);

		if (is != NULL && strcmp(is, p->value) != 0 &&
		    !touches(r, s, p->name))
			return p->name;
	}
	return NULL;
}

static enum err
read_world(struct run *r, struct diag *d)
{
	struct run_facts f = { 0 };
	enum err e = r->setup->world->facts(r->setup->arg, &f, d);

	if (e != ERR_OK) {
		run_facts_clear(&f);
		return e;
	}
	run_facts_clear(&r->seen);
	r->seen = f;
	return ERR_OK;
}

/* Reads until two readings say the same. */
static enum err
read_twice(struct run *r, struct diag *d)
{
	struct run_facts before = { 0 };
	bool same = false;
	enum err e = ERR_OK;
	int i;

	for (i = 1; e == ERR_OK && !same && i < READINGS_MAX; i++) {
		run_facts_clear(&before);
		before = r->seen;
		r->seen = (struct run_facts){ 0 };
		e = read_world(r, d);
		same = e == ERR_OK && before.num == r->seen.num &&
		    run_facts_differ(&before, &r->seen) == NULL;
	}
	if (e == ERR_OK && !same)
		e = diag_set(d, ERR_WAITING,
		    "the cluster changes while it is looked at; resume when "
		    "it has come to rest");
	run_facts_clear(&before);
	return e;
}

static enum err
is_strange(const struct run *r, const char *fact, struct diag *d)
{
	const struct journal_line *l = journal_facts(r->setup->journal);

	if (l == NULL)
		return diag_set(d, ERR_POLICY,
		    "%.100s is not what it was when the plan was made: make a "
		    "new plan",
		    fact);
	return diag_set(d, ERR_POLICY,
	    "%.100s was changed by somebody else since step %.60s: look at "
	    "what it is now; put it back and resume, or make a new plan",
	    fact, l->step == NULL ? "?" : l->step);
}

/* R->seen was read. A look in the middle of a change is looked at again. */
static enum err
judge(struct run *r, const struct plan_step *s, struct diag *d)
{
	const char *fact;
	enum err e;

	if (strange(r, s) == NULL)
		return ERR_OK;
	e = read_twice(r, d);
	if (e != ERR_OK)
		return e;
	fact = strange(r, s);
	return fact == NULL ? ERR_OK : is_strange(r, fact, d);
}

enum err
run_look(struct run *r, const struct plan_step *s, struct diag *d)
{
	enum err e = read_world(r, d);

	r->asked = false;
	return e == ERR_OK ? judge(r, s, d) : e;
}

enum err
run_settle(struct run *r, const struct plan_step *s, struct diag *d)
{
	enum err e = read_world(r, d);

	if (e == ERR_OK)
		e = read_twice(r, d);
	return e == ERR_OK ? judge(r, s, d) : e;
}

/* ---- What is written of it. ---- */

void
run_say(struct run *r, const struct plan_step *s, enum journal_event event,
    const char *why)
{
	if (r->setup->world->say != NULL)
		r->setup->world->say(r->setup->arg, s, event, why);
}

enum err
run_note(struct run *r, const struct plan_step *s, enum journal_event event,
    const char *why, const struct run_facts *facts, struct diag *d)
{
	struct journal_line l = { .at = run_now(r),
		.event = event,
		.step = s == NULL ? NULL : s->id,
		.why = why,
		.files = r->kept,
		.num_files = r->num_kept };
	enum err e;

	if (facts != NULL) {
		l.facts = facts->pair;
		l.num_facts = facts->num;
	}
	e = journal_add(r->setup->journal, &l, d);
	if (e == ERR_OK && facts != NULL)
		e = run_facts_merge(&r->expect, facts->pair, facts->num, d);
	if (e == ERR_OK)
		run_say(r, s, event, why);
	return e;
}

enum err
run_stopped(struct run *r, const struct plan_step *s, enum err e,
    const struct diag *d)
{
	enum journal_event event = e == ERR_WAITING ? JOURNAL_WAITING
						    : JOURNAL_FAILED;

	/* what stopped it is what is told, also where that cannot be written */
	if (run_note(r, s, event, d->msg, NULL, NULL) != ERR_OK)
		run_say(r, s, event, d->msg);
	return e;
}

/* ---- What a person is asked. ---- */

static enum err
ask(struct run *r, const struct run_question *q, struct diag *d)
{
	const struct run_world *w = r->setup->world;

	if (w->ask == NULL)
		return diag_set(d, ERR_WAITING,
		    "nobody is there to be asked; answer with --answer "
		    "%.40s=%.40s",
		    q->key, q->want == NULL ? "yes" : q->want);
	r->asked = true;
	return w->ask(r->setup->arg, q, d);
}

enum err
run_ask(struct run *r, const struct plan_step *s, const struct run_question *q,
    struct diag *d)
{
	bool override = !q->routine && q->want != NULL;
	struct buf why = { 0 };
	enum err e;

	if (r->setup->dry || (q->routine && r->setup->yes) ||
	    (override && run_overridden(r->setup->journal, s, q->key)))
		return ERR_OK;
	e = ask(r, q, d);
	if (e != ERR_OK || !override)
		return e;
	buf_printf(&why, "%s=%s", q->key, q->want);
	e = buf_cstr(&why) == NULL
	    ? diag_nomem(d)
	    : run_note(r, s, JOURNAL_OVERRIDE, buf_cstr(&why), NULL, d);
	buf_clear(&why);
	return e;
}
