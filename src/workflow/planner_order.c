/* SPDX-License-Identifier: Apache-2.0 */
/* Changes that phones see: the order comes from trust/order.h, and becomes
 * steps. A cluster without mixed mode has no CTL; its ITLs follow the regeneration
 * guide. */
#include <stdio.h>
#include <string.h>

#include "workflow/planner_parts.h"

static const char *const units[ORDER_NUM_CHANGES] = {
	[ORDER_CALLMANAGER] = "CallManager",
	[ORDER_CALLMANAGER_ECDSA] = "CallManager-ECDSA",
	[ORDER_CAPF] = "CAPF",
	[ORDER_TVS] = "TVS",
	[ORDER_ITLRECOVERY] = "ITLRecovery",
	[ORDER_TOMCAT] = "tomcat",
	[ORDER_IPSEC] = "ipsec",
};

/* ---- The question. ---- */

static struct order_node *
nodes_of(struct planner *p)
{
	struct order_node *n = planner_memory(p,
	    (p->num_nodes + 1) * sizeof(*n));
	size_t i;

	for (i = 0; n != NULL && i < p->num_nodes; i++)
		n[i] = (struct order_node){ .name = p->node[i].name,
			.publisher = p->node[i].publisher,
			.tftp = p->node[i].tftp,
			.ccm = p->node[i].ccm,
			.multi_san = p->node[i].multi_san };
	return n;
}

static bool
has_wish(const struct order_wish *w, size_t num, enum order_change c, size_t i)
{
	size_t k;

	for (k = 0; k < num; k++)
		if (w[k].change == c &&
		    (!order_change_is_each(c) || w[k].node == i))
			return true;
	return false;
}

static bool
list_has(const struct ctl_file *f, enum trust_owner owner)
{
	size_t i;

	for (i = 1; i <= ctl_num_records(f); i++)
		if (ctl_record(f, i)->role == CTL_ROLE_SAST &&
		    trust_owner_of(f, i) == owner)
			return true;
	return false;
}

/* What was renewed before, and is in no list yet. */
static size_t
add_done(struct planner *p, struct order_wish *w, size_t num)
{
	static const enum order_change all[] = { ORDER_CALLMANAGER, ORDER_CAPF,
		ORDER_ITLRECOVERY };
	size_t c, i;

	for (c = 0; c < DOC_NUM(all); c++)
		for (i = 0; i < p->num_nodes && num < ORDER_MAX_CHANGES; i++) {
			const struct planner_node *n = &p->node[i];
			bool each = order_change_is_each(all[c]);

			if ((each ? !n->tftp && !n->ccm : !n->publisher) ||
			    has_wish(w, num, all[c], i) ||
			    planner_is_listed(p, i, units[all[c]]) !=
				TRUST_NO ||
			    (all[c] == ORDER_ITLRECOVERY &&
				!list_has(p->list, TRUST_OWNER_ITLRECOVERY)))
				continue;
			w[num++] = (struct order_wish){ .change = all[c],
				.node = each ? i : 0,
				.done = true };
			/* its services may still have the one before */
			planner_changed(p, units[all[c]],
			    each ? i : p->publisher);
			planner_warn(p,
			    "%s of %s was renewed before, and is not in the "
			    "CTL yet: this plan brings it there too",
			    units[all[c]], n->name);
		}
	return num;
}

static struct order_input
input_of(struct planner *p, const struct order_wish *wishes, size_t num,
    unsigned more_helps)
{
	return (struct order_input){ .installed = p->installed,
		.served = p->list == p->installed ? NULL : p->list,
		.release = p->release,
		.tokens = p->in->tokens,
		.new_tokens = p->in->new_tokens,
		.nodes = nodes_of(p),
		.num_nodes = p->num_nodes,
		.wishes = wishes,
		.num_wishes = num,
		.classes = p->classes,
		/* the maker's own order of ITLRecovery uses it */
		.helps = p->in->helps | more_helps |
		    1u << ORDER_HELP_LOCALKEY };
}

/* ---- The answer. ---- */

static void
warn_of_tvs(struct planner *p, unsigned classes)
{
	size_t c;

	for (c = 0; c < CLASS_NUM; c++)
		if ((classes & 1u << c) != 0)
			planner_warn(p,
			    "phones of this sort take a list of this plan "
			    "through TVS alone: %s; TVS has to run and to be "
			    "reachable",
			    class_text((enum class)c));
}

#define SAST_TODO                                                              \
	"OS Administration > Security > Certificate Management on %s: "        \
	"download %s, then Upload Certificate/Certificate chain: Certificate " \
	"Purpose Phone-SAST-trust"

static void
upload(struct planner *p, const struct order_step *s, const char *why,
    const char *source)
{
	const char *what = s->change == ORDER_TO_TOKEN ? "the new tokens"
	    : units[s->change] == NULL                 ? "the new signer"
						       : units[s->change];
	struct plan_step *h;

	h = planner_by_hand(p, "phone-sast-trust",
	    planner_text(p, "upload %s to Phone-SAST-trust", what),
	    s->change == ORDER_TO_TOKEN
		? planner_text(p,
		      "OS Administration > Security > Certificate Management "
		      "on %s: Upload Certificate/Certificate chain: "
		      "Certificate Purpose Phone-SAST-trust, each new token",
		      p->node[s->node].name)
		: planner_text(p, SAST_TODO, p->node[s->node].name, what),
	    why, source);
	h->back = PLAN_COMMAND;
	h->back_text = "it is deleted from Phone-SAST-trust again";
	h->touches = "Phone-SAST-trust of all nodes";
	planner_changed(p, "Phone-SAST-trust", PLANNER_ALL);
}

static void
play(struct planner *p, const struct order_step *s)
{
	const char *why = planner_text(p, "%s",
	    s->why.msg[0] == '\0' ? "it is the next step of the order"
				  : s->why.msg);
	const char *source = s->source == NULL
	    ? "docs/trust.md, Orders"
	    : planner_text(p, "%s", s->source);

	warn_of_tvs(p, s->through_tvs);
	switch (s->kind) {
	case ORDER_RENEW:
		if (units[s->change] != NULL)
			planner_renew(p, units[s->change],
			    order_change_is_each(s->change) ? s->node
							    : p->publisher,
			    why, source);
		else if (s->change == ORDER_ADDRESS)
			planner_move(p, s->node, why, source);
		break;
	case ORDER_UPDATE_CTL:
		planner_update(p, why, source);
		break;
	case ORDER_LOCALKEY:
		planner_localkey(p, why, source);
		break;
	case ORDER_SIGN_TOKEN:
		planner_sign(p, p->sign_argument, why, source);
		break;
	case ORDER_TRUST_UPLOAD:
		upload(p, s, why, source);
		break;
	case ORDER_RESTART: /* planner_fetch() does */
		break;
	case ORDER_FETCH:
		planner_fetch(p, why);
		break;
	}
}

static const char *
helps_of(struct planner *p, unsigned helps)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < ORDER_NUM_HELPS; i++)
		if ((helps & 1u << i) != 0)
			text = planner_text(p, "%s%s%s", text,
			    text[0] == '\0' ? "" : " and ",
			    order_help_name((enum order_help)i));
	return text;
}

static enum err
refuse(struct planner *p, const struct order *o)
{
	const struct order_dead_end *e = &o->dead_end[0];
	const char *alternative;

	alternative = o->helped
	    ? planner_text(p, "it is possible with %s", helps_of(p, o->helps))
	    : p->token ? "an alternative is a token that the list has as SAST, "
			 "or to-tokenless"
		       : "an alternative is recover";
	return diag_set(p->d, ERR_POLICY,
	    "no order of this keeps every phone: %.175s; %.95s",
	    o->num_dead_ends == 0 ? "every one ends" : e->why.msg, alternative);
}

/* ---- Without an order: each change by itself, and who is lost where. ---- */

#define NAIVE_MAX (4 * ORDER_MAX_CHANGES)

/* Who makes the list of a change. */
static enum order_kind
list_of(const struct planner *p, const struct order_input *in,
    const struct order_wish *w)
{
	if (w->change == ORDER_TO_TOKENLESS)
		return ORDER_UPDATE_CTL;
	if (w->change == ORDER_TO_TOKEN)
		return ORDER_SIGN_TOKEN;
	return p->token && in->tokens > 0 ? ORDER_SIGN_TOKEN : ORDER_UPDATE_CTL;
}

static size_t
naive(const struct planner *p, const struct order_input *in,
    struct order_step *ret)
{
	size_t i, num = 0;

	for (i = 0; i < in->num_wishes; i++) {
		const struct order_wish *w = &in->wishes[i];
		enum order_kind list = list_of(p, in, w);
		struct order_step s = { .change = w->change, .node = w->node };
		bool renews = !w->done &&
		    (units[w->change] != NULL || w->change == ORDER_ADDRESS);

		if (renews) {
			s.kind = ORDER_RENEW;
			ret[num++] = s;
		}
		s.kind = list;
		ret[num++] = s;
		if (renews) {
			s.kind = ORDER_RESTART;
			ret[num++] = s;
		}
		s.kind = ORDER_FETCH;
		ret[num++] = s;
	}
	return num;
}

static bool
is_seen(int kind)
{
	return kind == PLAN_REGENERATE || kind == PLAN_UPLOAD_OWN ||
	    kind == PLAN_UPDATE_CTL || kind == PLAN_RESET_LOCALKEY ||
	    kind == PLAN_DISTRIBUTE || kind == PLAN_RESTART ||
	    kind == PLAN_RESET_PHONES || kind == PLAN_SET_MODE;
}

/* The first step from FROM on that phones see loses those of CLASSES. */
static void
mark(struct planner *p, size_t from, const char *why, unsigned classes)
{
	size_t i;

	for (i = from; i < p->num_steps; i++)
		if (is_seen(p->step[i].kind)) {
			planner_strand(p, &p->step[i], why, classes);
			return;
		}
}

/* Why step NUM - 1 of STEP loses phones, or NULL. */
static const char *
why_lost(struct planner *p, const struct order_input *in,
    const struct order_step *step, size_t num)
{
	struct diag d;

	diag_init(&d);
	if (order_check(in, step, num, &d) != ERR_POLICY)
		return NULL;
	return planner_text(p, "%s", d.msg);
}

/* Whose phones the same loses. */
static unsigned
who_is_lost(const struct planner *p, const struct order_input *in,
    const struct order_step *step, size_t num)
{
	struct order_input one = *in;
	unsigned lost = 0;
	struct diag d;
	size_t c;

	for (c = 0; c < CLASS_NUM; c++) {
		one.classes = p->classes & 1u << c;
		diag_init(&d);
		if (one.classes != 0 &&
		    order_check(&one, step, num, &d) == ERR_POLICY)
			lost |= one.classes;
	}
	return lost;
}

static enum err
play_naive(struct planner *p, const struct order_input *in)
{
	struct order_step *step = planner_memory(p, NAIVE_MAX * sizeof(*step));
	const char *lost = NULL;
	size_t i, num, from, at;

	if (step == NULL)
		return diag_nomem(p->d);
	num = naive(p, in, step);
	for (i = 0; i < num; i++) {
		from = p->num_steps;
		at = i;
		play(p, &step[i]);
		if (lost == NULL &&
		    (lost = why_lost(p, in, step, i + 1)) != NULL) {
			if (step[i].kind == ORDER_RESTART)
				play(p, &step[++i]);
			mark(p, from, lost, who_is_lost(p, in, step, at + 1));
		}
	}
	planner_warn(p, "THIS PLAN LOSES PHONES: %s",
	    lost == NULL ? "no order that keeps them is known" : lost);
	return ERR_OK;
}

/* ---- Without a CTL. ---- */

#define ITL_TODO \
	"on the publisher %s: utils itl reset localkey (privilege level 4)"

static void
itl_recovery(struct planner *p)
{
	struct plan_step *s;

	planner_renew(p, "ITLRecovery", p->publisher, "it was asked for",
	    "SG15-cert, ITLRecovery");
	s = planner_by_hand(p, "itl-reset-localkey",
	    "sign the ITLs with CallManager's key",
	    planner_text(p, ITL_TODO, planner_publisher(p)),
	    "phones know CallManager, and learn the new ITLRecovery by it",
	    "SG15-cert, FN70613");
	s->touches = "ITLFile.tlv of all nodes";
	s->back = PLAN_COMMAND;
	s->back_text = "a restart of Cisco Tftp signs with ITLRecovery again";
	p->num_units = 0;
	planner_fetch(p, "phones learn the new ITLRecovery");
	planner_changed(p, "ITLRecovery", PLANNER_ALL);
	planner_fetch(p, "the new ITLRecovery signs from now on");
}

/* The other TFTP servers go on while this one changes. */
static void
stop_tftp(struct planner *p, size_t i)
{
	static const char *const name[] = { "Cisco Tftp" };
	size_t k, others = 0;
	struct plan_step *s;

	for (k = 0; k < p->num_nodes; k++)
		others += k != i && p->node[k].tftp ? 1 : 0;
	if (others == 0 || !p->node[i].tftp || p->release >= 1200)
		return;
	s = planner_step(p, PLAN_STOP, p->node[i].name, NULL,
	    "phones fetch from another TFTP server, whose signer they know, "
	    "until this one is proven",
	    "regen-guide");
	s->services = (struct doc_strings){ name, 1 };
}

static void
start_tftp(struct planner *p, size_t i)
{
	static const char *const name[] = { "Cisco Tftp" };
	struct plan_step *s;

	if (p->num_steps == 0)
		return;
	s = planner_step(p, PLAN_START, p->node[i].name, NULL,
	    "phones hold an ITL of another server that knows this one's new "
	    "signer",
	    "regen-guide");
	s->services = (struct doc_strings){ name, 1 };
}

static void
without_list(struct planner *p, enum order_change c, size_t i)
{
	size_t before = p->num_steps;
	bool stopped;

	if (c == ORDER_ITLRECOVERY) {
		itl_recovery(p);
		return;
	}
	if (c == ORDER_CALLMANAGER)
		stop_tftp(p, i);
	stopped = p->num_steps > before;
	planner_renew(p, units[c], order_change_is_each(c) ? i : p->publisher,
	    "it was asked for; one certificate of one node at a time",
	    "regen-guide");
	p->tftp_off = stopped ? i : PLANNER_ALL;
	planner_fetch(p, "phones fetch the new ITL");
	p->tftp_off = PLANNER_ALL;
	if (stopped)
		start_tftp(p, i);
}

static enum err
play_without_list(struct planner *p, const struct order_wish *w, size_t num)
{
	/* TVS last: while signers change, it stays one that phones know */
	static const enum order_change turn[] = { ORDER_CAPF,
		ORDER_CALLMANAGER_ECDSA, ORDER_CALLMANAGER, ORDER_ITLRECOVERY,
		ORDER_TVS };
	size_t t, i;

	if (p->list != NULL)
		planner_warn(p,
		    "the cluster is not in mixed mode, and a CTL of before is "
		    "still served: phones that hold it verify ITLs by it");
	for (t = 0; t < DOC_NUM(turn); t++)
		for (i = 0; i < num; i++)
			if (w[i].change == turn[t])
				without_list(p, w[i].change, w[i].node);
	return ERR_OK;
}

/* ---- All. ---- */

static enum err
play_order(struct planner *p, const struct order_input *in)
{
	struct order o;
	enum err e = order_find(in, &o, p->d);
	size_t i;

	if (e != ERR_OK)
		return e;
	if (o.possible) {
		for (i = 0; i < o.num; i++)
			play(p, &o.step[i]);
	} else if (p->in->losing) {
		e = play_naive(p, in);
	} else {
		e = refuse(p, &o);
	}
	order_clear(&o);
	return e;
}

enum err
planner_order(struct planner *p, const struct order_wish *wishes, size_t num,
    unsigned more_helps)
{
	struct order_wish *all;
	struct order_input in;

	if (!p->mixed)
		return play_without_list(p, wishes, num);
	if (p->token && p->in->tokens == 0 &&
	    !has_wish(wishes, num, ORDER_TO_TOKENLESS, 0) && !p->in->losing)
		return diag_set(p->d, ERR_POLICY,
		    "a token signed the CTL, and none that it has as SAST "
		    "answers, so nobody can sign the next one: connect one, or "
		    "plan to-tokenless first");
	all = planner_memory(p, ORDER_MAX_CHANGES * sizeof(*all));
	if (all == NULL)
		return diag_nomem(p->d);
	if (num > 0)
		memcpy(all, wishes, num * sizeof(*all));
	num = add_done(p, all, num);
	if (num == 0)
		return ERR_OK;
	in = input_of(p, all, num, more_helps);
	return in.nodes == NULL ? diag_nomem(p->d) : play_order(p, &in);
}
