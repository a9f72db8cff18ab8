/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once while a token's key is used and a key file is
 * read: it is said that memory ran out, nothing is left in an output, nothing
 * leaks. OpenSSL is warm before.
 */
#include "tests/unit/test.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "pki/keyfile.h"
#include "pki/sig.h"
#include "tests/shim/faults.h"

/* Far above what any job below needs. */
#define MANY 20000

static uint8_t rsa_der[4096];
static size_t rsa_len;

static const uint8_t p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 };
static uint8_t point[65], ec_sig[64];

typedef enum err job_fn(struct diag *d);

static enum err
read_key(struct diag *d)
{
	struct keyfile *k = NULL;
	struct keyfile_part p8 = { NULL, 0 };
	struct buf wrapped = { 0 }, info = { 0 };
	uint8_t kek[32] = { 0 };
	enum err e;

	e = keyfile_read(bytes_of(rsa_der, rsa_len), bytes_of(NULL, 0), &k, d);
	assert_true((e == ERR_OK) == (k != NULL));
	if (e == ERR_OK)
		e = keyfile_put_pkcs8(k, &p8, d);
	if (e == ERR_OK)
		e = keyfile_wrap(k, bytes_of(kek, 32), &wrapped, d);
	if (e == ERR_OK)
		e = pubkey_put_id(keyfile_key(k), &info, d);
	keyfile_part_clear(&p8);
	keyfile_free(&k);
	buf_clear(&wrapped);
	buf_clear(&info);
	return e;
}

static enum err
check_ecdsa(struct diag *d)
{
	static const uint8_t digest[32] = { 1 };
	struct sig_content what = { SIG_ECDSA, DIGEST_SHA256,
		{ digest, sizeof(digest) } };
	struct pubkey *k = NULL;
	bool good = true;
	enum err e;

	e = pubkey_from_ec(bytes_of(p256, sizeof(p256)),
	    bytes_of(point, sizeof(point)), &k, d);
	assert_true((e == ERR_OK) == (k != NULL));
	if (e == ERR_OK)
		e = sig_check(k, &what, bytes_of(ec_sig, 64), &good, d);
	assert_true(good == (e != ERR_OK));
	pubkey_free(&k);
	return e;
}

/* Returns how many failures were not called out of memory. */
static unsigned
torture_in(job_fn *fn, enum fault_mode mode, bool warm)
{
	struct faults faults = { 0 };
	unsigned n, seen, other = 0;
	struct diag d;
	enum err e;

	if (!faults_find(&faults)) {
		fail_msg("libfaults.so is not loaded");
		return 0;
	}
	for (n = 1; n < MANY; n++) {
		diag_init(&d);
		OPENSSL_thread_stop();
		faults.arm(FAULT_MALLOC, n, mode);
		e = fn(&d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (warm && faults.balance() != 0)
			fail_msg("allocation %u: %ld are lost", n,
			    faults.balance());
		if (e != ERR_OK && e != ERR_NOMEM) {
			other++;
			print_message("allocation %u: %s\n", n, d.msg);
		}
		if (seen < n)
			return other;
	}
	fail_msg("no end after %d allocations", MANY);
	return 0;
}

static void
torture(job_fn *fn)
{
	struct diag d;

	assert_int_equal(fn(&d), ERR_OK);
	(void)torture_in(fn, FAULT_ONCE, false);
	assert_int_equal(torture_in(fn, FAULT_ONCE, true), 0);
	assert_int_equal(torture_in(fn, FAULT_ONWARD, true), 0);
}

static void
test_keyfile(void **state)
{
	EVP_PKEY *evp = EVP_RSA_gen(1024);
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(evp);
	unsigned char *p = rsa_der;

	rsa_len = (size_t)i2d_PKCS8_PRIV_KEY_INFO(info, &p);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(evp);
	torture(read_key);
}

static void
test_ecdsa(void **state)
{
	EVP_PKEY *evp = EVP_EC_gen("P-256");
	unsigned char *p = point;

	assert_int_equal(i2d_PublicKey(evp, &p), 65);
	EVP_PKEY_free(evp);
	memset(ec_sig, 1, sizeof(ec_sig));
	torture(check_ecdsa);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyfile),
		cmocka_unit_test(test_ecdsa),
	};

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	return test_run(tests);
}
