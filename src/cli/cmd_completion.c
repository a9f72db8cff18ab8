/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/out.h"

static const struct opt opts[] = { OPT_END };

/* The line of a case that completes the value of OPT. */
static void
put_value_case(const struct opt *opt, struct buf *out)
{
	if (opt->arg == NULL || opt->words == NULL)
		return;
	if (strcmp(opt->words, OPT_FILES) == 0)
		buf_printf(out,
		    "\t--%s) COMPREPLY=($(compgen -f -- \"$cur\")); "
		    "return ;;\n",
		    opt->name);
	else
		buf_printf(out,
		    "\t--%s) COMPREPLY=($(compgen -W '%s' -- "
		    "\"$cur\")); return ;;\n",
		    opt->name, opt->words);
}

/* Values are completed the same way wherever an option stands. */
static void
put_value_cases(struct buf *out)
{
	const struct cmd *const *c;
	const struct opt *opt;

	buf_str(out, "\tcase $prev in\n");
	for (c = cmd_table; *c != NULL; c++)
		for (opt = (*c)->opts; opt->name != NULL; opt++)
			put_value_case(opt, out);
	buf_str(out, "\tesac\n");
}

static void
put_command_case(const struct cmd *cmd, struct buf *out)
{
	const struct opt *opt;

	buf_printf(out, "\t%s) opts='", cmd->name);
	for (opt = cmd->opts; opt->name != NULL; opt++)
		buf_printf(out, "--%s ", opt->name);
	buf_str(out, "--help'");
	if (cmd->words != NULL && strcmp(cmd->words, OPT_FILES) != 0)
		buf_printf(out, " words='%s'", cmd->words);
	buf_str(out, " ;;\n");
}

static void
put_names(struct buf *out)
{
	const struct cmd *const *c;

	for (c = cmd_table; *c != NULL; c++)
		buf_printf(out, "%s ", (*c)->name);
}

static void
put_script(struct buf *out)
{
	const struct cmd *const *c;

	buf_str(out,
	    "# bash completion for ctlsmith(1); "
	    "made by `ctlsmith completion bash`\n_ctlsmith()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} opts= words=\n"
	    "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n\n");
	put_value_cases(out);
	buf_str(out, "\tcase ${COMP_WORDS[1]} in\n");
	for (c = cmd_table; *c != NULL; c++)
		put_command_case(*c, out);
	buf_str(out, "\thelp) words='");
	put_names(out);
	buf_str(out,
	    "' ;;\n\tesac\n\tif ((COMP_CWORD == 1)); then\n"
	    "\t\twords='");
	put_names(out);
	buf_str(out,
	    "help --help --version'\n\telif [[ $cur == -* ]]; then\n"
	    "\t\twords=$opts\n\tfi\n"
	    "\tif [[ $words ]]; then\n"
	    "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	    "\telse\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\tfi\n}\n"
	    "complete -o filenames -F _ctlsmith ctlsmith\n");
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct buf script = { 0 };
	enum cmd_exit end;
	struct diag d;
	char none;
	bool done;

	end = cmd_options(cmd, line, &none, &done);
	if (done)
		return end;
	if (line->args[0] == NULL || line->args[1] != NULL ||
	    strcmp(line->args[0], "bash") != 0) {
		diag_set(&d, ERR_USAGE,
		    "name one shell, and that is bash: "
		    "no other is known");
		return cmd_usage(cmd, &d);
	}
	put_script(&script);
	end = out_write(&script);
	buf_clear(&script);
	return end;
}

const struct cmd cmd_completion = {
	.name = "completion",
	.args = "bash",
	.summary = "Print the completion script of a shell",
	.text = "Prints a script that completes commands, options and file "
		"names, to be sourced:\n\n"
		"  source <(ctlsmith completion bash)\n",
	.words = "bash",
	.opts = opts,
	.run = run,
};
