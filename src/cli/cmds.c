/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/out.h"

const struct cmd *const cmd_table[] = {
	&cmd_show,
	&cmd_verify,
	&cmd_lint,
	&cmd_extract,
	&cmd_completion,
	NULL,
};

const struct cmd *
cmd_find(const char *name)
{
	const struct cmd *const *c;

	for (c = cmd_table; *c != NULL; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

static void
put_overview(struct buf *out)
{
	const struct cmd *const *c;

	buf_str(out,
	    "Usage: ctlsmith COMMAND [OPTION...] [ARGUMENT...]\n\n"
	    "Reads and judges the trust lists (CTLFile.tlv, ITLFile.tlv) and "
	    "signed files\nthat Cisco phones trust.\n\nCommands:\n");
	for (c = cmd_table; *c != NULL; c++)
		buf_printf(out, "  %-12s %s\n", (*c)->name, (*c)->summary);
	buf_str(out,
	    "\n`ctlsmith COMMAND --help` tells more, and so does "
	    "`man ctlsmith-COMMAND`.\n`ctlsmith --version` prints the "
	    "version.\n\nExit status: 0 all well; 1 a file could not be read "
	    "or parsed; 2 usage;\n3 a file did not verify, could not be "
	    "judged, or has an error.\n");
}

static void
put_command(const struct cmd *cmd, struct buf *out)
{
	buf_printf(out, "Usage: ctlsmith %s [OPTION...] %s\n\n%s.\n\n%s\n",
	    cmd->name, cmd->args, cmd->summary, cmd->text);
	buf_str(out, "Options:\n");
	opt_help(cmd->opts, out);
}

static enum cmd_exit
print_help(const struct cmd *cmd)
{
	struct buf text = { 0 };
	enum cmd_exit end;

	if (cmd == NULL)
		put_overview(&text);
	else
		put_command(cmd, &text);
	end = out_write(&text);
	buf_clear(&text);
	return end;
}

enum cmd_exit
cmd_usage(const struct cmd *cmd, const struct diag *d)
{
	out_complain(NULL, d);
	(void)fprintf(stderr, "Try 'ctlsmith %s%s--help'.\n",
	    cmd == NULL ? "" : cmd->name, cmd == NULL ? "" : " ");
	return CMD_USAGE;
}

enum cmd_exit
cmd_refuse(const struct cmd *cmd, const struct diag *d)
{
	if (d->code == ERR_USAGE)
		return cmd_usage(cmd, d);
	out_complain(NULL, d);
	return CMD_FAILED;
}

enum cmd_exit
cmd_options(const struct cmd *cmd, struct opt_line *line, void *target,
    bool *ret_done)
{
	struct diag d;
	enum err e;

	diag_init(&d);
	e = opt_parse(cmd->opts, line, target, &d);
	*ret_done = line->help || e != ERR_OK;
	if (e != ERR_OK)
		return cmd_usage(cmd, &d);
	return line->help ? print_help(cmd) : CMD_OK;
}

static enum cmd_exit
help_for(const char *name)
{
	const struct cmd *cmd;
	struct diag d;

	if (name == NULL)
		return print_help(NULL);
	cmd = cmd_find(name);
	if (cmd != NULL)
		return print_help(cmd);
	diag_set(&d, ERR_USAGE, "there is no command '%s'", name);
	return cmd_usage(NULL, &d);
}

int
cmd_main(int argc, char **argv)
{
	struct opt_line line = { .argc = argc - 1, .argv = argv + 1 };
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct cmd *cmd;
	struct diag d;

	if (name == NULL) {
		diag_set(&d, ERR_USAGE, "a command is missing");
		return cmd_usage(NULL, &d);
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
	    strcmp(name, "help") == 0)
		return help_for(argv[2]);
	if (strcmp(name, "--version") == 0)
		return out_version();
	cmd = cmd_find(name);
	if (cmd != NULL)
		return cmd->run(cmd, &line);
	diag_set(&d, ERR_USAGE,
	    name[0] == '-' ? "'%s' is no option of ctlsmith"
			   : "there is no command '%s'",
	    name);
	return cmd_usage(NULL, &d);
}
