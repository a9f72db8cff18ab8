/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords of nodes: whence each comes, that each is had once and is gone where
 * it came from, and what is said without one. Nobody is at a terminal here.
 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/password.h"

/* Nodes with a variable of their own, one that they share, and a key. */
static const char text[] = "name: lab\n"
			   "ssh: {user: admin, password_env: TEST_ALL}\n"
			   "nodes:\n"
			   "- {name: a, addresses: [a], role: publisher}\n"
			   "- {name: b, addresses: [b], role: subscriber,\n"
			   "   ssh: {password_env: TEST_B}}\n"
			   "- {name: c, addresses: [c], role: subscriber}\n";

static const char keys[] =
    "name: lab\n"
    "ssh: {user: admin}\n"
    "nodes:\n"
    "- {name: a, addresses: [a], role: publisher, ssh: {key: id}}\n"
    "- {name: b, addresses: [b], role: subscriber}\n";

static struct inventory inv;
static struct doc *doc;

static void
begin(const char *yaml)
{
	assert_int_equal(inventory_read(bytes_of_str(yaml), &inv, &doc, NULL),
	    ERR_OK);
}

static void
holds(const struct secret *s, const char *wanted)
{
	assert_true(bytes_equal(secret_bytes(s), bytes_of_str(wanted)));
}

static void
test_variables(void **state)
{
	const struct password_opts none = { NULL, NULL };
	struct passwords p = { .num = 0 };
	struct diag d;

	(void)state;
	begin(text);
	assert_int_equal(setenv("TEST_ALL", "one", 1), 0);
	assert_int_equal(setenv("TEST_B", "two", 1), 0);
	assert_int_equal(password_all(&inv, &none, true, &p, &d), ERR_OK);
	assert_int_equal(p.num, 3);
	holds(&p.node[0], "one");
	holds(&p.node[1], "two");
	holds(&p.node[2], "one");
	/* one page, however many nodes */
	assert_int_equal(p.num_own, 2);
	assert_ptr_equal(p.node[0].page, p.node[2].page);
	assert_null(getenv("TEST_ALL"));
	assert_null(getenv("TEST_B"));
	password_clear(&p);
	assert_int_equal(p.num, 0);
	assert_int_equal(password_all(&inv, &none, true, &p, &d), ERR_PIN);
	assert_string_equal(d.msg,
	    "the variable TEST_ALL, which the inventory names for the password "
	    "of a, is not set");
	assert_int_equal(setenv("TEST_ALL", "", 1), 0);
	assert_int_equal(password_all(&inv, &none, true, &p, &d), ERR_PIN);
	assert_string_equal(d.msg, "the password that TEST_ALL gives is empty");
	doc_free(&doc);
}

/* An option is for all nodes. */
static void
test_option_env(void **state)
{
	const struct password_opts o = { "TEST_OPTION", NULL };
	struct passwords p = { .num = 0 };
	struct diag d;
	size_t i;

	(void)state;
	begin(text);
	assert_int_equal(setenv("TEST_OPTION", "three", 1), 0);
	assert_int_equal(password_all(&inv, &o, true, &p, &d), ERR_OK);
	for (i = 0; i < 3; i++)
		holds(&p.node[i], "three");
	password_clear(&p);
	assert_int_equal(password_all(&inv, &o, true, &p, &d), ERR_USAGE);
	doc_free(&doc);
}

static void
test_option_fd(void **state)
{
	struct password_opts o = { NULL, NULL };
	struct secret s = { 0 };
	struct diag d;
	char number[16];
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	(void)snprintf(number, sizeof(number), "%d", fds[0]);
	o.fd = number;
	assert_int_equal(write(fds[1], "four\nfive\n", 10), 10);
	assert_int_equal(close(fds[1]), 0);
	assert_int_equal(password_one("me", "h", &o, true, &s, &d), ERR_OK);
	holds(&s, "four");
	secret_clear(&s);
	assert_int_equal(close(fds[0]), 0);
	assert_int_equal(password_one("me", "h", &o, true, &s, &d), ERR_USAGE);
	o.fd = "1x";
	assert_int_equal(password_one("me", "h", &o, true, &s, &d), ERR_USAGE);
	o.env = "TEST_OPTION";
	assert_int_equal(password_one("me", "h", &o, true, &s, &d), ERR_USAGE);
	assert_string_equal(d.msg,
	    "--password-env and --password-fd both give a password; name one");
	assert_null(s.page);
}

/* Without a terminal, and without leave to ask, it is said what is needed. */
static void
test_nobody(void **state)
{
	const struct password_opts none = { NULL, NULL };
	struct passwords p = { .num = 0 };
	struct diag d;

	(void)state;
	begin(keys);
	assert_int_equal(password_all(&inv, &none, true, &p, &d), ERR_PIN);
	assert_string_equal(d.msg,
	    "the password of admin on lab is needed: give it with "
	    "--password-fd or --password-env, or run this at a terminal");
	doc_free(&doc);
	begin("{name: x, nodes: [{name: p, addresses: [a], role: publisher}]}");
	assert_int_equal(password_all(&inv, &none, true, &p, &d), ERR_USAGE);
	assert_string_equal(d.msg,
	    "the inventory names no user (ssh: user) for p");
	doc_free(&doc);
}

/* One password for 256 nodes is one locked page: it fits what a container is
 * allowed to lock. */
static void
test_locked(void **state)
{
	const struct rlimit few = { 16384, 16384 };
	const struct password_opts o = { "TEST_OPTION", NULL };
	struct passwords p = { .num = 0 };
	struct buf many = { 0 };
	struct diag d;
	unsigned i;

	(void)state;
	buf_str(&many, "name: x\nnodes:\n");
	for (i = 0; i < 256; i++)
		buf_printf(&many, "- {name: n%u, addresses: [a%u], role: %s}\n",
		    i, i, i == 0 ? "publisher" : "subscriber");
	begin(buf_cstr(&many));
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &few), 0);
	assert_int_equal(setenv("TEST_OPTION", "six", 1), 0);
	if (password_all(&inv, &o, true, &p, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	holds(&p.node[255], "six");
	password_clear(&p);
	doc_free(&doc);
	buf_clear(&many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_option_env),
		cmocka_unit_test(test_option_fd),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
