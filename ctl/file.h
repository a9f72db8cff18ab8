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
	/* The fields of the header and of every record, one after another. */
	struct ctl_field *fields;
	size_t num_fields;
};

/* Adds to D the offset and the path of TAG in record INDEX, or in the header
 * where INDEX is 0. */
void ctl_diag_at(struct diag *d, size_t offset, size_t index, unsigned tag);

/* The kind by header, file name and first bytes of the payload, before any
 * record is parsed; CTL_KIND_AUTO: a list, of which only the roles can tell
 * the kind. */
enum ctl_kind ctl_kind_guess(const struct ctl_file *f);

/* The kind of a list by its roles: TVS stands in an ITL only (format 4.2). */
enum ctl_kind ctl_kind_by_roles(const struct ctl_file *f);

/* Who spells a record so (format 6). */
enum ctl_dialect ctl_dialect_of(const struct ctl_record *r);

#endif
