/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
folder_clear(struct folder *f)
{
	buf_clear(&f->names);
	buf_clear(&f->index);
}

size_t
folder_num(const struct folder *f)
{
	return f->index.len / sizeof(size_t);
}

static const char *
at(const struct folder *f, size_t i)
{
	size_t start;

	memcpy(&start, f->index.ptr + i * sizeof(start), sizeof(start));
	return (const char *)f->names.ptr + start;
}

const char *
folder_name(const struct folder *f, size_t i)
{
	return at(f, i) + 1;
}

enum folder_kind
folder_kind(const struct folder *f, size_t i)
{
	return (enum folder_kind)at(f, i)[0];
}

static int
compare(const void *a, const void *b, void *names)
{
	size_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return strcmp((const char *)names + x + 1, (const char *)names + y + 1);
}

static void
sort(struct folder *f)
{
	if (f->index.len > 0)
		qsort_r(f->index.ptr, folder_num(f), sizeof(size_t), compare,
		    f->names.ptr);
}

/* Sorts F and keeps no more than the first MAX names. */
static void
cut(struct folder *f, size_t max)
{
	struct folder kept = { .more = true };
	const char *entry;
	size_t i;

	sort(f);
	if (folder_num(f) <= max)
		return;
	for (i = 0; i < max; i++) {
		entry = at(f, i);
		buf_put(&kept.index,
		    bytes_of(&kept.names.len, sizeof(kept.names.len)));
		buf_put(&kept.names, bytes_of(entry, strlen(entry + 1) + 2));
	}
	folder_clear(f);
	*f = kept;
}

/* File systems that do not say what a name is have to be asked. */
static enum folder_kind
kind_of(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type == DT_DIR)
		return FOLDER_DIR;
	if (entry->d_type == DT_REG)
		return FOLDER_FILE;
	if (entry->d_type != DT_UNKNOWN ||
	    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return FOLDER_OTHER;
	if (S_ISDIR(st.st_mode))
		return FOLDER_DIR;
	return S_ISREG(st.st_mode) ? FOLDER_FILE : FOLDER_OTHER;
}

static void
add(struct folder *f, const char *name, enum folder_kind kind)
{
	size_t start = f->names.len;

	buf_u8(&f->names, (uint8_t)kind);
	buf_put(&f->names, bytes_of(name, strlen(name) + 1));
	buf_put(&f->index, bytes_of(&start, sizeof(start)));
}

static bool
is_good(const struct folder *f)
{
	return buf_ok(&f->names) && buf_ok(&f->index);
}

static enum err
read_names(struct folder *f, DIR *dir, const char *after, size_t max,
    struct diag *d)
{
	const struct dirent *entry;

	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL && errno != 0)
			return diag_errno(d, "readdir", errno,
			    "cannot read this folder");
		if (entry == NULL)
			break;
		if (entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, after) <= 0)
			continue;
		add(f, entry->d_name, kind_of(dir, entry));
		if (folder_num(f) >= 2 * max)
			cut(f, max);
		if (!is_good(f))
			break;
	}
	cut(f, max);
	return is_good(f) ? ERR_OK : diag_nomem(d);
}

enum err
folder_read(struct folder *f, const char *path, const char *after, size_t max,
    struct diag *d)
{
	DIR *dir = opendir(path);
	enum err e;

	f->names.len = f->index.len = 0;
	f->more = false;
	if (dir == NULL)
		return diag_errno(d, "opendir", errno,
		    "cannot read this folder");
	e = read_names(f, dir, after, max, d);
	(void)closedir(dir);
	if (e != ERR_OK)
		folder_clear(f);
	return e;
}
