/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/object.h"

#include <stdlib.h>
#include <string.h>

#include "pkcs11/names.h"

#define TEXT_ROOM 4096
#define NUMBER_ROOM 2100 /* an RSA modulus of 16,384 bits */

struct object_room {
	CK_ULONG class, key_type, bits;
	uint8_t label[TEXT_ROOM], id[TEXT_ROOM];
	CK_BBOOL flag[TOK_NUM_ATTRS];
	unsigned long allowed[512];
	uint8_t value[FIND_MAX_VALUE];
	uint8_t modulus[NUMBER_ROOM], exponent[NUMBER_ROOM];
	uint8_t params[TEXT_ROOM], point[TEXT_ROOM];
};

enum err
object_room_new(struct object_room **ret, struct diag *d)
{
	struct object_room *r = malloc(sizeof(*r));

	if (r == NULL)
		return diag_nomem(d);
	*ret = r;
	return ERR_OK;
}

void
object_room_free(struct object_room **r)
{
	free(*r);
	*r = NULL;
}

static const CK_ATTRIBUTE_TYPE flag_types[TOK_NUM_ATTRS] = {
	[TOK_ATTR_SENSITIVE] = CKA_SENSITIVE,
	[TOK_ATTR_EXTRACTABLE] = CKA_EXTRACTABLE,
	[TOK_ATTR_ALWAYS_SENSITIVE] = CKA_ALWAYS_SENSITIVE,
	[TOK_ATTR_NEVER_EXTRACTABLE] = CKA_NEVER_EXTRACTABLE,
	[TOK_ATTR_LOCAL] = CKA_LOCAL,
	[TOK_ATTR_ALWAYS_AUTH] = CKA_ALWAYS_AUTHENTICATE,
	[TOK_ATTR_PRIVATE] = CKA_PRIVATE,
	[TOK_ATTR_MODIFIABLE] = CKA_MODIFIABLE,
	[TOK_ATTR_SIGN] = CKA_SIGN,
	[TOK_ATTR_DECRYPT] = CKA_DECRYPT,
	[TOK_ATTR_UNWRAP] = CKA_UNWRAP,
	[TOK_ATTR_DERIVE] = CKA_DERIVE,
};

static enum tok_class
class_of(CK_ULONG class)
{
	switch (class) {
	case CKO_DATA:
		return TOK_DATA;
	case CKO_CERTIFICATE:
		return TOK_CERTIFICATE;
	case CKO_PUBLIC_KEY:
		return TOK_PUBLIC_KEY;
	case CKO_PRIVATE_KEY:
		return TOK_PRIVATE_KEY;
	case CKO_SECRET_KEY:
		return TOK_SECRET_KEY;
	default:
		return TOK_OTHER_CLASS;
	}
}

static enum pubkey_type
type_of(CK_ULONG type)
{
	switch (type) {
	case CKK_RSA:
		return PUBKEY_RSA;
	case CKK_EC:
		return PUBKEY_EC;
	default:
		return PUBKEY_OTHER;
	}
}

/* Copies IN behind *AT of the object's block, aligned for anything. */
static struct bytes
keep(const struct object *o, size_t *at, struct bytes in)
{
	struct bytes out = bytes_of(o->block + *at, in.len);

	if (in.len > 0)
		memcpy(o->block + *at, in.ptr, in.len);
	*at += (in.len + 15) / 16 * 16;
	return out;
}

/* What all objects have. */
static enum err
read_common(struct tok_session *s, struct object *o, struct object_room *r,
    CK_ATTRIBUTE *a, struct diag *d)
{
	enum err e;

	a[0] = (CK_ATTRIBUTE){ CKA_CLASS, &r->class, sizeof(r->class) };
	a[1] = (CK_ATTRIBUTE){ CKA_LABEL, r->label, sizeof(r->label) };
	a[2] = (CK_ATTRIBUTE){ CKA_ID, r->id, sizeof(r->id) };
	a[3] = (CK_ATTRIBUTE){ CKA_KEY_TYPE, &r->key_type,
		sizeof(r->key_type) };
	e = find_read(s, o->handle, a, 4, d);
	if (e != ERR_OK)
		return e;
	o->as.readable = find_bytes(&a[0]).len == sizeof(CK_ULONG);
	o->as.class = class_of(find_number(&a[0], CK_UNAVAILABLE_INFORMATION));
	o->as.type = type_of(find_number(&a[3], CK_UNAVAILABLE_INFORMATION));
	return ERR_OK;
}

/* The numbers of a key, by its kind; two of them. */
static void
ask_for_numbers(const struct object *o, struct object_room *r, CK_ATTRIBUTE *a)
{
	bool rsa = o->as.type == PUBKEY_RSA;

	a[0] = rsa ? (CK_ATTRIBUTE){ CKA_MODULUS, r->modulus, NUMBER_ROOM }
		   : (CK_ATTRIBUTE){ CKA_EC_PARAMS, r->params, TEXT_ROOM };
	a[1] = rsa
	    ? (CK_ATTRIBUTE){ CKA_PUBLIC_EXPONENT, r->exponent, NUMBER_ROOM }
	    : (CK_ATTRIBUTE){ CKA_EC_POINT, r->point, TEXT_ROOM };
}

static void
decode_key(struct object *o, const CK_ATTRIBUTE *a)
{
	struct bytes x = find_bytes(&a[0]), y = find_bytes(&a[1]);
	struct diag d;

	if (x.len == 0 || y.len == 0)
		return;
	if (o->as.type == PUBKEY_RSA)
		(void)(pubkey_from_rsa_parts(x, y, &o->key, &d) == ERR_OK);
	else if (o->as.type == PUBKEY_EC)
		(void)(pubkey_from_ec(x, y, &o->key, &d) == ERR_OK);
	o->as.key = o->key;
	if (o->key != NULL)
		o->as.bits = pubkey_bits(o->key);
}

/* The size of an RSA key that tells its modulus and nothing more. */
static void
size_key(struct object *o, const CK_ATTRIBUTE *a)
{
	struct bytes n = find_bytes(&a[0]);

	if (o->as.bits == 0 && o->as.type == PUBKEY_RSA) {
		while (n.len > 0 && n.ptr[0] == 0)
			n = bytes_of(n.ptr + 1, n.len - 1);
		o->as.bits = (unsigned)n.len * 8;
	}
}

static enum err
read_key(struct tok_session *s, struct object *o, struct object_room *r,
    CK_ATTRIBUTE *a, struct diag *d)
{
	CK_ULONG i, num = 0;
	enum err e;

	ask_for_numbers(o, r, a);
	num = 2;
	for (i = 0; i < TOK_NUM_ATTRS; i++)
		a[num++] = (CK_ATTRIBUTE){ flag_types[i], &r->flag[i],
			sizeof(r->flag[i]) };
	a[num++] = (CK_ATTRIBUTE){ CKA_ALLOWED_MECHANISMS, r->allowed,
		sizeof(r->allowed) };
	e = find_read(s, o->handle, a, num, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < TOK_NUM_ATTRS; i++)
		o->as.attr[i] = find_answer(&a[2 + i]);
	decode_key(o, a);
	size_key(o, a);
	return ERR_OK;
}

static enum err
read_value(struct tok_session *s, struct object *o, struct object_room *r,
    CK_ATTRIBUTE *a, struct diag *d)
{
	a[0] = (CK_ATTRIBUTE){ CKA_VALUE, r->value, sizeof(r->value) };
	return find_read(s, o->handle, a, 1, d);
}

static void
decode_cert(struct object *o)
{
	struct diag d;

	if (cert_from_der(o->as.value, &o->cert, &d) != ERR_OK)
		return;
	o->as.cert = o->cert;
	o->as.key = cert_key(o->cert);
	if (o->as.key != NULL) {
		o->as.type = pubkey_type(o->as.key);
		o->as.bits = pubkey_bits(o->as.key);
	}
}

/* Moves what was read out of the room. */
static enum err
keep_all(struct object *o, const CK_ATTRIBUTE *common, struct bytes value,
    struct bytes allowed, struct diag *d)
{
	struct bytes label = find_bytes(&common[1]),
		     id = find_bytes(&common[2]);
	size_t at = 0;

	o->block = malloc(label.len + id.len + value.len + allowed.len + 64);
	if (o->block == NULL)
		return diag_nomem(d);
	o->as.allowed =
	    (const unsigned long *)(const void *)keep(o, &at, allowed).ptr;
	o->as.num_allowed = allowed.len / sizeof(o->as.allowed[0]);
	o->as.label = keep(o, &at, label);
	o->as.id = keep(o, &at, id);
	o->as.value = keep(o, &at, value);
	return ERR_OK;
}

enum err
object_read(struct tok_session *s, CK_OBJECT_HANDLE h, struct object_room *room,
    struct object *ret, struct diag *d)
{
	struct bytes value = { 0 }, allowed = { 0 };
	struct object o = { .handle = h };
	CK_ATTRIBUTE common[4], a[2 + TOK_NUM_ATTRS + 1];
	size_t i;
	enum err e;

	o.as.pair = TOK_NO_PAIR;
	for (i = 0; i < TOK_NUM_ATTRS; i++)
		o.as.attr[i] = TOK_NOT_SAID;
	e = read_common(s, &o, room, common, d);
	if (e == ERR_OK && o.as.class == TOK_CERTIFICATE) {
		e = read_value(s, &o, room, a, d);
		value = find_bytes(&a[0]);
	} else if (e == ERR_OK &&
	    (o.as.class == TOK_PRIVATE_KEY || o.as.class == TOK_PUBLIC_KEY ||
		o.as.class == TOK_SECRET_KEY)) {
		e = read_key(s, &o, room, a, d);
		allowed = find_bytes(&a[2 + TOK_NUM_ATTRS]);
	}
	if (e == ERR_OK)
		e = keep_all(&o, common, value, allowed, d);
	if (e == ERR_OK && o.as.class == TOK_CERTIFICATE)
		decode_cert(&o);
	if (e == ERR_OK)
		*ret = o;
	else
		object_clear(&o);
	return e;
}

void
object_clear(struct object *o)
{
	free(o->block);
	cert_free(&o->cert);
	pubkey_free(&o->key);
	memset(o, 0, sizeof(*o));
}
