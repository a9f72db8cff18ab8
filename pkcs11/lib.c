/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/lib.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* p11_kit_override_system_files() is declared for those only who ask. */
#define P11_KIT_FUTURE_UNSTABLE_API
#include <p11-kit/p11-kit.h>

#include "base/file.h"
#include "pkcs11/login.h"
#include "pkcs11/names.h"
#include "pkcs11/noise.h"
#include "pkcs11/uri.h"
#include "pkcs11/vendor.h"

#define CONFIG_MAX ((size_t)64 * 1024)

static const char nowhere[] = "/nonexistent";

void
lib_tell(const struct tok_lib *l, enum tok_tell kind, const char *fmt, ...)
{
	const struct tok_owner *o = l->setup->owner;
	char text[2048];
	va_list ap;

	if (o == NULL || o->tell == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	o->tell(o->arg, kind, text);
}

/* ---- Which module --------------------------------------------------------- */

static bool
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static enum err
check_path(const char *path, struct diag *d)
{
	const char *p;
	struct stat st;

	if (path[0] != '/')
		return diag_set(d, ERR_USAGE,
		    "'%s' is no absolute path: a module is named by one, "
		    "so that no other is loaded by accident",
		    path);
	for (p = path; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return diag_set(d, ERR_USAGE,
			    "the path of the module has a control character");
	if (stat(path, &st) != 0)
		return diag_errno(d, "stat", errno, "the module '%s'", path);
	if (!S_ISREG(st.st_mode))
		return diag_set(d, ERR_IO, "'%s' is no file, so no module",
		    path);
	return ERR_OK;
}

/* What p11-kit shall read of a module at PATH. */
static enum err
put_config(const char *path, struct buf *out, struct diag *d)
{
	enum err e;

	e = check_path(path, d);
	if (e != ERR_OK)
		return e;
	if (ends_in(path, ".module"))
		return file_load(path, CONFIG_MAX, out, d);
	buf_printf(out, "module: %s\n", path);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

/* For a moment, so it need not reach the disk. */
static enum err
write_config(const char *path, struct bytes config, struct diag *d)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n;

	if (fd < 0)
		return diag_errno(d, "open", errno, "cannot write %s", path);
	n = write(fd, config.ptr, config.len);
	if (close(fd) != 0 || n != (ssize_t)config.len)
		return diag_errno(d, "write", errno, "cannot write %s", path);
	return ERR_OK;
}

/*
 * p11-kit loads what its configuration names, and its proxy, through which
 * libp11 comes, needs it so. It gets a configuration of its own, which is gone
 * once it is read.
 */
static enum err
load_private(struct tok_lib *l, const char *folder, const char *file,
    struct diag *d)
{
	struct buf config = { 0 };
	enum err e;

	e = put_config(l->setup->module, &config, d);
	if (e == ERR_OK)
		e = write_config(file, buf_bytes(&config), d);
	buf_clear(&config);
	if (e != ERR_OK)
		return e;
	p11_kit_override_system_files(nowhere, nowhere, folder, nowhere,
	    nowhere);
	l->loaded = p11_kit_modules_load(NULL, 0);
	p11_kit_override_system_files(nowhere, nowhere, nowhere, nowhere,
	    nowhere);
	return ERR_OK;
}

static void
put_config_path(const struct tok_lib *l, char *ret, size_t size)
{
	(void)snprintf(ret, size, "%s/only.module", l->config);
}

/* Also by the watch, where a module does not let itself be loaded. */
static void
remove_config(const struct tok_lib *l)
{
	char file[300];

	if (l->config[0] == '\0')
		return;
	put_config_path(l, file, sizeof(file));
	(void)unlink(file);
	(void)rmdir(l->config);
}

static enum err
load_one(struct tok_lib *l, struct diag *d)
{
	const char *tmp = getenv("TMPDIR");
	char file[300];
	enum err e;

	if (tmp == NULL || tmp[0] != '/' || strlen(tmp) > 200)
		tmp = "/tmp";
	(void)snprintf(l->config, sizeof(l->config), "%s/ctlsmith-XXXXXX", tmp);
	if (mkdtemp(l->config) == NULL) {
		l->config[0] = '\0';
		return diag_errno(d, "mkdtemp", errno,
		    "cannot make a folder in %s; TMPDIR names another", tmp);
	}
	put_config_path(l, file, sizeof(file));
	e = load_private(l, l->config, file, d);
	remove_config(l);
	l->config[0] = '\0';
	if (e == ERR_OK && (l->loaded == NULL || l->loaded[0] == NULL))
		e = diag_set(d, ERR_TOKEN, "no PKCS#11 module: %s",
		    p11_kit_message() != NULL ? p11_kit_message()
					      : l->setup->module);
	return e;
}

static enum err
load_registered(struct tok_lib *l, struct diag *d)
{
	l->loaded = p11_kit_modules_load(NULL, 0);
	if (l->loaded == NULL)
		return diag_set(d, ERR_TOKEN,
		    "p11-kit cannot load the modules of this system: %s",
		    p11_kit_message() != NULL ? p11_kit_message() : "");
	return ERR_OK;
}

/* ---- Starting and ending ---------------------------------------------------- */

static void
read_info(struct lib_module *m)
{
	CK_RV rv = p11_get_info(&m->p11, &m->info);

	if (rv == CKR_OK)
		return;
	memset(&m->info, 0, sizeof(m->info));
	(void)rv_fail(&m->trouble, "C_GetInfo", rv);
}

static void
start_module(struct tok_lib *l, struct lib_module *m, CK_FUNCTION_LIST *f)
{
	struct watch_call call;
	CK_RV rv;

	m->p11 = (struct p11){ f, l->watch };
	m->name = p11_kit_module_get_name(f);
	m->path = p11_kit_module_get_filename(f);
	m->as = l->setup->module;
	watch_begin(l->watch, &call, WATCH_QUERY, "C_Initialize");
	rv = p11_kit_module_initialize(f);
	watch_end(l->watch, &call);
	m->ready = rv == CKR_OK;
	diag_init(&m->trouble);
	if (!m->ready)
		(void)rv_fail(&m->trouble, "C_Initialize", rv);
	else
		read_info(m);
}

static enum err
start_all(struct tok_lib *l, struct diag *d)
{
	size_t i, num = 0;

	while (num < LIB_MAX_MODULES && l->loaded[num] != NULL)
		num++;
	l->module = calloc(num + 1, sizeof(*l->module));
	if (l->module == NULL)
		return diag_nomem(d);
	l->num_modules = num;
	for (i = 0; i < num; i++)
		start_module(l, &l->module[i], l->loaded[i]);
	if (l->setup->module != NULL && !l->module[0].ready) {
		*d = l->module[0].trouble;
		return d->code;
	}
	return ERR_OK;
}

/* On the thread of the watch. */
static void
hung(void *arg, const char *call, unsigned seconds)
{
	const struct tok_lib *l = arg;
	const struct tok_owner *o = l->setup->owner;

	noise_interrupt(l);
	remove_config(l);
	if (o != NULL && o->hung != NULL)
		o->hung(o->arg, call, seconds);
}

static enum err
load(struct tok_lib *l, struct diag *d)
{
	struct watch_call call;
	enum err e;

	noise_begin(l);
	watch_begin(l->watch, &call, WATCH_QUERY, "loading");
	e = l->setup->module != NULL ? load_one(l, d) : load_registered(l, d);
	watch_end(l->watch, &call);
	if (e == ERR_OK)
		e = start_all(l, d);
	noise_end(l);
	return e;
}

enum err
tok_lib_open(const struct tok_setup *setup, struct tok_lib **ret,
    struct diag *d)
{
	struct tok_lib *l;
	enum err e;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return diag_nomem(d);
	l->setup = setup;
	(void)pthread_mutex_init(&l->pin, NULL);
	p11_kit_be_quiet();
	l->noise = (struct noise){ -1, -1 };
	e = watch_new(setup->timeout, hung, l, &l->watch, d);
	if (e == ERR_OK)
		e = load(l, d);
	if (e == ERR_OK)
		*ret = l;
	else
		tok_lib_close(&l);
	return e;
}

static void
end_module(struct tok_lib *l, struct lib_module *m)
{
	struct watch_call call;

	watch_begin(l->watch, &call, WATCH_QUERY, "C_Finalize");
	if (m->ready)
		(void)p11_kit_module_finalize(m->p11.f);
	watch_end(l->watch, &call);
	free(m->name);
	free(m->path);
}

/* A module may hang in what it does at its end. */
static void
release(struct tok_lib *l)
{
	struct watch_call call;

	watch_begin(l->watch, &call, WATCH_QUERY, "unloading");
	p11_kit_modules_release(l->loaded);
	watch_end(l->watch, &call);
}

void
tok_lib_close(struct tok_lib **l)
{
	size_t i;

	if (*l == NULL)
		return;
	for (i = 0; i < (*l)->num_modules; i++)
		end_module(*l, &(*l)->module[i]);
	if ((*l)->loaded != NULL)
		release(*l);
	watch_free(&(*l)->watch);
	login_forget((*l)->refused);
	(void)pthread_mutex_destroy(&(*l)->pin);
	free((*l)->module);
	free(*l);
	*l = NULL;
}

/* ---- Slots and tokens ------------------------------------------------------- */

/* The blanks and NULs that pad a text are no part of it. */
static void
take_text(struct tok_text *ret, const CK_UTF8CHAR *in, size_t len)
{
	while (len > 0 && (in[len - 1] == ' ' || in[len - 1] == '\0'))
		len--;
	memcpy(ret->byte, in, len);
	ret->len = len;
}

struct bytes
tok_text_bytes(const struct tok_text *t)
{
	return bytes_of(t->byte, t->len);
}

static const struct {
	CK_FLAGS flag;
	enum tok_flag ours;
} token_flags[] = {
	{ CKF_TOKEN_INITIALIZED, TOK_INITIALISED },
	{ CKF_WRITE_PROTECTED, TOK_READ_ONLY },
	{ CKF_LOGIN_REQUIRED, TOK_LOGIN },
	{ CKF_PROTECTED_AUTHENTICATION_PATH, TOK_PINPAD },
	{ CKF_USER_PIN_INITIALIZED, TOK_PIN_SET },
	{ CKF_USER_PIN_COUNT_LOW, TOK_PIN_LOW },
	{ CKF_USER_PIN_FINAL_TRY, TOK_PIN_FINAL },
	{ CKF_USER_PIN_LOCKED, TOK_PIN_LOCKED },
	{ CKF_USER_PIN_TO_BE_CHANGED, TOK_PIN_CHANGE },
	{ CKF_SO_PIN_COUNT_LOW, TOK_SO_LOW },
	{ CKF_SO_PIN_FINAL_TRY, TOK_SO_FINAL },
	{ CKF_SO_PIN_LOCKED, TOK_SO_LOCKED },
	{ CKF_SO_PIN_TO_BE_CHANGED, TOK_SO_CHANGE },
};

static unsigned
flags_of(CK_FLAGS token, CK_FLAGS slot)
{
	unsigned flags = 0;
	size_t i;

	for (i = 0; i < sizeof(token_flags) / sizeof(token_flags[0]); i++)
		if ((token & token_flags[i].flag) != 0)
			flags |= 1u << token_flags[i].ours;
	if ((slot & CKF_REMOVABLE_DEVICE) != 0)
		flags |= 1u << TOK_REMOVABLE;
	if ((slot & CKF_HW_SLOT) != 0)
		flags |= 1u << TOK_HARDWARE;
	return flags;
}

static uint64_t
number(CK_ULONG v)
{
	return v == CK_UNAVAILABLE_INFORMATION ? TOK_UNKNOWN : v;
}

static uint64_t
sum(CK_ULONG a, CK_ULONG b)
{
	if (a == CK_UNAVAILABLE_INFORMATION || b == CK_UNAVAILABLE_INFORMATION)
		return TOK_UNKNOWN;
	return (uint64_t)a + b < a ? TOK_UNKNOWN : (uint64_t)a + b;
}

static void
take_info(struct tok_info *ret, const CK_TOKEN_INFO *t, const CK_SLOT_INFO *s)
{
	take_text(&ret->label, t->label, sizeof(t->label));
	take_text(&ret->manufacturer, t->manufacturerID,
	    sizeof(t->manufacturerID));
	take_text(&ret->model, t->model, sizeof(t->model));
	take_text(&ret->serial, t->serialNumber, sizeof(t->serialNumber));
	ret->flags = flags_of(t->flags, s->flags);
	ret->free_memory = sum(t->ulFreePublicMemory, t->ulFreePrivateMemory);
	ret->total_memory = sum(t->ulTotalPublicMemory,
	    t->ulTotalPrivateMemory);
	ret->pin_min = number(t->ulMinPinLen);
	ret->pin_max = number(t->ulMaxPinLen);
	ret->max_sessions = number(t->ulMaxSessionCount);
	ret->hardware[0] = t->hardwareVersion.major;
	ret->hardware[1] = t->hardwareVersion.minor;
	ret->firmware[0] = t->firmwareVersion.major;
	ret->firmware[1] = t->firmwareVersion.minor;
}

void
lib_read_token(const struct lib_module *m, CK_SLOT_ID slot,
    CK_SESSION_HANDLE own, struct tok_info *ret)
{
	CK_TOKEN_INFO token;
	CK_SLOT_INFO info;
	CK_RV rv;

	memset(ret, 0, sizeof(*ret));
	diag_init(&ret->trouble);
	ret->tries = ret->tries_max = -1;
	ret->free_memory = ret->total_memory = TOK_UNKNOWN;
	ret->pin_min = ret->pin_max = ret->max_sessions = TOK_UNKNOWN;
	rv = p11_get_slot_info(&m->p11, slot, &info);
	if (rv != CKR_OK) {
		(void)rv_fail(&ret->trouble, "C_GetSlotInfo", rv);
		return;
	}
	take_text(&ret->slot, info.slotDescription,
	    sizeof(info.slotDescription));
	take_text(&ret->slot_maker, info.manufacturerID,
	    sizeof(info.manufacturerID));
	rv = p11_get_token_info(&m->p11, slot, &token);
	if (rv == CKR_OK && (info.flags & CKF_TOKEN_PRESENT) == 0)
		rv = CKR_TOKEN_NOT_PRESENT;
	if (rv != CKR_OK) {
		(void)rv_fail(&ret->trouble, "C_GetTokenInfo", rv);
		return;
	}
	take_info(ret, &token, &info);
	vendor_read_tries(&m->p11, slot, own, ret);
}

/* The slots of M that hold a token. A module may change its mind about their
 * number between two calls, or lie. */
static enum err
slot_ids(const struct lib_module *m, CK_SLOT_ID **ret, CK_ULONG *ret_num,
    struct diag *d)
{
	CK_SLOT_ID *ids = NULL;
	CK_ULONG num = 0, room;
	CK_RV rv;
	int tries;

	rv = p11_get_slot_list(&m->p11, CK_TRUE, NULL, &num);
	for (tries = 0; rv == CKR_OK && tries < 4; tries++) {
		if (num > LIB_MAX_SLOTS)
			return diag_set(d, ERR_TOKEN,
			    "the module claims %lu slots; at most %d are "
			    "believed",
			    num, LIB_MAX_SLOTS);
		room = num + 8;
		ids = calloc(room, sizeof(*ids));
		if (ids == NULL)
			return diag_nomem(d);
		num = room;
		rv = p11_get_slot_list(&m->p11, CK_TRUE, ids, &num);
		if (rv == CKR_OK && num <= room) {
			*ret = ids;
			*ret_num = num;
			return ERR_OK;
		}
		free(ids);
		if (rv == CKR_BUFFER_TOO_SMALL)
			rv = CKR_OK;
	}
	return rv_fail(d, "C_GetSlotList",
	    rv != CKR_OK ? rv : CKR_BUFFER_TOO_SMALL);
}

static enum err
scan_module(struct lib_module *m, struct buf *slots, struct diag *d)
{
	CK_SLOT_ID *ids = NULL;
	CK_ULONG i, num = 0;
	struct lib_slot s;
	enum err e;

	e = slot_ids(m, &ids, &num, d);
	for (i = 0; e == ERR_OK && i < num; i++) {
		memset(&s, 0, sizeof(s));
		s.module = m;
		s.id = ids[i];
		lib_read_token(m, ids[i], CK_INVALID_HANDLE, &s.info);
		buf_put(slots, bytes_of(&s, sizeof(s)));
	}
	free(ids);
	return e;
}

/* By label, then by serial number; those that nobody has initialised last. */
static int
by_label(const void *x, const void *y)
{
	const struct tok_info *a = &((const struct lib_slot *)x)->info;
	const struct tok_info *b = &((const struct lib_slot *)y)->info;
	int c = tok_has(b, TOK_INITIALISED) - tok_has(a, TOK_INITIALISED);

	if (c == 0)
		c = bytes_order(tok_text_bytes(&a->label),
		    tok_text_bytes(&b->label));
	return c != 0 ? c
		      : bytes_order(tok_text_bytes(&a->serial),
			    tok_text_bytes(&b->serial));
}

/* With several modules, one that does not answer leaves the others. */
enum err
lib_scan(struct tok_lib *l, struct lib_slot **ret, size_t *ret_num,
    struct diag *d)
{
	struct buf slots = { 0 };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < l->num_modules && e == ERR_OK; i++) {
		if (!l->module[i].ready)
			continue;
		e = scan_module(&l->module[i], &slots, &l->module[i].trouble);
		if (e != ERR_OK && l->num_modules > 1) {
			lib_tell(l, TOK_TELL_WARNING, "the module %s: %s",
			    l->module[i].name, l->module[i].trouble.msg);
			e = ERR_OK;
		} else if (e != ERR_OK) {
			*d = l->module[i].trouble;
		}
	}
	if (e == ERR_OK && !buf_ok(&slots))
		e = diag_nomem(d);
	if (e != ERR_OK) {
		buf_clear(&slots);
		return e;
	}
	*ret_num = slots.len / sizeof(**ret);
	*ret = (struct lib_slot *)(void *)slots.ptr;
	if (*ret_num > 0)
		qsort(*ret, *ret_num, sizeof(**ret), by_label);
	return ERR_OK;
}

enum err
tok_list(struct tok_lib *l, struct tok_info **ret, size_t *ret_num,
    struct diag *d)
{
	struct lib_slot *slots = NULL;
	struct tok_info *list;
	size_t i, num;
	enum err e;

	e = lib_scan(l, &slots, &num, d);
	if (e != ERR_OK)
		return e;
	list = calloc(num + 1, sizeof(*list));
	for (i = 0; list != NULL && i < num; i++)
		list[i] = slots[i].info;
	free(slots);
	if (list == NULL)
		return diag_nomem(d);
	*ret = list;
	*ret_num = num;
	return ERR_OK;
}

bool
tok_has(const struct tok_info *i, enum tok_flag f)
{
	return (i->flags & (1u << f)) != 0;
}

#define WORD(id, word, key) word,
#define KEY(id, word, key) key,

const char *
tok_flag_word(enum tok_flag f)
{
	static const char *const words[] = { TOK_FLAGS(WORD) };

	return words[f];
}

const char *
tok_flag_key(enum tok_flag f)
{
	static const char *const keys[] = { TOK_FLAGS(KEY) };

	return keys[f];
}

/* ---- Modules ------------------------------------------------------------------ */

size_t
tok_lib_num_modules(const struct tok_lib *l)
{
	return l->num_modules;
}

static CK_ULONG
count_slots(const struct lib_module *m, CK_BBOOL present)
{
	CK_ULONG num = 0;

	if (p11_get_slot_list(&m->p11, present, NULL, &num) != CKR_OK)
		return 0;
	return num;
}

void
tok_lib_module(struct tok_lib *l, size_t i, struct tok_module_info *ret)
{
	const struct lib_module *m = &l->module[i];
	const CK_INFO *info = &m->info;

	memset(ret, 0, sizeof(*ret));
	ret->name = m->name;
	ret->path = m->path;
	ret->trouble = m->trouble;
	if (!m->ready)
		return;
	take_text(&ret->manufacturer, info->manufacturerID,
	    sizeof(info->manufacturerID));
	take_text(&ret->description, info->libraryDescription,
	    sizeof(info->libraryDescription));
	ret->version[0] = info->libraryVersion.major;
	ret->version[1] = info->libraryVersion.minor;
	ret->cryptoki[0] = info->cryptokiVersion.major;
	ret->cryptoki[1] = info->cryptokiVersion.minor;
	ret->num_slots = count_slots(m, CK_FALSE);
	ret->num_tokens = count_slots(m, CK_TRUE);
}
