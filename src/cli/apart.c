/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/apart.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool
is_file(const char *path)
{
	return path != NULL && path[0] != '\0' && strcmp(path, "-") != 0;
}

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* The folder of PATH without links, in RET of PATH_MAX bytes. */
static bool
real_folder(const char *path, char *ret)
{
	size_t len = (size_t)(name_of(path) - path);
	char folder[PATH_MAX];

	if (len >= sizeof(folder))
		return false;
	memcpy(folder, path, len);
	folder[len] = '\0';
	return realpath(len == 0 ? "." : folder, ret) != NULL;
}

/* Of names that are both free. */
static bool
would_be_same(const char *a, const char *b)
{
	char folder_a[PATH_MAX], folder_b[PATH_MAX];

	return strcmp(name_of(a), name_of(b)) == 0 &&
	    real_folder(a, folder_a) && real_folder(b, folder_b) &&
	    strcmp(folder_a, folder_b) == 0;
}

static bool
are_same(const char *a, const char *b)
{
	struct stat st_a, st_b;
	bool there_a, there_b;

	if (strcmp(a, b) == 0)
		return true;
	there_a = stat(a, &st_a) == 0;
	there_b = stat(b, &st_b) == 0;
	if (there_a != there_b)
		return false;
	/* of what is no regular file nothing is replaced */
	return there_a ? S_ISREG(st_a.st_mode) && st_a.st_dev == st_b.st_dev &&
		st_a.st_ino == st_b.st_ino
		       : would_be_same(a, b);
}

enum err
apart_check(const struct apart *a, const char *other, struct diag *d)
{
	if (!is_file(a->path) || !is_file(other) || !are_same(a->path, other))
		return ERR_OK;
	return diag_set(d, ERR_USAGE,
	    "--%s %.160s is the same file as %.160s, which would be lost: give "
	    "it another name",
	    a->option, a->path, other);
}

enum err
apart_check_all(const struct apart *a, const struct opt *table,
    const void *target, char **args, struct diag *d)
{
	const char *other;
	enum err e = ERR_OK;

	for (; e == ERR_OK && table->name != NULL; table++) {
		if (table->type != OPT_STRING || table->words == NULL ||
		    strcmp(table->words, OPT_FILES) != 0 ||
		    strcmp(table->name, a->option) == 0)
			continue;
		memcpy(&other, (const char *)target + table->offset,
		    sizeof(other));
		e = apart_check(a, other, d);
	}
	for (; e == ERR_OK && args != NULL && *args != NULL; args++)
		e = apart_check(a, *args, d);
	return e;
}
