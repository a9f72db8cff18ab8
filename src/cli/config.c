/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beside.h"
#include "base/file.h"
#include "cli/out.h"

#define CONFIG_SIZE_MAX ((size_t)64 * 1024)
#define SYSTEM_PATH "/etc/ctlsmith/config.yaml"

#define FIELD(member, kind)             \
	.key = #member, .type = (kind), \
	.offset = offsetof(struct config, member)

static const struct doc_field fields[] = {
	{ FIELD(module, DOC_STRING), .min = 1, .max = 4096 },
	{ FIELD(audit, DOC_STRING), .min = 1, .max = 4096 },
	{ FIELD(state, DOC_STRING), .min = 1, .max = 4096 },
	{ FIELD(inventory, DOC_STRING), .min = 1, .max = 4096 },
	{ FIELD(timeout, DOC_UNSIGNED), .min = 1, .max = 3600 },
	{ FIELD(pin_failures, DOC_UNSIGNED), .min = 1, .max = 15 },
};

static const struct config defaults = { .timeout = CONFIG_TIMEOUT,
	.pin_failures = CONFIG_PIN_FAILURES };

const struct doc_table config_table = { .what = "configuration",
	.size = sizeof(struct config),
	.defaults = &defaults,
	.fields = fields,
	.num_fields = DOC_NUM(fields) };

/* Who may write to what ST tells of; WHAT is "the file" or "its folder". A
 * folder with the sticky bit lets nobody replace what is another's. */
static enum err
judge_owner(const struct stat *st, const char *what, struct diag *d)
{
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;

	if (st->st_uid != 0 && st->st_uid != geteuid())
		return diag_set(d, ERR_POLICY,
		    "%s belongs to another user, who could name a module to "
		    "be loaded",
		    what);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
		return diag_set(d, ERR_POLICY,
		    "others may write to %s, and could name a module to be "
		    "loaded; chmod go-w helps",
		    what);
	return ERR_OK;
}

/* The folder that PATH stands in, once links are followed. */
static enum err
judge_folder(const char *path, struct diag *d)
{
	char *real = realpath(path, NULL);
	struct stat st;
	char *slash;
	enum err e;

	if (real == NULL)
		return diag_errno(d, "realpath", errno,
		    "cannot find its folder");
	slash = strrchr(real, '/');
	if (slash != NULL)
		slash[1] = '\0';
	if (stat(real, &st) != 0)
		e = diag_errno(d, "stat", errno, "cannot look at its folder");
	else
		e = judge_owner(&st, "its folder", d);
	free(real);
	return e;
}

static enum err
load_judged(int fd, const char *path, struct buf *text, struct diag *d)
{
	struct stat st;
	enum err e;

	if (fstat(fd, &st) != 0)
		return diag_errno(d, "fstat", errno, "cannot look at it");
	if (!S_ISREG(st.st_mode))
		return diag_set(d, ERR_IO, "it is no regular file");
	e = judge_owner(&st, "the file", d);
	if (e == ERR_OK)
		e = judge_folder(path, d);
	if (e == ERR_OK)
		e = file_load_fd(fd, CONFIG_SIZE_MAX, text, d);
	return e;
}

static enum err
load_text(const char *path, struct buf *text, struct diag *d)
{
	/* nobody waits for a FIFO */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum err e;

	if (fd < 0)
		return diag_errno(d, "open", errno, "cannot open it");
	e = load_judged(fd, path, text, d);
	(void)close(fd);
	return e;
}

/* Nothing but comments and blank lines, as in a template. */
static bool
says_nothing(struct bytes text)
{
	bool comment = false;
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			comment = false;
		else if (text.ptr[i] == '#')
			comment = true;
		else if (!comment && strchr(" \t\r", text.ptr[i]) == NULL)
			return false;
	}
	return true;
}

/* Makes of *MEMBER, a path, what FILE means by it. */
static enum err
resolve(struct doc *doc, const char *file, const char **member, struct diag *d)
{
	struct buf whole = { 0 };
	char *copy = NULL;

	if (*member == NULL)
		return ERR_OK;
	beside_put(&whole, file, *member);
	if (buf_ok(&whole))
		copy = doc_alloc(doc, whole.len + 1);
	if (copy != NULL) {
		memcpy(copy, whole.ptr, whole.len);
		*member = copy;
	}
	buf_clear(&whole);
	return copy == NULL ? diag_nomem(d) : ERR_OK;
}

static enum err
resolve_all(struct config *c, struct doc *doc, const char *file, struct diag *d)
{
	enum err e = ERR_OK;

	if (c->module != NULL && strchr(c->module, '/') != NULL)
		e = resolve(doc, file, &c->module, d);
	if (e == ERR_OK)
		e = resolve(doc, file, &c->audit, d);
	if (e == ERR_OK)
		e = resolve(doc, file, &c->state, d);
	if (e == ERR_OK)
		e = resolve(doc, file, &c->inventory, d);
	return e;
}

/* Reads TEXT, the content of PATH, into RET. */
static enum err
read_text(struct bytes text, const char *path, struct config *ret,
    struct diag *d)
{
	struct config c = defaults;
	struct doc *doc = NULL;
	enum err e = ERR_OK;

	if (!says_nothing(text))
		e = doc_read(text, &config_table, &c, &doc, d);
	if (e == ERR_OK)
		e = resolve_all(&c, doc, path, d);
	if (e != ERR_OK) {
		doc_free(&doc);
		return e;
	}
	c.path = ret->path;
	c.doc = doc;
	*ret = c;
	return ERR_OK;
}

/* Reads PATH, whose memory RET takes. */
static enum err
read_file(char *path, struct config *ret, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	ret->path = path;
	e = load_text(path, &text, d);
	if (e == ERR_OK)
		e = read_text(buf_bytes(&text), path, ret, d);
	buf_clear(&text);
	return e;
}

/* "FOLDER/MORE" in memory of its own, or NULL. */
static char *
join(const char *folder, const char *more)
{
	char *ret;

	return asprintf(&ret, "%s%s", folder, more) < 0 ? NULL : ret;
}

/* The user's own file; *RET is NULL where there is no place for one. */
static enum err
user_path(char **ret, struct diag *d)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	*ret = NULL;
	/* the XDG specification wants others to be ignored */
	if (xdg != NULL && xdg[0] == '/')
		*ret = join(xdg, "/ctlsmith/config.yaml");
	else if (home != NULL && home[0] == '/')
		*ret = join(home, "/.config/ctlsmith/config.yaml");
	else
		return ERR_OK;
	return *ret == NULL ? diag_nomem(d) : ERR_OK;
}

/* Reads *PATH if it is there; *FOUND says so. Takes *PATH. */
static enum err
try_file(char *path, struct config *ret, bool *found, struct diag *d)
{
	if (path == NULL)
		return ERR_OK;
	if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
		free(path);
		return ERR_OK;
	}
	*found = true;
	return read_file(path, ret, d);
}

static enum err
search(struct config *ret, struct diag *d)
{
	bool found = false;
	char *path = NULL;
	enum err e;

	e = user_path(&path, d);
	if (e == ERR_OK)
		e = try_file(path, ret, &found, d);
	if (e != ERR_OK || found)
		return e;
	path = strdup(SYSTEM_PATH);
	if (path == NULL)
		return diag_nomem(d);
	return try_file(path, ret, &found, d);
}

enum err
config_load(struct config *ret, struct diag *d)
{
	const char *named = getenv("CTLSMITH_CONFIG");
	char *path;

	*ret = defaults;
	if (named == NULL)
		return search(ret, d);
	if (named[0] == '\0')
		return ERR_OK;
	path = strdup(named);
	return path == NULL ? diag_nomem(d) : read_file(path, ret, d);
}

enum cmd_exit
config_open(struct config *ret)
{
	struct diag d;
	enum err e;

	diag_init(&d);
	e = config_load(ret, &d);
	if (e == ERR_OK)
		return CMD_OK;
	out_complain(ret->path, &d);
	config_clear(ret);
	return cmd_end(e);
}

void
config_clear(struct config *c)
{
	free(c->path);
	doc_free(&c->doc);
	memset(c, 0, sizeof(*c));
}
