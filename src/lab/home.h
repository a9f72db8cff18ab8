/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of a lab, --dir: who has it, and the network that goes with it.
 */
#ifndef LAB_HOME_H
#define LAB_HOME_H

#include "base/buf.h"

#define HOME_NETWORK 32

struct home {
	char *path; /* absolute */
	int dir;    /* the open folder */
	int lock;   /* a file that is locked as long as the lab is up */
	int claim;  /* a socket that keeps the network */
	char network[HOME_NETWORK]; /* "127.64.0." */
};

/* Makes PATH, or takes it, and removes what a lab that crashed has left there.
 * ERR_EXISTS: a lab is up in it. */
MUST_CHECK enum err home_take(const char *path, struct home *ret,
    struct diag *diag);

/* Takes a network for it that no other lab of this machine has. */
MUST_CHECK enum err home_claim(struct home *h, struct diag *diag);

/* Removes what says that a lab is up, and gives the folder free. All-zero is not
 * legal here; one that home_take() has filled is. */
void home_leave(struct home *h);

/* "PATH/NAME" in RET. */
MUST_CHECK enum err home_path(const struct home *h, const char *name,
    struct buf *ret, struct diag *diag);

/* Writes the file NAME, for its owner alone. */
MUST_CHECK enum err home_write(const struct home *h, const char *name,
    struct bytes text, struct diag *diag);

/* Removes the folder NAME in it with all that is in there; absent is fine. */
MUST_CHECK enum err home_remove(const struct home *h, const char *name,
    struct diag *diag);

#endif
