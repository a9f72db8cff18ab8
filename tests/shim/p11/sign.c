/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "tests/shim/p11/p11fault.h"

/* The private key of that label, in a session of our own. */
static bool
find_in_session(CK_SESSION_HANDLE s, const struct rule *r,
    CK_OBJECT_HANDLE *ret_key)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	char label[RULE_TEXT_MAX + 1];
	CK_ATTRIBUTE templ[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, label, r->text_len },
	};
	CK_ULONG num = 0;

	memcpy(label, r->text, sizeof(label));
	if (p11_real()->C_FindObjectsInit(s, templ, 2) != CKR_OK)
		return false;
	if (p11_real()->C_FindObjects(s, ret_key, 1, &num) != CKR_OK)
		num = 0;
	(void)p11_real()->C_FindObjectsFinal(s);
	return num == 1;
}

static CK_OBJECT_HANDLE
other_key(CK_SESSION_HANDLE s, const struct rule *r)
{
	CK_SESSION_HANDLE own;
	CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
	CK_SLOT_ID real;
	bool found;

	if (!session_slot(s, &real) ||
	    p11_real()->C_OpenSession(real, CKF_SERIAL_SESSION, NULL, NULL,
		&own) != CKR_OK)
		p11_die("wrong-key: no session");
	found = find_in_session(own, r, &key);
	(void)p11_real()->C_CloseSession(own);
	if (!found)
		p11_die("wrong-key: no private key is called %s", r->text);
	call_note("fault=wrong-key");
	return key;
}

CK_RV
hook_SignInit(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE key)
{
	struct rule *r = plan_find(RULE_WRONG_KEY);
	CK_RV rv = session_check(s);

	if (rv != CKR_OK)
		return rv;
	if (slot_hides(s, m))
		return CKR_MECHANISM_INVALID;
	if (r != NULL && session_is_ours(s) && rule_fires(r))
		key = other_key(s, r);
	return p11_real()->C_SignInit(s, m, key);
}

/* Flips a bit of a signature that has been given. */
static void
spoil(unsigned char *sig, const CK_ULONG *len, CK_RV rv)
{
	struct rule *r = plan_find(RULE_WRONG_SIGNATURE);

	if (r == NULL || rv != CKR_OK || sig == NULL || *len == 0 ||
	    !rule_fires(r))
		return;
	sig[*len - 1] ^= 1;
	call_note("fault=wrong-signature");
}

/* Signs DATA, or something like it. */
static CK_RV
sign(CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *sig,
    CK_ULONG *sig_len)
{
	struct rule *r = plan_find(RULE_WRONG_DATA);
	CK_BYTE *copy;
	CK_RV rv;

	if (r == NULL || sig == NULL || data_len == 0 || !rule_fires(r))
		return p11_real()->C_Sign(s, data, data_len, sig, sig_len);
	copy = malloc(data_len);
	if (copy == NULL)
		return CKR_HOST_MEMORY;
	memcpy(copy, data, data_len);
	copy[data_len - 1] ^= 1;
	call_note("fault=wrong-data");
	rv = p11_real()->C_Sign(s, copy, data_len, sig, sig_len);
	free(copy);
	return rv;
}

CK_RV
hook_Sign(CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *sig,
    CK_ULONG *sig_len)
{
	struct p11_lie lie;
	CK_RV rv = session_check(s);

	if (rv != CKR_OK)
		return rv;
	if (!session_is_ours(s))
		return p11_real()->C_Sign(s, data, data_len, sig, sig_len);
	if (lie_begin(&lie, FN_Sign, sig != NULL, sig_len))
		sig = NULL;
	rv = sign(s, data, data_len, sig, sig_len);
	spoil(sig, sig_len, rv);
	return lie_end(&lie, sig_len, rv);
}

CK_RV
hook_SignFinal(CK_SESSION_HANDLE s, CK_BYTE *sig, CK_ULONG *sig_len)
{
	struct p11_lie lie;
	CK_RV rv = session_check(s);

	if (rv != CKR_OK)
		return rv;
	if (!session_is_ours(s))
		return p11_real()->C_SignFinal(s, sig, sig_len);
	if (lie_begin(&lie, FN_SignFinal, sig != NULL, sig_len))
		sig = NULL;
	rv = p11_real()->C_SignFinal(s, sig, sig_len);
	spoil(sig, sig_len, rv);
	return lie_end(&lie, sig_len, rv);
}
