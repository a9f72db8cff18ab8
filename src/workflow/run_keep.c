/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "pki/digest.h"
#include "workflow/run_parts.h"

#define KEPT_MAX ((size_t)64 << 20)
#define BESIDE_MAX 10000 /* files of one name */

static enum err
path_of(const struct run *r, const char *file, struct buf *ret, struct diag *d)
{
	buf_printf(ret, "%s/%s", r->setup->folder, file);
	return buf_cstr(ret) == NULL ? diag_nomem(d) : ERR_OK;
}

static enum err
sha_of(struct bytes bytes, struct buf *ret, struct diag *d)
{
	struct digest_value v;
	enum err e = digest_of(DIGEST_SHA256, &bytes, 1, &v, d);

	if (e != ERR_OK)
		return e;
	text_put_hex(ret, digest_bytes(&v), "", TEXT_LOWER);
	return buf_cstr(ret) == NULL ? diag_nomem(d) : ERR_OK;
}

static enum err
load(const struct run *r, const char *file, struct buf *ret, struct diag *d)
{
	struct buf path = { 0 };
	enum err e = path_of(r, file, &path, d);

	if (e == ERR_OK)
		e = file_load(buf_cstr(&path), KEPT_MAX, ret, d);
	buf_clear(&path);
	return e;
}

/* FILE is NAME, or NAME with ".2" and so on. */
static bool
is_called(const char *file, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(file, name, len) != 0)
		return false;
	if (file[len] == '\0')
		return true;
	return file[len] == '.' && file[len + 1] != '\0' &&
	    file[len + 1 + strspn(file + len + 1, "0123456789")] == '\0';
}

/* ---- To keep. ---- */

/* The one that was kept last stands last. */
static enum err
note(struct run *r, const char *file, const char *sha, struct diag *d)
{
	struct journal_pair p = { 0 }, *room;
	size_t i;
	enum err e;

	for (i = 0; i < r->num_kept; i++) {
		if (strcmp(r->kept[i].name, file) != 0)
			continue;
		p = r->kept[i];
		memmove(&r->kept[i], &r->kept[i + 1],
		    (r->num_kept - i - 1) * sizeof(p));
		r->kept[r->num_kept - 1] = p;
		return ERR_OK;
	}
	room = reallocarray(r->kept, r->num_kept + 1, sizeof(*room));
	if (room == NULL)
		return diag_nomem(d);
	r->kept = room;
	e = run_pair_set(&p, file, sha, d);
	if (e == ERR_OK)
		r->kept[r->num_kept++] = p;
	return e;
}

/* One who was killed may have given the file its name, and not flushed that. */
static enum err
flush_folder(const struct run *r, struct diag *d)
{
	int fd, failed;

	fd = open(r->setup->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return diag_errno(d, "open", errno,
		    "cannot open the folder of the run");
	failed = fsync(fd) == 0 ? 0 : errno;
	(void)close(fd);
	return failed == 0 ? ERR_OK
			   : diag_errno(d, "fsync", failed,
				 "cannot bring the folder of the run to the "
				 "disk");
}

/* Writes BYTES as FILE. ERR_EXISTS: other bytes stand there. */
static enum err
keep_as(struct run *r, const char *file, struct bytes bytes, struct diag *d)
{
	struct buf path = { 0 }, has = { 0 };
	enum err e = path_of(r, file, &path, d);

	if (e == ERR_OK)
		e = file_write(buf_cstr(&path), bytes, FILE_PRIVATE, d);
	if (e == ERR_EXISTS) {
		e = file_load(buf_cstr(&path), KEPT_MAX, &has, d);
		if (e == ERR_OK && bytes_equal(buf_bytes(&has), bytes))
			e = flush_folder(r, d);
		else if (e == ERR_OK || e == ERR_TOO_BIG)
			e = ERR_EXISTS;
	}
	buf_clear(&path);
	buf_clear(&has);
	return e;
}

enum err
run_keep(struct run *r, const char *name, struct bytes bytes, struct diag *d)
{
	struct buf file = { 0 }, sha = { 0 };
	enum err e = ERR_EXISTS;
	unsigned i;

	if (r->setup->dry)
		return ERR_OK;
	for (i = 1; e == ERR_EXISTS && i <= BESIDE_MAX; i++) {
		buf_clear(&file);
		buf_str(&file, name);
		if (i > 1)
			buf_printf(&file, ".%u", i);
		e = buf_cstr(&file) == NULL
		    ? diag_nomem(d)
		    : keep_as(r, buf_cstr(&file), bytes, d);
	}
	if (e == ERR_EXISTS)
		e = diag_set(d, ERR_EXISTS,
		    "there are too many files called %.100s in the folder of "
		    "the run",
		    name);
	if (e == ERR_OK)
		e = sha_of(bytes, &sha, d);
	if (e == ERR_OK)
		e = note(r, buf_cstr(&file), buf_cstr(&sha), d);
	buf_clear(&file);
	buf_clear(&sha);
	return e;
}

void
run_forget_kept(struct run *r)
{
	size_t i;

	for (i = 0; i < r->num_kept; i++)
		run_pair_clear(&r->kept[i]);
	free(r->kept);
	r->kept = NULL;
	r->num_kept = 0;
}

/* ---- What was kept. ---- */

/* The line was taken back later. */
static bool
is_undone(const struct journal *j, size_t i)
{
	const char *step = journal_at(j, i)->step;

	while (step != NULL && ++i < journal_num(j)) {
		const struct journal_line *l = journal_at(j, i);

		if (l->event == JOURNAL_UNDONE && l->step != NULL &&
		    strcmp(l->step, step) == 0)
			return true;
	}
	return false;
}

static const struct journal_pair *
find_in(const struct journal_pair *pair, size_t num, const char *name)
{
	while (num-- > 0) {
		if (is_called(pair[num].name, name))
			return &pair[num];
	}
	return NULL;
}

static const struct journal_pair *
find(const struct run *r, const char *name)
{
	const struct journal *j = r->setup->journal;
	const struct journal_pair *p = find_in(r->kept, r->num_kept, name);
	size_t i;

	for (i = journal_num(j); p == NULL && i-- > 0;) {
		const struct journal_line *l = journal_at(j, i);

		if (l->num_files > 0 && !is_undone(j, i))
			p = find_in(l->files, l->num_files, name);
	}
	return p;
}

const char *
run_kept_name(const struct run *r, const char *name)
{
	const struct journal_pair *p = find(r, name);

	return p == NULL ? NULL : p->name;
}

static enum err
changed(const char *file, struct diag *d)
{
	return diag_set(d, ERR_POLICY,
	    "%.100s in the folder of the run is not what the run kept: it was "
	    "changed or removed; put it back, or make a new plan",
	    file);
}

/* Appends the file that P names to RET. */
static enum err
load_pair(const struct run *r, const struct journal_pair *p, struct buf *ret,
    struct diag *d)
{
	struct buf text = { 0 }, sha = { 0 };
	enum err e = load(r, p->name, &text, d);

	if (e == ERR_ABSENT || e == ERR_TOO_BIG)
		e = changed(p->name, d);
	if (e == ERR_OK)
		e = sha_of(buf_bytes(&text), &sha, d);
	if (e == ERR_OK && strcmp(buf_cstr(&sha), p->value) != 0)
		e = changed(p->name, d);
	if (e == ERR_OK) {
		buf_put(ret, buf_bytes(&text));
		e = buf_ok(ret) ? ERR_OK : diag_nomem(d);
	}
	buf_clear(&text);
	buf_clear(&sha);
	return e;
}

enum err
run_kept(struct run *r, const char *name, struct buf *ret, struct diag *d)
{
	const struct journal_pair *p = find(r, name);

	if (p == NULL)
		return diag_set(d, ERR_ABSENT,
		    "no step has kept %.100s in the folder of the run", name);
	return load_pair(r, p, ret, d);
}

enum err
run_check_kept(struct run *r, struct diag *d)
{
	const struct journal *j = r->setup->journal;
	struct buf text = { 0 };
	enum err e = ERR_OK;
	size_t i, k;

	for (i = 0; e == ERR_OK && i < journal_num(j); i++) {
		const struct journal_line *l = journal_at(j, i);

		for (k = 0; e == ERR_OK && k < l->num_files; k++) {
			buf_clear(&text);
			if (!is_undone(j, i))
				e = load_pair(r, &l->files[k], &text, d);
		}
	}
	buf_clear(&text);
	return e;
}
