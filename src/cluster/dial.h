/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP connection within a time that all that follows shares. Looking up a name
 * may take longer: give addresses where that matters. */
#ifndef CLUSTER_DIAL_H
#define CLUSTER_DIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

/* Milliseconds of a clock that only runs forward. */
int64_t dial_now(void);

/* Waits until FD has EVENTS (poll(2)); false once it is UNTIL of dial_now(). */
bool dial_wait(int fd, short events, int64_t until);

/* *RET: a socket that does not block. Addresses of HOST are tried one after
 * another. ERR_ABSENT: nobody listens; ERR_IO: no answer, no such host. */
MUST_CHECK enum err dial_open(const char *host, unsigned port, int64_t until,
    int *ret, struct diag *d);

/* Calls EACH with every address of HOST, as text; a name that nobody knows has
 * none. Ends with the first error of EACH. */
MUST_CHECK enum err dial_addresses(const char *host,
    enum err (*each)(void *arg, const char *address, struct diag *d), void *arg,
    struct diag *d);

#endif
