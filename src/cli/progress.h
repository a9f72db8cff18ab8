/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A progress bar on stderr, for a person who waits:
 *
 *	[#########           ]  4321/10000 files
 *
 * It is there only where stderr is a terminal that can do more than print
 * (TERM is set and not "dumb"), and comes once the work has taken 0.3
 * seconds. A narrow terminal gets the numbers alone, one too narrow for those
 * nothing. For one thread.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool wanted; /* there is a terminal for it */
	bool shown;
	char *const *args;                  /* what there is to do */
	size_t (*count)(char *const *args); /* paths_count(), or other */
	size_t total;                       /* 0: not counted yet */
	int64_t begun; /* milliseconds of CLOCK_MONOTONIC */
	int64_t drawn;
};

/* The bar for the files that ARGS name (cli/paths.h), which are counted when
 * it appears. */
void progress_init(struct progress *p, char *const *args);

/* DONE files are done; draws the bar if it is time to. */
void progress_step(struct progress *p, size_t done);

/* Erases the bar where what goes to FD next would meet it on the terminal. It
 * comes back with the next step. */
void progress_hide(struct progress *p, int fd);

#endif
