/* SPDX-License-Identifier: Apache-2.0 */
/* Tables in: what spreadsheets write, and what nobody should. */
#include "test.h"

#include <string.h>

#include "data/csv.h"

enum {
	NAME,
	MODEL,
	CLASS,
	NUM
};

static const struct csv_column columns[NUM] = {
	[NAME] = { "name", "device name", true },
	[MODEL] = { "model", NULL, false },
	[CLASS] = { "class", NULL, false },
};

/* All rows of TEXT as "name|model|class/", or what stands against it. */
static enum err
read_all(struct bytes text, struct buf *out, struct diag *d)
{
	struct csv *c = NULL;
	bool more = true;
	enum err e;
	size_t i;

	diag_init(d);
	e = csv_open(text, columns, NUM, &c, d);
	while (e == ERR_OK && more) {
		e = csv_next(c, &more, d);
		for (i = 0; e == ERR_OK && more && i < NUM; i++) {
			buf_put(out, csv_field(c, i));
			buf_str(out, i + 1 < NUM ? "|" : "/");
		}
	}
	csv_free(&c);
	return e;
}

static void
test_read(void **state)
{
	static const struct {
		const char *text, *want;
	} good[] = {
		{ "name,model\na,b\n", "a|b|/" },
		{ "name,model\na,b", "a|b|/" },
		{ "name,model\r\na,b\r\nc,d\r\n", "a|b|/c|d|/" },
		{ "model,name\nb,a\n", "a|b|/" },
		{ "NAME,Model,CLASS\na,b,c\n", "a|b|c/" },
		{ "Device Name,x,model\na,1,b\n", "a|b|/" },
		{ "name;model\na,1;b\n", "a,1|b|/" },
		{ "name\tmodel\na b\tc\n", "a b|c|/" },
		{ "sep=;\nname;model\na;b\n", "a|b|/" },
		{ "sep=;\r\nname,x;model\na;b\n", NULL },
		{ "\xef\xbb\xbfname,model\na,b\n", "a|b|/" },
		{ "\n\nname,model\n\n\na,b\n\n", "a|b|/" },
		{ "name,model\na,b\n,,\n,\nc,d\n", "a|b|/c|d|/" },
		{ "name,model\n a , b \n", "a|b|/" },
		{ "name,model\n\"a,b\",\"c\"\n", "a,b|c|/" },
		{ "name,model\n \"a\" ,c\n", "a|c|/" },
		{ "name,model\n\" a \",c\n", " a |c|/" },
		{ "name,model\n\"a\"\"b\",c\n", "a\"b|c|/" },
		{ "name,model\n\"\"\"\",c\n", "\"|c|/" },
		{ "name,model\n\"a\nb\r\nc\",d\n", "a\nb\r\nc|d|/" },
		{ "name,model\n\"\",d\n", "|d|/" },
		{ "\"name\",\"model\"\n\"a\",\"b\"\n", "a|b|/" },
		{ "\"na;me\",name,model\n1,a,b\n", "a|b|/" },
		{ "name,model,class\na\nb,c\n", "a||/b|c|/" },
		{ "name,model\na,b,,,\n", "a|b|/" },
		{ "name\na\n", "a||/" },
		{ "name,model\n", "" },
		{ "name\n\xc3\xa4\xe2\x82\xac\n", "\xc3\xa4\xe2\x82\xac||/" },
	};
	struct buf out = { 0 };
	struct diag d;
	size_t i;
	enum err e;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		out.len = 0;
		e = read_all(bytes_of_str(good[i].text), &out, &d);
		if (good[i].want == NULL) {
			assert_int_equal(e, ERR_SYNTAX);
			continue;
		}
		if (e != ERR_OK || strcmp(buf_cstr(&out), good[i].want) != 0)
			fail_msg("case %zu: %s: %s", i, d.msg, buf_cstr(&out));
	}
	buf_clear(&out);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *says;
	} bad[] = {
		{ "", 1, 1, "empty" },
		{ "\n\n", 1, 1, "empty" },
		{ "model\nb\n", 1, 1, "no column 'name' or 'device name'" },
		{ "name,model,name\n", 1, 12, "stands twice" },
		{ "name,model,Device Name\n", 1, 12, "stands twice" },
		{ "name,model\na,b,c\n", 2, 5, "more fields" },
		{ "name,model\na,b\n\nc,\xc3\xa4\xc3\xa4\"\n", 4, 5,
		    "a quote within" },
		{ "name,model\n\"a\"b,c\n", 2, 4, "behind the closing" },
		{ "name,model\n\"a\nb\"c,d\n", 3, 3, "behind the closing" },
		{ "name,model\na,b\nc,\"d\ne\n", 3, 3, "never closed" },
		{ "name,model\na,\xff\n", 2, 3, "UTF-8" },
		{ "name,model\n\xc3\xa4,\xc3\n", 2, 3, "UTF-8" },
		{ "name,model\na,b\rc,d\n", 2, 4, "carriage return" },
		{ "\xff\xfen\0", 1, 1, "UTF-16" },
		{ "\xfe\xff", 1, 1, "UTF-16" },
		{ "name,model\na,b\xc2\x85\xed\xa0\x80\n", 2, 5, "UTF-8" },
	};
	struct buf out = { 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum err e = read_all(bytes_of_str(bad[i].text), &out, &d);

		if (e != ERR_SYNTAX || d.code != e || d.line != bad[i].line ||
		    d.column != bad[i].column ||
		    strstr(d.msg, bad[i].says) == NULL)
			fail_msg("case %zu: %u:%u: %s", i, d.line, d.column,
			    d.msg);
	}
	buf_clear(&out);
}

static void
test_nul(void **state)
{
	static const char plain[] = "name\na\0b\n",
			  quoted[] = "name\n\"a\0b\"\n";
	struct buf out = { 0 };
	struct diag d;

	assert_int_equal(read_all(bytes_of(plain, sizeof(plain) - 1), &out, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.line * 10 + d.column, 22);
	assert_int_equal(
	    read_all(bytes_of(quoted, sizeof(quoted) - 1), &out, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.line * 10 + d.column, 23);
	buf_clear(&out);
}

/* N times C, between BEFORE and AFTER. */
static struct buf
repeated(const char *before, const char *c, size_t n, const char *after)
{
	struct buf text = { 0 };
	size_t i;

	buf_str(&text, before);
	for (i = 0; i < n; i++)
		buf_str(&text, c);
	buf_str(&text, after);
	assert_true(buf_ok(&text));
	return text;
}

static void
check_size(const char *before, const char *c, size_t n, const char *after,
    enum err want)
{
	struct buf text = repeated(before, c, n, after), out = { 0 };
	struct diag d;

	if (read_all(buf_bytes(&text), &out, &d) != want)
		fail_msg("%s %zu: %s", before, n, d.msg);
	buf_clear(&text);
	buf_clear(&out);
}

static void
test_limits(void **state)
{
	check_size("name\n", "a", CSV_FIELD_MAX, "\n", ERR_OK);
	check_size("name\n", "a", CSV_FIELD_MAX + 1, "\n", ERR_TOO_BIG);
	check_size("name\n\"", "a", CSV_FIELD_MAX, "\"\n", ERR_OK);
	check_size("name\n\"", "a", CSV_FIELD_MAX + 1, "\"\n", ERR_TOO_BIG);
	check_size("name\n\"", "\"\"", CSV_FIELD_MAX, "\"\n", ERR_OK);
	check_size("name\n\"", "\"\"", CSV_FIELD_MAX + 1, "\"\n", ERR_TOO_BIG);
	check_size("name", ",x", CSV_COLUMNS_MAX - 1, "\n", ERR_OK);
	check_size("name", ",x", CSV_COLUMNS_MAX, "\n", ERR_TOO_BIG);
	check_size("name\n", ",", 100000, "\na\n", ERR_OK);
	check_size("name\n", "a\n", CSV_LINES_MAX, "", ERR_TOO_BIG);
}

static void
test_about(void **state)
{
	struct buf ignored = { 0 };
	struct csv *c = NULL;
	struct diag d;
	bool more;

	diag_init(&d);
	assert_int_equal(
	    csv_open(bytes_of_str("x;name;;Other one\n\n1;a;2;3\n"), columns,
		NUM, &c, &d),
	    ERR_OK);
	csv_put_ignored(c, &ignored);
	assert_string_equal(buf_cstr(&ignored), "x, Other one");
	assert_true(csv_has(c, NAME));
	assert_false(csv_has(c, MODEL));
	assert_int_equal(csv_next(c, &more, &d), ERR_OK);
	assert_true(more);
	assert_int_equal(csv_line(c), 3);
	assert_int_equal(csv_refuse(c, NAME, &d, "no %d", 7), ERR_SYNTAX);
	assert_string_equal(d.msg, "no 7");
	assert_int_equal(d.line * 100 + d.column, 303);
	assert_int_equal(csv_refuse(c, MODEL, &d, "no"), ERR_SYNTAX);
	assert_int_equal(d.line * 100 + d.column, 301);
	assert_int_equal(csv_next(c, &more, &d), ERR_OK);
	assert_false(more);
	csv_free(&c);
	assert_null(c);
	csv_free(&c);
	buf_clear(&ignored);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_about),
	};

	return test_run(tests);
}
