/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors. A call that can fail returns an enum err and, where the fact is
 * known, fills the caller's struct diag once: what happened, at which byte,
 * on which tag path or line, and what the native API said. Whoever passes a
 * failure on leaves the diag alone.
 *
 * A struct diag is plain data without ownership; zero it with diag_init().
 * Every function here takes a NULL diag and does nothing with it. Messages
 * may quote bytes from outside: whoever prints one escapes it (base/text.h).
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stddef.h>

/* Error codes, grouped by what the person can do about them. ERR_TOKEN: no
 * such token or key, more than one, or its module failed. ERR_PIN: it is
 * wrong, locked, was refused or not given. ERR_WAITING: nothing is wrong, and it
 * goes on when it is called again, later. */
#define ERR_LIST(X)                         \
	X(ERR_OK, "ok")                     \
	X(ERR_NOMEM, "out of memory")       \
	X(ERR_USAGE, "usage")               \
	X(ERR_IO, "input/output")           \
	X(ERR_ABSENT, "not there")          \
	X(ERR_EXISTS, "exists already")     \
	X(ERR_TOO_BIG, "over a limit")      \
	X(ERR_TRUNCATED, "cut short")       \
	X(ERR_SYNTAX, "malformed")          \
	X(ERR_LEFTOVER, "bytes left over")  \
	X(ERR_UNSUPPORTED, "not supported") \
	X(ERR_CRYPTO, "cryptography")       \
	X(ERR_TOKEN, "token")               \
	X(ERR_PIN, "PIN")                   \
	X(ERR_POLICY, "refused by a rule")  \
	X(ERR_WAITING, "has to wait")

enum err {
#define ERR_ENUM(id, name) id,
	ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* "No byte offset is known." */
#define DIAG_NOWHERE ((size_t)-1)

struct diag {
	enum err code;
	size_t offset;   /* byte in the file, from 0, or DIAG_NOWHERE */
	unsigned line;   /* line and column in a text document, from 1; */
	unsigned column; /* 0: does not apply */
	char path[96];   /* tag path, "record 3 / CERTIFICATE (9)", or "" */
	const char *api; /* the native call that failed, or NULL */
	long native;     /* its error number */
	char msg[320];   /* one sentence, no full stop, no newline */
};

/* Makes D say "no error". */
void diag_init(struct diag *d);

/* Records CODE and the message; returns CODE, so that a caller can
 * `return diag_set(d, ERR_SYNTAX, "...")`. */
enum err diag_set(struct diag *d, enum err code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Records a failed system call: CODE from ERRNUM, the message with the
 * system's text appended, and API as the native call. */
enum err diag_errno(struct diag *d, const char *api, int errnum,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Out of memory, said once for all. */
enum err diag_nomem(struct diag *d);

/* Adds the place in the file to what diag_set() recorded. */
void diag_at(struct diag *d, size_t offset, const char *path_fmt, ...)
    PRINTF_LIKE(3, 4);

/* Adds the place in a text document. */
void diag_line(struct diag *d, unsigned line, unsigned column);

/* The short name of CODE, as in ERR_LIST; never NULL. */
const char *diag_err_name(enum err code);

#endif
