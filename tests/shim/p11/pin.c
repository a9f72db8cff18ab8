/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/shim/p11/p11fault.h"

/* What lasts as long as the token: in a file, or for this process alone. */
struct counts {
	unsigned bad[2]; /* by enum who */
	unsigned changed;
};

enum who {
	WHO_USER,
	WHO_SO
};

typedef void change_fn(struct counts *c, enum who who);

static const enum rule_kind tries_kind[] = {
	[WHO_USER] = RULE_TRIES,
	[WHO_SO] = RULE_SO_TRIES,
};

static const CK_FLAGS low_flag[] = { CKF_USER_PIN_COUNT_LOW,
	CKF_SO_PIN_COUNT_LOW };
static const CK_FLAGS final_flag[] = { CKF_USER_PIN_FINAL_TRY,
	CKF_SO_PIN_FINAL_TRY };
static const CK_FLAGS locked_flag[] = { CKF_USER_PIN_LOCKED,
	CKF_SO_PIN_LOCKED };

static struct counts in_memory; /* under the lock */

/* "NAME NUMBER", and a blank or the end of the line. */
static const char *
read_count(const char *s, const char *name, unsigned *ret_count)
{
	size_t len = strlen(name);
	char *end;

	if (strncmp(s, name, len) != 0 || s[len] != ' ')
		p11_die("P11FAULT_STATE holds something else");
	*ret_count = (unsigned)strtoul(s + len, &end, 10);
	if (*end != ' ' && *end != '\n')
		p11_die("P11FAULT_STATE holds something else");
	return end + 1;
}

static void
read_counts(int fd, struct counts *c)
{
	char text[80] = { 0 };
	const char *s = text;

	if (pread(fd, text, sizeof(text) - 1, 0) == 0)
		return;
	s = read_count(s, "user", &c->bad[WHO_USER]);
	s = read_count(s, "so", &c->bad[WHO_SO]);
	(void)read_count(s, "changed", &c->changed);
}

static void
write_counts(int fd, const struct counts *c)
{
	char text[80];
	int n;

	n = snprintf(text, sizeof(text), "user %u so %u changed %u\n",
	    c->bad[WHO_USER], c->bad[WHO_SO], c->changed);
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
		p11_die("P11FAULT_STATE: cannot be written");
}

static void
change_file(const char *path, change_fn *fn, enum who who, struct counts *c)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1 || flock(fd, LOCK_EX) != 0)
		p11_die("%s: cannot be opened", path);
	read_counts(fd, c);
	if (fn != NULL) {
		fn(c, who);
		write_counts(fd, c);
	}
	(void)close(fd);
}

/* Changes the counts, if there is a FN, and returns them. */
static struct counts
change(change_fn *fn, enum who who)
{
	const char *path = getenv("P11FAULT_STATE");
	struct counts c = { 0 };

	p11_lock();
	if (path != NULL) {
		change_file(path, fn, who, &c);
	} else {
		if (fn != NULL)
			fn(&in_memory, who);
		c = in_memory;
	}
	p11_unlock();
	return c;
}

static void
count_bad(struct counts *c, enum who who)
{
	c->bad[who]++;
}

static void
count_good(struct counts *c, enum who who)
{
	c->bad[who] = 0;
}

static void
count_changed(struct counts *c, enum who who)
{
	c->bad[who] = 0;
	c->changed = who == WHO_USER ? 1 : c->changed;
}

/* The SO gives the user a PIN: it counts as new, and is to be changed. */
static void
count_set_by_so(struct counts *c, enum who who)
{
	c->bad[who] = 0;
	c->changed = 0;
}

static void
count_token_new(struct counts *c, enum who who)
{
	memset(c, 0, sizeof(*c));
	c->bad[who] = 0;
}

static bool
is_locked(enum who who)
{
	const struct rule *r = plan_find(tries_kind[who]);

	if (r == NULL || change(NULL, who).bad[who] < r->number)
		return false;
	call_note("fault=locked");
	return true;
}

/* A PIN has been tried: counts it, and says what the caller is told. */
static CK_RV
tried(enum who who, CK_RV rv, change_fn *good)
{
	const struct rule *r = plan_find(tries_kind[who]);
	struct counts c;

	if (rv == CKR_OK)
		(void)change(good, who);
	if (rv != CKR_PIN_INCORRECT || r == NULL)
		return rv;
	c = change(count_bad, who);
	return r->at_once && c.bad[who] >= r->number ? CKR_PIN_LOCKED : rv;
}

static CK_FLAGS
tries_flags(enum who who, CK_FLAGS flags)
{
	const struct rule *r = plan_find(tries_kind[who]);
	unsigned bad;

	if (r == NULL)
		return flags;
	bad = change(NULL, who).bad[who];
	flags &= ~(low_flag[who] | final_flag[who] | locked_flag[who]);
	if (r->noflags)
		return flags;
	if (bad > 0)
		flags |= low_flag[who];
	if (bad + 1 == r->number)
		flags |= final_flag[who];
	if (bad >= r->number)
		flags |= locked_flag[who];
	return flags;
}

CK_FLAGS
pin_flags(CK_FLAGS flags)
{
	flags = tries_flags(WHO_SO, tries_flags(WHO_USER, flags));
	if (plan_find(RULE_TO_BE_CHANGED) != NULL) {
		flags &= ~CKF_USER_PIN_TO_BE_CHANGED;
		if (change(NULL, WHO_USER).changed == 0)
			flags |= CKF_USER_PIN_TO_BE_CHANGED;
	}
	if (plan_find(RULE_PINPAD) != NULL)
		flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	return flags;
}

void
pin_tries(CK_ULONG *ret_left, CK_ULONG *ret_max)
{
	const struct rule *r = plan_find(RULE_TRIES);
	unsigned bad;

	if (r == NULL)
		p11_die("vendor-tries-counted without tries");
	bad = change(NULL, WHO_USER).bad[WHO_USER];
	*ret_left = bad < r->number ? r->number - bad : 0;
	*ret_max = r->number;
}

void
pin_note_login(CK_USER_TYPE user_type)
{
	call_note("user=%lu", user_type);
}

/* What is typed at a token with a keypad, where the program gives no PIN. */
static void
type_pin(const char *variable, CK_BYTE **pin, CK_ULONG *len)
{
	char *value;

	if (plan_find(RULE_PINPAD) == NULL)
		return;
	if (*pin != NULL)
		p11_die("a PIN is given to a token with a keypad");
	value = getenv(variable);
	if (value == NULL)
		p11_die("%s is not set", variable);
	*pin = (CK_BYTE *)value;
	*len = strlen(value);
	call_note("pinpad");
}

static const char *const typed_by[] = {
	[WHO_USER] = "P11FAULT_PINPAD_PIN",
	[WHO_SO] = "P11FAULT_PINPAD_SO_PIN",
};

#define TYPED_NEW "P11FAULT_PINPAD_NEW_PIN"

CK_RV
hook_Login(CK_SESSION_HANDLE s, CK_USER_TYPE user_type, CK_BYTE *pin,
    CK_ULONG pin_len)
{
	enum who who = user_type == CKU_SO ? WHO_SO : WHO_USER;
	CK_RV rv;

	rv = session_check(s);
	if (rv != CKR_OK)
		return rv;
	if (!session_is_ours(s))
		return p11_real()->C_Login(s, user_type, pin, pin_len);
	type_pin(typed_by[who], &pin, &pin_len);
	if (is_locked(who))
		return CKR_PIN_LOCKED;
	rv = p11_real()->C_Login(s, user_type, pin, pin_len);
	return tried(who, rv, count_good);
}

CK_RV
hook_InitPIN(CK_SESSION_HANDLE s, CK_BYTE *pin, CK_ULONG pin_len)
{
	CK_RV rv;

	rv = session_check(s);
	if (rv != CKR_OK)
		return rv;
	if (!session_is_ours(s))
		return p11_real()->C_InitPIN(s, pin, pin_len);
	type_pin(TYPED_NEW, &pin, &pin_len);
	rv = p11_real()->C_InitPIN(s, pin, pin_len);
	if (rv == CKR_OK)
		(void)change(count_set_by_so, WHO_USER);
	return rv;
}

/* Whose PIN C_SetPIN changes. */
static enum who
whose(CK_SESSION_HANDLE s)
{
	CK_SESSION_INFO info;

	if (p11_real()->C_GetSessionInfo(s, &info) == CKR_OK &&
	    info.state == CKS_RW_SO_FUNCTIONS)
		return WHO_SO;
	return WHO_USER;
}

CK_RV
hook_SetPIN(CK_SESSION_HANDLE s, CK_BYTE *old_pin, CK_ULONG old_len,
    CK_BYTE *new_pin, CK_ULONG new_len)
{
	enum who who;
	CK_RV rv;

	rv = session_check(s);
	if (rv != CKR_OK)
		return rv;
	if (!session_is_ours(s))
		return p11_real()->C_SetPIN(s, old_pin, old_len, new_pin,
		    new_len);
	who = whose(s);
	type_pin(typed_by[who], &old_pin, &old_len);
	type_pin(TYPED_NEW, &new_pin, &new_len);
	if (is_locked(who))
		return CKR_PIN_LOCKED;
	rv = p11_real()->C_SetPIN(s, old_pin, old_len, new_pin, new_len);
	return tried(who, rv, count_changed);
}

CK_RV
hook_InitToken(CK_SLOT_ID slot, CK_BYTE *pin, CK_ULONG pin_len, CK_BYTE *label)
{
	CK_SLOT_ID real;
	CK_RV rv;

	rv = device_token(slot, &real);
	if (rv != CKR_OK)
		return rv;
	if (!device_is_ours(real))
		return p11_real()->C_InitToken(real, pin, pin_len, label);
	type_pin(typed_by[WHO_SO], &pin, &pin_len);
	if (is_locked(WHO_SO))
		return CKR_PIN_LOCKED;
	rv = p11_real()->C_InitToken(real, pin, pin_len, label);
	return tried(WHO_SO, rv, count_token_new);
}
