/* SPDX-License-Identifier: Apache-2.0 */
/* What findings say to do, each thing once; and nodes that say nothing. */
#include "test.h"

#include "watched.h"

static struct watched seen; /* it is large */

#define W(works) ((enum health_rule)(HEALTH_W + (works)))

static void
renew_publisher(struct watched *w)
{
	LABS_OK(cluster_renew(&w->c, SHELF_CALLMANAGER, 0, NULL));
	put_server(w, 0);
}

static void
renew_and_restart(struct watched *w)
{
	LABS_OK(cluster_renew(&w->c, SHELF_CALLMANAGER, 1, NULL));
	cluster_restart(&w->c, 1);
	put_server(w, 1);
}

static void
other_itl(struct watched *w)
{
	LABS_OK(cluster_renew(&w->c, SHELF_ITLRECOVERY, 0, NULL));
	LABS_OK(cluster_make_itls(&w->c, NULL));
	w->node[1].http_itl = w->node[1].tftp_itl = list_of(w->c.node[1].itl);
}

/* A node that nobody could talk to is not well, whatever its role. */
static void
test_a_node_that_is_silent(void **state)
{
	see(&seen, 1250, 0);
	seen.node[2].reached = false;
	judge(&seen);
	assert_int_equal(seen.h.node[2].grade, HEALTH_UNKNOWN);
	assert_int_equal(seen.h.all, HEALTH_UNKNOWN);
	assert_false(seen.h.stale);
	forget(&seen);
}

/* One certificate on two ports is one sentence, and so is one that is missing
 * twice. */
static void
test_nothing_is_said_twice(void **state)
{
	size_t i, bad = 0, note = 0;

	see(&seen, 1250, 0);
	renew_publisher(&seen);
	judge(&seen);
	for (i = 0; i < seen.h.num_findings; i++) {
		const struct health_finding *f = &seen.h.finding[i];

		if (f->rule != HEALTH_STALE)
			continue;
		bad += f->grade == HEALTH_BAD;
		note += f->grade == HEALTH_NOTE;
		if (f->grade == HEALTH_NOTE)
			assert_non_null(strstr(f->what,
			    "on 2443 (RSA), on 5061 (RSA) (serial"));
	}
	assert_int_equal(bad, 1);
	assert_int_equal(note, 1);
	forget(&seen);
	/* on the disk and on both ports */
	see(&seen, 1250, 0);
	renew_and_restart(&seen);
	judge(&seen);
	for (bad = 0, i = 0; i < seen.h.num_findings; i++)
		bad += seen.h.finding[i].rule == HEALTH_STALE;
	assert_int_equal(bad, 1);
	assert_non_null(strstr(worst(&seen, HEALTH_STALE)->what,
	    "on disk, on 2443 (RSA), on 5061 (RSA) (serial"));
	forget(&seen);
}

/* What the rules W say to do is said once, and fits the list. */
static void
test_what_to_do_about_keys(void **state)
{
	const struct health_finding *f;

	see(&seen, 1250, 0);
	renew_publisher(&seen);
	judge(&seen);
	f = worst(&seen, W(WORKS_NEXT));
	assert_int_equal(f->grade, HEALTH_BAD);
	assert_non_null(strstr(f->what, "only the key of record 1"));
	assert_null(strstr(f->what, "; "));
	assert_non_null(strstr(f->todo, "run utils ctl update CTLFile"));
	f = worst(&seen, W(WORKS_CONFIG));
	assert_null(strstr(f->what, "; "));
	assert_non_null(strstr(f->todo, "run utils ctl update CTLFile"));
	forget(&seen);
	/* the advice of src/trust, where it is a better one */
	see(&seen, 1250, 0);
	other_itl(&seen);
	judge(&seen);
	f = worst(&seen, W(WORKS_ITL));
	assert_null(strstr(f->what, "; "));
	assert_string_equal(f->todo, "add it to the list as SAST");
	forget(&seen);
	see(&seen, 1050, 2);
	seen.held = false;
	judge(&seen);
	assert_non_null(
	    strstr(worst(&seen, W(WORKS_NEXT))->todo, "another token"));
	forget(&seen);
}

/* A port is restarted by the name of its service. */
static void
test_what_is_restarted(void **state)
{
	const struct health_finding *f;

	see(&seen, 1250, 0);
	seen.entry[1].ports.tvs = 2445;
	seen.served[1][0].port = 2445;
	judge(&seen);
	f = worst(&seen, HEALTH_STALE);
	assert_int_equal(f->grade, HEALTH_NOTE);
	assert_non_null(strstr(f->todo, "Trust Verification Service once "));
	assert_non_null(strstr(f->todo, "ITL"));
	forget(&seen);
}

static void
test_a_backup_that_runs(void **state)
{
	see(&seen, 1250, 0);
	seen.backup[0].when = MADE_AT - 10 * DAY;
	judge(&seen);
	assert_non_null(
	    strstr(worst(&seen, HEALTH_BACKUP)->todo, "back up now"));
	forget(&seen);
	see(&seen, 1250, 0);
	seen.backup[0].when = MADE_AT - 10 * DAY;
	seen.s.has_backup_running = seen.s.backup_running = true;
	judge(&seen);
	assert_non_null(
	    strstr(worst(&seen, HEALTH_BACKUP)->todo, "a backup is running"));
	forget(&seen);
}

/* That HTTP has no list does not say that TFTP has none. */
static void
test_no_list_by_one_way(void **state)
{
	size_t i;

	see(&seen, 1250, 0);
	seen.s.mixed = false;
	for (i = 0; i < 2; i++) {
		seen.node[i].http_ctl = seen.node[i].tftp_ctl = list_of(NULL);
		tell(NULL, &seen.node[i].has_told_ctl, &seen.node[i].told_ctl);
	}
	judge(&seen);
	assert_int_equal(worst(&seen, HEALTH_EXPIRED)->grade, HEALTH_GOOD);
	assert_false(seen.h.stale);
	health_clear(&seen.h);
	seen.node[1].tftp_ctl = lost;
	judge(&seen);
	assert_int_equal(worst(&seen, HEALTH_EXPIRED)->grade, HEALTH_UNKNOWN);
	assert_true(seen.h.stale);
	forget(&seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_node_that_is_silent),
		cmocka_unit_test(test_nothing_is_said_twice),
		cmocka_unit_test(test_what_to_do_about_keys),
		cmocka_unit_test(test_what_is_restarted),
		cmocka_unit_test(test_a_backup_that_runs),
		cmocka_unit_test(test_no_list_by_one_way),
	};

	return test_run(tests);
}
