/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that change certificates and lists, in a cluster of the lab. */
#include "test.h"

#include "base/file.h"
#include "faked.h"

static struct faked f; /* it is large */

#define STEP(...) \
	(&(struct plan_step){ .id = "step", .title = "a step", __VA_ARGS__ })
#define REGENERATE(unit_) \
	STEP(.kind = PLAN_REGENERATE, .node = "cucm1", .unit = (unit_))

static void
test_regenerate(void **state)
{
	struct run_facts begun;

	faked_begin(&f, 1250, 0);
	begun = faked_facts(&f);
	assert_false(faked_there(&f, REGENERATE("CAPF"), &begun));
	faked_good(&f, REGENERATE("CAPF"));
	FAKED_SAYS(f.typed, "cucm1 cert-regen CAPF\n");
	assert_true(faked_there(&f, REGENERATE("CAPF"), &begun));
	f.idle = true;
	faked_bad(&f, REGENERATE("CAPF"), ERR_IO, "that it was");
	/* not while the list lacks what is in use */
	faked_bad(&f, REGENERATE("ITLRecovery"), ERR_POLICY, "the CTL lacks");
	run_facts_clear(&begun);
	faked_end(&f);
}

static void
test_csr(void **state)
{
	const struct plan_step *s = STEP(.kind = PLAN_CSR, .node = "cucm1",
	    .unit = "CAPF");
	struct plan_step wait = *s;
	char path[512];

	faked_begin(&f, 1250, 0);
	(void)snprintf(path, sizeof(path), "%s/tests/certs/cucm.csr",
	    getenv("SRC"));
	LABS_OK(file_load(path, 65536, &f.csr_pem, NULL));
	assert_false(faked_there(&f, s, NULL));
	faked_good(&f, s);
	(void)faked_kept(&f, "cucm1-CAPF.csr");
	assert_int_equal(strlen(faked_kept(&f, "cucm1-CAPF-key.sha256")), 65);
	assert_true(faked_there(&f, s, NULL));
	faked_bad(&f, s, ERR_POLICY, "a request of CAPF already");
	wait.kind = PLAN_WAIT_CA;
	faked_bad(&f, &wait, ERR_WAITING, "from-ca/cucm1-CAPF.pem");
	faked_undo(&f, s, ERR_WAITING, "is still on");
	faked_end(&f);
}

static void
test_update_ctl(void **state)
{
	static const unsigned releases[] = { 1150, 1250, 1400, 1500 };
	const struct plan_step *s = STEP(.kind = PLAN_UPDATE_CTL);
	struct run_facts begun;
	size_t i;

	for (i = 0; i < NUM(releases); i++) {
		faked_begin(&f, releases[i], 0);
		faked_good(&f, STEP(.kind = PLAN_SAVE));
		faked_good(&f, REGENERATE("CAPF"));
		begun = faked_facts(&f);
		assert_false(faked_there(&f, s, &begun));
		faked_good(&f, s);
		FAKED_SAYS(f.said, "replaced: capf");
		assert_true(faked_there(&f, s, &begun));
		run_facts_clear(&begun);
		/* the way back: a person puts the saved one there */
		faked_undo(&f, s, ERR_OK, "");
		assert_int_equal(f.num_given, 2);
		faked_end(&f);
	}
}

static void
test_update_ctl_stops(void **state)
{
	const struct plan_step *s = STEP(.kind = PLAN_UPDATE_CTL);

	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_SAVE));
	faked_good(&f, REGENERATE("CAPF"));
	f.idle = true;
	faked_bad(&f, s, ERR_IO, "still has the CTL of before");
	f.idle = false;
	f.fails = "ctl-update";
	f.failure = COMMAND_NO_LICENCE;
	faked_bad(&f, s, ERR_POLICY, "export-controlled");
	f.fails = NULL;
	f.w.c.node[1].cut_off = true;
	faked_bad(&f, s, ERR_POLICY, "cucm2 still has another CTL");
	f.w.s.mixed = false;
	faked_bad(&f, s, ERR_POLICY, "not in mixed mode");
	faked_end(&f);
}

/* All anchors at once: phones without TVS would refuse what comes. */
static void
test_update_ctl_strands(void **state)
{
	const struct plan_step *s = STEP(.kind = PLAN_UPDATE_CTL);

	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_SAVE));
	LABS_OK(cluster_renew(&f.w.c, SHELF_CALLMANAGER, 0, NULL));
	LABS_OK(cluster_renew(&f.w.c, SHELF_ITLRECOVERY, 0, NULL));
	faked_all(&f);
	faked_bad(&f, s, ERR_POLICY, "");
	assert_null(strstr(f.typed, "ctl-update"));
	faked_end(&f);
}

static void
test_localkey(void **state)
{
	const struct plan_step *s = STEP(.kind = PLAN_RESET_LOCALKEY);
	struct run_facts begun;

	faked_begin(&f, 1250, 0);
	faked_good(&f, STEP(.kind = PLAN_SAVE));
	faked_good(&f, REGENERATE("ITLRecovery"));
	begun = faked_facts(&f);
	assert_false(faked_there(&f, s, &begun));
	faked_good(&f, s);
	assert_true(faked_there(&f, s, &begun));
	run_facts_clear(&begun);
	faked_good(&f, STEP(.kind = PLAN_UPDATE_CTL));
	faked_end(&f);
}

/* Phones that stayed behind with the first list have neither key of the third. */
static void
test_held(void **state)
{
	const struct plan_step *s = STEP(.kind = PLAN_UPDATE_CTL);
	struct ctl_file *first = NULL;
	struct buf bytes = { 0 };

	faked_begin(&f, 1250, 0);
	buf_put(&bytes, f.w.c.node[0].ctl->file);
	LABS_OK(ctl_parse(buf_bytes(&bytes), CTL_KIND_CTL, &first, NULL));
	faked_good(&f, STEP(.kind = PLAN_SAVE));
	faked_good(&f, REGENERATE("ITLRecovery"));
	faked_good(&f, STEP(.kind = PLAN_RESET_LOCALKEY));
	faked_good(&f, s);
	faked_good(&f, REGENERATE("CallManager"));
	f.k.installed = first;
	faked_bad(&f, s, ERR_POLICY, "");
	f.k.installed = NULL;
	faked_good(&f, s);
	faked_end(&f);
	ctl_free(&first);
	buf_clear(&bytes);
}

static void
test_token(void **state)
{
	faked_begin(&f, 1250, 2);
	faked_good(&f, STEP(.kind = PLAN_TOKEN));
	f.has_tries = true;
	f.tries = 1;
	faked_bad(&f, STEP(.kind = PLAN_TOKEN), ERR_TOKEN, "1 tries");
	f.present = 0;
	faked_bad(&f, STEP(.kind = PLAN_TOKEN), ERR_TOKEN, "no token answers");
	faked_end(&f);
}

static void
test_sign_and_distribute(void **state)
{
	const struct plan_step *sign = STEP(.kind = PLAN_SIGN_CTL);
	const struct plan_step *send = STEP(.kind = PLAN_DISTRIBUTE,
	    .node = "cucm2");

	faked_begin(&f, 1250, 2);
	f.r.step[0] = *send;
	f.r.plan.steps = (struct doc_maps){ f.r.step, 1 };
	faked_good(&f, STEP(.kind = PLAN_SAVE));
	faked_bad(&f, send, ERR_ABSENT, "CTLFile.tlv");
	faked_good(&f, REGENERATE("CAPF"));
	faked_good(&f, sign);
	FAKED_SAYS(f.r.asked, "experimental|experimental|EXPERIMENTAL");
	FAKED_SAYS(f.said, "replaced: capf");
	assert_false(faked_there(&f, send, NULL));
	f.old_files = true;
	faked_bad(&f, send, ERR_WAITING, "cucm2 does not give");
	f.old_files = false;
	faked_good(&f, send);
	FAKED_SAYS(f.r.asked, "TFTP File Management");
	assert_true(faked_there(&f, send, NULL));
	faked_undo(&f, send, ERR_OK, "");
	assert_false(faked_there(&f, send, NULL));
	faked_bad(&f, STEP(.kind = PLAN_SIGN_CTL, .argument = "without:00"),
	    ERR_POLICY, "no SAST with");
	faked_end(&f);
}

static void
test_canary(void **state)
{
	const struct plan_step *s = STEP(.kind = PLAN_CANARY, .node = "cucm1",
	    .argument = "SEP000000000001");

	faked_begin(&f, 1250, 2);
	faked_good(&f, STEP(.kind = PLAN_CANARY, .node = "cucm1"));
	faked_good(&f, STEP(.kind = PLAN_SIGN_CTL));
	faked_good(&f, s);
	assert_true(faked_there(&f, s, NULL));
	f.state[1] = DELIVERY_REFUSED;
	faked_bad(&f, s, ERR_POLICY, "refuses the list");
	f.state[1] = DELIVERY_ALIVE;
	faked_bad(&f, s, ERR_WAITING, "not proven");
	faked_undo(&f, s, ERR_OK, "");
	FAKED_SAYS(f.typed, "file-delete-tftp CTLSEP000000000001.tlv");
	faked_end(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regenerate),
		cmocka_unit_test(test_csr),
		cmocka_unit_test(test_update_ctl),
		cmocka_unit_test(test_update_ctl_stops),
		cmocka_unit_test(test_update_ctl_strands),
		cmocka_unit_test(test_localkey),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_sign_and_distribute),
		cmocka_unit_test(test_canary),
	};

	return test_run(tests);
}
