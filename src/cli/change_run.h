/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of a plan, as the commands of the group `change` have it: which plan,
 * its folder, its journal, and the cluster that it is about. Of ctlsmith-net.
 *
 * The folder is changes/CLUSTER/SHA256 in the state folder (--state,
 * $XDG_STATE_HOME/ctlsmith, ~/.local/state/ctlsmith): plan.yaml, journal.jsonl,
 * transcripts, from-ca, and what steps have kept. SHA256 are the first 12 digits
 * of the plan's.
 */
#ifndef CLI_CHANGE_RUN_H
#define CLI_CHANGE_RUN_H

#include "cli/change_held.h"
#include "cli/change_world.h"
#include "workflow/lock.h"

/* All-zero is legal to end. */
struct change_run {
	const struct change_opts *opts;
	struct buf bytes; /* of the plan */
	char sha256[65];
	struct plan plan;
	struct doc *doc;
	struct buf state, folder;
	struct journal *journal;
	struct lock *lock;
	struct cluster_opts cluster_opts;
	struct cluster cluster;
	struct change_act act;
	struct change_world world;
	struct change_held held; /* that phones held at first; or none */
};

/* The plan PATH; or, where it is NULL, of the runs that are kept the one that is
 * not at its end (OPEN), or the last. ERR_USAGE: several, which are named. */
MUST_CHECK enum err change_run_load(struct change_run *r,
    const struct change_opts *o, const char *path, bool open, struct diag *d);

/* Its journal, to look at. ERR_ABSENT: it was never begun. */
MUST_CHECK enum err change_run_look(struct change_run *r, struct diag *d);

/* Logs in, takes the lock, makes the folder, opens the journal. */
MUST_CHECK enum err change_run_begin(struct change_run *r, struct diag *d);

/* What run_go() and run_undo() want. */
void change_run_setup(struct change_run *r, struct run_setup *ret);

void change_run_end(struct change_run *r);

/* ---- Within change_*.c ---- */

/* Appends the state folder. ERR_USAGE: there is no HOME. */
MUST_CHECK enum err change_run_state(const struct change_opts *o,
    struct buf *ret, struct diag *d);

/* Appends the path of the plan of such a run below STATE. */
MUST_CHECK enum err change_run_find(const char *state, bool open,
    struct buf *ret, struct diag *d);

#endif
