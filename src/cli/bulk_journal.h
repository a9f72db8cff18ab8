/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of a run that signs many files, so that one that was killed can
 * go on: when it began, which is the TIMESTAMP of every file it makes, and
 * which temporary files there may be.
 *
 * It is a text, to which lines are appended:
 *
 *	ctlsmith-sign 1 ID TIME
 *	temp N PATH	group N, from 1, may have left this temporary file;
 *			all of a group are written, and flushed to the disk,
 *			before the first of them is made
 *	done N		it has left none
 *
 * ID is 64 hex digits, of the plan of the run (cli/bulk_plan.h); TIME seconds
 * since 1970; PATH absolute, with %XX for bytes that are no printable ASCII
 * and for '%'. A line without its newline was cut short, and counts as absent.
 *
 * It does not say which files are signed: they say it themselves, better than
 * anything beside them could.
 *
 * The file is locked as long as it is open: the same run twice at a time is
 * refused.
 */
#ifndef CLI_BULK_JOURNAL_H
#define CLI_BULK_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"

#define BULK_ID_LEN 64

struct bulk_journal;

/* Opens the journal PATH of the run ID, or begins it, with TIME. Its folder is
 * made, private, where it is missing. ERR_POLICY: another process has it
 * open. ERR_SYNTAX: it is no journal. ERR_EXISTS: it is another run's. */
MUST_CHECK enum err bulk_journal_open(const char *path, const char *id,
    int64_t time, struct bulk_journal **ret, struct diag *d);

/* It was there: a run that did not end. */
bool bulk_journal_is_resumed(const struct bulk_journal *j);

/* What it was begun with. */
int64_t bulk_journal_time(const struct bulk_journal *j);

/* Notes a group of NUM temporary files, whose absolute paths stand in TEMPS,
 * each with a NUL behind it, and flushes that. Its number goes to *RET. */
MUST_CHECK enum err bulk_journal_group(struct bulk_journal *j,
    struct bytes temps, uint64_t *ret, struct diag *d);

/* Group N has left no temporary file. */
MUST_CHECK enum err bulk_journal_done(struct bulk_journal *j, uint64_t n,
    struct diag *d);

/* Removes what temporary files the run has left before it was resumed, once
 * all that are of use have got their names. *RET_NUM: how many. */
void bulk_journal_sweep(struct bulk_journal *j, size_t *ret_num);

/* Closes it and frees *J; NULL is allowed. REMOVE: the run has ended, and
 * nothing is left to go on with. */
void bulk_journal_close(struct bulk_journal **j, bool remove);

/* Appends the path of the temporary file of TARGET in the run ID: beside it,
 * ".NAME.ctlsmith-ID" with 16 digits of ID, cut to what a name can hold. */
void bulk_put_temp(struct buf *out, const char *target, const char *id);

#endif
