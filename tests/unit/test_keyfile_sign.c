/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures by a key file, beside those of the openssl command. That they leave
 * nothing in the heap is shown in test_keyfile.c. */
#include "test.h"

#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "pki/keyfile_parts.h"

static char dir[] = "/tmp/test_keyfile_sign.XXXXXX";

static size_t used_at_rest;

/* Runs commands in the folder of the test. */
static void
run(const char *script)
{
	char cmd[1024];

	(void)snprintf(cmd, sizeof(cmd),
	    "cd %s && export OPENSSL_CONF=/dev/null && { %s; } >log 2>&1 || "
	    "{ cat log; exit 1; }",
	    dir, script);
	if (system(cmd) != 0)
		fail_msg("this failed: %s", script);
}

static int
setup(void **state)
{
	if (!keyfile_secure())
		return -1;
	used_at_rest = CRYPTO_secure_used();
	assert_non_null(mkdtemp(dir));
	run("openssl genrsa -out rsa.pem 2048; openssl genpkey -algorithm EC "
	    "-pkeyopt ec_paramgen_curve:P-384 -out ec.pem");
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

static enum err
read_file(const char *name, struct keyfile **ret, struct diag *d)
{
	struct buf content = { 0 };
	enum err e;

	load(name, &content);
	e = keyfile_read(buf_bytes(&content), bytes_of(NULL, 0), ret, d);
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
		assert_int_equal(read_file(files[n], &k, &d), ERR_OK);
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
	assert_int_equal(CRYPTO_secure_used(), used_at_rest);
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
	assert_int_equal(read_file("rsa.pem", &k, &d), ERR_OK);
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
	assert_int_equal(read_file("ec.pem", &k, &d), ERR_OK);
	assert_int_equal(sign_text(k, DIGEST_SHA512, &sig, &d),
	    ERR_UNSUPPORTED);
	assert_non_null(strstr(d.msg, "that is EC"));
	assert_int_equal(sig.len, 0);
	keyfile_free(&k);
	run("openssl genrsa -out 512.pem 512");
	assert_int_equal(read_file("512.pem", &k, &d), ERR_OK);
	assert_int_equal(sign_text(k, DIGEST_SHA256, &sig, &d), ERR_OK);
	assert_int_equal(sign_text(k, DIGEST_SHA512, &sig, &d),
	    ERR_UNSUPPORTED);
	assert_int_equal(sig.len, 64);
	keyfile_free(&k);
	buf_clear(&sig);
	assert_int_equal(CRYPTO_secure_used(), used_at_rest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_sign_refused),
	};

	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
