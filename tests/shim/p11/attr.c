/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "tests/shim/p11/p11fault.h"

static const struct rule *
find_override(CK_ATTRIBUTE_TYPE type)
{
	const struct rule *r = NULL, *last = NULL;

	while ((r = plan_next(RULE_ATTR, r)) != NULL)
		if (r->what == type)
			last = r;
	return last;
}

static bool
is_private_key(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object)
{
	CK_OBJECT_CLASS class = CKO_DATA;
	CK_ATTRIBUTE a = { CKA_CLASS, &class, sizeof(class) };

	return !object_is_made_up(s, object) &&
	    p11_real()->C_GetAttributeValue(s, object, &a, 1) == CKR_OK &&
	    class == CKO_PRIVATE_KEY;
}

static CK_RV
override(const struct rule *r, CK_ATTRIBUTE *a, CK_ULONG room)
{
	call_note("fault=attr");
	a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	if (r->lie == LIE_UNAVAILABLE)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (a->pValue != NULL && room < r->text_len)
		return CKR_BUFFER_TOO_SMALL;
	a->ulValueLen = r->text_len;
	if (a->pValue != NULL)
		memcpy(a->pValue, r->text, r->text_len);
	return CKR_OK;
}

/*
 * An attribute that the real module refused may have a value now, and one that
 * it gave none: RV is what it answered.
 */
static CK_RV
override_all(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
    CK_ULONG count, const CK_ULONG *rooms, CK_RV rv)
{
	CK_RV worst = CKR_OK;

	for (CK_ULONG i = 0; i < count; i++) {
		const struct rule *r = find_override(templ[i].type);
		CK_RV one;

		if (r != NULL && (r->any_class || is_private_key(s, object)))
			one = override(r, &templ[i], rooms[i]);
		else if (templ[i].ulValueLen == CK_UNAVAILABLE_INFORMATION)
			one = rv;
		else
			one = CKR_OK;
		if (one != CKR_OK)
			worst = one;
	}
	return worst;
}

/* Answers that say something of each attribute. */
static bool
is_answer(CK_RV rv)
{
	return rv == CKR_OK || rv == CKR_ATTRIBUTE_SENSITIVE ||
	    rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_BUFFER_TOO_SMALL;
}

static CK_RV
get_attributes(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE *templ, CK_ULONG count)
{
	if (object_is_made_up(s, object))
		return object_attributes(object, templ, count);
	return p11_real()->C_GetAttributeValue(s, object, templ, count);
}

static CK_RV
get_falsified(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
    CK_ULONG count)
{
	CK_ULONG *rooms = calloc(count + 1, sizeof(*rooms));
	CK_RV rv;

	if (rooms == NULL)
		return CKR_HOST_MEMORY;
	for (CK_ULONG i = 0; i < count; i++)
		rooms[i] = templ[i].ulValueLen;
	rv = get_attributes(s, object, templ, count);
	if (is_answer(rv)) {
		rv = override_all(s, object, templ, count, rooms, rv);
		for (CK_ULONG i = 0; i < count; i++)
			rv = lie_attribute(&templ[i], rooms[i], rv);
	}
	free(rooms);
	return rv;
}

CK_RV
hook_GetAttributeValue(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE *templ, CK_ULONG count)
{
	CK_RV rv = session_check(s);

	if (rv != CKR_OK)
		return rv;
	if (templ == NULL || !session_is_ours(s) ||
	    (plan_find(RULE_ATTR) == NULL && plan_find(RULE_LIE) == NULL))
		return get_attributes(s, object, templ, count);
	return get_falsified(s, object, templ, count);
}

static const CK_ATTRIBUTE *
find_in(const CK_ATTRIBUTE *templ, CK_ULONG count, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; templ != NULL && i < count; i++)
		if (templ[i].type == type)
			return &templ[i];
	return NULL;
}

static bool
is_of_class(const CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_CLASS class)
{
	const CK_ATTRIBUTE *a = find_in(templ, count, CKA_CLASS);

	return a != NULL && a->ulValueLen == sizeof(class) &&
	    memcmp(a->pValue, &class, sizeof(class)) == 0;
}

/* What the rules say to a template of a side. */
static CK_RV
judge_template(const CK_ATTRIBUTE *templ, CK_ULONG count,
    enum template_side side)
{
	const struct rule *r = NULL;

	while ((r = plan_next(RULE_REFUSE_TEMPLATE, r)) != NULL) {
		if ((r->side != SIDE_ANY && r->side != side) ||
		    find_in(templ, count, r->what) == NULL)
			continue;
		call_note("fault=template");
		return r->rv;
	}
	return CKR_OK;
}

static CK_RV
judge_create(const CK_ATTRIBUTE *templ, CK_ULONG count)
{
	const struct rule *r = plan_find(RULE_REFUSE_PRIVATE);
	enum template_side side = SIDE_ANY;

	if (is_of_class(templ, count, CKO_PRIVATE_KEY))
		side = SIDE_PRIVATE;
	else if (is_of_class(templ, count, CKO_PUBLIC_KEY))
		side = SIDE_PUBLIC;
	if (r != NULL && side == SIDE_PRIVATE) {
		call_note("fault=private");
		return r->rv;
	}
	return judge_template(templ, count, side);
}

CK_RV
hook_CreateObject(CK_SESSION_HANDLE s, CK_ATTRIBUTE *templ, CK_ULONG count,
    CK_OBJECT_HANDLE *object)
{
	CK_RV rv = session_check(s);

	if (rv == CKR_OK && session_is_ours(s))
		rv = judge_create(templ, count);
	if (rv != CKR_OK)
		return rv;
	return p11_real()->C_CreateObject(s, templ, count, object);
}

/* PKCS#11 gives the function as many parameters. */
/* NOLINTBEGIN(readability-function-size) */
CK_RV
hook_GenerateKeyPair(CK_SESSION_HANDLE s, CK_MECHANISM *m,
    CK_ATTRIBUTE *pub_templ, CK_ULONG pub_count, CK_ATTRIBUTE *prv_templ,
    CK_ULONG prv_count, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *prv)
{
	CK_RV rv = session_check(s);

	if (rv == CKR_OK && session_is_ours(s)) {
		if (slot_hides(s, m))
			return CKR_MECHANISM_INVALID;
		rv = judge_template(pub_templ, pub_count, SIDE_PUBLIC);
		if (rv == CKR_OK)
			rv = judge_template(prv_templ, prv_count, SIDE_PRIVATE);
	}
	if (rv != CKR_OK)
		return rv;
	return p11_real()->C_GenerateKeyPair(s, m, pub_templ, pub_count,
	    prv_templ, prv_count, pub, prv);
}
/* NOLINTEND(readability-function-size) */
