/* SPDX-License-Identifier: Apache-2.0 */
/* The shim: calls, slots, sessions, PINs, and a token that is pulled. */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/shim/p11/p11_child.h"
#include "tests/unit/test.h"

static void
whole_life(struct p11 *p)
{
	CK_BYTE sig[128];
	CK_ULONG len = sizeof(sig);

	p11_open(p);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_OK);
	CHECK_RV(p11_sign(p, sig, &len), CKR_OK);
	CHECK(len == 128);
	CHECK_RV(p11_verify(p, "one", sig, len), CKR_OK);
	CHECK_RV(p11_verify(p, "two", sig, len), CKR_SIGNATURE_INVALID);
	CHECK(p11_count(p, NULL, 0) == 4);
	CHECK_RV(p->f->C_Logout(p->s), CKR_OK);
	CHECK(p11_count(p, NULL, 0) == 2);
	CHECK_RV(p->f->C_CloseSession(p->s), CKR_OK);
}

/* The same sequence, and nothing in the way. */
static void
test_forwards(void **state)
{
	p11_run(NULL, whole_life);
	assert_false(p11_file_has("trace", "C_"));
	p11_run("# nothing\n", whole_life);
	assert_true(p11_file_has("trace", "\n6 C_OpenSession 0x0\n"));
	assert_true(p11_file_has("trace", "\n7 C_Login 0x0 user=1\n"));
	assert_false(p11_file_has("trace", "fault"));
	assert_false(p11_file_has("trace", P11_USER_PIN));
}

/* Each call of the sequence fails in turn: the sequence does. */
static void
test_every_call_fails(void **state)
{
	unsigned calls, i;
	char plan[64];

	p11_run("", whole_life);
	calls = p11_file_lines("trace");
	assert_true(calls > 20);
	/* the last is C_Finalize, which no case looks at */
	for (i = 1; i < calls; i++) {
		(void)snprintf(plan, sizeof(plan),
		    "fail-nth-call %u 0x80000123\n", i);
		(void)p11_setup(NULL);
		assert_int_not_equal(p11_run_raw(plan, whole_life), 0);
		(void)snprintf(plan, sizeof(plan), "\n%u C_", i);
		assert_true(i == 1 || p11_file_has("trace", plan));
		assert_true(p11_file_has("trace", " 0x80000123"));
		assert_true(p11_file_has("trace", "fault=fail\n"));
	}
	(void)snprintf(plan, sizeof(plan), "fail-nth-call %u 1\n", calls + 1);
	p11_run(plan, whole_life);
}

static void
three_opened(struct p11 *p)
{
	CK_SESSION_HANDLE s[4];
	CK_RV rv[4];

	for (int i = 0; i < 4; i++)
		rv[i] = p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION, NULL,
		    NULL, &s[i]);
	CHECK_RV(rv[0], CKR_OK);
	CHECK_RV(rv[1], CKR_DEVICE_ERROR);
	CHECK_RV(rv[2], 0x80000123);
	CHECK_RV(rv[3], CKR_OK);
}

static void
test_fail_at(void **state)
{
	p11_run("fail C_OpenSession CKR_DEVICE_ERROR at 2\n"
		"fail C_OpenSession 0x80000123 at 3 times 1\n",
	    three_opened);
}

static void
failed_after(struct p11 *p)
{
	CK_SESSION_INFO info;

	p11_open(p);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_DEVICE_ERROR);
	CHECK_RV(p->f->C_GetSessionInfo(p->s, &info), CKR_OK);
	CHECK(info.state == CKS_RW_USER_FUNCTIONS);
}

static void
failed_before(struct p11 *p)
{
	CK_SESSION_INFO info;

	p11_open(p);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_DEVICE_ERROR);
	CHECK_RV(p->f->C_GetSessionInfo(p->s, &info), CKR_OK);
	CHECK(info.state == CKS_RW_PUBLIC_SESSION);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_OK);
}

static void
test_before_and_after(void **state)
{
	p11_run("fail-after C_Login CKR_DEVICE_ERROR\n", failed_after);
	assert_true(p11_file_has("trace",
	    "C_Login 0x30 user=1 fault=fail-after really=0x0\n"));
	p11_run("fail C_Login CKR_DEVICE_ERROR times 1\n", failed_before);
	(void)p11_setup(NULL);
	p11_run("fail-after-nth-call 7 0x30\n", failed_after);
}

#define EXIT_HUNG 42

/* Ends the process once the trace says that a call hangs. */
static void *
wait_for_trace(void *arg)
{
	while (!p11_file_has("trace", "C_GetInfo hangs\n"))
		(void)sched_yield();
	_exit(EXIT_HUNG);
	return arg;
}

static void
hung(struct p11 *p)
{
	pthread_t thread;
	CK_INFO info;

	CHECK_RV(p->f->C_GetInfo(&info), CKR_OK);
	CHECK(pthread_create(&thread, NULL, wait_for_trace, NULL) == 0);
	CHECK_RV(p->f->C_GetInfo(&info), CKR_OK);
	_exit(1);
}

static void
test_hang(void **state)
{
	assert_int_equal(p11_run_raw("hang C_GetInfo at 2\n", hung), EXIT_HUNG);
}

static void
test_noise(void **state)
{
	p11_run("noise\n", whole_life);
	assert_true(p11_file_has("stderr", "p11fault: noise: C_Login\n"));
	assert_int_equal(p11_file_lines("stderr"), p11_file_lines("trace"));
}

static const char *const wrong_plans[][2] = {
	{ "fial C_Login 1", "unknown rule: fial" },
	{ "fail C_Logon 1", "unknown function: C_Logon" },
	{ "fail C_GetFunctionList 1", "unknown function" },
	{ "fail C_Login CKR_NONE", "CKR_NONE" },
	{ "fail C_Login", "missing: CKR_" },
	{ "fail C_Login 12x", "12x" },
	{ "fail C_Login 1 at", "missing: a number" },
	{ "fail C_Login 1 at 0", "counted from 1" },
	{ "fail C_Login 1 at -1", "not a number" },
	{ "fail C_Login 1 noflags", "unknown word: noflags" },
	{ "hang C_Login at 1 times 2", "unknown word: times" },
	{ "flags CKF_LOGIN_REQUIRED", "CKF_LOGIN_REQUIRED" },
	{ "flags", "missing" },
	{ "label \"123456789012345678901234567890123\"", "too long" },
	{ "label \"x", "closing quote" },
	{ "label \"\\q\"", "escape" },
	{ "attr CKA_SENSITIVE", "CKA_NAME=VALUE" },
	{ "attr CKA_SENSITIVE=2", "unknown value" },
	{ "attr CKA_ID=hex:1", "escape" },
	{ "attr CKA_SENSITVE=0", "CKA_SENSITVE" },
	{ "lie CKA_LABEL large", "unknown lie" },
	{ "lie C_Login huge", "cannot lie" },
	{ "lie C_FindObjects grow", "C_FindObjects" },
	{ "sessions many", "not a number" },
	{ "tries 3 flags", "unknown word" },
	{ "noise loud", "unknown word" },
};

static void
test_wrong_plans(void **state)
{
	for (size_t i = 0; i < P11_LEN(wrong_plans); i++) {
		char text[100];

		(void)snprintf(text, sizeof(text), "# one\n%s\n",
		    wrong_plans[i][0]);
		assert_int_equal(p11_run_raw(text, whole_life), 128 + SIGABRT);
		assert_true(p11_file_has("stderr", "line 2 of the plan: "));
		assert_true(p11_file_has("stderr", wrong_plans[i][1]));
	}
}

static void
shown(struct p11 *p)
{
	CK_TOKEN_INFO t;
	CK_SLOT_INFO s;
	CK_MECHANISM_INFO m;
	CK_SLOT_ID beta = p11_find_slot(p, "beta");

	p->slot = p11_find_slot(p, "\x1b[2J");
	CHECK(p->slot != 0 && beta != 0);
	CHECK_RV(p->f->C_GetTokenInfo(p->slot, &t), CKR_OK);
	CHECK(memcmp(t.label, "\x1b[2J\0\xff \"\\ x", 10) == 0);
	CHECK(t.label[31] == ' ');
	CHECK(memcmp(t.serialNumber, "1234567890123456", 16) == 0);
	CHECK(memcmp(t.model, "\0\0              ", 16) == 0);
	CHECK((t.flags & CKF_USER_PIN_LOCKED) != 0);
	CHECK((t.flags & (CKF_RNG | CKF_LOGIN_REQUIRED)) == 0);
	CHECK((t.flags & CKF_TOKEN_INITIALIZED) != 0);
	CHECK(t.ulMinPinLen == 6 && t.ulMaxPinLen == 8);
	CHECK_RV(p->f->C_GetSlotInfo(p->slot, &s), CKR_OK);
	CHECK((s.flags & CKF_REMOVABLE_DEVICE) != 0);
	CHECK(memcmp(s.slotDescription, "reader  ", 8) == 0);
	CHECK_RV(p->f->C_GetMechanismInfo(p->slot, CKM_RSA_PKCS, &m), CKR_OK);
	CHECK((m.flags & CKF_HW) != 0 && (m.flags & CKF_SIGN) == 0);
	CHECK((m.flags & CKF_VERIFY) != 0);
	CHECK_RV(p->f->C_GetMechanismInfo(p->slot, CKM_SHA256_RSA_PKCS, &m),
	    CKR_OK);
	CHECK((m.flags & CKF_HW) == 0 && (m.flags & CKF_SIGN) != 0);
	/* the other token is as it was */
	CHECK_RV(p->f->C_GetTokenInfo(beta, &t), CKR_OK);
	CHECK((t.flags & CKF_LOGIN_REQUIRED) != 0);
	CHECK_RV(p->f->C_GetMechanismInfo(beta, CKM_RSA_PKCS, &m), CKR_OK);
	CHECK((m.flags & CKF_SIGN) != 0);
}

static void
test_shown(void **state)
{
	p11_run("only alpha\n"
		"label \"\\x1b[2J\\x00\\xff \\\"\\\\\"\n"
		"serial 1234567890123456\n"
		"model \\x00\\x00\n"
		"flags +CKF_USER_PIN_LOCKED -CKF_RNG -CKF_LOGIN_REQUIRED\n"
		"pin-length 6 8\n"
		"slot-flags +CKF_REMOVABLE_DEVICE\n"
		"slot-description reader # not this\n"
		"mechanism-flags CKM_RSA_PKCS +CKF_HW -CKF_SIGN\n",
	    shown);
}

static void
no_rsa(struct p11 *p)
{
	CK_MECHANISM_TYPE list[200], one;
	CK_ULONG num = 0, room = 1;
	CK_MECHANISM hidden = { CKM_RSA_PKCS, NULL, 0 };
	CK_MECHANISM_INFO info;
	CK_BYTE sig[128];

	CHECK_RV(p->f->C_GetMechanismList(p->slot, NULL, &num), CKR_OK);
	CHECK(num > 10 && num <= P11_LEN(list));
	CHECK_RV(p->f->C_GetMechanismList(p->slot, &one, &room),
	    CKR_BUFFER_TOO_SMALL);
	CHECK(room == num);
	CHECK_RV(p->f->C_GetMechanismList(p->slot, list, &num), CKR_OK);
	for (CK_ULONG i = 0; i < num; i++)
		CHECK(list[i] != CKM_RSA_PKCS);
	CHECK_RV(p->f->C_GetMechanismInfo(p->slot, CKM_RSA_PKCS, &info),
	    CKR_MECHANISM_INVALID);
	p11_open(p);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_OK);
	CHECK_RV(p11_sign(p, sig, &num), CKR_MECHANISM_INVALID);
	CHECK_RV(p->f->C_VerifyInit(p->s, &hidden, 0), CKR_MECHANISM_INVALID);
}

static void
test_no_mechanism(void **state)
{
	p11_run("no-mechanism CKM_RSA_PKCS\n", no_rsa);
}

#define THREADS 4
#define CALLS 50

static void *
many_calls(void *arg)
{
	struct p11 *p = arg;
	CK_INFO info;

	for (int i = 0; i < CALLS; i++)
		if (p->f->C_GetInfo(&info) != CKR_OK)
			return NULL;
	return arg;
}

static void
threads(struct p11 *p)
{
	pthread_t t[THREADS];
	void *done[THREADS];

	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&t[i], NULL, many_calls, p) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(t[i], &done[i]) == 0);
	CHECK((done[0] == NULL) + (done[1] == NULL) + (done[2] == NULL) +
		(done[3] == NULL) ==
	    1);
}

/* One of many calls at a time fails, and each has a number of its own. */
static void
test_threads(void **state)
{
	char number[32];
	unsigned lines, i;

	p11_run("fail C_GetInfo 5 at 77\n", threads);
	lines = p11_file_lines("trace");
	/* the thread that saw it fail made fewer */
	assert_in_range(lines, (THREADS - 1) * CALLS, THREADS * CALLS + 10);
	for (i = 2; i <= lines; i++) {
		(void)snprintf(number, sizeof(number), "\n%u C_", i);
		assert_true(p11_file_has("trace", number));
	}
}

/* Closed and loaded again, it goes on counting. */
static void
loaded_again(struct p11 *p)
{
	const char *lib = getenv("P11FAULT_LIB");
	void *handle = dlopen(lib, RTLD_NOW | RTLD_LOCAL);
	CK_INFO info;

	CHECK_RV(p->f->C_GetInfo(&info), CKR_OK);
	CHECK(handle != NULL && dlclose(handle) == 0 && dlclose(handle) == 0);
	CHECK(dlopen(lib, RTLD_NOW | RTLD_LOCAL) == handle);
	CHECK_RV(p->f->C_GetInfo(&info), CKR_GENERAL_ERROR);
}

static void
test_loaded_again(void **state)
{
	p11_run("fail C_GetInfo 5 at 2\n", loaded_again);
}

static void
two_sessions(struct p11 *p)
{
	CK_SESSION_HANDLE s;

	p11_open(p);
	p11_open(p);
	CHECK_RV(
	    p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION, NULL, NULL, &s),
	    CKR_SESSION_COUNT);
	CHECK_RV(p->f->C_CloseSession(p->s), CKR_OK);
	p11_open(p);
	CHECK_RV(p->f->C_CloseAllSessions(p->slot), CKR_OK);
	p11_open(p);
	p11_open(p);
	CHECK_RV(
	    p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION, NULL, NULL, &s),
	    CKR_SESSION_COUNT);
}

static void
test_sessions(void **state)
{
	p11_run("sessions 2\n", two_sessions);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_forwards, p11_setup),
		cmocka_unit_test_setup(test_every_call_fails, p11_setup),
		cmocka_unit_test_setup(test_fail_at, p11_setup),
		cmocka_unit_test_setup(test_before_and_after, p11_setup),
		cmocka_unit_test_setup(test_hang, p11_setup),
		cmocka_unit_test_setup(test_noise, p11_setup),
		cmocka_unit_test_setup(test_wrong_plans, p11_setup),
		cmocka_unit_test_setup(test_shown, p11_setup),
		cmocka_unit_test_setup(test_no_mechanism, p11_setup),
		cmocka_unit_test_setup(test_threads, p11_setup),
		cmocka_unit_test_setup(test_loaded_again, p11_setup),
		cmocka_unit_test_setup(test_sessions, p11_setup),
	};

	return test_status(
	    cmocka_run_group_tests(tests, p11_group_setup, p11_group_teardown));
}
