/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_node.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The messages of libssh: the server asks for what it wants to see. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define NEED(what)                                                     \
	do {                                                           \
		if (!(what)) {                                         \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, \
			    __LINE__, #what);                          \
			abort();                                       \
		}                                                      \
	} while (0)

/* ---- For talk() ---- */

bool
fake_send(struct fake_node *f, const void *bytes, size_t len)
{
	const char *p = bytes;
	int n;

	while (len > 0) {
		if (f->over || !ssh_channel_is_open(f->channel))
			return false;
		n = ssh_channel_write(f->channel, p,
		    (uint32_t)(len > 32768 ? 32768 : len));
		if (n <= 0)
			return false;
		f->sent += (unsigned)n;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool
fake_say(struct fake_node *f, const char *text)
{
	return fake_send(f, text, strlen(text));
}

int
fake_byte(struct fake_node *f)
{
	uint8_t c;
	int n;

	while (!f->over) {
		n = ssh_channel_read_timeout(f->channel, &c, 1, 0, 100);
		if (n == 1) {
			if (f->num_typed < sizeof(f->typed) - 1)
				f->typed[f->num_typed++] = (char)c;
			return c;
		}
		if (n < 0 || ssh_channel_is_eof(f->channel) ||
		    !ssh_channel_is_open(f->channel))
			return -1;
	}
	return -1;
}

bool
fake_line(struct fake_node *f, char *ret, size_t size)
{
	size_t len = 0;
	uint8_t b;
	int c;

	for (;;) {
		c = fake_byte(f);
		if (c < 0)
			return false;
		if (c == '\r') {
			ret[len] = '\0';
			return fake_say(f, "\r\n");
		}
		b = (uint8_t)c;
		if (len + 1 < size)
			ret[len++] = (char)c;
		if (!fake_send(f, &b, 1))
			return false;
	}
}

/* ---- Logging in ---- */

static bool
right(struct fake_node *f, const char *password)
{
	f->passwords++;
	return f->setup.password != NULL && password != NULL &&
	    strcmp(password, f->setup.password) == 0;
}

static void
ask(ssh_message m)
{
	const char *prompts[] = { "Password: " };
	char echo[] = { 0 };

	(void)ssh_message_auth_interactive_request(m, "", "", 1, prompts, echo);
}

/* True: the message was answered, and lets in. */
static bool
by_keyboard(struct fake_node *f, ssh_message m, unsigned *asked)
{
	unsigned asks = f->setup.asks == 0 ? 1 : f->setup.asks;

	if (!ssh_message_auth_kbdint_is_response(m)) {
		*asked = 1;
		ask(m);
		return false;
	}
	if (right(f, ssh_userauth_kbdint_getanswer(f->session, 0))) {
		(void)ssh_message_auth_reply_success(m, 0);
		return true;
	}
	if (*asked < asks) {
		(*asked)++;
		ask(m);
	} else {
		(void)ssh_message_reply_default(m);
	}
	return false;
}

/* First it is asked whether the key would do, and then it signs. */
static bool
by_key(struct fake_node *f, ssh_message m)
{
	if (f->client == NULL ||
	    ssh_key_cmp(f->client, ssh_message_auth_pubkey(m),
		SSH_KEY_CMP_PUBLIC) != 0) {
		(void)ssh_message_reply_default(m);
		return false;
	}
	if (ssh_message_auth_publickey_state(m) == SSH_PUBLICKEY_STATE_NONE) {
		(void)ssh_message_auth_reply_pk_ok_simple(m);
		return false;
	}
	(void)ssh_message_auth_reply_success(m, 0);
	return ssh_message_auth_publickey_state(m) == SSH_PUBLICKEY_STATE_VALID;
}

static bool
log_in(struct fake_node *f)
{
	unsigned asked = 0;
	ssh_message m;
	bool in = false;

	ssh_set_auth_methods(f->session, f->setup.methods);
	while (!in && (m = ssh_message_get(f->session)) != NULL) {
		int sub = ssh_message_subtype(m);

		if (ssh_message_type(m) != SSH_REQUEST_AUTH ||
		    (sub & f->setup.methods) == 0) {
			ssh_message_auth_set_methods(m, f->setup.methods);
			(void)ssh_message_reply_default(m);
		} else if (sub == SSH_AUTH_METHOD_INTERACTIVE) {
			in = by_keyboard(f, m, &asked);
		} else if (sub == SSH_AUTH_METHOD_PUBLICKEY) {
			in = by_key(f, m);
		} else if (sub == SSH_AUTH_METHOD_PASSWORD) {
			in = right(f, ssh_message_auth_password(m));
			if (in)
				(void)ssh_message_auth_reply_success(m, 0);
			else
				(void)ssh_message_reply_default(m);
		} else {
			(void)ssh_message_reply_default(m);
		}
		ssh_message_free(m);
	}
	return in;
}

static bool
open_shell(struct fake_node *f)
{
	bool shell = false;
	ssh_message m;

	while (!shell && (m = ssh_message_get(f->session)) != NULL) {
		if (ssh_message_type(m) == SSH_REQUEST_CHANNEL_OPEN) {
			f->channel =
			    ssh_message_channel_request_open_reply_accept(m);
		} else if (ssh_message_type(m) == SSH_REQUEST_CHANNEL) {
			(void)ssh_message_channel_request_reply_success(m);
			shell = ssh_message_subtype(m) ==
			    SSH_CHANNEL_REQUEST_SHELL;
		} else {
			(void)ssh_message_reply_default(m);
		}
		ssh_message_free(m);
	}
	return shell && f->channel != NULL;
}

/* ---- The thread ---- */

static void
set_old(ssh_bind bind)
{
	NEED(ssh_bind_options_set(bind, SSH_BIND_OPTIONS_KEY_EXCHANGE,
		 "diffie-hellman-group14-sha1") == 0);
	NEED(ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS,
		 "ssh-rsa") == 0);
	NEED(ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HMAC_C_S,
		 "hmac-sha1") == 0);
	NEED(ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HMAC_S_C,
		 "hmac-sha1") == 0);
}

static void
set_ciphers(ssh_bind bind, const char *ciphers)
{
	NEED(ssh_bind_options_set(bind, SSH_BIND_OPTIONS_CIPHERS_C_S,
		 ciphers) == 0);
	NEED(ssh_bind_options_set(bind, SSH_BIND_OPTIONS_CIPHERS_S_C,
		 ciphers) == 0);
}

static void
serve(struct fake_node *f, int fd)
{
	ssh_bind bind = ssh_bind_new();
	ssh_key key = ssh_key_dup(f->key);
	int no = 0;

	f->session = ssh_new();
	f->channel = NULL;
	NEED(bind != NULL && f->session != NULL && key != NULL);
	NEED(ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no) ==
	    0);
	NEED(ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) == 0);
	if (f->setup.old) {
		set_old(bind);
		set_ciphers(bind, "aes128-cbc");
	}
	if (f->setup.ciphers != NULL)
		set_ciphers(bind, f->setup.ciphers);
	f->fd = fd;
	if (ssh_bind_accept_fd(bind, f->session, fd) == SSH_OK &&
	    ssh_handle_key_exchange(f->session) == SSH_OK && log_in(f) &&
	    open_shell(f)) {
		f->sessions++;
		f->setup.talk(f);
	}
	if (f->channel != NULL)
		ssh_channel_free(f->channel);
	ssh_disconnect(f->session);
	ssh_free(f->session);
	ssh_bind_free(bind);
}

static void
babble(struct fake_node *f, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN | POLLRDHUP };
	ssize_t n = 1;

	while (!f->over && f->setup.raw != NULL && n > 0) {
		n = send(fd, f->setup.raw, strlen(f->setup.raw), MSG_NOSIGNAL);
		f->sent += n > 0 ? (unsigned)n : 0;
	}
	while (!f->over && f->setup.mute &&
	    (poll(&pfd, 1, 50) == 0 || (pfd.revents & POLLRDHUP) == 0))
		pfd.revents = 0;
	(void)close(fd);
}

static void *
run(void *arg)
{
	struct fake_node *f = arg;
	struct pollfd pfd = { .fd = f->listener, .events = POLLIN };
	int fd;

	while (!f->over) {
		if (poll(&pfd, 1, 50) != 1)
			continue;
		fd = accept(f->listener, NULL, NULL);
		if (fd == -1)
			continue;
		if (f->ended < f->setup.hang_ups)
			(void)close(fd);
		else if (f->setup.raw != NULL || f->setup.mute)
			babble(f, fd);
		else
			serve(f, fd);
		f->ended++;
	}
	return NULL;
}

void
fake_new_key(struct fake_node *f, enum ssh_keytypes_e type, int bits)
{
	ssh_key_free(f->key);
	f->key = NULL;
	NEED(ssh_pki_generate(type, bits, &f->key) == SSH_OK);
}

void
fake_start(struct fake_node *f, const struct fake_setup *setup)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	memset(f, 0, sizeof(*f));
	f->setup = *setup;
	if (setup->old)
		fake_new_key(f, SSH_KEYTYPE_RSA, 2048);
	else
		fake_new_key(f, SSH_KEYTYPE_ED25519, 0);
	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	NEED(f->listener != -1);
	NEED(bind(f->listener, (struct sockaddr *)&at, sizeof(at)) == 0);
	NEED(listen(f->listener, 16) == 0);
	NEED(getsockname(f->listener, (struct sockaddr *)&at, &len) == 0);
	f->port = ntohs(at.sin_port);
	NEED(pthread_create(&f->thread, NULL, run, f) == 0);
}

void
fake_stop(struct fake_node *f)
{
	f->over = true;
	NEED(pthread_join(f->thread, NULL) == 0);
	(void)close(f->listener);
	ssh_key_free(f->key);
}
