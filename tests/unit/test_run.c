/* SPDX-License-Identifier: Apache-2.0 */
/* Plans are run, stopped, killed at every point, and gone on with. */
#include "workflow/run.h"

#include "tests/unit/test.h"

#include "tests/unit/folder.h"

#include "tests/unit/runs.h"

#include <time.h>

/* Observes, changes, makes a list, distributes it, observes. */
static void
usual_plan(void)
{
	no_plan();
	(void)a_step(PLAN_OBSERVE, -1, PLAN_NOTHING);
	(void)a_step(PLAN_REGENERATE, 0, PLAN_COMMAND);
	(void)a_step(PLAN_SIGN_CTL, -1, PLAN_NOTHING);
	(void)a_step(PLAN_DISTRIBUTE, 2, PLAN_FILE);
	(void)a_step(PLAN_OBSERVE, -1, PLAN_NOTHING);
}

static void
test_all(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	assert_run(f, NULL, ERR_OK, 5);
	assert_states("ddddd");
	assert_int_equal(f->value[0], 11);
	assert_int_equal(f->value[2], 13);
	assert_string_equal(f->served, "list 1");
	assert_int_equal(f->asked, 0);
	/* and nothing is left to do */
	assert_run(f, NULL, ERR_OK, 5);
	assert_int_equal(f->acts[1], 1);
	assert_int_equal(num_lines(JOURNAL_END), 1);
	assert_int_equal(num_lines(JOURNAL_OPEN), 2);
	free_fake(f);
}

static void
test_until(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	assert_run(f, &(struct how){ .until = "s9" }, ERR_USAGE, 0);
	assert_run(f, &(struct how){ .until = "s1" }, ERR_OK, 2);
	assert_states("dd...");
	assert_int_equal(num_lines(JOURNAL_END), 0);
	assert_run(f, NULL, ERR_OK, 5);
	assert_int_equal(f->acts[1], 1);
	free_fake(f);
}

static void
test_dry(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	f->before[1] = ERR_POLICY;
	f->before[3] = ERR_ABSENT; /* a step before it makes what it lacks */
	f->before[4] = ERR_IO;
	assert_run(f, &(struct how){ .dry = true }, ERR_POLICY, 1);
	assert_int_equal(f->said[JOURNAL_FAILED], 2);
	assert_int_equal(f->said[JOURNAL_WAITING], 1);
	assert_states(".....");
	f->before[1] = f->before[4] = ERR_OK;
	assert_run(f, &(struct how){ .dry = true }, ERR_OK, 5);
	assert_int_equal(f->value[0], 1);
	assert_int_equal(f->signs, 0);
	assert_int_equal(num_lines(JOURNAL_OPEN), 2);
	assert_int_equal(num_names(), 1);
	/* what nothing can make yet is missed */
	f->before[0] = ERR_ABSENT;
	assert_run(f, &(struct how){ .dry = true }, ERR_ABSENT, 0);
	free_fake(f);
}

static void
test_stops(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	f->before[1] = ERR_POLICY;
	assert_run(f, NULL, ERR_POLICY, 1);
	assert_states("df...");
	assert_int_equal(f->acts[1], 0);
	f->before[1] = ERR_OK;
	f->check[1] = ERR_WAITING;
	assert_run(f, NULL, ERR_WAITING, 1);
	assert_states("dw...");
	assert_int_equal(f->acts[1], 1);
	f->check[1] = ERR_OK;
	assert_run(f, NULL, ERR_OK, 5);
	assert_int_equal(f->acts[1], 1);
	assert_int_equal(num_lines(JOURNAL_FOUND), 1);
	free_fake(f);
}

/* The world is not fit: nothing is changed, and what only looks goes on. */
static void
test_gate(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	f->gate = ERR_POLICY;
	assert_run(f, NULL, ERR_POLICY, 1);
	assert_states("df...");
	assert_int_equal(f->acts[1], 0);
	f->gate = ERR_OK;
	assert_run(f, NULL, ERR_OK, 5);
	free_fake(f);
}

static void
test_no_return(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	fake_steps[1].back = PLAN_RESTORE;
	fake_steps[3].back = PLAN_NONE; /* asked at the first alone */
	f->answer = ERR_WAITING;
	assert_run(f, NULL, ERR_WAITING, 1);
	assert_string_equal(f->last_key, "past-no-return");
	assert_string_equal(f->last_want, RUN_NO_RETURN);
	f->answer = ERR_POLICY;
	assert_run(f, NULL, ERR_POLICY, 1);
	assert_int_equal(f->acts[1], 0);
	f->answer = ERR_OK;
	f->before[1] = ERR_IO;
	assert_run(f, NULL, ERR_IO, 1);
	f->before[1] = ERR_OK;
	assert_run(f, NULL, ERR_OK, 5);
	assert_int_equal(f->asked, 3);
	assert_int_equal(num_lines(JOURNAL_OVERRIDE), 1);
	free_fake(f);
}

/* Who says it beforehand is not asked. */
static void
test_no_return_told(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	fake_steps[1].back = PLAN_NONE;
	assert_run(f, &(struct how){ .past = true }, ERR_OK, 5);
	assert_int_equal(f->asked, 0);
	assert_int_equal(num_lines(JOURNAL_OVERRIDE), 1);
	free_fake(f);
	f = new_fake();
	assert_run(f, &(struct how){ .yes = true }, ERR_OK, 5);
	assert_int_equal(f->asked, 0);
	free_fake(f);
	/* but --yes does not lose a phone */
	f = new_fake();
	fake_steps[3].strands = "they would";
	fake_steps[3].strands_num = 7;
	f->answer = ERR_WAITING;
	assert_run(f, &(struct how){ .yes = true }, ERR_WAITING, 1);
	assert_string_equal(f->last_key, "past-no-return");
	free_fake(f);
}

static void
test_strands(void **state)
{
	struct fake *f = new_fake();
	const struct how how = { .yes = true, .past = true };

	usual_plan();
	fake_steps[1].strands = "they would";
	fake_steps[1].strands_num = 7;
	f->answer = ERR_WAITING;
	assert_run(f, &how, ERR_WAITING, 1);
	assert_string_equal(f->last_key, "lost");
	assert_string_equal(f->last_want, "7");
	assert_int_equal(f->acts[1], 0);
	f->answer = ERR_OK;
	f->check[1] = ERR_IO;
	assert_run(f, &how, ERR_IO, 1);
	f->check[1] = ERR_OK;
	assert_run(f, &how, ERR_OK, 5);
	assert_int_equal(f->asked, 2);
	free_fake(f);
}

static void
test_window(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	f->shut = true;
	assert_run(f, NULL, ERR_WAITING, 1);
	assert_states("dw...");
	f->shut = false;
	assert_run(f, NULL, ERR_OK, 5);
	free_fake(f);
}

/* ---- Others. ---- */

static void
assert_other(struct fake *f, const char *fact, const char *hint, size_t at)
{
	struct diag d;
	size_t got;

	assert_int_equal(one_run(f, NULL, &got, &d), ERR_POLICY);
	/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	assert_int_equal(got, at);
	if (strstr(d.msg, fact) == NULL || strstr(d.msg, hint) == NULL)
		fail_msg("%s", d.msg);
}

static void
test_changed_by_others(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	assert_run(f, &(struct how){ .until = "s1" }, ERR_OK, 2);
	f->value[3]++;
	assert_other(f, "ctl/b", "s1", 2);
	f->value[3]--;
	f->value[0]++; /* also what an earlier step changed */
	assert_other(f, "cert/a/CAPF", "s1", 2);
	f->value[0]--;
	f->unseen[1] = true; /* not seen is not changed */
	assert_run(f, NULL, ERR_OK, 5);
	free_fake(f);
}

/* A fact that was not seen once is still known. */
static void
test_changed_unseen(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	assert_run(f, &(struct how){ .until = "s0" }, ERR_OK, 1);
	f->unseen[3] = true;
	assert_run(f, &(struct how){ .until = "s1" }, ERR_OK, 2);
	f->unseen[3] = false;
	f->value[3]++;
	assert_other(f, "ctl/b", "s1", 2);
	free_fake(f);
}

static void
test_changed_since_plan(void **state)
{
	struct plan_cert cert = { "b", "TVS", "v2" };
	struct plan_list list = { "b", "v3" };
	struct fake *f = new_fake();

	usual_plan();
	fake_plan.certs.item = &cert;
	fake_plan.lists.item = &list;
	fake_plan.certs.num = fake_plan.lists.num = 1;
	assert_other(f, "ctl/b", "new plan", 0);
	list.sha256 = "v4";
	assert_run(f, NULL, ERR_OK, 5);
	free_fake(f);
}

static void
test_changed_meanwhile(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	f->meddle = 2;
	assert_other(f, "cert/b/TVS", "s1", 1);
	assert_states("df...");
	free_fake(f);
}

/* A look in the middle of something is not believed at once. */
static void
test_restless(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	assert_run(f, &(struct how){ .until = "s1" }, ERR_OK, 2);
	f->restless = 2;
	assert_run(f, &(struct how){ .until = "s2" }, ERR_OK, 3);
	f->restless = 99;
	assert_run(f, NULL, ERR_WAITING, 3);
	f->restless = 0;
	assert_run(f, NULL, ERR_OK, 5);
	free_fake(f);
}

/* ---- Files. ---- */

static void
test_kept_changed(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	assert_run(f, &(struct how){ .until = "s2" }, ERR_OK, 3);
	assert_file("CTLFile.tlv", "list 1");
	put("CTLFile.tlv", "list 2");
	assert_other(f, "CTLFile.tlv", "put it back", 0);
	assert_int_equal(unlink("CTLFile.tlv"), 0);
	assert_other(f, "CTLFile.tlv", "put it back", 0);
	put("CTLFile.tlv", "list 1");
	assert_run(f, NULL, ERR_OK, 5);
	free_fake(f);
}

/* What a killed one left is not overwritten, and not read. */
static void
test_orphan(void **state)
{
	struct fake *f = new_fake();

	usual_plan();
	put("CTLFile.tlv", "an orphan");
	put("CTLFile.tlv.2", "another");
	assert_run(f, NULL, ERR_OK, 5);
	assert_file("CTLFile.tlv", "an orphan");
	assert_file("CTLFile.tlv.3", "list 1");
	assert_string_equal(f->served, "list 1");
	free_fake(f);
}

/* ---- Killed. ---- */

/* What the world is when all is done, and what was done for it. */
static void
assert_end(const struct fake *f)
{
	int expect[NUM_FACTS] = { 1, 2, 3, 4 };
	struct journal *j = NULL;
	size_t i;

	assert_int_equal(journal_load(JOURNAL, "aa", &j, NULL), ERR_OK);
	for (i = 0; i < fake_plan.steps.num; i++) {
		const struct plan_step *s = &fake_steps[i];

		assert_int_equal(run_state(j, s), RUN_DONE);
		if (s->unit == NULL)
			continue;
		expect[fact_of(s)] += 10;
		assert_int_equal(f->acts[i], 1);
	}
	journal_close(&j);
	assert_memory_equal(f->value, expect, sizeof(expect));
	assert_int_equal(num_lines(JOURNAL_END), 1);
}

static void
remove_files(void)
{
	assert_int_equal(system("rm -f CTLFile.tlv*"), 0); /* NOLINT */
}

static void
test_killed_once(void **state)
{
	struct fake *f;
	unsigned n, tear;
	bool dead = true;

	usual_plan();
	fake_steps[3].back = PLAN_NONE;
	for (n = 1; dead; n++) {
		for (tear = 0; tear < 2; tear++) {
			f = new_fake();
			f->tear = tear == 1;
			dead = killed_run(f, NULL, n);
			assert_run(f, NULL, ERR_OK, 5);
			assert_end(f);
			free_fake(f);
			remove_files();
		}
	}
	assert_true(n > 40);
}

static void
random_plan(unsigned *seed)
{
	size_t i, num = 2 + (size_t)(rand_r(seed) % (MAX_STEPS - 2));
	static const enum plan_kind kinds[] = { PLAN_OBSERVE, PLAN_REGENERATE,
		PLAN_BY_HAND, PLAN_SIGN_CTL };

	no_plan();
	for (i = 0; i < num; i++) {
		enum plan_kind kind = kinds[rand_r(seed) % 4];
		bool changes = kind == PLAN_REGENERATE || kind == PLAN_BY_HAND;
		int fact = rand_r(seed) % NUM_FACTS;

		if (kind == PLAN_SIGN_CTL && i + 2 < num) {
			(void)a_step(kind, -1, PLAN_NOTHING);
			(void)a_step(PLAN_DISTRIBUTE, fact, PLAN_FILE);
			i++;
		} else {
			(void)a_step(kind, changes ? fact : -1,
			    changes ? PLAN_COMMAND : PLAN_NOTHING);
		}
	}
}

/* Killed again and again, at any point. */
static void
test_killed_often(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 0)
				      : (unsigned)time(NULL);
	unsigned round, rounds = test_rounds(60), kills = 0;
	struct fake *f;

	print_message("SEED=%u\n", seed);
	for (round = 0; round < rounds; round++) {
		random_plan(&seed);
		f = new_fake();
		f->tear = rand_r(&seed) % 2 == 0;
		while (killed_run(f, NULL, 1 + (unsigned)rand_r(&seed) % 60))
			kills++;
		assert_run(f, NULL, ERR_OK, fake_plan.steps.num);
		assert_end(f);
		free_fake(f);
		remove_files();
	}
	assert_true(kills > rounds);
}

static void
test_facts(void **state)
{
	struct run_facts a = { 0 }, b = { 0 };

	assert_int_equal(run_facts_put(&a, "m", "1", NULL), ERR_OK);
	assert_int_equal(run_facts_put(&a, "z", "2", NULL), ERR_OK);
	assert_int_equal(run_facts_put(&a, "b", "3", NULL), ERR_OK);
	assert_int_equal(run_facts_put(&a, "m", "4", NULL), ERR_OK);
	assert_int_equal(a.num, 3);
	assert_string_equal(a.pair[0].name, "b");
	assert_string_equal(run_facts_get(&a, "m"), "4");
	assert_null(run_facts_get(&a, "c"));
	assert_int_equal(run_facts_put(&b, "c", "9", NULL), ERR_OK);
	assert_null(run_facts_differ(&a, &b));
	assert_int_equal(run_facts_put(&b, "z", "9", NULL), ERR_OK);
	assert_string_equal(run_facts_differ(&a, &b), "z");
	run_facts_clear(&a);
	run_facts_clear(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_all),
		T(test_until),
		T(test_dry),
		T(test_stops),
		T(test_gate),
		T(test_no_return),
		T(test_no_return_told),
		T(test_strands),
		T(test_window),
		T(test_changed_by_others),
		T(test_changed_unseen),
		T(test_changed_since_plan),
		T(test_changed_meanwhile),
		T(test_restless),
		T(test_kept_changed),
		T(test_orphan),
		T(test_killed_once),
		T(test_killed_often),
		T(test_facts),
	};

	return test_run(tests);
}
