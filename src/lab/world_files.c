/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of a TFTP node, and what its service gives out of it.
 */
#include <stdlib.h>
#include <string.h>

#include "lab/world_inner.h"

#define FILE_MAX ((size_t)4 << 20)

static struct world_file *
find_file(struct world_file *list, size_t num, const char *name)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static enum err
read_one(struct world *w, struct world_file *list, size_t num, const char *name,
    const struct sheet **ret, struct diag *diag)
{
	const struct world_file *f = find_file(list, num, name);

	*ret = NULL;
	return f == NULL ? ERR_OK
			 : world_read_sheet(w, f->bytes, false, ret, diag);
}

static enum err
read_cached(struct world *w, struct world_node *n, struct diag *diag)
{
	enum err err = read_one(w, n->cached, n->num_cached, "CTLFile.tlv",
	    &n->inner->ctl, diag);

	if (err == ERR_OK)
		err = read_one(w, n->cached, n->num_cached, "ITLFile.tlv",
		    &n->inner->itl, diag);
	return err;
}

/* TFTP takes NAME as it is on the disk now. */
static enum err
cache(struct world *w, struct world_node *n, const char *name,
    struct diag *diag)
{
	const struct world_file *f = find_file(n->file, n->num_files, name);
	struct world_file *c = find_file(n->cached, n->num_cached, name);
	enum err err = ERR_OK;

	if (f == NULL && c != NULL)
		*c = n->cached[--n->num_cached];
	else if (f != NULL && c != NULL)
		*c = *f;
	else if (f != NULL)
		err = world_grow((void **)&n->cached, n->num_cached,
		    &n->inner->cap_cached, sizeof(*c), diag);
	if (err == ERR_OK && f != NULL && c == NULL)
		n->cached[n->num_cached++] = *f;
	return err == ERR_OK ? read_cached(w, n, diag) : err;
}

/* What follows from the folder by itself: TVS knows the list on the disk
 * ("localCTLCacheMonitor"), TFTP notices a file from 14 on, and its own ITL
 * always. */
static enum err
notice(struct world *w, size_t node, const char *name, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	enum err err = ERR_OK;

	if (strcmp(name, "CTLFile.tlv") == 0)
		err = read_one(w, n->file, n->num_files, name,
		    &n->inner->disk_ctl, diag);
	if (err == ERR_OK && w->inner->ready &&
	    world_is_started(n, "Cisco Tftp") &&
	    (w->release >= 1400 || strcmp(name, "ITLFile.tlv") == 0))
		err = cache(w, n, name, diag);
	return err;
}

enum err
world_put_file(struct world *w, size_t node, const char *name,
    struct bytes bytes, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	struct world_file *f = find_file(n->file, n->num_files, name);
	const char *kept;
	enum err err;

	if (f == NULL) {
		err = world_grow((void **)&n->file, n->num_files,
		    &n->inner->cap_files, sizeof(*n->file), diag);
		if (err != ERR_OK)
			return err;
		kept = world_text(w, "%s", name);
		if (kept == NULL)
			return diag_nomem(diag);
		f = &n->file[n->num_files++];
		f->name = kept;
	}
	f->bytes = bytes;
	f->changed = world_now(w);
	return notice(w, node, name, diag);
}

enum err
world_read_folder(struct world *w, size_t node, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	struct world_file *copy = malloc((n->num_files + 1) * sizeof(*copy));

	if (copy == NULL)
		return diag_nomem(diag);
	if (n->num_files > 0)
		memcpy(copy, n->file, n->num_files * sizeof(*copy));
	free(n->cached);
	n->cached = copy;
	n->num_cached = n->num_files;
	n->inner->cap_cached = n->num_files + 1;
	return read_cached(w, n, diag);
}

enum err
world_delete_file(struct world *w, size_t node, const char *name,
    struct diag *diag)
{
	struct world_node *n = &w->node[node];
	struct world_file *f = find_file(n->file, n->num_files, name);

	if (f == NULL)
		return diag_set(diag, ERR_ABSENT, "no file %s", name);
	*f = n->file[--n->num_files];
	return notice(w, node, name, diag);
}

enum err
world_upload_file(struct world *w, size_t node, const char *name,
    struct bytes bytes, struct diag *diag)
{
	struct buf copy = { 0 };
	struct bytes kept = { NULL, 0 };
	enum err err;

	if (bytes.len > FILE_MAX)
		return diag_set(diag, ERR_TOO_BIG, "more than %zu bytes",
		    FILE_MAX);
	world_lock(w);
	buf_put(&copy, bytes);
	if (node >= w->num_nodes || !world_runs_tftp(&w->node[node]))
		err = diag_set(diag, ERR_ABSENT, "this is no TFTP node");
	else
		err = world_keep(w, &copy, &kept, diag);
	if (err == ERR_OK)
		err = world_put_file(w, node, name, kept, diag);
	world_unlock(w);
	buf_clear(&copy);
	return err;
}

/* ---- What is given out. ---- */

/* The phone whose name stands in NAME behind BEFORE and before BEHIND. */
static const struct world_phone *
phone_in(const struct world *w, const char *name, const char *before,
    const char *behind)
{
	const size_t skip = strlen(before), len = strlen(name),
		     end = strlen(behind);
	size_t i;

	if (len < skip + end || strncmp(name, before, skip) != 0 ||
	    strcmp(name + len - end, behind) != 0)
		return NULL;
	for (i = 0; i < w->num_phones; i++)
		if (strlen(w->phone[i].name) == len - skip - end &&
		    strncmp(w->phone[i].name, name + skip, len - skip - end) ==
			0)
			return &w->phone[i];
	return NULL;
}

static void
put_config(const struct world *w, const struct world_phone *p, struct buf *out)
{
	size_t i;

	buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<device>\n");
	buf_printf(out, "<deviceName>%s</deviceName>\n", p->name);
	buf_printf(out, "<devicePool><name>%s</name>\n<callManagerGroup>\n",
	    p->pool);
	for (i = 0; i < w->num_nodes; i++)
		if (world_runs_ccm(&w->node[i]))
			buf_printf(out, "<member>%s</member>\n",
			    w->node[i].name);
	buf_str(out, "</callManagerGroup></devicePool>\n");
	buf_printf(out, "<deviceSecurityMode>%d</deviceSecurityMode>\n",
	    p->secure ? 3 : 1);
	buf_printf(out,
	    "<featurePolicyFile>%s</featurePolicyFile>\n</device>\n",
	    "DefaultFP.xml");
}

/* The file of P, signed where NAME asks for that. */
static enum err
give_config(struct world *w, size_t node, const char *name,
    const struct world_phone *p, struct buf *ret, struct diag *diag)
{
	const bool sign = strstr(name, ".sgn") != NULL;
	struct buf xml = { 0 };
	enum err err = ERR_OK;

	put_config(w, p, &xml);
	if (!buf_ok(&xml))
		err = diag_nomem(diag);
	else if (sign)
		err = world_sign_file(w, node, name, buf_bytes(&xml), ret,
		    diag);
	else
		buf_put(ret, buf_bytes(&xml));
	buf_clear(&xml);
	return err == ERR_OK && !buf_ok(ret) ? diag_nomem(diag) : err;
}

static enum err
give(struct world *w, size_t node, const char *name, struct buf *ret,
    struct diag *diag)
{
	struct world_node *n = &w->node[node];
	const struct world_phone *p;
	const struct world_file *f;

	/* phones ask for a list of their own first; it is that of all */
	if (phone_in(w, name, "CTL", ".tlv") != NULL)
		name = "CTLFile.tlv";
	else if (phone_in(w, name, "ITL", ".tlv") != NULL)
		name = "ITLFile.tlv";
	f = find_file(n->cached, n->num_cached, name);
	if (f != NULL) {
		buf_put(ret, f->bytes);
		return buf_ok(ret) ? ERR_OK : diag_nomem(diag);
	}
	p = phone_in(w, name, "", ".cnf.xml");
	if (p != NULL)
		return give_config(w, node, name, p, ret, diag);
	p = phone_in(w, name, "", ".cnf.xml.sgn");
	if (p != NULL)
		return give_config(w, node, name, p, ret, diag);
	return diag_set(diag, ERR_ABSENT, "no file %s", name);
}

enum err
world_get(struct world *w, size_t node, const char *name, struct buf *ret,
    struct diag *diag)
{
	enum err err;

	world_lock(w);
	if (node >= w->num_nodes || w->node[node].down ||
	    !world_is_started(&w->node[node], "Cisco Tftp"))
		err = diag_set(diag, ERR_ABSENT, "no TFTP service is there");
	else
		err = give(w, node, name, ret, diag);
	world_unlock(w);
	return err;
}
