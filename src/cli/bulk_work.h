/* SPDX-License-Identifier: Apache-2.0 */
/* Within a run that signs many files (cli/bulk.h): one file, as far as its
 * temporary file. */
#ifndef CLI_BULK_WORK_H
#define CLI_BULK_WORK_H

#include "cli/bulk_item.h"
#include "cli/detached.h"

/* What all workers share. */
struct bulk_shared {
	const struct bulk_plan *plan;
	struct bulk_disks *disks;
	bool resumed;             /* a run before this one was not ended */
	struct detached *request; /* gets what is to be signed; NULL: it is
				   * signed here */
	pthread_mutex_t large;    /* of whoever has a large file in memory */
};

struct bulk_worker; /* for one thread */

/* SEAT is borrowed; NULL: nothing is signed (--dry-run, or a request). */
MUST_CHECK enum err bulk_worker_new(struct bulk_worker **ret,
    struct bulk_shared *shared, const struct signer_seat *seat, struct diag *d);
void bulk_worker_free(struct bulk_worker **w);

/*
 * Does the work on ITEM, whose result is BULK_TODO, and says in it what became
 * of it: BULK_PLANNED where it went into the request. Any error here is the
 * signer's, or befalls every file (the disk, or the request, is full): the run
 * cannot go on, ITEM is still to be done, and it has no temporary file.
 */
MUST_CHECK enum err bulk_work(struct bulk_worker *w, struct bulk_item *item,
    struct diag *d);

#endif
