/* SPDX-License-Identifier: Apache-2.0 */
/* The wire to a node: what becomes of known_hosts, and of a person's time. */
#include "test.h"

#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/pty.h"
#include "fake_node.h"

static bool
trust(void *arg, const char *host, const char *fingerprint)
{
	const unsigned *think = arg;

	(void)usleep(*think * 1000);
	return true;
}

static void
talk(struct fake_node *f)
{
	while (fake_byte(f) >= 0)
		;
}

/* A node that takes one password, and the file KNOWN, whose
 * content is TEXT. */
struct world {
	struct fake_node node;
	struct secret password;
	struct pty_setup setup;
	char known[64];
	unsigned think;
};

static void
start(struct world *w, const char *text)
{
	static const struct fake_setup s = { .talk = talk,
		.methods = SSH_AUTH_METHOD_PASSWORD,
		.password = "Lab-Pass-1" };
	struct diag d;
	int fd;

	memset(w, 0, sizeof(*w));
	fake_start(&w->node, &s);
	assert_int_equal(secret_set(&w->password, bytes_of_str(s.password), &d),
	    ERR_OK);
	(void)snprintf(w->known, sizeof(w->known), "/tmp/pty-XXXXXX");
	fd = mkstemp(w->known);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	w->setup = (struct pty_setup){ .host = "127.0.0.1",
		.port = w->node.port,
		.user = "admin",
		.password = &w->password,
		.known_hosts = w->known,
		.connect_limit = 60000,
		.agree_limit = 60000,
		.login_limit = 60000,
		.trust = trust,
		.arg = &w->think };
}

static void
must_open(struct world *w)
{
	struct pty *p = NULL;
	struct diag d;

	if (pty_open(&w->setup, &p, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	pty_close(&p);
}

static void
stop(struct world *w)
{
	secret_clear(&w->password);
	fake_stop(&w->node);
	(void)unlink(w->known);
}

/* A file whose last line has no end, as an editor leaves it, keeps that line. */
static void
test_known_hosts_without_end(void **state)
{
	static const char other[] =
	    "other ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAA";
	char first[sizeof(other) + 8] = "";
	struct world w;
	FILE *f;

	start(&w, other);
	must_open(&w);
	w.setup.trust = NULL;
	must_open(&w);
	f = fopen(w.known, "r");
	assert_non_null(f);
	assert_non_null(fgets(first, sizeof(first), f));
	first[strcspn(first, "\n")] = '\0';
	assert_string_equal(first, other);
	assert_int_equal(fclose(f), 0);
	stop(&w);
}

/* The node is not blamed for the time that a person takes. */
static void
test_slow_person(void **state)
{
	struct world w;

	start(&w, "");
	w.setup.agree_limit = w.setup.login_limit = 5000;
	w.think = 5500;
	must_open(&w);
	stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_hosts_without_end),
		cmocka_unit_test(test_slow_person),
	};

	return test_run(tests);
}
