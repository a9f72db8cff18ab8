/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/shim/p11/p11_child.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

static char root[64];

void
p11_check(bool ok, const char *text, const char *file, int line)
{
	if (ok)
		return;
	(void)fprintf(stderr, "%s:%d: %s\n", file, line, text);
	_exit(1);
}

void
p11_check_rv(CK_RV rv, CK_RV want, const char *file, int line)
{
	if (rv == want)
		return;
	(void)fprintf(stderr, "%s:%d: 0x%lx, not 0x%lx\n", file, line, rv,
	    want);
	_exit(1);
}

static void
path_of(const char *name, char *ret_path, size_t size)
{
	(void)snprintf(ret_path, size, "%s/%s", root, name);
}

static void
shell(const char *command)
{
	char line[400];

	(void)snprintf(line, sizeof(line), "cd %s && %s", root, command);
	assert_int_equal(system(line), 0);
}

static void
write_text(const char *name, const char *text)
{
	char path[100];
	FILE *f;

	path_of(name, path, sizeof(path));
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
set_variable(const char *variable, const char *name)
{
	char path[100];

	path_of(name, path, sizeof(path));
	CHECK(setenv(variable, path, 1) == 0);
}

/* The tokens' keys are made once, with the bare module. */
static void
make_pair(struct p11 *p, const char *label)
{
	CK_MECHANISM m = { CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0 };
	CK_ULONG bits = 1024;
	CK_BYTE yes = CK_TRUE;
	char name[8];
	CK_ATTRIBUTE pub[] = {
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_VERIFY, &yes, sizeof(yes) },
		{ CKA_MODULUS_BITS, &bits, sizeof(bits) },
		{ CKA_LABEL, name, strlen(label) },
	};
	CK_ATTRIBUTE prv[] = {
		{ CKA_TOKEN, &yes, sizeof(yes) },
		{ CKA_SIGN, &yes, sizeof(yes) },
		{ CKA_SENSITIVE, &yes, sizeof(yes) },
		{ CKA_LABEL, name, strlen(label) },
	};
	CK_OBJECT_HANDLE a, b;

	(void)snprintf(name, sizeof(name), "%s", label);
	CHECK_RV(p->f->C_GenerateKeyPair(p->s, &m, pub, P11_LEN(pub), prv,
		     P11_LEN(prv), &a, &b),
	    CKR_OK);
}

static void
make_pairs(struct p11 *p)
{
	p11_open(p);
	CHECK_RV(p11_login(p, CKU_USER, P11_USER_PIN), CKR_OK);
	make_pair(p, "one");
	make_pair(p, "two");
}

int
p11_group_setup(void **state)
{
	char text[200];

	(void)snprintf(root, sizeof(root), "/tmp/p11fault-XXXXXX");
	assert_non_null(mkdtemp(root));
	(void)snprintf(text, sizeof(text),
	    "directories.tokendir = %s/tokens\nlog.level = ERROR\n", root);
	write_text("softhsm.conf", text);
	shell("mkdir tokens && export SOFTHSM2_CONF=$PWD/softhsm.conf && "
	      "for t in alpha beta; do softhsm2-util --init-token --free "
	      "--label $t --pin " P11_USER_PIN " --so-pin " P11_SO_PIN
	      " >/dev/null || exit 1; done");
	p11_run(NULL, make_pairs);
	shell("mv tokens fresh");
	return 0;
}

int
p11_group_teardown(void **state)
{
	shell("rm -r $PWD");
	return 0;
}

int
p11_setup(void **state)
{
	shell("rm -rf tokens trace state && cp -r fresh tokens");
	return 0;
}

static void
load(struct p11 *p, const char *path)
{
	union {
		void *object;
		CK_C_GetFunctionList function;
	} u;
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		(void)fprintf(stderr, "%s\n", dlerror());
	CHECK(handle != NULL);
	u.object = dlsym(handle, "C_GetFunctionList");
	CHECK(u.object != NULL);
	CHECK_RV(u.function(&p->f), CKR_OK);
}

static _Noreturn void
child(const char *plan, p11_case *fn)
{
	struct p11 p = { 0 };
	char path[100];
	int fd;

	path_of("stderr", path, sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd != -1 && dup2(fd, STDERR_FILENO) != -1);
	set_variable("SOFTHSM2_CONF", "softhsm.conf");
	set_variable("P11FAULT_PLAN", "plan");
	set_variable("P11FAULT_TRACE", "trace");
	set_variable("P11FAULT_STATE", "state");
	CHECK(setenv("P11FAULT_REAL", SOFTHSM, 1) == 0);
	load(&p, plan == NULL ? SOFTHSM : getenv("P11FAULT_LIB"));
	CHECK_RV(p.f->C_Initialize(NULL), CKR_OK);
	p.slot = p11_find_slot(&p, "alpha");
	fn(&p);
	(void)p.f->C_Finalize(NULL);
	exit(0);
}

int
p11_run_raw(const char *plan, p11_case *fn)
{
	int status;
	pid_t pid;

	if (plan != NULL)
		write_text("plan", plan);
	(void)fflush(NULL);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		child(plan, fn);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
p11_run(const char *plan, p11_case *fn)
{
	int status = p11_run_raw(plan, fn);

	if (status != 0) {
		print_error("plan:\n%s\n", plan == NULL ? "none" : plan);
		shell("cat stderr >&2");
	}
	assert_int_equal(status, 0);
}

bool
p11_file_has(const char *name, const char *text)
{
	char path[100], buf[8192];
	FILE *f;
	size_t n;

	path_of(name, path, sizeof(path));
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = '\0';
	(void)fclose(f);
	return strstr(buf, text) != NULL;
}

unsigned
p11_file_lines(const char *name)
{
	char path[100];
	unsigned lines = 0;
	FILE *f;
	int c;

	path_of(name, path, sizeof(path));
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	while ((c = fgetc(f)) != EOF)
		lines += c == '\n' ? 1 : 0;
	(void)fclose(f);
	return lines;
}

/* Told by the real label; those of a test are shorter than 32 bytes. */
CK_SLOT_ID
p11_find_slot(struct p11 *p, const char *label)
{
	CK_SLOT_ID slots[8];
	CK_ULONG num = P11_LEN(slots);
	CK_TOKEN_INFO info;
	CK_SLOT_ID found = 0;

	CHECK_RV(p->f->C_GetSlotList(CK_TRUE, slots, &num), CKR_OK);
	for (CK_ULONG i = 0; i < num; i++) {
		CHECK_RV(p->f->C_GetTokenInfo(slots[i], &info), CKR_OK);
		if (memcmp(info.label, label, strlen(label)) == 0)
			found = slots[i];
	}
	return found;
}

void
p11_open(struct p11 *p)
{
	CHECK_RV(p->f->C_OpenSession(p->slot,
		     CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &p->s),
	    CKR_OK);
}

CK_RV
p11_login(struct p11 *p, CK_USER_TYPE who, const char *pin)
{
	CK_BYTE bytes[32];

	if (pin == NULL)
		return p->f->C_Login(p->s, who, NULL, 0);
	(void)snprintf((char *)bytes, sizeof(bytes), "%s", pin);
	return p->f->C_Login(p->s, who, bytes, strlen(pin));
}

CK_FLAGS
p11_token_flags(struct p11 *p)
{
	CK_TOKEN_INFO info;

	CHECK_RV(p->f->C_GetTokenInfo(p->slot, &info), CKR_OK);
	return info.flags;
}

CK_ULONG
p11_count(struct p11 *p, CK_ATTRIBUTE *templ, CK_ULONG count)
{
	CK_OBJECT_HANDLE found[7];
	CK_ULONG num, all = 0;

	CHECK_RV(p->f->C_FindObjectsInit(p->s, templ, count), CKR_OK);
	do {
		CHECK_RV(p->f->C_FindObjects(p->s, found, P11_LEN(found), &num),
		    CKR_OK);
		all += num;
	} while (num > 0);
	CHECK_RV(p->f->C_FindObjectsFinal(p->s), CKR_OK);
	return all;
}

CK_OBJECT_HANDLE
p11_find(struct p11 *p, CK_OBJECT_CLASS class, const char *label)
{
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;
	char name[32];
	CK_ATTRIBUTE templ[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, name, strlen(label) },
	};
	CK_ULONG num = 0;

	(void)snprintf(name, sizeof(name), "%s", label);
	CHECK_RV(p->f->C_FindObjectsInit(p->s, templ, P11_LEN(templ)), CKR_OK);
	CHECK_RV(p->f->C_FindObjects(p->s, &object, 1, &num), CKR_OK);
	CHECK_RV(p->f->C_FindObjectsFinal(p->s), CKR_OK);
	return num == 1 ? object : CK_INVALID_HANDLE;
}

static CK_MECHANISM rsa_pkcs = { CKM_RSA_PKCS, NULL, 0 };
static CK_BYTE signed_data[32] = { 1, 2, 3 };

CK_RV
p11_sign(struct p11 *p, CK_BYTE *sig, CK_ULONG *len)
{
	CK_OBJECT_HANDLE key = p11_find(p, CKO_PRIVATE_KEY, "one");
	CK_RV rv = p->f->C_SignInit(p->s, &rsa_pkcs, key);

	if (rv != CKR_OK)
		return rv;
	return p->f->C_Sign(p->s, signed_data, sizeof(signed_data), sig, len);
}

CK_RV
p11_verify(struct p11 *p, const char *label, CK_BYTE *sig, CK_ULONG len)
{
	CK_OBJECT_HANDLE key = p11_find(p, CKO_PUBLIC_KEY, label);

	CHECK_RV(p->f->C_VerifyInit(p->s, &rsa_pkcs, key), CKR_OK);
	return p->f->C_Verify(p->s, signed_data, sizeof(signed_data), sig, len);
}
