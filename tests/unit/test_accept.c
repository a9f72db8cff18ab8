/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of phones of each class. Lists are written as tests/unit/lists.h
 * says, nodes as tests/unit/world.h does. */
#include "test.h"

#include "trust/accept.h"
#include "world.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static struct world world;

/* The first list that phones hold, and a cluster that fits it. */
#define OLD "S:itlr S:pub C:pub A:capf"
#define NODES "a tftp ccm pub itl=S:itlr cm=pub capf=capf on=pub"
/* The same after CallManager was renewed, and after ITLRecovery was too. */
#define NEW "S:itlr S:pub2 C:pub2 A:capf"
#define NEW_NODES "a tftp ccm pub itl=S:itlr cm=pub2 capf=capf on=pub2"
#define BOTH "S:itlr2 S:pub2 C:pub2 A:capf"
#define BOTH_NODES "a tftp ccm pub itl=S:itlr2 cm=pub2 capf=capf on=pub2"

struct row {
	enum class class;
	const char *installed; /* NULL: not known, or nothing */
	const char *offer, *signer;
	const char *nodes;
	const char *database; /* a certificate; "" none; NULL: not known */
	enum trust_verdict verdict;
	enum trust_rule rule;
	bool keeps;
	enum works_answer works; /* all */
	enum trust_known lost;
	const char *says;
};

#define A1 TRUST_RULE_FIRST
#define A2 TRUST_RULE_INSTALLED_SAST
#define A3 TRUST_RULE_TVS
#define A4 TRUST_RULE_STRANGER
#define A5 TRUST_RULE_UNREADABLE
#define A6 TRUST_RULE_REMOTE

static const struct row rows[] = {
	/* nothing is installed, whatever is said of it */
	{ CLASS_NEW, NULL, OLD, "record: 1", NODES, "", TRUST_ACCEPTS_FIRST, A1,
	    false, WORKS_YES, TRUST_NO, "the first is taken" },
	{ CLASS_NEW, BOTH, OLD, "record: 1", NODES, "", TRUST_ACCEPTS_FIRST, A1,
	    false, WORKS_YES, TRUST_NO, "the first is taken" },
	{ CLASS_NEW, NULL, OLD, "record: 1", NEW_NODES, "", TRUST_ACCEPTS_FIRST,
	    A1, false, WORKS_NO, TRUST_YES, "" },
	/* the usual way, which all take */
	{ CLASS_TVS, OLD, NEW, "record: 1", NEW_NODES, "", TRUST_ACCEPTS, A2,
	    false, WORKS_YES, TRUST_NO, "record 1 of the installed" },
	{ CLASS_NO_TVS, OLD, NEW, "record: 1", NEW_NODES, "", TRUST_ACCEPTS, A2,
	    false, WORKS_YES, TRUST_NO, "" },
	{ CLASS_OTHER_TVS, OLD, NEW, "record: 1", NEW_NODES, "", TRUST_ACCEPTS,
	    A2, false, WORKS_YES, TRUST_NO, "" },
	{ CLASS_SWITCHED_OFF, OLD, NEW, "record: 1", NEW_NODES, "",
	    TRUST_ACCEPTS, A2, false, WORKS_YES, TRUST_NO, "" },
	/* both anchors are new */
	{ CLASS_NO_TVS, OLD, BOTH, "record: 1", BOTH_NODES, "itlr2",
	    TRUST_REFUSES, A4, true, WORKS_NO, TRUST_YES,
	    "is no SAST of the installed list" },
	{ CLASS_SOFT, OLD, BOTH, "record: 1", BOTH_NODES, "itlr2",
	    TRUST_REFUSES, A4, true, WORKS_NO, TRUST_YES, "" },
	{ CLASS_TVS, OLD, BOTH, "record: 1", BOTH_NODES, "itlr2",
	    TRUST_THROUGH_TVS, A3, false, WORKS_YES, TRUST_NO, "its database" },
	{ CLASS_TVS, OLD, BOTH, "record: 1", BOTH_NODES, "", TRUST_REFUSES, A3,
	    true, WORKS_NO, TRUST_YES, "TVS of a does not have it" },
	{ CLASS_TVS, OLD, BOTH, "record: 1", BOTH_NODES, NULL, TRUST_UNKNOWN,
	    A3, false, WORKS_YES, TRUST_NOT_KNOWN, "missing CallManager" },
	{ CLASS_OTHER_TVS, OLD, BOTH, "record: 1", BOTH_NODES, "itlr2",
	    TRUST_REFUSES, A3, true, WORKS_NO, TRUST_YES,
	    "TVS of a shows a certificate" },
	/* who was off may have another ITL */
	{ CLASS_SWITCHED_OFF, OLD, BOTH, "record: 1", BOTH_NODES, "itlr2",
	    TRUST_UNKNOWN, A3, false, WORKS_YES, TRUST_NOT_KNOWN,
	    "missing its certificate or the phone's ITL" },
	/* without nodes the database answers */
	{ CLASS_TVS, OLD, BOTH, "record: 1", "", "itlr2", TRUST_THROUGH_TVS, A3,
	    false, WORKS_UNKNOWN, TRUST_NOT_KNOWN, "TVS of its group vouches" },
	/* which list is not known */
	{ CLASS_TVS, NULL, NEW, "record: 1", NEW_NODES, "", TRUST_UNKNOWN, A2,
	    false, WORKS_YES, TRUST_NOT_KNOWN,
	    "missing the list that is installed" },
	/* nor does it matter: taken or not, it does not work */
	{ CLASS_TVS, NULL, NEW, "record: 1", BOTH_NODES, "", TRUST_UNKNOWN, A2,
	    false, WORKS_NO, TRUST_YES, "missing the list" },
	{ CLASS_MRA, OLD, NEW, "record: 1", NEW_NODES, "", TRUST_UNKNOWN, A6,
	    false, WORKS_UNKNOWN, TRUST_NOT_KNOWN, "behind an Expressway" },
	/* a list that all take, and that leaves all without */
	{ CLASS_TVS, OLD, NEW, "record: 1", NODES, "", TRUST_ACCEPTS, A2, false,
	    WORKS_NO, TRUST_YES, "" },
	{ CLASS_CTI, OLD, NEW, "record: 1",
	    "a -ccm pub cm=pub2 capf=capf;b "
	    "ccm on=pub2",
	    "", TRUST_ACCEPTS, A2, false, WORKS_YES, TRUST_NO, "" },
	/* what it cannot read it does not take, and works as before */
	{ CLASS_TWO_SAST, OLD, "S:itlr S:pub S:own C:pub A:capf", "record: 1",
	    NODES, "", TRUST_REFUSES, A5, true, WORKS_YES, TRUST_YES,
	    "record 3 is a SAST more than the 2" },
	{ CLASS_NO_TVS, OLD, "S:itlr S:pub C:pub C:pub/1 A:capf", "record: 1",
	    NODES, "", TRUST_REFUSES, A5, true, WORKS_YES, TRUST_YES,
	    "role 8" },
	{ CLASS_NEW, NULL, "S:itlr S:pub C:pub C:pub/1 A:capf", "record: 1",
	    NODES, "", TRUST_REFUSES, A5, false, WORKS_NO, TRUST_YES,
	    "role 8" },
	{ CLASS_TVS, NULL, "S:itlr S:pub C:pub C:pub/1 A:capf", "record: 1",
	    NODES, "", TRUST_REFUSES, A5, false, WORKS_NO, TRUST_YES,
	    "role 8" },
	{ CLASS_2048, OLD, "S:itlr S:pub C:pub C:big A:capf", "record: 1",
	    NODES, "", TRUST_REFUSES, A5, true, WORKS_YES, TRUST_YES,
	    "4096 bits" },
	/* a token list of 10.5 or older turned tokenless */
	{ CLASS_NO_TVS, "S:t1 S:t2 C:pub A:capf", OLD, "record: 1", NODES,
	    "pub", TRUST_REFUSES, A4, true, WORKS_UNKNOWN, TRUST_YES,
	    "there record 1 (\"SAST-1\")" },
	/* it holds this list already, whoever signed that */
	{ CLASS_NO_TVS, "S:itlr S:pub C:pub A:capf",
	    "S:itlr S:pub C:pub A:capf", "record: 1", NODES, "", TRUST_ACCEPTS,
	    A2, false, WORKS_YES, TRUST_NO,
	    "this very list is installed already" },
};

/* All that a row asks. */
struct asked {
	struct made installed, offer;
	struct trust_spelling spelling;
	struct trust_names names;
	struct trust_database db;
	struct accept_cluster cluster;
	struct accept_phone phone;
};

static void
asked_make(struct asked *a, const struct row *r)
{
	memset(a, 0, sizeof(*a));
	made_by(&a->offer, r->offer, r->signer, "");
	world_put(&world, r->nodes);
	if (r->installed != NULL)
		made_of(&a->installed, r->installed, 1);
	if (r->database != NULL && r->database[0] != '\0') {
		assert_int_equal(trust_spell(world_cert(&world, r->database),
				     &a->spelling, NULL),
		    ERR_OK);
		a->names = trust_names_of(&a->spelling);
		a->db.num = 1;
	}
	a->db.names = &a->names;
	a->db.whole = true;
	a->cluster = (struct accept_cluster){ .offer = a->offer.f,
		.nodes = world.node,
		.num_nodes = world.num,
		.database = r->database == NULL ? NULL : &a->db,
		.capf_active = TRUST_YES };
	a->phone = (struct accept_phone){ .class = r->class,
		.installed = a->installed.f };
}

static void
asked_clear(struct asked *a)
{
	made_clear(&a->installed);
	made_clear(&a->offer);
	trust_spelling_clear(&a->spelling);
}

static void
test_rows(void **state)
{
	struct ctl_memo *memo = NULL;
	const struct row *r;
	struct asked asked;
	struct accept a;
	size_t i;

	assert_int_equal(ctl_memo_new(&memo, NULL), ERR_OK);
	for (i = 0; i < NUM(rows); i++) {
		r = &rows[i];
		asked_make(&asked, r);
		asked.cluster.memo = i % 2 == 0 ? memo : NULL;
		assert_int_equal(
		    accept_judge(&asked.cluster, &asked.phone, &a, NULL),
		    ERR_OK);
		if (a.judgement.verdict != r->verdict ||
		    a.judgement.rule != r->rule || a.keeps != r->keeps ||
		    a.works.all != r->works || a.lost != r->lost ||
		    strstr(a.judgement.why.msg, r->says) == NULL)
			fail_msg("%zu: %s, %s, keeps %d, works %s, lost %d: "
				 "%s",
			    i, trust_verdict_name(a.judgement.verdict),
			    trust_rule_name(a.judgement.rule), a.keeps,
			    works_answer_name(a.works.all), a.lost,
			    a.judgement.why.msg);
		assert_int_equal(a.judgement.why.code,
		    r->verdict == TRUST_REFUSES       ? ERR_POLICY
			: r->verdict == TRUST_UNKNOWN ? ERR_ABSENT
						      : ERR_OK);
		asked_clear(&asked);
	}
	ctl_memo_free(&memo);
}

/* A group is asked in place of all nodes, and what is known of it counts. */
static void
test_group(void **state)
{
	static const struct row row = { CLASS_TVS, OLD, BOTH, "record: 1",
		BOTH_NODES, "", TRUST_UNKNOWN, A3, false, WORKS_YES, TRUST_NO,
		"" };
	struct trust_tvs tvs[] = { { "b", TRUST_NOT_KNOWN, NULL },
		{ "c", TRUST_YES, NULL } };
	struct accept_group group = { "g", tvs, 2 };
	struct asked asked;
	struct accept a;

	asked_make(&asked, &row);
	asked.phone.group = &group;
	asked.cluster.cache_counts = true;
	tvs[0].disk = tvs[1].disk = asked.offer.f;
	assert_int_equal(accept_judge(&asked.cluster, &asked.phone, &a, NULL),
	    ERR_OK);
	assert_int_equal(a.judgement.verdict, TRUST_THROUGH_TVS);
	assert_int_equal(a.judgement.leg, TRUST_LEG_CTL_CACHE);
	tvs[1].disk = asked.installed.f;
	assert_int_equal(accept_judge(&asked.cluster, &asked.phone, &a, NULL),
	    ERR_OK);
	assert_int_equal(a.judgement.verdict, TRUST_REFUSES);
	assert_string_equal(a.judgement.node, "c");
	/* known not to fit goes before what the class says */
	tvs[0].certificate = TRUST_NO;
	assert_int_equal(accept_judge(&asked.cluster, &asked.phone, &a, NULL),
	    ERR_OK);
	assert_string_equal(a.judgement.node, "b");
	/* a group of nobody is asked as one without a name */
	group.num_tvs = 0;
	assert_int_equal(accept_judge(&asked.cluster, &asked.phone, &a, NULL),
	    ERR_OK);
	assert_null(a.judgement.node);
	assert_int_equal(a.judgement.verdict, TRUST_UNKNOWN);
	asked_clear(&asked);
}

/* Names fit, the signature does not. */
static void
test_signature(void **state)
{
	static const struct row table[] = {
		{ CLASS_TVS, OLD, NEW, "record: 1", NEW_NODES, "itlr2", 0, A2,
		    true, WORKS_NO, TRUST_YES, "" },
		{ CLASS_TVS, OLD, BOTH, "record: 1", BOTH_NODES, "itlr2", 0, A3,
		    true, WORKS_NO, TRUST_YES, "" },
	};
	struct asked asked;
	struct accept a;
	size_t i;

	for (i = 0; i < NUM(table); i++) {
		asked_make(&asked, &table[i]);
		made_sign(&asked.offer.bytes, "rsa1024-h");
		assert_int_equal(
		    accept_judge(&asked.cluster, &asked.phone, &a, NULL),
		    ERR_OK);
		assert_int_equal(a.judgement.verdict, TRUST_REFUSES);
		assert_int_equal(a.judgement.rule, table[i].rule);
		assert_int_equal(a.judgement.why.code, ERR_POLICY);
		assert_true(a.keeps);
		assert_int_equal(a.lost, TRUST_YES);
		assert_non_null(
		    strstr(a.judgement.why.msg, "signature does not verify"));
		asked_clear(&asked);
	}
}

/* What it holds then is what it works with: the old one, where it refuses. */
static void
test_kept(void **state)
{
	static const struct row row = { CLASS_NO_TVS, OLD, BOTH, "record: 1",
		NODES, "", TRUST_REFUSES, A4, true, WORKS_YES, TRUST_YES, "" };
	struct asked asked;
	struct accept a;

	asked_make(&asked, &row);
	assert_int_equal(accept_judge(&asked.cluster, &asked.phone, &a, NULL),
	    ERR_OK);
	assert_true(a.keeps);
	assert_int_equal(a.works.all, WORKS_YES);
	assert_int_equal(a.lost, TRUST_YES);
	asked_clear(&asked);
}

/* The inventory's tokens are asked, and what is known of CAPF counts. */
static bool
holds_all(void *arg, const struct ctl_file *f, size_t index)
{
	++*(size_t *)arg;
	return true;
}

static void
test_tokens(void **state)
{
	static const struct row row = { CLASS_NO_TVS, "S:t1 S:t2 C:pub A:capf",
		"S:t2 S:t1 C:pub2 A:capf", "record: 1", NEW_NODES, "",
		TRUST_ACCEPTS, A2, false, WORKS_YES, TRUST_NO, "" };
	struct asked asked;
	struct accept a;
	size_t calls = 0;

	asked_make(&asked, &row);
	assert_int_equal(accept_judge(&asked.cluster, &asked.phone, &a, NULL),
	    ERR_OK);
	assert_int_equal(a.works.answer[WORKS_NEXT], WORKS_UNKNOWN);
	asked.cluster.held = holds_all;
	asked.cluster.arg = &calls;
	assert_int_equal(accept_judge(&asked.cluster, &asked.phone, &a, NULL),
	    ERR_OK);
	assert_int_equal(a.works.answer[WORKS_NEXT], WORKS_YES);
	assert_int_equal(calls, 2);
	assert_int_equal(a.works.answer[WORKS_CAPF], WORKS_YES);
	asked.cluster.capf_active = TRUST_NO;
	assert_int_equal(accept_judge(&asked.cluster, &asked.phone, &a, NULL),
	    ERR_OK);
	assert_int_equal(a.works.answer[WORKS_CAPF], WORKS_NOT_NEEDED);
	asked_clear(&asked);
}

static void
test_counts(void **state)
{
	static const enum class counted[] = { CLASS_NO_TVS, CLASS_ATA,
		CLASS_TELEPRESENCE, CLASS_SOFT, CLASS_CTI, CLASS_TWO_SAST,
		CLASS_SHA1, CLASS_2048 };
	unsigned bits = 0;
	size_t i;
	int c;

	for (i = 0; i < NUM(counted); i++)
		bits |= 1u << counted[i];
	for (c = 0; c < CLASS_NUM; c++)
		assert_int_equal(accept_counts((enum class)c),
		    (bits >> c & 1) != 0);
}

static int
make_world(void **state)
{
	world_init(&world);
	return 0;
}

static int
clear_world(void **state)
{
	world_clear(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_counts),
	};

	return test_status(
	    cmocka_run_group_tests(tests, make_world, clear_world));
}
