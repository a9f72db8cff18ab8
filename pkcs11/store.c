/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates stored, objects destroyed. */
#include <string.h>

#include "pkcs11/make.h"
#include "pkcs11/names.h"

#define NOTHING ((struct bytes){ 0 })

/* ---- A certificate ----------------------------------------------------------- */

struct store {
	struct tok *tok;
	struct bytes der, label, id;
	struct object_room *room;
};

/* Whether object H is the certificate, and, where ID is given, has that. */
static enum err
is_it(struct store *s, CK_OBJECT_HANDLE h, struct bytes id, bool *ret,
    struct diag *d)
{
	struct object o = { 0 };
	enum err e;

	e = object_read(&s->tok->own, h, s->room, &o, d);
	if (e != ERR_OK)
		return e;
	*ret = bytes_equal(o.as.value, s->der) &&
	    (id.ptr == NULL || bytes_equal(o.as.id, id));
	object_clear(&o);
	return ERR_OK;
}

/* The handle of the certificate, CK_INVALID_HANDLE where the token does not
 * hold it; ID as in is_it(). */
static enum err
find_it(struct store *s, struct bytes id, CK_OBJECT_HANDLE *ret, struct diag *d)
{
	CK_OBJECT_HANDLE found = CK_INVALID_HANDLE;
	struct buf handles = { 0 };
	bool it = false;
	enum err e;
	size_t i;

	e = find_by(&s->tok->own, CKO_CERTIFICATE, id, NOTHING, &handles, d);
	for (i = 0; e == ERR_OK && i < find_num(&handles); i++) {
		e = is_it(s, find_handle(&handles, i), id, &it, d);
		if (e == ERR_OK && it)
			found = find_handle(&handles, i);
	}
	buf_clear(&handles);
	if (e == ERR_OK)
		*ret = found;
	return e;
}

static enum err
refuse_held(struct store *s, struct diag *d)
{
	CK_OBJECT_HANDLE h = CK_INVALID_HANDLE;
	enum err e;

	e = find_it(s, NOTHING, &h, d);
	if (e == ERR_OK && h != CK_INVALID_HANDLE)
		e = diag_set(d, ERR_EXISTS,
		    "the token holds this certificate already");
	return e;
}

/*
 * The attributes that every module takes, and no other: libp11's
 * CKA_NAME_HASH_ALGORITHM is refused by some, a missing CKA_SERIAL_NUMBER by
 * others.
 */
static enum err
create(struct store *s, const struct cert *c, CK_OBJECT_HANDLE *ret,
    struct diag *d)
{
	static const struct make_flag flags[] = { { CKA_TOKEN, CK_TRUE, 0 } };
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	struct make_template t = { .num = 0 };
	struct buf serial = { 0 };
	enum err e;
	CK_RV rv;

	e = cert_put_serial_der(c, &serial, d);
	if (e == ERR_OK)
		e = session_ready(&s->tok->own, d);
	if (e != ERR_OK)
		goto out;
	make_put(&t, CKA_CLASS, bytes_of(&class, sizeof(class)));
	make_put(&t, CKA_CERTIFICATE_TYPE, bytes_of(&type, sizeof(type)));
	make_put_flags(&t, flags, 1, 0);
	make_put(&t, CKA_SUBJECT, cert_name_der(c, CERT_SUBJECT));
	make_put(&t, CKA_ISSUER, cert_name_der(c, CERT_ISSUER));
	make_put(&t, CKA_SERIAL_NUMBER, buf_bytes(&serial));
	make_put(&t, CKA_VALUE, s->der);
	make_put(&t, CKA_ID, s->id);
	make_put(&t, CKA_LABEL, s->label);
	rv = p11_create(&s->tok->module->p11, s->tok->own.handle, t.item, t.num,
	    ret);
	if (rv != CKR_OK)
		e = session_fail(&s->tok->own, d, "C_CreateObject", rv);
out:
	buf_clear(&serial);
	return e;
}

static enum err
read_back(struct store *s, CK_OBJECT_HANDLE h, struct diag *d)
{
	bool it = false;
	enum err e;

	e = is_it(s, h, s->id, &it, d);
	if (e == ERR_OK && !it)
		e = diag_set(d, ERR_TOKEN,
		    "the token did not store the certificate as it was given, "
		    "or under another id");
	return e;
}

/* The certificate was not there before, so it is ours wherever it is. */
static void
remove_again(struct store *s, CK_OBJECT_HANDLE h, struct diag *d)
{
	struct diag other;
	enum err e;

	if (h != CK_INVALID_HANDLE)
		(void)(make_destroy(s->tok, h, &other) == ERR_OK);
	h = CK_INVALID_HANDLE;
	e = find_it(s, NOTHING, &h, &other);
	if (e == ERR_OK && h == CK_INVALID_HANDLE)
		return;
	if (e == ERR_OK)
		e = make_destroy(s->tok, h, &other);
	if (e != ERR_OK)
		make_add(d, "; it may still be on the token (%.80s)",
		    other.msg);
}

static enum err
store(struct store *s, const struct cert *c, struct diag *d)
{
	struct tok_event event = { .operation = "certificate-import",
		.key_id = s->id,
		.key_label = s->label,
		.digest_name = digest_name(DIGEST_SHA256) };
	CK_OBJECT_HANDLE h = CK_INVALID_HANDLE;
	struct digest_value value;
	enum err e, done;

	e = digest_of(DIGEST_SHA256, &s->der, 1, &value, d);
	if (e != ERR_OK)
		return e;
	event.digest = digest_bytes(&value);
	done = create(s, c, &h, d);
	if (done != ERR_OK)
		h = CK_INVALID_HANDLE;
	else
		done = read_back(s, h, d);
	if (done != ERR_OK)
		remove_again(s, h, d);
	e = lib_event(s->tok, &event, done, d);
	if (e != ERR_OK && done == ERR_OK)
		remove_again(s, h, d);
	return e;
}

enum err
tok_import_cert(struct tok *t, struct bytes der, struct bytes label,
    struct bytes id, struct diag *d)
{
	struct store s = { t, der, label, id, NULL };
	struct cert *c = NULL;
	enum err e;

	e = cert_from_der(der, &c, d);
	if (e == ERR_OK)
		e = make_check_names(label, id, d);
	if (e == ERR_OK && der.len > FIND_MAX_VALUE)
		e = diag_set(d, ERR_TOO_BIG, "the certificate is too big");
	if (e == ERR_OK)
		e = make_ready(t, d);
	if (e == ERR_OK)
		e = object_room_new(&s.room, d);
	if (e == ERR_OK)
		e = refuse_held(&s, d);
	if (e == ERR_OK)
		e = store(&s, c, d);
	object_room_free(&s.room);
	cert_free(&c);
	return e;
}

/* ---- Destroying ------------------------------------------------------------------ */

/*
 * The private key goes first. Whoever is stopped in the middle has destroyed
 * what signs, and what still shows can be destroyed by the same id; the other
 * way round a key would be left that nobody sees without a login. Where the
 * private key stays, nothing that tells of it is taken away.
 */
static const struct {
	CK_OBJECT_CLASS class;
	const char *name;
} order[] = {
	{ CKO_PRIVATE_KEY, "private key" },
	{ CKO_PUBLIC_KEY, "public key" },
	{ CKO_CERTIFICATE, "certificate" },
};

#define NUM_CLASSES (sizeof(order) / sizeof(order[0]))

struct removal {
	struct tok *tok;
	struct bytes id;
	size_t found, gone;
};

static enum err
count(struct removal *r, size_t *ret, struct diag *d)
{
	struct buf handles = { 0 };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < NUM_CLASSES; i++)
		e = find_by(&r->tok->own, order[i].class, r->id, NOTHING,
		    &handles, d);
	if (e == ERR_OK)
		*ret = find_num(&handles);
	buf_clear(&handles);
	return e;
}

/* Counts what is there, and takes the first label for the record. */
static enum err
look(struct removal *r, struct buf *ret, struct diag *d)
{
	struct object_room *room = NULL;
	struct buf handles = { 0 };
	struct object o = { 0 };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < NUM_CLASSES; i++)
		e = find_by(&r->tok->own, order[i].class, r->id, NOTHING,
		    &handles, d);
	r->found = find_num(&handles);
	if (e == ERR_OK && r->found == 0)
		e = diag_set(d, ERR_ABSENT,
		    "the token has neither a key nor a certificate with this "
		    "id");
	if (e == ERR_OK)
		e = object_room_new(&room, d);
	if (e == ERR_OK)
		e = object_read(&r->tok->own, find_handle(&handles, 0), room,
		    &o, d);
	if (e == ERR_OK)
		buf_put(ret, o.as.label);
	object_clear(&o);
	object_room_free(&room);
	buf_clear(&handles);
	return e;
}

static enum err
destroy_class(struct removal *r, size_t class, struct diag *d)
{
	struct buf handles = { 0 };
	struct diag other;
	enum err e;
	size_t i;

	e = find_by(&r->tok->own, order[class].class, r->id, NOTHING, &handles,
	    d);
	for (i = 0; e == ERR_OK && i < find_num(&handles); i++) {
		e = make_destroy(r->tok, find_handle(&handles, i), &other);
		if (e == ERR_OK) {
			r->gone++;
			continue;
		}
		diag_set(d, e, "the %s stays: %.200s", order[class].name,
		    other.msg);
		d->api = other.api;
		d->native = other.native;
	}
	buf_clear(&handles);
	return e;
}

static enum err
destroy_all(struct removal *r, struct diag *d)
{
	size_t i, left = 0;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < NUM_CLASSES; i++)
		e = destroy_class(r, i, d);
	if (e == ERR_OK)
		e = count(r, &left, d);
	if (e == ERR_OK && left > 0)
		e = diag_set(d, ERR_TOKEN,
		    "the token says that it destroyed them, and still has %zu",
		    left);
	return e;
}

enum err
tok_delete(struct tok *t, struct bytes id, size_t *ret_num, struct diag *d)
{
	struct tok_event event = { .operation = "key-delete", .key_id = id };
	struct removal r = { .tok = t, .id = id };
	struct buf label = { 0 };
	enum err e;

	if (id.len == 0)
		return diag_set(d, ERR_USAGE,
		    "what is to be destroyed is named by its id");
	e = make_ready(t, d);
	if (e == ERR_OK)
		e = look(&r, &label, d);
	if (e == ERR_OK) {
		event.key_label = buf_bytes(&label);
		e = lib_event(t, &event, destroy_all(&r, d), d);
		if (e != ERR_OK)
			make_add(d,
			    "; %zu of %zu objects with this id are destroyed",
			    r.gone, r.found);
	}
	buf_clear(&label);
	if (e == ERR_OK)
		*ret_num = r.gone;
	return e;
}
