/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every function of PKCS#11 2.40 but C_GetFunctionList: F(NAME, KIND,
 * PARAMETERS, ARGUMENTS). The kind says what is done beyond forwarding:
 *
 *	open	nothing
 *	plain	a session comes first: it may be that of a removed device
 *	mech	the same, then a mechanism, which may be hidden
 *	object	the same, then an object, which may be made up
 *	hook	hook_NAME() of this folder does the rest
 *	login	the same, and the trace says who logs in
 */
#ifndef TESTS_SHIM_P11_FUNCTIONS_H
#define TESTS_SHIM_P11_FUNCTIONS_H

/* clang-format off */
#define P11_FUNCTIONS(F) \
	F(Initialize, hook, (void *init_args), (init_args)) \
	F(Finalize, hook, (void *reserved), (reserved)) \
	F(GetInfo, open, (CK_INFO *info), (info)) \
	F(GetSlotList, hook, (CK_BYTE present, CK_SLOT_ID *list, \
	    CK_ULONG *count), (present, list, count)) \
	F(GetSlotInfo, hook, (CK_SLOT_ID slot, CK_SLOT_INFO *info), \
	    (slot, info)) \
	F(GetTokenInfo, hook, (CK_SLOT_ID slot, CK_TOKEN_INFO *info), \
	    (slot, info)) \
	F(WaitForSlotEvent, hook, (CK_FLAGS flags, CK_SLOT_ID *slot, \
	    void *reserved), (flags, slot, reserved)) \
	F(GetMechanismList, hook, (CK_SLOT_ID slot, CK_MECHANISM_TYPE \
	    *list, CK_ULONG *count), (slot, list, count)) \
	F(GetMechanismInfo, hook, (CK_SLOT_ID slot, CK_MECHANISM_TYPE \
	    type, CK_MECHANISM_INFO *info), (slot, type, info)) \
	F(InitToken, hook, (CK_SLOT_ID slot, CK_BYTE *pin, CK_ULONG \
	    pin_len, CK_BYTE *label), (slot, pin, pin_len, label)) \
	F(InitPIN, hook, (CK_SESSION_HANDLE s, CK_BYTE *pin, CK_ULONG \
	    pin_len), (s, pin, pin_len)) \
	F(SetPIN, hook, (CK_SESSION_HANDLE s, CK_BYTE *old_pin, CK_ULONG \
	    old_len, CK_BYTE *new_pin, CK_ULONG new_len), (s, old_pin, \
	    old_len, new_pin, new_len)) \
	F(OpenSession, hook, (CK_SLOT_ID slot, CK_FLAGS flags, void \
	    *app, CK_NOTIFY notify, CK_SESSION_HANDLE *s), (slot, flags, \
	    app, notify, s)) \
	F(CloseSession, hook, (CK_SESSION_HANDLE s), (s)) \
	F(CloseAllSessions, hook, (CK_SLOT_ID slot), (slot)) \
	F(GetSessionInfo, hook, (CK_SESSION_HANDLE s, CK_SESSION_INFO \
	    *info), (s, info)) \
	F(GetOperationState, plain, (CK_SESSION_HANDLE s, CK_BYTE \
	    *state, CK_ULONG *len), (s, state, len)) \
	F(SetOperationState, plain, (CK_SESSION_HANDLE s, CK_BYTE \
	    *state, CK_ULONG len, CK_OBJECT_HANDLE crypt_key, \
	    CK_OBJECT_HANDLE auth_key), (s, state, len, crypt_key, \
	    auth_key)) \
	F(Login, login, (CK_SESSION_HANDLE s, CK_USER_TYPE user_type, \
	    CK_BYTE *pin, CK_ULONG pin_len), (s, user_type, pin, pin_len)) \
	F(Logout, plain, (CK_SESSION_HANDLE s), (s)) \
	F(CreateObject, hook, (CK_SESSION_HANDLE s, CK_ATTRIBUTE *templ, \
	    CK_ULONG count, CK_OBJECT_HANDLE *object), (s, templ, count, \
	    object)) \
	F(CopyObject, object, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE \
	    object, CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE \
	    *new_object), (s, object, templ, count, new_object)) \
	F(DestroyObject, object, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE \
	    object), (s, object)) \
	F(GetObjectSize, object, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE \
	    object, CK_ULONG *size), (s, object, size)) \
	F(GetAttributeValue, hook, (CK_SESSION_HANDLE s, \
	    CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ, CK_ULONG count), \
	    (s, object, templ, count)) \
	F(SetAttributeValue, object, (CK_SESSION_HANDLE s, \
	    CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ, CK_ULONG count), \
	    (s, object, templ, count)) \
	F(FindObjectsInit, hook, (CK_SESSION_HANDLE s, CK_ATTRIBUTE \
	    *templ, CK_ULONG count), (s, templ, count)) \
	F(FindObjects, hook, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE \
	    *object, CK_ULONG max, CK_ULONG *count), (s, object, max, \
	    count)) \
	F(FindObjectsFinal, hook, (CK_SESSION_HANDLE s), (s)) \
	F(EncryptInit, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_OBJECT_HANDLE key), (s, m, key)) \
	F(Encrypt, plain, (CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG \
	    data_len, CK_BYTE *crypted, CK_ULONG *crypted_len), (s, data, \
	    data_len, crypted, crypted_len)) \
	F(EncryptUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE *part, \
	    CK_ULONG part_len, CK_BYTE *crypted, CK_ULONG *crypted_len), (s, \
	    part, part_len, crypted, crypted_len)) \
	F(EncryptFinal, plain, (CK_SESSION_HANDLE s, CK_BYTE *out, \
	    CK_ULONG *out_len), (s, out, out_len)) \
	F(DecryptInit, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_OBJECT_HANDLE key), (s, m, key)) \
	F(Decrypt, plain, (CK_SESSION_HANDLE s, CK_BYTE *crypted, \
	    CK_ULONG crypted_len, CK_BYTE *data, CK_ULONG *data_len), (s, \
	    crypted, crypted_len, data, data_len)) \
	F(DecryptUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE *crypted, \
	    CK_ULONG crypted_len, CK_BYTE *part, CK_ULONG *part_len), (s, \
	    crypted, crypted_len, part, part_len)) \
	F(DecryptFinal, plain, (CK_SESSION_HANDLE s, CK_BYTE *last_part, \
	    CK_ULONG *last_part_len), (s, last_part, last_part_len)) \
	F(DigestInit, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m), (s, \
	    m)) \
	F(Digest, plain, (CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG \
	    data_len, CK_BYTE *digest, CK_ULONG *digest_len), (s, data, \
	    data_len, digest, digest_len)) \
	F(DigestUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE *part, \
	    CK_ULONG part_len), (s, part, part_len)) \
	F(DigestKey, plain, (CK_SESSION_HANDLE s, CK_OBJECT_HANDLE key), \
	    (s, key)) \
	F(DigestFinal, plain, (CK_SESSION_HANDLE s, CK_BYTE *digest, \
	    CK_ULONG *digest_len), (s, digest, digest_len)) \
	F(SignInit, hook, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_OBJECT_HANDLE key), (s, m, key)) \
	F(Sign, hook, (CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG \
	    data_len, CK_BYTE *sig, CK_ULONG *sig_len), (s, data, data_len, \
	    sig, sig_len)) \
	F(SignUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE *part, \
	    CK_ULONG part_len), (s, part, part_len)) \
	F(SignFinal, hook, (CK_SESSION_HANDLE s, CK_BYTE *sig, CK_ULONG \
	    *sig_len), (s, sig, sig_len)) \
	F(SignRecoverInit, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_OBJECT_HANDLE key), (s, m, key)) \
	F(SignRecover, plain, (CK_SESSION_HANDLE s, CK_BYTE *data, \
	    CK_ULONG data_len, CK_BYTE *sig, CK_ULONG *sig_len), (s, data, \
	    data_len, sig, sig_len)) \
	F(VerifyInit, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_OBJECT_HANDLE key), (s, m, key)) \
	F(Verify, plain, (CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG \
	    data_len, CK_BYTE *sig, CK_ULONG sig_len), (s, data, data_len, \
	    sig, sig_len)) \
	F(VerifyUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE *part, \
	    CK_ULONG part_len), (s, part, part_len)) \
	F(VerifyFinal, plain, (CK_SESSION_HANDLE s, CK_BYTE *sig, \
	    CK_ULONG sig_len), (s, sig, sig_len)) \
	F(VerifyRecoverInit, mech, (CK_SESSION_HANDLE s, CK_MECHANISM \
	    *m, CK_OBJECT_HANDLE key), (s, m, key)) \
	F(VerifyRecover, plain, (CK_SESSION_HANDLE s, CK_BYTE *sig, \
	    CK_ULONG sig_len, CK_BYTE *data, CK_ULONG *data_len), (s, sig, \
	    sig_len, data, data_len)) \
	F(DigestEncryptUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE \
	    *part, CK_ULONG part_len, CK_BYTE *crypted, CK_ULONG \
	    *crypted_len), (s, part, part_len, crypted, crypted_len)) \
	F(DecryptDigestUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE \
	    *crypted, CK_ULONG crypted_len, CK_BYTE *part, CK_ULONG \
	    *part_len), (s, crypted, crypted_len, part, part_len)) \
	F(SignEncryptUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE *part, \
	    CK_ULONG part_len, CK_BYTE *crypted, CK_ULONG *crypted_len), (s, \
	    part, part_len, crypted, crypted_len)) \
	F(DecryptVerifyUpdate, plain, (CK_SESSION_HANDLE s, CK_BYTE \
	    *crypted, CK_ULONG crypted_len, CK_BYTE *part, CK_ULONG \
	    *part_len), (s, crypted, crypted_len, part, part_len)) \
	F(GenerateKey, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE *key), (s, \
	    m, templ, count, key)) \
	F(GenerateKeyPair, hook, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_ATTRIBUTE *pub_templ, CK_ULONG pub_count, CK_ATTRIBUTE \
	    *prv_templ, CK_ULONG prv_count, CK_OBJECT_HANDLE *public_key, \
	    CK_OBJECT_HANDLE *private_key), (s, m, pub_templ, pub_count, \
	    prv_templ, prv_count, public_key, private_key)) \
	F(WrapKey, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_OBJECT_HANDLE with, CK_OBJECT_HANDLE key, CK_BYTE \
	    *wrapped_key, CK_ULONG *wrapped_key_len), (s, m, with, key, \
	    wrapped_key, wrapped_key_len)) \
	F(UnwrapKey, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_OBJECT_HANDLE with, CK_BYTE *wrapped_key, CK_ULONG \
	    wrapped_key_len, CK_ATTRIBUTE *templ, CK_ULONG count, \
	    CK_OBJECT_HANDLE *key), (s, m, with, wrapped_key, \
	    wrapped_key_len, templ, count, key)) \
	F(DeriveKey, mech, (CK_SESSION_HANDLE s, CK_MECHANISM *m, \
	    CK_OBJECT_HANDLE base_key, CK_ATTRIBUTE *templ, CK_ULONG count, \
	    CK_OBJECT_HANDLE *key), (s, m, base_key, templ, count, key)) \
	F(SeedRandom, plain, (CK_SESSION_HANDLE s, CK_BYTE *seed, \
	    CK_ULONG seed_len), (s, seed, seed_len)) \
	F(GenerateRandom, plain, (CK_SESSION_HANDLE s, CK_BYTE *data, \
	    CK_ULONG len), (s, data, len)) \
	F(GetFunctionStatus, plain, (CK_SESSION_HANDLE s), (s)) \
	F(CancelFunction, plain, (CK_SESSION_HANDLE s), (s))
/* clang-format on */

#endif
