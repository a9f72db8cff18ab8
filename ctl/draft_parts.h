/* SPDX-License-Identifier: Apache-2.0 */
/* Within ctl/ only: what a draft is made of, and how its records and headers
 * are written. */
#ifndef CTL_DRAFT_PARTS_H
#define CTL_DRAFT_PARTS_H

#include "ctl/file.h"

/* A record, and what it is parsed as: a file of this one record. */
struct ctl_draft_item {
	struct buf bytes;
	struct ctl_file *file;
};

/* A tag of a list's header that is copied as it is. */
struct ctl_kept {
	struct ctl_field field; /* the value lies in the draft's header */
	uint8_t behind;         /* the known tag that it follows, or, below
				 * depth 0, the container that it ends */
};

struct ctl_draft {
	enum ctl_kind kind;
	uint8_t major, minor;
	struct ctl_draft_item *items;
	size_t num, cap;
	struct buf header; /* of the list that it was made from */
	struct ctl_kept *kept;
	size_t num_kept;
};

/* Appends to OUT the record that ENTRY describes. OLD: the record in whose
 * place it comes, or NULL; then role, host and address are OLD's. */
MUST_CHECK enum err ctl_put_record(const struct ctl_entry *entry,
    const struct ctl_record *old, struct buf *out, struct diag *d);

/* Appends what DIALECT writes of C for SUBJECTNAME, ISSUERNAME or SERIALNUMBER
 * of a record, or the same of a header. Errors as ctl_draft_add(). */
MUST_CHECK enum err ctl_put_identity(const struct cert *c,
    enum ctl_record_tag tag, enum ctl_dialect dialect, struct buf *out,
    struct diag *d);

/* What a header is made of. */
struct ctl_header_plan {
	const struct ctl_head *head;
	uint8_t major, minor;
	const struct ctl_kept *kept;
	size_t num_kept;
};

/* Appends the header with a SIGNATURE of zeros, and says where its TLV is. */
MUST_CHECK enum err ctl_plan_header(const struct ctl_header_plan *plan,
    struct buf *out, size_t *ret_gap, size_t *ret_signature_len,
    struct diag *d);

/* The bytes of a signature by the key of C. ERR_UNSUPPORTED where phones
 * cannot verify one, or where no modulus code says so many. */
MUST_CHECK enum err ctl_signature_len(const struct cert *c, size_t *ret,
    uint8_t *ret_code, struct diag *d);

/* TEXT has a character that no name may have (format 1.4). */
bool ctl_has_control(struct bytes text);

#endif
