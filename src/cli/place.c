/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/place.h"

#include <sys/stat.h>
#include <time.h>

#include "base/file.h"

static enum err
check_base(const struct place *p, struct diag *d)
{
	struct bytes old = buf_bytes(&p->old);
	struct digest_value sha256;
	enum err e;

	if (p->base == NULL)
		return ERR_OK;
	e = digest_of(DIGEST_SHA256, &old, 1, &sha256, d);
	if (e != ERR_OK ||
	    bytes_equal(digest_bytes(&sha256), digest_bytes(p->base)))
		return e;
	return diag_set(d, ERR_POLICY,
	    "%.160s is not the list that the new one was made from, and what "
	    "has changed since would be lost: make a new request, or say "
	    "--replace-other",
	    p->path);
}

enum err
place_check(struct place *p, struct bytes data, struct diag *d)
{
	struct stat st;
	struct diag why;
	enum err e;

	if (lstat(p->path, &st) != 0)
		return ERR_OK;
	p->there = true;
	/* of no other kind is anything read */
	if (stat(p->path, &st) == 0 && S_ISREG(st.st_mode)) {
		diag_init(&why);
		e = file_load(p->path, FILE_MAX_DEFAULT, &p->old, &why);
		if (e != ERR_OK)
			return diag_set(d, e, "%s: %s", p->path, why.msg);
		p->done = bytes_equal(buf_bytes(&p->old), data);
	}
	if (p->done)
		return ERR_OK;
	if (!p->force)
		return diag_set(d, ERR_EXISTS,
		    "%s is there already; --force replaces it, and keeps a "
		    "copy",
		    p->path);
	return check_base(p, d);
}

/* The name of what stood there says when it went. */
static void
keep_old(struct place *p, struct file_save *s)
{
	time_t now = time(NULL);
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL &&
	    strftime(p->suffix, sizeof(p->suffix), ".bak-%Y%m%dT%H%M%SZ",
		&tm) != 0)
		file_save_keep(s, p->suffix, p->kept);
}

enum err
place_write(struct place *p, struct bytes data, struct diag *d)
{
	struct file_save *s = NULL;
	struct diag why;
	enum err e;

	if (p->done)
		return ERR_OK;
	diag_init(&why);
	e = file_save_begin(&s, p->path, p->there ? FILE_CLOBBER : 0, &why);
	if (e == ERR_OK) {
		if (p->there) {
			keep_old(p, s);
			file_save_expect(s, buf_bytes(&p->old));
		}
		e = file_save_write(s, data, &why);
	}
	if (e == ERR_OK)
		e = file_save_commit(&s, &why);
	else
		file_save_abort(&s);
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%s: %s", p->path, why.msg);
}

void
place_clear(struct place *p)
{
	buf_clear(&p->old);
}
