/* SPDX-License-Identifier: Apache-2.0 */
/* The rules A and W for one class: docs/trust.md. */
#include "trust/accept.h"

#include <stdlib.h>
#include <string.h>

#include "trust/works_parts.h"

struct accept_job {
	const struct accept_cluster *cluster;
	const struct accept_phone *phone;
	unsigned traits;
	struct trust_tvs *tvs; /* owned */
	struct trust_phone asks;
	struct accept *ret;
	struct diag *d;
};

/* What the class says of the certificate that a TVS shows. */
static enum trust_known
certificate_of(unsigned traits, bool real, enum trust_known known)
{
	if ((traits & CLASS_TVS_CHANGED) != 0)
		return TRUST_NO;
	/* one that was off may have missed ITLs, too */
	if ((traits & CLASS_OFF) != 0)
		return known == TRUST_NO ? TRUST_NO : TRUST_NOT_KNOWN;
	return !real && known == TRUST_NOT_KNOWN ? TRUST_YES : known;
}

/* The TVS of node I of the group, or of all nodes; where there are none, of
 * one that has no name. */
static struct trust_tvs
tvs_of(const struct accept_job *a, size_t i)
{
	const struct accept_group *g = a->phone->group;
	struct trust_tvs ret = { .node = NULL };

	if (g != NULL && i < g->num_tvs)
		ret = g->tvs[i];
	else if (g == NULL && i < a->cluster->num_nodes)
		ret.node = a->cluster->nodes[i].name;
	ret.certificate = certificate_of(a->traits, a->phone->real,
	    ret.certificate);
	return ret;
}

/* Makes the phone of the class. */
static enum err
make_phone(struct accept_job *a)
{
	const struct accept_group *g = a->phone->group;
	size_t i, num = g != NULL ? g->num_tvs : a->cluster->num_nodes;

	num = num == 0 ? 1 : num;
	a->tvs = calloc(num, sizeof(*a->tvs));
	if (a->tvs == NULL)
		return diag_nomem(a->d);
	for (i = 0; i < num; i++)
		a->tvs[i] = tvs_of(a, i);
	a->asks = (struct trust_phone){
		.installed = (a->traits & CLASS_HOLDS) != 0 && !a->phone->empty
		    ? a->phone->installed
		    : NULL,
		.asks_tvs = (a->traits & CLASS_ASKS_TVS) != 0,
		.tvs = a->tvs,
		.num_tvs = num,
		.database = a->cluster->database,
		.cache_counts = a->cluster->cache_counts,
	};
	return ERR_OK;
}

/* ---- Whether it takes it ------------------------------------------- */

/* A judgement that no list is needed for. */
static void
say(struct accept_job *a, enum trust_verdict verdict, enum trust_rule rule,
    const char *why)
{
	struct trust_judgement *j = &a->ret->judgement;

	memset(j, 0, sizeof(*j));
	diag_init(&j->why);
	j->verdict = verdict;
	j->rule = rule;
	(void)diag_set(&j->why,
	    verdict == TRUST_UNKNOWN       ? ERR_ABSENT
		: verdict == TRUST_REFUSES ? ERR_POLICY
					   : ERR_OK,
	    "%s", why);
}

/* trust_judge() looks at names; here is the file, with its signature. What the
 * phone does not check it with, it has from the list itself. */
static enum err
check_signature(struct accept_job *a)
{
	struct trust_judgement *j = &a->ret->judgement;
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF,
		.memo = a->cluster->memo };
	struct ctl_verdict v;
	enum err e;

	if (j->verdict != TRUST_ACCEPTS && j->verdict != TRUST_THROUGH_TVS)
		return ERR_OK;
	if (j->verdict == TRUST_ACCEPTS) {
		anchor.kind = CTL_ANCHOR_TRUSTED;
		anchor.trusted = a->asks.installed;
	}
	e = ctl_verify(a->cluster->offer, &anchor, &v, a->d);
	if (e != ERR_OK || v.status != CTL_FAILED ||
	    (v.rule != CTL_RULE_SIGNATURE_BAD &&
		v.rule != CTL_RULE_MODULUS_WRONG))
		return e;
	j->verdict = TRUST_REFUSES;
	(void)diag_set(&j->why, ERR_POLICY,
	    "the signer is right, but the signature does not verify: %s; have "
	    "the list signed anew",
	    v.why.msg);
	return ERR_OK;
}

/* A phone that holds this very list has nothing to take. */
static bool
holds_it(const struct accept_job *a)
{
	return a->asks.installed != NULL &&
	    bytes_equal(ctl_raw(a->asks.installed), ctl_raw(a->cluster->offer));
}

static enum err
judge_offer(struct accept_job *a)
{
	enum works_answer readable;
	struct diag why;
	enum err e;

	if ((a->traits & CLASS_REMOTE) != 0) {
		say(a, TRUST_UNKNOWN, TRUST_RULE_REMOTE,
		    "which list a phone behind an Expressway is given, and by "
		    "whom, no source says: missing a look at such a phone");
		return ERR_OK;
	}
	if (holds_it(a)) {
		say(a, TRUST_ACCEPTS, TRUST_RULE_INSTALLED_SAST,
		    "this very list is installed already");
		return ERR_OK;
	}
	e = works_read(a->cluster->offer, a->phone->class, &readable, &why,
	    a->d);
	if (e != ERR_OK)
		return e;
	if (readable == WORKS_NO) {
		say(a, TRUST_REFUSES, TRUST_RULE_UNREADABLE, why.msg);
		return ERR_OK;
	}
	if ((a->traits & CLASS_HOLDS) != 0 && !a->phone->empty &&
	    a->asks.installed == NULL) {
		say(a, TRUST_UNKNOWN, TRUST_RULE_INSTALLED_SAST,
		    "missing the list that is installed");
		return ERR_OK;
	}
	trust_judge(&a->asks, a->cluster->offer, &a->ret->judgement);
	return check_signature(a);
}

/* ---- Whether it works then ----------------------------------------- */

static enum err
judge_works(struct accept_job *a)
{
	const struct accept_cluster *c = a->cluster;
	struct accept *ret = a->ret;
	struct works_input in = { .list = c->offer,
		.class = a->phone->class,
		.nodes = c->nodes,
		.num_nodes = c->num_nodes,
		.capf_active = c->capf_active,
		.held = c->held,
		.arg = c->arg,
		.phone = &a->asks,
		.memo = c->memo };

	ret->keeps = ret->judgement.verdict == TRUST_REFUSES &&
	    a->asks.installed != NULL;
	if (ret->keeps)
		in.list = a->asks.installed;
	return works_judge(&in, &ret->works, a->d);
}

static enum trust_known
is_lost(const struct accept *ret)
{
	if (ret->judgement.verdict == TRUST_REFUSES ||
	    ret->works.all == WORKS_NO)
		return TRUST_YES;
	if (ret->judgement.verdict == TRUST_UNKNOWN ||
	    ret->works.all == WORKS_UNKNOWN)
		return TRUST_NOT_KNOWN;
	return TRUST_NO;
}

enum err
accept_judge(const struct accept_cluster *cluster,
    const struct accept_phone *phone, struct accept *ret, struct diag *d)
{
	struct accept result;
	struct accept_job a = { .cluster = cluster,
		.phone = phone,
		.traits = class_traits(phone->class),
		.ret = &result,
		.d = d };
	enum err e;

	memset(&result, 0, sizeof(result));
	e = make_phone(&a);
	if (e == ERR_OK)
		e = judge_offer(&a);
	if (e == ERR_OK)
		e = judge_works(&a);
	if (e == ERR_OK) {
		result.lost = is_lost(&result);
		*ret = result;
	}
	free(a.tvs);
	return e;
}

bool accept_counts(enum class c)
{
	unsigned traits = class_traits(c);

	return (traits & CLASS_HOLDS) != 0 &&
	    (traits & (CLASS_ASKS_TVS | CLASS_REMOTE)) == 0;
}
