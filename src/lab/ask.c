/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/ask.h"

#include <string.h>

#include "lab/control.h"

/* ---- status ---- */

static const char *
mode_of(const struct world *w)
{
	return w->mixed ? "mixed" : "non-secure";
}

static void
put_counts(const struct ask *a, struct buf *out)
{
	struct world *w = a->world;
	struct world_count c;
	size_t i;

	world_lock(w);
	world_count(w, &c);
	buf_printf(out, "release %s, %s, %zu nodes\n", w->version, mode_of(w),
	    w->num_nodes);
	buf_printf(out,
	    "phones: %zu, trusting %zu, working %zu, refused %zu, "
	    "registered %zu, off %zu\n",
	    c.total, c.trusting, c.working, c.refused, c.registered, c.off);
	for (i = 0; i < w->num_nodes; i++)
		buf_printf(out, "%-12s %-15s %s\n", w->node[i].name,
		    w->node[i].address, w->node[i].down ? "down" : "up");
	world_unlock(w);
}

static void
put_downloads(const struct ask *a, struct buf *out, bool json)
{
	struct sample_count s = sample_count(a->sample);
	struct doors_count d = doors_count(a->doors);

	buf_printf(out,
	    json ? "\"downloads\":{\"http\":%lu,\"tftp\":%lu,\"failed\":%lu,"
		   "\"different\":%lu},\"alarms\":%lu,\"served\":{\"http\":%lu,"
		   "\"tftp\":%lu,\"ssh\":%lu}"
		 : "downloads of phones: http %lu, tftp %lu, failed %lu, "
		   "different %lu; alarms %lu\nserved: http %lu, tftp %lu; "
		   "sessions %lu\n",
	    s.http, s.tftp, s.failed, s.different, s.alarms, d.http, d.tftp,
	    d.sessions);
}

/* The world's, with what the doors know before it. */
static enum err
put_json(const struct ask *a, struct buf *out, struct diag *diag)
{
	struct buf json = { 0 };
	struct bytes rest, brace;
	enum err err = world_json(a->world, &json, diag);

	rest = buf_bytes(&json);
	if (err == ERR_OK && bytes_take(&rest, 1, &brace)) {
		buf_str(out, "{");
		put_downloads(a, out, true);
		buf_str(out, ",");
		buf_put(out, rest);
		if (rest.ptr[rest.len - 1] != '\n')
			buf_str(out, "\n");
	}
	buf_clear(&json);
	return err;
}

static enum err
ask_status(const struct ask *a, const struct control_request *r,
    struct buf *out, struct diag *diag)
{
	if (r->num > 1)
		return put_json(a, out, diag);
	put_counts(a, out);
	put_downloads(a, out, false);
	return ERR_OK;
}

/* ---- What administrators do. ---- */

static bool
has_phone(const struct world *w, const char *name)
{
	size_t i;

	/* names stay as they are: no lock */
	for (i = 0; i < w->num_phones; i++)
		if (strcmp(w->phone[i].name, name) == 0)
			return true;
	return false;
}

static enum err
ask_reset(const struct ask *a, const struct control_request *r, struct buf *out,
    struct diag *diag)
{
	size_t i;

	(void)out;
	for (i = 1; i < r->num; i++)
		if (!has_phone(a->world, r->word[i]))
			return diag_set(diag, ERR_ABSENT,
			    "the lab has no phone %s", r->word[i]);
	return world_reset_phones(a->world, r->num > 1 ? r->word + 1 : NULL,
	    diag);
}

static enum err
find_node(const struct ask *a, const char *name, size_t *ret, struct diag *diag)
{
	size_t i;

	for (i = 0; i < a->world->num_nodes; i++)
		if (strcmp(a->world->node[i].name, name) == 0 ||
		    strcmp(a->world->node[i].address, name) == 0) {
			*ret = i;
			return ERR_OK;
		}
	return diag_set(diag, ERR_ABSENT, "the lab has no node %s", name);
}

static enum err
ask_upload(const struct ask *a, const struct control_request *r,
    struct buf *out, struct diag *diag)
{
	size_t node = 0;
	enum err err;

	(void)out;
	if (r->num != 3)
		return diag_set(diag, ERR_SYNTAX, "a node and a name");
	err = find_node(a, r->word[1], &node, diag);
	if (err == ERR_OK)
		err = world_upload_file(a->world, node, r->word[2], r->bytes,
		    diag);
	return err;
}

static enum err
ask_backup(const struct ask *a, const struct control_request *r,
    struct buf *out, struct diag *diag)
{
	(void)r;
	(void)out;
	return world_back_up(a->world, diag);
}

static enum err
ask_trouble(const struct ask *a, const struct control_request *r,
    struct buf *out, struct diag *diag)
{
	size_t node = 0;
	enum err err;

	(void)out;
	if (r->num < 3 || r->num > 4)
		return diag_set(diag, ERR_SYNTAX, "a node and a trouble");
	err = find_node(a, r->word[1], &node, diag);
	if (err != ERR_OK)
		return err;
	return world_trouble(a->world, node, r->word[2],
	    r->num > 3 ? r->word[3] : NULL, diag);
}

static enum err
ask_settle(const struct ask *a, const struct control_request *r,
    struct buf *out, struct diag *diag)
{
	(void)r;
	(void)out;
	(void)diag;
	world_settle(a->world);
	sample_settle(a->sample);
	return ERR_OK;
}

/* ---- Requests. ---- */

struct verb {
	const char *name;
	enum err (*run)(const struct ask *a, const struct control_request *r,
	    struct buf *out, struct diag *diag);
};

static const struct verb verbs[] = {
	{ "status", ask_status },
	{ "reset-phones", ask_reset },
	{ "upload-tftp", ask_upload },
	{ "backup", ask_backup },
	{ "settle", ask_settle },
	{ "trouble", ask_trouble },
};

static enum err
answer(const struct ask *a, const struct control_request *r, struct buf *out,
    struct diag *diag)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].name, r->word[0]) == 0)
			return verbs[i].run(a, r, out, diag);
	return diag_set(diag, ERR_SYNTAX, "the lab does not know %s",
	    r->word[0]);
}

void
ask_serve(const struct ask *a, struct stream *s)
{
	struct control_request r = { .num = 0 };
	struct buf out = { 0 };
	struct diag diag;
	enum err err;

	diag_init(&diag);
	err = control_read(s, &r, &diag);
	if (err == ERR_OK && r.num == 0)
		err = diag_set(&diag, ERR_SYNTAX, "no request");
	if (err == ERR_OK && strcmp(r.word[0], "down") == 0) {
		a->down(a->arg, s);
	} else {
		if (err == ERR_OK)
			err = answer(a, &r, &out, &diag);
		/* what it did is to be seen from outside, too */
		doors_look(a->doors);
		(void)control_answer(s, err == ERR_OK,
		    err == ERR_OK ? buf_bytes(&out) : bytes_of_str(diag.msg));
	}
	buf_clear(&out);
	control_clear(&r);
}
