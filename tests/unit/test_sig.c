/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of their parts, as PKCS#11 gives them, and signatures of all schemes.
 * OpenSSL makes the keys and signs. A configuration that forbids all of it
 * stands in OPENSSL_CONF and must not be heard. */
#include "test.h"

#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "pki/sig.h"

/* A modulus of 1024 bits, and digests of 64 bytes: what policies dislike. */
#define RSA_BITS 1024
#define RSA_LEN (RSA_BITS / 8)

static const struct curve {
	const char *name;   /* for OpenSSL */
	const char *wanted; /* from pubkey_curve_name() */
	size_t size;
	size_t oid_len;
	uint8_t oid[12];
} curves[] = {
	{ "P-256", "P-256", 32, 10,
	    { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 } },
	{ "P-384", "P-384", 48, 7, { 6, 5, 0x2b, 0x81, 4, 0, 0x22 } },
	{ "P-521", "P-521", 66, 7, { 6, 5, 0x2b, 0x81, 4, 0, 0x23 } },
	{ "secp256k1", "secp256k1", 32, 7, { 6, 5, 0x2b, 0x81, 4, 0, 0x0a } },
};

#define NUM_CURVES (sizeof(curves) / sizeof(curves[0]))

static const enum digest digests[] = { DIGEST_SHA1, DIGEST_SHA224,
	DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };

#define NUM_DIGESTS (sizeof(digests) / sizeof(digests[0]))

static const EVP_MD *
md_of(enum digest which)
{
	return EVP_get_digestbyname(digest_name(which));
}

/* The public half, with a leading zero in each number as some tokens have. */
static struct pubkey *
rsa_parts(EVP_PKEY *evp)
{
	uint8_t n[RSA_LEN + 1] = { 0 }, e[4] = { 0 };
	BIGNUM *bn = NULL, *be = NULL;
	struct pubkey *k = NULL;
	struct diag d;

	assert_int_equal(EVP_PKEY_get_bn_param(evp, "n", &bn), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(evp, "e", &be), 1);
	assert_int_equal(BN_bn2binpad(bn, n + 1, RSA_LEN), RSA_LEN);
	assert_int_equal(BN_bn2binpad(be, e, 4), 4);
	assert_int_equal(pubkey_from_rsa_parts(bytes_of(n, sizeof(n)),
			     bytes_of(e, sizeof(e)), &k, &d),
	    ERR_OK);
	BN_free(bn);
	BN_free(be);
	return k;
}

/* The point, bare, of an EC key. */
static size_t
point_of(EVP_PKEY *evp, uint8_t *ret)
{
	unsigned char *p = ret;
	int len = i2d_PublicKey(evp, &p);

	assert_true(len > 0);
	return (size_t)len;
}

static struct pubkey *
ec_parts(EVP_PKEY *evp, const struct curve *c)
{
	uint8_t point[160];
	struct pubkey *k = NULL;
	struct diag d;
	size_t len = point_of(evp, point);

	assert_int_equal(len, 1 + 2 * c->size);
	assert_int_equal(pubkey_from_ec(bytes_of(c->oid, c->oid_len),
			     bytes_of(point, len), &k, &d),
	    ERR_OK);
	return k;
}

static void
assert_spki(const struct pubkey *k, EVP_PKEY *evp)
{
	unsigned char *der = NULL;
	struct buf out = { 0 };
	struct diag d;
	int len = i2d_PUBKEY(evp, &der);

	assert_int_equal(pubkey_put_spki(k, &out, &d), ERR_OK);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.ptr, der, out.len);
	OPENSSL_free(der);
	buf_clear(&out);
}

/* OpenSSL's own subject key identifier. */
static void
assert_id(const struct pubkey *k, EVP_PKEY *evp)
{
	X509 *x = X509_new();
	uint8_t id[20];
	unsigned len = 0;
	struct buf out = { 0 };
	struct diag d;

	assert_int_equal(X509_set_pubkey(x, evp), 1);
	assert_int_equal(X509_pubkey_digest(x, EVP_sha1(), id, &len), 1);
	assert_int_equal(pubkey_put_id(k, &out, &d), ERR_OK);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.ptr, id, len);
	X509_free(x);
	buf_clear(&out);
}

static void
test_rsa_parts(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS), *other = EVP_RSA_gen(RSA_BITS);
	struct pubkey *k = rsa_parts(evp), *same = rsa_parts(evp);
	struct pubkey *differs = rsa_parts(other);

	assert_int_equal(pubkey_type(k), PUBKEY_RSA);
	assert_int_equal(pubkey_bits(k), RSA_BITS);
	assert_null(pubkey_curve_name(k));
	assert_true(pubkey_equal(k, same));
	assert_false(pubkey_equal(k, differs));
	assert_spki(k, evp);
	assert_id(k, evp);
	pubkey_free(&k);
	pubkey_free(&same);
	pubkey_free(&differs);
	EVP_PKEY_free(evp);
	EVP_PKEY_free(other);
}

static void
test_rsa_parts_refused(void **state)
{
	static uint8_t longest[2049], zero[3], three[] = { 3 };
	struct pubkey *k = NULL;
	struct bytes e = bytes_of(three, 1);
	struct diag d;

	longest[0] = 1;
	assert_int_equal(pubkey_from_rsa_parts(bytes_of(zero, 3), e, &k, &d),
	    ERR_SYNTAX);
	assert_int_equal(pubkey_from_rsa_parts(e, bytes_of(zero, 3), &k, &d),
	    ERR_SYNTAX);
	assert_int_equal(pubkey_from_rsa_parts(bytes_of(NULL, 0), e, &k, &d),
	    ERR_SYNTAX);
	assert_int_equal(pubkey_from_rsa_parts(
			     bytes_of(longest, sizeof(longest)), e, &k, &d),
	    ERR_TOO_BIG);
	assert_null(k);
}

/* The point in an OCTET STRING and bare; each length but the right one. */
static void
test_ec_point_forms(const struct curve *c, EVP_PKEY *evp)
{
	struct bytes params = bytes_of(c->oid, c->oid_len);
	uint8_t der[170] = { 4, (uint8_t)(1 + 2 * c->size) };
	size_t i, head = c->size > 63 ? 3 : 2;
	struct pubkey *bare = ec_parts(evp, c), *k = NULL;
	struct diag d;

	if (head == 3) {
		der[1] = 0x81;
		der[2] = (uint8_t)(1 + 2 * c->size);
	}
	(void)point_of(evp, der + head);
	for (i = 0; i < head + 1 + 2 * c->size; i++)
		assert_int_equal(
		    pubkey_from_ec(params, bytes_of(der, i), &k, &d),
		    ERR_SYNTAX);
	assert_int_equal(pubkey_from_ec(params, bytes_of(der, i), &k, &d),
	    ERR_OK);
	assert_true(pubkey_equal(k, bare));
	pubkey_free(&k);
	assert_int_equal(pubkey_from_ec(params, bytes_of(der, i + 1), &k, &d),
	    ERR_SYNTAX);
	der[i - 1] ^= 1; /* no longer on the curve */
	assert_int_equal(pubkey_from_ec(params, bytes_of(der, i), &k, &d),
	    ERR_SYNTAX);
	der[head] = 2; /* compressed */
	assert_int_equal(
	    pubkey_from_ec(params, bytes_of(der + head, 1 + c->size), &k, &d),
	    ERR_UNSUPPORTED);
	assert_null(k);
	pubkey_free(&bare);
}

static void
test_ec_parts(void **state)
{
	struct pubkey *first = NULL;
	size_t i;

	for (i = 0; i < NUM_CURVES; i++) {
		EVP_PKEY *evp = EVP_EC_gen(curves[i].name);
		struct pubkey *k = ec_parts(evp, &curves[i]);

		assert_int_equal(pubkey_type(k), PUBKEY_EC);
		assert_string_equal(pubkey_curve_name(k), curves[i].wanted);
		assert_spki(k, evp);
		assert_id(k, evp);
		test_ec_point_forms(&curves[i], evp);
		if (first != NULL)
			assert_false(pubkey_equal(k, first));
		pubkey_free(&first);
		first = k;
		EVP_PKEY_free(evp);
	}
	pubkey_free(&first);
}

/* A bare point that looks like an OCTET STRING of 63 bytes. */
static void
test_ambiguous_point(void **state)
{
	uint8_t point[160] = { 0 };
	struct pubkey *k;
	EVP_PKEY *evp = NULL;
	int i;

	for (i = 0; i < 20000 && point[1] != 63; i++) {
		EVP_PKEY_free(evp);
		evp = EVP_EC_gen("P-256");
		(void)point_of(evp, point);
	}
	assert_int_equal(point[1], 63);
	k = ec_parts(evp, &curves[0]);
	assert_spki(k, evp);
	pubkey_free(&k);
	EVP_PKEY_free(evp);
}

static void
test_ec_params_refused(void **state)
{
	static const struct {
		const char *params;
		size_t len;
		enum err wanted;
		const char *says;
	} cases[] = {
		{ "\x13\x0c"
		  "edwards25519",
		    14, ERR_UNSUPPORTED, "printed name (edwards25519)" },
		{ "\x30\x03\x02\x01\x01", 5, ERR_UNSUPPORTED, "explicit" },
		{ "\x06\x03\x2b\x65\x70", 5, ERR_UNSUPPORTED, "1.3.101.112" },
		{ "\x06\x03\x2b\x65\x70\x00", 6, ERR_SYNTAX, "name no curve" },
		{ "\x06\x7f", 2, ERR_SYNTAX, "name no curve" },
		{ "\x05\x00", 2, ERR_SYNTAX, "name no curve" },
		{ "", 0, ERR_SYNTAX, "name no curve" },
	};
	struct pubkey *k = NULL;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    pubkey_from_ec(bytes_of(cases[i].params, cases[i].len),
			bytes_of("\4", 1), &k, &d),
		    cases[i].wanted);
		assert_non_null(strstr(d.msg, cases[i].says));
	}
	assert_null(k);
}

static void
digest_text(enum digest which, struct digest_value *ret)
{
	struct bytes text = bytes_of_str("what a token signs");

	assert_int_equal(digest_of(which, &text, 1, ret, NULL), ERR_OK);
}

/* Signs VALUE with EVP as SCHEME says; SALT is for PSS. */
static size_t
sign(EVP_PKEY *evp, enum digest which, int padding, int salt,
    struct bytes value, uint8_t *sig)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(evp, NULL);
	size_t len = 256;

	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	if (padding != 0)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, padding), 1);
	if (padding != RSA_NO_PADDING)
		assert_int_equal(
		    EVP_PKEY_CTX_set_signature_md(ctx, md_of(which)), 1);
	if (padding == RSA_PKCS1_PSS_PADDING)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt),
		    1);
	assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, value.ptr, value.len),
	    1);
	EVP_PKEY_CTX_free(ctx);
	return len;
}

static bool
good(const struct pubkey *k, const struct sig_content *what, struct bytes sig)
{
	bool ret = false;
	struct diag d;

	assert_int_equal(sig_check(k, what, sig, &ret, &d), ERR_OK);
	return ret;
}

/* SIG is good, and is not after any small change. */
static void
assert_good(const struct pubkey *k, struct sig_content what, uint8_t *sig,
    size_t len)
{
	uint8_t other[256];
	size_t i;

	assert_true(good(k, &what, bytes_of(sig, len)));
	assert_false(good(k, &what, bytes_of(sig, len - 1)));
	assert_false(good(k, &what, bytes_of(sig, len + 1)));
	assert_false(good(k, &what, bytes_of(sig, 0)));
	for (i = 0; i < len; i += 7) {
		sig[i] ^= 0x10;
		assert_false(good(k, &what, bytes_of(sig, len)));
		sig[i] ^= 0x10;
	}
	assert_true(what.digest.len <= sizeof(other));
	memcpy(other, what.digest.ptr, what.digest.len);
	other[0] ^= 1; /* a curve may not see the last ones */
	what.digest.ptr = other;
	assert_false(good(k, &what, bytes_of(sig, len)));
}

static void
test_rsa_signatures(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS);
	struct pubkey *k = rsa_parts(evp);
	uint8_t sig[257] = { 0 };
	size_t i, len;

	for (i = 0; i < NUM_DIGESTS; i++) {
		struct sig_content what = { SIG_PKCS1, digests[i],
			{ NULL, 0 } };
		struct digest_value v;

		digest_text(digests[i], &v);
		what.digest = digest_bytes(&v);
		len = sign(evp, digests[i], RSA_PKCS1_PADDING, 0, what.digest,
		    sig);
		assert_good(k, what, sig, len);
		what.scheme = SIG_PSS;
		assert_false(good(k, &what, bytes_of(sig, len)));
		if (2 * v.len + 2 > RSA_LEN)
			continue; /* does not fit: 64 bytes, twice, and 2 */
		len = sign(evp, digests[i], RSA_PKCS1_PSS_PADDING, (int)v.len,
		    what.digest, sig);
		assert_good(k, what, sig, len);
		what.scheme = SIG_PKCS1;
		assert_false(good(k, &what, bytes_of(sig, len)));
		what.scheme = SIG_PSS;
		len = sign(evp, digests[i], RSA_PKCS1_PSS_PADDING,
		    (int)v.len - 1, what.digest, sig);
		assert_false(good(k, &what, bytes_of(sig, len)));
	}
	pubkey_free(&k);
	EVP_PKEY_free(evp);
}

static void
test_raw(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS);
	struct pubkey *k = rsa_parts(evp);
	uint8_t block[RSA_LEN] = { 0, 2, 3, 4 }, sig[257] = { 0 };
	struct sig_content what = { SIG_RAW, DIGEST_MD5,
		{ block, sizeof(block) } };
	bool ret = true;
	struct diag d;
	size_t len;

	len = sign(evp, DIGEST_SHA1, RSA_NO_PADDING, 0, what.digest, sig);
	assert_good(k, what, sig, len);
	what.digest.len--;
	assert_int_equal(sig_check(k, &what, bytes_of(sig, len), &ret, &d),
	    ERR_USAGE);
	assert_true(ret);
	pubkey_free(&k);
	EVP_PKEY_free(evp);
}

/* r and s of the DER that OpenSSL makes. */
static size_t
split(struct bytes der, size_t size, uint8_t *ret)
{
	const unsigned char *p = der.ptr;
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &p, (long)der.len);

	assert_non_null(s);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(s), ret, (int)size),
	    size);
	assert_int_equal(
	    BN_bn2binpad(ECDSA_SIG_get0_s(s), ret + size, (int)size), size);
	ECDSA_SIG_free(s);
	return 2 * size;
}

/* Also signatures whose r begins with zeros: few, so several are made. */
static void
ecdsa_with(const struct curve *c, EVP_PKEY *evp, enum digest which)
{
	struct sig_content what = { SIG_ECDSA, which, { NULL, 0 } };
	struct pubkey *k = ec_parts(evp, c);
	uint8_t der[256], sig[257] = { 0 };
	struct buf again = { 0 };
	struct digest_value v;
	struct diag d;
	size_t len, der_len;

	digest_text(which, &v);
	what.digest = digest_bytes(&v);
	der_len = sign(evp, which, 0, 0, what.digest, der);
	len = split(bytes_of(der, der_len), c->size, sig);
	assert_good(k, what, sig, len);
	assert_int_equal(sig_put_ecdsa_der(bytes_of(sig, len), &again, &d),
	    ERR_OK);
	assert_true(bytes_equal(buf_bytes(&again), bytes_of(der, der_len)));
	assert_false(good(k, &what, bytes_of(der, der_len)));
	memset(sig, 0, len);
	assert_false(good(k, &what, bytes_of(sig, len)));
	buf_clear(&again);
	pubkey_free(&k);
}

static void
test_ecdsa(void **state)
{
	unsigned round, num = test_rounds(20);
	size_t i, j;

	for (i = 0; i < NUM_CURVES; i++) {
		EVP_PKEY *evp = EVP_EC_gen(curves[i].name);

		for (j = 0; j < NUM_DIGESTS; j++)
			ecdsa_with(&curves[i], evp, digests[j]);
		for (round = 0; round < num; round++)
			ecdsa_with(&curves[i], evp, DIGEST_SHA256);
		EVP_PKEY_free(evp);
	}
}

/* The public key of the same modulus with exponent 1. */
static struct pubkey *
with_exponent_1(EVP_PKEY *evp)
{
	static const uint8_t one[] = { 1 };
	struct pubkey *k = NULL;
	uint8_t n[RSA_LEN];
	BIGNUM *bn = NULL;
	struct diag d;

	assert_int_equal(EVP_PKEY_get_bn_param(evp, "n", &bn), 1);
	assert_int_equal(BN_bn2binpad(bn, n, RSA_LEN), RSA_LEN);
	assert_int_equal(pubkey_from_rsa_parts(bytes_of(n, sizeof(n)),
			     bytes_of(one, 1), &k, &d),
	    ERR_OK);
	BN_free(bn);
	return k;
}

/* With exponent 1 every number is its own signature: the block of a good
 * signature is a forged one. */
static void
test_weak_exponent(void **state)
{
	static const struct {
		enum sig_scheme scheme;
		int padding;
	} rows[] = { { SIG_PKCS1, RSA_PKCS1_PADDING },
		{ SIG_PSS, RSA_PKCS1_PSS_PADDING },
		{ SIG_RAW, RSA_NO_PADDING } };
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS);
	struct pubkey *k = with_exponent_1(evp);
	uint8_t raw[RSA_LEN] = { 0, 7 }, sig[256], block[256];
	struct digest_value v;
	size_t i, len, block_len;

	digest_text(DIGEST_SHA1, &v);
	for (i = 0; i < 3; i++) {
		struct sig_content what = { rows[i].scheme, DIGEST_SHA1,
			rows[i].scheme == SIG_RAW ? bytes_of(raw, sizeof(raw))
						  : digest_bytes(&v) };
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(evp, NULL);

		len = sign(evp, DIGEST_SHA1, rows[i].padding, 20, what.digest,
		    sig);
		block_len = sizeof(block);
		assert_int_equal(EVP_PKEY_verify_recover_init(ctx), 1);
		assert_int_equal(
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
		assert_int_equal(
		    EVP_PKEY_verify_recover(ctx, block, &block_len, sig, len),
		    1);
		assert_false(good(k, &what, bytes_of(block, block_len)));
		EVP_PKEY_CTX_free(ctx);
	}
	pubkey_free(&k);
	EVP_PKEY_free(evp);
}

static void
test_refused(void **state)
{
	EVP_PKEY *rsa = EVP_RSA_gen(RSA_BITS), *ec = EVP_EC_gen("P-256");
	struct pubkey *k = rsa_parts(rsa), *q = ec_parts(ec, &curves[0]);
	struct bytes sig = bytes_of("x", 1), none = { NULL, 0 };
	struct sig_content what = { SIG_PKCS1, DIGEST_MD5, { NULL, 0 } };
	struct digest_value v;
	struct buf out = { 0 };
	bool ret = true;
	struct diag d;

	digest_text(DIGEST_MD5, &v);
	what.digest = digest_bytes(&v);
	assert_int_equal(sig_check(k, &what, sig, &ret, &d), ERR_UNSUPPORTED);
	assert_int_equal(sig_put_digest_info(DIGEST_MD5, what.digest, &out, &d),
	    ERR_UNSUPPORTED);
	what.which = DIGEST_SHA1;
	assert_int_equal(sig_check(k, &what, sig, &ret, &d), ERR_USAGE);
	assert_int_equal(
	    sig_put_digest_info(DIGEST_SHA1, what.digest, &out, &d), ERR_USAGE);
	digest_text(DIGEST_SHA1, &v);
	what.digest = digest_bytes(&v);
	what.scheme = SIG_ECDSA;
	assert_int_equal(sig_check(k, &what, sig, &ret, &d), ERR_UNSUPPORTED);
	what.scheme = SIG_PSS;
	assert_int_equal(sig_check(q, &what, sig, &ret, &d), ERR_UNSUPPORTED);
	what.scheme = SIG_RAW;
	assert_int_equal(sig_check(q, &what, sig, &ret, &d), ERR_UNSUPPORTED);
	assert_int_equal(sig_put_ecdsa_der(bytes_of("xyz", 3), &out, &d),
	    ERR_SYNTAX);
	assert_int_equal(sig_put_ecdsa_der(none, &out, &d), ERR_SYNTAX);
	assert_true(ret);
	assert_int_equal(out.len, 0);
	pubkey_free(&k);
	pubkey_free(&q);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
}

/* The content of a PKCS#1 signature, which OpenSSL pads. */
static void
test_digest_info(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS);
	uint8_t ours[256], theirs[256];
	struct digest_value v;
	struct buf info = { 0 };
	struct diag d;
	size_t i, len;

	for (i = 0; i < NUM_DIGESTS; i++) {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(evp, NULL);

		digest_text(digests[i], &v);
		assert_int_equal(sig_put_digest_info(digests[i],
				     digest_bytes(&v), &info, &d),
		    ERR_OK);
		(void)sign(evp, digests[i], RSA_PKCS1_PADDING, 0,
		    digest_bytes(&v), theirs);
		len = sizeof(ours);
		assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
		assert_int_equal(
		    EVP_PKEY_sign(ctx, ours, &len, info.ptr, info.len), 1);
		assert_int_equal(len, RSA_LEN);
		assert_memory_equal(ours, theirs, len);
		EVP_PKEY_CTX_free(ctx);
		buf_clear(&info);
	}
	EVP_PKEY_free(evp);
}

/* The block that OpenSSL pads, and the shortest there is. */
static void
test_block(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(RSA_BITS);
	uint8_t sig[256], theirs[256];
	struct buf block = { 0 };
	struct digest_value v;
	struct diag d;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(evp, NULL);
	size_t len = sizeof(theirs);

	digest_text(DIGEST_SHA512, &v);
	(void)sign(evp, DIGEST_SHA512, RSA_PKCS1_PADDING, 0, digest_bytes(&v),
	    sig);
	assert_int_equal(EVP_PKEY_verify_recover_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	assert_int_equal(
	    EVP_PKEY_verify_recover(ctx, theirs, &len, sig, RSA_LEN), 1);
	assert_int_equal(
	    sig_put_block(DIGEST_SHA512, digest_bytes(&v), RSA_LEN, &block, &d),
	    ERR_OK);
	assert_true(bytes_equal(buf_bytes(&block), bytes_of(theirs, len)));
	buf_clear(&block);
	assert_int_equal(sig_put_block(DIGEST_SHA512, digest_bytes(&v),
			     19 + 64 + 10, &block, &d),
	    ERR_UNSUPPORTED);
	assert_int_equal(block.len, 0);
	assert_int_equal(sig_put_block(DIGEST_SHA512, digest_bytes(&v),
			     19 + 64 + 11, &block, &d),
	    ERR_OK);
	assert_memory_equal(block.ptr,
	    "\0\1\xff\xff\xff\xff\xff\xff\xff\xff\0\x30", 12);
	assert_int_equal(block.len, 19 + 64 + 11);
	assert_int_equal(
	    sig_put_block(DIGEST_MD5, digest_bytes(&v), RSA_LEN, &block, &d),
	    ERR_UNSUPPORTED);
	buf_clear(&block);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(evp);
}

/* Would forbid everything here, were it read. */
static bool
forbid_all(char *path)
{
	static const char text[] =
	    "openssl_conf = init\n[init]\nalg_section = alg\nssl_conf = ssl\n"
	    "[alg]\ndefault_properties = fips=yes\n"
	    "[ssl]\nsystem_default = sys\n"
	    "[sys]\nCipherString = DEFAULT@SECLEVEL=5\n";
	int fd = mkstemp(path);
	bool ok = fd >= 0 &&
	    write(fd, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1;

	if (fd >= 0)
		(void)close(fd);
	return ok && setenv("OPENSSL_CONF", path, 1) == 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsa_parts),
		cmocka_unit_test(test_rsa_parts_refused),
		cmocka_unit_test(test_ec_parts),
		cmocka_unit_test(test_ambiguous_point),
		cmocka_unit_test(test_ec_params_refused),
		cmocka_unit_test(test_rsa_signatures),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_ecdsa),
		cmocka_unit_test(test_weak_exponent),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_digest_info),
		cmocka_unit_test(test_block),
	};
	char path[] = "/tmp/test_sig.XXXXXX";
	int status;

	if (!forbid_all(path))
		return EXIT_FAILURE;
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	status = test_run(tests);
	(void)unlink(path);
	return status;
}
