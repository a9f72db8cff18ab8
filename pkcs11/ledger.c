/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define TITLE "PIN ledger 1\n"
#define FILE_LEN_MAX 256
#define FAILURES_MAX 1000000
#define LAST_MAX INT64_C(1000000000000)
/* In hex, with what stands around it, it fits a file's name. */
#define NAME_LEN_MAX 64

struct count {
	unsigned failures;
	int64_t last;
	bool flags_seen;
};

struct ledger {
	int lock;            /* the file that is locked */
	char path[PATH_MAX]; /* of the ledger */
	const char *name;    /* within its folder */
	struct count now, before;
	bool is_tried; /* BEFORE is what undo goes back to */
};

/* ---- The folder ----------------------------------------------------------- */

static enum err
no_folder(const char *folder, int errnum, struct diag *d)
{
	return diag_errno(d, "mkdir", errnum,
	    "cannot make the folder of failed PINs %s", folder);
}

/* Makes the folder PATH with its parents. */
static enum err
make_folder(const char *folder, struct diag *d)
{
	char path[PATH_MAX];
	size_t i, len = strlen(folder);

	if (len == 0 || len >= sizeof(path))
		return no_folder(folder, len == 0 ? ENOENT : ENAMETOOLONG, d);
	memcpy(path, folder, len + 1);
	for (i = 1; i <= len; i++) {
		if (folder[i] != '/' && folder[i] != '\0')
			continue;
		path[i] = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return no_folder(folder, errno, d);
		path[i] = folder[i];
	}
	return ERR_OK;
}

/* Opens the folder, which nobody else may enter: who can write there can give
 * an attacker more tries, or a token fewer. */
static enum err
open_folder(const char *folder, int *ret, struct diag *d)
{
	struct stat st;
	int fd;

	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return diag_errno(d, "open", errno,
		    "cannot open the folder of failed PINs (no symbolic link "
		    "is taken) %s",
		    folder);
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 077) == 0) {
		*ret = fd;
		return ERR_OK;
	}
	(void)close(fd);
	return diag_set(d, ERR_POLICY,
	    "the folder of failed PINs must belong to you and nobody else may "
	    "enter it; \"chmod 700\" it, or name another: %s",
	    folder);
}

static enum err
lock_failed(const struct ledger *l, const char *api, int errnum, struct diag *d)
{
	return diag_errno(d, api, errnum,
	    "cannot lock the ledger of failed PINs %s", l->path);
}

/* Waits for the lock of L, a file beside it that stays. */
static enum err
take_lock(struct ledger *l, int dir, struct diag *d)
{
	char name[NAME_MAX + 1];
	int n;

	(void)snprintf(name, sizeof(name), "%s.lock", l->name);
	l->lock = openat(dir, name,
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (l->lock < 0)
		return lock_failed(l, "openat", errno, d);
	do
		n = flock(l->lock, LOCK_EX);
	while (n != 0 && errno == EINTR);
	return n == 0 ? ERR_OK : lock_failed(l, "flock", errno, d);
}

/* ---- The file --------------------------------------------------------------- */

static void
render(struct buf *out, const struct count *c)
{
	buf_printf(out, TITLE "failures %u\nlast %" PRId64 "\nflags %d\n",
	    c->failures, c->last, c->flags_seen);
}

/* Takes WORD, a number to MAX and the end of the line. */
static bool
take_line(struct bytes *cur, const char *word, int64_t max, int64_t *ret)
{
	struct bytes skip;
	int64_t n = 0;

	if (!bytes_starts(*cur, bytes_of_str(word)) ||
	    !bytes_take(cur, strlen(word), &skip))
		return false;
	for (; cur->len > 0 && *cur->ptr >= '0' && *cur->ptr <= '9' && n <= max;
	     cur->ptr++, cur->len--)
		n = n * 10 + (*cur->ptr - '0');
	*ret = n;
	return n <= max && bytes_take(cur, 1, &skip) && *skip.ptr == '\n';
}

/* What parses and is not as we would write it, does not parse. */
static bool
parse(struct bytes in, struct count *ret)
{
	int64_t failures, last, flags;
	struct buf again = { 0 };
	struct bytes cur = in;
	struct bytes title;
	bool ok;

	if (!bytes_take(&cur, strlen(TITLE), &title) ||
	    !take_line(&cur, "failures ", FAILURES_MAX, &failures) ||
	    !take_line(&cur, "last ", LAST_MAX, &last) ||
	    !take_line(&cur, "flags ", 1, &flags))
		return false;
	*ret = (struct count){ (unsigned)failures, last, flags != 0 };
	render(&again, ret);
	ok = buf_ok(&again) && bytes_equal(buf_bytes(&again), in);
	buf_clear(&again);
	return ok;
}

static enum err
load(struct ledger *l, int dir, struct diag *d)
{
	struct buf b = { 0 };
	struct diag why;
	enum err e;

	diag_init(&why);
	e = file_load_at(dir, l->name, true, FILE_LEN_MAX, &b, &why);
	if (e == ERR_ABSENT)
		e = ERR_OK;
	else if (e == ERR_NOMEM)
		e = diag_nomem(d);
	else if (e != ERR_OK || !parse(buf_bytes(&b), &l->now))
		e = diag_set(d, ERR_SYNTAX,
		    "a ledger of failed PINs cannot be read, so nobody knows "
		    "how many tries are left; find that out and delete it: %s",
		    l->path);
	buf_clear(&b);
	return e;
}

/* Writes C, and only then takes it for true. */
static enum err
store(struct ledger *l, struct count c, struct diag *d)
{
	struct buf b = { 0 };
	enum err e;

	render(&b, &c);
	if (!buf_ok(&b))
		e = diag_nomem(d);
	else
		e = file_write(l->path, buf_bytes(&b),
		    FILE_PRIVATE | FILE_CLOBBER, d);
	buf_clear(&b);
	if (e == ERR_OK)
		l->now = c;
	return e;
}

/* ---- What others call ------------------------------------------------------- */

/* FOLDER/token-HEX.KIND */
static enum err
set_path(struct ledger *l, const char *folder, struct bytes name,
    const char *kind, struct diag *d)
{
	struct buf b = { 0 };
	size_t at;
	enum err e = ERR_OK;

	if (name.len > NAME_LEN_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "the name of a token has at most %d bytes", NAME_LEN_MAX);
	buf_printf(&b, "%s/", folder);
	at = b.len;
	buf_str(&b, "token-");
	text_put_hex(&b, name, "", TEXT_LOWER);
	buf_printf(&b, ".%s", kind);
	buf_u8(&b, '\0');
	if (!buf_ok(&b))
		e = diag_nomem(d);
	else if (b.len > sizeof(l->path))
		e = no_folder(folder, ENAMETOOLONG, d);
	else
		memcpy(l->path, b.ptr, b.len);
	l->name = l->path + at;
	buf_clear(&b);
	return e;
}

enum err
ledger_open(const char *folder, struct bytes name, const char *kind,
    struct ledger **ret, struct diag *d)
{
	struct ledger *l = calloc(1, sizeof(*l));
	int dir = -1;
	enum err e;

	if (l == NULL)
		return diag_nomem(d);
	l->lock = -1;
	e = make_folder(folder, d);
	if (e == ERR_OK)
		e = set_path(l, folder, name, kind, d);
	if (e == ERR_OK)
		e = open_folder(folder, &dir, d);
	if (e != ERR_OK)
		goto out;
	e = take_lock(l, dir, d);
	if (e == ERR_OK)
		e = load(l, dir, d);
	(void)close(dir);
out:
	if (e == ERR_OK)
		*ret = l;
	else
		ledger_close(&l);
	return e;
}

void
ledger_close(struct ledger **l)
{
	if (*l == NULL)
		return;
	if ((*l)->lock >= 0)
		(void)close((*l)->lock);
	free(*l);
	*l = NULL;
}

unsigned
ledger_failures(const struct ledger *l)
{
	return l->now.failures;
}

int64_t
ledger_last(const struct ledger *l)
{
	return l->now.last;
}

bool
ledger_flags_seen(const struct ledger *l)
{
	return l->now.flags_seen;
}

enum err
ledger_attempt(struct ledger *l, int64_t now, struct diag *d)
{
	struct count c = l->now;
	enum err e;

	if (c.failures < FAILURES_MAX)
		c.failures++;
	c.last = now < 0 || now > LAST_MAX ? LAST_MAX : now;
	l->before = l->now;
	e = store(l, c, d);
	l->is_tried = e == ERR_OK;
	return e;
}

enum err
ledger_good(struct ledger *l, struct diag *d)
{
	struct count c = l->now;

	c.failures = 0;
	l->is_tried = false;
	return store(l, c, d);
}

enum err
ledger_undo(struct ledger *l, struct diag *d)
{
	struct count c = l->before;
	enum err e;

	if (!l->is_tried)
		return ERR_OK;
	c.flags_seen = l->now.flags_seen;
	e = store(l, c, d);
	if (e == ERR_OK)
		l->is_tried = false;
	return e;
}

enum err
ledger_saw_flags(struct ledger *l, struct diag *d)
{
	struct count c = l->now;

	if (c.flags_seen)
		return ERR_OK;
	c.flags_seen = true;
	return store(l, c, d);
}
