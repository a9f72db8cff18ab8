/* SPDX-License-Identifier: Apache-2.0 */
/* Digests, signatures and certificates, with OpenSSL itself as the other
 * side: it makes the keys and signs, we check. */
#include "test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "pki/cert.h"
#include "pki/digest.h"
#include "pki/pubkey.h"

struct fixture {
	EVP_PKEY *evp;
	struct pubkey *key;
	uint8_t der[1024];
	size_t der_len;
};

static int
setup(void **state)
{
	static struct fixture f;
	unsigned char *p = f.der;
	struct diag d;

	f.evp = EVP_RSA_gen(1024);
	assert_non_null(f.evp);
	f.der_len = (size_t)i2d_PublicKey(f.evp, &p);
	assert_int_equal(
	    pubkey_from_rsa(bytes_of(f.der, f.der_len), &f.key, &d), ERR_OK);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	pubkey_free(&f->key);
	EVP_PKEY_free(f->evp);
	return 0;
}

/* Signs the raw block CONTENT with PKCS#1 type 1 padding, or none. */
static size_t
sign_raw(EVP_PKEY *evp, struct bytes content, int padding, uint8_t *sig)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(evp, NULL);
	size_t len = 256;

	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, padding), 1);
	assert_int_equal(
	    EVP_PKEY_sign(ctx, sig, &len, content.ptr, content.len), 1);
	EVP_PKEY_CTX_free(ctx);
	return len;
}

static size_t
sign(EVP_PKEY *evp, const EVP_MD *md, struct bytes data, uint8_t *sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = 256;

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, md, NULL, evp), 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &len, data.ptr, data.len), 1);
	EVP_MD_CTX_free(ctx);
	return len;
}

static enum pubkey_match
match(const struct pubkey *key, enum digest which, struct bytes data,
    struct bytes sig)
{
	enum pubkey_match m = PUBKEY_FOREIGN;
	struct digest_value v;
	struct diag d;

	assert_int_equal(digest_of(which, &data, 1, &v, &d), ERR_OK);
	assert_int_equal(pubkey_verify(key, which, &v, sig, &m, &d), ERR_OK);
	return m;
}

static void
test_digest(void **state)
{
	struct bytes parts[2] = { bytes_of("a", 1), bytes_of("bc", 2) };
	static const uint8_t md5[] = { 0x90, 0x01, 0x50, 0x98 };
	static const uint8_t sha1[] = { 0xa9, 0x99, 0x3e, 0x36 };
	static const uint8_t sha224[] = { 0x23, 0x09, 0x7d, 0x22 };
	static const uint8_t sha256[] = { 0xba, 0x78, 0x16, 0xbf };
	static const uint8_t sha384[] = { 0xcb, 0x00, 0x75, 0x3f };
	static const uint8_t sha512[] = { 0xdd, 0xaf, 0x35, 0xa1 };
	static const uint8_t *const first[] = { md5, sha1, sha224, sha256,
		sha384, sha512 };
	static const size_t lens[] = { 16, 20, 28, 32, 48, 64 };
	struct digest_value v;
	struct diag d;
	int i;

	for (i = 0; i < 6; i++) {
		assert_int_equal(digest_of((enum digest)i, parts, 2, &v, &d),
		    ERR_OK);
		assert_int_equal(v.len, lens[i]);
		assert_memory_equal(v.byte, first[i], 4);
	}
	assert_string_equal(digest_name(DIGEST_SHA512), "sha512");
}

static void
test_good_signatures(void **state)
{
	struct fixture *f = *state;
	struct bytes data = bytes_of_str("what was signed");
	struct bytes other = bytes_of_str("what was not");
	uint8_t sig[256];
	struct bytes s = { sig, 0 };

	s.len = sign(f->evp, EVP_sha1(), data, sig);
	assert_int_equal(match(f->key, DIGEST_SHA1, data, s), PUBKEY_GOOD);
	assert_int_equal(match(f->key, DIGEST_SHA1, other, s), PUBKEY_CHANGED);
	assert_int_equal(match(f->key, DIGEST_SHA256, data, s), PUBKEY_FOREIGN);
	s.len = sign(f->evp, EVP_sha256(), data, sig);
	assert_int_equal(match(f->key, DIGEST_SHA256, data, s), PUBKEY_GOOD);
	s.len = sign(f->evp, EVP_sha512(), data, sig);
	assert_int_equal(match(f->key, DIGEST_SHA512, data, s), PUBKEY_GOOD);
	sig[5] ^= 1;
	assert_int_equal(match(f->key, DIGEST_SHA512, data, s), PUBKEY_FOREIGN);
	s.len--;
	assert_int_equal(match(f->key, DIGEST_SHA512, data, s), PUBKEY_FOREIGN);
}

/* Blocks that a lenient reader would take: the digest without DigestInfo,
 * DigestInfo without NULL, with a byte behind it. */
static void
test_odd_blocks(void **state)
{
	static const uint8_t info[] = { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05,
		0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14 };
	static const uint8_t no_null[] = { 0x30, 0x1f, 0x30, 0x07, 0x06, 0x05,
		0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x04, 0x14 };
	struct fixture *f = *state;
	struct bytes data = bytes_of_str("x");
	struct bytes s = { NULL, 0 };
	struct digest_value v;
	struct buf block = { 0 };
	uint8_t sig[256];
	struct diag d;

	s.ptr = sig;
	assert_int_equal(digest_of(DIGEST_SHA1, &data, 1, &v, &d), ERR_OK);
	s.len = sign_raw(f->evp, digest_bytes(&v), RSA_PKCS1_PADDING, sig);
	assert_int_equal(match(f->key, DIGEST_SHA1, data, s), PUBKEY_FOREIGN);
	buf_put(&block, bytes_of(no_null, sizeof(no_null)));
	buf_put(&block, digest_bytes(&v));
	s.len = sign_raw(f->evp, buf_bytes(&block), RSA_PKCS1_PADDING, sig);
	assert_int_equal(match(f->key, DIGEST_SHA1, data, s), PUBKEY_FOREIGN);
	buf_clear(&block);
	buf_put(&block, bytes_of(info, sizeof(info)));
	buf_put(&block, digest_bytes(&v));
	s.len = sign_raw(f->evp, buf_bytes(&block), RSA_PKCS1_PADDING, sig);
	assert_int_equal(match(f->key, DIGEST_SHA1, data, s), PUBKEY_GOOD);
	buf_u8(&block, 0);
	s.len = sign_raw(f->evp, buf_bytes(&block), RSA_PKCS1_PADDING, sig);
	assert_int_equal(match(f->key, DIGEST_SHA1, data, s), PUBKEY_FOREIGN);
	buf_clear(&block);
}

static void
test_rsa_key(void **state)
{
	struct fixture *f = *state;
	struct pubkey *k = NULL;
	uint8_t longer[1100];
	struct diag d;

	assert_int_equal(pubkey_type(f->key), PUBKEY_RSA);
	assert_int_equal(pubkey_bits(f->key), 1024);
	memcpy(longer, f->der, f->der_len);
	longer[f->der_len] = 0;
	assert_int_equal(
	    pubkey_from_rsa(bytes_of(longer, f->der_len + 1), &k, &d),
	    ERR_SYNTAX);
	assert_int_equal(
	    pubkey_from_rsa(bytes_of(longer, f->der_len - 1), &k, &d),
	    ERR_SYNTAX);
	assert_int_equal(pubkey_from_rsa(bytes_of(NULL, 0), &k, &d),
	    ERR_SYNTAX);
	assert_null(k);
}

/* Keys that a forger would like: with exponent 1 every number is its own
 * signature; a modulus of 0 is no key. */
static void
test_weak_keys(void **state)
{
	static const uint8_t one[] = { 0x02, 0x01, 0x01 };
	static const uint8_t zero[] = { 0x30, 0x06, 0x02, 0x01, 0x00, 0x02,
		0x01, 0x03 };
	struct fixture *f = *state;
	struct bytes data = bytes_of_str("x");
	uint8_t der[1024];
	struct pubkey *k = NULL;
	struct digest_value v;
	enum pubkey_match m = PUBKEY_GOOD;
	uint8_t sig[128] = { 0 };
	struct diag d;

	assert_int_equal(pubkey_from_rsa(bytes_of(zero, 8), &k, &d),
	    ERR_SYNTAX);
	/* the last INTEGER is e, 65537: one byte of it is enough */
	memcpy(der, f->der, f->der_len - 5);
	memcpy(der + f->der_len - 5, one, sizeof(one));
	der[2] = (uint8_t)(f->der_len - 2 - 3);
	assert_int_equal(der[1], 0x81);
	assert_int_equal(pubkey_from_rsa(bytes_of(der, f->der_len - 2), &k, &d),
	    ERR_OK);
	assert_int_equal(digest_of(DIGEST_SHA1, &data, 1, &v, &d), ERR_OK);
	memset(sig, 0xff, sizeof(sig));
	sig[0] = 0x00;
	sig[1] = 0x01;
	memcpy(sig + 128 - 36,
	    "\0\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02"
	    "\x1a\x05\0\x04\x14",
	    16);
	memcpy(sig + 128 - 20, v.byte, 20);
	assert_int_equal(pubkey_verify(k, DIGEST_SHA1, &v,
			     bytes_of(sig, sizeof(sig)), &m, &d),
	    ERR_OK);
	assert_int_equal(m, PUBKEY_FOREIGN);
	pubkey_free(&k);
}

/* What was checked before has no say in what is checked next. */
static void
test_checker(void **state)
{
	static const enum pubkey_match wanted[] = { PUBKEY_GOOD, PUBKEY_FOREIGN,
		PUBKEY_CHANGED, PUBKEY_FOREIGN, PUBKEY_GOOD };
	struct fixture *f = *state;
	struct bytes data = bytes_of_str("checked"), other = bytes_of_str("x");
	struct pubkey_checker *c = NULL;
	struct digest_kit *kit = NULL;
	struct digest_value v, w;
	enum pubkey_match m = PUBKEY_CHANGED;
	uint8_t sig[256], bad[256];
	struct diag d;
	size_t i, len;

	len = sign(f->evp, EVP_sha1(), data, sig);
	memset(bad, 0xff, sizeof(bad));
	assert_int_equal(digest_kit_new(&kit, &d), ERR_OK);
	assert_int_equal(pubkey_checker_new(f->key, &c, &d), ERR_OK);
	for (i = 0; i < 5; i++) {
		assert_int_equal(digest_with(kit, DIGEST_SHA1,
				     i == 2 ? &other : &data, 1, &v, &d),
		    ERR_OK);
		assert_int_equal(
		    digest_of(DIGEST_SHA1, i == 2 ? &other : &data, 1, &w, &d),
		    ERR_OK);
		assert_memory_equal(v.byte, w.byte, 20);
		assert_int_equal(digest_with(kit, DIGEST_MD5, &data, 1, &w, &d),
		    ERR_OK);
		assert_int_equal(w.len, 16);
		assert_int_equal(pubkey_check(c, DIGEST_SHA1, &v,
				     i == 1       ? bytes_of(bad, len)
					 : i == 3 ? bytes_of(sig, len - 1)
						  : bytes_of(sig, len),
				     &m, &d),
		    ERR_OK);
		assert_int_equal(m, wanted[i]);
	}
	assert_int_equal(
	    pubkey_check(c, DIGEST_MD5, &w, bytes_of(sig, len), &m, &d),
	    ERR_UNSUPPORTED);
	pubkey_checker_free(&c);
	digest_kit_free(&kit);
}

/* A signature and the modulus added up open to the same block, and are no
 * signature all the same. */
static void
test_beyond_modulus(void **state)
{
	struct fixture *f = *state;
	BIGNUM *n = NULL, *s = BN_new();
	uint8_t sig[256];
	char text[16];
	size_t len = 0;
	int i;

	assert_int_equal(EVP_PKEY_get_bn_param(f->evp, "n", &n), 1);
	for (i = 0; i < 5000; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		len = sign(f->evp, EVP_sha1(), bytes_of_str(text), sig);
		assert_non_null(BN_bin2bn(sig, (int)len, s));
		assert_int_equal(BN_add(s, s, n), 1);
		if (BN_num_bytes(s) == (int)len)
			break;
	}
	assert_in_range(i, 0, 4999);
	assert_int_equal(
	    match(f->key, DIGEST_SHA1, bytes_of_str(text), bytes_of(sig, len)),
	    PUBKEY_GOOD);
	assert_int_equal(BN_bn2binpad(s, sig, (int)len), len);
	assert_int_equal(
	    match(f->key, DIGEST_SHA1, bytes_of_str(text), bytes_of(sig, len)),
	    PUBKEY_FOREIGN);
	BN_free(n);
	BN_free(s);
}

/* Whatever stands in a PEM file, nobody is asked for a passphrase. */
static void
test_odd_pem(void **state)
{
	static const char encrypted[] =
	    "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
	    "DEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F\n\n"
	    "AAAA\n-----END CERTIFICATE-----\n";
	static const char garbage[] = "-----BEGIN CERTIFICATE-----\n!!!\n"
				      "-----END CERTIFICATE-----\n";
	static const char *const odd[] = { encrypted, garbage, "-----BEGIN" };
	struct cert *c = NULL;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_int_equal(cert_from_file(bytes_of_str(odd[i]), &c, &d),
		    ERR_SYNTAX);
		assert_null(c);
	}
}

static void
test_unsupported(void **state)
{
	struct fixture *f = *state;
	enum pubkey_match m = PUBKEY_GOOD;
	struct digest_value v = { { 0 }, 16 };
	struct diag d;

	assert_int_equal(
	    pubkey_verify(f->key, DIGEST_MD5, &v, bytes_of("x", 1), &m, &d),
	    ERR_UNSUPPORTED);
	assert_int_equal(m, PUBKEY_GOOD);
}

/* A self-signed certificate with an odd subject and a serial of its own. */
static X509 *
make_cert(EVP_PKEY *evp)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();
	ASN1_TIME *from = ASN1_TIME_new(), *to = ASN1_TIME_new();

	X509_NAME_add_entry_by_txt(name, "C", MBSTRING_ASC,
	    (const unsigned char *)"PL", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)"a, b\xc3\xa9", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "emailAddress", MBSTRING_ASC,
	    (const unsigned char *)"x@y", -1, -1, 0);
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), 0x83e908);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, name);
	ASN1_TIME_set_string(from, "20150306184513Z");
	ASN1_TIME_set_string(to, "20500101000000Z");
	X509_set1_notBefore(x, from);
	X509_set1_notAfter(x, to);
	X509_set_pubkey(x, evp);
	assert_true(X509_sign(x, evp, EVP_sha256()) > 0);
	X509_NAME_free(name);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return x;
}

static void
check_cert(const struct cert *c, const struct fixture *f)
{
	static const uint8_t serial[] = { 0x83, 0xe9, 0x08 };
	struct buf name = { 0 };
	struct cert_attr a;
	struct diag d;

	assert_true(bytes_equal(cert_serial(c), bytes_of(serial, 3)));
	assert_true(bytes_equal(cert_public_key_bytes(c),
	    bytes_of(f->der, f->der_len)));
	assert_int_equal(cert_not_before(c), 1425667513);
	assert_int_equal(cert_not_after(c), 2524608000);
	assert_int_equal(cert_signature(c).len, 128);
	assert_int_equal(cert_num_attrs(c, CERT_SUBJECT), 3);
	cert_attr(c, CERT_SUBJECT, 1, &a);
	assert_string_equal(a.key, "CN");
	assert_true(bytes_equal(a.value, bytes_of_str("a, b\xc3\xa9")));
	cert_attr(c, CERT_SUBJECT, 2, &a);
	assert_string_equal(a.key, "1.2.840.113549.1.9.1");
	assert_int_equal(cert_put_name(c, CERT_ISSUER, &name, &d), ERR_OK);
	assert_string_equal(buf_cstr(&name),
	    "emailAddress=x@y,CN=a\\, b\xc3\xa9,C=PL");
	buf_clear(&name);
}

static void
test_cert(void **state)
{
	struct fixture *f = *state;
	X509 *x = make_cert(f->evp);
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	struct cert *c = NULL;
	struct buf file = { 0 };
	struct diag d;
	char *pem;
	int len = i2d_X509(x, &der);
	long pem_len;

	assert_int_equal(cert_from_der(bytes_of(der, (size_t)len), &c, &d),
	    ERR_OK);
	check_cert(c, f);
	cert_free(&c);
	assert_null(c);
	buf_put(&file, bytes_of(der, (size_t)len));
	buf_str(&file, "zz");
	assert_int_equal(cert_from_der(buf_bytes(&file), &c, &d), ERR_SYNTAX);
	assert_non_null(strstr(d.msg, "2 more byte(s) follow"));
	buf_clear(&file);
	assert_int_equal(PEM_write_bio_X509(bio, x), 1);
	pem_len = BIO_get_mem_data(bio, &pem);
	buf_str(&file, "0 some text before\n");
	buf_put(&file, bytes_of(pem, (size_t)pem_len));
	assert_int_equal(cert_from_file(buf_bytes(&file), &c, &d), ERR_OK);
	check_cert(c, f);
	cert_free(&c);
	buf_put(&file, bytes_of(pem, (size_t)pem_len));
	assert_int_equal(cert_from_file(buf_bytes(&file), &c, &d), ERR_SYNTAX);
	assert_non_null(strstr(d.msg, "more than one"));
	file.ptr[file.len - 40] = '!'; /* a damaged second one counts */
	assert_int_equal(cert_from_file(buf_bytes(&file), &c, &d), ERR_SYNTAX);
	assert_non_null(strstr(d.msg, "more than one"));
	assert_int_equal(cert_from_file(bytes_of_str("hello"), &c, &d),
	    ERR_SYNTAX);
	assert_int_equal(cert_from_file(bytes_of_str(""), &c, &d), ERR_SYNTAX);
	assert_null(c);
	buf_clear(&file);
	OPENSSL_free(der);
	BIO_free(bio);
	X509_free(x);
}

/* What stands between certificates is stepped over. */
static void
test_take_pem(void **state)
{
	static const char text[] =
	    "subject=x\n-----BEGIN PRIVATE KEY-----\nAA==\n"
	    "-----END PRIVATE KEY-----\n"
	    "-----BEGIN X509 CERTIFICATE-----\nBB\n"
	    "-----END X509 CERTIFICATE-----\n"
	    "-----BEGIN CERTIFICATE REQUEST-----\nDD\n"
	    "-----END CERTIFICATE REQUEST-----\n"
	    "-----BEGIN CERTIFICATE-----\nCC\n-----END CERTIFICATE-----\n"
	    "-----BEGIN CERTIFICATE-----\nEE\n-----END X509 CERTIFICATE-----";
	static const char *const wanted[] = {
		"-----BEGIN X509 CERTIFICATE-----\nBB\n"
		"-----END X509 CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\nCC\n-----END CERTIFICATE-----",
		/* it never ends */
		"-----BEGIN CERTIFICATE-----\nEE\n"
		"-----END X509 CERTIFICATE-----",
	};
	struct bytes cur = bytes_of_str(text), one;
	size_t i;

	for (i = 0; i < 3; i++) {
		assert_true(cert_take_pem(&cur, &one));
		assert_true(bytes_equal(one, bytes_of_str(wanted[i])));
	}
	assert_false(cert_take_pem(&cur, &one));
	assert_int_equal(cur.len, 0);
	cur = bytes_of(NULL, 0);
	assert_false(cert_take_pem(&cur, &one));
	cur = bytes_of_str("-----BEGIN CERTIFICATE----");
	assert_false(cert_take_pem(&cur, &one));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_good_signatures),
		cmocka_unit_test(test_odd_blocks),
		cmocka_unit_test(test_rsa_key),
		cmocka_unit_test(test_weak_keys),
		cmocka_unit_test(test_checker),
		cmocka_unit_test(test_beyond_modulus),
		cmocka_unit_test(test_odd_pem),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_cert),
		cmocka_unit_test(test_take_pem),
	};

	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
