/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/dial.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t
dial_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool
dial_wait(int fd, short events, int64_t until)
{
	struct pollfd p = { fd, events, 0 };
	int64_t left;
	int n;

	for (;;) {
		left = until - dial_now();
		if (left < 0)
			left = 0;
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n > 0)
			return true;
		if (n == 0 || errno != EINTR)
			return false;
	}
}

static enum err
fail(int number, struct diag *d)
{
	if (number == ECONNREFUSED)
		return diag_set(d, ERR_ABSENT, "nobody listens on the port");
	if (number == ETIMEDOUT)
		return diag_set(d, ERR_IO, "no answer to the connection");
	return diag_errno(d, "connect", number, "cannot connect");
}

/* 0, or the number of the error. */
static int
connect_within(int fd, const struct addrinfo *at, int64_t until)
{
	int number = 0;
	socklen_t len = sizeof(number);

	if (connect(fd, at->ai_addr, at->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (!dial_wait(fd, POLLOUT, until))
		return ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &len) != 0)
		return errno;
	return number;
}

/* A socket, or -1 and *RET_NUMBER. */
static int
try_address(const struct addrinfo *at, int64_t until, int *ret_number)
{
	int fd = socket(at->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		*ret_number = errno;
		return -1;
	}
	*ret_number = connect_within(fd, at, until);
	if (*ret_number == 0)
		return fd;
	(void)close(fd);
	return -1;
}

enum err
dial_open(const char *host, unsigned port, int64_t until, int *ret,
    struct diag *d)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV };
	struct addrinfo *list = NULL, *at;
	int number = 0, fd = -1, why;
	char service[16];

	(void)snprintf(service, sizeof(service), "%u", port);
	why = getaddrinfo(host, service, &hints, &list);
	if (why == EAI_MEMORY)
		return diag_nomem(d);
	if (why != 0)
		return diag_set(d, ERR_IO, "the host's name is not known");
	for (at = list; at != NULL && fd < 0; at = at->ai_next)
		fd = try_address(at, until, &number);
	freeaddrinfo(list);
	if (fd < 0)
		return fail(number, d);
	*ret = fd;
	return ERR_OK;
}

enum err
dial_addresses(const char *host,
    enum err (*each)(void *arg, const char *address, struct diag *d), void *arg,
    struct diag *d)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL, *at;
	char text[NI_MAXHOST];
	enum err e = ERR_OK;
	int why;

	why = getaddrinfo(host, NULL, &hints, &list);
	if (why == EAI_MEMORY)
		return diag_nomem(d);
	for (at = list; why == 0 && e == ERR_OK && at != NULL; at = at->ai_next)
		if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text),
			NULL, 0, NI_NUMERICHOST) == 0)
			e = each(arg, text, d);
	if (why == 0)
		freeaddrinfo(list);
	return e;
}
