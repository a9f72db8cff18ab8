/* SPDX-License-Identifier: Apache-2.0 */
/* Within a run that signs many files (cli/bulk.h), or asks for their signatures
 * (cli/bulk_request.h): one of them. */
#ifndef CLI_BULK_ITEM_H
#define CLI_BULK_ITEM_H

#include "cli/bulk_file.h"
#include "cli/bulk_plan.h"
#include "cli/seen.h"

/* What became of a file: id, name in JSON. */
#define BULK_RESULTS(X)                                                     \
	X(BULK_TODO, "todo")                                                \
	X(BULK_READY, "ready")         /* its temporary file is whole */    \
	X(BULK_SIGNED, "signed")       /* and has its name */               \
	X(BULK_REQUESTED, "requested") /* its request is written */         \
	X(BULK_PLANNED, "planned")     /* it would be one of those */       \
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

/* Makes ITEM, all-zero or used before, the one for PATH. BULK_FAILED where
 * there is nothing to read, or where what is in SEEN leads to the same target:
 * whoever came second would win. TEMP is left empty. */
void bulk_item_set(struct bulk_item *item, const struct bulk_plan *plan,
    struct seen *seen, const struct path *path);

void bulk_item_clear(struct bulk_item *item);

#endif
