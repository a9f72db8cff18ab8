/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down of a session, and what is not. */
#include "test.h"

#include <string.h>

#include "cluster/transcript.h"

static struct transcript *t;
static struct diag d;

static void
begin(size_t max)
{
	transcript_free(&t);
	assert_int_equal(transcript_new(max, &t, &d), ERR_OK);
}

static void
came(const char *text)
{
	transcript_came(t, bytes_of_str(text));
}

static void
typed(const char *text)
{
	transcript_typed(t, bytes_of_str(text));
}

static void
is(const char *want)
{
	struct bytes text = transcript_text(t);

	if (!bytes_equal(text, bytes_of_str(want)))
		fail_msg("%.*s", (int)text.len, (const char *)text.ptr);
}

static void
last_is(size_t num, const char *want)
{
	struct buf out = { 0 };

	transcript_put_last(t, num, &out);
	assert_string_equal(out.len == 0 ? "" : buf_cstr(&out), want);
	buf_clear(&out);
}

static void
test_lines(void **state)
{
	begin(0);
	is("");
	transcript_note(t, "%s port %u", "a\nb", 22U);
	came("one\r");
	came("\ntwo\\\x1b[K\nadmin:");
	typed("show ctl");
	came("show ctl");
	typed("\r");
	transcript_secret(t);
	typed("y\r");
	came("\r\n\xe2\x82");
	is("# a\\x0ab port 22\n< one\n<. two\\\\\\x1b[K\\x0a\n<. admin:\n"
	   ">. show ctl\n<. show ctl\n> \n>. [secret]\n> y\n< \n<. "
	   "\\xe2\\x82\n");
	last_is(2, "admin:show ctl | \\xe2\\x82");
	last_is(99, "one | two\\\\\\x1b[K\\x0a | admin:show ctl | \\xe2\\x82");
	last_is(0, "");
}

static void
test_hidden(void **state)
{
	static const char text[] = "say s3cr3t! and s3cr3t!";
	size_t i;

	for (i = 1; i < sizeof(text) - 1; i++) {
		begin(0);
		transcript_hide(t, 0, bytes_of_str("s3cr3t!"));
		transcript_hide(t, 1, bytes_of_str("other"));
		transcript_came(t, bytes_of(text, i));
		transcript_came(t, bytes_of_str(text + i));
		came(" other\r\n");
		typed("s3cr3t!");
		transcript_note(t, "%s", "s3cr3t!");
		is("< say [secret] and [secret] [secret]\n>. [secret]\n# "
		   "[secret]\n");
		last_is(1, "say [secret] and [secret] [secret]");
	}
}

static void
test_limit(void **state)
{
	char line[101];
	size_t i;

	memset(line, 'x', sizeof(line) - 1);
	line[100] = '\0';
	begin(250);
	for (i = 0; i < 1000; i++) {
		came(line);
		came("\r\n");
	}
	assert_true(transcript_text(t).len < 300);
	assert_non_null(strstr((const char *)transcript_text(t).ptr,
	    "\n# 99800 bytes more are not kept\n"));
	came("the end\r\n");
	last_is(1, "the end");
	/* a line without end is cut, and kept */
	begin(0);
	for (i = 0; i < 1000; i++)
		came(line);
	assert_true(transcript_text(t).len >= 100000);
	transcript_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_limit),
	};

	return test_run(tests);
}
