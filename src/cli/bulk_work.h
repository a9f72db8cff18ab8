/* SPDX-License-Identifier: Apache-2.0 */
/* Within a run that signs many files (cli/bulk.h): one file, as far as its
 * temporary file. */
#ifndef CLI_BULK_WORK_H
#define CLI_BULK_WORK_H

#include "cli/bulk_file.h"
#include "cli/bulk_plan.h"

/* What became of a file: id, name in JSON. */
#define BULK_RESULTS(X)                                                     \
	X(BULK_TODO, "todo")                                                \
	X(BULK_READY, "ready")         /* its temporary file is whole */    \
	X(BULK_SIGNED, "signed")       /* and has its name */               \
	X(BULK_PLANNED, "planned")     /* it would be, but for --dry-run */ \
	X(BULK_UNCHANGED, "unchanged") /* what would be written is there */ \
	X(BULK_PASSED, "passed-over")  /* signed already; not said */       \
	X(BULK_FAILED, "failed")

enum bulk_result {
#define BULK_RESULT_ENUM(id, name) id,
	BULK_RESULTS(BULK_RESULT_ENUM)
#undef BULK_RESULT_ENUM
};

const char *bulk_result_name(enum bulk_result r);

struct bulk_item {
	struct buf path;               /* of the input; NUL-terminated, as */
	struct buf target, temp, name; /* are these. TEMP is empty where the
					 * file is written at once */
	bool found;                    /* as in struct path */
	bool replace;                  /* what stands under the target */
	enum bulk_result result;
	size_t size;           /* of what was written, or is there */
	struct bulk_temp made; /* BULK_READY */
	struct diag error;     /* BULK_FAILED */
};

void bulk_item_clear(struct bulk_item *item);

/* What all workers share. */
struct bulk_shared {
	const struct bulk_plan *plan;
	struct bulk_disks *disks;
	bool resumed;          /* a run before this one was not ended */
	pthread_mutex_t large; /* of whoever has a large file in memory */
};

struct bulk_worker; /* for one thread */

/* SEAT is borrowed; NULL: nothing is signed (--dry-run). */
MUST_CHECK enum err bulk_worker_new(struct bulk_worker **ret,
    struct bulk_shared *shared, const struct signer_seat *seat, struct diag *d);
void bulk_worker_free(struct bulk_worker **w);

/*
 * Does the work on ITEM, whose result is BULK_TODO, and says in it what became
 * of it. Any error here is the signer's, or befalls every file (the disk is
 * full): the run cannot go on, ITEM is still to be done, and it has no
 * temporary file.
 */
MUST_CHECK enum err bulk_work(struct bulk_worker *w, struct bulk_item *item,
    struct diag *d);

#endif
