/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TFTP servers of all nodes, RFC 1350 with the options of RFC 2347 to 2349
 * (blksize, timeout, tsize): one thread, any number of transfers side by side.
 * Reading alone; mode octet alone, since the files are no text.
 */
#ifndef LAB_TFTPD_H
#define LAB_TFTPD_H

#include "lab/world.h"

#define TFTPD_TRANSFERS_MAX 4096 /* more at once are not answered */

struct tftpd;

/* Binds PORT on the address of each node with a TFTP service, and starts the
 * thread. */
MUST_CHECK enum err tftpd_start(struct world *w, unsigned port,
    struct tftpd **ret, struct diag *diag);

/* Ends all transfers where they are; frees *T. NULL is allowed. */
void tftpd_stop(struct tftpd **t);

/* Files given out to their ends, and requests refused. */
struct tftpd_count {
	unsigned long files, refused;
};
struct tftpd_count tftpd_count(const struct tftpd *t);

#endif
