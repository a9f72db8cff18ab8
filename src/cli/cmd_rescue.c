/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/file.h"
#include "cli/cmd.h"
#include "cli/history_dot.h"
#include "cli/input.h"
#include "cli/rescue.h"

struct rescue_opts {
	struct rescue_wish wish;
	bool json, dot;
};

static const struct opt opts[] = {
	{ "archive", "DIR", OPT_STRING,
	    offsetof(struct rescue_opts, wish.archive),
	    "the lists that the cluster ever had", OPT_FILES, 0 },
	{ "dot", NULL, OPT_FLAG, offsetof(struct rescue_opts, dot),
	    "print all steps as a graph for Graphviz", NULL, 0 },
	{ "installed", "FILE|HASH", OPT_STRING,
	    offsetof(struct rescue_opts, wish.installed),
	    "the list that the phone holds, or its hash", OPT_FILES, 0 },
	{ "json", NULL, OPT_FLAG, offsetof(struct rescue_opts, json),
	    "print JSON", NULL, 0 },
	{ "max-size", "BYTES", OPT_SIZE,
	    offsetof(struct rescue_opts, wish.max_size),
	    "read files up to this size (default 64M)", NULL, 0 },
	{ "target", "FILE", OPT_STRING,
	    offsetof(struct rescue_opts, wish.target),
	    "the list to come to (default: the newest)", OPT_FILES, 0 },
	OPT_END,
};

static enum err
check_line(const struct rescue_opts *o, char *const *args, struct diag *d)
{
	const char *const files[] = { o->wish.installed, o->wish.target };

	if (args[0] != NULL)
		return diag_set(d, ERR_USAGE,
		    "'%.80s' is no option; lists stand in --archive", args[0]);
	if (o->wish.installed == NULL)
		return diag_set(d, ERR_USAGE,
		    "--installed FILE is missing, or --installed HASH");
	if (o->wish.archive == NULL)
		return diag_set(d, ERR_USAGE, "--archive DIR is missing");
	if (o->json && o->dot)
		return diag_set(d, ERR_USAGE,
		    "--json and --dot exclude each other");
	return input_stdin_once(
	    input_num_stdin(files, sizeof(files) / sizeof(files[0])), d);
}

static enum err
say(const struct rescue_opts *o, const struct rescue *r, struct out *out,
    struct diag *d)
{
	struct fill fill = fill_for_stdout();
	struct buf text = { 0 };
	enum err e = ERR_OK;

	if (o->json)
		out_json(out, rescue_json(r, &o->wish));
	else if (o->dot && r->answer == RESCUE_NOT_KNOWN)
		return diag_set(d, ERR_POLICY,
		    "no list of %.200s has this hash", o->wish.archive);
	else if (o->dot)
		e = history_dot_put(&r->archive, &r->choice, &r->history,
		    r->held, &text, d);
	else
		e = rescue_put(r, &o->wish, &fill, &text, d);
	if (e == ERR_OK)
		out_put(out, &text);
	buf_clear(&text);
	return e;
}

static enum cmd_exit
end_of(const struct rescue *r)
{
	if (r->archive.failed)
		return CMD_FAILED;
	return r->answer == RESCUE_NO_LADDER || r->answer == RESCUE_NOT_KNOWN
	    ? CMD_POLICY
	    : CMD_OK;
}

static enum cmd_exit
rescue(const struct rescue_opts *o)
{
	struct out out = { .lost = false };
	const char *where = NULL;
	enum cmd_exit end;
	struct rescue r;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = rescue_find(&r, &o->wish, &out, &where, &d);
	if (e == ERR_OK) {
		where = NULL;
		archive_say_passed_over(&r.archive, o->wish.archive, &out);
		e = say(o, &r, &out, &d);
	}
	end = e == ERR_OK ? end_of(&r) : cmd_end(e);
	if (e != ERR_OK)
		out_error(&out, where, &d);
	end = out_finish(&out, o->json, end);
	rescue_clear(&r);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct rescue_opts o = { .json = false };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (check_line(&o, line->args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	if (o.wish.max_size == 0)
		o.wish.max_size = FILE_MAX_DEFAULT;
	return rescue(&o);
}

const struct cmd cmd_rescue = {
	.name = "rescue",
	.args = "",
	.summary = "Find the lists that bring a stranded phone back",
	.text =
	    "A phone that was off while lists changed may not know the signer "
	    "of the newest.\nOlder lists are public and already signed: served "
	    "to it one after the other,\nfrom a TFTP server that it alone can "
	    "reach, they may bring it there. Prints the\nshortest such ladder, "
	    "or that nothing is needed, or that there is none. HASH is\nthe "
	    "MD5, SHA-1, SHA-256 or SHA-512 that the phone shows of its list, "
	    "with or\nwithout colons; a file that is called so is written "
	    "./FILE.\n\n"
	    "Exit status 0 if the phone comes to the newest list; 3 if no "
	    "ladder does that,\nor no list has this hash, or it cannot be "
	    "judged; 1 if a file could not be read\nor parsed.\n",
	.opts = opts,
	.run = run,
};
