/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that are found on a token beside those of the real module. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/shim/p11/p11fault.h"

#define FIRST_HANDLE 0x5fa00000UL
#define VENDOR_HANDLE 0x5f900000UL

#define ETCKH_TOKEN_OBJECT 0x80005002UL
#define ETCKA_RETRY_USER 0x80001110UL
#define ETCKA_RETRY_USER_MAX 0x80001112UL

#define VALUE_MAX 64

struct value {
	unsigned char bytes[VALUE_MAX];
	CK_ULONG len;
};

/* What a session looks for. */
struct search {
	CK_ULONG next;
	CK_ULONG num; /* of templ */
	CK_ATTRIBUTE templ[];
};

static CK_ULONG
num_objects(void)
{
	const struct rule *r = plan_find(RULE_OBJECTS);

	return r == NULL ? 0 : r->number;
}

static bool
has_vendor_object(void)
{
	return plan_find(RULE_VENDOR_TRIES) != NULL ||
	    plan_find(RULE_VENDOR_TRIES_COUNTED) != NULL;
}

static bool
is_ours(CK_OBJECT_HANDLE object)
{
	if (object == VENDOR_HANDLE)
		return has_vendor_object();
	return object >= FIRST_HANDLE && object - FIRST_HANDLE < num_objects();
}

bool
object_is_made_up(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object)
{
	return is_ours(object) && session_is_ours(s);
}

static bool
put(struct value *v, const void *bytes, CK_ULONG len)
{
	memcpy(v->bytes, bytes, len);
	v->len = len;
	return true;
}

static bool
put_ulong(struct value *v, CK_ULONG value)
{
	return put(v, &value, sizeof(value));
}

static bool
put_bool(struct value *v, bool value)
{
	CK_BBOOL b = value ? CK_TRUE : CK_FALSE;

	return put(v, &b, sizeof(b));
}

/* PREFIX and the number of the object, in four bytes. */
static bool
put_numbered(struct value *v, const char *prefix, size_t len, CK_ULONG i)
{
	unsigned char bytes[16];

	memcpy(bytes, prefix, len);
	for (int shift = 24; shift >= 0; shift -= 8)
		bytes[len++] = (unsigned char)(i >> shift);
	return put(v, bytes, len);
}

static bool
put_label(struct value *v, CK_ULONG i)
{
	const struct rule *r = plan_find(RULE_OBJECTS);
	char label[VALUE_MAX];
	int n;

	n = snprintf(label, sizeof(label), "%s%lu",
	    r == NULL || r->text_len == 0 ? "made-up-" : r->text, i);
	return put(v, label, (CK_ULONG)n);
}

static bool
vendor_value(CK_ATTRIBUTE_TYPE type, struct value *v)
{
	const struct rule *r = plan_find(RULE_VENDOR_TRIES);
	CK_ULONG left, max;

	if (r != NULL) {
		left = r->number;
		max = r->number2;
	} else {
		pin_tries(&left, &max);
	}
	switch (type) {
	case CKA_CLASS:
		return put_ulong(v, CKO_HW_FEATURE);
	case CKA_HW_FEATURE_TYPE:
		return put_ulong(v, ETCKH_TOKEN_OBJECT);
	case ETCKA_RETRY_USER:
		return put_ulong(v, left);
	case ETCKA_RETRY_USER_MAX:
		return put_ulong(v, max);
	default:
		return false;
	}
}

/* A modulus of 512 bits: its top and lowest bit are set. */
static bool
put_modulus(struct value *v, CK_ULONG i)
{
	memset(v->bytes, 0xc3, sizeof(v->bytes));
	memcpy(v->bytes + 4, &i, sizeof(i));
	v->len = sizeof(v->bytes);
	return true;
}

static bool
key_value(CK_ULONG i, CK_ATTRIBUTE_TYPE type, struct value *v)
{
	switch (type) {
	case CKA_CLASS:
		return put_ulong(v, CKO_PUBLIC_KEY);
	case CKA_KEY_TYPE:
		return put_ulong(v, CKK_RSA);
	case CKA_MODULUS:
		return put_modulus(v, i);
	case CKA_MODULUS_BITS:
		return put_ulong(v, 512);
	case CKA_PUBLIC_EXPONENT:
		return put(v, "\1\0\1", 3);
	case CKA_VERIFY:
		return put_bool(v, true);
	default:
		return false;
	}
}

/* Its value is a SEQUENCE of one INTEGER: DER, but no certificate. */
static bool
certificate_value(CK_ULONG i, CK_ATTRIBUTE_TYPE type, struct value *v)
{
	switch (type) {
	case CKA_CLASS:
		return put_ulong(v, CKO_CERTIFICATE);
	case CKA_CERTIFICATE_TYPE:
		return put_ulong(v, CKC_X_509);
	case CKA_VALUE:
		return put_numbered(v, "\x30\x07\x02\x05\x01", 5, i);
	case CKA_SERIAL_NUMBER:
		return put_numbered(v, "\x02\x05\x01", 3, i);
	case CKA_SUBJECT:
	case CKA_ISSUER:
		return put(v, "\x30\x00", 2);
	default:
		return false;
	}
}

/* The value of an attribute; false where the object has none such. */
static bool
value_of(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, struct value *v)
{
	CK_ULONG i = object - FIRST_HANDLE;

	if (object == VENDOR_HANDLE)
		return vendor_value(type, v);
	switch (type) {
	case CKA_TOKEN:
		return put_bool(v, true);
	case CKA_PRIVATE:
	case CKA_MODIFIABLE:
		return put_bool(v, false);
	case CKA_LABEL:
		return put_label(v, i);
	case CKA_ID:
		return put_numbered(v, "", 0, i);
	default:
		return i % 2 == 0 ? key_value(i, type, v)
				  : certificate_value(i, type, v);
	}
}

static CK_RV
give_attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE *a)
{
	struct value v;
	CK_ULONG room = a->ulValueLen;

	a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	if (!value_of(object, a->type, &v))
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (a->pValue != NULL && room < v.len)
		return CKR_BUFFER_TOO_SMALL;
	a->ulValueLen = v.len;
	if (a->pValue != NULL)
		memcpy(a->pValue, v.bytes, v.len);
	return CKR_OK;
}

CK_RV
object_attributes(CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ, CK_ULONG count)
{
	CK_RV rv = CKR_OK;

	for (CK_ULONG i = 0; i < count; i++) {
		CK_RV one = give_attribute(object, &templ[i]);

		if (one != CKR_OK)
			rv = one;
	}
	return rv;
}

/* Hardware features are found only by those who ask for their class. */
static bool
matches(const struct search *search, CK_OBJECT_HANDLE object)
{
	bool asked = object != VENDOR_HANDLE;
	struct value v;

	for (CK_ULONG i = 0; i < search->num; i++) {
		const CK_ATTRIBUTE *a = &search->templ[i];

		if (!value_of(object, a->type, &v) || v.len != a->ulValueLen ||
		    (v.len > 0 && memcmp(v.bytes, a->pValue, v.len) != 0))
			return false;
		asked = asked || a->type == CKA_CLASS;
	}
	return asked;
}

/* One block, which the session frees. */
static struct search *
copy_search(const CK_ATTRIBUTE *templ, CK_ULONG count)
{
	size_t size = sizeof(struct search) + count * sizeof(*templ);
	struct search *copy;
	unsigned char *p;

	for (CK_ULONG i = 0; i < count; i++)
		size += templ[i].ulValueLen;
	copy = calloc(1, size);
	if (copy == NULL)
		p11_die("no memory for a search");
	copy->num = count;
	p = (unsigned char *)&copy->templ[count];
	for (CK_ULONG i = 0; i < count; i++) {
		copy->templ[i] = templ[i];
		copy->templ[i].pValue = p;
		if (templ[i].ulValueLen > 0)
			memcpy(p, templ[i].pValue, templ[i].ulValueLen);
		p += templ[i].ulValueLen;
	}
	return copy;
}

CK_RV
hook_FindObjectsInit(CK_SESSION_HANDLE s, CK_ATTRIBUTE *templ, CK_ULONG count)
{
	CK_RV rv = session_check(s);

	if (rv == CKR_OK)
		rv = p11_real()->C_FindObjectsInit(s, templ, count);
	if (rv != CKR_OK || (num_objects() == 0 && !has_vendor_object()) ||
	    !session_is_ours(s))
		return rv;
	session_set_search(s, copy_search(templ, count));
	return rv;
}

/* The object after NEXT has been looked at; the vendor's is the first. */
static CK_OBJECT_HANDLE
candidate(CK_ULONG next)
{
	return next == 0 ? VENDOR_HANDLE : FIRST_HANDLE + next - 1;
}

static void
add_made_up(struct search *search, CK_OBJECT_HANDLE *object, CK_ULONG max,
    CK_ULONG *count)
{
	while (*count < max && search->next <= num_objects()) {
		CK_OBJECT_HANDLE h = candidate(search->next++);

		if (is_ours(h) && matches(search, h))
			object[(*count)++] = h;
	}
}

CK_RV
hook_FindObjects(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *object, CK_ULONG max,
    CK_ULONG *count)
{
	struct search *search;
	struct p11_lie lie;
	CK_RV rv;

	rv = session_check(s);
	if (rv != CKR_OK)
		return rv;
	(void)lie_begin(&lie, FN_FindObjects, true, count);
	lie.room = max;
	rv = p11_real()->C_FindObjects(s, object, max, count);
	search = session_search(s);
	if (rv == CKR_OK && search != NULL && session_is_ours(s))
		add_made_up(search, object, max, count);
	return lie_end(&lie, count, rv);
}

CK_RV
hook_FindObjectsFinal(CK_SESSION_HANDLE s)
{
	CK_RV rv = session_check(s);

	if (rv == CKR_OK)
		rv = p11_real()->C_FindObjectsFinal(s);
	if (rv == CKR_OK)
		session_set_search(s, NULL);
	return rv;
}
