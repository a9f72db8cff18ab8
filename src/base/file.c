/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)64 * 1024)

static enum err
too_big(size_t max, struct diag *d)
{
	return diag_set(d, ERR_TOO_BIG, "larger than the limit of %zu bytes",
	    max);
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
