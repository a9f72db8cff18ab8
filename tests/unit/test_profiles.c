/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what units ask for, and which of it is for a release. */
#include "test.h"

#include "cli/profiles.h"
#include "schema.h"

static void
test_schema(void **state)
{
	schema_is_table("profiles.schema.json", &profiles_table);
}

static void
test_versions(void **state)
{
	static const char *const order[] = { "8.6", "9", "9.1(2)", "10.5",
		"11.5", "12.0", "12.5", "12.5(1)SU1", "12.5(1)SU6", "14",
		"14SU1", "14SU2a", "14SU3", "14SU10", "15", "15SU5" };
	static const char *const same[][2] = { { "12.5(1)SU6", "12.5SU6" },
		{ "14", "14.0" }, { "14SU2", "14(1) su2" },
		{ "11.5(1)SU3b", "11.5SU3" } };
	static const char *const none[] = { "", "x", "12.", "12.5.1", "12(",
		"12()", "12(1", "14SU", "14SU200", "140", "14x", " 14", "14 ",
		"-1", "14SU2ab", "SU2", "12.5-1" };
	struct profiles_version a = { .major = 0 }, b = { .major = 0 };
	size_t i, j;

	for (i = 0; i < DOC_NUM(order); i++)
		for (j = 0; j < DOC_NUM(order); j++) {
			assert_true(profiles_version(order[i], &a));
			assert_true(profiles_version(order[j], &b));
			assert_int_equal(profiles_order(&a, &b),
			    (i > j) - (i < j));
		}
	for (i = 0; i < DOC_NUM(same); i++) {
		assert_true(profiles_version(same[i][0], &a));
		assert_true(profiles_version(same[i][1], &b));
		assert_int_equal(profiles_order(&a, &b), 0);
	}
	for (i = 0; i < DOC_NUM(none); i++)
		if (profiles_version(none[i], &a))
			fail_msg("'%s' was taken", none[i]);
}

/* What is found for a unit of a release. */
struct want {
	const char *unit, *release, *profile;
	bool outdated, noted;
};

static void
test_find(void **state)
{
	static const struct want wants[] = {
		{ "CallManager", "8.6", "8.6", false, false },
		{ "CallManager", "10.5", "8.6", false, true },
		{ "CallManager", "11.5", "8.6", false, true },
		{ "CallManager", "12.0", "8.6", true, true },
		{ "CallManager", "12.5", "12.5", false, false },
		{ "CallManager", "12.5(1)SU6", "12.5", false, true },
		{ "CallManager", "14", "12.5", true, true },
		{ "CallManager", "14SU2", "14SU2", false, false },
		{ "callmanager", "15", "14SU2", false, true },
		{ "CallManager", "15SU4", "14SU2", false, true },
		{ "CallManager", "15SU5", "14SU2", true, true },
		{ "CallManager", NULL, "14SU2", false, true },
		{ "CallManager", "7", "8.6", false, true },
		{ "CallManager-ECDSA", "11.5", "12.5", false, true },
		{ "ITLRecovery", "12.5", "12.5", false, false },
		{ "tomcat-client", "15SU5", "15SU5", false, true },
		{ "tomcat-client", "14", "15SU5", false, true },
	};
	struct profiles p = { .num = 0 };
	struct profiles_found f;
	struct diag d;
	size_t i;

	assert_int_equal(profiles_load(NULL, &p, &d), ERR_OK);
	for (i = 0; i < DOC_NUM(wants); i++) {
		const struct want *w = &wants[i];

		assert_int_equal(profiles_find(&p, w->unit, w->release, &f, &d),
		    ERR_OK);
		if (strcmp(f.profile.release, w->profile) != 0 ||
		    f.profile.outdated != w->outdated ||
		    (f.note.len > 0) != w->noted)
			fail_msg("%s of %s: %s, %d, %.*s", w->unit,
			    w->release == NULL ? "-" : w->release,
			    f.profile.release, f.profile.outdated,
			    (int)f.note.len, (const char *)f.note.ptr);
		profiles_found_clear(&f);
	}
	assert_int_equal(profiles_find(&p, "CallManger", NULL, &f, &d),
	    ERR_USAGE);
	assert_int_equal(profiles_find(&p, "CallManager", "x", &f, &d),
	    ERR_USAGE);
	assert_int_equal(profiles_find(&p, "a/b-trust", NULL, &f, &d),
	    ERR_USAGE);
	assert_int_equal(profiles_find(&p, "Phone-SAST-trust", NULL, &f, &d),
	    ERR_OK);
	assert_true(f.profile.trust);
	assert_string_equal(f.profile.unit, "Phone-SAST-trust");
	profiles_found_clear(&f);
	assert_int_equal(profiles_find(&p, "tomcat-ECDSA-trust", NULL, &f, &d),
	    ERR_OK);
	assert_string_equal(f.profile.unit, "tomcat-trust");
	profiles_found_clear(&f);
	profiles_clear(&p);
}

#define HEAD "releases: ['14']\nprofiles:\n"
#define UNITS "  units:\n  - unit: x\n    source: y\n"

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} bad[] = {
		{ HEAD, 1 },
		{ HEAD "- release: '14'\n" UNITS, 3 },
		{ HEAD "- release: 'x'\n  until: '14'\n" UNITS, 3 },
		{ HEAD "- release: '14'\n  until: 'x'\n" UNITS, 3 },
		{ HEAD "- release: '14'\n  until: '12'\n" UNITS, 3 },
		{ HEAD "- release: '14'\n  until: '14'\n" UNITS
		       "- release: '12'\n  until: '12'\n" UNITS,
		    8 },
		{ HEAD "- release: '14'\n  until: '14'\n" UNITS
		       "    key_usage: [all]\n",
		    6 },
		{ HEAD "- release: '14'\n  until: '14'\n" UNITS
		       "    purposes: [all]\n",
		    6 },
		{ HEAD "- release: '14'\n  until: '14'\n" UNITS
		       "    max_bits: 1\n",
		    8 },
	};
	struct profiles p = { .num = 77 };
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(bad); i++) {
		diag_init(&d);
		assert_int_equal(
		    profiles_read(bytes_of_str(bad[i].text), &p, &d),
		    ERR_SYNTAX);
		if (d.line != bad[i].line && i > 0)
			fail_msg("case %zu: line %u: %s", i, d.line, d.msg);
		assert_int_equal(p.num, 77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
