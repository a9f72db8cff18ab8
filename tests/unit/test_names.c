/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/names.h"

#include <openssl/err.h>
#include <string.h>

#include "tests/unit/test.h"

static void
test_names(void **state)
{
	assert_string_equal(rv_name(CKR_OK), "CKR_OK");
	assert_string_equal(rv_name(CKR_PIN_INCORRECT), "CKR_PIN_INCORRECT");
	assert_string_equal(rv_name(CKR_FUNCTION_REJECTED),
	    "CKR_FUNCTION_REJECTED");
	assert_string_equal(mech_name(CKM_RSA_PKCS_KEY_PAIR_GEN),
	    "CKM_RSA_PKCS_KEY_PAIR_GEN");
	assert_string_equal(mech_name(CKM_RSA_PKCS), "CKM_RSA_PKCS");
	assert_string_equal(attribute_name(CKA_CLASS), "CKA_CLASS");
	assert_string_equal(attribute_name(CKA_ALLOWED_MECHANISMS),
	    "CKA_ALLOWED_MECHANISMS");
}

/* What p11-kit's header lacks, and what it calls by an older name. */
static void
test_newer_names(void **state)
{
	assert_string_equal(rv_name(0x42), "CKR_AEAD_DECRYPT_FAILED");
	assert_string_equal(rv_name(0x209), "CKR_PARAMETER_SET_NOT_SUPPORTED");
	assert_string_equal(mech_name(0x11), "CKM_DSA");
	assert_string_equal(mech_name(0x2b0), "CKM_SHA3_256");
	assert_string_equal(mech_name(0x1040), "CKM_EC_KEY_PAIR_GEN");
	assert_string_equal(attribute_name(0x4), "CKA_UNIQUE_ID");
	assert_string_equal(attribute_name(0x180), "CKA_EC_PARAMS");
}

static void
test_no_name(void **state)
{
	assert_null(rv_name(0x4));
	assert_null(rv_name(CKR_VENDOR_DEFINED));
	assert_null(rv_name(0x80000123UL));
	assert_null(rv_name(~0UL));
	assert_null(mech_name(CKM_VENDOR_DEFINED));
	assert_null(mech_name(~0UL));
	assert_null(attribute_name(CKA_VENDOR_DEFINED));
	assert_null(attribute_name(~0UL));
}

/* No name stands for two numbers of the range that standards use. */
static void
test_names_once(void **state)
{
	static const struct {
		const char *(*name)(unsigned long);
		const char *prefix;
		unsigned num;
	} kinds[] = {
		{ rv_name, "CKR_", 100 },
		{ mech_name, "CKM_", 400 },
		{ attribute_name, "CKA_", 130 },
	};
	static const char *seen[1024];
	size_t i, k, num;
	unsigned long v;
	const char *name;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (v = 0, num = 0; v < 0x10000; v++) {
			name = kinds[i].name(v);
			if (name == NULL)
				continue;
			assert_memory_equal(name, kinds[i].prefix, 4);
			for (k = 0; k < num; k++)
				assert_string_not_equal(name, seen[k]);
			assert_true(num < 1024);
			seen[num++] = name;
		}
		assert_true(num >= kinds[i].num);
	}
}

static void
test_fail(void **state)
{
	static const struct {
		CK_RV rv;
		enum err code;
		const char *msg;
	} table[] = {
		{ CKR_PIN_INCORRECT, ERR_PIN,
		    "the PIN is wrong (C_Login: CKR_PIN_INCORRECT, 0xa0)" },
		{ CKR_TOKEN_WRITE_PROTECTED, ERR_TOKEN,
		    "the token is write-protected "
		    "(C_Login: CKR_TOKEN_WRITE_PROTECTED, 0xe2)" },
		{ CKR_MUTEX_BAD, ERR_TOKEN,
		    "the module failed (C_Login: CKR_MUTEX_BAD, 0x1a0)" },
		{ 0x80000123UL, ERR_TOKEN,
		    "the module failed "
		    "(C_Login: a code of its vendor, 0x80000123)" },
		{ 0x7777, ERR_TOKEN,
		    "the module failed "
		    "(C_Login: a code of no standard, 0x7777)" },
	};
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		diag_init(&d);
		assert_int_equal(rv_fail(&d, "C_Login", table[i].rv),
		    table[i].code);
		assert_int_equal(d.code, table[i].code);
		assert_string_equal(d.msg, table[i].msg);
		assert_string_equal(d.api, "C_Login");
		assert_int_equal(d.native, table[i].rv);
		assert_int_equal(rv_fail(NULL, "C_Login", table[i].rv),
		    table[i].code);
	}
}

static void
test_fail_pin_codes(void **state)
{
	static const CK_RV pin[] = { CKR_PIN_INCORRECT, CKR_PIN_INVALID,
		CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED,
		CKR_PIN_TOO_WEAK, CKR_USER_PIN_NOT_INITIALIZED };
	unsigned long v;
	size_t i, num = 0;

	for (i = 0; i < sizeof(pin) / sizeof(pin[0]); i++)
		assert_int_equal(rv_fail(NULL, "C_Login", pin[i]), ERR_PIN);
	for (v = 0; v < 0x1000; v++)
		num += rv_fail(NULL, "C_Login", v) == ERR_PIN;
	assert_int_equal(num, sizeof(pin) / sizeof(pin[0]));
}

static void
test_fail_forgets_openssl(void **state)
{
	ERR_raise(ERR_LIB_RSA, ERR_R_INTERNAL_ERROR);
	assert_int_not_equal(ERR_peek_error(), 0);
	(void)rv_fail(NULL, "C_Sign", CKR_GENERAL_ERROR);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_gone(void **state)
{
	static const CK_RV gone[] = { CKR_DEVICE_ERROR, CKR_DEVICE_REMOVED,
		CKR_TOKEN_NOT_PRESENT, CKR_TOKEN_NOT_RECOGNIZED,
		CKR_SESSION_HANDLE_INVALID };
	unsigned long v;
	size_t i, num = 0;

	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		assert_true(rv_is_gone(gone[i]));
	for (v = 0; v < 0x1000; v++)
		num += rv_is_gone(v);
	assert_int_equal(num, sizeof(gone) / sizeof(gone[0]));
	assert_false(rv_is_gone(0x80000032UL));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_newer_names),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_names_once),
		cmocka_unit_test(test_fail),
		cmocka_unit_test(test_fail_pin_codes),
		cmocka_unit_test(test_fail_forgets_openssl),
		cmocka_unit_test(test_gone),
	};

	return test_run(tests);
}
