/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL writes to sockets so that SIGPIPE ends the process where the other
 * side has closed. While a thread is between these two, it does not get that
 * signal; what other threads and the rest of the process do with it stays.
 */
#ifndef CLUSTER_PIPE_H
#define CLUSTER_PIPE_H

#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>

struct pipe_guard {
	sigset_t before;
	bool pending; /* one was there before */
};

void pipe_guard(struct pipe_guard *g);
void pipe_unguard(const struct pipe_guard *g);

/* From now on a read from BIO fails, whatever has come. */
void pipe_stop_reading(BIO *bio);

#endif
