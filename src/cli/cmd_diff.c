/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cmd.h"
#include "cli/compare.h"
#include "cli/input.h"
#include "cli/out.h"
#include "cli/token_print.h"

struct diff_opts {
	bool json;
};

static const struct opt opts[] = {
	{ "json", NULL, OPT_FLAG, offsetof(struct diff_opts, json),
	    "print JSON: an array with one element", NULL, 0 },
	OPT_END,
};

static enum err
check(char **args, struct diag *d)
{
	size_t num = 0;

	while (args[num] != NULL)
		num++;
	if (num < 2)
		return diag_set(d, ERR_USAGE,
		    num == 0 ? "two lists are missing"
			     : "the list to compare it with is missing");
	if (num > 2)
		return diag_set(d, ERR_USAGE, "two lists at a time, not %zu",
		    num);
	return input_stdin_once(input_num_stdin_args(args), d);
}

/* Says why there is nothing to compare. */
static void
complain(const struct compare *c)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (!input_is_known(&c->in[i]))
			out_complain(c->in[i].path, &c->in[i].error);
	if (c->error.code != ERR_OK)
		out_complain(NULL, &c->error);
}

static enum cmd_exit
print_text(const struct compare *c)
{
	struct buf text = { 0 };
	struct diag d;
	enum err e;

	diag_init(&d);
	e = compare_put(c, &text, &d);
	return token_print_made(&text, e, &d);
}

static enum cmd_exit
print_json(const struct compare *c)
{
	struct json_sink s = { .failed = false };
	json_t *o = compare_json(c, &s);

	if (s.failed) {
		json_decref(o);
		o = NULL;
	}
	return token_print_element("diff", o);
}

static enum cmd_exit
diff(char **args, bool json)
{
	struct compare c;
	enum cmd_exit end = CMD_OK, printed = CMD_OK;
	enum err e = compare_read(args, &c);

	if (e != ERR_OK) {
		complain(&c);
		end = CMD_FAILED;
	} else if (c.end != COMPARE_SAME_TRUST) {
		end = CMD_POLICY;
	}
	if (json)
		printed = print_json(&c);
	else if (e == ERR_OK)
		printed = print_text(&c);
	compare_clear(&c);
	return out_worse(end, printed);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct diff_opts o = { 0 };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	if (check(line->args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return diff(line->args, o.json);
}

const struct cmd cmd_diff = {
	.name = "diff",
	.args = "OLD NEW",
	.summary = "Compare two trust lists by what they mean for phones",
	.text =
	    "Says what NEW has other than OLD: records that came, went or have "
	    "a new\ncertificate, wherever they stand, the signer, the digest "
	    "and the time; and\nwhether phones that hold OLD take NEW, and "
	    "which are left behind. Each is a\nCTL or ITL, or the text of the "
	    "appliance's `show ctl`, as it was pasted; '-'\nreads standard "
	    "input.\n\n"
	    "Exit status 0 if phones trust the same by both, or both are the "
	    "same file; 3 if\nnot, if one does not verify, or if a text does "
	    "not tell; 1 if one could not be\nread or parsed, or both cannot "
	    "be compared.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
