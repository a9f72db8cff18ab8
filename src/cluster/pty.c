/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/pty.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cluster/pty_inner.h"

/* No line is ever folded by the terminal, and pages are long. */
#define COLUMNS 1024
#define ROWS 500
#define TERMINAL "vt100"
#define SEND_LIMIT 30        /* s in which the other side takes anything */
#define LOGIN_MAX (4u << 20) /* bytes before the shell */
#define PAUSE_MAX 1000       /* ms of one wait within libssh's own steps */

int64_t
pty_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- TCP ------------------------------------------------------------------ */

/* Connects a socket of AI until UNTIL; errno says why not. */
static int
connect_one(const struct addrinfo *ai, int64_t until)
{
	struct pollfd pfd = { .events = POLLOUT };
	struct timeval limit = { .tv_sec = SEND_LIMIT };
	int error = 0, on = 1;
	socklen_t len = sizeof(error);
	int64_t left;

	pfd.fd = socket(ai->ai_family,
	    ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
	if (pfd.fd == -1)
		return -1;
	(void)setsockopt(pfd.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* libssh makes it a blocking one */
	(void)setsockopt(pfd.fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
	    sizeof(limit));
	if (connect(pfd.fd, ai->ai_addr, ai->ai_addrlen) == 0)
		return pfd.fd;
	error = errno;
	while (error == EINPROGRESS || error == EINTR) {
		left = until - pty_now();
		if (left <= 0 || poll(&pfd, 1, (int)left) == 0)
			error = ETIMEDOUT;
		else if (pfd.revents != 0 &&
		    getsockopt(pfd.fd, SOL_SOCKET, SO_ERROR, &error, &len) ==
			0 &&
		    error == 0)
			return pfd.fd;
	}
	(void)close(pfd.fd);
	errno = error;
	return -1;
}

static enum err
connect_to(const struct pty_setup *setup, int *ret, struct diag *d)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL, *ai;
	int64_t until = pty_now() + setup->connect_limit;
	char port[16];
	int fd = -1, rv;

	(void)snprintf(port, sizeof(port), "%u", setup->port);
	rv = getaddrinfo(setup->host, port, &hints, &list);
	if (rv != 0)
		return diag_set(d, ERR_IO, "%s: %s", setup->host,
		    gai_strerror(rv));
	errno = 0;
	for (ai = list; ai != NULL && fd == -1; ai = ai->ai_next)
		fd = connect_one(ai, until);
	freeaddrinfo(list);
	if (fd == -1)
		return diag_errno(d, "connect", errno,
		    "%s port %u cannot be reached", setup->host, setup->port);
	*ret = fd;
	return ERR_OK;
}

/* ---- Waiting -------------------------------------------------------------- */

static void
pause_for(struct pty *p, int64_t ms)
{
	struct pollfd pfd = { .fd = ssh_get_fd(p->session), .events = POLLIN };

	if (ssh_get_poll_flags(p->session) & SSH_WRITE_PENDING)
		pfd.events |= POLLOUT;
	(void)poll(&pfd, 1, (int)ms);
}

void
pty_begin(struct pty *p, unsigned limit)
{
	p->limit = limit;
	p->until = pty_now() + limit;
}

enum err
pty_wait(struct pty *p, const struct pty_setup *setup, const char *what,
    struct diag *d)
{
	int64_t left = p->until - pty_now();

	if (p->socket.in_bytes > LOGIN_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "%s port %u: %s: more than %u MiB came", setup->host,
		    setup->port, what, LOGIN_MAX >> 20);
	if (left <= 0)
		return diag_set(d, ERR_IO, "%s port %u: %s took more than %u s",
		    setup->host, setup->port, what, p->limit / 1000);
	pause_for(p, left < PAUSE_MAX ? left : PAUSE_MAX);
	return ERR_OK;
}

enum err
pty_failed(struct pty *p, const struct pty_setup *setup, const char *what,
    struct diag *d)
{
	const char *why = ssh_get_error(p->session);

	return diag_set(d, ERR_IO, "%s port %u: %s: %s", setup->host,
	    setup->port, what,
	    why == NULL || *why == '\0' ? "the connection ended" : why);
}

/* ---- The session ---------------------------------------------------------- */

static enum err
set_options(struct pty *p, const struct pty_setup *setup, int *fd,
    struct diag *d)
{
	const char *known = setup->host_key != NULL ? "/dev/null"
						    : setup->known_hosts;
	int no = 0;
	bool good;

	good = ssh_options_set(p->session, SSH_OPTIONS_PROCESS_CONFIG, &no) ==
		SSH_OK &&
	    ssh_options_set(p->session, SSH_OPTIONS_HOST, setup->host) ==
		SSH_OK &&
	    ssh_options_set(p->session, SSH_OPTIONS_PORT, &setup->port) ==
		SSH_OK &&
	    ssh_options_set(p->session, SSH_OPTIONS_USER, setup->user) ==
		SSH_OK &&
	    /* "no" would offer it all the same: a little could become much */
	    ssh_options_set(p->session, SSH_OPTIONS_COMPRESSION, "none") ==
		SSH_OK &&
	    (known == NULL ||
		ssh_options_set(p->session, SSH_OPTIONS_KNOWNHOSTS, known) ==
		    SSH_OK) &&
	    (setup->host_key == NULL ||
		ssh_options_set(p->session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS,
		    "/dev/null") == SSH_OK) &&
	    ssh_options_set(p->session, SSH_OPTIONS_FD, fd) == SSH_OK;
	if (!good)
		return diag_set(d, ERR_USAGE,
		    "%s port %u, user %s: the SSH library does not take this",
		    setup->host, setup->port, setup->user);
	return pty_offer(p, d);
}

static void
drop_session(struct pty *p)
{
	if (p->channel != NULL)
		ssh_channel_free(p->channel);
	p->channel = NULL;
	if (p->session == NULL)
		return;
	/* ssh_disconnect() would leave a socket of ours open */
	ssh_free(p->session);
	p->session = NULL;
}

/* One attempt to agree with the other side. *RET_CUT: it broke off. */
static enum err
shake_hands(struct pty *p, const struct pty_setup *setup, bool *ret_cut,
    struct diag *d)
{
	enum err err;
	int fd = -1, rv;

	*ret_cut = false;
	drop_session(p);
	err = connect_to(setup, &fd, d);
	if (err != ERR_OK)
		return err;
	p->session = ssh_new();
	err = p->session == NULL ? diag_nomem(d)
				 : set_options(p, setup, &fd, d);
	if (err != ERR_OK) {
		(void)close(fd);
		return err;
	}
	ssh_set_blocking(p->session, 0);
	pty_begin(p, setup->agree_limit);
	memset(&p->socket, 0, sizeof(p->socket));
	ssh_set_counters(p->session, &p->socket, &p->packets);
	pty_listen_to(p);
	while ((rv = ssh_connect(p->session)) == SSH_AGAIN && err == ERR_OK)
		err = pty_wait(p, setup, "agreeing on SSH", d);
	pty_listen_to(NULL);
	if (err != ERR_OK)
		return err;
	*ret_cut = rv != SSH_OK && ssh_is_connected(p->session) == 0;
	return rv == SSH_OK ? ERR_OK
			    : pty_failed(p, setup, "agreeing on SSH", d);
}

/* A server that has no time (MaxStartups), or that closes before its offer of
 * algorithms is out, breaks off: once it is asked again. */
static enum err
agree(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	bool cut, again = false;
	enum err err;

	for (;;) {
		err = shake_hands(p, setup, &cut, d);
		if (err != ERR_OK && cut && !again && !pty_disagreed(p)) {
			again = true;
			continue;
		}
		if (err == ERR_OK || p->session == NULL || !pty_disagreed(p))
			return err;
		if (!setup->legacy || !pty_offer_more(p))
			return pty_refuse(p, setup, d);
	}
}

/* Repeats STEP until it is over. */
#define REPEAT(p, setup, d, rv, err, what, step)                      \
	do {                                                          \
		while (((rv) = (step)) == SSH_AGAIN) {                \
			(err) = pty_wait((p), (setup), (what), (d));  \
			if ((err) != ERR_OK)                          \
				return (err);                         \
		}                                                     \
		if ((rv) != SSH_OK)                                   \
			return pty_failed((p), (setup), (what), (d)); \
	} while (0)

static enum err
open_shell(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	enum err err;
	int rv;

	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	p->channel = ssh_channel_new(p->session);
	if (p->channel == NULL)
		return diag_nomem(d);
	REPEAT(p, setup, d, rv, err, "opening a session",
	    ssh_channel_open_session(p->channel));
	REPEAT(p, setup, d, rv, err, "asking for a terminal",
	    ssh_channel_request_pty_size(p->channel, TERMINAL, COLUMNS, ROWS));
	REPEAT(p, setup, d, rv, err, "asking for a shell",
	    ssh_channel_request_shell(p->channel));
	return ERR_OK;
}

enum err
pty_connect(const struct pty_setup *setup, struct pty **ret, struct diag *d)
{
	struct pty *p = calloc(1, sizeof(*p));
	enum err err;

	if (p == NULL)
		return diag_nomem(d);
	err = agree(p, setup, d);
	if (err == ERR_OK)
		err = pty_trust(p, setup, d);
	if (err == ERR_OK) {
		pty_name_agreed(p);
		pty_begin(p, setup->login_limit);
		err = pty_login(p, setup, d);
	}
	if (err == ERR_OK &&
	    (buf_cstr(&p->weak) == NULL || buf_cstr(&p->agreed) == NULL ||
		buf_cstr(&p->fingerprint) == NULL))
		err = diag_nomem(d);
	if (err != ERR_OK) {
		pty_close(&p);
		return err;
	}
	*ret = p;
	return ERR_OK;
}

enum err
pty_open(const struct pty_setup *setup, struct pty **ret, struct diag *d)
{
	struct pty *p = NULL;
	enum err err = pty_connect(setup, &p, d);

	if (err == ERR_OK)
		err = open_shell(p, setup, d);
	if (err != ERR_OK) {
		pty_close(&p);
		return err;
	}
	*ret = p;
	return ERR_OK;
}

void
pty_close(struct pty **p)
{
	if (*p == NULL)
		return;
	drop_session(*p);
	buf_clear(&(*p)->weak);
	buf_clear(&(*p)->agreed);
	buf_clear(&(*p)->fingerprint);
	free(*p);
	*p = NULL;
}

/* ---- Bytes ---------------------------------------------------------------- */

static enum err
left(struct diag *d)
{
	return diag_set(d, ERR_TRUNCATED, "the connection ended");
}

/* What is there now. */
static enum err
take(struct pty *p, uint8_t *ret, size_t max, size_t *ret_len, struct diag *d)
{
	uint8_t other[512];
	int n;

	/* a terminal has no second stream; whoever sends one is not read. It is
	 * the first to be looked at, since either look may bring both. */
	(void)ssh_channel_read_nonblocking(p->channel, other, sizeof(other), 1);
	n = ssh_channel_read_nonblocking(p->channel, ret, (uint32_t)max, 0);
	*ret_len = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return ERR_OK;
	if (n < 0 || ssh_channel_is_eof(p->channel) ||
	    !ssh_is_connected(p->session))
		return left(d);
	return ERR_OK;
}

enum err
pty_read(struct pty *p, unsigned ms, uint8_t *ret, size_t max, size_t *ret_len,
    struct diag *d)
{
	int64_t until = pty_now() + ms, rest;
	enum err err;

	for (;;) {
		err = take(p, ret, max, ret_len, d);
		rest = until - pty_now();
		if (err != ERR_OK || *ret_len > 0 || rest <= 0)
			return err;
		pause_for(p, rest);
	}
}

enum err
pty_write(struct pty *p, unsigned ms, struct bytes in, struct diag *d)
{
	int64_t until = pty_now() + ms;
	int n;

	while (in.len > 0) {
		n = ssh_channel_write(p->channel, in.ptr, (uint32_t)in.len);
		if (n == SSH_ERROR || !ssh_is_connected(p->session))
			return left(d);
		if (n > 0) {
			in = bytes_of(in.ptr + n, in.len - (size_t)n);
			continue;
		}
		if (pty_now() >= until)
			return diag_set(d, ERR_IO,
			    "what is typed is not taken any more");
		pause_for(p, until - pty_now());
		if (ssh_channel_poll(p->channel, 0) == SSH_ERROR)
			return left(d);
	}
	return ERR_OK;
}

const char *
pty_weak(const struct pty *p)
{
	return p->weak.len == 0 ? "" : (const char *)p->weak.ptr;
}

const char *
pty_host_key(const struct pty *p)
{
	return (const char *)p->fingerprint.ptr;
}

const char *
pty_agreed(const struct pty *p)
{
	return p->agreed.len == 0 ? "" : (const char *)p->agreed.ptr;
}
