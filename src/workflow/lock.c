/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "data/json.h"
#include "pki/digest.h"

#define OWNER_MAX ((size_t)64 * 1024)
#define NAME_BYTES 16 /* of the key's SHA-256 */

struct lock {
	int fd;
};

static enum err
make_folder(const char *dir, struct diag *d)
{
	char path[PATH_MAX];
	size_t i, len = strlen(dir);

	if (len >= sizeof(path))
		return diag_set(d, ERR_TOO_BIG, "the path is too long");
	memcpy(path, dir, len + 1);
	for (i = 1; i <= len; i++) {
		if (dir[i] != '/' && dir[i] != '\0')
			continue;
		path[i] = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return diag_errno(d, "mkdir", errno,
			    "cannot make the folder of locks");
		path[i] = dir[i];
	}
	return ERR_OK;
}

/* A key has any characters, and a file name has not. */
static enum err
path_of(const char *dir, const char *key, struct buf *ret, struct diag *d)
{
	struct bytes text = bytes_of_str(key);
	struct digest_value v;
	enum err e = digest_of(DIGEST_SHA256, &text, 1, &v, d);

	if (e != ERR_OK)
		return e;
	buf_printf(ret, "%s/run-", dir);
	text_put_hex(ret, bytes_of(v.byte, NAME_BYTES), "", TEXT_LOWER);
	buf_str(ret, ".lock");
	return buf_cstr(ret) == NULL ? diag_nomem(d) : ERR_OK;
}

/* ---- Who has it. ---- */

static enum err
put(json_t *json, const char *key, const char *value, struct diag *d)
{
	return doc_json_text(json, key, bytes_of_str(value), d);
}

static enum err
put_owner(json_t *json, const char *what, int64_t now, struct diag *d)
{
	const struct passwd *user = getpwuid(geteuid());
	char host[HOST_NAME_MAX + 1] = "";
	struct buf since = { 0 };
	enum err e;

	(void)gethostname(host, sizeof(host) - 1);
	text_put_rfc3339(&since, now);
	if (buf_cstr(&since) == NULL ||
	    json_object_set_new(json, "pid", json_integer(getpid())) != 0)
		e = diag_nomem(d);
	else
		e = put(json, "user", user == NULL ? "?" : user->pw_name, d);
	if (e == ERR_OK)
		e = put(json, "host", host, d);
	if (e == ERR_OK)
		e = put(json, "since", buf_cstr(&since), d);
	if (e == ERR_OK)
		e = put(json, "plan", what, d);
	buf_clear(&since);
	return e;
}

/* For the other one to read; the lock itself is the kernel's. */
static enum err
write_owner(int fd, const char *what, int64_t now, struct diag *d)
{
	json_t *json = json_object();
	struct buf text = { 0 };
	enum err e = json == NULL ? diag_nomem(d)
				  : put_owner(json, what, now, d);

	if (e == ERR_OK)
		e = doc_json_line(json, &text, d);
	buf_str(&text, "\n");
	if (e == ERR_OK && !buf_ok(&text))
		e = diag_nomem(d);
	if (e == ERR_OK &&
	    (ftruncate(fd, 0) != 0 ||
		pwrite(fd, text.ptr, text.len, 0) != (ssize_t)text.len))
		e = diag_errno(d, "pwrite", errno, "cannot write the lock");
	buf_clear(&text);
	json_decref(json);
	return e;
}

static const char *
said(const json_t *json, const char *key)
{
	const char *s = json_string_value(json_object_get(json, key));

	return s == NULL ? "?" : s;
}

/* Somebody has it, who may be about to write who. */
static enum err
taken(int fd, struct diag *d)
{
	struct buf text = { 0 };
	json_t *json = NULL;
	enum err e;

	if (file_load_fd(fd, OWNER_MAX, &text, NULL) == ERR_OK)
		json = json_loadb((const char *)text.ptr, text.len, 0, NULL);
	if (json_is_object(json))
		e = diag_set(d, ERR_POLICY,
		    "a change of this cluster is being run by %.40s on %.60s, "
		    "process %lld, since %.20s, plan %.120s",
		    said(json, "user"), said(json, "host"),
		    (long long)json_integer_value(json_object_get(json, "pid")),
		    said(json, "since"), said(json, "plan"));
	else
		e = diag_set(d, ERR_POLICY,
		    "a change of this cluster is being run by another "
		    "process");
	json_decref(json);
	buf_clear(&text);
	return e;
}

static enum err
take(int fd, const char *what, int64_t now, struct diag *d)
{
	int rc;

	do
		rc = flock(fd, LOCK_EX | LOCK_NB);
	while (rc != 0 && errno == EINTR);
	if (rc != 0 && errno == EWOULDBLOCK)
		return taken(fd, d);
	if (rc != 0)
		return diag_errno(d, "flock", errno, "cannot lock the cluster");
	return write_owner(fd, what, now, d);
}

enum err
lock_take(const char *dir, const char *key, const char *what, int64_t now,
    struct lock **ret, struct diag *d)
{
	struct lock *l = calloc(1, sizeof(*l));
	struct buf path = { 0 };
	enum err e;

	if (l == NULL)
		return diag_nomem(d);
	l->fd = -1;
	e = make_folder(dir, d);
	if (e == ERR_OK)
		e = path_of(dir, key, &path, d);
	if (e == ERR_OK) {
		l->fd = open(buf_cstr(&path),
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
			O_NOCTTY,
		    0600);
		e = l->fd < 0 ? diag_errno(d, "open", errno,
				    "cannot open the lock of the cluster")
			      : take(l->fd, what, now, d);
	}
	buf_clear(&path);
	if (e == ERR_OK)
		*ret = l;
	else
		lock_drop(&l);
	return e;
}

/* The file stays: whoever removes it may remove that of the next one. */
void
lock_drop(struct lock **l)
{
	if (*l == NULL)
		return;
	if ((*l)->fd >= 0)
		(void)close((*l)->fd);
	free(*l);
	*l = NULL;
}
