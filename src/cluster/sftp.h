/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is brought to a server by SFTP, over a connection as
 * cluster/pty.h makes it: host keys are strict, a password is sent once.
 */
#ifndef CLUSTER_SFTP_H
#define CLUSTER_SFTP_H

#include "cluster/pty.h"

struct sftp_place { /* borrowed from the URL that was read */
	char user[128], host[256], path[1024]; /* of the folder; "." */
	unsigned port;
};

/* Reads sftp://USER@HOST[:PORT]/PATH. /~/PATH is below the home folder. ERR_USAGE. */
MUST_CHECK enum err sftp_place_read(const char *url, struct sftp_place *ret,
    struct diag *d);

/* Writes BYTES as NAME into FOLDER there: beside it first, then in its place.
 * Errors of pty_open(), and ERR_IO. */
MUST_CHECK enum err sftp_put(const struct pty_setup *setup, const char *folder,
    const char *name, struct bytes bytes, struct diag *d);

#endif
