/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/out.h"

/* The longest part of a file name that comes from a certificate. */
#define CN_MAX 64

struct extract_opts {
	size_t max_size;
	const char *kind;
	const char *output;
	bool dry_run;
};

static const struct opt opts[] = {
	{ "dry-run", NULL, OPT_FLAG, offsetof(struct extract_opts, dry_run),
	    "name the files, write nothing", NULL, 0 },
	{ "kind", "KIND", OPT_STRING, offsetof(struct extract_opts, kind),
	    "what the file is, whatever it says of itself",
	    "ctl itl signed-file firmware encrypted", 0 },
	{ "max-size", "BYTES", OPT_SIZE,
	    offsetof(struct extract_opts, max_size),
	    "read a file up to this size (default 64M)", NULL, 0 },
	{ "output", "DIR", OPT_STRING, offsetof(struct extract_opts, output),
	    "the folder for the files; made where it is missing", OPT_FILES,
	    'o' },
	OPT_END,
};

/* One certificate on its way to a file. */
struct piece {
	size_t record;
	struct bytes der;
	struct buf path;
};

struct extract {
	const struct extract_opts *opts;
	const struct ctl_file *f;
	const char *name; /* of the file, for messages */
	struct piece *pieces;
	size_t num;
};

/* What a file name may hold everywhere, and what no shell takes for anything
 * else. A '.' or '-' does not come first. */
static void
put_safe_name(struct buf *out, struct bytes name)
{
	size_t i, len = name.len < CN_MAX ? name.len : CN_MAX;
	uint8_t c;

	if (len == 0)
		buf_str(out, "unnamed");
	for (i = 0; i < len; i++) {
		c = name.ptr[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '_' ||
		    (i > 0 && (c == '.' || c == '-')))
			buf_u8(out, c);
		else
			buf_u8(out, '_');
	}
}

/* DIR/03-ccm+tftp-cucm-1051-a-pub.pem */
static void
put_path(const struct extract *x, size_t index, struct buf *out)
{
	const struct ctl_record *r = ctl_record(x->f, index);
	const char *dir = x->opts->output;
	size_t len = strlen(dir);

	buf_printf(out, "%s%s%02zu-%s-", dir,
	    len > 0 && dir[len - 1] == '/' ? "" : "/", index,
	    r->has_role ? ctl_role_name(r->role) : "unknown");
	put_safe_name(out,
	    ctl_common_name(ctl_record_text(r, CTL_REC_SUBJECT)));
	buf_str(out, ".pem");
}

static void
complain(const struct extract *x, size_t record, const char *why)
{
	struct diag d;

	diag_set(&d, ERR_SYNTAX, "%s", why);
	diag_at(&d, ctl_record(x->f, record)->offset, "record %zu", record);
	out_complain(x->name, &d);
}

/* Adds the certificate of record INDEX. CMD_FAILED, and said, where it holds
 * something else; a record without one is passed over. */
static enum cmd_exit
collect_one(struct extract *x, size_t index)
{
	struct bytes der = ctl_record_value(ctl_record(x->f, index),
	    CTL_REC_CERTIFICATE);
	struct piece *p = &x->pieces[x->num];
	struct cert *c = NULL;
	struct diag bad;

	if (der.ptr == NULL)
		return CMD_OK;
	if (cert_from_der(der, &c, &bad) != ERR_OK) {
		complain(x, index, bad.msg);
		return CMD_FAILED;
	}
	cert_free(&c);
	p->record = index;
	p->der = der;
	put_path(x, index, &p->path);
	if (buf_cstr(&p->path) == NULL) {
		complain(x, index, "out of memory");
		return CMD_FAILED;
	}
	x->num++;
	return CMD_OK;
}

static enum cmd_exit
collect(struct extract *x)
{
	size_t i, n = ctl_num_records(x->f);
	enum cmd_exit end = CMD_OK;
	struct diag d;

	x->pieces = calloc(n + 1, sizeof(x->pieces[0]));
	if (x->pieces == NULL) {
		diag_nomem(&d);
		out_complain(NULL, &d);
		return CMD_FAILED;
	}
	for (i = 1; i <= n; i++)
		end = out_worse(end, collect_one(x, i));
	if (x->num == 0 && end == CMD_OK) {
		diag_set(&d, ERR_ABSENT, "it holds no certificate");
		out_complain(x->name, &d);
		end = CMD_FAILED;
	}
	return end;
}

/* Nothing is written where one of the names is taken. */
static enum cmd_exit
check_names(struct extract *x)
{
	enum cmd_exit end = CMD_OK;
	struct stat st;
	struct diag d;
	size_t i;

	for (i = 0; i < x->num; i++) {
		const char *path = buf_cstr(&x->pieces[i].path);

		if (lstat(path, &st) != 0)
			continue;
		diag_set(&d, ERR_EXISTS,
		    "it exists already, and nothing is overwritten; choose "
		    "another folder");
		out_complain(path, &d);
		end = CMD_FAILED;
	}
	return end;
}

static enum cmd_exit
make_folder(const char *dir)
{
	struct diag d;

	if (mkdir(dir, 0777) == 0 || errno == EEXIST)
		return CMD_OK;
	diag_errno(&d, "mkdir", errno,
	    "the folder cannot be made (the one above it must be there, and "
	    "be yours to write in)");
	out_complain(dir, &d);
	return CMD_FAILED;
}

static enum cmd_exit
write_one(struct piece *p)
{
	const char *path = buf_cstr(&p->path);
	struct buf pem = { 0 };
	struct diag d;
	enum err e;

	e = cert_put_pem(p->der, &pem, &d);
	if (e == ERR_OK)
		e = file_write(path, buf_bytes(&pem), 0, &d);
	buf_clear(&pem);
	if (e == ERR_OK)
		return CMD_OK;
	out_complain(NULL, &d); /* it names the file */
	return CMD_FAILED;
}

static enum cmd_exit
say_path(const struct piece *p)
{
	struct buf line = { 0 };
	enum cmd_exit end;

	text_put_safe(&line, buf_bytes(&p->path));
	buf_u8(&line, '\n');
	end = out_write(&line);
	buf_clear(&line);
	return end;
}

static enum cmd_exit
write_all(struct extract *x)
{
	enum cmd_exit end = CMD_OK;
	size_t i;

	if (!x->opts->dry_run)
		end = make_folder(x->opts->output);
	for (i = 0; end == CMD_OK && i < x->num; i++) {
		if (!x->opts->dry_run)
			end = write_one(&x->pieces[i]);
		if (end == CMD_OK)
			end = say_path(&x->pieces[i]);
	}
	return end;
}

/* Says that the list does not verify; its certificates are still what they
 * are. */
static enum err
warn_of_verdict(const struct extract *x, struct diag *d)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v;
	struct diag why;
	enum err e;

	e = ctl_verify(x->f, &self, &v, d);
	if (e != ERR_OK || v.status == CTL_VERIFIED)
		return e;
	diag_set(&why, ERR_UNSUPPORTED, "beware, this list does not verify: %s",
	    v.why.msg);
	out_complain(x->name, &why);
	return ERR_OK;
}

static void
clear(struct extract *x)
{
	size_t i;

	for (i = 0; i < x->num; i++)
		buf_clear(&x->pieces[i].path);
	free(x->pieces);
}

static enum cmd_exit
extract(struct extract *x)
{
	enum cmd_exit end, written;
	struct diag d;

	end = collect(x);
	if (x->num > 0 && warn_of_verdict(x, &d) != ERR_OK) {
		out_complain(x->name, &d);
		end = CMD_FAILED;
	} else if (x->num > 0) {
		written = check_names(x);
		if (written == CMD_OK)
			written = write_all(x);
		end = out_worse(end, written);
	}
	clear(x);
	return end;
}

static enum err
parse(enum ctl_kind kind, struct bytes bytes, struct ctl_file **ret,
    struct diag *d)
{
	if (ctl_is_listing(bytes))
		return diag_set(d, ERR_UNSUPPORTED,
		    "this is the text of a list; only the file itself holds "
		    "certificates");
	return ctl_parse(bytes, kind, ret, d);
}

static enum cmd_exit
extract_file(const struct extract_opts *o, enum ctl_kind kind, const char *path)
{
	struct extract x = { .opts = o, .name = path };
	size_t max = o->max_size == 0 ? FILE_MAX_DEFAULT : o->max_size;
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	enum cmd_exit end = CMD_FAILED;
	struct diag d;
	enum err e;

	e = input_raise(input_load(path, max, &bytes, &d), &d);
	if (e == ERR_OK)
		e = parse(kind, buf_bytes(&bytes), &f, &d);
	x.f = f;
	if (e == ERR_OK)
		end = extract(&x);
	else
		out_complain(path, &d);
	ctl_free(&f);
	buf_clear(&bytes);
	return end;
}

static enum err
check(const struct extract_opts *o, char **args, enum ctl_kind *ret_kind,
    struct diag *d)
{
	if (args[0] == NULL)
		return diag_set(d, ERR_USAGE, "a FILE is missing");
	if (args[1] != NULL)
		return diag_set(d, ERR_USAGE,
		    "one FILE at a time, since the files written are named "
		    "by its records");
	if (o->output == NULL || o->output[0] == '\0')
		return diag_set(d, ERR_USAGE, "-o DIR is missing");
	return input_kind_named(o->kind, ret_kind, d);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct extract_opts o = { 0 };
	enum ctl_kind kind = CTL_KIND_AUTO;
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (check(&o, line->args, &kind, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return extract_file(&o, kind, line->args[0]);
}

const struct cmd cmd_extract = {
	.name = "extract",
	.args = "FILE -o DIR",
	.summary = "Write the certificates of a trust list to files",
	.text =
	    "Writes every certificate of a CTL or ITL to a file of its own, as "
	    "PEM, named by\nrecord, role and common name, and prints the "
	    "names. Nothing is overwritten.\n'-' reads standard input.\n\n"
	    "Exit status 0 if every certificate is written; 1 if not.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
