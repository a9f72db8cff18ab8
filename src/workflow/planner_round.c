/* SPDX-License-Identifier: Apache-2.0 */
/* A round: what comes between two moments at which all phones have fetched. A
 * list is made after the certificates and before the restarts (217138, 214231).
 */
#include <string.h>

#include "workflow/planner_parts.h"

/* ---- Lists. ---- */

#define OUTSIDE_TODO                                                        \
	"copy CTLFile.tlv of the publisher (file get tftp CTLFile.tlv, or " \
	"from its port 6970) to the TFTP folder of %s, and see that it "    \
	"gives the same bytes"

void
planner_outside(struct planner *p)
{
	const struct doc_maps *others = &p->in->inventory->tftp_servers;
	const struct inventory_tftp *t = others->item;
	struct plan_step *s;
	size_t i;

	for (i = 0; i < others->num; i++) {
		s = planner_by_hand(p, planner_text(p, "outside-%s", t[i].name),
		    planner_text(p, "bring the CTL to %s", t[i].name),
		    planner_text(p, OUTSIDE_TODO, t[i].name),
		    "it is no node of the cluster: the appliance brings it no "
		    "list, and its phones would keep the old one",
		    "118893: the CTL is copied to nodes alone");
		s->touches = planner_text(p, "CTLFile.tlv of %s", t[i].name);
		s->back = PLAN_FILE;
		s->back_text = "the list of before is put back";
	}
}

void
planner_update(struct planner *p, const char *why, const char *source)
{
	planner_step(p, PLAN_UPDATE_CTL, planner_publisher(p), NULL, why,
	    source);
	p->new_list = true;
	planner_outside(p);
}

void
planner_localkey(struct planner *p, const char *why, const char *source)
{
	planner_step(p, PLAN_RESET_LOCALKEY, planner_publisher(p), NULL, why,
	    source);
	p->new_list = true;
	planner_outside(p);
}

#define UPLOAD_TODO                                                      \
	"on %s: OS Administration > Software Upgrades > TFTP File "      \
	"Management > Upload File: CTLFile.tlv of this run; then Cisco " \
	"Tftp is restarted"

static void
distribute(struct planner *p)
{
	const struct doc_maps *others = &p->in->inventory->tftp_servers;
	const struct inventory_tftp *t = others->item;
	struct plan_step *s;
	size_t i;

	for (i = 0; i < p->num_nodes; i++) {
		if (!p->node[i].tftp)
			continue;
		s = planner_step(p, PLAN_DISTRIBUTE, p->node[i].name, NULL,
		    "the appliance does not copy a list that it did not make: "
		    "each TFTP server gets it by itself",
		    "not documented by the maker");
		s->todo = planner_text(p, UPLOAD_TODO, p->node[i].name);
	}
	for (i = 0; i < others->num; i++) {
		s = planner_step(p, PLAN_DISTRIBUTE, t[i].name, NULL,
		    "its phones fetch from here",
		    "not documented by the maker");
		s->who = t[i].sftp != NULL ? PLAN_CTLSMITH : PLAN_ADMINISTRATOR;
		s->todo = planner_text(p,
		    "copy CTLFile.tlv of this run to the TFTP folder of %s",
		    t[i].name);
	}
}

static size_t
first_tftp(const struct planner *p)
{
	size_t i;

	if (p->node[p->publisher].tftp)
		return p->publisher;
	for (i = 0; i < p->num_nodes; i++)
		if (p->node[i].tftp)
			return i;
	return p->publisher;
}

void
planner_sign(struct planner *p, const char *argument, const char *why,
    const char *source)
{
	struct plan_step *s;

	planner_warn(p,
	    "EXPERIMENTAL: that a node serves a CTL which was signed outside of "
	    "it is not documented by the maker; it is tried on one phone "
	    "first, and any later utils ctl update CTLFile replaces it");
	if (p->release >= 1400)
		planner_warn(p,
		    "from 14 on the maker's own CTL client is not supported, "
		    "and from 14SU3 on CTL Provider takes no tokens: only "
		    "ctlsmith signs with them; the alternative is "
		    "to-tokenless");
	planner_step(p, PLAN_TOKEN, NULL, NULL,
	    "only a token that phones know can sign their next list",
	    "SG12.5, Cisco CTL Client Setup");
	s = planner_step(p, PLAN_SIGN_CTL, NULL, NULL, why, source);
	s->argument = argument;
	s = planner_step(p, PLAN_CANARY, p->node[first_tftp(p)].name, NULL,
	    "one phone takes the list before all do: it asks for "
	    "CTLSEP<mac>.tlv first",
	    "213407: phones ask for CTLSEP<mac>.tlv first");
	s->todo = planner_text(p,
	    "on %s: OS Administration > Software Upgrades > TFTP File "
	    "Management > Upload File: CTLSEP<mac>.tlv of this run; restart "
	    "Cisco Tftp; reset that phone",
	    p->node[first_tftp(p)].name);
	s->resets = 1;
	distribute(p);
	p->new_list = true;
}

/* ---- Restarts. ---- */

static bool
is_known(const char *const *name, size_t num, const char *wanted)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (strcmp(name[i], wanted) == 0)
			return true;
	return false;
}

/* Service NAME is not activated on node I, as far as it was seen. */
static bool
is_off(const struct planner *p, size_t i, const char *name)
{
	const struct survey_node *n = &p->in->survey->node[p->node[i].survey];
	const struct said_service *s;

	if (!n->has_services)
		return false;
	s = said_service(&n->services, name);
	return s != NULL && !s->activated;
}

/* Appends to RET what UNIT wants of node I. */
static size_t
want_of(struct planner *p, const char *unit, size_t i, const char **ret,
    size_t num, const char **source)
{
	struct services_found f;
	size_t k;

	services_of(p->services, unit, p->release, p->node[i].publisher, &f);
	for (k = 0; k < f.num && num < SERVICES_FOUND_MAX; k++)
		if (!is_known(ret, num, f.name[k]) &&
		    !is_off(p, i, f.name[k]) &&
		    (p->tftp_off != i || strcmp(f.name[k], "Cisco Tftp") != 0))
			ret[num++] = f.name[k];
	if (*source == NULL)
		*source = f.source;
	if (f.num > 0 && !f.sure)
		planner_warn(p,
		    "no document that is known here names the services of this "
		    "release for %s: all that any release wants are "
		    "restarted",
		    unit);
	return num;
}

void
planner_changed(struct planner *p, const char *unit, size_t i)
{
	if (p->num_units == PLANNER_UNITS_MAX) {
		p->nomem = true;
		return;
	}
	p->unit[p->num_units] = unit;
	p->unit_node[p->num_units++] = i;
}

/* The services of change K are those of its node alone: others have no copy of
 * it, or restart for the list. */
static bool
is_of(const struct planner *p, size_t k, size_t i)
{
	const char *unit = p->unit[k];
	bool own = strcmp(unit, "tomcat") == 0 || strcmp(unit, "ipsec") == 0 ||
	    (p->new_list && strncmp(unit, "CallManager", 11) == 0);

	return p->unit_node[k] == i || (!p->node[i].imp && !own) ||
	    (!p->node[i].imp && p->unit_node[k] == PLANNER_ALL);
}

static void
restart_node(struct planner *p, size_t i)
{
	const char *name[SERVICES_FOUND_MAX], *source = NULL, **kept;
	struct plan_step *s;
	size_t k, num = 0;

	for (k = 0; k < p->num_units; k++)
		if (is_of(p, k, i))
			num = want_of(p, p->unit[k], i, name, num, &source);
	if (p->new_list && (p->node[i].tftp || p->node[i].ccm))
		num = want_of(p, "ctl", i, name, num, &source);
	if (num == 0)
		return;
	kept = planner_memory(p, num * sizeof(*kept));
	if (kept == NULL)
		return;
	memcpy(kept, name, num * sizeof(*kept));
	s = planner_step(p, PLAN_RESTART, p->node[i].name, NULL,
	    p->new_list
		? "services read certificates and lists when they start; the "
		  "list comes first, the publisher first, one node at a time"
		: "services read certificates when they start; the publisher "
		  "first, one node at a time",
	    source);
	s->services = (struct doc_strings){ kept, num };
	s->minutes = (unsigned)(2 * num);
	s->resets = 0;
}

void
planner_restart(struct planner *p)
{
	size_t i;

	restart_node(p, p->publisher);
	for (i = 0; i < p->num_nodes; i++)
		if (i != p->publisher)
			restart_node(p, i);
}

/* ---- Phones. ---- */

#define RESET_TODO                                                            \
	"Cisco Unified CM Administration > System > Enterprise Parameters > " \
	"Reset (every device); or Device > Phone, Device Name begins with "   \
	"SEP, Find, Select All, Reset Selected, a device pool at a time%s"

void
planner_reset(struct planner *p, const char *why)
{
	const struct inventory_commands *c = p->in->inventory->site_commands;
	struct plan_step *s;

	s = planner_step(p, PLAN_RESET_PHONES, NULL, NULL, why,
	    "214231, SG15-cert: no command of the appliance resets phones");
	s->todo = planner_text(p, RESET_TODO,
	    p->phones > 500 ? ", some 500 phones each time" : "");
	s->resets = p->phones;
	s->minutes = 15 + p->phones / 200;
	if (c != NULL && c->reset_phones.num > 0)
		s->who = PLAN_CTLSMITH;
}

void
planner_prove(struct planner *p, const char *what, const char *why)
{
	struct plan_step *s;

	s = planner_step(p, PLAN_PROVE, NULL, NULL, why,
	    "ALARM14: DeviceTLInfo says which list a phone took; one that "
	    "refuses a list stays registered");
	s->argument = what;
	s->title = planner_text(p, "prove that phones hold the %s",
	    strcmp(what, "ctl") == 0 ? "new CTL" : "new ITL");
	s->minutes = 15 + p->phones / 200;
}

/* What services show, before phones are sent there. */
static void
check_served(struct planner *p)
{
	size_t k;

	for (k = 0; k < p->num_units; k++)
		if (p->unit_node[k] != PLANNER_ALL &&
		    strcmp(p->unit[k], "ITLRecovery") != 0)
			planner_step(p, PLAN_POST_CHECK,
			    p->node[p->unit_node[k]].name, p->unit[k],
			    "services show it only when they have read it",
			    "214231");
}

void
planner_fetch(struct planner *p, const char *why)
{
	const bool list = p->new_list;

	planner_restart(p);
	check_served(p);
	planner_reset(p, why);
	planner_prove(p, list ? "ctl" : "itl",
	    "nothing more is changed before every phone holds this: phones "
	    "that missed it would not know what comes next");
	p->num_units = 0;
	p->new_list = false;
}
