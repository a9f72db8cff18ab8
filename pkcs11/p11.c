/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/p11.h"

/* One call, in a function of its own. */
#define GUARDED(class, fn, args)                  \
	struct watch_call call;                   \
	CK_RV rv;                                 \
	watch_begin(p->watch, &call, class, #fn); \
	rv = p->f->fn args;                       \
	watch_end(p->watch, &call);               \
	return rv

/* PKCS#11 takes pointers to what it only reads. */
static CK_BYTE *
lend(struct bytes b)
{
	union {
		const uint8_t *in;
		CK_BYTE *out;
	} u = { b.ptr };

	return u.out;
}

/* A NULL PIN is typed at the token. */
static enum watch_class
class_of_pin(struct bytes pin)
{
	return pin.ptr == NULL ? WATCH_PERSON : WATCH_QUERY;
}

CK_RV
p11_get_info(const struct p11 *p, CK_INFO *ret)
{
	GUARDED(WATCH_QUERY, C_GetInfo, (ret));
}

CK_RV
p11_get_slot_list(const struct p11 *p, CK_BBOOL present, CK_SLOT_ID *ret,
    CK_ULONG *num)
{
	GUARDED(WATCH_QUERY, C_GetSlotList, (present, ret, num));
}

CK_RV
p11_get_slot_info(const struct p11 *p, CK_SLOT_ID slot, CK_SLOT_INFO *ret)
{
	GUARDED(WATCH_QUERY, C_GetSlotInfo, (slot, ret));
}

CK_RV
p11_get_token_info(const struct p11 *p, CK_SLOT_ID slot, CK_TOKEN_INFO *ret)
{
	GUARDED(WATCH_QUERY, C_GetTokenInfo, (slot, ret));
}

CK_RV
p11_get_mechanism_list(const struct p11 *p, CK_SLOT_ID slot,
    CK_MECHANISM_TYPE *ret, CK_ULONG *num)
{
	GUARDED(WATCH_QUERY, C_GetMechanismList, (slot, ret, num));
}

CK_RV
p11_get_mechanism_info(const struct p11 *p, CK_SLOT_ID slot,
    CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *ret)
{
	GUARDED(WATCH_QUERY, C_GetMechanismInfo, (slot, type, ret));
}

CK_RV
p11_open_session(const struct p11 *p, CK_SLOT_ID slot, CK_FLAGS flags,
    CK_SESSION_HANDLE *ret)
{
	GUARDED(WATCH_QUERY, C_OpenSession,
	    (slot, flags | CKF_SERIAL_SESSION, NULL, NULL, ret));
}

CK_RV
p11_close_session(const struct p11 *p, CK_SESSION_HANDLE s)
{
	GUARDED(WATCH_QUERY, C_CloseSession, (s));
}

CK_RV
p11_close_all_sessions(const struct p11 *p, CK_SLOT_ID slot)
{
	GUARDED(WATCH_QUERY, C_CloseAllSessions, (slot));
}

CK_RV
p11_get_session_info(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_SESSION_INFO *ret)
{
	GUARDED(WATCH_QUERY, C_GetSessionInfo, (s, ret));
}

CK_RV
p11_login(const struct p11 *p, CK_SESSION_HANDLE s, CK_USER_TYPE who,
    struct bytes pin)
{
	GUARDED(class_of_pin(pin), C_Login, (s, who, lend(pin), pin.len));
}

CK_RV
p11_logout(const struct p11 *p, CK_SESSION_HANDLE s)
{
	GUARDED(WATCH_QUERY, C_Logout, (s));
}

CK_RV
p11_init_token(const struct p11 *p, CK_SLOT_ID slot, struct bytes pin,
    CK_UTF8CHAR *label)
{
	GUARDED(pin.ptr == NULL ? WATCH_PERSON : WATCH_LONG, C_InitToken,
	    (slot, lend(pin), pin.len, label));
}

CK_RV
p11_init_pin(const struct p11 *p, CK_SESSION_HANDLE s, struct bytes pin)
{
	GUARDED(class_of_pin(pin), C_InitPIN, (s, lend(pin), pin.len));
}

CK_RV
p11_set_pin(const struct p11 *p, CK_SESSION_HANDLE s, struct bytes old,
    struct bytes new)
{
	GUARDED(class_of_pin(old), C_SetPIN,
	    (s, lend(old), old.len, lend(new), new.len));
}

CK_RV
p11_find_init(const struct p11 *p, CK_SESSION_HANDLE s, CK_ATTRIBUTE *template,
    CK_ULONG num)
{
	GUARDED(WATCH_QUERY, C_FindObjectsInit, (s, template, num));
}

CK_RV
p11_find(const struct p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *ret,
    CK_ULONG max, CK_ULONG *num)
{
	GUARDED(WATCH_QUERY, C_FindObjects, (s, ret, max, num));
}

CK_RV
p11_find_final(const struct p11 *p, CK_SESSION_HANDLE s)
{
	GUARDED(WATCH_QUERY, C_FindObjectsFinal, (s));
}

CK_RV
p11_get_attributes(const struct p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o,
    CK_ATTRIBUTE *template, CK_ULONG num)
{
	GUARDED(WATCH_QUERY, C_GetAttributeValue, (s, o, template, num));
}

CK_RV
p11_create(const struct p11 *p, CK_SESSION_HANDLE s, CK_ATTRIBUTE *template,
    CK_ULONG num, CK_OBJECT_HANDLE *ret)
{
	GUARDED(WATCH_QUERY, C_CreateObject, (s, template, num, ret));
}

CK_RV
p11_destroy(const struct p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o)
{
	GUARDED(WATCH_QUERY, C_DestroyObject, (s, o));
}

CK_RV
p11_generate_pair(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_MECHANISM *mechanism, const struct p11_template *half,
    CK_OBJECT_HANDLE *ret)
{
	GUARDED(WATCH_LONG, C_GenerateKeyPair,
	    (s, mechanism, half[0].item, half[0].num, half[1].item, half[1].num,
		&ret[0], &ret[1]));
}

CK_RV
p11_unwrap(const struct p11 *p, CK_SESSION_HANDLE s, CK_MECHANISM *mechanism,
    const struct p11_wrapped *w, const struct p11_template *t,
    CK_OBJECT_HANDLE *ret)
{
	GUARDED(WATCH_QUERY, C_UnwrapKey,
	    (s, mechanism, w->by, lend(w->bytes), w->bytes.len, t->item, t->num,
		ret));
}

CK_RV
p11_sign_init(const struct p11 *p, CK_SESSION_HANDLE s, CK_MECHANISM *mechanism,
    CK_OBJECT_HANDLE key)
{
	GUARDED(WATCH_QUERY, C_SignInit, (s, mechanism, key));
}

CK_RV
p11_sign(const struct p11 *p, CK_SESSION_HANDLE s, struct bytes in,
    CK_BYTE *ret, CK_ULONG *len)
{
	GUARDED(WATCH_QUERY, C_Sign, (s, lend(in), in.len, ret, len));
}
