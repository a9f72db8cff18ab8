/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_temp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#define TRIES 16
#define DIGITS ((size_t)8)
#define NAME_KEPT ((int)NAME_MAX - 10) /* less two dots and the digits */

/* Locks FD, a temporary file just made. False where one who sweeps was
 * faster: he has locked it already, or has removed it since. */
static bool
lock_new(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return false;
	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

int
file_temp_open(int dir, const char *name, mode_t mode, char *ret)
{
	uint32_t random;
	int i, fd;

	for (i = 0; i < TRIES; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			break;
		(void)snprintf(ret, NAME_MAX + 1, ".%.*s.%08x", NAME_KEPT, name,
		    random);
		fd = openat(dir, ret,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
		if (fd < 0 && errno != EEXIST)
			break;
		if (fd >= 0 && lock_new(fd))
			return fd;
		if (fd >= 0) {
			(void)unlinkat(dir, ret, 0);
			(void)close(fd);
			errno = EAGAIN;
		}
	}
	ret[0] = '\0';
	return -1;
}

/* CANDIDATE is how a temporary file for NAME may be called. */
static bool
is_for(const char *candidate, const char *name)
{
	size_t kept = strnlen(name, (size_t)NAME_KEPT);
	const char *digits;

	if (strlen(candidate) != kept + DIGITS + 2 || candidate[0] != '.' ||
	    memcmp(candidate + 1, name, kept) != 0 ||
	    candidate[kept + 1] != '.')
		return false;
	digits = candidate + kept + 2;
	return strspn(digits, "0123456789abcdef") == DIGITS;
}

/* Some file systems lock only what is open for writing, and some files may
 * only be read. */
static int
open_left(int dir, const char *temp)
{
	int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = openat(dir, temp, O_RDWR | flags);

	return fd >= 0 ? fd : openat(dir, temp, O_RDONLY | flags);
}

/* FD is still what stands under the name TEMP. */
static bool
is_still(int fd, int dir, const char *temp)
{
	struct stat open, named;

	return fstat(fd, &open) == 0 &&
	    fstatat(dir, temp, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	    open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

static void
remove_left(int dir, const char *temp, uid_t owner)
{
	struct stat st;
	int fd;

	if (fstatat(dir, temp, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode) ||
	    (st.st_uid != geteuid() && st.st_uid != owner))
		return;
	fd = open_left(dir, temp);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still(fd, dir, temp))
		(void)unlinkat(dir, temp, 0);
	(void)close(fd);
}

void
file_temp_sweep(int dir, const char *name, uid_t owner)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;
	DIR *all;

	all = fd < 0 ? NULL : fdopendir(fd);
	if (all == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(all)) != NULL)
		if (is_for(entry->d_name, name))
			remove_left(dir, entry->d_name, owner);
	(void)closedir(all);
}
