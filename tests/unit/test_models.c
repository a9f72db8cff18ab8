/* SPDX-License-Identifier: Apache-2.0 */
/* Which class of phones a model belongs to; numbers for names. */
#include "test.h"

#include <string.h>

#include "cli/intern.h"
#include "cli/models.h"
#include "schema.h"

static void
test_schema(void **state)
{
	schema_is_table("models.schema.json", &models_table);
}

static void
test_known(void **state)
{
	static const struct {
		const char *model;
		enum class class;
	} wants[] = {
		{ "Cisco 7940", CLASS_NO_TVS },
		{ "Cisco 7960", CLASS_NO_TVS },
		{ "7960G", CLASS_NO_TVS },
		{ "Cisco 7912", CLASS_NO_TVS },
		{ "Cisco 7906", CLASS_TVS },
		{ "Cisco 7911", CLASS_TVS },
		{ "cisco 7945", CLASS_TVS },
		{ "Cisco 7965", CLASS_TVS },
		{ "Cisco 7975", CLASS_TVS },
		{ "Cisco 8861", CLASS_TVS },
		{ "Cisco 7821", CLASS_TVS },
		{ "Cisco 9971", CLASS_TVS },
		{ "Cisco 8945", CLASS_TVS },
		{ "Cisco ATA 186", CLASS_ATA },
		{ "Cisco ATA 187", CLASS_ATA },
		{ "Cisco ATA 191", CLASS_ATA },
		{ "Cisco ATA 192", CLASS_ATA },
		{ "Cisco Unified Client Services Framework", CLASS_SOFT },
		{ "Cisco Dual Mode for iPhone", CLASS_SOFT },
		{ "Cisco Jabber for Tablet", CLASS_SOFT },
		{ "Cisco IP Communicator", CLASS_SOFT },
		{ "CTI Port", CLASS_CTI },
		{ "CTI Remote Device", CLASS_CTI },
		{ "Cisco TelePresence EX60", CLASS_TELEPRESENCE },
		{ "Cisco TelePresence MX300 G2", CLASS_TELEPRESENCE },
		{ "Cisco Webex Room Kit", CLASS_TELEPRESENCE },
		{ "Cisco DX650", CLASS_TVS },
		{ "Third-party SIP Device (Basic)", CLASS_TWO_SAST },
	};
	static const char *const unknown[] = { "", "Cisco ", "7999", "x7960",
		"Cisco 99", "Snom 300", "Cisco Unified " };
	const struct models_row *row;
	struct models m = { .num = 0 };
	struct diag d;
	size_t i;

	assert_int_equal(models_load(NULL, &m, &d), ERR_OK);
	for (i = 0; i < DOC_NUM(wants); i++) {
		row = models_find(&m, bytes_of_str(wants[i].model));
		if (row == NULL || row->class != wants[i].class ||
		    row->source[0] == '\0')
			fail_msg("%s: %s", wants[i].model,
			    row == NULL ? "none" : class_name(row->class));
	}
	for (i = 0; i < DOC_NUM(unknown); i++)
		if (models_find(&m, bytes_of_str(unknown[i])) != NULL)
			fail_msg("%s is known", unknown[i]);
	row = models_find(&m, bytes_of_str("Cisco 8945"));
	assert_non_null(strstr(row->note, "whole list"));
	models_clear(&m);
	assert_null(m.doc);
}

/* No row is behind another that has all its names; marks are marks. */
static void
test_rows(void **state)
{
	struct models m = { .num = 0 };
	struct diag d;
	size_t i, j;

	assert_int_equal(models_load(NULL, &m, &d), ERR_OK);
	for (i = 0; i < m.num; i++) {
		assert_true(strcmp(m.row[i].evidence, "documented") == 0 ||
		    strcmp(m.row[i].evidence, "observed") == 0 ||
		    strcmp(m.row[i].evidence, "assumed") == 0);
		for (j = 0; j < m.row[i].names.num; j++) {
			const char *name = m.row[i].names.item[j];
			struct bytes model = bytes_of(name, strcspn(name, "*"));

			if (models_find(&m, model) != &m.row[i])
				fail_msg("'%s' is another row's", name);
		}
	}
	models_clear(&m);
}

#define ROW(names, class)                     \
	"models:\n- names: [" names           \
	"]\n  class: " class "\n  evidence: " \
			     "assumed\n  source: x\n"

static void
test_patterns(void **state)
{
	static const struct {
		const char *pattern, *model;
		bool matches;
	} cases[] = {
		{ "'a'", "A", true },
		{ "'a'", "ab", false },
		{ "'a*'", "a", true },
		{ "'a*'", "abc", true },
		{ "'*a'", "ba", true },
		{ "'*a'", "bab", false },
		{ "'a*b*c'", "axbxbxc", true },
		{ "'a*b*c'", "axcxb", false },
		{ "'a?c'", "abc", true },
		{ "'a?c'", "ac", false },
		{ "'a?'", "a", false },
		{ "'*'", "", true },
		{ "''", "", true },
		{ "'?'", "", false },
		{ "'**b'", "aab", true },
		{ "x, 'y'", "y", true },
	};
	struct models m = { .num = 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(cases); i++) {
		struct buf text = { 0 };

		buf_printf(&text, ROW("%s", "ata"), cases[i].pattern);
		assert_int_equal(models_read(buf_bytes(&text), &m, &d), ERR_OK);
		if ((models_find(&m, bytes_of_str(cases[i].model)) != NULL) !=
		    cases[i].matches)
			fail_msg("%s, %s", cases[i].pattern, cases[i].model);
		models_clear(&m);
		buf_clear(&text);
	}
}

/* A pattern of many stars costs no more than its length by the name's. */
static void
test_stars(void **state)
{
	struct buf text = { 0 }, model = { 0 };
	struct models m = { .num = 0 };
	struct diag d;
	size_t i;

	buf_str(&text, "models:\n- names: ['");
	for (i = 0; i < 200; i++)
		buf_str(&text, "*a");
	buf_str(&text, "*b']\n  class: ata\n  evidence: x\n  source: x\n");
	buf_fill(&model, 10000, 'a');
	assert_int_equal(models_read(buf_bytes(&text), &m, &d), ERR_OK);
	assert_null(models_find(&m, buf_bytes(&model)));
	models_clear(&m);
	buf_clear(&text);
	buf_clear(&model);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} bad[] = {
		{ "models: []\n", 1 },
		{ ROW("", "ata"), 2 },
		{ ROW("x", "tva"), 3 },
		{ ROW("x", "ata") "  other: 1\n", 6 },
		{ "models:\n- names: [x]\n  class: ata\n  source: x\n", 2 },
	};
	struct models m = { .num = 77 };
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(bad); i++) {
		diag_init(&d);
		assert_int_equal(models_read(bytes_of_str(bad[i].text), &m, &d),
		    ERR_SYNTAX);
		if (d.line != bad[i].line)
			fail_msg("case %zu: line %u: %s", i, d.line, d.msg);
		assert_int_equal(m.num, 77);
	}
}

static void
test_intern(void **state)
{
	struct intern t = { .num = 0 };
	size_t i, number;
	struct diag d;
	bool is_new;
	char key[16];

	assert_false(intern_find(&t, bytes_of_str("a"), &number));
	for (i = 0; i < 2000; i++) {
		int len = snprintf(key, sizeof(key), "%zu", i % 1000);

		assert_int_equal(intern_add(&t, bytes_of(key, (size_t)len),
				     &number, &is_new, &d),
		    ERR_OK);
		assert_int_equal(number, i % 1000);
		assert_int_equal(is_new, i < 1000);
	}
	assert_int_equal(t.num, 1000);
	assert_int_equal(intern_add(&t, bytes_of("", 0), &number, NULL, &d),
	    ERR_OK);
	assert_int_equal(number, 1000);
	assert_int_equal(intern_add(&t, bytes_of("1\0", 2), &number, NULL, &d),
	    ERR_OK);
	assert_int_equal(number, 1001);
	assert_true(intern_find(&t, bytes_of_str("77"), &number));
	assert_int_equal(number, 77);
	assert_string_equal((const char *)intern_key(&t, 77).ptr, "77");
	intern_clear(&t);
	assert_int_equal(t.num, 0);
	intern_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_stars),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_intern),
	};

	return test_run(tests);
}
