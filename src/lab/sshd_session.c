/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lab/sshd_parts.h"

#define FAILURES_MAX 3        /* then the appliance hangs up */
#define BYE_LIMIT 5           /* s, for the other side to leave */
#define IDLE_MIN (300 * 1000) /* ms: what waits longer, waits for a person */

/* ---- Logging in. ---- */

static bool
is_right(struct sshd_session *self, const char *user, const char *password)
{
	size_t i;

	if (user == NULL || password == NULL ||
	    strcmp(password, self->setup->password) != 0)
		return false;
	for (i = 0; sshd_user(i) != NULL; i++)
		if (strcmp(sshd_user(i), user) == 0)
			return true;
	return false;
}

/* Too long a name is nobody's. */
static void
name_user(struct sshd_session *self, const char *user)
{
	size_t len = user != NULL ? strlen(user) : 0;

	if (len >= sizeof(self->user))
		len = 0;
	if (user != self->user)
		memcpy(self->user, user != NULL ? user : "", len);
	self->user[len] = '\0';
}

static bool
try_password(struct sshd_session *self, const char *user, const char *password)
{
	if (is_right(self, user, password)) {
		name_user(self, user);
		self->authentic = true;
		return true;
	}
	/* who was wrong so often is not even told */
	if (++self->failures >= FAILURES_MAX)
		(void)shutdown(ssh_get_fd(self->ssh), SHUT_RDWR);
	return false;
}

static int
on_password(ssh_session ssh, const char *user, const char *password, void *arg)
{
	struct sshd_session *self = arg;

	(void)ssh;
	if (self->cli.keyboard_only || !try_password(self, user, password))
		return SSH_AUTH_DENIED;
	return SSH_AUTH_SUCCESS;
}

/* Of keyboard-interactive: the one prompt, or the answer to it. */
static bool
on_interactive(struct sshd_session *self, ssh_message message)
{
	const char *prompt = "Password: ";
	char echo = 0;

	if (self->cli.password_only)
		return false;
	if (ssh_message_auth_kbdint_is_response(message) == 0) {
		name_user(self, ssh_message_auth_user(message));
		return ssh_message_auth_interactive_request(message, "", "", 1,
			   &prompt, &echo) == SSH_OK;
	}
	if (ssh_userauth_kbdint_getnanswers(self->ssh) != 1 ||
	    !try_password(self, self->user,
		ssh_userauth_kbdint_getanswer(self->ssh, 0)))
		return false;
	return ssh_message_auth_reply_success(message, 0) == SSH_OK;
}

/* What no callback below takes. 1: libssh is to refuse it. */
static int
on_message(ssh_session ssh, ssh_message message, void *arg)
{
	struct sshd_session *self = arg;

	(void)ssh;
	if (ssh_message_type(message) == SSH_REQUEST_AUTH &&
	    ssh_message_subtype(message) == SSH_AUTH_METHOD_INTERACTIVE &&
	    on_interactive(self, message))
		return 0;
	return 1;
}

/* ---- The channel. ---- */

/* NOLINTBEGIN(readability-function-size): libssh says what they take */
static int
on_pty(ssh_session ssh, ssh_channel channel, const char *term, int width,
    int height, int xpixels, int ypixels, void *arg)
{
	struct sshd_session *self = arg;

	(void)ssh;
	(void)channel;
	(void)term;
	(void)width;
	(void)height;
	(void)xpixels;
	(void)ypixels;
	self->pty = true;
	return 0;
}

static int
on_resize(ssh_session ssh, ssh_channel channel, int width, int height,
    int xpixels, int ypixels, void *arg)
{
	(void)ssh;
	(void)channel;
	(void)width;
	(void)height;
	(void)xpixels;
	(void)ypixels;
	(void)arg;
	return 0;
}

/* NOLINTEND(readability-function-size) */

/* Without a pty there is no shell; and one is enough. */
static int
on_shell(ssh_session ssh, ssh_channel channel, void *arg)
{
	struct sshd_session *self = arg;

	(void)ssh;
	(void)channel;
	if (!self->pty || self->shell)
		return 1;
	self->shell = true;
	return 0;
}

static int
on_exec(ssh_session ssh, ssh_channel channel, const char *command, void *arg)
{
	(void)ssh;
	(void)channel;
	(void)command;
	(void)arg;
	return 1;
}

static ssh_channel
on_channel(ssh_session ssh, void *arg)
{
	struct sshd_session *self = arg;

	if (!self->authentic || self->channel != NULL)
		return NULL;
	self->channel = ssh_channel_new(ssh);
	if (self->channel != NULL)
		(void)ssh_set_channel_callbacks(self->channel,
		    &self->on_channel);
	return self->channel;
}

static void
set_callbacks(struct sshd_session *self)
{
	ssh_callbacks_init(&self->server);
	self->server.userdata = self;
	self->server.auth_password_function = on_password;
	self->server.channel_open_request_session_function = on_channel;
	ssh_callbacks_init(&self->on_channel);
	self->on_channel.userdata = self;
	self->on_channel.channel_pty_request_function = on_pty;
	self->on_channel.channel_pty_window_change_function = on_resize;
	self->on_channel.channel_shell_request_function = on_shell;
	self->on_channel.channel_exec_request_function = on_exec;
	self->on_channel.channel_subsystem_request_function = on_exec;
	(void)ssh_set_server_callbacks(self->ssh, &self->server);
	ssh_set_message_callback(self->ssh, on_message, self);
}

/* Lets libssh work until there is a shell; false: there will be none. */
static bool
wait_for_shell(struct sshd_session *self)
{
	const time_t until = time(NULL) + SSHD_LOGIN_LIMIT;
	ssh_event event = ssh_event_new();
	int result;

	if (event == NULL)
		return false;
	result = ssh_event_add_session(event, self->ssh);
	while (result != SSH_ERROR && !self->shell &&
	    self->failures < FAILURES_MAX && time(NULL) < until)
		result = ssh_event_dopoll(event, 1000);
	(void)ssh_event_remove_session(event, self->ssh);
	ssh_event_free(event);
	return self->shell;
}

bool
sshd_session_open(struct sshd_session *self)
{
	long limit = SSHD_LOGIN_LIMIT;
	int methods = 0;

	if (!self->cli.keyboard_only)
		methods |= SSH_AUTH_METHOD_PASSWORD;
	if (!self->cli.password_only)
		methods |= SSH_AUTH_METHOD_INTERACTIVE;
	set_callbacks(self);
	ssh_set_auth_methods(self->ssh, methods);
	(void)ssh_options_set(self->ssh, SSH_OPTIONS_TIMEOUT, &limit);
	return ssh_handle_key_exchange(self->ssh) == SSH_OK &&
	    wait_for_shell(self);
}

/* Whoever breaks off at once leaves the client to say that it was cut off. */
static void
wait_for_end(struct sshd_session *self)
{
	const time_t until = time(NULL) + BYE_LIMIT;
	ssh_event event = ssh_event_new();

	if (event == NULL)
		return;
	if (ssh_event_add_session(event, self->ssh) == SSH_OK)
		while (ssh_is_connected(self->ssh) != 0 && time(NULL) < until)
			if (ssh_event_dopoll(event, 1000) == SSH_ERROR)
				break;
	(void)ssh_event_remove_session(event, self->ssh);
	ssh_event_free(event);
}

void
sshd_session_bye(struct sshd_session *self)
{
	if (self->gone)
		return;
	(void)ssh_channel_request_send_exit_status(self->channel, 0);
	(void)ssh_channel_send_eof(self->channel);
	(void)ssh_channel_close(self->channel);
	wait_for_end(self);
}

void
sshd_session_end(struct sshd_session *self)
{
	if (!self->gone)
		ssh_disconnect(self->ssh);
	ssh_free(self->ssh);
	self->ssh = NULL;
}

/* ---- Bytes. ---- */

/* The real milliseconds of MS virtual ones, 1 at least. Nobody types faster
 * since the lab's time does: how long a session may be idle is virtual only where
 * the scenario says so. */
static int
real_ms(const struct sshd_session *self, unsigned ms)
{
	unsigned speed = self->setup->world->scenario->speed;

	if (speed > 1 && (self->cli.idle != 0 || ms < IDLE_MIN))
		ms = ms / speed + (ms % speed != 0);
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

enum console_key
sshd_session_read(void *arg, unsigned ms, uint8_t *ret)
{
	struct sshd_session *self = arg;
	int n;

	if (self->in_at == self->in_len && !self->gone) {
		n = ssh_channel_read_timeout(self->channel, self->in,
		    sizeof(self->in), 0, real_ms(self, ms));
		self->in_at = 0;
		self->in_len = n > 0 ? (size_t)n : 0;
		self->gone = n == SSH_ERROR || n == SSH_EOF ||
		    (n <= 0 &&
			(ssh_channel_is_eof(self->channel) != 0 ||
			    ssh_channel_is_open(self->channel) == 0));
	}
	if (self->in_at == self->in_len)
		return self->gone ? CONSOLE_GONE : CONSOLE_NOTHING;
	*ret = self->in[self->in_at++];
	return CONSOLE_BYTE;
}

bool
sshd_session_write(void *arg, struct bytes text)
{
	struct sshd_session *self = arg;
	uint32_t part;
	int n;

	self->setup->tells(self->setup->arg, self->node);
	while (text.len > 0 && !self->gone) {
		part = text.len > 32768 ? 32768 : (uint32_t)text.len;
		n = ssh_channel_write(self->channel, text.ptr, part);
		if (n <= 0)
			self->gone = true;
		else
			text = bytes_of(text.ptr + n, text.len - (size_t)n);
	}
	return !self->gone;
}

void
sshd_session_cut(void *arg)
{
	struct sshd_session *self = arg;

	(void)shutdown(ssh_get_fd(self->ssh), SHUT_RDWR);
	self->gone = true;
}
