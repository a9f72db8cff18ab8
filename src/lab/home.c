/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/home.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define DEPTH_MAX 8 /* of folders in the token's folder */

/* Networks are 127.FIRST.0.0/16 and on; the claim is a port of the last address
 * of each, which no node has. */
#define NETWORK_FIRST 16
#define NETWORK_NUM 224
#define CLAIM_PORT 2222

/* What says that a lab is up. */
static const char *const signs[] = { "ready", "control" };

static enum err
open_folder(const char *path, struct home *h, struct diag *diag)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return diag_errno(diag, "mkdir", errno, "%s", path);
	h->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (h->dir < 0)
		return diag_errno(diag, "open", errno, "%s", path);
	h->path = realpath(path, NULL);
	if (h->path == NULL)
		return diag_errno(diag, "realpath", errno, "%s", path);
	return ERR_OK;
}

static void
remove_signs(const struct home *h)
{
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		(void)unlinkat(h->dir, signs[i], 0);
}

static enum err
lock_folder(struct home *h, struct diag *diag)
{
	h->lock = openat(h->dir, "lock",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (h->lock < 0)
		return diag_errno(diag, "open", errno, "%s/lock", h->path);
	if (flock(h->lock, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	if (errno == EWOULDBLOCK)
		return diag_set(diag, ERR_EXISTS,
		    "a lab is up in %s; 'ctlsmith-lab down --dir %s' ends it",
		    h->path, h->path);
	return diag_errno(diag, "flock", errno, "%s/lock", h->path);
}

static void
let_go(struct home *h)
{
	if (h->claim >= 0)
		(void)close(h->claim);
	if (h->lock >= 0)
		(void)close(h->lock);
	if (h->dir >= 0)
		(void)close(h->dir);
	free(h->path);
	*h = (struct home){ .dir = -1, .lock = -1, .claim = -1 };
}

enum err
home_take(const char *path, struct home *ret, struct diag *diag)
{
	struct home h = { .dir = -1, .lock = -1, .claim = -1 };
	enum err err;

	err = open_folder(path, &h, diag);
	if (err == ERR_OK)
		err = lock_folder(&h, diag);
	if (err != ERR_OK) {
		let_go(&h);
		return err;
	}
	remove_signs(&h);
	*ret = h;
	return ERR_OK;
}

/* FNV-1a: labs in different folders begin to look at different places. */
static uint32_t
hash_of(const char *text)
{
	uint32_t hash = 2166136261U;

	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * 16777619U;
	return hash;
}

static bool
claim(struct home *h, unsigned number)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(CLAIM_PORT) };

	at.sin_addr.s_addr = htonl(0x7f00fffeU | number << 16);
	if (bind(h->claim, (struct sockaddr *)&at, sizeof(at)) != 0)
		return false;
	(void)snprintf(h->network, sizeof(h->network), "127.%u.0.", number);
	return true;
}

enum err
home_claim(struct home *h, struct diag *diag)
{
	uint32_t first = hash_of(h->path);
	unsigned i;

	h->claim = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->claim < 0)
		return diag_errno(diag, "socket", errno, "no network");
	for (i = 0; i < NETWORK_NUM; i++)
		if (claim(h, NETWORK_FIRST + (first + i) % NETWORK_NUM))
			return ERR_OK;
	return diag_set(diag, ERR_EXISTS,
	    "each network of this machine from 127.%d to 127.%d has a lab",
	    NETWORK_FIRST, NETWORK_FIRST + NETWORK_NUM - 1);
}

void
home_leave(struct home *h)
{
	remove_signs(h);
	let_go(h);
}

enum err
home_path(const struct home *h, const char *name, struct buf *ret,
    struct diag *diag)
{
	buf_printf(ret, "%s/%s", h->path, name);
	return buf_cstr(ret) != NULL ? ERR_OK : diag_nomem(diag);
}

enum err
home_write(const struct home *h, const char *name, struct bytes text,
    struct diag *diag)
{
	struct buf path = { 0 };
	enum err err = home_path(h, name, &path, diag);

	if (err == ERR_OK)
		err = file_write(buf_cstr(&path), text,
		    FILE_CLOBBER | FILE_PRIVATE, diag);
	buf_clear(&path);
	return err;
}

static bool remove_in(int parent, const char *name, unsigned depth);

/* All that is in the folder FD, which is closed. */
static bool
empty_folder(int fd, unsigned depth)
{
	DIR *folder = fdopendir(fd);
	const struct dirent *e;
	bool fine = true;

	if (folder == NULL) {
		(void)close(fd);
		return false;
	}
	while ((e = readdir(folder)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			fine = remove_in(dirfd(folder), e->d_name, depth + 1) &&
			    fine;
	(void)closedir(folder);
	return fine;
}

/* Follows no symbolic link. */
static bool
remove_in(int parent, const char *name, unsigned depth)
{
	int fd;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR || depth > DEPTH_MAX)
		return false;
	fd = openat(parent, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && empty_folder(fd, depth) &&
	    unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

enum err
home_remove(const struct home *h, const char *name, struct diag *diag)
{
	if (!remove_in(h->dir, name, 0))
		return diag_errno(diag, "unlinkat", errno, "%s/%s", h->path,
		    name);
	return ERR_OK;
}
