/* SPDX-License-Identifier: Apache-2.0 */
/* One certificate becomes a new one: regenerated, or signed by a CA. */
#include <string.h>

#include "workflow/planner_parts.h"

static const char menu[] =
    "OS Administration > Security > Certificate Management";

static bool
is_unit(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool
phones_see(const char *unit)
{
	return !is_unit(unit, "tomcat") && !is_unit(unit, "ipsec");
}

/* What becomes of phones when UNIT is made anew: they are reset by the
 * appliance, but for 14 and later where it is told not to. */
static void
put_resets(struct planner *p, struct plan_step *s, const char *unit, size_t i)
{
	const struct survey *v = p->in->survey;
	const bool asked = p->release >= 1400;

	if (!phones_see(unit) || is_unit(unit, "ITLRecovery") ||
	    (is_unit(unit, "CallManager") && !p->node[i].tftp))
		return;
	if (asked && v->has_phone_interaction && !v->phone_interaction_auto)
		return;
	s->resets = p->phones;
	s->touches = planner_text(p,
	    "%s; the appliance resets phones by itself", s->touches);
	if (asked)
		planner_warn(p,
		    "from 14 on the appliance resets phones by itself when %s "
		    "is renewed%s: set Enterprise Parameters > Phone "
		    "Interaction on Certificate Update to manual first, so "
		    "that phones fetch once, after the new list is there",
		    unit,
		    v->has_phone_interaction
			? ", as its parameter says"
			: ", unless its parameter says otherwise (it could not "
			  "be seen)");
}

/* ---- Self-signed. ---- */

static void
regenerate(struct planner *p, const char *unit, size_t i, const char *why,
    const char *source)
{
	struct plan_step *s;

	s = planner_step(p, PLAN_REGENERATE, p->node[i].name, unit, why,
	    source);
	put_resets(p, s, unit, i);
}

/* ---- By a CA. ---- */

/* A certificate of several nodes: from 14SU2 on not by the command line. */
static void
sign_shared(struct planner *p, const char *unit, size_t i, const char *why,
    const char *source)
{
	struct plan_step *s;

	s = planner_by_hand(p, "csr-multi-san",
	    planner_text(p, "make the request for %s of several nodes", unit),
	    planner_text(p,
		"on %s: %s > Generate CSR: Certificate Purpose %s, "
		"Distribution Multi-server(SAN); download it, and have the CA "
		"sign it",
		p->node[i].name, menu, unit),
	    why, "118731");
	s->back = PLAN_NOTHING;
	s->back_text = "the request changes nothing by itself";
	s = planner_by_hand(p, "upload-multi-san",
	    planner_text(p, "upload %s of several nodes", unit),
	    planner_text(p,
		"on %s: %s > Upload Certificate/Certificate chain: the root "
		"and each issuer as %s-trust, then the certificate as %s",
		p->node[i].name, menu, unit, unit),
	    "root first, then intermediates, then the certificate: else it is "
	    "refused",
	    source);
	s->back = PLAN_RESTORE;
	s->back_text = "the old key comes back by a DRS restore alone";
	put_resets(p, s, unit, i);
}

static void
upload_issuers(struct planner *p, const char *store, size_t i, const char *from,
    const char *why, const char *source)
{
	struct plan_step *s;

	s = planner_step(p, PLAN_UPLOAD_TRUST, p->node[i].name, store, why,
	    source);
	s->argument = from;
}

static void
sign(struct planner *p, const char *unit, size_t i, const char *why,
    const char *source)
{
	const char *name = p->node[i].name;
	const char *from = planner_text(p, "%s-%s", name, unit);
	struct plan_step *s;

	planner_step(p, PLAN_CSR, name, unit, why, source);
	s = planner_step(p, PLAN_WAIT_CA, name, unit,
	    "the CA is asked by a person; a second request would make the "
	    "first one worthless",
	    "217138");
	s->todo = planner_text(p,
	    "have the CA sign %s.csr of this run; put the certificate into "
	    "from-ca/%s.pem, and its issuers into from-ca/%s-chain.pem",
	    from, from, from);
	upload_issuers(p,
	    is_unit(unit, "CallManager-ECDSA")
		? "CallManager-trust"
		: planner_text(p, "%s-trust", unit),
	    i, from,
	    "root first, then intermediates, then the certificate: else it is "
	    "refused",
	    "217138");
	if (is_unit(unit, "CAPF"))
		upload_issuers(p, "CallManager-trust", i, from,
		    "the root of a CA-signed CAPF is wanted there too "
		    "(CSCut87382)",
		    "SG15-cert");
	s = planner_step(p, PLAN_UPLOAD_OWN, name, unit, why, source);
	s->argument = from;
	put_resets(p, s, unit, i);
}

void
planner_renew(struct planner *p, const char *unit, size_t i, const char *why,
    const char *source)
{
	if (!p->in->ca_signed)
		regenerate(p, unit, i, why, source);
	else if (p->node[i].multi_san && is_unit(unit, "CallManager"))
		sign_shared(p, unit, i, why, source);
	else
		sign(p, unit, i, why, source);
	planner_step(p, PLAN_POST_CHECK, p->node[i].name, unit,
	    "a command that says it worked is no proof", "214231");
	planner_changed(p, unit, i);
}
