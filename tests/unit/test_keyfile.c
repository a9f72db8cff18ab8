/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys from files that the openssl command wrote. The allocator of
 * OpenSSL is replaced by one that looks into whatever is freed: what is secret
 * must not be there. */
#include "test.h"

#include <dlfcn.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "pki/cert.h"
#include "pki/keyfile_parts.h"

#define PASS "correct horse battery"

/* Of a PKCS#12 whose key is not encrypted OpenSSL leaves copies, as the header
 * says. */
#define UNSEALED "plain.p12"

static char dir[] = "/tmp/test_keyfile.XXXXXX";

/* What must not be left behind, and how often it was. */
static uint8_t needle[4][16];
static unsigned num_needles, num_found;

static void
look(void *block)
{
	size_t len = malloc_usable_size(block);
	unsigned i;

	for (i = 0; i < num_needles; i++)
		num_found += memmem(block, len, needle[i], sizeof(needle[i])) !=
		    NULL;
}

static void *
alloc(size_t len, const char *file, int line)
{
	return len == 0 ? NULL : calloc(1, len);
}

static void
release(void *p, const char *file, int line)
{
	if (p != NULL)
		look(p);
	free(p);
}

static void *
resize(void *p, size_t len, const char *file, int line)
{
	size_t old = p == NULL ? 0 : malloc_usable_size(p);
	void *more;

	if (len == 0) {
		release(p, file, line);
		return NULL;
	}
	more = calloc(1, len);
	if (more != NULL && p != NULL) {
		memcpy(more, p, old < len ? old : len);
		release(p, file, line);
	}
	return more;
}

/* The module legacy.so is not there while this is set. */
static bool hide_legacy;

OSSL_PROVIDER *
OSSL_PROVIDER_load(OSSL_LIB_CTX *ctx, const char *name)
{
	OSSL_PROVIDER *(*real)(OSSL_LIB_CTX *, const char *);
	void *sym = dlsym(RTLD_NEXT, "OSSL_PROVIDER_load");

	memcpy(&real, &sym, sizeof(real));
	if (hide_legacy && strcmp(name, "legacy") == 0)
		return NULL;
	return real(ctx, name);
}

/* Runs commands in the folder of the test. */
static void
run(const char *script)
{
	char cmd[2048];

	(void)snprintf(cmd, sizeof(cmd),
	    "cd %s && export OPENSSL_CONF=/dev/null && { %s; } >log 2>&1 || "
	    "{ cat log; exit 1; }",
	    dir, script);
	if (system(cmd) != 0)
		fail_msg("this failed: %s", script);
}

static bool with_heap;

static size_t
secure_used(void)
{
	return with_heap ? CRYPTO_secure_used() : 0;
}

/* What OpenSSL's generators keep in the secure heap. */
static size_t used_at_rest;

static int
setup(void **state)
{
	unsigned char warm[1];

	if (RAND_bytes(warm, 1) != 1 || RAND_priv_bytes(warm, 1) != 1)
		return -1;
	used_at_rest = secure_used();
	assert_non_null(mkdtemp(dir));
	run("printf '[req]\\ndistinguished_name=d\\n[d]\\n' >c; "
	    "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 "
	    "-out rsa.pem; openssl req -x509 -key rsa.pem -subj /CN=a -config "
	    "c -days 9 -out rsa.crt; "
	    "openssl genpkey -algorithm EC -pkeyopt "
	    "ec_paramgen_curve:P-384 -out ec.pem; openssl req -x509 -key "
	    "ec.pem -subj /CN=b -config c -days 9 -out ec.crt; "
	    "openssl pkey -in rsa.pem -outform DER -out rsa.der; "
	    "openssl pkey -in ec.pem -outform DER -out ec.der");
	return 0;
}

static int
teardown(void **state)
{
	char cmd[64];

	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static void
load(const char *name, struct buf *ret)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(file_load(path, 1 << 20, ret, NULL), ERR_OK);
}

/* OpenSSL's own reading of "rsa.der" or "ec.der", NAME. */
static EVP_PKEY *
reference(const char *name)
{
	struct buf der = { 0 };
	const unsigned char *p;
	EVP_PKEY *evp;

	load(name, &der);
	p = der.ptr;
	evp = d2i_AutoPrivateKey(NULL, &p, (long)der.len);
	assert_non_null(evp);
	buf_clear(&der);
	return evp;
}

/* Number NAME of EVP, big-endian in at least LEN bytes. */
static struct bytes
number(EVP_PKEY *evp, const char *name, size_t len, uint8_t mem[600])
{
	BIGNUM *bn = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(evp, name, &bn), 1);
	if (len == 0)
		len = (size_t)BN_num_bytes(bn);
	assert_int_equal(BN_bn2binpad(bn, mem, (int)len), len);
	BN_clear_free(bn);
	return bytes_of(mem, len);
}

static void
assert_part(const struct keyfile *k, enum keyfile_part_id id,
    struct bytes wanted)
{
	struct keyfile_part part = { NULL, 0 };
	struct diag d;

	assert_int_equal(keyfile_get(k, id, &part, &d), ERR_OK);
	assert_true(bytes_equal(keyfile_part_bytes(&part), wanted));
	assert_int_equal(CRYPTO_secure_allocated(part.ptr), with_heap);
	keyfile_part_clear(&part);
	assert_null(part.ptr);
}

static const struct {
	enum keyfile_part_id id;
	const char *name;
} rsa_parts[] = {
	{ KEYFILE_RSA_MODULUS, OSSL_PKEY_PARAM_RSA_N },
	{ KEYFILE_RSA_PUBLIC, OSSL_PKEY_PARAM_RSA_E },
	{ KEYFILE_RSA_PRIVATE, OSSL_PKEY_PARAM_RSA_D },
	{ KEYFILE_RSA_PRIME1, OSSL_PKEY_PARAM_RSA_FACTOR1 },
	{ KEYFILE_RSA_PRIME2, OSSL_PKEY_PARAM_RSA_FACTOR2 },
	{ KEYFILE_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT1 },
	{ KEYFILE_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_EXPONENT2 },
	{ KEYFILE_RSA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
};

static void
assert_rsa(const struct keyfile *k, EVP_PKEY *evp)
{
	struct keyfile_part none = { NULL, 0 };
	uint8_t mem[600];
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(rsa_parts) / sizeof(rsa_parts[0]); i++)
		assert_part(k, rsa_parts[i].id,
		    number(evp, rsa_parts[i].name, 0, mem));
	assert_int_equal(keyfile_get(k, KEYFILE_EC_POINT, &none, &d),
	    ERR_ABSENT);
}

/* SIZE: of a coordinate. */
static void
assert_ec(const struct keyfile *k, EVP_PKEY *evp, struct bytes params,
    size_t size)
{
	struct keyfile_part none = { NULL, 0 };
	struct buf wanted = { 0 };
	unsigned char *point = NULL;
	uint8_t mem[600];
	struct diag d;
	int len = i2d_PublicKey(evp, &point);

	assert_part(k, KEYFILE_EC_SCALAR, number(evp, "priv", size, mem));
	assert_part(k, KEYFILE_EC_PARAMS, params);
	buf_u8(&wanted, 4);
	if (len > 127)
		buf_u8(&wanted, 0x81);
	buf_u8(&wanted, (uint8_t)len);
	buf_put(&wanted, bytes_of(point, (size_t)len));
	assert_part(k, KEYFILE_EC_POINT, buf_bytes(&wanted));
	assert_int_equal(keyfile_get(k, KEYFILE_RSA_PRIME1, &none, &d),
	    ERR_ABSENT);
	OPENSSL_free(point);
	buf_clear(&wanted);
}

/* The PKCS#8 of K, and what comes out of its wrapping, are the key EVP. */
static void
assert_pkcs8(const struct keyfile *k, EVP_PKEY *evp, bool canonical)
{
	struct keyfile_part p8 = { NULL, 0 };
	uint8_t kek[32], plain[4096];
	struct buf wrapped = { 0 };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const unsigned char *p;
	unsigned char *theirs = NULL;
	PKCS8_PRIV_KEY_INFO *info;
	EVP_PKEY *again;
	struct diag d;
	int len = 0;

	memset(kek, 0x5a, sizeof(kek));
	assert_int_equal(keyfile_put_pkcs8(k, &p8, &d), ERR_OK);
	assert_int_equal(CRYPTO_secure_allocated(p8.ptr), with_heap);
	p = p8.ptr;
	again = d2i_AutoPrivateKey(NULL, &p, (long)p8.len);
	assert_non_null(again);
	assert_ptr_equal(p, p8.ptr + p8.len);
	assert_int_equal(EVP_PKEY_eq(again, evp), 1);
	info = EVP_PKEY2PKCS8(evp);
	len = i2d_PKCS8_PRIV_KEY_INFO(info, &theirs);
	if (canonical)
		assert_true(bytes_equal(keyfile_part_bytes(&p8),
		    bytes_of(theirs, (size_t)len)));
	assert_int_equal(keyfile_wrap(k, bytes_of(kek, 32), &wrapped, &d),
	    ERR_OK);
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	assert_int_equal(
	    EVP_DecryptInit_ex(ctx, EVP_aes_256_wrap_pad(), NULL, kek, NULL),
	    1);
	assert_int_equal(
	    EVP_DecryptUpdate(ctx, plain, &len, wrapped.ptr, (int)wrapped.len),
	    1);
	assert_true(
	    bytes_equal(bytes_of(plain, (size_t)len), keyfile_part_bytes(&p8)));
	keyfile_part_clear(&p8);
	buf_clear(&wrapped);
	OPENSSL_free(theirs);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(again);
	EVP_CIPHER_CTX_free(ctx);
}

/* From here on nothing that is freed may hold a part of EVP's private half,
 * or the passphrase. */
static void
watch(EVP_PKEY *evp)
{
	static const char *const rsa[] = { OSSL_PKEY_PARAM_RSA_D,
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	static const char *const ec[] = { OSSL_PKEY_PARAM_PRIV_KEY };
	bool is_rsa = EVP_PKEY_get_base_id(evp) == EVP_PKEY_RSA;
	uint8_t mem[600];
	unsigned i, n = is_rsa ? 3 : 1;

	for (i = 0; i < n; i++) {
		struct bytes v = number(evp, is_rsa ? rsa[i] : ec[i], 0, mem);

		memcpy(needle[i], v.ptr + v.len - 16, 16);
	}
	memcpy(needle[n], PASS, 16);
	OPENSSL_cleanse(mem, sizeof(mem));
	num_found = 0;
	num_needles = n + 1;
}

static unsigned
watch_ends(void)
{
	num_needles = 0;
	return num_found;
}

static enum err
read_file(const char *name, const char *pass, struct keyfile **ret,
    struct diag *d)
{
	struct buf content = { 0 };
	enum err e;

	load(name, &content);
	diag_init(d);
	e = keyfile_read(buf_bytes(&content),
	    pass == NULL ? bytes_of(NULL, 0) : bytes_of_str(pass), ret, d);
	buf_clear(&content);
	return e;
}

/* Signs the digest of "text". */
static enum err
sign_text(const struct keyfile *k, enum digest which, struct buf *ret,
    struct diag *d)
{
	struct bytes text = bytes_of_str("text");
	struct digest_value v;

	assert_int_equal(digest_of(which, &text, 1, &v, d), ERR_OK);
	return keyfile_sign(k, which, &v, ret, d);
}

/* Reads FILE, and whatever can be had of it, while nothing may leak. */
static struct keyfile *
read_watched(const char *file, const char *pass, EVP_PKEY *evp)
{
	struct keyfile_part p8 = { NULL, 0 };
	struct keyfile *k = NULL;
	struct buf wrapped = { 0 };
	uint8_t kek[16] = { 1 };
	struct diag d;
	unsigned found;

	watch(evp);
	if (read_file(file, pass, &k, &d) != ERR_OK)
		fail_msg("%s: %s", file, d.msg);
	assert_int_equal(keyfile_put_pkcs8(k, &p8, &d), ERR_OK);
	keyfile_part_clear(&p8);
	assert_int_equal(keyfile_wrap(k, bytes_of(kek, 16), &wrapped, &d),
	    ERR_OK);
	assert_int_equal(sign_text(k, DIGEST_SHA512, &wrapped, &d),
	    EVP_PKEY_get_base_id(evp) == EVP_PKEY_RSA ? ERR_OK
						      : ERR_UNSUPPORTED);
	keyfile_free(&k);
	assert_int_equal(read_file(file, pass, &k, &d), ERR_OK);
	found = watch_ends();
	if (found != 0 && strcmp(file, UNSEALED) != 0)
		fail_msg("%s: %u freed blocks hold a secret", file, found);
	buf_clear(&wrapped);
	return k;
}

/* FILE, which opens with PASS, is the key REF and has NUM_CERTS. */
static void
assert_file(const char *file, const char *pass, const char *ref,
    size_t num_certs)
{
	static const uint8_t p384[] = { 6, 5, 0x2b, 0x81, 4, 0, 0x22 };
	EVP_PKEY *evp = reference(ref);
	struct keyfile *k = read_watched(file, pass, evp);
	bool is_rsa = EVP_PKEY_get_base_id(evp) == EVP_PKEY_RSA;

	assert_int_equal(pubkey_type(keyfile_key(k)),
	    is_rsa ? PUBKEY_RSA : PUBKEY_EC);
	assert_int_equal(keyfile_num_certs(k), num_certs);
	if (is_rsa)
		assert_rsa(k, evp);
	else
		assert_ec(k, evp, bytes_of(p384, sizeof(p384)), 48);
	assert_pkcs8(k, evp, true);
	if (num_certs > 0) {
		struct cert *c = NULL;
		struct diag d;

		assert_int_equal(cert_from_der(keyfile_cert(k, 0), &c, &d),
		    ERR_OK);
		assert_true(cert_has_key(c, keyfile_key(k)));
		cert_free(&c);
	}
	keyfile_free(&k);
	assert_null(k);
	EVP_PKEY_free(evp);
	assert_int_equal(secure_used(), used_at_rest);
}

static void
test_plain(void **state)
{
	run("openssl rsa -in rsa.pem -traditional -out rsa-t.pem; "
	    "openssl rsa -in rsa.pem -traditional -outform DER -out rsa-t.der; "
	    "openssl ec -in ec.pem -out ec-t.pem; "
	    "openssl ecparam -name P-384 -out ec-p.pem; cat ec-t.pem "
	    ">>ec-p.pem; "
	    "openssl ec -in ec.pem -no_public -outform DER -out ec-t.der; "
	    "cat rsa.crt rsa.pem ec.crt >both.pem; "
	    "sed 's/$/\\r/' rsa.pem >crlf.pem");
	assert_file("rsa.pem", NULL, "rsa.der", 0);
	assert_file("rsa.pem", PASS, "rsa.der", 0);
	assert_file("rsa.der", NULL, "rsa.der", 0);
	assert_file("rsa-t.pem", NULL, "rsa.der", 0);
	assert_file("rsa-t.der", NULL, "rsa.der", 0);
	assert_file("crlf.pem", NULL, "rsa.der", 0);
	assert_file("both.pem", NULL, "rsa.der", 2);
	assert_file("ec.pem", NULL, "ec.der", 0);
	assert_file("ec.der", NULL, "ec.der", 0);
	assert_file("ec-t.pem", NULL, "ec.der", 0);
	assert_file("ec-p.pem", NULL, "ec.der", 0);
	assert_file("ec-t.der", NULL, "ec.der", 0);
}

/* A file that is encrypted: the right passphrase, a wrong one, none. */
static void
assert_sealed(const char *file, const char *ref, size_t num_certs)
{
	struct keyfile *k = NULL;
	struct diag d;

	assert_file(file, PASS, ref, num_certs);
	if (read_file(file, "wrong", &k, &d) != ERR_CRYPTO)
		fail_msg("%s, wrong passphrase: %s", file, d.msg);
	assert_non_null(strstr(d.msg, "passphrase is wrong"));
	if (read_file(file, "", &k, &d) != ERR_CRYPTO)
		fail_msg("%s, empty passphrase: %s", file, d.msg);
	if (read_file(file, NULL, &k, &d) != ERR_ABSENT)
		fail_msg("%s, no passphrase: %s", file, d.msg);
	assert_null(k);
	assert_int_equal(secure_used(), used_at_rest);
}

static void
test_encrypted(void **state)
{
	run("L='-provider default -provider legacy'; set -e; "
	    "p() { openssl \"$@\" -passout 'pass:" PASS "'; }; "
	    "p pkcs8 -topk8 -in rsa.pem -out rsa-e.pem; "
	    "p pkcs8 -topk8 -in rsa.pem -outform DER -out rsa-e.der; "
	    "p pkcs8 -topk8 -in rsa.pem -v1 PBE-SHA1-3DES -out rsa-3.pem; "
	    "p pkcs8 -topk8 -in rsa.pem $L -v1 PBE-SHA1-RC2-40 -out rsa-2.pem; "
	    "p pkcs8 -topk8 -in rsa.pem $L -v1 PBE-MD5-DES -out rsa-1.pem; "
	    "p pkcs8 -topk8 -in ec.pem -scrypt -out ec-s.pem; "
	    "p rsa -in rsa.pem -traditional -aes256 -out rsa-te.pem; "
	    "p rsa -in rsa.pem -traditional -des3 -out rsa-t3.pem; "
	    "p ec -in ec.pem -aes128 -out ec-te.pem");
	assert_sealed("rsa-e.pem", "rsa.der", 0);
	assert_sealed("rsa-e.der", "rsa.der", 0);
	assert_sealed("rsa-3.pem", "rsa.der", 0);
	assert_sealed("rsa-2.pem", "rsa.der", 0);
	assert_sealed("rsa-1.pem", "rsa.der", 0);
	assert_sealed("ec-s.pem", "ec.der", 0);
	assert_sealed("rsa-te.pem", "rsa.der", 0);
	assert_sealed("rsa-t3.pem", "rsa.der", 0);
	assert_sealed("ec-te.pem", "ec.der", 0);
}

static void
test_pkcs12(void **state)
{
	run("set -e; p() { openssl pkcs12 -export \"$@\" -passout 'pass:" PASS
	    "'; }; cat rsa.crt ec.crt >chain; "
	    "R='-inkey rsa.pem -in rsa.crt'; "
	    "p $R -out new.p12; p $R -certfile ec.crt -out chain.p12; "
	    "p $R -legacy -out old.p12; "
	    "p $R -legacy -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-RC2-40 "
	    "-out rc2.p12; p $R -legacy -certpbe PBE-SHA1-RC4-128 -out "
	    "rc4.p12; p $R -nomac -out nomac.p12; "
	    "p -inkey ec.pem -in ec.crt -out ec.p12; "
	    "p -nocerts -inkey ec.pem -out bare.p12; "
	    "p $R -keypbe NONE -certpbe NONE -out plain.p12; "
	    "openssl pkcs12 -export $R -passout pass: -out empty.p12");
	assert_sealed("new.p12", "rsa.der", 1);
	assert_sealed("chain.p12", "rsa.der", 2);
	assert_sealed("old.p12", "rsa.der", 1);
	assert_sealed("rc2.p12", "rsa.der", 1);
	assert_sealed("rc4.p12", "rsa.der", 1);
	assert_sealed("nomac.p12", "rsa.der", 1);
	assert_sealed("ec.p12", "ec.der", 1);
	assert_sealed("bare.p12", "ec.der", 0);
	/* its MAC wants the passphrase, though nothing is encrypted */
	assert_sealed(UNSEALED, "rsa.der", 1);
	assert_file("empty.p12", "", "rsa.der", 1);
	assert_file("empty.p12", NULL, "rsa.der", 1);
}

/* Without legacy.so old files are refused with a word on why, and others are
 * read. */
static void
test_no_legacy(void **state)
{
	static const char *const old[] = { "rc2.p12", "rc4.p12", "rsa-2.pem",
		"rsa-1.pem" };
	struct keyfile *k = NULL;
	struct diag d;
	size_t i;

	hide_legacy = true;
	for (i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		if (read_file(old[i], PASS, &k, &d) != ERR_UNSUPPORTED)
			fail_msg("%s: %s", old[i], d.msg);
		assert_non_null(strstr(d.msg, "legacy.so in /"));
	}
	assert_int_equal(read_file("rsa-3.pem", PASS, &k, &d), ERR_OK);
	keyfile_free(&k);
	assert_int_equal(read_file("new.p12", PASS, &k, &d), ERR_OK);
	keyfile_free(&k);
	hide_legacy = false;
}

static void
test_refused(void **state)
{
	static const struct {
		const char *file;
		enum err wanted;
		const char *says;
	} rows[] = {
		{ "rsa.crt", ERR_SYNTAX, "no private key" },
		{ "crt.der", ERR_SYNTAX, "no private key" },
		{ "log", ERR_SYNTAX, "no private key" },
		{ "two.pem", ERR_UNSUPPORTED, "more than one" },
		{ "ed.pem", ERR_UNSUPPORTED, "ED25519" },
		{ "pss.pem", ERR_UNSUPPORTED, "rsassaPss" },
		{ "expl.pem", ERR_UNSUPPORTED, "explicit" },
		{ "multi.pem", ERR_UNSUPPORTED, "two primes" },
		{ "dsa.pem", ERR_UNSUPPORTED, "DSA PRIVATE KEY" },
		{ "cut.pem", ERR_SYNTAX, "cut short" },
		{ "odd.pem", ERR_SYNTAX, "base64" },
		{ "mixed.pem", ERR_SYNTAX, "belong together" },
		{ "more.der", ERR_SYNTAX, "3 more byte(s)" },
	};
	struct keyfile *k = NULL;
	struct diag d;
	size_t i;

	run("set -e; cat rsa.pem ec.pem >two.pem; echo hello; "
	    "openssl x509 -in rsa.crt -outform DER -out crt.der; "
	    "openssl genpkey -algorithm ED25519 -out ed.pem; "
	    "openssl genpkey -algorithm RSA-PSS -pkeyopt "
	    "rsa_keygen_bits:1024 -out pss.pem; "
	    "openssl ecparam -name P-256 -genkey -param_enc explicit -out "
	    "expl.pem; openssl genrsa -primes 3 -out multi.pem 2048; "
	    "printf -- '-----BEGIN DSA PRIVATE KEY-----\\nMAA=\\n-----END DSA "
	    "PRIVATE KEY-----\\n' >dsa.pem; head -c 900 rsa.pem >cut.pem; "
	    "sed '3s/./!/' rsa.pem >odd.pem; "
	    "cp rsa.der more.der; printf xyz >>more.der; "
	    "openssl ec -in ec.pem -outform DER | xxd -p | tr -d '\\n' | "
	    "sed 's/\\(.\\{20\\}\\)\\(..\\)/\\100/' | xxd -r -p >m.der; "
	    "{ echo '-----BEGIN EC PRIVATE KEY-----'; openssl base64 -in "
	    "m.der; echo '-----END EC PRIVATE KEY-----'; } >mixed.pem");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (read_file(rows[i].file, PASS, &k, &d) != rows[i].wanted ||
		    strstr(d.msg, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].file, d.msg);
		assert_null(k);
	}
	assert_int_equal(secure_used(), used_at_rest);
}

/* No part of a file is read as a whole; none crashes. */
static void
test_truncated(void **state)
{
	static const char *const files[] = { "rsa.der", "ec.der", "rsa-t.der",
		"ec-t.der", "rsa-e.der", "new.p12", "rsa.pem" };
	struct keyfile *k = NULL;
	struct diag d;
	size_t i, n;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct buf file = { 0 };

		load(files[i], &file);
		for (n = 0; n + 2 < file.len; n++) {
			if (keyfile_read(bytes_of(file.ptr, n),
				bytes_of_str(PASS), &k, &d) != ERR_SYNTAX)
				fail_msg("%s, %zu bytes: %s", files[i], n,
				    d.msg);
		}
		buf_clear(&file);
	}
	assert_null(k);
	assert_int_equal(secure_used(), used_at_rest);
}

/* A changed byte is seen, or changes nothing: the key that is read is the one
 * that was written. */
static void
test_changed(void **state)
{
	static const char *const files[] = { "rsa.der", "ec.der" };
	struct keyfile_part a = { NULL, 0 }, b = { NULL, 0 };
	struct keyfile *whole = NULL, *k = NULL;
	struct diag d;
	size_t i, n;

	for (i = 0; i < 2; i++) {
		struct buf file = { 0 };

		load(files[i], &file);
		assert_int_equal(read_file(files[i], NULL, &whole, &d), ERR_OK);
		assert_int_equal(keyfile_put_pkcs8(whole, &a, &d), ERR_OK);
		for (n = 0; n < file.len; n++) {
			file.ptr[n] ^= (uint8_t)(1 << n % 8);
			if (keyfile_read(buf_bytes(&file), bytes_of(NULL, 0),
				&k, &d) == ERR_OK) {
				assert_int_equal(keyfile_put_pkcs8(k, &b, &d),
				    ERR_OK);
				assert_true(bytes_equal(keyfile_part_bytes(&a),
				    keyfile_part_bytes(&b)));
				keyfile_part_clear(&b);
			}
			keyfile_free(&k);
			file.ptr[n] ^= (uint8_t)(1 << n % 8);
		}
		keyfile_part_clear(&a);
		keyfile_free(&whole);
		buf_clear(&file);
	}
	assert_int_equal(secure_used(), used_at_rest);
}

/* The largest curve, whose scalar often begins with zeros, and a short one. */
static void
test_scalar_length(void **state)
{
	static const uint8_t p521[] = { 6, 5, 0x2b, 0x81, 4, 0, 0x23 };
	static const uint8_t p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3,
		1, 7 };
	static const uint8_t small[] = { 0x30, 0x13, 2, 1, 1, 4, 2, 1, 2, 0xa0,
		0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	struct keyfile_part part = { NULL, 0 };
	struct keyfile *k = NULL;
	struct diag d;
	EVP_PKEY *evp;
	int i;

	for (i = 0; i < 8; i++) {
		run("openssl genpkey -algorithm EC -pkeyopt "
		    "ec_paramgen_curve:P-521 -outform DER -out big.der");
		assert_int_equal(read_file("big.der", NULL, &k, &d), ERR_OK);
		evp = reference("big.der");
		assert_ec(k, evp, bytes_of(p521, sizeof(p521)), 66);
		assert_pkcs8(k, evp, true);
		EVP_PKEY_free(evp);
		keyfile_free(&k);
	}
	assert_int_equal(keyfile_read(bytes_of(small, sizeof(small)),
			     bytes_of(NULL, 0), &k, &d),
	    ERR_OK);
	assert_int_equal(keyfile_get(k, KEYFILE_EC_SCALAR, &part, &d), ERR_OK);
	assert_int_equal(part.len, 32);
	assert_int_equal(part.ptr[29], 0);
	assert_int_equal(part.ptr[30], 1);
	assert_int_equal(part.ptr[31], 2);
	keyfile_part_clear(&part);
	assert_int_equal(keyfile_get(k, KEYFILE_EC_PARAMS, &part, &d), ERR_OK);
	assert_true(bytes_equal(keyfile_part_bytes(&part),
	    bytes_of(p256, sizeof(p256))));
	keyfile_part_clear(&part);
	keyfile_free(&k);
}

/* A scalar that is the order or more, and DER that says less with more. */
static void
test_odd_der(void **state)
{
	static const uint8_t longer[] = { 0x30, 0x81, 0x13, 2, 1, 1, 4, 2, 1, 2,
		0xa0, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	static const uint8_t endless[] = { 0x30, 0x80, 2, 1, 1, 4, 2, 1, 2,
		0xa0, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 0, 0 };
	uint8_t large[] = { 0x30, 0x31, 2, 1, 1, 4, 0x20, 0xff, 0xff, 0xff,
		0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3,
		0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51, 0xa0, 0x0a, 6, 8,
		0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
	const struct bytes none = { NULL, 0 };
	struct keyfile *k = NULL;
	struct diag d;

	assert_int_equal(
	    keyfile_read(bytes_of(longer, sizeof(longer)), none, &k, &d),
	    ERR_SYNTAX);
	assert_int_equal(
	    keyfile_read(bytes_of(endless, sizeof(endless)), none, &k, &d),
	    ERR_SYNTAX);
	assert_int_equal(
	    keyfile_read(bytes_of(large, sizeof(large)), none, &k, &d),
	    ERR_SYNTAX);
	large[38]++;
	assert_int_equal(
	    keyfile_read(bytes_of(large, sizeof(large)), none, &k, &d),
	    ERR_SYNTAX);
	large[38] = (uint8_t)(large[38] - 2);
	assert_int_equal(
	    keyfile_read(bytes_of(large, sizeof(large)), none, &k, &d), ERR_OK);
	keyfile_free(&k);
}

/* One wrong passphrase in 256 decrypts to something. */
static void
test_wrong_passphrases(void **state)
{
	struct keyfile *k = NULL;
	struct buf file = { 0 };
	char pass[16];
	struct diag d;
	int i;

	load("rsa-te.pem", &file);
	for (i = 0; i < 3000; i++) {
		(void)snprintf(pass, sizeof(pass), "%d", i);
		if (keyfile_read(buf_bytes(&file), bytes_of_str(pass), &k,
			&d) != ERR_CRYPTO)
			fail_msg("passphrase %d: %s", i, d.msg);
	}
	assert_null(k);
	buf_clear(&file);
}

static void
test_wrap_sizes(void **state)
{
	static const size_t sizes[] = { 16, 24, 32 };
	uint8_t kek[33] = { 0 };
	struct keyfile *k = NULL;
	struct buf out = { 0 };
	struct diag d;
	size_t i;

	assert_int_equal(read_file("ec.der", NULL, &k, &d), ERR_OK);
	for (i = 0; i <= sizeof(kek); i++) {
		bool ok = i == sizes[0] || i == sizes[1] || i == sizes[2];

		assert_int_equal(keyfile_wrap(k, bytes_of(kek, i), &out, &d),
		    ok ? ERR_OK : ERR_USAGE);
		assert_int_equal(out.len % 8, 0);
		assert_int_equal(out.len > 0, ok);
		buf_clear(&out);
	}
	keyfile_free(&k);
}

/* The watch sees: OpenSSL's own reader of the same file leaves the key. */
static void
test_watch(void **state)
{
	EVP_PKEY *evp = reference("rsa.der");
	uint8_t *p = OPENSSL_malloc(64), mem[600];
	struct bytes v = number(evp, OSSL_PKEY_PARAM_RSA_D, 0, mem);

	memcpy(p, v.ptr + v.len - 40, 40);
	watch(evp);
	OPENSSL_free(p);
	assert_int_equal(watch_ends(), 1);
	EVP_PKEY_free(evp);
}

/* 64 KiB, as the header says, are enough for keys of 4096 bits. */
static void
test_large(void **state)
{
	struct keyfile *k = NULL, *l = NULL;
	struct keyfile_part p8 = { NULL, 0 };
	struct diag d;

	run("openssl genrsa -out large.pem 4096 && openssl pkcs12 -export "
	    "-nocerts -inkey large.pem -passout pass:x -out large.p12");
	assert_int_equal(read_file("large.pem", NULL, &k, &d), ERR_OK);
	assert_int_equal(read_file("large.p12", "x", &l, &d), ERR_OK);
	assert_int_equal(keyfile_put_pkcs8(l, &p8, &d), ERR_OK);
	assert_true(pubkey_equal(keyfile_key(k), keyfile_key(l)));
	keyfile_part_clear(&p8);
	keyfile_free(&k);
	keyfile_free(&l);
	assert_int_equal(secure_used(), used_at_rest);
}

/* A signature is what the openssl command makes. */
static void
test_sign(void **state)
{
	static const enum digest all[] = { DIGEST_SHA1, DIGEST_SHA224,
		DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };
	static const char *const files[] = { "rsa.pem", "e3.pem", "1024.pem",
		"1025.pem" };
	struct buf sig = { 0 }, wanted = { 0 };
	struct keyfile *k = NULL;
	char script[256];
	struct diag d;
	size_t i, n;

	run("set -e; printf text >text; openssl genrsa -out 1024.pem 1024; "
	    "openssl genrsa -out 1025.pem 1025; openssl genpkey -algorithm RSA "
	    "-pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3 -out "
	    "e3.pem");
	for (n = 0; n < 4; n++) {
		assert_int_equal(read_file(files[n], NULL, &k, &d), ERR_OK);
		for (i = 0; i < 5; i++) {
			(void)snprintf(script, sizeof(script),
			    "openssl dgst -%s -sign %s -out sig text",
			    digest_name(all[i]), files[n]);
			run(script);
			load("sig", &wanted);
			assert_int_equal(sign_text(k, all[i], &sig, &d),
			    ERR_OK);
			assert_true(
			    bytes_equal(buf_bytes(&sig), buf_bytes(&wanted)));
			buf_clear(&sig);
			buf_clear(&wanted);
		}
		keyfile_free(&k);
	}
	assert_int_equal(secure_used(), used_at_rest);
}

/* What is wrong, and a fault while it computes: nothing is given out. */
static void
test_sign_refused(void **state)
{
	struct digest_value v = { { 0 }, 20 };
	struct buf sig = { 0 };
	struct keyfile *k = NULL;
	struct diag d;
	size_t i;

	buf_str(&sig, "before");
	assert_int_equal(read_file("rsa.pem", NULL, &k, &d), ERR_OK);
	assert_int_equal(keyfile_sign(k, DIGEST_SHA256, &v, &sig, &d),
	    ERR_USAGE);
	v.len = 16;
	assert_int_equal(keyfile_sign(k, DIGEST_MD5, &v, &sig, &d),
	    ERR_UNSUPPORTED);
	/* one bit of the private exponent */
	i = (size_t)(k->part[KEYFILE_RSA_PRIVATE].ptr - k->secret.ptr) + 99;
	k->secret.ptr[i] ^= 4;
	assert_int_equal(sign_text(k, DIGEST_SHA512, &sig, &d), ERR_CRYPTO);
	k->secret.ptr[i] ^= 4;
	assert_true(bytes_equal(buf_bytes(&sig), bytes_of_str("before")));
	/* behind what is there */
	assert_int_equal(sign_text(k, DIGEST_SHA512, &sig, &d), ERR_OK);
	assert_int_equal(sig.len, 6 + 256);
	assert_memory_equal(sig.ptr, "before", 6);
	keyfile_free(&k);
	buf_clear(&sig);
	assert_int_equal(read_file("ec.pem", NULL, &k, &d), ERR_OK);
	assert_int_equal(sign_text(k, DIGEST_SHA512, &sig, &d),
	    ERR_UNSUPPORTED);
	assert_int_equal(sig.len, 0);
	keyfile_free(&k);
	run("openssl genrsa -out 512.pem 512");
	assert_int_equal(read_file("512.pem", NULL, &k, &d), ERR_OK);
	assert_int_equal(sign_text(k, DIGEST_SHA256, &sig, &d), ERR_OK);
	assert_int_equal(sign_text(k, DIGEST_SHA512, &sig, &d),
	    ERR_UNSUPPORTED);
	assert_int_equal(sig.len, 64);
	keyfile_free(&k);
	buf_clear(&sig);
	assert_int_equal(secure_used(), used_at_rest);
}

/* "test_keyfile plain": without the secure heap all is wiped too. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_pkcs12),
		cmocka_unit_test(test_no_legacy),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_scalar_length),
		cmocka_unit_test(test_odd_der),
		cmocka_unit_test(test_wrong_passphrases),
		cmocka_unit_test(test_wrap_sizes),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_sign_refused),
	};

	if (CRYPTO_set_mem_functions(alloc, resize, release) != 1)
		return EXIT_FAILURE;
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	with_heap = argc < 2 || strcmp(argv[1], "plain") != 0;
	if (with_heap && CRYPTO_secure_malloc_init((size_t)64 * 1024, 32) != 1)
		return EXIT_FAILURE;
	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
