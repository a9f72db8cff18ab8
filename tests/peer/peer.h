/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other end of a connection, in a thread of the test: a socket on
 * 127.0.0.1 (or ::1) and a function that says what a server would, good or bad.
 * It waits for whatever it waits for until peer_stop(), never for a time.
 */
#ifndef TESTS_PEER_PEER_H
#define TESTS_PEER_PEER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct peer {
	int sock; /* bound; listens where it is TCP */
	int family;
	unsigned port;
	int stop[2];
	pthread_t thread;
	void (*serve)(struct peer *p);
	const void *arg;
	atomic_uint hits;  /* for serve() to count with */
	atomic_size_t got; /* bytes that peer_hear() read */
	struct buf heard;  /* what they were, 64 KiB at most */
};

/* TYPE: SOCK_STREAM or SOCK_DGRAM; FAMILY: AF_INET or AF_INET6. Starts the
 * thread; aborts where that fails. */
void peer_start(struct peer *p, int family, int type,
    void (*serve)(struct peer *p), const void *arg);
void peer_stop(struct peer *p);

/* Only binds, and no thread runs: nobody accepts. */
void peer_bind(struct peer *p, int family, int type);
void peer_unbind(struct peer *p);

/* All below are for serve(), and end with false (-1) once it is to stop. */
bool peer_wait(struct peer *p, int fd, short events);
int peer_accept(struct peer *p);
void peer_idle(struct peer *p);
/* Reads something into P->heard. False at the end too. */
bool peer_hear(struct peer *p, int fd);
/* Reads until what was heard in all contains TEXT. */
bool peer_hear_until(struct peer *p, int fd, const char *text);
bool peer_say(struct peer *p, int fd, const void *data, size_t len);

#endif
