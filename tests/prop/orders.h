/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders of steps, played with the lab's clusters and phones: the invariants
 * of trust/order.h a second time. There all that a phone may hold is a set of
 * bits; here it is every phone, with the CTL and the ITL that it may have by
 * now, since any of them starts whenever it likes.
 */
#ifndef TESTS_PROP_ORDERS_H
#define TESTS_PROP_ORDERS_H

#include "tests/unit/seen.h"
#include "trust/order.h"

#define ORDERS_MAX_HELD 160
#define ORDERS_MAX_WISHES 6

/* A question for order_find(), and the cluster behind it. */
struct scene {
	struct cluster before; /* as phones know it */
	struct cluster now;    /* some wishes are done */
	struct order_node node[CLUSTER_MAX_NODES];
	char name[CLUSTER_MAX_NODES][64];
	struct order_wish wish[ORDERS_MAX_WISHES];
	bool sort[LABS_NUM_SORTS]; /* whose phones there are */
	struct order_input in;
};

struct orders_op {
	enum order_kind kind;
	enum order_change change;
	size_t node;
};

enum orders_result {
	ORDERS_FINE,
	ORDERS_CANNOT, /* nobody can do it there, or may */
	ORDERS_BREAKS
};

/* The cluster at one moment, and every phone that there may be. */
struct world {
	struct cluster c;
	struct phone held[ORDERS_MAX_HELD];
	size_t num;
	unsigned made;    /* wishes, bits */
	unsigned changed; /* changes since all fetched, bits */
	unsigned servers; /* TFTP nodes that changed since, bits */
	bool unproven;    /* a list was made since */
	const char *why;  /* it broke: a word */
};

static inline bool
orders_wants(const struct scene *s, enum order_change change)
{
	size_t i;

	for (i = 0; i < s->in.num_wishes; i++)
		if (s->wish[i].change == change)
			return true;
	return false;
}

static inline bool
orders_helps(const struct scene *s, enum order_help help)
{
	return (s->in.helps >> help & 1) != 0;
}

/* The lab's word for a change; SHELF_NUM_KINDS: it is no certificate. */
static inline enum shelf_kind
orders_kind(enum order_change change)
{
	static const enum shelf_kind kinds[] = { SHELF_CALLMANAGER, SHELF_ECDSA,
		SHELF_CAPF, SHELF_TVS, SHELF_ITLRECOVERY, SHELF_TOMCAT,
		SHELF_IPSEC };

	return change < ORDER_ADDRESS ? kinds[change] : SHELF_NUM_KINDS;
}

/* ---- Phones. ---- */

static inline bool
orders_is_same_phone(const struct phone *a, const struct phone *b)
{
	return a->sort == b->sort && a->tftp == b->tftp && a->tvs == b->tvs &&
	    a->ctl == b->ctl && a->itl == b->itl;
}

static inline void
orders_hold(struct world *w, const struct phone *p)
{
	size_t i;

	for (i = 0; i < w->num; i++)
		if (orders_is_same_phone(&w->held[i], p))
			return;
	assert_true(w->num < ORDERS_MAX_HELD);
	w->held[w->num++] = *p;
}

static inline enum orders_result
orders_break(struct world *w, const char *why)
{
	w->why = why;
	return ORDERS_BREAKS;
}

/* I1: whoever starts takes what is served, and may have it from now on. */
static inline enum orders_result
orders_start_any(struct world *w)
{
	size_t i, num = w->num;
	struct phone_day day;
	struct phone p;

	for (i = 0; i < num; i++) {
		p = w->held[i];
		LABS_OK(phone_start(&p, &w->c, &day, NULL));
		if (day.ctl != PHONE_TAKES && day.ctl != PHONE_THROUGH_TVS)
			return orders_break(w, "I1");
		orders_hold(w, &p);
	}
	return ORDERS_FINE;
}

/* I2: all start, and are well. */
static inline enum orders_result
orders_start_all(struct world *w)
{
	struct world old = *w;
	struct phone_day day;
	struct phone p;
	size_t i;

	w->num = 0;
	for (i = 0; i < old.num; i++) {
		p = old.held[i];
		LABS_OK(phone_start(&p, &w->c, &day, NULL));
		if (!phone_is_well(&day))
			return orders_break(w, "I2");
		orders_hold(w, &p);
	}
	w->changed = w->servers = 0;
	w->unproven = false;
	return ORDERS_FINE;
}

/* ---- Steps. ---- */

static inline unsigned
orders_reach(const struct scene *s, enum order_change change, size_t node)
{
	if (change == ORDER_CALLMANAGER && s->now.multi_san)
		return (1u << s->now.num_nodes) - 1;
	return 1u << (order_change_is_each(change) ? node : 0);
}

static inline unsigned
orders_tftp(const struct cluster *c)
{
	unsigned bits = 0;
	size_t i;

	for (i = 0; i < c->num_nodes; i++)
		bits |= c->node[i].tftp ? 1u << i : 0;
	return bits;
}

/* Notes that CHANGE of NODE was made since all fetched. */
static inline void
orders_note(const struct scene *s, struct world *w, enum order_change change,
    size_t node)
{
	if (change == ORDER_TOMCAT || change == ORDER_IPSEC)
		return;
	w->changed |= 1u << change;
	if (order_change_is_each(change))
		w->servers |= orders_reach(s, change, node) &
		    orders_tftp(&w->c);
}

/* I3: never CallManager and TVS at once, nor two TFTP servers, nor two
 * addresses. */
static inline bool
orders_is_apart(const struct scene *s, const struct world *w,
    enum order_change change, size_t node)
{
	unsigned reach = orders_reach(s, change, node);

	if ((change == ORDER_TVS &&
		(w->changed >> ORDER_CALLMANAGER & 1) != 0) ||
	    (change == ORDER_CALLMANAGER &&
		(w->changed >> ORDER_TVS & 1) != 0) ||
	    (change == ORDER_ADDRESS && (w->changed >> ORDER_ADDRESS & 1) != 0))
		return false;
	return change == ORDER_TOMCAT || change == ORDER_IPSEC ||
	    !order_change_is_each(change) ||
	    (reach & orders_tftp(&w->c)) == 0 || (w->servers & ~reach) == 0;
}

/* Every phone has proven to have a list with the address that NODE will
 * have. */
static inline bool
orders_is_announced(const struct world *w, size_t node)
{
	const struct shelf_plan *plan;
	size_t i, j;

	if (w->unproven)
		return false;
	for (i = 0; i < w->num; i++) {
		plan = &w->held[i].ctl->plan;
		for (j = 0; j < plan->num; j++)
			if (plan->record[j].node == node &&
			    plan->record[j].moved == w->c.node[node].moved + 1)
				break;
		if (j == plan->num)
			return false;
	}
	return true;
}

static inline enum orders_result
orders_renew(const struct scene *s, struct world *w, struct orders_op op)
{
	const unsigned reach = orders_reach(s, op.change, op.node);
	const size_t node = order_change_is_each(op.change) ? op.node : 0;
	unsigned wished = 0;
	size_t i;

	for (i = 0; i < s->in.num_wishes; i++)
		if (s->wish[i].change == op.change &&
		    (reach >> s->wish[i].node & 1) != 0 &&
		    (w->made >> i & 1) == 0)
			wished |= 1u << i;
	if (wished == 0 || op.change == ORDER_TO_TOKEN ||
	    op.change == ORDER_TO_TOKENLESS)
		return ORDERS_CANNOT;
	if (!orders_is_apart(s, w, op.change, op.node))
		return orders_break(w, "I3");
	if (op.change == ORDER_ADDRESS && w->c.node[node].tftp &&
	    !w->c.multi_san && !orders_is_announced(w, node))
		return orders_break(w, "W2");
	w->made |= wished;
	orders_note(s, w, op.change, op.node);
	if (op.change == ORDER_ADDRESS)
		LABS_OK(cluster_move(&w->c, node, NULL));
	else if (op.change == ORDER_UPGRADE)
		LABS_OK(cluster_upgrade(&w->c, s->in.upgrade_to, NULL));
	else
		LABS_OK(
		    cluster_renew(&w->c, orders_kind(op.change), node, NULL));
	return ORDERS_FINE;
}

static inline void
orders_announce(const struct scene *s, struct world *w, bool all)
{
	size_t i;

	for (i = 0; i < w->c.num_nodes; i++)
		w->c.node[i].announced = false;
	for (i = 0; i < s->in.num_wishes; i++)
		if (all && s->wish[i].change == ORDER_ADDRESS &&
		    (w->made >> i & 1) == 0)
			cluster_announce(&w->c, s->wish[i].node);
}

/* A list by the appliance: not where tokens make lists, and shall. */
static inline enum orders_result
orders_update(const struct scene *s, struct world *w, bool localkey)
{
	const bool may = s->before.num_tokens > 0
	    ? orders_wants(s, ORDER_TO_TOKENLESS)
	    : !orders_wants(s, ORDER_TO_TOKEN);

	if (w->c.release < 1000 || (w->c.num_tokens > 0 && !may) ||
	    (localkey &&
		(!orders_helps(s, ORDER_HELP_LOCALKEY) || w->c.release < 1200)))
		return ORDERS_CANNOT;
	orders_announce(s, w, false);
	LABS_OK(localkey ? cluster_reset_localkey(&w->c, NULL)
			 : cluster_update_ctl(&w->c, NULL));
	w->unproven = true;
	return ORDERS_FINE;
}

/* The CTL is signed by whom the appliance's next one is. */
static inline bool
orders_is_own(const struct cluster *c)
{
	const struct shelf_id signer = cluster_signer(c);

	return memcmp(&c->node[0].ctl->plan.signer, &signer, sizeof(signer)) ==
	    0;
}

/* Servers, CAPF and ITLRecovery of the CTL are what is on the disks. */
static inline bool
orders_is_current(const struct cluster *c)
{
	const struct shelf_plan *plan = &c->node[0].ctl->plan;
	const struct shelf_record *r;
	struct shelf_id now;
	size_t i;

	for (i = 0; i < plan->num; i++) {
		r = &plan->record[i];
		if (r->cert.kind == SHELF_TOKEN ||
		    (r->role == 0 && r->cert.kind == SHELF_CALLMANAGER))
			continue;
		now = cluster_on_disk(c, (enum shelf_kind)r->cert.kind,
		    r->cert.node);
		if (memcmp(&now, &r->cert, sizeof(now)) != 0 ||
		    (r->role == 2 && r->moved < c->node[r->node].moved))
			return false;
	}
	return true;
}

/* New tokens are there: wanted, or a help. */
static inline bool
orders_has_new(const struct scene *s)
{
	return orders_wants(s, ORDER_TO_TOKEN) ||
	    orders_helps(s, ORDER_HELP_SECOND_SAST);
}

/* The tokens of the list are 1 and 2, others 3 and 4. NEW_FIRST: of both, a new
 * one signs. */
static inline enum orders_result
orders_sign(const struct scene *s, struct world *w, bool new_first)
{
	static const uint8_t old[] = { 1, 2 }, new[] = { 3, 4 },
			     old_new[] = { 1, 2, 3, 4 },
			     new_old[] = { 3, 4, 1, 2 };
	const bool help = orders_helps(s, ORDER_HELP_SECOND_SAST),
		   wants = orders_wants(s, ORDER_TO_TOKEN);
	size_t i;
	bool due = help || wants || w->made != 0;

	for (i = 0; i < s->in.num_wishes; i++)
		due |= s->wish[i].change == ORDER_ADDRESS &&
		    (w->made >> i & 1) == 0 && w->c.node[s->wish[i].node].tftp;
	if ((s->in.tokens == 0 || w->c.num_tokens == 0) && !orders_has_new(s))
		return ORDERS_CANNOT;
	if (!due)
		return ORDERS_CANNOT;
	if (s->in.tokens == 0)
		cluster_take_tokens(&w->c, new, 2);
	else if (!wants)
		cluster_take_tokens(&w->c, old, 2);
	else
		cluster_take_tokens(&w->c, new_first ? new_old : old_new, 4);
	orders_announce(s, w, true);
	LABS_OK(cluster_sign_token(&w->c, NULL));
	w->unproven = true;
	return ORDERS_FINE;
}

static inline enum orders_result
orders_upload(const struct scene *s, struct world *w, struct orders_op op)
{
	bool second = orders_helps(s, ORDER_HELP_SECOND_SAST);

	if (!orders_helps(s, ORDER_HELP_UPLOAD) &&
	    !(op.change == ORDER_TO_TOKEN && second))
		return ORDERS_CANNOT;
	if (op.change == ORDER_TO_TOKEN) {
		if (s->in.new_tokens == 0 && !second)
			return ORDERS_CANNOT;
		LABS_OK(cluster_upload(&w->c, cluster_token(3), NULL));
		LABS_OK(cluster_upload(&w->c, cluster_token(4), NULL));
	} else if (op.change == ORDER_ITLRECOVERY ||
	    op.change == ORDER_CALLMANAGER) {
		LABS_OK(cluster_upload(&w->c,
		    cluster_on_disk(&w->c, orders_kind(op.change), op.node),
		    NULL));
	} else {
		return ORDERS_CANNOT;
	}
	return ORDERS_FINE;
}

/* The new tokens are known to whoever there may be, or to TVS. */
static inline bool
orders_knows_new(const struct world *w)
{
	const struct shelf_id id = cluster_token(3);
	const struct shelf_plan *plan;
	size_t i, j;

	for (i = 0; i < w->c.num_uploads; i++)
		if (memcmp(&w->c.upload[i], &id, sizeof(id)) == 0)
			return true;
	for (i = 0; i < w->num; i++) {
		plan = &w->held[i].ctl->plan;
		for (j = 0; j < plan->num; j++)
			if (memcmp(&plan->record[j].cert, &id, sizeof(id)) == 0)
				break;
		if (j == plan->num)
			return false;
	}
	return true;
}

/* The services of one node, whoever else shares its certificate. */
static inline void
orders_restart(struct world *w, struct orders_op op)
{
	if (orders_kind(op.change) < SHELF_NUM_KINDS)
		cluster_reload(&w->c, orders_kind(op.change),
		    order_change_is_each(op.change) ? op.node : 0);
}

static inline enum orders_result
orders_act(const struct scene *s, struct world *w, struct orders_op op)
{
	switch (op.kind) {
	case ORDER_RENEW:
		return orders_renew(s, w, op);
	case ORDER_UPDATE_CTL:
	case ORDER_LOCALKEY:
		return orders_update(s, w, op.kind == ORDER_LOCALKEY);
	case ORDER_SIGN_TOKEN:
		return orders_sign(s, w, op.node != 0);
	case ORDER_TRUST_UPLOAD:
		return orders_upload(s, w, op);
	case ORDER_RESTART:
		orders_restart(w, op);
		return ORDERS_FINE;
	case ORDER_FETCH:
		break;
	}
	return orders_start_all(w);
}

/* What becomes of W by OP. Of use no more unless ORDERS_FINE. */
static inline enum orders_result
orders_apply(const struct scene *s, struct world *w, struct orders_op op)
{
	enum orders_result r = orders_act(s, w, op);

	if (r == ORDERS_FINE)
		r = orders_start_any(w);
	return r;
}

/* The beginning: phones hold what was before, or what is served now. */
static inline void
orders_begin(const struct scene *s, struct world *w)
{
	const size_t n = s->now.num_nodes;
	struct phone_day day;
	struct phone p;
	size_t i, k, num;

	memset(w, 0, sizeof(*w));
	w->c = s->now;
	for (i = 0; i < LABS_NUM_SORTS * n * n; i++) {
		if (!s->sort[i / n / n] || !s->now.node[i / n % n].tftp ||
		    (!labs_sorts[i / n / n].asks_tvs && i % n != 0))
			continue;
		p = labs_phone(&s->before, (enum labs_sort)(i / n / n),
		    i / n % n, i % n);
		orders_hold(w, &p);
	}
	num = w->num;
	for (k = 0; k < num; k++) {
		p = w->held[k];
		LABS_OK(phone_start(&p, &w->c, &day, NULL));
		orders_hold(w, &p);
	}
	for (i = 0; i < s->in.num_wishes; i++)
		if (s->wish[i].done) {
			w->made |= 1u << i;
			orders_note(s, w, s->wish[i].change, s->wish[i].node);
		}
}

/* All is done, with all phones, and lists are made as they shall be. */
static inline bool
orders_is_goal(const struct scene *s, const struct world *w)
{
	const struct cluster *c = &w->c;
	struct shelf_id disk, served;
	bool tokens = c->num_tokens > 0;
	size_t i;

	for (i = 0; i < s->in.num_wishes; i++)
		if (s->wish[i].change != ORDER_TO_TOKEN &&
		    s->wish[i].change != ORDER_TO_TOKENLESS &&
		    (w->made >> i & 1) == 0)
			return false;
	for (i = 0; i < c->num_nodes * SHELF_NUM_KINDS; i++) {
		disk = cluster_on_disk(c, (enum shelf_kind)(i / c->num_nodes),
		    i % c->num_nodes);
		served = cluster_served(c, (enum shelf_kind)(i / c->num_nodes),
		    i % c->num_nodes);
		if (disk.kind != SHELF_CAPF && disk.kind != SHELF_ITLRECOVERY &&
		    disk.generation != served.generation)
			return false;
	}
	for (i = 0; i < w->num; i++)
		if (w->held[i].ctl != c->node[w->held[i].tftp].ctl)
			return false;
	if (w->changed != 0)
		return false;
	if (!orders_is_current(c))
		return false;
	if (orders_wants(s, ORDER_TO_TOKEN))
		return tokens && c->token[0] >= 3;
	if (orders_wants(s, ORDER_TO_TOKENLESS))
		return !tokens && orders_is_own(c);
	return tokens == (s->before.num_tokens > 0) &&
	    (tokens || orders_is_own(c));
}

#endif
