/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

#define PIN "correct-horse"
#define ENV_CHILD "env-child"

static void
assert_holds(const struct secret *s, const char *text)
{
	assert_true(bytes_equal(secret_bytes(s), bytes_of_str(text)));
	assert_int_equal(s->page[s->len], '\0');
}

static void
assert_empty(const struct secret *s)
{
	assert_null(s->page);
	assert_int_equal(s->len, 0);
	assert_int_equal(secret_bytes(s).len, 0);
}

/* A read end that yields TEXT and then the end. */
static int
pipe_with(const char *text, size_t len)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, len), len);
	close(fds[1]);
	return fds[0];
}

static void
test_set_and_clear(void **state)
{
	struct secret s = { 0 };
	struct diag d;

	diag_init(&d);
	secret_clear(&s);
	assert_int_equal(secret_set(&s, bytes_of_str(PIN), &d), ERR_OK);
	assert_holds(&s, PIN);
	assert_int_equal(secret_set(&s, bytes_of_str("2"), &d), ERR_OK);
	assert_holds(&s, "2");
	assert_int_equal(secret_set(&s, bytes_of(NULL, 0), &d), ERR_OK);
	assert_holds(&s, "");
	secret_clear(&s);
	assert_empty(&s);
	secret_clear(&s);
}

static void
test_page_is_gone(void **state)
{
	struct secret s = { 0 };
	unsigned char vec;
	void *page;
	size_t len;

	assert_int_equal(secret_set(&s, bytes_of_str(PIN), NULL), ERR_OK);
	page = s.page;
	len = s.page_len;
	assert_int_equal(mincore(page, len, &vec), 0);
	secret_clear(&s);
	assert_int_equal(mincore(page, len, &vec), -1);
	assert_int_equal(errno, ENOMEM);
}

static void
test_own_page(void **state)
{
	struct secret a = { 0 }, b = { 0 };

	assert_int_equal(secret_set(&a, bytes_of_str(PIN), NULL), ERR_OK);
	assert_int_equal(secret_set(&b, bytes_of_str(PIN), NULL), ERR_OK);
	assert_int_equal((uintptr_t)a.page % (uintptr_t)getpagesize(), 0);
	assert_ptr_not_equal(a.page, b.page);
	secret_clear(&a);
	assert_holds(&b, PIN);
	secret_clear(&b);
}

static void
test_limit(void **state)
{
	char text[SECRET_MAX + 1];
	struct secret s = { 0 };
	struct diag d;

	diag_init(&d);
	memset(text, 'x', sizeof(text));
	assert_int_equal(secret_set(&s, bytes_of(text, SECRET_MAX), &d),
	    ERR_OK);
	assert_int_equal(secret_bytes(&s).len, SECRET_MAX);
	assert_int_equal(secret_set(&s, bytes_of(text, SECRET_MAX + 1), &d),
	    ERR_TOO_BIG);
	assert_int_equal(d.code, ERR_TOO_BIG);
	assert_null(strstr(d.msg, "xx"));
	assert_empty(&s);
}

static void
test_read(void **state)
{
	static const struct {
		const char *in;
		const char *expect;
	} table[] = {
		{ "", "" },
		{ "\n", "" },
		{ PIN, PIN },
		{ PIN "\n", PIN },
		{ PIN "\nnext line\n", PIN },
		{ " blanks kept \n", " blanks kept " },
		{ "cr dropped\r\n", "cr dropped" },
		{ "cr\rkept\n", "cr\rkept" },
		{ "\xc3\xa9\xff\n", "\xc3\xa9\xff" },
	};
	struct secret s = { 0 };
	size_t i;
	int fd;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		fd = pipe_with(table[i].in, strlen(table[i].in));
		assert_int_equal(secret_read(&s, fd, NULL), ERR_OK);
		assert_holds(&s, table[i].expect);
		close(fd);
	}
	fd = pipe_with("a\0b\n", 4);
	assert_int_equal(secret_read(&s, fd, NULL), ERR_OK);
	assert_int_equal(secret_bytes(&s).len, 3);
	close(fd);
	secret_clear(&s);
}

/* What follows the line is left in the pipe for who reads next. */
static void
test_read_takes_one_line(void **state)
{
	struct secret s = { 0 };
	int fd = pipe_with("one\ntwo\n", 8);

	assert_int_equal(secret_read(&s, fd, NULL), ERR_OK);
	assert_holds(&s, "one");
	assert_int_equal(secret_read(&s, fd, NULL), ERR_OK);
	assert_holds(&s, "two");
	close(fd);
	secret_clear(&s);
}

static void
test_read_only_line(void **state)
{
	static const struct {
		const char *in;
		enum err code;
	} table[] = {
		{ PIN, ERR_OK },
		{ PIN "\n", ERR_OK },
		{ PIN "\r\n", ERR_OK },
		{ PIN "\n\n", ERR_LEFTOVER },
		{ PIN "\nnext", ERR_LEFTOVER },
		{ PIN "\r\n\r\n", ERR_LEFTOVER },
	};
	struct secret s = { 0 };
	size_t i;
	int fd;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		fd = pipe_with(table[i].in, strlen(table[i].in));
		assert_int_equal(secret_read_only_line(&s, fd, NULL),
		    table[i].code);
		if (table[i].code == ERR_OK)
			assert_holds(&s, PIN);
		else
			assert_empty(&s);
		close(fd);
	}
	assert_int_equal(secret_read_only_line(&s, -1, NULL), ERR_IO);
	assert_empty(&s);
}

static void
test_read_limit(void **state)
{
	char text[SECRET_MAX + 2];
	struct secret s = { 0 };
	struct diag d;
	int fd;

	diag_init(&d);
	memset(text, 'x', sizeof(text));
	text[SECRET_MAX] = '\n';
	fd = pipe_with(text, SECRET_MAX + 1);
	assert_int_equal(secret_read(&s, fd, &d), ERR_OK);
	assert_int_equal(secret_bytes(&s).len, SECRET_MAX);
	close(fd);
	fd = pipe_with(text, SECRET_MAX);
	assert_int_equal(secret_read(&s, fd, &d), ERR_OK);
	close(fd);
	text[SECRET_MAX] = 'x';
	text[SECRET_MAX + 1] = '\n';
	fd = pipe_with(text, SECRET_MAX + 2);
	assert_int_equal(secret_read(&s, fd, &d), ERR_TOO_BIG);
	assert_null(strstr(d.msg, "xx"));
	assert_empty(&s);
	close(fd);
}

static void
test_read_error(void **state)
{
	struct secret s = { 0 };
	struct diag d;
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	diag_init(&d);
	assert_int_equal(secret_read(&s, fd, &d), ERR_IO);
	assert_empty(&s);
	close(fd);
	assert_int_equal(secret_read(&s, -1, &d), ERR_IO);
	assert_int_equal(d.native, EBADF);
	assert_string_equal(d.api, "read");
	assert_empty(&s);
}

static void
test_env(void **state)
{
	struct secret s = { 0 };
	struct diag d;

	diag_init(&d);
	unsetenv("TEST_PIN");
	assert_int_equal(secret_set(&s, bytes_of_str("old"), &d), ERR_OK);
	assert_int_equal(secret_from_env(&s, "TEST_PIN", &d), ERR_ABSENT);
	assert_non_null(strstr(d.msg, "TEST_PIN"));
	assert_empty(&s);
	setenv("TEST_PIN", "", 1);
	assert_int_equal(secret_from_env(&s, "TEST_PIN", &d), ERR_OK);
	assert_holds(&s, "");
	setenv("TEST_PIN", PIN, 1);
	assert_int_equal(secret_from_env(&s, "TEST_PIN", &d), ERR_OK);
	assert_holds(&s, PIN);
	assert_null(getenv("TEST_PIN"));
	secret_clear(&s);
}

/* True where /proc/self/environ still holds TEXT. */
static bool
environ_shows(const char *text)
{
	static char all[1 << 20];
	int fd = open("/proc/self/environ", O_RDONLY);
	ssize_t n = 0, got;

	while ((got = read(fd, all + n, sizeof(all) - (size_t)n)) > 0)
		n += got;
	close(fd);
	return memmem(all, (size_t)n, text, strlen(text)) != NULL;
}

/* Runs in a process that was started with the secret in its environment. A
 * value that is too long must be gone as well. */
static int
env_child(void)
{
	struct secret s = { 0 };
	enum err e;

	if (!environ_shows(PIN) || !environ_shows("xxxxxxxx"))
		return 10;
	if (secret_from_env(&s, "TEST_PIN", NULL) != ERR_OK)
		return 11;
	e = bytes_equal(secret_bytes(&s), bytes_of_str(PIN)) ? ERR_OK : ERR_IO;
	secret_clear(&s);
	if (e != ERR_OK)
		return 12;
	if (secret_from_env(&s, "TEST_LONG", NULL) != ERR_TOO_BIG)
		return 13;
	if (getenv("TEST_PIN") != NULL || getenv("TEST_LONG") != NULL)
		return 14;
	return environ_shows(PIN) || environ_shows("xxxxxxxx") ? 15 : 0;
}

static void
test_env_is_overwritten(void **state)
{
	char value[SECRET_MAX + 2];
	int status;
	pid_t pid;

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	pid = fork();
	if (pid == 0) {
		setenv("TEST_PIN", PIN, 1);
		setenv("TEST_LONG", value, 1);
		execl("/proc/self/exe", "test_secret", ENV_CHILD, (char *)NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#ifndef TEST_WITH_ASAN /* which makes mlock() do nothing */
/* Copies into RET the VmFlags line that the kernel keeps for PAGE. */
static void
vm_flags(const void *page, char *ret, size_t len)
{
	char line[512], start[32];
	FILE *f = fopen("/proc/self/smaps", "r");
	bool inside = false;

	assert_non_null(f);
	(void)snprintf(start, sizeof(start), "%lx-",
	    (unsigned long)(uintptr_t)page);
	ret[0] = '\0';
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, start, strlen(start)) == 0)
			inside = true;
		if (inside && strncmp(line, "VmFlags:", 8) == 0) {
			(void)snprintf(ret, len, "%s", line);
			break;
		}
	}
	fclose(f);
}

/* Locked ("lo"), left out of core dumps ("dd"), empty in a child ("wf"). */
static void
test_page_is_protected(void **state)
{
	struct secret s = { 0 };
	char flags[512];

	assert_int_equal(secret_set(&s, bytes_of_str(PIN), NULL), ERR_OK);
	vm_flags(s.page, flags, sizeof(flags));
	assert_non_null(strstr(flags, " lo"));
	assert_non_null(strstr(flags, " dd"));
	assert_non_null(strstr(flags, " wf"));
	secret_clear(&s);
}

/* The kernel gives this process no locked memory: no secret either. */
static int
no_locked_memory(void)
{
	struct rlimit none = { 0, 0 };
	struct secret s = { 0 };
	struct diag d;

	diag_init(&d);
	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0)
		return 10;
	/* root may lock whatever the limit says */
	if (geteuid() == 0 && setuid(65534) != 0)
		return 11;
	if (secret_set(&s, bytes_of_str(PIN), &d) == ERR_OK)
		return 12;
	if (d.code == ERR_OK || strstr(d.msg, "RLIMIT_MEMLOCK") == NULL)
		return 13;
	return s.page == NULL && s.len == 0 ? 0 : 14;
}

static void
test_no_locked_memory(void **state)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(no_locked_memory());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}
#endif

static void
test_add(void **state)
{
	struct secret s = { 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < SECRET_MAX; i++)
		assert_int_equal(secret_add(&s, (uint8_t)i, &d), ERR_OK);
	assert_int_equal(s.len, SECRET_MAX);
	assert_int_equal(s.page[3], 3);
	assert_int_equal(s.page[s.len], 0);
	assert_int_equal(secret_add(&s, 0, &d), ERR_TOO_BIG);
	assert_int_equal(s.len, SECRET_MAX);
	secret_clear(&s);
}

int
main(int argc, char *argv[])
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_and_clear),
		cmocka_unit_test(test_page_is_gone),
		cmocka_unit_test(test_own_page),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_takes_one_line),
		cmocka_unit_test(test_read_only_line),
		cmocka_unit_test(test_read_limit),
		cmocka_unit_test(test_read_error),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_env),
		cmocka_unit_test(test_env_is_overwritten),
#ifndef TEST_WITH_ASAN
		cmocka_unit_test(test_page_is_protected),
		cmocka_unit_test(test_no_locked_memory),
#endif
	};

	if (argc == 2 && strcmp(argv[1], ENV_CHILD) == 0)
		return env_child();
	return test_run(tests);
}
