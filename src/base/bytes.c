/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <string.h>

struct bytes
bytes_of(const void *ptr, size_t len)
{
	struct bytes b = { ptr, len };

	return b;
}

struct bytes
bytes_of_str(const char *s)
{
	return bytes_of(s, strlen(s));
}

bool
bytes_take(struct bytes *cur, size_t n, struct bytes *ret)
{
	if (n > cur->len)
		return false;
	*ret = bytes_of(cur->ptr, n);
	if (n > 0)
		cur->ptr += n;
	cur->len -= n;
	return true;
}

bool
bytes_u8(struct bytes *cur, uint8_t *ret)
{
	struct bytes b;

	if (!bytes_take(cur, 1, &b))
		return false;
	*ret = b.ptr[0];
	return true;
}

bool
bytes_u16(struct bytes *cur, uint16_t *ret)
{
	struct bytes b;

	if (!bytes_take(cur, 2, &b))
		return false;
	*ret = (uint16_t)(b.ptr[0] << 8 | b.ptr[1]);
	return true;
}

bool
bytes_u32(struct bytes *cur, uint32_t *ret)
{
	struct bytes b;

	if (!bytes_take(cur, 4, &b))
		return false;
	*ret = (uint32_t)b.ptr[0] << 24 | (uint32_t)b.ptr[1] << 16 |
	    (uint32_t)b.ptr[2] << 8 | b.ptr[3];
	return true;
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	return a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0;
}

int
bytes_order(struct bytes a, struct bytes b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;

	if (c != 0 || a.len == b.len)
		return c;
	return a.len < b.len ? -1 : 1;
}

bool
bytes_equal_reversed(struct bytes a, struct bytes b)
{
	size_t i;

	if (a.len != b.len)
		return false;
	for (i = 0; i < a.len; i++)
		if (a.ptr[i] != b.ptr[b.len - 1 - i])
			return false;
	return true;
}

bool
bytes_starts(struct bytes a, struct bytes prefix)
{
	struct bytes head;

	return bytes_take(&a, prefix.len, &head) && bytes_equal(head, prefix);
}
