/* SPDX-License-Identifier: Apache-2.0 */
/* How to bring a phone that missed lists to the newest: `ctlsmith rescue`. */
#ifndef CLI_RESCUE_H
#define CLI_RESCUE_H

#include "cli/archive.h"
#include "cli/fill.h"

/* Id, JSON name. */
#define RESCUE_ANSWERS(X)                 \
	X(RESCUE_HOLDS, "nothing-needed") \
	X(RESCUE_DIRECT, "direct")        \
	X(RESCUE_LADDER, "ladder")        \
	X(RESCUE_NO_LADDER, "no-ladder")  \
	X(RESCUE_NOT_KNOWN, "unknown-list")

enum rescue_answer {
#define RESCUE_ENUM(id, name) id,
	RESCUE_ANSWERS(RESCUE_ENUM)
#undef RESCUE_ENUM
};

const char *rescue_answer_name(enum rescue_answer answer);

struct rescue_wish {
	const char *installed; /* a file, or a hash */
	const char *archive;
	const char *target; /* NULL: the newest of the archive */
	size_t max_size;
};

/* All-zero is legal to clear. */
struct rescue {
	enum rescue_answer answer;
	struct archive archive;
	size_t num_archived; /* of its lists; the others were named */
	bool by_hash;
	struct archive_hash hash;
	size_t held, target; /* in the archive, unless RESCUE_NOT_KNOWN */
	struct archive_choice choice;
	struct history history;
};

/* Answers W. OUT gets what is wrong with single files. Errors are about
 * *RET_WHERE, a file, or NULL; ERR_POLICY where it cannot be judged. R is to be
 * cleared whatever the outcome. */
MUST_CHECK enum err rescue_find(struct rescue *r, const struct rescue_wish *w,
    struct out *out, const char **ret_where, struct diag *d);
void rescue_clear(struct rescue *r);

/* What becomes of the phone. */
const struct history_row *rescue_row(const struct rescue *r);

/* Rung I of the ladder, from 0, as an index into the archive. */
size_t rescue_rung(const struct rescue *r, size_t i);

/* The name under which phones ask for a list of this kind. */
const char *rescue_served_as(enum ctl_kind kind);

/* Appends the answer for people. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err rescue_put(const struct rescue *r,
    const struct rescue_wish *w, const struct fill *fill, struct buf *out,
    struct diag *d);

/* The element of --json; NULL where memory is short. */
json_t *rescue_json(const struct rescue *r, const struct rescue_wish *w);

#endif
