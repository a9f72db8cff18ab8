/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/syslog.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/frame.h"

#define FROM_MAX INET6_ADDRSTRLEN
#define BATCH 64         /* datagrams of one call */
#define BATCHES_MAX 4096 /* of one syslog_take() */
#define READS_MAX 64     /* of one connection, of one syslog_take() */
#define PORTS_MAX 16     /* tries for a port that both may have */
#define RECEIVE_BYTES (64 << 20)
#define MEMINFO_DROPS 8 /* SK_MEMINFO_DROPS of linux/sock_diag.h */
#define MEMINFO_NUM 9

/* A connection; its message so far. */
struct client {
	int fd;
	char from[FROM_MAX];
	uint8_t net[16]; /* its sender: an address, or the /64 of one */
	size_t shares;   /* connections of that sender, itself too */
	uint64_t last;   /* when it last said something, in turns */
	struct frame frame;
};

struct batch {
	struct mmsghdr header[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_storage from[BATCH];
	uint8_t data[BATCH][SYSLOG_MESSAGE_MAX];
};

struct syslog {
	int udp, tcp;
	unsigned port;
	struct client *client[SYSLOG_CLIENTS_MAX];
	size_t num;
	struct batch *batch;
	struct syslog_count count;
	uint64_t turn;
	const struct syslog_hears *hears; /* while taking */
};

/* ---- Opening ------------------------------------------------------------------------ */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room;
};

static enum err
bad_place(struct diag *d)
{
	return diag_set(d, ERR_USAGE,
	    "where to listen is ADDRESS:PORT, [ADDRESS]:PORT or PORT");
}

/* Splits WHERE; HOST "" where it is a port alone. */
static bool
split(const char *where, char *host, size_t size, const char **ret_port)
{
	const char *colon = strrchr(where, ':');
	size_t len;

	host[0] = '\0';
	*ret_port = where;
	if (colon == NULL)
		return true;
	len = (size_t)(colon - where);
	*ret_port = colon + 1;
	if (len >= 2 && where[0] == '[' && where[len - 1] == ']') {
		where++;
		len -= 2;
	} else if (memchr(where, ':', len) != NULL) {
		return false;
	}
	if (len == 0 || len >= size)
		return false;
	memcpy(host, where, len);
	host[len] = '\0';
	return true;
}

static bool
read_port(const char *text, unsigned *ret)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)text[0]) || strlen(text) > 5)
		return false;
	value = strtoul(text, &end, 10);
	if (*end != '\0' || value > 65535)
		return false;
	*ret = (unsigned)value;
	return true;
}

/* PORT alone: every address, of both families. */
static enum err
read_where(const char *where, union address *ret, socklen_t *ret_len,
    struct diag *d)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	struct addrinfo *list = NULL;
	const char *port;
	char host[256];
	unsigned number;

	if (!split(where, host, sizeof(host), &port) ||
	    !read_port(port, &number))
		return bad_place(d);
	if (getaddrinfo(host[0] == '\0' ? "::" : host, port, &hints, &list) !=
	    0)
		return bad_place(d);
	memset(ret, 0, sizeof(*ret));
	memcpy(ret, list->ai_addr, list->ai_addrlen);
	*ret_len = list->ai_addrlen;
	freeaddrinfo(list);
	return ERR_OK;
}

static int
open_socket(const union address *at, socklen_t len, int type)
{
	int fd = socket(at->any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	const int on = 1, off = 0;

	if (fd < 0)
		return -1;
	if (at->any.sa_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off,
		    sizeof(off));
	if (type == SOCK_STREAM)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &at->any, len) == 0 &&
	    (type != SOCK_STREAM || listen(fd, SOMAXCONN) == 0))
		return fd;
	(void)close(fd);
	return -1;
}

/* As much as the kernel gives: a burst waits there. */
static void
widen(int fd)
{
	const int bytes = RECEIVE_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) !=
	    0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes,
		    sizeof(bytes));
}

static in_port_t *
port_of(union address *at)
{
	return at->any.sa_family == AF_INET6 ? &at->v6.sin6_port
					     : &at->v4.sin_port;
}

/* Both sockets on one port; where any will do, one that is free for both. */
static int
open_both(struct syslog *s, union address *at, socklen_t len)
{
	bool any = *port_of(at) == 0;
	socklen_t size = sizeof(*at);
	int tries;

	for (tries = 0; tries < (any ? PORTS_MAX : 1); tries++) {
		if (any)
			*port_of(at) = 0;
		s->udp = open_socket(at, len, SOCK_DGRAM);
		if (s->udp < 0 || getsockname(s->udp, &at->any, &size) != 0)
			return -1;
		s->tcp = open_socket(at, len, SOCK_STREAM);
		if (s->tcp >= 0)
			break;
		(void)close(s->udp);
		s->udp = -1;
	}
	s->port = ntohs(*port_of(at));
	return s->tcp >= 0 ? 0 : -1;
}

static void
set_up_batch(struct batch *b)
{
	size_t i;

	for (i = 0; i < BATCH; i++) {
		b->iov[i].iov_base = b->data[i];
		b->iov[i].iov_len = sizeof(b->data[i]);
		b->header[i].msg_hdr.msg_iov = &b->iov[i];
		b->header[i].msg_hdr.msg_iovlen = 1;
		b->header[i].msg_hdr.msg_name = &b->from[i];
	}
}

enum err
syslog_open(const char *where, struct syslog **ret, struct diag *d)
{
	struct syslog *s;
	union address at;
	socklen_t len = 0;
	enum err e;

	memset(&at, 0, sizeof(at));
	e = read_where(where, &at, &len, d);
	if (e != ERR_OK)
		return e;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return diag_nomem(d);
	s->udp = s->tcp = -1;
	s->batch = calloc(1, sizeof(*s->batch));
	if (s->batch == NULL) {
		syslog_close(&s);
		return diag_nomem(d);
	}
	if (open_both(s, &at, len) != 0) {
		e = diag_errno(d, "bind", errno, "cannot listen");
		syslog_close(&s);
		return e;
	}
	set_up_batch(s->batch);
	widen(s->udp);
	*ret = s;
	return ERR_OK;
}

/* The connections of C's sender, one more or less. */
static void
share(struct syslog *s, const struct client *c, int more)
{
	size_t i;

	for (i = 0; i < s->num; i++)
		if (memcmp(s->client[i]->net, c->net, sizeof(c->net)) == 0)
			s->client[i]->shares += (size_t)more;
}

static void
drop_client(struct syslog *s, size_t i)
{
	share(s, s->client[i], -1);
	(void)close(s->client[i]->fd);
	free(s->client[i]);
	s->client[i] = s->client[--s->num];
}

void
syslog_close(struct syslog **s)
{
	if (*s == NULL)
		return;
	while ((*s)->num > 0)
		drop_client(*s, (*s)->num - 1);
	if ((*s)->udp >= 0)
		(void)close((*s)->udp);
	if ((*s)->tcp >= 0)
		(void)close((*s)->tcp);
	free((*s)->batch);
	free(*s);
	*s = NULL;
}

unsigned
syslog_port(const struct syslog *s)
{
	return s->port;
}

/* ---- Messages ------------------------------------------------------------------------ */

static void
put_from(const struct sockaddr_storage *from, char *ret)
{
	static const char mapped[] = "::ffff:";
	union address at;

	memcpy(&at, from, sizeof(at));
	ret[0] = '\0';
	if (at.any.sa_family == AF_INET6)
		(void)inet_ntop(AF_INET6, &at.v6.sin6_addr, ret, FROM_MAX);
	else if (at.any.sa_family == AF_INET)
		(void)inet_ntop(AF_INET, &at.v4.sin_addr, ret, FROM_MAX);
	if (strncmp(ret, mapped, strlen(mapped)) == 0 &&
	    strchr(ret, '.') != NULL)
		memmove(ret, ret + strlen(mapped),
		    strlen(ret + strlen(mapped)) + 1);
}

/* An IPv6 sender has all addresses of its /64. */
static void
put_net(const struct sockaddr_storage *from, uint8_t ret[16])
{
	union address at;

	memcpy(&at, from, sizeof(at));
	memset(ret, 0, 16);
	if (at.any.sa_family == AF_INET)
		memcpy(ret, &at.v4.sin_addr, sizeof(at.v4.sin_addr));
	else if (at.any.sa_family == AF_INET6)
		memcpy(ret, &at.v6.sin6_addr,
		    IN6_IS_ADDR_V4MAPPED(&at.v6.sin6_addr) ? 16 : 8);
}

/* Without what ends it: newlines, and the NUL that some add. */
static void
hand_out(struct syslog *s, const char *from, struct bytes text)
{
	while (text.len > 0 &&
	    (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r' ||
		text.ptr[text.len - 1] == '\0'))
		text.len--;
	if (text.len == 0)
		return;
	s->count.taken++;
	s->hears->message(s->hears->arg, from, text);
}

static int
take_batch(struct syslog *s)
{
	struct batch *b = s->batch;
	char from[FROM_MAX];
	int i, num;

	for (i = 0; i < BATCH; i++)
		b->header[i].msg_hdr.msg_namelen = sizeof(b->from[i]);
	num = recvmmsg(s->udp, b->header, BATCH, MSG_DONTWAIT, NULL);
	for (i = 0; i < num; i++) {
		if ((b->header[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) {
			s->count.refused++;
			continue;
		}
		put_from(&b->from[i], from);
		hand_out(s, from, bytes_of(b->data[i], b->header[i].msg_len));
	}
	return num;
}

static void
take_udp(struct syslog *s)
{
	int i;

	for (i = 0; i < BATCHES_MAX; i++)
		if (take_batch(s) < BATCH)
			return;
}

/* ---- Connections (RFC 6587) ------------------------------------------------------------- */

/* What of it is whole; false: it is of no use any more. */
static bool
take_messages(struct syslog *s, struct client *c)
{
	enum frame_part part;
	struct bytes text;

	while ((part = frame_next(&c->frame, &text)) != FRAME_MORE) {
		if (part != FRAME_MESSAGE)
			s->count.refused++;
		if (part == FRAME_BAD)
			return false;
		if (part == FRAME_MESSAGE)
			hand_out(s, c->from, text);
	}
	return true;
}

static void
finish(struct syslog *s, struct client *c)
{
	struct bytes text;
	enum frame_part part = frame_end(&c->frame, &text);

	if (part == FRAME_BAD)
		s->count.refused++;
	if (part == FRAME_MESSAGE)
		hand_out(s, c->from, text);
}

/* False: it is to be dropped. */
static bool
take_client(struct syslog *s, struct client *c)
{
	uint8_t *at;
	size_t room;
	ssize_t n;
	int i;

	for (i = 0; i < READS_MAX; i++) {
		at = frame_room(&c->frame, &room);
		n = recv(c->fd, at, room, MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0) {
			finish(s, c);
			return false;
		}
		c->last = s->turn;
		frame_added(&c->frame, (size_t)n);
		if (!take_messages(s, c))
			return false;
	}
	return true;
}

/* A goes before B. */
static bool
goes_first(const struct client *a, const struct client *b)
{
	return a->shares != b->shares ? a->shares > b->shares
				      : a->last < b->last;
}

/* Room for another: of the sender with most connections the one that said
 * nothing for longest goes. */
static void
make_room(struct syslog *s)
{
	size_t i, oldest = 0;

	if (s->num < SYSLOG_CLIENTS_MAX)
		return;
	for (i = 1; i < s->num; i++)
		if (goes_first(s->client[i], s->client[oldest]))
			oldest = i;
	s->count.refused++;
	drop_client(s, oldest);
}

/* C, the last one, is new. */
static void
keep_shares(struct syslog *s, struct client *c)
{
	size_t i;

	for (i = 0; i + 1 < s->num; i++)
		if (memcmp(s->client[i]->net, c->net, sizeof(c->net)) == 0)
			c->shares = s->client[i]->shares;
	share(s, c, 1);
}

static enum err
take_connections(struct syslog *s, struct diag *d)
{
	struct sockaddr_storage from;
	struct client *c;
	socklen_t len;
	int fd, i;

	for (i = 0; i < SYSLOG_CLIENTS_MAX; i++) {
		len = sizeof(from);
		memset(&from, 0, sizeof(from));
		fd = accept4(s->tcp, (struct sockaddr *)&from, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return ERR_OK;
		c = calloc(1, sizeof(*c));
		if (c == NULL) {
			(void)close(fd);
			return diag_nomem(d);
		}
		make_room(s);
		c->fd = fd;
		c->last = s->turn;
		put_from(&from, c->from);
		put_net(&from, c->net);
		s->client[s->num++] = c;
		keep_shares(s, c);
	}
	return ERR_OK;
}

/* ---- Taking ---------------------------------------------------------------------------------- */

/* Those that have something, last first: one that is dropped makes room for one
 * that was looked at. */
static void
take_clients(struct syslog *s, const struct pollfd *fds)
{
	size_t i;

	for (i = s->num; i-- > 0;)
		if (fds[i].revents != 0 && !take_client(s, s->client[i]))
			drop_client(s, i);
}

enum err
syslog_take(struct syslog *s, int ms, const struct syslog_hears *hears,
    struct diag *d)
{
	struct pollfd fds[SYSLOG_CLIENTS_MAX + 2];
	enum err e = ERR_OK;
	size_t i;
	int n;

	for (i = 0; i < s->num; i++)
		fds[i] = (struct pollfd){ s->client[i]->fd, POLLIN, 0 };
	fds[s->num] = (struct pollfd){ s->udp, POLLIN, 0 };
	fds[s->num + 1] = (struct pollfd){ s->tcp, POLLIN, 0 };
	n = poll(fds, s->num + 2, ms);
	if (n < 0 && errno != EINTR)
		return diag_errno(d, "poll", errno, "cannot listen");
	if (n <= 0)
		return ERR_OK;
	s->turn++;
	s->hears = hears;
	i = s->num;
	if (fds[i].revents != 0)
		take_udp(s);
	take_clients(s, fds);
	if (fds[i + 1].revents != 0)
		e = take_connections(s, d);
	s->hears = NULL;
	return e;
}

/* The kernel's own count of what it had no room for. */
static uint64_t
lost(const struct syslog *s)
{
	uint32_t info[MEMINFO_NUM] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(s->udp, SOL_SOCKET, SO_MEMINFO, info, &len) != 0 ||
	    len < sizeof(info))
		return 0;
	return info[MEMINFO_DROPS];
}

struct syslog_count
syslog_count(const struct syslog *s)
{
	struct syslog_count count = s->count;

	count.lost = lost(s);
	return count;
}
