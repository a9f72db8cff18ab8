/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/ledger.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/test.h"

#define NAME bytes_of("\x01/..", 4)
#define FILE_NAME "token-012f2e2e.user"

static char folder[64];

static int
set_up(void **state)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/test_ledger.XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	if (dir == NULL)
		return -1;
	while ((e = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), e->d_name, 0);
	closedir(dir);
	return rmdir(folder);
}

static struct ledger *
opened(const char *kind)
{
	struct ledger *l = NULL;
	struct diag d;

	diag_init(&d);
	if (ledger_open(folder, NAME, kind, &l, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	return l;
}

static const char *
path_of(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
assert_file_is(const char *text)
{
	struct buf b = { 0 };

	assert_int_equal(file_load(path_of(FILE_NAME), 1000, &b, NULL), ERR_OK);
	assert_string_equal(buf_cstr(&b), text);
	buf_clear(&b);
}

static void
test_counts(void **state)
{
	struct ledger *l = NULL;
	struct stat st;

	ledger_close(&l);
	l = opened("user");
	assert_int_equal(ledger_failures(l), 0);
	assert_int_equal(ledger_last(l), 0);
	assert_false(ledger_flags_seen(l));
	assert_int_equal(ledger_attempt(l, 1700000000, NULL), ERR_OK);
	assert_int_equal(ledger_failures(l), 1);
	assert_file_is("PIN ledger 1\nfailures 1\nlast 1700000000\nflags 0\n");
	assert_int_equal(stat(path_of(FILE_NAME), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	ledger_close(&l);
	assert_null(l);

	l = opened("user");
	assert_int_equal(ledger_failures(l), 1);
	assert_int_equal(ledger_last(l), 1700000000);
	assert_int_equal(ledger_saw_flags(l, NULL), ERR_OK);
	assert_int_equal(ledger_attempt(l, 1700000001, NULL), ERR_OK);
	assert_file_is("PIN ledger 1\nfailures 2\nlast 1700000001\nflags 1\n");
	assert_int_equal(ledger_good(l, NULL), ERR_OK);
	assert_file_is("PIN ledger 1\nfailures 0\nlast 1700000001\nflags 1\n");
	ledger_close(&l);

	l = opened("so");
	assert_int_equal(ledger_last(l), 0);
	assert_false(ledger_flags_seen(l));
	ledger_close(&l);
	l = opened("user");
	assert_int_equal(ledger_failures(l), 0);
	assert_true(ledger_flags_seen(l));
	ledger_close(&l);
}

static void
test_undo(void **state)
{
	struct ledger *l = opened("user");

	assert_int_equal(ledger_undo(l, NULL), ERR_OK);
	assert_int_equal(ledger_attempt(l, 5, NULL), ERR_OK);
	assert_int_equal(ledger_attempt(l, 6, NULL), ERR_OK);
	assert_int_equal(ledger_saw_flags(l, NULL), ERR_OK);
	assert_int_equal(ledger_undo(l, NULL), ERR_OK);
	assert_file_is("PIN ledger 1\nfailures 1\nlast 5\nflags 1\n");
	assert_int_equal(ledger_undo(l, NULL), ERR_OK);
	assert_int_equal(ledger_failures(l), 1);
	assert_int_equal(ledger_attempt(l, 7, NULL), ERR_OK);
	assert_int_equal(ledger_good(l, NULL), ERR_OK);
	assert_int_equal(ledger_undo(l, NULL), ERR_OK);
	assert_file_is("PIN ledger 1\nfailures 0\nlast 7\nflags 1\n");
	ledger_close(&l);
}

static void
test_numbers(void **state)
{
	struct ledger *l;

	assert_int_equal(file_write(path_of(FILE_NAME),
			     bytes_of_str("PIN ledger 1\nfailures 1000000\n"
					  "last 1000000000000\nflags 1\n"),
			     FILE_PRIVATE, NULL),
	    ERR_OK);
	l = opened("user");
	assert_int_equal(ledger_failures(l), 1000000);
	assert_int_equal(ledger_attempt(l, INT64_MAX, NULL), ERR_OK);
	ledger_close(&l);
	l = opened("user");
	assert_int_equal(ledger_failures(l), 1000000);
	assert_int_equal(ledger_attempt(l, -1, NULL), ERR_OK);
	ledger_close(&l);
	l = opened("user");
	ledger_close(&l);
}

static void
test_does_not_parse(void **state)
{
	static const char *const table[] = { "", "\n", "PIN ledger 1\n",
		"PIN ledger 2\nfailures 1\nlast 1\nflags 0\n",
		"PIN ledger 1\nfailures 1\nlast 1\nflags 0",
		"PIN ledger 1\nfailures 1\nlast 1\nflags 0\n\n",
		"PIN ledger 1\nfailures 1\nlast 1\nflags 2\n",
		"PIN ledger 1\nfailures 01\nlast 1\nflags 0\n",
		"PIN ledger 1\nfailures -1\nlast 1\nflags 0\n",
		"PIN ledger 1\nfailures \nlast 1\nflags 0\n",
		"PIN ledger 1\nfailures 1000001\nlast 1\nflags 0\n",
		"PIN ledger 1\nfailures 9999999999999999999\nlast 1\nflags 0\n",
		"PIN ledger 1\nfailures 1\nlast 1000000000001\nflags 0\n",
		"PIN ledger 1\r\nfailures 1\nlast 1\nflags 0\n",
		"PIN ledger 1\nfailures 1 \nlast 1\nflags 0\n" };
	struct ledger *l = NULL;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		diag_init(&d);
		assert_int_equal(file_write(path_of(FILE_NAME),
				     bytes_of_str(table[i]),
				     FILE_CLOBBER | FILE_PRIVATE, NULL),
		    ERR_OK);
		if (ledger_open(folder, NAME, "user", &l, &d) != ERR_SYNTAX)
			fail_msg("%s", table[i]);
		assert_null(l);
		assert_non_null(strstr(d.msg, FILE_NAME));
	}
}

static void
test_names(void **state)
{
	static const uint8_t name[65];
	struct ledger *l = NULL;

	assert_int_equal(
	    ledger_open(folder, bytes_of(name, 65), "user", &l, NULL),
	    ERR_TOO_BIG);
	assert_int_equal(
	    ledger_open(folder, bytes_of(name, 64), "user", &l, NULL), ERR_OK);
	assert_int_equal(ledger_attempt(l, 1, NULL), ERR_OK);
	ledger_close(&l);
	assert_int_equal(ledger_open(folder, bytes_of(NULL, 0), "so", &l, NULL),
	    ERR_OK);
	assert_int_equal(ledger_attempt(l, 1, NULL), ERR_OK);
	ledger_close(&l);
}

/* Whoever else may enter the folder may change what it says. */
static void
test_folder_is_private(void **state)
{
	static const mode_t modes[] = { 0701, 0710, 0750, 0777, 0740, 0704 };
	struct ledger *l = NULL;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		diag_init(&d);
		assert_int_equal(chmod(folder, modes[i]), 0);
		assert_int_equal(ledger_open(folder, NAME, "user", &l, &d),
		    ERR_POLICY);
		assert_non_null(strstr(d.msg, "chmod 700"));
		assert_non_null(strstr(d.msg, folder));
		assert_null(l);
	}
	assert_int_equal(chmod(folder, 0700), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(folder, 1, (gid_t)-1), 0);
	assert_int_equal(ledger_open(folder, NAME, "user", &l, NULL),
	    ERR_POLICY);
	assert_int_equal(chown(folder, 0, (gid_t)-1), 0);
}

static void
test_links(void **state)
{
	static const char *const names[] = { FILE_NAME, FILE_NAME ".lock" };
	struct ledger *l = NULL;
	char link[96];
	size_t i;

	(void)snprintf(link, sizeof(link), "%s.link", folder);
	assert_int_equal(symlink(folder, link), 0);
	assert_int_not_equal(ledger_open(link, NAME, "user", &l, NULL), ERR_OK);
	assert_null(l);
	assert_int_equal(unlink(link), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(symlink("target", path_of(names[i])), 0);
		assert_int_not_equal(
		    ledger_open(folder, NAME, "user", &l, NULL), ERR_OK);
		assert_null(l);
		assert_int_equal(unlink(path_of(names[i])), 0);
		assert_int_not_equal(access(path_of("target"), F_OK), 0);
		(void)unlink(path_of(FILE_NAME ".lock"));
	}
}

/* The folder is made with its parents, for nobody else. */
static void
test_folder_is_made(void **state)
{
	struct ledger *l = NULL;
	char deep[96];
	struct stat st;

	umask(0);
	(void)snprintf(deep, sizeof(deep), "%s/a/b", folder);
	assert_int_equal(ledger_open(deep, NAME, "user", &l, NULL), ERR_OK);
	ledger_close(&l);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(path_of("a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(unlink(path_of("a/b/" FILE_NAME ".lock")), 0);
	assert_int_equal(ledger_open(path_of("a/b/"), NAME, "user", &l, NULL),
	    ERR_OK);
	ledger_close(&l);
	assert_int_equal(unlink(path_of("a/b/" FILE_NAME ".lock")), 0);
	assert_int_equal(rmdir(deep), 0);
	assert_int_equal(rmdir(path_of("a")), 0);
	assert_int_not_equal(ledger_open("", NAME, "user", &l, NULL), ERR_OK);
	assert_int_not_equal(ledger_open("/dev/null/a", NAME, "user", &l, NULL),
	    ERR_OK);
	assert_null(l);
}

static bool
is_locked(void)
{
	int fd = open(path_of(FILE_NAME ".lock"), O_RDWR);
	bool ret = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;

	close(fd);
	return ret;
}

static void
test_locked(void **state)
{
	struct ledger *l = opened("user");

	assert_true(is_locked());
	assert_int_equal(ledger_attempt(l, 1, NULL), ERR_OK);
	assert_true(is_locked());
	ledger_close(&l);
	assert_false(is_locked());
}

/* Of processes that write at once no attempt is lost. */
static void
test_processes(void **state)
{
	unsigned rounds = test_rounds(25);
	struct ledger *l = NULL;
	pid_t pid[4];
	size_t i;
	unsigned k;
	int status;

	for (i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i] != 0)
			continue;
		for (k = 0; k < rounds; k++) {
			if (ledger_open(folder, NAME, "user", &l, NULL) !=
				ERR_OK ||
			    ledger_attempt(l, 1, NULL) != ERR_OK)
				_exit(1);
			ledger_close(&l);
		}
		_exit(0);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	l = opened("user");
	assert_int_equal(ledger_failures(l), 4 * rounds);
	ledger_close(&l);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_counts),
		TEST(test_undo),
		TEST(test_numbers),
		TEST(test_does_not_parse),
		TEST(test_names),
		TEST(test_folder_is_private),
		TEST(test_links),
		TEST(test_folder_is_made),
		TEST(test_locked),
		TEST(test_processes),
	};

	return test_run(tests);
}
