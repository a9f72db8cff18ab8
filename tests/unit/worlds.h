/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worlds of the lab for test programs. Include it after test.h.
 */
#ifndef TESTS_UNIT_WORLDS_H
#define TESTS_UNIT_WORLDS_H

#include <stdio.h>
#include <string.h>

#include "lab/world.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* The pool of keys of this build folder, made where it is not there. */
static inline const char *
worlds_keys(void)
{
	static char path[512], command[1200];

	if (path[0] != '\0')
		return path;
	assert_non_null(getenv("SRC"));
	assert_non_null(getenv("BUILD"));
	(void)snprintf(path, sizeof(path), "%s/lab-keys", getenv("BUILD"));
	(void)snprintf(command, sizeof(command),
	    "'%s/softhsm-fixtures/lab-keys.sh' '%s'", getenv("SRC"), path);
	assert_int_equal(system(command), 0); /* NOLINT */
	return path;
}

/* A world of S, which must live as long. */
static inline struct world *
worlds_new(const struct scenario *s)
{
	const struct world_setup setup = { .keys = worlds_keys(),
		.network = "127.64.8.",
		.scenario = s };
	struct world *w = NULL;
	struct diag d;

	if (world_new(&setup, &w, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	return w;
}

#endif
