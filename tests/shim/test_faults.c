/* SPDX-License-Identifier: Apache-2.0 */
/* The shim itself: run with libfaults.so in LD_PRELOAD. */
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/shim/faults.h"
#include "tests/unit/test.h"

static struct faults faults;

/* Keeps the compiler from leaving an allocation out. */
static void *volatile sink;

static bool
allocates(void)
{
	sink = malloc(10);
	free(sink);
	return sink != NULL;
}

static void
test_modes(void **state)
{
	bool got[4];
	int i;

	faults.arm(FAULT_MALLOC, 2, FAULT_ONCE);
	for (i = 0; i < 4; i++)
		got[i] = allocates();
	assert_int_equal(faults.disarm(), 4);
	assert_true(got[0] && !got[1] && got[2] && got[3]);
	faults.arm(FAULT_MALLOC, 2, FAULT_ONWARD);
	for (i = 0; i < 4; i++)
		got[i] = allocates();
	assert_int_equal(faults.disarm(), 4);
	assert_true(got[0] && !got[1] && !got[2] && !got[3]);
	assert_true(allocates());
}

/* With 0, calls are counted and none fails. */
static void
test_count_only(void **state)
{
	bool all = true;
	int i;

	faults.arm(FAULT_MALLOC, 0, FAULT_ONCE);
	for (i = 0; i < 100; i++)
		all = allocates() && all;
	assert_int_equal(faults.disarm(), 100);
	assert_true(all);
}

/* Each member of the family is counted and fails. */
static void
test_every_allocator(void **state)
{
	void *volatile old = malloc(1);
	void *got[9] = { NULL };
	char *text = NULL;
	int printed, aligned;

	faults.arm(FAULT_MALLOC, 1, FAULT_ONWARD);
	got[0] = malloc(1);
	got[1] = calloc(1, 1);
	got[2] = realloc(NULL, 1);
	got[3] = realloc(old, 100000);
	got[4] = reallocarray(NULL, 1, 1);
	got[5] = aligned_alloc(64, 64);
	aligned = posix_memalign(&got[6], 64, 64);
	got[7] = strdup("x");
	got[8] = strndup("x", 1);
	printed = asprintf(&text, "%d", 1);
	assert_true(faults.disarm() >= 10);
	for (size_t i = 0; i < sizeof(got) / sizeof(got[0]); i++)
		assert_null(got[i]);
	assert_int_equal(aligned, ENOMEM);
	assert_int_equal(printed, -1);
	free(old);
}

static void
test_balance(void **state)
{
	void *a, *b, *c, *more;
	long held, grown, freed;

	faults.arm(FAULT_MALLOC, 0, FAULT_ONCE);
	a = malloc(1);
	b = calloc(1, 1);
	c = strdup("x");
	held = faults.balance();
	more = realloc(a, 100000);
	grown = faults.balance();
	free(more);
	free(b);
	free(c);
	free(NULL);
	freed = faults.balance();
	faults.disarm();
	assert_int_equal(held, 3);
	assert_int_equal(grown, 3);
	assert_int_equal(freed, 0);
}

/* A failing call of each kind, its error, and that nothing was done. */
static int
call(enum fault_kind kind, int fd)
{
	char byte = 'x';

	switch (kind) {
	case FAULT_MALLOC:
		sink = malloc(1);
		free(sink);
		return sink == NULL ? -1 : 0;
	case FAULT_OPEN:
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	case FAULT_READ:
		return (int)pread(fd, &byte, 1, 0);
	case FAULT_WRITE:
		return (int)pwrite(fd, &byte, 1, 0);
	case FAULT_FSYNC:
		return fsync(fd);
	case FAULT_RENAME:
		return rename("/nonexistent/a", "/nonexistent/b");
	case FAULT_CLOSE:
		return close(dup(fd));
	case FAULT_UNLINK:
		return unlink("/nonexistent/a");
	case FAULT_TRUNCATE:
		return ftruncate(fd, 1);
	case FAULT_CREATE:
	case FAULT_DISK:
		return open("/dev/null", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	case FAULT_NUM_KINDS:
		break;
	}
	return 0;
}

static void
test_every_kind(void **state)
{
	static const int errors[] = {
#define KIND_ERROR(id, name, err) [id] = err,
		FAULT_KINDS(KIND_ERROR)
	};
	char name[] = "/tmp/test_faults.XXXXXX";
	int fd = mkstemp(name), k, rc, errnum, expect;

	assert_true(fd >= 0);
	for (k = 0; k < FAULT_NUM_KINDS; k++) {
		faults.arm((enum fault_kind)k, 1, FAULT_ONCE);
		rc = call((enum fault_kind)k, fd);
		errnum = errno;
		assert_int_equal(faults.disarm(), 1);
		assert_int_equal(rc, -1);
		/* any kind of call is one of the disk, with its own error */
		expect = errors[k == FAULT_DISK ? (int)FAULT_CREATE : k];
		assert_int_equal(errnum, expect);
		if (k == FAULT_RENAME || k == FAULT_MALLOC)
			continue;
		faults.arm((enum fault_kind)k, 1, FAULT_INTR);
		rc = call((enum fault_kind)k, fd);
		errnum = errno;
		faults.disarm();
		assert_int_equal(rc, -1);
		assert_int_equal(errnum, EINTR);
	}
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	close(fd);
	unlink(name);
}

/* Calls of each kind that is part of another. */
static void
test_kinds_in_kinds(void **state)
{
	char name[] = "/tmp/test_faults.XXXXXX", other[64];
	int fd = mkstemp(name), got, opened;

	(void)snprintf(other, sizeof(other), "%s.other", name);
	faults.arm(FAULT_DISK, 0, FAULT_ONCE);
	opened = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(opened);
	allocates();
	assert_int_equal(pread(fd, other, 0, 0), 0);
	got = (int)faults.disarm();
	assert_int_equal(got, 0);
	faults.arm(FAULT_DISK, 0, FAULT_ONCE);
	opened = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	got = 100 * (write(fd, "x", 1) == 1) + 10 * (fsync(fd) == 0);
	got += fdatasync(fd) + syncfs(fd) + link(name, other);
	got += rename(other, other) + ftruncate(fd, 0) + truncate(name, 0);
	got += unlink(other);
	assert_int_equal(faults.disarm(), 10);
	assert_int_equal(got, 110);
	close(opened);
	faults.arm(FAULT_OPEN, 0, FAULT_ONCE);
	close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	close(open(name, O_WRONLY | O_CLOEXEC));
	assert_int_equal(faults.disarm(), 2);
	faults.arm(FAULT_CREATE, 0, FAULT_ONCE);
	close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	close(open(name, O_WRONLY | O_CLOEXEC));
	assert_int_equal(faults.disarm(), 1);
	close(fd);
	unlink(name);
}

static void
test_short(void **state)
{
	static char text[] = "abcdefgh";
	struct iovec vec = { text, 8 };
	char back[8];
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	faults.arm(FAULT_WRITE, 1, FAULT_SHORT);
	assert_int_equal(write(fds[1], text, 8), 4);
	assert_int_equal(write(fds[1], text, 8), 8);
	faults.arm(FAULT_WRITE, 1, FAULT_SHORT);
	assert_int_equal(writev(fds[1], &vec, 1), 4);
	faults.arm(FAULT_READ, 1, FAULT_SHORT);
	assert_int_equal(read(fds[0], back, 8), 4);
	assert_int_equal(read(fds[0], back, 8), 8);
	assert_memory_equal(back, text, 8);
	faults.arm(FAULT_READ, 1, FAULT_SHORT);
	assert_int_equal(read(fds[0], back, 1), 1);
	faults.disarm();
	close(fds[0]);
	close(fds[1]);
}

/* Runs cat(1) on /dev/null with SPEC as FAULTS; returns the wait status. */
static int
run_with(const char *spec)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		setenv("FAULTS", spec, 1);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(99);
		execl("/bin/cat", "cat", "/dev/null", (char *)NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
test_environment(void **state)
{
	static const char *const bad[] = { "malloc", "malloc:1",
		"nothing:1:once", "open:1:never", "open:x:once", "open::once",
		":1:once", "open:1:once:", "open:1:once:ENOTHING" };
	size_t i;

	assert_int_equal(run_with("open:0:once"), 0);
	assert_int_equal(run_with("open:1000:onward"), 0);
	assert_true(WIFEXITED(run_with("open:1:onward")));
	assert_int_not_equal(run_with("open:1:onward"), 0);
	assert_int_equal(WTERMSIG(run_with("open:1:kill")), SIGKILL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(WEXITSTATUS(run_with(bad[i])), 127);
}

/* Runs a shell in an empty folder with SPEC; returns the wait status, and in
 * RET what it left: its files, and what it said. */
static int
run_shell(const char *spec, const char *script, char *ret, size_t size)
{
	char dir[] = "/tmp/test_faults.XXXXXX", command[512];
	int status;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(command, sizeof(command),
	    "cd %s && (FAULTS=%s FAULTS_MARK=%s.mark dash -c '%s') 2>said; "
	    "rc=$?; echo $rc; cat said; rm said; ls; rm -r %s*",
	    dir, spec, dir, script, dir);
	f = popen(command, "r"); /* NOLINT(cert-env33-c) */
	assert_non_null(f);
	ret[fread(ret, 1, size - 1, f)] = '\0';
	status = atoi(ret); /* NOLINT(cert-err34-c) */
	pclose(f);
	return status;
}

/* Before the call, or after it. */
static void
test_killed(void **state)
{
	const char *script = "exec 3>one; exec 4>two; echo over >&2";
	char got[512];

	assert_int_equal(run_shell("create:2:kill", script, got, 512), 137);
	assert_string_equal(got, "137\none\n");
	assert_int_equal(run_shell("create:2:killed", script, got, 512), 137);
	assert_string_equal(got, "137\none\ntwo\n");
	assert_int_equal(run_shell("create:3:killed", script, got, 512), 0);
	assert_string_equal(got, "0\nover\none\ntwo\n");
}

static void
test_errors(void **state)
{
	char got[512];

	run_shell("create:1:once:EROFS", "exec 3>one", got, sizeof(got));
	assert_non_null(strstr(got, "Read-only file system"));
	run_shell("disk:1:once:EDQUOT", "exec 3>one", got, sizeof(got));
	assert_non_null(strstr(got, "Disk quota exceeded"));
	run_shell("disk:1:once", "exec 3>one", got, sizeof(got));
	assert_non_null(strstr(got, "No space left on device"));
}

static void
test_counted(void **state)
{
	char got[512];

	run_shell("disk:0:once FAULTS_COUNT=said", "exec touch one two", got,
	    sizeof(got));
	assert_string_equal(got, "0\n2\none\ntwo\n");
}

static void
test_under(void **state)
{
	char got[512];

	run_shell("create:2:kill FAULTS_UNDER=b",
	    "exec 3>a; exec 4>b1; "
	    "exec 5>c; exec 6>b2; exec 7>d",
	    got, sizeof(got));
	assert_string_equal(got, "137\na\nb1\nc\n");
	run_shell("create:0:once FAULTS_UNDER=b FAULTS_LOG=said",
	    "exec 3>a; exec 4>b1; exec 5>b2", got, sizeof(got));
	assert_string_equal(got, "0\ncreate b1\ncreate b2\na\nb1\nb2\n");
	/* an open file has its name, too */
	run_shell("write:0:once FAULTS_UNDER=/dev/nu FAULTS_LOG=said",
	    "echo a >/dev/null; echo b >c", got, sizeof(got));
	assert_string_equal(got, "0\nwrite /dev/null\nc\n");
}

/* The C library renames, called back by itself, and then the program does; true
 * where the fault strikes the second alone. */
static bool
second_fails(void)
{
	char names[2][64] = { "/nonexistent/a", "/nonexistent/b" };
	int (*compare)(const void *, const void *);
	int (*by_library)(const char *, const char *) = rename;
	bool first;

	/* not the calls of a comparison, but what it is called with will do */
	memcpy(&compare, &by_library, sizeof(compare));
	errno = 0;
	qsort(names, 2, sizeof(names[0]), compare);
	first = errno == EIO;
	errno = 0;
	(void)rename(names[0], names[1]);
	return !first && errno == EIO;
}

static void
test_own(void **state)
{
	char program[256], got[512];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	assert_true(len > 0);
	program[len] = '\0';
	assert_int_equal(
	    run_shell("rename:1:once FAULTS_OWN=1", program, got, sizeof(got)),
	    TEST_EXIT_SKIP);
	assert_int_equal(run_shell("rename:1:once", program, got, sizeof(got)),
	    0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_count_only),
		cmocka_unit_test(test_every_allocator),
		cmocka_unit_test(test_balance),
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_kinds_in_kinds),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_under),
		cmocka_unit_test(test_own),
	};

	if (getenv("FAULTS") != NULL) /* test_own() */
		return second_fails() ? TEST_EXIT_SKIP : 0;
	if (!faults_find(&faults)) {
		(void)fputs("libfaults.so is not loaded\n", stderr);
		return EXIT_FAILURE;
	}
	return test_run(tests);
}
