/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of an iCalendar. */
#include "test.h"

#include <string.h>

#include "cli/ical.h"

static void
assert_out(struct buf *out, const char *want)
{
	assert_true(buf_ok(out));
	if (!bytes_equal(buf_bytes(out), bytes_of_str(want)))
		fail_msg("'%.*s' is not '%s'", (int)out->len,
		    (const char *)out->ptr, want);
	buf_clear(out);
}

static void
test_escapes(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{ "", "X:\r\n" },
		{ "plain", "X:plain\r\n" },
		{ "a;b,c\\d:e\"", "X:a\\;b\\,c\\\\d:e\"\r\n" },
		{ "a\nEND:VEVENT", "X:a\\nEND:VEVENT\r\n" },
		{ "a\r\nb\tc\x1b\x7f",
		    "X:a\xef\xbf\xbd\\nb\xef\xbf\xbd"
		    "c\xef\xbf\xbd\xef\xbf\xbd\r\n" },
		{ "\xc3\xa4\xff", "X:\xc3\xa4\xef\xbf\xbd\r\n" },
	};
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ical_text(&out, "X", bytes_of_str(rows[i].text));
		assert_out(&out, rows[i].line);
	}
	ical_word(&out, "BEGIN", "VEVENT");
	assert_out(&out, "BEGIN:VEVENT\r\n");
}

/* No line is longer than 75 octets, none begins within a character, and
 * unfolded it is what was put: for every length, of characters of 1 to 4
 * bytes. */
static void
test_folds(void **state)
{
	static const char *const chars[] = { "a", "\xc3\xa4", "\xe2\x82\xac",
		"\xf0\x9f\x94\x91" };
	struct buf text = { 0 }, out = { 0 }, flat = { 0 };
	size_t c, n, i, at;

	for (c = 0; c < 4; c++)
		for (n = 0; n < 200; n++) {
			buf_clear(&text);
			buf_str(&text, n % 2 == 0 ? "" : "b");
			for (i = 0; i < n; i++)
				buf_str(&text, chars[c]);
			ical_text(&out, "X", buf_bytes(&text));
			assert_true(buf_ok(&out) && out.len > 2);
			for (i = 0, at = 0; i < out.len; i++) {
				if (out.ptr[i] != '\r') {
					buf_u8(&flat, out.ptr[i]);
					continue;
				}
				assert_true(i - at <= 75);
				assert_int_equal(out.ptr[i + 1], '\n');
				i++;
				at = i + 1;
				if (at == out.len)
					break;
				assert_int_equal(out.ptr[at], ' ');
				assert_true((out.ptr[at + 1] & 0xc0) != 0x80);
				i++;
			}
			assert_true(flat.len >= 2 &&
			    bytes_equal(bytes_of(flat.ptr + 2, flat.len - 2),
				buf_bytes(&text)));
			buf_clear(&out);
			buf_clear(&flat);
		}
	/* as long as may be, and one more */
	buf_clear(&text);
	buf_fill(&text, 73, 'a');
	ical_text(&out, "X", buf_bytes(&text));
	assert_int_equal(out.len, 77);
	buf_u8(&text, 'a');
	buf_clear(&out);
	ical_text(&out, "X", buf_bytes(&text));
	assert_int_equal(out.len, 81);
	buf_clear(&text);
	buf_clear(&out);
}

static void
test_times(void **state)
{
	struct buf out = { 0 };

	ical_time(&out, "DTSTART", 0);
	assert_out(&out, "DTSTART:19700101T000000Z\r\n");
	ical_time(&out, "DTSTART", -1);
	assert_out(&out, "DTSTART:19691231T235959Z\r\n");
	ical_time(&out, "DTSTART", INT64_C(253402300799));
	assert_out(&out, "DTSTART:99991231T235959Z\r\n");
	ical_time(&out, "DTSTART", INT64_C(-62135596800));
	assert_out(&out, "DTSTART:00010101T000000Z\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
