/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary files of base/file.h, and of nobody else: ".NAME.XXXXXXXX" beside
 * NAME, eight hexadecimal digits. A process holds a lock (flock) on each of
 * its own from the moment it exists until it has got its name: what nobody has
 * locked was left behind by one that was killed. Where a file system has no
 * locks none is taken, and none is ever found to be left behind.
 */
#ifndef BASE_FILE_TEMP_H
#define BASE_FILE_TEMP_H

#include <sys/stat.h>
#include <sys/types.h>

/* Creates one for NAME in the open folder DIR, in MODE less the umask, locks
 * it, and puts its name into RET, of NAME_MAX + 1 bytes. Returns the
 * descriptor, which has the lock, or -1 with errno; RET is then "". */
int file_temp_open(int dir, const char *name, mode_t mode, char *ret);

/* Removes those for NAME in DIR that nobody has locked: regular files of the
 * effective user or of OWNER. What cannot be removed stays, and nobody is
 * told: no save fails for it. */
void file_temp_sweep(int dir, const char *name, uid_t owner);

#endif
