/* SPDX-License-Identifier: Apache-2.0 */
/* `ctlsmith accept --history`: which phones that were off at any version take
 * the newest. */
#ifndef CLI_HISTORY_H
#define CLI_HISTORY_H

#include "cli/archive.h"
#include "cli/cmd.h"

struct history_wish {
	const char *folder; /* every list ever seen */
	const char *newest; /* a file; NULL: by TIMESTAMP */
	size_t max_size;
	bool json, dot;

	const char *phones; /* CSV, as of accept_phones.h; or NULL */
	const char *models; /* NULL: those that are built in */
};

/* The phones of phones.csv, by the list that they hold. All-zero is none. */
struct history_phones {
	size_t *num; /* of each list of the choice; NULL: nobody knows */
	size_t total;
	size_t num_other;  /* whose list is none of these */
	size_t num_unsaid; /* of whom no hash is given */
	struct buf notes;  /* lines: what is odd */
};

/* Counts the phones of W for the lists of C. Errors as of accept_rows_read() and
 * models_load(); *RET_WHERE is the file. RET is to be cleared whatever the
 * outcome. */
MUST_CHECK enum err history_phones_count(const struct history_wish *w,
    const struct archive_choice *c, struct history_phones *ret,
    const char **ret_where, struct diag *d);
void history_phones_clear(struct history_phones *p);

/* All-zero is legal to clear. */
struct history_said {
	const struct history_wish *wish;
	struct archive archive;
	struct archive_choice choice;
	struct history history;
	struct history_phones phones;
	size_t num_stranded_phones;
	size_t num_stranded, num_lost; /* versions; without a ladder */
};

/* Does it and prints what comes out. CMD_POLICY where a version is stranded, or
 * nobody can tell the newest; CMD_FAILED where a file could not be read. */
enum cmd_exit history_say(const struct history_wish *w);

/* The element of --json; NULL where memory is short. */
json_t *history_json(const struct history_said *h);

#endif
