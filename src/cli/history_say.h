/* SPDX-License-Identifier: Apache-2.0 */
/* `ctlsmith accept --history`: which phones that were off at any version take
 * the newest. */
#ifndef CLI_HISTORY_SAY_H
#define CLI_HISTORY_SAY_H

#include "cli/archive.h"
#include "cli/cmd.h"

struct history_wish {
	const char *folder; /* every list ever seen */
	const char *newest; /* a file; NULL: by TIMESTAMP */
	size_t max_size;
	bool json, dot;

	/* How many phones hold the list with the bytes RAW; NULL: nobody
	 * knows. */
	enum err (
	    *phones)(void *arg, struct bytes raw, size_t *ret, struct diag *d);
	void *arg;
};

/* All-zero is legal to clear. */
struct history_said {
	const struct history_wish *wish;
	struct archive archive;
	struct archive_choice choice;
	struct history history;
	size_t *phones;                /* of each list of the choice, or NULL */
	size_t num_stranded, num_lost; /* versions; without a ladder */
};

/* Does it and prints what comes out. CMD_POLICY where a version is stranded, or
 * nobody can tell the newest; CMD_FAILED where a file could not be read. */
enum cmd_exit history_say(const struct history_wish *w);

/* The element of --json; NULL where memory is short. */
json_t *history_json(const struct history_said *s);

#endif
