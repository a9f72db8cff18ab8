/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case of the tests of libp11fault.so: a child process of its own, since
 * both SoftHSM and the shim look at the environment when they are loaded, with
 * fresh copies of two SoftHSM tokens.
 *
 * The tokens are called alpha and beta, with the PINs below; alpha has the RSA
 * key pairs "one" and "two". The library that a case loads is named by the
 * environment variable P11FAULT_LIB.
 */
#ifndef TESTS_SHIM_P11_P11_CHILD_H
#define TESTS_SHIM_P11_P11_CHILD_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stddef.h>

#define P11_USER_PIN "1234"
#define P11_SO_PIN "12345678"

#define P11_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* In a child: what fails ends it, and the case with it. */
#define CHECK(cond) p11_check((cond), #cond, __FILE__, __LINE__)
#define CHECK_RV(rv, want) p11_check_rv((rv), (want), __FILE__, __LINE__)

void p11_check(bool ok, const char *text, const char *file, int line);
void p11_check_rv(CK_RV rv, CK_RV want, const char *file, int line);

/* For cmocka: makes the tokens, and removes all. */
int p11_group_setup(void **state);
int p11_group_teardown(void **state);
/* Before each test: fresh copies, no trace, no state. */
int p11_setup(void **state);

struct p11 {
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot; /* of alpha */
	CK_SESSION_HANDLE s;
};

typedef void p11_case(struct p11 *p);

/*
 * Runs the case with the plan, through the shim or, where PLAN is NULL, with
 * the bare module. p11_run() has the module initialised; the test fails where
 * the case does. p11_run_raw() gives the exit status, or 128 and the signal.
 */
void p11_run(const char *plan, p11_case *fn);
int p11_run_raw(const char *plan, p11_case *fn);

/* Whether a file of the last run, "trace" or "stderr", holds the text. */
bool p11_file_has(const char *name, const char *text);
/* How many lines it has. */
unsigned p11_file_lines(const char *name);

/* For cases. */
CK_SLOT_ID p11_find_slot(struct p11 *p, const char *label);
/* Opens p->s, read-write. */
void p11_open(struct p11 *p);
CK_RV p11_login(struct p11 *p, CK_USER_TYPE who, const char *pin);
CK_FLAGS p11_token_flags(struct p11 *p);
CK_OBJECT_HANDLE p11_find(struct p11 *p, CK_OBJECT_CLASS class,
    const char *label);
/* How many objects the template matches. */
CK_ULONG p11_count(struct p11 *p, CK_ATTRIBUTE *templ, CK_ULONG count);
/* Signs 32 bytes with the private key "one". */
CK_RV p11_sign(struct p11 *p, CK_BYTE *sig, CK_ULONG *len);
/* Judges such a signature with the public key of that label. */
CK_RV p11_verify(struct p11 *p, const char *label, CK_BYTE *sig, CK_ULONG len);

#endif
