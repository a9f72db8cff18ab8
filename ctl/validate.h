/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: everything that can be said against a file, or ought to be known
 * about it, before it reaches a phone. docs/findings.md has a paragraph for
 * each; a test keeps both lists equal.
 *
 * Three things make findings: ctl_parse(), which refuses (the first that does
 * not add up is the only one); ctl_verify(), whose verdict is one; and
 * ctl_validate(), which goes through the rest and collects all. Part of
 * ctl/ctl.h.
 */
#ifndef CTL_VALIDATE_H
#define CTL_VALIDATE_H

#include "ctl/ctl.h"

/* "one-sast" and so on; NULL for CTL_RULE_NONE. */
const char *ctl_rule_name(enum ctl_rule rule);
/* What to do, the second half of a sentence. */
const char *ctl_rule_advice(enum ctl_rule rule);
/* What a RULE weighs in a file of KIND. */
enum ctl_severity ctl_rule_severity(enum ctl_rule rule, enum ctl_kind kind);
/* "error" and so on. */
const char *ctl_severity_name(enum ctl_severity severity);

struct ctl_finding {
	enum ctl_rule rule;
	enum ctl_severity severity;
	size_t record;     /* 0: the header, or the file as a whole */
	size_t offset;     /* byte in the file or text, or DIAG_NOWHERE */
	unsigned line;     /* in a text, from 1; else 0 */
	char path[96];     /* "record 3 / SUBJECTNAME (3)", or "" */
	char message[512]; /* what is so; what to do. Not made safe */
};

/* Findings by place: record, then offset, then rule. All-zero is none. */
struct ctl_findings {
	struct ctl_finding *at;
	size_t num;
	size_t cap;
};

/* Frees them; FS is empty and usable again. */
void ctl_findings_clear(struct ctl_findings *fs);

/* How many of that severity. */
size_t ctl_findings_count(const struct ctl_findings *fs,
    enum ctl_severity severity);

/* What the findings are judged by. */
struct ctl_view {
	int64_t at;    /* the time that certificates are judged at, seconds */
	unsigned days; /* how far ahead of their end to speak */
	const struct ctl_verdict *verdict; /* of the file, by any anchor */
	const struct ctl_verdict *self;    /* of a list, by itself; or NULL */
	struct ctl_memo *memo;             /* or NULL */
};

/* Appends to RET all that is to be said of F, each once: a certificate's dates
 * and key at the first record that holds it. ERR_NOMEM, ERR_CRYPTO; RET may
 * then hold a part. */
MUST_CHECK enum err ctl_validate(const struct ctl_file *f,
    const struct ctl_view *view, struct ctl_findings *ret, struct diag *d);

/* The same for what a text tells. What is not in it (dates, keys, signature)
 * is not judged; nor are the records together where some are missing. */
MUST_CHECK enum err ctl_validate_listing(const struct ctl_listing *l,
    struct ctl_findings *ret, struct diag *d);

/* Appends the finding that WHY is, with which ctl_parse() refused a file. */
MUST_CHECK enum err ctl_find_refusal(const struct diag *why,
    struct ctl_findings *ret, struct diag *d);

#endif
