/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <string.h>

#include "tests/unit/test.h"

#define assert_content(b, s) \
	assert_true(bytes_equal(buf_bytes(&(b)), bytes_of(s, sizeof(s) - 1)))

static void
test_zero_is_empty(void **state)
{
	struct buf b = { 0 };

	assert_true(buf_ok(&b));
	assert_int_equal(buf_bytes(&b).len, 0);
	buf_clear(&b);
	buf_init(&b);
	assert_string_equal(buf_cstr(&b), "");
	assert_int_equal(b.len, 0);
	buf_clear(&b);
}

static void
test_appends(void **state)
{
	struct buf b;

	buf_init(&b);
	buf_u8(&b, 0x01);
	buf_u16(&b, 0xfe02);
	buf_u32(&b, 0xfd030405);
	buf_str(&b, "xy");
	buf_put(&b, bytes_of("\0z", 2));
	buf_put(&b, bytes_of(NULL, 0));
	buf_printf(&b, "%d-%s", 42, "q");
	assert_true(buf_ok(&b));
	assert_content(b, "\x01\xfe\x02\xfd\x03\x04\x05xy\0z42-q");
	buf_clear(&b);
	assert_int_equal(b.len, 0);
	assert_null(b.ptr);
	buf_str(&b, "again");
	assert_content(b, "again");
	buf_clear(&b);
}

/* Every byte survives every growth of the buffer. */
static void
test_growth(void **state)
{
	unsigned i, n = test_rounds(100000);
	struct buf b;

	buf_init(&b);
	for (i = 0; i < n; i++)
		buf_u8(&b, (uint8_t)(i * 7));
	assert_true(buf_ok(&b));
	assert_int_equal(b.len, n);
	assert_true(b.cap >= b.len);
	for (i = 0; i < n; i++)
		assert_int_equal(b.ptr[i], (uint8_t)(i * 7));
	buf_clear(&b);
}

/* A format longer than any inner buffer, at every fill of the first 64. */
static void
test_printf_long(void **state)
{
	char expect[64 + 300 + 1];
	struct buf b;
	size_t fill;

	for (fill = 0; fill <= 64; fill++) {
		memset(expect, 'f', fill);
		memset(expect + fill, ' ', 299);
		(void)snprintf(expect + fill + 299, 2, "7");
		buf_init(&b);
		while (b.len < fill)
			buf_u8(&b, 'f');
		buf_printf(&b, "%300d", 7);
		assert_int_equal(b.len, fill + 300);
		assert_string_equal(buf_cstr(&b), expect);
		buf_clear(&b);
	}
}

static void
test_reserve(void **state)
{
	const uint8_t *before;
	struct buf b;
	int i;

	buf_init(&b);
	buf_reserve(&b, 1000);
	before = b.ptr;
	for (i = 0; i < 1000; i++)
		buf_u8(&b, 'a');
	assert_ptr_equal(b.ptr, before);
	buf_clear(&b);
}

/* Once failed, always failed: nothing is appended and nothing crashes. */
static void
test_sticky(void **state)
{
	static const size_t lens[] = { SIZE_MAX, SIZE_MAX / 2,
		SIZE_MAX / 4 + 1 };
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		buf_init(&b);
		buf_str(&b, "abc");
		buf_reserve(&b, lens[i]);
		assert_false(buf_ok(&b));
		buf_str(&b, "def");
		buf_u32(&b, 1);
		buf_printf(&b, "%d", 1);
		buf_fill16(&b, 0, 1);
		assert_content(b, "abc");
		assert_null(buf_cstr(&b));
		buf_clear(&b);
		assert_true(buf_ok(&b));
	}
}

static void
test_mark(void **state)
{
	struct buf b;
	size_t outer, inner;

	buf_init(&b);
	buf_u8(&b, 0x09);
	outer = buf_mark16(&b);
	buf_u8(&b, 0x01);
	inner = buf_mark16(&b);
	buf_str(&b, "xyz");
	buf_fill16(&b, inner, 3);
	buf_fill16(&b, outer, 0xfedc);
	assert_true(buf_ok(&b));
	assert_int_equal(outer, 1);
	assert_content(b, "\x09\xfe\xdc\x01\0\x03xyz");
	buf_clear(&b);
}

static void
test_mark_limit(void **state)
{
	struct buf b;
	size_t mark;

	buf_init(&b);
	mark = buf_mark16(&b);
	buf_fill16(&b, mark, 65535);
	assert_true(buf_ok(&b));
	assert_content(b, "\xff\xff");
	buf_fill16(&b, mark, 65536);
	assert_false(buf_ok(&b));
	buf_clear(&b);
}

static void
test_cstr(void **state)
{
	struct buf b;
	int i;

	buf_init(&b);
	for (i = 0; i < 64; i++) {
		buf_u8(&b, 'a');
		assert_int_equal(strlen(buf_cstr(&b)), i + 1);
		assert_int_equal(b.len, i + 1);
	}
	buf_clear(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zero_is_empty),
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_printf_long),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_mark_limit),
		cmocka_unit_test(test_cstr),
	};

	return test_run(tests);
}
