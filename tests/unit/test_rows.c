/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of `run sql`. */
#include "test.h"

#include <string.h>

#include "cluster/said.h"

/* Reads TEXT with \n, then with \r\n; the second stays open. */
static struct said_rows *
rows_of(const char *text)
{
	struct said_rows *rows = NULL;
	struct buf crlf = { 0 };
	struct diag d;
	size_t num;

	diag_init(&d);
	if (said_rows(bytes_of_str(text), &rows, &d) != ERR_OK)
		fail_msg("line %u: %s", d.line, d.msg);
	num = said_rows_num(rows);
	said_rows_free(&rows);
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_u8(&crlf, '\r');
		buf_u8(&crlf, (uint8_t)*text);
	}
	if (said_rows(buf_bytes(&crlf), &rows, &d) != ERR_OK)
		fail_msg("CR LF, line %u: %s", d.line, d.msg);
	buf_clear(&crlf);
	assert_int_equal(said_rows_num(rows), num);
	return rows;
}

static void
assert_value(const struct said_rows *rows, size_t i, const char *name,
    const char *value)
{
	struct bytes v = said_rows_value(rows, i, name);

	if (!bytes_equal(v, bytes_of_str(value)))
		fail_msg("row %zu, %s: '%.*s', not '%s'", i, name, (int)v.len,
		    (const char *)v.ptr, value);
}

static void
refuse(const char *text, unsigned line)
{
	struct said_rows *rows = NULL;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = said_rows(bytes_of_str(text), &rows, &d);
	assert_null(rows);
	if (e == ERR_OK || e != d.code || d.line != line)
		fail_msg("%d, line %u, %s: %s", e, d.line, d.msg, text);
}

/* 118893, as it stands there. */
static void
test_mode(void **state)
{
	struct said_rows *rows = rows_of("paramname           paramvalue\n"
					 "=================== ==========\n"
					 "ClusterSecurityMode 0\n");

	assert_int_equal(said_rows_num(rows), 1);
	assert_value(rows, 0, "paramname", "ClusterSecurityMode");
	assert_value(rows, 0, "PARAMVALUE", "0");
	assert_null(said_rows_value(rows, 0, "other").ptr);
	assert_null(said_rows_value(rows, 1, "paramname").ptr);
	assert_true(said_rows_has(rows, "paramvalue"));
	assert_false(said_rows_has(rows, "value"));
	assert_int_equal(said_rows_line(rows, 0), 3);
	said_rows_free(&rows);
}

/* Columns of an output of select * from devicenumplanmap that somebody
 * published: values that are empty, with blanks within, NULL. */
static void
test_real(void **state)
{
	struct said_rows *rows = rows_of(
	    "numplanindex label                         e164mask     "
	    "dialplanwizardgenid\n"
	    "============ ============================= ============ "
	    "===================\n"
	    "1            #UserID# - #PrimaryExtension# NULL         "
	    "NULL               \n"
	    "1            #UserID# - #PrimaryExtension#              NULL\n"
	    "0                                          NULL         NULL\n"
	    "1                                          +19197016700 NULL\n"
	    "\n");

	assert_int_equal(said_rows_num(rows), 4);
	assert_value(rows, 0, "label", "#UserID# - #PrimaryExtension#");
	assert_value(rows, 0, "e164mask", "NULL");
	assert_value(rows, 1, "e164mask", "");
	assert_value(rows, 2, "label", "");
	assert_value(rows, 3, "e164mask", "+19197016700");
	assert_value(rows, 3, "dialplanwizardgenid", "NULL");
	said_rows_free(&rows);
}

static void
test_empty(void **state)
{
	struct said_rows *rows = rows_of("No records found\n");

	assert_int_equal(said_rows_num(rows), 0);
	assert_true(said_rows_has(rows, "name"));
	said_rows_free(&rows);
	rows = rows_of("name\n====\n");
	assert_int_equal(said_rows_num(rows), 0);
	assert_false(said_rows_has(rows, "other"));
	said_rows_free(&rows);
	rows = rows_of("\nname nodeid\n==== ======\n\nNo records found\n\n");
	assert_int_equal(said_rows_num(rows), 0);
	said_rows_free(&rows);
}

/* Widths in characters, and in bytes where only these fit. */
static void
test_utf8(void **state)
{
	struct said_rows *rows = rows_of("name   pool\n"
					 "====== ====\n"
					 "M\xc3\xbcller K\xc3\xb6ln\n"
					 "a      \xe6\x9d\xb1\xe4\xba\xac\n"
					 "Bu\xc3\xb1"
					 "ol  x\n");

	assert_int_equal(said_rows_num(rows), 3);
	assert_value(rows, 0, "name", "M\xc3\xbcller");
	assert_value(rows, 0, "pool", "K\xc3\xb6ln");
	assert_value(rows, 1, "pool", "\xe6\x9d\xb1\xe4\xba\xac");
	assert_value(rows, 2, "name",
	    "Bu\xc3\xb1"
	    "ol");
	assert_value(rows, 2, "pool", "x");
	said_rows_free(&rows);
	/* seven bytes, six characters */
	rows = rows_of("name    pool\n"
		       "======= =====\n"
		       "M\xc3\xbcller K\xc3\xb6ln\n");
	assert_value(rows, 0, "name", "M\xc3\xbcller");
	assert_value(rows, 0, "pool", "K\xc3\xb6ln");
	said_rows_free(&rows);
	rows = rows_of("name  pool\n"
		       "===== ====\n"
		       "M\xfcllr K\xf6ln\n"); /* Latin 1 */
	assert_value(rows, 0, "name", "M\xfcllr");
	assert_value(rows, 0, "pool", "K\xf6ln");
	said_rows_free(&rows);
}

#define PEM                              \
	"-----BEGIN CERTIFICATE-----\n"  \
	"MIIBAAAAAAAAAAAAAAAAAAAAAAAA\n" \
	"BBBB\n"                         \
	"-----END CERTIFICATE-----" /* 87 characters */
#define RULE87                                                    \
	"=======================================================" \
	"================================"
#define BLANKS79 \
	"                                                                               "

static void
test_pem_last(void **state)
{
	struct said_rows *rows = rows_of("name certificate\n"
					 "==== " RULE87 "\n"
					 "CAPF " PEM "\n"
					 "TVS  " PEM "                \n"
					 "     " PEM "\n\n"
					 "x    NULL\n");

	assert_int_equal(said_rows_num(rows), 4);
	assert_value(rows, 0, "certificate", PEM);
	assert_value(rows, 1, "name", "TVS");
	assert_value(rows, 1, "certificate", PEM);
	assert_value(rows, 2, "name", "");
	assert_value(rows, 3, "certificate", "NULL");
	assert_int_equal(said_rows_line(rows, 1), 7);
	said_rows_free(&rows);
}

/* Columns behind a certificate: at the END line, filled up to the width; and
 * below, where the value has a newline at its end. */
static void
test_pem_middle(void **state)
{
	struct said_rows *rows = rows_of(
	    "certificate" BLANKS79 " unit n\n" RULE87 "=== ==== =\n" PEM
	    "    CAPF 1\n" PEM "\n"
	    "   TVS  2\n" PEM "\n"
	    "NULL       " BLANKS79 " x    4\n");

	assert_int_equal(said_rows_num(rows), 4);
	assert_value(rows, 0, "certificate", PEM);
	assert_value(rows, 0, "unit", "CAPF");
	assert_value(rows, 0, "n", "1");
	assert_value(rows, 1, "certificate", PEM);
	assert_value(rows, 1, "unit", "TVS");
	assert_value(rows, 1, "n", "2");
	assert_value(rows, 2, "unit", "");
	assert_value(rows, 3, "n", "4");
	said_rows_free(&rows);
}

static void
test_refused(void **state)
{
	refuse("", 0);
	refuse("\n \r\n", 0);
	refuse("name\n====\nab", 0);
	refuse("name\n", 1);
	refuse("name\nother\n====\n", 2);
	refuse("====\n", 1);
	refuse("The specified table (x) is not in the database.\n", 1);
	refuse("a    b\n==== ====\nabcdef\n", 3);
	refuse("a    b\n==== ====\nab   cdefg\n", 3);
	refuse("a    b\n==== ====\nab   cd\n\nCommand failed.\n", 5);
	refuse("a\n==== ====\nab   cd\n", 2);
	refuse("name\n====\n-----BEGIN CERTIFICATE-----\n", 3);
	/* a certificate that is longer than its column, before another one */
	refuse("certificate                  unit\n"
	       "============================ ====\n" PEM " CAPF\n",
	    3);
	refuse("certificate                  unit\n"
	       "============================ ====\n" PEM "\n\n",
	    3);
	/* a certificate that does not end, before another */
	refuse("name " RULE87 "\n==== " RULE87 "\nCAPF "
	       "-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n"
	       "-----END CERTIFICATE-----\n",
	    3);
	refuse("n certificate  \n= ============\n1 -----BEGIN CERTIFICATE\n",
	    3);
}

/* Of each text that is cut short no value is more than the whole one's. */
static void
test_cut(void **state)
{
	static const char text[] = "name certificate\n==== " RULE87
				   "\nCAPF " PEM "\nTVS  " PEM "\n";
	struct said_rows *whole = rows_of(text), *rows = NULL;
	struct diag d;
	size_t len, i, n;
	uint8_t *copy;

	for (len = 1; len < sizeof(text) - 1; len++) {
		copy = calloc(1, len + 1); /* its own, so that ASan sees */
		assert_non_null(copy);
		memcpy(copy, text, len);
		if (said_rows(bytes_of(copy, len), &rows, &d) == ERR_OK) {
			assert_int_equal(text[len - 1], '\n');
			n = said_rows_num(rows);
			assert_true(n < 2);
			for (i = 0; i < n; i++)
				assert_value(rows, i, "certificate", PEM);
			said_rows_free(&rows);
		}
		free(copy);
	}
	said_rows_free(&whole);
}

static void
test_many(void **state)
{
	struct said_rows *rows = NULL;
	struct buf text = { 0 };
	struct diag d;
	size_t i;

	buf_str(&text, "a b\n= =\n");
	buf_fill(&text, 3, ' ');
	for (i = 0; i < ((size_t)1 << 20) + 1; i++)
		buf_str(&text, "1\n");
	assert_true(buf_ok(&text));
	assert_int_equal(said_rows(buf_bytes(&text), &rows, &d),
	    ERR_SYNTAX); /* "   1" is no row */
	buf_clear(&text);
	buf_str(&text, "a b\n= =\n");
	for (i = 0; i < ((size_t)1 << 20) + 1; i++)
		buf_str(&text, "1\n");
	assert_int_equal(said_rows(buf_bytes(&text), &rows, &d), ERR_TOO_BIG);
	assert_null(rows);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_pem_last),
		cmocka_unit_test(test_pem_middle),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_many),
	};

	return test_run(tests);
}
