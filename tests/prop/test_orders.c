/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order_find() and the lab: every order that it proposes, played with phones
 * that start at random moments, keeps all of them alive and working; where it
 * says "impossible", an exhaustive search over what can be done to a cluster
 * finds nothing either; and step by step order_check() and the lab break at the
 * same place.
 *
 * ORDERS_SEED and ORDERS_ROUNDS in the environment repeat a run.
 */
#include "tests/unit/test.h"

#include <unistd.h>

#include "tests/prop/orders.h"

#define MAX_STATES 60000 /* of one exhaustive search */
#define MAX_SLOTS 240000
#define MAX_OPS 64

struct counts {
	size_t possible, impossible, helped, confirmed, open, steps, through;
	size_t checks, breaks, states;
};

/* ---- Scenes. ---- */

static unsigned
draw(unsigned *seed, unsigned below)
{
	return (unsigned)rand_r(seed) % below;
}

static bool
has_wish(const struct scene *s, enum order_change change, size_t node)
{
	size_t i;

	for (i = 0; i < s->in.num_wishes; i++)
		if (s->wish[i].change == change && s->wish[i].node == node)
			return true;
	return false;
}

static void
add_wish(struct scene *s, unsigned *seed)
{
	const struct cluster *c = &s->before;
	const enum order_change change = (enum order_change)draw(seed,
	    ORDER_NUM_CHANGES);
	size_t node = order_change_is_each(change)
	    ? draw(seed, (unsigned)c->num_nodes)
	    : 0;

	if ((change == ORDER_CALLMANAGER_ECDSA && !c->ecdsa) ||
	    (change == ORDER_TO_TOKEN &&
		(c->num_tokens > 0 || c->release >= 1400)) ||
	    (change == ORDER_TO_TOKENLESS &&
		(c->num_tokens == 0 || c->release < 1000)) ||
	    (change == ORDER_UPGRADE && s->in.upgrade_to == 0) ||
	    (change == ORDER_CALLMANAGER && c->multi_san && node != 0) ||
	    has_wish(s, change, node) ||
	    (change == ORDER_TO_TOKEN && has_wish(s, ORDER_TO_TOKENLESS, 0)))
		return;
	s->wish[s->in.num_wishes++] = (struct order_wish){ change, node,
		orders_kind(change) < SHELF_NUM_KINDS && draw(seed, 6) == 0 };
}

static void
put_nodes(struct scene *s)
{
	size_t i;

	for (i = 0; i < s->before.num_nodes; i++) {
		(void)snprintf(s->name[i], sizeof(s->name[i]), "10.0.%zu.0", i);
		s->node[i] = (struct order_node){ s->name[i], i == 0,
			s->before.node[i].tftp, s->before.node[i].ccm,
			s->before.multi_san };
	}
}

/* What is done already: on disk, served; and maybe a CTL was made of it. */
static void
do_some(struct scene *s, unsigned *seed)
{
	bool any = false;
	size_t i, node;

	s->now = s->before;
	for (i = 0; i < s->in.num_wishes; i++) {
		if (!s->wish[i].done)
			continue;
		any = true;
		LABS_OK(cluster_renew(&s->now, orders_kind(s->wish[i].change),
		    s->wish[i].node, NULL));
	}
	for (node = 0; node < s->now.num_nodes; node++)
		cluster_restart(&s->now, node);
	if (!any || draw(seed, 2) == 0)
		return;
	if (s->now.num_tokens > 0)
		LABS_OK(cluster_sign_token(&s->now, NULL));
	else
		LABS_OK(cluster_update_ctl(&s->now, NULL));
}

static void
draw_cluster(struct scene *s, unsigned *seed, size_t max_nodes)
{
	static const unsigned releases[] = { 900, 1050, 1052, 1150, 1250, 1250,
		1250, 1400 };
	struct cluster *c = &s->before;
	const size_t at = draw(seed, NUM(releases));
	size_t i;

	labs_cluster(c, releases[at], 1 + draw(seed, (unsigned)max_nodes),
	    releases[at] < 1000 || draw(seed, 2) == 0 ? 2 : 0);
	c->ecdsa = draw(seed, 3) == 0;
	c->multi_san = draw(seed, 6) == 0;
	c->cache_counts = draw(seed, 4) == 0;
	for (i = 1; i < c->num_nodes; i++)
		c->node[i].tftp = draw(seed, 4) != 0;
	LABS_OK(cluster_make_itls(c, NULL));
	LABS_OK(c->num_tokens > 0 ? cluster_sign_token(c, NULL)
				  : cluster_update_ctl(c, NULL));
	if (at + 1 < NUM(releases) && releases[at + 1] > releases[at])
		s->in.upgrade_to = releases[at + 1 +
		    draw(seed, (unsigned)(NUM(releases) - at - 1))];
}

static void
draw_scene(struct scene *s, unsigned *seed, size_t max_nodes, unsigned wishes)
{
	unsigned i, num = 1 + draw(seed, wishes);

	memset(s, 0, sizeof(*s));
	draw_cluster(s, seed, max_nodes);
	s->sort[LABS_SBD] = draw(seed, 4) != 0;
	s->sort[LABS_7940] = !s->sort[LABS_SBD] || draw(seed, 2) == 0;
	/* the SASTs that were uploaded, and renewed since, are not counted
	 * there */
	s->in.helps = draw(seed, 1u << ORDER_NUM_HELPS);
	s->sort[LABS_TWO] = draw(seed, 4) == 0 && s->before.num_tokens == 0 &&
	    !orders_helps(s, ORDER_HELP_UPLOAD);
	for (i = 0; i < LABS_NUM_SORTS; i++)
		if (s->sort[i])
			s->in.classes |= 1u << seen_class((enum labs_sort)i);
	for (i = 0; i < 40 && s->in.num_wishes < num; i++)
		add_wish(s, seed);
	put_nodes(s);
	do_some(s, seed);
	s->in.installed = seen_file(s->before.node[0].ctl);
	if (s->now.node[0].ctl != s->before.node[0].ctl)
		s->in.served = seen_file(s->now.node[0].ctl);
	s->in.release = s->before.release;
	s->in.tokens = s->before.num_tokens;
	s->in.new_tokens = orders_wants(s, ORDER_TO_TOKEN) ? 2 : 0;
	s->in.nodes = s->node;
	s->in.num_nodes = s->before.num_nodes;
	s->in.wishes = s->wish;
	s->in.cache_counts = s->before.cache_counts;
}

/* SEED's scene in words, and what was done. */
static const char *
scene_text(const struct scene *s, unsigned seed, const struct orders_op *ops,
    size_t num)
{
	static char text[2048];
	size_t i, at;

	at = (size_t)snprintf(text, sizeof(text),
	    "ORDERS_SEED=%u, release %u, %zu nodes (TFTP %x), %zu tokens, "
	    "helps %x%s%s%s, phones%s%s%s; wants",
	    seed, s->before.release, s->before.num_nodes,
	    orders_tftp(&s->before), s->before.num_tokens, s->in.helps,
	    s->before.multi_san ? ", multi-SAN" : "",
	    s->before.cache_counts ? ", CTL cache" : "",
	    s->in.served != NULL ? ", another list is served" : "",
	    s->sort[LABS_SBD] ? " SBD" : "", s->sort[LABS_7940] ? " 7940" : "",
	    s->sort[LABS_TWO] ? " two" : "");
	for (i = 0; i < s->in.num_wishes; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    " %s%s/%zu", s->wish[i].done ? "(done) " : "",
		    order_change_name(s->wish[i].change), s->wish[i].node);
	if (orders_wants(s, ORDER_UPGRADE))
		at += (size_t)snprintf(text + at, sizeof(text) - at, " to %u",
		    s->in.upgrade_to);
	at += (size_t)snprintf(text + at, sizeof(text) - at, ";");
	for (i = 0; i < num && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    " %s %s/%zu,", order_kind_name(ops[i].kind),
		    ops[i].change < ORDER_NUM_CHANGES
			? order_change_name(ops[i].change)
			: "",
		    ops[i].node);
	return text;
}

/* ---- Orders that are proposed. ---- */

static struct orders_op
op_of(const struct order_step *step, const struct world *w)
{
	struct orders_op op = { step->kind, step->change, step->node };

	if (op.kind == ORDER_SIGN_TOKEN)
		op.node = orders_knows_new(w) ? 1 : 0;
	return op;
}

/* Plays the order: all phones that there may be live on, and it ends well. */
static void
play(const struct scene *s, unsigned seed, const struct order *o,
    struct counts *n)
{
	struct orders_op ops[256];
	enum orders_result r;
	struct world w;
	size_t i;

	assert_true(o->num <= NUM(ops));
	orders_begin(s, &w);
	for (i = 0; i < o->num; i++) {
		ops[i] = op_of(&o->step[i], &w);
		r = orders_apply(s, &w, ops[i]);
		if (r != ORDERS_FINE)
			fail_msg("%s: step %zu of a proposed order: %s %s",
			    scene_text(s, seed, ops, i + 1), i + 1,
			    r == ORDERS_CANNOT ? "nobody can" : "breaks",
			    r == ORDERS_BREAKS ? w.why : "");
		n->steps++;
		n->through += o->step[i].through_tvs != 0 ? 1 : 0;
	}
	if (!orders_is_goal(s, &w))
		fail_msg("%s: a proposed order does not end it",
		    scene_text(s, seed, ops, o->num));
}

/* ---- Exhaustive search. ---- */

struct visited {
	uint64_t (*slot)[2];
	size_t cap, num;
};

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h ^= v + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2);
	return h * 0xff51afd7ed558ccdu;
}

/* What the future of W depends on. */
static void
digest(const struct world *w, uint64_t ret[2])
{
	const struct cluster *c = &w->c;
	uint64_t h = 1, g = 2, v, held[2] = { 0, 0 };
	size_t i, k;

	h = mix(h, c->release);
	h = mix(h, c->num_tokens * 8 + c->token[0]);
	h = mix(h, w->made * 65536ull + w->changed);
	h = mix(h, w->servers * 2ull + w->unproven);
	for (i = 0; i < c->num_uploads; i++)
		held[0] += mix(mix(7, c->upload[i].kind),
		    c->upload[i].node * 256ull + c->upload[i].generation);
	for (i = 0; i < c->num_nodes; i++) {
		for (k = 0; k < SHELF_NUM_KINDS; k++)
			h = mix(h,
			    c->node[i].disk[k] * 256ull + c->node[i].served[k]);
		h = mix(h, c->node[i].moved * 2ull + c->node[i].announced);
		h = mix(h, c->node[i].ctl->number);
		g = mix(g, h);
	}
	for (i = 0; i < w->num; i++) {
		v = mix((uint64_t)(w->held[i].sort - labs_sorts),
		    w->held[i].tftp * 16ull + w->held[i].tvs);
		v = mix(v, w->held[i].ctl->number);
		v = mix(v, w->held[i].itl == NULL ? 0 : w->held[i].itl->number);
		held[0] += v;
		held[1] += mix(v, 3);
	}
	ret[0] = mix(h, held[0]) | 1;
	ret[1] = mix(g, held[1]);
}

/* False where W was there before. */
static bool
visit(struct visited *v, const struct world *w)
{
	uint64_t key[2];
	size_t at;

	digest(w, key);
	for (at = key[1] % v->cap; v->slot[at][0] != 0; at = (at + 1) % v->cap)
		if (v->slot[at][0] == key[0] && v->slot[at][1] == key[1])
			return false;
	v->slot[at][0] = key[0];
	v->slot[at][1] = key[1];
	v->num++;
	return true;
}

/* Restarts of all nodes that show what W changes. */
static size_t
put_restarts(const struct scene *s, const struct order_wish *w,
    struct orders_op *ops, size_t num)
{
	size_t i;

	for (i = 0; i < s->in.num_nodes; i++)
		if ((orders_reach(s, w->change, w->node) >> i & 1) != 0)
			ops[num++] = (struct orders_op){ ORDER_RESTART,
				w->change, i };
	return num;
}

/* Everything that anybody might do. */
static size_t
list_ops(const struct scene *s, struct orders_op ops[MAX_OPS])
{
	static const enum order_kind makers[] = { ORDER_UPDATE_CTL,
		ORDER_LOCALKEY, ORDER_SIGN_TOKEN };
	static const enum order_change changes[] = { ORDER_CALLMANAGER,
		ORDER_CALLMANAGER_ECDSA, ORDER_CAPF, ORDER_TVS };
	size_t i, k, num = 0;

	for (i = 0; i < s->in.num_wishes; i++)
		ops[num++] = (struct orders_op){ ORDER_RENEW, s->wish[i].change,
			s->wish[i].node };
	for (i = 0; i < NUM(makers); i++)
		ops[num++] = (struct orders_op){ makers[i], ORDER_NUM_CHANGES,
			0 };
	ops[num++] = (struct orders_op){ ORDER_SIGN_TOKEN, ORDER_NUM_CHANGES,
		1 };
	ops[num++] = (struct orders_op){ ORDER_TRUST_UPLOAD, ORDER_TO_TOKEN,
		0 };
	ops[num++] = (struct orders_op){ ORDER_TRUST_UPLOAD, ORDER_ITLRECOVERY,
		0 };
	for (k = 0; k < s->in.num_nodes; k++)
		ops[num++] = (struct orders_op){ ORDER_TRUST_UPLOAD,
			ORDER_CALLMANAGER, k };
	for (i = 0; i < s->in.num_wishes; i++)
		for (k = 0; k < NUM(changes); k++)
			if (s->wish[i].change == changes[k])
				num = put_restarts(s, &s->wish[i], ops, num);
	for (i = 0; i < s->in.num_wishes; i++)
		if (s->wish[i].change == ORDER_TOMCAT ||
		    s->wish[i].change == ORDER_IPSEC)
			ops[num++] = (struct orders_op){ ORDER_RESTART,
				s->wish[i].change, s->wish[i].node };
	ops[num++] = (struct orders_op){ ORDER_FETCH, ORDER_NUM_CHANGES, 0 };
	return num;
}

struct search {
	const struct scene *s;
	struct visited v;
	struct world *stack;
	size_t num, cap;
	bool found, open; /* it was cut short */
};

static void
push(struct search *q, const struct world *w)
{
	if (!visit(&q->v, w))
		return;
	if (orders_is_goal(q->s, w)) {
		q->found = true;
		return;
	}
	if (q->num == q->cap) {
		q->cap = q->cap * 2 + 16;
		q->stack = realloc(q->stack, q->cap * sizeof(*q->stack));
		assert_non_null(q->stack);
	}
	q->stack[q->num++] = *w;
}

/* All that can be reached, until the goal is. */
static void
search(struct search *q)
{
	struct orders_op ops[MAX_OPS];
	size_t i, num = list_ops(q->s, ops);
	struct world now, next;

	orders_begin(q->s, &now);
	push(q, &now);
	while (q->num > 0 && !q->found) {
		now = q->stack[--q->num];
		if (q->v.num > MAX_STATES) {
			q->open = true;
			return;
		}
		for (i = 0; i < num && !q->found; i++) {
			next = now;
			if (orders_apply(q->s, &next, ops[i]) == ORDERS_FINE)
				push(q, &next);
		}
	}
}

static void
confirm(const struct scene *s, unsigned seed, struct counts *n)
{
	struct search q = { .s = s, .v.cap = MAX_SLOTS };

	q.v.slot = calloc(q.v.cap, sizeof(*q.v.slot));
	assert_non_null(q.v.slot);
	search(&q);
	n->states += q.v.num;
	n->confirmed += q.open || q.found ? 0 : 1;
	n->open += q.open ? 1 : 0;
	free(q.v.slot);
	free(q.stack);
	if (q.found)
		fail_msg("%s: is possible", scene_text(s, seed, NULL, 0));
}

/* ---- Both. ---- */

static void
find(struct scene *s, unsigned seed, struct counts *n, bool exhaustive)
{
	struct order o;
	struct diag d;
	bool helped;
	unsigned helps;

	if (order_find(&s->in, &o, &d) != ERR_OK)
		fail_msg("%s: %s", scene_text(s, seed, NULL, 0), d.msg);
	n->possible += o.possible ? 1 : 0;
	n->impossible += o.possible ? 0 : 1;
	helped = o.helped;
	helps = o.helps;
	if (o.possible)
		play(s, seed, &o, n);
	else if (exhaustive)
		confirm(s, seed, n);
	if (!o.possible && helped) {
		n->helped++;
		s->in.helps |= helps;
		play(s, seed, &o, n);
	}
	order_clear(&o);
}

/* Steps, as both know them. */
struct steps {
	struct orders_op op[32];
	struct order_step step[32];
	size_t num;
};

/* Made and served are one step here: for the lab a node that has moved is
 * there; and order_check() takes TVS for changed when it is renewed, the lab
 * when it is restarted. */
static bool
is_at_once(struct orders_op op)
{
	return op.kind == ORDER_RENEW &&
	    (op.change == ORDER_ADDRESS || op.change == ORDER_TVS);
}

static struct orders_op
restart_of(struct orders_op op)
{
	op.kind = ORDER_RESTART;
	return op;
}

static void
put_step(struct steps *t, struct orders_op op)
{
	t->op[t->num] = op;
	memset(&t->step[t->num], 0, sizeof(t->step[t->num]));
	t->step[t->num].kind = op.kind;
	t->step[t->num].change = op.change;
	t->step[t->num].node = op.kind == ORDER_SIGN_TOKEN ? 0 : op.node;
	t->num++;
	if (is_at_once(op))
		put_step(t, restart_of(op));
}

/* OP in W by both, which agree; false: nobody keeps it. */
static bool
check_step(const struct scene *s, unsigned seed, struct steps *t,
    struct world *w, struct counts *n)
{
	const size_t before = t->num;
	struct world next = *w;
	struct orders_op op = t->op[before];
	enum orders_result r;
	struct diag d;
	enum err err;

	if (op.kind == ORDER_SIGN_TOKEN)
		op.node = orders_knows_new(w) ? 1 : 0;
	r = orders_apply(s, &next, op);
	if (r == ORDERS_FINE && is_at_once(op))
		r = orders_apply(s, &next, restart_of(op));
	if (r == ORDERS_CANNOT)
		return false;
	put_step(t, op);
	err = order_check(&s->in, t->step, t->num, &d);
	/* there a phone may have a new list and its old ITL; here it fetches
	 * both */
	if (err == ERR_POLICY && (next.changed >> ORDER_TVS & 1) != 0)
		err = ERR_USAGE;
	if (err != ERR_USAGE) /* else nobody may do that, there */
		n->checks++;
	if (err != ERR_USAGE &&
	    (err == ERR_OK || err == ERR_ABSENT) != (r == ORDERS_FINE))
		fail_msg("%s: the lab %s %s, order_check() %s: %s",
		    scene_text(s, seed, t->op, t->num),
		    r == ORDERS_FINE ? "is fine" : "breaks",
		    r == ORDERS_FINE ? "" : next.why, diag_err_name(err),
		    err == ERR_OK ? "" : d.msg);
	n->breaks += err == ERR_POLICY ? 1 : 0;
	if (r != ORDERS_FINE || err == ERR_USAGE) {
		t->num = before;
		return false;
	}
	*w = next;
	return true;
}

/* Random steps: both break at the same one. What breaks is left out. */
static void
check(const struct scene *s, unsigned seed, unsigned *random, struct counts *n)
{
	struct orders_op ops[MAX_OPS];
	struct steps t = { .num = 0 };
	size_t i, all = list_ops(s, ops);
	struct world w;

	orders_begin(s, &w);
	for (i = 0; i < 60 && t.num + 3 < NUM(t.op); i++) {
		t.op[t.num] = ops[draw(random, (unsigned)all)];
		(void)check_step(s, seed, &t, &w, n);
	}
}

/* ---- Published stories, asked of order_find(). ---- */

struct tale {
	const char *source;
	unsigned release;
	size_t nodes, tokens;
	struct order_wish wish[3];
	size_t num_wishes;
	bool served; /* a CTL was made of what is done */
	bool old;    /* phones without TVS alone; else with it alone */
	unsigned helps;
	bool possible;
};

#define LOCALKEY (1u << ORDER_HELP_LOCALKEY)
#define UPLOAD (1u << ORDER_HELP_UPLOAD)
#define SECOND (1u << ORDER_HELP_SECOND_SAST)

static const struct tale tales[] = {
	/* a token list of 10.5 turned tokenless */
	{ "118893", 1050, 2, 2, { { ORDER_TO_TOKENLESS, 0, false } }, 1, false,
	    true, 0, false },
	{ "118893", 1050, 2, 2, { { ORDER_TO_TOKENLESS, 0, false } }, 1, false,
	    false, 0, true },
	/* CallManager and ITLRecovery both renewed, and the CTL with them */
	{ "FN70613", 1250, 1, 0,
	    { { ORDER_CALLMANAGER, 0, true }, { ORDER_ITLRECOVERY, 0, true } },
	    2, true, true, LOCALKEY | UPLOAD, false },
	{ "SG15-cert", 1250, 1, 0,
	    { { ORDER_CALLMANAGER, 0, false },
		{ ORDER_ITLRECOVERY, 0, false } },
	    2, false, true, LOCALKEY, true },
	{ "214231", 1250, 1, 0, { { ORDER_ITLRECOVERY, 0, false } }, 1, false,
	    true, 0, false },
	/* TVS and CallManager together, where that signs */
	{ "217138", 1150, 1, 0,
	    { { ORDER_CALLMANAGER, 0, true }, { ORDER_TVS, 0, true } }, 2, true,
	    false, 0, false },
	{ "217138", 1150, 1, 0,
	    { { ORDER_CALLMANAGER, 0, false }, { ORDER_TVS, 0, false } }, 2,
	    false, false, 0, true },
	/* the address of a TFTP node */
	{ "IPCHG", 1250, 2, 0, { { ORDER_ADDRESS, 0, false } }, 1, false, false,
	    0, false },
	{ "IPCHG", 1250, 2, 2, { { ORDER_ADDRESS, 0, false } }, 1, false, false,
	    0, true },
	/* without tokens, and with them */
	{ "118893", 1150, 1, 0, { { ORDER_TO_TOKEN, 0, false } }, 1, false,
	    false, 0, false },
	{ "118893", 1150, 1, 0, { { ORDER_TO_TOKEN, 0, false } }, 1, false,
	    false, UPLOAD, true },
	/* the signer changes with the release */
	{ "SG12.5", 1150, 2, 0, { { ORDER_UPGRADE, 0, false } }, 1, false, true,
	    0, true },
};

static void
put_tale(const struct tale *t, struct scene *s)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	labs_cluster(&s->before, t->release, t->nodes, t->tokens);
	memcpy(s->wish, t->wish, sizeof(t->wish));
	s->sort[LABS_SBD] = !t->old;
	s->sort[LABS_7940] = t->old;
	put_nodes(s);
	s->now = s->before;
	for (i = 0; i < t->num_wishes; i++)
		if (t->wish[i].done)
			LABS_OK(cluster_renew(&s->now,
			    orders_kind(t->wish[i].change), 0, NULL));
	cluster_restart(&s->now, 0);
	if (t->served)
		LABS_OK(cluster_update_ctl(&s->now, NULL));
	s->in = (struct order_input){ .installed = seen_file(
					  s->before.node[0].ctl),
		.served = t->served ? seen_file(s->now.node[0].ctl) : NULL,
		.release = t->release,
		.upgrade_to = 1200,
		.tokens = t->tokens,
		.nodes = s->node,
		.num_nodes = t->nodes,
		.wishes = s->wish,
		.num_wishes = t->num_wishes,
		.classes = 1u << (t->old ? CLASS_NO_TVS : CLASS_TVS),
		.helps = t->helps };
	s->in.new_tokens = orders_wants(s, ORDER_TO_TOKEN) ? 2 : 0;
}

static void
test_tales(void **state)
{
	struct counts n = { 0 };
	struct scene s;
	unsigned i;

	for (i = 0; i < NUM(tales); i++) {
		n.possible = 0;
		put_tale(&tales[i], &s);
		find(&s, i, &n, true);
		if ((n.possible == 1) != tales[i].possible)
			fail_msg("%s, number %u: %s", tales[i].source, i,
			    scene_text(&s, i, NULL, 0));
	}
	assert_int_equal(n.open, 0);
}

/* TVS has CallManager as it is now: a list by the old one, which phones have
 * not fetched yet, is nobody's once that is renewed. */
static void
test_replaced(void **state)
{
	static const struct tale tale = { "118893", 1050, 1, 2,
		{ { ORDER_TO_TOKENLESS, 0, false },
		    { ORDER_CALLMANAGER, 0, false } },
		2, false, false, 0, true };
	struct steps t = { .num = 0 };
	struct counts n = { 0 };
	struct scene s;
	struct world w;

	put_tale(&tale, &s);
	orders_begin(&s, &w);
	t.op[0] = (struct orders_op){ ORDER_UPDATE_CTL, ORDER_NUM_CHANGES, 0 };
	assert_true(check_step(&s, 0, &t, &w, &n));
	t.op[1] = (struct orders_op){ ORDER_RENEW, ORDER_CALLMANAGER, 0 };
	assert_false(check_step(&s, 0, &t, &w, &n));
	assert_int_equal(n.breaks, 1);
}

static unsigned
number_of(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : (unsigned)strtoul(text, NULL, 10);
}

static void
test_checks(void **state)
{
	unsigned seed = number_of("ORDERS_SEED", (unsigned)getpid() * 1000u),
		 rounds = number_of("ORDERS_ROUNDS", test_rounds(300)), i,
		 random;
	struct counts n = { 0 };
	struct scene s;

	print_message("ORDERS_SEED=%u ORDERS_ROUNDS=%u\n", seed, rounds);
	for (i = 0; i < rounds; i++) {
		random = seed + i;
		draw_scene(&s, &random, 3, 4);
		if (s.in.num_wishes > 0)
			check(&s, seed + i, &random, &n);
	}
	print_message("%zu checks, %zu break\n", n.checks, n.breaks);
	if (rounds >= 100)
		assert_true(n.checks > 1000 && n.breaks > 300);
}

static void
test_orders(void **state)
{
	unsigned seed = number_of("ORDERS_SEED", (unsigned)getpid() * 1000u),
		 rounds = number_of("ORDERS_ROUNDS", test_rounds(300)), i,
		 random;
	struct counts n = { 0 };
	struct scene s;

	print_message("ORDERS_SEED=%u ORDERS_ROUNDS=%u\n", seed, rounds);
	for (i = 0; i < rounds; i++) {
		random = seed + i;
		draw_scene(&s, &random, 3, 5);
		if (s.in.num_wishes > 0)
			find(&s, seed + i, &n, false);
	}
	print_message("possible %zu, impossible %zu (with help %zu); %zu "
		      "steps, %zu of them through TVS\n",
	    n.possible, n.impossible, n.helped, n.steps, n.through);
	if (rounds >= 100)
		assert_true(n.possible > 50 && n.impossible > 20 &&
		    n.helped > 5 && n.through > 5);
}

static void
test_impossible(void **state)
{
	unsigned seed = number_of("ORDERS_SEED", (unsigned)getpid() * 1000u),
		 rounds = number_of("ORDERS_ROUNDS", test_rounds(120)), i,
		 random;
	struct counts n = { 0 };
	struct scene s;

	print_message("ORDERS_SEED=%u ORDERS_ROUNDS=%u\n", seed, rounds);
	for (i = 0; i < rounds; i++) {
		random = seed + i;
		draw_scene(&s, &random, 2, 3);
		if (s.in.num_wishes > 0)
			find(&s, seed + i, &n, true);
	}
	print_message("possible %zu, impossible %zu: confirmed %zu, open %zu, "
		      "%zu states\n",
	    n.possible, n.impossible, n.confirmed, n.open, n.states);
	if (rounds >= 100)
		assert_true(n.confirmed > 2 && n.open * 10 <= n.impossible);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tales),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_impossible),
	};

	return test_run(tests);
}
