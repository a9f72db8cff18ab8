/* SPDX-License-Identifier: Apache-2.0 */
/* The options by which a command is told inventory and lists. */
#ifndef CLI_CUSTODY_OPTS_H
#define CLI_CUSTODY_OPTS_H

#include "cli/custody.h"

struct custody_opts {
	const char *inventory;
	struct opt_strings lists;
};

/* The rows of an option table whose struct T has a struct custody_opts
 * custody. */
#define CUSTODY_AT(T, member) \
	offsetof(T, custody) + offsetof(struct custody_opts, member)

#define CUSTODY_OPTS(T)                                                      \
	{ "inventory", "FILE", OPT_STRING, CUSTODY_AT(T, inventory),         \
		"the token inventory (default: the configuration's)",        \
		OPT_FILES, 0 },                                              \
	{                                                                    \
		"ctl", "FILE", OPT_STRINGS, CUSTODY_AT(T, lists),            \
		    "a trust list, oldest first (default: the inventory's)", \
		    OPT_FILES, 0                                             \
	}

#endif
