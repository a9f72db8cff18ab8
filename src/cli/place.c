/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/place.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "cli/suffix.h"

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

/* A name that is free is fine. */
static enum err
look(struct place *p, struct diag *d)
{
	struct stat st;
	struct diag why;
	enum err e;

	if (lstat(p->path, &st) != 0)
		return ERR_OK;
	p->there = true;
	if (stat(p->path, &st) != 0)
		return diag_set(d, ERR_IO, "%s: this is a link to nothing",
		    p->path);
	if (!S_ISREG(st.st_mode))
		return diag_set(d, ERR_IO,
		    "%s: this is %s, and nothing of that kind is replaced",
		    p->path,
		    S_ISDIR(st.st_mode) ? "a folder" : "no regular file");
	diag_init(&why);
	e = file_load(p->path, FILE_MAX_DEFAULT, &p->old, &why);
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%s: %s", p->path, why.msg);
}

static unsigned
flags(const struct place *p)
{
	return p->there ? FILE_CLOBBER : 0;
}

/* Cuts PATH to the folder that it stands in, as long as that is missing: what
 * remains is what would be made first. */
static void
cut_missing(char *path)
{
	struct stat st;
	char *slash, *last;

	while ((last = strrchr(path, '/')) != NULL) {
		for (slash = last; slash > path && slash[-1] == '/';)
			slash--;
		if (slash == path)
			return;
		*slash = '\0';
		if (lstat(path, &st) == 0) {
			*slash = '/';
			return;
		}
	}
}

static enum err
check_folder(const struct place *p, struct diag *d)
{
	char path[PATH_MAX];
	struct diag why;
	enum err e;

	diag_init(&why);
	if (p->folders && strlen(p->path) < sizeof(path)) {
		memcpy(path, p->path, strlen(p->path) + 1);
		cut_missing(path);
		e = file_save_check(path, flags(p), &why);
	} else {
		e = file_save_check(p->path, flags(p), &why);
	}
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%s: %s", p->path, why.msg);
}

enum err
place_check(struct place *p, struct bytes data, struct diag *d)
{
	const char *slash = strrchr(p->path, '/');
	enum err e;

	if (p->path[0] == '\0' || (slash != NULL && slash[1] == '\0'))
		return diag_set(d, ERR_USAGE, "'%.160s' is no name of a file",
		    p->path);
	e = look(p, d);
	p->done = e == ERR_OK && data.len > 0 && place_holds(p, data);
	if (e != ERR_OK || p->done)
		return e;
	if (p->there && !p->force)
		return diag_set(d, ERR_EXISTS,
		    "%s is there already; --force replaces it", p->path);
	if (p->there)
		e = check_base(p, d);
	return e == ERR_OK ? check_folder(p, d) : e;
}

enum err
place_check_other(const char *path, bool force, struct diag *d)
{
	struct place p = { .path = path, .force = force };
	enum err e = place_check(&p, bytes_of(NULL, 0), d);

	place_clear(&p);
	return e;
}

bool
place_holds(const struct place *p, struct bytes data)
{
	return p->there && bytes_equal(buf_bytes(&p->old), data);
}

/* The name of what stood there says when it went. */
static void
keep_old(struct place *p, struct file_save *s)
{
	time_t now = time(NULL);
	char suffix[32];
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL &&
	    strftime(suffix, sizeof(suffix), ".bak-%Y%m%dT%H%M%SZ", &tm) != 0)
		file_save_keep(s, suffix, p->kept);
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
	e = p->folders ? suffix_make_folders(p->path, 0777, &why) : ERR_OK;
	if (e == ERR_OK)
		e = file_save_begin(&s, p->path, flags(p), &why);
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

enum err
place_write_other(const char *path, bool force, struct bytes data,
    struct diag *d)
{
	struct place p = { .path = path, .force = force };
	enum err e = place_check(&p, data, d);

	if (e == ERR_OK)
		e = place_write(&p, data, d);
	place_clear(&p);
	return e;
}

void
place_clear(struct place *p)
{
	buf_clear(&p->old);
}
