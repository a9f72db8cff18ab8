/* SPDX-License-Identifier: Apache-2.0 */
/* What `ctlsmith order` is given. */
#include "test.h"

#include "schema.h"

#include "cli/steps.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static void
test_schema(void **state)
{
	schema_is_table("change.schema.json", &steps_table);
}

static void
test_release(void **state)
{
	static const struct {
		const char *text;
		unsigned release; /* 0: it is none */
	} rows[] = { { "9.1", 910 }, { "10.0(1)", 1001 }, { "10.5", 1050 },
		{ "10.5(1)", 1051 }, { "10.5(2)", 1052 }, { "11.5", 1150 },
		{ "12.5(1)SU6", 1251 }, { "12.5(1.11900-146)", 1251 },
		{ "14", 1400 }, { "14SU2", 1400 }, { "15", 1500 },
		{ "15SU5a", 1500 }, { "", 0 }, { ".5", 0 }, { "3.1", 0 },
		{ "100", 0 }, { "12.", 0 }, { "12.5.1", 0 }, { "12.5(", 0 },
		{ "12.5()", 0 }, { "12.5(1", 0 }, { "12.5(1)x", 0 },
		{ "-12", 0 }, { "12 ", 0 }, { "twelve", 0 } };
	unsigned got;
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		got = 0;
		if (steps_release(rows[i].text, &got) !=
			(rows[i].release != 0) ||
		    got != rows[i].release)
			fail_msg("%s: %u", rows[i].text, got);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_release),
	};

	return test_run(tests);
}
