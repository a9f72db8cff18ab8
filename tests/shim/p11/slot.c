/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "tests/shim/p11/p11fault.h"

/* Texts of PKCS#11 are padded with blanks and have no NUL at the end. */
static void
put_texts(enum rule_kind kind, unsigned char *info)
{
	const struct rule *r = NULL;

	while ((r = plan_next(kind, r)) != NULL) {
		memset(info + r->offset, ' ', r->size);
		memcpy(info + r->offset, r->text, r->text_len);
	}
}

static CK_FLAGS
put_flags(enum rule_kind kind, CK_FLAGS flags)
{
	const struct rule *r = NULL;

	while ((r = plan_next(kind, r)) != NULL)
		flags = (flags | r->set) & ~r->clear;
	return flags;
}

CK_RV
hook_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	CK_SLOT_ID real;
	CK_RV rv;

	rv = device_real_slot(slot, &real);
	if (rv == CKR_OK)
		rv = p11_real()->C_GetSlotInfo(real, info);
	if (rv != CKR_OK || !device_is_ours(real))
		return rv;
	put_texts(RULE_SLOT_TEXT, (unsigned char *)info);
	info->flags = put_flags(RULE_SLOT_FLAGS, info->flags);
	if (device_is_out(real))
		info->flags &= ~CKF_TOKEN_PRESENT;
	return rv;
}

CK_RV
hook_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	const struct rule *r = plan_find(RULE_PIN_LENGTH);
	CK_SLOT_ID real;
	CK_RV rv;

	rv = device_token(slot, &real);
	if (rv == CKR_OK)
		rv = p11_real()->C_GetTokenInfo(real, info);
	if (rv != CKR_OK || !device_is_ours(real))
		return rv;
	put_texts(RULE_TOKEN_TEXT, (unsigned char *)info);
	info->flags = put_flags(RULE_FLAGS, pin_flags(info->flags));
	if (r != NULL) {
		info->ulMinPinLen = r->number;
		info->ulMaxPinLen = r->number2;
	}
	return rv;
}

CK_RV
hook_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved)
{
	CK_RV rv = p11_real()->C_WaitForSlotEvent(flags, slot, reserved);

	if (rv == CKR_OK)
		*slot = device_seen_slot(*slot);
	return rv;
}

static bool
hides_type(CK_MECHANISM_TYPE type)
{
	const struct rule *r = NULL;

	while ((r = plan_next(RULE_NO_MECHANISM, r)) != NULL)
		if (r->what == type)
			return true;
	return false;
}

bool
slot_hides(CK_SESSION_HANDLE s, const CK_MECHANISM *m)
{
	return m != NULL && hides_type(m->mechanism) && session_is_ours(s);
}

static CK_RV
shown_mechanisms(CK_SLOT_ID real, CK_MECHANISM_TYPE *ret_list, CK_ULONG *count)
{
	CK_MECHANISM_TYPE *list;
	CK_ULONG num = 0, kept = 0;
	CK_RV rv;

	rv = p11_real()->C_GetMechanismList(real, NULL, &num);
	if (rv != CKR_OK)
		return rv;
	list = calloc(num + 1, sizeof(*list));
	if (list == NULL)
		return CKR_HOST_MEMORY;
	rv = p11_real()->C_GetMechanismList(real, list, &num);
	for (CK_ULONG i = 0; rv == CKR_OK && i < num; i++)
		if (!hides_type(list[i]))
			list[kept++] = list[i];
	if (rv == CKR_OK)
		rv = device_give(list, kept, ret_list, count);
	free(list);
	return rv;
}

CK_RV
hook_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	struct p11_lie lie;
	CK_SLOT_ID real;
	CK_RV rv;

	rv = device_token(slot, &real);
	if (rv != CKR_OK)
		return rv;
	if (count == NULL || !device_is_ours(real))
		return p11_real()->C_GetMechanismList(real, list, count);
	if (lie_begin(&lie, FN_GetMechanismList, list != NULL, count))
		list = NULL;
	if (plan_find(RULE_NO_MECHANISM) == NULL)
		rv = p11_real()->C_GetMechanismList(real, list, count);
	else
		rv = shown_mechanisms(real, list, count);
	return lie_end(&lie, count, rv);
}

CK_RV
hook_GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type,
    CK_MECHANISM_INFO *info)
{
	const struct rule *r = NULL;
	CK_SLOT_ID real;
	CK_RV rv;

	rv = device_token(slot, &real);
	if (rv != CKR_OK)
		return rv;
	if (hides_type(type) && device_is_ours(real))
		return CKR_MECHANISM_INVALID;
	rv = p11_real()->C_GetMechanismInfo(real, type, info);
	if (rv != CKR_OK || !device_is_ours(real))
		return rv;
	while ((r = plan_next(RULE_MECHANISM_FLAGS, r)) != NULL)
		if (r->what == type)
			info->flags = (info->flags | r->set) & ~r->clear;
	return rv;
}
