/* SPDX-License-Identifier: Apache-2.0 */
/* A file, line by line, in a buffer of one size. */
#ifndef AUDIT_LINES_H
#define AUDIT_LINES_H

#include "base/bytes.h"
#include "base/diag.h"

/* All-zero but for fd and left. */
struct lines {
	int fd;
	uint64_t left; /* bytes that may still be read */
	uint8_t *mem;
	size_t start, end; /* of what is read and not yet given out */
	uint64_t offset;   /* of start, in the file */
	bool ended;        /* there is nothing more to read */
};

/* One line, borrowed until the next call. */
struct lines_one {
	struct bytes text; /* without its newline; absent: there is no more */
	uint64_t offset;   /* of its first byte, from where the reading began */
	bool closed;       /* a newline ends it */
	bool too_long;     /* text is a part of it; nothing can follow */
};

MUST_CHECK enum err lines_next(struct lines *l, struct lines_one *ret,
    struct diag *d);

void lines_clear(struct lines *l);

#endif
