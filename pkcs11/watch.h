/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches the calls into a module: one thread, which sleeps until the
 * earliest limit of all calls that are under way.
 */
#ifndef PKCS11_WATCH_H
#define PKCS11_WATCH_H

#include <stdint.h>

#include "base/diag.h"

enum watch_class {
	WATCH_QUERY, /* 30 s, or what watch_new() says */
	WATCH_LONG,  /* 600 s, or that */
	WATCH_PERSON /* no limit: a person is waited for */
};

struct watch;

/* Starts the thread. TIMEOUT in seconds for both classes; 0: their own. HUNG as in struct
 * tok_owner. */
MUST_CHECK enum err watch_new(unsigned timeout,
    void (*hung)(void *arg, const char *call, unsigned seconds), void *arg,
    struct watch **ret, struct diag *d);

/* No call may be under way. NULL is allowed. */
void watch_free(struct watch **w);

/* One call, on the stack of its thread. */
struct watch_call {
	struct watch_call *prev, *next;
	const char *name;
	unsigned seconds;
	int64_t deadline; /* ns of the monotonic clock */
};

void watch_begin(struct watch *w, struct watch_call *c, enum watch_class class,
    const char *name);
void watch_end(struct watch *w, struct watch_call *c);

#endif
