/* SPDX-License-Identifier: Apache-2.0 */
/* What a change leaves behind: docs/trust.md. */
#include <string.h>

#include "trust/match.h"
#include "trust/server.h"
#include "trust/signer.h"
#include "trust/trust.h"

struct work {
	const struct trust_change *change;
	struct sides sides;
	struct trust_effect *ret;
};

/* How many SASTs of A are in B. */
static size_t
count_shared(const struct side *a, const struct side *b)
{
	size_t i, n = 0;

	for (i = 0; i < a->sasts.num; i++)
		if (match_index_has(&b->sasts, &a->sasts.key[i]))
			n++;
	return n;
}

static struct diag *
lose(struct work *w, enum trust_loss loss)
{
	w->ret->losses |= 1u << loss;
	return &w->ret->why[loss];
}

static void
look_for_signer(struct work *w)
{
	struct trust_phone phone = { .installed = w->sides.old.f };
	struct trust_effect *ret = w->ret;

	trust_judge(&phone, w->sides.new.f, &ret->judgement);
	if (ret->judgement.verdict == TRUST_REFUSES)
		*lose(w, TRUST_LOSS_SIGNER) = ret->judgement.why;
}

static void
look_for_shared(struct work *w)
{
	struct trust_effect *ret = w->ret;

	ret->shared = count_shared(&w->sides.old, &w->sides.new);
	ret->removed = w->sides.old.sasts.num - ret->shared;
	ret->added = w->sides.new.sasts.num -
	    count_shared(&w->sides.new, &w->sides.old);
	if (ret->shared > 0)
		return;
	(void)diag_set(lose(w, TRUST_LOSS_ALL_SAST), ERR_POLICY,
	    "the new list has no SAST of the old one, so phones that miss it "
	    "take nothing that comes after it; keep one, and let it go with "
	    "the next list");
}

/* The first SAST of S, by its record, whose key is known to be held; 0: none.
 */
static size_t
find_held(const struct work *w, const struct side *s)
{
	const struct trust_change *c = w->change;
	size_t i, record, first = 0;

	for (i = 0; i < s->sasts.num; i++) {
		record = s->sasts.key[i].record;
		if (first != 0 && record > first)
			continue;
		if (server_owner(&w->sides, s->f, record) !=
			TRUST_OWNER_TOKEN ||
		    (c->held != NULL && c->held(c->arg, s->f, record)))
			first = record;
	}
	return first;
}

static void
look_for_held(struct work *w)
{
	size_t record = find_held(w, &w->sides.old);

	if (record == 0 || find_held(w, &w->sides.new) != 0)
		return;
	(void)diag_set(lose(w, TRUST_LOSS_LAST_HELD), ERR_POLICY,
	    "of no SAST of the new list is it known who holds its key, while "
	    "%s holds that of %s of the old one; keep that record, or "
	    "add a SAST whose token is in the inventory",
	    server_owner(&w->sides, w->sides.old.f, record) == TRUST_OWNER_TOKEN
		? "a token"
		: "the publisher",
	    signer_record_text(w->sides.old.f, record).text);
}

static bool
is_signed_by_token(const struct work *w, const struct side *s)
{
	size_t signer = ctl_signer_record(s->f);

	return signer != 0 &&
	    server_owner(&w->sides, s->f, signer) == TRUST_OWNER_TOKEN;
}

static enum err
look_for_server(struct work *w, enum trust_owner owner, const char *name,
    struct diag *d)
{
	struct server_loss loss;
	enum err e;

	if (!is_signed_by_token(w, &w->sides.old) &&
	    !is_signed_by_token(w, &w->sides.new))
		return ERR_OK;
	e = server_look(&w->sides, owner, &loss, d);
	if (e != ERR_OK)
		return e;
	if (loss.gone != 0)
		(void)diag_set(lose(w, TRUST_LOSS_SERVER_SAST), ERR_POLICY,
		    "the new list lacks %s of the old one, the SAST of %s, so "
		    "phones may refuse the appliance's own next update; keep "
		    "that record, or add the new certificate of %s of that "
		    "server as SAST",
		    signer_record_text(w->sides.old.f, loss.gone).text, name,
		    name);
	if (loss.untied != 0)
		(void)diag_set(&w->ret->untied, ERR_POLICY,
		    "%s of the old list, the SAST of %s, stays, but no server "
		    "of the new one has its key, so later changes may take it "
		    "for an administrator's; if the server has a new "
		    "certificate, add that as SAST, or phones may refuse the "
		    "appliance's own next update",
		    signer_record_text(w->sides.old.f, loss.untied).text, name);
	return ERR_OK;
}

/* docs/trust.md, "Phones that were off". */
static void
look_for_late(struct work *w)
{
	struct trust_names before = signer_of_header(w->sides.old.f);
	struct trust_names now = signer_of_header(w->sides.new.f);
	struct signer_text who = signer_text(w->sides.new.f);
	struct trust_effect *ret = w->ret;

	ret->strands_late = true;
	if (signer_is(before, now) && ret->removed > 0)
		(void)diag_set(&ret->late, ERR_POLICY,
		    "phones that missed the old list take the new one as they "
		    "would have taken the old one, by its signer, %s; those "
		    "that hold only SASTs that have gone are left behind, "
		    "unless the lists in between are served to them first",
		    who.text);
	else if (signer_is(before, now))
		ret->strands_late = false;
	else if (signer_find(w->sides.new.f, before) != 0)
		(void)diag_set(&ret->late, ERR_POLICY,
		    "phones that missed the old list take the new one only if "
		    "they hold its signer, %s, as SAST; for the others sign "
		    "it with the key that signed the old one",
		    who.text);
	else
		(void)diag_set(&ret->late, ERR_POLICY,
		    "phones that missed the old list take the new one only if "
		    "they hold its signer, %s, as SAST; the others are left "
		    "behind, unless the old list is served to them first",
		    who.text);
}

enum err
trust_effect(const struct trust_change *change, struct trust_effect *ret,
    struct diag *d)
{
	struct trust_effect effect;
	struct work w = { .change = change, .ret = &effect };
	enum err e;
	size_t i;

	memset(&effect, 0, sizeof(effect));
	for (i = 0; i < TRUST_NUM_LOSSES; i++)
		diag_init(&effect.why[i]);
	diag_init(&effect.late);
	diag_init(&effect.untied);
	e = server_sides_fill(change->old, change->new, &w.sides, d);
	if (e != ERR_OK)
		goto out;
	look_for_signer(&w);
	look_for_shared(&w);
	look_for_held(&w);
	e = look_for_server(&w, TRUST_OWNER_ITLRECOVERY, "ITLRecovery", d);
	if (e == ERR_OK)
		e = look_for_server(&w, TRUST_OWNER_CALLMANAGER, "CallManager",
		    d);
	if (e != ERR_OK)
		goto out;
	look_for_late(&w);
	*ret = effect;
out:
	server_sides_clear(&w.sides);
	return e;
}
