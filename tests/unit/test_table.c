/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as they are printed. */
#include <string.h>

#include "test.h"

#include "cli/table.h"

static const struct table_column columns[] = { { "SERIAL", 0 }, { "LABEL", 0 },
	{ "KEYS", TABLE_RIGHT } };

static struct table *
table_of(const struct table_column *of, const char *const rows[][3])
{
	struct table *t = table_new(of, 3);
	size_t i;

	assert_non_null(t);
	for (; rows[0][0] != NULL; rows++) {
		table_row(t);
		for (i = 0; i < 3; i++)
			table_str(t, i, rows[0][i]);
	}
	return t;
}

/* Prints T for FILL, frees it, and compares. */
static void
prints(struct table *t, struct fill fill, const char *wanted)
{
	struct buf out = { 0 };
	struct diag d;

	buf_str(&out, "before\n");
	assert_int_equal(table_print(t, &fill, &out, &d), ERR_OK);
	assert_memory_equal(buf_cstr(&out), "before\n", 7);
	assert_string_equal(buf_cstr(&out) + 7, wanted);
	buf_clear(&out);
	table_free(&t);
	assert_null(t);
}

static const struct fill nobody = { 0 };

static void
test_plain(void **state)
{
	static const char *const rows[][3] = { { "0123abcd", "SAST 1", "2" },
		{ "7", "", "1234567" }, { "8", "x", "" }, { NULL } };

	prints(table_of(columns, rows), nobody,
	    "SERIAL    LABEL      KEYS\n"
	    "0123abcd  SAST 1        2\n"
	    "7                 1234567\n"
	    "8         x\n");
}

static void
test_empty(void **state)
{
	static const char *const rows[][3] = { { NULL } };

	prints(table_of(columns, rows), nobody, "");
}

/* What comes from outside neither reaches the terminal nor moves a column. */
static void
test_hostile(void **state)
{
	static const char *const rows[][3] = { { "\033[31ma\nb", "\xff", "1" },
		{ "\303\274\303\274\303\274", "\346\227\245\346\234\254", "2" },
		{ "\\x41", "e\314\201", "3" }, { NULL } };

	prints(table_of(columns, rows), nobody,
	    "SERIAL          LABEL  KEYS\n"
	    "\\x1b[31ma\\x0ab  \\xff      1\n"
	    "\303\274\303\274\303\274             "
	    "\346\227\245\346\234\254      2\n"
	    "\\x41            e\314\201         3\n");
}

static void
test_narrow(void **state)
{
	static const struct table_column cut[] = { { "SERIAL", 0 },
		{ "LABEL", TABLE_CUT }, { "KEYS", TABLE_RIGHT } };
	static const struct table_column wrap[] = { { "SERIAL", 0 },
		{ "LABEL", TABLE_WRAP }, { "KEYS", TABLE_RIGHT } };
	static const char *const rows[][3] = {
		{ "0123abcd", "abcdefghijklmnopqrstuvwxyz", "2" }, { NULL }
	};
	const struct fill narrow = { .width = 30 };

	prints(table_of(cut, rows), narrow,
	    "SERIAL    LABEL           KEYS\n"
	    "0123abcd  abcdefghijklmn     2\n");
	prints(table_of(wrap, rows), narrow,
	    "SERIAL    LABEL           KEYS\n"
	    "0123abcd  abcdefghijklmn     2\n"
	    "          opqrstuvwxyz\n");
	/* nothing gives way: it is printed all the same */
	prints(table_of(columns, rows), narrow,
	    "SERIAL    LABEL                       KEYS\n"
	    "0123abcd  abcdefghijklmnopqrstuvwxyz     2\n");
	prints(table_of(cut, rows), nobody,
	    "SERIAL    LABEL                       KEYS\n"
	    "0123abcd  abcdefghijklmnopqrstuvwxyz     2\n");
}

static void
test_colours(void **state)
{
	static const char *const rows[][3] = { { "1", "a", "2" }, { NULL } };
	const struct fill colours = { .width = 80, .colours = true };
	const struct fill without = { .width = 80 };
	struct buf out = { 0 };
	struct table *t;
	struct diag d;

	t = table_of(columns, rows);
	table_colour(t, 1, TABLE_BAD);
	table_colour(t, 0, TABLE_PLAIN);
	assert_int_equal(table_print(t, &colours, &out, &d), ERR_OK);
	assert_non_null(strstr(buf_cstr(&out), "\033[31ma"));
	buf_clear(&out);
	table_free(&t);
	t = table_of(columns, rows);
	table_colour(t, 1, TABLE_BAD);
	prints(t, without, "SERIAL  LABEL  KEYS\n1       a         2\n");
}

static void
test_pairs(void **state)
{
	struct table *t = table_new_pairs();

	table_pair(t, "serial", bytes_of_str("0123"));
	table_pair(t, "label", bytes_of_str("a\tb"));
	table_pair(t, "certificates", bytes_of_str(""));
	assert_int_equal(table_num_rows(t), 3);
	prints(t, nobody,
	    "serial:        0123\n"
	    "label:         a\\x09b\n"
	    "certificates:\n");
}

/* Not a good generator, but the same everywhere. */
static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

/* libsmartcols knows loops without end, where a character has no width: each
 * table must come to one. */
static void
test_random(void **state)
{
	/* half of the tables are of the first eight */
	static const char *const parts[] = { "\320\226", "\316\261", "-b", "a ",
		"a", " ", "bc ", "\303\274", "\346\227\245", "e\314\201",
		"\314\201", "\360\237\230\200", "\342\200\213", "\342\200\256",
		"\357\277\277", "\xff", "\302\255", "\360\237\217\273",
		"\315\270", "\363\240\200\201", "\\x41", "-", "\341\205\240",
		"\360\257\277\277" };
	static const struct table_column random[] = { { "A", TABLE_WRAP },
		{ "B", TABLE_CUT }, { "C", TABLE_WRAP | TABLE_RIGHT } };
	const size_t num_parts = sizeof(parts) / sizeof(parts[0]);
	struct buf cell = { 0 }, out = { 0 };
	uint32_t seed = 1;
	unsigned n, i, j;
	struct diag d;

	for (n = 0; n < test_rounds(500); n++) {
		struct table *t = table_new(random, 3);
		struct fill fill = { .width = 30 + next(&seed) % 30 };

		for (i = 0; i < 9; i++) {
			cell.len = 0;
			for (j = next(&seed) % 40; j > 0; j--)
				buf_str(&cell,
				    parts[next(&seed) %
					(n % 2 == 0 ? 8 : num_parts)]);
			if (i % 3 == 0)
				table_row(t);
			table_put(t, i % 3, buf_bytes(&cell));
		}
		out.len = 0;
		assert_int_equal(table_print(t, &fill, &out, &d), ERR_OK);
		assert_true(out.len > 0);
		table_free(&t);
	}
	buf_clear(&cell);
	buf_clear(&out);
}

/* The table that could not be made is full of nothing. */
static void
test_none(void **state)
{
	struct buf out = { 0 };
	struct table *t = NULL;
	struct diag d;

	table_row(t);
	table_str(t, 0, "a");
	table_printf(t, 0, "%d", 1);
	table_colour(t, 0, TABLE_BAD);
	table_pair(t, "a", bytes_of_str("b"));
	assert_int_equal(table_num_rows(t), 0);
	assert_int_equal(table_print(t, &nobody, &out, &d), ERR_NOMEM);
	assert_int_equal(out.len, 0);
	table_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_none),
	};

	return test_run(tests);
}
