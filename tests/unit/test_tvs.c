/* SPDX-License-Identifier: Apache-2.0 */
/* What TVS does for a phone that asks it: rule A3. Lists are written as
 * tests/unit/lists.h says. */
#include "test.h"

#include "lists.h"
#include "trust/trust.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))
#define NUM_NODES 2
#define MAX_NAMES 4

/* What stands in the database: the SASTs of a list, each spelt anew from its
 * certificate. */
struct base {
	struct trust_spelling spelling[MAX_NAMES];
	struct trust_names names[MAX_NAMES];
	struct trust_database db;
};

static void
base_make(struct base *b, const char *words)
{
	struct cert *c;
	struct made m;
	size_t i, num;

	memset(b, 0, sizeof(*b));
	b->db.names = b->names;
	if (words[0] == '\0')
		return;
	made_of(&m, words, 1);
	num = ctl_num_records(m.f);
	assert_in_range(num, 1, MAX_NAMES);
	for (i = 0; i < num; i++) {
		c = made_cert(&m, i + 1);
		assert_int_equal(trust_spell(c, &b->spelling[i], NULL), ERR_OK);
		b->names[i] = trust_names_of(&b->spelling[i]);
		cert_free(&c);
	}
	b->db.num = num;
	made_clear(&m);
}

static void
base_clear(struct base *b)
{
	size_t i;

	for (i = 0; i < b->db.num; i++)
		trust_spelling_clear(&b->spelling[i]);
}

/* All that a question needs. Nodes are "a" and "b"; DISK NULL: not known. */
struct row {
	const char *installed, *offer, *signer;
	const char *database; /* NULL: not known; "" nothing */
	bool whole, counts;
	size_t num;
	enum trust_known certificate[NUM_NODES];
	const char *disk[NUM_NODES];
	enum trust_verdict verdict;
	enum trust_rule rule;
	enum trust_leg leg;
	size_t record;
	const char *node;
	const char *says;
};

#define YES TRUST_YES
#define NO TRUST_NO
#define OPEN TRUST_NOT_KNOWN
#define A2 TRUST_RULE_INSTALLED_SAST
#define A3 TRUST_RULE_TVS

static const struct row rows[] = {
	/* nobody is asked where the installed list has the signer */
	{ "S:t1 S:t2", "S:t1", "record: 1", "", true, false, 1, { NO },
	    { NULL }, TRUST_ACCEPTS, A2, TRUST_LEG_NONE, 1, NULL,
	    "is record 1" },
	{ "S:t1 S:t2", "S:forged S:t2", "record: 1", "S:t1", true, false, 1,
	    { YES }, { NULL }, TRUST_REFUSES, A2, TRUST_LEG_NONE, 1, NULL,
	    "but another key" },
	/* leg (a) */
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, false, 1,
	    { YES }, { NULL }, TRUST_THROUGH_TVS, A3, TRUST_LEG_DATABASE, 0,
	    NULL,
	    "\"pub\" (serial 5B:1D:35:7B:68:41:74:0B) is no SAST of the "
	    "installed list, but TVS of its group vouches for it: its "
	    "database has it as SAST" },
	{ "S:pub C:pub", "S:t3 S:t2", "record: 1", "S:own S:t3", true, false, 1,
	    { YES }, { NULL }, TRUST_THROUGH_TVS, A3, TRUST_LEG_DATABASE, 0,
	    NULL, "though no published log shows that for a token" },
	/* the database that is not all there may still have it */
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", false, false,
	    1, { YES }, { NULL }, TRUST_THROUGH_TVS, A3, TRUST_LEG_DATABASE, 0,
	    NULL, "database has it" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub", true, false, 1,
	    { YES }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "and TVS of a does not have it; upload it to Phone-SAST-trust or "
	    "sign with an installed SAST" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub", false, false, 1,
	    { YES }, { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, "a",
	    "whether TVS of a vouches for \"pub\" (serial "
	    "5B:1D:35:7B:68:41:74:0B) is not known: missing CallManager of all nodes "
	    "and Phone-SAST-trust" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", NULL, false, false, 1,
	    { YES }, { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, "a",
	    "missing CallManager of all nodes" },
	/* in another spelling it is not in the database */
	{ "S:t2", "S:t1/a", "record: 1", "S:t1", true, false, 1, { YES },
	    { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "does not have it" },
	{ "S:t2 S:t1", "S:t1/a", "record: 1", "", true, false, 1, { YES },
	    { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 2, "a",
	    "the installed list spells the signer otherwise in record 2 "
	    "(CANAME and SERIALNUMBER, backwards), and TVS of a does not" },
	{ "S:t2 S:t1", "S:t1/a", "record: 1", NULL, true, false, 1, { YES },
	    { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, "a",
	    "is not known: missing" },
	/* leg (b), where it counts */
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, true, 2,
	    { YES, YES }, { "S:pub2", "C:pub S:t1 S:pub2" }, TRUST_THROUGH_TVS,
	    A3, TRUST_LEG_CTL_CACHE, 0, NULL,
	    "TVS of its group vouches for it: the CTL file on its disk has it "
	    "as SAST, on which sources disagree" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", NULL, true, true, 1,
	    { YES }, { "S:pub2" }, TRUST_THROUGH_TVS, A3, TRUST_LEG_CTL_CACHE,
	    0, NULL, "CTL file on its disk" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, true, 1,
	    { YES }, { "S:pub C:pub2" }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0,
	    "a", "TVS of a does not have it" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, true, 1,
	    { YES }, { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, "a",
	    "is not known: missing its CTLFile.tlv" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", NULL, true, true, 1,
	    { YES }, { "S:pub" }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, "a",
	    "missing CallManager of all nodes and Phone-SAST-trust" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", NULL, true, true, 1,
	    { YES }, { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, "a",
	    "missing its CTLFile.tlv, CallManager of all nodes and " },
	/* where it does not */
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, false, 1,
	    { YES }, { "S:pub2" }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "TVS of a has it only in its CTL file, which does not count; "
	    "upload it" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, true, 1,
	    { YES }, { "S:pub" }, TRUST_THROUGH_TVS, A3, TRUST_LEG_DATABASE, 0,
	    NULL, "its database" },
	/* the certificate that it shows */
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, false, 1,
	    { NO }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "and TVS of a shows a certificate that the phone's ITL lacks" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", NULL, true, false, 1,
	    { NO }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "that the phone's ITL lacks" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, false, 1,
	    { OPEN }, { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, "a",
	    "missing its certificate or the phone's ITL" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, false, 1,
	    { OPEN }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "does not have it" },
	/* one node decides for the group, whichever it is */
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, false, 2,
	    { YES, NO }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "b",
	    "TVS of b shows" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, false, 2,
	    { NO, YES }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "TVS of a shows" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, false, 2,
	    { OPEN, NO }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "b",
	    "TVS of b shows" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, false, 2,
	    { YES, OPEN }, { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, "b",
	    "whether TVS of b vouches" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, true, 2,
	    { YES, YES }, { "S:pub2", "S:pub" }, TRUST_REFUSES, A3,
	    TRUST_LEG_NONE, 0, "b", "TVS of b does not have it" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, true, 2,
	    { YES, YES }, { NULL, "S:pub" }, TRUST_REFUSES, A3, TRUST_LEG_NONE,
	    0, "b", "TVS of b does not have it" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, false, 2,
	    { YES, NO }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "TVS of a does not have it" },
	/* which nodes is not known: what holds for all holds */
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "S:pub2", true, false, 0,
	    { OPEN }, { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, NULL,
	    "whether TVS of its group vouches for \"pub\" (serial 5B:1D:35:7B:68:41:74:0B) is not known: missing the nodes of that group, "
	    "its certificate or the phone's ITL" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, false, 0,
	    { OPEN }, { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, NULL,
	    "TVS of its group does not have it" },
	{ "S:pub C:pub", "S:pub2 C:pub2", "record: 1", "", true, true, 0,
	    { OPEN }, { NULL }, TRUST_UNKNOWN, A3, TRUST_LEG_NONE, 0, NULL,
	    "the nodes of that group" },
	/* no SAST is there, and TVS is asked all the same */
	{ "C:pub", "S:pub2", "record: 1", "S:pub2", true, false, 1, { YES },
	    { NULL }, TRUST_THROUGH_TVS, A3, TRUST_LEG_DATABASE, 0, NULL,
	    "database" },
	/* in the list, but not as SAST */
	{ "S:t1 C:pub", "S:pub", "record: 1", "", true, false, 1, { YES },
	    { NULL }, TRUST_REFUSES, A3, TRUST_LEG_NONE, 0, "a",
	    "is no SAST of" },
};

static void
ask(const struct row *r, struct trust_judgement *ret)
{
	static const char *const names[NUM_NODES] = { "a", "b" };
	struct made installed, offer, disk[NUM_NODES];
	struct trust_tvs tvs[NUM_NODES];
	struct trust_phone phone = { .asks_tvs = true,
		.tvs = tvs,
		.num_tvs = r->num,
		.cache_counts = r->counts };
	struct base base;
	size_t i;

	made_of(&installed, r->installed, 1);
	made_by(&offer, r->offer, r->signer, "");
	phone.installed = installed.f;
	base_make(&base, r->database == NULL ? "" : r->database);
	base.db.whole = r->whole;
	if (r->database != NULL)
		phone.database = &base.db;
	memset(disk, 0, sizeof(disk));
	for (i = 0; i < r->num; i++) {
		if (r->disk[i] != NULL)
			made_of(&disk[i], r->disk[i], 1);
		tvs[i] = (struct trust_tvs){ names[i], r->certificate[i],
			disk[i].f };
	}
	trust_judge(&phone, offer.f, ret);
	for (i = 0; i < r->num; i++)
		made_clear(&disk[i]);
	base_clear(&base);
	made_clear(&installed);
	made_clear(&offer);
}

static void
test_rows(void **state)
{
	static const enum err codes[] = { [TRUST_THROUGH_TVS] = ERR_OK,
		[TRUST_ACCEPTS] = ERR_OK,
		[TRUST_UNKNOWN] = ERR_ABSENT,
		[TRUST_REFUSES] = ERR_POLICY };
	struct trust_judgement j;
	const struct row *r;
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		r = &rows[i];
		ask(r, &j);
		if (j.verdict != r->verdict || j.rule != r->rule ||
		    j.leg != r->leg || j.record != r->record ||
		    (j.node == NULL) != (r->node == NULL) ||
		    (j.node != NULL && strcmp(j.node, r->node) != 0) ||
		    strstr(j.why.msg, r->says) == NULL)
			fail_msg("%zu: %s, %s, %s, record %zu, node %s: %s", i,
			    trust_verdict_name(j.verdict),
			    trust_rule_name(j.rule), trust_leg_name(j.leg),
			    j.record, j.node == NULL ? "none" : j.node,
			    j.why.msg);
		assert_int_equal(j.why.code, codes[r->verdict]);
	}
}

/* A header that names nobody: nobody can be asked for it. */
static void
test_nameless(void **state)
{
	static const char *const headers[] = {
		", fields: [{op: drop, tag: 5}]",
		", fields: [{op: drop, tag: 6}]",
	};
	struct made installed, offer;
	struct trust_judgement j;
	struct trust_database db = { .missing = "" };
	struct trust_phone phone = { .asks_tvs = true, .database = &db };
	size_t i;

	made_of(&installed, "S:t1", 1);
	phone.installed = installed.f;
	for (i = 0; i < NUM(headers); i++) {
		made_by(&offer, "S:t2", "record: 1", headers[i]);
		trust_judge(&phone, offer.f, &j);
		assert_int_equal(j.verdict, TRUST_REFUSES);
		assert_int_equal(j.rule, TRUST_RULE_STRANGER);
		assert_non_null(strstr(j.why.msg, "does not name its signer"));
		made_clear(&offer);
	}
	made_clear(&installed);
}

/* The longest sentences are whole. */
static void
test_long(void **state)
{
	static const char missing[] = "CallManager of cucm-pub.example.com and "
				      "of 17 other nodes, and what is "
				      "in Phone-SAST-trust; ends here";
	struct trust_tvs tvs = {
		.node = "cucm-subscriber-17.voice.example.com"
	};
	struct trust_database db = { .missing = missing };
	struct trust_phone phone = { .asks_tvs = true,
		.tvs = &tvs,
		.num_tvs = 1,
		.database = &db,
		.cache_counts = true };
	struct made installed, offer, disk;
	struct trust_judgement j;

	made_of(&installed, "S:t1", 1);
	made_by(&offer, "S:itlr", "record: 1",
	    ", fields: [{op: set, tag: 4, text: 'CN=a name that is far longer "
	    "than anybody wants it'}, {op: set, tag: 5, hex: "
	    "'0102030405060708090A0B0C0D0E0F10111213141516'}]");
	phone.installed = installed.f;
	tvs.certificate = TRUST_YES;
	trust_judge(&phone, offer.f, &j);
	assert_int_equal(j.verdict, TRUST_UNKNOWN);
	assert_non_null(strstr(j.why.msg, "12:13:14...) is not known"));
	assert_non_null(strstr(j.why.msg, "TVS of cucm-subscriber-17.voice"));
	assert_non_null(strstr(j.why.msg, "missing its CTLFile.tlv, Call"));
	assert_non_null(strstr(j.why.msg, "; ends here"));
	/* as long as the signer's name is */
	db.whole = true;
	phone.cache_counts = false;
	made_by(&disk, "S:itlr", "record: 1", "");
	tvs.disk = offer.f;
	tvs.certificate = TRUST_YES;
	trust_judge(&phone, offer.f, &j);
	assert_int_equal(j.verdict, TRUST_REFUSES);
	assert_non_null(strstr(j.why.msg, "with an installed SAST"));
	tvs.certificate = TRUST_NO;
	trust_judge(&phone, offer.f, &j);
	assert_non_null(strstr(j.why.msg, "with an installed SAST"));
	made_clear(&disk);
	made_clear(&installed);
	made_clear(&offer);
}

/* Of an ITL, a phone's CTL decides, if it has one; what it says otherwise is
 * true of phones without. */
static void
test_itl(void **state)
{
	struct trust_phone phone = { .asks_tvs = false };
	struct made ctl, itl, old;
	struct trust_judgement j;

	made_of(&ctl, "S:itlr C:pub", 1);
	made_itl(&itl, "S:itlr C:pub", 1);
	made_itl(&old, "S:itlr C:pub", 1);
	trust_judge(&phone, itl.f, &j);
	assert_true(j.no_ctl);
	phone.installed = old.f;
	trust_judge(&phone, itl.f, &j);
	assert_int_equal(j.verdict, TRUST_ACCEPTS);
	assert_true(j.no_ctl);
	phone.installed = ctl.f;
	trust_judge(&phone, itl.f, &j);
	assert_int_equal(j.verdict, TRUST_ACCEPTS);
	assert_false(j.no_ctl);
	trust_judge(&phone, ctl.f, &j);
	assert_false(j.no_ctl);
	made_clear(&ctl);
	made_clear(&itl);
	made_clear(&old);
}

/* Names as the twin writes them into records. */
static void
test_spell(void **state)
{
	static const char *const words[] = { "S:t1", "S:t3", "S:pub", "S:pub2",
		"S:itlr", "S:node", "S:curve", "S:capf", "S:own", "S:bare",
		"S:odd" };
	struct trust_spelling s;
	const struct ctl_record *r;
	struct trust_names names;
	struct cert *c;
	struct made m;
	size_t i;

	for (i = 0; i < NUM(words); i++) {
		s = (struct trust_spelling){ .issuer = { 0 } };
		made_by(&m, words[i], "cert: pub", "");
		c = made_cert(&m, 1);
		r = ctl_record(m.f, 1);
		assert_int_equal(trust_spell(c, &s, NULL), ERR_OK);
		names = trust_names_of(&s);
		assert_true(bytes_equal(names.issuer,
		    ctl_record_value(r, CTL_REC_ISSUER)));
		assert_true(bytes_equal(names.serial,
		    ctl_record_value(r, CTL_REC_SERIAL)));
		trust_spelling_clear(&s);
		assert_int_equal(trust_names_of(&s).issuer.len, 0);
		cert_free(&c);
		made_clear(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nameless),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_itl),
		cmocka_unit_test(test_spell),
	};

	return test_run(tests);
}
