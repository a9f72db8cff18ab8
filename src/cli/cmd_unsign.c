/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/json_put.h"
#include "cli/out.h"
#include "cli/paths.h"
#include "cli/seen.h"
#include "cli/suffix.h"
#include "cli/url.h"

struct unsign_opts {
	struct input_opts in;
	const char *output;
	bool force, dry_run;
};

#define AT(member) offsetof(struct unsign_opts, member)

static const struct opt opts[] = {
	{ "dry-run", NULL, OPT_FLAG, AT(dry_run),
	    "say what would be written, and write nothing", NULL, 0 },
	{ "force", NULL, OPT_FLAG, AT(force), "replace files that are there",
	    NULL, 0 },
	{ "json", NULL, OPT_FLAG, AT(in.json),
	    "print JSON: an array, one element a file", NULL, 0 },
	{ "max-size", "BYTES", OPT_SIZE, AT(in.max_size),
	    "read files up to this size (default 64M)", NULL, 0 },
	{ "output", "PATH", OPT_STRING, AT(output),
	    "a file, a folder, or -: standard output", OPT_FILES, 'o' },
	{ "signer", "CERT", OPT_STRING, AT(in.signer),
	    "only what this certificate has signed (PEM or DER)", OPT_FILES,
	    0 },
	{ "trusted", "LIST", OPT_STRING, AT(in.trusted),
	    "only what a phone with this CTL or ITL takes", OPT_FILES, 0 },
	OPT_END,
};

/* A run. The files come one after another, in one thread: of two that lead to
 * one name it is always the second that fails. */
struct unsign {
	const struct unsign_opts *opts;
	bool into_folder; /* --output is one */
	bool to_stdout;
	struct seen *seen;
};

/* What became of one file. */
struct outcome {
	const char *result; /* as JSON says it */
	struct buf target;  /* empty: nobody knows */
	size_t size;
	struct diag error; /* code ERR_OK: none */
};

static bool
is_verified(const struct input *in)
{
	return in->verdict.anchor != CTL_ANCHOR_SELF &&
	    in->verdict.status == CTL_VERIFIED;
}

/* ---- Where to -------------------------------------------------------------------- */

/* The name that the content has within a folder: that of the file within the
 * folder that was named, less its suffix. */
static enum err
put_inner_name(const struct input *in, struct buf *out, struct diag *d)
{
	const char *name = in->root > 0 ? in->path + in->root
					: suffix_base(in->path);
	size_t len = suffix_cut(name);

	if (len == 0)
		return diag_set(d, ERR_USAGE,
		    "its name ends neither in .sgn nor in .sha512, so there is "
		    "no other name for what it holds; name it alone, with -o "
		    "FILE");
	buf_put(out, bytes_of(name, len));
	return ERR_OK;
}

static enum err
put_target(const struct unsign *u, const struct input *in, struct buf *out,
    struct diag *d)
{
	const char *output = u->opts->output;
	size_t len = suffix_cut(in->path);

	if (u->to_stdout || (output != NULL && !u->into_folder)) {
		buf_str(out, output);
		return ERR_OK;
	}
	if (output != NULL) {
		buf_str(out, output);
		if (output[strlen(output) - 1] != '/')
			buf_u8(out, '/');
		return put_inner_name(in, out, d);
	}
	if (strcmp(in->path, "-") == 0)
		return diag_set(d, ERR_USAGE,
		    "standard input has no name to take a suffix from; -o FILE "
		    "says where to");
	if (len == 0)
		return put_inner_name(in, out, d);
	buf_put(out, bytes_of(in->path, len));
	return ERR_OK;
}

/* ---- One file --------------------------------------------------------------------- */

static enum err
judge(const struct input *in, struct diag *d)
{
	if (!input_is_known(in)) {
		*d = in->error;
		return d->code;
	}
	if (in->listing != NULL)
		return diag_set(d, ERR_UNSUPPORTED,
		    "this is the text of a list, and no signed file");
	if (ctl_is_list(in->file))
		return diag_set(d, ERR_UNSUPPORTED,
		    "this is a trust list: its records are of use only with "
		    "their header and signature, so it stays whole; "
		    "`ctlsmith extract` writes its certificates");
	if (in->verdict.anchor != CTL_ANCHOR_SELF && !is_verified(in))
		return diag_set(d, ERR_POLICY,
		    "nothing is written, since it does not verify: %s",
		    in->verdict.why.msg);
	return ERR_OK;
}

static enum err
write_out(struct bytes content, struct diag *d)
{
	struct buf text = { 0 };
	enum err e = ERR_OK;

	buf_put(&text, content);
	if (!buf_ok(&text))
		e = diag_nomem(d);
	else if (out_write(&text) != CMD_OK) /* it said why */
		e = diag_set(d, ERR_IO, "standard output takes no more");
	buf_clear(&text);
	return e;
}

/* As sign has it: what a link leads to may be anything. */
static enum err
check_link(const char *target, struct diag *d)
{
	struct stat st;

	if (lstat(target, &st) != 0 || !S_ISLNK(st.st_mode))
		return ERR_OK;
	return diag_set(d, ERR_EXISTS,
	    "%s is a symbolic link, and nothing is written through it", target);
}

static enum err
write_file(const struct unsign *u, const char *target, struct bytes content,
    struct diag *d)
{
	bool is_new = false;
	enum err e = ERR_OK;

	if (u->into_folder)
		e = suffix_make_folders(target, 0777, d);
	if (e == ERR_OK)
		e = seen_add(u->seen, target, !u->into_folder, &is_new, d);
	if (e == ERR_OK && !is_new)
		e = diag_set(d, ERR_EXISTS,
		    "%s was just written from another file", target);
	if (e == ERR_OK)
		e = check_link(target, d);
	if (e != ERR_OK)
		return e;
	return file_write(target, content, u->opts->force ? FILE_CLOBBER : 0,
	    d);
}

/* What would fail, as far as that can be seen. */
static enum err
look(const struct unsign *u, const char *target, struct diag *d)
{
	bool is_new = false;
	struct stat st;
	enum err e;

	e = seen_add(u->seen, target, !u->into_folder, &is_new, d);
	if (e == ERR_OK && !is_new)
		e = diag_set(d, ERR_EXISTS,
		    "%s would be written from another file too", target);
	if (e == ERR_OK)
		e = check_link(target, d);
	if (e == ERR_OK && !u->opts->force && lstat(target, &st) == 0)
		e = diag_set(d, ERR_EXISTS, "%s exists already", target);
	return e;
}

static void
do_file(const struct unsign *u, const struct input *in, struct outcome *o)
{
	struct bytes content;
	const char *target;
	enum err e;

	e = judge(in, &o->error);
	if (e == ERR_OK)
		e = put_target(u, in, &o->target, &o->error);
	target = e == ERR_OK ? buf_cstr(&o->target) : NULL;
	if (target == NULL) {
		if (e == ERR_OK)
			(void)diag_nomem(&o->error);
		return;
	}
	content = ctl_payload(in->file);
	o->size = content.len;
	if (u->opts->dry_run)
		e = u->to_stdout ? ERR_OK : look(u, target, &o->error);
	else if (u->to_stdout)
		e = write_out(content, &o->error);
	else
		e = write_file(u, target, content, &o->error);
	if (e == ERR_OK)
		o->result = u->opts->dry_run ? "planned" : "written";
}

/* ---- What is said ------------------------------------------------------------------- */

static const char *
verdict_word(const struct input *in)
{
	if (!input_is_known(in) || in->verdict.anchor == CTL_ANCHOR_SELF)
		return "not-checked";
	return ctl_status_name(in->verdict.status);
}

static json_t *
json_of(const struct input *in, const struct outcome *o)
{
	struct json_sink s = { false };
	json_t *all = json_object(), *obj = json_object();
	bool has_target = o->target.len > 0;

	json_put_number(&s, all, "schema", JSON_SCHEMA);
	json_put_text(&s, obj, "file", bytes_of_str(in->path));
	json_put_text(&s, obj, "output",
	    has_target ? buf_bytes(&o->target) : (struct bytes){ NULL, 0 });
	json_put_str(&s, obj, "result", o->result);
	json_put_str(&s, obj, "verification", verdict_word(in));
	json_put(&s, obj, "size",
	    o->error.code == ERR_OK ? json_integer((json_int_t)o->size)
				    : json_null());
	json_put_error(&s, obj, o->error.code == ERR_OK ? NULL : &o->error);
	json_put(&s, all, "unsign", obj);
	if (s.failed) {
		json_decref(all);
		return NULL;
	}
	return all;
}

static void
put_line(const struct unsign *u, const struct input *in,
    const struct outcome *o, struct buf *text)
{
	text_put_safe(text, bytes_of_str(in->path));
	buf_str(text, u->opts->dry_run ? ": would write " : ": wrote ");
	text_put_safe(text, buf_bytes(&o->target));
	buf_printf(text, ", %s%s\n",
	    is_verified(in) ? "verified with the "
			    : "NOT VERIFIED: no --signer or --trusted",
	    !is_verified(in) ? ""
		: in->verdict.anchor == CTL_ANCHOR_TRUSTED
		? "trusted list"
		: "certificate given");
}

static void
say(const struct unsign *u, const struct input *in, const struct outcome *o,
    struct out *out)
{
	struct buf text = { 0 };

	if (o->error.code != ERR_OK && input_is_known(in))
		out_error(out, in->path, &o->error); /* else it was said */
	if (u->opts->in.json)
		out_json(out, json_of(in, o));
	else if (o->error.code == ERR_OK && !u->to_stdout) {
		put_line(u, in, o, &text);
		out_put(out, &text);
	}
	buf_clear(&text);
}

static enum cmd_exit
end_of(const struct outcome *o)
{
	if (o->error.code == ERR_OK)
		return CMD_OK;
	return o->error.code == ERR_POLICY ? CMD_POLICY : CMD_FAILED;
}

static enum cmd_exit
unsign_one(const void *context, const struct input *in, struct out *out)
{
	const struct unsign *u = context;
	struct outcome o = { .result = "failed" };
	enum cmd_exit end;

	diag_init(&o.error);
	do_file(u, in, &o);
	say(u, in, &o, out);
	end = end_of(&o);
	buf_clear(&o.target);
	return end;
}

/* ---- The run ---------------------------------------------------------------------- */

static bool
is_folder(const char *path)
{
	struct stat st;

	return path[strlen(path) - 1] == '/' ||
	    (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

static enum err
check(struct unsign *u, char **args, struct diag *d)
{
	const struct unsign_opts *o = u->opts;
	bool several = paths_are_several(args);

	if (o->output == NULL)
		return url_need_output(args, NULL, d);
	if (o->output[0] == '\0')
		return diag_set(d, ERR_USAGE, "--output has an empty name");
	u->to_stdout = strcmp(o->output, "-") == 0;
	if (u->to_stdout && several)
		return diag_set(d, ERR_USAGE,
		    "'-o -' is for one FILE: several would run into one");
	if (u->to_stdout && o->in.json)
		return diag_set(d, ERR_USAGE,
		    "'-o -' and --json exclude each other");
	u->into_folder = !u->to_stdout && (several || is_folder(o->output));
	return ERR_OK;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct unsign_opts o = { .in = { .jobs = 1 } };
	struct seen seen = { 0 };
	struct unsign u = { .opts = &o, .seen = &seen };
	struct input_job job = { &u, unsign_one, false };
	struct input_plan plan;
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (check(&u, line->args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	end = input_plan(&plan, cmd, &o.in, line->args);
	if (end == CMD_OK)
		end = input_run(&plan, line->args, &job);
	input_plan_clear(&plan);
	seen_clear(&seen);
	return end;
}

const struct cmd cmd_unsign = {
	.name = "unsign",
	.args = "FILE...",
	.summary = "Take the signature off signed files",
	.text =
	    "Writes what a signed file holds, without header and signature, "
	    "beside it under\nits name without .sgn or .sha512, or where -o "
	    "says. With --signer or --trusted\nonly what verifies; without, it "
	    "says that nothing was verified. A folder stands\nfor the files in "
	    "it. '-' reads standard input. Trust lists stay whole.\n\n"
	    "Exit status 0 if all is written; 3 if a file did not verify; 1 if "
	    "one could not\nbe read or written.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
