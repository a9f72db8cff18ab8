/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: which key on which token signed which digest, when, for
 * which file, with what result. Lines are only ever appended, and each one
 * holds a hash of the line before it, so that a line that was taken out,
 * changed, put in or moved shows.
 *
 * THE FORMAT. ASCII, one JSON object a line, no blanks between its parts,
 * members in the order below, a newline behind each line, at most
 * AUDIT_LINE_MAX bytes a line. The first line is the header:
 *
 *	line            1
 *	format          "ctlsmith-audit"
 *	format_version  1
 *	id              32 hex digits, random: tells one log from another
 *	created         a time
 *	version         of the program
 *	sum             see below
 *
 * Every other line is a record. What is not known is left out, unless marked
 * with an asterisk:
 *
 *	line*           the number of the line in the file, from 1
 *	prev*           SHA-256 of the line before, without its newline
 *	after_torn_line true where the line before was cut short
 *	time*           2015-03-06T18:45:13Z, always UTC
 *	operation*      a name of AUDIT_OPS
 *	token           { label, serial }
 *	key             { id (hex), label }; of a key in a file the SHA-1 of
 *	                its public half, and the file
 *	mechanism       how it was signed, "RSA-PKCS"
 *	digest          { algorithm, value (hex) }
 *	file            what it was for
 *	result*         "ok", or what went wrong
 *	version*        of the program
 *	sum*            SHA-256 of this line as far as the comma before "sum"
 *
 * A hash is 64 hex digits in lower case. A text that is no UTF-8 has U+FFFD
 * for each byte that is not, and all its bytes behind it as KEY_hex. With
 * tools alone: the hash of line 7 is
 *	sed -n 7p LOG | tr -d '\n' | sha256sum
 *
 * WHAT IT SHOWS. `sum` ties a line to itself: a line that was damaged is known
 * by itself, the last one too. `prev` ties it to its predecessor and, through
 * it, to all before. There is no key in it, and so the chain cannot show
 *	- that lines at the END were cut off,
 *	- that the file as a whole was exchanged for another, or that somebody
 *	  changed a line and then wrote all that follow anew.
 * Against these helps a hash that was noted where the other side cannot write,
 * in a ticket or on paper: as long as it is the hash of some line, that line
 * and all before it are what they were then (struct audit_verdict, wanted).
 *
 * A LINE THAT WAS CUT SHORT. A crash may leave a part of a line at the end,
 * without a newline. The next append leaves it there, closes it with
 * AUDIT_TORN and a newline, and goes on. In the record that follows,
 * after_torn_line is true and prev covers more: from the beginning of the last
 * whole line as far as the newline before the record. A line that is all
 * there and lacks but its newline is a line like others.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "base/bytes.h"
#include "base/diag.h"
#include "pki/digest.h"

/* The longest line that is read, in bytes without its newline, and how much
 * of lines that were cut short may stand between two whole ones. */
#define AUDIT_LINE_MAX ((size_t)64 * 1024)
#define AUDIT_TORN_MAX ((size_t)64 * 1024)

/* The longest that is written: room is left to close it when it is torn. */
#define AUDIT_RECORD_MAX ((size_t)63 * 1024)

/* What closes a line that was cut short. No whole line ends with it. */
#define AUDIT_TORN " #torn"

/* X(id, name in the log) */
#define AUDIT_OPS(X)                                        \
	X(AUDIT_SIGN, "sign")                               \
	X(AUDIT_KEY_GENERATE, "key-generate")               \
	X(AUDIT_KEY_IMPORT, "key-import")                   \
	X(AUDIT_KEY_DELETE, "key-delete")                   \
	X(AUDIT_CERTIFICATE_IMPORT, "certificate-import")   \
	X(AUDIT_CERTIFICATE_DELETE, "certificate-delete")   \
	X(AUDIT_CERTIFICATE_REQUEST, "certificate-request") \
	X(AUDIT_TOKEN_INIT, "token-init")                   \
	X(AUDIT_LOGIN, "login")                             \
	X(AUDIT_PIN_CHANGE, "pin-change")                   \
	X(AUDIT_PIN_UNBLOCK, "pin-unblock")                 \
	X(AUDIT_DRILL, "drill")

enum audit_op {
#define AUDIT_OP_ID(id, name) id,
	AUDIT_OPS(AUDIT_OP_ID)
#undef AUDIT_OP_ID
};

/* "sign" and so on; never NULL. */
const char *audit_op_name(enum audit_op op);

/* One record. Everything is borrowed; NULL and an absent run are left out, of
 * key_id and digest_value an empty one too. */
struct audit_record {
	int64_t time; /* seconds since 1970, not negative, before 10000 */
	enum audit_op op;
	struct bytes token_label;
	struct bytes token_serial;
	struct bytes key_id; /* as bytes */
	struct bytes key_label;
	const char *mechanism;
	enum digest digest; /* what digest_value is one of */
	struct bytes digest_value;
	const char *file;
	const char *error;   /* NULL: it went well */
	const char *version; /* of the program; not NULL */
};

/* What the header of a new log says. */
struct audit_birth {
	int64_t time;
	uint8_t id[16]; /* random */
	const char *version;
};

/* A line: its number in the file, from 1, and its hash. */
struct audit_place {
	uint64_t line;
	struct digest_value hash;
};

struct audit_log; /* one open log, for one thread at a time */

/* Opens the log PATH, and makes it, with mode 0600 and a header by BIRTH,
 * where nothing or an empty file stands there. Only the first and the last
 * lines are looked at, whatever the size. Refuses a symbolic link and what is
 * no regular file (ERR_UNSUPPORTED, ERR_IO), what is no audit log or one whose
 * end was tampered with (ERR_SYNTAX; audit_check() tells more), and a later
 * version of the format (ERR_UNSUPPORTED). */
MUST_CHECK enum err audit_open(const char *path,
    const struct audit_birth *birth, struct audit_log **ret, struct diag *d);

/* Appends RECORD in one write and waits until it is on the disk. Other
 * processes may append to the same log meanwhile. After a failure the file is
 * as it was; where even that could not be had (the file may only be appended
 * to, chattr +a), the message says so, and the next append goes on behind the
 * part of a line. ERR_USAGE for a time that is none; ERR_TOO_BIG for a record
 * over AUDIT_RECORD_MAX, or behind more of torn lines than AUDIT_TORN_MAX; ERR_SYNTAX where
 * somebody has changed the end of the file since it was read; ERR_ABSENT
 * where the file was deleted. */
MUST_CHECK enum err audit_append(struct audit_log *log,
    const struct audit_record *record, struct diag *d);

/* The last whole line, as far as LOG knows: what to note down. */
struct audit_place audit_last(const struct audit_log *log);

/* Frees *LOG and sets it to NULL; NULL is allowed. */
void audit_close(struct audit_log **log);

/* What may be wrong with a log: X(id, name in JSON, what it means). */
#define AUDIT_BREAKS(X)                                                        \
	X(AUDIT_WHOLE, "none", "the chain is whole")                           \
	X(AUDIT_EMPTY, "empty",                                                \
	    "all lines are gone, or nothing was ever written to this file")    \
	X(AUDIT_LONG, "line-too-long",                                         \
	    "ctlsmith writes no such lines; something else did")               \
	X(AUDIT_NOT_JSON, "not-json",                                          \
	    "this line was damaged, changed, or put in")                       \
	X(AUDIT_MEMBER, "member", "this line was damaged, changed, or put in") \
	X(AUDIT_SUM, "changed",                                                \
	    "this line was damaged or changed after it was written")           \
	X(AUDIT_NUMBER, "number",                                              \
	    "a line was taken out, put in or moved here")                      \
	X(AUDIT_PREV, "prev",                                                  \
	    "the line before was exchanged or rewritten, or this one does "    \
	    "not belong here")                                                 \
	X(AUDIT_TEAR, "torn",                                                  \
	    "a line was exchanged for what looks like the mark of a crash")

enum audit_break {
#define AUDIT_BREAK_ID(id, name, meaning) id,
	AUDIT_BREAKS(AUDIT_BREAK_ID)
#undef AUDIT_BREAK_ID
};

const char *audit_break_name(enum audit_break what);
const char *audit_break_meaning(enum audit_break what);

/* A line that was cut short. */
struct audit_torn {
	uint64_t line;
	uint64_t offset; /* of its first byte */
	bool open;       /* it is the end of the file, not closed yet */
};

#define AUDIT_NOTES_MAX 16
#define AUDIT_TIME_LEN 20 /* 2015-03-06T18:45:13Z */

struct audit_verdict {
	enum audit_break what; /* the first thing wrong */
	uint64_t line;         /* where; 0 where the chain is whole */
	uint64_t offset;       /* of the first byte of that line */
	struct diag why;       /* the message, without a place */

	/* What is known of the lines before that, or of all: */
	uint64_t num_lines;   /* with the header and torn ones */
	uint64_t num_records; /* without */
	char id[32 + 1];      /* of the log; "" where there is no header */
	char created[AUDIT_TIME_LEN + 1]; /* likewise */
	char first[AUDIT_TIME_LEN + 1];   /* of the first record, or "" */
	char last_time[AUDIT_TIME_LEN + 1];
	struct audit_place last; /* the last whole line; line 0: none */

	/* Notes: lines that were cut short. The first AUDIT_NOTES_MAX. */
	uint64_t num_torn;
	struct audit_torn torn[AUDIT_NOTES_MAX];

	uint64_t wanted; /* the line whose hash is the one asked for, or 0 */
};

/* Goes through the log that FD yields from where it stands to its end (of a
 * regular file: the end at the time of the call), with memory that does not
 * depend on its size, and fills RET. WANT is absent, or a hash of 32 bytes
 * that some line is to have. A broken chain is no error: the errors are
 * ERR_IO, ERR_NOMEM, ERR_CRYPTO, and ERR_UNSUPPORTED for a later version of
 * the format. */
MUST_CHECK enum err audit_check(int fd, struct bytes want,
    struct audit_verdict *ret, struct diag *d);

#endif
