/* SPDX-License-Identifier: Apache-2.0 */
/* The command line over a real SSH connection, to a node of the test's own. */
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

static int
setup_all(void **state)
{
	struct diag d;

	assert_int_equal(command_load(bytes_of(NULL, 0), &table, &d), ERR_OK);
	assert_int_equal(secret_set(&password, bytes_of_str(PASSWORD), &d),
	    ERR_OK);
	return 0;
}

static int
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

static bool
trust(void *arg, const char *host, const char *fingerprint)
{
	struct world *w = arg;

	w->trusts++;
	(void)snprintf(w->shown, sizeof(w->shown), "%s", fingerprint);
	return w->answer;
}

static void
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

static enum err
connect_to(struct world *w)
{
	diag_init(&w->d);
	shell_close(&w->shell);
	return shell_open(&w->setup, &w->shell, &w->d);
}

static void
must_connect(struct world *w)
{
	enum err err = connect_to(w);

	if (err != ERR_OK)
		fail_msg("%s", w->d.msg);
}

static void
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

static const char *
reply_to(const char *line)
{
	const struct reply *r;

	for (r = usual; r->line != NULL; r++)
		if (strcmp(r->line, line) == 0)
			return r->text;
	return "No valid command entered\r\n";
}

static void
talk_on(struct fake_node *f)
{
	char line[1024];

	while (fake_say(f, "admin:") && fake_line(f, line, sizeof(line)))
		if (*line != '\0' && !fake_say(f, reply_to(line)))
			break;
}

static void
talk(struct fake_node *f)
{
	if (fake_say(f, BANNER))
		talk_on(f);
}

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

static void
fails(struct world *w, enum err want, const char *why)
{
	enum err err = connect_to(w);

	assert_null(w->shell);
	if (err != want || strstr(w->d.msg, why) == NULL)
		fail_msg("%s: %s", diag_err_name(err), w->d.msg);
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

/* ---- Passwords ---- */

static void
test_methods(void **state)
{
	static const int methods[] = { SSH_AUTH_METHOD_INTERACTIVE,
		SSH_AUTH_METHOD_PASSWORD,
		SSH_AUTH_METHOD_INTERACTIVE | SSH_AUTH_METHOD_PASSWORD };
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct fake_setup s = { .talk = talk, .methods = methods[i] };
		struct world w;

		start(&w, &s);
		must_connect(&w);
		assert_int_equal(w.node.passwords, 1);
		stop(&w);
		/* and a wrong one comes once, whatever else is offered */
		s.password = "another";
		start(&w, &s);
		fails(&w, ERR_PIN, "tried once");
		assert_int_equal(w.node.passwords, 1);
		stop(&w);
	}
}

static void
test_asked_twice(void **state)
{
	static const struct fake_setup s = { .talk = talk,
		.methods = SSH_AUTH_METHOD_INTERACTIVE,
		.password = "another",
		.asks = 3 };
	struct world w;

	start(&w, &s);
	fails(&w, ERR_PIN, "it was sent once");
	assert_int_equal(w.node.passwords, 1);
	stop(&w);
}

static void
test_no_password(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	static const struct fake_setup key_only = { .talk = talk,
		.methods = SSH_AUTH_METHOD_PUBLICKEY };
	struct world w;

	start(&w, &s);
	w.setup.password = NULL;
	fails(&w, ERR_PIN, "none is given");
	assert_int_equal(w.node.passwords, 0);
	stop(&w);
	start(&w, &key_only);
	fails(&w, ERR_PIN, "lets nobody in with a password");
	stop(&w);
}

static void
test_key(void **state)
{
	static const struct fake_setup s = { .talk = talk,
		.methods = SSH_AUTH_METHOD_PUBLICKEY |
		    SSH_AUTH_METHOD_INTERACTIVE };
	char path[128];
	struct world w;
	ssh_key key;

	assert_int_equal(ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key),
	    SSH_OK);
	start(&w, &s);
	(void)snprintf(path, sizeof(path), "%s/key", w.folder);
	assert_int_equal(
	    ssh_pki_export_privkey_file(key, NULL, NULL, NULL, path), SSH_OK);
	w.ssh.key = path;
	/* it does not know the key: the password follows */
	must_connect(&w);
	assert_int_equal(w.node.passwords, 1);
	w.setup.password = NULL;
	fails(&w, ERR_PIN, "with the key");
	w.node.client = key;
	must_connect(&w);
	assert_int_equal(w.node.passwords, 1);
	w.ssh.key = "/nowhere/key";
	fails(&w, ERR_ABSENT, "/nowhere/key");
	(void)unlink(path);
	stop(&w);
	ssh_key_free(key);
}

/* ---- Host keys ---- */

static void
test_host_key(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	struct world w;

	start(&w, &s);
	w.setup.trust = NULL;
	fails(&w, ERR_POLICY, "is not known: SHA256:");
	w.setup.trust = trust;
	w.answer = false;
	fails(&w, ERR_POLICY, "was not trusted");
	w.answer = true;
	must_connect(&w);
	assert_int_equal(w.trusts, 2);
	w.setup.trust = NULL;
	must_connect(&w);
	assert_int_equal(w.node.passwords, 2);
	/* another key, of the same kind and of another: nobody is asked */
	w.setup.trust = trust;
	fake_new_key(&w.node, SSH_KEYTYPE_ED25519, 0);
	fails(&w, ERR_POLICY, "ssh-keygen -R '[127.0.0.1]:");
	fake_new_key(&w.node, SSH_KEYTYPE_ECDSA_P256, 256);
	fails(&w, ERR_POLICY, "is not the one in");
	assert_int_equal(w.trusts, 2);
	assert_int_equal(w.node.passwords, 2);
	stop(&w);
}

/* A key that was revoked is refused, and nobody is asked, also where the
 * inventory pins it. */
static void
test_revoked(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	char line[1024], pin[256], host[64], rest[900];
	struct world w;
	FILE *f;

	start(&w, &s);
	must_connect(&w);
	(void)snprintf(pin, sizeof(pin), "%s", w.shown);
	f = fopen(w.known, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	(void)fclose(f);
	assert_int_equal(sscanf(line, "%63s %899[^\n]", host, rest), 2);
	f = fopen(w.known, "w");
	assert_non_null(f);
	(void)fprintf(f, "# a remark\n@revoked\t*  %s\n", rest);
	assert_int_equal(fclose(f), 0);
	fails(&w, ERR_POLICY, "is revoked in");
	w.ssh.host_key = pin;
	fails(&w, ERR_POLICY, "is revoked in");
	assert_int_equal(w.trusts, 1);
	assert_int_equal(w.node.passwords, 1);
	stop(&w);
}

static void
test_pin(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	char pin[256];
	struct world w;

	start(&w, &s);
	must_connect(&w);
	(void)snprintf(pin, sizeof(pin), "%s=", w.shown);
	w.ssh.host_key = pin;
	w.setup.trust = NULL;
	must_connect(&w);
	w.ssh.host_key = pin + strlen("SHA256:");
	must_connect(&w);
	assert_int_equal(w.node.passwords, 3);
	/* what is in known_hosts does not help */
	pin[strlen("SHA256:")] ^= 1;
	w.ssh.host_key = pin;
	fails(&w, ERR_POLICY, "change host_key");
	w.ssh.host_key = "";
	fails(&w, ERR_POLICY, "change host_key");
	assert_int_equal(w.node.passwords, 3);
	stop(&w);
}

/* ---- Old algorithms ---- */

static void
test_legacy(void **state)
{
	static const struct fake_setup s = { .talk = talk, .old = true };
	struct world w;

	start(&w, &s);
	fails(&w, ERR_POLICY, "--legacy-ssh");
	assert_int_equal(w.trusts, 0);
	w.ssh.legacy = true;
	must_connect(&w);
	assert_string_equal(shell_weak(w.shell),
	    "diffie-hellman-group14-sha1, ssh-rsa, aes128-cbc, hmac-sha1");
	assert_non_null(strstr((const char *)transcript_text(w.transcript).ptr,
	    "no longer safe: diffie-hellman-group14-sha1, ssh-rsa"));
	stop(&w);
}

/* Where better ones are there, old ones are not even offered. */
static void
test_legacy_unused(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	struct world w;

	start(&w, &s);
	w.ssh.legacy = true;
	must_connect(&w);
	assert_string_equal(shell_weak(w.shell), "");
	stop(&w);
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
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_asked_twice),
		cmocka_unit_test(test_no_password),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_host_key),
		cmocka_unit_test(test_pin),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_legacy),
		cmocka_unit_test(test_legacy_unused),
		cmocka_unit_test(test_no_node),
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
