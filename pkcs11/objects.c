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

static const char *const classes[] = {
	[TOK_DATA] = "data",
	[TOK_CERTIFICATE] = "certificate",
	[TOK_PUBLIC_KEY] = "public key",
	[TOK_PRIVATE_KEY] = "private key",
	[TOK_SECRET_KEY] = "secret key",
	[TOK_OTHER_CLASS] = "other",
};

const char *
tok_class_name(enum tok_class c)
{
	return classes[c];
}

const char *
tok_class_type(enum tok_class c)
{
	static const char *const types[] = {
		[TOK_DATA] = "data",
		[TOK_CERTIFICATE] = "cert",
		[TOK_PUBLIC_KEY] = "public",
		[TOK_PRIVATE_KEY] = "private",
		[TOK_SECRET_KEY] = "secret-key",
		[TOK_OTHER_CLASS] = NULL,
	};

	return types[c];
}

#define NAME(id, name) name,

const char *
tok_attr_name(enum tok_attr a)
{
	static const char *const names[] = { TOK_ATTRS(NAME) };

	return names[a];
}

static bool
has_same_half(const struct object *a, const struct object *key)
{
	return a->as.key != NULL && key->as.key != NULL &&
	    pubkey_equal(a->as.key, key->as.key);
}

/* And nothing speaks against it. */
static bool
has_same_id(const struct object *a, const struct object *key)
{
	if (a->as.key != NULL &&
	    (key->as.key != NULL || a->as.type != key->as.type))
		return false;
	return a->as.id.len > 0 && bytes_equal(a->as.id, key->as.id);
}

/* The place of the only private key that is so with A; they stand first. */
static size_t
only_key(const struct tok_objects *o, const struct object *a,
    bool (*is_so)(const struct object *a, const struct object *key))
{
	size_t i, found = TOK_NO_PAIR;

	for (i = 0; i < o->num && o->item[i].as.class == TOK_PRIVATE_KEY; i++) {
		if (!is_so(a, &o->item[i]))
			continue;
		if (found != TOK_NO_PAIR)
			return TOK_NO_PAIR;
		found = i;
	}
	return found;
}

/* The one private key that goes with object A. */
static size_t
pair_of(const struct tok_objects *o, const struct object *a)
{
	size_t found = only_key(o, a, has_same_half);

	return found != TOK_NO_PAIR ? found : only_key(o, a, has_same_id);
}

/* Private keys first, then what goes with them. */
static int
rank(enum tok_class c)
{
	static const int ranks[] = {
		[TOK_PRIVATE_KEY] = 0,
		[TOK_PUBLIC_KEY] = 1,
		[TOK_CERTIFICATE] = 2,
		[TOK_SECRET_KEY] = 3,
		[TOK_DATA] = 4,
		[TOK_OTHER_CLASS] = 5,
	};

	return ranks[c];
}

/* Modules list objects in any order, and not in the same one each time. */
static int
by_rank(const void *x, const void *y)
{
	const struct tok_object *a = &((const struct object *)x)->as;
	const struct tok_object *b = &((const struct object *)y)->as;
	int c = rank(a->class) - rank(b->class);

	if (c == 0)
		c = bytes_order(a->id, b->id);
	if (c == 0)
		c = bytes_order(a->label, b->label);
	return c != 0 ? c : bytes_order(a->value, b->value);
}

/* A private EC key tells no public half: it is that of the public key with its
 * id, where there is one. */
static void
lend_half(struct tok_object *key, const struct tok_object *public)
{
	if (key->key != NULL || public->key == NULL)
		return;
	key->key = public->key;
	key->bits = public->bits;
}

static void
find_pairs(struct tok_objects *o)
{
	struct tok_object *as;
	size_t i;

	for (i = 0; i < o->num; i++) {
		as = &o->item[i].as;
		if (as->class != TOK_CERTIFICATE && as->class != TOK_PUBLIC_KEY)
			continue;
		as->pair = pair_of(o, &o->item[i]);
		if (as->class == TOK_PUBLIC_KEY && as->pair != TOK_NO_PAIR)
			lend_half(&o->item[as->pair].as, as);
	}
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

static enum err
read_class(struct tok *t, const struct tok_uri *u, CK_OBJECT_CLASS class,
    struct tok_objects **ret, struct diag *d)
{
	struct bytes id = { 0 }, label = { 0 };
	struct buf handles = { 0 };
	struct tok_objects *o;
	enum err e;

	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return diag_nomem(d);
	if (u != NULL) {
		id = uri_id(u);
		label = uri_label(u);
	}
	e = find_by_uri(&t->own, class, id, label, &handles, d);
	if (e == ERR_OK)
		e = read_all(t, &handles, o, d);
	buf_clear(&handles);
	if (e != ERR_OK) {
		tok_objects_free(&o);
		return e;
	}
	qsort(o->item, o->num, sizeof(*o->item), by_rank);
	find_pairs(o);
	*ret = o;
	return ERR_OK;
}

enum err
tok_objects_read(struct tok *t, const struct tok_uri *u,
    struct tok_objects **ret, struct diag *d)
{
	CK_OBJECT_CLASS class = CK_UNAVAILABLE_INFORMATION;

	if (u != NULL)
		(void)uri_class(u, &class);
	return read_class(t, u, class, ret, d);
}

enum err
tok_certs_read(struct tok *t, const struct tok_uri *u, struct tok_objects **ret,
    struct diag *d)
{
	return read_class(t, u, CKO_CERTIFICATE, ret, d);
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
