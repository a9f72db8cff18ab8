/* SPDX-License-Identifier: Apache-2.0 */
/* Which services are restarted: the built-in table, and one that is not. */
#include "test.h"

#include "base/buf.h"
#include "workflow/services.h"

static const struct row {
	const char *unit;
	unsigned release;
	bool publisher;
	bool sure;
	const char *names;
} rows[] = {
	{ "ctl", 1050, true, true, "Cisco Tftp,Cisco CallManager," },
	{ "ctl", 1250, false, true,
	    "Cisco Tftp,Cisco CallManager,Cisco CTIManager," },
	{ "CAPF", 1150, true, true,
	    "Cisco Certificate Authority Proxy Function,"
	    "Cisco Trust Verification Service,Cisco Tftp," },
	{ "CAPF", 1150, false, true,
	    "Cisco Trust Verification Service,Cisco Tftp," },
	{ "CallManager", 1050, true, true,
	    "Cisco Tftp,Cisco CallManager,Cisco CTIManager,"
	    "Cisco Trust Verification Service," },
	{ "CallManager", 1400, true, true,
	    "Cisco Tftp,Cisco CallManager,Cisco CTIManager,"
	    "Cisco Trust Verification Service,Cisco HAProxy," },
	/* nobody knows: all of them */
	{ "CallManager", 1700, true, false,
	    "Cisco Tftp,Cisco CallManager,Cisco CTIManager,"
	    "Cisco Trust Verification Service,Cisco HAProxy," },
	{ "CallManager", 0, false, false,
	    "Cisco Tftp,Cisco CallManager,Cisco CTIManager,"
	    "Cisco Trust Verification Service,Cisco HAProxy," },
	{ "ctl", 1700, false, false,
	    "Cisco Tftp,Cisco CallManager,Cisco CTIManager," },
	{ "ipsec", 1250, false, true, "Cisco DRF Local," },
	{ "ipsec", 1250, true, true, "Cisco DRF Master,Cisco DRF Local," },
	{ "TVS", 1500, false, true,
	    "Cisco Trust Verification Service,Cisco Tftp," },
	{ "nothing", 1250, true, false, "" },
};

static void
test_built_in(void **state)
{
	struct services *s = NULL;
	struct services_found f;
	struct buf all = { 0 };
	struct diag d;
	size_t i, k;

	(void)state;
	diag_init(&d);
	if (services_load(bytes_of(NULL, 0), &s, &d) != ERR_OK)
		fail_msg("line %u: %s", d.line, d.msg);
	for (i = 0; i < DOC_NUM(rows); i++) {
		services_of(s, rows[i].unit, rows[i].release, rows[i].publisher,
		    &f);
		buf_clear(&all);
		buf_str(&all, "");
		for (k = 0; k < f.num; k++)
			buf_printf(&all, "%s,", f.name[k]);
		assert_string_equal(buf_cstr(&all), rows[i].names);
		assert_int_equal(f.sure, rows[i].sure);
		assert_int_equal(f.source != NULL, f.num > 0);
	}
	buf_clear(&all);
	services_free(&s);
	assert_null(s);
	services_free(&s);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} bad[] = {
		{ "services: []\n", 1 },
		{ "services:\n  - {unit: a, names: [b]}\n", 2 },
		{ "services:\n  - {unit: a, names: [], source: s}\n", 2 },
		{ "services:\n  - {unit: a, names: [b], source: s}\n"
		  "  - {unit: a, from: 1250, until: 1150, names: [b], source: "
		  "s}\n",
		    3 },
	};
	struct services *s = NULL;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < DOC_NUM(bad); i++) {
		diag_init(&d);
		assert_int_not_equal(
		    services_load(bytes_of_str(bad[i].text), &s, &d), ERR_OK);
		assert_int_equal(d.line, bad[i].line);
		assert_null(s);
	}
}

/* None is left out without a word. */
static void
test_too_many(void **state)
{
	struct services *s = NULL;
	struct buf text = { 0 };
	struct diag d;
	int i;

	(void)state;
	diag_init(&d);
	buf_str(&text, "services:\n");
	for (i = 0; i < SERVICES_FOUND_MAX; i++)
		buf_printf(&text,
		    "  - {unit: u%d, names: [b%d, b0], source: s}\n", i, i);
	assert_int_equal(services_load(buf_bytes(&text), &s, &d), ERR_OK);
	services_free(&s);
	buf_str(&text, "  - {unit: a, names: [c], source: s}\n");
	assert_int_not_equal(services_load(buf_bytes(&text), &s, &d), ERR_OK);
	assert_int_equal(d.line, SERVICES_FOUND_MAX + 2);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_built_in),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
