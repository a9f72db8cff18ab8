/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "cli/cmd.h"
#include "cli/findings.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/out.h"

#define DAYS_DEFAULT 30

struct lint_opts {
	struct input_opts in;
	int64_t at;
	unsigned days;
	bool strict;
};

static const struct opt opts[] = {
	INPUT_OPTS(struct lint_opts),
	{ "at", "DATE", OPT_DATE, offsetof(struct lint_opts, at),
	    "judge certificates at this date (default now)", NULL, 0 },
	{ "days", "N", OPT_DAYS, offsetof(struct lint_opts, days),
	    "how soon an end is worth saying (default 30)", NULL, 0 },
	{ "strict", NULL, OPT_FLAG, offsetof(struct lint_opts, strict),
	    "exit with 3 on a warning too", NULL, 0 },
	OPT_END,
};

/* What all threads read. */
struct lint {
	const struct lint_opts *opts;
	struct input_plan plan;
	struct fill fill;
};

/* A list is judged by itself too, whatever else it is checked with. */
static enum err
validate(const struct input *in, struct ctl_view *view,
    struct ctl_findings *ret, struct diag *d)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF,
		.memo = in->memo };
	struct ctl_verdict self;
	enum err e = ERR_OK;

	if (ctl_is_list(in->file) && in->verdict.anchor != CTL_ANCHOR_SELF) {
		e = ctl_verify(in->file, &anchor, &self, d);
		view->self = &self;
	}
	if (e == ERR_OK)
		e = ctl_validate(in->file, view, ret, d);
	view->self = NULL;
	return e;
}

/* Everything that is to be said of IN. */
static enum err
collect(const struct lint *l, const struct input *in, struct ctl_findings *ret,
    struct diag *d)
{
	struct ctl_view view = { .at = l->opts->at,
		.days = l->opts->days,
		.verdict = &in->verdict,
		.memo = in->memo };

	if (in->listing != NULL)
		return ctl_validate_listing(in->listing, ret, d);
	if (in->file != NULL)
		return validate(in, &view, ret, d);
	return in->refused ? ctl_find_refusal(&in->error, ret, d) : ERR_OK;
}

static enum cmd_exit
end_of(const struct lint *l, const struct input *in,
    const struct ctl_findings *fs)
{
	if (!input_is_known(in))
		return CMD_FAILED;
	if (ctl_findings_count(fs, CTL_ERROR) > 0 ||
	    (l->opts->strict && ctl_findings_count(fs, CTL_WARNING) > 0))
		return CMD_POLICY;
	return CMD_OK;
}

static void
put(const struct lint *l, const struct input *in, const struct ctl_findings *fs,
    struct out *out)
{
	struct buf text = { 0 };

	if (l->plan.json) {
		out_json(out, json_of_lint(in, fs));
	} else if (input_is_known(in) || in->refused) {
		findings_put(&l->fill, in, fs, &text);
		out_put(out, &text);
		buf_clear(&text);
	}
}

static enum cmd_exit
lint_one(const void *context, const struct input *in, struct out *out)
{
	const struct lint *l = context;
	struct ctl_findings fs = { 0 };
	enum cmd_exit end;
	struct diag d;

	if (collect(l, in, &fs, &d) == ERR_OK) {
		put(l, in, &fs, out);
		end = end_of(l, in, &fs);
	} else {
		out_error(out, in->path, &d);
		end = CMD_FAILED;
	}
	ctl_findings_clear(&fs);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct lint_opts o = { .at = (int64_t)time(NULL),
		.days = DAYS_DEFAULT };
	struct lint l = { .opts = &o, .fill = fill_for_stdout() };
	struct input_job job = { &l, lint_one, true };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	end = input_plan(&l.plan, cmd, &o.in, line->args);
	if (end == CMD_OK)
		end = input_run(&l.plan, line->args, &job);
	input_plan_clear(&l.plan);
	return end;
}

const struct cmd cmd_lint = {
	.name = "lint",
	.args = "FILE...",
	.summary = "Say what is wrong with trust lists before phones do",
	.text =
	    "Goes through trust lists and signed files and prints all that "
	    "can be said\nagainst them: errors (phones refuse it, or it cannot "
	    "do its job), warnings (it\nhurts at the next change, or on some "
	    "phones) and notes, each with what to do.\nIt also takes the text "
	    "that `show ctl` printed on the appliance. A folder stands\nfor "
	    "the files in it. '-' reads standard input.\n\n"
	    "Exit status 0 if no file has an error; 3 if one has (with "
	    "--strict, a warning);\n1 if one could not be read or parsed.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
