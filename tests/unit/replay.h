/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recorded sessions, tests/transcripts/NAME.txt, through cluster/dialog.h. They are
 * what cluster/transcript.h writes, and besides
 *	# run ID [NAME=VALUE...]   a command begins; \x20 is a blank, @ stands
 *	                           for a certificate
 *	= TEXT                     a line of its output, as it must be
 *	# done FAILURE             what it came to
 */
#ifndef TESTS_UNIT_REPLAY_H
#define TESTS_UNIT_REPLAY_H

#include "cluster/dialog.h"

enum replay_kind {
	REPLAY_CAME,
	REPLAY_TYPED,
	REPLAY_SECRET,
	REPLAY_RUN,
	REPLAY_SAID,
	REPLAY_DONE
};

struct replay_item {
	enum replay_kind kind;
	struct buf bytes;
};

struct replay {
	struct replay_item *item;
	size_t num;
};

/* Fails the test where the file is none. */
void replay_load(const char *path, struct replay *ret);
void replay_clear(struct replay *r);

/* Cuts what comes: how many bytes of the LEFT are next, at least 1. */
typedef size_t replay_cut(void *arg, size_t left);

/* Replays R; fails the test, with NAME, where it is not as recorded. */
void replay_run(const struct replay *r, const char *name,
    const struct command_table *t, replay_cut *cut, void *arg);

#endif
