/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking again and again: waiting that a key or SIGINT ends, and what has
 * changed from one time to the next.
 */
#ifndef CLI_AGAIN_H
#define CLI_AGAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "base/buf.h"
#include "base/diag.h"

struct again {
	int signals; /* a descriptor that SIGINT and SIGTERM come by */
	bool keys;   /* stdin is a terminal */
};

/* From here on SIGINT and SIGTERM end the waiting, or the next one. */
MUST_CHECK enum err again_begin(struct again *w, struct diag *d);

/* Waits SECONDS; false: a key was pressed, or a signal came. */
bool again_wait(const struct again *w, unsigned seconds);

void again_end(struct again *w);

/* Appends what empties a terminal. */
void again_put_clear(struct buf *out);

/* Appends "TIME + LINE" for each line of NOW that BEFORE has not, and "TIME -
 * LINE" for each that has gone. */
void again_put_changes(struct bytes before, struct bytes now, int64_t when,
    struct buf *out);

#endif
