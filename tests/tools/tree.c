/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree COMMAND...
 *	dispatches, helps, complains and completes as ctlsmith does, but over
 *	commands of its own, which print what they were given: one that stands
 *	alone (`show`, `completion`), and the group `sample` with `sample
 *	list` and `sample init`.
 */
#include <stdio.h>

#include "cli/cmd.h"
#include "cli/completion.h"
#include "cli/out.h"

struct target {
	bool json;
	const char *label;
};

static const struct opt list_opts[] = {
	{ "json", NULL, OPT_FLAG, offsetof(struct target, json), "print JSON",
	    NULL, 0 },
	OPT_END,
};

static const struct opt init_opts[] = {
	{ "label", "TEXT", OPT_STRING, offsetof(struct target, label),
	    "what the sample is called", "red green", 'l' },
	OPT_END,
};

static const struct opt no_opts[] = { OPT_END };

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct target t = { 0 };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &t, &done);
	if (done)
		return end;
	(void)printf("%s json=%d label=%s", cmd->name, t.json,
	    t.label == NULL ? "" : t.label);
	for (; *line->args != NULL; line->args++)
		(void)printf(" %s", *line->args);
	(void)printf("\n");
	return CMD_OK;
}

static const struct cmd cmd_list = {
	.name = "sample list",
	.args = "",
	.summary = "List samples",
	.text = "Lists.\n",
	.opts = list_opts,
	.run = run,
};

static const struct cmd cmd_init = {
	.name = "sample init",
	.args = "FILE",
	.summary = "Make a sample",
	.text = "Makes.\n",
	.words = OPT_FILES,
	.opts = init_opts,
	.run = run,
};

static const struct cmd *const subs[] = { &cmd_list, &cmd_init, NULL };

static const struct cmd cmd_sample = {
	.name = "sample",
	.summary = "Work on samples",
	.text = "Samples are made and listed.\n",
	.subs = subs,
};

static enum cmd_exit run_completion(const struct cmd *cmd,
    struct opt_line *line);

static const struct cmd cmd_bash = {
	.name = "completion",
	.args = "bash",
	.summary = "Print the completion script of a shell",
	.text = "Prints it.\n",
	.words = "bash",
	.opts = no_opts,
	.run = run_completion,
};

static const struct cmd cmd_alone = {
	.name = "show",
	.args = "",
	.summary = "Stand alone",
	.text = "Is no group.\n",
	.opts = no_opts,
	.run = run,
};

static const struct cmd *const commands[] = { &cmd_alone, &cmd_sample,
	&cmd_bash, NULL };

static const struct cmd root = {
	.name = "",
	.text = "Commands on two levels.\n",
	.subs = commands,
};

static enum cmd_exit
run_completion(const struct cmd *cmd, struct opt_line *line)
{
	struct buf script = { 0 };
	enum cmd_exit end;
	bool done;
	char none;

	end = cmd_options(cmd, line, &none, &done);
	if (done)
		return end;
	completion_put(&root, &script);
	end = out_write(&script);
	buf_clear(&script);
	return end;
}

int
main(int argc, char **argv)
{
	return cmd_main(&root, argc, argv);
}
