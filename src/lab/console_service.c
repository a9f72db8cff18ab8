/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: utils service.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lab/console_parts.h"

#define NAME_MAX_LEN 128
#define LOOK 100        /* virtual ms between two looks at a service */
#define LOOKS_MAX 36000 /* an hour */
#define NOT_ACTIVATED "Service Not Activated"
#define OUT_OF_SERVICE "Commanded Out of Service"

static const char *
state_name(enum world_service_state state)
{
	switch (state) {
	case WORLD_STOPPED:
		return "STOPPED";
	case WORLD_STARTING:
		return "STARTING";
	case WORLD_STARTED:
		return "STARTED";
	case WORLD_STOPPING:
		return "STOPPING";
	}
	return "UNKNOWN";
}

static void
put_service(struct console *c, const struct world_service *s,
    enum world_service_state state)
{
	buf_printf(&c->out, "%s[%s]", s->name, state_name(state));
	if (state == WORLD_STOPPED)
		buf_printf(&c->out, "  %s",
		    s->activated ? OUT_OF_SERVICE : NOT_ACTIVATED);
	buf_str(&c->out, "\n");
}

bool
console_service_list(struct console *c, const struct console_args *a)
{
	const struct world_node *n;
	size_t i;

	(void)a;
	buf_str(&c->out,
	    "Requesting service status, please wait...\n"
	    "System SSH [STARTED]\n"
	    "Cluster Manager [STARTED]\n"
	    "Service Manager is running\n"
	    "Getting list of all services\n"
	    ">> Return code = 0\n");
	world_lock(c->world);
	n = console_node(c);
	for (i = 0; i < n->num_services; i++)
		put_service(c, &n->service[i], n->service[i].state);
	buf_printf(&c->out, "Primary Node =%s\n",
	    c->node == 0 ? "true" : "false");
	world_unlock(c->world);
	return true;
}

/* The words of A as they were typed, without blanks at the end. */
static bool
take_name(const struct console_args *a, char *ret)
{
	size_t len = strlen(a->rest);

	while (len > 0 && a->rest[len - 1] == ' ')
		len--;
	if (len == 0 || len >= NAME_MAX_LEN)
		return false;
	memcpy(ret, a->rest, len);
	ret[len] = '\0';
	return true;
}

/* Under the lock. */
static struct world_service *
find(struct console *c, const char *name)
{
	struct world_node *n = console_node(c);
	size_t i;

	for (i = 0; i < n->num_services; i++)
		if (strcasecmp(n->service[i].name, name) == 0)
			return &n->service[i];
	return NULL;
}

/* The states that an action goes through. */
static size_t
way_of(enum world_action action, const enum world_service_state **ret)
{
	static const enum world_service_state start[] = { WORLD_STARTING,
		WORLD_STARTED };
	static const enum world_service_state stop[] = { WORLD_STOPPING,
		WORLD_STOPPED };
	static const enum world_service_state again[] = { WORLD_STOPPING,
		WORLD_STARTING, WORLD_STARTED };

	switch (action) {
	case WORLD_START:
		*ret = start;
		return 2;
	case WORLD_STOP:
		*ret = stop;
		return 2;
	case WORLD_RESTART:
		break;
	}
	*ret = again;
	return 3;
}

/* Prints the states of the way up to where the service is; the lines come as it
 * gets there, and none is left out though it was short. Returns how many are
 * printed now. */
static size_t
put_way(struct console *c, const struct world_service *s,
    const enum world_service_state *way, size_t num, size_t shown)
{
	size_t i, at = shown;

	for (i = shown; i < num; i++)
		if (way[i] == s->state)
			at = i + 1;
	for (i = shown; i < at; i++)
		put_service(c, s, way[i]);
	return at;
}

static bool
watch(struct console *c, const char *name, enum world_action action)
{
	const enum world_service_state *way;
	size_t num = way_of(action, &way), shown = 0, looks = 0;
	const struct world_service *s;
	bool dead = false;

	while (shown < num && !dead && console_live(c) && looks++ < LOOKS_MAX) {
		world_lock(c->world);
		s = find(c, name);
		if (s != NULL)
			shown = put_way(c, s, way, num, shown);
		dead = s != NULL && s->dead && action != WORLD_STOP &&
		    s->state == WORLD_STOPPED;
		if (dead)
			put_service(c, s, s->state);
		world_unlock(c->world);
		if (shown < num && !dead)
			console_wait(c, LOOK);
	}
	return shown == num || !console_live(c);
}

/* Begins, unless something is in the way. False: it was refused. */
static bool
begin(struct console *c, const char *name, enum world_action action)
{
	struct diag d;
	struct world_service *s;
	bool begun = false;

	diag_init(&d);
	world_lock(c->world);
	s = find(c, name);
	if (s == NULL)
		buf_printf(&c->out, "Invalid service name: %s\n", name);
	else if (!s->activated)
		put_service(c, s, s->state);
	else if (world_service_act(c->world, c->node, s->name, action, &d) !=
	    ERR_OK)
		(void)console_refused(c, &d);
	else
		begun = true;
	world_unlock(c->world);
	return begun;
}

static bool
act(struct console *c, const struct console_args *a, enum world_action action)
{
	char name[NAME_MAX_LEN];

	if (!take_name(a, name)) {
		buf_str(&c->out, "Incorrect syntax\n");
		return false;
	}
	if (action == WORLD_RESTART)
		buf_str(&c->out,
		    "Do not press Ctrl+C while the service is restarting. If "
		    "the service has not restarted properly, execute the same "
		    "command again.\n");
	buf_str(&c->out, "Service Manager is running\n");
	return begin(c, name, action) && watch(c, name, action);
}

bool
console_service_start(struct console *c, const struct console_args *a)
{
	return act(c, a, WORLD_START);
}

bool
console_service_stop(struct console *c, const struct console_args *a)
{
	return act(c, a, WORLD_STOP);
}

bool
console_service_restart(struct console *c, const struct console_args *a)
{
	return act(c, a, WORLD_RESTART);
}
