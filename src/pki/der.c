/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/der.h"

#include <string.h>

void
der_init(struct der *w, uint8_t *mem, size_t cap)
{
	w->mem = mem;
	w->cap = cap;
	w->at = cap;
	w->failed = false;
}

void
der_put(struct der *w, struct bytes in)
{
	if (w->failed || in.len > w->at) {
		w->failed = true;
		return;
	}
	w->at -= in.len;
	if (in.len > 0)
		memcpy(w->mem + w->at, in.ptr, in.len);
}

void
der_put_u8(struct der *w, uint8_t v)
{
	der_put(w, bytes_of(&v, 1));
}

void
der_close(struct der *w, uint8_t tag, size_t mark)
{
	size_t len = mark - w->at;
	uint8_t n = 0;

	if (len < 0x80) {
		der_put_u8(w, (uint8_t)len);
	} else {
		for (; len > 0; len >>= 8, n++)
			der_put_u8(w, (uint8_t)(len & 0xff));
		der_put_u8(w, (uint8_t)(0x80 | n));
	}
	der_put_u8(w, tag);
}

struct bytes
der_magnitude(struct bytes in)
{
	while (in.len > 0 && in.ptr[0] == 0) {
		in.ptr++;
		in.len--;
	}
	return in;
}

void
der_put_uint(struct der *w, struct bytes in)
{
	struct bytes v = der_magnitude(in);
	size_t mark = w->at;

	der_put(w, v);
	if (v.len == 0 || (v.ptr[0] & 0x80) != 0)
		der_put_u8(w, 0);
	der_close(w, DER_INTEGER, mark);
}

void
der_put_value(struct der *w, uint8_t tag, struct bytes in)
{
	size_t mark = w->at;

	der_put(w, in);
	der_close(w, tag, mark);
}

struct bytes
der_bytes(const struct der *w)
{
	return w->failed ? bytes_of(NULL, 0)
			 : bytes_of(w->mem + w->at, w->cap - w->at);
}

/* The length field; of the forms that say the same only the shortest. */
static bool
take_length(struct bytes *cur, size_t *ret)
{
	uint8_t first, v;
	size_t len = 0;
	int i, n;

	if (!bytes_u8(cur, &first))
		return false;
	if (first < 0x80) {
		*ret = first;
		return true;
	}
	n = first & 0x7f;
	if (n == 0 || n > 4)
		return false;
	for (i = 0; i < n; i++) {
		if (!bytes_u8(cur, &v) || (i == 0 && v == 0))
			return false;
		len = len << 8 | v;
	}
	*ret = len;
	return len >= 0x80;
}

bool
der_take(struct bytes *cur, uint8_t tag, struct bytes *ret)
{
	struct bytes rest = *cur, value;
	size_t len = 0;
	uint8_t found;

	if (!bytes_u8(&rest, &found) || found != tag ||
	    !take_length(&rest, &len) || !bytes_take(&rest, len, &value))
		return false;
	*cur = rest;
	*ret = value;
	return true;
}

bool
der_take_uint(struct bytes *cur, struct bytes *ret)
{
	struct bytes rest = *cur, v;

	if (!der_take(&rest, DER_INTEGER, &v) || v.len == 0 ||
	    (v.ptr[0] & 0x80) != 0 ||
	    (v.len > 1 && v.ptr[0] == 0 && (v.ptr[1] & 0x80) == 0))
		return false;
	*cur = rest;
	*ret = der_magnitude(v);
	return true;
}
