/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every one from the Nth on, while a history
 * is judged: it is said that memory ran out, or what is said is right; what
 * was in an output stays, nothing leaks. OpenSSL is warm before, with its
 * failures too: what it allocates once for all, and loses when that fails, is
 * not ours.
 */
#include "tests/unit/test.h"

#include <openssl/crypto.h>

#include "tests/shim/faults.h"
#include "tests/unit/lists.h"
#include "trust/history.h"

/* Far above what any job below needs. */
#define MANY 20000
#define NUM_LISTS 3

static struct made made[NUM_LISTS];
static struct history_list lists[NUM_LISTS];

typedef enum err job_fn(struct diag *d);

static enum err
find_history(struct diag *d)
{
	struct history h = { .num = 77 };
	enum err e = history_of(lists, NUM_LISTS, NUM_LISTS - 1, &h, d);

	if (e != ERR_OK) {
		assert_int_equal(h.num, 77);
		return e;
	}
	assert_int_equal(h.row[0].rungs, 2);
	assert_int_equal(h.row[1].rungs, 1);
	history_clear(&h);
	return e;
}

static enum err
count(void *arg, size_t from, size_t to)
{
	*(size_t *)arg += 1;
	return ERR_OK;
}

static enum err
find_steps(struct diag *d)
{
	size_t num = 0;
	enum err e = history_each_step(lists, NUM_LISTS, count, &num, d);

	if (e == ERR_OK)
		assert_int_equal(num, 2);
	return e;
}

/* Returns how many allocations there were to fail. */
static unsigned
starve(job_fn *job, enum fault_mode mode, bool warm)
{
	struct faults faults = { 0 };
	unsigned n, seen;
	struct diag d;
	enum err e;

	if (!faults_find(&faults)) {
		fail_msg("libfaults.so is not loaded");
		return 0;
	}
	for (n = 1; n < MANY; n++) {
		diag_init(&d);
		/* The thread's error queue keeps strings for the next error. */
		OPENSSL_thread_stop();
		faults.arm(FAULT_MALLOC, n, mode);
		e = job(&d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (warm)
			assert_int_equal(faults.balance(), 0);
		if (e != ERR_OK) {
			assert_int_equal(e, ERR_NOMEM);
			assert_int_equal(d.code, ERR_NOMEM);
		}
		if (seen < n)
			break;
	}
	assert_int_equal(e, ERR_OK);
	assert_true(n < MANY);
	return n - 1;
}

static void
torture(job_fn *job)
{
	struct diag d;

	assert_int_equal(job(&d), ERR_OK);
	(void)starve(job, FAULT_ONCE, false);
	print_message("%u allocations\n", starve(job, FAULT_ONCE, true));
	assert_in_range(starve(job, FAULT_ONWARD, true), 50, MANY - 2);
}

static void
test_starved(void **state)
{
	static const char *const words[NUM_LISTS] = { "S:t1 S:t2 C:pub",
		"S:t2 S:t3", "S:t3 S:own" };
	size_t i;

	for (i = 0; i < NUM_LISTS; i++) {
		made_of(&made[i], words[i], 1);
		lists[i] = (struct history_list){ made[i].f, words[i] };
	}
	torture(find_history);
	torture(find_steps);
	for (i = 0; i < NUM_LISTS; i++)
		made_clear(&made[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starved),
	};

	return test_run(tests);
}
