/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "pkcs11/names.h"
#include "pkcs11/object.h"
#include "pkcs11/uri.h"

struct tok_objects {
	struct object *item;
	size_t num;
};

static const struct {
	const char *name;
	const char *type; /* of a URI */
} classes[] = {
	[TOK_DATA] = { "data", "data" },
	[TOK_CERTIFICATE] = { "certificate", "cert" },
	[TOK_PUBLIC_KEY] = { "public key", "public" },
	[TOK_PRIVATE_KEY] = { "private key", "private" },
	[TOK_SECRET_KEY] = { "secret key", "secret-key" },
	[TOK_OTHER_CLASS] = { "other", NULL },
};

const char *
tok_class_name(enum tok_class c)
{
	return classes[c].name;
}

const char *
tok_class_type(enum tok_class c)
{
	return classes[c].type;
}

#define NAME(id, name) name,

const char *
tok_attr_name(enum tok_attr a)
{
	static const char *const names[] = { TOK_ATTRS(NAME) };

	return names[a];
}

static bool
pairs(const struct object *a, const struct object *key)
{
	if (key->as.class != TOK_PRIVATE_KEY)
		return false;
	if (a->as.key != NULL && key->as.key != NULL)
		return pubkey_equal(a->as.key, key->as.key);
	return a->as.id.len > 0 && bytes_equal(a->as.id, key->as.id);
}

/* The one private key that goes with object A. */
static size_t
pair_of(const struct tok_objects *o, const struct object *a)
{
	size_t i, found = TOK_NO_PAIR;

	for (i = 0; i < o->num; i++) {
		if (!pairs(a, &o->item[i]))
			continue;
		if (found != TOK_NO_PAIR)
			return TOK_NO_PAIR;
		found = i;
	}
	return found;
}

static void
find_pairs(struct tok_objects *o)
{
	size_t i;

	for (i = 0; i < o->num; i++)
		if (o->item[i].as.class == TOK_CERTIFICATE ||
		    o->item[i].as.class == TOK_PUBLIC_KEY)
			o->item[i].as.pair = pair_of(o, &o->item[i]);
}

static enum err
read_all(struct tok *t, const struct buf *handles, struct tok_objects *o,
    struct diag *d)
{
	struct object_room *room = NULL;
	enum err e;

	o->item = calloc(find_num(handles) + 1, sizeof(*o->item));
	if (o->item == NULL)
		return diag_nomem(d);
	e = object_room_new(&room, d);
	for (; e == ERR_OK && o->num < find_num(handles); o->num++) {
		e = object_read(&t->own, find_handle(handles, o->num), room,
		    &o->item[o->num], d);
		if (e != ERR_OK)
			break;
	}
	object_room_free(&room);
	return e;
}

enum err
tok_objects_read(struct tok *t, const struct tok_uri *u,
    struct tok_objects **ret, struct diag *d)
{
	struct bytes id = { 0 }, label = { 0 };
	CK_OBJECT_CLASS class = CK_UNAVAILABLE_INFORMATION;
	struct buf handles = { 0 };
	struct tok_objects *o;
	enum err e;

	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return diag_nomem(d);
	if (u != NULL) {
		id = uri_id(u);
		label = uri_label(u);
		(void)uri_class(u, &class);
	}
	e = find_by(&t->own, class, id, label, &handles, d);
	if (e == ERR_OK)
		e = read_all(t, &handles, o, d);
	buf_clear(&handles);
	if (e != ERR_OK) {
		tok_objects_free(&o);
		return e;
	}
	find_pairs(o);
	*ret = o;
	return ERR_OK;
}

void
tok_objects_free(struct tok_objects **o)
{
	size_t i;

	if (*o == NULL)
		return;
	for (i = 0; i < (*o)->num; i++)
		object_clear(&(*o)->item[i]);
	free((*o)->item);
	free(*o);
	*o = NULL;
}

size_t
tok_objects_num(const struct tok_objects *o)
{
	return o->num;
}

const struct tok_object *
tok_object(const struct tok_objects *o, size_t i)
{
	return &o->item[i].as;
}
