/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/test.h"

static void
test_init(void **state)
{
	struct diag d;

	memset(&d, 0x5a, sizeof(d));
	diag_init(&d);
	assert_int_equal(d.code, ERR_OK);
	assert_true(d.offset == DIAG_NOWHERE);
	assert_int_equal(d.line, 0);
	assert_int_equal(d.column, 0);
	assert_string_equal(d.path, "");
	assert_string_equal(d.msg, "");
	assert_null(d.api);
	assert_int_equal(d.native, 0);
}

static void
test_set(void **state)
{
	struct diag d;

	diag_init(&d);
	assert_int_equal(diag_set(&d, ERR_SYNTAX, "tag %d of %s", 7, "x"),
	    ERR_SYNTAX);
	assert_int_equal(d.code, ERR_SYNTAX);
	assert_string_equal(d.msg, "tag 7 of x");
	assert_true(d.offset == DIAG_NOWHERE);
}

/* What an earlier failure left does not show in a later one. */
static void
test_set_forgets(void **state)
{
	struct diag d;

	diag_init(&d);
	diag_errno(&d, "open", EACCES, "cannot open %s", "a");
	diag_at(&d, 17, "record %d", 3);
	diag_line(&d, 4, 5);
	diag_set(&d, ERR_USAGE, "second");
	assert_string_equal(d.msg, "second");
	assert_string_equal(d.path, "");
	assert_true(d.offset == DIAG_NOWHERE);
	assert_int_equal(d.line, 0);
	assert_null(d.api);
	assert_int_equal(d.native, 0);
}

static void
test_places(void **state)
{
	struct diag d;

	diag_init(&d);
	diag_set(&d, ERR_TRUNCATED, "cut");
	diag_at(&d, 0, "record %d / %s", 3, "CERTIFICATE (9)");
	diag_line(&d, 12, 34);
	assert_int_equal(d.offset, 0);
	assert_string_equal(d.path, "record 3 / CERTIFICATE (9)");
	assert_int_equal(d.line, 12);
	assert_int_equal(d.column, 34);
	assert_int_equal(d.code, ERR_TRUNCATED);
	assert_string_equal(d.msg, "cut");
}

static void
test_errno(void **state)
{
	static const struct {
		int errnum;
		enum err code;
	} table[] = {
		{ ENOMEM, ERR_NOMEM },
		{ ENOENT, ERR_ABSENT },
		{ ENOTDIR, ERR_ABSENT },
		{ EEXIST, ERR_EXISTS },
		{ EACCES, ERR_IO },
		{ ENOSPC, ERR_IO },
		{ 99999, ERR_IO },
	};
	enum err code;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		diag_init(&d);
		code = diag_errno(&d, "open", table[i].errnum, "cannot open %s",
		    "f");
		assert_int_equal(code, table[i].code);
		assert_int_equal(d.code, table[i].code);
		assert_string_equal(d.api, "open");
		assert_int_equal(d.native, table[i].errnum);
		assert_int_equal(strncmp(d.msg, "cannot open f: ", 15), 0);
		assert_true(strlen(d.msg) > 15);
	}
	diag_errno(&d, "open", ENOSPC, "cannot open %s", "f");
	assert_string_equal(d.msg, "cannot open f: No space left on device");
}

/* A hostile name cannot push the text over its array, and the system's text
 * still stands at the end. */
static void
test_too_long(void **state)
{
	char name[2000];
	struct diag d;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	diag_init(&d);
	diag_set(&d, ERR_IO, "%s", name);
	assert_int_equal(strlen(d.msg), sizeof(d.msg) - 1);
	diag_at(&d, 1, "%s", name);
	assert_int_equal(strlen(d.path), sizeof(d.path) - 1);
	diag_errno(&d, "open", EACCES, "%s", name);
	assert_non_null(strstr(d.msg, ": Permission denied"));
}

static void
test_nomem(void **state)
{
	struct diag d;

	diag_init(&d);
	assert_int_equal(diag_nomem(&d), ERR_NOMEM);
	assert_int_equal(d.code, ERR_NOMEM);
	assert_string_equal(d.msg, "out of memory");
}

static void
test_null(void **state)
{
	diag_init(NULL);
	assert_int_equal(diag_set(NULL, ERR_IO, "%d", 1), ERR_IO);
	assert_int_equal(diag_errno(NULL, "open", ENOENT, "x"), ERR_ABSENT);
	assert_int_equal(diag_nomem(NULL), ERR_NOMEM);
	diag_at(NULL, 1, "%s", "x");
	diag_line(NULL, 1, 1);
}

static void
test_names(void **state)
{
#define COUNT_ONE(id, name) +1
	const int num = 0 ERR_LIST(COUNT_ONE);
#undef COUNT_ONE
	int i, k;

	for (i = 0; i < num; i++) {
		assert_true(strlen(diag_err_name((enum err)i)) > 0);
		for (k = 0; k < i; k++)
			assert_string_not_equal(diag_err_name((enum err)i),
			    diag_err_name((enum err)k));
	}
	assert_string_equal(diag_err_name(ERR_OK), "ok");
	assert_string_equal(diag_err_name((enum err)num), "unknown");
	assert_string_equal(diag_err_name((enum err)1000), "unknown");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_set_forgets),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_nomem),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_names),
	};

	return test_run(tests);
}
