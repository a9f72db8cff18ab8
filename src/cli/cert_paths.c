/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/folder.h"
#include "cli/url.h"

#define DEPTH_MAX 16

/* Takes PATH. */
static enum err
add_one(struct cert_paths *l, char *path, struct diag *d)
{
	char **more;

	if (path == NULL)
		return diag_nomem(d);
	if (l->num >= CERT_FILES_MAX) {
		free(path);
		return diag_set(d, ERR_TOO_BIG, "more than %d files",
		    CERT_FILES_MAX);
	}
	more = reallocarray(l->at, l->num + 1, sizeof(*more));
	if (more == NULL) {
		free(path);
		return diag_nomem(d);
	}
	l->at = more;
	l->at[l->num++] = path;
	return ERR_OK;
}

static enum err add_folder(struct cert_paths *l, const char *path,
    unsigned depth, struct diag *d);

static enum err
add_entry(struct cert_paths *l, const char *path, const struct folder *f,
    size_t i, unsigned depth, struct diag *d) /* NOLINT(misc-no-recursion) */
{
	size_t len = strlen(path);
	const char *slash = len > 0 && path[len - 1] == '/' ? "" : "/";
	char *name = NULL;
	enum err e = ERR_OK;

	if (folder_kind(f, i) == FOLDER_OTHER)
		return ERR_OK;
	if (asprintf(&name, "%s%s%s", path, slash, folder_name(f, i)) < 0)
		return diag_nomem(d);
	if (folder_kind(f, i) == FOLDER_FILE)
		return add_one(l, name, d);
	if (depth < DEPTH_MAX)
		e = add_folder(l, name, depth + 1, d);
	free(name);
	return e;
}

static enum err
add_folder(struct cert_paths *l, const char *path, unsigned depth,
    struct diag *d) /* NOLINT(misc-no-recursion) */
{
	struct folder f = { .more = false };
	enum err e;
	size_t i;

	e = folder_read(&f, path, "", CERT_FILES_MAX, d);
	if (e == ERR_OK && f.more)
		e = diag_set(d, ERR_TOO_BIG, "more than %d files",
		    CERT_FILES_MAX);
	for (i = 0; e == ERR_OK && i < folder_num(&f); i++)
		e = add_entry(l, path, &f, i, depth, d);
	folder_clear(&f);
	return e;
}

bool
cert_paths_is_folder(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && !url_is(path) &&
	    stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum err
cert_paths_add(struct cert_paths *l, const char *path, struct diag *d)
{
	if (cert_paths_is_folder(path))
		return add_folder(l, path, 0, d);
	return add_one(l, strdup(path), d);
}

enum err
cert_paths_of(struct cert_paths *l, const char *path, struct diag *d)
{
	enum err e = cert_paths_add(l, path, d);

	if (e == ERR_OK && l->num == 0)
		e = diag_set(d, ERR_ABSENT, "no file in this folder");
	return e;
}

void
cert_paths_clear(struct cert_paths *l)
{
	size_t i;

	for (i = 0; i < l->num; i++)
		free(l->at[i]);
	free(l->at);
	memset(l, 0, sizeof(*l));
}
