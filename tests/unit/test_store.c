/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates in trust stores: what is known of one, whether two are one, and
 * what may go; no certificate is needed for that. */
#include <string.h>

#include "test.h"

#include "pki/store.h"

#define NOW 1767225600 /* 2026-01-01 */
#define DAY ((int64_t)86400)
#define LONG_AGO (NOW - 2000 * DAY)
#define AGO (NOW - 400 * DAY)
#define LATER (NOW + 1000 * DAY)

static struct buf
buf_of(const char *text)
{
	struct buf b = { 0 };

	buf_str(&b, text);
	return b;
}

/* One of CN and O, self-signed, by its texts alone. */
static struct store_facts
facts(const char *cn, const char *org, int64_t from, int64_t to)
{
	struct store_facts f = { .known = true,
		.has_dates = true,
		.not_before = from,
		.not_after = to };

	f.cn = buf_of(cn);
	f.issuer_cn = buf_of(cn);
	f.org = buf_of(org);
	buf_printf(&f.subject, "CN=%s\nO=%s\n", cn, org);
	buf_printf(&f.issuer, "CN=%s\nO=%s\n", cn, org);
	buf_printf(&f.rest, "O=%s\n", org);
	buf_printf(&f.serial, "%s%lld", cn, (long long)from);
	if (strchr(cn, '.') != NULL) {
		buf_str(&f.hosts, cn);
		buf_u8(&f.hosts, 0);
	}
	return f;
}

static const char *const tomcats[] = { "tomcat" };
static const char *const callmanagers[] = { "CallManager" };
static const char *const unity[] = { "cuc" };

static const struct store_rule rule[] = {
	{ .store = "tomcat-trust",
	    .units = tomcats,
	    .num_units = 1,
	    .all_nodes = true },
	{ .store = "Phone-SAST-trust",
	    .units = callmanagers,
	    .num_units = 1,
	    .sast = true,
	    .all_nodes = true },
	{ .store = "CAPF-trust", .lsc = true, .all_nodes = true },
	{ .store = "ipsec-trust" },
};

static const struct store_ca manufacturing[] = {
	{ .name = "CAP-RTP-001", .source = "x" },
	{ .name = "Cisco Root CA M2",
	    .serial = { (const uint8_t *)"\x01", 1 },
	    .source = "x" },
};
static const struct store_dead dead[] = { { "Old Root", "gone", "x" } };
static const struct store_owner owner[] = { { "Unity", unity, 1 } };

static const struct store_rules rules = { rule, 4, manufacturing, 2, dead, 1,
	owner, 1 };

/* What is judged: items and own ones, with room for a few. */
struct world {
	struct store_item item[8], own[4];
	struct store_input in;
	struct store_judged j;
};

static void
world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->in = (struct store_input){ .rules = &rules,
		.item = w->item,
		.own = w->own,
		.now = NOW,
		.days = 30,
		.has_lists = true,
		.has_lsc = true };
	w->own[w->in.num_own++] = (struct store_item){ .node = "pub",
		.store = "tomcat",
		.name = "tomcat.pem",
		.facts = facts("pub.lab", "Lab", AGO, LATER) };
}

static void
put(struct world *w, const char *store, const char *name, struct store_facts f)
{
	w->item[w->in.num++] = (struct store_item){ .node = "pub",
		.store = store,
		.name = name,
		.facts = f };
}

static void
judge(struct world *w)
{
	struct diag d;

	store_judged_clear(&w->j);
	diag_init(&d);
	assert_int_equal(store_judge(&w->in, &w->j, &d), ERR_OK);
	assert_int_equal(w->j.num, w->in.num);
}

static void
expect(const struct world *w, size_t i, enum store_class class,
    enum store_advice advice)
{
	const struct store_verdict *v = &w->j.verdict[i];

	if (v->class != class || v->advice != advice)
		fail_msg("%s: %s, %s: %.*s", w->item[i].name,
		    store_class_name(v->class), store_advice_name(v->advice),
		    (int)v->reason.len, (const char *)v->reason.ptr);
	assert_true(v->reason.len > 0);
}

static void
world_clear(struct world *w)
{
	size_t i;

	store_judged_clear(&w->j);
	for (i = 0; i < w->in.num; i++)
		store_facts_clear(&w->item[i].facts);
	for (i = 0; i < w->in.num_own; i++)
		store_facts_clear(&w->own[i].facts);
}

static void
test_classes(void **state)
{
	const char *const node = "pub.lab";
	struct world w;

	world_init(&w);
	put(&w, "tomcat-trust", "a.pem", facts("pub.lab", "Lab", AGO, LATER));
	put(&w, "tomcat-trust", "b.pem",
	    facts("pub.lab", "Lab", LONG_AGO, AGO));
	put(&w, "tomcat-trust", "c.pem",
	    facts("pub.old", "Lab", LONG_AGO, AGO));
	put(&w, "tomcat-trust", "d.pem",
	    facts("sub.lab", "Lab", LONG_AGO, AGO));
	put(&w, "tomcat-trust", "e.pem", facts("cuc1.lab", "X", LONG_AGO, AGO));
	put(&w, "tomcat-trust", "f.pem", facts("Old Root", "X", LONG_AGO, AGO));
	put(&w, "tomcat-trust", "g.pem",
	    facts("CAP-RTP-001", "X", LONG_AGO, AGO));
	put(&w, "ipsec-trust", "h.pem", facts("pub.lab", "Lab", LONG_AGO, AGO));
	w.in.nodes = &node;
	w.in.num_nodes = 1;
	judge(&w);
	expect(&w, 0, STORE_LIVE, STORE_KEEP);
	expect(&w, 1, STORE_FORMER, STORE_DELETE);
	expect(&w, 2, STORE_OLD_NAME, STORE_DELETE);
	expect(&w, 3, STORE_OLD_NAME, STORE_DELETE);
	expect(&w, 4, STORE_FOREIGN, STORE_RENEW);
	expect(&w, 5, STORE_DEAD, STORE_DELETE);
	expect(&w, 6, STORE_NEVER, STORE_KEEP);
	expect(&w, 7, STORE_UNDECIDED, STORE_LOOK);
	assert_memory_equal(w.j.verdict[4].owner.ptr, "Unity cuc1.lab", 14);
	assert_int_equal(w.j.num_of[STORE_OLD_NAME], 2);
	assert_int_equal(w.j.refusal.len, 0);
	/* a host of another node, perhaps, and of another organisation */
	w.in.num_nodes = 0;
	buf_clear(&w.item[2].facts.rest);
	judge(&w);
	expect(&w, 2, STORE_UNDECIDED, STORE_LOOK);
	expect(&w, 3, STORE_UNDECIDED, STORE_LOOK);
	world_clear(&w);
}

/* Whatever is said, what is in use, or may be, is not to be deleted. */
static void
test_kept(void **state)
{
	static const char *const stores[] = { "tomcat-trust",
		"Phone-SAST-trust", "CAPF-trust", "ipsec-trust", "x-trust" };
	struct store_facts former;
	struct world w;
	size_t i;

	for (i = 0; i < 5; i++) {
		world_init(&w);
		former = facts("pub.lab", "Lab", AGO, LATER);
		w.in.former = &former;
		w.in.num_former = 1;
		w.in.days = 36500;
		put(&w, stores[i], "a.pem",
		    facts("pub.lab", "Lab", AGO, LATER));
		put(&w, stores[i], "CAP-RTP-001.pem",
		    facts("CAP-RTP-001", "X", LONG_AGO, AGO));
		judge(&w);
		expect(&w, 0, STORE_LIVE, STORE_KEEP);
		expect(&w, 1, STORE_NEVER, STORE_KEEP);
		store_facts_clear(&former);
		world_clear(&w);
	}
}

static void
test_refusal(void **state)
{
	struct world w;

	world_init(&w);
	put(&w, "tomcat-trust", "b.pem",
	    facts("pub.lab", "Lab", LONG_AGO, AGO));
	w.own[0].facts.not_after = NOW - 1;
	judge(&w);
	expect(&w, 0, STORE_FORMER, STORE_WITHHELD);
	assert_true(w.j.refusal.len > 0);
	w.own[0].facts.not_after = NOW;
	judge(&w);
	expect(&w, 0, STORE_FORMER, STORE_DELETE);
	w.own[0].facts.has_dates = false;
	judge(&w);
	expect(&w, 0, STORE_FORMER, STORE_WITHHELD);
	w.own[0].facts.has_dates = true;
	w.own[0].node = "sub";
	judge(&w);
	expect(&w, 0, STORE_FORMER, STORE_WITHHELD);
	world_clear(&w);
}

/* Seconds left, days asked for, and what that is. */
static void
test_expiry(void **state)
{
	static const struct {
		int64_t left;
		unsigned days;
		enum store_expiry expiry;
	} rows[] = {
		{ -1, 30, STORE_EXPIRED },
		{ -1, 0, STORE_EXPIRED },
		{ 0, 0, STORE_VALID },
		{ 0, 1, STORE_SOON },
		{ 30 * DAY - 1, 30, STORE_SOON },
		{ 30 * DAY, 30, STORE_VALID },
	};
	struct world w;
	size_t i;

	world_init(&w);
	put(&w, "tomcat-trust", "a.pem", facts("x.y", "X", LONG_AGO, NOW));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w.item[0].facts.not_after = NOW + rows[i].left;
		w.in.days = rows[i].days;
		judge(&w);
		assert_int_equal(w.j.verdict[0].expiry, rows[i].expiry);
	}
	w.item[0].facts.has_dates = false;
	judge(&w);
	assert_int_equal(w.j.verdict[0].expiry, STORE_NO_DATE);
	world_clear(&w);
}

static void
test_held(void **state)
{
	struct store_lsc lsc = { { (const uint8_t *)"CAPF-1", 6 }, 2 };
	struct world w;

	world_init(&w);
	put(&w, "Phone-SAST-trust", "a.pem", facts("S", "X", LONG_AGO, AGO));
	put(&w, "CAPF-trust", "b.pem", facts("CAPF-1", "X", LONG_AGO, AGO));
	put(&w, "CAPF-trust", "c.pem", facts("else", "X", LONG_AGO, AGO));
	put(&w, "tomcat-trust", "d.pem", facts("CAPF-1", "X", LONG_AGO, AGO));
	w.in.has_lists = w.in.has_lsc = false;
	judge(&w);
	expect(&w, 0, STORE_UNDECIDED, STORE_LOOK);
	expect(&w, 1, STORE_NEVER, STORE_KEEP);
	expect(&w, 2, STORE_NEVER, STORE_KEEP);
	expect(&w, 3, STORE_NEVER, STORE_KEEP);
	w.in.has_lists = w.in.has_lsc = true;
	w.in.lsc = &lsc;
	w.in.num_lsc = 1;
	w.item[0].sast_list = "CTLFile.tlv";
	judge(&w);
	expect(&w, 0, STORE_NEVER, STORE_KEEP);
	expect(&w, 1, STORE_NEVER, STORE_KEEP);
	expect(&w, 2, STORE_FOREIGN, STORE_RENEW);
	expect(&w, 3, STORE_NEVER, STORE_KEEP);
	lsc.count = 0;
	w.item[0].sast_list = NULL;
	judge(&w);
	expect(&w, 0, STORE_FOREIGN, STORE_RENEW);
	expect(&w, 1, STORE_UNDECIDED, STORE_LOOK); /* which CAPF is now? */
	world_clear(&w);
}

/* Nothing that all stores have goes while another of its name stays. */
static void
test_tied(void **state)
{
	struct world w;

	world_init(&w);
	put(&w, "tomcat-trust", "a.pem",
	    facts("pub.lab", "Lab", LONG_AGO, AGO));
	put(&w, "tomcat-trust", "a.pem", facts("New", "X", AGO, LATER));
	put(&w, "ipsec-trust", "b.pem", facts("pub.old", "Lab", LONG_AGO, AGO));
	put(&w, "ipsec-trust", "b.pem", facts("New", "X", AGO, LATER));
	w.item[1].node = w.item[3].node = "sub";
	w.own[1] = w.own[0];
	w.own[1].node = "sub";
	w.own[1].facts = facts("sub.lab", "Lab", AGO, LATER);
	w.in.num_own = 2;
	judge(&w);
	expect(&w, 0, STORE_FORMER, STORE_LOOK);
	expect(&w, 2, STORE_OLD_NAME, STORE_DELETE);
	w.item[1].name = "c.pem";
	judge(&w);
	expect(&w, 0, STORE_FORMER, STORE_DELETE);
	world_clear(&w);
}

static void
test_names(void **state)
{
	static const struct {
		const char *name, *cn, *serial;
	} rows[] = {
		{ "pub.lab.example.pem", "pub.lab.example", "" },
		{ "a_0b1c.pem", "a", "\x0b\x1c" },
		{ "a_0b1.pem", "a_0b1", "" },
		{ "a_01.PEM", "a", "\x01" },
		{ "Cisco_Root_CA_2048.pem", "Cisco_Root_CA", "\x20\x48" },
		{ "_01.pem", "_01", "" },
		{ "x", "x", "" },
		{ "", "", "" },
	};
	struct store_facts f;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(store_facts_of_name(rows[i].name, &f, &d),
		    ERR_OK);
		assert_true(
		    bytes_equal(buf_bytes(&f.cn), bytes_of_str(rows[i].cn)));
		assert_true(bytes_equal(buf_bytes(&f.serial),
		    bytes_of_str(rows[i].serial)));
		assert_false(f.known);
		store_facts_clear(&f);
	}
	assert_true(store_name_same(bytes_of_str("Cisco Root CA M2"),
	    bytes_of_str("cisco_root_ca_m2")));
	assert_false(store_name_same(bytes_of_str("a.b"), bytes_of_str("a_b")));
	assert_false(store_name_same(bytes_of_str(""), bytes_of_str("")));
	assert_false(store_name_same(bytes_of_str("a"), bytes_of_str("ab")));
}

static void
test_safe(void **state)
{
	static const char *const bad[] = { "", "-a", "a b", "a;b", "a/b", "$x",
		"a\n", "\xc3\xa9", "a'b", "a\"b", "a|b", "a&b", "a`b", "a\\b",
		"a*", "a?", "a~", "a,b", "a:b" };
	static const char *const good[] = { "a", "a.pem", "_a", "A-b_c.9",
		"." };
	char text[300];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (store_is_safe(bad[i]))
			fail_msg("'%s' was taken", bad[i]);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(store_is_safe(good[i]));
	memset(text, 'a', sizeof(text));
	text[256] = '\0';
	assert_false(store_is_safe(text));
	text[255] = '\0';
	assert_true(store_is_safe(text));
}

/* The text dump in both layouts, in either order, is one certificate. */
static void
test_dump(void **state)
{
	struct pasted_dump dump = {
		.subject = bytes_of_str(
		    "CN=pub-ms.Lab.example, OU=\"a, b\", O=Lab, Inc., C=US"),
		.issuer = bytes_of_str("C=US,O=Big CA,CN=Root"),
		.serial = bytes_of_str("00:0A:11"),
		.not_before = bytes_of_str("Wed Jan 01 00:00:00 UTC 2020"),
		.not_after = bytes_of_str("Wed Jan 01 00:00:00 UTC 2025")
	};
	struct pasted_dump other = dump;
	struct store_facts a, b;
	struct diag d;

	assert_int_equal(store_facts_of_dump(&dump, &a, &d), ERR_OK);
	assert_true(a.known && a.has_dates);
	assert_string_equal(buf_cstr(&a.cn), "pub-ms.Lab.example");
	assert_string_equal(buf_cstr(&a.org), "Lab, Inc.");
	assert_string_equal(buf_cstr(&a.issuer_cn), "Root");
	assert_string_equal(buf_cstr(&a.hosts), "pub.lab.example");
	assert_string_equal(buf_cstr(&a.rest), "C=US\nO=Lab, Inc.\nOU=a, b\n");
	assert_int_equal(a.serial.len, 2);
	other.issuer = bytes_of_str("CN=Root, O=Big CA, C=US");
	other.serial = bytes_of_str("0a11");
	assert_int_equal(store_facts_of_dump(&other, &b, &d), ERR_OK);
	assert_int_equal(store_same(&a, &b), STORE_SAME);
	store_facts_clear(&b);
	other.serial = bytes_of_str("a12");
	assert_int_equal(store_facts_of_dump(&other, &b, &d), ERR_OK);
	assert_int_equal(store_same(&a, &b), STORE_OTHER);
	store_facts_clear(&b);
	other.serial = bytes_of_str("no number");
	assert_int_equal(store_facts_of_dump(&other, &b, &d), ERR_OK);
	assert_false(b.known);
	assert_int_equal(store_same(&a, &b), STORE_PERHAPS);
	store_facts_clear(&b);
	assert_int_equal(
	    store_facts_of_name("pub-ms.Lab.example_0a11.pem", &b, &d), ERR_OK);
	assert_int_equal(store_same(&a, &b), STORE_SAME);
	store_facts_clear(&b);
	assert_int_equal(store_facts_of_name("pub-ms.Lab.example.pem", &b, &d),
	    ERR_OK);
	assert_int_equal(store_same(&a, &b), STORE_PERHAPS);
	store_facts_clear(&b);
	store_facts_clear(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_tied),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_dump),
	};

	return test_run(tests);
}
