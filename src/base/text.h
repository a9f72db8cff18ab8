/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from bytes. Everything that comes from outside (a name in a trust
 * list, a file name, a certificate's subject) passes one of these on its way
 * to a person or into JSON, once, at the border.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Well-formed UTF-8 (no overlong form, no surrogate, at most U+10FFFF). */
bool text_is_utf8(struct bytes in);

/* Appends IN safe for a terminal: printable ASCII and well-formed UTF-8 as
 * they are; control characters (C0, DEL, C1, line separators), characters
 * that change the direction or the width of text, and bytes that are no
 * UTF-8 as \xNN, a byte each. One line in is one line out. */
void text_put_safe(struct buf *out, struct bytes in);

/* Appends IN as well-formed UTF-8: every byte that is not becomes U+FFFD.
 * Control characters stay; JSON escapes them itself. */
void text_put_utf8(struct buf *out, struct bytes in);

/* The value of a hex digit, of either case, or -1. */
int text_hex_value(uint8_t c);

enum text_hex {
	TEXT_LOWER,
	TEXT_UPPER
};

/* Appends two hex digits a byte, with SEP (may be "") between bytes. */
void text_put_hex(struct buf *out, struct bytes in, const char *sep,
    enum text_hex letters);

/* Appends T, seconds since 1970, as RFC 3339 in UTC:
 * 2015-03-06T18:45:13Z. */
void text_put_rfc3339(struct buf *out, int64_t t);

/* Appends T as date(1) prints it in the process's time zone:
 * Fri Mar 06 19:45:13 CET 2015. Always in English. */
void text_put_date(struct buf *out, int64_t t);

#endif
