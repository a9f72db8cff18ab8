/* SPDX-License-Identifier: Apache-2.0 */
/* The command line over a real SSH connection, to a node of the test's own. */
#include "shell_world.h"

static void
assert_said(struct world *w, const char *id, enum command_failure failure,
    const char *text)
{
	struct shell_said said = { 0 };
	enum err err;

	err = shell_run(w->shell, id, NULL, 0, &said, &w->d);
	if (err != ERR_OK)
		fail_msg("%s: %s", id, w->d.msg);
	assert_int_equal(said.failure, failure);
	assert_string_equal(buf_cstr(&said.text), text);
	shell_said_clear(&said);
}

static void
test_session(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	struct world w;

	start(&w, &s);
	w.setup.node = "cucm1.example.com";
	must_connect(&w);
	assert_int_equal(w.trusts, 1);
	assert_string_equal(w.shown, shell_host_key(w.shell));
	assert_memory_equal(w.shown, "SHA256:", 7);
	assert_string_equal(shell_weak(w.shell), "");
	assert_said(&w, "show-version", COMMAND_WORKED,
	    "Active Master Version: 12.5.1.16900-48\nActive Version Installed "
	    "Software Options:\nNo Installed Software Options Found.\n");
	assert_said(&w, "show-ctl", COMMAND_ABSENT,
	    "Length of CTL file: 0\nCTL File not found. Please run CTLClient "
	    "plugin or run the CLI - utils ctl.. to generate the CTL file.\n"
	    "Error parsing the CTL File.\n");
	assert_said(&w, "show-itl", COMMAND_UNKNOWN,
	    "No valid command entered\n");
	/* it is known now */
	must_connect(&w);
	assert_int_equal(w.trusts, 1);
	stop(&w);
}

static unsigned
num_open(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* ---- Nodes that cannot be reached, or are none ---- */

static void
test_no_node(void **state)
{
	static const struct fake_setup mute = { .talk = talk, .mute = true };
	static const struct fake_setup web = { .talk = talk,
		.raw = "HTTP/1.1 400 Bad Request\r\n" };
	static const struct fake_setup flat = { .talk = talk, .raw = "x" };
	struct world w;
	unsigned before, rounds = 3000;

	start(&w, &mute);
	before = num_open();
	/* however long the command line may take after that */
	w.ssh.handshake = 1;
	fails(&w, ERR_IO, "agreeing on SSH took more than 1 s");
	w.setup.host = "no such host";
	fails(&w, ERR_IO, "no such host");
	w.setup.host = "127.0.0.1";
	w.setup.port = 1;
	fails(&w, ERR_IO, "cannot be reached: Connection refused");
	/* the node's own ends go when it sees that nobody is there */
	while (num_open() > before && rounds-- > 0)
		(void)usleep(10000);
	assert_int_equal(num_open(), before);
	stop(&w);
	start(&w, &web);
	fails(&w, ERR_TOO_BIG, "agreeing on SSH: more than 4 MiB came");
	stop(&w);
	start(&w, &flat);
	fails(&w, ERR_IO, "agreeing on SSH: ");
	stop(&w);
}

/* A server that has too many logins at once hangs up: it is asked once more. */
static void
test_hangs_up(void **state)
{
	static const struct fake_setup once = { .talk = talk, .hang_ups = 1 };
	static const struct fake_setup ever = { .talk = talk, .hang_ups = 9 };
	struct world w;
	unsigned rounds = 3000;

	start(&w, &once);
	must_connect(&w);
	assert_int_equal(w.node.sessions, 1);
	stop(&w);
	start(&w, &ever);
	fails(&w, ERR_IO, "agreeing on SSH: ");
	while (w.node.ended < 2 && rounds-- > 0)
		(void)usleep(10000);
	assert_int_equal(w.node.ended, 2);
	stop(&w);
}

static void
test_other_node(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	struct world w;

	start(&w, &s);
	w.setup.node = "cucm2";
	fails(&w, ERR_POLICY, "says that it is cucm1, and not cucm2");
	w.setup.node = "cucm";
	fails(&w, ERR_POLICY, "says that it is cucm1");
	w.setup.node = "CUCM1";
	must_connect(&w);
	w.setup.node = "10.0.0.1"; /* no name */
	must_connect(&w);
	stop(&w);
}

/* ---- Hostile ones ---- */

static void
talk_for_ever(struct fake_node *f)
{
	while (fake_say(f,
	    "************ Authorised users only! ************"
	    "\r\nadmin:\r\n"))
		;
}

static void
test_banner(void **state)
{
	static const struct fake_setup s = { .talk = talk_for_ever };
	struct world w;

	start(&w, &s);
	fails(&w, ERR_TOO_BIG, "more than 1 MiB came before the prompt");
	/* and what a window of SSH holds */
	assert_true(w.node.sent < (unsigned long long)8 << 20);
	stop(&w);
}

static void
talk_endless_output(struct fake_node *f)
{
	char line[256];

	if (!fake_say(f, "admin:") || !fake_line(f, line, sizeof(line)))
		return;
	while (fake_say(f,
	    "0123456789012345678901234567890123456789012345678901234567890123"
	    "0123456789012345678901234567890123456789012345678901234567890"))
		;
}

static void
test_output(void **state)
{
	static const struct fake_setup s = { .talk = talk_endless_output };
	struct rusage use;
	struct world w;

	start(&w, &s);
	fails(&w, ERR_TOO_BIG, "more than 32 MiB came of one command");
	assert_true(w.node.sent < (unsigned long long)48 << 20);
	stop(&w);
	/* the text, once more while it grew, and the library's window */
	assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
#ifndef TEST_WITH_ASAN
	assert_true(use.ru_maxrss < 200L * 1024);
#endif
}

static void
talk_no_prompt(struct fake_node *f)
{
	if (fake_say(f,
		"Command Line Interface is starting up, please wait "
		"...\r\n"))
		while (fake_byte(f) >= 0)
			;
}

static void
test_no_prompt(void **state)
{
	static const struct fake_setup s = { .talk = talk_no_prompt };
	struct world w;

	start(&w, &s);
	w.ssh.slow_start = 3;
	fails(&w, ERR_IO,
	    "no prompt came within 3 s; last came: Command Line Interface is "
	    "starting up");
	/* it was provoked */
	assert_true(w.node.num_typed >= 1 && w.node.typed[0] == '\r');
	stop(&w);
}

static void
talk_goodbye(struct fake_node *f)
{
	(void)fake_say(f, f->setup.arg);
}

static void
test_session_limit(void **state)
{
	char many[] = "Too many sessions are open.\r\n";
	char idle[] = "Session timed out due to inactivity.\r\n";
	struct fake_setup s = { .talk = talk_goodbye, .arg = idle };
	struct world w;

	start(&w, &s); /* it says why, and is not contradicted */
	fails(&w, ERR_IO, "came; last came: Session timed out due to");
	w.node.setup.arg = many;
	fails(&w, ERR_IO, "| Too many sessions are open.");
	stop(&w);
}

/* Says the password: it is in no transcript. */
static void
talk_back(struct fake_node *f)
{
	if (fake_say(f, "Welcome, " PASSWORD "!\r\nagain ") &&
	    fake_say(f, "Lab-Pa") && fake_say(f, "ss-1\r\n"))
		talk_on(f);
}

static void
test_secret(void **state)
{
	static const struct fake_setup s = { .talk = talk_back };
	struct bytes text;
	struct world w;

	start(&w, &s);
	must_connect(&w);
	text = transcript_text(w.transcript);
	assert_null(memmem(text.ptr, text.len, PASSWORD, strlen(PASSWORD)));
	assert_non_null(memmem(text.ptr, text.len,
	    "< Welcome, [secret]!\n<"
	    " again [secret]\n",
	    strlen("< Welcome, [secret]!\n< again [secret]\n")));
	stop(&w);
}

/* ---- In the middle of a command ---- */

static void
run_fails(struct world *w, const char *id, enum err want, const char *why)
{
	struct shell_said said = { 0 };
	enum err err;

	err = shell_run(w->shell, id, NULL, 0, &said, &w->d);
	if (err != want || strstr(w->d.msg, why) == NULL)
		fail_msg("%s: %s", diag_err_name(err), w->d.msg);
	assert_null(said.text.ptr);
}

/* Two commands of the start, and then one that is cut. */
static void
talk_cut(struct fake_node *f)
{
	const char *text = f->setup.arg;
	char line[256];
	unsigned i;

	if (!fake_say(f, BANNER))
		return;
	for (i = 0; i < 3; i++) {
		if (!fake_say(f, "admin:") || !fake_line(f, line, sizeof(line)))
			return;
		if (i < 2 && !fake_say(f, reply_to(line)))
			return;
	}
	(void)fake_say(f, text);
	if (strstr(text, "admin:") != NULL)
		(void)fake_byte(f); /* it stays */
}

static void
test_cut(void **state)
{
	char text[] = "ITLFile on all the active TFTP nodes will be reset "
		      "now\r\nand";
	struct fake_setup s = { .talk = talk_cut, .arg = text };
	struct world w;

	start(&w, &s);
	must_connect(&w);
	run_fails(&w, "itl-reset", ERR_IO,
	    "the connection was lost in the middle of itl-reset; it is not "
	    "known whether it took effect");
	/* the shell is of no use any more */
	run_fails(&w, "show-ctl", ERR_USAGE, "not at its prompt");
	must_connect(&w);
	run_fails(&w, "show-ctl", ERR_IO,
	    "lost in the middle of show-ctl; last came: ");
	assert_null(strstr(w.d.msg, "not known"));
	stop(&w);
}

static void
talk_idle(struct fake_node *f)
{
	char line[256];
	unsigned i;

	for (i = 0; i < 2; i++)
		if (!fake_say(f, "admin:") ||
		    !fake_line(f, line, sizeof(line)) ||
		    !fake_say(f, reply_to(line)))
			return;
	if (!fake_say(f, "admin:"))
		return;
	while (!*(atomic_bool *)f->setup.arg && !f->over)
		(void)usleep(1000);
	(void)fake_say(f, "\r\nThe session has timed out\r\n");
}

static void
test_idle(void **state)
{
	atomic_bool go = false;
	struct fake_setup s = { .talk = talk_idle, .arg = &go };
	struct world w;

	start(&w, &s);
	must_connect(&w);
	go = true;
	while (w.node.ended == 0)
		(void)usleep(1000);
	run_fails(&w, "ctl-update", ERR_IO,
	    "the session had ended (idle for too long?) before ctl-update was "
	    "run; last came: ");
	assert_non_null(strstr(w.d.msg, "timed out"));
	stop(&w);
}

/* ---- What it says, and how it is answered ---- */

/* A reader that drops what comes while it still has a character in hand. */
static bool
slow_word(struct fake_node *f, const char *want)
{
	char is[16] = "";
	uint8_t junk[64];
	size_t n = 0;
	int c;

	while ((c = fake_byte(f)) != '\r') {
		if (c < 0 || n + 1 >= sizeof(is))
			return false;
		is[n++] = (char)c;
		is[n] = '\0';
		if (!fake_send(f, &is[n - 1], 1))
			return false;
		(void)ssh_channel_read_timeout(f->channel, junk, sizeof(junk),
		    0, 5);
	}
	return fake_say(f, "\r\n") && strcmp(is, want) == 0;
}

static void
talk_regen(struct fake_node *f)
{
	char line[256];
	unsigned i;

	for (i = 0; i < 2; i++)
		if (!fake_say(f, "admin:") ||
		    !fake_line(f, line, sizeof(line)) ||
		    !fake_say(f, reply_to(line)))
			return;
	while (fake_say(f, "admin:") && fake_line(f, line, sizeof(line))) {
		if (!fake_say(f, "Proceed with regeneration (yes|no)? "))
			return;
		if (!fake_say(f,
			slow_word(f, "yes")
			    ? "Successfully Regenerated Certificate for CAPF.\r\n"
			    : "Lost\r\n"))
			return;
	}
}

static void
test_slow_reader(void **state)
{
	static const struct fake_setup s = { .talk = talk_regen };
	static const struct command_arg unit = { "unit", "CAPF" };
	struct shell_said said = { 0 };
	struct world w;

	start(&w, &s);
	w.ssh.delay = 100;
	must_connect(&w);
	if (shell_run(w.shell, "cert-regen", &unit, 1, &said, &w.d) != ERR_OK)
		fail_msg("%s", w.d.msg);
	assert_int_equal(said.failure, COMMAND_WORKED);
	/* the table says that it is a slow one, too */
	shell_close(&w.shell);
	w.ssh.delay = 0;
	must_connect(&w);
	if (shell_run(w.shell, "cert-regen", &unit, 1, &said, &w.d) != ERR_OK)
		fail_msg("%s", w.d.msg);
	shell_said_clear(&said);
	stop(&w);
}

static void
test_unknown_output(void **state)
{
	char text[] = "Whatever this may be\r\nand more\r\nadmin:";
	struct fake_setup s = { .talk = talk_cut, .arg = text };
	struct world w;

	start(&w, &s);
	must_connect(&w);
	run_fails(&w, "show-ctl", ERR_SYNTAX,
	    "nothing that the table of commands knows; last came: ");
	assert_non_null(strstr(w.d.msg, "Whatever this may be | and more"));
	stop(&w);
}

static void
test_usage(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	static const struct command_arg bad = { "unit",
		"CAPF\rutils system restart" };
	struct shell_said said = { 0 };
	struct world w;

	start(&w, &s);
	must_connect(&w);
	run_fails(&w, "no-such", ERR_USAGE, "has no no-such");
	assert_int_equal(shell_run(w.shell, "cert-own", &bad, 1, &said, &w.d),
	    ERR_USAGE);
	/* nothing was typed: the shell goes on */
	assert_said(&w, "show-itl", COMMAND_UNKNOWN,
	    "No valid command entered\n");
	stop(&w);
}

static void
talk_silent(struct fake_node *f)
{
	char line[256];

	if (fake_say(f, "admin:"))
		while (fake_line(f, line, sizeof(line)))
			;
}

/* A command that never ends is given up. */
static void
test_late(void **state)
{
	static const char yaml[] = "commands:\n"
				   "  - id: show-ctl\n"
				   "    line: show ctl\n"
				   "    limit: 1\n"
				   "    changes: true\n"
				   "    source: test\n";
	struct fake_setup s = { .talk = talk_silent };
	struct command_table *own = NULL;
	struct world w;

	start(&w, &s);
	assert_int_equal(command_load(bytes_of_str(yaml), &own, &w.d), ERR_OK);
	w.setup.commands = own;
	must_connect(&w);
	run_fails(&w, "show-ctl", ERR_IO,
	    "no prompt came behind show-ctl within 1 s; it is not known whether "
	    "it took effect");
	stop(&w);
	command_free(&own);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_no_node),
		cmocka_unit_test(test_hangs_up),
		cmocka_unit_test(test_other_node),
		cmocka_unit_test(test_banner),
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_no_prompt),
		cmocka_unit_test(test_session_limit),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_unknown_output),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_late),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return test_status(
	    cmocka_run_group_tests(tests, setup_all, teardown_all));
}
