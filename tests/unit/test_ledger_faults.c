/* SPDX-License-Identifier: Apache-2.0 */
/* An attempt that cannot be written is no attempt: whatever fails is said. */
#include "pkcs11/ledger.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/shim/faults.h"
#include "tests/unit/test.h"

#define NAME bytes_of_str("A")
#define FILE_NAME "/token-41.user"

static struct faults faults;
static char folder[64], path[96];

static enum err
open_ledger(struct ledger **l)
{
	return ledger_open(folder, NAME, "user", l, NULL);
}

/* Call N of KIND fails in an attempt. One of those that open, or that ask for
 * memory, may be that of looking for what the killed left: the attempt does
 * without. */
static bool
fail_attempt(struct ledger *l, enum fault_kind kind, unsigned n)
{
	unsigned had = ledger_failures(l);
	enum err e;

	faults.arm(kind, n, FAULT_ONCE);
	e = ledger_attempt(l, 1, NULL);
	(void)faults.disarm();
	assert_int_equal(faults.balance(), 0);
	assert_int_equal(ledger_failures(l), had + (e == ERR_OK));
	return e != ERR_OK;
}

/* Every call of KIND that an attempt makes fails once. */
static void
fail_attempts(enum fault_kind kind, unsigned harmless)
{
	struct ledger *l = NULL;
	unsigned n, num, had, passed = 0;

	assert_int_equal(open_ledger(&l), ERR_OK);
	faults.arm(kind, 0, FAULT_ONCE);
	assert_int_equal(ledger_attempt(l, 1, NULL), ERR_OK);
	num = faults.disarm();
	assert_true(num > 0);
	for (n = 1; n <= num; n++) {
		had = ledger_failures(l);
		passed += fail_attempt(l, kind, n) ? 0 : 1;
		ledger_close(&l);
		/* at worst it is counted, and was not made */
		assert_int_equal(open_ledger(&l), ERR_OK);
		assert_in_range(ledger_failures(l), had, had + 1);
	}
	ledger_close(&l);
	assert_int_equal(passed, harmless);
}

static void
test_write(void **state)
{
	fail_attempts(FAULT_WRITE, 0);
}

static void
test_fsync(void **state)
{
	fail_attempts(FAULT_FSYNC, 0);
}

static void
test_rename(void **state)
{
	fail_attempts(FAULT_RENAME, 0);
}

static void
test_open(void **state)
{
	fail_attempts(FAULT_OPEN, 1);
}

static void
test_memory(void **state)
{
	fail_attempts(FAULT_MALLOC, 1);
}

/* Nothing is left of a ledger that could not be opened, and it is not taken
 * for one without failures. */
static void
fail_opening(enum fault_kind kind)
{
	struct ledger *l = NULL;
	unsigned n, num;
	int fd;

	assert_int_equal(open_ledger(&l), ERR_OK);
	assert_int_equal(ledger_attempt(l, 1, NULL), ERR_OK);
	ledger_close(&l);
	faults.arm(kind, 0, FAULT_ONCE);
	assert_int_equal(open_ledger(&l), ERR_OK);
	num = faults.disarm();
	ledger_close(&l);
	assert_true(num > 0);
	fd = dup(0);
	close(fd);
	for (n = 1; n <= num; n++) {
		faults.arm(kind, n, FAULT_ONCE);
		assert_int_not_equal(open_ledger(&l), ERR_OK);
		(void)faults.disarm();
		assert_int_equal(faults.balance(), 0);
		assert_null(l);
		assert_int_equal(dup(0), fd);
		close(fd);
	}
}

static void
test_opening(void **state)
{
	fail_opening(FAULT_MALLOC);
	fail_opening(FAULT_OPEN);
	fail_opening(FAULT_READ);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_fsync),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_opening),
	};
	int ret;

	(void)snprintf(folder, sizeof(folder), "/tmp/test_ledger.XXXXXX");
	if (!faults_find(&faults) || mkdtemp(folder) == NULL)
		return EXIT_FAILURE;
	ret = test_run(tests);
	(void)snprintf(path, sizeof(path), "%s" FILE_NAME, folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s" FILE_NAME ".lock", folder);
	(void)unlink(path);
	return rmdir(folder) == 0 ? ret : EXIT_FAILURE;
}
