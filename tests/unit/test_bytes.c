/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "tests/unit/test.h"

static const uint8_t raw[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07 };

static void
test_of(void **state)
{
	struct bytes b = bytes_of(raw, sizeof(raw));

	assert_ptr_equal(b.ptr, raw);
	assert_int_equal(b.len, sizeof(raw));
	b = bytes_of_str("abc");
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.ptr, "abc", 3);
	assert_int_equal(bytes_of_str("").len, 0);
}

static void
test_take(void **state)
{
	struct bytes cur = bytes_of(raw, sizeof(raw));
	struct bytes head;

	assert_true(bytes_take(&cur, 3, &head));
	assert_ptr_equal(head.ptr, raw);
	assert_int_equal(head.len, 3);
	assert_ptr_equal(cur.ptr, raw + 3);
	assert_int_equal(cur.len, 4);
	assert_true(bytes_take(&cur, 0, &head));
	assert_int_equal(head.len, 0);
	assert_ptr_equal(head.ptr, raw + 3);
	assert_true(bytes_take(&cur, 4, &head));
	assert_int_equal(cur.len, 0);
	assert_false(bytes_take(&cur, 1, &head));
}

/* One byte too many, and lengths whose sum with the pointer would wrap. */
static void
test_take_over_the_end(void **state)
{
	static const size_t lens[] = { 8, SIZE_MAX / 2, SIZE_MAX - 1,
		SIZE_MAX };
	struct bytes cur = bytes_of(raw, sizeof(raw));
	struct bytes head = bytes_of(raw, 1);
	size_t i;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		assert_false(bytes_take(&cur, lens[i], &head));
		assert_ptr_equal(cur.ptr, raw);
		assert_int_equal(cur.len, sizeof(raw));
		assert_ptr_equal(head.ptr, raw);
		assert_int_equal(head.len, 1);
	}
}

static void
test_take_absent(void **state)
{
	struct bytes cur = bytes_of(NULL, 0);
	struct bytes head = bytes_of(raw, 1);

	assert_true(bytes_take(&cur, 0, &head));
	assert_null(head.ptr);
	assert_int_equal(head.len, 0);
	assert_null(cur.ptr);
	assert_false(bytes_take(&cur, 1, &head));
}

static void
test_numbers(void **state)
{
	static const uint8_t high[] = { 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa,
		0xf9 };
	struct bytes cur = bytes_of(raw, sizeof(raw));
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;

	assert_true(bytes_u8(&cur, &u8));
	assert_int_equal(u8, 0x01);
	assert_true(bytes_u16(&cur, &u16));
	assert_int_equal(u16, 0x0203);
	assert_true(bytes_u32(&cur, &u32));
	assert_int_equal(u32, 0x04050607);
	assert_int_equal(cur.len, 0);
	cur = bytes_of(high, sizeof(high));
	assert_true(bytes_u32(&cur, &u32));
	assert_true(u32 == 0xfffefdfcU);
	assert_true(bytes_u16(&cur, &u16));
	assert_int_equal(u16, 0xfbfa);
	assert_true(bytes_u8(&cur, &u8));
	assert_int_equal(u8, 0xf9);
}

/* Too few bytes for a number: nothing moves, nothing is written. */
static void
test_numbers_cut_short(void **state)
{
	uint8_t u8 = 0x5a;
	uint16_t u16 = 0x5a5a;
	uint32_t u32 = 0x5a5a5a5a;
	struct bytes cur;
	size_t len;

	for (len = 0; len < 4; len++) {
		cur = bytes_of(raw, len);
		assert_false(bytes_u32(&cur, &u32));
		if (len < 2)
			assert_false(bytes_u16(&cur, &u16));
		if (len < 1)
			assert_false(bytes_u8(&cur, &u8));
		assert_int_equal(cur.len, len);
		assert_ptr_equal(cur.ptr, raw);
	}
	assert_int_equal(u8, 0x5a);
	assert_int_equal(u16, 0x5a5a);
	assert_int_equal(u32, 0x5a5a5a5a);
}

static void
test_equal(void **state)
{
	struct bytes a = bytes_of("ab", 2);
	struct bytes empty = bytes_of("", 0);
	struct bytes absent = bytes_of(NULL, 0);

	assert_true(bytes_equal(a, bytes_of_str("ab")));
	assert_false(bytes_equal(a, bytes_of_str("ac")));
	assert_false(bytes_equal(a, bytes_of_str("a")));
	assert_false(bytes_equal(a, bytes_of_str("abc")));
	assert_false(bytes_equal(a, absent));
	assert_true(bytes_equal(empty, absent));
	assert_true(bytes_equal(absent, absent));
	assert_true(bytes_equal(bytes_of("a\0b", 3), bytes_of("a\0b", 3)));
	assert_false(bytes_equal(bytes_of("a\0b", 3), bytes_of("a\0c", 3)));
}

static void
test_equal_reversed(void **state)
{
	struct bytes a = bytes_of("abc", 3);

	assert_true(bytes_equal_reversed(a, bytes_of_str("cba")));
	assert_false(bytes_equal_reversed(a, bytes_of_str("abc")));
	assert_false(bytes_equal_reversed(a, bytes_of_str("cbb")));
	assert_false(bytes_equal_reversed(a, bytes_of_str("ba")));
	assert_false(bytes_equal_reversed(a, bytes_of_str("dcba")));
	assert_true(
	    bytes_equal_reversed(bytes_of_str("aba"), bytes_of_str("aba")));
	assert_true(bytes_equal_reversed(bytes_of(NULL, 0), bytes_of("", 0)));
}

static void
test_starts(void **state)
{
	struct bytes a = bytes_of_str("abc");

	assert_true(bytes_starts(a, bytes_of_str("")));
	assert_true(bytes_starts(a, bytes_of_str("ab")));
	assert_true(bytes_starts(a, bytes_of_str("abc")));
	assert_false(bytes_starts(a, bytes_of_str("abcd")));
	assert_false(bytes_starts(a, bytes_of_str("b")));
	assert_true(bytes_starts(bytes_of(NULL, 0), bytes_of(NULL, 0)));
	assert_false(bytes_starts(bytes_of(NULL, 0), a));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_take_over_the_end),
		cmocka_unit_test(test_take_absent),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_numbers_cut_short),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_equal_reversed),
		cmocka_unit_test(test_starts),
	};

	return test_run(tests);
}
