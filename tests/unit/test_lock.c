/* SPDX-License-Identifier: Apache-2.0 */
/* Two runs exclude each other; one that died does not. */
#include "workflow/lock.h"

#include "tests/unit/test.h"

#include "tests/unit/folder.h"

#include <signal.h>
#include <sys/wait.h>

static void
test_excludes(void **state)
{
	struct lock *l = NULL, *other = NULL;
	char pid[32];
	struct diag d;

	diag_init(&d);
	assert_int_equal(lock_take("a/b/", "SHA256:x/y", "p.yaml", 0, &l, NULL),
	    ERR_OK);
	assert_int_equal(
	    lock_take("a/b", "SHA256:x/y", "q.yaml", 9, &other, &d),
	    ERR_POLICY);
	assert_null(other);
	(void)snprintf(pid, sizeof(pid), "process %ld,", (long)getpid());
	assert_non_null(strstr(d.msg, pid));
	assert_non_null(strstr(d.msg, "plan p.yaml"));
	assert_non_null(strstr(d.msg, "since 1970-01-01T00:00:00Z"));
	/* another cluster */
	assert_int_equal(lock_take("a/b", "z", "q.yaml", 9, &other, NULL),
	    ERR_OK);
	lock_drop(&other);
	lock_drop(&l);
	assert_int_equal(lock_take("a/b", "SHA256:x/y", "q", 9, &l, NULL),
	    ERR_OK);
	lock_drop(&l);
	lock_drop(&l);
}

/* A child takes it, says so, and waits to be killed. */
static void
hold(int tell)
{
	struct lock *l = NULL;

	if (lock_take("d", "k", "child", 5, &l, NULL) != ERR_OK ||
	    write(tell, "x", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

static void
test_death_frees(void **state)
{
	struct lock *l = NULL;
	struct diag d;
	int pipes[2], status;
	char c;
	pid_t child;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		hold(pipes[1]);
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &c, 1), 1);
	diag_init(&d);
	assert_int_equal(lock_take("d", "k", "mine", 6, &l, &d), ERR_POLICY);
	assert_non_null(strstr(d.msg, "plan child"));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(pipes[0]);
	assert_int_equal(lock_take("d", "k", "mine", 6, &l, NULL), ERR_OK);
	lock_drop(&l);
}

static void
test_folder(void **state)
{
	struct lock *l = NULL;

	put("file", "x");
	assert_int_equal(lock_take("file", "k", "p", 0, &l, NULL), ERR_ABSENT);
	assert_null(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_excludes),
		T(test_death_frees),
		T(test_folder),
	};

	return test_run(tests);
}
