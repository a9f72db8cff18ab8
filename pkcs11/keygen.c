/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "pkcs11/make.h"
#include "pkcs11/names.h"

/* ---- Kinds ------------------------------------------------------------------- */

static const struct kind {
	CK_MECHANISM_TYPE mechanism;
	enum pubkey_type type;
	CK_ULONG bits;
	const char *curve; /* pubkey_curve_name() */
	const char *params;
	size_t params_len;
} kinds[] = {
#define RSA(bits)                                                        \
	{                                                                \
		CKM_RSA_PKCS_KEY_PAIR_GEN, PUBKEY_RSA, bits, NULL, "", 0 \
	}
/* The DER of the curve's OID (SEC 2). */
#define EC(bits, name, oid)                                      \
	{                                                        \
		CKM_EC_KEY_PAIR_GEN, PUBKEY_EC, bits, name, oid, \
		    sizeof(oid) - 1                              \
	}
	[TOK_RSA_1024] = RSA(1024),
	[TOK_RSA_2048] = RSA(2048),
	[TOK_RSA_3072] = RSA(3072),
	[TOK_RSA_4096] = RSA(4096),
	[TOK_EC_P256] = EC(256, "P-256",
	    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"),
	[TOK_EC_P384] = EC(384, "P-384", "\x06\x05\x2b\x81\x04\x00\x22"),
};

/* ---- Templates ---------------------------------------------------------------- */

/*
 * In the order in which modules refuse them: ALLOWED_MECHANISMS (opencryptoki,
 * NSS), COPYABLE (the same), ENCRYPT of an RSA key (NSS), DECRYPT (tpm2-pkcs11),
 * and any EXTRACTABLE (ykcs11).
 */
enum {
	DROP_ALLOWED = 1,
	DROP_COPYABLE,
	DROP_PUBLIC_USES,
	DROP_PRIVATE_USES,
	DROP_EXTRACTABLE,
	DROP_ALL = DROP_EXTRACTABLE
};

static const struct make_flag public_flags[] = {
	{ CKA_TOKEN, CK_TRUE, 0 },
	{ CKA_VERIFY, CK_TRUE, 0 },
	{ CKA_PRIVATE, CK_FALSE, DROP_PUBLIC_USES },
	{ CKA_ENCRYPT, CK_FALSE, DROP_PUBLIC_USES },
	{ CKA_WRAP, CK_FALSE, DROP_PUBLIC_USES },
};

static const struct make_flag private_flags[] = {
	{ CKA_TOKEN, CK_TRUE, 0 },
	{ CKA_PRIVATE, CK_TRUE, 0 },
	{ CKA_SENSITIVE, CK_TRUE, 0 },
	{ CKA_SIGN, CK_TRUE, 0 },
	{ CKA_COPYABLE, CK_FALSE, DROP_COPYABLE },
	{ CKA_DECRYPT, CK_FALSE, DROP_PRIVATE_USES },
	{ CKA_UNWRAP, CK_FALSE, DROP_PRIVATE_USES },
	{ CKA_SIGN_RECOVER, CK_FALSE, DROP_PRIVATE_USES },
	{ CKA_DERIVE, CK_FALSE, DROP_PRIVATE_USES },
	{ CKA_EXTRACTABLE, CK_FALSE, DROP_EXTRACTABLE },
};

static const struct make_flag always_flags[] = {
	{ CKA_ALWAYS_AUTHENTICATE, CK_TRUE, 0 },
};

#define NUM(a) (sizeof(a) / sizeof((a)[0]))

static const CK_MECHANISM_TYPE rsa_uses[] = { CKM_RSA_PKCS, CKM_SHA1_RSA_PKCS,
	CKM_SHA224_RSA_PKCS, CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS,
	CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_SHA1_RSA_PKCS_PSS,
	CKM_SHA224_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS,
	CKM_SHA384_RSA_PKCS_PSS, CKM_SHA512_RSA_PKCS_PSS };

static const CK_MECHANISM_TYPE ec_uses[] = { CKM_ECDSA, CKM_ECDSA_SHA1,
	CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512 };

static const uint8_t exponent[] = { 1, 0, 1 };

static void
put_names(struct make_template *t, const struct tok_keygen *g)
{
	make_put(t, CKA_LABEL, g->label);
	make_put(t, CKA_ID, g->id);
}

static void
put_public(struct make_template *t, const struct tok_keygen *g,
    unsigned dropped)
{
	const struct kind *k = &kinds[g->kind];

	make_put_flags(t, public_flags, NUM(public_flags), dropped);
	put_names(t, g);
	if (k->type == PUBKEY_EC) {
		make_put(t, CKA_EC_PARAMS, bytes_of(k->params, k->params_len));
		return;
	}
	make_put(t, CKA_MODULUS_BITS, bytes_of(&k->bits, sizeof(k->bits)));
	make_put(t, CKA_PUBLIC_EXPONENT, bytes_of(exponent, sizeof(exponent)));
}

static void
put_private(struct make_template *t, const struct tok_keygen *g,
    unsigned dropped)
{
	bool rsa = kinds[g->kind].type == PUBKEY_RSA;

	make_put_flags(t, private_flags, NUM(private_flags), dropped);
	if (g->always_authenticate)
		make_put_flags(t, always_flags, NUM(always_flags), dropped);
	put_names(t, g);
	if (dropped < DROP_ALLOWED)
		make_put(t, CKA_ALLOWED_MECHANISMS,
		    rsa ? bytes_of(rsa_uses, sizeof(rsa_uses))
			: bytes_of(ec_uses, sizeof(ec_uses)));
}

/* ---- Making ---------------------------------------------------------------------- */

static CK_RV
generate_once(struct make *m, const struct tok_keygen *g, unsigned dropped)
{
	CK_MECHANISM mechanism = { kinds[g->kind].mechanism, NULL, 0 };
	struct make_template t[2] = { { .num = 0 }, { .num = 0 } };
	struct p11_template half[2];

	put_public(&t[MAKE_PUBLIC], g, dropped);
	put_private(&t[MAKE_PRIVATE], g, dropped);
	half[MAKE_PUBLIC] = make_view(&t[MAKE_PUBLIC]);
	half[MAKE_PRIVATE] = make_view(&t[MAKE_PRIVATE]);
	return p11_generate_pair(&m->tok->module->p11, m->tok->own.handle,
	    &mechanism, half, m->handle);
}

/* A call that failed may have made something all the same. What it wrote into
 * the handles is not believed; make_undo() looks for the id and the label. */
static bool
left_something(struct make *m)
{
	struct diag d;

	m->handle[MAKE_PUBLIC] = m->handle[MAKE_PRIVATE] = CK_INVALID_HANDLE;
	return make_check_free(m, CK_UNAVAILABLE_INFORMATION, &d) != ERR_OK;
}

static enum err
generate(struct make *m, const struct tok_keygen *g, struct diag *d)
{
	unsigned dropped;
	enum err e;
	CK_RV rv;

	for (dropped = 0;; dropped++) {
		e = session_ready(&m->tok->own, d);
		if (e != ERR_OK)
			return e;
		m->tried = true;
		rv = generate_once(m, g, dropped);
		if (rv == CKR_OK)
			return ERR_OK;
		e = session_fail(&m->tok->own, d, "C_GenerateKeyPair", rv);
		if (left_something(m) || dropped == DROP_ALL ||
		    !make_may_drop(rv))
			return e;
	}
}

/* Some make another key than they were asked for, and say nothing. */
static enum err
check_kind(const struct tok_keygen *g, const struct pubkey *key, struct diag *d)
{
	const struct kind *k = &kinds[g->kind];
	const char *curve = pubkey_curve_name(key);

	if (pubkey_type(key) == k->type && pubkey_bits(key) == k->bits &&
	    (k->curve == NULL ||
		(curve != NULL && strcmp(curve, k->curve) == 0)))
		return ERR_OK;
	return diag_set(d, ERR_TOKEN,
	    "the token made another kind of key than it was asked for: %s of "
	    "%u bits",
	    pubkey_type_name(pubkey_type(key)), pubkey_bits(key));
}

static enum err
check_offer(struct tok *t, CK_MECHANISM_TYPE type, struct diag *d)
{
	struct tok_mechanism *list = NULL;
	size_t i, num = 0;
	bool found = false;
	enum err e;

	e = tok_mechanisms(t, &list, &num, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < num; i++)
		found = found || list[i].type == type;
	free(list);
	if (found)
		return ERR_OK;
	return diag_set(d, ERR_UNSUPPORTED,
	    "the token makes no such keys: it does not offer %s",
	    mech_name(type));
}

enum err
tok_keygen(struct tok *t, const struct tok_keygen *g, struct tok_key **ret,
    struct diag *d)
{
	struct make m = { .tok = t,
		.label = g->label,
		.id = g->id,
		.local = true,
		.always = g->always_authenticate };
	struct tok_event event = { .operation = "key-generate",
		.mechanism = mech_name(kinds[g->kind].mechanism) };
	enum err e;

	e = make_check_names(g->label, g->id, d);
	if (e == ERR_OK)
		e = make_ready(t, d);
	if (e == ERR_OK)
		e = check_offer(t, kinds[g->kind].mechanism, d);
	if (e == ERR_OK)
		e = make_check_free(&m, CK_UNAVAILABLE_INFORMATION, d);
	if (e != ERR_OK)
		return e;
	e = generate(&m, g, d);
	if (e == ERR_OK)
		e = make_read_back(&m, d);
	if (e == ERR_OK)
		e = check_kind(g, m.key->pub, d);
	if (e == ERR_OK)
		e = make_prove(&m, d);
	return make_end(&m, &event, e, ret, d);
}
