/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key from a file: created as an object, or, where the token refuses that,
 * unwrapped by it under a key that is used once.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "pkcs11/make.h"
#include "pkcs11/names.h"
#include "pki/oaep.h"

#define NUM(a) (sizeof(a) / sizeof((a)[0]))
#define KEK_LEN 32
#define NEWER_CKM_AES_KEY_WRAP_KWP 0x210bUL /* PKCS#11 3.0 */

struct import {
	struct make make;
	const struct keyfile *file;
	enum pubkey_type type;
	struct keyfile_part part[KEYFILE_NUM_PARTS];
	struct secret kek;
	CK_MECHANISM_TYPE unwrap; /* CK_UNAVAILABLE_INFORMATION: none */
	CK_OBJECT_HANDLE once[3]; /* objects of the session: KEK, pair */
};

enum {
	ONCE_KEK,
	ONCE_PUBLIC,
	ONCE_PRIVATE
};

/* ---- Templates ------------------------------------------------------------------ */

enum {
	DROP_USES = 1,
	DROP_EXTRACTABLE,
	DROP_ALL = DROP_EXTRACTABLE
};

static const struct make_flag private_flags[] = {
	{ CKA_TOKEN, CK_TRUE, 0 },
	{ CKA_PRIVATE, CK_TRUE, 0 },
	{ CKA_SENSITIVE, CK_TRUE, 0 },
	{ CKA_SIGN, CK_TRUE, 0 },
	{ CKA_DECRYPT, CK_FALSE, DROP_USES },
	{ CKA_UNWRAP, CK_FALSE, DROP_USES },
	{ CKA_DERIVE, CK_FALSE, DROP_USES },
	{ CKA_EXTRACTABLE, CK_FALSE, DROP_EXTRACTABLE },
};

static const struct make_flag public_flags[] = {
	{ CKA_TOKEN, CK_TRUE, 0 },
	{ CKA_VERIFY, CK_TRUE, 0 },
	{ CKA_PRIVATE, CK_FALSE, DROP_USES },
};

/* What is used once lives and ends with the session. */
static const struct make_flag once_flags[] = {
	{ CKA_TOKEN, CK_FALSE, 0 },
	{ CKA_UNWRAP, CK_TRUE, 0 },
	{ CKA_SENSITIVE, CK_TRUE, 0 },
	{ CKA_EXTRACTABLE, CK_FALSE, 0 },
};

static const struct make_flag once_public_flags[] = {
	{ CKA_TOKEN, CK_FALSE, 0 },
	{ CKA_WRAP, CK_TRUE, 0 },
};

static const struct {
	enum keyfile_part_id id;
	CK_ATTRIBUTE_TYPE type;
	enum pubkey_type of;
	bool half[2]; /* enum make_half */
} parts[] = {
	{ KEYFILE_RSA_MODULUS, CKA_MODULUS, PUBKEY_RSA, { true, true } },
	{ KEYFILE_RSA_PUBLIC, CKA_PUBLIC_EXPONENT, PUBKEY_RSA, { true, true } },
	{ KEYFILE_RSA_PRIVATE, CKA_PRIVATE_EXPONENT, PUBKEY_RSA,
	    { false, true } },
	{ KEYFILE_RSA_PRIME1, CKA_PRIME_1, PUBKEY_RSA, { false, true } },
	{ KEYFILE_RSA_PRIME2, CKA_PRIME_2, PUBKEY_RSA, { false, true } },
	{ KEYFILE_RSA_EXPONENT1, CKA_EXPONENT_1, PUBKEY_RSA, { false, true } },
	{ KEYFILE_RSA_EXPONENT2, CKA_EXPONENT_2, PUBKEY_RSA, { false, true } },
	{ KEYFILE_RSA_COEFFICIENT, CKA_COEFFICIENT, PUBKEY_RSA,
	    { false, true } },
	{ KEYFILE_EC_PARAMS, CKA_EC_PARAMS, PUBKEY_EC, { true, true } },
	{ KEYFILE_EC_SCALAR, CKA_VALUE, PUBKEY_EC, { false, true } },
	{ KEYFILE_EC_POINT, CKA_EC_POINT, PUBKEY_EC, { true, false } },
};

static const CK_OBJECT_CLASS key_classes[] = { CKO_PUBLIC_KEY,
	CKO_PRIVATE_KEY };
static const CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY;
static const CK_KEY_TYPE rsa_type = CKK_RSA, ec_type = CKK_EC,
			 aes_type = CKK_AES;

static enum err
load_parts(struct import *i, struct diag *d)
{
	enum err e = ERR_OK;
	size_t n;

	for (n = 0; e == ERR_OK && n < NUM(parts); n++)
		if (parts[n].of == i->type)
			e = keyfile_get(i->file, parts[n].id,
			    &i->part[parts[n].id], d);
	return e;
}

static void
put_kind(struct make_template *t, const CK_OBJECT_CLASS *class,
    const CK_KEY_TYPE *type)
{
	make_put(t, CKA_CLASS, bytes_of(class, sizeof(*class)));
	make_put(t, CKA_KEY_TYPE, bytes_of(type, sizeof(*type)));
}

/* All but the numbers. */
static void
put_head(const struct import *i, enum make_half half, unsigned dropped,
    struct make_template *t)
{
	put_kind(t, &key_classes[half],
	    i->type == PUBKEY_RSA ? &rsa_type : &ec_type);
	if (half == MAKE_PRIVATE)
		make_put_flags(t, private_flags, NUM(private_flags), dropped);
	else
		make_put_flags(t, public_flags, NUM(public_flags), dropped);
	make_put(t, CKA_LABEL, i->make.label);
	make_put(t, CKA_ID, i->make.id);
}

static void
put_parts(const struct import *i, enum make_half half, struct make_template *t)
{
	size_t n;

	for (n = 0; n < NUM(parts); n++)
		if (parts[n].of == i->type && parts[n].half[half])
			make_put(t, parts[n].type,
			    keyfile_part_bytes(&i->part[parts[n].id]));
}

/* ---- Attempts ---------------------------------------------------------------------- */

/* Another way will not do better. */
static bool
is_final(CK_RV rv)
{
	static const CK_RV list[] = { CKR_HOST_MEMORY, CKR_DEVICE_MEMORY,
		CKR_TOKEN_WRITE_PROTECTED, CKR_SESSION_READ_ONLY,
		CKR_USER_NOT_LOGGED_IN };
	size_t n;

	for (n = 0; n < NUM(list); n++)
		if (rv == list[n])
			return true;
	return rv_is_gone(rv);
}

/* The half is there although the call failed. */
static bool
left_something(struct import *i, enum make_half half)
{
	struct diag d;

	i->make.handle[half] = CK_INVALID_HANDLE;
	return make_check_free(&i->make, key_classes[half], &d) != ERR_OK;
}

/* One way of putting a half there: makes the call with what is not dropped. */
typedef CK_RV import_call(struct import *i, enum make_half half,
    unsigned dropped);

/*
 * Drops what is not liked until it goes. ERR_UNSUPPORTED where the token
 * refuses, and another way may do: D says how it refused.
 */
static enum err
attempt(struct import *i, enum make_half half, import_call *call,
    const char *api, struct diag *d)
{
	struct tok *t = i->make.tok;
	unsigned dropped;
	enum err e;
	CK_RV rv;

	for (dropped = 0;; dropped++) {
		e = session_ready(&t->own, d);
		if (e != ERR_OK)
			return e;
		i->make.tried = true;
		rv = call(i, half, dropped);
		if (rv == CKR_OK)
			return ERR_OK;
		e = is_final(rv) ? session_fail(&t->own, d, api, rv)
				 : rv_fail(d, api, rv);
		if (is_final(rv) || left_something(i, half))
			return e;
		if (dropped == DROP_ALL || !make_may_drop(rv))
			break;
	}
	d->code = ERR_UNSUPPORTED;
	return d->code;
}

static CK_RV
call_create(struct import *i, enum make_half half, unsigned dropped)
{
	const struct tok *t = i->make.tok;
	struct make_template tpl = { .num = 0 };

	put_head(i, half, dropped, &tpl);
	put_parts(i, half, &tpl);
	return p11_create(&t->module->p11, t->own.handle, tpl.item, tpl.num,
	    &i->make.handle[half]);
}

/* ---- Unwrapping ---------------------------------------------------------------------- */

static void
choose_unwrap(struct import *i, const struct tok_mechanism *list, size_t num)
{
	static const CK_MECHANISM_TYPE ways[] = { NEWER_CKM_AES_KEY_WRAP_KWP,
		CKM_AES_KEY_WRAP_PAD };
	size_t w, n;

	i->unwrap = CK_UNAVAILABLE_INFORMATION;
	for (w = NUM(ways); w-- > 0;)
		for (n = 0; n < num; n++)
			if (list[n].type == ways[w] &&
			    (list[n].flags & (1u << TOK_MECH_UNWRAP)) != 0)
				i->unwrap = ways[w];
}

static enum err
ready_unwrap(struct import *i, struct diag *d)
{
	struct tok_mechanism *list = NULL;
	uint8_t kek[KEK_LEN];
	size_t num = 0;
	enum err e;

	e = tok_mechanisms(i->make.tok, &list, &num, d);
	if (e != ERR_OK)
		return e;
	choose_unwrap(i, list, num);
	free(list);
	if (i->unwrap == CK_UNAVAILABLE_INFORMATION)
		return diag_set(d, ERR_UNSUPPORTED,
		    "it offers no mechanism to unwrap a key");
	if (getrandom(kek, sizeof(kek), 0) != (ssize_t)sizeof(kek))
		return diag_set(d, ERR_IO, "no random bytes");
	e = secret_set(&i->kek, bytes_of(kek, sizeof(kek)), d);
	explicit_bzero(kek, sizeof(kek));
	return e;
}

static CK_RV
call_unwrap_raw(struct import *i, CK_MECHANISM *m, enum make_half half,
    unsigned dropped, struct bytes wrapped)
{
	const struct tok *t = i->make.tok;
	struct make_template tpl = { .num = 0 };
	struct p11_wrapped w = { i->once[ONCE_KEK], wrapped };
	struct p11_template view;

	put_head(i, half, dropped, &tpl);
	view = make_view(&tpl);
	return p11_unwrap(&t->module->p11, t->own.handle, m, &w, &view,
	    &i->make.handle[half]);
}

static CK_RV
call_unwrap(struct import *i, enum make_half half, unsigned dropped)
{
	CK_MECHANISM m = { i->unwrap, NULL, 0 };
	struct buf wrapped = { 0 };
	struct diag d;
	CK_RV rv;

	if (keyfile_wrap(i->file, secret_bytes(&i->kek), &wrapped, &d) !=
	    ERR_OK)
		return CKR_HOST_MEMORY;
	rv = call_unwrap_raw(i, &m, half, dropped, buf_bytes(&wrapped));
	buf_clear(&wrapped);
	return rv;
}

static void
put_kek(struct make_template *t)
{
	put_kind(t, &secret_class, &aes_type);
	make_put_flags(t, once_flags, NUM(once_flags), 0);
}

static enum err
create_kek(struct import *i, struct diag *d)
{
	const struct tok *t = i->make.tok;
	struct make_template tpl = { .num = 0 };
	CK_RV rv;

	put_kek(&tpl);
	make_put(&tpl, CKA_VALUE, secret_bytes(&i->kek));
	rv = p11_create(&t->module->p11, t->own.handle, tpl.item, tpl.num,
	    &i->once[ONCE_KEK]);
	if (rv == CKR_OK)
		return ERR_OK;
	i->once[ONCE_KEK] = CK_INVALID_HANDLE;
	return rv_fail(d, "C_CreateObject", rv);
}

static enum err
make_once_pair(struct import *i, struct diag *d)
{
	static const CK_ULONG bits = 2048;
	static const uint8_t exponent[] = { 1, 0, 1 };
	const struct tok *t = i->make.tok;
	CK_MECHANISM m = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	struct make_template pub = { .num = 0 }, prv = { .num = 0 };
	struct p11_template half[2];
	CK_RV rv;

	make_put_flags(&pub, once_public_flags, NUM(once_public_flags), 0);
	make_put(&pub, CKA_MODULUS_BITS, bytes_of(&bits, sizeof(bits)));
	make_put(&pub, CKA_PUBLIC_EXPONENT,
	    bytes_of(exponent, sizeof(exponent)));
	make_put_flags(&prv, once_flags, NUM(once_flags), 0);
	half[MAKE_PUBLIC] = make_view(&pub);
	half[MAKE_PRIVATE] = make_view(&prv);
	rv = p11_generate_pair(&t->module->p11, t->own.handle, &m, half,
	    &i->once[ONCE_PUBLIC]);
	if (rv == CKR_OK)
		return ERR_OK;
	i->once[ONCE_PUBLIC] = i->once[ONCE_PRIVATE] = CK_INVALID_HANDLE;
	return rv_fail(d, "C_GenerateKeyPair", rv);
}

/* Appends the KEK, encrypted for the pair. */
static enum err
encrypt_kek(struct import *i, struct buf *ret, struct diag *d)
{
	struct object_room *room = NULL;
	struct object o = { 0 };
	enum err e;

	e = object_room_new(&room, d);
	if (e == ERR_OK)
		e = object_read(&i->make.tok->own, i->once[ONCE_PUBLIC], room,
		    &o, d);
	if (e == ERR_OK && o.as.key == NULL)
		e = diag_set(d, ERR_TOKEN, "it does not show a public key");
	if (e == ERR_OK)
		e = oaep_put(o.as.key, secret_bytes(&i->kek), ret, d);
	object_clear(&o);
	object_room_free(&room);
	return e;
}

static enum err
unwrap_kek(struct import *i, struct diag *d)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = { CKM_SHA_1, CKG_MGF1_SHA1,
		CKZ_DATA_SPECIFIED, NULL, 0 };
	CK_MECHANISM m = { CKM_RSA_PKCS_OAEP, &oaep, sizeof(oaep) };
	const struct tok *t = i->make.tok;
	struct make_template tpl = { .num = 0 };
	struct p11_template view;
	struct p11_wrapped w;
	struct buf wrapped = { 0 };
	enum err e;
	CK_RV rv;

	e = encrypt_kek(i, &wrapped, d);
	if (e == ERR_OK) {
		put_kek(&tpl);
		view = make_view(&tpl);
		w = (struct p11_wrapped){ i->once[ONCE_PRIVATE],
			buf_bytes(&wrapped) };
		rv = p11_unwrap(&t->module->p11, t->own.handle, &m, &w, &view,
		    &i->once[ONCE_KEK]);
		if (rv != CKR_OK) {
			i->once[ONCE_KEK] = CK_INVALID_HANDLE;
			e = rv_fail(d, "C_UnwrapKey", rv);
		}
	}
	buf_clear(&wrapped);
	return e;
}

static enum err
pair_and_kek(struct import *i, struct diag *d)
{
	enum err e = make_once_pair(i, d);

	return e == ERR_OK ? unwrap_kek(i, d) : e;
}

/* They end with the session in any case. */
static void
destroy_once(struct import *i)
{
	struct diag d;
	size_t n;

	for (n = 0; n < NUM(i->once); n++) {
		if (i->once[n] != CK_INVALID_HANDLE)
			(void)(make_destroy(i->make.tok, i->once[n], &d) ==
			    ERR_OK);
		i->once[n] = CK_INVALID_HANDLE;
	}
}

/* ERR_UNSUPPORTED where the next way may do. */
static enum err
by_kek(struct import *i, enum err (*put)(struct import *i, struct diag *d),
    struct diag *d)
{
	enum err e;

	e = session_ready(&i->make.tok->own, d);
	if (e != ERR_OK)
		return e;
	e = put(i, d);
	if (e == ERR_OK)
		e = attempt(i, MAKE_PRIVATE, call_unwrap, "C_UnwrapKey", d);
	else if (e == ERR_TOKEN && !tok_is_gone(d))
		e = ERR_UNSUPPORTED;
	destroy_once(i);
	return e;
}

/* ---- All of it ------------------------------------------------------------------------- */

static enum err
no_way(struct diag *d)
{
	struct diag last = *d;

	return diag_set(d, ERR_UNSUPPORTED,
	    "the token takes no private keys from outside: %.200s", last.msg);
}

static enum err
put_private(struct import *i, const char **ret_mechanism, struct diag *d)
{
	enum err e;

	e = attempt(i, MAKE_PRIVATE, call_create, "C_CreateObject", d);
	if (e != ERR_UNSUPPORTED)
		return e;
	e = ready_unwrap(i, d);
	if (e == ERR_OK) {
		*ret_mechanism = mech_name(i->unwrap);
		e = by_kek(i, create_kek, d);
		if (e == ERR_UNSUPPORTED)
			e = by_kek(i, pair_and_kek, d);
	}
	return e == ERR_UNSUPPORTED ? no_way(d) : e;
}

/* Not every token takes one, and the private key may tell it. */
static enum err
put_public(struct import *i, struct diag *d)
{
	enum err e;

	e = attempt(i, MAKE_PUBLIC, call_create, "C_CreateObject", d);
	if (e != ERR_UNSUPPORTED)
		return e;
	lib_tell(i->make.tok->lib, TOK_TELL_WARNING,
	    "the token does not take the public half: %s", d->msg);
	return ERR_OK;
}

static enum err
import(struct import *i, const char **ret_mechanism, struct diag *d)
{
	enum err e;

	e = put_private(i, ret_mechanism, d);
	if (e == ERR_OK)
		e = put_public(i, d);
	if (e == ERR_OK)
		e = make_read_back(&i->make, d);
	return e == ERR_OK ? make_prove(&i->make, d) : e;
}

static enum err
prepare(struct import *i, struct diag *d)
{
	enum err e;

	e = make_check_names(i->make.label, i->make.id, d);
	if (e == ERR_OK)
		e = make_ready(i->make.tok, d);
	if (e == ERR_OK)
		e = make_check_free(&i->make, CKO_PRIVATE_KEY, d);
	if (e == ERR_OK)
		e = make_check_free(&i->make, CKO_PUBLIC_KEY, d);
	return e == ERR_OK ? load_parts(i, d) : e;
}

enum err
tok_import_key(struct tok *t, const struct keyfile *f, struct bytes label,
    struct bytes id, struct tok_key **ret, struct diag *d)
{
	struct import i = { .make = { .tok = t, .label = label, .id = id },
		.file = f };
	struct tok_event event = { .operation = "key-import" };
	enum err e;
	size_t n;

	i.make.expected = keyfile_key(f);
	i.type = pubkey_type(i.make.expected);
	e = prepare(&i, d);
	if (e == ERR_OK) {
		e = import(&i, &event.mechanism, d);
		e = make_end(&i.make, &event, e, ret, d);
	}
	for (n = 0; n < KEYFILE_NUM_PARTS; n++)
		keyfile_part_clear(&i.part[n]);
	secret_clear(&i.kek);
	return e;
}
