/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world of a few facts, in memory that a child shares with the test, and steps
 * that change it; any call of it can be the one that the run is killed in.
 * Include it after test.h and folder.h.
 */
#ifndef TESTS_UNIT_RUNS_H
#define TESTS_UNIT_RUNS_H

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "workflow/run.h"

#define NUM_FACTS 4
#define MAX_STEPS 12
#define JOURNAL "journal.jsonl"
#define KILLED 99 /* exit status of a child that was "killed" */

struct fake {
	int value[NUM_FACTS];
	bool unseen[NUM_FACTS];
	unsigned acts[MAX_STEPS], undos[MAX_STEPS];
	unsigned signs;  /* lists that were ever made */
	char served[64]; /* the list that was distributed */
	unsigned asked;
	char last_key[32], last_want[32];
	enum err answer; /* of every question */
	enum err before[MAX_STEPS], check[MAX_STEPS];
	bool shut;     /* the window */
	enum err gate; /* of every step that changes anything */
	int restless;  /* readings that each say something else */
	int meddle;    /* fact that somebody changes while a step acts,
			      * plus 1 */
	unsigned kill; /* at this call; 0: never */
	unsigned calls;
	bool tear; /* and a part of a line is left */
	unsigned said[JOURNAL_NUM_EVENTS];
};

static const char *const fact_names[NUM_FACTS] = { "cert/a/CAPF", "cert/b/TVS",
	"ctl/a", "ctl/b" };

static struct plan_step fake_steps[MAX_STEPS];
static struct plan fake_plan;

static inline void
fake_die(struct fake *f)
{
	int fd;

	if (++f->calls != f->kill)
		return;
	if (f->tear) {
		fd = open(JOURNAL, O_WRONLY | O_APPEND);
		if (fd < 0 || write(fd, "{\"n\":7,\"at", 10) != 10)
			_exit(1);
	}
	_exit(KILLED);
}

static inline size_t
index_of(const struct plan_step *s)
{
	return (size_t)(s - fake_steps);
}

static inline int
fact_of(const struct plan_step *s)
{
	int i;

	for (i = 0; i < NUM_FACTS; i++) {
		if (strcmp(fact_names[i], s->unit) == 0)
			return i;
	}
	return -1;
}

static inline void
value_text(int value, char ret[16])
{
	(void)snprintf(ret, 16, "v%d", value);
}

/* ---- The kinds. ---- */

static inline enum err
fake_before(void *arg, struct run *r, const struct plan_step *s, struct diag *d)
{
	struct fake *f = arg;
	enum err e = f->before[index_of(s)];

	fake_die(f);
	return e == ERR_OK ? e : diag_set(d, e, "before of %s", s->id);
}

static inline enum err
fake_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	struct fake *f = arg;
	char now[16];
	const char *was = run_facts_get(begun, s->unit);

	fake_die(f);
	value_text(f->value[fact_of(s)], now);
	*ret = was == NULL || strcmp(was, now) != 0;
	return ERR_OK;
}

static inline enum err
fake_act(void *arg, struct run *r, const struct plan_step *s, struct diag *d)
{
	struct fake *f = arg;

	fake_die(f);
	f->value[fact_of(s)] += 10;
	f->acts[index_of(s)]++;
	if (f->meddle != 0)
		f->value[f->meddle - 1]++;
	fake_die(f);
	return ERR_OK;
}

static inline enum err
fake_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	struct fake *f = arg;
	enum err e = f->check[index_of(s)];
	bool there = true;

	if (e == ERR_OK && s->unit != NULL)
		e = fake_there(arg, r, s, begun, &there, d);
	if (e == ERR_OK && !there)
		e = ERR_IO;
	return e == ERR_OK ? e : diag_set(d, e, "check of %s", s->id);
}

static inline enum err
fake_undo(void *arg, struct run *r, const struct plan_step *s, struct diag *d)
{
	struct fake *f = arg;

	fake_die(f);
	/* what a command of an appliance does: the old one is back */
	if (f->value[fact_of(s)] >= 10)
		f->value[fact_of(s)] %= 10;
	f->undos[index_of(s)]++;
	fake_die(f);
	return ERR_OK;
}

static inline bool
fake_touches(const struct plan_step *s, const char *fact)
{
	return strcmp(s->unit, fact) == 0;
}

/* Each list that is made is another one. */
static inline enum err
sign_act(void *arg, struct run *r, const struct plan_step *s, struct diag *d)
{
	struct fake *f = arg;
	char text[64];
	enum err e;

	fake_die(f);
	(void)snprintf(text, sizeof(text), "list %u", ++f->signs);
	f->acts[index_of(s)]++;
	e = run_keep(r, "CTLFile.tlv", bytes_of_str(text), d);
	fake_die(f);
	return e;
}

static inline enum err
serve_act(void *arg, struct run *r, const struct plan_step *s, struct diag *d)
{
	struct fake *f = arg;
	struct buf text = { 0 };
	enum err e = run_kept(r, "CTLFile.tlv", &text, d);

	if (e == ERR_OK)
		(void)snprintf(f->served, sizeof(f->served), "%s",
		    buf_cstr(&text));
	buf_clear(&text);
	return e == ERR_OK ? fake_act(arg, r, s, d) : e;
}

static const struct run_kind fake_kinds[PLAN_NUM_KINDS] = {
	[PLAN_OBSERVE] = { .before = fake_before, .check = fake_check },
	[PLAN_REGENERATE] = { fake_before, fake_there, fake_act, fake_check,
	    fake_undo, fake_touches },
	[PLAN_BY_HAND] = { fake_before, fake_there, fake_act, fake_check, NULL,
	    fake_touches },
	[PLAN_SIGN_CTL] = { .before = fake_before, .act = sign_act },
	[PLAN_DISTRIBUTE] = { fake_before, fake_there, serve_act, fake_check,
	    fake_undo, fake_touches },
};

/* ---- The world. ---- */

static inline int64_t
fake_now(void *arg)
{
	fake_die(arg);
	return 1000;
}

static inline enum err
fake_facts(void *arg, struct run_facts *ret, struct diag *d)
{
	struct fake *f = arg;
	enum err e = ERR_OK;
	char text[16];
	int i;

	fake_die(f);
	for (i = NUM_FACTS - 1; e == ERR_OK && i >= 0; i--) {
		value_text(f->value[i], text);
		if (f->restless > 0 && i == 0)
			value_text(1000 + f->restless--, text);
		if (!f->unseen[i])
			e = run_facts_put(ret, fact_names[i], text, d);
	}
	return e;
}

static inline enum err
fake_ask(void *arg, const struct run_question *q, struct diag *d)
{
	struct fake *f = arg;

	fake_die(f);
	f->asked++;
	(void)snprintf(f->last_key, sizeof(f->last_key), "%s", q->key);
	(void)snprintf(f->last_want, sizeof(f->last_want), "%s",
	    q->want == NULL ? "" : q->want);
	return f->answer == ERR_OK ? ERR_OK : diag_set(d, f->answer, "no");
}

static inline bool
fake_window(void *arg, int64_t now, int64_t *ret_opens)
{
	*ret_opens = 86400;
	return !((struct fake *)arg)->shut;
}

static inline void
fake_say(void *arg, const struct plan_step *s, enum journal_event event,
    const char *why)
{
	((struct fake *)arg)->said[event]++;
	fake_die(arg);
}

static inline enum err
fake_gate(void *arg, struct run *r, const struct plan_step *s, struct diag *d)
{
	struct fake *f = arg;

	(void)r;
	assert_true(plan_kind_changes((enum plan_kind)s->kind));
	return f->gate == ERR_OK ? ERR_OK : diag_set(d, f->gate, "unfit");
}

static const struct run_world fake_world = { fake_now, fake_facts, fake_gate,
	fake_ask, fake_window, fake_say };

/* ---- Plans and runs. ---- */

/* Appends a step of KIND to the plan; FACT below 0: it changes none. */
static inline struct plan_step *
a_step(enum plan_kind kind, int fact, enum plan_back back)
{
	static const char *const ids[MAX_STEPS] = { "s0", "s1", "s2", "s3",
		"s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11" };
	size_t i = fake_plan.steps.num++;
	struct plan_step *s = &fake_steps[i];

	assert_true(i < MAX_STEPS);
	*s = (struct plan_step){ .id = ids[i],
		.kind = kind,
		.title = "a step",
		.unit = fact < 0 ? NULL : fact_names[fact],
		.back = back,
		.back_text = "the way back" };
	fake_plan.steps.item = fake_steps;
	return s;
}

static inline void
no_plan(void)
{
	fake_plan = (struct plan){ .version = PLAN_VERSION };
}

static inline struct fake *
new_fake(void)
{
	void *p = mmap(NULL, sizeof(struct fake), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct fake *f = p;
	int i;

	assert_true(p != MAP_FAILED);
	for (i = 0; i < NUM_FACTS; i++)
		f->value[i] = i + 1;
	(void)unlink(JOURNAL);
	return f;
}

static inline void
free_fake(struct fake *f)
{
	assert_int_equal(munmap(f, sizeof(*f)), 0);
}

struct how {
	bool undo, dry, yes, past;
	const char *until;
};

/* One process: opens the journal, runs or goes back, and closes it. */
static inline enum err
one_run(struct fake *f, const struct how *how, size_t *at, struct diag *d)
{
	struct run_setup u = { .plan = &fake_plan,
		.kinds = fake_kinds,
		.world = &fake_world,
		.arg = f,
		.folder = "." };
	enum err e;

	if (how != NULL) {
		u.dry = how->dry;
		u.yes = how->yes;
		u.past_no_return = how->past;
		u.until = how->until;
	}
	diag_init(d);
	e = journal_open(JOURNAL, "aa", 1, &u.journal, d);
	if (e == ERR_OK)
		e = how != NULL && how->undo ? run_undo(&u, at, d)
					     : run_go(&u, at, d);
	journal_close(&u.journal);
	return e;
}

static inline void
assert_run(struct fake *f, const struct how *how, enum err expect, size_t at)
{
	struct diag d;
	size_t got = 999;
	enum err e = one_run(f, how, &got, &d);

	if (e != expect)
		fail_msg("%d, not %d: %s", (int)e, (int)expect, d.msg);
	assert_int_equal(got, at);
	assert_int_equal(d.code, expect);
}

/* The same in a child, killed at call N; false: it lived. */
static inline bool
killed_run(struct fake *f, const struct how *how, unsigned n)
{
	struct diag d;
	size_t at;
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		f->calls = 0;
		f->kill = n;
		_exit(one_run(f, how, &at, &d) == ERR_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	f->kill = 0;
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == KILLED)
		return true;
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}

/* The state of each step, a letter each: . o b w f d u. */
static inline void
assert_states(const char *expect)
{
	static const char letters[] = { [RUN_OPEN] = '.',
		[RUN_BEGUN] = 'b',
		[RUN_WAITING] = 'w',
		[RUN_FAILED] = 'f',
		[RUN_DONE] = 'd',
		[RUN_UNDONE] = 'u' };
	struct journal *j = NULL;
	char got[MAX_STEPS + 1] = "";
	size_t i;

	assert_int_equal(journal_load(JOURNAL, "aa", &j, NULL), ERR_OK);
	for (i = 0; i < fake_plan.steps.num; i++)
		got[i] = letters[run_state(j, &fake_steps[i])];
	journal_close(&j);
	assert_string_equal(got, expect);
}

/* How many lines of EVENT the journal has. */
static inline unsigned
num_lines(enum journal_event event)
{
	struct journal *j = NULL;
	unsigned n = 0;
	size_t i;

	assert_int_equal(journal_load(JOURNAL, "aa", &j, NULL), ERR_OK);
	for (i = 0; i < journal_num(j); i++)
		n += journal_at(j, i)->event == event;
	journal_close(&j);
	return n;
}

#endif
