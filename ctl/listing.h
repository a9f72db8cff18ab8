/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of `show ctl` and `show itl`, read back: what an administrator
 * pastes out of a terminal, a ticket or a document when the file itself is out
 * of reach. Format 8 is the layout; what happens to it on the way is format
 * 8.5: prompts and other commands around it, CRLF, pager prompts and ANSI
 * codes, tabs turned into blanks, lines wrapped, rows left out.
 *
 * Only what the text says is there: names, serial numbers, roles, lengths and
 * the SHA-1 of certificates. There is no signature to check, so nothing is
 * ever verified; that the appliance said so is one more line of the text.
 *
 * A struct ctl_listing owns what it holds. Part of ctl/ctl.h.
 */
#ifndef CTL_LISTING_H
#define CTL_LISTING_H

#include "ctl/ctl.h"

/* What the text says of the list as a whole. */
enum ctl_said {
	CTL_SAID_NOTHING,
	CTL_SAID_VERIFIED, /* "The CTL file was verified successfully." */
	CTL_SAID_FAILED,   /* "Verification of the CTL File failed." */
	CTL_SAID_NO_FILE   /* "Length of CTL file: 0", "CTL File not found." */
};

/* One row of a table. TEXT and DATA are {NULL, 0} where its VALUE is not of
 * that kind, or is not there: Cisco's parser for Windows leaves out much. A
 * name is repaired where that is sure, and holds no control character. */
struct ctl_row {
	uint8_t tag;
	size_t length;     /* as the row says; of a container, its VALUE */
	struct bytes text; /* of a name or HASH ALGORITHM */
	struct bytes data; /* of SERIALNUMBER, SIGNATURE, CERTHASH and others
			    * in digits, where they are whole */
	size_t offset;     /* where the row begins in the text */
	unsigned line;     /* its line, from 1 */
	bool damaged;      /* a name that is not as long as LENGTH says */
};

struct ctl_listed {
	size_t index; /* as printed: rows may be left out between two */
	const struct ctl_row *rows;
	size_t num_rows;
	size_t length;      /* RECORDLENGTH, or 0 where its row is missing */
	size_t rows_length; /* 3 + LENGTH of every row, summed up */
	bool whole;         /* its rows add up to RECORDLENGTH */
	bool has_role;      /* FUNCTION is there, and known */
	uint16_t role;
	struct bytes function; /* as printed; {NULL, 0} where it is not */
	struct bytes sha1;     /* of the certificate; {NULL, 0} likewise */
	bool has_mark;         /* a line behind its last row says whether it
				* signed; of a SAST only */
	bool is_signer;        /* "This etoken was used to sign": of one record
				* at most */
	size_t offset;         /* where "CTL Record #" begins in the text */
	unsigned line;
};

struct ctl_listing;

/* True where IN is worth ctl_listing_read(): it is not the start of a file that
 * ctl_parse() reads, has no NUL in its first 4 KiB, and holds a line that opens
 * an output or a table of it (format 8.5). So is the same in UTF-16, which that
 * refuses with good advice. */
bool ctl_is_listing(struct bytes in);

/*
 * Reads IN. Lines that belong to nothing are passed over. Where an incomplete
 * name is exactly as long as its LENGTH says with the next lines, they are part
 * of it, and of nothing else, whatever they look like.
 *
 * Errors, with the line: ERR_SYNTAX where the text holds no line that opens
 * such an output, or begins a second one (each belongs into a file of its own;
 * a prompt behind rows ends the first), has a tag or the line of the signer
 * twice in a record, two records that are said to have signed, a record number
 * that does not grow, or is UTF-16; ERR_TOO_BIG beyond the limits of
 * ctl_parse(); ERR_NOMEM. A text without such output has no line to name: 0.
 */
MUST_CHECK enum err ctl_listing_read(struct bytes in, struct ctl_listing **ret,
    struct diag *d);

/* Frees *L and sets it to NULL; NULL is allowed. */
void ctl_listing_free(struct ctl_listing **l);

/* CTL_KIND_CTL or CTL_KIND_ITL, by the words of the text. */
enum ctl_kind ctl_listing_kind(const struct ctl_listing *l);
enum ctl_said ctl_listing_said(const struct ctl_listing *l);

/* The checksums of the list itself that the text tells, 16 and 20 bytes; {NULL,
 * 0} where it does not. */
struct bytes ctl_listing_md5(const struct ctl_listing *l);
struct bytes ctl_listing_sha1(const struct ctl_listing *l);
/* "Length of CTL file"; false where it is not there. */
bool ctl_listing_length(const struct ctl_listing *l, size_t *ret);
/* What follows "was last modified on", as printed: the node's local time. */
struct bytes ctl_listing_modified(const struct ctl_listing *l);

/* The header: "1.2", HeaderLength (0: not there) and its rows. */
struct bytes ctl_listing_version(const struct ctl_listing *l);
size_t ctl_listing_header_length(const struct ctl_listing *l);
const struct ctl_row *ctl_listing_header(const struct ctl_listing *l,
    size_t *ret_num);

size_t ctl_listing_num(const struct ctl_listing *l);
/* The record at place I, from 0, in the order of the text; its number is
 * ->index. NULL beyond the last. */
const struct ctl_listed *ctl_listing_at(const struct ctl_listing *l, size_t i);

/* The row with TAG among NUM of ROWS, or NULL. */
const struct ctl_row *ctl_row_find(const struct ctl_row *rows, size_t num,
    unsigned tag);

/* True where nothing is left out: the numbers run from 1, every record is
 * whole, and the header and the RECORDLENGTHs add up to the length of the
 * file. */
bool ctl_listing_is_whole(const struct ctl_listing *l);

/* Appends L in the layout of the appliance, tabs and all, as far as it is
 * known; "[...]" stands where records are missing. */
MUST_CHECK enum err ctl_listing_put(const struct ctl_listing *l,
    struct buf *out, struct diag *d);

/* The parts of it, for whoever wants some of the records. I is a place, from
 * 0. */
MUST_CHECK enum err ctl_listing_put_head(const struct ctl_listing *l,
    struct buf *out, struct diag *d);
MUST_CHECK enum err ctl_listing_put_record(const struct ctl_listing *l,
    size_t i, struct buf *out, struct diag *d);
MUST_CHECK enum err ctl_listing_put_tail(const struct ctl_listing *l,
    struct buf *out, struct diag *d);

#endif
