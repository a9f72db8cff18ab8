/* SPDX-License-Identifier: Apache-2.0 */
/* The private key of a key file: taken apart by hand, so that no copy of it
 * stays in the ordinary heap, and its parts held against each other. */
#include "pki/keyfile_parts.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include "pki/der.h"
#include "pki/ossl.h"

#define NUM_RSA_PARTS (KEYFILE_RSA_COEFFICIENT + 1)

/* No RSA key that OpenSSL computes with is longer. */
#define MAX_INNER ((size_t)OPENSSL_RSA_MAX_MODULUS_BITS)

static enum err
broken(struct diag *d)
{
	return diag_set(d, ERR_SYNTAX, "the private key is damaged");
}

/* OpenSSL's queue tells whether it could not compute. */
static enum err
disagrees(struct diag *d)
{
	static const char text[] =
	    "the parts of the private key do not belong together";

	if (ERR_peek_error() != 0)
		return ossl_fail(d, ERR_SYNTAX, text);
	return diag_set(d, ERR_SYNTAX, "%s", text);
}

static enum err
check_first(const struct keyfile *k, struct diag *d)
{
	if (k->key == NULL)
		return ERR_OK;
	return diag_set(d, ERR_UNSUPPORTED,
	    "the file holds more than one private key; give one with the key "
	    "that is meant");
}

/* RSAPrivateKey (RFC 8017, A.1.2) of two primes; the parts are in its
 * order. */
static enum err
split_rsa(struct keyfile *k, struct diag *d)
{
	struct bytes cur = keyfile_part_bytes(&k->secret), seq, version;
	int i;

	if (!der_take(&cur, DER_SEQUENCE, &seq) || cur.len != 0 ||
	    !der_take_uint(&seq, &version))
		return broken(d);
	if (version.len != 0)
		return diag_set(d, ERR_UNSUPPORTED,
		    "RSA keys of more than two primes are not supported");
	for (i = 0; i < NUM_RSA_PARTS; i++)
		if (!der_take_uint(&seq, &k->part[i]) || k->part[i].len == 0)
			return broken(d);
	return seq.len == 0 ? ERR_OK : broken(d);
}

/* The numbers of an RSA key, and room to compute. */
struct rsa_check {
	BN_CTX *ctx;
	BIGNUM *part[NUM_RSA_PARTS];
	BIGNUM *less; /* a prime less 1 */
	BIGNUM *res;
};

static bool
load(struct rsa_check *c, const struct keyfile *k)
{
	int i;

	for (i = 0; i < NUM_RSA_PARTS; i++) {
		c->part[i] = BN_CTX_get(c->ctx);
		if (c->part[i] == NULL ||
		    BN_bin2bn(k->part[i].ptr, (int)k->part[i].len,
			c->part[i]) == NULL)
			return false;
	}
	c->less = BN_CTX_get(c->ctx);
	c->res = BN_CTX_get(c->ctx);
	return c->res != NULL;
}

/* A prime, and the private exponent as far as it concerns this prime: SHORT is
 * d modulo it less 1, and e is its inverse there. */
static bool
prime_agrees(struct rsa_check *c, const BIGNUM *prime, const BIGNUM *shorter)
{
	if (!BN_is_odd(prime) || BN_is_one(prime) ||
	    !BN_sub(c->less, prime, BN_value_one()) ||
	    !BN_mod(c->res, c->part[KEYFILE_RSA_PRIVATE], c->less, c->ctx) ||
	    BN_cmp(c->res, shorter) != 0)
		return false;
	return BN_mod_mul(c->res, c->part[KEYFILE_RSA_PUBLIC], shorter, c->less,
		   c->ctx) == 1 &&
	    BN_is_one(c->res);
}

static bool
rsa_agrees(struct rsa_check *c)
{
	BIGNUM *const *part = c->part;

	return BN_mul(c->res, part[KEYFILE_RSA_PRIME1],
		   part[KEYFILE_RSA_PRIME2], c->ctx) == 1 &&
	    BN_cmp(c->res, part[KEYFILE_RSA_MODULUS]) == 0 &&
	    BN_is_odd(part[KEYFILE_RSA_PUBLIC]) &&
	    !BN_is_one(part[KEYFILE_RSA_PUBLIC]) &&
	    prime_agrees(c, part[KEYFILE_RSA_PRIME1],
		part[KEYFILE_RSA_EXPONENT1]) &&
	    prime_agrees(c, part[KEYFILE_RSA_PRIME2],
		part[KEYFILE_RSA_EXPONENT2]) &&
	    BN_mod_mul(c->res, part[KEYFILE_RSA_COEFFICIENT],
		part[KEYFILE_RSA_PRIME2], part[KEYFILE_RSA_PRIME1],
		c->ctx) == 1 &&
	    BN_is_one(c->res);
}

static enum err
check_rsa(const struct keyfile *k, struct diag *d)
{
	struct rsa_check c = { .ctx = BN_CTX_secure_new() };
	enum err e = ERR_OK;

	if (c.ctx == NULL)
		return ossl_nomem(d);
	ERR_clear_error();
	BN_CTX_start(c.ctx);
	if (!load(&c, k))
		e = ossl_nomem(d);
	else if (!rsa_agrees(&c))
		e = disagrees(d);
	BN_CTX_end(c.ctx);
	BN_CTX_free(c.ctx);
	return e;
}

enum err
keyfile_take_rsa(struct keyfile *k, struct bytes inner, struct diag *d)
{
	enum err e = check_first(k, d);

	if (e != ERR_OK)
		return e;
	if (inner.len == 0 || inner.len > MAX_INNER)
		return broken(d);
	e = keyfile_part_new(&k->secret, inner.len, d);
	if (e != ERR_OK)
		return e;
	memcpy(k->secret.ptr, inner.ptr, inner.len);
	k->type = PUBKEY_RSA;
	e = split_rsa(k, d);
	if (e == ERR_OK)
		e = check_rsa(k, d);
	if (e == ERR_OK)
		e = pubkey_from_rsa_parts(k->part[KEYFILE_RSA_MODULUS],
		    k->part[KEYFILE_RSA_PUBLIC], &k->key, d);
	return e;
}

/* ECPrivateKey (RFC 5915), taken apart. */
struct ec_parts {
	struct bytes scalar;
	struct bytes params; /* absent: it stands outside */
	struct bytes point;  /* absent: it is not said */
};

static bool
split_ec(struct bytes inner, struct ec_parts *ret)
{
	struct bytes seq, version, field, bits;
	uint8_t unused = 0;

	if (!der_take(&inner, DER_SEQUENCE, &seq) || inner.len != 0 ||
	    !der_take_uint(&seq, &version) || version.len != 1 ||
	    version.ptr[0] != 1 ||
	    !der_take(&seq, DER_OCTET_STRING, &ret->scalar))
		return false;
	if (der_take(&seq, DER_CONTEXT_0, &field))
		ret->params = field;
	if (der_take(&seq, DER_CONTEXT_1, &field)) {
		if (!der_take(&field, DER_BIT_STRING, &bits) ||
		    !bytes_u8(&bits, &unused) || unused != 0)
			return false;
		ret->point = bits;
	}
	return seq.len == 0;
}

/* The scalar, as long as the order of GROUP. */
static enum err
take_scalar(struct keyfile *k, const EC_GROUP *group, struct bytes scalar,
    struct diag *d)
{
	size_t len = ((size_t)EC_GROUP_order_bits(group) + 7) / 8;
	struct bytes v = der_magnitude(scalar);
	enum err e;

	if (v.len == 0 || v.len > len)
		return broken(d);
	e = keyfile_part_new(&k->secret, len, d);
	if (e != ERR_OK)
		return e;
	memset(k->secret.ptr, 0, len);
	memcpy(k->secret.ptr + len - v.len, v.ptr, v.len);
	k->part[KEYFILE_EC_SCALAR] = keyfile_part_bytes(&k->secret);
	return ERR_OK;
}

/* The uncompressed point of the scalar, into MEM; its length, 0 where memory
 * was short, or where the scalar is not below the order: *RET_RANGE. */
static size_t
compute_point(const struct keyfile *k, const EC_GROUP *group, uint8_t *mem,
    size_t size, bool *ret_range)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *scalar = BN_secure_new();
	EC_POINT *point = EC_POINT_new(group);
	size_t len = 0;

	*ret_range = true;
	if (ctx != NULL && scalar != NULL && point != NULL &&
	    BN_bin2bn(k->secret.ptr, (int)k->secret.len, scalar) != NULL) {
		BN_set_flags(scalar, BN_FLG_CONSTTIME);
		*ret_range = BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0;
		if (*ret_range &&
		    EC_POINT_mul(group, point, scalar, NULL, NULL, ctx) == 1)
			len = EC_POINT_point2oct(group, point,
			    POINT_CONVERSION_UNCOMPRESSED, mem, size, ctx);
	}
	EC_POINT_free(point);
	BN_clear_free(scalar);
	BN_CTX_free(ctx);
	return len;
}

/* SAID, a point as it stands in a file, is the uncompressed POINT: of a
 * compressed one the first coordinate counts. */
static bool
is_same_point(struct bytes said, struct bytes point)
{
	struct bytes form;

	if (said.len == point.len)
		return bytes_equal(said, point);
	if (said.len != 1 + (point.len - 1) / 2 || said.ptr[0] < 2 ||
	    said.ptr[0] > 3 || !bytes_take(&said, 1, &form) ||
	    !bytes_take(&point, 1, &form))
		return false;
	point.len = said.len;
	return bytes_equal(said, point);
}

/* Fills K->point, and compares it with the one of the file. */
static enum err
take_point(struct keyfile *k, const EC_GROUP *group, struct bytes said,
    struct diag *d)
{
	uint8_t mem[256], der[256 + 8];
	bool in_range = true;
	struct der w;
	size_t len;

	ERR_clear_error();
	len = compute_point(k, group, mem, sizeof(mem), &in_range);
	if (!in_range)
		return broken(d);
	if (len == 0)
		return ossl_nomem(d);
	if (said.ptr != NULL && !is_same_point(said, bytes_of(mem, len)))
		return disagrees(d);
	der_init(&w, der, sizeof(der));
	der_put_value(&w, DER_OCTET_STRING, bytes_of(mem, len));
	buf_put(&k->point, der_bytes(&w));
	if (!buf_ok(&k->point))
		return diag_nomem(d);
	k->part[KEYFILE_EC_POINT] = buf_bytes(&k->point);
	return ERR_OK;
}

enum err
keyfile_take_ec(struct keyfile *k, struct bytes params, struct bytes inner,
    struct diag *d)
{
	struct ec_parts parts = { .params = params };
	EC_GROUP *group = NULL;
	enum err e = check_first(k, d);

	if (e != ERR_OK)
		return e;
	if (!split_ec(inner, &parts))
		return broken(d);
	if (params.len != 0)
		parts.params = params;
	e = ossl_ec_group(parts.params, &group, d);
	if (e != ERR_OK)
		return e;
	k->type = PUBKEY_EC;
	buf_put(&k->params, parts.params);
	e = buf_ok(&k->params) ? take_scalar(k, group, parts.scalar, d)
			       : diag_nomem(d);
	k->part[KEYFILE_EC_PARAMS] = buf_bytes(&k->params);
	if (e == ERR_OK)
		e = take_point(k, group, parts.point, d);
	if (e == ERR_OK)
		e = pubkey_from_ec(k->part[KEYFILE_EC_PARAMS],
		    k->part[KEYFILE_EC_POINT], &k->key, d);
	EC_GROUP_free(group);
	return e;
}

static enum err
unknown_kind(struct bytes oid, struct diag *d)
{
	const unsigned char *p = oid.ptr;
	ASN1_OBJECT *obj = d2i_ASN1_OBJECT(NULL, &p, (long)oid.len);
	char name[80] = "?";

	if (obj == NULL)
		return ossl_fail(d, ERR_SYNTAX, "the private key is damaged");
	(void)OBJ_obj2txt(name, sizeof(name), obj, 0);
	ASN1_OBJECT_free(obj);
	return diag_set(d, ERR_UNSUPPORTED,
	    "a key of the kind %s is not supported; RSA and EC keys are", name);
}

enum err
keyfile_take(struct keyfile *k, struct bytes alg, struct bytes inner,
    struct diag *d)
{
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x01, 0x01 };
	static const uint8_t ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
		0x01 };
	struct bytes oid, params = alg;

	if (!der_take(&params, DER_OID, &oid) || oid.len > 64)
		return broken(d);
	if (bytes_equal(oid, bytes_of(rsa, sizeof(rsa))))
		return keyfile_take_rsa(k, inner, d);
	if (bytes_equal(oid, bytes_of(ec, sizeof(ec))))
		return keyfile_take_ec(k, params, inner, d);
	alg.len -= params.len;
	return unknown_kind(alg, d);
}
