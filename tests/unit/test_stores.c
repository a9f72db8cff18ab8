/* SPDX-License-Identifier: Apache-2.0 */
/* The table of certificate stores, and whose a path, a prompt or a name is. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/calendar.h"
#include "ctl/ctl.h"
#include "schema.h"

static struct stores stores;

static int
setup(void **state)
{
	struct diag d;

	assert_int_equal(stores_load(NULL, &stores, &d), ERR_OK);
	return 0;
}

static int
teardown(void **state)
{
	stores_clear(&stores);
	return 0;
}

static void
test_schema(void **state)
{
	schema_is_table("cert-stores.schema.json", &stores_table);
}

static void
assert_store(const struct stores_store *is, const char *want)
{
	const char *name = is == NULL ? "none" : is->store;

	if (strcmp(name, want == NULL ? "none" : want) != 0)
		fail_msg("%s is not %s", name, want == NULL ? "none" : want);
}

/* Every store of the regeneration guide, and what is no store. */
static void
test_there(void **state)
{
	static const char *const names[] = { "CallManager", "CallManager-ECDSA",
		"CallManager-trust", "CAPF", "CAPF-trust", "TVS", "TVS-trust",
		"tomcat", "tomcat-ECDSA", "tomcat-trust", "ipsec",
		"ipsec-trust", "ITLRecovery", "Phone-SAST-trust",
		"Phone-CTL-trust", "Phone-trust", "Phone-VPN-trust", "authz",
		"tomcat-client", "CallManager-client", "cup", "cup-ECDSA",
		"cup-xmpp", "cup-xmpp-ECDSA", "cup-xmpp-s2s",
		"cup-xmpp-s2s-ECDSA", "cup-trust", "cup-xmpp-trust",
		"directory-trust", "LSC", "MIC", "token-SAST", "SAST",
		"manufacturing-CA", "SRST", "firewall", "CTL", "ITL" };
	const struct stores_store *s;
	size_t i;

	for (i = 0; i < DOC_NUM(names); i++) {
		s = stores_named(&stores, bytes_of_str(names[i]));
		assert_store(s, names[i]);
		assert_true(s->breaks.num > 0 && s->todo.num > 0);
	}
	assert_int_equal(stores.num, DOC_NUM(names));
	assert_store(stores_named(&stores, bytes_of_str("TOMCAT-TRUST")),
	    "tomcat-trust");
	assert_store(stores_named(&stores, bytes_of_str("tomca")), NULL);
	assert_store(stores_named(&stores, bytes_of(NULL, 0)), NULL);
}

/* A CTL holds what needs it to be updated, and nothing else says so. */
static void
test_ctl(void **state)
{
	static const char *const in[] = { "CallManager", "CallManager-ECDSA",
		"CAPF", "ITLRecovery", "firewall" };
	size_t i, j, k;
	bool wanted, told;

	for (i = 0; i < stores.num; i++) {
		const struct stores_store *s = &stores.store[i];
		const struct stores_line *line = s->dependents.item;

		wanted = told = false;
		for (j = 0; j < DOC_NUM(in); j++)
			wanted |= strcmp(in[j], s->store) == 0;
		for (k = 0; k < s->dependents.num; k++)
			told |= strcmp(line[k].store, "CTL") == 0;
		assert_int_equal(s->needs_ctl, wanted);
		assert_true(!wanted || told);
	}
}

static void
test_roles(void **state)
{
	static const struct {
		unsigned role;
		bool ec;
		const char *store;
	} rows[] = {
		{ CTL_ROLE_SAST, false, "SAST" },
		{ CTL_ROLE_SAST, true, "SAST" },
		{ CTL_ROLE_CCM, false, "CallManager" },
		{ CTL_ROLE_CCM_TFTP, false, "CallManager" },
		{ CTL_ROLE_TFTP, false, "CallManager" },
		{ CTL_ROLE_CCM_TFTP, true, "CallManager-ECDSA" },
		{ CTL_ROLE_CAPF, false, "CAPF" },
		{ CTL_ROLE_CAPF, true, "CAPF" },
		{ CTL_ROLE_SRST, false, "SRST" },
		{ CTL_ROLE_FIREWALL, false, "firewall" },
		{ CTL_ROLE_APP_SERVER, false, NULL },
		{ CTL_ROLE_TVS, false, "TVS" },
		{ 99, false, NULL },
	};
	size_t i;

	for (i = 0; i < DOC_NUM(rows); i++)
		assert_store(stores_of_role(&stores, rows[i].role, rows[i].ec),
		    rows[i].store);
}

static void
test_names(void **state)
{
	static const struct {
		const char *subject, *issuer, *store;
	} rows[] = {
		{ "CAPF-e41e7d87", "CAPF-e41e7d87", "CAPF" },
		{ "capf-e41e7d87", "Company Root", "CAPF" },
		{ "SEP001122334455", "CAPF-e41e7d87", "LSC" },
		{ "SEP001122334455", "Company Root", NULL },
		{ "ITLRECOVERY_pub", "ITLRECOVERY_pub", "ITLRecovery" },
		{ "SAST-ADN008580ef        ", "Cisco Manufacturing CA",
		    "token-SAST" },
		{ "SAST-mine", "me", NULL },
		{ "CP-7965G-SEP001122334455", "Cisco Manufacturing CA", "MIC" },
		{ "CP-8845-SEP001122334455", "Cisco Manufacturing CA SHA2",
		    "MIC" },
		{ "CP-7960-SEP001122334455", "CAP-RTP-001", "MIC" },
		{ "CAP-RTP-001", "CAP-RTP-001", "manufacturing-CA" },
		{ "CAP-RTP-002", "CAP-RTP-002", "manufacturing-CA" },
		{ "Cisco Root CA 2048", "Cisco Root CA 2048",
		    "manufacturing-CA" },
		{ "Cisco Root CA M2", "Cisco Root CA M2", "manufacturing-CA" },
		{ "Cisco Manufacturing CA", "Cisco Root CA 2048",
		    "manufacturing-CA" },
		{ "Cisco Manufacturing CA SHA2", "Cisco Root CA M2",
		    "manufacturing-CA" },
		{ "ACT2 SUDI CA", "Cisco Root CA 2048", "manufacturing-CA" },
		{ "pub.lab.example", "pub.lab.example", NULL },
		{ "", "", NULL },
		{ "CAPF", "CAPF", NULL },
	};
	size_t i;

	for (i = 0; i < DOC_NUM(rows); i++)
		assert_store(stores_of_names(&stores,
				 bytes_of_str(rows[i].subject),
				 bytes_of_str(rows[i].issuer)),
		    rows[i].store);
}

static void
test_paths(void **state)
{
	static const struct {
		const char *path;
		size_t root;
		const char *store, *node;
	} rows[] = {
		{ "CallManager.pem", 0, "CallManager", NULL },
		{ "./CallManager.pem", 0, "CallManager", NULL },
		{ "pub/CallManager.pem", 0, "CallManager", "pub" },
		{ "/srv/pub/CallManager.pem", 0, "CallManager", NULL },
		{ "/srv/certs/pub/callmanager.der", 10, "CallManager", "pub" },
		{ "/srv/certs/CallManager.der", 10, "CallManager", NULL },
		{ "certs//pub//tomcat.pem", 5, "tomcat", "pub" },
		{ "certs/pub/tomcat-trust/CAPF.pem", 5, "tomcat-trust", "pub" },
		{ "certs/tomcat-trust/x.pem", 5, "tomcat-trust", NULL },
		{ "tomcat-trust/x.pem", 12, "tomcat-trust", NULL },
		{ "tomcat-trust/x.pem", 0, "tomcat-trust", NULL },
		{ "certs/pub-tomcat.pem", 5, "tomcat", "pub" },
		{ "pub-1-tomcat-ECDSA.pem", 0, "tomcat-ECDSA", "pub-1" },
		{ "pub-CallManager-trust.pem", 0, "CallManager-trust", "pub" },
		{ "-tomcat.pem", 0, NULL, NULL },
		{ "tomcat", 0, "tomcat", NULL },
		{ "x.pem", 0, NULL, NULL },
		{ "../tomcat.pem", 0, "tomcat", NULL },
		{ "pub/CTL/x.pem", 0, NULL, NULL },
		{ "CTL.pem", 0, NULL, NULL },
		{ "", 0, NULL, NULL },
		{ "-", 0, NULL, NULL },
		{ "/", 0, NULL, NULL },
		{ ".pem", 0, NULL, NULL },
	};
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(rows); i++) {
		struct calendar_place p = { .file = NULL };

		assert_int_equal(calendar_read_path(&stores, rows[i].path,
				     rows[i].root, &p, &d),
		    ERR_OK);
		assert_store(p.store, rows[i].store);
		assert_int_equal(p.by,
		    p.store == NULL ? CALENDAR_BY_NOTHING : CALENDAR_BY_PATH);
		if (rows[i].node == NULL
			? p.node != NULL
			: p.node == NULL || strcmp(p.node, rows[i].node) != 0)
			fail_msg("%s: node %s", rows[i].path,
			    p.node == NULL ? "none" : p.node);
		free(p.node);
	}
}

static void
test_prompts(void **state)
{
	static const struct {
		const char *line, *store;
		bool prompt;
	} rows[] = {
		{ "admin:show cert own CallManager", "CallManager", true },
		{ "admin: show cert own tomcat/tomcat.pem", "tomcat", true },
		{ "admin:show cert trust CallManager-trust/CAPF-1.pem",
		    "CallManager-trust", true },
		{ "admin:show  cert  own  TVS ", "TVS", true },
		{ "ADMIN:SHOW CERT OWN tvs", "TVS", true },
		{ "admin:show cert own CAPF.pem", "CAPF", true },
		{ "admin:show cert own nothing", NULL, true },
		{ "admin:show cert list own", NULL, true },
		{ "admin:", NULL, true },
		{ "show cert own CallManager", NULL, false },
		{ "", NULL, false },
	};
	bool prompt = false;
	size_t i;

	for (i = 0; i < DOC_NUM(rows); i++) {
		assert_store(calendar_of_prompt(&stores,
				 bytes_of_str(rows[i].line), &prompt),
		    rows[i].store);
		assert_int_equal(prompt, rows[i].prompt);
	}
}

#define LINES "[{text: t, source: s, mark: assumed}]"
#define STORE(name, more)                                            \
	"{store: " name ", kind: service, risk: low, breaks: " LINES \
	", todo: " LINES more "}"

static void
test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "stores: [" STORE("A", "") ", " STORE("a", "") "]",
		    "'a' stands there twice" },
		{ "stores: [" STORE("A",
		      ", dependents: [{store: B, text: t, source: s, mark: "
		      "assumed}]") "]",
		    "there is no store 'B'" },
		{ "stores: [" STORE("A", ", roles: [king]") "]",
		    "there is no role 'king'" },
		{ "stores: [" STORE("A", ", names: [{}]") "]",
		    "a name needs a subject or an issuer" },
		{ "stores: []", NULL },
		{ "stores: [{store: A, kind: service, risk: low, breaks: []}]",
		    NULL },
		{ "stores: [" STORE("A", ", risks: x") "]", NULL },
	};
	struct calendar_place p = { .file = NULL };
	struct stores s;
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(rows); i++) {
		diag_init(&d);
		assert_int_equal(
		    stores_read(bytes_of_str(rows[i].text), &s, &d),
		    ERR_SYNTAX);
		assert_true(d.line == 1 && d.column > 0);
		if (rows[i].why != NULL)
			assert_string_equal(d.msg, rows[i].why);
	}
	assert_int_equal(
	    stores_read(bytes_of_str("stores: [" STORE("A",
			    ", dependents: [{store: A, text: t, source: s, "
			    "mark: observed}], roles: [ccm-tftp, sast]") "]"),
		&s, &d),
	    ERR_OK);
	assert_store(stores_of_role(&s, CTL_ROLE_CCM_TFTP, true), "A");
	stores_clear(&s);
	/* of two that a name may end in the longer one */
	assert_int_equal(stores_read(bytes_of_str("stores: [" STORE("A",
					 "") ", " STORE("B-A", "") "]"),
			     &s, &d),
	    ERR_OK);
	assert_int_equal(calendar_read_path(&s, "n-B-A.pem", 0, &p, &d),
	    ERR_OK);
	assert_store(p.store, "B-A");
	assert_string_equal(p.node, "n");
	free(p.node);
	stores_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_there),
		cmocka_unit_test(test_ctl),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
