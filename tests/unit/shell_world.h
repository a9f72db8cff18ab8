/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node of the test's own, and a session of the driver with it, for test programs
 * of cluster/shell.h. Include it alone.
 */
#ifndef TESTS_UNIT_SHELL_WORLD_H
#define TESTS_UNIT_SHELL_WORLD_H

#include "test.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cluster/shell.h"
#include "fake_node.h"

#define PASSWORD "Lab-Pass-1"
#define BANNER                                                              \
	"Command Line Interface is starting up, please wait ...\r\n\r\n   " \
	"Welcome to the Platform Command Line Interface\r\n\r\n"

static struct command_table *table;
static struct secret password;

static inline int
setup_all(void **state)
{
	struct diag d;

	assert_int_equal(command_load(bytes_of(NULL, 0), &table, &d), ERR_OK);
	assert_int_equal(secret_set(&password, bytes_of_str(PASSWORD), &d),
	    ERR_OK);
	return 0;
}

static inline int
teardown_all(void **state)
{
	command_free(&table);
	secret_clear(&password);
	return 0;
}

/* ---- A session of the driver ---- */

struct world {
	struct fake_node node;
	struct inventory_ssh ssh;
	struct shell_setup setup;
	struct shell *shell;
	struct transcript *transcript;
	struct diag d;
	char folder[64], known[96], shown[128];
	unsigned trusts;
	bool answer;
};

static inline bool
trust(void *arg, const char *host, const char *fingerprint)
{
	struct world *w = arg;

	w->trusts++;
	(void)snprintf(w->shown, sizeof(w->shown), "%s", fingerprint);
	return w->answer;
}

static inline void
start(struct world *w, const struct fake_setup *setup)
{
	struct fake_setup s = *setup;

	memset(w, 0, sizeof(*w));
	if (s.password == NULL)
		s.password = PASSWORD;
	if (s.methods == 0)
		s.methods = SSH_AUTH_METHOD_INTERACTIVE |
		    SSH_AUTH_METHOD_PASSWORD;
	fake_start(&w->node, &s);
	(void)snprintf(w->folder, sizeof(w->folder), "/tmp/shell-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	(void)snprintf(w->known, sizeof(w->known), "%s/known_hosts", w->folder);
	assert_int_equal(transcript_new(0, &w->transcript, &w->d), ERR_OK);
	w->answer = true;
	w->ssh.user = "admin";
	w->ssh.slow_start = 60;
	w->setup = (struct shell_setup){ .host = "127.0.0.1",
		.port = w->node.port,
		.ssh = &w->ssh,
		.known_hosts = w->known,
		.password = &password,
		.commands = table,
		.transcript = w->transcript,
		.trust = trust,
		.arg = w };
}

static inline enum err
connect_to(struct world *w)
{
	diag_init(&w->d);
	shell_close(&w->shell);
	return shell_open(&w->setup, &w->shell, &w->d);
}

static inline void
must_connect(struct world *w)
{
	enum err err = connect_to(w);

	if (err != ERR_OK)
		fail_msg("%s", w->d.msg);
}

static inline void
stop(struct world *w)
{
	shell_close(&w->shell);
	transcript_free(&w->transcript);
	fake_stop(&w->node);
	(void)unlink(w->known);
	assert_int_equal(rmdir(w->folder), 0);
}

/* ---- A node that behaves ---- */

struct reply {
	const char *line, *text;
};

static const struct reply usual[] = {
	{ "set cli pagination off", "Automatic pagination is turned off\r\n" },
	{ "show myself",
	    "Machine Name : cucm1\r\naccount name : admin\r\n"
	    "privilege level: 4\r\n" },
	{ "show version active",
	    "Active Master Version: 12.5.1.16900-48\r\nActive Version "
	    "Installed Software Options:\r\nNo Installed Software Options "
	    "Found.\r\n" },
	{ "show ctl",
	    "Length of CTL file: 0\r\nCTL File not found. Please run CTLClient "
	    "plugin or run the CLI - utils ctl.. to generate the CTL file.\r\n"
	    "Error parsing the CTL File.\r\n" },
	{ NULL, NULL },
};

static inline const char *
reply_to(const char *line)
{
	const struct reply *r;

	for (r = usual; r->line != NULL; r++)
		if (strcmp(r->line, line) == 0)
			return r->text;
	return "No valid command entered\r\n";
}

static inline void
talk_on(struct fake_node *f)
{
	char line[1024];

	while (fake_say(f, "admin:") && fake_line(f, line, sizeof(line)))
		if (*line != '\0' && !fake_say(f, reply_to(line)))
			break;
}

static inline void
talk(struct fake_node *f)
{
	if (fake_say(f, BANNER))
		talk_on(f);
}

static inline void
fails(struct world *w, enum err want, const char *why)
{
	enum err err = connect_to(w);

	assert_null(w->shell);
	if (err != want || strstr(w->d.msg, why) == NULL)
		fail_msg("%s: %s", diag_err_name(err), w->d.msg);
}

#endif
