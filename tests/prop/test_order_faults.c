/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every one from the Nth on, while an order is
 * searched for or checked: it is said that memory ran out, what was in
 * an output stays, nothing leaks.
 */
#include "tests/unit/test.h"

#include "tests/shim/faults.h"
#include "tests/unit/lists.h"
#include "tests/unit/orders.h"

/* Far above what any job below needs. */
#define MANY 1500

static const struct orders_story stories[] = {
	{ "possible", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0, ORDERS_ONE,
	    ORDERS_BOTH, ORDERS_LOCALKEY, "CAPF ITLRecovery tomcat@0", true, 0,
	    "" },
	{ "with a help", ORDERS_OLD, ORDERS_OLD, 1150, 0, 0, 0, ORDERS_ONE,
	    ORDERS_NO_TVS, ORDERS_LOCALKEY, "CallManager@0", false, 0, "" },
};

static struct faults faults;
static struct orders_case at;

static enum err
work(struct diag *d)
{
	struct order o = { .num = 77 };
	enum err e = order_find(&at.in, &o, d);

	if (e != ERR_OK) {
		assert_int_equal(o.num, 77);
		return e;
	}
	e = order_check(&at.in, o.step, o.possible ? o.num : 0, d);
	e = e == ERR_ABSENT ? ERR_OK : e;
	order_clear(&o);
	return e;
}

static unsigned
starve(enum fault_mode mode)
{
	struct diag d;
	unsigned n;
	enum err e = ERR_OK;

	for (n = 1; n < MANY; n++) {
		diag_init(&d);
		faults.arm(FAULT_MALLOC, n, mode);
		e = work(&d);
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
	size_t i;

	for (i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		orders_open(&at, &stories[i]);
		assert_in_range(starve(FAULT_ONCE), 100, MANY - 2);
		assert_in_range(starve(FAULT_ONWARD), 100, MANY - 2);
		orders_close(&at);
	}
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
