/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole files, in and out.
 *
 * Loading is bounded: a file, a pipe or a device that holds more than the
 * limit is an error, never a part.
 *
 * Saving is commit-or-abort: bytes go to a temporary file in the same folder
 * (".NAME.XXXXXXXX", made by nobody else), are flushed to the disk, take the
 * name in one step, and the folder is flushed. Until file_save_commit()
 * returns ERR_OK the name holds what it held before.
 *
 * A process that is killed leaves its temporary file behind. It held a lock on
 * it (flock), and whoever saves under the same name next removes those that
 * nobody has locked, and that belong to him or to the owner of the file that
 * he replaces.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"

/* What a person may ask to be read unless --max-size says otherwise. */
#define FILE_MAX_DEFAULT ((size_t)64 * 1024 * 1024)

/* Appends the content of PATH to RET, at most MAX bytes, and may leave RET
 * with room for more. Messages do not name
 * the file: whoever prints one knows it. Errors: ERR_ABSENT,
 * ERR_IO (no permission; a folder, and then d->native is EISDIR), ERR_TOO_BIG, ERR_NOMEM; RET is then as
 * it was. */
MUST_CHECK enum err file_load(const char *path, size_t max, struct buf *ret,
    struct diag *d);

/* The same from an open descriptor, which stays open. */
MUST_CHECK enum err file_load_fd(int fd, size_t max, struct buf *ret,
    struct diag *d);

/* The same of NAME in the open folder DIR, or AT_FDCWD, as openat(2) does.
 * FOUND: it was a regular file when the folder was read, and must still be
 * one: no symbolic link is followed, and no FIFO waited for. */
MUST_CHECK enum err file_load_at(int dir, const char *name, bool found,
    size_t max, struct buf *ret, struct diag *d);

/* Puts the first bytes of PATH, at most SIZE, into RET and their number into
 * *RET_LEN. A symbolic link, a FIFO and whatever else is no regular file is
 * ERR_UNSUPPORTED or ERR_IO, and nobody waits for it. */
MUST_CHECK enum err file_peek(const char *path, uint8_t *ret, size_t size,
    size_t *ret_len, struct diag *d);

enum file_flag {
	FILE_CLOBBER = 1, /* replace what stands under the name */
	FILE_PRIVATE = 2  /* mode 0600 instead of 0666 less umask */
};

struct file_save; /* one file on its way to its name */

/* Opens a temporary file beside PATH. Without FILE_CLOBBER an existing PATH
 * is ERR_EXISTS, here where it already stands, or at commit where somebody
 * else was faster. With it, PATH may be a symbolic link: what it points at is
 * replaced, and owner, mode and access list (POSIX ACL) of the old file are
 * kept, or it is ERR_IO; other extended attributes are not, and its time is
 * now. A second name (hard link) of the old file keeps the old content. What is
 * no regular file is never replaced (ERR_IO). */
MUST_CHECK enum err file_save_begin(struct file_save **ret, const char *path,
    unsigned flags, struct diag *d);

/* Appends DATA. After a failure only file_save_abort() is of use. */
MUST_CHECK enum err file_save_write(struct file_save *s, struct bytes data,
    struct diag *d);

/* What stands under the name is to stay, under its name with SUFFIX behind it,
 * when the new file takes its place: a link to it where the file system has
 * links, else a copy. Where that name is taken by another file, "-2", "-3" and
 * so on come behind it. The path that it got is in RET, of PATH_MAX bytes, after
 * the commit; "" where there was no old file, or the commit failed. RET must
 * live until then; SUFFIX, of at most NAME_MAX bytes, need not. One who was killed in between has kept it under the
 * same suffix already: that does. A suffix that makes the name too long is
 * ERR_USAGE of the commit. */
void file_save_keep(struct file_save *s, const char *suffix, char *ret);

/* With FILE_CLOBBER: what stands under the name was read as DATA, borrowed until
 * the commit, and is ERR_EXISTS of the commit where it has changed since, or
 * is gone. Looked at just before the new file takes its place. */
void file_save_expect(struct file_save *s, struct bytes data);

/* Gives the file its name, and frees *S whatever the outcome; after a failure
 * the temporary file is gone. The one exception: where only the flush of the
 * folder failed the new content stands under the name, and the message says
 * so. */
MUST_CHECK enum err file_save_commit(struct file_save **s, struct diag *d);

/* Removes the temporary file and frees *S; NULL is allowed. */
void file_save_abort(struct file_save **s);

/* begin, write and commit in one. */
MUST_CHECK enum err file_write(const char *path, struct bytes data,
    unsigned flags, struct diag *d);

#endif
