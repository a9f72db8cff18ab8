/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, 4), without line breaks. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

void base64_put(struct buf *out, struct bytes in);

/* Appends what TEXT stands for to OUT. False, and OUT as it was, where TEXT is
 * anything but what base64_put() writes: a blank, no padding, a bit that is
 * set and belongs to no byte. Out of memory is in OUT. */
MUST_CHECK bool base64_take(struct bytes text, struct buf *out);

#endif
