/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded sessions, whole and in every kind of pieces; and what is no session. */
#include "test.h"

#include <dirent.h>
#include <string.h>
#include <time.h>

#include "replay.h"

#define MAX_FILES 100

static struct command_table *table;
static struct replay sessions[MAX_FILES];
static char names[MAX_FILES][64];
static size_t num_sessions;

static int
setup(void **state)
{
	const char *src = getenv("SRC");
	struct dirent *e;
	char path[4096];
	struct diag d;
	size_t len;
	DIR *dir;

	assert_non_null(src);
	assert_int_equal(command_load(bytes_of(NULL, 0), &table, &d), ERR_OK);
	(void)snprintf(path, sizeof(path), "%s/tests/transcripts", src);
	dir = opendir(path);
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		len = strlen(e->d_name);
		if (len < 5 || strncmp(e->d_name, "said-", 5) == 0 ||
		    strcmp(e->d_name + len - 4, ".txt") != 0)
			continue;
		assert_true(num_sessions < MAX_FILES && len < 64);
		(void)snprintf(path, sizeof(path), "%s/tests/transcripts/%s",
		    src, e->d_name);
		memcpy(names[num_sessions], e->d_name, len + 1);
		replay_load(path, &sessions[num_sessions++]);
	}
	(void)closedir(dir);
	assert_true(num_sessions >= 25);
	return 0;
}

static int
teardown(void **state)
{
	size_t i;

	for (i = 0; i < num_sessions; i++)
		replay_clear(&sessions[i]);
	command_free(&table);
	return 0;
}

/* ---- Pieces ---- */

static size_t
whole(void *arg, size_t left)
{
	return left;
}

static size_t
single(void *arg, size_t left)
{
	return 1;
}

/* In two: what comes is cut where the count of all its bytes is *ARG. */
struct split {
	size_t at, seen;
};

static size_t
in_two(void *arg, size_t left)
{
	struct split *s = arg;
	size_t n = left;

	if (s->seen < s->at && s->at < s->seen + left)
		n = s->at - s->seen;
	s->seen += n;
	return n;
}

static size_t
at_random(void *arg, size_t left)
{
	unsigned *seed = arg;
	size_t most;

	*seed = *seed * 1103515245U + 12345U;
	most = (*seed >> 16) % 4 == 0 ? 200 : 7;
	*seed = *seed * 1103515245U + 12345U;
	most = 1 + (*seed >> 16) % most;
	return most < left ? most : left;
}

static void
test_whole(void **state)
{
	size_t i;

	for (i = 0; i < num_sessions; i++)
		replay_run(&sessions[i], names[i], table, whole, NULL);
}

static void
test_single(void **state)
{
	size_t i;

	for (i = 0; i < num_sessions; i++)
		replay_run(&sessions[i], names[i], table, single, NULL);
}

static size_t
num_bytes(const struct replay *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->num; i++)
		if (r->item[i].kind == REPLAY_CAME)
			n += r->item[i].bytes.len;
	return n;
}

static void
test_in_two(void **state)
{
	size_t i, at, n;

	for (i = 0; i < num_sessions; i++) {
		n = num_bytes(&sessions[i]);
		for (at = 1; at < n; at++) {
			struct split s = { .at = at };

			replay_run(&sessions[i], names[i], table, in_two, &s);
		}
	}
}

static void
test_at_random(void **state)
{
	const char *given = getenv("DIALOG_SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);
	unsigned rounds = test_rounds(20);
	size_t i;

	print_message("DIALOG_SEED=%u\n", seed);
	for (; rounds > 0; rounds--)
		for (i = 0; i < num_sessions; i++)
			replay_run(&sessions[i], names[i], table, at_random,
			    &seed);
}

/* ---- Sessions that a test makes up ---- */

static struct dialog *dlg;
static struct dialog_step step;
static struct diag diag;

static void
open_dialog(const char *prompt)
{
	dialog_free(&dlg);
	diag_init(&diag);
	assert_int_equal(dialog_new(table, prompt, &dlg, &diag), ERR_OK);
}

static enum err
hear(const char *text)
{
	return dialog_came(dlg, bytes_of_str(text), &diag);
}

static enum err
after(unsigned silence)
{
	return dialog_next(dlg, silence, &step, &diag);
}

/* What is typed after SILENCE is WANT. */
static void
types(unsigned silence, const char *want)
{
	if (after(silence) != ERR_OK)
		fail_msg("%s", diag.msg);
	assert_int_equal(step.what, DIALOG_TYPE);
	if (!bytes_equal(step.type, bytes_of_str(want)))
		fail_msg("typed %.*s, not %s", (int)step.type.len,
		    (const char *)step.type.ptr, want);
}

static void
waits(unsigned silence)
{
	if (after(silence) != ERR_OK)
		fail_msg("%s", diag.msg);
	assert_int_equal(step.what, DIALOG_WAIT);
}

static void
ready(unsigned silence)
{
	if (after(silence) != ERR_OK)
		fail_msg("%s", diag.msg);
	assert_int_equal(step.what, DIALOG_DONE);
}

/* At the first prompt, and then ID is typed, and came back. */
static void
run(const char *id, const struct command_arg *args, size_t num)
{
	const struct command *c = command_find(table, id);
	struct buf line = { 0 };

	assert_non_null(c);
	if (*dialog_prompt(dlg) == '\0') {
		assert_int_equal(hear("admin:"), ERR_OK);
		ready(1000);
	}
	assert_int_equal(dialog_begin(dlg, c, args, num, &diag), ERR_OK);
	assert_int_equal(command_line(table, c, args, num, &line, &diag),
	    ERR_OK);
	types(0, buf_cstr(&line));
	assert_false(dialog_entered(dlg));
	assert_int_equal(dialog_came(dlg, buf_bytes(&line), &diag), ERR_OK);
	types(0, "\r");
	assert_true(dialog_entered(dlg));
	assert_int_equal(hear("\r\n"), ERR_OK);
	buf_clear(&line);
}

static void
refused(unsigned silence, const char *why)
{
	assert_int_equal(after(silence), ERR_SYNTAX);
	if (strstr(diag.msg, why) == NULL)
		fail_msg("%s", diag.msg);
	/* and that was it */
	assert_int_equal(after(100000), ERR_USAGE);
}

static void
says(const char *want)
{
	struct bytes is = dialog_text(dlg);

	if (!bytes_equal(is, bytes_of_str(want)))
		fail_msg("said %.*s", (int)is.len, (const char *)is.ptr);
}

/* ---- The pager, anywhere ---- */

#define PAGER                                                            \
	"\x1b[1mPress <enter> for 1 line, <space> for one page, or <q> " \
	"to quit\x1b[0m\x1b[K"
#define LISTED                                               \
	"tomcat/tomcat.pem: Self-signed certificate\r\n\r\n" \
	"  x\tCAPF/CAPF.pem: of \xe2\x82\r\n"

/* Text with the pager behind AT bytes, wiped by WIPE, is as if without. */
static void
page_at(size_t at, const char *wipe)
{
	char text[] = LISTED;

	open_dialog(NULL);
	run("cert-list-own", NULL, 0);
	assert_int_equal(dialog_came(dlg, bytes_of(text, at), &diag), ERR_OK);
	assert_int_equal(hear(PAGER), ERR_OK);
	waits(29);
	types(30, " ");
	waits(10000);
	assert_int_equal(hear(wipe), ERR_OK);
	assert_int_equal(hear(text + at), ERR_OK);
	assert_int_equal(hear("admin:"), ERR_OK);
	ready(40);
	assert_int_equal(dialog_failure(dlg), COMMAND_WORKED);
	says(
	    "tomcat/tomcat.pem: Self-signed certificate\n\n  x\tCAPF/CAPF.pem: "
	    "of \xe2\x82\n");
}

static void
test_pager_anywhere(void **state)
{
	static const char *const wipes[] = { "\r\x1b[K", "\r\x1b[2K",
		"\r                    \r", "\b\b\b   \b\b\b" };
	size_t i, at;

	for (i = 0; i < sizeof(wipes) / sizeof(wipes[0]); i++)
		for (at = 0; at < strlen(LISTED); at++)
			page_at(at, wipes[i]);
	/* it has a line of its own, or nothing wipes it off */
	page_at(0, "\r\n");
	page_at(0, "");
	page_at(strlen("tomcat/tomcat.pem: Self-signed certificate\r\n\r\n"),
	    "\r\n");
}

/* Ten thousand pages leave nothing behind. */
static void
test_pager_again(void **state)
{
	unsigned i;

	open_dialog(NULL);
	run("cert-list-own", NULL, 0);
	for (i = 0; i < 10000; i++) {
		assert_int_equal(hear("a.pem\r\n" PAGER), ERR_OK);
		types(30, " ");
		assert_int_equal(hear("\r\x1b[K"), ERR_OK);
	}
	assert_int_equal(hear("admin:"), ERR_OK);
	ready(40);
	assert_int_equal(dialog_text(dlg).len, 10000 * strlen("a.pem\n"));
}

/* ---- The start ---- */

static void
test_nudge(void **state)
{
	open_dialog(NULL);
	assert_int_equal(hear("Command Line Interface is starting up\r\n"),
	    ERR_OK);
	waits(1999);
	types(2000, "\r");
	waits(6999);
	types(7000, "\r");
	/* both provoke a prompt; only one is waited for */
	assert_int_equal(hear("\r\nadmin:"), ERR_OK);
	waits(299);
	ready(300);
	assert_string_equal(dialog_prompt(dlg), "admin:");
	assert_int_equal(hear("\r\n"), ERR_OK);
	assert_int_equal(
	    dialog_begin(dlg, command_find(table, "show-ctl"), NULL, 0, &diag),
	    ERR_OK);
	types(0, "show ctl");
	assert_int_equal(hear("\r\nadmin:\r\n\radm"), ERR_OK);
	waits(0);
	assert_int_equal(hear("in:show ct"), ERR_OK);
	waits(0);
	assert_int_equal(hear("l"), ERR_OK);
	types(0, "\r");
}

static void
test_prompts(void **state)
{
	static const char *const good[] = { "admin:", "admin: ", "[3] admin:",
		"(12)admin:", "7:admin:", "admin(7):", "admin:7",
		"admin 7:", "\x1b[1madmin:\x1b[0m", "text\x1b[Kadmin:",
		"text\x1b[24;1Hadmin:", "x\radmin:", "x\n\radmin:" };
	static const char *const bad[] = { "admin",
		"administrator:", "xadmin:", "admin:x", "admin:7x",
		"Admin:", "admin:\r\n", "text admin:", "", "login:" };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		open_dialog(NULL);
		assert_int_equal(hear(good[i]), ERR_OK);
		ready(300);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		open_dialog(NULL);
		assert_int_equal(hear(bad[i]), ERR_OK);
		waits(300);
	}
	open_dialog("ccmadm:|other[0-9]+>");
	assert_int_equal(hear("admin:"), ERR_OK);
	waits(300);
	assert_int_equal(hear("\r\nother22> "), ERR_OK);
	ready(300);
	dialog_free(&dlg);
	assert_int_equal(dialog_new(table, "admin(:", &dlg, &diag), ERR_USAGE);
}

/* Only what the prompt was at first is one, but for its number. */
static void
test_learnt(void **state)
{
	open_dialog("[[:alnum:] ]+:");
	assert_int_equal(hear("admin 1:"), ERR_OK);
	ready(300);
	run("dbreplication", NULL, 0);
	assert_int_equal(hear("Cluster Replication State:"), ERR_OK);
	waits(100000);
	assert_int_equal(hear(" good\r\nadmin 2:"), ERR_OK);
	ready(150);
	says("Cluster Replication State: good\n");
}

static void
test_question_first(void **state)
{
	open_dialog(NULL);
	assert_int_equal(hear("Your password has expired.\r\nNew password:"),
	    ERR_OK);
	waits(1599);
	refused(1600, "a question came before the prompt");
}

/* A banner that never ends is refused in its limit, whatever is in it. */
static void
test_banner_without_end(void **state)
{
	static char chunk[65536];
	size_t i, came = 0;
	enum err err = ERR_OK;

	for (i = 0; i < sizeof(chunk); i++)
		chunk[i] = "admin: \x1b[K\r\x1b]x"[i % 14];
	open_dialog(NULL);
	for (; err == ERR_OK && came < (size_t)1 << 30; came += sizeof(chunk)) {
		err = dialog_came(dlg, bytes_of(chunk, sizeof(chunk)), &diag);
		if (err == ERR_OK)
			waits(0);
	}
	assert_int_equal(err, ERR_TOO_BIG);
	assert_true(came <= DIALOG_BANNER_MAX + sizeof(chunk));
}

static void
test_output_without_end(void **state)
{
	static char chunk[1 << 20];
	size_t came = 0;
	enum err err = ERR_OK;

	memset(chunk, 'x', sizeof(chunk)); /* and no line ends */
	open_dialog(NULL);
	run("show-ctl", NULL, 0);
	for (; err == ERR_OK && came < (size_t)1 << 30; came += sizeof(chunk)) {
		err = dialog_came(dlg, bytes_of(chunk, sizeof(chunk)), &diag);
		if (err == ERR_OK)
			waits(0);
	}
	assert_int_equal(err, ERR_TOO_BIG);
	assert_true(came <= DIALOG_OUTPUT_MAX + sizeof(chunk));
}

/* ---- Lines that are typed ---- */

static void
echoes(const char *echo, const char *why)
{
	open_dialog(NULL);
	assert_int_equal(hear("admin:"), ERR_OK);
	ready(300);
	assert_int_equal(
	    dialog_begin(dlg, command_find(table, "show-ctl"), NULL, 0, &diag),
	    ERR_OK);
	types(0, "show ctl");
	assert_int_equal(hear(echo), ERR_OK);
	if (why == NULL) {
		types(0, "\r");
		return;
	}
	waits(1499); /* it may be about to leave */
	refused(1500, why);
}

static void
test_echo(void **state)
{
	echoes("show ctl", NULL);
	echoes("\r\nadmin:show ctl", NULL);
	echoes("sho \rw ctl", NULL); /* folded */
	echoes("sho\r\nw ctl", NULL);
	echoes("shoq\b \bw ctl", NULL); /* put right */
	echoes("how ctl", "came back changed");
	echoes("show cvl", "came back changed");
	echoes("show  ctl", "came back changed");
	echoes("show ctls", "came back changed");
	echoes("Connection timed out\r\n", "came back changed");
	/* nothing is entered where nothing comes back */
	open_dialog(NULL);
	assert_int_equal(hear("admin:"), ERR_OK);
	ready(300);
	assert_int_equal(
	    dialog_begin(dlg, command_find(table, "show-ctl"), NULL, 0, &diag),
	    ERR_OK);
	types(0, "show ctl");
	assert_int_equal(hear("show ct"), ERR_OK);
	waits(1000000);
	assert_false(dialog_entered(dlg));
}

/* ---- What a command says ---- */

static void
test_prompt_within(void **state)
{
	/* something follows: it was none */
	open_dialog(NULL);
	run("cert-own", &(struct command_arg){ "unit", "CAPF" }, 1);
	assert_int_equal(hear("-----BEGIN CERTIFICATE-----\r\nMII\r\nadmin:"),
	    ERR_OK);
	waits(1000);
	assert_int_equal(hear("\r\nAAA\r\n-----END CERTIFICATE-----\r\n"
			      "admin:"),
	    ERR_OK);
	waits(39);
	ready(40);
	says("-----BEGIN CERTIFICATE-----\nMII\nadmin:\nAAA\n-----END "
	     "CERTIFICATE-----\n");
	/* nothing follows, and the end of the certificate is not there */
	open_dialog(NULL);
	run("cert-own", &(struct command_arg){ "unit", "CAPF" }, 1);
	assert_int_equal(hear("-----BEGIN CERTIFICATE-----\r\nMII\r\nadmin:"),
	    ERR_OK);
	waits(1499);
	refused(1500, "nothing that the table of commands knows");
}

static void
test_puzzled(void **state)
{
	open_dialog(NULL);
	run("show-ctl", NULL, 0);
	assert_int_equal(hear("Do you really? (yes/no)? "), ERR_OK);
	waits(1599);
	refused(1600, "has no answer to");
}

static const struct command_arg file_get_args[] = { { "file", "a" },
	{ "sftp_host", "h" }, { "sftp_port", "22" }, { "sftp_user", "u" },
	{ "sftp_password", "pass" }, { "sftp_folder", "/" } };

#define ASKED \
	"This operation updates the CTLFile. Do you want to continue? (y/n):"

/* A question again and again is not answered for ever; a password once. */
static void
test_asked_again(void **state)
{
	unsigned i;

	open_dialog(NULL);
	run("ctl-update", NULL, 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(hear(ASKED), ERR_OK);
		types(30, "y");
		assert_true(step.answer && step.slowly && !step.secret);
		assert_int_equal(hear("y"), ERR_OK);
		types(0, "\r");
		waits(1000); /* it still stands there */
		assert_int_equal(hear("\r\nWhat?\r\n"), ERR_OK);
	}
	assert_int_equal(hear(ASKED), ERR_OK);
	refused(30, "again and again");

	open_dialog(NULL);
	run("file-get-tftp", file_get_args, 6);
	assert_int_equal(hear("Password: "), ERR_OK);
	types(30, "pass");
	assert_true(step.secret);
	types(0, "\r");
	assert_false(step.secret);
	assert_int_equal(hear("\r\nPassword: "), ERR_OK);
	refused(30, "again and again");
}

/* A yes is for one question: what is asked next in words of its own, and what
 * only ends like the one that is known, is nobody's to answer. */
static void
test_asked_else(void **state)
{
	static const struct command_arg args[] = { { "unit", "CallManager" },
		{ "certificate", "old.pem" } };

	open_dialog(NULL);
	run("ctl-update", NULL, 0);
	assert_int_equal(hear("All nodes restart. Do you want to continue? "
			      "(y/n):"),
	    ERR_OK);
	refused(1600, "has no answer to");

	open_dialog(NULL);
	run("cert-delete", args, 2);
	assert_int_equal(
	    hear("Deleting old.pem\r\nRestart the node now (yes|no)? "),
	    ERR_OK);
	waits(1599);
	refused(1600, "has no answer to");

	open_dialog(NULL);
	run("cert-delete", args, 2);
	assert_int_equal(hear("Do you want to delete old.pem (yes|no)? "),
	    ERR_OK);
	types(30, "y");
	types(500, "e");
	types(500, "s");
	types(500, "\r");
	assert_int_equal(hear("\r\nAnd proceed with all others (yes|no)? "),
	    ERR_OK);
	refused(30, "in other words");
}

/* The host key of a server that only the node sees is nobody's to trust here. */
static void
test_host_key_asked(void **state)
{
	open_dialog(NULL);
	run("file-get-tftp", file_get_args, 6);
	assert_int_equal(
	    hear("RSA key fingerprint is SHA256:abc.\r\nAre you sure "
		 "you want to continue connecting (yes/no)? "),
	    ERR_OK);
	waits(1599);
	refused(1600, "has no answer to");
}

/* A secret that a terminal shows all the same, at once or later, is not in what
 * was said. */
static void
test_secret_echoed(void **state)
{
	open_dialog(NULL);
	run("file-get-tftp", file_get_args, 6);
	assert_int_equal(hear("Password: "), ERR_OK);
	types(30, "pass");
	assert_int_equal(hear("pass"), ERR_OK);
	types(0, "\r");
	assert_int_equal(hear("\r\ncannot log in as u/pass\r\nTransfer "
			      "completed.\r\nadmin:"),
	    ERR_OK);
	ready(40);
	says("Password: ****\ncannot log in as u/****\nTransfer completed.\n");
}

/* An answer whose echo does not come is entered all the same, later. */
static void
test_answer_echo(void **state)
{
	open_dialog(NULL);
	run("cert-regen", &(struct command_arg){ "unit", "CAPF" }, 1);
	assert_int_equal(hear("Proceed with regeneration (yes|no)? "), ERR_OK);
	types(30, "y");
	waits(499);
	types(500, "e");
	assert_int_equal(hear("e"), ERR_OK);
	types(0, "s");
	assert_int_equal(hear("s"), ERR_OK);
	types(0, "\r");
	assert_int_equal(hear("\r\nSuccessfully Regenerated Certificate for "
			      "CAPF.\r\nadmin:"),
	    ERR_OK);
	ready(40);
	says("Proceed with regeneration (yes|no)? \nSuccessfully Regenerated "
	     "Certificate for CAPF.\n");
}

/* A connection that ends is the end of a restart, and of nothing else. */
static void
test_left(void **state)
{
	open_dialog(NULL);
	run("system-restart", NULL, 0);
	assert_false(dialog_left(dlg));
	open_dialog(NULL);
	run("system-restart", NULL, 0);
	assert_int_equal(hear("Enter (yes/no)? "), ERR_OK);
	types(30, "y");
	types(500, "e");
	types(500, "s");
	assert_false(dialog_left(dlg));
	open_dialog(NULL);
	run("system-restart", NULL, 0);
	assert_int_equal(hear("Enter (yes/no)? "), ERR_OK);
	types(30, "y");
	types(500, "e");
	types(500, "s");
	types(500, "\r");
	assert_true(dialog_left(dlg));
	says("Enter (yes/no)? \n");
	open_dialog(NULL);
	run("system-restart", NULL, 0);
	assert_int_equal(hear("Appliance is being Restarted ...\r\nWarn"),
	    ERR_OK);
	assert_true(dialog_left(dlg));
	says("Appliance is being Restarted ...\nWarn\n");
	open_dialog(NULL);
	run("ctl-update", NULL, 0);
	assert_int_equal(hear("CTL file Updated\r\n"), ERR_OK);
	assert_false(dialog_left(dlg));
}

/* Escape sequences, control characters and half characters. */
static void
test_screen(void **state)
{
	open_dialog(NULL);
	run("dbreplication", NULL, 0);
	assert_int_equal(hear("\x1b]0;owned\aa\x1b[2J\x1b[31mb\x1b(Bc\x1bM"
			      "d\x1bPq;\x1b\\e\a\x7f\x01\r\r\n"
			      "\xe2\x82\r\nlone\rreturn\r\n\tx\bz\r\n"
			      "10%\r\x1b[K100%\r\nadmin:"),
	    ERR_OK);
	ready(150);
	says("abcde\n\xe2\x82\nlone\nreturn\n\tz\n100%\n");
	dialog_free(&dlg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_in_two),
		cmocka_unit_test(test_at_random),
		cmocka_unit_test(test_pager_anywhere),
		cmocka_unit_test(test_pager_again),
		cmocka_unit_test(test_nudge),
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_learnt),
		cmocka_unit_test(test_question_first),
		cmocka_unit_test(test_banner_without_end),
		cmocka_unit_test(test_output_without_end),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_prompt_within),
		cmocka_unit_test(test_puzzled),
		cmocka_unit_test(test_asked_again),
		cmocka_unit_test(test_asked_else),
		cmocka_unit_test(test_host_key_asked),
		cmocka_unit_test(test_secret_echoed),
		cmocka_unit_test(test_answer_echo),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_screen),
	};

	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
