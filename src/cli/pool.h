/* SPDX-License-Identifier: Apache-2.0 */
/* Within a batch (cli/batch.h): workers in threads. */
#ifndef CLI_POOL_H
#define CLI_POOL_H

#include "cli/worker.h"

/* Works on PATHS with up to JOBS threads, and prints here, in order. Fewer
 * threads than that where there are not so many paths, or the system gives no
 * more. False where there cannot be even one, and nothing is done; else *END
 * is the worst of all ends, and *PASSED_OVER has grown by what the workers
 * passed over. */
bool pool_run(const struct batch *b, unsigned jobs, struct paths *paths,
    struct out_printer *printer, enum cmd_exit *end, size_t *passed_over);

#endif
