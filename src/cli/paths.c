/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/paths.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cli/folder.h"
#include "cli/url.h"
#include "ctl/ctl.h"

/* Names of one folder in memory at a time. */
#define NAMES_MAX 16384
/* What tells a trust list from other files. */
#define HEAD_SIZE ((size_t)4096)

/* A folder on the way down to the file at hand. */
struct level {
	struct level *up;
	struct folder names;
	size_t next;     /* name in NAMES */
	size_t name_len; /* of the folder's own path */
	size_t path_len; /* the same with a slash behind it */
};

struct paths {
	const struct paths_taste *taste;
	char *const *args;
	const char *folder;  /* instead of arguments */
	size_t root;         /* where names within the argument begin */
	struct level *level; /* the innermost folder, or NULL */
	struct buf path;
	struct diag error;
	size_t passed_over;
	bool alone; /* there is one argument */
	bool found; /* the argument at hand gave a file or an error */
};

static void
leave(struct paths *p)
{
	struct level *level = p->level;

	p->level = level->up;
	p->path.len = level->name_len;
	folder_clear(&level->names);
	free(level);
}

void
paths_free(struct paths **p)
{
	if (*p == NULL)
		return;
	while ((*p)->level != NULL)
		leave(*p);
	buf_clear(&(*p)->path);
	free(*p);
	*p = NULL;
}

size_t
paths_num_passed_over(const struct paths *p)
{
	return p->passed_over;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && !url_is(path) &&
	    stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool
paths_are_several(char *const *args)
{
	return args[0] != NULL && (args[1] != NULL || is_folder(args[0]));
}

/* Makes p->path the first LEN of its characters and NAME. NULL where memory
 * is short. */
static const char *
set_path(struct paths *p, size_t len, const char *name)
{
	p->path.len = len;
	p->path.failed = false;
	buf_str(&p->path, name);
	return buf_cstr(&p->path);
}

/* Gives p->path, or, for want of memory, what is there of it, as a failure. */
static bool
give_error(struct paths *p, struct path *ret)
{
	const char *name;

	p->path.failed = false;
	name = buf_cstr(&p->path);
	ret->name = name == NULL ? "folder" : name;
	ret->found = false;
	ret->root = 0;
	ret->error = &p->error;
	p->found = true;
	return true;
}

static bool
give(struct paths *p, const char *name, bool found, struct path *ret)
{
	ret->name = name;
	ret->found = found;
	ret->root = found ? p->root : 0;
	ret->error = NULL;
	p->found = true;
	return true;
}

static bool
has_name_of_list(const char *name)
{
	static const char *const ends[] = { ".tlv", ".sgn", ".loads", ".sbn" };
	size_t i, len = strlen(name), end;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		end = strlen(ends[i]);
		if (len > end && strcasecmp(name + len - end, ends[i]) == 0)
			return true;
	}
	return false;
}

/* Whether a file that begins with HEAD is one of ours. */
static bool
has_head_of_list(struct bytes head)
{
	static const uint8_t version[] = { 0x01, 0x00, 0x02 };

	return bytes_starts(head, bytes_of(version, sizeof(version))) ||
	    ctl_is_listing(head);
}

static bool
is_list(const char *path, const char *name)
{
	uint8_t head[HEAD_SIZE];
	size_t len = 0;

	return has_name_of_list(name) ||
	    file_peek(path, head, sizeof(head), &len, NULL) != ERR_OK ||
	    has_head_of_list(bytes_of(head, len));
}

static const struct paths_taste lists = {
	.wants = is_list,
	.none = "this folder holds no trust list and no signed file",
};

enum err
paths_new_by(struct paths **ret, const struct paths_taste *taste,
    char *const *args, struct diag *d)
{
	struct paths *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return diag_nomem(d);
	p->taste = taste;
	p->args = args;
	p->alone = args[0] != NULL && args[1] == NULL;
	*ret = p;
	return ERR_OK;
}

enum err
paths_new(struct paths **ret, char *const *args, struct diag *d)
{
	return paths_new_by(ret, &lists, args, d);
}

enum err
paths_of_folder(struct paths **ret, const char *folder, struct diag *d)
{
	static char *const none[] = { NULL };
	enum err e = paths_new(ret, none, d);

	if (e == ERR_OK)
		(*ret)->folder = folder;
	return e;
}

/* Reads the names of the level at hand that come behind AFTER. */
static enum err
read_level(struct paths *p, const char *after)
{
	struct level *level = p->level;
	/* AFTER is one of the names that are read over */
	char *last = strdup(after);
	const char *path;
	enum err e;

	path = set_path(p, level->path_len, "");
	if (path == NULL || last == NULL)
		e = diag_nomem(&p->error);
	else
		e = folder_read(&level->names, path, last, NAMES_MAX,
		    &p->error);
	level->next = 0;
	free(last);
	return e;
}

/* Enters the folder p->path; it is the argument itself, or was found in a
 * folder. False where p->error says why not. */
static bool
enter(struct paths *p)
{
	struct level *level = calloc(1, sizeof(*level));

	if (level == NULL) {
		(void)diag_nomem(&p->error);
		return false;
	}
	level->name_len = p->path.len;
	if (p->path.len > 0 && p->path.ptr[p->path.len - 1] != '/')
		buf_u8(&p->path, '/');
	level->path_len = p->path.len;
	level->up = p->level;
	p->level = level;
	if (!buf_ok(&p->path))
		(void)diag_nomem(&p->error);
	else if (read_level(p, "") == ERR_OK)
		return true;
	leave(p);
	return false;
}

/* Looks at the next name of the folder at hand. True where it gives a file or
 * an error. */
static bool
next_name(struct paths *p, struct path *ret)
{
	struct level *level = p->level;
	const char *name = folder_name(&level->names, level->next);
	enum folder_kind kind = folder_kind(&level->names, level->next);
	const char *path = set_path(p, level->path_len, name);

	level->next++;
	if (path == NULL) {
		(void)diag_nomem(&p->error);
		return give_error(p, ret);
	}
	if (kind == FOLDER_DIR)
		return enter(p) ? false : give_error(p, ret);
	if (kind == FOLDER_FILE && p->taste->wants(path, name))
		return give(p, path, true, ret);
	p->passed_over++;
	return false;
}

/* Goes on in the folder at hand, which has no name left; true as above. */
static bool
next_part(struct paths *p, struct path *ret)
{
	struct level *level = p->level;
	bool outermost = level->up == NULL;

	if (level->names.more) {
		if (read_level(p,
			folder_name(&level->names,
			    folder_num(&level->names) - 1)) == ERR_OK)
			return false;
		leave(p);
		return give_error(p, ret);
	}
	leave(p);
	if (!outermost || p->found)
		return false;
	diag_set(&p->error, ERR_ABSENT, "%s", p->taste->none);
	return give_error(p, ret);
}

/* Enters a folder that was named; true as above. */
static bool
next_folder(struct paths *p, const char *name, struct path *ret)
{
	p->found = false;
	if (set_path(p, 0, name) == NULL)
		(void)diag_nomem(&p->error);
	else if (enter(p)) {
		p->root = p->level->path_len;
		return false;
	}
	return give_error(p, ret);
}

/* Takes the next argument; true as above. */
static bool
next_arg(struct paths *p, struct path *ret)
{
	const char *name = p->folder;

	if (name != NULL) {
		p->folder = NULL;
		return next_folder(p, name, ret);
	}
	name = *p->args++;
	if ((!p->taste->ask && has_name_of_list(name) && !p->alone) ||
	    !is_folder(name))
		return give(p, name, false, ret);
	return next_folder(p, name, ret);
}

bool
paths_next(struct paths *p, struct path *ret)
{
	struct level *level;

	for (;;) {
		level = p->level;
		if (level == NULL && p->folder == NULL && *p->args == NULL)
			return false;
		if (level == NULL) {
			if (next_arg(p, ret))
				return true;
		} else if (level->next == folder_num(&level->names)) {
			if (next_part(p, ret))
				return true;
		} else if (next_name(p, ret)) {
			return true;
		}
	}
}

size_t
paths_count_by(const struct paths_taste *taste, char *const *args)
{
	struct paths *p = NULL;
	struct path path;
	size_t n = 0;

	if (paths_new_by(&p, taste, args, NULL) != ERR_OK || p == NULL)
		return 0;
	while (paths_next(p, &path))
		n++;
	paths_free(&p);
	return n;
}

size_t
paths_count(char *const *args)
{
	return paths_count_by(&lists, args);
}
