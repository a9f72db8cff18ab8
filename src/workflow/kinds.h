/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each step kind of a plan does on a cluster: precondition, action, check,
 * way back. docs/change.md has a row for each with its source.
 */
#ifndef WORKFLOW_KINDS_H
#define WORKFLOW_KINDS_H

#include "workflow/act.h"

/* What the steps of one run share. All-zero but ACT is legal. */
struct kinds {
	const struct act *act;
	const char *const *canary; /* device names; NULL: none wanted */
	size_t num_canary;
	const char *const *waive; /* names that need not be proven */
	size_t num_waive;
	unsigned
	    classes; /* bits 1u << enum class: whose phones lists are judged
			   * for; 0: with TVS and without */
	const struct ctl_file *installed; /* that phones hold until they are
					   * proven to hold another one;
					   * NULL: what is served */
	const char *folder; /* of the run: what an authority answered is below
			     * it in from-ca; NULL: none, and steps that read
			     * or hand out a file there fail */
};

/* PLAN_NUM_KINDS entries, in their order; the argument of all their functions,
 * and of those below, is a struct kinds. */
extern const struct run_kind kinds_table[];

/* As struct run_world's gate: all nodes are seen but those that steps before S took
 * away, the rollback parameter is False, replication is good, no backup runs. */
MUST_CHECK enum err kinds_gate(void *arg, struct run *r,
    const struct plan_step *s, struct diag *d);

/* Facts of the world as run.h wants them: "ctl/NODE" and "itl/NODE", SHA-256 of
 * what phones get there, and "cert/NODE/UNIT" of what is on disk. */
MUST_CHECK enum err kinds_facts(void *arg, struct run_facts *ret,
    struct diag *d);

#endif
