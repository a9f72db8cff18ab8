/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16
#define NAME "control"

/* A path of a socket has 107 characters at most, a folder may have more. */
static struct sockaddr_un
name_in(int dir)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	(void)snprintf(at.sun_path, sizeof(at.sun_path),
	    "/proc/self/fd/%d/" NAME, dir);
	return at;
}

enum err
control_listen(int dir, int *ret, struct diag *diag)
{
	struct sockaddr_un at = name_in(dir);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return diag_errno(diag, "socket", errno, "no control socket");
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    fchmodat(dir, NAME, 0700, 0) != 0 || listen(fd, BACKLOG) != 0) {
		(void)diag_errno(diag, "bind", errno, "no control socket");
		(void)close(fd);
		return ERR_IO;
	}
	*ret = fd;
	return ERR_OK;
}

/* ---- What is asked. ---- */

static enum err
split(struct control_request *r, struct diag *diag)
{
	struct bytes rest = buf_bytes(&r->all), word;
	const uint8_t *end;

	for (;;) {
		end = rest.len > 0 ? memchr(rest.ptr, 0, rest.len) : NULL;
		if (end == NULL ||
		    !bytes_take(&rest, (size_t)(end - rest.ptr) + 1, &word))
			return diag_set(diag, ERR_SYNTAX, "no whole request");
		if (word.len == 1)
			break;
		if (r->num == CONTROL_WORDS)
			return diag_set(diag, ERR_TOO_BIG, "too many words");
		r->word[r->num++] = (const char *)word.ptr;
	}
	r->word[r->num] = NULL;
	r->bytes = rest;
	return ERR_OK;
}

enum err
control_read(struct stream *s, struct control_request *ret, struct diag *diag)
{
	uint8_t some[16384];
	size_t n;

	while ((n = stream_read(s, some, sizeof(some))) > 0) {
		buf_put(&ret->all, bytes_of(some, n));
		if (ret->all.len > CONTROL_MAX)
			return diag_set(diag, ERR_TOO_BIG,
			    "the request is too big");
	}
	return buf_ok(&ret->all) ? split(ret, diag) : diag_nomem(diag);
}

void
control_clear(struct control_request *r)
{
	buf_clear(&r->all);
	r->num = 0;
}

bool
control_answer(struct stream *s, bool fine, struct bytes text)
{
	return stream_write(s, bytes_of(fine ? "0" : "1", 1)) &&
	    stream_write(s, text);
}

/* ---- Who asks. ---- */

static enum err
connect_to(const char *dir, int *ret, struct diag *diag)
{
	int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct sockaddr_un at = name_in(folder);
	enum err err = ERR_OK;

	if (folder < 0)
		return diag_errno(diag, "open", errno, "%s", dir);
	*ret = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*ret < 0 || connect(*ret, (struct sockaddr *)&at, sizeof(at)) != 0)
		err = errno == ENOENT || errno == ECONNREFUSED
		    ? diag_set(diag, ERR_ABSENT, "no lab is up in %s", dir)
		    : diag_errno(diag, "connect", errno, "the lab in %s", dir);
	if (err != ERR_OK && *ret >= 0)
		(void)close(*ret);
	(void)close(folder);
	return err;
}

/* A lab may take its time: no limit here. */
static enum err
receive(int fd, struct buf *ret, struct diag *diag)
{
	uint8_t some[16384];
	ssize_t n;

	while ((n = recv(fd, some, sizeof(some), 0)) > 0 && buf_ok(ret))
		buf_put(ret, bytes_of(some, (size_t)n));
	if (n < 0)
		return diag_errno(diag, "recv", errno, "the lab's answer");
	if (!buf_ok(ret))
		return diag_nomem(diag);
	if (ret->len == 0)
		return diag_set(diag, ERR_TRUNCATED,
		    "the lab ended before it answered");
	return ERR_OK;
}

static enum err
exchange(int fd, const struct buf *request, struct buf *ret, struct diag *diag)
{
	struct stream s = { .fd = fd };
	struct buf answer = { 0 };
	enum err err;

	if (!stream_write(&s, buf_bytes(request)) || shutdown(fd, SHUT_WR) != 0)
		return diag_errno(diag, "send", errno,
		    "the lab does not listen");
	err = receive(fd, &answer, diag);
	if (err == ERR_OK && answer.ptr != NULL && answer.ptr[0] != '0')
		err = diag_set(diag, ERR_POLICY, "%.*s", (int)answer.len - 1,
		    (const char *)answer.ptr + 1);
	if (err == ERR_OK)
		buf_put(ret, bytes_of(answer.ptr + 1, answer.len - 1));
	buf_clear(&answer);
	return err != ERR_OK || buf_ok(ret) ? err : diag_nomem(diag);
}

enum err
control_ask(const char *dir, const char *const *words, struct bytes bytes,
    struct buf *ret, struct diag *diag)
{
	struct buf request = { 0 };
	enum err err;
	int fd = -1;

	for (; *words != NULL; words++)
		buf_put(&request, bytes_of(*words, strlen(*words) + 1));
	buf_u8(&request, 0);
	buf_put(&request, bytes);
	if (!buf_ok(&request))
		return diag_nomem(diag);
	err = connect_to(dir, &fd, diag);
	if (err == ERR_OK) {
		err = exchange(fd, &request, ret, diag);
		(void)close(fd);
	}
	buf_clear(&request);
	return err;
}
