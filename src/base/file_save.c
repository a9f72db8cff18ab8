/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/file_temp.h"

#define KEEP_TRIES 1000
#define COPY_CHUNK ((size_t)64 * 1024)
#define ACL_NAME "system.posix_acl_access"
#define ACL_MAX 4096

struct file_save {
	int dir;                 /* the folder, open */
	int fd;                  /* the temporary file, locked */
	unsigned flags;          /* enum file_flag */
	char path[PATH_MAX];     /* as the caller named it, for messages */
	char folder[PATH_MAX];   /* "", or ends with a slash */
	char name[NAME_MAX + 1]; /* within the folder */
	char temp[NAME_MAX + 1]; /* likewise; "" once it is gone */
	struct stat old;         /* where has_old, what is replaced */
	bool has_old;

	char suffix[NAME_MAX + 1]; /* file_save_keep() */
	char *ret_kept;            /* likewise, or NULL */
	char kept[NAME_MAX + 1];   /* the name it got; "": none, or not ours */

	bool expects; /* file_save_expect() */
	struct bytes expected;
};

/* ---- Opening. ---- */

/* What PATH points at, where it is a link. The system is asked to follow it
 * too, since it does not follow everybody's links in a folder where everybody
 * may write, and realpath(3) does. */
static enum err
follow(const char *path, char *real, const char **ret, struct diag *d)
{
	struct stat st;

	*ret = path;
	if (lstat(path, &st) != 0 || !S_ISLNK(st.st_mode))
		return ERR_OK;
	if (stat(path, &st) == 0 && realpath(path, real) != NULL)
		*ret = real;
	else if (errno != ENOENT)
		return diag_errno(d, "stat", errno, "cannot replace %s", path);
	return ERR_OK;
}

/* Splits PATH (its target, where it is a link that may be replaced) into an
 * open folder and a name. */
static enum err
open_folder(struct file_save *s, struct diag *d)
{
	char real[PATH_MAX];
	const char *path = s->path;
	const char *slash, *name;
	enum err e = ERR_OK;

	if ((s->flags & FILE_CLOBBER) != 0)
		e = follow(s->path, real, &path, d);
	if (e != ERR_OK)
		return e;
	slash = strrchr(path, '/');
	name = slash == NULL ? path : slash + 1;
	if (name[0] == '\0' || strlen(name) > NAME_MAX)
		return diag_set(d, ERR_USAGE, "%s: not a usable file name",
		    s->path);
	memcpy(s->name, name, strlen(name) + 1);
	memcpy(s->folder, path, (size_t)(name - path));
	s->dir = open(name == path ? "." : s->folder,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return diag_errno(d, "open", errno, "cannot open folder %s",
		    name == path ? "." : s->folder);
	return ERR_OK;
}

/* Refuses an existing name, or takes note of what stands there. */
static enum err
look_at_old(struct file_save *s, struct diag *d)
{
	struct stat *st = &s->old;

	if (fstatat(s->dir, s->name, st, AT_SYMLINK_NOFOLLOW) != 0)
		return ERR_OK;
	if (S_ISDIR(st->st_mode))
		return diag_set(d,
		    (s->flags & FILE_CLOBBER) != 0 ? ERR_IO : ERR_EXISTS,
		    "%s is a directory", s->path);
	if ((s->flags & FILE_CLOBBER) == 0)
		return diag_set(d, ERR_EXISTS, "%s exists already", s->path);
	if (!S_ISREG(st->st_mode))
		return diag_set(d, ERR_IO,
		    "%s is no regular file, and only "
		    "such a one is replaced",
		    s->path);
	s->has_old = true;
	return ERR_OK;
}

static enum err
open_temp(struct file_save *s, struct diag *d)
{
	mode_t mode = (s->flags & FILE_PRIVATE) != 0 ? 0600 : 0666;

	s->fd = file_temp_open(s->dir, s->name, mode, s->temp);
	if (s->fd < 0)
		return diag_errno(d, "openat", errno,
		    "cannot create a file beside %s", s->path);
	return ERR_OK;
}

/* Gives FD the access list of the old file, or none: the mode alone would be
 * another right for its group. It is named through /proc since a file that may
 * not be read cannot be opened. */
static enum err
copy_acl(const struct file_save *s, int fd, struct diag *d)
{
	char acl[ACL_MAX], old[NAME_MAX + 64];
	ssize_t len;
	int rc;

	(void)snprintf(old, sizeof(old), "/proc/self/fd/%d/%s", s->dir,
	    s->name);
	len = lgetxattr(old, ACL_NAME, acl, sizeof(acl));
	if (len < 0 && errno == ERANGE)
		return diag_errno(d, "lgetxattr", errno,
		    "cannot keep the access list of %s", s->path);
	if (len > 0)
		rc = fsetxattr(fd, ACL_NAME, acl, (size_t)len, 0);
	else
		rc = fremovexattr(fd, ACL_NAME);
	if (rc != 0 && (len > 0 || (errno != ENODATA && errno != ENOTSUP)))
		return diag_errno(d, "fsetxattr", errno,
		    "cannot keep the access list of %s", s->path);
	return ERR_OK;
}

/* Gives FD the owner, the access list and the mode of the old file. */
static enum err
keep_rights(const struct file_save *s, int fd, struct diag *d)
{
	enum err e;

	if (fchown(fd, s->old.st_uid, s->old.st_gid) != 0)
		return diag_errno(d, "fchown", errno,
		    "cannot keep the owner of %s", s->path);
	e = copy_acl(s, fd, d);
	if (e == ERR_OK && fchmod(fd, s->old.st_mode & 0777) != 0)
		return diag_errno(d, "fchmod", errno,
		    "cannot keep the mode of %s", s->path);
	return e;
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
		e = look_at_old(s, d);
	if (e == ERR_OK) {
		file_temp_sweep(s->dir, s->name,
		    s->has_old ? s->old.st_uid : geteuid());
		e = open_temp(s, d);
	}
	if (e == ERR_OK && s->has_old && (flags & FILE_PRIVATE) == 0)
		e = keep_rights(s, s->fd, d);
	if (e != ERR_OK) {
		file_save_abort(&s);
		return e;
	}
	*ret = s;
	return ERR_OK;
}

/* ---- Writing. ---- */

static enum err
write_all(const struct file_save *s, int fd, struct bytes data, struct diag *d)
{
	struct bytes done;
	ssize_t n;

	while (data.len > 0) {
		n = write(fd, data.ptr, data.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || !bytes_take(&data, (size_t)n, &done))
			return diag_errno(d, "write", n == 0 ? EIO : errno,
			    "cannot write %s", s->path);
	}
	return ERR_OK;
}

enum err
file_save_write(struct file_save *s, struct bytes data, struct diag *d)
{
	return write_all(s, s->fd, data, d);
}

void
file_save_keep(struct file_save *s, const char *suffix, char *ret)
{
	(void)snprintf(s->suffix, sizeof(s->suffix), "%s", suffix);
	s->ret_kept = ret;
	ret[0] = '\0';
}

void
file_save_expect(struct file_save *s, struct bytes data)
{
	s->expects = true;
	s->expected = data;
}

/* ---- Taking the name. ---- */

/* Gives TEMP the name NAME; without CLOBBER only where nobody has it. link(2)
 * does that on file systems without RENAME_NOREPLACE. */
static int
take_name(int dir, const char *temp, const char *name, bool clobber)
{
	if (clobber)
		return renameat(dir, temp, dir, name);
	if (renameat2(dir, temp, dir, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(dir, temp, dir, name, 0) != 0)
		return -1;
	(void)unlinkat(dir, temp, 0);
	return 0;
}

/* A folder that cannot be flushed by itself, as on some network file systems,
 * is no failure. */
static int
flush_folder(const struct file_save *s)
{
	return fsync(s->dir) == 0 || errno == EINVAL ? 0 : -1;
}

/* ---- Keeping the old file. ---- */

static int
open_old(const struct file_save *s)
{
	return openat(s->dir, s->name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

static enum err
check_expected(const struct file_save *s, struct diag *d)
{
	struct buf now;
	enum err e;
	int fd;

	buf_init(&now);
	fd = open_old(s);
	e = fd < 0 ? diag_errno(d, "open", errno, "cannot open %s", s->path)
		   : file_load_fd(fd, s->expected.len, &now, d);
	if (fd >= 0)
		(void)close(fd);
	if (e == ERR_ABSENT || e == ERR_TOO_BIG ||
	    (e == ERR_OK && !bytes_equal(buf_bytes(&now), s->expected)))
		e = diag_set(d, ERR_EXISTS,
		    "%s has changed since it was read, and is left alone; "
		    "run the command again",
		    s->path);
	buf_clear(&now);
	return e;
}

static enum err
copy_bytes(const struct file_save *s, int from, int to, struct diag *d)
{
	uint8_t *chunk = malloc(COPY_CHUNK);
	enum err e = ERR_OK;
	ssize_t n = 1;

	if (chunk == NULL)
		return diag_nomem(d);
	while (e == ERR_OK && n != 0) {
		n = read(from, chunk, COPY_CHUNK);
		if (n < 0 && errno != EINTR)
			e = diag_errno(d, "read", errno, "cannot read %s",
			    s->path);
		if (n > 0)
			e = write_all(s, to, bytes_of(chunk, (size_t)n), d);
	}
	free(chunk);
	return e;
}

/* The copy TO, of the open file FROM, as it was: owner, mode and times too. */
static enum err
copy_old(const struct file_save *s, int from, int to, struct diag *d)
{
	const struct timespec times[2] = { s->old.st_atim, s->old.st_mtim };
	enum err e = copy_bytes(s, from, to, d);

	if (e == ERR_OK)
		e = keep_rights(s, to, d);
	if (e == ERR_OK && (futimens(to, times) != 0 || fsync(to) != 0))
		e = diag_errno(d, "fsync", errno, "cannot write a copy of %s",
		    s->path);
	return e;
}

/* Puts a copy of the old file under the name KEPT: ERR_EXISTS where somebody
 * has it. Until it is whole it is one more temporary file of our name. */
static enum err
keep_copy(const struct file_save *s, const char *kept, struct diag *d)
{
	char temp[NAME_MAX + 1] = "";
	int from = open_old(s), to = -1;
	enum err e;

	if (from >= 0)
		to = file_temp_open(s->dir, s->name, 0600, temp);
	if (to < 0) {
		e = diag_errno(d, "openat", errno, "cannot make a copy of %s",
		    s->path);
	} else {
		e = copy_old(s, from, to, d);
		if (e == ERR_OK && take_name(s->dir, temp, kept, false) != 0)
			e = diag_errno(d, "rename", errno,
			    "cannot make a copy of %s", s->path);
		if (e != ERR_OK)
			(void)unlinkat(s->dir, temp, 0);
		(void)close(to);
	}
	if (from >= 0)
		(void)close(from);
	return e;
}

/* Links are not to be had here, but a copy may be. */
static bool
wants_copy(int errnum)
{
	return errnum == EPERM || errnum == ENOTSUP || errnum == ENOSYS ||
	    errnum == EMLINK || errnum == EINVAL;
}

/* KEPT is the old file already: one who was killed had linked it. */
static bool
is_kept(const struct file_save *s, const char *kept)
{
	struct stat old, st;

	return fstatat(s->dir, s->name, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(s->dir, kept, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_dev == old.st_dev && st.st_ino == old.st_ino;
}

/* The old file stands under the name KEPT too, from now on: ERR_EXISTS where
 * another one does. */
static enum err
keep_as(struct file_save *s, const char *kept, struct diag *d)
{
	enum err e = ERR_OK;

	if (linkat(s->dir, s->name, s->dir, kept, 0) != 0) {
		if (errno == EEXIST && is_kept(s, kept))
			return ERR_OK;
		e = wants_copy(errno)
		    ? keep_copy(s, kept, d)
		    : diag_errno(d, "link", errno, "cannot keep %s as %s",
			  s->path, kept);
	}
	if (e == ERR_OK)
		memcpy(s->kept, kept, strlen(kept) + 1);
	return e;
}

/* Of two names that are flushed together the older one might come back
 * alone. */
static enum err
flush_kept(const struct file_save *s, const char *kept, struct diag *d)
{
	if (flush_folder(s) != 0)
		return diag_errno(d, "fsync", errno, "cannot keep %s as %s",
		    s->path, kept);
	(void)snprintf(s->ret_kept, PATH_MAX, "%s%s", s->folder, kept);
	return ERR_OK;
}

static enum err
keep_old(struct file_save *s, struct diag *d)
{
	char kept[2 * NAME_MAX], number[16] = "";
	enum err e = ERR_EXISTS;
	int i, len;

	for (i = 1; i <= KEEP_TRIES && e == ERR_EXISTS; i++) {
		if (i > 1)
			(void)snprintf(number, sizeof(number), "-%d", i);
		len = snprintf(kept, sizeof(kept), "%s%s%s", s->name, s->suffix,
		    number);
		if (len > NAME_MAX)
			return diag_set(d, ERR_USAGE,
			    "%s: with %s behind it the name is too long",
			    s->path, s->suffix);
		e = keep_as(s, kept, d);
	}
	return e == ERR_OK ? flush_kept(s, kept, d) : e;
}

/* ---- The end. ---- */

static enum err
give_name(struct file_save *s, struct diag *d)
{
	struct stat st;
	enum err e = ERR_OK;

	if (fsync(s->fd) != 0)
		return diag_errno(d, "fsync", errno, "cannot write %s",
		    s->path);
	if (s->expects)
		e = check_expected(s, d);
	if (e == ERR_OK && s->ret_kept != NULL &&
	    fstatat(s->dir, s->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		e = keep_old(s, d);
	if (e == ERR_OK &&
	    take_name(s->dir, s->temp, s->name,
		(s->flags & FILE_CLOBBER) != 0) != 0)
		e = diag_errno(d, "rename", errno, "cannot create %s", s->path);
	return e;
}

/* What was kept is but a second name of the file that stays. */
static void
forget_kept(struct file_save *s)
{
	if (s->kept[0] != '\0')
		(void)unlinkat(s->dir, s->kept, 0);
	if (s->ret_kept != NULL)
		s->ret_kept[0] = '\0';
}

enum err
file_save_commit(struct file_save **s, struct diag *d)
{
	enum err e = give_name(*s, d);

	if (e == ERR_OK)
		(*s)->temp[0] = '\0';
	else
		forget_kept(*s);
	if (e == ERR_OK && flush_folder(*s) != 0)
		e = diag_errno(d, "fsync", errno,
		    "%s is written, but its "
		    "folder could not be flushed to the disk",
		    (*s)->path);
	file_save_abort(s);
	return e;
}

/* The name goes while the lock is held. */
void
file_save_abort(struct file_save **s)
{
	if (*s == NULL)
		return;
	if ((*s)->temp[0] != '\0')
		(void)unlinkat((*s)->dir, (*s)->temp, 0);
	if ((*s)->fd >= 0)
		(void)close((*s)->fd);
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
