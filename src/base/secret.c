/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static enum err
page_new(struct secret *s, struct diag *d)
{
	size_t len = (size_t)sysconf(_SC_PAGESIZE);
	void *page;
	enum err e;

	page = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return diag_nomem(d);
	if (mlock(page, len) != 0) {
		e = diag_errno(d, "mlock", errno,
		    "the system gives no memory "
		    "that stays out of swap; raise RLIMIT_MEMLOCK (ulimit -l)");
		(void)munmap(page, len);
		return e;
	}
	(void)madvise(page, len, MADV_DONTDUMP);
	(void)madvise(page, len, MADV_WIPEONFORK);
	s->page = page;
	s->page_len = len;
	return ERR_OK;
}

void
secret_clear(struct secret *s)
{
	if (s->page != NULL) {
		explicit_bzero(s->page, s->page_len);
		(void)munmap(s->page, s->page_len);
	}
	memset(s, 0, sizeof(*s));
}

static enum err
too_long(struct diag *d)
{
	return diag_set(d, ERR_TOO_BIG,
	    "a PIN or passphrase has at most %zu bytes", SECRET_MAX);
}

enum err
secret_set(struct secret *s, struct bytes in, struct diag *d)
{
	enum err e;

	secret_clear(s);
	if (in.len > SECRET_MAX)
		return too_long(d);
	e = page_new(s, d);
	if (e != ERR_OK)
		return e;
	if (in.len > 0)
		memcpy(s->page, in.ptr, in.len);
	s->len = in.len;
	return ERR_OK;
}

/* Reads a line straight into the page. */
static enum err
read_line(struct secret *s, int fd, struct diag *d)
{
	ssize_t n;

	for (;;) {
		n = read(fd, s->page + s->len, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return diag_errno(d, "read", errno,
			    "cannot read the PIN from descriptor %d", fd);
		if (n == 0 || s->page[s->len] == '\n')
			break;
		if (++s->len > SECRET_MAX)
			return too_long(d);
	}
	if (s->len > 0 && s->page[s->len - 1] == '\r')
		s->len--;
	s->page[s->len] = '\0';
	return ERR_OK;
}

enum err
secret_read(struct secret *s, int fd, struct diag *d)
{
	enum err e;

	secret_clear(s);
	e = page_new(s, d);
	if (e == ERR_OK)
		e = read_line(s, fd, d);
	if (e != ERR_OK)
		secret_clear(s);
	return e;
}

/* Where FD holds another byte, S is not all of it. */
static enum err
want_end(struct secret *s, int fd, struct diag *d)
{
	uint8_t *next = s->page + s->len + 1;
	ssize_t n;

	do
		n = read(fd, next, 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return diag_errno(d, "read", errno,
		    "cannot read the PIN from descriptor %d", fd);
	if (n > 0)
		return diag_set(d, ERR_LEFTOVER,
		    "something follows the line with the PIN");
	return ERR_OK;
}

enum err
secret_read_only_line(struct secret *s, int fd, struct diag *d)
{
	enum err e = secret_read(s, fd, d);

	if (e == ERR_OK)
		e = want_end(s, fd, d);
	if (e != ERR_OK)
		secret_clear(s);
	return e;
}

enum err
secret_add(struct secret *s, uint8_t byte, struct diag *d)
{
	enum err e = ERR_OK;

	if (s->page_len == 0)
		e = page_new(s, d);
	if (e == ERR_OK && s->len >= SECRET_MAX)
		e = too_long(d);
	if (e != ERR_OK)
		return e;
	s->page[s->len++] = byte;
	s->page[s->len] = '\0';
	return ERR_OK;
}

enum err
secret_from_env(struct secret *s, const char *name, struct diag *d)
{
	char *value = getenv(name);
	enum err e;

	secret_clear(s);
	if (value == NULL)
		return diag_set(d, ERR_ABSENT,
		    "the environment variable %s is not set", name);
	e = secret_set(s, bytes_of_str(value), d);
	explicit_bzero(value, strlen(value));
	(void)unsetenv(name);
	return e;
}

struct bytes
secret_bytes(const struct secret *s)
{
	return bytes_of(s->page, s->len);
}
