/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two lists side by side, each a file or the text of `show ctl`: what is
 * another in the second, and whether phones trust the same. Texts are compared
 * with what they tell, a file then by what its own text would tell.
 */
#ifndef CLI_COMPARE_H
#define CLI_COMPARE_H

#include <jansson.h>

#include "cli/change.h"
#include "cli/input.h"
#include "trust/told.h"

/* What there is to say beside it: id, JSON name. */
#define COMPARE_NOTES(X)                                            \
	/* its own signature is not right, or cannot be judged */   \
	X(COMPARE_UNVERIFIED, "not-verified")                       \
	/* a text is compared: no keys, dates, digest, signature */ \
	X(COMPARE_TEXT, "text")                                     \
	X(COMPARE_PARTIAL, "records-left-out")                      \
	X(COMPARE_DAMAGED, "names-damaged")                         \
	X(COMPARE_NO_SIGNER, "signer-not-told")                     \
	X(COMPARE_BY_SERIAL, "by-issuer-and-serial")                \
	X(COMPARE_BY_NAME, "by-name")                               \
	/* the checksums that a text tells, and the other's */      \
	X(COMPARE_SAME_SUMS, "same-checksums")                      \
	X(COMPARE_OTHER_SUMS, "other-checksums")

enum compare_note {
#define COMPARE_ENUM(id, name) id,
	COMPARE_NOTES(COMPARE_ENUM)
#undef COMPARE_ENUM
};

const char *compare_note_name(enum compare_note note);

enum compare_end {
	COMPARE_SAME_TRUST,
	COMPARE_OTHER_TRUST,
	COMPARE_UNKNOWN /* the texts do not tell */
};

/* All-zero is legal to clear. */
struct compare {
	struct input in[2]; /* OLD, NEW */
	struct buf printed[2];
	struct ctl_listing *listing[2]; /* of a file, beside a text */
	struct told told[2];
	bool as_text;
	enum told_by by; /* what tells certificates apart in texts */
	bool same_bytes;
	int sums;      /* checksums: 1 the same, -1 others, 0 not told */
	bool is_vague; /* too much is missing for a word about phones */
	bool has_change;
	struct change change;
	enum compare_end end;
	struct diag error; /* why the two cannot be compared; else empty */
};

/* Reads PATHS, OLD and NEW, and compares them. RET is to be cleared whatever
 * the outcome, and must not move. An input that cannot be read has its error,
 * the other is read all the same; where both are, but cannot be compared,
 * RET->error says why. */
MUST_CHECK enum err compare_read(char *const *paths, struct compare *ret);
void compare_clear(struct compare *c);

/* Calls EACH with every note and its sentence, not yet made safe. */
void compare_notes(const struct compare *c,
    void (*each)(void *arg, enum compare_note note, const struct buf *text),
    void *arg);

/* Appends all of it for people. ERR_NOMEM. */
MUST_CHECK enum err compare_put(const struct compare *c, struct buf *out,
    struct diag *d);

/* The value of "diff" in JSON, also where something could not be read. */
json_t *compare_json(const struct compare *c, struct json_sink *s);

#endif
