/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/folder.h"
#include "cli/input.h"

#define DEPTH_MAX 16

/* ---- Paths -------------------------------------------------------------------- */

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

static bool
is_folder(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 &&
	    S_ISDIR(st.st_mode);
}

enum err
cert_paths_add(struct cert_paths *l, const char *path, struct diag *d)
{
	if (is_folder(path))
		return add_folder(l, path, 0, d);
	return add_one(l, strdup(path), d);
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

/* ---- Files -------------------------------------------------------------------- */

enum err
cert_file_load(const char *path, struct cert_file *f, struct diag *d)
{
	enum err e;

	memset(f, 0, sizeof(*f));
	f->path = path;
	e = input_load(path, CERT_FILE_MAX, &f->content, d);
	f->loaded = e == ERR_OK;
	if (e == ERR_OK)
		e = pasted_read(buf_bytes(&f->content), &f->pasted, d);
	return e;
}

void
cert_file_clear(struct cert_file *f)
{
	pasted_clear(&f->pasted);
	buf_clear(&f->content);
	memset(f, 0, sizeof(*f));
}

/* ---- Piles -------------------------------------------------------------------- */

static enum err
add_certs(struct cert_pile *p, const struct pasted *pasted, struct diag *d)
{
	const struct cert **more;
	size_t i;

	if (pasted->num_certs == 0)
		return ERR_OK;
	more = reallocarray(p->cert, p->num_certs + pasted->num_certs,
	    sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	p->cert = more;
	for (i = 0; i < pasted->num_certs; i++)
		p->cert[p->num_certs++] = pasted->certs[i];
	return ERR_OK;
}

/* Loads file I; of a FOLDER it is left out where that does not work. */
static enum err
load_one(struct cert_pile *p, size_t i, bool folder, struct out *out,
    struct diag *d)
{
	struct cert_file *f = &p->file[p->num];
	struct diag why;
	enum err e;

	diag_init(&why);
	e = cert_file_load(p->paths.at[i], f, &why);
	/* the content is not looked at again */
	buf_clear(&f->content);
	if (e == ERR_OK) {
		p->num++;
		return add_certs(p, &f->pasted, d);
	}
	cert_file_clear(f);
	if (folder && e != ERR_NOMEM) {
		out_error(out, p->paths.at[i], &why);
		return ERR_OK;
	}
	*d = why;
	return e;
}

enum err
cert_pile_load(const char *where, struct cert_pile *p, struct out *out,
    struct diag *d)
{
	bool folder = is_folder(where);
	enum err e;
	size_t i;

	memset(p, 0, sizeof(*p));
	e = cert_paths_add(&p->paths, where, d);
	if (e != ERR_OK || p->paths.num == 0)
		return e;
	p->file = calloc(p->paths.num, sizeof(*p->file));
	if (p->file == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < p->paths.num; i++)
		e = load_one(p, i, folder, out, d);
	return e;
}

void
cert_pile_clear(struct cert_pile *p)
{
	size_t i;

	for (i = 0; i < p->num; i++)
		cert_file_clear(&p->file[i]);
	free(p->file);
	free(p->cert);
	cert_paths_clear(&p->paths);
	memset(p, 0, sizeof(*p));
}
