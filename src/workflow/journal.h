/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of a run: what was begun and done, so that a run that was killed
 * goes on and does nothing twice. A text of lines, each one JSON object; a line
 * is written and flushed to the disk (fsync) before the action that it
 * announces, and after the one that it reports. A last line without its newline
 * was cut short, and counts as absent (it is cut off when the journal is opened).
 *
 *	{"v":1,"n":1,"at":"...","event":"open","plan":"<sha256 of plan.yaml>",
 *	 "sum":"..."}
 *	{"n":2,"at":"...","event":"begin","step":"regenerate-capf",
 *	 "facts":{"ctl/cucm1":"<sha256>","cert/cucm1/CAPF":"<sha256>"},
 *	 "sum":"..."}
 *	{"n":3,"at":"...","event":"done","step":"...","facts":{...},
 *	 "files":{"CTLFile.tlv":"<sha256>"},"sum":"..."}
 *
 * The sum of a line is SHA-256 of the sum of the line before (of the first: "")
 * and of the line as far as the comma before "sum": a line that was edited, taken
 * out or put in shows. docs/journal.md has every key. No secret is ever in it.
 * The file is locked (flock) as long as it is open.
 */
#ifndef WORKFLOW_JOURNAL_H
#define WORKFLOW_JOURNAL_H

#include "base/buf.h"
#include "base/diag.h"

#define JOURNAL_VERSION 1
#define JOURNAL_MAX ((size_t)64 << 20)

/* Events: id, name. */
#define JOURNAL_EVENTS(X)                                                      \
	X(JOURNAL_OPEN, "open")         /* a run or resume begins */           \
	X(JOURNAL_BEGIN, "begin")       /* of a step: its action comes next */ \
	X(JOURNAL_DONE, "done")         /* its check passed */                 \
	X(JOURNAL_FOUND, "found")       /* its effect was there already */     \
	X(JOURNAL_WAITING, "waiting")   /* for a person, a CA, phones: WHY */  \
	X(JOURNAL_FAILED, "failed")     /* action or check: WHY */             \
	X(JOURNAL_OVERRIDE, "override") /* what a person typed, for what */    \
	X(JOURNAL_WAIVED, "waived")     /* phones that need not be proven */   \
	X(JOURNAL_UNDOING, "undoing") /* the way back of a step comes next */  \
	X(JOURNAL_UNDONE, "undone")                                            \
	X(JOURNAL_END, "end") /* all steps are done */

#define JOURNAL_ENUM(id, name) id,
enum journal_event {
	JOURNAL_EVENTS(JOURNAL_ENUM) JOURNAL_NUM_EVENTS
};
#undef JOURNAL_ENUM
const char *journal_event_name(enum journal_event event);

/* What a line may have: the keys of its object, in their order. */
#define JOURNAL_KEYS(X)               \
	X(JOURNAL_KEY_V, "v")         \
	X(JOURNAL_KEY_N, "n")         \
	X(JOURNAL_KEY_AT, "at")       \
	X(JOURNAL_KEY_EVENT, "event") \
	X(JOURNAL_KEY_STEP, "step")   \
	X(JOURNAL_KEY_WHY, "why")     \
	X(JOURNAL_KEY_PLAN, "plan")   \
	X(JOURNAL_KEY_FACTS, "facts") \
	X(JOURNAL_KEY_FILES, "files") \
	X(JOURNAL_KEY_NAMES, "names") \
	X(JOURNAL_KEY_SUM, "sum")

/* A named value: a fact of the cluster, or a file of the run with its SHA-256. */
struct journal_pair {
	const char *name, *value;
};

struct journal_line {
	unsigned n; /* from 1; given by journal_add() */
	int64_t at;
	enum journal_event event;
	const char *step; /* id, or NULL */
	const char *why;  /* or what was typed; or NULL */
	const char *plan; /* SHA-256, of OPEN */
	const struct journal_pair *facts;
	size_t num_facts;
	const struct journal_pair *files;
	size_t num_files;
	const char *const *names; /* of WAIVED: phones */
	size_t num_names;
};

struct journal;

/* Opens PATH, or begins it (mode 0600, its folder is flushed), and appends an
 * OPEN line. ERR_EXISTS: it is another plan's; ERR_POLICY: another process has it
 * open; ERR_SYNTAX with the line: it is no journal, or was changed by hand. A
 * journal that is refused stays as it is. */
MUST_CHECK enum err journal_open(const char *path, const char *plan,
    int64_t now, struct journal **ret, struct diag *d);

/* The same to look at only: no lock, nothing written; PLAN may be NULL.
 * ERR_ABSENT: there is none. */
MUST_CHECK enum err journal_load(const char *path, const char *plan,
    struct journal **ret, struct diag *d);

/* Appends LINE, flushed when it returns; its n is not looked at, nor its plan,
 * and of text that is no UTF-8 each such byte becomes U+FFFD. After an error
 * nothing more is written: the next line would stand behind a torn one. */
MUST_CHECK enum err journal_add(struct journal *j,
    const struct journal_line *line, struct diag *d);

/* Lines stay where they are until the journal is closed. */
size_t journal_num(const struct journal *j);
const struct journal_line *journal_at(const struct journal *j, size_t i);
/* The last line of STEP, but for OVERRIDE and WAIVED; NULL: none. */
const struct journal_line *journal_last(const struct journal *j,
    const char *step);
/* The last line of all that has facts; NULL. */
const struct journal_line *journal_facts(const struct journal *j);

void journal_close(struct journal **j);

#endif
