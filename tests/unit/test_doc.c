/* SPDX-License-Identifier: Apache-2.0 */
/* data/doc: what a text becomes, and where every refusal says it stands. */
#include "test.h"

#include <string.h>

#include "data/doc.h"
#include "data/json.h"

enum color {
	RED = 3,
	GREEN
};

struct site {
	const char *name;
	struct doc_place place;
};

struct plant {
	const char *name;
	bool wet;
	unsigned height;
	int64_t when;
	struct bytes serial;
	enum color color;
	const struct site *site;
	struct doc_strings aliases;
	struct doc_maps sites;
};

static const struct doc_name colors[] = { { "red", RED }, { "green", GREEN },
	{ NULL, 0 } };

static const struct doc_field site_fields[] = {
	{ .key = "name",
	    .type = DOC_STRING,
	    .required = true,
	    .min = 1,
	    .max = 8,
	    .offset = offsetof(struct site, name) },
	{ .key = "", .type = DOC_PLACE, .offset = offsetof(struct site, place) }
};

static const struct doc_table site_table = { .what = "site",
	.size = sizeof(struct site),
	.fields = site_fields,
	.num_fields = DOC_NUM(site_fields) };

static const struct doc_field plant_fields[] = { { .key = "name",
						     .type = DOC_STRING,
						     .required = true,
						     .offset = offsetof(
							 struct plant, name) },
	{ .key = "wet",
	    .type = DOC_BOOL,
	    .offset = offsetof(struct plant, wet) },
	{ .key = "height",
	    .type = DOC_UNSIGNED,
	    .min = 2,
	    .max = 300,
	    .offset = offsetof(struct plant, height) },
	{ .key = "when",
	    .type = DOC_TIME,
	    .offset = offsetof(struct plant, when) },
	{ .key = "serial",
	    .type = DOC_HEX,
	    .max = 4,
	    .offset = offsetof(struct plant, serial) },
	{ .key = "color",
	    .type = DOC_ENUM,
	    .names = colors,
	    .offset = offsetof(struct plant, color) },
	{ .key = "site",
	    .type = DOC_MAP,
	    .table = &site_table,
	    .offset = offsetof(struct plant, site) },
	{ .key = "aliases",
	    .type = DOC_STRINGS,
	    .offset = offsetof(struct plant, aliases) },
	{ .key = "sites",
	    .type = DOC_MAPS,
	    .max = 3,
	    .table = &site_table,
	    .offset = offsetof(struct plant, sites) } };

static const struct plant plant_defaults = { .height = 77, .color = GREEN };

static const struct doc_table plant_table = { .what = "plant",
	.size = sizeof(struct plant),
	.defaults = &plant_defaults,
	.fields = plant_fields,
	.num_fields = DOC_NUM(plant_fields) };

static void
test_everything(void **state)
{
	static const char text[] = "name: \"\"\n"
				   "wet: true\n"
				   "height: 0x10\n"
				   "when: 2015-03-06T19:45:13+01:00\n"
				   "serial: 70:CA:f6\n"
				   "color: red\n"
				   "site: {name: north}\n"
				   "aliases: [a, 12, 'true']\n"
				   "sites:\n"
				   "- name: x\n"
				   "- name: y\n";
	struct doc *doc = NULL;
	struct plant p;
	const struct site *sites;

	(void)state;
	assert_int_equal(
	    doc_read(bytes_of_str(text), &plant_table, &p, &doc, NULL), ERR_OK);
	assert_string_equal(p.name, "");
	assert_true(p.wet);
	assert_int_equal(p.height, 16);
	assert_int_equal(p.when, 1425667513);
	assert_true(bytes_equal(p.serial, bytes_of("\x70\xca\xf6", 3)));
	assert_int_equal(p.color, RED);
	assert_string_equal(p.site->name, "north");
	assert_int_equal(p.site->place.line, 7);
	assert_int_equal(p.site->place.column, 7);
	assert_int_equal(p.aliases.num, 3);
	assert_string_equal(p.aliases.item[1], "12");
	assert_int_equal(p.sites.num, 2);
	sites = p.sites.item;
	assert_string_equal(sites[1].name, "y");
	assert_int_equal(sites[1].place.line, 11);
	doc_free(&doc);
	assert_null(doc);
	doc_free(&doc);
}

static void
test_defaults(void **state)
{
	struct doc *doc = NULL;
	struct plant p;

	(void)state;
	assert_int_equal(
	    doc_read(bytes_of_str("name: x"), &plant_table, &p, &doc, NULL),
	    ERR_OK);
	assert_int_equal(p.height, 77);
	assert_int_equal(p.color, GREEN);
	assert_null(p.site);
	assert_null(p.serial.ptr);
	assert_null(p.sites.item);
	doc_free(&doc);
}

static void
test_aliases(void **state)
{
	static const char text[] = "name: &n rose\n"
				   "site: &s {name: *n}\n"
				   "sites: [*s, *s]\n";
	struct doc *doc = NULL;
	struct plant p;
	const struct site *sites;

	(void)state;
	assert_int_equal(
	    doc_read(bytes_of_str(text), &plant_table, &p, &doc, NULL), ERR_OK);
	sites = p.sites.item;
	assert_string_equal(sites[1].name, "rose");
	doc_free(&doc);
}

static const struct {
	const char *text;
	const char *msg; /* a part of the message */
	unsigned line;
	unsigned column;
} refused[] = {
	/* keys */
	{ "name: x\nheigth: 3\n",
	    "\"heigth\" is not a key of a plant; did you mean \"height\"", 2,
	    1 },
	{ "name: x\nqqqqqqqqqq: 3\n", "; known: name, wet, height,", 2, 1 },
	{ "name: x\n  \nwet: true\nname: y\n",
	    "name stands twice in this plant", 4, 1 },
	{ "wet: true\n", "this plant has no name", 1, 1 },
	{ "name: x\nsites:\n- name: a\n- {}\n", "this site has no name", 4, 3 },
	{ "name: x\n? [a]\n: b\n", "a key must be a word, not a list", 2, 3 },
	/* types */
	{ "- name: x\n", "plant must be a map, not a list", 1, 1 },
	{ "plant\n", "plant must be a map, not \"plant\"", 1, 1 },
	{ "name: [x]\n", "name must be a string, not a list", 1, 7 },
	{ "name:\n", "name has no value", 1, 6 },
	{ "name: ~\n", "name has no value", 1, 7 },
	{ "name: null\n", "name has no value", 1, 7 },
	{ "name: \"a\\0b\"\n", "name must not contain a NUL", 1, 7 },
	{ "name: x\nwet: yes\n", "wet must be true or false, not \"yes\"", 2,
	    6 },
	{ "name: x\nwet: \"true\"\n", "wet must be true or false", 2, 6 },
	{ "name: x\nheight: \"12\"\n", "height must be a number", 2, 9 },
	{ "name: x\nheight: 012\n", "height must be a number", 2, 9 },
	{ "name: x\nheight: -12\n", "height must be a number", 2, 9 },
	{ "name: x\nheight: 12cm\n", "height must be a number", 2, 9 },
	{ "name: x\nheight: 0x\n", "height must be a number", 2, 9 },
	{ "name: x\nheight: {}\n", "must be a number, not a map", 2, 9 },
	{ "name: x\nwhen: now\n", "when must be a time", 2, 7 },
	{ "name: x\nwhen: 2015-02-30T00:00:00Z\n", "when must be a time", 2,
	    7 },
	{ "name: x\nwhen: 2015-03-06T24:00:00Z\n", "when must be a time", 2,
	    7 },
	{ "name: x\nwhen: 2015-03-06T00:00:00\n", "when must be a time", 2, 7 },
	{ "name: x\nwhen: 2015-03-06T00:00:00Zz\n", "when must be a time", 2,
	    7 },
	{ "name: x\nserial: 7\n", "serial must be hex digits", 2, 9 },
	{ "name: x\nserial: 70:CAF6\n", "serial must be hex digits", 2, 9 },
	{ "name: x\nserial: '70:CA:'\n", "hex digits", 2, 9 },
	{ "name: x\nserial: 70CA:F6\n", "serial must be hex digits", 2, 9 },
	{ "name: x\nserial: 7x\n", "serial must be hex digits", 2, 9 },
	{ "name: x\ncolor: gren\n",
	    "\"gren\" is not a known color; did you mean \"green\"", 2, 8 },
	{ "name: x\ncolor: mauve\n", "; known: red, green", 2, 8 },
	{ "name: x\nsite: here\n", "site must be a map", 2, 7 },
	{ "name: x\naliases: a\n", "aliases must be a list", 2, 10 },
	{ "name: x\naliases:\n- a\n- [b]\n", "aliases must be a string", 4, 3 },
	{ "name: x\naliases:\n- a\n-\n", "aliases has no value", 4, 2 },
	{ "name: x\nsites: {}\n", "sites must be a list, not a map", 2, 8 },
	/* ranges */
	{ "name: x\nheight: 1\n", "height must be 2 to 300", 2, 9 },
	{ "name: x\nheight: 301\n", "height must be 2 to 300", 2, 9 },
	{ "name: x\nheight: 4294967298\n", "height must be 2 to 300", 2, 9 },
	{ "name: x\nserial: 0102030405\n", "serial must be 0 to 4 bytes", 2,
	    9 },
	{ "name: x\nsite: {name: ''}\n", "name must be 1 to 8 bytes", 2, 14 },
	{ "name: x\nsites: [{name: a}, {name: a}, {name: a}, {name: a}]\n",
	    "sites must be 0 to 3 elements", 2, 8 },
	/* documents */
	{ "", "the document is empty", 1, 1 },
	{ "# only this\n", "the document is empty", 1, 1 },
	{ "name: x\n---\nname: y\n", "a second document", 2, 1 },
	{ "name: x\n...\n---\n[\n", "", 5, 1 },
	{ "name: x\nwet: !!bool true\n", "a tag (tag:yaml.org,2002:bool)", 2,
	    6 },
	{ "name: !secret x\n", "a tag (!secret)", 1, 7 },
	{ "!plant\nname: x\n", "a tag (!plant)", 1, 1 },
	{ "name: x\nwet: [true\n", "while parsing a flow sequence", 3, 1 },
	{ "name: *nobody\n", "undefined alias", 1, 7 },
	{ "name: x\n\ncolor: gr\xc3\xbcn \xff\n", "UTF-8", 3, 13 },
	{ "name: \x01\n", "control characters are not allowed", 1, 7 }
};

static void
test_refused(void **state)
{
	struct plant before, p;
	struct doc *doc;
	struct diag diag;
	size_t i;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (i = 0; i < DOC_NUM(refused); i++) {
		doc = NULL;
		p = before;
		diag_init(&diag);
		assert_int_equal(doc_read(bytes_of_str(refused[i].text),
				     &plant_table, &p, &doc, &diag),
		    ERR_SYNTAX);
		print_message("%zu: %u:%u: %s\n", i, diag.line, diag.column,
		    diag.msg);
		assert_non_null(strstr(diag.msg, refused[i].msg));
		assert_int_equal(diag.line, refused[i].line);
		assert_int_equal(diag.column, refused[i].column);
		assert_null(doc);
		assert_memory_equal(&p, &before, sizeof(p));
	}
}

/* Each alias counts as what it repeats. */
static void
test_unfolding(void **state)
{
	struct buf text = { 0 };
	struct doc *doc = NULL;
	struct plant p;
	struct diag diag;
	size_t i;

	(void)state;
	buf_str(&text, "name: &n x\naliases: &a\n");
	for (i = 0; i < DOC_NODES_MAX; i++)
		buf_str(&text, "- *n\n");
	assert_true(buf_ok(&text));
	assert_int_equal(
	    doc_read(buf_bytes(&text), &plant_table, &p, &doc, &diag),
	    ERR_TOO_BIG);
	assert_int_equal(diag.line, 1); /* the place of what is repeated */
	buf_clear(&text);
}

static void
test_too_long(void **state)
{
	struct buf text = { 0 };
	struct doc *doc = NULL;
	struct plant p;
	struct diag diag;

	(void)state;
	buf_str(&text, "name: x\n");
	while (text.len < DOC_SIZE_MAX)
		buf_u8(&text, '#');
	assert_int_equal(
	    doc_read(buf_bytes(&text), &plant_table, &p, &doc, &diag), ERR_OK);
	doc_free(&doc);
	buf_u8(&text, '#');
	assert_int_equal(
	    doc_read(buf_bytes(&text), &plant_table, &p, &doc, &diag),
	    ERR_TOO_BIG);
	buf_clear(&text);
}

/* N times WHAT after HEAD is over a limit, at once, and at this place. */
static void
refuse_many(const char *head, const char *what, unsigned line, unsigned column)
{
	struct buf text = { 0 };
	struct doc *doc = NULL;
	struct plant p;
	struct diag diag;

	buf_str(&text, head);
	while (text.len < DOC_SIZE_MAX - 10) {
		if (strchr(what, '%') == NULL)
			buf_str(&text, what);
		else
			buf_printf(&text, "- &a%zu x\n", text.len);
	}
	assert_int_equal(
	    doc_read(buf_bytes(&text), &plant_table, &p, &doc, &diag),
	    ERR_TOO_BIG);
	assert_int_equal(diag.line, line);
	assert_int_equal(diag.column, column);
	buf_clear(&text);
}

static void
test_deep(void **state)
{
	(void)state;
	refuse_many("", "[", 1, 65);
	refuse_many("", "{a: ", 1, 257);
	refuse_many("", "- ", 1, 129);
	refuse_many("name: x\naliases:\n", "%", 1003, 3);
}

static void
test_json_text(void **state)
{
	json_t *obj = json_object();
	struct buf out = { 0 };
	struct diag diag;

	(void)state;
	buf_str(&out, ">");
	assert_int_equal(
	    doc_json_text(obj, "b", bytes_of("z\xc3\xbc\0", 4), &diag), ERR_OK);
	assert_int_equal(doc_json_text(obj, "a", bytes_of("z\xfc!", 3), &diag),
	    ERR_OK);
	assert_int_equal(doc_json_text(obj, "c", bytes_of(NULL, 0), &diag),
	    ERR_OK);
	assert_int_equal(doc_json_dump(obj, &out, &diag), ERR_OK);
	assert_string_equal(buf_cstr(&out),
	    ">{\n"
	    "  \"b\": \"z\\u00FC\\u0000\",\n"
	    "  \"a\": \"z\\uFFFD!\",\n"
	    "  \"a_hex\": \"7afc21\",\n"
	    "  \"c\": \"\"\n"
	    "}\n");
	buf_clear(&out);
	buf_str(&out, ">");
	assert_int_equal(doc_json_line(obj, &out, &diag), ERR_OK);
	assert_string_equal(buf_cstr(&out),
	    ">{\"b\":\"z\\u00FC\\u0000\",\"a\":\"z\\uFFFD!\","
	    "\"a_hex\":\"7afc21\",\"c\":\"\"}");
	json_decref(obj);
	buf_clear(&out);
}

static void
test_json_refused(void **state)
{
	json_t *text = json_string("x");
	struct buf out = { 0 };
	struct diag diag;

	(void)state;
	buf_str(&out, "before");
	assert_int_equal(doc_json_dump(text, &out, &diag), ERR_USAGE);
	assert_int_equal(doc_json_line(text, &out, &diag), ERR_USAGE);
	assert_string_equal(buf_cstr(&out), "before");
	json_decref(text);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_unfolding),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_json_text),
		cmocka_unit_test(test_json_refused),
	};

	return test_run(tests);
}
