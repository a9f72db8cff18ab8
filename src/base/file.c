/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)64 * 1024)
#define TEMP_TRIES 16

struct file_save {
	int dir;                 /* the folder, open */
	int fd;                  /* the temporary file, or -1 once closed */
	unsigned flags;          /* enum file_flag */
	char path[PATH_MAX];     /* as the caller named it, for messages */
	char name[NAME_MAX + 1]; /* within the folder */
	char temp[NAME_MAX + 1]; /* likewise; "" once it is gone */
};

static enum err
too_big(size_t max, struct diag *d)
{
	return diag_set(d, ERR_TOO_BIG,
	    "larger than the limit of %zu bytes; --max-size raises it", max);
}

/* Reads to the end or to one byte over MAX. SIZE is what the system says that
 * the file holds, 0 where it says nothing: a read that gives just that much,
 * and had room for more, has met the end. */
static enum err
read_all(int fd, size_t size, size_t max, struct buf *out, struct diag *d)
{
	size_t start = out->len;
	size_t room;
	ssize_t n;

	buf_reserve(out, size + 1);
	for (;;) {
		if (out->cap == out->len)
			buf_reserve(out, READ_CHUNK);
		if (!buf_ok(out))
			return diag_nomem(d);
		room = out->cap - out->len;
		if (room > max - (out->len - start))
			room = max - (out->len - start) + 1;
		n = read(fd, out->ptr + out->len, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return diag_errno(d, "read", errno, "cannot read");
		if (n == 0)
			return ERR_OK;
		out->len += (size_t)n;
		if (out->len - start > max)
			return too_big(max, d);
		if ((size_t)n == size && room > size)
			return ERR_OK;
	}
}

static enum err
is_folder(struct diag *d)
{
	diag_set(d, ERR_IO, "this is a directory, not a file");
	if (d != NULL) {
		d->api = "fstat";
		d->native = EISDIR;
	}
	return ERR_IO;
}

enum err
file_load_fd(int fd, size_t max, struct buf *ret, struct diag *d)
{
	size_t start = ret->len, size = 0;
	struct stat st;
	enum err e;

	if (fstat(fd, &st) != 0)
		return diag_errno(d, "fstat", errno, "cannot read");
	if (S_ISDIR(st.st_mode))
		return is_folder(d);
	if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > max)
		return too_big(max, d);
	if (S_ISREG(st.st_mode))
		size = (size_t)st.st_size;
	e = read_all(fd, size, max, ret, d);
	if (e != ERR_OK) {
		ret->len = start;
		ret->failed = false;
	}
	return e;
}

enum err
file_load_at(int dir, const char *name, bool found, size_t max, struct buf *ret,
    struct diag *d)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
	enum err e;
	int fd;

	if (found)
		flags |= O_NOFOLLOW | O_NONBLOCK;
	fd = openat(dir, name, flags);
	if (fd < 0)
		return diag_errno(d, "open", errno, "cannot open");
	e = file_load_fd(fd, max, ret, d);
	(void)close(fd);
	return e;
}

enum err
file_load(const char *path, size_t max, struct buf *ret, struct diag *d)
{
	return file_load_at(AT_FDCWD, path, false, max, ret, d);
}

enum err
file_peek(const char *path, uint8_t *ret, size_t size, size_t *ret_len,
    struct diag *d)
{
	enum err e = ERR_OK;
	struct stat st;
	ssize_t n = 0;
	int fd;

	fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return diag_errno(d, "open", errno, "cannot open");
	if (fstat(fd, &st) != 0)
		e = diag_errno(d, "fstat", errno, "cannot read");
	else if (!S_ISREG(st.st_mode))
		e = diag_set(d, ERR_UNSUPPORTED, "this is no regular file");
	while (e == ERR_OK && (n = read(fd, ret, size)) < 0)
		if (errno != EINTR)
			e = diag_errno(d, "read", errno, "cannot read");
	(void)close(fd);
	if (e == ERR_OK)
		*ret_len = (size_t)n;
	return e;
}

/* Splits PATH (its target, where it is a link that may be replaced) into an
 * open folder and a name. */
static enum err
open_folder(struct file_save *s, struct diag *d)
{
	char real[PATH_MAX];
	const char *path = s->path;
	const char *slash, *name;
	char dir[PATH_MAX];

	if ((s->flags & FILE_CLOBBER) != 0 && realpath(path, real) != NULL)
		path = real;
	slash = strrchr(path, '/');
	name = slash == NULL ? path : slash + 1;
	if (name[0] == '\0' || strlen(name) > NAME_MAX)
		return diag_set(d, ERR_USAGE, "%s: not a usable file name",
		    s->path);
	memcpy(s->name, name, strlen(name) + 1);
	(void)snprintf(dir, sizeof(dir), "%.*s",
	    slash == NULL ? 1 : (int)(slash - path) + 1,
	    slash == NULL ? "." : path);
	s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return diag_errno(d, "open", errno, "cannot open folder %s",
		    dir);
	return ERR_OK;
}

static enum err
open_temp(struct file_save *s, struct diag *d)
{
	mode_t mode = (s->flags & FILE_PRIVATE) != 0 ? 0600 : 0666;
	uint32_t random;
	int i;

	for (i = 0; i < TEMP_TRIES; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			break;
		(void)snprintf(s->temp, sizeof(s->temp), ".%.*s.%08x",
		    NAME_MAX - 10, s->name, random);
		s->fd = openat(s->dir, s->temp,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
		if (s->fd >= 0)
			return ERR_OK;
		if (errno != EEXIST)
			break;
	}
	s->temp[0] = '\0';
	return diag_errno(d, "openat", errno, "cannot create a file beside %s",
	    s->path);
}

/* Refuses an existing name, or takes over its mode. */
static enum err
look_at_old(struct file_save *s, struct diag *d)
{
	struct stat st;

	if (fstatat(s->dir, s->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return ERR_OK;
	if (S_ISDIR(st.st_mode))
		return diag_set(d,
		    (s->flags & FILE_CLOBBER) != 0 ? ERR_IO : ERR_EXISTS,
		    "%s is a directory", s->path);
	if ((s->flags & FILE_CLOBBER) == 0)
		return diag_set(d, ERR_EXISTS, "%s exists already", s->path);
	if (!S_ISREG(st.st_mode))
		return diag_set(d, ERR_IO,
		    "%s is no regular file, and only "
		    "such a one is replaced",
		    s->path);
	if ((s->flags & FILE_PRIVATE) != 0)
		return ERR_OK;
	if (fchown(s->fd, st.st_uid, st.st_gid) != 0)
		return diag_errno(d, "fchown", errno,
		    "cannot keep the owner of %s", s->path);
	if (fchmod(s->fd, st.st_mode & 0777) != 0)
		return diag_errno(d, "fchmod", errno,
		    "cannot set the mode "
		    "of a file beside %s",
		    s->path);
	return ERR_OK;
}

enum err
file_save_begin(struct file_save **ret, const char *path, unsigned flags,
    struct diag *d)
{
	struct file_save *s;
	enum err e;

	if (strlen(path) >= sizeof(s->path))
		return diag_set(d, ERR_USAGE, "the file name is too long");
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return diag_nomem(d);
	s->dir = -1;
	s->fd = -1;
	s->flags = flags;
	(void)snprintf(s->path, sizeof(s->path), "%s", path);
	e = open_folder(s, d);
	if (e == ERR_OK)
		e = open_temp(s, d);
	if (e == ERR_OK)
		e = look_at_old(s, d);
	if (e != ERR_OK) {
		file_save_abort(&s);
		return e;
	}
	*ret = s;
	return ERR_OK;
}

enum err
file_save_write(struct file_save *s, struct bytes data, struct diag *d)
{
	struct bytes done;
	ssize_t n;

	while (data.len > 0) {
		n = write(s->fd, data.ptr, data.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || !bytes_take(&data, (size_t)n, &done))
			return diag_errno(d, "write", n == 0 ? EIO : errno,
			    "cannot write %s", s->path);
	}
	return ERR_OK;
}

/* Gives the temporary file its name; without FILE_CLOBBER only where nobody
 * has it. link(2) does that on file systems without RENAME_NOREPLACE. */
static int
take_name(struct file_save *s)
{
	if ((s->flags & FILE_CLOBBER) != 0)
		return renameat(s->dir, s->temp, s->dir, s->name);
	if (renameat2(s->dir, s->temp, s->dir, s->name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(s->dir, s->temp, s->dir, s->name, 0) != 0)
		return -1;
	return unlinkat(s->dir, s->temp, 0);
}

static enum err
commit(struct file_save *s, struct diag *d)
{
	int fd = s->fd;

	if (fsync(fd) != 0)
		return diag_errno(d, "fsync", errno, "cannot write %s",
		    s->path);
	s->fd = -1;
	if (close(fd) != 0)
		return diag_errno(d, "close", errno, "cannot write %s",
		    s->path);
	if (take_name(s) != 0)
		return diag_errno(d, "rename", errno, "cannot create %s",
		    s->path);
	s->temp[0] = '\0';
	if (fsync(s->dir) != 0)
		return diag_errno(d, "fsync", errno,
		    "%s is written, but its "
		    "folder could not be flushed to the disk",
		    s->path);
	return ERR_OK;
}

enum err
file_save_commit(struct file_save **s, struct diag *d)
{
	enum err e = commit(*s, d);

	file_save_abort(s);
	return e;
}

void
file_save_abort(struct file_save **s)
{
	if (*s == NULL)
		return;
	if ((*s)->fd >= 0)
		(void)close((*s)->fd);
	if ((*s)->temp[0] != '\0')
		(void)unlinkat((*s)->dir, (*s)->temp, 0);
	if ((*s)->dir >= 0)
		(void)close((*s)->dir);
	free(*s);
	*s = NULL;
}

enum err
file_write(const char *path, struct bytes data, unsigned flags, struct diag *d)
{
	struct file_save *s = NULL;
	enum err e;

	e = file_save_begin(&s, path, flags, d);
	if (s == NULL)
		return e;
	e = file_save_write(s, data, d);
	if (e != ERR_OK) {
		file_save_abort(&s);
		return e;
	}
	return file_save_commit(&s, d);
}
