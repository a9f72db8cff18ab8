/* SPDX-License-Identifier: Apache-2.0 */
/* The shim: PINs, and a token that is pulled. */
#include <signal.h>
#include <string.h>

#include "tests/shim/p11/p11_child.h"
#include "tests/unit/test.h"

#define USER_FLAGS \
	(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)
#define SO_FLAGS \
	(CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY | CKF_SO_PIN_LOCKED)

static CK_RV
try(struct p11 *p, CK_USER_TYPE who, const char *pin)
{
	CK_RV rv = p11_login(p, who, pin);

	if (rv == CKR_OK)
		CHECK_RV(p->f->C_Logout(p->s), CKR_OK);
	return rv;
}

static void
two_wrong(struct p11 *p)
{
	p11_open(p);
	CHECK((p11_token_flags(p) & USER_FLAGS) == 0);
	CHECK_RV(try(p, CKU_USER, "9999"), CKR_PIN_INCORRECT);
	CHECK((p11_token_flags(p) & USER_FLAGS) == CKF_USER_PIN_COUNT_LOW);
	CHECK_RV(try(p, CKU_USER, P11_USER_PIN), CKR_OK);
	CHECK((p11_token_flags(p) & USER_FLAGS) == 0);
	CHECK_RV(try(p, CKU_USER, "9999"), CKR_PIN_INCORRECT);
	CHECK_RV(try(p, CKU_USER, "9999"), CKR_PIN_INCORRECT);
	CHECK((p11_token_flags(p) & USER_FLAGS) ==
	    (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY));
}

static void
third_wrong(struct p11 *p)
{
	p11_open(p);
	CHECK((p11_token_flags(p) & USER_FLAGS) ==
	    (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY));
	CHECK_RV(try(p, CKU_USER, "9999"), CKR_PIN_INCORRECT);
	CHECK((p11_token_flags(p) & USER_FLAGS) ==
	    (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_LOCKED));
	CHECK((p11_token_flags(p) & SO_FLAGS) == 0);
	CHECK_RV(try(p, CKU_USER, P11_USER_PIN), CKR_PIN_LOCKED);
	/* the other token is not */
	p->slot = p11_find_slot(p, "beta");
	p11_open(p);
	CHECK_RV(try(p, CKU_USER, P11_USER_PIN), CKR_OK);
}

static void
unblocked(struct p11 *p)
{
	CK_BYTE pin[] = "4321";

	p11_open(p);
	CHECK_RV(try(p, CKU_USER, P11_USER_PIN), CKR_PIN_LOCKED);
	CHECK_RV(p11_login(p, CKU_SO, P11_SO_PIN), CKR_OK);
	CHECK_RV(p->f->C_InitPIN(p->s, pin, 4), CKR_OK);
	CHECK_RV(p->f->C_Logout(p->s), CKR_OK);
	CHECK((p11_token_flags(p) & USER_FLAGS) == 0);
	CHECK_RV(try(p, CKU_USER, "4321"), CKR_OK);
}

/* Over three processes. */
static void
test_tries(void **state)
{
	const char *plan = "only alpha\ntries 3\n";

	p11_run(plan, two_wrong);
	p11_run(plan, third_wrong);
	assert_true(p11_file_has("trace", "C_Login 0xa4 user=1 fault=locked"));
	p11_run(plan, unblocked);
}

static void
at_once(struct p11 *p)
{
	p11_open(p);
	CHECK_RV(try(p, CKU_USER, "9999"), CKR_PIN_INCORRECT);
	CHECK_RV(try(p, CKU_USER, "9999"), CKR_PIN_LOCKED);
	CHECK((p11_token_flags(p) & USER_FLAGS) == 0);
	CHECK_RV(try(p, CKU_USER, P11_USER_PIN), CKR_PIN_LOCKED);
}

static void
test_tries_at_once(void **state)
{
	p11_run("tries 2 noflags locked-at-once\n", at_once);
}

/* What counts beside C_Login of the user. */
static void
others_count(struct p11 *p)
{
	CK_BYTE bad[] = "99999999", new[] = "4321", old[] = P11_USER_PIN;
	CK_BYTE label[32];

	memset(label, ' ', sizeof(label));
	p11_open(p);
	CHECK_RV(p->f->C_SetPIN(p->s, bad, 8, new, 4), CKR_PIN_INCORRECT);
	CHECK_RV(p->f->C_SetPIN(p->s, bad, 8, new, 4), CKR_PIN_INCORRECT);
	CHECK((p11_token_flags(p) & CKF_USER_PIN_FINAL_TRY) != 0);
	CHECK_RV(p->f->C_SetPIN(p->s, old, 4, new, 4), CKR_OK);
	CHECK((p11_token_flags(p) & USER_FLAGS) == 0);
	CHECK((p11_token_flags(p) & SO_FLAGS) == 0);
	CHECK_RV(try(p, CKU_SO, "99999999"), CKR_PIN_INCORRECT);
	CHECK((p11_token_flags(p) & SO_FLAGS) ==
	    (CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY));
	CHECK((p11_token_flags(p) & USER_FLAGS) == 0);
	CHECK_RV(p->f->C_CloseAllSessions(p->slot), CKR_OK);
	CHECK_RV(p->f->C_InitToken(p->slot, bad, 8, label), CKR_PIN_INCORRECT);
	CHECK((p11_token_flags(p) & SO_FLAGS) ==
	    (CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_LOCKED));
	p11_open(p);
	CHECK_RV(try(p, CKU_SO, P11_SO_PIN), CKR_PIN_LOCKED);
	CHECK_RV(try(p, CKU_USER, "4321"), CKR_OK);
}

static void
test_others_count(void **state)
{
	p11_run("tries 3\nso-tries 2\n", others_count);
}

/* A key that wants the PIN again for each signature. */
static CK_OBJECT_HANDLE
make_always(struct p11 *p)
{
	CK_MECHANISM m = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_ULONG bits = 1024;
	CK_BYTE yes = CK_TRUE;
	CK_ATTRIBUTE pub[] = { { CKA_MODULUS_BITS, &bits, sizeof(bits) } };
	CK_ATTRIBUTE prv[] = {
		{ CKA_PRIVATE, &yes, sizeof(yes) },
		{ CKA_SIGN, &yes, sizeof(yes) },
		{ CKA_ALWAYS_AUTHENTICATE, &yes, sizeof(yes) },
	};
	CK_OBJECT_HANDLE a, b;

	CHECK_RV(p->f->C_GenerateKeyPair(p->s, &m, pub, 1, prv, 3, &a, &b),
	    CKR_OK);
	return b;
}

static void
context_counts(struct p11 *p)
{
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_OBJECT_HANDLE key;

	p11_open(p);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_OK);
	key = make_always(p);
	CHECK_RV(p->f->C_SignInit(p->s, &m, key), CKR_OK);
	CHECK_RV(p11_login(p, CKU_CONTEXT_SPECIFIC, "9999"), CKR_PIN_INCORRECT);
	CHECK((p11_token_flags(p) & CKF_USER_PIN_FINAL_TRY) != 0);
	CHECK_RV(p11_login(p, CKU_CONTEXT_SPECIFIC, P11_USER_PIN), CKR_OK);
	CHECK((p11_token_flags(p) & USER_FLAGS) == 0);
}

static void
test_context_counts(void **state)
{
	p11_run("tries 2\n", context_counts);
}

static void
to_be_changed(struct p11 *p)
{
	CK_BYTE old[] = P11_USER_PIN, new[] = "4321";

	CHECK((p11_token_flags(p) & CKF_USER_PIN_TO_BE_CHANGED) != 0);
	p11_open(p);
	CHECK_RV(p->f->C_SetPIN(p->s, old, 4, new, 4), CKR_OK);
	CHECK((p11_token_flags(p) & CKF_USER_PIN_TO_BE_CHANGED) == 0);
	CHECK_RV(p11_login(p, CKU_SO, P11_SO_PIN), CKR_OK);
	CHECK_RV(p->f->C_InitPIN(p->s, old, 4), CKR_OK);
	CHECK((p11_token_flags(p) & CKF_USER_PIN_TO_BE_CHANGED) != 0);
}

static void
test_to_be_changed(void **state)
{
	p11_run("to-be-changed\n", to_be_changed);
}

static void
typed(struct p11 *p)
{
	CHECK((p11_token_flags(p) & CKF_PROTECTED_AUTHENTICATION_PATH) != 0);
	CHECK(setenv("P11FAULT_PINPAD_PIN", P11_USER_PIN, 1) == 0);
	CHECK(setenv("P11FAULT_PINPAD_NEW_PIN", "4321", 1) == 0);
	CHECK(setenv("P11FAULT_PINPAD_SO_PIN", P11_SO_PIN, 1) == 0);
	p11_open(p);
	CHECK_RV(try(p, CKU_USER, NULL), CKR_OK);
	CHECK_RV(p->f->C_SetPIN(p->s, NULL, 0, NULL, 0), CKR_OK);
	CHECK_RV(try(p, CKU_USER, NULL), CKR_PIN_INCORRECT);
	CHECK_RV(try(p, CKU_SO, NULL), CKR_OK);
}

static void
given(struct p11 *p)
{
	p11_open(p);
	(void)try(p, CKU_USER, P11_USER_PIN);
}

static void
test_pinpad(void **state)
{
	p11_run("pinpad\n", typed);
	assert_int_equal(p11_run_raw("pinpad\n", given), 128 + SIGABRT);
	assert_true(p11_file_has("stderr", "keypad"));
	assert_false(p11_file_has("stderr", P11_USER_PIN));
}

static CK_ULONG
num_slots(struct p11 *p, CK_BYTE present)
{
	CK_ULONG num = 0;

	CHECK_RV(p->f->C_GetSlotList(present, NULL, &num), CKR_OK);
	return num;
}

/* Pulled after the signature: nothing of it is left. */
static void
pull(struct p11 *p)
{
	CK_BYTE sig[128];
	CK_ULONG len = sizeof(sig);

	p11_open(p);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_OK);
	CHECK_RV(p11_sign(p, sig, &len), CKR_OK);
	CHECK_RV(p->f->C_SignInit(p->s, NULL, 0), CKR_DEVICE_REMOVED);
}

static void
check_out(struct p11 *p)
{
	CK_MECHANISM_TYPE list[1];
	CK_SESSION_HANDLE s;
	CK_SESSION_INFO info;
	CK_TOKEN_INFO token;
	CK_SLOT_INFO slot;
	CK_ULONG num = 1;

	CHECK_RV(p->f->C_GetSessionInfo(p->s, &info), CKR_DEVICE_REMOVED);
	CHECK_RV(p->f->C_GenerateRandom(p->s, token.label, 1),
	    CKR_DEVICE_REMOVED);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_DEVICE_REMOVED);
	CHECK_RV(
	    p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION, NULL, NULL, &s),
	    CKR_TOKEN_NOT_PRESENT);
	CHECK_RV(p->f->C_GetTokenInfo(p->slot, &token), CKR_TOKEN_NOT_PRESENT);
	CHECK_RV(p->f->C_GetMechanismList(p->slot, list, &num),
	    CKR_TOKEN_NOT_PRESENT);
	CHECK_RV(p->f->C_GetSlotInfo(p->slot, &slot), CKR_OK);
	CHECK((slot.flags & CKF_TOKEN_PRESENT) == 0);
}

static void
pulled_for_ever(struct p11 *p)
{
	CK_SLOT_INFO slot;

	pull(p);
	check_out(p);
	/* the other token, and the slot for one more, are still there */
	CHECK(num_slots(p, CK_TRUE) == 2 && num_slots(p, CK_FALSE) == 3);
	CHECK(p11_find_slot(p, "alpha") == 0);
	CHECK_RV(p->f->C_GetSlotInfo(p11_find_slot(p, "beta"), &slot), CKR_OK);
	CHECK((slot.flags & CKF_TOKEN_PRESENT) != 0);
	for (int i = 0; i < 20; i++)
		CHECK(num_slots(p, CK_TRUE) == 2);
	p->slot = p11_find_slot(p, "beta");
	p11_open(p);
}

static void
test_pulled(void **state)
{
	p11_run("only alpha\nremove-after C_Sign\n", pulled_for_ever);
	assert_true(p11_file_has("trace", "C_Sign 0x0 fault=removed\n"));
}

static void
pulled_and_back(struct p11 *p)
{
	CK_SESSION_HANDLE old;
	CK_SESSION_INFO info;
	CK_SLOT_INFO slot;

	pull(p);
	check_out(p);
	for (int i = 0; i < 3; i++)
		CHECK(num_slots(p, CK_TRUE) == 0);
	CHECK(num_slots(p, CK_TRUE) == 3);
	old = p->slot;
	p->slot = p11_find_slot(p, "alpha");
	CHECK(p->slot != 0 && p->slot != old);
	CHECK_RV(p->f->C_GetSlotInfo(old, &slot), CKR_SLOT_ID_INVALID);
	CHECK_RV(p->f->C_GetSlotInfo(p->slot, &slot), CKR_OK);
	CHECK((slot.flags & CKF_TOKEN_PRESENT) != 0);
	CHECK_RV(p->f->C_GetSessionInfo(p->s, &info),
	    CKR_SESSION_HANDLE_INVALID);
	p11_open(p);
	CHECK_RV(p->f->C_GetSessionInfo(p->s, &info), CKR_OK);
	CHECK(info.slotID == p->slot && info.state == CKS_RW_PUBLIC_SESSION);
	CHECK_RV(try(p, CKU_USER, P11_USER_PIN), CKR_OK);
}

static void
test_back(void **state)
{
	p11_run("remove-after C_Sign for 3\n", pulled_and_back);
	assert_true(p11_file_has("trace", "C_GetSlotList 0x0 fault=back\n"));
}

static void
other_back(struct p11 *p)
{
	CK_TOKEN_INFO info;

	CHECK(p11_find_slot(p, "beta") == 0);
	CHECK(num_slots(p, CK_FALSE) == 2);
	pull(p);
	check_out(p);
	CHECK(num_slots(p, CK_TRUE) == 1);
	CHECK(num_slots(p, CK_TRUE) == 2);
	CHECK(p11_find_slot(p, "alpha") == 0);
	CHECK_RV(p->f->C_GetTokenInfo(p->slot, &info), CKR_SLOT_ID_INVALID);
	p->slot = p11_find_slot(p, "beta");
	p11_open(p);
	CHECK(p11_find(p, CKO_PUBLIC_KEY, "one") == CK_INVALID_HANDLE);
}

static void
test_other_back(void **state)
{
	p11_run("only alpha\nremove-after C_Sign for 1 other beta\n",
	    other_back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_tries, p11_setup),
		cmocka_unit_test_setup(test_tries_at_once, p11_setup),
		cmocka_unit_test_setup(test_others_count, p11_setup),
		cmocka_unit_test_setup(test_context_counts, p11_setup),
		cmocka_unit_test_setup(test_to_be_changed, p11_setup),
		cmocka_unit_test_setup(test_pinpad, p11_setup),
		cmocka_unit_test_setup(test_pulled, p11_setup),
		cmocka_unit_test_setup(test_back, p11_setup),
		cmocka_unit_test_setup(test_other_back, p11_setup),
	};

	return test_status(
	    cmocka_run_group_tests(tests, p11_group_setup, p11_group_teardown));
}
