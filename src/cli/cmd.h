/* SPDX-License-Identifier: Apache-2.0 */
/* Commands. Each is one file, cmd_NAME.c, with one public symbol: its entry
 * for the table in cmds.c, or for the table of the group that it stands in,
 * as `token list` does. A group is a command that has others in place of
 * options; ctlsmith itself is the outermost. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli/opt.h"

/* What a command ends with. */
enum cmd_exit {
	CMD_OK = 0,
	CMD_FAILED = 1, /* could not read, parse, write */
	CMD_USAGE = 2,  /* the command line is wrong */
	CMD_POLICY = 3, /* a verification failed or could not be made */
	CMD_TOKEN = 4,  /* token or PIN */
	CMD_RESUME = 5  /* incomplete, and can be resumed */
};

struct cmd {
	const char *name;    /* as typed: "show", "token list"; of ctlsmith
			      * itself "" */
	const char *args;    /* "FILE..."; of a group "COMMAND" is said */
	const char *summary; /* one line */
	const char *text;    /* the body of --help, whole lines */
	const char *words;   /* what to complete behind it, as in struct opt */
	const struct opt *opts;
	/* The commands of a group in the order of --help, a NULL ends them;
	 * opts and run are then not used. NULL: no group. */
	const struct cmd *const *subs;
	bool net; /* of ctlsmith-net: cli/net.h */
	enum cmd_exit (*run)(const struct cmd *cmd, struct opt_line *line);
};

extern const struct cmd cmd_show;
extern const struct cmd cmd_verify;
extern const struct cmd cmd_lint;
extern const struct cmd cmd_accept;
extern const struct cmd cmd_extract;
extern const struct cmd cmd_diff;
extern const struct cmd cmd_build;
extern const struct cmd cmd_edit;
extern const struct cmd cmd_rescue;
extern const struct cmd cmd_sign;
extern const struct cmd cmd_unsign;
extern const struct cmd cmd_sign_request;
extern const struct cmd cmd_attach;
extern const struct cmd cmd_cert;
extern const struct cmd cmd_trust_store;
extern const struct cmd cmd_token;
extern const struct cmd cmd_order;
extern const struct cmd cmd_audit;
extern const struct cmd cmd_audit_verify;
extern const struct cmd cmd_cluster;
extern const struct cmd cmd_change;
extern const struct cmd cmd_completion;

/* ctlsmith itself: the group of all commands. */
extern const struct cmd cmd_root;

/* The word by which CMD is called within its group: "list". */
const char *cmd_word(const struct cmd *cmd);

/* The command of GROUP that is called WORD, or NULL. */
const struct cmd *cmd_find(const struct cmd *group, const char *word);

/* Reads the options of LINE into TARGET. *RET_DONE: --help was printed, or the
 * command line is wrong and that was said; the value is then the command's
 * end. */
enum cmd_exit cmd_options(const struct cmd *cmd, struct opt_line *line,
    void *target, bool *ret_done);

/* Says that the command line of CMD (NULL: of ctlsmith) is wrong, for the
 * reason in D; returns CMD_USAGE. */
enum cmd_exit cmd_usage(const struct cmd *cmd, const struct diag *d);

/* What a command ends with for an error: the table of exit codes. */
enum cmd_exit cmd_end(enum err e);

/* Ends CMD for the reason in D: as cmd_usage() where it is the command line
 * that is wrong, otherwise says so and returns cmd_end(). */
enum cmd_exit cmd_refuse(const struct cmd *cmd, const struct diag *d);

/* The whole of the program whose commands ROOT has (cmd_root, or that of a
 * test), behind the initialisation of libraries. */
int cmd_main(const struct cmd *root, int argc, char **argv);

#endif
