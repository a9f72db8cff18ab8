/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/cluster only: the text of an output line by line, its words, and
 * the arrays that readers fill. */
#ifndef CLUSTER_SAID_PARTS_H
#define CLUSTER_SAID_PARTS_H

#include "cluster/said.h"

#define SAID_WORDS_MAX 64

struct said_text {
	struct bytes rest;
	unsigned line; /* of what was taken last, from 1 */
};

/* TEXT from its start. ERR_TRUNCATED where it ends in the middle of a line,
 * ERR_SYNTAX where it says nothing at all, ERR_TOO_BIG. */
MUST_CHECK enum err said_begin(struct bytes text, struct said_text *ret,
    struct diag *diag);

/* The next line, without its end and without blanks at its end; false behind the
 * last. */
bool said_line(struct said_text *t, struct bytes *ret);
/* The next one that has more than blanks, without any at its start. */
bool said_full_line(struct said_text *t, struct bytes *ret);

/* CODE with the place of the line that was taken last. */
enum err said_wrong(const struct said_text *t, enum err code, const char *msg,
    struct diag *diag);

bool said_is_blank(uint8_t c); /* blank or tab */
struct bytes said_trimmed(struct bytes text);
struct bytes said_from(struct bytes text, size_t skip);
/* IN begins with WORDS, whatever its case; then *RET is what follows. */
bool said_starts(struct bytes in, const char *words, struct bytes *ret);
bool said_equals(struct bytes in, const char *words);
/* Where WORDS begin in IN, whatever its case. */
bool said_finds(struct bytes in, const char *words, size_t *ret);

/* The words of LINE between blanks, at most SAID_WORDS_MAX; what follows the
 * last of these is not looked at. */
size_t said_words(struct bytes line, struct bytes *ret);

/* Copies VALUE, what WHAT names, into TO, which has CAP bytes with the NUL.
 * ERR_SYNTAX for a control character, ERR_TOO_BIG for what does not fit. */
MUST_CHECK enum err said_copy(const struct said_text *t, struct bytes value,
    const char *what, char *to, size_t cap, struct diag *diag);

/* A decimal number, of digits alone or with commas between them. */
MUST_CHECK bool said_number(struct bytes word, uint64_t *ret);

/* An address, IPv4 or IPv6. */
bool said_is_address(struct bytes word);

/* A date in WORDS, any of
 *	Tue Mar 30 02:19:31 PDT 2021
 *	Fri Jan  2 16:18:22 -05 2026
 *	Fri Mar 4, 2005 16:30:12
 *	Fri Jan  2 04:18:22 PM UTC 2026
 *	16 Nov,2004 21:45:43
 * in seconds. *RET_KNOWN: its offset from UTC is there; otherwise it is taken for
 * UTC, since letters of a zone mean several. *RET_NUM: how many words it has.
 * False where they begin with none. */
MUST_CHECK bool said_when(const struct bytes *words, size_t num, int64_t *ret,
    bool *ret_known, size_t *ret_num);

/* Elements of SIZE bytes, at most MAX of them. Free ITEMS. */
struct said_array {
	void *items;
	size_t num, cap, size, max;
};

/* Adds an element of zeroes, *RET, which is good until the next. ERR_TOO_BIG. */
MUST_CHECK enum err said_add(const struct said_text *t, struct said_array *a,
    void **ret, struct diag *diag);

#endif
