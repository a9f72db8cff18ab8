/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a run that signs many, on their way to the disk. base/file.h
 * flushes each of them; here they are flushed together: all are written to
 * temporary files beside their names, the disks are flushed, and then they
 * take their names.
 *
 * The name of a temporary file is always the same, so that the next run finds
 * what one that was killed has left. Whoever uses this holds a lock (the
 * journal) that lets nobody else make the same names.
 */
#ifndef CLI_BULK_FILE_H
#define CLI_BULK_FILE_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/diag.h"

/* ---- Disks. ---- */

#define BULK_DISKS_MAX 16

/* The file systems that files were written to. */
struct bulk_disks {
	pthread_mutex_t lock;
	struct {
		dev_t dev;
		int fd;
	} at[BULK_DISKS_MAX];
	size_t num;
};

void bulk_disks_init(struct bulk_disks *b);
void bulk_disks_clear(struct bulk_disks *b);

/* Flushes all of them. An error that befell a write since the one before is
 * reported here. ERR_IO. */
MUST_CHECK enum err bulk_disks_flush(struct bulk_disks *b, struct diag *d);

/* ---- Temporary files. ---- */

struct bulk_temp {
	int fd; /* -1: closed */
	dev_t dev;
	ino_t ino;
	bool flush; /* its disk could not be remembered */
};

/* What is to be made. */
struct bulk_temp_spec {
	const char *path;
	bool folders;             /* make those that it stands in */
	const struct stat *old;   /* what it will replace, whose owner and mode
				 * it gets; or NULL */
	struct bulk_disks *disks; /* where its disk is remembered */
};

/* Makes the file. *RET_THERE, and nothing is made: there is such a file
 * already. */
MUST_CHECK enum err bulk_temp_make(struct bulk_temp *ret,
    const struct bulk_temp_spec *spec, bool *ret_there, struct diag *d);

/* The same for the file PATH that is there, to be kept: it is open for
 * reading. ERR_ABSENT where it is no regular file of ours. */
MUST_CHECK enum err bulk_temp_open(struct bulk_temp *ret, const char *path,
    struct bulk_disks *b, struct diag *d);

MUST_CHECK enum err bulk_temp_write(struct bulk_temp *t, struct bytes data,
    struct diag *d);

/* Closes it; an error of that is one of writing. */
MUST_CHECK enum err bulk_temp_close(struct bulk_temp *t, struct diag *d);

/* Gives TEMP, which T was, the name TARGET. REPLACE: where a regular file
 * stands under it, too; otherwise that is ERR_EXISTS. */
MUST_CHECK enum err bulk_temp_rename(const struct bulk_temp *t,
    const char *temp, const char *target, bool replace, struct diag *d);

/* What has ended a write will end the others too: the disk is full, or takes
 * nothing more. */
bool bulk_is_full(const struct diag *d);

#endif
