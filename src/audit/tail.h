/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a log: what the next line goes behind. */
#ifndef AUDIT_TAIL_H
#define AUDIT_TAIL_H

#include "audit/line.h"

/* All-zero is an empty one; tail_clear() frees. */
struct tail {
	struct audit_place last; /* the last whole line */
	struct line_link next;   /* what the next one is */
	const char *close;       /* what has to stand before it */
};

/* Reads the end of the log FD, which has SIZE bytes, more than none. ERR_SYNTAX
 * where it is not one that the log can go on behind. */
MUST_CHECK enum err tail_read(int fd, uint64_t size, struct tail *ret,
    struct diag *d);

/* Refuses with ERR_SYNTAX what does not begin with the header of a log, and
 * with ERR_UNSUPPORTED the header of a later version. */
MUST_CHECK enum err tail_check_head(int fd, struct diag *d);

#endif
