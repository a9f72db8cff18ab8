/* SPDX-License-Identifier: Apache-2.0 */
/* What a run asks, tells and waits for: workflow/run.h's struct run_world, for a
 * person or a script at a command line. Of ctlsmith-net. */
#ifndef CLI_CHANGE_WORLD_H
#define CLI_CHANGE_WORLD_H

#include "cli/change_act.h"
#include "workflow/kinds.h"

struct change_world {
	struct kinds kinds; /* the first: what kinds are called with */
	const struct change_opts *opts;
	const struct plan *plan;
	const struct inventory *inventory;
	struct run_world table;
};

/* ERR_USAGE: an --answer that is no KEY=VALUE. All must live as long as W. */
MUST_CHECK enum err change_world_begin(struct change_world *w,
    const struct change_opts *o, const struct plan *plan, struct change_act *a,
    struct diag *d);

/* NOW is within W; else *RET_OPENS is the next minute that is. W was checked
 * (cluster/inventory.h). */
bool change_world_open(const struct inventory_window *w, int64_t now,
    int64_t *ret_opens);

#endif
