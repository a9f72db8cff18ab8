/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/stream.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

void
stream_init(struct stream *s, int fd)
{
	const struct timeval limit = { .tv_sec = STREAM_WAIT };

	*s = (struct stream){ .fd = fd };
	/* without a limit it is a connection all the same */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

void
stream_clear(struct stream *s)
{
	if (s->ssl == NULL)
		return;
	(void)SSL_shutdown(s->ssl);
	SSL_free(s->ssl);
	ERR_clear_error();
	s->ssl = NULL;
}

static int
clip(size_t n)
{
	return n > INT_MAX ? INT_MAX : (int)n;
}

size_t
stream_read(struct stream *s, void *ret, size_t size)
{
	ssize_t n;

	if (s->ssl != NULL) {
		n = SSL_read(s->ssl, ret, clip(size));
		ERR_clear_error();
		return n > 0 ? (size_t)n : 0;
	}
	do
		n = recv(s->fd, ret, size, 0);
	while (n < 0 && errno == EINTR);
	return n > 0 ? (size_t)n : 0;
}

bool
stream_write(struct stream *s, struct bytes in)
{
	ssize_t n;

	while (in.len > 0) {
		if (s->ssl != NULL)
			n = SSL_write(s->ssl, in.ptr, clip(in.len));
		else
			n = send(s->fd, in.ptr, in.len, MSG_NOSIGNAL);
		if (n < 0 && s->ssl == NULL && errno == EINTR)
			continue;
		if (n <= 0) {
			ERR_clear_error();
			return false;
		}
		in = bytes_of(in.ptr + n, in.len - (size_t)n);
	}
	return true;
}

void
stream_drain(struct stream *s)
{
	uint8_t some[512];

	while (stream_read(s, some, sizeof(some)) > 0)
		continue;
}
