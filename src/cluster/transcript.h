/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was said in a session on a node's command line, in order, for a person
 * and to be replayed: lines "< TEXT" came, "> TEXT" were typed, "# TEXT" are
 * ours (time, host, algorithms). Bytes that are not printable are \xNN, and a
 * backslash is two. Secrets are "> [secret]". Long outputs are whole, up to a
 * limit, behind which a line says how much is missing.
 */
#ifndef CLUSTER_TRANSCRIPT_H
#define CLUSTER_TRANSCRIPT_H

#include "base/buf.h"

struct transcript;

MUST_CHECK enum err transcript_new(size_t max, struct transcript **ret,
    struct diag *diag);
void transcript_free(struct transcript **t);

void transcript_note(struct transcript *t, const char *fmt, ...)
    PRINTF_LIKE(2, 3);
void transcript_came(struct transcript *t, struct bytes raw);
void transcript_typed(struct transcript *t, struct bytes raw);
void transcript_secret(struct transcript *t);

/* Borrowed, until the next call. */
struct bytes transcript_text(const struct transcript *t);

/* Appends the last NUM lines that came, made safe for one line of a message. */
void transcript_put_last(const struct transcript *t, size_t num,
    struct buf *out);

#endif
