/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that stand in a file. */
#ifndef BASE_BESIDE_H
#define BASE_BESIDE_H

#include "base/buf.h"

/* Appends PATH as FILE means it, in which it stands: "~/" begins the home
 * folder ($HOME, where that is set), and what does not begin with a slash is
 * beside FILE. A URL is no path, and names no file there. */
void beside_put(struct buf *out, const char *file, const char *path);

#endif
