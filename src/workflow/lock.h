/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two runs on one cluster from this machine exclude each other: a file in the
 * state folder, locked as long as the run lives, which says whose it is and since
 * when. The kernel drops the lock of a process that died, whatever the file says.
 */
#ifndef WORKFLOW_LOCK_H
#define WORKFLOW_LOCK_H

#include <stdint.h>

#include "base/diag.h"

struct lock;

/* The lock of the cluster that KEY names (its publisher's host key, else its
 * name) in the folder DIR, which is made where it is missing. WHAT is for the
 * other one to read: the plan's path. ERR_POLICY: somebody has it; the message
 * has user, host, process, plan and since when. */
MUST_CHECK enum err lock_take(const char *dir, const char *key,
    const char *what, int64_t now, struct lock **ret, struct diag *d);
void lock_drop(struct lock **l);

#endif
