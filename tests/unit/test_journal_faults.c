/* SPDX-License-Identifier: Apache-2.0 */
/* A line that cannot be written is no line, and nothing goes behind it. */
#include "workflow/journal.h"

#include "tests/unit/test.h"

#include "tests/unit/folder.h"

#include "tests/shim/faults.h"

static struct faults faults;

static struct journal *
open_it(void)
{
	struct journal *j = NULL;

	assert_int_equal(journal_open("journal", "aa", 1, &j, NULL), ERR_OK);
	return j;
}

/* Call N of KIND fails in an addition; false: there are fewer. */
static bool
fail_add(enum fault_kind kind, unsigned n, enum fault_mode mode)
{
	struct journal_line l = { .at = 1,
		.event = JOURNAL_BEGIN,
		.step = "a" };
	struct journal *j = open_it();
	size_t had = journal_num(j);
	unsigned seen;
	enum err e;

	faults.arm(kind, n, mode);
	e = journal_add(j, &l, NULL);
	seen = faults.disarm();
	if (e == ERR_OK) {
		assert_int_equal(journal_num(j), had + 1);
		assert_string_equal(journal_at(j, had)->step, "a");
	} else {
		assert_int_equal(journal_num(j), had);
		/* without memory nothing was written, and it may go on */
		if (kind != FAULT_MALLOC)
			assert_int_equal(journal_add(j, &l, NULL), ERR_IO);
	}
	journal_close(&j);
	/* the next one reads whatever was left */
	j = open_it();
	assert_in_range(journal_num(j), had + 1, had + 3);
	journal_close(&j);
	/* a library may do without some of its memory */
	if (mode == FAULT_ONCE && seen >= n && kind != FAULT_MALLOC)
		assert_int_not_equal(e, ERR_OK);
	return seen >= n;
}

static void
test_write(void **state)
{
	assert_true(fail_add(FAULT_WRITE, 1, FAULT_ONCE));
	assert_true(fail_add(FAULT_WRITE, 1, FAULT_SHORT));
	assert_true(fail_add(FAULT_WRITE, 1, FAULT_INTR));
}

static void
test_fsync(void **state)
{
	assert_true(fail_add(FAULT_FSYNC, 1, FAULT_ONCE));
}

static void
test_memory(void **state)
{
	unsigned n = 1;

	while (fail_add(FAULT_MALLOC, n, FAULT_ONCE))
		n++;
	assert_true(n > 5);
}

/* Opening is refused or whole; the next one is whole. */
static void
fail_open(enum fault_kind kind)
{
	struct journal *j = NULL;
	unsigned n, seen = 1;

	for (n = 1; seen >= n; n++) {
		faults.arm(kind, n, FAULT_ONCE);
		if (journal_open("journal", "aa", 1, &j, NULL) == ERR_OK)
			journal_close(&j);
		seen = faults.disarm();
		assert_int_equal(faults.balance(), 0);
		j = open_it();
		journal_close(&j);
	}
	assert_true(n > 1);
}

static void
test_open(void **state)
{
	fail_open(FAULT_FSYNC);
	fail_open(FAULT_WRITE);
	fail_open(FAULT_TRUNCATE);
	fail_open(FAULT_OPEN);
	fail_open(FAULT_READ);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_write),
		T(test_fsync),
		T(test_memory),
		T(test_open),
	};

	if (!faults_find(&faults))
		return EXIT_FAILURE;
	return test_run(tests);
}
