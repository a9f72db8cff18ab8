/* SPDX-License-Identifier: Apache-2.0 */
/* What every plan begins and ends with. */
#include <string.h>

#include "workflow/planner_parts.h"

#define BACKUP_TODO                                               \
	"Disaster Recovery System > Backup > Manual Backup: all " \
	"features, and wait until it says SUCCESS"

static void
backup(struct planner *p, const char *why)
{
	const struct inventory_commands *c = p->in->inventory->site_commands;
	struct plan_step *s;

	s = planner_step(p, PLAN_BACKUP, NULL, NULL, why, "SG15-cert, ADM15");
	s->todo = BACKUP_TODO;
	if (c != NULL && c->backup.num > 0)
		s->who = PLAN_CTLSMITH;
}

static void
warn_of_phones(struct planner *p)
{
	const struct survey *s = p->in->survey;
	size_t i, absent = 0;

	if (!p->in->can_prove)
		planner_warn(p,
		    "no proof of what phones hold can be had here (no pages of "
		    "phones, no alarms): a phone that refuses the new list "
		    "stays registered, and is lost by the change after it");
	if (!s->has_devices) {
		planner_warn(p,
		    "the phones could not be listed, so their number is not "
		    "known, and 0 stands for it");
		return;
	}
	for (i = 0; i < s->num_devices; i++)
		absent += s->device[i].registered ? 0 : 1;
	if (absent > 0)
		planner_warn(p,
		    "%zu of %zu phones are not registered: those that miss the "
		    "change will need a visit or a rescue",
		    absent, s->num_devices);
}

static void
warn_of_health(struct planner *p)
{
	const struct health *h = p->in->health;
	size_t i;

	for (i = 0; i < h->num_findings; i++)
		if (h->finding[i].grade == HEALTH_BAD)
			planner_warn(p, "%s%s%.255s: %.320s",
			    health_rule_name(h->finding[i].rule),
			    h->finding[i].node == NULL ? "" : " at ",
			    h->finding[i].node == NULL ? ""
						       : h->finding[i].node,
			    h->finding[i].what);
}

void
planner_begin(struct planner *p)
{
	planner_step(p, PLAN_OBSERVE, NULL, NULL,
	    "nothing is changed on a cluster that is not well",
	    "118893, SG12.5, 214231");
	planner_step(p, PLAN_SAVE, NULL, NULL,
	    "what is there is kept, before anything changes; ITLRecovery.p12 "
	    "is the last resort (alarm ITLRecoveryCertBackup)",
	    "ALARM14, SG15-cert");
	planner_step(p, PLAN_BASELINE, NULL, NULL,
	    "only who is known before can be missed afterwards; all phones "
	    "should be on and registered",
	    "214231");
	backup(p,
	    "the last way back is a restore, and of an older backup it would "
	    "lock every phone out");
	warn_of_phones(p);
	warn_of_health(p);
}

void
planner_end(struct planner *p)
{
	backup(p,
	    "a restore of the backup from before would bring old keys back, "
	    "which phones no longer know");
	planner_step(p, PLAN_FINAL, NULL, NULL,
	    "what was well before is well now", "docs/health.md")
	    ->argument = p->expected;
}

/* ---- Neighbours. ---- */

static const struct {
	const char *unit, *kind, *text;
} follows[] = {
	{ "CallManager", "unity-connection",
	    "reset its port groups, so that it fetches the certificate" },
	{ "CallManager", "cube",
	    "import the new CallManager certificate, or its CA, as trust "
	    "point of the SIP trunk" },
	{ "CallManager", "expressway",
	    "import the new CallManager certificate, or its CA, as trusted "
	    "CA, and refresh the Unified CM servers" },
	{ "CallManager", "cer",
	    "import the new CallManager certificate as CallManager-trust" },
	{ "CallManager", "uccx",
	    "import the new CallManager certificate, and restart its JTAPI "
	    "clients" },
	{ "CallManager", "other", "import the new CallManager certificate" },
	{ "CAPF", "uccx",
	    "renew the certificates that JTAPI clients got from CAPF" },
	{ "CAPF", "expressway",
	    "import the new CAPF certificate, where phones with an LSC come "
	    "through it" },
	{ "tomcat", "idp", "import the new metadata of SAML SSO" },
	{ "tomcat", "unity-connection",
	    "import the new tomcat certificate as tomcat-trust" },
	{ "tomcat", "expressway",
	    "import the new tomcat certificate, or its CA, as trusted CA" },
	{ "tomcat", "uccx",
	    "import the new tomcat certificate as tomcat-trust" },
	{ "tomcat", "cer",
	    "import the new tomcat certificate as tomcat-trust" },
	{ "tomcat", "other", "import the new tomcat certificate" },
	{ "ITLRecovery", "idp",
	    "import the new metadata of SAML SSO, where the system's own "
	    "certificate signs it" },
};

/* A step of the plan is about UNIT. */
static bool
is_changed(const struct planner *p, const char *unit)
{
	size_t i;

	for (i = 0; i < p->num_steps; i++)
		if (p->step[i].unit != NULL &&
		    p->step[i].kind == PLAN_POST_CHECK &&
		    strcmp(p->step[i].unit, unit) == 0)
			return true;
	return false;
}

void
planner_follow(struct planner *p)
{
	const struct doc_maps *all = &p->in->inventory->neighbours;
	const struct inventory_neighbour *n = all->item;
	size_t i, k;

	for (i = 0; i < all->num; i++)
		for (k = 0; k < DOC_NUM(follows); k++)
			if (strcmp(follows[k].kind, n[i].kind) == 0 &&
			    is_changed(p, follows[k].unit))
				planner_put_word(p, &p->follow_up,
				    planner_text(p, "%s (%s): %s", n[i].name,
					inventory_kind_text(n[i].kind),
					follows[k].text));
}
