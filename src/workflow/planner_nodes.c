/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes come, go, and get other names and addresses. */
#include <string.h>

#include "workflow/planner_parts.h"

static const char *
place_of(const struct planner *p)
{
	return p->want[0].place;
}

/* ---- The list, after a change of nodes. ---- */

enum err
planner_renew_list(struct planner *p, const char *why)
{
	size_t from = p->num_steps;
	enum err e;

	/* what is stale is brought into the list in the right order */
	e = planner_order(p, NULL, 0, 0);
	if (e != ERR_OK || p->num_steps > from)
		return e;
	if (p->token)
		planner_sign(p, p->sign_argument, why, "SG12.5, Update CTL");
	else
		planner_update(p, why, "SG12.5, Update CTL");
	planner_fetch(p, "phones fetch the new list");
	return ERR_OK;
}

static enum err
follow_list(struct planner *p, const char *why)
{
	if (p->mixed)
		return planner_renew_list(p, why);
	planner_changed(p, "TVS", PLANNER_ALL);
	planner_fetch(p, "phones fetch the new ITL");
	return ERR_OK;
}

static struct plan_step *
by_hand_at(struct planner *p, const char *id, const char *title,
    const char *todo, const char *why, const char *source)
{
	struct plan_step *s;

	s = planner_by_hand(p, planner_text(p, "%s-%s", id, place_of(p)), title,
	    todo, why, source);
	s->back = PLAN_COMMAND;
	s->back_text = "it is put back as it was";
	return s;
}

/* ---- add-node ---- */

enum err
planner_theme_add_node(struct planner *p)
{
	const char *name = place_of(p);
	enum err e;

	if (p->mixed && !p->want[0].has_node)
		return diag_set(p->d, ERR_POLICY,
		    "the new list must have the certificates of %.100s, which "
		    "can only be seen of a node of the inventory: install the "
		    "node, put it into cluster.yaml, and plan this again",
		    name);
	planner_begin(p);
	by_hand_at(p, "install", planner_text(p, "install %s", name),
	    planner_text(p,
		"Cisco Unified CM Administration > System > Server: add %s; "
		"install it, activate its services, and wait until "
		"utils dbreplication runtimestate shows (2) for all nodes; "
		"nothing where that was done",
		name),
	    "a list is made of the nodes of the database", "ADM15, SG12.5");
	e = follow_list(p, "a server came: the CTL has to have it");
	if (e == ERR_OK)
		planner_end(p);
	return e;
}

/* ---- remove-node ---- */

static size_t
num_tftp(const struct planner *p)
{
	size_t i, num = 0;

	for (i = 0; i < p->num_nodes; i++)
		num += p->node[i].tftp ? 1 : 0;
	return num;
}

static enum err
check_remove(const struct planner *p)
{
	const struct planner_node *n = &p->node[p->want[0].node];

	if (n->publisher)
		return diag_set(p->d, ERR_POLICY,
		    "%.100s is the publisher, and a cluster cannot be without "
		    "one",
		    n->name);
	if (n->tftp && num_tftp(p) == 1)
		return diag_set(p->d, ERR_POLICY,
		    "%.100s is the only TFTP server: activate Cisco Tftp at "
		    "another node, and let phones fetch from there first",
		    n->name);
	return ERR_OK;
}

enum err
planner_theme_remove_node(struct planner *p)
{
	const char *name = place_of(p);
	enum err e = check_remove(p);

	if (e != ERR_OK)
		return e;
	planner_begin(p);
	by_hand_at(p, "leave",
	    planner_text(p, "take phones away from %s", name),
	    planner_text(p,
		"Cisco Unified CM groups, DHCP option 150, SRST and trunks no "
		"longer name %s; phones are reset",
		name),
	    "phones that still fetch or ask there would get nothing", "ADM15");
	by_hand_at(p, "delete-server",
	    planner_text(p, "delete %s from the database", name),
	    planner_text(p,
		"shut %s down (utils system shutdown), then Cisco Unified CM "
		"Administration > System > Server: delete %s",
		name, name),
	    "a list is made of the nodes of the database", "ADM15, SG12.5");
	p->node[p->want[0].node].tftp = p->node[p->want[0].node].ccm = false;
	e = follow_list(p, "a server went: the CTL must not have it");
	if (e == ERR_OK)
		planner_end(p);
	return e;
}

/* ---- rename-node ---- */

/* A new name makes all certificates of the node anew, at once. */
static size_t
renewed(const struct planner *p, size_t i, struct order_wish ret[4])
{
	size_t num = 0;

	ret[num++] = (struct order_wish){ ORDER_CALLMANAGER, i, true };
	ret[num++] = (struct order_wish){ ORDER_TVS, i, true };
	if (p->node[i].publisher) {
		ret[num++] = (struct order_wish){ ORDER_CAPF, 0, true };
		ret[num++] = (struct order_wish){ ORDER_ITLRECOVERY, 0, true };
	}
	return num;
}

enum err
planner_theme_rename_node(struct planner *p)
{
	const struct planner_want *w = &p->want[0];
	struct order_wish wishes[4];
	struct plan_step *s;
	enum err e;

	planner_begin(p);
	planner_warn(p,
	    "a new name makes all certificates of the node anew at once, "
	    "CallManager and TVS together; one node at a time (IPCHG)");
	s = by_hand_at(p, "rename",
	    planner_text(p, "rename %s to %s", w->place, w->value),
	    planner_text(p,
		"DNS and System > Server first; then on %s: set network "
		"hostname %s; the node restarts; then the inventory gets the "
		"new name",
		w->place, w->value),
	    "one server at a time", "IPCHG, ADM15");
	s->touches = planner_text(p, "all certificates of %s", w->place);
	s->back = PLAN_RESTORE;
	s->back_text = "old keys come back by a DRS restore alone";
	s->resets = p->phones;
	s->minutes = 60;
	e = p->mixed ? planner_order(p, wishes, renewed(p, w->node, wishes), 0)
		     : follow_list(p, "");
	if (e == ERR_OK)
		planner_end(p);
	return e;
}

/* ---- change-address ---- */

void
planner_move(struct planner *p, size_t i, const char *why, const char *source)
{
	const struct planner_want *w = &p->want[0];
	const char *name = p->node[i].name;
	struct plan_step *s;

	s = planner_by_hand(p, planner_text(p, "address-%s", name),
	    planner_text(p, "change the address of %s", name),
	    planner_text(p,
		"DNS, and System > Server where it has addresses, first; then "
		"on %s: set network ip eth0 %s MASK GATEWAY; the node "
		"restarts; then all nodes restart (utils system restart), and "
		"the inventory gets the new address",
		name, w->value == NULL ? "ADDRESS" : w->value),
	    why, source);
	s->node = name;
	s->touches = planner_text(p, "the address of %s", name);
	s->back = PLAN_COMMAND;
	s->back_text = "set network ip eth0 with the old address";
	s->minutes = 30;
}

enum err
planner_theme_change_address(struct planner *p)
{
	const struct planner_want *w = &p->want[0];
	const struct order_wish wish = { ORDER_ADDRESS, w->node, false };
	enum err e;

	planner_begin(p);
	if (p->mixed) {
		p->sign_argument = planner_text(p, "address:%s=%s", w->place,
		    w->value);
		e = planner_order(p, &wish, 1, 0);
	} else {
		planner_move(p, w->node, "one server at a time", "IPCHG");
		e = follow_list(p, "");
	}
	if (e == ERR_OK)
		planner_end(p);
	return e;
}
