/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a cluster: each rule good, bad and not known. Lists and
 * certificates are those of a cluster of the lab; what nodes say is written
 * here. */
#include "test.h"

#include "watched_changes.h"

static struct watched seen; /* it is large */

/* ---- All is well ---- */

static void
test_a_cluster_that_is_well(void **state)
{
	static const unsigned releases[] = { 1050, 1150, 1250, 1400, 1500 };
	size_t i, tokens;
	unsigned rule;

	for (i = 0; i < NUM(releases); i++)
		for (tokens = 0; tokens <= 2; tokens += 2) {
			see(&seen, releases[i], tokens);
			judge(&seen);
			/* CallManager alone is the only SAST then */
			if (seen.h.stale &&
			    (releases[i] > 1050 || tokens > 0)) {
				say_all(&seen);
				fail_msg("%u, %zu tokens", releases[i], tokens);
			}
			for (rule = 0; rule < HEALTH_NUM; rule++)
				(void)worst(&seen, (enum health_rule)rule);
			assert_true(releases[i] == 1050 ||
			    seen.h.all <= HEALTH_UNKNOWN);
			assert_true(seen.h.node[0].ctl.verified);
			assert_true(seen.h.node[1].itl.verified);
			assert_string_equal(seen.h.node[0].ctl.sha1,
			    seen.h.node[1].ctl.sha1);
			forget(&seen);
		}
}

/* ---- One thing is not ---- */

#define W(works) ((enum health_rule)(HEALTH_W + (works)))
#define R HEALTH_STALE

static const struct row {
	enum health_rule rule;
	unsigned release;
	unsigned tokens;
	changer *change;
	enum health_grade grade;
	const char *node; /* or NULL */
	const char *says;
} rows[] = {
	{ R, 1250, 0, nothing, HEALTH_GOOD, NULL, "has the certificates" },
	{ R, 1250, 0, renew_callmanager, HEALTH_BAD, "cucm2",
	    "CallManager of cucm2 on disk (serial " },
	{ R, 1250, 0, renew_and_restart, HEALTH_BAD, "cucm2",
	    "is not in the CTL" },
	{ R, 1250, 0, renew_and_update, HEALTH_BAD, "cucm2", "on 2443 (RSA)" },
	{ R, 1250, 0, renew_capf, HEALTH_BAD, "cucm1",
	    "is not in the CTL as CAPF" },
	{ R, 1250, 0, renew_capf_that_is_off, HEALTH_GOOD, NULL, "" },
	{ R, 1250, 0, renew_itlrecovery, HEALTH_BAD, "cucm1",
	    "ITLRecovery of cucm1 on disk" },
	{ R, 1250, 0, renew_publisher, HEALTH_BAD, "cucm1", "CallManager of" },
	/* a list of 10.5 by tokens has no SAST of a server */
	{ R, 1050, 2, renew_itlrecovery, HEALTH_GOOD, NULL, "" },
	{ R, 1150, 2, renew_itlrecovery, HEALTH_BAD, "cucm1", "as SAST" },
	{ R, 1250, 0, hide_certificate, HEALTH_UNKNOWN, "cucm2",
	    "its CallManager certificate could not be seen" },
	{ R, 1250, 0, find_in_database, HEALTH_GOOD, NULL, "" },
	{ R, 1250, 0, show_its_dump, HEALTH_GOOD, NULL, "" },
	{ R, 1250, 0, show_other_dump, HEALTH_BAD, "cucm2",
	    "(serial 0102030405)" },
	{ R, 1250, 0, lack_all, HEALTH_UNKNOWN, NULL, "there is no CTL" },
	{ R, 1250, 0, lose_all, HEALTH_UNKNOWN, NULL, "nobody knows" },
	{ R, 1250, 0, neither, HEALTH_GOOD, NULL, "not in mixed mode" },
	{ R, 1250, 0, serve_bare_not_mixed, HEALTH_GOOD, NULL, "not in mixed" },

	{ R, 1250, 0, renew_publisher, HEALTH_BAD, "cucm1",
	    "is not in the CTL, neither as a server nor as SAST" },
	{ R, 1250, 0, serve_bare_unknown, HEALTH_UNKNOWN, NULL,
	    "ClusterSecurityMode" },
	{ R, 1250, 0, lose_capf, HEALTH_UNKNOWN, "cucm1",
	    "its CAPF, ITLRecovery certificates could not be seen" },
	{ R, 1250, 0, list_curve_of_first, HEALTH_UNKNOWN, "cucm1",
	    "its CallManager, CallManager-ECDSA, CAPF, ITLRecovery "
	    "certificates could not be seen" },
	{ R, 1250, 0, list_curve_of_second, HEALTH_UNKNOWN, "cucm1",
	    "its CallManager, CAPF, ITLRecovery certificates" },
	{ R, 1250, 0, lose_itlrecovery, HEALTH_UNKNOWN, "cucm1",
	    "its ITLRecovery certificate could not be seen" },

	{ HEALTH_SIGNER, 1250, 0, nothing, HEALTH_NOT_ASKED, NULL, "archive" },
	{ HEALTH_SIGNER, 1250, 0, hold_first, HEALTH_GOOD, NULL, "accept it" },
	{ HEALTH_SIGNER, 1250, 0, hold_and_renew, HEALTH_GOOD, NULL, "" },
	{ HEALTH_SIGNER, 1250, 0, hold_other, HEALTH_BAD, NULL, "" },
	/* TVS knows CallManager, which signs */
	{ HEALTH_SIGNER, 1150, 0, hold_other, HEALTH_NOTE, NULL,
	    "only phones that ask TVS" },
	{ HEALTH_SIGNER, 1250, 0, hold_other_unseen, HEALTH_UNKNOWN, NULL,
	    "TVS" },
	{ HEALTH_SIGNER, 1250, 0, lose_all, HEALTH_UNKNOWN, NULL, "" },

	{ HEALTH_EXPIRED, 1250, 0, nothing, HEALTH_GOOD, NULL, "record 1" },
	{ HEALTH_EXPIRED, 1250, 0, let_years_pass, HEALTH_BAD, NULL,
	    "ended at 2033" },
	{ HEALTH_EXPIRED, 1250, 2, let_years_pass, HEALTH_NOTE, NULL, "ended" },
	{ HEALTH_EXPIRED, 1250, 0, let_it_end_soon, HEALTH_NOTE, NULL,
	    "in 10 days" },
	{ HEALTH_EXPIRED, 1250, 0, be_before, HEALTH_NOTE, NULL,
	    "not valid yet" },
	{ HEALTH_EXPIRED, 1250, 0, lose_all, HEALTH_UNKNOWN, NULL, "" },

	{ HEALTH_ANCHOR, 1250, 0, nothing, HEALTH_NOT_ASKED, NULL, "archive" },
	{ HEALTH_ANCHOR, 1250, 0, hold_first, HEALTH_GOOD, NULL, "2 SASTs" },
	{ HEALTH_ANCHOR, 1250, 0, hold_other, HEALTH_BAD, NULL,
	    "none of the SASTs" },
	{ HEALTH_ANCHOR, 1250, 0, lose_all, HEALTH_UNKNOWN, NULL, "" },

	{ HEALTH_SAME, 1250, 0, nothing, HEALTH_GOOD, NULL, "same CTL" },
	{ HEALTH_SAME, 1250, 0, lose_list, HEALTH_UNKNOWN, "cucm2",
	    "could not be had: no answer" },
	{ HEALTH_SAME, 1250, 0, lose_http, HEALTH_NOTE, "cucm2",
	    "by HTTP: no answer" },
	{ HEALTH_SAME, 1250, 0, lack_list, HEALTH_BAD, "cucm2",
	    "it has no CTL" },
	{ HEALTH_SAME, 1250, 0, lack_all, HEALTH_BAD, NULL, "no node has" },
	{ HEALTH_SAME, 1250, 0, neither, HEALTH_GOOD, NULL, "" },
	{ HEALTH_SAME, 1250, 0, cut_off, HEALTH_BAD, "cucm2",
	    "but that of cucm1 is" },
	{ HEALTH_SAME, 1250, 0, tell_other, HEALTH_BAD, "cucm2",
	    "but show ctl says aaaaaaaaaaaa" },
	{ HEALTH_SAME, 1250, 0, tell_none, HEALTH_BAD, "cucm2",
	    "but show ctl says none" },
	{ HEALTH_SAME, 1250, 0, serve_junk, HEALTH_BAD, "cucm2", "is broken" },
	{ HEALTH_SAME, 1250, 0, serve_damaged, HEALTH_BAD, "cucm2",
	    "does not verify" },

	{ HEALTH_SAME, 1250, 0, tell_nothing, HEALTH_UNKNOWN, "cucm2",
	    "show ctl could not be had" },
	{ HEALTH_SAME, 1250, 0, tell_other_itl, HEALTH_BAD, "cucm2",
	    "but show itl says bbbbbbbbbbbb" },
	{ HEALTH_SAME, 1250, 0, serve_other_itl, HEALTH_BAD, "cucm2",
	    "but TFTP says" },
	{ HEALTH_SAME, 1250, 0, lack_and_lose, HEALTH_UNKNOWN, "cucm2",
	    "by TFTP: no answer" },

	{ HEALTH_TWO_SASTS, 1250, 0, nothing, HEALTH_GOOD, NULL, "2 SASTs" },
	{ HEALTH_TWO_SASTS, 1250, 2, nothing, HEALTH_GOOD, NULL,
	    "2 SASTs of tokens" },
	{ HEALTH_TWO_SASTS, 1250, 2, want_five, HEALTH_BAD, NULL,
	    "and 5 are wanted" },
	{ HEALTH_TWO_SASTS, 1250, 1, nothing, HEALTH_BAD, NULL,
	    "1 SAST of tokens" },
	{ HEALTH_TWO_SASTS, 1250, 0, serve_one_sast, HEALTH_BAD, NULL,
	    "1 SAST," },
	{ HEALTH_TWO_SASTS, 1250, 0, serve_key_twice, HEALTH_BAD, NULL,
	    "1 SAST," },
	{ HEALTH_TWO_SASTS, 1250, 0, lose_all, HEALTH_UNKNOWN, NULL, "" },

	{ HEALTH_MODE, 1250, 0, nothing, HEALTH_GOOD, NULL, "mixed mode" },
	{ HEALTH_MODE, 1250, 0, not_mixed, HEALTH_BAD, NULL,
	    "is not in mixed mode, but 2 servers" },
	{ HEALTH_MODE, 1250, 0, serve_bare, HEALTH_BAD, NULL,
	    "1 of the CTL's 2 servers" },
	{ HEALTH_MODE, 1250, 0, serve_bare_not_mixed, HEALTH_GOOD, NULL,
	    "non-secure" },
	{ HEALTH_MODE, 1250, 0, no_mode, HEALTH_UNKNOWN, NULL,
	    "ClusterSecurityMode" },

	{ HEALTH_LIMITS, 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ HEALTH_LIMITS, 1250, 0, serve_large_itl, HEALTH_BAD, "cucm2",
	    "41 certificates" },
	{ HEALTH_LIMITS, 1250, 0, hide_certificate, HEALTH_UNKNOWN, "cucm2",
	    "the names of its certificates" },
	{ HEALTH_LIMITS, 1250, 0, see_nothing, HEALTH_UNKNOWN, NULL, "" },

	{ HEALTH_SERVERS, 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ HEALTH_SERVERS, 1250, 0, no_nodes, HEALTH_UNKNOWN, NULL, "" },
	{ HEALTH_SERVERS, 1250, 0, node_gone, HEALTH_BAD, NULL, "10.0.1.0" },
	{ HEALTH_SERVERS, 1250, 0, node_gone_but_named, HEALTH_GOOD, NULL, "" },
	{ HEALTH_SERVERS, 1250, 0, node_new, HEALTH_NOTE, NULL, "cucm9" },
	{ HEALTH_SERVERS, 1250, 0, node_unlisted, HEALTH_BAD, "imp1",
	    "imp1 is in no record" },

	{ HEALTH_SERVERS, 1250, 0, node_moved, HEALTH_BAD, "cucm2",
	    "has the address 10.0.0.1" },
	{ HEALTH_SERVERS, 1250, 0, node_is_there, HEALTH_GOOD, NULL, "" },
	{ HEALTH_SERVERS, 1250, 0, node_of_the_inventory_alone, HEALTH_BAD,
	    "cucm3", "in no record of the CTL, and no node" },

	{ HEALTH_NO_TVS, 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ HEALTH_NO_TVS, 1250, 0, serve_tvs, HEALTH_BAD, NULL, "record 3" },
	{ HEALTH_NO_TVS, 1250, 0, lose_all, HEALTH_UNKNOWN, NULL, "" },

	{ HEALTH_TRIES, 1250, 2, nothing, HEALTH_NOT_ASKED, NULL, "no token" },
	{ HEALTH_TRIES, 1250, 2, ask_token, HEALTH_GOOD, NULL,
	    "token SAST-1 is here" },
	{ HEALTH_TRIES, 1250, 2, ask_two_tokens, HEALTH_GOOD, NULL, "is here" },
	{ HEALTH_TRIES, 1250, 2, ask_last_try, HEALTH_BAD, NULL,
	    "token SAST-1 has one try" },
	{ HEALTH_TRIES, 1250, 2, ask_no_try, HEALTH_BAD, NULL,
	    "token SAST-1 is locked" },
	{ HEALTH_TRIES, 1250, 2, ask_final, HEALTH_BAD, NULL,
	    "token SAST-2 has one try" },
	{ HEALTH_TRIES, 1250, 2, ask_locked, HEALTH_BAD, NULL,
	    "token SAST-2 is locked" },
	{ HEALTH_TRIES, 1250, 2, ask_low, HEALTH_NOTE, NULL,
	    "token SAST-2 was given a wrong PIN" },
	{ HEALTH_TRIES, 1250, 2, ask_absent, HEALTH_NOTE, NULL,
	    "token SAST-2 is not here" },
	{ HEALTH_TRIES, 1250, 2, ask_broken, HEALTH_UNKNOWN, NULL,
	    "token SAST-2 could not be looked at" },
	{ HEALTH_TRIES, 1250, 2, ask_without_module, HEALTH_NOT_ASKED, NULL,
	    "no PKCS#11 module" },
	{ HEALTH_TRIES, 1250, 2, ask_ended, HEALTH_NOTE, NULL, "ended at 20" },
	{ HEALTH_TRIES, 1250, 2, ask_ends_soon, HEALTH_NOTE, NULL,
	    "in 59 days" },
	{ HEALTH_TRIES, 1250, 2, ask_ends_later, HEALTH_GOOD, NULL, "" },
	{ HEALTH_TRIES, 1250, 2, ask_hostile, HEALTH_GOOD, NULL, "token a\\" },

	{ HEALTH_BACKUP, 1250, 0, nothing, HEALTH_GOOD, NULL, "2017-07-15" },
	{ HEALTH_BACKUP, 1250, 0, no_history, HEALTH_UNKNOWN, NULL, "" },
	{ HEALTH_BACKUP, 1250, 0, no_backup, HEALTH_BAD, NULL, "ever" },
	{ HEALTH_BACKUP, 1250, 0, old_backup, HEALTH_BAD, NULL,
	    "is older than" },
	{ HEALTH_BACKUP, 1250, 0, backup_beyond_policy, HEALTH_BAD, NULL,
	    "7 days of the policy" },

	{ HEALTH_BACKUP, 1250, 0, old_backup_runs, HEALTH_BAD, NULL,
	    "is older than" },
	{ HEALTH_BACKUP, 1250, 0, hide_certificate, HEALTH_UNKNOWN, "cucm2",
	    "whether its certificates are older is not known" },

	{ HEALTH_P12, 1250, 0, nothing, HEALTH_NOT_ASKED, NULL, "--probe-p12" },
	{ HEALTH_P12, 1250, 0, keep_p12, HEALTH_GOOD, NULL, "" },
	{ HEALTH_P12, 1250, 0, give_p12, HEALTH_BAD, "cucm2", "over TFTP" },
	{ HEALTH_P12, 1250, 0, lose_p12, HEALTH_UNKNOWN, "cucm2",
	    "over HTTP is not known: no answer" },

	{ HEALTH_PROVIDER, 1250, 2, nothing, HEALTH_GOOD, NULL, "" },
	{ HEALTH_PROVIDER, 1250, 2, stop_provider, HEALTH_BAD, "cucm2",
	    "the CTL client" },
	{ HEALTH_PROVIDER, 1250, 0, stop_provider, HEALTH_GOOD, NULL, "" },
	{ HEALTH_PROVIDER, 1400, 0, stop_provider, HEALTH_BAD, "cucm2",
	    "from release 14 on" },
	{ HEALTH_PROVIDER, 1400, 0, no_services, HEALTH_UNKNOWN, "cucm2", "" },
	{ HEALTH_PROVIDER, 1250, 0, no_release, HEALTH_UNKNOWN, NULL,
	    "release, mode or CTL" },

	{ HEALTH_ROLLBACK, 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ HEALTH_ROLLBACK, 1250, 0, roll_back, HEALTH_BAD, NULL, "is True" },
	{ HEALTH_ROLLBACK, 1250, 0, roll_back_not_mixed, HEALTH_NOTE, NULL,
	    "is True" },
	{ HEALTH_ROLLBACK, 1250, 0, no_rollback, HEALTH_UNKNOWN, NULL, "" },

	{ HEALTH_CLOCKS, 1250, 0, nothing, HEALTH_GOOD, NULL, "agree" },
	{ HEALTH_CLOCKS, 1250, 0, be_at_most_apart, HEALTH_GOOD, NULL, "" },
	{ HEALTH_CLOCKS, 1250, 0, be_behind, HEALTH_BAD, "cucm2",
	    "its clock is 301 s behind that of cucm1" },
	{ HEALTH_CLOCKS, 1250, 0, be_ahead, HEALTH_BAD, "cucm2",
	    "its clock is 301 s ahead of that of cucm1" },
	{ HEALTH_CLOCKS, 1250, 0, be_ahead_of_us, HEALTH_NOTE, NULL,
	    "cucm1 is 3601 s ahead of that of this machine" },
	{ HEALTH_CLOCKS, 1250, 0, tell_no_date, HEALTH_UNKNOWN, "cucm2",
	    "show date" },
	{ HEALTH_CLOCKS, 1250, 0, be_silent, HEALTH_GOOD, NULL, "" },
	{ HEALTH_CLOCKS, 1250, 0, see_nothing, HEALTH_UNKNOWN, NULL,
	    "no node" },

	{ W(WORKS_ITL), 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ W(WORKS_ITL), 1250, 0, other_itl, HEALTH_BAD, NULL,
	    "the ITL of cucm2" },
	{ W(WORKS_ITL), 1250, 0, no_itl, HEALTH_UNKNOWN, NULL,
	    "the ITL of cucm2" },
	{ W(WORKS_ITL), 1250, 0, lose_all, HEALTH_UNKNOWN, NULL, "" },
	{ W(WORKS_ITL), 1250, 0, neither, HEALTH_GOOD, NULL, "" },
	{ W(WORKS_ITL), 1250, 0, junk_itl, HEALTH_BAD, "cucm2",
	    "its ITL does not verify" },
	{ W(WORKS_ITL), 1250, 0, lose_itl_not_mixed, HEALTH_UNKNOWN, "cucm2",
	    "its ITL could not be had" },
	{ W(WORKS_CONFIG), 1250, 0, serve_bare_unknown, HEALTH_UNKNOWN, NULL,
	    "ClusterSecurityMode" },
	{ W(WORKS_CONFIG), 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ W(WORKS_CONFIG), 1250, 0, renew_callmanager, HEALTH_BAD, NULL,
	    "of cucm2" },
	{ W(WORKS_CONFIG), 1250, 0, hide_certificate, HEALTH_UNKNOWN, NULL,
	    "of cucm2" },
	{ W(WORKS_CONFIG), 1250, 0, serve_bare_not_mixed, HEALTH_GOOD, NULL,
	    "not in mixed" },
	{ W(WORKS_TLS), 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ W(WORKS_TLS), 1250, 0, renew_and_restart, HEALTH_BAD, NULL,
	    "2443 (RSA) of cucm2" },
	{ W(WORKS_TLS), 1250, 0, no_ports, HEALTH_UNKNOWN, NULL, "cucm2" },
	{ W(WORKS_CAPF), 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ W(WORKS_CAPF), 1250, 0, renew_capf, HEALTH_BAD, NULL, "CAPF" },
	{ W(WORKS_CAPF), 1250, 0, lose_capf, HEALTH_UNKNOWN, NULL, "CAPF" },
	{ W(WORKS_NEXT), 1250, 2, nothing, HEALTH_GOOD, NULL, "" },
	{ W(WORKS_NEXT), 1050, 2, hold_no_key, HEALTH_BAD, NULL, "" },
	{ W(WORKS_NEXT), 1050, 2, ask_for_no_key, HEALTH_UNKNOWN, NULL, "" },
	{ W(WORKS_READABLE), 1250, 0, nothing, HEALTH_GOOD, NULL, "" },
	{ W(WORKS_READABLE), 1250, 0, serve_odd_role, HEALTH_BAD, NULL,
	    "role" },
	{ W(WORKS_READABLE), 1250, 0, lose_all, HEALTH_UNKNOWN, NULL, "" },
};

static void
test_each_rule(void **state)
{
	const struct health_finding *f;
	unsigned failed = 0;
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		const struct row *row = &rows[i];

		see(&seen, row->release, row->tokens);
		row->change(&seen);
		judge(&seen);
		f = worst(&seen, row->rule);
		if (f->grade != row->grade ||
		    (f->node == NULL) != (row->node == NULL) ||
		    (row->node != NULL && strcmp(f->node, row->node) != 0) ||
		    strstr(f->what, row->says) == NULL) {
			print_error("row %zu, %s: %s, %s: %s\n", i,
			    health_rule_name(row->rule),
			    health_grade_name(f->grade),
			    f->node == NULL ? "-" : f->node, f->what);
			failed++;
		}
		/* what is wrong says what to do */
		if (f->grade == HEALTH_BAD && f->todo[0] == '\0')
			fail_msg("row %zu: nothing to do", i);
		if (f->grade == HEALTH_BAD)
			assert_true(seen.h.stale);
		forget(&seen);
	}
	assert_int_equal(failed, 0);
}

/* Every rule is in the table in every way in which it can come. */
static void
test_the_table_is_whole(void **state)
{
	static const enum health_grade grades[] = { HEALTH_GOOD, HEALTH_BAD,
		HEALTH_UNKNOWN };
	unsigned rule;
	size_t g, i;

	for (rule = 0; rule < HEALTH_NUM; rule++)
		for (g = 0; g < NUM(grades); g++) {
			bool found = false;

			for (i = 0; i < NUM(rows); i++)
				found = found ||
				    (rows[i].rule == rule &&
					rows[i].grade == grades[g]);
			if (!found)
				fail_msg("%s is never %s",
				    health_rule_name((enum health_rule)rule),
				    health_grade_name(grades[g]));
		}
}

/* What is served and no longer on disk, and what is there and not served yet,
 * are both said, also where the CTL has both. */
static void
test_what_is_not_served_yet(void **state)
{
	const struct health_finding *f;

	see(&seen, 1250, 0);
	renew_and_update(&seen);
	/* the list that phones get has the old one too */
	seen.served[1][0].der = der_of(
	    (struct shelf_id){ SHELF_CALLMANAGER, 0, 0 });
	seen.node[1].num_served = 1;
	judge(&seen);
	f = worst(&seen, HEALTH_STALE);
	assert_int_equal(f->grade, HEALTH_NOTE);
	assert_string_equal(f->node, "cucm2");
	assert_non_null(strstr(f->what, "is no longer on its disk"));
	assert_non_null(strstr(f->what, "not served yet"));
	assert_non_null(strstr(f->todo, "restart"));
	assert_int_equal(seen.h.node[1].grade, HEALTH_NOTE);
	forget(&seen);
}

/* The worst come first, and nothing that could not be seen is good. */
static void
test_nothing_is_known(void **state)
{
	size_t i;

	see(&seen, 1250, 0);
	see_nothing(&seen);
	judge(&seen);
	assert_true(seen.h.stale);
	assert_int_equal(seen.h.all, HEALTH_UNKNOWN);
	for (i = 0; i < seen.h.num_findings; i++) {
		assert_int_not_equal(seen.h.finding[i].grade, HEALTH_GOOD);
		if (i > 0)
			assert_true(seen.h.finding[i].grade <=
			    seen.h.finding[i - 1].grade);
	}
	forget(&seen);
}

/* Unknown of a rule that does not count is no reason to end with 3. */
static void
test_what_counts(void **state)
{
	see(&seen, 1250, 0);
	no_history(&seen);
	judge(&seen);
	assert_int_equal(seen.h.all, HEALTH_UNKNOWN);
	assert_false(seen.h.stale);
	forget(&seen);
	see(&seen, 1250, 0);
	no_rollback(&seen);
	judge(&seen);
	assert_true(seen.h.stale);
	forget(&seen);
}

/* ---- The inventory ---- */

static const struct {
	const char *release, *mode;
	enum err e;
	const char *says;
} typed[] = {
	{ NULL, NULL, ERR_OK, "" },
	{ "12.5", "mixed", ERR_OK, "" },
	{ "12.5(1)SU6", "MIXED", ERR_OK, "" },
	{ "12.5.1.16900-48", NULL, ERR_OK, "" },
	{ "14", NULL, ERR_POLICY, "release 14, but cucm1 runs 12.5.1" },
	{ "12", NULL, ERR_POLICY, "release 12, but" },
	{ "new", NULL, ERR_POLICY, "release new, but" },
	{ NULL, "non-secure", ERR_POLICY, "in mode non-secure, but" },
};

static void
test_what_was_typed_is_compared(void **state)
{
	struct diag d;
	size_t i;

	see(&seen, 1250, 0);
	for (i = 0; i < NUM(typed); i++) {
		diag_init(&d);
		seen.inv.release = typed[i].release;
		seen.inv.mode = typed[i].mode;
		assert_int_equal(health_compare(&seen.s, &seen.inv, &d),
		    typed[i].e);
		if (strstr(d.msg, typed[i].says) == NULL)
			fail_msg("%zu: %s", i, d.msg);
	}
	/* what was not observed differs from nothing */
	see_nothing(&seen);
	assert_int_equal(health_compare(&seen.s, &seen.inv, &d), ERR_OK);
}

static void
test_names(void **state)
{
	assert_string_equal(health_rule_name(HEALTH_ROLLBACK), "R15");
	assert_string_equal(health_rule_name(W(WORKS_READABLE)), "W6");
	assert_string_equal(health_grade_name(HEALTH_NOT_ASKED), "not-asked");
	assert_true(health_rule_counts(W(WORKS_ITL)));
	assert_false(health_rule_counts(W(WORKS_NEXT)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cluster_that_is_well),
		cmocka_unit_test(test_each_rule),
		cmocka_unit_test(test_the_table_is_whole),
		cmocka_unit_test(test_what_is_not_served_yet),
		cmocka_unit_test(test_nothing_is_known),
		cmocka_unit_test(test_what_counts),
		cmocka_unit_test(test_what_was_typed_is_compared),
		cmocka_unit_test(test_names),
	};

	return test_run(tests);
}
