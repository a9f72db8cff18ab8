/* SPDX-License-Identifier: Apache-2.0 */
/* Phones no longer take what is served: the ways to get them back, of which the
 * cheapest that can be is planned, and the others are named. */
#include <string.h>

#include "workflow/planner_parts.h"

struct way {
	const char *text; /* for people */
	bool (*can)(const struct planner *p);
	void (*plan)(struct planner *p);
};

/* ---- The cluster's own keys. ---- */

/* Phones have the CallManager that the publisher has now as a SAST. */
static bool
knows_callmanager(const struct planner *p)
{
	struct bytes der = survey_own_der(p->in->survey,
	    p->node[p->publisher].survey, "CallManager");
	size_t i;

	if (p->installed == NULL || der.len == 0)
		return false;
	for (i = 1; i <= ctl_num_records(p->installed); i++)
		if (ctl_record(p->installed, i)->role == CTL_ROLE_SAST &&
		    bytes_equal(ctl_record_value(ctl_record(p->installed, i),
				    CTL_REC_CERTIFICATE),
			der))
			return true;
	return false;
}

static bool
can_localkey(const struct planner *p)
{
	return p->mixed && p->release >= 1200 &&
	    (knows_callmanager(p) || p->classes == 1u << CLASS_TVS);
}

static void
plan_localkey(struct planner *p)
{
	planner_localkey(p,
	    knows_callmanager(p)
		? "phones know CallManager, and learn ITLRecovery by its "
		  "signature"
		: "phones ask TVS, which vouches for CallManager, and learn "
		  "ITLRecovery by its signature",
	    "FN70613, SG15-cert");
	planner_fetch(p, "phones fetch the list that CallManager signed");
	planner_update(p, "ITLRecovery signs again, which phones know now",
	    "FN70613, SG15-cert");
	planner_fetch(p, "phones fetch the list that ITLRecovery signed");
}

static bool
can_sign(const struct planner *p)
{
	return p->mixed && p->installed != NULL && p->in->tokens > 0;
}

static void
plan_sign(struct planner *p)
{
	planner_sign(p, NULL,
	    "the list that phones hold has this key as SAST: a token, an HSM, "
	    "or an ITLRecovery.p12 that was imported into one",
	    "TS12.5, SG12.5");
	planner_fetch(p, "phones fetch the list that their SAST signed");
}

/* ---- From a backup. ---- */

static bool
can_restore(const struct planner *p)
{
	const struct survey *s = p->in->survey;
	size_t i;

	for (i = 0; s->has_backups && i < s->backups.num; i++)
		if (s->backups.item[i].good)
			return true;
	return false;
}

static void
plan_restore(struct planner *p)
{
	struct plan_step *s;

	s = planner_by_hand(p, "restore", "bring the old keys back",
	    "Disaster Recovery System > Restore, of the last backup that is "
	    "older than the change; all nodes restart",
	    "with the keys that phones know the cluster is what it was",
	    "225746, SG15-cert");
	s->touches = "all nodes, and all that was changed since";
	s->minutes = 120;
	s->resets = p->phones;
	s->back_text = "what is newer than the backup is lost";
	planner_changed(p, "CallManager", PLANNER_ALL);
	planner_fetch(p, "phones fetch what the old keys signed");
}

/* ---- Through TVS. ---- */

static bool
can_upload(const struct planner *p)
{
	return (p->classes & 1u << CLASS_TVS) != 0;
}

static void
plan_upload(struct planner *p)
{
	struct plan_step *s;

	s = planner_by_hand(p, "phone-sast-trust",
	    "let TVS vouch for the new signer",
	    "OS Administration > Security > Certificate Management on the "
	    "publisher: download the certificate that signed the CTL (or the "
	    "ITL), then Upload Certificate/Certificate chain: Certificate "
	    "Purpose Phone-SAST-trust",
	    "phones with Security by Default ask TVS for a signer that they "
	    "do not know",
	    "213407, 210541");
	s->touches = "Phone-SAST-trust of all nodes";
	s->back = PLAN_COMMAND;
	s->back_text = "it is deleted again";
	planner_changed(p, "Phone-SAST-trust", PLANNER_ALL);
	p->new_list = p->mixed;
	planner_fetch(p, "phones ask TVS, and take the list");
	planner_warn(p,
	    "phones without Security by Default (7940, 7960, ATA, soft "
	    "clients) do not ask TVS: theirs has to be erased by hand");
}

/* ---- Without mixed mode. ---- */

static bool
can_itl(const struct planner *p)
{
	return !p->mixed;
}

static void
plan_itl(struct planner *p)
{
	struct plan_step *s;

	s = planner_by_hand(p, "itl-reset-localkey",
	    "sign the ITLs with CallManager's key",
	    planner_text(p, "on %s: utils itl reset localkey",
		planner_publisher(p)),
	    "phones may still know CallManager", "CLI15, FN70613");
	s->touches = "ITLFile.tlv of all nodes";
	s->back = PLAN_COMMAND;
	s->back_text = "a restart of Cisco Tftp signs as before";
	planner_fetch(p, "phones fetch the ITL that CallManager signed");
}

/* ---- The last one. ---- */

static bool
can_erase(const struct planner *p)
{
	(void)p;
	return true;
}

static void
plan_erase(struct planner *p)
{
	struct plan_step *s;

	s = planner_by_hand(p, "erase", "erase lists on phones",
	    "on each phone that refuses: 7800 and 8800 series: Applications > "
	    "Admin settings > Reset Settings > Security; older: Settings, "
	    "**#, Security Configuration > Trust List > Erase; or a factory "
	    "reset",
	    "a phone without a list takes the first as it comes",
	    "225746, SG12.5");
	s->touches = "lists on phones";
	s->minutes = 10 * (p->phones == 0 ? 1 : p->phones);
	s->back = PLAN_NONE;
	s->back_text = "a phone that was erased takes whatever comes first";
	planner_prove(p, p->mixed ? "ctl" : "itl",
	    "every phone has to hold what is served");
}

/* Cheapest first. */
static const struct way ways[] = {
	{ "sign a list with a key that phones have as SAST", can_sign,
	    plan_sign },
	{ "utils ctl reset localkey, then utils ctl update CTLFile",
	    can_localkey, plan_localkey },
	{ "utils itl reset localkey", can_itl, plan_itl },
	{ "bring the old CallManager and ITLRecovery back (DRS, or "
	  "ITLRecovery.p12)",
	    can_restore, plan_restore },
	{ "the new signer into Phone-SAST-trust, and TVS restarted", can_upload,
	    plan_upload },
	{ "erase the lists on phones, one by one", can_erase, plan_erase },
};

/* Phones of this class, which hold the installed list, take what is served. */
static bool
takes(const struct planner *p, enum class class)
{
	const struct health_input in = { .survey = p->in->survey,
		.inventory = p->in->inventory,
		.now = p->in->now };
	struct health_offer of = { .class = class };
	enum err e = health_offer(&in, p->installed, p->list, &of, p->d);

	return e == ERR_OK && of.judgement.verdict != TRUST_REFUSES &&
	    of.judgement.verdict != TRUST_UNKNOWN;
}

/* As far as it can be seen, phones take what is served. */
static bool
is_well(const struct planner *p)
{
	const struct health *h = p->in->health;
	size_t i, c;

	if (p->in->installed == NULL || p->list == NULL)
		return false;
	for (i = 0; i < h->num_findings; i++)
		if (h->finding[i].rule >= HEALTH_W &&
		    h->finding[i].grade == HEALTH_BAD)
			return false;
	for (c = 0; c < CLASS_NUM; c++)
		if ((p->classes & 1u << c) != 0 && !takes(p, (enum class)c))
			return false;
	return true;
}

enum err
planner_theme_recover(struct planner *p)
{
	bool planned = false;
	size_t i;

	if (is_well(p))
		return diag_set(p->d, ERR_POLICY,
		    "phones that hold the installed list take the one that is "
		    "served: there is nothing to recover");
	planner_begin(p);
	if (p->in->installed == NULL)
		planner_warn(p,
		    "judged by the list that is served; where phones hold "
		    "another one, and it is at hand, plan with --installed "
		    "LIST (ctlsmith rescue finds it by its MD5)");
	for (i = 0; i < DOC_NUM(ways); i++) {
		if (!ways[i].can(p))
			continue;
		if (planned) {
			planner_warn(p,
			    "where this brings not all phones back, the next "
			    "way is: %s",
			    ways[i].text);
			continue;
		}
		planned = true;
		planner_warn(p, "of the ways back this is the cheapest: %s",
		    ways[i].text);
		ways[i].plan(p);
	}
	planner_end(p);
	return ERR_OK;
}
