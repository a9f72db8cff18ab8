/* SPDX-License-Identifier: Apache-2.0 */
/* lab/world: virtual time, with the thread that carries it out. */
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "worlds.h"

/* Time runs SPEED times as fast, and does not run before world_run(). */
static void
test_clock(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;
	int64_t before;

	s.speed = 1000000;
	s.num_phones = 0;
	w = worlds_new(&s);
	assert_int_equal(world_now(w), 1750000000);
	world_sleep(w, 5000);
	assert_int_equal(world_now(w), 1750000005);
	WORLDS_OK(world_run(w, NULL));
	before = world_now_ms(w);
	world_sleep(w, 3600000);
	assert_true(world_now_ms(w) - before >= 3600000);
	world_stop(w);
	before = world_now_ms(w);
	world_sleep(w, 1);
	assert_int_equal(world_now_ms(w), before + 1);
	world_free(&w);
}

struct ear {
	atomic_uint heard;
	atomic_bool locked;
};

/* It may take the lock: nobody has it meanwhile. */
static void
hear(void *arg, struct world *w, size_t phone)
{
	struct ear *ear = arg;

	world_lock(w);
	if (phone < w->num_phones && w->phone[phone].registered)
		atomic_fetch_add(&ear->heard, 1);
	world_unlock(w);
}

/* A day's work at the speed of the wall: settling skips what nobody sits out,
 * and every start is told of once. */
static void
test_settle(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct ear ear = { 0 };
	const struct world_hears hears = { .started = hear, .arg = &ear };
	struct world *w;

	s.num_phones = 40;
	w = worlds_new(&s);
	world_listen(w, &hears);
	WORLDS_OK(world_run(w, NULL));
	world_lock(w);
	WORLDS_OK(world_regenerate(w, 0, WORLD_CALLMANAGER, NULL));
	WORLDS_OK(world_restart_node(w, 2, NULL));
	world_unlock(w);
	world_settle(w);
	assert_int_equal(atomic_load(&ear.heard), 40);
	assert_false(w->node[2].down);
	assert_true(world_now(w) >= 1750000000 + 300);
	WORLDS_OK(world_reset_phones(w, NULL, NULL));
	/* who is reset again while it starts, starts once */
	WORLDS_OK(world_reset_phones(w, NULL, NULL));
	world_settle(w);
	assert_int_equal(atomic_load(&ear.heard), 80);
	world_settle(w);
	world_free(&w);
}

/* Phones that come back some day are not waited for. */
static void
test_far(void **state)
{
	static const struct scenario_phones parts[] = {
		{ .sort = "sbd", .percent = 100, .off = 100, .back = 1000 },
	};
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;

	s.phones = (struct doc_maps){ parts, NUM(parts) };
	w = worlds_new(&s);
	WORLDS_OK(world_run(w, NULL));
	WORLDS_OK(world_reset_phones(w, NULL, NULL));
	world_settle(w);
	assert_true(world_now(w) < 1750000000 + 1000 * 60);
	assert_true(w->phone[0].off);
	world_free(&w);
}

static void *
type(void *arg)
{
	struct world *w = arg;
	struct buf got = { 0 };
	unsigned i;

	for (i = 0; i < 40; i++) {
		world_lock(w);
		assert_int_equal(world_regenerate(w, i % 3,
				     i % 2 == 0 ? WORLD_TOMCAT_ECDSA
						: WORLD_CALLMANAGER_ECDSA,
				     NULL),
		    ERR_OK);
		assert_int_equal(world_service_act(w, i % 3, "Cisco Tftp",
				     WORLD_RESTART, NULL),
		    ERR_OK);
		world_unlock(w);
		if (world_get(w, i % 3, "ITLFile.tlv", &got, NULL) == ERR_OK)
			assert_true(got.len > 0);
		buf_clear(&got);
		if (i % 8 == 0)
			world_settle(w);
	}
	return NULL;
}

/* Several at once: no hang, and nothing is lost. */
static void
test_crowd(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	pthread_t thread[4];
	struct world *w;
	size_t i;

	s.speed = 1000;
	w = worlds_new(&s);
	WORLDS_OK(world_run(w, NULL));
	for (i = 0; i < NUM(thread); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, type, w), 0);
	for (i = 0; i < NUM(thread); i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	world_settle(w);
	assert_string_equal(worlds_phones(w), "12 trust 12 have 12 work 0 no");
	world_free(&w);
}

/* Whoever sleeps when it stops wakes up. */
static void *
sleeper(void *arg)
{
	world_sleep(arg, 4000000000u);
	return NULL;
}

static void
test_stop(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	pthread_t thread;

	WORLDS_OK(world_run(w, NULL));
	assert_int_equal(pthread_create(&thread, NULL, sleeper, w), 0);
	world_stop(w);
	assert_int_equal(pthread_join(thread, NULL), 0);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_settle),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
