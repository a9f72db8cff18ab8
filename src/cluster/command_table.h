/* SPDX-License-Identifier: Apache-2.0 */
/* A table of commands as it is in memory; for command*.c alone. */
#ifndef CLUSTER_COMMAND_TABLE_H
#define CLUSTER_COMMAND_TABLE_H

#include <regex.h>

#include "cluster/command.h"

/* What a value of this name may be: the whole of it. */
struct command_value {
	const char *name, *text;
};

struct command_whole {
	struct doc_maps values, pagers, questions, failures, commands;
};

/* Compiled expressions, in the order of a list. */
struct command_set {
	regex_t *item;
	size_t num;
};

struct command_compiled {
	struct command_set asks, marks;
};

struct command_table {
	struct doc *doc;
	struct command_whole whole;
	struct command_set values, pagers, questions, failures;
	struct command_compiled *commands; /* in the order of whole.commands */
};

/* A line is judged by so many of its first bytes. */
#define COMMAND_JUDGED 4096

/* Within the first COMMAND_JUDGED bytes of TEXT, which has no NUL: at *RET_AT
 * where that is not NULL. What makes the C library run out of memory is no match.
 */
bool command_match(const regex_t *re, struct bytes text, size_t *ret_at);

#endif
