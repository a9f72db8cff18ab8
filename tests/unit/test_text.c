/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>
#include <time.h>

#include "tests/unit/test.h"

#define LIT(s) bytes_of(s, sizeof(s) - 1)

static void
assert_put(void (*put)(struct buf *, struct bytes), struct bytes in,
    struct bytes expect)
{
	struct buf out;

	buf_init(&out);
	put(&out, in);
	assert_true(buf_ok(&out));
	if (!bytes_equal(buf_bytes(&out), expect))
		fail_msg("got \"%s\"", buf_cstr(&out));
	buf_clear(&out);
}

#define assert_safe(in, expect) assert_put(text_put_safe, LIT(in), LIT(expect))
#define assert_utf8(in, expect) assert_put(text_put_utf8, LIT(in), LIT(expect))

/* Writes the code point C as UTF-8 without any judgement; returns its
 * length. Independent of the code under test. */
static size_t
encode(uint32_t c, uint8_t ret[4])
{
	if (c < 0x80) {
		ret[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		ret[0] = (uint8_t)(0xc0 | c >> 6);
		ret[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		ret[0] = (uint8_t)(0xe0 | c >> 12);
		ret[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		ret[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	ret[0] = (uint8_t)(0xf0 | c >> 18);
	ret[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	ret[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	ret[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

/* The sequence of C comes out of text_put_safe() as it went in. */
static bool
passes(uint32_t c)
{
	struct bytes in;
	struct buf out;
	uint8_t raw[4];
	bool same;

	in = bytes_of(raw, encode(c, raw));
	buf_init(&out);
	text_put_safe(&out, in);
	same = bytes_equal(buf_bytes(&out), in);
	buf_clear(&out);
	return same;
}

static void
test_every_character(void **state)
{
	uint8_t raw[4];
	uint32_t c;
	bool surrogate;

	for (c = 0; c <= 0x10ffff; c++) {
		surrogate = c >= 0xd800 && c <= 0xdfff;
		if (text_is_utf8(bytes_of(raw, encode(c, raw))) == surrogate)
			fail_msg("U+%04X", (unsigned)c);
	}
	for (c = 0x110000; c <= 0x1fffff; c += 0x101)
		assert_false(text_is_utf8(bytes_of(raw, encode(c, raw))));
}

static void
test_safe_ordinary(void **state)
{
	uint32_t c;

	for (c = 0x20; c < 0x7f; c++)
		assert_true(passes(c));
	assert_safe("", "");
	assert_safe("CN=a;O=b c", "CN=a;O=b c");
	assert_safe("Krak\xc3\xb3w \xe2\x82\xac \xf0\x9f\x93\x9e",
	    "Krak\xc3\xb3w \xe2\x82\xac \xf0\x9f\x93\x9e");
	assert_true(passes(0xa0));
	assert_true(passes(0xfffd));
	assert_true(passes(0x10ffff));
}

/* Every class of character that acts on a terminal, by its first, some inner
 * and its last member. */
static void
test_safe_unsafe_characters(void **state)
{
	static const uint32_t table[] = { /* C0, DEL, C1 */
		0x00, 0x07, 0x08, '\t', '\n', '\r', 0x1b, 0x1f, 0x7f, 0x80,
		0x84, 0x85, 0x8d, 0x90, 0x9b, 0x9d, 0x9f,
		/* soft hyphen, and what has no width */
		0x00ad, 0x180e, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff,
		/* directions: marks, embeddings, overrides, isolates */
		0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e,
		0x2066, 0x2067, 0x2068, 0x2069, 0x206a, 0x206f,
		/* separators, variations, annotation, tags */
		0x2028, 0x2029, 0xfe00, 0xfe0f, 0xfff9, 0xfffa, 0xfffb, 0xe0001,
		0xe0020, 0xe007f, 0xe0100, 0xe01ef
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (passes(table[i]))
			fail_msg("U+%04X passes", (unsigned)table[i]);
}

static void
test_safe_form(void **state)
{
	assert_safe("a\nb", "a\\x0ab");
	assert_safe("a\0b", "a\\x00b");
	assert_safe("\x1b[31m", "\\x1b[31m");
	assert_safe("\xc2\x9b", "\\xc2\\x9b");
	assert_safe("x\xe2\x80\xaey", "x\\xe2\\x80\\xaey");
	assert_safe("\xf3\xa0\x80\x81", "\\xf3\\xa0\\x80\\x81");
}

/* Bytes that are no UTF-8, each with what stands after it untouched. */
static const struct {
	const char *in;
	const char *safe;
	const char *utf8;
} broken[] = {
#define FFFD "\xef\xbf\xbd"
	/* a continuation byte alone, and bytes that never occur */
	{ "\x80z", "\\x80z", FFFD "z" },
	{ "\xbfz", "\\xbfz", FFFD "z" },
	{ "\xfez", "\\xfez", FFFD "z" },
	{ "\xffz", "\\xffz", FFFD "z" },
	{ "\xf8\x88\x80\x80\x80z", "\\xf8\\x88\\x80\\x80\\x80z",
	    FFFD FFFD FFFD FFFD FFFD "z" },
	/* ISO 8859-1 */
	{ "M\xfcller", "M\\xfcller", "M" FFFD "ller" },
	/* overlong: '/' in 2, 3, 4 bytes, NUL in 2, U+07FF in 3, U+FFFF in 4 */
	{ "\xc0\xafz", "\\xc0\\xafz", FFFD FFFD "z" },
	{ "\xc1\xbfz", "\\xc1\\xbfz", FFFD FFFD "z" },
	{ "\xc0\x80z", "\\xc0\\x80z", FFFD FFFD "z" },
	{ "\xe0\x80\xafz", "\\xe0\\x80\\xafz", FFFD FFFD FFFD "z" },
	{ "\xe0\x9f\xbfz", "\\xe0\\x9f\\xbfz", FFFD FFFD FFFD "z" },
	{ "\xf0\x80\x80\xafz", "\\xf0\\x80\\x80\\xafz",
	    FFFD FFFD FFFD FFFD "z" },
	{ "\xf0\x8f\xbf\xbfz", "\\xf0\\x8f\\xbf\\xbfz",
	    FFFD FFFD FFFD FFFD "z" },
	/* surrogates: the first, the last, a pair */
	{ "\xed\xa0\x80z", "\\xed\\xa0\\x80z", FFFD FFFD FFFD "z" },
	{ "\xed\xbf\xbfz", "\\xed\\xbf\\xbfz", FFFD FFFD FFFD "z" },
	{ "\xed\xa0\xbd\xed\xb3\x9ez", "\\xed\\xa0\\xbd\\xed\\xb3\\x9ez",
	    FFFD FFFD FFFD FFFD FFFD FFFD "z" },
	/* over U+10FFFF */
	{ "\xf4\x90\x80\x80z", "\\xf4\\x90\\x80\\x80z",
	    FFFD FFFD FFFD FFFD "z" },
	{ "\xf5\x80\x80\x80z", "\\xf5\\x80\\x80\\x80z",
	    FFFD FFFD FFFD FFFD "z" },
	/* cut short, by the end and by another character */
	{ "\xc3", "\\xc3", FFFD },
	{ "\xe2\x82", "\\xe2\\x82", FFFD FFFD },
	{ "\xf0\x9f\x93", "\\xf0\\x9f\\x93", FFFD FFFD FFFD },
	{ "\xe2z", "\\xe2z", FFFD "z" },
	{ "\xe2\x82z", "\\xe2\\x82z", FFFD FFFD "z" },
	{ "\xc3\xc3\xb3", "\\xc3\xc3\xb3", FFFD "\xc3\xb3" },
	/* a lead byte does not swallow the control character after it */
	{ "\xe2\x1b[m", "\\xe2\\x1b[m", FFFD "\x1b[m" },
#undef FFFD
};

static void
test_broken(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		if (text_is_utf8(bytes_of_str(broken[i].in)))
			fail_msg("row %zu is taken for UTF-8", i);
		assert_put(text_put_safe, bytes_of_str(broken[i].in),
		    bytes_of_str(broken[i].safe));
		assert_put(text_put_utf8, bytes_of_str(broken[i].in),
		    bytes_of_str(broken[i].utf8));
	}
}

static void
test_is_utf8(void **state)
{
	assert_true(text_is_utf8(bytes_of(NULL, 0)));
	assert_true(text_is_utf8(LIT("a\0\x1b\n")));
	assert_true(text_is_utf8(LIT("\xed\x9f\xbf\xee\x80\x80")));
	assert_true(text_is_utf8(LIT("\xf4\x8f\xbf\xbf")));
	assert_false(text_is_utf8(LIT("good until \xc3")));
}

static void
test_put_utf8(void **state)
{
	assert_utf8("", "");
	assert_utf8("a\0\x1b\x7f", "a\0\x1b\x7f");
	assert_utf8("\xe2\x80\xae", "\xe2\x80\xae");
}

/* Numbers that look random and are the same in every run. */
static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

/* Out of any bytes come printable ones, and well-formed ones. */
static void
test_any_bytes(void **state)
{
	unsigned round, n = test_rounds(20000);
	struct buf safe, utf8, again;
	uint32_t seed = 1;
	uint8_t raw[24];
	size_t i;

	for (round = 0; round < n; round++) {
		for (i = 0; i < sizeof(raw); i++)
			raw[i] = (uint8_t)(next(&seed) | (round & 0x80));
		buf_init(&safe);
		buf_init(&utf8);
		buf_init(&again);
		text_put_safe(&safe, bytes_of(raw, sizeof(raw)));
		text_put_utf8(&utf8, bytes_of(raw, sizeof(raw)));
		assert_true(text_is_utf8(buf_bytes(&safe)));
		assert_true(text_is_utf8(buf_bytes(&utf8)));
		/* what is safe already stays as it is */
		text_put_safe(&again, buf_bytes(&safe));
		assert_true(bytes_equal(buf_bytes(&again), buf_bytes(&safe)));
		buf_clear(&safe);
		buf_clear(&utf8);
		buf_clear(&again);
	}
}

static void
test_hex(void **state)
{
	struct buf out;

	buf_init(&out);
	text_put_hex(&out, LIT("\x00\x0f\xa5\xff"), ":", TEXT_UPPER);
	buf_str(&out, " ");
	text_put_hex(&out, LIT("\x00\x0f\xa5\xff"), "", TEXT_LOWER);
	buf_str(&out, " ");
	text_put_hex(&out, LIT("\x01"), ":", TEXT_UPPER);
	text_put_hex(&out, LIT(""), ":", TEXT_UPPER);
	assert_string_equal(buf_cstr(&out), "00:0F:A5:FF 000fa5ff 01");
	buf_clear(&out);
}

static void
assert_time(void (*put)(struct buf *, int64_t), int64_t t, const char *expect)
{
	struct buf out;

	buf_init(&out);
	put(&out, t);
	assert_string_equal(buf_cstr(&out), expect);
	buf_clear(&out);
}

static void
test_rfc3339(void **state)
{
	setenv("TZ", "America/New_York", 1);
	tzset();
	assert_time(text_put_rfc3339, 0, "1970-01-01T00:00:00Z");
	assert_time(text_put_rfc3339, 1425667513, "2015-03-06T18:45:13Z");
	assert_time(text_put_rfc3339, 951782400, "2000-02-29T00:00:00Z");
	assert_time(text_put_rfc3339, -1, "1969-12-31T23:59:59Z");
	assert_time(text_put_rfc3339, 4294967295, "2106-02-07T06:28:15Z");
	assert_time(text_put_rfc3339, 253402300799, "9999-12-31T23:59:59Z");
	assert_time(text_put_rfc3339, INT64_MAX, "9223372036854775807");
	assert_time(text_put_rfc3339, INT64_MIN, "-9223372036854775808");
}

/* POSIX zones, so that no zone file is needed; winter, summer, UTC. */
static void
test_date(void **state)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_time(text_put_date, 1425667513, "Fri Mar 06 19:45:13 CET 2015");
	assert_time(text_put_date, 1431428400, "Tue May 12 13:00:00 CEST 2015");
	setenv("TZ", "EST5", 1);
	tzset();
	assert_time(text_put_date, 1425667513, "Fri Mar 06 13:45:13 EST 2015");
	setenv("TZ", "UTC0", 1);
	tzset();
	assert_time(text_put_date, 0, "Thu Jan 01 00:00:00 UTC 1970");
	assert_time(text_put_date, INT64_MAX, "9223372036854775807");
}

static void
test_hex_value(void **state)
{
	static const char digits[] = "0123456789abcdef";
	static const char upper[] = "ABCDEF";
	int c, i, num = 0;

	for (i = 0; i < 16; i++)
		assert_int_equal(text_hex_value((uint8_t)digits[i]), i);
	for (i = 0; i < 6; i++)
		assert_int_equal(text_hex_value((uint8_t)upper[i]), 10 + i);
	for (c = 0; c < 256; c++)
		num += text_hex_value((uint8_t)c) >= 0;
	assert_int_equal(num, 22);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex_value),
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_safe_ordinary),
		cmocka_unit_test(test_safe_unsafe_characters),
		cmocka_unit_test(test_safe_form),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_is_utf8),
		cmocka_unit_test(test_put_utf8),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_rfc3339),
		cmocka_unit_test(test_date),
	};

	return test_run(tests);
}
