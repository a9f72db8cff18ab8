/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/order.h"

#include <stdlib.h>
#include <string.h>

#include "trust/order_say.h"
#include "trust/order_search.h"

/* ---- Names. ---- */

#define NAME3(id, name, each) [id] = name,
#define EACH3(id, name, each) [id] = each,
#define NAME2(id, name) [id] = name,

static const char *const change_names[] = { ORDER_CHANGES(NAME3) };

const char *
order_change_name(enum order_change change)
{
	return (unsigned)change < ORDER_NUM_CHANGES ? change_names[change] : "";
}

bool
order_change_is_each(enum order_change change)
{
	static const bool each[] = { ORDER_CHANGES(EACH3) };

	return (unsigned)change < ORDER_NUM_CHANGES && each[change];
}

bool
order_change_of_name(const char *name, enum order_change *ret)
{
	size_t i;

	for (i = 0; i < ORDER_NUM_CHANGES; i++)
		if (strcmp(name, change_names[i]) == 0) {
			*ret = (enum order_change)i;
			return true;
		}
	return false;
}

const char *
order_kind_name(enum order_kind kind)
{
	static const char *const names[] = { ORDER_STEPS(NAME2) };

	return names[kind];
}

const char *
order_help_name(enum order_help help)
{
	static const char *const names[] = { ORDER_HELPS(NAME2) };

	return names[help];
}

/* ---- Finding. ---- */

static void
clear_steps(struct order *o)
{
	free(o->step);
	o->step = NULL;
	o->num = 0;
	o->possible = false;
}

static bool
is_within(unsigned helps, unsigned allowed)
{
	return (helps & ~allowed) == 0;
}

/* Searches with every set of helps that is (ALLOWED) or is not within
 * IN->helps, the cheapest first: fewer, then in the order of ORDER_HELPS. */
static enum err
find_among(struct order_model *m, bool allowed, struct order *o, struct diag *d)
{
	unsigned all = 1u << ORDER_NUM_HELPS, helps;
	int num;
	enum err e = ERR_OK;

	for (num = 0; num <= ORDER_NUM_HELPS && !o->possible; num++)
		for (helps = 0; helps < all && !o->possible; helps++) {
			if (__builtin_popcount(helps) != num ||
			    is_within(helps, m->in->helps) != allowed)
				continue;
			m->helps = helps;
			e = order_search(m, o, d);
			if (e != ERR_OK)
				return e;
			o->helps = o->possible ? helps : 0;
		}
	return e;
}

static enum err
say_steps(struct order_model *m, struct order *o, struct diag *d)
{
	struct order_fault fault;
	struct order_world w;
	enum err e;
	size_t i;

	e = order_world_init(m, &w, d);
	for (i = 0; e == ERR_OK && i < o->num; i++) {
		e = order_world_apply(m, &w, &o->step[i], &fault, d);
		order_say_step(m, &w, &o->step[i]);
	}
	if (e == ERR_OK)
		order_say_agrees(o);
	return e;
}

static enum err
find(struct order_model *m, struct order *o, struct diag *d)
{
	enum err e = find_among(m, true, o, d);
	struct order with = { .possible = false };
	size_t i;

	if (e == ERR_OK && o->possible) {
		o->num_dead_ends = 0;
		return say_steps(m, o, d);
	}
	for (i = 0; i < o->num_dead_ends; i++)
		order_say_dead_end(&o->dead_end[i]);
	if (e != ERR_OK)
		return e;
	e = find_among(m, false, &with, d);
	o->states += with.states;
	o->helped = with.possible;
	o->helps = with.helps;
	o->step = with.step;
	o->num = with.num;
	return e != ERR_OK || !o->helped ? e : say_steps(m, o, d);
}

enum err
order_find(const struct order_input *in, struct order *ret, struct diag *d)
{
	struct order o = { .possible = false };
	struct order_model m = { .in = NULL };
	enum err e;

	diag_init(&o.agrees);
	e = order_model_init(&m, in, d);
	if (e == ERR_OK)
		e = find(&m, &o, d);
	order_model_clear(&m);
	if (e != ERR_OK) {
		clear_steps(&o);
		return e;
	}
	*ret = o;
	return ERR_OK;
}

void
order_clear(struct order *o)
{
	clear_steps(o);
	*o = (struct order){ .possible = false };
}

/* ---- Checking. ---- */

static enum err
check(struct order_model *m, const struct order_step *steps, size_t num,
    struct diag *d)
{
	struct order_fault fault;
	struct order_world w;
	struct order_step s;
	enum err e;
	size_t i;

	e = order_world_init(m, &w, d);
	for (i = 0; e == ERR_OK && i < num; i++) {
		s = steps[i];
		e = order_world_apply(m, &w, &s, &fault, d);
		if (e == ERR_POLICY || e == ERR_USAGE)
			return diag_set(d, e, "step %zu, %s: %s%s%s", i + 1,
			    order_kind_name(s.kind), fault.rule,
			    fault.rule[0] == '\0' ? "" : ": ", fault.why.msg);
	}
	if (e != ERR_OK || order_world_is_goal(m, &w))
		return e;
	return diag_set(d, ERR_ABSENT,
	    "no step breaks anything, but not all that is wanted is done and "
	    "with the phones");
}

enum err
order_check(const struct order_input *in, const struct order_step *steps,
    size_t num, struct diag *d)
{
	struct order_model m = { .in = NULL };
	enum err e = order_model_init(&m, in, d);

	if (e == ERR_OK)
		e = check(&m, steps, num, d);
	order_model_clear(&m);
	return e;
}
