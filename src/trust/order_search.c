/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/order_search.h"

#include <stdlib.h>
#include <string.h>

#define BIT(n) ((uint64_t)1 << (n))
#define NOTHING ORDER_NUM_CHANGES

/* A round, or as many alike as a change of all nodes takes. */
struct move {
	uint8_t change; /* enum order_change, or NOTHING */
	uint8_t upload; /* likewise */
	uint8_t list;   /* enum order_kind; ORDER_FETCH: none is made */
	bool rest;      /* of all nodes but the publisher's */
	bool keeps;     /* only if the list keeps all SASTs */
};

struct state {
	struct order_world w;
	size_t from;
	struct move move;
};

struct search {
	struct order_model *m;
	struct order *o; /* dead ends */
	struct state *state;
	size_t num, cap;
	size_t *slot; /* of a hash table: index + 1 */
	size_t num_slots;
	bool loose; /* rounds may be hasty */
	struct diag *d;
};

/* Steps that a move makes; or none are kept. */
struct script {
	struct order_step *step;
	size_t num, cap;
	size_t round;
};

static void
script_clear(struct script *s)
{
	free(s->step);
	*s = (struct script){ .step = NULL };
}

static enum err
script_put(struct script *s, const struct order_step *step, struct diag *d)
{
	size_t cap = s->cap == 0 ? 64 : s->cap * 2;
	void *p;

	if (s->num == s->cap) {
		p = realloc(s->step, cap * sizeof(*s->step));
		if (p == NULL)
			return diag_nomem(d);
		s->step = p;
		s->cap = cap;
	}
	s->step[s->num++] = *step;
	return ERR_OK;
}

/* ---- Dead ends. ---- */

static bool
is_same_end(const struct order_dead_end *a, const struct order_step *s,
    const struct order_fault *f)
{
	return a->step.kind == s->kind && a->step.change == s->change &&
	    strcmp(a->rule, f->rule) == 0;
}

static void
add_dead_end(struct order *o, const struct order_step *s,
    const struct order_fault *f)
{
	struct order_dead_end *end;
	size_t i;

	for (i = 0; i < o->num_dead_ends; i++)
		if (is_same_end(&o->dead_end[i], s, f))
			return;
	if (o->num_dead_ends == ORDER_MAX_DEAD_ENDS)
		return;
	end = &o->dead_end[o->num_dead_ends++];
	*end = (struct order_dead_end){ .step = *s,
		.class = f->class,
		.rule = f->rule,
		.why = f->why };
}

/* ---- A round. ---- */

struct play {
	struct search *s;
	struct order_world *w;
	struct script *script; /* or NULL */
};

/* False where the step cannot be, *E where there is another failure. */
static bool
step(struct play *p, enum order_kind kind, enum order_change change,
    size_t node, enum err *e)
{
	struct order_step s = { .kind = kind,
		.change = change,
		.node = node,
		.round = p->script == NULL ? 0 : p->script->round };
	struct order_fault fault;

	*e = order_world_apply(p->s->m, p->w, &s, &fault, p->s->d);
	if (*e == ERR_POLICY || *e == ERR_USAGE) {
		*e = ERR_OK;
		if (p->script == NULL && !p->s->loose)
			add_dead_end(p->s->o, &s, &fault);
		return false;
	}
	if (*e == ERR_OK && p->script != NULL)
		*e = script_put(p->script, &s, p->s->d);
	return *e == ERR_OK;
}

/* The nodes of which CHANGE is made in the next round: one TFTP server, the
 * publisher first, and all that are none. */
static uint64_t
batch_of(const struct search *s, const struct order_world *w,
    enum order_change change)
{
	const struct order_model *m = s->m;
	uint64_t left = order_world_pending(m, w, change);
	uint64_t ret = 0, servers;
	size_t i;

	if (!order_change_is_each(change) || left == 0)
		return left;
	if (change == ORDER_ADDRESS)
		return left & (~left + 1);
	servers = left & m->tftp;
	ret = left & ~m->tftp;
	if ((servers & BIT(m->publisher)) != 0)
		return ret | BIT(m->publisher);
	/* a certificate that several have is one change */
	for (i = 0; i < m->in->num_nodes; i++)
		if ((servers & BIT(i)) != 0)
			return ret | BIT(i);
	return ret;
}

/* Makes CHANGE, or restarts what reads it. */
static bool
each_of(struct play *p, enum order_kind kind, enum order_change change,
    uint64_t batch, enum err *e)
{
	uint64_t done = 0;
	size_t i;

	for (i = 0; i < p->s->m->in->num_nodes; i++) {
		if ((batch & ~done & BIT(i)) == 0)
			continue;
		if (!step(p, kind, change, i, e))
			return false;
		if (kind == ORDER_RENEW)
			done |= order_world_reach(p->s->m, change, i);
	}
	return true;
}

/* The nodes that show what CHANGE of BATCH made: all that share it. */
static uint64_t
shown_by(const struct play *p, enum order_change change, uint64_t batch)
{
	uint64_t ret = batch;
	size_t i;

	for (i = 0; i < p->s->m->in->num_nodes; i++)
		if ((batch & BIT(i)) != 0)
			ret |= order_world_reach(p->s->m, change, i);
	return ret;
}

/* Uploads to Phone-SAST-trust: of subscribers what signs their ITLs. */
static bool
upload(struct play *p, enum order_change what, enum err *e)
{
	const struct order_model *m = p->s->m;
	uint64_t nodes;

	if (what != ORDER_CALLMANAGER)
		return step(p, ORDER_TRUST_UPLOAD, what, m->publisher, e);
	nodes = m->tftp & ~p->w->uploaded & ~BIT(m->publisher);
	if (order_model_is_shared(m, m->publisher))
		nodes &= (m->multi & BIT(m->publisher)) != 0 ? ~m->multi
							     : nodes;
	return each_of(p, ORDER_TRUST_UPLOAD, what, nodes, e);
}

static bool
play_round(struct play *p, const struct move *mv, enum err *e)
{
	enum order_change c = (enum order_change)mv->change;
	uint64_t batch = mv->change == NOTHING ? 0 : batch_of(p->s, p->w, c);

	if (p->script != NULL)
		p->script->round++;
	if (!each_of(p, ORDER_RENEW, c, batch, e))
		return false;
	if (mv->upload != NOTHING &&
	    !upload(p, (enum order_change)mv->upload, e))
		return false;
	if (mv->list != ORDER_FETCH &&
	    !step(p, (enum order_kind)mv->list, c, p->s->m->publisher, e))
		return false;
	if (mv->change != NOTHING && c != ORDER_UPGRADE &&
	    !each_of(p, ORDER_RESTART, c, shown_by(p, c, batch), e))
		return false;
	return step(p, ORDER_FETCH, c, p->s->m->publisher, e);
}

/* The publisher's CallManager is a move of its own: it signs lists. */
static uint64_t
left_of(const struct search *s, const struct order_world *w,
    const struct move *mv)
{
	uint64_t left;

	if (mv->change == NOTHING)
		return 0;
	left = order_world_pending(s->m, w, (enum order_change)mv->change);
	return mv->change == ORDER_CALLMANAGER && !mv->rest ? 0 : left;
}

static bool
play_move(struct play *p, const struct move *mv, enum err *e)
{
	do {
		if (!play_round(p, mv, e))
			return false;
	} while (left_of(p->s, p->w, mv) != 0);
	return true;
}

/* ---- States. ---- */

static size_t
hash_of(const struct order_world *w)
{
	const uint64_t *p = (const uint64_t *)w;
	uint64_t h = 1;
	size_t i;

	for (i = 0; i < sizeof(*w) / sizeof(*p); i++)
		h = (h ^ p[i]) * 0x9e3779b97f4a7c15u ^ h >> 29;
	return (size_t)(h ^ h >> 32);
}

static size_t *
find_slot(const struct search *s, const struct order_world *w)
{
	size_t i = hash_of(w) & (s->num_slots - 1);

	while (s->slot[i] != 0 &&
	    memcmp(&s->state[s->slot[i] - 1].w, w, sizeof(*w)) != 0)
		i = (i + 1) & (s->num_slots - 1);
	return &s->slot[i];
}

static enum err
rehash(struct search *s)
{
	size_t i, n = s->num_slots == 0 ? 256 : s->num_slots * 2;
	size_t *p = calloc(n, sizeof(*p));

	if (p == NULL)
		return diag_nomem(s->d);
	free(s->slot);
	s->slot = p;
	s->num_slots = n;
	for (i = 0; i < s->num; i++)
		*find_slot(s, &s->state[i].w) = i + 1;
	return ERR_OK;
}

static enum err
grow(struct search *s)
{
	size_t cap = s->cap == 0 ? 64 : s->cap * 2;
	void *p;

	if (s->num == s->cap) {
		p = realloc(s->state, cap * sizeof(*s->state));
		if (p == NULL)
			return diag_nomem(s->d);
		s->state = p;
		s->cap = cap;
	}
	return s->num * 2 >= s->num_slots ? rehash(s) : ERR_OK;
}

/* Adds W where it is new. */
static enum err
add_state(struct search *s, const struct order_world *w, size_t from,
    const struct move *mv)
{
	size_t *slot;
	enum err e;

	if (s->num >= ORDER_MAX_STATES)
		return diag_set(s->d, ERR_TOO_BIG,
		    "more than %d states of the cluster", ORDER_MAX_STATES);
	e = grow(s);
	if (e != ERR_OK || s->slot == NULL || s->state == NULL)
		return e;
	slot = find_slot(s, w);
	if (*slot != 0)
		return ERR_OK;
	s->state[s->num++] = (struct state){ .w = *w,
		.from = from,
		.move = *mv };
	*slot = s->num;
	return ERR_OK;
}

/* ---- Moves. ---- */

/* Lists in the order in which they are tried. */
static const uint8_t lists[] = { ORDER_FETCH, ORDER_UPDATE_CTL,
	ORDER_SIGN_TOKEN, ORDER_LOCALKEY };
#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* Of a list that would turn a token cluster tokenless or back: a round of its
 * own. */
static bool
is_turn(const struct order_world *w, uint8_t list)
{
	return list == ORDER_SIGN_TOKEN ? !w->token_mode
	    : list == ORDER_FETCH       ? false
					: w->token_mode != 0;
}

static bool
is_upload_allowed(const struct search *s, const struct move *mv)
{
	unsigned helps = 1u << ORDER_HELP_UPLOAD |
	    (mv->upload == ORDER_TO_TOKEN ? 1u << ORDER_HELP_SECOND_SAST : 0);

	return (s->m->helps & helps) != 0;
}

/* A round that does more than one thing, or leaves another one half done: not
 * where it can be helped. */
static bool
is_hasty(const struct order_world *w, const struct move *mv)
{
	/* what localkey began is ended by the appliance's own signer */
	if (w->list.maker == MADE_LOCALKEY)
		return mv->change != NOTHING || mv->list != ORDER_UPDATE_CTL;
	if (mv->change == NOTHING)
		return false;
	/* TVS is in no CTL */
	if (mv->change == ORDER_TVS && mv->list != ORDER_FETCH)
		return true;
	if (mv->upload != NOTHING &&
	    (mv->change != ORDER_ITLRECOVERY ||
		mv->upload != ORDER_ITLRECOVERY))
		return true;
	return is_turn(w, mv->list);
}

/* Phones that TVS cannot help fetch its new certificate, and no more. */
static bool
is_healing(const struct search *s, const struct order_world *w)
{
	return !w->fetched && (s->m->in->classes & 1u << CLASS_OTHER_TVS) != 0;
}

/* A round that cannot work, or does nothing: not worth a dead end. */
static bool
is_idle(const struct search *s, const struct order_world *w,
    const struct move *mv)
{
	enum order_change c = (enum order_change)mv->change;
	bool announced = mv->change == ORDER_ADDRESS &&
	    (order_world_pending(s->m, w, c) & ~w->list.announced &
		~s->m->multi) == 0;

	if (mv->list == ORDER_LOCALKEY &&
	    (s->m->helps & 1u << ORDER_HELP_LOCALKEY) == 0)
		return true;
	if (mv->upload != NOTHING && !is_upload_allowed(s, mv))
		return true;
	if (!s->loose && is_hasty(w, mv))
		return true;
	if (mv->list != ORDER_FETCH)
		return false;
	if (mv->change == NOTHING)
		return mv->upload == NOTHING && w->changes == 0 &&
		    w->num_held == 1 && !is_healing(s, w);
	return order_change_is_listed(c) && !announced;
}

/* Tries MV on state FROM. */
static enum err
try_move(struct search *s, size_t from, const struct move *mv, bool *ret_done)
{
	struct order_world w = s->state[from].w;
	struct play p = { .s = s, .w = &w };
	enum err e = ERR_OK;

	*ret_done = false;
	if (is_idle(s, &w, mv) || !play_move(&p, mv, &e))
		return e;
	if (mv->keeps && (s->state[from].w.list.sasts & ~w.list.sasts) != 0)
		return ERR_OK;
	*ret_done = true;
	return add_state(s, &w, from, mv);
}

static enum err
try_lists(struct search *s, size_t from, struct move mv)
{
	static const uint8_t uploads[] = { NOTHING, ORDER_TO_TOKEN,
		ORDER_ITLRECOVERY, ORDER_CALLMANAGER };
	enum err e = ERR_OK;
	size_t i, k;
	bool done;

	for (k = 0; k < NUM(uploads); k++)
		for (i = 0; e == ERR_OK && i < NUM(lists); i++) {
			mv.list = lists[i];
			mv.upload = uploads[k];
			e = try_move(s, from, &mv, &done);
		}
	return e;
}

/* What touches no anchor is done as soon as it can, and nothing else then:
 * afterwards phones hold at least the SASTs that they held. Not under a token:
 * there such a change is what allows a list with more SASTs. */
static enum err
try_quiet(struct search *s, size_t from, bool *ret_done)
{
	static const uint8_t quiet[] = { ORDER_CAPF, ORDER_CALLMANAGER_ECDSA };
	struct move mv = { .upload = NOTHING, .keeps = true };
	enum err e = ERR_OK;
	size_t i, k;

	*ret_done = false;
	if (s->loose || s->state[from].w.token_mode)
		return ERR_OK;
	for (k = 0; k < NUM(quiet); k++) {
		mv.change = quiet[k];
		if (order_world_pending(s->m, &s->state[from].w,
			(enum order_change)quiet[k]) == 0)
			continue;
		for (i = 0; e == ERR_OK && !*ret_done && i < NUM(lists); i++) {
			mv.list = lists[i];
			e = try_move(s, from, &mv, ret_done);
		}
		if (e != ERR_OK || *ret_done)
			return e;
	}
	return e;
}

static enum err
expand(struct search *s, size_t from)
{
	static const struct move moves[] = {
		{ .change = ORDER_CAPF },
		{ .change = ORDER_CALLMANAGER_ECDSA },
		{ .change = ORDER_CALLMANAGER },
		{ .change = ORDER_CALLMANAGER, .rest = true },
		{ .change = ORDER_ITLRECOVERY },
		{ .change = ORDER_UPGRADE },
		{ .change = ORDER_ADDRESS },
		{ .change = ORDER_TVS },
		{ .change = NOTHING },
	};
	const struct order_world *w;
	uint64_t left;
	enum err e;
	bool done;
	size_t i;

	e = try_quiet(s, from, &done);
	for (i = 0; e == ERR_OK && !done && i < NUM(moves); i++) {
		w = &s->state[from].w;
		left = moves[i].change == NOTHING
		    ? 1
		    : order_world_pending(s->m, w,
			  (enum order_change)moves[i].change);
		if (moves[i].change == ORDER_CALLMANAGER &&
		    moves[i].rest == ((left & BIT(s->m->publisher)) != 0))
			continue;
		if (left != 0)
			e = try_lists(s, from, moves[i]);
	}
	return e;
}

/* ---- The result. ---- */

/* What nobody but people at a browser sees comes first, in a round without
 * phones; but last where phones do not take what is served at the beginning.
 * *RET: it is done. */
static enum err
put_unseen(struct search *s, struct order_world *w, struct script *script,
    bool *ret)
{
	static const enum order_change unseen[] = { ORDER_TOMCAT, ORDER_IPSEC };
	const size_t before = script->num;
	struct order_world after = *w;
	struct play p = { .s = s, .w = &after, .script = script };
	enum err e = ERR_OK;
	bool good = true;
	uint64_t left;
	size_t i;

	script->round++;
	for (i = 0; good && i < NUM(unseen); i++) {
		left = order_world_pending(s->m, &after, unseen[i]);
		good = each_of(&p, ORDER_RENEW, unseen[i], left, &e) &&
		    each_of(&p, ORDER_RESTART, unseen[i], left, &e);
	}
	if (!good)
		script->num = before;
	if (script->num == before)
		script->round--;
	if (good)
		*w = after;
	*ret = good;
	return e;
}

/* Plays the moves that led to state LAST, from the beginning, with steps. */
static enum err
write_out(struct search *s, size_t last, struct script *script)
{
	struct order_world w = s->state[0].w;
	struct play p = { .s = s, .w = &w, .script = script };
	size_t *path = calloc(s->num + 1, sizeof(*path));
	size_t i, num = 0;
	bool done = false;
	enum err e;

	if (path == NULL)
		return diag_nomem(s->d);
	for (i = last; i != 0; i = s->state[i].from)
		path[num++] = i;
	e = order_world_init(s->m, &w, s->d);
	if (e == ERR_OK)
		e = put_unseen(s, &w, script, &done);
	while (e == ERR_OK && num > 0)
		(void)play_move(&p, &s->state[path[--num]].move, &e);
	if (e == ERR_OK && !done)
		e = put_unseen(s, &w, script, &done);
	free(path);
	return e;
}

/* As if what phones never see had been done. */
static void
hide_unseen(struct order_model *m, struct order_world *w)
{
	w->disk[ORDER_TOMCAT] = w->runs[ORDER_TOMCAT] = m->wanted[ORDER_TOMCAT];
	w->disk[ORDER_IPSEC] = w->runs[ORDER_IPSEC] = m->wanted[ORDER_IPSEC];
}

static enum err
run(struct search *s, struct script *script)
{
	static const struct move none = { .change = NOTHING };
	struct order_world w;
	enum err e;
	size_t i;

	e = order_world_init(s->m, &w, s->d);
	if (e != ERR_OK)
		return e;
	hide_unseen(s->m, &w);
	e = add_state(s, &w, 0, &none);
	for (i = 0; e == ERR_OK && i < s->num; i++) {
		if (order_world_is_goal(s->m, &s->state[i].w)) {
			s->o->possible = true;
			return write_out(s, i, script);
		}
		e = expand(s, i);
	}
	return e;
}

/* That no token is given, where tokens sign, is what to mend first. */
static bool
is_missing_token(const struct order_model *m, const struct order_dead_end *end)
{
	return m->token_mode && m->in->tokens == 0 &&
	    end->step.kind == ORDER_SIGN_TOKEN &&
	    end->step.change == ORDER_NUM_CHANGES;
}

/* What nobody can do is a reason only where nothing else is. */
static void
drop_excuses(const struct order_model *m, struct order *o)
{
	size_t i, num = 0;

	for (i = 0; i < o->num_dead_ends; i++)
		num += o->dead_end[i].rule[0] != '\0' ? 1 : 0;
	if (num == 0)
		return;
	for (i = 0, num = 0; i < o->num_dead_ends; i++)
		if (o->dead_end[i].rule[0] != '\0' ||
		    is_missing_token(m, &o->dead_end[i]))
			o->dead_end[num++] = o->dead_end[i];
	o->num_dead_ends = num;
}

static void
clear(struct search *s)
{
	free(s->state);
	free(s->slot);
	s->state = NULL;
	s->slot = NULL;
	s->num = s->cap = s->num_slots = 0;
}

enum err
order_search(struct order_model *m, struct order *ret, struct diag *d)
{
	struct search s = { .m = m, .o = ret, .d = d };
	struct script script = { .step = NULL };
	enum err e = run(&s, &script);

	ret->states += s.num;
	if (e == ERR_OK && !ret->possible) {
		clear(&s);
		s.loose = true;
		e = run(&s, &script);
		ret->states += s.num;
	}
	if (e == ERR_OK && ret->possible) {
		ret->step = script.step;
		ret->num = script.num;
		script.step = NULL;
	}
	drop_excuses(m, ret);
	script_clear(&script);
	clear(&s);
	return e;
}
