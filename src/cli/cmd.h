/* SPDX-License-Identifier: Apache-2.0 */
/* Commands. Each is one file, cmd_NAME.c, with one public symbol: its entry
 * for the table in cmds.c. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/opt.h"

/* What a command ends with. */
enum cmd_exit {
	CMD_OK = 0,
	CMD_FAILED = 1, /* could not read, parse, write */
	CMD_USAGE = 2,  /* the command line is wrong */
	CMD_POLICY = 3  /* a verification failed or could not be made */
};

struct cmd {
	const char *name;
	const char *args;    /* "FILE..." */
	const char *summary; /* one line */
	const char *text;    /* the body of --help, whole lines */
	const char *words;   /* what to complete behind it, as in struct opt */
	const struct opt *opts;
	enum cmd_exit (*run)(const struct cmd *cmd, struct opt_line *line);
};

extern const struct cmd cmd_show;
extern const struct cmd cmd_verify;
extern const struct cmd cmd_lint;
extern const struct cmd cmd_extract;
extern const struct cmd cmd_completion;

/* All commands in the order of --help; a NULL ends it. */
extern const struct cmd *const cmd_table[];

/* The command NAME, or NULL. */
const struct cmd *cmd_find(const char *name);

/* Reads the options of LINE into TARGET. *RET_DONE: --help was printed, or the
 * command line is wrong and that was said; the value is then the command's
 * end. */
enum cmd_exit cmd_options(const struct cmd *cmd, struct opt_line *line,
    void *target, bool *ret_done);

/* Says that the command line of CMD (NULL: of ctlsmith) is wrong, for the
 * reason in D; returns CMD_USAGE. */
enum cmd_exit cmd_usage(const struct cmd *cmd, const struct diag *d);

/* Ends CMD for the reason in D: as cmd_usage(), or CMD_FAILED where it is not
 * the command line that is wrong. */
enum cmd_exit cmd_refuse(const struct cmd *cmd, const struct diag *d);

/* The whole of ctlsmith behind the initialisation of libraries. */
int cmd_main(int argc, char **argv);

#endif
