/* SPDX-License-Identifier: Apache-2.0 */
/* data/doc_write: what a struct becomes, and that it reads as what it was. */
#include "test.h"

#include <string.h>

#include "data/doc_write.h"

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

#define FIELD(st, member, kind) \
	.key = #member, .type = kind, .offset = offsetof(struct st, member)

static const struct doc_field site_fields[] = {
	{ FIELD(site, name, DOC_STRING), .required = true },
	{ .key = "", .type = DOC_PLACE, .offset = offsetof(struct site, place) }
};

static const struct doc_table site_table = { .what = "site",
	.size = sizeof(struct site),
	.fields = site_fields,
	.num_fields = DOC_NUM(site_fields) };

static const struct doc_field plant_fields[] = {
	{ FIELD(plant, name, DOC_STRING), .required = true },
	{ FIELD(plant, wet, DOC_BOOL) }, { FIELD(plant, height, DOC_UNSIGNED) },
	{ FIELD(plant, when, DOC_TIME) }, { FIELD(plant, serial, DOC_HEX) },
	{ FIELD(plant, color, DOC_ENUM), .names = colors },
	{ FIELD(plant, site, DOC_MAP), .table = &site_table },
	{ FIELD(plant, aliases, DOC_STRINGS) },
	{ FIELD(plant, sites, DOC_MAPS), .table = &site_table }
};

static const struct plant plant_defaults = { .height = 7, .color = GREEN };

static const struct doc_table plant_table = { .what = "plant",
	.size = sizeof(struct plant),
	.defaults = &plant_defaults,
	.fields = plant_fields,
	.num_fields = DOC_NUM(plant_fields) };

static void
writes(const struct plant *p, const char *wanted)
{
	struct buf out = { 0 };
	struct diag d;

	buf_str(&out, "# first\n");
	if (doc_write(&plant_table, p, &out, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	assert_memory_equal(buf_cstr(&out), "# first\n", 8);
	assert_string_equal(buf_cstr(&out) + 8, wanted);
	buf_clear(&out);
}

static void
test_all(void **state)
{
	static const struct site sites[] = { { .name = "a" },
		{ .name = "b: c" } };
	static const char *const aliases[] = { "x y", "12", "" };
	static const uint8_t serial[] = { 0x12, 0x34, 0xff };
	const struct plant p = { .name = "oak",
		.wet = true,
		.height = 12,
		.when = 1425667513,
		.serial = { serial, 3 },
		.color = RED,
		.site = &sites[1],
		.aliases = { aliases, 3 },
		.sites = { sites, 2 } };

	writes(&p,
	    "name: oak\n"
	    "wet: true\n"
	    "height: 12\n"
	    "when: 2015-03-06T18:45:13Z\n"
	    "serial: \"1234ff\"\n"
	    "color: red\n"
	    "site:\n  name: \"b: c\"\n"
	    "aliases:\n- x y\n- \"12\"\n- \"\"\n"
	    "sites:\n- name: a\n- name: \"b: c\"\n");
}

/* What reads as it is without a key has none. */
static void
test_defaults(void **state)
{
	struct plant p = plant_defaults;

	p.name = "";
	writes(&p, "name: \"\"\n");
	p.height = 0;
	p.color = RED;
	p.serial = bytes_of("", 0);
	writes(&p, "name: \"\"\nheight: 0\nserial: \"\"\ncolor: red\n");
}

static void
test_refused(void **state)
{
	static const struct site nameless = { .name = NULL };
	struct plant p = plant_defaults;
	struct buf out = { 0 };
	struct diag d;

	buf_str(&out, "kept");
	assert_int_equal(doc_write(&plant_table, &p, &out, &d), ERR_USAGE);
	assert_string_equal(d.msg, "name is missing");
	p.name = "\xff";
	assert_int_equal(doc_write(&plant_table, &p, &out, &d), ERR_SYNTAX);
	assert_string_equal(d.msg, "name is not UTF-8");
	p.name = "oak";
	p.color = (enum color)9;
	assert_int_equal(doc_write(&plant_table, &p, &out, &d), ERR_USAGE);
	p.color = RED;
	p.site = &nameless;
	assert_int_equal(doc_write(&plant_table, &p, &out, &d), ERR_USAGE);
	assert_string_equal(buf_cstr(&out), "kept");
	buf_clear(&out);
}

/* TEXT is read as it was, wherever a string may stand. */
static void
survives(const char *text)
{
	const struct site site = { .name = text };
	const struct plant p = { .name = text,
		.color = RED,
		.site = &site,
		.aliases = { &text, 1 },
		.sites = { &site, 1 } };
	const struct site *sub;
	struct doc *doc = NULL;
	struct buf out = { 0 };
	struct plant again;
	struct diag d;

	assert_int_equal(doc_write(&plant_table, &p, &out, &d), ERR_OK);
	if (doc_read(buf_bytes(&out), &plant_table, &again, &doc, &d) != ERR_OK)
		fail_msg("line %u: %s: %s", d.line, d.msg, buf_cstr(&out));
	assert_string_equal(again.name, text);
	assert_string_equal(again.site->name, text);
	assert_int_equal(again.aliases.num, 1);
	assert_string_equal(again.aliases.item[0], text);
	sub = again.sites.item;
	assert_string_equal(sub->name, text);
	doc_free(&doc);
	buf_clear(&out);
}

static void
test_hostile(void **state)
{
	static const char *const texts[] = { "", " ", "a ", " a", "\n", "a\nb",
		"a\n", "\r\n", "\t", "a: b", "a:", ": ", "# a", "a #b", "- a",
		"-", "--- a", "---", "...", "'", "''", "\"", "\\", "\\n",
		"a\"b", "[a", "{a}", "a, b", "&a", "*a", "!a", "|", ">",
		"%YAML", "@a", "`a", "?", "? a", "true", "False", "null",
		"NULL", "~", "yes", "off", "n", "12", "0x10", "1e5", "0123",
		".inf", "<<", "=", "2015-03-06", "\001\002\037\177", "\302\205",
		"\302\200", "\342\200\250", "\342\200\256abc", "\357\273\277",
		"\303\274", "\360\237\230\200", "\357\277\276", "/srv/a b.tlv",
		"a\\x41" };
	char longest[5000];
	size_t i;

	for (i = 0; i < DOC_NUM(texts); i++)
		survives(texts[i]);
	memset(longest, 'a', sizeof(longest));
	for (i = 50; i < sizeof(longest); i += 50)
		longest[i] = ' ';
	longest[sizeof(longest) - 1] = '\0';
	survives(longest);
}

/* Not a good generator, but the same everywhere. */
static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static void
test_random(void **state)
{
	static const char *const parts[] = { "a", "0", " ", "  ", "\n", ":",
		"#", "\"", "'", "\\", "-", "\t", "\r", "\001", "\302\205",
		"\342\200\250", "\303\274", "\360\237\230\200", "{", "]", ",",
		"true" };
	struct buf text = { 0 };
	uint32_t seed = 1;
	unsigned n, num;

	for (n = 0; n < test_rounds(2000); n++) {
		text.len = 0;
		for (num = next(&seed) % 10; num > 0; num--)
			buf_str(&text, parts[next(&seed) % DOC_NUM(parts)]);
		survives(buf_cstr(&text));
	}
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_random),
	};

	return test_run(tests);
}
