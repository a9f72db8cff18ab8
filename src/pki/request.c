/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "pki/der.h"
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

/* The year 9999 ends, and the first that a certificate can hold begins. */
#define MAX_TIME INT64_C(253402300799)
#define MIN_TIME INT64_C(-631152000)
#define DAY INT64_C(86400)

#define SERIAL_LEN 16
#define MAX_SERIAL_LEN ((size_t)20)

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

/* What is made, of a spec. */
struct parts {
	X509_NAME *name;
	STACK_OF(X509_EXTENSION) * exts; /* NULL: none */
};

static void
parts_clear(struct parts *p)
{
	X509_NAME_free(p->name);
	sk_X509_EXTENSION_pop_free(p->exts, X509_EXTENSION_free);
}

/* Adds the extension NID, whose content is VALUE. */
static enum err
add_ext(struct parts *p, int nid, void *value, bool critical, struct diag *d)
{
	if (X509V3_add1_i2d(&p->exts, nid, value, critical,
		X509V3_ADD_APPEND) != 1)
		return ossl_nomem(d);
	return ERR_OK;
}

static enum err
add_constraints(struct parts *p, bool ca, struct diag *d)
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
		e = add_ext(p, NID_basic_constraints, bc, true, d);
	BASIC_CONSTRAINTS_free(bc);
	return e;
}

static enum err
add_usage(struct parts *p, unsigned usage, struct diag *d)
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
		e = add_ext(p, NID_key_usage, bits, true, d);
	ASN1_BIT_STRING_free(bits);
	return e;
}

static enum err
add_purposes(struct parts *p, unsigned which, struct diag *d)
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
		e = add_ext(p, NID_ext_key_usage, list, false, d);
	EXTENDED_KEY_USAGE_free(list);
	return e;
}

static enum err
add_alt_names(struct parts *p, const char *text, struct diag *d)
{
	GENERAL_NAMES *names = NULL;
	enum err e = request_alt_read(text, &names, d);

	if (e == ERR_OK)
		e = add_ext(p, NID_subject_alt_name, names, false, d);
	GENERAL_NAMES_free(names);
	return e;
}

static enum err
add_key_id(struct parts *p, const struct pubkey *key, struct diag *d)
{
	ASN1_OCTET_STRING *s = NULL;
	struct buf id = { 0 };
	enum err e = pubkey_put_id(key, &id, d);

	if (e == ERR_OK) {
		s = ASN1_OCTET_STRING_new();
		if (s == NULL ||
		    ASN1_OCTET_STRING_set(s, id.ptr, (int)id.len) != 1)
			e = ossl_nomem(d);
	}
	if (e == ERR_OK)
		e = add_ext(p, NID_subject_key_identifier, s, false, d);
	ASN1_OCTET_STRING_free(s);
	buf_clear(&id);
	return e;
}

/* Fills P, which the caller clears whatever the outcome. */
static enum err
read_spec(const struct request_spec *spec, struct parts *p, struct diag *d)
{
	const struct preset *preset = &presets[spec->preset];
	enum err e = request_name_read(spec->subject, &p->name, d);

	if (e == ERR_OK && preset->usage != 0)
		e = add_constraints(p, preset->ca, d);
	if (e == ERR_OK && preset->usage != 0)
		e = add_usage(p,
		    pubkey_type(spec->key) == PUBKEY_EC
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
	struct parts p = { NULL, NULL };
	enum err e = read_spec(spec, &p, d);

	parts_clear(&p);
	return e;
}

static enum err
check_can(const struct request_spec *spec, enum digest digest, struct diag *d)
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

/* After a signer that failed. It need not be OpenSSL's, and then may fail
 * without a word, which is not memory. */
static enum err
not_signed(struct diag *d)
{
	if (ERR_peek_error() == 0)
		return diag_set(d, ERR_CRYPTO, "the key could not sign");
	return ossl_fail(d, ERR_CRYPTO, "the key could not sign");
}

static enum err
not_verified(struct diag *d)
{
	if (ERR_peek_error() == 0)
		return diag_set(d, ERR_CRYPTO,
		    "what the key signed does not verify with the public key "
		    "that belongs to it");
	return ossl_fail(d, ERR_CRYPTO,
	    "what the key signed does not verify with the public key that "
	    "belongs to it");
}

/* Appends DER to RET, and gives it back to OpenSSL. */
static enum err
hand_over(unsigned char *der, int len, struct buf *ret, struct diag *d)
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
		return hand_over(der, len, ret, d);
	OPENSSL_free(der);
	return not_verified(d);
}

/* Signs and emits REQ, which is filled but for the signature. */
static enum err
finish_request(X509_REQ *req, const struct pubkey *key, EVP_PKEY *signer,
    enum digest digest, struct buf *ret, struct diag *d)
{
	ERR_clear_error();
	if (X509_REQ_sign(req, signer, digest_md(digest)) <= 0)
		return not_signed(d);
	ERR_clear_error();
	return emit_request(req, key, ret, d);
}

static bool
fill_request(X509_REQ *req, const struct parts *p, const struct pubkey *key)
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
	struct parts p = { NULL, NULL };
	X509_REQ *req = NULL;
	enum err e = check_can(spec, digest, d);

	if (e == ERR_OK)
		e = read_spec(spec, &p, d);
	if (e != ERR_OK)
		goto out;
	req = X509_REQ_new();
	if (req == NULL || !fill_request(req, &p, spec->key))
		e = ossl_nomem(d);
	else
		e = finish_request(req, spec->key, signer, digest, ret_der, d);
out:
	X509_REQ_free(req);
	parts_clear(&p);
	return e;
}

static enum err
emit_cert(X509 *x, const struct pubkey *key, struct buf *ret, struct diag *d)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	const unsigned char *p = der;
	X509 *again;
	bool good;

	if (len <= 0)
		return ossl_nomem(d);
	again = d2i_X509(NULL, &p, len);
	good = again != NULL && X509_verify(again, pubkey_evp(key)) == 1;
	X509_free(again);
	if (good)
		return hand_over(der, len, ret, d);
	OPENSSL_free(der);
	return not_verified(d);
}

static enum err
finish_cert(X509 *x, const struct pubkey *key, EVP_PKEY *signer,
    enum digest digest, struct buf *ret, struct diag *d)
{
	ERR_clear_error();
	if (X509_sign(x, signer, digest_md(digest)) <= 0)
		return not_signed(d);
	ERR_clear_error();
	return emit_cert(x, key, ret, d);
}

/* SERIAL as it stands in WHEN, or a random one in MEM: its first bits are 01,
 * so that it is positive and always as long. */
static enum err
choose_serial(const struct request_validity *when, uint8_t mem[SERIAL_LEN],
    struct bytes *ret, struct diag *d)
{
	struct bytes given = der_magnitude(when->serial);

	if (when->serial.ptr == NULL) {
		if (RAND_bytes(mem, SERIAL_LEN) != 1)
			return ossl_fail(d, ERR_CRYPTO,
			    "OpenSSL has no random bytes");
		mem[0] = (uint8_t)((mem[0] & 0x3f) | 0x40);
		*ret = bytes_of(mem, SERIAL_LEN);
		return ERR_OK;
	}
	if (given.len == 0 || given.len > MAX_SERIAL_LEN ||
	    (given.len == MAX_SERIAL_LEN && (given.ptr[0] & 0x80) != 0))
		return diag_set(d, ERR_USAGE,
		    "a serial number is above 0 and has at most 159 bits");
	*ret = given;
	return ERR_OK;
}

static enum err
set_serial(X509 *x, const struct request_validity *when, struct diag *d)
{
	struct bytes serial = { NULL, 0 };
	uint8_t mem[SERIAL_LEN];
	enum err e = choose_serial(when, mem, &serial, d);
	BIGNUM *bn;

	if (e != ERR_OK)
		return e;
	bn = BN_bin2bn(serial.ptr, (int)serial.len, NULL);
	if (bn == NULL ||
	    BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x)) == NULL)
		e = ossl_nomem(d);
	BN_free(bn);
	return e;
}

static enum err
set_dates(X509 *x, const struct request_validity *when, struct diag *d)
{
	if (when->days == 0 || when->from < MIN_TIME || when->from > MAX_TIME ||
	    when->days > (MAX_TIME - when->from) / DAY)
		return diag_set(d, ERR_USAGE,
		    "a certificate is valid for at least a day, and within "
		    "the years 1950 to 9999");
	if (ASN1_TIME_set(X509_getm_notBefore(x), (time_t)when->from) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(x),
		(time_t)(when->from + when->days * DAY)) == NULL)
		return ossl_nomem(d);
	return ERR_OK;
}

static enum err
fill_cert(X509 *x, const struct parts *p, const struct pubkey *key,
    struct diag *d)
{
	bool ok;
	int i;

	ok = X509_set_version(x, X509_VERSION_3) == 1 &&
	    X509_set_subject_name(x, p->name) == 1 &&
	    X509_set_issuer_name(x, p->name) == 1 &&
	    X509_set_pubkey(x, pubkey_evp(key)) == 1;
	for (i = 0; ok && i < sk_X509_EXTENSION_num(p->exts); i++)
		ok = X509_add_ext(x, sk_X509_EXTENSION_value(p->exts, i), -1) ==
		    1;
	return ok ? ERR_OK : ossl_nomem(d);
}

enum err
selfsign_make(const struct request_spec *spec,
    const struct request_validity *when, struct evp_pkey_st *signer,
    enum digest digest, struct buf *ret_der, struct diag *d)
{
	struct parts p = { NULL, NULL };
	X509 *x = NULL;
	enum err e = check_can(spec, digest, d);

	if (e == ERR_OK)
		e = read_spec(spec, &p, d);
	if (e == ERR_OK)
		e = add_key_id(&p, spec->key, d);
	if (e != ERR_OK)
		goto out;
	x = X509_new();
	e = x == NULL ? ossl_nomem(d) : fill_cert(x, &p, spec->key, d);
	if (e == ERR_OK)
		e = set_dates(x, when, d);
	if (e == ERR_OK)
		e = set_serial(x, when, d);
	if (e == ERR_OK)
		e = finish_cert(x, spec->key, signer, digest, ret_der, d);
out:
	X509_free(x);
	parts_clear(&p);
	return e;
}

enum err
request_put_pem(struct bytes der, struct buf *out, struct diag *d)
{
	return pem_put(PEM_STRING_X509_REQ, der, out, d);
}
