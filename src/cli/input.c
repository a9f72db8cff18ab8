/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/input.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/out.h"

static bool
is_stdin(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

static enum err
load(const char *path, size_t max, struct buf *ret, struct diag *d)
{
	if (is_stdin(path))
		return file_load_fd(STDIN_FILENO, max, ret, d);
	return file_load(path, max, ret, d);
}

static enum err
load_signer(struct input_plan *plan, const char *path, struct diag *d)
{
	struct buf content = { 0 };
	enum err e;

	e = load(path, plan->max_size, &content, d);
	if (e == ERR_OK)
		e = cert_from_file(buf_bytes(&content), &plan->signer, d);
	buf_clear(&content);
	plan->anchor.kind = CTL_ANCHOR_CERT;
	plan->anchor.cert = plan->signer;
	return e;
}

static enum err
load_trusted(struct input_plan *plan, const char *path, struct diag *d)
{
	enum err e;

	e = load(path, plan->max_size, &plan->trusted_bytes, d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&plan->trusted_bytes), CTL_KIND_AUTO,
		    &plan->trusted, d);
	if (e == ERR_OK && !ctl_is_list(plan->trusted))
		e = diag_set(d, ERR_UNSUPPORTED,
		    "this is no CTL and no ITL, "
		    "so it holds nobody to trust");
	plan->anchor.kind = CTL_ANCHOR_TRUSTED;
	plan->anchor.trusted = plan->trusted;
	return e;
}

/* Standard input can be read once. */
static enum err
check_stdin(const struct input_opts *opts, char **paths, struct diag *d)
{
	int n = is_stdin(opts->signer) + is_stdin(opts->trusted);

	for (; *paths != NULL; paths++)
		n += is_stdin(*paths);
	if (n > 1)
		return diag_set(d, ERR_USAGE,
		    "standard input ('-') can be read only once");
	return ERR_OK;
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
	if (opts->kind != NULL)
		plan->kind = ctl_kind_of_name(opts->kind);
	if (opts->kind != NULL && plan->kind == CTL_KIND_AUTO)
		return diag_set(d, ERR_USAGE,
		    "--kind wants ctl, itl, "
		    "signed-file, firmware or encrypted, not '%s'",
		    opts->kind);
	return check_stdin(opts, paths, d);
}

enum cmd_exit
input_plan(struct input_plan *plan, const struct cmd *cmd,
    const struct input_opts *opts, char **paths)
{
	const char *path = NULL;
	struct diag d;
	enum err e;

	memset(plan, 0, sizeof(*plan));
	plan->max_size = opts->max_size == 0 ? FILE_MAX_DEFAULT
					     : opts->max_size;
	plan->anchor.kind = CTL_ANCHOR_SELF;
	if (check(plan, opts, paths, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	e = ctl_memo_new(&plan->anchor.memo, &d);
	if (e == ERR_OK && opts->signer != NULL)
		e = load_signer(plan, path = opts->signer, &d);
	if (e == ERR_OK && opts->trusted != NULL)
		e = load_trusted(plan, path = opts->trusted, &d);
	if (e == ERR_OK)
		return CMD_OK;
	out_error(path, &d);
	return CMD_FAILED;
}

void
input_plan_clear(struct input_plan *plan)
{
	ctl_memo_free(&plan->anchor.memo);
	cert_free(&plan->signer);
	ctl_free(&plan->trusted);
	buf_clear(&plan->trusted_bytes);
}

bool
input_read(struct input *in, const char *path, const struct input_plan *plan)
{
	enum err e;

	memset(in, 0, sizeof(*in));
	in->path = path;
	diag_init(&in->error);
	e = load(path, plan->max_size, &in->bytes, &in->error);
	in->loaded = e == ERR_OK;
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&in->bytes), plan->kind, &in->file,
		    &in->error);
	if (e == ERR_OK)
		e = ctl_verify(in->file, &plan->anchor, &in->verdict,
		    &in->error);
	if (e != ERR_OK)
		ctl_free(&in->file);
	return e == ERR_OK;
}

void
input_clear(struct input *in)
{
	ctl_free(&in->file);
	buf_clear(&in->bytes);
}

enum cmd_exit
input_end(const struct input *in)
{
	if (in->file == NULL)
		return CMD_FAILED;
	return in->verdict.status == CTL_VERIFIED ? CMD_OK : CMD_POLICY;
}
