/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a journal, out and in. */
#ifndef WORKFLOW_JOURNAL_LINE_H
#define WORKFLOW_JOURNAL_LINE_H

#include <jansson.h>

#include "workflow/journal.h"

#define JOURNAL_LINE_SUM 64 /* hex digits */

/* A line that owns what it has. All-zero is empty. */
struct journal_line_kept {
	struct journal_line line;
	json_t *json; /* whose strings are borrowed */
	struct journal_pair *facts, *files;
	const char **names;
};
void journal_line_clear(struct journal_line_kept *k);

/* Appends LINE to OUT, with its newline. SUM is that of the line before, and
 * becomes this one's. */
MUST_CHECK enum err journal_line_put(const struct journal_line *line,
    char sum[JOURNAL_LINE_SUM + 1], struct buf *out, struct diag *d);

/* Reads TEXT, a line without its newline, which has to have the number N. SUM
 * likewise. ERR_SYNTAX; ERR_UNSUPPORTED: of a later version. */
MUST_CHECK enum err journal_line_get(struct bytes text, unsigned n,
    char sum[JOURNAL_LINE_SUM + 1], struct journal_line_kept *ret,
    struct diag *d);

#endif
