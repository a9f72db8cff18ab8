/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/vendor.h"

/*
 * SafeNet Authentication Client: a hardware-feature object ETCKH_TOKEN_OBJECT
 * with ETCKA_RETRY_USER and ETCKA_RETRY_USER_MAX, from the vendor's public
 * header eTPkcs11.h. Not tried on hardware.
 */
static const struct vendor {
	const char *manufacturer; /* how it begins */
	CK_ULONG object;          /* CKA_HW_FEATURE_TYPE */
	CK_ATTRIBUTE_TYPE tries, tries_max;
} vendors[] = {
	{ "SafeNet", 0x80005002, 0x80001110, 0x80001112 },
	{ "Aladdin", 0x80005002, 0x80001110, 0x80001112 },
};

/* More tries than any token gives: then it is no number of tries. */
#define TRIES_MAX 1000

static const struct vendor *
vendor_of(const struct tok_info *i)
{
	struct bytes name = tok_text_bytes(&i->manufacturer);
	size_t n;

	for (n = 0; n < sizeof(vendors) / sizeof(vendors[0]); n++)
		if (bytes_starts(name, bytes_of_str(vendors[n].manufacturer)))
			return &vendors[n];
	return NULL;
}

static bool
find(const struct p11 *p, CK_SESSION_HANDLE s, const struct vendor *v,
    CK_OBJECT_HANDLE *ret)
{
	CK_OBJECT_CLASS class = CKO_HW_FEATURE;
	CK_ULONG type = v->object, num = 0;
	CK_ATTRIBUTE t[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_HW_FEATURE_TYPE, &type, sizeof(type) },
	};
	CK_RV rv;

	if (p11_find_init(p, s, t, 2) != CKR_OK)
		return false;
	rv = p11_find(p, s, ret, 1, &num);
	(void)p11_find_final(p, s);
	return rv == CKR_OK && num == 1;
}

static int
tries_of(const struct p11 *p, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o,
    CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG value = 0;
	CK_ATTRIBUTE a = { type, &value, sizeof(value) };

	if (p11_get_attributes(p, s, o, &a, 1) != CKR_OK ||
	    a.ulValueLen != sizeof(value) || value > TRIES_MAX)
		return -1;
	return (int)value;
}

void
vendor_read_tries(const struct p11 *p, CK_SLOT_ID slot, CK_SESSION_HANDLE own,
    struct tok_info *ret)
{
	const struct vendor *v = vendor_of(ret);
	CK_SESSION_HANDLE s = CK_INVALID_HANDLE;
	CK_OBJECT_HANDLE o;
	bool opened;

	if (v == NULL)
		return;
	opened = p11_open_session(p, slot, 0, &s) == CKR_OK;
	if (!opened)
		s = own;
	if (s == CK_INVALID_HANDLE)
		return;
	if (find(p, s, v, &o)) {
		ret->tries = tries_of(p, s, o, v->tries);
		ret->tries_max = tries_of(p, s, o, v->tries_max);
	}
	if (opened)
		(void)p11_close_session(p, s);
}
