/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the run share. */
#ifndef WORKFLOW_RUN_PARTS_H
#define WORKFLOW_RUN_PARTS_H

#include "workflow/run.h"

struct run {
	const struct run_setup *setup;
	struct run_facts expect;   /* by the plan, then by the journal */
	struct run_facts seen;     /* as they were read last */
	struct run_facts begun;    /* at the begin of the step that is run */
	struct journal_pair *kept; /* by this step; in the order of keeping */
	size_t num_kept, room_kept;
	bool asked; /* a person, since the world was read */
};

/* How far a step is, for who goes on with it. */
enum run_phase {
	RUN_PHASE_OPEN,  /* nothing of it is there */
	RUN_PHASE_BEGUN, /* something may be */
	RUN_PHASE_DONE
};
enum run_phase run_phase(const struct journal *j, const struct plan_step *s);
/* It was being taken back, and was not yet. */
bool run_is_undoing(const struct journal *j, const struct plan_step *s);
/* The line of its first begin since it was last undone; NULL. */
const struct journal_line *run_begin_line(const struct journal *j,
    const struct plan_step *s);
/* KEY was typed for S (or NULL, for no step) since it was last undone. */
bool run_overridden(const struct journal *j, const struct plan_step *s,
    const char *key);

/* Facts: FROM over INTO; and pairs that are owned. */
MUST_CHECK enum err run_facts_merge(struct run_facts *into,
    const struct journal_pair *from, size_t num, struct diag *d);
MUST_CHECK enum err run_pair_set(struct journal_pair *ret, const char *name,
    const char *value, struct diag *d);
void run_pair_clear(struct journal_pair *p);

/* What is expected, and whether the files that were kept are what they were. */
MUST_CHECK enum err run_start(struct run *r, const struct run_setup *setup,
    struct diag *d);
void run_finish(struct run *r);

const struct run_kind *run_kind(const struct run *r, const struct plan_step *s);
int64_t run_now(const struct run *r);

/* Reads the world, which has to be as expected but for what S (or NULL) touches.
 */
MUST_CHECK enum err run_look(struct run *r, const struct plan_step *s,
    struct diag *d);
/* The same, until two readings are the same. */
MUST_CHECK enum err run_settle(struct run *r, const struct plan_step *s,
    struct diag *d);

/* Writes the line of S (or NULL), with what was kept, and FACTS or NULL; and says
 * it. */
MUST_CHECK enum err run_note(struct run *r, const struct plan_step *s,
    enum journal_event event, const char *why, const struct run_facts *facts,
    struct diag *d);
/* S stopped with E, which D describes: the line of that. Returns E. */
enum err run_stopped(struct run *r, const struct plan_step *s, enum err e,
    const struct diag *d);
void run_say(struct run *r, const struct plan_step *s, enum journal_event event,
    const char *why);

MUST_CHECK enum err run_check_kept(struct run *r, struct diag *d);
void run_forget_kept(struct run *r);

#endif
