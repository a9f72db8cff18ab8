/* SPDX-License-Identifier: Apache-2.0 */
/* Key files that are encrypted: PKCS#8 and PKCS#12, through OpenSSL. */
#include "pki/keyfile_parts.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs12err.h>
#include <openssl/provider.h>

#include "pki/der.h"
#include "pki/ossl.h"

/* PKCS#12 lets bags hold bags. */
#define MAX_NESTING 4

/* A PKCS#12 is bound by its content; this is what may be in one. */
#define MAX_CERTS 1000

static const char wrong_passphrase[] = "the passphrase is wrong";

enum err
keyfile_opener_start(struct opener *o, struct diag *d)
{
	if (o->ctx != NULL)
		return ERR_OK;
	o->ctx = OSSL_LIB_CTX_new();
	if (o->ctx == NULL ||
	    OSSL_PROVIDER_set_default_search_path(o->ctx,
		OPENSSL_info(OPENSSL_INFO_MODULES_DIR)) != 1)
		return ossl_nomem(d);
	o->base = OSSL_PROVIDER_load(o->ctx, "default");
	if (o->base == NULL)
		return ossl_nomem(d);
	o->legacy = OSSL_PROVIDER_load(o->ctx, "legacy");
	ERR_clear_error();
	return ERR_OK;
}

void
keyfile_opener_clear(struct opener *o)
{
	if (o->legacy != NULL)
		(void)OSSL_PROVIDER_unload(o->legacy);
	if (o->base != NULL)
		(void)OSSL_PROVIDER_unload(o->base);
	OSSL_LIB_CTX_free(o->ctx);
}

enum err
keyfile_opener_no_passphrase(struct diag *d)
{
	return diag_set(d, ERR_ABSENT,
	    "the private key is encrypted, and there is no passphrase");
}

/* E says that an algorithm is not there. */
static bool
is_unsupported(unsigned long e)
{
	int lib = ERR_GET_LIB(e), reason = ERR_GET_REASON(e);

	if (reason == ERR_R_UNSUPPORTED)
		return true;
	if (lib == ERR_LIB_PKCS12)
		return reason == PKCS12_R_UNKNOWN_DIGEST_ALGORITHM ||
		    reason == PKCS12_R_UNSUPPORTED_PKCS12_MODE;
	if (lib != ERR_LIB_EVP)
		return false;
	switch (reason) {
	case EVP_R_UNKNOWN_PBE_ALGORITHM:
	case EVP_R_UNKNOWN_CIPHER:
	case EVP_R_UNKNOWN_DIGEST:
	case EVP_R_UNSUPPORTED_ALGORITHM:
	case EVP_R_UNSUPPORTED_CIPHER:
	case EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION:
	case EVP_R_UNSUPPORTED_KEYLENGTH:
	case EVP_R_UNSUPPORTED_PRF:
	case EVP_R_UNSUPPORTED_SALT_TYPE:
		return true;
	default:
		return false;
	}
}

enum err
keyfile_opener_fail(const struct opener *o, struct diag *d)
{
	bool nomem = false, unsupported = false;
	unsigned long e;

	while ((e = ERR_get_error()) != 0) {
		nomem |= ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE;
		unsupported |= is_unsupported(e);
	}
	if (nomem)
		return diag_nomem(d);
	if (!unsupported)
		return diag_set(d, ERR_CRYPTO, "%s", wrong_passphrase);
	if (o->legacy == NULL)
		return diag_set(d, ERR_UNSUPPORTED,
		    "the file is encrypted in an old way (RC2, RC4, DES), and "
		    "OpenSSL's module for that, legacy.so in %s, cannot be "
		    "loaded",
		    OPENSSL_info(OPENSSL_INFO_MODULES_DIR));
	return diag_set(d, ERR_UNSUPPORTED,
	    "the file is encrypted in a way that OpenSSL does not know");
}

static enum err
take_info(struct keyfile *k, const PKCS8_PRIV_KEY_INFO *info, struct diag *d)
{
	const X509_ALGOR *alg = NULL;
	const unsigned char *inner = NULL;
	unsigned char *der = NULL;
	struct bytes cur, content;
	int inner_len = 0, len;
	enum err e;

	if (PKCS8_pkey_get0(NULL, &inner, &inner_len, &alg, info) != 1 ||
	    inner_len < 0)
		return diag_set(d, ERR_SYNTAX, "the private key is damaged");
	len = i2d_X509_ALGOR(alg, &der);
	if (len <= 0)
		return ossl_nomem(d);
	cur = bytes_of(der, (size_t)len);
	if (der_take(&cur, DER_SEQUENCE, &content))
		e = keyfile_take(k, content, bytes_of(inner, (size_t)inner_len),
		    d);
	else
		e = diag_set(d, ERR_SYNTAX, "the private key is damaged");
	OPENSSL_free(der);
	return e;
}

static enum err
take_sealed(struct keyfile *k, const X509_SIG *sealed, struct opener *o,
    struct diag *d)
{
	PKCS8_PRIV_KEY_INFO *info;
	enum err e;

	if (o->passphrase.ptr == NULL && !o->without)
		return keyfile_opener_no_passphrase(d);
	e = keyfile_opener_start(o, d);
	if (e != ERR_OK)
		return e;
	ERR_clear_error();
	info = PKCS8_decrypt_ex(sealed, (const char *)o->passphrase.ptr,
	    (int)o->passphrase.len, o->ctx, NULL);
	if (info == NULL)
		return keyfile_opener_fail(o, d);
	e = take_info(k, info, d);
	/* its destructor wipes the key */
	PKCS8_PRIV_KEY_INFO_free(info);
	return e;
}

enum err
keyfile_take_encrypted(struct keyfile *k, struct bytes der, struct opener *o,
    struct diag *d)
{
	const unsigned char *p = der.ptr;
	X509_SIG *sealed = d2i_X509_SIG(NULL, &p, (long)der.len);
	enum err e;

	if (sealed == NULL)
		return ossl_fail(d, ERR_SYNTAX,
		    "this holds no private key, or a damaged one");
	e = p == der.ptr + der.len
	    ? take_sealed(k, sealed, o, d)
	    : diag_set(d, ERR_SYNTAX, "the file goes on behind the key");
	X509_SIG_free(sealed);
	return e;
}

static enum err
take_cert_bag(struct keyfile *k, const PKCS12_SAFEBAG *bag, struct diag *d)
{
	unsigned char *der = NULL;
	X509 *x;
	enum err e;
	int len;

	if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
		return ERR_OK;
	if (k->num_certs == MAX_CERTS)
		return diag_set(d, ERR_TOO_BIG, "more than %d certificates",
		    MAX_CERTS);
	x = PKCS12_SAFEBAG_get1_cert(bag);
	if (x == NULL)
		return ossl_fail(d, ERR_SYNTAX,
		    "a certificate in the file is damaged");
	len = i2d_X509(x, &der);
	X509_free(x);
	if (len <= 0)
		return ossl_nomem(d);
	e = keyfile_add_cert(k, bytes_of(der, (size_t)len), d);
	OPENSSL_free(der);
	return e;
}

static enum err take_bags(struct keyfile *k,
    const STACK_OF(PKCS12_SAFEBAG) * bags, struct opener *o, int depth,
    struct diag *d);

/* Bags hold bags, MAX_NESTING deep. */
static enum err
take_bag(struct keyfile *k, const PKCS12_SAFEBAG *bag, struct opener *o,
    int depth, struct diag *d)
{
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
		return take_info(k, PKCS12_SAFEBAG_get0_p8inf(bag), d);
	case NID_pkcs8ShroudedKeyBag:
		return take_sealed(k, PKCS12_SAFEBAG_get0_pkcs8(bag), o, d);
	case NID_certBag:
		return take_cert_bag(k, bag, d);
	case NID_safeContentsBag:
		return take_bags(k, PKCS12_SAFEBAG_get0_safes(bag), o,
		    depth + 1, d);
	default: /* a CRL, or somebody's own */
		return ERR_OK;
	}
}

static enum err
take_bags(struct keyfile *k, const STACK_OF(PKCS12_SAFEBAG) * bags,
    struct opener *o, int depth, struct diag *d)
{
	enum err e = ERR_OK;
	int i;

	if (depth > MAX_NESTING)
		return diag_set(d, ERR_UNSUPPORTED,
		    "the PKCS#12 file is nested too deeply");
	for (i = 0; e == ERR_OK && i < sk_PKCS12_SAFEBAG_num(bags); i++)
		e = take_bag(k, sk_PKCS12_SAFEBAG_value(bags, i), o, depth, d);
	return e;
}

/* The bags of one part, plain or encrypted with the passphrase. */
static enum err
take_safe(struct keyfile *k, PKCS7 *safe, struct opener *o, struct diag *d)
{
	STACK_OF(PKCS12_SAFEBAG) * bags;
	enum err e;

	ERR_clear_error();
	switch (OBJ_obj2nid(safe->type)) {
	case NID_pkcs7_data:
		bags = PKCS12_unpack_p7data(safe);
		if (bags == NULL)
			return ossl_fail(d, ERR_SYNTAX,
			    "the PKCS#12 file is damaged");
		break;
	case NID_pkcs7_encrypted:
		if (o->passphrase.ptr == NULL && !o->without)
			return keyfile_opener_no_passphrase(d);
		bags = PKCS12_unpack_p7encdata(safe,
		    (const char *)o->passphrase.ptr, (int)o->passphrase.len);
		if (bags == NULL)
			return keyfile_opener_fail(o, d);
		break;
	default:
		return diag_set(d, ERR_UNSUPPORTED,
		    "a part of the PKCS#12 file is encrypted to a public key");
	}
	e = take_bags(k, bags, o, 0, d);
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return e;
}

static enum err
take_safes(struct keyfile *k, const PKCS12 *p12, struct opener *o,
    struct diag *d)
{
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	enum err e = ERR_OK;
	int i;

	if (safes == NULL)
		return ossl_fail(d, ERR_SYNTAX, "the PKCS#12 file is damaged");
	for (i = 0; e == ERR_OK && i < sk_PKCS7_num(safes); i++)
		e = take_safe(k, sk_PKCS7_value(safes, i), o, d);
	sk_PKCS7_pop_free(safes, PKCS7_free);
	return e;
}

/* The MAC tells whether the passphrase is right before anything is opened.
 * Without a passphrase the two spellings of none are tried: no characters, and
 * not even the NUL behind them. */
static enum err
check_mac(PKCS12 *p12, struct opener *o, struct diag *d)
{
	static const uint8_t empty[1] = { 0 };
	bool given = o->passphrase.ptr != NULL;

	ERR_clear_error();
	if (!PKCS12_mac_present(p12))
		return ERR_OK;
	if (given && o->passphrase.len > 0)
		return PKCS12_verify_mac(p12, (const char *)o->passphrase.ptr,
			   (int)o->passphrase.len) == 1
		    ? ERR_OK
		    : keyfile_opener_fail(o, d);
	o->without = true;
	o->passphrase = bytes_of(empty, 0);
	if (PKCS12_verify_mac(p12, "", 0) == 1)
		return ERR_OK;
	o->passphrase = bytes_of(NULL, 0);
	if (PKCS12_verify_mac(p12, NULL, 0) == 1)
		return ERR_OK;
	if (given)
		return keyfile_opener_fail(o, d);
	ERR_clear_error();
	return keyfile_opener_no_passphrase(d);
}

enum err
keyfile_take_pkcs12(struct keyfile *k, struct bytes der, struct opener *o,
    struct diag *d)
{
	PKCS12 *p12 = NULL;
	BIO *bio = NULL;
	enum err e = keyfile_opener_start(o, d);

	if (e != ERR_OK)
		return e;
	bio = BIO_new_mem_buf(der.ptr, (int)der.len);
	p12 = PKCS12_init_ex(NID_pkcs7_data, o->ctx, NULL);
	if (bio == NULL || p12 == NULL)
		e = ossl_nomem(d);
	/* frees and forgets P12 where it fails */
	else if (d2i_PKCS12_bio(bio, &p12) == NULL)
		e = ossl_fail(d, ERR_SYNTAX, "the PKCS#12 file is damaged");
	if (e == ERR_OK)
		e = check_mac(p12, o, d);
	if (e == ERR_OK)
		e = take_safes(k, p12, o, d);
	PKCS12_free(p12);
	BIO_free(bio);
	return e;
}
