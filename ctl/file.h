/* SPDX-License-Identifier: Apache-2.0 */
/* Within ctl/ only: what a parsed file is made of. */
#ifndef CTL_FILE_H
#define CTL_FILE_H

#include "ctl/ctl.h"

struct ctl_file {
	struct bytes raw;
	struct bytes payload;
	enum ctl_kind kind;
	struct ctl_header header;
	struct ctl_record *records;
	size_t num_records;
	size_t signer; /* ctl_signer_record() */
	/* The fields of the header and of every record, one after another. */
	struct ctl_field *fields;
	size_t num_fields;
};

/* Makes room for NEED elements of SIZE bytes in *ARRAY, which holds *CAP. */
MUST_CHECK enum err ctl_grow(void **array, size_t *cap, size_t need,
    size_t size, struct diag *d);

/* Adds to D the offset and the path of TAG in record INDEX, or in the header
 * where INDEX is 0. */
void ctl_diag_at(struct diag *d, size_t offset, size_t index, unsigned tag);

/* What the header's file name says; CTL_KIND_AUTO: that it is a list, or
 * nothing. */
enum ctl_kind ctl_kind_by_name(const struct ctl_file *f);

/* TEXT is the beginning of what ctl_role_of_function() knows, or all of it. */
bool ctl_begins_function(struct bytes text);

/* The kind of a list by its roles: TVS stands in an ITL only (format 4.2). */
enum ctl_kind ctl_kind_by_roles(const struct ctl_file *f);

/* The first SAST record that the header names, found by looking. */
size_t ctl_find_signer(const struct ctl_file *f);

/* FOUND is the serial number RIGHT, a magnitude, with or without the zero that
 * DER puts before it; REVERSED_TOO: or backwards (format 6.5). */
bool ctl_serial_is(struct bytes found, struct bytes right, bool reversed_too);

/* How long a cut subject must be in the token dialect, of which FULL is all: up
 * to the end of its first attribute, the CN. */
size_t ctl_least_cut(struct bytes full);

/* Is told of each difference between a record and its certificate. */
struct ctl_on_difference {
	void (*call)(void *arg, const struct diag *why);
	void *arg;
};

/* ctl_agree() that goes through all fields and tells ON of every difference.
 */
MUST_CHECK enum err ctl_differences(const struct ctl_file *f, size_t index,
    const struct cert *cert, const struct ctl_on_difference *on,
    struct ctl_agreement *ret, struct diag *d);

/* *RET: the CERTHASH of R is the hash of the certificate DER, by the
 * algorithm that R names, or SHA-1. */
MUST_CHECK enum err ctl_is_hash(const struct ctl_record *r, struct bytes der,
    bool *ret, struct diag *d);

/* Parses RAW, one record, into a file of that record alone, with nothing for a
 * header. What can be asked of it is what concerns records. */
MUST_CHECK enum err ctl_parse_record(struct bytes raw, struct ctl_file **ret,
    struct diag *d);

/* ctl_verify() of a file that has zeros for a signature: what it would say of
 * one with the right one. */
MUST_CHECK enum err ctl_verify_unsigned(const struct ctl_file *f,
    const struct ctl_anchor *anchor, struct ctl_verdict *ret, struct diag *d);

/* Appends H, with its pads; HEADERLENGTH is computed. */
void ctl_put_header(struct buf *out, const struct ctl_header *h);

/* Who spells a record so (format 6). */
enum ctl_dialect ctl_dialect_of(const struct ctl_record *r);

#endif
