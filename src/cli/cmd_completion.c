/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/completion.h"
#include "cli/out.h"

static const struct opt opts[] = { OPT_END };

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
	completion_put(&cmd_root, &script);
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
