/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether there is an order, a second time: every step after every step, one
 * by one, without the rounds and the reductions of the search. On small
 * clusters both must agree.
 */
#include "../unit/test.h"

#include "../unit/lists.h"
#include "../unit/orders.h"
#include "trust/order_world.h"

#define MAX_WORLDS ((size_t)40000)
#define NUM(array) (sizeof(array) / sizeof((array)[0]))

struct all {
	struct order_model m;
	struct order_world *w;
	size_t num;
	size_t *slot;
	bool goal;
};

static uint64_t
hash(const struct order_world *w)
{
	const uint8_t *p = (const uint8_t *)w;
	uint64_t h = 14695981039346656037u;
	size_t i;

	for (i = 0; i < sizeof(*w); i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

/* The order in which lists came does not matter. */
static void
sort(uint64_t *held, uint64_t num)
{
	uint64_t i, k, t;

	for (i = 0; i < num; i++)
		for (k = i + 1; k < num; k++)
			if (held[k] < held[i]) {
				t = held[i];
				held[i] = held[k];
				held[k] = t;
			}
}

static bool
add(struct all *a, struct order_world *w)
{
	size_t i;

	sort(w->held, w->num_held);
	sort(w->off, w->num_off);
	i = hash(w) % (2 * MAX_WORLDS);
	while (a->slot[i] != 0 &&
	    memcmp(&a->w[a->slot[i] - 1], w, sizeof(*w)) != 0)
		i = (i + 1) % (2 * MAX_WORLDS);
	if (a->slot[i] != 0)
		return true;
	if (a->num == MAX_WORLDS)
		return false;
	a->w[a->num++] = *w;
	a->slot[i] = a->num;
	return true;
}

static bool
try_step(struct all *a, size_t from, enum order_kind kind,
    enum order_change change, size_t node)
{
	struct order_step s = { .kind = kind, .change = change, .node = node };
	struct order_world w = a->w[from];
	struct order_fault fault;
	struct diag d;
	enum err e = order_world_apply(&a->m, &w, &s, &fault, &d);

	if (e == ERR_POLICY || e == ERR_USAGE)
		return true;
	if (e != ERR_OK)
		fail_msg("%s", d.msg);
	return add(a, &w);
}

static bool
expand(struct all *a, size_t from)
{
	static const enum order_kind lists[] = { ORDER_UPDATE_CTL,
		ORDER_LOCALKEY, ORDER_SIGN_TOKEN, ORDER_FETCH };
	size_t c, n, i;
	bool ok = true;

	for (c = 0; c < ORDER_NUM_CHANGES; c++)
		for (n = 0; n < a->m.in->num_nodes; n++) {
			ok = ok &&
			    try_step(a, from, ORDER_RENEW, (enum order_change)c,
				n);
			ok = ok &&
			    try_step(a, from, ORDER_RESTART,
				(enum order_change)c, n);
			if (c == ORDER_CALLMANAGER || n == 0)
				ok = ok &&
				    try_step(a, from, ORDER_TRUST_UPLOAD,
					(enum order_change)c, n);
		}
	for (i = 0; i < NUM(lists); i++)
		ok = ok && try_step(a, from, lists[i], ORDER_NUM_CHANGES, 0);
	return ok;
}

/* False where there is too much of it. */
static bool
search_all(struct all *a, const struct order_input *in)
{
	struct order_world w;
	struct diag d;
	size_t i;
	bool ok;

	if (order_model_init(&a->m, in, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	assert_int_equal(order_world_init(&a->m, &w, &d), ERR_OK);
	ok = add(a, &w);
	for (i = 0; ok && !a->goal && i < a->num; i++) {
		a->goal = order_world_is_goal(&a->m, &a->w[i]);
		ok = a->goal || expand(a, i);
	}
	return ok;
}

static unsigned
pick(uint64_t *seed, unsigned n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*seed >> 33) % n;
}

static void
make_wishes(struct orders_case *c, uint64_t *seed)
{
	uint64_t used = 0, bit;
	struct order_wish w;
	size_t i, n = 1 + pick(seed, 3);

	c->in.num_wishes = 0;
	for (i = 0; i < n; i++) {
		w.change = (enum order_change)pick(seed, ORDER_NUM_CHANGES);
		w.node = order_change_is_each(w.change)
		    ? pick(seed, (unsigned)c->in.num_nodes)
		    : 0;
		w.done = pick(seed, 4) == 0 && w.change < ORDER_TO_TOKENLESS &&
		    !(w.change == ORDER_ADDRESS);
		bit = (uint64_t)1 << ((size_t)3 * w.change + w.node);
		if ((used & bit) == 0)
			c->wishes[c->in.num_wishes++] = w;
		used |= bit;
		if (w.change == ORDER_TO_TOKENLESS ||
		    w.change == ORDER_TO_TOKEN)
			used |= (uint64_t)1 << 3 * ORDER_TO_TOKENLESS |
			    (uint64_t)1 << 3 * ORDER_TO_TOKEN;
	}
}

static void
make_case(struct orders_case *c, struct made *lists, uint64_t *seed)
{
	static const unsigned releases[] = { 910, 1051, 1052, 1150, 1250 };
	static const unsigned classes[] = { ORDERS_BOTH, ORDERS_TVS,
		ORDERS_NO_TVS, 1u << CLASS_OTHER_TVS, 1u << CLASS_SWITCHED_OFF,
		1u << CLASS_TWO_SAST | 1u << CLASS_NEW };
	enum orders_nodes nodes = (enum orders_nodes)pick(seed, 3);

	memset(c, 0, sizeof(*c));
	c->in.release = releases[pick(seed, NUM(releases))];
	c->in.upgrade_to = 1400;
	c->in.tokens = (size_t)pick(seed, 2) * 2;
	c->in.new_tokens = 2;
	c->in.nodes = orders_nodes[nodes];
	c->in.num_nodes = nodes == ORDERS_ONE ? 1 : 2;
	c->in.classes = classes[pick(seed, NUM(classes))];
	c->in.helps = pick(seed, 8);
	c->in.cache_counts = pick(seed, 4) == 0;
	c->in.installed = lists[pick(seed, 5)].f;
	c->in.wishes = c->wishes;
	make_wishes(c, seed);
}

static void
print_case(const struct orders_case *c)
{
	size_t i;

	print_message("release %u, tokens %zu, nodes %zu%s, classes %x, helps "
		      "%x, cache %d, list signed by %zu of %zu:",
	    c->in.release, c->in.tokens, c->in.num_nodes,
	    c->in.nodes[0].multi_san ? " (one certificate)" : "", c->in.classes,
	    c->in.helps, c->in.cache_counts, ctl_signer_record(c->in.installed),
	    ctl_num_records(c->in.installed));
	for (i = 0; i < c->in.num_wishes; i++)
		print_message(" %s%s@%zu", c->wishes[i].done ? "!" : "",
		    order_change_name(c->wishes[i].change), c->wishes[i].node);
	print_message("\n");
}

static unsigned num_possible, num_impossible, num_left;

static void
compare(struct orders_case *c, uint64_t seed)
{
	struct all a = { .goal = false };
	struct order o;
	struct diag d;

	if (order_find(&c->in, &o, &d) != ERR_OK)
		fail_msg("seed %llu: %s", (unsigned long long)seed, d.msg);
	if (o.possible && order_check(&c->in, o.step, o.num, &d) != ERR_OK)
		fail_msg("seed %llu: %s", (unsigned long long)seed, d.msg);
	a.w = calloc(MAX_WORLDS, sizeof(*a.w));
	a.slot = calloc(2 * MAX_WORLDS, sizeof(*a.slot));
	assert_non_null(a.w);
	assert_non_null(a.slot);
	if (!search_all(&a, &c->in)) {
		num_left++;
	} else if (a.goal != o.possible) {
		print_case(c);
		fail_msg("seed %llu: %s, but every step after every step "
			 "says otherwise",
		    (unsigned long long)seed,
		    o.possible ? "possible" : "impossible");
	}
	num_possible += o.possible ? 1 : 0;
	num_impossible += o.possible ? 0 : 1;
	order_model_clear(&a.m);
	free(a.w);
	free(a.slot);
	order_clear(&o);
}

static void
test_all(void **state)
{
	static const char *const words[] = { ORDERS_TOKENLESS,
		ORDERS_CALLMANAGER, ORDERS_OLD, ORDERS_TOKEN,
		ORDERS_OLD_TOKEN };
	const char *given = getenv("SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : 1, at;
	unsigned i, rounds = test_rounds(50);
	struct orders_case c;
	struct made lists[NUM(words)];

	for (i = 0; i < NUM(words); i++)
		made_of(&lists[i], words[i], 1);
	for (i = 0; i < rounds; i++) {
		at = seed++;
		(void)pick(&at, 2);
		make_case(&c, lists, &at);
		compare(&c, seed - 1);
	}
	print_message("%u possible, %u not, %u too large\n", num_possible,
	    num_impossible, num_left);
	assert_true(num_possible > 0);
	assert_true(num_impossible > 0);
	assert_true(num_left * 10 < rounds);
	for (i = 0; i < NUM(words); i++)
		made_clear(&lists[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
	};

	return test_run(tests);
}
