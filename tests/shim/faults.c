/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manual is faults.h. Nothing here may allocate, and nothing may be
 * looked up by dlsym(), which allocates: the allocator is reached by glibc's
 * own second names for it, the kernel by syscall().
 */
#include "tests/shim/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

EXPORT void faults_arm(enum fault_kind kind, unsigned n, enum fault_mode mode);
EXPORT unsigned faults_disarm(void);
EXPORT long faults_balance(void);

static const int kind_errno[] = {
#define KIND_ERRNO(id, name, err) [id] = err,
	FAULT_KINDS(KIND_ERRNO)
};

static const char *const kind_names[] = {
#define KIND_NAME(id, name, err) [id] = name,
	FAULT_KINDS(KIND_NAME)
};

static const char *const mode_names[] = {
#define MODE_NAME(id, name) [id] = name,
	FAULT_MODES(MODE_NAME)
};

static const char *const error_names[] = {
#define ERROR_NAME(name) #name,
	FAULT_ERRORS(ERROR_NAME)
};

static const int error_values[] = {
#define ERROR_VALUE(name) name,
	FAULT_ERRORS(ERROR_VALUE)
};

#define NUM_ERRORS ((int)(sizeof(error_values) / sizeof(error_values[0])))

static atomic_bool armed;
static enum fault_kind armed_kind;
static unsigned armed_n;
static enum fault_mode armed_mode;
static atomic_uint num_seen;
static atomic_long balance;
static const char *mark_path, *count_path, *log_path, *under;
static int armed_errno; /* 0: that of the kind */
static bool no_links, own_only;
static uintptr_t own_begin, own_end;

/* The call under way in this thread is the last one. */
static _Thread_local bool last __attribute__((tls_model("initial-exec")));

EXPORT void
faults_arm(enum fault_kind kind, unsigned n, enum fault_mode mode)
{
	armed_kind = kind;
	armed_n = n;
	armed_mode = mode;
	atomic_store(&num_seen, 0);
	atomic_store(&balance, 0);
	atomic_store(&armed, true);
}

EXPORT unsigned
faults_disarm(void)
{
	atomic_store(&armed, false);
	return atomic_load(&num_seen);
}

EXPORT long
faults_balance(void)
{
	return atomic_load(&balance);
}

static void
leave_mark(void)
{
	long fd;

	if (mark_path == NULL)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, mark_path, O_WRONLY | O_CREAT, 0600);
	if (fd >= 0)
		(void)syscall(SYS_close, fd);
	mark_path = NULL;
}

static void
die(void)
{
	(void)syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
	for (;;)
		(void)syscall(SYS_pause);
}

/* A call of KIND counts as one of the kind that is armed. */
static bool
counts(enum fault_kind kind)
{
	if (kind == armed_kind)
		return true;
	if (armed_kind == FAULT_OPEN)
		return kind == FAULT_CREATE;
	return armed_kind == FAULT_DISK &&
	    (kind == FAULT_CREATE || kind == FAULT_WRITE ||
		kind == FAULT_FSYNC || kind == FAULT_RENAME ||
		kind == FAULT_UNLINK || kind == FAULT_TRUNCATE);
}

/* The program itself has called, or something here for it. */
static bool
is_own(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	return !own_only || (at >= own_begin && at < own_end);
}

/* Notes the addresses of the program, which comes first, and looks no
 * further. */
static int
note_own(struct dl_phdr_info *info, size_t size, void *arg)
{
	const ElfW(Phdr) * ph;
	uintptr_t begin;
	int i;

	(void)size;
	(void)arg;
	own_begin = UINTPTR_MAX;
	for (i = 0; i < info->dlpi_phnum; i++) {
		ph = &info->dlpi_phdr[i];
		if (ph->p_type != PT_LOAD)
			continue;
		begin = info->dlpi_addr + ph->p_vaddr;
		if (begin < own_begin)
			own_begin = begin;
		if (begin + ph->p_memsz > own_end)
			own_end = begin + ph->p_memsz;
	}
	return 1;
}

/* What a call of KIND is on, an open file or a name in DIR, where FAULTS_UNDER
 * or FAULTS_LOG asks for it. */
static const char *
find_name(int fd, const char *path, char *ret, size_t size)
{
	char link[32];
	long n;

	if (path != NULL && (path[0] == '/' || fd < 0))
		return path;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, ret, size - 1);
	n = n < 0 ? 0 : n;
	ret[n] = '\0';
	if (path != NULL)
		(void)snprintf(ret + n, size - (size_t)n, "/%s", path);
	return ret;
}

static void
write_log(enum fault_kind kind, const char *name)
{
	char line[PATH_MAX + 32];
	long fd;
	int n;

	n = snprintf(line, sizeof(line), "%s %s\n", kind_names[kind], name);
	fd = syscall(SYS_openat, AT_FDCWD, log_path,
	    O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0)
		return;
	(void)syscall(SYS_write, fd, line, n);
	(void)syscall(SYS_close, fd);
}

/* A call of KIND on FD, or on PATH where it is not NULL, is one to count. */
static bool
is_on(enum fault_kind kind, int fd, const char *path)
{
	char room[PATH_MAX];
	const char *name;

	if (under == NULL && log_path == NULL)
		return true;
	name = find_name(fd, path, room, sizeof(room));
	if (under != NULL && strncmp(name, under, strlen(under)) != 0)
		return false;
	if (log_path != NULL)
		write_log(kind, name);
	return true;
}

/* Counts one call of KIND. True where it must not succeed as it is: then
 * errno is set, or, with FAULT_SHORT, the caller does half. */
static bool
strikes_on(enum fault_kind kind, int fd, const char *path, const void *caller)
{
	unsigned now;

	if (!atomic_load(&armed) || !counts(kind) || !is_own(caller) ||
	    !is_on(kind, fd, path))
		return false;
	now = atomic_fetch_add(&num_seen, 1) + 1;
	if (armed_n == 0 || now < armed_n ||
	    (now > armed_n && armed_mode != FAULT_ONWARD))
		return false;
	leave_mark();
	if (armed_mode == FAULT_KILL)
		die();
	last = armed_mode == FAULT_KILLED;
	if (last)
		return false;
	errno = armed_mode == FAULT_INTR ? EINTR
	    : armed_errno != 0           ? armed_errno
					 : kind_errno[kind];
	return true;
}

/* Of memory. */
static bool
strikes_for(enum fault_kind kind, const void *caller)
{
	return strikes_on(kind, -1, NULL, caller);
}

#define CALLER __builtin_return_address(0)
#define strikes(kind) strikes_for(kind, CALLER)
#define strikes_fd(kind, fd) strikes_on(kind, fd, NULL, CALLER)

/* What a call that does not fail returns. */
static long
done(long rc)
{
	if (last)
		die();
	return rc;
}

static bool
is_short(void)
{
	return armed_mode == FAULT_SHORT;
}

static size_t
half(size_t len)
{
	return len < 2 ? len : len / 2;
}

/* The entry of NAMES that the LEN characters at S are, or -1. */
static int
look_up(const char *s, size_t len, const char *const names[], int num)
{
	int i;

	for (i = 0; i < num; i++)
		if (strlen(names[i]) == len && memcmp(names[i], s, len) == 0)
			return i;
	return -1;
}

/* A FAULTS that is not understood must not pass for a test without faults. */
static _Noreturn void
refuse(void)
{
	static const char text[] =
	    "libfaults: FAULTS is not KIND:N:MODE[:ERROR]\n";

	(void)syscall(SYS_write, 2, text, sizeof(text) - 1);
	_exit(127);
}

static void arm_from_environment(void) __attribute__((constructor));
static void write_count(void) __attribute__((destructor));

static void
write_count(void)
{
	char text[16];
	long fd;
	int n;

	if (count_path == NULL)
		return;
	n = snprintf(text, sizeof(text), "%u\n", atomic_load(&num_seen));
	fd = syscall(SYS_openat, AT_FDCWD, count_path,
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || syscall(SYS_write, fd, text, n) != n)
		refuse();
	(void)syscall(SYS_close, fd);
}

static void
arm_from_environment(void)
{
	const char *s = getenv("FAULTS");
	int kind, mode, error;
	size_t len;
	char *end;
	unsigned long n;

	mark_path = getenv("FAULTS_MARK");
	count_path = getenv("FAULTS_COUNT");
	log_path = getenv("FAULTS_LOG");
	under = getenv("FAULTS_UNDER");
	no_links = getenv("FAULTS_NO_LINKS") != NULL;
	own_only = getenv("FAULTS_OWN") != NULL;
	(void)dl_iterate_phdr(note_own, NULL);
	if (s == NULL || s[0] == '\0')
		return;
	len = strcspn(s, ":");
	kind = look_up(s, len, kind_names, FAULT_NUM_KINDS);
	if (kind < 0 || s[len] != ':')
		refuse();
	n = strtoul(s + len + 1, &end, 10);
	if (end == s + len + 1 || *end != ':' || n > UINT_MAX)
		refuse();
	s = end + 1;
	len = strcspn(s, ":");
	mode = look_up(s, len, mode_names, FAULT_NUM_MODES);
	if (mode < 0)
		refuse();
	if (s[len] == ':') {
		s += len + 1;
		error = look_up(s, strlen(s), error_names, NUM_ERRORS);
		if (error >= 0)
			armed_errno = error_values[error];
		else
			refuse();
	}
	faults_arm((enum fault_kind)kind, (unsigned)n, (enum fault_mode)mode);
}

/* Allocation. */

static void *
count(void *p)
{
	if (p != NULL)
		atomic_fetch_add(&balance, 1);
	(void)done(0);
	return p;
}

EXPORT void *
malloc(size_t n)
{
	return strikes(FAULT_MALLOC) ? NULL : count(__libc_malloc(n));
}

EXPORT void *
calloc(size_t num, size_t n)
{
	return strikes(FAULT_MALLOC) ? NULL : count(__libc_calloc(num, n));
}

static void *
resize(void *p, size_t n, const void *caller)
{
	void *moved;

	if (strikes_for(FAULT_MALLOC, caller))
		return NULL;
	moved = __libc_realloc(p, n);
	if (p == NULL)
		return count(moved);
	if (n == 0 && moved == NULL)
		atomic_fetch_sub(&balance, 1);
	return moved;
}

EXPORT void *
realloc(void *p, size_t n)
{
	return resize(p, n, CALLER);
}

EXPORT void *
reallocarray(void *p, size_t num, size_t n)
{
	size_t all;

	if (__builtin_mul_overflow(num, n, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return resize(p, all, CALLER);
}

EXPORT void *
memalign(size_t align, size_t n)
{
	return strikes(FAULT_MALLOC) ? NULL : count(__libc_memalign(align, n));
}

EXPORT void *
aligned_alloc(size_t align, size_t n)
{
	return memalign(align, n);
}

EXPORT int
posix_memalign(void **ret, size_t align, size_t n)
{
	void *p = memalign(align, n);

	if (p == NULL)
		return ENOMEM;
	*ret = p;
	return 0;
}

EXPORT void
free(void *p)
{
	if (p != NULL)
		atomic_fetch_sub(&balance, 1);
	__libc_free(p);
}

/* Files. */

static int
open_at(int dir, const char *path, int flags, mode_t mode, const void *caller)
{
	enum fault_kind kind = (flags & O_CREAT) != 0 ? FAULT_CREATE
						      : FAULT_OPEN;

	if (strikes_on(kind, dir, path, caller))
		return -1;
	return (int)done(syscall(SYS_openat, dir, path, flags, mode));
}

/* open(2) has a third argument only where it may make a file. */
static bool
takes_mode(int flags)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

EXPORT int
open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = takes_mode(flags) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return open_at(AT_FDCWD, path, flags, mode, CALLER);
}

EXPORT int
openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = takes_mode(flags) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return open_at(dir, path, flags, mode, CALLER);
}

EXPORT int
creat(const char *path, mode_t mode)
{
	return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode,
	    CALLER);
}

/* glibc's own would open the file unseen. */
static int
make_temp(char *template, int flags, const void *caller)
{
	size_t len = strlen(template);
	uint32_t random = 0;
	char digits[7];

	if (len < 6 ||
	    getrandom(&random, sizeof(random), 0) != sizeof(random)) {
		errno = EINVAL;
		return -1;
	}
	(void)snprintf(digits, sizeof(digits), "%06x", random & 0xffffff);
	memcpy(template + len - 6, digits, 6);
	return open_at(AT_FDCWD, template, flags | O_RDWR | O_CREAT | O_EXCL,
	    0600, caller);
}

EXPORT int
mkostemp(char *template, int flags)
{
	return make_temp(template, flags, CALLER);
}

EXPORT int
mkstemp(char *template)
{
	return make_temp(template, 0, CALLER);
}

EXPORT ssize_t
read(int fd, void *p, size_t n)
{
	if (strikes_fd(FAULT_READ, fd)) {
		if (!is_short())
			return -1;
		n = half(n);
	}
	return done(syscall(SYS_read, fd, p, n));
}

EXPORT ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	if (strikes_fd(FAULT_READ, fd)) {
		if (!is_short())
			return -1;
		n = half(n);
	}
	return done(syscall(SYS_pread64, fd, p, n, at));
}

EXPORT ssize_t
write(int fd, const void *p, size_t n)
{
	if (strikes_fd(FAULT_WRITE, fd)) {
		if (!is_short())
			return -1;
		n = half(n);
	}
	return done(syscall(SYS_write, fd, p, n));
}

EXPORT ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (strikes_fd(FAULT_WRITE, fd)) {
		if (!is_short())
			return -1;
		n = half(n);
	}
	return done(syscall(SYS_pwrite64, fd, p, n, at));
}

EXPORT ssize_t
writev(int fd, const struct iovec *v, int num)
{
	if (strikes_fd(FAULT_WRITE, fd)) {
		if (!is_short())
			return -1;
		return syscall(SYS_write, fd, v->iov_base, half(v->iov_len));
	}
	return done(syscall(SYS_writev, fd, v, num));
}

EXPORT int
fsync(int fd)
{
	return strikes_fd(FAULT_FSYNC, fd) ? -1
					   : (int)done(syscall(SYS_fsync, fd));
}

EXPORT int
fdatasync(int fd)
{
	return strikes_fd(FAULT_FSYNC, fd)
	    ? -1
	    : (int)done(syscall(SYS_fdatasync, fd));
}

EXPORT int
syncfs(int fd)
{
	return strikes_fd(FAULT_FSYNC, fd) ? -1
					   : (int)done(syscall(SYS_syncfs, fd));
}

EXPORT int
sync_file_range(int fd, off_t at, off_t n, unsigned flags)
{
	if (strikes_fd(FAULT_FSYNC, fd))
		return -1;
	return (int)done(syscall(SYS_sync_file_range, fd, at, n, flags));
}

static int
rename_at(int from_dir, const char *from, int to_dir, const char *to,
    unsigned flags, const void *caller)
{
	if (strikes_on(FAULT_RENAME, to_dir, to, caller))
		return -1;
	return (int)done(
	    syscall(SYS_renameat2, from_dir, from, to_dir, to, flags));
}

EXPORT int
renameat2(int from_dir, const char *from, int to_dir, const char *to,
    unsigned flags)
{
	return rename_at(from_dir, from, to_dir, to, flags, CALLER);
}

EXPORT int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return rename_at(from_dir, from, to_dir, to, 0, CALLER);
}

EXPORT int
rename(const char *from, const char *to)
{
	return rename_at(AT_FDCWD, from, AT_FDCWD, to, 0, CALLER);
}

static int
link_at(int from_dir, const char *from, int to_dir, const char *to, int flags,
    const void *caller)
{
	if (strikes_on(FAULT_RENAME, to_dir, to, caller))
		return -1;
	if (no_links) {
		errno = EPERM;
		return (int)done(-1);
	}
	return (int)done(
	    syscall(SYS_linkat, from_dir, from, to_dir, to, flags));
}

EXPORT int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	return link_at(from_dir, from, to_dir, to, flags, CALLER);
}

EXPORT int
link(const char *from, const char *to)
{
	return link_at(AT_FDCWD, from, AT_FDCWD, to, 0, CALLER);
}

static int
unlink_at(int dir, const char *path, int flags, const void *caller)
{
	if (strikes_on(FAULT_UNLINK, dir, path, caller))
		return -1;
	return (int)done(syscall(SYS_unlinkat, dir, path, flags));
}

EXPORT int
unlinkat(int dir, const char *path, int flags)
{
	return unlink_at(dir, path, flags, CALLER);
}

EXPORT int
unlink(const char *path)
{
	return unlink_at(AT_FDCWD, path, 0, CALLER);
}

EXPORT int
ftruncate(int fd, off_t n)
{
	if (strikes_fd(FAULT_TRUNCATE, fd))
		return -1;
	return (int)done(syscall(SYS_ftruncate, fd, n));
}

EXPORT int
truncate(const char *path, off_t n)
{
	if (strikes_on(FAULT_TRUNCATE, -1, path, CALLER))
		return -1;
	return (int)done(syscall(SYS_truncate, path, n));
}

EXPORT int
close(int fd)
{
	bool struck = strikes_fd(FAULT_CLOSE, fd);
	int saved = errno;
	int rc = (int)syscall(SYS_close, fd);

	if (!struck)
		return (int)done(rc);
	errno = saved;
	return -1;
}

/* The names that programs use when built with 64-bit file offsets. */
EXPORT int open64(const char *path, int flags, ...)
    __attribute__((alias("open")));
EXPORT int openat64(int dir, const char *path, int flags, ...)
    __attribute__((alias("openat")));
EXPORT int creat64(const char *path, mode_t mode)
    __attribute__((alias("creat")));
EXPORT ssize_t pread64(int fd, void *p, size_t n, off_t at)
    __attribute__((alias("pread")));
EXPORT ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
    __attribute__((alias("pwrite")));
EXPORT int ftruncate64(int fd, off_t n) __attribute__((alias("ftruncate")));
EXPORT int truncate64(const char *path, off_t n)
    __attribute__((alias("truncate")));
EXPORT int mkstemp64(char *template) __attribute__((alias("mkstemp")));
EXPORT int mkostemp64(char *template, int flags)
    __attribute__((alias("mkostemp")));

/* What the same calls are compiled to with _FORTIFY_SOURCE. */
EXPORT int __open_2(const char *path, int flags);
EXPORT int __openat_2(int dir, const char *path, int flags);
EXPORT ssize_t __read_chk(int fd, void *p, size_t n, size_t room);
EXPORT ssize_t __pread_chk(int fd, void *p, size_t n, off_t at, size_t room);
EXPORT int __open64_2(const char *path, int flags)
    __attribute__((alias("__open_2")));
EXPORT int __openat64_2(int dir, const char *path, int flags)
    __attribute__((alias("__openat_2")));
EXPORT ssize_t __pread64_chk(int fd, void *p, size_t n, off_t at, size_t room)
    __attribute__((alias("__pread_chk")));

EXPORT int
__open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0, CALLER);
}

EXPORT int
__openat_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0, CALLER);
}

EXPORT ssize_t
__read_chk(int fd, void *p, size_t n, size_t room)
{
	if (n > room)
		abort();
	return read(fd, p, n);
}

EXPORT ssize_t
__pread_chk(int fd, void *p, size_t n, off_t at, size_t room)
{
	if (n > room)
		abort();
	return pread(fd, p, n, at);
}
