/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone's web page, as far as trust lists go. Never logged in to.
 * docs/delivery.md says where the rows are and which of it was observed.
 */
#ifndef CLUSTER_WEBPAGE_H
#define CLUSTER_WEBPAGE_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/diag.h"

#define WEBPAGE_MAX ((size_t)256 * 1024) /* bytes of a page */

struct webpage {
	char ctl[65], itl[65]; /* hashes, hex in lower case; "" */
	char name[64];         /* of the device, as it says itself; "" */
	char message[160];     /* the newest status message on trust lists,
				* safe for a terminal */
};

/* Reads the network page (and, STATUS, the page of status messages). Absent rows,
 * rows that say something else than a hash and rows that contradict each other
 * are "". ERR_SYNTAX: it is no such page; ERR_TOO_BIG. */
MUST_CHECK enum err webpage_read(struct bytes html, struct bytes status,
    struct webpage *ret, struct diag *d);

/* Fetches both from ADDRESS: the newer paths, then the older; PORT 0 is 80. A
 * phone without status messages has none. CANCEL as that of struct fetch_setup.
 * Errors of fetch_url(). */
MUST_CHECK enum err webpage_fetch(const char *address, unsigned port,
    const atomic_bool *cancel, struct webpage *ret, struct diag *d);

#endif
