/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The function list that the program gets. Only C_GetFunctionList is visible:
 * were the others, the real module's references to its own functions might
 * end here.
 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/shim/p11/p11fault.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST functions;

const CK_FUNCTION_LIST *
p11_real(void)
{
	return real;
}

void
p11_die(const char *fmt, ...)
{
	va_list ap;

	(void)fputs("p11fault: ", stderr);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputs("\n", stderr);
	abort();
}

void
p11_lock(void)
{
	if (pthread_mutex_lock(&lock) != 0)
		abort();
}

void
p11_unlock(void)
{
	if (pthread_mutex_unlock(&lock) != 0)
		abort();
}

#define FORWARD(name, args)                                  \
	(real->C_##name == NULL ? CKR_FUNCTION_NOT_SUPPORTED \
				: real->C_##name args)

#define GUARD(check, name, args) \
	((rv = (check)) == CKR_OK ? FORWARD(name, args) : rv)

#define DO_open(name, args) FORWARD(name, args)
#define DO_plain(name, args) GUARD(session_check(s), name, args)
#define DO_mech(name, args) GUARD(check_mechanism(s, m), name, args)
#define DO_object(name, args) GUARD(check_object(s, object), name, args)
#define DO_hook(name, args) hook_##name args
#define DO_login(name, args) hook_##name args

#define BEGIN_open
#define BEGIN_plain
#define BEGIN_mech
#define BEGIN_object
#define BEGIN_hook
#define BEGIN_login pin_note_login(user_type);

static CK_RV
check_mechanism(CK_SESSION_HANDLE s, const CK_MECHANISM *m)
{
	CK_RV rv = session_check(s);

	if (rv == CKR_OK && slot_hides(s, m))
		rv = CKR_MECHANISM_INVALID;
	return rv;
}

static CK_RV
check_object(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object)
{
	CK_RV rv = session_check(s);

	if (rv == CKR_OK && object_is_made_up(s, object))
		rv = CKR_ACTION_PROHIBITED;
	return rv;
}

#define DEFINE(name, kind, params, args)                   \
	static CK_RV shim_##name params                    \
	{                                                  \
		struct p11_call call;                      \
		CK_RV rv;                                  \
                                                           \
		call_begin(&call, FN_##name);              \
		BEGIN_##kind if (call_goes_on(&call, &rv)) \
		    rv = DO_##kind(name, args);            \
		return call_end(&call, rv);                \
	}
/* NOLINTBEGIN(readability-function-size): as PKCS#11 has it */
P11_FUNCTIONS(DEFINE)
/* NOLINTEND(readability-function-size) */

/* dlsym() gives a pointer to an object where a function is meant. */
static CK_RV
real_function_list(void *handle)
{
	union {
		void *object;
		CK_C_GetFunctionList function;
	} u;
	CK_FUNCTION_LIST *l = NULL;
	CK_RV rv;

	u.object = dlsym(handle, "C_GetFunctionList");
	if (u.object == NULL)
		p11_die("the real module has no C_GetFunctionList");
	rv = u.function(&l);
	real = l;
	return rv;
}

static void
load(void)
{
	const char *path = getenv("P11FAULT_REAL");
	void *handle;

	if (path == NULL || path[0] != '/')
		p11_die("P11FAULT_REAL is not an absolute path");
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		p11_die("%s", dlerror());
	if (real_function_list(handle) != CKR_OK || real == NULL)
		p11_die("%s: C_GetFunctionList failed", path);
	plan_load(getenv("P11FAULT_PLAN"));
	call_setup(getenv("P11FAULT_TRACE"));
	functions.version = real->version;
#define LIST(name, kind, params, args) functions.C_##name = shim_##name;
	P11_FUNCTIONS(LIST)
	functions.C_GetFunctionList = C_GetFunctionList;
}

__attribute__((visibility("default"))) CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret_list)
{
	if (pthread_once(&once, load) != 0)
		abort();
	if (ret_list == NULL)
		return CKR_ARGUMENTS_BAD;
	*ret_list = &functions;
	return CKR_OK;
}
