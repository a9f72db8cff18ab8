/* SPDX-License-Identifier: Apache-2.0 */
/* Saving: what the killed have left, what is kept of the old file, whose the
 * new one is. The rest is in test_file.c. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/unit/test.h"

#include "tests/unit/folder.h"

#define LEFT ".a.0123abcd"

/* What the system calls below do, which stand in for the C library's. Set to
 * zeros before each test. */
static struct {
	int flock_errno, linkat_errno, rename_errno; /* fail with it */
	int swept; /* so many times flock() comes after one who sweeps */
} sys;

int
flock(int fd, int operation)
{
	if (sys.swept > 0) {
		sys.swept--;
		assert_int_equal(system("rm -f .a.*"), 0);
	}
	if (sys.flock_errno != 0) {
		errno = sys.flock_errno;
		return -1;
	}
	return (int)syscall(SYS_flock, fd, operation);
}

int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	if (sys.linkat_errno != 0) {
		errno = sys.linkat_errno;
		return -1;
	}
	return (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	int fd = openat(from_dir, from, O_RDONLY);

	/* until now it was locked */
	if (fd < 0 || syscall(SYS_flock, fd, LOCK_EX | LOCK_NB) == 0)
		abort();
	close(fd);
	if (sys.rename_errno != 0) {
		errno = sys.rename_errno;
		return -1;
	}
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

static int
enter_fresh(void **state)
{
	memset(&sys, 0, sizeof(sys));
	return enter(state);
}

/* ---- What the killed have left. ---- */

static void
test_sweep(void **state)
{
	static const char *const others[] = { "a.0123abcd", ".a.0123abc",
		".a.0123abcde", ".a.0123abcg", ".a.0123ABCD", ".ab.0123abcd",
		".b.0123abcd", "..0123abcd", ".a-0123abcd", ".a.0123abcd.x" };
	size_t i;

	put(LEFT, "left");
	put(".a.ffffffff", "left");
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		put(others[i], "other");
	save("a", NEW, 0);
	assert_int_not_equal(access(LEFT, F_OK), 0);
	assert_int_equal(num_names(), 11);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_file(others[i], "other");
}

/* In the folder that a link leads to, and for the longest name. */
static void
test_sweep_where(void **state)
{
	char name[NAME_MAX + 1], left[NAME_MAX + 1];

	assert_int_equal(mkdir("dir", 0755), 0);
	put("dir/a", OLD);
	put("dir/" LEFT, "left");
	put(".link.0123abcd", "not of the name");
	assert_int_equal(symlink("dir/a", "link"), 0);
	save("link", NEW, FILE_CLOBBER);
	assert_int_not_equal(access("dir/" LEFT, F_OK), 0);
	assert_int_equal(access(".link.0123abcd", F_OK), 0);

	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	(void)snprintf(left, sizeof(left), ".%.245s.0123abcd", name);
	put(left, "left");
	save(name, NEW, 0);
	assert_int_not_equal(access(left, F_OK), 0);
}

static void
test_sweep_locked(void **state)
{
	int fd;

	put(LEFT, "of one who lives");
	fd = open(LEFT, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_SH), 0);
	save("a", NEW, 0);
	assert_file(LEFT, "of one who lives");
	close(fd);
	save("a", OLD, FILE_CLOBBER);
	assert_int_equal(num_names(), 1);
}

/* Two at once under one name, in one process: neither takes the other's. */
static void
test_sweep_two(void **state)
{
	struct file_save *first = NULL, *second = NULL;
	struct bytes one = bytes_of_str("first"), two = bytes_of_str("second");

	assert_int_equal(file_save_begin(&first, "a", FILE_CLOBBER, NULL),
	    ERR_OK);
	assert_int_equal(file_save_begin(&second, "a", FILE_CLOBBER, NULL),
	    ERR_OK);
	assert_int_equal(num_names(), 2);
	assert_int_equal(file_save_write(first, one, NULL), ERR_OK);
	assert_int_equal(file_save_write(second, two, NULL), ERR_OK);
	assert_int_equal(file_save_commit(&first, NULL), ERR_OK);
	assert_file("a", "first");
	assert_int_equal(file_save_commit(&second, NULL), ERR_OK);
	assert_file("a", "second");
	assert_int_equal(num_names(), 1);
}

/* What only looks like one is left: a folder, a link, a FIFO (which nobody
 * waits for). */
static void
test_sweep_special(void **state)
{
	put("b", OLD);
	assert_int_equal(mkdir(".a.00000001", 0755), 0);
	assert_int_equal(symlink("b", ".a.00000002"), 0);
	assert_int_equal(mkfifo(".a.00000003", 0600), 0);
	save("a", NEW, 0);
	assert_file("b", OLD);
	assert_int_equal(num_names(), 5);
}

/* Of another user, it is his: of the owner of the old file, it was ours. */
static void
test_sweep_owner(void **state)
{
	if (geteuid() != 0)
		test_skip("only root gives files away");
	put(LEFT, "left");
	assert_int_equal(chown(LEFT, 12345, 0), 0);
	save("a", OLD, 0);
	assert_int_equal(num_names(), 2);
	save("a", OLD, FILE_CLOBBER);
	assert_int_equal(num_names(), 2);
	assert_int_equal(chown("a", 12345, 0), 0);
	save("a", NEW, FILE_CLOBBER);
	assert_int_equal(num_names(), 1);
}

/* Who refuses to write does not clean up either. */
static void
test_sweep_not_when_refused(void **state)
{
	put("a", OLD);
	put(LEFT, "left");
	assert_write_fails("a", 0, ERR_EXISTS);
	assert_int_equal(num_names(), 2);
}

/* One who sweeps comes between the making of the file and its lock. */
static void
test_sweep_between(void **state)
{
	struct file_save *s = NULL;

	sys.swept = 3;
	assert_int_equal(file_save_begin(&s, "a", 0, NULL), ERR_OK);
	assert_int_equal(sys.swept, 0);
	assert_int_equal(num_names(), 1);
	assert_int_equal(file_save_write(s, bytes_of_str(NEW), NULL), ERR_OK);
	assert_int_equal(file_save_commit(&s, NULL), ERR_OK);
	assert_file("a", NEW);
	assert_int_equal(num_names(), 1);

	sys.flock_errno = EWOULDBLOCK;
	assert_write_fails("b", 0, ERR_IO);
}

/* Where nothing can be locked, nothing is swept, and saving goes on. */
static void
test_sweep_no_locks(void **state)
{
	sys.flock_errno = ENOLCK;
	put(LEFT, "left");
	save("a", NEW, 0);
	assert_file("a", NEW);
	assert_file(LEFT, "left");
	assert_int_equal(num_names(), 2);
}

/* ---- What is kept of the old file. ---- */

/* Saves NEW as PATH and keeps the old file with SUFFIX; returns the code, and
 * the name it got. */
static enum err
save_keep(const char *path, const char *suffix, char *ret)
{
	struct file_save *s = NULL;
	struct diag d;

	diag_init(&d);
	memset(ret, 'x', PATH_MAX);
	assert_int_equal(file_save_begin(&s, path, FILE_CLOBBER, &d), ERR_OK);
	file_save_keep(s, suffix, ret);
	assert_int_equal(file_save_write(s, bytes_of_str(NEW), &d), ERR_OK);
	return file_save_commit(&s, &d);
}

static ino_t
inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void
test_keep(void **state)
{
	char kept[PATH_MAX];
	ino_t old;

	assert_int_equal(save_keep("a", ".bak", kept), ERR_OK);
	assert_string_equal(kept, "");
	assert_int_equal(num_names(), 1);
	put("a", OLD);
	old = inode_of("a");
	assert_int_equal(save_keep("a", ".bak", kept), ERR_OK);
	assert_string_equal(kept, "a.bak");
	assert_file("a", NEW);
	assert_file("a.bak", OLD);
	assert_int_equal(inode_of("a.bak"), old);
	assert_int_equal(num_names(), 2);
}

/* Never over another file: whatever it is. */
static void
test_keep_numbers(void **state)
{
	char kept[PATH_MAX];

	put("a", OLD);
	put("a.bak", "another");
	assert_int_equal(mkdir("a.bak-2", 0755), 0);
	assert_int_equal(symlink("nowhere", "a.bak-3"), 0);
	assert_int_equal(save_keep("./a", ".bak", kept), ERR_OK);
	assert_string_equal(kept, "./a.bak-4");
	assert_file("a.bak-4", OLD);
	assert_file("a.bak", "another");
	assert_int_equal(num_names(), 5);
	sys.linkat_errno = EPERM;
	assert_int_equal(save_keep("a", ".bak", kept), ERR_OK);
	assert_string_equal(kept, "a.bak-5");
	assert_file("a.bak-5", NEW);
	assert_file("a.bak-4", OLD);
	assert_int_equal(num_names(), 6);
}

/* One who was killed has linked it already. */
static void
test_keep_again(void **state)
{
	char kept[PATH_MAX];

	put("a", OLD);
	assert_int_equal(link("a", "a.bak"), 0);
	assert_int_equal(save_keep("a", ".bak", kept), ERR_OK);
	assert_string_equal(kept, "a.bak");
	assert_file("a.bak", OLD);
	assert_file("a", NEW);
	assert_int_equal(num_names(), 2);
}

static void
test_keep_copy(void **state)
{
	struct timespec times[2] = { { 1000, 1 }, { 2000, 2 } };
	static const int errors[] = { EPERM, EOPNOTSUPP, ENOSYS, EMLINK };
	char kept[PATH_MAX];
	struct stat st;
	ino_t old;
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		put("a", OLD);
		old = inode_of("a");
		assert_int_equal(chmod("a", 0604), 0);
		if (geteuid() == 0)
			assert_int_equal(chown("a", 12345, 678), 0);
		assert_int_equal(utimensat(AT_FDCWD, "a", times, 0), 0);
		sys.linkat_errno = errors[i];
		assert_int_equal(save_keep("a", ".bak", kept), ERR_OK);
		assert_string_equal(kept, "a.bak");
		assert_file("a", NEW);
		assert_file("a.bak", OLD);
		assert_int_equal(stat("a.bak", &st), 0);
		assert_int_not_equal(st.st_ino, old);
		assert_int_equal(st.st_mode & 07777, 0604);
		assert_int_equal(st.st_mtim.tv_sec, 2000);
		if (geteuid() == 0)
			assert_int_equal(st.st_uid, 12345);
		assert_int_equal(num_names(), 2);
		assert_int_equal(unlink("a.bak"), 0);
	}
}

/* A copy that is larger than one piece of it. */
static void
test_keep_copy_large(void **state)
{
	char kept[PATH_MAX];

	assert_int_equal(system("head -c 200001 /dev/urandom >a; cp a b"), 0);
	sys.linkat_errno = EPERM;
	assert_int_equal(save_keep("a", ".bak", kept), ERR_OK);
	assert_int_equal(system("cmp b a.bak"), 0);
}

/* Where it cannot be kept, nothing is replaced. */
static void
test_keep_fails(void **state)
{
	char kept[PATH_MAX], suffix[NAME_MAX + 1];

	put("a", OLD);
	sys.linkat_errno = EIO;
	assert_int_equal(save_keep("a", ".bak", kept), ERR_IO);
	assert_string_equal(kept, "");
	assert_file("a", OLD);
	assert_int_equal(num_names(), 1);
	sys.linkat_errno = 0;
	memset(suffix, 's', NAME_MAX);
	suffix[NAME_MAX] = '\0';
	assert_int_equal(save_keep("a", suffix, kept), ERR_USAGE);
	assert_int_equal(save_keep("a", suffix + 1, kept), ERR_OK);
	assert_int_equal(strlen(kept), NAME_MAX);
	assert_int_equal(num_names(), 2);
}

/* Where the new file does not get its name, the old one has only one. But what
 * somebody else had made stays. */
static void
test_keep_forgotten(void **state)
{
	char kept[PATH_MAX];

	put("a", OLD);
	sys.rename_errno = EIO;
	assert_int_equal(save_keep("a", ".bak", kept), ERR_IO);
	assert_string_equal(kept, "");
	assert_file("a", OLD);
	assert_int_equal(num_names(), 1);
	assert_int_equal(link("a", "a.bak"), 0);
	assert_int_equal(save_keep("a", ".bak", kept), ERR_IO);
	assert_int_equal(num_names(), 2);
}

/* Through a link, beside what it leads to. */
static void
test_keep_symlink(void **state)
{
	char kept[PATH_MAX], here[PATH_MAX], expect[2 * PATH_MAX];

	assert_int_equal(mkdir("dir", 0755), 0);
	put("dir/a", OLD);
	assert_int_equal(symlink("dir/a", "link"), 0);
	assert_int_equal(save_keep("link", ".bak", kept), ERR_OK);
	assert_non_null(getcwd(here, sizeof(here)));
	(void)snprintf(expect, sizeof(expect), "%s/dir/a.bak", here);
	assert_string_equal(kept, expect);
	assert_file("dir/a.bak", OLD);
	assert_file("link", NEW);
}

/* ---- What was read, and what is replaced. ---- */

static enum err
save_expect(const char *expected, const char *meanwhile)
{
	struct file_save *s = NULL;
	char kept[PATH_MAX];
	struct diag d;
	enum err e;

	diag_init(&d);
	put("a", OLD);
	assert_int_equal(file_save_begin(&s, "a", FILE_CLOBBER, &d), ERR_OK);
	assert_int_equal(file_save_write(s, bytes_of_str(NEW), &d), ERR_OK);
	file_save_expect(s, bytes_of_str(expected));
	file_save_keep(s, ".bak", kept);
	if (meanwhile != NULL)
		put("a", meanwhile);
	else
		assert_int_equal(unlink("a"), 0);
	e = file_save_commit(&s, &d);
	assert_int_equal(d.code, e);
	if (e == ERR_OK)
		assert_int_equal(unlink("a.bak"), 0);
	else
		assert_non_null(strstr(d.msg, "has changed since"));
	assert_int_equal(num_names(), meanwhile != NULL);
	return e;
}

static void
test_expect(void **state)
{
	assert_int_equal(save_expect(OLD, OLD), ERR_OK);
	assert_file("a", NEW);
	assert_int_equal(save_expect(OLD, "x"), ERR_EXISTS);
	assert_file("a", "x");
	assert_int_equal(save_expect(OLD, OLD "x"), ERR_EXISTS);
	assert_file("a", OLD "x");
	assert_int_equal(save_expect(OLD, "What stood there before"),
	    ERR_EXISTS);
	assert_int_equal(save_expect("", ""), ERR_OK);
	assert_int_equal(save_expect("", "x"), ERR_EXISTS);
	assert_int_equal(save_expect("x", ""), ERR_EXISTS);
	assert_int_equal(save_expect(OLD, NULL), ERR_EXISTS);
	assert_int_not_equal(access("a", F_OK), 0);
}

/* ---- Whose the new file is. ---- */

static void
test_save_owner(void **state)
{
	struct stat st;

	if (geteuid() != 0)
		test_skip("only root gives files away");
	put("a", OLD);
	assert_int_equal(chown("a", 12345, 678), 0);
	assert_int_equal(chmod("a", 0640), 0);
	save("a", NEW, FILE_CLOBBER);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 678);
	assert_int_equal(st.st_mode & 07777, 0640);
}

/* Its time is now, whatever the old one's. */
static void
test_save_time(void **state)
{
	struct timespec times[2] = { { 1000, 1 }, { 2000, 2 } };
	struct stat st;

	put("a", OLD);
	assert_int_equal(utimensat(AT_FDCWD, "a", times, 0), 0);
	save("a", NEW, FILE_CLOBBER);
	assert_int_equal(stat("a", &st), 0);
	assert_true(st.st_mtim.tv_sec > 1000000000);
}

/* The other name of a file keeps what it has. */
static void
test_save_hard_link(void **state)
{
	put("a", OLD);
	assert_int_equal(link("a", "b"), 0);
	save("a", NEW, FILE_CLOBBER);
	assert_file("a", NEW);
	assert_file("b", OLD);
}

/* user::rw-, user:12345:rw-, group::---, mask::rw-, other::---: in the mode
 * this is 0660, and without the list the group could write. */
static const uint8_t acl[] = { 2, 0, 0, 0, 1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,
	2, 0, 6, 0, 0x39, 0x30, 0, 0, 4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x10,
	0, 6, 0, 0xff, 0xff, 0xff, 0xff, 0x20, 0, 0, 0, 0xff, 0xff, 0xff,
	0xff };

static void
test_save_acl(void **state)
{
	const char *name = "system.posix_acl_access";
	uint8_t got[256];

	put("a", OLD);
	if (setxattr("a", name, acl, sizeof(acl), 0) != 0)
		fail_msg("/tmp has no access lists");
	assert_int_equal(mode_of("a"), 0660);
	save("a", NEW, FILE_CLOBBER);
	assert_int_equal(mode_of("a"), 0660);
	assert_int_equal(getxattr("a", name, got, sizeof(got)), sizeof(acl));
	assert_memory_equal(got, acl, sizeof(acl));

	/* and what the folder would give it, it does not get */
	put("b", OLD);
	assert_int_equal(chmod("b", 0640), 0);
	assert_int_equal(
	    setxattr(".", "system.posix_acl_default", acl, sizeof(acl), 0), 0);
	save("b", NEW, FILE_CLOBBER);
	assert_int_equal(mode_of("b"), 0640);
	assert_int_equal(getxattr("b", name, got, sizeof(got)), -1);
}

#undef T
#define T(name) cmocka_unit_test_setup_teardown(name, enter_fresh, leave)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_sweep),
		T(test_sweep_where),
		T(test_sweep_locked),
		T(test_sweep_two),
		T(test_sweep_special),
		T(test_sweep_owner),
		T(test_sweep_not_when_refused),
		T(test_sweep_between),
		T(test_sweep_no_locks),
		T(test_keep),
		T(test_keep_numbers),
		T(test_keep_again),
		T(test_keep_copy),
		T(test_keep_copy_large),
		T(test_keep_fails),
		T(test_keep_forgotten),
		T(test_keep_symlink),
		T(test_expect),
		T(test_save_owner),
		T(test_save_time),
		T(test_save_hard_link),
		T(test_save_acl),
	};

	return test_run(tests);
}
