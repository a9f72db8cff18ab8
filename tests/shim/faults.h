/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libfaults.so: makes calls of the C library fail, from outside of the
 * program under test. Load it with LD_PRELOAD.
 *
 * For a whole process, by environment:
 *
 *	FAULTS=KIND:N:MODE[:ERROR]	the Nth call of KIND (from 1) fails
 *	FAULTS_MARK=FILE	FILE is created when the fault strikes, so that
 *				a loop over N knows when it has seen them all
 *	FAULTS_COUNT=FILE	the number of calls of KIND is written there when
 *				the process ends, for who wants one at random
 *	FAULTS_UNDER=PATH	only calls on files whose names begin so count;
 *				of a call with two names it is the new one
 *	FAULTS_LOG=FILE		what counts is appended there, a line a call:
 *				KIND NAME; that of the fault is the last
 *	FAULTS_NO_LINKS=1	link and linkat say EPERM, as on FAT; they count
 *				all the same
 *	FAULTS_OWN=1		calls that libraries make neither count nor fail:
 *				those of a PKCS#11 module for its own files are
 *				not ours
 *
 * KIND covers	malloc	malloc, calloc, realloc, reallocarray,
 *			aligned_alloc, memalign, posix_memalign, and with them
 *			strdup, asprintf, getline, fopen
 *		open	open, openat, creat, and mkostemp
 *		read	read, pread
 *		write	write, pwrite, writev
 *		fsync	fsync, fdatasync, syncfs, sync_file_range
 *		rename	rename, renameat, renameat2, link, linkat
 *		close	close (which closes the descriptor all the same)
 *		unlink	unlink, unlinkat
 *		truncate	truncate, ftruncate
 *		create	those of open that may make a file (O_CREAT)
 *		disk	all that changes what a disk holds: create, write, fsync,
 *			rename, unlink, truncate; so one sweep over N passes
 *			every point at which a file can be half done
 * What the C library does inside itself (fwrite to its file, getaddrinfo) is
 * not seen; for standard output there is /dev/full.
 *
 * MODE is	once	that call alone fails
 *		onward	it and all later ones of its kind
 *		kill	SIGKILL in place of that call
 *		killed	SIGKILL as soon as that call is done
 *		intr	that call fails with EINTR
 *		short	that read or write does half of its bytes (at least 1)
 * The error is the one the kernel would give: ENOMEM, EMFILE, EIO, ENOSPC for
 * write and create, EIO for the rest; or ERROR: ENOSPC, EDQUOT, EROFS, EIO,
 * EACCES.
 *
 * For a loop within one process (the test runs with LD_PRELOAD, its library
 * calls in between), the same by functions, found with faults_find(). Counting
 * starts at arm() and covers all threads.
 *
 * The shim is not built with sanitizers, which bring an allocator of their
 * own, and it needs glibc (__libc_malloc).
 */
#ifndef TESTS_SHIM_FAULTS_H
#define TESTS_SHIM_FAULTS_H

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

/* X(id, name, errno) */
#define FAULT_KINDS(X)                     \
	X(FAULT_MALLOC, "malloc", ENOMEM)  \
	X(FAULT_OPEN, "open", EMFILE)      \
	X(FAULT_READ, "read", EIO)         \
	X(FAULT_WRITE, "write", ENOSPC)    \
	X(FAULT_FSYNC, "fsync", EIO)       \
	X(FAULT_RENAME, "rename", EIO)     \
	X(FAULT_CLOSE, "close", EIO)       \
	X(FAULT_UNLINK, "unlink", EIO)     \
	X(FAULT_TRUNCATE, "truncate", EIO) \
	X(FAULT_CREATE, "create", ENOSPC)  \
	X(FAULT_DISK, "disk", EIO)

#define FAULT_MODES(X)            \
	X(FAULT_ONCE, "once")     \
	X(FAULT_ONWARD, "onward") \
	X(FAULT_KILL, "kill")     \
	X(FAULT_KILLED, "killed") \
	X(FAULT_INTR, "intr")     \
	X(FAULT_SHORT, "short")

/* X(name) */
#define FAULT_ERRORS(X) X(ENOSPC) X(EDQUOT) X(EROFS) X(EIO) X(EACCES)

enum fault_kind {
#define FAULT_ID(id, ...) id,
	FAULT_KINDS(FAULT_ID) FAULT_NUM_KINDS
};

enum fault_mode {
	FAULT_MODES(FAULT_ID) FAULT_NUM_MODES
#undef FAULT_ID
};

struct faults {
	/* The Nth call of KIND from now on fails; with N 0 none does, and
	 * calls are only counted. */
	void (*arm)(enum fault_kind kind, unsigned n, enum fault_mode mode);

	/* Ends it; returns how many calls of the kind were seen. */
	unsigned (*disarm)(void);

	/* Allocations less frees since arm(), also after disarm(). */
	long (*balance)(void);
};

/* Fills RET; false where the shim is not loaded. */
static inline bool
faults_find(struct faults *ret)
{
	void *arm = dlsym(RTLD_DEFAULT, "faults_arm");
	void *disarm = dlsym(RTLD_DEFAULT, "faults_disarm");
	void *balance = dlsym(RTLD_DEFAULT, "faults_balance");

	if (arm == NULL || disarm == NULL || balance == NULL)
		return false;
	/* ISO C knows no cast from void * to a function */
	memcpy(&ret->arm, &arm, sizeof(arm));
	memcpy(&ret->disarm, &disarm, sizeof(disarm));
	memcpy(&ret->balance, &balance, sizeof(balance));
	return true;
}

#endif
