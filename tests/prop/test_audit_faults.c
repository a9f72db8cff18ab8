/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log while calls fail: an append is there, or the file is as it
 * was, and the next one goes on; a check says the truth, or that it could not
 * look. Nothing leaks.
 */
#include "tests/unit/audit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <openssl/crypto.h>

#include "tests/shim/faults.h"

/* Far above what any job below needs. */
#define MANY 5000

static struct faults faults;
static bool warm; /* OpenSSL has met its failures, and lost what it loses */
static char folder[64];
static char path[128];

/* What the file is before the job. */
enum before {
	ABSENT,
	EMPTY,
	THERE,
	TORN
};

static void
prepare(enum before before)
{
	struct buf text = { 0 };

	unlink(path);
	a_log(4, &text);
	if (before == EMPTY)
		text.len = 0;
	else if (before == TORN)
		text.len -= 100;
	if (before != ABSENT)
		assert_int_equal(file_write(path, buf_bytes(&text), 0, NULL),
		    ERR_OK);
	buf_clear(&text);
}

static enum err
append_one(struct diag *d)
{
	struct audit_log *log = NULL;
	struct audit_record r = a_record(7);
	enum err e;

	e = audit_open(path, &birth, &log, d);
	assert_true((e == ERR_OK) == (log != NULL));
	if (e == ERR_OK)
		e = audit_append(log, &r, d);
	audit_close(&log);
	return e;
}

static struct audit_verdict
check_path(void)
{
	struct audit_verdict v;
	struct buf text = { 0 };

	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &text, NULL),
	    ERR_OK);
	v = check_text(buf_bytes(&text));
	buf_clear(&text);
	return v;
}

static void
assert_code(enum fault_kind kind, enum err e, const struct diag *d)
{
	assert_int_equal(d->code, e);
	assert_true(d->msg[0] != '\0');
	if (kind == FAULT_MALLOC)
		assert_int_equal(e, ERR_NOMEM);
	else
		assert_int_equal(e, ERR_IO);
}

/* Records of the log before the job. */
static unsigned
records_of(enum before before)
{
	if (before == THERE)
		return 3;
	return before == TORN ? 2 : 0;
}

/* The file after the job, which ended with E. */
static void
assert_file(enum before before, enum err e)
{
	struct audit_verdict v;
	struct stat st;

	if (stat(path, &st) != 0) {
		assert_int_equal(before, ABSENT);
		assert_int_not_equal(e, ERR_OK);
	} else if (st.st_size == 0) {
		assert_int_equal(before, EMPTY);
		assert_int_not_equal(e, ERR_OK);
	} else {
		v = check_path();
		assert_int_equal(v.what, AUDIT_WHOLE);
		assert_int_equal(v.num_records,
		    records_of(before) + (e == ERR_OK));
		assert_int_equal(v.num_torn, before == TORN);
		if (v.num_torn > 0)
			assert_int_equal(v.torn[0].open, e != ERR_OK);
	}
	/* and it goes on, without a trace of the failure */
	append_records(path, 8, 1);
	v = check_path();
	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.num_records, records_of(before) + (e == ERR_OK) + 1);
	assert_int_equal(v.num_torn, before == TORN);
}

/* Every call of KIND fails, one after the other. */
static unsigned
append_under(enum before before, enum fault_kind kind, enum fault_mode mode)
{
	unsigned n, seen;
	struct diag d;
	enum err e;

	for (n = 1; n < MANY; n++) {
		prepare(before);
		diag_init(&d);
		OPENSSL_thread_stop();
		faults.arm(kind, n, mode);
		e = append_one(&d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (seen < n) {
			assert_int_equal(e, ERR_OK);
			return n - 1;
		}
		if (warm && faults.balance() != 0)
			fail_msg("call %u: %ld are lost", n, faults.balance());
		if (e != ERR_OK)
			assert_code(kind, e, &d);
		else if (mode != FAULT_INTR && mode != FAULT_SHORT)
			/* OpenSSL can do without some of its memory, and a
			 * save without looking for what the killed left */
			assert_true(kind == FAULT_CLOSE ||
			    kind == FAULT_MALLOC ||
			    (kind == FAULT_OPEN && before == ABSENT));
		assert_file(before, e);
	}
	fail_msg("no end after %d calls", MANY);
	return 0;
}

static void
test_append(void **state)
{
	static const struct {
		enum fault_kind kind;
		enum fault_mode mode;
		unsigned least[TORN + 1]; /* times it must strike */
	} table[] = {
		{ FAULT_MALLOC, FAULT_ONCE, { 20, 20, 20, 20 } },
		{ FAULT_MALLOC, FAULT_ONWARD, { 20, 20, 20, 20 } },
		{ FAULT_OPEN, FAULT_ONCE, { 4, 1, 1, 1 } },
		{ FAULT_READ, FAULT_ONCE, { 3, 3, 3, 3 } },
		{ FAULT_READ, FAULT_ONWARD, { 3, 3, 3, 3 } },
		{ FAULT_READ, FAULT_INTR, { 3, 3, 3, 3 } },
		{ FAULT_READ, FAULT_SHORT, { 3, 3, 3, 3 } },
		{ FAULT_WRITE, FAULT_ONCE, { 2, 2, 1, 1 } },
		{ FAULT_WRITE, FAULT_ONWARD, { 2, 2, 1, 1 } },
		{ FAULT_WRITE, FAULT_INTR, { 2, 2, 1, 1 } },
		{ FAULT_WRITE, FAULT_SHORT, { 2, 2, 1, 1 } },
		{ FAULT_FSYNC, FAULT_ONWARD, { 3, 2, 1, 1 } },
		{ FAULT_RENAME, FAULT_ONCE, { 1, 0, 0, 0 } },
		{ FAULT_CLOSE, FAULT_ONCE, { 3, 1, 1, 1 } },
	};
	unsigned num, all = 0;
	size_t i;
	int b;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (b = ABSENT; b <= TORN; b++) {
			num = append_under((enum before)b, table[i].kind,
			    table[i].mode);
			assert_in_range(num, table[i].least[b], MANY);
			all += num;
		}
	print_message("%u faults\n", all);
}

/* A log that is held open over a failure. */
static void
test_append_goes_on(void **state)
{
	static const enum fault_mode modes[] = { FAULT_ONCE, FAULT_SHORT };
	struct audit_record r = a_record(7);
	struct audit_log *log = NULL;
	struct audit_place before;
	struct diag d;
	size_t i;

	prepare(THERE);
	assert_int_equal(audit_open(path, &birth, &log, &d), ERR_OK);
	for (i = 0; i < 2; i++) {
		before = audit_last(log);
		faults.arm(FAULT_WRITE, 1, modes[i]);
		assert_int_equal(audit_append(log, &r, &d), ERR_IO);
		assert_int_equal(faults.disarm(), 1);
		assert_int_equal(d.native, ENOSPC);
		faults.arm(FAULT_FSYNC, 1, FAULT_ONCE);
		assert_int_equal(audit_append(log, &r, &d), ERR_IO);
		assert_int_equal(faults.disarm(), 1);
		assert_int_equal(audit_last(log).line, before.line);
		assert_memory_equal(audit_last(log).hash.byte, before.hash.byte,
		    32);
		assert_int_equal(audit_append(log, &r, &d), ERR_OK);
	}
	audit_close(&log);
	assert_int_equal(check_path().what, AUDIT_WHOLE);
	assert_int_equal(check_path().num_records, 5);
	assert_int_equal(check_path().num_torn, 0);
}

/* From here on the kernel refuses to shorten a file, as it does one with
 * chattr +a. */
static int
forbid_ftruncate(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ftruncate, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int
append_where_nothing_is_taken_back(void)
{
	struct diag d;
	enum err e;

	if (forbid_ftruncate() != 0 || ftruncate(-1, 0) == 0 || errno != EPERM)
		return 10;
	faults.arm(FAULT_WRITE, 1, FAULT_SHORT);
	e = append_one(&d);
	(void)faults.disarm();
	if (e != ERR_IO || strstr(d.msg, "could not be taken back") == NULL)
		return 11;
	return d.native == ENOSPC ? 0 : 12;
}

static void
test_not_taken_back(void **state)
{
	struct audit_verdict v;
	int status;
	pid_t pid;

	prepare(THERE);
	pid = fork();
	if (pid == 0)
		_exit(append_where_nothing_is_taken_back());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	v = check_path();
	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.num_torn, 1);
	assert_true(v.torn[0].open);
	append_records(path, 8, 1);
	v = check_path();
	assert_int_equal(v.what, AUDIT_WHOLE);
	assert_int_equal(v.num_records, 4);
	assert_int_equal(v.num_torn, 1);
}

/* Whatever fails, a good log is never called broken, nor a bad one whole. */
static void
check_under(const char *what, struct bytes text, enum audit_break wanted,
    enum fault_kind kind, enum fault_mode mode)
{
	int fd = memfd_create("log", MFD_CLOEXEC);
	struct audit_verdict v;
	unsigned n, seen;
	struct diag d;
	enum err e;

	assert_int_equal(write(fd, text.ptr, text.len), text.len);
	for (n = 1; n < MANY; n++) {
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		diag_init(&d);
		memset(&v, 0x55, sizeof(v));
		OPENSSL_thread_stop();
		faults.arm(kind, n, mode);
		e = audit_check(fd, bytes_of(NULL, 0), &v, &d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (warm && faults.balance() != 0)
			fail_msg("%s, call %u: %ld are lost", what, n,
			    faults.balance());
		if (e != ERR_OK) {
			assert_code(kind, e, &d);
			assert_int_equal(v.line, 0x5555555555555555);
		} else {
			assert_int_equal(v.what, wanted);
			if (seen < n)
				break;
			assert_true(kind == FAULT_MALLOC ||
			    mode == FAULT_INTR || mode == FAULT_SHORT);
		}
	}
	assert_in_range(n, kind == FAULT_MALLOC ? 5 : 2, MANY - 1);
	close(fd);
}

static void
test_check(void **state)
{
	static const struct {
		enum fault_kind kind;
		enum fault_mode mode;
	} table[] = {
		{ FAULT_MALLOC, FAULT_ONCE },
		{ FAULT_MALLOC, FAULT_ONWARD },
		{ FAULT_READ, FAULT_ONCE },
		{ FAULT_READ, FAULT_ONWARD },
		{ FAULT_READ, FAULT_INTR },
		{ FAULT_READ, FAULT_SHORT },
	};
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		a_log(6, &text);
		check_under("whole", buf_bytes(&text), AUDIT_WHOLE,
		    table[i].kind, table[i].mode);
		text.len -= 30;
		check_under("torn", buf_bytes(&text), AUDIT_WHOLE,
		    table[i].kind, table[i].mode);
		text.ptr[text.len / 2] ^= 1;
		assert_int_not_equal(check_text(buf_bytes(&text)).what,
		    AUDIT_WHOLE);
		check_under("broken", buf_bytes(&text),
		    check_text(buf_bytes(&text)).what, table[i].kind,
		    table[i].mode);
		buf_clear(&text);
	}
}

static int
setup(void **state)
{
	a_folder(folder);
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	(void)append_under(ABSENT, FAULT_MALLOC, FAULT_ONCE);
	warm = true;
	return 0;
}

static int
teardown(void **state)
{
	unlink(path);
	/* no temporary file is left behind */
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_append_goes_on),
		cmocka_unit_test(test_not_taken_back),
		cmocka_unit_test(test_check),
	};

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (!faults_find(&faults)) {
		(void)fputs("libfaults.so is not loaded\n", stderr);
		return EXIT_FAILURE;
	}
	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
