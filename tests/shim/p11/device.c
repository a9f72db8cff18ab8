/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is pulled is not the real token: its sessions are closed, and it is not
 * shown. It comes back under other slot ids, since a program that keeps an id
 * must not go on with it.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/shim/p11/p11fault.h"

#define SLOT_STEP 0x10000UL

/* Under the lock. */
static const struct rule *out_by; /* NULL: the token is in */
static unsigned lists_since;
static unsigned times_back;
static bool other_is_in;

static bool
removal_is_planned(void)
{
	return plan_find(RULE_REMOVE) != NULL;
}

/* The label of the real token without what it is padded with. */
static bool
label_is(CK_SLOT_ID real, const char *label)
{
	CK_TOKEN_INFO info;
	size_t len = sizeof(info.label);

	if (p11_real()->C_GetTokenInfo(real, &info) != CKR_OK)
		return false;
	while (len > 0 &&
	    (info.label[len - 1] == ' ' || info.label[len - 1] == '\0'))
		len--;
	return len == strlen(label) && memcmp(info.label, label, len) == 0;
}

bool
device_is_ours(CK_SLOT_ID real)
{
	const struct rule *only = plan_find(RULE_ONLY);

	return only == NULL || label_is(real, only->text);
}

/* It comes in place of the token that is pulled. */
static bool
is_other(CK_SLOT_ID real)
{
	const struct rule *r = NULL;

	while ((r = plan_next(RULE_REMOVE, r)) != NULL)
		if (r->other[0] != '\0' && label_is(real, r->other))
			return true;
	return false;
}

static bool
is_hidden(CK_SLOT_ID real)
{
	bool there;

	p11_lock();
	there = other_is_in;
	p11_unlock();
	if (is_other(real))
		return !there;
	return there && device_is_ours(real);
}

bool
device_is_out(CK_SLOT_ID real)
{
	bool out;

	if (!removal_is_planned())
		return false;
	p11_lock();
	out = out_by != NULL;
	p11_unlock();
	return out && device_is_ours(real);
}

CK_SLOT_ID
device_seen_slot(CK_SLOT_ID real)
{
	unsigned back;

	if (!removal_is_planned() || (!device_is_ours(real) && !is_other(real)))
		return real;
	p11_lock();
	back = times_back;
	p11_unlock();
	return real + back * SLOT_STEP;
}

/* All slots of the real module, to be freed. */
static CK_RV
real_slots(CK_BYTE present, CK_SLOT_ID **ret_list, CK_ULONG *ret_num)
{
	CK_SLOT_ID *list;
	CK_ULONG num = 0;
	CK_RV rv;

	rv = p11_real()->C_GetSlotList(present, NULL, &num);
	if (rv != CKR_OK)
		return rv;
	list = calloc(num + 1, sizeof(*list));
	if (list == NULL)
		return CKR_HOST_MEMORY;
	rv = p11_real()->C_GetSlotList(present, list, &num);
	if (rv != CKR_OK) {
		free(list);
		return rv;
	}
	*ret_list = list;
	*ret_num = num;
	return CKR_OK;
}

CK_RV
device_real_slot(CK_SLOT_ID seen, CK_SLOT_ID *ret_real)
{
	CK_SLOT_ID *list;
	CK_ULONG num;
	CK_RV rv;

	if (!removal_is_planned()) {
		*ret_real = seen;
		return CKR_OK;
	}
	rv = real_slots(CK_FALSE, &list, &num);
	if (rv != CKR_OK)
		return rv;
	rv = CKR_SLOT_ID_INVALID;
	for (CK_ULONG i = 0; i < num; i++) {
		if (is_hidden(list[i]) || device_seen_slot(list[i]) != seen)
			continue;
		*ret_real = list[i];
		rv = CKR_OK;
	}
	free(list);
	return rv;
}

CK_RV
device_token(CK_SLOT_ID seen, CK_SLOT_ID *ret_real)
{
	CK_RV rv = device_real_slot(seen, ret_real);

	if (rv == CKR_OK && device_is_out(*ret_real))
		rv = CKR_TOKEN_NOT_PRESENT;
	return rv;
}

CK_RV
device_give(const CK_ULONG *list, CK_ULONG num, CK_ULONG *ret_list,
    CK_ULONG *count)
{
	CK_ULONG room = *count;

	*count = num;
	if (ret_list == NULL)
		return CKR_OK;
	if (room < num)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(ret_list, list, num * sizeof(*list));
	return CKR_OK;
}

/* A list has been asked for: is it time that the token comes back? */
static void
count_list(void)
{
	p11_lock();
	if (out_by != NULL && out_by->absent != 0 &&
	    ++lists_since > out_by->absent) {
		other_is_in = out_by->other[0] != '\0';
		out_by = NULL;
		times_back++;
		call_note("fault=back");
	}
	p11_unlock();
}

static CK_RV
seen_slots(CK_BYTE present, CK_SLOT_ID *ret_list, CK_ULONG *count)
{
	CK_SLOT_ID *list;
	CK_ULONG num, kept = 0;
	CK_RV rv;

	rv = real_slots(present, &list, &num);
	if (rv != CKR_OK)
		return rv;
	for (CK_ULONG i = 0; i < num; i++) {
		if (is_hidden(list[i]))
			continue;
		if (present != CK_FALSE && device_is_out(list[i]))
			continue;
		list[kept++] = device_seen_slot(list[i]);
	}
	rv = device_give(list, kept, ret_list, count);
	free(list);
	return rv;
}

CK_RV
hook_GetSlotList(CK_BYTE present, CK_SLOT_ID *list, CK_ULONG *count)
{
	struct p11_lie lie;
	CK_RV rv;

	if (lie_begin(&lie, FN_GetSlotList, list != NULL, count))
		list = NULL;
	if (count == NULL || !removal_is_planned()) {
		rv = p11_real()->C_GetSlotList(present, list, count);
	} else {
		count_list();
		rv = seen_slots(present, list, count);
	}
	return lie_end(&lie, count, rv);
}

/* The slots whose sessions are to be closed are looked up without the lock. */
static void
pull(void)
{
	CK_SLOT_ID *list;
	CK_ULONG num;

	call_note("fault=removed");
	if (real_slots(CK_TRUE, &list, &num) != CKR_OK)
		return;
	for (CK_ULONG i = 0; i < num; i++)
		if (!is_hidden(list[i]) && device_is_ours(list[i]))
			session_kill(list[i]);
	free(list);
}

void
device_called(const struct p11_call *c)
{
	const struct rule *r = NULL, *found = NULL;
	bool now = false;

	while ((r = plan_next(RULE_REMOVE, r)) != NULL)
		if (r->fn == c->fn && c->fn_number == (r->at == 0 ? 1 : r->at))
			found = r;
	if (found == NULL)
		return;
	p11_lock();
	if (out_by == NULL && !other_is_in) {
		out_by = found;
		lists_since = 0;
		now = true;
	}
	p11_unlock();
	if (now)
		pull();
}
