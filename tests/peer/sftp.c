/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/peer/sftp.h"

#include <arpa/inet.h>
#include <libssh/server.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVER "/usr/lib/openssh/sftp-server"
#define CHUNK 4096
#define TICK 20 /* ms */

/* libssh would have it done by callbacks, for this one. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static void
must(bool good)
{
	if (!good)
		abort();
}

/* ---- Logging in, and asking for the subsystem. ---- */

static bool
is_right(struct sftp *s, ssh_message m)
{
	const char *answer;

	if (!s->by_keyboard)
		return ssh_message_subtype(m) == SSH_AUTH_METHOD_PASSWORD &&
		    strcmp(ssh_message_auth_password(m), s->password) == 0;
	if (ssh_message_subtype(m) != SSH_AUTH_METHOD_INTERACTIVE ||
	    !ssh_message_auth_kbdint_is_response(m))
		return false;
	answer = ssh_userauth_kbdint_getanswer(s->session, 0);
	return answer != NULL && strcmp(answer, s->password) == 0;
}

static void
answer_login(struct sftp *s, ssh_message m)
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
answer_message(struct sftp *s, ssh_message m)
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
copy_once(const struct sftp *s, int fd)
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
serve_files(const struct sftp *s)
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
	struct sftp *s = arg;
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

	must(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
	return ntohs(at.sin_port);
}

void
sftp_start(struct sftp *s, const char *password, bool by_keyboard)
{
	const bool no = false;
	const unsigned any = 0;
	ssh_key key = NULL;

	memset(s, 0, sizeof(*s));
	s->password = password;
	s->by_keyboard = by_keyboard;
	s->bind = ssh_bind_new();
	s->session = ssh_new();
	must(ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == 0);
	(void)ssh_bind_options_set(s->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG,
	    &no);
	(void)ssh_bind_options_set(s->bind, SSH_BIND_OPTIONS_BINDADDR,
	    "127.0.0.1");
	(void)ssh_bind_options_set(s->bind, SSH_BIND_OPTIONS_BINDPORT, &any);
	(void)ssh_bind_options_set(s->bind, SSH_BIND_OPTIONS_IMPORT_KEY, key);
	must(ssh_bind_listen(s->bind) == 0);
	s->port = port_of(ssh_bind_get_fd(s->bind));
	must(pthread_create(&s->thread, NULL, serve, s) == 0);
}

void
sftp_end(struct sftp *s)
{
	must(pthread_join(s->thread, NULL) == 0);
	ssh_free(s->session);
	ssh_bind_free(s->bind);
}
