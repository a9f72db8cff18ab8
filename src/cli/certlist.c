/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/certlist.h"

#include <stdlib.h>
#include <string.h>

#include "cli/token.h"

static void
clear_item(struct certlist_item *i)
{
	cert_free(&i->cert);
	buf_clear(&i->uri);
}

void
certlist_clear(struct certlist *l)
{
	size_t i;

	for (i = 0; i < l->num; i++)
		clear_item(&l->item[i]);
	free(l->item);
	l->item = NULL;
	l->num = 0;
}

static bool
has(const struct certlist *l, const struct cert *c)
{
	size_t i;

	for (i = 0; i < l->num; i++)
		if (bytes_equal(cert_der(l->item[i].cert), cert_der(c)))
			return true;
	return false;
}

/* Takes C over, whatever the outcome; URI may be NULL. */
static enum err
add(struct certlist *l, struct cert *c, struct buf *uri, struct diag *d)
{
	struct certlist_item *more, item = { .cert = c };
	enum err e = ERR_OK;

	if (uri != NULL) {
		item.uri = *uri;
		buf_init(uri);
	}
	if (has(l, c))
		goto out;
	if (l->num == CERTLIST_MAX) {
		e = diag_set(d, ERR_TOO_BIG,
		    "there are more than %d certificates", CERTLIST_MAX);
		goto out;
	}
	more = reallocarray(l->item, l->num + 1, sizeof(*more));
	if (more == NULL) {
		e = diag_nomem(d);
		goto out;
	}
	l->item = more;
	more[l->num++] = item;
	return ERR_OK;
out:
	clear_item(&item);
	return e;
}

static enum err
add_content(struct certlist *l, struct bytes content, struct diag *d)
{
	struct cert *c = NULL;
	enum err e = cert_from_file(content, &c, d);

	return e == ERR_OK ? add(l, c, NULL, d) : e;
}

enum err
certlist_add_file(struct certlist *l, struct bytes content, struct diag *d)
{
	struct bytes one;
	enum err e = ERR_OK;

	if (content.len == 0 ||
	    memmem(content.ptr, content.len, "-----BEGIN ", 11) == NULL)
		return add_content(l, content, d);
	while (e == ERR_OK && cert_take_pem(&content, &one))
		e = add_content(l, one, d);
	return e;
}

static enum err
add_object(struct certlist *l, const struct tok *t, const struct tok_object *o,
    struct diag *d)
{
	struct cert *c = NULL;
	struct buf uri = { 0 };
	enum err e;

	if (o->cert == NULL)
		return ERR_OK;
	tok_put_object_uri(&uri, tok_info(t), o);
	e = buf_ok(&uri) ? cert_from_der(cert_der(o->cert), &c, d)
			 : diag_nomem(d);
	if (e == ERR_OK)
		e = add(l, c, &uri, d);
	buf_clear(&uri);
	return e;
}

enum err
certlist_add_token(struct certlist *l, struct tok *t, const struct tok_uri *u,
    struct diag *d)
{
	struct tok_objects *all = NULL;
	enum err e;
	size_t i;

	e = tok_certs_read(t, u, &all, d);
	for (i = 0; e == ERR_OK && i < tok_objects_num(all); i++)
		e = add_object(l, t, tok_object(all, i), d);
	tok_objects_free(&all);
	return e;
}

enum err
certlist_add_key(struct certlist *l, const struct keyfile *k, struct diag *d)
{
	struct cert *c = NULL;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < keyfile_num_certs(k); i++) {
		e = cert_from_der(keyfile_cert(k, i), &c, d);
		if (e == ERR_OK)
			e = add(l, c, NULL, d);
		else if (e != ERR_NOMEM)
			e = ERR_OK; /* nobody's */
	}
	return e;
}

void
certlist_keep(struct certlist *l, const struct pubkey *key)
{
	size_t i, kept = 0;

	for (i = 0; i < l->num; i++) {
		if (cert_has_key(l->item[i].cert, key))
			l->item[kept++] = l->item[i];
		else
			clear_item(&l->item[i]);
	}
	l->num = kept;
}

static void
tell(struct certlist *l)
{
	const char *uri;
	size_t i;

	for (i = 0; i < l->num; i++) {
		uri = buf_cstr(&l->item[i].uri);
		if (uri != NULL && uri[0] != '\0')
			token_tell(TOK_TELL_CANDIDATE, uri);
	}
}

enum err
certlist_only(struct certlist *l, struct cert **ret, struct diag *d)
{
	if (l->num == 0)
		return diag_set(d, ERR_ABSENT, "there is no certificate");
	if (l->num > 1) {
		tell(l);
		return diag_set(d, ERR_SYNTAX,
		    "there are %zu certificates; give the one that is meant",
		    l->num);
	}
	*ret = l->item[0].cert;
	l->item[0].cert = NULL;
	certlist_clear(l);
	return ERR_OK;
}
