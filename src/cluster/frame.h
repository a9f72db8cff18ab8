/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syslog messages out of a stream (RFC 6587): with a count before each, or a line
 * each, also both in one stream. What comes out does not depend on the pieces in
 * which the stream came.
 */
#ifndef CLUSTER_FRAME_H
#define CLUSTER_FRAME_H

#include <stdbool.h>

#include "base/bytes.h"
#include "cluster/syslog.h"

#define FRAME_COUNT_DIGITS 5 /* at most, of a count */

/* All-zero is a stream that begins. */
struct frame {
	bool skipping; /* a line that is too long, up to its end */
	size_t len, used;
	uint8_t data[SYSLOG_MESSAGE_MAX + FRAME_COUNT_DIGITS + 2];
};

enum frame_part {
	FRAME_MESSAGE,
	FRAME_MORE,     /* is wanted */
	FRAME_TOO_LONG, /* a line, which is stepped over */
	FRAME_BAD       /* a count that is too large: the stream is of no use
			 * any more */
};

/* Where what comes next goes, and how much of it; at least one byte after
 * frame_next() has said FRAME_MORE. */
uint8_t *frame_room(struct frame *f, size_t *ret_len);
void frame_added(struct frame *f, size_t len);

/* *RET is borrowed until the next call, and may be empty. */
enum frame_part frame_next(struct frame *f, struct bytes *ret);

/* The same at the end of the stream, for what is left: a line without its end is
 * a message, one that was announced longer is FRAME_BAD. FRAME_MORE: nothing. */
enum frame_part frame_end(struct frame *f, struct bytes *ret);

#endif
