/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/selfsign.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "pki/der.h"
#include "pki/ossl.h"
#include "pki/request_parts.h"

/* The year 9999 ends, and the first that a certificate can hold begins. */
#define MAX_TIME INT64_C(253402300799)
#define MIN_TIME INT64_C(-631152000)
#define DAY INT64_C(86400)

#define SERIAL_LEN 16
#define MAX_SERIAL_LEN ((size_t)20)

static enum err
add_key_id(struct request_parts *p, const struct pubkey *key, struct diag *d)
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
		e = request_add_ext(p, NID_subject_key_identifier, s, false, d);
	ASN1_OCTET_STRING_free(s);
	buf_clear(&id);
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
		return request_hand_over(der, len, ret, d);
	OPENSSL_free(der);
	return request_not_verified(d);
}

static enum err
finish_cert(X509 *x, const struct pubkey *key, EVP_PKEY *signer,
    enum digest digest, struct buf *ret, struct diag *d)
{
	ERR_clear_error();
	if (X509_sign(x, signer, digest_md(digest)) <= 0)
		return request_not_signed(d);
	ERR_clear_error();
	return emit_cert(x, key, ret, d);
}

static enum err
check_dates(const struct request_validity *when, struct diag *d)
{
	if (when->days == 0 || when->from < MIN_TIME || when->from > MAX_TIME ||
	    when->days > (MAX_TIME - when->from) / DAY)
		return diag_set(d, ERR_USAGE,
		    "a certificate is valid for at least a day, and within "
		    "the years 1950 to 9999");
	return ERR_OK;
}

/* The number as it is encoded: a 20th byte with its first bit set would need
 * another one before it. */
static enum err
check_serial(const struct request_validity *when, struct diag *d)
{
	struct bytes given = der_magnitude(when->serial);

	if (when->serial.ptr != NULL &&
	    (given.len == 0 || given.len > MAX_SERIAL_LEN ||
		(given.len == MAX_SERIAL_LEN && (given.ptr[0] & 0x80) != 0)))
		return diag_set(d, ERR_USAGE,
		    "a serial number is above 0 and has at most 159 bits");
	return ERR_OK;
}

enum err
selfsign_check(const struct request_validity *when, struct diag *d)
{
	enum err e = check_dates(when, d);

	return e == ERR_OK ? check_serial(when, d) : e;
}

/* The serial of WHEN, or a random one in MEM: its first bits are 01, so that
 * it is positive and always as long. */
static enum err
choose_serial(const struct request_validity *when, uint8_t mem[SERIAL_LEN],
    struct bytes *ret, struct diag *d)
{
	*ret = der_magnitude(when->serial);
	if (when->serial.ptr != NULL)
		return ERR_OK;
	if (RAND_bytes(mem, SERIAL_LEN) != 1)
		return ossl_fail(d, ERR_CRYPTO, "OpenSSL has no random bytes");
	mem[0] = (uint8_t)((mem[0] & 0x3f) | 0x40);
	*ret = bytes_of(mem, SERIAL_LEN);
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
	if (ASN1_TIME_set(X509_getm_notBefore(x), (time_t)when->from) == NULL ||
	    ASN1_TIME_set(X509_getm_notAfter(x),
		(time_t)(when->from + when->days * DAY)) == NULL)
		return ossl_nomem(d);
	return ERR_OK;
}

static enum err
fill_cert(X509 *x, const struct request_parts *p, const struct pubkey *key,
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
	struct request_parts p = { NULL, NULL };
	X509 *x = NULL;
	enum err e = request_check_can(spec, digest, d);

	if (e == ERR_OK)
		e = selfsign_check(when, d);
	if (e == ERR_OK)
		e = request_read(spec, &p, d);
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
	request_parts_clear(&p);
	return e;
}
