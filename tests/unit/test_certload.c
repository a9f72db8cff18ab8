/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates by name, where the name is no argument: out of a document. What
 * the command line can show is in tests/cli/signer.bats. */
#include <string.h>

#include "cli/certload.h"
#include "tests/unit/test.h"

/* Nobody logs in for a certificate; a PIN that somebody wrote down all the same
 * is in no message. */
static void
test_pin(void **state)
{
	static const char *const uris[] = {
		"pkcs11:token=a?pin-value=314159",
		"PKCS11:token=a;pin-value=314159",
		"pkcs11:token=a?pin-value=31%4159&pin-value=314159",
		"pkcs11:token=a?pin-value=314159%",
	};
	struct token_run run = { 0 };
	struct cert *c = NULL;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		assert_int_equal(certload_one(uris[i], NULL, NULL, &c, &d),
		    ERR_USAGE);
		assert_null(strstr(d.msg, "314159"));
		assert_non_null(strstr(d.msg, "token=a"));
		assert_int_equal(certload_one(uris[i], &run, NULL, &c, &d),
		    ERR_SYNTAX);
		assert_null(strstr(d.msg, "314159"));
		assert_non_null(strstr(d.msg, "pin-value is not taken here"));
	}
	assert_null(c);
}

static void
test_is_uri(void **state)
{
	assert_true(certload_is_uri("pkcs11:"));
	assert_true(certload_is_uri("PKCS11:token=a"));
	assert_false(certload_is_uri("pkcs11"));
	assert_false(certload_is_uri("./pkcs11:token=a"));
	assert_false(certload_is_uri(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pin),
		cmocka_unit_test(test_is_uri),
	};

	return test_status(cmocka_run_group_tests(tests, NULL, NULL));
}
