/* SPDX-License-Identifier: Apache-2.0 */
/* Within a batch (cli/batch.h): one who works on paths, one after another. */
#ifndef CLI_WORKER_H
#define CLI_WORKER_H

#include "cli/batch.h"

struct worker {
	const struct batch *batch;
	void *state;
	struct out out;     /* what was said and not yet handed over */
	enum cmd_exit end;  /* the worst since then */
	size_t passed_over; /* in folders that were taken for files */

	/* After each path: hands over what OUT holds, END too, where it is
	 * time to. False: enough, stop. */
	bool (*flush)(struct worker *w);
};

/* Makes the state of W, all else of which is set. */
MUST_CHECK enum err worker_begin(struct worker *w, struct diag *d);
void worker_end(struct worker *w);

/* Works on PATH; what is said of it is said whole, or it is said that memory
 * was short. False as flush. */
bool worker_do(struct worker *w, const struct path *path);

/* Frees the buffer of OUT, which is empty, if it has grown large. */
void worker_trim(struct out *out);

#endif
