/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TCP connection of the lab, plain or through TLS. Each wait has a limit,
 * and ends at once when somebody else shuts the socket down.
 */
#ifndef LAB_STREAM_H
#define LAB_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

#define STREAM_WAIT 120 /* seconds without a byte end a connection */

struct ssl_st;

struct stream {
	int fd;             /* the caller's */
	struct ssl_st *ssl; /* NULL: plain */
};

/* Sets the limits of FD and wraps it, without TLS. */
void stream_init(struct stream *s, int fd);

/* Ends TLS, where there is any. The socket stays open. */
void stream_clear(struct stream *s);

/* The bytes that came, at most SIZE; 0: the other side has no more to say, has
 * left, or the time is over. */
size_t stream_read(struct stream *s, void *ret, size_t size);

/* False: the other side has left, or takes nothing. */
bool stream_write(struct stream *s, struct bytes in);

/* Waits until the other side has left. */
void stream_drain(struct stream *s);

#endif
