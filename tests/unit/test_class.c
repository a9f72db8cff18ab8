/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of phones, and that docs/trust.md says of classes, legs and rules what
 * the tables say. */
#include "test.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "trust/class.h"
#include "trust/works.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_CELLS 9

static struct buf doc;

/* A row of a table: what stands between its bars. */
struct cells {
	char text[1200];
	const char *cell[MAX_CELLS];
	size_t num;
};

static void
split(struct cells *c)
{
	char *at = c->text + 2, *end;

	c->num = 0;
	while ((end = strstr(at, " |")) != NULL) {
		assert_in_range(c->num, 0, MAX_CELLS - 1);
		*end = '\0';
		c->cell[c->num++] = at;
		at = end + 2;
		at += *at == ' ';
	}
}

/* The one row of the document whose first cell is FIRST. */
static void
find_row(const char *first, struct cells *c)
{
	const char *text = buf_cstr(&doc), *at;
	char start[64];
	size_t len;

	(void)snprintf(start, sizeof(start), "\n| %s |", first);
	at = strstr(text, start);
	if (at == NULL) {
		fail_msg("docs/trust.md has no row %s", first);
		abort();
	}
	assert_null(strstr(at + 1, start));
	len = strcspn(at + 1, "\n");
	assert_in_range(len, 1, sizeof(c->text) - 1);
	memcpy(c->text, at + 1, len);
	c->text[len] = '\0';
	split(c);
}

/* The last cell's first mark is MARK. */
static void
check_mark(const char *first, const char *mark)
{
	struct cells c;
	const char *at;

	find_row(first, &c);
	at = strchr(c.cell[c.num - 1], '[');
	if (at == NULL || strncmp(at + 1, mark, strlen(mark)) != 0)
		fail_msg("%s is %s, but docs/trust.md says %s", first, mark,
		    c.cell[c.num - 1]);
}

static void
test_marks(void **state)
{
	static const enum trust_rule rules[] = {
#define RULE(id, name, evidence) id,
		TRUST_RULES(RULE)
	};
	static const enum trust_leg legs[] = { TRUST_LEGS(RULE) };
	char leg[32];
	size_t i;
	int w;

	for (i = 0; i < NUM(rules); i++)
		check_mark(trust_rule_name(rules[i]),
		    trust_rule_evidence(rules[i]));
	for (i = 0; i < NUM(legs); i++) {
		(void)snprintf(leg, sizeof(leg), "`%s`",
		    trust_leg_name(legs[i]));
		check_mark(leg, trust_leg_evidence(legs[i]));
	}
	for (w = 0; w < WORKS_NUM; w++)
		check_mark(works_rule_name((enum works_rule)w),
		    works_rule_evidence((enum works_rule)w));
}

static bool
has(enum class c, unsigned trait)
{
	return (class_traits(c) & trait) != 0;
}

/* "2 SASTs", "SHA-1", "2048 bits", or "-". */
static const char *
limits_text(enum class c, char *ret, size_t size)
{
	(void)snprintf(ret, size, "-");
	if (class_max_sasts(c) != 0)
		(void)snprintf(ret, size, "%u SASTs", class_max_sasts(c));
	if (class_digest(c) == DIGEST_SHA1)
		(void)snprintf(ret, size, "SHA-1");
	if (class_max_bits(c) != 0)
		(void)snprintf(ret, size, "%u bits", class_max_bits(c));
	return ret;
}

static const char *
yes_or_no(enum class c, unsigned trait)
{
	if (has(c, CLASS_REMOTE))
		return "not known";
	return has(c, trait) ? "yes" : "no";
}

static void
test_classes(void **state)
{
	char first[64], limits[32];
	struct cells cells;
	enum class c;
	int i;

	for (i = 0; i < CLASS_NUM; i++) {
		c = (enum class)i;
		(void)snprintf(first, sizeof(first), "`%s`", class_name(c));
		find_row(first, &cells);
		assert_int_equal(cells.num, 8);
		assert_string_equal(cells.cell[1], class_text(c));
		assert_string_equal(cells.cell[2],
		    has(c, CLASS_HOLDS) ? "a list" : "nothing");
		if (has(c, CLASS_TVS_CHANGED))
			assert_non_null(strstr(cells.cell[3], "lacks"));
		else if (has(c, CLASS_OFF))
			assert_non_null(strstr(cells.cell[3], "yes, if"));
		else
			assert_string_equal(cells.cell[3],
			    yes_or_no(c, CLASS_ASKS_TVS));
		assert_string_equal(cells.cell[4], yes_or_no(c, CLASS_HAS_ITL));
		assert_string_equal(cells.cell[5],
		    yes_or_no(c, CLASS_SIGNED_CONFIG));
		assert_string_equal(cells.cell[6],
		    limits_text(c, limits, sizeof(limits)));
		assert_non_null(strchr(cells.cell[7], '['));
	}
}

static void
test_names(void **state)
{
	enum class c = CLASS_CTI;
	int i;

	for (i = 0; i < CLASS_NUM; i++) {
		assert_true(class_of_name(class_name((enum class)i), &c));
		assert_int_equal(c, i);
	}
	assert_false(class_of_name("tv", &c));
	assert_false(class_of_name("", &c));
	assert_int_equal(c, CLASS_NUM - 1);
}

static int
load_doc(void **state)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/docs/trust.md", getenv("SRC"));
	return file_load(path, FILE_MAX_DEFAULT, &doc, NULL) == ERR_OK ? 0 : -1;
}

static int
drop_doc(void **state)
{
	buf_clear(&doc);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_names),
	};

	return test_status(cmocka_run_group_tests(tests, load_doc, drop_doc));
}
