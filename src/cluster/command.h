/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of the appliance that ctlsmith types, as data: the line, what it
 * asks and what is answered, what its output looks like when it worked, and
 * when it did not. tables/commands.yaml is the table; releases that differ are
 * further patterns there, with the source of each.
 */
#ifndef CLUSTER_COMMAND_H
#define CLUSTER_COMMAND_H

#include "base/buf.h"
#include "data/doc.h"

#define COMMAND_ARGS_MAX 8

/* Why a command did not do what it was asked: id, name. */
#define COMMAND_FAILURES(X)                                                   \
	X(COMMAND_REFUSED, "refused") /* Executed command unsuccess- \
						 * fully, and what is not \
						 * one of these */        \
	X(COMMAND_UNKNOWN, "unknown") /* No valid command entered */          \
	X(COMMAND_NO_LICENCE, "no-licence")                                   \
	X(COMMAND_NOT_HERE, "not-here")           /* only on the publisher */ \
	X(COMMAND_NOT_ACTIVATED, "not-activated") /* service */               \
	X(COMMAND_ABSENT, "absent") /* no such file, certificate */

enum command_failure {
	COMMAND_WORKED,
#define COMMAND_ENUM(id, name) id,
	COMMAND_FAILURES(COMMAND_ENUM)
#undef COMMAND_ENUM
};

/* "worked", or the name. */
const char *command_failure_name(enum command_failure failure);

/* A question and its answer; {name} in the answer is an argument. */
struct command_ask {
	const char *text; /* POSIX extended regular expression, at the end of
			   * what came so far */
	const char *answer;
	bool slowly; /* characters one by one, each when the one before it
		      * came back and a while has passed */
	bool secret; /* the answer is not written into the transcript, and
		      * given once only */
	bool lines;  /* the answer is several lines (PEM) */
};

struct command_mark {
	const char *text;   /* regular expression, in any line of the output */
	int means;          /* enum command_failure */
	const char *source; /* of what counts for all commands */
};

/* What stops an output until KEY, a single character, is pressed. */
struct command_pager {
	const char *text; /* as of command_ask */
	const char *key;
	const char *source;
};

struct command {
	const char *id;        /* "show-ctl" */
	const char *line;      /* "show cert own {unit}" */
	unsigned limit;        /* seconds without a byte */
	bool changes;          /* something is otherwise afterwards */
	bool ends;             /* the session ends with it */
	struct doc_maps asks;  /* struct command_ask */
	struct doc_maps marks; /* struct command_mark: worked, or why not; the
				* first one that fits, failures first. None:
				* any output is good that no mark of the
				* whole table refuses */
	const char *source;
};

struct command_arg {
	const char *name, *value; /* VALUE: no control characters, but for
				   * lines of an answer */
};

extern const struct doc_table command_doc; /* of the YAML */

struct command_table;

/* The built-in table, or, where YAML is not absent, that one. ERR_SYNTAX with
 * line and column: also for an expression that is none, an id that stands twice,
 * a {name} that has no entry in values. */
MUST_CHECK enum err command_load(struct bytes yaml, struct command_table **ret,
    struct diag *diag);
void command_free(struct command_table **t);

/* NULL where there is none. */
const struct command *command_find(const struct command_table *t,
    const char *id);
size_t command_num(const struct command_table *t);
const struct command *command_at(const struct command_table *t, size_t i);

/* Appends the line of C with ARGS put in. ERR_USAGE for an argument that is
 * missing, that C has not, that has a control character, or that is not what the
 * table says of values of that name. */
MUST_CHECK enum err command_line(const struct command_table *t,
    const struct command *c, const struct command_arg *args, size_t num,
    struct buf *out, struct diag *diag);

/* Appends the answer of ASK likewise; lines end with \r. */
MUST_CHECK enum err command_answer(const struct command_table *t,
    const struct command_ask *ask, const struct command_arg *args, size_t num,
    struct buf *out, struct diag *diag);

/* What OUTPUT (lines, without echo and prompt) of C means; *RET_KNOWN false
 * where it matches nothing that the table knows. */
enum command_failure command_judge(const struct command_table *t,
    const struct command *c, struct bytes output, bool *ret_known);

/* ---- The same as it comes. ---- */

/* All-zero before the first line. */
struct command_verdict {
	bool worked;
	size_t failed; /* 1 + rank of the first failure that was seen */
};

/* LINE is one line, without its end. */
void command_line_came(const struct command_table *t, const struct command *c,
    struct bytes line, struct command_verdict *v);
enum command_failure command_verdict(const struct command_table *t,
    const struct command *c, const struct command_verdict *v, bool *ret_known);

/* The question of C that TAIL ends with; *RET_INDEX of it. NULL: none does. */
const struct command_ask *command_asked(const struct command_table *t,
    const struct command *c, struct bytes tail, size_t *ret_index);
/* The pager that TAIL ends with, which begins at *RET_AT. NULL: none. */
const struct command_pager *command_paged(const struct command_table *t,
    struct bytes tail, size_t *ret_at);
/* TAIL ends like a question, of whatever command. */
bool command_puzzled(const struct command_table *t, struct bytes tail);

#endif
