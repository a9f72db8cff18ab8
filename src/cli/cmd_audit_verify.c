/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/file.h"
#include "cli/audit_text.h"
#include "cli/cmd.h"
#include "cli/json_audit.h"
#include "cli/out.h"
#include "cli/url.h"
#include "data/scalar.h"

#define HASH_LEN ((size_t)32)

struct verify_opts {
	const char *last;
	bool json;
};

static const struct opt opts[] = {
	{ "json", NULL, OPT_FLAG, offsetof(struct verify_opts, json),
	    "print JSON", NULL, 0 },
	{ "last", "HASH", OPT_STRING, offsetof(struct verify_opts, last),
	    "a line must have this hash, noted earlier", NULL, 0 },
	OPT_END,
};

/* The one log of a command line, and the hash that it is to have. */
struct job {
	const char *path;
	bool json;
	uint8_t hash[HASH_LEN];
	struct bytes want;
};

static enum err
read_hash(const char *text, struct job *job, struct diag *d)
{
	size_t len;

	if (strlen(text) != 2 * HASH_LEN ||
	    !scalar_hex(bytes_of_str(text), job->hash, &len))
		return diag_set(d, ERR_USAGE,
		    "--last wants a hash of %zu hex digits, not '%.80s'",
		    2 * HASH_LEN, text);
	job->want = bytes_of(job->hash, len);
	return ERR_OK;
}

static enum err
read_args(const struct verify_opts *o, char **args, struct job *job,
    struct diag *d)
{
	if (args[0] == NULL || args[1] != NULL)
		return diag_set(d, ERR_USAGE, "name one audit log");
	job->path = args[0];
	job->json = o->json;
	return o->last == NULL ? ERR_OK : read_hash(o->last, job, d);
}

/* What a URL gives, as a file that is nowhere else. */
static enum err
fetch(const char *url, int *ret, struct diag *d)
{
	struct buf log = { 0 };
	enum err e = url_load(url, FILE_MAX_DEFAULT, &log, d);
	int fd = -1;

	if (e == ERR_OK)
		fd = memfd_create("audit log", MFD_CLOEXEC);
	if (e == ERR_OK &&
	    (fd < 0 || write(fd, log.ptr, log.len) != (ssize_t)log.len ||
		lseek(fd, 0, SEEK_SET) != 0))
		e = diag_errno(d, "write", errno, "cannot keep what came");
	buf_clear(&log);
	if (e == ERR_OK)
		*ret = fd;
	else if (fd >= 0)
		(void)close(fd);
	return e;
}

static enum err
check(const struct job *job, struct audit_verdict *ret, struct diag *d)
{
	bool standard = strcmp(job->path, "-") == 0;
	enum err e;
	int fd = STDIN_FILENO;

	if (url_is(job->path)) {
		e = fetch(job->path, &fd, d);
		if (e != ERR_OK)
			return e;
	} else if (!standard) {
		fd = open(job->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	}
	if (fd < 0)
		return diag_errno(d, "open", errno, "cannot open");
	e = audit_check(fd, job->want, ret, d);
	if (!standard)
		(void)close(fd);
	return e;
}

static enum cmd_exit
print(const struct job *job, const struct audit_verdict *v,
    const struct diag *error)
{
	struct buf text = { 0 };
	struct out out = { 0 };

	if (error != NULL)
		out_error(&out, job->path, error);
	if (job->json) {
		out_json(&out, json_audit(job->path, v, job->want, error));
	} else if (error == NULL) {
		audit_text_put(&text, job->path, v, job->want);
		out_put(&out, &text);
		buf_clear(&text);
	}
	return out_finish(&out, job->json, CMD_OK);
}

static enum cmd_exit
verify(const struct job *job)
{
	struct audit_verdict v = { .line = 0 };
	enum cmd_exit end = CMD_OK;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = check(job, &v, &d);
	if (e != ERR_OK)
		end = CMD_FAILED;
	else if (v.what != AUDIT_WHOLE || (job->want.len > 0 && v.wanted == 0))
		end = CMD_POLICY;
	return out_worse(end, print(job, &v, e == ERR_OK ? NULL : &d));
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct verify_opts o = { .json = false };
	struct job job = { .path = "-" };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (read_args(&o, line->args, &job, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return verify(&job);
}

const struct cmd cmd_audit_verify = {
	.name = "audit verify",
	.args = "FILE",
	.summary = "Say whether lines of an audit log were changed or taken "
		   "out",
	.text =
	    "Goes through an audit log, line by line, and says whether each "
	    "is as it was\nwritten and where it was written; if not, which is "
	    "the first that is not.\nIt prints the hash of the last line, to "
	    "be noted down elsewhere. '-' reads\nstandard input.\n\n"
	    "Exit status 0 if the log is whole; 3 if it is not, or has no line "
	    "with the hash\nof --last; 1 if it could not be read.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
