/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls into a module: each stands here once, named and watched. They do
 * what PKCS#11 2.40 says; bounding what comes back is the caller's business.
 */
#ifndef PKCS11_P11_H
#define PKCS11_P11_H

#include <p11-kit/pkcs11.h>

#include "base/bytes.h"
#include "pkcs11/watch.h"

/* One module, initialised. */
struct p11 {
	CK_FUNCTION_LIST *f;
	struct watch *watch;
};

CK_RV p11_get_info(const struct p11 *p, CK_INFO *ret);
CK_RV p11_get_slot_list(const struct p11 *p, CK_BBOOL present, CK_SLOT_ID *ret,
    CK_ULONG *num);
CK_RV p11_get_slot_info(const struct p11 *p, CK_SLOT_ID slot,
    CK_SLOT_INFO *ret);
CK_RV p11_get_token_info(const struct p11 *p, CK_SLOT_ID slot,
    CK_TOKEN_INFO *ret);
CK_RV p11_get_mechanism_list(const struct p11 *p, CK_SLOT_ID slot,
    CK_MECHANISM_TYPE *ret, CK_ULONG *num);
CK_RV p11_get_mechanism_info(const struct p11 *p, CK_SLOT_ID slot,
    CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *ret);

CK_RV p11_open_session(const struct p11 *p, CK_SLOT_ID slot, CK_FLAGS flags,
    CK_SESSION_HANDLE *ret);
CK_RV p11_close_session(const struct p11 *p, CK_SESSION_HANDLE s);
CK_RV p11_close_all_sessions(const struct p11 *p, CK_SLOT_ID slot);
CK_RV p11_get_session_info(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_SESSION_INFO *ret);
/* A NULL PIN is for a pinpad, and a person is then waited for without limit.
 */
CK_RV p11_login(const struct p11 *p, CK_SESSION_HANDLE s, CK_USER_TYPE who,
    struct bytes pin);
CK_RV p11_logout(const struct p11 *p, CK_SESSION_HANDLE s);
CK_RV p11_init_token(const struct p11 *p, CK_SLOT_ID slot, struct bytes pin,
    CK_UTF8CHAR *label);
CK_RV p11_init_pin(const struct p11 *p, CK_SESSION_HANDLE s, struct bytes pin);
CK_RV p11_set_pin(const struct p11 *p, CK_SESSION_HANDLE s, struct bytes old,
    struct bytes new);

CK_RV p11_find_init(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_ATTRIBUTE *template, CK_ULONG num);
CK_RV p11_find(const struct p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *ret,
    CK_ULONG max, CK_ULONG *num);
CK_RV p11_find_final(const struct p11 *p, CK_SESSION_HANDLE s);
CK_RV p11_get_attributes(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_OBJECT_HANDLE o, CK_ATTRIBUTE *template, CK_ULONG num);

CK_RV p11_create(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_ATTRIBUTE *template, CK_ULONG num, CK_OBJECT_HANDLE *ret);
CK_RV p11_destroy(const struct p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o);

/* Attributes for one object. */
struct p11_template {
	CK_ATTRIBUTE *item;
	CK_ULONG num;
};

CK_RV p11_generate_pair(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_MECHANISM *mechanism, const struct p11_template *half,
    CK_OBJECT_HANDLE *ret); /* half and ret: [0] public, [1] private */
/* A key from outside, encrypted. */
struct p11_wrapped {
	CK_OBJECT_HANDLE by;
	struct bytes bytes;
};

CK_RV p11_unwrap(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_MECHANISM *mechanism, const struct p11_wrapped *w,
    const struct p11_template *t, CK_OBJECT_HANDLE *ret);

CK_RV p11_sign_init(const struct p11 *p, CK_SESSION_HANDLE s,
    CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);
CK_RV p11_sign(const struct p11 *p, CK_SESSION_HANDLE s, struct bytes in,
    CK_BYTE *ret, CK_ULONG *len);

#endif
