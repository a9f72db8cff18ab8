/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys made of their parts, and taken apart. */
#include "pki/pubkey.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "pki/der.h"
#include "pki/ossl.h"

/* The longest modulus that OpenSSL computes with. */
#define MAX_MODULUS ((size_t)OPENSSL_RSA_MAX_MODULUS_BITS / 8)

enum err
pubkey_from_rsa_parts(struct bytes modulus, struct bytes exponent,
    struct pubkey **ret, struct diag *d)
{
	uint8_t mem[2 * MAX_MODULUS + 32];
	struct der w;

	modulus = der_magnitude(modulus);
	exponent = der_magnitude(exponent);
	if (modulus.len == 0 || exponent.len == 0)
		return diag_set(d, ERR_SYNTAX,
		    "an RSA key without a modulus or an exponent is none");
	if (modulus.len > MAX_MODULUS || exponent.len > MAX_MODULUS)
		return diag_set(d, ERR_TOO_BIG,
		    "an RSA key of more than %d bits cannot be used",
		    OPENSSL_RSA_MAX_MODULUS_BITS);
	der_init(&w, mem, sizeof(mem));
	der_put_uint(&w, exponent);
	der_put_uint(&w, modulus);
	der_close(&w, DER_SEQUENCE, sizeof(mem));
	return pubkey_from_rsa(der_bytes(&w), ret, d);
}

/* Why the parameters are not the name of a curve. */
static enum err
no_named_curve(struct bytes params, struct diag *d)
{
	struct bytes name = { NULL, 0 };

	if (der_take(&params, DER_PRINTABLE, &name))
		return diag_set(d, ERR_UNSUPPORTED,
		    "the curve is given by a printed name (%.*s), not by an "
		    "object identifier: no such curve can be used",
		    (int)(name.len < 40 ? name.len : 40),
		    (const char *)name.ptr);
	if (params.len > 0 && params.ptr[0] == DER_SEQUENCE)
		return diag_set(d, ERR_UNSUPPORTED,
		    "the curve is given by explicit parameters; only named "
		    "curves can be used");
	return diag_set(d, ERR_SYNTAX,
	    "the parameters of the EC key name no curve");
}

enum err
ossl_ec_group(struct bytes params, EC_GROUP **ret, struct diag *d)
{
	const unsigned char *p = params.ptr;
	struct bytes cur = params, oid;
	char name[80] = "";
	ASN1_OBJECT *obj;
	EC_GROUP *group;

	/* an object identifier beyond 64 bytes is none of a curve */
	if (!der_take(&cur, DER_OID, &oid) || cur.len != 0 || params.len > 64)
		return no_named_curve(params, d);
	obj = d2i_ASN1_OBJECT(NULL, &p, (long)params.len);
	if (obj == NULL)
		return ossl_fail(d, ERR_SYNTAX,
		    "the parameters of the EC key name no curve");
	(void)OBJ_obj2txt(name, sizeof(name), obj, 1);
	group = EC_GROUP_new_by_curve_name(OBJ_obj2nid(obj));
	ASN1_OBJECT_free(obj);
	if (group != NULL) {
		*ret = group;
		return ERR_OK;
	}
	if (ossl_fail(NULL, ERR_UNSUPPORTED, "") == ERR_NOMEM)
		return diag_nomem(d);
	return diag_set(d, ERR_UNSUPPORTED,
	    "the curve %s is not known, or none for signatures", name);
}

/* The bare point of POINT, which may be bare already: 04 begins an OCTET
 * STRING too, so that only the length tells. */
static enum err
bare_point(struct bytes point, size_t size, struct bytes *ret, struct diag *d)
{
	size_t want = 1 + 2 * size;
	struct bytes cur = point, bare = { NULL, 0 };

	if (point.len == want || !der_take(&cur, DER_OCTET_STRING, &bare) ||
	    cur.len != 0)
		bare = point;
	if (bare.len == 1 + size && (bare.ptr[0] == 2 || bare.ptr[0] == 3))
		return diag_set(d, ERR_UNSUPPORTED,
		    "the point of the EC key is compressed");
	if (bare.len != want || bare.ptr[0] != POINT_CONVERSION_UNCOMPRESSED)
		return diag_set(d, ERR_SYNTAX,
		    "the point of the EC key has %zu byte(s) where its curve "
		    "has points of %zu",
		    bare.len, want);
	*ret = bare;
	return ERR_OK;
}

/* d2i_PUBKEY() would see it too, but does not say whether memory was short. */
static enum err
check_point(const EC_GROUP *group, struct bytes point, struct diag *d)
{
	EC_POINT *p = EC_POINT_new(group);
	enum err e = ERR_OK;

	if (p == NULL)
		return ossl_nomem(d);
	if (EC_POINT_oct2point(group, p, point.ptr, point.len, NULL) != 1)
		e = ossl_fail(d, ERR_SYNTAX,
		    "the point of the EC key is not on its curve");
	EC_POINT_free(p);
	return e;
}

/* An uncompressed point on the largest curve, with room for the rest. */
#define MAX_EC_SPKI 512

static enum err
from_point(struct bytes params, struct bytes point, struct pubkey **ret,
    struct diag *d)
{
	static const uint8_t ec_public_key[] = { 0x06, 0x07, 0x2a, 0x86, 0x48,
		0xce, 0x3d, 0x02, 0x01 };
	uint8_t mem[MAX_EC_SPKI];
	const unsigned char *p;
	struct bytes spki;
	struct der w;
	EVP_PKEY *evp;
	enum err e;
	size_t mark;

	der_init(&w, mem, sizeof(mem));
	der_put(&w, point);
	der_put_u8(&w, 0);
	der_close(&w, DER_BIT_STRING, sizeof(mem));
	mark = w.at;
	der_put(&w, params);
	der_put(&w, bytes_of(ec_public_key, sizeof(ec_public_key)));
	der_close(&w, DER_SEQUENCE, mark);
	der_close(&w, DER_SEQUENCE, sizeof(mem));
	spki = der_bytes(&w);
	p = spki.ptr;
	evp = p == NULL ? NULL : d2i_PUBKEY(NULL, &p, (long)spki.len);
	if (evp == NULL)
		return ossl_nomem(d); /* all else was checked */
	e = pubkey_wrap(evp, ret, d);
	EVP_PKEY_free(evp);
	return e;
}

enum err
pubkey_from_ec(struct bytes params_der, struct bytes point, struct pubkey **ret,
    struct diag *d)
{
	struct bytes bare = { NULL, 0 };
	EC_GROUP *group = NULL;
	size_t size;
	enum err e = ossl_ec_group(params_der, &group, d);

	if (e != ERR_OK)
		return e;
	size = ((size_t)EC_GROUP_get_degree(group) + 7) / 8;
	e = bare_point(point, size, &bare, d);
	if (e == ERR_OK)
		e = check_point(group, bare, d);
	EC_GROUP_free(group);
	return e == ERR_OK ? from_point(params_der, bare, ret, d) : e;
}

bool
pubkey_equal(const struct pubkey *a, const struct pubkey *b)
{
	bool same;

	/* keys of different kinds leave an error */
	ERR_set_mark();
	same = EVP_PKEY_eq(pubkey_evp(a), pubkey_evp(b)) == 1;
	ERR_pop_to_mark();
	return same;
}

const char *
pubkey_curve_name(const struct pubkey *k)
{
	char group[64];
	const char *nist;
	size_t len = 0;
	int nid;

	if (pubkey_type(k) != PUBKEY_EC)
		return NULL;
	ERR_set_mark();
	nid = EVP_PKEY_get_group_name(pubkey_evp(k), group, sizeof(group),
		  &len) == 1
	    ? OBJ_txt2nid(group)
	    : NID_undef;
	ERR_pop_to_mark();
	nist = nid == NID_undef ? NULL : EC_curve_nid2nist(nid);
	if (nist != NULL || nid == NID_undef)
		return nist;
	return OBJ_nid2sn(nid);
}

enum err
pubkey_put_spki(const struct pubkey *k, struct buf *out, struct diag *d)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(pubkey_evp(k), &der);

	if (len <= 0)
		return ossl_nomem(d);
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

/* The content of subjectPublicKey's BIT STRING, borrowed from SPKI. */
static bool
key_bits_of(struct bytes spki, struct bytes *ret)
{
	struct bytes seq, alg, bits;
	uint8_t unused;

	if (!der_take(&spki, DER_SEQUENCE, &seq) ||
	    !der_take(&seq, DER_SEQUENCE, &alg) ||
	    !der_take(&seq, DER_BIT_STRING, &bits) || !bytes_u8(&bits, &unused))
		return false;
	*ret = bits;
	return true;
}

enum err
pubkey_put_id(const struct pubkey *k, struct buf *out, struct diag *d)
{
	struct bytes bits = { NULL, 0 };
	struct digest_value id;
	struct buf spki = { 0 };
	enum err e;

	e = pubkey_put_spki(k, &spki, d);
	if (e == ERR_OK && !key_bits_of(buf_bytes(&spki), &bits))
		e = diag_set(d, ERR_SYNTAX, "the public key does not encode");
	if (e == ERR_OK)
		e = digest_of(DIGEST_SHA1, &bits, 1, &id, d);
	if (e == ERR_OK) {
		buf_put(out, digest_bytes(&id));
		if (!buf_ok(out))
			e = diag_nomem(d);
	}
	buf_clear(&spki);
	return e;
}
