/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "workflow/journal_line.h"

struct journal {
	int fd;      /* -1: only looked at */
	bool broken; /* a line may be torn: nothing goes behind it */
	uint64_t size;
	char sum[JOURNAL_LINE_SUM + 1];  /* of the last line */
	struct journal_line_kept **line; /* each stays where it is */
	size_t num, room;
};

static void
free_line(struct journal_line_kept **k)
{
	journal_line_clear(*k);
	free(*k);
	*k = NULL;
}

void
journal_close(struct journal **j)
{
	size_t i;

	if (*j == NULL)
		return;
	for (i = 0; i < (*j)->num; i++)
		free_line(&(*j)->line[i]);
	free((void *)(*j)->line);
	if ((*j)->fd >= 0)
		(void)close((*j)->fd);
	free(*j);
	*j = NULL;
}

/* Room for one line more. */
static enum err
reserve(struct journal *j, struct diag *d)
{
	size_t room = j->room == 0 ? 32 : j->room * 2;
	struct journal_line_kept **line;

	if (j->num < j->room)
		return ERR_OK;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	line = reallocarray((void *)j->line, room, sizeof(*line));
	if (line == NULL)
		return diag_nomem(d);
	j->line = line;
	j->room = room;
	return ERR_OK;
}

static enum err
take(struct journal *j, struct bytes text, struct diag *d)
{
	struct journal_line_kept *k;
	enum err e = reserve(j, d);

	if (e != ERR_OK)
		return e;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return diag_nomem(d);
	e = journal_line_get(text, (unsigned)(j->num + 1), j->sum, k, d);
	if (e == ERR_OK)
		j->line[j->num++] = k;
	else
		free(k);
	return e;
}

/* All whole lines of TEXT. */
static enum err
take_all(struct journal *j, struct bytes text, struct diag *d)
{
	struct bytes line;
	const uint8_t *end;
	enum err e = ERR_OK;

	while (e == ERR_OK && text.len > 0 &&
	    (end = memchr(text.ptr, '\n', text.len)) != NULL) {
		line = bytes_of(text.ptr, (size_t)(end - text.ptr));
		e = take(j, line, d);
		j->size += line.len + 1;
		text = bytes_of(end + 1, text.len - line.len - 1);
	}
	return e;
}

/* The journal is PLAN's, in every run that went on with it. */
static enum err
check_plan(const struct journal *j, const char *plan, struct diag *d)
{
	size_t i;

	if (j->num == 0)
		return ERR_OK;
	if (plan == NULL)
		plan = j->line[0]->line.plan;
	for (i = 0; i < j->num; i++) {
		const char *has = j->line[i]->line.plan;

		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
		if (has != NULL && strcmp(has, plan) != 0)
			return diag_set(d, ERR_EXISTS,
			    "the journal is that of another plan, or the plan "
			    "was changed since its run began (%.16s... then, "
			    "%.16s... now)",
			    has, plan);
	}
	return ERR_OK;
}

static enum err
read_all(struct journal *j, int fd, const char *plan, struct diag *d)
{
	struct buf text = { 0 };
	enum err e = file_load_fd(fd, JOURNAL_MAX, &text, d);

	if (e == ERR_OK)
		e = take_all(j, buf_bytes(&text), d);
	if (e == ERR_OK)
		e = check_plan(j, plan, d);
	buf_clear(&text);
	return e;
}

static enum err
new_journal(struct journal **ret, struct diag *d)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return diag_nomem(d);
	j->fd = -1;
	*ret = j;
	return ERR_OK;
}

enum err
journal_load(const char *path, const char *plan, struct journal **ret,
    struct diag *d)
{
	struct journal *j = NULL;
	enum err e = new_journal(&j, d);
	int fd = e == ERR_OK ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;

	if (e == ERR_OK && fd < 0 && errno == ENOENT)
		e = diag_set(d, ERR_ABSENT,
		    "there is no journal: the plan was not run yet");
	else if (e == ERR_OK && fd < 0)
		e = diag_errno(d, "open", errno, "cannot open the journal");
	if (e == ERR_OK)
		e = read_all(j, fd, plan, d);
	if (fd >= 0)
		(void)close(fd);
	if (e == ERR_OK)
		*ret = j;
	else
		journal_close(&j);
	return e;
}

/* ---- To write. ---- */

static enum err
open_locked(const char *path, int *ret, struct diag *d)
{
	struct stat st;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	*ret = open(path,
	    O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
		O_NOCTTY,
	    0600);
	if (*ret < 0)
		return diag_errno(d, "open", errno, "cannot open the journal");
	if (fstat(*ret, &st) != 0)
		return diag_errno(d, "fstat", errno,
		    "cannot look at the journal");
	if (!S_ISREG(st.st_mode))
		return diag_set(d, ERR_UNSUPPORTED,
		    "a journal is a regular file, and this is none");
	if (flock(*ret, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	if (errno == EWOULDBLOCK)
		return diag_set(d, ERR_POLICY,
		    "another process runs this plan: it has the journal open");
	return diag_errno(d, "flock", errno, "cannot lock the journal");
}

/* The folder has the name of the journal on the disk, too. */
static enum err
flush_folder(const char *path, struct diag *d)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	int fd, failed;

	if (len >= sizeof(folder))
		return diag_set(d, ERR_TOO_BIG, "the path is too long");
	memcpy(folder, path, len);
	folder[len] = '\0';
	fd = open(len == 0 ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return diag_errno(d, "open", errno,
		    "cannot open the folder of the journal");
	failed = fsync(fd) == 0 ? 0 : errno;
	(void)close(fd);
	return failed == 0 ? ERR_OK
			   : diag_errno(d, "fsync", failed,
				 "cannot bring the folder of the journal to "
				 "the disk");
}

/* Takes off what stands behind the last whole line. */
static enum err
cut(const struct journal *j, struct diag *d)
{
	if (ftruncate(j->fd, (off_t)j->size) != 0 || fsync(j->fd) != 0)
		return diag_errno(d, "ftruncate", errno,
		    "cannot take the line off that was cut short");
	return ERR_OK;
}

static enum err
write_all(int fd, struct bytes text, struct diag *d)
{
	ssize_t n;

	while (text.len > 0) {
		n = write(fd, text.ptr, text.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return diag_errno(d, "write", errno,
			    "cannot append to the journal");
		text = bytes_of(text.ptr + n, text.len - (size_t)n);
	}
	if (fsync(fd) != 0)
		return diag_errno(d, "fsync", errno,
		    "cannot bring the journal to the disk");
	return ERR_OK;
}

/* Appends LINE, whose n is set. The line is read as it was written, so that
 * both are one. */
static enum err
append(struct journal *j, const struct journal_line *line, struct diag *d)
{
	char sum[JOURNAL_LINE_SUM + 1];
	struct buf text = { 0 };
	enum err e;

	memcpy(sum, j->sum, sizeof(sum));
	e = journal_line_put(line, sum, &text, d);
	if (e == ERR_OK && j->size + text.len > JOURNAL_MAX)
		e = diag_set(d, ERR_TOO_BIG, "the journal is full");
	if (e == ERR_OK)
		e = reserve(j, d);
	if (e == ERR_OK) {
		j->broken = true;
		e = write_all(j->fd, buf_bytes(&text), d);
	}
	if (e == ERR_OK)
		e = take(j, bytes_of(text.ptr, text.len - 1), d);
	if (e == ERR_OK) {
		j->broken = false;
		j->size += text.len;
	}
	buf_clear(&text);
	return e;
}

static enum err
start(struct journal *j, const char *path, const char *plan, int64_t now,
    struct diag *d)
{
	struct journal_line line = { .at = now, .event = JOURNAL_OPEN };
	enum err e = open_locked(path, &j->fd, d);

	if (e == ERR_OK)
		e = read_all(j, j->fd, plan, d);
	if (e == ERR_OK)
		e = cut(j, d);
	line.n = (unsigned)(j->num + 1);
	line.plan = plan;
	if (e == ERR_OK)
		e = append(j, &line, d);
	if (e == ERR_OK)
		e = flush_folder(path, d);
	return e;
}

enum err
journal_open(const char *path, const char *plan, int64_t now,
    struct journal **ret, struct diag *d)
{
	struct journal *j = NULL;
	enum err e = new_journal(&j, d);

	if (e == ERR_OK)
		e = start(j, path, plan, now, d);
	if (e == ERR_OK)
		*ret = j;
	else
		journal_close(&j);
	return e;
}

enum err
journal_add(struct journal *j, const struct journal_line *line, struct diag *d)
{
	struct journal_line copy = *line;

	if (j->fd < 0 || j->broken)
		return diag_set(d, ERR_IO,
		    "nothing more is written to the journal, since a line "
		    "before could not be");
	copy.n = (unsigned)(j->num + 1);
	copy.plan = NULL;
	return append(j, &copy, d);
}

/* ---- To look. ---- */

size_t
journal_num(const struct journal *j)
{
	return j->num;
}

const struct journal_line *
journal_at(const struct journal *j, size_t i)
{
	return &j->line[i]->line;
}

const struct journal_line *
journal_last(const struct journal *j, const char *step)
{
	size_t i;

	for (i = j->num; i-- > 0;) {
		const struct journal_line *l = &j->line[i]->line;

		if (l->step != NULL && strcmp(l->step, step) == 0 &&
		    l->event != JOURNAL_OVERRIDE && l->event != JOURNAL_WAIVED)
			return l;
	}
	return NULL;
}

const struct journal_line *
journal_facts(const struct journal *j)
{
	size_t i;

	for (i = j->num; i-- > 0;) {
		if (j->line[i]->line.num_facts > 0)
			return &j->line[i]->line;
	}
	return NULL;
}
