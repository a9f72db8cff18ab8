/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keyload.h"

#include <string.h>

#include "cli/input.h"
#include "cli/out.h"

/* No file with a key and its chain is larger. */
#define KEY_FILE_MAX ((size_t)1024 * 1024)
/* So that the content does not move while it is read, and leaves nothing
 * behind. */
#define ROOM (KEY_FILE_MAX + (size_t)256 * 1024)

static enum err
with_passphrase(struct bytes content, const char *path, struct pin_sources *p,
    struct keyfile **ret, struct diag *d)
{
	struct secret pass = { 0 };
	enum err e;

	e = pin_passphrase(p, path, &pass, d);
	if (e == ERR_OK)
		e = keyfile_read(content, secret_bytes(&pass), ret, d);
	secret_clear(&pass);
	return e;
}

static enum err
read_key(struct bytes content, const char *path, struct pin_sources *p,
    struct keyfile **ret, struct diag *d)
{
	enum err e;

	e = keyfile_read(content, bytes_of(NULL, 0), ret, d);
	return e == ERR_ABSENT ? with_passphrase(content, path, p, ret, d) : e;
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

enum err
keyload_read(const char *path, struct pin_sources *p, struct keyfile **ret,
    struct diag *d)
{
	struct buf content = { 0 };
	struct diag why;
	enum err e;

	diag_init(&why);
	warn_heap();
	buf_reserve(&content, ROOM);
	e = input_load(path, KEY_FILE_MAX, &content, &why);
	if (e == ERR_OK)
		e = read_key(buf_bytes(&content), path, p, ret, &why);
	if (content.ptr != NULL)
		explicit_bzero(content.ptr, content.cap);
	buf_clear(&content);
	return e == ERR_OK ? ERR_OK : diag_set(d, e, "%s: %s", path, why.msg);
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
