/* SPDX-License-Identifier: Apache-2.0 */
/* The mechanisms of a token, and which of them sign with a given key. */
#include <stdlib.h>
#include <string.h>

#include "pkcs11/key.h"
#include "pkcs11/names.h"

#define MAX_MECHANISMS 4096

static const struct {
	CK_FLAGS flag;
	enum tok_mechanism_flag ours;
} mechanism_flags[] = {
	{ CKF_HW, TOK_MECH_HARDWARE },
	{ CKF_ENCRYPT, TOK_MECH_ENCRYPT },
	{ CKF_DECRYPT, TOK_MECH_DECRYPT },
	{ CKF_DIGEST, TOK_MECH_DIGEST },
	{ CKF_SIGN, TOK_MECH_SIGN },
	{ CKF_VERIFY, TOK_MECH_VERIFY },
	{ CKF_GENERATE, TOK_MECH_KEYGEN },
	{ CKF_GENERATE_KEY_PAIR, TOK_MECH_PAIRGEN },
	{ CKF_WRAP, TOK_MECH_WRAP },
	{ CKF_UNWRAP, TOK_MECH_UNWRAP },
	{ CKF_DERIVE, TOK_MECH_DERIVE },
};

/* ---- What the token offers --------------------------------------------------- */

static enum err
list_types(const struct tok *t, CK_MECHANISM_TYPE **ret, CK_ULONG *ret_num,
    struct diag *d)
{
	CK_MECHANISM_TYPE *list;
	CK_ULONG num = 0, room;
	CK_RV rv;

	rv = p11_get_mechanism_list(&t->module->p11, t->slot, NULL, &num);
	if (rv != CKR_OK)
		return rv_fail(d, "C_GetMechanismList", rv);
	if (num > MAX_MECHANISMS)
		return diag_set(d, ERR_TOKEN,
		    "the module claims %lu mechanisms; at most %d are believed",
		    num, MAX_MECHANISMS);
	room = num;
	list = calloc(num + 1, sizeof(*list));
	if (list == NULL)
		return diag_nomem(d);
	rv = p11_get_mechanism_list(&t->module->p11, t->slot, list, &num);
	if (rv != CKR_OK || num > room) {
		free(list);
		return rv_fail(d, "C_GetMechanismList",
		    rv != CKR_OK ? rv : CKR_BUFFER_TOO_SMALL);
	}
	*ret = list;
	*ret_num = num;
	return ERR_OK;
}

/* Of one that the module does not describe, there is nothing but the name. */
static enum err
not_described(const struct tok *t, const struct tok_mechanism *m, CK_RV rv,
    struct diag *d)
{
	enum err e;

	if (rv == CKR_MECHANISM_INVALID)
		return ERR_OK;
	e = rv_fail(d, "C_GetMechanismInfo", rv);
	if (rv_is_gone(rv))
		return e;
	lib_tell(t->lib, TOK_TELL_WARNING, "%s (0x%lx): %s",
	    m->name != NULL ? m->name : "a mechanism of its vendor", m->type,
	    d->msg);
	return ERR_OK;
}

static enum err
describe(const struct tok *t, CK_MECHANISM_TYPE type, struct tok_mechanism *ret,
    struct diag *d)
{
	CK_MECHANISM_INFO info;
	size_t i;
	CK_RV rv;

	memset(ret, 0, sizeof(*ret));
	ret->type = type;
	ret->name = mech_name(type);
	memset(&info, 0, sizeof(info));
	rv = p11_get_mechanism_info(&t->module->p11, t->slot, type, &info);
	if (rv != CKR_OK)
		return not_described(t, ret, rv, d);
	ret->min_bits = info.ulMinKeySize;
	ret->max_bits = info.ulMaxKeySize;
	for (i = 0; i < sizeof(mechanism_flags) / sizeof(mechanism_flags[0]);
	     i++)
		if ((info.flags & mechanism_flags[i].flag) != 0)
			ret->flags |= 1u << mechanism_flags[i].ours;
	return ERR_OK;
}

enum err
tok_mechanisms(struct tok *t, struct tok_mechanism **ret, size_t *ret_num,
    struct diag *d)
{
	CK_MECHANISM_TYPE *types = NULL;
	struct tok_mechanism *list;
	CK_ULONG i, num = 0;
	enum err e;

	e = list_types(t, &types, &num, d);
	if (e != ERR_OK)
		return e;
	list = calloc(num + 1, sizeof(*list));
	if (list == NULL) {
		e = diag_nomem(d);
		goto out;
	}
	for (i = 0; e == ERR_OK && i < num; i++)
		e = describe(t, types[i], &list[i], d);
	if (e == ERR_OK) {
		*ret = list;
		*ret_num = num;
	} else {
		free(list);
	}
out:
	free(types);
	return e;
}

/* ---- Ways to sign --------------------------------------------------------------- */

/* In the order in which tok_sign() prefers them: digests made by us first. */
#define WAY(mechanism, scheme, digest, digests)                \
	{                                                      \
		mechanism, #mechanism, scheme, digest, digests \
	}

static const struct tok_way ways[] = {
	WAY(CKM_RSA_PKCS, SIG_PKCS1, DIGEST_SHA1, false),
	WAY(CKM_RSA_PKCS, SIG_PKCS1, DIGEST_SHA224, false),
	WAY(CKM_RSA_PKCS, SIG_PKCS1, DIGEST_SHA256, false),
	WAY(CKM_RSA_PKCS, SIG_PKCS1, DIGEST_SHA384, false),
	WAY(CKM_RSA_PKCS, SIG_PKCS1, DIGEST_SHA512, false),
	WAY(CKM_SHA1_RSA_PKCS, SIG_PKCS1, DIGEST_SHA1, true),
	WAY(CKM_SHA224_RSA_PKCS, SIG_PKCS1, DIGEST_SHA224, true),
	WAY(CKM_SHA256_RSA_PKCS, SIG_PKCS1, DIGEST_SHA256, true),
	WAY(CKM_SHA384_RSA_PKCS, SIG_PKCS1, DIGEST_SHA384, true),
	WAY(CKM_SHA512_RSA_PKCS, SIG_PKCS1, DIGEST_SHA512, true),
	WAY(CKM_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA1, false),
	WAY(CKM_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA256, false),
	WAY(CKM_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA384, false),
	WAY(CKM_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA512, false),
	WAY(CKM_SHA1_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA1, true),
	WAY(CKM_SHA224_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA224, true),
	WAY(CKM_SHA256_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA256, true),
	WAY(CKM_SHA384_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA384, true),
	WAY(CKM_SHA512_RSA_PKCS_PSS, SIG_PSS, DIGEST_SHA512, true),
	WAY(CKM_RSA_X_509, SIG_RAW, DIGEST_SHA256, false),
	WAY(CKM_ECDSA, SIG_ECDSA, DIGEST_SHA1, false),
	WAY(CKM_ECDSA, SIG_ECDSA, DIGEST_SHA256, false),
	WAY(CKM_ECDSA, SIG_ECDSA, DIGEST_SHA384, false),
	WAY(CKM_ECDSA, SIG_ECDSA, DIGEST_SHA512, false),
	WAY(CKM_ECDSA_SHA1, SIG_ECDSA, DIGEST_SHA1, true),
	WAY(CKM_ECDSA_SHA256, SIG_ECDSA, DIGEST_SHA256, true),
	WAY(CKM_ECDSA_SHA384, SIG_ECDSA, DIGEST_SHA384, true),
	WAY(CKM_ECDSA_SHA512, SIG_ECDSA, DIGEST_SHA512, true),
};

#define NUM_WAYS (sizeof(ways) / sizeof(ways[0]))

/* PKCS#11 counts the size of RSA keys in bits, and some modules in bytes. */
static bool
admits_size(const struct tok_mechanism *m, unsigned bits)
{
	unsigned long max = m->max_bits, min = m->min_bits;

	if (max != 0 && max < 1024 && bits >= 1024) {
		max *= 8;
		min *= 8;
	}
	return bits >= min && (max == 0 || bits <= max);
}

/* The block of the digest must find room in the key. */
static bool
fits(const struct tok_way *w, const struct pubkey *k)
{
	size_t room = (pubkey_bits(k) + 7) / 8, len = digest_len(w->digest);

	switch (w->scheme) {
	case SIG_PKCS1:
	case SIG_RAW:
		return room >= len + 30; /* 11 of padding, 19 of DigestInfo */
	case SIG_PSS:
		return room >= 2 * len + 3;
	case SIG_ECDSA:
		/* Not all modules cut a digest that is longer. */
		return w->digests || len <= room;
	default:
		return false;
	}
}

static bool
is_for(const struct tok_way *w, const struct pubkey *k)
{
	return (w->scheme == SIG_ECDSA ? PUBKEY_EC : PUBKEY_RSA) ==
	    pubkey_type(k) &&
	    fits(w, k);
}

/* An empty list of allowed mechanisms allows all: SoftHSM says so of each
 * key. */
static bool
key_allows(const struct tok_object *o, CK_MECHANISM_TYPE type)
{
	size_t i;

	for (i = 0; i < o->num_allowed; i++)
		if (o->allowed[i] == type)
			return true;
	return o->num_allowed == 0;
}

static bool
token_admits(const struct tok_mechanism *list, size_t num,
    const struct tok_way *w, unsigned bits)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (list[i].type == w->mechanism)
			return (list[i].flags & (1u << TOK_MECH_SIGN)) != 0 &&
			    admits_size(&list[i], bits);
	return false;
}

enum err
key_read_ways(struct tok *t, struct tok_key *k, struct diag *d)
{
	struct tok_mechanism *list = NULL;
	size_t i, num = 0;
	enum err e;

	e = tok_mechanisms(t, &list, &num, d);
	if (e != ERR_OK)
		return e;
	k->way = calloc(NUM_WAYS, sizeof(*k->way));
	for (i = 0; k->way != NULL && i < NUM_WAYS; i++)
		if (is_for(&ways[i], k->pub) &&
		    key_allows(&k->object.as, ways[i].mechanism) &&
		    token_admits(list, num, &ways[i], pubkey_bits(k->pub)))
			k->way[k->num_ways++] = ways[i];
	free(list);
	return k->way != NULL ? ERR_OK : diag_nomem(d);
}

enum err
tok_ways(const struct tok_key *k, struct tok_way **ret, size_t *ret_num,
    struct diag *d)
{
	struct tok_way *list;

	list = calloc(k->num_ways + 1, sizeof(*list));
	if (list == NULL)
		return diag_nomem(d);
	memcpy(list, k->way, k->num_ways * sizeof(*list));
	*ret = list;
	*ret_num = k->num_ways;
	return ERR_OK;
}
