/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every unit test includes: cmocka after the headers it needs (the
 * formatter would sort it before them), and a skip that cannot pass
 * unnoticed. cmocka counts a skipped test as passed; test_skip() and
 * test_run() turn it into exit status 77, which the runner reports and, in
 * an automated run, counts as a failure.
 *
 * A test that repeats itself takes its length from test_rounds(), so
 * that CTLSMITH_LONG=1 in the environment makes it long.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>

/* A test function is given a state that it seldom uses. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define TEST_EXIT_SKIP 77

static int test_num_skipped;

/* Ends the running test as skipped, for REASON. */
#define test_skip(reason)                               \
	do {                                            \
		print_message("skipped: %s\n", reason); \
		test_num_skipped++;                     \
		skip();                                 \
	} while (0)

/* Runs the group TESTS and gives main() its exit status. */
#define test_run(tests) test_status(cmocka_run_group_tests(tests, NULL, NULL))

static inline int
test_status(int num_failed)
{
	if (num_failed != 0)
		return EXIT_FAILURE;
	return test_num_skipped != 0 ? TEST_EXIT_SKIP : EXIT_SUCCESS;
}

/* NORMAL rounds, or 20 times as many in a long run. */
static inline unsigned
test_rounds(unsigned normal)
{
	const char *s = getenv("CTLSMITH_LONG");

	return s != NULL && s[0] == '1' ? normal * 20 : normal;
}

#endif
