/* SPDX-License-Identifier: Apache-2.0 */
/* The sources are those of docs/trust.md, "Orders". */
#include "trust/order_say.h"

#include <stdio.h>
#include <string.h>

#define BIT(n) ((uint64_t)1 << (n))

static const char *
anchor_name(uint64_t anchor)
{
	if (anchor < ANCHOR_ITLRECOVERY)
		return "CallManager";
	if (anchor < ANCHOR_TOKEN)
		return "ITLRecovery";
	return anchor == ANCHOR_TOKEN    ? "a token of the installed list"
	    : anchor == ANCHOR_NEW_TOKEN ? "a new token"
					 : "a subscriber's CallManager";
}

/* ---- Changes. ---- */

struct words {
	const char *why, *source;
};

static const struct words renews[ORDER_NUM_CHANGES] = {
	[ORDER_CALLMANAGER] = { "it signs the files of its node and is shown "
				"to phones; of TFTP servers one a round, so "
				"that phones can fetch from another (I3)",
	    "217138, 214231" },
	[ORDER_CALLMANAGER_ECDSA] = { "it is shown to phones, and signs no "
				      "list: no phone can be lost by it while "
				      "the list is updated (W3)",
	    "214231" },
	[ORDER_CAPF] = { "it signs no list: no phone can be lost by it while "
			 "the list is updated (W4); phones with an LSC need a "
			 "new one later",
	    "214231" },
	[ORDER_TVS] = { "it is in ITLs alone, which a SAST of the CTL signs; "
			"until phones have them they cannot ask, so nothing "
			"else changes in this round (I3)",
	    "217138, 214231" },
	[ORDER_ITLRECOVERY] = { "nothing else changes in this round: phones "
				"hold another SAST that signs the next list",
	    "SG15-cert" },
	[ORDER_TOMCAT] = { "no list has it: phones do not see it", "214231" },
	[ORDER_IPSEC] = { "no list has it: phones do not see it", "214231" },
	[ORDER_ADDRESS] = { "phones have proven that they hold it, or know the "
			    "server by its certificate (W2); one server at a "
			    "time (I3)",
	    "ADM15, IPCHG" },
	[ORDER_UPGRADE] = { "from here on the later release decides who signs "
			    "ITLs and the appliance's next list",
	    "SG12.5" },
};

static const struct words restarts[ORDER_NUM_CHANGES] = {
	[ORDER_CALLMANAGER] = { "it is served only then: after the list that "
				"has it, not before; documents differ in the "
				"services, and these are all that any names",
	    "217138, 214231, SG15-cert" },
	[ORDER_CALLMANAGER_ECDSA] = { "it is served only then: after the list "
				      "that has it, not before",
	    "SG15-cert" },
	[ORDER_CAPF] = { "it is served only then: after the list that has it, "
			 "not before; documents differ in the services, and "
			 "these are all that any names",
	    "214231, 225746" },
	[ORDER_TVS] = { "it is shown only then, and the ITLs are made anew",
	    "217138, 214231" },
	[ORDER_ITLRECOVERY] = { "it is served only then: after the list that "
				"has it, not before; documents differ in the "
				"services, and these are all that any names",
	    "214231, FN70613" },
	[ORDER_TOMCAT] = { "it is served only then", "214231" },
	[ORDER_IPSEC] = { "it is used only then; no backup may run", "214231" },
	[ORDER_ADDRESS] = { "all nodes must know the new address, after the "
			    "list that has it",
	    "ADM15, IPCHG" },
};

/* ---- Lists. ---- */

/* Why a list is made in the round of a change. */
static const char *const list_sources[ORDER_NUM_CHANGES + 1] = {
	[ORDER_CALLMANAGER] = "217138, 214231",
	[ORDER_CALLMANAGER_ECDSA] = "217138, 214231",
	[ORDER_CAPF] = "217138, 214231",
	[ORDER_TVS] = "SG12.5",
	[ORDER_ITLRECOVERY] = "214231",
	[ORDER_ADDRESS] = "ADM15, IPCHG",
	[ORDER_UPGRADE] = "SG12.5",
	[ORDER_NUM_CHANGES] = "SG12.5",
};

static const char *
list_source(const struct order_model *m, const struct order_world *w,
    const struct order_step *s)
{
	bool localkey = (m->helps & 1u << ORDER_HELP_LOCALKEY) != 0;

	if (s->kind == ORDER_LOCALKEY)
		return "SG15-cert, FN70613";
	if (s->change == ORDER_ADDRESS || w->list.announced != 0)
		return list_sources[ORDER_ADDRESS];
	if (s->kind == ORDER_SIGN_TOKEN)
		return w->disk[ORDER_TO_TOKEN] != 0 ? "118893" : "SG12.5";
	if (w->disk[ORDER_TO_TOKENLESS] != 0)
		return "118893";
	/* what reset localkey began */
	if (s->change == ORDER_NUM_CHANGES && localkey)
		return "SG15-cert, FN70613";
	return list_sources[s->change];
}

static const char *
list_more(const struct order_step *s, const struct order_world *w)
{
	if (s->kind == ORDER_LOCALKEY)
		return "; the appliance's own signer would be one that nobody "
		       "holds yet";
	if (w->list.announced != 0)
		return "; it has the addresses to come besides";
	if (w->uploads != 0 && s->kind == ORDER_UPDATE_CTL)
		return "; what was uploaded becomes a SAST";
	return "";
}

/* Which leg of A3 it rests on: the database has CallManager of every node and
 * what was uploaded; else it is the CTL on the disk of TVS. */
static const char *
leg_of(const struct order_world *w)
{
	if (w->list.signer < ANCHOR_ITLRECOVERY)
		return "its database has it";
	if ((w->uploads & ANCHOR_BIT(w->list.signer)) == 0)
		return "the CTL on its disk has it, on which sources disagree";
	return w->list.signer < ANCHOR_TOKEN
	    ? "its database has it, as Phone-SAST-trust"
	    : "its database has it, as Phone-SAST-trust, though no published "
	      "log shows that for a token";
}

static void
say_list(const struct order_model *m, const struct order_world *w,
    struct order_step *s)
{
	const char *who = anchor_name(w->list.signer);

	s->source = list_source(m, w, s);
	if (s->through_tvs == 0)
		(void)diag_set(&s->why, ERR_OK,
		    "%s signs it, a SAST of all that phones may hold now "
		    "(A2)%s",
		    who, list_more(s, w));
	else
		(void)diag_set(&s->why, ERR_OK,
		    "%s signs it, whom TVS knows (A3; %s): phones that do not "
		    "hold it ask there%s",
		    who, leg_of(w), list_more(s, w));
}

static void
say_upload(struct order_step *s)
{
	bool itl = s->change == ORDER_CALLMANAGER;

	s->source = s->change == ORDER_TO_TOKEN ? "118893" : "213407";
	(void)diag_set(&s->why, ERR_OK, "%s",
	    itl ? "the next list has it as SAST: phones verify the ITL of "
		  "that node without TVS then"
		: "TVS vouches for it, and the appliance's next list has it "
		  "as SAST");
}

void
order_say_step(const struct order_model *m, const struct order_world *w,
    struct order_step *step)
{
	struct words words = { NULL, "214231" };

	switch (step->kind) {
	case ORDER_UPDATE_CTL:
	case ORDER_LOCALKEY:
	case ORDER_SIGN_TOKEN:
		say_list(m, w, step);
		return;
	case ORDER_TRUST_UPLOAD:
		say_upload(step);
		return;
	case ORDER_RENEW:
		words = renews[step->change];
		if (step->change == ORDER_UPGRADE && m->in->upgrade_renews)
			words.why = "it makes a new ITLRecovery (a refresh "
				    "upgrade to 12.5 before SU3), which no "
				    "phone knows, and which signs from here "
				    "on: CallManager signs the next list";
		break;
	case ORDER_RESTART:
		words = restarts[step->change];
		break;
	case ORDER_FETCH:
		words.why = "nothing else changes before all phones hold the "
			    "served list and work with it (W1 to W4); one that "
			    "refused it stays registered with the old one";
		words.source = "214231, ALARM14";
		break;
	}
	step->source = words.source;
	(void)diag_set(&step->why, ERR_OK, "%s", words.why);
}

/* ---- What Cisco's documents say. ---- */

void
order_say_dead_end(struct order_dead_end *end)
{
	struct diag why = end->why;

	if (end->step.kind == ORDER_UPDATE_CTL &&
	    end->step.change == ORDER_ITLRECOVERY && end->rule[0] == 'A')
		(void)diag_set(&end->why, ERR_POLICY,
		    "%.200s; this is the shortcut of 214231, and SG15-cert "
		    "has reset localkey there",
		    why.msg);
}

/* The first step of KIND and CHANGE; NUM: none. */
static size_t
find_step(const struct order *o, enum order_kind kind, enum order_change change)
{
	size_t i;

	for (i = 0; i < o->num; i++)
		if (o->step[i].kind == kind && o->step[i].change == change)
			break;
	return i;
}

static bool
has_kind(const struct order *o, enum order_kind kind)
{
	size_t i;

	for (i = 0; i < o->num; i++)
		if (o->step[i].kind == kind)
			return true;
	return false;
}

static const char *
say_tvs(const struct order *o)
{
	size_t tvs = find_step(o, ORDER_RENEW, ORDER_TVS);
	size_t ccm = find_step(o, ORDER_RENEW, ORDER_CALLMANAGER);

	if (tvs == o->num || ccm == o->num)
		return "";
	return tvs > ccm
	    ? "TVS after CallManager: 217138, 214231; not SG15-cert (TVS "
	      "first): while signers change, TVS stays whom phones know. "
	    : "TVS before CallManager: SG15-cert; not 217138 and 214231 (TVS "
	      "last): no order as short has it last. ";
}

static const char *
say_recovery(const struct order *o)
{
	if (find_step(o, ORDER_RENEW, ORDER_ITLRECOVERY) == o->num)
		return "";
	return has_kind(o, ORDER_LOCALKEY)
	    ? "ITLRecovery: SG15-cert, FN70613; not 214231's shortcut, which "
	      "phones refuse that TVS does not help. "
	    : "";
}

void
order_say_agrees(struct order *o)
{
	size_t len;

	(void)diag_set(&o->agrees, ERR_OK, "%s%s%s", say_tvs(o),
	    say_recovery(o),
	    has_kind(o, ORDER_UPDATE_CTL) && has_kind(o, ORDER_RESTART)
		? "The list before restarts: 217138, 214231"
		: "");
	len = strlen(o->agrees.msg);
	while (len > 0 && strchr(" .", o->agrees.msg[len - 1]) != NULL)
		o->agrees.msg[--len] = '\0';
}
