/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session on the appliance's command line as a machine without a wire: bytes
 * that came go in, and what is to be typed, or that a command is done, comes out.
 * It knows no clock either: it is told for how long nothing came. So a recorded
 * session is replayed through it, however it is split.
 *
 * A line is typed, and Enter only when its echo is what was typed. The prompt is
 * where the text ends in it and nothing follows for a while: a short one where
 * the table of commands has recognised the output, a long one where it has not.
 * What stands at its beginning is learnt at the start, and then only that is the
 * prompt, but for its digits, which count commands.
 */
#ifndef CLUSTER_DIALOG_H
#define CLUSTER_DIALOG_H

#include "cluster/command.h"

#define DIALOG_BANNER_MAX ((size_t)1 << 20)  /* bytes before the prompt */
#define DIALOG_OUTPUT_MAX ((size_t)32 << 20) /* and of one command */

/* The usual prompt: admin:, with or without a number of commands. */
#define DIALOG_PROMPT "([[(]?[0-9]+[])]?[ :]*)?admin(:|[ :]?[[(]?[0-9]+[])]?:?)"

enum dialog_what {
	DIALOG_WAIT,
	DIALOG_TYPE,
	DIALOG_DONE /* the prompt is there: of the start, or behind a command */
};

struct dialog_step {
	enum dialog_what what;
	unsigned wait;     /* WAIT: come back when bytes came, or after so many
			* milliseconds without any, counted from the last one */
	struct bytes type; /* borrowed until the next call */
	bool answer;       /* to a question, Enter behind it too */
	bool slowly;       /* a reader that loses what is typed fast */
	bool secret;
};

struct dialog;

/* PROMPT: a regular expression, or NULL for DIALOG_PROMPT. T is borrowed.
 * ERR_USAGE: PROMPT is none. */
MUST_CHECK enum err dialog_new(const struct command_table *t,
    const char *prompt, struct dialog **ret, struct diag *diag);
void dialog_free(struct dialog **d);

/* At the prompt: the next command. ARGS are borrowed until it is done. Errors of
 * command_line(). */
MUST_CHECK enum err dialog_begin(struct dialog *d, const struct command *c,
    const struct command_arg *args, size_t num, struct diag *diag);

/* ERR_TOO_BIG over the limits above. */
MUST_CHECK enum err dialog_came(struct dialog *d, struct bytes in,
    struct diag *diag);

/* What is to be done now, when nothing has come for SILENCE milliseconds.
 * ERR_SYNTAX: what came is not what a command line says: a wrong echo, a question
 * that the command has no answer to, output that the table does not know. After
 * an error D is of no use. */
MUST_CHECK enum err dialog_next(struct dialog *d, unsigned silence,
    struct dialog_step *ret, struct diag *diag);

/* The other side has left. True: that is how this command ends, and it did what
 * it was to do. */
bool dialog_left(struct dialog *d);

/* Enter was typed: the command may have done something. */
bool dialog_entered(const struct dialog *d);

/* After DIALOG_DONE, or dialog_left(): lines that end with \n, borrowed. */
struct bytes dialog_text(const struct dialog *d);
enum command_failure dialog_failure(const struct dialog *d);

/* As the prompt was at the start, "admin:"; "" before. */
const char *dialog_prompt(const struct dialog *d);

#endif
