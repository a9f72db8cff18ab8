/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: which a node has, how they start and stop, and what they read when
 * they start.
 */
#include <string.h>

#include "lab/world_inner.h"

/* Where a service runs. */
enum {
	ON_PUBLISHER = 1,
	ON_SUBSCRIBER = 2,
	ON_PRESENCE = 4,
	ON_TFTP = 8,
	ON_CALLS = ON_PUBLISHER | ON_SUBSCRIBER,
	ON_PHONES = ON_CALLS | ON_TFTP,
	ON_ALL = ON_PHONES | ON_PRESENCE
};

/* Name, release from which it is there, where, whether it is activated. */
static const struct {
	const char *name;
	unsigned since, where;
	bool activated;
} services[] = {
	{ "A Cisco DB", 0, ON_ALL, true },
	{ "A Cisco DB Replicator", 0, ON_ALL, true },
	{ "Cisco AMC Service", 0, ON_ALL, true },
	{ "Cisco AXL Web Service", 0, ON_ALL, true },
	{ "Cisco CTIManager", 0, ON_CALLS, true },
	{ "Cisco CTL Provider", 0, ON_PHONES, true },
	{ "Cisco CallManager", 0, ON_CALLS, true },
	{ "Cisco Certificate Authority Proxy Function", 0, ON_PUBLISHER, true },
	{ "Cisco Certificate Change Notification", 0, ON_ALL, true },
	{ "Cisco Certificate Expiry Monitor", 0, ON_ALL, true },
	{ "Cisco DRF Local", 0, ON_ALL, true },
	{ "Cisco DRF Master", 0, ON_PUBLISHER, true },
	{ "Cisco Database Layer Monitor", 0, ON_ALL, true },
	{ "Cisco DirSync", 0, ON_PUBLISHER, false },
	{ "Cisco HAProxy", 1400, ON_PHONES, true },
	{ "Cisco RIS Data Collector", 0, ON_ALL, true },
	{ "Cisco SSOSP Tomcat", 1150, ON_ALL, true },
	{ "Cisco Syslog Agent", 0, ON_ALL, true },
	{ "Cisco Tftp", 0, ON_PHONES, true },
	{ "Cisco Tomcat", 0, ON_ALL, true },
	{ "Cisco Trust Verification Service", 0, ON_PHONES, true },
	{ "Cisco UDS Tomcat", 1150, ON_ALL, true },
};

/* Which service shows a certificate; TFTP signs with one, too. */
static const struct {
	const char *service;
	enum world_unit unit;
} readers[] = {
	{ "Cisco CallManager", WORLD_CALLMANAGER },
	{ "Cisco CallManager", WORLD_CALLMANAGER_ECDSA },
	{ "Cisco Certificate Authority Proxy Function", WORLD_CAPF },
	{ "Cisco Trust Verification Service", WORLD_TVS },
	{ "Cisco Tomcat", WORLD_TOMCAT },
	{ "Cisco Tomcat", WORLD_TOMCAT_ECDSA },
};

static unsigned
place_of(enum world_role role)
{
	switch (role) {
	case WORLD_PUBLISHER:
		return ON_PUBLISHER;
	case WORLD_SUBSCRIBER:
		return ON_SUBSCRIBER;
	case WORLD_IMP:
		return ON_PRESENCE;
	case WORLD_TFTP_ONLY:
		break;
	}
	return ON_TFTP;
}

static bool
is_stopped_at_first(const struct scenario_node *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->stopped.num; i++)
		if (strcmp(s->stopped.item[i], name) == 0)
			return true;
	return false;
}

enum err
world_make_services(struct world *w, size_t node, struct diag *diag)
{
	const struct scenario_node s = scenario_node(w->scenario, node);
	struct world_node *n = &w->node[node];
	struct world_service *to;
	size_t i;

	for (i = 0; i < DOC_NUM(services); i++) {
		if (w->release < services[i].since ||
		    (services[i].where & place_of(n->role)) == 0)
			continue;
		if (n->num_services == WORLD_MAX_SERVICES)
			return diag_set(diag, ERR_TOO_BIG, "too many services");
		to = &n->service[n->num_services++];
		to->name = services[i].name;
		to->activated = services[i].activated;
		to->state = to->activated && !is_stopped_at_first(&s, to->name)
		    ? WORLD_STARTED
		    : WORLD_STOPPED;
	}
	return ERR_OK;
}

struct world_service *
world_service(struct world_node *n, const char *name)
{
	size_t i;

	for (i = 0; i < n->num_services; i++)
		if (strcmp(n->service[i].name, name) == 0)
			return &n->service[i];
	return NULL;
}

bool
world_is_started(const struct world_node *n, const char *name)
{
	size_t i;

	for (i = 0; i < n->num_services; i++)
		if (strcmp(n->service[i].name, name) == 0)
			return n->service[i].state == WORLD_STARTED;
	return false;
}

void
world_load_unit(struct world *w, size_t node, enum world_unit unit)
{
	struct world_node *n = &w->node[node];

	n->own[unit].served = n->own[unit].cert;
	if (unit == WORLD_CALLMANAGER)
		n->inner->signs = n->own[unit].cert;
	else if (unit == WORLD_TOMCAT)
		n->inner->web = n->own[unit].cert;
	else if (unit == WORLD_TOMCAT_ECDSA)
		n->inner->web_ecdsa = n->own[unit].cert;
}

/* What TFTP reads when it starts: its folder, the key that it signs with, and
 * its ITL is made anew where that was one of a reset. */
static enum err
start_tftp(struct world *w, size_t node, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	enum err err = ERR_OK;

	n->inner->signs = n->own[WORLD_CALLMANAGER].cert;
	n->inner->web = n->own[WORLD_TOMCAT].cert;
	n->inner->web_ecdsa = n->own[WORLD_TOMCAT_ECDSA].cert;
	if (n->inner->itl_reset)
		err = world_make_itl(w, node, false, diag);
	return err == ERR_OK ? world_read_folder(w, node, diag) : err;
}

static enum err
started(struct world *w, size_t node, const char *name, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	size_t i;

	for (i = 0; i < DOC_NUM(readers); i++)
		if (strcmp(readers[i].service, name) == 0)
			n->own[readers[i].unit].served =
			    n->own[readers[i].unit].cert;
	if (strcmp(name, "Cisco Tftp") == 0)
		return start_tftp(w, node, diag);
	return strcmp(name, "Cisco CallManager") == 0
	    ? world_register_phones(w, diag)
	    : ERR_OK;
}

static enum err
expect(struct world *w, size_t node, struct world_service *s, unsigned ms,
    struct diag *diag)
{
	const struct world_event e = { .kind = WORLD_EVENT_SERVICE,
		.node = node,
		.what = (size_t)(s - w->node[node].service),
		.turn = s->turn };

	return world_put_event(w, ms, e, diag);
}

enum err
world_service_next(struct world *w, const struct world_event *e,
    struct diag *diag)
{
	struct world_service *s = &w->node[e->node].service[e->what];
	const unsigned delay = w->scenario->service_delay;

	if (s->turn != e->turn)
		return ERR_OK;
	switch (s->state) {
	case WORLD_STOPPING:
		s->state = s->again ? WORLD_STARTING : WORLD_STOPPED;
		return s->again ? expect(w, e->node, s, delay - delay / 3, diag)
				: ERR_OK;
	case WORLD_STARTING:
		s->state = s->dead ? WORLD_STOPPED : WORLD_STARTED;
		return s->dead ? ERR_OK : started(w, e->node, s->name, diag);
	case WORLD_STOPPED:
	case WORLD_STARTED:
		break;
	}
	return ERR_OK;
}

enum err
world_service_act(struct world *w, size_t node, const char *name,
    enum world_action action, struct diag *diag)
{
	struct world_service *s = world_service(&w->node[node], name);
	const unsigned delay = w->scenario->service_delay;
	enum err err;

	if (s == NULL)
		return diag_set(diag, ERR_ABSENT, "no service %s is here",
		    name);
	if (!s->activated)
		return diag_set(diag, ERR_UNSUPPORTED,
		    "service %s is not activated", name);
	s->turn++;
	s->again = action == WORLD_RESTART;
	if (action == WORLD_START ||
	    (action == WORLD_RESTART && s->state == WORLD_STOPPED)) {
		if (s->state == WORLD_STARTED)
			return ERR_OK;
		s->state = WORLD_STARTING;
		return expect(w, node, s, delay - delay / 3, diag);
	}
	if (s->state == WORLD_STOPPED)
		return ERR_OK;
	s->state = WORLD_STOPPING;
	err = expect(w, node, s, delay / 3, diag);
	return err == ERR_OK && strcmp(s->name, "Cisco CallManager") == 0
	    ? world_register_phones(w, diag)
	    : err;
}

enum err
world_restart_node(struct world *w, size_t node, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	enum err err;
	size_t i;

	for (i = 0; i < n->num_services; i++) {
		n->service[i].turn++;
		n->service[i].state = WORLD_STOPPED;
	}
	n->down = true;
	err = world_register_phones(w, diag);
	if (err != ERR_OK)
		return err;
	return world_put_event(w, 10 * w->scenario->service_delay,
	    (struct world_event){ .kind = WORLD_EVENT_NODE_UP, .node = node },
	    diag);
}

enum err
world_node_up(struct world *w, size_t node, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	enum err err = ERR_OK;
	size_t i;

	n->down = false;
	for (i = 0; i < n->num_services && err == ERR_OK; i++) {
		if (!n->service[i].activated || n->service[i].dead)
			continue;
		n->service[i].state = WORLD_STARTED;
		err = started(w, node, n->service[i].name, diag);
	}
	return err;
}

/* ---- What ports show. ---- */

static const struct {
	unsigned port;
	const char *service;
	enum world_unit rsa, ecdsa;
} ports[] = {
	{ 443, "Cisco Tomcat", WORLD_TOMCAT, WORLD_TOMCAT_ECDSA },
	{ 2443, "Cisco CallManager", WORLD_CALLMANAGER,
	    WORLD_CALLMANAGER_ECDSA },
	{ 2445, "Cisco Trust Verification Service", WORLD_TVS,
	    WORLD_NUM_UNITS },
	{ 3804, "Cisco Certificate Authority Proxy Function", WORLD_CAPF,
	    WORLD_NUM_UNITS },
	{ 5061, "Cisco CallManager", WORLD_CALLMANAGER,
	    WORLD_CALLMANAGER_ECDSA },
	{ 6971, "Cisco Tftp", WORLD_CALLMANAGER, WORLD_NUM_UNITS },
	{ 6972, "Cisco Tftp", WORLD_TOMCAT, WORLD_TOMCAT_ECDSA },
	{ 8443, "Cisco Tomcat", WORLD_TOMCAT, WORLD_TOMCAT_ECDSA },
};

/* The certificates of TFTP are those that it read, not those of others. */
static const struct world_cert *
shown(const struct world_node *n, unsigned port, enum world_unit unit)
{
	if (unit == WORLD_NUM_UNITS)
		return NULL;
	if (port == 6971)
		return n->inner->signs;
	if (port == 6972)
		return unit == WORLD_TOMCAT ? n->inner->web
					    : n->inner->web_ecdsa;
	return n->own[unit].served;
}

static const struct world_cert *
shows(const struct world_node *n, unsigned port, bool ecdsa)
{
	const struct world_cert *ret = NULL;
	size_t i;

	for (i = 0; i < DOC_NUM(ports); i++) {
		if (ports[i].port != port || n->down ||
		    !world_is_started(n, ports[i].service))
			continue;
		if (ecdsa)
			ret = shown(n, port, ports[i].ecdsa);
		if (ret == NULL)
			ret = shown(n, port, ports[i].rsa);
	}
	return ret;
}

bool
world_shows(struct world *w, size_t node, unsigned port, bool ecdsa,
    const struct world_cert **ret, const struct world_cert **ret_chain)
{
	const struct world_cert *cert = NULL;

	world_lock(w);
	if (node < w->num_nodes)
		cert = shows(&w->node[node], port, ecdsa);
	world_unlock(w);
	if (cert == NULL || cert->key == NULL)
		return false;
	*ret = cert;
	*ret_chain = cert->issuer;
	return true;
}
