/* SPDX-License-Identifier: Apache-2.0 */
/* data/doc of JSON: what is JSON and what is not, and where. */
#include <string.h>

#include "base/buf.h"
#include "data/doc.h"
#include "tests/unit/test.h"

struct leaf {
	const char *text;
};

struct tree {
	const char *name;
	bool wet;
	unsigned height;
	struct bytes serial;
	struct doc_strings words;
	struct doc_maps leaves;
};

static const struct doc_field leaf_fields[] = { { .key = "text",
    .type = DOC_STRING,
    .required = true,
    .offset = offsetof(struct leaf, text) } };

static const struct doc_table leaf_table = { .what = "leaf",
	.size = sizeof(struct leaf),
	.fields = leaf_fields,
	.num_fields = DOC_NUM(leaf_fields) };

#define FIELD(member, kind)                                         \
	{                                                           \
		.key = #member, .type = (kind),                     \
		.offset = offsetof(struct tree, member), .max = 300 \
	}

static const struct doc_field tree_fields[] = { FIELD(name, DOC_STRING),
	FIELD(wet, DOC_BOOL), FIELD(height, DOC_UNSIGNED),
	FIELD(serial, DOC_HEX), FIELD(words, DOC_STRINGS),
	{ .key = "leaves",
	    .type = DOC_MAPS,
	    .table = &leaf_table,
	    .offset = offsetof(struct tree, leaves) } };

static const struct doc_table tree_table = { .what = "tree",
	.size = sizeof(struct tree),
	.fields = tree_fields,
	.num_fields = DOC_NUM(tree_fields) };

#define LIMIT ((size_t)32 * 1024 * 1024)

static enum err
read_tree(const char *text, struct tree *ret, struct doc **doc, struct diag *d)
{
	diag_init(d);
	return doc_read_json(bytes_of_str(text), LIMIT, &tree_table, ret, doc,
	    d);
}

static void
test_everything(void **state)
{
	static const char text[] =
	    " {\"name\" : \"a\\u00e9\\ud83d\\ude00 \\\"\\\\\\/\\b\\f\\n\\r\\t\","
	    "\r\n\t\"wet\":true, \"height\": 12,\n \"serial\": \"70:CA\","
	    "\"words\": [ ] ,\"leaves\":[{\"text\":\"x\"} , "
	    "{\"text\":\"\"}]}\n";
	struct doc *doc = NULL;
	const struct leaf *leaves;
	struct tree t;
	struct diag d;

	assert_int_equal(read_tree(text, &t, &doc, &d), ERR_OK);
	assert_string_equal(t.name,
	    "a\xc3\xa9\xf0\x9f\x98\x80 \"\\/\b\f\n\r\t");
	assert_true(t.wet);
	assert_int_equal(t.height, 12);
	assert_true(bytes_equal(t.serial, bytes_of("\x70\xca", 2)));
	assert_int_equal(t.words.num, 0);
	assert_int_equal(t.leaves.num, 2);
	leaves = t.leaves.item;
	assert_string_equal(leaves[0].text, "x");
	assert_string_equal(leaves[1].text, "");
	doc_free(&doc);
}

static const struct {
	const char *text, *what;
	unsigned line, column;
} wrong[] = {
	{ "", "the text ends where a value", 1, 1 },
	{ " \n ", "the text ends where a value", 2, 2 },
	{ "{", "where a string", 1, 2 },
	{ "{}x", "'x' stands where the end", 1, 3 },
	{ "{} {}", "'{' stands where the end", 1, 4 },
	{ "[]", "tree must be a map", 1, 1 },
	{ "\"x\"", "tree must be a map", 1, 1 },
	{ "{name: \"x\"}", "'n' stands where a string", 1, 2 },
	{ "{'name': \"x\"}", "where a string", 1, 2 },
	{ "{\"name\" \"x\"}", "where ':'", 1, 9 },
	{ "{\"name\": x}", "where a value", 1, 10 },
	{ "{\"name\": \"x\",}", "'}' stands where a string", 1, 14 },
	{ "{\"name\": \"x\" \"wet\": true}", "where ',' or '}'", 1, 14 },
	{ "{\"words\": [\"a\",]}", "where a value", 1, 16 },
	{ "{\"words\": [\"a\" \"b\"]}", "where ',' or ']'", 1, 16 },
	{ "{\"words\": [,]}", "where a value", 1, 12 },
	{ "# note\n{}", "where a value", 1, 1 },
	{ "{} // x", "where the end", 1, 4 },
	{ "\xef\xbb\xbf{}", "byte 0xef stands", 1, 1 },
	{ "&a {}", "where a value", 1, 1 },
	{ "{\"name\": \"x\n\"}", "byte 0x0a stands where the end of a str", 1,
	    12 },
	{ "{\"name\": \"x\ty\"}", "byte 0x09", 1, 12 },
	{ "{\"name\": \"\\x\"}", "'x' stands where the rest of an escape", 1,
	    12 },
	{ "{\"name\": \"\\", "where the rest of an escape", 1, 12 },
	{ "{\"name\": \"\\u12g4\"}", "where four hex digits", 1, 13 },
	{ "{\"name\": \"\\u12", "where four hex digits", 1, 13 },
	{ "{\"name\": \"\\ud83d\"}", "half a character", 1, 17 },
	{ "{\"name\": \"\\ude00\"}", "half a character", 1, 17 },
	{ "{\"name\": \"\\ud83d\\u0041\"}", "half a character", 1, 23 },
	{ "{\"name\": \"\\ud83d\\ud83d\"}", "half a character", 1, 23 },
	{ "{\"name\": \"\\u0000\"}", "must not contain a NUL", 1, 10 },
	{ "{\"name\": \"\xff\"}", "not UTF-8", 1, 11 },
	{ "{\"name\": \"\xc0\x80\"}", "not UTF-8", 1, 11 },
	{ "{\"name\": \"\xc3\"}", "not UTF-8", 1, 11 },
	{ "{\"name\": \"\xc3\xa9\", \"x\": 1}", "\"x\" is not a key of a tree",
	    1, 15 },
	{ "{\"name\": \"a\",\n \"name\": \"b\"}", "name stands twice", 2, 2 },
	{ "{\"na\\u006de\": \"a\", \"name\": \"b\"}", "name stands twice", 1,
	    20 },
	{ "{\"name\": 5}", "name must be a string, not \"5\"", 1, 10 },
	{ "{\"name\": true}", "name must be a string", 1, 10 },
	{ "{\"name\": null}", "name has no value", 1, 10 },
	{ "{\"name\": nul}", "where a value", 1, 10 },
	{ "{\"wet\": truer}", "'r' stands where ',' or '}'", 1, 13 },
	{ "{\"name\": {}}", "name must be a string, not a map", 1, 10 },
	{ "{\"serial\": 70}", "serial must be a string", 1, 12 },
	{ "{\"serial\": \"7\"}", "serial must be hex", 1, 12 },
	{ "{\"wet\": \"true\"}", "wet must be true or false", 1, 9 },
	{ "{\"wet\": 1}", "wet must be true or false", 1, 9 },
	{ "{\"height\": \"12\"}", "height must be a number", 1, 12 },
	{ "{\"height\": -1}", "height must be a number", 1, 12 },
	{ "{\"height\": 1.0}", "height must be a number", 1, 12 },
	{ "{\"height\": 1e1}", "height must be a number", 1, 12 },
	{ "{\"height\": 012}", "'1' stands where ','", 1, 13 },
	{ "{\"height\": 0x12}", "'x' stands where ','", 1, 13 },
	{ "{\"height\": +1}", "where a value", 1, 12 },
	{ "{\"height\": -}", "where a value", 1, 12 },
	{ "{\"height\": 1.}", "where a value", 1, 12 },
	{ "{\"height\": .5}", "where a value", 1, 12 },
	{ "{\"height\": 1e}", "where a value", 1, 12 },
	{ "{\"height\": NaN}", "where a value", 1, 12 },
	{ "{\"height\": 301}", "height must be 0 to 300", 1, 12 },
	{ "{\"leaves\": [{\"text\": \"\"},\n {}]}", "this leaf has no text", 2,
	    2 },
};

static void
test_wrong(void **state)
{
	struct tree t, before;
	struct doc *doc = NULL;
	struct diag d;
	size_t i;

	memset(&t, 7, sizeof(t));
	memcpy(&before, &t, sizeof(t));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (read_tree(wrong[i].text, &t, &doc, &d) != ERR_SYNTAX ||
		    strstr(d.msg, wrong[i].what) == NULL ||
		    d.line != wrong[i].line || d.column != wrong[i].column)
			fail_msg("%s: %u:%u: %s", wrong[i].text, d.line,
			    d.column, d.msg);
		assert_null(doc);
		assert_memory_equal(&t, &before, sizeof(t));
	}
}

/* What JSON has in numbers that no table takes is JSON all the same. */
static void
test_numbers(void **state)
{
	static const char *const good[] = { "0", "-0", "0.5", "10", "1.25e+3",
		"2E-7", "-12.0", "99999999999999999999" };
	struct doc *doc = NULL;
	char text[64];
	struct tree t;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(text, sizeof(text), "{\"wet\":%s}", good[i]);
		assert_int_equal(read_tree(text, &t, &doc, &d), ERR_SYNTAX);
		assert_non_null(strstr(d.msg, "wet must be true or false"));
	}
}

static void
repeat(struct buf *out, const char *text, size_t n)
{
	for (; n > 0; n--)
		buf_str(out, text);
}

/* OPEN, N times WHAT and CLOSE are over a limit, at that place. */
static void
assert_too_big(const char *open, const char *what, size_t n, unsigned column)
{
	struct buf text = { 0 };
	struct doc *doc = NULL;
	struct tree t;
	struct diag d;

	buf_str(&text, open);
	repeat(&text, what, n);
	assert_int_equal(
	    doc_read_json(buf_bytes(&text), LIMIT, &tree_table, &t, &doc, &d),
	    ERR_TOO_BIG);
	assert_int_equal(d.column, column);
	buf_clear(&text);
}

static void
test_limits(void **state)
{
	static const char five[] = "{   }";
	struct doc *doc = NULL;
	struct tree t;
	struct diag d;

	assert_too_big("", "[", 1000000, DOC_DEPTH_MAX + 1);
	assert_too_big("", "{\"\":", 1000000, 4 * DOC_DEPTH_MAX + 1);
	/* the list, and all but one of them */
	assert_too_big("[", "1,", 1000000, 2 * DOC_NODES_MAX);
	assert_int_equal(
	    doc_read_json(bytes_of_str(five), 5, &tree_table, &t, &doc, &d),
	    ERR_OK);
	doc_free(&doc);
	assert_int_equal(
	    doc_read_json(bytes_of_str(five), 4, &tree_table, &t, &doc, &d),
	    ERR_TOO_BIG);
}

/* As deep as may be, and each text that is cut off. */
static void
test_cut(void **state)
{
	static const char text[] = "{\"leaves\": [{\"text\": \"\\u00e9\"}], "
				   "\"height\": 12, \"wet\": true}";
	struct doc *doc = NULL;
	struct buf deep = { 0 };
	struct tree t;
	struct diag d;
	size_t n;

	for (n = 0; n < sizeof(text) - 1; n++)
		assert_int_equal(doc_read_json(bytes_of(text, n), LIMIT,
				     &tree_table, &t, &doc, &d),
		    ERR_SYNTAX);
	repeat(&deep, "[", DOC_DEPTH_MAX);
	repeat(&deep, "]", DOC_DEPTH_MAX);
	assert_int_equal(
	    doc_read_json(buf_bytes(&deep), LIMIT, &tree_table, &t, &doc, &d),
	    ERR_SYNTAX);
	assert_non_null(strstr(d.msg, "tree must be a map"));
	buf_clear(&deep);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cut),
	};

	return test_run(tests);
}
