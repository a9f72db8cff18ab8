/* SPDX-License-Identifier: Apache-2.0 */
/* Within ctl/ only: the rules about a file's bytes, in two files. */
#ifndef CTL_INSPECT_H
#define CTL_INSPECT_H

#include "ctl/file.h"
#include "ctl/report.h"

/* One file at work. */
struct ctl_inspection {
	const struct ctl_file *f;
	const struct ctl_view *view;
	struct ctl_report report;
	struct ctl_facts facts; /* of a list: a fact a record, in order */
	struct diag *d;
};

struct ctl_place ctl_place_of(size_t record, const struct ctl_field *field);

/* What any field of the header (RECORD 0) or of a record must be. */
void ctl_judge_field(struct ctl_inspection *in, size_t record,
    const struct ctl_field *field);

/* The header, as far as no key is needed. */
void ctl_judge_header(struct ctl_inspection *in);

/* A verdict of the file; comes after all other rules. */
void ctl_judge_verdict(struct ctl_inspection *in, const struct ctl_verdict *v);

/* Record INDEX, whose fact is filled in but for its key; FIRST: no record
 * before it holds the same certificate. */
MUST_CHECK enum err ctl_judge_record(struct ctl_inspection *in, size_t index,
    bool first);

#endif
