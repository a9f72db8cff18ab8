/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A borrowed run of bytes, and the cursor over it. A struct bytes never owns
 * what it points at and lives no longer than that.
 *
 * As a cursor it shrinks from the front: bytes_take() is the one function
 * that advances, every other reader goes through it, and none can step over
 * the end. Nested data is read through a sub-cursor, the run that one
 * bytes_take() returned.
 *
 * An absent value has ptr NULL; an empty one has len 0 and ptr set.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct bytes {
	const uint8_t *ptr;
	size_t len;
};

/* The run of LEN bytes at PTR. */
struct bytes bytes_of(const void *ptr, size_t len);

/* The characters of S, without its NUL. */
struct bytes bytes_of_str(const char *s);

/* Moves the first N bytes of CUR into RET. False, and both untouched, where
 * CUR holds fewer. */
MUST_CHECK bool bytes_take(struct bytes *cur, size_t n, struct bytes *ret);

/* One big-endian unsigned number of 1, 2 or 4 bytes, as bytes_take(). */
MUST_CHECK bool bytes_u8(struct bytes *cur, uint8_t *ret);
MUST_CHECK bool bytes_u16(struct bytes *cur, uint16_t *ret);
MUST_CHECK bool bytes_u32(struct bytes *cur, uint32_t *ret);

/* Same length and content. Two absent or empty runs are equal. */
bool bytes_equal(struct bytes a, struct bytes b);
/* Below, equal to or above 0 as A stands before, with or behind B. */
int bytes_order(struct bytes a, struct bytes b);

/* A holds the bytes of B in the opposite order. */
bool bytes_equal_reversed(struct bytes a, struct bytes b);

/* A begins with the bytes of PREFIX. */
bool bytes_starts(struct bytes a, struct bytes prefix);

#endif
