/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/out.h"

struct verify_opts {
	struct input_opts in;
};

static const struct opt opts[] = {
	INPUT_OPTS(struct verify_opts),
	OPT_END,
};

/* The signer by name, where the key came from a list. */
static void
put_signer(const struct input *in, const struct input_plan *plan,
    struct buf *out)
{
	const struct ctl_file *list = plan->trusted != NULL ? plan->trusted
							    : in->file;
	const struct ctl_record *r = ctl_record(list,
	    in->verdict.signer_record);

	if (r == NULL)
		return;
	buf_str(out, ", ");
	buf_str(out, ctl_role_name(r->role));
	buf_str(out, " ");
	text_put_safe(out,
	    ctl_common_name(ctl_record_text(r, CTL_REC_SUBJECT)));
}

static void
put_verified(const struct input *in, const struct input_plan *plan,
    struct buf *out)
{
	switch (in->verdict.anchor) {
	case CTL_ANCHOR_SELF:
		buf_printf(out, "verified, but only with itself (record %zu",
		    in->verdict.signer_record);
		put_signer(in, plan, out);
		buf_str(out, "); --trusted OLD.tlv proves more");
		break;
	case CTL_ANCHOR_TRUSTED:
		buf_printf(out, "verified with the trusted list (record %zu",
		    in->verdict.signer_record);
		put_signer(in, plan, out);
		buf_str(out, ")");
		break;
	case CTL_ANCHOR_CERT:
		buf_str(out, "verified with the certificate given");
		break;
	}
}

static void
put_line(const struct input *in, const struct input_plan *plan, struct buf *out)
{
	text_put_safe(out, bytes_of_str(in->path));
	buf_str(out, ": ");
	buf_str(out, ctl_kind_name(input_kind(in)));
	buf_str(out, ": ");
	if (in->verdict.status == CTL_VERIFIED) {
		put_verified(in, plan, out);
	} else {
		buf_str(out,
		    in->verdict.status == CTL_FAILED ? "FAILED: "
						     : "not possible: ");
		out_put_diag(out, &in->verdict.why);
	}
	if (in->verdict.note[0] != '\0') {
		buf_str(out, "; note: ");
		text_put_safe(out, bytes_of_str(in->verdict.note));
	}
	buf_str(out, "\n");
}

static enum cmd_exit
verify_one(const void *context, const struct input *in, struct out *out)
{
	const struct input_plan *plan = context;
	struct buf text = { 0 };

	if (plan->json) {
		out_json(out, json_of_verify(in));
	} else if (input_is_known(in)) {
		put_line(in, plan, &text);
		out_put(out, &text);
		buf_clear(&text);
	}
	return input_end(in);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct verify_opts o = { 0 };
	struct input_plan plan;
	struct input_job job = { &plan, verify_one, false };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	end = input_plan(&plan, cmd, &o.in, line->args);
	if (end == CMD_OK)
		end = input_run(&plan, line->args, &job);
	input_plan_clear(&plan);
	return end;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.args = "FILE...",
	.summary = "Check the signature of trust lists and signed files",
	.text =
	    "Prints a line per file. A trust list is checked with the record "
	    "of its own that\nsigned it, which proves only that it agrees "
	    "with itself; --trusted checks it\nagainst the list that phones "
	    "hold. A signed file (.sgn) carries no certificate\nand needs "
	    "--signer or --trusted. KIND is ctl, itl, signed-file, firmware "
	    "or\nencrypted. '-' reads standard input.\n\n"
	    "Exit status 0 only if every file verifies; 3 if one does not; 1 "
	    "if one could\nnot be read or parsed.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
