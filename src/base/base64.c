/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_put(struct buf *out, struct bytes in)
{
	size_t i, n;
	uint32_t v;

	buf_reserve(out, in.len / 3 * 4 + 4);
	for (i = 0; i < in.len; i += n) {
		n = in.len - i < 3 ? in.len - i : 3;
		v = (uint32_t)in.ptr[i] << 16;
		if (n > 1)
			v |= (uint32_t)in.ptr[i + 1] << 8;
		if (n > 2)
			v |= in.ptr[i + 2];
		buf_u8(out, (uint8_t)digits[v >> 18]);
		buf_u8(out, (uint8_t)digits[v >> 12 & 0x3f]);
		buf_u8(out, n > 1 ? (uint8_t)digits[v >> 6 & 0x3f] : '=');
		buf_u8(out, n > 2 ? (uint8_t)digits[v & 0x3f] : '=');
	}
}

/* The value of the digit C, or -1. */
static int
digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* The four characters at IN; the last N of them are padding. */
static bool
take_group(const uint8_t *in, size_t n, struct buf *out)
{
	uint32_t v = 0;
	size_t i;
	int one;

	for (i = 0; i < 4; i++) {
		one = i < 4 - n ? digit(in[i]) : 0;
		if (one < 0)
			return false;
		v = v << 6 | (uint32_t)one;
	}
	if ((v & ((1U << 8 * n) - 1)) != 0)
		return false;
	for (i = 0; i < 3 - n; i++)
		buf_u8(out, (uint8_t)(v >> (16 - 8 * i)));
	return true;
}

bool
base64_take(struct bytes text, struct buf *out)
{
	size_t i, n, before = out->len;

	if (text.len % 4 != 0)
		return false;
	buf_reserve(out, text.len / 4 * 3);
	for (i = 0; i < text.len; i += 4) {
		n = 0;
		if (i + 4 == text.len && text.ptr[i + 3] == '=')
			n = text.ptr[i + 2] == '=' ? 2 : 1;
		if (!take_group(text.ptr + i, n, out)) {
			out->len = before;
			return false;
		}
	}
	return true;
}
