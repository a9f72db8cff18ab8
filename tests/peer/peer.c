/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/peer/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEARD_MAX ((size_t)64 * 1024)

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

/* An address of either family. */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

void
peer_bind(struct peer *p, int family, int type)
{
	bool v6 = family == AF_INET6;
	socklen_t len = sizeof(union address);
	union address at;

	memset(p, 0, sizeof(*p));
	memset(&at, 0, sizeof(at));
	p->family = family;
	p->sock = socket(family, type | SOCK_CLOEXEC, 0);
	must(p->sock >= 0, "socket");
	at.any.sa_family = (sa_family_t)family;
	if (v6)
		at.v6.sin6_addr = in6addr_loopback;
	else
		at.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(p->sock, &at.any, len) == 0, "bind");
	must(type != SOCK_STREAM || listen(p->sock, 64) == 0, "listen");
	must(getsockname(p->sock, &at.any, &len) == 0, "getsockname");
	p->port = ntohs(v6 ? at.v6.sin6_port : at.v4.sin_port);
}

void
peer_unbind(struct peer *p)
{
	(void)close(p->sock);
}

static void *
run(void *arg)
{
	struct peer *p = arg;
	sigset_t set;

	/* what it says may find nobody any more */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGPIPE);
	must(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0, "pthread_sigmask");
	p->serve(p);
	return NULL;
}

void
peer_start(struct peer *p, int family, int type, void (*serve)(struct peer *p),
    const void *arg)
{
	peer_bind(p, family, type);
	must(pipe(p->stop) == 0, "pipe");
	p->serve = serve;
	p->arg = arg;
	must(pthread_create(&p->thread, NULL, run, p) == 0, "pthread_create");
}

void
peer_stop(struct peer *p)
{
	(void)close(p->stop[1]);
	must(pthread_join(p->thread, NULL) == 0, "pthread_join");
	(void)close(p->stop[0]);
	(void)close(p->sock);
	buf_clear(&p->heard);
}

bool
peer_wait(struct peer *p, int fd, short events)
{
	struct pollfd fds[] = { { fd, events, 0 }, { p->stop[0], POLLIN, 0 } };

	while (poll(fds, 2, -1) < 0)
		must(errno == EINTR, "poll");
	return fds[1].revents == 0;
}

int
peer_accept(struct peer *p)
{
	int fd;

	if (!peer_wait(p, p->sock, POLLIN))
		return -1;
	fd = accept(p->sock, NULL, NULL);
	must(fd >= 0, "accept");
	return fd;
}

void
peer_idle(struct peer *p)
{
	(void)peer_wait(p, -1, 0);
}

bool
peer_hear(struct peer *p, int fd)
{
	char data[4096];
	ssize_t n;

	if (!peer_wait(p, fd, POLLIN))
		return false;
	n = recv(fd, data, sizeof(data), 0);
	if (n <= 0)
		return false;
	p->got += (size_t)n;
	if (p->heard.len + (size_t)n <= HEARD_MAX)
		buf_put(&p->heard, bytes_of(data, (size_t)n));
	return true;
}

bool
peer_hear_until(struct peer *p, int fd, const char *text)
{
	while (p->heard.len == 0 ||
	    memmem(p->heard.ptr, p->heard.len, text, strlen(text)) == NULL)
		if (!peer_hear(p, fd))
			return false;
	return true;
}

bool
peer_say(struct peer *p, int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t n;

	while (len > 0) {
		if (!peer_wait(p, fd, POLLOUT))
			return false;
		n = send(fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}
