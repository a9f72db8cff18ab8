/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change_run.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define PLAN_MAX ((size_t)64 << 20)
#define SHORT 12 /* digits of the plan's SHA-256 */

/* ---- The plan ---------------------------------------------------------------------- */

static enum err
read_plan(struct change_run *r, const char *path, struct diag *d)
{
	struct diag why;
	enum err e;

	diag_init(&why);
	e = file_load(path, PLAN_MAX, &r->bytes, &why);
	if (e == ERR_OK)
		e = plan_read(buf_bytes(&r->bytes), &r->plan, &r->doc, &why);
	if (e == ERR_OK)
		e = change_sha256(buf_bytes(&r->bytes), r->sha256, &why);
	if (e == ERR_OK)
		return e;
	if (why.line > 0)
		return diag_set(d, e, "%.150s: line %u, column %u: %.150s",
		    path, why.line, why.column, why.msg);
	return diag_set(d, e, "%.150s: %.160s", path, why.msg);
}

/* What a name of a file may not have is '_'. */
static void
put_name(struct buf *out, const char *name)
{
	size_t i;
	char c;

	for (i = 0; i < 100 && name[i] != '\0'; i++) {
		c = name[i];
		if (!isalnum((unsigned char)c) && c != '-' && c != '_' &&
		    (c != '.' || i == 0))
			c = '_';
		buf_put(out, bytes_of(&c, 1));
	}
}

static enum err
name_folder(struct change_run *r, struct diag *d)
{
	buf_printf(&r->folder, "%s/changes/", buf_cstr(&r->state));
	put_name(&r->folder, r->plan.cluster);
	buf_printf(&r->folder, "/%.*s", SHORT, r->sha256);
	return buf_cstr(&r->folder) != NULL ? ERR_OK : diag_nomem(d);
}

enum err
change_run_load(struct change_run *r, const struct change_opts *o,
    const char *path, bool open, struct diag *d)
{
	struct buf found = { 0 };
	enum err e;

	*r = (struct change_run){ .opts = o };
	e = change_run_state(o, &r->state, d);
	if (e == ERR_OK && path == NULL) {
		e = change_run_find(buf_cstr(&r->state), open, &found, d);
		path = buf_cstr(&found);
	}
	if (e == ERR_OK)
		e = read_plan(r, path, d);
	if (e == ERR_OK)
		e = name_folder(r, d);
	buf_clear(&found);
	return e;
}

/* ---- The folder ------------------------------------------------------------------------- */

/* A path in the folder of the run. */
static enum err
path_of(const struct change_run *r, const char *name, struct buf *ret,
    struct diag *d)
{
	buf_printf(ret, "%s/%s", (const char *)r->folder.ptr, name);
	return buf_cstr(ret) != NULL ? ERR_OK : diag_nomem(d);
}

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
			    "cannot make %.150s", path);
		path[i] = dir[i];
	}
	return ERR_OK;
}

static enum err
make_folders(struct change_run *r, struct diag *d)
{
	struct buf path = { 0 };
	enum err e = path_of(r, "from-ca", &path, d);

	if (e == ERR_OK)
		e = make_folder(buf_cstr(&path), d);
	buf_clear(&path);
	if (e == ERR_OK)
		e = path_of(r, "plan.yaml", &path, d);
	if (e == ERR_OK)
		e = file_write(buf_cstr(&path), buf_bytes(&r->bytes),
		    FILE_PRIVATE, d);
	buf_clear(&path);
	return e == ERR_EXISTS ? ERR_OK : e;
}

/* ---- Looking at it ------------------------------------------------------------------------- */

enum err
change_run_look(struct change_run *r, struct diag *d)
{
	struct buf path = { 0 };
	enum err e = path_of(r, "journal.jsonl", &path, d);

	if (e == ERR_OK)
		e = journal_load(buf_cstr(&path), r->sha256, &r->journal, d);
	buf_clear(&path);
	return e == ERR_ABSENT
	    ? diag_set(d, e, "this plan was never run on this machine")
	    : e;
}

/* ---- Running it ------------------------------------------------------------------------------ */

/* The plan is of the cluster that the inventory is of. */
static enum err
check_cluster(const struct change_run *r, struct diag *d)
{
	const struct inventory *inv = &r->cluster.inventory;
	const struct inventory_node *n = inventory_publisher(inv);

	if (inv->name != NULL && strcmp(inv->name, r->plan.cluster) != 0)
		return diag_set(d, ERR_POLICY,
		    "the plan is of the cluster %.100s, and the inventory of "
		    "%.100s",
		    r->plan.cluster, inv->name);
	if (strcmp(n->name, r->plan.publisher) != 0)
		return diag_set(d, ERR_POLICY,
		    "the publisher of the plan is %.100s, and that of the "
		    "inventory %.100s",
		    r->plan.publisher, n->name);
	if (r->plan.host_key != NULL && n->ssh.host_key != NULL &&
	    strcmp(r->plan.host_key, n->ssh.host_key) != 0)
		return diag_set(d, ERR_POLICY,
		    "the host key of %.60s is not that of the plan: this is "
		    "another cluster, or it was installed anew",
		    n->name);
	return ERR_OK;
}

/* What phones are proven by in the plan has to be there in the run. */
static enum err
check_proof(const struct change_run *r, struct diag *d)
{
	if (!r->plan.proof || change_act_can_prove(r->opts))
		return ERR_OK;
	return diag_set(d, ERR_USAGE,
	    "the plan proves what phones hold: give --web, or --listen "
	    "ADDR:PORT, as for the plan");
}

static bool
changes_mode(const struct plan *p)
{
	size_t i;

	for (i = 0; i < plan_num_steps(p); i++)
		if (plan_step(p, i)->kind == PLAN_SET_MODE)
			return true;
	return false;
}

static enum err
open_cluster(struct change_run *r, struct diag *d)
{
	enum err e;

	r->cluster_opts = r->opts->cluster;
	if (r->cluster_opts.inventory == NULL)
		r->cluster_opts.inventory = r->plan.inventory;
	e = cluster_open(&r->cluster, &r->cluster_opts, d);
	if (e == ERR_OK)
		e = check_cluster(r, d);
	/* it is the plan's business what it becomes */
	if (changes_mode(&r->plan))
		r->cluster.inventory.mode = NULL;
	return e;
}

/* Until phones are proven to hold another one, lists are judged by this. */
static enum err
take_held(struct change_run *r, struct diag *d)
{
	enum err e = r->plan.installed == NULL
	    ? ERR_OK
	    : change_held_load(&r->held, r->plan.installed,
		  r->plan.installed_sha256, d);

	r->world.kinds.installed = r->held.file;
	return e;
}

static enum err
take_lock(struct change_run *r, struct diag *d)
{
	struct buf dir = { 0 };
	const char *key = r->plan.host_key != NULL ? r->plan.host_key
						   : r->plan.cluster;
	enum err e;

	buf_printf(&dir, "%s/changes", buf_cstr(&r->state));
	e = buf_cstr(&dir) == NULL
	    ? diag_nomem(d)
	    : lock_take(buf_cstr(&dir), key, buf_cstr(&r->folder),
		  r->act.table.now(&r->act), &r->lock, d);
	buf_clear(&dir);
	return e;
}

static enum err
open_journal(struct change_run *r, struct diag *d)
{
	struct buf path = { 0 };
	enum err e = path_of(r, "journal.jsonl", &path, d);

	if (e == ERR_OK)
		e = journal_open(buf_cstr(&path), r->sha256,
		    r->act.table.now(&r->act), &r->journal, d);
	buf_clear(&path);
	return e;
}

enum err
change_run_begin(struct change_run *r, struct diag *d)
{
	enum err e = open_cluster(r, d);

	if (e == ERR_OK)
		e = check_proof(r, d);
	if (e == ERR_OK)
		e = change_act_begin(&r->act, r->opts, &r->cluster,
		    buf_cstr(&r->folder), d);
	if (e == ERR_OK)
		e = change_world_begin(&r->world, r->opts, &r->plan, &r->act,
		    d);
	if (e == ERR_OK)
		e = take_held(r, d);
	if (e == ERR_OK)
		e = cluster_login(&r->cluster, d);
	if (e == ERR_OK)
		e = take_lock(r, d);
	if (e == ERR_OK)
		e = make_folders(r, d);
	return e == ERR_OK ? open_journal(r, d) : e;
}

void
change_run_setup(struct change_run *r, struct run_setup *ret)
{
	*ret = (struct run_setup){ .plan = &r->plan,
		.journal = r->journal,
		.kinds = kinds_table,
		.world = &r->world.table,
		.arg = &r->world,
		.folder = buf_cstr(&r->folder),
		.until = r->opts->until,
		.dry = r->opts->dry_run,
		.past_no_return = r->opts->past_no_return,
		.yes = r->opts->yes };
}

void
change_run_end(struct change_run *r)
{
	change_act_end(&r->act);
	change_held_clear(&r->held);
	journal_close(&r->journal);
	lock_drop(&r->lock);
	if (r->cluster.opts != NULL)
		cluster_close(&r->cluster);
	doc_free(&r->doc);
	buf_clear(&r->bytes);
	buf_clear(&r->state);
	buf_clear(&r->folder);
}
