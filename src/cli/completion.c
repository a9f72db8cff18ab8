/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include <string.h>

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

static void
put_command_values(const struct cmd *cmd, struct buf *out)
{
	const struct opt *opt;

	for (opt = cmd->opts; opt->name != NULL; opt++)
		put_value_case(opt, out);
}

static void
put_command_case(const struct cmd *cmd, struct buf *out)
{
	const struct opt *opt;

	buf_printf(out, "\t'%s') opts='", cmd->name);
	for (opt = cmd->opts; opt->name != NULL; opt++)
		buf_printf(out, "--%s ", opt->name);
	buf_str(out, "--help'");
	if (cmd->words != NULL && strcmp(cmd->words, OPT_FILES) != 0)
		buf_printf(out, " words='%s'", cmd->words);
	buf_str(out, " ;;\n");
}

/* Calls PUT for each command that is no group, of GROUP and of those in it. */
static void
for_each(const struct cmd *group,
    void (*put)(const struct cmd *cmd, struct buf *out), struct buf *out)
{
	const struct cmd *const *c;

	for (c = group->subs; *c != NULL; c++)
		if ((*c)->subs == NULL)
			put(*c, out);
		else
			for_each(*c, put, out);
}

static void
put_names(const struct cmd *group, struct buf *out)
{
	const struct cmd *const *c;

	for (c = group->subs; *c != NULL; c++)
		buf_printf(out, "%s ", cmd_word(*c));
}

/* The lines of a case that say what stands in the groups. */
static void
put_groups(const struct cmd *group, struct buf *out)
{
	const struct cmd *const *c;

	for (c = group->subs; *c != NULL; c++) {
		if ((*c)->subs == NULL)
			continue;
		buf_printf(out, "\t\t'%s') names='", (*c)->name);
		put_names(*c, out);
		buf_str(out, "--help' ;;\n");
		put_groups(*c, out);
	}
}

/* Finds the command in front of the word to complete, through all groups, or,
 * where that is to be the name of one, the names there are. */
static void
put_search(const struct cmd *root, struct buf *out)
{
	buf_str(out, "\tlocal names='");
	put_names(root, out);
	buf_str(out,
	    "help --help --version'\n"
	    "\tif [[ ${COMP_WORDS[1]} == help ]] && ((COMP_CWORD > 1)); then\n"
	    "\t\tat=2 names='");
	put_names(root, out);
	buf_str(out,
	    "'\n\tfi\n"
	    "\twhile [[ $names ]] && ((COMP_CWORD > at)); do\n"
	    "\t\tcommand+=${command:+ }${COMP_WORDS[at++]} names=\n"
	    "\t\tcase $command in\n");
	put_groups(root, out);
	buf_str(out,
	    "\t\tesac\n"
	    "\tdone\n");
}

void
completion_put(const struct cmd *root, struct buf *out)
{
	buf_str(out,
	    "# bash completion for ctlsmith(1); "
	    "made by `ctlsmith completion bash`\n_ctlsmith()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} opts= words= at=1 command=\n"
	    "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n");
	put_search(root, out);
	/* values are completed the same way wherever an option stands */
	buf_str(out, "\tcase $prev in\n");
	for_each(root, put_command_values, out);
	buf_str(out, "\tesac\n\tcase $command in\n");
	for_each(root, put_command_case, out);
	buf_str(out,
	    "\tesac\n"
	    "\tif [[ $names ]]; then\n\t\twords=$names\n"
	    "\telif [[ $cur == -* ]]; then\n\t\twords=$opts\n\tfi\n"
	    "\tif [[ $words ]]; then\n"
	    "\t\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	    "\telse\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\tfi\n}\n"
	    "complete -o filenames -F _ctlsmith ctlsmith\n");
}
