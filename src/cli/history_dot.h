/* SPDX-License-Identifier: Apache-2.0 */
/* A history as a graph for Graphviz. */
#ifndef CLI_HISTORY_DOT_H
#define CLI_HISTORY_DOT_H

#include "cli/archive.h"

/* More steps are in no graph: nobody can look at it. */
#define HISTORY_DOT_MAX 200000

/* Appends the graph of C, which are lists of A and was judged as H: each list,
 * and each step from one to the next that phones take. The ladder of HELD (an
 * index into A) is marked; ARCHIVE_LEFT: those of all lists. ERR_TOO_BIG;
 * others as history_each_step(). */
MUST_CHECK enum err history_dot_put(const struct archive *a,
    const struct archive_choice *c, const struct history *h, size_t held,
    struct buf *out, struct diag *d);

#endif
