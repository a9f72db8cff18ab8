/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong in a cluster from now on.
 */
#include <string.h>

#include "lab/world_inner.h"

struct trouble {
	const char *name;
	bool more; /* it wants another word */
	enum err (*make)(struct world *w, size_t node, const char *how,
	    struct diag *diag);
};

static enum err
set_down(struct world *w, size_t node, bool down, struct diag *diag)
{
	w->node[node].down = down;
	return world_register_phones(w, diag);
}

static enum err
make_down(struct world *w, size_t node, const char *how, struct diag *diag)
{
	(void)how;
	return set_down(w, node, true, diag);
}

static enum err
make_up(struct world *w, size_t node, const char *how, struct diag *diag)
{
	(void)how;
	return set_down(w, node, false, diag);
}

static enum err
keep_command(struct world *w, const char **place, const char *how,
    struct diag *diag)
{
	const char *copy = world_text(w, "%s", how);

	if (copy == NULL)
		return diag_nomem(diag);
	*place = copy;
	return ERR_OK;
}

static enum err
make_cut(struct world *w, size_t node, const char *how, struct diag *diag)
{
	return keep_command(w, &w->node[node].trouble.cut, how, diag);
}

static enum err
make_fails(struct world *w, size_t node, const char *how, struct diag *diag)
{
	return keep_command(w, &w->node[node].trouble.fails, how, diag);
}

static enum err
make_dead(struct world *w, size_t node, const char *how, struct diag *diag)
{
	struct world_service *s = world_service(&w->node[node], how);

	if (s == NULL)
		return diag_set(diag, ERR_ABSENT, "%s has no service %s",
		    w->node[node].name, how);
	s->dead = true;
	return ERR_OK;
}

static enum err
make_stale(struct world *w, size_t node, const char *how, struct diag *diag)
{
	(void)how;
	if (node == 0)
		return diag_set(diag, ERR_POLICY,
		    "stale-list: the publisher makes the list");
	w->node[node].trouble.misses_list = true;
	return ERR_OK;
}

static enum err
make_unlicensed(struct world *w, size_t node, const char *how,
    struct diag *diag)
{
	(void)node;
	(void)how;
	(void)diag;
	w->licensed = false;
	return ERR_OK;
}

static enum err
make_replication(struct world *w, size_t node, const char *how,
    struct diag *diag)
{
	if (strcmp(how, "broken") == 0)
		w->node[node].replication = WORLD_REPLICATION_BROKEN;
	else if (strcmp(how, "good") == 0)
		w->node[node].replication = WORLD_REPLICATION_GOOD;
	else
		return diag_set(diag, ERR_SYNTAX,
		    "replication: %s is neither broken nor good", how);
	return ERR_OK;
}

/* Every other one of those that are registered. */
static enum err
make_refuse(struct world *w, size_t node, const char *how, struct diag *diag)
{
	size_t i, num = 0;

	(void)node;
	(void)how;
	(void)diag;
	for (i = 0; i < w->num_phones; i++)
		if (w->phone[i].registered && num++ % 2 == 0)
			w->phone[i].refuses = true;
	return ERR_OK;
}

static enum err
make_full(struct world *w, size_t node, const char *how, struct diag *diag)
{
	(void)how;
	(void)diag;
	w->node[node].trouble.disk_full = true;
	return ERR_OK;
}

static enum err
clear(struct world *w, size_t node, const char *how, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	size_t i;

	(void)how;
	n->trouble = (struct world_trouble){ .cut = NULL };
	n->replication = WORLD_REPLICATION_GOOD;
	n->inner->cut_off = false;
	for (i = 0; i < n->num_services; i++)
		n->service[i].dead = false;
	for (i = 0; i < w->num_phones; i++)
		w->phone[i].refuses = false;
	w->licensed = true;
	return set_down(w, node, false, diag);
}

static const struct trouble troubles[] = {
	{ "down", false, make_down },
	{ "up", false, make_up },
	{ "cut", true, make_cut },
	{ "fails", true, make_fails },
	{ "dead-service", true, make_dead },
	{ "stale-list", false, make_stale },
	{ "no-licence", false, make_unlicensed },
	{ "replication", true, make_replication },
	{ "refuse-half", false, make_refuse },
	{ "disk-full", false, make_full },
	{ "clear", false, clear },
};

static const struct trouble *
find(const char *what)
{
	size_t i;

	for (i = 0; i < sizeof(troubles) / sizeof(*troubles); i++)
		if (strcmp(troubles[i].name, what) == 0)
			return &troubles[i];
	return NULL;
}

enum err
world_trouble(struct world *w, size_t node, const char *what, const char *how,
    struct diag *diag)
{
	const struct trouble *t = find(what);
	enum err err;

	if (t == NULL)
		return diag_set(diag, ERR_SYNTAX,
		    "%s is no trouble; it is one of down, up, cut, fails, "
		    "dead-service, stale-list, no-licence, replication, "
		    "refuse-half, disk-full and clear",
		    what);
	if (t->more != (how != NULL && *how != '\0'))
		return diag_set(diag, ERR_SYNTAX,
		    t->more ? "%s: say which" : "%s takes no other word", what);
	world_lock(w);
	err = t->make(w, node, how, diag);
	world_unlock(w);
	return err;
}
