/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

#include "tests/unit/test.h"

static void
assert_takes(const char *text, bool good)
{
	struct buf out = { 0 }, again = { 0 };

	buf_str(&out, "x");
	if (base64_take(bytes_of_str(text), &out) != good)
		fail_msg("\"%s\"", text);
	assert_true(buf_ok(&out));
	if (good)
		base64_put(&again, bytes_of(out.ptr + 1, out.len - 1));
	else
		assert_int_equal(out.len, 1);
	if (good && !bytes_equal(buf_bytes(&again), bytes_of_str(text)))
		fail_msg("\"%s\" comes back as \"%s\"", text, buf_cstr(&again));
	buf_clear(&out);
	buf_clear(&again);
}

/* Those of RFC 4648, 10. */
static void
test_known(void **state)
{
	static const char *const rows[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		base64_put(&out, bytes_of_str(rows[i][0]));
		assert_string_equal(buf_cstr(&out), rows[i][1]);
		assert_takes(rows[i][1], true);
	}
	buf_clear(&out);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "=",
		"====", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zg= =", "Zm9v\n",
		"Zm9v\nZm9v", " Zm9v", "Zm-v", "Zm_v", "Zm9v====", "Zm=v",
		"Zm9v\xc3\xa4\xc3\xa4" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_takes(bad[i], false);
}

/* Every two bytes, and every digit in every place. */
static void
test_all(void **state)
{
	struct buf text = { 0 }, out = { 0 };
	uint8_t raw[3] = { 0 };
	unsigned v;

	for (v = 0; v <= 0xffff; v++) {
		raw[0] = (uint8_t)(v >> 8);
		raw[1] = (uint8_t)v;
		raw[2] = (uint8_t)(v * 7);
		text.len = out.len = 0;
		base64_put(&text, bytes_of(raw, 1 + v % 3));
		assert_int_equal(text.len, 4);
		assert_true(base64_take(buf_bytes(&text), &out));
		assert_true(
		    bytes_equal(buf_bytes(&out), bytes_of(raw, 1 + v % 3)));
	}
	buf_clear(&text);
	buf_clear(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all),
	};

	return test_run(tests);
}
