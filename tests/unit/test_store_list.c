/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of certificates out of a terminal, and the table of trust stores. */
#include <string.h>

#include "test.h"

#include "cli/store_list.h"
#include "cli/store_rules.h"
#include "schema.h"

/* What TEXT has: "own node store name note signer dump" with bars between, a
 * line each. */
static void
read_as(const char *text, const char *want)
{
	struct store_list l;
	struct buf got = { 0 };
	struct diag d;
	size_t i;

	diag_init(&d);
	if (store_list_read(bytes_of_str(text), &l, &d) != ERR_OK)
		fail_msg("%s: %s", text, d.msg);
	for (i = 0; i < l.num; i++)
		buf_printf(&got, "%s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s\n",
		    l.at[i].own ? "own" : "trust", (int)l.at[i].node.len,
		    (const char *)l.at[i].node.ptr, (int)l.at[i].store.len,
		    (const char *)l.at[i].store.ptr, (int)l.at[i].name.len,
		    (const char *)l.at[i].name.ptr, (int)l.at[i].note.len,
		    (const char *)l.at[i].note.ptr, (int)l.at[i].signer.len,
		    (const char *)l.at[i].signer.ptr, (int)l.at[i].dump.len,
		    (const char *)l.at[i].dump.ptr);
	assert_string_equal(buf_cstr(&got), want);
	assert_int_equal(l.strange, 0);
	buf_clear(&got);
	store_list_clear(&l);
}

#define OWN "admin:show cert list own\n"
#define TRUST "admin:show cert list trust\n"

static void
test_lists(void **state)
{
	read_as(OWN "tomcat/tomcat.pem: Self-signed\nadmin:",
	    "own||tomcat|tomcat.pem|Self-signed||\n");
	read_as("a/b.pem", "own||a|b.pem|||\n");
	read_as("x-trust/b.pem: note\n", "trust||x-trust|b.pem|note||\n");
	read_as("show cert list trust\nx/b.pem: y\n", "trust||x|b.pem|y||\n");
	read_as("admin: SHOW  CERT  LIST  TRUST\nx/b.pem\n",
	    "trust||x|b.pem|||\n");
	read_as(OWN "tomcat/tomcat.pem: Certificate Signed by Big CA\n",
	    "own||tomcat|tomcat.pem|Certificate Signed by Big CA|Big CA|\n");
	read_as(TRUST "x-trust/a b;c.pem: y\n",
	    "trust||x-trust|a b;c.pem|y||\n");
	read_as(TRUST "x-trust/a.pem.pem: y\n",
	    "trust||x-trust|a.pem.pem|y||\n");
	/* once, however often it is listed */
	read_as("x-trust/b.pem: y\nx-trust/b.pem: z\n",
	    "trust||x-trust|b.pem|y||\n");
}

static void
test_terminal(void **state)
{
	read_as(TRUST "x-trust/b.pem: y\r\n\033[1mPress <enter> for 1 line, "
		      "<space> for one page, or <q> to quit\033[0m\033[K\r"
		      "                  \rx-trust/c.pem: y\r\nadmin:",
	    "trust||x-trust|b.pem|y||\ntrust||x-trust|c.pem|y||\n");
	read_as(TRUST "x-trust/bb\b.pem: y\n", "trust||x-trust|b.pem|y||\n");
	read_as(TRUST "x-trust/a_name_that_is_much_too_long_for_it_.p\nem: y\n",
	    "trust||x-trust|a_name_that_is_much_too_long_for_it_.pem|y||\n");
	read_as(TRUST "x-trust/b\033[2J\x7f\x01.pem: y\n",
	    "trust||x-trust|b.pem|y||\n");
}

static void
test_dumps(void **state)
{
	read_as(OWN "tomcat/tomcat.pem: y\nadmin:show cert own tomcat\nA: b\n"
		    "Version: 3\nadmin:show version\nC: d\nadmin:",
	    "own||tomcat|tomcat.pem|y||A: b\nVersion: 3\n");
	read_as("admin:show cert own tomcat\nA: b\n",
	    "own||tomcat|tomcat|||A: b\n");
	read_as("admin:show cert trust x-trust/b.pem\nA: b\nadmin:quit\n",
	    "trust||x-trust|b.pem|||A: b\n");
	read_as(TRUST "x-trust/b.pem: y\nadmin:show cert trust b.pem\nA: b\n",
	    "trust||x-trust|b.pem|y||A: b\n");
	/* whose it is that nobody listed, nobody can tell */
	read_as(TRUST "x-trust/b.pem: y\nadmin:show cert trust c.pem\nA: b\n",
	    "trust||x-trust|b.pem|y||\n");
}

static void
test_nodes(void **state)
{
	read_as("pub:show cert list own\na/a.pem\nsub:show cert list own\n"
		"a/a.pem\n",
	    "own|pub|a|a.pem|||\nown|sub|a|a.pem|||\n");
	read_as("$ ssh -p 2 me@pub.x\n" OWN "a/a.pem\n",
	    "own|pub.x|a|a.pem|||\n");
	read_as("Host Name          : pub\n" OWN "a/a.pem\n" TRUST
		"b-trust/b.pem\n" OWN "a/a.pem\n",
	    "own|pub|a|a.pem|||\ntrust|pub|b-trust|b.pem|||\n");
	read_as(OWN "a/a.pem\n" TRUST "b-trust/b.pem\n" OWN "a/a.pem\n" TRUST
		    "b-trust/b.pem\n" OWN "a/a.pem\n",
	    "own||a|a.pem|||\ntrust||b-trust|b.pem|||\nown|2|a|a.pem|||\n"
	    "trust|2|b-trust|b.pem|||\nown|3|a|a.pem|||\n");
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "", "\n", "hello\n", OWN, "/a.pem\n",
		"a/.pem\n", "a b/c.pem\n" };
	struct store_list l = { .num = 77 };
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		diag_init(&d);
		if (store_list_read(bytes_of_str(bad[i]), &l, &d) != ERR_SYNTAX)
			fail_msg("'%s' was taken", bad[i]);
		assert_true(d.code == ERR_SYNTAX && d.msg[0] != '\0');
		assert_int_equal(l.num, 77);
	}
	assert_int_equal(store_list_read(bytes_of("a/b.pem\0", 8), &l, &d),
	    ERR_SYNTAX);
}

/* Two dumps of one certificate are of two nodes. */
static void
test_twice(void **state)
{
	static const char text[] = OWN
	    "a/a.pem\nadmin:show cert own a\nx\nadmin:show cert own a\n";
	struct buf all = { 0 };
	struct store_list l;
	struct diag d;

	buf_printf(&all, "%sx\n", text);
	assert_int_equal(store_list_read(buf_bytes(&all), &l, &d), ERR_OK);
	store_list_clear(&l);
	buf_str(&all, "y\n");
	assert_int_equal(store_list_read(buf_bytes(&all), &l, &d), ERR_SYNTAX);
	assert_true(d.line > 0);
	buf_clear(&all);
}

static void
test_strange(void **state)
{
	struct store_list l;
	struct diag d;

	assert_int_equal(
	    store_list_read(bytes_of_str(TRUST "x/b.pem\n\nwhat\n"), &l, &d),
	    ERR_OK);
	assert_int_equal(l.strange, 4);
	store_list_clear(&l);
	assert_int_equal(
	    store_list_read(bytes_of_str(TRUST "x/b.pem\n"), &l, &d), ERR_OK);
	assert_int_equal(l.strange, 0);
	store_list_clear(&l);
}

static void
test_too_many(void **state)
{
	struct buf text = { 0 };
	struct store_list l;
	struct diag d;
	int i;

	for (i = 0; i < STORE_LIST_MAX; i++)
		buf_printf(&text, "x-trust/%d.pem\n", i);
	assert_int_equal(store_list_read(buf_bytes(&text), &l, &d), ERR_OK);
	assert_int_equal(l.num, STORE_LIST_MAX);
	store_list_clear(&l);
	buf_str(&text, "x-trust/more.pem\n");
	assert_int_equal(store_list_read(buf_bytes(&text), &l, &d),
	    ERR_TOO_BIG);
	buf_clear(&text);
}

static void
test_schema(void **state)
{
	schema_is_table("store-rules.schema.json", &store_rules_table);
}

/* The table that is built in has the seven, and a source for every row. */
static void
test_rules(void **state)
{
	static const char *const seven[] = { "CAP-RTP-001", "CAP-RTP-002",
		"Cisco Root CA 2048", "Cisco Root CA M2", "ACT2 SUDI CA",
		"Cisco Manufacturing CA", "Cisco Manufacturing CA SHA2" };
	static const char *const all[] = { "CallManager-trust", "CAPF-trust",
		"tomcat-trust", "Phone-SAST-trust" };
	const struct store_rule *rule;
	struct store_rules_file f;
	struct diag d;
	size_t i, k;

	assert_int_equal(store_rules_load(NULL, &f, &d), ERR_OK);
	for (i = 0; i < 7; i++) {
		for (k = 0; k < f.rules.num_cas; k++)
			if (strcmp(f.rules.ca[k].name, seven[i]) == 0)
				break;
		assert_true(k < f.rules.num_cas);
		assert_true(f.rules.ca[k].source[0] != '\0');
	}
	for (i = 0; i < 4; i++) {
		rule = store_rule_of(&f.rules, all[i]);
		assert_non_null(rule);
		assert_true(rule->all_nodes && rule->restart != NULL);
		assert_int_equal(rule->sast, i == 3);
		assert_int_equal(rule->lsc, i == 1);
	}
	assert_non_null(store_rule_of(&f.rules, "TOMCAT-trust"));
	assert_null(store_rule_of(&f.rules, "tomcat"));
	assert_false(store_rule_of(&f.rules, "ipsec-trust")->all_nodes);
	store_rules_clear(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_dumps),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_strange),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_rules),
	};

	return test_run(tests);
}
