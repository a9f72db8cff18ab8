/* SPDX-License-Identifier: Apache-2.0 */
/* In which order certificates change. Lists are written as
 * tests/unit/lists.h says. */
#include "test.h"

#include "lists.h"
#include "trust/order.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

#define TOKENLESS "S:itlr S:pub C:pub A:capf"
#define CALLMANAGER "S:pub S:itlr C:pub A:capf"

static void
show(const struct order *o)
{
	size_t i;

	for (i = 0; i < o->num; i++)
		fprintf(stderr, "%zu %s %s %zu tvs %x\n", o->step[i].round,
		    order_kind_name(o->step[i].kind),
		    order_change_name(o->step[i].change), o->step[i].node,
		    o->step[i].through_tvs);
	fprintf(stderr, "possible %d helped %d helps %x states %zu\n",
	    o->possible, o->helped, o->helps, o->states);
	for (i = 0; i < o->num_dead_ends; i++)
		fprintf(stderr, "dead: %s %s %s %s: %s\n",
		    order_kind_name(o->dead_end[i].step.kind),
		    order_change_name(o->dead_end[i].step.change),
		    o->dead_end[i].class < CLASS_NUM
			? class_name(o->dead_end[i].class)
			: "-",
		    o->dead_end[i].rule, o->dead_end[i].why.msg);
}

static void
test_first(void **state)
{
	static const struct order_node nodes[] = {
		{ .name = "pub", .publisher = true, .tftp = true },
		{ .name = "node", .ccm = true, .tftp = true },
		{ .name = "sub2", .ccm = true },
	};
	static const struct order_wish wishes[] = {
		{ ORDER_CALLMANAGER, 0, false },
		{ ORDER_CALLMANAGER, 1, false },
		{ ORDER_CALLMANAGER, 2, false },
		{ ORDER_TVS, 0, false },
		{ ORDER_TVS, 1, false },
		{ ORDER_TOMCAT, 1, false },
		{ ORDER_CAPF, 0, false },
		{ ORDER_ITLRECOVERY, 0, false },
	};
	struct order_input in = { .nodes = nodes,
		.num_nodes = 3,
		.wishes = wishes,
		.num_wishes = NUM(wishes),
		.release = 1250,
		.classes = 1u << CLASS_TVS | 1u << CLASS_NO_TVS };
	struct made installed;
	struct order o;
	struct diag d;

	made_of(&installed, TOKENLESS, 1);
	in.installed = installed.f;
	for (in.helps = 0; in.helps < 8; in.helps++) {
		if (order_find(&in, &o, &d) != ERR_OK)
			fail_msg("%s", d.msg);
		show(&o);
		if (o.possible && order_check(&in, o.step, o.num, &d) != ERR_OK)
			fail_msg("%s", d.msg);
		order_clear(&o);
	}
	made_clear(&installed);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
	};

	return test_run(tests);
}
