/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/suffix.h"

/* ---- Disks ---------------------------------------------------------------------------- */

void
bulk_disks_init(struct bulk_disks *b)
{
	(void)pthread_mutex_init(&b->lock, NULL);
	b->num = 0;
}

void
bulk_disks_clear(struct bulk_disks *b)
{
	while (b->num > 0)
		(void)close(b->at[--b->num].fd);
	(void)pthread_mutex_destroy(&b->lock);
}

/* Remembers the file system of FD; false where that does not work. A
 * descriptor that was open before the writes is told of their errors. */
static bool
remember(struct bulk_disks *b, dev_t dev, int fd)
{
	bool known = false;
	size_t i;

	(void)pthread_mutex_lock(&b->lock);
	for (i = 0; !known && i < b->num; i++)
		known = b->at[i].dev == dev;
	if (!known && b->num < BULK_DISKS_MAX) {
		b->at[b->num].dev = dev;
		b->at[b->num].fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		known = b->at[b->num].fd >= 0;
		b->num += known;
	}
	(void)pthread_mutex_unlock(&b->lock);
	return known;
}

enum err
bulk_disks_flush(struct bulk_disks *b, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i, num;

	(void)pthread_mutex_lock(&b->lock);
	num = b->num;
	(void)pthread_mutex_unlock(&b->lock);
	for (i = 0; i < num; i++)
		if (syncfs(b->at[i].fd) != 0)
			e = diag_errno(d, "syncfs", errno,
			    "the disk does not take what was written");
	return e;
}

/* ---- Temporary files --------------------------------------------------------------------- */

static enum err
cannot_make(struct diag *d, int errnum)
{
	return diag_errno(d, "open", errnum, "cannot create a file beside it");
}

static int
make(const char *path)
{
	return open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY,
	    0666);
}

/* Says what T, just opened, is. */
static enum err
identify(struct bulk_temp *t, struct bulk_disks *b, struct diag *d)
{
	struct stat st;

	if (fstat(t->fd, &st) != 0)
		return diag_errno(d, "fstat", errno, "cannot read");
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return diag_set(d, ERR_ABSENT, "this is no file of ours");
	t->dev = st.st_dev;
	t->ino = st.st_ino;
	t->flush = !remember(b, t->dev, t->fd);
	return ERR_OK;
}

static enum err
take_over(const struct bulk_temp *t, const struct stat *old, struct diag *d)
{
	if (fchown(t->fd, old->st_uid, old->st_gid) != 0)
		return diag_errno(d, "fchown", errno,
		    "cannot keep the owner of the file that is there");
	if (fchmod(t->fd, old->st_mode & 0777) != 0)
		return diag_errno(d, "fchmod", errno,
		    "cannot keep the mode of the file that is there");
	return ERR_OK;
}

enum err
bulk_temp_make(struct bulk_temp *ret, const struct bulk_temp_spec *spec,
    bool *ret_there, struct diag *d)
{
	struct bulk_temp t = { .fd = make(spec->path) };
	enum err e = ERR_OK;

	*ret_there = false;
	if (t.fd < 0 && errno == ENOENT && spec->folders) {
		e = suffix_make_folders(spec->path, 0777, d);
		t.fd = e == ERR_OK ? make(spec->path) : -1;
	}
	if (e != ERR_OK)
		return e;
	if (t.fd < 0 && errno == EEXIST) {
		*ret_there = true;
		return ERR_OK;
	}
	if (t.fd < 0)
		return cannot_make(d, errno);
	e = identify(&t, spec->disks, d);
	if (e == ERR_OK && spec->old != NULL)
		e = take_over(&t, spec->old, d);
	if (e == ERR_OK) {
		*ret = t;
		return ERR_OK;
	}
	(void)close(t.fd);
	(void)unlink(spec->path);
	return e;
}

enum err
bulk_temp_open(struct bulk_temp *ret, const char *path, struct bulk_disks *b,
    struct diag *d)
{
	struct bulk_temp t = { .fd = open(path,
				   O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
				       O_NONBLOCK | O_NOCTTY) };
	enum err e;

	if (t.fd < 0)
		return diag_errno(d, "open", errno, "cannot open");
	e = identify(&t, b, d);
	if (e == ERR_OK)
		*ret = t;
	else
		(void)close(t.fd);
	return e;
}

enum err
bulk_temp_write(struct bulk_temp *t, struct bytes data, struct diag *d)
{
	struct bytes done;
	ssize_t n;

	while (data.len > 0) {
		n = write(t->fd, data.ptr, data.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || !bytes_take(&data, (size_t)n, &done))
			return diag_errno(d, "write", n == 0 ? EIO : errno,
			    "cannot write");
	}
	return ERR_OK;
}

enum err
bulk_temp_close(struct bulk_temp *t, struct diag *d)
{
	int fd = t->fd;
	enum err e = ERR_OK;

	t->fd = -1;
	if (fd < 0)
		return ERR_OK;
	if (t->flush && fsync(fd) != 0)
		e = diag_errno(d, "fsync", errno, "cannot write");
	if (close(fd) != 0 && e == ERR_OK)
		e = diag_errno(d, "close", errno, "cannot write");
	return e;
}

/* Without RENAME_NOREPLACE link(2) does it. */
static int
take_free_name(const char *temp, const char *target)
{
	if (renameat2(AT_FDCWD, temp, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return link(temp, target) == 0 ? unlink(temp) : -1;
}

static enum err
check_place(const char *target, struct diag *d)
{
	struct stat st;

	if (lstat(target, &st) == 0 && !S_ISREG(st.st_mode))
		return diag_set(d, ERR_IO,
		    "%s is no regular file, and only such a one is replaced",
		    target);
	return ERR_OK;
}

enum err
bulk_temp_rename(const struct bulk_temp *t, const char *temp,
    const char *target, bool replace, struct diag *d)
{
	enum err e = replace ? check_place(target, d) : ERR_OK;
	struct stat st;
	int failed;

	if (e != ERR_OK)
		return e;
	if (lstat(temp, &st) != 0 || st.st_dev != t->dev || st.st_ino != t->ino)
		return diag_set(d, ERR_IO,
		    "somebody has taken away or exchanged %s", temp);
	failed = replace ? rename(temp, target) : take_free_name(temp, target);
	if (failed != 0 && errno == EEXIST)
		return diag_set(d, ERR_EXISTS, "%s exists already", target);
	if (failed != 0)
		return diag_errno(d, "rename", errno, "cannot create %s",
		    target);
	return ERR_OK;
}

bool
bulk_is_full(const struct diag *d)
{
	return d->code == ERR_IO &&
	    (d->native == ENOSPC || d->native == EDQUOT);
}
