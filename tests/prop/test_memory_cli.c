/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every allocation from the Nth on, in what
 * commands share: it says that memory ran out, leaves no output and leaks
 * nothing.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "cli/table.h"
#include "tests/shim/faults.h"

#define MANY 20000

/* One whole job; its outputs must be untouched after a failure. */
typedef enum err job_fn(struct diag *d);

struct job {
	const char *what;
	job_fn *run;
	bool loses; /* a library below loses memory when it is short */
};

static enum err
print_table(struct diag *d)
{
	static const struct table_column columns[] = { { "SERIAL", 0 },
		{ "LABEL", TABLE_WRAP }, { "KEYS", TABLE_RIGHT } };
	const struct fill fill = { .width = 30, .colours = true };
	struct table *t = table_new(columns, 3);
	struct buf out = { 0 };
	enum err e;
	int i;

	for (i = 0; i < 2; i++) {
		table_row(t);
		table_str(t, 0, "0123abcd");
		table_str(t, 1, "a label\nthat is longer than the line");
		table_colour(t, 1, TABLE_BAD);
		table_printf(t, 2, "%d", i);
	}
	e = table_print(t, &fill, &out, d);
	assert_true((out.len == 0) == (e != ERR_OK));
	/* all of it, where it is said to be there */
	if (e == ERR_OK)
		assert_int_equal(out.len, 247);
	buf_clear(&out);
	table_free(&t);
	return e;
}

static size_t
torture_in(const struct job *job, enum fault_mode mode)
{
	struct faults faults = { 0 };
	struct diag d;
	unsigned n, seen;
	enum err e;

	if (!faults_find(&faults)) {
		fail_msg("libfaults.so is not loaded");
		return 0;
	}
	for (n = 1; n < MANY; n++) {
		diag_init(&d);
		faults.arm(FAULT_MALLOC, n, mode);
		e = job->run(&d);
		seen = faults.disarm();
		if (!job->loses && faults.balance() != 0)
			fail_msg("allocation %u: %ld are lost", n,
			    faults.balance());
		if (e != ERR_OK && (e != ERR_NOMEM || d.code != ERR_NOMEM))
			fail_msg("allocation %u: '%s', not out of memory", n,
			    d.msg);
		if (seen < n)
			return n - 1;
	}
	fail_msg("no end after %d allocations", MANY);
	return 0;
}

static void
torture(const struct job *job)
{
	struct diag d;
	size_t num;

	assert_int_equal(job->run(&d), ERR_OK);
	num = torture_in(job, FAULT_ONCE);
	assert_true(num > 0);
	(void)torture_in(job, FAULT_ONWARD);
	print_message("%s: each of %zu allocations failed\n", job->what, num);
}

static void
test_table(void **state)
{
	torture(&(struct job){ "table", print_table, true });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
	};

	return test_run(tests);
}
