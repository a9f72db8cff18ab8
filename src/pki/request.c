/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "pki/ossl.h"
#include "pki/request_parts.h"

/* The bits of keyUsage (RFC 5280, 4.2.1.3). */
enum {
	DIGITAL_SIGNATURE = 1U << 0,
	KEY_ENCIPHERMENT = 1U << 2,
	DATA_ENCIPHERMENT = 1U << 3,
	KEY_CERT_SIGN = 1U << 5
};

#define NUM_USAGE_BITS 9

/* What an EC key cannot do, and its certificate must not claim (RFC 8813,
 * section 3); Cisco's table has one row for both kinds of key. */
#define NOT_FOR_EC (KEY_ENCIPHERMENT | DATA_ENCIPHERMENT)

/* Those of extendedKeyUsage that occur. */
enum {
	SERVER_AUTH = 1U << 0,
	CLIENT_AUTH = 1U << 1
};

static const int purposes[] = { NID_server_auth, NID_client_auth };

/*
 * What a key is for, and where that stands: "Guide" is Cisco's Security Guide
 * for 14SU2 and 15 (the table of the extensions that a request has, and that
 * a CA must keep), where older guides demand another bit too.
 */
static const struct preset {
	const char *name;
	unsigned usage;
	unsigned purposes;
	bool ca;
} presets[REQUEST_NUM_PRESETS] = {
	[REQUEST_PLAIN] = { "", 0, 0, false },
	/* No source shows the extensions of a security token's certificate.
	 * It signs lists and does nothing else. */
	[REQUEST_SAST] = { "sast", DIGITAL_SIGNATURE, 0, false },
	/* Guide, CallManager; keyEncipherment is in 12.5(1)SU6's alone, and
	 * RSA key exchange needs it with phones of that time. */
	[REQUEST_CALLMANAGER] = { "callmanager",
	    DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | DATA_ENCIPHERMENT,
	    SERVER_AUTH | CLIENT_AUTH, false },
	/* Guide, CAPF: an authority, since it issues the phones' LSCs. */
	[REQUEST_CAPF] = { "capf", DIGITAL_SIGNATURE | KEY_CERT_SIGN,
	    SERVER_AUTH | CLIENT_AUTH, true },
	/* Guide, TVS; all releases agree. */
	[REQUEST_TVS] = { "tvs",
	    DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | DATA_ENCIPHERMENT,
	    SERVER_AUTH | CLIENT_AUTH, false },
	/* On CUCM TFTP uses CallManager's; of other servers' no source says
	 * anything. It signs configuration files and may serve them by TLS
	 * (port 6971). */
	[REQUEST_TFTP] = { "tftp", DIGITAL_SIGNATURE | KEY_ENCIPHERMENT,
	    SERVER_AUTH, false },
};

const char *
request_preset_name(enum request_preset preset)
{
	return presets[preset].name;
}

bool
request_preset_of(const char *name, enum request_preset *ret)
{
	int i;

	for (i = REQUEST_PLAIN + 1; i < REQUEST_NUM_PRESETS; i++)
		if (strcasecmp(presets[i].name, name) == 0) {
			*ret = (enum request_preset)i;
			return true;
		}
	return false;
}

void
request_parts_clear(struct request_parts *p)
{
	X509_NAME_free(p->name);
	sk_X509_EXTENSION_pop_free(p->exts, X509_EXTENSION_free);
}

enum err
request_add_ext(struct request_parts *p, int nid, void *value, bool critical,
    struct diag *d)
{
	if (X509V3_add1_i2d(&p->exts, nid, value, critical,
		X509V3_ADD_APPEND) != 1)
		return ossl_nomem(d);
	return ERR_OK;
}

static enum err
add_constraints(struct request_parts *p, bool ca, struct diag *d)
{
	BASIC_CONSTRAINTS *bc = BASIC_CONSTRAINTS_new();
	enum err e = ERR_OK;

	if (bc == NULL)
		return ossl_nomem(d);
	bc->ca = ca ? 0xff : 0;
	if (ca) {
		bc->pathlen = ASN1_INTEGER_new();
		if (bc->pathlen == NULL)
			e = ossl_nomem(d);
	}
	if (e == ERR_OK)
		e = request_add_ext(p, NID_basic_constraints, bc, true, d);
	BASIC_CONSTRAINTS_free(bc);
	return e;
}

static enum err
add_usage(struct request_parts *p, unsigned usage, struct diag *d)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	enum err e = ERR_OK;
	int i;

	for (i = 0; bits != NULL && i < NUM_USAGE_BITS; i++)
		if ((usage >> i & 1) != 0 &&
		    ASN1_BIT_STRING_set_bit(bits, i, 1) != 1)
			e = ossl_nomem(d);
	if (bits == NULL)
		e = ossl_nomem(d);
	if (e == ERR_OK)
		e = request_add_ext(p, NID_key_usage, bits, true, d);
	ASN1_BIT_STRING_free(bits);
	return e;
}

static enum err
add_purposes(struct request_parts *p, unsigned which, struct diag *d)
{
	EXTENDED_KEY_USAGE *list = EXTENDED_KEY_USAGE_new();
	enum err e = ERR_OK;
	size_t i;

	if (list == NULL)
		return ossl_nomem(d);
	for (i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
		if ((which >> i & 1) != 0 &&
		    sk_ASN1_OBJECT_push(list, OBJ_nid2obj(purposes[i])) <= 0)
			e = ossl_nomem(d);
	if (e == ERR_OK)
		e = request_add_ext(p, NID_ext_key_usage, list, false, d);
	EXTENDED_KEY_USAGE_free(list);
	return e;
}

static enum err
add_alt_names(struct request_parts *p, const char *text, struct diag *d)
{
	GENERAL_NAMES *names = NULL;
	enum err e = request_alt_read(text, &names, d);

	if (e == ERR_OK)
		e = request_add_ext(p, NID_subject_alt_name, names, false, d);
	GENERAL_NAMES_free(names);
	return e;
}

enum err
request_read(const struct request_spec *spec, struct request_parts *p,
    struct diag *d)
{
	const struct preset *preset = &presets[spec->preset];
	enum err e = request_name_read(spec->subject, &p->name, d);

	if (e == ERR_OK && preset->usage != 0)
		e = add_constraints(p, preset->ca, d);
	if (e == ERR_OK && preset->usage != 0)
		e = add_usage(p,
		    spec->key != NULL && pubkey_type(spec->key) == PUBKEY_EC
			? preset->usage & ~(unsigned)NOT_FOR_EC
			: preset->usage,
		    d);
	if (e == ERR_OK && preset->purposes != 0)
		e = add_purposes(p, preset->purposes, d);
	if (e == ERR_OK && spec->alt_names != NULL)
		e = add_alt_names(p, spec->alt_names, d);
	return e;
}

enum err
request_check(const struct request_spec *spec, struct diag *d)
{
	struct request_parts p = { NULL, NULL };
	enum err e = request_read(spec, &p, d);

	request_parts_clear(&p);
	return e;
}

enum err
request_check_can(const struct request_spec *spec, enum digest digest,
    struct diag *d)
{
	if (digest_info(digest).ptr == NULL)
		return diag_set(d, ERR_UNSUPPORTED,
		    "signatures over %s are not supported",
		    digest_name(digest));
	if (pubkey_type(spec->key) == PUBKEY_OTHER)
		return diag_set(d, ERR_UNSUPPORTED,
		    "the key is neither RSA nor EC");
	return ERR_OK;
}

enum err
request_not_signed(struct diag *d)
{
	if (ERR_peek_error() == 0)
		return diag_set(d, ERR_CRYPTO, "the key could not sign");
	return ossl_fail(d, ERR_CRYPTO, "the key could not sign");
}

enum err
request_not_verified(struct diag *d)
{
	if (ERR_peek_error() == 0)
		return diag_set(d, ERR_CRYPTO,
		    "what the key signed does not verify with the public key "
		    "that belongs to it");
	return ossl_fail(d, ERR_CRYPTO,
	    "what the key signed does not verify with the public key that "
	    "belongs to it");
}

enum err
request_hand_over(unsigned char *der, int len, struct buf *ret, struct diag *d)
{
	buf_put(ret, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf_ok(ret) ? ERR_OK : diag_nomem(d);
}

static enum err
emit_request(X509_REQ *req, const struct pubkey *key, struct buf *ret,
    struct diag *d)
{
	unsigned char *der = NULL;
	int len = i2d_X509_REQ(req, &der);
	const unsigned char *p = der;
	X509_REQ *again;
	bool good;

	if (len <= 0)
		return ossl_nomem(d);
	again = d2i_X509_REQ(NULL, &p, len);
	good = again != NULL && X509_REQ_verify(again, pubkey_evp(key)) == 1;
	X509_REQ_free(again);
	if (good)
		return request_hand_over(der, len, ret, d);
	OPENSSL_free(der);
	return request_not_verified(d);
}

/* Signs and emits REQ, which is filled but for the signature. */
static enum err
finish_request(X509_REQ *req, const struct pubkey *key, EVP_PKEY *signer,
    enum digest digest, struct buf *ret, struct diag *d)
{
	ERR_clear_error();
	if (X509_REQ_sign(req, signer, digest_md(digest)) <= 0)
		return request_not_signed(d);
	ERR_clear_error();
	return emit_request(req, key, ret, d);
}

static bool
fill_request(X509_REQ *req, const struct request_parts *p,
    const struct pubkey *key)
{
	return X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
	    X509_REQ_set_subject_name(req, p->name) == 1 &&
	    X509_REQ_set_pubkey(req, pubkey_evp(key)) == 1 &&
	    (p->exts == NULL || X509_REQ_add_extensions(req, p->exts) == 1);
}

enum err
request_make(const struct request_spec *spec, struct evp_pkey_st *signer,
    enum digest digest, struct buf *ret_der, struct diag *d)
{
	struct request_parts p = { NULL, NULL };
	X509_REQ *req = NULL;
	enum err e = request_check_can(spec, digest, d);

	if (e == ERR_OK)
		e = request_read(spec, &p, d);
	if (e != ERR_OK)
		goto out;
	req = X509_REQ_new();
	if (req == NULL || !fill_request(req, &p, spec->key))
		e = ossl_nomem(d);
	else
		e = finish_request(req, spec->key, signer, digest, ret_der, d);
out:
	X509_REQ_free(req);
	request_parts_clear(&p);
	return e;
}

enum err
request_put_pem(struct bytes der, struct buf *out, struct diag *d)
{
	return ossl_put_pem(PEM_STRING_X509_REQ, der, out, d);
}
