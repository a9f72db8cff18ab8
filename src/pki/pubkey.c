/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/pubkey.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "pki/ossl.h"

struct pubkey {
	EVP_PKEY *evp;
};

/* The DER of DigestInfo up to the digest itself (RFC 8017, 9.2 note 1). */
static const struct {
	uint8_t len;
	uint8_t byte[19];
} digest_infos[] = {
	[DIGEST_SHA1] = { 15,
	    { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a,
		0x05, 0x00, 0x04, 0x14 } },
	[DIGEST_SHA224] = { 19,
	    { 0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x04, 0x05, 0x00, 0x04, 0x1c } },
	[DIGEST_SHA256] = { 19,
	    { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 } },
	[DIGEST_SHA384] = { 19,
	    { 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30 } },
	[DIGEST_SHA512] = { 19,
	    { 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40 } },
};

struct bytes
digest_info(enum digest which)
{
	return digest_infos[which].len == 0
	    ? bytes_of(NULL, 0)
	    : bytes_of(digest_infos[which].byte, digest_infos[which].len);
}

EVP_PKEY *
pubkey_evp(const struct pubkey *k)
{
	return k->evp;
}

enum err
pubkey_wrap(EVP_PKEY *evp, struct pubkey **ret, struct diag *d)
{
	struct pubkey *k;
	int bits = 0;

	/* A key without a size is none, or a provider decoded it while memory
	 * was short: OpenSSL notes the size on the side, and goes on when it
	 * cannot. Then it still can be asked. */
	if (EVP_PKEY_get_bits(evp) <= 0 &&
	    (EVP_PKEY_get0_provider(evp) == NULL ||
		(EVP_PKEY_get_int_param(evp, OSSL_PKEY_PARAM_BITS, &bits) ==
			1 &&
		    bits == 0)))
		return diag_set(d, ERR_SYNTAX, "a key of 0 bits is none");
	k = calloc(1, sizeof(*k));
	if (k == NULL || EVP_PKEY_get_bits(evp) <= 0 ||
	    EVP_PKEY_up_ref(evp) != 1) {
		free(k);
		return ossl_nomem(d);
	}
	k->evp = evp;
	*ret = k;
	return ERR_OK;
}

/* *RET_SAME: EVP, encoded again, gives the very bytes of DER. */
static enum err
encodes_to(EVP_PKEY *evp, struct bytes der, bool *ret_same, struct diag *d)
{
	unsigned char *again = NULL;
	int len = i2d_PublicKey(evp, &again);

	if (len <= 0)
		return ossl_nomem(d);
	*ret_same = bytes_equal(bytes_of(again, (size_t)len), der);
	OPENSSL_free(again);
	return ERR_OK;
}

enum err
pubkey_from_rsa(struct bytes der, struct pubkey **ret, struct diag *d)
{
	static const char not_rsa[] =
	    "this is not the DER of an RSA public key";
	const unsigned char *p = der.ptr;
	EVP_PKEY *evp;
	bool same = false;
	enum err e;

	if (der.len == 0 || der.len > INT32_MAX)
		return diag_set(d, ERR_SYNTAX, "%s", not_rsa);
	evp = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.len);
	if (evp == NULL)
		return ossl_fail(d, ERR_SYNTAX, not_rsa);
	e = encodes_to(evp, der, &same, d);
	if (e == ERR_OK && !same)
		e = diag_set(d, ERR_SYNTAX, "%s", not_rsa);
	if (e == ERR_OK)
		e = pubkey_wrap(evp, ret, d);
	EVP_PKEY_free(evp);
	return e;
}

void
pubkey_free(struct pubkey **k)
{
	if (*k == NULL)
		return;
	EVP_PKEY_free((*k)->evp);
	free(*k);
	*k = NULL;
}

enum pubkey_type
pubkey_type(const struct pubkey *k)
{
	switch (EVP_PKEY_get_base_id(k->evp)) {
	case EVP_PKEY_RSA:
		return PUBKEY_RSA;
	case EVP_PKEY_EC:
		return PUBKEY_EC;
	default:
		return PUBKEY_OTHER;
	}
}

const char *
pubkey_type_name(enum pubkey_type type)
{
	switch (type) {
	case PUBKEY_RSA:
		return "RSA";
	case PUBKEY_EC:
		return "EC";
	case PUBKEY_OTHER:
		break;
	}
	return "other";
}

unsigned
pubkey_bits(const struct pubkey *k)
{
	return (unsigned)EVP_PKEY_get_bits(k->evp);
}

/* The one block that is right: 00 01 FF...FF 00 DigestInfo (RFC 8017, 9.2),
 * as long as the modulus. False where the modulus is too short for it. */
static bool
put_block(struct buf *out, size_t size, struct bytes info,
    const struct digest_value *value)
{
	size_t used = 3 + info.len + value->len;

	if (size < used + 8)
		return false;
	buf_u16(out, 0x0001);
	buf_fill(out, size - used, 0xff);
	buf_u8(out, 0x00);
	buf_put(out, info);
	buf_put(out, digest_bytes(value));
	return true;
}

struct pubkey_checker {
	EVP_PKEY *evp;
	EVP_PKEY_CTX *ctx;       /* NULL: no signature by this key is right */
	struct buf right, block; /* what is right, and what is there */
};

/* With an exponent of 1 every block is its own signature; an even one is no
 * RSA at all. */
enum err
pubkey_has_exponent(EVP_PKEY *evp, bool *ret, struct diag *d)
{
	BIGNUM *e = NULL;

	if (EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		return ossl_nomem(d);
	*ret = BN_is_odd(e) && !BN_is_one(e);
	BN_free(e);
	return ERR_OK;
}

enum err
pubkey_can_sign(const struct pubkey *k, bool *ret, struct diag *d)
{
	*ret = false;
	return pubkey_type(k) == PUBKEY_RSA
	    ? pubkey_has_exponent(k->evp, ret, d)
	    : ERR_OK;
}

static enum err
prepare(struct pubkey_checker *c, struct diag *d)
{
	bool sound = false;
	enum err e;

	if (EVP_PKEY_get_base_id(c->evp) != EVP_PKEY_RSA)
		return ERR_OK;
	e = pubkey_has_exponent(c->evp, &sound, d);
	if (e != ERR_OK || !sound)
		return e;
	c->ctx = EVP_PKEY_CTX_new(c->evp, NULL);
	if (c->ctx == NULL || EVP_PKEY_verify_recover_init(c->ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(c->ctx, RSA_NO_PADDING) != 1)
		return ossl_nomem(d);
	return ERR_OK;
}

enum err
pubkey_checker_new(const struct pubkey *k, struct pubkey_checker **ret,
    struct diag *d)
{
	struct pubkey_checker *c = calloc(1, sizeof(*c));
	enum err e;

	if (c == NULL)
		return diag_nomem(d);
	if (EVP_PKEY_up_ref(k->evp) != 1) {
		free(c);
		return ossl_nomem(d);
	}
	c->evp = k->evp;
	e = prepare(c, d);
	if (e == ERR_OK)
		*ret = c;
	else
		pubkey_checker_free(&c);
	return e;
}

void
pubkey_checker_free(struct pubkey_checker **c)
{
	if (*c == NULL)
		return;
	EVP_PKEY_CTX_free((*c)->ctx);
	EVP_PKEY_free((*c)->evp);
	buf_clear(&(*c)->right);
	buf_clear(&(*c)->block);
	free(*c);
	*c = NULL;
}

bool
pubkey_checker_is_of(const struct pubkey_checker *c, const struct pubkey *k)
{
	return c->evp == k->evp;
}

/* Raises SIG to the public exponent, into C->block; *RET_OK is false where
 * that cannot be done: SIG is no number below the modulus, or this key is none
 * at all (an even modulus, say). */
static enum err
open_signature(struct pubkey_checker *c, struct bytes sig, bool *ret_ok,
    struct diag *d)
{
	size_t len = sig.len;

	c->block.len = 0;
	buf_reserve(&c->block, len);
	if (!buf_ok(&c->block))
		return diag_nomem(d);
	*ret_ok = EVP_PKEY_verify_recover(c->ctx, c->block.ptr, &len, sig.ptr,
		      sig.len) == 1;
	if (*ret_ok)
		c->block.len = len;
	else if (ossl_fail(NULL, ERR_CRYPTO, "") == ERR_NOMEM)
		return diag_nomem(d);
	return ERR_OK;
}

/* Compares the block of a signature with the one that is right, of which the
 * last DIGEST_LEN bytes are the digest. */
static enum pubkey_match
compare(struct bytes block, struct bytes right, size_t digest_len)
{
	if (bytes_equal(block, right))
		return PUBKEY_GOOD;
	if (block.len != right.len)
		return PUBKEY_FOREIGN;
	block.len -= digest_len;
	right.len -= digest_len;
	return bytes_equal(block, right) ? PUBKEY_CHANGED : PUBKEY_FOREIGN;
}

enum err
pubkey_check(struct pubkey_checker *c, enum digest which,
    const struct digest_value *value, struct bytes sig, enum pubkey_match *ret,
    struct diag *d)
{
	struct bytes info = digest_info(which);
	size_t size = ((size_t)EVP_PKEY_get_bits(c->evp) + 7) / 8;
	bool opened = false;
	enum err e = ERR_OK;

	if (info.ptr == NULL || EVP_PKEY_get_base_id(c->evp) != EVP_PKEY_RSA)
		return diag_set(d, ERR_UNSUPPORTED,
		    "only RSA signatures over SHA-1 or SHA-2 can be checked");
	c->right.len = 0;
	c->right.failed = false;
	c->block.failed = false;
	if (c->ctx != NULL && sig.len == size &&
	    put_block(&c->right, size, info, value))
		e = open_signature(c, sig, &opened, d);
	if (e == ERR_OK && !buf_ok(&c->right))
		e = diag_nomem(d);
	if (e == ERR_OK)
		*ret = opened ? compare(buf_bytes(&c->block),
				    buf_bytes(&c->right), value->len)
			      : PUBKEY_FOREIGN;
	return e;
}

enum err
pubkey_verify(const struct pubkey *k, enum digest which,
    const struct digest_value *value, struct bytes sig, enum pubkey_match *ret,
    struct diag *d)
{
	struct pubkey_checker *c = NULL;
	enum err e = pubkey_checker_new(k, &c, d);

	if (c != NULL)
		e = pubkey_check(c, which, value, sig, ret, d);
	pubkey_checker_free(&c);
	return e;
}

enum err
pubkey_open(const struct pubkey *k, struct bytes sig, struct buf *ret_block,
    bool *ret_ok, struct diag *d)
{
	struct pubkey_checker *c = NULL;
	bool opened = false;
	enum err e = pubkey_checker_new(k, &c, d);

	if (c != NULL && c->ctx != NULL &&
	    sig.len == ((size_t)pubkey_bits(k) + 7) / 8)
		e = open_signature(c, sig, &opened, d);
	if (c != NULL && e == ERR_OK && opened)
		buf_put(ret_block, buf_bytes(&c->block));
	if (e == ERR_OK && !buf_ok(ret_block))
		e = diag_nomem(d);
	if (e == ERR_OK)
		*ret_ok = opened;
	pubkey_checker_free(&c);
	return e;
}
