/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket of a lab, DIR/control: one request a connection. A request
 * is a number of words, each with a NUL behind it, then an empty word, then bytes
 * up to the end; the answer is '0' or '1', an exit status, and text.
 */
#ifndef LAB_CONTROL_H
#define LAB_CONTROL_H

#include "base/buf.h"
#include "lab/stream.h"

#define CONTROL_WORDS 4096
#define CONTROL_MAX ((size_t)72 * 1024 * 1024)

struct control_request {
	struct buf all;
	const char *word[CONTROL_WORDS + 1]; /* NULL behind the last one */
	size_t num;
	struct bytes bytes;
};

/* Listens on DIR/control; DIR is an open folder. *RET is non-blocking. */
MUST_CHECK enum err control_listen(int dir, int *ret, struct diag *diag);

/* Reads a request of S. ERR_SYNTAX, ERR_TOO_BIG, ERR_TRUNCATED. */
MUST_CHECK enum err control_read(struct stream *s, struct control_request *ret,
    struct diag *diag);
void control_clear(struct control_request *r);

bool control_answer(struct stream *s, bool fine, struct bytes text);

/* The other side: sends WORDS, a NULL behind them, and BYTES to the lab in the
 * folder DIR, and appends what it says to RET. ERR_ABSENT: no lab is up there; ERR_POLICY: it refused, with
 * its words in DIAG. */
MUST_CHECK enum err control_ask(const char *dir, const char *const *words,
    struct bytes bytes, struct buf *ret, struct diag *diag);

#endif
