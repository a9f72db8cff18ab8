/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change_session.h"

#include <stdlib.h>
#include <string.h>

/* Changes nothing, and is known to every release. */
#define HARMLESS "show-date"

enum err
change_session_begin(struct change_act *a, struct diag *d)
{
	a->session = calloc(inventory_num_nodes(&a->cluster->inventory),
	    sizeof(*a->session));
	return a->session == NULL ? diag_nomem(d) : ERR_OK;
}

/* What was said since the last time goes to the disk. */
static void
keep(const struct change_act *a, const char *node, struct change_session *s)
{
	struct bytes text;

	if (s->transcript == NULL)
		return;
	text = transcript_text(s->transcript);
	if (text.len <= s->noted)
		return;
	change_act_note(a, node,
	    bytes_of(text.ptr + s->noted, text.len - s->noted));
	s->noted = text.len;
}

static void
close_one(const struct change_act *a, const char *node,
    struct change_session *s)
{
	shell_close(&s->shell);
	keep(a, node, s);
	transcript_free(&s->transcript);
	s->noted = 0;
}

void
change_session_end(struct change_act *a)
{
	const struct inventory *inv = &a->cluster->inventory;
	size_t i;

	for (i = 0; a->session != NULL && i < inventory_num_nodes(inv); i++)
		close_one(a, inventory_node(inv, i)->name, &a->session[i]);
	free(a->session);
	a->session = NULL;
}

static enum err
open_one(struct change_act *a, size_t i, struct diag *d)
{
	struct cluster *c = a->cluster;
	const struct inventory_node *node = inventory_node(&c->inventory, i);
	struct change_session *s = &a->session[i];
	struct shell_setup setup = { .host = node->addresses.item[0],
		.port = node->ports.ssh,
		.node = node->name,
		.ssh = &node->ssh,
		.known_hosts = c->known_hosts,
		.password = &c->passwords.node[i],
		.commands = c->commands,
		.arg = c };
	enum err e;

	close_one(a, node->name, s);
	e = transcript_new(0, &s->transcript, d);
	if (e != ERR_OK)
		return e;
	setup.transcript = s->transcript;
	if (cluster_asks(c->opts))
		setup.trust = cluster_trust;
	e = shell_open(&setup, &s->shell, d);
	if (e != ERR_OK)
		close_one(a, node->name, s);
	return e;
}

/* The session still answers. */
static bool
is_alive(struct change_session *s)
{
	struct shell_said said = { .failure = COMMAND_WORKED };
	struct diag d;
	bool alive;

	diag_init(&d);
	alive = shell_run(s->shell, HARMLESS, NULL, 0, &said, &d) == ERR_OK;
	shell_said_clear(&said);
	return alive;
}

/* A session that answers, before anything is typed that changes. */
static enum err
reach(struct change_act *a, size_t i, struct diag *d)
{
	struct change_session *s = &a->session[i];

	if (s->shell != NULL && is_alive(s))
		return ERR_OK;
	return open_one(a, i, d);
}

static enum err
find_node(const struct change_act *a, const char *node, size_t *ret,
    struct diag *d)
{
	const struct inventory *inv = &a->cluster->inventory;
	size_t i;

	for (i = 0; i < inventory_num_nodes(inv); i++)
		if (strcmp(inventory_node(inv, i)->name, node) == 0) {
			*ret = i;
			return ERR_OK;
		}
	return diag_set(d, ERR_USAGE, "the inventory has no node called %.100s",
	    node);
}

enum err
/* NOLINTNEXTLINE(readability-function-size) */
change_act_type(void *arg, const char *node, const char *id,
    const struct command_arg *args, size_t num, struct shell_said *ret,
    struct diag *d)
{
	struct change_act *a = arg;
	const struct command *c = command_find(a->cluster->commands, id);
	struct diag why;
	size_t i = 0;
	enum err e = find_node(a, node, &i, d);

	if (e != ERR_OK)
		return e;
	if (c == NULL || c->changes)
		a->seen_once = false;
	change_act_hear(a);
	diag_init(&why);
	e = reach(a, i, &why);
	if (e == ERR_OK)
		e = shell_run(a->session[i].shell, id, args, num, ret, &why);
	keep(a, node, &a->session[i]);
	/* a session that failed, or that the command has ended, is of no use */
	if (e != ERR_OK || (c != NULL && c->ends))
		close_one(a, node, &a->session[i]);
	return e == ERR_OK ? e : diag_set(d, e, "%.60s: %.250s", node, why.msg);
}
