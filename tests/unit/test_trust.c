/* SPDX-License-Identifier: Apache-2.0 */
/* Whether phones take a list, and what a change leaves behind. Lists are
 * written as tests/unit/lists.h says. */
#include "test.h"

#include "cases.h"
#include "lists.h"
#include "trust/trust.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

#define TOKEN_LIST "S:t1 S:t2 C:pub A:capf"

static void
judge(const struct made *installed, const struct made *offer,
    struct trust_judgement *ret)
{
	struct trust_phone phone = {
		.installed = installed == NULL ? NULL : installed->f
	};

	trust_judge(&phone, offer->f, ret);
}

struct verdict {
	const char *installed, *offer; /* installed NULL: nothing */
	const char *signer;            /* of OFFER */
	enum trust_verdict verdict;
	enum trust_rule rule;
	size_t record;
	const char *says;
};

static const struct verdict verdicts[] = {
	{ NULL, TOKEN_LIST, "record: 1", TRUST_ACCEPTS_FIRST, TRUST_RULE_FIRST,
	    0, "no list is installed" },
	{ TOKEN_LIST, TOKEN_LIST, "record: 2", TRUST_ACCEPTS,
	    TRUST_RULE_INSTALLED_SAST, 2, "is record 2 of the installed" },
	/* position does not count, nor who else is in it */
	{ "A:capf S:t2 S:t1", "S:t1 S:t3", "record: 1", TRUST_ACCEPTS,
	    TRUST_RULE_INSTALLED_SAST, 3, "record 3" },
	/* the signer need not be in what it signs, only in what is held */
	{ TOKEN_LIST, "S:t2 S:t3", "cert: t1, dialect: token", TRUST_ACCEPTS,
	    TRUST_RULE_INSTALLED_SAST, 1, "record 1" },
	{ TOKEN_LIST, "S:t3 S:t1", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_STRANGER, 0,
	    "\"SAST-3\" (serial 31:AF:45:55:00:00:00:08:E9:84), is no "
	    "SAST of the installed list; sign with the key of one that is, "
	    "there record 1 (\"SAST-1\"), record 2 (\"SAST-2\")" },
	/* in the list, but not as SAST */
	{ TOKEN_LIST, "S:pub C:pub", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_STRANGER, 0,
	    "is record 3 of the installed list, but not as SAST" },
	/* the same certificate by another writer */
	{ TOKEN_LIST, "S:t1/a S:t2", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_STRANGER, 1,
	    "in record 1, but spelt otherwise (CANAME and SERIALNUMBER, "
	    "backwards)" },
	{ "S:own S:t1", "S:own/b", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_STRANGER, 1, "spelt otherwise (CANAME), and" },
	/* which only the certificate tells */
	{ "S:odd S:t1", "S:odd/b", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_STRANGER, 1, "spelt otherwise (CANAME), and" },
	/* in the list only by its hash: the certificate says that it is it */
	{ "S:t1/h S:t2", "S:t1/h", "cert: t1, dialect: token", TRUST_REFUSES,
	    TRUST_RULE_STRANGER, 1, "record 1, but spelt otherwise" },
	/* the same names, another key */
	{ TOKEN_LIST, "S:forged S:t2", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_INSTALLED_SAST, 1, "but another key" },
	{ "S:t1/k S:t2", "S:forged/k", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_INSTALLED_SAST, 1, "but another key" },
	{ "S:pub/n S:t2", "S:pub S:t2", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_INSTALLED_SAST, 1, "but no key that phones" },
	{ "S:pub/w S:t2", "S:pub S:t2", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_INSTALLED_SAST, 1, "but no key that phones" },
	{ "S:pub/k S:t2", "S:pub S:t2", "record: 1", TRUST_ACCEPTS,
	    TRUST_RULE_INSTALLED_SAST, 1, "record 1" },
	{ "S:pub S:t2", "S:pub/h S:t2", "record: 1", TRUST_ACCEPTS,
	    TRUST_RULE_INSTALLED_SAST, 1, "record 1" },
	{ "C:pub A:capf", "S:t1", "record: 1", TRUST_REFUSES,
	    TRUST_RULE_STRANGER, 0, "has no SAST" },
	/* the first of many */
	{ "S:t1 C:pub S:t2 S:t3 S:itlr S:own", "S:pub", "record: 1",
	    TRUST_REFUSES, TRUST_RULE_STRANGER, 0,
	    "SASTs: record 1 (\"SAST-1\"), record 3 (\"SAST-2\") and others" },
};

static void
test_verdicts(void **state)
{
	struct made installed = { .f = NULL }, offer;
	const struct verdict *v;
	struct trust_judgement j;
	size_t i;

	for (i = 0; i < NUM(verdicts); i++) {
		v = &verdicts[i];
		if (v->installed != NULL)
			made_of(&installed, v->installed, 1);
		made_by(&offer, v->offer, v->signer, "");
		judge(v->installed == NULL ? NULL : &installed, &offer, &j);
		if (j.verdict != v->verdict || j.rule != v->rule ||
		    j.record != v->record || strstr(j.why.msg, v->says) == NULL)
			fail_msg("%zu: %s, %s, record %zu: %s", i,
			    trust_verdict_name(j.verdict),
			    trust_rule_name(j.rule), j.record, j.why.msg);
		assert_int_equal(j.why.code,
		    v->verdict == TRUST_REFUSES ? ERR_POLICY : ERR_OK);
		made_clear(&installed);
		made_clear(&offer);
	}
}

/* The header says something else than a record does. */
static void
test_headers(void **state)
{
	static const struct {
		const char *header, *says;
		size_t record;
	} rows[] = {
		{ "", "is record 1 of the installed list", 1 },
		{ ", fields: [{op: drop, tag: 5}]", "does not name its signer",
		    0 },
		{ ", fields: [{op: drop, tag: 6}]", "does not name its signer",
		    0 },
		{ ", fields: [{op: set, tag: 5, hex: ''}]", "(serial empty)",
		    0 },
		/* as the certificate has it, and with the zero of DER */
		{ ", fields: [{op: set, tag: 5, hex: "
		  "'45:DA:A2:AF:00:00:00:27:F9:3C'}]",
		    "spelt otherwise (SERIALNUMBER, backwards)", 1 },
		{ ", fields: [{op: set, tag: 5, hex: "
		  "'00:3C:F9:27:00:00:00:AF:A2:DA:45'}]",
		    "spelt otherwise (SERIALNUMBER), and", 1 },
		{ ", fields: [{op: set, tag: 6, text: 'cn=Cisco "
		  "Manufacturing CA'}]",
		    "spelt otherwise (CANAME), and", 1 },
		{ ", fields: [{op: set, tag: 6, text: 'cn=Somebody;o=Cisco "
		  "Systems'}]",
		    "the signer, \"SAST-1\" (serial 3C:F9:27:00", 0 },
		/* whose name nobody compares */
		{ ", fields: [{op: set, tag: 4, text: 'CN=Somebody'}]",
		    "is record 1 of the installed list", 1 },
		{ ", fields: [{op: drop, tag: 4}]",
		    "is record 1 of the installed list", 1 },
	};
	struct made installed, offer;
	struct trust_judgement j;
	size_t i;

	made_of(&installed, TOKEN_LIST, 1);
	for (i = 0; i < NUM(rows); i++) {
		made_by(&offer, "S:t1 S:t2", "record: 1", rows[i].header);
		judge(&installed, &offer, &j);
		if (strstr(j.why.msg, rows[i].says) == NULL ||
		    j.record != rows[i].record)
			fail_msg("%zu: record %zu: %s", i, j.record, j.why.msg);
		made_clear(&offer);
	}
	made_clear(&installed);
}

/* What is absent is not the same as what is empty. */
static void
test_absent(void **state)
{
	struct made installed, offer;
	struct trust_judgement j;

	made_of(&installed, "S:own/e", 1);
	made_by(&offer, "S:own/e", "record: 1", "");
	judge(&installed, &offer, &j);
	assert_int_equal(j.verdict, TRUST_ACCEPTS);
	made_clear(&offer);
	made_by(&offer, "S:own", "record: 1", ", fields: [{op: drop, tag: 5}]");
	judge(&installed, &offer, &j);
	assert_int_equal(j.verdict, TRUST_REFUSES);
	made_clear(&offer);
	made_clear(&installed);
}

/* Sentences are whole, however long the names are. */
static void
test_long_names(void **state)
{
	static const char name[] =
	    "CN=\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "x\xc3\xa4\xc3\xa4";
	struct made installed, offer;
	struct trust_judgement j;
	char header[512];

	(void)snprintf(header, sizeof(header),
	    ", fields: [{op: set, tag: 4, text: '%s'}, {op: set, tag: 5, hex: "
	    "'0102030405060708090A0B0C0D0E0F10111213141516'}]",
	    name);
	made_of(&installed, "S:t1 S:t2 S:t3 S:pub S:own", 1);
	made_by(&offer, "S:itlr", "record: 1", header);
	judge(&installed, &offer, &j);
	/* cut before a character, not within one */
	assert_non_null(strstr(j.why.msg, "\xa4x...\" (serial 01:02"));
	assert_non_null(strstr(j.why.msg, ":13:14...), is no SAST"));
	assert_non_null(strstr(j.why.msg,
	    "that is, there record 1 (\"SAST-1\"), record 2 "
	    "(\"SAST-2\") and others"));
	made_clear(&installed);
	made_clear(&offer);
}

/* As ctl_origin() tells of the signer, so here of each SAST. */
static void
test_owners(void **state)
{
	static const struct {
		const char *list;
		size_t record;
		enum trust_owner owner;
	} rows[] = {
		{ TOKEN_LIST, 1, TRUST_OWNER_TOKEN },
		{ "S:t1 S:pub C:pub", 2, TRUST_OWNER_CALLMANAGER },
		{ "S:t1 S:pub M:pub", 2, TRUST_OWNER_CALLMANAGER },
		{ "S:t1 S:pub F:pub", 2, TRUST_OWNER_CALLMANAGER },
		{ "S:t1 S:pub A:pub", 2, TRUST_OWNER_TOKEN },
		{ "S:t1 S:pub C:pub2", 2, TRUST_OWNER_TOKEN },
		{ "S:pub/b C:pub", 1, TRUST_OWNER_TOKEN },
		{ "S:pub/t C:pub", 1, TRUST_OWNER_TOKEN },
		{ "S:t1 S:itlr C:pub", 2, TRUST_OWNER_ITLRECOVERY },
		{ "S:t1 S:itlr/b C:pub", 2, TRUST_OWNER_TOKEN },
		{ "S:itlr C:itlr", 1, TRUST_OWNER_ITLRECOVERY },
	};
	struct made m;
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		made_of(&m, rows[i].list, 1);
		if (trust_owner_of(m.f, rows[i].record) != rows[i].owner)
			fail_msg("%s: %s", rows[i].list,
			    trust_owner_name(
				trust_owner_of(m.f, rows[i].record)));
		made_clear(&m);
	}
}

static void
check_origin(const char *path)
{
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	enum ctl_origin origin;
	size_t signer;

	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &bytes, NULL),
	    ERR_OK);
	if (ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, NULL) == ERR_OK &&
	    ctl_signer_record(f) != 0) {
		signer = ctl_signer_record(f);
		origin = ctl_origin(f);
		assert_int_equal(trust_owner_of(f, signer),
		    origin == CTL_ORIGIN_CALLMANAGER ? TRUST_OWNER_CALLMANAGER
			: origin == CTL_ORIGIN_ITLRECOVERY
			? TRUST_OWNER_ITLRECOVERY
			: TRUST_OWNER_TOKEN);
	}
	ctl_free(&f);
	buf_clear(&bytes);
}

static void
test_owner_is_origin(void **state)
{
	char pattern[512];
	glob_t found;
	size_t i;

	(void)snprintf(pattern, sizeof(pattern), "%s/*/*", getenv("CASES"));
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc > 100);
	for (i = 0; i < found.gl_pathc; i++)
		if (!case_is_cert(found.gl_pathv[i]))
			check_origin(found.gl_pathv[i]);
	globfree(&found);
}

static void
test_same_record(void **state)
{
	static const struct {
		const char *list, *other;
		size_t index, same;
	} rows[] = {
		{ "S:t1 S:t2", "S:t2", 1, 2 },
		{ "C:t2 S:t1", "S:t2", 1, 0 },
		{ "S:t1/a", "S:t1", 1, 1 },
		{ "S:forged S:t1", "S:t1", 1, 2 },
		{ "S:pub/h S:t1/h", "S:t1/h", 1, 2 },
		{ "S:t1", "S:t1/h", 1, 0 },
		{ "C:none", "C:none", 1, 0 },
		{ "S:t1 S:pub/k", "S:pub/k", 1, 2 },
		{ "S:pub/b S:pub2/k", "S:pub/k", 1, 0 },
		{ "S:pub/n", "S:pub/n", 1, 0 },
		{ "C:none C:pub", "C:pub@else", 1, 2 },
	};
	struct made list, other;
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		made_by(&list, rows[i].list, "cert: t1, dialect: token", "");
		made_by(&other, rows[i].other, "cert: t1, dialect: token", "");
		if (trust_same_record(list.f, other.f, rows[i].index) !=
		    rows[i].same)
			fail_msg("%s, %s", rows[i].list, rows[i].other);
		made_clear(&list);
		made_clear(&other);
	}
}

/* ---- What a change leaves behind. ---- */

#define NOBODY (1u << TRUST_LOSS_SIGNER)
#define UNSHARED (1u << TRUST_LOSS_ALL_SAST)
#define UNHELD (1u << TRUST_LOSS_LAST_HELD)
#define SERVER (1u << TRUST_LOSS_SERVER_SAST)

struct effect {
	const char *old, *new;
	unsigned old_signer, new_signer;
	const char *held; /* common names, or NULL: no inventory */
	unsigned losses;
	size_t shared, removed, added;
	const char *late; /* NULL: nobody is left behind */
};

static const struct effect effects[] = {
	/* nothing but another CAPF */
	{ "S:t1 S:t2 A:capf", "S:t1 S:t2 A:own", 1, 1, NULL, 0, 2, 0, 0, NULL },
	{ "S:t1 S:t2", "S:t1 S:t2", 1, 2, NULL, 0, 2, 0, 0,
	    "sign it with the key that signed the old one" },
	/* adding is always allowed */
	{ "S:t1 S:t2", "S:t1 S:t2 S:t3 S:own", 1, 1, "SAST-1", 0, 2, 0, 2,
	    NULL },
	/* several at once, while one stays */
	{ "S:t1 S:t2 S:t3", "S:t1 S:own", 1, 1, "SAST-1", 0, 1, 2, 1,
	    "by its signer, \"SAST-1\" (serial 45:DA" },
	{ "S:t1 S:t2", "S:t2 S:t3", 1, 1, NULL, 0, 1, 1, 1,
	    "unless the old list is served to them first" },
	/* signed by somebody whom OLD does not know */
	{ "S:t1 S:t2", "S:t3 S:t1", 1, 1, NULL, NOBODY, 1, 1, 1,
	    "sign it with the key that signed the old one" },
	{ "S:t1 S:t2", "S:t3 S:own", 1, 1, NULL, NOBODY | UNSHARED, 0, 2, 2,
	    "are left behind" },
	/* by one whom it knows, but who has gone with all others */
	{ "S:t1 S:t2", "S:t3", 1, 0, NULL, UNSHARED, 0, 2, 1,
	    "SASTs that "
	    "have gone" },
	/* the same certificates in another spelling are others to phones */
	{ "S:t1 S:t2", "S:t1/a S:t2/a", 1, 0, NULL, UNSHARED, 0, 2, 2,
	    "SASTs that have gone" },
	/* no SAST becomes none */
	{ "A:capf", "S:t1", 1, 1, NULL, NOBODY | UNSHARED, 0, 0, 1,
	    "are left behind" },
	/* held by a token */
	{ "S:t1 S:t2", "S:t1 S:t3", 1, 1, "SAST-2", UNHELD, 1, 1, 1,
	    "left behind" },
	{ "S:t1 S:t2", "S:t1 S:t3", 1, 1, "SAST-2 SAST-3", 0, 1, 1, 1,
	    "left behind" },
	{ "S:t1 S:t2", "S:t1 S:t3", 1, 1, "SAST-1 SAST-2", 0, 1, 1, 1,
	    "left behind" },
	{ "S:t1 S:t2", "S:t1 S:t3", 1, 1, "SAST-3", 0, 1, 1, 1, "left behind" },
	{ "S:t1 S:t2", "S:t1 S:t3", 1, 1, NULL, 0, 1, 1, 1, "left behind" },
	/* held by the publisher: OLD is no token list */
	{ "S:pub S:t1 C:pub", "S:t1 C:pub", 1, 1, NULL, UNHELD | SERVER, 1, 1,
	    0, "unless the old list is served" },
	{ "S:pub S:t1 C:pub", "S:t1 C:pub", 1, 1, "SAST-1", SERVER, 1, 1, 0,
	    "unless the old list is served" },
	{ "S:itlr S:t1 C:pub", "S:t1 C:pub", 1, 1, NULL, UNHELD | SERVER, 1, 1,
	    0, "unless the old list is served" },
	/* a token list of 11.5 and later */
	{ "S:t1 S:t2 S:pub S:itlr C:pub", "S:t1 S:t2 S:pub S:itlr C:pub", 1, 1,
	    NULL, 0, 4, 0, 0, NULL },
	{ "S:t1 S:t2 S:pub S:itlr C:pub", "S:t1 S:t2 S:itlr C:pub", 1, 1, NULL,
	    SERVER, 3, 1, 0, "left behind" },
	{ "S:t1 S:t2 S:pub S:itlr C:pub", "S:t1 S:t2 S:pub C:pub", 1, 1, NULL,
	    SERVER, 3, 1, 0, "left behind" },
	/* and one that becomes tokenless, or was */
	{ "S:t1 S:pub S:itlr C:pub", "S:t1 S:pub C:pub", 1, 2, NULL, SERVER, 2,
	    1, 0, "sign it with the key that signed the old one" },
	{ "S:t1 S:pub S:itlr C:pub", "S:t1 S:pub C:pub", 3, 1, NULL, SERVER, 2,
	    1, 0, "unless the old list is served" },
	{ "S:t1 S:pub S:itlr C:pub", "S:t1 S:pub C:pub", 3, 2, NULL, 0, 2, 1, 0,
	    "unless the old list is served" },
	/* regenerated; one does not stand for the other */
	{ "S:t1 S:t2 S:pub S:itlr C:pub", "S:t1 S:t2 S:pub2 S:itlr2 C:pub2", 1,
	    1, NULL, 0, 2, 2, 2, "left behind" },
	{ "S:t1 S:t2 S:pub S:itlr C:pub", "S:t1 S:t2 S:itlr2 S:itlr C:pub2", 1,
	    1, NULL, SERVER, 3, 1, 1, "left behind" },
	/* another server's does not stand for it */
	{ "S:t1 S:pub C:pub", "S:t1 S:node@node C:pub C:node@node", 1, 1,
	    "SAST-1", SERVER, 1, 1, 1, "left behind" },
	{ "S:t1 S:pub C:pub", "S:t1 S:node@node C:node@node", 1, 1, "SAST-1",
	    SERVER, 1, 1, 1, "left behind" },
	/* by the host of its record it is the same server's, or by its name */
	{ "S:t1 S:pub@ C:pub", "S:t1 S:node@ C:node", 1, 1, "SAST-1", 0, 1, 1,
	    1, "left behind" },
	{ "S:t1 S:pub@ C:pub@a", "S:t1 S:node@ C:node@a", 1, 1, "SAST-1", 0, 1,
	    1, 1, "left behind" },
	{ "S:t1 S:pub@ C:pub@a", "S:t1 S:pub2@ C:pub2@b", 1, 1, "SAST-1", 0, 1,
	    1, 1, "left behind" },
	{ "S:t1 S:pub@ C:pub@a", "S:t1 S:node@ C:node@b", 1, 1, "SAST-1",
	    SERVER, 1, 1, 1, "left behind" },
	/* nor one that was there before */
	{ "S:t1 S:pub@ S:node@ C:pub C:node@node",
	    "S:t1 S:node@ C:pub C:node@node", 1, 1, "SAST-1", SERVER, 2, 1, 0,
	    "left behind" },
	/* the new one first, then its record of a server */
	{ "S:t1 S:pub S:pub2 C:pub", "S:t1 S:pub2 C:pub2", 1, 1, "SAST-1", 0, 2,
	    1, 0, "left behind" },
	/* the second of two steps: the server has another key already */
	{ "S:t1 S:pub@ C:node@pub", "S:t1 C:node@pub", 1, 1, "SAST-1", SERVER,
	    1, 1, 0, "left behind" },
	{ "S:t1 S:pub@ A:capf@pub", "S:t1 A:capf@pub", 1, 1, "SAST-1", SERVER,
	    1, 1, 0, "left behind" },
	{ "S:t1 S:pub/b@ A:capf@pub", "S:t1 A:capf@pub", 1, 1, "SAST-1", 0, 1,
	    1, 0, "left behind" },
	/* the list of servers of NEW tells, too */
	{ "S:t1 S:pub@", "S:t1 C:pub@a", 1, 1, "SAST-1", SERVER, 1, 1, 0,
	    "left behind" },
	/* the publisher still holds what its own record no longer tells */
	{ "S:t1 S:pub C:pub", "S:t1 S:pub A:capf", 1, 1, NULL, 0, 2, 0, 0,
	    NULL },
	/* the new CallManager's, whose record of a server was forgotten */
	{ "S:t1 S:pub C:pub", "S:t1 S:pub2 C:pub", 1, 1, "SAST-1", SERVER, 1, 1,
	    1, "left behind" },
	/* the record of the server alone is another matter */
	{ "S:t1 S:pub C:pub", "S:t1 S:pub A:capf", 1, 1, "SAST-1", 0, 2, 0, 0,
	    NULL },
	/* spelt as the appliance does not */
	{ "S:t1 S:itlr C:pub", "S:t1 S:itlr/b C:pub", 1, 1, "SAST-1", SERVER, 1,
	    1, 1, "left behind" },
	{ "S:t1 S:itlr C:pub", "S:t1 S:itlr/e C:pub", 1, 1, "SAST-1", SERVER, 1,
	    1, 1, "left behind" },
	/* a tokenless list goes its own way */
	{ "S:itlr S:pub C:pub", "S:itlr S:own C:pub", 1, 1, NULL, 0, 1, 1, 1,
	    "left behind" },
	/* a SAST without a key is none; how a key is given is no matter */
	{ "S:t1 S:pub/n", "S:t1", 1, 1, NULL, 0, 1, 0, 0, NULL },
	{ "S:t1 S:pub", "S:t1 S:pub/k", 1, 1, NULL, 0, 2, 0, 0, NULL },
	{ "S:t1 S:pub/h", "S:t1 S:pub", 1, 1, NULL, 0, 2, 0, 0, NULL },
	/* nor is one whose key signs nothing */
	{ "S:t1 S:curve", "S:t2 S:curve", 1, 0, NULL, UNSHARED, 0, 1, 1,
	    "SASTs that have gone" },
	{ "S:t1 S:pub/w", "S:t2 S:pub/w", 1, 0, NULL, UNSHARED, 0, 1, 1,
	    "SASTs that have gone" },
	/* the same one twice */
	{ "S:t1 S:t1 S:t2", "S:t1 S:t2", 1, 1, NULL, 0, 3, 0, 0, NULL },
};

static bool
is_held(void *arg, const struct ctl_file *f, size_t index)
{
	struct bytes cn = ctl_common_name(
	    ctl_record_text(ctl_record(f, index), CTL_REC_SUBJECT));
	char name[32];

	(void)snprintf(name, sizeof(name), "%.*s", (int)cn.len,
	    (const char *)cn.ptr);
	return strstr(arg, name) != NULL;
}

/* Signer 0: the first SAST of OLD, whether or not NEW has it. */
static void
make_new(struct made *m, const struct effect *e)
{
	if (e->new_signer == 0)
		made_by(m, e->new, "cert: t1, dialect: token", "");
	else
		made_of(m, e->new, e->new_signer);
}

static void
check_why(const struct trust_effect *ret, const struct effect *e)
{
	size_t i;

	for (i = 0; i < TRUST_NUM_LOSSES; i++) {
		assert_int_equal(ret->why[i].msg[0] != '\0',
		    (ret->losses >> i & 1) != 0);
		/* what is so; what to do; and not cut */
		if (ret->why[i].msg[0] != '\0')
			assert_non_null(strstr(ret->why[i].msg, "; "));
		assert_in_range(strlen(ret->why[i].msg), 0, 300);
	}
	assert_int_equal(ret->strands_late, e->late != NULL);
	assert_int_equal(ret->late.msg[0] != '\0', e->late != NULL);
	if (e->late != NULL && strstr(ret->late.msg, e->late) == NULL)
		fail_msg("%s -> %s: %s", e->old, e->new, ret->late.msg);
	assert_in_range(strlen(ret->late.msg), 0, 318);
}

static void
test_effects(void **state)
{
	struct made old, new;
	struct trust_change change = { .old = NULL };
	struct trust_effect ret;
	const struct effect *e;
	char held[64];
	size_t i;

	for (i = 0; i < NUM(effects); i++) {
		e = &effects[i];
		made_of(&old, e->old, e->old_signer);
		make_new(&new, e);
		change.old = old.f;
		change.new = new.f;
		change.held = e->held == NULL ? NULL : is_held;
		(void)snprintf(held, sizeof(held), "%s",
		    e->held == NULL ? "" : e->held);
		change.arg = held;
		assert_int_equal(trust_effect(&change, &ret, NULL), ERR_OK);
		if (ret.losses != e->losses || ret.shared != e->shared ||
		    ret.removed != e->removed || ret.added != e->added)
			fail_msg("%s -> %s: losses %x, shared %zu, removed "
				 "%zu, added %zu",
			    e->old, e->new, ret.losses, ret.shared, ret.removed,
			    ret.added);
		check_why(&ret, e);
		made_clear(&old);
		made_clear(&new);
	}
}

/* What they say, in full: people read it. */
static void
test_sentences(void **state)
{
	struct made old, new;
	struct trust_change change = { .old = NULL };
	struct trust_effect ret;

	made_of(&old, "S:pub S:t1 C:pub", 1);
	made_of(&new, "S:t3 C:pub", 1);
	change.old = old.f;
	change.new = new.f;
	assert_int_equal(trust_effect(&change, &ret, NULL), ERR_OK);
	assert_int_equal(ret.losses, NOBODY | UNSHARED | UNHELD | SERVER);
	assert_string_equal(ret.why[TRUST_LOSS_SIGNER].msg,
	    ret.judgement.why.msg);
	assert_string_equal(ret.why[TRUST_LOSS_ALL_SAST].msg,
	    "the new list has no SAST of the old one, so phones that miss it "
	    "take nothing that comes after it; keep one, and let it go with "
	    "the next list");
	assert_string_equal(ret.why[TRUST_LOSS_LAST_HELD].msg,
	    "of no SAST of the new list is it known who holds its key, while "
	    "the publisher holds that of record 1 (\"pub\") of the old one; keep "
	    "that record, or add a SAST whose token is in the inventory");
	assert_string_equal(ret.why[TRUST_LOSS_SERVER_SAST].msg,
	    "the new list lacks record 1 (\"pub\") of the old one, the SAST of "
	    "CallManager, so phones may refuse the appliance's own next "
	    "update; keep that record, or add the new certificate of "
	    "CallManager of that server as SAST");
	made_clear(&old);
	made_clear(&new);
}

/* A SAST that stays while its server gets another key. */
static void
test_untied(void **state)
{
	static const struct {
		const char *old, *new, *says;
	} rows[] = {
		{ "S:t1 S:pub C:pub", "S:t1 S:pub C:node",
		    "record 2 (\"pub\") of the old list, the SAST of "
		    "CallManager, stays, but no server of the new one" },
		{ "S:t1 S:pub C:pub", "S:t1 S:pub A:capf",
		    "record 2 (\"pub\")" },
		{ "S:t1 S:pub C:pub", "S:t1 S:pub S:pub2 C:pub2", "" },
		{ "S:t1 S:pub C:pub", "S:t1 S:pub C:pub A:capf", "" },
		{ "S:t1 S:pub C:pub", "S:t1 C:pub", "" },
		{ "S:pub C:pub", "S:pub C:node", "" },
	};
	struct trust_change change = { .held = NULL };
	struct trust_effect ret;
	struct made old, new;
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		made_of(&old, rows[i].old, 1);
		made_of(&new, rows[i].new, 1);
		change.old = old.f;
		change.new = new.f;
		assert_int_equal(trust_effect(&change, &ret, NULL), ERR_OK);
		if ((rows[i].says[0] == '\0') != (ret.untied.msg[0] == '\0') ||
		    strstr(ret.untied.msg, rows[i].says) == NULL)
			fail_msg("%s -> %s: %s", rows[i].old, rows[i].new,
			    ret.untied.msg);
		made_clear(&old);
		made_clear(&new);
	}
}

/* Of several SASTs that are held the first is named. */
static void
test_first_held(void **state)
{
	static const char *const lists[] = { "S:t1 S:pub S:itlr C:pub",
		"S:t1 S:itlr S:pub C:pub" };
	struct trust_change change = { .held = NULL };
	struct trust_effect ret;
	struct made old, new;
	size_t i;

	made_of(&new, "S:t1", 1);
	for (i = 0; i < NUM(lists); i++) {
		made_of(&old, lists[i], 1);
		change.old = old.f;
		change.new = new.f;
		assert_int_equal(trust_effect(&change, &ret, NULL), ERR_OK);
		assert_int_equal(ret.losses, UNHELD | SERVER);
		assert_non_null(strstr(ret.why[TRUST_LOSS_LAST_HELD].msg,
		    "that of record 2 (\""));
		made_clear(&old);
	}
	made_clear(&new);
}

static void
test_names(void **state)
{
	assert_string_equal(trust_verdict_name(TRUST_REFUSES), "refuses");
	assert_string_equal(trust_verdict_text(TRUST_ACCEPTS), "accepts it");
	assert_string_equal(trust_rule_name(TRUST_RULE_STRANGER), "A4");
	assert_string_equal(trust_owner_name(TRUST_OWNER_ITLRECOVERY),
	    "itlrecovery");
	assert_string_equal(trust_loss_name(TRUST_LOSS_SERVER_SAST),
	    "server-sast");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_owner_is_origin),
		cmocka_unit_test(test_same_record),
		cmocka_unit_test(test_effects),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_untied),
		cmocka_unit_test(test_first_held),
		cmocka_unit_test(test_names),
	};

	return test_run(tests);
}
