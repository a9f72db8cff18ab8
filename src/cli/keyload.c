/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keyload.h"

#include <string.h>
#include <sys/stat.h>

#include "cli/input.h"
#include "cli/out.h"
#include "cli/url.h"

/* No file with a key and its chain is larger. */
#define KEY_FILE_MAX ((size_t)1024 * 1024)
/* So that the content does not move while it is read, and leaves nothing
 * behind. */
#define ROOM (KEY_FILE_MAX + (size_t)256 * 1024)

static void
wipe(struct buf *content)
{
	if (content->ptr != NULL)
		explicit_bzero(content->ptr, content->cap);
	buf_clear(content);
}

void
keyload_end(struct keyload *l)
{
	wipe(&l->content);
	keyfile_free(&l->file);
}

static void
warn_heap(void)
{
	struct diag d;

	if (keyfile_secure())
		return;
	diag_set(&d, ERR_OK,
	    "the key is in memory that may be swapped to the disk: this system "
	    "locks none (RLIMIT_MEMLOCK)");
	out_complain(NULL, &d);
}

static enum err
named(const char *path, enum err e, const struct diag *why, struct diag *d)
{
	return e == ERR_OK ? ERR_OK : diag_set(d, e, "%s: %s", path, why->msg);
}

enum err
keyload_begin(struct keyload *l, const char *path, struct diag *d)
{
	struct diag why;
	enum err e;

	*l = (struct keyload){ .path = path };
	diag_init(&why);
	warn_heap();
	buf_reserve(&l->content, ROOM);
	e = url_is(path) ? diag_set(&why, ERR_USAGE,
			       "a private key is never fetched over a network")
			 : input_load(path, KEY_FILE_MAX, &l->content, &why);
	if (e == ERR_OK) {
		e = keyfile_read(buf_bytes(&l->content), bytes_of(NULL, 0),
		    &l->file, &why);
		if (e == ERR_ABSENT) /* it waits */
			return ERR_OK;
	}
	wipe(&l->content);
	return named(path, e, &why, d);
}

enum err
keyload_open(struct keyload *l, struct pin_sources *p, struct diag *d)
{
	struct secret pass = { 0 };
	struct diag why;
	enum err e;

	if (l->file != NULL)
		return ERR_OK;
	diag_init(&why);
	e = pin_passphrase(p, l->path, &pass, &why);
	if (e == ERR_OK)
		e = keyfile_read(buf_bytes(&l->content), secret_bytes(&pass),
		    &l->file, &why);
	secret_clear(&pass);
	wipe(&l->content);
	return named(l->path, e, &why, d);
}

void
keyload_warn(const struct keyload *l)
{
	struct diag d;
	struct stat st;

	if (l->file == NULL || strcmp(l->path, "-") == 0 ||
	    stat(l->path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & (S_IRGRP | S_IROTH)) == 0)
		return;
	diag_set(&d, ERR_OK,
	    "others may read the file, and its key has no passphrase; chmod "
	    "600 shuts them out");
	out_complain(l->path, &d);
}

enum err
keyload_read(const char *path, struct pin_sources *p, struct keyfile **ret,
    struct diag *d)
{
	struct keyload l;
	enum err e;

	e = keyload_begin(&l, path, d);
	if (e == ERR_OK)
		e = keyload_open(&l, p, d);
	if (e == ERR_OK) {
		*ret = l.file;
		l.file = NULL;
	}
	keyload_end(&l);
	return e;
}

enum err
keyload_cert(const struct keyfile *k, struct bytes *ret, struct diag *d)
{
	struct cert *c = NULL;
	struct diag why;
	bool found = false;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < keyfile_num_certs(k) && !found; i++) {
		e = cert_from_der(keyfile_cert(k, i), &c, &why);
		/* one that does not decode is nobody's */
		if (e == ERR_NOMEM)
			return diag_nomem(d);
		found = e == ERR_OK && cert_has_key(c, keyfile_key(k));
		cert_free(&c);
	}
	*ret = found ? keyfile_cert(k, i - 1) : bytes_of(NULL, 0);
	return ERR_OK;
}
