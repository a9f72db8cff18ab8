/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single values in a text document: numbers, times, hex, and what somebody
 * may have meant by a word. No document, no line numbers: data/doc.h has
 * those. Every function takes all of its text or refuses, without a diag,
 * since only the caller knows what the value is for.
 */
#ifndef DATA_SCALAR_H
#define DATA_SCALAR_H

#include "base/bytes.h"

/* 1200 or 0x4b0; no sign, no leading zero (010 is ten to some and eight to
 * others). At most 18 digits. */
MUST_CHECK bool scalar_number(struct bytes text, uint64_t *ret);

/* RFC 3339 without fractions (2015-03-06T18:45:13Z, or an offset such as
 * +01:00), or a whole number of seconds since 1970. */
MUST_CHECK bool scalar_time(struct bytes text, int64_t *ret);

/* Digit pairs, with ':' between all of them or none. Writes RET_LEN bytes to
 * OUT, which has room for text.len / 2 + 1. */
MUST_CHECK bool scalar_hex(struct bytes text, uint8_t *out, size_t *ret_len);

#define SCALAR_WORDS_MAX 64

struct scalar_words {
	const char *item[SCALAR_WORDS_MAX];
	size_t num;
};

/* The one of WORDS that is nearest to GOT, or NULL where none is near. */
const char *scalar_near(struct bytes got, const struct scalar_words *words);

/* Writes to OUT the end of a message about GOT, which is none of WORDS: the
 * one that is nearest, or all of them where none is near. */
void scalar_hint(char *out, size_t size, struct bytes got,
    const struct scalar_words *words);

#endif
