/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S16: `file get` of the lab's command line as an SFTP client. At the other end
 * is OpenSSH's sftp-server, behind an SSH server of this test.
 */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/console_desk.h"

#define USUAL 1250, "12.5.1.16900-48"
#define OLD 1150, "11.5.1.10000-6"
#define SERVER "/usr/lib/openssh/sftp-server"
#define PASSWORD "correct-horse"
#define CHUNK 4096
#define TICK 20 /* ms */

/* libssh would have it done by callbacks, for this one. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* It serves one connection. */
struct server {
	ssh_bind bind;
	ssh_session session;
	ssh_channel channel;
	pthread_t thread;
	unsigned port;
	bool by_keyboard; /* and by nothing else */
	unsigned num_refused;
};

/* ---- Logging in, and asking for the subsystem. ---- */

static bool
is_right(struct server *s, ssh_message m)
{
	const char *answer;

	if (!s->by_keyboard)
		return ssh_message_subtype(m) == SSH_AUTH_METHOD_PASSWORD &&
		    strcmp(ssh_message_auth_password(m), PASSWORD) == 0;
	if (ssh_message_subtype(m) != SSH_AUTH_METHOD_INTERACTIVE ||
	    !ssh_message_auth_kbdint_is_response(m))
		return false;
	answer = ssh_userauth_kbdint_getanswer(s->session, 0);
	return answer != NULL && strcmp(answer, PASSWORD) == 0;
}

static void
answer_login(struct server *s, ssh_message m)
{
	const char *prompt = "Password: ";
	char echo = 0;

	if (is_right(s, m)) {
		(void)ssh_message_auth_reply_success(m, 0);
	} else if (s->by_keyboard &&
	    ssh_message_subtype(m) == SSH_AUTH_METHOD_INTERACTIVE &&
	    !ssh_message_auth_kbdint_is_response(m)) {
		(void)ssh_message_auth_interactive_request(m, "", "", 1,
		    &prompt, &echo);
	} else {
		s->num_refused++;
		(void)ssh_message_auth_set_methods(m,
		    s->by_keyboard ? SSH_AUTH_METHOD_INTERACTIVE
				   : SSH_AUTH_METHOD_PASSWORD);
		(void)ssh_message_reply_default(m);
	}
}

/* True once the other side has its subsystem. */
static bool
answer_message(struct server *s, ssh_message m)
{
	int type = ssh_message_type(m), subtype = ssh_message_subtype(m);

	if (type == SSH_REQUEST_AUTH) {
		answer_login(s, m);
	} else if (type == SSH_REQUEST_CHANNEL_OPEN &&
	    subtype == SSH_CHANNEL_SESSION) {
		s->channel = ssh_message_channel_request_open_reply_accept(m);
	} else if (type == SSH_REQUEST_CHANNEL &&
	    subtype == SSH_CHANNEL_REQUEST_SUBSYSTEM) {
		(void)ssh_message_channel_request_reply_success(m);
		return true;
	} else {
		(void)ssh_message_reply_default(m);
	}
	return false;
}

/* ---- Between the channel and the child. ---- */

static pid_t
start_child(int fd)
{
	char name[] = SERVER, *argv[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_adddup2(&actions, fd, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, fd, 1);
	(void)posix_spawn(&pid, SERVER, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static bool
copy_once(const struct server *s, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[CHUNK];
	int num = ssh_channel_read_timeout(s->channel, bytes, sizeof(bytes), 0,
	    TICK);
	ssize_t got;

	if (num < 0 || (num == 0 && ssh_channel_is_eof(s->channel)))
		return false;
	if (num > 0 && send(fd, bytes, (size_t)num, MSG_NOSIGNAL) != num)
		return false;
	while (poll(&p, 1, num > 0 ? TICK : 0) > 0) {
		got = read(fd, bytes, sizeof(bytes));
		if (got <= 0)
			return false;
		if (ssh_channel_write(s->channel, bytes, (uint32_t)got) != got)
			return false;
		num = 0;
	}
	return true;
}

static void
serve_files(const struct server *s)
{
	int fd[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0)
		return;
	pid = start_child(fd[1]);
	(void)close(fd[1]);
	while (copy_once(s, fd[0]))
		continue;
	(void)close(fd[0]);
	(void)waitpid(pid, NULL, 0);
}

static void *
serve(void *arg)
{
	struct server *s = arg;
	ssh_message m;
	bool ready = false;

	if (ssh_bind_accept(s->bind, s->session) != SSH_OK ||
	    ssh_handle_key_exchange(s->session) != SSH_OK)
		return NULL;
	while (!ready && (m = ssh_message_get(s->session)) != NULL) {
		ready = answer_message(s, m);
		ssh_message_free(m);
	}
	if (ready)
		serve_files(s);
	ssh_disconnect(s->session);
	return NULL;
}

/* ---- Its life. ---- */

static unsigned
port_of(int fd)
{
	struct sockaddr_in at = { .sin_port = 0 };
	socklen_t len = sizeof(at);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.sin_port);
}

static void
server_start(struct server *s, bool by_keyboard)
{
	const bool no = false;
	const unsigned any = 0;
	ssh_key key = NULL;

	memset(s, 0, sizeof(*s));
	s->by_keyboard = by_keyboard;
	s->bind = ssh_bind_new();
	s->session = ssh_new();
	assert_int_equal(ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key), 0);
	(void)ssh_bind_options_set(s->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG,
	    &no);
	(void)ssh_bind_options_set(s->bind, SSH_BIND_OPTIONS_BINDADDR,
	    "127.0.0.1");
	(void)ssh_bind_options_set(s->bind, SSH_BIND_OPTIONS_BINDPORT, &any);
	(void)ssh_bind_options_set(s->bind, SSH_BIND_OPTIONS_IMPORT_KEY, key);
	assert_int_equal(ssh_bind_listen(s->bind), 0);
	s->port = port_of(ssh_bind_get_fd(s->bind));
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void
server_end(struct server *s)
{
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	ssh_free(s->session);
	ssh_bind_free(s->bind);
}

/* ---- Tests. ---- */

static const char *
type_get(struct desk *d, const struct server *s, const char *what,
    const char *trust, const char *password, const char *folder)
{
	char keys[1024];

	(void)snprintf(keys, sizeof(keys),
	    "file get tftp %s\ry\r127.0.0.1\r%u\rroot\r%s\r%s\r%s", what,
	    s->port, password, folder, trust);
	return desk_type(d, keys);
}

static void
assert_arrived(const char *folder, const char *name, struct bytes want)
{
	struct buf got = { 0 };
	char path[512];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &got, &d), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&got), want));
	buf_clear(&got);
	assert_int_equal(unlink(path), 0);
}

static void
try_get(struct desk *d, bool by_keyboard, const char *trust)
{
	char folder[] = "/tmp/console-sftp-XXXXXX";
	struct server s;

	assert_non_null(mkdtemp(folder));
	server_start(&s, by_keyboard);
	(void)type_get(d, &s, "CTLFile.tlv", trust, PASSWORD, folder);
	server_end(&s);
	desk_says(d, ".\r\nTransfer completed.\r\nadmin:");
	desk_says_not(d, PASSWORD);
	assert_arrived(folder, "CTLFile.tlv", buf_bytes(&d->ctl));
	assert_int_equal(rmdir(folder), 0);
}

static void
test_get(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	try_get(&d, false, "");
	try_get(&d, true, "");
	desk_close(&d);
	/* this one asks whether the host is the right one */
	desk_open(&d, OLD);
	try_get(&d, false, "yes\r");
	desk_says(&d, "key fingerprint is SHA256:");
	desk_says(&d, "connecting (yes/no)? yes\r\n");
	desk_close(&d);
}

static void
test_recovery(void **state)
{
	char folder[] = "/tmp/console-sftp-XXXXXX";
	struct server s;
	struct desk d;

	assert_non_null(mkdtemp(folder));
	desk_open(&d, USUAL);
	server_start(&s, false);
	(void)type_get(&d, &s, "ITLRecovery.p12", "", PASSWORD, folder);
	server_end(&s);
	desk_says(&d, "Transfer completed.");
	assert_arrived(folder, "ITLRecovery.p12", d.file[2].bytes);
	assert_int_equal(rmdir(folder), 0);
	desk_close(&d);
}

static void
test_refused(void **state)
{
	struct server s;
	struct desk d;

	desk_open(&d, OLD);
	server_start(&s, false);
	(void)type_get(&d, &s, "CTLFile.tlv", "no\r", PASSWORD, "/tmp");
	server_end(&s);
	desk_says(&d, "Transfer failed: the host key is not trusted\r\n");
	server_start(&s, false);
	(void)type_get(&d, &s, "CTLFile.tlv", "yes\r", "wrong", "/tmp");
	server_end(&s);
	desk_says(&d, "Transfer failed: the login was refused\r\n");
	assert_int_not_equal(s.num_refused, 0);
	server_start(&s, false);
	(void)type_get(&d, &s, "CTLFile.tlv", "yes\r", PASSWORD,
	    "/nowhere/at/all");
	server_end(&s);
	desk_says(&d, "Transfer failed: cannot make the file");
	desk_says(&d, "Executed command unsuccessfully");
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_refused),
	};

	return test_run(tests);
}
