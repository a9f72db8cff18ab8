/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/sftp.h"

#include <sys/stat.h>

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libssh/sftp.h>

#include "cluster/pty_inner.h"

#define SCHEME "sftp://"
#define LIMIT 60L /* s for an answer */
#define PART ((size_t)32768)

/* ---- Where ------------------------------------------------------------------------ */

/* Copies what is before END; false where there is no room, or nothing. */
static bool
copy(char *ret, size_t size, const char *from, const char *end)
{
	size_t len = (size_t)(end - from);

	if (len == 0 || len >= size)
		return false;
	memcpy(ret, from, len);
	ret[len] = '\0';
	return true;
}

/* "HOST", "HOST:PORT", "[HOST]:PORT", of which the path begins at END. */
static bool
read_host(const char *text, const char *end, struct sftp_place *ret)
{
	const char *colon = NULL, *last = end, *at;
	unsigned long port = 22;
	char *stop;

	if (*text == '[') {
		last = memchr(text, ']', (size_t)(end - text));
		if (last == NULL)
			return false;
		text++;
		colon = last + 1 < end ? last + 1 : NULL;
		if (colon != NULL && *colon != ':')
			return false;
	} else {
		for (at = text; at < end; at++)
			if (*at == ':')
				colon = at;
		last = colon != NULL ? colon : end;
	}
	if (colon != NULL) {
		if (!isdigit((unsigned char)colon[1]))
			return false;
		port = strtoul(colon + 1, &stop, 10);
		if (stop != end || port == 0 || port > 65535)
			return false;
	}
	ret->port = (unsigned)port;
	return copy(ret->host, sizeof(ret->host), text, last);
}

enum err
sftp_place_read(const char *url, struct sftp_place *ret, struct diag *d)
{
	struct sftp_place p = { .port = 22 };
	const char *text, *at, *slash;
	bool good = strncmp(url, SCHEME, strlen(SCHEME)) == 0;

	text = good ? url + strlen(SCHEME) : url;
	slash = strchr(text, '/');
	at = strchr(text, '@');
	good = good && slash != NULL && at != NULL && at < slash &&
	    copy(p.user, sizeof(p.user), text, at) &&
	    read_host(at + 1, slash, &p);
	if (!good)
		return diag_set(d, ERR_USAGE,
		    "this is not sftp://USER@HOST[:PORT]/PATH");
	if (strncmp(slash, "/~/", 3) == 0)
		slash += 3;
	(void)snprintf(p.path, sizeof(p.path), "%s",
	    *slash == '\0' ? "." : slash);
	*ret = p;
	return ERR_OK;
}

/* ---- Writing ---------------------------------------------------------------------- */

static enum err
failed(sftp_session s, const struct pty_setup *setup, const char *what,
    struct diag *d)
{
	static const char *const words[] = { "nothing was said", "end of file",
		"no such file or folder", "permission denied", "failure",
		"a message that the server does not understand",
		"no connection", "the connection was lost",
		"the server does not support that" };
	int code = sftp_get_error(s);
	bool known = code > 0 &&
	    (size_t)code < sizeof(words) / sizeof(words[0]);

	return diag_set(d, ERR_IO, "%.80s port %u: %s: %s", setup->host,
	    setup->port, what, known ? words[code] : "it failed");
}

static enum err
write_all(sftp_session s, const struct pty_setup *setup, const char *path,
    struct bytes bytes, struct diag *d)
{
	sftp_file f = sftp_open(s, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	enum err e = ERR_OK;
	ssize_t n;

	if (f == NULL)
		return failed(s, setup, "writing the file", d);
	while (e == ERR_OK && bytes.len > 0) {
		n = sftp_write(f, bytes.ptr,
		    bytes.len < PART ? bytes.len : PART);
		if (n <= 0)
			e = failed(s, setup, "writing the file", d);
		else
			bytes = bytes_of(bytes.ptr + n, bytes.len - (size_t)n);
	}
	if (sftp_close(f) != SSH_OK && e == ERR_OK)
		e = failed(s, setup, "writing the file", d);
	return e;
}

/* In one step where the server can, else the old one goes first. */
static enum err
put_in_place(sftp_session s, const struct pty_setup *setup, const char *from,
    const char *to, struct diag *d)
{
	if (sftp_rename(s, from, to) == 0)
		return ERR_OK;
	(void)sftp_unlink(s, to);
	return sftp_rename(s, from, to) == 0
	    ? ERR_OK
	    : failed(s, setup, "giving the file its name", d);
}

static enum err
put(struct pty *p, const struct pty_setup *setup, const char *const path[2],
    struct bytes bytes, struct diag *d)
{
	sftp_session s = sftp_new(p->session);
	enum err e = ERR_OK;

	if (s == NULL)
		return pty_failed(p, setup, "beginning SFTP", d);
	if (sftp_init(s) != SSH_OK)
		e = pty_failed(p, setup, "beginning SFTP", d);
	if (e == ERR_OK)
		e = write_all(s, setup, path[0], bytes, d);
	if (e == ERR_OK)
		e = put_in_place(s, setup, path[0], path[1], d);
	sftp_free(s);
	return e;
}

enum err
sftp_put(const struct pty_setup *setup, const char *folder, const char *name,
    struct bytes bytes, struct diag *d)
{
	struct buf first = { 0 }, last = { 0 };
	const long limit = LIMIT;
	struct pty *p = NULL;
	enum err e;

	buf_printf(&first, "%s/.%s.ctlsmith", folder, name);
	buf_printf(&last, "%s/%s", folder, name);
	e = buf_cstr(&first) == NULL || buf_cstr(&last) == NULL
	    ? diag_nomem(d)
	    : pty_connect(setup, &p, d);
	if (e == ERR_OK && p != NULL) {
		const char *const path[2] = { buf_cstr(&first),
			buf_cstr(&last) };

		ssh_set_blocking(p->session, 1);
		(void)ssh_options_set(p->session, SSH_OPTIONS_TIMEOUT, &limit);
		e = put(p, setup, path, bytes, d);
	}
	pty_close(&p);
	buf_clear(&first);
	buf_clear(&last);
	return e;
}
