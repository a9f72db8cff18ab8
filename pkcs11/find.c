/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/find.h"

#include <string.h>

#include "pkcs11/names.h"
#include "pkcs11/uri.h"

#define FIND_STEP 256
#define ASKED_ROOM 4096 /* a URI names no longer one */

size_t
find_num(const struct buf *handles)
{
	return handles->len / sizeof(CK_OBJECT_HANDLE);
}

CK_OBJECT_HANDLE
find_handle(const struct buf *handles, size_t i)
{
	CK_OBJECT_HANDLE h;

	memcpy(&h, handles->ptr + i * sizeof(h), sizeof(h));
	return h;
}

static enum err
too_many(struct diag *d)
{
	return diag_set(d, ERR_TOKEN,
	    "the module claims more than %d objects, which is not believed",
	    FIND_MAX_OBJECTS);
}

static enum err
take_all(struct tok_session *s, struct buf *ret, struct diag *d)
{
	CK_OBJECT_HANDLE some[FIND_STEP];
	CK_ULONG num;
	CK_RV rv;

	do {
		num = 0;
		rv = p11_find(&s->tok->module->p11, s->handle, some, FIND_STEP,
		    &num);
		if (rv != CKR_OK)
			return session_fail(s, d, "C_FindObjects", rv);
		if (num > FIND_STEP || find_num(ret) > FIND_MAX_OBJECTS) {
			session_drop(s);
			return too_many(d);
		}
		buf_put(ret, bytes_of(some, num * sizeof(some[0])));
	} while (num > 0);
	return ERR_OK;
}

enum err
find_handles(struct tok_session *s, const struct p11_template *t,
    struct buf *ret, struct diag *d)
{
	const struct p11 *p = &s->tok->module->p11;
	enum err e;
	CK_RV rv;

	e = session_ready(s, d);
	if (e != ERR_OK)
		return e;
	rv = p11_find_init(p, s->handle, t->item, t->num);
	if (rv != CKR_OK)
		return session_fail(s, d, "C_FindObjectsInit", rv);
	e = take_all(s, ret, d);
	if (e != ERR_OK)
		return e;
	rv = p11_find_final(p, s->handle);
	if (rv != CKR_OK)
		return session_fail(s, d, "C_FindObjectsFinal", rv);
	return buf_ok(ret) ? ERR_OK : diag_nomem(d);
}

static void
set_bytes(CK_ATTRIBUTE *a, CK_ATTRIBUTE_TYPE type, struct bytes value)
{
	union {
		const uint8_t *in;
		void *out;
	} u = { value.ptr };

	*a = (CK_ATTRIBUTE){ type, u.out, value.len };
}

/* Codes that speak of single attributes; the others are there all the same. */
static bool
is_partial(CK_RV rv)
{
	return rv == CKR_OK || rv == CKR_ATTRIBUTE_SENSITIVE ||
	    rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_BUFFER_TOO_SMALL;
}

/* A room is filled with this before the module is asked: where all of it is
 * still there, the module gave up at another attribute. */
#define UNTOUCHED 0xa5

static bool
is_untouched(const CK_ATTRIBUTE *a)
{
	const uint8_t *p = a->pValue;
	CK_ULONG i;

	for (i = 0; i < a->ulValueLen; i++)
		if (p[i] != UNTOUCHED)
			return false;
	return true;
}

enum err
find_read(struct tok_session *s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE *a,
    CK_ULONG num, struct diag *d)
{
	CK_ULONG room[32], i;
	enum err e;
	CK_RV rv;

	if (num > sizeof(room) / sizeof(room[0]))
		return diag_set(d, ERR_USAGE, "too many attributes at once");
	e = session_ready(s, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < num; i++) {
		room[i] = a[i].ulValueLen;
		memset(a[i].pValue, UNTOUCHED, room[i]);
	}
	rv = p11_get_attributes(&s->tok->module->p11, s->handle, o, a, num);
	if (!is_partial(rv))
		return session_fail(s, d, "C_GetAttributeValue", rv);
	for (i = 0; i < num; i++)
		if (a[i].ulValueLen > room[i] ||
		    (a[i].ulValueLen == room[i] && is_untouched(&a[i])))
			a[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return ERR_OK;
}

struct bytes
find_bytes(const CK_ATTRIBUTE *a)
{
	if (a->ulValueLen == CK_UNAVAILABLE_INFORMATION)
		return bytes_of(NULL, 0);
	return bytes_of(a->pValue, a->ulValueLen);
}

enum tok_answer
find_answer(const CK_ATTRIBUTE *a)
{
	struct bytes b = find_bytes(a);

	if (b.len != sizeof(CK_BBOOL))
		return TOK_NOT_SAID;
	return b.ptr[0] != CK_FALSE ? TOK_YES : TOK_NO;
}

CK_ULONG
find_number(const CK_ATTRIBUTE *a, CK_ULONG fallback)
{
	struct bytes b = find_bytes(a);
	CK_ULONG v;

	if (b.len != sizeof(v))
		return fallback;
	memcpy(&v, b.ptr, sizeof(v));
	return v;
}

/* Whether what was read into A is what T asked for. */
static bool
is_asked(const struct p11_template *t, const CK_ATTRIBUTE *a)
{
	struct bytes found, asked;
	CK_ULONG i;

	for (i = 0; i < t->num; i++) {
		found = find_bytes(&a[i]);
		asked = find_bytes(&t->item[i]);
		if (t->item[i].type == CKA_LABEL) {
			found = uri_trim(found); /* some modules pad it */
			asked = uri_trim(asked);
		}
		if (!bytes_equal(found, asked))
			return false;
	}
	return true;
}

/* NSS gives a number only where there is room for just that. */
static CK_ULONG
room_for(CK_ATTRIBUTE_TYPE type)
{
	return type == CKA_CLASS ? sizeof(CK_OBJECT_CLASS) : ASKED_ROOM;
}

/* Reads the attributes of T from the objects of HANDLES. A module that does not
 * know one may leave it out of the search, and then finds keys that nobody has
 * named. */
static enum err
check_found(struct tok_session *s, const struct p11_template *t,
    const struct buf *handles, struct diag *d)
{
	uint8_t room[3][ASKED_ROOM] = { { 0 } };
	CK_ATTRIBUTE a[3];
	enum err e = ERR_OK;
	CK_ULONG k;
	size_t i;

	for (i = 0; e == ERR_OK && i < find_num(handles); i++) {
		for (k = 0; k < t->num; k++)
			a[k] = (CK_ATTRIBUTE){ t->item[k].type, room[k],
				room_for(t->item[k].type) };
		e = find_read(s, find_handle(handles, i), a, t->num, d);
		if (e == ERR_OK && !is_asked(t, a))
			e = diag_set(d, ERR_TOKEN,
			    "the module finds objects that were not asked for; "
			    "it cannot be trusted to choose");
	}
	return e;
}

enum err
find_by(struct tok_session *s, CK_OBJECT_CLASS class, struct bytes id,
    struct bytes label, struct buf *ret, struct diag *d)
{
	CK_ATTRIBUTE a[3];
	struct p11_template t = { a, 0 };
	struct buf found = { 0 };
	enum err e;

	if (class != CK_UNAVAILABLE_INFORMATION)
		a[t.num++] = (CK_ATTRIBUTE){ CKA_CLASS, &class, sizeof(class) };
	if (id.ptr != NULL)
		set_bytes(&a[t.num++], CKA_ID, id);
	if (label.ptr != NULL)
		set_bytes(&a[t.num++], CKA_LABEL, label);
	e = find_handles(s, &t, &found, d);
	if (e == ERR_OK && (id.ptr != NULL || label.ptr != NULL))
		e = check_found(s, &t, &found, d);
	if (e == ERR_OK) {
		buf_put(ret, buf_bytes(&found));
		e = buf_ok(ret) ? ERR_OK : diag_nomem(d);
	}
	buf_clear(&found);
	return e;
}

/* Leaves of HANDLES the objects with the label. */
static enum err
keep_labelled(struct tok_session *s, struct bytes label, struct buf *handles,
    struct diag *d)
{
	uint8_t room[ASKED_ROOM] = { 0 };
	struct buf kept = { 0 };
	CK_OBJECT_HANDLE h;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < find_num(handles); i++) {
		CK_ATTRIBUTE a = { CKA_LABEL, room, sizeof(room) };

		h = find_handle(handles, i);
		e = find_read(s, h, &a, 1, d);
		if (e == ERR_OK &&
		    bytes_equal(uri_trim(find_bytes(&a)), uri_trim(label)))
			buf_put(&kept, bytes_of(&h, sizeof(h)));
	}
	if (e == ERR_OK && !buf_ok(&kept))
		e = diag_nomem(d);
	buf_clear(handles);
	*handles = kept;
	return e;
}

enum err
find_by_uri(struct tok_session *s, CK_OBJECT_CLASS class, struct bytes id,
    struct bytes label, struct buf *ret, struct diag *d)
{
	struct buf found = { 0 };
	enum err e;

	e = find_by(s, class, id, bytes_of(NULL, 0), &found, d);
	if (e == ERR_OK && label.ptr != NULL)
		e = keep_labelled(s, label, &found, d);
	if (e == ERR_OK) {
		buf_put(ret, buf_bytes(&found));
		e = buf_ok(ret) ? ERR_OK : diag_nomem(d);
	}
	buf_clear(&found);
	return e;
}
