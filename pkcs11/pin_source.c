/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkcs11/tok.h"
#include "pkcs11/uri.h"

#define FILE_SCHEME "file:"
#define HOST "//localhost/"

/* Whether S begins as "scheme:" does. */
static bool
has_scheme(const char *s)
{
	size_t n = strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-"
	    ".");

	return n > 0 && s[n] == ':';
}

static enum err
bad_uri(struct diag *d)
{
	return diag_set(d, ERR_SYNTAX,
	    "pin-source is no file URI as in file:/path, where a character "
	    "that is none of a path is written as \"%%\" and two hex digits");
}

/* The path of a file URI, whose scheme is off, into RET. */
static enum err
path_of_uri(const char *s, char *ret, size_t size, struct diag *d)
{
	size_t step, len = 0;
	int c;

	if (strncasecmp(s, HOST, strlen(HOST)) == 0)
		s += strlen(HOST) - 1;
	else if (strncmp(s, "///", 3) == 0)
		s += 2;
	if (s[0] != '/' || s[1] == '/')
		return bad_uri(d);
	for (; *s != '\0'; s += step) {
		c = uri_decode(s, &step);
		if (c <= 0 || *s == '?' || *s == '#')
			return bad_uri(d);
		if (len + 1 == size)
			return diag_set(d, ERR_TOO_BIG,
			    "the path in pin-source is too long");
		ret[len++] = (char)c;
	}
	ret[len] = '\0';
	return ERR_OK;
}

/* Checks SOURCE, which is the path, unless it is a file URI: that is decoded
 * into RET of SIZE bytes, which is *RET_PATH then. */
static enum err
path_of(const char *source, char *ret, size_t size, const char **ret_path,
    struct diag *d)
{
	if (source[0] == '\0')
		return diag_set(d, ERR_SYNTAX, "pin-source is empty");
	if (source[0] == '|')
		return diag_set(d, ERR_POLICY,
		    "pin-source names a command, and none is run for a PIN; "
		    "name a file");
	if (strncasecmp(source, FILE_SCHEME, strlen(FILE_SCHEME)) == 0) {
		*ret_path = ret;
		return path_of_uri(source + strlen(FILE_SCHEME), ret, size, d);
	}
	if (has_scheme(source))
		return diag_set(d, ERR_UNSUPPORTED,
		    "pin-source is a file: a path, \"./\" before one with a "
		    "colon, or a file URI");
	return ERR_OK;
}

/* Who else may read or write the file has the PIN, or can spend its tries. */
static enum err
check_file(int fd, const char *path, struct diag *d)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return diag_errno(d, "fstat", errno,
		    "cannot look at the file of the PIN %s", path);
	if (!S_ISREG(st.st_mode))
		return diag_set(d, ERR_POLICY,
		    "the PIN is read from a regular file only: %s", path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return diag_set(d, ERR_POLICY,
		    "the file of the PIN belongs to somebody else: %s", path);
	if ((st.st_mode & 077) != 0)
		return diag_set(d, ERR_POLICY,
		    "others may open the file of the PIN; \"chmod 600\" it, "
		    "and change the PIN where they may have read it: %s",
		    path);
	return ERR_OK;
}

/* A PIN that is not the one that was meant costs a try: a mark of UTF-8 or
 * UTF-16, or none at all. */
static enum err
check_pin(struct bytes pin, const char *path, struct diag *d)
{
	if (pin.len == 0)
		return diag_set(d, ERR_SYNTAX,
		    "the file of the PIN is empty: %s", path);
	if (memchr(pin.ptr, '\0', pin.len) != NULL ||
	    bytes_starts(pin, bytes_of("\xef\xbb\xbf", 3)) ||
	    bytes_starts(pin, bytes_of("\xff\xfe", 2)) ||
	    bytes_starts(pin, bytes_of("\xfe\xff", 2)))
		return diag_set(d, ERR_SYNTAX,
		    "the file of the PIN is no plain text; save it without a "
		    "byte order mark: %s",
		    path);
	return ERR_OK;
}

enum err
tok_pin_source_read(const char *source, struct secret *pin, struct diag *d)
{
	struct secret taken = { 0 };
	char decoded[PATH_MAX];
	const char *path = source;
	enum err e;
	int fd;

	e = path_of(source, decoded, sizeof(decoded), &path, d);
	if (e != ERR_OK)
		return e;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return diag_errno(d, "open", errno,
		    "cannot open the file of the PIN %s", path);
	e = check_file(fd, path, d);
	if (e == ERR_OK)
		e = secret_read_only_line(&taken, fd, d);
	if (e == ERR_OK)
		e = check_pin(secret_bytes(&taken), path, d);
	(void)close(fd);
	if (e != ERR_OK) {
		secret_clear(&taken);
		return e;
	}
	secret_clear(pin);
	*pin = taken;
	return ERR_OK;
}
