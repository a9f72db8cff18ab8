/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line on stderr for a person who waits for one call that takes long:
 *
 *	the token makes the key ... 12 s
 *
 * It is there only where stderr is a terminal that can do more than print, and
 * comes after a second. It is drawn on a thread of its own. All-zero is legal
 * to end.
 */
#ifndef CLI_WAITING_H
#define CLI_WAITING_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct waiting {
	const char *what; /* safe text */
	bool begun, over;
	int64_t since; /* milliseconds of CLOCK_MONOTONIC */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
};

/* WHAT must live as long. W does not move until it is ended. */
void waiting_begin(struct waiting *w, const char *what);

/* Takes the line away. */
void waiting_end(struct waiting *w);

#endif
