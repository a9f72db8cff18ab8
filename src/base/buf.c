/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b)
{
	memset(b, 0, sizeof(*b));
}

void
buf_clear(struct buf *b)
{
	free(b->ptr);
	buf_init(b);
}

bool
buf_ok(const struct buf *b)
{
	return !b->failed;
}

void
buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap < 64 ? 64 : b->cap;
	uint8_t *ptr;

	if (b->failed || n <= b->cap - b->len)
		return;
	if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4) {
		b->failed = true;
		return;
	}
	while (cap - b->len < n)
		cap *= 2;
	ptr = realloc(b->ptr, cap);
	if (ptr == NULL) {
		b->failed = true;
		return;
	}
	b->ptr = ptr;
	b->cap = cap;
}

void
buf_put(struct buf *b, struct bytes in)
{
	if (in.len == 0)
		return;
	buf_reserve(b, in.len);
	if (b->failed)
		return;
	memcpy(b->ptr + b->len, in.ptr, in.len);
	b->len += in.len;
}

void
buf_str(struct buf *b, const char *s)
{
	buf_put(b, bytes_of_str(s));
}

void
buf_u8(struct buf *b, uint8_t v)
{
	buf_put(b, bytes_of(&v, 1));
}

void
buf_fill(struct buf *b, size_t n, uint8_t v)
{
	buf_reserve(b, n);
	if (b->failed || n == 0)
		return;
	memset(b->ptr + b->len, v, n);
	b->len += n;
}

void
buf_u16(struct buf *b, uint16_t v)
{
	uint8_t raw[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	buf_put(b, bytes_of(raw, sizeof(raw)));
}

void
buf_u32(struct buf *b, uint32_t v)
{
	buf_u16(b, (uint16_t)(v >> 16));
	buf_u16(b, (uint16_t)v);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (b->failed)
		return;
	/* most often it fits */
	va_start(ap, fmt);
	n = vsnprintf(b->ptr == NULL ? NULL : (char *)b->ptr + b->len,
	    b->cap - b->len, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if ((size_t)n >= b->cap - b->len) {
		buf_reserve(b, (size_t)n + 1);
		if (b->failed)
			return;
		va_start(ap, fmt);
		(void)vsnprintf((char *)b->ptr + b->len, (size_t)n + 1, fmt,
		    ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

size_t
buf_mark16(struct buf *b)
{
	size_t mark = b->len;

	buf_u16(b, 0);
	return mark;
}

void
buf_fill16(struct buf *b, size_t mark, size_t v)
{
	if (v > UINT16_MAX)
		b->failed = true;
	if (b->failed)
		return;
	b->ptr[mark] = (uint8_t)(v >> 8);
	b->ptr[mark + 1] = (uint8_t)v;
}

struct bytes
buf_bytes(const struct buf *b)
{
	return bytes_of(b->ptr, b->len);
}

const char *
buf_cstr(struct buf *b)
{
	buf_reserve(b, 1);
	if (b->failed)
		return NULL;
	b->ptr[b->len] = '\0';
	return (const char *)b->ptr;
}
