/* SPDX-License-Identifier: Apache-2.0 */
/* Where a finished list goes, and what somebody else does there meanwhile. */
#include "cli/place.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/test_place.XXXXXX";
static char path[64];

static void
put(const char *text)
{
	assert_int_equal(
	    file_write(path, bytes_of_str(text), FILE_CLOBBER, NULL), ERR_OK);
}

static void
assert_holds(const char *name, const char *text)
{
	struct buf got = { 0 };

	assert_int_equal(file_load(name, 1000, &got, NULL), ERR_OK);
	assert_string_equal(buf_cstr(&got), text);
	buf_clear(&got);
}

static void
test_new(void **state)
{
	struct place p = { .path = path };

	(void)unlink(path);
	assert_int_equal(place_check(&p, bytes_of_str("new"), NULL), ERR_OK);
	assert_int_equal(place_write(&p, bytes_of_str("new"), NULL), ERR_OK);
	assert_holds(path, "new");
	assert_string_equal(p.kept, "");
	place_clear(&p);
}

/* Somebody was faster: his file stays. */
static void
test_new_but_taken(void **state)
{
	struct place p = { .path = path, .force = true };
	struct diag d;

	(void)unlink(path);
	assert_int_equal(place_check(&p, bytes_of_str("new"), NULL), ERR_OK);
	put("his");
	assert_int_equal(place_write(&p, bytes_of_str("new"), &d), ERR_EXISTS);
	assert_non_null(strstr(d.msg, path));
	assert_holds(path, "his");
	place_clear(&p);
}

static void
test_replaced(void **state)
{
	struct place p = { .path = path, .force = true };
	struct bytes old = bytes_of_str("old");
	struct digest_value base;

	assert_int_equal(digest_of(DIGEST_SHA256, &old, 1, &base, NULL),
	    ERR_OK);
	p.base = &base;
	put("old");
	assert_int_equal(place_check(&p, bytes_of_str("new"), NULL), ERR_OK);
	assert_int_equal(place_write(&p, bytes_of_str("new"), NULL), ERR_OK);
	assert_holds(path, "new");
	assert_holds(p.kept, "old");
	assert_int_equal(unlink(p.kept), 0);
	place_clear(&p);
}

/* It was the right list when it was looked at, and is another now. */
static void
test_changed_meanwhile(void **state)
{
	struct place p = { .path = path, .force = true };
	struct diag d;

	put("old");
	assert_int_equal(place_check(&p, bytes_of_str("new"), NULL), ERR_OK);
	put("his");
	assert_int_equal(place_write(&p, bytes_of_str("new"), &d), ERR_EXISTS);
	assert_holds(path, "his");
	place_clear(&p);
}

static void
test_refused(void **state)
{
	struct digest_value base = { .len = 32 };
	struct place p = { .path = path };
	struct diag d;

	put("old");
	assert_int_equal(place_check(&p, bytes_of_str("new"), &d), ERR_EXISTS);
	place_clear(&p);
	p = (struct place){ .path = path, .force = true, .base = &base };
	assert_int_equal(place_check(&p, bytes_of_str("new"), &d), ERR_POLICY);
	assert_non_null(strstr(d.msg, path));
	place_clear(&p);
	/* what is there already is no other list */
	p = (struct place){ .path = path, .base = &base };
	assert_int_equal(place_check(&p, bytes_of_str("old"), &d), ERR_OK);
	assert_true(p.done);
	assert_int_equal(place_write(&p, bytes_of_str("old"), &d), ERR_OK);
	assert_string_equal(p.kept, "");
	place_clear(&p);
}

/* Where no file can be made is told before one is; what is no list, too. */
static void
test_no_folder(void **state)
{
	char none[96];
	struct place p = { .path = none };
	struct diag d;

	(void)snprintf(none, sizeof(none), "%s/none/list", folder);
	assert_int_not_equal(place_check(&p, bytes_of_str("new"), &d), ERR_OK);
	assert_non_null(strstr(d.msg, none));
	place_clear(&p);
	assert_int_not_equal(place_check_other(none, true, &d), ERR_OK);
	(void)unlink(path);
	assert_int_equal(place_check_other(path, false, &d), ERR_OK);
	assert_int_equal(access(path, F_OK), -1);
	put("old");
	assert_int_equal(place_check_other(path, false, &d), ERR_EXISTS);
	assert_int_equal(place_check_other(path, true, &d), ERR_OK);
	assert_holds(path, "old");
}

/* Data that is not known yet is never there already. */
static void
test_unknown_data(void **state)
{
	struct place p = { .path = path, .force = true };

	put("");
	assert_int_equal(place_check(&p, bytes_of(NULL, 0), NULL), ERR_OK);
	assert_false(p.done);
	assert_true(place_holds(&p, bytes_of_str("")));
	assert_false(place_holds(&p, bytes_of_str("new")));
	place_clear(&p);
}

static int
make_folder(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/list", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)unlink(path);
	/* fails where something was left behind */
	return rmdir(folder);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_new_but_taken),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_changed_meanwhile),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_unknown_data),
	};

	return test_status(
	    cmocka_run_group_tests(tests, make_folder, remove_folder));
}
