/* SPDX-License-Identifier: Apache-2.0 */
/* Whether phones work with a list: the rules W. Lists are written as
 * tests/unit/lists.h says, nodes as tests/unit/world.h does. */
#include "test.h"

#include "trust/works.h"
#include "world.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static struct world world;

/* What is asked, beside the nodes. HELD: letters of records whose key a token
 * holds, "1" is the first; NULL: nobody was asked. */
struct row {
	enum works_rule rule;
	enum class class;
	const char *list, *signer, *header;
	const char *nodes;
	enum trust_known capf;
	const char *held;
	enum works_answer answer;
	const char *says;
};

#define IS WORKS_YES
#define NO WORKS_NO
#define OPEN WORKS_UNKNOWN
#define NONE WORKS_NOT_NEEDED

#define L(list) list, "record: 1", ""
#define LIST L("S:itlr S:pub C:pub A:capf")

static const struct row rows[] = {
	/* W1 */
	{ WORKS_ITL, CLASS_TVS, LIST, "a itl=S:itlr+C:pub", 0, NULL, IS,
	    "the ITL of a verifies with record 1 of the list" },
	{ WORKS_ITL, CLASS_TVS, LIST, "a itl=S:pub+C:pub", 0, NULL, IS,
	    "record 2" },
	{ WORKS_ITL, CLASS_NEW, LIST, "a itl=S:itlr2+C:pub", 0, NULL, NO,
	    "the ITL of a is signed by \"ITLRECOVERY_pub\" (serial "
	    "6B:1D:35:7B:68:41:74:0C), which is no SAST of the list; add it" },
	/* it is in the list, but as what signs no list */
	{ WORKS_ITL, CLASS_NEW, L("S:itlr C:pub"), "a itl=S:pub", 0, NULL, NO,
	    "which is no SAST of the list" },
	{ WORKS_ITL, CLASS_NEW, L("S:t1 S:t2"), "a itl=S:forged/t", 0, NULL, NO,
	    "is record 1 of the list, but with another key" },
	{ WORKS_ITL, CLASS_NEW, L("S:own"), "a itl=S:own/b", 0, NULL, NO,
	    "is record 1 of the list, but with another key or in another "
	    "spelling" },
	/* names alone are not enough */
	{ WORKS_ITL, CLASS_NEW, L("S:t1 S:t2"), "a itl=S:forged/k", 0, NULL, NO,
	    "is record 1" },
	/* one is enough to fail, none to know nothing */
	{ WORKS_ITL, CLASS_TVS, LIST, "a itl=S:itlr;b itl=S:itlr2", 0, NULL, NO,
	    "of b is signed" },
	{ WORKS_ITL, CLASS_TVS, LIST, "a itl=S:itlr2;b tftp", 0, NULL, NO,
	    "of a is signed" },
	{ WORKS_ITL, CLASS_TVS, LIST, "a itl=S:itlr;b tftp", 0, NULL, OPEN,
	    "missing the ITL of b" },
	{ WORKS_ITL, CLASS_TVS, LIST, "a itl=S:itlr;b", 0, NULL, OPEN,
	    "missing the ITL of b, if it is a TFTP node" },
	{ WORKS_ITL, CLASS_TVS, LIST, "a itl=S:itlr;b -tftp", 0, NULL, IS,
	    "of a" },
	{ WORKS_ITL, CLASS_TVS, LIST, "a itl=S:itlr;b -tftp itl=S:itlr2", 0,
	    NULL, IS, "of a" },
	{ WORKS_ITL, CLASS_TVS, LIST, "a -tftp", 0, NULL, OPEN,
	    "missing the ITL of each" },
	{ WORKS_ITL, CLASS_TVS, LIST, "", 0, NULL, OPEN,
	    "missing the ITL of each" },
	{ WORKS_ITL, CLASS_NO_TVS, LIST, "a itl=S:itlr2", 0, NULL, NONE,
	    "take no ITL" },
	{ WORKS_ITL, CLASS_MRA, LIST, "a itl=S:itlr", 0, NULL, OPEN,
	    "behind an Expressway" },
	/* W2 */
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a cm=pub", 0, NULL, IS,
	    "the CallManager certificate of a, which signs its configuration "
	    "files, is record 3 of the list" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr M:pub"), "a cm=pub", 0, NULL, IS,
	    "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr F:pub"), "a cm=pub", 0, NULL, IS,
	    "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr S:pub A:pub"), "a cm=pub", 0, NULL,
	    NO, "of a is not in the list; update the list" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a cm=pub2", 0, NULL, NO,
	    "is not in the list; update" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a at=10.0.0.1 cm=pub2", 0, NULL, NO,
	    "not in the list, which has another one in record 3; update" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/h"), "a cm=pub", 0, NULL, IS,
	    "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/k"), "a cm=pub", 0, NULL, IS,
	    "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/n"), "a cm=pub", 0, NULL, NO,
	    "is not in the list" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/z"), "a cm=pub", 0, NULL, NO,
	    "is in record 2 of the list, but named otherwise" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/z C:pub"), "a cm=pub", 0,
	    NULL, IS, "record 3" },
	/* where it is */
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a at=10.0.0.1 cm=pub", 0, NULL, IS,
	    "record 3" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a at=10.0.0.2 cm=pub", 0, NULL, NO,
	    "is record 3 of the list, but for another address than 10.0.0.2; "
	    "bring phones a list with the new address before it changes" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a at=pub cm=pub", 0, NULL, IS,
	    "record 3" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a at=PUB.example.com cm=pub", 0, NULL,
	    IS, "record 3" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a at=publisher cm=pub", 0, NULL, NO,
	    "another address" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub@pub.example.com"),
	    "a at=pub cm=pub", 0, NULL, IS, "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub@sub"), "a at=pub cm=pub", 0,
	    NULL, NO, "another address" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub@10.0.0.7"),
	    "a at=pub cm=pub", 0, NULL, IS, "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub@10.0.0.7"),
	    "a at=10.0.0.7 cm=pub", 0, NULL, IS, "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a at=2001:db8::1 cm=pub", 0, NULL, IS,
	    "record 3" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/t"), "a at=10.0.0.2 cm=pub",
	    0, NULL, IS, "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/o@10.0.0.7"),
	    "a at=10.0.0.8 cm=pub", 0, NULL, NO, "another address" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/o@10.0.0.7"),
	    "a at=2001:db8::1 cm=pub", 0, NULL, IS, "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/o"), "a at=10.0.0.8 cm=pub",
	    0, NULL, IS, "record 2" },
	/* one that stands for several servers is good for all */
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub C:pub/y@sub"),
	    "a at=10.0.0.3 cm=pub", 0, NULL, IS, "record 2" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub/y@sub C:pub"),
	    "a at=10.0.0.1 cm=pub", 0, NULL, IS, "record 3" },
	{ WORKS_CONFIG, CLASS_TVS, L("S:itlr C:pub F:pub"),
	    "a at=10.0.0.3 cm=pub", 0, NULL, NO, "another address" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a cm=pub;b cm=node", 0, NULL, NO,
	    "of b" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a cm=pub;b -tftp cm=node", 0, NULL,
	    IS, "of a" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "a cm=pub;b tftp", 0, NULL, OPEN,
	    "missing the CallManager certificate of b" },
	{ WORKS_CONFIG, CLASS_TVS, LIST, "", 0, NULL, OPEN,
	    "certificate of each TFTP node" },
	{ WORKS_CONFIG, CLASS_CTI, LIST, "a cm=node", 0, NULL, NONE,
	    "no signed configuration" },
	{ WORKS_CONFIG, CLASS_SOFT, LIST, "a cm=node", 0, NULL, NO, "of a" },
	{ WORKS_CONFIG, CLASS_MRA, LIST, "a cm=pub", 0, NULL, OPEN,
	    "Expressway" },
	/* W3 */
	{ WORKS_TLS, CLASS_CTI, LIST, "a on=pub", 0, NULL, IS,
	    "what is served on 5061 of a is record 3 of the list" },
	{ WORKS_TLS, CLASS_TVS, L("S:itlr M:pub"), "a on=pub", 0, NULL, IS,
	    "record 2" },
	{ WORKS_TLS, CLASS_TVS, L("S:itlr F:pub"), "a on=pub", 0, NULL, NO,
	    "is not in the list" },
	{ WORKS_TLS, CLASS_TVS, L("S:itlr C:pub C:curve"), "a on=pub on=curve",
	    0, NULL, IS, "record 2" },
	{ WORKS_TLS, CLASS_TVS, LIST, "a on=pub on=curve", 0, NULL, NO,
	    "served on 5061 of a is not" },
	{ WORKS_TLS, CLASS_TVS, LIST, "a at=10.0.0.1 on=pub", 0, NULL, IS,
	    "record 3" },
	{ WORKS_TLS, CLASS_TVS, LIST, "a at=10.0.0.2 on=pub", 0, NULL, NO,
	    "is record 3 of the list, but for another address than 10.0.0.2; "
	    "update the list" },
	{ WORKS_TLS, CLASS_TVS, L("S:itlr C:pub C:pub/y@sub"),
	    "a at=10.0.0.3 on=pub", 0, NULL, IS, "record 2" },
	{ WORKS_TLS, CLASS_TVS, LIST, "a on=pub;b on=node", 0, NULL, NO,
	    "of b" },
	{ WORKS_TLS, CLASS_TVS, LIST, "a on=pub;b -ccm on=node", 0, NULL, IS,
	    "of a" },
	{ WORKS_TLS, CLASS_TVS, LIST, "a on=pub;b ccm", 0, NULL, OPEN,
	    "missing what b serves on 2443 and 5061" },
	{ WORKS_TLS, CLASS_TVS, LIST, "a on=pub;b", 0, NULL, OPEN,
	    "5061, if it runs CallManager" },
	{ WORKS_TLS, CLASS_TVS, LIST, "", 0, NULL, OPEN, "each node serves" },
	{ WORKS_TLS, CLASS_MRA, LIST, "a on=pub", 0, NULL, OPEN, "Expressway" },
	/* W4 */
	{ WORKS_CAPF, CLASS_TVS, LIST, "a pub capf=capf", TRUST_YES, NULL, IS,
	    "the CAPF certificate of a is record 4 of the list" },
	{ WORKS_CAPF, CLASS_TVS, LIST, "a pub capf=capf", TRUST_NOT_KNOWN, NULL,
	    IS, "record 4" },
	{ WORKS_CAPF, CLASS_TVS, LIST, "a pub capf=own", TRUST_YES, NULL, NO,
	    "of a is not in the list; update" },
	{ WORKS_CAPF, CLASS_TVS, LIST, "a pub at=10.0.0.1 capf=own", TRUST_YES,
	    NULL, NO, "another one in record 4" },
	{ WORKS_CAPF, CLASS_TVS, LIST, "a pub capf=own", TRUST_NOT_KNOWN, NULL,
	    OPEN, "is not in the list: missing whether CAPF is active" },
	{ WORKS_CAPF, CLASS_TVS, LIST, "a pub capf=own", TRUST_NO, NULL, NONE,
	    "CAPF is not active" },
	{ WORKS_CAPF, CLASS_TVS, L("S:itlr C:capf"), "a pub capf=capf",
	    TRUST_YES, NULL, NO, "is not in the list" },
	{ WORKS_CAPF, CLASS_TVS, LIST, "a pub", TRUST_YES, NULL, OPEN,
	    "missing the CAPF certificate of the publisher" },
	{ WORKS_CAPF, CLASS_TVS, LIST, "", TRUST_NOT_KNOWN, NULL, OPEN,
	    "of the publisher, and whether CAPF is active" },
	{ WORKS_CAPF, CLASS_TVS, L("S:itlr C:pub"), "", TRUST_YES, NULL, NO,
	    "the list has no record of it" },
	{ WORKS_CAPF, CLASS_TVS, L("S:itlr C:pub"), "", TRUST_NOT_KNOWN, NULL,
	    OPEN, "whether CAPF is active" },
	/* another node's CAPF is not the publisher's */
	{ WORKS_CAPF, CLASS_TVS, LIST, "a capf=own;b pub capf=capf", TRUST_YES,
	    NULL, IS, "of b" },
	{ WORKS_CAPF, CLASS_MRA, LIST, "a pub capf=capf", TRUST_YES, NULL, OPEN,
	    "Expressway" },
	/* W5 */
	{ WORKS_NEXT, CLASS_TVS, LIST, "", 0, NULL, OPEN,
	    "missing the CallManager certificate of the publisher: who holds "
	    "the key of record 2" },
	{ WORKS_NEXT, CLASS_TVS, LIST, "a pub cm=pub", 0, NULL, IS,
	    "record 1 (\"ITLRECOVERY_pub\") and record 2 (\"pub\") can sign "
	    "the next list" },
	{ WORKS_NEXT, CLASS_MRA, LIST, "a pub cm=pub", 0, NULL, IS,
	    "can sign" },
	{ WORKS_NEXT, CLASS_TVS, L("S:pub C:pub"), "a pub cm=pub", 0, NULL, NO,
	    "only the key of record 1 (\"pub\") is known to be held" },
	{ WORKS_NEXT, CLASS_TVS, L("S:t1 S:t2 C:pub"), "", 0, NULL, OPEN,
	    "missing the tokens that are at hand: who holds the key of "
	    "record 1 (\"SAST-1\")" },
	{ WORKS_NEXT, CLASS_TVS, L("S:t1 S:t2 C:pub"), "", 0, "12", IS,
	    "record 1 (\"SAST-1\") and record 2 (\"SAST-2\")" },
	{ WORKS_NEXT, CLASS_TVS, L("S:t1 S:t2 C:pub"), "", 0, "2", NO,
	    "only the key of record 2" },
	{ WORKS_NEXT, CLASS_TVS, L("S:t1 S:t2 C:pub"), "", 0, "", NO,
	    "of no SAST is it known" },
	{ WORKS_NEXT, CLASS_TVS, L("S:t1 S:itlr C:pub"), "", 0, NULL, OPEN,
	    "record 1 (\"SAST-1\")" },
	{ WORKS_NEXT, CLASS_TVS, L("S:t1 S:itlr C:pub"), "", 0, "1", IS,
	    "record 1 (\"SAST-1\") and record 2" },
	{ WORKS_NEXT, CLASS_TVS, L("S:t1 S:t2 S:t3 S:itlr C:pub"), "", 0, "23",
	    IS, "record 2 (\"SAST-2\") and record 3 (\"SAST-3\")" },
	{ WORKS_NEXT, CLASS_TVS, L("C:pub A:capf"), "", 0, NULL, NO,
	    "of no SAST" },
	/* one key is one key, in two spellings too */
	{ WORKS_NEXT, CLASS_TVS, L("S:t1 S:t1/a C:pub"), "", 0, "12", NO,
	    "only the key of record" },
	/* what phones cannot use signs nothing */
	{ WORKS_NEXT, CLASS_TVS, L("S:itlr S:pub/n C:pub"), "", 0, "2", NO,
	    "record 1" },
	/* whose key has gone */
	{ WORKS_NEXT, CLASS_TVS, LIST, "a pub cm=pub2", 0, NULL, NO,
	    "only the key of record 1 (\"ITLRECOVERY_pub\")" },
	{ WORKS_NEXT, CLASS_TVS, LIST, "a pub cm=pub", 0, NULL, IS,
	    "record 2" },
	{ WORKS_NEXT, CLASS_TVS, LIST, "a cm=pub2", 0, NULL, OPEN, "record 2" },
	{ WORKS_NEXT, CLASS_TVS, LIST, "a pub cm=pub2;b cm=pub", 0, NULL, IS,
	    "record 2" },
	{ WORKS_NEXT, CLASS_TVS, LIST, "a pub cm=pub itl=S:itlr2", 0, NULL,
	    OPEN,
	    "missing the ITL of the publisher: another ITLRecovery signs what "
	    "is here: who holds the key of record 1" },
	{ WORKS_NEXT, CLASS_TVS, LIST, "a pub cm=pub itl=S:itlr2;b itl=S:itlr",
	    0, NULL, IS, "record 1" },
	{ WORKS_NEXT, CLASS_TVS, LIST, "a pub cm=pub itl=S:pub", 0, NULL, IS,
	    "record 1" },
	/* W6 */
	{ WORKS_READABLE, CLASS_TVS, LIST, "", 0, NULL, IS, "nothing in" },
	{ WORKS_READABLE, CLASS_NEW, L("S:pub C:pub C:pub/1"), "", 0, NULL, NO,
	    "record 3 has role 8, which phones reject with the whole list" },
	{ WORKS_READABLE, CLASS_CTI, L("S:pub C:pub/2"), "", 0, NULL, NO,
	    "record 2 has role 20" },
	{ WORKS_READABLE, CLASS_TVS, L("S:pub C:pub/3"), "", 0, NULL, IS, "" },
	{ WORKS_READABLE, CLASS_TVS, L("S:pub C:pub/4"), "", 0, NULL, NO,
	    "role 22" },
	{ WORKS_READABLE, CLASS_TVS, L("S:pub C:pub/5"), "", 0, NULL, IS, "" },
	{ WORKS_READABLE, CLASS_MRA, LIST, "", 0, NULL, OPEN, "Expressway" },
	{ WORKS_READABLE, CLASS_TWO_SAST, L("S:t1 C:pub S:t2"), "", 0, NULL, IS,
	    "" },
	{ WORKS_READABLE, CLASS_TWO_SAST, L("S:t1 C:pub S:t2 S:pub"), "", 0,
	    NULL, NO,
	    "record 4 is a SAST more than the 2 that this class reads" },
	{ WORKS_READABLE, CLASS_TVS, L("S:t1 S:t2 S:t3 S:pub"), "", 0, NULL, IS,
	    "" },
	{ WORKS_READABLE, CLASS_SHA1, "S:pub", "record: 1", ", digest: sha512",
	    "", 0, NULL, NO, "signed with sha512, and this class reads sha1" },
	{ WORKS_READABLE, CLASS_SHA1, LIST, "", 0, NULL, IS, "" },
	{ WORKS_READABLE, CLASS_2048, "S:pub", "record: 1", ", digest: sha512",
	    "", 0, NULL, IS, "" },
	{ WORKS_READABLE, CLASS_2048, L("S:pub C:node"), "", 0, NULL, IS, "" },
	{ WORKS_READABLE, CLASS_2048, L("S:pub C:node C:big"), "", 0, NULL, NO,
	    "record 3 has a key of 4096 bits, and this class reads 2048" },
	{ WORKS_READABLE, CLASS_2048, L("S:pub C:curve"), "", 0, NULL, IS, "" },
	{ WORKS_READABLE, CLASS_2048, "S:pub", "cert: node", "", "", 0, NULL,
	    IS, "" },
	{ WORKS_READABLE, CLASS_2048, "S:pub", "cert: big", "", "", 0, NULL, NO,
	    "signed with a key of 4096 bits" },
	{ WORKS_READABLE, CLASS_TVS, L("S:big C:big"), "", 0, NULL, IS, "" },
	{ WORKS_READABLE, CLASS_TVS, "S:pub", "record: 1",
	    ", fields: [{op: set, tag: 8, hex: '09'}]", "", 0, NULL, OPEN,
	    "digest code 9: missing what that is" },
};

static bool
is_held(void *arg, const struct ctl_file *f, size_t index)
{
	return strchr(arg, '0' + (char)index) != NULL;
}

static void
test_rows(void **state)
{
	static const enum err codes[] = { [WORKS_NOT_NEEDED] = ERR_OK,
		[WORKS_YES] = ERR_OK,
		[WORKS_UNKNOWN] = ERR_ABSENT,
		[WORKS_NO] = ERR_POLICY };
	struct trust_phone phone = { .num_tvs = 0 };
	struct works_input in = { .phone = &phone };
	struct trust_database db = { .whole = true };
	const struct row *r;
	struct made list;
	struct works w;
	char held[8];
	size_t i;

	phone.database = &db;
	for (i = 0; i < NUM(rows); i++) {
		r = &rows[i];
		made_by(&list, r->list, r->signer, r->header);
		world_put(&world, r->nodes);
		in.list = list.f;
		in.class = r->class;
		in.nodes = world.node;
		in.num_nodes = world.num;
		in.capf_active = r->capf;
		in.held = r->held == NULL ? NULL : is_held;
		(void)snprintf(held, sizeof(held), "%s",
		    r->held == NULL ? "" : r->held);
		in.arg = held;
		assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
		if (w.answer[r->rule] != r->answer ||
		    strstr(w.why[r->rule].msg, r->says) == NULL)
			fail_msg("%zu: %s %s: %s", i, works_rule_name(r->rule),
			    works_answer_name(w.answer[r->rule]),
			    w.why[r->rule].msg);
		assert_int_equal(w.why[r->rule].code, codes[r->answer]);
		made_clear(&list);
	}
}

/* W1, for phones that ask TVS when the list does not know the signer. */
static void
test_tvs(void **state)
{
	struct trust_tvs tvs = { "a", TRUST_YES, NULL };
	struct trust_spelling s = { .issuer = { 0 } };
	struct trust_names names;
	struct trust_database db = { .names = &names, .whole = true };
	struct trust_phone phone = { .tvs = &tvs,
		.num_tvs = 1,
		.database = &db };
	struct works_input in = { .class = CLASS_TVS, .phone = &phone };
	struct made list;
	struct works w;

	made_of(&list, "S:itlr C:pub", 1);
	world_put(&world, "a itl=S:itlr2+C:pub");
	in.list = list.f;
	in.nodes = world.node;
	in.num_nodes = 1;
	assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
	assert_int_equal(w.answer[WORKS_ITL], WORKS_NO);
	assert_non_null(strstr(w.why[WORKS_ITL].msg,
	    "and TVS of a does not vouch for it; add it"));
	assert_int_equal(trust_spell(world_cert(&world, "itlr2"), &s, NULL),
	    ERR_OK);
	names = trust_names_of(&s);
	db.num = 1;
	assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
	assert_int_equal(w.answer[WORKS_ITL], WORKS_YES);
	assert_non_null(
	    strstr(w.why[WORKS_ITL].msg, "the ITL of a verifies through TVS"));
	/* a phone that asks nobody, and one of which nothing is known */
	in.class = CLASS_NEW;
	assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
	assert_int_equal(w.answer[WORKS_ITL], WORKS_NO);
	in.class = CLASS_TVS;
	in.phone = NULL;
	assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
	assert_int_equal(w.answer[WORKS_ITL], WORKS_UNKNOWN);
	in.phone = &phone;
	/* the signature counts all the same */
	made_sign(&world.itl[0].bytes, "rsa1024-a");
	assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
	assert_int_equal(w.answer[WORKS_ITL], WORKS_NO);
	assert_non_null(strstr(w.why[WORKS_ITL].msg,
	    "the signature of the ITL of a is wrong"));
	trust_spelling_clear(&s);
	made_clear(&list);
}

/* By the list: names that fit are not enough, and a memo changes nothing. */
static void
test_signature(void **state)
{
	struct works_input in = { .class = CLASS_NEW };
	struct ctl_memo *memo = NULL;
	struct made list;
	struct works w;
	int i;

	made_of(&list, "S:itlr C:pub", 1);
	world_put(&world, "a itl=S:itlr+C:pub");
	assert_int_equal(ctl_memo_new(&memo, NULL), ERR_OK);
	in.list = list.f;
	in.nodes = world.node;
	in.num_nodes = 1;
	for (i = 0; i < 4; i++) {
		in.memo = i % 2 == 0 ? NULL : memo;
		if (i == 2)
			made_sign(&world.itl[0].bytes, "rsa1024-a");
		assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
		assert_int_equal(w.answer[WORKS_ITL],
		    i < 2 ? WORKS_YES : WORKS_NO);
	}
	assert_non_null(strstr(w.why[WORKS_ITL].msg,
	    "the ITL of a does not verify with record 1 of the list: the "
	    "signature was damaged"));
	ctl_memo_free(&memo);
	made_clear(&list);
}

/* The worst of all. */
static void
test_all(void **state)
{
	static const struct {
		const char *nodes;
		enum works_answer all;
	} alls[] = {
		{ "a tftp ccm pub itl=S:itlr cm=pub capf=capf on=pub", IS },
		{ "a tftp ccm pub itl=S:itlr cm=pub capf=capf", OPEN },
		{ "a tftp ccm pub itl=S:itlr cm=pub capf=own", NO },
	};
	struct works_input in = { .class = CLASS_TVS,
		.capf_active = TRUST_YES };
	struct made list;
	struct works w;
	size_t i;

	made_of(&list, "S:itlr S:pub C:pub A:capf", 1);
	for (i = 0; i < NUM(alls); i++) {
		world_put(&world, alls[i].nodes);
		in.list = list.f;
		in.nodes = world.node;
		in.num_nodes = world.num;
		assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
		assert_int_equal(w.all, alls[i].all);
	}
	made_clear(&list);
}

/* As many records as a list may have, all much the same: no rule looks at each
 * for each. */
static void
test_many(void **state)
{
	enum {
		NUM_RECORDS = CTL_MAX_RECORDS
	};
	struct works_input in = { .class = CLASS_2048,
		.capf_active = TRUST_YES };
	struct made one, many = { .f = NULL };
	const struct ctl_record *r;
	struct works w;
	size_t i;

	made_of(&one, "S:pub/k C:pub", 1);
	r = ctl_record(one.f, 1);
	buf_put(&many.bytes, bytes_of(ctl_raw(one.f).ptr, r->offset));
	for (i = 0; i < NUM_RECORDS; i++)
		buf_put(&many.bytes,
		    bytes_of(ctl_raw(one.f).ptr + r->offset, r->length));
	assert_true(buf_ok(&many.bytes));
	assert_int_equal(
	    ctl_parse(buf_bytes(&many.bytes), CTL_KIND_CTL, &many.f, NULL),
	    ERR_OK);
	world_put(&world, "a pub itl=S:pub cm=pub2 capf=capf on=pub2;b cm=pub");
	in.list = many.f;
	in.nodes = world.node;
	in.num_nodes = world.num;
	assert_int_equal(works_judge(&in, &w, NULL), ERR_OK);
	assert_int_equal(w.answer[WORKS_NEXT], WORKS_NO);
	made_clear(&one);
	made_clear(&many);
}

static void
test_names(void **state)
{
	assert_string_equal(works_rule_name(WORKS_READABLE), "W6");
	assert_string_equal(works_rule_title(WORKS_CAPF), "CAPF is known");
	assert_string_equal(works_answer_name(WORKS_NOT_NEEDED), "not-needed");
	assert_string_equal(works_rule_evidence(WORKS_TLS), "assumed");
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
		cmocka_unit_test(test_tvs),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_names),
	};

	return test_status(
	    cmocka_run_group_tests(tests, make_world, clear_world));
}
