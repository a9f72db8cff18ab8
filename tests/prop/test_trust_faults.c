/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every one from the Nth on, while two lists
 * are compared: it is said that memory ran out, what was in an output stays,
 * nothing leaks.
 */
#include "tests/unit/test.h"

#include "tests/shim/faults.h"
#include "tests/unit/lists.h"
#include "trust/diff.h"

/* Far above what any job below needs. */
#define MANY 500

static struct faults faults;
static struct made old, new;

typedef enum err job_fn(struct diag *d);

static enum err
find_difference(struct diag *d)
{
	struct diff_row row;
	struct diff df = { .rows = &row, .num = 77 };
	enum err e = diff_of(old.f, new.f, &df, d);

	assert_int_equal(df.num, e == ERR_OK ? 4 : 77);
	if (e == ERR_OK)
		diff_clear(&df);
	return e;
}

static enum err
find_effect(struct diag *d)
{
	struct trust_change change = { .old = old.f, .new = new.f };
	struct trust_effect effect = { .shared = 77 };
	enum err e = trust_effect(&change, &effect, d);

	assert_int_equal(effect.shared, e == ERR_OK ? 1 : 77);
	return e;
}

/* Returns how many allocations there were to fail. */
static unsigned
starve(job_fn *job, enum fault_mode mode)
{
	struct diag d;
	unsigned n;
	enum err e;

	for (n = 1; n < MANY; n++) {
		diag_init(&d);
		faults.arm(FAULT_MALLOC, n, mode);
		e = job(&d);
		if (faults.disarm() < n)
			break;
		assert_int_equal(e, ERR_NOMEM);
		assert_int_equal(d.code, ERR_NOMEM);
		assert_int_equal(faults.balance(), 0);
	}
	assert_int_equal(e, ERR_OK);
	return n - 1;
}

static void
test_starved(void **state)
{
	made_of(&old, "S:t1 S:t2 C:pub", 1);
	made_of(&new, "S:t1 S:t3 C:pub2", 1);
	assert_in_range(starve(find_difference, FAULT_ONCE), 10, 30);
	assert_in_range(starve(find_difference, FAULT_ONWARD), 10, 30);
	assert_in_range(starve(find_effect, FAULT_ONCE), 6, 20);
	assert_in_range(starve(find_effect, FAULT_ONWARD), 6, 20);
	made_clear(&old);
	made_clear(&new);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starved),
	};

	if (!faults_find(&faults)) {
		(void)fprintf(stderr, "libfaults.so is not loaded\n");
		return EXIT_FAILURE;
	}
	return test_run(tests);
}
