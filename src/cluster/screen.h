/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a terminal would show of the bytes that come, as plain lines: escape
 * sequences and control characters are taken out, backspaces carried out, \r\n,
 * \r\r\n and \n\r are \n, and so is a \r before more of the same line. All other
 * bytes are as they came. Pure; how the bytes are split makes no difference.
 *
 * A struct screen is on the stack and owns its text; all-zero is an empty one.
 */
#ifndef CLUSTER_SCREEN_H
#define CLUSTER_SCREEN_H

#include "base/buf.h"

struct screen {
	struct buf text;
	size_t line;     /* where its last line begins, which may be empty */
	size_t anchor;   /* the same, or behind what put the cursor anywhere:
			* where a prompt may begin */
	struct buf echo; /* to be left out, where it comes at once */
	size_t echoed;   /* so much of it came */
	size_t soft;     /* a line that \r alone began */
	bool returned;   /* \r came, and nothing behind it */
	int sequence;    /* where in an escape sequence we are */
	int pager;       /* where in what is left of a pager */
	size_t blanks;   /* held back there */
};

void screen_clear(struct screen *s);
void screen_put(struct screen *s, struct bytes in);

/* What comes next may be the echo TEXT: it is left out, as far as it comes. */
void screen_expect(struct screen *s, struct bytes text);
bool screen_expects(const struct screen *s);

/* A pager, which begins at AT of the text, has got its key: it is taken out, and
 * so is what wipes it off. */
void screen_unpage(struct screen *s, size_t at);

/* Drops the first N bytes of the text. */
void screen_drop(struct screen *s, size_t n);

#endif
