/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PIN or a passphrase. It lives in a page of its own that is never swapped
 * (mlock), never in a core dump (MADV_DONTDUMP) and wiped before it is given
 * back. Nothing is ever derived from it and stored.
 *
 * A struct secret is on the stack and owns its page; all-zero is an empty
 * one. Its content is bytes, not a string; a NUL follows it that is not
 * counted.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/diag.h"

/* The longest secret, in bytes. */
#define SECRET_MAX ((size_t)1024)

struct secret {
	uint8_t *page; /* NULL where empty */
	size_t page_len;
	size_t len;
};

/* Wipes and frees; S is empty and usable again. */
void secret_clear(struct secret *s);

/* Copies IN; the caller wipes its own copy. What S held is wiped. ERR_TOO_BIG
 * over SECRET_MAX; ERR_NOMEM or ERR_IO where the system gives no locked page
 * (the message names RLIMIT_MEMLOCK). S is empty after a failure. */
MUST_CHECK enum err secret_set(struct secret *s, struct bytes in,
    struct diag *d);

/* Reads FD to its end, or to its first newline, which is dropped, and a
 * carriage return before it too. */
MUST_CHECK enum err secret_read(struct secret *s, int fd, struct diag *d);

/* The same of a file that holds one line and nothing else: ERR_LEFTOVER where
 * anything follows it. */
MUST_CHECK enum err secret_read_only_line(struct secret *s, int fd,
    struct diag *d);

/* Appends BYTE, in the page as well. ERR_TOO_BIG over SECRET_MAX. */
MUST_CHECK enum err secret_add(struct secret *s, uint8_t byte, struct diag *d);

/* Takes the value of the environment variable NAME, overwrites it where it
 * stands and removes it. ERR_ABSENT where it is not set. Not for use beside
 * other threads. */
MUST_CHECK enum err secret_from_env(struct secret *s, const char *name,
    struct diag *d);

/* The content, borrowed until the next call on S. */
struct bytes secret_bytes(const struct secret *s);

#endif
