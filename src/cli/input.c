/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/batch.h"
#include "cli/url.h"

/* A buffer that one file made larger than this is not kept for the next. */
#define KEEP_MAX ((size_t)1024 * 1024)

static bool
is_stdin(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

size_t
input_num_stdin(const char *const *paths, size_t num)
{
	size_t i, ret = 0;

	for (i = 0; i < num; i++)
		ret += is_stdin(paths[i]);
	return ret;
}

size_t
input_num_stdin_args(char *const *args)
{
	size_t ret = 0;

	for (; *args != NULL; args++)
		ret += is_stdin(*args);
	return ret;
}

enum err
input_stdin_once(size_t num, struct diag *d)
{
	if (num <= 1)
		return ERR_OK;
	return diag_set(d, ERR_USAGE,
	    "standard input ('-') can be read only once");
}

enum err
input_load(const char *path, size_t max, struct buf *ret, struct diag *d)
{
	if (is_stdin(path))
		return file_load_fd(STDIN_FILENO, max, ret, d);
	if (url_is(path))
		return url_load(path, max, ret, d);
	return file_load(path, max, ret, d);
}

enum err
input_raise(enum err e, struct diag *d)
{
	struct diag why = *d;

	if (e != ERR_TOO_BIG)
		return e;
	return diag_set(d, e, "%s; --max-size raises it", why.msg);
}

/* What is kept are the bytes: each thread decodes a certificate of its own. */
static enum err
load_signer(struct input_plan *plan, const char *path, struct diag *d)
{
	struct cert *cert = NULL;
	enum err e;

	plan->anchor = CTL_ANCHOR_CERT;
	e = input_raise(
	    input_load(path, plan->max_size, &plan->signer_bytes, d), d);
	if (e == ERR_OK)
		e = cert_from_file(buf_bytes(&plan->signer_bytes), &cert, d);
	cert_free(&cert);
	return e;
}

static enum err
load_trusted(struct input_plan *plan, const char *path, struct diag *d)
{
	enum err e;

	plan->anchor = CTL_ANCHOR_TRUSTED;
	e = input_raise(
	    input_load(path, plan->max_size, &plan->trusted_bytes, d), d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&plan->trusted_bytes), CTL_KIND_AUTO,
		    &plan->trusted, d);
	if (e == ERR_OK && !ctl_is_list(plan->trusted))
		e = diag_set(d, ERR_UNSUPPORTED,
		    "this is no CTL and no ITL, "
		    "so it holds nobody to trust");
	return e;
}

enum err
input_kind_named(const char *name, enum ctl_kind *ret, struct diag *d)
{
	enum ctl_kind kind = CTL_KIND_AUTO;

	if (name != NULL)
		kind = ctl_kind_of_name(name);
	if (name != NULL && kind == CTL_KIND_AUTO)
		return diag_set(d, ERR_USAGE,
		    "--kind wants ctl, itl, "
		    "signed-file, firmware or encrypted, not '%s'",
		    name);
	*ret = kind;
	return ERR_OK;
}

/* Standard input can be read once. */
static enum err
check_stdin(const struct input_opts *opts, char **paths, struct diag *d)
{
	const char *const files[] = { opts->signer, opts->trusted };

	return input_stdin_once(
	    input_num_stdin(files, 2) + input_num_stdin_args(paths), d);
}

static enum err
check(struct input_plan *plan, const struct input_opts *opts, char **paths,
    struct diag *d)
{
	if (*paths == NULL)
		return diag_set(d, ERR_USAGE, "a FILE is missing");
	if (opts->signer != NULL && opts->trusted != NULL)
		return diag_set(d, ERR_USAGE,
		    "--signer and --trusted exclude each other");
	if (input_kind_named(opts->kind, &plan->kind, d) != ERR_OK)
		return ERR_USAGE;
	return check_stdin(opts, paths, d);
}

/* JSON is an array whatever happens. */
static enum cmd_exit
end_empty(const struct input_opts *opts)
{
	struct out_printer printer = { .json = opts->json };

	return out_worse(CMD_FAILED, out_close(&printer));
}

enum cmd_exit
input_refuse(const struct cmd *cmd, const struct input_opts *opts,
    const struct diag *d)
{
	enum cmd_exit end = cmd_refuse(cmd, d);

	return end == CMD_FAILED ? end_empty(opts) : end;
}

enum cmd_exit
input_plan(struct input_plan *plan, const struct cmd *cmd,
    const struct input_opts *opts, char **paths)
{
	const char *path = NULL;
	enum err e = ERR_OK;
	struct diag d;

	memset(plan, 0, sizeof(*plan));
	plan->max_size = opts->max_size == 0 ? FILE_MAX_DEFAULT
					     : opts->max_size;
	plan->jobs = opts->jobs;
	plan->json = opts->json;
	plan->anchor = CTL_ANCHOR_SELF;
	if (check(plan, opts, paths, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	plan->several = paths_are_several(paths);
	if (opts->signer != NULL)
		e = load_signer(plan, path = opts->signer, &d);
	if (opts->trusted != NULL)
		e = load_trusted(plan, path = opts->trusted, &d);
	if (e == ERR_OK)
		return CMD_OK;
	out_complain(path, &d);
	return end_empty(opts);
}

void
input_plan_clear(struct input_plan *plan)
{
	ctl_free(&plan->trusted);
	buf_clear(&plan->trusted_bytes);
	buf_clear(&plan->signer_bytes);
}

/* What one thread reads with. */
struct reader {
	const struct input_plan *plan;
	const struct input_job *job;
	struct ctl_anchor anchor;
	struct cert *signer;
	struct buf bytes;  /* of one file after the other */
	struct buf folder; /* of the last file, with its slash */
	int folder_fd;     /* the same, open, or -1 */
};

/* What all threads read with. */
struct readers {
	const struct input_plan *plan;
	const struct input_job *job;
};

static void
end(void *state)
{
	struct reader *r = state;

	ctl_memo_free(&r->anchor.memo);
	cert_free(&r->signer);
	buf_clear(&r->bytes);
	buf_clear(&r->folder);
	if (r->folder_fd >= 0)
		(void)close(r->folder_fd);
	free(r);
}

static enum err
begin(const void *context, void **ret, struct diag *d)
{
	const struct readers *all = context;
	const struct input_plan *plan = all->plan;
	struct reader *r = calloc(1, sizeof(*r));
	enum err e;

	if (r == NULL)
		return diag_nomem(d);
	r->folder_fd = -1;
	r->plan = plan;
	r->job = all->job;
	e = ctl_memo_new(&r->anchor.memo, d);
	if (e == ERR_OK && plan->anchor == CTL_ANCHOR_CERT)
		e = cert_from_file(buf_bytes(&plan->signer_bytes), &r->signer,
		    d);
	r->anchor.kind = plan->anchor;
	r->anchor.trusted = plan->trusted;
	r->anchor.cert = r->signer;
	if (e == ERR_OK)
		*ret = r;
	else
		end(r);
	return e;
}

/* A text holds no signature: whatever it says, nothing is verified. */
static void
judge_listing(struct ctl_verdict *v, enum ctl_anchor_kind anchor)
{
	memset(v, 0, sizeof(*v));
	v->status = CTL_NOT_POSSIBLE;
	v->anchor = anchor;
	v->rule = CTL_RULE_SIGNATURE_UNCHECKED;
	diag_init(&v->why);
	diag_set(&v->why, ERR_UNSUPPORTED, "text only");
	(void)snprintf(v->note, sizeof(v->note),
	    "only the file itself holds the signature");
}

/* Parses and judges what was loaded. */
static enum err
judge_input(enum ctl_kind kind, const struct ctl_anchor *anchor,
    struct input *in)
{
	struct bytes bytes = buf_bytes(&in->bytes);
	enum err e;

	if (ctl_is_listing(bytes)) {
		judge_listing(&in->verdict, anchor->kind);
		e = ctl_listing_read(bytes, &in->listing, &in->error);
		in->refused = e != ERR_OK && e != ERR_NOMEM;
		return e;
	}
	e = ctl_parse(bytes, kind, &in->file, &in->error);
	in->refused = e != ERR_OK && e != ERR_NOMEM;
	if (e == ERR_OK)
		e = ctl_verify(in->file, anchor, &in->verdict, &in->error);
	if (e != ERR_OK)
		ctl_free(&in->file);
	return e;
}

/* Finds the folder of PATH open, or opens it where it is that of the file
 * before, too: the system then does not look for it again and again. Returns
 * its descriptor and makes *NAME the rest of PATH. */
static int
open_folder(struct reader *r, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	bool same = len > 0 &&
	    bytes_equal(buf_bytes(&r->folder), bytes_of(path, len));

	if (!same && r->folder_fd >= 0) {
		(void)close(r->folder_fd);
		r->folder_fd = -1;
	}
	if (same && r->folder_fd < 0)
		r->folder_fd = open((const char *)r->folder.ptr,
		    O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!same) {
		r->folder.len = 0;
		r->folder.failed = false;
		buf_put(&r->folder, bytes_of(path, len));
		if (buf_cstr(&r->folder) == NULL)
			r->folder.len = 0;
	}
	*name = r->folder_fd < 0 ? path : slash + 1;
	return r->folder_fd < 0 ? AT_FDCWD : r->folder_fd;
}

static enum err
load_path(struct reader *r, const struct path *path, struct input *in)
{
	const char *name;
	enum err e;
	int folder;

	if (is_stdin(path->name) || (!path->found && url_is(path->name))) {
		e = input_load(path->name, r->plan->max_size, &in->bytes,
		    &in->error);
		return input_raise(e, &in->error);
	}
	folder = open_folder(r, path->name, &name);
	if (name[0] == '\0' && name != path->name) /* PATH ends in a slash */
		name = ".";
	e = file_load_at(folder, name, path->found, r->plan->max_size,
	    &in->bytes, &in->error);
	return input_raise(e, &in->error);
}

/* Reads PATH into IN, whose error says why not. */
static void
read_input(struct reader *r, const struct path *path, struct input *in)
{
	enum err e;

	if (path->error != NULL) {
		in->error = *path->error;
		return;
	}
	e = load_path(r, path, in);
	in->loaded = e == ERR_OK;
	if (e == ERR_OK)
		(void)judge_input(r->plan->kind, &r->anchor, in);
}

/* An argument was taken for a file, and is none. */
static bool
is_folder(const struct path *path, const struct input *in)
{
	return !in->loaded && path->error == NULL && !path->found &&
	    !is_stdin(path->name) && in->error.native == EISDIR;
}

static enum cmd_exit
work(void *state, const struct path *path, struct out *out)
{
	struct reader *r = state;
	struct input in = { .path = path->name,
		.root = path->root,
		.bytes = r->bytes,
		.memo = r->anchor.memo };
	enum cmd_exit end;

	in.bytes.len = 0;
	diag_init(&in.error);
	read_input(r, path, &in);
	if (is_folder(path, &in)) {
		end = BATCH_FOLDER;
	} else {
		if (!input_is_known(&in) &&
		    !(in.refused && r->job->takes_refused))
			out_error(out, in.path, &in.error);
		end = r->job->each(r->job->context, &in, out);
	}
	ctl_free(&in.file);
	ctl_listing_free(&in.listing);
	if (in.bytes.cap > KEEP_MAX)
		buf_clear(&in.bytes);
	r->bytes = in.bytes;
	return end;
}

enum cmd_exit
input_run(const struct input_plan *plan, char **paths,
    const struct input_job *job)
{
	struct readers all = { plan, job };
	struct batch b = {
		.jobs = plan->jobs,
		.json = plan->json,
		.context = &all,
		.begin = begin,
		.work = work,
		.end = end,
	};

	return batch_run(&b, paths);
}

enum err
input_one(const char *path, struct input *ret)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	enum err e;

	*ret = (struct input){ .path = path };
	diag_init(&ret->error);
	e = input_load(path, FILE_MAX_DEFAULT, &ret->bytes, &ret->error);
	ret->loaded = e == ERR_OK;
	return e == ERR_OK ? judge_input(CTL_KIND_AUTO, &self, ret) : e;
}

void
input_clear(struct input *in)
{
	ctl_free(&in->file);
	ctl_listing_free(&in->listing);
	buf_clear(&in->bytes);
}

bool
input_is_known(const struct input *in)
{
	return in->file != NULL || in->listing != NULL;
}

enum ctl_kind
input_kind(const struct input *in)
{
	return in->file != NULL ? ctl_kind(in->file)
				: ctl_listing_kind(in->listing);
}

enum cmd_exit
input_end(const struct input *in)
{
	if (!input_is_known(in))
		return CMD_FAILED;
	return in->verdict.status == CTL_VERIFIED ? CMD_OK : CMD_POLICY;
}
