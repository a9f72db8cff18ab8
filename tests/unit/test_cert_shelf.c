/* SPDX-License-Identifier: Apache-2.0 */
/* One certificate a DER, however often and in whichever form it comes. */
#include "test.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "pki/cert_shelf.h"

#define MANY 100 /* more than a new shelf has slots for */

struct fixture {
	struct cert_shelf *shelf;
	struct buf der[MANY];
};

/* Self-signed, with the serial number I + 1. */
static void
make_cert(EVP_PKEY *key, size_t i, struct buf *ret)
{
	X509 *x = X509_new();
	uint8_t *der = NULL;
	int len;

	assert_non_null(x);
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), i + 1);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
	    (const unsigned char *)"x", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	len = i2d_X509(x, &der);
	assert_true(len > 0);
	buf_put(ret, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	X509_free(x);
}

static int
make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct diag d;
	size_t i;

	assert_true(f != NULL && key != NULL);
	for (i = 0; i < MANY; i++)
		make_cert(key, i, &f->der[i]);
	EVP_PKEY_free(key);
	assert_int_equal(cert_shelf_new(&f->shelf, &d), ERR_OK);
	*state = f;
	return 0;
}

static int
clear(void **state)
{
	struct fixture *f = *state;
	size_t i;

	cert_shelf_free(&f->shelf);
	assert_null(f->shelf);
	cert_shelf_free(&f->shelf);
	for (i = 0; i < MANY; i++)
		buf_clear(&f->der[i]);
	free(f);
	return 0;
}

static const struct cert *
of_der(struct fixture *f, size_t i)
{
	const struct cert *ret = NULL;
	struct diag d;

	assert_int_equal(
	    cert_shelf_der(f->shelf, buf_bytes(&f->der[i]), &ret, &d), ERR_OK);
	return ret;
}

/* Each has its own, which stays the same one while the shelf grows. */
static void
test_many(void **state)
{
	struct fixture *f = *state;
	const struct cert *first[MANY];
	size_t i, j;

	for (i = 0; i < MANY; i++) {
		first[i] = of_der(f, i);
		assert_true(
		    bytes_equal(cert_der(first[i]), buf_bytes(&f->der[i])));
		for (j = 0; j < i; j++)
			assert_ptr_not_equal(first[i], first[j]);
	}
	for (i = 0; i < MANY; i++)
		assert_ptr_equal(of_der(f, i), first[i]);
}

static void
test_pem(void **state)
{
	struct fixture *f = *state;
	const struct cert *ret = NULL;
	struct buf pem = { 0 };
	struct diag d;

	assert_int_equal(cert_put_pem(buf_bytes(&f->der[0]), &pem, &d), ERR_OK);
	/* what follows the first is somebody else's */
	buf_str(&pem, "-----BEGIN CERTIFICATE-----\nrubbish\n");
	assert_int_equal(cert_shelf_pem(f->shelf, buf_bytes(&pem), &ret, &d),
	    ERR_OK);
	assert_ptr_equal(ret, of_der(f, 0));
	buf_clear(&pem);
}

static void
test_bad_pem(void **state)
{
	static const char *const bad[] = { "", "MIIB", "-----BEGIN CERTIFICATE",
		"-----BEGIN CERTIFICATE-----\nMIIB\n",
		"-----BEGIN CERTIFICATE-----\nM I*I B\n"
		"-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n",
		" -----BEGIN CERTIFICATE-----\nMIIB\n"
		"-----END CERTIFICATE-----\n" };
	struct fixture *f = *state;
	const struct cert *ret = NULL;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    cert_shelf_pem(f->shelf, bytes_of_str(bad[i]), &ret, &d),
		    ERR_SYNTAX);
		assert_non_null(strstr(d.msg, "PEM"));
		assert_null(ret);
	}
}

/* What does not decode is an error each time, and takes no room. */
static void
test_bad_der(void **state)
{
	struct fixture *f = *state;
	struct bytes der = buf_bytes(&f->der[0]);
	const struct cert *ret = NULL;
	struct diag d;
	int i;

	for (i = 0; i < MANY; i++) {
		assert_int_not_equal(cert_shelf_der(f->shelf,
					 bytes_of(der.ptr, der.len - 1), &ret,
					 &d),
		    ERR_OK);
		assert_null(ret);
	}
	assert_non_null(of_der(f, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_many, make, clear),
		cmocka_unit_test_setup_teardown(test_pem, make, clear),
		cmocka_unit_test_setup_teardown(test_bad_pem, make, clear),
		cmocka_unit_test_setup_teardown(test_bad_der, make, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
