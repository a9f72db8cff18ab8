/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: every wish on every release and sort of cluster either becomes a plan
 * that keeps the rules, or is refused with a sentence; and what some plans are,
 * step by step. */
#include "test.h"

#include "planned.h"

static struct planned p; /* it is large */
static const unsigned releases[] = { 1050, 1150, 1250, 1400, 1500 };

#define HASH "0011223344556677889900112233445566778899001122334455667788990011"

static const char *const wishes[] = { "CAPF", "CAPF@cucm2", "CallManager",
	"CallManager@cucm1", "CallManager-ECDSA", "TVS", "TVS@cucm2", "tomcat",
	"tomcat@imp1", "ipsec", "ITLRecovery", "LSC", "CAPF CallManager",
	"CallManager TVS", "CAPF CallManager TVS tomcat ipsec",
	"enable-mixed-mode", "disable-mixed-mode", "to-tokenless",
	"to-token=a.pem,b.pem", "add-token=a.pem",
	("replace-token=" HASH ",a.pem"), ("lost-token=" HASH),
	"add-node@cucm2", "add-node@cucm9", "remove-node@cucm2",
	"remove-node@cucm1", "rename-node@cucm2=cucm9",
	"rename-node@cucm1=cucm9", "change-address@cucm2=10.0.0.9",
	"change-address@cucm1=10.0.0.9", "subject",
	"trust-delete=CallManager-trust/old.pem", "phone-sast-trust-add=a.pem",
	"phone-sast-trust-remove=a.pem", "update-ctl", "recover" };

/* ---- What holds of every plan ---- */

static bool
has_service(const struct plan_step *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->services.num; i++)
		if (strcmp(s->services.item[i], name) == 0)
			return true;
	return false;
}

static bool
makes_list(int kind)
{
	return kind == PLAN_UPDATE_CTL || kind == PLAN_RESET_LOCALKEY ||
	    kind == PLAN_DISTRIBUTE || kind == PLAN_SET_MODE;
}

static bool
renews(const struct plan_step *s)
{
	return s->kind == PLAN_REGENERATE || s->kind == PLAN_UPLOAD_OWN;
}

static bool
is_of_callmanager(const struct plan_step *s)
{
	return renews(s) && strncmp(s->unit, "CallManager", 11) == 0;
}

/* What happened since phones were proven last. */
struct round {
	bool restarted, reset, list;
	const char *server; /* whose CallManager or TVS changed */
	const char *tvs, *callmanager;
};

/* Why step S must not be here, or NULL. */
static const char *
judge_step(struct round *r, const struct plan_step *s)
{
	bool signer = renews(s) &&
	    (strcmp(s->unit, "CallManager") == 0 ||
		strcmp(s->unit, "TVS") == 0);

	if (s->kind == PLAN_PROVE) {
		if (strcmp(s->argument, r->list ? "ctl" : "itl") != 0 &&
		    r->list)
			return "it proves the ITL, and the CTL is new";
		*r = (struct round){ .list = false };
		return NULL;
	}
	if (r->reset)
		return "phones were reset, and nothing was proven";
	if (signer && r->server != NULL && strcmp(r->server, s->node) != 0)
		return "two TFTP servers at once";
	if (signer)
		r->server = s->node;
	if (renews(s) && strcmp(s->unit, "TVS") == 0)
		r->tvs = s->node;
	if (is_of_callmanager(s))
		r->callmanager = s->node;
	if (r->tvs != NULL && r->callmanager != NULL)
		return "CallManager and TVS in one go";
	if (makes_list(s->kind) && r->restarted)
		return "services were restarted before the list was made";
	r->list = r->list || makes_list(s->kind);
	r->restarted = r->restarted ||
	    (s->kind == PLAN_RESTART && has_service(s, "Cisco CallManager"));
	r->reset = s->kind == PLAN_RESET_PHONES;
	return NULL;
}

static void
judge_order(const char *what)
{
	struct round r = { .list = false };
	const char *why;
	size_t i;

	for (i = 0; i < p.plan.steps.num; i++) {
		/* a node that is not for phones begins no round */
		why = judge_step(&r, plan_at(&p, i));
		if (why != NULL) {
			plan_print(&p);
			fail_msg("%s: %s: %s", what, plan_at(&p, i)->id, why);
		}
	}
	assert_false(r.reset || r.list);
}

/* Each node's restart comes after the publisher's, in one round. */
static void
judge_publisher_first(void)
{
	const char *last = "";
	size_t i;

	for (i = 0; i < p.plan.steps.num; i++) {
		const struct plan_step *s = plan_at(&p, i);

		if (s->kind == PLAN_RESTART) {
			if (strcmp(s->node, "cucm1") == 0 &&
			    strcmp(last, "cucm2") == 0)
				fail_msg("%s comes after that of cucm2", s->id);
			last = s->node;
		} else {
			last = "";
		}
	}
}

static void
judge_frame(void)
{
	const size_t n = p.plan.steps.num;

	assert_true(n > 5);
	assert_int_equal(plan_at(&p, 0)->kind, PLAN_OBSERVE);
	assert_int_equal(plan_at(&p, 1)->kind, PLAN_SAVE);
	assert_int_equal(plan_at(&p, 2)->kind, PLAN_BASELINE);
	assert_int_equal(plan_at(&p, 3)->kind, PLAN_BACKUP);
	assert_int_equal(plan_at(&p, n - 2)->kind, PLAN_BACKUP);
	assert_int_equal(plan_at(&p, n - 1)->kind, PLAN_FINAL);
}

/* What is written and read is written the same again. */
static void
judge_file(void)
{
	struct buf a = { 0 }, b = { 0 };
	struct doc *doc = NULL;
	struct plan again;
	struct diag d;

	diag_init(&d);
	assert_int_equal(plan_write(&p.plan, &a, &d), ERR_OK);
	if (plan_read(buf_bytes(&a), &again, &doc, &d) != ERR_OK)
		fail_msg("line %u: %s", d.line, d.msg);
	assert_int_equal(plan_write(&again, &b, &d), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&a), buf_bytes(&b)));
	doc_free(&doc);
	buf_clear(&a);
	buf_clear(&b);
}

static void
judge_plan(const char *what)
{
	size_t i;

	judge_frame();
	judge_order(what);
	judge_publisher_first();
	judge_file();
	assert_false(p.in.losing);
	for (i = 0; i < p.plan.steps.num; i++)
		assert_null(plan_at(&p, i)->strands);
}

/* ---- All of them ---- */

static void
try_all(unsigned *planned, unsigned *refused)
{
	char copy[256];
	size_t i;

	for (i = 0; i < NUM(wishes); i++) {
		plan_what(&p, copy, wishes[i]);
		if (p.e == ERR_OK) {
			judge_plan(wishes[i]);
			(*planned)++;
		} else {
			if (p.e != ERR_POLICY && p.e != ERR_USAGE)
				fail_msg("%s: %s", wishes[i], p.d.msg);
			assert_true(strlen(p.d.msg) > 20);
			assert_null(p.doc);
			(*refused)++;
		}
	}
}

static void
test_every_wish(void **state)
{
	static const unsigned classes[] = { 0, 1u << CLASS_TVS };
	unsigned planned = 0, refused = 0;
	size_t i, tokens, k;

	(void)state;
	for (i = 0; i < NUM(releases); i++)
		for (tokens = 0; tokens <= 2; tokens += 2)
			for (k = 0; k < 8; k++) {
				if (tokens > 0 && (k & 1) != 0)
					continue;
				plan_open(&p, releases[i], tokens,
				    (k & 1) == 0);
				p.in.ca_signed = (k & 2) != 0;
				p.in.classes = classes[k >> 2];
				p.in.new_tokens = tokens == 0 ? 2 : 0;
				try_all(&planned, &refused);
				plan_close(&p);
			}
	print_message("%u plans, %u refusals\n", planned, refused);
	assert_true(planned > 900);
	assert_true(refused > 200);
}

/* ---- Step by step ---- */

#define BEGIN "observe\nsave\nbaseline\nbackup\n"
#define END "backup\nfinal\n"
#define ROUND12                                                            \
	"restart@cucm1: Cisco Tftp, Cisco CallManager, Cisco CTIManager\n" \
	"restart@cucm2: Cisco Tftp, Cisco CallManager, Cisco CTIManager\n" \
	"reset-phones\nprove=ctl\n"
#define TVS_ROUND                                                            \
	"restart@cucm1: Cisco Trust Verification Service, Cisco Tftp, Cisco" \
	" CallManager, Cisco CTIManager\n"                                   \
	"restart@cucm2: Cisco Trust Verification Service, Cisco Tftp, Cisco" \
	" CallManager, Cisco CTIManager\n"                                   \
	"reset-phones\nprove=ctl\n"
#define SIGNED "canary@cucm1\ndistribute@cucm1\ndistribute@cucm2\n"

static const struct exact {
	unsigned release;
	unsigned tokens;
	bool mixed, ca;
	const char *what, *steps;
} exacts[] = {
	{ 1250, 0, true, false, "update-ctl",
	    BEGIN "update-ctl@cucm1\n" ROUND12 END },
	/* the maker's own order */
	{ 1250, 0, true, false, "ITLRecovery",
	    BEGIN "regenerate ITLRecovery@cucm1\npost-check ITLRecovery@cucm1\n"
		  "reset-localkey@cucm1\n" TVS_ROUND
		  "update-ctl@cucm1\n" ROUND12 END },
	{ 1250, 0, true, true, "CAPF",
	    BEGIN "csr CAPF@cucm1\nwait-ca CAPF@cucm1\n"
		  "upload-trust CAPF-trust@cucm1=cucm1-CAPF\n"
		  "upload-trust CallManager-trust@cucm1=cucm1-CAPF\n"
		  "upload-own CAPF@cucm1=cucm1-CAPF\npost-check CAPF@cucm1\n"
		  "update-ctl@cucm1\n"
		  "restart@cucm1: Cisco Certificate Authority Proxy Function, "
		  "Cisco Trust Verification Service, Cisco Tftp, Cisco "
		  "HAProxy, Cisco CallManager, Cisco CTIManager\n"
		  "restart@cucm2: Cisco Trust Verification Service, Cisco "
		  "Tftp, Cisco HAProxy, Cisco CallManager, Cisco CTIManager\n"
		  "post-check CAPF@cucm1\nreset-phones\nprove=ctl\n" END },
	{ 1250, 2, true, false, "change-address@cucm2=10.0.0.9",
	    BEGIN
	    "token\nsign-ctl=address:cucm2=10.0.0.9\n" SIGNED ROUND12
	    "by-hand@cucm2 (address-cucm2)\n"
	    "token\nsign-ctl=address:cucm2=10.0.0.9\n" SIGNED ROUND12 END },
	{ 1250, 2, true, false, "add-token=new.pem",
	    BEGIN "token\nsign-ctl=with:new.pem\n" SIGNED ROUND12 END },
	{ 1250, 2, true, false, "to-tokenless",
	    BEGIN "update-ctl@cucm1\n" ROUND12 END },
	{ 1250, 0, false, false, "enable-mixed-mode",
	    BEGIN "set-mode@cucm1=mixed\n" ROUND12 END },
	{ 1250, 0, true, false, "disable-mixed-mode",
	    BEGIN
	    "by-hand (profiles)\nset-mode@cucm1=non-secure\n" ROUND12 END },
	{ 1250, 0, true, false, "tomcat@cucm2",
	    BEGIN "by-hand (sso-off)\nregenerate tomcat@cucm2\n"
		  "post-check tomcat@cucm2\n"
		  "restart@cucm2: Cisco Tomcat, Cisco SSOSP Tomcat, Cisco UDS "
		  "Tomcat, Cisco Tftp\nby-hand (sso-on)\n" END },
	{ 1150, 0, true, false, "trust-delete=CAPF-trust/x.pem",
	    BEGIN "stop@cucm1: Cisco Certificate Change Notification\n"
		  "stop@cucm2: Cisco Certificate Change Notification\n"
		  "delete-trust CAPF-trust@cucm1=x.pem\n"
		  "delete-trust CAPF-trust@cucm2=x.pem\n"
		  "start@cucm1: Cisco Certificate Change Notification\n"
		  "start@cucm2: Cisco Certificate Change Notification\n" END },
	{ 1250, 0, true, false, "trust-delete=CAPF-trust/x.pem",
	    BEGIN "delete-trust CAPF-trust@cucm1=x.pem\n" END },
};

static void
test_exact(void **state)
{
	struct buf out = { 0 };
	char copy[256];
	size_t i;

	(void)state;
	for (i = 0; i < NUM(exacts); i++) {
		plan_open(&p, exacts[i].release, exacts[i].tokens,
		    exacts[i].mixed);
		p.in.ca_signed = exacts[i].ca;
		plan_what(&p, copy, exacts[i].what);
		if (p.e != ERR_OK)
			fail_msg("%s: %s", exacts[i].what, p.d.msg);
		buf_clear(&out);
		plan_put(&p, &out);
		assert_string_equal(buf_cstr(&out), exacts[i].steps);
		plan_close(&p);
	}
	buf_clear(&out);
}

/* ---- Refusals, and warnings ---- */

static const struct said {
	unsigned release;
	unsigned tokens;
	bool mixed, ca;
	const char *what, *says;
} refusals[] = {
	{ 1250, 0, true, false, "CAPFX", "nothing is called CAPFX" },
	{ 1250, 0, true, false, "CAPF CAPF", "wanted twice" },
	{ 1250, 0, true, false, "CAPF LSC", "do not go together" },
	{ 1250, 0, true, false, "CAPF@cucm7", "no node cucm7" },
	{ 1250, 0, true, false, "ITLRecovery@cucm1", "whole cluster" },
	{ 1250, 0, true, false, "change-address@cucm1", "wants a value" },
	{ 1250, 0, true, false, "rename-node=x", "wants a node" },
	{ 1250, 0, true, false, "LSC", "no phone has an LSC" },
	{ 1250, 0, true, true, "ITLRecovery", "no CA signs it" },
	{ 1050, 0, true, false, "CallManager-ECDSA", "came with 11.0" },
	{ 1400, 0, true, false, "CAPF@cucm2", "on the publisher alone" },
	{ 1400, 0, true, false, "to-token=a.pem", "14SU3" },
	{ 1250, 0, true, false, "to-tokenless", "already" },
	{ 1250, 0, true, false, "add-token=a.pem", "has no tokens" },
	{ 1250, 0, true, false, "enable-mixed-mode", "already" },
	{ 1250, 0, false, false, "update-ctl", "enable-mixed-mode" },
	{ 1250, 0, true, false, "change-address@cucm2=10.0.0.9",
	    "only a list that a token signs" },
	{ 1250, 2, true, false, "lost-token=" HASH, "no SAST of the CTL" },
	{ 1250, 0, true, false, "remove-node@cucm1", "is the publisher" },
	{ 1250, 0, true, false, "trust-delete=CAPF-trust/CAP-RTP-001.pem",
	    "manufacturer" },
	{ 1250, 0, true, false, "trust-delete=CAPF/CAPF.pem",
	    "no trust store" },
	{ 1150, 0, true, false, "CallManager", "second-sast" },
	{ 1250, 0, true, false, "add-node@cucm9", "put it into cluster.yaml" },
};

static void
test_refused(void **state)
{
	char copy[256];
	size_t i;

	(void)state;
	for (i = 0; i < NUM(refusals); i++) {
		plan_open(&p, refusals[i].release, refusals[i].tokens,
		    refusals[i].mixed);
		p.in.ca_signed = refusals[i].ca;
		plan_what(&p, copy, refusals[i].what);
		if (p.e == ERR_OK || strstr(p.d.msg, refusals[i].says) == NULL)
			fail_msg("%s: %s", refusals[i].what, p.d.msg);
		plan_close(&p);
	}
}

static bool
is_warned(const char *text)
{
	size_t i;

	for (i = 0; i < p.plan.warnings.num; i++)
		if (strstr(p.plan.warnings.item[i], text) != NULL)
			return true;
	return false;
}

static const struct said warnings[] = {
	{ 1250, 2, true, false, "CAPF", "EXPERIMENTAL" },
	{ 1400, 2, true, false, "CAPF", "14SU3" },
	{ 1400, 0, true, false, "CallManager", "manual first" },
	{ 1250, 0, true, false, "CAPF", "plan LSC afterwards" },
	{ 1250, 0, true, false, "CAPF", "1 of 40 phones" },
	{ 1250, 0, true, false, "recover", "the cheapest" },
};

static void
test_warned(void **state)
{
	char copy[256];
	size_t i;

	(void)state;
	for (i = 0; i < NUM(warnings); i++) {
		plan_open(&p, warnings[i].release, warnings[i].tokens,
		    warnings[i].mixed);
		plan_what(&p, copy, warnings[i].what);
		assert_int_equal(p.e, ERR_OK);
		if (!is_warned(warnings[i].says))
			fail_msg("%s: nothing of %s", warnings[i].what,
			    warnings[i].says);
		plan_close(&p);
	}
	plan_open(&p, 1250, 0, true);
	p.in.can_prove = false;
	p.w.s.rollback = true;
	plan_what(&p, copy, "CAPF");
	assert_int_equal(p.e, ERR_POLICY);
	assert_non_null(strstr(p.d.msg, "Rollback"));
	p.w.s.rollback = false;
	plan_what(&p, copy, "CAPF");
	assert_true(is_warned("no proof"));
	assert_false(p.plan.proof);
	plan_close(&p);
}

/* What loses phones is planned only where that is wanted, and says so. */
static void
test_losing(void **state)
{
	size_t i, strands = 0;
	char copy[256];

	(void)state;
	plan_open(&p, 1150, 0, true);
	p.in.losing = true;
	plan_what(&p, copy, "CallManager");
	assert_int_equal(p.e, ERR_OK);
	assert_memory_equal(p.plan.warnings.item[0], "THIS PLAN LOSES", 15);
	for (i = 0; i < p.plan.steps.num; i++) {
		if (plan_at(&p, i)->strands == NULL)
			continue;
		strands++;
		assert_int_equal(plan_at(&p, i)->kind, PLAN_UPDATE_CTL);
		assert_int_equal(plan_at(&p, i)->strands_num, PHONES);
	}
	assert_int_equal(strands, 1);
	plan_close(&p);
}

/* A CAPF that was renewed before comes into the list. */
static void
test_stale(void **state)
{
	char copy[256];

	(void)state;
	plan_open(&p, 1250, 0, true);
	LABS_OK(cluster_renew(&p.w.c, SHELF_CAPF, 0, NULL));
	put_server(&p.w, 0);
	plan_what(&p, copy, "update-ctl");
	assert_int_equal(p.e, ERR_OK);
	assert_true(is_warned("CAPF of cucm1 was renewed before"));
	plan_close(&p);
}

static void
test_campaign(void **state)
{
	size_t i, hands = 0;
	char copy[256];

	(void)state;
	plan_open(&p, 1250, 0, true);
	for (i = 0; i < PHONES; i++) {
		p.device[i].lsc_issuer = i < 30 ? "CN=CAPF-1" : "";
		p.device[i].pool = i < 10 ? "A" : "B";
	}
	plan_what(&p, copy, "LSC");
	assert_int_equal(p.e, ERR_OK);
	for (i = 0; i < p.plan.steps.num; i++)
		if (plan_at(&p, i)->kind == PLAN_BY_HAND) {
			assert_int_equal(plan_at(&p, i)->resets,
			    hands == 0 ? 10 : 20);
			hands++;
		}
	assert_int_equal(hands, 2);
	plan_close(&p);
}

static void
test_follow_up(void **state)
{
	static const struct inventory_neighbour neighbour[] = {
		{ .name = "cuc1", .kind = "unity-connection" },
		{ .name = "idp1", .kind = "idp" },
	};
	char copy[256];

	(void)state;
	plan_open(&p, 1250, 0, true);
	p.w.inv.neighbours = (struct doc_maps){ neighbour, 2 };
	plan_what(&p, copy, "CallManager");
	assert_int_equal(p.e, ERR_OK);
	assert_int_equal(p.plan.follow_up.num, 1);
	assert_non_null(strstr(p.plan.follow_up.item[0], "cuc1"));
	plan_close(&p);
}

static void
test_words(void **state)
{
	enum planner_wish wish;
	const char *node;
	unsigned i;

	(void)state;
	for (i = 0; i < PLANNER_NUM_WISHES; i++) {
		assert_true(planner_wish_of(
		    planner_wish_name((enum planner_wish)i), &wish, &node));
		assert_int_equal(wish, i);
		assert_null(node);
	}
	assert_true(planner_wish_of("CAPF@a", &wish, &node));
	assert_string_equal(node, "a");
	assert_false(planner_wish_of("CAP", &wish, NULL));
	assert_false(planner_wish_of("", &wish, NULL));
	assert_string_equal(planner_wish_value("x@y=z"), "z");
	assert_null(planner_wish_value("x@y"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_wish),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_warned),
		cmocka_unit_test(test_losing),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_campaign),
		cmocka_unit_test(test_follow_up),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
