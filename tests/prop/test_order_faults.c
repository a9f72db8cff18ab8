/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every one from the Nth on, while an order is
 * searched for, written, or checked: it is said that memory ran out, what was in
 * an output stays, nothing leaks.
 */
#include "tests/unit/test.h"

#include "tests/shim/faults.h"
#include "tests/unit/lists.h"
#include "tests/unit/orders.h"

#include "cli/steps.h"

/* Far above what any job below needs. */
#define MANY 40000

static const struct orders_story stories[] = {
	{ "possible", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0, ORDERS_ONE,
	    ORDERS_BOTH, ORDERS_LOCALKEY, "CAPF ITLRecovery tomcat@0", true, 0,
	    "" },
	{ "with a help", ORDERS_OLD, ORDERS_OLD, 1150, 0, 0, 0, ORDERS_ONE,
	    ORDERS_NO_TVS, ORDERS_LOCALKEY, "CallManager@0", false, 0, "" },
};

static struct faults faults;
static struct orders_case at;
static struct buf whole; /* what is printed when nothing fails */

static enum err
work(struct diag *d)
{
	struct steps steps = { .in = at.in };
	struct order o = { .num = 77 };
	struct buf text = { 0 };
	enum err e = order_find(&at.in, &o, d);

	if (e != ERR_OK) {
		assert_int_equal(o.num, 77);
		return e;
	}
	(void)snprintf(steps.name[0], sizeof(steps.name[0]), "pub");
	e = order_check(&at.in, o.step, o.possible ? o.num : 0, d);
	e = e == ERR_ABSENT ? ERR_OK : e;
	if (e == ERR_OK)
		e = steps_put(&steps, &o, &text, d);
	if (e == ERR_OK && whole.len == 0)
		whole = text;
	else if (e == ERR_OK)
		assert_true(bytes_equal(buf_bytes(&whole), buf_bytes(&text)));
	if (text.ptr != whole.ptr)
		buf_clear(&text);
	order_clear(&o);
	return e;
}

static unsigned
starve(enum fault_mode mode)
{
	struct diag d;
	unsigned n;
	enum err e = ERR_OK;

	/* what is allocated once for good */
	assert_int_equal(work(&d), ERR_OK);
	for (n = 1; n < MANY; n++) {
		diag_init(&d);
		faults.arm(FAULT_MALLOC, n, mode);
		e = work(&d);
		if (faults.disarm() < n)
			break;
		/* the table can do without some of what it asks for */
		if (e != ERR_OK) {
			assert_int_equal(e, ERR_NOMEM);
			assert_int_equal(d.code, ERR_NOMEM);
		}
		assert_int_equal(faults.balance(), 0);
	}
	assert_int_equal(e, ERR_OK);
	buf_clear(&whole);
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
