/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk_work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/input.h"
#include "cli/suffix.h"
#include "cli/url.h"

/* Of a file larger than this only one is in memory at a time. */
#define LARGE ((off_t)8 * 1024 * 1024)
/* A buffer that one file made larger than this is not kept for the next. */
#define KEEP_MAX ((size_t)1024 * 1024)
/* A header is shorter, and its length has 16 bits. */
#define HEADER_MAX ((size_t)64 * 1024)
/* Tag and length of SIGNATURE. */
#define TL_LEN 3

struct bulk_worker {
	struct bulk_shared *shared;
	const struct signer_seat *seat;
	struct cert *cert;     /* a copy of this thread */
	struct ctl_memo *memo; /* with cert */
	struct ctl_memo *list; /* with the list of --trusted */
	struct buf content, out, there;
};

/* One file at work. */
struct job {
	struct bulk_worker *w;
	struct bulk_item *item;
	struct ctl_unsigned u;
	bool is_large;
	bool has_old; /* a file stands under the target */
	struct stat old;
	bool fatal; /* the error is not the file's */
};

enum err
bulk_worker_new(struct bulk_worker **ret, struct bulk_shared *shared,
    const struct signer_seat *seat, struct diag *d)
{
	struct bulk_worker *w = calloc(1, sizeof(*w));
	enum err e;

	if (w == NULL)
		return diag_nomem(d);
	w->shared = shared;
	w->seat = seat;
	e = cert_from_der(cert_der(shared->plan->cert), &w->cert, d);
	if (e == ERR_OK)
		e = ctl_memo_new(&w->memo, d);
	if (e == ERR_OK)
		e = ctl_memo_new(&w->list, d);
	if (e == ERR_OK)
		*ret = w;
	else
		bulk_worker_free(&w);
	return e;
}

void
bulk_worker_free(struct bulk_worker **w)
{
	if (*w == NULL)
		return;
	ctl_memo_free(&(*w)->memo);
	ctl_memo_free(&(*w)->list);
	cert_free(&(*w)->cert);
	buf_clear(&(*w)->content);
	buf_clear(&(*w)->out);
	buf_clear(&(*w)->there);
	free(*w);
	*w = NULL;
}

static const char *
text_of(const struct buf *b)
{
	return (const char *)b->ptr;
}

/* ---- The input --------------------------------------------------------------------------- */

/* Files that begin so are signed, or lists, or encrypted. */
static bool
is_signed(struct bytes content)
{
	static const uint8_t version[] = { 0x01, 0x00, 0x02 };

	return bytes_starts(content, bytes_of(version, sizeof(version)));
}

/* Whether an input that was named is what this run, or one before, has made
 * of another that stands beside it: a pattern of the shell names both. */
static bool
is_result(const struct bulk_item *item)
{
	const char *path = text_of(&item->path);
	size_t len = suffix_cut(path);
	struct buf source = { 0 };
	struct stat st;
	bool is;

	buf_put(&source, bytes_of(path, len));
	is = len > 0 && buf_cstr(&source) != NULL &&
	    stat(buf_cstr(&source), &st) == 0 && S_ISREG(st.st_mode);
	buf_clear(&source);
	return is;
}

static enum err
refuse_signed(struct job *j, struct diag *d)
{
	if (j->item->found || is_result(j->item)) {
		j->item->result = BULK_PASSED;
		return ERR_OK;
	}
	return diag_set(d, ERR_UNSUPPORTED,
	    "this is signed already, or a trust list; `ctlsmith unsign` takes "
	    "a signature off");
}

static enum err
load(struct job *j, struct diag *d)
{
	struct bulk_worker *w = j->w;
	const char *path = text_of(&j->item->path);
	struct stat st;
	enum err e;

	w->content.len = 0;
	if (stat(path, &st) == 0 && st.st_size > LARGE) {
		(void)pthread_mutex_lock(&w->shared->large);
		j->is_large = true;
	}
	if (url_is(path))
		e = url_load(path, w->shared->plan->max_size, &w->content, d);
	else
		e = file_load_at(AT_FDCWD, path, j->item->found,
		    w->shared->plan->max_size, &w->content, d);
	return input_raise(e, d);
}

static enum err
prepare(struct job *j, struct diag *d)
{
	struct bulk_worker *w = j->w;
	struct ctl_head head = w->shared->plan->head;
	enum err e;

	head.filename = text_of(&j->item->name);
	e = ctl_prepare_signed(buf_bytes(&w->content), &head, &j->u, d);
	if (w->content.cap > KEEP_MAX)
		buf_clear(&w->content);
	return e;
}

/* ---- What is there ------------------------------------------------------------------------- */

/* The LEN bytes at AT of FILE stand in the preimage too, SKIP bytes before. */
static bool
same(const struct job *j, struct bytes file, size_t at, size_t len, size_t skip)
{
	return at + len <= file.len && at >= skip &&
	    at - skip + len <= j->u.preimage.len &&
	    memcmp(file.ptr + at, j->u.preimage.ptr + at - skip, len) == 0;
}

/* FILE has, as far as LEN, what would be written, but for the signature. */
static bool
matches(const struct job *j, struct bytes file, size_t len)
{
	size_t hole = TL_LEN + j->u.signature_len;
	size_t rest = j->u.gap + hole;

	return file.len >= len && len >= rest &&
	    same(j, file, 0, j->u.gap, 0) &&
	    same(j, file, rest, len - rest, hole);
}

static bool
verifies(const struct job *j, const struct ctl_file *f)
{
	const struct ctl_anchor anchor = { .kind = CTL_ANCHOR_CERT,
		.cert = j->w->cert,
		.memo = j->w->memo };
	struct ctl_verdict v;

	return ctl_verify(f, &anchor, &v, NULL) == ERR_OK &&
	    v.status == CTL_VERIFIED;
}

enum likeness {
	OTHER,
	OUR_HEADER, /* this run made it, of another content */
	OURS        /* it is what would be written */
};

static enum likeness
compare(const struct job *j, struct bytes file)
{
	enum likeness is = OTHER;
	struct ctl_file *f = NULL;

	if (ctl_parse(file, CTL_KIND_AUTO, &f, NULL) != ERR_OK)
		return OTHER;
	if (matches(j, file, ctl_header(f)->length) && verifies(j, f))
		is = OUR_HEADER;
	if (is == OUR_HEADER &&
	    file.len == j->u.preimage.len + TL_LEN + j->u.signature_len &&
	    matches(j, file, file.len))
		is = OURS;
	ctl_free(&f);
	return is;
}

/* Looks at the file PATH; OTHER where it cannot be read. */
static enum likeness
look_at(struct job *j, const char *path)
{
	struct buf *there = &j->w->there;
	enum likeness is = OTHER;

	there->len = 0;
	if (file_load_at(AT_FDCWD, path, true,
		j->w->shared->plan->max_size + HEADER_MAX, there,
		NULL) == ERR_OK)
		is = compare(j, buf_bytes(there));
	if (there->cap > KEEP_MAX)
		buf_clear(there);
	return is;
}

/* What stands under the target: that is it already, it may be replaced, or it
 * is in the way. */
static enum err
look_at_target(struct job *j, struct diag *d)
{
	const char *target = text_of(&j->item->target);
	enum likeness is;

	if (lstat(target, &j->old) != 0)
		return ERR_OK;
	if (!S_ISREG(j->old.st_mode))
		return diag_set(d, ERR_EXISTS,
		    "%s is there, and is no regular file", target);
	j->has_old = true;
	is = look_at(j, target);
	if (is == OURS) {
		j->item->result = BULK_UNCHANGED;
		j->item->size = (size_t)j->old.st_size;
		return ERR_OK;
	}
	j->item->replace = j->w->shared->plan->opts->force ||
	    (is == OUR_HEADER && j->w->shared->resumed);
	if (!j->item->replace)
		return diag_set(d, ERR_EXISTS,
		    "%s exists already; --force replaces it", target);
	return ERR_OK;
}

/* ---- Signing and writing --------------------------------------------------------------------- */

static enum err
check_by_list(const struct job *j, struct bytes file, struct diag *d)
{
	const struct ctl_anchor anchor = { .kind = CTL_ANCHOR_TRUSTED,
		.trusted = j->w->shared->plan->trusted,
		.memo = j->w->list };
	struct ctl_file *f = NULL;
	struct ctl_verdict v;
	enum err e;

	if (anchor.trusted == NULL)
		return ERR_OK;
	e = ctl_parse(file, CTL_KIND_AUTO, &f, d);
	if (e == ERR_OK)
		e = ctl_verify(f, &anchor, &v, d);
	if (e == ERR_OK && v.status != CTL_VERIFIED)
		e = diag_set(d, ERR_POLICY,
		    "phones that hold the list of --trusted would refuse it: "
		    "%s",
		    v.why.msg);
	ctl_free(&f);
	return e;
}

/* Makes w->out the finished file. */
static enum err
seal(struct job *j, struct diag *d)
{
	const struct ctl_signer *by = &j->w->seat->ctl;
	struct buf signature = { 0 };
	enum err e;

	e = by->sign(by->arg, &j->u, text_of(&j->item->target), &signature, d);
	j->fatal = e != ERR_OK;
	if (e == ERR_OK && !buf_ok(&signature))
		e = diag_nomem(d);
	j->w->out.len = 0;
	if (e == ERR_OK)
		e = ctl_finish(&j->u, buf_bytes(&signature), j->w->cert,
		    j->w->memo, &j->w->out, d);
	if (e == ERR_OK)
		e = check_by_list(j, buf_bytes(&j->w->out), d);
	buf_clear(&signature);
	return e;
}

/* Puts the finished file into the temporary one T, which is open. */
static enum err
fill(struct job *j, struct bulk_temp *t, struct diag *d)
{
	const char *temp = text_of(&j->item->temp);
	struct diag other;
	enum err e, closed;

	e = seal(j, d);
	if (e == ERR_OK)
		e = bulk_temp_write(t, buf_bytes(&j->w->out), d);
	closed = bulk_temp_close(t, e == ERR_OK ? d : &other);
	if (e == ERR_OK)
		e = closed;
	if (e != ERR_OK)
		(void)unlink(temp);
	j->fatal = j->fatal || (e != ERR_OK && bulk_is_full(d));
	return e;
}

/* Takes over what a run that was killed has left, where it is whole. *RET:
 * that was so. */
static enum err
adopt(struct job *j, bool *ret, struct diag *d)
{
	const char *temp = text_of(&j->item->temp);
	struct bulk_temp t = { .fd = -1 };
	enum err e = ERR_OK;

	*ret = look_at(j, temp) == OURS &&
	    bulk_temp_open(&t, temp, j->w->shared->disks, d) == ERR_OK;
	if (*ret)
		e = bulk_temp_close(&t, d);
	else if (unlink(temp) != 0)
		e = diag_errno(d, "unlink", errno, "cannot remove %s", temp);
	if (e == ERR_OK && *ret) {
		j->item->made = t;
		j->item->size = j->u.preimage.len + TL_LEN + j->u.signature_len;
	}
	return e;
}

static enum err
make(struct job *j, struct bulk_temp *t, bool *ret_there, struct diag *d)
{
	const struct bulk_shared *s = j->w->shared;
	const struct bulk_temp_spec spec = { .path = text_of(&j->item->temp),
		.folders = s->plan->opts->output != NULL,
		.old = j->has_old ? &j->old : NULL,
		.disks = s->disks };
	enum err e;

	e = bulk_temp_make(t, &spec, ret_there, d);
	j->fatal = e != ERR_OK && bulk_is_full(d);
	return e;
}

static enum err
write_temp(struct job *j, struct diag *d)
{
	struct bulk_temp t = { .fd = -1 };
	bool there = false, adopted = false;
	enum err e;

	e = make(j, &t, &there, d);
	if (e == ERR_OK && there) {
		e = adopt(j, &adopted, d);
		if (e == ERR_OK && !adopted)
			e = make(j, &t, &there, d);
		if (e == ERR_OK && !adopted && there)
			e = diag_set(d, ERR_EXISTS, "%s comes back",
			    text_of(&j->item->temp));
	}
	if (e == ERR_OK && !adopted) {
		e = fill(j, &t, d);
		j->item->made = t;
		j->item->size = j->w->out.len;
	}
	if (e == ERR_OK)
		j->item->result = BULK_READY;
	return e;
}

/* One file alone: written at once, by the rules of base/file.h. */
static enum err
write_alone(struct job *j, struct diag *d)
{
	const char *target = text_of(&j->item->target);
	struct file_save *s = NULL;
	enum err e = ERR_OK;

	if (j->w->shared->plan->opts->output != NULL)
		e = suffix_make_folders(target, 0777, d);
	if (e == ERR_OK)
		e = file_save_begin(&s, target,
		    j->item->replace ? FILE_CLOBBER : 0, d);
	if (e == ERR_OK)
		e = seal(j, d);
	if (e == ERR_OK)
		e = file_save_write(s, buf_bytes(&j->w->out), d);
	if (e == ERR_OK) {
		e = file_save_commit(&s, d);
		j->item->size = j->w->out.len;
		j->item->result = BULK_SIGNED;
	}
	file_save_abort(&s);
	return e;
}

/* ---- Signed elsewhere ------------------------------------------------------------------------- */

static enum err
ask(struct job *j, struct diag *d)
{
	const struct detached_purpose what = { .command = "sign",
		.target = text_of(&j->item->target) };
	enum err e;

	e = detached_add(j->w->shared->request, &what, &j->u, d);
	j->fatal = e != ERR_OK && strlen(what.target) <= DETACHED_MAX_PATH;
	if (e == ERR_OK)
		j->item->result = BULK_PLANNED;
	return e;
}

/* ---- All of it --------------------------------------------------------------------------------- */

static enum err
do_job(struct job *j, struct diag *d)
{
	struct bulk_item *item = j->item;
	enum err e;

	if (!item->found && suffix_is_signed(text_of(&item->path)))
		return refuse_signed(j, d);
	e = load(j, d);
	if (e == ERR_OK && is_signed(buf_bytes(&j->w->content)))
		return refuse_signed(j, d);
	if (e == ERR_OK)
		e = prepare(j, d);
	if (e == ERR_OK)
		e = look_at_target(j, d);
	if (e != ERR_OK || item->result != BULK_TODO)
		return e;
	if (j->w->shared->request != NULL)
		return ask(j, d);
	if (j->w->seat == NULL) {
		item->result = BULK_PLANNED;
		return ERR_OK;
	}
	return item->temp.len > 0 ? write_temp(j, d) : write_alone(j, d);
}

enum err
bulk_work(struct bulk_worker *w, struct bulk_item *item, struct diag *d)
{
	struct job j = { .w = w, .item = item };
	enum err e;

	diag_init(&item->error);
	item->replace = false;
	e = do_job(&j, &item->error);
	ctl_unsigned_clear(&j.u);
	if (w->out.cap > KEEP_MAX)
		buf_clear(&w->out);
	if (j.is_large)
		(void)pthread_mutex_unlock(&w->shared->large);
	if (e == ERR_OK)
		return ERR_OK;
	if (j.fatal) {
		*d = item->error;
		diag_init(&item->error);
		item->result = BULK_TODO;
		return e;
	}
	item->result = BULK_FAILED;
	return ERR_OK;
}
