/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a phone of the lab fetches a file: HTTP first, then TFTP. Few lines of its
 * own, so that the lab's servers are not proved by one client alone.
 */
#ifndef LAB_GRAB_H
#define LAB_GRAB_H

#include "base/buf.h"

#define GRAB_MAX ((size_t)1024 * 1024) /* bytes of a file */
#define GRAB_WAIT 10                   /* s without an answer */

/* Appends NAME from ADDRESS, IPv4. ERR_ABSENT: the server says that there is none;
 * ERR_IO: no answer, or one that makes no sense; ERR_TOO_BIG. */
MUST_CHECK enum err grab_http(const char *address, unsigned port,
    const char *name, struct buf *ret, struct diag *diag);
MUST_CHECK enum err grab_tftp(const char *address, unsigned port,
    const char *name, struct buf *ret, struct diag *diag);

#endif
