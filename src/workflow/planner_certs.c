/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: which ones a wish means, what a release has not, and the steps
 * of those that phones never see. */
#include <string.h>

#include "workflow/planner_parts.h"

/* ---- What there is not. ---- */

static enum err
check_release(const struct planner *p, const struct planner_want *w)
{
	if (w->wish == PLANNER_CALLMANAGER_ECDSA && p->release < 1100)
		return diag_set(p->d, ERR_POLICY,
		    "CallManager-ECDSA came with 11.0, and this is %u.%u: plan "
		    "CallManager",
		    p->release / 100, p->release / 10 % 10);
	if (w->wish == PLANNER_CAPF && w->has_node && w->node != p->publisher &&
	    p->release >= 1400)
		return diag_set(p->d, ERR_POLICY,
		    "from 14 on CAPF is on the publisher alone (SG15-cert), "
		    "and %.100s is none: plan CAPF",
		    p->node[w->node].name);
	if (w->wish == PLANNER_ITLRECOVERY && p->in->ca_signed)
		return diag_set(p->d, ERR_POLICY,
		    "ITLRecovery is made by the publisher, and no CA signs it: "
		    "plan it without --ca-signed");
	return ERR_OK;
}

/* Node I has what WISH is about. */
static bool
has_unit(const struct planner *p, enum planner_wish wish, size_t i)
{
	const struct planner_node *n = &p->node[i];

	if (wish == PLANNER_CAPF || wish == PLANNER_ITLRECOVERY)
		return n->publisher;
	if (wish == PLANNER_TOMCAT || wish == PLANNER_IPSEC)
		return !n->imp;
	return n->tftp || n->ccm || n->publisher;
}

static enum err
check_node(const struct planner *p, const struct planner_want *w)
{
	const char *unit = planner_unit(w->wish);

	if (!w->has_node)
		return ERR_OK;
	if (p->node[w->node].imp && w->wish != PLANNER_TOMCAT &&
	    w->wish != PLANNER_IPSEC)
		return diag_set(p->d, ERR_POLICY,
		    "%.100s is a presence node, and has no %s that phones or "
		    "lists know",
		    p->node[w->node].name, unit);
	if (w->wish == PLANNER_CALLMANAGER && p->node[w->node].multi_san &&
	    !p->in->ca_signed)
		return diag_set(p->d, ERR_POLICY,
		    "CallManager of %.100s is one certificate of several nodes, "
		    "which a CA signs: plan it with --ca-signed",
		    p->node[w->node].name);
	return ERR_OK;
}

static enum err
check_shared(const struct planner *p, const struct planner_want *w)
{
	size_t i;

	if (w->wish != PLANNER_CALLMANAGER || w->has_node || p->in->ca_signed)
		return ERR_OK;
	for (i = 0; i < p->num_nodes; i++)
		if (p->node[i].multi_san)
			return diag_set(p->d, ERR_POLICY,
			    "CallManager of %.100s is one certificate of "
			    "several nodes, which a CA signs: plan it with "
			    "--ca-signed",
			    p->node[i].name);
	return ERR_OK;
}

/* ---- Those that phones never see, and CAPF where nobody asks it. ---- */

#define SSO_WHY                                                               \
	"single sign-on logs in with this certificate's metadata: while the " \
	"two differ nobody gets in but by recovery"

void
planner_sso(struct planner *p, bool off)
{
	struct plan_step *s;

	s = planner_by_hand(p, off ? "sso-off" : "sso-on",
	    off ? "switch single sign-on off, where it is on"
		: "switch single sign-on on again, where it was on",
	    off ? "Cisco Unified CM Administration > System > SAML Single "
		  "Sign-On > Disable SAML SSO; nothing where it is off"
		: "Cisco Unified CM Administration > System > SAML Single "
		  "Sign-On: export the metadata, import it at the identity "
		  "provider, Enable SAML SSO; nothing where it was off",
	    SSO_WHY, "214231, Tomcat");
	s->back = PLAN_COMMAND;
	s->back_text = off ? "Enable SAML SSO" : "Disable SAML SSO";
	s->touches = "logins of people";
}

static void
hidden_unit(struct planner *p, const struct planner_want *w)
{
	const char *unit = planner_unit(w->wish);
	size_t i, k;

	for (k = 0; k < p->num_nodes; k++) {
		i = k == 0 ? p->publisher : k <= p->publisher ? k - 1 : k;
		if (w->has_node ? w->node != i : !has_unit(p, w->wish, i))
			continue;
		planner_renew(p, unit, i, "it is in no list: phones see it not",
		    w->wish == PLANNER_TOMCAT ? "214231, Tomcat"
					      : "214231, ipsec");
		planner_restart(p);
		p->num_units = 0;
	}
}

static void
hidden(struct planner *p, const struct planner_want *w)
{
	if (w->wish == PLANNER_TOMCAT) {
		planner_sso(p, true);
		hidden_unit(p, w);
		planner_sso(p, false);
		if (p->release >= 1400)
			planner_warn(p,
			    "phones with SIP OAuth have to be reset after the "
			    "restart of Cisco Tomcat; where CallManager reuses "
			    "the tomcat certificate (from 14 on), plan "
			    "CallManager in place of tomcat");
	} else {
		planner_warn(p,
		    "no backup and no restore may run while ipsec is renewed");
		hidden_unit(p, w);
	}
}

/* CAPF of a subscriber, before 14: nobody asks it. */
static void
idle_capf(struct planner *p, const struct planner_want *w)
{
	planner_renew(p, "CAPF", w->node,
	    "CAPF of a subscriber is used by nobody; a new one ends its alarm",
	    "SG15-cert");
	p->num_units = 0;
}

static bool
is_hidden(const struct planner *p, const struct planner_want *w)
{
	return w->wish == PLANNER_TOMCAT || w->wish == PLANNER_IPSEC ||
	    (w->wish == PLANNER_CAPF && w->has_node && w->node != p->publisher);
}

/* ---- All. ---- */

static enum err
wishes_of(const struct planner *p, const struct planner_want *w,
    struct order_wish *ret, size_t *num)
{
	static const enum order_change changes[] = {
		[PLANNER_CAPF] = ORDER_CAPF,
		[PLANNER_CALLMANAGER] = ORDER_CALLMANAGER,
		[PLANNER_CALLMANAGER_ECDSA] = ORDER_CALLMANAGER_ECDSA,
		[PLANNER_TVS] = ORDER_TVS,
		[PLANNER_ITLRECOVERY] = ORDER_ITLRECOVERY,
	};
	size_t i;

	for (i = 0; i < p->num_nodes; i++) {
		if (w->has_node ? w->node != i : !has_unit(p, w->wish, i))
			continue;
		if (*num == ORDER_MAX_CHANGES)
			return diag_set(p->d, ERR_TOO_BIG,
			    "more than %zu changes", ORDER_MAX_CHANGES);
		ret[(*num)++] = (struct order_wish){ .change = changes[w->wish],
			.node = order_change_is_each(changes[w->wish]) ? i
								       : 0 };
	}
	return ERR_OK;
}

static void
warn_of_capf(struct planner *p)
{
	planner_warn(p,
	    "phones with an LSC keep the one of the old CAPF: keep its "
	    "certificate in CAPF-trust and CallManager-trust, and plan LSC "
	    "afterwards");
}

static enum err
check(struct planner *p)
{
	const struct planner_want *w;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < p->num_wants; i++) {
		w = &p->want[i];
		e = check_release(p, w);
		if (e == ERR_OK)
			e = check_node(p, w);
		if (e == ERR_OK)
			e = check_shared(p, w);
	}
	return e;
}

enum err
planner_certs(struct planner *p)
{
	struct order_wish *wishes;
	const struct planner_want *w;
	size_t i, num = 0;
	enum err e = check(p);

	if (e != ERR_OK)
		return e;
	wishes = planner_memory(p, ORDER_MAX_CHANGES * sizeof(*wishes));
	if (wishes == NULL)
		return diag_nomem(p->d);
	planner_begin(p);
	for (i = 0; e == ERR_OK && i < p->num_wants; i++) {
		w = &p->want[i];
		if (w->wish == PLANNER_CAPF && !is_hidden(p, w))
			warn_of_capf(p);
		if (w->wish == PLANNER_TOMCAT || w->wish == PLANNER_IPSEC)
			hidden(p, w);
		else if (is_hidden(p, w))
			idle_capf(p, w);
		else
			e = wishes_of(p, w, wishes, &num);
	}
	if (e == ERR_OK && num > 0)
		e = planner_order(p, wishes, num, 0);
	if (e == ERR_OK)
		planner_end(p);
	return e;
}
