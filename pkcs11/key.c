/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/key.h"

#include <stdlib.h>
#include <string.h>

#include "pkcs11/login.h"
#include "pkcs11/names.h"
#include "pkcs11/uri.h"

struct bytes
tok_key_id(const struct tok_key *k)
{
	return k->object.as.id;
}

struct bytes
tok_key_label(const struct tok_key *k)
{
	return k->object.as.label;
}

const struct pubkey *
tok_key_public(const struct tok_key *k)
{
	return k->pub;
}

bool
tok_key_always_authenticates(const struct tok_key *k)
{
	return k->always;
}

void
tok_key_free(struct tok_key **k)
{
	if (*k == NULL)
		return;
	object_clear(&(*k)->object);
	object_clear(&(*k)->beside);
	free((*k)->way);
	free(*k);
	*k = NULL;
}

/* ---- The public half ------------------------------------------------------ */

/* Reads the objects of HANDLES into K's second one. They must agree about the
 * key: with which of two a signature will verify nobody can know. */
static enum err
take_beside(struct tok *t, struct tok_key *k, const struct buf *handles,
    struct diag *d)
{
	struct object_room *room = NULL;
	struct object o = { 0 };
	enum err e;
	size_t i;

	e = object_room_new(&room, d);
	for (i = 0; e == ERR_OK && i < find_num(handles); i++) {
		e = object_read(&t->own, find_handle(handles, i), room, &o, d);
		if (e == ERR_OK && o.as.key == NULL) {
			object_clear(&o);
		} else if (e == ERR_OK && k->pub == NULL) {
			k->beside = o;
			k->pub = o.as.key;
		} else if (e == ERR_OK) {
			if (!pubkey_equal(k->pub, o.as.key))
				e = diag_set(d, ERR_TOKEN,
				    "the key's public half is in doubt: two "
				    "objects with its id hold different keys");
			object_clear(&o);
		}
	}
	object_room_free(&room);
	return e;
}

/* Looks for a public key, then for a certificate, with the id of K, or with
 * its label where it has no id. */
static enum err
find_public(struct tok *t, struct tok_key *k, struct diag *d)
{
	static const CK_OBJECT_CLASS classes[] = { CKO_PUBLIC_KEY,
		CKO_CERTIFICATE };
	struct bytes id = k->object.as.id, label = bytes_of(NULL, 0);
	enum err e = ERR_OK;
	size_t i;

	if (id.len == 0) {
		id = bytes_of(NULL, 0);
		label = k->object.as.label;
	}
	for (i = 0; e == ERR_OK && k->pub == NULL && i < 2; i++) {
		struct buf handles = { 0 };

		e = find_by(&t->own, classes[i], id, label, &handles, d);
		if (e == ERR_OK)
			e = take_beside(t, k, &handles, d);
		buf_clear(&handles);
	}
	if (e == ERR_OK && k->pub == NULL)
		e = diag_set(d, ERR_TOKEN,
		    "the token does not tell the key's public half, by which "
		    "every signature is checked: store its certificate there, "
		    "under the same id");
	return e;
}

enum err
key_of_handle(struct tok *t, CK_OBJECT_HANDLE h, struct tok_key **ret,
    struct diag *d)
{
	struct object_room *room = NULL;
	struct tok_key *k;
	enum err e;

	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return diag_nomem(d);
	k->tok = t;
	e = object_room_new(&room, d);
	if (e == ERR_OK)
		e = object_read(&t->own, h, room, &k->object, d);
	object_room_free(&room);
	if (e == ERR_OK) {
		k->pub = k->object.as.key;
		k->always = k->object.as.attr[TOK_ATTR_ALWAYS_AUTH] == TOK_YES;
		k->age = t->age;
	}
	if (e == ERR_OK && k->pub == NULL)
		e = find_public(t, k, d);
	if (e == ERR_OK)
		e = key_read_ways(t, k, d);
	if (e == ERR_OK)
		*ret = k;
	else
		tok_key_free(&k);
	return e;
}

/* ---- Finding one ------------------------------------------------------------ */

static enum err
search(struct tok *t, const struct tok_uri *u, struct buf *handles,
    struct diag *d)
{
	struct bytes id = { 0 }, label = { 0 };
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;

	if (u != NULL) {
		id = uri_id(u);
		label = uri_label(u);
		(void)uri_class(u, &class);
	}
	if (class == CKO_SECRET_KEY || class == CKO_DATA)
		return diag_set(d, ERR_USAGE,
		    "the URI's type= names no key that signs");
	return find_by_uri(&t->own, CKO_PRIVATE_KEY, id, label, handles, d);
}

static enum err
search_anew(struct tok *t, const struct tok_uri *u, struct buf *handles,
    struct diag *d)
{
	handles->len = 0;
	return search(t, u, handles, d);
}

static enum err
search_logged_in(struct tok *t, const struct tok_uri *u, struct buf *handles,
    struct diag *d)
{
	enum err e;

	e = search(t, u, handles, d);
	if (e != ERR_OK || find_num(handles) > 1 || t->logged_in)
		return e;
	/* A key that shows itself without a login still wants one to sign, and
	 * another may show itself then. */
	e = tok_login(t, TOK_USER, d);
	if (e == ERR_OK)
		e = search_anew(t, u, handles, d);
	/* Some tokens hide their keys and do not say that they want a login. */
	if (e == ERR_OK && find_num(handles) == 0 && !t->logged_in &&
	    tok_has(&t->info, TOK_PIN_SET)) {
		e = login_whatever(t, TOK_USER, d);
		if (e == ERR_OK)
			e = search_anew(t, u, handles, d);
	}
	return e;
}

static void
tell_keys(struct tok *t, const struct buf *handles)
{
	struct object_room *room = NULL;
	struct buf text = { 0 };
	struct object o = { 0 };
	struct diag d;
	size_t i;

	if (object_room_new(&room, &d) != ERR_OK)
		return;
	for (i = 0; i < find_num(handles) && i < 20; i++) {
		if (object_read(&t->own, find_handle(handles, i), room, &o,
			&d) != ERR_OK)
			break;
		tok_put_object_uri(&text, &t->info, &o.as);
		lib_tell(t->lib, TOK_TELL_CANDIDATE, "%s",
		    buf_cstr(&text) != NULL ? buf_cstr(&text) : "");
		buf_clear(&text);
		object_clear(&o);
	}
	object_room_free(&room);
}

enum err
tok_find_key(struct tok *t, const struct tok_uri *u, struct tok_key **ret,
    struct diag *d)
{
	struct buf handles = { 0 };
	enum err e;

	e = search_logged_in(t, u, &handles, d);
	if (e == ERR_OK && find_num(&handles) == 0)
		e = diag_set(d, ERR_TOKEN,
		    "no private key on the token matches; `ctlsmith token "
		    "show` lists what is there");
	if (e == ERR_OK && find_num(&handles) > 1) {
		tell_keys(t, &handles);
		e = diag_set(d, ERR_TOKEN,
		    "%zu private keys match; name one, by id= or object=",
		    find_num(&handles));
	}
	if (e == ERR_OK)
		e = key_of_handle(t, find_handle(&handles, 0), ret, d);
	buf_clear(&handles);
	return e;
}
