/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within ctl/ only: how the text of `show ctl` is read (format 8.5), in three
 * steps. Lines are freed of what a terminal adds; a line is known for what it
 * is; the VALUE of a row is put together of the lines that it was broken into.
 */
#ifndef CTL_LISTING_PARTS_H
#define CTL_LISTING_PARTS_H

#include "ctl/ctl.h"

/* ---- What is kept. ---- */

struct listing_chunk;

struct ctl_listing {
	enum ctl_kind kind;
	enum ctl_said said;
	struct bytes md5, sha1, modified, version;
	bool has_length;
	size_t length;
	size_t header_length;
	/* The rows of the header and of every record, one after another. */
	struct ctl_row *rows;
	size_t num_rows;
	size_t cap_rows;
	size_t num_header;
	struct ctl_listed *records;
	size_t num_records;
	size_t cap_records;
	struct listing_chunk *chunks; /* every struct bytes above */
};

/* *RET is a copy of IN that lives as long as L, and is never {NULL, 0}. */
MUST_CHECK enum err listing_keep(struct ctl_listing *l, struct bytes in,
    struct bytes *ret, struct diag *d);

/* Adds a row to the header or record whose first is row FIRST: ERR_TOO_BIG,
 * ERR_NOMEM. */
MUST_CHECK enum err listing_push_row(struct ctl_listing *l,
    const struct ctl_row *row, size_t first, struct diag *d);
MUST_CHECK enum err listing_push_record(struct ctl_listing *l,
    const struct ctl_listed *record, struct diag *d);
/* Points every record at its rows, now that they do not move any more, and
 * adds them up. */
void listing_settle(struct ctl_listing *l);

/* ---- Lines. ---- */

/* Stands for a non-breaking space within a line. */
#define LISTING_NBSP 0x01

struct listing_lines {
	struct bytes rest;
	const uint8_t *start;
	struct buf text;
	unsigned line;
	bool only_cr; /* no line feed at all: CR ends the lines */
};

/* A line without its end, escape sequences, pager prompt and control
 * characters but the tab. */
struct listing_line {
	struct bytes text; /* until the next line is taken */
	size_t offset;
	unsigned line; /* from 1 */
};

void listing_lines_init(struct listing_lines *l, struct bytes in);
void listing_lines_clear(struct listing_lines *l);
/* False at the end, and where memory ran out: then L->text has failed. */
MUST_CHECK bool listing_lines_next(struct listing_lines *l,
    struct listing_line *ret);

bool listing_is_blank(uint8_t c);
/* IN without the blanks at its ends. */
struct bytes listing_trim(struct bytes in);
/* UTF-16, by its mark or its NULs. */
bool listing_is_utf16(struct bytes in);

/* ---- What a line is. ---- */

enum listing_what {
	LISTING_UNKNOWN,
	/* these name the list, CTL or ITL */
	LISTING_CHECKSUMS,
	LISTING_LENGTH, /* ->number */
	LISTING_MODIFIED,
	LISTING_PARSE,
	LISTING_RECORD, /* ->number */
	LISTING_SIGNER,
	LISTING_NOT_SIGNER,
	LISTING_VERIFIED,
	LISTING_FAILED,
	LISTING_NO_FILE,
	LISTING_NOTED, /* known, and says nothing */
	/* these do not */
	LISTING_CHECKSUM, /* ->rest: the digits */
	LISTING_VERSION,
	LISTING_HEADER_LENGTH, /* ->number */
	LISTING_TABLE_HEAD,
	LISTING_HEADER_ROW,
	LISTING_RECORD_ROW,
	LISTING_UNKNOWN_ROW, /* a tag without a name */
	LISTING_PROMPT
};

/* What VALUE a row has. */
enum listing_shape {
	LISTING_NONE,
	LISTING_NUMBER,    /* the length of a container or record */
	LISTING_NAME,      /* as long as LENGTH says, less its NUL */
	LISTING_WORDS,     /* one line of text */
	LISTING_FUNCTION,  /* a role */
	LISTING_DATE,      /* as date(1) prints it */
	LISTING_PAIRS,     /* two digits a byte */
	LISTING_CERT_HASH, /* the same of a SHA-1, and words behind it */
	LISTING_SIGNATURE  /* one or two digits a byte */
};

struct listing_known {
	enum listing_what what;
	enum ctl_kind noun; /* or CTL_KIND_AUTO */
	uint8_t tag;        /* of a row */
	enum listing_shape shape;
	size_t number;     /* of a row: LENGTH */
	struct bytes rest; /* VALUE, or what follows the words */
};

void listing_know(struct bytes text, struct listing_known *ret);

/* A line under a title, or what stands for lines left out. */
bool listing_is_rule(struct bytes text);

/* A line that opens an output or a table of it: format 8.5. */
bool listing_is_opening(enum listing_what what);
/* TEXT is such a line; quick to say no. */
bool listing_opens(struct bytes text);

/* A number of at most DIGITS digits, alone or before a blank. */
bool listing_number(struct bytes text, unsigned digits, size_t *ret);

/* ---- Values over several lines. ---- */

struct listing_value {
	enum listing_shape shape;
	size_t need;     /* what makes it complete: bytes, or digits */
	size_t have;     /* the least that there is of that */
	size_t unsure;   /* line ends that may stand within one byte */
	struct buf text; /* the pieces, a line feed between two */
	size_t num_pieces;
	bool bad; /* it is not of its shape */
};

/* Starts with PIECE, what the row itself has of the value. LENGTH is the
 * row's. V is all-zero or was cleared; listing_value_clear() ends it. */
void listing_value_begin(struct listing_value *v, enum listing_shape shape,
    size_t length, struct bytes piece);
/* PIECE, a line that is nothing else, goes on with the value: true, and it is
 * taken. False where the value is complete, or would not be V any more. */
bool listing_value_more(struct listing_value *v, struct bytes piece);
/* Appends to RET the value as bytes: text, or what the digits say. False where
 * there is none; digits that are not whole are none. *RET_DAMAGED: a name
 * that has another length. */
bool listing_value_end(struct listing_value *v, struct buf *ret,
    bool *ret_damaged);
void listing_value_clear(struct listing_value *v);

/* The same for names. */
void listing_name_begin(struct listing_value *v, struct bytes piece);
bool listing_name_more(struct listing_value *v, struct bytes piece);
bool listing_name_end(const struct listing_value *v, struct buf *ret,
    bool *ret_damaged);

/* PIECE looks like something else, but with it, and as many of the lines that
 * LINES is at as it takes, the incomplete name V is exactly as long as LENGTH
 * says: true, they are taken, and LINES stands behind them. Otherwise all is
 * as it was. SCRATCH is overwritten, and has failed where memory ran out. */
bool listing_name_wins(struct listing_value *v, struct bytes piece,
    struct listing_lines *lines, struct buf *scratch);

void listing_add_piece(struct listing_value *v, struct bytes piece);
/* Moves the next of the pieces in CUR to RET; false behind the last that is
 * not empty. */
bool listing_take_piece(struct bytes *cur, struct bytes *ret);

#endif
