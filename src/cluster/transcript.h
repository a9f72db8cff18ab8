/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was said in a session on a node's command line, in order, for a person
 * and to be replayed: lines "< TEXT" came, with \r\n at their end, "> TEXT"
 * were typed, with Enter, "# TEXT" are ours (time, host, algorithms). "<. TEXT"
 * and ">. TEXT" are parts without such an end. Bytes that are not printable
 * ASCII are \xNN, and a backslash is two. Secrets are ">. [secret]", and where
 * they come back, "[secret]". Long outputs are whole, up to a limit, behind
 * which a line says how much is missing.
 *
 * Where memory runs out, there is no text.
 */
#ifndef CLUSTER_TRANSCRIPT_H
#define CLUSTER_TRANSCRIPT_H

#include "base/buf.h"

struct transcript;

/* MAX: bytes of its text; 0: TRANSCRIPT_MAX. */
#define TRANSCRIPT_MAX ((size_t)4 << 20)
MUST_CHECK enum err transcript_new(size_t max, struct transcript **ret,
    struct diag *diag);
void transcript_free(struct transcript **t);

void transcript_note(struct transcript *t, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
void transcript_came(struct transcript *t, struct bytes raw);
void transcript_typed(struct transcript *t, struct bytes raw);
void transcript_secret(struct transcript *t);

/* From now on SECRET is blanked where it comes in one line; borrowed until the
 * next call or transcript_free(). Two at a time: WHICH is 0 or 1. */
void transcript_hide(struct transcript *t, unsigned which, struct bytes secret);

/* Borrowed, until the next call. */
struct bytes transcript_text(struct transcript *t);

/* Appends the last NUM lines that came, at most TRANSCRIPT_LAST and not empty,
 * with " | " between, made safe for one line of a message. */
#define TRANSCRIPT_LAST 4
void transcript_put_last(struct transcript *t, size_t num, struct buf *out);

#endif
