/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The appliance's command line, as somebody at a terminal meets it: banner,
 * prompt, echo, pager, questions, commands and their text, from the published
 * transcripts. One console is one session; it reads and writes through
 * functions that it is given, and so knows neither SSH nor sockets. Which of
 * its texts are published and which are assumed: docs/lab.md, "Texts".
 */
#ifndef LAB_CONSOLE_H
#define LAB_CONSOLE_H

#include "lab/world.h"

enum console_key {
	CONSOLE_BYTE,
	CONSOLE_NOTHING, /* the time is over */
	CONSOLE_GONE     /* the other side has left */
};

struct console_io {
	/* Waits MS milliseconds (virtual; 0: only looks) for a byte. */
	enum console_key (*read)(void *arg, unsigned ms, uint8_t *ret);
	/* False: the other side has left. */
	bool (*write)(void *arg, struct bytes text);
	/* Ends the connection at once, in the middle of whatever it is. */
	void (*cut)(void *arg);
	void *arg;
};

/* Runs a session of USER on NODE until it ends: "viewer" may what level 0 may,
 * "operator" what level 1 may, and any other user all. Refused, with a text,
 * where the node has no session left. Blocks; takes and gives back world_lock()
 * many times, and must not be called with it. */
void console_run(struct world *w, size_t node, const char *user,
    const struct console_io *io);

/* Appends what `show ctl` (or, ITL, `show itl`) prints of FILE (absent: there is
 * none), changed at CHANGED, from its bytes. ERR_NOMEM. */
MUST_CHECK enum err console_show_list(struct bytes file, bool itl,
    int64_t changed, struct buf *out, struct diag *diag);

#endif
