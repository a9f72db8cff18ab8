/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/tail.h"
#include "base/file.h"

struct audit_log {
	int fd;
	uint64_t size; /* when it was last looked at */
	struct audit_place last;
};

static enum err
lock(int fd, int how, struct diag *d)
{
	int rc;

	do
		rc = flock(fd, how);
	while (rc != 0 && errno == EINTR);
	if (rc != 0)
		return diag_errno(d, "flock", errno,
		    "cannot lock the audit log");
	return ERR_OK;
}

static enum err
size_of(int fd, uint64_t *ret, struct diag *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return diag_errno(d, "fstat", errno,
		    "cannot look at the audit log");
	if (!S_ISREG(st.st_mode))
		return diag_set(d, ERR_UNSUPPORTED,
		    "an audit log is a regular file, and this is none");
	if (st.st_nlink == 0)
		return diag_set(d, ERR_ABSENT,
		    "the audit log was deleted while it was open");
	*ret = (uint64_t)st.st_size;
	return ERR_OK;
}

/* Takes back what was written behind SIZE, and says where that failed. */
static enum err
take_back(int fd, uint64_t size, enum err e, struct diag *d)
{
	struct diag first;

	if (ftruncate(fd, (off_t)size) == 0 || d == NULL)
		return e;
	first = *d;
	diag_set(d, e,
	    "%.200s; what was written of the line could not be taken back, and "
	    "the next line will go on behind it",
	    first.msg);
	d->api = first.api;
	d->native = first.native;
	return e;
}

/* All of TEXT at the end of the file, on the disk, or nothing. */
static enum err
append(int fd, uint64_t size, struct bytes text, struct diag *d)
{
	ssize_t n;

	do
		n = write(fd, text.ptr, text.len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return diag_errno(d, "write", errno,
		    "cannot append to the audit log");
	if ((size_t)n < text.len) {
		diag_errno(d, "write", ENOSPC,
		    "only %zd bytes of %zu could be appended to the audit log",
		    n, text.len);
		return take_back(fd, size, ERR_IO, d);
	}
	if (fdatasync(fd) != 0) {
		diag_errno(d, "fdatasync", errno,
		    "cannot bring the audit log to the disk");
		return take_back(fd, size, ERR_IO, d);
	}
	return ERR_OK;
}

/* The whole file at once, so that nobody ever sees a part of a header. */
static enum err
create(const char *path, const struct audit_birth *birth, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	e = line_put_header(birth, &text, d);
	if (e == ERR_OK)
		e = file_write(path, buf_bytes(&text), FILE_PRIVATE, d);
	buf_clear(&text);
	/* somebody else was faster: all the same */
	return e == ERR_EXISTS ? ERR_OK : e;
}

/* An empty file gets its header. */
static enum err
begin(int fd, const struct audit_birth *birth, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	e = line_put_header(birth, &text, d);
	if (e == ERR_OK)
		e = append(fd, 0, buf_bytes(&text), d);
	buf_clear(&text);
	return e;
}

static int
open_file(const char *path)
{
	return open(path,
	    O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

/* Looks at the end of the locked LOG. */
static enum err
look(struct audit_log *log, struct tail *ret, struct diag *d)
{
	enum err e;

	e = size_of(log->fd, &log->size, d);
	if (e == ERR_OK)
		e = tail_read(log->fd, log->size, ret, d);
	if (e == ERR_OK)
		log->last = ret->last;
	return e;
}

static enum err
start(struct audit_log *log, const struct audit_birth *birth, struct diag *d)
{
	struct tail tail;
	enum err e;

	e = size_of(log->fd, &log->size, d);
	if (e == ERR_OK)
		e = lock(log->fd, LOCK_EX, d);
	if (e != ERR_OK)
		return e;
	e = size_of(log->fd, &log->size, d);
	if (e == ERR_OK && log->size == 0)
		e = begin(log->fd, birth, d);
	if (e == ERR_OK)
		e = tail_check_head(log->fd, d);
	if (e == ERR_OK)
		e = look(log, &tail, d);
	(void)flock(log->fd, LOCK_UN);
	return e;
}

enum err
audit_open(const char *path, const struct audit_birth *birth,
    struct audit_log **ret, struct diag *d)
{
	struct audit_log *log = calloc(1, sizeof(*log));
	enum err e = ERR_OK;

	if (log == NULL)
		return diag_nomem(d);
	log->fd = open_file(path);
	if (log->fd < 0 && errno == ENOENT) {
		e = create(path, birth, d);
		if (e == ERR_OK)
			log->fd = open_file(path);
	}
	if (e == ERR_OK && log->fd < 0 && errno == ELOOP)
		e = diag_set(d, ERR_UNSUPPORTED,
		    "an audit log is a regular file, and this is a symbolic "
		    "link");
	else if (e == ERR_OK && log->fd < 0)
		e = diag_errno(d, "open", errno, "cannot open the audit log");
	if (e == ERR_OK)
		e = start(log, birth, d);
	if (e == ERR_OK)
		*ret = log;
	else
		audit_close(&log);
	return e;
}

static enum err
changed(const struct audit_log *log, struct diag *d)
{
	return diag_set(d, ERR_SYNTAX,
	    "the audit log was changed or cut off at line %llu while it was "
	    "open; nothing is appended to it",
	    (unsigned long long)log->last.line);
}

/* Looks at the end again, which must be the one that was known, or lie behind
 * it. */
static enum err
look_again(struct audit_log *log, struct tail *ret, struct diag *d)
{
	struct audit_log now = *log;
	enum err e;

	e = size_of(log->fd, &now.size, d);
	if (e == ERR_OK && now.size < log->size)
		e = changed(log, d);
	if (e == ERR_OK)
		e = look(&now, ret, d);
	if (e == ERR_OK &&
	    (now.last.line < log->last.line ||
		(now.last.line == log->last.line &&
		    !bytes_equal(digest_bytes(&now.last.hash),
			digest_bytes(&log->last.hash)))))
		e = changed(log, d);
	if (e == ERR_OK)
		*log = now;
	return e;
}

/* What the file holds after LINE was appended to it behind TAIL. */
static enum err
place_of(struct bytes line, const struct tail *tail, struct audit_place *ret,
    struct diag *d)
{
	size_t close = strlen(tail->close);
	struct bytes text = bytes_of(line.ptr + close, line.len - close - 1);

	ret->line = tail->next.number;
	return digest_of(DIGEST_SHA256, &text, 1, &ret->hash, d);
}

static enum err
append_locked(struct audit_log *log, const struct audit_record *record,
    struct diag *d)
{
	struct buf text = { 0 };
	struct audit_place place;
	struct tail tail;
	enum err e;

	e = look_again(log, &tail, d);
	if (e != ERR_OK)
		return e;
	buf_str(&text, tail.close);
	e = line_put(record, &tail.next, &text, d);
	if (e == ERR_OK)
		e = place_of(buf_bytes(&text), &tail, &place, d);
	if (e == ERR_OK)
		e = append(log->fd, log->size, buf_bytes(&text), d);
	if (e == ERR_OK) {
		log->last = place;
		log->size += text.len;
	}
	buf_clear(&text);
	return e;
}

enum err
audit_append(struct audit_log *log, const struct audit_record *record,
    struct diag *d)
{
	enum err e;

	e = lock(log->fd, LOCK_EX, d);
	if (e != ERR_OK)
		return e;
	e = append_locked(log, record, d);
	(void)flock(log->fd, LOCK_UN);
	return e;
}

struct audit_place
audit_last(const struct audit_log *log)
{
	return log->last;
}

void
audit_close(struct audit_log **log)
{
	if (*log == NULL)
		return;
	if ((*log)->fd >= 0)
		(void)close((*log)->fd);
	free(*log);
	*log = NULL;
}
