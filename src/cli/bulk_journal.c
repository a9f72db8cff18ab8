/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk_journal.h"

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

#include "base/text.h"
#include "cli/suffix.h"
#include "pki/digest.h"

#define WORD "ctlsmith-sign 1 "
/* A path in which every byte is escaped, and what stands before it. */
#define LINE_MAX_ ((size_t)3 * PATH_MAX + 64)
#define SHORT_ID 16
#define TRIES 8

/* Temporary files of one run before this one. */
struct left {
	struct left *next;
	uint64_t group;
	char path[];
};

struct bulk_journal {
	char *path;
	int fd;
	char id[BULK_ID_LEN + 1];
	int64_t time;
	bool is_resumed;
	off_t end;     /* behind the last whole line */
	uint64_t last; /* group */
	struct left *left;
};

/* ---- Names -------------------------------------------------------------------------- */

static void
put_end(struct buf *out, const char *id)
{
	buf_printf(out, ".ctlsmith-%.*s", SHORT_ID, id);
}

/* A name that has to be cut gets a digest of all of it. */
void
bulk_put_temp(struct buf *out, const char *target, const char *id)
{
	const char *name = suffix_base(target);
	size_t room = NAME_MAX - 1 - strlen(".ctlsmith-") - SHORT_ID;
	struct bytes all = bytes_of_str(name);
	struct digest_value v;

	buf_put(out, bytes_of(target, (size_t)(name - target)));
	buf_u8(out, '.');
	if (all.len <= room) {
		buf_put(out, all);
	} else if (digest_of(DIGEST_SHA256, &all, 1, &v, NULL) == ERR_OK) {
		buf_put(out, bytes_of(name, room - 16));
		text_put_hex(out, bytes_of(v.byte, 8), "", TEXT_LOWER);
	}
	put_end(out, id);
}

/* PATH is one that bulk_put_temp() makes for the run: only such are ever
 * removed, whatever stands in a journal. */
static bool
is_temp(const char *path, const char *id)
{
	const char *name = suffix_base(path);
	struct buf end = { 0 };
	size_t len = strlen(name);
	bool is;

	put_end(&end, id);
	is = buf_ok(&end) && path[0] == '/' && name[0] == '.' &&
	    len > end.len &&
	    memcmp(name + len - end.len, end.ptr, end.len) == 0;
	buf_clear(&end);
	return is;
}

static void
put_escaped(struct buf *out, const char *path)
{
	const uint8_t *c = (const uint8_t *)path;

	for (; *c != '\0'; c++) {
		if (*c > ' ' && *c < 0x7f && *c != '%')
			buf_u8(out, *c);
		else
			buf_printf(out, "%%%02x", *c);
	}
}

/* Decodes TEXT in place; false where it is not spelt so. */
static bool
unescape(char *text)
{
	char *to = text;
	int high, low;

	for (; *text != '\0'; text++) {
		if (*text != '%') {
			*to++ = *text;
			continue;
		}
		high = text_hex_value((uint8_t)text[1]);
		low = high < 0 ? -1 : text_hex_value((uint8_t)text[2]);
		if (low < 0 || high * 16 + low == 0)
			return false;
		*to++ = (char)(high * 16 + low);
		text += 2;
	}
	*to = '\0';
	return true;
}

/* ---- Writing --------------------------------------------------------------------------- */

static enum err
cannot(const struct bulk_journal *j, const char *api, struct diag *d)
{
	return diag_errno(d, api, errno,
	    "cannot write the journal %s (--journal FILE names another)",
	    j->path);
}

/* Writes TEXT behind the last whole line. What a failure leaves of it is
 * overwritten by the next. */
static enum err
append(struct bulk_journal *j, struct buf *text, bool flush, struct diag *d)
{
	struct bytes rest = buf_bytes(text), done;
	off_t at = j->end;
	ssize_t n;

	if (!buf_ok(text))
		return diag_nomem(d);
	while (rest.len > 0) {
		n = pwrite(j->fd, rest.ptr, rest.len, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0 || !bytes_take(&rest, (size_t)n, &done))
			return cannot(j, "write", d);
		at += n;
	}
	if (flush && fsync(j->fd) != 0)
		return cannot(j, "fsync", d);
	j->end = at;
	return ERR_OK;
}

static void
put_temp(struct buf *out, uint64_t group, const char *path)
{
	buf_printf(out, "temp %" PRIu64 " ", group);
	put_escaped(out, path);
	buf_u8(out, '\n');
}

enum err
bulk_journal_group(struct bulk_journal *j, struct bytes temps, uint64_t *ret,
    struct diag *d)
{
	struct buf text = { 0 };
	struct bytes one;
	enum err e;

	while (temps.len > 0 &&
	    bytes_take(&temps, strlen((const char *)temps.ptr) + 1, &one))
		put_temp(&text, j->last + 1, (const char *)one.ptr);
	e = append(j, &text, true, d);
	if (e == ERR_OK)
		*ret = ++j->last;
	buf_clear(&text);
	return e;
}

enum err
bulk_journal_done(struct bulk_journal *j, uint64_t n, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	buf_printf(&text, "done %" PRIu64 "\n", n);
	e = append(j, &text, false, d);
	buf_clear(&text);
	return e;
}

/* ---- Reading ----------------------------------------------------------------------------- */

static enum err
not_ours(const struct bulk_journal *j, struct diag *d)
{
	return diag_set(d, ERR_SYNTAX,
	    "%s is no journal of a run of `ctlsmith sign`, or is damaged; "
	    "nothing was signed",
	    j->path);
}

static enum err
read_head(struct bulk_journal *j, const char *line, struct diag *d)
{
	size_t len = strlen(WORD);
	char *end = NULL;

	if (strncmp(line, WORD, len) != 0 || strlen(line) < len + BULK_ID_LEN)
		return not_ours(j, d);
	if (strncmp(line + len, j->id, BULK_ID_LEN) != 0)
		return diag_set(d, ERR_EXISTS,
		    "%s is the journal of another run, with other files, "
		    "options or another signer: end that one first, or name "
		    "another file",
		    j->path);
	line += len + BULK_ID_LEN;
	errno = 0;
	if (line[0] == ' ')
		j->time = strtoll(line + 1, &end, 10);
	if (end == NULL || end == line + 1 || *end != '\0' || errno != 0)
		return not_ours(j, d);
	return ERR_OK;
}

static enum err
add_left(struct bulk_journal *j, uint64_t group, const char *path,
    struct diag *d)
{
	size_t size = strlen(path) + 1;
	struct left *l = malloc(sizeof(*l) + size);

	if (l == NULL)
		return diag_nomem(d);
	l->group = group;
	memcpy(l->path, path, size);
	l->next = j->left;
	j->left = l;
	return ERR_OK;
}

/* Forgets what is left of GROUP. */
static void
drop_left(struct bulk_journal *j, uint64_t group)
{
	struct left **at = &j->left, *l;

	while ((l = *at) != NULL) {
		if (l->group == group) {
			*at = l->next;
			free(l);
		} else {
			at = &l->next;
		}
	}
}

static enum err
read_line(struct bulk_journal *j, char *line, struct diag *d)
{
	bool is_temp_line = strncmp(line, "temp ", 5) == 0;
	char *rest = NULL;
	uint64_t group;

	if (!is_temp_line && strncmp(line, "done ", 5) != 0)
		return not_ours(j, d);
	errno = 0;
	group = strtoull(line + 5, &rest, 10);
	if (rest == line + 5 || errno != 0)
		return not_ours(j, d);
	if (group > j->last)
		j->last = group;
	if (!is_temp_line) {
		drop_left(j, group);
		return *rest == '\0' ? ERR_OK : not_ours(j, d);
	}
	if (*rest != ' ' || !unescape(rest + 1) || !is_temp(rest + 1, j->id))
		return not_ours(j, d);
	return add_left(j, group, rest + 1, d);
}

/* LINE, which has no end, is what a crash has left of one of ours; of the first
 * one nothing else is believed, since it is overwritten. */
static bool
may_be_torn(const struct bulk_journal *j, const char *line)
{
	size_t len = strlen(line);

	return j->end > 0 ||
	    strncmp(line, WORD, len < strlen(WORD) ? len : strlen(WORD)) == 0;
}

/* Reads the lines of F as far as they are whole. */
static enum err
read_lines(struct bulk_journal *j, FILE *f, struct diag *d)
{
	char *line = malloc(LINE_MAX_);
	enum err e = ERR_OK;
	size_t len;

	if (line == NULL)
		return diag_nomem(d);
	while (e == ERR_OK && fgets(line, LINE_MAX_, f) != NULL) {
		len = strlen(line);
		if (len == 0 || line[len - 1] != '\n') {
			if (!may_be_torn(j, line) || fgetc(f) != EOF)
				e = not_ours(j, d);
			break;
		}
		line[len - 1] = '\0';
		e = j->end == 0 ? read_head(j, line, d) : read_line(j, line, d);
		j->end += (off_t)len;
	}
	if (e == ERR_OK && ferror(f))
		e = diag_errno(d, "read", EIO, "cannot read the journal %s",
		    j->path);
	free(line);
	return e;
}

/* Forgets what is not there any more. The rest becomes a group of its own:
 * so the journal of a run that is killed again and again does not say more
 * and more. */
static enum err
gather_left(struct bulk_journal *j, struct diag *d)
{
	struct buf temps = { 0 }, text = { 0 };
	struct left **at = &j->left, *l;
	struct stat st;
	uint64_t group = 0;
	enum err e = ERR_OK;

	while ((l = *at) != NULL) {
		if (l->group != group)
			buf_printf(&text, "done %" PRIu64 "\n", l->group);
		group = l->group;
		if (lstat(l->path, &st) == 0) {
			buf_put(&temps, bytes_of(l->path, strlen(l->path) + 1));
			at = &l->next;
		} else {
			*at = l->next;
			free(l);
		}
	}
	if (!buf_ok(&temps))
		e = diag_nomem(d);
	else if (temps.len > 0)
		e = bulk_journal_group(j, buf_bytes(&temps), &group, d);
	if (e == ERR_OK)
		e = append(j, &text, true, d);
	buf_clear(&temps);
	buf_clear(&text);
	return e;
}

static enum err
read_all(struct bulk_journal *j, struct diag *d)
{
	int fd = dup(j->fd);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	enum err e;

	if (f == NULL) {
		e = diag_errno(d, "open", errno, "cannot read the journal %s",
		    j->path);
		if (fd >= 0)
			(void)close(fd);
		return e;
	}
	e = read_lines(j, f, d);
	(void)fclose(f);
	return e;
}

/* ---- Opening and closing ------------------------------------------------------------------ */

/* Opens and locks it; *RET_AGAIN: whoever had it before has removed it
 * meanwhile. */
static enum err
open_locked(struct bulk_journal *j, bool *ret_again, struct diag *d)
{
	struct stat st;

	*ret_again = false;
	j->fd = open(j->path,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
	    0600);
	if (j->fd < 0)
		return diag_errno(d, "open", errno,
		    "cannot open the journal %s (--journal FILE names another)",
		    j->path);
	if (flock(j->fd, LOCK_EX | LOCK_NB) != 0)
		return diag_set(d, ERR_POLICY,
		    "another process is at work on the same files: it has "
		    "locked %s",
		    j->path);
	if (fstat(j->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return not_ours(j, d);
	if (st.st_nlink == 0) {
		(void)close(j->fd);
		j->fd = -1;
		*ret_again = true;
	}
	return ERR_OK;
}

/* The name of a new journal must outlive a crash, as what it says does. */
static enum err
flush_folder(const struct bulk_journal *j, struct diag *d)
{
	const char *name = suffix_base(j->path);
	char folder[PATH_MAX];
	enum err e = ERR_OK;
	int fd;

	(void)snprintf(folder, sizeof(folder), "%.*s",
	    name == j->path ? 1 : (int)(name - j->path),
	    name == j->path ? "." : j->path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		e = cannot(j, "fsync", d);
	if (fd >= 0)
		(void)close(fd);
	return e;
}

static enum err
begin(struct bulk_journal *j, int64_t time, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	j->time = time;
	buf_printf(&text, WORD "%s %" PRId64 "\n", j->id, time);
	e = ftruncate(j->fd, 0) == 0 ? append(j, &text, true, d)
				     : cannot(j, "ftruncate", d);
	if (e == ERR_OK)
		e = flush_folder(j, d);
	buf_clear(&text);
	return e;
}

/* NULL where memory is short. */
static struct bulk_journal *
create(const char *path, const char *id)
{
	struct bulk_journal *j = calloc(1, sizeof(*j));
	char *name = strdup(path);

	if (j == NULL || name == NULL) {
		free(j);
		free(name);
		return NULL;
	}
	j->fd = -1;
	j->path = name;
	memcpy(j->id, id, BULK_ID_LEN);
	return j;
}

enum err
bulk_journal_open(const char *path, const char *id, int64_t time,
    struct bulk_journal **ret, struct diag *d)
{
	struct bulk_journal *j = create(path, id);
	bool again = true;
	enum err e;
	int i;

	if (j == NULL)
		return diag_nomem(d);
	e = suffix_make_folders(path, 0700, d);
	for (i = 0; e == ERR_OK && again && i < TRIES; i++)
		e = open_locked(j, &again, d);
	if (e == ERR_OK && again)
		e = not_ours(j, d);
	if (e == ERR_OK)
		e = read_all(j, d);
	j->is_resumed = j->end > 0;
	if (e == ERR_OK)
		e = j->is_resumed ? gather_left(j, d) : begin(j, time, d);
	if (e == ERR_OK)
		*ret = j;
	else
		bulk_journal_close(&j, false);
	return e;
}

bool
bulk_journal_is_resumed(const struct bulk_journal *j)
{
	return j->is_resumed;
}

int64_t
bulk_journal_time(const struct bulk_journal *j)
{
	return j->time;
}

void
bulk_journal_sweep(struct bulk_journal *j, size_t *ret_num)
{
	const struct left *l;

	*ret_num = 0;
	for (l = j->left; l != NULL; l = l->next)
		if (unlink(l->path) == 0)
			++*ret_num;
}

void
bulk_journal_close(struct bulk_journal **j, bool remove)
{
	struct left *l, *next;

	if (*j == NULL)
		return;
	if (remove) /* while nobody else can have it */
		(void)unlink((*j)->path);
	if ((*j)->fd >= 0)
		(void)close((*j)->fd);
	for (l = (*j)->left; l != NULL; l = next) {
		next = l->next;
		free(l);
	}
	free((*j)->path);
	free(*j);
	*j = NULL;
}
