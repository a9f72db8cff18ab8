/* SPDX-License-Identifier: Apache-2.0 */
/* base/text: whatever goes in, what comes out is fit for its reader. */
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

/* Each character is judged by itself: a longer text shows nothing more. */
#define LONGEST 256

/* Neither a control character nor an override is left; and what is safe
 * stays as it is. */
static void
check_safe(struct bytes in)
{
	struct buf once = { 0 }, twice = { 0 };
	size_t i;

	text_put_safe(&once, in);
	FUZZ_CHECK(buf_ok(&once));
	FUZZ_CHECK(text_is_utf8(buf_bytes(&once)));
	for (i = 0; i < once.len; i++)
		FUZZ_CHECK(once.ptr[i] >= 0x20 && once.ptr[i] != 0x7f);
	text_put_safe(&twice, buf_bytes(&once));
	FUZZ_CHECK(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	buf_clear(&once);
	buf_clear(&twice);
}

/* Well-formed text passes unchanged, anything else becomes well-formed. */
static void
check_utf8(struct bytes in)
{
	struct buf out = { 0 };

	text_put_utf8(&out, in);
	FUZZ_CHECK(buf_ok(&out));
	FUZZ_CHECK(text_is_utf8(buf_bytes(&out)));
	FUZZ_CHECK(bytes_equal(buf_bytes(&out), in) == text_is_utf8(in));
	buf_clear(&out);
}

static void
check_hex(struct bytes in)
{
	struct buf out = { 0 };

	text_put_hex(&out, in, ":", TEXT_UPPER);
	FUZZ_CHECK(out.len == (in.len == 0 ? 0 : in.len * 3 - 1));
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes in = bytes_of(data, len < LONGEST ? len : LONGEST);

	check_safe(in);
	check_utf8(in);
	check_hex(in);
	return 0;
}
