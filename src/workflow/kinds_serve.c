/* SPDX-License-Identifier: Apache-2.0 */
/* Services of a node: stopped, started, restarted, one after the other. */
#include <string.h>

#include "workflow/kinds_parts.h"

#define POLLS 120 /* of 5 s, but the first QUICK of 1 s */
#define QUICK 10

static enum err
list_services(const struct kinds *k, const char *node,
    struct said_services *ret, struct diag *d)
{
	struct buf text = { 0 };
	enum err e = kinds_type(k, node, "service-list", NULL, 0, &text, d);

	if (e == ERR_OK)
		e = said_services(buf_bytes(&text), ret, d);
	buf_clear(&text);
	return e;
}

/* Only what was activated is touched. */
static bool
is_ours(const struct said_services *l, const char *name)
{
	const struct said_service *service = said_service(l, name);

	return service != NULL && service->activated;
}

static bool
is_done(const struct said_services *l, const char *name, bool stop)
{
	const struct said_service *service = said_service(l, name);

	if (service == NULL || !service->activated)
		return true;
	return !service->changing &&
	    (stop ? service->stopped : service->started);
}

/* The first of S's services that is not as it is to be; NULL: all are. */
static const char *
not_done(const struct said_services *l, const struct plan_step *s)
{
	size_t i;

	for (i = 0; i < s->services.num; i++)
		if (!is_done(l, s->services.item[i], s->kind == PLAN_STOP))
			return s->services.item[i];
	return NULL;
}

static bool
has_service(const struct plan_step *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->services.num; i++)
		if (strcmp(s->services.item[i], name) == 0)
			return true;
	return false;
}

/* The plan itself has stopped it until a step behind S: phones fetch from the
 * others meanwhile, and keep what they hold while one of those restarts. */
static bool
is_held(const struct plan *p, const struct plan_step *s, const char *node,
    const char *name)
{
	bool held = false;
	size_t i;

	for (i = 0; i < plan_num_steps(p) && plan_step(p, i) != s; i++) {
		const struct plan_step *o = plan_step(p, i);

		if ((o->kind == PLAN_STOP || o->kind == PLAN_START) &&
		    strcmp(o->node, node) == 0 && has_service(o, name))
			held = o->kind == PLAN_STOP;
	}
	return held;
}

/* Never two nodes at once: another that is down must be up again before this one
 * goes down. */
static enum err
refuse_other_down(const struct kinds *k, const struct plan *p,
    const struct plan_step *s, const char *name, struct diag *d)
{
	struct kinds_seen seen;
	size_t i;
	enum err e = kinds_look(k, false, &seen, d);

	for (i = 0; e == ERR_OK && i < seen.s->num_nodes; i++) {
		const struct survey_node *n = &seen.s->node[i];
		const struct said_service *service;

		if (!n->has_services || strcmp(n->entry->name, s->node) == 0)
			continue;
		service = said_service(&n->services, name);
		if (service != NULL && service->activated &&
		    !service->started &&
		    (s->kind == PLAN_STOP ||
			!is_held(p, s, n->entry->name, name)))
			e = diag_set(d, ERR_POLICY,
			    "%.100s of %.100s is not started; two servers are "
			    "never down at once: start it, then resume",
			    name, n->entry->name);
	}
	return e;
}

enum err
kinds_service_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct said_services l = { 0 };
	size_t i;
	enum err e = list_services(arg, s->node, &l, d);

	for (i = 0; e == ERR_OK && i < s->services.num; i++) {
		const char *name = s->services.item[i];

		if (!is_ours(&l, name))
			kinds_say(arg, "%.100s is not activated on %.100s",
			    name, s->node);
		else if (s->kind != PLAN_START &&
		    (strcmp(name, "Cisco Tftp") == 0 ||
			strcmp(name, "Cisco CallManager") == 0))
			e = refuse_other_down(arg, run_plan(r), s, name, d);
	}
	said_services_clear(&l);
	return e;
}

enum err
kinds_service_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	struct said_services l = { 0 };
	enum err e;

	(void)r;
	(void)begun;
	*ret = false;
	if (s->kind == PLAN_RESTART) /* nothing tells; it does no harm twice */
		return ERR_OK;
	e = list_services(arg, s->node, &l, d);
	if (e == ERR_OK)
		*ret = not_done(&l, s) == NULL;
	said_services_clear(&l);
	return e;
}

static enum err
change_one(const struct kinds *k, const struct plan_step *s, const char *name,
    bool start, struct diag *d)
{
	const struct command_arg arg = { .name = "service", .value = name };
	const char *id = s->kind == PLAN_RESTART ? "service-restart"
	    : start                              ? "service-start"
						 : "service-stop";

	kinds_say(k, "%.20s: %.100s of %.100s", id + 8, name, s->node);
	return kinds_type(k, s->node, id, &arg, 1, NULL, d);
}

static enum err
change_all(const struct kinds *k, const struct plan_step *s, bool start,
    struct diag *d)
{
	struct said_services l = { 0 };
	size_t i;
	enum err e = list_services(k, s->node, &l, d);

	for (i = 0; e == ERR_OK && i < s->services.num; i++)
		if (is_ours(&l, s->services.item[i]))
			e = change_one(k, s, s->services.item[i], start, d);
	said_services_clear(&l);
	return e;
}

enum err
kinds_service_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	(void)r;
	return change_all(arg, s, s->kind != PLAN_STOP, d);
}

static enum err
wait_done(const struct kinds *k, const struct plan_step *s, struct diag *d)
{
	struct said_services l = { 0 };
	const char *name = NULL;
	unsigned i;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < POLLS; i++) {
		if (i > 0)
			kinds_pause(k, i < QUICK ? 1 : 5);
		said_services_clear(&l);
		e = list_services(k, s->node, &l, d);
		name = e == ERR_OK ? not_done(&l, s) : NULL;
		if (name == NULL)
			break;
	}
	if (e == ERR_OK && name != NULL)
		e = diag_set(d, ERR_IO,
		    "%.100s of %.100s is not %s; look at it (utils service "
		    "list) and resume",
		    name, s->node,
		    s->kind == PLAN_STOP ? "stopped" : "started");
	said_services_clear(&l);
	return e;
}

enum err
kinds_service_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	(void)r;
	(void)begun;
	return wait_done(arg, s, d);
}

enum err
kinds_restart_tftp(const struct kinds *k, const char *node, struct diag *d)
{
	const char *name = "Cisco Tftp";
	const struct plan_step s = { .kind = PLAN_RESTART,
		.node = node,
		.services = { .item = &name, .num = 1 } };
	enum err e = change_one(k, &s, name, true, d);

	return e == ERR_OK ? wait_done(k, &s, d) : e;
}

enum err
kinds_stop_undo(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct plan_step start = *s;
	enum err e = change_all(arg, s, true, d);

	start.kind = PLAN_START;
	return e == ERR_OK ? kinds_service_check(arg, r, &start, NULL, d) : e;
}
