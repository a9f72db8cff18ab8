/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/grab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lab/tftpd_packet.h"

#define TRIES 4

static enum err
open_socket(int type, int *ret, struct diag *diag)
{
	const struct timeval limit = {
		.tv_sec = type == SOCK_STREAM ? GRAB_WAIT : GRAB_WAIT / TRIES
	};

	*ret = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (*ret < 0)
		return diag_errno(diag, "socket", errno, "no socket");
	(void)setsockopt(*ret, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(*ret, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return ERR_OK;
}

static struct sockaddr_in
place(const char *address, unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };

	(void)inet_pton(AF_INET, address, &at.sin_addr);
	return at;
}

/* ---- HTTP. ---- */

/* All that comes until the server is done. */
static enum err
read_all(int fd, struct buf *all, struct diag *diag)
{
	uint8_t some[8192];
	ssize_t n;

	while ((n = recv(fd, some, sizeof(some), 0)) > 0) {
		buf_put(all, bytes_of(some, (size_t)n));
		if (all->len > GRAB_MAX)
			return diag_set(diag, ERR_TOO_BIG, "it never ends");
	}
	if (n < 0)
		return diag_errno(diag, "recv", errno, "no answer");
	return buf_ok(all) ? ERR_OK : diag_nomem(diag);
}

/* The body of ANSWER, a text, LEN bytes in all, as long as it says it is. */
static enum err
take_body(const char *answer, size_t len, struct buf *ret, struct diag *diag)
{
	const char *body = strstr(answer, "\r\n\r\n");
	const char *size = strcasestr(answer, "\r\nContent-Length:");
	size_t rest;

	if (strncmp(answer, "HTTP/1.1 404", 12) == 0)
		return diag_set(diag, ERR_ABSENT,
		    "the server has no such file");
	if (strncmp(answer, "HTTP/1.1 200", 12) != 0 || body == NULL ||
	    size == NULL || size > body)
		return diag_set(diag, ERR_IO, "the answer makes no sense");
	rest = len - (size_t)(body + 4 - answer);
	if (strtoul(size + 17, NULL, 10) != rest)
		return diag_set(diag, ERR_IO, "the answer is cut short");
	buf_put(ret, bytes_of(body + 4, rest));
	return buf_ok(ret) ? ERR_OK : diag_nomem(diag);
}

static enum err
ask(int fd, const char *address, const char *name, struct buf *all,
    struct diag *diag)
{
	enum err err = ERR_OK;

	buf_printf(all,
	    "GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", name,
	    address);
	if (!buf_ok(all))
		return diag_nomem(diag);
	if (send(fd, all->ptr, all->len, MSG_NOSIGNAL) != (ssize_t)all->len)
		err = diag_errno(diag, "send", errno, "no answer");
	buf_clear(all);
	return err == ERR_OK ? read_all(fd, all, diag) : err;
}

enum err
grab_http(const char *address, unsigned port, const char *name, struct buf *ret,
    struct diag *diag)
{
	struct sockaddr_in at = place(address, port);
	struct buf all = { 0 };
	enum err err;
	int fd;

	err = open_socket(SOCK_STREAM, &fd, diag);
	if (err != ERR_OK)
		return err;
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		err = diag_errno(diag, "connect", errno, "no connection");
	else
		err = ask(fd, address, name, &all, diag);
	if (err == ERR_OK && buf_cstr(&all) == NULL)
		err = diag_nomem(diag);
	if (err == ERR_OK)
		err = take_body((const char *)all.ptr, all.len, ret, diag);
	buf_clear(&all);
	(void)close(fd);
	return err;
}

/* ---- TFTP. ---- */

struct tftp {
	int fd;
	struct sockaddr_in server; /* then the transfer's */
	uint16_t block;            /* that came last */
	struct buf last;           /* what was sent, to be sent again */
	uint8_t in[4 + TFTPD_BLOCK + 1];
};

static bool
send_last(const struct tftp *t)
{
	return buf_ok(&t->last) &&
	    sendto(t->fd, t->last.ptr, t->last.len, MSG_NOSIGNAL,
		(const struct sockaddr *)&t->server,
		sizeof(t->server)) == (ssize_t)t->last.len;
}

/* The next packet, or absent. */
static struct bytes
receive(struct tftp *t)
{
	struct sockaddr_in from;
	socklen_t len;
	ssize_t n;
	int tries;

	for (tries = 0; tries < TRIES; tries++) {
		len = sizeof(from);
		n = recvfrom(t->fd, t->in, sizeof(t->in), 0,
		    (struct sockaddr *)&from, &len);
		if (n >= 0) {
			t->server = from;
			return bytes_of(t->in, (size_t)n);
		}
		if (!send_last(t))
			break;
	}
	return (struct bytes){ NULL, 0 };
}

/* One packet of data; *RET_DONE: it was the last one. */
static enum err
take_block(struct tftp *t, struct bytes packet, struct buf *ret, bool *ret_done,
    struct diag *diag)
{
	uint16_t op, number;

	if (!bytes_u16(&packet, &op) || !bytes_u16(&packet, &number))
		return diag_set(diag, ERR_IO, "no answer that makes sense");
	if (op == TFTPD_ERROR)
		return diag_set(diag,
		    number == TFTPD_NOT_FOUND ? ERR_ABSENT : ERR_IO,
		    "the server refuses with code %u", number);
	if (op != TFTPD_DATA || number != (uint16_t)(t->block + 1))
		return diag_set(diag, ERR_IO, "a block out of its turn");
	t->block = number;
	buf_put(ret, packet);
	buf_clear(&t->last);
	buf_u16(&t->last, TFTPD_ACK);
	buf_u16(&t->last, number);
	*ret_done = packet.len < TFTPD_BLOCK;
	if (ret->len > GRAB_MAX)
		return diag_set(diag, ERR_TOO_BIG, "it never ends");
	/* an ACK that is lost is asked for again */
	(void)send_last(t);
	return ERR_OK;
}

static enum err
transfer(struct tftp *t, const char *name, struct buf *ret, struct diag *diag)
{
	enum err err = ERR_OK;
	bool done = false;

	buf_u16(&t->last, TFTPD_RRQ);
	buf_put(&t->last, bytes_of(name, strlen(name) + 1));
	buf_put(&t->last, bytes_of("octet", 6));
	if (!send_last(t))
		return diag_errno(diag, "sendto", errno, "no answer");
	while (!done && err == ERR_OK)
		err = take_block(t, receive(t), ret, &done, diag);
	if (err == ERR_OK && !buf_ok(ret))
		err = diag_nomem(diag);
	return err;
}

enum err
grab_tftp(const char *address, unsigned port, const char *name, struct buf *ret,
    struct diag *diag)
{
	struct tftp t = { .server = place(address, port) };
	size_t before = ret->len;
	enum err err;

	err = open_socket(SOCK_DGRAM, &t.fd, diag);
	if (err != ERR_OK)
		return err;
	err = transfer(&t, name, ret, diag);
	if (err != ERR_OK)
		ret->len = before;
	buf_clear(&t.last);
	(void)close(t.fd);
	return err;
}
