/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing buffer of bytes with a sticky error: append as often as needed,
 * then ask buf_ok() once. After a failure (out of memory, a length that does
 * not fit its field) every append does nothing and the content is not to be
 * used.
 *
 * A struct buf is on the stack and owns its memory; all-zero is an empty one.
 * Lengths that are known only later are marked and closed by offset, so a
 * moved buffer leaves nothing dangling.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct buf {
	uint8_t *ptr;
	size_t len;
	size_t cap;
	bool failed;
};

void buf_init(struct buf *b);

/* Frees the content; B is empty and usable again. */
void buf_clear(struct buf *b);

/* False once any append has failed. */
MUST_CHECK bool buf_ok(const struct buf *b);

/* Makes room for N bytes more, so that the next N need no allocation. */
void buf_reserve(struct buf *b, size_t n);

void buf_put(struct buf *b, struct bytes in);
void buf_str(struct buf *b, const char *s);
void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);           /* big-endian */
void buf_u32(struct buf *b, uint32_t v);           /* big-endian */
void buf_fill(struct buf *b, size_t n, uint8_t v); /* N times */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Appends a u16 to be filled in later and returns its offset. */
size_t buf_mark16(struct buf *b);

/* Writes V into the u16 at offset MARK; a V over 65535 is a failure. */
void buf_fill16(struct buf *b, size_t mark, size_t v);

/* The content, borrowed until the next append or clear. */
struct bytes buf_bytes(const struct buf *b);

/* The content as a NUL-terminated string, borrowed likewise; NULL after a
 * failure. The NUL is not counted in len. */
const char *buf_cstr(struct buf *b);

#endif
