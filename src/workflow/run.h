/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a plan, step by step, by its journal. It knows no step kind, no node and
 * no clock: all of these are tables of functions that are handed in.
 *
 * For each step in the order of the plan:
 *	it is done by the journal                       -> next
 *	the world is not what the plan and the journal say, and it was not this
 *	step, begun before, that changed it             -> stop, ERR_POLICY
 *	it was begun and its effect is there            -> check(), "found", next
 *	it changes something, and the maintenance window
 *	is shut                                         -> stop, ERR_WAITING
 *	point of no return, or it strands phones        -> typed, or stop
 *	before(): a precondition fails                  -> stop
 *	"begin" with the facts, act(), check(), "done" with the facts and with
 *	the files that it kept
 * A stop leaves the journal so that run_go() goes on from there. What a question
 * was answered is in the journal where it was an override; routine answers are not.
 *
 * The world is read before each step, and again where a person was asked in
 * between; after a step that may change a fact it is read until two readings are
 * the same. A fact that changed and is none that the step touches is somebody
 * else's work: ERR_POLICY names it.
 *
 * A process that is killed anywhere leaves a step begun: act() may have happened
 * or not, or in part. So act(), check() and undo() must bear to be called again,
 * or there() must say that they need not be; and what the steps that follow need
 * is kept by check(), which is always called.
 */
#ifndef WORKFLOW_RUN_H
#define WORKFLOW_RUN_H

#include "workflow/journal.h"
#include "workflow/plan.h"

struct run;

/* Facts of the world, by name: what the journal keeps and compares. All-zero is
 * empty. Names and values are copied. */
struct run_facts {
	struct journal_pair *pair; /* in the order of their names */
	size_t num, room;
};
MUST_CHECK enum err run_facts_put(struct run_facts *f, const char *name,
    const char *value, struct diag *d);
const char *run_facts_get(const struct run_facts *f, const char *name);
/* The first name whose value differs; a name that only one of both has does not
 * count (it could not be seen). NULL: they agree. */
const char *run_facts_differ(const struct run_facts *a,
    const struct run_facts *b);
void run_facts_clear(struct run_facts *f);

/* What one step kind does. ARG is struct run_setup's. A function that is NULL is
 * nothing, and succeeds. Errors: ERR_POLICY: it must not go on; ERR_WAITING: not
 * yet, journalled as waiting; ERR_IO, ERR_TOKEN, ...: failed, can be resumed. */
struct run_kind {
	enum err (*before)(void *arg, struct run *r, const struct plan_step *s,
	    struct diag *d);
	/* Its effect is there: asked where it was begun and did not end. BEGUN:
	 * the facts of its begin. NULL: may be done again. */
	enum err (*there)(void *arg, struct run *r, const struct plan_step *s,
	    const struct run_facts *begun, bool *ret, struct diag *d);
	enum err (*act)(void *arg, struct run *r, const struct plan_step *s,
	    struct diag *d);
	enum err (*check)(void *arg, struct run *r, const struct plan_step *s,
	    const struct run_facts *begun, struct diag *d);
	/* NULL where the plan has a way back: a person is asked to go it. */
	enum err (*undo)(void *arg, struct run *r, const struct plan_step *s,
	    struct diag *d);
	bool (*touches)(const struct plan_step *s, const char *fact); /* it may
				* change this one; NULL: none */
};

/* What is typed at the point of no return; its key. */
#define RUN_NO_RETURN "no way back"
#define RUN_KEY_NO_RETURN "past-no-return"
#define RUN_KEY_LOST "lost" /* where a step strands phones: their number */

/* A question to a person. KEY is how it is answered beforehand: --answer
 * KEY=VALUE. */
struct run_question {
	const char *key, *text;
	const char *want; /* what has to be typed; NULL: yes or no */
	bool routine;     /* --yes answers it */
};

struct run_world {
	int64_t (*now)(void *arg);
	/* Reads the facts anew. */
	enum err (*facts)(void *arg, struct run_facts *ret, struct diag *d);
	/* The world is fit for a step that changes anything: asked before its
	 * before(), with the same errors. NULL: it always is. */
	enum err (*gate)(void *arg, struct run *r, const struct plan_step *s,
	    struct diag *d);
	/* true: may go on. ERR_WAITING: nobody is there to be asked, with how to
	 * answer; ERR_POLICY: the answer was no. */
	enum err (
	    *ask)(void *arg, const struct run_question *q, struct diag *d);
	/* The maintenance window is open; *RET_OPENS when next. */
	bool (*window)(void *arg, int64_t now, int64_t *ret_opens);
	/* For a person who watches: what begins, ended, is waited for. */
	void (*say)(void *arg, const struct plan_step *s,
	    enum journal_event event, const char *why);
};

struct run_setup {
	const struct plan *plan;
	struct journal *journal;
	const struct run_kind *kinds; /* PLAN_NUM_KINDS of them */
	const struct run_world *world;
	void *arg;           /* of both */
	const char *folder;  /* for files of the run */
	const char *until;   /* id of the last step to do; or NULL: all */
	bool dry;            /* before() of each step, and no action: nothing
			     * but `open` in the journal, no file is kept and
			     * nothing asked */
	bool past_no_return; /* --past-no-return */
	bool yes;
};

/* Runs; ERR_OK: all (or until) is done. ERR_WAITING: waiting, to be resumed.
 * ERR_POLICY: refused, or the world is another, or a file of the run; ERR_USAGE:
 * no step is called until. Others: what failed. In *RET_AT, whatever comes, the
 * index of the step that it stopped at, or of the one that is next.
 *
 * A dry run goes through all steps, says each before() that fails, and returns
 * the first failure. One that lacks what a step before it has yet to make
 * (ERR_ABSENT, ERR_WAITING behind a step that is not done) is said as waiting
 * and is none. */
MUST_CHECK enum err run_go(const struct run_setup *setup, size_t *ret_at,
    struct diag *d);

/* Takes back what was done or begun, the last first, to the last step with no way
 * back but a restore. In *RET_AT how many steps stay as they are (0: all is taken
 * back), and after a failure how many are not yet taken back. Where the world is
 * not what the journal says nothing is taken back: ERR_POLICY. The maintenance
 * window and until do not count; a dry run only says what it would do. */
MUST_CHECK enum err run_undo(const struct run_setup *setup, size_t *ret_at,
    struct diag *d);

/* ---- For kinds. ---- */

/* Keeps BYTES as NAME in the folder of the run, flushed, and notes its SHA-256
 * for the next line of the step. One that is there with the same bytes stays;
 * other bytes are kept beside it ("NAME.2"). A step that is killed before that line
 * leaves an orphan there, which nobody reads. */
MUST_CHECK enum err run_keep(struct run *r, const char *name,
    struct bytes bytes, struct diag *d);
/* The file that was kept last as NAME, by this step or one whose line is in the
 * journal and that was not undone. ERR_ABSENT: none; ERR_POLICY: it is not what
 * was kept. */
MUST_CHECK enum err run_kept(struct run *r, const char *name, struct buf *ret,
    struct diag *d);
/* What that one is called in the folder ("NAME.2"); NULL: none. It lives until
 * the next run_keep(). */
const char *run_kept_name(const struct run *r, const char *name);
bool run_is_dry(const struct run *r);
const struct plan *run_plan(const struct run *r);
struct journal *run_journal(const struct run *r);
/* Asks; an override (Q->routine false, Q->want set) that was typed is written
 * into the journal, and not asked again for the same step and key. */
MUST_CHECK enum err run_ask(struct run *r, const struct plan_step *s,
    const struct run_question *q, struct diag *d);

/* ---- For those who look. ---- */

enum run_state { /* of a step, from the journal */
	RUN_OPEN,
	RUN_BEGUN,
	RUN_WAITING,
	RUN_FAILED,
	RUN_DONE,
	RUN_UNDONE
};
/* As its last line has it; what a killed one left is RUN_BEGUN. */
enum run_state run_state(const struct journal *j, const struct plan_step *s);
const char *run_state_name(enum run_state state);

#endif
