/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of the log, out and in. What is read is held against the one way
 * in which a line can be written, so there is nothing for two readers to see
 * differently.
 */
#ifndef AUDIT_LINE_H
#define AUDIT_LINE_H

#include "audit/audit.h"
#include "base/buf.h"

/* What of a line is used. The runs are borrowed from its text. */
struct line {
	struct bytes number; /* as it stands there; line_number() reads it */
	struct bytes prev;   /* 64 hex digits; of a record */
	struct bytes torn;   /* present where after_torn_line is */
	struct bytes time;   /* also that of the header, "created" */
	struct bytes format; /* of the header: these */
	struct bytes format_version;
	struct bytes id;
};

/* Why a text is no line. */
struct line_fault {
	enum audit_break what; /* AUDIT_WHOLE: it is one */
	struct diag why;
};

/* Reads TEXT, a line without its newline, as a record or, with HEADER, as the
 * first line. That it is none is no error: FAULT says so. RET is filled as far
 * as TEXT could be read. ERR_UNSUPPORTED: the header of a later version. */
MUST_CHECK enum err line_read(struct digest_kit *kit, struct bytes text,
    bool header, struct line *ret, struct line_fault *fault, struct diag *d);

/* The number in TEXT, which line_read() has found to be one. */
uint64_t line_number(struct bytes text);

/* HEX, 64 digits in lower case, is the value of HASH. */
bool line_is_hash(struct bytes hex, const struct digest_value *hash);

/* TEXT, an unterminated end of a file that is no whole line, was cut short:
 * it does not hold the end that only a finished line has. */
bool line_is_cut(struct bytes text);

/* TEXT is a line that was cut short and closed. */
bool line_is_torn(struct bytes text);

/* Appends the header to RET, with its newline. */
MUST_CHECK enum err line_put_header(const struct audit_birth *birth,
    struct buf *ret, struct diag *d);

/* Where a record goes. */
struct line_link {
	uint64_t number;
	struct digest_value prev;
	bool torn; /* the line before was cut short */
};

/* Appends RECORD, with its newline. */
MUST_CHECK enum err line_put(const struct audit_record *record,
    const struct line_link *link, struct buf *ret, struct diag *d);

/* Appends the end of a line that begins at offset START of LINE: its sum and
 * a newline. */
MUST_CHECK enum err line_seal(struct buf *line, size_t start, struct diag *d);

#endif
