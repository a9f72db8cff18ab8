/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing many files: in one login, on all cores, and so that a run that was
 * killed goes on where it was.
 *
 *	plan -> groups of at most 256 files -> for each group
 *	  its temporary files are noted in the journal, which is flushed
 *	  threads: read, sign, verify, write the temporary files
 *	  the disks are flushed
 *	  the temporary files take their names, and all that is said of them
 *	  is printed, in the order of the command line
 *	-> the disks are flushed, the journal is removed
 *
 * While one group is flushed, the threads are at work on the next. Whenever it
 * is killed, each target holds what it held before or the new file, whole. The
 * next run with the same plan (cli/bulk_plan.h) finds temporary files that are
 * whole, and does not sign them again; nor what has its name already. It
 * believes no note that it is so: it compares with what would be written, and
 * verifies. An input that was changed meanwhile is therefore signed anew.
 *
 * A file that fails does not stop the others. What would fail for each of them
 * does: the signer, the disk that is full, the journal, a person (SIGINT,
 * SIGTERM, SIGHUP). What is ready then gets its name, and the end is
 * CMD_RESUME.
 *
 * In memory are two groups of names, and of each thread one file; of files over
 * 8 MiB one at a time.
 */
#ifndef CLI_BULK_H
#define CLI_BULK_H

#include "cli/bulk_plan.h"

/* Does it, and prints what is to be said. S is unlocked, unless --dry-run. */
enum cmd_exit bulk_run(struct bulk_plan *plan, struct signer *s);

#endif
