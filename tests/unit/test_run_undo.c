/* SPDX-License-Identifier: Apache-2.0 */
/* What was done is taken back, as far as there is a way. */
#include "workflow/run.h"

#include "tests/unit/test.h"

#include "tests/unit/folder.h"

#include "tests/unit/runs.h"

static const struct how back = { .undo = true };

static void
three_changes(void)
{
	no_plan();
	(void)a_step(PLAN_OBSERVE, -1, PLAN_NOTHING);
	(void)a_step(PLAN_REGENERATE, 0, PLAN_COMMAND);
	(void)a_step(PLAN_REGENERATE, 1, PLAN_COMMAND);
	(void)a_step(PLAN_SIGN_CTL, -1, PLAN_NOTHING);
	(void)a_step(PLAN_DISTRIBUTE, 2, PLAN_FILE);
}

static void
assert_values(const struct fake *f, int a, int b, int c, int d)
{
	const int expect[NUM_FACTS] = { a, b, c, d };

	assert_memory_equal(f->value, expect, sizeof(expect));
}

static void
test_all_back(void **state)
{
	struct fake *f = new_fake();

	three_changes();
	assert_run(f, NULL, ERR_OK, 5);
	assert_values(f, 11, 12, 13, 4);
	assert_run(f, &(struct how){ .undo = true, .dry = true }, ERR_OK, 0);
	assert_states("ddddd");
	assert_values(f, 11, 12, 13, 4);
	assert_run(f, &back, ERR_OK, 0);
	assert_states("uuuuu");
	assert_values(f, 1, 2, 3, 4);
	/* once is enough */
	assert_run(f, &back, ERR_OK, 0);
	assert_int_equal(f->undos[1], 1);
	/* and forth again, with a list of its own */
	assert_run(f, NULL, ERR_OK, 5);
	assert_values(f, 11, 12, 13, 4);
	assert_string_equal(f->served, "list 2");
	assert_int_equal(num_lines(JOURNAL_END), 2);
	free_fake(f);
}

static void
test_no_way_back(void **state)
{
	struct fake *f = new_fake();

	three_changes();
	fake_steps[2].back = PLAN_RESTORE;
	assert_run(f, &(struct how){ .past = true }, ERR_OK, 5);
	assert_run(f, &back, ERR_OK, 3);
	assert_states("ddduu");
	assert_values(f, 11, 12, 3, 4);
	free_fake(f);
}

/* Begun, and nothing came of it: it does not bar the way. */
static void
test_no_way_back_not_gone(void **state)
{
	struct fake *f = new_fake();
	unsigned n;

	three_changes();
	fake_steps[2].back = PLAN_NONE;
	/* killed in the begin, in the act, and in the check */
	for (n = 1; f->acts[2] == 0; n++) {
		free_fake(f);
		f = new_fake();
		assert_true(killed_run(f, &(struct how){ .past = true }, n));
		if (f->acts[2] == 0)
			assert_run(f, &back, ERR_OK, 0);
		else
			assert_run(f, &back, ERR_OK, 3);
		assert_int_equal(f->undos[2], 0);
	}
	assert_values(f, 11, 12, 3, 4);
	free_fake(f);
}

/* Asked again at the point of no return, after it was taken back. */
static void
test_asked_again(void **state)
{
	struct fake *f = new_fake();

	three_changes();
	fake_steps[1].strands = "they would";
	fake_steps[1].strands_num = 3;
	assert_run(f, NULL, ERR_OK, 5);
	assert_int_equal(f->asked, 1);
	assert_run(f, &back, ERR_OK, 0);
	assert_run(f, NULL, ERR_OK, 5);
	assert_int_equal(f->asked, 2);
	free_fake(f);
}

static void
test_changed(void **state)
{
	struct fake *f = new_fake();
	struct diag d;
	size_t at;

	three_changes();
	assert_run(f, NULL, ERR_OK, 5);
	f->value[1]++;
	assert_int_equal(one_run(f, &back, &at, &d), ERR_POLICY);
	assert_non_null(strstr(d.msg, "cert/b/TVS"));
	assert_int_equal(f->undos[4], 0);
	assert_values(f, 11, 13, 13, 4);
	assert_states("ddddf");
	f->value[1]--;
	assert_run(f, &back, ERR_OK, 0);
	assert_values(f, 1, 2, 3, 4);
	free_fake(f);
}

/* Nothing of ours goes back: a person is asked. */
static void
test_by_hand(void **state)
{
	struct fake *f = new_fake();

	no_plan();
	(void)a_step(PLAN_REGENERATE, 0, PLAN_COMMAND);
	(void)a_step(PLAN_BY_HAND, 1, PLAN_COMMAND);
	assert_run(f, NULL, ERR_OK, 2);
	f->answer = ERR_WAITING;
	assert_run(f, &back, ERR_WAITING, 2);
	assert_string_equal(f->last_key, "s1");
	assert_states("dw");
	f->answer = ERR_OK;
	f->value[1] = 2;
	assert_run(f, &back, ERR_OK, 0);
	assert_values(f, 1, 2, 3, 4);
	free_fake(f);
}

static void
test_killed(void **state)
{
	struct fake *f;
	bool dead = true;
	unsigned n;

	three_changes();
	for (n = 1; dead; n++) {
		f = new_fake();
		assert_run(f, NULL, ERR_OK, 5);
		f->tear = n % 2 == 0;
		dead = killed_run(f, &back, n);
		assert_run(f, &back, ERR_OK, 0);
		assert_states("uuuuu");
		assert_values(f, 1, 2, 3, 4);
		free_fake(f);
	}
	assert_true(n > 30);
}

/* Killed on the way back, and then it goes on after all. */
static void
test_killed_and_forth(void **state)
{
	struct fake *f;
	bool dead = true;
	unsigned n;

	three_changes();
	for (n = 1; dead; n++) {
		f = new_fake();
		assert_run(f, NULL, ERR_OK, 5);
		dead = killed_run(f, &back, n);
		assert_run(f, NULL, ERR_OK, 5);
		assert_states("ddddd");
		assert_values(f, 11, 12, 13, 4);
		free_fake(f);
	}
}

/* Killed on the way forth, and then it is all taken back. */
static void
test_killed_and_back(void **state)
{
	struct fake *f;
	bool dead = true;
	unsigned n;

	three_changes();
	for (n = 1; dead; n++) {
		f = new_fake();
		dead = killed_run(f, NULL, n);
		assert_run(f, &back, ERR_OK, 0);
		assert_values(f, 1, 2, 3, 4);
		free_fake(f);
	}
	assert_true(n > 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_all_back),
		T(test_no_way_back),
		T(test_no_way_back_not_gone),
		T(test_asked_again),
		T(test_changed),
		T(test_by_hand),
		T(test_killed),
		T(test_killed_and_forth),
		T(test_killed_and_back),
	};

	return test_run(tests);
}
