/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every one from the Nth on, while two lists
 * are compared, and while phones are judged: it is said that memory ran out, what was in an output stays,
 * nothing leaks.
 */
#include "tests/unit/test.h"

#include <openssl/crypto.h>

#include "tests/shim/faults.h"
#include "tests/unit/world.h"
#include "trust/accept.h"
#include "trust/diff.h"

/* Far above what any job below needs. */
#define MANY 20000

static struct faults faults;
static struct made old, new;
static struct world world;

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

static enum err
spell(struct diag *d)
{
	struct trust_spelling s = { .issuer = { .len = 77 } };
	enum err e = trust_spell(world_cert(&world, "t1"), &s, d);

	assert_int_equal(s.issuer.len, e == ERR_OK ? 42 : 77);
	if (e == ERR_OK)
		trust_spelling_clear(&s);
	return e;
}

/* OLD is held, NEW is offered; CLASS_2048 reads keys that are not in PUBLICKEY.
 */
static enum err
judge(enum class class, struct diag *d)
{
	struct accept_cluster cluster = { .offer = new.f,
		.nodes = world.node,
		.num_nodes = world.num,
		.capf_active = TRUST_YES };
	struct accept_phone phone = { .class = class, .installed = old.f };
	struct accept a = { .lost = 77 };
	enum err e = accept_judge(&cluster, &phone, &a, d);

	if (e == ERR_OK)
		assert_int_equal(a.lost, TRUST_YES);
	else
		assert_int_equal(a.lost, 77);
	return e;
}

static enum err
judge_tvs(struct diag *d)
{
	return judge(CLASS_TVS, d);
}

static enum err
judge_small(struct diag *d)
{
	return judge(CLASS_2048, d);
}

static enum err
judge_two(struct diag *d)
{
	return judge(CLASS_TWO_SAST, d);
}

/* Returns how many allocations there were to fail. PATIENT: OpenSSL is asked,
 * which can do without some of them. */
static unsigned
starve(job_fn *job, enum fault_mode mode, bool patient)
{
	unsigned n, seen;
	struct diag d;
	enum err e;

	for (n = 1; n < MANY; n++) {
		diag_init(&d);
		/* the thread's error queue keeps strings for the next error */
		OPENSSL_thread_stop();
		faults.arm(FAULT_MALLOC, n, mode);
		e = job(&d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (seen < n)
			break;
		if (faults.balance() != 0)
			fail_msg("allocation %u: %ld are lost", n,
			    faults.balance());
		if (patient && e == ERR_OK)
			continue;
		assert_int_equal(e, ERR_NOMEM);
		assert_int_equal(d.code, ERR_NOMEM);
	}
	assert_int_equal(e, ERR_OK);
	return n - 1;
}

static void
test_starved(void **state)
{
	made_of(&old, "S:t1 S:t2 C:pub", 1);
	made_of(&new, "S:t1 S:t3 C:pub2", 1);
	assert_in_range(starve(find_difference, FAULT_ONCE, false), 10, 30);
	assert_in_range(starve(find_difference, FAULT_ONWARD, false), 10, 30);
	assert_in_range(starve(find_effect, FAULT_ONCE, false), 6, 20);
	assert_in_range(starve(find_effect, FAULT_ONWARD, false), 6, 20);
	made_clear(&old);
	made_clear(&new);
}

static void
test_judges(void **state)
{
	world_init(&world);
	world_put(&world,
	    "a tftp ccm pub itl=S:t1+C:pub cm=pub2 capf=capf on=pub2");
	made_of(&old, "S:t1 S:t2 C:pub/h C:pub2/k A:capf", 1);
	made_of(&new, "S:t1 S:t3 C:pub2 S:node/h", 1);
	/* what OpenSSL sets up once is not counted */
	assert_int_equal(spell(NULL), ERR_OK);
	assert_int_equal(judge_tvs(NULL), ERR_OK);
	assert_int_equal(judge_small(NULL), ERR_OK);
	assert_int_equal(judge_two(NULL), ERR_OK);
	assert_in_range(starve(spell, FAULT_ONCE, true), 5, MANY - 2);
	assert_in_range(starve(spell, FAULT_ONWARD, true), 5, MANY - 2);
	assert_in_range(starve(judge_tvs, FAULT_ONCE, true), 20, MANY - 2);
	assert_in_range(starve(judge_tvs, FAULT_ONWARD, true), 20, MANY - 2);
	assert_in_range(starve(judge_small, FAULT_ONCE, true), 20, MANY - 2);
	assert_in_range(starve(judge_two, FAULT_ONCE, true), 20, MANY - 2);
	made_clear(&old);
	made_clear(&new);
	world_clear(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_judges),
	};

	if (!faults_find(&faults)) {
		(void)fprintf(stderr, "libfaults.so is not loaded\n");
		return EXIT_FAILURE;
	}
	return test_run(tests);
}
