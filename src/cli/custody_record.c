/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/custody_record.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/* ---- One writer at a time --------------------------------------------------------- */

/*
 * The file is written anew under its name, so that its folder is what can be
 * locked. A file system that locks no folder leaves it at that; a folder that
 * is not there is for whoever writes to complain of.
 */
static enum err
lock(struct custody *c, struct diag *d)
{
	struct buf folder = { 0 };
	size_t len = c->path.len;
	enum err e = ERR_OK;
	int rc;

	if (c->locked)
		return ERR_OK;
	while (len > 0 && c->path.ptr[len - 1] != '/')
		len--;
	buf_put(&folder, bytes_of(c->path.ptr, len));
	buf_str(&folder, ".");
	if (buf_cstr(&folder) == NULL) {
		e = diag_nomem(d);
		goto out;
	}
	c->lock = open(buf_cstr(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->lock < 0)
		goto out;
	do
		rc = flock(c->lock, LOCK_EX);
	while (rc != 0 && errno == EINTR);
	c->locked = true;
out:
	buf_clear(&folder);
	return e;
}

static void
unlock(struct custody *c)
{
	if (c->locked)
		(void)close(c->lock);
	c->locked = false;
}

/* ---- What is there ------------------------------------------------------------------ */

static enum err
set_name(struct tokenfile *inv, const char **member,
    const struct tok_text *text, struct diag *d)
{
	struct buf name = { 0 };
	enum err e;

	custody_put_name(&name, text);
	e = buf_cstr(&name) != NULL
	    ? tokenfile_set(inv, member, buf_cstr(&name), d)
	    : diag_nomem(d);
	buf_clear(&name);
	return e;
}

static enum err
add_token(struct tokenfile *inv, const struct tok_info *i,
    struct tokenfile_token **ret, struct diag *d)
{
	struct buf serial = { 0 };
	enum err e;

	custody_put_name(&serial, &i->serial);
	e = buf_cstr(&serial) != NULL
	    ? tokenfile_add(inv, buf_cstr(&serial), ret, d)
	    : diag_nomem(d);
	/* the command line is not to blame */
	if (e == ERR_USAGE && d != NULL)
		e = d->code = ERR_TOKEN;
	buf_clear(&serial);
	return e;
}

static enum err
record_uri(struct tokenfile *inv, struct tokenfile_token *t,
    const struct tok_info *i, struct diag *d)
{
	struct buf uri = { 0 };
	enum err e;

	tok_put_uri(&uri, i);
	e = buf_cstr(&uri) != NULL
	    ? tokenfile_set(inv, &t->uri, buf_cstr(&uri), d)
	    : diag_nomem(d);
	buf_clear(&uri);
	return e;
}

static enum err
record_cert(struct tokenfile *inv, struct tokenfile_token *t,
    const struct tok_object *o, struct diag *d)
{
	struct buf subject = { 0 }, issuer = { 0 };
	struct tokenfile_cert c = { .subject = NULL };
	struct digest_value sha1;
	enum err e;

	e = digest_of(DIGEST_SHA1, &o->value, 1, &sha1, d);
	if (e == ERR_OK)
		e = cert_put_name(o->cert, CERT_SUBJECT, &subject, d);
	if (e == ERR_OK)
		e = cert_put_name(o->cert, CERT_ISSUER, &issuer, d);
	if (e == ERR_OK) {
		c = (struct tokenfile_cert){ .sha1 = digest_bytes(&sha1),
			.subject = buf_cstr(&subject),
			.issuer = buf_cstr(&issuer),
			.serial = cert_serial(o->cert) };
		e = tokenfile_add_cert(inv, t, &c, d);
	}
	buf_clear(&subject);
	buf_clear(&issuer);
	return e;
}

static enum err
record_certs(struct tokenfile *inv, struct tokenfile_token *t,
    const struct tok_objects *all, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; all != NULL && e == ERR_OK && i < tok_objects_num(all); i++)
		if (tok_object(all, i)->cert != NULL &&
		    tok_object(all, i)->class == TOK_CERTIFICATE)
			e = record_cert(inv, t, tok_object(all, i), d);
	return e;
}

enum err
custody_record(struct custody *c, const struct tok_info *i,
    const struct tok_objects *all, struct tokenfile_token **ret, struct diag *d)
{
	struct tokenfile *inv = &c->inventory;
	struct tokenfile_token *t = NULL;
	enum err e;

	e = lock(c, d);
	if (e == ERR_OK)
		e = custody_reload(c, d);
	if (e == ERR_OK)
		e = custody_find(c, i, &t, d);
	if (e == ERR_OK && t == NULL) {
		e = add_token(inv, i, &t, d);
		if (e == ERR_OK)
			e = record_uri(inv, t, i, d);
	}
	if (e == ERR_OK)
		e = set_name(inv, &t->label, &i->label, d);
	if (e == ERR_OK)
		e = record_certs(inv, t, all, d);
	if (e == ERR_OK)
		*ret = t;
	return e;
}

enum err
custody_save(struct custody *c, struct diag *d)
{
	const char *path = buf_cstr(&c->path);
	enum err e;

	e = path != NULL ? tokenfile_save(&c->inventory, path, d)
			 : diag_nomem(d);
	unlock(c);
	return e;
}

/* ---- What is gone ---------------------------------------------------------------- */

static enum err
is_left(const struct tokenfile_cert *c, const struct tok_objects *left,
    bool *ret, struct diag *d)
{
	struct digest_value sha1;
	enum err e = ERR_OK;
	size_t i;

	*ret = false;
	for (i = 0; left != NULL && e == ERR_OK && i < tok_objects_num(left);
	     i++) {
		const struct tok_object *o = tok_object(left, i);

		if (o->class != TOK_CERTIFICATE)
			continue;
		e = digest_of(DIGEST_SHA1, &o->value, 1, &sha1, d);
		*ret |= e == ERR_OK &&
		    bytes_equal(digest_bytes(&sha1), c->sha1);
	}
	return e;
}

/* *RET: how many of the certificates of T went. */
static enum err
forget_certs(struct tokenfile *inv, struct tokenfile_token *t,
    const struct tok_objects *left, size_t *ret, struct diag *d)
{
	const struct tokenfile_cert *have = t->certificates.item;
	struct doc_maps old = t->certificates;
	enum err e = ERR_OK;
	bool stays;
	size_t i;

	t->certificates.num = 0;
	for (i = 0; e == ERR_OK && i < old.num; i++) {
		e = is_left(&have[i], left, &stays, d);
		if (e == ERR_OK && stays)
			e = tokenfile_add_cert(inv, t, &have[i], d);
	}
	*ret = old.num - t->certificates.num;
	return e;
}

enum err
custody_forget(const char *path, const struct config *config,
    const struct tok_info *i, const struct tok_objects *left, struct diag *d)
{
	/* The lists do not matter, nor whether they can be read. */
	const char *name = path != NULL ? path : config->inventory;
	struct custody c = { .num_lists = 0 };
	struct tokenfile_token *t = NULL;
	size_t num = 0;
	enum err e;

	if (name == NULL)
		return ERR_OK;
	buf_str(&c.path, name);
	e = lock(&c, d);
	if (e == ERR_OK)
		e = custody_reload(&c, d);
	if (e == ERR_OK)
		e = custody_find(&c, i, &t, d);
	if (e == ERR_OK && t != NULL)
		e = forget_certs(&c.inventory, t, left, &num, d);
	if (e == ERR_OK && num > 0)
		e = custody_save(&c, d);
	custody_close(&c);
	return e;
}
