/* SPDX-License-Identifier: Apache-2.0 */
/* What steps do that look, keep, restart and prove; each once good, and once for
 * every reason to stop. */
#include "test.h"

#include "base/file.h"
#include "faked.h"

static struct faked f; /* it is large */

#define STEP(...) \
	(&(struct plan_step){ .id = "step", .title = "a step", __VA_ARGS__ })

/* ---- The first look, and the last ----------------------------------------------- */

static void
test_observe(void **state)
{
	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_OBSERVE));
	FAKED_SAYS(faked_kept(&f, "health-before.txt"), "R15\tgood\n");
	f.w.s.rollback = true;
	faked_bad(&f, STEP(.kind = PLAN_OBSERVE), ERR_POLICY, "ollback");
	f.w.s.rollback = false;
	f.w.s.has_rollback = false;
	faked_bad(&f, STEP(.kind = PLAN_OBSERVE), ERR_POLICY, "ollback");
	f.r.plan.mixed = false;
	faked_good(&f, STEP(.kind = PLAN_OBSERVE));
	faked_end(&f);
}

/* What utils ctl wants is asked before anything is changed. */
static void
test_observe_licence(void **state)
{
	faked_begin(&f, 1250, 0);
	f.r.step[0] = (struct plan_step){ .id = "update",
		.kind = PLAN_UPDATE_CTL };
	f.r.plan.steps = (struct doc_maps){ f.r.step, 1 };
	faked_good(&f, STEP(.kind = PLAN_OBSERVE));
	FAKED_SAYS(f.r.asked, "licence||");
	f.r.asked[0] = '\0';
	f.r.plan.release = "11.5.1.10000-6";
	faked_good(&f, STEP(.kind = PLAN_OBSERVE));
	FAKED_SAYS(f.r.asked, "licence||");
	f.r.asked[0] = '\0';
	f.r.plan.release = "11.0.1.10000-6";
	faked_good(&f, STEP(.kind = PLAN_OBSERVE));
	assert_string_equal(f.r.asked, "");
	faked_end(&f);
}

/* Before each step that changes anything, but a start. */
static void
test_gate(void **state)
{
	const struct plan_step gone = { .id = "rename",
		.kind = PLAN_BY_HAND,
		.node = "cucm2" };
	struct diag d;

	faked_begin(&f, 1250, 0);
	f.r.step[0] = gone;
	f.r.step[1] = (struct plan_step){ .id = "next",
		.kind = PLAN_REGENERATE };
	f.r.step[2] = (struct plan_step){ .id = "start", .kind = PLAN_START };
	f.r.plan.steps = (struct doc_maps){ f.r.step, 3 };
	LABS_OK(kinds_gate(&f.k, &f.r, &f.r.step[0], &d));
	f.w.node[1].reached = false;
	assert_int_equal(kinds_gate(&f.k, &f.r, &f.r.step[0], &d), ERR_POLICY);
	assert_non_null(strstr(d.msg, "cucm2 cannot be seen"));
	LABS_OK(kinds_gate(&f.k, &f.r, &f.r.step[1], &d));
	LABS_OK(kinds_gate(&f.k, &f.r, &f.r.step[2], &d));
	f.w.s.rollback = true;
	assert_int_equal(kinds_gate(&f.k, &f.r, &f.r.step[1], &d), ERR_POLICY);
	faked_end(&f);
}

static void
test_observe_what_forbids(void **state)
{
	struct said_replica replica = { .name = "cucm2",
		.has_state = true,
		.state = 4 };

	faked_begin(&f, 1250, 0);
	f.w.node[1].reached = false;
	f.w.node[1].why = "no answer within 10 s";
	faked_bad(&f, STEP(.kind = PLAN_OBSERVE), ERR_POLICY,
	    "cucm2 cannot be seen: no answer");
	f.w.node[1].reached = true;
	f.w.s.has_replicas = true;
	f.w.s.replicas = (struct said_replicas){ &replica, 1 };
	faked_bad(&f, STEP(.kind = PLAN_OBSERVE), ERR_POLICY, "is in state 4");
	replica.state = 2;
	f.w.node[0].has_date = f.w.node[1].has_date = true;
	f.w.node[0].date = f.w.node[0].asked = 1000;
	f.w.node[1].date = 1900;
	f.w.node[1].asked = 1000;
	faked_bad(&f, STEP(.kind = PLAN_OBSERVE), ERR_POLICY, "900 s apart");
	f.w.node[1].date = 1010;
	f.w.s.has_backup_running = f.w.s.backup_running = true;
	faked_bad(&f, STEP(.kind = PLAN_OBSERVE), ERR_WAITING, "is running");
	f.w.s.backup_running = false;
	faked_good(&f, STEP(.kind = PLAN_OBSERVE));
	faked_end(&f);
}

static void
test_final(void **state)
{
	faked_begin(&f, 1250, 0);
	faked_bad(&f, STEP(.kind = PLAN_FINAL), ERR_ABSENT, "health-before");
	faked_good(&f, STEP(.kind = PLAN_OBSERVE));
	faked_good(&f, STEP(.kind = PLAN_FINAL));
	LABS_OK(cluster_renew(&f.w.c, SHELF_CALLMANAGER, 1, NULL));
	put_server(&f.w, 1);
	faked_bad(&f, STEP(.kind = PLAN_FINAL), ERR_POLICY,
	    "R1 is worse than at the begin: CallManager of cucm2");
	/* what was so at the begin may stay */
	f.r.num_kept = 0;
	faked_good(&f, STEP(.kind = PLAN_OBSERVE));
	faked_good(&f, STEP(.kind = PLAN_FINAL));
	/* a backup is no reason to stop, but is said */
	f.w.backup[0].good = false;
	faked_good(&f, STEP(.kind = PLAN_FINAL));
	FAKED_SAYS(f.said, "R12: ");
	faked_end(&f);
}

static void
test_baseline(void **state)
{
	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	FAKED_SAYS(faked_kept(&f, "baseline.txt"),
	    "SEP000000000002\tregistered\t-\nSEP000000000003\tabsent\t-\n");
	FAKED_SAYS(f.said, "visit or rescue: SEP000000000003");
	assert_int_equal(f.r.num_asked, 0);
	f.w.s.num_devices = 0;
	faked_bad(&f, STEP(.kind = PLAN_BASELINE), ERR_POLICY, "no device");
	f.r.plan.phones = 0;
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	faked_end(&f);
}

/* Where nothing can be proven it is asked once, with the word to type. */
static void
test_baseline_without_proof(void **state)
{
	faked_begin(&f, 1250, 0);
	f.r.plan.proof = false;
	f.r.answer = ERR_WAITING;
	faked_bad(&f, STEP(.kind = PLAN_BASELINE), ERR_WAITING, "nobody");
	FAKED_SAYS(f.r.asked, "proof|yes|");
	FAKED_SAYS(f.r.asked, "Type yes");
	f.r.answer = ERR_OK;
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	faked_good(&f, STEP(.kind = PLAN_PROVE, .argument = "ctl"));
	assert_int_equal(f.r.num_asked, 2);
	FAKED_SAYS(f.said, "no phone is proven");
	faked_end(&f);
}

/* ---- What is kept --------------------------------------------------------------- */

static void
test_save(void **state)
{
	static struct inventory_tftp other = { .name = "far",
		.sftp = "sftp://x@y/z" };

	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_SAVE));
	(void)faked_kept(&f, "before-cucm1-CTLFile.tlv");
	(void)faked_kept(&f, "before-cucm2-ITLFile.tlv");
	FAKED_SAYS(faked_kept(&f, "before-cucm1-CAPF.pem"), "-----BEGIN");
	FAKED_SAYS(f.r.asked, "itlrecovery-p12||");
	/* a server that is no node, with a list and without */
	f.w.inv.tftp_servers = (struct doc_maps){ &other, 1 };
	faked_good(&f, STEP(.kind = PLAN_SAVE));
	faked_put(f.given, &f.num_given, 8, "far", "CTLFile.tlv",
	    bytes_of_str("old"));
	faked_good(&f, STEP(.kind = PLAN_SAVE));
	assert_string_equal(faked_kept(&f, "before-far-CTLFile.tlv"), "old");
	f.r.answer = ERR_WAITING;
	faked_bad(&f, STEP(.kind = PLAN_SAVE), ERR_WAITING, "");
	faked_end(&f);
}

static void
test_backup(void **state)
{
	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_BACKUP));
	assert_int_equal(f.r.num_asked, 0);
	FAKED_SAYS(f.said, "is there");
	f.w.backup[0].good = false;
	faked_bad(&f, STEP(.kind = PLAN_BACKUP), ERR_WAITING, "no backup");
	FAKED_SAYS(f.r.asked, "backup||");
	f.has_site = true;
	faked_bad(&f, STEP(.kind = PLAN_BACKUP), ERR_WAITING, "no backup");
	FAKED_SAYS(f.site, "2 cucm1");
	f.w.s.has_backup_running = f.w.s.backup_running = true;
	faked_bad(&f, STEP(.kind = PLAN_BACKUP), ERR_WAITING, "still running");
	f.w.s.backup_running = false;
	f.w.s.has_backups = false;
	faked_bad(&f, STEP(.kind = PLAN_BACKUP), ERR_IO, "could not be seen");
	faked_end(&f);
}

/* Once this run has changed something the backup has to be newer than that. */
static void
test_backup_after_a_change(void **state)
{
	struct journal_line line = { .event = JOURNAL_BEGIN, .step = "did" };
	const struct plan_step other = { .id = "other", .kind = PLAN_BACKUP };

	faked_begin(&f, 1250, 0);
	f.r.step[0] = (struct plan_step){ .id = "did",
		.kind = PLAN_REGENERATE };
	f.r.plan.steps = (struct doc_maps){ f.r.step, 1 };
	line.at = f.w.backup[0].when + 100;
	LABS_OK(journal_add(f.r.journal, &line, NULL));
	faked_bad(&f, STEP(.kind = PLAN_BACKUP), ERR_WAITING, "no backup");
	f.w.backup[0].when += 200;
	faked_good(&f, STEP(.kind = PLAN_BACKUP));
	/* its clock is an hour ahead */
	f.w.node[0].has_date = true;
	f.w.node[0].date = 3600 + (f.w.node[0].asked = 5000);
	faked_bad(&f, &other, ERR_WAITING, "no backup");
	/* another one than when it was told to make one, whatever the clocks */
	f.w.backup[0].when++;
	LABS_OK(kinds_table[PLAN_BACKUP].check(&f.k, &f.r, &other, NULL, NULL));
	faked_end(&f);
}

/* ---- Services ------------------------------------------------------------------- */

static const char *const both[] = { "Cisco Tftp", "Cisco CTIManager",
	"Cisco CallManager" };

#define SERVICES(kind_) \
	STEP(.kind = (kind_), .node = "cucm2", .services = { both, 3 })

static void
test_restart(void **state)
{
	faked_begin(&f, 1250, 0);
	faked_good(&f, SERVICES(PLAN_RESTART));
	FAKED_SAYS(f.typed,
	    "cucm2 service-restart Cisco Tftp\n"
	    "cucm2 service-restart Cisco CallManager\n");
	assert_null(strstr(f.typed, "restart Cisco CTIManager"));
	FAKED_SAYS(f.said, "CTIManager is not activated on cucm2");
	assert_false(faked_there(&f, SERVICES(PLAN_RESTART), NULL));
	f.fails = "service-restart";
	f.failure = COMMAND_REFUSED;
	faked_bad(&f, SERVICES(PLAN_RESTART), ERR_IO, "the reason");
	faked_end(&f);
}

static void
test_stop_and_start(void **state)
{
	faked_begin(&f, 1250, 0);
	assert_true(faked_there(&f, SERVICES(PLAN_START), NULL));
	assert_false(faked_there(&f, SERVICES(PLAN_STOP), NULL));
	faked_good(&f, SERVICES(PLAN_STOP));
	assert_true(faked_there(&f, SERVICES(PLAN_STOP), NULL));
	assert_false(faked_there(&f, SERVICES(PLAN_START), NULL));
	faked_undo(&f, SERVICES(PLAN_STOP), ERR_OK, "");
	assert_true(faked_there(&f, SERVICES(PLAN_START), NULL));
	f.idle = true;
	faked_bad(&f, SERVICES(PLAN_STOP), ERR_IO, "is not stopped");
	faked_end(&f);
}

/* Never two servers at once. */
static void
test_stop_where_another_is_down(void **state)
{
	faked_begin(&f, 1250, 0);
	f.w.service[0][0].started = false;
	faked_bad(&f, SERVICES(PLAN_STOP), ERR_POLICY,
	    "Cisco Tftp of cucm1 is not started");
	f.w.service[0][0].activated = false;
	faked_good(&f, SERVICES(PLAN_STOP));
	faked_end(&f);
}

static void
test_by_hand(void **state)
{
	const struct plan_step *s = STEP(.kind = PLAN_BY_HAND, .node = "cucm1",
	    .todo = "Disable SSO.");

	faked_begin(&f, 1250, 0);
	faked_good(&f, s);
	assert_string_equal(f.r.asked,
	    "step||cucm1: Disable SSO.\nType yes when it is done.");
	f.r.answer = ERR_WAITING;
	faked_bad(&f, s, ERR_WAITING, "nobody");
	faked_end(&f);
}

/* ---- Phones --------------------------------------------------------------------- */

static void
test_reset(void **state)
{
	faked_begin(&f, 1250, 0);
	faked_bad(&f, STEP(.kind = PLAN_RESET_PHONES), ERR_ABSENT, "baseline");
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	faked_good(&f, STEP(.kind = PLAN_RESET_PHONES));
	FAKED_SAYS(f.r.asked, "11 phones are registered. Type yes");
	f.has_site = true;
	faked_good(&f, STEP(.kind = PLAN_RESET_PHONES));
	FAKED_SAYS(f.site, "/phones.txt");
	assert_null(strstr(faked_kept(&f, "phones.txt"), "SEP000000000003"));
	faked_end(&f);
}

static const struct plan_step prove_ctl = { .id = "prove",
	.kind = PLAN_PROVE,
	.argument = "ctl" };

static void
test_prove(void **state)
{
	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	faked_good(&f, &prove_ctl);
	/* who was absent does not count */
	assert_non_null(strstr(f.proved, " 11"));
	FAKED_SAYS(f.proved, f.w.h.node[0].ctl.md5);
	FAKED_SAYS(f.said, "proven: 11 of 11 phones");
	assert_int_equal(f.r.num_asked, 0);
	faked_end(&f);
}

static void
test_prove_refused(void **state)
{
	size_t i;

	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	f.state[5] = DELIVERY_REFUSED;
	faked_bad(&f, &prove_ctl, ERR_POLICY,
	    "1 phones refuse the list: SEP000000000005;");
	for (i = 0; i < FAKED_DEVICES; i++)
		f.state[i] = DELIVERY_REFUSED;
	faked_bad(&f, &prove_ctl, ERR_POLICY, "and 1 more");
	assert_int_equal(f.r.num_asked, 0);
	faked_end(&f);
}

static void
test_prove_later(void **state)
{
	const struct journal_line *l;

	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	f.state[5] = f.state[6] = DELIVERY_ALIVE;
	f.r.answer = ERR_WAITING;
	faked_bad(&f, &prove_ctl, ERR_WAITING,
	    "2 phones are not proven yet: SEP000000000005, SEP000000000006;");
	FAKED_SAYS(f.said, "proven: 9 of 11 phones");
	FAKED_SAYS(f.r.asked, "lost|2|");
	FAKED_SAYS(f.r.asked, "Type 2 to go on");
	f.r.answer = ERR_OK;
	faked_good(&f, &prove_ctl);
	l = journal_at(f.r.journal, journal_num(f.r.journal) - 1);
	assert_int_equal(l->event, JOURNAL_WAIVED);
	assert_int_equal(l->num_names, 2);
	/* the journal knows them from now on */
	f.r.answer = ERR_WAITING;
	faked_good(&f, &prove_ctl);
	faked_end(&f);
}

static void
test_prove_waived(void **state)
{
	static const char *const waive[] = { "sep000000000005" };

	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	f.k.waive = waive;
	f.k.num_waive = 1;
	f.state[5] = DELIVERY_REFUSED;
	faked_good(&f, &prove_ctl);
	FAKED_SAYS(f.said, "proven: 10 of 11 phones");
	f.state[6] = DELIVERY_REFUSED;
	faked_bad(&f, &prove_ctl, ERR_POLICY, "SEP000000000006;");
	faked_end(&f);
}

/* Nobody was taken down: that proves nothing. */
static void
test_prove_nobody(void **state)
{
	faked_begin(&f, 1250, 0);
	LABS_OK(run_keep(&f.r, "baseline.txt", bytes_of_str(""), NULL));
	faked_bad(&f, &prove_ctl, ERR_POLICY, "proves nothing");
	f.r.plan.phones = 0;
	faked_good(&f, &prove_ctl);
	faked_end(&f);
}

/* A node that kept the old list must not prove anybody; ITLs differ by node. */
static void
test_prove_what(void **state)
{
	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_BASELINE));
	f.w.c.node[1].cut_off = true;
	LABS_OK(cluster_update_ctl(&f.w.c, NULL));
	faked_all(&f);
	faked_good(&f, &prove_ctl);
	FAKED_SAYS(f.proved, f.w.h.node[0].ctl.md5);
	faked_good(&f, STEP(.kind = PLAN_PROVE, .argument = "itl"));
	FAKED_SAYS(f.proved, f.w.h.node[0].itl.md5);
	f.state[7] = DELIVERY_REFUSED;
	faked_bad(&f, STEP(.kind = PLAN_PROVE, .argument = "itl"), ERR_POLICY,
	    "SEP000000000007;");
	FAKED_SAYS(f.proved, f.w.h.node[1].itl.md5);
	faked_end(&f);
}

/* ---- Facts, and the description ------------------------------------------------- */

static void
test_facts(void **state)
{
	struct run_facts facts;

	faked_begin(&f, 1250, 0);
	facts = faked_facts(&f);
	assert_int_equal(strlen(run_facts_get(&facts, "ctl/cucm1")), 64);
	assert_non_null(run_facts_get(&facts, "itl/cucm2"));
	assert_non_null(run_facts_get(&facts, "cert/cucm1/CAPF"));
	assert_null(run_facts_get(&facts, "ctl/imp1"));
	run_facts_clear(&facts);
	faked_end(&f);
}

static void
test_touches(void **state)
{
	const struct plan_step *s = STEP(.kind = PLAN_REGENERATE,
	    .node = "cucm1", .unit = "CAPF");
	const struct run_kind *k = &kinds_table[PLAN_REGENERATE];

	assert_true(k->touches(s, "cert/cucm1/CAPF"));
	assert_true(k->touches(s, "itl/cucm2"));
	assert_false(k->touches(s, "cert/cucm1/CallManager"));
	assert_false(k->touches(s, "ctl/cucm1"));
	k = &kinds_table[PLAN_UPDATE_CTL];
	assert_true(k->touches(s, "ctl/cucm2"));
	assert_false(k->touches(s, "cert/cucm1/CAPF"));
	k = &kinds_table[PLAN_BY_HAND];
	s = STEP(.kind = PLAN_BY_HAND, .node = "cucm1");
	assert_true(k->touches(s, "cert/cucm1/TVS"));
	assert_false(k->touches(s, "cert/cucm10/TVS"));
	assert_null(kinds_table[PLAN_PROVE].touches);
}

/* docs/change.md has a row for each kind, and none does nothing. */
static void
test_documented(void **state)
{
	struct buf text = { 0 };
	char path[512], row[64];
	unsigned i;

	(void)snprintf(path, sizeof(path), "%s/docs/change.md", getenv("SRC"));
	LABS_OK(file_load(path, (size_t)1 << 20, &text, NULL));
	for (i = 0; i < PLAN_NUM_KINDS; i++) {
		(void)snprintf(row, sizeof(row), "\n| %s |",
		    plan_kind_name((enum plan_kind)i));
		FAKED_SAYS(buf_cstr(&text), row);
		assert_true(kinds_table[i].before != NULL ||
		    kinds_table[i].act != NULL || kinds_table[i].check != NULL);
	}
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_observe),
		cmocka_unit_test(test_observe_licence),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_observe_what_forbids),
		cmocka_unit_test(test_final),
		cmocka_unit_test(test_baseline),
		cmocka_unit_test(test_baseline_without_proof),
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_backup),
		cmocka_unit_test(test_backup_after_a_change),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_stop_and_start),
		cmocka_unit_test(test_stop_where_another_is_down),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_prove),
		cmocka_unit_test(test_prove_refused),
		cmocka_unit_test(test_prove_later),
		cmocka_unit_test(test_prove_waived),
		cmocka_unit_test(test_prove_nobody),
		cmocka_unit_test(test_prove_what),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_touches),
		cmocka_unit_test(test_documented),
	};

	return test_run(tests);
}
