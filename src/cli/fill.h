/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences filled to the width of a terminal. */
#ifndef CLI_FILL_H
#define CLI_FILL_H

#include "base/buf.h"

/* How text is laid out for whoever reads stdout. */
struct fill {
	size_t
	    width; /* columns; 0: nobody looks, one line whatever its length */
	bool colours;
};

/* The layout for stdout as it is: COLUMNS or the terminal's own width, colours
 * unless NO_COLOR is set or TERM is "dumb". */
struct fill fill_for_stdout(void);

/* Appends TEXT, safe UTF-8 in which colours may stand, and a newline: words behind each other while they
 * fit, every line but the first begun with INDENT blanks. Several blanks stay
 * several within a line, since names differ by them. A word that is longer than a
 * line is not broken, so that it can be copied. */
void fill_put(const struct fill *f, struct buf *out, struct bytes text,
    size_t indent);

#endif
