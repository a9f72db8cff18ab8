/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone's web page, as far as trust lists go. Never logged in to.
 */
#ifndef CLUSTER_WEBPAGE_H
#define CLUSTER_WEBPAGE_H

#include "base/buf.h"
#include "base/diag.h"

struct webpage {
	char ctl[65], itl[65]; /* hashes, hex in lower case; "" */
	char name[64];         /* of the device, as it says itself; "" */
	char message[160];     /* the newest status message on trust lists */
};

/* Reads the network page (and, STATUS, the page of status messages). Absent rows
 * are "". ERR_SYNTAX: it is no such page. */
MUST_CHECK enum err webpage_read(struct bytes html, struct bytes status,
    struct webpage *ret, struct diag *d);

/* Fetches both from ADDRESS: the newer paths, then the older. Errors of
 * fetch_url(). */
MUST_CHECK enum err webpage_fetch(const char *address, unsigned port,
    struct webpage *ret, struct diag *d);

#endif
