/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkcs11/tok.h"
#include "tests/unit/test.h"

static char folder[64];

static int
set_up(void **state)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/test_pin_source.XXXXXX");
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int
tear_down(void **state)
{
	(void)unlink("pin 1");
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static void
put(const char *content, size_t len)
{
	int fd = open("pin 1", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, content, len), len);
	close(fd);
}

/* Reading SOURCE fails with CODE, says SAYS, and leaves the PIN alone. */
static void
assert_refused(const char *source, enum err code, const char *says)
{
	struct secret pin = { 0 };
	struct diag d;

	diag_init(&d);
	assert_int_equal(secret_set(&pin, bytes_of_str("old"), NULL), ERR_OK);
	if (tok_pin_source_read(source, &pin, &d) != code ||
	    strstr(d.msg, says) == NULL)
		fail_msg("%s: %d, %s", source, d.code, d.msg);
	assert_int_equal(d.code, code);
	assert_null(strstr(d.msg, "1234"));
	assert_true(bytes_equal(secret_bytes(&pin), bytes_of_str("old")));
	secret_clear(&pin);
}

static void
assert_reads(const char *source, const char *expect)
{
	struct secret pin = { 0 };
	struct diag d;

	diag_init(&d);
	if (tok_pin_source_read(source, &pin, &d) != ERR_OK)
		fail_msg("%s: %s", source, d.msg);
	assert_true(bytes_equal(secret_bytes(&pin), bytes_of_str(expect)));
	secret_clear(&pin);
}

static void
test_paths(void **state)
{
	char source[128];

	put("1234\n", 5);
	assert_reads("pin 1", "1234");
	assert_reads("./pin 1", "1234");
	(void)snprintf(source, sizeof(source), "%s/pin 1", folder);
	assert_reads(source, "1234");
	(void)snprintf(source, sizeof(source), "file:%s/pin%%201", folder);
	assert_reads(source, "1234");
	(void)snprintf(source, sizeof(source), "FILE://%s/pin 1", folder);
	assert_reads(source, "1234");
	(void)snprintf(source, sizeof(source), "file://localhost%s/pin%%201",
	    folder);
	assert_reads(source, "1234");
	/* what is no URI is not decoded */
	(void)snprintf(source, sizeof(source), "%s/pin%%201", folder);
	assert_refused(source, ERR_ABSENT, "cannot open");
}

static void
test_sources_refused(void **state)
{
	char longest[PATH_MAX + 8] = "file:/";

	put("1234\n", 5);
	assert_refused("", ERR_SYNTAX, "empty");
	assert_refused("|cat pin", ERR_POLICY, "command");
	assert_refused("http://host/pin", ERR_UNSUPPORTED, "a file");
	assert_refused("env:PIN", ERR_UNSUPPORTED, "a file");
	assert_refused("file:", ERR_SYNTAX, "file URI");
	assert_refused("file:pin%201", ERR_SYNTAX, "file URI");
	assert_refused("file://host/pin", ERR_SYNTAX, "file URI");
	assert_refused("file:////pin", ERR_SYNTAX, "file URI");
	assert_refused("file:/pin%2", ERR_SYNTAX, "file URI");
	assert_refused("file:/pin%00", ERR_SYNTAX, "file URI");
	assert_refused("file:/pin?a", ERR_SYNTAX, "file URI");
	assert_refused("file:/pin#a", ERR_SYNTAX, "file URI");
	memset(longest + 6, 'a', PATH_MAX);
	assert_refused(longest, ERR_TOO_BIG, "too long");
	longest[5 + PATH_MAX] = '\0';
	assert_refused(longest, ERR_TOO_BIG, "too long");
	longest[5 + PATH_MAX - 1] = '\0';
	assert_refused(longest, ERR_IO, "cannot open");
	assert_refused("missing", ERR_ABSENT, "missing");
}

static void
test_content(void **state)
{
	char text[SECRET_MAX + 1];

	put("1234", 4);
	assert_reads("pin 1", "1234");
	put("1234\r\n", 6);
	assert_reads("pin 1", "1234");
	put(" 1 \n", 4);
	assert_reads("pin 1", " 1 ");
	put("", 0);
	assert_refused("pin 1", ERR_SYNTAX, "empty");
	put("\n", 1);
	assert_refused("pin 1", ERR_SYNTAX, "empty");
	put("\r\n", 2);
	assert_refused("pin 1", ERR_SYNTAX, "empty");
	put("1234\n\n", 6);
	assert_refused("pin 1", ERR_LEFTOVER, "follows");
	put("1234\n1", 6);
	assert_refused("pin 1", ERR_LEFTOVER, "follows");
	put("\n1234\n", 6);
	assert_refused("pin 1", ERR_LEFTOVER, "follows");
	put("\xef\xbb\xbf"
	    "1234\n",
	    8);
	assert_refused("pin 1", ERR_SYNTAX, "byte order mark");
	put("1\0002\0", 4);
	assert_refused("pin 1", ERR_SYNTAX, "byte order mark");
	put("\xff\xfe"
	    "1234",
	    6);
	assert_refused("pin 1", ERR_SYNTAX, "byte order mark");
	put("\xfe\xff"
	    "1234",
	    6);
	assert_refused("pin 1", ERR_SYNTAX, "byte order mark");
	memset(text, '1', sizeof(text));
	put(text, sizeof(text));
	assert_refused("pin 1", ERR_TOO_BIG, "at most");
}

static void
test_who_may_read(void **state)
{
	mode_t bit;

	put("1234\n", 5);
	for (bit = 0001; bit <= 0040; bit <<= 1) {
		assert_int_equal(chmod("pin 1", 0600 | bit), 0);
		assert_refused("pin 1", ERR_POLICY, "chmod 600");
	}
	assert_int_equal(chmod("pin 1", 0400), 0);
	assert_reads("pin 1", "1234");
	if (geteuid() != 0)
		return;
	assert_int_equal(chown("pin 1", 65534, (gid_t)-1), 0);
	assert_refused("pin 1", ERR_POLICY, "somebody else");
}

static void
test_kinds_of_file(void **state)
{
	assert_refused(folder, ERR_POLICY, "regular file");
	assert_refused("/dev/null", ERR_POLICY, "regular file");
	assert_int_equal(mkfifo("pin 1", 0600), 0);
	assert_refused("pin 1", ERR_POLICY, "regular file");
}

/* A symbolic link is followed: what it names is judged. */
static void
test_link(void **state)
{
	put("1234\n", 5);
	assert_int_equal(symlink("pin 1", "link"), 0);
	assert_reads("link", "1234");
	assert_int_equal(chmod("pin 1", 0644), 0);
	assert_refused("link", ERR_POLICY, "chmod 600");
	assert_int_equal(unlink("link"), 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(test_paths),
		TEST(test_sources_refused),
		TEST(test_content),
		TEST(test_who_may_read),
		TEST(test_kinds_of_file),
		TEST(test_link),
	};

	return test_run(tests);
}
