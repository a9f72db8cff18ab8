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
	int fd = mkstemp(name), k, rc, errnum;

	assert_true(fd >= 0);
	for (k = 0; k < FAULT_NUM_KINDS; k++) {
		faults.arm((enum fault_kind)k, 1, FAULT_ONCE);
		rc = call((enum fault_kind)k, fd);
		errnum = errno;
		assert_int_equal(faults.disarm(), 1);
		assert_int_equal(rc, -1);
		assert_int_equal(errnum, errors[k]);
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
		":1:once" };
	size_t i;

	assert_int_equal(run_with("open:0:once"), 0);
	assert_int_equal(run_with("open:1000:onward"), 0);
	assert_true(WIFEXITED(run_with("open:1:onward")));
	assert_int_not_equal(run_with("open:1:onward"), 0);
	assert_int_equal(WTERMSIG(run_with("open:1:kill")), SIGKILL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(WEXITSTATUS(run_with(bad[i])), 127);
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
	};

	if (!faults_find(&faults)) {
		(void)fputs("libfaults.so is not loaded\n", stderr);
		return EXIT_FAILURE;
	}
	return test_run(tests);
}
